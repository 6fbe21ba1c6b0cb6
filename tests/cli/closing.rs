//! The day on which a deal was won or lost: by every way it comes to an end.

use crate::harness::World;

fn closed(w: &World, deal: &str) -> (String, String) {
    let deal = w.json(&["deal", "show", deal, "-o", "json"]);
    let text = |key: &str| deal[key].as_str().unwrap_or("").to_owned();
    (text("closes"), text("closed"))
}

#[test]
fn nothing_has_happened_on_a_day_that_is_still_to_come() {
    let w = World::new();
    w.ok(&["deal", "add", "D"]);
    w.ok(&["task", "add", "T"]);
    for args in [
        &["deal", "win", "1"][..],
        &["deal", "lose", "1", "--reason", "price"],
        &["deal", "move", "1", "Proposal"],
        &["task", "done", "1"],
    ] {
        for on in ["2026-11-23", "tomorrow", "2027-01-01T00:00:00Z"] {
            let err = w.fails(4, &[args, &["--on", on]].concat());
            assert!(err.contains(&format!("`--on`: {on} is still to come")), "{err}");
        }
    }
    assert_eq!(w.json(&["deal", "show", "1", "-o", "json"])["stage"], "Lead");
    w.ok(&["deal", "win", "1", "--on", "today"]);
}

#[test]
fn a_deal_that_is_made_won_closed_today_or_on_a_day_before() {
    let w = World::new();
    w.ok(&["deal", "add", "D", "--stage", "Won", "--amount", "10"]);
    assert_eq!(closed(&w, "D"), ("2026-11-22".into(), "2026-11-22T09:00:00Z".into()));
    let err = w.fails(4, &["deal", "add", "E", "--stage", "Lost", "--closes", "2026-11-23"]);
    assert!(err.contains("closes: 2026-11-23 is still to come"), "{err}");
    // A past day tells of a deal that was over then.
    w.ok(&["deal", "add", "P", "--stage", "Won", "--closes", "2026-10-31"]);
    assert_eq!(closed(&w, "P"), ("2026-10-31".into(), "2026-10-31T00:00:00Z".into()));
    let past = w.json(&["deal", "show", "P", "-o", "json"]);
    assert_eq!(past["created"], past["stays"][0]["entered"]);
    w.ok(&["deal", "add", "E", "--stage", "Lost", "--closes", "today"]);
    w.ok(&["deal", "add", "F", "--closes", "2027-01-01"]);
    assert_eq!(closed(&w, "F"), ("2027-01-01".into(), String::new()));
}

#[test]
fn the_day_of_a_close_can_be_mended_and_stays_one() {
    let w = World::new();
    w.ok(&["--now", "2026-10-01T09:00:00Z", "deal", "add", "D", "--amount", "10"]);
    w.ok(&["--now", "2026-10-11T09:00:00Z", "deal", "next", "D"]);
    w.ok(&["deal", "win", "D"]);
    w.ok(&["deal", "edit", "D", "--closes", "2026-10-31"]);
    assert_eq!(closed(&w, "D"), ("2026-10-31".into(), "2026-10-31T00:00:00Z".into()));
    let deal = w.json(&["deal", "show", "D", "-o", "json"]);
    assert_eq!(deal["stays"][2]["entered"], "2026-10-31T00:00:00Z");
    assert_eq!(deal["stays"][1]["left"], "2026-10-31T00:00:00Z");
    let err = w.fails(4, &["deal", "edit", "D", "--closes", "2026-10-10"]);
    assert!(err.contains("closes: 2026-10-10 is before 2026-10-11"), "{err}");
    let err = w.fails(4, &["deal", "edit", "D", "--closes", "2026-11-23"]);
    assert!(err.contains("closes: 2026-11-23 is still to come"), "{err}");
    w.ok(&["undo"]);
    assert_eq!(closed(&w, "D"), ("2026-11-22".into(), "2026-11-22T09:00:00Z".into()));
}

#[test]
fn deals_of_a_stage_that_goes_end_or_go_on_with_the_stage_they_come_to() {
    let w = World::new();
    w.ok(&["deal", "add", "A", "--closes", "2027-01-01"]);
    w.ok(&["stage", "rm", "Lead", "--to", "Won"]);
    assert_eq!(closed(&w, "A"), ("2026-11-22".into(), "2026-11-22T09:00:00Z".into()));
    w.ok(&["stage", "rm", "Won", "--to", "Proposal"]);
    assert_eq!(closed(&w, "A").1, "");
}

#[test]
fn what_is_closed_is_not_split() {
    let w = World::new();
    w.ok(&["deal", "add", "D", "--amount", "10"]);
    w.ok(&["deal", "win", "D"]);
    let err = w.fails(4, &["deal", "split", "D", "--amount", "4"]);
    assert!(err.contains("rolo deal reopen 1"), "{err}");
}

#[test]
fn only_what_is_lost_has_a_reason_for_it() {
    let w = World::new();
    w.ok(&["company", "add", "Globex"]);
    w.ok(&["deal", "add", "D"]);
    w.ok(&["deal", "lose", "D", "--reason", "price", "--competitor", "Globex"]);
    w.ok(&["deal", "win", "D"]);
    let deal = w.json(&["deal", "show", "D", "-o", "json"]);
    assert!(deal["lost_reason"].is_null() && deal["competitor"].is_null(), "{deal}");
}

#[test]
fn a_won_stage_of_ones_own_is_certain_and_a_file_tells_the_day_of_the_end() {
    let w = World::new();
    w.ok(&["pipeline", "add", "P"]);
    w.ok(&["stage", "add", "Open", "--pipeline", "P", "--required", "amount,closes"]);
    w.ok(&["stage", "add", "Signed", "--pipeline", "P", "--kind", "won"]);
    w.ok(&["stage", "add", "Gone", "--pipeline", "P", "--kind", "lost"]);
    let err = w.fails(4, &["deal", "add", "D", "--pipeline", "P"]);
    assert!(err.contains("give `--amount … --closes …`"), "{err}");
    w.ok(&["deal", "add", "D", "--stage", "P/Signed", "--amount", "10"]);
    assert_eq!(w.json(&["deal", "show", "D", "-o", "json"])["weighted"].to_string(), "10.00");
    let file = w.file("d.csv", "name,stage,created,closed\nE,Won,2026-01-01,2026-02-01\n");
    w.ok(&["deal", "import", &file]);
    assert_eq!(closed(&w, "E"), ("2026-02-01".into(), "2026-02-01T00:00:00Z".into()));
}

#[test]
fn a_file_that_moves_a_deal_to_an_end_ends_it() {
    let w = World::new();
    let import = |stage: &str, now: &str| {
        let file = w.file("d.csv", format!("name,stage\nD,{stage}\n"));
        w.ok(&["--now", now, "deal", "import", &file, "--key", "name"]);
        closed(&w, "D")
    };
    let ended = |day: &str| (day.to_owned(), format!("{day}T09:00:00Z"));
    assert_eq!(import("Lead", "2026-10-01T09:00:00Z"), (String::new(), String::new()));
    assert_eq!(import("Won", "2026-10-02T09:00:00Z"), ended("2026-10-02"));
    assert_eq!(import("Lost", "2026-10-03T09:00:00Z").1, "2026-10-03T09:00:00Z");
    assert_eq!(import("Proposal", "2026-10-04T09:00:00Z").1, "");
    w.ok(&["undo", "2"]);
    assert_eq!(closed(&w, "D"), ended("2026-10-02"));
}

#[test]
fn a_reopened_deal_is_expected_when_it_was_before_its_end() {
    let w = World::new();
    w.ok(&["deal", "add", "D", "--closes", "2026-12-20"]);
    w.ok(&["deal", "add", "N"]);
    for args in [
        &["win", "D"][..],
        // Another day of the same end.
        &["edit", "D", "--closes", "2026-11-22"],
        &["lose", "D", "--reason", "price"],
        &["reopen", "D"],
        &["lose", "N", "--reason", "silence"],
        &["reopen", "N", "--stage", "Proposal"],
    ] {
        w.run(&[&["deal"], args].concat());
    }
    assert_eq!(closed(&w, "D"), ("2026-12-20".into(), String::new()));
    assert_eq!(closed(&w, "N"), (String::new(), String::new()));
    // Only what was moved while it was open is a slip.
    w.ok(&["deal", "edit", "D", "--closes", "2027-01-03"]);
    let deal = w.json(&["deal", "show", "D", "-o", "json"]);
    assert_eq!(deal["slipped"], "moved 1 time, 14 days");
    w.ok(&["deal", "win", "D"]);
    w.ok(&["deal", "reopen", "D"]);
    assert_eq!(closed(&w, "D"), ("2027-01-03".into(), String::new()));
    w.ok(&["undo"]);
    assert_eq!(closed(&w, "D").0, "2026-11-22");
    let err = w.fails(2, &["deal", "edit", "D", "--set", "closes_history="]);
    assert!(err.contains("kept by itself"), "{err}");
}

#[test]
fn what_is_open_was_not_closed_and_what_is_closed_was_closed_once() {
    let w = World::new();
    let err = w.fails(4, &["deal", "add", "D", "--closed", "2026-01-01"]);
    assert!(err.contains("closed: the stage `Lead` is open"), "{err}");
    let file = w.file("d.csv", "name,stage,closed\nD,Lead,2026-01-01\nE,Won,2026-01-01\n");
    let err = w.fails(4, &["deal", "import", &file]);
    assert!(
        err.contains("line 2, closed, `2026-01-01`: closed: the stage `Lead` is open"),
        "{err}"
    );
    // A deal that is made with its end was made by then.
    w.ok(&[
        "deal",
        "add",
        "D",
        "--stage",
        "Lost",
        "--lost-reason",
        "price",
        "--closed",
        "2026-01-01",
    ]);
    let deal = w.json(&["deal", "show", "D", "-o", "json"]);
    assert_eq!(
        (&deal["created"], &deal["closed"]),
        (&deal["closed"], &deal["stays"][0]["entered"])
    );
    assert_eq!(closed(&w, "D"), ("2026-01-01".into(), "2026-01-01T00:00:00Z".into()));
    w.ok(&["deal", "add", "E", "--stage", "Won", "--closes", "2026-06-01"]);
    let err = w.fails(4, &["deal", "win", "E", "--on", "2026-07-01"]);
    assert!(err.contains("deal:2 is won already, since 2026-06-01"), "{err}");
    assert!(err.contains("rolo deal edit 2 --closes 2026-07-01"), "{err}");
    w.ok(&["deal", "win", "E", "--on", "2026-06-01", "--amount", "5"]);
    w.ok(&["deal", "edit", "2", "--closes", "2026-07-01"]);
    assert_eq!(closed(&w, "E").0, "2026-07-01");
}
