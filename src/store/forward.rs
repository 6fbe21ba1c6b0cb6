//! Where a record went that was merged into another: its row stays, with `merged:ID` in place of the
//! instant at which others go to the trash, so that its id, its uid and its keys still lead somewhere.

use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;

use super::commit::Writer;
use super::matching::Match;
use super::read::{Among, Reader};
use super::schema::quoted;
use crate::entity::{LinkTo, Noun, Value};
use crate::error::Result;

/// What stands in `trashed` before the id of the record that this one went into.
pub(super) const MARK: &str = "merged:";

/// The mark of a record that went into another.
#[must_use]
pub(super) fn mark(keep: i64) -> Sql {
    Sql::Text(format!("{MARK}{keep}"))
}

/// The record that a mark names.
#[must_use]
pub(super) fn merged_into(trashed: &Sql) -> Option<i64> {
    match trashed {
        Sql::Text(text) => text.strip_prefix(MARK)?.parse().ok(),
        _ => None,
    }
}

impl Reader<'_> {
    /// The record that counts for an id: itself, or the one that it went into, and so on.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn current(&self, noun: &Noun, id: i64) -> Result<i64> {
        if noun.entity.doubles.is_none() {
            return Ok(id);
        }
        let sql = format!("SELECT trashed FROM {} WHERE id = ?1", quoted(noun.name()));
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut at = id;
        // A file of others may lead in a circle.
        for _ in 0..1000 {
            let trashed: Option<Sql> = stmt.query_row([at], |r| r.get(0)).optional()?;
            match trashed.as_ref().and_then(merged_into) {
                Some(next) => at = next,
                None => return Ok(at),
            }
        }
        Ok(id)
    }

    /// Records that went straight into this one.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn merged_in(&self, noun: &Noun, keep: i64) -> Result<Vec<i64>> {
        if noun.entity.doubles.is_none() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT t.id FROM {} t WHERE {} AND t.trashed = ?1 ORDER BY t.id",
            quoted(noun.name()),
            Among::Merged.sql()
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        Ok(stmt.query_map([mark(keep)], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether any record of a noun went into another.
    pub(super) fn has_merged(&self, noun: &Noun) -> Result<bool> {
        if noun.entity.doubles.is_none() {
            return Ok(false);
        }
        if let Some(known) = self.merged.borrow().get(&noun.position) {
            return Ok(*known);
        }
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} t WHERE {})",
            quoted(noun.name()),
            Among::Merged.sql()
        );
        let found = self.conn.prepare_cached(&sql)?.query_row([], |r| r.get(0))?;
        self.merged.borrow_mut().insert(noun.position, found);
        Ok(found)
    }

    /// What was found; where that is nothing, the records which now count for merged ones that
    /// would have been.
    pub(super) fn or_merged(
        &self,
        noun: &Noun,
        found: Match,
        among: Among,
        seek: impl FnOnce() -> Result<Match>,
    ) -> Result<Match> {
        if found.is_some() || among == Among::Merged || !self.has_merged(noun)? {
            return Ok(found);
        }
        let sql = format!(
            "SELECT t.id FROM {} t WHERE t.id = ?1 AND {}",
            quoted(noun.name()),
            among.sql()
        );
        let mut ids = Vec::new();
        for id in seek()?.ids() {
            let id = self.current(noun, id)?;
            if self.conn.prepare_cached(&sql)?.exists([id])? {
                ids.push(id);
            }
        }
        Ok(Match::of(ids))
    }

    /// A value whose links lead to the records that count.
    pub(super) fn with_current_links(&self, mut value: Value) -> Result<Value> {
        let settle = |link: &mut LinkTo| -> Result<bool> {
            let current = self.current(self.model.noun(link.noun)?, link.id)?;
            Ok(std::mem::replace(&mut link.id, current) != current)
        };
        match &mut value {
            Value::Link(link) => {
                settle(link)?;
            }
            Value::Links(links) => {
                let mut turned = false;
                for link in links.iter_mut() {
                    turned |= settle(link)?;
                }
                // A list may name one record twice, as the stays of a deal do.
                if turned {
                    let mut seen = Vec::new();
                    links.retain(|l| {
                        let new = !seen.contains(&(l.noun, l.id));
                        seen.push((l.noun, l.id));
                        new
                    });
                }
            }
            _ => {}
        }
        Ok(value)
    }
}

impl Writer<'_> {
    /// Sets or takes off the mark of a record, and notes that.
    pub(super) fn set_mark(&mut self, noun: &Noun, id: i64, to: &Sql) -> Result<()> {
        let table = quoted(noun.name());
        let old: Sql = self.reader.conn.query_row(
            &format!("SELECT trashed FROM {table} WHERE id = ?1"),
            [id],
            |r| r.get(0),
        )?;
        self.record_edit(noun, id, "trashed", &old, to)?;
        let sql = format!("UPDATE {table} SET trashed = ?1 WHERE id = ?2");
        self.reader.conn.prepare_cached(&sql)?.execute(rusqlite::params![to, id])?;
        self.reader.merged.borrow_mut().clear();
        self.index_as_marked(noun, id, to)
    }

    /// A record that went into another isn't found by a search; one that came back is.
    pub(super) fn index_as_marked(&mut self, noun: &Noun, id: i64, trashed: &Sql) -> Result<()> {
        if merged_into(trashed).is_some() {
            return self.unindex(noun, id);
        }
        let row = self.stored(noun, id)?;
        self.index(noun, id, &row)
    }
}
