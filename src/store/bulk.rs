//! Many new records at once: secondary indexes are dropped before and built after, in the same
//! transaction, and the search index is merged at the end. Measured: keeping indexes up to date row
//! by row costs a fifth more at 100,000 rows and outgrows the cache beyond; leaving the search
//! index unmerged makes one of the first single adds after it stall for seconds.

use std::collections::BTreeMap;

use super::commit::Writer;
use super::schema::{indexes, quoted};
use crate::entity::Noun;
use crate::error::Result;

/// From how many new records on, as a share of those there, the indexes are built anew.
const SHARE: u64 = 2;
/// Up to so many rows, the search index is written out once or twice: nothing to merge, and no pile
/// of segments for a single add to stumble over.
const ONE_FLUSH: u64 = 200_000;
/// Below this many rows, nothing is deferred.
const FEW: u64 = 5_000;

/// Indexes that wait for their table to be filled.
#[derive(Debug, Default)]
pub struct Deferred {
    statements: Vec<String>,
    /// The search index was told to hold more in memory.
    settings: bool,
    merge: bool,
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

impl Writer<'_> {
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
            return Ok(false);
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
    /// doesn't need.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn begin_bulk(
        &mut self,
        noun: &Noun,
        expected: u64,
        needed: &[String],
    ) -> Result<Deferred> {
        let conn = self.reader.conn;
        self.waiting = Some(Waiting { noun: noun.name(), rows: BTreeMap::new(), bytes: 0 });
        let there = self.last_id(noun)?;
        if expected < FEW {
            return Ok(Deferred::default());
        }
        let mut deferred =
            Deferred { statements: Vec::new(), settings: true, merge: expected > ONE_FLUSH };
        // One merge at the end instead of many on the way.
        conn.execute_batch(
            "INSERT INTO search(search, rank) VALUES ('automerge', 0), ('crisismerge', 1000), ('hashsize', 33554432)",
        )?;
        conn.execute_batch("PRAGMA cache_size=-40000")?;
        if expected * SHARE < u64::try_from(there).unwrap_or(0) {
            return Ok(deferred);
        }
        for (name, sql) in indexes(noun) {
            if !needed.iter().any(|n| name.contains(n.as_str())) {
                conn.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(&name)))?;
                deferred.statements.push(sql);
            }
        }
        Ok(deferred)
    }

    /// Builds what [`Self::begin_bulk`] dropped, and merges the search index.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn end_bulk(&mut self, deferred: &Deferred) -> Result<()> {
        self.index_waiting()?;
        self.waiting = None;
        let conn = self.reader.conn;
        for sql in &deferred.statements {
            conn.execute_batch(sql)?;
        }
        if deferred.merge {
            conn.execute_batch("INSERT INTO search(search) VALUES ('optimize')")?;
        }
        if deferred.settings {
            conn.execute_batch(
                "INSERT INTO search(search, rank) VALUES ('automerge', 4), ('crisismerge', 16), ('hashsize', 1048576)",
            )?;
        }
        Ok(())
    }
}
