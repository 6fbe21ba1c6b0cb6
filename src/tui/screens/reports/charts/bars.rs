//! How the sheet of a number becomes bars, with the figures beside them.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;

use super::{Bar, Behind, Chart, Panel};
use crate::entity::Value;
use crate::entity::money::{Currency, amount_for_people};
use crate::reports::{Cell, Column, Figure, Sheet};
use crate::tui::widgets::amount::{short, short_sums};

/// The bars of a sheet. One currency has its own bars: sums of several are never added.
pub(super) fn chart_of(sheet: &Sheet, panel: &Panel, main: Currency) -> Chart {
    let column = |name: &&str| sheet.columns.iter().position(|c| c.name == *name);
    let first = |figures: &[Figure]| sheet.columns.iter().position(|c| figures.contains(&c.figure));
    let bar = panel.bar.iter().find_map(column).or_else(|| first(&[Figure::Sum]));
    let bar = bar.or_else(|| first(&[Figure::Count, Figure::Percent, Figure::Number]));
    debug_assert!(
        panel.bar.iter().chain(panel.beside).all(|name| column(name).is_some()),
        "{}: no such column",
        panel.title
    );
    let mut beside: Vec<usize> = panel.beside.iter().filter_map(column).collect();
    if beside.is_empty() {
        beside = first(&[Figure::Count]).into_iter().chain(bar).collect();
        beside.dedup();
    }
    let shown = shown_currency(sheet, bar, main);
    if panel.across {
        return across_of(sheet, &beside, shown);
    }
    let is_name = |at: usize| sheet.columns[at].figure == Figure::Name;
    let bars = sheet.rows.iter().map(|row| {
        let names = row.cells.iter().zip(&sheet.columns).enumerate();
        let names = names.filter(|(at, _)| is_name(*at)).map(|(_, (cell, c))| for_people(cell, c));
        let names: Vec<String> = names.filter(|n| !n.is_empty()).collect();
        let said = beside.iter().map(|at| {
            let (cell, column) = (&row.cells[*at], &sheet.columns[*at]);
            match briefly(cell, column) {
                text if column.figure == Figure::Sum
                    && bar.is_some_and(|bar| {
                        bar != *at && sheet.columns[bar].figure == Figure::Sum
                    })
                    && !text.is_empty() =>
                {
                    format!("{} {text}", column.name.replace('_', " "))
                }
                text => text,
            }
        });
        Bar {
            name: if names.is_empty() { row.key.clone() } else { names.join("/") },
            value: bar.map_or(0, |at| length(&row.cells[at], shown)),
            said: said.filter(|s| !s.is_empty()).collect::<Vec<_>>().join("  "),
            cells: row
                .cells
                .iter()
                .zip(&sheet.columns)
                .map(|(cell, c)| for_people(cell, c))
                .collect(),
            brief: row.cells.iter().zip(&sheet.columns).map(|(cell, c)| shortly(cell, c)).collect(),
            behind: Behind::Row(row.key.clone(), panel.only),
        }
    });
    let numeric = |c: &Column| !matches!(c.figure, Figure::Name | Figure::Text | Figure::Date);
    let several = bar.is_some_and(|at| currencies(sheet, at) > 1);
    Chart {
        bars_in: several.then_some(shown),
        heads: sheet.columns.iter().map(|c| (c.name.replace('_', " "), numeric(c))).collect(),
        bars: shorter(bars.collect()),
        notes: sheet.notes.clone(),
        ..Chart::default()
    }
}

/// A sheet whose columns are the bars.
fn across_of(sheet: &Sheet, columns: &[usize], shown: Currency) -> Chart {
    let cells = sheet.rows.iter().flat_map(|row| columns.iter().map(move |at| (row, *at)));
    let bars = cells.map(|(row, at)| {
        let (cell, column) = (&row.cells[at], &sheet.columns[at]);
        let name = column.name.replace('_', " ");
        let name = if sheet.rows.len() > 1 { format!("{} {name}", row.key) } else { name };
        Bar {
            value: length(cell, shown),
            said: briefly(cell, column),
            cells: vec![name.clone(), for_people(cell, column)],
            brief: vec![name.clone(), shortly(cell, column)],
            name,
            behind: Behind::Row(row.key.clone(), (column.name == "won").then_some("is:won")),
        }
    });
    let several = columns.iter().any(|at| currencies(sheet, *at) > 1);
    Chart {
        bars_in: several.then_some(shown),
        heads: vec![("figure".to_owned(), false), ("value".to_owned(), true)],
        bars: bars.collect(),
        notes: sheet.notes.clone(),
        ..Chart::default()
    }
}

/// Names without what all of them begin with: `Lead`, where all are `Sales/…`.
fn shorter(mut bars: Vec<Bar>) -> Vec<Bar> {
    let within = |bar: &Bar| bar.name.split_once('/').map(|(within, _)| within.to_owned());
    let Some(first) = bars.first().and_then(within) else { return bars };
    if bars.iter().all(|b| within(b).as_deref() == Some(&first)) {
        for bar in &mut bars {
            bar.name.drain(..=first.len());
        }
    }
    bars
}

/// How many currencies a column has.
fn currencies(sheet: &Sheet, at: usize) -> usize {
    let cells = sheet.rows.iter().filter_map(|row| match row.cells.get(at) {
        Some(Cell::Sums(sums)) => Some(sums.iter().filter(|(_, m)| **m != 0).map(|(c, _)| *c)),
        _ => None,
    });
    cells.flatten().collect::<std::collections::BTreeSet<_>>().len()
}

/// The currency that bars of sums are of: one's own, where anything is in it, else the one with most.
fn shown_currency(sheet: &Sheet, bar: Option<usize>, main: Currency) -> Currency {
    let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
    for row in &sheet.rows {
        if let Some(Cell::Sums(sums)) = bar.and_then(|at| row.cells.get(at)) {
            for (currency, minor) in sums {
                let total = totals.entry(*currency).or_default();
                *total = total.saturating_add(minor.saturating_abs());
            }
        }
    }
    if totals.contains_key(&main) {
        return main;
    }
    totals.iter().max_by_key(|(_, minor)| **minor).map_or(main, |(currency, _)| *currency)
}

/// How long the bar of a cell is.
fn length(cell: &Cell, currency: Currency) -> u64 {
    match cell {
        Cell::Sums(sums) => sums.get(&currency).map_or(0, |minor| minor.unsigned_abs()),
        Cell::Counts(_) => cell.count().unsigned_abs(),
        Cell::Value(Value::Int(n)) => n.unsigned_abs() * 100,
        Cell::Value(Value::Money(m)) if m.currency == currency => m.minor.unsigned_abs(),
        Cell::Value(Value::Decimal(n)) => {
            (n.abs() * rust_decimal::Decimal::ONE_HUNDRED).to_u64().unwrap_or(0)
        }
        Cell::Value(_) => 0,
    }
}

/// A cell beside a bar: what it says in few columns.
fn briefly(cell: &Cell, column: &Column) -> String {
    match (cell, column.figure) {
        (Cell::Sums(sums), _) => short_sums(sums),
        (Cell::Value(Value::Money(m)), _) => short(m.minor, m.currency),
        (Cell::Value(Value::Null), _) => String::new(),
        (Cell::Value(value), Figure::Number) => {
            format!("{} {}", value.to_cell(), unit(column.name))
        }
        _ => for_people(cell, column),
    }
    .trim_end()
    .to_owned()
}

/// A cell of a table with little room: amounts in three digits.
fn shortly(cell: &Cell, column: &Column) -> String {
    match cell {
        Cell::Sums(sums) => short_sums(sums),
        Cell::Value(Value::Money(m)) => short(m.minor, m.currency),
        _ => for_people(cell, column),
    }
}

fn unit(name: &str) -> &'static str {
    match name {
        _ if name.starts_with("p90") => "d p90",
        _ if name.contains("days") => "d",
        _ => "",
    }
}

fn for_people(cell: &Cell, column: &Column) -> String {
    match (cell, column.figure) {
        (Cell::Sums(sums), _) => {
            sums.iter().map(|(c, m)| amount_for_people(*m, *c)).collect::<Vec<_>>().join(" + ")
        }
        (Cell::Counts(_), _) => cell.count().to_string(),
        (Cell::Value(Value::Money(m)), _) => amount_for_people(m.minor, m.currency),
        (Cell::Value(Value::Null), Figure::Name) => "none".into(),
        (Cell::Value(Value::Null), _) => String::new(),
        (Cell::Value(value), Figure::Percent) => format!("{} %", value.to_cell()),
        (Cell::Value(value), _) => value.to_cell(),
    }
}
