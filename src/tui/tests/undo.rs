//! What is done can be taken back, and what was done is told.

use super::harness::{Bench, filled};
use crate::entity::Value;

#[test]
fn undo_takes_back_what_was_done_here_and_nothing_older() {
    let mut bench = filled();
    let stage = |b: &Bench| b.value("deal", 1, "stage").to_cell();
    // What stood in the file before, and what others do meanwhile, is not of this session.
    bench.keys("1 u").sees("nothing done in this dashboard").sees("`:undo`");
    bench.keys("ctrl+r").sees("nothing undone in this dashboard");
    assert!(!bench.value("deal", 4, "name").is_empty());
    bench.keys("1 L");
    let other = bench.add("company", &[("name", "Later Ltd")]);
    bench.keys("u").sees("undid: move deal:1");
    assert_eq!(stage(&bench), "Lead");
    assert!(bench.value("company", other, "trashed").is_empty());
    bench.keys("u").sees("nothing done in this dashboard");
    bench.keys("ctrl+r").sees("redid");
    assert_eq!(stage(&bench), "Qualified");
    // Taken back by another process: the key goes on to what is left of the session.
    bench.keys("L");
    let last = bench.desk.reader().unwrap().changes(1).unwrap()[0].id;
    bench
        .desk
        .write("undo", "", |w| {
            w.undoing = Some(last);
            w.take_back(last, false)
        })
        .unwrap();
    assert_eq!(stage(&bench), "Qualified");
    bench.keys("u").sees("undid: move deal:1");
    assert_eq!(stage(&bench), "Lead");
    // Older ones go by name.
    bench.keys(":").text("undo").keys("enter").sees("undid: add company:4 Later Ltd");
    bench.keys("ctrl+r").sees("redid: add company:4");
    bench.keys("u").sees("nothing done in this dashboard");
    bench.keys(":").text("undo 2").keys("enter").sees("undid 2 changes");
}

#[test]
fn what_can_not_be_undone_is_stepped_over() {
    let mut bench = filled();
    bench.keys("3 i").text("city").keys("enter ctrl+u").text("Köln").keys("enter 1 L");
    bench.sees("moved deal:1");
    bench
        .desk
        .write("edit", "", |w| {
            let deals = w.reader().model().noun("deal")?;
            let name = Value::Text("Theirs".into());
            w.update(deals, 1, vec![(deals.label_index(), name)])?;
            let stage = deals.require("stage")?.index;
            let link = Value::Link(crate::entity::LinkTo::bare("stage", 3));
            w.update(deals, 1, vec![(stage, link)])
        })
        .unwrap();
    bench.keys("u").sees("again takes");
    bench.keys("u").sees("undid: edit company:1");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Berlin");
}

#[test]
fn the_story_of_a_record_and_of_the_file_is_told() {
    let mut bench = filled();
    bench.keys("7 m").text("prop").keys("enter g h").sees("stage").sees("-> Proposal");
    bench.keys("esc g u").sees("move deal:3").keys("enter").sees("Take back change");
    bench.keys("down enter").sees("undid: move deal:3").sees("(undone by");
    bench.keys("j enter").sees("was undone by").keys("k enter down enter").sees("redid");
    bench.keys("esc enter").sees("deal:3").keys("g c").sees("company:3");
    bench.keys("g d").sees("Внедрение");
}

#[test]
fn removing_goes_to_the_trash_and_comes_back() {
    let mut bench = filled();
    bench.keys("3 x").sees("removed company:1");
    bench.keys("g x").sees("companies in the trash");
    bench.keys("R").sees("restored company:1");
    bench.keys("esc esc");
    assert!(bench.value("company", 1, "trashed").is_empty());
}
