//! Deals on their way: stays, the past, lines, stages that come, move and go.

use serde_json::Value;

use crate::harness::World;

/// Runs a command at a day, which has to succeed.
fn on(w: &World, day: &str, args: &[&str]) -> String {
    let now = format!("{day}T10:00:00Z");
    let out = w.command().env("ROLO_NOW", now).args(args).output().expect("the program runs");
    assert!(out.status.success(), "{args:?}\n{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn show(w: &World, deal: &str) -> Value {
    w.json(&["deal", "show", deal, "-o", "json"])
}

/// `stage entered left by` of a deal.
fn stays(w: &World, deal: &str) -> Vec<String> {
    // Of an instant its day.
    let word = |v: &Value| v.as_str().map_or("-", |t| t.split('T').next().unwrap_or(t)).to_owned();
    let all = show(w, deal)["stays"].clone();
    all.as_array()
        .expect("stays")
        .iter()
        .map(|s| [&s["name"], &s["entered"], &s["left"], &s["by"]].map(word).join(" "))
        .collect()
}

fn of_stage(board: &Value, stage: &str) -> Value {
    let stages = board.as_array().expect("stages");
    stages.iter().find(|s| s["stage"] == stage).expect("the stage").clone()
}

/// A deal that went on, back, and was won.
fn journey(w: &World) {
    on(w, "2026-01-01", &["deal", "add", "Заказ 王", "--amount", "12k", "--closes", "2026-03-01"]);
    on(w, "2026-01-10", &["deal", "next", "1"]);
    on(w, "2026-01-20", &["deal", "move", "1", "Proposal", "--note", "sent"]);
    on(w, "2026-01-21", &["deal", "edit", "1", "--amount", "15k", "--closes", "2026-03-11"]);
    on(w, "2026-02-01", &["deal", "back", "1"]);
    on(w, "2026-02-02", &["deal", "edit", "1", "--closes", "2026-04-11"]);
    on(w, "2026-02-10", &["--as", "bob", "deal", "win", "1", "--amount", "20k"]);
}

#[test]
fn every_stay_is_kept_also_when_a_deal_goes_back() {
    let w = World::new();
    journey(&w);
    assert_eq!(
        stays(&w, "1"),
        [
            "Lead 2026-01-01 2026-01-10 ann",
            "Qualified 2026-01-10 2026-01-20 ann",
            "Proposal 2026-01-20 2026-02-01 ann",
            "Qualified 2026-02-01 2026-02-10 ann",
            "Won 2026-02-10 - bob",
        ]
    );
    let before = w.ok(&["deal", "export"]);
    on(&w, "2026-03-01", &["deal", "reopen", "1"]);
    assert_eq!(stays(&w, "1").last().expect("a stay"), "Qualified 2026-03-01 - ann");
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["deal", "export"]), before);
}

#[test]
fn stays_go_out_and_come_in_again() {
    let w = World::new();
    journey(&w);
    for format in ["csv", "json"] {
        let there = w.ok(&["deal", "export", "--format", format]);
        let other = World::new();
        let file = other.file(&format!("deals.{format}"), &there);
        other.ok(&["deal", "import", &file]);
        assert_eq!(other.ok(&["deal", "export", "--format", format]), there);
        assert_eq!(stays(&other, "1"), stays(&w, "1"));
    }
}

#[test]
fn a_moved_close_is_counted_and_the_real_one_is_not() {
    let w = World::new();
    journey(&w);
    let deal = show(&w, "1");
    assert_eq!((deal["slips"].as_i64(), deal["slip_days"].as_i64()), (Some(2), Some(41)));
    assert!(w.ok(&["deal", "show", "1"]).contains("moved 2 times, 41 days"));
    w.ok(&["undo", "--any"]);
    w.ok(&["undo"]);
    let deal = show(&w, "1");
    assert_eq!((deal["slips"].as_i64(), deal["slip_days"].as_i64()), (Some(1), Some(10)));
}

#[test]
fn the_past_shows_where_deals_stood_and_what_they_were_worth() {
    let w = World::new();
    journey(&w);
    let at = |day: &str| {
        w.json(&[
            "deal",
            "list",
            "--as-of",
            day,
            "-o",
            "json",
            "--columns",
            "stage,amount,status,closes,closed,days_in_stage",
        ])[0]
            .clone()
    };
    assert_eq!(at("2025-12-31"), Value::Null);
    let deal = at("2026-01-05");
    assert_eq!((&deal["stage"], deal["amount"].to_string()), (&"Lead".into(), "12000.00".into()));
    let deal = at("2026-01-25");
    assert_eq!(
        (&deal["stage"], deal["amount"].to_string()),
        (&"Proposal".into(), "15000.00".into())
    );
    assert_eq!((&deal["closes"], deal["days_in_stage"].as_i64()), (&"2026-03-11".into(), Some(5)));
    assert_eq!((&deal["status"], &deal["closed"]), (&"open".into(), &Value::Null));
    assert_eq!(at("2026-02")["status"], "won");
    let board = w.json(&["deal", "board", "--as-of", "2026-01-25", "-o", "json"]);
    assert_eq!(of_stage(&board, "Proposal")["sums"]["EUR"].to_string(), "15000.00");
    assert_eq!(of_stage(&board, "Won")["count"], 0);
    // What was undone was never so; what wasn't is as it is today.
    w.ok(&["undo", "--any"]);
    assert_eq!(at("2026-02-20")["stage"], "Qualified");
    let (now, today) =
        (["deal", "board", "-o", "json"], ["deal", "board", "-o", "json", "--as-of", "today"]);
    assert_eq!(w.ok(&now), w.ok(&today));
    w.fails(2, &["deal", "list", "--as-of", "someday"]);
}

#[test]
fn the_past_of_lists_and_tags_is_shown_for_other_nouns_too() {
    let w = World::new();
    let contact =
        ["contact", "add", "Ann", "--email", "a@x.test", "--email", "b@x.test", "--tag", "old"];
    on(&w, "2026-01-01", &contact);
    on(
        &w,
        "2026-02-01",
        &["contact", "edit", "1", "--email", "c@x.test", "--untag", "old", "--tag", "new"],
    );
    on(&w, "2026-02-02", &["contact", "rm", "1"]);
    let then = w.json(&["contact", "list", "--as-of", "2026-01-15", "-o", "json"]);
    assert_eq!(
        (&then[0]["email"], then[0]["emails"][1]["value"].as_str()),
        (&"a@x.test".into(), Some("b@x.test"))
    );
    assert_eq!(then[0]["tags"], serde_json::json!(["old"]));
    assert_eq!(w.ok(&["contact", "list", "+old", "--as-of", "2026-01-15", "--count"]), "1\n");
    assert_eq!(w.ok(&["contact", "list", "+new", "--as-of", "2026-02-01", "--count"]), "1\n");
    assert_eq!(w.ok(&["contact", "list", "--as-of", "2026-02-02", "--count"]), "0\n");
}

#[test]
fn a_stage_asks_for_its_fields_and_for_the_right_pipeline() {
    let w = World::new();
    w.ok(&["deal", "add", "A"]);
    w.ok(&["stage", "edit", "Won", "--required", "amount,next_step"]);
    assert!(w.fails(4, &["stage", "edit", "Won", "--required", "amuont"]).contains("amount"));
    let why = w.fails(4, &["deal", "win", "1"]);
    assert!(why.contains("amount") && why.contains("next step") && why.contains("Won"), "{why}");
    w.fails(4, &["deal", "add", "B", "--stage", "Won"]);
    w.ok(&["deal", "edit", "1", "--amount", "5", "--next-step", "sign"]);
    w.ok(&["deal", "win", "1"]);
    w.ok(&["pipeline", "copy", "Sales", "Partners"]);
    let why = w.fails(4, &["deal", "move", "1", "Partners/Lead"]);
    assert!(why.contains("--pipeline"), "{why}");
    w.ok(&["deal", "move", "1", "Lead", "--pipeline", "Partners"]);
    assert_eq!(show(&w, "1")["pipeline"], "Partners");
}

#[test]
fn nothing_happens_before_a_deal_was_made_or_came_to_its_stage() {
    let w = World::new();
    on(&w, "2026-01-10", &["deal", "add", "A"]);
    on(&w, "2026-02-10", &["deal", "next", "1"]);
    let why = w.fails(4, &["deal", "win", "1", "--on", "2026-01-09"]);
    assert!(why.contains("2026-01-09") && why.contains("2026-01-10"), "{why}");
    w.fails(4, &["deal", "win", "1", "--on", "2026-02-09"]);
    // A day has no hour: that of the last move is fine.
    w.ok(&["deal", "win", "1", "--on", "2026-02-10"]);
    for bad in [
        &["deal", "edit", "1", "--probability", "140"][..],
        &["deal", "edit", "1", "--amount", "5 XXQ"],
        &["line", "add", "X", "--deal", "1", "--price", "5", "--quantity", "-1"],
    ] {
        w.fails(4, bad);
    }
    w.ok(&["company", "add", "C1"]);
    w.ok(&["company", "add", "C2", "--parent", "C1"]);
    let why = w.fails(4, &["company", "edit", "C1", "--parent", "C2"]);
    assert!(why.contains("loop") && why.contains("C2"), "{why}");
}

#[test]
fn lines_add_up_to_the_amount() {
    let w = World::new();
    w.ok(&["product", "add", "Licence", "--sku", "L1", "--price", "99.99"]);
    w.ok(&["deal", "add", "A", "--amount", "5"]);
    w.ok(&[
        "line",
        "add",
        "--deal",
        "A",
        "--product",
        "L1",
        "--quantity",
        "3",
        "--discount",
        "33.33",
    ]);
    w.ok(&[
        "line",
        "add",
        "Support",
        "--deal",
        "A",
        "--price",
        "0.25",
        "--quantity",
        "0.5",
        "--recurring",
        "monthly",
    ]);
    let amount = || show(&w, "1")["amount"].to_string();
    // 3 × 99.99 less 33.33 % is 199.990001, half of 0.25 is 0.125: half to even.
    assert_eq!(amount(), "200.11");
    w.fails(4, &["deal", "edit", "1", "--amount", "7"]);
    w.fails(4, &["line", "add", "Y", "--deal", "A", "--price", "1 USD"]);
    w.ok(&["line", "edit", "1", "--quantity", "1"]);
    assert_eq!(amount(), "66.78");
    w.ok(&["undo"]);
    assert_eq!(amount(), "200.11");
    assert_eq!(w.ok(&["deal", "clone", "1", "--name", "Again"]), "2\n");
    assert_eq!(show(&w, "2")["amount"].to_string(), "200.11");
    assert_eq!(w.ok(&["line", "list", "deal:2", "--count"]), "2\n");
}

#[test]
fn a_part_of_a_deal_becomes_its_own() {
    let w = World::new();
    w.ok(&["deal", "add", "A", "--amount", "12k USD", "--stage", "Proposal"]);
    assert_eq!(w.ok(&["deal", "split", "1", "--amount", "5k", "--name", "B"]), "2\n");
    let of = |deal: &str| (show(&w, deal)["amount"].to_string(), show(&w, deal)["stage"].clone());
    assert_eq!(of("1"), ("7000.00".into(), "Proposal".into()));
    assert_eq!(of("2"), ("5000.00".into(), "Proposal".into()));
    w.fails(4, &["deal", "split", "1", "--amount", "8k"]);
    w.ok(&["undo"]);
    assert_eq!(of("1").0, "12000.00");
}

#[test]
fn a_stage_goes_once_it_is_said_where_its_deals_go() {
    let w = World::new();
    let order =
        || w.ok(&["stage", "list", "pipeline:Sales", "-o", "csv", "--columns", "position,name"]);
    on(&w, "2026-01-01", &["deal", "add", "A", "--stage", "Proposal"]);
    let why = w.fails(4, &["stage", "rm", "Proposal"]);
    assert!(why.contains("--to") && why.contains("1 deal"), "{why}");
    w.ok(&["stage", "rm", "Proposal", "--to", "Negotiation"]);
    assert_eq!(show(&w, "1")["stage"], "Negotiation");
    assert_eq!(order(), "position,name\n1,Lead\n2,Qualified\n3,Negotiation\n4,Won\n5,Lost\n");
    w.ok(&["undo"]);
    w.ok(&["stage", "merge", "Negotiation", "Proposal"]);
    assert_eq!(stays(&w, "1"), ["Negotiation 2026-01-01 - ann"]);
    w.ok(&["stage", "add", "Demo", "--position", "2"]);
    w.ok(&["stage", "move", "Demo", "--after", "Qualified"]);
    assert_eq!(
        order(),
        "position,name\n1,Lead\n2,Qualified\n3,Demo\n4,Negotiation\n5,Won\n6,Lost\n"
    );
    w.ok(&["pipeline", "copy", "Sales", "Other"]);
    w.ok(&["pipeline", "rm", "Sales", "--to", "Other"]);
    assert_eq!(show(&w, "1")["pipeline"], "Other");
}

#[test]
fn the_board_marks_what_is_stale_and_fits_its_room() {
    let w = World::new();
    w.ok(&["stage", "edit", "Lead", "--stale-days", "5"]);
    on(&w, "2026-11-15", &["deal", "add", "Old", "--amount", "1.05"]);
    on(&w, "2026-11-20", &["deal", "add", "Новая сделка 王", "--amount", "12k USD"]);
    let board = w.json(&["deal", "board", "-o", "json"]);
    let lead = of_stage(&board, "Lead");
    assert_eq!((lead["count"].as_i64(), lead["stale"].as_i64()), (Some(2), Some(1)));
    // A tenth of 1.05 is 0.105: half to even.
    assert_eq!(lead["weighted"]["EUR"].to_string(), "0.10");
    let text = w.ok(&["deal", "board"]);
    assert!(text.contains("! Old") && text.contains("1 stale"), "{text}");
    assert!(text.lines().all(|l| unicode_width::UnicodeWidthStr::width(l) <= 100), "{text}");
    let csv = w.ok(&["deal", "board", "-o", "csv"]);
    assert!(csv.contains("\nSales,Lead,open,1,USD,12000.00,1200.00\n"), "{csv}");
}

#[test]
fn stays_that_are_missing_are_worked_out_of_the_history() {
    let w = World::new();
    journey(&w);
    w.ok(&["deal", "add", "B", "--stage", "Proposal"]);
    let whole = (stays(&w, "1"), stays(&w, "2"));
    let file = rusqlite::Connection::open(w.db()).expect("the file");
    file.execute("DELETE FROM deal_stays", []).expect("a file from before stays were kept");
    drop(file);
    let found = w.run(&["doctor"]);
    assert!(found.out.contains("2 deals have no stays"), "{}{}", found.out, found.err);
    w.ok(&["doctor", "--mend"]);
    assert_eq!((stays(&w, "1"), stays(&w, "2")), whole);
}

#[test]
fn a_deal_that_is_erased_takes_its_lines_along() {
    let w = World::new();
    for deal in ["Big", "Small"] {
        w.ok(&["deal", "add", deal]);
        w.ok(&["line", "add", "Seats 席", "--deal", deal, "--price", "5"]);
    }
    w.ok(&["deal", "rm", "Big", "--purge", "--yes"]);
    assert_eq!(w.ok(&["line", "list", "-o", "ids"]), "2\n");
    assert_eq!(
        w.json(&["sql", "SELECT DISTINCT deal_id FROM stays", "-o", "json"])[0]["deal_id"],
        2
    );
    w.ok(&["doctor"]);
}

#[test]
fn a_stage_with_deals_is_not_erased_and_a_pipeline_takes_its_stages_along() {
    let w = World::new();
    w.ok(&["deal", "add", "A"]);
    for (noun, name) in [("stage", "Lead"), ("pipeline", "Sales")] {
        let err = w.fails(4, &[noun, "rm", name, "--purge", "--yes"]);
        assert!(err.contains(&format!("the {noun} `{name}` is in use by 1 deal")), "{err}");
    }
    let err = w.fails(4, &["pipeline", "rm", "Sales"]);
    assert!(err.contains("the stage `Lead` is in use by 1 deal"), "{err}");
    w.ok(&["deal", "rm", "A"]);
    let err = w.fails(4, &["stage", "rm", "Lead", "--purge", "--yes"]);
    assert!(err.contains("1 deal in the trash"), "{err}");
    w.ok(&["deal", "restore", "A"]);
    w.ok(&["stage", "rm", "Lead", "--purge", "--to", "Qualified", "--yes"]);
    assert_eq!(w.json(&["deal", "show", "A", "-o", "json"])["stage"], "Qualified");
    w.ok(&["pipeline", "copy", "Sales", "Other"]);
    w.ok(&["pipeline", "rm", "Other", "--purge", "--yes"]);
    assert_eq!(w.ok(&["stage", "list", "--count"]), "5\n");
}

#[test]
fn a_board_of_several_currencies_has_the_most_worth_first() {
    let w = World::new();
    for (name, amount) in
        [("yen", "300kJPY"), ("dollars", "10kUSD"), ("euros", "9k EUR"), ("few", "1 EUR")]
    {
        w.ok(&["deal", "add", name, "--amount", amount]);
    }
    w.ok(&["deal", "add", "none"]);
    let names = || {
        let board = w.json(&["deal", "board", "-o", "json"]);
        let deals = board[0]["deals"].as_array().expect("deals").clone();
        deals.iter().map(|d| d["name"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    // Without rates nobody knows: each currency by itself, the one with the most deals first.
    assert_eq!(names(), ["euros", "few", "yen", "dollars", "none"]);
    w.ok(&["rate", "add", "EUR", "USD", "1.10"]);
    w.ok(&["rate", "add", "EUR", "JPY", "160"]);
    assert_eq!(names(), ["dollars", "euros", "yen", "few", "none"]);
}

#[test]
fn an_action_names_no_option_that_it_lacks() {
    let w = World::new();
    w.ok(&["deal", "add", "A"]);
    let err = w.fails(3, &["deal", "lose", "A", "--reason", "price", "--competitor", "Nobody"]);
    assert!(!err.contains("--create-links"), "{err}");
    let err = w.fails(3, &["deal", "add", "B", "--company", "Nobody"]);
    assert!(err.contains("--create-links"), "{err}");
}

#[test]
fn many_deals_move_by_a_filter_at_once_and_in_one_step() {
    let w = World::new();
    for name in ["Первая", "第二", "Third"] {
        w.ok(&["deal", "add", name, "--amount", "10"]);
    }
    let stages = |w: &World| {
        let all = w.json(&["deal", "list", "--sort", "id", "--columns", "stage", "-o", "json"]);
        let all = all.as_array().expect("deals").clone();
        all.iter().map(|d| d["stage"].as_str().expect("a stage").to_owned()).collect::<Vec<_>>()
    };
    let all = ["deal", "move", "--where", "stage:Lead", "Proposal"];
    let err = w.fails(2, &all);
    assert!(err.contains("3 deals") && err.contains("--yes"), "{err}");
    let run = w.run(&[&all[..], &["--dry-run"]].concat());
    assert!(run.code == 0 && run.err.contains("would move: 3 deals"), "{}", run.err);
    assert_eq!(stages(&w), ["Lead"; 3]);
    w.ok(&["deal", "move", "Proposal", "--where=stage:Lead", "--note", "all", "--yes"]);
    assert_eq!(stages(&w), ["Proposal"; 3]);
    w.ok(&["undo"]);
    assert_eq!(stages(&w), ["Lead"; 3]);
    // One alone isn't asked about; none is no error.
    w.ok(&["deal", "move", "--where", "第二", "--on", "today", "-q", "Qualified"]);
    assert_eq!(stages(&w), ["Lead", "Qualified", "Lead"]);
    w.ok(&["deal", "move", "--where", "nobody", "Qualified"]);
    for (code, args, says) in [
        (2, &["deal", "move", "--where", "is:open"][..], "needs `<STAGE>`"),
        (2, &["deal", "move", "1", "Won", "--where", "is:open"], "`1` and `--where`"),
        (2, &["deal", "move", "--where", "is:opne", "Won"], "opne"),
        (2, &["deal", "move", "--where", "", "Won"], "every record"),
        (3, &["deal", "move", "--where", "is:open", "Wonn", "--yes"], "Wonn"),
    ] {
        let err = w.fails(code, args);
        assert!(err.contains(says), "{args:?}: {err}");
    }
    // The one that can't is named, and none moves.
    w.ok(&["stage", "edit", "Sales/Won", "--required", "next_step"]);
    w.ok(&["deal", "edit", "1", "2", "--next-step", "sign"]);
    let err = w.fails(4, &["deal", "win", "--where", "is:open", "--yes"]);
    assert!(err.contains("deal:3") && err.contains("rolo deal edit 3 --next-step"), "{err}");
    assert_eq!(stages(&w), ["Lead", "Qualified", "Lead"]);
    w.ok(&["task", "add", "T", "--due", "2026-11-22"]);
    w.ok(&["task", "snooze", "--where", "T", "+3d"]);
    assert_eq!(w.json(&["task", "show", "1", "-o", "json"])["due"], "2026-11-25");
}

#[test]
fn what_cannot_be_is_refused_at_every_door() {
    let w = World::new();
    w.ok(&["company", "add", "Acme", "--currency", "JPY"]);
    w.ok(&["deal", "add", "D", "--company", "Acme"]);
    for (args, says) in [
        (&["deal", "add", "X", "--amount", "-5"][..], "amount: -5.00 EUR is less than 0"),
        (&["deal", "add", "X", "--set", "amount=-5 USD"], "-5.00 USD"),
        (&["deal", "edit", "D", "--amount", "-0.01"], "less than 0"),
        (&["deal", "edit", "--where", "is:open", "--amount", "-1", "--yes"], "less than 0"),
        (&["deal", "win", "D", "--amount", "-1"], "less than 0"),
        (&["deal", "lose", "D", "--reason", ""], "lost reason: it is empty"),
        (&["deal", "edit", "D", "--probability", "140"], "140"),
        (&["line", "add", "L", "--deal", "D", "--quantity", "-1"], "quantity: `-1`"),
        (&["line", "add", "L", "--deal", "D", "--quantity", "1.0005"], "more than three decimals"),
        (&["line", "add", "L", "--deal", "D", "--discount", "10.001"], "more than two decimals"),
    ] {
        let err = w.fails(4, args);
        assert!(err.contains(says), "{args:?}: {err}");
    }
    for (noun, text, says) in [
        ("deal", "name,amount\nA,5\nB,-5\n", "-5.00"),
        ("deal", "name,probability\nA,140\n", "140"),
        ("line", "deal,name,price,quantity\nD,A,5,-1\n", "-1"),
    ] {
        let file = w.file("bad.csv", text);
        let run = w.run(&[noun, "import", &file]);
        assert_eq!(run.code, 4, "{text}");
        assert!(run.err.contains(says), "{}", run.err);
    }
    let run = w.run_with(&["batch"], b"deal add Y --amount -5\n");
    assert!(run.code == 4 && run.err.contains("less than 0"), "{}", run.err);
    // A line without a currency takes that of the deal's company.
    w.ok(&["line", "add", "L", "--deal", "D", "--price", "10"]);
    assert_eq!(w.json(&["deal", "show", "D", "-o", "json"])["amount_currency"], "JPY");
    assert_eq!(w.ok(&["deal", "list", "--count"]), "1\n");
}
