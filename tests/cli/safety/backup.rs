//! Backups while others write, and backups that are killed.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{ann, demo, everything, integrity, mode, names};

#[test]
fn a_backup_taken_while_others_write_is_whole_and_stands_alone() {
    let w = demo();
    let done = AtomicBool::new(false);
    std::thread::scope(|s| {
        for n in 0..2 {
            let (w, done) = (&w, &done);
            s.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    w.ok(&["contact", "add", &format!("Busy {n}")]);
                }
            });
        }
        let runs: Vec<_> = (0..5).map(|n| w.run(&["backup", &format!("copy{n}.db")])).collect();
        done.store(true, Ordering::Relaxed);
        assert!(runs.iter().all(|r| r.code == 0), "{runs:?}");
    });
    for n in 0..5 {
        let name = format!("copy{n}.db");
        let path = w.path(&name);
        let bytes = std::fs::read(&path).expect("a copy");
        assert_eq!(&bytes[18..20], [1, 1], "it depends on a WAL");
        assert!(names(&w).iter().all(|n| n == &name || !n.starts_with(&name)));
        assert_eq!((integrity(&path).as_str(), mode(&path)), ("ok", 0o600));
    }
    let count = |db: &str| {
        w.ok(&["--db", db, "contact", "list", "--count"]).trim().parse::<u32>().expect("a number")
    };
    assert!(count("copy0.db") >= 391 && count("copy4.db") <= count("rolo.db"));
}

#[test]
fn a_backup_holds_what_the_file_holds() {
    let w = demo();
    let before = everything(&w);
    w.ok(&["backup", "copy.db"]);
    std::fs::rename(w.path("copy.db"), w.db()).expect("a move");
    assert_eq!(everything(&w), before);
}

#[test]
fn an_existing_target_needs_force() {
    let w = ann();
    w.file("copy.db", "precious");
    let err = w.fails(4, &["backup", "copy.db"]);
    assert!(err.contains("copy.db") && err.contains("--force"), "{err}");
    assert_eq!(w.read("copy.db"), "precious");
    w.ok(&["backup", "copy.db", "--force"]);
    assert_eq!((integrity(&w.path("copy.db")).as_str(), mode(&w.path("copy.db"))), ("ok", 0o600));
    let err = w.fails(1, &["backup", "no/such/folder/copy.db"]);
    assert!(err.contains("no/such/folder/copy.db"), "{err}");
}

#[test]
fn a_killed_backup_leaves_no_half_file_under_its_name() {
    let w = demo();
    let before = everything(&w);
    for delay in 0..25 {
        let mut child = w
            .command()
            .args(["backup", "copy.db"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        std::thread::sleep(Duration::from_millis(delay * 3));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().expect("an end");
        if w.path("copy.db").exists() {
            assert_eq!(integrity(&w.path("copy.db")), "ok");
            std::fs::remove_file(w.path("copy.db")).expect("a removal");
        }
    }
    assert_eq!(everything(&w), before);
    assert_eq!(integrity(&w.db()), "ok");
    assert!(names(&w).iter().all(|n| n != "copy.db"));
}
