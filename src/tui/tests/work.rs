//! Tasks, tickets and the agenda.

use crossterm::event::Event as Input;

use super::harness::{Bench, filled, in_order};

#[test]
fn dues_are_put_off_and_priorities_raised_by_a_key() {
    let mut bench = filled();
    bench.keys("4 j").sees("Overdue (2)").keys("+ +");
    assert_eq!(bench.value("task", 1, "due").to_cell(), "2026-11-22");
    bench.keys("9 + u +");
    let raised = (1..=2).filter(|id| bench.value("task", *id, "priority").to_cell() == "high");
    assert_eq!(raised.count(), 1);
}

#[test]
fn tickets_stand_by_the_time_that_is_left() {
    let mut bench = filled();
    for (subject, reply, solve) in [
        ("Reply soon", "2026-11-22T09:00:30Z", "2026-12-22T09:00:00Z"),
        ("Much later", "2026-12-20T09:00:00Z", "2026-12-21T09:00:00Z"),
    ] {
        bench.add("ticket", &[("subject", subject), ("reply_due", reply), ("solve_due", solve)]);
    }
    let all = ["API returns", "Reply soon", "Export misses", "Much later"];
    bench.keys("5 f5");
    in_order(&mut bench, &all);
    // What waits for the customer comes last.
    bench.keys("g g L L f5");
    in_order(&mut bench, &["Reply soon", "Export misses", "Much later", "API returns"]);
}

#[test]
fn no_ticket_moves_by_its_time_while_somebody_presses_keys() {
    let mut bench = filled();
    for (subject, solve) in [("Third", "2026-11-23T09:00:00Z"), ("Fourth", "2026-11-24T09:00:00Z")]
    {
        bench.add("ticket", &[("subject", subject), ("solve_due", solve)]);
    }
    let all = ["API returns", "Export misses", "Third", "Fourth"];
    bench.keys("5 f5 g g j j");
    in_order(&mut bench, &all);
    let row = |b: &Bench| b.screen().lines().position(|l| l.contains("> ")).unwrap();
    let (before, focus) = (row(&bench), bench.app.top().subject().unwrap());
    assert_eq!(focus.label, "Third");
    // Its own state puts it last; so does a change from elsewhere. What is new comes at once.
    bench.keys("L L").sees("to pending");
    in_order(&mut bench, &all);
    bench.add("ticket", &[("subject", "Newest"), ("solve_due", "2026-11-22T09:00:30Z")]);
    bench.app.said(crate::tui::worker::Said::Changed);
    bench.settle();
    in_order(&mut bench, &["API returns", "Newest", "Export misses", "Third", "Fourth"]);
    assert!(bench.app.deadline().is_some());
    bench.app.tick();
    bench.settle();
    in_order(&mut bench, &["Third", "Fourth"]);
    // Nobody presses anything for a while: each goes where it belongs, under a focus that stays.
    bench.app.common.touched -= crate::tui::screen::REST;
    bench.app.tick();
    bench.settle();
    in_order(&mut bench, &["API returns", "Newest", "Export misses", "Fourth", "Third"]);
    assert_eq!(bench.app.top().subject().unwrap(), focus);
    assert!(row(&bench) >= before);
    // Once there, it asks for nothing more.
    bench.app.tick();
    assert!(bench.app.take_out().is_empty());
    // F5 doesn't wait.
    bench.keys("H H").sees("to new");
    in_order(&mut bench, &["Fourth", "Third"]);
    bench.keys("f5");
    in_order(&mut bench, &["Third", "Fourth"]);
}

#[test]
fn tickets_go_a_status_on_and_back_and_a_menu_sets_any() {
    let mut bench = filled();
    bench.keys("5");
    let id = bench.app.top().subject().unwrap().one();
    let status = |b: &Bench| b.value("ticket", id, "status").to_cell();
    assert_eq!(status(&bench), "new");
    bench.keys("L").sees("to open");
    bench.keys("L L").sees("to on_hold").keys("H").sees("to pending");
    assert_eq!(status(&bench), "pending");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), format!("rolo ticket status {id} pending"));
    bench.keys("m").sees("on_hold").text("resolved").keys("enter").sees("status ticket:");
    assert_eq!(status(&bench), "resolved");
    assert!(!bench.value("ticket", id, "resolved_at").is_empty());
    bench.keys("u u");
    assert_eq!(status(&bench), "on_hold");
    // All that are marked, each from its own, as one change.
    bench.keys("V H").sees("moved 2 tickets");
    bench.keys("u");
    assert_eq!(status(&bench), "on_hold");
    // A task is moved to a date, a lead has a status that anybody sets.
    bench.keys("esc 9 m").text("fri").keys("enter").sees("snooze task");
    bench.add("lead", &[("name", "Лид")]);
    bench.keys("8 f5 m").text("working").keys("enter").sees("status working");
}

#[test]
fn the_agenda_turns_to_other_weeks_and_says_what_each_day_has() {
    let mut bench = filled();
    bench.add("task", &[("title", "В декабре"), ("due", "2026-12-09")]);
    bench.keys("4 l").sees("Today").sees("Mon 23:1").keys("h").sees("Overdue (2)");
    bench.keys("] ]").sees("from Sun 06 Dec").sees("В декабре").sees("Wed 09:1");
    assert!(!bench.screen().contains("Call about"), "{}", bench.screen());
    bench.keys("[ [ [").sees("from Sun 15 Nov").sees("Call about the DPA");
    assert!(!bench.screen().contains("В декабре"), "{}", bench.screen());
    bench.keys("0").sees("Overdue (2)").sees("Write the offer");
    // Nothing goes a step on by a key here.
    bench.keys("L H");
    assert_eq!(bench.value("deal", 3, "stage").to_cell(), "Qualified");
}

#[test]
fn each_of_the_marked_is_raised_from_its_own_value() {
    let mut bench = filled();
    for (title, priority) in [("One", "low"), ("Two", "high"), ("Three", "normal")] {
        bench.add("task", &[("title", title), ("priority", priority), ("due", "2026-12-01")]);
    }
    let all =
        |b: &Bench, field: &str| [3, 4, 5].map(|id| b.value("task", id, field).to_cell()).join(" ");
    bench.keys("9 f5 V + ").sees("changed 5 tasks: priority");
    assert_eq!(all(&bench, "priority"), "normal urgent high");
    bench.keys("u");
    assert_eq!(all(&bench, "priority"), "low high normal");
    // Dues are put off each from its own.
    bench.keys("4").resize(100, 40);
    bench.keys("l l space space space + u");
    assert_eq!(all(&bench, "due"), "2026-12-01 2026-12-01 2026-12-01");
}

#[test]
fn tasks_are_repeated_and_deals_of_a_company_reported_by_a_key() {
    let mut bench = filled();
    bench.keys("9 r").sees("repeat").text("weekly").keys("enter").sees("changed task:1");
    assert!(!bench.value("task", 1, "repeat").is_empty());
    bench.keys("2 r").sees("neither answered nor repeated");
    bench.resize(160, 45).keys("3 g r").sees("/company:1").sees("Open deals by stage");
    assert!(!bench.screen().contains("Внедрение"), "{}", bench.screen());
}

#[test]
fn reports_and_board_of_one_record_lead_back_to_it_layer_by_layer() {
    let mut bench = filled();
    bench.resize(160, 45).keys("3 enter g r").sees("/company:1");
    // A filter of one's own is a layer above the one that the screen was opened with.
    bench.keys("/").text(" amount>1").keys("enter").sees("/company:1 amount>1");
    bench.keys("esc").sees("/company:1 ");
    assert_eq!(bench.app.depth(), 2);
    bench.keys("esc").sees("timeline");
    assert_eq!(bench.app.depth(), 1);
    bench.keys("g b").sees("company:1").sees("Renewal 2027");
    bench.keys("/").text(" amount>1").keys("enter esc").sees("/company:1 ");
    bench.keys("esc").sees("timeline");
    // The screens with a digit show all there is.
    bench.keys("6");
    assert!(!bench.screen().contains("company:1"), "{}", bench.screen());
}

#[test]
fn nothing_counts_down_while_another_window_has_the_keys() {
    let mut bench = filled();
    bench.keys("5");
    let second = |b: &Bench| {
        let left = b.app.deadline().map(|at| at - std::time::Instant::now());
        left.is_some_and(|left| left <= std::time::Duration::from_secs(2))
    };
    // The toast's time is over long before; the countdown alone asks for each second.
    bench.app.tick();
    assert!(second(&bench));
    bench.app.input(Input::FocusLost);
    assert!(!second(&bench));
    bench.app.input(Input::FocusGained);
    assert!(second(&bench));
}

#[test]
fn tabs_say_what_is_due() {
    let mut bench = filled();
    bench.keys("f5").sees("4Agenda*2").sees("5Tickets!1");
    bench.keys("9 d");
    bench.sees("4Agenda*1");
}

#[test]
fn the_agenda_marks_ranges_and_all_and_writes_what_it_shows() {
    let mut bench = filled();
    bench.keys("4 V").sees("marked").keys("esc g g j v j").sees("2 marked  range").keys("v j");
    // What is marked is what keys are about, also where the focus stands on another noun.
    bench.sees("2 marked").keys("t").text("soon").keys("enter").sees("tagged 2 tasks");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let typed = path.to_str().unwrap().to_owned();
    bench.keys("esc / o f f e r enter E ctrl+u").text(&typed).keys("enter").sees("wrote 1 lines");
    let kept = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = kept.lines().collect();
    assert_eq!(lines[0], "day,at,ref,what,about,owner,late");
    assert_eq!(lines[1], "2026-11-22,,task:2,Write the offer,,ann,false");
}

#[test]
fn macros_are_offered_run_for_what_is_marked_and_what_they_did_is_undone_at_once() {
    let mut bench = filled();
    bench.keys("5 M").sees("no macros yet").sees("[macro]");
    let lines = vec!["ticket status {ref} pending".to_owned(), "note {ref} hm".to_owned()];
    let waiting = crate::config::Macro { name: "waiting".into(), lines };
    bench.app.common.macros = vec![waiting];
    bench.keys("M").sees("Macro for ticket").sees("ticket status {ref} pending; note {ref} hm");
    // The stand-in of the command line changes nothing.
    bench.keys("enter").sees("nothing to change").keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo macro waiting ticket:1");
    bench.keys("V M").sees("Macro for 2 tickets").keys("enter y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo macro waiting ticket:1 ticket:2");
    let err = b"error: macro `waiting`, line 1 for ticket:1: no\nhint: mend it\n".to_vec();
    bench.app.common.command = std::sync::Arc::new(move |_: &str, _: Option<usize>| {
        crate::tui::Ran { ok: false, out: Vec::new(), err: err.clone() }
    });
    bench.keys("M enter").sees("line 1 for ticket:1: no (mend it)");
}
