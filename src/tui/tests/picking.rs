//! Links that are chosen, and records made where one is looked for.

use super::harness::filled;

#[test]
fn a_record_that_is_missing_is_made_where_it_is_looked_for() {
    let mut bench = filled();
    bench.resize(100, 40).keys("2 n enter").sees("New contact").text("Pia Ünal");
    bench
        .keys("tab tab tab tab tab tab")
        .sees("^N new")
        .text("新しい会社")
        .keys("ctrl+n")
        .sees("Nothing is called");
    bench.sees("^N new company of that name");
    bench.keys("ctrl+n").sees("added company:4 新しい会社").sees("u undoes").sees("New contact");
    bench.keys("ctrl+s").sees("added contact:5 Pia Ünal");
    assert_eq!(bench.value("contact", 5, "company").as_link().unwrap().id, 4);
    // Each is a step of its own.
    bench.keys("u").sees("undid").keys("u").sees("undid");
    bench.keys("3").sees("Acme GmbH");
    assert!(!bench.screen().contains("新しい会社"), "{}", bench.screen());
}

#[test]
fn one_that_cannot_be_made_says_why_and_what_is_there_is_chosen_by_enter() {
    let mut bench = filled();
    bench.keys("2 i").text("company").keys("enter").sees("company of contact");
    bench.keys("ctrl+n").sees("type the name of the new company first");
    bench.text("acme employees=many").keys("ctrl+n").sees("employees: `many` is not a number");
    bench.keys("ctrl+u").text("рома").keys("enter").sees("changed contact:1");
    assert_eq!(bench.value("contact", 1, "company").as_link().unwrap().id, 3);
}

#[test]
fn a_name_with_a_slip_is_told_the_right_one_and_values_are_told_as_understood() {
    let mut bench = filled();
    bench.resize(100, 40).keys("7 / r e n e w enter e").sees("Edit deal");
    bench.keys("tab").keys("ctrl+u").text("Acme GmbX").keys("tab shift+tab");
    bench.sees("no company matches `Acme GmbX`; did you mean `Acme GmbH`?");
    bench.keys("esc esc");
    bench.keys("i").text("amount").keys("enter ctrl+u").text("48.000,00 EUR");
    bench.sees("= 48 000.00 EUR").keys("ctrl+z").sees("48.000,00 ").keys("esc");
    bench.keys("i").text("closes").keys("enter ctrl+u").text("fri").sees("= Fri 2026-11-27");
}

#[test]
fn one_field_that_was_being_typed_comes_back_after_the_end() {
    let mut bench = filled();
    bench.keys("2 i").text("title").keys("enter");
    assert!(bench.app.drafts().is_empty());
    bench.text("Chief of 商事");
    let drafts = bench.app.drafts();
    assert_eq!((drafts[0].form.as_str(), drafts[0].ids.as_slice()), ("edit", &[1][..]));
    let form = crate::tui::screens::form::resume(&drafts[0], &bench.app.common.cx()).unwrap();
    bench.keys("esc");
    bench.app.open(form);
    bench.settle();
    bench.resize(100, 40).sees("Chief of 商事").keys("ctrl+s").sees("changed contact:1");
    assert_eq!(bench.value("contact", 1, "title").to_cell(), "Chief of 商事");
}
