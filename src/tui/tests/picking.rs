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
