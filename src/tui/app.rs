//! The stack of screens, and what goes between them, the worker and the terminal. It knows no
//! particular screen; each owns its state.

mod effects;
mod input;
mod news;

use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::layout::Rect;

use super::CommandLine;
use super::chrome;
use super::drafts::Draft;
use super::keys::{Act, Keys, Place, Press};
use super::screen::{Cx, Effect, Event, Question, REST, Screen, Toast};
use super::screens;
use super::theme::Theme;
use super::worker::Work;
use crate::clock::Clock;
use crate::config::{Config, Macro};
use crate::entity::{Locale, Model};

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
    /// The latest change that what it shows knows of: a screen above another acts on what was seen
    /// there, until it reads for itself what has changed.
    seen: i64,
    /// The next answer is of what it shows.
    renews: bool,
}

/// What all screens may know; see [`Cx`].
pub(crate) struct Common {
    pub model: Model,
    pub theme: Theme,
    pub keys: Keys,
    pub locale: Locale,
    pub me: String,
    pub config: Config,
    /// What `M` offers, out of the config.
    pub macros: Vec<Macro>,
    /// The file, for the first row.
    pub file: String,
    pub command: CommandLine,
    /// The whole terminal.
    pub size: Rect,
    /// When something was pressed last.
    pub touched: Instant,
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
            macros: &self.macros,
            area: chrome::body(self.size),
            rest: self.touched.elapsed(),
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
    /// When to say that a change takes long, while one is under way and it wasn't said.
    slow: Option<Instant>,
    /// The record that was added last.
    made: Option<(&'static str, i64)>,
    /// The key that cancels had nothing to cancel: once more it quits.
    cancelled: bool,
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
            slow: None,
            made: None,
            cancelled: false,
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
        let below = self.stack.last().or(self.roots.get(self.root).map(|(_, slot)| slot));
        let seen = below.map_or(0, |slot| slot.seen);
        Slot { id: self.last_id, screen, stale: false, seen, renews: false }
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
        let slot = Slot { renews: true, ..self.slot(screen) };
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
        let news = matches!(event, Event::Changed);
        match slot.screen.update(event, &common.cx()) {
            Some(effects) => {
                slot.renews |= news && effects.iter().any(|e| matches!(e, Effect::Ask(..)));
                self.apply(id, effects);
                true
            }
            None => false,
        }
    }

    fn slot_of(&mut self, id: u64) -> Option<&mut Slot> {
        let roots = self.roots.iter_mut().map(|(_, slot)| slot);
        roots.chain(&mut self.stack).find(|slot| slot.id == id)
    }

    fn pop(&mut self, id: u64) {
        self.stack.retain(|slot| slot.id != id);
        let slot = self.top_slot();
        if std::mem::take(&mut slot.stale) {
            let id = slot.id;
            self.send(id, Event::Changed);
        }
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

    fn visible_ids(&self) -> Vec<u64> {
        let root = self.roots.get(self.root).map(|(_, slot)| slot);
        root.into_iter().chain(&self.stack).map(|slot| slot.id).collect()
    }

    /// The place that keys are looked up in.
    pub(crate) fn place(&self) -> Place {
        let top = self.top();
        if top.is_typing() && !top.place().types() { Place::Line } else { top.place() }
    }

    /// Lets time pass: the clock goes on, what is over goes away.
    pub(crate) fn tick(&mut self) {
        let zone = self.common.locale.times.zone;
        self.common.locale.times.now = Clock::new(self.common.stands, zone).now();
        if self.toast.as_ref().is_some_and(|(_, until)| *until <= Instant::now()) {
            self.toast = None;
        }
        if self.slow.is_some_and(|at| at <= Instant::now()) {
            self.slow = None;
            let text = "still writing: another program may be at the file".to_owned();
            self.toast(Toast { text, bad: false });
        }
        if self.common.touched.elapsed() >= REST {
            let waiting = |slot: &&Slot| slot.screen.waits_for_rest();
            let root = self.roots.get(self.root).map(|(_, slot)| slot);
            let seen = root.into_iter().chain(&self.stack).filter(waiting);
            for id in seen.map(|slot| slot.id).collect::<Vec<_>>() {
                self.send(id, Event::Changed);
            }
        }
    }

    /// When something has to be drawn though nothing happens.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let toast = self.toast.as_ref().map(|(_, until)| *until);
        let cx = self.common.cx();
        let screens = self.screens().filter(|_| !self.away).filter_map(|s| s.deadline(&cx));
        let screens = screens.map(|d| Instant::now() + d);
        let waits = !self.away && self.screens().any(Screen::waits_for_rest);
        let rest = waits.then(|| self.common.touched + REST);
        toast.into_iter().chain(self.slow).chain(rest).chain(screens).min()
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
