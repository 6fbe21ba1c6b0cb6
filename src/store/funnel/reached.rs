//! How far deals have come: the furthest open stage that each was ever in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// Of pipelines whose stages beyond the first have numbers in their order, from 1.
    fn of(steps: &[Steps]) -> Self {
        let beyond = |(at, steps): (usize, &Steps)| (1..steps.stages.len()).map(move |n| (at, n));
        let stages = steps.iter().enumerate().flat_map(beyond);
        let stages = std::iter::once((usize::MAX, 0)).chain(stages).collect();
        Self { dense: Vec::new(), others: HashMap::new(), stages }
    }

    fn stage(&self, number: u32) -> (usize, usize) {
        usize::try_from(number).ok().and_then(|n| self.stages.get(n)).copied().unwrap_or_default()
    }

    /// A deal was in the stage of that number.
    fn put(&mut self, id: i64, number: u32) {
        let (pipeline, _) = self.stage(number);
        if let Some(at) = usize::try_from(id).ok().filter(|_| id < DENSE) {
            if at >= self.dense.len() {
                self.dense.resize((at + 1).max(self.dense.len() * 2), 0);
            }
            let known = self.dense[at];
            if known == 0 || self.stage(known).0 == pipeline {
                self.dense[at] = known.max(number);
                return;
            }
        }
        let known = self.others.entry((id, pipeline)).or_insert(number);
        *known = number.max(*known);
    }

    /// What another thread found too.
    fn add(&mut self, other: &Self) {
        for (id, number) in (0..).zip(&other.dense).filter(|(_, number)| **number != 0) {
            self.put(id, *number);
        }
        for ((id, _), number) in &other.others {
            self.put(*id, *number);
        }
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
        let at_once = self.is_large(self.model.noun("deal")?)?;
        self.reached_at_once(deals, bounds, dated, at_once, &mut each)
    }

    /// The same; `at_once` by two threads, where there can be two.
    pub(in crate::store) fn reached_at_once(
        &self,
        deals: &Deals,
        bounds: Bounds,
        dated: bool,
        at_once: bool,
        each: &mut dyn FnMut(&[Steps], Reached),
    ) -> Result<Vec<Steps>> {
        let (steps, places) = self.places(deals.pipeline)?;
        if !at_once {
            let mut furthest = Furthest::of(&steps);
            for (number, stage) in beyond_first(&steps) {
                self.stays_in(stage, number, &mut furthest)?;
            }
            let mut one = |found: Standing| each(&steps, found.reached(&furthest));
            self.standing(deals, bounds, dated, &places, None, &mut one)?;
            return Ok(steps);
        }
        let mut pieces: Vec<Piece> =
            beyond_first(&steps).map(|(number, stage)| Piece::Stays(number, stage)).collect();
        if dated || bounds != (None, None) || deals.filter.is_some() {
            pieces.push(Piece::Deals(None));
        } else {
            pieces.extend(places.keys().map(|stage| Piece::Deals(Some(*stage))));
        }
        let next = AtomicUsize::new(0);
        let share = |reader: &Reader| {
            let (mut furthest, mut all) = (Furthest::of(&steps), Vec::new());
            while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                match piece {
                    Piece::Stays(number, stage) => {
                        reader.stays_in(*stage, *number, &mut furthest)?;
                    }
                    Piece::Deals(stage) => {
                        let mut one = |found| all.push(found);
                        reader.standing(deals, bounds, dated, &places, *stage, &mut one)?;
                    }
                }
            }
            Ok((furthest, all))
        };
        let ((theirs, further), (mut furthest, all)) = self.halves(share, share)?;
        furthest.add(&theirs);
        for found in all.iter().chain(&further) {
            each(&steps, found.reached(&furthest));
        }
        Ok(steps)
    }

    /// Where each deal stands that was made within two instants; of one stage alone, where one is
    /// named.
    fn standing(
        &self,
        deals: &Deals,
        (from, until): Bounds,
        dated: bool,
        places: &HashMap<i64, Place>,
        stage: Option<i64>,
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
        if let Some(stage) = stage {
            sql.push_str(&format!(" AND s.id = {stage}"));
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

    /// The deals that were ever in a stage.
    fn stays_in(&self, stage: i64, number: u32, found: &mut Furthest) -> Result<()> {
        let mut stays =
            self.conn.prepare_cached("SELECT record FROM deal_stays WHERE target = ?1")?;
        let mut rows = stays.query([stage])?;
        while let Some(row) = rows.next()? {
            found.put(row.get(0)?, number);
        }
        Ok(())
    }
}

/// A piece of work that one of two threads takes.
enum Piece {
    /// The stays in a stage, by its number.
    Stays(u32, i64),
    /// The deals of a stage, or all that are asked for.
    Deals(Option<i64>),
}

/// The open stages beyond the first of each pipeline, with their numbers. A won deal has passed every
/// stage, and the first one every deal has: only stays in these can tell more.
fn beyond_first(steps: &[Steps]) -> impl Iterator<Item = (u32, i64)> {
    (1..).zip(steps.iter().flat_map(|steps| steps.stages.iter().skip(1).copied()))
}
