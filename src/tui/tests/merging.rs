//! Records that may be one, and what the menu of a record offers.

use std::sync::Arc;

use super::harness::{Bench, empty};
use crate::tui::{Commands, Ran, Taken, Verb, Wants};

/// A command line with some of its verbs.
struct Some;

impl Commands for Some {
    fn run(&self, line: &str, _: Option<usize>) -> Ran {
        let ok = !line.contains("purge") || line.contains("--yes");
        let said = if ok { format!("ran {line}\n") } else { "hint: add `--yes`\n".to_owned() };
        Ran { ok, out: said.into_bytes(), err: Vec::new() }
    }

    fn verbs(&self) -> Vec<Verb> {
        ["log", "rm", "merge", "unmerge", "duplicates"]
            .map(|name| Verb {
                noun: "contact",
                name: name.into(),
                about: format!("does a {name}"),
                on_records: true,
            })
            .into()
    }

    fn takes(&self, _: &str, verb: &str) -> Vec<Taken> {
        let taken = |name: &str, option: bool, wants| Taken {
            name: name.into(),
            option: option.then(|| name.to_owned()),
            about: String::new(),
            required: !option,
            several: false,
            wants,
        };
        match verb {
            "log" => vec![
                taken("kind", false, Wants::Words(vec!["call".into(), "visit".into()])),
                taken("ref", false, Wants::Refs),
                taken("text", false, Wants::Text),
                taken("outcome", true, Wants::Text),
            ],
            _ => vec![taken("ref", false, Wants::Refs), taken("purge", true, Wants::Nothing)],
        }
    }
}

fn twins() -> Bench {
    let mut bench = empty();
    for (name, title, email) in
        [("佐藤 健", "CTO", "ken@tokyo.example"), ("佐藤 健", "Chief", "ken@tokyo.example")]
    {
        bench.add("contact", &[("name", name), ("title", title), ("emails", email)]);
    }
    bench.add("contact", &[("name", "Алёна Ёжикова")]);
    bench.add("task", &[("title", "call him"), ("about", "contact:2")]);
    bench.app.common.command = Arc::new(Some);
    bench.settle();
    bench.resize(100, 30).keys("2");
    bench
}

#[test]
fn doubles_are_looked_at_and_made_one_and_taken_apart_again() {
    let mut bench = twins();
    bench
        .keys(".")
        .text("duplicates")
        .keys("enter")
        .sees("contacts that may be one")
        .sees("1 pairs");
    bench.keys("enter enter").sees("Merge 1 contact into contact:1").sees("CTO  (not Chief)");
    // Nothing is written by looking at it.
    assert!(bench.value("contact", 2, "trashed").is_empty());
    bench
        .keys("down space")
        .sees("Chief  (not CTO)")
        .sees("theirs")
        .sees("1 record will lead to it");
    bench.keys("down enter").sees("merged contact:2").sees("no doubles among the contacts");
    assert_eq!(bench.value("contact", 1, "title").to_cell(), "Chief");
    assert_eq!(bench.value("task", 1, "about").as_link().unwrap().id, 1);
    bench.keys("y c");
    assert_eq!(bench.copied, ["rolo contact merge 1 2 --take title"]);
    bench.keys("esc u").sees("undid");
    assert_eq!(bench.value("contact", 1, "title").to_cell(), "CTO");
    bench.keys("ctrl+r G .").text("unmerge").keys("enter").sees("contact:2");
    bench.keys("enter").sees("brought back contact:2");
    assert_eq!(bench.value("task", 1, "about").as_link().unwrap().id, 2);
}

#[test]
fn two_that_are_two_are_never_offered_again() {
    let mut bench = twins();
    bench.keys(".").text("duplicates").keys("enter enter").text("two").keys("enter");
    bench.sees("are two").sees("no doubles among the contacts");
    bench.keys("esc u .").text("duplicates").keys("enter").sees("1 pairs");
}

#[test]
fn marked_records_are_merged_and_another_one_can_stay() {
    let mut bench = twins();
    bench.keys("V .").text("contact merge").keys("enter").sees("Merge 2 contacts into contact:");
    let first = bench.app.top().title(&bench.app.common.cx());
    bench.keys("enter");
    assert_ne!(bench.app.top().title(&bench.app.common.cx()), first);
    bench.keys("esc esc");
    // One alone asks for the other, and is never merged into itself.
    bench.keys("/").text("ёжикова").keys("enter .").text("contact merge").keys("enter");
    bench.sees("Which contact goes into contact:3").text("ёжикова").keys("enter").sees("itself");
}

#[test]
fn a_verb_of_the_command_line_asks_for_what_it_takes() {
    let mut bench = twins();
    bench.keys("/").text("ёжикова").keys("enter .").text("contact log").keys("enter");
    bench.sees("log contact:3").sees("kind*").keys("space down enter").text("-5° & 'x'");
    bench.keys("ctrl+s").sees(r#"ran contact log -- visit 3 "-5° & 'x'""#);
    // What has to be confirmed is, by a key.
    bench.keys("esc .").text("contact rm").keys("enter").text("yes").keys("ctrl+s");
    bench.sees("Enter: yes, do it").keys("enter").sees("ran contact rm --purge 3 --yes");
    // From anywhere, by its name.
    bench.keys("esc 1 ctrl+p").text("contact lo").keys("enter").sees("contact log").sees("ref*");
}
