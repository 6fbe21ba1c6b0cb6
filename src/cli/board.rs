//! `deal board`: the stages of the pipelines with their deals, counts and sums per currency.

use std::collections::BTreeMap;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text};
use super::print::ColumnHead;
use super::session::{Session, filter_sql};
use crate::entity::money::{Currency, amount_for_people, amount_text};
use crate::error::Result;
use crate::interchange::JsonOut;
use crate::store::{Among, StageSums};

/// `deal board [FILTER] [--pipeline P]`.
///
/// # Errors
/// A wrong filter, an unknown pipeline, or the database can't be read.
pub(super) fn board(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let filter = filter_text(matches);
    let pipeline = text(matches, "pipeline").map(str::to_owned);
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let pipeline =
        pipeline.map(|p| reader.resolve(store.noun("pipeline")?, &p, Among::Live)).transpose()?;
    let noun = store.noun("deal")?;
    let sql = filter.map(|f| filter_sql(&reader, settings, noun, &f)).transpose()?;
    let json = matches!(output, Output::Json | Output::Jsonl);
    let stages = reader.board(pipeline, sql.as_ref(), json)?;
    if json {
        let mut out = JsonOut::new(false);
        if output == Output::Json {
            out.out.push(b'[');
        }
        for (at, stage) in stages.iter().enumerate() {
            if output == Output::Json {
                out.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
            }
            stage_json(&mut out, stage);
            if output == Output::Jsonl {
                out.out.push(b'\n');
            }
        }
        if output == Output::Json {
            out.out.extend_from_slice(b"\n]\n");
        }
        return out.flush_to(printer.out());
    }
    let many = stages.iter().any(|s| s.pipeline != stages[0].pipeline);
    let mut heads = vec![
        head("stage", false),
        head("kind", false),
        head("deals", true),
        head("sum", true),
        head("weighted", true),
    ];
    if many {
        heads.insert(0, head("pipeline", false));
    }
    let mut rows = Vec::new();
    for stage in &stages {
        let mut currencies: Vec<Currency> = stage.sums.keys().copied().collect();
        let first = if currencies.is_empty() { None } else { Some(currencies.remove(0)) };
        let amount = |of: &BTreeMap<Currency, i64>, c: Option<Currency>| {
            c.and_then(|c| of.get(&c).map(|m| amount_for_people(*m, c))).unwrap_or_default()
        };
        let mut row = vec![
            stage.name.clone(),
            stage.kind.clone(),
            stage.count.to_string(),
            amount(&stage.sums, first),
            amount(&stage.weighted, first),
        ];
        if many {
            row.insert(0, stage.pipeline.clone());
        }
        let width = row.len();
        rows.push(row);
        // Each further currency stands below, never added up.
        for currency in currencies {
            let mut row = vec![String::new(); width];
            row[width - 2] = amount(&stage.sums, Some(currency));
            row[width - 1] = amount(&stage.weighted, Some(currency));
            rows.push(row);
        }
    }
    printer.table(heads, rows.into_iter().map(Ok))?;
    Ok(())
}

fn head(name: &str, numeric: bool) -> ColumnHead {
    ColumnHead { name: name.into(), numeric }
}

fn stage_json(out: &mut JsonOut, stage: &StageSums) {
    out.begin_object();
    for (key, value) in
        [("pipeline", &stage.pipeline), ("stage", &stage.name), ("kind", &stage.kind)]
    {
        out.key(key);
        out.string(value);
    }
    out.key("count");
    out.raw(&stage.count.to_string());
    for (key, sums) in [("sums", &stage.sums), ("weighted", &stage.weighted)] {
        out.key(key);
        out.begin_object();
        for (currency, minor) in sums {
            out.key(currency.code());
            out.raw(&amount_text(*minor, *currency));
        }
        out.end_object();
    }
    out.key("deals");
    out.begin_array();
    for deal in &stage.deals {
        out.begin_object();
        out.key("id");
        out.raw(&deal.id.to_string());
        out.key("uid");
        out.string(&deal.uid.to_string());
        out.key("name");
        out.string(&deal.label);
        out.end_object();
    }
    out.end_array();
    out.end_object();
}
