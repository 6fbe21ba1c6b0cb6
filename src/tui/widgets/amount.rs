//! Amounts where there is little room.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::entity::money::Currency;

/// `EUR 212k`: three digits that count; sums of several currencies beside each other, never added.
pub(crate) fn short_sums(sums: &BTreeMap<Currency, i64>) -> String {
    let parts: Vec<String> =
        sums.iter().filter(|(_, minor)| **minor != 0).map(|(c, minor)| short(*minor, *c)).collect();
    parts.join(" + ")
}

/// The same where there is little room: whole amounts that fit, and how many more there are.
pub(crate) fn short_sums_in(sums: &BTreeMap<Currency, i64>, room: usize) -> String {
    let whole = short_sums(sums);
    if whole.len() <= room {
        return whole;
    }
    let parts: Vec<&str> = whole.split(" + ").collect();
    let some = (1..parts.len())
        .rev()
        .map(|count| format!("{} + {} more", parts[..count].join(" + "), parts.len() - count));
    let least = format!("{} +{}", parts[0], parts.len() - 1);
    some.chain([least]).find(|text| text.len() <= room).unwrap_or_default()
}

/// One amount, shortened.
pub(crate) fn short(minor: i64, currency: Currency) -> String {
    let amount = Decimal::new(minor, currency.scale());
    format!("{} {}", currency.code(), short_number(amount.to_f64().unwrap_or(0.0)))
}

/// A number with its thousands apart.
pub(crate) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number with at most three digits that count, and `k`, `M` or `G`.
pub(crate) fn short_number(n: f64) -> String {
    let sign = if n < 0.0 { "-" } else { "" };
    let n = n.abs();
    for (unit, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if n >= unit * 0.9995 {
            let scaled = n / unit;
            let digits = if scaled < 9.995 { 2 } else { usize::from(scaled < 99.95) };
            let text = format!("{scaled:.digits$}");
            let text = if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.')
            } else {
                &text
            };
            return format!("{sign}{text}{letter}");
        }
    }
    format!("{sign}{n:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::money::parse_money;

    #[test]
    fn an_amount_is_whole_or_counted_but_never_cut() {
        let currency = |code: &str| code.parse::<Currency>().unwrap();
        let sums: BTreeMap<Currency, i64> =
            [("EUR", 1_340_000), ("GBP", 2_340_000), ("USD", 3_300_000)]
                .map(|(code, minor)| (currency(code), minor))
                .into();
        assert_eq!(short_sums_in(&sums, 40), "EUR 13.4k + GBP 23.4k + USD 33k");
        assert_eq!(short_sums_in(&sums, 30), "EUR 13.4k + GBP 23.4k + 1 more");
        assert_eq!(short_sums_in(&sums, 20), "EUR 13.4k + 2 more");
        assert_eq!(short_sums_in(&sums, 12), "EUR 13.4k +2");
        assert_eq!(short_sums_in(&sums, 10), "");
        // Yen are kept in hundredths, dinars in thousandths.
        let yen_and_dinar = [("JPY", 1_234_500), ("KWD", 12_345_000)];
        assert_eq!(
            short_sums(&yen_and_dinar.map(|(code, minor)| (currency(code), minor)).into()),
            "JPY 12.3k + KWD 12.3k"
        );
    }

    #[test]
    fn a_currency_without_decimals_is_counted_in_its_own_units() {
        for (money, shown) in [("4200000 JPY", "JPY 4.2M"), ("1234.5 KWD", "KWD 1.23k")] {
            let money = parse_money(money, Currency::EUR).unwrap();
            assert_eq!(short(money.minor, money.currency), shown);
        }
    }

    #[test]
    fn three_digits_count() {
        for (n, text) in [
            (0.0, "0"),
            (999.4, "999"),
            (999.6, "1k"),
            (1_250_000.0, "1.25M"),
            (48_000.0, "48k"),
            (12_300.0, "12.3k"),
            (212_345.0, "212k"),
            (999_600.0, "1M"),
            (-5_900.0, "-5.9k"),
        ] {
            assert_eq!(short_number(n), text);
        }
    }
}
