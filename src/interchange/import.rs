//! Taking a file in: each row becomes values, finds the record it means, and is written, all in one
//! change. A bad row refuses the whole file, and every bad row is named; or the bad ones go into a
//! file of their own.

use super::ahead::{self, Parsed};
use super::explain::{Examples, Understood};
use super::funnel::Funnel;
use super::{Layout, Mapping, RawRow, Rejects, RowParser, Source, Written};
use crate::entity::{CustomField, Locale, Noun, Target};
use crate::error::{Error, ErrorKind, Result, RowError};
use crate::store::{OnMatch, Outcome, Policy, Writer};

/// How a file is taken in.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // Each is a flag of the command.
pub struct Options {
    /// `HEADER=FIELD` as typed.
    pub map: Vec<String>,
    /// What the rows are, and by what preset.
    pub layout: Layout,
    /// The field that finds records, instead of the noun's key.
    pub key: Option<String>,
    pub on_match: OnMatch,
    pub keep_extra: bool,
    pub create_links: bool,
    /// How values are written, where that was said.
    pub written: Written,
    /// Whether to tell how the columns were understood.
    pub explain: bool,
    /// Records in the trash come back when a row means them.
    pub revive: bool,
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
    /// Of those updated: how many were brought back from the trash.
    pub revived: u64,
    /// Rows left out, and what is wrong with the first of them.
    pub rejected: u64,
    pub bad: Vec<RowError>,
    /// Header of each column, and the field that it filled.
    pub mapping: Vec<(String, Option<String>)>,
    /// Of those created: how many have a twin in the trash, which an import leaves there.
    pub in_trash: u64,
    pub ignored_columns: Vec<String>,
    /// Where a row makes records of several nouns: created, updated, unchanged and skipped of each.
    pub nouns: Vec<(&'static str, [u64; 4])>,
    /// How the columns were understood, where that was asked for.
    pub columns: Vec<Understood>,
    pub seconds: f64,
}

/// Where an import tells of its rows while they go in.
pub struct Told<'t> {
    /// Where bad rows go; without it they refuse the file.
    pub rejects: Option<Rejects<'t>>,
    /// Stages whose kind can't be told, which refuse the file.
    pub unclear: &'t mut Vec<String>,
    /// Gets how many bytes of the file were read.
    pub progress: &'t mut dyn FnMut(u64),
}

impl Options {
    /// The meaning of the columns for a section of the layout.
    ///
    /// # Errors
    /// As [`Mapping::new`].
    pub fn mapping(&self, noun: &Noun, headers: &[String]) -> Result<Mapping> {
        let section = self.layout.sections.iter().find(|s| s.noun == noun.name());
        match section {
            Some(section) => self.layout.mapping(section, noun, headers, &self.map),
            None => Mapping::new(noun, headers, &self.map),
        }
    }
}

impl Summary {
    fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Created | Outcome::Again => &mut self.created,
            Outcome::Updated | Outcome::Revived => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Skipped => &mut self.skipped,
        } += 1;
        self.in_trash += u64::from(outcome == Outcome::Again);
        self.revived += u64::from(outcome == Outcome::Revived);
    }

    /// Notes a bad row, and writes it to where those go; `false` when it is no use to read on.
    pub(super) fn reject(
        &mut self,
        headers: &[String],
        row: &RawRow,
        wrong: Vec<RowError>,
        rejects: Option<&mut Rejects>,
    ) -> Result<bool> {
        self.rejected += 1;
        let goes_on = rejects.is_some() || self.bad.len() <= MOST_ERRORS;
        if let Some(rejects) = rejects {
            rejects.put(headers, row, &wrong)?;
        }
        if self.bad.len() <= MOST_ERRORS {
            self.bad.extend(wrong);
        }
        Ok(goes_on)
    }
}

/// Most bad rows that are listed one by one.
pub(super) const MOST_ERRORS: usize = 10_000;
/// From so many rows on, reading and writing go on two threads.
const MANY: u64 = 2_000;

/// Checks what can be said before anything is opened for writing: `--map`, `--key`.
///
/// # Errors
/// A header or field that isn't there (exit 2), a required field that nothing fills (exit 4).
pub fn check(noun: &Noun, source: &mut Source, options: &Options) -> Result<()> {
    let mapping = options.mapping(noun, source.headers())?;
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

/// Takes all rows in; where bad ones have a place to go, all but those.
///
/// # Errors
/// Every bad row (exit 4), or the file can't be read on.
pub fn run(
    w: &mut Writer,
    noun: &str,
    source: &mut Source,
    options: &Options,
    locale: &Locale,
    told: Told,
) -> Result<Summary> {
    let Told { mut rejects, unclear, progress } = told;
    w.manner.import = true;
    w.manner.create_links = options.create_links;
    let mut summary = Summary::default();
    if options.keep_extra {
        keep_extra(w, noun, source, options)?;
    }
    let noun = w.reader().model().noun(noun)?;
    let mapping = options.mapping(noun, source.headers())?;
    let mut left = Leftover::of(mapping.leftover.clone(), options);
    let field = |t: &Option<super::Target>| t.map(|t| mapping.target_name(noun, t));
    summary.mapping =
        mapping.headers.iter().cloned().zip(mapping.targets.iter().map(field)).collect();
    let expected = expected_rows(source, options)?;
    let policy = Policy {
        on_match: options.on_match,
        key: options.key.as_deref().map(|k| noun.require(k)).transpose()?.map(|n| n.index),
        exact: mapping.exact,
        has_trash: w.has_trash(noun)?,
        revive: options.revive && matches!(options.on_match, OnMatch::Update | OnMatch::Fill),
        last_before: w.last_id(noun)?,
    };
    if mapping.exact {
        let filled = (0..noun.fields.len()).filter(|i| mapping.fills(*i)).collect();
        w.to_the_letter = Some((noun.name(), filled));
    }
    let deferred =
        w.begin_bulk(noun, expected, &needed_indexes(noun, &mapping, policy), policy.key)?;
    let mut parser = RowParser::new(noun, &mapping, locale, &options.written, source)?;
    let mut funnel = Funnel::of(noun, &mapping, &options.stage_kinds);
    let examples = if options.explain {
        Some(Examples::of(mapping.headers.len(), source.sample()?))
    } else {
        None
    };
    let keys = policy.keys(noun);
    ahead::each(source, &mut parser, &keys, expected > MANY, &mut |batch| {
        progress(batch.position);
        for Parsed { row, incoming, spent } in &mut batch.rows {
            summary.read += 1;
            left.look(row);
            let incoming = std::mem::replace(incoming, Err(Vec::new()));
            if let (Some(funnel), Ok(incoming)) = (&mut funnel, &incoming) {
                funnel.meet(w, &incoming.values)?;
            }
            let taken = incoming.map(|incoming| {
                if rejects.is_some() {
                    w.begin_row();
                }
                w.take_in(noun, incoming, policy)
            });
            *spent = w.take_spent();
            let wrong = match taken {
                Ok(Ok(outcome)) => {
                    summary.count(outcome);
                    continue;
                }
                Ok(Err(why)) if is_of_the_row(&why) => {
                    w.take_back_row()?;
                    vec![row_error(why, row, noun, &mapping)]
                }
                Ok(Err(why)) => return Err(why),
                Err(errors) => errors,
            };
            if !summary.reject(&mapping.headers, row, wrong, rejects.as_mut())? {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    if !summary.bad.is_empty() && rejects.is_none() {
        return Err(refused(&summary.bad, summary.read));
    }
    summary.ignored_columns = left.told(&mapping.headers);
    if let Some(examples) = examples {
        summary.columns = parser.explain(&examples, &options.map);
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

/// Columns that mean nothing here. Of a program's whole address book those without any text aren't
/// worth a word.
pub(super) struct Leftover {
    columns: Vec<usize>,
    /// Those among them that have been empty so far, if that matters.
    empty: Vec<usize>,
}

impl Leftover {
    pub(super) fn of(columns: Vec<usize>, options: &Options) -> Self {
        let empty = if options.layout.preset.is_some() { columns.clone() } else { Vec::new() };
        Self { columns, empty }
    }

    pub(super) fn look(&mut self, row: &RawRow) {
        if !self.empty.is_empty() {
            self.empty.retain(|column| row.cell(*column).is_empty());
        }
    }

    pub(super) fn told(&self, headers: &[String]) -> Vec<String> {
        let told = self.columns.iter().filter(|c| !self.empty.contains(c));
        told.map(|c| headers[*c].clone()).collect()
    }
}

/// Makes custom fields of the columns that nothing else takes.
fn keep_extra(w: &mut Writer, noun: &str, source: &Source, options: &Options) -> Result<()> {
    let known = w.reader().model().noun(noun)?;
    let mapping = options.mapping(known, source.headers())?;
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

/// Parts of names of the indexes that stay while rows go in: those that matching needs, and those of
/// columns that the file leaves empty, which cost nothing.
fn needed_indexes(noun: &Noun, mapping: &Mapping, policy: Policy) -> Vec<String> {
    let mut needed = vec!["fingerprint".to_owned()];
    let unfilled =
        noun.fields.iter().enumerate().filter(|(i, f)| !f.required && !mapping.fills(*i));
    needed.extend(unfilled.map(|(_, f)| format!("{}_{}", noun.name(), f.name)));
    let own = noun.entity.key.iter().filter_map(|k| noun.index(k)).chain(policy.key);
    for field in own.map(|i| noun.fields[i]) {
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
        .hint("mend them and import the file again, or add `--rejects FILE`: the good rows go in and the bad ones there")
        .rows(bad.to_vec())
}
