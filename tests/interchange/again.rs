//! The same file again, rows that mean one record, and records that are there already.

use crate::harness::World;

fn import(w: &World, file: &str, more: &[&str]) -> serde_json::Value {
    w.json(&[&["contact", "import", file, "-o", "json"], more].concat())
}

fn counts(summary: &serde_json::Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "skipped"].map(|k| summary[k].as_u64().expect("a number"))
}

#[test]
fn rows_of_one_key_are_folded_so_that_the_same_file_changes_nothing() {
    let w = World::new();
    let file = w.file("a.csv", "name,email,city\nAnn,ann@x.test,Varna\nAnn,ann@x.test,Ruse\n");
    assert_eq!(import(&w, &file, &[])["read"], 2);
    let before = (w.ok(&["contact", "export"]), w.ok(&["changes", "-o", "csv"]));
    assert_eq!(counts(&import(&w, &file, &["--now", "2026-12-01T00:00:00Z"])), [0, 0, 2, 0]);
    assert_eq!((w.ok(&["contact", "export"]), w.ok(&["changes", "-o", "csv"])), before);
    // What differs in the end is kept, and nothing else.
    w.ok(&["contact", "edit", "1", "--city", "Sofia"]);
    assert_eq!(counts(&import(&w, &file, &[])), [0, 2, 0, 0]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["city"], "Ruse");
}

#[test]
fn equal_rows_without_a_key_stay_two_and_the_trash_does_not_match() {
    let w = World::new();
    let file = w.file("a.csv", "title,due\nCall,2026-12-01\nCall,2026-12-01\n");
    let tasks = |more: &[&str]| w.json(&[&["task", "import", &file, "-o", "json"], more].concat());
    assert_eq!(counts(&tasks(&[])), [2, 0, 0, 0]);
    assert_eq!(counts(&tasks(&[])), [0, 0, 2, 0]);
    w.ok(&["task", "rm", "--where", "title=Call", "--yes"]);
    let run = w.run(&["task", "import", &file]);
    assert!(run.err.contains("2 created") && run.err.contains("lies in the trash"), "{}", run.err);
    assert_eq!(w.ok(&["task", "list", "--count"]), "2\n");
}

#[test]
fn what_matches_is_updated_filled_skipped_made_again_or_refused() {
    for (word, code, city, title, count) in [
        ("update", 0, "Varna", "Boss", "1\n"),
        ("fill", 0, "Sofia", "Boss", "1\n"),
        ("skip", 0, "Sofia", "", "1\n"),
        ("create", 0, "Sofia", "", "2\n"),
        ("fail", 4, "Sofia", "", "1\n"),
    ] {
        let w = World::new();
        w.ok(&["contact", "add", "Ann", "--email", "ann@x.test", "--city", "Sofia"]);
        let file = w.file("a.csv", "name,email,city,title\nAnn,ANN@x.test,Varna,Boss\n");
        assert_eq!(w.run(&["contact", "import", &file, "--on-match", word]).code, code, "{word}");
        let ann = w.json(&["contact", "show", "1", "-o", "json"]);
        assert_eq!(
            (ann["city"].as_str(), ann["title"].as_str().unwrap_or_default()),
            (Some(city), title),
            "{word}"
        );
        assert_eq!(w.ok(&["contact", "list", "--count"]), count, "{word}");
    }
}

#[test]
fn a_bad_row_refuses_the_whole_file_and_every_one_is_named() {
    let w = World::new();
    let file = w.file(
        "a.csv",
        "name,email,birthday\nAnn,ann@x.test,2020-01-01\nBob,bob,2020-13-01\nCy,c@x.test,foo\n",
    );
    let err = w.fails(4, &["contact", "import", &file, "-o", "json"]);
    let error: serde_json::Value = serde_json::from_str(&err).expect("one object");
    let rows: Vec<_> = error["error"]["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| (r["line"].as_u64(), r["column"].as_str(), r["value"].as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            (Some(3), Some("email"), Some("bob")),
            (Some(3), Some("birthday"), Some("2020-13-01")),
            (Some(4), Some("birthday"), Some("foo")),
        ]
    );
    assert_eq!(w.ok(&["contact", "list", "--count"]).trim(), "0", "nothing was imported");
}

#[test]
fn deals_before_their_people_come_out_as_people_before_their_deals() {
    let deals = "title,company,contact_email,stage,amount,currency\nBig,Acme,ann@x.test,won,0.10,EUR\nNext,Acme,ann@x.test,won,0.20,EUR\nYen,Acme,bob@x.test,lost,12.34,JPY\n";
    let contacts = "name,email,company\nAnn Lee,ann@x.test,Acme\nBob,bob@x.test,Acme\n";
    let make = |contacts_first: bool| {
        let w = World::new();
        let (d, c) = (w.file("d.csv", deals), w.file("c.csv", contacts));
        let deals = || {
            w.ok(&[
                "deal",
                "import",
                &d,
                "--map",
                "title=name",
                "--map",
                "contact_email=contact",
                "--map",
                "currency=amount_currency",
            ])
        };
        if contacts_first {
            w.ok(&["contact", "import", &c]);
            deals();
        } else {
            deals();
            w.ok(&["contact", "import", &c]);
        }
        let board = w.json(&["deal", "board", "-o", "json"]);
        let sums: Vec<String> = board
            .as_array()
            .expect("stages")
            .iter()
            .map(|s| format!("{} {}", s["stage"], s["sums"]))
            .collect();
        (
            w.ok(&[
                "deal",
                "list",
                "--sort",
                "name",
                "--columns",
                "name,contact,contact.company,amount,stage",
                "-o",
                "csv",
            ]),
            w.ok(&["contact", "list", "--count"]),
            sums,
        )
    };
    let first = make(true);
    assert_eq!(first, make(false));
    assert_eq!(first.1, "2\n");
    assert!(first.2.contains(&r#""Won" {"EUR":0.30}"#.to_owned()), "{:?}", first.2);
}
