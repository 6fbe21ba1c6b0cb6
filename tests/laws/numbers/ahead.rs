//! What is open and what should come of it: pipeline, forecast, win rate and range, by hand.

use chrono::{DateTime, Datelike, Utc};

use super::history::{History, stamp};
use super::records::{Deal, Records, Sums, add_up, grain, nearest_even, sums_of};
use super::split::{SPANS, groups, percent, rows, span, within};

fn amounts<'d>(deals: impl Iterator<Item = &'d &'d Deal>) -> Sums {
    add_up(deals.filter_map(|d| d.amount.clone()))
}

/// Whether the day of a deal lies in a period; all time holds those without a day too.
fn lies_in(deal: &Deal, period: (&str, &str)) -> bool {
    period == SPANS[0] || within(deal.decided(), period)
}

pub(super) fn pipeline_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for (by, period) in
        [("stage", SPANS[0]), ("owner", SPANS[1]), ("source", SPANS[2]), ("territory", SPANS[0])]
    {
        let args = [&["deal", "pipeline", "--as-of", &at, "--by", by][..], &span(period)].concat();
        let answer = h.json(now, &args);
        let found = rows(&answer);
        let all = there.deals.iter().filter(|d| d.is("open") && lies_in(d, period));
        let groups = groups(all, by, there);
        for (key, row) in &found {
            let deals = groups.get(key).map_or(&[][..], |deals| deals);
            assert_eq!(row["count"], deals.len(), "{args:?} {row}");
            assert_eq!(sums_of(&row["amount"]), amounts(deals.iter()), "{args:?} {row}");
            let weighted = add_up(deals.iter().filter_map(|d| d.weighs()));
            assert_eq!(sums_of(&row["weighted"]), weighted, "{args:?} {row}");
        }
        for key in groups.keys() {
            assert!(found.contains_key(key), "{args:?}: no row {key}");
        }
    }
}

pub(super) fn forecast_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for (by, period) in [
        ("month", SPANS[0]),
        ("owner", SPANS[1]),
        ("team", SPANS[0]),
        ("month", SPANS[2]),
        ("stage", SPANS[1]),
    ] {
        let args = [&["deal", "forecast", "--as-of", &at, "--by", by][..], &span(period)].concat();
        let answer = h.json(now, &args);
        let month = there.now.date_naive().with_day(1).expect("a day").to_string();
        let counts = |d: &&Deal| match d.stage.kind.as_str() {
            "open" => d.category() != "omitted" && lies_in(d, period),
            "won" if period == SPANS[0] => within(d.decided(), (&month, "")),
            "won" => within(d.decided(), period),
            _ => false,
        };
        let groups = groups(there.deals.iter().filter(counts), by, there);
        let found = rows(&answer);
        for (key, deals) in groups {
            let row = found[&key];
            let open: Vec<&Deal> = deals.iter().filter(|d| d.is("open")).copied().collect();
            assert_eq!(row["count"], open.len(), "{args:?} {row}");
            let weighted = add_up(open.iter().filter_map(|d| d.weighs()));
            assert_eq!(sums_of(&row["weighted"]), weighted, "{args:?} {row}");
            for category in ["commit", "best_case", "pipeline"] {
                let sums = amounts(open.iter().filter(|d| d.category() == category));
                assert_eq!(sums_of(&row[category]), sums, "{args:?} {row}");
            }
            let won = amounts(deals.iter().filter(|d| d.is("won")));
            assert_eq!(sums_of(&row["won"]), won, "{args:?} {row}");
        }
    }
}

pub(super) fn winrate_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for period in SPANS {
        let decided = |d: &&Deal| !d.is("open") && lies_in(d, period);
        let won = |deals: &[&Deal]| deals.iter().filter(|d| d.is("won")).count();
        let args = [&["deal", "winrate", "--as-of", &at][..], &span(period)].concat();
        let answer = h.json(now, &args);
        for (key, row) in rows(&answer) {
            let stage = there.stages.iter().find(|s| format!("{}/{}", s.pipeline, s.name) == key);
            let stage = &stage.expect("its stage").uid;
            let was_there = |d: &&Deal| d.stays.iter().any(|(_, uid)| uid == stage);
            let entered: Vec<&Deal> = there.deals.iter().filter(was_there).collect();
            let ended: Vec<&Deal> = entered.iter().filter(|d| decided(d)).copied().collect();
            let counts = [entered.len(), ended.len(), won(&ended)];
            for (name, count) in ["entered", "decided", "won"].into_iter().zip(counts) {
                assert_eq!(row[name], count, "{args:?} {row}");
            }
            let rate = percent(counts[2] as i128, counts[1] as i128);
            assert_eq!(row["win_rate"].to_string(), rate, "{args:?} {row}");
        }
        let args =
            [&["deal", "winrate", "--by", "source", "--as-of", &at][..], &span(period)].concat();
        let answer = h.json(now, &args);
        let found = rows(&answer);
        let groups = groups(there.deals.iter().filter(decided), "source", there);
        assert_eq!(found.len(), groups.len(), "{args:?} {answer}");
        for (key, deals) in groups {
            let row = found[&key];
            assert_eq!(row["decided"], deals.len(), "{args:?} {row}");
            assert_eq!(row["won"], won(&deals), "{args:?} {row}");
            let rate = percent(won(&deals) as i128, deals.len() as i128);
            assert_eq!(row["win_rate"].to_string(), rate, "{args:?} {row}");
        }
    }
}

/// What is sure of a range: its ends, its mean, and the order of its percentiles.
pub(super) fn range_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    let (first, last) = ("2025-11-01", "2027-06-30");
    let args = ["deal", "range", "--as-of", &at, "--from", first, "--to", last, "--trials", "2000"];
    let answer = h.json(now, &args);
    let row = &answer[0];
    let due = |kind: &str| -> Vec<&Deal> {
        let due = |d: &&Deal| d.is(kind) && within(d.decided(), (first, last));
        there.deals.iter().filter(due).collect()
    };
    let (open, won) = (due("open"), due("won"));
    let get = |name: &str, code: &str| sums_of(&row[name]).get(code).copied().unwrap_or(0);
    for (code, all) in amounts(open.iter().chain(&won)) {
        let won = amounts(won.iter()).get(&code).copied().unwrap_or(0);
        assert_eq!((get("won", &code), get("most", &code)), (won, all), "{args:?} {row}");
        let mine = open.iter().filter_map(|d| {
            let (amount, _) = d.amount.as_ref().filter(|a| a.1 == code)?;
            Some(amount * d.chance().unwrap_or(0))
        });
        let grain = grain(&code);
        let expected = nearest_even(mine.sum(), 1_000_000 * grain) * grain + won;
        assert_eq!(get("expected", &code), expected, "{args:?} {row}");
        let [p10, p50, p90] = ["p10", "p50", "p90"].map(|p| get(p, &code));
        // What is said may be finer than what is worked out.
        let [won, all] = [won, all].map(|sum| nearest_even(sum, grain) * grain);
        assert!(won <= p10 && p10 <= p50 && p50 <= p90 && p90 <= all, "{args:?} {row}");
    }
}
