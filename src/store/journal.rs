//! The journal that the file keeps: a WAL, but for the one write that fills a new file.
//!
//! A WAL takes every page twice, once into itself and once into the file. A rollback journal keeps
//! what pages held before, and the pages of a file that grows held nothing: each is written once, and
//! no WAL of the file's own size lies beside it. Readers have to wait meanwhile, which nobody does
//! for a file that is still empty.

use std::time::Duration;

use rusqlite::Connection;

use super::Store;
use crate::error::Result;

/// A file of so many pages holds little besides its schema.
const EMPTY: i64 = 1_000;
/// Says in the file that its WAL was left.
const LEFT: &str = "wal_left";
/// From so many bytes on, a file that comes in is worth it.
const WORTH: u64 = 4 << 20;

impl Store {
    /// Before `bytes` of a file are taken in: leaves the WAL where the database is as good as empty
    /// and nobody else has it open. [`Self::keep_wal`] goes back to it; after a crash the next writer
    /// does.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn leave_wal(&mut self, bytes: Option<u64>) -> Result<()> {
        if self.dry_run || self.is_batching() || bytes.is_none_or(|b| b < WORTH) {
            return Ok(());
        }
        let pages: i64 = self.conn.query_row("PRAGMA page_count", [], |r| r.get(0))?;
        if pages > EMPTY {
            return Ok(());
        }
        let mode: String = self.conn.query_row("PRAGMA journal_mode", [], |r| r.get(0))?;
        if mode != "wal" {
            return Ok(());
        }
        self.conn.execute("INSERT OR REPLACE INTO meta(key, value) VALUES (?1, 1)", [LEFT])?;
        // Whoever has the file open keeps the WAL; that is not worth waiting for.
        self.conn.busy_timeout(Duration::ZERO)?;
        let left = set(&self.conn, "delete");
        self.conn.busy_timeout(self.options.busy_timeout)?;
        match left {
            Err(why) if why.sqlite_error_code() != Some(rusqlite::ErrorCode::DatabaseBusy) => {
                Err(why.into())
            }
            _ => Ok(()),
        }
    }

    /// Back to the WAL, where it was left. Where that can't be now, the next writer will see to it.
    pub fn keep_wal(&mut self) {
        if self.has_left_wal().unwrap_or(false) && set(&self.conn, "wal").is_ok() {
            let _ = self.conn.execute("DELETE FROM meta WHERE key = ?1", [LEFT]);
        }
    }

    /// Puts what lies in the WAL alone into the file, without waiting for anybody: who copies a file
    /// that rests, or puts another in its place, finds no WAL of the old one beside it. Whether nothing
    /// is left to be put there; where others are at it, something may be.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn settle(&self) -> Result<bool> {
        let wal = super::wal_path(&self.path, "-wal");
        // Emptying an empty one again would tell every other process of a change.
        if std::fs::metadata(wal).map_or(true, |meta| meta.len() == 0) {
            return Ok(true);
        }
        self.conn.busy_timeout(Duration::ZERO)?;
        let busy = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        self.conn.busy_timeout(self.options.busy_timeout)?;
        let busy: bool = busy?;
        Ok(!busy)
    }

    /// Whether the WAL was left and nobody went back to it.
    pub(super) fn has_left_wal(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?1)";
        Ok(self.conn.query_row(sql, [LEFT], |r| r.get(0))?)
    }
}

fn set(conn: &Connection, mode: &str) -> rusqlite::Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(()))
}
