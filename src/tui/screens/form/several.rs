//! A form over several records: what all of them have is shown, the rest stays as it is.

use crossterm::event::{KeyCode, KeyModifiers};

use super::entry::Entry;
use super::{Form, Purpose};
use crate::entity::Record;
use crate::error::Result;
use crate::store::same;
use crate::tui::keys::Press;
use crate::tui::screen::{Cx, Effects, Subject, ask};

/// The slot of what several records have.
pub(super) const SEVERAL: u8 = 3;

/// More records than this aren't compared: their lines are empty, and stay as they are.
const MOST: usize = 1_000;

/// What several records have in common.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// One of them.
    pub first: Record,
    /// For each field, whether the others have another value.
    pub differs: Vec<bool>,
}

/// Whether a key says of an empty line that it is to be empty in all records, or takes that back.
pub(super) fn asks(entry: &mut Entry, press: Press) -> bool {
    let control = press.held.contains(KeyModifiers::CONTROL);
    match press.code {
        KeyCode::Delete => entry.empty_all(true),
        KeyCode::Char('u') if control => entry.empty_all(true),
        KeyCode::Char('z') if control => entry.empty_all(false),
        KeyCode::Backspace => entry.empty_all(false),
        _ => false,
    }
}

impl Form {
    /// The records, where the form is over several.
    pub(super) fn several(&self) -> Option<&Subject> {
        match &self.purpose {
            Purpose::Edit(subject) if subject.ids.len() > 1 => Some(subject),
            _ => None,
        }
    }

    /// Asks what all records have.
    pub(super) fn look_at_all(&self) -> Effects {
        let Some(subject) = self.several() else { return Vec::new() };
        let (noun, ids) = (subject.noun, subject.ids.clone());
        vec![ask(SEVERAL, move |desk| -> Result<Shared> {
            let reader = desk.reader()?;
            let noun = desk.store.noun(noun)?;
            let many = ids.len() > MOST;
            let read = reader.records(noun, if many { &ids[..1] } else { &ids })?;
            let mut read = read.into_iter();
            let first = match read.next() {
                Some(first) => first,
                None => reader.record(noun, ids[0])?,
            };
            let mut differs = vec![many; first.values.len()];
            for other in read {
                for (at, differs) in differs.iter_mut().enumerate() {
                    *differs |= !same(&first.values[at], &other.values[at]);
                }
            }
            Ok(Shared { first, differs })
        })]
    }

    /// Fills the lines with what all records have, below what was typed already.
    pub(super) fn fill_shared(&mut self, shared: Shared, cx: &Cx) -> Effects {
        let Some(noun) = cx.model.get(shared.first.noun) else { return Vec::new() };
        if !self.still_fits(cx) {
            self.error = Some(super::moved());
            return Vec::new();
        }
        for entry in &mut self.entries {
            match entry.field.and_then(|at| Some((at, *shared.differs.get(at)?))) {
                Some((at, false)) => {
                    entry.fill_below(noun.fields[at], &shared.first.values[at], cx);
                }
                Some((_, true)) => entry.leave(),
                None => {}
            }
        }
        self.shared = Some(shared);
        self.loaded = true;
        if std::mem::take(&mut self.eager) { self.save(cx) } else { Vec::new() }
    }
}
