//! What is asked again and again: the numbers of the sales funnel, each declared once with what it
//! means and where that comes from. A number reads and counts; it prints nothing, so that the command
//! line, the dashboard and whatever comes later show the same.

mod accuracy;
mod ask;
pub mod attainment;
mod compare;
mod cycle;
mod forecast;
mod funnel;
mod pipeline;
mod range;
mod rows;
mod sheet;
mod slippage;
mod spread;
mod stuck;
mod trials;
mod velocity;
mod winloss;
mod winrate;

pub use ask::Ask;
pub use compare::{Compared, Pair, compare};
pub use sheet::{Cell, Column, Figure, Row, Sheet};

use crate::error::Result;
use crate::store::{By, Reader};

/// The option that leaves rows out.
pub const LIMIT: &str = "limit";

/// The key of the row of what has none.
const NONE: &str = "none";

/// A number that can be asked for: a verb of deals.
pub struct Number {
    /// The verb: `deal VERB`.
    pub verb: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// What is counted and how, in plain words, with the formula.
    pub definition: &'static str,
    /// Where the formula comes from.
    pub source: &'static str,
    /// What it can be split by; the first is what counts when nothing is said. Empty: it can't.
    pub by: &'static [By],
    /// The period it looks at.
    pub period: Span,
    /// Takes `--what-if`.
    pub what_if: bool,
    /// Options of its own.
    pub options: &'static [Opt],
    /// What is said where it has no row.
    pub empty: &'static str,
    /// Without `rolo`.
    pub examples: &'static [&'static str],
    pub run: fn(&Reader, &Ask) -> Result<Sheet>,
}

/// The period that a number looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// It knows none.
    Never,
    /// All time, unless one is named; the text tells which days count.
    Maybe(&'static str),
    /// This one, unless another is named.
    Usually(&'static str),
}

/// An option of a number's own.
pub struct Opt {
    pub name: &'static str,
    /// Placeholder of its value; a flag has none.
    pub value: Option<&'static str>,
    pub about: &'static str,
}

/// Every number, in the order of help.
pub static NUMBERS: &[Number] = &[
    pipeline::PIPELINE,
    forecast::FORECAST,
    winrate::WINRATE,
    range::RANGE,
    funnel::FUNNEL,
    cycle::CYCLE,
    cycle::STAGES,
    winloss::WINLOSS,
    velocity::VELOCITY,
    slippage::SLIPPAGE,
    accuracy::ACCURACY,
    stuck::STUCK,
];

/// The number of a verb.
#[must_use]
pub fn find(verb: &str) -> Option<&'static Number> {
    NUMBERS.iter().find(|n| n.verb == verb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_number_says_what_it_means_and_where_that_comes_from() {
        let mut seen = HashSet::new();
        for number in NUMBERS {
            assert!(seen.insert(number.verb), "{} stands twice", number.verb);
            assert!(
                number.definition.len() > 80 && number.definition.ends_with('.'),
                "{}",
                number.verb
            );
            assert!(number.source.len() > 20 && number.source.ends_with('.'), "{}", number.verb);
            assert!(!number.about.ends_with('.'), "{}", number.verb);
            for example in number.examples {
                assert!(example.starts_with(&format!("deal {}", number.verb)), "{example}");
            }
        }
    }
}
