//! The search index of a large import, built beside the file by another thread and connection.
//!
//! FTS5 keeps an index in ordinary tables (SQLite's documentation of FTS5, "The Data Structure on
//! Disk"). They are copied into a temporary database, rows are added there while the records go into
//! the file, and the tables come back in the same transaction as the records: a failure leaves the
//! file's own index as it was.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::ToSqlOutput;

use super::schema::SEARCH;
use crate::error::{Error, Result};

/// A row of the index: where, its words, and whether it was there already.
pub(super) type Row = (i64, String, bool);

/// The tables in which FTS5 keeps the index, with the columns to carry over; its settings stay.
const TABLES: [(&str, &str); 3] = [
    ("search_data", "id, block"),
    ("search_idx", "segid, term, pgno"),
    ("search_docsize", "id, sz, origin"),
];
/// So many rows go to the other thread at once, and so many such batches wait.
const ROWS: usize = 256;
const WAITING: usize = 16;
/// An index larger than this many pages isn't carried over: rows then go into it where it is.
const MOST_PAGES: i64 = 20_000;

/// For many rows: one merge at the end instead of many on the way. What is held in memory fits a
/// processor's cache: 32 MB took a fifth longer.
pub(super) const MANY_ROWS: &str = "INSERT INTO search(search, rank) VALUES ('automerge', 0), ('crisismerge', 1000), ('hashsize', 4194304)";
/// The merge at the end; without it, one of the first single adds stalls.
pub(super) const MERGE: &str = "INSERT INTO search(search) VALUES ('optimize')";

/// An index under construction.
#[derive(Debug)]
pub(super) struct Beside {
    give: SyncSender<Vec<Row>>,
    worker: JoinHandle<rusqlite::Result<Connection>>,
    batch: Vec<Row>,
}

impl Beside {
    /// Carries the index over; `None` where it is too large for that.
    pub(super) fn begin(conn: &Connection) -> Result<Option<Self>> {
        let pages: i64 = conn.query_row("SELECT count(*) FROM search_data", [], |r| r.get(0))?;
        if pages > MOST_PAGES {
            return Ok(None);
        }
        // A savepoint makes FTS5 write out what it holds in memory.
        conn.execute_batch("SAVEPOINT flushed; RELEASE flushed")?;
        let beside = Connection::open("")?;
        beside.execute_batch(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000; PRAGMA temp_store=FILE",
        )?;
        beside.execute_batch(SEARCH)?;
        beside.execute_batch("BEGIN")?;
        carry(conn, &beside)?;
        beside.execute_batch("COMMIT")?;
        beside.execute_batch(MANY_ROWS)?;
        let (give, rows) = sync_channel(WAITING);
        let worker = std::thread::spawn(move || fill(beside, &rows));
        Ok(Some(Self { give, worker, batch: Vec::with_capacity(ROWS) }))
    }

    /// Adds a row.
    pub(super) fn put(&mut self, row: Row) {
        self.batch.push(row);
        if self.batch.len() >= ROWS {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(ROWS));
        // If the worker has stopped, `end` tells why.
        let _ = self.give.send(batch);
    }

    /// No row comes any more: the worker ends its work meanwhile.
    pub(super) fn close(mut self) -> Closed {
        self.hand_over();
        Closed { worker: self.worker }
    }
}

/// An index to which no row is added any more.
#[derive(Debug)]
pub(super) struct Closed {
    worker: JoinHandle<rusqlite::Result<Connection>>,
}

impl Closed {
    /// Brings the index into the file.
    pub(super) fn bring(self, conn: &Connection) -> Result<()> {
        let beside = self
            .worker
            .join()
            .map_err(|_| Error::failed("the search index could not be built"))??;
        carry(&beside, conn)?;
        // Makes FTS5 forget what it knew of its tables: a write, and a return to before it.
        conn.execute_batch(
            "SAVEPOINT brought; INSERT INTO search(search, rank) VALUES ('automerge', 4); ROLLBACK TO brought; RELEASE brought",
        )?;
        Ok(())
    }
}

/// Writes rows until no more come, and merges the index.
fn fill(beside: Connection, batches: &Receiver<Vec<Row>>) -> rusqlite::Result<Connection> {
    beside.execute_batch("BEGIN")?;
    {
        let mut insert = beside.prepare("INSERT INTO search(rowid, body) VALUES (?1, ?2)")?;
        let mut delete = beside.prepare("DELETE FROM search WHERE rowid = ?1")?;
        for (at, body, was_there) in batches.iter().flatten() {
            if was_there {
                delete.execute([at])?;
            }
            if !body.is_empty() {
                insert.execute(rusqlite::params![at, body])?;
            }
        }
    }
    beside.execute_batch("COMMIT")?;
    beside.execute_batch(MERGE)?;
    Ok(beside)
}

/// Makes the index of `to` a copy of that of `from`.
fn carry(from: &Connection, to: &Connection) -> rusqlite::Result<()> {
    // Defensive mode keeps everybody off the tables behind an index.
    let defensive = to.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE)?;
    to.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    let done = carry_tables(from, to);
    to.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, defensive)?;
    done
}

fn carry_tables(from: &Connection, to: &Connection) -> rusqlite::Result<()> {
    for (table, columns) in TABLES {
        to.execute(&format!("DELETE FROM {table}"), [])?;
        let count = columns.split(", ").count();
        let marks = vec!["?"; count].join(", ");
        let mut put = to.prepare(&format!("INSERT INTO {table}({columns}) VALUES ({marks})"))?;
        let mut get = from.prepare(&format!("SELECT {columns} FROM {table}"))?;
        let mut rows = get.query([])?;
        while let Some(row) = rows.next()? {
            for at in 0..count {
                put.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(row.get_ref(at)?))?;
            }
            put.raw_execute()?;
        }
    }
    Ok(())
}
