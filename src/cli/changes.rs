//! What was done, and taking it back: `changes`, `undo`, `redo`.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{UndoWhat, undo_what};
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::entity::when::stored_instant;
use crate::error::{Error, Result};
use crate::store::Undone;

/// `changes [--limit N]`: the latest changes, newest first.
///
/// # Errors
/// The database can't be read.
pub(super) fn changes(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let limit = matches.get_one::<u64>("limit").copied().unwrap_or(20);
    let output = session.settings.output;
    let (reader, _, printer, settings) = session.parts()?;
    let rows = reader.changes(limit)?;
    match output {
        Output::Json | Output::Jsonl | Output::Csv | Output::Tsv => {
            let list: Vec<_> = rows
                .iter()
                .map(|c| {
                    serde_json::json!({
                        "change": c.id, "at": c.at, "who": c.who, "kind": c.kind, "summary": c.summary,
                        "command": c.command, "undoes": c.undoes, "undone_by": c.undone_by,
                    })
                })
                .collect();
            print_json_list(printer, output, &list)
        }
        Output::Ids => rows.iter().try_for_each(|c| printer.line(&c.id.to_string())),
        Output::Table => {
            let zone = settings.locale.times.zone;
            let heads = ["change", "at", "who", "what", ""]
                .map(|name| ColumnHead { name: name.into(), numeric: name == "change" });
            let rows = rows.into_iter().map(|c| {
                let at = stored_instant(&c.at)
                    .map_or(c.at.clone(), |at| crate::entity::shown::local(at, zone));
                let fate = match (c.undoes, c.undone_by) {
                    (Some(of), _) if c.kind == "redo" => format!("redoes change {of}"),
                    (Some(of), _) => format!("undoes change {of}"),
                    (None, Some(by)) => format!("undone by {by}"),
                    (None, None) => String::new(),
                };
                Ok(vec![c.id.to_string(), at, c.who, c.summary, fate])
            });
            if printer.table(heads.into(), rows)? == 0 {
                printer.note("nothing has been changed yet");
            }
            Ok(())
        }
    }
}

/// `undo [N | change:ID] [--any]`.
///
/// # Errors
/// Nothing to undo, or a later change stands in the way (exit 4).
pub(super) fn undo(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    session.existing()?;
    let any = matches.get_flag("any");
    match undo_what(matches)? {
        UndoWhat::Change(change) => take_back(session, change),
        UndoWhat::Last(count) => {
            let mut done = Vec::new();
            if count > 1 {
                // All of them or none.
                all_or_none(session, count, any, &mut done)?;
            } else {
                done.push(one(session, "undo", None, any)?);
            }
            tell(session, false, &done)
        }
    }
}

/// Takes a certain change back; of an undo, that is a redo.
///
/// # Errors
/// A later change stands in the way (exit 4).
pub(super) fn take_back(session: &mut Session, change: i64) -> Result<()> {
    let is_undo = {
        let (reader, ..) = session.parts()?;
        reader.change(change)?.is_some_and(|c| c.undoes.is_some() && c.kind == "undo")
    };
    let done = one(session, if is_undo { "redo" } else { "undo" }, Some(change), false)?;
    tell(session, is_undo, &[done])
}

fn all_or_none(session: &mut Session, count: u32, any: bool, done: &mut Vec<Undone>) -> Result<()> {
    session.begin_batch()?;
    let result = (0..count).try_for_each(|_| {
        done.push(one(session, "undo", None, any)?);
        Ok::<(), Error>(())
    });
    session.end_batch(result.is_ok() && !session.settings.dry_run)?;
    result.map_err(|why| match done.len() {
        0 => why,
        many => {
            Error { message: format!("the change before these {many}: {}", why.message), ..why }
        }
    })
}

/// `redo`: takes the latest undo back.
///
/// # Errors
/// Nothing to redo, or a later change stands in the way (exit 4).
pub(super) fn redo(session: &mut Session) -> Result<()> {
    session.existing()?;
    let done = one(session, "redo", None, false)?;
    tell(session, true, &[done])
}

/// One change that takes another back.
fn one(session: &mut Session, kind: &str, change: Option<i64>, any: bool) -> Result<Undone> {
    let redo = kind == "redo";
    let mut of = 0;
    let written = session.write(kind, |w| {
        of = match change {
            Some(change) => change,
            None if redo => w.last_redoable()?,
            None => w.last_undoable(any)?,
        };
        w.undoing = Some(of);
        w.take_back(of, redo)
    })?;
    Ok(written.value)
}

fn tell(session: &mut Session, redo: bool, done: &[Undone]) -> Result<()> {
    let would = session.would();
    let verb = match (redo, would.is_empty()) {
        (true, true) => "redid",
        (true, false) => "redo",
        (false, true) => "undid",
        (false, false) => "undo",
    };
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let output = session.settings.output;
        let list: Vec<_> = done
            .iter()
            .map(|d| serde_json::json!({"change": d.change, "summary": d.summary, "records": d.records}))
            .collect();
        return print_json_list(&mut session.printer, output, &list);
    }
    for d in done {
        session.printer.note(&format!(
            "{would}{verb} change {}: {}",
            d.change,
            d.summary.trim_start_matches("undo of ")
        ));
    }
    Ok(())
}
