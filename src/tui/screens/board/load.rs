//! What the board asks of the worker: sums of the stages, and the first cards of each in their order.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::entity::money::Money;
use crate::entity::shown::shown;
use crate::entity::{Noun, Value};
use crate::error::Result;
use crate::store::{Listing, Path, Reader, StageSums, Wanted};
use crate::tui::desk::Desk;
use crate::tui::screens::views::{self, View, joined};

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub sums: StageSums,
    pub cards: Vec<Card>,
}

/// A deal on the board.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub id: i64,
    pub name: String,
    pub company: String,
    pub amount: Option<Money>,
    pub owner: String,
    pub days: i64,
    pub closes: Option<NaiveDate>,
    pub next_step: String,
    pub chance: String,
    /// Longer in its stage than the stage allows.
    pub stale: bool,
    /// Open, and its closing day is past.
    pub late: bool,
    /// What the cards are ordered by, where a card doesn't show that anyway.
    pub told: String,
}

/// What the board shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// None for the one that deals go to by default.
    pub pipeline: Option<i64>,
    /// The filter of the view, and the typed one.
    pub base: String,
    pub filter: String,
    /// As `--sort` takes it; empty for the closing day.
    pub sort: String,
    /// Cards of a stage, at most.
    pub limit: u64,
    /// As many stages as are in sight, and nothing counted: counts and sums follow.
    pub glance: Option<usize>,
    /// Where the view leaves nothing of the pipeline, go to one of which it leaves something.
    pub seeks: bool,
}

/// The board as it stands.
pub(crate) struct Loaded {
    pub pipelines: Vec<(i64, String)>,
    pub pipeline: Option<i64>,
    pub views: Vec<View>,
    pub stages: Vec<Stage>,
    /// Whether the stages have their counts and all have cards; a glance brings the cards in sight.
    pub counted: bool,
}

const COLUMNS: [&str; 9] = [
    "name",
    "company",
    "amount",
    "owner",
    "days_in_stage",
    "closes",
    "next_step",
    "chance",
    "stage.stale_days",
];

/// What a card shows in any order.
const ON_CARDS: [&str; 6] = ["name", "company", "amount", "owner", "days_in_stage", "closes"];

/// Reads a pipeline. At a glance the stages and some cards of the first ones alone, as many as are in
/// sight: counts and sums follow.
pub(super) fn load(desk: &mut Desk, asked: &Shown) -> Result<Loaded> {
    let reader = desk.reader()?;
    let deals = desk.store.noun("deal")?;
    let pipelines = pipelines(desk)?;
    // The typed filter is held alone first, so that an error points into what was typed.
    reader.filter(deals, &asked.filter, &desk.locale)?;
    let filter = joined(&asked.base, &asked.filter);
    let mut pipeline = asked
        .pipeline
        .filter(|id| pipelines.iter().any(|(p, _)| p == id))
        .or_else(|| pipelines.first().map(|(id, _)| *id));
    if asked.seeks {
        pipeline = seek(desk, pipeline, &pipelines, &filter)?.or(pipeline);
    }
    let narrowed =
        (!filter.is_empty()).then(|| reader.filter(deals, &filter, &desk.locale)).transpose()?;
    let narrowed = narrowed.as_ref();
    let sums = match asked.glance {
        Some(_) => reader.stages(pipeline)?,
        None => reader.board(Wanted {
            pipeline,
            filter: narrowed,
            deals: Some(0),
            ..Wanted::default()
        })?,
    };
    let seen: Vec<&StageSums> = sums.iter().take(asked.glance.unwrap_or(usize::MAX)).collect();
    // The order first, by ids alone: what a card shows is worked out for those that are shown.
    let order = order(deals, &reader, &asked.sort)?;
    let ids = reader.cards(&seen, narrowed, asked.limit, &order)?;
    let all: Vec<i64> = ids.values().flatten().copied().collect();
    let mut paths: Vec<Path> =
        COLUMNS.iter().map(|c| Path::parse(c, deals, reader.model())).collect::<Result<_>>()?;
    let told = told(deals, &reader, &asked.sort)?;
    paths.extend(told.clone());
    let found = reader.cells_of(deals, &all, paths)?;
    let found: HashMap<i64, Vec<Value>> = found.into_iter().map(|f| (f.id, f.values)).collect();
    let (today, zone) = (desk.locale.times.today(), desk.locale.times.zone);
    let stages = sums.into_iter().map(|sums| {
        let open = sums.kind == "open";
        let own = ids.get(&sums.id).map_or(&[][..], Vec::as_slice);
        let cards = own.iter().filter_map(|id| {
            let values = found.get(id)?;
            let told = told.as_ref().zip(values.get(COLUMNS.len()));
            let told = told.map_or(String::new(), |(path, value)| {
                let text = shown(path.field(), path.last().part, value, zone);
                if text.is_empty() { "-".to_owned() } else { text }
            });
            Some(Card { told, ..card(*id, values, open, today) })
        });
        Stage { cards: cards.collect(), sums }
    });
    Ok(Loaded {
        pipelines,
        pipeline,
        views: views::saved(desk, "deal")?,
        stages: stages.collect(),
        counted: asked.glance.is_none(),
    })
}

/// Every deal of a stage under the filters.
pub(super) fn of_stage(desk: &mut Desk, asked: &Shown, stage: i64) -> Result<Vec<i64>> {
    let (reader, deals) = (desk.reader()?, desk.store.noun("deal")?);
    let filter = joined(&asked.base, &asked.filter);
    let narrowed =
        (!filter.is_empty()).then(|| reader.filter(deals, &filter, &desk.locale)).transpose()?;
    let stages = reader.stages(asked.pipeline)?;
    let of: Vec<&StageSums> = stages.iter().filter(|s| s.id == stage).collect();
    let all = reader.cards(&of, narrowed.as_ref(), u64::from(u32::MAX), &[])?;
    Ok(all.into_values().flatten().collect())
}

/// The columns of an order, with whether they descend.
fn order(deals: &Noun, reader: &Reader, sort: &str) -> Result<Vec<(Path, bool)>> {
    let mut listing = Listing { columns: Vec::new(), ..Listing::all(deals) };
    listing.sort_by(sort, reader.model())?;
    for (path, down) in &mut listing.sort {
        // The same backwards, and an index has it.
        if path.name == "days_in_stage" {
            (*path, *down) = (Path::parse("stage_since", deals, reader.model())?, !*down);
        }
    }
    Ok(listing.sort)
}

/// What the order goes by first, where a card doesn't show that anyway.
fn told(deals: &Noun, reader: &Reader, sort: &str) -> Result<Option<Path>> {
    let first = sort.split(',').next().unwrap_or_default().trim().trim_start_matches('-');
    let path = (!first.is_empty()).then(|| Path::parse(first, deals, reader.model()));
    let path = path.transpose()?;
    Ok(path.filter(|p| p.steps.len() > 1 || !ON_CARDS.contains(&p.field().name)))
}

/// The first pipeline, this one before the others, of which a filter leaves something.
fn seek(
    desk: &Desk,
    here: Option<i64>,
    pipelines: &[(i64, String)],
    filter: &str,
) -> Result<Option<i64>> {
    let (reader, deals) = (desk.reader()?, desk.store.noun("deal")?);
    let others = pipelines.iter().map(|(id, _)| *id).filter(|id| Some(*id) != here);
    for id in here.into_iter().chain(others) {
        let within = joined(filter, &format!("pipeline:{id}"));
        let mut listing = Listing { columns: Vec::new(), ..Listing::all(deals) };
        (listing.limit, listing.filter) =
            (Some(1), Some(reader.filter(deals, &within, &desk.locale)?));
        if !reader.ids(&listing)?.is_empty() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The pipelines, the default one first.
fn pipelines(desk: &Desk) -> Result<Vec<(i64, String)>> {
    let reader = desk.reader()?;
    let noun: &Noun = desk.store.noun("pipeline")?;
    let mut listing = Listing::all(noun);
    listing.columns = ["name", "is_default"]
        .iter()
        .map(|c| Path::parse(c, noun, reader.model()))
        .collect::<Result<_>>()?;
    let mut found: Vec<(bool, i64, String)> = reader
        .list(&listing)?
        .into_iter()
        .map(|f| (f.values[1] != Value::Bool(true), f.id, f.values[0].to_cell()))
        .collect();
    found.sort();
    Ok(found.into_iter().map(|(_, id, name)| (id, name)).collect())
}

fn card(id: i64, values: &[Value], open: bool, today: NaiveDate) -> Card {
    let text = |at: usize| values[at].to_cell();
    let days = values[4].as_int().unwrap_or(0);
    let closes = match values[5] {
        Value::Date(day) => Some(day),
        _ => None,
    };
    Card {
        id,
        name: text(0),
        company: text(1),
        amount: match values[2] {
            Value::Money(m) => Some(m),
            _ => None,
        },
        owner: text(3),
        days,
        closes,
        next_step: text(6),
        chance: text(7),
        stale: open && values[8].as_int().is_some_and(|most| days > most),
        late: open && closes.is_some_and(|day| day < today),
        told: String::new(),
    }
}
