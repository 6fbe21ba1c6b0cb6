//! Files that are no database, another's, cut, flipped or of a newer rolo: refused, and left as
//! they are.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use super::{READS, WRITES, demo, lay_inputs, traces};
use crate::harness::World;

/// The demo's file with something done to its bytes, at a mode of its own.
fn spoilt(how: impl FnOnce(&mut Vec<u8>)) -> World {
    let w = demo();
    let mut bytes = std::fs::read(w.db()).expect("the demo");
    how(&mut bytes);
    w.file("rolo.db", bytes);
    std::fs::set_permissions(w.db(), Permissions::from_mode(0o644)).expect("a mode");
    lay_inputs(&w);
    w
}

/// Every door refuses the file, says why, and leaves everything as it was.
fn refused_at_every_door(w: &World, cause: &str) {
    let before = traces(&w.db());
    for args in READS.iter().chain(WRITES).chain([&&["backup", "copy.db"][..]]) {
        let err = w.fails(5, args);
        assert!(err.contains(cause) && err.contains("rolo.db"), "{args:?} {err}");
        let begun = if args.contains(&"json") { "{\"error\":" } else { "error: " };
        assert!(err.starts_with(begun) && err.lines().count() <= 2, "{args:?} {err}");
        assert_eq!(traces(&w.db()), before, "{args:?}");
    }
}

#[test]
fn what_is_no_database_is_refused() {
    refused_at_every_door(&spoilt(Vec::clear), "is empty");
    refused_at_every_door(
        &spoilt(|b| *b = b"name,email\nAnn,a@b.example\n".repeat(20)),
        "not a SQLite database",
    );
    refused_at_every_door(&spoilt(|b| b.truncate(60)), "not a SQLite database");
}

#[test]
fn a_file_that_was_cut_is_refused() {
    refused_at_every_door(&spoilt(|b| b.truncate(b.len() / 2)), "cut short");
    refused_at_every_door(&spoilt(|b| b.truncate(b.len() - 1)), "cut short");
}

#[test]
fn a_database_of_a_newer_rolo_is_refused() {
    refused_at_every_door(
        &spoilt(|b| b[60..64].copy_from_slice(&99_u32.to_be_bytes())),
        "newer rolo",
    );
}

#[test]
fn a_broken_schema_is_refused() {
    // The second page and those behind it hold the schema's rows.
    refused_at_every_door(&spoilt(|b| b[110..4096].fill(0xa5)), "damaged");
}

#[test]
fn a_database_of_another_program_is_refused_and_nobody_is_told_to_write_over_it() {
    let w = demo();
    std::fs::rename(w.db(), w.path("own.db")).expect("a move");
    let conn = Connection::open(w.db()).expect("a database");
    conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE bookmark(url TEXT); INSERT INTO bookmark VALUES ('x')")
        .expect("a table");
    drop(conn);
    lay_inputs(&w);
    refused_at_every_door(&w, "another program");
    let err = w.fails(5, &["contact", "list"]);
    assert!(err.contains("own.db") && !err.contains("cp "), "{err}");
}

#[test]
fn the_newest_backup_is_named_with_the_way_back() {
    let w = demo();
    w.ok(&["backup", "older.db"]);
    std::thread::sleep(std::time::Duration::from_millis(20));
    w.ok(&["backup", "new est.db"]);
    w.file("newest.txt", "not this one");
    let mut bytes = std::fs::read(w.db()).expect("the file");
    bytes.truncate(5000);
    w.file("rolo.db", bytes);
    let err = w.fails(5, &["contact", "list"]);
    let hint = err.lines().find(|l| l.starts_with("hint: ")).expect("a hint");
    let way = hint.split('`').find(|part| part.starts_with("cp ")).expect("a command");
    let words = way.split('\'').map(str::trim).filter(|w| !w.is_empty()).collect::<Vec<_>>();
    assert!(words.len() == 3 && words[1].ends_with("new est.db"), "{err}");
    let back = std::process::Command::new("sh").args(["-c", way]).status().expect("a shell");
    assert!(back.success());
    assert_eq!(w.ok(&["contact", "list", "--count"]), "391\n");
}

#[test]
fn damage_met_in_the_middle_of_a_command_names_the_file_and_the_backup() {
    let w = demo();
    w.ok(&["backup", "copy.db"]);
    let conn = Connection::open(w.db()).expect("a database");
    let root: u32 = conn
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'contact'", [], |r| r.get(0))
        .expect("a page");
    drop(conn);
    let root = usize::try_from(root).expect("a page");
    let mut bytes = std::fs::read(w.db()).expect("the file");
    bytes[(root - 1) * 4096..root * 4096].fill(0x5a);
    w.file("rolo.db", bytes);
    lay_inputs(&w);
    let before = traces(&w.db());
    for args in [
        &["contact", "list"][..],
        &["contact", "list", "-o", "csv"],
        &["contact", "show", "1"],
        &["contact", "export"],
        &["contact", "export", "--out", "out.csv"],
        &["contact", "add", "Zed"],
        &["contact", "edit", "1", "--city", "x"],
        &["contact", "import", "in.csv"],
        &["batch", "lines"],
        &["backup", "two.db"],
    ] {
        let err = w.fails(5, args);
        assert!(err.contains("rolo.db") && err.contains("copy.db"), "{args:?} {err}");
        assert_eq!(traces(&w.db()), before, "{args:?}");
    }
    let run = w.run(&["doctor"]);
    assert_eq!(run.code, 5, "{}", run.err);
    run.assert_clean();
}

#[test]
fn bytes_flipped_anywhere_never_make_it_panic() {
    let w = demo();
    lay_inputs(&w);
    let good = std::fs::read(w.db()).expect("the demo");
    let chance = rolo::clock::Chance::seeded(7);
    for round in 0..12 {
        let mut bytes = good.clone();
        for _ in 0..200 {
            let at = 100 + chance.below(bytes.len() - 100);
            bytes[at] ^= 1 + u8::try_from(chance.below(255)).expect("a byte");
        }
        w.file("rolo.db", &bytes);
        for args in
            [READS[0], READS[2], READS[3], READS[6], READS[9], WRITES[0], WRITES[2], WRITES[5]]
        {
            let run = w.run(args);
            assert!(matches!(run.code, 0 | 3 | 4 | 5), "{round} {args:?} {} {}", run.code, run.err);
            run.assert_clean();
            if run.code == 5 && args[0] != "doctor" {
                assert!(run.err.contains("rolo.db"), "{round} {args:?} {}", run.err);
                assert_eq!(run.out, "", "{round} {args:?}");
            }
        }
    }
}
