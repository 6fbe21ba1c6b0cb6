//! The filter language: text → checked expression → SQL with bound parameters.
//!
//! One language serves lists, bulk edits, exports, saved views, reports and rules. [`parse`] knows
//! only the grammar, [`check`] holds the terms against the declarations of a noun, [`compile`]
//! writes the SQL. Nothing that was typed ever stands in the SQL itself.
//!
//! Where the contract is silent: `or` and `not` are words of the language in any case; inside
//! quotes `""` is one quote; a word without a letter or digit is found nowhere; `!=` and `none`
//! through a link mean that no record behind it fits, so that a missing link counts as empty.

mod bound;
mod check;
mod cond;
mod expr;
mod lex;
mod parse;
mod place;
mod sql;
#[cfg(test)]
mod tests;
mod value;

pub use check::check;
pub use cond::{Checked, mentions_trash};
pub use expr::Expr;
pub use parse::parse;
pub(crate) use sql::major;
pub use sql::{SEARCH_ID_BITS, Sql, compile, quoted};

use crate::entity::{Locale, Model, Noun};
use crate::error::Result;

/// Longest filter, in bytes.
pub const MOST_BYTES: usize = 100_000;
/// Deepest nesting of parentheses, `not` and saved views.
pub const MOST_DEPTH: usize = 64;
/// Most terms of one filter.
pub const MOST_TERMS: usize = 1000;
/// Most values behind the fields of one filter.
pub const MOST_VALUES: usize = 5000;

/// What a filter is checked against besides its noun: everything that isn't in its text.
pub struct Scope<'a> {
    pub model: &'a Model,
    /// Also the clock and the zone that days are meant in.
    pub locale: &'a Locale,
    /// Saved views by the name behind `@`.
    pub views: &'a dyn Fn(&str) -> Option<SavedView>,
}

/// A filter that was saved under a name.
#[derive(Debug, Clone)]
pub struct SavedView {
    /// Singular name of the noun it lists.
    pub noun: String,
    pub filter: String,
}

/// The SQL of a filter over the alias `t`.
///
/// # Errors
/// What [`parse`] and [`check`] refuse.
pub fn to_sql(text: &str, noun: &Noun, scope: &Scope) -> Result<Sql> {
    Ok(compile(&check(&parse(text)?, noun, scope)?, "t"))
}
