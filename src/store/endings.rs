//! When a trail comes to its end: the day that a deal was won or lost.
//!
//! An ended record has the instant of its end, its last stay begins then, and the day on which it
//! was expected to end is that day.

use chrono::{DateTime, Utc};

use super::commit::{Writer, same};
use super::stays::Places;
use crate::entity::{LinkTo, Trail, Value};
use crate::error::{Error, Result};

impl Writer<'_> {
    /// A record that is made where its trail ends has ended, today or on the past day that is given.
    pub(super) fn refuse_end_to_come(
        &self,
        row: &[Value],
        places: &Places,
        trail: &Trail,
    ) -> Result<()> {
        let today = self.locale.times.today();
        match row[places.expected] {
            Value::Date(day) if day > today => Err(self.to_come(trail.expected, &day.to_string())),
            _ => Ok(()),
        }
    }

    /// The day of an end that only its instant tells. Where the instant was told it counts more than
    /// the day that was expected, and nothing that came to an end will end on a day to come.
    pub(super) fn tell_end(&self, row: &mut [Value], places: &Places, is_told: bool) {
        let is_open = match row[places.expected] {
            Value::Date(day) => is_told || day > self.locale.times.today(),
            _ => true,
        };
        if let (Value::Instant(at), true) = (&row[places.ended], is_open) {
            let day = at.with_timezone(&self.locale.times.zone).date_naive();
            row[places.expected] = Value::Date(day);
        }
    }

    pub(super) fn is_today(&self, value: &Value) -> bool {
        matches!(value, Value::Date(day) if *day == self.locale.times.today())
    }

    pub(super) fn to_come(&self, field: &'static str, value: &str) -> Error {
        let named = field.replace('_', " ");
        Error::invalid(format!("{named}: {value} is still to come"))
            .hint(format!("give a day up to {}", self.locale.times.today()))
            .at(field)
    }

    /// What came to an end ended on that day; what goes on has no end.
    pub(super) fn follow_end(
        &self,
        row: &mut [Value],
        before: &[Value],
        places: &Places,
        entered: DateTime<Utc>,
        (ends, is_exact): (bool, bool),
    ) {
        let untouched = |row: &[Value], place: usize| same(&before[place], &row[place]);
        if !ends && untouched(row, places.ended) {
            row[places.ended] = Value::Null;
        }
        if !ends || is_exact {
            return;
        }
        if untouched(row, places.ended) {
            row[places.ended] = Value::Instant(entered);
        }
        if !self.manner.import && untouched(row, places.expected) {
            row[places.expected] = Value::Null;
        }
        self.tell_end(row, places, false);
    }

    /// Another day of the end, or instant of the last stay, of a record that ended: both go
    /// together, and neither is to come.
    pub(super) fn mend_end(
        &self,
        before: &[Value],
        row: &mut [Value],
        places: &Places,
        trail: &Trail,
        present: &LinkTo,
    ) -> Result<()> {
        let changed = |row: &[Value], place: usize| !same(&before[place], &row[place]);
        let (since, expected) = (changed(row, places.since), changed(row, places.expected));
        if self.manner.import || !since && !expected {
            return Ok(());
        }
        let now = self.clock.now();
        if let (true, Value::Instant(at)) = (since, &row[places.since])
            && *at > now
        {
            return Err(self.to_come(trail.since, &row[places.since].to_cell()));
        }
        if !expected || since || changed(row, places.ended) || !self.ends(trail, present.id)? {
            return Ok(());
        }
        let Value::Date(day) = row[places.expected] else { return Ok(()) };
        if day > self.locale.times.today() {
            return Err(self.to_come(trail.expected, &day.to_string()));
        }
        let zone = self.locale.times.zone;
        if let Value::Instant(ended) = row[places.ended]
            && ended.with_timezone(&zone).date_naive() == day
        {
            return Ok(());
        }
        if let Ok(at) = self.locale.times.instant(&day.to_string()) {
            row[places.since] = Value::Instant(at);
            row[places.ended] = Value::Instant(at);
        }
        Ok(())
    }
}
