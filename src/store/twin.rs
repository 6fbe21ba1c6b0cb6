//! A second reader of the same state of the file, for work that two threads share.

use rusqlite::Connection;
use uuid::Uuid;

use super::Store;
use super::open::{self, Access};
use super::read::{Moment, Reader, uid_of};
use super::schema::quoted;
use crate::entity::{Model, Noun};
use crate::error::Result;

/// The page cache while all records pass by once: pages that don't come again needn't be kept.
const PASSING: &str = "PRAGMA cache_size=-2000";

/// A connection of its own that reads what its store reads, whatever others write meanwhile.
#[derive(Debug)]
pub struct Twin {
    conn: Connection,
    model: Model,
    moment: Moment,
}

impl Twin {
    /// Reads as the reader does that it was made beside.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.conn, &self.model, self.moment.clone())
    }
}

impl Store {
    /// A twin of one of this store's readers; `None` where there can be none: in the middle of a
    /// write, in the past, or when somebody wrote just now.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn twin(&self, beside: &Reader) -> Result<Option<Twin>> {
        if self.past.is_some() || self.scratch.is_some() || !self.conn.is_autocommit() {
            return Ok(None);
        }
        let Ok(conn) = open::connect(&self.path, Access::Read, &self.options) else {
            return Ok(None);
        };
        // Both hold on to the state that they see at their first read.
        self.conn.execute_batch("BEGIN")?;
        self.conn.execute_batch(PASSING)?;
        conn.execute_batch(PASSING)?;
        conn.execute_batch("BEGIN")?;
        let last = |conn: &Connection| -> Result<Option<i64>> {
            Ok(conn.query_row("SELECT max(id) FROM change", [], |r| r.get(0))?)
        };
        if last(&self.conn)? == last(&conn)? {
            return Ok(Some(Twin {
                conn,
                model: self.model.clone(),
                moment: beside.moment.clone(),
            }));
        }
        self.end_twin()?;
        Ok(None)
    }

    /// Lets go of the state that a twin shared.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn end_twin(&self) -> Result<()> {
        if !self.conn.is_autocommit() {
            self.conn.execute_batch("COMMIT")?;
            self.conn.execute_batch(open::CACHE)?;
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// Uids that cut a noun's records, those set aside too, into pieces of `each`.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn cuts(&self, noun: &Noun, each: usize) -> Result<Vec<Uuid>> {
        let sql = format!("SELECT uid FROM {} ORDER BY uid", quoted(noun.name()));
        let mut stmt = self.conn.prepare(&sql)?;
        let mut rows = stmt.raw_query();
        let (mut cuts, mut count) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            if count > 0 && count.is_multiple_of(each) {
                cuts.push(uid_of(row, 0)?);
            }
            count += 1;
        }
        Ok(cuts)
    }
}
