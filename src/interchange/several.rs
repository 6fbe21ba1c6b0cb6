//! Taking in rows that make records of several nouns: a person, their organisation, the deal and a
//! note in one row, each linked to what stands before it.

use super::ahead::Prints;
use super::import::{Leftover, Options, Summary, Told, is_of_the_row, refused, row_error};
use super::{Mapping, RawRow, RowParser, Source};
use crate::entity::{Kind, LinkTo, Locale, Model, Noun, Target, Value};
use crate::error::{Error, Result, RowError};
use crate::store::{Incoming, OnMatch, Outcome, Policy, Ready, Writer};

/// The progress is told every so many rows.
const STEP: u64 = 512;

/// Nouns that a task, an event or an activity of the row is about, the one it is about the most last.
const SUBJECTS: [&str; 4] = ["company", "contact", "lead", "deal"];

/// One noun of the rows.
struct Part<'m> {
    noun: &'m Noun,
    mapping: Mapping,
    policy: Policy,
    prints: Prints,
    /// Fields that lead to records of earlier parts, as (field, part).
    links: Vec<(usize, usize)>,
    /// The field `about`, where it may lead to any record.
    about: Option<usize>,
}

/// Checks what can be said before anything is opened for writing.
///
/// # Errors
/// A field that every record of a noun needs isn't filled by any column.
pub fn check(model: &Model, source: &Source, options: &Options) -> Result<()> {
    for section in &options.layout.sections {
        let noun = model.noun(section.noun)?;
        let mapping = options.layout.mapping(section, noun, source.headers(), &options.map)?;
        let missing = mapping.missing(noun);
        if let Some(first) = missing.first() {
            return Err(Error::invalid(format!(
                "no column of `{}` fills {}, which every {} needs",
                section.word,
                missing.join(", "),
                noun.name()
            ))
            .hint(format!("name one with `--map '{} - …={first}'`", section.word)));
        }
    }
    if let Some(key) = &options.key {
        return Err(Error::usage(format!("`--key {key}`: the rows are of several nouns"))
            .hint("each is found by its own key"));
    }
    if options.keep_extra {
        return Err(Error::usage("`--keep-extra`: the rows are of several nouns")
            .hint("add fields with `rolo field add`, and name them with `--map`"));
    }
    Ok(())
}

/// Takes all rows in.
///
/// # Errors
/// Every bad row (exit 4), or the file can't be read on.
pub fn run(
    w: &mut Writer,
    source: &mut Source,
    options: &Options,
    locale: &Locale,
    told: Told,
) -> Result<Summary> {
    let Told { mut rejects, progress, .. } = told;
    w.manner.import = true;
    w.manner.create_links = options.create_links;
    let model = w.reader().model();
    let mut parts = parts(w, model, source, options)?;
    let mut summary = Summary {
        nouns: parts.iter().map(|p| (p.noun.name(), [0; 4])).collect(),
        ..Summary::default()
    };
    let mappings: Vec<Mapping> = parts.iter().map(|p| p.mapping.clone()).collect();
    let mut parsers: Vec<RowParser> = parts
        .iter()
        .zip(&mappings)
        .map(|(p, mapping)| RowParser::new(p.noun, mapping, locale, &options.written, source))
        .collect::<Result<_>>()?;
    let mut left = Leftover::of(ignored(&parts), options);
    let deferred = w.begin_bulk(parts[0].noun, 0, &[], None)?;
    let mut row = RawRow::default();
    while source.read(&mut row)? {
        summary.read += 1;
        if summary.read.is_multiple_of(STEP) {
            progress(source.position());
        }
        left.look(&row);
        let wrong = match read_row(&mut parsers, &row) {
            Err(errors) => errors,
            Ok(read) => {
                w.begin_row();
                let before = summary.nouns.clone();
                match take_row(w, &mut parts, read, &row, &mut summary)? {
                    None => continue,
                    Some(wrong) => {
                        w.take_back_row()?;
                        summary.nouns = before;
                        vec![wrong]
                    }
                }
            }
        };
        if !summary.reject(source.headers(), &row, wrong, rejects.as_mut())? {
            break;
        }
    }
    if !summary.bad.is_empty() && rejects.is_none() {
        return Err(refused(&summary.bad, summary.read));
    }
    summary.ignored_columns = left.told(source.headers());
    w.end_bulk(&deferred)?;
    for (at, part) in parts.iter().enumerate() {
        let settled = w.settle_joined(part.noun)?;
        summary.nouns[at].1[1] -= settled;
        summary.nouns[at].1[2] += settled;
    }
    for (_, [created, updated, unchanged, skipped]) in &summary.nouns {
        summary.created += created;
        summary.updated += updated;
        summary.unchanged += unchanged;
        summary.skipped += skipped;
    }
    Ok(summary)
}

/// The parts of the rows, with their links to one another.
fn parts<'m>(
    w: &Writer,
    model: &'m Model,
    source: &Source,
    options: &Options,
) -> Result<Vec<Part<'m>>> {
    let mut parts: Vec<Part> = Vec::new();
    for section in &options.layout.sections {
        let noun = model.noun(section.noun)?;
        let mapping = options.layout.mapping(section, noun, source.headers(), &options.map)?;
        let policy = Policy {
            on_match: options.on_match,
            key: None,
            exact: false,
            has_trash: w.has_trash(noun)?,
            revive: options.revive && matches!(options.on_match, OnMatch::Update | OnMatch::Fill),
            last_before: w.last_id(noun)?,
        };
        let mut links = Vec::new();
        for (earlier, part) in parts.iter().enumerate() {
            let leads_there = noun.fields.iter().position(|f| {
                f.name == part.noun.name()
                    && matches!(f.kind, Kind::Link(t) if t.allows(part.noun.name()))
            });
            links.extend(leads_there.map(|field| (field, earlier)));
        }
        let about = noun.index("about").filter(|a| {
            matches!(
                noun.fields[*a].kind,
                Kind::Link(Target::Any(_)) | Kind::Links(Target::Any(_), _)
            )
        });
        parts.push(Part { noun, mapping, policy, prints: Prints::default(), links, about });
    }
    Ok(parts)
}

/// Columns that mean nothing to any of the nouns.
fn ignored(parts: &[Part]) -> Vec<usize> {
    let mut columns: Vec<usize> =
        parts.iter().flat_map(|p| p.mapping.leftover.iter().copied()).collect();
    columns.sort_unstable();
    columns
}

/// The values of each part of a row, and the print of all of it: what has no key of its own is
/// known by the whole row, so that the same note about two people stays two.
type ReadRow = (Vec<Vec<(usize, Value)>>, i64);

fn read_row(
    parsers: &mut [RowParser],
    row: &RawRow,
) -> std::result::Result<ReadRow, Vec<RowError>> {
    let (mut values, mut errors, mut print) = (Vec::new(), Vec::new(), 0_i64);
    for parser in parsers {
        match parser.values(row) {
            Ok(read) => values.push(read),
            // A fault of the row as a whole is told once.
            Err(_) if row.fault.is_some() && !errors.is_empty() => {}
            Err(more) => errors.extend(more),
        }
        print = print.rotate_left(7).wrapping_add(parser.fingerprint(row));
    }
    if errors.is_empty() { Ok((values, print)) } else { Err(errors) }
}

/// Writes the records of a row, each linked to those before it; gives what is wrong with it.
fn take_row(
    w: &mut Writer,
    parts: &mut [Part],
    (values, print): ReadRow,
    row: &RawRow,
    summary: &mut Summary,
) -> Result<Option<RowError>> {
    let mut made: Vec<Option<LinkTo>> = vec![None; parts.len()];
    for (at, mut values) in values.into_iter().enumerate() {
        if values.is_empty() {
            continue;
        }
        let part = &mut parts[at];
        link(part, &made, &mut values);
        let print = part.prints.nth(print.wrapping_add(i64::try_from(at).unwrap_or(0)));
        let ready = Ready::of(part.noun, &values);
        match w.take_in_known(part.noun, Incoming { values, print, ready }, part.policy) {
            Ok((outcome, id)) => {
                made[at] = Some(LinkTo::bare(part.noun.name(), id));
                let count = match outcome {
                    Outcome::Created | Outcome::Again => 0,
                    Outcome::Updated | Outcome::Revived => 1,
                    Outcome::Unchanged => 2,
                    Outcome::Skipped => 3,
                };
                summary.nouns[at].1[count] += 1;
                summary.in_trash += u64::from(outcome == Outcome::Again);
                summary.revived += u64::from(outcome == Outcome::Revived);
            }
            Err(why) if is_of_the_row(&why) => {
                return Ok(Some(row_error(why, row, part.noun, &part.mapping)));
            }
            Err(why) => return Err(why),
        }
    }
    Ok(None)
}

/// Links a record to those of its row, where the row doesn't say another one.
fn link(part: &Part, made: &[Option<LinkTo>], values: &mut Vec<(usize, Value)>) {
    let mut put = |field: usize, value: Value| {
        if !values.iter().any(|(f, _)| *f == field) {
            values.push((field, value));
        }
    };
    for (field, earlier) in &part.links {
        if let Some(to) = &made[*earlier] {
            put(*field, Value::Link(to.clone()));
        }
    }
    let Some(about) = part.about else { return };
    let subjects: Vec<LinkTo> = SUBJECTS
        .iter()
        .filter_map(|noun| made.iter().flatten().find(|to| to.noun == *noun).cloned())
        .collect();
    match part.noun.fields[about].kind {
        Kind::Links(..) if !subjects.is_empty() => put(about, Value::Links(subjects)),
        Kind::Link(_) => {
            if let Some(to) = subjects.last() {
                put(about, Value::Link(to.clone()));
            }
        }
        _ => {}
    }
}
