//! What became of deals, month by month.

use std::collections::BTreeMap;

use super::Reader;
use crate::entity::money::Currency;
use crate::error::Result;

/// A month with what was won and lost in it, by the day that each was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Month {
    /// `2026-11`.
    pub name: String,
    pub won: u64,
    pub lost: u64,
    /// Minor units won, by currency.
    pub sums: BTreeMap<Currency, i64>,
}

impl Reader<'_> {
    /// The months since `from` (`2026-01`) in which deals were decided, oldest first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn months(&self, from: &str) -> Result<Vec<Month>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT substr(t.closes, 1, 7), s.kind, t.amount_currency, count(*), sum(t.amount) \
             FROM deal t JOIN stage s ON s.id = t.stage \
             WHERE t.trashed IS NULL AND s.kind IN ('won', 'lost') AND t.closes >= ?1 GROUP BY 1, 2, 3 ORDER BY 1",
        )?;
        let mut rows = stmt.query([from])?;
        let mut months: Vec<Month> = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            if months.last().is_none_or(|m| m.name != name) {
                months.push(Month { name, ..Month::default() });
            }
            let Some(month) = months.last_mut() else { continue };
            let count = u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0);
            if row.get::<_, String>(1)? == "lost" {
                month.lost += count;
                continue;
            }
            month.won += count;
            let currency = row.get::<_, Option<String>>(2)?.and_then(|c| c.parse().ok());
            if let (Some(currency), Some(sum)) = (currency, row.get::<_, Option<i64>>(4)?) {
                *month.sums.entry(currency).or_default() += sum;
            }
        }
        Ok(months)
    }
}
