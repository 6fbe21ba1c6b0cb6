//! Days of which the year isn't known: birthdays in address books. Written `--05-14` (ISO 8601 and
//! vCard); inside, a day of the year 0, which no other date can have.

use chrono::{Datelike, NaiveDate};

use super::when::{day_text, named_month};

/// The year that stands for none.
const NONE: i32 = 0;

/// A day of any year; `None` where the month has no such day.
#[must_use]
pub fn of(month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(NONE, month, day)
}

/// Whether the year of a day isn't known.
#[must_use]
pub fn is(day: NaiveDate) -> bool {
    day.year() == NONE
}

/// Whether two days are the same as far as both are known.
#[must_use]
pub fn agree(one: NaiveDate, other: NaiveDate) -> bool {
    let of_year = |day: NaiveDate| (day.month(), day.day());
    of_year(one) == of_year(other) && (one == other || is(one) || is(other))
}

/// A day, with or without a year, in its stored form.
#[must_use]
pub fn text(day: NaiveDate) -> String {
    day_text(day)
}

/// The day of `--05-14`, `--0514`, `14 May`, `May 14`, `14.05.`; `None` for other texts, those with
/// a year among them.
#[must_use]
pub fn parse(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let number = |digits: &str| {
        let is_short = (1..=2).contains(&digits.len());
        (is_short && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
    };
    if let Some(rest) = text.strip_prefix("--") {
        let (month, day) = match rest.split_once('-') {
            Some(parts) => parts,
            None if rest.len() == 4 => rest.split_at_checked(2)?,
            None => return None,
        };
        return of(number(month)?, number(day)?);
    }
    if let Some((day, month)) = text.strip_suffix('.').and_then(|t| t.split_once('.')) {
        return of(number(month)?, number(day)?);
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split([' ', '.', ',', '-']).filter(|w| !matches!(*w, "" | "de" | "of")).collect();
    let [a, b] = words[..] else { return None };
    match (number(a), number(b)) {
        (Some(day), None) => of(named_month(b)?, day),
        (None, Some(day)) => of(named_month(a)?, day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_year_is_read_and_written() {
        for (given, want) in [
            ("--05-14", "--05-14"),
            (" --05-14", "--05-14"),
            ("--0514", "--05-14"),
            ("--5-4", "--05-04"),
            ("--02-29", "--02-29"),
            ("14 May", "--05-14"),
            ("May 14", "--05-14"),
            ("14. Mai", "--05-14"),
            ("14 мая", "--05-14"),
            ("14 de mayo", "--05-14"),
            ("14.05.", "--05-14"),
        ] {
            assert_eq!(parse(given).map(text).as_deref(), Some(want), "{given}");
        }
        for none in [
            "--13-01",
            "--02-30",
            "--514",
            "---05-14",
            "14 May 2026",
            "14.05.26",
            "05/14",
            "14",
            "May",
            "14 x",
            "",
        ] {
            assert_eq!(parse(none), None, "{none}");
        }
    }

    #[test]
    fn days_agree_as_far_as_both_are_known() {
        let day = |text: &str| super::super::when::stored_day(text).expect(text);
        assert!(
            agree(day("--05-14"), day("1980-05-14")) && agree(day("1980-05-14"), day("--05-14"))
        );
        assert!(!agree(day("--05-14"), day("1980-05-15")));
        assert!(!agree(day("1981-05-14"), day("1980-05-14")));
        assert!(is(day("--05-14")) && !is(day("1980-05-14")));
    }
}
