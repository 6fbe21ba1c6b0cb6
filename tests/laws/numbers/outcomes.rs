//! Won and lost, velocity, and deals that don't get on, by hand.

use chrono::{DateTime, Utc};

use super::history::{History, stamp};
use super::records::{Deal, Records, Sums, add_up, grain, nearest_even, sums_of};
use super::split::{SPANS, groups, mean_days, percent, rows, span, within};
use super::ways::cycle;

/// The part that was won of all amounts, where they are in one currency.
fn amount_rate(won: &Sums, lost: &Sums) -> String {
    let mut codes: Vec<&String> = won.keys().chain(lost.keys()).collect();
    codes.dedup();
    match codes[..] {
        [code] => {
            let of = |sums: &Sums| sums.get(code).copied().unwrap_or(0);
            percent(of(won), of(won) + of(lost))
        }
        _ => "null".into(),
    }
}

pub(super) fn winloss_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for (nth, by) in [
        "month",
        "reason",
        "competitor",
        "source",
        "owner",
        "team",
        "territory",
        "partner",
        "pipeline",
    ]
    .into_iter()
    .enumerate()
    {
        let period = SPANS[nth % SPANS.len()];
        let mut args = vec!["deal", "winloss", "--as-of", &at, "--by", by];
        args.extend(span(period));
        let answer = h.json(now, &args);
        let found = rows(&answer);
        let decided: Vec<&Deal> =
            there.deals.iter().filter(|d| !d.is("open") && within(d.decided(), period)).collect();
        let all_lost = decided.iter().filter(|d| d.is("lost")).count() as i128;
        let groups = groups(decided.into_iter(), by, there);
        assert_eq!(found.len(), groups.len(), "{args:?} {answer}");
        for (key, deals) in groups {
            let row = found[&key];
            let of = |kind: &str| deals.iter().filter(|d| d.is(kind)).count();
            let (won, lost) = (of("won"), of("lost"));
            assert_eq!((&row["won"], &row["lost"]), (&won.into(), &lost.into()), "{args:?} {row}");
            let rate = percent(won as i128, (won + lost) as i128);
            assert_eq!(row["win_rate"].to_string(), rate, "{args:?} {row}");
            assert_eq!(
                row["lost_share"].to_string(),
                percent(lost as i128, all_lost),
                "{args:?} {row}"
            );
            let sums = |kind: &str| {
                add_up(deals.iter().filter(|d| d.is(kind)).filter_map(|d| d.amount.clone()))
            };
            assert_eq!(sums_of(&row["won_amount"]), sums("won"), "{args:?} {row}");
            assert_eq!(sums_of(&row["lost_amount"]), sums("lost"), "{args:?} {row}");
            let rate = amount_rate(&sums("won"), &sums("lost"));
            assert_eq!(row["amount_rate"].to_string(), rate, "{args:?} {row}");
        }
    }
}

/// As one currency without decimals: every sum converted, and rounded to whole yen, once.
pub(super) fn yen_agree(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    let answer =
        h.json(now, &["deal", "pipeline", "--by", "owner", "--as-of", &at, "--currency", "JPY"]);
    let found = rows(&answer);
    for (key, deals) in groups(there.deals.iter().filter(|d| d.is("open")), "owner", there) {
        let row = found[&key];
        for (name, amounts) in [
            ("amount", add_up(deals.iter().filter_map(|d| d.amount.clone()))),
            ("weighted", add_up(deals.iter().filter_map(|d| d.weighted()))),
        ] {
            let shown = sums_of(&row[name]);
            let yen = there.in_one(&amounts, "JPY");
            assert_eq!(shown.get("JPY").copied().unwrap_or(0), yen, "{at} {name} {row}");
            assert!(shown.len() < 2, "{row}");
        }
    }
}

/// As one currency: every sum converted once, and what follows from it.
pub(super) fn euros_agree(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    let answer =
        h.json(now, &["deal", "winloss", "--by", "owner", "--as-of", &at, "--currency", "EUR"]);
    let found = rows(&answer);
    for (key, deals) in groups(there.deals.iter().filter(|d| !d.is("open")), "owner", there) {
        let euros = |kind: &str| {
            let amounts = deals.iter().filter(|d| d.is(kind)).filter_map(|d| d.amount.clone());
            there.in_one(&add_up(amounts), "EUR")
        };
        let row = found[&key];
        let (won, lost) = (euros("won"), euros("lost"));
        for (name, sum) in [("won_amount", won), ("lost_amount", lost)] {
            let shown = sums_of(&row[name]);
            assert_eq!(shown.get("EUR").copied().unwrap_or(0), sum, "{at} {row}");
            assert!(shown.len() < 2, "{row}");
        }
        assert_eq!(row["amount_rate"].to_string(), percent(won, won + lost), "{at} {row}");
    }
    let answer =
        h.json(now, &["deal", "velocity", "--by", "owner", "--as-of", &at, "--currency", "EUR"]);
    for (key, deals) in groups(there.deals.iter(), "owner", there) {
        let row = rows(&answer)[&key];
        let count = |kind: &str| deals.iter().filter(|d| d.is(kind)).count() as i128;
        let won: Vec<_> = deals.iter().filter(|d| d.is("won")).collect();
        let seconds: i128 = won.iter().map(|d| i128::from(cycle(d))).sum();
        let euros = there.in_one(&add_up(won.iter().filter_map(|d| d.amount.clone())), "EUR");
        let shown = sums_of(&row["velocity"]).get("EUR").copied();
        if count("won") > 0 && seconds > 0 && won.iter().any(|d| d.amount.is_some()) {
            let over = count("open") * count("won") * euros * 86_400;
            let under = (count("won") + count("lost")) * seconds * 10;
            assert_eq!(shown, Some(nearest_even(over, under) * 10), "{at} {row}");
        } else {
            assert_eq!(shown, None, "{at} {row}");
        }
    }
}

pub(super) fn velocity_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for (by, period) in [("pipeline", SPANS[0]), ("owner", SPANS[1]), ("source", SPANS[2])] {
        let mut args = vec!["deal", "velocity", "--as-of", &at, "--by", by];
        args.extend(span(period));
        let answer = h.json(now, &args);
        let found = rows(&answer);
        let counts = |d: &&Deal| d.is("open") || within(d.decided(), period);
        let groups = groups(there.deals.iter().filter(counts), by, there);
        assert_eq!(found.len(), groups.len(), "{args:?} {answer}");
        for (key, deals) in groups {
            let row = found[&key];
            let of = |kind: &str| deals.iter().filter(|d| d.is(kind)).copied().collect::<Vec<_>>();
            let (open, won, lost) = (of("open"), of("won"), of("lost"));
            for (kind, deals) in [("open", &open), ("won", &won), ("lost", &lost)] {
                assert_eq!(row[kind], deals.len(), "{args:?} {row}");
            }
            let days: Vec<i64> = won.iter().map(|d| cycle(d)).collect();
            assert_eq!(row["cycle_days"].to_string(), mean_days(&days), "{args:?} {row}");
            let sums = add_up(won.iter().filter_map(|d| d.amount.clone()));
            assert_eq!(sums_of(&row["won_amount"]), sums, "{args:?} {row}");
            let (mut averages, mut speeds) = (Sums::new(), Sums::new());
            for (code, sum) in sums {
                let here = |deals: &[&Deal]| {
                    deals.iter().filter(|d| d.amount.as_ref().is_some_and(|a| a.1 == code)).count()
                        as i128
                };
                let grain = grain(&code);
                averages.insert(code.clone(), nearest_even(sum, here(&won) * grain) * grain);
                // open × win rate × average / cycle, all as one fraction.
                let (rate, whole) = (won.len() as i128, (won.len() + lost.len()) as i128);
                let seconds: i128 = days.iter().map(|d| i128::from(*d)).sum();
                let over = here(&open) * rate * sum * (days.len() as i128) * 86_400;
                let under = whole * here(&won) * seconds;
                if under > 0 {
                    speeds.insert(code, nearest_even(over, under * grain) * grain);
                }
            }
            assert_eq!(sums_of(&row["average"]), averages, "{args:?} {row}");
            assert_eq!(sums_of(&row["velocity"]), speeds, "{args:?} {row}");
        }
    }
}

pub(super) fn stuck_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    let answer = h.json(now, &["deal", "stuck", "--as-of", &at]);
    let found = answer.as_array().expect("rows");
    let mut seen = 0;
    for deal in there.deals.iter().filter(|d| d.is("open")) {
        let today = there.now.date_naive();
        let about =
            |row: &std::collections::HashMap<String, String>| row["about_uid"] == deal.cells["uid"];
        let next = there
            .tasks
            .iter()
            .any(|t| about(t) && !["done", "cancelled"].contains(&t["status"].as_str()));
        let overdue = deal.closes.filter(|day| *day < today).map(|day| (today - day).num_days());
        let mut why = Vec::new();
        why.extend(deal.is_stale(there.now).then_some("stale"));
        why.extend((deal.cells["next_step"].is_empty() && !next).then_some("no next step"));
        why.extend(overdue.map(|_| "overdue"));
        let id = there.ids[&deal.cells["uid"]];
        let row = found.iter().find(|r| r["id"] == id);
        assert_eq!(row.is_some(), !why.is_empty(), "{at} deal {id}: {why:?}");
        let Some(row) = row else { continue };
        seen += 1;
        assert_eq!(row["why"], why.join(", "), "{at} {row}");
        assert_eq!(row["overdue_days"], serde_json::json!(overdue), "{at} {row}");
        let since = deal.stays.last().expect("a stay").0;
        assert_eq!(row["days_in_stage"], (there.now - since).num_days(), "{at} {row}");
        let amount = add_up(deal.amount.clone().into_iter());
        assert_eq!(sums_of(&row["amount"]), amount, "{at} {row}");
    }
    assert_eq!(seen, found.len(), "{at}");
}
