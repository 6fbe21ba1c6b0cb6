//! Moves of the expected close, out of the history.

use chrono::NaiveDate;

use super::sums::keys_of;
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
        let sql = format!(
            "SELECT * FROM (SELECT {}, t.id, t.amount, t.amount_currency, {} AS moves {}) WHERE moves IS NOT NULL ORDER BY id",
            by.sql(),
            SLIPS_OF_DEAL.replace("{t}", "t"),
            deals.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency: Option<Currency> =
                row.get::<_, Option<String>>(3)?.and_then(|c| c.parse().ok());
            let amount = row.get::<_, Option<i64>>(2)?.zip(currency);
            let moves: String = row.get(4)?;
            found.push(Slipped {
                id: row.get(1)?,
                key: keys_of(row, 1)?.pop().unwrap_or(Key::None),
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
