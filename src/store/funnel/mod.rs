//! What the numbers of the sales funnel are made of: deals, counted and added up by what they have
//! in common. All of it is read as the reader sees the file, so a past that is looked back at or an
//! assumption counts without more.

mod assume;
mod bets;
mod facts;
mod history;
mod journeys;
mod keys;
mod reached;
mod slips;
mod stuck;
mod sums;

use std::fmt::Write as _;

use chrono::NaiveDate;
use rusqlite::Statement;
use rusqlite::types::Value as Sql;

use super::read::Reader;
use crate::entity::when::day_text;
use crate::error::Result;
use crate::filter;

pub use assume::{Assumed, Assumption};
pub use bets::Chanced;
pub use history::Fate;
pub use journeys::{Dwell, Journey};
pub use keys::Named;
pub use reached::{Ended, Reached, Steps};
pub use slips::Slipped;
pub use stuck::{Stuck, StuckDeals};
pub use sums::Sums;

/// What deals are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    Stage,
    Pipeline,
    Owner,
    Team,
    Source,
    Territory,
    /// Of the expected close; of a decided deal that of the day it was decided.
    Month,
    /// The category of the forecast.
    Category,
    Reason,
    Competitor,
    Partner,
    /// Open, won or lost.
    Status,
}

/// The day that counts for a deal of `t`: when it should be decided, or was.
pub(super) const DAY: &str = "coalesce(t.closes, substr(t.closed, 1, 10))";

impl By {
    const ALL: [Self; 12] = [
        Self::Stage,
        Self::Pipeline,
        Self::Owner,
        Self::Team,
        Self::Source,
        Self::Territory,
        Self::Month,
        Self::Category,
        Self::Reason,
        Self::Competitor,
        Self::Partner,
        Self::Status,
    ];

    /// As typed behind `--by`, and the name of its column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Pipeline => "pipeline",
            Self::Owner => "owner",
            Self::Team => "team",
            Self::Source => "source",
            Self::Territory => "territory",
            Self::Month => "month",
            Self::Category => "category",
            Self::Reason => "reason",
            Self::Competitor => "competitor",
            Self::Partner => "partner",
            Self::Status => "status",
        }
    }

    /// Whether all deals of a stage have the same key.
    fn is_of_stage(self) -> bool {
        matches!(self, Self::Stage | Self::Pipeline | Self::Status)
    }

    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    /// The noun whose records are the keys; none where the keys are words.
    #[must_use]
    pub fn noun(self) -> Option<&'static str> {
        match self {
            Self::Stage => Some("stage"),
            Self::Pipeline => Some("pipeline"),
            Self::Owner => Some("user"),
            Self::Team => Some("team"),
            Self::Territory => Some("territory"),
            Self::Competitor | Self::Partner => Some("company"),
            Self::Source | Self::Month | Self::Category | Self::Reason | Self::Status => None,
        }
    }
}

/// What the deals of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A record.
    Id(i64),
    /// A word, or a month.
    Word(String),
    /// They have none.
    None,
}

/// Chances from which on a deal counts as a best case, and as committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    pub best_case: i64,
    pub commit: i64,
}

impl Thresholds {
    /// Where the config says nothing.
    pub const USUAL: Self = Self { best_case: 50, commit: 75 };
}

/// Which deals are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Deals<'a> {
    /// Kinds of the stages that they stand in; empty for all.
    pub kinds: &'a [&'static str],
    pub filter: Option<&'a filter::Sql>,
    pub pipeline: Option<i64>,
    /// The first and the last day that their own may be; a deal without a day is in no period.
    pub first: Option<NaiveDate>,
    pub last: Option<NaiveDate>,
    pub thresholds: Thresholds,
}

impl Deals<'_> {
    /// `FROM … WHERE …` over a deal `t` and its stage `s`.
    pub(super) fn from(&self) -> String {
        format!("FROM deal t JOIN stage s ON s.id = t.stage {}", self.all_conditions())
    }

    /// The same, stage by stage: quicker where an index from the stage on holds all that is read.
    pub(super) fn by_stage(&self) -> String {
        format!("FROM stage s CROSS JOIN deal t ON t.stage = s.id {}", self.all_conditions())
    }

    fn all_conditions(&self) -> String {
        let mut sql = "WHERE t.trashed IS NULL".to_owned();
        if !self.kinds.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(|k| format!("'{k}'")).collect();
            let _ = write!(sql, " AND coalesce(s.kind, 'open') IN ({})", kinds.join(", "));
        }
        if self.pipeline.is_some() {
            sql.push_str(" AND s.pipeline = :pipeline");
        }
        sql.push_str(&self.conditions());
        sql
    }

    /// The day that counts for a deal `t` of them: one that is open has none but the expected.
    pub(super) fn day(&self) -> &'static str {
        if self.kinds == ["open"] { "t.closes" } else { DAY }
    }

    /// `AND …` over a deal `t`, for the period and the filter.
    pub(super) fn conditions(&self) -> String {
        let (mut sql, day) = (String::new(), self.day());
        if self.first.is_some() {
            let _ = write!(sql, " AND {day} >= :first_day");
        }
        if self.last.is_some() {
            let _ = write!(sql, " AND {day} <= :last_day");
        }
        if let Some(filter) = self.filter.filter(|f| !f.text.is_empty()) {
            let _ = write!(sql, " AND ({})", filter.text);
        }
        sql
    }

    /// Binds what [`Self::from`] and [`Self::conditions`] mention.
    pub(super) fn bind(&self, reader: &Reader, stmt: &mut Statement) -> Result<()> {
        reader.bind_moment(stmt)?;
        Reader::bind_filter(stmt, self.filter)?;
        let day = |day: Option<NaiveDate>| day.map_or(Sql::Null, |d| Sql::Text(day_text(d)));
        for (name, value) in [
            (":pipeline", self.pipeline.map_or(Sql::Null, Sql::Integer)),
            (":first_day", day(self.first)),
            (":last_day", day(self.last)),
        ] {
            if let Some(at) = stmt.parameter_index(name)? {
                stmt.raw_bind_parameter(at, value)?;
            }
        }
        Ok(())
    }
}
