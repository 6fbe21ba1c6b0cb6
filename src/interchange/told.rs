//! What the cells of each column have told so far of how they are written: the order of days and
//! months, the mark before decimals, whether percents are shares of 1. Shared by the one who reads rows and the one who makes values
//! of them, who may work in two threads.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

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
    /// Numbers of which the kind tells what a column leaves open.
    Numbers,
    /// The same, that may be shares of 1: `0.9` for 90 %.
    Percents,
}

/// What a cell tells of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    Nothing,
    Bits(u8),
    /// It could be read two ways.
    Open,
}

/// Bits of a column's state.
const FIRST: u8 = 1;
const SECOND: u8 = 2;
const THIRD: u8 = 4;
/// All rows of the file were looked at.
const ALL: u8 = 8;
/// A cell is a fraction, such as `0.9`.
const SHARE: u8 = 16;
/// A cell can only be a percentage, such as `40` or `0.5 %`.
const PERCENT: u8 = 32;

/// What one column has told.
#[derive(Debug, Default)]
struct State {
    bits: AtomicU8,
    /// The first cell that could be read two ways, and its line.
    open: OnceLock<(u64, String)>,
}

/// A column of which cells could be read two ways, and nothing tells which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Undecided {
    pub(super) column: usize,
    /// The first such cell.
    pub(super) line: u64,
    pub(super) cell: String,
    pub(super) is_date: bool,
    /// Other cells can only be one way, others again only another.
    pub(super) is_torn: bool,
}

/// What a row's cell leaves open until more of its column has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// The order of days and months, or the mark before decimals.
    Form(usize),
    /// Whether percents are shares of 1.
    Shares(usize),
}

/// The state of all columns.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    looks: Vec<Look>,
    states: Arc<[State]>,
    /// In JSON, a number is written with a point.
    is_json: bool,
}

impl Columns {
    /// Columns by the kinds of what they fill; those without one aren't looked at.
    pub(super) fn of(kinds: &[Option<&Kind>], is_json: bool) -> Self {
        let look = |kind: Option<&Kind>| match kind {
            Some(Kind::Date | Kind::Datetime | Kind::Due) => Look::Days,
            Some(Kind::Money | Kind::Decimal) => Look::Decimals,
            Some(Kind::Percent) if !is_json => Look::Percents,
            Some(Kind::Int | Kind::Percent) => Look::Numbers,
            _ => Look::Nothing,
        };
        Self {
            looks: kinds.iter().copied().map(look).collect(),
            states: kinds.iter().map(|_| State::default()).collect(),
            is_json,
        }
    }

    /// Whether the column holds dates whose order is found out.
    pub(super) fn is_of_days(&self, column: usize) -> bool {
        self.looks[column] == Look::Days
    }

    fn tells(&self, column: usize, cell: &str) -> Tells {
        match self.looks[column] {
            Look::Nothing => Tells::Nothing,
            Look::Days => match order::told(cell) {
                order::Telling::Nothing => Tells::Nothing,
                order::Telling::Open => Tells::Open,
                order::Telling::Is(order) => Tells::Bits(bits_of_order(order)),
            },
            Look::Decimals | Look::Numbers | Look::Percents => match self.mark_told(cell) {
                marks::Telling::Nothing => Tells::Nothing,
                marks::Telling::Open(_) => Tells::Open,
                marks::Telling::Is(mark) => Tells::Bits(bits_of_mark(mark)),
            },
        }
    }

    /// Looks at one more cell of a column; whether it could be read two ways.
    pub(super) fn observe(&self, column: usize, cell: &str, line: u64) -> bool {
        let state = &self.states[column];
        if let (Look::Percents, Some(bit)) = (self.looks[column], share_told(cell)) {
            state.bits.fetch_or(bit, Ordering::Relaxed);
        }
        match self.tells(column, cell) {
            Tells::Nothing => false,
            Tells::Bits(bits) => {
                state.bits.fetch_or(bits, Ordering::Relaxed);
                false
            }
            Tells::Open => {
                state.open.get_or_init(|| (line, cell.to_owned()));
                true
            }
        }
    }

    /// What a number's cell tells, in this format.
    pub(super) fn mark_told(&self, cell: &str) -> marks::Telling {
        match marks::told(cell) {
            marks::Telling::Open(Mark::Point) if self.is_json => marks::Telling::Is(Mark::Point),
            told => told,
        }
    }

    /// Looks at all cells of a row.
    pub(super) fn observe_row(&self, row: &RawRow) {
        for (column, look) in self.looks.iter().enumerate() {
            if *look != Look::Nothing {
                self.observe(column, row.cell(column), row.line);
            }
        }
    }

    /// Looks at the cells of a row whose columns have told nothing yet; gives one of those that
    /// this row's cell leaves open.
    pub(super) fn asked_by(&self, row: &RawRow) -> Option<Open> {
        let mut asked = None;
        for (column, look) in self.looks.iter().enumerate() {
            let (form, shares) = (Open::Form(column), Open::Shares(column));
            let is_of_shares = *look == Look::Percents && self.is_unsettled(shares);
            if *look == Look::Nothing || !is_of_shares && !self.is_unsettled(form) {
                continue;
            }
            let cell = row.cell(column);
            if self.observe(column, cell, row.line) && self.is_unsettled(form) {
                asked = asked.or(Some(form));
            }
            if is_of_shares && may_be_share(cell) {
                asked = asked.or(Some(shares));
            }
        }
        asked
    }

    /// Whether a cell could be read two ways and its column doesn't say which.
    pub(super) fn leaves_open(&self, column: usize, cell: &str) -> bool {
        self.tells(column, cell) == Tells::Open && !self.is_decided(column)
    }

    fn is_decided(&self, column: usize) -> bool {
        match self.looks[column] {
            Look::Nothing | Look::Numbers | Look::Percents => true,
            Look::Days => matches!(self.order(column), Told::Is(_)),
            Look::Decimals => matches!(self.mark(column), Told::Is(_)),
        }
    }

    /// The columns of which a cell could be read two ways, and nothing in the file tells which.
    pub(super) fn undecided(&self) -> Vec<Undecided> {
        let of = |(column, state): (usize, &State)| {
            let (line, cell) = state.open.get().filter(|_| !self.is_decided(column))?.clone();
            let is_torn = self.state(column) & (FIRST | SECOND | THIRD) != 0;
            let is_date = self.looks[column] == Look::Days;
            Some(Undecided { column, line, cell, is_date, is_torn })
        };
        self.states.iter().enumerate().filter_map(of).collect()
    }

    /// How the columns of a row's cells that could be read two ways were decided.
    pub(super) fn decided(&self, row: &RawRow) -> Vec<(usize, Way)> {
        let way = |column: usize| match self.looks[column] {
            Look::Days => match self.order(column) {
                Told::Is(order) => Some(Way::Order(order)),
                _ => None,
            },
            Look::Decimals | Look::Numbers | Look::Percents => match self.mark(column) {
                Told::Is(mark) => Some(Way::Decimal(mark)),
                _ => None,
            },
            Look::Nothing => None,
        };
        let form = (0..self.looks.len())
            .filter(|column| self.tells(*column, row.cell(*column)) == Tells::Open)
            .filter_map(|column| Some((column, way(column)?)));
        let shares = (0..self.looks.len())
            .filter(|column| self.looks[*column] == Look::Percents)
            .filter(|column| may_be_share(row.cell(*column)))
            .map(|column| (column, Way::Shares(self.is_of_shares(column))));
        form.chain(shares).collect()
    }

    /// Takes over how a column was decided when its rows stood in another file.
    pub(super) fn hear(&self, column: usize, way: Way) {
        let bits = match (self.looks.get(column), way) {
            (Some(Look::Days), Way::Order(order)) => bits_of_order(order),
            (Some(Look::Decimals | Look::Numbers | Look::Percents), Way::Decimal(mark)) => {
                bits_of_mark(mark)
            }
            (Some(Look::Percents), Way::Shares(true)) => SHARE,
            (Some(Look::Percents), Way::Shares(false)) => PERCENT,
            _ => return,
        };
        self.states[column].bits.fetch_or(bits, Ordering::Relaxed);
    }

    /// Whether more rows could still tell something about a column.
    pub(super) fn is_unsettled(&self, what: Open) -> bool {
        match what {
            Open::Form(column) => self.state(column) & (FIRST | SECOND | THIRD | ALL) == 0,
            Open::Shares(column) => self.state(column) & (PERCENT | ALL) == 0,
        }
    }

    /// Whether the percents of a column are shares of 1: some of its cells are fractions, and none
    /// is more than 1 or bears a percent sign.
    pub(super) fn is_of_shares(&self, column: usize) -> bool {
        self.state(column) & (SHARE | PERCENT) == SHARE
    }

    /// Says that there are no more rows.
    pub(super) fn all_seen(&self) {
        for state in self.states.iter() {
            state.bits.fetch_or(ALL, Ordering::Relaxed);
        }
    }

    fn state(&self, column: usize) -> u8 {
        self.states[column].bits.load(Ordering::Relaxed)
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

/// How the cells of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Order(DateOrder),
    Decimal(Mark),
    /// Percents as shares of 1, or not.
    Shares(bool),
}

/// The ways by the words for them.
const WAYS: [(&str, Way); 7] = [
    ("day first", Way::Order(DateOrder::Dmy)),
    ("month first", Way::Order(DateOrder::Mdy)),
    ("year first", Way::Order(DateOrder::Ymd)),
    ("with a decimal point", Way::Decimal(Mark::Point)),
    ("with a decimal comma", Way::Decimal(Mark::Comma)),
    ("in shares of 1", Way::Shares(true)),
    ("in percent", Way::Shares(false)),
];

impl Way {
    /// The words for it.
    pub(super) fn words(self) -> &'static str {
        WAYS.iter().find(|(_, way)| *way == self).map_or("", |(words, _)| words)
    }

    /// The way that words stand for.
    pub(super) fn of(words: &str) -> Option<Self> {
        WAYS.iter().find(|(known, _)| *known == words).map(|(_, way)| *way)
    }
}

/// What a cell of percents tells of whether they are shares of 1; `0` and `1` tell nothing.
fn share_told(cell: &str) -> Option<u8> {
    let cell = cell.trim();
    if cell.ends_with('%') {
        return Some(PERCENT);
    }
    let (whole, part) = cell.split_once(['.', ',']).unwrap_or((cell, ""));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if cell.is_empty() || !is_number(whole) || !is_number(part) {
        return None;
    }
    let has_part = part.bytes().any(|b| b != b'0');
    match (whole.trim_start_matches('0'), has_part) {
        ("", true) => Some(SHARE),
        ("" | "1", false) => None,
        _ => Some(PERCENT),
    }
}

/// Whether a cell of percents means another number where it is a share of 1.
fn may_be_share(cell: &str) -> bool {
    cell.bytes().any(|b| matches!(b, b'1'..=b'9')) && share_told(cell) != Some(PERCENT)
}

fn bits_of_order(order: DateOrder) -> u8 {
    match order {
        DateOrder::Dmy => FIRST,
        DateOrder::Mdy => SECOND,
        DateOrder::Ymd => THIRD,
    }
}

fn bits_of_mark(mark: Mark) -> u8 {
    match mark {
        Mark::Point => FIRST,
        Mark::Comma => SECOND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &Kind, cells: &[&str]) -> Columns {
        let columns = Columns::of(&[Some(kind)], false);
        for (at, cell) in cells.iter().enumerate() {
            columns.observe(0, cell, at as u64);
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
        assert!(told(&Kind::Text, &["1,5"]).is_unsettled(Open::Form(0)));
    }

    #[test]
    fn percents_are_shares_where_none_is_more_than_one() {
        let is_of_shares = |cells: &[&str]| told(&Kind::Percent, cells).is_of_shares(0);
        assert!(is_of_shares(&["0.9", "1", "0", ""]));
        assert!(is_of_shares(&["0,25"]));
        assert!(!is_of_shares(&["0.9", "40"]));
        assert!(!is_of_shares(&["0.9", "1.5"]));
        assert!(!is_of_shares(&["0.9", "12 %"]));
        assert!(!is_of_shares(&["1", "0", "1.00"]), "nothing tells");
        assert!(!told(&Kind::Decimal, &["0.9"]).is_of_shares(0));
    }

    #[test]
    fn a_column_that_nothing_decides_is_named_by_its_first_open_cell() {
        let open = |kind: &Kind, cells: &[&str]| {
            let found = told(kind, cells).undecided();
            found.into_iter().map(|u| (u.line, u.cell, u.is_torn)).collect::<Vec<_>>()
        };
        let first = |line, cell: &str, torn| vec![(line, cell.to_owned(), torn)];
        assert_eq!(
            open(&Kind::Date, &["", "03/04/2026", "01/02/2026"]),
            first(1, "03/04/2026", false)
        );
        assert_eq!(open(&Kind::Date, &["03/04/2026", "22/04/2026"]), []);
        let torn = ["22/11/2026", "11/22/2026", "1/2/2026"];
        assert_eq!(open(&Kind::Date, &torn), first(2, "1/2/2026", true));
        assert_eq!(open(&Kind::Money, &["1,234"]), first(0, "1,234", false));
        assert_eq!(open(&Kind::Int, &["1,234"]), []);
    }

    #[test]
    fn a_way_has_words_that_lead_back_to_it() {
        for (words, way) in WAYS {
            assert_eq!((way.words(), Way::of(words)), (words, Some(way)));
        }
        assert_eq!(Way::of("sideways"), None);
    }
}
