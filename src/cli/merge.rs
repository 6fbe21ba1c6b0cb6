//! `NOUN merge KEEP OTHER…` and `NOUN unmerge REF…`.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{text, texts};
use super::record::{named, print_json_list};
use super::session::Session;
use crate::entity::Noun;
use crate::error::{Error, Result};
use crate::store::{Among, Joined, Reader, Take, Written};

/// `merge KEEP OTHER…`: the others go into the first.
///
/// # Errors
/// A REF finds none or several, or two of them the same.
pub(super) fn merge(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    session.existing()?;
    let (keep, others, take) = {
        let (reader, store, ..) = session.parts()?;
        let noun = store.noun(noun)?;
        let keep = reader.resolve(noun, text(matches, "keep").unwrap_or_default(), Among::Live)?;
        let mut others = Vec::new();
        for other in texts(matches, "other") {
            let id = reader.resolve(noun, &other, Among::Live)?;
            if id == keep {
                return Err(Error::usage(format!("`{other}` is {}:{keep} itself", noun.name()))
                    .hint("name the record to keep, then others that are to go into it"));
            }
            if !others.contains(&id) {
                others.push(id);
            }
        }
        let take = texts(matches, "take");
        let take = take.iter().map(|t| taken(&reader, noun, t, &others)).collect::<Result<_>>()?;
        (keep, others, take)
    };
    let take: Vec<Take> = take;
    let written = merge_these(session, noun, keep, &others, &take)?;
    if matches!(session.settings.output, Output::Json | Output::Jsonl | Output::Ids) {
        let output = session.settings.output;
        return match output {
            Output::Ids => session.printer.line(&keep.to_string()),
            _ => session.print_records(noun, &[keep], output),
        };
    }
    let _ = written;
    Ok(())
}

/// Merges records, and says so on standard error.
///
/// # Errors
/// As for the store's `merge`.
pub(super) fn merge_these(
    session: &mut Session,
    noun: &str,
    keep: i64,
    others: &[i64],
    take: &[Take],
) -> Result<Written<Joined>> {
    let what: Vec<String> =
        others.iter().map(|id| named(session, noun, &[*id])).collect::<Result<_>>()?;
    let into = named(session, noun, &[keep])?;
    let summary = format!("merge {} into {into}", what.join(", "));
    let written = session.write_as("merge", &summary, |w| {
        let noun = w.reader().model().noun(noun)?;
        w.merge(noun, keep, others, take)
    })?;
    let Joined { moved, noted } = written.value;
    let mut line = format!("{} {} into {into}", session.done("merged", "merge"), what.join(", "));
    if moved > 0 {
        let records = if moved == 1 { "record leads" } else { "records lead" };
        line = format!("{line}; {moved} {records} to it now");
    }
    if noted > 0 {
        let values =
            if noted == 1 { "value that differs stands" } else { "values that differ stand" };
        line = format!("{line}; {noted} {values} in a note");
    }
    session.printer.note(&line);
    Ok(written)
}

/// `FIELD` or `FIELD=REF` of `--take`.
fn taken(reader: &Reader, noun: &Noun, text: &str, others: &[i64]) -> Result<Take> {
    let (name, from) = text.split_once('=').map_or((text, None), |(n, r)| (n, Some(r)));
    let field = noun.require(name.trim())?;
    let label = noun.entity.label();
    if label.made_of.contains(&field.field.name) {
        return Err(Error::usage(format!("`{name}` goes with the whole name"))
            .hint(format!("`--take {}`", label.name)));
    }
    if !field.field.is_settable() || field.field.deed.is_some() {
        return Err(Error::usage(format!("`{name}` can't be chosen"))
            .hint("name a field that `edit` can change"));
    }
    let from = from.map(|r| reader.resolve(noun, r, Among::Live)).transpose()?;
    if let Some(from) = from.filter(|f| !others.contains(f)) {
        return Err(Error::usage(format!("{}:{from} is not among the others", noun.name()))
            .hint("name one of those that go into the first"));
    }
    Ok(Take { field: field.index, from })
}

/// `unmerge REF…`: brings merged records back.
///
/// # Errors
/// A REF finds no merged record or several, or what it went into was merged too.
pub(super) fn unmerge(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    session.existing()?;
    let refs = texts(matches, "ref");
    let ids = {
        let (reader, store, ..) = session.parts()?;
        let noun = store.noun(noun)?;
        let mut ids = Vec::new();
        for text in &refs {
            let id = reader.resolve_merged(noun, text)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    };
    let what: Vec<String> =
        ids.iter().map(|id| named(session, noun, &[*id])).collect::<Result<_>>()?;
    let written = session.write_as("unmerge", &format!("unmerge {}", what.join(", ")), |w| {
        let noun = w.reader().model().noun(noun)?;
        ids.iter().map(|id| w.unmerge(noun, *id)).collect::<Result<Vec<_>>>()
    })?;
    let brought = session.done("brought back", "bring back");
    for (name, parted) in what.iter().zip(&written.value) {
        let moved = match parted.moved {
            0 => String::new(),
            1 => "; 1 record leads to it again".into(),
            n => format!("; {n} records lead to it again"),
        };
        session.printer.note(&format!("{brought} {name} from {noun}:{}{moved}", parted.keep));
        for stays in &parted.stays {
            session.printer.note(&format!("warning: {stays}"));
        }
    }
    match session.settings.output {
        Output::Ids => ids.iter().try_for_each(|id| session.printer.line(&id.to_string())),
        output @ (Output::Json | Output::Jsonl) if session.settings.dry_run => {
            print_json_list(&mut session.printer, output, &[])
        }
        output @ (Output::Json | Output::Jsonl) => session.print_records(noun, &ids, output),
        _ => Ok(()),
    }
}
