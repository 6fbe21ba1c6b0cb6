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
        been("A").ends_with("Proposal Made 2026-02-01T10:00:00Z, Won 2026-02-20T12:00:00Z"),
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

/// The rows of `deal list` in the order of their names.
fn deals(w: &World, columns: &str) -> Vec<String> {
    let csv = w.ok(&["deal", "list", "-o", "csv", "--sort", "name", "--columns", columns]);
    csv.lines().skip(1).map(|l| l.replace("T00\\:00\\:00Z", "").replace("\\:", ":")).collect()
}

#[test]
fn what_was_won_counts_on_the_day_that_it_was_won() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "name,amount,stage,created,closed,expected_close\n\
         A,100,Won,2026-01-02,2026-03-01,2026-05-15\n\
         B,100,Lost,2026-01-02,2026-10-01,2099-12-15\n\
         C,100,Lead,2026-01-02,,2026-05-15\n",
    );
    w.ok(&["deal", "import", &file]);
    let want = ["A,2026-03-01", "B,2026-10-01", "C,2026-05-15"];
    assert_eq!(deals(&w, "name,closes"), want);
    let wins = w.json(&["deal", "winloss", "-o", "json"]).to_string();
    assert!(
        wins.contains("2026-03") && !wins.contains("2026-05") && !wins.contains("2099"),
        "{wins}"
    );
    // By a key, the same file changes nothing; another day of the end goes all the way.
    let again = w.json(&["deal", "import", &file, "--key", "name", "-o", "json"]);
    assert_eq!(again["unchanged"], 3);
    let file = w.file("e.csv", "name,stage,closed\nA,Won,2026-04-04\nC,Won,2026-04-05\n");
    w.ok(&["deal", "import", &file, "--key", "name"]);
    assert_eq!(
        deals(&w, "name,closes,stays"),
        [
            "A,2026-04-04,2026-01-02:Lead; 2026-04-04:Won",
            "B,2026-10-01,2026-01-02:Lead; 2026-10-01:Lost",
            "C,2026-04-05,2026-01-02:Lead; 2026-04-05:Won",
        ]
    );
    w.ok(&["undo"]);
    assert_eq!(deals(&w, "name,closes"), want);
}

#[test]
fn a_stage_that_was_entered_at_the_end_tells_the_day_of_the_end() {
    let w = World::new();
    let rows = "name,stage,created,Close Date,stage entered\n\
         L,Lost,2026-01-05,2026-05-15,2026-05-10\n\
         O,Proposal,2026-01-05,2026-12-15,2026-05-10\n\
         V,Won,2026-01-05,2026-05-15,\n\
         W,Won,2026-01-05,2026-05-15,2026-05-10\n";
    let file = w.file("d.csv", rows);
    w.ok(&["deal", "import", &file]);
    let want = [
        "L,2026-05-10,2026-05-10T00:00:00Z,2026-01-05:Lead; 2026-05-10:Lost",
        "O,2026-12-15,,2026-01-05:Lead; 2026-05-10:Proposal",
        "V,2026-05-15,2026-05-15T00:00:00Z,2026-01-05:Lead; 2026-05-15:Won",
        "W,2026-05-10,2026-05-10T00:00:00Z,2026-01-05:Lead; 2026-05-10:Won",
    ];
    let all = || deals(&w, "name,closes,closed,stays");
    assert_eq!(all(), want);
    // The same by a key tells nothing new; and a deal that was open ends so too.
    let again = w.json(&["deal", "import", &file, "--key", "name", "-o", "json"]);
    assert_eq!((&again["unchanged"], all()), (&4.into(), want.map(str::to_owned).to_vec()));
    let file =
        w.file("e.csv", "name,stage,Close Date,stage entered\nO,Won,2026-06-30,2026-06-02\n");
    w.ok(&["deal", "import", &file, "--key", "name"]);
    let want =
        "O,2026-06-02,2026-06-02T00:00:00Z,2026-01-05:Lead; 2026-05-10:Proposal; 2026-06-02:Won";
    assert_eq!(all()[1], want);
}

#[test]
fn a_status_is_understood_in_many_languages_or_refused() {
    let w = World::new();
    let words = [
        ("open", ["offen", "En cours", "Abierto", "Открыта", "Отворена", "in progress"]),
        ("won", ["Gewonnen", "Gagné", "Ganado", "Выиграна", "Спечелена", "Closed Won"]),
        ("lost", ["Verloren", "Perdu", "Perdido", "Проиграна", "Загубена", "LOST"]),
    ];
    for (kind, words) in words {
        let rows: String = words.iter().map(|word| format!("{kind} {word},{word}\n")).collect();
        let file = w.file("d.csv", format!("name,status\n{rows}"));
        w.ok(&["deal", "import", &file]);
        let count = w.ok(&["deal", "list", &format!("is:{kind}"), "--count"]);
        assert_eq!(count, "6\n", "{kind}");
    }
    let file = w.file("d.csv", "name,status\nA,won\nB,foo\nC,Closed\n");
    let why = w.fails(4, &["deal", "import", &file]);
    assert!(why.contains("line 3, status, `foo`") && why.contains("line 4"), "{why}");
    // A stage that is over says how, where the status says only that it is.
    let file = w.file("d.csv", "name,stage,status\nX,Lost,Closed\nY,Won,open\n");
    let why = w.fails(4, &["deal", "import", &file]);
    assert!(why.contains("line 3, stage, `Won`") && !why.contains("line 2"), "{why}");
}

/// Every order of three rows under a header makes the same deals and stages.
fn in_every_order(header: &str, rows: [&str; 3], more: &[&str]) -> (Vec<String>, String) {
    let mut first = None;
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let w = World::new();
        let text = order.map(|at| rows[at]).join("\n");
        let file = w.file("d.csv", format!("{header}\n{text}\n"));
        w.ok(&[&["deal", "import", &file], more].concat());
        let mut stages: Vec<String> = stages(&w, "EU").split(' ').map(str::to_owned).collect();
        stages.sort();
        let found = (deals(&w, "name,created,stays"), stages.join(" "));
        assert_eq!(*first.get_or_insert(found.clone()), found, "{order:?}");
        w.ok(&["undo"]);
        assert_eq!(w.ok(&["stage", "list", "--count"]), "6\n");
    }
    first.expect("an order")
}

#[test]
fn the_order_of_rows_decides_nothing() {
    let (deals, stages) = in_every_order(
        "name,pipeline,stage,created,closed,probability",
        [
            "A,EU,ClosedWon,2026-01-01,2026-05-05,100",
            "B,EU,Intro,2026-02-01,,10",
            "C,EU,Demo,2026-03-01,,30",
        ],
        &[],
    );
    assert_eq!(
        deals,
        [
            "A,2026-01-01T00:00:00Z,2026-01-01:Intro; 2026-05-05:ClosedWon",
            "B,2026-02-01T00:00:00Z,2026-02-01:Intro",
            "C,2026-03-01T00:00:00Z,2026-03-01:Demo",
        ]
    );
    assert_eq!(stages, "ClosedWon,won Demo,open Intro,open");
    let (deals, stages) = in_every_order(
        "name,pipeline,stage,status,created,closed",
        [
            "A,EU,Gewonnen,won,2026-01-01,2026-05-05",
            "B,EU,Fertig,Gewonnen,2026-02-01,2026-05-06",
            "C,EU,Fertig,lost,2026-03-01,2026-05-07",
        ],
        &[],
    );
    assert_eq!(
        deals,
        [
            "A,2026-01-01T00:00:00Z,2026-01-01:Fertig; 2026-05-05:Gewonnen",
            "B,2026-02-01T00:00:00Z,2026-02-01:Fertig; 2026-05-06:Gewonnen",
            "C,2026-03-01T00:00:00Z,2026-03-01:Fertig; 2026-05-07:Lost",
        ]
    );
    assert_eq!(stages, "Fertig,open Gewonnen,won Lost,lost");
    // Nothing but ends: there was something before them.
    let (deals, stages) = in_every_order(
        "name,pipeline,stage,created,closed",
        [
            "A,EU,Won,2026-01-01,2026-05-05",
            "B,EU,Won,2026-01-02,2026-05-06",
            "C,EU,Lost,2026-01-03,2026-05-07",
        ],
        &[],
    );
    assert_eq!(deals[2], "C,2026-01-03T00:00:00Z,2026-01-03:Open; 2026-05-07:Lost");
    assert_eq!(stages, "Lost,lost Open,open Won,won");
}

#[test]
fn a_stage_that_agrees_with_the_status_is_where_the_deal_stands() {
    let rows = ["A,EU,Kontakt,open", "B,EU,Gewonnen,won", "C,EU,Weg,lost"];
    let (_, stages) =
        in_every_order("name,pipeline,stage,status", rows, &["--stage-kind", "Weg=lost"]);
    assert_eq!(stages, "Gewonnen,won Kontakt,open Weg,lost");
    // An open one is where it was before, whatever dates the file has.
    let w = World::new();
    let file = w.file("d.csv", "name,pipeline,stage,status\nA,EU,Fertig,won\n");
    w.ok(&["deal", "import", &file]);
    let stays = &deals(&w, "name,stays")[0];
    assert!(stays.contains(":Fertig; ") && stays.ends_with(":Won"), "{stays}");
    let again = w.json(&["deal", "import", &file, "--key", "name", "-o", "json"]);
    assert_eq!(again["unchanged"], 1);
}

#[test]
fn a_kind_for_a_stage_that_the_file_has_not_is_refused() {
    let w = World::new();
    let file = w.file("d.csv", "name,stage\nA,Closed Win\n");
    let why = w.fails(2, &["deal", "import", &file, "--stage-kind", "Closed Wni=won"]);
    assert!(why.contains("`Closed Wni`") && why.contains("did you mean `Closed Win`"), "{why}");
    let file = w.file("d.csv", "name,stage\nA,Lead\n");
    w.fails(2, &["deal", "import", &file, "--stage-kind", "Lead=won"]);
    w.ok(&["deal", "import", &file, "--stage-kind", "Lead=open"]);
}

#[test]
fn won_time_and_lost_time_are_one_end() {
    let w = World::new();
    let header = "Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Deal created,Deal - Won time,Deal - Lost time\n";
    let file = w.file(
        "d.csv",
        format!(
            "{header}A,200,Demo,Won,2026-01-02 10:00:00,2026-03-01 12:00:00,\n\
             B,300,Demo,Lost,2026-01-03 10:00:00,,2026-04-01 12:00:00\n"
        ),
    );
    w.ok(&["import", &file]);
    assert_eq!(
        deals(&w, "name,closed,closes"),
        ["A,2026-03-01T12:00:00Z,2026-03-01", "B,2026-04-01T12:00:00Z,2026-04-01"]
    );
    let file = w.file(
        "e.csv",
        format!(
            "{header}C,1,Demo,Won,2026-01-02 10:00:00,2026-03-01 12:00:00,2026-04-01 12:00:00\n"
        ),
    );
    let why = w.fails(4, &["import", &file]);
    assert!(why.contains("line 2, Deal - Lost time") && why.contains("Won time"), "{why}");
}

#[test]
fn nothing_was_before_a_deal_was_made_or_is_to_come() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "name,stage,created,stage entered,closed\nA,Proposal,2026-05-05,2026-01-01,\n\
         B,Won,2026-05-05,,2029-01-01\nC,Lead,2029-01-01,,\nD,Proposal,2026-05-05,2029-01-01,\n\
         E,Proposal,2026-05-05T10:00:00Z,2026-05-05,\n",
    );
    let why = w.fails(4, &["deal", "import", &file]);
    for bad in [
        "line 2, stage entered, `2026-01-01`",
        "line 3, closed, `2029-01-01`",
        "line 4, created, `2029-01-01`",
        "line 5, stage entered, `2029-01-01`",
    ] {
        assert!(why.contains(bad), "{bad}: {why}");
    }
    assert!(!why.contains("line 6"), "a day alone has no hour: {why}");
}

#[test]
fn the_day_on_which_a_deal_came_back_to_the_first_stage_is_kept() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "name,stage,stage entered,created\nA,Lead,2026-05-05,2026-05-01\nB,Lead,2026-05-01T10:00:03Z,2026-05-01T10:00:00Z\n",
    );
    w.ok(&["deal", "import", &file]);
    assert_eq!(
        deals(&w, "name,stage_since,stays"),
        [
            "A,2026-05-05T00:00:00Z,2026-05-01:Lead; 2026-05-05:Lead",
            "B,2026-05-01T10:00:00Z,2026-05-01T10:00:00Z:Lead",
        ]
    );
}

#[test]
fn a_rejected_row_leaves_no_stage_behind() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "name,pipeline,stage,status\n,EU,Null,won\nA,EU,Erst,\n,EU,Zweit,\nC,EU,Dritt,won\n,US,Eins,\n",
    );
    w.fails(4, &["deal", "import", &file, "--rejects", "r.csv"]);
    assert_eq!(stages(&w, "EU"), "Erst,open Dritt,open Won,won");
    assert_eq!(w.ok(&["pipeline", "list", "--count"]), "2\n");
    w.ok(&["doctor"]);
}
