//! The only write path: a change, applied and recorded in one transaction.
//!
//! [`super::Store::write`] opens the transaction; inside it a [`Writer`] completes and checks
//! drafts (`draft`), applies them (`rows`) and records old and new values of each field that an
//! edit changed. A creation stores no values: the record carries the change that made it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use foldhash::HashMap;
use rusqlite::CachedStatement;
use rusqlite::types::Value as Sql;
use uuid::Uuid;

use super::backlinks::{Backlink, backlinks};
use super::columns::encode;
use super::read::{Moment, Reader};
use super::schema::quoted;
use super::words::Ready;
use crate::clock::Clock;
use crate::entity::when::instant_text;
use crate::entity::{Locale, Noun, Value};
use crate::error::{Error, Result};

/// What a change is called and who makes it.
#[derive(Debug, Clone)]
pub struct Intent {
    /// `add`, `edit`, `rm`, `import`, `undo`, … or the deed's verb.
    pub kind: String,
    /// One line for people: `added contact Ann`; filled by the writer when empty.
    pub summary: String,
    /// The command as it was typed.
    pub command: String,
}

/// How drafts are treated.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// From a file: an empty owner stays empty, missing links are made, keys aren't warned about.
    pub import: bool,
    /// Make records that links name and nobody has.
    pub create_links: bool,
    /// Whether that could be asked for: the hint of a link that finds nothing says so.
    pub may_create: bool,
}

/// Writes inside one change.
pub struct Writer<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) clock: &'a Clock,
    pub(super) locale: &'a Locale,
    /// The number of this change.
    pub change: i64,
    /// The acting user.
    pub me: i64,
    pub manner: Manner,
    /// Things to say on standard error.
    pub warnings: Vec<String>,
    /// How many records were made, edited, thrown away, brought back.
    pub tally: Tally,
    /// Statements that run once a record, kept ready.
    pub(super) ready: HashMap<(&'static str, &'static str), CachedStatement<'a>>,
    /// The queries for a whole record, by noun.
    pub(super) stored_sql: RefCell<HashMap<&'static str, Rc<super::rows::StoredSql>>>,
    pub(super) known_links: super::draft::KnownLinks,
    pub(super) tags: HashMap<String, i64>,
    pub(super) touched: Option<(&'static str, i64)>,
    /// Whether a noun had no record, not even one set aside, when that was first asked.
    pub(super) vacant: RefCell<HashMap<&'static str, bool>>,
    /// The first id of each noun that this change made.
    pub(super) first_made: HashMap<&'static str, i64>,
    /// In a bulk: the values of the last new record, for whoever made them to free.
    pub(super) spent: Vec<Value>,
    /// In a bulk: rows of the search index that wait for its end.
    pub(super) waiting: Option<super::bulk::Waiting>,
    /// In a bulk: the search index that is built beside the file.
    pub(super) beside: Option<super::beside::Beside>,
    /// In a bulk into an empty table: the keys that came so far.
    pub(super) seen: Option<super::bulk::Seen>,
    /// How many rows of a file changed a record that was there before, by noun and id.
    pub(super) rows_joined: HashMap<(&'static str, i64), u32>,
    /// The change that this one takes back.
    pub undoing: Option<i64>,
    /// For a file of rolo's own: its noun and the fields it has columns for. An empty cell of it is
    /// empty, and no default fills it.
    pub to_the_letter: Option<(&'static str, Vec<usize>)>,
    /// Records that a row of this import named by uid.
    pub(super) claimed: HashSet<i64>,
    /// Records of custom fields came, went or changed: columns and views have to follow.
    pub(super) fields_touched: bool,
    /// What the row under way has done, where a bad one is taken back alone.
    pub(super) row: Option<super::rejected::RowTrace>,
    /// Rows of a file that were rejected before, and those that may be mended later.
    pub(super) mended: super::mended::Mended,
    /// What has to be put right at the end of the change.
    pub(super) dues: super::dues::Dues,
}

/// What a change did, in numbers of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub made: u64,
    pub edited: u64,
    pub other: u64,
}

impl Tally {
    /// Whether nothing happened at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A record about to be made.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Field index in the noun, and its value.
    pub values: Vec<(usize, Value)>,
    /// Hash of the row it was made from.
    pub fingerprint: Option<i64>,
    /// Its text, where it was made ready already.
    pub ready: Option<Ready>,
}

impl From<Vec<(usize, Value)>> for Draft {
    /// What somebody gave, and nothing else.
    fn from(values: Vec<(usize, Value)>) -> Self {
        Self { values, fingerprint: None, ready: None }
    }
}

impl Draft {
    /// A draft of named fields.
    ///
    /// # Errors
    /// The noun lacks one of them.
    pub fn of(noun: &Noun, values: Vec<(&str, Value)>) -> Result<Self> {
        Ok(fields(noun, values)?.into())
    }
}

/// Values by field name as values by field index.
///
/// # Errors
/// The noun lacks one of them.
pub fn fields(noun: &Noun, values: Vec<(&str, Value)>) -> Result<Vec<(usize, Value)>> {
    values.into_iter().map(|(name, value)| Ok((noun.require(name)?.index, value))).collect()
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        reader: Reader<'a>,
        clock: &'a Clock,
        locale: &'a Locale,
        change: i64,
        me: i64,
    ) -> Self {
        Self {
            reader,
            clock,
            locale,
            change,
            me,
            manner: Manner::default(),
            warnings: Vec::new(),
            tally: Tally::default(),
            ready: HashMap::default(),
            stored_sql: RefCell::default(),
            known_links: super::draft::KnownLinks::default(),
            tags: HashMap::default(),
            touched: None,
            vacant: RefCell::default(),
            spent: Vec::new(),
            first_made: HashMap::default(),
            waiting: None,
            beside: None,
            seen: None,
            rows_joined: HashMap::default(),
            undoing: None,
            to_the_letter: None,
            claimed: HashSet::new(),
            fields_touched: false,
            row: None,
            mended: super::mended::Mended::default(),
            dues: super::dues::Dues::default(),
        }
    }

    /// Reads as of inside the change.
    #[must_use]
    pub fn reader(&self) -> &Reader<'a> {
        &self.reader
    }

    /// A statement of a noun that runs once a record; made of `sql` the first time.
    pub(super) fn ready(
        &mut self,
        noun: &Noun,
        what: &'static str,
        sql: impl FnOnce() -> String,
    ) -> Result<&mut CachedStatement<'a>> {
        use std::collections::hash_map::Entry;
        let conn = self.reader.conn;
        Ok(match self.ready.entry((noun.name(), what)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(conn.prepare_cached(&sql())?),
        })
    }

    /// The clock of the command.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.clock
    }

    /// Makes a record and gives its id.
    ///
    /// # Errors
    /// A value isn't allowed, or a link finds none or several.
    pub fn insert(&mut self, noun: &Noun, mut draft: Draft) -> Result<i64> {
        if noun.name() == super::custom::NOUN {
            super::custom::complete_and_check(self.reader.model, noun, &mut draft.values)?;
        }
        let (fingerprint, ready) = (draft.fingerprint, draft.ready);
        let row = self.complete(noun, draft.values, fingerprint)?;
        let id = self.write_new(noun, &row, fingerprint, ready)?;
        self.note_due(noun, id, None, &row);
        if self.waiting.is_some() {
            self.spent = row;
        }
        self.tally.made += 1;
        self.first_made.entry(noun.name()).or_insert(id);
        if let Some(row) = &mut self.row {
            row.made(noun, id);
        }
        self.note_touched(noun, id);
        Ok(id)
    }

    /// Changes fields of a record; `false` when nothing differs.
    ///
    /// # Errors
    /// The record isn't there, a value isn't allowed, or a link finds none or several.
    pub fn update(&mut self, noun: &Noun, id: i64, values: Vec<(usize, Value)>) -> Result<bool> {
        let before = self.stored(noun, id)?;
        self.update_from(noun, id, &before, values)
    }

    /// As [`Self::update`], for a record that was read already.
    ///
    /// # Errors
    /// As for `update`.
    pub fn update_from(
        &mut self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        values: Vec<(usize, Value)>,
    ) -> Result<bool> {
        let updated = noun.index("updated");
        let stamp = updated.filter(|u| !values.iter().any(|(i, _)| i == u));
        let after = self.complete_edit(noun, id, before, values)?;
        let changed: Vec<usize> = (0..after.len())
            .filter(|i| !same(&before[*i], &after[*i]) && noun.fields[*i].is_stored())
            .collect();
        if changed.is_empty() {
            return Ok(false);
        }
        super::custom::refuse_lasting(noun, &changed)?;
        self.note_due(noun, id, Some(before), &after);
        self.write_changed(noun, id, before, after, changed, stamp)?;
        self.tally.edited += 1;
        self.note_touched(noun, id);
        Ok(true)
    }

    /// Writes the changed fields and their history, and stamps the record.
    fn write_changed(
        &mut self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        mut after: Vec<Value>,
        mut changed: Vec<usize>,
        stamp: Option<usize>,
    ) -> Result<()> {
        if let Some(updated) = stamp {
            after[updated] = Value::Instant(self.clock.now());
            changed.push(updated);
        }
        if let Some(row) = &mut self.row {
            row.edited(noun, id, before, &changed);
        }
        // A creation stores no values, and what follows in the same change is part of it.
        if !self.is_made_here(noun, id) {
            for index in &changed {
                let (old, new) = (encode(&before[*index]), encode(&after[*index]));
                self.record_edit(noun, id, noun.fields[*index].name, &old, &new)?;
            }
        }
        self.write_fields(noun, id, &after, &changed)
    }

    /// Whether this change made the record: ids only ever grow.
    pub(super) fn is_made_here(&self, noun: &Noun, id: i64) -> bool {
        self.first_made.get(noun.name()).is_some_and(|first| id >= *first)
    }

    /// Notes the old and the new value of a field.
    pub(super) fn record_edit(
        &self,
        noun: &Noun,
        id: i64,
        field: &str,
        old: &Sql,
        new: &Sql,
    ) -> Result<()> {
        // Two edits of one field in one change are one: from the first old to the last new value.
        let mut stmt = self.reader.conn.prepare_cached(
            "INSERT INTO edit(change, noun, record, field, old, new) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT DO UPDATE SET new = excluded.new",
        )?;
        let position = Self::position(noun);
        stmt.execute(rusqlite::params![self.change, position, id, field, old, new])?;
        Ok(())
    }

    /// The number of a noun inside the file.
    pub(super) fn position(noun: &Noun) -> i64 {
        i64::try_from(noun.position).unwrap_or(0)
    }

    /// Throws a record into the trash; `false` when it lay there already.
    ///
    /// # Errors
    /// It is part of how others are set up and in use.
    pub fn trash(&mut self, noun: &Noun, id: i64) -> Result<bool> {
        self.refuse_in_use(noun, id)?;
        self.set_trashed(noun, id, Some(Value::Instant(self.clock.now())))
    }

    /// Brings a record back from the trash; `false` when it wasn't there.
    ///
    /// # Errors
    /// Another record has taken its key meanwhile.
    pub fn restore(&mut self, noun: &Noun, id: i64) -> Result<bool> {
        let values = self.stored(noun, id)?;
        self.check_unique(noun, &values, Some(id))?;
        self.set_trashed(noun, id, None)
    }

    fn set_trashed(&mut self, noun: &Noun, id: i64, to: Option<Value>) -> Result<bool> {
        let table = quoted(noun.name());
        let old: Option<String> = self.reader.conn.query_row(
            &format!("SELECT trashed FROM {table} WHERE id = ?1"),
            [id],
            |r| r.get(0),
        )?;
        if old.is_some() == to.is_some() {
            return Ok(false);
        }
        let new = to.map_or(Sql::Null, |_| Sql::Text(instant_text(self.clock.now())));
        self.record_edit(noun, id, "trashed", &old.map_or(Sql::Null, Sql::Text), &new)?;
        let sql = format!("UPDATE {table} SET trashed = ?1 WHERE id = ?2");
        self.reader.conn.prepare_cached(&sql)?.execute(rusqlite::params![new, id])?;
        self.tally.other += 1;
        self.note_touched(noun, id);
        let values = self.stored(noun, id)?;
        self.note_due(noun, id, None, &values);
        Ok(true)
    }

    fn note_touched(&mut self, noun: &Noun, id: i64) {
        self.touched = Some((noun.name(), id));
        self.fields_touched |= noun.name() == super::custom::NOUN;
    }

    /// A stage, pipeline, team, user or tag that live records use can't go.
    fn refuse_in_use(&self, noun: &Noun, id: i64) -> Result<()> {
        if !noun.entity.setup {
            return Ok(());
        }
        let links = backlinks(self.reader.model, noun).filter(|l| !l.is_past());
        links.map(|link| (link, false)).try_for_each(|(l, all)| self.refuse_used(noun, id, &l, all))
    }

    /// The same for good: what records in the trash can't be without can't go either.
    pub(super) fn refuse_needed(&self, noun: &Noun, id: i64) -> Result<()> {
        if !noun.entity.setup {
            return Ok(());
        }
        backlinks(self.reader.model, noun)
            .filter(|l| !l.is_past() && !l.has_rows() && !l.is_part())
            .try_for_each(|l| self.refuse_used(noun, id, &l, l.field.required || l.field.narrows))
    }

    /// With `all`, records in the trash count too.
    fn refuse_used(&self, noun: &Noun, id: i64, link: &Backlink, all: bool) -> Result<()> {
        let count = |live: &str| -> Result<i64> {
            let (from, leads) = (link.from(), link.leads_to("?1"));
            let sql = format!("SELECT count(*) FROM {from} WHERE {leads} AND {live}");
            Ok(self.reader.conn.query_row(&sql, [id], |r| r.get(0))?)
        };
        let live = count("o.trashed IS NULL")?;
        // The trash says when; what was undone or merged says `gone` or `merged:…`.
        let trashed = if all && live == 0 { count("o.trashed < 'g'")? } else { 0 };
        let count = live + trashed;
        if count == 0 {
            return Ok(());
        }
        let users = if count == 1 { link.noun.name() } else { link.noun.entity.plural };
        let labels = self.reader.labels(noun.name(), &[id])?;
        let label = labels.get(&id).map_or("", |l| l.label.as_str());
        let filter = link.filter(id, label);
        let by = link.noun.name();
        let (place, hint) = if live > 0 {
            let see = format!("see them with `rolo {by} list {filter}`");
            ("", format!("{see}, and give them another first"))
        } else {
            let see = format!("see them with `rolo {by} list {filter} is:trashed`");
            (" in the trash", format!("{see}, and purge them or restore and change them first"))
        };
        let what = noun.name();
        Err(Error::invalid(format!("the {what} `{label}` is in use by {count} {users}{place}"))
            .hint(hint))
    }

    /// The stored values of a record, links bare; a record taken away by undo isn't there.
    ///
    /// # Errors
    /// It isn't there.
    pub fn stored(&self, noun: &Noun, id: i64) -> Result<Vec<Value>> {
        self.read_stored(noun, id)?
            .ok_or_else(|| Error::not_found(format!("no {} has the id {id}", noun.name())))
    }

    /// A new uid.
    pub(super) fn new_uid(&self) -> Uuid {
        self.clock.new_uid()
    }

    /// The moment of the change.
    #[must_use]
    pub fn moment(&self) -> &Moment {
        &self.reader.moment
    }
}

/// Whether two stored values mean the same; no value and no items are one.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    a == b || (a.is_empty() && b.is_empty())
}
