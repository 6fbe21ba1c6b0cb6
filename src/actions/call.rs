//! What an action is called with, and the steps that several of them take.

use crate::entity::when::Times;
use crate::entity::{Column, Kind, LinkTo, Locale, Name, Noun, Value};
use crate::error::{Error, Result};
use crate::store::{Among, Draft, Writer};

/// An action under way: the records it was called on and its arguments as they were typed.
pub struct Call<'c, 'w> {
    pub writer: &'c mut Writer<'w>,
    pub noun: &'c Noun,
    pub ids: &'c [i64],
    /// Argument name and text.
    pub args: &'c [(&'static str, String)],
    pub locale: &'c Locale,
    /// Records that the action made, to be told by their ids.
    pub made: Vec<i64>,
}

/// Fields about to be written, by name.
pub(super) type Fields = Vec<(usize, Value)>;

impl<'w> Call<'_, 'w> {
    /// An argument as it was typed.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(n, _)| *n == name).map(|(_, t)| t.as_str())
    }

    /// The record that an argument names.
    pub(super) fn record(&self, arg: &str, noun: &str) -> Result<Option<i64>> {
        let Some(text) = self.text(arg) else { return Ok(None) };
        let noun = self.other(noun)?;
        Ok(Some(self.writer.reader().resolve(noun, text, Among::Live)?))
    }

    /// The value of an argument that is a field of the noun.
    pub(super) fn field(&self, arg: &str, field: Column) -> Result<Option<Value>> {
        let Some(text) = self.text(arg) else { return Ok(None) };
        let field = self.noun.require(field.0)?.field;
        let value = field.parse(text, self.locale).map_err(|why| {
            Error::invalid(format!("{}: {why}", field.label())).hint(field.kind.hint())
        })?;
        Ok(Some(value))
    }

    /// Adds a field to `fields` where its argument was given.
    pub(super) fn take(&self, fields: &mut Fields, arg: &str, field: Column) -> Result<()> {
        if let Some(value) = self.field(arg, field)? {
            fields.push((self.index(field)?, value));
        }
        Ok(())
    }

    /// The index of a field.
    pub(super) fn index(&self, field: Column) -> Result<usize> {
        Ok(self.noun.require(field.0)?.index)
    }

    /// A field and its value, to be written.
    pub(super) fn set(&self, field: Column, value: Value) -> Result<(usize, Value)> {
        Ok((self.index(field)?, value))
    }

    /// The instant of `--on`, else now.
    ///
    /// # Errors
    /// It is no date, or one that is still to come: nothing has happened then.
    pub(super) fn on(&self) -> Result<chrono::DateTime<chrono::Utc>> {
        let times: &Times = &self.locale.times;
        let at = self.told_on()?;
        if at <= times.now {
            return Ok(at);
        }
        Err(Error::invalid(format!("`--on`: {} is still to come", self.text("on").unwrap_or("")))
            .hint(format!(
                "it tells when something happened: give a day up to {}, or leave it out",
                times.today()
            )))
    }

    fn told_on(&self) -> Result<chrono::DateTime<chrono::Utc>> {
        let times: &Times = &self.locale.times;
        match self.text("on") {
            Some(text) => match times.due(text) {
                // A day alone is meant as that day, at the end of its work rather than at midnight.
                Ok(crate::entity::when::Due::Day(day)) if day == times.today() => Ok(times.now),
                Ok(_) => times.instant(text).map_err(|why| date_error(&why)),
                Err(why) => Err(date_error(&why)),
            },
            None => Ok(times.now),
        }
    }

    /// Records an activity about a record.
    pub(super) fn log(
        &mut self,
        kind: &str,
        about: (&'static str, i64),
        body: &str,
        direction: Option<&str>,
    ) -> Result<i64> {
        let activity = self.writer.reader().model().noun("activity")?;
        let mut fields = vec![
            ("kind", Value::Text(kind.to_owned())),
            ("body", Value::Text(body.to_owned())),
            ("about", Value::Links(vec![LinkTo::bare(about.0, about.1)])),
        ];
        if let Some(direction) = direction {
            fields.push(("direction", Value::Text(direction.to_owned())));
        }
        let draft = Draft::of(activity, fields)?;
        self.writer.insert(activity, draft)
    }

    /// Records the text of `--note` about a record.
    pub(super) fn log_note(&mut self, id: i64) -> Result<()> {
        if let Some(text) = self.text("note").map(str::to_owned) {
            self.log("note", (self.noun.name(), id), &text, None)?;
        }
        Ok(())
    }

    /// Sets fields of every record the action was called on.
    pub(super) fn set_all(&mut self, fields: &Fields) -> Result<()> {
        for id in self.ids {
            self.writer.update(self.noun, *id, fields.clone())?;
            self.log_note(*id)?;
        }
        Ok(())
    }

    /// The noun of another name.
    pub(super) fn other(&self, noun: &str) -> Result<&'w Noun> {
        self.writer.reader().model().noun(noun)
    }

    /// A link as it was typed behind an argument.
    pub(super) fn named(&self, arg: &str) -> Option<Value> {
        self.text(arg).map(|t| Value::Named(Name { text: t.to_owned(), ..Name::default() }))
    }
}

fn date_error(why: &str) -> Error {
    Error::invalid(format!("`--on`: {why}")).hint(Kind::Datetime.hint())
}
