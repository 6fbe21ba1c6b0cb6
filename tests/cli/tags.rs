//! Tags: made in passing, borne by many, listed from their own side.

use crate::harness::World;

#[test]
fn undoing_what_made_a_tag_leaves_it_to_others_who_bear_it() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--tag", "vip"]);
    w.ok(&["contact", "add", "Bob", "--tag", "vip"]);
    w.ok(&["undo", "change:1"]);
    assert_eq!(w.ok(&["tag", "list", "-o", "csv", "--columns", "name"]), "name\nvip\n");
    // Making the tag anew must not part it from Bob.
    w.ok(&["contact", "add", "Zoe", "--tag", "vip"]);
    assert_eq!(w.ok(&["contact", "list", "+vip", "--count"]), "2\n");
    w.ok(&["undo"]);
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
}

#[test]
fn a_tag_shows_what_bears_it_and_stays_while_in_use() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--tag", "big fish"]);
    let shown = w.json(&["show", "tag:1", "-o", "json"]);
    assert_eq!(shown["related"][0]["noun"], "contact");
    assert_eq!(shown["related"][0]["name"], "Ann");
    let err = w.fails(4, &["tag", "rm", "big fish"]);
    assert!(err.contains("in use by 1 contact"), "{err}");
    assert!(err.contains("rolo contact list '+\"big fish\"'"), "{err}");
    assert_eq!(w.ok(&["contact", "list", "+\"big fish\"", "--count"]), "1\n");
    w.ok(&["rm", "tag:1", "--purge", "--yes"]);
    assert_eq!(w.ok(&["contact", "list", "tag:any", "--count"]), "0\n");
}

#[test]
fn the_rest_of_many_is_named_by_a_filter_that_runs() {
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    w.ok(&["company", "add", "Zeta"]);
    let rows: String = (0..25).map(|n| format!("Person {n},Zeta\n")).collect();
    let file = w.file("people.csv", format!("name,company\n{rows}"));
    w.ok(&["contact", "import", &file]);
    let shown = w.ok(&["company", "show", "2"]);
    assert!(shown.contains("and 5 more: `rolo contact list company:2`"), "{shown}");
    assert_eq!(w.ok(&["contact", "list", "company:2", "--count"]), "25\n");
}
