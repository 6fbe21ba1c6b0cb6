//! `deal handover`: a deal with its company, its contacts and what happened, as one file between two
//! teams; `register.rs` takes it in.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::ArgMatches;

use super::grammar::{text, texts};
use super::record::{named, resolve_all};
use super::session::Session;
use super::transfer::write_file;
use crate::entity::when::instant_text;
use crate::entity::{Kind, LinkTo, Noun, Value};
use crate::error::{Error, Result};
use crate::interchange::{Exporter, Form, JsonOut, Scope, columns};
use crate::store::{Among, Draft, Match, OnMatch, Reader, Writer, refuse_own};

/// What goes into the file, in the order in which it is taken in, and what becomes of a record that
/// is there already: what the receiver knows better stays.
pub(super) const NOUNS: [(&str, OnMatch); 7] = [
    ("pipeline", OnMatch::Skip),
    ("stage", OnMatch::Skip),
    ("company", OnMatch::Fill),
    ("contact", OnMatch::Fill),
    ("deal", OnMatch::Update),
    ("line", OnMatch::Update),
    ("activity", OnMatch::Update),
];
/// Kept by each side for itself.
const OWN: [&str; 3] = ["partner", "competitor", "next_step"];
pub(super) const FORMAT: &str = "rolo deal handover";

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
    // The file itself is on standard output where no other was named.
    if out.is_some() {
        return session.report("deal", &deals, &line);
    }
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
        for name in ["company", "contact", "contacts", "pipeline"] {
            match &record.values[noun.require(name)?.index] {
                Value::Link(to) => add(to.noun, to.id),
                Value::Links(links) => links.iter().for_each(|l| add(l.noun, l.id)),
                _ => {}
            }
        }
        // The whole funnel in its order, so that it can go on there.
        if let Value::Link(pipeline) = &record.values[noun.require("pipeline")?.index] {
            for (stage, _) in reader.stages_of(pipeline.id)? {
                add("stage", stage);
            }
        }
        for name in ["stage", "stays"] {
            match &record.values[noun.require(name)?.index] {
                Value::Link(to) => add(to.noun, to.id),
                Value::Links(links) => links.iter().for_each(|l| add(l.noun, l.id)),
                _ => {}
            }
        }
        // A stage that it was in may be of another pipeline, which has to be there first.
        if let Value::Links(stays) = &record.values[noun.require("stays")?.index] {
            let stages = reader.model().noun("stage")?;
            let been: Vec<i64> = stays.iter().map(|l| l.id).collect();
            for stage in reader.records(stages, &been)? {
                if let Value::Link(to) = &stage.values[stages.require("pipeline")?.index] {
                    add(to.noun, to.id);
                }
            }
        }
        let lines = reader.model().noun("line")?;
        for line in reader.pointing_at(lines, lines.require("deal")?.field, ("deal", record.id))? {
            add("line", line);
        }
        for activity in reader.about("deal", record.id)? {
            add("activity", activity);
        }
    }
    Ok(chosen)
}

/// A note about a deal; with a mark, the one that bears it is written anew.
pub(super) fn note(w: &mut Writer, deal: i64, body: &str, mark: Option<&str>) -> Result<()> {
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
