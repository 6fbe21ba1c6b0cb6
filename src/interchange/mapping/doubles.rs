//! Two columns for one single value: which counts.

use std::collections::HashMap;

use super::super::guess::Rank;
use super::Target;
use crate::entity::{Kind, Noun};
use crate::error::{Error, Result};

/// Of two columns that mean one single value the surer one stays; two equally sure are refused.
pub(super) fn settle_doubles(
    noun: &Noun,
    headers: &[String],
    ranked: &mut [Option<(Target, Rank)>],
) -> Result<()> {
    let mut best: HashMap<Slot, (usize, Rank)> = HashMap::new();
    for at in 0..ranked.len() {
        let Some((target, rank)) = ranked[at] else { continue };
        let Some(slot) = Slot::of(noun, target) else { continue };
        match best.get(&slot).copied() {
            // One says when it was won and another when it was lost: rows fill one of them.
            Some((_, known)) if known.is_guess() && rank.is_guess() && slot.is_end(noun) => {}
            Some((other, known)) if known == rank => {
                return Err(both_mean(noun, target, headers, other, at));
            }
            Some((_, known)) if known < rank => ranked[at] = None,
            found => {
                if let Some((other, _)) = found {
                    ranked[other] = None;
                }
                best.insert(slot, (at, rank));
            }
        }
    }
    Ok(())
}

/// What only one column can fill.
#[derive(PartialEq, Eq, Hash)]
enum Slot {
    Value(usize),
    Currency(usize),
    Uid(usize),
    Noun(usize),
    DatePart(usize, usize),
}

impl Slot {
    /// Whether it is the instant at which a record ended.
    fn is_end(&self, noun: &Noun) -> bool {
        let Self::Value(field) = self else { return false };
        let mut trails = noun.fields.iter().filter_map(|f| f.trail);
        trails.any(|t| t.ended == noun.fields[*field].name)
    }

    fn of(noun: &Noun, target: Target) -> Option<Self> {
        match target {
            Target::Value(field) if matches!(noun.fields[field].kind, Kind::List(_)) => None,
            Target::Value(field) => Some(Self::Value(field)),
            Target::Currency(field) => Some(Self::Currency(field)),
            Target::Uid(field) => Some(Self::Uid(field)),
            Target::Noun(field) => Some(Self::Noun(field)),
            Target::DatePart { field, part } => Some(Self::DatePart(field, part)),
            Target::Item { .. }
            | Target::Entered { .. }
            | Target::Address { .. }
            | Target::Label(_)
            | Target::Outcome(_) => None,
        }
    }
}

fn both_mean(noun: &Noun, target: Target, headers: &[String], a: usize, b: usize) -> Error {
    let (first, second) = (&headers[a], &headers[b]);
    let field = match target {
        Target::Value(f) | Target::Currency(f) | Target::Uid(f) | Target::Noun(f) => f,
        Target::Item { field, .. }
        | Target::Entered { field, .. }
        | Target::DatePart { field, .. }
        | Target::Label(field)
        | Target::Outcome(field) => field,
        Target::Address { .. } => 0,
    };
    let name = noun.fields[field].name;
    let places = if first == second {
        format!("the columns {} and {} are both called `{first}`, which means", a + 1, b + 1)
    } else {
        format!("the columns `{first}` and `{second}` both mean")
    };
    Error::invalid(format!("{places} the field `{name}`"))
        .hint(format!("set one aside with `--map '{second}='`, or give it another field"))
}
