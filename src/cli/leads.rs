//! `lead intake` and `lead score`.

use std::collections::{HashMap, HashSet};

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{text, texts};
use super::print::ColumnHead;
use super::record::{chosen, named, print_json_list};
use super::session::{Session, ids_of};
use crate::actions::scoring::{Points, Scoring};
use crate::actions::sharing::Sharing;
use crate::entity::{LinkTo, Noun, Value};
use crate::error::{Error, Result, RowError};
use crate::interchange::import::{is_of_the_row, refused, row_error};
use crate::interchange::{Form, Mapping, RawRow, ReadOptions, RowParser, Source, Written};
use crate::store::{Among, Draft, Writer};

/// A submission of a form: the fields it fills, and what no field takes.
struct Submission {
    row: RawRow,
    /// Which of the mappings is its own.
    shape: usize,
    values: Vec<(usize, Value)>,
    rest: String,
}

/// `lead intake [--source WORD]`: prints the ids of the leads, one a line.
///
/// # Errors
/// Standard input holds no JSON objects, or one is no lead: then nothing was taken in (exit 4).
pub(super) fn intake(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let locale = session.settings.locale.clone();
    let read = ReadOptions { form: Some(Form::Json), ..ReadOptions::default() };
    let mut source = Source::open(session.settings.input("-")?, &read)
        .map_err(|why| Error::invalid(format!("standard input: {}", why.message)).hint(SHAPE))?;
    let default_source = text(matches, "source").map(str::to_owned);
    let store = session.writing()?;
    let noun = store.noun("lead")?;
    let (mut rows, mut row) = (Vec::new(), RawRow::default());
    while source.read(&mut row)? {
        rows.push(row.clone());
    }
    let read = rows.len() as u64;
    let (shapes, mappings) = shapes(noun, &source, &rows)?;
    let mut bad = Vec::new();
    let submissions = {
        let written = Written::default();
        let parsers = mappings
            .iter()
            .map(|mapping| RowParser::new(noun, mapping, &locale, &written, &mut source));
        let mut parsers = parsers.collect::<Result<Vec<_>>>()?;
        let mut all = Vec::new();
        for (row, shape) in rows.into_iter().zip(shapes) {
            match parsers[shape].values(&row) {
                Ok(values) => {
                    let rest = left_over(&mappings[shape], &row);
                    all.push(Submission { row, shape, values, rest });
                }
                Err(errors) => bad.extend(errors),
            }
        }
        all
    };
    if read == 0 {
        return Err(Error::invalid("standard input holds no object").hint(SHAPE));
    }
    let written = session.write_as("lead intake", &format!("lead intake of {read}"), |w| {
        let noun = w.reader().model().noun("lead")?;
        w.manner.import = true;
        let mut sharing = Sharing::new(w, noun, &locale)?;
        let scoring = Scoring::new(w, noun, &locale)?;
        let mut ids = Vec::new();
        for submission in submissions {
            let (row, mapping) = (submission.row.clone(), &mappings[submission.shape]);
            let taken =
                take(w, noun, submission, default_source.as_deref(), &mut sharing, &scoring);
            match taken {
                Ok(id) => ids.push(id),
                Err(why) if is_of_the_row(&why) => bad.push(row_error(why, &row, noun, mapping)),
                Err(why) => return Err(why),
            }
        }
        if bad.is_empty() { Ok(ids) } else { Err(nothing_taken(&bad, read)) }
    })?;
    let mut seen = HashSet::new();
    let ids: Vec<i64> = written.value.into_iter().filter(|id| seen.insert(*id)).collect();
    match session.settings.output {
        output @ (Output::Json | Output::Jsonl) if !session.settings.dry_run => {
            session.print_records("lead", &ids, output)
        }
        _ => {
            if session.settings.dry_run {
                session.printer.note(&format!("would take in {read}"));
            }
            ids.iter().try_for_each(|id| session.printer.line(&id.to_string()))
        }
    }
}

/// What the keys of each object mean: every form has its own, and what another one sends along must not
/// take a field from it. Gives each object's place among the mappings.
fn shapes(noun: &Noun, source: &Source, rows: &[RawRow]) -> Result<(Vec<usize>, Vec<Mapping>)> {
    let (mut known, mut mappings) = (HashMap::new(), Vec::new());
    let mut shapes = Vec::with_capacity(rows.len());
    for row in rows {
        let own = |(at, header): (usize, &String)| {
            if row.cell(at).is_empty() { String::new() } else { header.clone() }
        };
        let headers: Vec<String> = source.headers().iter().enumerate().map(own).collect();
        let shape = if let Some(shape) = known.get(&headers) {
            *shape
        } else {
            mappings.push(Mapping { exact: false, ..Mapping::new(noun, &headers, &[])? });
            known.insert(headers, mappings.len() - 1);
            mappings.len() - 1
        };
        shapes.push(shape);
    }
    Ok((shapes, mappings))
}

const SHAPE: &str = "send one JSON object, an array of them, or one a line: {\"name\": \"Ann Lee\", \"email\": \"ann@lee.example\"}";

fn nothing_taken(bad: &[RowError], read: u64) -> Error {
    let why = refused(bad, read);
    let message = why.message.replace("imported", "taken in").replace(" row", " object");
    Error { message, ..why }.hint("mend them and send them again")
}

/// What no field of a lead takes, a line each, so that nothing a form sends is lost.
fn left_over(mapping: &Mapping, row: &RawRow) -> String {
    let lines = mapping.leftover.iter().filter(|at| !row.cell(**at).is_empty());
    let lines: Vec<String> =
        lines.map(|at| format!("{}: {}", mapping.headers[*at], row.cell(*at))).collect();
    lines.join("\n")
}

/// What a submission says otherwise than the lead that is there, which keeps what it has.
fn told_otherwise(noun: &Noun, lead: &[Value], values: &[(usize, Value)]) -> Vec<String> {
    let differs = |(index, value): &&(usize, Value)| {
        let there = &lead[*index];
        let kept = !there.is_empty() && !noun.fields[*index].kind.is_many();
        kept && !value.is_empty() && there.to_cell() != value.to_cell()
    };
    let told = values.iter().filter(differs);
    told.map(|(index, value)| format!("{}: {}", noun.fields[*index].name, value.to_cell()))
        .collect()
}

/// Takes one submission in: into the open lead of the same e-mail, or as a new one, which gets an
/// owner and points by the rules.
fn take(
    w: &mut Writer,
    noun: &Noun,
    submission: Submission,
    source: Option<&str>,
    sharing: &mut Sharing,
    scoring: &Scoring,
) -> Result<i64> {
    let mut values = submission.values;
    let source_index = noun.require("source")?.index;
    if let (Some(word), false) = (source, values.iter().any(|(i, _)| *i == source_index)) {
        values.push((source_index, Value::Text(word.to_owned())));
    }
    let mut rest = submission.rest;
    let id = if let Some(id) = open_lead(w, noun, &values)? {
        for line in told_otherwise(noun, &w.stored(noun, id)?, &values) {
            let between = if rest.is_empty() { "" } else { "\n" };
            rest = format!("{rest}{between}{line}");
        }
        w.fill_up(noun, id, values)?;
        id
    } else {
        name_it(noun, &mut values);
        w.insert(noun, values.into())?
    };
    log(w, id, rest)?;
    let owner = noun.require("owner")?.index;
    if w.stored(noun, id)?[owner].is_empty() {
        sharing.share_out(w, noun, id)?;
    }
    if !scoring.is_empty() {
        scoring.write(w, noun, id)?;
    }
    Ok(id)
}

/// The open lead that has one of these e-mails; of several the latest.
fn open_lead(w: &Writer, noun: &Noun, values: &[(usize, Value)]) -> Result<Option<i64>> {
    let emails = noun.require("emails")?;
    let status = noun.require("status")?.index;
    let mut open = Vec::new();
    for (_, value) in values.iter().filter(|(i, _)| *i == emails.index) {
        let Value::List(items) = value else { continue };
        for item in items {
            let same = w.reader().by_key(noun, emails.field, &item.value, Among::Live, None)?;
            for id in same.ids() {
                let stored = w.stored(noun, id)?;
                if !matches!(stored[status].as_text(), Some("converted" | "unqualified")) {
                    open.push(id);
                }
            }
        }
    }
    Ok(open.into_iter().max())
}

/// A form that asks for an e-mail alone names nobody: the company, else the address stands for it.
fn name_it(noun: &Noun, values: &mut Vec<(usize, Value)>) {
    let given = |name: &str| {
        let index = noun.index(name)?;
        values.iter().find(|(i, v)| *i == index && !v.is_empty()).map(|(_, v)| v)
    };
    if ["name", "given_name", "family_name"].iter().any(|n| given(n).is_some()) {
        return;
    }
    let first = |name| match given(name) {
        Some(Value::List(items)) => items.first().map(|i| i.value.clone()),
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let stands_for = ["company_name", "emails"].into_iter().find_map(first);
    if let Some(name) = stands_for {
        values.push((noun.label_index(), Value::Text(name)));
    }
}

/// The submission as an event of the lead's timeline, with what no field took.
fn log(w: &mut Writer, lead: i64, rest: String) -> Result<()> {
    let activities = w.reader().model().noun("activity")?;
    let body = if rest.is_empty() { Value::Null } else { Value::Text(rest) };
    let draft = Draft::of(
        activities,
        vec![
            ("subject", Value::Text("Form sent".into())),
            ("kind", Value::Text("web".into())),
            ("direction", Value::Text("in".into())),
            ("body", body),
            ("about", Value::Links(vec![LinkTo::bare("lead", lead)])),
        ],
    )?;
    w.insert(activities, draft)?;
    Ok(())
}

/// `lead score [REF…|--where FILTER] [--explain]`.
///
/// # Errors
/// A REF finds none or several, or a rule's filter isn't right.
pub(super) fn score(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    session.existing()?;
    let explain = matches.get_flag("explain");
    let has_some = !texts(matches, "ref").is_empty() || text(matches, "where").is_some();
    let ids: Vec<i64> = if has_some {
        // To explain asks for nothing to be changed.
        let yes = session.settings.yes;
        session.settings.yes |= explain;
        let found = chosen(session, Some("lead"), matches, "score", Among::Live);
        session.settings.yes = yes;
        found?.into_iter().map(|(_, id)| id).collect()
    } else {
        let (reader, store, _, settings) = session.parts()?;
        ids_of(&reader, settings, store.noun("lead")?, "is:open")?
    };
    let locale = session.settings.locale.clone();
    if explain {
        // Nothing is changed, so nothing is recorded.
        let written = session.write("lead score", |w| {
            let noun = w.reader().model().noun("lead")?;
            let scoring = Scoring::new(w, noun, &locale)?;
            ids.iter()
                .map(|id| Ok((*id, scoring.points(w, noun, *id)?)))
                .collect::<Result<Vec<_>>>()
        })?;
        return explained(session, &written.value);
    }
    let written = session.write("lead score", |w| {
        let noun = w.reader().model().noun("lead")?;
        let scoring = Scoring::new(w, noun, &locale)?;
        let mut changed = 0_u64;
        if scoring.is_empty() {
            return Ok(None);
        }
        for id in &ids {
            changed += u64::from(scoring.write(w, noun, *id)?);
        }
        Ok(Some(changed))
    })?;
    let line = match written.value {
        None => NO_RULES.to_owned(),
        Some(changed) => {
            let scored = session.done("scored", "score");
            format!("{scored} {}, {changed} changed", named(session, "lead", &ids)?)
        }
    };
    session.report("lead", &ids, &line)
}

const NO_RULES: &str = "there are no scoring rules yet: `rolo scoring add Retail --filter industry:retail --points 20` makes one";

fn explained(session: &mut Session, all: &[(i64, Vec<Points>)]) -> Result<()> {
    let sum = |points: &[Points]| points.iter().map(|p| p.points).sum::<i64>();
    let output = session.settings.output;
    if output == Output::Table {
        for (at, (id, points)) in all.iter().enumerate() {
            if at > 0 {
                session.printer.page("\n")?;
            }
            let label = named(session, "lead", &[*id])?;
            let printer = &mut session.printer;
            printer.line(&format!("{label}: {}", sum(points)))?;
            let heads = vec![
                ColumnHead::number("points"),
                ColumnHead::text("rule"),
                ColumnHead::text("why"),
            ];
            let rows = points
                .iter()
                .map(|p| Ok(vec![p.points.to_string(), p.rule.clone(), p.why.clone()]));
            printer.table(heads, rows)?;
        }
        if all.iter().all(|(_, points)| points.is_empty()) {
            session.printer.note("no scoring rule fits; `rolo scoring list` shows them");
        }
        return Ok(());
    }
    let list: Vec<serde_json::Value> = all
        .iter()
        .map(|(id, points)| {
            let parts: Vec<_> = points
                .iter()
                .map(|p| serde_json::json!({"rule": p.rule, "points": p.points, "why": p.why}))
                .collect();
            serde_json::json!({"id": id, "score": sum(points), "points": parts})
        })
        .collect();
    match (output, &list[..]) {
        (Output::Ids, _) => {
            all.iter().try_for_each(|(id, _)| session.printer.line(&id.to_string()))
        }
        (Output::Json, [one]) => {
            print_json_list(&mut session.printer, Output::Jsonl, std::slice::from_ref(one))
        }
        _ => print_json_list(&mut session.printer, output, &list),
    }
}
