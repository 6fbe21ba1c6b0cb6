//! A desk: a connection of its own with who is acting and what time it is. Between jobs no transaction
//! is open, so an idle dashboard holds nobody's WAL.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Asking;
use super::past::Past;
use crate::clock::Clock;
use crate::entity::{Locale, Noun};
use crate::error::{Error, Result};
use crate::store::{ChangeRow, Intent, Reader, Store, Writer, Written};

/// A store with who is acting and what time it is.
pub(crate) struct Desk {
    pub store: Store,
    pub locale: Locale,
    pub user: String,
    pub asking: Asking,
    /// What was changed here since the dashboard opened.
    pub past: Past,
    pub sight: Sight,
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
        Self {
            store,
            locale,
            user,
            asking,
            past: Past::default(),
            sight: Sight::default(),
            stands,
            clock,
        }
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
        let written = self.store.write(&self.clock, &self.locale, &self.user, &intent, work)?;
        self.sight.own.extend(written.change);
        Ok(written)
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
        self.sight.own.extend(changes.iter().map(|change| change.id));
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

/// What was seen of the file by whoever asks for a change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    /// The latest change that is shown.
    pub seen: i64,
    /// The changes that were made here, undos too.
    own: HashSet<i64>,
}

impl Sight {
    /// That nobody else changed these records, or these fields of them, since they were seen: what is
    /// done to them would be done to something else.
    ///
    /// # Errors
    /// Somebody did, or the database can't be read.
    pub(crate) fn still(
        &self,
        reader: &Reader,
        noun: &Noun,
        ids: &[i64],
        fields: Option<&[&str]>,
    ) -> Result<()> {
        let is_own = |change: i64| self.own.contains(&change);
        let mut touched = reader.touched_since(noun, ids, self.seen, is_own)?;
        touched.retain(|t| fields.is_none_or(|fields| fields.contains(&t.field.as_str())));
        let Some(first) = touched.first() else { return Ok(()) };
        let labels = reader.labels(noun.name(), &[first.record])?;
        let label = labels.get(&first.record).map_or("", |link| link.label.as_str());
        let mut names: Vec<&str> = Vec::new();
        for one in touched.iter().filter(|t| t.record == first.record) {
            if !names.contains(&one.field.as_str()) {
                names.push(&one.field);
            }
        }
        let who = if first.who.is_empty() { "somebody" } else { &first.who };
        let what = format!("{}:{} {label}", noun.name(), first.record);
        Err(Error::conflict(format!("{who} changed {} of {what} meanwhile", names.join(", ")))
            .hint("nothing was done: see what it is now; again does it"))
    }
}
