//! Taking a file in: each row becomes values, finds the record it means, and is written, all in one
//! change. A bad row refuses the whole file, and every bad row is named.

use super::funnel::Funnel;
use super::{Mapping, RawRow, RowParser, Source};
use crate::entity::{CustomField, Locale, Noun, Target};
use crate::error::{Error, ErrorKind, Result, RowError};
use crate::store::{OnMatch, Outcome, Policy, Writer};

/// How a file is taken in.
#[derive(Debug, Clone)]
pub struct Options {
    /// `HEADER=FIELD` as typed.
    pub map: Vec<String>,
    /// The field that finds records, instead of the noun's key.
    pub key: Option<String>,
    pub on_match: OnMatch,
    pub keep_extra: bool,
    pub create_links: bool,
    /// The kinds of stages that the file names, as (name, kind).
    pub stage_kinds: Vec<(String, String)>,
    /// Bytes of the file, where known.
    pub size: Option<u64>,
}

/// What became of the rows.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    /// Of those created: how many have a twin in the trash, which an import leaves there.
    pub in_trash: u64,
    pub ignored_columns: Vec<String>,
    pub seconds: f64,
}

/// Most bad rows that are listed one by one.
const MOST_ERRORS: usize = 10_000;
/// The progress is told every so many rows.
const STEP: u64 = 512;

/// Checks what can be said before anything is opened for writing: `--map`, `--key`.
///
/// # Errors
/// A header or field that isn't there (exit 2), a required field that nothing fills (exit 4).
pub fn check(noun: &Noun, source: &mut Source, options: &Options) -> Result<()> {
    let mapping = Mapping::new(noun, source.headers(), &options.map)?;
    if let Some(key) = &options.key {
        let named = noun.require(key)?;
        if !mapping.fills(named.index) {
            return Err(Error::usage(format!("`--key {key}`: no column of the file fills it"))
                .hint("name its column with `--map HEADER=FIELD`"));
        }
    }
    let missing = mapping.missing(noun);
    if source.headers().is_empty() || missing.is_empty() {
        return Ok(());
    }
    let left: Vec<&str> = mapping.leftover_headers().collect();
    Err(Error::invalid(format!(
        "no column fills {}, which every {} needs",
        missing.join(", "),
        noun.name()
    ))
    .hint(format!(
        "name one with `--map 'HEADER={}'`; columns left over: {}",
        missing[0],
        if left.is_empty() { "none".to_owned() } else { left.join(", ") }
    )))
}

/// Takes all rows in. Stages whose kind can't be told are put into `unclear`, and refuse the file.
///
/// # Errors
/// Every bad row (exit 4), or the file can't be read on.
pub fn run(
    w: &mut Writer,
    noun: &str,
    source: &mut Source,
    options: &Options,
    locale: &Locale,
    unclear: &mut Vec<String>,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary> {
    w.manner.import = true;
    w.manner.create_links = options.create_links;
    let mut summary = Summary::default();
    if options.keep_extra {
        keep_extra(w, noun, source, options)?;
    }
    let noun = w.reader().model().noun(noun)?;
    let mapping = Mapping::new(noun, source.headers(), &options.map)?;
    summary.ignored_columns = mapping.leftover_headers().map(str::to_owned).collect();
    let expected = expected_rows(source, options)?;
    let policy = Policy {
        on_match: options.on_match,
        key: options.key.as_deref().map(|k| noun.require(k)).transpose()?.map(|n| n.index),
        exact: mapping.exact,
        has_trash: w.has_trash(noun)?,
        last_before: w.last_id(noun)?,
    };
    if mapping.exact {
        let filled = (0..noun.fields.len()).filter(|i| mapping.fills(*i)).collect();
        w.to_the_letter = Some((noun.name(), filled));
    }
    let deferred = w.begin_bulk(noun, expected, &needed_indexes(noun, &mapping, policy))?;
    let sample = source.sample()?.to_vec();
    let mut funnel = Funnel::of(noun, &mapping, &options.stage_kinds);
    let mut parser = RowParser::new(noun, &mapping, locale, &sample);
    let mut prints = Prints::default();
    let mut bad = Vec::new();
    let mut row = RawRow::default();
    while source.read(&mut row)? {
        summary.read += 1;
        if summary.read % STEP == 0 {
            progress(source.position());
        }
        match parser.values(&row) {
            Err(errors) => bad.extend(errors),
            Ok(values) => {
                let print = prints.nth(parser.fingerprint(&row));
                if let Some(funnel) = &mut funnel {
                    funnel.meet(w, &values)?;
                }
                match w.take_in(noun, values, print, policy) {
                    Ok(outcome) => {
                        *count_of(&mut summary, outcome) += 1;
                        summary.in_trash += u64::from(outcome == Outcome::Again);
                    }
                    Err(why) if is_of_the_row(&why) => {
                        bad.push(row_error(why, &row, noun, &mapping));
                    }
                    Err(why) => return Err(why),
                }
            }
        }
        if bad.len() > MOST_ERRORS {
            break;
        }
    }
    if !bad.is_empty() {
        return Err(refused(&bad, summary.read));
    }
    if let Some(funnel) = funnel {
        funnel.finish(w, unclear)?;
    }
    w.end_bulk(&deferred)?;
    let settled = w.settle_joined(noun)?;
    summary.updated -= settled;
    summary.unchanged += settled;
    Ok(summary)
}

/// Makes custom fields of the columns that nothing else takes.
fn keep_extra(w: &mut Writer, noun: &str, source: &Source, options: &Options) -> Result<()> {
    let known = w.reader().model().noun(noun)?;
    let mapping = Mapping::new(known, source.headers(), &options.map)?;
    let extras = mapping.extras(known);
    for extra in &extras {
        w.add_field(&CustomField {
            noun: noun.to_owned(),
            slug: extra.slug.clone(),
            name: extra.header.clone(),
            kind: extra.kind.to_owned(),
            choices: Vec::new(),
        })?;
    }
    if !extras.is_empty() {
        w.adopt_fields()?;
    }
    Ok(())
}

/// About how many rows the file has, from its first ones.
fn expected_rows(source: &mut Source, options: &Options) -> Result<u64> {
    let (rows, text) = {
        let sample = source.sample()?;
        let text: usize =
            sample.iter().map(|r| r.cells().map(|c| c.len() + 1).sum::<usize>()).sum();
        (sample.len() as u64, text as u64)
    };
    Ok(match options.size {
        Some(size) if text > 0 => size * rows / text,
        _ => rows,
    })
}

/// Parts of names of the indexes that matching needs while rows go in.
fn needed_indexes(noun: &Noun, mapping: &Mapping, policy: Policy) -> Vec<String> {
    let mut needed = vec!["fingerprint".to_owned()];
    let keys = noun.entity.key.iter().filter_map(|k| noun.index(k)).chain(policy.key);
    for field in keys.map(|i| noun.fields[i]) {
        needed.push(format!("{}_{}", noun.name(), field.one.unwrap_or(field.name)));
        needed.push(format!("{}_{}_value", noun.name(), field.name));
    }
    let own_links = noun.fields.iter().enumerate().any(|(i, f)| {
        let leads_here = match f.kind {
            crate::entity::Kind::Link(t) | crate::entity::Kind::Links(t, _) => {
                t.allows(noun.name()) && !matches!(t, Target::Any(_))
            }
            _ => false,
        };
        leads_here && mapping.fills(i)
    });
    let any_links = noun.fields.iter().enumerate().any(|(i, f)| {
        matches!(
            f.kind,
            crate::entity::Kind::Link(Target::Any(_))
                | crate::entity::Kind::Links(Target::Any(_), _)
        ) && mapping.fills(i)
    });
    if own_links || any_links {
        needed.push(format!("{}_{}", noun.name(), noun.entity.label().name));
    }
    needed
}

/// Tells equal rows of one file apart by their count.
#[derive(Default)]
struct Prints(std::collections::HashMap<i64, u32>);

impl Prints {
    fn nth(&mut self, print: i64) -> i64 {
        let count = self.0.entry(print).or_default();
        *count += 1;
        // Another odd multiple for each further one.
        print.wrapping_add(i64::from(*count - 1).wrapping_mul(0x1656_67B1_9E37_79F9))
    }
}

fn count_of(summary: &mut Summary, outcome: Outcome) -> &mut u64 {
    match outcome {
        Outcome::Created | Outcome::Again => &mut summary.created,
        Outcome::Updated => &mut summary.updated,
        Outcome::Unchanged => &mut summary.unchanged,
        Outcome::Skipped => &mut summary.skipped,
    }
}

/// Whether an error is about the data of one row, not about the database.
#[must_use]
pub fn is_of_the_row(why: &Error) -> bool {
    matches!(
        why.kind,
        ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::Ambiguous
    )
}

/// The row of an error, with the column that fills the field it is about.
#[must_use]
pub fn row_error(why: Error, row: &RawRow, noun: &Noun, mapping: &Mapping) -> RowError {
    let column = why.field.and_then(|f| noun.index(f)).and_then(|i| mapping.column_of(i));
    let hint = why.hint.map_or(String::new(), |h| format!("; {h}"));
    RowError {
        line: row.line,
        column: column.map_or(String::new(), |c| mapping.headers[c].clone()),
        value: column.map_or(String::new(), |c| row.cell(c).to_owned()),
        reason: format!("{}{hint}", why.message),
    }
}

/// The error of a file with bad rows.
#[must_use]
pub fn refused(bad: &[RowError], read: u64) -> Error {
    let mut lines: Vec<u64> = bad.iter().map(|r| r.line).collect();
    lines.dedup();
    let more = if bad.len() > MOST_ERRORS { " or more" } else { "" };
    let rows = if lines.len() == 1 { "row" } else { "rows" };
    Error::invalid(format!("{}{more} bad {rows} of {read}: nothing was imported", lines.len()))
        .hint("mend them and import the file again")
        .rows(bad.to_vec())
}
