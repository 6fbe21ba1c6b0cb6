//! Erasing for good: the record, its further values, its history, its words in the search index,
//! and the text of the commands that touched it. What is left is its uid, as a tombstone.

use super::Store;
use super::backlinks::{Backlink, backlinks};
use super::commit::Writer;
use super::schema::quoted;
use crate::entity::{Kind, Noun};
use crate::error::{Error, Result};

impl Writer<'_> {
    /// Erases records. Links to them become empty; activities that were about them alone and the
    /// lines of a deal go too.
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
        self.refuse_needed(noun, id)?;
        for (name, activity) in self.sole_children(noun, id)? {
            self.purge_one(model.noun(name)?, activity)?;
        }
        for (name, part) in self.parts(noun, id)? {
            self.purge_one(model.noun(name)?, part)?;
        }
        // What went into it are older records of the same.
        for merged in self.reader.merged_in(noun, id)? {
            self.purge_one(noun, merged)?;
        }
        let conn = self.reader.conn;
        let position = Self::position(noun);
        conn.execute("DELETE FROM no_double WHERE noun = ?1 AND ?2 IN (a, b)", [position, id])?;
        for link in backlinks(model, noun) {
            self.unlink(&link, id)?;
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
        }
        if noun.name() == super::custom::NOUN {
            self.drop_field(id)?;
        }
        self.unindex(noun, id)?;
        conn.execute(&format!("DELETE FROM {table} WHERE id = ?1"), [id])?;
        if noun.name() == super::custom::NOUN { self.adopt_fields() } else { Ok(()) }
    }

    /// Stays that a user began were begun by nobody known.
    fn forget_doer(&self, user: i64) -> Result<()> {
        for noun in &self.reader.model.nouns {
            super::moves::forget_doer(self.reader.conn, noun, user)?;
            let is_link = |kind| matches!(kind, Kind::Links(..));
            for field in noun.fields.iter().filter(|f| f.dated && is_link(f.kind)) {
                let child = quoted(&format!("{}_{}", noun.name(), field.name));
                let sql = format!(
                    "UPDATE {child} SET \"by\" = NULL WHERE \"by\" = (SELECT handle FROM user WHERE id = ?1)"
                );
                self.reader.conn.execute(&sql, [user])?;
            }
        }
        Ok(())
    }

    /// Empties the links of a field to a record that goes.
    fn unlink(&self, link: &Backlink, id: i64) -> Result<()> {
        if link.field.dated {
            return self.join_stays(link.noun, link.field, id);
        }
        let (table, column, holds) = (&link.table, &link.column, link.holds("?1"));
        let sql = match &link.noun_column {
            _ if link.has_rows() => format!("DELETE FROM {table} WHERE {holds}"),
            Some(noun) => {
                format!("UPDATE {table} SET {column} = NULL, {noun} = NULL WHERE {holds}")
            }
            None => format!("UPDATE {table} SET {column} = NULL WHERE {holds}"),
        };
        self.reader.conn.execute(&sql, [id])?;
        Ok(())
    }

    /// Records that are nothing without this one: a deal's lines, a pipeline's stages.
    fn parts(&self, noun: &Noun, id: i64) -> Result<Vec<(&'static str, i64)>> {
        let mut all = Vec::new();
        let sums = noun.fields.iter().filter_map(|f| f.sum_of).map(|of| (of.noun, of.link));
        let inner = backlinks(self.reader.model, noun).filter(Backlink::is_part);
        for (part, link) in sums.chain(inner.map(|l| (l.noun.name(), l.field.name))) {
            let sql = format!("SELECT id FROM {} WHERE {} = ?1", quoted(part), quoted(link));
            let mut stmt = self.reader.conn.prepare_cached(&sql)?;
            for id in stmt.query_map([id], |r| r.get(0))? {
                all.push((part, id?));
            }
        }
        Ok(all)
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
