//! What others on the machine may read: nothing.

use std::process::Command;

use super::mode;
use crate::harness::{NOW, World};

/// Runs the program by a shell that takes no permission away.
fn open_handed(w: &World, script: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("umask 000\n{script}")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", w.path("home"))
        .env("ROLO", env!("CARGO_BIN_EXE_rolo"))
        .env("ROLO_NOW", NOW)
        .env("ROLO_USER", "ann")
        .current_dir(w.path(""))
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{script} {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const PLACE: &str = "home/.local/share/rolo";

#[test]
fn a_new_database_and_its_folder_are_its_owners_alone() {
    let w = World::new();
    open_handed(&w, "\"$ROLO\" contact add Ann");
    assert_eq!((mode(&w.path(PLACE)), mode(&w.path(PLACE).join("rolo.db"))), (0o700, 0o600));
    for above in ["home/.local", "home/.local/share"] {
        assert_eq!(mode(&w.path(above)), 0o700, "{above}");
    }
}

#[test]
fn the_files_beside_an_open_database_are_too_and_so_is_a_text_in_the_editor() {
    let w = World::new();
    open_handed(&w, "\"$ROLO\" contact add Ann");
    w.file("editor.sh", "stat -c '%a' \"$HOME\"/.local/share/rolo/rolo.db* \"$1\" > modes\n");
    open_handed(&w, "EDITOR='sh editor.sh' \"$ROLO\" contact edit 1");
    assert_eq!(w.read("modes"), "600\n600\n600\n600\n", "database, -shm, -wal, text");
}

#[test]
fn a_rollback_journal_is_its_owners_alone() {
    let w = World::new();
    w.file("config.toml", "journal_mode = \"delete\"\n");
    w.file("lines", "contact add Ann\ncontact add Ben\n");
    open_handed(&w, "\"$ROLO\" --config config.toml --db own.db contact add Ann");
    assert_eq!(mode(&w.path("own.db")), 0o600);
    let conn = rusqlite::Connection::open(w.path("own.db")).expect("a database");
    let journal: String = conn.query_row("PRAGMA journal_mode", [], |r| r.get(0)).expect("a mode");
    assert_eq!(journal, "delete");
}

#[test]
fn copies_exports_and_the_config_are_their_owners_alone() {
    let w = World::new();
    open_handed(
        &w,
        "\"$ROLO\" contact add Ann
        \"$ROLO\" backup copy.db
        \"$ROLO\" contact export --out out.csv
        \"$ROLO\" contact export --out out.csv --force
        \"$ROLO\" config set currency USD
        \"$ROLO\" config set currency EUR
        \"$ROLO\" demo demo.db",
    );
    for file in ["copy.db", "out.csv", "demo.db", "home/.config/rolo/config.toml"] {
        assert_eq!(mode(&w.path(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&w.path("home/.config/rolo")), 0o700);
}

#[test]
fn doctor_tells_of_a_database_that_others_can_read_and_mends_it() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    std::fs::set_permissions(w.db(), std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .expect("a mode");
    let run = w.run(&["doctor"]);
    assert!(run.code == 5 && run.out.contains("permissions"), "{} {}", run.out, run.err);
    assert_eq!(mode(&w.db()), 0o644, "looking changes nothing");
    w.ok(&["doctor", "--mend"]);
    assert_eq!(mode(&w.db()), 0o600);
}
