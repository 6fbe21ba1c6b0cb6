//! What the pages of reports show: panels of the funnel's numbers, of quotas and of open work, each
//! as bars with the figures beside, and the records behind a bar. The numbers are those of the
//! command line; a new one has its place on the last page until a panel is made for it.

mod bars;
mod own;
mod period;

use std::collections::HashSet;

use self::bars::chart_of;
use self::own::{quotas, waits};
pub(super) use self::period::Period;
use super::Named;
use crate::entity::money::Currency;
use crate::error::Result;
use crate::reports::{self, Ask, LIMIT, NUMBERS, Number, Row, Sheet, Span};
use crate::store::{By, Listing};
use crate::tui::deeds::quoted;
use crate::tui::desk::Desk;

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
    /// Of the records behind a row, those that its bar is of.
    only: Option<&'static str>,
    /// Its bars are the columns beside each other, row by row, in place of one column.
    across: bool,
}

const fn number(
    verb: &'static str,
    title: &'static str,
    bar: &'static [&'static str],
    beside: &'static [&'static str],
) -> Panel {
    Panel { source: Source::Number(verb), title, bar, beside, by: None, only: None, across: false }
}

const fn own(source: Source, title: &'static str) -> Panel {
    Panel { source, title, bar: &[], beside: &[], by: None, only: None, across: false }
}

const fn split(panel: Panel, by: By) -> Panel {
    Panel { by: Some(by), ..panel }
}

const fn only(panel: Panel, filter: &'static str) -> Panel {
    Panel { only: Some(filter), ..panel }
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
            only(
                split(
                    number("winloss", "Won per month", &["won_amount"], &["won", "won_amount"]),
                    By::Month,
                ),
                "is:won",
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
            number(
                "accuracy",
                "Forecast and what came",
                &["forecast"],
                &["forecast", "won", "error_percent"],
            ),
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

/// All charts by name.
pub(super) fn named() -> Vec<Named> {
    let more = others();
    let names = pages().into_iter();
    let mut all = Vec::new();
    for (page, name) in names.enumerate() {
        let panels = PAGES.get(page).map_or(&more[..], |(_, panels)| panels);
        all.extend(panels.iter().enumerate().map(|(pane, panel)| {
            let verb = match panel.source {
                Source::Number(verb) => verb,
                Source::Quotas | Source::Waits => "",
            };
            Named { page, pane, title: panel.title, of: format!("{name}  {verb}") }
        }));
    }
    all
}

/// What numbers can be split by, on any page.
pub(super) fn splits() -> Vec<By> {
    let mut all: Vec<By> = NUMBERS.iter().flat_map(|n| n.by).copied().collect();
    all.sort();
    all.dedup();
    all
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
    fn every_number_has_a_place() {
        let others = others();
        let all = PAGES.iter().flat_map(|(_, panels)| *panels).chain(&others);
        let shown: Vec<Source> = all.map(|p| p.source).collect();
        for number in NUMBERS {
            assert!(shown.contains(&Source::Number(number.verb)), "{}", number.verb);
        }
    }
}
