//! The floors of the house: a room uses what stands below it, never what stands above or beside it.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and the floor they stand on; those of one floor don't know each other.
const FLOORS: [(&str, u8); 12] = [
    ("error", 0),
    ("clock", 1),
    ("config", 1),
    ("entity", 2),
    ("model", 3),
    ("filter", 4),
    ("store", 5),
    ("actions", 6),
    ("interchange", 6),
    ("reports", 7),
    ("tui", 8),
    // The command line opens the dashboard.
    ("cli", 9),
];

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file with its path below `src`, unit tests and comments left out.
fn files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            // A folder of unit tests is one too.
            if path.is_dir() {
                folders.extend((!path.ends_with("tests")).then_some(path));
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).expect("a text");
                found.push((path.strip_prefix(source()).expect("below").to_owned(), bare(&text)));
            }
        }
    }
    assert!(found.len() > 80, "the sources are where the test looks");
    found
}

/// The code of a file without its comments and its unit tests, which stand at its foot.
fn bare(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .fold(String::new(), |all, line| all + line + "\n")
}

/// The room that a file is part of.
fn room(path: &Path) -> String {
    let first = path.iter().next().expect("a part").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// How many `super::` lead from a file to the crate's root.
fn depth(path: &Path) -> usize {
    let parts = path.iter().count();
    if path.ends_with("mod.rs") { parts - 1 } else { parts }
}

/// The rooms that a piece of code names behind a root such as `crate::`, in braces too.
fn named_behind(code: &str, root: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
            continue;
        }
        let rest = &code[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(list) => rooms.extend(heads(list)),
            None => rooms.push(word(rest)),
        }
    }
    rooms.retain(|r| !r.is_empty());
    rooms
}

/// The first word of each part of a list in braces.
fn heads(list: &str) -> Vec<String> {
    let (mut deep, mut parts, mut part) = (0, Vec::new(), String::new());
    for c in list.chars() {
        match c {
            '}' if deep == 0 => break,
            '{' => deep += 1,
            '}' => deep -= 1,
            ',' if deep == 0 => parts.push(std::mem::take(&mut part)),
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    parts.iter().map(|p| word(p.trim_start_matches([',', ' ', '\n']))).collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// What is wrong with the rooms that a file names.
fn breaches(path: &Path, code: &str) -> Vec<String> {
    let room = room(path);
    let Some(own) = floor(&room) else { return Vec::new() };
    let root = "super::".repeat(depth(path));
    let mut used = named_behind(code, "crate::");
    used.extend(named_behind(code, &root));
    used.iter()
        .filter(|other| **other != room && floor(other).is_none_or(|floor| floor >= own))
        .filter(|other| floor(other).is_some() || code.contains(&format!("crate::{other}")))
        .map(|other| format!("{}: {room} uses {other}", path.display()))
        .collect()
}

#[test]
fn a_room_uses_only_what_stands_below_it() {
    let found: Vec<String> = files().iter().flat_map(|(path, code)| breaches(path, code)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_breach_is_found_however_it_is_written() {
    let breach = |path: &str, code: &str| breaches(Path::new(path), &bare(code));
    assert_eq!(
        breach("filter/sql.rs", "use crate::store::Store;"),
        ["filter/sql.rs: filter uses store"]
    );
    assert_eq!(breach("actions/deal.rs", "let x = crate::interchange::import();").len(), 1);
    assert_eq!(
        breach("store/read.rs", "use crate::{entity::Kind,\n    cli::{self, Style}};").len(),
        1
    );
    assert_eq!(breach("entity/kind.rs", "use super::super::filter;").len(), 1);
    assert_eq!(breach("cli/grammar/args.rs", "use super::super::print::Style;").len(), 0);
    assert_eq!(breach("store/read.rs", "use crate::entity::Kind; // crate::cli").len(), 0);
    assert_eq!(
        breach("store/read.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}")
            .len(),
        0
    );
}

#[test]
fn every_room_has_its_floor() {
    for (path, _) in files() {
        let room = room(&path);
        assert!(floor(&room).is_some() || room == "main" || room == "lib", "{room} has no floor");
    }
}

#[test]
fn the_database_is_spoken_to_by_the_store_alone() {
    // The filter makes values to bind; the error tells what SQLite said.
    for (path, code) in files() {
        let allowed = matches!(room(&path).as_str(), "store" | "filter" | "error");
        assert!(allowed || !code.contains("rusqlite"), "{} names rusqlite", path.display());
        assert!(allowed || !code.contains(".conn()"), "{} takes the connection", path.display());
        if room(&path) == "filter" {
            assert!(!code.contains("Connection"), "{} takes a connection", path.display());
        }
    }
}

#[test]
fn the_programs_model_is_named_at_the_edge_alone() {
    for (path, code) in files() {
        let edge = matches!(room(&path).as_str(), "main" | "model");
        for name in ["ENTITIES", "model::model", "model::COMMON"] {
            assert!(edge || !code.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn time_and_chance_come_from_the_clock_alone() {
    for (path, code) in files() {
        // Measuring how long a command took is no date.
        for name in ["Utc::now", "Local::now", "SystemTime::now", "Uuid::now_v7", "Uuid::new_v4"] {
            assert!(
                room(&path) == "clock" || !code.contains(name),
                "{} calls {name}",
                path.display()
            );
        }
    }
}

#[test]
fn the_process_ends_in_main_alone() {
    for (path, code) in files() {
        assert!(room(&path) == "main" || !code.contains("process::exit"), "{}", path.display());
    }
}
