//! What a header of another program's file means: by name, alias, label, the synonyms that are
//! declared, and the words that name one value of a list.

use std::collections::HashMap;

use super::channels::{Channel, label_for};
use super::lexicon::{lexicon, squash};
use super::mapping::Target;
use crate::entity::{Field, Kind, Noun, Target as LinkTarget};

/// How sure a header means its target; the surer of two columns wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// `--map` says so.
    Said,
    /// The preset says so.
    Preset,
    Name,
    Alias,
    Synonym,
    /// Worked out from the words of the header.
    Derived,
    /// Only if no other column says it.
    Weak,
}

impl Rank {
    /// Nobody said it.
    pub(super) fn is_guess(self) -> bool {
        self > Self::Preset
    }
}

/// What may come from a file: what a user may set, and the stamps of a record's birth.
pub(super) fn is_taken(field: &Field) -> bool {
    field.is_settable() || field.is_stored() && !matches!(field.name, "id" | "trashed")
}

pub(super) fn leads_anywhere(kind: &Kind) -> bool {
    matches!(kind, Kind::Link(LinkTarget::Any(_)))
}

/// What headers mean for a noun.
pub(super) struct Guesses<'n> {
    noun: &'n Noun,
    known: HashMap<String, (Target, Rank)>,
}

impl<'n> Guesses<'n> {
    pub(super) fn of(noun: &'n Noun) -> Self {
        let mut known = HashMap::new();
        let mut learn = |name: &str, target, rank| {
            let name = squash(name);
            if !name.is_empty() {
                known.entry(name).or_insert((target, rank));
            }
        };
        let taken = || noun.fields.iter().enumerate().filter(|(_, f)| is_taken(f));
        for (at, field) in taken() {
            learn(field.name, Target::Value(at), Rank::Name);
            if let Some(one) = field.one {
                learn(one, Target::Item { field: at, label: "" }, Rank::Name);
            }
        }
        for (at, field) in taken() {
            let mut part = |suffix: &str, target| {
                learn(&format!("{}{suffix}", field.name), target, Rank::Name);
            };
            match field.kind {
                Kind::Money => part("currency", Target::Currency(at)),
                Kind::Link(_) | Kind::Links(..) => part("uid", Target::Uid(at)),
                _ => {}
            }
            if leads_anywhere(&field.kind) {
                part("noun", Target::Noun(at));
            }
        }
        for (at, field) in taken() {
            for alias in field.aliases {
                learn(alias, Target::Value(at), Rank::Alias);
            }
            if field.custom {
                learn(field.about, Target::Value(at), Rank::Alias);
            }
        }
        // A column that is just called so belongs to the one amount that there is.
        let mut amounts = taken().filter(|(_, f)| f.kind == Kind::Money);
        if let (Some((at, _)), None) = (amounts.next(), amounts.next()) {
            for header in ["currency", "currency code", "currency iso code", "валюта", "währung"]
            {
                learn(header, Target::Currency(at), Rank::Synonym);
            }
        }
        for (at, field) in taken() {
            for header in field.headers {
                let target = match field.kind {
                    Kind::List(_) => Target::Item { field: at, label: "" },
                    _ => Target::Value(at),
                };
                learn(header, target, Rank::Synonym);
            }
        }
        for word in &lexicon().fields {
            if word.noun.is_some_and(|n| n != noun.name()) {
                continue;
            }
            let Some(at) = noun.fields.iter().position(|f| f.name == word.field && is_taken(f))
            else {
                continue;
            };
            let rank = if word.weak { Rank::Weak } else { Rank::Synonym };
            known.entry(word.word.clone()).or_insert((Target::Value(at), rank));
        }
        // `Currency` beside the only amount is that one's.
        let mut amounts = taken().filter(|(_, f)| f.kind == Kind::Money).map(|(at, _)| at);
        if let (Some(at), None) = (amounts.next(), amounts.next()) {
            for word in ["currency", "currencycode", "валюта", "wahrung", "devise", "moneda"]
            {
                known.entry(word.to_owned()).or_insert((Target::Currency(at), Rank::Derived));
            }
        }
        Self { noun, known }
    }

    /// What a header means; `channel` is what its words say of a list's value.
    pub(super) fn find(&self, header: &str, channel: Option<Channel>) -> Option<(Target, Rank)> {
        let squashed = squash(header);
        if let Some(found) = self.known.get(&squashed) {
            return Some(*found);
        }
        let listed = self.noun.fields.iter().enumerate().find_map(|(field, f)| {
            let Kind::List(of) = f.kind else { return None };
            let label = label_for(of, header, channel)?;
            Some((Target::Item { field, label }, Rank::Derived))
        });
        if listed.is_some() || channel.is_some() {
            return listed;
        }
        // `Deal Source` of a deal is its source.
        let entity = self.noun.entity;
        let own = [entity.name, entity.plural].into_iter().map(squash);
        own.filter_map(|own| squashed.strip_prefix(own.as_str()))
            .filter(|rest| !rest.is_empty())
            .find_map(|rest| self.known.get(rest))
            .map(|(target, _)| (*target, Rank::Derived))
    }

    /// Headers whose meaning hangs on another column: `Name` beside `Vorname`.
    pub(super) fn look_beside(&self, names: &[Option<&str>], found: &mut [Option<(Target, Rank)>]) {
        let headers: Vec<String> = names.iter().map(|n| n.map_or(String::new(), squash)).collect();
        for beside in &lexicon().beside {
            let Some(field) = self.noun.index(beside.field) else { continue };
            let target = Target::Value(field);
            let is_filled = found.iter().flatten().any(|(t, _)| *t == target);
            if is_filled || !headers.iter().any(|h| beside.headers.contains(h)) {
                continue;
            }
            for (at, header) in headers.iter().enumerate() {
                let is_said =
                    found[at].is_some_and(|(_, rank)| matches!(rank, Rank::Said | Rank::Preset));
                if *header == beside.word && !is_said {
                    found[at] = Some((target, Rank::Synonym));
                }
            }
        }
    }
}
