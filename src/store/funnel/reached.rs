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

/// From an instant on, until before another.
type Bounds = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Where a deal stands now.
struct Standing {
    id: i64,
    place: Place,
    created: Option<DateTime<Utc>>,
}

impl Standing {
    fn reached(&self, furthest: &Furthest) -> Reached {
        let wide = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let (id, pipeline) = (self.id, wide(self.place.pipeline));
        let step = wide(self.place.step).max(furthest.get(id, pipeline));
        Reached { id, pipeline, step, kind: self.place.kind, created: self.created }
    }
}

/// Ids below this are looked up in a plain table; a file may hold any.
const DENSE: i64 = 1 << 24;

/// The furthest stage beyond the first that deals were ever in, in each pipeline.
struct Furthest {
    /// By the deal's id, the number of the stage; 0 for none.
    dense: Vec<u32>,
    /// Those of large ids, and of deals that were in several pipelines.
    others: HashMap<(i64, usize), u32>,
    /// The pipeline and the step of each number.
    stages: Vec<(usize, usize)>,
}

impl Furthest {
    fn new() -> Self {
        Self { dense: Vec::new(), others: HashMap::new(), stages: vec![(usize::MAX, 0)] }
    }

    fn stage(&self, number: u32) -> (usize, usize) {
        usize::try_from(number).ok().and_then(|n| self.stages.get(n)).copied().unwrap_or_default()
    }

    /// A deal was in the stage that was numbered last; it is further than those before it.
    fn put(&mut self, id: i64) {
        let number = u32::try_from(self.stages.len() - 1).unwrap_or(0);
        let (pipeline, _) = self.stage(number);
        if let Some(at) = usize::try_from(id).ok().filter(|_| id < DENSE) {
            if at >= self.dense.len() {
                self.dense.resize((at + 1).max(self.dense.len() * 2), 0);
            }
            let known = self.dense[at];
            if known == 0 || self.stage(known).0 == pipeline {
                self.dense[at] = number;
                return;
            }
        }
        self.others.insert((id, pipeline), number);
    }

    /// The step; 0 for a deal that was in none but the first.
    fn get(&self, id: i64, pipeline: usize) -> usize {
        let dense = usize::try_from(id).ok().and_then(|at| self.dense.get(at));
        match dense.map(|number| self.stage(*number)) {
            Some((of, step)) if of == pipeline => step,
            _ => self.others.get(&(id, pipeline)).map_or(0, |number| self.stage(*number).1),
        }
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
    /// that it is in now, one after the other: there may be very many. `dated` tells also when it was
    /// made.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn reached(
        &self,
        deals: &Deals,
        bounds: Bounds,
        dated: bool,
        mut each: impl FnMut(&[Steps], Reached),
    ) -> Result<Vec<Steps>> {
        let (steps, places) = self.places(deals.pipeline)?;
        if !self.is_large(self.model.noun("deal")?)? {
            let furthest = self.furthest(&steps)?;
            let mut one = |found: Standing| each(&steps, found.reached(&furthest));
            self.standing(deals, bounds, dated, &places, &mut one)?;
            return Ok(steps);
        }
        let mut all = Vec::new();
        let collect = |reader: &Reader| {
            reader.standing(deals, bounds, dated, &places, &mut |found| all.push(found))
        };
        let (furthest, ()) = self.halves(|reader| reader.furthest(&steps), collect)?;
        for found in all {
            each(&steps, found.reached(&furthest));
        }
        Ok(steps)
    }

    /// Where each deal stands that was made within two instants.
    fn standing(
        &self,
        deals: &Deals,
        (from, until): Bounds,
        dated: bool,
        places: &HashMap<i64, Place>,
        each: &mut dyn FnMut(Standing),
    ) -> Result<()> {
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
        let mut rows = stmt.raw_query();
        // The deals of a stage mostly come one after the other.
        let mut last: Option<(i64, Option<Place>)> = None;
        while let Some(row) = rows.next()? {
            let (id, stage) = (row.get(0)?, row.get(1)?);
            let place = match last {
                Some((of, place)) if of == stage => place,
                _ => places.get(&stage).copied(),
            };
            last = Some((stage, place));
            let Some(place) = place else { continue };
            let created = if dated { instant_of(row.get_ref(2)?) } else { None };
            each(Standing { id, place, created });
        }
        Ok(())
    }

    fn furthest(&self, steps: &[Steps]) -> Result<Furthest> {
        // A won deal has passed every stage, and the first one every deal has: only stays in
        // others can tell more.
        let mut stays =
            self.conn.prepare_cached("SELECT record FROM deal_stays WHERE target = ?1")?;
        let mut found = Furthest::new();
        for (at, steps) in steps.iter().enumerate() {
            for (step, stage) in steps.stages.iter().enumerate().skip(1) {
                found.stages.push((at, step));
                let mut rows = stays.query([stage])?;
                while let Some(row) = rows.next()? {
                    found.put(row.get(0)?);
                }
            }
        }
        Ok(found)
    }
}
