//! Words by which other programs say that a cell is empty.

use crate::entity::{Field, Kind};

/// Nowhere a value.
const ANYWHERE: &[&str] = &[
    "-",
    "--",
    "---",
    "–",
    "—",
    "n/a",
    "#n/a",
    "null",
    "<null>",
    "(null)",
    "[null]",
    "-none-",
    "--none--",
    "-- none --",
    "\\n",
    "(none)",
    "(empty)",
    "(blank)",
    "(not set)",
    "[not set]",
    "н/д",
];
/// Unless it is a name.
const NO_NAMES: &[&str] = &[
    "select",
    "(select)",
    "[select]",
    "- select -",
    "--select--",
    "-- select --",
    "-select-",
    "please select",
    "not set",
    "not specified",
    "не указано",
    "не указан",
    "не выбрано",
    "выберите",
];
/// Unless it is a text of any kind.
const NO_TEXTS: &[&str] =
    &["na", "none", "nil", "nan", "?", ".", "нет данных", "unknown", "undefined"];
/// Of a date: mail programs and databases write zeros.
const NO_DATES: &[&str] =
    &["0.0.00", "0/0/00", "00.00.0000", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00"];

/// The longest of them, in bytes.
const LONGEST: usize = 24;

/// Whether a cell says that its field is empty. A name stays a name in small letters: there are
/// people called Null.
pub(super) fn says_empty(cell: &str, field: &Field) -> bool {
    let cell = cell.trim();
    let Some(first) = cell.bytes().next().filter(|_| cell.len() <= LONGEST) else { return false };
    // Most cells are let through by their first byte.
    if !matches!(first, b'-' | b'#' | b'<' | b'(' | b'[' | b'\\' | b'?' | b'.' | b'0')
        && !matches!(first.to_ascii_lowercase(), b'n' | b's' | b'p' | b'u')
        && !matches!(first, 0xe2 | 0xd0 | 0xd1)
    {
        return false;
    }
    let word = cell.to_lowercase();
    let is = |words: &[&str]| words.contains(&word.as_str());
    let is_name = field.trimmed;
    match &field.kind {
        Kind::Choice(choices) | Kind::Words(choices) if choices.find(cell).is_some() => false,
        Kind::Date | Kind::Datetime | Kind::Due if is(NO_DATES) => true,
        _ if is_name && word == "null" => cell == "NULL",
        _ if is(ANYWHERE) => true,
        _ if is_name => false,
        _ if is(NO_NAMES) => true,
        Kind::Text
        | Kind::Longtext
        | Kind::Tags
        | Kind::Link(_)
        | Kind::Links(..)
        | Kind::List(Kind::Address | Kind::Handle) => false,
        Kind::Choice(choices) | Kind::Words(choices) if choices.open => false,
        _ => is(NO_TEXTS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;

    #[test]
    fn what_is_empty_depends_on_the_field() {
        let model = model();
        let noun = model.noun("contact").expect("a noun");
        let is_empty = |field: &str, cell: &str| {
            says_empty(cell, noun.fields[noun.index(field).expect(field)])
        };
        for cell in ["-", "N/A", "NULL", " — ", "#N/A", "\\N"] {
            for field in ["name", "city", "birthday", "emails", "tags"] {
                assert!(is_empty(field, cell), "{field} {cell}");
            }
        }
        assert!(!is_empty("family_name", "Null"));
        assert!(!is_empty("name", "Select"));
        assert!(is_empty("city", "Select") && is_empty("birthday", "Select"));
        assert!(is_empty("birthday", "0.0.00") && is_empty("birthday", "None"));
        assert!(!is_empty("city", "None") && !is_empty("city", "Nancy") && !is_empty("city", "0"));
    }
}
