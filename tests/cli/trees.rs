//! `NOUN tree`: who stands above and below whom.

use crate::harness::World;

/// A holding of two companies; one of them has two of its own, and one of these a last one.
fn holding() -> World {
    let w = World::new();
    for (name, parent) in [
        ("Holding", ""),
        ("Werk", "1"),
        ("Zeta", "1"),
        ("王の会社", "2"),
        ("Юг", "2"),
        ("Tief", "4"),
        ("Other", ""),
    ] {
        w.ok(&["company", "add", name, "--parent", parent]);
    }
    w
}

#[test]
fn companies_stand_below_the_ones_that_they_belong_to() {
    let w = holding();
    let table = w.ok(&["company", "tree"]);
    for line in [
        "1  Holding",
        "2  |- Werk",
        "5  |  |- Юг",
        "4  |  `- 王の会社",
        "6  |     `- Tief",
        "3  `- Zeta",
    ] {
        assert!(table.contains(line), "{line}:\n{table}");
    }
    assert!(!table.contains("Other"), "{table}");
    assert_eq!(w.ok(&["company", "tree", "-o", "ids"]), "1\n2\n5\n4\n6\n3\n");
    // With those above, without those beside.
    assert_eq!(w.ok(&["company", "tree", "王の会社", "-o", "ids"]), "1\n2\n4\n6\n");
    assert_eq!(w.ok(&["companies", "tree", "3", "-o", "ids"]), "1\n3\n");
    let run = w.run(&["company", "tree", "Other"]);
    assert!(run.err.contains("nothing stands above or below company:7"), "{}", run.err);
    assert_eq!(run.out.lines().count(), 2, "{}", run.out);
    w.fails(3, &["company", "tree", "Nobody"]);
}

#[test]
fn programs_get_a_row_for_each_with_its_depth_and_what_it_stands_below() {
    let w = holding();
    let rows = w.json(&["company", "tree", "4", "-o", "json"]);
    let told: Vec<String> = rows
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| format!("{} {} {} {}", r["id"], r["name"], r["depth"], r["parent"]))
        .collect();
    assert_eq!(
        told,
        [
            r#"1 "Holding" 0 null"#,
            r#"2 "Werk" 1 "Holding""#,
            r#"4 "王の会社" 2 "Werk""#,
            r#"6 "Tief" 3 "王の会社""#,
        ]
    );
    assert_eq!((&rows[2]["parent_id"], &rows[2]["parent_uid"]), (&2.into(), &rows[1]["uid"]));
    let csv = w.ok(&["company", "tree", "-o", "csv"]);
    assert!(csv.starts_with("uid,name,depth,parent,parent_uid\n"), "{csv}");
    assert!(csv.contains(",Tief,3,王の会社,"), "{csv}");
    let empty = World::new();
    empty.ok(&["company", "add", "Alone"]);
    assert_eq!(empty.ok(&["company", "tree", "-o", "json"]), "[]\n");
    let run = empty.run(&["company", "tree"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("rolo company edit REF --parent REF"), "{}", run.err);
}

#[test]
fn people_stand_below_whom_they_report_to_and_the_trash_parts_them() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--title", "CEO"]);
    w.ok(&["contact", "add", "Bo", "--manager", "Ann"]);
    w.ok(&["contact", "add", "Cy", "--manager", "Bo"]);
    let table = w.ok(&["contact", "tree"]);
    for line in ["1  Ann                CEO", "2  `- Bo\n", "3     `- Cy\n"] {
        assert!(table.contains(line), "{line}:\n{table}");
    }
    w.ok(&["contact", "rm", "Bo"]);
    assert_eq!(w.ok(&["contact", "tree", "-o", "ids"]), "");
    assert_eq!(w.ok(&["contact", "tree", "Cy", "-o", "ids"]), "3\n");
    w.ok(&["undo"]);
    let rows = w.json(&["contact", "tree", "-o", "json"]);
    assert_eq!((&rows[2]["manager"], &rows[2]["depth"]), (&"Bo".into(), &2.into()));
    // Every noun whose records stand above each other has it, no other.
    for noun in ["task", "team", "territory", "user"] {
        w.ok(&[noun, "tree"]);
    }
    assert!(w.ok(&["company", "--help"]).contains("tree"));
    assert!(!w.ok(&["deal", "--help"]).contains("  tree"));
}

#[test]
fn a_chain_of_thousands_is_no_matter() {
    let w = World::new();
    let rows: String = (1..3_000).map(|n| format!("c{n},c{}\n", n - 1)).collect();
    let file = w.file("chain.csv", format!("name,parent\n{rows}"));
    w.ok(&["company", "import", &file]);
    let rows = w.json(&["company", "tree", "c0", "-o", "json"]);
    assert_eq!(rows.as_array().expect("rows").len(), 3_000);
    assert_eq!(rows[2_999]["depth"], 2_999);
}

#[test]
fn no_record_stands_above_itself_at_any_door() {
    let w = World::new();
    for rows in ["name,parent\nP1,p1\n", "name,domain,parent\nP1,p1.example,P1.example\n"] {
        let file = w.file("c.csv", rows);
        let err = w.fails(4, &["company", "import", &file]);
        assert!(err.contains("line 2, parent") && err.contains("can't be its own"), "{err}");
    }
    let file = w.file("c.csv", "name,parent\nA,B\nB,C\nC,A\n");
    assert!(w.fails(4, &["company", "import", &file]).contains("that would be a loop"));
    assert_eq!(w.ok(&["company", "list", "--count"]), "0\n");
    // A namesake is another person.
    w.ok(&["contact", "add", "Ann", "--email", "ann@a.example"]);
    let file = w.file("p.csv", "name,email,manager\nAnn,ann@b.example,Ann\n");
    w.ok(&["contact", "import", &file]);
    assert_eq!(w.ok(&["contact", "tree", "-o", "ids"]), "1\n2\n");
}
