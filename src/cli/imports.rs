//! `imports`: where records came from, and taking one import back.

use clap::ArgMatches;

use super::changes::take_back;
use super::global::Output;
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::entity::when::stored_instant;
use crate::error::{Error, Result};
use crate::store::{ImportRow, Reader};

/// `imports [list|show|undo]`.
///
/// # Errors
/// There is no such import (exit 3), or it can't be taken back (exit 4).
pub(super) fn run(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    match matches.subcommand() {
        Some(("show", inner)) => show(session, inner.get_one::<i64>("id").copied()),
        Some(("undo", inner)) => {
            session.existing()?;
            let (reader, _, _, settings) = session.parts()?;
            let whose = Some(settings.user.as_str()).filter(|_| !inner.get_flag("any"));
            let id = one(&reader, inner.get_one::<i64>("id").copied(), whose)?.change.id;
            take_back(session, id)
        }
        Some((_, inner)) => list(session, inner.get_one::<u64>("limit").copied()),
        None => list(session, None),
    }
}

/// The import of a number; without one, the latest that still counts, perhaps of one user alone.
fn one(reader: &Reader, id: Option<i64>, whose: Option<&str>) -> Result<ImportRow> {
    let id = match id {
        Some(id) => id,
        None => reader
            .imports(u64::MAX)?
            .into_iter()
            .find(|i| i.change.undone_by.is_none() && whose.is_none_or(|w| i.change.who == w))
            .map(|i| i.change.id)
            .ok_or_else(|| {
                Error::not_found("there is no import")
                    .hint("`rolo imports` lists them, whoever made them")
            })?,
    };
    reader.import(id)?.ok_or_else(|| {
        Error::not_found(format!("change {id} is no import")).hint("`rolo imports` lists them")
    })
}

fn list(session: &mut Session, limit: Option<u64>) -> Result<()> {
    let output = session.settings.output;
    let (reader, _, printer, settings) = session.parts()?;
    let rows = reader.imports(limit.unwrap_or(u64::MAX))?;
    match output {
        Output::Ids => rows.iter().try_for_each(|r| printer.line(&r.change.id.to_string())),
        Output::Table => {
            let zone = settings.locale.times.zone;
            let heads = [
                "import", "at", "who", "noun", "file", "read", "created", "updated", "rejected", "",
            ]
            .map(|name| ColumnHead {
                name: name.into(),
                numeric: ["import", "read", "created", "updated", "rejected"].contains(&name),
            });
            let rows = rows.into_iter().map(|r| {
                let at = stored_instant(&r.change.at)
                    .map_or(r.change.at.clone(), |at| crate::entity::shown::local(at, zone));
                let fate = r.change.undone_by.map_or(String::new(), |by| format!("undone by {by}"));
                let f = r.facts;
                Ok(vec![
                    r.change.id.to_string(),
                    at,
                    r.change.who,
                    r.noun.to_owned(),
                    f.file,
                    f.read.to_string(),
                    f.created.to_string(),
                    f.updated.to_string(),
                    f.rejected.to_string(),
                    fate,
                ])
            });
            if printer.table(heads.into(), rows)? == 0 {
                printer.note("nothing has been imported yet");
            }
            Ok(())
        }
        _ => print_json_list(printer, output, &rows.iter().map(json).collect::<Vec<_>>()),
    }
}

fn show(session: &mut Session, id: Option<i64>) -> Result<()> {
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let row = one(&reader, id, None)?;
    let left = reader.count_made_by(store.noun(row.noun)?, row.change.id)?;
    if output == Output::Ids {
        return printer.line(&row.change.id.to_string());
    }
    if output != Output::Table {
        let mut object = json(&row);
        object["command"] = row.change.command.clone().into();
        object["still_there"] = left.into();
        object["mapping"] = row
            .facts
            .mapping
            .iter()
            .map(|(header, field)| serde_json::json!({"header": header, "field": field}))
            .collect();
        let one = if output == Output::Json { Output::Jsonl } else { output };
        return print_json_list(printer, one, &[object]);
    }
    let zone = settings.locale.times.zone;
    let f = &row.facts;
    let at = stored_instant(&row.change.at)
        .map_or(row.change.at.clone(), |at| crate::entity::shown::local(at, zone));
    let mut lines = vec![
        ("import", row.change.id.to_string()),
        ("noun", row.noun.to_owned()),
        ("file", f.file.clone()),
        ("sha256", f.sha256.clone()),
        ("size", f.size.to_string()),
        (
            "format",
            [Some(f.format.clone()), f.encoding.clone(), f.delimiter.clone().map(shown)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("at", at),
        ("by", row.change.who.clone()),
        ("command", row.change.command.clone().unwrap_or_default()),
        ("read", f.read.to_string()),
        ("created", format!("{} ({left} still there)", f.created)),
        ("updated", f.updated.to_string()),
        ("unchanged", f.unchanged.to_string()),
        ("skipped", f.skipped.to_string()),
        (
            "rejected",
            f.rejects
                .as_ref()
                .map_or_else(|| f.rejected.to_string(), |to| format!("{}, to {to}", f.rejected)),
        ),
        ("seconds", f.seconds.to_string()),
    ];
    if let Some(by) = row.change.undone_by {
        lines.push(("undone by", format!("change {by}")));
    }
    for (name, value) in lines {
        printer.line(&format!("{name:10} {value}"))?;
    }
    let heads = ["column", "field"].map(|name| ColumnHead { name: name.into(), numeric: false });
    let rows = f.mapping.iter().map(|(header, field)| {
        Ok(vec![header.clone(), field.clone().unwrap_or_else(|| "(left over)".into())])
    });
    printer.line("")?;
    printer.table(heads.into(), rows)?;
    Ok(())
}

fn shown(delimiter: String) -> String {
    if delimiter == "\t" { "tab".into() } else { delimiter }
}

fn json(row: &ImportRow) -> serde_json::Value {
    let f = &row.facts;
    serde_json::json!({
        "import": row.change.id, "at": row.change.at, "who": row.change.who, "noun": row.noun,
        "file": f.file, "sha256": f.sha256, "size": f.size, "format": f.format, "encoding": f.encoding,
        "delimiter": f.delimiter, "read": f.read, "created": f.created, "updated": f.updated,
        "unchanged": f.unchanged, "skipped": f.skipped, "rejected": f.rejected, "rejects": f.rejects,
        "seconds": f.seconds, "undone_by": row.change.undone_by,
    })
}
