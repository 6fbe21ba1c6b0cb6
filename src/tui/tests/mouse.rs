//! The mouse: what is clicked, dragged and scrolled. Nothing needs it.

use crossterm::event::{MouseButton, MouseEventKind};

use super::harness::{Bench, filled};

const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

fn stage(bench: &Bench, deal: i64) -> String {
    bench.value("deal", deal, "stage").to_cell()
}

fn focus(bench: &Bench) -> String {
    bench.app.top().subject().unwrap().label
}

#[test]
fn tabs_of_screens_and_of_views_open_what_they_name() {
    let mut bench = filled();
    for (columns, word) in [(80, "5Tickets"), (160, "5 Tickets"), (40, "5!1")] {
        bench.resize(columns, 30).keys("1");
        let place = bench.place_of(word);
        bench.click(place);
        assert_eq!(bench.app.root(), 5, "{columns}");
    }
    bench.resize(80, 24).keys("7");
    let won = bench.place_of("Won");
    bench.click(won).sees("Base").sees("1/1");
    // Beside the words nothing happens.
    bench.click((79, 0)).click((60, 1)).sees("1/1");
    assert_eq!(bench.app.root(), 7);
    // While something is open, a tab is behind it.
    bench.keys("e").click((2, 0));
    assert_eq!(bench.app.root(), 7);
}

#[test]
fn a_click_chooses_and_another_opens() {
    let mut bench = filled();
    bench.keys("2");
    let row = bench.place_of("Ёжикова");
    bench.click(row);
    assert_eq!(focus(&bench), "Алёна Ёжикова");
    assert_eq!(bench.app.depth(), 0);
    bench.click(row);
    assert_eq!(bench.app.depth(), 1);
    bench.keys("esc 1 g g");
    let card = bench.place_of("ライセンス");
    bench.click(card);
    assert_eq!(focus(&bench), "ライセンス更新");
    bench.keys("4");
    let row = bench.place_of("Write the offer");
    bench.click(row).sees("> [ ]").click(row).sees("task:2 Write the offer");
    // In the details a click gives them the keys, the wheel scrolls what is under the pointer.
    bench.keys("esc 2");
    let details = bench.place_of("more: l");
    bench.mouse(MouseEventKind::ScrollDown, 10, details.1 - 2).sees("-8 of 8");
    bench.click((10, details.1 - 2)).keys("g g").sees("1-6 of");
    bench.click((10, 4)).keys("j");
    assert_ne!(bench.app.top().subject().unwrap().ids, [1]);
}

#[test]
fn a_card_that_is_dropped_moves_as_one_step_and_lights_the_stage_it_is_over() {
    let mut bench = filled();
    bench.resize(160, 40).keys("1");
    let (from, to) = (bench.place_of("Renewal"), bench.place_of("Proposal 0"));
    bench.mouse(DOWN, from.0, from.1).mouse(DRAG, to.0 + 3, from.1 + 2).sees("> Proposal 0");
    assert_eq!(stage(&bench, 1), "Lead");
    bench.mouse(UP, to.0 + 3, from.1 + 2).sees("moved deal:1");
    assert_eq!(stage(&bench, 1), "Proposal");
    assert!(!bench.screen().contains("> Proposal"), "{}", bench.screen());
    bench.keys("u");
    assert_eq!(stage(&bench, 1), "Lead");
    // A press without a way is a click, and moves nothing.
    bench.mouse(DOWN, from.0, from.1).mouse(UP, from.0, from.1);
    assert_eq!(stage(&bench, 1), "Lead");
}

#[test]
fn a_drag_is_called_off_by_esc_and_by_letting_go_outside() {
    let mut bench = filled();
    bench.resize(160, 40).keys("1");
    let (from, to) = (bench.place_of("Renewal"), bench.place_of("Proposal 0"));
    bench.mouse(DOWN, from.0, from.1).mouse(DRAG, to.0 + 3, from.1).keys("esc");
    bench.mouse(UP, to.0 + 3, from.1);
    assert_eq!(stage(&bench, 1), "Lead");
    for outside in [(20, 0), (20, 39), (20, 1)] {
        bench.mouse(DOWN, from.0, from.1).mouse(DRAG, to.0 + 3, from.1);
        bench.mouse(DRAG, outside.0, outside.1).mouse(UP, outside.0, outside.1);
        assert_eq!(stage(&bench, 1), "Lead", "{outside:?}");
    }
    // Back where it came from it stays.
    bench.mouse(DOWN, from.0, from.1).mouse(DRAG, to.0 + 3, from.1);
    bench.mouse(DRAG, from.0, from.1).mouse(UP, from.0, from.1);
    assert_eq!(stage(&bench, 1), "Lead");
    assert!(!bench.screen().contains("moved"), "{}", bench.screen());
}

#[test]
fn the_wheel_scrolls_the_column_under_the_pointer_and_rows_of_lists() {
    let mut bench = filled();
    for at in 0..30 {
        bench.add("deal", &[("name", &format!("Many {at:02}")), ("stage", "Proposal")]);
    }
    bench.resize(160, 40).keys("1 f5 g g");
    assert_eq!(focus(&bench), "Renewal 2027");
    let (column, _) = bench.place_of("Proposal 30");
    for _ in 0..4 {
        bench.mouse(MouseEventKind::ScrollDown, column + 2, 10);
    }
    assert_eq!(focus(&bench), "Many 04");
    bench.mouse(MouseEventKind::ScrollUp, column + 2, 10);
    assert_eq!(focus(&bench), "Many 03");
    bench.keys("7").mouse(MouseEventKind::ScrollDown, 10, 10);
    let at = focus(&bench);
    bench.keys("k k k").mouse(MouseEventKind::ScrollDown, 10, 10);
    assert_eq!(focus(&bench), at);
    // On reports and in text it goes by lines.
    bench.keys("6").mouse(MouseEventKind::ScrollDown, 10, 10).keys("1 ?");
    bench.mouse(MouseEventKind::ScrollDown, 80, 20);
    assert_eq!(bench.app.depth(), 1);
}
