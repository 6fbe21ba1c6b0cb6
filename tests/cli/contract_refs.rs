//! Every form in which a record can be named, and what happens when it names none or several.

use crate::harness::World;

fn filled() -> World {
    let w = World::new();
    w.ok(&["company", "add", "Acme", "--domain", "acme.example"]);
    w.ok(&["company", "add", "Globex"]);
    w.ok(&[
        "contact",
        "add",
        "Ann Lee",
        "--email",
        "ann@acme.example",
        "--email",
        "ann@home.example",
    ]);
    w.ok(&["contact", "add", "Bob"]);
    w.ok(&["contact", "add", "Bob"]);
    w.ok(&["product", "add", "Widget", "--sku", "W-1"]);
    w.ok(&["deal", "add", "Order", "--company", "Acme"]);
    w.ok(&["deal", "add", "Order", "--company", "Globex"]);
    w.ok(&["ticket", "add", "It broke", "--number", "77"]);
    w
}

fn id(w: &World, noun: &str, text: &str) -> String {
    w.ok(&[noun, "show", text, "-o", "ids"]).trim().to_owned()
}

#[test]
fn a_record_is_named_by_id_key_or_label() {
    let w = filled();
    for text in
        ["1", "contact:1", "ANN@acme.example", "ann@home.example", "ann lee", "contact:Ann Lee"]
    {
        assert_eq!(id(&w, "contact", text), "1", "{text}");
    }
    assert_eq!(id(&w, "company", "ACME.example"), "1");
    assert_eq!(id(&w, "product", "w-1"), "1");
    assert_eq!(id(&w, "user", "ANN"), "1");
    assert_eq!(id(&w, "ticket", "#77"), "1");
    assert_eq!(id(&w, "stage", "sales/proposal"), "3");
    assert_eq!(id(&w, "deal", "order @ globex"), "2");
    assert_eq!(w.ok(&["show", "deal:2", "-o", "ids"]), "2\n");
}

#[test]
fn a_uid_names_a_record_whole_or_by_its_end_and_never_by_its_beginning() {
    let w = filled();
    let uid =
        w.json(&["contact", "show", "1", "-o", "json"])["uid"].as_str().expect("a uid").to_owned();
    assert_eq!(id(&w, "contact", &uid), "1");
    assert_eq!(id(&w, "contact", &uid[uid.len() - 8..]), "1");
    w.fails(3, &["contact", "show", &uid[..8]]);
    w.fails(3, &["contact", "show", &uid[uid.len() - 7..]]);
}

#[test]
fn several_records_are_listed_and_none_is_chosen() {
    let w = filled();
    let err = w.fails(3, &["contact", "edit", "bob", "--city", "Sofia"]);
    assert!(err.contains("contact:2 Bob") && err.contains("contact:3 Bob"), "{err}");
    assert!(err.contains("hint: "), "{err}");
    w.fails(3, &["deal", "show", "order"]);
    w.fails(3, &["contact", "show", "nobody"]);
    assert_eq!(w.ok(&["contact", "list", "city:any", "--count"]), "0\n");
}

#[test]
fn a_name_of_digits_is_found_by_a_filter_and_the_hint_says_so() {
    let w = filled();
    w.ok(&["contact", "add", "42"]);
    let err = w.fails(3, &["contact", "show", "42"]);
    assert!(err.contains(r#"rolo contact list 'name="42"'"#), "{err}");
    assert_eq!(w.ok(&["contact", "list", r#"name="42""#, "--count"]), "1\n");
}

#[test]
fn the_trash_is_seen_by_restore_show_and_history_alone() {
    let w = filled();
    w.ok(&["contact", "rm", "Ann Lee"]);
    assert_eq!(id(&w, "contact", "Ann Lee"), "1");
    w.ok(&["contact", "history", "Ann Lee"]);
    let err = w.fails(3, &["contact", "edit", "Ann Lee", "--city", "Sofia"]);
    assert!(err.contains("restore 1"), "{err}");
    w.ok(&["contact", "restore", "Ann Lee"]);
    assert_eq!(w.ok(&["contact", "list", "is:trashed", "--count"]), "0\n");
}

#[test]
fn a_deal_is_named_by_its_company_however_many_bear_its_name() {
    let w = World::new();
    let rows: String = (0..40).map(|n| format!("Pilot,Firm {n}\n")).collect();
    let file = w.file("deals.csv", format!("name,company\n{rows}"));
    w.ok(&["deal", "import", &file]);
    let deal = w.json(&["deal", "show", "pilot @ firm 37", "-o", "json"]);
    assert_eq!((&deal["name"], &deal["company"]), (&"Pilot".into(), &"Firm 37".into()));
    assert!(w.fails(3, &["deal", "show", "Pilot"]).contains("several"));
    w.fails(3, &["deal", "show", "Pilot @ Firm 41"]);
}

#[test]
fn the_end_of_a_uid_is_one_even_where_it_is_all_digits() {
    let w = World::new();
    let uid = "019c186e-2e80-76ee-b3ef-071058908124";
    let file = w.file("deals.csv", format!("uid,name\n{uid},Pilot\n"));
    w.ok(&["deal", "import", &file]);
    for text in ["58908124", "1058908124", "ef071058908124"] {
        assert_eq!(w.json(&["deal", "show", text, "-o", "json"])["uid"], uid, "{text}");
    }
    w.fails(3, &["deal", "show", "8908124"]);
}
