//! How much the funnel earns in a day.

use std::collections::BTreeMap;

use super::cycle::days;
use super::rows::Rows;
use super::sheet::{Cell, Column, Figure};
use super::spread::{Spread, percent};
use super::{Ask, Number, Sheet, Span};
use crate::entity::exchange::rounded;
use crate::error::Result;
use crate::store::{By, Key, Reader};

pub(super) const VELOCITY: Number = Number {
    verb: "velocity",
    about: "Show what the funnel earns in a day: its velocity",
    definition: "velocity = open × win rate × average / cycle, an amount a day. open: deals in an open \
        stage. win_rate: won / (won + lost) of the deals that were decided in the period (closes, else \
        closed). average: their won amount / won deals. cycle_days: mean days from the day that the \
        won deals were made to the one that they were won. In each currency the open and won deals of \
        that currency count, with the win rate and the cycle of all; with --currency all deals count, \
        their sums converted. Worked out from whole numbers and rounded once, half to even.",
    source: "The sales velocity equation: opportunities × win rate × average deal size / length of the \
        sales cycle, as in HubSpot's and Salesforce's guides to sales velocity.",
    by: &[By::Pipeline, By::Owner, By::Team, By::Source, By::Territory, By::Partner],
    period: Span::Maybe(
        "Win rate, average and cycle of deals decided in this time; of all time if not said",
    ),
    what_if: false,
    options: &[],
    empty: "no deal is open and none was decided: `rolo deal add NAME --amount 12k` makes one",
    examples: &[
        "deal velocity",
        "deal velocity --by owner --period 2026 --currency EUR",
        "deal velocity --pipeline Sales -o json",
    ],
    run,
};

/// The places of the figures behind the names.
const OPEN: usize = 0;
const WON: usize = 1;
const LOST: usize = 2;
const WIN_RATE: usize = 3;
const WON_AMOUNT: usize = 4;
const AVERAGE: usize = 5;
const CYCLE: usize = 6;
const VELOCITY_AT: usize = 7;

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let figures = [
        Column::count("open"),
        Column::count("won"),
        Column::count("lost"),
        Column::new("win_rate", Figure::Percent),
        Column::sum("won_amount"),
        Column::sum("average"),
        Column::new("cycle_days", Figure::Number),
        Column::sum("velocity"),
    ];
    let mut rows = Rows::new(ask.by, &figures);
    let (open, decided) = (ask.deals(&["open"]), ask.deals_within(&["won", "lost"]));
    for sums in reader.deal_sums(&[ask.by], &open)? {
        rows.at(&sums.keys[0]).count(OPEN, sums.currency, sums.count);
    }
    for sums in reader.deal_sums(&[ask.by, By::Status], &decided)? {
        let row = rows.at(&sums.keys[0]);
        if sums.keys[1] == Key::Word("won".into()) {
            row.count(WON, sums.currency, sums.count).sum(WON_AMOUNT, sums.currency, sums.amount);
        } else {
            row.count(LOST, sums.currency, sums.count);
        }
    }
    let mut cycles: BTreeMap<Key, Spread> = BTreeMap::new();
    for journey in reader.journeys(ask.by, &ask.deals_within(&["won"]))? {
        cycles.entry(journey.key.clone()).or_default().add_days(days(&journey, ask));
    }
    rows.explain(reader, ask, &open)?;
    rows.explain(reader, ask, &decided)?;
    let mut all = Spread::default();
    for spread in cycles.values() {
        all.extend(spread);
    }
    rows.sheet_with(reader, ask, |key, cells| {
        let none = Spread::default();
        speed(cells, key.map_or(&all, |key| cycles.get(key).unwrap_or(&none)));
    })
}

/// Works out the figures of a row that follow from the others.
fn speed(cells: &mut [Cell], cycle: &Spread) {
    let (won, lost) = (cells[WON].count(), cells[LOST].count());
    let decided = i128::from(won) + i128::from(lost);
    cells[WIN_RATE] = Cell::Value(percent(won.into(), decided));
    cells[CYCLE] = Cell::Value(cycle.mean());
    let sums = cells[WON_AMOUNT].sums();
    let (mut averages, mut speeds) = (BTreeMap::new(), BTreeMap::new());
    for (currency, sum) in sums {
        let count = |cell: &Cell| i128::from(cell.count_of(currency));
        let round = |over: Option<i128>, under: i128| {
            over.filter(|_| under > 0).and_then(|over| rounded(over, under, currency.grain()))
        };
        let (open, won_here) = (count(&cells[OPEN]), count(&cells[WON]));
        averages.extend(round(Some(sum.into()), won_here).map(|m| (currency, m)));
        // open × won / decided × sum / won_here / (days / cycles)
        let days = cycle.sum() / 86_400;
        let over = [open, won.into(), sum.into(), cycle.count().into()]
            .into_iter()
            .try_fold(1_i128, i128::checked_mul);
        let under = [decided, won_here, days].into_iter().try_fold(1_i128, i128::checked_mul);
        speeds.extend(round(over, under.unwrap_or(0)).map(|m| (currency, m)));
    }
    cells[AVERAGE] = Cell::Sums(averages);
    cells[VELOCITY_AT] = Cell::Sums(speeds);
}
