//! Erasing for good: the record, its further values, its history, its words in the search index,
//! and the text of the commands that touched it. What is left is its uid, as a tombstone.

use rusqlite::types::Value as Sql;

use super::Store;
use super::commit::Writer;
use super::schema::{column_name, quoted};
use crate::entity::{Kind, Noun};
use crate::error::{Error, Result};

impl Writer<'_> {
    /// Erases records. Links to them become empty; activities that were about them alone go too.
    ///
    /// # Errors
    /// A record is part of how others are set up and in use.
    pub fn purge(&mut self, noun: &Noun, ids: &[i64]) -> Result<u64> {
        let mut gone = 0;
        for id in ids {
            self.purge_one(noun, *id)?;
            gone += 1;
        }
        // The index keeps words of deleted rows until its segments are merged.
        self.reader.conn.execute_batch("INSERT INTO search(search) VALUES ('optimize')")?;
        self.tally.other += gone;
        self.touched = None;
        self.fields_touched |= noun.name() == super::custom::NOUN;
        Ok(gone)
    }

    fn purge_one(&mut self, noun: &Noun, id: i64) -> Result<()> {
        let model = self.reader.model;
        if noun.name() == "user" && id == self.me {
            return Err(
                Error::invalid("you can't purge yourself").hint("act as another user with `--as`")
            );
        }
        for (name, activity) in self.sole_children(noun, id)? {
            self.purge_one(model.noun(name)?, activity)?;
        }
        let conn = self.reader.conn;
        let position = Self::position(noun);
        for (other, field) in model.links_to(noun.name()) {
            self.unlink(other, field, noun, id)?;
        }
        conn.execute(
            "UPDATE change SET who = NULL WHERE ?1 = 'user' AND who = ?2",
            rusqlite::params![noun.name(), id],
        )?;
        if noun.name() == "user" {
            self.forget_doer(id)?;
        }
        let table = quoted(noun.name());
        // What the change was called and how it was typed may hold the record's words.
        conn.execute(
            &format!(
                "UPDATE change SET command = NULL, summary = kind WHERE id IN (SELECT change FROM edit WHERE noun = ?1 AND record = ?2 UNION SELECT made FROM {table} WHERE id = ?2)"
            ),
            [position, id],
        )?;
        conn.execute("DELETE FROM edit WHERE noun = ?1 AND record = ?2", [position, id])?;
        conn.execute(
            &format!("INSERT OR REPLACE INTO tombstone(uid, noun, at) SELECT uid, ?1, ?2 FROM {table} WHERE id = ?3"),
            rusqlite::params![position, self.moment().now, id],
        )?;
        for field in &noun.fields {
            self.clear_children(noun, field, id)?;
            if matches!(field.kind, Kind::Tags) && noun.name() == "tag" {
                for tagged in &model.nouns {
                    let child = quoted(&format!("{}_tags", tagged.name()));
                    conn.execute(&format!("DELETE FROM {child} WHERE tag = ?1"), [id])?;
                }
            }
        }
        self.unindex(noun, id)?;
        conn.execute(&format!("DELETE FROM {table} WHERE id = ?1"), [id])?;
        Ok(())
    }

    /// Stays that a user began were begun by nobody known.
    fn forget_doer(&self, user: i64) -> Result<()> {
        for noun in &self.reader.model.nouns {
            for field in noun.fields.iter().filter(|f| f.dated) {
                let child = quoted(&format!("{}_{}", noun.name(), field.name));
                let sql = format!(
                    "UPDATE {child} SET \"by\" = NULL WHERE \"by\" = (SELECT handle FROM user WHERE id = ?1)"
                );
                self.reader.conn.execute(&sql, [user])?;
            }
        }
        Ok(())
    }

    /// Empties a link to a record that goes.
    fn unlink(
        &self,
        other: &Noun,
        field: &crate::entity::Field,
        noun: &Noun,
        id: i64,
    ) -> Result<()> {
        let conn = self.reader.conn;
        let named = Sql::Text(noun.name().to_owned());
        let column = column_name(field);
        match field.kind {
            Kind::Links(..) if field.dated => self.join_stays(other, field, id)?,
            Kind::Links(target, _) => {
                let child = quoted(&format!("{}_{}", other.name(), field.name));
                if target.one().is_some() {
                    conn.execute(&format!("DELETE FROM {child} WHERE target = ?1"), [id])?;
                } else {
                    conn.execute(
                        &format!("DELETE FROM {child} WHERE target = ?1 AND noun = ?2"),
                        rusqlite::params![id, named],
                    )?;
                }
            }
            Kind::Link(target) => {
                let table = quoted(other.name());
                let (column, kind) = (quoted(&column), quoted(&format!("{column}_noun")));
                if target.one().is_some() {
                    conn.execute(
                        &format!("UPDATE {table} SET {column} = NULL WHERE {column} = ?1"),
                        [id],
                    )?;
                } else {
                    conn.execute(
                        &format!("UPDATE {table} SET {column} = NULL, {kind} = NULL WHERE {column} = ?1 AND {kind} = ?2"),
                        rusqlite::params![id, named],
                    )?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Activities about this record and nothing else.
    fn sole_children(&self, noun: &Noun, id: i64) -> Result<Vec<(&'static str, i64)>> {
        if self.reader.model.get("activity").is_none() || noun.name() == "activity" {
            return Ok(Vec::new());
        }
        let mut stmt = self.reader.conn.prepare(
            "SELECT a.record FROM activity_about a WHERE a.noun = ?1 AND a.target = ?2 \
             AND NOT EXISTS (SELECT 1 FROM activity_about b WHERE b.record = a.record AND NOT (b.noun = ?1 AND b.target = ?2))",
        )?;
        let ids = stmt
            .query_map(rusqlite::params![noun.name(), id], |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        Ok(ids.into_iter().map(|id| ("activity", id)).collect())
    }
}

impl Store {
    /// Makes deleted rows unreadable: to be called before the purge.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn begin_secure(&self) -> Result<()> {
        self.conn.pragma_update(None, "secure_delete", "ON")?;
        Ok(())
    }

    /// Empties the WAL after a purge, so that no trace of the record stays in it.
    ///
    /// # Errors
    /// A reader keeps the WAL in use (exit 5); `doctor --mend` finishes.
    pub fn finish_secure(&self) -> Result<()> {
        let busy: i64 = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
        if busy == 0 {
            return Ok(());
        }
        Err(Error::database(format!(
            "the record is erased, but traces remain in `{}-wal`: another process is reading",
            self.path.display()
        ))
        .hint("when it has ended, `rolo doctor --mend` finishes"))
    }
}
