//! The time that reports are of: a month, a quarter or a year, and the one before and after.

use chrono::{Datelike, Months, NaiveDate};

/// A period that is looked at; none is each number's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui::screens::reports) struct Period {
    pub(super) first: NaiveDate,
    months: u32,
}

impl Period {
    /// The month, quarter or year of a day.
    pub(in crate::tui::screens::reports) fn of(day: NaiveDate, months: u32) -> Self {
        let month = day.month0() / months * months + 1;
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        Self { first, months }
    }

    /// So many periods on, or back.
    pub(in crate::tui::screens::reports) fn step(self, by: i32) -> Self {
        let months = Months::new(self.months * by.unsigned_abs());
        let first = if by < 0 {
            self.first.checked_sub_months(months)
        } else {
            self.first.checked_add_months(months)
        };
        Self { first: first.unwrap_or(self.first), ..self }
    }

    pub(super) fn last(self) -> NaiveDate {
        let next = self.first.checked_add_months(Months::new(self.months));
        next.and_then(|day| day.pred_opt()).unwrap_or(self.first)
    }

    /// `2026-11`, `2026-Q4` or `2026`, as `--period` takes it.
    pub(in crate::tui::screens::reports) fn shown(self) -> String {
        match self.months {
            1 => self.first.format("%Y-%m").to_string(),
            3 => format!("{}-Q{}", self.first.year(), self.first.month0() / 3 + 1),
            _ => self.first.year().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_go_on_and_back_and_are_named_as_commands_take_them() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let shown = |months: u32, by: i32| Period::of(day, months).step(by).shown();
        assert_eq!([shown(3, 0), shown(3, 1), shown(3, -4)], ["2026-Q4", "2027-Q1", "2025-Q4"]);
        assert_eq!([shown(1, 0), shown(1, 2), shown(12, -1)], ["2026-11", "2027-01", "2025"]);
        let quarter = Period::of(day, 3);
        assert_eq!(
            (quarter.first.to_string(), quarter.last().to_string()),
            ("2026-10-01".into(), "2026-12-31".into())
        );
    }
}
