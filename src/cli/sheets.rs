//! The one printer of sheets, whatever number they answer: a table with a line for each currency of
//! a row, the same lines as CSV, objects with sums by currency as JSON; and the records behind rows.

use std::collections::BTreeSet;

use super::global::Output;
use super::print::width::wrap;
use super::print::{ColumnHead, Printer};
use super::rates::rates_json;
use super::record::print_json_list;
use super::session::Session;
use crate::entity::Value;
use crate::entity::exchange::footer;
use crate::entity::money::{Currency, amount_for_people, amount_text};
use crate::entity::shown::shown;
use crate::error::Result;
use crate::interchange::{Exporter, Form, JsonOut, Scope, columns};
use crate::reports::{Cell, Column, Compared, Figure, Number, Row, Sheet};

/// Prints the answer of a number in the format that was asked for.
///
/// # Errors
/// Standard output is closed or full.
pub(super) fn print(session: &mut Session, number: &Number, sheet: &Sheet) -> Result<()> {
    let output = session.settings.output;
    let printer = &mut session.printer;
    match output {
        Output::Json | Output::Jsonl => objects(printer, output, sheet)?,
        // Ids are those of the records behind the rows, which `behind` prints.
        Output::Ids => {}
        Output::Csv | Output::Tsv if sheet.rows.is_empty() => {}
        Output::Csv | Output::Tsv => {
            let lines: Vec<_> = sheet.rows.iter().flat_map(|row| records(sheet, row)).collect();
            print_json_list(printer, output, &lines)?;
        }
        Output::Table if sheet.rows.is_empty() => printer.note(number.empty),
        Output::Table => table(printer, sheet)?,
    }
    if output == Output::Table {
        for note in &sheet.notes {
            printer.note(note);
        }
        if let Some(footer) = sheet.to.and_then(|to| footer(to, &sheet.rates())) {
            printer.note(&footer);
        }
    }
    Ok(())
}

/// Prints what an assumption changes: before, after and the difference.
///
/// # Errors
/// Standard output is closed or full.
pub(super) fn print_compared(
    session: &mut Session,
    number: &Number,
    compared: &Compared,
) -> Result<()> {
    let output = session.settings.output;
    if output.is_json() {
        return array(&mut session.printer, output, &compared.pairs, |out, pair| {
            out.begin_object();
            out.key("row");
            out.string(&pair.after.key);
            let columns = compared.columns.iter();
            let (names, figures): (Vec<_>, Vec<_>) =
                columns.enumerate().partition(|(_, c)| c.figure == Figure::Name);
            for (at, column) in names {
                cell_json(out, column, &pair.after.cells[at]);
            }
            for (what, row) in
                [("before", &pair.before), ("after", &pair.after), ("difference", &pair.difference)]
            {
                out.key(what);
                out.begin_object();
                for (at, column) in &figures {
                    cell_json(out, column, &row.cells[*at]);
                }
                out.end_object();
            }
            used_rates(out, &pair.difference);
            out.end_object();
        });
    }
    let (sheet, left_out) = compared.sheet(output != Output::Table);
    print(session, number, &Sheet { to: compared.to, ..sheet })?;
    if output == Output::Table && left_out > 0 {
        let rows = if left_out == 1 {
            "1 row stays as it is".into()
        } else {
            format!("{left_out} rows stay as they are")
        };
        session.printer.note(&rows);
    }
    Ok(())
}

/// The currencies that a row has a line for: deals without an amount get one of their own only
/// where several currencies do.
fn lines_of(row: &Row) -> Vec<Option<Currency>> {
    let mut found: BTreeSet<Option<Currency>> = BTreeSet::new();
    for cell in &row.cells {
        match cell {
            Cell::Counts(counts) => found.extend(counts.keys()),
            Cell::Sums(sums) => found.extend(sums.keys().map(|c| Some(*c))),
            Cell::Value(_) => {}
        }
    }
    if found.iter().flatten().count() <= 1 {
        return vec![found.into_iter().flatten().next()];
    }
    // None sorts first, and stands last.
    let (with, without): (Vec<_>, Vec<_>) = found.into_iter().partition(Option::is_some);
    with.into_iter().chain(without).collect()
}

/// The count of a line.
fn count_in(cell: &Cell, line: Option<Currency>, lines: &[Option<Currency>]) -> i64 {
    match cell {
        Cell::Counts(counts) if lines.len() > 1 => counts.get(&line).copied().unwrap_or(0),
        other => other.count(),
    }
}

fn sum_in(cell: &Cell, line: Option<Currency>) -> Option<(i64, Currency)> {
    match (cell, line) {
        (Cell::Sums(sums), Some(currency)) => sums.get(&currency).map(|minor| (*minor, currency)),
        _ => None,
    }
}

fn table(printer: &mut Printer, sheet: &Sheet) -> Result<()> {
    let heads = sheet.columns.iter().map(|c| {
        let name = c.name.replace('_', " ");
        match c.figure {
            Figure::Name | Figure::Text | Figure::Date => ColumnHead::text(name),
            _ => ColumnHead::number(name),
        }
    });
    let all = sheet.rows.iter().map(|row| (row, "none"));
    let lines = all.chain(sheet.total.iter().map(|row| (row, ""))).flat_map(|(row, none)| {
        let lines = lines_of(row);
        let cells = |(at, line): (usize, &Option<Currency>)| {
            let cell = |(cell, column): (&Cell, &Column)| match cell {
                Cell::Value(Value::Null) if at == 0 && column.figure == Figure::Name => none.into(),
                Cell::Value(value) if at == 0 => for_people(column, value),
                Cell::Value(_) => String::new(),
                Cell::Counts(_) => count_in(cell, *line, &lines).to_string(),
                Cell::Sums(_) => {
                    sum_in(cell, *line).map_or(String::new(), |(m, c)| amount_for_people(m, c))
                }
            };
            row.cells.iter().zip(&sheet.columns).map(cell).collect::<Vec<String>>()
        };
        lines.iter().enumerate().map(cells).collect::<Vec<_>>()
    });
    printer.table(heads.collect(), lines.map(Ok))?;
    Ok(())
}

fn for_people(column: &Column, value: &Value) -> String {
    match (column.figure, value) {
        (Figure::Percent, Value::Decimal(n)) => format!("{n} %"),
        (Figure::Percent, Value::Int(n)) => format!("{n} %"),
        (_, Value::Decimal(n)) => n.to_string(),
        (_, Value::Money(m)) => amount_for_people(m.minor, m.currency),
        (_, other) => other.to_cell(),
    }
}

/// A row as records of CSV: one for each currency, with the currency in a column of its own.
fn records(sheet: &Sheet, row: &Row) -> Vec<serde_json::Value> {
    let has_sums = sheet.columns.iter().any(|c| c.figure == Figure::Sum);
    let lines = lines_of(row);
    let names = sheet.columns.iter().filter(|c| c.figure == Figure::Name).count();
    let record = |line: &Option<Currency>| {
        let mut object = serde_json::Map::new();
        for (at, (cell, column)) in row.cells.iter().zip(&sheet.columns).enumerate() {
            if at == names && has_sums {
                let code = line.map(|c| c.code().to_owned());
                object.insert("currency".into(), code.into());
            }
            let value = match cell {
                Cell::Value(value) => plain(value),
                Cell::Counts(_) => count_in(cell, *line, &lines).into(),
                Cell::Sums(_) => sum_in(cell, *line).map_or(serde_json::Value::Null, |(m, c)| {
                    serde_json::from_str(&amount_text(m, c)).unwrap_or_default()
                }),
            };
            object.insert(column.name.into(), value);
        }
        serde_json::Value::Object(object)
    };
    lines.iter().map(record).collect()
}

/// A value as JSON; numbers stay exact.
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(n) => (*n).into(),
        Value::Bool(b) => (*b).into(),
        Value::Decimal(n) => serde_json::from_str(&n.to_string()).unwrap_or_default(),
        Value::Money(m) => serde_json::from_str(&m.amount()).unwrap_or_default(),
        other => other.to_cell().into(),
    }
}

fn objects(printer: &mut Printer, output: Output, sheet: &Sheet) -> Result<()> {
    array(printer, output, &sheet.rows, |out, row| {
        out.begin_object();
        out.key("row");
        out.string(&row.key);
        for (cell, column) in row.cells.iter().zip(&sheet.columns) {
            cell_json(out, column, cell);
        }
        used_rates(out, row);
        out.end_object();
    })
}

/// An array of JSON, or its elements a line each.
fn array<T>(
    printer: &mut Printer,
    output: Output,
    elements: &[T],
    mut write: impl FnMut(&mut JsonOut, &T),
) -> Result<()> {
    let mut out = JsonOut::new(false);
    let is_array = output == Output::Json;
    if is_array {
        out.out.push(b'[');
    }
    for (at, element) in elements.iter().enumerate() {
        if is_array {
            out.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        }
        write(&mut out, element);
        if !is_array {
            out.out.push(b'\n');
        }
    }
    if is_array {
        out.out.extend_from_slice(b"\n]\n");
    }
    out.flush_to(printer.out())
}

/// A cell under the name of its column; sums are objects by currency.
fn cell_json(out: &mut JsonOut, column: &Column, cell: &Cell) {
    out.key(column.name);
    match cell {
        Cell::Value(value) => {
            out.value(&plain(value));
            if let Value::Money(money) = value {
                out.key(&format!("{}_currency", column.name));
                out.string(money.currency.code());
            }
        }
        Cell::Counts(_) => out.raw(&cell.count().to_string()),
        Cell::Sums(sums) => {
            out.begin_object();
            for (currency, minor) in sums {
                out.key(currency.code());
                out.raw(&amount_text(*minor, *currency));
            }
            out.end_object();
        }
    }
}

/// The rates that a row's sums took, if any.
fn used_rates(out: &mut JsonOut, row: &Row) {
    if !row.rates.is_empty() {
        out.key("rates");
        rates_json(out, row.rates.iter());
    }
}

/// Columns of the text that explains a number.
const PAGE: usize = 80;
/// The fields of the deals behind a figure, for people.
const FIELDS: [&str; 9] =
    ["id", "name", "company", "stage", "amount", "chance", "weighted", "closes", "owner"];

/// Prints the deals behind rows, each with its row, and for people what the number means: its
/// definition, and the source of that.
///
/// # Errors
/// The records can't be read or written out.
pub(super) fn behind(session: &mut Session, told: [&str; 2], rows: &[&Row]) -> Result<()> {
    match session.settings.output {
        Output::Ids => {
            let mut seen = BTreeSet::new();
            let ids = rows.iter().flat_map(|r| &r.ids).filter(|id| seen.insert(**id));
            ids.into_iter().try_for_each(|id| session.printer.line(&id.to_string()))
        }
        Output::Json | Output::Jsonl => {
            let records = whole_records(session, rows)?;
            print_json_list(&mut session.printer, session.settings.output, &records)
        }
        _ => listed(session, told, rows),
    }
}

/// The records with all their fields, and the key of their row in front.
fn whole_records(session: &mut Session, rows: &[&Row]) -> Result<Vec<serde_json::Value>> {
    let (reader, store, ..) = session.parts()?;
    let noun = store.noun("deal")?;
    let mut all = Vec::new();
    for row in rows {
        let mut out = Exporter::new(
            Form::Jsonl,
            columns(noun, Form::Jsonl, Scope::Shown),
            Scope::Shown,
            true,
        );
        out.begin();
        for record in reader.records(noun, &row.ids)? {
            out.record(&record.values);
        }
        out.end();
        let mut bytes = Vec::new();
        out.flush_to(&mut bytes)?;
        for line in String::from_utf8_lossy(&bytes).lines() {
            let mut object = serde_json::Map::new();
            object.insert("row".into(), row.key.clone().into());
            if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(line) {
                object.extend(fields);
            }
            all.push(serde_json::Value::Object(object));
        }
    }
    Ok(all)
}

/// The records as a table, or their shown fields as CSV.
fn listed(session: &mut Session, told: [&str; 2], rows: &[&Row]) -> Result<()> {
    let output = session.settings.output;
    if output != Output::Table {
        let keep: Vec<&str> =
            ["row"].into_iter().chain(FIELDS).chain(["amount_currency"]).collect();
        let mut records = whole_records(session, rows)?;
        for record in &mut records {
            if let serde_json::Value::Object(fields) = record {
                fields.retain(|name, _| keep.contains(&name.as_str()));
            }
        }
        return print_json_list(&mut session.printer, output, &records);
    }
    let (reader, store, printer, settings) = session.parts()?;
    let noun = store.noun("deal")?;
    let zone = settings.locale.times.zone;
    let head = |name: &str| {
        let numeric = matches!(name, "id" | "amount" | "chance" | "weighted");
        ColumnHead { name: name.into(), numeric }
    };
    let heads = ["row"].into_iter().chain(FIELDS).map(head).collect();
    let mut table = printer.start_table(heads);
    for row in rows {
        for record in reader.records(noun, &row.ids)? {
            let mut cells = vec![row.key.clone()];
            for name in FIELDS {
                let named = noun.require(name)?;
                cells.push(shown(named.field, named.part, &record.values[named.index], zone));
            }
            table.row(cells)?;
        }
    }
    if table.end()? == 0 {
        printer.note("no record is behind it");
    }
    let [definition, source] = told;
    for text in [definition.to_owned(), format!("Source: {source}")] {
        printer.note(&format!("\n{}", wrap(&text, Some(PAGE)).join("\n")));
    }
    Ok(())
}
