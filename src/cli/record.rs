//! The verbs that every noun has and that change single records: add, rm, restore, and the noun's
//! actions.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{field_inputs, pairs, text, texts};
use super::inputs::{attach, values};
pub(super) use super::lists::print_json_list;
use super::session::{Session, ids_of};
use crate::actions::{Action, Call};
use crate::entity::{Noun, Value};
use crate::error::{Error, Result};
use crate::interchange::{JsonOut, Scope, json_fields};
use crate::store::{Among, Match, Reader, Written};

/// `NOUN add LABEL …`: prints the new id.
///
/// # Errors
/// A value isn't allowed, or the database can't be written.
pub(super) fn add(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    add_with(session, noun, matches, Vec::new())
}

/// As [`add`], with further fields that the verb's own arguments give, as (name, values).
///
/// # Errors
/// As for `add`.
pub(super) fn add_with(
    session: &mut Session,
    noun: &str,
    matches: &ArgMatches,
    further: Vec<(String, Vec<String>)>,
) -> Result<()> {
    let locale = session.settings.locale.clone();
    let limit = session.settings.config.number("file_limit", 25)?;
    let store = session.writing()?;
    let noun_info = store.noun(noun)?;
    let mut flags = field_inputs(matches, noun_info);
    flags.extend(further);
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
        w.manner.may_create = true;
        attach(w, noun, &mut found, limit)?;
        let id = w.insert(noun, found.into())?;
        if !noun.entity.unique {
            let row = w.stored(noun, id)?;
            if !warn_of_namesakes(w, noun, id, &row)? {
                super::doubles::tell_likely(w, noun, id, &row, &locale.region)?;
            }
        }
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
    let is_filled = label.default != crate::entity::Default::Nothing;
    if !label.required || is_filled || has(&label.name) || label.made_of.iter().any(has) {
        return Ok(());
    }
    Err(Error::usage(format!("a new {} needs its {}", noun.name(), label.label())).hint(format!(
        "`rolo {} add {}`",
        noun.name(),
        label.name.to_uppercase()
    )))
}

/// Says on standard error that another record has the same key, which is allowed; whether there is
/// one.
fn warn_of_namesakes(
    w: &mut crate::store::Writer,
    noun: &Noun,
    id: i64,
    stored: &[Value],
) -> Result<bool> {
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
                return Ok(true);
            }
        }
    }
    Ok(false)
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

/// As [`resolve_all`], for those who only look: what lies in the trash is found where nothing else is.
///
/// # Errors
/// One finds none or several.
pub(super) fn resolve_seen(
    reader: &Reader,
    noun: Option<&str>,
    refs: &[String],
) -> Result<Vec<(&'static str, i64)>> {
    resolve_all(reader, noun, refs, Among::Live)
        .or_else(|why| resolve_all(reader, noun, refs, Among::Both).map_err(|_| why))
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
    let to = matches.try_get_one::<String>("to").ok().flatten().cloned();
    let written = match remove(session, &found, to.as_deref()) {
        Err(why) if to.is_none() && holds_any(&found) => {
            let to = session.ask_where(why, found[0].0)?;
            remove(session, &found, Some(&to))?
        }
        other => other?,
    };
    let line = format!(
        "{} {}; `rolo undo` brings {} back",
        session.done("removed", "remove"),
        counted(&found),
        if found.len() == 1 { "it" } else { "them" }
    );
    report_all(session, &found, &line, &written)
}

fn holds_any(found: &[(&'static str, i64)]) -> bool {
    found.iter().any(|(noun, _)| crate::actions::holds_deals(noun))
}

/// Throws records into the trash, after the deals in them went to `to`.
fn remove(
    session: &mut Session,
    found: &[(&'static str, i64)],
    to: Option<&str>,
) -> Result<Written<()>> {
    session.write("rm", |w| {
        for (name, id) in found {
            if crate::actions::holds_deals(name) {
                crate::actions::empty_out(w, name, *id, to)?;
            }
            let noun = w.reader().model().noun(name)?;
            w.trash(noun, *id)?;
        }
        Ok(())
    })
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
    let to = matches.try_get_one::<String>("to").ok().flatten();
    let written = session.write_as("purge", "purge", |w| {
        let mut done = 0;
        for (name, id) in &found {
            if to.is_some() {
                crate::actions::empty_out(w, name, *id, to.map(String::as_str))?;
            }
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
        if let Ok(found) = resolve_all(&reader, noun, &refs, Among::Trash) {
            found
        } else {
            refuse_merged(&reader, noun, &refs)?;
            resolve_all(&reader, noun, &refs, Among::Both)?
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

/// What was merged into another lies in no trash.
fn refuse_merged(reader: &Reader, noun: Option<&str>, refs: &[String]) -> Result<()> {
    for text in refs {
        let (noun, rest) = match (noun, reader.split_typed(text)) {
            (Some(noun), _) => (reader.model().noun(noun)?, text.as_str()),
            (None, Some(typed)) => typed,
            (None, None) => continue,
        };
        if let Match::One(id) = reader.find(noun, rest, Among::Merged, None)? {
            let (name, keep) = (noun.name(), reader.current(noun, id)?);
            return Err(Error::invalid(format!("{name}:{id} was merged into {name}:{keep}"))
                .hint(format!("`rolo {name} unmerge {id}` brings it back")));
        }
    }
    Ok(())
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
    let found = chosen(session, Some(action.noun), matches, action.verb, Among::Live)?;
    let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
    let args: Vec<(&'static str, String)> = action
        .args
        .iter()
        .filter_map(|a| Some((a.name, text(matches, a.name)?.to_owned())))
        .collect();
    let locale = session.settings.locale.clone();
    let written = session.write(action.verb, |w| {
        let noun = w.reader().model().noun(action.noun)?;
        let made = Vec::new();
        let mut call = Call { writer: w, noun, ids: &ids, args: &args, locale: &locale, made };
        (action.run)(&mut call)?;
        Ok(call.made)
    })?;
    if !written.value.is_empty() {
        return print_made(session, action, &written.value);
    }
    let line = if written.tally.is_nothing() {
        "nothing to change".to_owned()
    } else {
        format!("{}{}: {}", session.would(), action.verb, named(session, action.noun, &ids)?)
    };
    session.report(action.noun, &ids, &line)
}

/// What an action made, as `add` prints it.
fn print_made(session: &mut Session, action: &Action, ids: &[i64]) -> Result<()> {
    let output = session.settings.output;
    if session.settings.dry_run {
        session.printer.note(&format!("would {} {}", action.verb, action.noun));
    } else if matches!(output, Output::Json | Output::Jsonl) {
        return session.print_records(action.noun, ids, output);
    }
    ids.iter().try_for_each(|id| session.printer.line(&id.to_string()))
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
        // What would only be made has none yet.
        let label = labels.get(id).map_or(String::new(), |l| format!(" {}", l.label));
        return Ok(format!("{}:{id}{label}", noun.name()));
    }
    Ok(format!("{} {}", ids.len(), noun.entity.plural))
}
