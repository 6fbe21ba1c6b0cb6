//! What the cells of each column have told so far of how they are written: the order of days and
//! months, the mark before decimals. Shared by the one who reads rows and the one who makes values
//! of them, who may work in two threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::marks::{self, Mark};
use super::order;
use super::source::RawRow;
use crate::entity::Kind;
use crate::entity::when::DateOrder;

/// What a column has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told<T> {
    Nothing,
    Is(T),
    /// Some cells can only be one way, some only another.
    Torn,
}

/// What is looked at in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Nothing,
    Days,
    Decimals,
}

/// Bits of a column's state.
const FIRST: u8 = 1;
const SECOND: u8 = 2;
const THIRD: u8 = 4;
/// All rows of the file were looked at.
const ALL: u8 = 8;

/// The state of all columns.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    looks: Vec<Look>,
    states: Arc<[AtomicU8]>,
    /// In JSON, a number is written with a point.
    is_json: bool,
}

impl Columns {
    /// Columns by the kinds of what they fill; those without one aren't looked at.
    pub(super) fn of(kinds: &[Option<&Kind>], is_json: bool) -> Self {
        let look = |kind: Option<&Kind>| match kind {
            Some(Kind::Date | Kind::Datetime | Kind::Due) => Look::Days,
            Some(Kind::Money | Kind::Decimal | Kind::Int | Kind::Percent) => Look::Decimals,
            _ => Look::Nothing,
        };
        Self {
            looks: kinds.iter().copied().map(look).collect(),
            states: kinds.iter().map(|_| AtomicU8::new(0)).collect(),
            is_json,
        }
    }

    /// Whether the column holds dates whose order is found out.
    pub(super) fn is_of_days(&self, column: usize) -> bool {
        self.looks[column] == Look::Days
    }

    /// Looks at one more cell of a column.
    pub(super) fn observe(&self, column: usize, cell: &str) {
        let bits = match self.looks[column] {
            Look::Nothing => return,
            Look::Days => match order::told(cell) {
                order::Telling::Nothing | order::Telling::Open => return,
                order::Telling::Is(DateOrder::Dmy) => FIRST,
                order::Telling::Is(DateOrder::Mdy) => SECOND,
                order::Telling::Is(DateOrder::Ymd) => THIRD,
            },
            Look::Decimals => match self.mark_told(cell) {
                marks::Telling::Nothing | marks::Telling::Open(_) => return,
                marks::Telling::Is(Mark::Point) => FIRST,
                marks::Telling::Is(Mark::Comma) => SECOND,
            },
        };
        self.states[column].fetch_or(bits, Ordering::Relaxed);
    }

    /// What a number's cell tells, in this format.
    pub(super) fn mark_told(&self, cell: &str) -> marks::Telling {
        match marks::told(cell) {
            marks::Telling::Open(Mark::Point) if self.is_json => marks::Telling::Is(Mark::Point),
            told => told,
        }
    }

    /// Looks at all cells of a row whose columns say nothing yet.
    pub(super) fn observe_row(&self, row: &RawRow) {
        for (column, look) in self.looks.iter().enumerate() {
            if *look != Look::Nothing {
                self.observe(column, row.cell(column));
            }
        }
    }

    /// A column of which this row's cell could be read two ways, while nothing has told yet which.
    pub(super) fn asked_by(&self, row: &RawRow) -> Option<usize> {
        self.looks.iter().enumerate().position(|(column, look)| {
            let cell = match look {
                Look::Nothing => return false,
                _ => row.cell(column),
            };
            if cell.is_empty() || !self.is_unsettled(column) {
                return false;
            }
            match look {
                Look::Days => order::told(cell) == order::Telling::Open,
                _ => matches!(self.mark_told(cell), marks::Telling::Open(_)),
            }
        })
    }

    /// Whether more rows could still tell something about a column.
    pub(super) fn is_unsettled(&self, column: usize) -> bool {
        self.state(column) & (FIRST | SECOND | THIRD | ALL) == 0
    }

    /// Says that there are no more rows.
    pub(super) fn all_seen(&self) {
        for state in self.states.iter() {
            state.fetch_or(ALL, Ordering::Relaxed);
        }
    }

    fn state(&self, column: usize) -> u8 {
        self.states[column].load(Ordering::Relaxed)
    }

    pub(super) fn order(&self, column: usize) -> Told<DateOrder> {
        match self.state(column) & (FIRST | SECOND | THIRD) {
            0 => Told::Nothing,
            FIRST => Told::Is(DateOrder::Dmy),
            SECOND => Told::Is(DateOrder::Mdy),
            THIRD => Told::Is(DateOrder::Ymd),
            _ => Told::Torn,
        }
    }

    pub(super) fn mark(&self, column: usize) -> Told<Mark> {
        match self.state(column) & (FIRST | SECOND) {
            0 => Told::Nothing,
            FIRST => Told::Is(Mark::Point),
            SECOND => Told::Is(Mark::Comma),
            _ => Told::Torn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &Kind, cells: &[&str]) -> Columns {
        let columns = Columns::of(&[Some(kind)], false);
        for cell in cells {
            columns.observe(0, cell);
        }
        columns
    }

    #[test]
    fn one_clear_cell_tells_for_its_column() {
        let order = |cells: &[&str]| told(&Kind::Date, cells).order(0);
        assert_eq!(order(&["03/04/2026", "05/05/2026"]), Told::Nothing);
        assert_eq!(order(&["03/04/2026", "22/11/2026"]), Told::Is(DateOrder::Dmy));
        assert_eq!(order(&["22/11/2026", "11/22/2026"]), Told::Torn);
        let mark = |cells: &[&str]| told(&Kind::Money, cells).mark(0);
        assert_eq!(mark(&["1,234", "12"]), Told::Nothing);
        assert_eq!(mark(&["1,234", "12,5"]), Told::Is(Mark::Comma));
        assert_eq!(mark(&["1.5", "1,5"]), Told::Torn);
        assert!(told(&Kind::Text, &["1,5"]).is_unsettled(0));
    }
}
