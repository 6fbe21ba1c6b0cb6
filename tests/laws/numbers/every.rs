//! What holds for every number, whatever it counts.

use std::collections::BTreeMap;

use rolo::clock::Chance;
use rolo::reports::NUMBERS;
use serde_json::Value;

use super::history::{History, stamp};
use super::records::parts;

/// The answers of all numbers, by every way to split them.
fn answers(h: &History, more: &[&str]) -> Vec<(&'static str, &'static str, Value)> {
    let mut all = Vec::new();
    for number in NUMBERS {
        let ways: Vec<&str> = number.by.iter().map(|by| by.name()).collect();
        for by in if ways.is_empty() { vec![""] } else { ways } {
            let split: &[&str] = if by.is_empty() { &[] } else { &["--by", by] };
            let args = [&["deal", number.verb], split, more].concat();
            all.push((number.verb, by, h.json(h.now, &args)));
        }
    }
    all
}

/// Counts and sums of all rows together; what isn't added up is left out.
fn totals(verb: &str, answer: &Value) -> BTreeMap<String, i128> {
    let mut totals: BTreeMap<String, i128> = BTreeMap::new();
    for row in answer.as_array().expect("rows") {
        for (key, value) in row.as_object().expect("a row") {
            // A deal may slip in several months.
            if verb == "slippage" && !["slips", "days"].contains(&key.as_str()) {
                continue;
            }
            if let Some(number) = value.as_i64() {
                *totals.entry(key.clone()).or_default() += i128::from(number);
            }
            let sums = value.as_object().into_iter().flatten().filter(|(_, v)| v.is_number());
            for (code, sum) in sums {
                let name = format!("{key} {code}");
                *totals.entry(name).or_default() += parts(&sum.to_string(), 3);
            }
        }
    }
    totals.retain(|name, sum| {
        *sum != 0 && !["average", "velocity"].iter().any(|w| name.starts_with(w))
    });
    totals
}

/// The columns of a row that together count the records behind it.
fn counted(verb: &str) -> &'static [&'static str] {
    match verb {
        "funnel" => &["entered"],
        "cycle" | "pipeline" => &["count"],
        "winloss" => &["won", "lost"],
        "winrate" => &["decided"],
        "velocity" => &["open", "won", "lost"],
        "slippage" => &["deals"],
        _ => &[],
    }
}

/// As of today is now; the rows together are the same however they are split; and as many records
/// are behind a row as it counts.
pub(super) fn holds_together(h: &History) {
    let now = answers(h, &[]);
    for (today, (verb, by, answer)) in answers(h, &["--as-of", "today"]).iter().zip(&now) {
        assert_eq!(today.2, *answer, "deal {verb} --by {by}");
    }
    let mut whole: BTreeMap<&str, (&str, BTreeMap<String, i128>)> = BTreeMap::new();
    for (verb, by, answer) in &now {
        // A deal counts for each stage that it was in.
        if (*verb, *by) == ("winrate", "stage") {
            continue;
        }
        let totals = totals(verb, answer);
        let (first, wanted) = whole.entry(verb).or_insert_with(|| (by, totals.clone()));
        assert_eq!(totals, *wanted, "deal {verb}: --by {by} and --by {first}");
        let counted = counted(verb);
        if counted.is_empty() || by.contains("month") {
            continue;
        }
        let split: &[&str] = if by.is_empty() { &[] } else { &["--by", by] };
        let behind = h.json(h.now, &[&["deal", verb], split, &["--explain"]].concat());
        for row in answer.as_array().expect("rows") {
            let deals = behind.as_array().expect("deals");
            let deals = deals.iter().filter(|d| d["row"] == row["row"]).count() as u64;
            let wanted: u64 = counted.iter().filter_map(|c| row[*c].as_u64()).sum();
            assert_eq!(deals, wanted, "deal {verb} --by {by}: {row}");
        }
    }
}

#[test]
fn undo_of_any_move_restores_every_number() {
    let mut h = History::random(77, 40);
    let chance = Chance::seeded(78);
    let all = |h: &History| -> Vec<Value> {
        NUMBERS.iter().map(|n| h.json(h.now, &["deal", n.verb])).collect()
    };
    let mut before = all(&h);
    let (mut done, mut changed, mut seen) = (0, 0, 0);
    while done < 12 {
        h.now += chrono::Duration::hours(7);
        before.clone_from(&all(&h));
        let deal = (1 + chance.below(15)).to_string();
        let args: &[&str] = match done % 6 {
            0 => &["deal", "next", &deal],
            1 => &["deal", "win", &deal, "--amount", "123.45"],
            2 => &["deal", "lose", &deal, "--reason", "price"],
            3 => &["deal", "reopen", &deal],
            4 => &["deal", "edit", &deal, "--closes", "+77d", "--amount", "5 USD"],
            _ => &["deal", "move", &deal, "Proposal", "--pipeline", "Other"],
        };
        seen += 1;
        assert!(seen < 400, "nothing can be done");
        let run = h.desk.run_as("ann", &stamp(h.now), args);
        if run.code != 0 || run.err.contains("nothing to change") {
            continue;
        }
        done += 1;
        changed += usize::from(all(&h) != before);
        h.ok(h.now, &["undo"]);
        for ((number, then), now) in NUMBERS.iter().zip(&before).zip(all(&h)) {
            assert_eq!(now, *then, "deal {} after undo of {args:?}", number.verb);
        }
    }
    assert!(changed > 8, "only {changed} moves changed a number");
}
