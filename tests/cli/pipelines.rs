//! Pipelines and stages: what may become of those that deals are in, or were.

use crate::harness::World;

fn on(w: &World, day: &str, args: &[&str]) -> String {
    let now = format!("{day}T09:00:00Z");
    w.ok(&[&["--now", &now], args].concat())
}

fn deals(w: &World, columns: &str) -> String {
    w.ok(&["deal", "list", "-o", "csv", "--sort", "id", "--columns", columns])
}

#[test]
fn the_pipeline_named_last_is_the_only_default() {
    let w = World::new();
    w.ok(&["pipeline", "add", "P", "--is-default"]);
    w.ok(&["stage", "add", "A", "--pipeline", "P"]);
    w.ok(&["deal", "add", "D"]);
    assert_eq!(deals(&w, "pipeline,stage"), "pipeline,stage\nP,A\n");
    let defaults =
        || w.ok(&["pipeline", "list", "is_default:yes", "-o", "csv", "--columns", "name"]);
    assert_eq!(defaults(), "name\nP\n");
    w.ok(&["pipeline", "edit", "Sales", "--is-default"]);
    assert_eq!(defaults(), "name\nSales\n");
    w.ok(&["undo"]);
    assert_eq!(defaults(), "name\nP\n");
    w.ok(&["redo"]);
    assert_eq!(defaults(), "name\nSales\n");
    let file = w.file("p.csv", "name,is_default\nX,yes\nY,yes\n");
    w.ok(&["pipeline", "import", &file]);
    assert_eq!(defaults(), "name\nY\n");
}

#[test]
fn a_stage_stays_in_its_pipeline_as_long_as_deals_know_it() {
    let w = World::new();
    w.ok(&["deal", "add", "D", "--amount", "5"]);
    w.ok(&["pipeline", "add", "EU"]);
    w.ok(&["stage", "add", "A", "--pipeline", "EU"]);
    w.ok(&["deal", "next", "1"]);
    for stage in ["Sales/Lead", "Sales/Qualified"] {
        let why = w.fails(4, &["stage", "edit", stage, "--pipeline", "EU"]);
        assert!(why.contains("1 deal") && why.contains("deal move REF STAGE --pipeline"), "{why}");
    }
    // One that no deal knows may go, and finds a place there.
    w.ok(&["stage", "edit", "Sales/Proposal", "--pipeline", "EU"]);
    let list = ["stage", "list", "pipeline:EU", "-o", "csv", "--columns", "position,name"];
    let list = w.ok(&list);
    assert!(list.contains("1,") && list.contains("2,") && list.contains("Proposal"), "{list}");
    w.ok(&["doctor"]);
}

#[test]
fn a_stage_with_deals_keeps_its_meaning() {
    let w = World::new();
    w.ok(&["deal", "add", "A", "--amount", "5"]);
    w.ok(&["deal", "win", "1"]);
    w.ok(&["deal", "add", "B", "--stage", "Proposal"]);
    let before = deals(&w, "name,stage,status,closed");
    for args in [
        ["stage", "merge", "Sales/Proposal", "Sales/Won"],
        ["stage", "merge", "Sales/Lost", "Sales/Won"],
    ] {
        let why = w.fails(4, &args);
        assert!(why.contains("rolo stage rm Won --to"), "{why}");
    }
    let why = w.fails(4, &["stage", "edit", "Sales/Proposal", "--kind", "won"]);
    assert!(why.contains("1 deal") && why.contains("Proposal"), "{why}");
    w.fails(4, &["stage", "edit", "Sales/Won", "--kind", "lost"]);
    assert_eq!(deals(&w, "name,stage,status,closed"), before);
    w.ok(&["stage", "edit", "Sales/Negotiation", "--kind", "won"]);
    // As the hint says, with what follows.
    w.ok(&["stage", "rm", "Sales/Won", "--to", "Proposal"]);
    assert_eq!(
        deals(&w, "stage,status,closed"),
        "stage,status,closed\nProposal,open,\nProposal,open,\n"
    );
}

#[test]
fn stages_that_were_made_one_were_two_before() {
    let w = World::new();
    on(&w, "2026-11-01", &["deal", "add", "A", "--amount", "1000", "--stage", "Proposal"]);
    on(&w, "2026-11-01", &["deal", "add", "B", "--amount", "50", "--stage", "Negotiation"]);
    on(&w, "2026-11-05", &["deal", "move", "2", "Proposal"]);
    let asked: [&[&str]; 5] = [
        &["deal", "pipeline", "-o", "csv"],
        &[
            "deal",
            "list",
            "-o",
            "csv",
            "--columns",
            "name,stage,chance,weighted,stays",
            "--sort",
            "id",
        ],
        &["deal", "board", "-o", "json"],
        &["deal", "forecast", "-o", "csv"],
        &["deal", "funnel", "-o", "csv"],
    ];
    let seen = |day: &str| -> Vec<String> {
        asked.iter().map(|args| w.ok(&[*args, &["--as-of", day]].concat())).collect()
    };
    let days = ["2026-11-02", "2026-11-06"];
    let before: Vec<_> = days.iter().map(|day| seen(day)).collect();
    assert!(
        before[0][0].contains("Proposal,1,1000.00") || before[0][0].contains("1000.00"),
        "{before:?}"
    );
    on(&w, "2026-11-10", &["stage", "merge", "Sales/Negotiation", "Sales/Proposal"]);
    on(&w, "2026-11-12", &["deal", "win", "1"]);
    let after: Vec<_> = days.iter().map(|day| seen(day)).collect();
    assert_eq!(after, before);
    let now = w.ok(&[
        "deal",
        "list",
        "-o",
        "csv",
        "--columns",
        "name,stage",
        "--sort",
        "id",
        "--as-of",
        "2026-11-11",
    ]);
    assert_eq!(now, "name,stage\nA,Negotiation\nB,Negotiation\n");
    assert_eq!(
        w.ok(&["deal", "board", "-o", "json", "--as-of", "today"]),
        w.ok(&["deal", "board", "-o", "json"])
    );
    on(&w, "2026-11-13", &["undo"]);
    on(&w, "2026-11-13", &["undo"]);
    assert_eq!(days.iter().map(|day| seen(day)).collect::<Vec<_>>(), before);
}

#[test]
fn what_is_decided_is_sure() {
    let w = World::new();
    w.ok(&["deal", "add", "A", "--amount", "1000", "--probability", "90"]);
    w.ok(&["deal", "add", "B", "--amount", "1000", "--probability", "30"]);
    w.ok(&["deal", "lose", "1", "--reason", "price"]);
    w.ok(&["deal", "win", "2"]);
    assert_eq!(
        deals(&w, "chance,weighted"),
        "chance,weighted,weighted_currency\n0,0.00,EUR\n100,1000.00,EUR\n"
    );
    let board = w.ok(&["deal", "board", "-o", "csv"]);
    assert!(board.contains("Won,won,1,EUR,1000.00,1000.00"), "{board}");
    assert!(board.contains("Lost,lost,1,EUR,1000.00,0.00"), "{board}");
    w.ok(&["deal", "reopen", "1"]);
    assert_eq!(w.ok(&["deal", "list", "id=1", "-o", "csv", "--columns", "chance"]), "chance\n90\n");
}

#[test]
fn a_stage_of_another_pipeline_is_named_with_those_that_would_be_right() {
    let w = World::new();
    w.ok(&["pipeline", "add", "EU"]);
    let err = w.fails(3, &["deal", "add", "D", "--pipeline", "EU", "--stage", "Won"]);
    assert!(err.contains("`Won` is of another pipeline, `Sales`"), "{err}");
    assert!(err.contains("`EU` has no stage: `rolo stage add NAME --pipeline …`"), "{err}");
    w.ok(&["stage", "add", "Kontakt", "--pipeline", "EU"]);
    let err = w.fails(3, &["deal", "add", "D", "--pipeline", "EU", "--stage", "Won"]);
    assert!(err.contains("`EU` has `Kontakt`"), "{err}");
    let err = w.fails(3, &["deal", "add", "D", "--pipeline", "EU", "--stage", "Kontrakt"]);
    assert!(err.contains("did you mean `Kontakt`?"), "{err}");
}
