//! How a day that something is expected on was moved, as one word of text.

use chrono::{DateTime, NaiveDate, Utc};

use super::Value;
use super::when::{day_text, instant_text, stored_day, stored_instant};

/// One move of an expected day; written `2026-11-22T09:00:00Z 2026-12-01..2027-01-15 moved ann`,
/// with nothing on the side of the two points where there was no day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// When it was moved.
    pub at: DateTime<Utc>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub why: Why,
    /// The handle of who moved it, where it is known.
    pub by: Option<String>,
}

/// What a move of an expected day went with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is expected on another day: a slip.
    Moved,
    /// The end came, on that day.
    Closed,
    /// It goes on after all.
    Reopened,
}

impl Why {
    const ALL: [Self; 3] = [Self::Moved, Self::Closed, Self::Reopened];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }
}

impl Moved {
    /// What a word says; `None` when it is no such move.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let mut parts = word.trim().splitn(4, ' ');
        let at = stored_instant(parts.next()?)?;
        let (from, to) = parts.next()?.split_once("..")?;
        let day = |text: &str| match text {
            "" => Some(None),
            text => stored_day(text).map(Some),
        };
        let (from, to) = (day(from)?, day(to)?);
        let word = parts.next()?;
        let why = Why::ALL.into_iter().find(|w| w.word() == word)?;
        let by = parts.next().map(str::trim).filter(|b| !b.is_empty()).map(str::to_owned);
        (from != to).then_some(Self { at, from, to, why, by })
    }

    /// The moves that a value holds, as they came; what is none is passed over.
    #[must_use]
    pub fn all(value: &Value) -> Vec<Self> {
        match value {
            Value::Words(words) => words.iter().filter_map(|w| Self::of(w)).collect(),
            _ => Vec::new(),
        }
    }

    /// Takes moves in the order in which they came.
    ///
    /// # Errors
    /// A word that is none.
    pub fn in_order(value: Value) -> Result<Value, String> {
        let Value::Words(words) = value else { return Ok(value) };
        let read = |word: &String| {
            Self::of(word).ok_or_else(|| {
                format!(
                    "`{word}` is no move of a day, such as \
                     `2026-11-22T09:00:00Z 2026-12-01..2027-01-15 moved ann`"
                )
            })
        };
        let mut moves = words.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        moves.sort_by_key(|m| m.at);
        Ok(Value::Words(moves.iter().map(Self::to_string).collect()))
    }
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = |day: Option<NaiveDate>| day.map(day_text).unwrap_or_default();
        let (at, from, to) = (instant_text(self.at), day(self.from), day(self.to));
        write!(f, "{at} {from}..{to} {}", self.why.word())?;
        match &self.by {
            Some(by) => write!(f, " {by}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_reads_as_it_is_written() {
        for word in [
            "2026-11-22T09:00:00Z 2026-12-01..2027-01-15 moved ann",
            "2026-11-22T09:00:00Z ..2027-01-15 moved",
            "2026-11-22T09:00:00Z 2026-12-01.. reopened аня",
            "2026-11-22T09:00:00Z 2026-12-01..2026-11-22 closed ann",
        ] {
            assert_eq!(Moved::of(word).map(|m| m.to_string()).as_deref(), Some(word));
        }
        for word in [
            "",
            "2026-12-01..2027-01-15",
            "2026-11-22T09:00:00Z 2026-12-01..2027-01-15",
            "2026-11-22T09:00:00Z 2026-12-01..2026-12-01 moved",
            "2026-11-22T09:00:00Z 2026-13-01..2026-12-01 moved",
            "2026-11-22T09:00:00Z 2026-12-01..2027-01-15 slipped",
        ] {
            assert_eq!(Moved::of(word), None, "{word}");
        }
    }
}
