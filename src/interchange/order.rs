//! Which number of `03/04/2026` is the day: told by the other dates of the same column.

use crate::entity::when::{DateOrder, calendar_day};

/// What the dates of a column have told so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Unknown,
    Is(DateOrder),
    /// Some dates can only be one way, some only the other.
    Torn,
}

impl Order {
    /// Looks at one more cell of the column.
    pub(super) fn observe(&mut self, cell: &str) {
        let Some(told) = told(cell) else { return };
        *self = match *self {
            Self::Unknown => Self::Is(told),
            Self::Is(before) if before == told => Self::Is(told),
            Self::Is(_) | Self::Torn => Self::Torn,
        };
    }

    /// The order by which to read a cell, if it matters there.
    pub(super) fn for_cell(self, cell: &str) -> Option<DateOrder> {
        match self {
            Self::Is(order) if can_tell(cell) => Some(order),
            _ => None,
        }
    }
}

/// Days written with slashes or hyphens and the year last; points mean day first everywhere.
fn can_tell(cell: &str) -> bool {
    let cell = cell.trim_start();
    let day = cell.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&day) && matches!(cell.as_bytes().get(day), Some(b'/' | b'-'))
}

/// The order that a cell alone tells: `22/11/2026` can only be day first.
fn told(cell: &str) -> Option<DateOrder> {
    if !can_tell(cell) {
        return None;
    }
    let by = |order| calendar_day(cell, Some(order)).is_ok();
    match (by(DateOrder::Dmy), by(DateOrder::Mdy)) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(cells: &[&str]) -> Order {
        let mut order = Order::default();
        for cell in cells {
            order.observe(cell);
        }
        order
    }

    #[test]
    fn one_clear_date_tells_for_its_column() {
        assert_eq!(order(&["03/04/2026", "05/05/2026"]), Order::Unknown);
        assert_eq!(order(&["03/04/2026", "22/11/2026"]), Order::Is(DateOrder::Dmy));
        assert_eq!(order(&["07/15/2009 02:14:45+0800"]), Order::Is(DateOrder::Mdy));
        assert_eq!(order(&["22/11/2026", "11/22/2026"]), Order::Torn);
        assert_eq!(order(&["2026-11-22", "22.11.2026", "soon", ""]), Order::Unknown);
    }

    #[test]
    fn the_order_is_used_where_it_matters_alone() {
        let order = Order::Is(DateOrder::Mdy);
        assert_eq!(order.for_cell("03/04/2026"), Some(DateOrder::Mdy));
        assert_eq!(order.for_cell("22.11.2026"), None);
        assert_eq!(order.for_cell("2026-11-22"), None);
    }
}
