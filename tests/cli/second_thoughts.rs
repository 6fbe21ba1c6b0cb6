//! What is said when a command line almost makes sense.

use crate::harness::World;

#[test]
fn a_range_without_its_colon_is_no_text() {
    let w = World::new();
    w.ok(&["deal", "add", "Big"]);
    let err = w.fails(2, &["deal", "list", "closes..2026-12"]);
    assert!(err.contains("a colon is missing") && err.contains("`closes:..2026-12`"), "{err}");
    assert!(err.contains("^^^^^^"), "{err}");
    w.ok(&["deal", "list", "closes:..2026-12"]);
    // Dots in a text are text.
    w.ok(&["deal", "list", "\"closes..2026-12\""]);
    w.ok(&["deal", "list", "wait..."]);
    w.ok(&["deal", "list", "name..x"]);
}

#[test]
fn a_stray_and_is_told_apart_from_one_that_is_looked_for() {
    let w = World::new();
    w.ok(&["company", "add", "Marks and Spencer", "--tag", "vip"]);
    let err = w.fails(2, &["company", "list", "+vip", "and", "name:marks"]);
    assert!(err.contains("side by side mean and"), "{err}");
    w.fails(2, &["company", "list", "marks", "AND", "+vip"]);
    assert_eq!(w.ok(&["company", "list", "marks", "and", "spencer", "--count"]), "1\n");
    assert_eq!(w.ok(&["company", "list", "+vip", "\"and\"", "name:marks", "--count"]), "1\n");
    let run = w.run(&["company", "list", "marks", "and", "lidl"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("`and` itself was looked for"), "{}", run.err);
}

#[test]
fn a_verb_with_a_slip_is_named() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    let run = w.run(&["contact", "lst"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("did you mean `rolo contact list`?"), "{}", run.err);
    // Who is called so is found without a word.
    w.ok(&["contact", "add", "Lst"]);
    assert_eq!(w.run(&["contact", "lst"]).err, "");
    let err = w.fails(2, &["contact", "lsit"]);
    assert!(err.contains("`rolo contact list`"), "{err}");
}

#[test]
fn the_argument_that_is_missing_is_named() {
    let w = World::new();
    let err = w.fails(2, &["task", "snooze", "4"]);
    assert!(err.contains("needs `<DUE>` behind the REF"), "{err}");
    let err = w.fails(2, &["deal", "move", "4"]);
    assert!(err.contains("needs `<STAGE>` behind the REF"), "{err}");
    let err = w.fails(2, &["task", "snooze"]);
    assert!(err.contains("`<REF>...` and `<DUE>`"), "{err}");
}

#[test]
fn an_unknown_noun_is_a_wrong_command_line_everywhere() {
    let w = World::new();
    for args in [&["field", "add", "dael", "X"][..], &["view", "save", "x", "dael", "a"]] {
        let err = w.fails(2, args);
        assert!(err.contains("`dael` is not a noun") && err.contains("`deal`"), "{err}");
    }
}

#[test]
fn what_came_about_beneath_a_change_is_not_counted() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--tag", "new"]);
    w.ok(&["deal", "add", "Big", "--company", "Acme", "--create-links"]);
    w.ok(&["contact", "edit", "1", "--tag", "other"]);
    w.ok(&["contact", "add", "Bob"]);
    w.ok(&["contact", "edit", "--where", "id>0", "--tag", "third", "--yes"]);
    w.ok(&["rm", "contact:1", "deal:1"]);
    let list = w.json(&["changes", "-o", "json"]);
    let summaries: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|c| c["summary"].as_str()).collect();
    assert_eq!(
        summaries,
        [
            "rm: 2 records",
            "edit: 2 records",
            "add contact:2 Bob",
            "edit contact:1 Ann",
            "add deal:1 Big",
            "add contact:1 Ann",
        ]
    );
}

#[test]
fn a_redo_is_called_by_what_it_brings_back() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    w.ok(&["undo"]);
    w.ok(&["redo"]);
    let list = w.json(&["changes", "-o", "json"]);
    assert_eq!(list[0]["summary"], "redo of add contact:1 Ann");
    assert_eq!(list[1]["summary"], "undo of add contact:1 Ann");
}
