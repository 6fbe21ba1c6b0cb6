//! How soon leads have to be answered, and were.

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;

use super::read::Reader;
use crate::entity::hours::{Office, Open, minutes_of};
use crate::entity::when::stored_instant;
use crate::error::{Error, Result};
use crate::model::{ANSWER_TO_LEAD, POLICY_OF_LEAD};

/// A lead, its policy and its first answer.
#[derive(Debug, Clone)]
pub struct LeadAnswer {
    pub lead: i64,
    pub came: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
    pub policy: Option<AnswerPolicy>,
}

/// How soon a lead has to be answered.
#[derive(Debug, Clone)]
pub struct AnswerPolicy {
    pub name: String,
    /// Minutes.
    pub within: i64,
    /// When the time runs, where that isn't always.
    pub hours: Option<String>,
    pub zone: Option<String>,
    pub holidays: Vec<String>,
}

impl LeadAnswer {
    fn office(&self) -> Option<Office> {
        let policy = self.policy.as_ref()?;
        let zone = policy.zone.as_deref().unwrap_or_default();
        Office::of(policy.hours.as_deref()?, zone, policy.holidays.iter().map(String::as_str)).ok()
    }

    /// The times that count until the answer is due; none without a policy.
    #[must_use]
    pub fn until_due(&self) -> Vec<Open> {
        let Some(policy) = &self.policy else { return Vec::new() };
        if let Some(office) = self.office() {
            return office.counted(self.came, policy.within);
        }
        let until = self.came + chrono::Duration::minutes(policy.within);
        vec![Open { from: self.came, until }]
    }

    /// The times that count until the answer came.
    #[must_use]
    pub fn until_answered(&self) -> Vec<Open> {
        let Some(until) = self.answered else { return Vec::new() };
        match self.office() {
            Some(office) => office.between(self.came, until),
            None => vec![Open { from: self.came, until }],
        }
    }

    /// When the answer is due.
    #[must_use]
    pub fn due(&self) -> Option<DateTime<Utc>> {
        self.until_due().last().map(|open| open.until)
    }

    /// Minutes until the answer.
    #[must_use]
    pub fn took(&self) -> Option<i64> {
        self.answered.map(|_| minutes_of(&self.until_answered()))
    }
}

impl Reader<'_> {
    /// How a lead was to be answered, and was.
    ///
    /// # Errors
    /// It isn't there, or the database can't be read.
    pub fn answer(&self, lead: i64) -> Result<LeadAnswer> {
        let of = |sql: &str| sql.replace("{t}", "t");
        let sql = format!(
            "SELECT t.created, {}, {} FROM lead t WHERE t.id = ?1",
            of(ANSWER_TO_LEAD),
            of(POLICY_OF_LEAD)
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let found: Option<(String, Option<String>, Option<i64>)> =
            stmt.query_row([lead], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
        let gone = || Error::not_found(format!("no lead has the id {lead}"));
        let (came, answered, policy) = found.ok_or_else(gone)?;
        Ok(LeadAnswer {
            lead,
            came: stored_instant(&came).ok_or_else(gone)?,
            answered: answered.as_deref().and_then(stored_instant),
            policy: policy.map(|id| self.answer_policy(id)).transpose()?,
        })
    }

    fn answer_policy(&self, id: i64) -> Result<AnswerPolicy> {
        let mut off = self.conn.prepare_cached(
            "SELECT value FROM response_holidays WHERE record = ?1 ORDER BY position",
        )?;
        let holidays = off.query_map([id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        let mut stmt = self
            .conn
            .prepare_cached("SELECT name, within, hours, zone FROM response WHERE id = ?1")?;
        Ok(stmt.query_row([id], |r| {
            Ok(AnswerPolicy {
                name: r.get(0)?,
                within: r.get(1)?,
                hours: r.get(2)?,
                zone: r.get(3)?,
                holidays,
            })
        })?)
    }
}
