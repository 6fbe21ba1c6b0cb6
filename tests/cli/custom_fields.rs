//! Custom fields that go for good.

use rusqlite::Connection;

use crate::harness::World;

fn columns(w: &World, table: &str) -> Vec<String> {
    let conn = Connection::open(w.db()).expect("a database");
    let mut stmt = conn.prepare("SELECT name FROM pragma_table_info(?1)").expect("a query");
    let names = stmt.query_map([table], |r| r.get(0)).expect("rows");
    names.collect::<rusqlite::Result<_>>().expect("names")
}

fn bytes(w: &World) -> Vec<u8> {
    ["rolo.db", "rolo.db-wal"]
        .iter()
        .flat_map(|f| std::fs::read(w.path(f)).unwrap_or_default())
        .collect()
}

#[test]
fn an_erased_field_takes_its_values_along() {
    for trashed_first in [false, true] {
        let w = World::new();
        w.ok(&["contact", "add", "Ann"]);
        w.ok(&["field", "add", "contact", "Secret word"]);
        w.ok(&["field", "add", "contact", "Budget", "--kind", "money"]);
        w.ok(&["field", "add", "contact", "Kept"]);
        w.ok(&[
            "contact",
            "edit",
            "1",
            "--set",
            "secret_word=abracadabra",
            "--set",
            "budget=5 USD",
            "--set",
            "kept=stays",
        ]);
        w.ok(&["contact", "edit", "1", "--set", "secret_word=hocuspocus"]);
        assert_eq!(w.ok(&["search", "hocuspocus", "-o", "ids"]), "contact:1\n");
        if trashed_first {
            w.ok(&["field", "rm", "1"]);
        }
        w.ok(&["field", "rm", "1", "2", "--purge", "--yes"]);
        let left = columns(&w, "contact");
        assert!(left.contains(&"x_kept".to_owned()), "{left:?}");
        assert!(!left.iter().any(|c| c.contains("secret") || c.contains("budget")), "{left:?}");
        assert_eq!(w.ok(&["search", "hocuspocus", "-o", "ids"]), "");
        assert_eq!(w.ok(&["search", "stays", "-o", "ids"]), "contact:1\n");
        assert_eq!(w.ok(&["sql", "SELECT kept FROM contacts", "-o", "csv"]), "kept\nstays\n");
        for word in ["abracadabra", "hocuspocus"] {
            let found = bytes(&w).windows(word.len()).any(|b| b == word.as_bytes());
            assert!(!found, "{word}");
        }
        assert!(w.ok(&["doctor"]).contains("schema: well"));
        // The name is free, and nothing of the old one comes back with it.
        w.ok(&["field", "add", "contact", "Secret word", "--kind", "date"]);
        assert!(w.json(&["contact", "show", "1", "-o", "json"])["secret_word"].is_null());
        w.ok(&["contact", "add", "Bob", "--set", "secret_word=2026-01-01"]);
    }
}

#[test]
fn a_field_in_the_trash_that_left_its_name_to_another_takes_nothing_from_it() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    w.ok(&["field", "add", "contact", "Nick"]);
    w.ok(&["field", "rm", "1"]);
    w.ok(&["field", "add", "contact", "Nick"]);
    w.ok(&["contact", "edit", "1", "--set", "nick=Annie"]);
    w.ok(&["rm", "field:1", "--purge", "--yes"]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["nick"], "Annie");
}
