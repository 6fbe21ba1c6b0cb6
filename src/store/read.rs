//! Reading records: one query a page, never one a row.
//!
//! A listing streams in chunks. The main query reads the columns of the table; labels behind links
//! and the second and later values of lists are then fetched for the whole chunk at once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, Statement};
use uuid::Uuid;

use super::columns;
use super::schema::quoted;
pub use super::select::Path;
use super::select::{expressions, sort_expression};
use crate::entity::when::instant_text;
use crate::entity::{Field, Item, Kind, LinkTo, Model, Noun, Record, Target, Value};
use crate::error::{Error, Result};
use crate::filter;

/// Which records a listing looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Among {
    /// Those that aren't in the trash.
    #[default]
    Live,
    /// Those in the trash.
    Trash,
    Both,
}

impl Among {
    /// The condition on the column `trashed` of `t`.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Self::Live => "t.trashed IS NULL",
            Self::Trash => "t.trashed <> 'gone'",
            Self::Both => "t.trashed IS NOT 'gone'",
        }
    }
}

/// What is asked of a noun.
#[derive(Debug)]
pub struct Listing<'a> {
    pub noun: &'a Noun,
    pub filter: Option<filter::Sql>,
    pub among: Among,
    /// Columns with whether they descend; ties go by id.
    pub sort: Vec<(Path, bool)>,
    pub limit: Option<u64>,
    pub columns: Vec<Path>,
    /// Show what counts where nothing was set; exports don't.
    pub effective: bool,
    /// Only records behind this one in the order of the one sorted column: the next page.
    pub after: Option<After>,
}

/// Where the page before ended: the sort column's value, and the id.
#[derive(Debug, Clone)]
pub struct After {
    pub key: Sql,
    pub id: i64,
}

impl<'a> Listing<'a> {
    /// All fields of all live records, by id.
    #[must_use]
    pub fn all(noun: &'a Noun) -> Self {
        Self {
            noun,
            filter: None,
            among: Among::Live,
            sort: Vec::new(),
            limit: None,
            columns: (0..noun.fields.len()).map(|i| Path::of(noun, i)).collect(),
            effective: true,
            after: None,
        }
    }

    /// The order that a text such as `-amount,name` asks for.
    ///
    /// # Errors
    /// An unknown field.
    pub fn sort_by(&mut self, text: &str, model: &Model) -> Result<()> {
        self.sort.clear();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (name, down) = part.strip_prefix('-').map_or((part, false), |n| (n, true));
            self.sort.push((Path::parse(name, self.noun, model)?, down));
        }
        Ok(())
    }

    fn conditions(&self) -> String {
        let mut all = match &self.filter {
            Some(sql) if sql.mentions_trash => vec![Among::Both.sql().to_owned()],
            _ => vec![self.among.sql().to_owned()],
        };
        all.extend(
            self.filter.as_ref().filter(|f| !f.text.is_empty()).map(|f| format!("({})", f.text)),
        );
        all.join(" AND ")
    }

    fn sql(&self, model: &Model) -> Result<String> {
        let mut select = vec!["t.id".to_owned(), "t.uid".to_owned()];
        let mut through = false;
        for path in &self.columns {
            through |= path.steps.len() > 1;
            if has_children(path) {
                select.push(path.owner());
                select.extend(main_link(path));
            }
            select.extend(expressions(path, self.effective));
        }
        let mut order = Vec::new();
        let mut key = None;
        for (path, down) in &self.sort {
            through |= path.steps.len() > 1;
            let (sql, nullable) = sort_expression(path, model)?;
            if nullable && self.after.is_none() {
                order.push(format!("{sql} IS NULL"));
            }
            order.push(if *down { format!("{sql} DESC") } else { sql.clone() });
            key.get_or_insert((sql, *down));
        }
        let down = self.sort.last().is_some_and(|(_, down)| *down);
        order.push(if down { "t.id DESC".into() } else { "t.id".into() });
        let mut conditions = self.conditions();
        if self.after.is_some() {
            let (sql, down) = key.unwrap_or(("t.id".into(), false));
            let beyond = if down { "<" } else { ">" };
            // A row value over an expression would scan; this form seeks.
            let _ = write!(
                conditions,
                " AND {sql} {beyond}= :after_key AND ({sql} {beyond} :after_key OR t.id {beyond} :after_id)"
            );
        }
        // Paths through links name the record `outer_t`.
        let table = quoted(self.noun.name());
        let mut sql = if through {
            let outer = |s: &str| s.to_owned();
            format!(
                "SELECT {} FROM {table} t JOIN {table} outer_t ON outer_t.id = t.id WHERE {conditions} ORDER BY {}",
                outer(&select.join(", ")),
                order.join(", ")
            )
        } else {
            format!(
                "SELECT {} FROM {table} t WHERE {conditions} ORDER BY {}",
                select.join(", "),
                order.join(", ")
            )
        };
        if let Some(limit) = self.limit {
            let _ = write!(sql, " LIMIT {limit}");
        }
        Ok(sql)
    }
}

/// Whether values of a column lie in a table of their own.
fn has_children(path: &Path) -> bool {
    let field = path.field();
    field.is_stored() && field.kind.is_many()
}

/// The link that a list of links keeps outside of its table.
fn main_link(path: &Path) -> Option<String> {
    let main = path.field().main?;
    (path.steps.len() == 1).then(|| format!("t.{}", quoted(main)))
}

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
    /// Queries for records by a key, by noun, field, among and whether within a scope.
    pub(super) key_sql: RefCell<HashMap<KeyOfSql, Rc<str>>>,
}

pub(super) type KeyOfSql = (usize, usize, Among, bool);

const CHUNK: usize = 256;

impl<'a> Reader<'a> {
    pub(super) fn new(conn: &'a Connection, model: &'a Model, moment: Moment) -> Self {
        Self { conn, model, moment, key_sql: RefCell::default() }
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
        self.bind_moment(&mut stmt)?;
        Self::bind_filter(&mut stmt, listing.filter.as_ref())?;
        let mut rows = stmt.raw_query();
        let count: i64 = rows.next()?.map_or(Ok(0), |r| r.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The ids of a listing, in its order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn ids(&self, listing: &Listing) -> Result<Vec<i64>> {
        let mut bare = Listing {
            columns: Vec::new(),
            filter: listing.filter.clone(),
            sort: listing.sort.clone(),
            after: listing.after.clone(),
            ..*listing
        };
        bare.effective = false;
        let mut ids = Vec::new();
        self.each(&bare, |found| {
            ids.push(found.id);
            Ok(())
        })?;
        Ok(ids)
    }

    /// The plan that SQLite chose for a listing, for tests of speed.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn plan(&self, listing: &Listing) -> Result<String> {
        let sql = format!("EXPLAIN QUERY PLAN {}", listing.sql(self.model)?);
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
        let mut stmt = self.conn.prepare(&listing.sql(self.model)?)?;
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
        let mut stmt = self.conn.prepare(&listing.sql(self.model)?)?;
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
            "SELECT l.id, l.uid, {label}, l.trashed IS NOT NULL FROM {} l WHERE l.id IN rarray(?1)",
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

/// How one column of a listing is read, worked out once.
struct Planned {
    field: &'static Field,
    noun: &'static str,
    /// The place among the owners of a record, where the column has a table of its own.
    child: Option<usize>,
    /// The noun of the main link that heads the list.
    main: Option<&'static str>,
    has_columns: bool,
    is_words: bool,
    is_link: bool,
}

fn plan(listing: &Listing) -> Vec<Planned> {
    let mut children = 0;
    listing
        .columns
        .iter()
        .map(|path| {
            let field = path.field();
            let child = has_children(path).then(|| {
                children += 1;
                children - 1
            });
            let main = match (main_link(path), field.kind) {
                (Some(_), Kind::Links(Target::One(to), _)) => Some(to.name),
                _ => None,
            };
            let apart = matches!(field.kind, Kind::Links(..) | Kind::Words(_) | Kind::Tags);
            Planned {
                field,
                noun: path.noun,
                child,
                main,
                has_columns: !(apart && field.is_stored()),
                is_words: matches!(field.kind, Kind::Words(_) | Kind::Tags),
                is_link: matches!(field.kind, Kind::Link(_) | Kind::Links(..)),
            }
        })
        .collect()
}

/// Fetches for a chunk of records what doesn't lie in their table.
struct Filler<'r, 'a> {
    reader: &'r Reader<'a>,
    plan: &'r [Planned],
    /// Columns whose table of further values holds anything at all.
    filled: Vec<usize>,
    links: Vec<usize>,
    labels: HashMap<&'static str, Labels>,
}

/// Labels of one noun by id.
type Labels = HashMap<i64, LinkTo, BuildHasherDefault<IdHasher>>;

/// Ids are small and dense: one multiplication spreads them.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*b);
        }
    }
    fn write_i64(&mut self, id: i64) {
        self.0 = id.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Chunk = [(Found, Vec<Option<i64>>)];

impl<'r, 'a> Filler<'r, 'a> {
    fn new(reader: &'r Reader<'a>, plan: &'r [Planned]) -> Result<Self> {
        let mut filled = Vec::new();
        for (at, planned) in plan.iter().enumerate() {
            if let Some(table) =
                planned.child.and_then(|_| super::schema::child_table(planned.noun, planned.field))
            {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(&table));
                if reader.conn.prepare_cached(&sql)?.query_row([], |r| r.get(0))? {
                    filled.push(at);
                }
            }
        }
        let links = (0..plan.len()).filter(|at| plan[*at].is_link).collect();
        Ok(Self { reader, plan, filled, links, labels: HashMap::new() })
    }

    fn fill(&mut self, chunk: &mut Chunk) -> Result<()> {
        for at in &self.filled {
            self.fill_children(*at, chunk)?;
        }
        self.fill_labels(chunk)
    }

    /// Second and later values of one column, for all records of the chunk in one query.
    fn fill_children(&self, at: usize, chunk: &mut Chunk) -> Result<()> {
        let planned = &self.plan[at];
        let Some(place_of_owner) = planned.child else { return Ok(()) };
        let mut places: HashMap<i64, Vec<usize>> = HashMap::new();
        for (place, (_, owners)) in chunk.iter().enumerate() {
            if let Some(owner) = owners[place_of_owner] {
                places.entry(owner).or_default().push(place);
            }
        }
        let mut owners: Vec<i64> = places.keys().copied().collect();
        owners.sort_unstable();
        let mut stmt = self.reader.conn.prepare_cached(&child_sql(planned.noun, planned.field))?;
        let mut rows = stmt.query([array(owners.into_iter())])?;
        while let Some(row) = rows.next()? {
            let owner: i64 = row.get(0)?;
            for place in places.get(&owner).into_iter().flatten() {
                push_child(&mut chunk[*place].0.values[at], planned.field, row, self.reader.model)?;
            }
        }
        Ok(())
    }

    fn fill_labels(&mut self, chunk: &mut Chunk) -> Result<()> {
        let mut wanted: HashMap<&'static str, Vec<i64>> = HashMap::new();
        if self.labels.values().map(HashMap::len).sum::<usize>() > 200_000 {
            self.labels.clear();
        }
        for at in &self.links {
            // Links of one column mostly lead to one noun.
            let mut last: Option<(&str, Option<&Labels>)> = None;
            for (found, _) in chunk.iter() {
                for link in links_of(&found.values[*at]) {
                    let known = match last {
                        Some((noun, known)) if std::ptr::eq(noun, link.noun) => known,
                        _ => self.labels.get(link.noun),
                    };
                    last = Some((link.noun, known));
                    if known.is_none_or(|k| !k.contains_key(&link.id)) {
                        wanted.entry(link.noun).or_default().push(link.id);
                    }
                }
            }
        }
        for (noun, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            let found = self.reader.labels(noun, &ids)?;
            self.labels.entry(noun).or_default().extend(found);
        }
        for at in &self.links {
            let mut last: Option<(&str, Option<&Labels>)> = None;
            for (found, _) in chunk.iter_mut() {
                for link in links_of_mut(&mut found.values[*at]) {
                    let labels = match last {
                        Some((noun, labels)) if std::ptr::eq(noun, link.noun) => labels,
                        _ => self.labels.get(link.noun),
                    };
                    last = Some((link.noun, labels));
                    if let Some(known) = labels.and_then(|l| l.get(&link.id)) {
                        link.uid = known.uid;
                        link.label.clone_from(&known.label);
                        link.trashed = known.trashed;
                    }
                }
            }
        }
        Ok(())
    }
}

fn links_of(value: &Value) -> &[LinkTo] {
    match value {
        Value::Link(link) => std::slice::from_ref(link),
        Value::Links(links) => links,
        _ => &[],
    }
}

fn links_of_mut(value: &mut Value) -> &mut [LinkTo] {
    match value {
        Value::Link(link) => std::slice::from_mut(link),
        Value::Links(links) => links,
        _ => &mut [],
    }
}

/// The query for the further values of a field, ordered; its parameter is the owners' ids.
pub(super) fn child_sql(noun: &str, field: &Field) -> String {
    let table = quoted(&format!("{noun}_{}", field.name));
    match field.kind {
        Kind::Tags => format!(
            "SELECT c.record, g.name FROM {table} c JOIN tag g ON g.id = c.tag WHERE c.record IN rarray(?1) ORDER BY c.record, g.name_fold, g.id"
        ),
        Kind::Words(_) => format!(
            "SELECT record, value FROM {table} WHERE record IN rarray(?1) ORDER BY record, position"
        ),
        Kind::Links(Target::Any(_), _) => format!(
            "SELECT record, target, role, noun FROM {table} WHERE record IN rarray(?1) ORDER BY record, position"
        ),
        Kind::Links(..) => format!(
            "SELECT record, target, role FROM {table} WHERE record IN rarray(?1) ORDER BY record, position"
        ),
        _ => format!(
            "SELECT record, value, label FROM {table} WHERE record IN rarray(?1) ORDER BY record, position"
        ),
    }
}

/// Adds one further value to what a field holds already.
pub(super) fn push_child(into: &mut Value, field: &Field, row: &Row, model: &Model) -> Result<()> {
    match field.kind {
        Kind::Words(_) | Kind::Tags => {
            if !matches!(into, Value::Words(_)) {
                *into = Value::Words(Vec::new());
            }
            if let Value::Words(words) = into {
                words.push(row.get(1)?);
            }
        }
        Kind::Links(target, _) => {
            if !matches!(into, Value::Links(_)) {
                *into = Value::Links(Vec::new());
            }
            let noun = match target {
                Target::One(to) => Some(to.name),
                Target::Any(_) => model.get(&row.get::<_, String>(3)?).map(Noun::name),
            };
            if let (Value::Links(links), Some(noun)) = (into, noun) {
                let mut link = LinkTo::bare(noun, row.get(1)?);
                link.role = row.get(2)?;
                links.push(link);
            }
        }
        Kind::List(_) => {
            if !matches!(into, Value::List(_)) {
                *into = Value::List(Vec::new());
            }
            if let Value::List(items) = into {
                items.push(Item {
                    value: row.get(1)?,
                    label: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                });
            }
        }
        _ => {}
    }
    Ok(())
}

impl Moment {
    /// The moment of a clock, with the acting user's id when they are known.
    #[must_use]
    pub fn of(clock: &crate::clock::Clock, me: Option<i64>) -> Self {
        Self { now: instant_text(clock.now()), today: clock.today().to_string(), me }
    }
}
