//! The open deals one by one, for what can't be added up: each may be won or not.

use super::Deals;
use crate::entity::money::Currency;
use crate::error::Result;
use crate::store::read::Reader;

/// An open deal with an amount.
#[derive(Debug, Clone, Copy)]
pub struct Chanced {
    pub stage: i64,
    pub currency: Currency,
    pub minor: i64,
    /// Its own probability or its stage's, in ten-thousandths of a percent; none where neither is set.
    pub chance: Option<i64>,
}

impl Reader<'_> {
    /// The deals with an amount, each with its chance, by id.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn chanced(&self, deals: &Deals) -> Result<Vec<Chanced>> {
        let sql = format!(
            "SELECT t.stage, t.amount_currency, t.amount, \
             CAST(round(coalesce(t.probability, s.probability) * 10000) AS INTEGER) {} AND t.amount IS NOT NULL ORDER BY t.id",
            deals.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency: Option<String> = row.get(1)?;
            let Some(currency) = currency.and_then(|c| c.parse().ok()) else { continue };
            found.push(Chanced {
                stage: row.get(0)?,
                currency,
                minor: row.get(2)?,
                chance: row.get(3)?,
            });
        }
        Ok(found)
    }
}
