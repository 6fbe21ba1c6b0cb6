//! Deals that don't get on.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{Cell, Column, Figure, Row};
use super::{Ask, LIMIT, Number, Opt, Sheet, Span};
use crate::entity::Value;
use crate::error::Result;
use crate::store::{Reader, Stuck};

pub(super) const STUCK: Number = Number {
    verb: "stuck",
    about: "Show the open deals that don't get on, why, and for how long",
    definition: "An open deal is listed for each of three reasons. stale: it is longer in its stage than \
        the stage's stale_days (days_in_stage and stale_days, whole days). no next step: its next_step \
        is empty, no task about it is open, and no event about it is to come. overdue: its expected \
        close is past, by overdue_days. quiet_days are those since it was last changed or something \
        was logged about it. Those that are longest in their stage come first.",
    source: "Rotting deals in Pipedrive, deals without a next activity in Pipedrive and HubSpot, and \
        overdue close dates in Salesforce's pipeline inspection.",
    by: &[],
    period: Span::Never,
    what_if: false,
    options: &[Opt {
        name: LIMIT,
        value: Some("N"),
        about: "So many deals, those longest in their stage; the total is of all",
    }],
    empty: "every open deal gets on",
    examples: &["deal stuck", "deal stuck owner:me", "deal stuck --pipeline Sales -o json"],
    run,
};

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let column = Column::new;
    let columns = vec![
        column("id", Figure::Name),
        column("deal", Figure::Name),
        column("stage", Figure::Text),
        column("owner", Figure::Text),
        column("why", Figure::Text),
        column("days_in_stage", Figure::Number),
        column("stale_days", Figure::Number),
        column("overdue_days", Figure::Number),
        column("quiet_days", Figure::Number),
        Column::sum("amount"),
    ];
    let mut sheet = Sheet { columns, ..Sheet::default() };
    let most = ask.has(LIMIT).then(|| ask.whole(LIMIT, 0, 1..=u64::from(u32::MAX))).transpose()?;
    let found = reader.stuck(
        &ask.deals(&["open"]),
        most.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
    )?;
    sheet.rows = found.deals.iter().map(|deal| row(deal, ask)).collect();
    if sheet.rows.len() < found.count {
        sheet.notes.push(format!("the {} longest of {}", sheet.rows.len(), found.count));
    }
    sheet.add_total();
    if let Some(amount) = sheet.total.as_mut().and_then(|total| total.cells.last_mut()) {
        *amount = Cell::Sums(found.sums);
    }
    if let Some(to) = ask.to {
        sheet.convert(&reader.rates(ask.times.today())?, to)?;
    }
    Ok(sheet)
}

fn row(deal: &Stuck, ask: &Ask) -> Row {
    let text = |text: &str| Value::Text(text.to_owned());
    let overdue = deal.overdue_since.map(|day| (ask.times.today() - day).num_days());
    let stale = deal.stale_days.is_some_and(|allowed| deal.days_in_stage > allowed);
    let why: Vec<&str> =
        [(stale, "stale"), (deal.nothing_next, "no next step"), (overdue.is_some(), "overdue")]
            .into_iter()
            .filter_map(|(is, why)| is.then_some(why))
            .collect();
    let mut cells: Vec<Cell> = [
        Value::Int(deal.deal.id),
        text(&deal.deal.label),
        text(&deal.stage),
        deal.owner.as_deref().map_or(Value::Null, text),
        text(&why.join(", ")),
        Value::Int(deal.days_in_stage),
        deal.stale_days.map_or(Value::Null, Value::Int),
        overdue.map_or(Value::Null, Value::Int),
        Value::Int(deal.quiet_days),
    ]
    .map(Cell::Value)
    .into();
    let sum = deal.amount.iter().map(|a| (a.currency, a.minor));
    cells.push(Cell::Sums(sum.collect::<BTreeMap<_, _>>()));
    Row { key: deal.deal.id.to_string(), cells, ids: vec![deal.deal.id], rates: BTreeSet::new() }
}
