//! A second reader of the same state of the file, for work that two threads share.

use rusqlite::Connection;
use uuid::Uuid;

use super::Store;
use super::open::{self, Access};
use super::read::{Moment, Reader, uid_of};
use super::schema::quoted;
use crate::entity::{Model, Noun};
use crate::error::{Error, Result};

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
    fn twin(&self, beside: &Reader) -> Result<Option<Twin>> {
        let Ok(conn) = open::connect(&self.path, Access::Read, &self.options) else {
            return Ok(None);
        };
        // Both hold on to the state that they see at their first read.
        self.conn.execute_batch("BEGIN")?;
        conn.execute_batch(PASSING)?;
        conn.execute_batch("BEGIN")?;
        let last = |conn: &Connection| -> Result<Option<i64>> {
            Ok(conn.query_row("SELECT max(id) FROM change", [], |r| r.get(0))?)
        };
        let is_same = last(&self.conn)? == last(&conn)?;
        let twin = || Twin { conn, model: self.model.clone(), moment: beside.moment.clone() };
        Ok(is_same.then(twin))
    }
}

impl Reader<'_> {
    /// Runs `work` with a reader of the same state for another thread; `None` where there can be
    /// none: in the middle of a write, in the past, under an assumption, or when somebody wrote just
    /// now.
    ///
    /// # Errors
    /// What `work` returns, or the database can't be read.
    pub fn with_twin<T>(&self, work: impl FnOnce(Option<Twin>) -> Result<T>) -> Result<T> {
        let Some(store) = self.store else { return work(None) };
        let is_plain = store.past.is_none() && store.scratch.is_none() && self.conn.is_autocommit();
        if !is_plain || self.is_covered()? {
            return work(None);
        }
        let done = store.twin(self).and_then(work);
        if !self.conn.is_autocommit() {
            self.conn.execute_batch("COMMIT")?;
        }
        done
    }

    /// Whether this connection has tables of its own before those of the file.
    fn is_covered(&self) -> Result<bool> {
        let mut stmt =
            self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM sqlite_temp_master)")?;
        Ok(stmt.query_row([], |r| r.get(0))?)
    }

    /// Runs `work` with a page cache that is small while all records pass by once.
    ///
    /// # Errors
    /// What `work` returns, or the database can't be read.
    pub fn in_passing<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.conn.execute_batch(PASSING)?;
        let done = work();
        self.conn.execute_batch(open::CACHE)?;
        done
    }

    /// Two halves of one work at once, where another thread can read the same state; else one after
    /// the other.
    ///
    /// # Errors
    /// What either returns, or the database can't be read.
    pub(super) fn halves<A: Send, B>(
        &self,
        theirs: impl FnOnce(&Reader) -> Result<A> + Send,
        mine: impl FnOnce(&Reader) -> Result<B>,
    ) -> Result<(A, B)> {
        self.with_twin(|twin| {
            let Some(twin) = twin else { return Ok((theirs(self)?, mine(self)?)) };
            std::thread::scope(|scope| {
                let theirs = scope.spawn(move || theirs(&twin.reader()));
                let mine = mine(self);
                let stopped = |_| Error::failed("the second reader stopped");
                let theirs = theirs.join().map_err(stopped)?;
                Ok((theirs?, mine?))
            })
        })
    }

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
