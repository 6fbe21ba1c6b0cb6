//! What a list asks of the worker.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;

use super::countdown::{Countdown, FIELDS, LEFT};
use super::ids::Ids;
use crate::entity::Noun;
use crate::error::Result;
use crate::store::{Among, Listing, Path, Reader};
use crate::tui::desk::Desk;
use crate::tui::screens::views;
use crate::tui::widgets::rows::{Head, cell};

/// What a list shows, as the worker needs it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub noun: &'static str,
    /// The tab's filter, and the typed one.
    pub base: String,
    pub filter: String,
    pub sort: String,
    pub columns: Vec<String>,
    pub among: Among,
    /// These records alone.
    pub only: Option<Arc<HashSet<i64>>>,
    /// The record to stay on, and where it was.
    pub focus: Option<i64>,
    pub at: usize,
    pub height: usize,
    pub zone: Tz,
    /// Somebody is in the middle of something: what is listed stays in this order for now.
    pub keep: Option<Vec<i64>>,
}

/// A list as it stands.
pub(super) struct Listed {
    pub ids: Ids,
    pub complete: bool,
    pub at: usize,
    pub heads: Vec<Head>,
    pub rows: Rows,
    /// The order that was kept isn't the right one any more.
    pub unsorted: bool,
}

/// A row: its cells, and what time is left where there is a deadline.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub cells: Vec<String>,
    pub left: Option<Countdown>,
}

/// Rows by id.
pub(super) type Rows = HashMap<i64, Row>;

impl Wanted {
    /// Both filters as one.
    pub(super) fn whole_filter(&self) -> String {
        views::joined(&self.base, &self.filter)
    }
}

/// The columns to show: those chosen, else the noun's.
pub(super) fn columns(wanted: &Wanted, noun: &Noun) -> Vec<String> {
    if wanted.columns.is_empty() {
        let label = noun.entity.label().name;
        // The label leads: it is what people look for.
        let rest = noun.entity.columns.iter().filter(|c| **c != label && **c != "id");
        let mut rest: Vec<&&str> = rest.collect();
        if super::countdown::has(noun) {
            // What says who has to hurry goes before whom it is for, where not all have room.
            let says = |name: &str| matches!(name, "priority" | "status" | "owner");
            rest.sort_by_key(|name| !says(name));
        }
        std::iter::once(&label).chain(rest).map(|c| (*c).to_owned()).collect()
    } else {
        wanted.columns.clone()
    }
}

fn paths(wanted: &Wanted, noun: &Noun, reader: &Reader) -> Result<Vec<Path>> {
    columns(wanted, noun).iter().map(|c| Path::parse(c, noun, reader.model())).collect()
}

/// The list from its beginning: one page, or with `whole` every id and the rows round the focus.
pub(super) fn listing(desk: &mut Desk, wanted: &Wanted, whole: bool) -> Result<Listed> {
    let reader = desk.reader()?;
    let noun = desk.store.noun(wanted.noun)?;
    let mut listing = Listing::all(noun);
    listing.columns = Vec::new();
    listing.among = wanted.among;
    // The typed filter is held alone first, so that an error points into what was typed.
    reader.filter(noun, &wanted.filter, &desk.locale)?;
    let both = wanted.whole_filter();
    if !both.is_empty() {
        listing.filter = Some(reader.filter(noun, &both, &desk.locale)?);
    }
    let by_left = wanted.sort == LEFT;
    let sort = match wanted.sort.as_str() {
        "" => noun.entity.sort,
        // The first page is near enough.
        LEFT => "solve_due",
        sort => sort,
    };
    listing.sort_by(sort, reader.model())?;
    let page = 3 * wanted.height.max(20);
    let whole = whole || wanted.only.is_some();
    if !whole {
        listing.limit = Some(page as u64 + 1);
    }
    // All ids pass by once: pages that don't come again needn't be kept.
    let mut ids = Ids::default();
    let mut read = || {
        reader.each_id(&listing, |id| {
            if wanted.only.as_ref().is_none_or(|only| only.contains(&id)) {
                ids.push(id);
            }
        })
    };
    if whole { reader.in_passing(read) } else { read() }?;
    let mut unsorted = false;
    let complete = whole || ids.len() <= page;
    if by_left && complete && ids.len() <= MOST_BY_LEFT {
        let mut sorted = by_left_of(&reader, noun, &ids)?;
        if let Some(kept) = &wanted.keep {
            unsorted = keep_order(&mut sorted, kept);
        }
        ids = sorted.into_iter().collect();
    }
    if !complete {
        ids.truncate(page);
    }
    let found = wanted.focus.and_then(|focus| ids.iter().position(|id| id == focus));
    let at = found.unwrap_or(if complete { wanted.at } else { 0 }).min(ids.len().saturating_sub(1));
    let from = at.saturating_sub(2 * wanted.height);
    let rows = rows_of(&reader, noun, wanted, &ids.some(from, at + 3 * wanted.height))?;
    let heads = paths(wanted, noun, &reader)?.iter().map(|path| Head::of(path, noun)).collect();
    Ok(Listed { ids, complete, at, heads, rows, unsorted })
}

/// More than these stand by their deadline alone: nobody looks through so many by the hour.
pub(super) const MOST_BY_LEFT: usize = 20_000;

/// Records in the order of the time that is left.
fn by_left_of(reader: &Reader, noun: &Noun, ids: &Ids) -> Result<Vec<i64>> {
    let mut ids: Vec<i64> = ids.iter().collect();
    let paths = FIELDS.iter().map(|name| Path::parse(name, noun, reader.model()));
    let found = reader.cells_of(noun, &ids, paths.collect::<Result<_>>()?)?;
    let ranks: HashMap<i64, _> =
        found.iter().map(|f| (f.id, Countdown::of(&f.values).rank())).collect();
    ids.sort_by_key(|id| ranks.get(id).copied());
    Ok(ids)
}

/// Lets those that were there before stand as they stood, and what is new where it belongs; whether
/// that isn't the order they came in.
fn keep_order(ids: &mut [i64], kept: &[i64]) -> bool {
    let here: HashSet<i64> = ids.iter().copied().collect();
    let before: HashSet<i64> = kept.iter().copied().collect();
    let mut old = kept.iter().filter(|id| here.contains(id));
    let mut differs = false;
    for id in ids.iter_mut().filter(|id| before.contains(id)) {
        let Some(next) = old.next() else { break };
        differs |= id != next;
        *id = *next;
    }
    differs
}

/// The rows of some records.
pub(super) fn rows(desk: &mut Desk, wanted: &Wanted, ids: &[i64]) -> Result<Rows> {
    let reader = desk.reader()?;
    let noun = desk.store.noun(wanted.noun)?;
    rows_of(&reader, noun, wanted, ids)
}

fn rows_of(reader: &Reader, noun: &Noun, wanted: &Wanted, ids: &[i64]) -> Result<Rows> {
    let paths = paths(wanted, noun, reader)?;
    let mut asked = paths.clone();
    let counts = super::countdown::has(noun);
    if counts {
        for name in FIELDS {
            asked.push(Path::parse(name, noun, reader.model())?);
        }
    }
    let found = reader.cells_of(noun, ids, asked)?;
    let row = |values: &[crate::entity::Value]| Row {
        cells: values
            .iter()
            .zip(&paths)
            .map(|(value, path)| cell(value, path, wanted.zone))
            .collect(),
        left: counts.then(|| Countdown::of(&values[paths.len()..])),
    };
    Ok(found.iter().map(|f| (f.id, row(&f.values))).collect())
}
