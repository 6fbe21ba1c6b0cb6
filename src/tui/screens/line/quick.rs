//! A record from one line: `call Maya fri 10:00 !high +vip @ann amount=12k`.

use crate::entity::{Kind, LinkTo, Name, Noun, Value};
use crate::error::{Error, Result};
use crate::store::Among;
use crate::tui::deeds;
use crate::tui::desk::{Desk, Done};
use crate::tui::screen::Cx;
use crate::tui::screens::form::{meaning, understood};

/// What a line means.
#[derive(Debug, Clone, Default)]
pub(super) struct Quick {
    pub values: Vec<(usize, Value)>,
    pub texts: Vec<(usize, String)>,
    /// The link that `#` names a company for, and the name as far as it was typed.
    pub company: Option<(usize, String)>,
    /// For people, before Enter.
    pub said: String,
}

/// Most words that a due may take at the end of a line.
const DUE_WORDS: usize = 3;

/// Reads a line; `links` where `#` may name a company.
///
/// # Errors
/// A value isn't one of its field, or there is no label.
pub(super) fn parse(text: &str, noun: &Noun, links: bool, cx: &Cx) -> Result<Quick> {
    let mut quick = Quick::default();
    let mut words: Vec<String> = Vec::new();
    let mut tags = Vec::new();
    let mut said = Vec::new();
    let link = if links { link_to_company(noun) } else { None };
    for piece in pieces(text) {
        let set = piece.split_once('=').and_then(|(name, value)| Some((noun.find(name)?, value)));
        let first = piece.chars().next().unwrap_or(' ');
        let rest = piece.get(first.len_utf8()..).unwrap_or_default();
        match (first, set) {
            (_, Some((named, value))) => {
                let parsed = named
                    .field
                    .parse(value, cx.locale)
                    .map_err(|why| wrong(named.field.name, &why))?;
                let meant = meaning(&named.field.kind, value, &parsed, cx);
                let meant = if meant.is_empty() { format!("= {value}") } else { meant };
                said.push(format!("{} {meant}", named.field.label()));
                quick.values.push((named.index, parsed));
                quick.texts.push((named.index, value.to_owned()));
            }
            ('+', None) if !rest.is_empty() => tags.push(rest.to_owned()),
            ('@', None) if !rest.is_empty() && noun.index("owner").is_some() => {
                let at = noun.require("owner")?.index;
                said.push(format!("owner = {rest}"));
                quick
                    .values
                    .push((at, Value::Named(Name { text: rest.to_owned(), ..Name::default() })));
                quick.texts.push((at, rest.to_owned()));
            }
            ('#', None) if rest.starts_with(char::is_alphabetic) && link.is_some() => {
                said.push(format!("company = {rest}"));
                quick.company = link.map(|at| (at, rest.to_owned()));
            }
            ('!', None) if !rest.is_empty() && noun.index("priority").is_some() => {
                let named = noun.require("priority")?;
                let value =
                    named.field.parse(rest, cx.locale).map_err(|why| wrong("priority", &why))?;
                said.push(format!("priority = {}", value.to_cell()));
                quick.texts.push((named.index, value.to_cell()));
                quick.values.push((named.index, value));
            }
            _ => words.push(piece),
        }
    }
    take_due(noun, &mut words, &mut quick, &mut said, cx);
    if !tags.is_empty() {
        let at = noun.require("tags")?.index;
        said.push(format!("tags = {}", tags.join(", ")));
        quick.texts.push((at, tags.join("; ")));
        quick.values.push((at, Value::Words(tags)));
    }
    let label = words.join(" ");
    if label.is_empty() {
        return Err(Error::usage(format!(
            "a new {} needs its {}",
            noun.name(),
            noun.entity.label().label()
        )));
    }
    let at = noun.label_index();
    let value = noun.fields[at]
        .parse(&label, cx.locale)
        .map_err(|why| wrong(noun.fields[at].name, &why))?;
    quick.values.push((at, value));
    quick.texts.insert(0, (at, label.clone()));
    said.insert(0, label);
    quick.said = said.join("   ");
    Ok(quick)
}

impl Quick {
    /// Makes the record.
    ///
    /// # Errors
    /// The company isn't found, or a value isn't allowed.
    pub(super) fn add(mut self, desk: &mut Desk, noun: &'static str) -> Result<Done> {
        self.settle(desk)?;
        deeds::add(desk, noun, self.values, &self.texts)
    }

    /// Finds the company that was named: by its whole name, or by how the name of one begins.
    ///
    /// # Errors
    /// No company is called so, or several are.
    fn settle(&mut self, desk: &Desk) -> Result<()> {
        let Some((at, typed)) = self.company.take() else { return Ok(()) };
        let companies = desk.store.noun("company")?;
        let id = match desk.reader()?.resolve(companies, &typed, Among::Live) {
            Ok(id) => id,
            Err(why) => match desk.store.labels_beginning("company", &typed)?.as_slice() {
                [(_, id)] => *id,
                [] => return Err(why),
                several => {
                    let names: Vec<&str> =
                        several.iter().take(SEVERAL).map(|(name, _)| name.as_str()).collect();
                    return Err(Error::invalid(format!(
                        "several companies begin with `{typed}`: {}",
                        names.join(", ")
                    ))
                    .hint("write more of the name, in quotes where it has spaces: \"#Acme Ltd\""));
                }
            },
        };
        self.values.push((at, Value::Link(LinkTo::bare("company", id))));
        self.texts.push((at, format!("company:{id}")));
        Ok(())
    }
}

/// So many companies are named where several are meant.
const SEVERAL: usize = 4;

/// The link of a noun that `#globex` fills.
fn link_to_company(noun: &Noun) -> Option<usize> {
    ["company", "about"].into_iter().find_map(|name| {
        noun.index(name).filter(|at| matches!(noun.fields[*at].kind, Kind::Link(_)))
    })
}

/// The words of a line. A quote that isn't closed yet is a plain sign; so is the `#` that begins a
/// comment in a shell.
fn pieces(text: &str) -> Vec<String> {
    // No control character can be typed or pasted into a line.
    const HASH: &str = "\u{1}";
    let pieces = shlex::split(&text.replace('#', HASH));
    let pieces = pieces.unwrap_or_else(|| text.split_whitespace().map(str::to_owned).collect());
    pieces.into_iter().map(|piece| piece.replace(HASH, "#")).collect()
}

/// The last words as a due, where the noun has one and they are a date; the longest that is one.
fn take_due(
    noun: &Noun,
    words: &mut Vec<String>,
    quick: &mut Quick,
    said: &mut Vec<String>,
    cx: &Cx,
) {
    let due = noun.fields.iter().position(|f| f.kind == Kind::Due);
    let Some(at) = due.filter(|at| quick.values.iter().all(|(i, _)| i != at)) else {
        return;
    };
    for count in (1..=DUE_WORDS.min(words.len().saturating_sub(1))).rev() {
        let text = words[words.len() - count..].join(" ");
        // A number alone is part of the name: `order 66`.
        if text.chars().all(|c| c.is_ascii_digit()) {
            continue;
        }
        if let Ok(value) = noun.fields[at].parse(&text, cx.locale) {
            words.truncate(words.len() - count);
            said.push(format!(
                "{} {}",
                noun.fields[at].label(),
                understood(&Kind::Due, &text, cx).unwrap_or_default()
            ));
            quick.texts.push((at, text));
            quick.values.push((at, value));
            return;
        }
    }
}

fn wrong(field: &str, why: &str) -> Error {
    Error::invalid(format!("{}: {why}", field.replace('_', " ")))
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_hash_is_text_like_any_other() {
        assert_eq!(pieces("pay #12 fri !high"), ["pay", "#12", "fri", "!high"]);
        assert_eq!(pieces("# 'a #b' c"), ["#", "a #b", "c"]);
        assert_eq!(pieces("it's #1"), ["it's", "#1"]);
    }
}
