//! `maps`: the mappings that imports keep with `--save-map`.

use std::path::Path;

use clap::ArgMatches;
use serde_json::{Value, json};

use super::editor;
use super::global::Output;
use super::grammar::text;
use super::import::maps_folder;
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::error::{Error, Result};
use crate::interchange::{Preset, check_map_text, kept, map_file};

/// `maps [list|show|edit|rm]`.
///
/// # Errors
/// There is no such mapping (exit 3), or it can't be read or written.
pub(super) fn run(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let folder = maps_folder(session);
    let named = |inner| {
        let name = text(inner, "name").unwrap_or_default().to_owned();
        map_file(&name, folder.as_deref()).map(|path| (name, path))
    };
    match matches.subcommand() {
        Some(("show", inner)) => {
            let (name, path) = named(inner)?;
            show(session, &name, &path, folder.as_deref())
        }
        Some(("edit", inner)) => {
            let (name, path) = named(inner)?;
            edit(session, &name, &path)
        }
        Some(("rm", inner)) => {
            let (name, path) = named(inner)?;
            if !session.settings.dry_run {
                std::fs::remove_file(&path).map_err(|why| cannot(&path, "removed", &why))?;
            }
            let removed = session.done("removed", "remove");
            session.printer.note(&format!("{removed} the mapping `{name}`"));
            Ok(())
        }
        _ => list(session, folder.as_deref()),
    }
}

fn cannot(path: &Path, what: &str, why: &std::io::Error) -> Error {
    Error::failed(format!("`{}` can't be {what}: {why}", path.display()))
}

fn as_json(map: &Preset) -> Value {
    let columns: serde_json::Map<String, Value> =
        map.columns.iter().map(|(header, field)| (header.clone(), json!(field))).collect();
    let options: serde_json::Map<String, Value> =
        map.options.iter().map(|(name, values)| (name.clone(), json!(values))).collect();
    json!({"name": map.name, "noun": map.noun, "title": map.title, "columns": columns, "options": options})
}

/// Options as they would be typed.
fn typed(map: &Preset) -> String {
    let one = |(name, values): &(String, Vec<String>)| match &values[..] {
        [flag] if flag == "true" => format!("--{name}"),
        values => values.iter().map(|v| format!("--{name} {v}")).collect::<Vec<_>>().join(" "),
    };
    map.options.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn list(session: &mut Session, folder: Option<&Path>) -> Result<()> {
    let all = kept(folder)?;
    let output = session.settings.output;
    match output {
        Output::Json | Output::Jsonl => {
            let list: Vec<Value> = all.iter().map(as_json).collect();
            return print_json_list(&mut session.printer, output, &list);
        }
        Output::Ids => {
            return all.iter().try_for_each(|map| session.printer.line(&map.name));
        }
        _ => {}
    }
    if all.is_empty() && matches!(output, Output::Table) {
        session.printer.note(
            "no mapping is kept yet; `rolo import FILE --save-map NAME` keeps one, `--preset NAME` uses it",
        );
        return Ok(());
    }
    let heads = ["map", "noun", "columns", "options"].map(ColumnHead::text);
    let rows = all.iter().map(|map| {
        let columns = map.columns.iter().map(|(h, _)| h.as_str()).collect::<Vec<_>>().join(", ");
        let noun = map.noun.clone().unwrap_or_else(|| "several".into());
        Ok(vec![map.name.clone(), noun, columns, typed(map)])
    });
    session.printer.table(heads.into(), rows)?;
    Ok(())
}

fn show(session: &mut Session, name: &str, path: &Path, folder: Option<&Path>) -> Result<()> {
    let output = session.settings.output;
    if matches!(output, Output::Json | Output::Jsonl) {
        let all = kept(folder)?;
        let map: Vec<Value> = all.iter().filter(|map| map.name == name).map(as_json).collect();
        return print_json_list(&mut session.printer, Output::Jsonl, &map);
    }
    let text = std::fs::read_to_string(path).map_err(|why| cannot(path, "read", &why))?;
    text.lines().try_for_each(|line| session.printer.line(line))
}

fn edit(session: &mut Session, name: &str, path: &Path) -> Result<()> {
    let command = editor::editor_command(session)?;
    let before = std::fs::read_to_string(path).map_err(|why| cannot(path, "read", &why))?;
    let (draft, text) = editor::run(&command, &before)?;
    if text == before {
        editor::discard(&draft);
        session.printer.note("nothing to change");
        return Ok(());
    }
    let saved = check_map_text(&text).and_then(|()| {
        super::transfer::write_file(path, true, session.settings.dry_run, |out| {
            out.write_all(text.as_bytes()).map_err(|why| cannot(path, "written", &why))
        })
    });
    saved.map_err(|why| editor::kept(why, &draft))?;
    editor::discard(&draft);
    let changed = session.done("changed", "change");
    session.printer.note(&format!("{changed} the mapping `{name}`"));
    Ok(())
}
