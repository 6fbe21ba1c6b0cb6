//! `rate add` and `rate convert`: their own grammar over ordinary records.

use chrono::NaiveDate;
use clap::ArgMatches;

use super::global::Output;
use super::global::Settings;
use super::grammar::text;
use super::record::{add_with, print_json_list};
use super::session::Session;
use crate::entity::Kind;
use crate::entity::exchange::Quoted;
use crate::entity::money::{Currency, amount_for_people, parse_money};
use crate::error::{Error, Result};
use crate::interchange::JsonOut;

/// `rate add BASE QUOTE RATE [--on DATE]`: prints the new id.
///
/// # Errors
/// No such currency, no rate, or one of that pair and day is there.
pub(super) fn add(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let typed = |name: &str| text(matches, name).map(|t| (name.to_owned(), vec![t.to_owned()]));
    let mut given: Vec<_> = ["base", "quote", "rate"].iter().filter_map(|n| typed(n)).collect();
    let by_fields = given.is_empty() && matches.get_many::<String>("set").is_some();
    if given.len() != 3 && !by_fields {
        return Err(Error::usage("a rate needs two currencies and a number").hint(EXAMPLE));
    }
    if !by_fields || text(matches, "on").is_some() {
        given.push(("date".to_owned(), vec![on(session, matches)?.to_string()]));
    }
    add_with(session, "rate", matches, given)
}

const EXAMPLE: &str = "`rolo rate add EUR USD 1.08`: one euro is 1.08 dollars";

/// `rate convert AMOUNT [CURRENCY] [--on DATE]`.
///
/// # Errors
/// No such currency, or no rate leads there.
pub(super) fn convert(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let own = session.settings.locale.currency;
    let typed = text(matches, "amount").unwrap_or_default();
    let amount = parse_money(typed, own)
        .map_err(|why| Error::invalid(format!("amount: {why}")).hint(Kind::Money.hint()))?;
    let to = match text(matches, "currency") {
        Some(code) => currency(code)?,
        None => report_currency(&session.settings)?.unwrap_or(own),
    };
    let day = on(session, matches)?;
    let output = session.settings.output;
    let (reader, _, printer, _) = session.parts()?;
    let converted = reader.rates(day)?.convert(amount.minor, amount.currency, to)?;
    if matches!(output, Output::Json | Output::Jsonl) {
        let mut out = JsonOut::new(output == Output::Json);
        out.begin_object();
        out.key("amount");
        out.raw(&converted.money().amount());
        out.key("amount_currency");
        out.string(to.code());
        out.key("rates");
        rates_json(&mut out, converted.used.iter());
        out.end_object();
        out.out.push(b'\n');
        return out.flush_to(printer.out());
    }
    if matches!(output, Output::Csv | Output::Tsv) {
        let row =
            serde_json::json!({"amount": converted.money().amount(), "amount_currency": to.code()});
        return print_json_list(printer, output, &[row]);
    }
    printer.line(&amount_for_people(converted.minor, to))?;
    if let Some(footer) = converted.footer() {
        printer.note(&footer);
    }
    Ok(())
}

/// The rates below converted figures, for programs.
pub(super) fn rates_json<'r>(out: &mut JsonOut, rates: impl Iterator<Item = &'r Quoted>) {
    out.begin_array();
    for rate in rates {
        out.begin_object();
        for (key, code) in [("base", rate.base), ("quote", rate.quote)] {
            out.key(key);
            out.string(code.code());
        }
        out.key("rate");
        out.raw(&rate.rate.normalize().to_string());
        out.key("date");
        out.string(&rate.date.to_string());
        out.end_object();
    }
    out.end_array();
}

/// The currency that the config wants sums in.
///
/// # Errors
/// The config's value is wrong.
pub(super) fn report_currency(settings: &Settings) -> Result<Option<Currency>> {
    Ok(settings.config.get("report_currency")?.and_then(|code| code.parse().ok()))
}

/// A currency by its code.
///
/// # Errors
/// There is no such currency.
pub(super) fn currency(code: &str) -> Result<Currency> {
    code.parse().map_err(|()| {
        Error::invalid(format!("`{code}` is not an ISO 4217 currency")).hint(Kind::Currency.hint())
    })
}

/// The day of `--on`, else today.
///
/// # Errors
/// It is no day.
pub(super) fn on(session: &Session, matches: &ArgMatches) -> Result<NaiveDate> {
    let times = &session.settings.locale.times;
    match text(matches, "on") {
        None => Ok(times.today()),
        Some(day) => times
            .date(day)
            .map_err(|why| Error::invalid(format!("`--on`: {why}")).hint(Kind::Date.hint())),
    }
}
