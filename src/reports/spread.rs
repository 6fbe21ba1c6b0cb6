//! What is typical of many values: the one definition of median and percentile for all numbers.

use rust_decimal::Decimal;

use crate::entity::Value;
use crate::entity::exchange::{half_even, rounded};
use crate::entity::money::Currency;

/// Said wherever a median or a percentile is shown.
macro_rules! percentiles {
    () => {
        " Percentiles lie between the values in their order, at (n - 1) × p, straight between the two \
          neighbours; the median is that of 50 %."
    };
}
/// Where that comes from.
macro_rules! percentiles_source {
    () => {
        " Percentiles of type 7 in Hyndman and Fan 1996, as in R, NumPy and spreadsheets."
    };
}

pub(super) use {percentiles, percentiles_source};

/// Seconds of a day.
const DAY: i128 = 86_400;

/// Lengths in seconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Spread {
    seconds: Vec<i64>,
}

impl Spread {
    pub(super) fn add(&mut self, seconds: i64) {
        self.seconds.push(seconds);
    }

    pub(super) fn add_days(&mut self, days: i64) {
        self.seconds.push(days.saturating_mul(86_400));
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.seconds.extend(&other.seconds);
    }

    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.seconds.len()).unwrap_or(i64::MAX)
    }

    pub(super) fn sum(&self) -> i128 {
        self.seconds.iter().map(|s| i128::from(*s)).sum()
    }

    /// Days to one decimal.
    pub(super) fn mean(&self) -> Value {
        days(self.sum(), i128::from(self.count()))
    }

    pub(super) fn longest(&self) -> Value {
        self.seconds.iter().max().map_or(Value::Null, |s| days(i128::from(*s), 1))
    }

    /// Days to one decimal; `tenths` of ten.
    pub(super) fn percentile(&mut self, tenths: usize) -> Value {
        percentile(&mut self.seconds, tenths * 10)
            .map_or(Value::Null, |hundredths| days(hundredths, 100))
    }
}

/// The percentile of values, which lose their order by it, in hundredths.
pub(super) fn percentile(values: &mut [i64], percent: usize) -> Option<i128> {
    let steps = values.len().checked_sub(1)? * percent.min(100);
    let rest = i128::try_from(steps % 100).unwrap_or(0);
    let (_, low, above) = values.select_nth_unstable(steps / 100);
    let low = i128::from(*low);
    let high = above.iter().min().map_or(low, |high| i128::from(*high));
    Some(low * 100 + (high - low) * rest)
}

/// The same for amounts, rounded half to even to the smallest unit of their currency.
pub(super) fn percentile_of_money(values: &mut [i64], percent: usize, currency: Currency) -> i64 {
    let hundredths = percentile(values, percent).unwrap_or(0);
    rounded(hundredths, 100, currency.grain()).unwrap_or(i64::MAX)
}

fn days(over: i128, under: i128) -> Value {
    if under == 0 {
        return Value::Null;
    }
    let tenths = half_even(over * 10, under * DAY);
    Value::Decimal(Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1))
}

/// So much of so much, from 0 to 100 with one decimal; nothing of nothing is empty.
pub(super) fn percent(part: i128, whole: i128) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    let (part, whole) = if whole < 0 { (-part, -whole) } else { (part, whole) };
    let tenths = half_even(part * 1000, whole);
    Value::Decimal(Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_straight_between_the_neighbours() {
        assert_eq!(percentile(&mut [], 50), None);
        assert_eq!(percentile(&mut [7], 90), Some(700));
        assert_eq!(percentile(&mut [2, 1], 50), Some(150));
        // numpy.percentile([1, 2, 3, 4, 10], 90) is 7.6.
        assert_eq!(percentile(&mut [4, 10, 2, 1, 3], 90), Some(760));
        assert_eq!(percentile(&mut [4, 10, 2, 1, 3], 100), Some(1000));
        let money =
            |code: &str, p| percentile_of_money(&mut [3, 0], p, code.parse().expect("a currency"));
        assert_eq!([25, 75].map(|p| money("EUR", p)), [1, 2]);
        assert_eq!([25, 75].map(|p| money("JPY", p)), [0, 0]);
    }

    #[test]
    fn halves_go_to_the_even_tenth_and_nothing_of_nothing_is_empty() {
        let tenths = |tenths| Value::Decimal(Decimal::new(tenths, 1));
        assert_eq!(percent(1, 2000), tenths(0));
        assert_eq!(percent(3, 2000), tenths(2));
        assert_eq!(percent(2, 3), tenths(667));
        assert_eq!(percent(-1, -3), tenths(333));
        assert_eq!(percent(1, 0), Value::Null);
    }
}
