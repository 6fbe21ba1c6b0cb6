//! What a screen is. A screen owns its state; `draw` shows it and reads nothing, `update` changes it
//! and says what else should happen. Popups are screens on the stack like any other.

use std::any::Any;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use crossterm::event::MouseEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::CommandLine;
use super::desk::{Desk, Done};
use super::drafts::Draft;
use super::keys::{Act, Keys, Place, Press};
use super::theme::Theme;
use crate::config::Macro;
use crate::entity::{Locale, Model};
use crate::error::Error;

/// What every screen may know.
pub(crate) struct Cx<'a> {
    pub model: &'a Model,
    pub theme: &'a Theme,
    pub keys: &'a Keys,
    pub locale: &'a Locale,
    /// Handle of who is acting.
    pub me: &'a str,
    /// Runs command lines of rolo; in the worker alone.
    pub command: &'a CommandLine,
    /// Those of the config.
    pub macros: &'a [Macro],
    /// The part of the terminal that screens are drawn into.
    pub area: Rect,
    /// How long nobody has pressed anything.
    pub rest: Duration,
}

/// After so long nobody is in the middle of something: rows may go where they belong now.
pub(crate) const REST: Duration = Duration::from_secs(2);

impl Cx<'_> {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.locale.times.now
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.locale.times.today()
    }

    pub(crate) fn zone(&self) -> chrono_tz::Tz {
        self.locale.times.zone
    }
}

/// An answer of the worker to a screen's question; the screen knows its type by the slot.
pub(crate) type Answer = Box<dyn Any + Send>;
/// A question: runs beside the worker's connection.
pub(crate) type Question = Box<dyn FnOnce(&mut Desk) -> Answer + Send>;
/// A change: runs there too.
pub(crate) type Deed = Box<dyn FnOnce(&mut Desk) -> Result<Done, Error> + Send>;

/// What happens to a screen.
pub(crate) enum Event {
    Act(Act),
    /// A key that means no act here: text, where the screen takes text.
    Key(Press),
    Paste(String),
    Mouse(MouseEvent),
    /// The answer to a question of this slot.
    Answer(u8, Answer),
    /// A change of this screen was done.
    Done,
    /// A change of this screen was refused.
    Refused(Error),
    /// What a screen above said before it closed.
    Told(Box<dyn Any>),
    /// The file holds something new, or time has passed a mark.
    Changed,
    Resized,
}

/// What a screen asks for.
pub(crate) enum Effect {
    /// Opens a screen above.
    Push(Box<dyn Screen>),
    /// Closes this screen.
    Pop,
    /// Hands something to the screen below, once this one is closed.
    Tell(Box<dyn Any>),
    /// Opens one of the root screens, by its digit.
    Go(u8),
    /// Asks the worker; a question not yet begun gives way to a newer one of its slot.
    Ask(u8, Question),
    /// Asks what may take long: beside the worker, so that everything else goes on.
    Aside(u8, Question),
    /// Waits no longer for what was asked aside.
    Stop(u8),
    Do(Deed),
    Toast(Toast),
    /// Something to say behind what is said already.
    Also(String),
    Copy(String),
    /// Opens a web address, mail address or number with the desktop's program.
    OpenLink(String),
    /// Lets `$EDITOR` change a text, and tells it to this screen as [`Edited`].
    Editor(String),
    /// An act as if its key had been pressed.
    Act(Act),
    /// Runs a command line of rolo, and shows what it says.
    Command(String),
    /// `theme`, `mouse` or `borders` for as long as the dashboard is open.
    Set(String, String),
    Quit,
    /// Nothing.
    Pass,
}

/// A record that was made just now: screens that show its noun put the focus on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made(pub &'static str, pub i64);

/// The text that came back from `$EDITOR`.
pub(crate) struct Edited(pub String);

pub(crate) type Effects = Vec<Effect>;

/// A line that says what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    pub text: String,
    pub bad: bool,
}

impl Toast {
    pub(crate) fn good(text: impl Into<String>) -> Effect {
        Effect::Toast(Self { text: text.into(), bad: false })
    }

    pub(crate) fn bad(error: &Error) -> Effect {
        let hint = error.hint.as_ref().map_or(String::new(), |h| format!(" ({h})"));
        Effect::Toast(Self { text: format!("{}{hint}", error.message), bad: true })
    }
}

/// The records that a key is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub noun: &'static str,
    /// The marked ones, else the one in focus; never empty.
    pub ids: Vec<i64>,
    /// The label of the one in focus.
    pub label: String,
}

impl Subject {
    /// The record, where it is one.
    pub(crate) fn one(&self) -> i64 {
        self.ids[0]
    }

    /// `deal:42 Big order`, or `3 deals`.
    pub(crate) fn shown(&self, model: &Model) -> String {
        match self.ids[..] {
            [id] => format!("{}:{id} {}", self.noun, self.label),
            _ => format!(
                "{} {}",
                self.ids.len(),
                model.get(self.noun).map_or("records", |n| n.entity.plural)
            ),
        }
    }

    /// The references as a command line names them.
    pub(crate) fn refs(&self) -> String {
        self.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// One screen.
pub(crate) trait Screen {
    /// Which keys mean something here.
    fn place(&self) -> Place;

    /// The word for it, in tabs and titles.
    fn title(&self, cx: &Cx) -> String;

    /// What it needs when it opens, and again when it comes back into sight.
    fn open(&mut self, _: &Cx) -> Effects {
        Vec::new()
    }

    /// What an event does; `None` where it isn't this screen's business.
    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects>;

    /// Shows the state.
    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx);

    /// Whether what is below stays in sight.
    fn is_popup(&self) -> bool {
        false
    }

    /// Whether it works out of sight: keys go to what is below.
    fn is_unseen(&self) -> bool {
        false
    }

    /// Whether letters are text at this moment, whatever the place says.
    fn is_typing(&self) -> bool {
        self.place().types()
    }

    /// The records that keys are about.
    fn subject(&self) -> Option<Subject> {
        None
    }

    /// The same, where it depends on the day or the size.
    fn subject_in(&self, _: &Cx) -> Option<Subject> {
        self.subject()
    }

    /// The noun that a new record here would be of.
    fn noun(&self) -> Option<&'static str> {
        self.subject().map(|s| s.noun)
    }

    /// The command that shows the same.
    fn command(&self) -> Option<String> {
        None
    }

    /// What is typed here and not saved: it is kept in case the dashboard ends before it is.
    fn draft(&self, _: &Cx) -> Option<Draft> {
        None
    }

    /// What it does that isn't done yet, and would be lost if the dashboard ended now.
    fn busy_with(&self) -> Option<String> {
        None
    }

    /// When it has to be drawn again though nothing happens.
    fn deadline(&self, _: &Cx) -> Option<Duration> {
        None
    }

    /// Whether it is to be told, as of a change, that nobody has pressed anything for [`REST`].
    fn waits_for_rest(&self) -> bool {
        false
    }
}

/// Asks with a typed answer; see [`answer`].
pub(crate) fn ask<T: Send + 'static>(
    slot: u8,
    question: impl FnOnce(&mut Desk) -> T + Send + 'static,
) -> Effect {
    Effect::Ask(slot, Box::new(move |desk| Box::new(question(desk))))
}

/// The same, aside: for what may take long.
pub(crate) fn ask_aside<T: Send + 'static>(
    slot: u8,
    question: impl FnOnce(&mut Desk) -> T + Send + 'static,
) -> Effect {
    Effect::Aside(slot, Box::new(move |desk| Box::new(question(desk))))
}

/// The answer as the type that the question gives.
pub(crate) fn answer<T: 'static>(answer: Answer) -> Option<T> {
    answer.downcast().ok().map(|boxed| *boxed)
}

/// A change.
pub(crate) fn deed(work: impl FnOnce(&mut Desk) -> Result<Done, Error> + Send + 'static) -> Effect {
    Effect::Do(Box::new(work))
}
