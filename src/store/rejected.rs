//! Taking back what one row of a file did, where it turns out to be bad and the others go in. A
//! savepoint a row would make the search index write itself out at each.

use super::columns::encode;
use super::commit::{Tally, Writer};
use super::draft::LinkName;
use super::rows::search_row;
use crate::entity::{Name, Noun, Value};
use crate::error::Result;

/// What the row under way has done.
#[derive(Debug, Default)]
pub(super) struct RowTrace {
    made: Vec<(&'static str, i64)>,
    edited: Vec<Edited>,
    /// Names of links that were looked up or made.
    names: Vec<LinkName>,
    tally: Tally,
}

#[derive(Debug)]
struct Edited {
    noun: &'static str,
    id: i64,
    before: Vec<Value>,
    changed: Vec<usize>,
}

impl RowTrace {
    pub(super) fn made(&mut self, noun: &Noun, id: i64) {
        self.made.push((noun.name(), id));
    }

    pub(super) fn edited(&mut self, noun: &Noun, id: i64, before: &[Value], changed: &[usize]) {
        let (before, changed) = (before.to_vec(), changed.to_vec());
        self.edited.push(Edited { noun: noun.name(), id, before, changed });
    }

    pub(super) fn named(&mut self, noun: &'static str, scope: Option<i64>, name: &Name) {
        self.names.push((noun, scope, name.clone()));
    }
}

impl Writer<'_> {
    /// Begins a row that [`Self::take_back_row`] can take back; ends the one before.
    pub fn begin_row(&mut self) {
        let mut row = self.row.take().unwrap_or_default();
        row.made.clear();
        row.edited.clear();
        row.names.clear();
        row.tally = self.tally;
        self.row = Some(row);
    }

    /// Takes back all that was written since [`Self::begin_row`].
    ///
    /// # Errors
    /// The database can't be written.
    pub fn take_back_row(&mut self) -> Result<()> {
        let Some(row) = self.row.take() else { return Ok(()) };
        let model = self.reader.model;
        for edit in row.edited.iter().rev() {
            self.revert(model.noun(edit.noun)?, edit)?;
        }
        for (noun, id) in row.made.iter().rev() {
            self.discard(model.noun(noun)?, *id)?;
        }
        for name in &row.names {
            self.known_links.remove(name);
        }
        if !row.made.is_empty() {
            self.tags.retain(|_, id| !row.made.contains(&("tag", *id)));
        }
        self.tally = row.tally;
        Ok(())
    }

    /// Puts the values back that an edit of the row replaced, in the record and in its history.
    fn revert(&mut self, noun: &Noun, edit: &Edited) -> Result<()> {
        let conn = self.reader.conn;
        let of = (self.change, Self::position(noun), edit.id);
        for index in &edit.changed {
            conn.prepare_cached("UPDATE edit SET new = ?1 WHERE change = ?2 AND noun = ?3 AND record = ?4 AND field = ?5")?
                .execute(rusqlite::params![encode(&edit.before[*index]), of.0, of.1, of.2, noun.fields[*index].name])?;
        }
        conn.prepare_cached(
            "DELETE FROM edit WHERE change = ?1 AND noun = ?2 AND record = ?3 AND old IS new",
        )?
        .execute(of)?;
        self.write_fields(noun, edit.id, &edit.before, &edit.changed)
    }

    /// Deletes a record that this change made.
    pub(super) fn discard(&mut self, noun: &Noun, id: i64) -> Result<()> {
        for field in &noun.fields {
            self.clear_children(noun, field, id)?;
        }
        if !self.waits_no_more(search_row(Self::position(noun), id)) {
            self.unindex(noun, id)?;
        }
        let sql = format!("DELETE FROM {} WHERE id = ?1", super::schema::quoted(noun.name()));
        self.reader.conn.prepare_cached(&sql)?.execute([id])?;
        Ok(())
    }
}
