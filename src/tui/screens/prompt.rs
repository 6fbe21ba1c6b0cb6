//! One question that is answered by typing a line.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::entity::width::wrap;
use crate::error::Error;
use crate::tui::drafts::Draft;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Edited, Effect, Effects, Event, Screen, answer, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::{pane, rows};

type Then = Box<dyn Fn(&str, &Cx) -> Result<Effects, Error>>;
type Kept = Box<dyn Fn(&str) -> Draft>;
type Completed = fn(&str, &Cx) -> Vec<(String, String)>;
type Understood = Box<dyn Fn(&str, &Cx) -> Result<String, Error>>;

/// A line that is typed, with what was understood below it.
pub(crate) struct Prompt {
    title: String,
    hint: String,
    typed: Input,
    /// What it began with.
    initial: String,
    error: Option<Error>,
    then: Then,
    understood: Option<Understood>,
    kept: Option<Kept>,
    /// Lines typed before, and which of them is shown.
    past: Vec<String>,
    recalled: usize,
    completed: Option<Completed>,
    /// What the last word may become, once it was asked for.
    offered: Vec<(String, String)>,
}

/// The slot of what completes a word.
const COMPLETE: u8 = 0;

impl Prompt {
    /// A prompt; `then` may refuse what was typed.
    pub(crate) fn of(
        title: &str,
        hint: &str,
        text: &str,
        then: impl Fn(&str, &Cx) -> Result<Effects, Error> + 'static,
    ) -> Box<dyn Screen> {
        Box::new(Self::new(title, hint, text, then))
    }

    pub(crate) fn new(
        title: &str,
        hint: &str,
        text: &str,
        then: impl Fn(&str, &Cx) -> Result<Effects, Error> + 'static,
    ) -> Self {
        Self {
            title: title.to_owned(),
            hint: hint.to_owned(),
            typed: Input::new(text),
            initial: text.to_owned(),
            error: None,
            then: Box::new(then),
            understood: None,
            kept: None,
            past: Vec::new(),
            recalled: 0,
            completed: None,
            offered: Vec::new(),
        }
    }

    /// The prompt as one where Up brings back what was typed before.
    pub(crate) fn recalling(self, past: Vec<String>) -> Self {
        Self { recalled: past.len(), past, ..self }
    }

    /// The prompt as one of command lines, where Tab completes the last word; `own` gives words that
    /// the command line doesn't know.
    pub(crate) fn completing(self, own: Completed) -> Self {
        Self { completed: Some(own), ..self }
    }

    fn recall(&mut self, by: isize) {
        let to = self.recalled.saturating_add_signed(by).min(self.past.len());
        if to == self.recalled {
            return;
        }
        self.recalled = to;
        self.typed.set(self.past.get(to).map_or("", String::as_str));
        self.error = None;
        self.offered.clear();
    }

    /// Asks what the last word may become.
    fn complete(&self, cx: &Cx) -> Effects {
        if self.completed.is_none() {
            return Vec::new();
        }
        let (run, line) = (cx.command.clone(), self.typed.text().to_owned());
        vec![ask(COMPLETE, move |_| {
            // A list's filter is that of its command.
            let asked = match line.split_once(" /") {
                Some((list, filter)) if !list.contains(' ') => format!("{list} list {filter}"),
                _ => line.clone(),
            };
            (line, run.complete(&asked))
        })]
    }

    /// Takes the words: one is put in, of several what they have in common, and they are shown.
    fn offer(&mut self, line: &str, words: Vec<(String, String)>, cx: &Cx) {
        if line != self.typed.text() {
            return;
        }
        let mut all = self.completed.map_or(Vec::new(), |own| own(line, cx));
        for word in words {
            if !all.iter().any(|(known, _)| *known == word.0) {
                all.push(word);
            }
        }
        let begun = line.rsplit([' ', '/']).next().unwrap_or_default();
        let common = all.iter().map(|(word, _)| word.as_str()).reduce(|a, b| {
            let same = a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y);
            let end = same.map_or(a.len().min(b.len()), |((at, _), _)| at);
            &a[..end]
        });
        let common = common.filter(|common| common.len() > begun.len()).map(str::to_owned);
        if let Some(common) = common {
            let rest = &line[..line.len() - begun.len()];
            // A word that goes on has no space behind it.
            let ends = all.len() == 1 && !common.ends_with([':', '=', '/', '.', '<', '>']);
            self.typed.set(&format!("{rest}{common}{}", if ends { " " } else { "" }));
        }
        self.error = None;
        self.offered = if all.len() > 1 { all } else { Vec::new() };
    }

    /// The prompt as one whose text comes back, in a form, when the dashboard ends before it is done.
    pub(crate) fn kept(mut self, of: impl Fn(&str) -> Draft + 'static) -> Self {
        self.kept = Some(Box::new(of));
        self
    }

    /// The prompt with a line that tells what the typed text means.
    pub(crate) fn understanding(
        mut self,
        of: impl Fn(&str, &Cx) -> Result<String, Error> + 'static,
    ) -> Self {
        self.understood = Some(Box::new(of));
        self
    }
}

impl Screen for Prompt {
    fn place(&self) -> Place {
        Place::Line
    }

    fn title(&self, _: &Cx) -> String {
        self.title.clone()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        match event {
            Event::Key(press)
                if press.code == crossterm::event::KeyCode::Char('e') && !press.is_text() =>
            {
                return Some(vec![Effect::Editor(self.typed.text().to_owned())]);
            }
            Event::Key(press) => {
                if self.typed.press(press) {
                    self.error = None;
                    self.offered.clear();
                }
            }
            Event::Act(Act::NextPane) => return Some(self.complete(cx)),
            Event::Act(Act::Up) => self.recall(-1),
            Event::Act(Act::Down) => self.recall(1),
            Event::Answer(COMPLETE, said) => {
                let (line, words) = answer::<(String, Vec<(String, String)>)>(said)?;
                self.offer(&line, words, cx);
            }
            Event::Paste(text) => {
                self.typed.paste(&text);
                self.error = None;
            }
            Event::Act(Act::Open | Act::Save) => match (self.then)(self.typed.text(), cx) {
                Ok(effects) => {
                    // What it does is this screen's own until it closes.
                    let (doing, later): (Effects, Effects) =
                        effects.into_iter().partition(|e| matches!(e, Effect::Do(_)));
                    let closes = doing.is_empty();
                    let mut all = doing;
                    if closes {
                        all.push(Effect::Pop);
                    }
                    all.extend(later);
                    return Some(all);
                }
                Err(why) => self.error = Some(why),
            },
            Event::Done => return Some(vec![Effect::Pop]),
            Event::Refused(why) => self.error = Some(why),
            Event::Told(what) => {
                if let Ok(edited) = what.downcast::<Edited>() {
                    // Several lines stay several: they are saved, not shown.
                    return match (self.then)(edited.0.trim_end(), cx) {
                        Ok(effects) => Some(effects),
                        Err(why) => {
                            self.error = Some(why);
                            Some(Vec::new())
                        }
                    };
                }
            }
            Event::Act(Act::LastPane) | Event::Changed => {}
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let inside = pane::popup(frame, area, (76, 5), &self.title, "", cx);
        self.typed.draw(frame, pane::row(inside, 0), cx.theme.style(Role::Text), true);
        let (text, role) = match (&self.error, &self.understood) {
            (Some(why), _) => (why.message.clone(), Role::Bad),
            (None, Some(of)) if !self.typed.text().trim().is_empty() => {
                match of(self.typed.text(), cx) {
                    Ok(text) => (text, Role::Good),
                    Err(why) => (why.message, Role::Warn),
                }
            }
            _ if !self.offered.is_empty() => (offers(&self.offered), Role::Key),
            _ => (self.hint.clone(), Role::Dim),
        };
        // One line that is too long takes the second one too.
        let room = usize::from(inside.width);
        let wrapped = wrap(&text, Some(room)).join("\n");
        let alone = !text.contains('\n') && self.error.as_ref().is_none_or(|e| e.hint.is_none());
        let text = if alone { wrapped } else { text };
        for (at, line) in text.split('\n').take(2).enumerate() {
            let hint = if at == 0 { line.to_owned() } else { line.trim_end().to_owned() };
            rows::write(
                frame,
                pane::row(inside, at + 1),
                &pane::safe(&hint),
                cx.theme.style(role),
                cx,
            );
        }
        if let (Some(hint), true) =
            (self.error.as_ref().and_then(|e| e.hint.as_ref()), !text.contains('\n'))
        {
            rows::write(
                frame,
                pane::row(inside, 2),
                &pane::safe(hint),
                cx.theme.style(Role::Dim),
                cx,
            );
        }
    }

    fn is_popup(&self) -> bool {
        true
    }

    fn draft(&self, _: &Cx) -> Option<Draft> {
        let is_new = |text: &&str| !text.trim().is_empty() && *text != self.initial;
        let text = Some(self.typed.text()).filter(is_new)?;
        self.kept.as_ref().map(|of| of(text))
    }
}

/// The words that may come next, in a line or two; alone each with what it means.
fn offers(words: &[(String, String)]) -> String {
    let names: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    match words {
        [(a, first), (b, second)] if !first.is_empty() || !second.is_empty() => {
            format!("{a}  {first}\n{b}  {second}")
        }
        _ => names.join("  "),
    }
}
