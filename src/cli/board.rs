//! `deal board`: the stages of the pipelines with their deals, counts and sums per currency.

use std::collections::BTreeSet;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text};
use super::print::Printer;
use super::print::width::{cut, pad, width};
use super::rates::{rates_json, report_currency};
use super::session::{Session, filter_sql};
use crate::entity::exchange::{Quoted, footer};
use crate::entity::money::{amount_for_people, amount_text};
use crate::error::Result;
use crate::interchange::JsonOut;
use crate::store::{Among, Card, StageSums, Wanted};

/// Columns of a board that goes to no terminal.
const PAGE: usize = 100;
/// The narrowest a stage may be, and the space between two.
const LEAST: usize = 18;
const GAP: usize = 2;
/// How many deals of a stage are shown in a board for people.
const CARDS: u64 = 8;
/// How many deals of a stage JSON lists, the largest ones: `count` and the sums are of all.
const LISTED: u64 = 1_000;

/// `deal board [FILTER] [--pipeline P] [--as-of DATE]`.
///
/// # Errors
/// A wrong filter, an unknown pipeline, or the database can't be read.
pub(super) fn board(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let filter = filter_text(matches);
    let pipeline = text(matches, "pipeline").map(str::to_owned);
    let output = session.settings.output;
    session.look_back(text(matches, "as-of"))?;
    let (reader, store, printer, settings) = session.parts()?;
    let pipeline =
        pipeline.map(|p| reader.resolve(store.noun("pipeline")?, &p, Among::Live)).transpose()?;
    let noun = store.noun("deal")?;
    let sql = filter.map(|f| filter_sql(&reader, settings, noun, &f)).transpose()?;
    let deals = match output {
        Output::Ids => None,
        Output::Json | Output::Jsonl => Some(LISTED),
        Output::Table => Some(CARDS),
        Output::Csv | Output::Tsv => Some(0),
    };
    let to = report_currency(settings)?;
    let rates = reader.rates(settings.locale.times.today())?;
    let worth = Some((&rates, to.unwrap_or(settings.locale.currency)));
    let mut stages = reader.board(Wanted { pipeline, filter: sql.as_ref(), deals, worth })?;
    if let Some(to) = to {
        stages.iter_mut().try_for_each(|s| s.convert(&rates, to))?;
    }
    match output {
        Output::Table => {
            columns(printer, &stages)?;
            let used: BTreeSet<Quoted> = stages.iter().flat_map(|s| &s.rates).copied().collect();
            if let Some(footer) = to.and_then(|to| footer(to, &used)) {
                printer.note(&footer);
            }
            Ok(())
        }
        Output::Ids => stages
            .iter()
            .flat_map(|s| &s.deals)
            .try_for_each(|card| printer.line(&card.deal.id.to_string())),
        Output::Json | Output::Jsonl => objects(printer, output, &stages),
        Output::Csv | Output::Tsv => {
            let rows: Vec<serde_json::Value> = stages.iter().flat_map(rows_of).collect();
            super::record::print_json_list(printer, output, &rows)
        }
    }
}

/// Stages beside each other, as many as the terminal has room for, the rest below.
fn columns(printer: &mut Printer, stages: &[StageSums]) -> Result<()> {
    let room = printer.style().width.unwrap_or(PAGE);
    let mut first = 0;
    while first < stages.len() {
        // Pipelines don't stand beside each other.
        let pipeline = &stages[first].pipeline;
        let of_pipeline = stages[first..].iter().take_while(|s| s.pipeline == *pipeline).count();
        let begins = first == 0 || stages[first - 1].pipeline != *pipeline;
        if begins && stages.iter().any(|s| s.pipeline != stages[0].pipeline) {
            printer.heading(pipeline)?;
        }
        let fit = ((room + GAP) / (LEAST + GAP)).clamp(1, of_pipeline.max(1));
        let bands = of_pipeline.div_ceil(fit);
        let many = of_pipeline.div_ceil(bands.max(1));
        band(printer, &stages[first..first + many], room)?;
        first += many;
        if first < stages.len() {
            printer.page("\n")?;
        }
    }
    Ok(())
}

fn band(printer: &mut Printer, stages: &[StageSums], room: usize) -> Result<()> {
    let each = ((room + GAP) / stages.len().max(1)).saturating_sub(GAP).clamp(8, 40);
    let blocks: Vec<Vec<String>> = stages.iter().map(|s| block(s, each)).collect();
    let sums = stages.iter().map(|s| s.sums().count().max(1)).max().unwrap_or(1);
    let height = blocks.iter().map(Vec::len).max().unwrap_or(0);
    let heads: Vec<Vec<String>> = stages.iter().map(|s| head(s, each, sums)).collect();
    for at in 0..sums * 2 + 3 {
        line(printer, &heads, at, each)?;
    }
    for at in 0..height {
        line(printer, &blocks, at, each)?;
    }
    Ok(())
}

fn line(printer: &mut Printer, blocks: &[Vec<String>], at: usize, each: usize) -> Result<()> {
    let cells: Vec<String> =
        blocks.iter().map(|b| pad(b.get(at).map_or("", |l| l), each, false)).collect();
    printer.line(cells.join(&" ".repeat(GAP)).trim_end())
}

/// The name, the count, the sums and the weighted sums of a stage, one below the other.
fn head(stage: &StageSums, each: usize, sums: usize) -> Vec<String> {
    let deals = if stage.count == 1 { "1 deal".into() } else { format!("{} deals", stage.count) };
    let stale = if stage.stale == 0 { String::new() } else { format!(", {} stale !", stage.stale) };
    let mut lines = vec![cut(&stage.name, each).into_owned()];
    let shown: Vec<(String, String)> = stage
        .sums()
        .map(|(c, pile)| (amount_for_people(pile.sum, c), amount_for_people(pile.weighted, c)))
        .collect();
    let count = format!("{deals}{stale}");
    lines.push(cut(&count, each).into_owned());
    for at in 0..sums {
        match shown.get(at) {
            Some((sum, weighted)) => {
                lines.push(cut(sum, each).into_owned());
                lines.push(cut(&format!("~ {weighted}"), each).into_owned());
            }
            None => lines.extend([String::new(), String::new()]),
        }
    }
    lines.push("─".repeat(each));
    lines
}

/// The deals of a stage, a line each.
fn block(stage: &StageSums, each: usize) -> Vec<String> {
    let mut lines: Vec<String> = stage.deals.iter().map(|card| card_line(card, each)).collect();
    let rest = stage.count.saturating_sub(stage.deals.len() as u64);
    if rest > 0 {
        lines.push(cut(&format!("… {rest} more"), each).into_owned());
    }
    lines
}

fn card_line(card: &Card, each: usize) -> String {
    let mark = if card.stale { "! " } else { "" };
    let name = format!("{mark}{}", crate::entity::text::visible(&card.deal.label));
    let Some(amount) = card.amount else { return cut(&name, each).into_owned() };
    let amount = amount_for_people(amount.minor, amount.currency);
    let left = each.saturating_sub(width(&amount) + 1);
    if left < 6 {
        return cut(&name, each).into_owned();
    }
    format!("{} {amount}", pad(&cut(&name, left), left, false))
}

/// A row a currency of a stage; deals without an amount are a row of their own, so the counts add up.
fn rows_of(stage: &StageSums) -> Vec<serde_json::Value> {
    let row = |currency: serde_json::Value, count: u64, sum: serde_json::Value, weighted| {
        serde_json::json!({
            "pipeline": stage.pipeline, "stage": stage.name, "kind": stage.kind,
            "count": count, "currency": currency, "sum": sum, "weighted": weighted,
        })
    };
    let null = serde_json::Value::Null;
    if stage.by_currency.is_empty() {
        return vec![row(null.clone(), 0, null.clone(), null)];
    }
    stage
        .by_currency
        .iter()
        .map(|(currency, pile)| match currency {
            Some(c) => {
                let exact =
                    |minor| serde_json::from_str(&amount_text(minor, *c)).unwrap_or_default();
                row(c.code().into(), pile.count, exact(pile.sum), exact(pile.weighted))
            }
            None => row(null.clone(), pile.count, null.clone(), null.clone()),
        })
        .collect()
}

fn objects(printer: &mut Printer, output: Output, stages: &[StageSums]) -> Result<()> {
    let mut out = JsonOut::new(false);
    let array = output == Output::Json;
    if array {
        out.out.push(b'[');
    }
    for (at, stage) in stages.iter().enumerate() {
        if array {
            out.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        }
        object(&mut out, stage);
        if !array {
            out.out.push(b'\n');
        }
    }
    if array {
        out.out.extend_from_slice(b"\n]\n");
    }
    out.flush_to(printer.out())
}

fn object(out: &mut JsonOut, stage: &StageSums) {
    out.begin_object();
    for (key, value) in
        [("pipeline", &stage.pipeline), ("stage", &stage.name), ("kind", &stage.kind)]
    {
        out.key(key);
        out.string(value);
    }
    for (key, count) in [("count", stage.count), ("stale", stage.stale)] {
        out.key(key);
        out.raw(&count.to_string());
    }
    for key in ["sums", "weighted"] {
        out.key(key);
        out.begin_object();
        for (currency, pile) in stage.sums() {
            out.key(currency.code());
            let minor = if key == "sums" { pile.sum } else { pile.weighted };
            out.raw(&amount_text(minor, currency));
        }
        out.end_object();
    }
    if !stage.rates.is_empty() {
        out.key("rates");
        rates_json(out, stage.rates.iter());
    }
    out.key("deals");
    out.begin_array();
    for card in &stage.deals {
        card_object(out, card);
    }
    out.end_array();
    out.end_object();
}

fn card_object(out: &mut JsonOut, card: &Card) {
    out.begin_object();
    out.key("id");
    out.raw(&card.deal.id.to_string());
    out.key("uid");
    out.string(&card.deal.uid.to_string());
    out.key("name");
    out.string(&card.deal.label);
    out.key("amount");
    match card.amount {
        Some(amount) => out.raw(&amount_text(amount.minor, amount.currency)),
        None => out.null(),
    }
    out.key("amount_currency");
    out.maybe(card.amount.as_ref().map(|a| a.currency.code()));
    out.key("days_in_stage");
    out.raw(&card.days_in_stage.to_string());
    out.key("stale");
    out.raw(if card.stale { "true" } else { "false" });
    out.end_object();
}
