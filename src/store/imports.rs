//! Where records came from: each import with its file, what its columns meant, and what it did. A
//! value's import follows from the change that brought it, so that it costs a row nothing.

use rusqlite::OptionalExtension;

use super::commit::Writer;
use super::history::{CHANGE_COLUMNS, ChangeRow, change_of};
use super::read::Reader;
use super::schema::quoted;
use crate::entity::{Noun, Value};
use crate::error::{Error, Result};

/// What is known of an import besides its change.
#[derive(Debug, Clone, Default)]
pub struct ImportFacts {
    /// The file's name, without its folder.
    pub file: String,
    pub sha256: String,
    pub size: u64,
    pub format: String,
    pub delimiter: Option<String>,
    pub encoding: Option<String>,
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    pub rejected: u64,
    /// Where the rejected rows went.
    pub rejects: Option<String>,
    pub seconds: f64,
    /// Header of each column, and the field that it filled.
    pub mapping: Vec<(String, Option<String>)>,
}

/// An import that was recorded.
#[derive(Debug, Clone)]
pub struct ImportRow {
    pub change: ChangeRow,
    pub noun: &'static str,
    pub facts: ImportFacts,
}

/// A value of a record, and the change that brought it.
#[derive(Debug, Clone)]
pub struct Origin {
    pub field: &'static str,
    pub value: Value,
    /// None where it was there from the start of the file.
    pub change: Option<ChangeRow>,
    /// The file, where that change was an import.
    pub file: Option<String>,
}

const COLUMNS: &str = "i.noun, i.file, i.sha256, i.size, i.format, i.delimiter, i.encoding, i.rows_read, i.created, \
     i.updated, i.unchanged, i.skipped, i.rejected, i.rejects, i.seconds";
const FROM: &str =
    "FROM import i JOIN change c ON c.id = i.change LEFT JOIN user u ON u.id = c.who";

impl Writer<'_> {
    /// Records what this change, an import, took in.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn record_import(&mut self, noun: &Noun, facts: &ImportFacts) -> Result<()> {
        let conn = self.reader.conn;
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        conn.execute(
            "INSERT INTO import(change, noun, file, sha256, size, format, delimiter, encoding, rows_read, created, updated, \
             unchanged, skipped, rejected, rejects, seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            rusqlite::params![
                self.change,
                Self::position(noun),
                facts.file,
                facts.sha256,
                count(facts.size),
                facts.format,
                facts.delimiter,
                facts.encoding,
                count(facts.read),
                count(facts.created),
                count(facts.updated),
                count(facts.unchanged),
                count(facts.skipped),
                count(facts.rejected),
                facts.rejects,
                facts.seconds,
            ],
        )?;
        let mut stmt = conn.prepare(
            "INSERT INTO import_column(change, position, header, field) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (at, (header, field)) in facts.mapping.iter().enumerate() {
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            stmt.execute(rusqlite::params![self.change, at, header, field])?;
        }
        drop(stmt);
        self.record_mended()
    }

    /// The latest import of this noun from a file of the same bytes that still counts.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn same_file(&self, noun: &Noun, sha256: &str) -> Result<Option<ImportRow>> {
        let found: Option<i64> = self
            .reader
            .conn
            .query_row(
                "SELECT max(i.change) FROM import i JOIN change c ON c.id = i.change \
                 WHERE i.sha256 = ?1 AND i.noun = ?2 AND c.undone_by IS NULL",
                rusqlite::params![sha256, Self::position(noun)],
                |r| r.get(0),
            )
            .optional()?
            .flatten();
        Ok(found.map(|id| self.reader.import(id)).transpose()?.flatten())
    }
}

impl Reader<'_> {
    /// The latest imports, newest first; without what their columns meant.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn imports(&self, limit: u64) -> Result<Vec<ImportRow>> {
        let sql =
            format!("SELECT {CHANGE_COLUMNS}, {COLUMNS} {FROM} ORDER BY i.change DESC LIMIT ?1");
        let mut stmt = self.conn.prepare(&sql)?;
        let mut rows = stmt.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(self.import_of(row)?);
        }
        Ok(all)
    }

    /// The import that a change was, with what its columns meant.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn import(&self, change: i64) -> Result<Option<ImportRow>> {
        let sql = format!("SELECT {CHANGE_COLUMNS}, {COLUMNS} {FROM} WHERE i.change = ?1");
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([change])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut found = self.import_of(row)?;
        let mut stmt = self.conn.prepare_cached(
            "SELECT header, field FROM import_column WHERE change = ?1 ORDER BY position",
        )?;
        let mapping = stmt.query_map([change], |r| Ok((r.get(0)?, r.get(1)?)))?;
        found.facts.mapping = mapping.collect::<rusqlite::Result<_>>()?;
        Ok(Some(found))
    }

    fn import_of(&self, row: &rusqlite::Row) -> Result<ImportRow> {
        let count =
            |at: usize| -> Result<u64> { Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0)) };
        let noun = usize::try_from(row.get::<_, i64>(8)?).ok();
        let noun = noun.and_then(|at| self.model.nouns.get(at));
        Ok(ImportRow {
            change: change_of(row)?,
            noun: noun.ok_or_else(|| Error::failed("an import names an unknown noun"))?.name(),
            facts: ImportFacts {
                file: row.get(9)?,
                sha256: row.get(10)?,
                size: count(11)?,
                format: row.get(12)?,
                delimiter: row.get(13)?,
                encoding: row.get(14)?,
                read: count(15)?,
                created: count(16)?,
                updated: count(17)?,
                unchanged: count(18)?,
                skipped: count(19)?,
                rejected: count(20)?,
                rejects: row.get(21)?,
                seconds: row.get(22)?,
                mapping: Vec::new(),
            },
        })
    }

    /// How many live records of a noun a change made.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn count_made_by(&self, noun: &Noun, change: i64) -> Result<u64> {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE made = ?1 AND trashed IS NULL",
            quoted(noun.name())
        );
        let count: i64 = self.conn.query_row(&sql, [change], |r| r.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The file that a change took in, where it was an import.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn imported_file(&self, change: i64) -> Result<Option<String>> {
        let mut stmt = self.conn.prepare_cached("SELECT file FROM import WHERE change = ?1")?;
        Ok(stmt.query_row([change], |r| r.get(0)).optional()?)
    }

    /// Each value of a record with the change that brought it: the latest that edited its field,
    /// else the one that made the record.
    ///
    /// # Errors
    /// The record isn't there, or the database can't be read.
    pub fn origins(&self, noun: &Noun, id: i64) -> Result<Vec<Origin>> {
        let made: Option<i64> = self.conn.query_row(
            &format!("SELECT made FROM {} WHERE id = ?1", quoted(noun.name())),
            [id],
            |r| r.get(0),
        )?;
        let position = i64::try_from(noun.position).unwrap_or(0);
        let mut latest = self.conn.prepare_cached(
            "SELECT max(change) FROM edit WHERE noun = ?1 AND record = ?2 AND field = ?3",
        )?;
        let mut all = Vec::new();
        for (field, value) in noun.fields.iter().zip(self.record(noun, id)?.values) {
            let own = ["id", "uid", "created", "updated", "created_by"].contains(&field.name);
            if own || !field.is_stored() || value.is_empty() {
                continue;
            }
            let edited: Option<i64> =
                latest.query_row(rusqlite::params![position, id, field.name], |r| r.get(0))?;
            let change = edited.or(made).map(|c| self.change(c)).transpose()?.flatten();
            let file = change.as_ref().map(|c| self.imported_file(c.id)).transpose()?.flatten();
            all.push(Origin { field: field.name, value, change, file });
        }
        Ok(all)
    }
}
