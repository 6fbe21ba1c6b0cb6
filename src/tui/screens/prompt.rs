//! One question that is answered by typing a line.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::entity::width::wrap;
use crate::error::Error;
use crate::tui::drafts::Draft;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Edited, Effect, Effects, Event, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::{pane, rows};

type Then = Box<dyn Fn(&str, &Cx) -> Result<Effects, Error>>;
type Kept = Box<dyn Fn(&str) -> Draft>;
type Understood = Box<dyn Fn(&str, &Cx) -> Result<String, Error>>;

/// A line that is typed, with what was understood below it.
pub(crate) struct Prompt {
    title: String,
    hint: String,
    typed: Input,
    error: Option<Error>,
    then: Then,
    understood: Option<Understood>,
    kept: Option<Kept>,
}

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
            error: None,
            then: Box::new(then),
            understood: None,
            kept: None,
        }
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
                }
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
            Event::Act(Act::Up | Act::Down | Act::NextPane | Act::LastPane) | Event::Changed => {}
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
        let text = Some(self.typed.text()).filter(|text| !text.trim().is_empty())?;
        self.kept.as_ref().map(|of| of(text))
    }
}
