//! What is due and what is planned, day by day, over all kinds of work.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{Reader, Span, Whose};
use crate::entity::when::Due;
use crate::entity::{LinkTo, Noun, Record, Value, recur};
use crate::error::Result;

/// One line of the agenda.
#[derive(Debug, Clone)]
pub struct AgendaEntry {
    pub day: NaiveDate,
    /// `None`: on the day, at no certain time.
    pub at: Option<DateTime<Utc>>,
    pub noun: &'static str,
    pub id: i64,
    pub uid: uuid::Uuid,
    pub what: String,
    pub about: String,
    pub owner: String,
    pub late: bool,
}

impl Reader<'_> {
    /// Tasks, events, tickets and closing deals up to a day, late ones too, in order of time.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn agenda(
        &self,
        whose: Whose,
        zone: chrono_tz::Tz,
        today: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<AgendaEntry>> {
        let span = Span::of(zone, today, last);
        let mut finder = Finder { reader: self, zone, today, span, entries: Vec::new() };
        finder.tasks(whose)?;
        finder.events(whose)?;
        finder.tickets(whose)?;
        finder.deals(whose)?;
        let mut entries = finder.entries;
        entries.sort_by(|a, b| (a.day, a.at, a.noun, a.id).cmp(&(b.day, b.at, b.noun, b.id)));
        Ok(entries)
    }
}

struct Finder<'a> {
    reader: &'a Reader<'a>,
    zone: chrono_tz::Tz,
    today: NaiveDate,
    span: Span,
    entries: Vec<AgendaEntry>,
}

impl Finder<'_> {
    fn push(&mut self, noun: &Noun, record: &Record, due: Due, what: String, late: bool) {
        let link = |name: &str| {
            noun.index(name)
                .and_then(|i| record.values[i].as_link())
                .map_or(String::new(), LinkTo::shown)
        };
        let about = ["about", "company", "contact"].iter().map(|n| link(n)).find(|l| !l.is_empty());
        self.entries.push(AgendaEntry {
            day: due.day(self.zone),
            at: match due {
                Due::At(at) => Some(at),
                Due::Day(_) => None,
            },
            noun: noun.name(),
            id: record.id,
            uid: record.uid,
            what,
            about: about.unwrap_or_default(),
            owner: link("owner"),
            late,
        });
    }

    /// Open tasks due by the last day, late ones too.
    fn tasks(&mut self, whose: Whose) -> Result<()> {
        let noun = self.reader.model().noun("task")?;
        for record in self.reader.tasks_due(whose, self.span)? {
            let Some(Value::Due(due)) = noun.index("due").map(|i| record.values[i].clone()) else {
                continue;
            };
            let late = due.day(self.zone) < self.today;
            let what = record.values[noun.label_index()].to_cell();
            self.push(noun, &record, due, what, late);
        }
        Ok(())
    }

    /// Events within the days, repeating ones each time.
    fn events(&mut self, whose: Whose) -> Result<()> {
        let noun = self.reader.model().noun("event")?;
        let Span { from, end: until, .. } = self.span;
        for record in self.reader.events_between(whose, self.span)? {
            let value =
                |name: &str| noun.index(name).map_or(Value::Null, |i| record.values[i].clone());
            let Value::Instant(start) = value("start") else { continue };
            let what = record.values[noun.label_index()].to_cell();
            let zone = value("zone").as_text().and_then(|z| z.parse().ok()).unwrap_or(self.zone);
            let times = match value("repeat").as_text() {
                Some(rule) => recur::within(rule, start, zone, (from, until), 400),
                None => vec![start],
            };
            let all_day = value("all_day") == Value::Bool(true);
            for at in times {
                let due = if all_day {
                    Due::Day(at.with_timezone(&self.zone).date_naive())
                } else {
                    Due::At(at.max(from - Duration::days(365)))
                };
                self.push(noun, &record, due, what.clone(), false);
            }
        }
        Ok(())
    }

    /// Open tickets whose reply or solution is due.
    fn tickets(&mut self, whose: Whose) -> Result<()> {
        let noun = self.reader.model().noun("ticket")?;
        for record in self.reader.tickets_due(whose, self.span)? {
            let value =
                |name: &str| noun.index(name).map_or(Value::Null, |i| record.values[i].clone());
            let replied = !value("first_reply_at").is_empty();
            let due = match (value("reply_due"), value("solve_due")) {
                (Value::Instant(reply), _) if !replied => reply,
                (_, Value::Instant(solve)) => solve,
                _ => continue,
            };
            let word = if replied { "solve" } else { "reply" };
            let what = format!("{word}: {}", record.values[noun.label_index()].to_cell());
            let late = due.with_timezone(&self.zone).date_naive() < self.today;
            self.push(noun, &record, Due::At(due), what, late);
        }
        Ok(())
    }

    /// Open deals that should close by the last day.
    fn deals(&mut self, whose: Whose) -> Result<()> {
        let noun = self.reader.model().noun("deal")?;
        for record in self.reader.deals_closing(whose, self.span)? {
            let value =
                |name: &str| noun.index(name).map_or(Value::Null, |i| record.values[i].clone());
            let Value::Date(day) = value("closes") else { continue };
            let amount = match value("amount") {
                Value::Money(m) => {
                    format!(" ({})", crate::entity::money::amount_for_people(m.minor, m.currency))
                }
                _ => String::new(),
            };
            let what = format!("closes: {}{amount}", record.values[noun.label_index()].to_cell());
            self.push(noun, &record, Due::Day(day), what, day < self.today);
        }
        Ok(())
    }
}
