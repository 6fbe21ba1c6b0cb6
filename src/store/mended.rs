//! Rows that an import rejected and that come again, mended: they take the place in which they stood.
//!
//! While an import leaves rows out, each row behind the first of those notes the record that it meant
//! and the fields that it gave. What a mended row says is then older than what rows behind it said.
//! Notes are runs of rows, kept as one blob an import; an import that rejects nothing keeps none.

use std::cmp::Ordering;

use foldhash::HashMap;
use rusqlite::params;

use super::commit::Writer;
use crate::entity::{Item, Noun, Value};
use crate::error::Result;

/// Where a row stood that was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the import.
    pub import: i64,
    /// The line of its file.
    pub line: u64,
}

/// Rows one behind the other that gave the same fields to records one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    noun: u64,
    first: i64,
    line: u64,
    count: u32,
    /// The rows made the records.
    made: bool,
    /// Place among the sets of fields.
    given: u32,
}

/// The longest run, so that few have to be looked at for one record.
const LONGEST: u32 = 256;

/// Where the values of a list stand that a row said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    noun: u64,
    record: i64,
    line: u64,
    field: String,
    from: u64,
    to: u64,
}

/// The notes of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Notes {
    sets: Vec<Vec<String>>,
    runs: Vec<Run>,
    stretches: Vec<Stretch>,
}

impl Notes {
    fn set(&mut self, given: Vec<String>) -> u32 {
        let at = self.sets.iter().position(|s| *s == given).unwrap_or_else(|| {
            self.sets.push(given);
            self.sets.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn add(&mut self, row: Run) {
        if let Some(last) = self.runs.last_mut()
            && (last.noun, last.made, last.given) == (row.noun, row.made, row.given)
            && last.first + i64::from(last.count) == row.first
            && last.line + u64::from(last.count) == row.line
            && last.count < LONGEST
        {
            last.count += 1;
        } else {
            self.runs.push(row);
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Out(Vec::new());
        out.number(self.sets.len() as u64);
        for set in &self.sets {
            out.text(&set.join("\n"));
        }
        out.number(self.runs.len() as u64);
        let (mut id, mut line) = (0, 0);
        for run in &self.runs {
            out.number(run.noun << 1 | u64::from(run.made));
            out.signed(run.first - id);
            out.signed(run.line.cast_signed() - line);
            out.number(run.count.into());
            out.number(run.given.into());
            (id, line) = (run.first, run.line.cast_signed());
        }
        out.number(self.stretches.len() as u64);
        for of in &self.stretches {
            out.number(of.noun);
            out.signed(of.record);
            out.number(of.line);
            out.text(&of.field);
            out.number(of.from);
            out.number(of.to);
        }
        out.0
    }

    /// The notes of bytes; `None` where they are no such.
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut from = From(bytes);
        let mut made = Self::default();
        for _ in 0..from.number()? {
            let names = from.text()?;
            made.sets
                .push(names.split('\n').filter(|n| !n.is_empty()).map(str::to_owned).collect());
        }
        let (mut id, mut line) = (0_i64, 0_i64);
        for _ in 0..from.number()? {
            let kind = from.number()?;
            id = id.checked_add(from.signed()?)?;
            line = line.checked_add(from.signed()?)?;
            made.runs.push(Run {
                noun: kind >> 1,
                made: kind & 1 == 1,
                first: id,
                line: u64::try_from(line).ok()?,
                count: u32::try_from(from.number()?).ok()?,
                given: u32::try_from(from.number()?).ok()?,
            });
        }
        for _ in 0..from.number()? {
            made.stretches.push(Stretch {
                noun: from.number()?,
                record: from.signed()?,
                line: from.number()?,
                field: from.text()?,
                from: from.number()?,
                to: from.number()?,
            });
        }
        Some(made)
    }
}

/// Bytes of numbers of seven bits each.
struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n.to_le_bytes()[0] | 0x80);
            n >>= 7;
        }
        self.0.push(n.to_le_bytes()[0]);
    }

    fn signed(&mut self, n: i64) {
        self.number((n << 1 ^ n >> 63).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

struct From<'b>(&'b [u8]);

impl From<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for at in 0..10 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            n |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                return Some(n);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let n = self.number()?;
        Some((n >> 1).cast_signed() ^ -(n & 1).cast_signed())
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

/// What rows behind a mended one gave to a record.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// One of them made the record.
    pub(super) made: bool,
    /// A row before it gave the record something, or made it.
    pub(super) is_later: bool,
    /// Fields that they gave.
    pub(super) given: Vec<usize>,
    /// Fields that mended rows before it gave.
    before: Vec<usize>,
    /// Where stretches of lists end that rows before it said.
    ends: Vec<(usize, usize)>,
    /// Where those begin that rows behind it said.
    begins: Vec<(usize, usize)>,
}

impl Behind {
    /// Whether the mended row has the first word about a field that is filled once.
    pub(super) fn is_first(&self, field: usize) -> bool {
        self.given.contains(&field) && !self.before.contains(&field)
    }

    /// Puts what a mended row says in a list before what came behind it; `there` is how long the
    /// list was, `said` what the row says. Gives from where on it stands.
    pub(super) fn put_back(
        &self,
        field: usize,
        there: usize,
        said: &Value,
        value: &mut Value,
    ) -> usize {
        if !self.given.contains(&field) {
            return there;
        }
        let of = |all: &[(usize, usize)]| -> Vec<usize> {
            all.iter().filter(|(f, _)| *f == field).map(|(_, at)| *at).collect()
        };
        let begins = of(&self.begins).into_iter().min().unwrap_or(there);
        let ends = of(&self.ends).into_iter().max().unwrap_or(0);
        let from = if self.made { 0 } else { begins }.max(ends).min(there);
        match (value, said) {
            (Value::List(all), Value::List(said)) => {
                let is_it = |a: &Item, b: &Item| a.value.to_lowercase() == b.value.to_lowercase();
                in_order(all, from, said, is_it);
            }
            (Value::Words(all), Value::Words(said)) => {
                in_order(all, from, said, |a, b| a.to_lowercase() == b.to_lowercase());
            }
            (Value::Links(all), Value::Links(said)) => {
                in_order(all, from, said, |a, b| (a.noun, a.id) == (b.noun, b.id));
            }
            _ => {}
        }
        from
    }
}

/// Puts those of `said` first, in their order, among all from a place on.
fn in_order<T>(all: &mut [T], from: usize, said: &[T], is_it: impl Fn(&T, &T) -> bool) {
    let place = |item: &T| said.iter().position(|s| is_it(s, item)).unwrap_or(said.len());
    let from = from.min(all.len());
    all[from..].sort_by_cached_key(place);
}

/// How many values a list has.
pub(super) fn length(value: &Value) -> usize {
    match value {
        Value::List(all) => all.len(),
        Value::Words(all) => all.len(),
        Value::Links(all) => all.len(),
        _ => 0,
    }
}

/// What one row gave to one record.
#[derive(Debug)]
struct Gift {
    noun: u64,
    record: i64,
    made: bool,
    given: u32,
    stretches: Vec<(String, u64, u64)>,
}

/// Earlier notes, by record.
#[derive(Debug, Default)]
struct Known {
    notes: Notes,
    /// Runs of earlier imports, by noun and first record.
    sorted: usize,
}

/// The notes that an import takes and those that it reads.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// Where the row under way stands, if it is noted.
    at: Option<Place>,
    /// Where it stood, if it was rejected once.
    pub(super) place: Option<Place>,
    /// Of the row under way.
    gifts: Vec<Gift>,
    /// What this import noted, by the import of whose file the rows are.
    notes: HashMap<i64, Notes>,
    /// Sets of fields that were noted, by import and noun.
    sets: HashMap<(i64, u64, Vec<usize>), u32>,
    known: HashMap<i64, Known>,
}

impl Writer<'_> {
    /// Begins a row of a file that may have been rejected before, at `place`. With `notes` what it
    /// gives is noted, for rows that were rejected before it.
    pub fn begin_mended(&mut self, line: u64, place: Option<Place>, notes: bool) {
        let here = Place { import: self.change, line };
        self.mended.place = place;
        self.mended.at = place.or(notes.then_some(here));
        self.mended.gifts.clear();
    }

    /// Keeps the notes on the row under way, which went in.
    pub fn keep_mended(&mut self) {
        let Some(Place { import, line }) = self.mended.at.take() else { return };
        let notes = self.mended.notes.entry(import).or_default();
        for Gift { noun, record, made, given, stretches } in self.mended.gifts.drain(..) {
            notes.add(Run { noun, first: record, line, count: 1, made, given });
            let of = |(field, from, to)| Stretch { noun, record, line, field, from, to };
            notes.stretches.extend(stretches.into_iter().map(of));
        }
    }

    /// Whether what the row under way gives is to be noted.
    pub(super) fn notes_gifts(&self) -> bool {
        self.mended.at.is_some()
    }

    /// Notes what the row under way gives to a record, and where in lists it stands.
    pub(super) fn note_gift(
        &mut self,
        noun: &Noun,
        record: i64,
        made: bool,
        given: &[usize],
        stretches: &[(usize, usize, usize)],
    ) {
        let Some(Place { import, .. }) = self.mended.at else { return };
        let position = noun.position as u64;
        let name = |index: &usize| noun.fields[*index].name.to_owned();
        let of = |(index, from, to): &(_, usize, usize)| (name(index), *from as u64, *to as u64);
        let stretches = stretches.iter().map(of).collect();
        let notes = &mut self.mended.notes;
        let names = || given.iter().map(name).collect();
        let new = || notes.entry(import).or_default().set(names());
        let set = (import, position, given.to_vec());
        let given = *self.mended.sets.entry(set).or_insert_with(new);
        self.mended.gifts.push(Gift { noun: position, record, made, given, stretches });
    }

    /// Writes the notes down, at the end of the import.
    ///
    /// # Errors
    /// The database can't be written.
    pub(super) fn record_mended(&mut self) -> Result<()> {
        for (root, notes) in std::mem::take(&mut self.mended.notes) {
            if notes != Notes::default() {
                self.reader
                    .conn
                    .prepare_cached(
                        "INSERT INTO import_notes(root, change, notes) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![root, self.change, notes.bytes()])?;
            }
        }
        Ok(())
    }

    /// What rows behind the one under way gave to a record, where that row was rejected before.
    pub(super) fn behind(&mut self, noun: &Noun, record: i64) -> Result<Option<Behind>> {
        let Some(Place { import, line }) = self.mended.place else { return Ok(None) };
        if !self.mended.known.contains_key(&import) {
            let known = self.read_notes(import)?;
            self.mended.known.insert(import, known);
        }
        let mut behind = Behind::default();
        let mut any = false;
        let position = noun.position as u64;
        let earlier = self.mended.known.get(&import).map(|k| (&k.notes, k.sorted));
        let own = self.mended.notes.get(&import).map(|notes| (notes, 0));
        for (notes, sorted) in earlier.into_iter().chain(own) {
            for run in notes.of_record(position, record, sorted) {
                let names = notes.sets.get(run.given as usize).into_iter().flatten();
                let given = names.filter_map(|name| noun.index(name));
                match (run.line + (record - run.first).cast_unsigned()).cmp(&line) {
                    Ordering::Less => {
                        behind.is_later = true;
                        behind.before.extend(given);
                    }
                    Ordering::Equal => {}
                    Ordering::Greater => {
                        any = true;
                        behind.made |= run.made;
                        behind.given.extend(given);
                    }
                }
            }
            for of in notes.stretches.iter().filter(|s| (s.noun, s.record) == (position, record)) {
                let Some(field) = noun.index(&of.field) else { continue };
                let at = |at: u64| (field, usize::try_from(at).unwrap_or(usize::MAX));
                match of.line.cmp(&line) {
                    Ordering::Less => behind.ends.push(at(of.to)),
                    Ordering::Equal => {}
                    Ordering::Greater => behind.begins.push(at(of.from)),
                }
            }
        }
        Ok(any.then_some(behind))
    }

    /// Whether a record is another row's of the file that the row under way was rejected from, so
    /// that an equal row is one more.
    pub(super) fn is_of_another_row(&mut self, noun: &Noun, record: i64) -> Result<bool> {
        let Some(Place { import, line }) = self.mended.place else { return Ok(false) };
        self.behind(noun, record)?;
        let position = noun.position as u64;
        let earlier = self.mended.known.get(&import).map(|k| (&k.notes, k.sorted));
        let own = self.mended.notes.get(&import).map(|notes| (notes, 0));
        let mut is_noted = false;
        for (notes, sorted) in earlier.into_iter().chain(own) {
            for run in notes.of_record(position, record, sorted) {
                is_noted = true;
                if run.line + (record - run.first).cast_unsigned() == line {
                    return Ok(false);
                }
            }
        }
        if is_noted {
            return Ok(true);
        }
        let sql = format!("SELECT made FROM {} WHERE id = ?1", super::schema::quoted(noun.name()));
        let made: Option<i64> =
            self.reader.conn.prepare_cached(&sql)?.query_row([record], |r| r.get(0))?;
        Ok(made == Some(import))
    }

    /// The notes on the rows of an import's file that still count.
    fn read_notes(&self, root: i64) -> Result<Known> {
        let mut stmt = self.reader.conn.prepare_cached(
            "SELECT n.notes FROM import_notes n JOIN change c ON c.id = n.change \
             WHERE n.root = ?1 AND c.undone_by IS NULL ORDER BY n.change",
        )?;
        let mut rows = stmt.query([root])?;
        let mut all = Notes::default();
        while let Some(row) = rows.next()? {
            let Some(notes) = Notes::of(&row.get::<_, Vec<u8>>(0)?) else { continue };
            let sets: Vec<u32> = notes.sets.into_iter().map(|set| all.set(set)).collect();
            all.runs.extend(notes.runs.into_iter().filter_map(|run| {
                let given = *sets.get(run.given as usize)?;
                Some(Run { given, ..run })
            }));
            all.stretches.extend(notes.stretches);
        }
        all.runs.sort_by_key(|run| (run.noun, run.first));
        Ok(Known { sorted: all.runs.len(), notes: all })
    }
}

impl Notes {
    /// The runs that have a record, of which the first `sorted` are in order.
    fn of_record(&self, noun: u64, record: i64, sorted: usize) -> impl Iterator<Item = &Run> {
        let (in_order, others) = self.runs.split_at(sorted.min(self.runs.len()));
        let low = (noun, record - i64::from(LONGEST));
        let from = in_order.partition_point(|run| (run.noun, run.first) < low);
        let to = in_order.partition_point(|run| (run.noun, run.first) <= (noun, record));
        in_order[from..to].iter().chain(others).filter(move |run| {
            run.noun == noun && (run.first..run.first + i64::from(run.count)).contains(&record)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: i64, line: u64, given: u32) -> Run {
        Run { noun: 1, first, line, count: 1, made: true, given }
    }

    #[test]
    fn notes_come_back_from_their_bytes() {
        let mut notes = Notes::default();
        let (one, two) = (notes.set(vec!["name".into(), "city".into()]), notes.set(Vec::new()));
        (0..700).for_each(|n| notes.add(run(10 + n, 4 + n.cast_unsigned(), one)));
        notes.add(run(3, 9_000, two));
        notes.add(Run { made: false, ..run(4, 9_001, two) });
        let field = "emails".to_owned();
        notes.stretches.push(Stretch { noun: 1, record: 4, line: 9_001, field, from: 1, to: 300 });
        assert_eq!(notes.runs.len(), 5, "runs are no longer than {LONGEST}");
        assert_eq!(Notes::of(&notes.bytes()), Some(notes.clone()));
        for cut in 0..notes.bytes().len() {
            assert_eq!(Notes::of(&notes.bytes()[..cut]), None);
        }
    }

    #[test]
    fn a_record_is_found_in_long_runs_and_short_ones() {
        let mut notes = Notes::default();
        (0..700).for_each(|n| notes.add(run(10 + n, 4 + n.cast_unsigned(), 0)));
        notes.add(run(12, 5_000, 0));
        notes.runs.sort_by_key(|r| (r.noun, r.first));
        let lines = |id: i64, sorted: usize| -> Vec<u64> {
            let line = |r: &Run| r.line + (id - r.first).cast_unsigned();
            notes.of_record(1, id, sorted).map(line).collect()
        };
        for sorted in [0, notes.runs.len()] {
            assert_eq!(lines(12, sorted), [6, 5_000]);
            assert_eq!(lines(709, sorted), [703]);
            assert!(lines(710, sorted).is_empty() && lines(9, sorted).is_empty());
        }
    }

    #[test]
    fn what_a_mended_row_adds_stands_before_what_came_behind() {
        let words = |all: &[&str]| Value::Words(all.iter().map(|w| (*w).to_owned()).collect());
        let said = words(&["later", "mended"]);
        let made = Behind { made: true, given: vec![0], ..Behind::default() };
        let mut value = words(&["late", "later", "mended"]);
        made.put_back(0, 2, &said, &mut value);
        assert_eq!(value, words(&["later", "mended", "late"]));
        let mut value = words(&["early", "late", "later", "mended"]);
        let after = Behind { ends: vec![(0, 1)], made: true, given: vec![0], ..Behind::default() };
        assert_eq!(after.put_back(0, 3, &said, &mut value), 1);
        assert_eq!(value, words(&["early", "later", "mended", "late"]));
        let joined = Behind { given: vec![0], begins: vec![(0, 1)], ..Behind::default() };
        let mut value = words(&["early", "late", "mended"]);
        joined.put_back(0, 2, &said, &mut value);
        assert_eq!(value, words(&["early", "mended", "late"]));
        joined.put_back(1, 2, &words(&["late"]), &mut value);
        assert_eq!(value, words(&["early", "mended", "late"]), "another field");
    }
}
