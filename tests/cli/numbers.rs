//! The numbers of the funnel: figures worked out by hand, and what they refuse.

use serde_json::Value;

use crate::harness::World;

/// Eight deals of two people in two currencies, three of them decided in autumn.
fn world() -> World {
    let w = World::new();
    let deals = w.file(
        "deals.csv",
        "name,company,stage,amount,currency,probability,closes,owner,source\n\
         Весна,Ромашка,Proposal,1000.01,EUR,,2026-11-30,ann,fair\n\
         Лето,Ромашка,Proposal,0.05,EUR,,2026-12-01,bob,fair\n\
         秋,株式会社,Negotiation,300,JPY,,2026-12-24,ann,\n\
         Offer,Acme,Lead,500,EUR,33.3333,,bob,web\n\
         Old,Acme,Qualified,,,,2026-10-05,ann,web\n\
         Early,Acme,Proposal,700,EUR,,2026-10-01,bob,web\n\
         Late,Acme,Lead,40.40,EUR,,2026-12-01,ann,web\n\
         Gone,Acme,Proposal,90,EUR,,2026-12-01,ann,web\n",
    );
    for (now, line) in [
        ("2026-09-01T08:00:00Z", &["deal", "import", &deals][..]),
        ("2026-10-10T08:00:00Z", &["deal", "win", "Early"]),
        ("2026-11-01T08:00:00Z", &["deal", "move", "Late", "Proposal"]),
        ("2026-11-05T08:00:00Z", &["deal", "lose", "Gone", "--reason", "price"]),
        ("2026-11-10T08:00:00Z", &["deal", "win", "Late"]),
    ] {
        w.ok(&[&["--now", now], line].concat());
    }
    w
}

/// The rows of a number, each a line of JSON without its key.
fn rows(w: &World, args: &[&str]) -> Vec<String> {
    let out = w.ok(&[args, &["-o", "jsonl"]].concat());
    let bare = |line: &str| {
        let (_, rest) = line.split_once(',').expect("a key and more");
        format!("{{{rest}")
    };
    out.lines().map(bare).collect()
}

#[test]
fn the_pipeline_adds_amounts_up_by_currency_and_rounds_each_weighted_one_half_to_even() {
    let w = world();
    assert_eq!(
        rows(&w, &["deal", "pipeline"]),
        [
            r#"{"pipeline":"Sales","stage":"Lead","count":1,"amount":{"EUR":500.00},"weighted":{"EUR":166.67}}"#,
            r#"{"pipeline":"Sales","stage":"Qualified","count":1,"amount":{},"weighted":{}}"#,
            r#"{"pipeline":"Sales","stage":"Proposal","count":2,"amount":{"EUR":1000.06},"weighted":{"EUR":500.02}}"#,
            r#"{"pipeline":"Sales","stage":"Negotiation","count":1,"amount":{"JPY":300},"weighted":{"JPY":225}}"#,
        ]
    );
    assert_eq!(
        w.ok(&["deal", "pipeline", "--by", "owner"]),
        "owner  count        amount    weighted\n\
         ann        1  1 000.01 EUR  500.00 EUR\n\
         \x20          1       300 JPY     225 JPY\n\
         \x20          1\n\
         bob        2    500.05 EUR  166.69 EUR\n\
         total      3  1 500.06 EUR  666.69 EUR\n\
         \x20          1       300 JPY     225 JPY\n\
         \x20          1\n"
    );
    assert_eq!(
        w.ok(&["deal", "pipeline", "--by", "source", "company:Ромашка", "-o", "csv"]),
        "source,currency,count,amount,weighted\nfair,EUR,2,1000.06,500.02\n"
    );
}

#[test]
fn the_forecast_has_months_categories_and_what_is_won() {
    let w = world();
    assert_eq!(
        rows(&w, &["deal", "forecast"]),
        [
            r#"{"month":"2026-10","count":1,"weighted":{},"commit":{},"best_case":{},"pipeline":{},"won":{}}"#,
            r#"{"month":"2026-11","count":1,"weighted":{"EUR":500.00},"commit":{},"best_case":{"EUR":1000.01},"pipeline":{},"won":{"EUR":40.40}}"#,
            r#"{"month":"2026-12","count":2,"weighted":{"EUR":0.02,"JPY":225},"commit":{"JPY":300},"best_case":{"EUR":0.05},"pipeline":{},"won":{}}"#,
            r#"{"month":null,"count":1,"weighted":{"EUR":166.67},"commit":{},"best_case":{},"pipeline":{"EUR":500.00},"won":{}}"#,
        ]
    );
    assert_eq!(
        rows(&w, &["deal", "forecast", "--by", "owner", "--period", "2026-Q4"]),
        [
            r#"{"owner":"ann","count":3,"weighted":{"EUR":500.00,"JPY":225},"commit":{"JPY":300},"best_case":{"EUR":1000.01},"pipeline":{},"won":{"EUR":40.40}}"#,
            r#"{"owner":"bob","count":1,"weighted":{"EUR":0.02},"commit":{},"best_case":{"EUR":0.05},"pipeline":{},"won":{"EUR":700.00}}"#,
        ]
    );
    let whole =
        rows(&w, &["deal", "forecast", "--by", "owner", "--from", "2026-10-01", "--to", "2026-12"]);
    assert_eq!(whole, rows(&w, &["deal", "forecast", "--by", "owner", "--period", "2026-Q4"]));
}

#[test]
fn a_category_of_its_own_goes_before_the_chance_and_the_config_says_where_they_begin() {
    let w = world();
    w.ok(&["deal", "edit", "Весна", "--forecast-category", "commit"]);
    w.ok(&["deal", "edit", "Лето", "--forecast-category", "omitted"]);
    let by = ["deal", "forecast", "--by", "category", "--period", "2026-11..", "-o", "json"];
    assert_eq!(w.run(&by).code, 2);
    let run = w.run(&["deal", "forecast", "--from", "2026-11"]);
    assert!(run.err.contains("1 omitted"), "{}", run.err);
    assert!(run.out.contains("1 000.01 EUR") && !run.out.contains("0.05 EUR"), "{}", run.out);
    let by = ["deal", "forecast", "--by", "category"];
    let names = |w: &World| -> Vec<Value> {
        let found = w.json(&[&by[..], &["-o", "json"]].concat());
        found.as_array().expect("rows").iter().map(|r| r["category"].clone()).collect()
    };
    assert_eq!(names(&w), ["closed", "commit", "pipeline"]);
    w.ok(&["config", "set", "forecast.best_case", "30"]);
    assert_eq!(names(&w), ["closed", "commit", "best_case", "pipeline"]);
    w.ok(&["config", "set", "forecast.commit", "20"]);
    assert!(
        w.fails(2, &by).contains("`forecast.best_case` (30) is above its `forecast.commit` (20)")
    );
    assert!(w.fails(2, &["config", "set", "forecast.commit", "140"]).contains("140"));
}

#[test]
fn win_rates_come_from_the_stays_of_decided_deals() {
    let w = world();
    let found = w.json(&["deal", "winrate", "-o", "json"]);
    let row = |at: usize, key: &str| found[at][key].to_string();
    let figures = |at| ["entered", "decided", "won", "win_rate", "probability"].map(|k| row(at, k));
    assert_eq!(figures(0), ["2", "1", "1", "100.0", "10"]);
    assert_eq!(figures(1), ["1", "0", "0", "null", "25"]);
    assert_eq!(figures(2), ["5", "3", "2", "66.7", "50"]);
    assert_eq!(figures(3), ["1", "0", "0", "null", "75"]);
    assert_eq!([row(2, "low"), row(2, "high"), row(2, "sample")], ["20.8", "93.9", "\"small\""]);
    let behind = w.ok(&["deal", "winrate", "--explain", "sales/proposal", "-o", "ids"]);
    assert_eq!(behind, "6\n7\n8\n");
    // Back and there again counts once; in a period only what was decided then.
    w.ok(&["deal", "move", "Лето", "Lead"]);
    w.ok(&["deal", "move", "Лето", "Proposal"]);
    assert_eq!(w.json(&["deal", "winrate", "-o", "json"])[2]["entered"], 5);
    let november = w.json(&["deal", "winrate", "--period", "2026-11", "-o", "json"]);
    assert_eq!(november[2]["decided"], 2);
    assert_eq!(november[2]["win_rate"].to_string(), "50.0");
    assert_eq!(
        w.ok(&["deal", "winrate", "--by", "owner", "-o", "csv"]),
        "owner,decided,won,lost,win_rate,low,high,sample\n\
         ann,2,1,1,50.0,9.5,90.5,small\nbob,1,1,0,100.0,20.7,100.0,small\n"
    );
}

#[test]
fn a_range_is_the_same_again_and_lies_between_what_is_won_and_all_of_it() {
    let w = world();
    let args = ["deal", "range", "--trials", "5000", "-o", "json"];
    let found = w.json(&args);
    assert_eq!(found, w.json(&args));
    let figure = |key: &str, currency: &str| found[0][key][currency].to_string();
    assert_eq!(found[0]["period"], "2026-Q4");
    assert_eq!(found[0]["count"], 4);
    assert_eq!(
        ["won", "p10", "p90", "expected", "most"].map(|k| figure(k, "EUR")),
        ["740.40", "740.40", "1740.46", "1240.43", "1740.46"]
    );
    assert_eq!(
        ["p10", "p50", "p90", "expected", "most"].map(|k| figure(k, "JPY")),
        ["0", "300", "300", "225", "300"]
    );
    let past = w.json(&["deal", "range", "--from-history", "--trials", "100", "-o", "json"]);
    assert_eq!(past[0]["expected"]["EUR"].to_string(), "1407.11");
    w.ok(&["rate", "add", "EUR", "JPY", "160", "--on", "2026-11-01"]);
    let yen = w.json(&["deal", "range", "--currency", "JPY", "--trials", "2000", "-o", "json"]);
    assert_eq!(yen[0]["won"], serde_json::json!({"JPY": 118_464}));
    assert_eq!(yen[0]["most"].to_string(), "{\"JPY\":278774}");
    assert_eq!(yen[0]["rates"][0]["date"], "2026-11-01");
    assert!(w.fails(2, &["deal", "range", "--trials", "0"]).contains("`--trials` can't be `0`"));
}

#[test]
fn sums_are_converted_when_asked_with_the_rate_told_and_never_mixed_without() {
    let w = world();
    for number in ["pipeline", "forecast", "range"] {
        let err = w.fails(4, &["deal", number, "--currency", "EUR"]);
        assert!(err.contains("no rate from JPY to EUR of 2026-11-22 or before"), "{err}");
    }
    w.ok(&["rate", "add", "EUR", "JPY", "160", "--on", "2026-11-01"]);
    w.ok(&["config", "set", "report_currency", "EUR"]);
    let run = w.run(&["deal", "forecast"]);
    assert!(run.out.contains("1.43 EUR"), "{}", run.out);
    assert_eq!(run.err, "converted to EUR at EUR/JPY 160 of 2026-11-01\n");
    let found = w.json(&["deal", "forecast", "-o", "json"]);
    assert_eq!(found[2]["weighted"].to_string(), "{\"EUR\":1.43}");
    assert_eq!(found[2]["rates"][0]["rate"].to_string(), "160");
    assert!(found[1].get("rates").is_none());
}

#[test]
fn an_assumption_counts_as_the_edit_would_and_writes_nothing() {
    let w = world();
    let before = std::fs::read(w.db()).expect("the file");
    let cases: [(&[&str], &[&[&str]]); 4] = [
        (
            &["--what-if", "stage:Proposal is:open", "--set", "probability=90"],
            &[&[
                "deal",
                "edit",
                "--where",
                "stage:Proposal is:open",
                "--probability",
                "90",
                "--yes",
            ]],
        ),
        (
            &[
                "--what-if",
                "owner:ann is:open",
                "--set",
                "amount=10k",
                "--set",
                "closes=2026-12-31",
                "--what-if",
                "Offer",
                "--set",
                "owner=ann",
            ],
            &[
                &[
                    "deal",
                    "edit",
                    "Весна",
                    "秋",
                    "Old",
                    "--amount",
                    "10k",
                    "--closes",
                    "2026-12-31",
                ],
                &["deal", "edit", "Offer", "--owner", "ann"],
            ],
        ),
        (&["--what-if", "秋", "--set", "stage=Lead"], &[&["deal", "move", "秋", "Lead"]]),
        (&["--what-if-win", "Весна,秋"], &[&["deal", "win", "Весна", "秋"]]),
    ];
    for (assumed, done) in cases {
        for number in [
            &["pipeline"][..],
            &["forecast"],
            &["forecast", "--by", "owner"],
            &["range", "--trials", "500"],
        ] {
            let command = [&["deal"], number, &["-o", "json"]].concat();
            let now = w.json(&command);
            let as_if = w.json(&[&command[..], assumed].concat());
            assert!(std::fs::read(w.db()).expect("the file") == before, "{assumed:?} wrote");
            for line in done {
                w.ok(line);
            }
            let then = w.json(&command);
            for _ in done {
                w.ok(&["undo"]);
            }
            assert_eq!(w.json(&command), now, "undo restores {number:?}");
            restore(&w, &before);
            let pairs = as_if.as_array().expect("rows");
            for (all, what) in [(&now, "before"), (&then, "after")] {
                for row in all.as_array().expect("rows") {
                    let pair = pairs.iter().find(|p| p["row"] == row["row"]).expect("a pair");
                    for (key, figure) in pair[what].as_object().expect("figures") {
                        assert_eq!(figure, &row[key], "{assumed:?} {number:?} {what} {key}");
                    }
                }
            }
        }
    }
}

/// The database as it was: bytes are compared, and an undo is a change too.
fn restore(w: &World, bytes: &[u8]) {
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(w.path(&format!("rolo.db{ending}")));
    }
    std::fs::write(w.db(), bytes).expect("written");
}

#[test]
fn an_assumption_shows_before_after_and_difference_of_what_changes() {
    let w = world();
    let run = w.run(&["deal", "pipeline", "--what-if", "Лето", "--set", "amount=1"]);
    assert_eq!(
        run.out,
        "pipeline  stage     what        count        amount    weighted\n\
         Sales     Proposal  before          2  1 000.06 EUR  500.02 EUR\n\
         Sales     Proposal  after           2  1 001.01 EUR  500.50 EUR\n\
         Sales     Proposal  difference      0      0.95 EUR    0.48 EUR\n"
            .to_owned()
            + run.out.split_once("0.48 EUR\n").map_or("", |(_, total)| total)
    );
    assert_eq!(run.err, "3 rows stay as they are\n");
    assert!(run.out.contains("total               difference"), "{}", run.out);
    let past = w.json(&[
        "deal",
        "pipeline",
        "--as-of",
        "2026-10-01",
        "--what-if",
        "stage:Proposal",
        "--set",
        "probability=0",
        "-o",
        "json",
    ]);
    assert_eq!(past[2]["before"]["count"], 4);
    assert_eq!(past[2]["after"]["weighted"].to_string(), "{\"EUR\":0.00}");
    for (args, code, said) in [
        (&["--set", "probability=5"][..], 2, "a `--what-if` before it"),
        (&["--what-if", "is:open"], 2, "needs a `--set` behind it"),
        (&["--what-if", "is:open", "--set", "probability=140"], 4, "`140` is not from 0 to 100"),
        (&["--what-if", "is:open", "--set", "amount=1 XXXX"], 4, "XXXX"),
        (&["--what-if", "is:open", "--set", "colour=red"], 2, "colour"),
        (&["--what-if", "is:open", "--set", "stage=Nowhere"], 3, "Nowhere"),
        (&["--what-if", "is:open", "--set", "tags=a"], 2, "`tags` can't be assumed"),
        (&["--what-if", "amnt>5", "--set", "probability=5"], 2, "amnt"),
        (&["--what-if-win", "Nobody"], 3, "Nobody"),
    ] {
        let err = w.fails(code, &[&["deal", "forecast"], args].concat());
        assert!(err.contains(said), "{args:?}: {err}");
    }
}

#[test]
fn what_is_behind_a_figure_is_listed_with_its_row_and_the_definition() {
    let w = world();
    let run = w.run(&["deal", "forecast", "--explain", "2026-12"]);
    assert!(run.out.lines().count() == 3 && run.out.contains("Лето") && run.out.contains("秋"));
    assert!(run.err.contains("amount × chance") && run.err.contains("Source: "), "{}", run.err);
    let all = w.json(&["deal", "forecast", "--explain", "-o", "json"]);
    let of = |row: &str| -> Vec<Value> {
        let all = all.as_array().expect("records").iter();
        all.filter(|r| r["row"] == row).map(|r| r["name"].clone()).collect()
    };
    assert_eq!(of("2026-11"), ["Весна", "Late"]);
    assert_eq!(of("none"), ["Offer"]);
    assert_eq!(w.ok(&["deal", "pipeline", "-o", "ids", "owner:bob"]), "4\n2\n");
    let csv = w.ok(&["deal", "pipeline", "--explain", "Lead", "-o", "csv"]);
    assert!(csv.starts_with("row,id,name,company,stage,amount,amount_currency,"), "{csv}");
    let err = w.fails(2, &["deal", "pipeline", "--explain", "Leed"]);
    assert!(err.contains("`Leed` is no row") && err.contains("Sales/Lead"), "{err}");
}

#[test]
fn the_past_is_counted_as_it_was_and_the_end_of_today_as_now() {
    let w = world();
    let past = w.json(&["deal", "pipeline", "--as-of", "2026-10-31", "-o", "json"]);
    let counts: Vec<u64> = (0..4).map(|at| past[at]["count"].as_u64().expect("a count")).collect();
    assert_eq!(counts, [2, 1, 3, 1]);
    let november = w.json(&["deal", "winrate", "--as-of", "2026-10-31", "-o", "json"]);
    assert_eq!(november[2]["decided"], 1);
    let later = ["--now", "2026-11-23T09:00:00Z"];
    for number in ["pipeline", "forecast", "winrate", "range"] {
        let now = w.json(&["--now", "2026-11-22T23:59:59Z", "deal", number, "-o", "json"]);
        let args = ["deal", number, "--as-of", "2026-11-22", "-o", "json"];
        assert_eq!(w.json(&args)[0]["count"], now[0]["count"], "{number}");
        assert_eq!(w.json(&[&later[..], &args].concat()), now, "{number} as of today");
    }
}

#[test]
fn nothing_to_count_is_said_and_wrong_words_are_refused() {
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    let run = w.run(&["deal", "pipeline", "--by", "owner"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("no deal is open"), "{}", run.err);
    assert_eq!(w.ok(&["deal", "forecast", "-o", "json"]), "[\n]\n");
    for (args, said) in [
        (&["deal", "pipeline", "--by", "colour"][..], "stage, owner"),
        (&["deal", "forecast", "--period", "2026-Q7"], "--period"),
        (
            &["deal", "forecast", "--from", "2026-12", "--to", "2026-11"],
            "`--from` 2026-12-01 is after `--to` 2026-11-30",
        ),
        (&["deal", "forecast", "--period", "2026", "--from", "2026"], "--period"),
        (&["deal", "forecast", "--as-of", "soon"], "--as-of"),
        (&["deal", "pipeline", "amont>5"], "amount"),
    ] {
        let err = w.fails(2, args);
        assert!(err.contains(said), "{args:?}: {err}");
    }
    assert!(w.fails(4, &["deal", "range", "--currency", "EUX"]).contains("`EUX`"));
    assert!(w.fails(3, &["deal", "pipeline", "--pipeline", "Nope"]).contains("Nope"));
}

#[test]
fn the_past_in_a_batch_is_that_of_its_line_alone() {
    let w = World::new();
    w.ok(&["--now", "2026-11-01T09:00:00Z", "deal", "add", "A", "--closes", "2026-12-01"]);
    w.ok(&["--now", "2026-11-10T09:00:00Z", "deal", "edit", "A", "--closes", "2027-01-01"]);
    let lines = b"deal list --as-of 2026-10-01 --count\ndeal add B\ndeal list --count\n\
        deal list --as-of 2026-11-05 --columns closes -o csv\ndeal list A --columns closes -o csv\n";
    let run = w.run_with(&["batch"], lines);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out, "0\n2\n2\ncloses\n2026-12-01\ncloses\n2027-01-01\n");
    for verb in [&["add", "C"][..], &["edit", "1", "--amount", "5"], &["win", "1"], &["rm", "1"]] {
        let line = format!("deal {} --as-of 2026-11-05\n", verb.join(" "));
        let run = w.run_with(&["batch"], line.as_bytes());
        assert_eq!(run.code, 2, "{line} {}", run.err);
    }
    // Of all rows together too the rate is worked out.
    w.ok(&["deal", "win", "1"]);
    w.ok(&["deal", "lose", "2", "--reason", "price"]);
    let table = w.ok(&["deal", "winrate", "--by", "source"]);
    assert!(
        table.lines().last().is_some_and(|l| l.starts_with("total") && l.contains("50.0 %")),
        "{table}"
    );
}
