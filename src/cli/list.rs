//! `NOUN list [FILTER]`: records in every format.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text};
use super::print::ColumnHead;
use super::session::{Session, filter_sql};
use crate::entity::shown::{is_numeric, shown};
use crate::entity::{Kind, Model, Noun, Part};
use crate::error::{Error, Result};
use crate::interchange::{Column, Exporter, Form, Scope, write_out};
use crate::store::{Listing, Path};

/// `list`: a table for people, or whole records for programs; `--columns` chooses.
///
/// # Errors
/// A wrong filter or field, or the database can't be read.
pub(super) fn list(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let filter = filter_text(matches);
    let asked = Asked {
        columns: text(matches, "columns").map(str::to_owned),
        sort: text(matches, "sort").map(str::to_owned),
        limit: matches.get_one::<u64>("limit").copied(),
    };
    let count = matches.get_flag("count");
    let output = session.settings.output;
    session.look_back(text(matches, "as-of"))?;
    let (reader, store, printer, settings) = session.parts()?;
    let noun = store.noun(noun)?;
    let view = match filter.as_deref().and_then(|f| f.trim().strip_prefix('@')) {
        Some(name) if !name.contains(' ') => reader.saved_view(name)?,
        _ => None,
    };
    let mut listing = Listing::all(noun);
    if let Some(filter) = &filter {
        listing.filter = Some(filter_sql(&reader, settings, noun, filter)?);
    }
    if count {
        let count = reader.count(&listing)?;
        let count = asked.limit.map_or(count, |l| count.min(l));
        return printer.line(&count.to_string());
    }
    let model = store.model();
    let sort = asked.sort.or_else(|| view.as_ref().and_then(|v| v.sort.clone()));
    listing.sort_by(sort.as_deref().unwrap_or(noun.entity.sort), model)?;
    listing.limit = asked.limit;
    if sort.is_some() && listing.limit.is_none() {
        store.spill()?;
    }
    let columns = asked.columns.or_else(|| view.and_then(|v| v.columns));
    match output {
        Output::Ids => {
            listing.columns.clear();
            reader.each(&listing, |found| printer.line(&found.id.to_string()))
        }
        Output::Table => {
            let default = noun.entity.columns.join(",");
            listing.columns = paths(columns.as_deref().unwrap_or(&default), noun, model)?;
            let zone = settings.locale.times.zone;
            let heads = listing.columns.iter().map(head).collect();
            let paths = listing.columns.clone();
            let mut table = printer.start_table(heads);
            reader.each(&listing, |found| {
                let cells = paths
                    .iter()
                    .zip(&found.values)
                    .map(|(p, v)| shown(p.field(), p.last().part, v, zone))
                    .collect();
                table.row(cells)
            })?;
            let rows = table.end()?;
            if rows == 0 {
                let plural = noun.entity.plural;
                printer.note(&match filter {
                    Some(filter) => format!(
                        "no {plural} match `{filter}`{}",
                        super::grammar::second_thought(noun, &filter)
                    ),
                    None => {
                        format!("there are no {plural} yet: `rolo {} add …` makes one", noun.name())
                    }
                });
            }
            Ok(())
        }
        Output::Json | Output::Jsonl | Output::Csv | Output::Tsv => {
            let form = form_of(output);
            let (scope, columns) = match &columns {
                Some(text) => {
                    listing.columns = paths(text, noun, model)?;
                    (Scope::Alone, alone(&listing.columns, form))
                }
                None => (Scope::Shown, crate::interchange::columns(noun, form, Scope::Shown)),
            };
            // Cells for programs carry the true value; the guard is for files.
            write_out(&reader, &listing, Exporter::new(form, columns, scope, true), printer.out())
        }
    }
}

struct Asked {
    columns: Option<String>,
    sort: Option<String>,
    limit: Option<u64>,
}

/// The columns that a text such as `name,company.city` asks for.
///
/// # Errors
/// An unknown field.
pub(super) fn paths(text: &str, noun: &Noun, model: &Model) -> Result<Vec<Path>> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    if parts.is_empty() {
        return Err(Error::usage("`--columns` names no field")
            .hint("such as `--columns name,company.city`"));
    }
    parts.into_iter().map(|p| Path::parse(p, noun, model)).collect()
}

/// Columns that stand alone, each under the name it was asked by. In cells an amount brings its
/// currency along in the column behind it, for without it the number says nothing.
#[must_use]
pub(super) fn alone(paths: &[Path], form: Form) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::with_capacity(paths.len());
    let asked: Vec<String> = paths.iter().map(|p| p.name.replace('-', "_")).collect();
    for (at, (path, name)) in paths.iter().zip(&asked).enumerate() {
        let (field, part) = (path.field(), path.last().part);
        columns.push(Column { name: name.clone(), field, part, at });
        let currency = format!("{name}_currency");
        let brings = matches!(form, Form::Csv | Form::Tsv)
            && (field.kind, part) == (Kind::Money, Part::Whole)
            && !asked.contains(&currency);
        if brings {
            columns.push(Column { name: currency, field, part: Part::Currency, at });
        }
    }
    columns
}

/// The format of a file for an output.
#[must_use]
pub(super) fn form_of(output: Output) -> Form {
    match output {
        Output::Tsv => Form::Tsv,
        Output::Json => Form::Json,
        Output::Jsonl => Form::Jsonl,
        _ => Form::Csv,
    }
}

pub(super) fn head(path: &Path) -> ColumnHead {
    let part = path.last().part;
    ColumnHead {
        name: path.name.clone(),
        numeric: part != Part::First && is_numeric(path.field(), part),
    }
}
