//! What became of the deals that were in a stage, out of the stays that every deal keeps.

use std::collections::HashMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::{DAY, Deals};
use crate::error::Result;
use crate::store::read::Reader;

/// The deals that came to a stage at least once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fate {
    pub entered: i64,
    /// Of those: won or lost by now, in the period if there is one.
    pub decided: i64,
    pub won: i64,
}

/// One row a deal and stage that it was in, however often: `e.record`, `e.target`.
const ENTERED: &str = "deal_stays e WHERE NOT EXISTS (SELECT 1 FROM deal_stays x \
     WHERE x.record = e.record AND x.target = e.target AND x.position < e.position)";

impl Reader<'_> {
    /// What became of the deals that came to each stage, by the stage's id. The period is that of
    /// the day on which they were decided.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn fates(&self, deals: &Deals) -> Result<HashMap<i64, Fate>> {
        let all = Deals { kinds: &[], first: None, last: None, ..*deals };
        let sql = format!(
            "SELECT e.target, count(*), sum(d.decided), sum(d.decided AND d.kind = 'won') FROM (SELECT record, target FROM {ENTERED}) e \
             JOIN (SELECT t.id, s.kind, {} AS decided {}) d ON d.id = e.record GROUP BY e.target",
            decided(),
            all.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = HashMap::new();
        while let Some(row) = rows.next()? {
            let fate = Fate { entered: row.get(1)?, decided: row.get(2)?, won: row.get(3)? };
            found.insert(row.get(0)?, fate);
        }
        Ok(found)
    }

    /// The decided deals that came to each stage, as (stage, deal).
    ///
    /// # Errors
    /// The database can't be read.
    pub fn fates_behind(&self, deals: &Deals) -> Result<Vec<(i64, i64)>> {
        let all = Deals { kinds: &[], first: None, last: None, ..*deals };
        let sql = format!(
            "SELECT e.target, d.id FROM (SELECT record, target FROM {ENTERED}) e \
             JOIN (SELECT t.id, {} AS decided {}) d ON d.id = e.record WHERE d.decided ORDER BY d.id",
            decided(),
            all.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, row.get(1)?));
        }
        Ok(found)
    }

    /// The chance that was set for each stage, by its id; none where nothing was.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn stage_chances(&self) -> Result<HashMap<i64, Option<Decimal>>> {
        let mut stmt = self.conn.prepare_cached("SELECT id, probability FROM stage")?;
        let rows = stmt.query_map([], |r| {
            Ok((r.get(0)?, r.get::<_, Option<f64>>(1)?.and_then(Decimal::from_f64)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Whether a deal `t` was won or lost in the period.
fn decided() -> String {
    format!(
        "coalesce(s.kind IN ('won', 'lost') AND (:first_day IS NULL OR {DAY} >= :first_day) \
         AND (:last_day IS NULL OR {DAY} <= :last_day), 0)"
    )
}
