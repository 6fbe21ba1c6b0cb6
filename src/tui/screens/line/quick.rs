//! A record from one line: `call Maya fri 10:00 #globex !high +vip @ann amount=12k`.

use crate::entity::{Kind, LinkTo, Name, Noun, Target, Value};
use crate::error::{Error, Result};
use crate::store::{Among, Listing, Path};
use crate::tui::desk::Desk;
use crate::tui::screen::Cx;
use crate::tui::screens::form::{meaning, understood};

/// What a line means.
#[derive(Debug, Default)]
pub(super) struct Quick {
    pub values: Vec<(usize, Value)>,
    pub texts: Vec<(usize, String)>,
    /// The field that a part of a company's name fills: `#globex`.
    company: Option<(usize, String)>,
    /// For people, before Enter.
    pub said: String,
}

impl Quick {
    /// Whether a field is given.
    pub(super) fn has(&self, at: usize) -> bool {
        self.values.iter().any(|(known, _)| *known == at)
            || self.company.as_ref().is_some_and(|(known, _)| *known == at)
    }

    /// Whether a company is named by a part of its name.
    pub(super) fn names_company(&self) -> bool {
        self.company.is_some()
    }

    /// Finds what was named by a part of its name, and gives values and texts.
    ///
    /// # Errors
    /// No company is called so, or several are.
    pub(super) fn settled(mut self, desk: &Desk) -> Result<Typed> {
        if let Some((at, name)) = self.company.take() {
            let link = company_called(desk, &name)?;
            self.texts.push((at, format!("{}:{}", link.noun, link.id)));
            self.values.push((at, Value::Link(link)));
        }
        Ok((self.values, self.texts))
    }
}

/// Values of fields, and the same as typed.
type Typed = (Vec<(usize, Value)>, Vec<(usize, String)>);

/// The company of a name, else the only one whose name holds the words.
fn company_called(desk: &Desk, name: &str) -> Result<LinkTo> {
    let (reader, companies) = (desk.reader()?, desk.store.noun("company")?);
    if let Ok(id) = reader.resolve(companies, name, Among::Live) {
        return Ok(LinkTo::bare("company", id));
    }
    let label = companies.entity.label().name;
    let mut listing = Listing::all(companies);
    listing.columns = vec![Path::parse(label, companies, reader.model())?];
    let filter = format!("{label}:\"{}\"", name.replace('"', " "));
    listing.filter = Some(reader.filter(companies, &filter, &desk.locale)?);
    listing.limit = Some(4);
    let found = reader.list(&listing)?;
    let names: Vec<String> =
        found.iter().filter_map(|f| Some(f.values.first()?.to_cell())).collect();
    match found[..] {
        [ref one] => Ok(LinkTo::bare("company", one.id)),
        [] => Err(Error::not_found(format!("no company is called `{name}`"))
            .hint("a space behind `#` keeps it as text")),
        _ => Err(Error::invalid(format!("`{name}` is several: {}", names.join(", ")))
            .hint("write more of the name, such as `#\"globex gmbh\"`")),
    }
}

/// Most words that a due may take at the end of a line.
const DUE_WORDS: usize = 3;

/// Reads a line.
///
/// # Errors
/// A value isn't one of its field, or there is no label.
pub(super) fn parse(text: &str, noun: &Noun, cx: &Cx) -> Result<Quick> {
    let mut quick = Quick::default();
    let mut words: Vec<String> = Vec::new();
    let mut tags = Vec::new();
    let mut said = Vec::new();
    let mut pieces = pieces(text).into_iter().peekable();
    while let Some(mut piece) = pieces.next() {
        if is_phone(&piece) && field_of(noun, &Kind::Phone).is_some() {
            let digits =
                |more: &String| more.chars().all(|c| c.is_ascii_digit() || "()-/.".contains(c));
            while let Some(more) = pieces.next_if(digits) {
                piece = format!("{piece} {more}");
            }
        }
        if let Some(at) = address_of(noun, &piece).filter(|at| !quick.has(*at)) {
            let value = noun.fields[at].parse(&piece, cx.locale);
            quick.values.push((at, value.map_err(|why| wrong(noun.fields[at].name, &why))?));
            said.push(format!("{} = {piece}", noun.fields[at].called()));
            quick.texts.push((at, piece));
            continue;
        }
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
                said.push(format!("{} {meant}", named.field.called()));
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
            ('!', None) if !rest.is_empty() && noun.index("priority").is_some() => {
                let named = noun.require("priority")?;
                let value =
                    named.field.parse(rest, cx.locale).map_err(|why| wrong("priority", &why))?;
                said.push(format!("priority = {}", value.to_cell()));
                quick.texts.push((named.index, value.to_cell()));
                quick.values.push((named.index, value));
            }
            ('#', None) if rest.starts_with(char::is_alphabetic) && company_of(noun).is_some() => {
                let at = company_of(noun).unwrap_or_default();
                said.push(format!("{} = the company `{rest}`", noun.fields[at].called()));
                quick.company = Some((at, rest.to_owned()));
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

/// Whether a piece begins a phone number: `+49`.
fn is_phone(piece: &str) -> bool {
    piece.strip_prefix('+').is_some_and(|rest| {
        rest.len() >= 2 && rest.chars().all(|c| c.is_ascii_digit() || "()-/.".contains(c))
    })
}

/// The first field of a kind, of one value or several.
fn field_of(noun: &Noun, kind: &Kind) -> Option<usize> {
    noun.fields.iter().position(|f| match f.kind {
        Kind::List(item) => item == kind,
        ref own => own == kind,
    })
}

/// The field that a piece fills by how it looks: an e-mail address, or a phone number.
fn address_of(noun: &Noun, piece: &str) -> Option<usize> {
    let mail = piece.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && !who.contains('=') && host.contains('.') && !host.contains('@')
    });
    match () {
        () if mail => field_of(noun, &Kind::Email),
        () if is_phone(piece.split(' ').next().unwrap_or_default()) => field_of(noun, &Kind::Phone),
        () => None,
    }
}

/// The field that `#globex` fills: the company, else what it is about.
fn company_of(noun: &Noun) -> Option<usize> {
    ["company", "about"].into_iter().filter_map(|name| noun.index(name)).find(|at| {
        match noun.fields[*at].kind {
            Kind::Link(Target::One(to)) => to.name == "company",
            Kind::Link(Target::Any(_)) => true,
            _ => false,
        }
    })
}

/// The pieces of a line. A quote holds words together where a value begins, behind `=`, `@`, `+` or
/// `#`; anywhere else, or not closed yet, it is a sign like any other.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let value = match rest.chars().next() {
            Some('@' | '+' | '#') => Some(1),
            _ => rest[..word].find('=').map(|at| at + 1),
        };
        let quoted = value.and_then(|at| {
            let quote = rest[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let inside = &rest[at + 1..];
            let mut ends = inside.match_indices(quote).map(|(end, _)| end);
            let whole =
                |end: &usize| inside[end + 1..].chars().next().is_none_or(char::is_whitespace);
            let end = ends.find(whole)?;
            Some((format!("{}{}", &rest[..at], &inside[..end]), at + 1 + end + 1))
        });
        let (piece, taken) = quoted.unwrap_or_else(|| (rest[..word].to_owned(), word));
        pieces.push(piece);
        rest = rest[taken..].trim_start();
    }
    pieces
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
                noun.fields[at].called(),
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
    use super::*;

    #[test]
    fn signs_of_a_shell_are_text_and_quotes_hold_values_together() {
        for (line, found) in [
            ("pay invoice #12 fri", &["pay", "invoice", "#12", "fri"][..]),
            ("D'Arcy's and O'Brien", &["D'Arcy's", "and", "O'Brien"]),
            (r"C:\new \ x", &[r"C:\new", "\\", "x"]),
            ("x company=\"Acme GmbH\" @'Ann Lee' y", &["x", "company=Acme GmbH", "@Ann Lee", "y"]),
            ("x company=\"Acme Gm", &["x", "company=\"Acme", "Gm"]),
            ("6\" pipe name=5\"x", &["6\"", "pipe", "name=5\"x"]),
            ("  ", &[]),
        ] {
            assert_eq!(pieces(line), found, "{line}");
        }
    }
}
