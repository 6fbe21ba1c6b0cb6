//! The one file: schema, reading, the write path, matching, history, undo, search. The only room
//! that writes; the invariant is that every write is a change, whole or not at all.

mod again;
mod agenda;
mod answers;
mod as_of;
mod ask;
mod backlinks;
mod backup;
mod beginnings;
mod beside;
mod board;
pub mod bulk;
mod check;
mod columns;
mod commit;
mod complete;
mod custom;
mod doubles;
mod draft;
mod due;
mod dues;
mod endings;
mod fill;
mod forward;
mod funnel;
mod history;
mod imports;
mod incoming;
mod joining;
mod journal;
mod likely;
mod listing;
mod matching;
mod mended;
mod merge;
mod migrate;
mod misfits;
mod missed;
mod mounts;
mod moves;
mod open;
mod purge;
mod quotas;
mod rates;
mod read;
mod rejected;
mod related;
mod rows;
pub mod schema;
mod search;
mod select;
mod sharing;
mod stations;
mod stays;
mod tree;
mod twin;
mod undo;
mod unmerge;
mod views;
mod words;

use std::path::{Path as FilePath, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::clock::Clock;
use crate::entity::{Locale, Model, Noun};
use crate::error::{Error, ErrorKind, Result};

pub use again::Again;
pub use agenda::AgendaEntry;
pub use answers::{AnswerPolicy, LeadAnswer};
pub use ask::{Answer, Cell, sqlite_version};
pub use backup::{backup, refuse_beside, refuse_own};
pub use board::{Card, Pile, StageSums, Wanted};
pub use check::{Finding, Health};
pub use commit::{Draft, Intent, Manner, Tally, Writer, fields, same};
pub use doubles::{Double, Hunt, groups, keeper};
pub use draft::{IN_PASSING, refuse_negative};
pub use due::{Span, Whose};
pub use funnel::{
    Assumed, Assumption, By, Chanced, Deals, Dwell, Ended, Fate, Journey, Key, Named, Reached,
    Slipped, Steps, Stuck, StuckDeals, Sums, Thresholds,
};
pub use history::{ChangeRow, EditRow, HistoryEntry, Touched};
pub use imports::{ImportFacts, ImportRow, Origin};
pub use incoming::{Incoming, NEXT_PRINT, OnMatch, Outcome, Policy, uid_of};
pub use matching::Match;
pub use mended::Place;
pub use merge::{Joined, Take};
pub use moves::before_the_end;
pub use open::{
    Access, Older, Options, inspect, placed, resolve, temporary_folder_in, temporary_in, wal_path,
};
pub use quotas::{Attainment, Bonus};
pub use rates::LATEST_RATES;
pub use read::{After, Among, Found, Listing, Moment, Path, Reader};
pub use related::Related;
pub use select::links_to;
pub use sharing::{Candidate, Keeper, ScoreRule, ShareRule};
pub use stays::{Stay, UNDATED};
pub use tree::{Branch, link_above};
pub use twin::Twin;
pub use undo::Undone;
pub use unmerge::Parted;
pub use views::View;
pub use words::{FIELD_MARK, Ready, search_body};

/// Many changes in one transaction.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Batch {
    #[default]
    None,
    Open,
    /// A change failed half way: nothing can be kept.
    Broken,
}

/// Many writes of a batch that are recorded as one change.
#[derive(Debug)]
struct OneChange {
    intent: Intent,
    /// The change, once a write did something.
    change: Option<i64>,
    /// The first id of each noun that it made so far.
    first_made: foldhash::HashMap<&'static str, i64>,
}

/// An open database.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    path: PathBuf,
    model: Model,
    base: fn() -> Model,
    /// Inside `batch`: one outer transaction holds all changes.
    batch: Batch,
    joined: Option<OneChange>,
    /// How it was opened.
    options: Options,
    /// The file itself, whatever has its name by now.
    file: open::Identity,
    /// Whether writes are rolled back at their end.
    pub dry_run: bool,
    /// The acting user, once known.
    me: Option<i64>,
    /// Things to say on standard error about the file itself.
    pub warnings: Vec<String>,
    /// What stops reading; see `stop_when`.
    stop: std::cell::RefCell<Option<std::sync::Arc<std::sync::atomic::AtomicBool>>>,
    /// The moment in the past that everything is read as of.
    past: Option<as_of::Past>,
    /// What was done to the file so that it could be opened.
    pub notes: Vec<String>,
    /// The copy that stands for a file of an older schema which stays as it is.
    scratch: Option<tempfile::TempDir>,
}

/// How a file of an older schema came to be one of today.
#[derive(Default)]
struct Today {
    notes: Vec<String>,
    scratch: Option<tempfile::TempDir>,
}

/// What a write did.
#[derive(Debug)]
pub struct Written<T> {
    pub value: T,
    /// The number of the change; `None` when nothing differed, or it was a dry run.
    pub change: Option<i64>,
    pub tally: Tally,
    pub warnings: Vec<String>,
}

impl Store {
    /// Opens the file at `path`, or makes it where `access` allows.
    ///
    /// # Errors
    /// It is missing, damaged, foreign, newer, locked or can't be made (exit 5).
    pub fn open(
        path: &FilePath,
        base: fn() -> Model,
        access: Access,
        options: &Options,
        clock: &Clock,
    ) -> Result<Self> {
        let path = resolve(path)?;
        if std::fs::symlink_metadata(&path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound)
        {
            if access == Access::Read {
                return Err(Error::database(format!("there is no database at `{}`", path.display()))
                    .hint("the first `add` or `import` makes one; `rolo demo FILE` makes one to play with"));
            }
            let model = base();
            open::create(&path, options, |conn| seed(conn, &model, clock))?;
        }
        let mut conn = open::connect(&path, access, options)?;
        let plain = base();
        let today = match migrate::version(&conn)? {
            schema::SCHEMA_VERSION => Today::default(),
            _ => bring_up(&mut conn, &path, &plain, access, options, clock)
                .map_err(|why| placed(why, &path))?,
        };
        let custom = custom::load(&conn).map_err(|why| placed(why, &path))?;
        let model = if custom.is_empty() { plain } else { plain.with_custom(&custom)? };
        let warnings = open::hard_link_warning(&path).into_iter().collect();
        let mut store = Self {
            file: open::Identity::of(&path),
            conn,
            path,
            model,
            base,
            batch: Batch::None,
            joined: None,
            options: options.clone(),
            dry_run: false,
            me: None,
            warnings,
            notes: today.notes,
            scratch: today.scratch,
            stop: std::cell::RefCell::default(),
            past: None,
        };
        if access == Access::Write && store.has_left_wal()? {
            store.keep_wal();
        }
        Ok(store)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &FilePath {
        &self.path
    }

    /// The entities and this file's custom fields.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// A noun by its singular name.
    ///
    /// # Errors
    /// The model lacks it.
    pub fn noun(&self, name: &str) -> Result<&Noun> {
        self.model.noun(name)
    }

    /// The connection, for the rooms of the store alone.
    #[must_use]
    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// The id of a user by handle, when they have one; reading never makes a user.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn user_id(&self, handle: &str) -> Result<Option<i64>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT id FROM user WHERE handle = ?1 COLLATE NOCASE AND trashed IS NULL",
        )?;
        let mut rows = stmt.query([handle])?;
        Ok(rows.next()?.map(|r| r.get(0)).transpose()?)
    }

    /// Reads at the moment of `clock`, as the user `handle`.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn reader(&self, clock: &Clock, handle: &str) -> Result<Reader<'_>> {
        let me = match self.me {
            Some(me) => Some(me),
            None => self.user_id(handle)?,
        };
        let mut moment = Moment::of(clock, me);
        if let Some(past) = &self.past {
            (moment.now, moment.today) = (past.now.clone(), past.today.clone());
        }
        Ok(Reader { store: Some(self), ..Reader::new(&self.conn, &self.model, moment) })
    }

    /// One change: `work` runs in a transaction that commits whole or not at all. Without effect it
    /// leaves no change; in a dry run it is rolled back at its end.
    ///
    /// # Errors
    /// What `work` returns, or the file can't be written.
    pub fn write<T>(
        &mut self,
        clock: &Clock,
        locale: &Locale,
        handle: &str,
        intent: &Intent,
        work: impl FnOnce(&mut Writer) -> Result<T>,
    ) -> Result<Written<T>> {
        if self.past.is_some() {
            return Err(Error::failed("the past can't be written"));
        }
        let outer = self.is_batching();
        if !outer {
            self.stands_there()?;
        }
        // A savepoint makes the search index write out what it holds in memory, which costs more
        // than the rest of an add. A batch is taken back as a whole anyway; only a user who comes
        // about by a line without effect has to go again.
        let apart = outer && self.user_id(handle)?.is_none();
        let (begin, done, undone) = match (outer, apart) {
            (false, _) => ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"),
            (true, true) => ("SAVEPOINT one", "RELEASE one", "ROLLBACK TO one; RELEASE one"),
            (true, false) => ("", "", ""),
        };
        self.conn.execute_batch(begin).map_err(|why| self.write_error(&why))?;
        let result = self.write_inside(clock, locale, handle, intent, work);
        let keep = matches!(&result, Ok((w, ..)) if w.change.is_some()) && !self.dry_run;
        if outer && !apart && result.is_err() {
            self.batch = Batch::Broken;
        }
        let ended = self.conn.execute_batch(if keep { done } else { undone });
        if ended.is_err() && !self.conn.is_autocommit() && !outer {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        let (mut written, fields_touched, first_made) = result?;
        ended.map_err(|why| self.write_error(&why))?;
        if let (Some(joined), true) = (&mut self.joined, keep) {
            (joined.change, joined.first_made) = (written.change, first_made);
        }
        if fields_touched {
            self.reload_model()?;
        }
        if !keep {
            written.change = None;
        }
        Ok(written)
    }

    /// The change itself, whether it touched custom fields, and the first ids that it made.
    fn write_inside<T>(
        &self,
        clock: &Clock,
        locale: &Locale,
        handle: &str,
        intent: &Intent,
        work: impl FnOnce(&mut Writer) -> Result<T>,
    ) -> Result<(Written<T>, bool, foldhash::HashMap<&'static str, i64>)> {
        let reader = Reader::new(&self.conn, &self.model, Moment::of(clock, None));
        let begun = self.joined.as_ref().and_then(|joined| joined.change);
        let change: i64 = match begun {
            Some(change) => change,
            None => self
                .conn
                .prepare_cached(
                    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change'), 0) + 1",
                )?
                .query_row([], |r| r.get(0))?,
        };
        let mut writer = Writer::new(reader, clock, locale, change, 0);
        if let Some(joined) = &self.joined {
            writer.first_made.clone_from(&joined.first_made);
        }
        writer.me = writer.ensure_user(handle)?;
        writer.reader.moment.me = Some(writer.me);
        let value = work(&mut writer)?;
        if writer.undoing.is_none() {
            writer.settle_dues()?;
        }
        let did = !writer.tally.is_nothing();
        if writer.fields_touched {
            writer.settle_fields()?;
        }
        if writer.undoing.is_some() && self.joined.is_some() {
            return Err(Error::usage("undo and redo can't be a part of another change"));
        }
        if did && begun.is_none() {
            let intent = self.joined.as_ref().map_or(intent, |joined| &joined.intent);
            history::record_change(&writer, intent)?;
        }
        let written = Written {
            value,
            change: did.then_some(change),
            tally: writer.tally,
            warnings: std::mem::take(&mut writer.warnings),
        };
        Ok((written, writer.fields_touched, std::mem::take(&mut writer.first_made)))
    }

    fn write_error(&self, why: &rusqlite::Error) -> Error {
        match why.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                open::busy(&self.path)
            }
            Some(rusqlite::ErrorCode::ReadOnly) => open::read_only(&self.path),
            _ => placed(Error::sqlite(why), &self.path),
        }
    }

    /// Begins a transaction that holds many changes: all of them or none.
    ///
    /// # Errors
    /// Another process writes for too long.
    pub fn begin_batch(&mut self) -> Result<()> {
        self.stands_there()?;
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(|why| self.write_error(&why))?;
        self.batch = Batch::Open;
        Ok(())
    }

    /// Lets all that is written until the batch ends be one change, of this name.
    pub fn join_batch(&mut self, intent: Intent) {
        self.joined =
            Some(OneChange { intent, change: None, first_made: foldhash::HashMap::default() });
    }

    /// Ends what [`Self::begin_batch`] began; without `keep`, nothing was changed.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn end_batch(&mut self, keep: bool) -> Result<()> {
        let broken = std::mem::take(&mut self.batch) == Batch::Broken;
        self.joined = None;
        let ended = self.conn.execute_batch(if keep && !broken { "COMMIT" } else { "ROLLBACK" });
        if let Err(why) = ended {
            if !self.conn.is_autocommit() {
                // What failed to commit is taken back; the failure is what gets told.
                let _ = self.conn.execute_batch("ROLLBACK");
            }
            return Err(self.write_error(&why));
        }
        if broken && keep {
            return Err(Error::failed("a line failed half way: nothing of the batch was kept"));
        }
        // Custom fields that came or went inside did not, or did not for good.
        if keep { Ok(()) } else { self.reload_model() }
    }

    /// Whether a batch is under way.
    #[must_use]
    pub fn is_batching(&self) -> bool {
        self.batch != Batch::None
    }

    /// How many live records of the business there are: all nouns but those of the setup.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn count_records(&self) -> Result<i64> {
        let nouns = self.model.nouns.iter().filter(|n| !n.entity.setup);
        let counts = nouns.map(|n| {
            let sql =
                format!("SELECT count(*) FROM {} WHERE trashed IS NULL", schema::quoted(n.name()));
            Ok(self.conn.query_row(&sql, [], |r| r.get::<_, i64>(0))?)
        });
        counts.sum()
    }

    /// Whether any record of the business is there.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn has_records(&self) -> Result<bool> {
        for noun in self.model.nouns.iter().filter(|n| !n.entity.setup) {
            let table = schema::quoted(noun.name());
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE trashed IS NULL)");
            if self.conn.query_row(&sql, [], |r| r.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A number that differs once another connection has committed to the file; asking holds no
    /// transaction.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.conn.query_row("PRAGMA data_version", [], |r| r.get(0))?)
    }

    /// Stops waiting for the disk: only for a file that doesn't have its name yet.
    ///
    /// # Errors
    /// The file can't be used.
    pub fn hurry(&self) -> Result<()> {
        Ok(self.conn.execute_batch("PRAGMA synchronous=OFF")?)
    }

    /// Lets what is too large to sort in a page cache go to temporary files. Where no folder takes such
    /// files, in the middle of a write, and in the past, whose tables are temporary themselves, it is
    /// sorted in memory.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn spill(&self) -> Result<()> {
        let is_plain = self.past.is_none() && self.scratch.is_none() && self.conn.is_autocommit();
        if is_plain && tempfile::tempfile().is_ok() {
            self.conn.execute_batch("PRAGMA temp_store=FILE")?;
        }
        Ok(())
    }

    /// Gives back the memory of pages that were read.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn rest(&self) -> Result<()> {
        Ok(self.conn.release_memory()?)
    }

    /// Puts all of the WAL into the file, so that it can be moved alone.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn gather(&self) -> Result<()> {
        Ok(self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// Takes over custom fields that another process added or took away; whether there were any.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn refresh_model(&mut self) -> Result<bool> {
        let before = self.model.customs();
        // Texts of fields live as long as the program: none are made where nothing changed.
        let custom = custom::load(&self.conn)?;
        let known = |c: &crate::entity::CustomField| {
            before.iter().any(|(noun, name, kind, called)| {
                let same = *noun == c.noun && *name == c.slug && *called == c.name;
                same && kind.name() == c.kind.as_str()
            })
        };
        if custom.len() == before.len() && custom.iter().all(known) {
            return Ok(false);
        }
        self.model = (self.base)().with_custom(&custom)?;
        Ok(true)
    }

    /// Reads the custom fields anew: after a field was added, undone, redone or restored.
    ///
    /// # Errors
    /// The file can't be written.
    fn reload_model(&mut self) -> Result<()> {
        let custom = custom::load(&self.conn)?;
        self.model = (self.base)().with_custom(&custom)?;
        Ok(())
    }
}

/// Makes a file of an older schema one of today, itself or as a copy that `conn` then leads to.
fn bring_up(
    conn: &mut Connection,
    path: &FilePath,
    base: &Model,
    access: Access,
    options: &Options,
    clock: &Clock,
) -> Result<Today> {
    let version = migrate::version(conn)?;
    if version > schema::SCHEMA_VERSION {
        return Err(open::newer(path, i64::from(version)));
    }
    let was = format!("`{}` was made by an older rolo (schema {version})", path.display());
    let mut today = Today::default();
    if options.older == Older::Refuse {
        return Err(Error::database(was));
    }
    if options.older == Older::Migrate && !conn.is_readonly("main")? {
        conn.pragma_update(None, "query_only", false)?;
        match migrate::forward(conn, path, base, options, clock) {
            Ok(moved) => {
                conn.pragma_update(None, "query_only", access == Access::Read)?;
                if !moved.backup.as_os_str().is_empty() {
                    today.notes.push(format!(
                        "{was}: it has schema {} now; the file as it was is `{}`",
                        schema::SCHEMA_VERSION,
                        moved.backup.display()
                    ));
                }
                today.notes.extend(moved.notes);
                return Ok(today);
            }
            // There is no place for the copy beside it: what reads can do without.
            Err(why) if access == Access::Read && why.kind == ErrorKind::Failed => {}
            Err(why) => return Err(why),
        }
    }
    let scratch = tempfile::tempdir().map_err(|why| Error::io("a scratch folder", &why))?;
    let copy = scratch.path().join("rolo.db");
    backup::copy(conn, path, &copy, backup::Clash::Keep)?;
    *conn = open::open_with(&copy, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE, options)?;
    migrate::on(conn, base, clock)?;
    conn.pragma_update(None, "query_only", access == Access::Read)?;
    today.notes.push(format!("{was}: it stays so, this works on a copy"));
    today.scratch = Some(scratch);
    Ok(today)
}

/// Fills a new file: the schema, the facts about it, the seeds.
fn seed(conn: &mut Connection, model: &Model, clock: &Clock) -> Result<()> {
    conn.execute_batch("PRAGMA auto_vacuum=NONE")?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for sql in schema::ddl(model) {
        tx.execute_batch(&sql)?;
    }
    tx.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", schema::SCHEMA_VERSION)?;
    let file = clock.new_uid();
    let mut put = tx.prepare("INSERT INTO meta(key, value) VALUES (?1, ?2)")?;
    put.execute(rusqlite::params!["file_uid", file.as_bytes().as_slice()])?;
    put.execute(rusqlite::params!["fold_version", crate::entity::text::FOLD_VERSION])?;
    drop(put);
    seed_records(&tx, model, clock, &|_| true)?;
    tx.commit()?;
    Ok(())
}

/// The records that every file begins with, of the nouns that are asked for. They are made by nobody
/// and belong to no change.
fn seed_records(
    conn: &Connection,
    model: &Model,
    clock: &Clock,
    of: &dyn Fn(&str) -> bool,
) -> Result<()> {
    use crate::entity::money::Currency;
    use crate::entity::when::Times;
    let times = Times { now: clock.now(), zone: clock.zone(), order: None };
    let locale = Locale { times, currency: Currency::EUR, region: String::new() };
    let reader = Reader::new(conn, model, Moment::of(clock, None));
    let mut writer = Writer::new(reader, clock, &locale, 0, 0);
    for noun in model.nouns.iter().filter(|n| of(n.name())) {
        for seed in noun.entity.seeds {
            let mut values = Vec::new();
            for (name, text) in *seed {
                let named = noun.require(name)?;
                values
                    .push((named.index, named.field.parse(text, &locale).map_err(Error::failed)?));
            }
            writer.insert(
                noun,
                Draft { values, fingerprint: Some(draft::IN_PASSING), ready: None },
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::money::Currency;
    use crate::entity::when::{Times, stored_instant};
    use crate::entity::{Name, Value};

    struct Bench {
        _folder: tempfile::TempDir,
        store: Store,
        clock: Clock,
        locale: Locale,
    }

    fn bench() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let now = stored_instant("2026-11-22T09:00:00Z").expect("an instant");
        let clock = Clock::new(Some(now), chrono_tz::UTC);
        let times = Times { now, zone: chrono_tz::UTC, order: None };
        let locale = Locale { times, currency: Currency::EUR, region: "GB".into() };
        let options = Options {
            busy_timeout: std::time::Duration::from_secs(5),
            delete_journal: false,
            region: "GB".into(),
            older: Older::Migrate,
        };
        let path = folder.path().join("rolo.db");
        let store = Store::open(&path, crate::model::model, Access::Write, &options, &clock)
            .expect("a store");
        Bench { _folder: folder, store, clock, locale }
    }

    impl Bench {
        fn write<T>(&mut self, work: impl FnOnce(&mut Writer) -> Result<T>) -> Result<Written<T>> {
            let intent =
                Intent { kind: "test".into(), summary: String::new(), command: String::new() };
            self.store.write(&self.clock, &self.locale, "ann", &intent, work)
        }

        fn add(&mut self, noun: &str, values: Vec<(&str, &str)>) -> i64 {
            let locale = self.locale.clone();
            self.write(|w| {
                w.manner.create_links = true;
                let noun = w.reader().model().noun(noun)?;
                let mut parsed = Vec::new();
                for (name, text) in values {
                    let named = noun.require(name)?;
                    parsed.push((
                        named.index,
                        named.field.parse(text, &locale).map_err(Error::invalid)?,
                    ));
                }
                w.insert(noun, parsed.into())
            })
            .expect("an insert")
            .value
        }

        fn values(&self, noun: &str, id: i64) -> serde_free::Row {
            let reader = self.store.reader(&self.clock, "ann").expect("a reader");
            let noun = self.store.noun(noun).expect("a noun");
            let record = reader.record(noun, id).expect("a record");
            serde_free::Row(noun.fields.iter().map(|f| f.name).zip(record.values).collect())
        }

        fn undo(&mut self) {
            self.write(|w| {
                let change = w.last_undoable(false)?;
                w.undoing = Some(change);
                w.take_back(change, false)
            })
            .expect("an undo");
        }
    }

    mod serde_free {
        use crate::entity::Value;
        pub(super) struct Row(pub(super) Vec<(&'static str, Value)>);
        impl Row {
            pub(super) fn get(&self, name: &str) -> String {
                self.0.iter().find(|(n, _)| *n == name).map_or("?".into(), |(_, v)| v.to_cell())
            }
        }
    }

    #[test]
    fn two_threads_find_what_one_finds() {
        let mut b = bench();
        for n in 0..60 {
            let stage = ["Lead", "Qualified", "Proposal", "Won"][n % 4];
            let currency = ["EUR", "JPY", "USD"][n % 3];
            let (name, amount) = (format!("Deal {n}"), format!("{} {currency}", 100 * n + 33));
            let source = ["web", "fair"][n / 7 % 2];
            let values = vec![("name", &*name), ("stage", stage), ("amount", &*amount)];
            b.add("deal", [values, vec![("source", source)]].concat());
        }
        let reader = b.store.reader(&b.clock, "ann").expect("a reader");
        let deals = Deals {
            kinds: &[],
            filter: None,
            pipeline: None,
            first: None,
            last: None,
            thresholds: Thresholds::USUAL,
        };
        for by in [&[By::Stage][..], &[By::Source], &[By::Source, By::Status], &[]] {
            let sums = |at_once| {
                let sums = reader.deal_sums_at_once(by, &deals, at_once).expect("sums");
                let mut told: Vec<String> = sums.iter().map(|s| format!("{s:?}")).collect();
                told.sort();
                told
            };
            assert!(!sums(false).is_empty());
            assert_eq!(sums(false), sums(true), "{by:?}");
        }
        let reached = |at_once| {
            let mut told = Vec::new();
            let mut one = |_: &[Steps], found: Reached| told.push(format!("{found:?}"));
            reader
                .reached_at_once(&deals, (None, None), false, at_once, &mut one)
                .expect("how far they came");
            told.sort();
            told
        };
        assert_eq!(reached(false).len(), 60);
        assert_eq!(reached(false), reached(true));
        let (theirs, mine) = reader
            .halves(|r| r.last_id(r.model().noun("deal")?), |r| Ok(r.store.is_some()))
            .expect("both halves");
        assert_eq!((theirs, mine), (60, true));
        // Another state would be another answer: in the past there is no second reader.
        let elsewhere = std::thread::current().id();
        let same = |_: &Reader| Ok(std::thread::current().id() == elsewhere);
        assert!(!reader.halves(same, |_| Ok(())).expect("halves").0);
        let at = (b.clock.now(), b.clock.now().date_naive());
        let past = reader.as_of(at.0, at.1, |then| Ok(then.halves(same, |_| Ok(()))?.0));
        assert!(past.expect("halves"));
    }

    #[test]
    fn a_record_is_written_read_edited_and_taken_back() {
        let mut b = bench();
        let id = b.add(
            "contact",
            vec![
                ("name", "Ann Lee"),
                ("company", "Acme"),
                ("emails", "work:ann@acme.test; ann@home.test"),
                ("tags", "vip; new"),
            ],
        );
        let row = b.values("contact", id);
        assert_eq!(row.get("emails"), "work:ann@acme.test; ann@home.test");
        assert_eq!(
            (row.get("company"), row.get("companies"), row.get("tags")),
            ("Acme".into(), "Acme".into(), "new; vip".into())
        );
        let city = b.store.noun("contact").expect("a noun").index("city").expect("a field");
        b.write(|w| {
            let n = w.reader().model().noun("contact")?;
            w.update(n, id, vec![(city, Value::Text("Sofia".into()))])
        })
        .expect("an edit");
        assert_eq!(b.values("contact", id).get("city"), "Sofia");
        b.undo();
        assert_eq!(b.values("contact", id).get("city"), "");
        b.undo();
        let reader = b.store.reader(&b.clock, "ann").expect("a reader");
        let noun = b.store.noun("contact").expect("a noun");
        assert_eq!(reader.count(&Listing::all(noun)).expect("a count"), 0);
    }

    #[test]
    fn a_deal_goes_to_the_first_stage_and_takes_the_currency_that_counts() {
        let mut b = bench();
        let id = b.add("deal", vec![("name", "Big"), ("amount", "12k"), ("company", "Acme")]);
        let row = b.values("deal", id);
        assert_eq!(
            (row.get("stage"), row.get("pipeline"), row.get("amount")),
            ("Lead".into(), "Sales".into(), "12000.00".into())
        );
        assert_eq!(
            (row.get("status"), row.get("weighted"), row.get("owner")),
            ("open".into(), "1200.00".into(), "ann".into())
        );
        let won =
            b.add("deal", vec![("name", "Other"), ("stage", "sales/won"), ("amount", "5 JPY")]);
        assert_eq!(b.values("deal", won).get("status"), "won");
        let _ = Name::default();
    }

    #[test]
    fn a_page_behind_another_is_sought_and_not_scanned() {
        let mut b = bench();
        for name in ["Ёлкин", "Елин", "Жуков", "anna", "Яков", "Ängström"] {
            b.add("contact", vec![("name", name)]);
        }
        let reader = b.store.reader(&b.clock, "ann").expect("a reader");
        let noun = b.store.noun("contact").expect("a noun");
        let mut page = Listing::all(noun);
        page.sort_by("name", b.store.model()).expect("an order");
        let names: Vec<String> =
            reader.list(&page).expect("a list").iter().map(|f| f.values[2].to_cell()).collect();
        assert_eq!(names, ["Ängström", "anna", "Елин", "Ёлкин", "Жуков", "Яков"]);
        let plan = reader.plan(&page).expect("a plan");
        assert!(
            plan.contains("USING INDEX contact_name_fold") && !plan.contains("TEMP B-TREE"),
            "{plan}"
        );
        page.after = Some(After { key: rusqlite::types::Value::Text("елин".into()), id: 2 });
        let plan = reader.plan(&page).expect("a plan");
        assert!(plan.contains("SEARCH t USING INDEX contact_name_fold (name_fold>?"), "{plan}");
        assert_eq!(reader.list(&page).expect("a page").len(), 3);
    }

    #[test]
    fn the_linked_sqlite_is_new_enough() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }
}
