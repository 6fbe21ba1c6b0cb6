//! Nothing is lost, nobody gets in, nothing gets out: one file for each thing that can go wrong.

mod backup;
mod bulk;
mod cells;
mod clocks;
mod cron;
mod damaged;
mod editor;
mod hostile;
mod left;
mod links;
mod many;
mod misfits;
mod modes;
mod older;
mod outputs;
mod readonly;
mod shown;
mod words;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags};

use crate::harness::World;

/// A world with the demo's records in it; the demo is made once.
fn demo() -> World {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let w = World::new();
        w.ok(&["demo", "demo.db"]);
        std::fs::read(w.path("demo.db")).expect("the demo")
    });
    let w = World::new();
    w.file("rolo.db", bytes);
    std::fs::set_permissions(w.db(), PermissionsExt::from_mode(0o600)).expect("a mode");
    w
}

/// A world with one contact, Ann Lee of Acme.
fn ann() -> World {
    let w = World::new();
    w.ok(&[
        "contact",
        "add",
        "Ann Lee",
        "--email",
        "ann@acme.example",
        "--company",
        "Acme",
        "--create-links",
    ]);
    w
}

/// Everything in the file, as its exports say it.
fn everything(w: &World) -> String {
    let nouns = rolo::model::model().nouns;
    nouns.iter().map(|n| w.ok(&[n.name(), "export", "--format", "jsonl"])).collect()
}

/// What SQLite itself says of a file.
fn integrity(path: &Path) -> String {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let conn = Connection::open_with_flags(path, flags).expect("a database");
    conn.query_row("PRAGMA integrity_check", [], |r| r.get(0)).expect("a check")
}

/// A file's bytes, its mode and the names beside it.
fn traces(path: &Path) -> (Vec<u8>, u32, Vec<String>) {
    (std::fs::read(path).expect("a file"), mode(path), names_in(path.parent().expect("a folder")))
}

fn names_in(folder: &Path) -> Vec<String> {
    let folder = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        folder.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The files of a world.
fn names(w: &World) -> Vec<String> {
    names_in(&w.path(""))
}

fn mode(path: &Path) -> u32 {
    let meta = std::fs::metadata(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    meta.permissions().mode() & 0o777
}

/// Commands over every door to the file: some only read, some write.
const READS: &[&[&str]] = &[
    &["contact", "list"],
    &["contact", "list", "--count"],
    &["contact", "list", "-o", "json"],
    &["contact", "show", "1"],
    &["contact", "export"],
    &["search", "ann"],
    &["agenda"],
    &["deal", "board"],
    &["changes"],
    &["doctor"],
    &["sql", "SELECT count(*) FROM contacts"],
];

const WRITES: &[&[&str]] = &[
    &["contact", "add", "Zed"],
    &["contact", "edit", "1", "--city", "Sofia"],
    &["contact", "rm", "1"],
    &["contact", "rm", "1", "--purge", "--yes"],
    &["note", "contact:1", "called"],
    &["undo"],
    &["contact", "import", "in.csv"],
    &["batch", "lines"],
    &["view", "save", "all", "contact", ""],
    &["doctor", "--mend"],
];

/// The files that [`WRITES`] read.
fn lay_inputs(w: &World) {
    w.file("in.csv", "name\nImported\n");
    w.file("lines", "contact add Batched\n");
}
