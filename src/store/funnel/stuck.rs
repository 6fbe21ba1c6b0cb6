//! Open deals that don't get on, and why.

use chrono::NaiveDate;

use super::Deals;
use crate::entity::LinkTo;
use crate::entity::money::{Currency, Money};
use crate::entity::when::stored_day;
use crate::error::Result;
use crate::store::read::{Reader, uid_of};

/// An open deal that is stale, has nothing that comes next, or should have been decided.
#[derive(Debug, Clone)]
pub struct Stuck {
    pub deal: LinkTo,
    pub stage: String,
    pub owner: Option<String>,
    pub amount: Option<Money>,
    /// Whole days in its stage, and how many the stage allows.
    pub days_in_stage: i64,
    pub stale_days: Option<i64>,
    /// The day it should have been decided, where that is past.
    pub overdue_since: Option<NaiveDate>,
    /// No next step is written down, no task about it is open, and no event about it is to come.
    pub nothing_next: bool,
    /// Whole days since it was last changed, or something was logged about it.
    pub quiet_days: i64,
}

const IN_STAGE: &str =
    "CAST(julianday(:now) - julianday(coalesce(t.stage_since, t.created)) AS INTEGER)";
const NOTHING_NEXT: &str = "(t.next_step IS NULL \
     AND NOT EXISTS (SELECT 1 FROM task k WHERE k.about = t.id AND k.about_noun = 'deal' AND k.trashed IS NULL AND k.status NOT IN ('done', 'cancelled')) \
     AND NOT EXISTS (SELECT 1 FROM event v WHERE v.about = t.id AND v.about_noun = 'deal' AND v.trashed IS NULL AND coalesce(v.\"end\", v.start) >= :now))";
/// Of a deal that is looked at as of a day, `updated` may be of later: then its history tells.
const LAST_SIGN: &str = "max(coalesce(CASE WHEN t.updated <= :now THEN t.updated END, \
     (SELECT max(c.\"at\") FROM edit e JOIN change c ON c.id = e.change WHERE e.noun = 5 AND e.record = t.id), t.created), coalesce((SELECT max(a.\"at\") FROM activity_about l JOIN activity a ON a.id = l.record \
     WHERE l.target = t.id AND l.noun = 'deal' AND a.trashed IS NULL AND a.\"at\" <= :now), ''))";

impl Reader<'_> {
    /// The open deals that don't get on, those longest in their stage first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn stuck(&self, deals: &Deals) -> Result<Vec<Stuck>> {
        let sql = format!(
            "SELECT * FROM (SELECT t.id, t.uid, t.name, s.name, (SELECT u.handle FROM user u WHERE u.id = t.owner), t.amount, t.amount_currency, \
             {IN_STAGE} AS days, s.stale_days AS allowed, CASE WHEN t.closes < :today THEN t.closes END AS due, {NOTHING_NEXT} AS aimless, \
             CAST(julianday(:now) - julianday({LAST_SIGN}) AS INTEGER) {}) WHERE days > allowed OR due IS NOT NULL OR aimless ORDER BY days DESC, id",
            deals.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency: Option<Currency> =
                row.get::<_, Option<String>>(6)?.and_then(|c| c.parse().ok());
            let amount = row.get::<_, Option<i64>>(5)?.zip(currency);
            let whole = |at: usize| row.get::<_, Option<i64>>(at).map(Option::unwrap_or_default);
            found.push(Stuck {
                deal: LinkTo {
                    uid: uid_of(row, 1)?,
                    label: row.get(2)?,
                    ..LinkTo::bare("deal", row.get(0)?)
                },
                stage: row.get(3)?,
                owner: row.get(4)?,
                amount: amount.map(|(minor, currency)| Money { minor, currency }),
                days_in_stage: whole(7)?,
                stale_days: row.get(8)?,
                overdue_since: row.get::<_, Option<String>>(9)?.as_deref().and_then(stored_day),
                nothing_next: row.get(10)?,
                quiet_days: whole(11)?,
            });
        }
        Ok(found)
    }
}
