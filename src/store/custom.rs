//! Custom fields: nullable columns of their own, made when the field is.

use rusqlite::Connection;

use super::commit::Writer;
use super::schema::{columns_of, indexes, quoted, view};
use crate::entity::text::slug;
use crate::entity::{CustomField, Model, Noun, Value};
use crate::error::{Error, Result};

/// The noun whose records are the custom fields.
pub(super) const NOUN: &str = "field";
/// What a custom field's columns hang on.
const LASTING: [&str; 3] = ["noun", "slug", "kind"];

/// The custom fields of a file.
pub(super) fn load(conn: &Connection) -> Result<Vec<CustomField>> {
    load_where(conn, "f.trashed IS NULL AND ?1 = 0", 0)
}

fn load_where(conn: &Connection, which: &str, id: i64) -> Result<Vec<CustomField>> {
    let mut stmt = conn.prepare(&format!(
        "SELECT f.noun, f.slug, f.name, f.kind, \
         (SELECT group_concat(c.value, char(31) ORDER BY c.position) FROM field_choices c WHERE c.record = f.id) \
         FROM field f WHERE {which} AND f.slug IS NOT NULL ORDER BY f.created, f.uid",
    ))?;
    let mut rows = stmt.query([id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let choices: Option<String> = row.get(4)?;
        all.push(CustomField {
            noun: row.get(0)?,
            slug: row.get(1)?,
            name: row.get(2)?,
            kind: row.get::<_, Option<String>>(3)?.unwrap_or_else(|| "text".into()),
            choices: choices
                .map_or_else(Vec::new, |c| c.split('\u{1f}').map(str::to_owned).collect()),
        });
    }
    Ok(all)
}

impl Writer<'_> {
    /// Checks a new custom field and makes its columns; `tags` are those of its own record. A field's
    /// columns stay when it is removed, so that undo and restore find its values again.
    ///
    /// # Errors
    /// An unknown noun or kind, or a name that the noun has already.
    pub fn add_field(&mut self, field: &CustomField, tags: &[String]) -> Result<i64> {
        let model = self.reader.model;
        let noun = model.require_typed(&field.noun)?;
        if field.slug.is_empty() {
            return Err(Error::invalid(format!(
                "`{}` has no letter or digit to make a name of",
                field.name
            ))
            .hint("give one with `--slug`, such as `--slug contract_no`"));
        }
        if let Some(taken) = noun.find(&field.slug) {
            return Err(Error::invalid(format!(
                "{} has a field `{}` already",
                noun.name(),
                taken.field.name
            ))
            .hint("choose another name"));
        }
        let made = CustomField { noun: noun.name().to_owned(), ..field.clone() };
        made.kind(model)?;
        let noun_of_fields = model.noun("field")?;
        let mut draft = vec![
            ("name", Value::Text(made.name.clone())),
            ("noun", Value::Text(made.noun.clone())),
            ("slug", Value::Text(made.slug.clone())),
            ("kind", Value::Text(made.kind.clone())),
        ];
        if !made.choices.is_empty() {
            draft.push(("choices", Value::Words(made.choices.clone())));
        }
        if !tags.is_empty() {
            draft.push(("tags", Value::Words(tags.to_vec())));
        }
        let draft = super::commit::Draft::of(noun_of_fields, draft)?;
        let id = self.insert(noun_of_fields, draft)?;
        self.make_columns()?;
        Ok(id)
    }

    /// Takes away everything of a custom field that is erased: its columns with all values, those in
    /// the history, and their words in the search index.
    ///
    /// # Errors
    /// The file can't be written.
    pub(super) fn drop_field(&mut self, id: i64) -> Result<()> {
        let (conn, known) = (self.reader.conn, self.reader.model);
        let Some(gone) = load_where(conn, "f.id = ?1", id)?.pop() else { return Ok(()) };
        let all = load_where(conn, "f.id <> ?1 AND f.trashed IS NOT 'gone'", id)?;
        // A field in the trash may have left its name to another, which has the columns now.
        if all.iter().any(|f| (&f.noun, &f.slug) == (&gone.noun, &gone.slug)) {
            return Ok(());
        }
        let before = known.with_custom(std::slice::from_ref(&gone))?;
        let Some(field) = before.noun(&gone.noun)?.fields.iter().find(|f| f.custom) else {
            return Ok(());
        };
        let noun = known.noun(&gone.noun)?;
        let table = quoted(noun.name());
        let columns = columns_of(field).into_iter().map(|(column, _)| column);
        let columns = columns.filter(|c| has_column(conn, noun, c)).collect::<Vec<_>>();
        self.forget_commands(noun, &gone.slug, &columns)?;
        for column in &columns {
            self.empty_column(noun, column)?;
        }
        conn.execute(
            "DELETE FROM edit WHERE noun = ?1 AND field = ?2",
            rusqlite::params![Self::position(noun), gone.slug],
        )?;
        conn.execute_batch(&format!("DROP VIEW IF EXISTS {}", quoted(noun.entity.plural)))?;
        for column in &columns {
            for index in indexes_on(conn, noun, column)? {
                conn.execute_batch(&format!("DROP INDEX {}", quoted(&index)))?;
            }
            conn.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN {}", quoted(column)))?;
        }
        let mut live = load(conn)?;
        live.retain(|f| (&f.noun, &f.slug) != (&gone.noun, &gone.slug));
        let after = known.with_custom(&live)?;
        conn.execute_batch(&view(after.noun(&gone.noun)?))?;
        Ok(())
    }

    /// What was typed, and what it was called, may hold values of the field: in changes that edited
    /// it, and in those that made records which have or had one.
    fn forget_commands(&self, noun: &Noun, slug: &str, columns: &[String]) -> Result<()> {
        let table = quoted(noun.name());
        let filled = columns.iter().fold(String::from("0"), |all, column| {
            format!("{all} OR {} IS NOT NULL", quoted(column))
        });
        self.reader.conn.execute(
            &format!(
                "UPDATE change SET command = NULL, summary = kind WHERE id IN (\
                 SELECT change FROM edit WHERE noun = ?1 AND field = ?2 \
                 UNION SELECT t.made FROM edit e JOIN {table} t ON t.id = e.record WHERE e.noun = ?1 AND e.field = ?2 \
                 UNION SELECT made FROM {table} WHERE {filled})"
            ),
            rusqlite::params![Self::position(noun), slug],
        )?;
        Ok(())
    }

    /// Empties a column, and takes its words out of the search index.
    fn empty_column(&mut self, noun: &Noun, column: &str) -> Result<()> {
        let (conn, table, column) = (self.reader.conn, quoted(noun.name()), quoted(column));
        let ids = conn
            .prepare(&format!("SELECT id FROM {table} WHERE {column} IS NOT NULL"))?
            .query_map([], |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        conn.execute(&format!("UPDATE {table} SET {column} = NULL"), [])?;
        for id in ids {
            if let Some(row) = self.read_stored(noun, id)? {
                self.index(noun, id, &row)?;
            }
        }
        Ok(())
    }

    /// Knows the fields made in this change from here on.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn adopt_fields(&mut self) -> Result<()> {
        let model = self.reader.model.with_custom(&load(self.reader.conn)?)?;
        // Once in an import that keeps extra columns; it lives as long as the command.
        self.reader.model = Box::leak(Box::new(model));
        self.ready.clear();
        self.stored_sql.borrow_mut().clear();
        Ok(())
    }

    /// After records of custom fields came, went or changed: checks them all and makes their
    /// columns.
    pub(super) fn settle_fields(&self) -> Result<()> {
        let base = self.reader.model;
        let all = load(self.reader.conn)?;
        for field in &all {
            check(base, field)?;
            field.kind(base)?;
        }
        self.make_columns()
    }

    /// Makes the columns, indexes and views that the file's custom fields ask for.
    pub(super) fn make_columns(&self) -> Result<()> {
        make_columns(self.reader.conn, self.reader.model)
    }
}

/// Completes the record of a new custom field, and checks it: a name that people
/// read makes the one that commands take.
pub(super) fn complete_and_check(
    base: &Model,
    noun: &Noun,
    values: &mut Vec<(usize, Value)>,
) -> Result<()> {
    let given = |name: &str| {
        let index = noun.index(name)?;
        let value = values.iter().find(|(i, _)| *i == index);
        value.and_then(|(_, v)| v.as_text().map(str::to_owned))
    };
    let name = given("name").unwrap_or_default();
    let slug = given("slug").filter(|s| !s.is_empty());
    let field = CustomField {
        noun: given("noun").unwrap_or_default(),
        slug: slug.clone().unwrap_or_else(|| self::slug(&name)),
        name,
        kind: given("kind").unwrap_or_else(|| "text".into()),
        choices: Vec::new(),
    };
    check(base, &field)?;
    if let (None, Some(index)) = (slug, noun.index("slug")) {
        values.retain(|(i, _)| *i != index);
        values.push((index, Value::Text(field.slug)));
    }
    Ok(())
}

/// Whether a custom field can be: its noun, its kind and its slug.
fn check(base: &Model, field: &CustomField) -> Result<()> {
    let wrong = |what: &str| Error::invalid(format!("the custom field `{}`: {what}", field.name));
    let noun = base
        .get(&field.noun)
        .ok_or_else(|| wrong(&format!("`{}` is not a noun", field.noun)).at("noun"))?;
    if field.kind != "link" && field.kind != "choice" {
        field.kind(base).map_err(|why| why.at("kind"))?;
    }
    if slug(&field.slug) != field.slug || field.slug.is_empty() {
        return Err(wrong(&format!("`{}` is no name for a field", field.slug))
            .hint("a slug is of lower-case letters, digits and `_`, such as `contract_no`")
            .at("slug"));
    }
    match noun.find(&field.slug).filter(|n| !n.field.custom) {
        Some(taken) => {
            Err(wrong(&format!("{} has a field `{}` of its own", noun.name(), taken.field.name))
                .at("slug"))
        }
        None => Ok(()),
    }
}

fn has_column(conn: &Connection, noun: &Noun, column: &str) -> bool {
    conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)",
        [noun.name(), column],
        |r| r.get(0),
    )
    .unwrap_or(false)
}

/// The indexes of a noun that a column stands in.
fn indexes_on(conn: &Connection, noun: &Noun, column: &str) -> Result<Vec<String>> {
    let mut stmt = conn.prepare(
        "SELECT DISTINCT l.name FROM pragma_index_list(?1) l, pragma_index_info(l.name) c WHERE c.name = ?2",
    )?;
    let found = stmt.query_map([noun.name(), column], |r| r.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Refuses an edit that would part a custom field from its columns.
pub(super) fn refuse_lasting(noun: &Noun, changed: &[usize]) -> Result<()> {
    let lasting = |i: &&usize| LASTING.contains(&noun.fields[**i].name);
    match changed.iter().find(lasting) {
        Some(index) if noun.name() == NOUN => {
            let name = noun.fields[*index].name;
            Err(Error::invalid(format!(
                "the {name} of a custom field stays as it is, for its values stand there"
            ))
            .hint("make another with `rolo field add`, and remove this one")
            .at(name))
        }
        _ => Ok(()),
    }
}

/// Makes the columns, indexes and views that the file's custom fields ask for; `known` is the model
/// before.
pub(super) fn make_columns(conn: &Connection, known: &Model) -> Result<()> {
    let model = known.with_custom(&load(conn)?)?;
    for noun in &model.nouns {
        let customs: Vec<_> = noun.fields.iter().filter(|f| f.custom).collect();
        if customs.is_empty() && !known.noun(noun.name())?.fields.iter().any(|f| f.custom) {
            continue;
        }
        let table = quoted(noun.name());
        for (column, kind) in customs.iter().flat_map(|f| columns_of(f)) {
            if !has_column(conn, noun, &column) {
                conn.execute_batch(&format!(
                    "ALTER TABLE {table} ADD COLUMN {} {kind}",
                    quoted(&column)
                ))?;
            }
        }
        for (_, sql) in indexes(noun) {
            conn.execute_batch(&sql.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))?;
        }
        conn.execute_batch(&format!("DROP VIEW IF EXISTS {}", quoted(noun.entity.plural)))?;
        conn.execute_batch(&view(noun))?;
    }
    Ok(())
}
