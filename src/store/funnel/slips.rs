//! Moves of the expected close, out of the history.

use chrono::NaiveDate;

use super::facts::{Facts, Stages};
use super::{By, Deals, Key};
use crate::entity::money::{Currency, Money};
use crate::entity::when::stored_day;
use crate::error::Result;
use crate::model::SLIPS_OF_DEAL;
use crate::store::read::Reader;

/// A deal whose expected close was moved while it was open.
#[derive(Debug, Clone)]
pub struct Slipped {
    pub id: i64,
    pub key: Key,
    pub amount: Option<Money>,
    /// From which day to which, as they came.
    pub moves: Vec<(NaiveDate, NaiveDate)>,
}

impl Reader<'_> {
    /// The deals whose expected close was moved, by id.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn slipped(&self, by: By, deals: &Deals) -> Result<Vec<Slipped>> {
        let stages = Stages::of(self, deals)?;
        let facts = Facts::of(self, &[by], &stages, deals)?;
        let slips = SLIPS_OF_DEAL.replace("{t}", "t");
        let rest = format!("t.id, t.amount, t.amount_currency, {slips}");
        let mut stmt = self.conn.prepare(&facts.sql(deals, &rest, " ORDER BY t.id"))?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let (at, mut found) = (facts.rest(), Vec::new());
        while let Some(row) = rows.next()? {
            let Some(moves) = row.get::<_, Option<String>>(at + 3)? else { continue };
            let currency: Option<Currency> =
                row.get::<_, Option<String>>(at + 2)?.and_then(|c| c.parse().ok());
            let amount = row.get::<_, Option<i64>>(at + 1)?.zip(currency);
            found.push(Slipped {
                id: row.get(at)?,
                key: facts.key(row, 0)?.into(),
                amount: amount.map(|(minor, currency)| Money { minor, currency }),
                moves: in_order(&moves),
            });
        }
        Ok(found)
    }
}

/// Of `change old new;…` the moves in the order of their changes.
fn in_order(text: &str) -> Vec<(NaiveDate, NaiveDate)> {
    let one = |text: &str| {
        let mut words = text.split(' ');
        let change: i64 = words.next()?.parse().ok()?;
        Some((change, stored_day(words.next()?)?, stored_day(words.next()?)?))
    };
    let mut moves: Vec<_> = text.split(';').filter_map(one).collect();
    moves.sort_unstable();
    moves.into_iter().map(|(_, old, new)| (old, new)).collect()
}
