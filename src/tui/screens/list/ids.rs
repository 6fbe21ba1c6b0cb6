//! The ids of a list in their order: a million of them in four megabytes, without ever holding twice
//! as many while they come.

use std::collections::BTreeMap;

/// Ids in a piece.
const PIECE: usize = 1 << 16;

/// Ids by their position.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pieces: Vec<Vec<u32>>,
    /// Those that don't fit into 32 bits, by position; what stands in their piece means nothing.
    wide: BTreeMap<usize, i64>,
}

impl Ids {
    pub(super) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(super) fn push(&mut self, id: i64) {
        if self.pieces.last().is_none_or(|last| last.len() == PIECE) {
            // A short list stays small.
            let room = if self.pieces.is_empty() { 0 } else { PIECE };
            self.pieces.push(Vec::with_capacity(room));
        }
        let at = self.len();
        let narrow = u32::try_from(id).unwrap_or_else(|_| {
            self.wide.insert(at, id);
            u32::MAX
        });
        if let Some(last) = self.pieces.last_mut() {
            last.push(narrow);
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<i64> {
        let narrow = *self.pieces.get(at / PIECE)?.get(at % PIECE)?;
        let wide = if self.wide.is_empty() { None } else { self.wide.get(&at) };
        Some(wide.copied().unwrap_or_else(|| i64::from(narrow)))
    }

    /// Those from a position up to another, or up to the end.
    pub(super) fn some(&self, from: usize, until: usize) -> Vec<i64> {
        (from..until).map_while(|at| self.get(at)).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = i64> + Clone {
        (0..self.len()).map_while(|at| self.get(at))
    }

    /// The first so many of them alone.
    pub(super) fn truncate(&mut self, len: usize) {
        if len >= self.len() {
            return;
        }
        self.pieces.truncate(len.div_ceil(PIECE));
        if let Some(last) = self.pieces.last_mut() {
            last.truncate(len - (len - 1) / PIECE * PIECE);
        }
        self.wide.split_off(&len);
    }
}

impl FromIterator<i64> for Ids {
    fn from_iter<T: IntoIterator<Item = i64>>(ids: T) -> Self {
        let mut all = Self::default();
        ids.into_iter().for_each(|id| all.push(id));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_in_their_order_whatever_their_size_and_number() {
        let n = i64::try_from(PIECE).unwrap();
        for count in [0, 1, n - 1, n, n + 1, 3 * n] {
            let given: Vec<i64> = (0..count)
                .map(|at| match at % 7 {
                    3 => i64::from(u32::MAX) + at,
                    5 => i64::from(u32::MAX),
                    _ => count - at,
                })
                .collect();
            let mut ids: Ids = given.iter().copied().collect();
            assert_eq!(ids.iter().collect::<Vec<_>>(), given);
            assert_eq!((ids.len(), ids.is_empty()), (given.len(), given.is_empty()));
            assert_eq!(ids.get(given.len()), None);
            let end = given.len();
            assert_eq!(ids.some(end / 2, end + 9), given[end / 2..]);
            for len in [end + 1, 2 * PIECE + 5, PIECE + 1, PIECE, PIECE - 1, 1, 0] {
                ids.truncate(len);
                assert_eq!(ids.iter().collect::<Vec<_>>(), given[..len.min(end)]);
            }
        }
    }
}
