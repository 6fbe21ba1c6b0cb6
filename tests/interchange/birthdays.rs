//! Birthdays whose year nobody knows, as address books write them.

use serde_json::json;

use crate::harness::World;

/// Google's columns, as far as they matter here.
const GOOGLE: &str = "First Name,Last Name,Name Prefix,Name Suffix,File As,Labels,Birthday,E-mail 1 - Value\n\
    Ann,Lee,,,,, --05-14,ann@x.example\n\
    Bob,Ray,,,,,1980-05-14,bob@x.example\n\
    Cy,Xu,,,,,,cy@x.example\n";

fn birthdays(w: &World, filter: &str) -> String {
    w.ok(&["contact", "list", filter, "--columns", "name,birthday", "--sort", "id", "-o", "csv"])
}

#[test]
fn a_birthday_without_a_year_is_kept_as_it_is_and_told() {
    let w = World::new();
    let file = w.file("g.csv", GOOGLE);
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!((&summary["created"], &summary["preset"]), (&json!(3), &json!("google-contacts")));
    assert_eq!(summary["notes"], json!(["`Birthday`: 1 day without a year, kept as `--05-14`"]));
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["birthday"], "--05-14");
    let again = w.json(&["import", &file, "-o", "json"]);
    assert_eq!(again["unchanged"], 3, "{again}");
}

#[test]
fn it_comes_back_from_every_format_and_no_spreadsheet_reckons_with_it() {
    let w = World::new();
    w.ok(&["import", &w.file("g.csv", GOOGLE)]);
    for form in ["csv", "tsv", "json", "jsonl"] {
        let out = w.ok(&["contact", "export", "--format", form]);
        assert_eq!(out.contains("'--05-14"), matches!(form, "csv" | "tsv"), "{out}");
        let other = World::new();
        let file = other.file(&format!("a.{form}"), &out);
        other.ok(&["contact", "import", &file]);
        assert_eq!(other.ok(&["contact", "export", "--format", form]), out, "{form}");
    }
}

#[test]
fn filters_know_no_year_that_nobody_said() {
    let w = World::new();
    w.ok(&["import", &w.file("g.csv", GOOGLE)]);
    let head = "name,birthday\n";
    assert_eq!(birthdays(&w, "birthday<1990"), format!("{head}Bob Ray,1980-05-14\n"));
    assert_eq!(birthdays(&w, "birthday:..2020"), format!("{head}Bob Ray,1980-05-14\n"));
    assert_eq!(birthdays(&w, "birthday>1900"), format!("{head}Bob Ray,1980-05-14\n"));
    let both = format!("{head}Ann Lee,--05-14\nBob Ray,1980-05-14\n");
    assert_eq!(birthdays(&w, "birthday:any"), both);
    assert_eq!(birthdays(&w, "birthday:--05-14"), both, "whoever has a birthday then");
}

#[test]
fn it_is_typed_too_but_only_where_a_year_may_be_missing() {
    let w = World::new();
    w.ok(&["contact", "add", "Dee", "--birthday", "24 Dec"]);
    w.ok(&["contact", "edit", "1", "--birthday", "--12-25"]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["birthday"], "--12-25");
    let err = w.fails(4, &["deal", "add", "x", "--closes", "--12-24"]);
    assert!(err.contains("without a year"), "{err}");
    let err = w.fails(4, &["contact", "add", "Eve", "--birthday", "--02-30"]);
    assert!(err.contains("--02-30"), "{err}");
    w.ok(&["undo"]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["birthday"], "--12-24");
}

#[test]
fn parts_of_a_birthday_make_what_they_can() {
    let w = World::new();
    let file = w.file(
        "t.csv",
        "First Name,Last Name,Display Name,Primary Email,Screen Name,Birth Year,Birth Month,Birth Day\n\
         A,B,A B,a@x.example,,,5,4\nC,D,C D,c@x.example,,1980,5,4\nE,F,E F,e@x.example,,1980,,\n",
    );
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!(
        summary["notes"],
        json!([
            "`Birth Year`: 1 day without a year, kept as `--05-14`",
            "`Birth Year`, `Birth Month`, `Birth Day`: no whole day in 1 row, left out"
        ])
    );
    let days = "name,birthday\nA B,--05-04\nC D,1980-05-04\n";
    assert_eq!(birthdays(&w, "birthday:any"), days);
}

#[test]
fn a_year_that_is_missing_makes_nobody_another() {
    let w = World::new();
    for (birthday, mail) in [("--05-14", "a@x.example"), ("1980-05-14", "b@y.example")] {
        w.ok(&["contact", "add", "Zoran Petrov", "--birthday", birthday, "--email", mail]);
    }
    let found = w.ok(&["contact", "duplicates", "-o", "json"]);
    assert!(found.contains("same birthday"), "{found}");
}
