//! `show`: everything about records, as a page or as JSON.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::texts;
use super::print::{ColumnHead, Entry, Printer};
use super::record::resolve_seen;
use super::session::Session;
use crate::entity::shown::shown;
use crate::entity::{Kind, Noun, Part, Record};
use crate::error::{Error, Result};
use crate::interchange::{JsonOut, Scope, json_fields};
use crate::store::{Reader, Related};

/// `show REF…`: everything about records.
///
/// # Errors
/// A REF finds none or several.
pub(super) fn show(session: &mut Session, noun: Option<&str>, matches: &ArgMatches) -> Result<()> {
    let refs = texts(matches, "ref");
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let found = resolve_seen(&reader, noun, &refs)?;
    match output {
        Output::Ids => found.iter().try_for_each(|(_, id)| printer.line(&id.to_string())),
        Output::Json | Output::Jsonl => {
            let one = found.len() == 1;
            let mut json = JsonOut::new(one && output == Output::Json);
            let array = !one && output == Output::Json;
            if array {
                json.out.push(b'[');
            }
            for (at, (noun, id)) in found.iter().enumerate() {
                if array {
                    json.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
                }
                let noun = store.noun(noun)?;
                whole_object(&mut json, &reader, noun, &reader.record(noun, *id)?)?;
                if output == Output::Jsonl {
                    json.out.push(b'\n');
                }
            }
            if array {
                json.out.extend_from_slice(b"\n]");
            }
            if output == Output::Json {
                json.out.push(b'\n');
            }
            json.flush_to(printer.out())
        }
        Output::Csv | Output::Tsv => Err(Error::usage("`show` has no such format")
            .hint("use `-o json`, or `list` or `export` for CSV")),
        Output::Table => {
            for (at, (noun, id)) in found.iter().enumerate() {
                if at > 0 {
                    printer.page("\n")?;
                }
                let noun = store.noun(noun)?;
                let record = reader.record(noun, *id)?;
                show_page(printer, &reader, noun, &record, settings.locale.times.zone)?;
            }
            Ok(())
        }
    }
}

/// A record with its timeline and what links to it, as one JSON object.
fn whole_object(json: &mut JsonOut, reader: &Reader, noun: &Noun, record: &Record) -> Result<()> {
    json.begin_object();
    json_fields(json, noun, &record.values, Scope::Shown);
    json.key("timeline");
    json.begin_array();
    let activities = reader.model().noun("activity")?;
    for activity in reader.records(activities, &reader.about(noun.name(), record.id)?)? {
        json.begin_object();
        json_fields(json, activities, &activity.values, Scope::Shown);
        json.end_object();
    }
    json.end_array();
    json.key("related");
    json.begin_array();
    for related in reader.related(noun, record.id)? {
        for link in &related.records {
            json.begin_object();
            for (key, value) in
                [("noun", link.noun), ("field", related.field), ("name", &link.label)]
            {
                json.key(key);
                json.string(value);
            }
            json.key("id");
            json.raw(&link.id.to_string());
            json.key("uid");
            json.string(&link.uid.to_string());
            json.end_object();
        }
    }
    json.end_array();
    json.end_object();
    Ok(())
}

fn show_page(
    printer: &mut Printer,
    reader: &Reader,
    noun: &Noun,
    record: &Record,
    zone: chrono_tz::Tz,
) -> Result<()> {
    let mut lines = Vec::new();
    let mut texts = Vec::new();
    for (field, value) in noun.fields.iter().zip(&record.values) {
        if value.is_empty() || field.name == "uid" || field.quiet {
            continue;
        }
        let text = shown(field, Part::Whole, value, zone);
        if field.kind == Kind::Longtext {
            texts.push(Entry::text(field.label(), text));
        } else {
            lines.push(Entry::line(field.label(), text));
        }
    }
    let label = &record.values[noun.label_index()];
    printer.heading(&format!("{} {}", noun.name(), label.to_cell()))?;
    printer.key_values(&lines)?;
    printer.key_values(&texts)?;
    for related in reader.related(noun, record.id)? {
        show_related(printer, noun, &related)?;
    }
    let activities = reader.model().noun("activity")?;
    let ids = reader.about(noun.name(), record.id)?;
    if !ids.is_empty() {
        printer.heading("timeline")?;
        let shown_ids: Vec<i64> = ids.iter().copied().take(50).collect();
        let rows = reader.records(activities, &shown_ids)?;
        let get = |r: &Record, name: &str| {
            let index = activities.index(name).unwrap_or(0);
            shown(activities.fields[index], Part::Whole, &r.values[index], zone)
        };
        let rows = rows.iter().map(|r| {
            let subject = get(r, "subject");
            let body = get(r, "body");
            let words = match (subject.is_empty(), body.is_empty()) {
                (true, _) => body,
                (_, true) => subject,
                _ => format!("{subject}: {body}"),
            };
            Ok(vec![get(r, "at"), get(r, "kind"), get(r, "author"), words])
        });
        let heads = ["at", "kind", "author", "what"]
            .map(|name| ColumnHead { name: name.into(), numeric: false });
        printer.table(heads.into(), rows)?;
        if ids.len() > 50 {
            printer.line(&format!("and {} older", ids.len() - 50))?;
        }
    }
    Ok(())
}

fn show_related(printer: &mut Printer, noun: &Noun, related: &Related) -> Result<()> {
    let name = if related.field == noun.name() || related.field == "about" {
        related.plural.to_owned()
    } else {
        format!("{} ({})", related.plural, related.field)
    };
    printer.heading(&format!("{name}: {}", related.count))?;
    for link in &related.records {
        printer.line(&format!("  {}:{} {}", link.noun, link.id, link.label))?;
    }
    let more = related.count.saturating_sub(related.records.len() as u64);
    if more > 0 {
        printer
            .line(&format!("  and {more} more: `rolo {} list {}`", related.noun, related.filter))?;
    }
    Ok(())
}
