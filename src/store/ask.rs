//! `sql`: one reading query over the documented views, its cells as they come.

use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::types::ValueRef;

use super::Store;
use crate::error::{Error, Result};

/// After so many steps of SQLite's machine the time is looked at.
const STEPS: i32 = 10_000;

/// A cell of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// Who takes an answer: the names of its columns first, then each row.
pub trait Answer {
    /// The names of the columns, once, before any row.
    ///
    /// # Errors
    /// They can't be written out.
    fn columns(&mut self, names: Vec<String>) -> Result<()>;

    /// One row, with a cell for each column.
    ///
    /// # Errors
    /// It can't be written out.
    fn row(&mut self, cells: &[Cell]) -> Result<()>;
}

/// The version of the SQLite that is linked in.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

impl Store {
    /// Runs one query that reads, and nothing else; no longer than `limit`, where there is one.
    ///
    /// # Errors
    /// A wrong query, or one that would write (exit 2), or that takes too long (exit 1); what
    /// `answer` returns.
    pub fn ask(&self, query: &str, limit: Option<Duration>, answer: &mut dyn Answer) -> Result<()> {
        let conn = self.conn();
        if let Some(limit) = limit {
            // How long a query runs is no time of the business: the clock of `--now` stands still.
            let begun = Instant::now();
            conn.progress_handler(STEPS, Some(move || begun.elapsed() >= limit))?;
        }
        let guarded: bool = conn.query_row("PRAGMA query_only", [], |row| row.get(0))?;
        conn.pragma_update(None, "query_only", true)?;
        conn.authorizer(Some(|ctx: rusqlite::hooks::AuthContext<'_>| match ctx.action {
            AuthAction::Select
            | AuthAction::Read { .. }
            | AuthAction::Function { .. }
            | AuthAction::Recursive => Authorization::Allow,
            _ => Authorization::Deny,
        }))?;
        let answered = self.ask_guarded(query, limit, answer);
        // Whoever works with this connection next is not held to reading.
        conn.authorizer(None::<fn(rusqlite::hooks::AuthContext<'_>) -> Authorization>)?;
        conn.pragma_update(None, "query_only", guarded)?;
        if limit.is_some() {
            conn.progress_handler(0, None::<fn() -> bool>)?;
        }
        answered
    }

    fn ask_guarded(
        &self,
        query: &str,
        limit: Option<Duration>,
        answer: &mut dyn Answer,
    ) -> Result<()> {
        let mut stmt = self.conn().prepare(query).map_err(|why| wrong(&why))?;
        if !stmt.readonly() {
            return Err(
                Error::usage("`sql` only reads").hint("change records with `edit`, `rm`, `import`")
            );
        }
        let names: Vec<String> = stmt.column_names().iter().map(ToString::to_string).collect();
        let width = names.len();
        let mut rows = stmt.query([]).map_err(|why| wrong(&why))?;
        answer.columns(names)?;
        while let Some(row) = rows.next().map_err(|why| stopped(&why, limit))? {
            let cells =
                (0..width).map(|at| Ok(cell(row.get_ref(at)?))).collect::<Result<Vec<_>>>()?;
            answer.row(&cells)?;
        }
        Ok(())
    }
}

fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(n) => Cell::Int(n),
        ValueRef::Real(n) => Cell::Real(n),
        ValueRef::Text(t) => Cell::Text(t),
        ValueRef::Blob(b) => Cell::Blob(b),
    }
}

/// A query that was stopped by its limit, or that turned out wrong on the way.
fn stopped(why: &rusqlite::Error, limit: Option<Duration>) -> Error {
    match (why.sqlite_error_code(), limit) {
        (Some(rusqlite::ErrorCode::OperationInterrupted), Some(limit)) => Error::failed(format!(
            "the query took longer than the {} seconds of `--seconds`",
            limit.as_secs()
        ))
        .hint("ask for less, such as with `LIMIT`, or give it more time"),
        _ => wrong(why),
    }
}

fn wrong(why: &rusqlite::Error) -> Error {
    let message = match why {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    Error::usage(format!("the query can't be run: {message}"))
        .hint("only SELECT works here, over the views `contacts`, `companies`, `deals`, …: `rolo sql \"SELECT name FROM sqlite_schema WHERE type = 'view'\"`")
}
