//! Saved views and attached bytes: small things that other rooms ask for by name.

use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use super::commit::{Writer, fields};
use super::matching::Match;
use super::read::{Among, Reader};
use super::schema::quoted;
use crate::entity::{Locale, Noun, Value};
use crate::error::{Error, Result};
use crate::filter;

/// A saved view as it stands.
#[derive(Debug, Clone)]
pub struct View {
    pub noun: String,
    pub filter: String,
    pub columns: Option<String>,
    pub sort: Option<String>,
}

impl View {
    /// Whether a name can be a view's: filters say it as `@name`.
    ///
    /// # Errors
    /// It is no word (exit 4).
    pub fn check_name(name: &str) -> Result<()> {
        let ends = |c: char| c.is_whitespace() || "()\"@".contains(c);
        if name.is_empty() || name.contains(ends) {
            return Err(Error::invalid(format!("`{name}` can't be the name of a view"))
                .hint("a name is one word, used as `@name` in filters"));
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// The saved view of a name, whatever its case.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn saved_view(&self, name: &str) -> Result<Option<View>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT noun, coalesce(filter, ''), columns, sort FROM view WHERE lower_u(name) = lower_u(?1) AND trashed IS NULL",
            )?
            .query_row([name], |r| {
                Ok(View { noun: r.get(0)?, filter: r.get(1)?, columns: r.get(2)?, sort: r.get(3)? })
            })
            .optional()?)
    }

    /// The saved views of a noun by name, as (name, view).
    ///
    /// # Errors
    /// The database can't be read.
    pub fn views_of(&self, noun: &str) -> Result<Vec<(String, View)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT name, noun, coalesce(filter, ''), columns, sort FROM view WHERE noun = ?1 AND trashed IS NULL ORDER BY id",
        )?;
        let rows = stmt.query_map([noun], |r| {
            let view =
                View { noun: r.get(1)?, filter: r.get(2)?, columns: r.get(3)?, sort: r.get(4)? };
            Ok((r.get(0)?, view))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Checks a filter against a noun and this file's views, and makes SQL of it.
    ///
    /// # Errors
    /// A wrong filter (exit 2).
    pub fn filter(&self, noun: &Noun, text: &str, locale: &Locale) -> Result<filter::Sql> {
        let views = |name: &str| {
            let view = self.saved_view(name).ok().flatten()?;
            Some(filter::SavedView { noun: view.noun, filter: view.filter })
        };
        let scope = filter::Scope { model: self.model, locale, views: &views };
        filter::to_sql(text, noun, &scope)
    }

    /// Whether a filter finds this record.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn fits(&self, noun: &Noun, id: i64, sql: &filter::Sql) -> Result<bool> {
        let condition = if sql.text.is_empty() { "1" } else { sql.text.as_str() };
        let mut stmt = self.conn.prepare_cached(&format!(
            "SELECT 1 FROM {} t WHERE t.id = :the_one AND ({condition})",
            quoted(noun.name())
        ))?;
        self.bind_moment(&mut stmt)?;
        Self::bind_filter(&mut stmt, Some(sql))?;
        if let Some(at) = stmt.parameter_index(":the_one")? {
            stmt.raw_bind_parameter(at, id)?;
        }
        Ok(stmt.raw_query().next()?.is_some())
    }
}

impl Writer<'_> {
    /// Saves a view; one of the same name is replaced.
    ///
    /// # Errors
    /// The name can't be one, or the database can't be written.
    pub fn save_view(&mut self, name: &str, view: View) -> Result<i64> {
        View::check_name(name)?;
        let views = self.reader().model().noun("view")?;
        let optional = |text: String| {
            if text.trim().is_empty() { Value::Null } else { Value::Text(text) }
        };
        let values = fields(
            views,
            vec![
                ("name", Value::Text(name.to_owned())),
                ("noun", Value::Text(view.noun)),
                ("filter", optional(view.filter)),
                ("columns", optional(view.columns.unwrap_or_default())),
                ("sort", optional(view.sort.unwrap_or_default())),
            ],
        )?;
        match self.reader().by_key(views, views.entity.label(), name, Among::Live, None)? {
            Match::One(id) => {
                self.update(views, id, values)?;
                Ok(id)
            }
            _ => self.insert(views, values.into()),
        }
    }

    /// Keeps the bytes of a file once, and gives their SHA-256 in hex.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn keep_bytes(&self, bytes: &[u8]) -> Result<String> {
        let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        self.reader.conn.execute(
            "INSERT OR IGNORE INTO blob(sha256, bytes) VALUES (?1, ?2)",
            rusqlite::params![hash, bytes],
        )?;
        Ok(hash)
    }
}
