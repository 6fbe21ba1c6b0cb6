//! `territory apply` and `quota attainment`.

use std::collections::BTreeSet;

use clap::ArgMatches;

use super::global::{Output, Settings};
use super::grammar::{filter_text, text};
use super::print::{ColumnHead, Printer};
use super::rates::rates_json;
use super::session::{Session, filter_sql};
use super::sheets;
use crate::entity::exchange::{Quoted, footer};
use crate::entity::money::{Money, amount_for_people};
use crate::entity::{LinkTo, Value};
use crate::error::Result;
use crate::interchange::JsonOut;
use crate::reports::{Row, attainment};
use crate::store::{Among, Attainment, Listing, Reader, Store};

/// The nouns that lie in territories.
const PLACED: [&str; 2] = ["company", "lead"];

/// `territory apply [--all]`.
///
/// # Errors
/// The database can't be written.
pub(super) fn apply(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let all = matches.get_flag("all");
    session.existing()?;
    let written = session.write("territory apply", |w| {
        let mut counts = [0_u64; PLACED.len()];
        for (name, count) in PLACED.iter().zip(&mut counts) {
            let noun = w.reader().model().noun(name)?;
            let index = noun.require("territory")?.index;
            for (id, to) in w.reader().territories_to_set(noun, all)? {
                let to = to.map_or(Value::Null, |t| Value::Link(LinkTo::bare("territory", t)));
                *count += u64::from(w.update(noun, id, vec![(index, to)])?);
            }
        }
        Ok(counts)
    })?;
    let [companies, leads] = written.value;
    let line = if companies + leads == 0 {
        "nothing to change".to_owned()
    } else {
        let placed = session.done("placed", "place");
        format!(
            "{placed} {companies} companies and {leads} leads; `rolo territory list` shows them"
        )
    };
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let object = serde_json::json!({"companies": companies, "leads": leads});
        return super::record::print_json_list(&mut session.printer, Output::Jsonl, &[object]);
    }
    session.printer.note(&line);
    Ok(())
}

/// `quota attainment [FILTER] [--explain [REF]]`.
///
/// # Errors
/// A wrong filter, or a currency that has no rate to that of its quota.
pub(super) fn attainment(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    session.look_back(text(matches, "as-of"))?;
    let filter = filter_text(matches);
    if let Some(quota) = text(matches, "explain") {
        return explain(session, Some(quota).filter(|q| !q.is_empty()), filter.as_deref());
    }
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let listing = listing(&reader, store, settings, filter.as_deref())?;
    let found = reader.attainment(listing, settings.locale.times.today())?;
    match output {
        Output::Ids => found.iter().try_for_each(|a| printer.line(&a.id.to_string())),
        Output::Json | Output::Jsonl => json(printer, output, &found),
        Output::Table | Output::Csv | Output::Tsv if found.is_empty() => {
            printer.note("there are no such quotas: `rolo quota add 2026-Q4 --user ann --amount 100k` makes one");
            Ok(())
        }
        Output::Csv | Output::Tsv => {
            let rows: Vec<_> = found.iter().map(row_json).collect();
            super::record::print_json_list(printer, output, &rows)
        }
        Output::Table => table(printer, &found),
    }
}

fn whose(of: &Attainment) -> String {
    let parts: Vec<&str> = [&of.user, &of.team, &of.territory]
        .into_iter()
        .flatten()
        .map(|l| l.label.as_str())
        .collect();
    if parts.is_empty() { "all".into() } else { parts.join(", ") }
}

fn table(printer: &mut Printer, found: &[Attainment]) -> Result<()> {
    let mut heads: Vec<ColumnHead> = ["period", "whose"].map(ColumnHead::text).into();
    heads.extend(["quota", "won", "percent", "bonus"].map(ColumnHead::number));
    heads.insert(0, ColumnHead::number("id"));
    let people = |m: &Money| amount_for_people(m.minor, m.currency);
    let rows = found.iter().map(|a| {
        Ok(vec![
            a.id.to_string(),
            a.period.clone(),
            whose(a),
            people(&a.target),
            people(&a.total.money()),
            format!("{} %", a.percent),
            a.bonus.as_ref().map_or(String::new(), |b| people(&b.amount)),
        ])
    });
    printer.table(heads, rows)?;
    let currencies: BTreeSet<_> = found.iter().map(|a| a.target.currency).collect();
    for to in currencies {
        let of = found.iter().filter(|a| a.target.currency == to);
        let used: BTreeSet<Quoted> = of.flat_map(rates_of).copied().collect();
        if let Some(footer) = footer(to, &used) {
            printer.note(&footer);
        }
    }
    Ok(())
}

/// All rates that a quota's figures took.
fn rates_of(of: &Attainment) -> impl Iterator<Item = &Quoted> {
    of.total.used.iter().chain(of.bonus.iter().flat_map(|b| &b.used))
}

fn row_json(a: &Attainment) -> serde_json::Value {
    let name = |l: &Option<LinkTo>| l.as_ref().map(|l| l.label.clone());
    serde_json::json!({
        "id": a.id, "period": a.period, "user": name(&a.user), "team": name(&a.team),
        "territory": name(&a.territory), "quota": a.target.amount(), "won": a.total.money().amount(),
        "currency": a.target.currency.code(), "percent": a.percent.to_string(),
        "bonus": a.bonus.as_ref().map(|b| b.amount.amount()),
    })
}

fn json(printer: &mut Printer, output: Output, found: &[Attainment]) -> Result<()> {
    let mut out = JsonOut::new(false);
    if output == Output::Json {
        out.out.push(b'[');
    }
    for (at, a) in found.iter().enumerate() {
        if output == Output::Json {
            out.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        }
        one_json(&mut out, a);
        if output == Output::Jsonl {
            out.out.push(b'\n');
        }
    }
    if output == Output::Json {
        out.out.extend_from_slice(b"\n]\n");
    }
    out.flush_to(printer.out())
}

fn one_json(out: &mut JsonOut, a: &Attainment) {
    out.begin_object();
    out.key("id");
    out.raw(&a.id.to_string());
    for (key, value) in [
        ("period", a.period.clone()),
        ("first_day", a.first.to_string()),
        ("last_day", a.last.to_string()),
    ] {
        out.key(key);
        out.string(&value);
    }
    for (key, link) in [("user", &a.user), ("team", &a.team), ("territory", &a.territory)] {
        out.key(key);
        out.maybe(link.as_ref().map(|l| l.label.as_str()));
    }
    for (key, money) in [("quota", a.target), ("won", a.total.money())] {
        out.key(key);
        out.raw(&money.amount());
        out.key(&format!("{key}_currency"));
        out.string(money.currency.code());
    }
    out.key("won_by_currency");
    out.begin_object();
    for money in &a.won {
        out.key(money.currency.code());
        out.raw(&money.amount());
    }
    out.end_object();
    out.key("percent");
    out.raw(&a.percent.to_string());
    out.key("bonus");
    match &a.bonus {
        Some(bonus) => out.raw(&bonus.amount.amount()),
        None => out.null(),
    }
    out.key("bonus_currency");
    out.maybe(a.bonus.as_ref().map(|b| b.amount.currency.code().to_owned()).as_deref());
    out.key("bonus_rule");
    out.maybe(a.bonus.as_ref().map(|b| b.rule.as_str()));
    out.key("rates");
    let used: BTreeSet<Quoted> = rates_of(a).copied().collect();
    rates_json(out, used.iter());
    out.end_object();
}

/// The deals behind the figure of a quota, or of all that the filter leaves, and what it means.
fn explain(session: &mut Session, quota: Option<&str>, filter: Option<&str>) -> Result<()> {
    let rows = {
        let (reader, store, _, settings) = session.parts()?;
        let noun = store.noun("quota")?;
        let quotas = match quota {
            Some(quota) => vec![reader.resolve(noun, quota, Among::Live)?],
            None => reader.ids(&listing(&reader, store, settings, filter)?)?,
        };
        let row = |quota: i64| {
            let (key, ids) = (quota.to_string(), reader.deals_of_quota(quota)?);
            Ok(Row { key, cells: Vec::new(), ids, rates: BTreeSet::new() })
        };
        quotas.into_iter().map(row).collect::<Result<Vec<Row>>>()?
    };
    let rows: Vec<&Row> = rows.iter().collect();
    let [_, definition, source] = attainment::TOLD;
    sheets::behind(session, [definition, source], &rows)
}

/// The quotas of a filter, in their order.
fn listing<'s>(
    reader: &Reader,
    store: &'s Store,
    settings: &Settings,
    filter: Option<&str>,
) -> Result<Listing<'s>> {
    let noun = store.noun("quota")?;
    let mut listing = Listing::all(noun);
    listing.sort_by(noun.entity.sort, store.model())?;
    listing.filter = filter.map(|f| filter_sql(reader, settings, noun, f)).transpose()?;
    Ok(listing)
}
