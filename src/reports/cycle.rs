//! How long it takes to win a deal, and how long deals stay in a stage.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Rows, named_cells, names};
use super::sheet::{Cell, Column, Figure, Row};
use super::spread::{Spread, percentiles, percentiles_source};
use super::{Ask, Number, Sheet, Span};
use crate::error::Result;
use crate::store::{By, Journey, Key, Reader};

pub(super) const CYCLE: Number = Number {
    verb: "cycle",
    about: "Show how many days it takes from a new deal to a won one",
    definition: concat!(
        "Of the won deals the days from the one that they were made to the one that they were \
        won (closes, else closed), in your time zone; a deal won on the day it was made took 0 days, \
        and so does one that a file says was won before it was made. count is how many deals these \
        are; median, mean and p90 (nine of ten took no longer) are days to one decimal.",
        percentiles!()
    ),
    source: concat!(
        "Average sales cycle length: total days to close of won deals / won deals, as in Pipedrive's \
        and HubSpot's reports on deal duration.",
        percentiles_source!()
    ),
    by: &[By::Pipeline, By::Owner, By::Team, By::Source, By::Territory, By::Partner, By::Month],
    period: Span::Maybe("Only deals that were won in this time"),
    what_if: false,
    options: &[],
    empty: "no deal was won yet: `rolo deal win REF` wins one",
    examples: &[
        "deal cycle",
        "deal cycle --by owner --period 2026",
        "deal cycle 'amount>10k' --by source -o json",
    ],
    run,
};

pub(super) const STAGES: Number = Number {
    verb: "stages",
    about: "Show how long deals stay in each open stage",
    definition: concat!(
        "Each stay of a deal in an open stage counts, from entering to leaving it; a deal that \
        goes back there has two. Of the stays that have ended: how many (ended), and median, mean and \
        p90 of their days, to one decimal. Stays that last are told apart, with their days up to now: \
        how many (open), open_median_days and open_longest_days. With a period the stays that ended \
        in it count; open ones always do.",
        percentiles!()
    ),
    source: concat!(
        "Time in stage, as in Salesforce's stage duration and HubSpot's time in deal stage.",
        percentiles_source!()
    ),
    by: &[],
    period: Span::Maybe("Only stays that ended in this time, and open ones"),
    what_if: false,
    options: &[],
    empty: "no deal was in an open stage: `rolo deal add NAME --amount 12k` makes one",
    examples: &[
        "deal stages",
        "deal stages --pipeline Sales --period 2026-Q3",
        "deal stages owner:me --explain Sales/Proposal",
    ],
    run: run_stages,
};

/// Whole days from when a deal was made to when it was decided.
pub(super) fn days(journey: &Journey, ask: &Ask) -> i64 {
    let made = journey.made.with_timezone(&ask.times.zone).date_naive();
    (journey.decided - made).num_days().max(0)
}

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let deals = ask.deals_within(&["won"]);
    let figures = [
        Column::count("count"),
        Column::new("median_days", Figure::Number),
        Column::new("mean_days", Figure::Number),
        Column::new("p90_days", Figure::Number),
    ];
    let mut rows = Rows::new(ask.by, &figures);
    let mut spreads: BTreeMap<Key, Spread> = BTreeMap::new();
    let mut all = Spread::default();
    for journey in reader.journeys(ask.by, &deals)? {
        let days = days(&journey, ask);
        all.add_days(days);
        spreads.entry(journey.key.clone()).or_default().add_days(days);
        let row = rows.at(&journey.key);
        if ask.explain {
            row.ids.push(journey.id);
        }
    }
    for (key, spread) in &spreads {
        rows.at(key).count(0, None, spread.count());
    }
    rows.sheet_with(reader, ask, |key, cells| {
        let spread = key.map_or(Some(&mut all), |key| spreads.get_mut(key));
        let Some(spread) = spread else { return };
        let numbers = [spread.percentile(5), spread.mean(), spread.percentile(9)];
        for (cell, value) in cells[1..].iter_mut().zip(numbers) {
            *cell = Cell::Value(value);
        }
    })
}

/// The stays of a stage.
#[derive(Default)]
struct Stays {
    ended: Spread,
    open: Spread,
    deals: BTreeSet<i64>,
}

fn run_stages(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let mut by_stage: BTreeMap<Key, Stays> = BTreeMap::new();
    let within = |at: chrono::DateTime<chrono::Utc>| {
        let day = at.with_timezone(&ask.times.zone).date_naive();
        ask.first.is_none_or(|first| day >= first) && ask.last.is_none_or(|last| day <= last)
    };
    for dwell in reader.dwells(&ask.deals(&[]))? {
        let left = dwell.left.unwrap_or(ask.times.now);
        if dwell.left.is_some_and(|left| !within(left)) {
            continue;
        }
        let stays = by_stage.entry(Key::Id(dwell.stage)).or_default();
        let spread = if dwell.left.is_some() { &mut stays.ended } else { &mut stays.open };
        spread.add((left - dwell.entered).num_seconds().max(0));
        stays.deals.insert(dwell.deal);
    }
    let mut columns = names(By::Stage);
    let number = |name| Column::new(name, Figure::Number);
    columns.push(Column::count("ended"));
    columns.extend(["median_days", "mean_days", "p90_days"].map(number));
    columns.push(Column::count("open"));
    columns.extend(["open_median_days", "open_longest_days"].map(number));
    let mut sheet = Sheet { columns, ..Sheet::default() };
    for named in reader.name_keys(By::Stage, by_stage.keys().cloned().collect())? {
        let Some(mut stays) = by_stage.remove(&named.key) else { continue };
        let mut cells = named_cells(By::Stage, &named);
        let count = |spread: &Spread| Cell::Counts(BTreeMap::from([(None, spread.count())]));
        let (ended, open) = (&mut stays.ended, &mut stays.open);
        let numbers = [ended.percentile(5), ended.mean(), ended.percentile(9)];
        let open_numbers = [open.percentile(5), open.longest()];
        cells.push(count(ended));
        cells.extend(numbers.map(Cell::Value));
        cells.push(count(open));
        cells.extend(open_numbers.map(Cell::Value));
        sheet.rows.push(Row {
            key: named.typed(),
            cells,
            ids: stays.deals.into_iter().collect(),
            rates: BTreeSet::new(),
        });
    }
    Ok(sheet)
}
