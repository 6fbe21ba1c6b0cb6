//! The numbers of the funnel: what was typed becomes what is asked, and the answer goes to the one
//! printer of sheets.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use clap::ArgMatches;

use super::global::{Output, Settings};
use super::grammar::{filter_text, text, texts};
use super::inputs::values;
use super::rates::{currency, report_currency};
use super::session::{Session, filter_sql, ids_of};
use super::sheets;
use crate::error::{Error, Result};
use crate::reports::{Ask, NUMBERS, Number, Sheet, Span, compare};
use crate::store::{Among, Assumed, Assumption, By, Reader, Store, Thresholds, refuse_negative};

/// `deal NUMBER [FILTER] [--by WHAT] [--period P] [--as-of DATE] [--explain [ROW]] …`.
///
/// # Errors
/// A wrong filter, an unknown row, a missing rate, or the database can't be read.
pub(super) fn run(
    session: &mut Session,
    number: &'static Number,
    matches: &ArgMatches,
) -> Result<()> {
    session.look_back(text(matches, "as-of"))?;
    let typed = what_ifs(number, matches)?;
    // Ids are those of the records behind the figures.
    let ids = session.settings.output == Output::Ids;
    let row = text(matches, "explain").or_else(|| ids.then_some(""));
    if typed.is_empty() {
        let sheet = {
            let (reader, store, _, settings) = session.parts()?;
            let ask = asked(&reader, store, settings, number, matches)?;
            (number.run)(&reader, &ask)?
        };
        return match row {
            None => sheets::print(session, number, &sheet),
            Some(row) => explain(session, number, &sheet, row),
        };
    }
    let (before, after) = {
        let (reader, store, _, settings) = session.parts()?;
        let ask = asked(&reader, store, settings, number, matches)?;
        let assumptions = assumed(&reader, store, settings, &typed)?;
        let before = (number.run)(&reader, &ask)?;
        let after = reader.assuming(&assumptions, &settings.locale, |r| (number.run)(r, &ask))?;
        (before, after)
    };
    match row {
        None => sheets::print_compared(session, number, &compare(&before, &after)),
        Some(row) => explain(session, number, &after, row),
    }
}

/// `reports`: the open deals as `deal pipeline` counts them, and which other numbers there are.
///
/// # Errors
/// As for [`run`].
pub(super) fn overview(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    run(session, &NUMBERS[0], matches)?;
    let others: Vec<&str> = NUMBERS[1..].iter().map(|number| number.verb).collect();
    session.printer.note(&format!(
        "more numbers: `rolo deal VERB` with {}; `rolo help numbers`",
        others.join(", ")
    ));
    Ok(())
}

/// An assumption as it was typed.
enum WhatIf {
    /// Deals of a filter, and what they have.
    Set(String, Vec<(String, String)>),
    /// Deals that are won.
    Win(Vec<String>),
}

/// The assumptions in the order of the command line: each `--set` belongs to the `--what-if` before it.
fn what_ifs(number: &Number, matches: &ArgMatches) -> Result<Vec<WhatIf>> {
    if !number.what_if {
        return Ok(Vec::new());
    }
    let mut typed: Vec<(usize, &str, String)> = Vec::new();
    for option in ["what-if", "set"] {
        let places = matches.indices_of(option).into_iter().flatten();
        typed.extend(places.zip(texts(matches, option)).map(|(at, text)| (at, option, text)));
    }
    typed.sort_by_key(|(at, ..)| *at);
    let mut found = Vec::new();
    for (_, option, text) in typed {
        match (option, found.last_mut()) {
            ("what-if", _) => found.push(WhatIf::Set(text, Vec::new())),
            (_, Some(WhatIf::Set(_, sets))) => sets.push(
                text.split_once('=')
                    .map(|(field, value)| (field.trim().to_owned(), value.to_owned()))
                    .ok_or_else(|| {
                        Error::usage(format!("`--set` can't be `{text}`"))
                            .hint("write `--set 'FIELD=VALUE'`")
                    })?,
            ),
            _ => {
                return Err(
                    Error::usage("`--set` says what a `--what-if` before it assumes").hint(EXAMPLE)
                );
            }
        }
    }
    if let Some(WhatIf::Set(filter, _)) =
        found.iter().find(|w| matches!(w, WhatIf::Set(_, sets) if sets.is_empty()))
    {
        return Err(
            Error::usage(format!("`--what-if '{filter}'` needs a `--set` behind it")).hint(EXAMPLE)
        );
    }
    let wins = texts(matches, "what-if-win");
    if !wins.is_empty() {
        found.push(WhatIf::Win(wins));
    }
    Ok(found)
}

const EXAMPLE: &str = "`--what-if 'stage:Proposal' --set probability=50`";

/// The deals that are meant, as they are without any assumption, and the values.
fn assumed(
    reader: &Reader,
    store: &Store,
    settings: &Settings,
    typed: &[WhatIf],
) -> Result<Vec<Assumption>> {
    let noun = store.noun("deal")?;
    let one = |what_if: &WhatIf| {
        Ok(match what_if {
            WhatIf::Set(filter, sets) => {
                let values = values(noun, &[], sets, &settings.locale)?;
                for (index, value) in &values {
                    refuse_negative(noun.fields[*index], value)?;
                }
                let ids = ids_of(reader, settings, noun, filter)?;
                Assumption { ids, what: Assumed::Fields(values) }
            }
            WhatIf::Win(refs) => Assumption {
                ids: refs
                    .iter()
                    .map(|r| reader.resolve(noun, r.trim(), Among::Live))
                    .collect::<Result<_>>()?,
                what: Assumed::Won,
            },
        })
    };
    typed.iter().map(one).collect()
}

/// The records behind a row, or behind all of them, and what the number means.
fn explain(session: &mut Session, number: &Number, sheet: &Sheet, row: &str) -> Result<()> {
    let rows = if row.is_empty() {
        sheet.rows.iter().collect()
    } else {
        let found = sheet.row(row).ok_or_else(|| {
            let keys: Vec<&str> = sheet.rows.iter().map(|r| r.key.as_str()).collect();
            let known = if keys.is_empty() { "there are none".into() } else { keys.join(", ") };
            Error::usage(format!("`{row}` is no row of `deal {}`", number.verb))
                .hint(format!("rows: {known}; a filter stands before `--explain`"))
        })?;
        vec![found]
    };
    sheets::behind(session, [number.definition, number.source], &rows)
}

/// What is asked, out of what was typed and the config.
fn asked(
    reader: &Reader,
    store: &Store,
    settings: &Settings,
    number: &'static Number,
    matches: &ArgMatches,
) -> Result<Ask> {
    let filter = filter_text(matches)
        .map(|f| filter_sql(reader, settings, store.noun("deal")?, &f))
        .transpose()?;
    let pipeline = text(matches, "pipeline")
        .map(|p| reader.resolve(store.noun("pipeline")?, p, Among::Live))
        .transpose()?;
    let to = match text(matches, "currency") {
        Some(code) => Some(currency(code)?),
        None => report_currency(settings)?,
    };
    let (first, last) = period(settings, number, matches)?;
    let by = text(matches, "by").and_then(By::of).or(number.by.first().copied());
    Ok(Ask {
        by: by.unwrap_or(By::Stage),
        filter,
        pipeline,
        first,
        last,
        to,
        times: settings.locale.times,
        thresholds: thresholds(settings)?,
        options: own_options(number, matches),
        explain: text(matches, "explain").is_some() || settings.output == Output::Ids,
    })
}

/// The chances from which on a forecast counts a deal as a best case, and as committed.
pub(super) fn thresholds(settings: &Settings) -> Result<Thresholds> {
    let percent = |key, default| {
        Ok::<_, Error>(i64::try_from(settings.config.number(key, default)?).unwrap_or(100))
    };
    let found = Thresholds {
        best_case: percent("forecast.best_case", Thresholds::USUAL.best_case.unsigned_abs())?,
        commit: percent("forecast.commit", Thresholds::USUAL.commit.unsigned_abs())?,
    };
    if found.best_case > found.commit {
        return Err(Error::usage(format!(
            "the config's `forecast.best_case` ({}) is above its `forecast.commit` ({})",
            found.best_case, found.commit
        ))
        .hint("a committed deal is surer than a best case: `rolo config set forecast.commit 90`"));
    }
    Ok(found)
}

const PERIOD: &str = "write `2026-Q4`, `2026-11`, `2026`, `this-month`, `last-quarter` or a day; see `rolo help dates`";

fn period(
    settings: &Settings,
    number: &Number,
    matches: &ArgMatches,
) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let times = &settings.locale.times;
    let read = |option: &str, typed: &str| {
        times.period(typed).map_err(|why| Error::usage(format!("`--{option}`: {why}")).hint(PERIOD))
    };
    let of = |option: &str| text(matches, option).map(|typed| read(option, typed)).transpose();
    let (from, to) = (of("from")?, of("to")?);
    if from.is_none() && to.is_none() {
        let named = match (of("period")?, number.period) {
            (Some(named), _) => Some(named),
            (None, Span::Usually(word)) => Some(read("period", word)?),
            _ => None,
        };
        return Ok((named.map(|p| p.first), named.map(|p| p.last)));
    }
    let (first, last) = (from.map(|p| p.first), to.map(|p| p.last));
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        return Err(Error::usage(format!("`--from` {first} is after `--to` {last}"))
            .hint("write the earlier day behind `--from`"));
    }
    Ok((first, last))
}

fn own_options(number: &Number, matches: &ArgMatches) -> BTreeMap<&'static str, String> {
    let mut given = BTreeMap::new();
    for option in number.options {
        let value = match option.value {
            Some(_) => text(matches, option.name).map(str::to_owned),
            None => matches.get_flag(option.name).then(String::new),
        };
        given.extend(value.map(|v| (option.name, v)));
    }
    given
}
