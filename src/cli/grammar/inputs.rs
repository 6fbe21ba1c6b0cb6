//! Reading what was matched: the flags of fields in the order they were typed, pairs, filters.

use clap::ArgMatches;

use super::flags::{has_flag, id_of};
use crate::entity::{Kind, Noun};
use crate::error::{Error, Result};

/// The flags of fields that were typed, as (name, values): the name is the field's, or
/// `amount_currency`; in the order of their first standing.
#[must_use]
pub fn field_inputs(matches: &ArgMatches, noun: &Noun) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for field in noun.fields.iter().filter(|f| has_flag(f)) {
        let currency = (field.kind == Kind::Money).then(|| format!("{}_currency", field.name));
        for name in std::iter::once(field.name.to_owned()).chain(currency) {
            let id = id_of(&name);
            if !matches!(matches.try_contains_id(&id), Ok(true)) {
                continue;
            }
            let at = matches.indices_of(&id).and_then(|mut i| i.next()).unwrap_or(usize::MAX);
            found.push((at, (name, texts(matches, &id))));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, input)| input).collect()
}

/// The values of an argument; none where it wasn't typed or the verb lacks it.
#[must_use]
pub fn texts(matches: &ArgMatches, id: &str) -> Vec<String> {
    match matches.try_get_many::<String>(id) {
        Ok(Some(values)) => values.cloned().collect(),
        _ => Vec::new(),
    }
}

/// The value of an argument.
#[must_use]
pub fn text<'m>(matches: &'m ArgMatches, id: &str) -> Option<&'m str> {
    matches.try_get_one::<String>(id).ok().flatten().map(String::as_str)
}

/// The filter: its arguments joined by one space; `None` where there is none.
#[must_use]
pub fn filter_text(matches: &ArgMatches) -> Option<String> {
    let words = texts(matches, "filter");
    (!words.is_empty()).then(|| words.join(" "))
}

/// `FIELD=VALUE` pairs of `--set`, `--add`, `--remove`, and `HEADER=FIELD` pairs of `--map`, whose
/// header may hold `=` itself.
///
/// # Errors
/// One has no `=`, or nothing before it.
pub fn pairs(matches: &ArgMatches, id: &str) -> Result<Vec<(String, String)>> {
    let form = if id == "map" { "HEADER=FIELD" } else { "FIELD=VALUE" };
    let cut = |text: &str| match id {
        "map" => text.rsplit_once('=').map(|(h, f)| (h.to_owned(), f.trim().to_owned())),
        _ => text.split_once('=').map(|(f, v)| (f.trim().to_owned(), v.to_owned())),
    };
    let one = |text: String| {
        cut(&text).filter(|(left, _)| !left.is_empty()).ok_or_else(|| {
            Error::usage(format!("`--{id}` can't be `{text}`"))
                .hint(format!("write `--{id} '{form}'`"))
        })
    };
    texts(matches, id).into_iter().map(one).collect()
}

/// What `undo` takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoWhat {
    /// The last so many changes.
    Last(u32),
    /// The change of this number.
    Change(i64),
}

/// What `undo [N | change:ID] [--change ID]` names. `#57` is a change too, but a shell takes an
/// unquoted one for a comment, so help doesn't offer it.
///
/// # Errors
/// It is neither a count nor a change.
pub fn undo_what(matches: &ArgMatches) -> Result<UndoWhat> {
    let change = |text: &str| text.parse().ok().filter(|n| *n > 0).map(UndoWhat::Change);
    let named = match (text(matches, "change"), text(matches, "what")) {
        (Some(id), _) => (change(id.trim_start_matches("change:").trim_start_matches('#')), id),
        (None, None) => return Ok(UndoWhat::Last(1)),
        (None, Some(word)) => {
            let id = word.strip_prefix("change:").or_else(|| word.strip_prefix('#'));
            let count = || word.parse().ok().filter(|n| *n > 0).map(UndoWhat::Last);
            (id.map_or_else(count, change), word)
        }
    };
    named.0.ok_or_else(|| {
        Error::usage(format!("`{}` is neither a number of changes nor a change", named.1))
            .hint("write `rolo undo 3` for the last three, `rolo undo change:57` for a certain one")
    })
}
