//! Lists: filters, marks, order, the pane of details.

use crossterm::event::Event as Input;

use super::harness::{Bench, filled};
use crate::tui::worker::Said;

#[test]
fn a_filter_narrows_while_it_is_typed_and_a_wrong_one_keeps_the_rows() {
    let mut bench = filled();
    bench.keys("2 /").text("company:acme");
    bench.sees("Ann Lee").sees("2 ");
    assert!(!bench.screen().contains("Ёжикова"));
    bench.app.input(Input::Paste(" nme:x".into()));
    bench.settle();
    bench.sees("Ann Lee").sees("has no field `nme`").sees("^^^");
    bench.keys("esc esc").sees("Ёжикова");
}

#[test]
fn the_focus_stays_on_its_record_when_others_change_the_list() {
    let mut bench = filled();
    bench.keys("3 j j");
    let before = bench.app.top().subject().unwrap();
    bench.add("company", &[("name", "AAA first")]);
    bench.app.said(Said::Changed);
    bench.settle();
    assert_eq!(bench.app.top().subject().unwrap(), before);
    bench.sees("AAA first");
}

#[test]
fn marks_ranges_and_bulk_edits_are_one_change() {
    let mut bench = filled();
    bench.keys("2 v j j v").sees("3 marked");
    bench.keys("t").text("vip -old").keys("enter").sees("tagged 3 contacts");
    bench.keys("esc 2");
    let tagged =
        |b: &Bench| (1..=4).filter(|id| b.value("contact", *id, "tags").to_cell() == "vip").count();
    assert_eq!(tagged(&bench), 3);
    bench.keys("u");
    assert_eq!(tagged(&bench), 0);
}

#[test]
fn deeds_ask_for_what_they_need_and_are_done() {
    let mut bench = filled();
    bench.keys("5 d").sees("resolve ticket");
    bench.keys("9 d").sees("done task");
    bench.keys("7 m").sees("Negotiation");
    bench.text("prop").keys("enter").sees("moved deal");
    bench.keys("7 a").sees("owner of deal");
    bench.keys("esc 2 N").text("asked for a DPA").keys("enter").sees("logged a note");
    bench.keys("enter").sees("asked for a DPA");
}

#[test]
fn words_that_find_nothing_lead_on() {
    let mut bench = filled();
    bench.keys("1 /").text("ромашка").sees("No deals match").sees("`company:ромашка` looks");
    bench.keys("esc esc 2 /").text("berlin").sees("`company:berlin` looks at companies; ^P");
}

#[test]
fn order_columns_and_views_are_chosen_and_kept() {
    let mut bench = filled();
    bench.keys("2 s").text("name").keys("enter").sees("sort: name");
    bench.keys("s").text("name").keys("enter").sees("sort: -name");
    bench
        .keys(":")
        .text("cols name,company.city")
        .keys("enter")
        .sees("company.city")
        .sees("Berlin");
    bench
        .keys("/")
        .text("company:acme")
        .keys("enter W")
        .text("acmes")
        .keys("enter")
        .sees("saved the view");
    bench.keys("esc esc [").sees("acmes").sees("2 ");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo contact list company:acme");
}

#[test]
fn the_timeline_shows_one_kind_and_a_pane_takes_the_screen() {
    let mut bench = filled();
    bench.keys("2 N").text("asked for a DPA").keys("enter C").text("left voicemail").keys("enter");
    bench.resize(120, 40).keys("esc enter").sees("asked for a DPA").sees("left voicemail");
    bench.keys("F").text("call").keys("enter").sees("timeline: call").sees("left voicemail");
    assert!(!bench.screen().contains("asked for a DPA"), "{}", bench.screen());
    bench.keys("z");
    assert!(!bench.screen().contains("emails"), "{}", bench.screen());
    bench.keys("esc").sees("emails").keys("esc z").sees("left voicemail");
    assert!(!bench.screen().contains("Ёжикова"), "{}", bench.screen());
    bench.keys("esc").sees("Ёжикова");
}

#[test]
fn previews_tell_what_belongs_to_a_record_and_nothing_is_a_dead_end() {
    let mut bench = filled();
    bench.resize(100, 30).keys("3").sees("EUR 12k open in 1 deal").sees("Contacts (2)");
    // Deals are found by their company's name too, and a search in vain says what else there is.
    bench.keys("ctrl+p").text("acme renew").sees("Renewal 2027").sees("Acme GmbH  Lead");
    bench.text(" zzz").sees("Nothing is called so").keys("esc");
    // What isn't changed by hand says so; the fields that are can be chosen.
    bench.keys("7 enter G k enter").sees("the updated isn't changed by hand");
    bench.keys("i").sees("Change of deal").keys("esc esc");
    // Columns that have no room are scrolled to.
    bench.keys("2").resize(60, 24);
    assert!(!bench.screen().contains("city"), "{}", bench.screen());
    bench.keys("L L L L").sees("city").sees("Ann Lee").sees("columns from 5");
    bench.keys("H H H H").sees("company");
    // Hints are those of the noun.
    bench.resize(100, 30).keys("esc 2");
    assert!(!bench.screen().contains("H/L move"), "{}", bench.screen());
    bench.keys("5").sees("r reply").keys("r").sees("Ctrl+E writes several lines");
}

#[test]
fn the_pane_of_details_takes_the_keys_and_scrolls_under_a_list_that_stays() {
    let mut bench = filled();
    for at in 1..31 {
        let body = format!("asked {at}");
        bench.add("activity", &[("kind", "note"), ("body", &body), ("about", "contact:1")]);
    }
    // At 80x24 the pane has six rows; what doesn't fit is told with the key that leads there.
    bench.keys("2 f5 / a n n enter").sees("Ann Lee").sees("more: l");
    let before = bench.app.top().subject().unwrap();
    bench.keys("l").sees("1-6 of ").keys("j").sees("2-7 of ").keys("G").sees("asked 1");
    assert_eq!(bench.app.top().subject().unwrap(), before);
    bench.keys("g g").sees("1-6 of ").keys("pgdn").sees("6-11 of ");
    // A change from elsewhere leaves it where it is; Esc and h give the keys back to the list.
    bench.app.said(crate::tui::worker::Said::Changed);
    bench.settle();
    bench.sees("6-11 of ").keys("esc esc esc j");
    assert_ne!(bench.app.top().subject().unwrap(), before);
    bench.keys("k l h j");
    assert_ne!(bench.app.top().subject().unwrap(), before);
    // Where it is wide the timeline is a pane of its own.
    bench.keys("k").resize(200, 30).keys("l l j").sees("2-");
    bench.keys("h h j");
    assert_ne!(bench.app.top().subject().unwrap(), before);
    // Too small for the pane, the list has the keys again.
    bench.keys("k l").resize(40, 10).keys("j");
    assert_ne!(bench.app.top().subject().unwrap(), before);
}

#[test]
fn marks_stay_through_filters_and_views_and_what_is_gone_is_marked_no_longer() {
    let mut bench = filled();
    bench.resize(120, 30).keys("3 space space space").sees("3 marked");
    bench.keys("/").text("acme").keys("enter").sees("3 marked, 2 out of sight");
    // A deed takes all of them, and says so.
    bench.keys("t").text("vip").keys("enter").sees("tagged 3 companies");
    bench.sees("3 marked, 2 out of sight");
    // All in sight and back: those out of sight stay.
    bench.keys("V").sees("2 marked, 2 out of sight").keys("V").sees("3 marked, 2 out of sight");
    bench.keys("esc").sees("3 marked ");
    assert!(!bench.screen().contains("out of sight"), "{}", bench.screen());
    bench.keys("]").sees("3 marked, 3 out of sight").keys("[").sees("3 marked ");
    bench.keys("/").text("acme").keys("enter x").text("yes").keys("enter");
    bench.sees("removed").sees("No companies match").keys("esc");
    assert!(!bench.screen().contains("marked"), "{}", bench.screen());
    bench.keys("u");
    assert_eq!(bench.app.top().subject().unwrap().ids.len(), 1);
}

#[test]
fn columns_are_chosen_and_ordered_by_arrows_space_and_enter_alone() {
    let mut bench = filled();
    bench.resize(120, 30).keys("3 c").sees("[x] name").sees("[ ] ").sees("Space on or off");
    // The last field of all is put before the columns that were there.
    bench.keys("up").keys("space").keys("left left left left left left left left left left");
    bench.keys("enter");
    let heads = |b: &Bench| {
        let screen = b.screen();
        let line = screen.lines().find(|line| line.contains(" name ")).unwrap().to_owned();
        line.split_whitespace().skip(1).take(3).collect::<Vec<_>>().join(" ")
    };
    // The name stands first in any order.
    assert_eq!(heads(&bench), "name trashed domain", "{}", bench.screen());
    bench.keys("c space enter");
    assert_eq!(heads(&bench), "name domain industry", "{}", bench.screen());
    // Letters look for one; a path through a link is one too, and nothing else is.
    bench.resize(200, 30).keys("7 c").text("company.city").sees("[ ] company.city").keys("enter");
    bench.sees("[x] company.city").keys("enter").sees("company.c").sees("Berlin");
    bench.keys("c").text("nonsense").keys("space enter").sees("nonsense");
    bench.keys("esc").sees("Berlin");
}

#[test]
fn a_list_that_a_command_line_asks_for_is_the_list_itself() {
    let mut bench = filled();
    for line in ["deals name:Renewal", "deal list name:Renewal --sort name", "rolo deals Renewal"] {
        bench.keys("1 :").text(line).keys("enter").sees("Renewal 2027");
        assert_eq!(bench.app.top().subject().unwrap().ids, [1], "{line}");
        bench.keys("enter").sees("timeline").keys("esc esc");
        assert_eq!(bench.app.depth(), 0, "{line}");
    }
    bench.keys(":").text("deal list --sort -name --columns name,owner").keys("enter");
    bench.sees("sort: -name").keys("esc");
    bench.keys("7 +").sees("a deal has no priority");
}
