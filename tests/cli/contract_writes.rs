//! What commands that write say, ask and refuse.

use crate::harness::World;

#[test]
fn a_dry_run_says_what_would_happen_in_plain_words() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    for (args, words) in [
        (&["contact", "edit", "1", "--city", "Sofia"][..], "would change contact:1 Ann"),
        (&["contact", "rm", "1"], "would remove contact:1"),
        (&["contact", "rm", "1", "--purge", "--yes"], "would erase contact:1 for good"),
        (&["contact", "add", "Bob"], "would add contact:2"),
    ] {
        let run = w.run(&[args, &["--dry-run"]].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
    assert_eq!(w.ok(&["contact", "list", "-o", "ids"]), "1\n");
    assert!(w.json(&["contact", "show", "1", "-o", "json"])["city"].is_null());
}

#[test]
fn a_change_of_many_needs_a_yes_where_nobody_can_be_asked() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--tag", "x"]);
    w.ok(&["contact", "add", "Bob", "--tag", "x"]);
    w.fails(2, &["contact", "edit", "--where", "+x", "--city", "Sofia"]);
    w.fails(2, &["contact", "rm", "--where", "+x"]);
    w.fails(2, &["contact", "rm", "1", "--purge"]);
    w.fails(2, &["contact", "edit", "1", "--where", "+x", "--city", "Sofia"]);
    w.fails(2, &["contact", "edit", "--where", "", "--city", "Sofia", "--yes"]);
    assert_eq!(
        w.ok(&["contact", "edit", "--where", "+x", "--city", "Sofia", "--yes", "-o", "ids"]),
        "1\n2\n"
    );
    // One record is no bulk.
    w.ok(&["contact", "edit", "--where", "name=Ann", "--city", "Varna"]);
}

#[test]
fn edit_without_fields_and_without_a_terminal_is_refused() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    let err = w.fails(2, &["contact", "edit", "1"]);
    assert!(err.contains("terminal"), "{err}");
}

#[test]
fn only_the_verb_converts_a_lead() {
    let w = World::new();
    w.ok(&["lead", "add", "Lea", "--company-name", "Dee"]);
    let err = w.fails(2, &["lead", "edit", "1", "--status", "converted"]);
    assert!(err.contains("rolo lead convert"), "{err}");
    w.ok(&["lead", "edit", "1", "--status", "working"]);
    w.ok(&["lead", "convert", "1"]);
    assert_eq!(w.json(&["lead", "show", "1", "-o", "json"])["status"], "converted");
    w.ok(&["undo"]);
    assert_eq!(w.json(&["lead", "show", "1", "-o", "json"])["status"], "working");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
}

#[test]
fn another_main_company_of_several_takes_nobody_out() {
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    w.ok(&["company", "add", "Globex"]);
    w.ok(&["company", "add", "Initech"]);
    w.ok(&["contact", "add", "Ann", "--company", "Acme"]);
    w.ok(&["contact", "edit", "1", "--add", "companies=Globex"]);
    let companies = || {
        let json = w.json(&["contact", "show", "1", "-o", "json"]);
        let all: Vec<String> = json["companies"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|c| c["name"].as_str().unwrap_or_default().to_owned())
            .collect();
        (json["company"].as_str().unwrap_or_default().to_owned(), all)
    };
    w.ok(&["contact", "edit", "1", "--company", "Globex"]);
    assert_eq!(companies(), ("Globex".into(), vec!["Globex".into(), "Acme".into()]));
    w.ok(&["undo"]);
    assert_eq!(companies(), ("Acme".into(), vec!["Acme".into(), "Globex".into()]));
    // A new one takes the place of the main one: the person changed jobs.
    w.ok(&["contact", "edit", "1", "--company", "Initech"]);
    assert_eq!(companies(), ("Initech".into(), vec!["Initech".into(), "Globex".into()]));
}

#[test]
fn undo_of_more_than_there_is_takes_nothing_back() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    w.ok(&["contact", "add", "Bob"]);
    let err = w.fails(4, &["undo", "3"]);
    assert!(err.contains('2'), "{err}");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n");
    w.ok(&["undo", "2"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
    w.ok(&["redo"]);
    w.ok(&["redo"]);
    w.fails(4, &["redo"]);
    assert_eq!(w.ok(&["contact", "list", "-o", "ids"]), "1\n2\n");
}

#[test]
fn lists_of_changes_and_finds_come_as_csv_too() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    w.ok(&["contact", "edit", "1", "--city", "Sofia, BG"]);
    assert!(
        w.ok(&["changes", "-o", "csv"])
            .starts_with("change,at,who,kind,summary,command,undoes,undone_by\n2,")
    );
    assert!(
        w.ok(&["contact", "history", "1", "-o", "csv"])
            .ends_with("2,2026-11-22T09:00:00Z,ann,edit,city,,\"Sofia, BG\"\n")
    );
    assert!(w.ok(&["search", "ann", "-o", "tsv"]).starts_with("noun\tid\tuid\tname\ncontact\t1\t"));
    w.ok(&["task", "add", "Call", "--due", "today"]);
    assert!(
        w.ok(&["agenda", "-o", "csv"])
            .starts_with("day,at,noun,id,uid,what,about,owner,late\n2026-11-22,,task,1,")
    );
}
