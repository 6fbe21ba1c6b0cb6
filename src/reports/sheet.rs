//! The answer of a number: rows of figures, each with the records behind it. Sums are kept by
//! currency and never mixed; [`Sheet::convert`] makes one of them, and keeps the rates.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::entity::Value;
use crate::entity::exchange::{Quoted, Rates};
use crate::entity::money::Currency;
use crate::error::Result;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// A name: what the row is about.
    Name,
    /// Words beside the figures.
    Text,
    /// So many records; added up in the total.
    Count,
    /// Money by currency; added up in the total.
    Sum,
    /// From 0 to 100.
    Percent,
    /// Days, a count that isn't added up, a factor.
    Number,
    Date,
}

/// A column. Its name is its key in JSON and its head elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub figure: Figure,
}

impl Column {
    #[must_use]
    pub const fn new(name: &'static str, figure: Figure) -> Self {
        Self { name, figure }
    }

    #[must_use]
    pub const fn count(name: &'static str) -> Self {
        Self::new(name, Figure::Count)
    }

    #[must_use]
    pub const fn sum(name: &'static str) -> Self {
        Self::new(name, Figure::Sum)
    }
}

/// A cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name, a ratio, a day; also a count that no currency divides.
    Value(Value),
    /// Records by the currency of their amount; under none those without an amount.
    Counts(BTreeMap<Option<Currency>, i64>),
    /// Minor units by currency.
    Sums(BTreeMap<Currency, i64>),
}

impl Cell {
    /// The empty cell of a figure.
    #[must_use]
    pub fn empty(figure: Figure) -> Self {
        match figure {
            Figure::Count => Self::Counts(BTreeMap::new()),
            Figure::Sum => Self::Sums(BTreeMap::new()),
            _ => Self::Value(Value::Null),
        }
    }

    /// Adds another cell of the same figure, `times` over; what isn't added up stays.
    fn add(&mut self, other: &Self, times: i64) {
        match (self, other) {
            (Self::Counts(own), Self::Counts(theirs)) => {
                for (currency, count) in theirs {
                    *own.entry(*currency).or_default() += count * times;
                }
            }
            (Self::Sums(own), Self::Sums(theirs)) => {
                for (currency, minor) in theirs {
                    let sum = own.entry(*currency).or_default();
                    *sum = sum.saturating_add(minor.saturating_mul(times));
                }
            }
            _ => {}
        }
    }

    /// How many records whose amounts are in a currency.
    #[must_use]
    pub fn count_of(&self, currency: Currency) -> i64 {
        match self {
            Self::Counts(counts) => counts.get(&Some(currency)).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// Minor units by currency.
    #[must_use]
    pub fn sums(&self) -> BTreeMap<Currency, i64> {
        match self {
            Self::Sums(sums) => sums.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// This figure less another: money by currency, counts, numbers; names and words stay.
    #[must_use]
    pub(super) fn less(&self, other: &Self, figure: Figure) -> Self {
        let mut left = self.clone();
        left.add(other, -1);
        match &mut left {
            Self::Sums(sums) => sums.retain(|_, minor| *minor != 0),
            Self::Counts(counts) => counts.retain(|_, count| *count != 0),
            Self::Value(value) => {
                let number = |cell: &Self| match cell {
                    Self::Value(Value::Int(n)) => Some(Decimal::from(*n)),
                    Self::Value(Value::Decimal(n)) => Some(*n),
                    _ => None,
                };
                if matches!(figure, Figure::Number | Figure::Percent) {
                    *value = match (number(self), number(other)) {
                        (Some(a), Some(b)) => Value::Decimal(a - b),
                        _ => Value::Null,
                    };
                }
            }
        }
        left
    }

    /// How many records, whatever their currency.
    #[must_use]
    pub fn count(&self) -> i64 {
        match self {
            Self::Counts(counts) => counts.values().sum(),
            _ => 0,
        }
    }
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What a person types behind `--explain`; no two rows of a sheet have the same.
    pub key: String,
    /// As many as the sheet has columns.
    pub cells: Vec<Cell>,
    /// The records behind it, where they were asked for.
    pub ids: Vec<i64>,
    /// Rates that its sums took.
    pub rates: BTreeSet<Quoted>,
}

/// The answer of a number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The names first.
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// All rows together, where they can be added up; its key is `total`.
    pub total: Option<Row>,
    /// What has to be known beside the figures, a line each.
    pub notes: Vec<String>,
    /// The currency that sums were converted to.
    pub to: Option<Currency>,
}

impl Sheet {
    /// The row of a key, or of a name where only one row has it; case doesn't matter.
    #[must_use]
    pub fn row(&self, typed: &str) -> Option<&Row> {
        let same = |text: &str| text.to_lowercase() == typed.trim().to_lowercase();
        let named = |row: &&Row| {
            row.cells.iter().zip(&self.columns).any(|(cell, column)| {
                column.figure == Figure::Name
                    && matches!(cell, Cell::Value(Value::Text(name)) if same(name))
            })
        };
        self.rows.iter().find(|row| same(&row.key)).or_else(|| {
            let mut found = self.rows.iter().filter(named);
            found.next().filter(|_| found.next().is_none())
        })
    }

    /// Makes one sum of those of all currencies. Each is converted and rounded once.
    ///
    /// # Errors
    /// No rate leads from one of the currencies to this one; the error names both and the day.
    pub fn convert(&mut self, rates: &Rates, to: Currency) -> Result<()> {
        for row in self.rows.iter_mut().chain(&mut self.total) {
            for cell in &mut row.cells {
                match cell {
                    Cell::Sums(sums) if !sums.is_empty() => {
                        let total = rates.total(sums.iter().map(|(c, minor)| (*c, *minor)), to)?;
                        *sums = BTreeMap::from([(to, total.minor)]);
                        row.rates.extend(total.used);
                    }
                    Cell::Counts(counts) => {
                        let count = counts.values().sum();
                        *counts = BTreeMap::from([(Some(to), count)]);
                    }
                    _ => {}
                }
            }
        }
        self.to = Some(to);
        Ok(())
    }

    /// Adds the row of all rows together: counts and sums alone.
    pub fn add_total(&mut self) {
        let mut cells: Vec<Cell> = self.columns.iter().map(|c| Cell::empty(c.figure)).collect();
        for row in &self.rows {
            for (total, cell) in cells.iter_mut().zip(&row.cells) {
                total.add(cell, 1);
            }
        }
        if let Some(first) = cells.first_mut() {
            *first = Cell::Value(Value::Text("total".into()));
        }
        let key = "total".to_owned();
        self.total = Some(Row { key, cells, ids: Vec::new(), rates: BTreeSet::new() });
    }

    /// All rates that the figures took.
    #[must_use]
    pub fn rates(&self) -> BTreeSet<Quoted> {
        self.rows.iter().chain(&self.total).flat_map(|r| &r.rates).copied().collect()
    }
}
