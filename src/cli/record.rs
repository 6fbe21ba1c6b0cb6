//! The verbs that every noun has and that concern single records: add, show, rm, restore, history,
//! and the noun's actions.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{field_inputs, pairs, text, texts};
use super::inputs::{attach, values};
use super::print::{ColumnHead, Entry};
use super::session::{Session, ids_of};
use crate::actions::{Action, Call};
use crate::entity::shown::shown;
use crate::entity::when::{instant_text, stored_instant};
use crate::entity::{Kind, LinkTo, Noun, Part, Record, Value};
use crate::error::{Error, Result};
use crate::interchange::{CsvOut, JsonOut, Scope, json_fields};
use crate::store::{Among, Draft, Match, Reader, Related, Written};

/// `NOUN add LABEL …`: prints the new id.
///
/// # Errors
/// A value isn't allowed, or the database can't be written.
pub(super) fn add(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let locale = session.settings.locale.clone();
    let limit = session.settings.config.number("file_limit", 25)?;
    let store = session.writing()?;
    let noun_info = store.noun(noun)?;
    let mut flags = field_inputs(matches, noun_info);
    let label = noun_info.entity.label();
    if let Some(given) = text(matches, "label") {
        flags.insert(0, (label.name.to_owned(), vec![given.to_owned()]));
    }
    let sets = pairs(matches, "set")?;
    let mut found = values(noun_info, &flags, &sets, &locale)?;
    refuse_without_label(noun_info, &found)?;
    let create_links = matches.get_flag("create-links");
    let written = session.write("add", |w| {
        let noun = w.reader().model().noun(noun)?;
        w.manner.create_links = create_links;
        attach(w, noun, &mut found, limit)?;
        let id = w.insert(noun, Draft { values: found, fingerprint: None })?;
        warn_of_namesakes(w, noun, id)?;
        Ok(id)
    })?;
    let id = written.value;
    match session.settings.output {
        Output::Json | Output::Jsonl if !session.settings.dry_run => print_one(session, noun, id),
        _ if session.settings.dry_run => {
            session.printer.note(&format!("would add {noun}:{id}"));
            session.printer.line(&id.to_string())
        }
        _ => session.printer.line(&id.to_string()),
    }
}

/// A new record needs its label, or what makes it up.
fn refuse_without_label(noun: &Noun, found: &[(usize, Value)]) -> Result<()> {
    let label = noun.entity.label();
    let has = |name: &&str| {
        noun.index(name).is_some_and(|i| found.iter().any(|(f, v)| *f == i && !v.is_empty()))
    };
    if !label.required || has(&label.name) || label.made_of.iter().any(has) {
        return Ok(());
    }
    Err(Error::usage(format!("a new {} needs its {}", noun.name(), label.label())).hint(format!(
        "`rolo {} add {}`",
        noun.name(),
        label.name.to_uppercase()
    )))
}

/// Says on standard error that another record has the same key, which is allowed.
fn warn_of_namesakes(w: &mut crate::store::Writer, noun: &Noun, id: i64) -> Result<()> {
    if noun.entity.unique {
        return Ok(());
    }
    let stored = w.stored(noun, id)?;
    for key in noun.entity.key.iter().filter_map(|k| noun.index(k)) {
        let texts: Vec<String> = match &stored[key] {
            Value::Null => continue,
            Value::List(items) => items.iter().map(|i| i.value.clone()).collect(),
            other => vec![other.to_cell()],
        };
        for text in texts {
            let first = match w.reader().by_key(noun, noun.fields[key], &text, Among::Live, None)? {
                Match::Several(ids) => ids.into_iter().find(|i| *i != id),
                _ => None,
            };
            if let Some(first) = first {
                let label = w.reader().labels(noun.name(), &[first])?;
                let label = label.get(&first).map_or("", |l| l.label.as_str()).to_owned();
                w.warnings.push(format!("`{text}` is also {}:{first} {label}", noun.name()));
                return Ok(());
            }
        }
    }
    Ok(())
}

fn print_one(session: &mut Session, noun: &str, id: i64) -> Result<()> {
    let pretty = session.settings.output == Output::Json;
    let (reader, store, printer, _) = session.parts()?;
    let noun = store.noun(noun)?;
    let record = reader.record(noun, id)?;
    let mut json = JsonOut::new(pretty);
    json.begin_object();
    json_fields(&mut json, noun, &record.values, Scope::Shown);
    json.end_object();
    json.out.push(b'\n');
    json.flush_to(printer.out())
}

/// The records that REFs name, of one noun or, typed, of any.
///
/// # Errors
/// One finds none or several.
pub(super) fn resolve_all(
    reader: &Reader,
    noun: Option<&str>,
    refs: &[String],
    among: Among,
) -> Result<Vec<(&'static str, i64)>> {
    let mut found: Vec<(&'static str, i64)> = Vec::new();
    for text in refs {
        let one = if let Some(noun) = noun {
            let noun = reader.model().noun(noun)?;
            (noun.name(), reader.resolve(noun, text, among)?)
        } else {
            let (noun, id) = reader.resolve_typed(text, among)?;
            (noun.name(), id)
        };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    Ok(found)
}

/// The records that a command is about: its REFs, or with `--where` all that match, after asking
/// where that is more than one.
///
/// # Errors
/// A REF finds none or several, the filter is wrong, or nobody confirms.
pub(super) fn chosen(
    session: &mut Session,
    noun: Option<&str>,
    matches: &ArgMatches,
    what: &str,
    among: Among,
) -> Result<Vec<(&'static str, i64)>> {
    let Some(filter) = text(matches, "where").map(str::to_owned) else {
        let refs = texts(matches, "ref");
        let (reader, ..) = session.parts()?;
        return resolve_all(&reader, noun, &refs, among);
    };
    if filter.trim().is_empty() {
        return Err(Error::usage("an empty filter would mean every record")
            .hint("say so if you mean it: `--where 'id>0'`"));
    }
    let found = {
        let (reader, store, _, settings) = session.parts()?;
        let noun = store.noun(noun.unwrap_or_default())?;
        let ids = ids_of(&reader, settings, noun, &filter)?;
        ids.into_iter().map(|id| (noun.name(), id)).collect::<Vec<_>>()
    };
    if found.len() > 1 {
        let plural = session.reading()?.noun(found[0].0)?.entity.plural;
        session.confirm(&format!("{what} {} {plural}", found.len()))?;
    }
    Ok(found)
}

/// `rm REF…|--where FILTER [--purge]`.
///
/// # Errors
/// As for [`chosen`], or a record is in use.
pub(super) fn rm(session: &mut Session, noun: Option<&str>, matches: &ArgMatches) -> Result<()> {
    session.writing()?;
    if matches.get_flag("purge") {
        return purge(session, noun, matches);
    }
    let found = chosen(session, noun, matches, "remove", Among::Live)?;
    let written = session.write("rm", |w| {
        for (noun, id) in &found {
            let noun = w.reader().model().noun(noun)?;
            w.trash(noun, *id)?;
        }
        Ok(())
    })?;
    let line = format!(
        "{} {}; `rolo undo` brings {} back",
        session.done("removed", "remove"),
        counted(&found),
        if found.len() == 1 { "it" } else { "them" }
    );
    report_all(session, &found, &line, &written)
}

fn purge(session: &mut Session, noun: Option<&str>, matches: &ArgMatches) -> Result<()> {
    let yes = session.settings.yes;
    let found = {
        // The question that follows covers a filter too.
        session.settings.yes = true;
        let found = chosen(session, noun, matches, "erase", Among::Both);
        session.settings.yes = yes;
        found?
    };
    if found.is_empty() {
        session.printer.note("nothing to erase");
        return Ok(());
    }
    session.confirm(&format!("erase {} for good, with history", counted(&found)))?;
    session.writing()?.begin_secure()?;
    let typed = std::mem::take(&mut session.typed);
    let written = session.write_as("purge", "purge", |w| {
        let mut done = 0;
        for (name, id) in &found {
            let noun = w.reader().model().noun(name)?;
            done += w.purge(noun, &[*id])?;
        }
        Ok(done)
    });
    session.typed = typed;
    written?;
    let erased = session.done("erased", "erase");
    session.printer.note(&format!("{erased} {} for good", counted(&found)));
    if session.settings.dry_run { Ok(()) } else { session.writing()?.finish_secure() }
}

/// `restore REF…`.
///
/// # Errors
/// A REF finds none or several, or a key is taken meanwhile.
pub(super) fn restore(
    session: &mut Session,
    noun: Option<&str>,
    matches: &ArgMatches,
) -> Result<()> {
    session.writing()?;
    let found = {
        let refs = texts(matches, "ref");
        let (reader, ..) = session.parts()?;
        // What lies in the trash is meant first.
        match resolve_all(&reader, noun, &refs, Among::Trash) {
            Ok(found) => found,
            Err(_) => resolve_all(&reader, noun, &refs, Among::Both)?,
        }
    };
    let written = session.write("restore", |w| {
        for (noun, id) in &found {
            let noun = w.reader().model().noun(noun)?;
            w.restore(noun, *id)?;
        }
        Ok(())
    })?;
    let line = format!("{} {}", session.done("restored", "restore"), counted(&found));
    report_all(session, &found, &line, &written)
}

/// `3 deals`, or `deal:42`.
#[must_use]
pub(super) fn counted(found: &[(&'static str, i64)]) -> String {
    match found {
        [(noun, id)] => format!("{noun}:{id}"),
        _ => format!("{} records", found.len()),
    }
}

/// Reports changed records of one or several nouns.
fn report_all<T>(
    session: &mut Session,
    found: &[(&'static str, i64)],
    line: &str,
    written: &Written<T>,
) -> Result<()> {
    let line = if written.tally.is_nothing() { "nothing to change" } else { line };
    let Some((noun, _)) = found.first() else {
        session.printer.note("nothing matches");
        return session.report("contact", &[], "nothing matches");
    };
    if found.iter().all(|(n, _)| n == noun) {
        let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
        return session.report(noun, &ids, line);
    }
    session.printer.note(line);
    Ok(())
}

/// A noun's action, such as `deal move REF… STAGE`.
///
/// # Errors
/// A REF finds none or several, or the action refuses.
pub(super) fn act(
    session: &mut Session,
    action: &'static Action,
    matches: &ArgMatches,
) -> Result<()> {
    session.writing()?;
    let refs = texts(matches, "ref");
    let found = {
        let (reader, ..) = session.parts()?;
        resolve_all(&reader, Some(action.noun), &refs, Among::Live)?
    };
    let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
    let args: Vec<(&'static str, String)> = action
        .args
        .iter()
        .filter_map(|a| Some((a.name, text(matches, a.name)?.to_owned())))
        .collect();
    let locale = session.settings.locale.clone();
    let written = session.write(action.verb, |w| {
        let noun = w.reader().model().noun(action.noun)?;
        (action.run)(&mut Call { writer: w, noun, ids: &ids, args: &args, locale: &locale })
    })?;
    let line = if written.tally.is_nothing() {
        "nothing to change".to_owned()
    } else {
        format!("{}{}: {}", session.would(), action.verb, named(session, action.noun, &ids)?)
    };
    session.report(action.noun, &ids, &line)
}

/// The records for a line to people: `deal:42 Big order`, or how many.
///
/// # Errors
/// The database can't be read.
pub(super) fn named(session: &mut Session, noun: &str, ids: &[i64]) -> Result<String> {
    let (reader, store, ..) = session.parts()?;
    let noun = store.noun(noun)?;
    if let [id] = ids {
        let labels = reader.labels(noun.name(), &[*id])?;
        return Ok(format!(
            "{}:{id} {}",
            noun.name(),
            labels.get(id).map_or("", |l| l.label.as_str())
        ));
    }
    Ok(format!("{} {}", ids.len(), noun.entity.plural))
}

/// `show REF…`: everything about records.
///
/// # Errors
/// A REF finds none or several.
pub(super) fn show(session: &mut Session, noun: Option<&str>, matches: &ArgMatches) -> Result<()> {
    let refs = texts(matches, "ref");
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let found = match resolve_all(&reader, noun, &refs, Among::Live) {
        Ok(found) => found,
        Err(why) => resolve_all(&reader, noun, &refs, Among::Both).map_err(|_| why)?,
    };
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
    printer: &mut super::print::Printer,
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
            let words = if subject.is_empty() { body } else { format!("{subject}: {body}") };
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

fn show_related(printer: &mut super::print::Printer, noun: &Noun, related: &Related) -> Result<()> {
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
        printer.line(&format!(
            "  and {more} more: `rolo {} list {}:{}`",
            related.noun, related.field, "ID"
        ))?;
    }
    Ok(())
}

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
    let found = match resolve_all(&reader, noun, &refs, Among::Live) {
        Ok(found) => found,
        Err(why) => resolve_all(&reader, noun, &refs, Among::Both).map_err(|_| why)?,
    };
    let zone = settings.locale.times.zone;
    let [(noun, id)] = found[..] else { return Err(Error::usage("history takes one REF")) };
    let noun = store.noun(noun)?;
    let entries = reader.history(noun, id)?;
    if matches!(output, Output::Csv | Output::Tsv) {
        return print_rows(
            printer,
            output,
            &entries.iter().flat_map(|e| history_rows(noun, e)).collect::<Vec<_>>(),
        );
    }
    if matches!(output, Output::Json | Output::Jsonl) {
        let list = entries.iter().map(|e| history_json(noun, e)).collect::<Vec<_>>();
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
            entry.change.kind.clone(),
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

/// The fields that a change edited, a row each.
fn history_rows(noun: &Noun, entry: &crate::store::HistoryEntry) -> Vec<serde_json::Value> {
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

/// Objects of one form as CSV or TSV, their keys above them.
///
/// # Errors
/// Standard output is closed or full.
pub(super) fn print_rows(
    printer: &mut super::print::Printer,
    output: Output,
    list: &[serde_json::Value],
) -> Result<()> {
    let mut csv = CsvOut::new(if output == Output::Csv { b',' } else { b'\t' }, true);
    let objects: Vec<_> = list.iter().filter_map(serde_json::Value::as_object).collect();
    if let Some(first) = objects.first() {
        first.keys().for_each(|k| csv.text(k));
        csv.end();
    }
    for object in objects {
        for value in object.values() {
            csv.text(&match value {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            });
        }
        csv.end();
    }
    csv.flush_to(printer.out())
}

fn history_json(noun: &Noun, entry: &crate::store::HistoryEntry) -> serde_json::Value {
    let value = |name: &str, value: &Value| {
        let field = noun.index(name).map(|i| noun.fields[i]);
        value_json(field.map(|f| f.kind), value)
    };
    serde_json::json!({
        "change": entry.change.id,
        "at": entry.change.at,
        "who": entry.change.who,
        "kind": entry.change.kind,
        "command": entry.change.command,
        "created": entry.created,
        "edits": entry.edits.iter().map(|e| serde_json::json!({
            "field": e.field, "old": value(&e.field, &e.old), "new": value(&e.field, &e.new),
        })).collect::<Vec<_>>(),
    })
}

/// A value alone as JSON, for histories and diffs.
fn value_json(kind: Option<Kind>, value: &Value) -> serde_json::Value {
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
        other => {
            let _ = kind;
            json!(other.to_cell())
        }
    }
}

fn link_json(link: &LinkTo) -> serde_json::Value {
    serde_json::json!({"noun": link.noun, "id": link.id, "uid": link.uid.to_string(), "name": link.label, "role": link.role})
}

/// Prints values as a JSON array or as JSON lines.
///
/// # Errors
/// Standard output is closed or full.
pub(super) fn print_json_list(
    printer: &mut super::print::Printer,
    output: Output,
    list: &[serde_json::Value],
) -> Result<()> {
    if matches!(output, Output::Csv | Output::Tsv) {
        return print_rows(printer, output, list);
    }
    let mut json = JsonOut::new(false);
    if output == Output::Json {
        json.out.push(b'[');
    }
    for (at, value) in list.iter().enumerate() {
        if output == Output::Json {
            json.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        }
        json.value(value);
        if output == Output::Jsonl {
            json.out.push(b'\n');
        }
    }
    if output == Output::Json {
        json.out.extend_from_slice(if list.is_empty() { b"]\n" } else { b"\n]\n" });
    }
    json.flush_to(printer.out())
}
