//! Taking in rows that make records of several nouns: a person, their organisation, the deal and a
//! note in one row, each linked to what stands before it.

use super::ahead::{Prints, Understand};
use super::explain::{Examples, Understood};
use super::funnel::Funnel;
use super::import::{MANY, Options, Summary, Told, expected_rows, keep_extra, needed_indexes};
use super::intake::{Intake, Leftover, is_of_the_row, row_error};
use super::{Mapping, RawRow, RowParser, Source};
use crate::entity::{Kind, LinkTo, Locale, Model, Noun, Target, Value};
use crate::error::{Error, Result, RowError};
use crate::store::{Incoming, Outcome, Policy, Ready, Writer};

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
    /// Fields that an earlier part says, as (field, part, its field).
    borrowed: Vec<(usize, usize, usize)>,
    funnel: Option<Funnel<'m>>,
}

/// What a noun takes over from others of its row where its own columns don't say it: who a lead is
/// and how to reach them is said by the person and the organisation.
const BORROWED: [(&str, &str, &str, &str); 3] = [
    ("lead", "company_name", "company", "name"),
    ("lead", "emails", "contact", "emails"),
    ("lead", "phones", "contact", "phones"),
];

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
    check_key(model, source, options)
}

/// Checks that `--key` names a field of one of the nouns, and that a column fills it.
fn check_key(model: &Model, source: &Source, options: &Options) -> Result<()> {
    let Some(key) = &options.key else { return Ok(()) };
    let mut filled = Vec::new();
    for section in &options.layout.sections {
        let noun = model.noun(section.noun)?;
        let Some(field) = options.key_of(noun) else { continue };
        let field = noun.require(field)?;
        let mapping = options.layout.mapping(section, noun, source.headers(), &options.map)?;
        if mapping.fills(field.index) {
            filled.push(format!("`--key {}.{}`", noun.name(), field.field.name));
        }
    }
    match &filled[..] {
        [_] => Ok(()),
        [] => Err(Error::usage(format!("`--key {key}`: no column of the file fills it"))
            .hint("name the noun and its field: `--key contact.email`")),
        all => Err(Error::usage(format!("`--key {key}` could be of several nouns of the rows"))
            .hint(format!("say which: {}", all.join(" or ")))),
    }
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
    w.manner.import = true;
    w.manner.create_links = options.create_links;
    if options.keep_extra {
        for section in &options.layout.sections {
            keep_extra(w, section.noun, source, options)?;
        }
    }
    let model = w.reader().model();
    let expected = expected_rows(source, options)?;
    let mut parts = parts(w, model, source, options)?;
    let mappings: Vec<Mapping> = parts.iter().map(|p| p.mapping.clone()).collect();
    let known: Vec<_> = parts.iter().map(|p| p.noun).zip(&mappings).collect();
    // What comes last leads to the others, and nothing of the row to it.
    let mut deferred = match parts.last() {
        Some(Part { noun, mapping, policy, .. }) => {
            let needed = needed_indexes(noun, mapping, *policy);
            w.begin_bulk(noun, expected, &needed, policy.key)?
        }
        None => return Err(Error::failed("a file without a noun")),
    };
    let parsers = RowParser::of_parts(&known, locale, &options.written, source)?;
    let examples = if options.explain {
        Some(Examples::of(source.headers().len(), source.sample()?))
    } else {
        None
    };
    let mut intake = Intake {
        told,
        summary: Summary {
            nouns: parts.iter().map(|p| (p.noun.name(), [0; 4])).collect(),
            mapping: told_of(&known),
            ..Summary::default()
        },
        headers: source.headers().to_vec(),
        left: Leftover::of(ignored(&parts), source.headers(), options),
        columns: parsers[0].told().clone(),
        on_thread: expected > MANY,
    };
    let mut together = Together { parsers };
    intake.run(w, source, &mut together, &mut |w, row, read, summary| {
        w.go_on_bulk(&mut deferred)?;
        let before = summary.nouns.clone();
        let wrong = take_row(w, &mut parts, read, row, summary)?;
        if wrong.is_some() {
            summary.nouns = before;
        }
        Ok(wrong)
    })?;
    let Intake { told, mut summary, .. } = intake;
    summary.notes = together.parsers.iter().flat_map(RowParser::notes).collect();
    if let Some(examples) = examples {
        summary.columns = explained(&mut together.parsers, &examples, options);
    }
    for funnel in parts.iter_mut().filter_map(|p| p.funnel.take()) {
        funnel.finish(w, told.unclear)?;
    }
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
        let borrowed = borrowed(noun, &mapping, &parts);
        let mut policy = options.policy(w, noun, &mapping)?;
        // Somebody's second inquiry is not their first one.
        policy.keyless = policy.key.is_none()
            && borrowed
                .iter()
                .any(|(field, ..)| noun.entity.key.iter().any(|k| noun.index(k) == Some(*field)));
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
        let funnel = Funnel::of(noun, &mapping, &options.stage_kinds);
        let prints = Prints::default();
        parts.push(Part { noun, mapping, policy, prints, links, about, borrowed, funnel });
    }
    Ok(parts)
}

/// What a noun takes over from earlier parts of the row.
fn borrowed(noun: &Noun, mapping: &Mapping, parts: &[Part]) -> Vec<(usize, usize, usize)> {
    let of = |&(name, field, other, from): &(&str, &str, &str, &str)| {
        let field = noun.index(field).filter(|f| name == noun.name() && !mapping.fills(*f))?;
        let part = parts.iter().position(|p| p.noun.name() == other)?;
        Some((field, part, parts[part].noun.index(from)?))
    };
    BORROWED.iter().filter_map(of).collect()
}

/// Each header, with the noun and the field that it fills.
fn told_of(known: &[(&Noun, &Mapping)]) -> Vec<(String, Option<String>)> {
    let mut all: Vec<(String, Option<String>)> = Vec::new();
    for (noun, mapping) in known {
        for (at, (header, field)) in mapping.told(noun).into_iter().enumerate() {
            let field = field.map(|f| format!("{}.{f}", noun.name()));
            match all.get_mut(at) {
                Some((_, known)) => *known = known.take().or(field),
                None => all.push((header, field)),
            }
        }
    }
    all
}

/// How the columns were understood by the one of the parts that took each.
fn explained(parsers: &mut [RowParser], examples: &Examples, options: &Options) -> Vec<Understood> {
    let mut all: Vec<Understood> = Vec::new();
    for parser in parsers {
        for (at, column) in parser.explain(examples, &options.map).into_iter().enumerate() {
            match all.get_mut(at) {
                Some(known) if known.field.is_none() && column.field.is_some() => *known = column,
                Some(_) => {}
                None => all.push(column),
            }
        }
    }
    all
}

/// Columns that mean nothing to any of the nouns.
fn ignored(parts: &[Part]) -> Vec<usize> {
    let mut columns: Vec<usize> =
        parts.iter().flat_map(|p| p.mapping.leftover.iter().copied()).collect();
    columns.sort_unstable();
    columns
}

/// The parsers of all parts, which read a row together.
struct Together<'a> {
    parsers: Vec<RowParser<'a>>,
}

/// The values of each part of a row, and the print of all of it: what has no key of its own is
/// known by the whole row, so that the same note about two people stays two.
struct ReadRow {
    parts: Vec<(Vec<(usize, Value)>, Ready)>,
    print: i64,
}

impl Understand for Together<'_> {
    type Record = ReadRow;

    fn understand(&mut self, row: &RawRow) -> std::result::Result<ReadRow, Vec<RowError>> {
        let (mut parts, mut errors, mut print) = (Vec::new(), Vec::new(), 0_i64);
        for parser in &mut self.parsers {
            match parser.values(row) {
                Ok(values) => {
                    let ready = Ready::of(parser.noun(), &values);
                    parts.push((values, ready));
                }
                // A fault of the row as a whole is told once.
                Err(_) if row.fault.is_some() && !errors.is_empty() => {}
                Err(more) => errors.extend(more),
            }
            print = print.rotate_left(7).wrapping_add(parser.fingerprint(row));
        }
        if errors.is_empty() { Ok(ReadRow { parts, print }) } else { Err(errors) }
    }

    fn gives_up(&self) -> Option<Error> {
        self.parsers.iter().find_map(RowParser::undecided)
    }
}

/// Writes the records of a row, each linked to those before it; gives what is wrong with it.
fn take_row(
    w: &mut Writer,
    parts: &mut [Part],
    read: ReadRow,
    row: &RawRow,
    summary: &mut Summary,
) -> Result<Option<RowError>> {
    let mut made: Vec<Option<LinkTo>> = vec![None; parts.len()];
    let lent: Vec<Vec<(usize, Value)>> =
        (0..parts.len()).map(|at| lent(&parts[at], &read.parts)).collect();
    for (at, ((mut values, ready), lent)) in read.parts.into_iter().zip(lent).enumerate() {
        if values.is_empty() {
            continue;
        }
        let part = &mut parts[at];
        let ready = if lent.is_empty() {
            ready
        } else {
            values.extend(lent);
            Ready::of(part.noun, &values)
        };
        link(part, &made, &mut values);
        let met = match &mut part.funnel {
            Some(funnel) => funnel.meet(w, &mut values),
            None => Ok(()),
        };
        let print = part.prints.nth(read.print.wrapping_add(i64::try_from(at).unwrap_or(0)));
        let incoming = Incoming { values, print, ready };
        match met.and_then(|()| w.take_in_known(part.noun, incoming, part.policy)) {
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
                let wrong = row_error(why, row, part.noun, &part.mapping);
                parts.iter_mut().filter_map(|p| p.funnel.as_mut()).for_each(Funnel::forget_row);
                return Ok(Some(wrong));
            }
            Err(why) => return Err(why),
        }
    }
    Ok(None)
}

/// What earlier parts of a row say for one that lacks it.
fn lent(part: &Part, all: &[(Vec<(usize, Value)>, Ready)]) -> Vec<(usize, Value)> {
    let of = |&(field, from, index): &(usize, usize, usize)| {
        let (_, value) = all[from].0.iter().find(|(i, _)| *i == index)?;
        Some((field, value.clone()))
    };
    part.borrowed.iter().filter_map(of).collect()
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
