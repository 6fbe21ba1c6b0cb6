//! What is due and what is planned within some days: the questions of the agenda.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::read::{Listing, Reader};
use crate::entity::Record;
use crate::entity::when::instant_text;
use crate::error::Result;
use crate::filter;

/// Whose things are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// Those of who is acting.
    Mine,
    /// Those of everybody in a team, by its id.
    Team(i64),
    /// Everybody's and nobody's.
    Anybody,
}

impl Whose {
    fn sql(self) -> String {
        match self {
            Self::Mine => "= :me".to_owned(),
            // Ids begin at 1: true for every owner, and for none.
            Self::Anybody => "IS NOT 0".to_owned(),
            Self::Team(id) => format!("IN (SELECT id FROM user WHERE team = {id})"),
        }
    }
}

impl Reader<'_> {
    /// Open tasks due up to a day, late ones too; `end` is the instant behind that day.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn tasks_due(
        &self,
        whose: Whose,
        last: NaiveDate,
        end: DateTime<Utc>,
    ) -> Result<Vec<Record>> {
        let (whose, next, end) = (whose.sql(), last + Days::new(1), instant_text(end));
        self.due("task", format!(
            "t.owner {whose} AND t.status NOT IN ('done', 'cancelled') AND t.due < CASE WHEN length(t.due) = 10 THEN '{next}' ELSE '{end}' END"
        ))
    }

    /// Events that touch a span, and those that repeat and began before its end.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn events_between(
        &self,
        whose: Whose,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Record>> {
        let (whose, from, until) = (whose.sql(), instant_text(from), instant_text(until));
        self.due("event", format!(
            "(t.owner {whose} OR EXISTS (SELECT 1 FROM event_attendees a WHERE a.record = t.id AND a.noun = 'user' AND a.target {whose})) \
             AND t.start < '{until}' AND (t.repeat IS NOT NULL OR coalesce(t.end, t.start) >= '{from}')"
        ))
    }

    /// Open tickets whose reply or solution is due before an instant.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn tickets_due(&self, whose: Whose, end: DateTime<Utc>) -> Result<Vec<Record>> {
        let (whose, end) = (whose.sql(), instant_text(end));
        self.due("ticket", format!(
            "t.owner {whose} AND t.status NOT IN ('resolved', 'closed') AND (t.solve_due < '{end}' OR (t.first_reply_at IS NULL AND t.reply_due < '{end}'))"
        ))
    }

    /// Open deals that should close by a day.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn deals_closing(&self, whose: Whose, last: NaiveDate) -> Result<Vec<Record>> {
        let whose = whose.sql();
        self.due("deal", format!(
            "t.owner {whose} AND t.closes <= '{last}' AND (SELECT s.kind FROM stage s WHERE s.id = t.stage) = 'open'"
        ))
    }

    fn due(&self, noun: &str, condition: String) -> Result<Vec<Record>> {
        let noun = self.model().noun(noun)?;
        let mut listing = Listing::all(noun);
        listing.columns.clear();
        listing.filter =
            Some(filter::Sql { text: condition, params: Vec::new(), mentions_trash: false });
        self.records(noun, &self.ids(&listing)?)
    }
}
