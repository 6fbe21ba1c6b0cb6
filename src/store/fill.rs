//! What of a record doesn't lie in its table: labels behind links, and the second and later values of
//! lists, fetched for a whole chunk of records at once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rusqlite::Row;

use super::listing::{Listing, has_children, main_link};
use super::read::{Found, Reader, array};
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
        Ok(Self { reader, plan, filled, links, labels: HashMap::new() })
    }

    pub(super) fn fill(&mut self, chunk: &mut Chunk) -> Result<()> {
        for at in &self.filled {
            self.fill_children(*at, chunk)?;
        }
        self.fill_labels(chunk)
    }

    /// Second and later values of one column, for all records of the chunk in one query.
    fn fill_children(&self, at: usize, chunk: &mut Chunk) -> Result<()> {
        let planned = &self.plan[at];
        let Some(place_of_owner) = planned.child else { return Ok(()) };
        let mut owners: Vec<(i64, usize)> = chunk
            .iter()
            .enumerate()
            .filter_map(|(place, (_, owners))| Some((owners[place_of_owner]?, place)))
            .collect();
        owners.sort_unstable();
        let mut ids: Vec<i64> = owners.iter().map(|(owner, _)| *owner).collect();
        ids.dedup();
        let mut stmt = self.reader.conn.prepare_cached(&child_sql(planned.noun, planned.field))?;
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
        Kind::Links(..) if field.dated => format!(
            "SELECT record, target, since || coalesce(' ' || \"by\", '') FROM {table} WHERE record IN rarray(?1) ORDER BY record, position"
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
