//! One command under way: its settings, its printer, and the database, opened when it is first
//! needed.

use std::io::BufRead;

use super::global::{Output, Settings};
use super::print::Printer;
use crate::entity::{Model, Noun};
use crate::error::{Error, Result};
use crate::filter;
use crate::interchange::{Exporter, Form};
use crate::store::{Access, Intent, Listing, Older, Options, Reader, Store, Writer, Written};

/// What a command works with.
pub struct Session<'p> {
    pub settings: Settings,
    pub printer: Printer<'p>,
    /// The command as it was typed, for the record of the change.
    pub typed: String,
    pub base: fn() -> Model,
    store: Option<Store>,
    /// A dry run over a file that isn't there yet works on one that goes away with the session.
    scratch: Option<tempfile::TempDir>,
}

impl<'p> Session<'p> {
    #[must_use]
    pub fn new(
        settings: Settings,
        printer: Printer<'p>,
        typed: String,
        base: fn() -> Model,
    ) -> Self {
        Self { settings, printer, typed, base, store: None, scratch: None }
    }

    /// A session for another command over the same store: a line of a batch.
    #[must_use]
    pub fn lend<'q>(
        &mut self,
        settings: Settings,
        printer: Printer<'q>,
        typed: String,
    ) -> Session<'q> {
        Session {
            settings,
            printer,
            typed,
            base: self.base,
            store: self.store.take(),
            scratch: None,
        }
    }

    /// Takes the store back from a lent session.
    pub fn take_back(&mut self, other: Session) {
        self.store = other.store;
    }

    fn options(&self) -> Result<Options> {
        Ok(Options {
            busy_timeout: self.settings.busy_timeout(),
            delete_journal: self.settings.config.get("journal_mode")?.as_deref() == Some("delete"),
            region: self.settings.locale.region.clone(),
            older: if self.settings.dry_run { Older::Copy } else { Older::Migrate },
        })
    }

    fn open(&mut self, access: Access) -> Result<()> {
        if self.store.is_some() {
            return Ok(());
        }
        let options = self.options()?;
        let mut path = self.settings.database()?.to_owned();
        if access == Access::Write && self.settings.dry_run && !path.exists() {
            let scratch = tempfile::tempdir().map_err(|why| Error::io("a scratch folder", &why))?;
            path = scratch.path().join("rolo.db");
            self.scratch = Some(scratch);
        }
        let mut store = Store::open(&path, self.base, access, &options, &self.settings.clock)?;
        store.dry_run = self.settings.dry_run;
        for warning in std::mem::take(&mut store.warnings) {
            self.printer.note(&format!("warning: {warning}"));
        }
        for note in std::mem::take(&mut store.notes) {
            self.printer.note(&note);
        }
        self.store = Some(store);
        Ok(())
    }

    /// The database, for reading.
    ///
    /// # Errors
    /// It can't be used (exit 5).
    pub fn reading(&mut self) -> Result<&Store> {
        self.open(Access::Read)?;
        self.store.as_ref().ok_or_else(|| Error::failed("the database is not open"))
    }

    /// The database, for writing; made where it is missing.
    ///
    /// # Errors
    /// It can't be used (exit 5).
    pub fn writing(&mut self) -> Result<&mut Store> {
        self.open(Access::Write)?;
        self.store.as_mut().ok_or_else(|| Error::failed("the database is not open"))
    }

    /// The database, for writing; a missing one is an error.
    ///
    /// # Errors
    /// It can't be used (exit 5).
    pub fn existing(&mut self) -> Result<&mut Store> {
        if self.store.is_none() && !self.settings.database()?.exists() {
            self.open(Access::Read)?;
        }
        self.writing()
    }

    /// The database itself, for the dashboard: made where it is missing, and only read where it can't
    /// be written.
    ///
    /// # Errors
    /// It can't be used (exit 5).
    pub fn take_store(&mut self) -> Result<Store> {
        if let Err(why) = self.open(Access::Write)
            && self.open(Access::Read).is_err()
        {
            return Err(why);
        }
        self.store.take().ok_or_else(|| Error::failed("the database is not open"))
    }

    /// The error with the file that it is about, once one is open.
    #[must_use]
    pub fn placed(&self, why: Error) -> Error {
        match &self.store {
            Some(store) => crate::store::placed(why, store.path()),
            None => why,
        }
    }

    /// A reader with the printer, which would otherwise be borrowed with the session.
    ///
    /// # Errors
    /// The database can't be used.
    pub fn parts(&mut self) -> Result<(Reader<'_>, &Store, &mut Printer<'p>, &Settings)> {
        self.open(Access::Read)?;
        let Self { store, printer, settings, .. } = self;
        let store = store.as_ref().ok_or_else(|| Error::failed("the database is not open"))?;
        Ok((store.reader(&settings.clock, &settings.user)?, store, printer, settings))
    }

    /// From now on reads the file as it was at the end of the day, month or instant that `--as-of`
    /// names; without it, or where that isn't over yet, the present.
    ///
    /// # Errors
    /// The text means no time (exit 2), or the database can't be used.
    pub fn look_back(&mut self, as_of: Option<&str>) -> Result<()> {
        let Some(text) = as_of else { return Ok(()) };
        let times = &self.settings.locale.times;
        let at = times.end_of(text).map_err(|why| {
            Error::usage(format!("`--as-of`: {why}")).hint(crate::entity::Kind::Datetime.hint())
        })?;
        if at >= times.now {
            return Ok(());
        }
        self.open(Access::Read)?;
        // Words such as `today` in a filter mean that day too.
        self.settings.locale.times.now = at;
        let today = self.settings.locale.times.today();
        match &mut self.store {
            Some(store) => store.look_back(at, today),
            None => Ok(()),
        }
    }

    /// Back to the present.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn look_up(&mut self) -> Result<()> {
        self.store.as_mut().map_or(Ok(()), Store::look_up)
    }

    /// One change, of a kind.
    ///
    /// # Errors
    /// What `work` returns, or the file can't be written.
    pub fn write<T>(
        &mut self,
        kind: &str,
        work: impl FnOnce(&mut Writer) -> Result<T>,
    ) -> Result<Written<T>> {
        self.write_as(kind, "", work)
    }

    /// As [`Self::write`], with a summary of its own.
    ///
    /// # Errors
    /// As for `write`.
    pub fn write_as<T>(
        &mut self,
        kind: &str,
        summary: &str,
        work: impl FnOnce(&mut Writer) -> Result<T>,
    ) -> Result<Written<T>> {
        self.open(Access::Write)?;
        let intent =
            Intent { kind: kind.into(), summary: summary.into(), command: self.typed.clone() };
        let Self { store, settings, printer, .. } = self;
        let store = store.as_mut().ok_or_else(|| Error::failed("the database is not open"))?;
        let written =
            store.write(&settings.clock, &settings.locale, &settings.user, &intent, work)?;
        for warning in &written.warnings {
            printer.note(&format!("warning: {warning}"));
        }
        Ok(written)
    }

    /// Begins a transaction that holds many changes.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn begin_batch(&mut self) -> Result<()> {
        // Inside, a dry run keeps its changes until the end, so that later ones see earlier ones.
        let store = self.writing()?;
        store.dry_run = false;
        store.begin_batch()
    }

    /// Ends it: all of them, or none.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn end_batch(&mut self, keep: bool) -> Result<()> {
        let dry_run = self.settings.dry_run;
        let store = self.writing()?;
        store.dry_run = dry_run;
        store.end_batch(keep)
    }

    /// Asks a question; yes by `--yes`, an error without a terminal to answer at.
    ///
    /// # Errors
    /// Nobody can answer, or the answer was no (exit 2).
    pub fn confirm(&mut self, question: &str) -> Result<()> {
        if self.settings.yes || self.settings.dry_run {
            return Ok(());
        }
        if !self.settings.is_interactive() {
            return Err(Error::usage(format!("{question} needs a yes"))
                .hint("add `--yes`, or look first with `--dry-run`"));
        }
        let answer = self.answer(&format!("{question}? [y/N]"))?;
        if matches!(answer.to_lowercase().as_str(), "y" | "yes" | "да" | "д") {
            return Ok(());
        }
        Err(Error::usage("nothing was done: the answer was no"))
    }

    /// Asks where the deals go that keep a stage or pipeline from being removed.
    ///
    /// # Errors
    /// `why`, with the option that answers, where nobody can; or no answer.
    pub fn ask_where(&mut self, why: Error, noun: &str) -> Result<String> {
        if why.kind != crate::error::ErrorKind::Invalid {
            return Err(why);
        }
        if !self.settings.is_interactive() {
            return Err(why.hint(format!(
                "say where its deals go: `rolo {noun} rm REF --to {}`",
                noun.to_uppercase()
            )));
        }
        let to = self.answer(&format!("{}; which {noun} do its deals go to?", why.message))?;
        if to.is_empty() { Err(why) } else { Ok(to) }
    }

    /// A line that somebody typed in answer to a question.
    ///
    /// # Errors
    /// Standard input can't be read.
    pub fn answer(&mut self, question: &str) -> Result<String> {
        self.printer.ask(question);
        let mut answer = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut answer)
            .map_err(|why| Error::io("the answer", &why))?;
        Ok(answer.trim().to_owned())
    }

    /// What was done, or in a dry run what would be: `changed`, `would change`.
    #[must_use]
    pub fn done(&self, past: &'static str, verb: &str) -> String {
        if self.settings.dry_run { format!("would {verb}") } else { past.to_owned() }
    }

    /// `would ` in a dry run.
    #[must_use]
    pub fn would(&self) -> &'static str {
        if self.settings.dry_run { "would " } else { "" }
    }

    /// Prints changed records on standard output where a format was asked for, else a line for
    /// people on standard error.
    ///
    /// # Errors
    /// The records can't be read or written out.
    pub fn report(&mut self, noun: &str, ids: &[i64], line: &str) -> Result<()> {
        let output = self.settings.output;
        match output {
            Output::Ids => {
                for id in ids {
                    self.printer.line(&id.to_string())?;
                }
                Ok(())
            }
            Output::Json | Output::Jsonl => self.print_records(noun, ids, output),
            _ => {
                self.printer.note(line);
                Ok(())
            }
        }
    }

    /// Prints whole records by id as JSON or JSON lines.
    ///
    /// # Errors
    /// The records can't be read or written out.
    pub fn print_records(&mut self, noun: &str, ids: &[i64], output: Output) -> Result<()> {
        let (reader, store, printer, _) = self.parts()?;
        let noun = store.noun(noun)?;
        let form = if output == Output::Json { Form::Json } else { Form::Jsonl };
        let columns = crate::interchange::columns(noun, form, crate::interchange::Scope::Shown);
        let mut out = Exporter::new(form, columns, crate::interchange::Scope::Shown, true);
        out.begin();
        for record in reader.records(noun, ids)? {
            out.record(&record.values);
        }
        out.end();
        out.flush_to(printer.out())
    }
}

/// Checks a filter against a noun and this file's views, and makes SQL of it.
///
/// # Errors
/// A wrong filter (exit 2).
pub(super) fn filter_sql(
    reader: &Reader,
    settings: &Settings,
    noun: &Noun,
    text: &str,
) -> Result<filter::Sql> {
    reader.filter(noun, text, &settings.locale)
}

/// A listing of the ids that a filter finds.
///
/// # Errors
/// A wrong filter, or the database can't be read.
pub(super) fn ids_of(
    reader: &Reader,
    settings: &Settings,
    noun: &Noun,
    text: &str,
) -> Result<Vec<i64>> {
    let mut listing = Listing::all(noun);
    listing.columns.clear();
    listing.filter = Some(filter_sql(reader, settings, noun, text)?);
    reader.ids(&listing)
}
