//! `history`: who changed what of a record.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::texts;
use super::lists::{print_json_list, print_rows};
use super::print::ColumnHead;
use super::record::resolve_seen;
use super::session::Session;
use crate::entity::shown::shown;
use crate::entity::when::{instant_text, stored_instant};
use crate::entity::{LinkTo, Noun, Part, Value};
use crate::error::{Error, Result};
use crate::store::{ChangeRow, HistoryEntry, Origin};

/// `history REF`: who changed what, when, from what to what.
///
/// # Errors
/// The REF finds none or several.
pub(super) fn history(
    session: &mut Session,
    noun: Option<&str>,
    matches: &ArgMatches,
) -> Result<()> {
    let refs = texts(matches, "ref");
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let found = resolve_seen(&reader, noun, &refs)?;
    let zone = settings.locale.times.zone;
    let [(noun, id)] = found[..] else { return Err(Error::usage("history takes one REF")) };
    let noun = store.noun(noun)?;
    if matches.get_flag("values") {
        let origins = reader.origins(noun, id)?;
        return print_origins(printer, output, noun, &origins, zone);
    }
    let entries = reader.history(noun, id)?;
    if matches!(output, Output::Csv | Output::Tsv) {
        return print_rows(
            printer,
            output,
            &entries.iter().flat_map(|e| history_rows(noun, e)).collect::<Vec<_>>(),
        );
    }
    if matches!(output, Output::Json | Output::Jsonl) {
        let list = entries.iter().map(history_json).collect::<Vec<_>>();
        return print_json_list(printer, output, &list);
    }
    let mut rows = Vec::new();
    for entry in &entries {
        let at = stored_instant(&entry.change.at)
            .map_or(entry.change.at.clone(), |at| crate::entity::shown::local(at, zone));
        let head = [
            format!("{}", entry.change.id),
            at,
            entry.change.who.clone(),
            named_kind(&entry.change, entry.file.as_deref()),
        ];
        if entry.created {
            rows.push([head.to_vec(), vec![String::new(), String::new(), "made".into()]].concat());
        }
        for edit in &entry.edits {
            let field = noun.index(&edit.field).map(|i| noun.fields[i]);
            let cell =
                |v: &Value| field.map_or_else(|| v.to_cell(), |f| shown(f, Part::Whole, v, zone));
            rows.push(
                [head.to_vec(), vec![edit.field.clone(), cell(&edit.old), cell(&edit.new)]]
                    .concat(),
            );
        }
    }
    let heads = ["change", "at", "who", "what", "field", "from", "to"]
        .map(|name| ColumnHead { name: name.into(), numeric: name == "change" });
    printer.table(heads.into(), rows.into_iter().map(Ok))?;
    Ok(())
}

/// What a change was; an import with its file.
fn named_kind(change: &ChangeRow, file: Option<&str>) -> String {
    file.map_or_else(|| change.kind.clone(), |file| format!("{} {file}", change.kind))
}

/// The values of a record with the changes that brought them.
fn print_origins(
    printer: &mut super::print::Printer,
    output: Output,
    noun: &Noun,
    origins: &[Origin],
    zone: chrono_tz::Tz,
) -> Result<()> {
    let field = |name: &str| noun.index(name).map(|i| noun.fields[i]);
    if output != Output::Table {
        let list: Vec<_> = origins
            .iter()
            .map(|o| {
                let change = o.change.as_ref();
                serde_json::json!({
                    "field": o.field, "value": value_json(&o.value),
                    "change": change.map(|c| c.id), "at": change.map(|c| &c.at),
                    "who": change.map(|c| &c.who), "kind": change.map(|c| &c.kind), "file": o.file,
                })
            })
            .collect();
        return print_json_list(printer, output, &list);
    }
    let heads = ["field", "value", "change", "at", "who", "what"]
        .map(|name| ColumnHead { name: name.into(), numeric: name == "change" });
    let rows = origins.iter().map(|o| {
        let value = field(o.field)
            .map_or_else(|| o.value.to_cell(), |f| shown(f, Part::Whole, &o.value, zone));
        let by = o.change.as_ref().map(|c| {
            let at = stored_instant(&c.at)
                .map_or(c.at.clone(), |at| crate::entity::shown::local(at, zone));
            [c.id.to_string(), at, c.who.clone(), named_kind(c, o.file.as_deref())]
        });
        Ok([vec![o.field.to_owned(), value], by.unwrap_or_default().to_vec()].concat())
    });
    printer.table(heads.into(), rows)?;
    Ok(())
}

/// The fields that a change edited, a row each.
fn history_rows(noun: &Noun, entry: &HistoryEntry) -> Vec<serde_json::Value> {
    let row = |field: &str, old: String, new: String| {
        serde_json::json!({
            "change": entry.change.id, "at": entry.change.at, "who": entry.change.who, "kind": entry.change.kind,
            "field": field, "old": old, "new": new,
        })
    };
    let made = entry.created.then(|| row("", String::new(), "made".into()));
    let cell = |name: &str, value: &Value| match noun.index(name).map(|i| noun.fields[i]) {
        Some(field) => shown(field, Part::Whole, value, chrono_tz::UTC),
        None => value.to_cell(),
    };
    let edits =
        entry.edits.iter().map(|e| row(&e.field, cell(&e.field, &e.old), cell(&e.field, &e.new)));
    made.into_iter().chain(edits).collect()
}

fn history_json(entry: &HistoryEntry) -> serde_json::Value {
    serde_json::json!({
        "change": entry.change.id,
        "at": entry.change.at,
        "who": entry.change.who,
        "kind": entry.change.kind,
        "import": entry.file.as_ref().map(|file| serde_json::json!({"import": entry.change.id, "file": file})),
        "command": entry.change.command,
        "created": entry.created,
        "edits": entry.edits.iter().map(|e| serde_json::json!({
            "field": e.field, "old": value_json(&e.old), "new": value_json(&e.new),
        })).collect::<Vec<_>>(),
    })
}

/// A value alone as JSON, for histories and diffs.
fn value_json(value: &Value) -> serde_json::Value {
    use serde_json::{Value as Json, json};
    match value {
        Value::Null => Json::Null,
        Value::Int(n) => json!(n),
        Value::Bool(b) => json!(b),
        Value::Decimal(d) => serde_json::from_str(&d.normalize().to_string()).unwrap_or(Json::Null),
        Value::Instant(at) => json!(instant_text(*at)),
        Value::Money(m) => json!(m.to_string()),
        Value::Words(words) => json!(words),
        Value::List(items) => json!(items.iter().map(|i| json!({"label": (!i.label.is_empty()).then_some(&i.label), "value": i.value})).collect::<Vec<_>>()),
        Value::Links(links) => json!(links.iter().map(link_json).collect::<Vec<_>>()),
        other => json!(other.to_cell()),
    }
}

fn link_json(link: &LinkTo) -> serde_json::Value {
    serde_json::json!({"noun": link.noun, "id": link.id, "uid": link.uid.to_string(), "name": link.label, "role": link.role})
}
