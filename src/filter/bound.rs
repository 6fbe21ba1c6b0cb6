//! Numbers, money and time in filters: what they are, and from where to where a term reaches.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use rusqlite::types::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::expr::{Op, Operand, Text};
use super::place::Place;
use crate::entity::money::{Currency, parse_number, split_currency};
use crate::entity::when::{Due, Times, day_start, instant_text, parse_duration};
use crate::entity::{Kind, yearless};

/// From where to where, each end with whether it belongs to the range. Missing ends are open.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bounds<V> {
    pub(super) low: Option<(V, bool)>,
    pub(super) high: Option<(V, bool)>,
}

/// Why a value can't be used, and where it stands.
pub(super) type Refused = (Place, String);

impl<V> Bounds<V> {
    /// The range that an operator and its operand mean. `read` gives the first and the last point
    /// of a value: of a period, two.
    pub(super) fn of(
        op: Op,
        operand: &Operand,
        read: impl Fn(&Text) -> Result<(V, V), String>,
    ) -> Result<Self, Refused> {
        let read = |text: &Text| read(text).map_err(|why| (text.place, why));
        match operand {
            Operand::One(text) => {
                let (first, last) = read(text)?;
                let (low, high) = match op {
                    Op::Has | Op::Equals | Op::Differs => (Some((first, true)), Some((last, true))),
                    Op::More => (Some((last, false)), None),
                    Op::AtLeast => (Some((first, true)), None),
                    Op::Less => (None, Some((first, false))),
                    Op::AtMost => (None, Some((last, true))),
                };
                Ok(Self { low, high })
            }
            Operand::Range(None, None, place) => {
                Err((*place, "a range needs an end, such as `a..b`, `a..` or `..b`".into()))
            }
            Operand::Range(from, to, _) => Ok(Self {
                low: from.as_ref().map(read).transpose()?.map(|(first, _)| (first, true)),
                high: to.as_ref().map(read).transpose()?.map(|(_, last)| (last, true)),
            }),
        }
    }

    fn map<W>(
        self,
        low: impl Fn(V, bool) -> (W, bool),
        high: impl Fn(V, bool) -> (W, bool),
    ) -> Bounds<W> {
        Bounds {
            low: self.low.map(|(v, included)| low(v, included)),
            high: self.high.map(|(v, included)| high(v, included)),
        }
    }

    fn values<W>(self, to: impl Fn(V) -> W) -> Bounds<W> {
        self.map(|v, included| (to(v), included), |v, included| (to(v), included))
    }
}

/// A number as the database compares it: whole where it is, else the nearest float.
fn number(value: Decimal) -> Value {
    if value.fract().is_zero()
        && let Some(whole) = value.to_i64()
    {
        return Value::Integer(whole);
    }
    value.to_string().parse().map_or(Value::Null, Value::Real)
}

/// The range of a number, a percentage or a duration in minutes.
pub(super) fn numbers(kind: Kind, op: Op, operand: &Operand) -> Result<Bounds<Value>, Refused> {
    let read = |text: &Text| {
        let typed = text.typed.trim();
        let found = match kind {
            Kind::Duration => Decimal::from(parse_duration(typed)?),
            Kind::Percent => parse_number(typed.strip_suffix('%').unwrap_or(typed))
                .map_err(|_| format!("`{typed}` is not a percentage"))?,
            _ => parse_number(typed)?,
        };
        if kind == Kind::Int && !op.is_order() && !found.fract().is_zero() {
            return Err(format!("`{typed}` is not a whole number"));
        }
        Ok((found, found))
    };
    Ok(Bounds::of(op, operand, read)?.values(number))
}

/// The range of an amount in major units, and the currency that it names.
pub(super) fn amounts(
    op: Op,
    operand: &Operand,
) -> Result<(Bounds<Value>, Option<Currency>), Refused> {
    let read = |text: &Text| {
        let found = amount(&text.typed)?;
        Ok((found, found))
    };
    let found = Bounds::of(op, operand, read)?;
    let low = found.low.as_ref().and_then(|((_, currency), _)| *currency);
    let high = found.high.as_ref().and_then(|((_, currency), _)| *currency);
    if let (Some(low), Some(high)) = (low, high)
        && low != high
    {
        return Err((operand.place(), format!("a range from {low} to {high} has no order")));
    }
    Ok((found.values(|(value, _)| number(value)), low.or(high)))
}

/// `12k`, `12kEUR`, `12k EUR`, `-$5`.
fn amount(text: &str) -> Result<(Decimal, Option<Currency>), String> {
    let not = || format!("`{text}` is not an amount");
    let text = text.trim();
    let (plain, sign) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest, Decimal::NEGATIVE_ONE),
        None => (text, Decimal::ONE),
    };
    let (digits, mut currency) = split_currency(plain)?;
    let mut found = parse_number(digits);
    // `12kEUR`: the code is glued to the letter that stands for thousands.
    if found.is_err()
        && currency.is_none()
        && let Some((digits, code)) = plain.split_at_checked(plain.len().saturating_sub(3))
        && let (Ok(value), Ok(code)) = (parse_number(digits), code.parse())
    {
        (found, currency) = (Ok(value), Some(code));
    }
    found.map(|value| (value * sign, currency)).map_err(|_| not())
}

/// A point of time in a filter: a whole day, or an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    Day(NaiveDate),
    At(DateTime<Utc>),
}

fn moments(times: &Times, op: Op, operand: &Operand) -> Result<Bounds<Moment>, Refused> {
    Bounds::of(op, operand, |text| {
        if let Ok(Due::At(at)) = times.due(&text.typed) {
            return Ok((Moment::At(at), Moment::At(at)));
        }
        let period = times.period(&text.typed)?;
        Ok((Moment::Day(period.first), Moment::Day(period.last)))
    })
}

/// What the stored form of a day ends with where the operand is `--05-14`: that day of any year.
pub(super) fn of_any_year(operand: &Operand) -> Option<String> {
    let Operand::One(text) = operand else { return None };
    let day = text.typed.starts_with("--").then(|| yearless::parse(&text.typed))??;
    Some(yearless::text(day)[1..].to_owned())
}

/// The range of days; of an instant the written day counts.
pub(super) fn days(times: &Times, op: Op, operand: &Operand) -> Result<Bounds<Value>, Refused> {
    let found = Bounds::of(op, operand, |text| {
        let period = times.period(&text.typed);
        match (period, times.due(&text.typed)) {
            (Ok(period), _) => Ok((period.first, period.last)),
            // `now`, `+2h`
            (Err(_), Ok(due)) => Ok((due.day(times.zone), due.day(times.zone))),
            (Err(why), Err(_)) => Err(why),
        }
    })?;
    let found = found.values(day_value);
    // Days without a year sort before all others, and are before none.
    let is_open = found.low.is_none() && found.high.is_some();
    let first = || Some((Value::Text(FIRST_YEAR.into()), true));
    Ok(if is_open { Bounds { low: first(), ..found } } else { found })
}

/// The range of instants; a day reaches from its midnight to the next, in the user's zone.
pub(super) fn instants(times: &Times, op: Op, operand: &Operand) -> Result<Bounds<Value>, Refused> {
    Ok(as_instants(times, moments(times, op, operand)?))
}

/// The ranges for what is due at an instant and for what is due on a day. A day isn't at any
/// instant, yet it is before or after one by the day that the instant lies in.
pub(super) fn dues(
    times: &Times,
    op: Op,
    operand: &Operand,
) -> Result<(Bounds<Value>, Option<Bounds<Value>>), Refused> {
    let found = moments(times, op, operand)?;
    let is_instant = matches!(
        (&found.low, &found.high, operand),
        (Some((Moment::At(_), _)), Some(_), Operand::One(_))
    );
    let local = |moment| match moment {
        Moment::Day(day) => day_value(day),
        Moment::At(at) => day_value(at.with_timezone(&times.zone).date_naive()),
    };
    let by_day = (!is_instant).then(|| found.clone().values(local));
    Ok((as_instants(times, found), by_day))
}

fn as_instants(times: &Times, bounds: Bounds<Moment>) -> Bounds<Value> {
    let begins = |day| instant_value(day_start(times.zone, day));
    let ends = |day: NaiveDate| {
        day.checked_add_days(Days::new(1)).map_or_else(|| Value::Text(PAST_ALL.into()), begins)
    };
    bounds.map(
        |moment, included| match moment {
            Moment::At(at) => (instant_value(at), included),
            Moment::Day(day) if included => (begins(day), true),
            Moment::Day(day) => (ends(day), true),
        },
        |moment, included| match moment {
            Moment::At(at) => (instant_value(at), included),
            Moment::Day(day) if included => (ends(day), false),
            Moment::Day(day) => (begins(day), false),
        },
    )
}

/// Sorts before every stored day that has a year.
const FIRST_YEAR: &str = "0000";

/// Sorts behind every stored day and instant; years of five digits would sort before them.
const PAST_ALL: &str = "9999-99";

fn day_value(day: NaiveDate) -> Value {
    text(day.year(), day.to_string())
}

fn instant_value(at: DateTime<Utc>) -> Value {
    text(at.year(), instant_text(at))
}

fn text(year: i32, stored: String) -> Value {
    Value::Text(if year > 9999 { PAST_ALL.into() } else { stored })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::when::stored_instant;

    fn operand(typed: &str) -> Operand {
        let text = |t: &str| Text { typed: t.into(), quoted: false, place: Place::default() };
        let end = |t: &str| (!t.is_empty()).then(|| text(t));
        match typed.split_once("..") {
            Some((from, to)) => Operand::Range(end(from), end(to), Place::default()),
            None => Operand::One(text(typed)),
        }
    }

    fn times() -> Times {
        Times {
            now: stored_instant("2026-11-22T09:00:00Z").expect("an instant"),
            zone: "Europe/Sofia".parse().expect("a zone"),
            order: None,
        }
    }

    fn shown(bounds: &Bounds<Value>) -> String {
        let end = |end: &Option<(Value, bool)>| match end {
            None => String::new(),
            Some((Value::Text(text), included)) => format!("{text}{}", mark(*included)),
            Some((value, included)) => format!("{value:?}{}", mark(*included)),
        };
        format!("{} .. {}", end(&bounds.low), end(&bounds.high))
    }

    fn mark(included: bool) -> &'static str {
        if included { "" } else { "!" }
    }

    #[test]
    fn a_period_is_compared_by_its_start_and_its_end() {
        for (op, typed, want) in [
            (Op::Has, "2026-Q4", "2026-10-01 .. 2026-12-31"),
            (Op::More, "2026-Q4", "2026-12-31! .. "),
            (Op::AtLeast, "2026-Q4", "2026-10-01 .. "),
            (Op::Less, "2026-Q4", "0000 .. 2026-10-01!"),
            (Op::AtMost, "2026-Q4", "0000 .. 2026-12-31"),
            (Op::Has, "2026-01..2026-02", "2026-01-01 .. 2026-02-28"),
            (Op::Has, "..eom", "0000 .. 2026-11-30"),
            (Op::Has, "+3d..", "2026-11-25 .. "),
            (Op::Less, "now", "0000 .. 2026-11-22!"),
            (Op::Has, "2010-10-14T00:00Z", "2010-10-14 .. 2010-10-14"),
        ] {
            let found = days(&times(), op, &operand(typed)).expect(typed);
            assert_eq!(shown(&found), want, "{typed}");
        }
    }

    #[test]
    fn instants_are_compared_by_the_local_day_and_by_an_instant_to_the_second() {
        for (op, typed, want) in [
            (Op::Has, "2026-11-22", "2026-11-21T22:00:00Z .. 2026-11-22T22:00:00Z!"),
            (Op::More, "2026-11-22", "2026-11-22T22:00:00Z .. "),
            (Op::Less, "2026-11-22", " .. 2026-11-21T22:00:00Z!"),
            (Op::AtMost, "2026-07", " .. 2026-07-31T21:00:00Z!"),
            (Op::More, "2026-11-22T09:00Z", "2026-11-22T09:00:00Z! .. "),
            (Op::Has, "now", "2026-11-22T09:00:00Z .. 2026-11-22T09:00:00Z"),
            (Op::AtMost, "9999-12-31", " .. 9999-12-31T22:00:00Z!"),
        ] {
            let found = instants(&times(), op, &operand(typed)).expect(typed);
            assert_eq!(shown(&found), want, "{typed}");
        }
    }

    #[test]
    fn the_end_of_time_sorts_behind_everything() {
        let west = Times { zone: chrono_tz::America::New_York, ..times() };
        let found = instants(&west, Op::AtMost, &operand("9999")).expect("a year");
        assert_eq!(shown(&found), " .. 9999-99!");
    }

    #[test]
    fn a_day_that_something_is_due_is_compared_with_the_day_of_an_instant() {
        let found = |op, typed| {
            let (_, by_day) = dues(&times(), op, &operand(typed)).expect(typed);
            by_day.map(|b| shown(&b))
        };
        assert_eq!(found(Op::Less, "now").as_deref(), Some(" .. 2026-11-22!"));
        assert_eq!(found(Op::More, "2026-11-21T23:00Z").as_deref(), Some("2026-11-22! .. "));
        assert_eq!(found(Op::Has, "fri").as_deref(), Some("2026-11-27 .. 2026-11-27"));
        assert_eq!(found(Op::Has, "now"), None);
    }

    #[test]
    fn amounts_may_name_their_currency() {
        let found = |typed: &str| {
            amount(typed).map(|(n, c)| (n.normalize().to_string(), c.map(|c| c.to_string())))
        };
        for (typed, number, currency) in [
            ("12k", "12000", None),
            ("12kEUR", "12000", Some("EUR")),
            ("12k EUR", "12000", Some("EUR")),
            ("12keur", "12000", Some("EUR")),
            ("1.5mUSD", "1500000", Some("USD")),
            ("5MKD", "5", Some("MKD")),
            ("EUR 5", "5", Some("EUR")),
            ("-$5", "-5", Some("USD")),
            ("-5.25", "-5.25", None),
        ] {
            assert_eq!(found(typed), Ok((number.into(), currency.map(str::to_owned))), "{typed}");
        }
        assert_eq!(found("lots"), Err("`lots` is not an amount".into()));
        assert_eq!(found("5xyz"), Err("`xyz` is not an ISO 4217 currency".into()));
        assert_eq!(
            amounts(Op::Has, &operand("1kEUR..2kUSD")).map_err(|(_, why)| why),
            Err("a range from EUR to USD has no order".into())
        );
    }

    #[test]
    fn numbers_are_whole_where_their_kind_is() {
        let found = |kind, op, typed| {
            numbers(kind, op, &operand(typed)).map_or_else(|(_, why)| why, |b| shown(&b))
        };
        assert_eq!(found(Kind::Int, Op::Has, "1,200"), "Integer(1200) .. Integer(1200)");
        assert_eq!(found(Kind::Int, Op::More, "1.5"), "Real(1.5)! .. ");
        assert_eq!(found(Kind::Int, Op::Has, "1.5"), "`1.5` is not a whole number");
        assert_eq!(found(Kind::Percent, Op::Less, "25%"), " .. Integer(25)!");
        assert_eq!(found(Kind::Duration, Op::AtLeast, "1h30m"), "Integer(90) .. ");
        assert_eq!(
            found(Kind::Int, Op::Has, ".."),
            "a range needs an end, such as `a..b`, `a..` or `..b`"
        );
    }
}
