//! `deal handover` and `deal register`: a deal with its company, its contacts and what happened, as
//! one file between two teams.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use clap::ArgMatches;
use uuid::Uuid;

use super::global::Output;
use super::grammar::{text, texts};
use super::record::{named, resolve_all};
use super::session::Session;
use super::transfer::write_file;
use crate::entity::when::instant_text;
use crate::entity::{Kind, LinkTo, Noun, Value};
use crate::error::{Error, Result};
use crate::interchange::{
    Exporter, Form, Input, JsonOut, Mapping, RawRow, ReadOptions, RowParser, Scope, Source,
    Written, columns,
};
use crate::store::{Among, Draft, Match, OnMatch, Reader, Writer, refuse_own};

/// What goes into the file, in the order in which it is taken in, and what becomes of a record that
/// is there already: what the receiver knows better stays.
const NOUNS: [(&str, OnMatch); 6] = [
    ("pipeline", OnMatch::Skip),
    ("stage", OnMatch::Skip),
    ("company", OnMatch::Fill),
    ("contact", OnMatch::Fill),
    ("deal", OnMatch::Update),
    ("activity", OnMatch::Update),
];
/// Kept by each side for itself.
const OWN: [&str; 3] = ["partner", "competitor", "next_step"];
const FORMAT: &str = "rolo deal handover";

type Chosen = HashMap<&'static str, Vec<i64>>;

/// `deal handover REF… --partner COMPANY [--out FILE]`.
///
/// # Errors
/// A REF finds none or several, or the file is there already or can't be written.
pub(super) fn handover(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let out = matches.get_one::<PathBuf>("out").cloned();
    let force = matches.get_flag("force");
    let refs = texts(matches, "ref");
    let partner = text(matches, "partner").unwrap_or_default().to_owned();
    session.existing()?;
    let (deals, partner, package) = {
        let (reader, store, _, settings) = session.parts()?;
        let found = resolve_all(&reader, Some("deal"), &refs, Among::Live)?;
        let deals: Vec<i64> = found.into_iter().map(|(_, id)| id).collect();
        let partner = reader.resolve(store.noun("company")?, &partner, Among::Live)?;
        let label = reader.labels("company", &[partner])?;
        let label = label.get(&partner).map_or(String::new(), |l| l.label.clone());
        let mut json = JsonOut::new(false);
        json.begin_object();
        for (key, value) in [
            ("format", FORMAT.to_owned()),
            ("from", settings.user.clone()),
            ("partner", label.clone()),
            ("at", instant_text(settings.clock.now())),
        ] {
            json.key(key);
            json.string(&value);
        }
        put_records(&mut json, &reader, &deals)?;
        json.end_object();
        json.out.push(b'\n');
        (deals, LinkTo { label, ..LinkTo::bare("company", partner) }, json.out)
    };
    let dry_run = session.settings.dry_run;
    match &out {
        Some(path) => {
            let target = crate::store::resolve(path)?;
            refuse_own(session.reading()?, &target)?;
            write_file(&target, force, dry_run, |file| {
                file.write_all(&package).map_err(|why| Error::io("the file", &why))
            })?;
        }
        None if dry_run => {}
        None => session
            .printer
            .out()
            .write_all(&package)
            .map_err(|why| Error::io("standard output", &why))?,
    }
    session.write("deal handover", |w| {
        let noun = w.reader().model().noun("deal")?;
        let index = noun.require("partner")?.index;
        for id in &deals {
            w.update(noun, *id, vec![(index, Value::Link(LinkTo::bare("company", partner.id)))])?;
            note(w, *id, &format!("Handed over to {}", partner.label), None)?;
        }
        Ok(())
    })?;
    let handed = session.done("handed over", "hand over");
    let line = format!("{handed} {} to {}", named(session, "deal", &deals)?, partner.label);
    session.printer.note(&line);
    Ok(())
}

fn put_records(json: &mut JsonOut, reader: &Reader, deals: &[i64]) -> Result<()> {
    let chosen = belonging(reader, deals)?;
    for (name, _) in NOUNS {
        let noun = reader.model().noun(name)?;
        let ids = chosen.get(name).map_or(&[][..], Vec::as_slice);
        json.key(noun.entity.plural);
        let mut columns = columns(noun, Form::Json, Scope::Exchange);
        columns.retain(|c| goes_along(noun, c.field));
        let mut exporter = Exporter::new(Form::Json, columns, Scope::Exchange, true);
        exporter.begin();
        for mut record in reader.records(noun, ids)? {
            for value in &mut record.values {
                keep_inside(value, &chosen);
            }
            exporter.record(&record.values);
        }
        exporter.end();
        let mut bytes = Vec::new();
        exporter.flush_to(&mut bytes)?;
        json.raw(String::from_utf8_lossy(&bytes).trim_end());
    }
    json.key("history");
    json.begin_array();
    let noun = reader.model().noun("deal")?;
    for id in deals {
        let uid = reader.record(noun, *id)?.uid.to_string();
        for entry in reader.history(noun, *id)? {
            let told = |name: &str| {
                noun.find(name).is_some_and(|n| goes_along(noun, n.field) && !n.field.kept)
            };
            for edit in entry.edits.iter().filter(|e| told(&e.field)) {
                json.begin_object();
                for (key, value) in [
                    ("deal", uid.as_str()),
                    ("at", entry.change.at.as_str()),
                    ("who", entry.change.who.as_str()),
                    ("field", edit.field.as_str()),
                    ("old", edit.old.to_cell().as_str()),
                    ("new", edit.new.to_cell().as_str()),
                ] {
                    json.key(key);
                    json.string(value);
                }
                json.end_object();
            }
        }
    }
    json.end_array();
    Ok(())
}

/// Whether a field means something to the other side.
fn goes_along(noun: &Noun, field: &crate::entity::Field) -> bool {
    let is_setup = match field.kind {
        Kind::Link(to) | Kind::Links(to, _) => {
            to.one().is_some_and(|e| e.setup && !matches!(e.name, "pipeline" | "stage"))
        }
        Kind::List(of) => *of == Kind::File,
        _ => false,
    };
    let is_own = noun.name() == "deal" && OWN.contains(&field.name);
    !is_setup && !is_own && !field.custom && !matches!(field.name, "created_by" | "referred_by")
}

/// Links to records that aren't in the file would be names of strangers there.
fn keep_inside(value: &mut Value, chosen: &Chosen) {
    let inside = |l: &LinkTo| chosen.get(l.noun).is_some_and(|ids| ids.contains(&l.id));
    match value {
        Value::Link(to) if !inside(to) => *value = Value::Null,
        Value::Links(links) => links.retain(inside),
        _ => {}
    }
}

/// The records that belong to deals: company, contacts, pipeline and stages, activities.
fn belonging(reader: &Reader, deals: &[i64]) -> Result<Chosen> {
    let mut chosen = Chosen::new();
    let mut add = |noun: &'static str, id: i64| {
        let ids: &mut Vec<i64> = chosen.entry(noun).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    };
    let noun = reader.model().noun("deal")?;
    for record in reader.records(noun, deals)? {
        add("deal", record.id);
        for name in ["company", "contact", "contacts", "pipeline", "stage"] {
            match &record.values[noun.require(name)?.index] {
                Value::Link(to) => add(to.noun, to.id),
                Value::Links(links) => links.iter().for_each(|l| add(l.noun, l.id)),
                _ => {}
            }
        }
        for activity in reader.about("deal", record.id)? {
            add("activity", activity);
        }
    }
    Ok(chosen)
}

/// `deal register FILE|- [--pipeline P]`.
///
/// # Errors
/// The file isn't one of `deal handover`, or a record in it is refused.
pub(super) fn register(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let name = path.to_string_lossy().into_owned();
    let package = read_package(&name)?;
    let pipeline = text(matches, "pipeline").map(str::to_owned);
    session.writing()?;
    let locale = session.settings.locale.clone();
    let from = package.get("from").and_then(|v| v.as_str()).unwrap_or("a partner").to_owned();
    let written =
        session.write_as("deal register", &format!("deal register from {from}"), |w| {
            let mut taken =
                Taken { known: HashMap::new(), made: HashSet::new(), deals: Vec::new() };
            w.manner.import = true;
            let pipeline = match &pipeline {
                Some(p) => Some(w.reader().resolve(
                    w.reader().model().noun("pipeline")?,
                    p,
                    Among::Live,
                )?),
                None => None,
            };
            for (noun, on_match) in NOUNS {
                let noun = w.reader().model().noun(noun)?;
                if pipeline.is_some() && matches!(noun.name(), "pipeline" | "stage") {
                    continue;
                }
                let rows = package.get(noun.entity.plural).cloned().unwrap_or_default();
                let rows = rows_of(noun, &rows, &locale, &name)?;
                for values in rows {
                    taken.take(w, noun, values, on_match, pipeline)?;
                }
            }
            taken.settle(w, &package, &from)?;
            Ok(taken.deals)
        })?;
    let ids = written.value;
    let registered = session.done("registered", "register");
    let line = format!("{registered} {} from {from}", named(session, "deal", &ids)?);
    if session.settings.output == Output::Table {
        session.printer.note(&line);
        return ids.iter().try_for_each(|id| session.printer.line(&id.to_string()));
    }
    session.report("deal", &ids, &line)
}

fn read_package(name: &str) -> Result<serde_json::Map<String, serde_json::Value>> {
    let mut input: Box<dyn Read> = match Input::open(name)? {
        Input::File(file) => Box::new(file),
        Input::Stream(stream) => stream,
    };
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|why| Error::io(format!("`{name}`"), &why))?;
    let no_package = |why: String| {
        Error::invalid(format!("`{name}` is no deal that was handed over: {why}"))
            .hint("`rolo deal handover REF --partner COMPANY --out FILE` writes one")
    };
    match serde_json::from_slice(&bytes) {
        Ok(serde_json::Value::Object(map)) => {
            match map.get("format").and_then(serde_json::Value::as_str) {
                Some(FORMAT) => Ok(map),
                _ => Err(no_package(format!("its `format` isn't `{FORMAT}`"))),
            }
        }
        Ok(_) => Err(no_package("it is no JSON object".into())),
        Err(why) => Err(no_package(format!("it is no JSON: {why}"))),
    }
}

/// The records of one noun in the file, as values.
fn rows_of(
    noun: &Noun,
    rows: &serde_json::Value,
    locale: &crate::entity::Locale,
    name: &str,
) -> Result<Vec<Vec<(usize, Value)>>> {
    if rows.as_array().is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let input = Input::Stream(Box::new(Cursor::new(rows.to_string().into_bytes())));
    let read = ReadOptions { form: Some(Form::Json), delimiter: None, charset: None, raw: true };
    let mut source = Source::open(input, &read)?;
    let mapping = Mapping::new(noun, source.headers(), &[])?;
    let written = Written::default();
    let mut parser = RowParser::new(noun, &mapping, locale, &written, &mut source)?;
    let (mut all, mut bad, mut row) = (Vec::new(), Vec::new(), RawRow::default());
    while source.read(&mut row)? {
        match parser.values(&row) {
            Ok(values) => all.push(values),
            Err(errors) => bad.extend(errors),
        }
    }
    if bad.is_empty() {
        return Ok(all);
    }
    Err(Error::invalid(format!("`{name}`: {} can't be taken in", noun.entity.plural))
        .hint("the file was changed after it was written, or by a newer rolo; ask for it again")
        .rows(bad))
}

/// What was taken in so far.
struct Taken {
    /// Where a record of the file is here, by noun and its uid there.
    known: HashMap<(&'static str, Uuid), i64>,
    made: HashSet<i64>,
    deals: Vec<i64>,
}

impl Taken {
    fn take(
        &mut self,
        w: &mut Writer,
        noun: &Noun,
        mut values: Vec<(usize, Value)>,
        on_match: OnMatch,
        pipeline: Option<i64>,
    ) -> Result<()> {
        let uid_index = noun.require("uid")?.index;
        let uid = values.iter().find_map(|(i, v)| match v {
            Value::Uid(uid) if *i == uid_index => Some(*uid),
            _ => None,
        });
        let Some(uid) = uid else {
            return Err(Error::invalid(format!("a {} in the file has no uid", noun.name()))
                .hint("the file was changed after it was written; ask for it again"));
        };
        for (index, value) in &mut values {
            self.lead_here(noun.fields[*index], value);
        }
        let there = match w.reader().by_uid(noun, uid, Among::Live)? {
            Match::One(id) => Some(id),
            _ if matches!(noun.name(), "deal" | "activity") => None,
            _ => w.same_as(noun, &without_uid(&values, uid_index))?,
        };
        if noun.name() == "deal"
            && let Some(pipeline) = pipeline
        {
            Self::place(w, noun, &mut values, pipeline, there.is_some())?;
        }
        let id = if let Some(id) = there {
            Self::join(w, noun, id, values, on_match)?;
            id
        } else {
            let id = w.insert(noun, values.into())?;
            if noun.name() == "deal" {
                self.made.insert(id);
            }
            id
        };
        self.known.insert((noun.name(), uid), id);
        if noun.name() == "deal" {
            self.deals.push(id);
        }
        Ok(())
    }

    fn join(
        w: &mut Writer,
        noun: &Noun,
        id: i64,
        mut values: Vec<(usize, Value)>,
        on_match: OnMatch,
    ) -> Result<()> {
        values.retain(|(i, _)| {
            !matches!(noun.fields[*i].name, "uid" | "created" | "updated" | "created_by")
        });
        match on_match {
            OnMatch::Skip => {}
            OnMatch::Fill => drop(w.fill_up(noun, id, values)?),
            _ => drop(w.update(noun, id, values)?),
        }
        Ok(())
    }

    /// Links by uid lead to where the record of the file is here.
    fn lead_here(&self, field: &crate::entity::Field, value: &mut Value) {
        let (Kind::Link(target) | Kind::Links(target, _)) = field.kind else { return };
        let here = |uid: Option<Uuid>| {
            let uid = uid?;
            self.known
                .iter()
                .find(|((noun, known), _)| *known == uid && target.allows(noun))
                .map(|((noun, _), id)| LinkTo::bare(noun, *id))
        };
        match value {
            Value::Named(name) => {
                if let Some(to) = here(name.uid) {
                    *value = Value::Link(to);
                }
            }
            Value::NamedLinks(names) => {
                let links: Vec<LinkTo> = names
                    .iter()
                    .filter_map(|n| here(n.uid).map(|to| LinkTo { role: n.role.clone(), ..to }))
                    .collect();
                *value = Value::Links(links);
            }
            _ => {}
        }
    }

    /// A new deal begins in a pipeline of the receiver's own; a known one stays where it is.
    fn place(
        w: &Writer,
        noun: &Noun,
        values: &mut Vec<(usize, Value)>,
        pipeline: i64,
        is_there: bool,
    ) -> Result<()> {
        let (own, stage) = (noun.require("pipeline")?.index, noun.require("stage")?.index);
        values.retain(|(i, _)| *i != own && *i != stage);
        if is_there {
            return Ok(());
        }
        let first = w.reader().first_stage(pipeline, "open")?.ok_or_else(|| {
            Error::invalid("the pipeline has no open stage")
                .hint("add one: `rolo stage add NAME --pipeline …`")
        })?;
        values.push((own, Value::Link(LinkTo::bare("pipeline", pipeline))));
        values.push((stage, Value::Link(LinkTo::bare("stage", first))));
        Ok(())
    }

    /// New deals are whoever's registers them; what happened to them there is told in a note.
    fn settle(
        &self,
        w: &mut Writer,
        package: &serde_json::Map<String, serde_json::Value>,
        from: &str,
    ) -> Result<()> {
        let noun = w.reader().model().noun("deal")?;
        let owner = noun.require("owner")?.index;
        let empty = Vec::new();
        let history = package.get("history").and_then(|h| h.as_array()).unwrap_or(&empty);
        for ((name, uid), id) in &self.known {
            if *name != "deal" {
                continue;
            }
            if self.made.contains(id) {
                let me = Value::Link(LinkTo::bare("user", w.me));
                w.update(noun, *id, vec![(owner, me)])?;
            }
            let of = |key: &str, entry: &serde_json::Value| {
                entry.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
            };
            let uid = uid.to_string();
            let mut body = format!("Registered from {from}");
            for entry in history.iter().filter(|e| of("deal", e) == uid) {
                let _ = write!(
                    body,
                    "\n{} {} {}: {} → {}",
                    of("at", entry),
                    of("who", entry),
                    of("field", entry),
                    of("old", entry),
                    of("new", entry)
                );
            }
            note(w, *id, &body, Some(&format!("handover:{uid}")))?;
        }
        Ok(())
    }
}

fn without_uid(values: &[(usize, Value)], uid: usize) -> Vec<(usize, Value)> {
    values.iter().filter(|(i, _)| *i != uid).cloned().collect()
}

/// A note about a deal; with a mark, the one that bears it is written anew.
fn note(w: &mut Writer, deal: i64, body: &str, mark: Option<&str>) -> Result<()> {
    let noun = w.reader().model().noun("activity")?;
    let body_field = noun.require("body")?.index;
    let message = noun.require("message_id")?;
    if let Some(mark) = mark
        && let Match::One(id) = w.reader().by_key(noun, message.field, mark, Among::Live, None)?
    {
        w.update(noun, id, vec![(body_field, Value::Text(body.to_owned()))])?;
        return Ok(());
    }
    let draft = Draft::of(
        noun,
        vec![
            ("kind", Value::Text("note".into())),
            ("body", Value::Text(body.to_owned())),
            ("about", Value::Links(vec![LinkTo::bare("deal", deal)])),
            ("message_id", mark.map_or(Value::Null, |m| Value::Text(m.to_owned()))),
        ],
    )?;
    w.insert(noun, draft)?;
    Ok(())
}
