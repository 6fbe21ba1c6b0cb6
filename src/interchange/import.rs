//! Taking a file in: each row becomes values, finds the record it means, and is written, all in one
//! change. A bad row refuses the whole file, and every bad row is named; or the bad ones go into a
//! file of their own.

use super::ahead::{Prints, Understand};
use super::explain::{Examples, Understood};
use super::funnel::Funnel;
use super::intake::{Intake, Leftover, MOST_ERRORS};
pub use super::intake::{is_of_the_row, refused, row_error};
use super::{Layout, Mapping, RawRow, Rejects, RowParser, Source, Written};
use crate::entity::{CustomField, Locale, Noun, Target};
use crate::error::{Error, Result, RowError};
use crate::store::{Incoming, OnMatch, Outcome, Policy, Ready, Writer};

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
    /// What is odd in the file and how it was taken, for people.
    pub notes: Vec<String>,
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
    /// How the records of a noun are taken in.
    ///
    /// # Errors
    /// The database can't be read, or `--key` names no field of the noun.
    pub(super) fn policy(&self, w: &Writer, noun: &Noun, mapping: &Mapping) -> Result<Policy> {
        Ok(Policy {
            on_match: self.on_match,
            key: self.key_of(noun).map(|key| noun.require(key)).transpose()?.map(|n| n.index),
            keyless: false,
            exact: mapping.exact,
            has_trash: w.has_trash(noun)?,
            revive: self.revive && matches!(self.on_match, OnMatch::Update | OnMatch::Fill),
            last_before: w.last_id(noun)?,
        })
    }

    /// The key that `--key` names for a noun: `email`, or `contact.email` where a row makes records
    /// of several.
    pub(super) fn key_of(&self, noun: &Noun) -> Option<&str> {
        let key = self.key.as_deref()?;
        match key.split_once('.') {
            Some((of, field)) => (of == noun.name() || of == noun.entity.plural).then_some(field),
            None if self.layout.is_several() => noun.require(key).is_ok().then_some(key),
            None => Some(key),
        }
    }

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

    /// Notes what is wrong with a bad row, up to a number of them; `false` beyond.
    pub(super) fn reject(&mut self, wrong: Vec<RowError>) -> bool {
        self.rejected += 1;
        let has_room = self.bad.len() <= MOST_ERRORS;
        if has_room {
            self.bad.extend(wrong);
        }
        has_room
    }
}

/// Rows that make one record each.
struct Single<'p, 'a> {
    parser: &'p mut RowParser<'a>,
    /// A row with a value in one of them needs no fingerprint.
    keys: Vec<usize>,
    prints: Prints,
}

impl Understand for Single<'_, '_> {
    type Record = Incoming;

    fn understand(&mut self, row: &RawRow) -> std::result::Result<Incoming, Vec<RowError>> {
        let values = self.parser.values(row)?;
        let keyed = values.iter().any(|(i, v)| self.keys.contains(i) && !v.is_empty());
        let print = if keyed { 0 } else { self.prints.nth(self.parser.fingerprint(row)) };
        let ready = Ready::of(self.parser.noun(), &values);
        Ok(Incoming { values, print, ready })
    }

    fn gives_up(&self) -> Option<Error> {
        self.parser.undecided()
    }
}

/// From so many rows on, reading and writing go on two threads.
pub(super) const MANY: u64 = 2_000;

/// Checks what can be said before anything is opened for writing: `--map`, `--key`.
///
/// # Errors
/// A header or field that isn't there (exit 2), a required field that nothing fills (exit 4).
pub fn check(noun: &Noun, source: &mut Source, options: &Options) -> Result<()> {
    let mapping = options.mapping(noun, source.headers())?;
    if let Some(key) = &options.key {
        let Some(field) = options.key_of(noun) else {
            return Err(Error::usage(format!("`--key {key}`: the rows are of {}", noun.name()))
                .hint("name a field of it"));
        };
        if !mapping.fills(noun.require(field)?.index) {
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
    w.manner.import = true;
    w.manner.create_links = options.create_links;
    if options.keep_extra {
        keep_extra(w, noun, source, options)?;
    }
    let noun = w.reader().model().noun(noun)?;
    let mapping = options.mapping(noun, source.headers())?;
    let expected = expected_rows(source, options)?;
    let policy = options.policy(w, noun, &mapping)?;
    if mapping.exact {
        let filled = (0..noun.fields.len()).filter(|i| mapping.fills(*i)).collect();
        w.to_the_letter = Some((noun.name(), filled));
    }
    let mut deferred =
        w.begin_bulk(noun, expected, &needed_indexes(noun, &mapping, policy), policy.key)?;
    let mut parser = RowParser::new(noun, &mapping, locale, &options.written, source)?;
    let mut funnel = Funnel::of(noun, &mapping, &options.stage_kinds);
    let examples = if options.explain {
        Some(Examples::of(mapping.headers.len(), source.sample()?))
    } else {
        None
    };
    let mut intake = Intake {
        told,
        summary: Summary { mapping: mapping.told(noun), ..Summary::default() },
        headers: mapping.headers.clone(),
        left: Leftover::of(mapping.leftover.clone(), source.headers(), options),
        columns: parser.told().clone(),
        on_thread: expected > MANY,
    };
    let mut single =
        Single { parser: &mut parser, keys: policy.keys(noun), prints: Prints::default() };
    intake.run(w, source, &mut single, &mut |w, row, mut incoming, summary| {
        w.go_on_bulk(&mut deferred)?;
        let met = match &mut funnel {
            Some(funnel) => funnel.meet(w, &mut incoming.values),
            None => Ok(()),
        };
        match met.and_then(|()| w.take_in(noun, incoming, policy)) {
            Ok(outcome) => summary.count(outcome),
            Err(why) if is_of_the_row(&why) => {
                funnel.iter_mut().for_each(Funnel::forget_row);
                return Ok(Some(row_error(why, row, noun, &mapping)));
            }
            Err(why) => return Err(why),
        }
        Ok(None)
    })?;
    let Intake { told, mut summary, .. } = intake;
    summary.notes = parser.notes();
    if let Some(examples) = examples {
        summary.columns = parser.explain(&examples, &options.map);
    }
    if let Some(funnel) = funnel {
        funnel.finish(w, told.unclear)?;
    }
    w.end_bulk(&deferred)?;
    let settled = w.settle_joined(noun)?;
    summary.updated -= settled;
    summary.unchanged += settled;
    Ok(summary)
}

/// Makes custom fields of the columns that nothing else takes.
pub(super) fn keep_extra(
    w: &mut Writer,
    noun: &str,
    source: &Source,
    options: &Options,
) -> Result<()> {
    let known = w.reader().model().noun(noun)?;
    let mapping = options.mapping(known, source.headers())?;
    let extras = mapping.extras(known);
    for extra in &extras {
        let field = CustomField {
            noun: noun.to_owned(),
            slug: extra.slug.clone(),
            name: extra.header.clone(),
            kind: extra.kind.to_owned(),
            choices: Vec::new(),
        };
        w.add_field(&field, &[])?;
    }
    if !extras.is_empty() {
        w.adopt_fields()?;
    }
    Ok(())
}

/// About how many rows the file has, from its first ones.
pub(super) fn expected_rows(source: &mut Source, options: &Options) -> Result<u64> {
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
pub(super) fn needed_indexes(noun: &Noun, mapping: &Mapping, policy: Policy) -> Vec<String> {
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
