//! Reading records: one query a page, never one a row.
//!
//! A listing (`listing`) streams in chunks. The main query reads the columns of the table; what lies
//! elsewhere is then fetched for the whole chunk at once (`fill`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, Statement};
use uuid::Uuid;

use super::Store;
use super::columns;
use super::fill::{Filler, Planned, plan};
pub(super) use super::fill::{ONE, child_sql, push_child};
pub use super::listing::{After, Among, Listing};
use super::schema::quoted;
pub use super::select::Path;
use crate::entity::when::instant_text;
use crate::entity::{LinkTo, Model, Noun, Record, Value};
use crate::error::{Error, Result};
use crate::filter;

/// A record as it was read, with the values of the columns asked for.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub id: i64,
    pub uid: Uuid,
    pub values: Vec<Value>,
}

/// What every query may ask about the moment and the user.
#[derive(Debug, Clone)]
pub struct Moment {
    pub now: String,
    pub today: String,
    pub me: Option<i64>,
}

/// Reads over one connection.
pub struct Reader<'a> {
    pub(super) conn: &'a Connection,
    pub(super) model: &'a Model,
    pub(super) moment: Moment,
    /// The store that it reads as it stands, where nothing of the connection's own covers it.
    pub(super) store: Option<&'a Store>,
    /// Queries for records by a key, by noun, field, among and the link of another record they are within.
    pub(super) key_sql: RefCell<HashMap<KeyOfSql, Rc<str>>>,
    /// Whether any record of a noun was merged into another, by the noun's position.
    pub(super) merged: RefCell<HashMap<usize, bool>>,
}

pub(super) type KeyOfSql = (usize, usize, Among, Option<&'static str>);

/// From so many records on it matters how a listing is read; so many are looked at to tell, and so
/// many are sorted in memory.
const LARGE: i64 = 20_000;
const SAMPLE: i64 = 500;
const SORTED: i64 = 20_000;

/// So many records are read at once.
pub(super) const CHUNK: usize = 256;

impl<'a> Reader<'a> {
    pub(super) fn new(conn: &'a Connection, model: &'a Model, moment: Moment) -> Self {
        Self {
            conn,
            model,
            moment,
            store: None,
            key_sql: RefCell::default(),
            merged: RefCell::default(),
        }
    }

    /// The entities and this file's custom fields.
    #[must_use]
    pub fn model(&self) -> &'a Model {
        self.model
    }

    /// Binds `:now`, `:today` and `:me` where a statement mentions them.
    pub(super) fn bind_moment(&self, stmt: &mut Statement) -> Result<()> {
        for (name, value) in [
            (":now", Sql::Text(self.moment.now.clone())),
            (":today", Sql::Text(self.moment.today.clone())),
            (":me", self.moment.me.map_or(Sql::Null, Sql::Integer)),
        ] {
            if let Some(at) = stmt.parameter_index(name)? {
                stmt.raw_bind_parameter(at, value)?;
            }
        }
        Ok(())
    }

    /// Binds the parameters of a filter.
    pub(super) fn bind_filter(stmt: &mut Statement, filter: Option<&filter::Sql>) -> Result<()> {
        for (name, value) in filter.iter().flat_map(|f| &f.params) {
            if let Some(at) = stmt.parameter_index(name)? {
                stmt.raw_bind_parameter(at, value)?;
            }
        }
        Ok(())
    }

    /// How many records a listing has, without its limit.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn count(&self, listing: &Listing) -> Result<u64> {
        let sql = format!(
            "SELECT count(*) FROM {} t WHERE {}",
            quoted(listing.noun.name()),
            listing.conditions()
        );
        let mut stmt = self.conn.prepare(&sql)?;
        self.bind_listing(&mut stmt, listing)?;
        let mut rows = stmt.raw_query();
        let count: i64 = rows.next()?.map_or(Ok(0), |r| r.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The ids of a listing, in its order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn ids(&self, listing: &Listing) -> Result<Vec<i64>> {
        let mut ids = Vec::new();
        self.each_id(listing, |id| ids.push(id))?;
        Ok(ids)
    }

    /// Gives out the ids of a listing, in its order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn each_id(&self, listing: &Listing, mut take: impl FnMut(i64)) -> Result<()> {
        let mut bare = Listing {
            columns: Vec::new(),
            filter: listing.filter.clone(),
            sort: listing.sort.clone(),
            after: listing.after.clone(),
            ..*listing
        };
        bare.effective = false;
        self.each(&bare, |found| {
            take(found.id);
            Ok(())
        })
    }

    /// The plan that SQLite chose for a listing, for tests of speed.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn plan(&self, listing: &Listing) -> Result<String> {
        let scans = self.scans(listing)?;
        let sql = format!("EXPLAIN QUERY PLAN {}", listing.sql(self.model, scans)?);
        let mut stmt = self.conn.prepare(&sql)?;
        self.bind_listing(&mut stmt, listing)?;
        let mut rows = stmt.raw_query();
        let mut plan = String::new();
        while let Some(row) = rows.next()? {
            plan.push_str(&row.get::<_, String>(3)?);
            plan.push('\n');
        }
        Ok(plan)
    }

    /// Whether to read the table through and sort what is found, instead of following the index of the
    /// order: that looks every record up by itself, which takes ten times as long for each. It pays
    /// where a filter leaves so little that the index would be followed far; a sample of the records
    /// tells.
    fn scans(&self, listing: &Listing) -> Result<bool> {
        let Some(filter) = listing.filter.as_ref().filter(|f| !f.text.is_empty()) else {
            return Ok(false);
        };
        let is_part = listing.after.is_some() || listing.between != (None, None);
        if is_part || listing.is_within_order(filter, self.model)? {
            return Ok(false);
        }
        let (table, last) = (quoted(listing.noun.name()), self.last_id(listing.noun)?);
        if last < LARGE {
            return Ok(false);
        }
        let sql = format!(
            "SELECT count(*) FROM {table} t WHERE t.id IN rarray(:sample) AND {}",
            listing.conditions()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        self.bind_moment(&mut stmt)?;
        Self::bind_filter(&mut stmt, Some(filter))?;
        if let Some(at) = stmt.parameter_index(":sample")? {
            let step = last / SAMPLE;
            stmt.raw_bind_parameter(at, array((0..SAMPLE).map(|n| step / 2 + n * step)))?;
        }
        let mut rows = stmt.raw_query();
        let hits: i64 = rows.next()?.map_or(Ok(0), |r| r.get(0))?;
        let limit = listing.limit.and_then(|n| i64::try_from(n).ok()).unwrap_or(last);
        // As far as the index would be followed, times ten, beside the whole table; and what is sorted
        // has to fit in memory.
        let far = limit.saturating_mul(SAMPLE).checked_div(hits).unwrap_or(last);
        Ok(far.min(last).saturating_mul(10) > last && (limit <= SORTED || hits < 2))
    }

    /// Whether a noun has so many records that it matters how they are read.
    pub(super) fn is_large(&self, noun: &Noun) -> Result<bool> {
        Ok(self.last_id(noun)? >= LARGE)
    }

    pub(super) fn last_id(&self, noun: &Noun) -> Result<i64> {
        let sql = format!("SELECT max(id) FROM {}", quoted(noun.name()));
        let mut stmt = self.conn.prepare_cached(&sql)?;
        Ok(stmt.query_row([], |r| r.get::<_, Option<i64>>(0))?.unwrap_or(0))
    }

    fn bind_listing(&self, stmt: &mut Statement, listing: &Listing) -> Result<()> {
        self.bind_moment(stmt)?;
        Self::bind_filter(stmt, listing.filter.as_ref())?;
        if let Some(after) = &listing.after {
            for (name, value) in
                [(":after_key", &after.key), (":after_id", &Sql::Integer(after.id))]
            {
                if let Some(at) = stmt.parameter_index(name)? {
                    stmt.raw_bind_parameter(at, value)?;
                }
            }
        }
        for (name, uid) in [(":uid_from", listing.between.0), (":uid_to", listing.between.1)] {
            if let (Some(uid), Some(at)) = (uid, stmt.parameter_index(name)?) {
                stmt.raw_bind_parameter(at, uid.as_bytes().as_slice())?;
            }
        }
        Ok(())
    }

    /// Hands the records of a listing on, one after the other, in bounded memory that is used again
    /// and again: what is to be kept has to be taken out or cloned.
    ///
    /// # Errors
    /// The database can't be read, or what `take` returns.
    pub fn each(
        &self,
        listing: &Listing,
        mut take: impl FnMut(&mut Found) -> Result<()>,
    ) -> Result<()> {
        let scans = self.scans(listing)?;
        let mut stmt = self.conn.prepare_cached(&listing.sql(self.model, scans)?)?;
        self.bind_listing(&mut stmt, listing)?;
        let plan = plan(listing);
        let mut filler = Filler::new(self, &plan)?;
        let mut rows = stmt.raw_query();
        let mut chunk: Vec<(Found, Vec<Option<i64>>)> = Vec::with_capacity(CHUNK);
        let mut used = 0;
        loop {
            let row = rows.next()?;
            if let Some(row) = row {
                if used == chunk.len() {
                    chunk.push((Found::default(), Vec::new()));
                }
                self.read_row(row, &plan, &mut chunk[used])?;
                used += 1;
            }
            let ended = row.is_none();
            if ended || used == CHUNK {
                filler.fill(&mut chunk[..used])?;
                for (found, _) in &mut chunk[..used] {
                    take(found)?;
                }
                used = 0;
            }
            if ended {
                return Ok(());
            }
        }
    }

    fn read_row(
        &self,
        row: &Row,
        plan: &[Planned],
        into: &mut (Found, Vec<Option<i64>>),
    ) -> Result<()> {
        let (found, owners) = into;
        found.id = row.get(0)?;
        found.uid = uid_of(row, 1)?;
        found.values.resize_with(plan.len(), || Value::Null);
        owners.clear();
        let mut at = 2;
        for (planned, value) in plan.iter().zip(&mut found.values) {
            if planned.child.is_some() {
                owners.push(row.get(at)?);
                at += 1;
            }
            let main = match planned.main {
                Some(noun) => {
                    at += 1;
                    row.get::<_, Option<i64>>(at - 1)?
                        .map(|id| Value::Links(vec![LinkTo::bare(noun, id)]))
                }
                None => None,
            };
            if planned.has_columns {
                columns::read_into(planned.field, row, &mut at, self.model, value)?;
            } else if planned.is_words {
                *value = Value::Words(Vec::new());
            } else {
                *value = main.unwrap_or(Value::Null);
            }
        }
        Ok(())
    }

    /// Collects a listing.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn list(&self, listing: &Listing) -> Result<Vec<Found>> {
        let mut all = Vec::new();
        self.each(listing, |found| {
            all.push(std::mem::take(found));
            Ok(())
        })?;
        Ok(all)
    }

    /// Whole records by id, in the order of `ids`; those that aren't there are left out.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn records(&self, noun: &Noun, ids: &[i64]) -> Result<Vec<Record>> {
        let columns = Listing::all(noun).columns;
        let found: HashMap<i64, Record> = self
            .cells_of(noun, ids, columns)?
            .into_iter()
            .map(|f| (f.id, Record { noun: noun.name(), id: f.id, uid: f.uid, values: f.values }))
            .collect();
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Some columns of records by id, in no certain order; what is in the trash too.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn cells_of(&self, noun: &Noun, ids: &[i64], columns: Vec<Path>) -> Result<Vec<Found>> {
        let mut listing = Listing::all(noun);
        listing.among = Among::Both;
        listing.columns = columns;
        listing.filter = Some(filter::Sql {
            text: "t.id IN rarray(:ids)".into(),
            params: Vec::new(),
            mentions_trash: false,
        });
        let mut stmt = self.conn.prepare(&listing.sql(self.model, false)?)?;
        self.bind_moment(&mut stmt)?;
        if let Some(at) = stmt.parameter_index(":ids")? {
            stmt.raw_bind_parameter(at, array(ids.iter().copied()))?;
        }
        self.gather(&mut stmt, &listing)
    }

    /// The records that a prepared listing finds.
    fn gather(&self, stmt: &mut Statement, listing: &Listing) -> Result<Vec<Found>> {
        let plan = plan(listing);
        let mut chunk = Vec::new();
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            let mut one = (Found::default(), Vec::new());
            self.read_row(row, &plan, &mut one)?;
            chunk.push(one);
        }
        Filler::new(self, &plan)?.fill(&mut chunk)?;
        Ok(chunk.into_iter().map(|(found, _)| found).collect())
    }

    /// One whole record.
    ///
    /// # Errors
    /// It isn't there.
    pub fn record(&self, noun: &Noun, id: i64) -> Result<Record> {
        self.records(noun, &[id])?
            .pop()
            .ok_or_else(|| Error::not_found(format!("no {} has the id {id}", noun.name())))
    }

    /// Labels of records of one noun, as id → (label, uid, in the trash).
    ///
    /// # Errors
    /// The database can't be read.
    pub fn labels(&self, noun: &str, ids: &[i64]) -> Result<HashMap<i64, LinkTo>> {
        let noun = self.model.noun(noun)?;
        let label = label_sql(noun, "l");
        let sql = format!(
            "SELECT l.id, l.uid, {label}, coalesce(l.trashed < 'm', 0) FROM {} l WHERE l.id IN rarray(?1)",
            quoted(noun.name())
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([array(ids.iter().copied())])?;
        let mut found = HashMap::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            found.insert(
                id,
                LinkTo {
                    noun: noun.name(),
                    id,
                    uid: uid_of(row, 1)?,
                    label: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                    role: None,
                    trashed: row.get(3)?,
                },
            );
        }
        Ok(found)
    }
}

/// SQL for the label of a record; where a label may be empty, its kind stands in.
#[must_use]
pub(super) fn label_sql(noun: &Noun, alias: &str) -> String {
    let label = format!("{alias}.{}", quoted(noun.entity.label().name));
    if noun.entity.label().required || noun.index("kind").is_none() {
        return label;
    }
    format!("coalesce({label}, {alias}.kind)")
}

pub(super) fn uid_of(row: &Row, at: usize) -> Result<Uuid> {
    let cell = row.get_ref(at)?;
    let bytes = cell.as_blob().map_err(|_| Error::database("a record has no uid"))?;
    Uuid::from_slice(bytes).map_err(|_| Error::database("a record has a broken uid"))
}

/// Ids as one bound parameter, for `IN rarray(…)`.
pub(super) fn array(ids: impl Iterator<Item = i64>) -> Rc<Vec<Sql>> {
    Rc::new(ids.map(Sql::Integer).collect())
}

impl Moment {
    /// The moment of a clock, with the acting user's id when they are known.
    #[must_use]
    pub fn of(clock: &crate::clock::Clock, me: Option<i64>) -> Self {
        Self { now: instant_text(clock.now()), today: clock.today().to_string(), me }
    }
}
