//! What this dashboard has changed since it opened: `u` takes back that, as an editor would, and never
//! what somebody did before or elsewhere.

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
