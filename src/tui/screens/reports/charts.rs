//! What the pages of reports show: panels of the funnel's numbers, of quotas and of open work, each
//! as bars with the figures beside, and the records behind a bar. The numbers are those of the
//! command line; a new one has its place on the last page until a panel is made for it.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike, Months, NaiveDate};
use rust_decimal::prelude::ToPrimitive;

use crate::entity::Value;
use crate::entity::money::{Currency, amount_for_people};
use crate::error::Result;
use crate::reports::{self, Ask, Cell, Column, Figure, LIMIT, NUMBERS, Number, Row, Sheet, Span};
use crate::store::{By, Listing};
use crate::tui::deeds::quoted;
use crate::tui::desk::Desk;
use crate::tui::widgets::amount::{short, short_sums};

/// Where a panel comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A number, by its verb.
    Number(&'static str),
    Quotas,
    /// Open work: how much of each kind waits.
    Waits,
}

/// A panel: its source, its title, the column that its bars are of and those beside them (where none
/// is named, what the number has first), and what it is split by whatever was chosen.
#[derive(Clone, Copy)]
struct Panel {
    source: Source,
    title: &'static str,
    bar: &'static [&'static str],
    beside: &'static [&'static str],
    by: Option<By>,
    /// Its bars are the columns beside each other, row by row, in place of one column.
    across: bool,
}

const fn number(
    verb: &'static str,
    title: &'static str,
    bar: &'static [&'static str],
    beside: &'static [&'static str],
) -> Panel {
    Panel { source: Source::Number(verb), title, bar, beside, by: None, across: false }
}

const fn own(source: Source, title: &'static str) -> Panel {
    Panel { source, title, bar: &[], beside: &[], by: None, across: false }
}

const fn split(panel: Panel, by: By) -> Panel {
    Panel { by: Some(by), ..panel }
}

const fn across(panel: Panel) -> Panel {
    Panel { across: true, ..panel }
}

/// The pages: a name, and the panels.
static PAGES: &[(&str, &[Panel])] = &[
    (
        "Pipeline",
        &[
            number("pipeline", "Open deals", &["amount"], &["count", "amount"]),
            split(
                number("winloss", "Won per month", &["won_amount"], &["won", "won_amount"]),
                By::Month,
            ),
            number("funnel", "Conversion", &["entered"], &["entered", "share"]),
            own(Source::Waits, "What waits"),
            number("stages", "Time in stages", &["median_days"], &["median_days", "p90_days"]),
            number("stuck", "Stuck", &["days_in_stage"], &["days_in_stage", "amount"]),
        ],
    ),
    (
        "Forecast",
        &[
            number("forecast", "Forecast", &["weighted"], &["weighted", "commit", "won"]),
            across(number("range", "What may be won", &[], &["won", "p10", "p50", "p90", "most"])),
            own(Source::Quotas, "Quotas"),
            number("accuracy", "Forecast and what came", &["forecast"], &["error_percent"]),
            number("slippage", "Slips", &["slips"], &["slips", "days"]),
        ],
    ),
    (
        "Won and lost",
        &[
            number(
                "winloss",
                "Won of what was decided",
                &["win_rate"],
                &["won", "lost", "win_rate"],
            ),
            split(
                number(
                    "winloss",
                    "Win rate per month",
                    &["win_rate"],
                    &["won", "lost", "win_rate"],
                ),
                By::Month,
            ),
            number("winrate", "Chance of each stage", &["win_rate"], &[]),
            number("cycle", "Days to win", &["median_days"], &["count", "median_days"]),
            number("velocity", "Velocity, a day", &["velocity"], &["velocity"]),
        ],
    ),
];

/// The numbers that no panel is made for.
fn others() -> Vec<Panel> {
    let panels = || PAGES.iter().flat_map(|(_, panels)| *panels);
    let shown = |n: &&Number| panels().any(|p| p.source == Source::Number(n.verb));
    NUMBERS.iter().filter(|n| !shown(n)).map(|n| number(n.verb, n.verb, &[], &[])).collect()
}

/// Whether a panel's source is there.
fn is_there(panel: &Panel) -> bool {
    !matches!(panel.source, Source::Number(verb) if reports::find(verb).is_none())
}

/// The names of the pages.
pub(super) fn pages() -> Vec<&'static str> {
    let mut names: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
    if !others().is_empty() {
        names.push("More");
    }
    names
}

/// What numbers can be split by, on any page.
pub(super) fn splits() -> Vec<By> {
    let mut all: Vec<By> = NUMBERS.iter().flat_map(|n| n.by).copied().collect();
    all.sort();
    all.dedup();
    all
}

/// A period that is looked at; none is each number's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    first: NaiveDate,
    months: u32,
}

impl Period {
    /// The month, quarter or year of a day.
    pub(super) fn of(day: NaiveDate, months: u32) -> Self {
        let month = day.month0() / months * months + 1;
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        Self { first, months }
    }

    /// So many periods on, or back.
    pub(super) fn step(self, by: i32) -> Self {
        let months = Months::new(self.months * by.unsigned_abs());
        let first = if by < 0 {
            self.first.checked_sub_months(months)
        } else {
            self.first.checked_add_months(months)
        };
        Self { first: first.unwrap_or(self.first), ..self }
    }

    fn last(self) -> NaiveDate {
        let next = self.first.checked_add_months(Months::new(self.months));
        next.and_then(|day| day.pred_opt()).unwrap_or(self.first)
    }

    /// `2026-11`, `2026-Q4` or `2026`, as `--period` takes it.
    pub(super) fn shown(self) -> String {
        match self.months {
            1 => self.first.format("%Y-%m").to_string(),
            3 => format!("{}-Q{}", self.first.year(), self.first.month0() / 3 + 1),
            _ => self.first.year().to_string(),
        }
    }
}

/// What is asked of a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub page: usize,
    pub by: Option<By>,
    pub period: Option<Period>,
    pub filter: String,
}

/// A bar of a chart, with what lies behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub name: String,
    pub value: u64,
    /// Beside the bar.
    pub said: String,
    /// The columns of the table, and the same with amounts shortened.
    pub cells: Vec<String>,
    pub brief: Vec<String>,
    pub behind: Behind,
}

/// The records behind a bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Behind {
    /// Of a noun, by a filter.
    Filter(&'static str, String),
    /// Of a number, by the key of its row; of them those that a filter leaves.
    Row(String, Option<&'static str>),
    Quota(i64),
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Chart {
    pub title: String,
    /// Names of columns, and whether each is a number.
    pub heads: Vec<(String, bool)>,
    pub bars: Vec<Bar>,
    /// The currency that the bars are of, where the figures beside are of several.
    pub bars_in: Option<Currency>,
    /// What has to be known beside the figures; where there are none, why.
    pub notes: Vec<String>,
    /// The command that shows the same, without `rolo`.
    pub command: String,
    /// The number, and what it is split by.
    number: Option<(&'static str, By)>,
}

/// Reads all charts of a page. One that fails says why, and the others are there.
pub(super) fn read(desk: &mut Desk, wanted: &Wanted) -> Result<(Vec<Chart>, String)> {
    let more = others();
    let panels = PAGES.get(wanted.page).map_or(&more[..], |(_, panels)| panels);
    if !wanted.filter.trim().is_empty() {
        // A wrong filter is told once, not by each chart.
        desk.reader()?.filter(desk.store.noun("deal")?, &wanted.filter, &desk.locale)?;
    }
    let mut charts = Vec::new();
    for panel in panels.iter().filter(|p| is_there(p)) {
        let chart = match panel.source {
            Source::Number(verb) => of_number(desk, verb, panel, wanted),
            Source::Quotas => quotas(desk),
            Source::Waits => waits(desk),
        };
        let mut chart = chart.unwrap_or_else(|why| Chart {
            notes: std::iter::once(why.message).chain(why.hint).collect(),
            ..Chart::default()
        });
        chart.title = match chart.number {
            Some((verb, by)) if panel.by.is_none() && has_choice(verb) => {
                format!("{} by {}", panel.title, by.name())
            }
            _ => panel.title.to_owned(),
        };
        charts.push(chart);
    }
    let times = &desk.locale.times;
    Ok((charts, times.now.with_timezone(&times.zone).format("%H:%M").to_string()))
}

fn has_choice(verb: &str) -> bool {
    reports::find(verb).is_some_and(|n| n.by.len() > 1)
}

/// Rows of a number that lists records: nobody looks through more of them in a chart.
const MOST: usize = 500;

/// The answer of a number, as a panel asks it.
fn sheet(desk: &Desk, number: &Number, by: By, wanted: &Wanted, explain: bool) -> Result<Sheet> {
    let reader = desk.reader()?;
    let times = desk.locale.times;
    let deals = desk.store.noun("deal")?;
    let filter = (!wanted.filter.trim().is_empty())
        .then(|| reader.filter(deals, &wanted.filter, &desk.locale))
        .transpose()?;
    let days = match (number.period, wanted.period) {
        (Span::Never, _) | (Span::Maybe(_), None) => None,
        (_, Some(period)) => Some((period.first, period.last())),
        (Span::Usually(word), None) => times.period(word).ok().map(|p| (p.first, p.last)),
    };
    let ask = Ask {
        by,
        filter,
        pipeline: None,
        first: days.map(|d| d.0),
        last: days.map(|d| d.1),
        to: desk.asking.to,
        times,
        thresholds: desk.asking.thresholds,
        options: number
            .options
            .iter()
            .filter(|o| o.name == LIMIT)
            .map(|o| (o.name, MOST.to_string()))
            .collect(),
        explain,
    };
    (number.run)(&reader, &ask)
}

/// What a panel is split by: its own, else what was chosen where the number can.
fn split_of(number: &Number, panel: Option<By>, wanted: &Wanted) -> By {
    let chosen = panel.or(wanted.by).filter(|by| number.by.contains(by));
    chosen.or(number.by.first().copied()).unwrap_or(By::Stage)
}

fn of_number(desk: &Desk, verb: &'static str, panel: &Panel, wanted: &Wanted) -> Result<Chart> {
    let Some(number) = reports::find(verb) else { return Ok(Chart::default()) };
    let by = split_of(number, panel.by, wanted);
    let sheet = sheet(desk, number, by, wanted, false)?;
    let mut command = format!("deal {verb}");
    if !wanted.filter.trim().is_empty() {
        command += &format!(" {}", quoted(wanted.filter.trim()));
    }
    if number.by.len() > 1 {
        command += &format!(" --by {}", by.name());
    }
    if let (Some(period), false) = (wanted.period, matches!(number.period, Span::Never)) {
        command += &format!(" --period {}", period.shown());
    }
    let mut chart = chart_of(&sheet, panel, desk.locale.currency);
    if chart.bars.is_empty() {
        chart.notes.insert(0, number.empty.to_owned());
    }
    Ok(Chart { command, number: Some((verb, by)), ..chart })
}

/// The bars of a sheet. One currency has its own bars: sums of several are never added.
fn chart_of(sheet: &Sheet, panel: &Panel, main: Currency) -> Chart {
    let column = |name: &&str| sheet.columns.iter().position(|c| c.name == *name);
    let first = |figures: &[Figure]| sheet.columns.iter().position(|c| figures.contains(&c.figure));
    let bar = panel.bar.iter().find_map(column).or_else(|| first(&[Figure::Sum]));
    let bar = bar.or_else(|| first(&[Figure::Count, Figure::Percent, Figure::Number]));
    debug_assert!(
        panel.bar.iter().chain(panel.beside).all(|name| column(name).is_some()),
        "{}: no such column",
        panel.title
    );
    let mut beside: Vec<usize> = panel.beside.iter().filter_map(column).collect();
    if beside.is_empty() {
        beside = first(&[Figure::Count]).into_iter().chain(bar).collect();
        beside.dedup();
    }
    let shown = shown_currency(sheet, bar, main);
    if panel.across {
        return across_of(sheet, &beside, shown);
    }
    let is_name = |at: usize| sheet.columns[at].figure == Figure::Name;
    let bars = sheet.rows.iter().map(|row| {
        let names = row.cells.iter().zip(&sheet.columns).enumerate();
        let names = names.filter(|(at, _)| is_name(*at)).map(|(_, (cell, c))| for_people(cell, c));
        let names: Vec<String> = names.filter(|n| !n.is_empty()).collect();
        let said = beside.iter().map(|at| {
            let (cell, column) = (&row.cells[*at], &sheet.columns[*at]);
            match briefly(cell, column) {
                text if column.figure == Figure::Sum
                    && bar.is_some_and(|bar| {
                        bar != *at && sheet.columns[bar].figure == Figure::Sum
                    })
                    && !text.is_empty() =>
                {
                    format!("{} {text}", column.name.replace('_', " "))
                }
                text => text,
            }
        });
        Bar {
            name: if names.is_empty() { row.key.clone() } else { names.join("/") },
            value: bar.map_or(0, |at| length(&row.cells[at], shown)),
            said: said.filter(|s| !s.is_empty()).collect::<Vec<_>>().join("  "),
            cells: row
                .cells
                .iter()
                .zip(&sheet.columns)
                .map(|(cell, c)| for_people(cell, c))
                .collect(),
            brief: row.cells.iter().zip(&sheet.columns).map(|(cell, c)| shortly(cell, c)).collect(),
            behind: Behind::Row(row.key.clone(), None),
        }
    });
    let numeric = |c: &Column| !matches!(c.figure, Figure::Name | Figure::Text | Figure::Date);
    let several = bar.is_some_and(|at| currencies(sheet, at) > 1);
    Chart {
        bars_in: several.then_some(shown),
        heads: sheet.columns.iter().map(|c| (c.name.replace('_', " "), numeric(c))).collect(),
        bars: shorter(bars.collect()),
        notes: sheet.notes.clone(),
        ..Chart::default()
    }
}

/// A sheet whose columns are the bars.
fn across_of(sheet: &Sheet, columns: &[usize], shown: Currency) -> Chart {
    let cells = sheet.rows.iter().flat_map(|row| columns.iter().map(move |at| (row, *at)));
    let bars = cells.map(|(row, at)| {
        let (cell, column) = (&row.cells[at], &sheet.columns[at]);
        let name = column.name.replace('_', " ");
        let name = if sheet.rows.len() > 1 { format!("{} {name}", row.key) } else { name };
        Bar {
            value: length(cell, shown),
            said: briefly(cell, column),
            cells: vec![name.clone(), for_people(cell, column)],
            brief: vec![name.clone(), shortly(cell, column)],
            name,
            behind: Behind::Row(row.key.clone(), (column.name == "won").then_some("is:won")),
        }
    });
    let several = columns.iter().any(|at| currencies(sheet, *at) > 1);
    Chart {
        bars_in: several.then_some(shown),
        heads: vec![("figure".to_owned(), false), ("value".to_owned(), true)],
        bars: bars.collect(),
        notes: sheet.notes.clone(),
        ..Chart::default()
    }
}

/// Names without what all of them begin with: `Lead`, where all are `Sales/…`.
fn shorter(mut bars: Vec<Bar>) -> Vec<Bar> {
    let within = |bar: &Bar| bar.name.split_once('/').map(|(within, _)| within.to_owned());
    let Some(first) = bars.first().and_then(within) else { return bars };
    if bars.iter().all(|b| within(b).as_deref() == Some(&first)) {
        for bar in &mut bars {
            bar.name.drain(..=first.len());
        }
    }
    bars
}

/// How many currencies a column has.
fn currencies(sheet: &Sheet, at: usize) -> usize {
    let cells = sheet.rows.iter().filter_map(|row| match row.cells.get(at) {
        Some(Cell::Sums(sums)) => Some(sums.iter().filter(|(_, m)| **m != 0).map(|(c, _)| *c)),
        _ => None,
    });
    cells.flatten().collect::<std::collections::BTreeSet<_>>().len()
}

/// The currency that bars of sums are of: one's own, where anything is in it, else the one with most.
fn shown_currency(sheet: &Sheet, bar: Option<usize>, main: Currency) -> Currency {
    let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
    for row in &sheet.rows {
        if let Some(Cell::Sums(sums)) = bar.and_then(|at| row.cells.get(at)) {
            for (currency, minor) in sums {
                let total = totals.entry(*currency).or_default();
                *total = total.saturating_add(minor.saturating_abs());
            }
        }
    }
    if totals.contains_key(&main) {
        return main;
    }
    totals.iter().max_by_key(|(_, minor)| **minor).map_or(main, |(currency, _)| *currency)
}

/// How long the bar of a cell is.
fn length(cell: &Cell, currency: Currency) -> u64 {
    match cell {
        Cell::Sums(sums) => sums.get(&currency).map_or(0, |minor| minor.unsigned_abs()),
        Cell::Counts(_) => cell.count().unsigned_abs(),
        Cell::Value(Value::Int(n)) => n.unsigned_abs() * 100,
        Cell::Value(Value::Money(m)) if m.currency == currency => m.minor.unsigned_abs(),
        Cell::Value(Value::Decimal(n)) => {
            (n.abs() * rust_decimal::Decimal::ONE_HUNDRED).to_u64().unwrap_or(0)
        }
        Cell::Value(_) => 0,
    }
}

/// A cell beside a bar: what it says in few columns.
fn briefly(cell: &Cell, column: &Column) -> String {
    match (cell, column.figure) {
        (Cell::Sums(sums), _) => short_sums(sums),
        (Cell::Value(Value::Money(m)), _) => short(m.minor, m.currency),
        (Cell::Value(Value::Null), _) => String::new(),
        (Cell::Value(value), Figure::Number) => {
            format!("{} {}", value.to_cell(), unit(column.name))
        }
        _ => for_people(cell, column),
    }
    .trim_end()
    .to_owned()
}

/// A cell of a table with little room: amounts in three digits.
fn shortly(cell: &Cell, column: &Column) -> String {
    match cell {
        Cell::Sums(sums) => short_sums(sums),
        Cell::Value(Value::Money(m)) => short(m.minor, m.currency),
        _ => for_people(cell, column),
    }
}

fn unit(name: &str) -> &'static str {
    match name {
        _ if name.starts_with("p90") => "d p90",
        _ if name.contains("days") => "d",
        _ => "",
    }
}

fn for_people(cell: &Cell, column: &Column) -> String {
    match (cell, column.figure) {
        (Cell::Sums(sums), _) => {
            sums.iter().map(|(c, m)| amount_for_people(*m, *c)).collect::<Vec<_>>().join(" + ")
        }
        (Cell::Counts(_), _) => cell.count().to_string(),
        (Cell::Value(Value::Money(m)), _) => amount_for_people(m.minor, m.currency),
        (Cell::Value(Value::Null), Figure::Name) => "none".into(),
        (Cell::Value(Value::Null), _) => String::new(),
        (Cell::Value(value), Figure::Percent) => format!("{} %", value.to_cell()),
        (Cell::Value(value), _) => value.to_cell(),
    }
}

/// The quotas whose time it is, with what was won of each.
fn quotas(desk: &Desk) -> Result<Chart> {
    let reader = desk.reader()?;
    let noun = desk.store.noun("quota")?;
    let mut listing = Listing::all(noun);
    listing.sort_by(noun.entity.sort, reader.model())?;
    let today = desk.locale.times.today();
    let found = reader.attainment(listing, today)?;
    let now = found.iter().filter(|q| q.first <= today && today <= q.last);
    let bars = now.map(|q| {
        let who = [&q.user, &q.team, &q.territory].into_iter().flatten().next();
        let name = who.map_or_else(|| q.period.clone(), |w| format!("{} {}", w.label, q.period));
        let won = short(q.total.minor, q.total.currency);
        let target = short(q.target.minor, q.target.currency);
        Bar {
            value: (q.percent * rust_decimal::Decimal::TEN).to_u64().unwrap_or(0),
            said: format!("{won} / {target}  {} %", q.percent),
            cells: vec![
                name.clone(),
                amount_for_people(q.target.minor, q.target.currency),
                amount_for_people(q.total.minor, q.total.currency),
                format!("{} %", q.percent),
            ],
            brief: vec![name.clone(), target, won, format!("{} %", q.percent)],
            name,
            behind: Behind::Quota(q.id),
        }
    });
    let mut chart = Chart {
        heads: [("quota", false), ("target", true), ("won", true), ("percent", true)]
            .map(|(name, numeric)| (name.to_owned(), numeric))
            .into(),
        bars: bars.collect(),
        command: "quota attainment".into(),
        ..Chart::default()
    };
    if chart.bars.is_empty() {
        chart
            .notes
            .push("no quota is of this time: `rolo help targets` shows how to set one".into());
    }
    Ok(chart)
}

/// Open work: how much of each kind waits.
fn waits(desk: &Desk) -> Result<Chart> {
    let reader = desk.reader()?;
    let asked = [
        ("Leads open", "lead", "status:new,working,nurturing,qualified"),
        ("Deals stale", "deal", "is:stale"),
        ("Deals past closing", "deal", "is:overdue"),
        ("Tasks open", "task", "is:open"),
        ("Tasks late", "task", "is:overdue"),
        ("Tickets open", "ticket", "is:open"),
        ("Tickets unassigned", "ticket", "is:unassigned"),
        ("Tickets late", "ticket", "is:overdue"),
    ];
    let mut bars = Vec::new();
    for (name, noun, filter) in asked {
        let entity = desk.store.noun(noun)?;
        let mut listing = Listing::all(entity);
        listing.filter = Some(reader.filter(entity, filter, &desk.locale)?);
        let count = reader.count(&listing)?;
        bars.push(Bar {
            name: name.into(),
            value: count,
            said: count.to_string(),
            cells: vec![name.into(), count.to_string()],
            brief: vec![name.into(), count.to_string()],
            behind: Behind::Filter(noun, filter.into()),
        });
    }
    let heads = vec![("work".to_owned(), false), ("count".to_owned(), true)];
    Ok(Chart { heads, bars, command: "agenda".into(), ..Chart::default() })
}

/// The deals behind a bar.
pub(super) fn deals_behind(
    desk: &Desk,
    chart: &Chart,
    behind: &Behind,
    wanted: &Wanted,
) -> Result<Vec<i64>> {
    match behind {
        Behind::Filter(..) => Ok(Vec::new()),
        Behind::Quota(id) => desk.reader()?.deals_of_quota(*id),
        Behind::Row(key, only) => {
            let Some((verb, by)) = chart.number else { return Ok(Vec::new()) };
            let Some(number) = reports::find(verb) else { return Ok(Vec::new()) };
            let sheet = sheet(desk, number, by, wanted, true)?;
            let row: Option<&Row> = sheet.rows.iter().find(|r| r.key == *key);
            let mut ids = row.map_or(Vec::new(), |r| r.ids.clone());
            if let Some(only) = only {
                let deals = desk.store.noun("deal")?;
                let mut listing = Listing { columns: Vec::new(), ..Listing::all(deals) };
                listing.filter = Some(desk.reader()?.filter(deals, only, &desk.locale)?);
                let left: HashSet<i64> = desk.reader()?.ids(&listing)?.into_iter().collect();
                ids.retain(|id| left.contains(id));
            }
            Ok(ids)
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

    #[test]
    fn every_number_has_a_place() {
        let others = others();
        let all = PAGES.iter().flat_map(|(_, panels)| *panels).chain(&others);
        let shown: Vec<Source> = all.map(|p| p.source).collect();
        for number in NUMBERS {
            assert!(shown.contains(&Source::Number(number.verb)), "{}", number.verb);
        }
    }
}
