//! The dashboard: a face of the same actions as the command line. `app` holds the stack of screens,
//! `screens` one file each; `keys` is the one table of what can be pressed; `desk` is a connection with
//! who acts, and at desks work `worker` and `aside`; `terminal` and `pump` are the edge to the
//! terminal. The invariant: the thread that draws never reads the database, and whatever ends the
//! dashboard gives the terminal back.

mod app;
mod aside;
mod chrome;
mod commands;
mod deeds;
mod desk;
mod drafts;
mod inlet;
mod joining;
mod keys;
mod menu;
mod outside;
mod past;
mod plain;
mod pump;
mod screen;
mod screens;
mod terminal;
#[cfg(test)]
mod tests;
mod theme;
mod verbs;
mod widgets;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use self::app::{App, Common, Out};
use self::aside::Aside;
pub use self::commands::{CommandLine, Commands, Ran, Taken, Verb, Wants};
use self::desk::Desk;
use self::drafts::Drafts;
use self::keys::Keys;
#[cfg(test)]
pub(crate) use self::menu::{offered, own_ways};
pub use self::plain::{Plain, run as run_plain};
use self::pump::Pump;
use self::screen::Toast;
use self::terminal::Held;
use self::theme::Theme;
use self::worker::Workers;
use crate::clock::Clock;
use crate::config::Config;
use crate::entity::Locale;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Access, Store};

/// What numbers are asked with, out of the config.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// Sums are converted to it; without, they are shown for each currency.
    pub to: Option<crate::entity::money::Currency>,
    pub thresholds: crate::store::Thresholds,
}

/// What the dashboard is opened with.
pub struct Setup {
    pub store: Store,
    pub locale: Locale,
    /// Handle of who is acting.
    pub user: String,
    pub config: Config,
    /// The clock stands there.
    pub stands: Option<DateTime<Utc>>,
    /// Whether colours are wanted.
    pub color: bool,
    /// Whether the terminal's text is UTF-8, and it draws lines.
    pub unicode: bool,
    /// Whether it shows links.
    pub links: bool,
    /// The program that edits text, with its arguments.
    pub editor: Result<Vec<String>>,
    /// Where text that isn't saved is kept.
    pub state: Option<PathBuf>,
    pub command: CommandLine,
    pub asking: Asking,
    /// The noun whose list opens first; none: the first screen.
    pub first: Option<&'static str>,
    /// The filter of that list.
    pub filter: String,
}

/// Opens the dashboard, and returns when it is left.
///
/// # Errors
/// The config names an unknown theme or key, or the terminal can't be used.
pub fn run(setup: Setup) -> Result<()> {
    let config = setup.config;
    let ascii = match config.get("borders")?.as_deref() {
        Some("ascii") => true,
        Some(_) => false,
        None => !setup.unicode,
    };
    let named = config.get("theme")?.unwrap_or_else(|| "dark".into());
    let name = if setup.color { named } else { "mono".into() };
    let mut theme = Theme::load(&name, ascii, &config)?;
    theme.links = config.get("links")?.map_or(setup.links, |links| links == "on");
    let keys = Keys::new(&config)?;
    let mouse = config.get("mouse")?.as_deref() != Some("off");
    let path: PathBuf = setup.store.path().to_owned();
    let common = Common {
        model: setup.store.model().clone(),
        theme,
        keys,
        locale: setup.locale.clone(),
        me: setup.user.clone(),
        macros: config.macros()?,
        config,
        file: path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
        command: setup.command,
        size: Rect::new(0, 0, 80, 24),
        touched: Instant::now(),
        stands: setup.stands,
    };
    let (locale, user, stands, asking) = (setup.locale, setup.user, setup.stands, setup.asking);
    let again = setup.store.again();
    setup.store.spill()?;
    let desk = Desk::new(setup.store, locale.clone(), user.clone(), stands, asking);
    let beside = move |access| {
        let store = again.open(access, &Clock::new(stands, locale.times.zone))?;
        store.spill()?;
        Ok(Desk::new(store, locale.clone(), user.clone(), stands, asking))
    };
    let (pump, waker) = Pump::new()?;
    let waker = Arc::new(waker);
    terminal::give_back_on_panic();
    let held = Held::take(mouse)?;
    let for_writing = beside.clone();
    let open = Box::new(move || for_writing(Access::Write));
    let workers = Workers::start(desk, open, &waker);
    let reads = Box::new(move || beside(Access::Read));
    let aside = Aside::new(reads, workers.says.clone(), waker);
    let drafts = Drafts::new(setup.state.map(|s| s.join("drafts")), &path);
    let mut dashboard = Dashboard {
        pump,
        held,
        workers,
        aside,
        editor: setup.editor,
        drafts,
        ended: false,
        signal: None,
    };
    let result = dashboard.run(common, setup.first, &setup.filter);
    terminal::give_back();
    result
}

/// The end that a signal made, which is no failure of rolo.
fn ended_by(signal: u8) -> Error {
    Error::new(ErrorKind::Signal(signal), "ended by a signal")
}

/// Where nobody is at the other end any more, that is the end; else why the terminal fails.
fn gone_or(why: Error) -> Error {
    if inlet::is_gone() { ended_by(pump::HANG_UP) } else { why }
}

/// The edge: what is waited for, what is drawn on, who works.
struct Dashboard {
    pump: Pump,
    held: Held,
    workers: Workers,
    aside: Aside,
    editor: Result<Vec<String>>,
    drafts: Drafts,
    ended: bool,
    /// What ended it, where nobody in it did.
    signal: Option<u8>,
}

impl Dashboard {
    fn run(&mut self, mut common: Common, first: Option<&'static str>, filter: &str) -> Result<()> {
        let (columns, rows) = self.held.size();
        common.size = Rect::new(0, 0, columns, rows);
        let digit = first.and_then(screens::digit_of).filter(|_| filter.is_empty());
        let mut app = App::new(common, digit.unwrap_or(screens::FIRST));
        if let (Some(noun), None) = (first, digit) {
            app.open(screens::list::filtered(noun, filter));
        }
        app.open(screens::start::look());
        let left = self.drafts.left();
        if !left.is_empty() {
            let offer = drafts::offer(left, &app.common.cx());
            app.open(offer);
        }
        self.perform(&mut app)?;
        while !self.ended {
            app.tick();
            self.perform(&mut app)?;
            if let Err(why) = self.held.draw(|frame| app.draw(frame)) {
                self.keep_drafts(&mut app, true);
                return Err(gone_or(why));
            }
            let waited = self.wait(&mut app);
            self.keep_drafts(&mut app, waited.is_err());
            if let Err(why) = waited {
                return Err(gone_or(why));
            }
        }
        self.signal.map_or(Ok(()), |number| Err(ended_by(number)))
    }

    /// Keeps what is typed and not saved; at once where this is the end.
    fn keep_drafts(&mut self, app: &mut App, ends: bool) {
        self.drafts.note(app.drafts());
        let now = crate::entity::when::instant_text(app.common.locale.times.now);
        if let Err(why) = self.drafts.write(ends || self.ended, &now) {
            app.toast(Toast { text: format!("drafts aren't kept: {}", why.message), bad: true });
        }
    }

    /// Waits for news, and gives all of it to the app before anything is drawn.
    fn wait(&mut self, app: &mut App) -> Result<()> {
        let minute = Instant::now() + std::time::Duration::from_mins(1);
        let others = app.deadline().into_iter().chain(self.drafts.deadline());
        let deadline = others.fold(minute, std::time::Instant::min);
        let news = self.pump.wait(Some(deadline))?;
        if news.ends.is_some() {
            (self.ended, self.signal) = (true, news.ends);
        }
        for event in news.events {
            app.input(event);
            self.perform(app)?;
        }
        while let Ok(said) = self.workers.said.try_recv() {
            app.said(said);
            self.perform(app)?;
        }
        if news.stops {
            self.suspend(app)?;
        } else if news.returns {
            self.held.enter()?;
            let (columns, rows) = self.held.size();
            app.resize(columns, rows);
        }
        Ok(())
    }

    /// Does what the app asks of the world.
    fn perform(&mut self, app: &mut App) -> Result<()> {
        for out in app.take_out() {
            match out {
                Out::Work(work) => self.workers.take(work),
                Out::Aside { screen, slot, question } => self.aside.begin(screen, slot, question),
                Out::Stop(screen, slot) => self.aside.stop(screen, slot),
                Out::Copy(text) => Held::copy(&text),
                Out::OpenLink(link) => {
                    if let Err(why) = outside::open_link(&link) {
                        app.toast(Toast { text: why.message, bad: true });
                    }
                }
                Out::Editor(screen, text) => {
                    terminal::give_back();
                    let edited = match &self.editor {
                        Ok(editor) => outside::edit(editor, &text, self.pump.lent()),
                        Err(why) => Err(why.clone()),
                    };
                    self.held.enter()?;
                    app.edited(screen, edited);
                    return self.perform(app);
                }
                Out::Mouse(on) => self.held.set_mouse(on),
                Out::Repaint => self.held.repaint(),
                Out::Suspend => self.suspend(app)?,
                Out::Quit => self.ended = true,
            }
        }
        Ok(())
    }

    /// Back to the shell, until it lets the dashboard go on.
    fn suspend(&mut self, app: &mut App) -> Result<()> {
        terminal::give_back();
        pump::stop()?;
        self.held.enter()?;
        let (columns, rows) = self.held.size();
        app.resize(columns, rows);
        Ok(())
    }
}
