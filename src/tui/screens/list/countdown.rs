//! The time that is left to answer and to solve: for nouns that have both deadlines.

use chrono::{DateTime, Duration, Utc};

use crate::entity::{Noun, Value};

/// What a countdown is worked out of.
pub(crate) const FIELDS: [&str; 4] = ["reply_due", "first_reply_at", "solve_due", "status"];

/// The order by the time that is left; no field, as it depends on both deadlines and the status.
pub(crate) const LEFT: &str = "left";

/// Whether a noun has deadlines that count down.
pub(crate) fn has(noun: &Noun) -> bool {
    FIELDS.iter().all(|name| noun.index(name).is_some())
}

/// A deadline, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Countdown {
    Until(DateTime<Utc>),
    /// It waits for the customer.
    Paused,
    Over,
    None,
}

/// How near the end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    Calm,
    Close,
    Breached,
}

impl Countdown {
    /// Its place in the order by the time that is left: what waits and what is over comes last.
    pub(crate) fn rank(self) -> (u8, Option<DateTime<Utc>>) {
        match self {
            Self::Until(at) => (0, Some(at)),
            Self::None => (1, None),
            Self::Paused => (2, None),
            Self::Over => (3, None),
        }
    }

    /// Of the values of [`FIELDS`].
    pub(crate) fn of(values: &[Value]) -> Self {
        let instant = |at: usize| match values.get(at) {
            Some(Value::Instant(at)) => Some(*at),
            _ => None,
        };
        match values.get(3).and_then(Value::as_text) {
            Some("resolved" | "closed") => return Self::Over,
            Some("pending" | "on_hold") => return Self::Paused,
            _ => {}
        }
        let reply = instant(0).filter(|_| instant(1).is_none());
        reply.into_iter().chain(instant(2)).min().map_or(Self::None, Self::Until)
    }

    /// The sign, the time left and how near the end is: seconds below an hour, then minutes, then
    /// days.
    pub(crate) fn shown(self, now: DateTime<Utc>) -> (String, Urgency) {
        let until = match self {
            Self::Until(until) => until,
            Self::Paused => return ("  paused".into(), Urgency::Calm),
            Self::Over => return ("  done".into(), Urgency::Calm),
            Self::None => return (String::new(), Urgency::Calm),
        };
        let left = until - now;
        let urgency = match () {
            () if left < Duration::zero() => Urgency::Breached,
            () if left < Duration::hours(2) => Urgency::Close,
            () => Urgency::Calm,
        };
        let sign = match urgency {
            Urgency::Breached => "!-",
            Urgency::Close => "~ ",
            Urgency::Calm => "  ",
        };
        let seconds = left.num_seconds().abs();
        let (days, hours) = (seconds / 86_400, seconds / 3_600);
        let text = match () {
            () if days > 1 => format!("{days}d{:02}h", hours % 24),
            () if hours > 0 => format!("{hours:02}:{:02}", seconds / 60 % 60),
            () => format!("00:{:02}:{:02}", seconds / 60, seconds % 60),
        };
        (format!("{sign}{text}"), urgency)
    }

    /// In how many seconds the shown text is another.
    pub(crate) fn changes_in(self, now: DateTime<Utc>) -> Option<u64> {
        let Self::Until(until) = self else { return None };
        let near = (until - now).num_seconds().abs() < 3_600;
        Some(if near { 1 } else { 60 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::when::stored_instant;

    #[test]
    fn the_first_open_deadline_counts_and_waiting_pauses() {
        let at = |text: &str| Value::Instant(stored_instant(text).unwrap());
        let (reply, solve) = (at("2026-11-22T10:00:00Z"), at("2026-11-23T10:00:00Z"));
        let open = Value::Text("open".into());
        let of = |replied: Value, status: Value| {
            Countdown::of(&[reply.clone(), replied, solve.clone(), status])
        };
        let now = stored_instant("2026-11-22T09:00:00Z").unwrap();
        assert_eq!(of(Value::Null, open.clone()).shown(now), ("~ 01:00".into(), Urgency::Close));
        assert_eq!(of(reply.clone(), open.clone()).shown(now), ("  25:00".into(), Urgency::Calm));
        assert_eq!(of(Value::Null, Value::Text("pending".into())), Countdown::Paused);
        assert_eq!(of(Value::Null, Value::Text("closed".into())), Countdown::Over);
        let late = stored_instant("2026-11-22T10:12:40Z").unwrap();
        assert_eq!(of(Value::Null, open).shown(late), ("!-00:12:40".into(), Urgency::Breached));
    }
}
