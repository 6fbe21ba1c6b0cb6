//! The worker's side: a thread with its own connection that answers questions and makes changes, one
//! after the other. It also looks once a second whether somebody else has changed the file; between
//! jobs no transaction is open, so an idle dashboard holds nobody's WAL.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Asking;
use super::past::Past;
use super::pump::Waker;
use super::screen::{Answer, Deed, Question};
use crate::clock::Clock;
use crate::entity::{Locale, Model};
use crate::error::{Error, Result};
use crate::store::{ChangeRow, Intent, Reader, Store, Writer, Written};

/// How often somebody else's changes are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// A store with who is acting and what time it is.
pub(crate) struct Desk {
    pub store: Store,
    pub locale: Locale,
    pub user: String,
    pub asking: Asking,
    /// What was changed here since the dashboard opened.
    pub past: Past,
    /// The clock stands still there.
    stands: Option<DateTime<Utc>>,
    clock: Clock,
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    /// One line for people; empty when nothing differed.
    pub line: String,
    pub change: Option<i64>,
    /// The record that was made, where one was.
    pub made: Option<(&'static str, i64)>,
    /// The command that does the same.
    pub command: String,
}

impl Done {
    /// What took others back, or brought them back.
    pub(crate) fn of(line: String, command: String) -> Self {
        Self { line, change: None, made: None, command }
    }
}

impl Desk {
    pub(crate) fn new(
        store: Store,
        locale: Locale,
        user: String,
        stands: Option<DateTime<Utc>>,
        asking: Asking,
    ) -> Self {
        let clock = Clock::new(stands, locale.times.zone);
        Self { store, locale, user, asking, past: Past::default(), stands, clock }
    }

    /// Lets the clock go on to now, where it isn't told to stand.
    pub(crate) fn tick(&mut self) {
        self.clock = Clock::new(self.stands, self.locale.times.zone);
        self.locale.times.now = self.clock.now();
    }

    /// Reads at this moment, as who is acting.
    ///
    /// # Errors
    /// The database can't be read.
    pub(crate) fn reader(&self) -> Result<Reader<'_>> {
        self.store.reader(&self.clock, &self.user)
    }

    /// One change; `command` is the command line that does the same.
    ///
    /// # Errors
    /// What `work` returns, or the file can't be written.
    pub(crate) fn write<T>(
        &mut self,
        kind: &str,
        command: &str,
        work: impl FnOnce(&mut Writer) -> Result<T>,
    ) -> Result<Written<T>> {
        let intent =
            Intent { kind: kind.into(), summary: String::new(), command: command.to_owned() };
        self.store.write(&self.clock, &self.locale, &self.user, &intent, work)
    }

    /// A change of this session, which `u` takes back.
    ///
    /// # Errors
    /// As for [`Self::write`].
    pub(crate) fn change<T>(
        &mut self,
        kind: &str,
        command: &str,
        work: impl FnOnce(&mut Writer) -> Result<T>,
    ) -> Result<Written<T>> {
        let written = self.write(kind, command, work)?;
        if let Some(change) = written.change {
            self.past.did(change);
        }
        Ok(written)
    }
}

impl Desk {
    /// The change that `u` takes back, or with `redo` the undo that comes back: one of this session
    /// that still stands.
    ///
    /// # Errors
    /// The database can't be read.
    pub(crate) fn next_to_take_back(&mut self, redo: bool) -> Result<Option<i64>> {
        let reader = self.store.reader(&self.clock, &self.user)?;
        let stands = |change: i64| {
            reader.change(change).is_ok_and(|row| row.is_some_and(|row| row.undone_by.is_none()))
        };
        Ok(if redo { self.past.redoable(stands) } else { self.past.undoable(stands) })
    }

    /// Counts changes as those of this session: a command that was run here made them.
    pub(crate) fn take_over(&mut self, changes: &[ChangeRow]) {
        for change in changes {
            match (change.undoes, change.kind.as_str()) {
                (None, _) => self.past.did(change.id),
                (Some(undo), "redo") => {
                    let original = self.reader().and_then(|r| r.change(undo));
                    if let Some(of) = original.ok().flatten().and_then(|c| c.undoes) {
                        self.past.redid(undo, of);
                    }
                }
                (Some(of), _) => self.past.undid(of, change.id),
            }
        }
    }
}

/// What the worker is told to do; `screen` is who gets the answer.
pub(crate) enum Work {
    Ask { screen: u64, slot: u8, question: Question },
    Do { screen: u64, deed: Deed },
}

/// What it says.
pub(crate) enum Said {
    Answer {
        screen: u64,
        slot: u8,
        answer: Answer,
    },
    Done {
        screen: u64,
        result: Result<Done>,
    },
    /// Somebody else has changed the file.
    Changed,
    /// There are other custom fields now.
    Model(Box<Model>),
    /// A question can't even be asked.
    Refused(Error),
    /// A question failed in a way that nobody foresaw.
    Broken(String),
}

/// The ends that the app has.
pub(crate) struct Worker {
    pub work: Sender<Work>,
    pub said: Receiver<Said>,
    /// For others who answer the app.
    pub says: Sender<Said>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(desk: Desk, waker: Arc<Waker>) -> Self {
        let (work, todo) = channel();
        let (says, said) = channel();
        let others = says.clone();
        std::thread::spawn(move || {
            let say = |said: Said| {
                // Nobody listens any more at the end.
                let _ = says.send(said);
                waker.wake();
            };
            run(desk, &todo, &say);
        });
        Self { work, said, says: others }
    }
}

fn run(mut desk: Desk, todo: &Receiver<Work>, say: &dyn Fn(Said)) {
    let mut waiting: VecDeque<Work> = VecDeque::new();
    let mut seen = desk.store.data_version().ok();
    loop {
        if waiting.is_empty() {
            match todo.recv_timeout(LOOK) {
                Ok(work) => push(&mut waiting, work),
                Err(RecvTimeoutError::Timeout) => {
                    let now = desk.store.data_version().ok();
                    if now != seen {
                        seen = now;
                        if desk.store.refresh_model().unwrap_or(false) {
                            say(Said::Model(Box::new(desk.store.model().clone())));
                        }
                        say(Said::Changed);
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        while let Ok(work) = todo.try_recv() {
            push(&mut waiting, work);
        }
        if let Some(work) = waiting.pop_front() {
            let before = desk.store.model().customs();
            let said = perform(&mut desk, work);
            // A custom field was made or taken back: forms and lists have to know of it first.
            if desk.store.model().customs() != before {
                say(Said::Model(Box::new(desk.store.model().clone())));
            }
            say(said);
        }
    }
}

/// Queues a piece of work; a question takes the place of an older one of its slot.
fn push(waiting: &mut VecDeque<Work>, new: Work) {
    if let Work::Ask { screen, slot, .. } = &new {
        let (screen, slot) = (*screen, *slot);
        waiting.retain(
            |w| !matches!(w, Work::Ask { screen: s, slot: t, .. } if (*s, *t) == (screen, slot)),
        );
    }
    waiting.push_back(new);
}

/// Does one piece of work. A panic in it is told, and the next piece is done as if nothing had been.
pub(crate) fn perform(desk: &mut Desk, work: Work) -> Said {
    desk.tick();
    match work {
        Work::Ask { screen, slot, question } => {
            match catch_unwind(AssertUnwindSafe(|| question(desk))) {
                Ok(answer) => Said::Answer { screen, slot, answer },
                Err(panic) => Said::Broken(words_of(panic.as_ref())),
            }
        }
        Work::Do { screen, deed } => {
            let result = catch_unwind(AssertUnwindSafe(|| deed(desk))).unwrap_or_else(|panic| {
                Err(Error::failed(format!("a fault in rolo: {}", words_of(panic.as_ref()))))
            });
            Said::Done { screen, result }
        }
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown").to_owned()
}
