//! Slippage and the accuracy of forecasts, by hand.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::history::{History, stamp};
use super::records::{Deal, Records, Sums, add_up, sums_of};
use super::split::{SPANS, key_of, percent, rows, span, tenths, within};

/// The last day of a month or a quarter.
fn end_of(day: NaiveDate, quarter: bool) -> NaiveDate {
    let mut last = day;
    let inside = |d: NaiveDate| {
        let month = |d: NaiveDate| d.format("%Y%m").to_string().parse::<u32>().expect("digits");
        let number = |d: NaiveDate| {
            let (year, month) = (month(d) / 100, month(d) % 100);
            if quarter { year * 4 + (month - 1) / 3 } else { year * 12 + month }
        };
        number(d) == number(day)
    };
    while let Some(next) = last.succ_opt().filter(|d| inside(*d)) {
        last = next;
    }
    last
}

#[derive(Default)]
struct Put {
    deals: usize,
    slips: usize,
    earlier: usize,
    days: i64,
    out: usize,
    amounts: Vec<(i128, String)>,
}

pub(super) fn slippage_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for (by, period) in [
        ("owner", SPANS[0]),
        ("stage", SPANS[1]),
        ("month", SPANS[2]),
        ("month", SPANS[0]),
        ("source", SPANS[2]),
        ("owner", SPANS[1]),
    ] {
        let args = [&["deal", "slippage", "--as-of", &at, "--by", by][..], &span(period)].concat();
        let answer = h.json(now, &args);
        let mut wanted: BTreeMap<String, Put> = BTreeMap::new();
        for deal in &there.deals {
            let moves = &there.moves[&deal.cells["uid"]];
            let Some((_, last)) = moves.last() else { continue };
            let mut mine: BTreeMap<String, Vec<(NaiveDate, NaiveDate)>> = BTreeMap::new();
            for (old, new) in moves.iter().filter(|(old, _)| within(Some(*old), period)) {
                let key = match by {
                    "month" => old.format("%Y-%m").to_string(),
                    _ => key_of(deal, by, there),
                };
                mine.entry(key).or_default().push((*old, *new));
            }
            for (key, moves) in mine {
                let put = wanted.entry(key).or_default();
                put.deals += 1;
                put.slips += moves.len();
                put.earlier += moves.iter().filter(|(old, new)| new < old).count();
                put.days += moves.iter().map(|(old, new)| (*new - *old).num_days()).sum::<i64>();
                let end = |old: NaiveDate| match period.1 {
                    "" => end_of(old, by != "month"),
                    end => end.parse().expect("a day"),
                };
                if moves.iter().any(|(old, _)| *last > end(*old)) {
                    put.out += 1;
                    put.amounts.extend(deal.amount.clone());
                }
            }
        }
        let found = rows(&answer);
        assert_eq!(found.len(), wanted.len(), "{args:?} {answer}");
        for (key, put) in wanted {
            let row = found[&key];
            for (name, count) in [
                ("deals", put.deals),
                ("slips", put.slips),
                ("earlier", put.earlier),
                ("out", put.out),
            ] {
                assert_eq!(row[name], count, "{args:?} {name} {row}");
            }
            assert_eq!(row["days"], put.days, "{args:?} {row}");
            let mean = tenths(put.days.into(), put.slips as i128);
            assert_eq!(row["mean_days"].to_string(), mean, "{args:?} {row}");
            assert_eq!(
                sums_of(&row["out_amount"]),
                add_up(put.amounts.into_iter()),
                "{args:?} {row}"
            );
        }
    }
}

/// Of the quarters that are over, what the records of their eve expected, and what came.
pub(super) fn accuracy_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    // Only of the present are all earlier quarters known.
    if there.now != h.now {
        return;
    }
    let quarters = [
        ("2026-01-01", "2026-03-31", "2026-Q1"),
        ("2026-04-01", "2026-06-30", "2026-Q2"),
        ("2026-07-01", "2026-09-30", "2026-Q3"),
        ("2026-10-01", "2026-12-31", "2026-Q4"),
    ];
    let today = there.now.date_naive().to_string();
    let over: Vec<_> = quarters.into_iter().filter(|(_, last, _)| **last < *today).collect();
    assert!(over.len() > 2, "the history ends too early, at {today}");
    let answer = h.json(now, &["deal", "accuracy", "--periods", &over.len().to_string()]);
    let found = rows(&answer);
    let (mut all, mut errors) = ([Sums::new(), Sums::new(), Sums::new()], Vec::new());
    for (first, last, name) in over {
        let eve = first.parse::<NaiveDate>().expect("a day").pred_opt().expect("a day");
        let (_, then) = h.seen.iter().find(|(at, _)| at.date_naive() == eve).expect("its records");
        let due = |deals: &[Deal], kind: &str| -> Vec<Deal> {
            let due = |d: &&Deal| d.is(kind) && within(d.decided(), (first, last));
            deals.iter().filter(due).cloned().collect()
        };
        let (open, early) = (due(&then.deals, "open"), due(&then.deals, "won"));
        let amount =
            |deals: &[Deal]| deals.iter().filter_map(|d| d.amount.clone()).collect::<Vec<_>>();
        let counted: Vec<Deal> =
            open.iter().filter(|d| d.category() != "omitted").cloned().collect();
        let weighted = counted.iter().filter_map(Deal::weighs);
        let forecast = add_up(weighted.chain(amount(&early)));
        let sure: Vec<Deal> = open.iter().filter(|d| d.category() == "commit").cloned().collect();
        let commit = add_up(amount(&sure).into_iter().chain(amount(&early)));
        let won = add_up(amount(&due(&there.deals, "won")).into_iter());
        let row = found[name];
        assert_eq!(row["seen"], eve.to_string(), "{row}");
        for (key, sums) in [("forecast", &forecast), ("commit", &commit), ("won", &won)] {
            assert_eq!(sums_of(&row[key]), *sums, "{key} {row}");
        }
        for (all, sums) in all.iter_mut().zip([&forecast, &commit, &won]) {
            *all = add_up(all.clone().into_iter().chain(sums.clone()).map(|(c, s)| (s, c)));
        }
        let mut error = forecast.clone();
        for (code, sum) in &won {
            *error.entry(code.clone()).or_default() -= sum;
        }
        assert_eq!(sums_of(&row["error"]), error, "{row}");
        errors.push(error);
    }
    let row = found["all"];
    for (key, sums) in ["forecast", "commit", "won"].iter().zip(&all) {
        assert_eq!(sums_of(&row[*key]), *sums, "{key} {row}");
    }
    one_currency(h, now);
}

/// In one currency the errors are percents of what came, and the last row has their mean.
fn one_currency(h: &History, now: DateTime<Utc>) {
    let answer =
        h.json(now, &["deal", "accuracy", "--of", "month", "--periods", "9", "--currency", "EUR"]);
    let rows = answer.as_array().expect("rows");
    let (mut millionths, mut count) = (0, 0);
    for row in rows {
        let sums = |key: &str| sums_of(&row[key]).get("EUR").copied().unwrap_or(0);
        let (off, won) = (sums("forecast") - sums("won"), sums("won"));
        let wanted = if won > 0 { percent(off, won) } else { "null".into() };
        if row["row"] == "all" {
            assert_eq!(row["error_percent"].to_string(), wanted, "{row}");
            continue;
        }
        assert_eq!(row["error_percent"].to_string(), wanted, "{row}");
        if won > 0 {
            millionths += off.abs() * 100_000_000 / won;
            count += 1;
        }
    }
    // In whole tenths, give or take the one that rounding may take.
    let mean = rows.last().map(|r| r["absolute_percent"].to_string()).unwrap_or_default();
    if count == 0 {
        assert_eq!(mean, "null", "{answer}");
        return;
    }
    let off = super::records::parts(&mean, 6) - millionths / count;
    assert!(off.abs() <= 50_001, "{mean} isn't {millionths} / {count}");
}
