//! A checked filter: every name found, every value typed.

use rusqlite::types::Value;
use uuid::Uuid;

use super::bound::Bounds;
use crate::entity::money::Currency;
use crate::entity::{Entity, Field, Named};

/// A filter that fits its noun.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) cond: Cond,
    pub(super) entity: &'static Entity,
    pub(super) mentions_trash: bool,
}

impl Checked {
    /// Whether it matches every record: the empty filter.
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(self.cond, Cond::All)
    }
}

/// Whether the filter itself says something about the trash (`is:trashed`, `trashed:…`), so that
/// the reader doesn't leave trashed records out.
#[must_use]
pub fn mentions_trash(checked: &Checked) -> bool {
    checked.mentions_trash
}

/// A condition on one record of a known entity.
#[derive(Debug, Clone)]
pub(super) enum Cond {
    All,
    And(Vec<Cond>),
    /// None of none: matches nothing.
    Or(Vec<Cond>),
    Not(Box<Cond>),
    /// A query of the search index, and the noun's number there.
    Search(String, usize),
    /// Declared SQL over `{t}`.
    State(&'static str),
    Test(Named, Test),
    /// A link leads to a record of one of these entities that fits.
    Link(&'static Field, Vec<(&'static Entity, To)>),
}

/// Which records of an entity a link has to lead to.
#[derive(Debug, Clone)]
pub(super) enum To {
    Id(i64),
    /// The acting user.
    Me,
    Where(Cond),
}

/// What a value of a field has to be. Texts are folded.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Filled,
    Contains(String),
    Equals(String),
    /// A phone number that contains the folded text or, without its marks, these digits.
    Dials(String, String),
    /// A phone number that is the folded text or has this E.164 form.
    Reaches(String, String),
    /// A word of a closed choice.
    Word(&'static str),
    Bool(bool),
    Uid(Uuid),
    /// The last hex digits of a uid, upper case.
    UidTail(String),
    Within(Bounds<Value>),
    /// A day of any year, as it ends a stored day: `-05-14`.
    OfAnyYear(String),
    /// In major units, and only in this currency if one is given.
    Money(Bounds<Value>, Option<Currency>),
    /// For what is due at an instant, and for what is due on a day; that may be never.
    Due(Bounds<Value>, Option<Bounds<Value>>),
}
