//! What a field of a record can hold.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::money::Money;
use super::when::{Due, day_text, instant_text};

/// A typed value; text becomes one at the edge and stays one inside.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Empty.
    #[default]
    Null,
    Text(String),
    /// Whole numbers, and durations in minutes.
    Int(i64),
    /// Decimals, and percent as 0–100.
    Decimal(Decimal),
    Money(Money),
    /// An amount that names no currency; the store finds the one that counts.
    Amount(Decimal),
    Bool(bool),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Due(Due),
    Uid(Uuid),
    /// One other record.
    Link(LinkTo),
    /// Several other records, in their order.
    Links(Vec<LinkTo>),
    /// E-mails, phones, urls, addresses, …: the first is the main one.
    List(Vec<Item>),
    /// Tags, roles: words in a stable order.
    Words(Vec<String>),
    /// Sums by currency.
    Totals(Vec<Money>),
    /// A link as it was typed, before the store has found the record.
    Named(Name),
    /// Several links as they were typed.
    NamedLinks(Vec<Name>),
}

/// One value of a list, with its label (`work`, `home`; empty when none was given).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    pub label: String,
    pub value: String,
}

/// The other end of a link. Two are equal when they mean the same record in the same role.
#[derive(Debug, Clone)]
pub struct LinkTo {
    /// Singular name of the entity.
    pub noun: &'static str,
    pub id: i64,
    /// Nil where it wasn't read.
    pub uid: Uuid,
    /// Empty where it wasn't read.
    pub label: String,
    /// What the other is to the record; of a dated link its [`Since`].
    pub role: Option<String>,
    /// The other record lies in the trash.
    pub trashed: bool,
}

impl LinkTo {
    /// A link of which only the record is known.
    #[must_use]
    pub fn bare(noun: &'static str, id: i64) -> Self {
        Self { noun, id, uid: Uuid::nil(), label: String::new(), role: None, trashed: false }
    }

    /// The label for people, with a word where the record lies in the trash.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.trashed { format!("{} (trash)", self.label) } else { self.label.clone() }
    }
}

impl PartialEq for LinkTo {
    fn eq(&self, other: &Self) -> bool {
        (self.noun, self.id, &self.role) == (other.noun, other.id, &other.role)
    }
}

/// When a dated link began to hold, and whose doing it was; written `2026-11-22T09:00:00Z ann` as
/// the role of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    pub at: DateTime<Utc>,
    /// A user's handle, where it is known.
    pub by: Option<String>,
}

impl Since {
    /// What a role says; `None` when it is none of a dated link.
    #[must_use]
    pub fn of(role: &str) -> Option<Self> {
        let (at, by) = role.split_once(' ').map_or((role, ""), |(at, by)| (at, by.trim()));
        let at = super::when::stored_instant(at)?;
        Some(Self { at, by: (!by.is_empty()).then(|| by.to_owned()) })
    }
}

impl std::fmt::Display for Since {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&instant_text(self.at))?;
        match &self.by {
            Some(by) => write!(f, " {by}"),
            None => Ok(()),
        }
    }
}

/// A record as it was named: by reference, and in a file of rolo's own by uid too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    pub text: String,
    pub uid: Option<Uuid>,
    pub role: Option<String>,
}

impl Value {
    /// Whether there is nothing in it: null, no item, no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Links(l) => l.is_empty(),
            Self::List(l) => l.is_empty(),
            Self::Words(l) => l.is_empty(),
            Self::Totals(l) => l.is_empty(),
            Self::NamedLinks(l) => l.is_empty(),
            _ => false,
        }
    }

    /// The text of a text value.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number of a number, or of a bool (1 and 0).
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Bool(b) => Some(i64::from(*b)),
            _ => None,
        }
    }

    /// The link of a link value.
    #[must_use]
    pub fn as_link(&self) -> Option<&LinkTo> {
        match self {
            Self::Link(to) => Some(to),
            _ => None,
        }
    }

    /// The value as a cell of CSV holds it: dates and instants in ISO 8601, money without its
    /// currency, lists as `label:value; label:value`, links as their labels.
    #[must_use]
    pub fn to_cell(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text.clone(),
            Self::Int(n) => n.to_string(),
            Self::Decimal(n) => n.normalize().to_string(),
            Self::Money(m) => m.amount(),
            Self::Amount(n) => n.to_string(),
            Self::Bool(b) => b.to_string(),
            Self::Date(d) => day_text(*d),
            Self::Instant(at) => instant_text(*at),
            Self::Due(due) => due.to_string(),
            Self::Uid(uid) => uid.to_string(),
            Self::Link(to) => to.label.clone(),
            Self::Links(links) => join_cell(
                links.iter().map(|l| (l.role.as_deref().unwrap_or_default(), l.label.as_str())),
            ),
            Self::List(items) => {
                join_cell(items.iter().map(|i| (i.label.as_str(), i.value.as_str())))
            }
            Self::Words(words) => join_cell(words.iter().map(|w| ("", w.as_str()))),
            Self::Totals(sums) => {
                sums.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            Self::Named(name) => name.text.clone(),
            Self::NamedLinks(names) => join_cell(
                names.iter().map(|n| (n.role.as_deref().unwrap_or_default(), n.text.as_str())),
            ),
        }
    }
}

/// Joins parts of a cell: `label:value; value`, with `\` before `\ ; :` inside a part, and before the
/// slashes of a labelled value that would make its label the scheme of an address.
pub fn join_cell<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    let mut first = true;
    for (label, value) in parts {
        if !first {
            out.push_str("; ");
        }
        first = false;
        if !label.is_empty() {
            escape_part(label, &mut out);
            out.push(':');
            if value.starts_with("//") {
                out.push('\\');
            }
        }
        escape_part(value, &mut out);
    }
    out
}

fn escape_part(part: &str, out: &mut String) {
    if !part.bytes().any(|b| matches!(b, b'\\' | b';' | b':')) {
        out.push_str(part);
        return;
    }
    for c in part.chars() {
        if matches!(c, '\\' | ';' | ':') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Cuts a cell made by [`join_cell`] into its parts, as (label, value); what stands before `://` is no
/// label.
#[must_use]
pub fn split_cell(cell: &str) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    let (mut label, mut part) = (None, String::new());
    let mut chars = cell.chars();
    let mut at_start = true;
    let mut finish = |label: &mut Option<String>, part: &mut String| {
        let value = std::mem::take(part);
        let label = label.take().unwrap_or_default();
        if !(value.is_empty() && label.is_empty()) {
            parts.push((label, value));
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' => part.extend(chars.next()),
            ';' => {
                finish(&mut label, &mut part);
                at_start = true;
                continue;
            }
            ':' if label.is_none() && !chars.as_str().starts_with("//") => {
                label = Some(std::mem::take(&mut part));
            }
            // The one space that stands behind a semicolon.
            ' ' if at_start && part.is_empty() && label.is_none() => {}
            c => part.push(c),
        }
        at_start = false;
    }
    finish(&mut label, &mut part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_parts_reads_back_as_it_was_written() {
        for parts in [
            vec![("work", "a@x.test"), ("", "https://x.test/;a:b\\c")],
            vec![("", "one")],
            vec![("a:b", ";"), ("", "\\")],
            vec![("https", "//x.test"), ("", "//"), ("a", "/")],
            vec![],
        ] {
            let cell = join_cell(parts.iter().copied());
            let back = split_cell(&cell);
            let back: Vec<(&str, &str)> =
                back.iter().map(|(l, v)| (l.as_str(), v.as_str())).collect();
            assert_eq!(back, parts, "{cell}");
        }
        let typed = split_cell("https://x.test; shop:http://y.test:80/");
        let expected = [("", "https://x.test"), ("shop", "http://y.test:80/")];
        assert_eq!(typed, expected.map(|(l, v)| (l.to_owned(), v.to_owned())));
    }
}
