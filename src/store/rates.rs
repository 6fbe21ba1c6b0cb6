//! What currencies are worth on a day, out of the file.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::read::Reader;
use crate::entity::exchange::{Quoted, Rates};
use crate::entity::when::{day_text, stored_day};
use crate::error::Result;

/// The latest rate of each pair of currencies on `?1` or before.
pub const LATEST_RATES: &str = "SELECT base, quote, rate, max(date) AS date FROM rate \
     WHERE trashed IS NULL AND date <= ?1 GROUP BY base, quote";

impl Reader<'_> {
    /// The rates that count on a day: what sums over several currencies are converted with.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn rates(&self, on: NaiveDate) -> Result<Rates> {
        let mut stmt = self.conn.prepare_cached(LATEST_RATES)?;
        let mut rows = stmt.query([day_text(on)])?;
        let mut latest = Vec::new();
        while let Some(row) = rows.next()? {
            let (base, quote): (String, String) = (row.get(0)?, row.get(1)?);
            let date: String = row.get(3)?;
            if let (Ok(base), Ok(quote), Some(rate), Some(date)) = (
                base.parse(),
                quote.parse(),
                Decimal::from_f64(row.get(2)?).filter(|r| *r > Decimal::ZERO),
                stored_day(&date),
            ) {
                latest.push(Quoted { base, quote, rate, date });
            }
        }
        Ok(Rates::new(on, latest))
    }
}
