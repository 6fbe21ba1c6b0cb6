//! What would be if, by hand: the records are changed as the command line says, and counted again.

use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;

use super::history::{History, stamp};
use super::records::{Deal, Records, Sums, add_up, sums_of};
use super::split::{groups, rows, within};

/// The records as the assumptions have them.
fn changed(there: &Records, won: &[String]) -> Records {
    let mut then = there.clone();
    for (deal, was) in then.deals.iter_mut().zip(&there.deals) {
        if was.stage.name == "Proposal" {
            deal.cells.insert("probability".into(), "50".into());
        }
        if was.cells["owner"] == "bob" && was.is("open") {
            deal.cells.insert("owner".into(), "ann".into());
            deal.closes = "2026-12-31".parse().ok();
        }
        if won.contains(&deal.cells["uid"]) {
            let of =
                |s: &&super::records::Stage| s.pipeline == was.stage.pipeline && s.kind == "won";
            deal.stage = there.stages.iter().find(of).expect("a won stage").clone();
            deal.closes = Some(there.now.date_naive());
        }
    }
    then
}

fn weighed(deals: &[&Deal]) -> Sums {
    add_up(deals.iter().filter_map(|d| d.weighs()))
}

fn amounts(deals: &[&Deal]) -> Sums {
    add_up(deals.iter().filter_map(|d| d.amount.clone()))
}

pub(super) fn what_if_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    let open = there.deals.iter().filter(|d| d.is("open")).map(|d| d.cells["uid"].clone());
    let won: Vec<String> = open.step_by(3).take(2).collect();
    let ids: Vec<String> = won.iter().map(|uid| there.ids[uid].to_string()).collect();
    let ids = ids.join(",");
    let mut assumed = vec![
        "--as-of",
        &at,
        "--what-if",
        "stage:Proposal",
        "--set",
        "probability=50",
        "--what-if",
        "owner:bob is:open",
        "--set",
        "owner=ann",
        "--set",
        "closes=2026-12-31",
    ];
    if !ids.is_empty() {
        assumed.extend(["--what-if-win", &ids]);
    }
    let then = changed(there, &won);
    for by in ["stage", "owner", "source"] {
        let args = [&["deal", "pipeline", "--by", by][..], &assumed].concat();
        each_side(&h.json(now, &args), [there, &then], by, &|_, d| d.is("open"), &|row, deals| {
            assert_eq!(row["count"], deals.len(), "{args:?} {row}");
            assert_eq!(sums_of(&row["amount"]), amounts(deals), "{args:?} {row}");
            assert_eq!(sums_of(&row["weighted"]), weighed(deals), "{args:?} {row}");
        });
    }
    let month = there.now.date_naive().with_day(1).expect("a day").to_string();
    let counts = |_: &Records, d: &Deal| match d.stage.kind.as_str() {
        "open" => d.category() != "omitted",
        "won" => within(d.decided(), (&month, "")),
        _ => false,
    };
    for by in ["month", "owner"] {
        let args = [&["deal", "forecast", "--by", by][..], &assumed].concat();
        each_side(&h.json(now, &args), [there, &then], by, &counts, &|row, deals| {
            let (open, won): (Vec<&Deal>, Vec<&Deal>) = deals.iter().partition(|d| d.is("open"));
            assert_eq!(row["count"], open.len(), "{args:?} {row}");
            assert_eq!(sums_of(&row["weighted"]), weighed(&open), "{args:?} {row}");
            assert_eq!(sums_of(&row["won"]), amounts(&won), "{args:?} {row}");
            let commit: Vec<&Deal> =
                open.iter().copied().filter(|d| d.category() == "commit").collect();
            assert_eq!(sums_of(&row["commit"]), amounts(&commit), "{args:?} {row}");
        });
    }
}

/// Compares both sides of an answer with the records of each.
fn each_side(
    answer: &Value,
    sides: [&Records; 2],
    by: &str,
    counts: &dyn Fn(&Records, &Deal) -> bool,
    check: &dyn Fn(&Value, &[&Deal]),
) {
    let found = rows(answer);
    for (side, there) in ["before", "after"].into_iter().zip(sides) {
        let groups = groups(there.deals.iter().filter(|d| counts(there, d)), by, there);
        for key in groups.keys() {
            assert!(found.contains_key(key), "{by}: no row {key} in {answer}");
        }
        for (key, row) in &found {
            check(&row[side], groups.get(key).map_or(&[][..], |deals| deals));
        }
    }
}
