//! What was expected when goes along with a deal into another file.

use rolo::model::model;
use serde_json::Value;

use super::history::{History, stamp};
use crate::laws::desk::Desk;

const NOUNS: [&str; 9] =
    ["team", "user", "territory", "pipeline", "stage", "rate", "company", "deal", "line"];

/// A file that has what another exports.
fn other_file(from: &Desk, now: &str) -> Desk {
    let other = Desk::new(model);
    for noun in NOUNS {
        let file =
            other.file(&format!("{noun}.csv"), from.run_as("ann", now, &[noun, "export"]).out);
        let run = other.run_as("ann", now, &[noun, "import", &file]);
        assert_eq!(run.code, 0, "{noun}: {}", run.err);
    }
    other
}

fn json(desk: &Desk, now: &str, args: &[&str]) -> Value {
    let run = desk.run_as("ann", now, &[args, &["-o", "json"]].concat());
    assert_eq!(run.code, 0, "{args:?}\n{}", run.err);
    serde_json::from_str(&run.out).expect("JSON")
}

#[test]
fn slips_of_any_history_are_the_same_in_the_file_it_goes_to() {
    let h = History::random(11, 90);
    let now = stamp(h.now);
    let other = other_file(&h.desk, &now);
    let mut slips = 0;
    for args in [
        &["deal", "slippage", "--by", "month"][..],
        &["deal", "slippage", "--by", "owner", "--period", "2026"],
        &["deal", "slippage", "is:open", "--by", "source"],
        &[
            "deal",
            "list",
            "--sort",
            "uid",
            "--columns",
            "uid,slips,slip_days,slipped,closes_history",
        ],
    ] {
        let answer = json(&h.desk, &now, args);
        assert_eq!(json(&other, &now, args), answer, "{args:?}");
        slips += answer[0]["slips"].as_i64().unwrap_or(0);
    }
    assert!(slips > 2, "hardly anything was put off");
}

#[test]
fn the_past_of_the_expected_close_is_the_same_in_the_file_it_goes_to() {
    let desk = Desk::new(model);
    let day = |day: &str| format!("2026-{day}T09:00:00Z");
    for (at, args) in [
        ("01-10", &["deal", "add", "Крыша", "--amount", "1000", "--closes", "2026-03-20"][..]),
        ("01-10", &["deal", "add", "屋根", "--amount", "500", "--closes", "2026-02-20"]),
        ("01-12", &["deal", "add", "Undated", "--amount", "70", "--probability", "80"]),
        ("02-01", &["deal", "edit", "1", "--closes", "2026-05-15"]),
        ("02-02", &["deal", "edit", "3", "--closes", "2026-03-31"]),
        ("03-05", &["deal", "edit", "1", "--closes", "2026-04-30"]),
        ("03-06", &["deal", "win", "2"]),
        ("03-08", &["deal", "reopen", "2"]),
        ("04-10", &["deal", "edit", "3", "--clear", "closes"]),
        ("05-03", &["deal", "win", "1", "--on", "2026-04-28"]),
        ("05-04", &["deal", "lose", "3", "--reason", "price"]),
    ] {
        let run = desk.run_as("ann", &day(at), args);
        assert_eq!(run.code, 0, "{args:?}\n{}", run.err);
    }
    let now = day("07-02");
    let other = other_file(&desk, &now);
    let all = ["deal", "list", "--columns", "name,closes,closed,stage", "--sort", "uid"];
    for then in ["2026-01-31", "2026-02-01", "2026-03-07", "2026-03-31", "2026-04-29", "2026-06-30"]
    {
        for args in [
            &all[..],
            &["deal", "forecast", "--by", "month"],
            &["deal", "slippage", "--by", "month"],
        ] {
            let args = [args, &["--as-of", then]].concat();
            assert_eq!(json(&other, &now, &args), json(&desk, &now, &args), "{args:?}");
        }
    }
    for args in
        [&["deal", "accuracy"][..], &["deal", "accuracy", "--of", "month", "--periods", "6"]]
    {
        assert_eq!(json(&other, &now, args), json(&desk, &now, args), "{args:?}");
    }
    let first = json(&other, &now, &["deal", "show", "1"]);
    assert_eq!(first["slipped"], "moved 2 times, 41 days");
    assert_eq!(
        first["closes_history"],
        serde_json::json!([
            "2026-02-01T09:00:00Z 2026-03-20..2026-05-15 moved ann",
            "2026-03-05T09:00:00Z 2026-05-15..2026-04-30 moved ann",
            "2026-05-03T09:00:00Z 2026-04-30..2026-04-28 closed ann",
        ])
    );
    let closes = |then: &str| json(&other, &now, &[&all[..], &["--as-of", then]].concat());
    assert_eq!(closes("2026-01-31")[0]["closes"], "2026-03-20");
    assert_eq!(closes("2026-01-31")[2]["closes"], Value::Null);
    assert_eq!(closes("2026-04-27")[0]["closes"], "2026-04-30");
    assert_eq!(closes("2026-04-29")[0]["closes"], "2026-04-28");
}
