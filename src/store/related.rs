//! What belongs to a record: its timeline, and the records that link to it.

use rusqlite::OptionalExtension;

use super::backlinks::backlinks;
use super::read::{Reader, label_sql};
use crate::entity::{LinkTo, Noun};
use crate::error::Result;

/// Records of one noun that link to a record by one field.
#[derive(Debug, Clone)]
pub struct Related {
    pub noun: &'static str,
    pub plural: &'static str,
    pub field: &'static str,
    /// The newest of them.
    pub records: Vec<LinkTo>,
    pub count: u64,
    /// The filter that lists them all.
    pub filter: String,
}

/// Most records of one kind that `show` lists.
const MOST: usize = 20;

impl Reader<'_> {
    /// Ids of the live activities about a record, newest first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn about(&self, noun: &str, id: i64) -> Result<Vec<i64>> {
        if self.model.get("activity").is_none() {
            return Ok(Vec::new());
        }
        let mut stmt = self.conn.prepare_cached(
            "SELECT a.id FROM activity_about l JOIN activity a ON a.id = l.record \
             WHERE l.target = ?2 AND l.noun = ?1 AND a.trashed IS NULL ORDER BY a.\"at\" DESC, a.id DESC",
        )?;
        let ids = stmt.query_map(rusqlite::params![noun, id], |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// The first stage of a kind in a pipeline.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn first_stage(&self, pipeline: i64, kind: &str) -> Result<Option<i64>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT id FROM stage WHERE pipeline = ?1 AND kind = ?2 AND trashed IS NULL ORDER BY position IS NULL, position, id LIMIT 1",
            )?
            .query_row(rusqlite::params![pipeline, kind], |r| r.get(0))
            .optional()?)
    }

    /// The live stages of a pipeline with their kinds, in their order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn stages_of(&self, pipeline: i64) -> Result<Vec<(i64, String)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT id, coalesce(kind, 'open') FROM stage WHERE pipeline = ?1 AND trashed IS NULL ORDER BY position IS NULL, position, id",
        )?;
        let rows = stmt.query_map([pipeline], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Live records that link to a record, by noun and field; activities are its timeline and left
    /// out.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn related(&self, noun: &Noun, id: i64) -> Result<Vec<Related>> {
        let mut all = Vec::new();
        let labels = self.labels(noun.name(), &[id])?;
        let label = labels.get(&id).map_or("", |l| l.label.as_str());
        for link in backlinks(self.model, noun) {
            let other = link.noun;
            if other.name() == "activity" || link.is_past() {
                continue;
            }
            let condition = format!("{} AND o.trashed IS NULL", link.leads_to("?1"));
            let sql = format!(
                "SELECT o.id, o.uid, {} FROM {} WHERE {condition} ORDER BY {} DESC LIMIT {MOST} + 1",
                label_sql(other, "o"),
                link.from(),
                link.id_of_linking()
            );
            let mut stmt = self.conn.prepare_cached(&sql)?;
            let mut rows = stmt.query([id])?;
            let mut found = Related {
                noun: other.name(),
                plural: other.entity.plural,
                field: link.field.name,
                records: Vec::new(),
                count: 0,
                filter: link.filter(id, label),
            };
            while let Some(row) = rows.next()? {
                found.records.push(LinkTo {
                    uid: super::read::uid_of(row, 1)?,
                    label: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                    ..LinkTo::bare(other.name(), row.get(0)?)
                });
            }
            found.count = found.records.len() as u64;
            if found.records.len() > MOST {
                // More than are listed are counted, without a look at what they are called.
                let sql = format!("SELECT count(*) FROM {} WHERE {condition}", link.from());
                let count: i64 = self.conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0))?;
                found.count = u64::try_from(count).unwrap_or(0);
                found.records.truncate(MOST);
            }
            if found.count > 0 {
                all.push(found);
            }
        }
        Ok(all)
    }
}
