//! A table of rates with a column for each currency (as the European Central Bank publishes them),
//! as rows of one rate each.

use std::collections::VecDeque;
use std::sync::Arc;

use super::decode::Found;
use super::delimited::is_nameless;
use super::source::{RawRow, Source};
use crate::entity::money::Currency;
use crate::error::{Error, Result};

/// What the rows say, in this order.
const HEADERS: [&str; 4] = ["date", "base", "quote", "rate"];

/// The rows of a wide table, each cut into one for each rate.
pub(super) struct Wide {
    inner: Source,
    headers: Vec<String>,
    base: String,
    date: usize,
    currencies: Vec<(usize, String)>,
    waiting: VecDeque<RawRow>,
}

/// Reads a source of rates by a base that its rows don't name: a wide table, or a column less.
///
/// # Errors
/// The file is wide and no base is said.
pub fn rates_by(source: Source, base: Option<Currency>) -> Result<Source> {
    let headers = source.headers();
    let currencies: Vec<(usize, String)> = headers
        .iter()
        .enumerate()
        .filter(|(_, h)| h.trim().len() == 3 && h.parse::<Currency>().is_ok())
        .map(|(at, h)| (at, h.trim().to_uppercase()))
        .collect();
    // The European Central Bank's history has columns of currencies that are no more (CYP, EEK), which
    // no amount can be in: those stand aside.
    let is_of_old = |h: &str| h.len() == 3 && h.bytes().all(|b| b.is_ascii_uppercase());
    let others: Vec<usize> = (0..headers.len())
        .filter(|at| !is_nameless(headers, *at) && !currencies.iter().any(|(c, _)| c == at))
        .filter(|at| currencies.is_empty() || !is_of_old(headers[*at].trim()))
        .collect();
    let (true, [date]) = (!currencies.is_empty(), &others[..]) else { return Ok(source) };
    let Some(base) = base else {
        return Err(Error::usage(
            "the file has a column for each currency, and doesn't say which one they are rates of",
        )
        .hint("name it: `--base EUR` for the files of the European Central Bank"));
    };
    let wide = Wide {
        headers: HEADERS.map(str::to_owned).into(),
        base: base.code().to_owned(),
        date: *date,
        currencies,
        waiting: VecDeque::new(),
        inner: source,
    };
    Ok(Source::of_wide(wide))
}

impl Wide {
    pub(super) fn found(&self) -> Arc<Found> {
        self.inner.found()
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    pub(super) fn position(&self) -> u64 {
        self.inner.position()
    }

    pub(super) fn read(&mut self, row: &mut RawRow) -> Result<bool> {
        loop {
            if let Some(next) = self.waiting.pop_front() {
                *row = next;
                return Ok(true);
            }
            if !self.inner.read(row)? {
                return Ok(false);
            }
            if row.fault.is_some() {
                return Ok(true);
            }
            for (at, code) in &self.currencies {
                let rate = row.cell(*at).trim();
                // A currency that wasn't quoted on that day.
                if rate.is_empty() || matches!(rate, "N/A" | "-" | "NaN") {
                    continue;
                }
                let mut one = RawRow::default();
                one.begin(row.line);
                for cell in [row.cell(self.date).trim(), &self.base, code, rate] {
                    one.push(cell);
                }
                self.waiting.push_back(one);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Input, ReadOptions};
    use super::*;

    fn rows(text: &'static str) -> Vec<Vec<String>> {
        let input = Input::Stream(Box::new(text.as_bytes()));
        let source = Source::open(input, &ReadOptions::default()).expect("a source");
        let mut source = rates_by(source, Some(Currency::EUR)).expect("rates");
        let (mut all, mut row) = (Vec::new(), RawRow::default());
        while source.read(&mut row).expect("a row") {
            all.push(row.cells().map(str::to_owned).collect());
        }
        all
    }

    #[test]
    fn a_column_for_each_currency_becomes_a_row_for_each_rate() {
        let all = rows("Date,USD,JPY,BGN,\n2026-11-20,1.08,162.4,N/A,\n2026-11-19,1.07,,1.9558,\n");
        assert_eq!(
            all,
            [
                ["2026-11-20", "EUR", "USD", "1.08"],
                ["2026-11-20", "EUR", "JPY", "162.4"],
                ["2026-11-19", "EUR", "USD", "1.07"],
                ["2026-11-19", "EUR", "BGN", "1.9558"],
            ]
        );
    }

    #[test]
    fn columns_of_currencies_that_are_no_more_stand_aside() {
        let all = rows("Date,USD,CYP,EEK\n2026-11-20,1.08,N/A,15.6466\n");
        assert_eq!(all, [["2026-11-20", "EUR", "USD", "1.08"]]);
    }

    #[test]
    fn a_table_that_is_long_stays_as_it_is() {
        let all = rows("base,quote,rate,date\nEUR,USD,1.08,2026-11-20\n");
        assert_eq!(all, [["EUR", "USD", "1.08", "2026-11-20"]]);
    }
}
