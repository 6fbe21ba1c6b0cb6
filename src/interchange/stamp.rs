//! Days, instants and uids in their stored form, written straight into a buffer and read without a
//! detour: files hold millions of them.

use std::io::Write;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;

use crate::entity::when::{Due, day_start, day_text, instant_text};
use crate::entity::{Kind, Value};

pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into memory can't fail.
    let _ = out.write_fmt(text);
}

pub(super) fn push_uid(uid: uuid::Uuid, out: &mut Vec<u8>) {
    out.extend_from_slice(
        uid.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()).as_bytes(),
    );
}

pub(super) fn push_due(due: Due, out: &mut Vec<u8>) {
    match due {
        Due::Day(day) => push_day(day, out),
        Due::At(at) => push_instant(at, out),
    }
}

pub(super) fn push_day(day: NaiveDate, out: &mut Vec<u8>) {
    match u32::try_from(day.year()) {
        Ok(0) => out.extend_from_slice(day_text(day).as_bytes()),
        Ok(year) if year <= 9999 => {
            push_two(year / 100, out);
            push_two(year % 100, out);
            out.push(b'-');
            push_two(day.month(), out);
            out.push(b'-');
            push_two(day.day(), out);
        }
        _ => put(out, format_args!("{day}")),
    }
}

pub(super) fn push_instant(at: DateTime<Utc>, out: &mut Vec<u8>) {
    let wall = at.naive_utc();
    if !(0..=9999).contains(&wall.year()) {
        out.extend_from_slice(instant_text(at).as_bytes());
        return;
    }
    push_day(wall.date(), out);
    out.push(b'T');
    push_two(wall.hour(), out);
    out.push(b':');
    push_two(wall.minute(), out);
    out.push(b':');
    push_two(wall.second(), out);
    out.push(b'Z');
}

#[allow(clippy::cast_possible_truncation)]
fn push_two(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]);
}

/// A day or an instant in its stored form, which most files of programs have.
pub(super) fn stored(kind: &Kind, text: &str, zone: Tz) -> Option<Value> {
    let bytes = text.as_bytes();
    match (kind, bytes.len()) {
        (Kind::Date, 10) => stored_day(bytes).map(Value::Date),
        (Kind::Due, 10) => stored_day(bytes).map(|day| Value::Due(Due::Day(day))),
        (Kind::Datetime, 10) => stored_day(bytes).map(|day| Value::Instant(day_start(zone, day))),
        (Kind::Datetime, 20) => stored_instant(bytes).map(Value::Instant),
        (Kind::Due, 20) => stored_instant(bytes).map(|at| Value::Due(Due::At(at))),
        _ => None,
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

fn stored_day(bytes: &[u8]) -> Option<NaiveDate> {
    let [y @ .., b'-', _, _, b'-', _, _] = bytes else { return None };
    let year = digits(y)?.try_into().ok().filter(|y| *y >= 1)?;
    NaiveDate::from_ymd_opt(year, digits(&bytes[5..7])?, digits(&bytes[8..])?)
}

fn stored_instant(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let [.., b'T', _, _, b':', _, _, b':', _, _, b'Z'] = bytes else { return None };
    let day = stored_day(&bytes[..10])?;
    let time = (digits(&bytes[11..13])?, digits(&bytes[14..16])?, digits(&bytes[17..19])?);
    Some(day.and_hms_opt(time.0, time.1, time.2)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::when;

    #[test]
    fn stamps_are_written_as_the_slow_way_writes_them() {
        for text in ["2026-11-22T09:05:07Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            let mut out = Vec::new();
            push_instant(when::stored_instant(text).expect("an instant"), &mut out);
            assert_eq!(String::from_utf8(out).expect("text"), text);
        }
    }

    #[test]
    fn stored_days_and_instants_are_read_as_the_slow_way_reads_them() {
        for text in ["2026-11-22T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            let at = stored_instant(text.as_bytes()).expect(text);
            assert_eq!(instant_text(at), text);
        }
        for text in [
            "2026-02-30T09:00:00Z",
            "2026-11-22T25:00:00Z",
            "2026-11-22 09:00:00Z",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(stored_instant(text.as_bytes()), None, "{text}");
        }
    }
}
