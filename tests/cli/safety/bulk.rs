//! Commands that mean more records than somebody may have thought, and files that mean the
//! database.

use std::os::unix::fs::symlink;

use super::{demo, everything, integrity};

#[test]
fn an_import_of_nothing_changes_nothing() {
    let w = demo();
    let before = everything(&w);
    w.file("empty.csv", "");
    w.file("header.csv", "name,email\n");
    w.file("empty.json", "[]");
    let err = w.fails(4, &["contact", "import", "empty.csv"]);
    assert!(err.contains("empty.csv"), "{err}");
    w.ok(&["contact", "import", "header.csv"]);
    w.ok(&["contact", "import", "empty.json"]);
    assert_eq!(everything(&w), before);
}

#[test]
fn a_filter_that_matches_all_needs_an_explicit_word_and_undo_takes_it_back() {
    let w = demo();
    let before = everything(&w);
    for args in [
        &["contact", "rm", "--where", "id>0"][..],
        &["contact", "rm", "--where", ""],
        &["contact", "rm", "--where", "id>0", "--purge"],
        &["contact", "edit", "--where", "id>0", "--city", "Sofia"],
        &["contact", "edit", "--where", "", "--city", "Sofia"],
        &["task", "done", "--where", "id>0"],
        &["contact", "rm"],
        &["contact", "rm", "1", "--where", "id>0"],
    ] {
        w.fails(2, args);
    }
    assert_eq!(everything(&w), before);
    for args in [
        &["contact", "rm", "--where", "id>0", "--yes"][..],
        &["contact", "edit", "--where", "id>0", "--city", "Sofia", "--tag", "all", "--yes"],
        &["deal", "edit", "--where", "id>0", "--owner", "", "--yes"],
    ] {
        w.ok(args);
        assert_ne!(everything(&w), before, "{args:?}");
        w.ok(&["undo"]);
        assert_eq!(everything(&w), before, "{args:?}");
    }
    assert_eq!(integrity(&w.db()), "ok");
}

#[test]
fn a_dry_run_over_all_of_them_changes_nothing() {
    let w = demo();
    let before = everything(&w);
    for args in [
        &["contact", "rm", "--where", "id>0", "--dry-run"][..],
        &["contact", "edit", "--where", "id>0", "--city", "Sofia", "--dry-run"],
    ] {
        let run = w.run(args);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains("would "), "{}", run.err);
    }
    assert_eq!(everything(&w), before);
}

#[test]
fn the_database_is_no_place_for_an_export_or_a_backup() {
    let w = demo();
    let before = everything(&w);
    symlink("rolo.db", w.path("link.csv")).expect("a link");
    std::fs::hard_link(w.db(), w.path("twin.csv")).expect("a link");
    let whole = w.db().to_string_lossy().into_owned();
    for target in [
        "rolo.db",
        "rolo.db-wal",
        "rolo.db-shm",
        "rolo.db-journal",
        "./home/../rolo.db",
        &whole,
        "link.csv",
        "twin.csv",
    ] {
        for args in
            [&["contact", "export", "--out", target, "--force"][..], &["backup", target, "--force"]]
        {
            let run = w.run(args);
            assert_eq!((run.code, run.out.as_str()), (4, ""), "{args:?} {}", run.err);
            assert!(run.err.contains("the database itself"), "{args:?} {}", run.err);
        }
    }
    std::fs::remove_file(w.path("twin.csv")).expect("a removal");
    assert_eq!(everything(&w), before);
    assert_eq!(integrity(&w.db()), "ok");
}
