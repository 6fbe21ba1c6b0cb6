//! Many processes at one file, and a file that somebody keeps locked.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{READS, WRITES, ann, everything, integrity, lay_inputs, names};
use crate::harness::World;

#[test]
fn eight_writers_and_twenty_readers_all_get_their_turn() {
    let w = ann();
    let ids: BTreeSet<String> = std::thread::scope(|s| {
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let w = &w;
                s.spawn(move || {
                    let add =
                        |i| w.ok(&["contact", "add", &format!("Writer {n} {i}")]).trim().to_owned();
                    (0..50).map(add).collect::<Vec<_>>()
                })
            })
            .collect();
        let readers: Vec<_> = (0..20)
            .map(|_| {
                s.spawn(|| (0..5).for_each(|_| drop(w.ok(&["contact", "list", "-o", "json"]))))
            })
            .collect();
        for reader in readers {
            reader.join().expect("a reader");
        }
        writers.into_iter().flat_map(|t| t.join().expect("a writer")).collect()
    });
    assert_eq!(ids.len(), 400, "an id was given twice");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "401\n");
    assert_eq!(w.ok(&["contact", "list", "writer", "--count"]), "400\n");
    assert_eq!(integrity(&w.db()), "ok");
}

#[test]
fn of_many_who_make_the_file_at_once_each_finds_it_whole() {
    let w = World::new();
    std::thread::scope(|s| {
        for n in 0..8 {
            let w = &w;
            s.spawn(move || w.ok(&["contact", "add", &format!("First {n}")]));
        }
    });
    assert_eq!(w.ok(&["contact", "list", "--count"]), "8\n");
    let left = names(&w);
    assert!(left.iter().all(|n| !n.starts_with(".rolo-")), "{left:?}");
}

/// Holds the file while the work is done.
fn held<T>(w: &World, how: &str, work: impl FnOnce() -> T) -> T {
    let other = Connection::open(w.db()).expect("a connection");
    other.execute_batch(how).expect("a lock");
    let result = work();
    other.execute_batch("ROLLBACK").expect("an end");
    result
}

const WRITING: &str = "BEGIN IMMEDIATE; UPDATE contact SET name = name";
const ALONE: &str =
    "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE contact SET name = name";

#[test]
fn reading_goes_on_while_another_writes_and_writing_says_who_is_busy() {
    let w = ann();
    lay_inputs(&w);
    w.file("config.toml", "busy_timeout = 0\n");
    let before = everything(&w);
    held(&w, WRITING, || {
        for args in READS {
            w.ok(args);
        }
        for args in WRITES {
            let err = w.fails(5, &[&["--config", "config.toml"], *args].concat());
            assert!(err.contains("busy") && err.contains("rolo.db"), "{args:?} {err}");
        }
    });
    assert_eq!(everything(&w), before);
}

#[test]
fn a_file_locked_for_one_alone_is_not_taken_for_an_empty_one() {
    let w = ann();
    lay_inputs(&w);
    w.file("config.toml", "busy_timeout = 0\n");
    let before = everything(&w);
    held(&w, ALONE, || {
        // The file itself isn't read here: closing it would take this process's lock away.
        let there = names(&w);
        for args in READS.iter().chain(WRITES).chain([&&["backup", "copy.db"][..]]) {
            let err = w.fails(5, &[&["--config", "config.toml"], *args].concat());
            assert!(err.contains("busy") && err.contains("rolo.db"), "{args:?} {err}");
        }
        assert_eq!(names(&w), there);
    });
    assert_eq!(everything(&w), before);
}

#[test]
fn a_writer_waits_as_long_as_the_config_says() {
    let w = ann();
    let waited = |seconds: u64| {
        w.file("config.toml", format!("busy_timeout = {seconds}\n"));
        let begun = Instant::now();
        w.fails(5, &["--config", "config.toml", "contact", "add", "Zed"]);
        begun.elapsed()
    };
    held(&w, WRITING, || {
        let (none, one) = (waited(0), waited(1));
        // Less than the 5 s of who says nothing; how fast the machine is, the other one tells.
        let most = Duration::from_secs(4) + 5 * none;
        assert!(one > Duration::from_millis(900) && one < most, "{none:?} {one:?}");
    });
}

#[test]
fn a_writer_that_waits_gets_its_turn() {
    let w = ann();
    std::thread::scope(|s| {
        let adding = held(&w, WRITING, || {
            let adding = s.spawn(|| w.ok(&["contact", "add", "Patient"]));
            std::thread::sleep(Duration::from_millis(700));
            assert!(!adding.is_finished(), "it did not wait");
            adding
        });
        assert_eq!(adding.join().expect("a writer"), "2\n");
    });
}
