//! What killed commands leave behind, and a file that lost a part of its schema: `doctor` tells, and
//! mends.

use std::time::{Duration, SystemTime};

use super::{demo, everything, names};

/// Lays a file or folder under way that somebody began so long ago.
fn lay(w: &crate::harness::World, name: &str, ago: u64) {
    let path = w.path(name);
    if name.ends_with('/') {
        std::fs::create_dir(&path).expect("a folder");
        std::fs::write(path.join("rolo.db"), "half").expect("a file");
    } else {
        std::fs::write(&path, "half").expect("a file");
    }
    let then = SystemTime::now() - Duration::from_secs(ago);
    std::fs::File::open(&path).expect("it opens").set_modified(then).expect("a time");
}

#[test]
fn doctor_removes_what_killed_commands_left_and_nothing_else() {
    let w = demo();
    let before = everything(&w);
    let own = std::process::id();
    // No process has such a number.
    lay(&w, ".rolo-99999999-abc.part", 3_600);
    lay(&w, ".rolo-99999999-abc.new-journal", 3_600);
    lay(&w, ".rolo-99999999-abc/", 3_600);
    lay(&w, ".rolo-99999999-young.part", 5);
    lay(&w, &format!(".rolo-{own}-alive.part"), 3_600);
    lay(&w, ".rolo-notes.txt", 360_000);
    lay(&w, "rolo-99999999-abc.part", 360_000);
    let run = w.run(&["doctor"]);
    assert_eq!((run.code, run.out.matches("left behind by").count()), (5, 3), "{}", run.out);
    w.ok(&["doctor", "--mend"]);
    let left: Vec<String> = names(&w).into_iter().filter(|n| n.contains("rolo-")).collect();
    assert_eq!(
        left,
        [
            ".rolo-99999999-young.part",
            &format!(".rolo-{own}-alive.part"),
            ".rolo-notes.txt",
            "rolo-99999999-abc.part"
        ]
        .map(str::to_owned)
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    w.ok(&["doctor"]);
    assert_eq!(everything(&w), before);
}

#[test]
fn doctor_brings_back_columns_and_tables_that_are_gone() {
    let w = demo();
    let conn = rusqlite::Connection::open(w.db()).expect("a database");
    conn.execute_batch(
        "DROP VIEW contacts; ALTER TABLE contact DROP COLUMN birthday; DROP TABLE import_column",
    )
    .expect("a schema with holes");
    drop(conn);
    let run = w.run(&["doctor"]);
    assert_eq!(run.code, 5, "{}", run.err);
    assert!(
        run.out.contains("column `birthday` of `contact` is missing")
            && run.out.contains("table `import_column` is missing"),
        "{}",
        run.out
    );
    w.ok(&["doctor", "--mend"]);
    w.ok(&["doctor"]);
    w.ok(&["contact", "edit", "1", "--birthday", "1990-05-01"]);
    assert_eq!(w.ok(&["contact", "list", "birthday:any", "--count"]), "1\n");
}

#[test]
fn a_journal_of_its_own_is_kept_and_can_be_asked_for() {
    let w = demo();
    let config = w.file("config.toml", "journal_mode = \"delete\"\n");
    let journal = || std::fs::read(w.db()).expect("the file")[18];
    assert_eq!(journal(), 2, "a WAL");
    w.ok(&["--config", &config, "contact", "add", "Zed"]);
    assert_eq!(journal(), 2, "no command changes it by the way");
    let run = w.run(&["--config", &config, "doctor"]);
    assert!(run.code == 5 && run.out.contains("journal_mode"), "{}", run.out);
    w.ok(&["--config", &config, "doctor", "--mend"]);
    assert_eq!(journal(), 1);
    // It is never flipped back, whatever the config of whoever comes next.
    for args in [
        &["contact", "add", "Zoe"][..],
        &["contact", "list"],
        &["doctor", "--mend"],
        &["undo"],
        &["backup", "copy.db"],
    ] {
        w.ok(args);
        assert_eq!(journal(), 1, "{args:?}");
    }
    assert!(names(&w).iter().all(|n| !n.ends_with("-wal") && !n.ends_with("-shm")));
    // A new file is made so from its first byte.
    w.ok(&["--config", &config, "--db", "new.db", "contact", "add", "Ann"]);
    assert_eq!(std::fs::read(w.path("new.db")).expect("the file")[18], 1);
    w.file("in.csv", "name\nAnn\n");
    w.ok(&["--config", &config, "--db", "newer.db", "contact", "import", "in.csv"]);
    assert_eq!(std::fs::read(w.path("newer.db")).expect("the file")[18], 1);
}
