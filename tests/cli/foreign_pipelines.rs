//! Deals of other programs: stages in the order of their funnel, history from their dates.

use crate::harness::World;

fn stages(w: &World, pipeline: &str) -> String {
    let filter = format!("pipeline:{pipeline}");
    let csv = w.ok(&["stage", "list", &filter, "-o", "csv", "--columns", "name,kind"]);
    csv.lines().skip(1).collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_of_entered_stages_become_stays_and_the_order_of_the_funnel() {
    let w = World::new();
    let file = w.file(
        "deals.csv",
        "Deal Name,Pipeline,Deal Stage,Amount,Currency,Create Date,Close Date,\"Date entered \"\"Erstkontakt (DE)\"\"\",\"Date entered \"\"Demo (DE)\"\"\",\"Date entered \"\"Gewonnen (DE)\"\"\"\n\
         Alpha,DE,Gewonnen,1000,USD,2025-01-05,2025-03-01,2025-01-05,2025-01-20,2025-03-01\n\
         Бета,DE,Verloren,3000,EUR,2025-02-03,2025-04-01,2025-02-03,,\n\
         Gamma,DE,Erstkontakt,,,2025-05-01,,2025-06-01,2025-05-02,\n",
    );
    w.ok(&["deal", "import", &file]);
    assert_eq!(stages(&w, "DE"), "Erstkontakt,open Demo,open Gewonnen,won Verloren,lost");
    let rows = w.ok(&[
        "sql",
        "select deal, stage, substr(entered, 1, 10), substr(\"left\", 1, 10) from stays order by deal_id, position",
        "-o",
        "csv",
    ]);
    let rows: Vec<&str> = rows.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "Alpha,Erstkontakt,2025-01-05,2025-01-20",
            "Alpha,Demo,2025-01-20,2025-03-01",
            "Alpha,Gewonnen,2025-03-01,",
            "Бета,Erstkontakt,2025-02-03,2025-04-01",
            "Бета,Verloren,2025-04-01,",
            "Gamma,Erstkontakt,2025-05-01,2025-05-02",
            "Gamma,Demo,2025-05-02,2025-06-01",
            "Gamma,Erstkontakt,2025-06-01,",
        ]
    );
    let board = w.json(&["deal", "list", "--as-of", "2025-02-10", "-o", "json"]);
    assert_eq!(board.as_array().map(Vec::len), Some(2));
    assert_eq!(w.ok(&["deal", "list", "is:open", "--as-of", "2025-02-10", "--count"]), "2\n");
    // The same file again changes nothing; one undo takes all of it back.
    let again = w.json(&["deal", "import", &file, "-o", "json"]);
    assert_eq!(again["unchanged"], 3);
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["stage", "list", "--count"]), "6\n");
    assert_eq!(w.ok(&["sql", "select count(*) as n from stays", "-o", "csv"]), "n\n0\n");
}

#[test]
fn the_kind_of_a_stage_is_asked_for_where_no_word_tells_it() {
    let w = World::new();
    let file = w.file(
        "deals.csv",
        "name,stage,probability,pipeline\nA,Offer,60,P\nB,Contact,10,P\nC,Closed,100,P\nD,失注,0,P\n",
    );
    let why = w.fails(4, &["deal", "import", &file]);
    assert!(why.contains("`Closed`") && why.contains("--stage-kind 'Closed=won'"), "{why}");
    assert_eq!(w.ok(&["stage", "list", "--count"]), "6\n");
    w.fails(2, &["deal", "import", &file, "--stage-kind", "Closed=maybe"]);
    w.ok(&["deal", "import", &file, "--stage-kind", "closed=won"]);
    assert_eq!(stages(&w, "P"), "Contact,open Offer,open Closed,won 失注,lost");
}

#[test]
fn new_stages_stand_among_known_ones_as_in_the_file() {
    let w = World::new();
    let file = w.file("d.csv", "name,stage\nA,1 First\nB,2 Second\n");
    w.ok(&["deal", "import", &file]);
    let file = w.file("e.csv", "name,stage,probability\nA,Lead,10\nB,Demo,30\nC,Proposal,50\n");
    w.ok(&["deal", "import", &file]);
    assert_eq!(
        stages(&w, "Sales"),
        "1 First,open 2 Second,open Lead,open Demo,open Qualified,open Proposal,open Negotiation,open Won,won Lost,lost"
    );
}

#[test]
fn a_deal_closed_before_it_was_made_is_a_bad_row() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "name,stage,created,closed\nA,Won,2026-02-01,2026-03-01\nB,Won,2026-02-01,2026-01-15\n",
    );
    let why = w.fails(4, &["deal", "import", &file]);
    assert!(why.contains("2026-01-15") && why.contains("2026-02-01"), "{why}");
    assert!(why.contains('3'), "the line is named: {why}");
}

#[test]
fn a_pipedrive_deal_was_in_its_stage_before_it_was_won_or_lost() {
    let w = World::new();
    let file = w.file(
        "deals.csv",
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Pipeline,Deal - Stage,Deal - Status,\
         Deal - Deal created,Deal - Last stage change,Deal - Won time\n\
         1,A,1000,EUR,Pipeline,Proposal Made,Won,2026-01-01 10:00:00,2026-02-01 10:00:00,2026-02-20 12:00:00\n\
         2,B,1000,EUR,Pipeline,Contacted,Lost,2026-01-01 10:00:00,2026-02-01 10:00:00,\n\
         3,C,1000,EUR,Pipeline,Qualified,Open,2026-01-01 10:00:00,2026-02-01 10:00:00,\n",
    );
    w.ok(&["deal", "import", &file]);
    let been = |deal: &str| {
        let deal = w.json(&["deal", "show", deal, "-o", "json"]);
        let stays = deal["stays"].as_array().expect("stays").clone();
        let told = stays.iter().map(|s| format!("{} {}", s["name"], s["entered"]));
        told.collect::<Vec<_>>().join(", ").replace('"', "")
    };
    assert!(
        been("A").ends_with("Proposal Made 2026-01-01T10:00:00Z, Won 2026-02-20T12:00:00Z"),
        "{}",
        been("A")
    );
    assert!(been("B").contains("Contacted 2026-02-01T10:00:00Z, Lost"), "{}", been("B"));
    assert!(been("C").ends_with("Qualified 2026-02-01T10:00:00Z"), "{}", been("C"));
    let stages =
        w.ok(&["stage", "list", "pipeline:Pipeline", "-o", "csv", "--columns", "name,kind"]);
    assert_eq!(
        stages,
        "name,kind\nProposal Made,open\nContacted,open\nQualified,open\nWon,won\nLost,lost\n"
    );
}

#[test]
fn a_stage_with_its_pipeline_in_brackets_is_the_stage() {
    let w = World::new();
    let file = w.file(
        "hubspot.csv",
        "Deal Name,Deal Stage,Pipeline,Create Date,\"Date entered \"\"Closed Won (Sales Pipeline)\"\"\"\n\
         A,Closed Won (Sales Pipeline),Sales Pipeline,2026-01-01 09:00,2026-02-02 10:00\n\
         B,Demo (Sales Pipeline),Sales Pipeline,2026-01-01 09:00,\n",
    );
    w.ok(&["deal", "import", &file]);
    let list =
        ["stage", "list", "pipeline.name=\"Sales Pipeline\"", "-o", "csv", "--columns", "name"];
    assert_eq!(w.ok(&list), "name\nDemo\nClosed Won\n");
}
