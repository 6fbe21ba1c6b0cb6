//! The stays of a deal cover its life without a gap and without an overlap, whatever happens to it;
//! the past of today is the present; what is undone leaves no trace in any figure.

use rolo::clock::Chance;
use rolo::model::model;
use serde_json::Value;

use super::desk::Desk;

const STAGES: [&str; 6] = ["Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost"];

/// A step in the life of a deal; some are refused, which is a step too.
fn step(d: &Desk, chance: &Chance, deal: &str, now: &str) -> bool {
    let day = format!("2026-01-{:02}", 1 + chance.below(28));
    let to = *chance.pick(&STAGES);
    let on = chance.below(3) == 0;
    let mut args = match chance.below(9) {
        0 => vec!["deal", "next", deal],
        1 => vec!["deal", "back", deal],
        2 => vec!["deal", "win", deal, "--amount", "7"],
        3 => vec!["deal", "lose", deal, "--reason", "price"],
        4 => vec!["deal", "reopen", deal],
        5 => vec!["deal", "edit", deal, "--closes", &day, "--amount", "9.99"],
        6 => vec!["deal", "move", deal, to, "--pipeline", *chance.pick(&["Sales", "Other"][..])],
        _ => vec!["deal", "move", deal, to],
    };
    if on && !args.contains(&"edit") {
        args.extend(["--on", &day]);
    }
    let run = d.run_as("ann", now, &args);
    run.assert_clean();
    run.code == 0 && !run.err.contains("nothing to change")
}

/// Stays that don't end where the next one of the deal begins, or don't end as the last one.
const LOOSE: &str = "SELECT count(*) AS n FROM stays a LEFT JOIN stays b ON b.deal_id = a.deal_id AND b.position = a.position + 1 WHERE a.\"left\" IS NOT b.entered";

fn covers(d: &Desk) {
    assert_eq!(d.ok(&["sql", LOOSE, "-o", "csv"]), "n\n0\n");
    let deals = d.json(&["deal", "list", "-o", "json"]);
    for deal in deals.as_array().expect("deals") {
        let stays = deal["stays"].as_array().expect("stays");
        let last = stays.last().expect("a stay");
        assert_eq!(stays[0]["entered"], deal["created"], "{deal}");
        assert_eq!(
            (&last["left"], &last["id"], &last["entered"]),
            (&Value::Null, &deal["stage_id"], &deal["stage_since"]),
            "{deal}"
        );
        for pair in stays.windows(2) {
            assert_eq!(pair[0]["left"], pair[1]["entered"], "{deal}");
            assert!(pair[0]["entered"].as_str() <= pair[1]["entered"].as_str(), "{deal}");
        }
    }
}

#[test]
fn stays_cover_a_life_and_every_move_can_be_taken_back() {
    let d = Desk::new(model);
    let chance = Chance::seeded(41);
    d.run_as("ann", "2026-01-01T09:00:00Z", &["pipeline", "copy", "Sales", "Other"]);
    for n in 1..=4 {
        let now = format!("2026-01-0{n}T09:00:00Z");
        let run = d.run_as("ann", &now, &["deal", "add", &format!("D{n}"), "--amount", "10"]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let figures =
        || (d.ok(&["deal", "board", "-o", "json"]), d.ok(&["deal", "list", "-o", "json"]));
    let mut done = 0;
    for nth in 0..80 {
        let before = figures();
        let now = format!("2026-02-{:02}T{:02}:00:00Z", 1 + nth / 4, 8 + nth % 4);
        let deal = (1 + chance.below(4)).to_string();
        if step(&d, &chance, &deal, &now) {
            done += 1;
            let after = figures();
            d.ok(&["undo"]);
            assert_eq!(figures(), before, "undo of step {nth}");
            d.ok(&["redo"]);
            assert_eq!(figures(), after, "redo of step {nth}");
        } else {
            assert_eq!(figures(), before, "step {nth} was refused and did something");
        }
        covers(&d);
    }
    assert!(done > 40, "only {done} steps were taken");
    let whole = |args: &[&str]| d.ok(&[&["deal", "board", "-o", "json"], args].concat());
    assert_eq!(whole(&["--as-of", "today"]), whole(&[]));
    // The stages hold all deals, on each day of the past.
    for day in 1..=28 {
        let day = format!("2026-02-{day:02}");
        let board = d.json(&["deal", "board", "--as-of", &day, "-o", "json"]);
        let sum: u64 =
            board.as_array().expect("stages").iter().filter_map(|s| s["count"].as_u64()).sum();
        assert_eq!(sum, 4, "{day}");
    }
}

#[test]
fn the_past_is_what_was_seen_then() {
    let d = Desk::new(model);
    let chance = Chance::seeded(7);
    let mut seen = Vec::new();
    for nth in 0..40 {
        let now = format!("2026-03-{:02}T10:00:00Z", 1 + nth / 2);
        if nth % 5 == 0 {
            d.run_as("ann", &now, &["deal", "add", "D", "--amount", "10"]);
        } else {
            let deal = (1 + chance.below(1 + nth / 5)).to_string();
            let verb = *chance.pick(&["next", "back", "win", "reopen", "edit", "rm", "restore"]);
            let mut args = vec!["deal", verb, &deal];
            if verb == "edit" {
                args.extend(["--amount", "12.50", "--tag", "x", "--closes", "+9d"]);
            }
            d.run_as("ann", &now, &args);
        }
        if nth % 2 == 1 {
            let end = format!("2026-03-{:02}T23:59:59Z", 1 + nth / 2);
            let list = ["deal", "list", "-o", "json", "--columns", COLUMNS, "--sort", "id"];
            seen.push((now[..10].to_owned(), d.run_as("ann", &end, &list).out));
        }
    }
    for (day, then) in seen {
        let list =
            ["deal", "list", "-o", "json", "--columns", COLUMNS, "--sort", "id", "--as-of", &day];
        assert_eq!(d.ok(&list), then, "{day}");
    }
}

const COLUMNS: &str = "id,name,stage,pipeline,amount,closes,closed,stage_since,stays,status,chance,weighted,tags,age,days_in_stage";
