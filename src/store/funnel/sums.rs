//! Counts, sums and weighted sums of deals by what they have in common, and the deals behind them.

use rusqlite::types::ValueRef;

use super::{By, Deals, Key};
use crate::entity::money::Currency;
use crate::error::Result;
use crate::model::{half_even_share, share};
use crate::store::read::Reader;

/// The deals of one currency that have their keys in common.
#[derive(Debug, Clone)]
pub struct Sums {
    /// As many as were asked for, in that order.
    pub keys: Vec<Key>,
    /// None: deals without an amount.
    pub currency: Option<Currency>,
    pub count: i64,
    /// Minor units.
    pub amount: i64,
    /// Amount times chance, each deal rounded half to even to the minor unit.
    pub weighted: i64,
}

impl Reader<'_> {
    /// The deals by their keys and currency.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn deal_sums(&self, by: &[By], deals: &Deals) -> Result<Vec<Sums>> {
        let keys: String =
            by.iter().enumerate().map(|(at, by)| format!("{} AS k{at}, ", by.sql())).collect();
        let names: String = (0..by.len()).map(|at| format!("k{at}, ")).collect();
        let sql = format!(
            "SELECT {names}amount_currency, count(*), sum(amount), sum({}) FROM (SELECT {keys}t.amount_currency, t.amount, {} AS n {}) \
             GROUP BY {names}amount_currency",
            half_even_share!("n"),
            share!("t.amount", "coalesce(t.probability, s.probability)"),
            deals.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        let next = by.len();
        while let Some(row) = rows.next()? {
            let whole =
                |at: usize| Ok::<i64, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.unwrap_or(0));
            found.push(Sums {
                keys: keys_of(row, next)?,
                currency: row.get::<_, Option<String>>(next)?.and_then(|c| c.parse().ok()),
                count: whole(next + 1)?,
                amount: whole(next + 2)?,
                weighted: whole(next + 3)?,
            });
        }
        Ok(found)
    }

    /// The ids of the deals with their keys, by id.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn deals_behind(&self, by: &[By], deals: &Deals) -> Result<Vec<(Vec<Key>, i64)>> {
        let keys: String = by.iter().map(|by| format!("{}, ", by.sql())).collect();
        let sql = format!("SELECT {keys}t.id {} ORDER BY t.id", deals.from());
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((keys_of(row, by.len())?, row.get(by.len())?));
        }
        Ok(found)
    }
}

/// The first columns of a row as keys.
pub(super) fn keys_of(row: &rusqlite::Row, count: usize) -> Result<Vec<Key>> {
    (0..count)
        .map(|at| {
            Ok(match row.get_ref(at)? {
                ValueRef::Integer(id) => Key::Id(id),
                ValueRef::Text(_) => Key::Word(row.get(at)?),
                _ => Key::None,
            })
        })
        .collect()
}
