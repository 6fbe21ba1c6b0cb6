//! A first minute with rolo.

use crate::harness::World;

#[test]
fn a_contact_is_added_found_changed_and_taken_back() {
    let w = World::new();
    assert_eq!(
        w.ok(&["contact", "add", "Ann Lee", "--email", "ann@acme.example", "--tag", "vip"]),
        "1\n"
    );
    assert_eq!(w.ok(&["contact", "list", "+vip", "--count"]), "1\n");
    w.ok(&["contact", "edit", "ann@acme.example", "--city", "Sofia"]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["city"], "Sofia");
    w.ok(&["undo"]);
    assert!(w.json(&["contact", "show", "1", "-o", "json"])["city"].is_null());
    w.ok(&["redo"]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["city"], "Sofia");
}

#[test]
fn a_deal_moves_through_its_stages() {
    let w = World::new();
    w.ok(&["deal", "add", "Big order", "--amount", "12k", "--company", "Acme", "--create-links"]);
    w.ok(&["deal", "move", "1", "Proposal"]);
    let board = w.json(&["deal", "board", "-o", "json"]);
    let stage = board
        .as_array()
        .expect("stages")
        .iter()
        .find(|s| s["stage"] == "Proposal")
        .expect("a stage");
    assert_eq!(
        (stage["count"].as_u64(), stage["sums"]["EUR"].to_string()),
        (Some(1), "12000.00".into())
    );
    w.ok(&["deal", "win", "1", "--amount", "11k"]);
    assert_eq!(w.json(&["deal", "show", "1", "-o", "json"])["status"], "won");
    w.fails(2, &["deal", "edit", "1", "--stage", "Lead"]);
}

#[test]
fn a_file_comes_in_on_standard_input_and_goes_out_into_a_file() {
    let w = World::new();
    let people = "name,e-mail\nAnn Lee,ann@acme.example\nБорис Годунов,boris@acme.example\n";
    let run = w.run_with(&["contact", "import", "-"], people.as_bytes());
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    w.ok(&["contact", "export", "--columns", "name,email", "--out", "out.csv"]);
    let out = w.read("out.csv");
    assert_eq!(out, people.replace("e-mail", "email"));
    let run = w.run_with(&["batch"], b"contact edit 1 --city Sofia\ncontact edit 2 --city Varna\n");
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert_eq!(w.ok(&["contact", "list", "city:any", "--count"]), "2\n");
}
