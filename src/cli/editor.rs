//! `edit` without flags: records as one TOML text in `$EDITOR`, saved as one change.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ArgMatches;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::inputs::refused;
use super::record::{chosen, named};
use super::session::Session;
use crate::entity::text::is_hidden;
use crate::entity::when::instant_text;
use crate::entity::{
    Field, Kind, LinkTo, Locale, Name, Noun, Record, Value, join_cell, split_cell,
};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Among, same};

/// Edits the records that were chosen, in one text.
///
/// # Errors
/// The editor fails (exit 6), the text can't be read, a value isn't allowed, or somebody else
/// changed the same fields meanwhile (exit 4); the text is kept in a named file.
pub(super) fn edit(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let found = chosen(session, Some(noun), matches, "edit", Among::Live)?;
    let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
    if ids.is_empty() {
        session.printer.note("nothing matches");
        return Ok(());
    }
    let editor = editor_command(session)?;
    let (records, before_text) = {
        let (reader, store, ..) = session.parts()?;
        let noun = store.noun(noun)?;
        let records = reader.records(noun, &ids)?;
        let text = written(noun, &records);
        (records, text)
    };
    let (path, text) = run(&editor, &before_text)?;
    if text == before_text {
        discard(&path);
        session.printer.note("nothing to change");
        return Ok(());
    }
    let result = save(session, noun, &records, &text);
    match result {
        Ok(changed) => {
            discard(&path);
            let line = if changed == 0 {
                "nothing to change".to_owned()
            } else {
                format!("{} {}", session.done("changed", "change"), named(session, noun, &ids)?)
            };
            session.report(noun, &ids, &line)
        }
        Err(why) => Err(kept(why, &path)),
    }
}

/// The editor, as a program and its arguments.
pub(super) fn editor_command(session: &Session) -> Result<Vec<String>> {
    let configured = session.settings.config.get("editor")?;
    let from = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let chosen = from("VISUAL").or_else(|| from("EDITOR")).or(configured);
    if chosen.is_none() && !session.settings.stdin_is_terminal {
        return Err(Error::usage(
            "`edit` without fields opens an editor, and there is no terminal for it",
        )
        .hint("name what to change, such as `--tag vip`, or set EDITOR"));
    }
    let text = chosen.unwrap_or_else(|| "vi".into());
    let words = shlex::split(&text).filter(|w| !w.is_empty());
    words.ok_or_else(|| {
        Error::usage(format!("the editor `{text}` can't be read"))
            .hint("set EDITOR to a program, such as `vi`")
    })
}

/// Lets the editor change a text; gives the file, which stays until it is discarded.
pub(super) fn run(editor: &[String], text: &str) -> Result<(PathBuf, String)> {
    let file = tempfile::Builder::new()
        .prefix("rolo-")
        .suffix(".toml")
        .make(|p| OpenOptions::new().write(true).create_new(true).mode(0o600).open(p))
        .map_err(|why| Error::io("a file for the editor", &why))?;
    let (mut handle, path) =
        file.keep().map_err(|why| Error::io("a file for the editor", &why.error))?;
    handle
        .write_all(text.as_bytes())
        .map_err(|why| Error::io(format!("`{}`", path.display()), &why))?;
    drop(handle);
    let status = Command::new(&editor[0]).args(&editor[1..]).arg(&path).status();
    let fail = |why: String| {
        kept(Error::outside(why).hint("set EDITOR to another program; nothing was changed"), &path)
    };
    match status {
        Err(why) => Err(fail(format!("the editor `{}` can't be started: {why}", editor[0]))),
        Ok(status) if !status.success() => {
            Err(fail(format!("the editor `{}` ended with {status}", editor[0])))
        }
        Ok(_) => {
            let gone = |why| {
                Error::outside(format!("the editor left no text in `{}`: {why}", path.display()))
                    .hint("nothing was changed")
            };
            let bytes = std::fs::read(&path).map_err(gone)?;
            let text = String::from_utf8(bytes)
                .map_err(|_| kept(Error::invalid("the edited text is not UTF-8"), &path))?;
            if text.trim().is_empty() {
                return Err(kept(
                    Error::invalid("the edited text is empty")
                        .hint("nothing was changed; `rolo NOUN rm REF` removes a record"),
                    &path,
                ));
            }
            Ok((path, text))
        }
    }
}

pub(super) fn discard(path: &Path) {
    // A temporary file that stays behind harms nobody; it has mode 0600.
    let _ = std::fs::remove_file(path);
}

/// The error with where the text is.
pub(super) fn kept(error: Error, path: &Path) -> Error {
    let hint = error.hint.clone().map_or(String::new(), |h| format!("{h}; "));
    let hint = format!("{hint}your text is kept in `{}`", path.display());
    error.hint(hint)
}

/// Fields that stand in the text.
fn is_edited(field: &Field) -> bool {
    (field.is_settable() || field.kind == Kind::Tags)
        && field.deed.is_none()
        && !field.quiet
        && !matches!(field.kind, Kind::List(Kind::File))
}

fn written(noun: &Noun, records: &[Record]) -> String {
    let mut document = DocumentMut::new();
    for record in records {
        let mut table = Table::new();
        for (field, field_value) in noun.fields.iter().zip(&record.values) {
            if is_edited(field) {
                table.insert(field.name, item_of(field, field_value));
            }
        }
        document.insert(&record.id.to_string(), Item::Table(table));
    }
    format!(
        "# {} to edit. An empty value empties the field; a record taken out stays as it is.\n# Save and leave; close without saving to change nothing.\n\n{document}",
        if records.len() == 1 {
            format!("A {}", noun.name())
        } else {
            format!("{} {}", records.len(), noun.entity.plural)
        }
    )
}

fn item_of(field: &Field, field_value: &Value) -> Item {
    let many = |cells: Vec<String>| {
        let mut array = Array::new();
        array.extend(cells.iter().map(|c| plain(c)));
        value(array)
    };
    match field_value {
        Value::Int(n) if field.kind == Kind::Int => value(*n),
        Value::Bool(b) => value(*b),
        Value::Money(m) => value(m.to_string()),
        Value::Decimal(d) => value(d.normalize().to_string()),
        Value::Instant(at) => value(instant_text(*at)),
        Value::Link(to) => value(plain(&link_text(field, to))),
        Value::Links(links) => many(
            links
                .iter()
                .map(|l| {
                    let text = link_text(field, l);
                    join_cell(std::iter::once((
                        l.role.as_deref().unwrap_or_default(),
                        text.as_str(),
                    )))
                })
                .collect(),
        ),
        Value::List(items) => many(
            items
                .iter()
                .map(|i| join_cell(std::iter::once((i.label.as_str(), i.value.as_str()))))
                .collect(),
        ),
        Value::Words(words) => many(words.clone()),
        Value::Null if field.kind.is_many() => many(Vec::new()),
        other => value(plain(&other.to_cell())),
    }
}

/// A text in which whatever an editor's terminal would obey or not show stands as an escape.
fn plain(text: &str) -> toml_edit::Value {
    if !text.chars().any(|c| c != '\n' && is_hidden(c)) {
        return text.into();
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if is_hidden(c) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted.parse().unwrap_or_else(|_| text.into())
}

/// A link as it reads back to the same record: by label where it is told apart, else by id.
fn link_text(field: &Field, to: &LinkTo) -> String {
    match field.kind {
        Kind::Link(t) | Kind::Links(t, _) if t.one().is_none() => format!("{}:{}", to.noun, to.id),
        _ => format!("{} #{}", to.label, to.id),
    }
}

/// Saves what differs from the text as it was; the number of changed records.
fn save(session: &mut Session, noun: &str, records: &[Record], text: &str) -> Result<u64> {
    let document: DocumentMut = text.parse().map_err(|why: toml_edit::TomlError| {
        Error::invalid(format!("the edited text is not TOML: {}", why.to_string().trim_end()))
    })?;
    let locale = session.settings.locale.clone();
    let mut edits: Vec<(&Record, Vec<(usize, Value)>)> = Vec::new();
    {
        let (reader, store, ..) = session.parts()?;
        let noun = store.noun(noun)?;
        for (key, item) in document.iter() {
            let record = records.iter().find(|r| r.id.to_string() == key).ok_or_else(|| {
                Error::invalid(format!("`[{key}]` is none of the records being edited"))
                    .hint("keep the numbers in brackets as they are")
            })?;
            let table = item
                .as_table_like()
                .ok_or_else(|| Error::invalid(format!("`{key}` is not a record")))?;
            let mut fields = Vec::new();
            for (name, item) in table.iter() {
                let named =
                    noun.require(name).map_err(|why| Error { kind: ErrorKind::Invalid, ..why })?;
                if !is_edited(named.field) {
                    return Err(Error::invalid(format!("`{name}` can't be edited here")));
                }
                let new = value_of(named.field, item, &record.values[named.index], &locale)?;
                if !same_as_typed(&new, &record.values[named.index]) {
                    fields.push((named.index, new));
                }
            }
            if !fields.is_empty() {
                edits.push((record, fields));
            }
        }
        refuse_conflicts(&reader, noun, &edits)?;
    }
    let written = session.write("edit", |w| {
        let noun = w.reader().model().noun(noun)?;
        // Once more inside the transaction: nobody can come in between now.
        refuse_conflicts(w.reader(), noun, &edits)?;
        for (record, fields) in &edits {
            w.update(noun, record.id, fields.clone())?;
        }
        Ok(())
    })?;
    Ok(written.tally.edited)
}

/// A field that changed here and by somebody else meanwhile stands in the way.
fn refuse_conflicts(
    reader: &crate::store::Reader,
    noun: &Noun,
    edits: &[(&Record, Vec<(usize, Value)>)],
) -> Result<()> {
    let mut clashes = Vec::new();
    for (record, fields) in edits {
        let now = reader.record(noun, record.id)?;
        let trashed = noun.require("trashed")?.index;
        if now.values[trashed] != Value::Null && record.values[trashed] == Value::Null {
            clashes.push(format!("{}:{} was removed", noun.name(), record.id));
        }
        for (index, mine) in fields {
            let (base, theirs) = (&record.values[*index], &now.values[*index]);
            if !same(base, theirs) && !same_as_typed(mine, theirs) {
                clashes.push(format!(
                    "{}:{} {}: was `{}`, is `{}` now, you wrote `{}`",
                    noun.name(),
                    record.id,
                    noun.fields[*index].label(),
                    base.to_cell(),
                    theirs.to_cell(),
                    mine.to_cell()
                ));
            }
        }
    }
    if clashes.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "somebody else changed the same meanwhile:\n  {}",
        clashes.join("\n  ")
    ))
    .hint("edit again to start from what is there now"))
}

/// Whether a value as typed is the value that was there.
fn same_as_typed(new: &Value, there: &Value) -> bool {
    match (new, there) {
        (Value::Named(name), Value::Link(to)) => name.uid == Some(to.uid),
        (Value::NamedLinks(names), Value::Links(links)) => {
            names.len() == links.len()
                && names.iter().zip(links).all(|(n, l)| n.uid == Some(l.uid) && n.role == l.role)
        }
        (Value::Amount(a), Value::Money(m)) => {
            crate::entity::money::Money::of(*a, m.currency) == Some(*m)
        }
        _ => same(new, there),
    }
}

fn value_of(field: &'static Field, item: &Item, before: &Value, locale: &Locale) -> Result<Value> {
    let refuse = |why: String| refused(field, &why);
    let plain = |item: &toml_edit::Value| -> String {
        match item {
            toml_edit::Value::String(s) => s.value().clone(),
            other => other.to_string().trim().to_owned(),
        }
    };
    let item = item.as_value().ok_or_else(|| refuse("it is a table here".into()))?;
    let Some(array) = item.as_array() else {
        let text = plain(item);
        return match (field.kind, before) {
            (Kind::Link(_), _) if text.trim().is_empty() => Ok(Value::Null),
            (Kind::Link(_), before) => Ok(Value::Named(name_of(field, &text, None, before))),
            _ => field.parse(&text, locale).map_err(refuse),
        };
    };
    let cells: Vec<String> = array.iter().map(plain).filter(|c| !c.trim().is_empty()).collect();
    match field.kind {
        Kind::Links(_, roles) => {
            let mut names = Vec::new();
            for cell in cells {
                let (role, text) = split_cell(&cell).into_iter().next().unwrap_or_default();
                let role = match roles {
                    Some(r) if !role.is_empty() => Some(r.find(&role).map_or(role, str::to_owned)),
                    _ => None,
                };
                names.push(name_of(field, &text, role, before));
            }
            Ok(Value::NamedLinks(names))
        }
        Kind::List(_) | Kind::Words(_) => field.parse(&cells.join("; "), locale).map_err(refuse),
        Kind::Tags => {
            let joined = join_cell(cells.iter().map(|c| ("", c.as_str())));
            field.parse(&joined, locale).map_err(refuse)
        }
        _ => Err(refuse("it holds one value".into())),
    }
}

/// A link as it stands in the text. One left as it was means the same record; ` #7` at the end is
/// the id.
fn name_of(field: &Field, text: &str, role: Option<String>, before: &Value) -> Name {
    let known = match before {
        Value::Link(to) => std::slice::from_ref(to),
        Value::Links(links) => links,
        _ => &[],
    };
    if let Some(to) = known.iter().find(|l| link_text(field, l) == text) {
        return Name { text: text.to_owned(), uid: Some(to.uid), role };
    }
    let by_id = text
        .rsplit_once(" #")
        .map(|(_, id)| id)
        .filter(|id| id.bytes().all(|b| b.is_ascii_digit()));
    Name { text: by_id.unwrap_or(text).to_owned(), uid: None, role }
}
