//! Marked records: what keys are about, where any is marked.

use std::collections::BTreeSet;

use crate::tui::screen::Subject;

/// The marks of a screen, by record.
#[derive(Debug, Default)]
pub(crate) struct Marks(BTreeSet<i64>);

impl Marks {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn has(&self, id: i64) -> bool {
        self.0.contains(&id)
    }

    pub(crate) fn turn(&mut self, id: i64) {
        if !self.0.remove(&id) {
            self.0.insert(id);
        }
    }

    /// Marks more.
    pub(crate) fn add(&mut self, ids: impl IntoIterator<Item = i64>) {
        self.0.extend(ids);
    }

    /// Marks all of these; none where any is marked.
    pub(crate) fn turn_all(&mut self, ids: impl IntoIterator<Item = i64>) {
        if self.clear() {
            return;
        }
        self.0.extend(ids);
    }

    /// Takes all marks off; whether there were any.
    pub(crate) fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.0).is_empty()
    }

    /// Takes off the marks of what isn't among these.
    pub(crate) fn keep(&mut self, there: impl Iterator<Item = i64>) {
        if !self.is_empty() {
            self.0 = there.filter(|id| self.has(*id)).collect();
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
            self.0.iter().copied().collect()
        };
        let named = if ids.len() == 1 { ids.first().copied() } else { focus };
        let label = named.and_then(label).unwrap_or_default();
        (!ids.is_empty()).then_some(Subject { noun, ids, label })
    }
}
