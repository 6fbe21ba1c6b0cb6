//! Whose things the agenda shows.

use crate::harness::World;

fn titles(w: &World, args: &[&str]) -> Vec<String> {
    let list = w.json(&[args, &["-o", "json"]].concat());
    let list = list.as_array().expect("a list");
    list.iter().map(|e| e["what"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn what_nobody_owns_is_shown_and_what_others_own_is_counted() {
    let w = World::new();
    let file = w.file("tasks.csv", "title,due\nCall Ann,2026-11-23\n");
    w.ok(&["task", "import", &file]);
    w.ok(&["task", "add", "Mine", "--due", "2026-11-22"]);
    w.ok(&["--as", "bob", "task", "add", "Bobs", "--due", "2026-11-22"]);
    w.ok(&["--as", "bob", "deal", "add", "Deal of Bob", "--closes", "2026-11-22"]);
    assert_eq!(titles(&w, &["agenda"]), ["Mine", "Call Ann"]);
    let shown = w.ok(&["agenda"]);
    let last = shown.lines().last().expect("a line");
    assert!(last.starts_with("of others: 1 task, 1 deal; ") && last.contains("--team"), "{shown}");
    assert_eq!(titles(&w, &["--as", "bob", "agenda"]), ["closes: Deal of Bob", "Bobs", "Call Ann"]);
    // A team's is a team's alone.
    w.ok(&["team", "add", "West"]);
    w.ok(&["user", "edit", "bob", "--team", "West"]);
    assert_eq!(titles(&w, &["agenda", "--team", "West"]), ["closes: Deal of Bob", "Bobs"]);
    assert!(!w.ok(&["agenda", "--team", "West"]).contains("of others"));
}

#[test]
fn an_empty_day_says_so_only_where_nobody_has_anything_to_do() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    let free = w.run(&["agenda"]);
    assert!(free.err.contains("a good day to call somebody"), "{}", free.err);
    w.ok(&["--as", "bob", "task", "add", "Bobs", "--due", "2026-11-22"]);
    let run = w.run(&["agenda"]);
    assert!(
        run.err.contains("nothing is due until 2026-11-28 for you; of others: 1 task"),
        "{}",
        run.err
    );
}

#[test]
fn an_event_is_for_who_owns_it_takes_part_or_when_nobody_owns_it() {
    let w = World::new();
    w.ok(&["user", "add", "bob"]);
    w.ok(&["event", "add", "Own", "--start", "2026-11-23T09:00"]);
    w.ok(&["--as", "bob", "event", "add", "His", "--start", "2026-11-23T10:00"]);
    w.ok(&[
        "--as",
        "bob",
        "event",
        "add",
        "Both",
        "--start",
        "2026-11-23T11:00",
        "--attendees",
        "user:ann",
    ]);
    assert_eq!(titles(&w, &["agenda"]), ["Own", "Both"]);
    assert_eq!(titles(&w, &["--as", "bob", "agenda"]), ["His", "Both"]);
}
