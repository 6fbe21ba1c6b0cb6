//! Finding records that may be one and the same.
//!
//! No record is compared with every other. One pass over the table keeps for each record a few
//! hashes of what doubles share (a mailbox, a phone, the sound of the name with the company, …); those
//! with an equal hash are candidates, and they alone are read again and weighed. Memory is some
//! hundred bytes a record, whatever is in it; where too many share a hash, it tells nothing, and only
//! those of one name among them are weighed.

use std::collections::{HashMap, HashSet};

use rusqlite::types::Value as Sql;
use xxhash_rust::xxh3::Xxh3;

use super::commit::Writer;
use super::read::{Listing, Path, Reader};
use crate::entity::alike::names::Name;
use crate::entity::alike::{
    Block, Doubles, Likeness, Sketch, blocks, canonical_email, compare, domain_of, number, place,
};
use crate::entity::{Noun, Value, e164};
use crate::error::{Error, Result};
use crate::filter;

/// What is looked for.
pub struct Hunt<'a> {
    pub noun: &'a Noun,
    /// Among which records.
    pub filter: Option<filter::Sql>,
    /// The least score.
    pub above: f64,
    /// Region of phone numbers without a country code.
    pub region: &'a str,
}

/// Two records that may be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Double {
    /// The one to keep: it has more, or is older.
    pub keep: i64,
    pub other: i64,
    pub score: f64,
    pub reasons: Vec<String>,
}

/// Fields that say who a record is, where its noun has them.
const TELLING: &[&str] = &[
    "emails",
    "phones",
    "domain",
    "website",
    "company",
    "company_name",
    "city",
    "country",
    "birthday",
    "tax_id",
    "manager",
    "parent",
];

/// Up to so many that share something, all are compared with all.
const FEW: usize = 50;
/// As [`FEW`], for a name alone: where more bear it, it tells nothing.
pub(super) const FEW_NAMED: usize = 12;
/// So many neighbours a record is compared with where more share something and the name.
const WINDOW: usize = 10;
/// So many pairs are weighed at once.
const PAIRS: usize = 200_000;
/// So many sketches are kept between.
const SKETCHES: usize = 100_000;

/// A hash of something shared, the name of the record, and its place among those looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: u64,
    name: u32,
    row: u32,
}

/// The bit of a key that tells a name alone.
const NAMED: u64 = 1 << 63;

fn hash(parts: &[&str]) -> u64 {
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.digest()
}

/// Reads of records what tells them apart.
pub(super) struct Sketcher<'r, 'a> {
    reader: &'r Reader<'a>,
    noun: &'a Noun,
    pub(super) kind: Doubles,
    columns: Vec<Path>,
    places: HashMap<&'static str, usize>,
    region: String,
}

impl<'r, 'a> Sketcher<'r, 'a> {
    pub(super) fn new(reader: &'r Reader<'a>, noun: &Noun, region: &str) -> Result<Self> {
        let kind = noun
            .entity
            .doubles
            .ok_or_else(|| Error::usage(format!("{} have no doubles", noun.entity.plural)))?;
        let noun = reader.model.noun(noun.name())?;
        let mut columns = vec![Path::of(noun, noun.label_index())];
        let mut places = HashMap::new();
        for name in TELLING {
            if let Some(index) = noun.index(name).filter(|i| noun.fields[*i].name == *name) {
                places.insert(*name, columns.len());
                columns.push(Path::of(noun, index));
            }
        }
        Ok(Self { reader, noun, kind, columns, places, region: region.to_owned() })
    }

    fn listing(&self, filter: Option<filter::Sql>) -> Listing<'a> {
        Listing {
            filter,
            columns: self.columns.clone(),
            effective: false,
            ..Listing::all(self.noun)
        }
    }

    /// A sketch of a stored row, without the labels behind its links.
    pub(super) fn of_row(&self, id: i64, row: &[Value]) -> Sketch {
        let values = self.columns.iter().map(|p| self.noun.index(p.field().name));
        let values: Vec<Value> =
            values.map(|i| i.map_or(Value::Null, |i| row[i].clone())).collect();
        self.sketch(id, &values)
    }

    fn sketch(&self, id: i64, values: &[Value]) -> Sketch {
        let label = values[0].as_text().unwrap_or_default();
        let name = match self.kind {
            Doubles::Person => Name::of_person(label),
            Doubles::Company => Name::of_company(label),
        };
        let mut s = Sketch { id, name, ..Sketch::default() };
        let get = |name: &str| self.places.get(name).map(|at| &values[*at]);
        let text = |name: &str| get(name).and_then(Value::as_text);
        let items = |name: &str| match get(name) {
            Some(Value::List(items)) => &items[..],
            _ => &[],
        };
        for item in items("emails") {
            if let Some(mailbox) = canonical_email(&item.value) {
                s.domains.extend(domain_of(&mailbox.address));
                s.mailboxes.push(mailbox);
            }
        }
        s.phones.extend(items("phones").iter().filter_map(|i| dialled(&i.value, &self.region)));
        s.domains.extend(["domain", "website"].iter().filter_map(|n| domain_of(text(n)?)));
        s.domains.sort_unstable();
        s.domains.dedup();
        let company = match get("company") {
            Some(Value::Link(link)) => Some(link.label.as_str()),
            _ => text("company_name"),
        };
        s.company = company.map(Name::of_company).filter(|n| !n.is_empty());
        s.city = text("city").and_then(place);
        s.country = text("country").and_then(place);
        s.tax_id = text("tax_id").and_then(number);
        if let Some(Value::Date(day)) = get("birthday") {
            s.birthday = Some(*day);
        }
        let others = ["manager", "parent"].iter().filter_map(|n| get(n)?.as_link());
        s.others = others.filter(|l| l.noun == self.noun.name()).map(|l| l.id).collect();
        s
    }

    /// Sketches of records by id, put beside those that are known.
    pub(super) fn read(&self, ids: &[i64], known: &mut HashMap<i64, Sketch>) -> Result<()> {
        for chunk in ids.chunks(5_000) {
            self.reader.each(&self.listing(Some(of_ids(chunk))), |found| {
                known.insert(found.id, self.sketch(found.id, &found.values));
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// A condition that a record is one of these.
fn of_ids(ids: &[i64]) -> filter::Sql {
    let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
    filter::Sql {
        text: "t.id IN (SELECT value FROM json_each(:double_ids))".into(),
        params: vec![(":double_ids".into(), Sql::Text(format!("[{}]", list.join(","))))],
        mentions_trash: false,
    }
}

/// A phone number in E.164; one that is too short to be anybody's own is none.
fn dialled(text: &str, region: &str) -> Option<String> {
    let marks =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/');
    let digits = || text.chars().filter(char::is_ascii_digit);
    // Most numbers are whole already; reading one by the rules of its country takes its time.
    let is_whole = text.trim_start().starts_with('+')
        && text.chars().all(marks)
        && !text.contains("(0)")
        && digits().count() <= 15;
    let number =
        if is_whole { format!("+{}", digits().collect::<String>()) } else { e164(text, region) };
    (number.len() >= 7).then_some(number)
}

impl Reader<'_> {
    /// Pairs of records that may be one, the likeliest first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn doubles(&self, hunt: Hunt) -> Result<Vec<Double>> {
        let sketcher = Sketcher::new(self, hunt.noun, hunt.region)?;
        let mut ids: Vec<i64> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        self.each(&sketcher.listing(hunt.filter), |found| {
            let sketch = sketcher.sketch(found.id, &found.values);
            let row = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let name = u32::try_from(hash(&[&sketch.name.key()]) >> 32).unwrap_or(0);
            ids.push(found.id);
            blocks(sketcher.kind, &sketch, |block, parts| {
                let key = hash(parts) & !NAMED;
                let key = if block == Block::Name { key | NAMED } else { key };
                entries.push(Entry { key, name, row });
            });
            Ok(())
        })?;
        entries.sort_unstable();
        let common = bearers(&entries, ids.len());
        let mut weighing = Weighing {
            sketcher: &sketcher,
            ids: &ids,
            common: &common,
            not: self.no_doubles(hunt.noun)?,
            above: hunt.above,
            pairs: Vec::with_capacity(PAIRS + FEW * FEW),
            known: HashMap::new(),
            found: HashMap::new(),
        };
        for block in entries.chunk_by(|a, b| a.key == b.key) {
            candidates(block, &mut weighing.pairs);
            if weighing.pairs.len() > PAIRS {
                weighing.weigh()?;
            }
        }
        weighing.weigh()?;
        let found = weighing.found;
        let mut all = self.with_keepers(hunt.noun, found)?;
        all.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then((a.keep, a.other).cmp(&(b.keep, b.other)))
        });
        Ok(all)
    }

    /// Pairs that somebody said are two, by the records that count now.
    fn no_doubles(&self, noun: &Noun) -> Result<HashSet<(i64, i64)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT d.a, d.b FROM no_double d JOIN change c ON c.id = d.change WHERE d.noun = ?1 AND c.undone_by IS NULL",
        )?;
        let position = i64::try_from(noun.position).unwrap_or(0);
        let mut rows = stmt.query([position])?;
        let mut pairs = HashSet::new();
        while let Some(row) = rows.next()? {
            let (a, b) = (self.current(noun, row.get(0)?)?, self.current(noun, row.get(1)?)?);
            pairs.insert((a.min(b), a.max(b)));
        }
        Ok(pairs)
    }

    /// Says of each pair which record is the one to keep: what a deed has set, then what has more in
    /// it, then the older one.
    fn with_keepers(
        &self,
        noun: &Noun,
        found: HashMap<(i64, i64), Likeness>,
    ) -> Result<Vec<Double>> {
        let mut ids: Vec<i64> = found.keys().flat_map(|(a, b)| [*a, *b]).collect();
        ids.sort_unstable();
        ids.dedup();
        let noun = self.model.noun(noun.name())?;
        let columns: Vec<Path> = (0..noun.fields.len())
            .filter(|i| noun.fields[*i].is_stored())
            .map(|i| Path::of(noun, i))
            .collect();
        let is_deed: Vec<bool> = columns.iter().map(|p| p.field().deed.is_some()).collect();
        let mut filled: HashMap<i64, (usize, usize)> = HashMap::new();
        for chunk in ids.chunks(5_000) {
            let listing = Listing {
                filter: Some(of_ids(chunk)),
                columns: columns.clone(),
                effective: false,
                ..Listing::all(noun)
            };
            self.each(&listing, |found| {
                let deeds = found
                    .values
                    .iter()
                    .zip(&is_deed)
                    .filter(|(v, is_deed)| **is_deed && !v.is_empty())
                    .count();
                let all = found.values.iter().map(size_of_value).sum();
                filled.insert(found.id, (deeds, all));
                Ok(())
            })?;
        }
        let rank = |id: i64| (filled.get(&id).copied().unwrap_or_default(), -id);
        let double = |((a, b), likeness): ((i64, i64), Likeness)| {
            let (keep, other) = if rank(a) >= rank(b) { (a, b) } else { (b, a) };
            Double { keep, other, score: likeness.score, reasons: likeness.reasons }
        };
        Ok(found.into_iter().map(double).collect())
    }
}

/// How much a value holds.
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::List(items) => items.len(),
        Value::Links(links) => links.len(),
        Value::Words(all) => all.len(),
        other => usize::from(!other.is_empty()),
    }
}

/// How many records bear the name of each.
fn bearers(entries: &[Entry], rows: usize) -> Vec<u32> {
    let mut common = vec![1_u32; rows];
    for block in entries.chunk_by(|a, b| a.key == b.key).filter(|b| b[0].key & NAMED != 0) {
        for same in block.chunk_by(|a, b| a.name == b.name) {
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            for entry in same {
                let known = &mut common[entry.row as usize];
                *known = (*known).max(count);
            }
        }
    }
    common
}

/// The pairs of a block that are worth weighing.
fn candidates(block: &[Entry], pairs: &mut Vec<(u32, u32)>) {
    let mut pair = |a: Entry, b: Entry| pairs.push((a.row.min(b.row), a.row.max(b.row)));
    let few = if block[0].key & NAMED == 0 { FEW } else { FEW_NAMED };
    if block.len() <= few {
        for (at, a) in block.iter().enumerate() {
            block[at + 1..].iter().for_each(|b| pair(*a, *b));
        }
        return;
    }
    for same in block.chunk_by(|a, b| a.name == b.name) {
        if same.len() > few && same[0].key & NAMED != 0 {
            continue;
        }
        let window = if same.len() <= few { same.len() } else { WINDOW };
        for (at, a) in same.iter().enumerate() {
            same[at + 1..].iter().take(window).for_each(|b| pair(*a, *b));
        }
    }
}

/// Weighing candidates, many at once.
struct Weighing<'w, 'r, 'a> {
    sketcher: &'w Sketcher<'r, 'a>,
    ids: &'w [i64],
    common: &'w [u32],
    not: HashSet<(i64, i64)>,
    above: f64,
    pairs: Vec<(u32, u32)>,
    known: HashMap<i64, Sketch>,
    found: HashMap<(i64, i64), Likeness>,
}

impl Weighing<'_, '_, '_> {
    fn weigh(&mut self) -> Result<()> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let pairs = std::mem::take(&mut self.pairs);
        for chunk in pairs.chunks(20_000) {
            let mut missing: Vec<i64> = chunk
                .iter()
                .flat_map(|(a, b)| [self.ids[*a as usize], self.ids[*b as usize]])
                .filter(|id| !self.known.contains_key(id))
                .collect();
            missing.sort_unstable();
            missing.dedup();
            if self.known.len() + missing.len() > SKETCHES {
                self.known.clear();
                missing = chunk
                    .iter()
                    .flat_map(|(a, b)| [self.ids[*a as usize], self.ids[*b as usize]])
                    .collect();
                missing.sort_unstable();
                missing.dedup();
            }
            self.sketcher.read(&missing, &mut self.known)?;
            for (a, b) in chunk {
                self.weigh_one(*a as usize, *b as usize);
            }
        }
        self.pairs = pairs;
        self.pairs.clear();
        Ok(())
    }

    fn weigh_one(&mut self, a: usize, b: usize) {
        let (x, y) = (self.ids[a], self.ids[b]);
        let pair = (x.min(y), x.max(y));
        let (Some(x), Some(y)) = (self.known.get(&x), self.known.get(&y)) else { return };
        if self.not.contains(&pair) {
            return;
        }
        let common = self.common[a].min(self.common[b]) as usize;
        let likeness = compare(self.sketcher.kind, x, y, common);
        if likeness.score >= self.above {
            self.found.insert(pair, likeness);
        }
    }
}

impl Writer<'_> {
    /// Remembers that two records are two; `false` when that was known.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn say_no_double(&mut self, noun: &Noun, a: i64, b: i64) -> Result<bool> {
        let pair = (a.min(b), a.max(b));
        if self.reader.no_doubles(noun)?.contains(&pair) {
            return Ok(false);
        }
        self.reader
            .conn
            .prepare_cached(
                "INSERT OR REPLACE INTO no_double(noun, a, b, change) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute([Self::position(noun), pair.0, pair.1, self.change])?;
        self.tally.other += 1;
        Ok(true)
    }
}

/// Records that are all one, by pairs of at least `above`: a record joins others only where it is
/// likely a double of each of them.
#[must_use]
pub fn groups(doubles: &[Double], above: f64) -> Vec<Vec<&Double>> {
    let pair = |a: i64, b: i64| (a.min(b), a.max(b));
    let likely: HashSet<(i64, i64)> = doubles.iter().map(|d| pair(d.keep, d.other)).collect();
    let mut group_of: HashMap<i64, usize> = HashMap::new();
    let mut members: Vec<Vec<i64>> = Vec::new();
    let mut made: Vec<Vec<&Double>> = Vec::new();
    for double in doubles.iter().filter(|d| d.score >= above) {
        let mut place = |id: i64| {
            *group_of.entry(id).or_insert_with(|| {
                members.push(vec![id]);
                made.push(Vec::new());
                members.len() - 1
            })
        };
        let (x, y) = (place(double.keep), place(double.other));
        if x != y {
            let fit = members[x]
                .iter()
                .all(|a| members[y].iter().all(|b| likely.contains(&pair(*a, *b))));
            if !fit {
                continue;
            }
            let (moved, because) = (std::mem::take(&mut members[y]), std::mem::take(&mut made[y]));
            for id in &moved {
                group_of.insert(*id, x);
            }
            members[x].extend(moved);
            made[x].extend(because);
        }
        made[x].push(double);
    }
    made.retain(|g| !g.is_empty());
    made
}

/// The record of a group that the others go into: the one that most pairs would keep.
#[must_use]
pub fn keeper(group: &[&Double]) -> (i64, Vec<i64>) {
    let mut ids: Vec<i64> = group.iter().flat_map(|d| [d.keep, d.other]).collect();
    ids.sort_unstable();
    ids.dedup();
    let lost: HashSet<i64> = group.iter().map(|d| d.other).collect();
    let keep = ids.iter().copied().find(|id| !lost.contains(id)).unwrap_or(ids[0]);
    ids.retain(|id| *id != keep);
    (keep, ids)
}
