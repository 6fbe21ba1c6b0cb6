//! The tables, indexes, views and the search index, all derived from the declarations.
//!
//! The schema holds no function, collation or trigger of rolo's own, so that any SQLite can open
//! the file, read it and write to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::entity::{Field, Kind, Model, Noun, Target};

/// `PRAGMA application_id`: "rolo".
pub const APPLICATION_ID: i32 = 0x726f_6c6f;
/// `PRAGMA user_version`: raised by every change of the schema.
pub const SCHEMA_VERSION: i32 = 4;

pub use crate::filter::SEARCH_ID_BITS as ID_BITS;
pub(super) use crate::filter::major;
pub use crate::filter::quoted;

/// The tables that no entity declares: changes, edits, tombstones, imports with notes on rows that may be mended, pairs that somebody said
/// are no doubles, attached bytes, and facts about the file.
const FIXED: &[&str] = &[
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID",
    "CREATE TABLE change (id INTEGER PRIMARY KEY AUTOINCREMENT, uid BLOB NOT NULL UNIQUE, origin BLOB NOT NULL, \
     at TEXT NOT NULL, who INTEGER, kind TEXT NOT NULL, summary TEXT, command TEXT, \
     undoes INTEGER, undone_by INTEGER) STRICT",
    "CREATE INDEX change_who ON change(who, id)",
    "CREATE TABLE edit (change INTEGER NOT NULL, noun INTEGER NOT NULL, record INTEGER NOT NULL, \
     field TEXT NOT NULL, old ANY, new ANY, PRIMARY KEY (change, noun, record, field)) STRICT, WITHOUT ROWID",
    "CREATE INDEX edit_record ON edit(noun, record, change)",
    "CREATE TABLE tombstone (uid BLOB PRIMARY KEY, noun INTEGER NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE import (change INTEGER PRIMARY KEY, noun INTEGER NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, \
     size INTEGER NOT NULL, format TEXT NOT NULL, encoding TEXT, delimiter TEXT, rows_read INTEGER NOT NULL, \
     created INTEGER NOT NULL, updated INTEGER NOT NULL, unchanged INTEGER NOT NULL, skipped INTEGER NOT NULL, \
     rejected INTEGER NOT NULL, rejects TEXT, seconds REAL NOT NULL) STRICT",
    "CREATE INDEX import_sha256 ON import(sha256)",
    "CREATE TABLE import_column (change INTEGER NOT NULL, position INTEGER NOT NULL, header TEXT NOT NULL, \
     field TEXT, PRIMARY KEY (change, position)) STRICT, WITHOUT ROWID",
    "CREATE TABLE import_notes (root INTEGER NOT NULL, change INTEGER NOT NULL, notes BLOB NOT NULL, \
     PRIMARY KEY (root, change)) STRICT",
    "CREATE TABLE no_double (noun INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, change INTEGER NOT NULL, \
     PRIMARY KEY (noun, a, b)) STRICT, WITHOUT ROWID",
    "CREATE TABLE blob (sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    SEARCH,
];

/// The search index: one for all nouns, over text that is cut and folded already.
pub(super) const SEARCH: &str = "CREATE VIRTUAL TABLE search USING fts5(body, content='', contentless_delete=1, tokenize='ascii')";

/// A column of a table: its name and its SQL type.
pub type ColumnDef = (String, &'static str);

/// The columns of an entity's table that hold a field, in their fixed order; none for what lives in
/// a table of its own.
#[must_use]
pub fn columns_of(field: &Field) -> Vec<ColumnDef> {
    let name = column_name(field);
    if !field.is_stored() {
        return Vec::new();
    }
    let mut columns = match field.kind {
        Kind::Links(..) | Kind::Words(_) | Kind::Tags | Kind::Totals => return Vec::new(),
        Kind::List(_) => {
            let one = field.one.unwrap_or(field.name);
            return vec![(one.to_owned(), "TEXT"), (format!("{one}_label"), "TEXT")];
        }
        Kind::Money => vec![(name.clone(), "INTEGER"), (format!("{name}_currency"), "TEXT")],
        Kind::Link(Target::Any(_)) => {
            vec![(name.clone(), "INTEGER"), (format!("{name}_noun"), "TEXT")]
        }
        Kind::Link(Target::One(_)) | Kind::Int | Kind::Duration | Kind::Bool => {
            vec![(name.clone(), "INTEGER")]
        }
        Kind::Decimal | Kind::Percent => vec![(name.clone(), "REAL")],
        Kind::Uid => vec![(name.clone(), "BLOB")],
        _ => vec![(name.clone(), "TEXT")],
    };
    if field.sorted {
        columns.push((format!("{name}_fold"), "TEXT"));
    }
    columns
}

/// Whether an entity's table has columns for a field.
#[must_use]
pub fn has_columns(field: &Field) -> bool {
    field.is_stored()
        && !matches!(field.kind, Kind::Links(..) | Kind::Words(_) | Kind::Tags | Kind::Totals)
}

/// How many columns [`columns_of`] gives.
#[must_use]
pub fn columns_count(field: &Field) -> usize {
    match field.kind {
        _ if !has_columns(field) => 0,
        Kind::List(_) => 2,
        _ => read_count(field) + usize::from(field.sorted),
    }
}

/// How many of a field's columns its value is read from: a folded twin is not among them.
#[must_use]
pub fn read_count(field: &Field) -> usize {
    match field.kind {
        Kind::Money | Kind::List(_) | Kind::Link(Target::Any(_)) => 2,
        _ => 1,
    }
}

/// The column of a field; custom ones are set apart so that a later version's own field can't
/// collide.
#[must_use]
pub fn column_name(field: &Field) -> String {
    if field.custom { format!("x_{}", field.name) } else { field.name.to_owned() }
}

/// The table for the second and later values of a field, if it has one.
#[must_use]
pub fn child_table(noun: &str, field: &Field) -> Option<String> {
    (field.is_stored() && field.kind.is_many()).then(|| format!("{noun}_{}", field.name))
}

/// Everything for a new file.
#[must_use]
pub fn ddl(model: &Model) -> Vec<String> {
    let mut all: Vec<String> = FIXED.iter().map(|s| (*s).to_owned()).collect();
    for noun in &model.nouns {
        all.push(table(noun));
        all.extend(noun.fields.iter().filter_map(|f| child(noun.name(), f)));
        all.extend(indexes(noun).into_iter().map(|(_, sql)| sql));
    }
    all.push(labels(model));
    all.extend(model.nouns.iter().map(view));
    all.extend(model.nouns.iter().flat_map(stay_views));
    all
}

/// Name → (kind, statement) of everything that the model asks for.
#[must_use]
pub fn wanted(model: &Model) -> BTreeMap<String, (String, String)> {
    let mut wanted = BTreeMap::new();
    for sql in ddl(model) {
        let words: Vec<&str> = sql.split_whitespace().take(4).collect();
        let (kind, name) = match words[..] {
            ["CREATE", "VIRTUAL", "TABLE", name] => ("table", name),
            ["CREATE", kind, name, ..] => (kind, name),
            _ => continue,
        };
        let name = name.split('(').next().unwrap_or(name).trim_matches('"');
        wanted.insert(name.to_owned(), (kind.to_lowercase(), sql.clone()));
    }
    for noun in &model.nouns {
        for (name, sql) in indexes(noun) {
            wanted.insert(name, ("index".into(), sql));
        }
    }
    wanted
}

/// The view of what every record is called, for links that may lead to any noun.
///
/// Every program that opens the file parses all views first, whatever it came for: said once here
/// and looked up there, they take a third less of the time that a command needs to start.
fn labels(model: &Model) -> String {
    let nouns: Vec<String> = model
        .nouns
        .iter()
        .map(|n| {
            let (name, label) = (n.name(), quoted(n.entity.label().name));
            format!("SELECT '{name}' AS noun, id, {label} AS label FROM {}", quoted(name))
        })
        .collect();
    format!("CREATE VIEW labels AS {}", nouns.join(" UNION ALL "))
}

/// The documented views of dated links: a row a stay, of live records only.
fn stay_views(noun: &Noun) -> Vec<String> {
    let mut views = Vec::new();
    for field in noun.fields.iter().filter(|f| f.dated && f.is_stored()) {
        let Kind::Links(Target::One(to), _) = field.kind else { continue };
        views.push(format!(
            "CREATE VIEW {} AS SELECT t.id AS {noun}_id, t.{label} AS {noun}, c.position, c.target AS {to}_id, \
             (SELECT o.{to_label} FROM {to} o WHERE o.id = c.target) AS {to}, \
             c.since AS entered, c.until AS \"left\", c.\"by\" FROM {} c JOIN {noun} t ON t.id = c.record WHERE t.trashed IS NULL",
            quoted(field.name),
            quoted(&format!("{}_{}", noun.name(), field.name)),
            noun = noun.name(),
            label = quoted(noun.entity.label().name),
            to = to.name,
            to_label = quoted(to.label().name),
        ));
    }
    views
}

fn table(noun: &Noun) -> String {
    let mut sql = format!(
        "CREATE TABLE {} (id INTEGER PRIMARY KEY AUTOINCREMENT, uid BLOB NOT NULL UNIQUE",
        quoted(noun.name())
    );
    for field in &noun.fields {
        if matches!(field.name, "id" | "uid") {
            continue;
        }
        for (column, kind) in columns_of(field) {
            let _ = write!(sql, ", {} {kind}", quoted(&column));
            if column == column_name(field)
                && let Kind::Link(Target::One(to)) = field.kind
            {
                sql.push_str(&reference(to.name));
            }
        }
    }
    sql.push_str(", made INTEGER, fingerprint INTEGER) STRICT");
    sql
}

/// What stands behind a column that holds the id of a record of another table.
#[must_use]
pub fn reference(to: &str) -> String {
    format!(" REFERENCES {}(id) DEFERRABLE INITIALLY DEFERRED", quoted(to))
}

/// The statement for the table of a field's further values.
fn child(noun: &str, field: &Field) -> Option<String> {
    let table = child_table(noun, field)?;
    let table = quoted(&table);
    let columns = match field.kind {
        Kind::List(_) => {
            "position INTEGER NOT NULL, label TEXT, value TEXT NOT NULL, PRIMARY KEY (record, position)"
        }
        Kind::Words(_) => {
            "position INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (record, position)"
        }
        Kind::Tags => "tag INTEGER NOT NULL, PRIMARY KEY (record, tag)",
        Kind::Links(..) if field.dated => {
            "position INTEGER NOT NULL, target INTEGER NOT NULL, since TEXT NOT NULL, until TEXT, \"by\" TEXT, PRIMARY KEY (record, position)"
        }
        Kind::Links(Target::One(_), _) => {
            "position INTEGER NOT NULL, target INTEGER NOT NULL, role TEXT, PRIMARY KEY (record, position)"
        }
        Kind::Links(Target::Any(_), _) => {
            "position INTEGER NOT NULL, noun TEXT NOT NULL, target INTEGER NOT NULL, role TEXT, PRIMARY KEY (record, position)"
        }
        _ => return None,
    };
    Some(format!("CREATE TABLE {table} (record INTEGER NOT NULL, {columns}) STRICT, WITHOUT ROWID"))
}

/// Which records of a table were merged into others.
pub(super) const MERGED: &str = " WHERE trashed >= 'm'";

/// Secondary indexes of a noun, as (name, statement): sorted columns, keys, links, children.
#[must_use]
pub fn indexes(noun: &Noun) -> Vec<(String, String)> {
    let table = noun.name();
    let mut found = Vec::new();
    let mut index = |name: String, on: &str, columns: &str, condition: &str| {
        let sql = format!("CREATE INDEX {} ON {}({columns}){condition}", quoted(&name), quoted(on));
        found.push((name, sql));
    };
    for field in noun.fields.iter().filter(|f| f.is_stored()) {
        let name = column_name(field);
        let key = noun.entity.key.contains(&field.name);
        if field.sorted {
            let condition = if field.required {
                String::new()
            } else {
                format!(" WHERE {} IS NOT NULL", quoted(&format!("{name}_fold")))
            };
            index(
                format!("{table}_{name}_fold"),
                table,
                &quoted(&format!("{name}_fold")),
                &condition,
            );
        } else if let Some(one) = field.one.filter(|_| key) {
            let condition = format!(" WHERE {one} IS NOT NULL");
            index(format!("{table}_{one}"), table, &format!("{one} COLLATE NOCASE"), &condition);
            let child = format!("{table}_{}", field.name);
            index(format!("{child}_value"), &child, "value COLLATE NOCASE", "");
        } else if key {
            let condition = format!(" WHERE {} IS NOT NULL", quoted(&name));
            index(
                format!("{table}_{name}"),
                table,
                &format!("{} COLLATE NOCASE", quoted(&name)),
                &condition,
            );
        }
        match field.kind {
            Kind::Link(target) if field.name != "created_by" => {
                let columns = match target {
                    Target::One(_) => quoted(&name),
                    Target::Any(_) => {
                        format!("{}, {}", quoted(&name), quoted(&format!("{name}_noun")))
                    }
                };
                let condition = format!(" WHERE {} IS NOT NULL", quoted(&name));
                index(format!("{table}_{name}"), table, &columns, &condition);
            }
            Kind::Links(target, _) => {
                let child = format!("{table}_{}", field.name);
                let columns = if target.one().is_some() { "target" } else { "target, noun" };
                index(format!("{child}_target"), &child, columns, "");
            }
            Kind::Tags => {
                let child = format!("{table}_{}", field.name);
                index(format!("{child}_tag"), &child, "tag, record", "");
            }
            Kind::Due => {
                let condition = format!(" WHERE {} IS NOT NULL", quoted(&name));
                index(format!("{table}_{name}"), table, &quoted(&name), &condition);
            }
            _ => {}
        }
    }
    index(format!("{table}_fingerprint"), table, "fingerprint", " WHERE fingerprint IS NOT NULL");
    if noun.entity.doubles.is_some() {
        index(format!("{table}_merged"), table, "trashed", MERGED);
    }
    // A list begins with its first page, however many records there are.
    if noun.entity.sort.trim_start_matches('-') == "created" {
        index(format!("{table}_created"), table, "created", "");
    }
    for (name, columns) in extra_indexes(table) {
        index((*name).to_owned(), table, columns, "");
    }
    found
}

/// Indexes for what is asked most, beyond what the declarations tell: sums by stage, the timeline.
fn extra_indexes(table: &str) -> &'static [(&'static str, &'static str)] {
    match table {
        "deal" => &[
            (
                "deal_sums",
                "stage, amount_currency, trashed, amount, probability, stage_since, closes, closed, owner, forecast_category, source, company",
            ),
            ("deal_waiting", "stage, trashed, stage_since"),
            ("deal_closing", "stage, trashed, closes"),
        ],
        "activity" => &[("activity_at", "\"at\"")],
        "event" => &[("event_start", "\"start\"")],
        _ => &[],
    }
}

/// The documented view of a noun: readable columns, labels in place of ids, live records only.
#[must_use]
pub fn view(noun: &Noun) -> String {
    let mut columns: Vec<String> = Vec::new();
    for field in noun.fields.iter().filter(|f| f.name != "trashed") {
        view_columns(noun, field, &mut columns);
    }
    format!(
        "CREATE VIEW {} AS SELECT {} FROM {} t WHERE trashed IS NULL",
        quoted(noun.entity.plural),
        columns.join(", "),
        quoted(noun.name())
    )
}

fn view_columns(noun: &Noun, field: &Field, columns: &mut Vec<String>) {
    let (name, stored) = (field.name, column_name(field));
    let child = format!("{}_{name}", noun.name());
    let mut push = |sql: String, name: &str| {
        let name = quoted(name);
        columns.push(if sql == name { sql } else { format!("{sql} AS {name}") });
    };
    if let Some(sql) = field.computed {
        // What depends on the clock can't stand in a view.
        if sql.contains(":now") || sql.contains(":today") {
            return;
        }
        // Whoever opens the file has no functions of ours: what they tell is empty there.
        let sql = sql
            .replace("{t}", "t")
            .replace("office_due(", "min(NULL, ")
            .replace("office_minutes(", "min(NULL, ");
        match field.kind {
            Kind::Totals => push(
                format!(
                    "(SELECT json_group_object(currency, {}) FROM ({sql}))",
                    major("minor", "currency")
                ),
                name,
            ),
            Kind::Money => {
                let currency =
                    quoted(&format!("{}_currency", field.currency_from.first().unwrap_or(&name)));
                push(major(&sql, &currency), name);
                push(currency, &format!("{name}_currency"));
            }
            _ => push(sql, name),
        }
        return;
    }
    let column = quoted(&stored);
    match field.kind {
        Kind::Uid => push(uid_text(&column), name),
        Kind::Money => {
            let currency = quoted(&format!("{stored}_currency"));
            push(major(&column, &currency), name);
            push(currency, &format!("{name}_currency"));
        }
        Kind::Link(target) => {
            let noun = quoted(&format!("{stored}_noun"));
            push(label_of(target, &format!("t.{column}"), &format!("t.{noun}")), name);
            push(column, &format!("{name}_id"));
            if target.one().is_none() {
                push(noun, &format!("{name}_noun"));
            }
        }
        Kind::Links(target, _) => {
            let rest = joined(&label_of(target, "c.target", "c.noun"), &child);
            // The main one heads the list.
            let all = field.main.map(|main| {
                let main = label_of(target, &format!("t.{}", quoted(main)), "NULL");
                format!("({main} || coalesce('; ' || {rest}, ''))")
            });
            push(all.unwrap_or(rest), name);
        }
        Kind::List(_) => {
            let one = field.one.unwrap_or(name);
            push(quoted(one), one);
            if one != name {
                let rest = joined("c.value", &child);
                push(format!("({} || coalesce('; ' || {rest}, ''))", quoted(one)), name);
            }
        }
        Kind::Words(_) => push(joined("c.value", &child), name),
        Kind::Tags => push(tags(&child), name),
        Kind::Totals => {}
        _ => match field.effective {
            Some(sql) => push(sql.replace("{t}", "t"), name),
            None => push(column, name),
        },
    }
}

/// SQL for the values of a record's further rows, joined in the order of their positions: the table
/// lies in that order, so the one scan of a record's rows gives it.
fn joined(value: &str, child: &str) -> String {
    format!("(SELECT group_concat({value}, '; ') FROM {child} c WHERE c.record = t.id)")
}

/// SQL for the tags of a record by name. The order stands in a subquery: inside the aggregate it
/// needs SQLite 3.44, and one such view keeps an older program from opening the file at all.
fn tags(child: &str) -> String {
    format!(
        "(SELECT group_concat(name, '; ') FROM (SELECT g.name FROM {child} c JOIN tag g ON g.id = c.tag WHERE c.record = t.id ORDER BY g.name_fold))"
    )
}

/// SQL for the label behind a link.
fn label_of(target: Target, id: &str, noun: &str) -> String {
    match target {
        Target::One(to) => {
            let (label, table) = (quoted(to.label().name), quoted(to.name));
            format!("(SELECT l.{label} FROM {table} l WHERE l.id = {id})")
        }
        Target::Any(_) => {
            format!("(SELECT l.label FROM labels l WHERE l.noun = {noun} AND l.id = {id})")
        }
    }
}

/// SQL for a uid as text, `01234567-89ab-…`.
fn uid_text(column: &str) -> String {
    let part = |from: u8, length: u8| format!("substr(hex({column}), {from}, {length})");
    format!(
        "lower({} || '-' || {} || '-' || {} || '-' || {} || '-' || {})",
        part(1, 8),
        part(9, 4),
        part(13, 4),
        part(17, 4),
        part(21, 12)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_aggregate_holds_an_order_which_older_programs_cannot_read() {
        for sql in ddl(&crate::model::model()) {
            for (at, _) in sql.match_indices("group_concat(") {
                let inside = &sql[at..at + sql[at..].find(')').unwrap_or(0)];
                assert!(!inside.contains("ORDER BY"), "{sql}");
            }
        }
    }

    #[test]
    fn columns_are_counted_as_they_are_made() {
        for noun in &crate::model::model().nouns {
            for field in &noun.fields {
                assert_eq!(
                    columns_count(field),
                    columns_of(field).len(),
                    "{} {}",
                    noun.name(),
                    field.name
                );
            }
        }
    }

    #[test]
    fn plain_sqlite_takes_the_whole_schema() {
        let conn = rusqlite::Connection::open_in_memory().expect("a database");
        for sql in ddl(&crate::model::model()) {
            conn.execute_batch(&sql).unwrap_or_else(|why| panic!("{why}: {sql}"));
        }
        for noun in &crate::model::model().nouns {
            let sql = format!("SELECT * FROM {}", noun.entity.plural);
            conn.prepare(&sql).unwrap_or_else(|why| panic!("{why}: {sql}"));
        }
    }
}
