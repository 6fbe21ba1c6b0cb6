//! Files and folders that can't be written. Where the tests run as root, whom no permission stops,
//! the program runs as nobody.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use super::{READS, WRITES, ann, everything, lay_inputs, traces};
use crate::harness::{Run, World};

const NOBODY: u32 = 65_534;

/// A place of the world that nobody can't write, with the program in reach.
struct Shut {
    w: World,
    program: std::path::PathBuf,
}

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
}

impl Shut {
    fn new(folder: u32, file: u32) -> Self {
        let w = ann();
        lay_inputs(&w);
        let program = w.path("rolo");
        // By another process: a copy that is open for writing here could be inherited by a program
        // that another test starts at that moment, and then nobody may run it.
        let mut copy = std::process::Command::new("cp");
        let copied = copy.arg(env!("CARGO_BIN_EXE_rolo")).arg(&program).status();
        assert!(copied.expect("a copy").success());
        chmod(&program, 0o755);
        chmod(&w.db(), file);
        chmod(&w.path(""), folder);
        Self { w, program }
    }

    fn is_root(&self) -> bool {
        std::fs::metadata(self.w.path("home")).expect("a home").uid() == 0
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = std::process::Command::new(&self.program);
        command
            .env_clear()
            .env("ROLO_DB", self.w.db())
            .env("ROLO_NOW", crate::harness::NOW)
            .env("ROLO_USER", "ann")
            .env("TZ", "UTC")
            .current_dir(self.w.path(""));
        if self.is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.args(args).output().expect("the program runs");
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn reads_work_and_writes_say_why(&self) {
        let before = self.file();
        for args in READS.iter().filter(|a| a[0] != "doctor") {
            let run = self.run(args);
            let free = self.w.run(args);
            assert_eq!((run.code, run.out, run.err), (0, free.out, free.err), "{args:?}");
        }
        for args in WRITES {
            let run = self.run(args);
            assert_eq!((run.code, run.out.as_str()), (5, ""), "{args:?} {}", run.err);
            run.assert_clean();
            assert!(
                run.err.contains("rolo.db") && run.err.contains("permissions"),
                "{args:?} {}",
                run.err
            );
        }
        assert_eq!(self.file(), before);
    }

    /// The database's bytes and mode. Beside one that it may only read, SQLite can leave an empty
    /// `-wal`.
    fn file(&self) -> (Vec<u8>, u32) {
        let (bytes, mode, _) = traces(&self.w.db());
        (bytes, mode)
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        // So that the folder can be taken away again.
        let _ = std::fs::set_permissions(self.w.path(""), Permissions::from_mode(0o755));
    }
}

#[test]
fn a_file_and_a_folder_that_can_not_be_written_can_be_read() {
    Shut::new(0o555, 0o444).reads_work_and_writes_say_why();
}

#[test]
fn a_file_that_can_not_be_written_in_a_folder_that_can() {
    Shut::new(0o777, 0o444).reads_work_and_writes_say_why();
}

#[test]
fn a_file_that_can_not_even_be_read_says_so() {
    let shut = Shut::new(0o555, 0o600);
    if !shut.is_root() {
        chmod(&shut.w.path(""), 0o755);
        chmod(&shut.w.db(), 0);
    }
    for args in READS.iter().chain(WRITES) {
        let run = shut.run(args);
        assert_eq!((run.code, run.out.as_str()), (5, ""), "{args:?} {}", run.err);
        assert!(
            run.err.contains("rolo.db") && run.err.to_lowercase().contains("permission"),
            "{args:?} {}",
            run.err
        );
    }
}

#[test]
fn a_place_where_no_file_can_be_made_says_so() {
    let w = World::new();
    for place in ["/proc/rolo.db", "/dev/null", "/dev/null/rolo.db", "/sys/no/rolo.db"] {
        for args in [&["contact", "list"][..], &["contact", "add", "Zed"]] {
            let err = w.fails(5, &[&["--db", place], args].concat());
            assert!(err.contains(place), "{place} {err}");
        }
    }
    let folder = w.path("home").to_string_lossy().into_owned();
    assert!(w.fails(5, &["--db", &folder, "contact", "add", "Zed"]).contains("folder"));
}

#[test]
fn what_lies_only_in_the_log_of_a_killed_writer_is_read_too() {
    let shut = Shut::new(0o777, 0o444);
    let w = &shut.w;
    chmod(&w.db(), 0o600);
    let before = everything(w);
    // A connection that ends without closing leaves the WAL and its index behind, as a kill does.
    let conn = rusqlite::Connection::open(w.db()).expect("a connection");
    conn.execute_batch(
        "PRAGMA wal_autocheckpoint = 0; UPDATE contact SET city = 'Sofia' WHERE id = 1",
    )
    .expect("a write");
    for suffix in ["", "-wal", "-shm"] {
        let from = w.path(&format!("rolo.db{suffix}"));
        std::fs::copy(&from, w.path(&format!("left.db{suffix}"))).expect("a copy");
        chmod(&w.path(&format!("left.db{suffix}")), 0o444);
    }
    drop(conn);
    chmod(&w.path(""), 0o555);
    let run = shut.run(&["--db", "left.db", "contact", "list", "--columns", "city", "-o", "csv"]);
    assert_eq!((run.code, run.out.as_str()), (0, "city\nSofia\n"), "{}", run.err);
    assert_ne!(everything(w), before);
}

#[test]
fn a_log_that_can_not_be_read_is_not_passed_over() {
    let shut = Shut::new(0o777, 0o444);
    let w = &shut.w;
    chmod(&w.db(), 0o600);
    let conn = rusqlite::Connection::open(w.db()).expect("a connection");
    conn.execute_batch(
        "PRAGMA wal_autocheckpoint = 0; UPDATE contact SET city = 'Sofia' WHERE id = 1",
    )
    .expect("a write");
    // A copy of the two, as a backup program takes it, without the index beside them.
    for suffix in ["", "-wal"] {
        let to = w.path(&format!("left.db{suffix}"));
        std::fs::copy(w.path(&format!("rolo.db{suffix}")), &to).expect("a copy");
        chmod(&to, 0o444);
    }
    drop(conn);
    chmod(&w.path(""), 0o555);
    for args in [&["contact", "list"][..], &["contact", "export"], &["sql", "SELECT 1"]] {
        let run = shut.run(&[&["--db", "left.db"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (5, ""), "{args:?} {}", run.err);
        assert!(run.err.contains("left.db-wal") && run.err.contains("copy both"), "{}", run.err);
    }
}

#[test]
fn a_path_that_is_no_utf8_is_read_where_nothing_can_be_written() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let shut = Shut::new(0o777, 0o444);
    let w = &shut.w;
    let name = w.path("").join(OsStr::from_bytes(b"b\xfcro ?#%.db"));
    std::fs::copy(w.db(), &name).expect("a copy");
    chmod(&name, 0o444);
    chmod(&w.path(""), 0o555);
    let mut command = std::process::Command::new(&shut.program);
    command.env_clear().env("ROLO_DB", &name).env("TZ", "UTC").env("HOME", "/nonexistent");
    if shut.is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.args(["contact", "list", "-o", "ids"]).output().expect("the program runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(!output.stdout.is_empty(), "{err}");
}
