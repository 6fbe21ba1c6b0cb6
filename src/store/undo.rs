//! Taking changes back, and taking that back.
//!
//! An undo is a change of its own: it puts the old value of each field back where no later change
//! touched that field. Records that a change made are set aside (`trashed = 'gone'`), so that redo
//! brings the same id and uid; records that it took away come back.

use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;

use super::backlinks::backlinks;
use super::columns::decode;
use super::commit::{Tally, Writer};
use super::schema::quoted;
use super::unmerge::{is_mark, is_no_field};
use crate::entity::{Kind, Noun, Value};
use crate::error::{Error, Result};

/// What an undo or redo did.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The change that was taken back.
    pub change: i64,
    pub summary: String,
    pub records: u64,
}

struct Edit {
    noun: i64,
    record: i64,
    field: String,
    old: Sql,
    new: Sql,
}

impl Writer<'_> {
    /// The latest change that this user (or anyone) can take back.
    ///
    /// # Errors
    /// There is none.
    pub fn last_undoable(&self, any: bool) -> Result<i64> {
        let who = if any { "" } else { "AND who = ?1" };
        let sql = format!(
            "SELECT id FROM change WHERE undoes IS NULL AND undone_by IS NULL AND kind NOT IN ('purge') {who} AND ?1 = ?1 ORDER BY id DESC LIMIT 1"
        );
        let found: Option<i64> =
            self.reader.conn.query_row(&sql, [self.me], |r| r.get(0)).optional()?;
        found.ok_or_else(|| {
            Error::conflict("there is nothing to undo")
                .hint("`rolo changes` lists what was done, and by whom; `--any` takes back the latest by anyone")
        })
    }

    /// The latest undo of this user that no change of theirs followed.
    ///
    /// # Errors
    /// There is none.
    pub fn last_redoable(&self) -> Result<i64> {
        let last: Option<(i64, Option<i64>, Option<i64>)> = self
            .reader
            .conn
            .query_row(
                "SELECT id, undoes, undone_by FROM change WHERE who = ?1 AND kind <> 'redo' AND (undoes IS NULL OR undone_by IS NULL) ORDER BY id DESC LIMIT 1",
                [self.me],
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
            )
            .optional()?;
        match last {
            Some((id, Some(_), None)) => Ok(id),
            _ => Err(Error::conflict("there is nothing to redo")
                .hint("redo takes back the latest undo; a new change ends it")),
        }
    }

    /// Takes a change back; with `redo`, the change is an undo.
    ///
    /// # Errors
    /// A later change touched the same field, something links to a record that would go, or the
    /// change can't be undone.
    pub fn take_back(&mut self, change: i64, redo: bool) -> Result<Undone> {
        let row = self.reader.change(change)?.ok_or_else(|| {
            Error::not_found(format!("there is no change {change}"))
                .hint("`rolo changes` lists them")
        })?;
        if row.kind == "purge" {
            return Err(Error::conflict("a purge can't be undone: the record was erased for good"));
        }
        if row.undone_by.is_some() {
            return Err(Error::conflict(format!("change {change} was undone already"))
                .hint("`rolo redo` brings it back"));
        }
        let mut records = 0;
        // What edits name has to be there: it comes back before them, and goes after them.
        if redo {
            records += self.set_all_made_aside(change, redo, row.undoes)?;
            if self.fields_touched {
                self.settle_fields()?;
                self.adopt_fields()?;
            }
        }
        let edits = self.edits_of(change)?;
        self.return_merged(&edits)?;
        let mut at = 0;
        while at < edits.len() {
            let end = at
                + edits[at..]
                    .iter()
                    .take_while(|e| (e.noun, e.record) == (edits[at].noun, edits[at].record))
                    .count();
            self.revert_record(change, &edits[at..end])?;
            records += 1;
            at = end;
        }
        if !redo {
            records += self.set_all_made_aside(change, redo, row.undoes)?;
        }
        self.reader
            .conn
            .execute("UPDATE change SET undone_by = ?1 WHERE id = ?2", [self.change, change])?;
        if redo {
            // The change that the undo took back counts again.
            if let Some(original) = row.undoes {
                self.reader
                    .conn
                    .execute("UPDATE change SET undone_by = NULL WHERE id = ?1", [original])?;
            }
        }
        self.tally = Tally { other: records.max(1), ..Tally::default() };
        Ok(Undone {
            change: row.undoes.filter(|_| redo).unwrap_or(change),
            summary: row.summary,
            records,
        })
    }

    fn edits_of(&self, change: i64) -> Result<Vec<Edit>> {
        let mut stmt = self.reader.conn.prepare(
            "SELECT noun, record, field, old, new FROM edit WHERE change = ?1 ORDER BY noun, record, field",
        )?;
        let rows = stmt.query_map([change], |r| {
            Ok(Edit {
                noun: r.get(0)?,
                record: r.get(1)?,
                field: r.get(2)?,
                old: r.get(3)?,
                new: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Puts the old values of one record back.
    fn revert_record(&mut self, change: i64, edits: &[Edit]) -> Result<()> {
        let model = self.reader.model;
        let first = &edits[0];
        let Some(noun) = usize::try_from(first.noun).ok().and_then(|p| model.nouns.get(p)) else {
            return Err(Error::failed("the history names an unknown noun"));
        };
        let id = first.record;
        for edit in edits.iter().filter(|e| e.field != "updated" && !is_no_field(&e.field)) {
            self.refuse_touched(change, noun, edit)?;
        }
        let before = self.stored(noun, id)?;
        let mut after = before.clone();
        let mut changed = Vec::new();
        for edit in edits {
            // A custom field that is gone keeps its values where they are.
            let Some(index) = noun.index(&edit.field) else { continue };
            let field = noun.fields[index];
            if field.name == "updated" && self.has_later(change, noun, edit)? {
                continue;
            }
            after[index] =
                self.reader.with_current_links(decode(field, sql_ref(&edit.old), model)?)?;
            changed.push(index);
            if field.name == "trashed" {
                if after[index].is_empty() {
                    self.check_unique(noun, &after, Some(id))?;
                }
                self.set_trash_column(noun, id, &edit.old, &edit.new)?;
            }
        }
        let moves = super::moves::unmove(noun, &changed, &before, &mut after)?;
        changed.extend(moves);
        let trashed = noun.index("trashed");
        changed.retain(|i| Some(*i) != trashed);
        for index in &changed {
            let (old, new) =
                (super::columns::encode(&before[*index]), super::columns::encode(&after[*index]));
            self.record_edit(noun, id, noun.fields[*index].name, &old, &new)?;
        }
        for edit in edits.iter().filter(|e| is_no_field(&e.field)) {
            self.record_edit(noun, id, &edit.field, &edit.new, &edit.old)?;
        }
        self.write_fields(noun, id, &after, &changed)?;
        if let Some(marked) = edits.iter().find(|e| is_either_mark(e)) {
            self.index_as_marked(noun, id, &marked.old)?;
        }
        self.fields_touched |= noun.name() == super::custom::NOUN;
        Ok(())
    }

    /// Puts back first which records count: links of others are read by that.
    fn return_merged(&mut self, edits: &[Edit]) -> Result<()> {
        for edit in edits.iter().filter(|e| is_either_mark(e)) {
            let Some(noun) =
                usize::try_from(edit.noun).ok().and_then(|p| self.reader.model.nouns.get(p))
            else {
                continue;
            };
            let sql = format!("UPDATE {} SET trashed = ?1 WHERE id = ?2", quoted(noun.name()));
            self.reader
                .conn
                .prepare_cached(&sql)?
                .execute(rusqlite::params![edit.old, edit.record])?;
            self.reader.merged.borrow_mut().clear();
        }
        Ok(())
    }

    fn set_trash_column(&self, noun: &Noun, id: i64, old: &Sql, new: &Sql) -> Result<()> {
        self.record_edit(noun, id, "trashed", new, old)?;
        let sql = format!("UPDATE {} SET trashed = ?1 WHERE id = ?2", quoted(noun.name()));
        self.reader.conn.execute(&sql, rusqlite::params![old, id])?;
        Ok(())
    }

    /// A later change, not taken back, that touched the same field stands in the way.
    fn refuse_touched(&self, change: i64, noun: &Noun, edit: &Edit) -> Result<()> {
        let Some((later, summary)) = self.later_edit(change, edit)? else { return Ok(()) };
        let labels = self.reader.labels(noun.name(), &[edit.record])?;
        let label = labels.get(&edit.record).map_or("", |l| l.label.as_str());
        Err(Error::conflict(format!(
            "change {later} ({summary}) came later and touched {} of {}:{} {label}",
            edit.field,
            noun.name(),
            edit.record
        ))
        .hint(format!("undo that one first: `rolo undo --change {later}`, or edit the field")))
    }

    fn has_later(&self, change: i64, _noun: &Noun, edit: &Edit) -> Result<bool> {
        Ok(self.later_edit(change, edit)?.is_some())
    }

    fn later_edit(&self, change: i64, edit: &Edit) -> Result<Option<(i64, String)>> {
        let found = self
            .reader
            .conn
            .prepare_cached(
                "SELECT c.id, coalesce(c.summary, c.kind) FROM edit e JOIN change c ON c.id = e.change \
                 WHERE e.noun = ?1 AND e.record = ?2 AND e.change > ?3 AND e.change < ?5 AND e.field = ?4 AND c.undone_by IS NULL \
                 AND (c.undoes IS NULL OR c.undoes < ?3) ORDER BY c.id DESC LIMIT 1",
            )?
            .query_row(rusqlite::params![edit.noun, edit.record, change, edit.field, self.change], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        Ok(found)
    }

    fn set_all_made_aside(&mut self, change: i64, redo: bool, undoes: Option<i64>) -> Result<u64> {
        let is_field = |noun: &Noun| noun.name() == super::custom::NOUN;
        let mut records = 0;
        // Custom fields come back first: what else comes back may have values in them.
        for fields in [redo, !redo] {
            let nouns = self.reader.model.nouns.iter().enumerate();
            for (position, noun) in nouns.filter(|(_, n)| is_field(n) == fields) {
                let made = self.set_made_aside(change, position, noun, redo, undoes)?;
                records += made;
                if made > 0 && fields {
                    self.fields_touched = true;
                    if redo {
                        self.adopt_fields()?;
                    }
                }
            }
        }
        Ok(records)
    }

    /// Sets the records that a change made aside, or brings those back that an undo set aside.
    fn set_made_aside(
        &mut self,
        change: i64,
        position: usize,
        noun: &Noun,
        redo: bool,
        undoes: Option<i64>,
    ) -> Result<u64> {
        let table = quoted(noun.name());
        let (made, from, to) = if redo {
            (undoes.unwrap_or(change), "trashed = 'gone'", Sql::Null)
        } else {
            (change, "trashed IS NOT 'gone'", Sql::Text("gone".into()))
        };
        let conn = self.reader.conn;
        let borne = if redo { String::new() } else { self.borne_elsewhere(noun) };
        let mut stmt =
            conn.prepare(&format!("SELECT id FROM {table} t WHERE made = ?1 AND {from}{borne}"))?;
        let ids = stmt.query_map([made], |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        if !redo {
            self.refuse_made_touched(change, position, noun)?;
        }
        let mut set = conn.prepare(&format!("UPDATE {table} SET trashed = ?1 WHERE id = ?2"))?;
        for id in &ids {
            set.execute(rusqlite::params![to, id])?;
        }
        for id in &ids {
            if redo {
                let row = self.stored(noun, *id)?;
                self.check_unique(noun, &row, Some(*id))?;
                self.index(noun, *id, &row)?;
                self.lead_on(noun, *id, &row)?;
            } else {
                self.unindex(noun, *id)?;
            }
        }
        Ok(ids.len() as u64)
    }

    /// The condition that leaves out tags which other records bear by now: nobody asked for the tag
    /// by its own, and taking it away would take it from them.
    fn borne_elsewhere(&self, noun: &Noun) -> String {
        backlinks(self.reader.model, noun)
            .filter(|l| l.field.kind == Kind::Tags)
            .map(|l| {
                format!(
                    " AND NOT EXISTS (SELECT 1 FROM {} WHERE {} AND o.made IS NOT ?1 AND o.trashed IS NOT 'gone')",
                    l.from(),
                    l.leads_to("t.id")
                )
            })
            .collect()
    }

    /// Links of a record that comes back lead to what counts now.
    fn lead_on(&mut self, noun: &Noun, id: i64, row: &[Value]) -> Result<()> {
        let mut values = Vec::new();
        for (index, value) in row.iter().enumerate() {
            if matches!(value, Value::Link(_) | Value::Links(_)) {
                values.push((index, self.reader.with_current_links(value.clone())?));
            }
        }
        self.write_quietly(noun, id, row, values).map(|_| ())
    }

    /// A record that was made and that a later change edited, threw away or linked to can't just
    /// go.
    fn refuse_made_touched(&self, change: i64, position: usize, noun: &Noun) -> Result<()> {
        let table = quoted(noun.name());
        let position = i64::try_from(position).unwrap_or(0);
        let conn = self.reader.conn;
        let edited: Option<(i64, i64, String)> = conn
            .query_row(
                &format!(
                    "SELECT t.id, c.id, coalesce(c.summary, c.kind) FROM edit e JOIN {table} t ON t.id = e.record JOIN change c ON c.id = e.change \
                     WHERE e.noun = ?1 AND e.change > ?2 AND e.change < ?3 AND t.made = ?2 AND c.undone_by IS NULL AND (c.undoes IS NULL OR c.undoes < ?2) ORDER BY c.id DESC LIMIT 1"
                ),
                [position, change, self.change],
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
            )
            .optional()?;
        if let Some((id, later, summary)) = edited {
            return Err(Error::conflict(format!(
                "change {later} ({summary}) came later and touched {}:{id}",
                noun.name()
            ))
            .hint(format!("undo that one first: `rolo undo --change {later}`")));
        }
        for link in backlinks(self.reader.model, noun) {
            // A tag that others bear stays.
            if link.is_authorship() || link.field.kind == Kind::Tags {
                continue;
            }
            let sql = format!(
                "SELECT o.id FROM {} JOIN {table} t ON {} WHERE t.made = ?1 AND o.trashed IS NOT 'gone' AND o.made IS NOT ?1 LIMIT 1",
                link.from(),
                link.leads_to("t.id")
            );
            let found: Option<i64> = conn.query_row(&sql, [change], |r| r.get(0)).optional()?;
            if let Some(id) = found {
                return Err(Error::conflict(format!(
                    "{}:{id} came later and links to a {} that this would take away",
                    link.noun.name(),
                    noun.name()
                ))
                .hint(format!("change its {} first, or undo what made it", link.field.name)));
            }
        }
        Ok(())
    }
}

/// Whether an edit merged a record into another, or brought it back.
fn is_either_mark(edit: &Edit) -> bool {
    is_mark(&edit.field, &edit.old) || is_mark(&edit.field, &edit.new)
}

fn sql_ref(value: &Sql) -> rusqlite::types::ValueRef<'_> {
    value.into()
}
