//! Words for a shell's completion: the beginning of a label, of an id, of a tag.

use super::Store;
use super::schema::quoted;
use crate::entity::text::fold;
use crate::error::Result;

/// The most words that one answer holds.
const MOST: usize = 200;

impl Store {
    /// Live records of a noun whose label begins so, as (label, id).
    ///
    /// # Errors
    /// The database can't be read.
    pub fn labels_beginning(&self, noun: &str, typed: &str) -> Result<Vec<(String, i64)>> {
        let noun = self.noun(noun)?;
        let label = noun.entity.label();
        let shown = quoted(label.name);
        let compared = if label.sorted {
            quoted(&format!("{}_fold", label.name))
        } else {
            format!("fold({shown})")
        };
        let sql = format!(
            "SELECT {shown}, id FROM {} WHERE trashed IS NULL AND {shown} IS NOT NULL AND {compared} >= ?1 AND {compared} < ?1 || char(1114111) ORDER BY {compared} LIMIT {MOST}",
            quoted(noun.name())
        );
        self.words(&sql, &fold(typed))
    }

    /// Live records of a noun whose id begins with these digits, as (label, id).
    ///
    /// # Errors
    /// The database can't be read.
    pub fn ids_beginning(&self, noun: &str, digits: &str) -> Result<Vec<(String, i64)>> {
        let noun = self.noun(noun)?;
        let sql = format!(
            "SELECT coalesce({}, ''), id FROM {} WHERE trashed IS NULL AND CAST(id AS TEXT) LIKE ?1 || '%' ORDER BY id LIMIT {MOST}",
            quoted(noun.entity.label().name),
            quoted(noun.name())
        );
        self.words(&sql, digits)
    }

    /// Saved views of a noun whose name begins so, with their ids.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn views_beginning(&self, noun: &str, typed: &str) -> Result<Vec<(String, i64)>> {
        let mut stmt = self.conn().prepare(
            "SELECT name, id FROM view WHERE trashed IS NULL AND noun = ?1 AND substr(fold(name), 1, length(?2)) = ?2 ORDER BY name",
        )?;
        let rows = stmt.query_map([noun, &fold(typed)], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn words(&self, sql: &str, typed: &str) -> Result<Vec<(String, i64)>> {
        let mut stmt = self.conn().prepare(sql)?;
        let rows = stmt.query_map([typed], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
