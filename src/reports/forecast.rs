//! What should come in, when, and how sure that is.

use chrono::{Datelike, NaiveDate};

use super::rows::Rows;
use super::{Ask, Column, Number, Sheet, Span};
use crate::error::Result;
use crate::store::{By, Deals, Key, Reader};

pub(super) const FORECAST: Number = Number {
    verb: "forecast",
    about: "Show what should be won, month by month: weighted, by category, and won so far",
    definition: "Of the open deals by their expected close (closes): how many (count), the sum of \
        amount × chance, each deal rounded half to even to the minor unit (weighted), and the whole \
        amounts by category: commit, best_case, pipeline. A category counts its own deals alone; \
        nothing is in two. A deal's category is its forecast_category, or follows from its chance: \
        commit from 75, best_case from 50, else pipeline (config: forecast.commit, \
        forecast.best_case). Omitted deals count nowhere; a note says how many there are. Won is \
        the sum of the deals won in the period, by closes, which `deal win` sets to the day of \
        winning. Without a period: all open deals, those without an expected close under none, and \
        what was won since the first of this month.",
    source: "Categories as in Salesforce's Collaborative Forecasts (Pipeline, Best Case, Commit, \
        Omitted, Closed; single-category columns, not cumulative ones); weighted as expected \
        revenue, Amount × Probability.",
    by: &[
        By::Month,
        By::Owner,
        By::Category,
        By::Territory,
        By::Pipeline,
        By::Team,
        By::Stage,
        By::Source,
    ],
    period: Span::Maybe("Only what should close, or was won, in this time"),
    what_if: true,
    options: &[],
    empty: "no deal is open, and none was won: `rolo deal add NAME --amount 12k --closes eom` makes one",
    examples: &[
        "deal forecast",
        "deal forecast --by owner --period 2026-Q4",
        "deal forecast --from 2026-11 --to 2027-03 -o csv",
        "deal forecast --explain 2026-12",
    ],
    run,
};

const COUNT: usize = 0;
const WEIGHTED: usize = 1;
/// The columns of the categories, behind those two.
const CATEGORIES: [&str; 3] = ["commit", "best_case", "pipeline"];
const WON: usize = 5;

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let mut figures = vec![Column::count("count"), Column::sum("weighted")];
    figures.extend(CATEGORIES.map(Column::sum));
    figures.push(Column::sum("won"));
    let mut rows = Rows::new(ask.by, &figures);
    let by = [ask.by, By::Category];
    let mut omitted = 0;
    for open in reader.deal_sums(&by, &ask.deals_within(&["open"]))? {
        let Some(category) = column_of(&open.keys[1]) else {
            omitted += open.count;
            continue;
        };
        rows.at(&open.keys[0])
            .count(COUNT, open.currency, open.count)
            .sum(WEIGHTED, open.currency, open.weighted)
            .sum(category, open.currency, open.amount);
    }
    let won = won(ask);
    for won in reader.deal_sums(&by[..1], &won)? {
        rows.at(&won.keys[0]).sum(WON, won.currency, won.amount);
    }
    if ask.explain {
        for (keys, id) in reader.deals_behind(&by, &ask.deals_within(&["open"]))? {
            if column_of(&keys[1]).is_some() {
                rows.at(&keys[0]).ids.push(id);
            }
        }
        for (keys, id) in reader.deals_behind(&by[..1], &won)? {
            rows.at(&keys[0]).ids.push(id);
        }
    }
    let mut sheet = rows.sheet(reader, ask)?;
    if omitted > 0 {
        sheet
            .notes
            .push(format!("{omitted} omitted: `rolo deal list is:open forecast_category:omitted`"));
    }
    Ok(sheet)
}

/// The column of a category; none for an omitted deal.
fn column_of(category: &Key) -> Option<usize> {
    let Key::Word(word) = category else { return None };
    CATEGORIES.iter().position(|c| c == word).map(|at| at + WEIGHTED + 1)
}

/// What was won so far: in the period, else since the first of the month.
fn won(ask: &Ask) -> Deals<'_> {
    let today = ask.times.today();
    let month: NaiveDate = today.with_day(1).unwrap_or(today);
    Deals { first: ask.first.or(Some(month)), ..ask.deals_within(&["won"]) }
}
