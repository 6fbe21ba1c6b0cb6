//! Counts and sums of deals by stage, always from SQL.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Duration;
use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;

use super::Store;
use super::funnel::{By, Deals, Key, Thresholds};
use super::read::{Path, Reader, uid_of};
use super::select::sort_expression;
use crate::entity::exchange::{Quoted, Rates};
use crate::entity::money::{Currency, Money};
use crate::entity::when::{instant_text, stored_instant};
use crate::entity::{LinkTo, Model};
use crate::error::Result;
use crate::filter;

/// A stage of a pipeline with what stands in it.
#[derive(Debug, Clone)]
pub struct StageSums {
    /// The stage's id.
    pub id: i64,
    pub pipeline: String,
    pub name: String,
    /// `open`, `won` or `lost`.
    pub kind: String,
    pub count: u64,
    /// How many are longer there than the stage's `stale_days`.
    pub stale: u64,
    /// Deals and minor units by currency; deals without an amount are under none.
    pub by_currency: BTreeMap<Option<Currency>, Pile>,
    /// Rates that the piles took, where they were converted to one currency.
    pub rates: BTreeSet<Quoted>,
    /// As many of the deals as were asked for, the largest amounts first; where nothing says what
    /// one currency is worth in another, those of the currency with the most deals first.
    pub deals: Vec<Card>,
    /// Came here at this instant or before: stale.
    stale_from: Option<String>,
}

/// Deals of one currency in a stage.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pile {
    pub count: u64,
    /// Minor units.
    pub sum: i64,
    /// Amount times chance, each deal rounded half to even to the minor unit.
    pub weighted: i64,
}

/// A deal on the board.
#[derive(Debug, Clone)]
pub struct Card {
    pub deal: LinkTo,
    pub amount: Option<Money>,
    pub stale: bool,
    pub days_in_stage: i64,
}

/// What a board shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    pub pipeline: Option<i64>,
    /// Narrows the deals, not the stages.
    pub filter: Option<&'a filter::Sql>,
    /// How many deals of each stage; `None` for all.
    pub deals: Option<u64>,
    /// What deals of several currencies are put in order by; without it each currency is by itself.
    pub worth: Option<(&'a Rates, Currency)>,
}

impl StageSums {
    /// The amounts by currency, minor units.
    #[must_use]
    pub fn amounts(&self) -> BTreeMap<Currency, i64> {
        self.sums().map(|(currency, pile)| (currency, pile.sum)).collect()
    }

    /// The weighted amounts by currency, minor units.
    #[must_use]
    pub fn weighted(&self) -> BTreeMap<Currency, i64> {
        self.sums().map(|(currency, pile)| (currency, pile.weighted)).collect()
    }

    /// The sums by currency, without the deals that have no amount.
    pub fn sums(&self) -> impl Iterator<Item = (Currency, Pile)> + '_ {
        self.by_currency.iter().filter_map(|(currency, pile)| Some(((*currency)?, *pile)))
    }

    /// Makes one pile of those of all currencies. Each sum is converted and rounded once.
    ///
    /// # Errors
    /// No rate leads from one of the currencies to this one.
    pub fn convert(&mut self, rates: &Rates, to: Currency) -> Result<()> {
        let sum = rates.total(self.sums().map(|(c, pile)| (c, pile.sum)), to)?;
        let weighted = rates.total(self.sums().map(|(c, pile)| (c, pile.weighted)), to)?;
        let count = self.sums().map(|(_, pile)| pile.count).sum();
        if count > 0 {
            self.by_currency.retain(|currency, _| currency.is_none());
            let pile = Pile { count, sum: sum.minor, weighted: weighted.minor };
            self.by_currency.insert(Some(to), pile);
            self.rates = sum.used.into_iter().chain(weighted.used).collect();
        }
        Ok(())
    }
}

impl Wanted<'_> {
    fn condition(&self) -> String {
        self.filter
            .filter(|f| !f.text.is_empty())
            .map_or(String::new(), |f| format!(" AND ({})", f.text))
    }
}

impl Wanted<'_> {
    /// The deals of a stage in the order of their cards: those with a day, then those without.
    fn arms(&self, stage: &StageSums, limit: u64) -> String {
        let (id, more) = (stage.id, self.condition());
        let down = if stage.kind == "open" { "" } else { " DESC" };
        let arm = |has: &str, order: &str| {
            format!(
                "SELECT * FROM (SELECT t.stage, t.id FROM deal t WHERE t.stage = {id} AND t.trashed IS NULL \
                 AND t.closes IS {has}{more} ORDER BY {order}t.id{down} LIMIT {limit})"
            )
        };
        let (dated, undated) = (arm("NOT NULL", &format!("t.closes{down}, ")), arm("NULL", ""));
        format!("{dated} UNION ALL {undated}")
    }

    /// The same in another order. Nothing but what the order goes by is read, which an index of the
    /// stages mostly has.
    fn arm_by(
        &self,
        stage: &StageSums,
        limit: u64,
        order: &[(Path, bool)],
        model: &Model,
    ) -> Result<String> {
        let (id, more) = (stage.id, self.condition());
        let mut by = Vec::new();
        for (path, down) in order {
            let (sql, nullable) = sort_expression(path, model)?;
            by.extend(nullable.then(|| format!("{sql} IS NULL")));
            by.push(format!("{sql}{}", if *down { " DESC" } else { "" }));
        }
        let down = order.last().is_some_and(|(_, down)| *down);
        by.push(if down { "t.id DESC".to_owned() } else { "t.id".to_owned() });
        // Paths through links name the record `outer_t`.
        let through = order.iter().any(|(path, _)| path.steps.len() > 1);
        let outer = if through { " JOIN deal outer_t ON outer_t.id = t.id" } else { "" };
        Ok(format!(
            "SELECT * FROM (SELECT t.stage, t.id FROM deal t{outer} WHERE t.stage = {id} AND t.trashed IS NULL{more} \
             ORDER BY {} LIMIT {limit})",
            by.join(", ")
        ))
    }
}

type Stages = Vec<(i64, StageSums)>;

impl Store {
    /// The open stage behind the one that a deal stands in.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn next_stage(&self, deal: i64) -> Result<Option<i64>> {
        neighbour(&self.conn, deal, true)
    }
}

/// The open stage behind the one that a deal stands in, or before it.
fn neighbour(conn: &rusqlite::Connection, deal: i64, next: bool) -> Result<Option<i64>> {
    let (beyond, order) = if next { (">", "") } else { ("<", " DESC") };
    let sql = format!(
        "SELECT n.id FROM deal d JOIN stage s ON s.id = d.stage JOIN stage n ON n.pipeline = s.pipeline AND n.kind = 'open' AND n.trashed IS NULL \
         AND (coalesce(n.position, 1e9), n.id) {beyond} (coalesce(s.position, 1e9), s.id) WHERE d.id = ?1 \
         ORDER BY coalesce(n.position, 1e9){order}, n.id{order} LIMIT 1"
    );
    Ok(conn.prepare_cached(&sql)?.query_row([deal], |r| r.get(0)).optional()?)
}

impl Reader<'_> {
    /// The open stage behind the one that a deal stands in, or before it.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn neighbour_stage(&self, deal: i64, next: bool) -> Result<Option<i64>> {
        neighbour(self.conn, deal, next)
    }

    /// The stages of one pipeline or all, open ones first, in their order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn board(&self, wanted: Wanted) -> Result<Vec<StageSums>> {
        let mut stages = self.board_stages(wanted.pipeline)?;
        self.fill_sums(&mut stages, &wanted)?;
        if wanted.deals != Some(0) {
            for (id, stage) in &mut stages {
                self.fill_deals(*id, stage, &wanted)?;
            }
        }
        self.fill_stale(&mut stages, &wanted)?;
        Ok(stages.into_iter().map(|(_, s)| s).collect())
    }

    /// The stages of one pipeline or all, open ones first, in their order, with nothing counted: what
    /// a board can draw before the sums are there.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn stages(&self, pipeline: Option<i64>) -> Result<Vec<StageSums>> {
        Ok(self.board_stages(pipeline)?.into_iter().map(|(_, stage)| stage).collect())
    }

    /// The first deals of some stages, by stage: open ones by the day that they close, those without
    /// a day last; won and lost ones the latest first. One query, in which each stage is read from
    /// its index no further than `limit`. With an `order`, columns with whether they descend, the
    /// first in that one.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn cards(
        &self,
        stages: &[&StageSums],
        filter: Option<&filter::Sql>,
        limit: u64,
        order: &[(Path, bool)],
    ) -> Result<HashMap<i64, Vec<i64>>> {
        let wanted = Wanted { filter, ..Wanted::default() };
        let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
        // SQLite takes so many arms of a `UNION ALL`, and each stage has two.
        for some in stages.chunks(100) {
            let arm = |stage: &&StageSums| match order {
                [] => Ok(wanted.arms(stage, limit)),
                _ => wanted.arm_by(stage, limit, order, self.model),
            };
            let arms: Vec<String> = some.iter().map(arm).collect::<Result<_>>()?;
            let mut stmt = self.conn.prepare(&arms.join(" UNION ALL "))?;
            self.bind_moment(&mut stmt)?;
            Self::bind_filter(&mut stmt, filter)?;
            let mut rows = stmt.raw_query();
            while let Some(row) = rows.next()? {
                let cards = found.entry(row.get(0)?).or_default();
                if (cards.len() as u64) < limit {
                    cards.push(row.get(1)?);
                }
            }
        }
        Ok(found)
    }

    fn board_stages(&self, pipeline: Option<i64>) -> Result<Stages> {
        let mut stages = Vec::new();
        let mut stmt = self.conn.prepare(
            "SELECT s.id, p.name, s.name, coalesce(s.kind, 'open'), s.stale_days FROM stage s JOIN pipeline p ON p.id = s.pipeline \
             WHERE s.trashed IS NULL AND p.trashed IS NULL AND (?1 IS NULL OR p.id = ?1) \
             ORDER BY coalesce(p.is_default, 0) DESC, p.id, CASE s.kind WHEN 'won' THEN 1 WHEN 'lost' THEN 2 ELSE 0 END, s.position IS NULL, s.position, s.id",
        )?;
        let mut rows = stmt.query([pipeline])?;
        let now = stored_instant(&self.moment.now);
        while let Some(row) = rows.next()? {
            let kind: String = row.get(3)?;
            let days: Option<i64> = row.get(4)?;
            let stale_from = days
                .filter(|_| kind == "open")
                .and_then(|days| now?.checked_sub_signed(Duration::days(days + 1)))
                .map(instant_text);
            stages.push((
                row.get(0)?,
                StageSums {
                    id: row.get(0)?,
                    pipeline: row.get(1)?,
                    name: row.get(2)?,
                    kind,
                    count: 0,
                    stale: 0,
                    by_currency: BTreeMap::new(),
                    rates: BTreeSet::new(),
                    deals: Vec::new(),
                    stale_from,
                },
            ));
        }
        Ok(stages)
    }

    fn fill_sums(&self, stages: &mut Stages, wanted: &Wanted) -> Result<()> {
        let deals = Deals {
            kinds: &[],
            filter: wanted.filter,
            pipeline: wanted.pipeline,
            first: None,
            last: None,
            thresholds: Thresholds::USUAL,
        };
        for sums in self.deal_sums(&[By::Stage], &deals)? {
            let Some((_, stage)) =
                stages.iter_mut().find(|(id, _)| sums.keys[..] == [Key::Id(*id)])
            else {
                continue;
            };
            let count = u64::try_from(sums.count).unwrap_or(0);
            stage.count += count;
            let pile = Pile { count, sum: sums.amount, weighted: sums.weighted };
            stage.by_currency.insert(sums.currency, pile);
        }
        Ok(())
    }

    fn fill_stale(&self, stages: &mut Stages, wanted: &Wanted) -> Result<()> {
        let sql = format!(
            "SELECT count(*) FROM deal t WHERE t.stage = :stage AND t.trashed IS NULL AND t.stage_since <= :stale_from{}",
            wanted.condition()
        );
        for (id, stage) in stages {
            let Some(from) = &stage.stale_from else { continue };
            let mut stmt = self.conn.prepare_cached(&sql)?;
            self.bind_moment(&mut stmt)?;
            Self::bind_filter(&mut stmt, wanted.filter)?;
            for (name, value) in
                [(":stage", Sql::Integer(*id)), (":stale_from", Sql::Text(from.clone()))]
            {
                if let Some(at) = stmt.parameter_index(name)? {
                    stmt.raw_bind_parameter(at, value)?;
                }
            }
            let mut rows = stmt.raw_query();
            if let Some(row) = rows.next()? {
                stage.stale = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
            }
        }
        Ok(())
    }

    fn fill_deals(&self, id: i64, stage: &mut StageSums, wanted: &Wanted) -> Result<()> {
        // The currency with the most deals first, deals without an amount last.
        let mut piles: Vec<(Option<Currency>, u64)> =
            stage.by_currency.iter().map(|(currency, pile)| (*currency, pile.count)).collect();
        piles.sort_by_key(|(currency, count)| (currency.is_none(), std::cmp::Reverse(*count)));
        for (currency, _) in &piles {
            self.fill_deals_in(id, *currency, stage, wanted)?;
        }
        let worths = wanted.worth.and_then(|(rates, to)| {
            let currencies = piles.iter().filter_map(|(currency, _)| *currency);
            currencies.map(|c| Some((c, rates.worth(c, to)?))).collect::<Option<BTreeMap<_, _>>>()
        });
        if let Some(worths) = worths.filter(|w| w.len() > 1) {
            #[expect(clippy::cast_precision_loss, reason = "an order needs no more")]
            let worth = |card: &Card| {
                card.amount.map_or(f64::NEG_INFINITY, |m| m.minor as f64 * worths[&m.currency])
            };
            stage.deals.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
        }
        if let Some(most) = wanted.deals.and_then(|n| usize::try_from(n).ok()) {
            stage.deals.truncate(most);
        }
        Ok(())
    }

    /// The largest deals of one currency in a stage: an index has them in this order.
    fn fill_deals_in(
        &self,
        id: i64,
        currency: Option<Currency>,
        stage: &mut StageSums,
        wanted: &Wanted,
    ) -> Result<()> {
        let limit = wanted.deals.map_or(String::new(), |n| format!(" LIMIT {n}"));
        let which = currency.map_or("IS NULL".to_owned(), |code| format!("= '{code}'"));
        let sql = format!(
            "SELECT t.id, t.uid, t.name, t.amount, t.amount_currency, t.stage_since, \
             CAST(julianday(:now) - julianday(coalesce(t.stage_since, t.created)) AS INTEGER) \
             FROM deal t WHERE t.stage = :stage AND t.trashed IS NULL AND t.amount_currency {which}{} \
             ORDER BY t.amount DESC, t.id DESC{limit}",
            wanted.condition()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        self.bind_moment(&mut stmt)?;
        Self::bind_filter(&mut stmt, wanted.filter)?;
        if let Some(at) = stmt.parameter_index(":stage")? {
            stmt.raw_bind_parameter(at, id)?;
        }
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            let currency = row.get::<_, Option<String>>(4)?.and_then(|c| c.parse().ok());
            let since: Option<String> = row.get(5)?;
            let amount = match (row.get::<_, Option<i64>>(3)?, currency) {
                (Some(minor), Some(currency)) => Some(Money { minor, currency }),
                _ => None,
            };
            let stale =
                matches!((&stage.stale_from, since), (Some(from), Some(since)) if since <= *from);
            stage.deals.push(Card {
                deal: LinkTo {
                    uid: uid_of(row, 1)?,
                    label: row.get(2)?,
                    ..LinkTo::bare("deal", row.get(0)?)
                },
                amount,
                stale,
                days_in_stage: row.get::<_, Option<i64>>(6)?.unwrap_or(0),
            });
        }
        Ok(())
    }
}
