//! What of a record doesn't lie in its table: labels behind links, and the second and later values of
//! lists, fetched for a whole chunk of records at once.

use foldhash::HashMap;
use rusqlite::Row;

use super::listing::{Listing, has_children, main_link};
use super::read::{CHUNK, Found, Reader, array};
use super::schema::quoted;
use crate::entity::{Field, Item, Kind, LinkTo, Model, Noun, Target, Value};
use crate::error::Result;

/// How one column of a listing is read, worked out once.
pub(super) struct Planned {
    pub(super) field: &'static Field,
    pub(super) noun: &'static str,
    /// The place among the owners of a record, where the column has a table of its own.
    pub(super) child: Option<usize>,
    /// The noun of the main link that heads the list.
    pub(super) main: Option<&'static str>,
    pub(super) has_columns: bool,
    pub(super) is_words: bool,
    is_link: bool,
}

pub(super) fn plan(listing: &Listing) -> Vec<Planned> {
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
pub(super) struct Filler<'r, 'a> {
    reader: &'r Reader<'a>,
    plan: &'r [Planned],
    /// Columns whose table of further values holds anything at all.
    filled: Vec<usize>,
    links: Vec<usize>,
    labels: HashMap<&'static str, Labels>,
    /// All tags, once many records are read.
    tags: Option<Tags>,
}

/// Tag → its place among all by name, and its name.
type Tags = HashMap<i64, (usize, String)>;

/// Labels of one noun by id.
type Labels = HashMap<i64, LinkTo>;

pub(super) type Chunk = [(Found, Vec<Option<i64>>)];

impl<'r, 'a> Filler<'r, 'a> {
    pub(super) fn new(reader: &'r Reader<'a>, plan: &'r [Planned]) -> Result<Self> {
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
        Ok(Self { reader, plan, filled, links, labels: HashMap::default(), tags: None })
    }

    pub(super) fn fill(&mut self, chunk: &mut Chunk) -> Result<()> {
        for at in &self.filled {
            if self.plan[*at].field.kind == Kind::Tags && chunk.len() == CHUNK {
                if self.tags.is_none() {
                    self.tags = Some(self.all_tags()?);
                }
                if let Some(tags) = &self.tags {
                    self.fill_tags(*at, chunk, tags)?;
                }
            } else {
                self.fill_children(*at, chunk)?;
            }
        }
        self.fill_labels(chunk)
    }

    /// Second and later values of one column, for all records of the chunk in one query.
    fn fill_children(&self, at: usize, chunk: &mut Chunk) -> Result<()> {
        let planned = &self.plan[at];
        let (owners, ids) = owners_of(planned, chunk);
        let mut stmt =
            self.reader.conn.prepare_cached(&child_sql(planned.noun, planned.field, MANY))?;
        let mut rows = stmt.query([array(ids.into_iter())])?;
        // The rows come in the order of their owners.
        let mut first = 0;
        while let Some(row) = rows.next()? {
            let owner: i64 = row.get(0)?;
            while owners.get(first).is_some_and(|(o, _)| *o < owner) {
                first += 1;
            }
            for (_, place) in owners[first..].iter().take_while(|(o, _)| *o == owner) {
                push_child(&mut chunk[*place].0.values[at], planned.field, row, self.reader.model)?;
            }
        }
        Ok(())
    }

    fn all_tags(&self) -> Result<Tags> {
        let sql = "SELECT id, name FROM tag ORDER BY name_fold, id";
        let mut stmt = self.reader.conn.prepare_cached(sql)?;
        let mut rows = stmt.query([])?;
        let mut tags = HashMap::default();
        while let Some(row) = rows.next()? {
            tags.insert(row.get(0)?, (tags.len(), row.get(1)?));
        }
        Ok(tags)
    }

    /// The tags of all records of the chunk: their names and order are known already.
    fn fill_tags(&self, at: usize, chunk: &mut Chunk, tags: &Tags) -> Result<()> {
        let planned = &self.plan[at];
        let (owners, ids) = owners_of(planned, chunk);
        let sql = format!(
            "SELECT record, tag FROM {} WHERE record IN rarray(?1) ORDER BY record",
            quoted(&format!("{}_{}", planned.noun, planned.field.name))
        );
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([array(ids.into_iter())])?;
        let mut all: Vec<(i64, &(usize, String))> = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(tag) = tags.get(&row.get(1)?) {
                all.push((row.get(0)?, tag));
            }
        }
        all.sort_unstable();
        let mut first = 0;
        for (owner, place) in owners {
            first += all[first..].iter().take_while(|(o, _)| *o < owner).count();
            let own = all[first..].iter().take_while(|(o, _)| *o == owner);
            if let Value::Words(words) = &mut chunk[place].0.values[at] {
                words.extend(own.map(|(_, (_, name))| name.clone()));
            }
        }
        Ok(())
    }

    fn fill_labels(&mut self, chunk: &mut Chunk) -> Result<()> {
        if self.labels.values().map(HashMap::len).sum::<usize>() > 200_000 {
            self.labels.clear();
        }
        let mut wanted = self.label(chunk);
        if wanted.is_empty() {
            return Ok(());
        }
        for (noun, ids) in &mut wanted {
            ids.sort_unstable();
            ids.dedup();
            let found = self.reader.labels(noun, ids)?;
            self.labels.entry(noun).or_default().extend(found);
        }
        self.label(chunk);
        Ok(())
    }

    /// Gives links the labels that are known, and gives back the ids of the others.
    fn label(&self, chunk: &mut Chunk) -> HashMap<&'static str, Vec<i64>> {
        let mut unknown: HashMap<&'static str, Vec<i64>> = HashMap::default();
        for at in &self.links {
            // Links of one column mostly lead to one noun.
            let mut last: Option<(&str, Option<&Labels>)> = None;
            for (found, _) in chunk.iter_mut() {
                for link in links_of(&mut found.values[*at]) {
                    let labels = match last {
                        Some((noun, labels)) if std::ptr::eq(noun, link.noun) => labels,
                        _ => self.labels.get(link.noun),
                    };
                    last = Some((link.noun, labels));
                    if let Some(known) = labels.and_then(|l| l.get(&link.id)) {
                        link.uid = known.uid;
                        link.label.clone_from(&known.label);
                        link.trashed = known.trashed;
                    } else {
                        unknown.entry(link.noun).or_default().push(link.id);
                    }
                }
            }
        }
        unknown
    }
}

/// The records of a chunk whose column has a table of its own: as (owner, place), and the owners.
fn owners_of(planned: &Planned, chunk: &Chunk) -> (Vec<(i64, usize)>, Vec<i64>) {
    let mut owners: Vec<(i64, usize)> = chunk
        .iter()
        .enumerate()
        .filter_map(|(place, (_, owners))| Some((owners[planned.child?]?, place)))
        .collect();
    owners.sort_unstable();
    let mut ids: Vec<i64> = owners.iter().map(|(owner, _)| *owner).collect();
    ids.dedup();
    (owners, ids)
}

fn links_of(value: &mut Value) -> &mut [LinkTo] {
    match value {
        Value::Link(link) => std::slice::from_mut(link),
        Value::Links(links) => links,
        _ => &mut [],
    }
}

/// One owner, by id. To ask for it as one of many costs SQLite a table of its own each time.
pub(super) const ONE: &str = "= ?1";
/// Owners, as an array of ids.
const MANY: &str = "IN rarray(?1)";

/// The query for the further values of a field, ordered, of the `owners` that its parameter gives:
/// [`ONE`] or [`MANY`].
pub(super) fn child_sql(noun: &str, field: &Field, owners: &str) -> String {
    let table = quoted(&format!("{noun}_{}", field.name));
    match field.kind {
        Kind::Tags => format!(
            "SELECT c.record, g.name FROM {table} c JOIN tag g ON g.id = c.tag WHERE c.record {owners} ORDER BY c.record, g.name_fold, g.id"
        ),
        Kind::Words(_) => format!(
            "SELECT record, value FROM {table} WHERE record {owners} ORDER BY record, position"
        ),
        Kind::Links(Target::Any(_), _) => format!(
            "SELECT record, target, role, noun FROM {table} WHERE record {owners} ORDER BY record, position"
        ),
        Kind::Links(..) if field.dated => format!(
            "SELECT record, target, since || coalesce(' ' || \"by\", '') FROM {table} WHERE record {owners} ORDER BY record, position"
        ),
        Kind::Links(..) => format!(
            "SELECT record, target, role FROM {table} WHERE record {owners} ORDER BY record, position"
        ),
        _ => format!(
            "SELECT record, value, label FROM {table} WHERE record {owners} ORDER BY record, position"
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
