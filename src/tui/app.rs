//! The stack of screens, and what goes between them, the worker and the terminal. It knows no
//! particular screen; each owns its state.

use std::time::{Duration, Instant};

use crossterm::event::{Event as Input, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::CommandLine;
use super::chrome;
use super::desk::{Done, Said, Work};
use super::drafts::Draft;
use super::keys::{Act, Keys, Meant, Place, Press};
use super::screen::{Cx, Deed, Effect, Effects, Event, Made, Question, Screen, Toast};
use super::screens;
use super::theme::Theme;
use super::verbs;
use crate::clock::Clock;
use crate::config::Config;
use crate::entity::{Locale, Model};
use crate::error::Error;

/// How long a line about what happened stays.
const TOAST: Duration = Duration::from_secs(8);

/// Most bytes that terminals take for their clipboard.
const COPIED: usize = 54_000;

/// A screen with the number that answers find it by.
pub(crate) struct Slot {
    id: u64,
    pub screen: Box<dyn Screen>,
    /// Something changed while it was out of sight.
    stale: bool,
}

/// What all screens may know; see [`Cx`].
pub(crate) struct Common {
    pub model: Model,
    pub theme: Theme,
    pub keys: Keys,
    pub locale: Locale,
    pub me: String,
    pub config: Config,
    /// The file, for the first row.
    pub file: String,
    pub command: CommandLine,
    /// The whole terminal.
    pub size: Rect,
    /// The clock stands there, in tests.
    pub stands: Option<chrono::DateTime<chrono::Utc>>,
}

impl Common {
    pub(crate) fn cx(&self) -> Cx<'_> {
        Cx {
            model: &self.model,
            theme: &self.theme,
            keys: &self.keys,
            locale: &self.locale,
            me: &self.me,
            command: &self.command,
            area: chrome::body(self.size),
        }
    }
}

/// What the app asks of the world.
pub(crate) enum Out {
    Work(Work),
    /// A question that may take long.
    Aside {
        screen: u64,
        slot: u8,
        question: Question,
    },
    /// Nobody waits for that question any more.
    Stop(u64, u8),
    Copy(String),
    OpenLink(String),
    /// Lets an editor change a text for a screen.
    Editor(u64, String),
    Mouse(bool),
    Repaint,
    Suspend,
    Quit,
}

/// The dashboard.
pub(crate) struct App {
    pub common: Common,
    roots: Vec<(u8, Slot)>,
    root: usize,
    stack: Vec<Slot>,
    last_id: u64,
    toast: Option<(Toast, Instant)>,
    /// Keys of a sequence that isn't whole yet.
    begun: Vec<Press>,
    /// The command that did what was done last.
    pub last_command: Option<String>,
    /// Another window has the keys: nothing counts down meanwhile.
    away: bool,
    /// Changes that the worker hasn't finished.
    unfinished: usize,
    quits: bool,
    /// What somebody was told would be lost at the end.
    warned: Option<String>,
    /// What stands behind the words of tabs: how much is due there.
    signs: Vec<(u8, String)>,
    out: Vec<Out>,
}

/// Who asks for what stands behind the tabs; no screen has this number.
const TABS: u64 = 0;

impl App {
    /// The dashboard with its first screen open.
    pub(crate) fn new(common: Common, first: u8) -> Self {
        let mut app = Self {
            common,
            roots: Vec::new(),
            root: 0,
            stack: Vec::new(),
            last_id: 0,
            toast: None,
            begun: Vec::new(),
            last_command: None,
            away: false,
            unfinished: 0,
            quits: false,
            warned: None,
            signs: Vec::new(),
            out: Vec::new(),
        };
        app.go(first);
        app.ask_signs();
        app
    }

    /// What the world should do now.
    pub(crate) fn take_out(&mut self) -> Vec<Out> {
        std::mem::take(&mut self.out)
    }

    fn ask_signs(&mut self) {
        let question: Question = Box::new(|desk| Box::new(chrome::signs(desk)));
        self.ask(TABS, 0, question);
    }

    /// What stands behind a tab.
    pub(crate) fn sign(&self, digit: u8) -> &str {
        self.signs.iter().find(|(d, _)| *d == digit).map_or("", |(_, sign)| sign)
    }

    fn slot(&mut self, screen: Box<dyn Screen>) -> Slot {
        self.last_id += 1;
        Slot { id: self.last_id, screen, stale: false }
    }

    /// The digit of the open root screen.
    pub(crate) fn root(&self) -> u8 {
        self.roots.get(self.root).map_or(0, |(digit, _)| *digit)
    }

    /// The screens from the root up.
    pub(crate) fn screens(&self) -> impl DoubleEndedIterator<Item = &dyn Screen> {
        let root = self.roots.get(self.root).map(|(_, slot)| slot);
        root.into_iter().chain(&self.stack).map(|slot| slot.screen.as_ref())
    }

    /// The screen that keys go to.
    pub(crate) fn top(&self) -> &dyn Screen {
        let mut screens = self.screens();
        let seen = screens.rfind(|s| !s.is_unseen());
        seen.expect("there is always a root screen")
    }

    fn top_slot(&mut self) -> &mut Slot {
        let Self { roots, root, stack, .. } = self;
        let seen = stack.iter_mut().rfind(|slot| !slot.screen.is_unseen());
        seen.unwrap_or(&mut roots[*root].1)
    }

    /// Whether keys go to the root screen.
    fn is_at_root(&self) -> bool {
        self.stack.iter().all(|slot| slot.screen.is_unseen())
    }

    /// What is typed in forms and not saved.
    pub(crate) fn drafts(&self) -> Vec<Draft> {
        let cx = self.common.cx();
        let seen = self.stack.iter().filter(|slot| !slot.screen.is_unseen());
        seen.filter_map(|slot| slot.screen.draft(&cx)).collect()
    }

    /// Whether a form that isn't saved is in the way of leaving; says so.
    fn holds_unsaved(&mut self) -> bool {
        if self.drafts().is_empty() {
            return false;
        }
        let text = "a form isn't saved: ^S saves it, Esc leaves it".to_owned();
        self.toast(Toast { text, bad: true });
        true
    }

    /// Opens a root screen.
    fn go(&mut self, digit: u8) {
        if self.holds_unsaved() {
            return;
        }
        self.leave_stack();
        if let Some(at) = self.roots.iter().position(|(d, _)| *d == digit) {
            self.root = at;
            if std::mem::take(&mut self.roots[at].1.stale) {
                let id = self.roots[at].1.id;
                self.send(id, Event::Changed);
            }
            return;
        }
        let Some(screen) = screens::root(digit, &self.common.model) else { return };
        let slot = self.slot(screen);
        self.roots.push((digit, slot));
        self.root = self.roots.len() - 1;
        self.open_top();
    }

    /// Closes what is above the root screen; what isn't done yet goes on out of sight.
    fn leave_stack(&mut self) {
        let is_busy = |slot: &Slot| slot.screen.busy_with().is_some();
        let seen = self.stack.iter().filter(|s| is_busy(s) && !s.screen.is_unseen());
        for id in seen.map(|slot| slot.id).collect::<Vec<_>>() {
            self.send(id, Event::Act(Act::Back));
        }
        self.stack.retain(is_busy);
    }

    /// Opens a screen above the first.
    pub(crate) fn open(&mut self, screen: Box<dyn Screen>) {
        self.push(screen);
    }

    fn push(&mut self, screen: Box<dyn Screen>) {
        let slot = self.slot(screen);
        self.stack.push(slot);
        self.open_top();
    }

    fn open_top(&mut self) {
        let Self { common, roots, root, stack, .. } = self;
        let slot = stack.last_mut().unwrap_or(&mut roots[*root].1);
        let (id, effects) = (slot.id, slot.screen.open(&common.cx()));
        self.apply(id, effects);
    }

    /// Sends an event to one screen; whether it took it.
    fn send(&mut self, id: u64, event: Event) -> bool {
        let Self { common, roots, stack, .. } = self;
        let all = roots.iter_mut().map(|(_, slot)| slot).chain(stack);
        let Some(slot) = all.into_iter().find(|slot| slot.id == id) else { return false };
        match slot.screen.update(event, &common.cx()) {
            Some(effects) => {
                self.apply(id, effects);
                true
            }
            None => false,
        }
    }

    fn apply(&mut self, from: u64, effects: Effects) {
        for effect in effects {
            self.apply_one(from, effect);
        }
    }

    fn apply_one(&mut self, from: u64, effect: Effect) {
        match effect {
            Effect::Push(screen) => self.push(screen),
            Effect::Pop => self.pop(from),
            Effect::Tell(what) => {
                let id = self.top_slot().id;
                if !self.send(id, Event::Told(what)) {
                    let text = "that means nothing on this screen".to_owned();
                    self.toast(Toast { text, bad: true });
                }
            }
            Effect::Go(digit) => self.go(digit),
            Effect::Ask(slot, question) => self.ask(from, slot, question),
            Effect::Aside(slot, question) => {
                self.out.push(Out::Aside { screen: from, slot, question });
            }
            Effect::Stop(slot) => self.out.push(Out::Stop(from, slot)),
            Effect::Do(deed) => self.begin(from, deed),
            Effect::Toast(toast) => self.toast(toast),
            Effect::Also(more) => {
                let told = self.shown_toast().map(|t| format!("{} - {more}", t.text));
                self.toast(Toast { text: told.unwrap_or(more), bad: false });
            }
            Effect::Copy(text) if text.len() > COPIED => self.toast(Toast {
                text: "too much for the terminal's clipboard: `E` writes a file".into(),
                bad: true,
            }),
            Effect::Copy(text) => {
                self.toast(Toast {
                    text: format!("sent to the terminal's clipboard: {text}"),
                    bad: false,
                });
                self.out.push(Out::Copy(text));
            }
            Effect::OpenLink(link) => self.out.push(Out::OpenLink(link)),
            Effect::Editor(text) => self.out.push(Out::Editor(from, text)),
            Effect::Act(act) => self.act(act),
            Effect::Command(line) => self.command(&line),
            Effect::Set(name, value) => self.set(&name, &value),
            Effect::Quit => self.quit(),
            Effect::Pass => {}
        }
    }

    fn pop(&mut self, id: u64) {
        self.stack.retain(|slot| slot.id != id);
        let slot = self.top_slot();
        if std::mem::take(&mut slot.stale) {
            let id = slot.id;
            self.send(id, Event::Changed);
        }
    }

    fn ask(&mut self, screen: u64, slot: u8, question: Question) {
        self.out.push(Out::Work(Work::Ask { screen, slot, question }));
    }

    fn begin(&mut self, screen: u64, deed: Deed) {
        self.unfinished += 1;
        self.out.push(Out::Work(Work::Do { screen, deed }));
    }

    /// Shows a line about what happened.
    pub(crate) fn toast(&mut self, toast: Toast) {
        self.toast = Some((toast, Instant::now() + TOAST));
    }

    /// The line about what happened, while it is shown.
    pub(crate) fn shown_toast(&self) -> Option<&Toast> {
        self.toast.as_ref().map(|(toast, _)| toast)
    }

    /// The keys of a sequence so far.
    pub(crate) fn begun(&self) -> &[Press] {
        &self.begun
    }

    fn command(&mut self, line: &str) {
        let run = self.common.command.clone();
        self.push(screens::said(line.to_owned(), run));
    }

    fn set(&mut self, name: &str, value: &str) {
        let on = matches!(value, "on" | "yes" | "true");
        let ascii = self.common.theme.ascii;
        let done = match name {
            "theme" => {
                let links = self.common.theme.links;
                Theme::load(value, ascii, &self.common.config).map(|theme| {
                    self.common.theme = theme;
                    self.common.theme.links = links;
                })
            }
            "borders" => {
                self.common.theme.ascii = value == "ascii";
                Ok(())
            }
            "mouse" => {
                self.out.push(Out::Mouse(on));
                Ok(())
            }
            _ => Err(Error::usage(format!("`{name}` can't be set here"))
                .hint("write `:set theme=light`, `:set borders=ascii` or `:set mouse=off`")),
        };
        self.out.push(Out::Repaint);
        match done {
            Ok(()) => self.toast(Toast { text: format!("{name} is {value}"), bad: false }),
            Err(why) => self.apply_one(0, Toast::bad(&why)),
        }
    }

    fn quit(&mut self) {
        if self.holds_unsaved() {
            return;
        }
        let busy = self.stack.iter().find_map(|slot| slot.screen.busy_with());
        if busy.is_some() && busy != self.warned {
            let text = format!("`{}` isn't done: again leaves it", busy.as_deref().unwrap_or(""));
            self.toast(Toast { text, bad: true });
            self.warned = busy;
            return;
        }
        self.quits = true;
        self.end_if_done();
    }

    fn end_if_done(&mut self) {
        if self.quits && self.unfinished == 0 {
            self.out.push(Out::Quit);
        }
    }

    /// Takes what the terminal told.
    pub(crate) fn input(&mut self, input: Input) {
        match input {
            Input::Key(key) if key.kind != KeyEventKind::Release => self.press(Press::of(key)),
            Input::Paste(text) => {
                let id = self.top_slot().id;
                self.send(id, Event::Paste(text));
            }
            Input::Mouse(mouse) => self.mouse(mouse),
            Input::Resize(columns, rows) => self.resize(columns, rows),
            Input::FocusLost => self.away = true,
            Input::FocusGained => self.away = false,
            Input::Key(_) => {}
        }
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.common.size = Rect::new(0, 0, columns, rows);
        let ids: Vec<u64> = self.visible_ids();
        for id in ids {
            self.send(id, Event::Resized);
        }
    }

    fn visible_ids(&self) -> Vec<u64> {
        let root = self.roots.get(self.root).map(|(_, slot)| slot);
        root.into_iter().chain(&self.stack).map(|slot| slot.id).collect()
    }

    /// The place that keys are looked up in.
    pub(crate) fn place(&self) -> Place {
        let top = self.top();
        if top.is_typing() && !top.place().types() { Place::Line } else { top.place() }
    }

    fn press(&mut self, press: Press) {
        let place = self.place();
        self.begun.push(press);
        match self.common.keys.find(place, &self.begun) {
            Meant::Act(act) => {
                self.begun.clear();
                self.act(act);
            }
            Meant::Begun => {}
            Meant::Nothing => {
                let was_sequence = self.begun.len() > 1;
                self.begun.clear();
                if !was_sequence {
                    let id = self.top_slot().id;
                    self.send(id, Event::Key(press));
                }
            }
        }
    }

    /// Does what a key means: the screen first, then what is the same everywhere.
    pub(crate) fn act(&mut self, act: Act) {
        let told = self.toast.is_some();
        // A line about what was done stays while one moves about; the next deed replaces it.
        if !matches!(act, Act::Up | Act::Down | Act::Left | Act::Right) {
            self.toast = None;
        }
        if act == Act::Reload {
            self.out.push(Out::Repaint);
            self.ask_signs();
        }
        let id = self.top_slot().id;
        if self.send(id, Event::Act(act)) {
            return;
        }
        match act {
            Act::Go(digit) => self.go(digit),
            Act::Back if self.is_at_root() => {}
            Act::Quit if self.is_at_root() => self.quit(),
            Act::Back | Act::Quit => self.pop(id),
            Act::Suspend => self.out.push(Out::Suspend),
            Act::Reload => self.changed(),
            Act::CopyCommand => {
                let shown = self.top().command();
                if let Some(command) = self.last_command.clone().filter(|_| told).or(shown) {
                    self.apply_one(id, Effect::Copy(format!("rolo {command}")));
                }
            }
            other => {
                let subject = self.top().subject_in(&self.common.cx());
                let (place, noun) = (self.top().place(), self.top().noun());
                let effects = verbs::of(other, subject, noun, place, &self.common.cx());
                self.apply(id, effects);
            }
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) {
        let click = matches!(mouse.kind, MouseEventKind::Down(MouseButton::Left));
        if click && mouse.row == 0 && self.is_at_root() {
            if let Some(digit) = chrome::tab_at(self, mouse.column) {
                self.go(digit);
            }
            return;
        }
        let id = self.top_slot().id;
        self.send(id, Event::Mouse(mouse));
    }

    /// Takes what the worker said.
    pub(crate) fn said(&mut self, said: Said) {
        match said {
            Said::Answer { screen: TABS, answer, .. } => {
                self.signs = super::screen::answer(answer).unwrap_or_default();
            }
            Said::Answer { screen, slot, answer } => {
                self.send(screen, Event::Answer(slot, answer));
            }
            Said::Done { screen, result } => {
                self.unfinished = self.unfinished.saturating_sub(1);
                match result {
                    Ok(done) => self.done(screen, &done),
                    Err(why) => {
                        let toast = Toast::bad(&why);
                        if !self.send(screen, Event::Refused(why)) {
                            self.apply_one(screen, toast);
                        }
                    }
                }
                self.end_if_done();
            }
            Said::Changed => self.changed(),
            Said::Model(model) => self.common.model = *model,
            Said::Refused(why) => self.apply_one(0, Toast::bad(&why)),
            Said::Broken(why) => {
                self.toast(Toast { text: format!("a fault in rolo: {why}"), bad: true });
            }
        }
    }

    fn done(&mut self, screen: u64, done: &Done) {
        let text = if done.line.is_empty() {
            "nothing to change".to_owned()
        } else if done.command.starts_with("undo") {
            format!("{} - {} redoes", done.line, self.key(Act::Redo))
        } else {
            format!("{} - {} undoes", done.line, self.key(Act::Undo))
        };
        self.toast(Toast { text, bad: false });
        self.last_command = Some(done.command.clone());
        self.send(screen, Event::Done);
        if let Some((noun, id)) = done.made {
            let top = self.top_slot().id;
            self.send(top, Event::Told(Box::new(Made(noun, id))));
        }
        self.changed();
    }

    fn key(&self, act: Act) -> String {
        self.common.keys.shown(Place::List, act).unwrap_or_default()
    }

    /// Tells the screens in sight that the file holds something new, and notes it for the others.
    fn changed(&mut self) {
        self.ask_signs();
        let seen = self.visible_ids();
        for (_, slot) in &mut self.roots {
            slot.stale = !seen.contains(&slot.id);
        }
        for id in seen {
            self.send(id, Event::Changed);
        }
    }

    /// Gives a screen the text that came back from an editor.
    pub(crate) fn edited(&mut self, screen: u64, result: Result<String, Error>) {
        match result {
            Ok(text) => {
                self.send(screen, Event::Told(Box::new(super::screen::Edited(text))));
            }
            Err(why) => self.apply_one(screen, Toast::bad(&why)),
        }
    }

    /// Lets time pass: the clock goes on, what is over goes away.
    pub(crate) fn tick(&mut self) {
        let zone = self.common.locale.times.zone;
        self.common.locale.times.now = Clock::new(self.common.stands, zone).now();
        if self.toast.as_ref().is_some_and(|(_, until)| *until <= Instant::now()) {
            self.toast = None;
        }
    }

    /// When something has to be drawn though nothing happens.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let toast = self.toast.as_ref().map(|(_, until)| *until);
        let cx = self.common.cx();
        let screens = self.screens().filter(|_| !self.away).filter_map(|s| s.deadline(&cx));
        let screens = screens.map(|d| Instant::now() + d);
        toast.into_iter().chain(screens).min()
    }

    /// Draws all that is in sight.
    pub(crate) fn draw(&self, frame: &mut Frame) {
        chrome::draw(self, frame);
    }

    #[cfg(test)]
    pub(crate) fn depth(&self) -> usize {
        self.stack.len()
    }
}
