//! Applying: the statements that put a whole record, or its changed fields, into its tables and
//! into the search index.

use std::rc::Rc;

use rusqlite::types::Value as Sql;
use uuid::Uuid;

use super::columns;
use super::commit::Writer;
use super::read::{ONE, child_sql, push_child};
use super::schema::{ID_BITS, child_table, columns_of, has_columns, quoted, read_count};
use super::words::{Ready, search_body};
use crate::clock::named_uid;
use crate::entity::text::fold;
use crate::entity::{Field, Kind, Noun, Target, Value};
use crate::error::{Error, Result};

/// The queries for a whole record by its id.
#[derive(Debug)]
pub(super) struct StoredSql {
    main: String,
    /// Further values, by the index of their field.
    children: Vec<(usize, String)>,
}

impl StoredSql {
    fn of(noun: &Noun) -> Self {
        let columns: Vec<String> = noun
            .fields
            .iter()
            .flat_map(|f| columns_of(f).into_iter().take(read_count(f)).map(|(c, _)| quoted(&c)))
            .collect();
        let main = format!(
            "SELECT {} FROM {} WHERE id = ?1 AND trashed IS NOT 'gone'",
            columns.join(", "),
            quoted(noun.name())
        );
        let children = noun.fields.iter().enumerate();
        let children = children.filter(|(_, f)| child_table(noun.name(), f).is_some());
        let children = children.map(|(at, f)| (at, child_sql(noun.name(), f, ONE))).collect();
        Self { main, children }
    }
}

impl Writer<'_> {
    /// Inserts a completed record.
    pub(super) fn write_new(
        &mut self,
        noun: &Noun,
        row: &[Value],
        fingerprint: Option<i64>,
        ready: Option<Ready>,
    ) -> Result<i64> {
        let change = self.change;
        let stmt = self.ready(noun, "insert", || insert_sql(noun))?;
        stmt.clear_bindings();
        let mut at = 1;
        for (index, (field, value)) in noun.fields.iter().zip(row).enumerate() {
            if field.name != "id" && has_columns(field) {
                let folded = ready.as_ref().and_then(|r| r.fold(index));
                columns::bind(field, value, folded, stmt, &mut at)?;
            }
        }
        stmt.raw_bind_parameter(at, change)?;
        stmt.raw_bind_parameter(at + 1, fingerprint)?;
        stmt.raw_execute()?;
        let id = self.reader.conn.last_insert_rowid();
        for (field, value) in noun.fields.iter().zip(row) {
            if !value.is_empty() {
                self.write_children(noun, field, id, value)?;
            }
        }
        self.note_keys(noun, row);
        let mut body = ready.and_then(|r| r.body).unwrap_or_else(|| search_body(noun, row));
        let at = search_row(Self::position(noun), id);
        if !body.is_empty() && !self.wait(noun, at, &mut body, false)? {
            let stmt = self.ready(noun, "search", || {
                "INSERT INTO search(rowid, body) VALUES (?1, ?2)".into()
            })?;
            stmt.execute(rusqlite::params![at, body])?;
        }
        Ok(id)
    }

    /// Writes the changed fields of a record.
    pub(super) fn write_fields(
        &mut self,
        noun: &Noun,
        id: i64,
        row: &[Value],
        changed: &[usize],
    ) -> Result<()> {
        let mut sets = Vec::new();
        let mut params: Vec<Sql> = Vec::new();
        for index in changed {
            let field = noun.fields[*index];
            sets.extend(columns_of(field).into_iter().map(|(c, _)| format!("{} = ?", quoted(&c))));
            stored_params(field, &row[*index], &mut params);
            self.clear_children(noun, field, id)?;
            self.write_children(noun, field, id, &row[*index])?;
        }
        if !sets.is_empty() {
            params.push(Sql::Integer(id));
            let sql =
                format!("UPDATE {} SET {} WHERE id = ?", quoted(noun.name()), sets.join(", "));
            self.reader.conn.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(params))?;
        }
        self.note_keys(noun, row);
        if changed.iter().any(|i| noun.fields[*i].kind.is_searched()) {
            self.index(noun, id, row)?;
        }
        Ok(())
    }

    /// Puts a record's text into the search index anew.
    pub(super) fn index(&mut self, noun: &Noun, id: i64, row: &[Value]) -> Result<()> {
        let at = search_row(Self::position(noun), id);
        let mut body = search_body(noun, row);
        if self.wait(noun, at, &mut body, true)? {
            return Ok(());
        }
        self.unindex(noun, id)?;
        if !body.is_empty() {
            self.reader
                .conn
                .prepare_cached("INSERT INTO search(rowid, body) VALUES (?1, ?2)")?
                .execute(rusqlite::params![at, body])?;
        }
        Ok(())
    }

    /// Takes a record out of the search index.
    pub(super) fn unindex(&mut self, noun: &Noun, id: i64) -> Result<()> {
        let at = search_row(Self::position(noun), id);
        if let Some(beside) = &mut self.beside {
            beside.put((at, String::new(), true));
            return Ok(());
        }
        self.reader.conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([at])?;
        Ok(())
    }

    pub(super) fn clear_children(&self, noun: &Noun, field: &Field, id: i64) -> Result<()> {
        if let Some(table) = child_table(noun.name(), field) {
            let sql = format!("DELETE FROM {} WHERE record = ?1", quoted(&table));
            self.reader.conn.prepare_cached(&sql)?.execute([id])?;
        }
        Ok(())
    }

    /// Writes what of a field lies in a table of its own.
    fn write_children(&mut self, noun: &Noun, field: &Field, id: i64, value: &Value) -> Result<()> {
        let has_rows = match value {
            Value::List(items) => items.len() > 1,
            Value::Words(words) => !words.is_empty(),
            Value::Links(links) => !links.is_empty(),
            _ => false,
        };
        if !has_rows {
            return Ok(());
        }
        let Some(table) = child_table(noun.name(), field) else { return Ok(()) };
        let table = quoted(&table);
        if let (Value::Words(words), Kind::Tags) = (value, field.kind) {
            for word in words {
                let tag = self.tag(word)?;
                self.ready(noun, "tag", || {
                    format!("INSERT OR IGNORE INTO {table}(record, tag) VALUES (?1, ?2)")
                })?
                .execute([id, tag])?;
            }
            return Ok(());
        }
        put_children(self.reader.conn, &table, field, id, value)
    }

    /// The id of a tag, made when nobody has used it yet.
    fn tag(&mut self, name: &str) -> Result<i64> {
        if let Some(id) = self.tags.get(name) {
            return Ok(*id);
        }
        let noun = self.reader.model.noun("tag")?;
        let found =
            self.reader.by_key(noun, noun.entity.label(), name, super::read::Among::Live, None)?;
        let id = match found {
            super::matching::Match::One(id) => id,
            super::matching::Match::Several(ids) => ids[0],
            super::matching::Match::None => {
                let (touched, tally) = (self.touched, self.tally);
                let values = vec![(noun.label_index(), Value::Text(name.to_owned()))];
                let id = self.insert(
                    noun,
                    super::commit::Draft {
                        values,
                        fingerprint: Some(super::draft::IN_PASSING),
                        ready: None,
                    },
                )?;
                // A tag made in passing is no record that the user asked for.
                (self.touched, self.tally) = (touched, tally);
                self.tally.other += 1;
                id
            }
        };
        self.tags.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The stored values of a record, links bare, further values included.
    pub(super) fn read_stored(&self, noun: &Noun, id: i64) -> Result<Option<Vec<Value>>> {
        let known = self.stored_sql.borrow().get(noun.name()).cloned();
        let sql = known.unwrap_or_else(|| {
            let sql = Rc::new(StoredSql::of(noun));
            self.stored_sql.borrow_mut().insert(noun.name(), sql.clone());
            sql
        });
        let mut stmt = self.reader.conn.prepare_cached(&sql.main)?;
        let mut rows = stmt.query([id])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut values = Vec::with_capacity(noun.fields.len());
        let mut at = 0;
        for field in &noun.fields {
            values.push(if has_columns(field) {
                columns::read(field, row, &mut at, self.reader.model)?
            } else {
                Value::Null
            });
        }
        for (index, sql) in &sql.children {
            let mut stmt = self.reader.conn.prepare_cached(sql)?;
            let mut rows = stmt.query([id])?;
            while let Some(row) = rows.next()? {
                push_child(&mut values[*index], noun.fields[*index], row, self.reader.model)?;
            }
        }
        Ok(Some(values))
    }

    /// Deletes the rows of a creation that was undone, so that its uid is free again.
    pub(super) fn erase_gone(&self, noun: &Noun, uid: Uuid) -> Result<()> {
        let sql =
            format!("SELECT id FROM {} WHERE uid = ?1 AND trashed = 'gone'", quoted(noun.name()));
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let ids = stmt
            .query_map([uid.as_bytes().as_slice()], |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for id in ids {
            for field in &noun.fields {
                self.clear_children(noun, field, id)?;
            }
            let sql = format!("DELETE FROM {} WHERE id = ?1", quoted(noun.name()));
            self.reader.conn.prepare_cached(&sql)?.execute([id])?;
        }
        Ok(())
    }

    /// The acting user's id; the first write under a handle makes the user, which no undo takes
    /// back.
    pub(super) fn ensure_user(&mut self, handle: &str) -> Result<i64> {
        let conn = self.reader.conn;
        let known: Option<(i64, Option<bool>)> = conn
            .prepare_cached("SELECT id, active FROM user WHERE handle_fold = ?1 AND lower_u(handle) = ?2 AND trashed IS NOT 'gone' ORDER BY trashed IS NOT NULL, id LIMIT 1")?
            .query_map([fold(handle), handle.to_lowercase()], |r| Ok((r.get(0)?, r.get(1)?)))?
            .next()
            .transpose()?;
        if let Some((id, active)) = known {
            if active != Some(true) {
                conn.execute("UPDATE user SET active = 1 WHERE id = ?1", [id])?;
            }
            return Ok(id);
        }
        let uid = named_uid("user", handle);
        let now = self.reader.moment.now.clone();
        self.erase_gone(self.reader.model.noun("user")?, uid)?;
        conn.execute(
            "INSERT INTO user(uid, handle, handle_fold, active, created, updated, fingerprint) VALUES (?1, ?2, ?3, 1, ?4, ?4, 0)",
            rusqlite::params![uid.as_bytes().as_slice(), handle, fold(handle), now],
        )?;
        let id = conn.last_insert_rowid();
        conn.execute("UPDATE user SET created_by = ?1 WHERE id = ?1", [id])?;
        let noun = self.reader.model.noun("user")?;
        let row =
            self.read_stored(noun, id)?.ok_or_else(|| Error::failed("the new user is gone"))?;
        self.index(noun, id, &row)?;
        Ok(id)
    }
}

/// Writes the values of a field that lie in a table of its own, but tags, which are records.
pub(super) fn put_children(
    conn: &rusqlite::Connection,
    table: &str,
    field: &Field,
    id: i64,
    value: &Value,
) -> Result<()> {
    let place = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
    match value {
        Value::List(items) => {
            let sql = format!(
                "INSERT INTO {table}(record, position, label, value) VALUES (?1, ?2, ?3, ?4)"
            );
            let mut stmt = conn.prepare_cached(&sql)?;
            for (at, item) in items.iter().enumerate().skip(1) {
                let label = (!item.label.is_empty()).then_some(&item.label);
                stmt.execute(rusqlite::params![id, place(at), label, item.value])?;
            }
        }
        Value::Words(words) => {
            let sql = format!("INSERT INTO {table}(record, position, value) VALUES (?1, ?2, ?3)");
            let mut stmt = conn.prepare_cached(&sql)?;
            for (at, word) in words.iter().enumerate() {
                stmt.execute(rusqlite::params![id, place(at + 1), word])?;
            }
        }
        Value::Links(links) if field.dated => {
            super::stays::put_stays(conn, table, id, &super::stays::stays_of(links)?)?;
        }
        Value::Links(links) => {
            let any = matches!(field.kind, Kind::Links(Target::Any(_), _));
            let sql = if any {
                format!(
                    "INSERT INTO {table}(record, position, target, role, noun) VALUES (?1, ?2, ?3, ?4, ?5)"
                )
            } else {
                format!(
                    "INSERT INTO {table}(record, position, target, role) VALUES (?1, ?2, ?3, ?4)"
                )
            };
            let mut stmt = conn.prepare_cached(&sql)?;
            for (at, link) in links.iter().enumerate() {
                if any {
                    stmt.execute(rusqlite::params![
                        id,
                        place(at + 1),
                        link.id,
                        link.role,
                        link.noun
                    ])?;
                } else {
                    stmt.execute(rusqlite::params![id, place(at + 1), link.id, link.role])?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Parameters for all columns of a field.
fn stored_params(field: &Field, value: &Value, out: &mut Vec<Sql>) {
    if has_columns(field) {
        columns::push_params(field, value, out);
    }
}

fn insert_sql(noun: &Noun) -> String {
    let columns: Vec<String> = noun
        .fields
        .iter()
        .filter(|f| f.name != "id")
        .flat_map(|f| columns_of(f))
        .map(|(c, _)| quoted(&c))
        .chain(["made".to_owned(), "fingerprint".to_owned()])
        .collect();
    let marks = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {}({}) VALUES ({marks})", quoted(noun.name()), columns.join(", "))
}

/// The row of the search index for a record.
#[must_use]
pub(super) fn search_row(position: i64, id: i64) -> i64 {
    (position << ID_BITS) | id
}
