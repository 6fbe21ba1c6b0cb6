//! Files of released versions: backed up beside themselves and moved forward, also when killed in
//! the middle. `tests/fixtures` has one of each, with what that version exported from it;
//! `make.sh` there makes the next one.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use super::{integrity, mode, names, traces};
use crate::harness::World;

/// Schema numbers of the released versions.
const RELEASED: &[u32] = &[1];

fn fixture(schema: u32, ending: &str) -> Vec<u8> {
    let name = format!("{}/tests/fixtures/schema-{schema}.{ending}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&name).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// A world with a file of an older version.
fn old(schema: u32) -> World {
    let w = World::new();
    w.file("rolo.db", fixture(schema, "db"));
    let conn = rusqlite::Connection::open(w.db()).expect("a database");
    conn.pragma_update(None, "journal_mode", "wal").expect("a WAL, as that version made it");
    std::fs::set_permissions(w.db(), PermissionsExt::from_mode(0o600)).expect("a mode");
    w
}

fn schema_of(path: &std::path::Path) -> u32 {
    let conn = rusqlite::Connection::open(path).expect("a database");
    conn.query_row("PRAGMA user_version", [], |r| r.get(0)).expect("a number")
}

/// The file has all that it had: each key that the older version exported, with its value.
fn has_all(w: &World, schema: u32) {
    let wanted: serde_json::Value =
        serde_json::from_slice(&fixture(schema, "json")).expect("what it exported");
    for (noun, records) in wanted.as_object().expect("nouns") {
        let now = w.json(&[noun, "export", "--format", "json"]);
        let (records, now) = (records.as_array().expect("a list"), now.as_array().expect("a list"));
        for record in records {
            let same = now.iter().find(|n| n["uid"] == record["uid"]);
            let same = same.unwrap_or_else(|| panic!("{noun} {record} is gone"));
            for (key, value) in record.as_object().expect("a record") {
                assert_eq!(&same[key], value, "{noun} {key}");
            }
        }
    }
}

#[test]
fn a_file_of_each_released_version_is_backed_up_and_moved_forward() {
    for &schema in RELEASED {
        let w = old(schema);
        let run = w.run(&["contact", "list", "--count"]);
        assert_eq!((run.code, run.out.as_str()), (0, "5\n"), "{}", run.err);
        let copy = format!("rolo.db.schema-{schema}");
        assert!(run.err.contains("older rolo") && run.err.contains(&copy), "{}", run.err);
        assert_eq!((schema_of(&w.path(&copy)), mode(&w.path(&copy))), (schema, 0o600));
        assert!(schema_of(&w.db()) > schema && integrity(&w.db()) == "ok");
        assert_eq!(w.run(&["contact", "list", "--count"]).err, "", "said once");
        has_all(&w, schema);
        w.ok(&["doctor"]);
        // What was recorded before is history still: the fixture's last changes were an import, an
        // undo and an edit that was taken back.
        assert!(w.ok(&["history", "contact:bob@stone.example"]).contains("Варна"));
        assert_eq!(w.ok(&["contact", "list", "Mira", "--count"]), "1\n");
        w.ok(&["undo"]);
        assert_eq!(w.ok(&["contact", "list", "Mira", "--count"]), "0\n");
        w.ok(&["contact", "edit", "Bob Stone", "--set", "contract_no=К-18"]);
        w.ok(&["contact", "restore", "Trash Me"]);
        assert_eq!(
            w.ok(&["contact", "list", "+новый", "--columns", "city", "-o", "csv"]),
            "city\nМосква\n"
        );
        // The copy is a way back: put in its place it is moved forward once more.
        std::fs::copy(w.path(&copy), w.db()).expect("a copy");
        has_all(&w, schema);
    }
}

#[test]
fn a_migration_that_is_killed_leaves_the_old_or_the_new_and_runs_again() {
    for &schema in RELEASED {
        for delay in 0..12 {
            let w = old(schema);
            let mut child = w
                .command()
                .args(["contact", "list", "--count"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program runs");
            std::thread::sleep(Duration::from_millis(delay * 10));
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().expect("an end");
            for name in names(&w).iter().filter(|n| n.starts_with("rolo.db.schema")) {
                assert!(schema_of(&w.path(name)) == schema && integrity(&w.path(name)) == "ok");
            }
            assert_eq!(w.ok(&["contact", "list", "--count"]), "5\n", "{delay}");
            has_all(&w, schema);
            assert_eq!(integrity(&w.db()), "ok", "{delay}");
            let copies = names(&w).iter().filter(|n| n.starts_with("rolo.db.schema")).count();
            assert_eq!(copies, 1, "{delay}: {:?}", names(&w));
        }
    }
}

#[test]
fn two_that_come_at_once_migrate_it_once() {
    let w = old(1);
    std::thread::scope(|s| {
        let runs: Vec<_> =
            (0..6).map(|_| s.spawn(|| w.run(&["contact", "list", "--count"]))).collect();
        for run in runs {
            let run = run.join().expect("a run");
            assert_eq!((run.code, run.out.as_str()), (0, "5\n"), "{}", run.err);
        }
    });
    let copies = names(&w).iter().filter(|n| n.starts_with("rolo.db.schema")).count();
    assert_eq!((copies, integrity(&w.db()).as_str()), (1, "ok"));
    has_all(&w, 1);
}

#[test]
fn a_dry_run_and_completion_leave_an_older_file_alone() {
    let w = old(1);
    let before = traces(&w.db());
    let run = w.run(&["contact", "edit", "Bob Stone", "--city", "Sofia", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("would") && run.err.contains("on a copy"), "{}", run.err);
    assert_eq!(traces(&w.db()), before);
    let _ = w
        .command()
        .args(["--", "rolo", "contact", "show", ""])
        .env("COMPLETE", "fish")
        .output()
        .expect("completion runs");
    assert_eq!(traces(&w.db()), before);
}

#[test]
fn a_locked_older_file_is_busy_and_not_migrated() {
    let w = old(1);
    let other = rusqlite::Connection::open(w.db()).expect("a connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let config = w.file("config.toml", "busy_timeout = 0\n");
    let err = w.fails(5, &["--config", &config, "contact", "list"]);
    assert!(err.contains("busy") && err.contains("rolo.db"), "{err}");
    drop(other);
    assert_eq!(schema_of(&w.db()), 1);
    assert!(names(&w).iter().all(|n| !n.contains("schema-") && !n.starts_with(".rolo")));
}

#[test]
fn an_older_file_where_nothing_can_be_written_is_read_from_a_copy() {
    let w = World::new();
    std::fs::create_dir(w.path("shelf")).expect("a folder");
    let db = w.file("shelf/old.db", fixture(1, "db"));
    // Root may write anywhere: a read-only file is refused to nobody else.
    let set = |path: &str, bits| {
        std::fs::set_permissions(w.path(path), PermissionsExt::from_mode(bits)).expect("a mode");
    };
    set("shelf/old.db", 0o444);
    set("shelf", 0o555);
    let run = w.run(&["--db", &db, "contact", "list", "--count"]);
    let write = w.run(&["--db", &db, "contact", "add", "Zed"]);
    let is_root = std::fs::write(w.path("shelf/probe"), "").is_ok();
    set("shelf", 0o755);
    assert_eq!((run.code, run.out.as_str()), (0, "5\n"), "{}", run.err);
    if !is_root {
        assert_eq!(write.code, 5, "{}", write.err);
        assert_eq!(std::fs::read(&db).expect("the file"), fixture(1, "db"));
    }
}
