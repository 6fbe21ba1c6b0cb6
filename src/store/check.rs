//! What `doctor` looks at, and what it can mend.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;

use super::Store;
use super::migrate::{complete, missing_columns, objects};
use super::open::{left_behind, wal_path};
use super::read::Among;
use super::schema::{child_table, column_name, quoted, wanted};
use crate::entity::text::FOLD_VERSION;
use crate::entity::{Kind, Model, Target};
use crate::error::Result;

/// Something that isn't as it should be.
#[derive(Debug, Clone)]
pub struct Finding {
    /// `integrity`, `permissions`, `schema`, `orphans`, `values`, `derived`, `journal`, `left behind`.
    pub area: &'static str,
    pub message: String,
    pub mendable: bool,
    pub mended: bool,
}

/// The outcome of a check.
#[derive(Debug, Clone, Default)]
pub struct Health {
    pub findings: Vec<Finding>,
    /// What was looked at and is well.
    pub well: Vec<String>,
    /// What nobody can mend and may be meant so.
    pub warnings: Vec<String>,
}

impl Health {
    pub(super) fn note(&mut self, area: &'static str, message: String, mendable: bool) {
        self.findings.push(Finding { area, message, mendable, mended: false });
    }
}

impl Store {
    /// Looks the file over: pages, permissions, schema, links to nothing, values that can't be, derived columns.
    ///
    /// # Errors
    /// The file can't be read at all.
    pub fn check(&self) -> Result<Health> {
        let mut health = Health::default();
        self.check_pages(&mut health)?;
        if health.findings.is_empty() {
            // What isn't there can't be asked.
            if self.check_schema(&mut health)? {
                self.check_links(&mut health)?;
                self.check_values(&mut health)?;
                self.check_merged(&mut health)?;
                self.check_derived(&mut health)?;
            }
        }
        self.check_files(&mut health);
        self.check_journal(&mut health)?;
        for area in
            ["integrity", "schema", "orphans", "values", "derived", "permissions", "journal"]
        {
            if !health.findings.iter().any(|f| f.area == area) {
                health.well.push(area.to_owned());
            }
        }
        Ok(health)
    }

    fn check_pages(&self, health: &mut Health) -> Result<()> {
        let mut stmt = self.conn.prepare("PRAGMA integrity_check(10)")?;
        let lines =
            stmt.query_map([], |r| r.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>();
        match lines {
            Ok(lines) if lines == ["ok"] => {}
            Ok(lines) => lines.into_iter().for_each(|l| health.note("integrity", l, false)),
            Err(why) => health.note("integrity", why.to_string(), false),
        }
        Ok(())
    }

    /// Everything in the schema is rolo's, and everything of rolo's is there. Whether all tables and
    /// columns are.
    fn check_schema(&self, health: &mut Health) -> Result<bool> {
        let found = objects(&self.conn)?;
        let wanted = wanted(&self.model);
        for (name, (kind, sql)) in &found {
            match wanted.get(name) {
                None => health.note(
                    "schema",
                    format!("{kind} `{name}` is not rolo's"),
                    matches!(kind.as_str(), "trigger" | "view" | "index"),
                ),
                Some((_, want)) if kind == "view" && want != sql => {
                    health.note("schema", format!("the view `{name}` was changed"), true);
                }
                Some((want_kind, _)) if want_kind != kind => {
                    health.note(
                        "schema",
                        format!("`{name}` is a {kind}, not a {want_kind}"),
                        false,
                    );
                }
                _ => {}
            }
        }
        let mut all_there = true;
        for (name, (kind, _)) in wanted.iter().filter(|(name, _)| !found.contains_key(*name)) {
            let lost = if kind == "table" { ", with all it held" } else { "" };
            all_there &= kind != "table";
            health.note("schema", format!("{kind} `{name}` is missing{lost}"), true);
        }
        for missing in missing_columns(&self.conn, &wanted)? {
            let what = format!("column `{}` of `{}` is missing", missing.column, missing.table);
            all_there = false;
            health.note("schema", what, missing.nullable);
        }
        Ok(all_there)
    }

    /// Links that lead to records which aren't there.
    fn check_links(&self, health: &mut Health) -> Result<()> {
        for noun in &self.model.nouns {
            for field in noun.fields.iter().filter(|f| f.is_stored()) {
                for (sql, what) in orphan_queries(&self.model, noun.name(), field) {
                    let count: i64 = self.conn.query_row(&sql, [], |r| r.get(0))?;
                    if count > 0 {
                        health.note("orphans", format!("{count} {what} lead to nothing"), true);
                    }
                }
            }
        }
        Ok(())
    }

    /// Links that lead to records which were merged into others.
    fn check_merged(&self, health: &mut Health) -> Result<()> {
        for Stale { table, condition, what, .. } in merged_conditions(&self.model) {
            let sql = format!("SELECT count(*) FROM {table} t WHERE {condition}");
            let count: i64 = self.conn.query_row(&sql, [], |r| r.get(0))?;
            if count > 0 {
                let message = format!("{count} {what} lead to what was merged into another");
                health.note("orphans", message, true);
            }
        }
        Ok(())
    }

    /// Folded columns and the search index agree with the text they come from.
    fn check_derived(&self, health: &mut Health) -> Result<()> {
        let version: i64 = self
            .conn
            .query_row("SELECT value FROM meta WHERE key = 'fold_version'", [], |r| r.get(0))
            .unwrap_or(0);
        if version != FOLD_VERSION {
            health.note("derived", "folded text was made by another version".into(), true);
        }
        for (position, noun) in self.model.nouns.iter().enumerate() {
            let bare = super::stays::count_missing(&self.conn, noun)?;
            if bare > 0 {
                let text = format!("{bare} {} have no stays", noun.entity.plural);
                health.note("derived", text, true);
            }
            let table = quoted(noun.name());
            for field in noun.fields.iter().filter(|f| f.sorted && f.is_stored()) {
                let column = column_name(field);
                let sql = format!(
                    "SELECT count(*) FROM {table} WHERE {} IS NOT fold({})",
                    quoted(&format!("{column}_fold")),
                    quoted(&column)
                );
                let stale: i64 = self.conn.query_row(&sql, [], |r| r.get(0))?;
                if stale > 0 {
                    health.note(
                        "derived",
                        format!(
                            "the folded {} of {stale} {} is stale",
                            field.name, noun.entity.plural
                        ),
                        true,
                    );
                }
            }
            let base = super::rows::search_row(i64::try_from(position).unwrap_or(0), 0);
            let sql = format!(
                "SELECT count(*) FROM {table} t WHERE {} AND NOT EXISTS (SELECT 1 FROM search_docsize d WHERE d.id = ?1 + t.id) AND {}",
                Among::Both.sql(),
                has_text(noun)
            );
            let unindexed: i64 = self.conn.query_row(&sql, [base], |r| r.get(0))?;
            if unindexed > 0 {
                health.note(
                    "derived",
                    format!("{unindexed} {} are not in the search index", noun.entity.plural),
                    true,
                );
            }
        }
        Ok(())
    }

    /// The journal is what the config asks for, and fits the place.
    fn check_journal(&self, health: &mut Health) -> Result<()> {
        let mode: String = self.conn.query_row("PRAGMA journal_mode", [], |r| r.get(0))?;
        let has_wal = mode.eq_ignore_ascii_case("wal");
        if has_wal && self.options.delete_journal {
            let what = "the file keeps a WAL, the config asks for `journal_mode = delete`";
            health.note("journal", what.into(), true);
        }
        if let Some(kind) = super::mounts::network(&self.path) {
            let what = if has_wal {
                "a WAL breaks when two machines use it: `rolo config set journal_mode delete`, then `rolo doctor --mend`"
            } else {
                "locks may not hold between two machines: let one at a time write"
            };
            health.warnings.push(format!(
                "`{}` lies on a network file system ({kind}): {what}",
                self.path.display()
            ));
        }
        Ok(())
    }

    fn check_files(&self, health: &mut Health) {
        for left in left_behind(&self.path) {
            let what = format!("`{}` was left behind by a command that was killed", left.display());
            health.note("left behind", what, true);
        }
        for suffix in ["", "-wal", "-shm"] {
            let path = wal_path(&self.path, suffix);
            let Ok(meta) = std::fs::metadata(&path) else { continue };
            let mode = meta.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                health.note(
                    "permissions",
                    format!(
                        "`{}` can be read or written by others (mode {mode:o})",
                        path.display()
                    ),
                    true,
                );
            }
        }
    }

    /// Mends what can be mended.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn mend(&mut self, health: &mut Health) -> Result<()> {
        let wanted = wanted(&self.model);
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let result = self.mend_inside(health, &wanted);
        self.conn.execute_batch(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        result?;
        if self.options.delete_journal {
            self.conn.pragma_update(None, "journal_mode", "delete")?;
        }
        for suffix in ["", "-wal", "-shm"] {
            let path = wal_path(&self.path, suffix);
            if path.exists() {
                let mode = std::fs::Permissions::from_mode(0o600);
                std::fs::set_permissions(&path, mode).map_err(|why| {
                    crate::error::Error::io(format!("`{}`", path.display()), &why)
                })?;
            }
        }
        for left in left_behind(&self.path) {
            let gone = if left.is_dir() {
                std::fs::remove_dir_all(&left)
            } else {
                std::fs::remove_file(&left)
            };
            gone.map_err(|why| crate::error::Error::io(format!("`{}`", left.display()), &why))?;
        }
        for finding in &mut health.findings {
            finding.mended = finding.mendable;
        }
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn mend_inside(
        &self,
        health: &Health,
        wanted: &BTreeMap<String, (String, String)>,
    ) -> Result<()> {
        let areas: BTreeSet<&str> =
            health.findings.iter().filter(|f| f.mendable).map(|f| f.area).collect();
        if areas.contains("schema") {
            self.mend_schema(wanted)?;
        }
        if areas.contains("orphans") {
            for noun in &self.model.nouns {
                for field in noun.fields.iter().filter(|f| f.is_stored()) {
                    for sql in orphan_mends(&self.model, noun.name(), field) {
                        self.conn.execute_batch(&sql)?;
                    }
                }
            }
        }
        if areas.contains("orphans") {
            self.mend_merged()?;
        }
        if areas.contains("derived") {
            self.rebuild_derived()?;
        }
        Ok(())
    }

    /// Turns links to merged records into links to what they went into.
    fn mend_merged(&self) -> Result<()> {
        for Stale { table, column, to, condition, .. } in merged_conditions(&self.model) {
            let sql = format!(
                "UPDATE {table} AS t SET {column} = (SELECT CAST(substr(o.trashed, 8) AS INTEGER) FROM {to} o WHERE o.id = t.{column}) WHERE {condition}"
            );
            // One step of a chain at a time; a file of others may have a circle.
            for _ in 0..100 {
                if self.conn.execute(&sql, [])? == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    fn mend_schema(&self, wanted: &BTreeMap<String, (String, String)>) -> Result<()> {
        let mut stmt = self.conn.prepare("SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE type IN ('trigger', 'view', 'index') AND name NOT LIKE 'sqlite_%'")?;
        let found = stmt
            .query_map([], |r| {
                Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for (name, kind, sql) in &found {
            let stray = wanted.get(name).is_none_or(|(_, want)| kind == "view" && want != sql);
            if stray {
                self.conn.execute_batch(&format!(
                    "DROP {} {}",
                    kind.to_uppercase(),
                    quoted(name)
                ))?;
            }
        }
        complete(&self.conn, &self.model)?;
        Ok(())
    }

    /// Works folded columns and the search index out anew.
    fn rebuild_derived(&self) -> Result<()> {
        self.conn.execute_batch("INSERT INTO search(search) VALUES ('delete-all')")?;
        for (position, noun) in self.model.nouns.iter().enumerate() {
            let table = quoted(noun.name());
            for field in noun.fields.iter().filter(|f| f.sorted && f.is_stored()) {
                let column = column_name(field);
                let (fold_column, column) = (quoted(&format!("{column}_fold")), quoted(&column));
                self.conn.execute(&format!("UPDATE {table} SET {fold_column} = fold({column}) WHERE {fold_column} IS NOT fold({column})"), [])?;
            }
            super::stays::fill_missing(&self.conn, noun)?;
            self.index_all(noun, position)?;
        }
        self.conn.execute(
            "INSERT OR REPLACE INTO meta(key, value) VALUES ('fold_version', ?1)",
            [FOLD_VERSION],
        )?;
        self.conn.execute_batch("INSERT INTO search(search) VALUES ('optimize')")?;
        Ok(())
    }

    fn index_all(&self, noun: &crate::entity::Noun, position: usize) -> Result<()> {
        let mut stmt = self.conn.prepare(&format!(
            "SELECT t.id FROM {} t WHERE {}",
            quoted(noun.name()),
            Among::Both.sql()
        ))?;
        let ids = stmt.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        let moment = super::read::Moment { now: String::new(), today: String::new(), me: None };
        let reader = super::read::Reader::new(&self.conn, &self.model, moment);
        let base = i64::try_from(position).unwrap_or(0);
        let mut insert = self.conn.prepare("INSERT INTO search(rowid, body) VALUES (?1, ?2)")?;
        for chunk in ids.chunks(1000) {
            for record in reader.records(noun, chunk)? {
                let body = super::words::search_body(noun, &record.values);
                if !body.is_empty() {
                    insert.execute(rusqlite::params![
                        super::rows::search_row(base, record.id),
                        body
                    ])?;
                }
            }
        }
        Ok(())
    }
}

/// A condition that a record has some text for the search index: its label.
fn has_text(noun: &crate::entity::Noun) -> String {
    let label = noun.entity.label();
    if label.sorted { format!("t.{}_fold GLOB '*[0-9a-z]*'", label.name) } else { "0".into() }
}

/// Queries that count links of a field which lead to nothing, with what they count.
fn orphan_queries(
    model: &Model,
    noun: &str,
    field: &crate::entity::Field,
) -> Vec<(String, String)> {
    orphan_conditions(model, noun, field)
        .into_iter()
        .map(|(table, condition, what, _)| {
            (format!("SELECT count(*) FROM {table} t WHERE {condition}"), what)
        })
        .collect()
}

fn orphan_mends(model: &Model, noun: &str, field: &crate::entity::Field) -> Vec<String> {
    orphan_conditions(model, noun, field)
        .into_iter()
        .map(|(table, condition, _, mend)| match mend {
            Some(set) => format!("UPDATE {table} AS t SET {set} WHERE {condition}"),
            None => format!("DELETE FROM {table} AS t WHERE {condition}"),
        })
        .collect()
}

/// Links of one field that may lead to merged records.
struct Stale {
    table: String,
    column: String,
    /// The table of the records that they lead to.
    to: String,
    condition: String,
    what: String,
}

fn merged_conditions(model: &Model) -> Vec<Stale> {
    let mut all = Vec::new();
    for noun in model.nouns.iter().filter(|n| n.entity.doubles.is_some()) {
        for (other, field) in model.links_to(noun.name()) {
            let (Kind::Link(target) | Kind::Links(target, _)) = field.kind else { continue };
            let is_child = matches!(field.kind, Kind::Links(..));
            let (table, column, kind, alive) = if is_child {
                let alive = format!(
                    "EXISTS (SELECT 1 FROM {} r WHERE r.id = t.record AND r.trashed IS NOT 'gone')",
                    quoted(other.name())
                );
                let table = quoted(&format!("{}_{}", other.name(), field.name));
                (table, "target".to_owned(), "noun".to_owned(), alive)
            } else {
                let column = column_name(field);
                let kind = quoted(&format!("{column}_noun"));
                (quoted(other.name()), quoted(&column), kind, "t.trashed IS NOT 'gone'".to_owned())
            };
            let to = quoted(noun.name());
            let which = if target.one().is_some() {
                String::new()
            } else {
                format!(" AND t.{kind} = '{}'", noun.name())
            };
            let condition = format!(
                "t.{column} IN (SELECT o.id FROM {to} o WHERE o.trashed >= 'm'){which} AND {alive}"
            );
            let what = format!("links `{}` of {}", field.name, other.name());
            all.push(Stale { table, column, to, condition, what });
        }
    }
    all
}

type Orphans = (String, String, String, Option<String>);

fn orphan_conditions(model: &Model, noun: &str, field: &crate::entity::Field) -> Vec<Orphans> {
    let missing = |to: &str, id: &str| {
        format!("NOT EXISTS (SELECT 1 FROM {} o WHERE o.id = {id})", quoted(to))
    };
    let column = quoted(&column_name(field));
    let kind_column = quoted(&format!("{}_noun", column_name(field)));
    let what = format!("links `{}` of {noun}", field.name);
    let mut all = Vec::new();
    match field.kind {
        Kind::Link(Target::One(to)) if !field.required => {
            let condition =
                format!("t.{column} IS NOT NULL AND {}", missing(to.name, &format!("t.{column}")));
            all.push((quoted(noun), condition, what.clone(), Some(format!("{column} = NULL"))));
        }
        Kind::Link(Target::Any(_)) => {
            for to in &model.nouns {
                let condition = format!(
                    "t.{kind_column} = '{}' AND {}",
                    to.name(),
                    missing(to.name(), &format!("t.{column}"))
                );
                all.push((
                    quoted(noun),
                    condition,
                    what.clone(),
                    Some(format!("{column} = NULL, {kind_column} = NULL")),
                ));
            }
        }
        Kind::Links(Target::One(to), _) => {
            let child = quoted(&format!("{noun}_{}", field.name));
            all.push((child, missing(to.name, "t.target"), what.clone(), None));
        }
        Kind::Links(Target::Any(_), _) => {
            let child = quoted(&format!("{noun}_{}", field.name));
            for to in &model.nouns {
                let condition =
                    format!("t.noun = '{}' AND {}", to.name(), missing(to.name(), "t.target"));
                all.push((child.clone(), condition, what.clone(), None));
            }
        }
        _ => {}
    }
    if let Some(child) = child_table(noun, field) {
        let condition =
            format!("NOT EXISTS (SELECT 1 FROM {} o WHERE o.id = t.record)", quoted(noun));
        all.push((
            quoted(&child),
            condition,
            format!("values of `{}` of {noun}", field.name),
            None,
        ));
    }
    all
}
