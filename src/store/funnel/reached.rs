//! How far deals have come: the furthest open stage that each was ever in.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Deals;
use super::journeys::instant_of;
use crate::entity::when::instant_text;
use crate::error::Result;
use crate::store::read::Reader;

/// A pipeline with its open stages in their order.
#[derive(Debug, Clone)]
pub struct Steps {
    pub pipeline: i64,
    pub stages: Vec<i64>,
}

/// How far a deal has come.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    pub id: i64,
    /// The place of its pipeline among the [`Steps`].
    pub pipeline: usize,
    /// The place of the furthest open stage of its pipeline that it was in; all enter the first.
    pub step: usize,
    pub kind: Ended,
    /// Where it was asked for.
    pub created: Option<DateTime<Utc>>,
}

/// What became of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    Open,
    Won,
    Lost,
}

/// A stage as a place on the way.
#[derive(Clone, Copy)]
struct Place {
    pipeline: u32,
    step: u32,
    kind: Ended,
}

/// Ids below this are looked up in a plain table; a file may hold any.
const DENSE: i64 = 1 << 24;

/// Where the deal of an id stands in a list.
#[derive(Default)]
struct ById {
    dense: Vec<u32>,
    sparse: HashMap<i64, u32>,
}

impl ById {
    fn put(&mut self, id: i64, place: usize) {
        let place = u32::try_from(place + 1).unwrap_or(0);
        match usize::try_from(id).ok().filter(|_| id < DENSE) {
            Some(at) => {
                if at >= self.dense.len() {
                    self.dense.resize((at + 1).max(self.dense.len() * 2), 0);
                }
                self.dense[at] = place;
            }
            None => {
                self.sparse.insert(id, place);
            }
        }
    }

    fn get(&self, id: i64) -> Option<usize> {
        let place = match usize::try_from(id).ok().and_then(|at| self.dense.get(at)) {
            Some(place) => *place,
            None => *self.sparse.get(&id)?,
        };
        usize::try_from(place).ok()?.checked_sub(1)
    }
}

impl Reader<'_> {
    /// The pipelines with their open stages, the default one first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn steps(&self, pipeline: Option<i64>) -> Result<Vec<Steps>> {
        Ok(self.places(pipeline)?.0)
    }

    fn places(&self, pipeline: Option<i64>) -> Result<(Vec<Steps>, HashMap<i64, Place>)> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT s.id, s.pipeline, coalesce(s.kind, 'open') FROM stage s JOIN pipeline p ON p.id = s.pipeline \
             WHERE s.trashed IS NULL AND p.trashed IS NULL AND (?1 IS NULL OR p.id = ?1) \
             ORDER BY coalesce(p.is_default, 0) DESC, p.id, s.position IS NULL, s.position, s.id",
        )?;
        let mut rows = stmt.query([pipeline])?;
        let (mut all, mut places): (Vec<Steps>, HashMap<i64, Place>) = Default::default();
        while let Some(row) = rows.next()? {
            let (id, pipeline, kind): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if all.last().is_none_or(|s| s.pipeline != pipeline) {
                all.push(Steps { pipeline, stages: Vec::new() });
            }
            let kind = match kind.as_str() {
                "won" => Ended::Won,
                "lost" => Ended::Lost,
                _ => Ended::Open,
            };
            let at = all.len() - 1;
            let step = all[at].stages.len();
            if kind == Ended::Open {
                all[at].stages.push(id);
            }
            let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let step = if kind == Ended::Open { narrow(step) } else { 0 };
            places.insert(id, Place { pipeline: narrow(at), step, kind });
        }
        Ok((all, places))
    }

    /// How far each deal has come that was made within two instants, by the stays in the pipeline
    /// that it is in now. `dated` tells also when it was made.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn reached(
        &self,
        deals: &Deals,
        (from, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        dated: bool,
    ) -> Result<(Vec<Steps>, Vec<Reached>)> {
        let (steps, places) = self.places(deals.pipeline)?;
        let whole = !dated && from.is_none() && until.is_none() && deals.filter.is_none();
        let rows = if whole { deals.by_stage() } else { deals.from() };
        let mut sql =
            format!("SELECT t.id, t.stage{} {rows}", if dated { ", t.created" } else { "" });
        for (bound, condition) in
            [(from, " AND t.created >= :made_from"), (until, " AND t.created < :made_until")]
        {
            sql.push_str(if bound.is_some() { condition } else { "" });
        }
        let mut stmt = self.conn.prepare_cached(&sql)?;
        deals.bind(self, &mut stmt)?;
        for (name, bound) in [(":made_from", from), (":made_until", until)] {
            if let (Some(at), Some(bound)) = (stmt.parameter_index(name)?, bound) {
                stmt.raw_bind_parameter(at, instant_text(bound))?;
            }
        }
        let mut found: Vec<Reached> = Vec::new();
        let mut by_id = ById::default();
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            let Some(place) = places.get(&row.get(1)?) else { continue };
            let created = if dated { instant_of(row.get_ref(2)?) } else { None };
            let id = row.get(0)?;
            by_id.put(id, found.len());
            let wide = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
            found.push(Reached {
                id,
                pipeline: wide(place.pipeline),
                step: wide(place.step),
                kind: place.kind,
                created,
            });
        }
        // A won deal has passed every stage, and the first one every deal has: only stays in
        // others can tell more.
        let mut stays =
            self.conn.prepare_cached("SELECT record FROM deal_stays WHERE target = ?1")?;
        for (at, steps) in steps.iter().enumerate() {
            for (step, stage) in steps.stages.iter().enumerate().skip(1) {
                let mut rows = stays.query([stage])?;
                while let Some(row) = rows.next()? {
                    let Some(deal) = by_id.get(row.get(0)?) else { continue };
                    let deal = &mut found[deal];
                    if deal.pipeline == at && deal.step < step {
                        deal.step = step;
                    }
                }
            }
        }
        Ok((steps, found))
    }
}
