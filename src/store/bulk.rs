//! Many new records at once: secondary indexes are dropped before and built after, in the same
//! transaction, and the search index is merged at the end. Measured: keeping indexes up to date row
//! by row costs a fifth more at 100,000 rows and outgrows the cache beyond; leaving the search
//! index unmerged makes one of the first single adds after it stall for seconds.

use super::commit::Writer;
use super::schema::{indexes, quoted};
use crate::entity::Noun;
use crate::error::Result;

/// From how many new records on, as a share of those there, the indexes are built anew.
const SHARE: u64 = 2;
/// Below this many rows, nothing is deferred.
const FEW: u64 = 5_000;

/// Indexes that wait for their table to be filled.
#[derive(Debug, Default)]
pub struct Deferred {
    statements: Vec<String>,
    merge: bool,
}

impl Writer<'_> {
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
    pub fn begin_bulk(&mut self, noun: &Noun, expected: u64, needed: &[String]) -> Result<Deferred> {
        let conn = self.reader.conn;
        let there = self.last_id(noun)?;
        if expected < FEW {
            return Ok(Deferred::default());
        }
        let mut deferred = Deferred { statements: Vec::new(), merge: true };
        // One merge at the end instead of many on the way.
        conn.execute_batch(
            "INSERT INTO search(search, rank) VALUES ('automerge', 0), ('crisismerge', 1000), ('hashsize', 8388608)",
        )?;
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
        let conn = self.reader.conn;
        for sql in &deferred.statements {
            conn.execute_batch(sql)?;
        }
        if deferred.merge {
            conn.execute_batch(
                "INSERT INTO search(search) VALUES ('optimize'); \
                 INSERT INTO search(search, rank) VALUES ('automerge', 4), ('crisismerge', 16), ('hashsize', 1048576)",
            )?;
        }
        Ok(())
    }
}
