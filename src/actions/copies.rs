//! A deal made of another: the same again, or a part of it.

use super::call::{Call, Fields};
use crate::entity::money::Money;
use crate::entity::{Column, LinkTo, Noun, Value, split_cell};
use crate::error::{Error, Result};
use crate::model::{DEAL, LINE};
use crate::store::{Among, Listing};

const AMOUNT: Column = DEAL.column("amount");
const NAME: Column = DEAL.column("name");
const CLOSES: Column = DEAL.column("closes");
const CLOSED: Column = DEAL.column("closed");
const LINES_DEAL: Column = LINE.column("deal");

/// What a new deal doesn't have from another: where it stands, and how it ended.
const OWN: &[&str] = &[
    "stage",
    "stage_since",
    "stays",
    "closed",
    "closes",
    "closes_history",
    "lost_reason",
    "competitor",
];

pub(super) fn clone(call: &mut Call) -> Result<()> {
    for id in call.ids {
        let values = alike(call, *id, OWN)?;
        let made = call.writer.insert(call.noun, values.into())?;
        for line in lines_of(call, *id)? {
            copy_line(call, line, made)?;
        }
        call.made.push(made);
    }
    Ok(())
}

pub(super) fn split(call: &mut Call) -> Result<()> {
    let [id] = call.ids else { return Err(Error::usage("one deal is split at a time")) };
    let before = call.writer.stored(call.noun, *id)?;
    if !before[call.index(CLOSED)?].is_empty() {
        return Err(Error::invalid(format!("deal:{id} is closed: what was won isn't split"))
            .hint(format!("`rolo deal reopen {id}` opens it again; close both parts then")));
    }
    let lines = lines_of(call, *id)?;
    let chosen = chosen_lines(call, *id, &lines)?;
    let amount = call.field("amount", AMOUNT)?;
    if !lines.is_empty() && chosen.is_empty() {
        return Err(Error::invalid(format!("deal:{id} has lines, whose sum is its amount"))
            .hint(format!("say which go with `--line`; `rolo line list deal:{id}` shows them")));
    }
    let rest = match (&amount, chosen.is_empty()) {
        (Some(_), false) => {
            return Err(Error::usage("`--amount` and `--line`: the lines tell the amount"));
        }
        (None, true) => {
            return Err(Error::usage("what is split off a deal needs an amount")
                .hint("say how much goes with `--amount`, or which lines with `--line`"));
        }
        (Some(part), true) => Some(rest_of(call, *id, &before, part)?),
        (None, false) => None,
    };
    // It is in the same stage, from now on; the history stays with the first.
    let own: Vec<&str> =
        OWN.iter().copied().filter(|f| !matches!(*f, "stage" | "closes")).collect();
    let mut values = alike(call, *id, &own)?;
    if rest.is_none() {
        let amount = call.index(AMOUNT)?;
        values.retain(|(i, _)| *i != amount);
    }
    let made = call.writer.insert(call.noun, values.into())?;
    if let Some(rest) = rest {
        let fields = vec![call.set(AMOUNT, rest)?];
        call.writer.update(call.noun, *id, fields)?;
    }
    let noun = call.other("line")?;
    for line in chosen {
        let deal = Value::Link(LinkTo::bare("deal", made));
        call.writer.update(noun, line, vec![(noun.require(LINES_DEAL.0)?.index, deal)])?;
    }
    call.log_note(*id)?;
    call.made.push(made);
    Ok(())
}

/// What is left of a deal's amount.
fn rest_of(call: &Call, id: i64, before: &[Value], part: &Value) -> Result<Value> {
    let Value::Money(whole) = before[call.index(AMOUNT)?] else {
        return Err(Error::invalid(format!("deal:{id} has no amount to split"))
            .hint(format!("give it one: `rolo deal edit {id} --amount …`")));
    };
    let part = match part {
        Value::Money(money) => Some(*money),
        Value::Amount(amount) => Money::of(*amount, whole.currency),
        _ => None,
    };
    let part =
        part.filter(|p| p.currency == whole.currency && p.minor > 0 && p.minor < whole.minor);
    match part {
        Some(part) => {
            Ok(Value::Money(Money { minor: whole.minor - part.minor, currency: whole.currency }))
        }
        None => Err(Error::invalid(format!(
            "amount: `{}` is no part of {whole}",
            call.text("amount").unwrap_or_default()
        ))
        .hint(format!("give more than 0 and less than {whole}, in {}", whole.currency))),
    }
}

/// The values of a deal for one like it, with what was said about the new one.
fn alike(call: &Call, id: i64, without: &[&str]) -> Result<Fields> {
    let before = call.writer.stored(call.noun, id)?;
    let mut fields: Fields = call
        .noun
        .fields
        .iter()
        .enumerate()
        .filter(|(_, f)| f.is_settable() && !f.kept && !without.contains(&f.name))
        .map(|(i, _)| (i, before[i].clone()))
        .filter(|(_, v)| !v.is_empty())
        .collect();
    for (arg, column) in [("name", NAME), ("amount", AMOUNT), ("closes", CLOSES)] {
        if let Some(value) = call.field(arg, column)? {
            let index = call.index(column)?;
            let value = match (value, &before[index]) {
                (Value::Amount(amount), Value::Money(old)) => {
                    Money::of(amount, old.currency).map_or(Value::Amount(amount), Value::Money)
                }
                (value, _) => value,
            };
            fields.retain(|(i, _)| *i != index);
            fields.push((index, value));
        }
    }
    Ok(fields)
}

fn lines_of(call: &Call, deal: i64) -> Result<Vec<i64>> {
    let noun = call.other("line")?;
    let mut listing = Listing::all(noun);
    listing.columns.clear();
    listing.filter = Some(crate::store::links_to(noun, LINES_DEAL.0, deal)?);
    call.writer.reader().ids(&listing)
}

fn copy_line(call: &mut Call, line: i64, deal: i64) -> Result<()> {
    let noun: &Noun = call.other("line")?;
    let before = call.writer.stored(noun, line)?;
    let link = noun.require(LINES_DEAL.0)?.index;
    let mut values: Fields = noun
        .fields
        .iter()
        .enumerate()
        .filter(|(i, f)| f.is_settable() && *i != link)
        .map(|(i, _)| (i, before[i].clone()))
        .filter(|(_, v)| !v.is_empty())
        .collect();
    values.push((link, Value::Link(LinkTo::bare("deal", deal))));
    call.writer.insert(noun, values.into())?;
    Ok(())
}

/// The lines that `--line` names, all of them lines of the deal.
fn chosen_lines(call: &Call, deal: i64, lines: &[i64]) -> Result<Vec<i64>> {
    let noun = call.other("line")?;
    let mut chosen = Vec::new();
    for (_, text) in split_cell(call.text("line").unwrap_or_default()) {
        for text in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
            let line = call.writer.reader().resolve(noun, text, Among::Live)?;
            if !lines.contains(&line) {
                return Err(Error::invalid(format!("line:{line} is no line of deal:{deal}"))
                    .hint(format!("`rolo line list deal:{deal}` shows them")));
            }
            if !chosen.contains(&line) {
                chosen.push(line);
            }
        }
    }
    Ok(chosen)
}
