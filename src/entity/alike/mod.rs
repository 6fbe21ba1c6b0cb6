//! How likely two records are one: what of them is compared, and what each likeness weighs. Pure: it
//! knows no table and no file.
//!
//! Each likeness or difference adds to or takes from the odds that the two are one (the sum is made
//! a score from 0 to 1 at the end), and says so in words.

pub mod names;
mod reach;

use std::collections::HashSet;

use chrono::NaiveDate;

use self::names::{Closeness, Name, compare_companies, compare_persons};
pub use self::reach::{Mailbox, canonical_email, domain_of, is_shared_domain, spellings};
use super::text::fold;
use super::yearless;

/// What a noun's records are, where some of them may be one and the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubles {
    Person,
    Company,
}

/// What of a record tells it from others.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    pub id: i64,
    pub name: Name,
    pub mailboxes: Vec<Mailbox>,
    /// In E.164.
    pub phones: Vec<String>,
    /// Domains of its own: not those where anybody can have an address.
    pub domains: Vec<String>,
    /// The company that a person works for.
    pub company: Option<Name>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub birthday: Option<NaiveDate>,
    pub tax_id: Option<String>,
    /// Records that this one names as another: its manager, its parent.
    pub others: Vec<i64>,
}

/// How likely two records are one, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Likeness {
    /// From 0 to 1, to two places.
    pub score: f64,
    /// What speaks for it and what against, the heaviest first.
    pub reasons: Vec<String>,
}

/// The odds of any two records that share something at all.
const PRIOR: f64 = -3.0;

#[derive(Default)]
struct Weighing {
    sum: f64,
    reasons: Vec<(f64, String)>,
}

impl Weighing {
    fn add(&mut self, weight: f64, reason: impl Into<String>) {
        self.sum += weight;
        self.reasons.push((weight, reason.into()));
    }

    fn done(mut self) -> Likeness {
        self.reasons.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let odds = (PRIOR + self.sum).exp();
        // No likeness is certain.
        let score = ((odds / (1.0 + odds)) * 100.0).round().min(99.0) / 100.0;
        Likeness { score, reasons: self.reasons.into_iter().map(|(_, r)| r).collect() }
    }
}

/// Compares two records; `common` is how many records bear the name.
#[must_use]
pub fn compare(kind: Doubles, a: &Sketch, b: &Sketch, common: usize) -> Likeness {
    let mut w = Weighing::default();
    match kind {
        Doubles::Person => persons(&mut w, a, b, common),
        Doubles::Company => companies(&mut w, a, b, common),
    }
    if a.others.contains(&b.id) || b.others.contains(&a.id) {
        w.add(-8.0, "one names the other");
    }
    w.done()
}

fn persons(weighing: &mut Weighing, a: &Sketch, b: &Sketch, common: usize) {
    let closeness = compare_persons(&a.name, &b.name);
    let words = a.name.words.len().min(b.name.words.len());
    let rare = rarity(common);
    match closeness {
        Closeness::Same if words < 2 => weighing.add(1.5 - rare, "same name, of one word"),
        Closeness::Same => weighing.add(3.5 - rare, "same name"),
        Closeness::Spelt if words < 2 => {
            weighing.add(1.2 - rare, "same name in another spelling, of one word");
        }
        Closeness::Spelt => weighing.add(3.2 - rare, "same name in another spelling"),
        Closeness::Short => weighing.add(2.0, "same name, shortened"),
        Closeness::Similar(1) => weighing.add(2.2, "similar name"),
        Closeness::Similar(_) => weighing.add(1.2, "similar name"),
        Closeness::Part => weighing.add(0.7, "the one name is part of the other"),
        Closeness::Partly => weighing.add(-1.5, "but names that are the same in part only"),
        Closeness::Different => weighing.add(-6.0, "but other names"),
        Closeness::Unknown => {}
    }
    if let (Some(x), Some(y)) = (a.name.mark, b.name.mark) {
        if x != y {
            weighing.add(-6.0, format!("but {x} and {y}"));
        }
    } else if a.name.mark != b.name.mark && closeness != Closeness::Different {
        weighing
            .add(-3.0, format!("but one is {}", a.name.mark.or(b.name.mark).unwrap_or_default()));
    }
    mailboxes(weighing, a, b, 6.5, 2.0);
    if let Some(phone) = shared(&a.phones, &b.phones) {
        weighing.add(4.0, format!("same phone {phone}"));
    }
    if let (Some(x), Some(y)) = (&a.company, &b.company) {
        match compare_companies(x, y) {
            Closeness::Same | Closeness::Spelt => weighing.add(2.0, "same company"),
            Closeness::Different => weighing.add(-1.5, "but another company"),
            _ => {}
        }
    } else if let Some(domain) = shared(&a.domains, &b.domains)
        && shared_mailbox(a, b).is_none()
    {
        weighing.add(1.0, format!("same e-mail domain {domain}"));
    }
    match (&a.birthday, &b.birthday) {
        (Some(left), Some(right)) if yearless::agree(*left, *right) => {
            weighing.add(3.0, "same birthday");
        }
        (Some(_), Some(_)) => weighing.add(-5.0, "but another birthday"),
        _ => {}
    }
    places(weighing, a, b, 0.5);
}

fn companies(weighing: &mut Weighing, a: &Sketch, b: &Sketch, common: usize) {
    let rare = rarity(common);
    let closeness = compare_companies(&a.name, &b.name);
    match closeness {
        Closeness::Same => weighing.add(4.0 - rare, "same name"),
        Closeness::Spelt => weighing.add(3.6 - rare, "same name in another spelling"),
        Closeness::Short => weighing.add(2.0, "the one name is the first letters of the other"),
        Closeness::Similar(_) => weighing.add(2.5, "similar name"),
        Closeness::Part => weighing.add(1.0, "the one name is part of the other"),
        Closeness::Partly => weighing.add(-1.0, "but names that are the same in part only"),
        Closeness::Different => weighing.add(-3.0, "but other names"),
        Closeness::Unknown => {}
    }
    if let (Some(x), Some(y)) = (a.name.mark, b.name.mark)
        && x != y
        && closeness != Closeness::Different
    {
        weighing.add(-2.5, "but another legal form");
    }
    match (&a.tax_id, &b.tax_id) {
        (Some(left), Some(right)) if left == right => {
            weighing.add(7.0, format!("same tax number {left}"));
        }
        (Some(_), Some(_)) => weighing.add(-4.5, "but another tax number"),
        _ => {}
    }
    if let Some(domain) = shared(&a.domains, &b.domains) {
        weighing.add(5.0, format!("same domain {domain}"));
    } else if !a.domains.is_empty() && !b.domains.is_empty() {
        weighing.add(-1.0, "but another domain");
    }
    mailboxes(weighing, a, b, 2.0, 2.0);
    if let Some(phone) = shared(&a.phones, &b.phones) {
        weighing.add(3.0, format!("same phone {phone}"));
    }
    places(weighing, a, b, 0.8);
}

fn mailboxes(weighing: &mut Weighing, a: &Sketch, b: &Sketch, own: f64, role: f64) {
    match shared_mailbox(a, b) {
        Some(m) if m.is_role => {
            weighing.add(role, format!("same e-mail {} of an office", m.address));
        }
        Some(m) => weighing.add(own, format!("same e-mail {}", m.address)),
        None if !a.mailboxes.is_empty() && !b.mailboxes.is_empty() => {
            weighing.add(-0.5, "but other e-mails");
        }
        None => {}
    }
}

fn places(weighing: &mut Weighing, a: &Sketch, b: &Sketch, weight: f64) {
    match (&a.city, &b.city) {
        (Some(left), Some(right)) if left == right => weighing.add(weight, "same city"),
        (Some(_), Some(_)) => weighing.add(-weight, "but another city"),
        _ => {}
    }
    if let (Some(x), Some(y)) = (&a.country, &b.country)
        && x != y
        && (x.chars().count() == 2) == (y.chars().count() == 2)
    {
        weighing.add(-1.0, "but another country");
    }
}

/// A name that many bear says little.
fn rarity(common: usize) -> f64 {
    let bearers = u32::try_from(common.clamp(4, 100_000)).unwrap_or(4);
    (f64::from(bearers) / 4.0).ln() * 0.5
}

/// A mailbox of both, first one that is a person's own.
fn shared_mailbox<'a>(a: &'a Sketch, b: &Sketch) -> Option<&'a Mailbox> {
    let both = || a.mailboxes.iter().filter(|m| b.mailboxes.iter().any(|n| n.address == m.address));
    both().find(|m| !m.is_role).or_else(|| both().next())
}

fn shared<'a>(a: &'a [String], b: &[String]) -> Option<&'a String> {
    let there: HashSet<&String> = b.iter().collect();
    a.iter().find(|x| there.contains(x))
}

/// A place or a number for comparing: folded, in Latin letters.
#[must_use]
pub fn place(text: &str) -> Option<String> {
    let words = super::text::words(text);
    let plain: Vec<String> = words.split(' ').filter(|w| !w.is_empty()).map(names::plain).collect();
    (!plain.is_empty()).then(|| plain.concat())
}

/// Letters and digits of a tax number.
#[must_use]
pub fn number(text: &str) -> Option<String> {
    let kept: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    (kept.len() >= 5).then_some(kept)
}

/// What two records share, by which a pair is found at all: each a text of its own, the wider ones
/// marked as such.
pub fn blocks(kind: Doubles, s: &Sketch, mut give: impl FnMut(Block, &[&str])) {
    for m in &s.mailboxes {
        give(Block::Exact, &["mail", &m.address]);
    }
    for phone in &s.phones {
        give(Block::Exact, &["phone", phone]);
    }
    if !s.name.is_empty() {
        let sound = s.name.sound();
        give(Block::Name, &["name", &sound]);
        let company = s.company.as_ref().map(Name::key);
        if let Some(company) = &company {
            give(Block::Exact, &["with", &sound, company]);
            give(Block::Exact, &["in", &s.name.initials(), company]);
        }
        for domain in s.domains.iter().filter(|_| company.is_none()) {
            give(Block::Exact, &["at", &s.name.initials(), domain]);
        }
        if let Some(city) = &s.city {
            give(Block::Exact, &["from", &sound, city]);
        }
        if let Some(day) = &s.birthday {
            give(Block::Exact, &["born", &day.to_string(), &sound]);
        }
    }
    if kind == Doubles::Company {
        if let Some(tax) = &s.tax_id {
            give(Block::Exact, &["tax", tax]);
        }
        for domain in &s.domains {
            give(Block::Exact, &["domain", domain]);
        }
        give(Block::Name, &["whole", &s.name.plain.concat()]);
        if let Some(first) = s.name.plain.first().filter(|f| f.chars().count() > 3) {
            give(Block::Name, &["first", first]);
        }
    }
}

/// What a likeness that finds pairs is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Tells something by itself, however many share it.
    Exact,
    /// A name alone: where many bear it, it tells nothing.
    Name,
}

#[cfg(test)]
mod tests;
