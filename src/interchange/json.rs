//! Reading JSON: an array of objects, objects one behind the other, or one a line, each object as
//! a row of cells. One object at a time is in memory.
//!
//! What nests becomes the cell that CSV has for it: a list of `{label, value}` is
//! `label:value; …`, a list of links `role:name; …` beside a column `…_uid`, a list of words
//! `a; b`. An object elsewhere stays JSON text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{Seek, SeekFrom};

use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Form;
use super::json_pieces::{Objects, Shape};
use super::rejects::{OTHER_REASON, REASON, is_reason};
use super::source::{RawRow, broken};
use crate::entity::join_cell;
use crate::error::{Error, Result};

/// The rows of a JSON file.
pub(super) struct JsonRows {
    objects: Objects,
    headers: Vec<String>,
    places: HashMap<String, usize>,
    bytes: Vec<u8>,
    cells: Vec<Cell>,
    /// Rows keep the object that they were.
    keeps: bool,
}

/// A cell while its row is put together.
#[derive(Clone, Default)]
enum Cell {
    #[default]
    Absent,
    Text(String),
    Exact(String),
}

impl JsonRows {
    /// Reads the file through once for its keys, and begins again.
    pub(super) fn new(mut file: File, form: Form, keeps: bool) -> Result<Self> {
        let begin = |file: &mut File| {
            file.seek(SeekFrom::Start(0))
                .map_err(|cause| Error::io("the file can't be read", &cause))
        };
        begin(&mut file)?;
        let again =
            file.try_clone().map_err(|cause| Error::io("the file can't be read", &cause))?;
        let headers = keys(Objects::new(file, form)?)?;
        let places = headers.iter().cloned().zip(0..).collect();
        let mut again = again;
        begin(&mut again)?;
        let cells = vec![Cell::Absent; headers.len()];
        let objects = Objects::new(again, form)?;
        Ok(Self { objects, headers, places, bytes: Vec::new(), cells, keeps })
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    pub(super) fn position(&self) -> u64 {
        self.objects.position
    }

    pub(super) fn read(&mut self, row: &mut RawRow) -> Result<bool> {
        let Some(line) = self.objects.next(&mut self.bytes)? else { return Ok(false) };
        row.begin(line);
        if self.keeps {
            row.object.push_str(&String::from_utf8_lossy(&self.bytes));
        }
        self.cells.fill(Cell::Absent);
        let (places, cells) = (&self.places, &mut self.cells);
        let mut fault = None;
        let read = members(&self.bytes, |key, value| {
            if let Err(cause) = place(places, cells, key, value) {
                fault = Some(format!("`{key}` can't be read: {}", plain(&cause)));
            }
        });
        match read {
            Ok(()) => {
                self.finish(row);
                row.fault = row.fault.take().or(fault);
            }
            Err(cause) if cause.is_data() => {
                row.fault = Some("it is no JSON object (`{…}`)".into());
            }
            Err(cause) if self.objects.shape == Shape::Lines => {
                row.fault = Some(format!("it is no JSON: {}", plain(&cause)));
            }
            Err(cause) => return Err(not_json(line, &cause)),
        }
        Ok(true)
    }

    fn finish(&self, row: &mut RawRow) {
        let mut holds_nul = false;
        for cell in &self.cells {
            match cell {
                Cell::Absent => row.push(""),
                Cell::Text(text) => row.push(text),
                Cell::Exact(text) => row.push_exact(text),
            }
            holds_nul |= matches!(cell, Cell::Text(t) | Cell::Exact(t) if t.contains('\0'));
        }
        if holds_nul {
            row.fault = Some("a NUL character stands in the text".into());
        }
    }
}

/// Puts a member of an object into its cell.
fn place(
    places: &HashMap<String, usize>,
    cells: &mut [Cell],
    key: &str,
    raw: &str,
) -> serde_json::Result<()> {
    let value = match raw.as_bytes().first() {
        Some(b'n') => return Ok(()),
        Some(b'"') if !raw.contains('\\') => Value::String(raw[1..raw.len() - 1].to_owned()),
        _ => serde_json::from_str(raw)?,
    };
    if let Value::Array(items) = &value
        && let Some(at) = places.get(&uid_key(key))
        && let Some(uids) = uids(items)
    {
        cells[*at] = Cell::Exact(uids);
    }
    if let Some(at) = places.get(key) {
        cells[*at] = cell(value);
    }
    Ok(())
}

fn uid_key(key: &str) -> String {
    format!("{key}_uid")
}

/// The cell that a value of an object is.
fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Absent,
        Value::Array(items) => {
            let parts: Vec<(String, String)> = items.into_iter().map(part).collect();
            Cell::Exact(join_cell(parts.iter().map(|(l, v)| (l.as_str(), v.as_str()))))
        }
        other => Cell::Text(text(other)),
    }
}

/// A value as plain text; numbers with the digits that they have in the file.
fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Number(number) => {
            let digits = number.to_string();
            if digits.contains(['e', 'E']) {
                return rust_decimal::Decimal::from_scientific(&digits)
                    .map_or(digits, |exact| exact.to_string());
            }
            digits
        }
        other => other.to_string(),
    }
}

/// One entry of an array as (label, value): of a labelled value, a link in its role, or a word.
fn part(item: Value) -> (String, String) {
    let mut object = match item {
        Value::Object(object) => object,
        other => return (String::new(), text(other)),
    };
    if !object.contains_key("value") && !object.contains_key("name") {
        return (String::new(), Value::Object(object).to_string());
    }
    let mut take = |key: &str| object.remove(key).map(text).unwrap_or_default();
    let (value, name) = (take("value"), take("name"));
    if !value.is_empty() {
        return (take("label"), value);
    }
    let noun = take("noun");
    // A dated link says since when, and by whom.
    let since = [take("entered"), take("by")].join(" ");
    let role = if since.trim().is_empty() { take("role") } else { since.trim().to_owned() };
    (role, if noun.is_empty() { name } else { format!("{noun}:{name}") })
}

/// The uids of an array of links, in its order; `None` where no entry has one.
fn uids(items: &[Value]) -> Option<String> {
    let uid = |item: &Value| item.get("uid").and_then(Value::as_str).map(str::to_owned);
    let found: Vec<Option<String>> = items.iter().map(uid).collect();
    found.iter().any(Option::is_some).then(|| {
        let texts: Vec<String> = found.into_iter().map(Option::unwrap_or_default).collect();
        texts.join("; ")
    })
}

/// An object with the reason for which it was rejected under a key of its own, without that from
/// an earlier time; what is no object stands in one.
pub(super) fn with_reason(object: &str, key: &str, reason: &str) -> String {
    let quoted = |text: &str| Value::String(text.to_owned()).to_string();
    let mut parts: Vec<String> = Vec::new();
    let read = members(object.as_bytes(), |name, value| {
        let is_old =
            name == key && serde_json::from_str(value).is_ok_and(|v: String| is_reason(&v));
        if !is_old {
            parts.push(format!("{}: {value}", quoted(name)));
        }
    });
    if read.is_err() {
        parts = vec![format!("\"row\": {}", quoted(object.trim()))];
    }
    parts.push(format!("{}: {}", quoted(key), quoted(reason)));
    format!("{{{}}}", parts.join(", "))
}

/// All keys of all objects, in the order in which they first come; that of reasons last.
fn keys(mut objects: Objects) -> Result<Vec<String>> {
    let mut found = Keys::default();
    let mut bytes = Vec::new();
    while let Some(line) = objects.next(&mut bytes)? {
        found.object += 1;
        found.doubled = None;
        let mut likely = 0;
        let read = members(&bytes, |key, value| {
            likely = found.member(key, value, likely);
        });
        match read {
            Err(cause) if objects.shape != Shape::Lines && !cause.is_data() => {
                return Err(not_json(line, &cause));
            }
            // A line that is bad in itself is told when its row is read.
            _ => {}
        }
        if let Some(key) = found.doubled.take() {
            return Err(broken(line, format!("the key `{key}` stands twice in one object")));
        }
    }
    let mut names = found.names;
    let of_reasons =
        [OTHER_REASON, REASON].into_iter().find_map(|r| names.iter().position(|n| n == r));
    if let Some(at) = of_reasons {
        let last = names.remove(at);
        names.push(last);
    }
    Ok(names)
}

/// The keys that were seen, and in which object last.
#[derive(Default)]
struct Keys {
    names: Vec<String>,
    places: HashMap<String, usize>,
    seen: Vec<usize>,
    object: usize,
    doubled: Option<String>,
}

impl Keys {
    /// Notes a member of the object; the answer is where the next one most often is.
    fn member(&mut self, key: &str, value: &str, likely: usize) -> usize {
        let at = self.place(key, likely);
        if self.seen[at] == self.object {
            self.doubled = Some(key.to_owned());
        }
        self.seen[at] = self.object;
        // The column may be there by a key of its own too; then that counts.
        if has_uids(value) { self.place(&uid_key(key), at + 1) + 1 } else { at + 1 }
    }

    /// The place of a key, which is most often the one behind the key before it.
    fn place(&mut self, key: &str, likely: usize) -> usize {
        if self.names.get(likely).is_some_and(|name| name == key) {
            return likely;
        }
        if let Some(at) = self.places.get(key) {
            return *at;
        }
        self.names.push(key.to_owned());
        self.places.insert(key.to_owned(), self.names.len() - 1);
        self.seen.push(0);
        self.names.len() - 1
    }
}

/// Whether a value is an array of objects with a `uid`.
fn has_uids(raw: &str) -> bool {
    raw.starts_with('[')
        && raw.contains("\"uid\"")
        && serde_json::from_str(raw).is_ok_and(|items: Vec<Value>| uids(&items).is_some())
}

/// Hands on the members of an object: key, and value as it stands in the file.
fn members(object: &[u8], take: impl FnMut(&str, &str)) -> serde_json::Result<()> {
    use serde::Deserializer as _;
    let mut reader = serde_json::Deserializer::from_slice(object);
    reader.deserialize_map(Members(take))?;
    reader.end()
}

struct Members<F>(F);

impl<'de, F: FnMut(&str, &str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            (self.0)(&key, value.get());
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_str(KeyText)
    }
}

struct KeyText;

impl<'de> Visitor<'de> for KeyText {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> std::result::Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> std::result::Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

/// What the JSON reader says, without its place, which is the object's own.
fn plain(cause: &serde_json::Error) -> String {
    let said = cause.to_string();
    said.split(" at line ").next().unwrap_or_default().to_owned()
}

fn not_json(line: u64, cause: &serde_json::Error) -> Error {
    let line = line + (cause.line() as u64).saturating_sub(1);
    broken(line, format!("it is no JSON: {}", plain(cause)))
}

#[cfg(test)]
mod tests {
    use super::super::source::{Input, ReadOptions, Source};
    use super::*;

    type Found = (Vec<String>, Vec<(u64, Vec<String>)>);

    fn read(text: &str, form: Option<Form>) -> Result<Found> {
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
        let mut source = Source::open(input, &ReadOptions { form, ..ReadOptions::default() })?;
        let (mut rows, mut row) = (Vec::new(), RawRow::default());
        while source.read(&mut row)? {
            let cells = match &row.fault {
                Some(fault) => vec![format!("! {fault}")],
                None => row.cells().map(str::to_owned).collect(),
            };
            rows.push((row.line, cells));
        }
        Ok((source.headers().to_vec(), rows))
    }

    fn fails(text: &str) -> String {
        read(text, Some(Form::Json)).expect_err("an error").message
    }

    #[test]
    fn an_array_of_objects_is_rows_with_all_keys_as_columns() {
        let (headers, rows) =
            read(" [\n{\"a\": 1.50, \"b\": null},\n\n{\"b\":true,\n\"c\":\"x]}\\\"\"}]\n", None)
                .expect("rows");
        assert_eq!(headers, ["a", "b", "c"]);
        assert_eq!(rows[0], (2, vec!["1.50".into(), String::new(), String::new()]));
        assert_eq!(rows[1], (4, vec![String::new(), "true".into(), "x]}\"".into()]));
        assert_eq!(read("[]", Some(Form::Json)).expect("rows").1, []);
        assert_eq!(read("", Some(Form::Json)).expect("rows").1, []);
    }

    #[test]
    fn one_object_and_objects_in_a_row_are_rows() {
        assert_eq!(read("{\"a\":\n{\"n\":1}}", None).expect("rows").1[0].1, ["{\"n\":1}"]);
        let (_, rows) = read("{\"a\":1}{\"a\":2}\n{\"a\":1e3}", None).expect("rows");
        assert_eq!(rows.iter().map(|r| r.1[0].as_str()).collect::<Vec<_>>(), ["1", "2", "1000"]);
    }

    #[test]
    fn a_bad_line_is_one_bad_row() {
        let text = "{\"a\":1}\n{\"a\":\n[1]\n{\"b\":2}\n\n{\"a\":\"\\u0000\"}\n";
        let (headers, rows) = read(text, Some(Form::Jsonl)).expect("rows");
        assert_eq!(headers, ["a", "b"]);
        assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [1, 2, 3, 4, 6]);
        assert!(rows[1].1[0].starts_with("! it is no JSON: EOF"), "{:?}", rows[1]);
        assert!(rows[2].1[0].starts_with("! it is no JSON object"), "{:?}", rows[2]);
        assert!(rows[4].1[0].starts_with("! a NUL"), "{:?}", rows[4]);
    }

    #[test]
    fn lists_words_and_links_become_cells() {
        let (headers, rows) = read(
            r#"{"emails":[{"label":"work","value":"a@x.test"},{"label":null,"value":"b:c"}],
            "contacts":[{"uid":"u1","name":"Ann; B","role":"user"},{"name":"Bob","role":null}],
            "about":[{"noun":"deal","uid":"u2","name":"X"}],
            "tags":["a;b","c"]}"#,
            None,
        )
        .expect("rows");
        assert_eq!(headers, ["emails", "contacts", "contacts_uid", "about", "about_uid", "tags"]);
        assert_eq!(
            rows[0].1,
            ["work:a@x.test; b\\:c", "user:Ann\\; B; Bob", "u1; ", "deal\\:X", "u2", "a\\;b; c"]
        );
    }

    #[test]
    fn what_is_broken_is_named_by_its_line() {
        assert_eq!(fails("[\n{\"a\":1}\n{\"b\":2}]"), "line 3: a `,` or `]` should stand here");
        assert_eq!(
            fails("[{\"a\":1},\n{\"a\":"),
            "line 2: the object that begins here is never closed"
        );
        assert_eq!(fails("[{\"a\":1},\n"), "line 2: the array is never closed");
        assert_eq!(fails("[{\"a\":1}]x"), "line 1: something stands behind the end of the array");
        assert_eq!(fails("[1]"), "line 1: an object (`{…}`) should stand here");
        assert_eq!(fails("{\"a\":1,\n\"b\":x}"), "line 2: it is no JSON: expected value");
        assert_eq!(fails("{\"a\":1,\"a\":2}"), "line 1: the key `a` stands twice in one object");
        let deep = format!("[{}", "[".repeat(100_000));
        assert!(fails(&deep).contains("never closed"));
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let rows = read(&deep, Some(Form::Json)).expect("rows").1;
        assert_eq!(rows[0].1, ["! `a` can't be read: recursion limit exceeded"]);
    }
}
