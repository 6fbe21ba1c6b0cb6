//! What the board asks of the worker: sums of the stages, and the first cards of each.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::entity::money::Money;
use crate::entity::{Noun, Value};
use crate::error::Result;
use crate::store::{Listing, Path, StageSums, Wanted};
use crate::tui::desk::Desk;

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
}

/// The board as it stands.
pub(crate) struct Loaded {
    pub pipelines: Vec<(i64, String)>,
    pub pipeline: Option<i64>,
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

/// Reads a pipeline; without one, the one that deals go to by default. At a glance the stages and
/// some cards of the first ones alone, as many as are in sight: counts and sums follow.
pub(super) fn load(
    desk: &mut Desk,
    pipeline: Option<i64>,
    filter: &str,
    limit: u64,
    glance: Option<usize>,
) -> Result<Loaded> {
    let reader = desk.reader()?;
    let deals = desk.store.noun("deal")?;
    let pipelines = pipelines(desk)?;
    let pipeline = pipeline
        .filter(|id| pipelines.iter().any(|(p, _)| p == id))
        .or_else(|| pipelines.first().map(|(id, _)| *id));
    let narrowed = (!filter.trim().is_empty())
        .then(|| reader.filter(deals, filter, &desk.locale))
        .transpose()?;
    let narrowed = narrowed.as_ref();
    let sums = match glance {
        Some(_) => reader.stages(pipeline)?,
        None => reader.board(Wanted {
            pipeline,
            filter: narrowed,
            deals: Some(0),
            ..Wanted::default()
        })?,
    };
    let shown: Vec<&StageSums> = sums.iter().take(glance.unwrap_or(usize::MAX)).collect();
    // The order first, by ids alone: what a card shows is worked out for those that are shown.
    let ids = reader.cards(&shown, narrowed, limit)?;
    let all: Vec<i64> = ids.values().flatten().copied().collect();
    let paths = COLUMNS.iter().map(|c| Path::parse(c, deals, reader.model()));
    let found = reader.cells_of(deals, &all, paths.collect::<Result<_>>()?)?;
    let found: HashMap<i64, Vec<Value>> = found.into_iter().map(|f| (f.id, f.values)).collect();
    let today = desk.locale.times.today();
    let stages = sums.into_iter().map(|sums| {
        let open = sums.kind == "open";
        let own = ids.get(&sums.id).map_or(&[][..], Vec::as_slice);
        let cards = own.iter().filter_map(|id| Some(card(*id, found.get(id)?, open, today)));
        Stage { cards: cards.collect(), sums }
    });
    Ok(Loaded { pipelines, pipeline, stages: stages.collect(), counted: glance.is_none() })
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
    }
}
