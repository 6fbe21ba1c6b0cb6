//! What belongs to a record, on its page and beside a list.

use super::harness::{filled, in_order};

#[test]
fn a_page_shows_related_records_in_columns_of_their_own_list() {
    let mut bench = filled();
    bench.resize(100, 30).keys("3 enter");
    in_order(&mut bench, &["Contacts (2)", "Deals (2)", "Base ", "Won  30 000.00 EUR 2026-10-12"]);
    // The company stands in the title: its own column would say the same in every row.
    let screen = bench.screen();
    let row = screen.lines().find(|line| line.contains("Renewal 2027")).unwrap();
    assert!(!row.contains("Acme"), "{row}");
    // Amounts stand below each other, by their last digit.
    let ends = |label: &str| {
        let line = screen.lines().find(|line| line.contains(label)).unwrap();
        crate::entity::width::width(&line[..line.find(" EUR").unwrap()])
    };
    assert_eq!(ends("Renewal 2027"), ends("Base "));
}

#[test]
fn a_task_tells_whether_it_is_done_and_a_ticket_how_long_it_has() {
    let mut bench = filled();
    bench.resize(100, 30).keys("7").sees("Renewal 2027");
    bench
        .keys("/")
        .text("renewal")
        .keys("enter enter")
        .sees("Tasks (1)")
        .sees("[ ] Call about the DPA");
    bench.keys("9").sees("Call about the DPA").keys("d 7").sees("[x] Call about the DPA");
    bench.keys("2").keys("/").text("ann").keys("enter enter").sees("!-00:12:40 1 API returns 500");
}

#[test]
fn enter_opens_a_related_record_and_what_has_no_room_opens_as_a_list() {
    let mut bench = filled();
    for n in 0..30 {
        bench.add(
            "deal",
            &[("name", &format!("更新 {n}")), ("company", "Acme GmbH"), ("stage", "Lead")],
        );
    }
    bench.resize(100, 30).keys("f5 3 enter").sees("Deals (32)");
    let row_of = |bench: &super::harness::Bench, text: &str| {
        bench.screen().lines().position(|line| line.contains(text)).unwrap()
    };
    let down = |bench: &mut super::harness::Bench, text: &str| {
        let by = row_of(bench, text) - row_of(bench, "name  ");
        (0..by).for_each(|_| {
            bench.keys("j");
        });
    };
    down(&mut bench, "更新 29");
    bench.keys("enter").sees("deal:34 更新 29").keys("esc");
    bench.resize(100, 50).keys("g g").sees("↓ 12 more");
    down(&mut bench, "12 more");
    bench.keys("enter").sees("company:1").sees("32 ");
    assert!(bench.app.depth() == 2);
    bench.keys("esc").sees("Deals (32)");
}

#[test]
fn the_pane_beside_a_list_shows_them_too_and_counts_them_where_it_is_low() {
    let mut bench = filled();
    bench.resize(100, 30).keys("3").sees("Deals (2)").sees("Renewal 2027");
    bench.resize(80, 24).sees("deals 2");
    assert!(!bench.screen().contains("Deals (2)"));
}
