//! What is found and run by words: the palette, the command line, the help.

use super::harness::{Bench, filled};
use crate::tui::Ran;
use crate::tui::worker::{Said, Work};

#[test]
fn a_command_runs_beside_everything_else_and_undo_takes_it_back() {
    let mut bench = filled();
    bench.holds = true;
    bench.keys(":").text("contact import big.csv").keys("enter").sees("running");
    bench.keys("esc").sees("goes on out of sight").keys("1 L").sees("moved deal:1");
    bench.keys("q").sees("`rolo contact import big.csv` isn't done: again leaves it");
    assert!(!bench.left);
    let made = bench.add("contact", &[("name", "From a file")]);
    let change = bench.desk.reader().unwrap().changes(1).unwrap();
    let ran = Ran { ok: true, out: b"imported 1 contact".to_vec(), err: Vec::new() };
    let Some(Work::Ask { screen, slot, .. }) = bench.held.pop() else { panic!("nothing runs") };
    bench.app.said(Said::Answer { screen, slot, at: 0, answer: Box::new((ran, change)) });
    bench.settle();
    bench.sees("rolo contact import big.csv: imported 1 contact");
    bench.keys("u").sees("undid: add contact:5");
    let reader = bench.desk.reader().unwrap();
    assert!(reader.record(bench.desk.store.noun("contact").unwrap(), made).is_err());
    bench.keys("q");
    assert!(bench.left);
}

#[test]
fn what_is_named_by_the_word_stands_first_in_the_help_and_nobody_is_not_found_by_a_name() {
    let mut bench = filled();
    bench.keys("1 g g ?").text("undo").sees(">u  ").keys("enter");
    assert!(bench.value("deal", 1, "trashed").is_empty());
    bench.keys("a").sees("(nobody and nothing)").text("Zzz").sees("Nothing is called `Zzz`");
    bench.keys("enter esc");
    assert_eq!(bench.value("deal", 1, "owner").to_cell(), "ann");
}

#[test]
fn the_command_line_opens_lists_and_the_board_by_a_filter() {
    let mut bench = filled();
    bench.keys(":").text("contacts /company:acme").keys("enter").sees("Ann Lee");
    assert!(!bench.screen().contains("Ёжикова"), "{}", bench.screen());
    bench.keys("esc :").text("board /company:acme").keys("enter").sees("Renewal 2027");
    assert!(!bench.screen().contains("Внедрение"), "{}", bench.screen());
    bench.keys("esc 2 :").text("cols").keys("enter").sees("Columns").keys("esc");
    bench.keys("/").text("company:acme").keys("enter :").text("view save acmes").keys("enter");
    bench.sees("saved the view `acmes`").keys(":").text("w").keys("enter").sees("kept at once");
    bench.keys("esc 6 :").text("view save nothing").keys("enter").sees("means nothing on this");
    bench.keys(":").text("board sal").keys("enter").sees("Renewal 2027");
    bench.keys(":").text("board nowhere").keys("enter").sees("no pipeline is called `nowhere`");
}

#[test]
fn views_and_people_are_found_in_the_palette() {
    let mut bench = filled();
    bench.keys("2 /").text("company:acme").keys("enter W").text("acmes").keys("enter esc esc");
    bench.keys("1 ctrl+p").text("acmes").sees("view").keys("enter").sees("Ann Lee");
    bench.keys("esc ctrl+p").text("@acme");
    assert!(!bench.screen().contains("company:1"), "{}", bench.screen());
}

#[test]
fn the_palette_finds_records_and_actions() {
    let mut bench = filled();
    bench.keys("ctrl+p").text("ромаш").sees("company:3");
    bench.keys("enter").sees("ООО Ромашка");
    bench.keys("esc ctrl+p").text(">open the trash").keys("enter").sees("the trash is empty");
}

#[test]
fn the_command_line_runs_rolo_and_its_own_words() {
    let mut bench = filled();
    bench.keys(":").text("deal stuck").keys("enter").sees("ran deal stuck");
    bench.keys("esc :").text("tickets").keys("enter");
    assert_eq!(bench.app.root(), 5);
    bench.keys(":").text("set theme=lihgt").keys("enter").sees("did you mean `light`");
    bench.keys(":").text("q").keys("enter");
    assert!(bench.left);
}

#[test]
fn the_palette_knows_records_charts_boards_and_themes_by_name() {
    let mut bench = filled();
    let go = |bench: &mut Bench, text: &str, seen: &str| {
        bench.keys("1 ctrl+p").text(text).sees(seen).keys("enter");
    };
    for typed in ["deal:3", "deal 3", "Deal #3"] {
        go(&mut bench, typed, "Внедрение");
        bench.sees("90 000.00 EUR").keys("esc");
    }
    let number = crate::entity::Value::Text("152".into());
    bench.set("ticket", 2, "number", number);
    for typed in ["#152", "152", "ticket:152", "ticket 2"] {
        go(&mut bench, typed, "Export misses a column");
        bench.sees("Export misses a column").keys("esc");
    }
    bench.add("pipeline", &[("name", "Партнёры")]);
    go(&mut bench, "партнёры board", "Партнёры board");
    bench.sees("Партнёры");
    go(&mut bench, "won per month", "Won per month");
    bench.sees("Won per month").keys("y c");
    assert!(bench.copied.pop().unwrap().contains("winloss"));
    go(&mut bench, "accuracy", "Forecast and what came");
    bench.sees("Forecast");
    go(&mut bench, "light theme", "theme light");
    bench.sees("theme is light");
}

#[test]
fn a_slip_in_the_palette_finds_what_was_meant() {
    let mut bench = filled();
    bench.keys("1 ctrl+p").text(">assgn").sees("Give to somebody").keys("esc");
    bench.keys("ctrl+p").text("forcast").sees("Forecast").keys("esc");
    bench.keys("ctrl+p").text("qwzxkjq").sees("Nothing is called so");
}

#[test]
fn what_was_done_is_told_by_names() {
    let mut bench = filled();
    bench.add("user", &[("name", "boris"), ("handle", "boris")]);
    bench.keys("7 a").text("boris").keys("enter").sees("owner boris");
    bench.keys("1 m").text("Proposal").keys("enter").sees("moved deal:1 Renewal 2027 to Proposal");
    // Whatever a row says, a record is told by its own name.
    let deal = crate::tui::screen::Subject {
        noun: "deal",
        ids: vec![3],
        label: "closes: Внедрение (90 000.00 EUR)".into(),
    };
    let win = crate::actions::find("deal", "win").unwrap();
    let done = crate::tui::deeds::act(&mut bench.desk, win, &deal, &[]).unwrap();
    assert_eq!(done.line, "win deal:3 Внедрение");
}
