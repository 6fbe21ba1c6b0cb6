//! Days, instants and spans of time as people type them and as they are stored.
//!
//! Stored: a day as `2026-11-22`, an instant as `2026-11-22T09:00:00Z`, a duration in minutes.

use std::borrow::Cow;
use std::fmt;

use chrono::{
    DateTime, Datelike, Days, Duration, FixedOffset, MappedLocalTime, Months, NaiveDate,
    NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::Tz;

use super::spelt;

/// Which number of `03/04/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    Dmy,
    Mdy,
    Ymd,
}

impl DateOrder {
    /// The order of a word: `dmy`, `mdy` or `ymd`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "dmy" => Some(Self::Dmy),
            "mdy" => Some(Self::Mdy),
            "ymd" => Some(Self::Ymd),
            _ => None,
        }
    }
}

/// What reading a date depends on.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub now: DateTime<Utc>,
    pub zone: Tz,
    /// `None` refuses what could be read two ways.
    pub order: Option<DateOrder>,
}

/// A day or an instant: when a task is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Day(NaiveDate),
    At(DateTime<Utc>),
}

/// The first and the last day of what a word of time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Period {
    fn day(day: NaiveDate) -> Self {
        Self { first: day, last: day }
    }

    /// The name of a whole month, quarter or year: `2026-11`, `2026-Q4`, `2026`.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let year = self.first.year();
        if *self == year_of(self.first) {
            Some(format!("{year:04}"))
        } else if *self == quarter_of(self.first) {
            Some(format!("{year:04}-Q{}", self.first.month0() / 3 + 1))
        } else {
            (*self == month_of(self.first)).then(|| format!("{year:04}-{:02}", self.first.month()))
        }
    }
}

/// The stored form of an instant.
#[must_use]
pub fn instant_text(at: DateTime<Utc>) -> String {
    let (day, time) = (at.date_naive(), at.time());
    let mut text = day_text(day);
    text.reserve(10);
    for (mark, number) in [('T', time.hour()), (':', time.minute()), (':', time.second())] {
        text.push(mark);
        push_two(&mut text, number);
    }
    text.push('Z');
    text
}

/// The stored form of a day.
#[must_use]
pub fn day_text(day: NaiveDate) -> String {
    let mut text = String::with_capacity(20);
    if super::yearless::is(day) {
        text.push('-');
    } else {
        let year = day.year().unsigned_abs();
        push_two(&mut text, year / 100);
        push_two(&mut text, year % 100);
    }
    for number in [day.month(), day.day()] {
        text.push('-');
        push_two(&mut text, number);
    }
    text
}

/// Two digits; dates are written by the million.
fn push_two(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// The instant of its stored form.
#[must_use]
pub fn stored_instant(text: &str) -> Option<DateTime<Utc>> {
    let bytes = text.as_bytes();
    if bytes.len() != 20
        || bytes[10] != b'T'
        || bytes[13] != b':'
        || bytes[16] != b':'
        || bytes[19] != b'Z'
    {
        return None;
    }
    let day = stored_day(&text[..10])?;
    let time = NaiveTime::from_hms_opt(
        digits(&bytes[11..13])?,
        digits(&bytes[14..16])?,
        digits(&bytes[17..19])?,
    )?;
    Some(day.and_time(time).and_utc())
}

/// The number of a fixed run of digits: stored dates are read by the million.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

/// The day of its stored form.
#[must_use]
pub fn stored_day(text: &str) -> Option<NaiveDate> {
    if text.starts_with("--") {
        return super::yearless::parse(text);
    }
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i32::try_from(digits(&bytes[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(&bytes[5..7])?, digits(&bytes[8..])?)
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::At(at) => f.write_str(&instant_text(*at)),
        }
    }
}

impl Due {
    /// The due of its stored form.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        if text.len() == 10 {
            stored_day(text).map(Self::Day)
        } else {
            stored_instant(text).map(Self::At)
        }
    }

    /// The local day of it.
    #[must_use]
    pub fn day(&self, zone: Tz) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::At(at) => at.with_timezone(&zone).date_naive(),
        }
    }
}

/// The instant of a local wall time. A time that a change of clocks skips moves on by the gap; of
/// one that comes twice the first counts.
#[must_use]
pub fn at_local(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.to_utc(),
        MappedLocalTime::None => {
            // The offset before the gap, applied to the skipped time, lands behind the gap.
            let before = zone.offset_from_utc_datetime(&(wall - Duration::hours(26)));
            (wall - chrono::Offset::fix(&before)).and_utc()
        }
    }
}

/// Midnight that begins a local day, as an instant.
#[must_use]
pub fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    at_local(zone, day.and_time(NaiveTime::MIN))
}

const SPAN_HINT: &str = "write `2026-11-22`, `22.11.2026`, `today`, `fri`, `+3d`, `-2w` or `eom`; see `rolo help dates`";

/// What to write where a date was not understood.
#[must_use]
pub fn hint() -> &'static str {
    SPAN_HINT
}

impl Times {
    /// Today in the user's zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// The days that a word means: a day, `2026-11`, `2026-Q4`, `2026`, `this-month`, `fri`, `+3d`.
    ///
    /// # Errors
    /// Why it means none.
    pub fn period(&self, text: &str) -> Result<Period, String> {
        let word = text.trim().to_lowercase();
        if let Some(found) = self.named_period(&word).or_else(|| calendar_period(&word)) {
            return Ok(found);
        }
        self.date(text).map(Period::day)
    }

    /// The last moment of what a text means: of an instant itself, of a day or a longer time its last
    /// second.
    ///
    /// # Errors
    /// Why it means none.
    pub fn end_of(&self, text: &str) -> Result<DateTime<Utc>, String> {
        if let Ok(Due::At(at)) = self.due(text) {
            return Ok(at);
        }
        let last = self.period(text)?.last;
        let next = last.succ_opt().unwrap_or(last);
        Ok(day_start(self.zone, next) - chrono::Duration::seconds(1))
    }

    /// A day as people type it.
    ///
    /// # Errors
    /// Why it is none.
    pub fn date(&self, text: &str) -> Result<NaiveDate, String> {
        let word = text.trim().to_lowercase();
        let day = match self.relative_day(&word) {
            Some(found) => found,
            None => calendar_day(text, self.order)?,
        };
        if (1..=9999).contains(&day.year()) {
            Ok(day)
        } else {
            Err(format!("the year of `{text}` is out of range"))
        }
    }

    /// An instant as people type it: RFC 3339, a day with a time, a time of today, `now`, `+2h`;
    /// a day alone means its midnight.
    ///
    /// # Errors
    /// Why it is none.
    pub fn instant(&self, text: &str) -> Result<DateTime<Utc>, String> {
        match self.due(text)? {
            Due::At(at) => Ok(at),
            Due::Day(day) => Ok(day_start(self.zone, day)),
        }
    }

    /// A day or an instant, as it was typed.
    ///
    /// # Errors
    /// Why it is neither.
    pub fn due(&self, text: &str) -> Result<Due, String> {
        let word = text.trim().to_lowercase();
        let word = spelt::plain(&word);
        if word == "now" {
            return Ok(Due::At(self.now));
        }
        if let Some(hours) = hours_from_now(&word) {
            return self
                .now
                .checked_add_signed(hours)
                .filter(|at| (1..=9999).contains(&at.year()))
                .map(Due::At)
                .ok_or_else(|| format!("the year of `{text}` is out of range"));
        }
        if let Some((day, time, offset)) = split_time(&word) {
            let day = if day.is_empty() { self.today() } else { self.date(day)? };
            let wall = day.and_time(time);
            let at = match offset {
                Some(offset) => (wall - offset).and_utc(),
                None => at_local(self.zone, wall),
            };
            return Ok(Due::At(at));
        }
        self.date(text).map(Due::Day)
    }

    fn relative_day(&self, word: &str) -> Option<NaiveDate> {
        let today = self.today();
        match word {
            "today" | "сегодня" | "днес" => return Some(today),
            "tomorrow" | "завтра" | "утре" => {
                return today.checked_add_days(Days::new(1));
            }
            "yesterday" | "вчера" => return today.checked_sub_days(Days::new(1)),
            "eow" => return Some(week_of(today).last),
            "eom" => return Some(month_of(today).last),
            "eoq" => return Some(quarter_of(today).last),
            "eoy" => return Some(year_of(today).last),
            _ => {}
        }
        if let Some(weekday) = weekday(word) {
            let ahead =
                (7 + weekday.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
            return today.checked_add_days(Days::new(u64::from(ahead)));
        }
        shifted(today, word)
    }

    fn named_period(&self, word: &str) -> Option<Period> {
        let (which, unit) = word.split_once(['-', ' '])?;
        let step: i64 = match which {
            "this" => 0,
            "last" => -1,
            "next" => 1,
            _ => return None,
        };
        let today = self.today();
        let months = |n: i64| shift_months(today, n * step);
        Some(match unit {
            "day" => Period::day(today.checked_add_signed(Duration::days(step))?),
            "week" => week_of(today.checked_add_signed(Duration::weeks(step))?),
            "month" => month_of(months(1)?),
            "quarter" => quarter_of(months(3)?),
            "year" => year_of(months(12)?),
            _ => return None,
        })
    }
}

fn week_of(day: NaiveDate) -> Period {
    let week = day.week(Weekday::Mon);
    Period { first: week.first_day(), last: week.last_day() }
}

fn months_of(day: NaiveDate, first_month: u32, months: u32) -> Period {
    let first = day.with_day(1).and_then(|d| d.with_month(first_month)).unwrap_or(day);
    let last = first + Months::new(months) - Days::new(1);
    Period { first, last }
}

/// The month that a day lies in.
#[must_use]
pub fn month_of(day: NaiveDate) -> Period {
    months_of(day, day.month(), 1)
}

/// The quarter that a day lies in.
#[must_use]
pub fn quarter_of(day: NaiveDate) -> Period {
    months_of(day, day.month0() / 3 * 3 + 1, 3)
}

fn year_of(day: NaiveDate) -> Period {
    months_of(day, 1, 12)
}

fn shift_months(day: NaiveDate, months: i64) -> Option<NaiveDate> {
    let by = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { day.checked_sub_months(by) } else { day.checked_add_months(by) }
}

/// `+3d`, `3d`, `-2w`, `+1m`, `1y`: days, weeks, months, years from `day`.
fn shifted(day: NaiveDate, word: &str) -> Option<NaiveDate> {
    let (sign, rest) = match word.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let split = rest.find(|c: char| !c.is_ascii_digit())?;
    let count: i64 = rest[..split].parse::<u32>().ok()?.into();
    match rest[split..].trim() {
        "d" | "day" | "days" => day.checked_add_signed(Duration::try_days(sign * count)?),
        "w" | "week" | "weeks" => day.checked_add_signed(Duration::try_weeks(sign * count)?),
        "m" | "mo" | "month" | "months" => shift_months(day, sign * count),
        "y" | "year" | "years" => shift_months(day, sign * count * 12),
        _ => None,
    }
}

fn hours_from_now(word: &str) -> Option<Duration> {
    let (sign, rest) = match word.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+')?),
    };
    let split = rest.find(|c: char| !c.is_ascii_digit())?;
    let count: i64 = rest[..split].parse::<u32>().ok()?.into();
    match &rest[split..] {
        "h" => Duration::try_hours(sign * count),
        "min" => Duration::try_minutes(sign * count),
        _ => None,
    }
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    const DAYS: [(&str, &str, Weekday); 7] = [
        ("mon", "monday", Weekday::Mon),
        ("tue", "tuesday", Weekday::Tue),
        ("wed", "wednesday", Weekday::Wed),
        ("thu", "thursday", Weekday::Thu),
        ("fri", "friday", Weekday::Fri),
        ("sat", "saturday", Weekday::Sat),
        ("sun", "sunday", Weekday::Sun),
    ];
    DAYS.iter().find(|(short, long, _)| word == *short || word == *long).map(|d| d.2)
}

fn calendar_period(word: &str) -> Option<Period> {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    match word.split_once('-') {
        None if word.len() == 4 && digits(word) => {
            Some(year_of(NaiveDate::from_ymd_opt(word.parse().ok()?, 1, 1)?))
        }
        Some((year, rest)) if year.len() == 4 && digits(year) => {
            let year: i32 = year.parse().ok()?;
            if let Some(quarter) = rest.strip_prefix('q') {
                let quarter: u32 = quarter.parse().ok().filter(|q| (1..=4).contains(q))?;
                return Some(quarter_of(NaiveDate::from_ymd_opt(year, quarter * 3, 1)?));
            }
            if rest.len() == 2 && digits(rest) {
                return Some(month_of(NaiveDate::from_ymd_opt(year, rest.parse().ok()?, 1)?));
            }
            None
        }
        _ => None,
    }
}

/// A day written by the calendar: `2026-11-22`, `22.11.2026`, `11/22/2026`, `22 Nov 2026`,
/// `20261122`, or an instant, whose written day counts.
///
/// # Errors
/// Why it is none, or that it could be read two ways.
pub fn calendar_day(word: &str, order: Option<DateOrder>) -> Result<NaiveDate, String> {
    let word = word.trim();
    let not = || format!("`{word}` is not a date");
    let lower = word.to_lowercase();
    let lower = spelt::plain(&lower);
    let day = match split_time(&lower) {
        Some((day, _, _)) if !day.is_empty() => day,
        _ => lower.as_ref(),
    };
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(day, "%Y%m%d").map_err(|_| not());
    }
    if let Some(rest) =
        day.strip_prefix("--").filter(|r| r.starts_with(|c: char| c.is_ascii_digit()))
    {
        return Err(format!("`{word}` is a day without a year: `{rest}` of which year"));
    }
    let plain = without_words(day);
    let day = plain.as_ref();
    if let Some(found) = named_month_day(day) {
        return Ok(found);
    }
    let mark = ['-', '.', '/'].into_iter().find(|m| day.contains(*m)).ok_or_else(not)?;
    let parts: Vec<&str> = day.split(mark).map(str::trim).filter(|p| !p.is_empty()).collect();
    let [a, b, c] = parts[..] else { return Err(not()) };
    if parts.iter().any(|p| p.len() > 4 || !p.bytes().all(|b| b.is_ascii_digit())) {
        return Err(not());
    }
    let number = |s: &str| s.parse::<u32>().unwrap_or(0);
    let made = |y: &str, m: &str, d: &str| {
        let year = full_year(y)?;
        NaiveDate::from_ymd_opt(year, number(m), number(d))
    };
    if a.len() == 4 {
        return made(a, b, c).ok_or_else(not);
    }
    let (dmy, mdy) = (made(c, b, a), made(c, a, b));
    let found = match (order, mark) {
        (Some(DateOrder::Ymd), _) if a.len() == 2 && c.len() == 2 => made(a, b, c),
        (Some(DateOrder::Mdy), _) => mdy,
        (Some(DateOrder::Dmy), _) | (None, '.') => dmy,
        _ => match (dmy, mdy) {
            (Some(one), Some(other)) if one != other => {
                return Err(format!(
                    "`{word}` could be {one} or {other}: say which by `date_order` (`--date-order` on import)"
                ));
            }
            (one, other) => one.or(other),
        },
    };
    found.ok_or_else(not)
}

/// A year of four digits, or of two in the century that puts it within 1970–2069.
fn full_year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 if year >= 70 => Some(1900 + year),
        2 => Some(2000 + year),
        _ => None,
    }
}

fn named_month_day(day: &str) -> Option<NaiveDate> {
    let words: Vec<&str> = day.split([' ', ',', '-', '.']).filter(|w| !w.is_empty()).collect();
    let [a, b, c] = words[..] else { return None };
    if let Some(month) = named_month(b) {
        return NaiveDate::from_ymd_opt(full_year(c)?, month, a.parse().ok()?);
    }
    let year = if c.len() == 4 { c.parse().ok()? } else { return None };
    NaiveDate::from_ymd_opt(year, named_month(a)?, b.parse().ok()?)
}

/// A date without the words that add nothing to its numbers: `22 de mayo de 2026`, `22.11.2026 г.`,
/// `Sun, 22 Nov 2026`, `2026年11月22日`.
fn without_words(day: &str) -> Cow<'_, str> {
    const WORDS: [&str; 5] = ["de", "del", "of", "г", "года"];
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    if !day.chars().any(char::is_alphabetic) {
        return Cow::Borrowed(day);
    }
    let western = day.replace(['年', '月'], "-").replace('日', "");
    let western = match western.split_once(',') {
        Some((name, rest)) if DAYS.iter().any(|d| name.starts_with(d)) => rest.trim(),
        _ => western.trim(),
    };
    let glued = ["г.", "г"].iter().find_map(|year| {
        western.strip_suffix(year).filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit()))
    });
    let words = glued.unwrap_or(western).split_whitespace();
    let kept: Vec<&str> = words.filter(|w| !WORDS.contains(&w.trim_end_matches('.'))).collect();
    Cow::Owned(kept.join(" "))
}

/// The names of months as files of six languages write them, by their first three letters or more.
#[rustfmt::skip]
const MONTHS: [[&str; 12]; 8] = [
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"],
    ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"],
    ["январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"],
    ["януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември", "октомври", "ноември", "декември"],
    ["januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"],
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    ["jänner", "feber", "maerz", "april", "mai", "juni", "juli", "august", "sept", "okt", "nov", "dez"],
];

/// The number of a month by its name or a short form of it, in lower case.
#[must_use]
pub fn named_month(word: &str) -> Option<u32> {
    if word.chars().count() < 3 || word.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let of = |names: &[&str; 12]| names.iter().position(|m| m.starts_with(word));
    let at = MONTHS.iter().find_map(of).or_else(|| {
        let plain = super::text::fold(word);
        let of = |names: &[&str; 12]| {
            names.iter().position(|m| super::text::fold(m).starts_with(&plain))
        };
        MONTHS.iter().find_map(of)
    })?;
    u32::try_from(at + 1).ok()
}

/// Cuts a time, and an offset if one stands there, off the end of a text in lower case; the day is
/// empty when there is only a time.
fn split_time(text: &str) -> Option<(&str, NaiveTime, Option<FixedOffset>)> {
    let colon = text.find(':');
    let start = if let Some(colon) = colon {
        text[..colon]
            .rfind(|c: char| !c.is_ascii_digit())
            .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))
    } else {
        // `9am`, `tomorrow 9pm`
        let body = text.strip_suffix("am").or_else(|| text.strip_suffix("pm"))?.trim_end();
        body.rfind(|c: char| !c.is_ascii_digit())
            .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))
    };
    let day = &text[..start];
    let day =
        day.strip_suffix('t').filter(|d| d.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(day);
    let (time, offset) = split_offset(&text[start..])?;
    Some((day.trim_end_matches([',', ' ']).trim(), clock_time(time)?, offset))
}

fn split_offset(text: &str) -> Option<(&str, Option<FixedOffset>)> {
    let text = text.trim();
    // `…Z-0300`, as one program writes it: the offset that was meant stands last, yet the instant
    // is UTC by its Z.
    if let Some(at) = text.find('z') {
        return Some((text[..at].trim(), FixedOffset::east_opt(0)));
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return match text.strip_suffix("utc").or_else(|| text.strip_suffix("gmt")) {
            Some(time) => Some((time.trim(), FixedOffset::east_opt(0))),
            None => Some((text, None)),
        };
    };
    let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    let seconds = (hours * 60 + minutes) * 60;
    let sign = if text[at..].starts_with('-') { -1 } else { 1 };
    Some((text[..at].trim(), Some(FixedOffset::east_opt(sign * seconds)?)))
}

fn clock_time(text: &str) -> Option<NaiveTime> {
    let (body, noon) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(body), _) => (body.trim(), Some(false)),
        (_, Some(body)) => (body.trim(), Some(true)),
        _ => (text, None),
    };
    let mut parts = body.split(':');
    let mut hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next().map_or(Some(0), |m| m.parse().ok())?;
    let second = parts.next().unwrap_or("0");
    let second: u32 = second.split_once('.').map_or(second, |(whole, _)| whole).parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    if let Some(noon) = noon {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if noon { 12 } else { 0 };
    }
    NaiveTime::from_hms_opt(hour, minute, second.min(59))
}

/// A duration as people type it, in minutes: `90`, `1h30m`, `45m`, `2h`, `1:30`, `1.5h`, `1d` (24 h).
///
/// # Errors
/// Why it is none.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let not = || format!("`{text}` is not a duration");
    let word: String = text.trim().to_lowercase().chars().filter(|c| *c != ' ').collect();
    if let Ok(minutes) = word.parse::<u32>() {
        return Ok(minutes.into());
    }
    if let Some((hours, minutes)) = word.split_once(':') {
        let hours: u32 = hours.parse().map_err(|_| not())?;
        let minutes: u32 = minutes.parse().ok().filter(|m| *m < 60).ok_or_else(not)?;
        return Ok(i64::from(hours) * 60 + i64::from(minutes));
    }
    let mut total = 0.0;
    let mut rest = word.as_str();
    if rest.is_empty() {
        return Err(not());
    }
    while !rest.is_empty() {
        let split = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(not)?;
        let count: f64 = rest[..split].parse().map_err(|_| not())?;
        let tail = &rest[split..];
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let minutes = match &tail[..unit_end] {
            "m" | "min" | "mins" | "minutes" => 1.0,
            "h" | "hour" | "hours" => 60.0,
            "d" | "day" | "days" => 1440.0,
            "w" | "week" | "weeks" => 10080.0,
            _ => return Err(not()),
        };
        total += count * minutes;
        rest = &tail[unit_end..];
    }
    if total > 1e9 {
        return Err(not());
    }
    #[allow(clippy::cast_possible_truncation)]
    Ok(total.round() as i64)
}

/// A duration for people: `1h30m`.
#[must_use]
pub fn duration_for_people(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m}m"),
        (h, 0) => format!("{h}h"),
        (h, m) => format!("{h}h{m:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(zone: &str) -> Times {
        let now = stored_instant("2026-11-22T09:00:00Z").expect("an instant");
        Times { now, zone: zone.parse().expect("a zone"), order: None }
    }

    fn day(text: &str) -> String {
        times("UTC").date(text).map_or_else(|why| why, |d| d.to_string())
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for (text, want) in [
            ("2026-11-22", "2026-11-22"),
            ("22.11.2026", "2026-11-22"),
            ("1.2.26", "2026-02-01"),
            ("11/22/2026", "2026-11-22"),
            ("22/11/2026", "2026-11-22"),
            ("today", "2026-11-22"),
            ("tomorrow", "2026-11-23"),
            ("sun", "2026-11-22"),
            ("fri", "2026-11-27"),
            ("+3d", "2026-11-25"),
            ("3d", "2026-11-25"),
            ("-2w", "2026-11-08"),
            ("1m", "2026-12-22"),
            ("eom", "2026-11-30"),
            ("eoq", "2026-12-31"),
            ("22 Nov 2026", "2026-11-22"),
            ("Oct 14, 2010", "2010-10-14"),
            ("20261122", "2026-11-22"),
            ("2010-10-14T00:00Z", "2010-10-14"),
            ("2010-10-14T23:30:00.000+0300", "2010-10-14"),
        ] {
            assert_eq!(day(text), want, "{text}");
        }
    }

    #[test]
    fn what_could_be_two_days_is_refused() {
        assert!(day("03/04/2026").contains("could be"));
        for text in ["2026-02-30", "soon", "2026-13-01", "1/2", "", "32.1.2026", "2026\\7\\14"] {
            assert!(day(text).contains("is not a date"), "{text}: {}", day(text));
        }
    }

    #[test]
    fn periods_have_a_first_and_a_last_day() {
        for (text, first, last) in [
            ("2026-Q4", "2026-10-01", "2026-12-31"),
            ("2026-02", "2026-02-01", "2026-02-28"),
            ("2024", "2024-01-01", "2024-12-31"),
            ("this-month", "2026-11-01", "2026-11-30"),
            ("last-quarter", "2026-07-01", "2026-09-30"),
            ("this-week", "2026-11-16", "2026-11-22"),
            ("next-year", "2027-01-01", "2027-12-31"),
            ("fri", "2026-11-27", "2026-11-27"),
        ] {
            let p = times("UTC").period(text).expect(text);
            assert_eq!(
                (p.first.to_string(), p.last.to_string()),
                (first.into(), last.into()),
                "{text}"
            );
        }
    }

    fn at(zone: &str, text: &str) -> String {
        times(zone).instant(text).map_or_else(|why| why, instant_text)
    }

    #[test]
    fn instants_are_read_in_the_users_zone() {
        assert_eq!(at("Europe/Sofia", "2026-11-22 11:00"), "2026-11-22T09:00:00Z");
        assert_eq!(at("Asia/Kathmandu", "2026-11-22T05:45"), "2026-11-22T00:00:00Z");
        assert_eq!(at("UTC", "07/15/2009 02:14:45+0800"), "2009-07-14T18:14:45Z");
        assert_eq!(at("UTC", "2009-07-14T14:14:45+02:00"), "2009-07-14T12:14:45Z");
        assert_eq!(at("UTC", "2010-10-14T12:00:00.000Z-0300"), "2010-10-14T12:00:00Z");
        assert_eq!(at("UTC", "fri 3pm"), "2026-11-27T15:00:00Z");
        assert_eq!(at("UTC", "+2h"), "2026-11-22T11:00:00Z");
        assert_eq!(at("UTC", "2038-01-19 03:14:08"), "2038-01-19T03:14:08Z");
    }

    #[test]
    fn a_skipped_wall_time_moves_on_and_a_doubled_one_is_the_first() {
        assert_eq!(at("Europe/Sofia", "2026-03-29 03:30"), "2026-03-29T01:30:00Z");
        assert_eq!(at("Europe/Sofia", "2026-10-25 03:30"), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn durations_are_minutes() {
        for (text, want) in
            [("90", 90), ("1h30m", 90), ("1:30", 90), ("1.5h", 90), ("2 h", 120), ("1d", 1440)]
        {
            assert_eq!(parse_duration(text), Ok(want), "{text}");
        }
        assert!(parse_duration("long").is_err());
        assert!(parse_duration("").is_err());
        assert_eq!(duration_for_people(95), "1h35m");
    }
}
