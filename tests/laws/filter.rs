//! The SQL of a filter finds exactly the records that a plain reading of the language finds.
//!
//! A file of records made by chance is written through the store. Filters made by chance are then
//! answered twice: by the program, and by an evaluator that walks the records' values. Computed
//! fields and named states reach the evaluator as values.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rolo::clock::{Chance, Clock};
use rolo::entity::money::{Currency, Money, parse_number};
use rolo::entity::text::{fold, has_words};
use rolo::entity::when::{Due, Times, parse_duration, stored_instant};
use rolo::entity::{Item, Kind, LinkTo, Locale, Model, Named, Noun, Part, Value, e164};
use rolo::filter::{SavedView, Scope, to_sql};
use rolo::store::{Access, Among, Intent, Listing, Options, Store};
use rust_decimal::Decimal;

use crate::harness::cases;

/// How many filters are tried, unless told.
const USUAL: u32 = 4000;

/// A filter as a tree, apart from the program's own.
#[derive(Debug, Clone)]
enum Filter {
    Word(String),
    Phrase(String),
    Tag(String),
    State(String),
    View(&'static str, Box<Filter>),
    Field(String, &'static str, Vec<Operand>),
    Not(Box<Filter>),
    And(Vec<Filter>),
    Or(Vec<Filter>),
}

#[derive(Debug, Clone)]
enum Operand {
    One(Typed),
    Range(Option<Typed>, Option<Typed>),
}

#[derive(Debug, Clone)]
struct Typed {
    text: String,
    quoted: bool,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |parts: &[Filter], between: &str| {
            parts.iter().map(|p| format!("({p})")).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Phrase(text) => write!(f, "\"{}\"", text.replace('"', "\"\"")),
            Self::Tag(tag) => write!(f, "+\"{tag}\""),
            Self::State(state) => write!(f, "is:{state}"),
            Self::View(name, _) => write!(f, "@{name}"),
            Self::Field(path, op, values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "{path}{op}{}", values.join(","))
            }
            Self::Not(inner) => write!(f, "-({inner})"),
            Self::And(parts) => f.write_str(&list(parts, " ")),
            Self::Or(parts) => f.write_str(&list(parts, " or ")),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(value) => value.fmt(f),
            Self::Range(from, to) => {
                let end =
                    |end: &Option<Typed>| end.as_ref().map_or(String::new(), Typed::to_string);
                write!(f, "{}..{}", end(from), end(to))
            }
        }
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted {
            write!(f, "\"{}\"", self.text.replace('"', "\"\""))
        } else {
            f.write_str(&self.text)
        }
    }
}

/// A file with its records in memory.
struct World {
    _folder: tempfile::TempDir,
    store: Store,
    clock: Clock,
    locale: Locale,
    /// What counts as the value of each field, by noun and id; the trash too.
    records: HashMap<&'static str, BTreeMap<i64, Vec<Value>>>,
    /// The same as it is stored, for the search.
    stored: HashMap<&'static str, BTreeMap<i64, Vec<Value>>>,
    states: HashMap<(&'static str, &'static str), BTreeSet<i64>>,
    me: i64,
}

const NOUNS: [(&str, usize); 11] = [
    ("team", 3),
    ("user", 4),
    ("company", 9),
    ("contact", 14),
    ("product", 4),
    ("lead", 6),
    ("deal", 14),
    ("task", 48),
    ("event", 8),
    ("ticket", 8),
    ("activity", 14),
];

const WORDS: [&str; 14] = [
    "Acme",
    "acme gmbh",
    "Größe",
    "Ёлкин",
    "王伟",
    "O'Brien",
    "roof",
    "Roof top",
    "none",
    "42",
    "x%_y",
    "a \"b\"",
    "me",
    "Zoë Ann",
];
const DAYS: [&str; 7] = [
    "2026-11-22",
    "2026-11-21",
    "2026-11-30",
    "2026-10-01",
    "2026-12-31",
    "2025-02-28",
    "2026-03-29",
];
const INSTANTS: [&str; 6] = [
    "2026-11-21T22:00:00Z",
    "2026-11-21T21:59:59Z",
    "2026-11-22T09:00:00Z",
    "2026-10-24T21:00:00Z",
    "2026-12-31T22:00:00Z",
    "2026-03-28T22:30:00Z",
];
const AMOUNTS: [&str; 7] =
    ["12000.50 EUR", "1000 USD", "12.345 KWD", "100 JPY", "0 EUR", "5 EUR", "33.33 USD"];
const PHONES: [&str; 4] = ["+44 20 7946-0000", "020 7946 0000", "(555) 123.45", "ext 7"];

fn chance_text(chance: &Chance, kind: Kind) -> Option<String> {
    let pick = |from: &[&str]| Some((*chance.pick(from)).to_owned());
    let number = |below: usize| chance.below(below).to_string();
    match kind {
        Kind::Text | Kind::Longtext | Kind::Address | Kind::Handle => pick(&WORDS),
        Kind::Email => pick(&["ann@acme.example", "Zoe@x.example", "bob@acme.example"]),
        Kind::Phone => pick(&PHONES),
        Kind::Url => pick(&["https://acme.example/a?b=1", "acme.example"]),
        Kind::Consent => pick(&["given 2026-01-01", "refused"]),
        Kind::Rrule => pick(&["weekly", "daily"]),
        Kind::Zone => pick(&["Europe/Sofia", "UTC"]),
        Kind::Currency => pick(&["EUR", "USD", "KWD"]),
        Kind::Int => Some(number(6)),
        Kind::Decimal => pick(&["0", "12.5", "37.25"]),
        Kind::Percent => pick(&["0", "33.3", "50", "100"]),
        Kind::Money => pick(&AMOUNTS),
        Kind::Date => pick(&DAYS),
        Kind::Datetime => pick(&INSTANTS),
        Kind::Due => pick(if chance.below(2) == 0 { &DAYS } else { &INSTANTS }),
        Kind::Duration => pick(&["0", "45", "90", "1440"]),
        Kind::Bool => pick(&["yes", "no"]),
        Kind::Choice(choices) | Kind::Words(choices) => {
            if choices.words.is_empty() || (choices.open && chance.below(3) == 0) {
                return pick(&["Retail", "retail", "Größe"]);
            }
            Some(choices.words[chance.below(choices.words.len())].word.to_owned())
        }
        Kind::Tags => pick(&["VIP", "Größe", "old"]),
        _ => None,
    }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let now = stored_instant("2026-11-22T09:00:00Z").expect("an instant");
        let zone = "Europe/Sofia".parse().expect("a zone");
        let clock = Clock::new(Some(now), zone);
        let times = Times { now, zone, order: None };
        let locale = Locale { times, currency: Currency::EUR, region: "GB".into() };
        let options = Options {
            older: rolo::store::Older::Refuse,
            busy_timeout: std::time::Duration::from_secs(5),
            delete_journal: false,
            region: "GB".into(),
        };
        let path = folder.path().join("rolo.db");
        let store = Store::open(&path, rolo::model::model, Access::Write, &options, &clock)
            .expect("a store");
        let mut world = Self {
            _folder: folder,
            store,
            clock,
            locale,
            records: HashMap::new(),
            stored: HashMap::new(),
            states: HashMap::new(),
            me: 0,
        };
        world.fill();
        world.load();
        world
    }

    fn fill(&mut self) {
        let chance = Chance::seeded(7);
        let intent = Intent { kind: "test".into(), summary: String::new(), command: String::new() };
        let mut made: HashMap<&'static str, Vec<i64>> = HashMap::new();
        made.insert("stage", (1..=6).collect());
        made.insert("pipeline", vec![1]);
        let locale = self.locale.clone();
        let written = self.store.write(&self.clock, &locale, "ann", &intent, |writer| {
            writer.manner.create_links = true;
            made.insert("user", vec![writer.me]);
            for (name, count) in NOUNS {
                for nth in 0..count {
                    let noun = writer.reader().model().noun(name)?;
                    let values = draft(noun, nth, &chance, &made, &locale);
                    let id = writer.insert(noun, values.into())?;
                    made.entry(noun.name()).or_default().push(id);
                }
            }
            for noun in ["company", "contact", "deal", "task"] {
                let noun = writer.reader().model().noun(noun)?;
                for id in &made[noun.name()] {
                    if chance.below(6) == 0 {
                        writer.trash(noun, *id)?;
                    }
                }
            }
            Ok(writer.me)
        });
        self.me = written.expect("records").value;
    }

    fn load(&mut self) {
        let reader = self.store.reader(&self.clock, "ann").expect("a reader");
        for noun in &self.store.model().nouns {
            for (effective, into) in [(true, &mut self.records), (false, &mut self.stored)] {
                let mut listing = Listing::all(noun);
                (listing.among, listing.effective) = (Among::Both, effective);
                let found = reader.list(&listing).expect("records");
                into.insert(noun.name(), found.into_iter().map(|f| (f.id, f.values)).collect());
            }
        }
        for noun in &self.store.model().nouns {
            for state in noun.entity.states {
                let ids =
                    self.found(noun, &format!("is:{} (is:trashed or not is:trashed)", state.name));
                self.states.insert((noun.name(), state.name), ids);
            }
        }
    }

    fn model(&self) -> &Model {
        self.store.model()
    }

    /// What the program answers; `None` where it refuses the filter.
    fn answered(&self, noun: &Noun, text: &str) -> Option<BTreeSet<i64>> {
        let views = |name: &str| view(noun.name(), name).map(|(view, _)| view);
        let scope = Scope { model: self.model(), locale: &self.locale, views: &views };
        let filter = to_sql(text, noun, &scope).ok()?;
        let reader = self.store.reader(&self.clock, "ann").expect("a reader");
        let mut listing = Listing::all(noun);
        listing.columns.clear();
        listing.filter = Some(filter);
        let ids = reader.ids(&listing).unwrap_or_else(|why| panic!("{text}: {why}"));
        Some(ids.into_iter().collect())
    }

    fn found(&self, noun: &Noun, text: &str) -> BTreeSet<i64> {
        self.answered(noun, text).unwrap_or_else(|| panic!("refused: {text}"))
    }
}

/// A saved view of each noun, as text and as a tree.
fn view(noun: &str, name: &str) -> Option<(SavedView, Filter)> {
    let state = match noun {
        "deal" | "task" | "ticket" => "open",
        _ => "mine",
    };
    let filter = Filter::Or(vec![Filter::State(state.into()), Filter::Word("acme".into())]);
    let saved = SavedView { noun: noun.into(), filter: filter.to_string() };
    (name == "some").then_some((saved, filter))
}

fn draft(
    noun: &Noun,
    nth: usize,
    chance: &Chance,
    made: &HashMap<&'static str, Vec<i64>>,
    locale: &Locale,
) -> Vec<(usize, Value)> {
    let mut values = Vec::new();
    let one_of = |target: rolo::entity::Target| {
        let mut nouns: Vec<&&str> = made.keys().filter(|n| target.allows(n)).collect();
        nouns.sort();
        let noun = **nouns.get(chance.below(nouns.len()))?;
        let ids = &made[noun];
        Some(LinkTo::bare(noun, ids[chance.below(ids.len())]))
    };
    for (index, field) in noun.fields.iter().enumerate() {
        let unique = matches!(field.name, "handle" | "sku") || (noun.name() == "team" && nth < 9);
        let settable = field.is_settable() || field.kind == Kind::Tags;
        // Stays follow from what the others say.
        if !settable || field.dated || matches!(field.name, "pipeline" | "message_id") {
            continue;
        }
        if !field.required && chance.below(3) == 0 {
            continue;
        }
        let value = match field.kind {
            Kind::Text if unique && (field.required || field.name == "sku") => {
                Value::Text(format!("{}{nth}", chance.pick(&["ann", "Größe", "west"])))
            }
            Kind::Link(target) => one_of(target).map_or(Value::Null, Value::Link),
            Kind::Links(target, roles) => {
                let mut links: Vec<LinkTo> = Vec::new();
                for _ in 0..chance.below(3) {
                    let Some(mut to) = one_of(target) else { continue };
                    to.role = roles.and_then(|r| r.words.first()).map(|w| w.word.to_owned());
                    if !links.contains(&to) {
                        links.push(to);
                    }
                }
                Value::Links(links)
            }
            Kind::List(item) => {
                let mut items: Vec<Item> = Vec::new();
                for label in ["work", "home", ""].iter().take(chance.below(4)) {
                    let value = chance_text(chance, *item).unwrap_or_default();
                    if !value.is_empty() && !items.iter().any(|i| i.value == value) {
                        items.push(Item { label: (*label).to_owned(), value });
                    }
                }
                Value::List(items)
            }
            kind => {
                let text = chance_text(chance, kind).unwrap_or_default();
                field.parse(&text, locale).unwrap_or(Value::Null)
            }
        };
        values.push((index, value));
    }
    // Nothing ends before it begins.
    let place = |name| values.iter().position(|(at, _)| Some(*at) == noun.index(name));
    if let (Some(start), Some(end)) = (place("start"), place("end"))
        && let (Value::Instant(begins), Value::Instant(ends)) = (&values[start].1, &values[end].1)
        && ends < begins
    {
        let (begins, ends) = (*begins, *ends);
        values[start].1 = Value::Instant(ends);
        values[end].1 = Value::Instant(begins);
    }
    values
}

// ---- The plain reading of the language -----------------------------------------------------

/// A record that stands in front of the evaluator.
#[derive(Clone, Copy)]
struct At<'w> {
    noun: &'w Noun,
    id: i64,
}

impl World {
    fn evaluated(&self, noun: &Noun, filter: &Filter) -> BTreeSet<i64> {
        let both = mentions_trash(filter);
        let ids = self.records[noun.name()].keys().copied();
        ids.filter(|id| both || self.named(At { noun, id: *id }, "trashed").is_empty())
            .filter(|id| self.holds(At { noun, id: *id }, filter))
            .collect()
    }

    fn named<'w>(&'w self, at: At<'w>, field: &str) -> &'w Value {
        &self.records[at.noun.name()][&at.id][at.noun.index(field).expect("a field")]
    }

    fn holds(&self, at: At, filter: &Filter) -> bool {
        match filter {
            Filter::Word(word) => self.has_text(at, word, true),
            Filter::Phrase(text) => self.has_text(at, text, false),
            Filter::Tag(tag) => match self.named(at, "tags") {
                Value::Words(tags) => tags.iter().any(|t| fold(t) == fold(tag)),
                _ => false,
            },
            Filter::State(state) => match state.as_str() {
                "trashed" => !self.named(at, "trashed").is_empty(),
                "mine" => self.is_mine(at),
                state => {
                    let state = at.noun.entity.states.iter().find(|s| s.name == state);
                    state.is_some_and(|s| self.states[&(at.noun.name(), s.name)].contains(&at.id))
                }
            },
            Filter::View(_, inner) => self.holds(at, inner),
            Filter::Not(inner) => !self.holds(at, inner),
            Filter::And(parts) => parts.iter().all(|p| self.holds(at, p)),
            Filter::Or(parts) => parts.iter().any(|p| self.holds(at, p)),
            Filter::Field(path, op, values) => {
                let any = values.iter().any(|v| self.field_holds(at, path, op, v));
                if *op == "!=" { !any } else { any }
            }
        }
    }

    fn has_text(&self, at: At, wanted: &str, last_is_prefix: bool) -> bool {
        let has = |text: &str| has_words(text, wanted, last_is_prefix);
        at.noun.fields.iter().zip(&self.stored[at.noun.name()][&at.id]).any(|(field, value)| {
            field.kind.is_searched()
                && match value {
                    Value::Text(text) => has(text),
                    Value::List(items) => items.iter().any(|i| has(&i.value)),
                    Value::Words(words) => words.iter().any(|w| has(w)),
                    _ => false,
                }
        })
    }

    fn is_mine(&self, at: At) -> bool {
        let link = ["owner", "author", "manager", "created_by"].iter().find_map(|name| {
            let named = at.noun.find(name)?;
            matches!(named.field.kind, Kind::Link(t) if t.one().is_some_and(|e| e.name == "user"))
                .then(|| &self.records[at.noun.name()][&at.id][named.index])
        });
        link.and_then(Value::as_link).is_some_and(|to| to.id == self.me)
    }

    fn field_holds(&self, at: At, path: &str, op: &str, operand: &Operand) -> bool {
        let unquoted = match operand {
            Operand::One(Typed { text, quoted: false }) if !is_order(op) => text.as_str(),
            _ => "",
        };
        let mut reached = Vec::new();
        self.reach(at, path, &mut reached);
        match unquoted {
            "none" => !reached.iter().any(|(_, _, value)| !value.is_empty()),
            "any" => reached.iter().any(|(_, _, value)| !value.is_empty()),
            _ => {
                reached.iter().any(|(at, named, value)| self.fits(*at, *named, value, op, operand))
            }
        }
    }

    /// The values at the end of a path, with the records that have them.
    fn reach<'w>(&'w self, at: At<'w>, path: &str, into: &mut Vec<(At<'w>, Named, Value)>) {
        let (name, rest) = path.split_once('.').map_or((path, None), |(n, r)| (n, Some(r)));
        let Some(named) = at.noun.find(name) else { return };
        let value = &self.records[at.noun.name()][&at.id][named.index];
        match rest {
            None => into.push((at, named, part(value, named.part))),
            Some(rest) => {
                for to in links(value) {
                    self.reach(self.target(to), rest, into);
                }
            }
        }
    }

    fn target(&self, to: &LinkTo) -> At<'_> {
        At { noun: self.model().noun(to.noun).expect("a noun"), id: to.id }
    }

    fn fits(&self, at: At, named: Named, value: &Value, op: &str, operand: &Operand) -> bool {
        if value.is_empty() {
            return false;
        }
        let (from, to) = match operand {
            Operand::One(typed) => return self.fits_one(at, named, value, op, typed),
            Operand::Range(from, to) => (from, to),
        };
        from.as_ref().is_none_or(|t| self.fits_one(at, named, value, ">=", t))
            && to.as_ref().is_none_or(|t| self.fits_one(at, named, value, "<=", t))
    }

    fn fits_one(&self, at: At, named: Named, value: &Value, op: &str, typed: &Typed) -> bool {
        let text = typed.text.as_str();
        // Nouns may have different fields of one name; what has no order is neither before nor after.
        if is_order(op) && !has_order(value) {
            return false;
        }
        match (value, named.field.kind, named.part) {
            (Value::Int(n), _, Part::Id) => {
                parse_number(text).is_ok_and(|x| ordered(op, Decimal::from(*n), x, x))
            }
            (Value::Int(n), Kind::Duration, _) => {
                parse_duration(text).is_ok_and(|x| ordered(op, *n, x, x))
            }
            (Value::Int(n), _, _) => {
                parse_number(text).is_ok_and(|x| ordered(op, Decimal::from(*n), x, x))
            }
            (Value::Decimal(n), _, _) => {
                let text = text.strip_suffix('%').unwrap_or(text);
                parse_number(text).is_ok_and(|x| ordered(op, *n, x, x))
            }
            (Value::Money(m), _, _) => money_fits(m, op, text),
            (Value::Totals(sums), _, _) => sums.iter().any(|m| money_fits(m, op, text)),
            (Value::Bool(b), _, _) => matches!(text, "yes") == *b,
            (Value::Date(day), _, _) => self.day_fits(*day, op, text),
            (Value::Instant(when), _, _) => self.instant_fits(*when, op, text),
            (Value::Due(due), _, _) => self.due_fits(due, op, text),
            (Value::Uid(uid), _, _) => {
                let plain = uid.simple().to_string();
                uid.to_string() == text
                    || (text.len() >= 8 && plain.ends_with(&text.to_lowercase()))
            }
            (Value::Link(to), _, _) => self.link_fits(named, to, op, typed),
            (Value::Links(all), _, _) => all.iter().any(|to| self.link_fits(named, to, op, typed)),
            (Value::List(items), Kind::List(item), _) => {
                let by_label = matches!(item, Kind::File | Kind::Consent);
                items.iter().any(|i| {
                    text_fits(*item, &i.value, op, text)
                        || by_label && text_fits(*item, &i.label, op, text)
                })
            }
            (Value::Words(words), Kind::Tags, _) => words.iter().any(|w| fold(w) == fold(text)),
            (Value::Words(words), Kind::Words(choices), _) => {
                let wanted = choices.find(text).unwrap_or(text);
                words.iter().any(|w| fold(w) == fold(wanted))
            }
            (Value::Text(have), Kind::Choice(choices), _) => {
                fold(have) == fold(choices.find(text).unwrap_or(text))
                    && (choices.open || choices.find(text).is_some())
            }
            (Value::Text(have), kind, _) => text_fits(kind, have, op, text),
            (other, kind, _) => panic!("{} {kind:?} {other:?}", at.noun.name()),
        }
    }

    fn link_fits(&self, named: Named, to: &LinkTo, op: &str, typed: &Typed) -> bool {
        let mut text = typed.text.as_str();
        let (Kind::Link(target) | Kind::Links(target, _)) = named.field.kind else { return false };
        if !typed.quoted {
            if text == "me" && target.allows("user") {
                return to.noun == "user" && to.id == self.me;
            }
            // A number alone is an id only where the noun is known.
            let mut is_known = target.one().is_some();
            if let Some((noun, rest)) = text.split_once(':') {
                if to.noun != noun {
                    return false;
                }
                (text, is_known) = (rest, true);
            }
            if text.bytes().all(|b| b.is_ascii_digit()) {
                return is_known && to.id.to_string() == text;
            }
        }
        let other = self.target(to);
        let label = fold(&to.label);
        let called = if op == ":" { label.contains(&fold(text)) } else { label == fold(text) };
        called
            || other.noun.entity.key.iter().any(|key| match self.named(other, key) {
                Value::Text(have) => fold(have) == fold(text),
                Value::List(items) => items.iter().any(|i| fold(&i.value) == fold(text)),
                _ => false,
            }) && !(op == ":" && other.noun.entity.key.is_empty())
    }

    fn day_fits(&self, day: NaiveDate, op: &str, text: &str) -> bool {
        self.locale.times.period(text).is_ok_and(|p| ordered(op, day, p.first, p.last))
    }

    fn instant_fits(&self, when: DateTime<Utc>, op: &str, text: &str) -> bool {
        let times = &self.locale.times;
        match times.due(text) {
            Ok(Due::At(at)) => ordered(op, when, at, at),
            _ => self.day_fits(when.with_timezone(&times.zone).date_naive(), op, text),
        }
    }

    fn due_fits(&self, due: &Due, op: &str, text: &str) -> bool {
        match (due, self.locale.times.due(text)) {
            (Due::At(when), _) => self.instant_fits(*when, op, text),
            (Due::Day(_), Ok(Due::At(_))) if !is_order(op) => false,
            (Due::Day(day), Ok(Due::At(at))) => {
                let bound = at.with_timezone(&self.locale.times.zone).date_naive();
                ordered(op, *day, bound, bound)
            }
            (Due::Day(day), _) => self.day_fits(*day, op, text),
        }
    }
}

fn mentions_trash(filter: &Filter) -> bool {
    match filter {
        Filter::State(state) => state == "trashed",
        Filter::Field(path, _, _) => path == "trashed",
        Filter::Not(inner) | Filter::View(_, inner) => mentions_trash(inner),
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(mentions_trash),
        _ => false,
    }
}

fn is_order(op: &str) -> bool {
    matches!(op, ">" | ">=" | "<" | "<=")
}

fn has_order(value: &Value) -> bool {
    use Value::{Date, Decimal, Due, Instant, Int, Money, Totals};
    matches!(value, Int(_) | Decimal(_) | Money(_) | Totals(_) | Date(_) | Instant(_) | Due(_))
}

fn ordered<T: PartialOrd + Copy>(op: &str, have: T, first: T, last: T) -> bool {
    match op {
        ">" => have > last,
        ">=" => have >= first,
        "<" => have < first,
        "<=" => have <= last,
        _ => first <= have && have <= last,
    }
}

fn money_fits(have: &Money, op: &str, text: &str) -> bool {
    let code = text.len().saturating_sub(3);
    let (number, currency) = match text.get(code..).and_then(|c| c.parse::<Currency>().ok()) {
        Some(currency) => (&text[..code], Some(currency)),
        None => (text, None),
    };
    let Ok(bound) = parse_number(number) else { return false };
    let major = Decimal::new(have.minor, have.currency.scale());
    currency.is_none_or(|c| c == have.currency) && ordered(op, major, bound, bound)
}

fn text_fits(kind: Kind, have: &str, op: &str, text: &str) -> bool {
    let bare = |t: &str| t.replace([' ', '-', '(', ')', '.', '/', '+', '\u{a0}'], "");
    let digits = bare(text);
    let dials =
        kind == Kind::Phone && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match op {
        ":" => fold(have).contains(&fold(text)) || dials && bare(have).contains(&digits),
        _ => fold(have) == fold(text) || dials && e164(have, "GB") == e164(text, "GB"),
    }
}

fn links(value: &Value) -> &[LinkTo] {
    match value {
        Value::Link(to) => std::slice::from_ref(to),
        Value::Links(all) => all,
        _ => &[],
    }
}

/// A part of a value, as `company_id` and its like name them.
fn part(value: &Value, part: Part) -> Value {
    match (part, value) {
        (Part::Currency, Value::Money(m)) => Value::Text(m.currency.code().to_owned()),
        (Part::Id, Value::Link(to)) => Value::Int(to.id),
        (Part::Uid, Value::Link(to)) => Value::Uid(to.uid),
        (Part::Currency | Part::Id | Part::Uid, _) => Value::Null,
        _ => value.clone(),
    }
}

// ---- Filters made by chance ----------------------------------------------------------------

fn chance_filter(world: &World, noun: &Noun, chance: &Chance, depth: usize) -> Filter {
    let inner = || chance_filter(world, noun, chance, depth + 1);
    match chance.below(if depth > 3 { 16 } else { 22 }) {
        0..2 => Filter::Word(
            (*chance.pick(&[
                "ac", "gmbh", "gro", "伟", "елк", "O'Br", "roof", "4", "call", "zoe", "***",
            ]))
            .into(),
        ),
        2 => Filter::Phrase(
            (*chance.pick(&["acme gmbh", "roof top", "acme", "王伟", "a \"b\"", "top roof"]))
                .into(),
        ),
        3 => Filter::Tag((*chance.pick(&["vip", "grosse", "OLD", "nope"])).into()),
        4 => {
            let states = noun.entity.states.iter().map(|s| s.name).chain(["mine", "trashed"]);
            Filter::State((*chance.pick(&states.collect::<Vec<_>>())).into())
        }
        5 => {
            let (_, filter) = view(noun.name(), "some").expect("a view");
            Filter::View("some", Box::new(filter))
        }
        6..16 => chance_field(world, noun, chance),
        16..18 => Filter::Not(Box::new(inner())),
        18..20 => Filter::And(vec![inner(), inner()]),
        _ => Filter::Or(vec![inner(), inner()]),
    }
}

fn chance_field(world: &World, noun: &Noun, chance: &Chance) -> Filter {
    let mut path = String::new();
    let mut at = noun;
    for _ in 0..chance.below(3) {
        let links = at.fields.iter().filter_map(|f| match f.kind {
            Kind::Link(target) | Kind::Links(target, _) => Some((f.name, target)),
            _ => None,
        });
        let links: Vec<_> = links.collect();
        let (name, target) = *chance.pick(&links);
        let allowed: Vec<&Noun> =
            world.model().nouns.iter().filter(|n| target.allows(n.name())).collect();
        path.push_str(name);
        path.push('.');
        at = *chance.pick(&allowed);
    }
    let field = at.fields[chance.below(at.fields.len())];
    let (mut name, mut kind) = (field.name.to_owned(), field.kind);
    match kind {
        Kind::Money if chance.below(4) == 0 => {
            (name, kind) = (format!("{name}_currency"), Kind::Currency);
        }
        Kind::Link(_) if chance.below(6) == 0 => (name, kind) = (format!("{name}_id"), Kind::Int),
        Kind::List(_) if chance.below(2) == 0 => name = field.one.unwrap_or(field.name).into(),
        _ => {}
    }
    let ops: &[&'static str] = if kind.is_ordered() {
        &[":", ":", "=", "!=", ">", ">=", "<", "<="]
    } else {
        &[":", ":", "=", "!="]
    };
    let op = *chance.pick(ops);
    let count = if is_order(op) { 1 } else { 1 + chance.below(2) };
    let values = (0..count).map(|_| chance_operand(kind, op, chance)).collect();
    Filter::Field(path + &name, op, values)
}

fn chance_operand(kind: Kind, op: &str, chance: &Chance) -> Operand {
    if !is_order(op) && chance.below(8) == 0 {
        let text = (*chance.pick(&["none", "any"])).to_owned();
        return Operand::One(Typed { text, quoted: false });
    }
    if kind.is_ordered() && op == ":" && chance.below(3) == 0 {
        let end = || Some(chance_typed(kind, chance));
        return match chance.below(3) {
            0 => Operand::Range(end(), None),
            1 => Operand::Range(None, end()),
            _ => Operand::Range(end(), end()),
        };
    }
    Operand::One(chance_typed(kind, chance))
}

fn chance_typed(kind: Kind, chance: &Chance) -> Typed {
    let pick = |from: &[&str]| (*chance.pick(from)).to_owned();
    let text = match kind {
        Kind::Link(_) | Kind::Links(..) => pick(&[
            "acme",
            "1",
            "3",
            "me",
            "deal:2",
            "company:1",
            "contact:acme",
            "ann",
            "gro",
            "grosse",
            "ann@acme.example",
            "won",
            "user:acme",
            "call",
        ]),
        Kind::List(item) => return chance_typed(*item, chance),
        Kind::Date | Kind::Datetime | Kind::Due => {
            let mut all = vec![
                "today",
                "yesterday",
                "2026-11",
                "2026-Q4",
                "this-month",
                "last-week",
                "eom",
                "now",
                "2026",
                "-2w",
                "fri",
                "2026-11-21T22:00Z",
                "2026-11-22T11:00",
            ];
            all.extend(DAYS);
            all.extend(INSTANTS);
            if kind == Kind::Date {
                all.retain(|t| *t != "now");
            }
            pick(&all)
        }
        Kind::Money | Kind::Totals => {
            pick(&["12000.50", "12k", "1kUSD", "0", "-5", "12.345", "33.33USD", "100JPY", "0.5k"])
        }
        Kind::Int | Kind::Decimal | Kind::Percent => {
            pick(&["0", "1", "3", "33.3", "50", "5", "12.5", "2k", "-1"])
        }
        Kind::Duration => pick(&["0", "45m", "1h30m", "90", "1d"]),
        Kind::Phone => pick(&["7946", "+44 20 7946 0000", "02079460000", "ext", "12345", "0"]),
        Kind::Text | Kind::Longtext | Kind::Address | Kind::Handle => pick(&[
            "ac",
            "ACME",
            "grosse",
            "елкин",
            "伟",
            "o'b",
            "%",
            "_",
            "42",
            "none",
            "a \"b",
            "Roof top",
        ]),
        Kind::Uid => pick(&["01234567", "0123456789abcdef"]),
        _ => chance_text(chance, kind).unwrap_or_else(|| "x".into()),
    };
    let glued = text.contains([' ', '"', '(', ')', ',']);
    Typed { quoted: glued || chance.below(6) == 0, text }
}

const LISTED: [&str; 10] =
    ["company", "contact", "lead", "deal", "task", "event", "ticket", "activity", "user", "stage"];

#[test]
fn the_sql_finds_what_a_plain_reading_finds() {
    let world = World::new();
    // How many filters were accepted, and how many of those found some records but not all.
    let (accepted, telling) = (Cell::new(0), Cell::new(0));
    let tried = cases(USUAL);
    let config = Config { cases: tried, failure_persistence: None, ..Config::default() };
    let strategy = (any::<u64>(), proptest::sample::select(&LISTED[..]));
    let outcome = TestRunner::new(config).run(&strategy, |(seed, noun)| {
        let noun = world.model().noun(noun).expect("a noun");
        let filter = chance_filter(&world, noun, &Chance::seeded(seed), 0);
        let text = filter.to_string();
        if let Some(found) = world.answered(noun, &text) {
            prop_assert_eq!(
                &found,
                &world.evaluated(noun, &filter),
                "{} list {}",
                noun.name(),
                text
            );
            accepted.set(accepted.get() + 1);
            let is_telling = !found.is_empty() && found.len() < world.found(noun, "").len();
            telling.set(telling.get() + u32::from(is_telling));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|why| panic!("{why}"));
    assert!(accepted.get() > tried / 2, "only {} of {tried} were accepted", accepted.get());
    assert!(telling.get() > tried / 5, "only {} of {tried} told records apart", telling.get());
}

#[test]
fn a_computed_amount_that_is_none_has_no_currency() {
    let world = World::new();
    let noun = world.model().noun("deal").expect("a noun");
    let filled = world.found(noun, "commission_amount:any");
    assert!(!filled.is_empty());
    let all = world.found(noun, "");
    assert!(filled.len() < all.len(), "a deal without a commission");
    for (text, without) in
        [("commission_amount_currency:any", false), ("-commission_amount_currency:any", true)]
    {
        for id in &all {
            let found = world.found(noun, text).contains(id);
            assert_eq!(found, filled.contains(id) != without, "{text} {id}");
        }
    }
}

#[test]
fn any_of_several_values_is_found_where_only_some_of_them_fit_a_noun() {
    let world = World::new();
    let task = world.model().noun("task").expect("a noun");
    // `lost` is what becomes of a lead or a deal, `won` of a deal alone, and so on.
    let mut telling = 0;
    for (one, other) in
        [("lost", "won"), ("open", "doing"), ("new", "won"), ("waiting", "resolved")]
    {
        let of = |words: &str| world.found(task, &format!("about.status:{words}"));
        let (first, second) = (of(one), of(other));
        assert_eq!(of(&format!("{one},{other}")), &first | &second, "{one},{other}");
        telling += usize::from(!first.is_empty() || !second.is_empty());
    }
    assert!(telling > 0, "no task of the world tells");
    assert_eq!(world.answered(task, "about.status:lost,wonn"), None, "a value that fits nowhere");
}
