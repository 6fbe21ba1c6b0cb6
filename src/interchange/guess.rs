//! What a header of another program's file means: by name, alias, label, the synonyms that are
//! declared, and the words that name one value of a list.

use std::collections::HashMap;

use super::channels::{label_for, squash};
use super::mapping::Target;
use crate::entity::{Field, Kind, Noun, Target as LinkTarget};

/// How sure a header means its target; the surer of two columns wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rank {
    /// `--map` says so.
    Said,
    Name,
    Alias,
    Synonym,
    /// Worked out from the words of the header.
    Derived,
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
        Self { noun, known }
    }

    pub(super) fn find(&self, header: &str) -> Option<(Target, Rank)> {
        let header = squash(header);
        if let Some(found) = self.known.get(&header) {
            return Some(*found);
        }
        self.noun.fields.iter().enumerate().find_map(|(field, f)| {
            let Kind::List(of) = f.kind else { return None };
            let label = label_for(of, &header)?;
            Some((Target::Item { field, label }, Rank::Derived))
        })
    }
}
