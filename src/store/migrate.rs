//! An older file made into one of today: backed up beside itself, then moved forward step by step,
//! each in a transaction of its own.
//!
//! What the declarations ask for and the file lacks (tables, columns, indexes, views, seeds) is made
//! by the general step, [`complete`]: a new field needs only a higher `SCHEMA_VERSION`. [`STEPS`]
//! are for what it can't know: renames, and data that moves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::open::{Options, open_with, wal_path};
use super::schema::{SCHEMA_VERSION, columns_of, quoted, wanted};
use super::{backup, custom};
use crate::clock::Clock;
use crate::entity::{CustomField, Model};
use crate::error::{Error, Result};

/// A step that only people can write: the schema that it leads to, and what it does. It finds a file
/// of any older schema that the steps before it have left, and makes the columns that it fills.
type Step = (i32, fn(&Connection) -> Result<()>);

/// The hand-written steps, in the order of their numbers.
const STEPS: &[Step] = &[];

/// What a migration did, for people.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// The copy of the file as it was.
    pub(super) backup: PathBuf,
    pub(super) notes: Vec<String>,
}

/// The schema of an open file. Its header may tell an older one while the WAL holds the newest.
pub(super) fn version(conn: &Connection) -> Result<i32> {
    Ok(conn.query_row("PRAGMA user_version", [], |r| r.get(0))?)
}

/// Moves an older file forward, after a copy beside it. A kill leaves it as it was or at one of the
/// steps, whole; two processes at once wait for each other.
///
/// # Errors
/// Another process writes for too long, the backup can't be made, or a step fails; the file is then
/// as the last finished step left it.
pub(super) fn forward(
    conn: &Connection,
    path: &Path,
    base: &Model,
    options: &Options,
    clock: &Clock,
) -> Result<Moved> {
    let mut moved = Moved::default();
    while one_on(STEPS, conn, base, clock, &mut moved, &mut |moved, from| {
        back_up(moved, path, from, options)
    })? {}
    // Older programs look at the header alone. Who reads beside us only delays it.
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    Ok(moved)
}

/// Moves a copy forward that nobody else sees.
///
/// # Errors
/// A step fails.
pub(super) fn on(conn: &Connection, base: &Model, clock: &Clock) -> Result<()> {
    while one_on(STEPS, conn, base, clock, &mut Moved::default(), &mut |_, _| Ok(()))? {}
    Ok(())
}

/// One step forward, in a transaction; `false` where none was left to do.
fn one_on(
    steps: &[Step],
    conn: &Connection,
    base: &Model,
    clock: &Clock,
    moved: &mut Moved,
    before: &mut dyn FnMut(&mut Moved, i32) -> Result<()>,
) -> Result<bool> {
    // Nobody writes between the copy and the first step.
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let done = version(conn).and_then(|from| {
        if from >= SCHEMA_VERSION {
            return Ok(false);
        }
        before(moved, from)?;
        step(steps, conn, from, base, clock, moved)?;
        Ok(true)
    });
    let ended = done.and_then(|any| {
        conn.execute_batch("COMMIT")?;
        Ok(any)
    });
    if ended.is_err() && !conn.is_autocommit() {
        // The failure is what gets told.
        let _ = conn.execute_batch("ROLLBACK");
    }
    ended
}

/// One step forward: the next hand-written one, or behind the last of them the general one.
fn step(
    steps: &[Step],
    conn: &Connection,
    from: i32,
    base: &Model,
    clock: &Clock,
    moved: &mut Moved,
) -> Result<()> {
    let to = match steps.iter().find(|(to, _)| *to > from) {
        Some((to, by_hand)) if *to < SCHEMA_VERSION => {
            by_hand(conn)?;
            *to
        }
        last => {
            if let Some((_, by_hand)) = last {
                by_hand(conn)?;
            }
            make_way(conn, base, &mut moved.notes)?;
            let custom = custom::load(conn)?;
            let model = base.with_custom(&custom)?;
            let new = complete(conn, &model)?;
            super::seed_records(conn, base, clock, &|noun| new.contains(noun))?;
            for noun in &model.nouns {
                super::stays::fill_missing(conn, noun)?;
                super::moves::fill_missing(conn, noun)?;
            }
            SCHEMA_VERSION
        }
    };
    Ok(conn.pragma_update(None, "user_version", to)?)
}

/// Copies the file beside itself, once a migration, under a name that tells its schema. After a kill
/// the copy may be there already.
fn back_up(moved: &mut Moved, path: &Path, from: i32, options: &Options) -> Result<()> {
    if !moved.backup.as_os_str().is_empty() {
        return Ok(());
    }
    // A copy can't be taken by the connection that holds the lock.
    let reader = open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options)?;
    for n in 1.. {
        let suffix = if n == 1 { format!(".schema-{from}") } else { format!(".schema-{from}.{n}") };
        let target = wal_path(path, &suffix);
        match backup::copy(&reader, path, &target, backup::Clash::KeepIfSame)? {
            backup::Copied::Done => {
                moved.backup = target;
                break;
            }
            backup::Copied::Taken => {}
        }
    }
    Ok(())
}

/// Renames custom fields whose name a field of the program's own has taken since: their columns
/// never collide, what people type would.
fn make_way(conn: &Connection, base: &Model, notes: &mut Vec<String>) -> Result<()> {
    let all = custom::load(conn)?;
    for field in &all {
        let Some(noun) = base.get(&field.noun) else { continue };
        if noun.find(&field.slug).is_none() {
            continue;
        }
        let taken = |slug: &str| {
            noun.find(slug).is_some() || all.iter().any(|f| f.noun == field.noun && f.slug == slug)
        };
        let mut new = format!("{}_custom", field.slug);
        while taken(&new) {
            new.push('2');
        }
        rename_custom(conn, base, field, &new, noun.position)?;
        notes.push(format!(
            "this version has a field `{0}` of its own; the custom field `{0}` of {1} is `{new}` now",
            field.slug, field.noun
        ));
    }
    Ok(())
}

fn rename_custom(
    conn: &Connection,
    base: &Model,
    field: &CustomField,
    new: &str,
    position: usize,
) -> Result<()> {
    let named = |slug: &str| -> Result<Vec<String>> {
        let one = CustomField { slug: slug.to_owned(), ..field.clone() };
        let model = base.with_custom(std::slice::from_ref(&one))?;
        let made = model.noun(&field.noun)?.fields.iter().find(|f| f.custom).copied();
        Ok(made.map_or_else(Vec::new, |f| columns_of(f).into_iter().map(|(c, _)| c).collect()))
    };
    let stem = quoted(&format!("{}_x_{}", field.noun, field.slug));
    conn.execute_batch(&format!("DROP INDEX IF EXISTS {stem}"))?;
    drop_views(conn, base)?;
    for (old, new) in named(&field.slug)?.iter().zip(named(new)?) {
        conn.execute_batch(&format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            quoted(&field.noun),
            quoted(old),
            quoted(&new)
        ))?;
    }
    conn.execute(
        "UPDATE field SET slug = ?1 WHERE noun = ?2 AND slug = ?3 AND trashed IS NULL",
        [new, &field.noun, &field.slug],
    )?;
    conn.execute(
        "UPDATE edit SET field = ?1 WHERE noun = ?2 AND field = ?3",
        rusqlite::params![new, i64::try_from(position).unwrap_or(0), field.slug],
    )?;
    Ok(())
}

fn drop_views(conn: &Connection, model: &Model) -> Result<()> {
    for noun in &model.nouns {
        conn.execute_batch(&format!("DROP VIEW IF EXISTS {}", quoted(noun.entity.plural)))?;
    }
    Ok(())
}

/// Makes what the model asks for and the file lacks: tables, columns, indexes and views; those that
/// differ are made anew, and folded columns filled. Gives the tables that are new.
///
/// # Errors
/// The file can't be written, or lacks a column that only a hand-written step can bring.
pub(super) fn complete(conn: &Connection, model: &Model) -> Result<BTreeSet<String>> {
    let wanted = wanted(model);
    let found = objects(conn)?;
    for (name, (kind, sql)) in &wanted {
        let differs = found.get(name).is_some_and(|(k, s)| k == kind && s != sql);
        if differs && kind != "table" {
            conn.execute_batch(&format!("DROP {} {}", kind.to_uppercase(), quoted(name)))?;
        }
    }
    let mut new = BTreeSet::new();
    let tables = || wanted.iter().filter(|(_, (kind, _))| kind == "table");
    for (name, (_, sql)) in tables().filter(|(name, _)| !found.contains_key(*name)) {
        conn.execute_batch(sql)?;
        new.insert(name.clone());
    }
    for missing in missing_columns(conn, &wanted)? {
        missing.make(conn)?;
    }
    for kind in ["index", "view"] {
        for (name, (_, sql)) in wanted.iter().filter(|(_, (k, _))| k == kind) {
            if found.get(name).is_none_or(|(_, s)| s != sql) {
                conn.execute_batch(sql)?;
            }
        }
    }
    Ok(new)
}

/// Name → (kind, statement) of everything that the file has.
pub(super) fn objects(conn: &Connection) -> Result<BTreeMap<String, (String, String)>> {
    let mut stmt = conn.prepare(
        "SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name NOT LIKE 'search\\_%' ESCAPE '\\'",
    )?;
    let rows = stmt.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A column that the model asks for and the file lacks.
#[derive(Debug)]
pub(super) struct MissingColumn {
    pub(super) table: String,
    pub(super) column: String,
    /// What stands behind its name.
    definition: String,
    /// Whether a row can do without a value.
    pub(super) nullable: bool,
}

impl MissingColumn {
    fn make(&self, conn: &Connection) -> Result<()> {
        let (table, column) = (quoted(&self.table), quoted(&self.column));
        if !self.nullable {
            return Err(Error::database(format!(
                "the table {table} lacks the column {column}, which can't be empty"
            )));
        }
        conn.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column}{}", self.definition))?;
        if let Some(source) = self.column.strip_suffix("_fold")
            && columns(conn, &self.table)?.iter().any(|c| c.name == source)
        {
            let source = quoted(source);
            conn.execute_batch(&format!(
                "UPDATE {table} SET {column} = fold({source}) WHERE {source} IS NOT NULL"
            ))?;
        }
        Ok(())
    }
}

/// The columns that tables of the file lack. Tables that are missing altogether are none of it.
pub(super) fn missing_columns(
    conn: &Connection,
    wanted: &BTreeMap<String, (String, String)>,
) -> Result<Vec<MissingColumn>> {
    // The statements are read by the one who understands them.
    let like = Connection::open_in_memory()?;
    let mut all = Vec::new();
    for (name, (kind, sql)) in wanted {
        if kind != "table" || sql.starts_with("CREATE VIRTUAL") {
            continue;
        }
        like.execute_batch(sql)?;
        let there = columns(conn, name)?;
        for column in columns(&like, name)? {
            if there.is_empty() || there.iter().any(|c| c.name == column.name) {
                continue;
            }
            let mut definition = format!(" {}", column.kind);
            if let Some(to) = column.leads_to {
                definition += &super::schema::reference(&to);
            }
            all.push(MissingColumn {
                table: name.clone(),
                column: column.name,
                definition,
                nullable: column.nullable,
            });
        }
    }
    Ok(all)
}

struct Column {
    name: String,
    kind: String,
    nullable: bool,
    /// The table that it refers to.
    leads_to: Option<String>,
}

fn columns(conn: &Connection, table: &str) -> Result<Vec<Column>> {
    let mut stmt = conn.prepare_cached(
        "SELECT c.name, c.type, c.\"notnull\" = 0, f.\"table\" FROM pragma_table_info(?1) c \
         LEFT JOIN pragma_foreign_key_list(?1) f ON f.\"from\" = c.name",
    )?;
    let rows = stmt.query_map([table], |r| {
        Ok(Column { name: r.get(0)?, kind: r.get(1)?, nullable: r.get(2)?, leads_to: r.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Access, Older, Store};

    /// A new file whose schema is said to be older, with something done to it.
    fn older(sql: &str) -> (tempfile::TempDir, Connection, Clock) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rolo.db");
        let now = crate::entity::when::stored_instant("2026-11-22T09:00:00Z");
        let clock = Clock::new(now, chrono_tz::UTC);
        let options = Options {
            busy_timeout: std::time::Duration::from_secs(5),
            delete_journal: false,
            region: "GB".into(),
            older: Older::Migrate,
        };
        Store::open(&path, crate::model::model, Access::Write, &options, &clock).expect("a file");
        let conn =
            open_with(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, &options).expect("a connection");
        conn.execute_batch(&format!("{sql}; PRAGMA user_version = 1")).expect("an older file");
        (folder, conn, clock)
    }

    /// What a schema consists of, but for the order of columns.
    fn shape(conn: &Connection) -> BTreeMap<String, Vec<String>> {
        let objects = objects(conn).expect("a schema");
        let tables = objects.keys().map(|name| {
            let mut all: Vec<String> = columns(conn, name)
                .expect("columns")
                .into_iter()
                .map(|c| format!("{} {} {} {:?}", c.name, c.kind, c.nullable, c.leads_to))
                .collect();
            all.sort();
            (name.clone(), all)
        });
        tables.collect()
    }

    #[test]
    fn the_general_step_makes_whatever_an_older_file_lacks() {
        let (_folder, conn, clock) = older("");
        let base = crate::model::model();
        let whole = shape(&conn);
        let views: String =
            base.nouns.iter().map(|n| format!("DROP VIEW {};", n.entity.plural)).collect();
        conn.execute_batch(&format!(
            "{views} DROP VIEW stays; DROP VIEW labels; DROP TABLE deal_contacts; DROP TABLE stage; DROP TABLE import; DROP INDEX deal_sums; \
             DROP INDEX contact_name_fold; ALTER TABLE contact DROP COLUMN name_fold; \
             ALTER TABLE contact DROP COLUMN birthday; ALTER TABLE product DROP COLUMN price_currency; \
             DROP INDEX contact_fingerprint; CREATE INDEX contact_fingerprint ON contact(id); \
             INSERT INTO contact(uid, name) VALUES (x'00', 'Ёлкин')"
        ))
        .expect("an older file");
        assert_ne!(shape(&conn), whole);
        on(&conn, &base, &clock).expect("a migration");
        assert_eq!(shape(&conn), whole);
        assert_eq!(version(&conn).expect("a version"), SCHEMA_VERSION);
        let folded: String = conn
            .query_row("SELECT name_fold FROM contact", [], |r| r.get(0))
            .expect("a folded name");
        assert_eq!(folded, "елкин");
        // What every file begins with comes with its table, and only then.
        let count = |table: &str| -> i64 {
            conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))
                .expect("a count")
        };
        assert_eq!((count("stage"), count("pipeline")), (6, 1));
        let index: String = conn
            .query_row(
                "SELECT sql FROM sqlite_schema WHERE name = 'contact_fingerprint'",
                [],
                |r| r.get(0),
            )
            .expect("an index");
        assert!(index.contains("fingerprint IS NOT NULL"), "{index}");
    }

    #[test]
    fn a_custom_field_makes_way_for_one_of_the_programs_own() {
        let (_folder, conn, clock) = older(
            "ALTER TABLE contact ADD COLUMN x_birthday TEXT; ALTER TABLE contact ADD COLUMN x_old TEXT; \
             INSERT INTO field(uid, name, noun, slug, kind) VALUES (x'01', 'Born', 'contact', 'birthday', 'text'), \
             (x'02', 'Old', 'contact', 'birthday_custom', 'text'); \
             INSERT INTO contact(uid, name, x_birthday) VALUES (x'00', 'Ann', 'in May'); \
             INSERT INTO edit(change, noun, record, field, new) VALUES (1, 1, 1, 'birthday', 'in May')",
        );
        conn.execute_batch("ALTER TABLE contact RENAME COLUMN x_old TO x_birthday_custom")
            .expect("a column");
        let mut moved = Moved::default();
        let base = crate::model::model();
        one_on(&[], &conn, &base, &clock, &mut moved, &mut |_, _| Ok(())).expect("a migration");
        assert!(moved.notes[0].contains("`birthday_custom2` now"), "{:?}", moved.notes);
        let (value, edited): (String, String) = conn
            .query_row("SELECT birthday_custom2, (SELECT field FROM edit) FROM contacts", [], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .expect("the view knows it");
        assert_eq!((value.as_str(), edited.as_str()), ("in May", "birthday_custom2"));
    }

    #[test]
    fn hand_written_steps_run_once_each_in_order_and_fail_whole() {
        let (_folder, conn, clock) = older("CREATE TABLE seen (step INTEGER)");
        let base = crate::model::model();
        let steps: &[Step] = &[
            (1, |c| Ok(c.execute_batch("INSERT INTO seen VALUES (1)")?)),
            (SCHEMA_VERSION, |c| Ok(c.execute_batch("INSERT INTO seen VALUES (2)")?)),
        ];
        let broken: &[Step] = &[(SCHEMA_VERSION, |c| {
            Ok(c.execute_batch("INSERT INTO seen VALUES (9); DROP TABLE contact; SELECT nothing")?)
        })];
        let mut moved = Moved::default();
        let mut before = |_: &mut Moved, _| Ok(());
        one_on(broken, &conn, &base, &clock, &mut moved, &mut before).expect_err("a failure");
        assert_eq!(version(&conn).expect("a version"), 1);
        while one_on(steps, &conn, &base, &clock, &mut moved, &mut before).expect("a step") {}
        let seen: String = conn
            .query_row("SELECT group_concat(step) FROM seen", [], |r| r.get(0))
            .expect("the steps");
        assert_eq!(seen, "2");
    }
}
