//! Changes as they are recorded, and the story of one record.

use super::columns::decode;
use super::commit::{Intent, Writer};
use super::read::{Reader, array};
use super::schema::quoted;
use super::unmerge::took_in;
use crate::entity::{LinkTo, Noun, Value};
use crate::error::Result;

/// A change as `changes` lists it.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    pub id: i64,
    pub at: String,
    pub who: String,
    pub kind: String,
    pub summary: String,
    pub command: Option<String>,
    pub undoes: Option<i64>,
    pub undone_by: Option<i64>,
}

/// One field's old and new value.
#[derive(Debug, Clone)]
pub struct EditRow {
    pub field: String,
    pub old: Value,
    pub new: Value,
}

/// One change of one record; a creation has no edits.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    pub change: ChangeRow,
    /// The file, where the change was an import.
    pub file: Option<String>,
    pub created: bool,
    pub edits: Vec<EditRow>,
}

/// A field that was changed by somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub record: i64,
    pub field: String,
    pub who: String,
}

impl Reader<'_> {
    /// The number of the latest change; 0 where there is none.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn last_change(&self) -> Result<i64> {
        let mut stmt = self.conn.prepare_cached("SELECT coalesce(max(id), 0) FROM change")?;
        Ok(stmt.query_row([], |row| row.get(0))?)
    }

    /// What changes after this one did to fields of these records, but for those that `is_own` says.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn touched_since(
        &self,
        noun: &Noun,
        ids: &[i64],
        change: i64,
        is_own: impl Fn(i64) -> bool,
    ) -> Result<Vec<Touched>> {
        let mut stmt = self.conn.prepare_cached("SELECT id FROM change WHERE id > ?1")?;
        let news = stmt.query_map([change], |row| row.get(0))?;
        let mut news = news.collect::<rusqlite::Result<Vec<i64>>>()?;
        news.retain(|id| !is_own(*id));
        if news.is_empty() {
            return Ok(Vec::new());
        }
        let mut stmt = self.conn.prepare_cached(
            "SELECT DISTINCT e.record, e.field, coalesce(u.handle, '') FROM edit e \
             JOIN change c ON c.id = e.change LEFT JOIN user u ON u.id = c.who \
             WHERE e.noun = ?1 AND e.record IN rarray(?2) AND e.change IN rarray(?3) \
             ORDER BY e.change, e.record, e.field",
        )?;
        let (ids, news) = (array(ids.iter().copied()), array(news.into_iter()));
        let touched = stmt
            .query_map(rusqlite::params![Writer::position(noun), ids, news], |row| {
                Ok(Touched { record: row.get(0)?, field: row.get(1)?, who: row.get(2)? })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(touched)
    }
}

/// Writes the row of a change.
pub(super) fn record_change(writer: &Writer, intent: &Intent) -> Result<()> {
    let summary = if intent.summary.is_empty() {
        summary(writer, &intent.kind)?
    } else {
        intent.summary.clone()
    };
    let origin: Vec<u8> = writer
        .reader
        .conn
        .prepare_cached("SELECT value FROM meta WHERE key = 'file_uid'")?
        .query_row([], |r| r.get(0))?;
    writer
        .reader
        .conn
        .prepare_cached(
            "INSERT INTO change(id, uid, origin, at, who, kind, summary, command, undoes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(rusqlite::params![
            writer.change,
            writer.clock.new_uid().as_bytes().as_slice(),
            origin,
            writer.moment().now,
            writer.me,
            intent.kind,
            summary,
            intent.command,
            writer.undoing,
        ])?;
    Ok(())
}

/// `add contact 5 Ann`, or how many records a change of several touched.
fn summary(writer: &Writer, kind: &str) -> Result<String> {
    if let Some(of) = writer.undoing {
        let summary: Option<String> = writer.reader.conn.query_row(
            "SELECT summary FROM change WHERE id = ?1",
            [of],
            |r| r.get(0),
        )?;
        let summary = summary.unwrap_or_default();
        // What a redo brings back is what the undo took.
        let of = summary.strip_prefix("undo of ").filter(|_| kind == "redo").unwrap_or(&summary);
        return Ok(format!("{kind} of {of}"));
    }
    let Some((noun, id)) = writer.touched else { return Ok(kind.to_owned()) };
    let total = meant(writer, noun)?;
    if total > 1 {
        return Ok(format!("{kind}: {total} records"));
    }
    let labels = writer.reader.labels(noun, &[id])?;
    let label = labels.get(&id).map_or("", |l| l.label.as_str());
    Ok(format!("{kind} {noun}:{id} {label}").trim_end().to_owned())
}

/// How many records a change was about: those that it edited, and those that it made of the noun
/// it was about. What came about beneath, a tag or the far end of a link, isn't counted.
fn meant(writer: &Writer, noun: &str) -> Result<i64> {
    let conn = writer.reader.conn;
    let edited: i64 = conn
        .prepare_cached(
            "SELECT count(*) FROM (SELECT DISTINCT noun, record FROM edit WHERE change = ?1)",
        )?
        .query_row([writer.change], |r| r.get(0))?;
    let Some(first) = writer.first_made.get(noun) else { return Ok(edited) };
    let sql = format!("SELECT count(*) FROM {} WHERE id >= ?1 AND made = ?2", quoted(noun));
    let made: i64 = conn.prepare_cached(&sql)?.query_row([*first, writer.change], |r| r.get(0))?;
    Ok(edited + made)
}

pub(super) const CHANGE_COLUMNS: &str = "c.id, c.at, coalesce(u.handle, 'unknown'), c.kind, coalesce(c.summary, ''), c.command, c.undoes, c.undone_by";

pub(super) fn change_of(row: &rusqlite::Row) -> rusqlite::Result<ChangeRow> {
    Ok(ChangeRow {
        id: row.get(0)?,
        at: row.get(1)?,
        who: row.get(2)?,
        kind: row.get(3)?,
        summary: row.get(4)?,
        command: row.get(5)?,
        undoes: row.get(6)?,
        undone_by: row.get(7)?,
    })
}

impl Reader<'_> {
    /// The latest changes, newest first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn changes(&self, limit: u64) -> Result<Vec<ChangeRow>> {
        let sql = format!(
            "SELECT {CHANGE_COLUMNS} FROM change c LEFT JOIN user u ON u.id = c.who ORDER BY c.id DESC LIMIT ?1"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut stmt = self.conn.prepare(&sql)?;
        Ok(stmt.query_map([limit], change_of)?.collect::<rusqlite::Result<_>>()?)
    }

    /// One change.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn change(&self, id: i64) -> Result<Option<ChangeRow>> {
        let sql = format!(
            "SELECT {CHANGE_COLUMNS} FROM change c LEFT JOIN user u ON u.id = c.who WHERE c.id = ?1"
        );
        let mut stmt = self.conn.prepare(&sql)?;
        let mut rows = stmt.query_map([id], change_of)?;
        Ok(rows.next().transpose()?)
    }

    /// The story of a record, oldest first: by what change it was made, and each edit since.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn history(&self, noun: &Noun, id: i64) -> Result<Vec<HistoryEntry>> {
        let position = self.model.position(noun.name()).and_then(|p| i64::try_from(p).ok());
        let mut entries = Vec::new();
        let made: Option<i64> = self.conn.query_row(
            &format!("SELECT made FROM {} WHERE id = ?1", quoted(noun.name())),
            [id],
            |r| r.get(0),
        )?;
        if let Some(change) = made.map(|m| self.change(m)).transpose()?.flatten() {
            let file = self.imported_file(change.id)?;
            entries.push(HistoryEntry { change, file, created: true, edits: Vec::new() });
        }
        let sql = format!(
            "SELECT {CHANGE_COLUMNS}, e.field, e.old, e.new FROM edit e JOIN change c ON c.id = e.change LEFT JOIN user u ON u.id = c.who \
             WHERE e.noun = ?1 AND e.record = ?2 ORDER BY e.change"
        );
        let mut stmt = self.conn.prepare(&sql)?;
        let mut rows = stmt.query(rusqlite::params![position, id])?;
        while let Some(row) = rows.next()? {
            let change = change_of(row)?;
            if entries.last().is_none_or(|e| e.change.id != change.id) {
                let file = self.imported_file(change.id)?;
                entries.push(HistoryEntry { change, file, created: false, edits: Vec::new() });
            }
            let name: String = row.get(8)?;
            if name == "updated" {
                continue;
            }
            if super::unmerge::is_no_field(&name) {
                let (old, new) = (took_in(row.get_ref(9)?), took_in(row.get_ref(10)?));
                if let Some(entry) = entries.last_mut() {
                    entry.edits.push(EditRow { field: name, old, new });
                }
                continue;
            }
            let Some(field) = noun.index(&name).map(|i| noun.fields[i]) else { continue };
            // What a stay tells, the edit of its link tells as well.
            if field.dated {
                continue;
            }
            let old = self.labelled(decode(field, row.get_ref(9)?, self.model)?)?;
            let new = self.labelled(decode(field, row.get_ref(10)?, self.model)?)?;
            if let Some(entry) = entries.last_mut() {
                entry.edits.push(EditRow { field: name, old, new });
            }
        }
        entries.retain(|e| e.created || !e.edits.is_empty());
        Ok(entries)
    }

    /// The value with labels behind its links.
    fn labelled(&self, mut value: Value) -> Result<Value> {
        let label = |link: &mut LinkTo| -> Result<()> {
            if let Some(known) = self.labels(link.noun, &[link.id])?.remove(&link.id) {
                *link = LinkTo { role: link.role.take(), ..known };
            } else {
                link.label = format!("{}:{} (purged)", link.noun, link.id);
            }
            Ok(())
        };
        match &mut value {
            Value::Link(link) => label(link)?,
            Value::Links(links) => links.iter_mut().try_for_each(label)?,
            _ => {}
        }
        Ok(value)
    }
}
