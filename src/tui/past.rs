//! What this dashboard has changed since it opened: `u` takes back that, as an editor would, and never
//! what somebody did before or elsewhere.

use super::desk::{Desk, Done};
use crate::error::{Error, Result};

/// Changes by their numbers, the latest last.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Those that stand.
    done: Vec<i64>,
    /// Undos that can be taken back, and whether what they took back was of this session.
    undone: Vec<(i64, bool)>,
}

impl Past {
    /// A change was made: nothing undone before it can come back by a key.
    pub(crate) fn did(&mut self, change: i64) {
        self.done.push(change);
        self.undone.clear();
    }

    /// A change can't be taken back any more.
    pub(crate) fn forget(&mut self, change: i64) {
        self.done.retain(|c| *c != change);
    }

    /// A change was taken back by another one.
    pub(crate) fn undid(&mut self, change: i64, by: i64) {
        let of_session = self.done.contains(&change);
        self.done.retain(|c| *c != change);
        self.undone.push((by, of_session));
    }

    /// An undo was taken back, and the change stands again.
    pub(crate) fn redid(&mut self, undo: i64, change: i64) {
        let of_session = self.undone.iter().any(|(by, own)| *by == undo && *own);
        self.undone.retain(|(by, _)| *by != undo);
        if of_session {
            self.done.push(change);
        }
    }

    /// The change that `u` takes back. One that `stands` no more was taken back elsewhere.
    pub(crate) fn undoable(&mut self, mut stands: impl FnMut(i64) -> bool) -> Option<i64> {
        while let Some(change) = self.done.last().copied() {
            if stands(change) {
                return Some(change);
            }
            self.done.pop();
        }
        None
    }

    /// The undo that a redo takes back.
    pub(crate) fn redoable(&mut self, mut stands: impl FnMut(i64) -> bool) -> Option<i64> {
        while let Some((undo, _)) = self.undone.last().copied() {
            if stands(undo) {
                return Some(undo);
            }
            self.undone.pop();
        }
        None
    }
}

/// Takes the latest change of this session back.
///
/// # Errors
/// There is none, or a later change stands in the way; `elsewhere` tells how to take others back.
pub(crate) fn undo(desk: &mut Desk, elsewhere: &str) -> Result<Done> {
    let change = desk.next_to_take_back(false)?.ok_or_else(|| {
        Error::conflict("nothing done in this dashboard is left to undo").hint(elsewhere)
    })?;
    let line = take_back(desk, Some(change)).map_err(|why| {
        // What can't be taken back isn't in the way of what was done before it.
        desk.past.forget(change);
        let way = "again takes back the one before; `g u` lists all changes";
        let hint = why.hint.clone().map_or(way.to_owned(), |hint| format!("{hint}; {way}"));
        why.hint(hint)
    })?;
    Ok(Done::of(line, format!("undo change:{change}")))
}

/// Takes the latest undo of this session back.
///
/// # Errors
/// There is none, or a later change stands in the way.
pub(crate) fn redo(desk: &mut Desk) -> Result<Done> {
    let undo = desk.next_to_take_back(true)?.ok_or_else(|| {
        Error::conflict("nothing undone in this dashboard is left to redo")
            .hint("a new change ends redo")
    })?;
    let line = bring_back(desk, undo)?;
    Ok(Done::of(line, "redo".to_owned()))
}

/// Takes an undo back; tells what came back.
fn bring_back(desk: &mut Desk, undo: i64) -> Result<String> {
    let written = desk.write("redo", "redo", |w| {
        w.undoing = Some(undo);
        w.take_back(undo, true)
    })?;
    desk.past.redid(undo, written.value.change);
    Ok(format!("redid: {}", written.value.summary.trim_start_matches("undo of ")))
}

/// Takes a certain change back, whoever made it and whenever; of an undo that is a redo.
///
/// # Errors
/// A later change stands in the way.
pub(crate) fn undo_change(desk: &mut Desk, change: i64, is_undo: bool) -> Result<Done> {
    let line = if is_undo { bring_back(desk, change)? } else { take_back(desk, Some(change))? };
    Ok(Done::of(line, format!("undo change:{change}")))
}

/// Takes the latest changes back, from before this session too: `:undo 3`.
///
/// # Errors
/// There is none, or a later change stands in the way of the latest.
pub(crate) fn undo_latest(desk: &mut Desk, count: usize) -> Result<Done> {
    let mut line = take_back(desk, None)?;
    for done in 1..count {
        line = match take_back(desk, None) {
            Ok(_) => format!("undid {} changes", done + 1),
            // What is undone is undone: the line tells what stopped the rest.
            Err(why) => {
                line = format!("undid {done} of {count}; the one before: {}", why.message);
                break;
            }
        };
    }
    Ok(Done::of(line, if count == 1 { "undo".to_owned() } else { format!("undo {count}") }))
}

/// Takes a change back, or the latest of the user; tells what it was.
fn take_back(desk: &mut Desk, change: Option<i64>) -> Result<String> {
    let written = desk.write("undo", "undo", |w| {
        let of = change.map_or_else(|| w.last_undoable(false), Ok)?;
        w.undoing = Some(of);
        w.take_back(of, false)
    })?;
    let undone = written.value;
    if let Some(by) = written.change {
        desk.past.undid(undone.change, by);
    }
    Ok(format!("undid: {}", undone.summary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_done_here_is_taken_back_the_latest_first() {
        let mut past = Past::default();
        assert_eq!(past.undoable(|_| true), None);
        past.did(5);
        past.did(8);
        past.undid(8, 9);
        assert_eq!((past.undoable(|_| true), past.redoable(|_| true)), (Some(5), Some(9)));
        past.redid(9, 8);
        assert_eq!((past.undoable(|_| true), past.redoable(|_| true)), (Some(8), None));
        // Somebody took 8 back meanwhile.
        assert_eq!(past.undoable(|change| change != 8), Some(5));
        past.undid(5, 12);
        past.did(13);
        assert_eq!((past.undoable(|_| true), past.redoable(|_| true)), (Some(13), None));
    }

    #[test]
    fn an_older_change_that_comes_back_is_still_not_of_the_session() {
        let mut past = Past::default();
        past.undid(3, 20);
        assert_eq!(past.redoable(|_| true), Some(20));
        past.redid(20, 3);
        assert_eq!((past.undoable(|_| true), past.redoable(|_| true)), (None, None));
    }
}
