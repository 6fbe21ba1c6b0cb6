//! Words made to break SQL or the search index.

use std::time::{Duration, Instant};

use super::{demo, everything, integrity};

const NASTY: &[&str] = &[
    "' or 1=1 --",
    "'; DROP TABLE contact; --",
    "\"",
    "\"\"",
    "x\"y",
    "NEAR(",
    "NEAR(a b, 5)",
    "*",
    "a*",
    "^a",
    "{body}:x",
    "body : x",
    "a AND",
    "OR",
    "NOT",
    "-",
    "--",
    "(",
    ")",
    "%",
    "_",
    "\\",
    "a\u{1}b",
    "\u{241f}",
    "?1",
    ":now",
    "@x",
    "$x",
    "{t}",
    "name:' or 1=1 --",
    "name='",
    "name:\"' or ''='\"",
    "id:1;2",
    "id:1 or 1=1",
];

#[test]
fn search_takes_any_words_and_finds_nothing_by_them_but_words() {
    let w = demo();
    for words in NASTY {
        let run = w.run(&["search", "--", words]);
        assert_eq!(run.code, 0, "{words} {}", run.err);
        run.assert_clean();
    }
    for words in ["' or 1=1 --", "'; DROP TABLE contact; --", "NEAR(zzz", "zzz OR", "{body}:zzz"] {
        assert_eq!(w.run(&["search", "-o", "ids", "--", words]).out, "", "{words}");
    }
}

#[test]
fn filters_columns_orders_and_refs_are_values_or_refused() {
    let w = demo();
    let before = everything(&w);
    for words in NASTY {
        let run = w.run(&["contact", "list", "-o", "ids", "--", words]);
        assert!(matches!(run.code, 0 | 2), "{words} {}", run.err);
        run.assert_clean();
        for option in ["--sort", "--columns"] {
            let run = w.run(&["contact", "list", option, words]);
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{option} {words} {}", run.err);
            run.assert_clean();
        }
        for verb in ["show", "rm", "history", "restore"] {
            let run = w.run(&["contact", verb, "--", words]);
            assert_eq!((run.code, run.out.as_str()), (3, ""), "{verb} {words} {}", run.err);
            run.assert_clean();
        }
        for args in [
            &["contact", "export", "--columns", words][..],
            &["contact", "import", "x.csv", "--key", words],
            &["contact", "edit", "1", "--set", &format!("({words})=1")],
            &["contact", "list", "--limit", words],
            &["view", "save", "v", words, "a"],
        ] {
            let run = w.run(args);
            assert!(matches!(run.code, 1..=4), "{args:?} {} {}", run.code, run.err);
            run.assert_clean();
        }
    }
    assert_eq!(everything(&w), before);
    assert_eq!(integrity(&w.db()), "ok");
}

#[test]
fn unknown_fields_are_refused_with_the_list_of_those_there_are() {
    let w = demo();
    for args in [
        &["contact", "list", "--sort", "name; drop table contact"][..],
        &["contact", "list", "--columns", "name,(select 1)"],
        &["contact", "list", "name_fold:a"],
        &["contact", "list", "fingerprint:1"],
        &["contact", "list", "rowid:1"],
    ] {
        let err = w.fails(2, args);
        assert!(err.contains("fields: id, uid, name"), "{args:?} {err}");
    }
}

#[test]
fn values_that_look_like_statements_are_kept_as_values() {
    let w = demo();
    for value in NASTY.iter().filter(|v| !v.contains('\u{1}')) {
        let set = format!("title={value}");
        w.ok(&["contact", "edit", "1", "--set", &set]);
        assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["title"].as_str(), Some(*value));
    }
    assert_eq!(integrity(&w.db()), "ok");
}

#[test]
fn depth_and_size_are_bounded() {
    let w = demo();
    let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    let many = vec!["a"; 100_000].join(" ");
    let nots = format!("{}a", "not ".repeat(10_000));
    let ors = vec!["a"; 20_000].join(" or ");
    let list = format!("id:{}", vec!["1"; 20_000].join(","));
    for filter in [&deep, &many, &nots, &ors, &list] {
        w.file("lines", format!("contact list '{filter}'\n"));
        w.file("words", format!("search '{filter}'\n"));
        let begun = Instant::now();
        let run = w.run(&["batch", "lines"]);
        assert!(matches!(run.code, 0 | 2), "{}", run.err.chars().take(300).collect::<String>());
        run.assert_clean();
        assert!(run.err.len() < 2_000, "{}", run.err.len());
        let run = w.run(&["batch", "words"]);
        assert_eq!(run.code, 0, "{}", run.err.chars().take(300).collect::<String>());
        assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    }
    for refused in [&deep, &nots] {
        w.fails(2, &["contact", "list", refused]);
    }
}

#[test]
fn sql_reads_and_nothing_else() {
    let w = demo();
    let before = everything(&w);
    for query in [
        "DROP TABLE contact",
        "DELETE FROM contact",
        "INSERT INTO contact(name) VALUES ('x')",
        "UPDATE contacts SET name = 'x'",
        "SELECT 1; DROP TABLE contact",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'other.db'",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "SELECT load_extension('x')",
        "BEGIN",
        "WITH d AS (SELECT 1) DELETE FROM contact",
        "",
        "SELECT",
    ] {
        w.fails(2, &["sql", query]);
    }
    assert!(!w.path("other.db").exists());
    assert_eq!(everything(&w), before);
}
