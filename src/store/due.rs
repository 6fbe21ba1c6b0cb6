//! What is due and what is planned within some days: the questions of the agenda.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::read::{Listing, Reader};
use crate::entity::when::{day_start, instant_text};
use crate::entity::{Noun, Record};
use crate::error::Result;
use crate::filter;

/// Whose things are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// Those of who is acting, and those of nobody: somebody has to see them.
    Mine,
    /// Those of everybody in a team, by its id.
    Team(i64),
    /// What [`Self::Mine`] leaves out.
    Others,
    /// Everybody's and nobody's.
    Anybody,
}

impl Whose {
    /// The condition on who owns the record `t`.
    fn owns(self) -> String {
        match self {
            Self::Mine => "(t.owner = :me OR t.owner IS NULL)".to_owned(),
            Self::Team(id) => format!("t.owner IN (SELECT id FROM user WHERE team = {id})"),
            Self::Others => "(t.owner IS NOT NULL AND t.owner IS NOT :me)".to_owned(),
            Self::Anybody => "1".to_owned(),
        }
    }

    /// The condition that an event is for them: they own it, or take part.
    fn takes_part(self) -> String {
        let (not, who) = match self {
            Self::Mine => ("OR ", "= :me".to_owned()),
            Self::Team(id) => ("OR ", format!("IN (SELECT id FROM user WHERE team = {id})")),
            Self::Others => ("AND NOT ", "= :me".to_owned()),
            Self::Anybody => return self.owns(),
        };
        format!(
            "({} {not}EXISTS (SELECT 1 FROM event_attendees a WHERE a.record = t.id AND a.noun = 'user' AND a.target {who}))",
            self.owns()
        )
    }
}

/// The days that are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The instant at which the first day begins.
    pub from: DateTime<Utc>,
    pub last: NaiveDate,
    /// The instant behind the last day.
    pub end: DateTime<Utc>,
}

impl Span {
    /// The days from `today` to `last`.
    #[must_use]
    pub fn of(zone: chrono_tz::Tz, today: NaiveDate, last: NaiveDate) -> Self {
        let end = day_start(zone, last + Days::new(1));
        Self { from: day_start(zone, today), last, end }
    }
}

impl Reader<'_> {
    /// Open tasks due up to the last day, late ones too.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn tasks_due(&self, whose: Whose, span: Span) -> Result<Vec<Record>> {
        self.due("task", tasks(whose, span))
    }

    /// Events that touch the days, and those that repeat and began before their end.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn events_between(&self, whose: Whose, span: Span) -> Result<Vec<Record>> {
        let touches = "coalesce(t.end, t.start) >=";
        let from = instant_text(span.from);
        self.due(
            "event",
            format!(
                "{} AND t.start < '{}' AND (t.repeat IS NOT NULL OR {touches} '{from}')",
                whose.takes_part(),
                instant_text(span.end)
            ),
        )
    }

    /// Open tickets whose reply or solution is due within the days, late ones too.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn tickets_due(&self, whose: Whose, span: Span) -> Result<Vec<Record>> {
        self.due("ticket", tickets(whose, span))
    }

    /// Open deals that should close by the last day.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn deals_closing(&self, whose: Whose, span: Span) -> Result<Vec<Record>> {
        self.due("deal", deals(whose, span))
    }

    /// How many tasks, tickets and deals of others are due, by noun.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn due_of_others(&self, span: Span) -> Result<Vec<(&Noun, u64)>> {
        let whose = Whose::Others;
        let of = [
            ("task", tasks(whose, span)),
            ("ticket", tickets(whose, span)),
            ("deal", deals(whose, span)),
        ];
        of.into_iter()
            .map(|(noun, condition)| {
                let noun = self.model().noun(noun)?;
                Ok((noun, self.count(&listing(noun, condition))?))
            })
            .collect()
    }

    fn due(&self, noun: &str, condition: String) -> Result<Vec<Record>> {
        let noun = self.model().noun(noun)?;
        self.records(noun, &self.ids(&listing(noun, condition))?)
    }
}

fn tasks(whose: Whose, span: Span) -> String {
    let (next, end) = (span.last + Days::new(1), instant_text(span.end));
    format!(
        "{} AND t.status NOT IN ('done', 'cancelled') AND t.due < CASE WHEN length(t.due) = 10 THEN '{next}' ELSE '{end}' END",
        whose.owns()
    )
}

fn tickets(whose: Whose, span: Span) -> String {
    let end = instant_text(span.end);
    format!(
        "{} AND t.status NOT IN ('resolved', 'closed') AND (t.solve_due < '{end}' OR (t.first_reply_at IS NULL AND t.reply_due < '{end}'))",
        whose.owns()
    )
}

fn deals(whose: Whose, span: Span) -> String {
    format!(
        "{} AND t.closes <= '{}' AND (SELECT s.kind FROM stage s WHERE s.id = t.stage) = 'open'",
        whose.owns(),
        span.last
    )
}

fn listing(noun: &Noun, condition: String) -> Listing<'_> {
    let mut listing = Listing::all(noun);
    listing.columns.clear();
    listing.filter =
        Some(filter::Sql { text: condition, params: Vec::new(), mentions_trash: false });
    listing
}
