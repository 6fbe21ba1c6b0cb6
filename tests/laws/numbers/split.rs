//! What the checks of all numbers share: rows by their key, deals by what they have in common, and
//! middle values.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::records::{Deal, Records, nearest_even};

/// What a person would call the group that a deal is in.
pub(super) fn key_of(deal: &Deal, by: &str, there: &Records) -> String {
    let text = match by {
        "stage" => format!("{}/{}", deal.stage.pipeline, deal.stage.name),
        "pipeline" => deal.stage.pipeline.clone(),
        "month" => deal.decided().map(|d| d.format("%Y-%m").to_string()).unwrap_or_default(),
        "reason" => deal.cells["lost_reason"].clone(),
        "territory" => there.territory(deal).to_owned(),
        "team" => if deal.cells["owner"] == "bob" { "west" } else { "" }.to_owned(),
        field => deal.cells[field].clone(),
    };
    if text.is_empty() { "none".into() } else { text }
}

/// Deals by their group.
pub(super) fn groups<'r>(
    deals: impl Iterator<Item = &'r Deal>,
    by: &str,
    there: &Records,
) -> BTreeMap<String, Vec<&'r Deal>> {
    let mut found: BTreeMap<String, Vec<&Deal>> = BTreeMap::new();
    for deal in deals {
        found.entry(key_of(deal, by, there)).or_default().push(deal);
    }
    found
}

/// The rows of a number by their key.
pub(super) fn rows(answer: &Value) -> BTreeMap<String, &Value> {
    let all = answer.as_array().unwrap_or_else(|| panic!("{answer} has no rows"));
    let found: BTreeMap<String, &Value> =
        all.iter().map(|r| (r["row"].as_str().expect("a key").to_owned(), r)).collect();
    assert_eq!(found.len(), all.len(), "two rows of one key: {answer}");
    found
}

/// A rounded number as it should be printed: so many tenths.
pub(super) fn tenths(over: i128, under: i128) -> String {
    if under == 0 {
        return "null".into();
    }
    let tenths = nearest_even(over * 10, under);
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

pub(super) fn percent(part: i128, whole: i128) -> String {
    if whole < 0 { tenths(-part * 100, -whole) } else { tenths(part * 100, whole) }
}

/// A percentile of seconds, in days: the weighted mean of the two values that it lies between.
pub(super) fn percentile_days(seconds: &[i64], percent: usize) -> String {
    let mut sorted = seconds.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.reverse();
    let Some(last) = sorted.len().checked_sub(1) else { return "null".into() };
    let place = last * percent;
    let weight = i128::try_from(place % 100).expect("small");
    let low = i128::from(sorted[place / 100]);
    let high = i128::from(sorted[last.min(place / 100 + 1)]);
    tenths(low * (100 - weight) + high * weight, 86_400 * 100)
}

pub(super) fn mean_days(seconds: &[i64]) -> String {
    let sum: i128 = seconds.iter().map(|s| i128::from(*s)).sum();
    tenths(sum, 86_400 * seconds.len() as i128)
}

/// A day within a period that may be open at both ends.
pub(super) fn within(day: Option<NaiveDate>, (first, last): (&str, &str)) -> bool {
    let day = day.map(|d| d.to_string()).unwrap_or_default();
    !day.is_empty() && (first.is_empty() || *day >= *first) && (last.is_empty() || *day <= *last)
}

/// `--from` and `--to` of a period.
pub(super) fn span<'a>((first, last): (&'a str, &'a str)) -> Vec<&'a str> {
    let mut args = Vec::new();
    for (option, day) in [("--from", first), ("--to", last)] {
        if !day.is_empty() {
            args.extend([option, day]);
        }
    }
    args
}

/// The periods that numbers are asked about.
pub(super) const SPANS: [(&str, &str); 3] =
    [("", ""), ("2025-09-10", "2026-03-31"), ("2026-01-01", "")];
