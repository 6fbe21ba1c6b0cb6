//! Macros: command lines of the config, run for records as one change.

use crate::harness::World;

const CONFIG: &str = r#"[macro]
waiting = ["ticket status {ref} pending", "note {ref} 'asked the customer'"]
warten = "ticket status {ref} on_hold"
wrong = ["ticket status {ref} pending", "ticket status {ref} nonsense"]
plan = ["task add 'Plan the week'", "task add 'Über {ref}' --about {ref}"]
back = ["ticket status {ref} pending", "undo"]
"#;

fn world() -> (World, String) {
    let w = World::new();
    let config = w.file("macros.toml", CONFIG);
    for subject in ["Drucker druckt nicht", "打印机"] {
        w.ok(&["ticket", "add", subject]);
    }
    (w, config)
}

#[test]
fn a_macro_does_all_of_its_lines_for_all_records_as_one_change() {
    let (w, config) = world();
    let before = w.ok(&["changes", "-o", "ids"]).lines().count();
    w.ok(&["--config", &config, "macro", "waiting", "ticket:1", "ticket:打印机"]);
    assert_eq!(w.ok(&["ticket", "list", "status:pending", "--count"]), "2\n");
    assert_eq!(w.ok(&["activity", "list", "kind:note", "--count"]), "2\n");
    let changes = w.json(&["changes", "-o", "json"]);
    assert_eq!(changes.as_array().unwrap().len(), before + 1);
    assert_eq!(changes[0]["kind"], "macro");
    assert_eq!(changes[0]["summary"], "macro waiting ticket:1, ticket:2");
    // What each line did is in the history of its record.
    assert!(w.ok(&["history", "ticket:2"]).contains("pending"));
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["ticket", "list", "status:pending", "--count"]), "0\n");
    assert_eq!(w.ok(&["activity", "list", "kind:note", "--count"]), "0\n");
    w.ok(&["redo"]);
    assert_eq!(w.ok(&["ticket", "list", "status:pending", "--count"]), "2\n");
    assert_eq!(w.ok(&["activity", "list", "kind:note", "--count"]), "2\n");
}

#[test]
fn a_line_that_names_no_record_runs_once() {
    let (w, config) = world();
    w.ok(&["--config", &config, "macro", "plan", "ticket:1", "ticket:2"]);
    assert_eq!(w.ok(&["task", "list", "--count"]), "3\n");
    assert_eq!(w.ok(&["task", "list", "about:ticket:2", "--count"]), "1\n");
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["task", "list", "--count"]), "0\n");
}

#[test]
fn a_wrong_line_is_named_and_nothing_is_done() {
    let (w, config) = world();
    let run = |code: i32, args: &[&str]| {
        let args: Vec<&str> =
            ["--config", &config].into_iter().chain(args.iter().copied()).collect();
        w.fails(code, &args)
    };
    let err = run(4, &["macro", "wrong", "ticket:1"]);
    assert!(
        err.contains("macro `wrong`, line 2 for ticket:1") && err.contains("nonsense"),
        "{err}"
    );
    assert_eq!(w.ok(&["ticket", "list", "status:pending", "--count"]), "0\n");
    assert!(run(2, &["macro", "back", "ticket:1"]).contains("part of another change"));
    assert!(run(2, &["macro", "waiting"]).contains("needs a record"));
    assert!(run(3, &["macro", "waitign", "ticket:1"]).contains("did you mean `waiting`?"));
    assert_eq!(w.ok(&["ticket", "list", "status:pending", "--count"]), "0\n");
}

#[test]
fn a_dry_run_changes_nothing_and_the_list_tells_the_lines() {
    let (w, config) = world();
    let before = w.ok(&["changes", "-o", "ids"]);
    w.ok(&["--config", &config, "macro", "waiting", "ticket:1", "--dry-run"]);
    assert_eq!(w.ok(&["changes", "-o", "ids"]), before);
    let list = w.ok(&["--config", &config, "macro"]);
    assert!(list.contains("warten") && list.contains("ticket status {ref} on_hold"), "{list}");
    let list = w.json(&["--config", &config, "macro", "-o", "json"]);
    assert_eq!(list[0]["name"], "waiting");
    assert_eq!(list[1]["lines"][0], "ticket status {ref} on_hold");
    let none = w.run(&["macro"]);
    assert!(none.code == 0 && none.err.contains("no macros yet"), "{}", none.err);
    let broken = w.file("broken.toml", "[macro]\nx = 5\n");
    let err = w.fails(2, &["--config", &broken, "deal", "list"]);
    assert!(err.contains("the macro `x`"), "{err}");
}

#[test]
fn a_question_in_sql_leaves_the_lines_after_it_free_to_write() {
    let (w, _) = world();
    let lines = "sql 'SELECT count(*) FROM ticket'\ncompany add 'Später GmbH'\n";
    let run = w.run_with(&["batch"], lines.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(w.ok(&["company", "list", "--count"]), "1\n");
}
