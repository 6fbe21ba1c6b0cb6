//! Databases with several names.

use std::os::unix::fs::symlink;

use super::{integrity, traces};
use crate::harness::World;

#[test]
fn a_symbolic_link_stays_and_its_target_is_written() {
    let w = World::new();
    std::fs::create_dir(w.path("real")).expect("a folder");
    symlink("real/true.db", w.db()).expect("a link");
    // The link dangles: the file is made where it leads.
    w.ok(&["contact", "add", "Ann"]);
    w.ok(&["contact", "add", "Ben"]);
    assert!(std::fs::symlink_metadata(w.db()).expect("a link").is_symlink());
    assert!(std::fs::symlink_metadata(w.path("real/true.db")).expect("a file").is_file());
    assert_eq!(traces(&w.path("real/true.db")).2, ["true.db"]);
    assert_eq!(w.ok(&["--db", "real/true.db", "contact", "list", "--count"]), "2\n");
    assert_eq!(integrity(&w.path("real/true.db")), "ok");
}

#[test]
fn links_that_lead_in_a_circle_or_nowhere_are_refused() {
    let w = World::new();
    symlink("b.db", w.path("a.db")).expect("a link");
    symlink("a.db", w.path("b.db")).expect("a link");
    symlink("nowhere/at/all.db", w.path("c.db")).expect("a link");
    for verb in [&["contact", "list"][..], &["contact", "add", "Ann"]] {
        let err = w.fails(5, &[&["--db", "a.db"], verb].concat());
        assert!(err.contains("a.db"), "{err}");
    }
    let err = w.fails(5, &["--db", "c.db", "contact", "list"]);
    assert!(err.contains("nowhere/at/all.db"), "{err}");
    assert!(!w.path("nowhere").exists());
}

#[test]
fn a_second_hard_link_is_warned_about() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    std::fs::hard_link(w.db(), w.path("other.db")).expect("a link");
    let run = w.run(&["contact", "list", "--count"]);
    assert_eq!((run.code, run.out.as_str()), (0, "1\n"));
    assert!(run.err.contains("hard link") && run.err.contains("rolo.db"), "{}", run.err);
    let run = w.run(&["contact", "list", "--count", "-q"]);
    assert_eq!(run.err, "");
}

#[test]
fn a_backup_through_a_link_leaves_the_link() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    symlink("copy.db", w.path("link.db")).expect("a link");
    w.ok(&["backup", "link.db"]);
    assert!(std::fs::symlink_metadata(w.path("link.db")).expect("a link").is_symlink());
    assert_eq!(integrity(&w.path("copy.db")), "ok");
    w.fails(4, &["backup", "link.db"]);
    symlink("rolo.db", w.path("self.db")).expect("a link");
    for args in [
        &["backup", "self.db", "--force"][..],
        &["contact", "export", "--out", "self.db", "--force"],
    ] {
        let err = w.fails(4, args);
        assert!(err.contains("the database itself"), "{err}");
    }
    assert_eq!(integrity(&w.db()), "ok");
}
