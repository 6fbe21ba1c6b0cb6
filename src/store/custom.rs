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
    let mut stmt = conn.prepare(
        "SELECT f.noun, f.slug, f.name, f.kind, \
         (SELECT group_concat(c.value, char(31) ORDER BY c.position) FROM field_choices c WHERE c.record = f.id) \
         FROM field f WHERE f.trashed IS NULL AND f.slug IS NOT NULL ORDER BY f.created, f.uid",
    )?;
    let mut rows = stmt.query([])?;
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
    /// Checks a new custom field and makes its columns. A field's columns stay when it is removed,
    /// so that undo and restore find its values again.
    ///
    /// # Errors
    /// An unknown noun or kind, or a name that the noun has already.
    pub fn add_field(&mut self, field: &CustomField) -> Result<i64> {
        let model = self.reader.model;
        let noun = model.typed(&field.noun).ok_or_else(|| {
            let near = crate::error::nearest(&field.noun, model.nouns.iter().map(Noun::name))
                .map_or_else(
                    || "`rolo --help` lists them".to_owned(),
                    |n| format!("did you mean `{n}`?"),
                );
            Error::invalid(format!("`{}` is not a noun", field.noun)).hint(near)
        })?;
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
        let draft = super::commit::Draft::of(noun_of_fields, draft)?;
        let id = self.insert(noun_of_fields, draft)?;
        self.make_columns()?;
        Ok(id)
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

/// Completes the record of a custom field that comes from a file, and checks it: a name that people
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
            let there: bool = conn.query_row(
                "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)",
                [noun.name(), column.as_str()],
                |r| r.get(0),
            )?;
            if !there {
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
        conn.execute_batch(&view(noun, &model))?;
    }
    Ok(())
}
