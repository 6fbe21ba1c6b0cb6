//! `sql`: one reading query over the documented views, its cells as they come.

use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::types::ValueRef;

use super::Store;
use crate::error::{Error, Result};

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
    /// Runs one query that reads, and nothing else.
    ///
    /// # Errors
    /// A wrong query, or one that would write (exit 2); what `answer` returns.
    pub fn ask(&self, query: &str, answer: &mut dyn Answer) -> Result<()> {
        let conn = self.conn();
        conn.pragma_update(None, "query_only", "ON")?;
        conn.authorizer(Some(|ctx: rusqlite::hooks::AuthContext<'_>| match ctx.action {
            AuthAction::Select
            | AuthAction::Read { .. }
            | AuthAction::Function { .. }
            | AuthAction::Recursive => Authorization::Allow,
            _ => Authorization::Deny,
        }))?;
        let mut stmt = conn.prepare(query).map_err(|why| wrong(&why))?;
        if !stmt.readonly() {
            return Err(
                Error::usage("`sql` only reads").hint("change records with `edit`, `rm`, `import`")
            );
        }
        let names: Vec<String> = stmt.column_names().iter().map(ToString::to_string).collect();
        let width = names.len();
        let mut rows = stmt.query([]).map_err(|why| wrong(&why))?;
        answer.columns(names)?;
        while let Some(row) = rows.next().map_err(|why| wrong(&why))? {
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

fn wrong(why: &rusqlite::Error) -> Error {
    let message = match why {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    Error::usage(format!("the query can't be run: {message}"))
        .hint("only SELECT works here, over the views `contacts`, `companies`, `deals`, …: `rolo sql \"SELECT name FROM sqlite_schema WHERE type = 'view'\"`")
}
