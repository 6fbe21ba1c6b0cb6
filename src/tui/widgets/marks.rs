//! Marked records: what keys are about, where any is marked.

use std::collections::BTreeSet;

use super::amount::grouped;
use crate::tui::screen::Subject;

/// The marks of a screen, by record.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    ids: BTreeSet<i64>,
    /// Those of them that a filter or a view hides.
    out_of_sight: usize,
}

impl Marks {
    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn has(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    pub(crate) fn turn(&mut self, id: i64) {
        if !self.ids.remove(&id) {
            self.ids.insert(id);
        }
    }

    /// Marks more.
    pub(crate) fn add(&mut self, ids: impl IntoIterator<Item = i64>) {
        self.ids.extend(ids);
    }

    /// Marks all of these; none of them where any of them is marked.
    pub(crate) fn turn_all(&mut self, ids: impl Iterator<Item = i64> + Clone) {
        if ids.clone().any(|id| self.has(id)) {
            self.take_off(ids);
        } else {
            self.ids.extend(ids);
        }
    }

    fn take_off(&mut self, ids: impl Iterator<Item = i64>) {
        for id in ids {
            self.ids.remove(&id);
        }
    }

    /// Takes all marks off; whether there were any.
    pub(crate) fn clear(&mut self) -> bool {
        !std::mem::take(self).is_empty()
    }

    /// The marked records.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.ids.iter().copied()
    }

    /// Takes notice of what is known of them: those out of sight, and those that aren't there any more.
    pub(crate) fn know(&mut self, out_of_sight: usize, gone: &[i64]) {
        self.take_off(gone.iter().copied());
        self.out_of_sight = out_of_sight;
    }

    /// How many there are; also how many of them aren't in sight.
    pub(crate) fn told(&self) -> String {
        let marked = format!("{} marked", grouped(self.len()));
        match self.out_of_sight {
            0 => marked,
            hidden => format!("{marked}, {} out of sight", grouped(hidden)),
        }
    }

    /// The marked records, else the one in focus; none where there is neither. One alone is named:
    /// the marked one needn't be the one in focus.
    pub(crate) fn subject(
        &self,
        noun: &'static str,
        focus: Option<i64>,
        label: impl Fn(i64) -> Option<String>,
    ) -> Option<Subject> {
        let ids: Vec<i64> = if self.is_empty() {
            focus.into_iter().collect()
        } else {
            self.ids.iter().copied().collect()
        };
        let named = if ids.len() == 1 { ids.first().copied() } else { focus };
        let label = named.and_then(label).unwrap_or_default();
        (!ids.is_empty()).then_some(Subject { noun, ids, label })
    }
}
