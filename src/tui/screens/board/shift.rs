//! Cards that go at once where they are put, while the change is on its way; what the file says comes
//! with the next answer, also where it refuses.

use std::collections::HashSet;

use super::{Board, Card};

impl Board {
    /// Puts cards one stage on or back.
    pub(super) fn shift_cards(&mut self, ids: &[i64], by: isize) {
        // Of many that are marked few are in sight.
        let ids: HashSet<i64> = ids.iter().copied().collect();
        let cards = self.stages.iter().flat_map(|stage| &stage.cards);
        let seen: Vec<i64> = cards.map(|card| card.id).filter(|id| ids.contains(id)).collect();
        for id in seen {
            let Some((column, _)) = self.find(id) else { continue };
            let target = column.checked_add_signed(by);
            // From won nobody goes on to lost by a step.
            let fits =
                |at: &usize| self.stages.get(*at).is_some_and(|s| by < 0 || s.sums.kind != "lost");
            if let Some(target) = target.filter(fits) {
                self.put_card(id, target);
            }
        }
    }

    /// Puts a card into a stage, in its order there; the focus goes with the card that has it.
    pub(super) fn put_card(&mut self, id: i64, target: usize) {
        let Some((column, row)) = self.find(id).filter(|(column, _)| *column != target) else {
            return;
        };
        let focused = self.focused().is_some_and(|card| card.id == id);
        let usual = self.order().is_empty();
        let card = Card { days: 0, stale: false, ..self.stages[column].cards.remove(row) };
        self.stages[column].sums.count = self.stages[column].sums.count.saturating_sub(1);
        self.stages[target].sums.count += 1;
        let later = |other: &Card| match (other.closes, card.closes) {
            (Some(theirs), Some(mine)) => theirs > mine,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let cards = &self.stages[target].cards;
        // In an order of the user's own it stays at its height, until the file tells its place.
        let place = if usual { cards.iter().position(later) } else { Some(row) };
        let place = place.unwrap_or(cards.len()).min(cards.len());
        self.stages[target].cards.insert(place, card);
        if focused {
            self.column = target;
            self.at[target] = place;
        }
        for (stage, at) in self.stages.iter().zip(&mut self.at) {
            *at = (*at).min(stage.cards.len().saturating_sub(1));
        }
    }

    /// Puts the focus on a card, wherever it is.
    pub(super) fn focus_on(&mut self, id: i64) {
        if let Some((column, row)) = self.find(id) {
            self.column = column;
            self.at[column] = row;
        }
    }

    /// The card of a deal, where it is loaded.
    pub(super) fn card(&self, id: i64) -> Option<&Card> {
        self.find(id).map(|(column, row)| &self.stages[column].cards[row])
    }

    fn find(&self, id: i64) -> Option<(usize, usize)> {
        self.stages.iter().enumerate().find_map(|(column, stage)| {
            Some((column, stage.cards.iter().position(|card| card.id == id)?))
        })
    }
}
