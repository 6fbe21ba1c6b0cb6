//! Open deals that don't get on, and why.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rusqlite::Row;

use super::Deals;
use crate::entity::LinkTo;
use crate::entity::money::{Currency, Money};
use crate::entity::when::stored_day;
use crate::error::Result;
use crate::store::read::{Reader, array, uid_of};

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

/// What doesn't get on: the deals that were asked for, and what all of them come to.
#[derive(Debug, Clone, Default)]
pub struct StuckDeals {
    /// Those longest in their stage first.
    pub deals: Vec<Stuck>,
    /// How many there are in all.
    pub count: usize,
    /// The amounts of all, in minor units of each currency.
    pub sums: BTreeMap<Currency, i64>,
}

impl Reader<'_> {
    /// The open deals that don't get on; the first `most` of them, where so many are enough.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn stuck(&self, deals: &Deals, most: Option<usize>) -> Result<StuckDeals> {
        let mut all = StuckDeals::default();
        // Which they are, before what is shown of them: a file may have half a million.
        let sql = format!(
            "SELECT * FROM (SELECT t.id, {IN_STAGE} AS days, t.amount, t.amount_currency, s.stale_days AS allowed, \
             coalesce(t.closes < :today, 0) AS late, {NOTHING_NEXT} AS aimless {}) WHERE days > allowed OR late OR aimless",
            deals.from()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut order: Vec<(Reverse<i64>, i64)> = Vec::new();
        while let Some(row) = rows.next()? {
            order.push((Reverse(row.get::<_, Option<i64>>(1)?.unwrap_or_default()), row.get(0)?));
            if let Some(amount) = amount_of(row, 2)? {
                let sum = all.sums.entry(amount.currency).or_default();
                *sum = sum.saturating_add(amount.minor);
            }
        }
        order.sort_unstable();
        all.count = order.len();
        order.truncate(most.unwrap_or(usize::MAX));
        for part in order.chunks(PART) {
            let ids: Vec<i64> = part.iter().map(|(_, id)| *id).collect();
            all.deals.extend(self.stuck_ones(&ids)?);
        }
        Ok(all)
    }

    /// These deals, in their order.
    fn stuck_ones(&self, ids: &[i64]) -> Result<Vec<Stuck>> {
        let sql = format!(
            "SELECT t.id, t.uid, t.name, s.name, (SELECT u.handle FROM user u WHERE u.id = t.owner), t.amount, t.amount_currency, \
             {IN_STAGE}, s.stale_days, CASE WHEN t.closes < :today THEN t.closes END, {NOTHING_NEXT}, \
             CAST(julianday(:now) - julianday({LAST_SIGN}) AS INTEGER) \
             FROM deal t JOIN stage s ON s.id = t.stage WHERE t.id IN rarray(:ids)"
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        self.bind_moment(&mut stmt)?;
        if let Some(at) = stmt.parameter_index(":ids")? {
            stmt.raw_bind_parameter(at, array(ids.iter().copied()))?;
        }
        let mut rows = stmt.raw_query();
        let mut found = HashMap::with_capacity(ids.len());
        while let Some(row) = rows.next()? {
            let deal = stuck_of(row)?;
            found.insert(deal.deal.id, deal);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

/// Deals that are looked up at once.
const PART: usize = 10_000;

fn stuck_of(row: &Row) -> Result<Stuck> {
    let whole = |at: usize| row.get::<_, Option<i64>>(at).map(Option::unwrap_or_default);
    Ok(Stuck {
        deal: LinkTo {
            uid: uid_of(row, 1)?,
            label: row.get(2)?,
            ..LinkTo::bare("deal", row.get(0)?)
        },
        stage: row.get(3)?,
        owner: row.get(4)?,
        amount: amount_of(row, 5)?,
        days_in_stage: whole(7)?,
        stale_days: row.get(8)?,
        overdue_since: row.get::<_, Option<String>>(9)?.as_deref().and_then(stored_day),
        nothing_next: row.get(10)?,
        quiet_days: whole(11)?,
    })
}

/// The amount whose minor units stand there, with the currency behind them.
fn amount_of(row: &Row, at: usize) -> Result<Option<Money>> {
    let currency: Option<Currency> =
        row.get::<_, Option<String>>(at + 1)?.and_then(|c| c.parse().ok());
    let amount = row.get::<_, Option<i64>>(at)?.zip(currency);
    Ok(amount.map(|(minor, currency)| Money { minor, currency }))
}
