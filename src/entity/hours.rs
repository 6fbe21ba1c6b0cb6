//! Office hours: the times of a week at which somebody answers, and the days off.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::Value;
use super::kind::Locale;
use super::when::{at_local, stored_day, stored_instant, weekday};

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// So many days are looked through for time that is left.
const LONGEST: u64 = 366 * 30;

/// When somebody is there, in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Of each day of the week, from Monday, from which minute until which.
    week: [Vec<(u32, u32)>; 7],
    zone: Tz,
    off: Vec<Off>,
}

/// Days on which nobody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Off {
    Days(NaiveDate, NaiveDate),
    /// Month and day of every year.
    Yearly(u32, u32),
}

/// An open time that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl Office {
    /// The office of hours, a zone and days off, as they are stored.
    ///
    /// # Errors
    /// What isn't understood.
    pub fn of<'w>(
        hours: &str,
        zone: &str,
        off: impl IntoIterator<Item = &'w str>,
    ) -> Result<Self, String> {
        let zone = if zone.is_empty() { Tz::UTC } else { zone.parse().unwrap_or(Tz::UTC) };
        let off = off.into_iter().map(Off::of).collect::<Result<_, _>>()?;
        Ok(Self { week: week_of(hours)?, zone, off })
    }

    /// The open times from an instant on, in their order.
    fn open(&self, from: DateTime<Utc>) -> impl Iterator<Item = Open> + '_ {
        let first = from.with_timezone(&self.zone).date_naive();
        let days = (0..LONGEST).map_while(move |n| first.checked_add_days(Days::new(n)));
        let open =
            days.filter(|day| !self.off.iter().any(|off| off.has(*day))).flat_map(move |day| {
                let spans = &self.week[day.weekday().num_days_from_monday() as usize];
                spans.iter().map(move |(opens, shuts)| Open {
                    from: self.at(day, *opens),
                    until: self.at(day, *shuts),
                })
            });
        open.filter(move |o| o.until > from).map(move |o| Open { from: o.from.max(from), ..o })
    }

    fn at(&self, day: NaiveDate, minute: u32) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        at_local(self.zone, midnight + Duration::minutes(minute.into()))
    }

    /// The open times until so many minutes are over; the last ends then.
    #[must_use]
    pub fn counted(&self, from: DateTime<Utc>, minutes: i64) -> Vec<Open> {
        let mut left = Duration::minutes(minutes);
        let mut counted = Vec::new();
        for open in self.open(from) {
            let until = open.until.min(open.from + left);
            left -= until - open.from;
            counted.push(Open { until, ..open });
            if left <= Duration::zero() {
                break;
            }
        }
        counted
    }

    /// The open times between two instants.
    #[must_use]
    pub fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Open> {
        let open = self.open(from).take_while(|o| o.from < until);
        open.map(|o| Open { until: o.until.min(until), ..o }).collect()
    }
}

/// How many minutes open times have, rounded.
#[must_use]
pub fn minutes_of(open: &[Open]) -> i64 {
    (open.iter().map(|o| (o.until - o.from).num_seconds()).sum::<i64>() + 30) / 60
}

impl Off {
    fn of(word: &str) -> Result<Self, String> {
        let wrong = || format!("`{word}` is no day off");
        let text = word.trim();
        if let Some((first, last)) = text.split_once("..") {
            let days = stored_day(first.trim()).zip(stored_day(last.trim()));
            let days = days.filter(|(first, last)| first <= last);
            return days.map(|(first, last)| Self::Days(first, last)).ok_or_else(wrong);
        }
        if let Some(day) = stored_day(text) {
            return Ok(Self::Days(day, day));
        }
        // A leap year has every day.
        let yearly =
            Some(text).filter(|t| t.len() == 5).and_then(|t| stored_day(&format!("2024-{t}")));
        yearly.map(|day| Self::Yearly(day.month(), day.day())).ok_or_else(wrong)
    }

    fn has(self, day: NaiveDate) -> bool {
        match self {
            Self::Days(first, last) => (first..=last).contains(&day),
            Self::Yearly(month, of_month) => (day.month(), day.day()) == (month, of_month),
        }
    }
}

/// The hours of each day of a week that a text tells: `mon-fri 9:00-12:30 13:30-18; sat 10-14`.
fn week_of(text: &str) -> Result<[Vec<(u32, u32)>; 7], String> {
    let mut week: [Vec<(u32, u32)>; 7] = Default::default();
    let (mut days, mut is_told) = (Vec::new(), true);
    let lower = text.to_lowercase().replace(['–', '—'], "-");
    for word in lower.split([' ', ',', ';', '\t', '\n']).filter(|w| !w.is_empty()) {
        if let Some(more) = days_of(word) {
            if is_told {
                days.clear();
            }
            days.extend(more);
            is_told = false;
            continue;
        }
        let span = span_of(word).ok_or_else(|| {
            format!("`{word}` in `{text}` is neither days (`mon-fri`) nor hours (`9:00-18:00`)")
        })?;
        if days.is_empty() {
            return Err(format!("`{word}` in `{text}` stands behind no days"));
        }
        is_told = true;
        for day in &days {
            let spans: &mut Vec<(u32, u32)> = &mut week[*day];
            if spans.iter().any(|(opens, shuts)| span.0 < *shuts && *opens < span.1) {
                return Err(format!(
                    "`{word}` in `{text}` overlaps other hours of {}",
                    NAMES[*day]
                ));
            }
            spans.push(span);
            spans.sort_unstable();
        }
    }
    if !is_told || week.iter().all(Vec::is_empty) {
        return Err(format!("`{text}` tells no hours"));
    }
    Ok(week)
}

fn days_of(word: &str) -> Option<Vec<usize>> {
    let index = |day: Weekday| day.num_days_from_monday() as usize;
    if word == "daily" {
        return Some((0..7).collect());
    }
    match word.split_once('-') {
        None => Some(vec![index(weekday(word)?)]),
        Some((first, last)) => {
            let (first, last) = (index(weekday(first)?), index(weekday(last)?));
            let count = (7 + last - first) % 7;
            Some((0..=count).map(|n| (first + n) % 7).collect())
        }
    }
}

fn span_of(word: &str) -> Option<(u32, u32)> {
    let (opens, shuts) = word.split_once('-')?;
    let (opens, shuts) = (minute_of(opens)?, minute_of(shuts)?);
    (opens < shuts).then_some((opens, shuts))
}

fn minute_of(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let number = |t: &str| t.parse().ok().filter(|_| t.bytes().all(|b| b.is_ascii_digit()));
    let (hour, minute): (u32, u32) = (number(hour)?, number(minute)?);
    let at = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && at <= DAY).then_some(at)
}

fn told(week: &[Vec<(u32, u32)>; 7]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut at = 0;
    while at < 7 {
        let last = (at..7).take_while(|day| week[*day] == week[at]).last().unwrap_or(at);
        if !week[at].is_empty() {
            let days = match last - at {
                0 => NAMES[at].to_owned(),
                _ => format!("{}-{}", NAMES[at], NAMES[last]),
            };
            let time = |m: u32| format!("{:02}:{:02}", m / 60, m % 60);
            let spans = week[at].iter().map(|(o, s)| format!("{}-{}", time(*o), time(*s)));
            parts.push(format!("{days} {}", spans.collect::<Vec<_>>().join(" ")));
        }
        at = last + 1;
    }
    parts.join("; ")
}

/// Office hours in their usual form.
///
/// # Errors
/// What isn't understood.
pub fn office_hours(value: Value, _: &Locale) -> Result<Value, String> {
    match value {
        Value::Text(text) => Ok(Value::Text(told(&week_of(&text)?))),
        other => Ok(other),
    }
}

/// Days off: `2026-12-25`, `2026-12-24..2027-01-06`, `12-25` of every year.
///
/// # Errors
/// A word that is none.
pub fn days_off(value: Value, _: &Locale) -> Result<Value, String> {
    if let Value::Words(words) = &value {
        for word in words {
            Off::of(word).map_err(|why| {
                format!(
                    "{why}: write `2026-12-25`, `2026-12-24..2027-01-06`, or `12-25` for every year"
                )
            })?;
        }
    }
    Ok(value)
}

/// What the functions of queries are told in one text: an instant, minutes or another instant, hours,
/// zone and days off, a line each.
struct Asked<'t> {
    from: DateTime<Utc>,
    second: &'t str,
    office: Office,
}

impl<'t> Asked<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (from, second) = (stored_instant(lines.next()?)?, lines.next()?);
        let (hours, zone) = (lines.next()?, lines.next()?);
        Some(Self { from, second, office: Office::of(hours, zone, lines).ok()? })
    }
}

/// The instant at which minutes of office time are over; empty where none is.
#[must_use]
pub fn due_in_query(text: &str) -> String {
    let due = Asked::of(text).and_then(|asked| {
        let counted = asked.office.counted(asked.from, asked.second.parse().ok()?);
        counted.last().map(|open| super::when::instant_text(open.until))
    });
    due.unwrap_or_default()
}

/// How many minutes of office time lie between two instants; empty where that can't be told.
#[must_use]
pub fn minutes_in_query(text: &str) -> String {
    let minutes = Asked::of(text).and_then(|asked| {
        let until = stored_instant(asked.second)?;
        Some(minutes_of(&asked.office.between(asked.from, until)).to_string())
    });
    minutes.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(hours: &str, zone: &str, off: &[&str], from: &str, minutes: i64) -> String {
        let office = Office::of(hours, zone, off.iter().copied()).expect("hours");
        let counted = office.counted(from.parse().expect("an instant"), minutes);
        counted.last().map_or_else(String::new, |o| super::super::when::instant_text(o.until))
    }

    #[test]
    fn time_runs_while_the_office_is_open() {
        let week = "mon-fri 9-12 13-18";
        for (from, minutes, until) in [
            ("2026-11-20T09:30:00Z", 60, "2026-11-20T10:30:00Z"),
            // Over lunch, over the night, over the weekend.
            ("2026-11-20T11:30:00Z", 60, "2026-11-20T13:30:00Z"),
            ("2026-11-19T17:30:00Z", 60, "2026-11-20T09:30:00Z"),
            ("2026-11-20T17:59:00Z", 2, "2026-11-23T09:01:00Z"),
            ("2026-11-21T03:00:00Z", 60, "2026-11-23T10:00:00Z"),
            // Exactly a day's work ends with the day.
            ("2026-11-20T09:00:00Z", 480, "2026-11-20T18:00:00Z"),
        ] {
            assert_eq!(due(week, "UTC", &[], from, minutes), until, "{from} + {minutes}");
        }
        // In winter and in summer nine o'clock is another instant; days off don't count.
        let sofia = "Europe/Sofia";
        assert_eq!(due(week, sofia, &[], "2026-11-20T00:00:00Z", 30), "2026-11-20T07:30:00Z");
        assert_eq!(due(week, sofia, &[], "2026-07-20T00:00:00Z", 30), "2026-07-20T06:30:00Z");
        let off = ["12-25", "2026-12-28..2027-01-03"];
        assert_eq!(due(week, "UTC", &off, "2026-12-24T17:30:00Z", 60), "2027-01-04T09:30:00Z");
        assert_eq!(
            due("daily 0-24", "UTC", &[], "2026-11-20T10:00:00Z", 3_000),
            "2026-11-22T12:00:00Z"
        );
    }

    #[test]
    fn hours_have_one_form_and_wrong_ones_are_told() {
        for (text, form) in [
            ("Mon-Fri 9:00-18", "mon-fri 09:00-18:00"),
            ("mon-thu 9-17, fri 9-15", "mon-thu 09:00-17:00; fri 09:00-15:00"),
            ("sat, sun 10-12; mon 8–9", "mon 08:00-09:00; sat-sun 10:00-12:00"),
            ("fri-mon 22-24", "mon 22:00-24:00; fri-sun 22:00-24:00"),
            ("mon-fri 9-12, 13-17", "mon-fri 09:00-12:00 13:00-17:00"),
        ] {
            let week = week_of(text).expect("hours");
            assert_eq!(told(&week), form);
            assert_eq!(week_of(form).expect("hours"), week);
        }
        for text in
            ["", "mon", "9-18", "mon 18-9", "mon 9-25", "mon 9:60-10", "mon 9-12 11-14", "noon"]
        {
            assert!(week_of(text).is_err(), "{text}");
        }
        for word in ["2026-12-25", "12-25", "02-29", "2026-12-24..2027-01-06"] {
            assert!(Off::of(word).is_ok(), "{word}");
        }
        for word in ["", "25.12.2026", "13-01", "2027-01-06..2026-12-24", "12-5"] {
            assert!(Off::of(word).is_err(), "{word}");
        }
    }
}
