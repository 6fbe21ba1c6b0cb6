//! `sql QUERY`: what the documented views answer, in every output format.

use std::time::Duration;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::text;
use super::print::{ColumnHead, Printer, Table};
use super::session::Session;
use crate::error::Result;
use crate::interchange::{CsvOut, JsonOut};
use crate::store::{Answer, Cell};

/// `sql QUERY`: read-only, one statement.
///
/// # Errors
/// A wrong query, or one that would write (exit 2).
pub(super) fn sql(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let query = text(matches, "query").unwrap_or_default().to_owned();
    let limit = matches.get_one::<u64>("seconds").copied().map(Duration::from_secs);
    let output = session.settings.output;
    let (_, store, printer, _) = session.parts()?;
    match output {
        Output::Json | Output::Jsonl => {
            let array = output == Output::Json;
            let json = JsonOut::new(false);
            let mut answer = Objects { json, array, names: Vec::new(), rows: 0, printer };
            store.ask(&query, limit, &mut answer)?;
            answer.end()
        }
        Output::Csv | Output::Tsv => {
            let delimiter = if output == Output::Csv { b',' } else { b'\t' };
            let mut answer = Delimited { csv: CsvOut::new(delimiter, true), printer };
            store.ask(&query, limit, &mut answer)?;
            answer.csv.flush_to(answer.printer.out())
        }
        Output::Table | Output::Ids => {
            let mut answer = ForPeople { printer: Some(printer), table: None };
            store.ask(&query, limit, &mut answer)?;
            if let Some(table) = answer.table {
                table.end()?;
            }
            Ok(())
        }
    }
}

/// So many bytes wait before they are handed on.
const CHUNK: usize = 1 << 16;

struct Objects<'a, 'p> {
    json: JsonOut,
    /// One array, or else an object a line.
    array: bool,
    names: Vec<String>,
    rows: u64,
    printer: &'a mut Printer<'p>,
}

impl Objects<'_, '_> {
    fn end(mut self) -> Result<()> {
        if self.array {
            self.json.out.extend_from_slice(if self.rows == 0 { b"[]\n" } else { b"\n]\n" });
        }
        self.json.flush_to(self.printer.out())
    }
}

impl Answer for Objects<'_, '_> {
    fn columns(&mut self, names: Vec<String>) -> Result<()> {
        self.names = names;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        if self.array {
            self.json.out.extend_from_slice(if self.rows == 0 { b"[\n" } else { b",\n" });
        }
        let object = self.names.iter().cloned().zip(cells.iter().map(|c| cell_json(*c)));
        self.json.value(&serde_json::Value::Object(object.collect()));
        if !self.array {
            self.json.out.push(b'\n');
        }
        self.rows += 1;
        if self.json.out.len() > CHUNK {
            self.json.flush_to(self.printer.out())?;
        }
        Ok(())
    }
}

struct Delimited<'a, 'p> {
    csv: CsvOut,
    printer: &'a mut Printer<'p>,
}

impl Answer for Delimited<'_, '_> {
    fn columns(&mut self, names: Vec<String>) -> Result<()> {
        for name in &names {
            self.csv.text(name);
        }
        self.csv.end();
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        for cell in cells {
            self.csv.text(&cell_text(*cell));
        }
        self.csv.end();
        if self.csv.out.len() > CHUNK {
            self.csv.flush_to(self.printer.out())?;
        }
        Ok(())
    }
}

struct ForPeople<'a, 'p> {
    printer: Option<&'a mut Printer<'p>>,
    table: Option<Table<'a, 'p>>,
}

impl Answer for ForPeople<'_, '_> {
    fn columns(&mut self, names: Vec<String>) -> Result<()> {
        let heads = names.into_iter().map(|name| ColumnHead { name, numeric: false }).collect();
        self.table = self.printer.take().map(|p| p.start_table(heads));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let cells = cells.iter().map(|c| cell_text(*c)).collect();
        self.table.as_mut().map_or(Ok(()), |table| table.row(cells))
    }
}

fn cell_text(cell: Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Int(n) => n.to_string(),
        Cell::Real(n) => n.to_string(),
        Cell::Text(t) => String::from_utf8_lossy(t).into_owned(),
        Cell::Blob(b) => b.iter().map(|x| format!("{x:02x}")).collect(),
    }
}

fn cell_json(cell: Cell) -> serde_json::Value {
    match cell {
        Cell::Null => serde_json::Value::Null,
        Cell::Int(n) => n.into(),
        Cell::Real(n) => n.into(),
        other => cell_text(other).into(),
    }
}
