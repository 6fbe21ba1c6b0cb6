//! Which number of `03/04/2026` is the day, as a cell tells it; and the day numbers of spreadsheets.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::entity::when::{DateOrder, Due, at_local, calendar_day, day_start};
use crate::entity::{Kind, Value};

/// What a cell tells of the order of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    Nothing,
    Is(DateOrder),
    /// It could be either.
    Open,
}

/// Days written with slashes, hyphens or points and the year last.
fn can_tell(cell: &str) -> Option<u8> {
    let cell = cell.trim_start();
    let day = cell.bytes().take_while(u8::is_ascii_digit).count();
    let mark = *cell.as_bytes().get(day)?;
    ((1..=2).contains(&day) && matches!(mark, b'/' | b'-' | b'.')).then_some(mark)
}

/// What a cell alone tells: `22/11/2026` can only be day first. Points mean day first everywhere,
/// unless that is no day.
pub(super) fn told(cell: &str) -> Telling {
    let Some(mark) = can_tell(cell) else { return Telling::Nothing };
    let by = |order| calendar_day(cell, Some(order)).ok();
    match (by(DateOrder::Dmy), by(DateOrder::Mdy)) {
        (Some(_), None) => Telling::Is(DateOrder::Dmy),
        (None, Some(_)) => Telling::Is(DateOrder::Mdy),
        (Some(one), Some(other)) if one != other && mark != b'.' => Telling::Open,
        (None, None) if by(DateOrder::Ymd).is_some() => Telling::Is(DateOrder::Ymd),
        _ => Telling::Nothing,
    }
}

/// Whether the order of the column matters for a cell.
pub(super) fn matters(cell: &str) -> bool {
    can_tell(cell).is_some()
}

/// The day that a spreadsheet counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    Y1900,
    Y1904,
}

impl Epoch {
    /// The epoch of its year.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "1900" => Some(Self::Y1900),
            "1904" => Some(Self::Y1904),
            _ => None,
        }
    }
}

/// Whether the cell is the number of a day as spreadsheets count them, of this or the last century.
pub(super) fn is_serial(cell: &str) -> bool {
    let cell = cell.trim();
    let days = cell.bytes().take_while(u8::is_ascii_digit).count();
    let part = &cell.as_bytes()[days..];
    days == 5
        && (part.is_empty()
            || matches!(part, [b'.' | b',', digits @ ..] if digits.iter().all(u8::is_ascii_digit)))
}

/// Whether the cell is seconds or milliseconds since 1970, of this century.
pub(super) fn is_unix(cell: &str) -> bool {
    let cell = cell.trim();
    let (whole, part) = cell.split_once('.').unwrap_or((cell, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    matches!(whole.len(), 10 | 13) && digits(whole) && digits(part)
}

/// The value of such a number for a kind of field; a day is that of UTC.
pub(super) fn unix(kind: &Kind, cell: &str) -> Option<Value> {
    let whole = cell.trim().split('.').next()?;
    let number: i64 = whole.parse().ok()?;
    let seconds = if whole.len() == 13 { number / 1000 } else { number };
    let at = DateTime::from_timestamp(seconds, 0)?;
    Some(match kind {
        Kind::Date => Value::Date(at.date_naive()),
        Kind::Due => Value::Due(Due::At(at)),
        Kind::Datetime => Value::Instant(at),
        _ => return None,
    })
}

/// Whether the cell holds a date of another form: it says a day, and not by such a number.
pub(super) fn is_dated(cell: &str) -> bool {
    cell.bytes().any(|b| (b'1'..=b'9').contains(&b)) && !is_serial(cell) && !is_unix(cell)
}

/// The value of such a number for a kind of field.
pub(super) fn serial(kind: &Kind, cell: &str, epoch: Epoch, zone: Tz) -> Option<Value> {
    let cell = cell.trim().replace(',', ".");
    let (days, part) = cell.split_at(5.min(cell.len()));
    let first = match epoch {
        Epoch::Y1900 => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        Epoch::Y1904 => NaiveDate::from_ymd_opt(1904, 1, 1)?,
    };
    let day = first.checked_add_days(Days::new(days.parse().ok()?))?;
    let at = |part: &str| -> Option<DateTime<Utc>> {
        let share: f64 = format!("0{part}").parse().ok()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of one day")]
        let seconds = (share * 86_400.0).round() as u32;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds.min(86_399), 0)?;
        Some(at_local(zone, day.and_time(time)))
    };
    Some(match kind {
        Kind::Date => Value::Date(day),
        Kind::Due if part.is_empty() => Value::Due(Due::Day(day)),
        Kind::Due => Value::Due(Due::At(at(part)?)),
        Kind::Datetime if part.is_empty() => Value::Instant(day_start(zone, day)),
        Kind::Datetime => Value::Instant(at(part)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::when::instant_text;

    #[test]
    fn a_clear_date_tells_and_a_point_means_day_first() {
        use Telling::{Is, Nothing, Open};
        for (cell, want) in [
            ("03/04/2026", Open),
            ("05/05/2026", Nothing),
            ("22/11/2026", Is(DateOrder::Dmy)),
            ("11/22/26", Is(DateOrder::Mdy)),
            ("11-22-2026", Is(DateOrder::Mdy)),
            ("07/15/2009 02:14:45+0800", Is(DateOrder::Mdy)),
            ("99/12/31", Is(DateOrder::Ymd)),
            ("03.04.2026", Nothing),
            ("11.22.2026", Is(DateOrder::Mdy)),
            ("22.11.2026", Is(DateOrder::Dmy)),
            ("2026-11-22", Nothing),
            ("soon", Nothing),
            ("", Nothing),
            ("3", Nothing),
        ] {
            assert_eq!(told(cell), want, "{cell}");
        }
    }

    #[test]
    fn seconds_since_1970_are_moments() {
        for text in ["1795359845", "1795359845000", " 1795359845.25"] {
            assert!(is_unix(text) && !is_dated(text), "{text}");
            let Some(Value::Instant(at)) = unix(&Kind::Datetime, text) else { panic!("{text}") };
            assert_eq!(instant_text(at), "2026-11-22T15:04:05Z", "{text}");
        }
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        assert_eq!(unix(&Kind::Date, "1795359845"), Some(Value::Date(day)));
        for text in ["179535984", "17953598450", "-1795359845", "1795359845x", "2026", ""] {
            assert!(!is_unix(text), "{text}");
        }
    }

    #[test]
    fn numbers_of_spreadsheets_are_days() {
        let day = |text: &str| serial(&Kind::Date, text, Epoch::Y1900, chrono_tz::UTC);
        let want = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        assert_eq!(day("46348"), Some(Value::Date(want)));
        assert_eq!(day("46348.75"), Some(Value::Date(want)));
        let at = serial(&Kind::Due, "46348,375", Epoch::Y1900, chrono_tz::UTC);
        let Some(Value::Due(Due::At(at))) = at else { panic!("{at:?}") };
        assert_eq!(instant_text(at), "2026-11-22T09:00:00Z");
        assert_eq!(
            serial(&Kind::Date, "44886", Epoch::Y1904, chrono_tz::UTC),
            Some(Value::Date(want))
        );
        for text in ["46348", "46348.5", "46348,25"] {
            assert!(is_serial(text), "{text}");
        }
        for text in ["2026", "463480", "46348.5x", "-46348", "", "46348 "] {
            assert!(!is_serial(text) || text == "46348 ", "{text}");
        }
    }
}
