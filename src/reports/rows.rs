//! Rows under way: figures by what their deals have in common, until they get names and an order.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::Ask;
use super::sheet::{Cell, Column, Figure, Row, Sheet};
use crate::entity::Value;
use crate::entity::money::Currency;
use crate::error::Result;
use crate::store::{By, Deals, Key, Named, Reader};

/// Rows by a key, with the same figures each.
pub(super) struct Rows {
    by: By,
    figures: Vec<Column>,
    drafts: BTreeMap<Key, Draft>,
}

/// The figures of a row, and the records behind it.
pub(super) struct Draft {
    cells: Vec<Cell>,
    pub(super) ids: Vec<i64>,
}

impl Rows {
    pub(super) fn new(by: By, figures: &[Column]) -> Self {
        Self { by, figures: figures.to_vec(), drafts: BTreeMap::new() }
    }

    /// The row of a key, made where it is missing.
    pub(super) fn at(&mut self, key: &Key) -> &mut Draft {
        let figures = &self.figures;
        self.drafts.entry(key.clone()).or_insert_with(|| Draft {
            cells: figures.iter().map(|c| Cell::empty(c.figure)).collect(),
            ids: Vec::new(),
        })
    }

    /// Does something with the row of a key, if there is one.
    pub(super) fn only_at(&mut self, key: &Key, work: impl FnOnce(&mut Draft)) {
        if let Some(row) = self.drafts.get_mut(key) {
            work(row);
        }
    }

    /// Every row so far.
    pub(super) fn each(&mut self) -> impl Iterator<Item = (&Key, &mut Draft)> {
        self.drafts.iter_mut()
    }

    /// Rows for the stages that hold no such deal, where it is split by stage.
    pub(super) fn every_stage(&mut self, reader: &Reader, deals: &Deals) -> Result<()> {
        if self.by == By::Stage {
            for key in reader.stage_keys(deals)? {
                self.at(&key);
            }
        }
        Ok(())
    }

    /// Collects the records behind the rows, if that is asked.
    pub(super) fn explain(&mut self, reader: &Reader, ask: &Ask, deals: &Deals) -> Result<()> {
        if ask.explain {
            for (keys, id) in reader.deals_behind(&[self.by], deals)? {
                self.at(&keys[0]).ids.push(id);
            }
        }
        Ok(())
    }

    /// The sheet: rows with names, in order; sums in the currency that was asked for, with today's
    /// rates; a total where there is something to add.
    pub(super) fn sheet(self, reader: &Reader, ask: &Ask) -> Result<Sheet> {
        self.sheet_with(reader, ask, |_, _| {})
    }

    /// As [`Self::sheet`]; `finish` then works out, once sums are converted, the figures of each row
    /// that follow from others. The total has no key.
    pub(super) fn sheet_with(
        mut self,
        reader: &Reader,
        ask: &Ask,
        mut finish: impl FnMut(Option<&Key>, &mut [Cell]),
    ) -> Result<Sheet> {
        let keys = self.drafts.keys().cloned().collect();
        let mut columns = names(self.by);
        columns.extend(&self.figures);
        let first = columns.len() - self.figures.len();
        let mut sheet = Sheet { columns, ..Sheet::default() };
        let mut order = Vec::new();
        for named in reader.name_keys(self.by, keys)? {
            let Some(draft) = self.drafts.remove(&named.key) else { continue };
            let cells = named_cells(self.by, &named).into_iter().chain(draft.cells).collect();
            sheet.rows.push(Row {
                key: named.typed(),
                cells,
                ids: draft.ids,
                rates: BTreeSet::new(),
            });
            order.push(named.key);
        }
        tell_apart(&mut sheet.rows);
        if self.figures.iter().any(|c| matches!(c.figure, Figure::Count | Figure::Sum)) {
            sheet.add_total();
        }
        if let Some(to) = ask.to {
            sheet.convert(&reader.rates(ask.times.today())?, to)?;
        }
        for (row, key) in sheet.rows.iter_mut().zip(&order) {
            finish(Some(key), &mut row.cells[first..]);
        }
        if let Some(total) = &mut sheet.total {
            finish(None, &mut total.cells[first..]);
        }
        Ok(sheet)
    }

    /// A count of all rows together.
    pub(super) fn sum_of_counts(&self, column: usize) -> i64 {
        self.drafts.values().filter_map(|row| row.cells.get(column)).map(Cell::count).sum()
    }
}

impl Draft {
    /// Counts deals whose amounts are in a currency.
    pub(super) fn count(
        &mut self,
        column: usize,
        currency: Option<Currency>,
        count: i64,
    ) -> &mut Self {
        if let Some(Cell::Counts(counts)) = self.cells.get_mut(column) {
            *counts.entry(currency).or_default() += count;
        }
        self
    }

    /// Adds minor units; deals without an amount have nothing to add.
    pub(super) fn sum(
        &mut self,
        column: usize,
        currency: Option<Currency>,
        minor: i64,
    ) -> &mut Self {
        if let (Some(Cell::Sums(sums)), Some(currency)) = (self.cells.get_mut(column), currency) {
            *sums.entry(currency).or_default() += minor;
        }
        self
    }

    /// Sets a figure that isn't added up.
    pub(super) fn set(&mut self, column: usize, value: Value) -> &mut Self {
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = Cell::Value(value);
        }
        self
    }
}

/// The columns that name a row.
pub(super) fn names(by: By) -> Vec<Column> {
    let name = |name| Column::new(name, Figure::Name);
    match by {
        By::Stage => vec![name("pipeline"), name("stage")],
        other => vec![name(other.name())],
    }
}

/// The cells of them.
pub(super) fn named_cells(by: By, named: &Named) -> Vec<Cell> {
    let text = |text: &str| Cell::Value(Value::Text(text.to_owned()));
    let name = if named.key == Key::None { Cell::Value(Value::Null) } else { text(&named.name) };
    match by {
        By::Stage => vec![text(named.within.as_deref().unwrap_or_default()), name],
        _ => vec![name],
    }
}

/// Two rows may bear one name, such as two companies: then they get numbers.
fn tell_apart(rows: &mut [Row]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let count = seen.entry(row.key.to_lowercase()).or_default();
        *count += 1;
        if *count > 1 {
            row.key = format!("{} #{count}", row.key);
        }
    }
}
