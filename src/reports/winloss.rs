//! What was won and lost, and why.

use std::collections::BTreeMap;

use super::rows::Rows;
use super::sheet::{Cell, Column, Figure};
use super::spread::percent;
use super::{Ask, Number, Sheet, Span};
use crate::entity::Value;
use crate::entity::money::Currency;
use crate::error::Result;
use crate::store::{By, Key, Reader};

pub(super) const WINLOSS: Number = Number {
    verb: "winloss",
    about: "Show how many deals were won and lost, what they were worth, and why",
    definition: "The deals that were decided, by their day (closes, else closed): how many stand in a won \
        stage and how many in a lost one, and the sums of their amounts. win_rate = won / (won + lost) \
        by count; amount_rate = won_amount / (won_amount + lost_amount), where it all is in one \
        currency (--currency makes it so). lost_share is the part that a row has of all lost deals. \
        By reason and competitor the deals that name none are the row `none`; won deals have no \
        reason.",
    source: "Win rate = closed won / (closed won + closed lost), by number and by value, as in \
        Salesforce's and HubSpot's win rate reports.",
    by: &[
        By::Month,
        By::Reason,
        By::Competitor,
        By::Source,
        By::Owner,
        By::Team,
        By::Territory,
        By::Partner,
        By::Pipeline,
    ],
    period: Span::Maybe("Only deals that were decided in this time"),
    what_if: false,
    options: &[],
    empty: "no deal was won or lost yet: `rolo deal win REF`, `rolo deal lose REF --reason price`",
    examples: &[
        "deal winloss",
        "deal winloss --by reason --period this-quarter",
        "deal winloss --by competitor --currency EUR -o json",
    ],
    run,
};

/// The places of the figures behind the names.
const WON: usize = 0;
const LOST: usize = 1;
const WIN_RATE: usize = 2;
const WON_AMOUNT: usize = 3;
const LOST_AMOUNT: usize = 4;
const AMOUNT_RATE: usize = 5;
const LOST_SHARE: usize = 6;

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let deals = ask.deals_within(&["won", "lost"]);
    let figures = [
        Column::count("won"),
        Column::count("lost"),
        Column::new("win_rate", Figure::Percent),
        Column::sum("won_amount"),
        Column::sum("lost_amount"),
        Column::new("amount_rate", Figure::Percent),
        Column::new("lost_share", Figure::Percent),
    ];
    let mut rows = Rows::new(ask.by, &figures);
    for sums in reader.deal_sums(&[ask.by, By::Status], &deals)? {
        let won = sums.keys[1] == Key::Word("won".into());
        let (count, amount) = if won { (WON, WON_AMOUNT) } else { (LOST, LOST_AMOUNT) };
        rows.at(&sums.keys[0]).count(count, sums.currency, sums.count).sum(
            amount,
            sums.currency,
            sums.amount,
        );
    }
    rows.explain(reader, ask, &deals)?;
    let lost = rows.sum_of_counts(LOST);
    rows.sheet_with(reader, ask, |_, cells| rates(cells, lost))
}

/// Works out the figures of a row that follow from the others.
fn rates(cells: &mut [Cell], all_lost: i64) {
    let (won, lost) = (cells[WON].count(), cells[LOST].count());
    cells[WIN_RATE] = Cell::Value(percent(won.into(), i128::from(won) + i128::from(lost)));
    cells[LOST_SHARE] = Cell::Value(percent(lost.into(), all_lost.into()));
    let rate = by_amount(&cells[WON_AMOUNT].sums(), &cells[LOST_AMOUNT].sums());
    cells[AMOUNT_RATE] = Cell::Value(rate);
}

/// Minor units by currency.
type Sums = BTreeMap<Currency, i64>;

/// The part that was won of all amounts, if they are in one currency.
fn by_amount(won: &Sums, lost: &Sums) -> Value {
    let mut currencies = won.keys().chain(lost.keys());
    let Some(currency) = currencies.next() else { return Value::Null };
    if currencies.any(|c| c != currency) {
        return Value::Null;
    }
    let of = |sums: &Sums| i128::from(sums.get(currency).copied().unwrap_or(0));
    percent(of(won), of(won) + of(lost))
}
