//! Money of one currency in another: exact to the minor unit, rounding half to even, once.
//!
//! A sum is made within each currency first; then each of the sums is converted, and rounded, once.
//! So a total doesn't depend on the order of what it is made of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::money::{Currency, Money};
use crate::error::{Error, Result};

/// One unit of `base` is worth `rate` of `quote`, from `date` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quoted {
    pub base: Currency,
    pub quote: Currency,
    pub rate: Decimal,
    pub date: NaiveDate,
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {} of {}", self.base, self.quote, self.rate.normalize(), self.date)
    }
}

/// The rates that count on a day: for each pair of currencies the latest of that day or before.
#[derive(Debug, Clone)]
pub struct Rates {
    /// The day for which they were asked.
    pub on: NaiveDate,
    known: HashMap<(Currency, Currency), Quoted>,
}

/// A total in one currency, with the rates that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    pub minor: i64,
    pub currency: Currency,
    /// None where all was in that currency.
    pub used: BTreeSet<Quoted>,
}

/// A way from one currency to another that many amounts can go.
#[derive(Debug, Clone)]
pub struct Lane {
    over: i128,
    under: i128,
    to: Currency,
    grain: i64,
    pub used: BTreeSet<Quoted>,
}

impl Lane {
    /// Minor units of the one as minor units of the other, rounded half to even to its smallest unit.
    ///
    /// # Errors
    /// The amount is too large.
    pub fn convert(&self, minor: i64) -> Result<i64> {
        // What is in that currency already is not worked out.
        if self.used.is_empty() {
            return Ok(minor);
        }
        let over = i128::from(minor).checked_mul(self.over);
        over.and_then(|over| rounded(over, self.under, self.grain))
            .ok_or_else(|| too_large(self.to))
    }
}

/// A way from one currency to another, as a fraction of major units.
#[derive(Debug, Clone)]
struct Way {
    over: i128,
    under: i128,
    used: Vec<Quoted>,
}

impl Rates {
    /// The rates that count on a day, out of the latest of each pair.
    pub fn new(on: NaiveDate, latest: impl IntoIterator<Item = Quoted>) -> Self {
        let known = latest.into_iter().map(|q| ((q.base, q.quote), q)).collect();
        Self { on, known }
    }

    /// An amount in minor units of one currency as minor units of another.
    ///
    /// # Errors
    /// No rate leads from one to the other; the error names both and the day.
    pub fn convert(&self, minor: i64, from: Currency, to: Currency) -> Result<Converted> {
        self.total([(from, minor)], to)
    }

    /// Sums by currency as one total: each is converted and rounded once.
    ///
    /// # Errors
    /// A currency has no rate to `to`; the error names both and the day.
    pub fn total(
        &self,
        sums: impl IntoIterator<Item = (Currency, i64)>,
        to: Currency,
    ) -> Result<Converted> {
        let mut by_currency: BTreeMap<Currency, i64> = BTreeMap::new();
        for (currency, minor) in sums {
            let sum = by_currency.entry(currency).or_default();
            *sum = sum.checked_add(minor).ok_or_else(|| too_large(to))?;
        }
        let mut total = Converted { minor: 0, currency: to, used: BTreeSet::new() };
        for (currency, minor) in by_currency {
            // Nothing is nothing in any currency.
            if minor == 0 {
                continue;
            }
            let lane = self.lane(currency, to)?;
            let part = lane.convert(minor)?;
            total.minor = total.minor.checked_add(part).ok_or_else(|| too_large(to))?;
            total.used.extend(lane.used);
        }
        Ok(total)
    }

    /// What a minor unit of one currency is about worth in minor units of another: for putting amounts
    /// in order, not for sums.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an order needs no more")]
    pub fn worth(&self, from: Currency, to: Currency) -> Option<f64> {
        let way = self.way(from, to)?;
        let units = |c: Currency| 10_f64.powi(i32::try_from(c.scale()).unwrap_or(2));
        Some(way.over as f64 / way.under as f64 * units(to) / units(from))
    }

    /// The way from one currency to another, for many amounts.
    ///
    /// # Errors
    /// No rate leads from one to the other; the error names both and the day.
    pub fn lane(&self, from: Currency, to: Currency) -> Result<Lane> {
        let way = self.way(from, to).ok_or_else(|| self.missing(from, to))?;
        let (over, under) = way.between(from, to).ok_or_else(|| too_large(to))?;
        Ok(Lane { over, under, to, grain: to.grain(), used: way.used.into_iter().collect() })
    }

    fn missing(&self, from: Currency, to: Currency) -> Error {
        Error::invalid(format!("no rate from {from} to {to} of {} or before", self.on)).hint(
            format!(
                "add one: `rolo rate add {from} {to} RATE --on {}`, or `rolo rate import FILE`",
                self.on
            ),
        )
    }

    /// The rate of the pair, else over the one currency that both have a rate to; of several ways
    /// the one whose oldest rate is the youngest.
    fn way(&self, from: Currency, to: Currency) -> Option<Way> {
        if from == to {
            return Some(Way { over: 1, under: 1, used: Vec::new() });
        }
        if let Some(direct) = self.leg(from, to) {
            return Some(direct);
        }
        let between: BTreeSet<Currency> = self.known.keys().flat_map(|(a, b)| [*a, *b]).collect();
        let ways = between.into_iter().filter_map(|by| {
            let way = self.leg(from, by)?.then(self.leg(by, to)?)?;
            Some((way.used.iter().map(|q| q.date).min()?, way))
        });
        // Of equals the first: the currencies come in the order of their codes.
        ways.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, way)| way)
    }

    /// The rate of a pair in either direction, whichever is younger; as it was quoted on a tie.
    fn leg(&self, from: Currency, to: Currency) -> Option<Way> {
        let straight = self.known.get(&(from, to));
        let turned = self.known.get(&(to, from));
        match (straight, turned) {
            (Some(s), Some(t)) if t.date > s.date => Way::turned(t),
            (Some(s), _) => Way::straight(s),
            (None, Some(t)) => Way::turned(t),
            (None, None) => None,
        }
    }
}

impl Way {
    fn straight(rate: &Quoted) -> Option<Self> {
        let plain = rate.rate.normalize();
        let under = 10_i128.checked_pow(plain.scale())?;
        Some(Self { over: plain.mantissa(), under, used: vec![*rate] })
    }

    fn turned(rate: &Quoted) -> Option<Self> {
        let Self { over, under, used } = Self::straight(rate)?;
        Some(Self { over: under, under: over, used })
    }

    fn then(self, next: Self) -> Option<Self> {
        let (over, under) =
            (self.over.checked_mul(next.over)?, self.under.checked_mul(next.under)?);
        let used = self.used.into_iter().chain(next.used).collect();
        let shared = greatest_common_divisor(over, under);
        Some(Self { over: over / shared, under: under / shared, used })
    }

    /// The fraction between the minor units of both.
    fn between(&self, from: Currency, to: Currency) -> Option<(i128, i128)> {
        let over = self.over.checked_mul(10_i128.pow(to.scale()))?;
        let under = self.under.checked_mul(10_i128.pow(from.scale()))?;
        let shared = greatest_common_divisor(over, under);
        Some((over / shared, under / shared))
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs().max(1)
}

/// A quotient rounded to the nearest whole number, a half to the even one; `under` is above 0.
#[must_use]
pub fn half_even(over: i128, under: i128) -> i128 {
    let (whole, rest) = (over.div_euclid(under), over.rem_euclid(under));
    match rest.cmp(&(under - rest)) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole.rem_euclid(2),
    }
}

/// A quotient in the units that amounts are stored in, rounded to the smallest unit of its currency
/// ([`Currency::grain`]), a half to the even one: the one way in which money that is worked out is
/// rounded. None: too large.
#[must_use]
pub fn rounded(over: i128, under: i128, grain: i64) -> Option<i64> {
    let grains = half_even(over, under.checked_mul(grain.into())?);
    i64::try_from(grains.checked_mul(grain.into())?).ok()
}

fn too_large(to: Currency) -> Error {
    Error::invalid(format!("the sum in {to} is too large"))
        .hint("ask for fewer records, or look at the rates with `rolo rate list`")
}

impl Converted {
    /// The total as money.
    #[must_use]
    pub fn money(&self) -> Money {
        Money { minor: self.minor, currency: self.currency }
    }

    /// The line below figures that were converted; `None` where nothing was.
    #[must_use]
    pub fn footer(&self) -> Option<String> {
        footer(self.currency, &self.used)
    }
}

/// The line below converted figures: the rates that they took, and of which days those are.
#[must_use]
pub fn footer(to: Currency, used: &BTreeSet<Quoted>) -> Option<String> {
    let rates: Vec<String> = used.iter().map(ToString::to_string).collect();
    (!rates.is_empty()).then(|| format!("converted to {to} at {}", rates.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cur(code: &str) -> Currency {
        code.parse().expect("a currency")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn rates(list: &[(&str, &str, &str, &str)]) -> Rates {
        let quoted = list.iter().map(|(base, quote, rate, date)| Quoted {
            base: cur(base),
            quote: cur(quote),
            rate: rate.parse().expect("a rate"),
            date: day(date),
        });
        Rates::new(day("2026-11-22"), quoted)
    }

    fn minor(rates: &Rates, minor: i64, from: &str, to: &str) -> i64 {
        rates.convert(minor, cur(from), cur(to)).expect("a way").minor
    }

    #[test]
    fn a_half_goes_to_the_even_neighbour_on_both_sides_of_nothing() {
        let halves: Vec<i128> = [-5, -3, -1, 1, 3, 5].map(|n| half_even(n, 2)).into();
        assert_eq!(halves, [-2, -2, 0, 0, 2, 2]);
        assert_eq!((half_even(7, 4), half_even(-7, 4), half_even(5, 4)), (2, -2, 1));
        let r = rates(&[("EUR", "USD", "0.5", "2026-01-01")]);
        let all: Vec<i64> = [1, 3, 5, 7, -1, -3].map(|m| minor(&r, m, "EUR", "USD")).into();
        assert_eq!(all, [0, 2, 2, 4, 0, -2]);
    }

    #[test]
    fn rates_lead_forth_back_and_over_a_third_currency() {
        let r = rates(&[("EUR", "USD", "1.08", "2026-11-01"), ("EUR", "GBP", "0.9", "2026-11-02")]);
        assert_eq!(minor(&r, 10_000, "EUR", "USD"), 10_800);
        assert_eq!(minor(&r, 10_000, "USD", "EUR"), 9_259);
        assert_eq!(minor(&r, 10_800, "USD", "GBP"), 9_000);
        let used = r.convert(1, cur("USD"), cur("GBP")).expect("a way");
        assert_eq!(
            used.footer().as_deref(),
            Some("converted to GBP at EUR/GBP 0.9 of 2026-11-02, EUR/USD 1.08 of 2026-11-01")
        );
    }

    #[test]
    fn the_younger_of_two_directions_counts() {
        let r = rates(&[("EUR", "USD", "2", "2026-01-01"), ("USD", "EUR", "0.8", "2026-02-01")]);
        assert_eq!(minor(&r, 100, "EUR", "USD"), 125);
        assert_eq!(minor(&r, 100, "USD", "EUR"), 80);
    }

    #[test]
    fn currencies_of_other_decimals_keep_their_minor_units() {
        let r = rates(&[("KWD", "EUR", "3", "2026-01-01"), ("EUR", "JPY", "160.5", "2026-01-01")]);
        assert_eq!(minor(&r, 1_000, "KWD", "EUR"), 300);
        assert_eq!(minor(&r, 300, "EUR", "KWD"), 1_000);
        assert_eq!(minor(&r, 100, "EUR", "JPY"), 16_000);
    }

    #[test]
    fn sums_are_made_before_they_are_rounded_and_what_is_missing_is_named() {
        let r = rates(&[("EUR", "USD", "0.5", "2026-01-01")]);
        let parts = [(cur("EUR"), 1), (cur("EUR"), 1), (cur("USD"), 7), (cur("JPY"), 0)];
        assert_eq!(r.total(parts, cur("USD")).expect("a total").minor, 8);
        let why = r.total([(cur("JPY"), 5)], cur("USD")).expect_err("no rate");
        assert_eq!(why.message, "no rate from JPY to USD of 2026-11-22 or before");
        assert_eq!(why.kind.code(), 4);
    }

    #[test]
    fn the_largest_amounts_are_exact_or_refused() {
        let r = rates(&[
            ("EUR", "USD", "1.08123456789012", "2026-01-01"),
            ("EUR", "GBP", "0.876543210987654", "2026-01-01"),
        ]);
        assert_eq!(minor(&r, 9_000_000_000_000, "EUR", "USD"), 9_731_111_111_011);
        assert!(r.convert(i64::MAX, cur("EUR"), cur("USD")).is_err());
    }
}
