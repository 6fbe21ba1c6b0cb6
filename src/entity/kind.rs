//! The kinds of field: how a text becomes a value of each, and what is said when it can't.

use super::money::{Currency, parse_money, parse_number, split_currency};
use super::text::fold;
use super::value::{Item, Name, Value, split_cell};
use super::when::{self, Times};
use super::{Entity, recur};
use crate::error::nearest;

/// What kind of thing a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// One line.
    Text,
    /// Markdown, any number of lines, kept to the byte.
    Longtext,
    Email,
    /// Kept as typed, compared in E.164.
    Phone,
    Url,
    /// Parts joined by ` | `: street, city, region, postal code, country.
    Address,
    /// A name on a social network; the label says which.
    Handle,
    /// A channel's consent: the label is the channel, the value begins with asked, given or refused.
    Consent,
    /// An attached file; the label is its name, the value `SHA-256 size type`.
    File,
    /// A rule of recurrence (RFC 5545), or words such as `weekly`.
    Rrule,
    /// A time zone of the IANA database.
    Zone,
    /// An ISO 4217 code.
    Currency,
    Int,
    Decimal,
    Money,
    /// 0–100.
    Percent,
    Date,
    Datetime,
    /// A date or an instant, as given.
    Due,
    /// Minutes.
    Duration,
    Bool,
    Uid,
    Choice(&'static Choices),
    /// Several words of a choice.
    Words(&'static Choices),
    Tags,
    Link(Target),
    Links(Target, Option<&'static Choices>),
    /// Several labelled values of one kind; the first is the main one.
    List(&'static Kind),
    /// Sums by currency; computed only.
    Totals,
}

/// What a link may lead to.
#[derive(Clone, Copy)]
pub enum Target {
    One(&'static Entity),
    /// Any of these; empty: any entity at all.
    Any(&'static [&'static Entity]),
}

impl Target {
    /// The only entity it can be.
    #[must_use]
    pub fn one(&self) -> Option<&'static Entity> {
        match self {
            Self::One(entity) => Some(entity),
            Self::Any(_) => None,
        }
    }

    /// Whether it may lead to an entity of this name.
    #[must_use]
    pub fn allows(&self, noun: &str) -> bool {
        match self {
            Self::One(entity) => entity.name == noun,
            Self::Any([]) => true,
            Self::Any(some) => some.iter().any(|e| e.name == noun),
        }
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(a), Self::One(b)) => a.name == b.name,
            (Self::Any(a), Self::Any(b)) => a.iter().map(|e| e.name).eq(b.iter().map(|e| e.name)),
            _ => false,
        }
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(entity) => f.write_str(entity.name),
            Self::Any(some) => f.debug_list().entries(some.iter().map(|e| e.name)).finish(),
        }
    }
}

/// The words a choice knows.
#[derive(Debug, PartialEq)]
pub struct Choices {
    pub words: &'static [Word],
    /// Others may be added.
    pub open: bool,
}

/// One word of a choice, and what else people and other programs call it.
#[derive(Debug, PartialEq)]
pub struct Word {
    pub word: &'static str,
    pub aliases: &'static [&'static str],
    /// What it is called in other languages and by other programs besides: `niedrig | basse`.
    pub also: &'static str,
}

impl Word {
    /// With more that is understood: `niedrig | basse`.
    #[must_use]
    pub const fn also(mut self, words: &'static str) -> Self {
        self.also = words;
        self
    }

    /// Whether a text means it, as [`spaced`] has both.
    fn is_meant(&self, wanted: &str) -> bool {
        let also = self.also.split('|').filter(|w| !w.is_empty());
        spaced(self.word) == wanted
            || self.aliases.iter().copied().chain(also).any(|a| spaced(a) == wanted)
    }
}

/// A word with its aliases, for declarations.
#[must_use]
pub const fn word(word: &'static str, aliases: &'static [&'static str]) -> Word {
    Word { word, aliases, also: "" }
}

impl Choices {
    /// The known word that a text means by word or alias, whatever its case.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&'static str> {
        let wanted = spaced(text);
        self.words.iter().find(|w| w.is_meant(&wanted)).map(|w| w.word)
    }

    fn parse(&self, text: &str) -> Result<String, String> {
        if let Some(word) = self.find(text) {
            return Ok(word.to_owned());
        }
        if self.open {
            return Ok(text.trim().to_owned());
        }
        let known: Vec<&str> = self.words.iter().map(|w| w.word).collect();
        let near = nearest(text, known.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Err(format!("`{text}` is not one of the known words; {near}known: {}", known.join(", ")))
    }
}

/// A word as choices compare it: folded, with `_` and `-` as spaces.
fn spaced(text: &str) -> String {
    fold(text.trim()).replace(['_', '-'], " ")
}

/// What parsing depends on besides the text.
#[derive(Debug, Clone)]
pub struct Locale {
    pub times: Times,
    /// The currency of an amount that names none.
    pub currency: Currency,
    /// ISO 3166 region for phones without a country code.
    pub region: String,
}

impl Kind {
    /// Whether the value is text that search looks into.
    #[must_use]
    pub fn is_searched(&self) -> bool {
        match self {
            Self::Text
            | Self::Longtext
            | Self::Email
            | Self::Phone
            | Self::Url
            | Self::Address
            | Self::Handle => true,
            Self::Choice(c) | Self::Words(c) => c.open,
            Self::List(item) => item.is_searched(),
            _ => false,
        }
    }

    /// Whether `field:value` looks for a part of the text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Longtext
                | Self::Email
                | Self::Phone
                | Self::Url
                | Self::Address
                | Self::Handle
                | Self::Consent
                | Self::File
                | Self::Rrule
                | Self::Zone
                | Self::Currency
        )
    }

    /// Whether it holds several values.
    #[must_use]
    pub fn is_many(&self) -> bool {
        matches!(self, Self::List(_) | Self::Links(..) | Self::Words(_) | Self::Tags | Self::Totals)
    }

    /// Whether values have an order that `>` and `<` can use.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::Decimal
                | Self::Money
                | Self::Percent
                | Self::Date
                | Self::Datetime
                | Self::Due
                | Self::Duration
                | Self::Totals
        )
    }

    /// The word for it in help, and in `field add --kind`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Longtext => "longtext",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Address => "address",
            Self::Handle => "handle",
            Self::Consent => "consent",
            Self::File => "file",
            Self::Rrule => "rrule",
            Self::Zone => "zone",
            Self::Currency => "currency",
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Due => "due",
            Self::Duration => "duration",
            Self::Bool => "bool",
            Self::Uid => "uid",
            Self::Choice(_) => "choice",
            Self::Words(_) => "choices",
            Self::Tags => "tags",
            Self::Link(_) => "link",
            Self::Links(..) => "links",
            Self::List(_) => "list",
            Self::Totals => "totals",
        }
    }

    /// The placeholder of its flag in help: `DATE`, `MONEY`, …
    #[must_use]
    pub fn placeholder(&self) -> String {
        match self {
            Self::Link(t) | Self::Links(t, _) => match t {
                Target::One(e) => e.name.to_uppercase(),
                Target::Any(_) => "NOUN:REF".into(),
            },
            Self::List(item) => item.name().to_uppercase(),
            Self::Choice(_) | Self::Words(_) => "WORD".into(),
            Self::Tags => "TAG".into(),
            other => other.name().to_uppercase(),
        }
    }

    /// How a value of this kind is written: the second half of an error.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Int => "write a whole number, such as `12` or `1,200`",
            Self::Decimal => "write a number with a point, such as `12.5`",
            Self::Money => "write an amount with a point, such as `12k`, `12000.50` or `12k USD`",
            Self::Percent => "write a number from 0 to 100",
            Self::Date | Self::Datetime | Self::Due => when::hint(),
            Self::Duration => "write minutes, or `1h30m`, `45m`, `1:30`",
            Self::Bool => "write `yes` or `no`",
            Self::Email => "write an address such as `ann@acme.example`",
            Self::Phone => "write a number such as `+44 20 7946 0000`",
            Self::Rrule => {
                "write `daily`, `weekly`, `every 2 weeks`, `monthly` or a rule such as `FREQ=WEEKLY;BYDAY=MO`"
            }
            Self::Zone => "write a name of the IANA database, such as `Europe/Sofia`",
            Self::Currency => "write an ISO 4217 code, such as `EUR`",
            Self::Consent => {
                "write `CHANNEL:given`, `CHANNEL:asked` or `CHANNEL:refused`, with when and how behind it"
            }
            Self::List(item) => item.hint(),
            _ => "see the verb's `--help`",
        }
    }

    /// The value that a text means, as typed behind a flag. Empty text is null.
    ///
    /// # Errors
    /// Why it means none, for a person.
    pub fn parse(&self, text: &str, locale: &Locale) -> Result<Value, String> {
        let trimmed = text.trim();
        if trimmed.is_empty() && !matches!(self, Self::Longtext) || text.is_empty() {
            return Ok(Value::Null);
        }
        let times = &locale.times;
        Ok(match self {
            Self::Longtext => Value::Text(text.to_owned()),
            Self::Text
            | Self::Email
            | Self::Phone
            | Self::Url
            | Self::Address
            | Self::Handle
            | Self::Consent
            | Self::File => Value::Text(self.parse_line(text)?),
            Self::Rrule => Value::Text(recur::parse(trimmed)?),
            Self::Zone => {
                let zone: chrono_tz::Tz =
                    trimmed.parse().map_err(|_| format!("`{trimmed}` is not a time zone"))?;
                Value::Text(zone.name().to_owned())
            }
            Self::Currency => {
                let code: Currency = trimmed
                    .parse()
                    .map_err(|()| format!("`{trimmed}` is not an ISO 4217 currency"))?;
                Value::Text(code.code().to_owned())
            }
            Self::Int => Value::Int(parse_int(trimmed)?),
            Self::Decimal => Value::Decimal(storable(trimmed)?),
            Self::Percent => Value::Decimal(parse_percent(trimmed)?),
            Self::Money => parse_amount(trimmed)?,
            Self::Date => Value::Date(times.date(trimmed)?),
            Self::Datetime => Value::Instant(times.instant(trimmed)?),
            Self::Due => Value::Due(times.due(trimmed)?),
            Self::Duration => Value::Int(when::parse_duration(trimmed)?),
            Self::Bool => Value::Bool(parse_bool(trimmed)?),
            Self::Uid => {
                Value::Uid(trimmed.parse().map_err(|_| format!("`{trimmed}` is not a uid"))?)
            }
            Self::Choice(choices) => Value::Text(choices.parse(trimmed)?),
            Self::Words(choices) => {
                let mut words = Vec::new();
                for word in words_of(choices, text)? {
                    push_new(&mut words, word);
                }
                Value::Words(words)
            }
            Self::Tags => {
                let mut words: Vec<String> = Vec::new();
                for (label, value) in split_cell(text) {
                    let whole = if label.is_empty() { value } else { format!("{label}:{value}") };
                    let tag = whole.trim();
                    if !tag.is_empty()
                        && !words.iter().any(|w| w.to_lowercase() == tag.to_lowercase())
                    {
                        words.push(tag.to_owned());
                    }
                }
                words.sort_by_cached_key(|w| fold(w));
                Value::Words(words)
            }
            Self::Link(_) => Value::Named(Name { text: trimmed.to_owned(), ..Name::default() }),
            Self::Links(_, roles) => {
                let mut names = Vec::new();
                for (label, value) in split_cell(text) {
                    // Without roles a colon belongs to the reference: `deal:42`.
                    let (role, text) = match roles {
                        Some(roles) if !label.is_empty() => (Some(roles.parse(&label)?), value),
                        _ if label.is_empty() => (None, value),
                        _ => (None, format!("{label}:{value}")),
                    };
                    names.push(Name { text: text.trim().to_owned(), role, uid: None });
                }
                Value::NamedLinks(names)
            }
            Self::List(item) => {
                let mut items = Vec::new();
                for (label, value) in split_cell(text) {
                    let found =
                        Item { label: label.trim().to_owned(), value: item.parse_line(&value)? };
                    // A label alone names nothing.
                    if !found.value.is_empty() {
                        push_new(&mut items, found);
                    }
                }
                Value::List(items)
            }
            Self::Totals => return Err("it is computed".into()),
        })
    }

    /// One item of a list as people type it: `work:ann@acme.example` or the value alone; a colon
    /// that belongs to the value (`https://…`) is no label.
    ///
    /// # Errors
    /// Why the value isn't one of its kind.
    pub fn parse_item(&self, text: &str) -> Result<Item, String> {
        let text = text.trim();
        if let Some((label, value)) = text.split_once(':') {
            let is_label = !label.is_empty()
                && label.chars().count() <= 30
                && !value.starts_with("//")
                && !label.contains(['@', '/', '|'])
                && !label.chars().all(|c| c.is_ascii_digit())
                && !matches!(label, "mailto" | "tel" | "http" | "https");
            if is_label && !value.trim().is_empty() {
                return Ok(Item { label: label.trim().to_owned(), value: self.parse_line(value)? });
            }
        }
        Ok(Item { label: String::new(), value: self.parse_line(text)? })
    }

    /// A value of a kind that is one line of text.
    fn parse_line(&self, text: &str) -> Result<String, String> {
        let trimmed = text.trim();
        match self {
            Self::Email => {
                let address = trimmed.strip_prefix("mailto:").unwrap_or(trimmed);
                let good = address.rsplit_once('@').is_some_and(|(local, domain)| {
                    !local.is_empty()
                        && !domain.is_empty()
                        && !address.contains(char::is_whitespace)
                });
                if good {
                    Ok(address.to_owned())
                } else {
                    Err(format!("`{trimmed}` is not an e-mail address"))
                }
            }
            Self::Phone => {
                if trimmed.chars().any(char::is_numeric) {
                    Ok(trimmed.strip_prefix("tel:").unwrap_or(trimmed).to_owned())
                } else {
                    Err(format!("`{trimmed}` has no digit: it is not a phone number"))
                }
            }
            Self::Consent => {
                let first = trimmed.split_whitespace().next().unwrap_or_default().to_lowercase();
                if matches!(first.as_str(), "asked" | "given" | "refused") {
                    Ok(trimmed.to_owned())
                } else {
                    Err(format!("`{trimmed}` does not begin with asked, given or refused"))
                }
            }
            // Names are trimmed by their field; other text is kept to the byte.
            Self::Text => Ok(text.to_owned()),
            _ => Ok(trimmed.to_owned()),
        }
    }
}

/// The words of a cell, each as often as it stands there.
///
/// # Errors
/// A word that is none of the choices.
pub(super) fn words_of(choices: &Choices, text: &str) -> Result<Vec<String>, String> {
    let whole = |(label, value): (String, String)| {
        if label.is_empty() { value } else { format!("{label}:{value}") }
    };
    split_cell(text).into_iter().map(|part| choices.parse(whole(part).trim())).collect()
}

fn push_new<T: PartialEq>(into: &mut Vec<T>, value: T) {
    if !into.contains(&value) {
        into.push(value);
    }
}

fn parse_int(text: &str) -> Result<i64, String> {
    use rust_decimal::prelude::ToPrimitive;
    let number = parse_number(text)?;
    if !number.fract().is_zero() {
        return Err(format!("`{text}` is not a whole number"));
    }
    number.to_i64().ok_or_else(|| format!("`{text}` is too large"))
}

/// A decimal that a column keeps exactly: at most 15 significant digits.
fn storable(text: &str) -> Result<rust_decimal::Decimal, String> {
    let number = parse_number(text)?.normalize();
    if number.mantissa().unsigned_abs() >= 1_000_000_000_000_000 {
        return Err(format!("`{text}` has more than 15 digits"));
    }
    Ok(number)
}

fn parse_percent(text: &str) -> Result<rust_decimal::Decimal, String> {
    let number = storable(text.strip_suffix('%').unwrap_or(text).trim_end())
        .map_err(|_| format!("`{text}` is not a percentage"))?;
    if number.is_sign_negative() && !number.is_zero() || number > rust_decimal::Decimal::ONE_HUNDRED
    {
        return Err(format!("`{text}` is not from 0 to 100"));
    }
    Ok(number)
}

/// Money, or an amount alone where no currency is named.
fn parse_amount(text: &str) -> Result<Value, String> {
    let (_, named) = split_currency(text.strip_prefix('-').unwrap_or(text))?;
    match named {
        Some(currency) => Ok(Value::Money(parse_money(text, currency)?)),
        None => {
            parse_number(text).map(Value::Amount).map_err(|_| format!("`{text}` is not an amount"))
        }
    }
}

fn parse_bool(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "1" | "on" | "x" | "✓" | "✔" | "checked" | "да" | "ja"
        | "oui" | "sí" | "si" | "истина" | "wahr" | "vrai" | "verdadero" => Ok(true),
        "false" | "no" | "n" | "f" | "0" | "off" | "✗" | "✘" | "unchecked" | "нет" | "не"
        | "nein" | "non" | "ложь" | "лъжа" | "falsch" | "faux" | "falso" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no")),
    }
}

/// A phone number in E.164, or its digits where it can't be read as one; for comparing only.
#[must_use]
pub fn e164(text: &str, region: &str) -> String {
    use phonenumber::{Mode, country::Id, parse};
    let country: Option<Id> = region.parse().ok();
    match parse(country, text) {
        Ok(number) => number.format().mode(Mode::E164).to_string(),
        Err(_) => text.chars().filter_map(|c| char::from_digit(c.to_digit(10)?, 10)).collect(),
    }
}
