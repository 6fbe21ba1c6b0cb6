//! What was forecast for past periods, against what came.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::sheet::{Cell, Column, Figure, Row};
use super::spread::percent;
use super::{Ask, Number, Opt, Sheet, Span};
use crate::entity::Value;
use crate::entity::exchange::half_even;
use crate::entity::money::Currency;
use crate::entity::when::{Period, day_start, month_of, quarter_of};
use crate::error::{Error, Result};
use crate::store::{By, Deals, Key, Reader};
use rust_decimal::Decimal;

pub(super) const ACCURACY: Number = Number {
    verb: "accuracy",
    about: "Show what was forecast for past periods, and how far that was from what came",
    definition: "For each of the last months or quarters that are over: the forecast as it was seen at the \
        end of the day before (or so many days into it, with --after), worked out from history as \
        --as-of does. forecast: the weighted amounts of the deals that were open then and due in the \
        period, and what was won in it by then; omitted deals count nowhere. commit: the same with the whole amounts of the deals \
        in the category commit alone. won: what came, the amounts of the deals that were won in the \
        period (closes, else closed). error = forecast - won; error_percent = error / won; \
        absolute_percent is that without its sign. The row `all` has the sums, so its error_percent is \
        the bias (above 0: too hopeful), and its absolute_percent is the mean of the rows: the MAPE. \
        Percents need one currency (--currency), and something won.",
    source: "Forecast error, bias and mean absolute percentage error (MAPE), as in Hyndman and \
        Athanasopoulos: Forecasting: Principles and Practice, on evaluating forecast accuracy.",
    by: &[],
    period: Span::Never,
    what_if: false,
    options: &[
        Opt { name: "periods", value: Some("N"), about: "So many periods, the last ones (4)" },
        Opt { name: "of", value: Some("month|quarter"), about: "What a period is (quarter)" },
        Opt {
            name: "after",
            value: Some("DAYS"),
            about: "The forecast of so many days into each period, if not of its beginning",
        },
    ],
    empty: "no period is over yet",
    examples: &[
        "deal accuracy",
        "deal accuracy --of month --periods 12 --currency EUR",
        "deal accuracy owner:me --after 30 -o json",
    ],
    run,
};

/// Minor units by currency.
type Sums = BTreeMap<Currency, i64>;

/// A period, and the day at whose end its forecast is looked at.
struct Past {
    period: Period,
    seen: NaiveDate,
}

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let figures = [
        Column::new("seen", Figure::Date),
        Column::sum("forecast"),
        Column::sum("commit"),
        Column::sum("won"),
        Column::sum("error"),
        Column::new("error_percent", Figure::Percent),
        Column::new("absolute_percent", Figure::Percent),
    ];
    let mut columns = vec![Column::new("period", Figure::Name)];
    columns.extend(figures);
    let mut sheet = Sheet { columns, ..Sheet::default() };
    for past in pasts(ask)? {
        sheet.rows.push(row(reader, ask, &past)?);
    }
    sheet.rows.reverse();
    if !sheet.rows.is_empty() {
        sheet.add_total();
        let ids: BTreeSet<i64> = sheet.rows.iter().flat_map(|row| &row.ids).copied().collect();
        sheet.rows.extend(sheet.total.take().map(|mut all| {
            all.key = "all".into();
            all.ids = ids.into_iter().collect();
            all.cells[0] = Cell::Value(Value::Text("all".into()));
            all
        }));
    }
    if let Some(to) = ask.to {
        sheet.convert(&reader.rates(ask.times.today())?, to)?;
    }
    errors(&mut sheet);
    Ok(sheet)
}

/// The periods that are over, the latest first.
fn pasts(ask: &Ask) -> Result<Vec<Past>> {
    let periods = ask.whole("periods", 4, 1..=120)?;
    let after = ask.whole("after", 0, 0..=366)?;
    let of: fn(NaiveDate) -> Period = match ask.options.get("of").map_or("quarter", String::as_str)
    {
        "quarter" => quarter_of,
        "month" => month_of,
        other => {
            return Err(Error::usage(format!("`--of` can't be `{other}`"))
                .hint("write `--of month` or `--of quarter`"));
        }
    };
    let mut pasts = Vec::new();
    let mut first = of(ask.times.today()).first;
    for _ in 0..periods {
        let Some(eve) = first.pred_opt() else { break };
        let period = of(eve);
        first = period.first;
        let seen = first.pred_opt().and_then(|day| day.checked_add_days(Days::new(after)));
        pasts.extend(seen.map(|seen| Past { period, seen: seen.min(period.last) }));
    }
    Ok(pasts)
}

fn row(reader: &Reader, ask: &Ask, past: &Past) -> Result<Row> {
    let within = |kinds: &'static [&'static str]| Deals {
        first: Some(past.period.first),
        last: Some(past.period.last),
        ..ask.deals(kinds)
    };
    let mut ids = BTreeSet::new();
    let (mut forecast, mut commit, mut won) = (Sums::new(), Sums::new(), Sums::new());
    let next = past.seen.succ_opt().unwrap_or(past.seen);
    let at = day_start(ask.times.zone, next) - chrono::Duration::seconds(1);
    let by = [By::Status, By::Category];
    let is = |key: &Key, word: &str| *key == Key::Word(word.into());
    let counts = |keys: &[Key]| is(&keys[0], "won") || !is(&keys[1], "omitted");
    reader.as_of(at, past.seen, |then| {
        for sums in then.deal_sums(&by, &within(&["open", "won"]))? {
            let Some(currency) = sums.currency.filter(|_| counts(&sums.keys)) else { continue };
            let is_won = is(&sums.keys[0], "won");
            let expected = if is_won { sums.amount } else { sums.weighted };
            *forecast.entry(currency).or_default() += expected;
            if is_won || is(&sums.keys[1], "commit") {
                *commit.entry(currency).or_default() += sums.amount;
            }
        }
        if ask.explain {
            let behind = then.deals_behind(&by, &within(&["open", "won"]))?;
            ids.extend(behind.into_iter().filter(|(keys, _)| counts(keys)).map(|(_, id)| id));
        }
        Ok(())
    })?;
    for sums in reader.deal_sums(&[], &within(&["won"]))? {
        if let Some(currency) = sums.currency {
            *won.entry(currency).or_default() += sums.amount;
        }
    }
    if ask.explain {
        let behind = reader.deals_behind(&[], &within(&["won"]))?;
        ids.extend(behind.into_iter().map(|(_, id)| id));
    }
    let name = past.period.name().unwrap_or_default();
    let cells = vec![
        Cell::Value(Value::Text(name.clone())),
        Cell::Value(Value::Date(past.seen)),
        Cell::Sums(forecast),
        Cell::Sums(commit),
        Cell::Sums(won),
        Cell::Sums(Sums::new()),
        Cell::Value(Value::Null),
        Cell::Value(Value::Null),
    ];
    Ok(Row { key: name, cells, ids: ids.into_iter().collect(), rates: BTreeSet::new() })
}

/// The places of the figures behind the name.
const FORECAST: usize = 2;
const WON: usize = 4;
const ERROR: usize = 5;

/// Works the errors out of forecast and won.
fn errors(sheet: &mut Sheet) {
    let mut parts: Vec<(i128, i128)> = Vec::new();
    for row in &mut sheet.rows {
        let (forecast, won) = (row.cells[FORECAST].sums(), row.cells[WON].sums());
        let mut error = forecast.clone();
        for (currency, minor) in &won {
            let sum = error.entry(*currency).or_default();
            *sum = sum.saturating_sub(*minor);
        }
        if let ([(_, off)], [(_, came)]) = (
            &error.iter().collect::<Vec<_>>()[..],
            &won.iter().filter(|(_, minor)| **minor > 0).collect::<Vec<_>>()[..],
        ) {
            let (off, came) = (i128::from(**off), i128::from(**came));
            row.cells[ERROR + 1] = Cell::Value(percent(off, came));
            row.cells[ERROR + 2] = Cell::Value(percent(off.abs(), came));
            if row.key != "all" {
                parts.push((off.abs(), came));
            }
        }
        row.cells[ERROR] = Cell::Sums(error);
    }
    if let Some(all) = sheet.rows.last_mut() {
        all.cells[ERROR + 2] = Cell::Value(mean_percent(&parts));
    }
}

/// The mean of quotients, in percent to one decimal.
fn mean_percent(parts: &[(i128, i128)]) -> Value {
    // To a millionth of a percent each, which no rounding to a tenth can tell from the exact ones.
    let sum: i128 = parts.iter().map(|(off, came)| half_even(off * 100_000_000, *came)).sum();
    match i128::try_from(parts.len()) {
        Ok(count) if count > 0 => {
            let tenths = half_even(sum, count * 100_000);
            Value::Decimal(Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1))
        }
        _ => Value::Null,
    }
}
