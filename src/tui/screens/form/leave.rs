//! What is checked when a field is left: its value at once, and by the worker whether a record is
//! called as typed.

use super::Form;
use crate::entity::Kind;
use crate::error::Error;
use crate::tui::screen::{Cx, Effect, ask};

/// The slot of what is looked for when a link's field is left.
pub(super) const LINK: u8 = 2;

/// The field that was left, what was typed there, and whether a record is called so.
pub(super) type Looked = (usize, String, Result<(), Error>);

impl Form {
    /// Checks the field that is left; whether a record is called as typed, the worker tells.
    pub(super) fn leave_field(&mut self, cx: &Cx) -> Option<Effect> {
        self.leaving = false;
        let at = self.at;
        let entry = self.entry()?;
        entry.check(cx);
        let Kind::Link(target) = entry.kind else { return None };
        let named = !entry.is_picked() && entry.is_changed() && entry.error.is_none();
        let typed = Some(entry.text().trim().to_owned()).filter(|t| named && !t.is_empty())?;
        // What stands within another link is known with that one alone.
        if entry.declared.is_some_and(|f| f.within.is_some()) {
            return None;
        }
        Some(ask(LINK, move |desk| -> Looked {
            let found = desk.reader().and_then(|r| r.resolve_link(target, &typed, None));
            (at, typed, found.map(drop))
        }))
    }

    /// Says at the field that nobody is called so, where that still stands there.
    pub(super) fn looked(&mut self, (at, typed, found): Looked) {
        let entry = self.entries.get_mut(at).filter(|e| e.text().trim() == typed);
        if let (Some(entry), Err(why)) = (entry, found) {
            // The hint speaks of commands, but for the word that was perhaps meant.
            let meant = why.hint.as_deref().filter(|hint| hint.starts_with("did you mean"));
            let meant = meant.and_then(|hint| hint.split_inclusive('?').next());
            entry.error = Some(match meant {
                Some(meant) => format!("{}; {meant}", why.message),
                None => why.message,
            });
        }
    }
}
