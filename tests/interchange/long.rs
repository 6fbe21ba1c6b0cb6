//! Files of many rows, which go in and out in other ways than small ones do.

use std::fmt::Write as _;

use crate::harness::World;

/// So many rows that an export reads them on two threads.
const ROWS: usize = 9_000;

fn contacts(rows: usize, about: &str) -> String {
    let mut csv = String::from("name,email,company,tags,about\n");
    for n in 0..rows {
        let tags = ["", "vip", "zeta; alpha"][n % 3];
        let _ = writeln!(csv, "Name {n},n{n}@example.org,Firm {},{tags},{about}", n % 700);
    }
    csv
}

#[test]
fn a_long_export_has_every_record_once_and_in_the_order_of_a_short_one() {
    let world = World::new();
    let file = world.file("in.csv", contacts(ROWS, ""));
    world.ok(&["contact", "import", &file, "-q"]);
    world.ok(&["contact", "rm", "n5000@example.org", "--yes"]);
    let whole = world.ok(&["contact", "export"]);
    // JSON is written in one piece.
    let one: Vec<serde_json::Value> =
        serde_json::from_str(&world.ok(&["contact", "export", "-o", "json"])).expect("an array");
    assert_eq!(one.len(), ROWS - 1);
    let mut csv = csv::Reader::from_reader(whole.as_bytes());
    let heads = csv.headers().expect("headers").clone();
    let place = |name: &str| heads.iter().position(|h| h == name).expect(name);
    let rows: Vec<csv::StringRecord> = csv.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows.len(), one.len());
    for (row, record) in rows.iter().zip(&one) {
        for field in ["uid", "name"] {
            assert_eq!(row[place(field)], record[field], "{record}");
        }
        assert_eq!(row[place("company")], record["company"], "{record}");
        let tags: Vec<&str> =
            record["tags"].as_array().expect("tags").iter().filter_map(|t| t.as_str()).collect();
        assert_eq!(row[place("tags")], tags.join("; "), "{record}");
    }
    let some = world.ok(&["contact", "export", "tag:vip"]);
    assert_eq!(
        some.lines().count(),
        1 + rows.iter().filter(|r| &r[place("tags")] == "vip").count()
    );
    assert_eq!(whole, world.ok(&["contact", "export"]));
}

#[test]
fn a_large_file_into_a_new_database_leaves_the_journal_as_it_was() {
    let world = World::new();
    let file = world.file("in.csv", contacts(2_000, &"long ".repeat(500)));
    world.ok(&["contact", "import", &file, "-q"]);
    assert_eq!(world.ok(&["contact", "list", "--count"]), "2000\n");
    let mode = || {
        let conn = rusqlite::Connection::open(world.db()).expect("the file");
        conn.query_row("PRAGMA journal_mode", [], |r| r.get::<_, String>(0)).expect("a mode")
    };
    assert_eq!(mode(), "wal");
    // After a crash in the middle of such an import, the next writer goes back to the WAL.
    let conn = rusqlite::Connection::open(world.db()).expect("the file");
    conn.pragma_update(None, "journal_mode", "delete").expect("another mode");
    conn.execute("INSERT INTO meta(key, value) VALUES ('wal_left', 1)", []).expect("a mark");
    drop(conn);
    world.ok(&["tag", "add", "x"]);
    assert_eq!(mode(), "wal");
}

#[test]
fn a_long_file_beside_what_is_there_leaves_all_indexes_and_all_words() {
    let world = World::new();
    let some = world.file("some.csv", contacts(3_000, "early"));
    world.ok(&["contact", "import", &some, "-q"]);
    let indexes = || {
        let conn = rusqlite::Connection::open(world.db()).expect("the file");
        let mut stmt = conn
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY 1")
            .expect("a query");
        let names = stmt.query_map([], |r| r.get::<_, String>(0)).expect("names");
        names.collect::<Result<Vec<_>, _>>().expect("names")
    };
    let before = indexes();
    // Half way through the file so many are new that the indexes are put off.
    let file = world.file("all.csv", contacts(ROWS, "late"));
    let summary = world.json(&["contact", "import", &file, "-o", "json"]);
    assert_eq!(
        ["created", "updated", "unchanged"].map(|k| summary[k].as_u64()),
        [Some(6_000), Some(3_000), Some(0)]
    );
    assert_eq!(indexes(), before);
    for (word, count) in [("late", "9000\n"), ("early", "0\n"), ("tag:vip", "3000\n")] {
        assert_eq!(world.ok(&["contact", "list", word, "--count"]), count, "{word}");
    }
    assert!(world.ok(&["search", "n8999"]).contains("Name 8999"));
    // What changes nothing leaves nothing to undo.
    let changes = world.ok(&["changes", "-o", "csv"]);
    let again = world.json(&["contact", "import", &file, "-o", "json"]);
    assert_eq!(again["unchanged"], ROWS);
    assert_eq!(world.ok(&["changes", "-o", "csv"]), changes);
    world.ok(&["doctor"]);
}
