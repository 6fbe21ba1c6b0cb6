//! What is done to a record that isn't any more as it was seen.

use super::harness::{Bench, filled};
use crate::entity::Value;
use crate::tui::deeds;
use crate::tui::screen::Subject;

/// What another process does, and the dashboard hasn't looked yet.
fn elsewhere(bench: &mut Bench, change: impl FnOnce(&mut Bench)) {
    let sight = bench.desk.sight.clone();
    bench.desk.sight.seen = bench.desk.reader().unwrap().last_change().unwrap();
    change(bench);
    bench.desk.sight = sight;
}

#[test]
fn a_deed_is_done_to_what_was_seen_or_not_at_all() {
    let mut bench = filled();
    bench.keys("1").sees("Renewal 2027");
    let deal = bench.app.top().subject().unwrap().ids[0];
    let stage = |bench: &Bench| bench.value("deal", deal, "stage").to_cell();
    let before = stage(&bench);
    elsewhere(&mut bench, |bench| {
        let to = crate::actions::find("deal", "move").unwrap();
        let subject = Subject { noun: "deal", ids: vec![deal], label: String::new() };
        deeds::act(&mut bench.desk, to, &subject, &[("stage", "Proposal".into())]).unwrap();
    });
    let theirs = stage(&bench);
    assert_ne!(before, theirs);
    // The card still stands where it stood: what is meant is another move.
    bench.keys("L").sees("meanwhile").sees("again does it");
    assert_eq!(stage(&bench), theirs);
    // It has been said and shown: now the step is one from there.
    bench.keys("L");
    assert_ne!(stage(&bench), theirs);
}

#[test]
fn several_are_not_edited_over_what_somebody_changed_since_the_form_was_opened() {
    let mut bench = filled();
    bench.keys("7");
    let deal = bench.app.top().subject().unwrap().ids[0];
    bench.keys("V e");
    elsewhere(&mut bench, |bench| {
        let at = bench.desk.store.noun("deal").unwrap().index("name").unwrap();
        let theirs = Value::Text("theirs".into());
        let written = bench.desk.write("edit", "", |w| {
            let noun = w.reader().model().noun("deal")?;
            w.update(noun, deal, vec![(at, theirs)])
        });
        written.unwrap();
    });
    bench.text("mine").keys("ctrl+s").sees("meanwhile");
    assert_eq!(bench.value("deal", deal, "name").to_cell(), "theirs");
    bench.keys("ctrl+s");
    assert_eq!(bench.value("deal", deal, "name").to_cell(), "mine");
}

#[test]
fn what_lies_in_the_trash_is_not_worked_on() {
    let mut bench = filled();
    bench.keys("7");
    let deal = bench.app.top().subject().unwrap().ids[0];
    let before = bench.value("deal", deal, "stage").to_cell();
    bench.keys("x g x enter L").sees("was removed");
    bench.keys("d").sees("was removed");
    assert_eq!(bench.value("deal", deal, "stage").to_cell(), before);
}
