//! Rules of recurrence (RFC 5545, 3.3.10): read from words, checked, and stepped in wall time.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use rrule::{RRule, Tz as RuleTz, Unvalidated};

use super::when::{Due, at_local};

/// A rule as it is stored, from a rule or from words such as `weekly` or `every 2 weeks`.
///
/// # Errors
/// Why it is no rule.
pub fn parse(text: &str) -> Result<String, String> {
    let rule = match from_words(&text.to_lowercase()) {
        Some(rule) => rule,
        None => text.trim_start_matches("RRULE:").to_uppercase(),
    };
    let parsed: RRule<Unvalidated> =
        rule.parse().map_err(|_| format!("`{text}` is not a rule of recurrence"))?;
    // Validation needs a start; any will do for what depends on the rule alone.
    parsed
        .validate(DateTime::UNIX_EPOCH.with_timezone(&RuleTz::UTC))
        .map_err(|why| format!("`{text}` is not a rule of recurrence: {why}"))?;
    Ok(rule)
}

fn from_words(text: &str) -> Option<String> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let simple = match text {
        "daily" | "every day" => "FREQ=DAILY",
        "weekly" | "every week" => "FREQ=WEEKLY",
        "monthly" | "every month" => "FREQ=MONTHLY",
        "quarterly" | "every quarter" => "FREQ=MONTHLY;INTERVAL=3",
        "yearly" | "annually" | "every year" => "FREQ=YEARLY",
        "weekdays" | "every weekday" => "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        _ => "",
    };
    if !simple.is_empty() {
        return Some(simple.to_owned());
    }
    let rest = text.strip_prefix("every ")?;
    let days: Option<Vec<String>> = rest
        .split([',', ' '])
        .filter(|w| !w.is_empty() && *w != "and")
        .map(|w| DAYS.iter().find(|d| w.starts_with(**d)).map(|d| d[..2].to_uppercase()))
        .collect();
    if let Some(days) = days.filter(|d| !d.is_empty()) {
        return Some(format!("FREQ=WEEKLY;BYDAY={}", days.join(",")));
    }
    let (count, unit) = rest.split_once(' ')?;
    let count: u16 = count.parse().ok().filter(|n| *n > 0)?;
    let frequency = match unit.trim_end_matches('s') {
        "day" => "DAILY",
        "week" => "WEEKLY",
        "month" => "MONTHLY",
        "year" => "YEARLY",
        _ => return None,
    };
    Some(format!("FREQ={frequency};INTERVAL={count}"))
}

/// The next time of a rule behind `from`, keeping the wall time of `zone`; `None` when the rule has
/// ended. A rule's `COUNT` is counted by the caller, who stores what is left ([`spend`]).
///
/// # Errors
/// The rule can't be read.
pub fn next(rule: &str, from: Due, zone: Tz) -> Result<Option<Due>, String> {
    let wall = match from {
        Due::Day(day) => day.and_hms_opt(12, 0, 0).unwrap_or_default(),
        Due::At(at) => at.with_timezone(&zone).naive_local(),
    };
    let Some(found) = next_wall(&without_count(rule), wall, zone)? else { return Ok(None) };
    Ok(Some(match from {
        Due::Day(_) => Due::Day(found.date()),
        Due::At(_) => Due::At(at_local(zone, found)),
    }))
}

/// The next wall time of a rule. The rule is stepped in plain wall time, so that a change of
/// clocks in between can't shift it.
fn next_wall(rule: &str, from: NaiveDateTime, zone: Tz) -> Result<Option<NaiveDateTime>, String> {
    let start = from.and_utc().with_timezone(&RuleTz::UTC);
    let parsed: RRule<Unvalidated> = rule.parse().map_err(|why| format!("{why}"))?;
    let set = match until_as_wall(parsed, zone).build(start) {
        Ok(set) => set,
        // An UNTIL before the start: the rule has ended.
        Err(_) if rule.contains("UNTIL=") => return Ok(None),
        Err(why) => return Err(why.to_string()),
    };
    let found = set.after(start).all(3).dates;
    Ok(found.into_iter().map(|at| at.naive_utc()).find(|at| *at > from))
}

/// `UNTIL` is an instant; the stepping is in wall time.
fn until_as_wall(rule: RRule<Unvalidated>, zone: Tz) -> RRule<Unvalidated> {
    match rule.get_until() {
        Some(until) => {
            let wall = until.with_timezone(&zone).naive_local().and_utc();
            rule.clone().until(wall.with_timezone(&RuleTz::UTC))
        }
        None => rule,
    }
}

fn without_count(rule: &str) -> String {
    let kept: Vec<&str> = rule.split(';').filter(|p| !p.starts_with("COUNT=")).collect();
    kept.join(";")
}

/// The rule for the next record of a row: `COUNT` is one less; `None` when this was the last.
#[must_use]
pub fn spend(rule: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in rule.split(';') {
        match part.strip_prefix("COUNT=").map(str::parse::<u32>) {
            Some(Ok(0 | 1)) => return None,
            Some(Ok(n)) => parts.push(format!("COUNT={}", n - 1)),
            _ => parts.push(part.to_owned()),
        }
    }
    Some(parts.join(";"))
}

/// Times of an event within a span, first one included, at most `limit`.
#[must_use]
pub fn within(
    rule: &str,
    start: DateTime<Utc>,
    zone: Tz,
    span: (DateTime<Utc>, DateTime<Utc>),
    limit: u16,
) -> Vec<DateTime<Utc>> {
    let wall = start.with_timezone(&zone).naive_local().and_utc().with_timezone(&RuleTz::UTC);
    let Ok(parsed) = rule.parse::<RRule<Unvalidated>>() else { return Vec::new() };
    let Ok(set) = until_as_wall(parsed, zone).build(wall) else { return Vec::new() };
    // A day of slack on both sides covers every offset of a zone.
    let slack = chrono::Duration::days(1);
    set.after((span.0 - slack).with_timezone(&RuleTz::UTC))
        .before((span.1 + slack).with_timezone(&RuleTz::UTC))
        .all(limit)
        .dates
        .into_iter()
        .map(|at| at_local(zone, at.naive_utc()))
        .filter(|at| (span.0..span.1).contains(at))
        .collect()
}

/// Whether a day is on a weekend; demo data and workdays ask.
#[must_use]
pub fn is_weekend(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() > 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::when::stored_instant;

    fn step(rule: &str, from: &str, zone: &str) -> String {
        let from = Due::stored(from).expect("a due");
        let zone = zone.parse().expect("a zone");
        next(&parse(rule).expect(rule), from, zone)
            .expect("a rule")
            .map_or_else(|| "none".into(), |d| d.to_string())
    }

    #[test]
    fn words_become_rules() {
        assert_eq!(parse("weekly").as_deref(), Ok("FREQ=WEEKLY"));
        assert_eq!(parse("every 2 weeks").as_deref(), Ok("FREQ=WEEKLY;INTERVAL=2"));
        assert_eq!(parse("every mon, thu").as_deref(), Ok("FREQ=WEEKLY;BYDAY=MO,TH"));
        assert!(parse("sometimes").is_err());
        assert!(parse("FREQ=NEVER").is_err());
    }

    #[test]
    fn wall_time_is_kept_over_a_change_of_clocks() {
        assert_eq!(step("weekly", "2026-03-24T07:00:00Z", "Europe/Sofia"), "2026-03-31T06:00:00Z");
        assert_eq!(step("weekly", "2026-10-20T06:00:00Z", "Europe/Sofia"), "2026-10-27T07:00:00Z");
        assert_eq!(
            step("daily", "2026-04-04T20:00:00Z", "Pacific/Auckland"),
            "2026-04-05T20:00:00Z"
        );
    }

    #[test]
    fn days_step_as_days() {
        assert_eq!(step("monthly", "2026-01-15", "UTC"), "2026-02-15");
        assert_eq!(step("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", "UTC"), "2026-02-28");
        assert_eq!(step("weekdays", "2026-11-20", "UTC"), "2026-11-23");
        assert_eq!(step("FREQ=DAILY;UNTIL=20260101T000000Z", "2026-01-15", "UTC"), "none");
    }

    #[test]
    fn a_count_runs_out() {
        assert_eq!(spend("FREQ=DAILY;COUNT=2").as_deref(), Some("FREQ=DAILY;COUNT=1"));
        assert_eq!(spend("FREQ=DAILY;COUNT=1"), None);
    }

    #[test]
    fn an_event_repeats_within_a_span() {
        let at = |t: &str| stored_instant(t).expect("an instant");
        let found = within(
            "FREQ=WEEKLY",
            at("2026-10-20T06:00:00Z"),
            "Europe/Sofia".parse().expect("a zone"),
            (at("2026-10-24T00:00:00Z"), at("2026-11-04T00:00:00Z")),
            100,
        );
        let found: Vec<String> = found.into_iter().map(crate::entity::when::instant_text).collect();
        assert_eq!(found, ["2026-10-27T07:00:00Z", "2026-11-03T07:00:00Z"]);
    }
}
