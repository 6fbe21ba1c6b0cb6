//! What is open, and what it is worth.

use super::rows::Rows;
use super::{Ask, Column, Number, Sheet, Span};
use crate::error::Result;
use crate::store::{By, Reader};

pub(super) const PIPELINE: Number = Number {
    verb: "pipeline",
    about: "Show what is open: how many deals, their amounts, and the weighted amounts",
    definition: "Of the open deals (those in a stage of kind open): how many there are (count), \
        the sum of their amounts (amount), and the sum of amount times chance (weighted). A deal's \
        chance is its own probability, or that of its stage; each deal's weighted amount is rounded \
        half to even to the minor unit before it is added: weighted = Σ round(amount × chance / 100). \
        Deals without an amount are counted, and add nothing.",
    source: "The expected value of a sum of independent outcomes (linearity of expectation), which \
        CRM programs call expected revenue or weighted pipeline; as in Salesforce, ExpectedRevenue \
        = Amount × Probability.",
    by: &[By::Stage, By::Owner, By::Source, By::Territory, By::Pipeline, By::Team],
    period: Span::Maybe("Only deals that should close in this time"),
    what_if: true,
    options: &[],
    empty: "no deal is open: `rolo deal add NAME --amount 12k` makes one",
    examples: &[
        "deal pipeline",
        "deal pipeline --by owner 'amount>10k' -o json",
        "deal pipeline --as-of 2026-06-30 --explain Sales/Proposal",
    ],
    run,
};

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let deals = ask.deals_within(&["open"]);
    let figures = [Column::count("count"), Column::sum("amount"), Column::sum("weighted")];
    let mut rows = Rows::new(ask.by, &figures);
    rows.every_stage(reader, &deals)?;
    for sums in reader.deal_sums(&[ask.by], &deals)? {
        rows.at(&sums.keys[0])
            .count(0, sums.currency, sums.count)
            .sum(1, sums.currency, sums.amount)
            .sum(2, sums.currency, sums.weighted);
    }
    rows.explain(reader, ask, &deals)?;
    rows.sheet(reader, ask)
}
