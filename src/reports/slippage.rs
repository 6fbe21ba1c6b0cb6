//! Deals that are put off: how often, by how much, and what was lost to the period by it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::rows::Rows;
use super::sheet::{Cell, Column, Figure};
use super::{Ask, Number, Sheet, Span};
use crate::entity::Value;
use crate::entity::exchange::half_even;
use crate::entity::when::{month_of, quarter_of};
use crate::error::Result;
use crate::store::{By, Key, Reader, Slipped};

pub(super) const SLIPPAGE: Number = Number {
    verb: "slippage",
    about: "Show how often deals were put off, by how many days, and what left its period by that",
    definition: "A slip is a move of a deal's expected close from a day to another while it was open, \
        not taken back; the day it was moved from tells the period and the month that it belongs to. \
        deals: how many have one. slips: how many they are; earlier: those of them to an earlier day. \
        days: by how many days in all, earlier ones less; mean_days = days / slips. out: deals that \
        were due in the period and are, after their last move, due behind its end, with their amounts \
        of now (out_amount). The period is that of --period or --to; else the month for --by month, \
        the quarter for all else. The figures are those of `slips` and `slip_days` of each deal.",
    source: "Slippage, as sales teams use the word: deals forecast to close in a period that moved out of \
        it, by number and by value; as in Clari's and Salesforce's pipeline inspection (pushed deals).",
    by: &[By::Owner, By::Stage, By::Month, By::Source, By::Team, By::Territory, By::Pipeline],
    period: Span::Maybe("Only moves of an expected close that lay in this time"),
    what_if: false,
    options: &[],
    empty: "no expected close was moved: `rolo deal edit REF --closes +30d` moves one",
    examples: &[
        "deal slippage",
        "deal slippage --by month --period 2026",
        "deal slippage is:open --period this-quarter --explain ann",
    ],
    run,
};

/// What was moved in a row.
#[derive(Default)]
struct Moved {
    slips: i64,
    days: i64,
}

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let figures = [
        Column::count("deals"),
        Column::count("slips"),
        Column::count("earlier"),
        Column::new("days", Figure::Number),
        Column::new("mean_days", Figure::Number),
        Column::count("out"),
        Column::sum("out_amount"),
    ];
    let mut rows = Rows::new(ask.by, &figures);
    let mut moved: BTreeMap<Key, Moved> = BTreeMap::new();
    let mut all = Moved::default();
    for deal in reader.slipped(ask.by, &ask.deals(&[]))? {
        for (key, moves) in by_row(&deal, ask) {
            let row = rows.at(&key);
            let currency = deal.amount.map(|a| a.currency);
            row.count(0, currency, 1);
            for (old, new) in &moves {
                let days = (*new - *old).num_days();
                row.count(1, currency, 1).count(2, currency, i64::from(days < 0));
                for sum in [moved.entry(key.clone()).or_default(), &mut all] {
                    sum.slips += 1;
                    sum.days += days;
                }
            }
            let last = deal.moves.last().map(|(_, new)| *new);
            if moves.iter().any(|(old, _)| last > Some(end_of(*old, ask))) {
                row.count(5, currency, 1);
                row.sum(6, currency, deal.amount.map_or(0, |a| a.minor));
            }
            if ask.explain {
                row.ids.push(deal.id);
            }
        }
    }
    rows.sheet_with(reader, ask, |key, cells| {
        let Some(of) = key.map_or(Some(&all), |key| moved.get(key)) else { return };
        cells[3] = Cell::Value(Value::Int(of.days));
        cells[4] = Cell::Value(mean(of));
    })
}

/// The moves of a deal that are asked about, by the row that they belong to.
fn by_row(deal: &Slipped, ask: &Ask) -> BTreeMap<Key, Vec<(NaiveDate, NaiveDate)>> {
    let mut rows: BTreeMap<Key, Vec<(NaiveDate, NaiveDate)>> = BTreeMap::new();
    for (old, new) in &deal.moves {
        if ask.first.is_some_and(|first| *old < first) || ask.last.is_some_and(|last| *old > last) {
            continue;
        }
        let key = match ask.by {
            By::Month => month_of(*old).name().map_or(Key::None, Key::Word),
            _ => deal.key.clone(),
        };
        rows.entry(key).or_default().push((*old, *new));
    }
    rows
}

/// The last day of the period that a day counts for.
fn end_of(day: NaiveDate, ask: &Ask) -> NaiveDate {
    ask.last.unwrap_or_else(|| {
        let period = if ask.by == By::Month { month_of(day) } else { quarter_of(day) };
        period.last
    })
}

fn mean(of: &Moved) -> Value {
    if of.slips == 0 {
        return Value::Null;
    }
    let tenths = half_even(i128::from(of.days) * 10, of.slips.into());
    Value::Decimal(Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1))
}
