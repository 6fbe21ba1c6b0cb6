//! Many new records at once: secondary indexes are dropped before and built after, in the same
//! transaction, and the search index is merged at the end. Measured: keeping indexes up to date row
//! by row costs a fifth more at 100,000 rows and outgrows the cache beyond; leaving the search
//! index unmerged makes one of the first single adds after it stall for seconds.

use std::collections::BTreeMap;

use super::beside::Beside;
use super::commit::Writer;
use super::incoming::key_texts;
use super::schema::{MERGED, indexes, quoted};
use crate::entity::text::fold;
use crate::entity::{Noun, Value};
use crate::error::Result;

/// From how many new records on, as a share of those there, the indexes are built anew.
const SHARE: u64 = 2;
/// Below this many rows, nothing is deferred.
const FEW: u64 = 5_000;

/// So many new records show that a file brings more of them: one that repeats what is there must not
/// cost the indexes of all that.
const DUE: u64 = 2_000;

/// Indexes that wait for their table to be filled.
#[derive(Debug, Default)]
pub struct Deferred {
    statements: Vec<String>,
    /// The search index was told to hold more in memory.
    settings: bool,
    /// Put off until so many new records have come.
    pending: Option<Pending>,
}

/// A bulk that has not begun yet.
#[derive(Debug)]
struct Pending {
    noun: &'static str,
    /// What [`Tally::made`](super::commit::Tally::made) is then.
    due: u64,
    /// Parts of names of indexes that stay.
    needed: Vec<String>,
    /// Whether the new records are many beside those there.
    drops: bool,
}

/// Rows of the search index that have to wait. FTS5 writes out all it holds in memory whenever a row
/// comes that isn't behind the last one, so rows of other nouns, and of records that were there
/// already, go in at the end, in order.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The noun whose new records come in order and needn't wait.
    noun: &'static str,
    /// Row → its words, and whether it was there already.
    rows: BTreeMap<i64, (String, bool)>,
    bytes: usize,
}

/// So much text waits at the most.
const MOST_WAITING: usize = 48 << 20;

/// The keys of a noun that had no record before the bulk: says for sure that a key is new, without
/// a look into the database. A Bloom filter (B. Bloom, CACM 13(7), 1970), so that memory doesn't grow
/// with the rows: two bits a key, and about 16 bits there for each of the rows expected.
pub(super) struct Seen {
    noun: &'static str,
    bits: Vec<u64>,
    keys: Vec<usize>,
}

/// The most memory for [`Seen`]: 32 MB, enough for ten million keys with few false alarms.
const MOST_SEEN: usize = 32 << 20;

impl Seen {
    fn new(noun: &Noun, expected: u64, key: Option<usize>) -> Self {
        let words = usize::try_from(expected / 4).unwrap_or(usize::MAX).next_power_of_two();
        let own = noun.entity.key.iter().filter_map(|k| noun.index(k));
        Self {
            noun: noun.name(),
            bits: vec![0; words.clamp(1 << 12, MOST_SEEN / 8)],
            keys: own.chain(key).collect(),
        }
    }

    /// The two bits of a text, which all its spellings share.
    fn places(&self, text: &str) -> [(usize, u64); 2] {
        let hash = if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_uppercase()) {
            xxhash_rust::xxh3::xxh3_64(text.as_bytes())
        } else {
            xxhash_rust::xxh3::xxh3_64(fold(text).as_bytes())
        };
        let mask = self.bits.len() as u64 - 1;
        [hash, hash.rotate_left(32)]
            .map(|h| (usize::try_from((h >> 6) & mask).unwrap_or(0), 1_u64 << (h & 63)))
    }
}

impl Writer<'_> {
    /// Whether no record of the noun has this key, for sure.
    pub(super) fn is_new_key(&self, noun: &Noun, value: &Value) -> bool {
        let Some(seen) = self.seen.as_ref().filter(|s| s.noun == noun.name()) else { return false };
        key_texts(value)
            .iter()
            .all(|text| seen.places(text).iter().any(|(at, bit)| seen.bits[*at] & bit == 0))
    }

    /// Remembers the keys of a record that was written.
    pub(super) fn note_keys(&mut self, noun: &Noun, row: &[Value]) {
        let Some(seen) = self.seen.as_mut().filter(|s| s.noun == noun.name()) else { return };
        for at in 0..seen.keys.len() {
            let key = seen.keys[at];
            if row[key].is_empty() {
                continue;
            }
            for text in key_texts(&row[key]) {
                for (at, bit) in seen.places(&text) {
                    seen.bits[at] |= bit;
                }
            }
        }
    }

    /// The values of the last new record, which are written: memory is freed fastest by the thread
    /// that took it.
    pub fn take_spent(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.spent)
    }

    /// Puts a row aside for the end of the bulk, where there is one and it has to wait.
    pub(super) fn wait(
        &mut self,
        noun: &Noun,
        at: i64,
        body: &mut String,
        was_there: bool,
    ) -> Result<bool> {
        let Some(waiting) = &mut self.waiting else { return Ok(false) };
        if !was_there && waiting.noun == noun.name() {
            let Some(beside) = &mut self.beside else { return Ok(false) };
            beside.put((at, std::mem::take(body), false));
            return Ok(true);
        }
        waiting.bytes += body.len() + 64;
        let old = waiting.rows.insert(at, (std::mem::take(body), was_there));
        if let Some((_, there)) = old {
            // A record made here and changed again is still new to the index.
            waiting.rows.entry(at).and_modify(|r| r.1 = there);
        }
        if waiting.bytes > MOST_WAITING {
            self.index_waiting()?;
        }
        Ok(true)
    }

    /// Whether the row waited: it does no more.
    pub(super) fn waits_no_more(&mut self, at: i64) -> bool {
        self.waiting.as_mut().is_some_and(|w| w.rows.remove(&at).is_some())
    }

    fn index_waiting(&mut self) -> Result<()> {
        let Some(waiting) = &mut self.waiting else { return Ok(()) };
        let rows = std::mem::take(&mut waiting.rows);
        waiting.bytes = 0;
        if let Some(beside) = &mut self.beside {
            for (at, _) in rows.iter().filter(|(_, (_, was_there))| *was_there) {
                beside.put((*at, String::new(), true));
            }
            for (at, (body, _)) in rows {
                beside.put((at, body, false));
            }
            return Ok(());
        }
        let conn = self.reader.conn;
        let mut delete = conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?;
        for (at, (_, was_there)) in &rows {
            if *was_there {
                delete.execute([at])?;
            }
        }
        let mut insert = conn.prepare_cached("INSERT INTO search(rowid, body) VALUES (?1, ?2)")?;
        for (at, (body, _)) in rows {
            if !body.is_empty() {
                insert.execute(rusqlite::params![at, body])?;
            }
        }
        Ok(())
    }

    /// The highest id that a noun has ever had.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn last_id(&self, noun: &Noun) -> Result<i64> {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {}", quoted(noun.name()));
        Ok(self.reader.conn.query_row(&sql, [], |r| r.get(0))?)
    }

    /// Prepares for about `expected` new records of a noun: drops the indexes that matching
    /// doesn't need; where there are records already, once many new ones have come. `key` is the
    /// field that finds records besides the noun's own keys.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn begin_bulk(
        &mut self,
        noun: &Noun,
        expected: u64,
        needed: &[String],
        key: Option<usize>,
    ) -> Result<Deferred> {
        self.waiting = Some(Waiting { noun: noun.name(), rows: BTreeMap::new(), bytes: 0 });
        let there = self.last_id(noun)?;
        if expected < FEW {
            return Ok(Deferred::default());
        }
        if there == 0 {
            self.seen = Some(Seen::new(noun, expected, key));
        }
        self.reader.conn.execute_batch("PRAGMA cache_size=-48000")?;
        let mut deferred = Deferred {
            pending: Some(Pending {
                noun: noun.name(),
                due: if there == 0 { 0 } else { self.tally.made + DUE },
                needed: needed.to_vec(),
                drops: expected * SHARE >= u64::try_from(there).unwrap_or(0),
            }),
            ..Deferred::default()
        };
        self.go_on_bulk(&mut deferred)?;
        Ok(deferred)
    }

    /// Begins a bulk that was put off, once it has shown that it is one. To be asked between rows.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn go_on_bulk(&mut self, deferred: &mut Deferred) -> Result<()> {
        let made = self.tally.made;
        let Some(pending) = deferred.pending.take_if(|p| made >= p.due) else { return Ok(()) };
        let conn = self.reader.conn;
        self.beside = Beside::begin(conn)?;
        if self.beside.is_none() {
            deferred.settings = true;
            conn.execute_batch(super::beside::MANY_ROWS)?;
        }
        if !pending.drops {
            return Ok(());
        }
        for (name, sql) in indexes(self.reader.model.noun(pending.noun)?) {
            // What holds few of the records costs less kept than a look through all of them.
            let of_few = sql.contains(MERGED);
            if !of_few && !pending.needed.iter().any(|n| name.contains(n.as_str())) {
                conn.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(&name)))?;
                deferred.statements.push(sql);
            }
        }
        Ok(())
    }

    /// Builds what [`Self::begin_bulk`] dropped, and puts the search index in its place.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn end_bulk(&mut self, deferred: &Deferred) -> Result<()> {
        self.index_waiting()?;
        (self.waiting, self.seen) = (None, None);
        let beside = self.beside.take().map(Beside::close);
        let conn = self.reader.conn;
        for sql in &deferred.statements {
            conn.execute_batch(sql)?;
        }
        if let Some(beside) = beside {
            beside.bring(conn)?;
        }
        if deferred.settings {
            conn.execute_batch(super::beside::MERGE)?;
            conn.execute_batch(
                "INSERT INTO search(search, rank) VALUES ('automerge', 4), ('crisismerge', 16), ('hashsize', 1048576)",
            )?;
        }
        Ok(())
    }
}
