//! Values that another program put where none of their field can be.

use rusqlite::Connection;

use crate::harness::World;

fn spoilt() -> World {
    let w = World::new();
    w.ok(&["deal", "add", "Big", "--amount", "12k USD", "--closes", "2026-12-01"]);
    w.ok(&["deal", "add", "Good", "--amount", "5 EUR", "--closes", "2026-12-02"]);
    w.ok(&["task", "add", "Call", "--about", "deal:1"]);
    let conn = Connection::open(w.db()).expect("a database");
    conn.execute_batch(
        "UPDATE deal SET closes = 'soon', amount_currency = 'XXQ' WHERE id = 1; \
         UPDATE task SET about_noun = 'ship', status = 'maybe' WHERE id = 1; \
         UPDATE deal SET next_step = CAST(x'61ff62' AS TEXT) WHERE id = 1",
    )
    .expect("an update");
    w
}

#[test]
fn a_value_of_the_wrong_kind_is_shown_and_never_taken_for_empty() {
    let w = spoilt();
    let deal = w.json(&["show", "deal:1", "-o", "json"]);
    assert_eq!(deal["closes"], "soon");
    assert_eq!(deal["amount"], "1200000 XXQ");
    assert_eq!(deal["next_step"], "a\u{fffd}b");
    for args in [
        &["deal", "list", "--columns", "id,closes", "-o", "csv"][..],
        &["deal", "export", "--columns", "name,closes"],
        &["deal", "list", "--columns", "name,closes"],
        &["show", "deal:1"],
    ] {
        assert!(w.ok(args).contains("soon"), "{args:?}");
    }
    assert!(w.ok(&["task", "list", "--columns", "title,about"]).contains("ship"));
    // What isn't touched stays as it is.
    w.ok(&["deal", "edit", "1", "--source", "fair"]);
    assert_eq!(w.json(&["show", "deal:1", "-o", "json"])["closes"], "soon");
    w.ok(&["deal", "edit", "1", "--closes", "2026-12-24"]);
    assert_eq!(w.json(&["show", "deal:1", "-o", "json"])["closes"], "2026-12-24");
    w.ok(&["undo"]);
    assert_eq!(w.json(&["show", "deal:1", "-o", "json"])["closes"], "soon");
    w.ok(&["agenda", "--days", "30"]);
}

#[test]
fn doctor_names_what_can_not_be() {
    let w = spoilt();
    let run = w.run(&["doctor"]);
    assert_eq!(run.code, 5, "{}", run.err);
    for words in [
        "closes that can't be: deal:1 has `soon`",
        "amount that can't be: deal:1 has `1200000 XXQ`",
        "about that can't be: task:1 has `ship 1`",
        "status that can't be: task:1 has `maybe`",
        "next step that can't be: deal:1",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    assert!(!run.out.contains("deal:2"), "{}", run.out);
    assert!(run.err.contains("set them anew"), "{}", run.err);
    // Nobody but the user knows what was meant.
    assert_eq!(w.run(&["doctor", "--mend"]).code, 5);
    assert_eq!(w.json(&["show", "deal:1", "-o", "json"])["closes"], "soon");
}

#[test]
fn doctor_finds_nothing_wrong_with_the_values_of_the_demo() {
    let w = World::new();
    let db = w.db().to_string_lossy().into_owned();
    w.ok(&["demo", &db]);
    let out = w.ok(&["doctor"]);
    assert!(out.contains("values: well"), "{out}");
}
