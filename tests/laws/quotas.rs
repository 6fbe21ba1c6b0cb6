//! What was won of quotas, against a plain count over the exported files.

use std::collections::HashMap;
use std::fmt::Write;

use proptest::prelude::*;

use super::desk::Desk;
use crate::harness::cases;
use rolo::model::model;

const CODES: [&str; 4] = ["EUR", "USD", "JPY", "KWD"];

/// A deal: minor units, currency, owner, day of 2026, whether it was won, company.
type Made = (i64, usize, usize, u32, bool, usize);

fn deals() -> impl Strategy<Value = Vec<Made>> {
    let one = (0_i64..2_000_000, 0..CODES.len(), 0..3_usize, 1_u32..360, any::<bool>(), 0..3_usize);
    proptest::collection::vec(one, 0..40)
}

/// Rates of a million to the euro, in their order of days.
fn rates() -> impl Strategy<Value = Vec<(u32, [u64; 3])>> {
    let one = (1_u32..360, [1_000_u64..3_000_000, 1_000..300_000_000, 1_000..3_000_000]);
    proptest::collection::vec(one, 1..4)
}

fn day(number: u32) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    (first + chrono::Days::new(number.into())).to_string()
}

fn cells(csv_text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let heads = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|r| r.expect("a row"));
    rows.map(|r| heads.iter().map(str::to_owned).zip(r.iter().map(str::to_owned)).collect())
        .collect()
}

/// Thousandths of the major unit, which every currency here has.
fn thousandths(text: &str) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let whole: i128 = whole.parse().expect("digits");
    whole * 1000 + sign * format!("{part:0<3}").parse::<i128>().expect("digits")
}

/// To the nearest whole number, a half to the even one, by looking at all three cases.
fn nearest_even(over: i128, under: i128) -> i128 {
    let down = over / under;
    let left = over - down * under;
    if left * 2 < under || (left * 2 == under && down % 2 == 0) { down } else { down + 1 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(24), ..ProptestConfig::default() })]

    #[test]
    fn what_was_won_is_what_the_exported_deals_add_up_to(made in deals(), rates in rates(), quarter in 1_u32..=4, of in 0..4_usize) {
        let d = Desk::new(model);
        d.ok(&["team", "add", "west"]);
        for user in ["u0", "u1", "u2"] {
            d.ok(&["user", "add", user]);
        }
        d.ok(&["user", "edit", "u1", "--team", "west"]);
        d.ok(&["territory", "add", "T", "--country", "XX"]);
        for (n, country) in ["XX", "YY", "ZZ"].iter().enumerate() {
            d.ok(&["company", "add", &format!("c{n}"), "--country", country]);
        }
        let mut text = String::from("name,amount,amount_currency,owner,company,stage,closes\n");
        for (n, (minor, code, owner, on, won, company)) in made.iter().enumerate() {
            let stage = if *won { "Won" } else { "Lead" };
            let _ = writeln!(text, "d{n},{}.{:02},{},u{owner},c{company},{stage},{}", minor / 100, minor % 100, CODES[*code], day(*on));
        }
        let file = d.file("deals.csv", &text);
        if !made.is_empty() {
            d.ok(&["deal", "import", &file]);
        }
        let mut text = String::from("date,base,quote,rate\n");
        for (on, values) in std::iter::once(&(0, [1_080_000, 160_000_000, 330_000])).chain(&rates) {
            for (code, millionths) in CODES[1..].iter().zip(values) {
                let _ = writeln!(text, "{},EUR,{code},{}.{:06}", day(*on), millionths / 1_000_000, millionths % 1_000_000);
            }
        }
        let file = d.file("rates.csv", &text);
        d.ok(&["rate", "import", &file]);
        let period = format!("2026-Q{quarter}");
        let whose: &[&str] = [&["--user", "u1"][..], &["--team", "west"], &["--territory", "T"], &[]][of];
        d.ok(&[&["quota", "add", period.as_str(), "--amount", "1000 EUR"][..], whose].concat());

        let (first, last) = (format!("2026-{:02}", quarter * 3 - 2), format!("2026-{:02}-32", quarter * 3));
        let today = "2026-11-22".to_owned();
        let end = chrono::NaiveDate::from_ymd_opt(2026, quarter * 3, if quarter == 1 || quarter == 4 { 31 } else { 30 }).expect("a day").to_string();
        let on = end.min(today);
        let mut sums: HashMap<String, i128> = HashMap::new();
        for deal in cells(&d.ok(&["deal", "export"])) {
            let fits = match of { 0 | 1 => deal["owner"] == "u1", 2 => deal["company"] == "c0", _ => true };
            if fits && deal["stage"] == "Won" && deal["closes"] >= first && deal["closes"] < last {
                *sums.entry(deal["amount_currency"].clone()).or_default() += thousandths(&deal["amount"]);
            }
        }
        let all_rates = cells(&d.ok(&["rate", "export"]));
        let mut total = 0;
        for (code, sum) in sums {
            if code == "EUR" {
                total += sum / 10;
                continue;
            }
            let rate = all_rates
                .iter()
                .filter(|r| r["quote"] == code && r["date"] <= on)
                .max_by(|a, b| a["date"].cmp(&b["date"]))
                .expect("a rate");
            let (whole, part) = rate["rate"].split_once('.').unwrap_or((&rate["rate"], ""));
            let millionths: i128 = format!("{whole}{part:0<6}").parse().expect("digits");
            total += nearest_even(sum * 100_000, millionths);
        }
        let found = d.json(&["quota", "attainment", "-o", "json"]);
        let won = thousandths(&found[0]["won"].to_string());
        prop_assert_eq!(won, total * 10);
    }
}
