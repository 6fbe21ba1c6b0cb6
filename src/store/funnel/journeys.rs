//! How long things took: from the day that a deal was made to the one that it was decided, and its
//! stays in stages.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::types::ValueRef;

use super::facts::{Facts, Stages};
use super::{By, DAY, Deals, Key};
use crate::entity::money::{Currency, Money};
use crate::entity::when::{stored_day, stored_instant};
use crate::error::Result;
use crate::store::read::Reader;

/// A deal with when it began and when it was, or should be, decided.
#[derive(Debug, Clone)]
pub struct Journey {
    pub id: i64,
    pub key: Key,
    pub made: DateTime<Utc>,
    pub decided: NaiveDate,
    pub amount: Option<Money>,
}

/// A stay in an open stage.
#[derive(Debug, Clone, Copy)]
pub struct Dwell {
    pub deal: i64,
    pub stage: i64,
    pub entered: DateTime<Utc>,
    /// Empty while the deal is there.
    pub left: Option<DateTime<Utc>>,
}

impl Reader<'_> {
    /// The deals that have both days, by id.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn journeys(&self, by: By, deals: &Deals) -> Result<Vec<Journey>> {
        let stages = Stages::of(self, deals)?;
        let facts = Facts::of(self, &[by], &stages, deals)?;
        let rest = format!("t.id, t.created, {DAY}, t.amount, t.amount_currency");
        let mut stmt = self.conn.prepare(&facts.sql(deals, &rest, " ORDER BY t.id"))?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let (at, mut found) = (facts.rest(), Vec::new());
        while let Some(row) = rows.next()? {
            let text = |at: usize| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
            let made = instant_of(row.get_ref(at + 1)?);
            let Some((made, decided)) = made.zip(stored_day(&text(at + 2)?)) else { continue };
            let currency: Option<Currency> = text(at + 4)?.parse().ok();
            let amount = row.get::<_, Option<i64>>(at + 3)?.zip(currency);
            found.push(Journey {
                id: row.get(at)?,
                key: facts.key(row, 0)?.into(),
                made,
                decided,
                amount: amount.map(|(minor, currency)| Money { minor, currency }),
            });
        }
        Ok(found)
    }

    /// The stays of deals in open stages, those of one deal in their order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn dwells(&self, deals: &Deals) -> Result<Vec<Dwell>> {
        let sql = format!(
            "SELECT y.record, y.target, y.since, y.until FROM deal_stays y \
             JOIN stage o ON o.id = y.target AND coalesce(o.kind, 'open') = 'open' AND o.trashed IS NULL \
             WHERE y.record IN (SELECT t.id {}) ORDER BY y.record, y.position",
            deals.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let instant = |at: usize| row.get_ref(at).map(instant_of);
            let Some(entered) = instant(2)? else { continue };
            found.push(Dwell { deal: row.get(0)?, stage: row.get(1)?, entered, left: instant(3)? });
        }
        Ok(found)
    }
}

/// The instant of a stored text, read without a copy: there may be a million of them.
pub(super) fn instant_of(value: ValueRef) -> Option<DateTime<Utc>> {
    value.as_str_or_null().ok().flatten().and_then(stored_instant)
}
