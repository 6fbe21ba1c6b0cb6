//! What is asked of a number.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::entity::money::Currency;
use crate::entity::when::Times;
use crate::error::{Error, Result};
use crate::filter;
use crate::store::{By, Deals, Thresholds};

/// What is asked of a number.
#[derive(Debug)]
pub struct Ask {
    /// What it is split by; [`By::Stage`] where a number can't be split.
    pub by: By,
    /// Narrows the deals.
    pub filter: Option<filter::Sql>,
    pub pipeline: Option<i64>,
    /// The first and the last day of the period.
    pub first: Option<NaiveDate>,
    pub last: Option<NaiveDate>,
    /// Sums are converted to it; without, they are shown for each currency.
    pub to: Option<Currency>,
    /// The moment that is looked at, and the zone of days.
    pub times: Times,
    pub thresholds: Thresholds,
    /// The number's own options that were given; of a flag the value is empty.
    pub options: BTreeMap<&'static str, String>,
    /// Also collect the records behind each row.
    pub explain: bool,
}

impl Ask {
    /// The deals that are asked about, of these kinds of stages; all days.
    #[must_use]
    pub fn deals<'a>(&'a self, kinds: &'a [&'static str]) -> Deals<'a> {
        Deals {
            kinds,
            filter: self.filter.as_ref(),
            pipeline: self.pipeline,
            first: None,
            last: None,
            thresholds: self.thresholds,
        }
    }

    /// As [`Self::deals`], those whose day lies in the period.
    #[must_use]
    pub fn deals_within<'a>(&'a self, kinds: &'a [&'static str]) -> Deals<'a> {
        Deals { first: self.first, last: self.last, ..self.deals(kinds) }
    }

    /// What chance begins with: the moment, so that the same moment has the same chance.
    #[must_use]
    pub fn seed(&self) -> u64 {
        let at = self.times.now;
        at.timestamp().unsigned_abs().wrapping_mul(1_000_000_000)
            ^ u64::from(at.timestamp_subsec_nanos())
    }

    /// Whether one of the number's own flags was given.
    #[must_use]
    pub fn has(&self, option: &str) -> bool {
        self.options.contains_key(option)
    }

    /// A whole number behind one of the number's own options.
    ///
    /// # Errors
    /// It is none, or out of range.
    pub fn whole(
        &self,
        option: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<u64> {
        let Some(text) = self.options.get(option) else { return Ok(default) };
        let number = text.trim().replace('_', "").parse().ok().filter(|n| range.contains(n));
        number.ok_or_else(|| {
            Error::usage(format!("`--{option}` can't be `{text}`")).hint(format!(
                "write a whole number from {} to {}",
                range.start(),
                range.end()
            ))
        })
    }
}
