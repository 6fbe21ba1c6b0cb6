//! Records made by a line.

use super::harness::{empty, filled};

#[test]
fn quick_add_says_what_it_understood_and_adds_it() {
    let mut bench = filled();
    bench.keys("9 n").text("call Maya fri 10:00 !high +vip");
    bench.sees("due = Fri 2026-11-27 10:00").sees("priority = high").sees("tags = vip");
    bench.keys("enter").sees("added task:3 call Maya");
    assert_eq!(bench.value("task", 3, "priority").to_cell(), "high");
    bench.keys("u");
    bench.keys("9").text("n").text("deal x").keys("esc");
}

#[test]
fn addresses_are_known_by_how_they_look_and_links_are_looked_for_when_left() {
    let mut bench = filled();
    bench.keys("2 n").text("Иван Петров ivan@p.example +49 30 123456 +vip");
    bench.sees("emails = ivan@p.example").sees("phones = +49 30 123456").sees("tags =");
    bench.keys("enter").sees("Иван Петров");
    let id = bench.app.top().subject().unwrap().one();
    assert_eq!(bench.value("contact", id, "name").to_cell(), "Иван Петров");
    bench.keys("7 e").text("!").keys("tab ctrl+u").text("Nobody Ltd").keys("tab");
    bench.sees("error: company").keys("up").sees("no company matches `Nobody Ltd`");
    bench.keys("ctrl+u").text("acme gmbh").keys("tab");
    assert!(!bench.screen().contains("error"), "{}", bench.screen());
}

#[test]
fn what_is_made_belongs_to_what_the_screen_shows() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Партнёры")]);
    for (name, at) in [("Знакомство", "1"), ("Договор", "2")] {
        bench.add("stage", &[("name", name), ("pipeline", "Партнёры"), ("position", at)]);
    }
    bench.keys("1 f5 ] l n").text("Новая").sees("stage = Договор").keys("enter").sees("added deal");
    let id = bench.app.top().subject().unwrap().one();
    assert_eq!(bench.value("deal", id, "pipeline").to_cell(), "Партнёры");
    assert_eq!(bench.value("deal", id, "stage").to_cell(), "Договор");
    // Leaving the form loses nothing that anybody typed.
    bench.keys("n enter").sees("New deal").sees("Договор").keys("esc");
    assert_eq!(bench.app.depth(), 0);
    // A task of the deal's own tasks is about it.
    bench.keys("g t n").text("Follow up fri").sees("about = Новая").keys("enter").sees("Follow up");
    let task = bench.app.top().subject().unwrap().one();
    assert_eq!(bench.value("task", task, "about").to_cell(), "Новая");
}

#[test]
fn what_is_made_has_the_focus_and_what_the_view_hides_is_told() {
    let mut bench = filled();
    bench.keys("3 n").text("ZZZ \"last\" & co's #7").keys("enter").sees("added company:4");
    assert_eq!(bench.app.top().subject().unwrap().one(), 4);
    assert_eq!(bench.value("company", 4, "name").to_cell(), "ZZZ \"last\" & co's #7");
    bench.keys("7 ] ]").keys("n").text("Second #acme").keys("enter");
    bench.sees("added deal:5 Second").sees("not in sight here, go opens it");
    bench.keys("g o").sees("deal:5 Second").keys("esc");
    assert_eq!(bench.value("deal", 5, "company").to_cell(), "Acme GmbH");
    bench.keys("1 n").text("Third").keys("enter");
    assert_eq!(bench.app.top().subject().unwrap().one(), 6);
    // The board tells it too; what is in sight says nothing of the kind.
    assert!(!bench.screen().contains("go opens"), "{}", bench.screen());
    bench.keys("/").text("company:acme").keys("enter n").text("Fourth").keys("enter");
    bench.sees("added deal:7 Fourth").sees("go opens it").keys("g o").sees("deal:7 Fourth");
    let mut fresh = filled();
    fresh.keys("g o").sees("nothing was added in this dashboard yet");
}

#[test]
fn a_new_file_offers_first_steps() {
    let mut bench = empty();
    bench.app.open(crate::tui::screens::start::look());
    bench.settle();
    bench.sees("Welcome to rolo");
    bench.keys("enter").text("First deal amount=5k").keys("enter").sees("added deal:1");
}
