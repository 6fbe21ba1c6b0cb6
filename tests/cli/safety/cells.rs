//! Cells that a spreadsheet would run.

use crate::harness::World;

/// A cell as it is in the record, and as the file has it.
const CELLS: &[(&str, &str)] = &[
    ("=1+1", "'=1+1"),
    ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
    ("-2+3+cmd", "'-2+3+cmd"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("'=1+1", "''=1+1"),
    ("''@x", "'''@x"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("'quoted", "'quoted"),
    ("a=b", "a=b"),
    ("-5", "-5"),
    ("+44 20 7946 0958", "+44 20 7946 0958"),
];

#[test]
fn dangerous_cells_are_guarded_and_come_back_as_they_were() {
    let w = World::new();
    for (cell, _) in CELLS {
        w.ok(&["contact", "add", "Ann", "--set", &format!("about={cell}")]);
    }
    let field = |w: &World| -> Vec<String> {
        let list = w.json(&["contact", "list", "-o", "json", "--sort", "id"]);
        list.as_array()
            .expect("a list")
            .iter()
            .map(|c| c["about"].as_str().expect("a text").to_owned())
            .collect()
    };
    let true_values: Vec<String> = CELLS.iter().map(|(cell, _)| (*cell).to_owned()).collect();
    assert_eq!(field(&w), true_values);
    for format in ["csv", "tsv"] {
        let delimiter = if format == "csv" { b',' } else { b'\t' };
        let read = |args: &[&str]| -> Vec<String> {
            let out = w.ok(args);
            let mut reader =
                csv::ReaderBuilder::new().delimiter(delimiter).from_reader(out.as_bytes());
            let at = reader
                .headers()
                .expect("headers")
                .iter()
                .position(|h| h == "about")
                .expect("the column");
            reader.records().map(|r| r.expect("a row")[at].to_owned()).collect()
        };
        let guarded: Vec<String> = CELLS.iter().map(|(_, file)| (*file).to_owned()).collect();
        let mut cells = read(&["contact", "export", "--format", format]);
        if format == "csv" {
            assert_eq!(cells, guarded);
        } else {
            cells.retain(|c| c.starts_with(['=', '@']));
            assert!(cells.is_empty(), "{cells:?}");
        }
        let raw = read(&["contact", "export", "--format", format, "--raw"]);
        assert!(raw.iter().any(|c| c == "=1+1"), "{raw:?}");
        let name = format!("out.{format}");
        w.ok(&["contact", "export", "--out", &name]);
        let other = World::new();
        let text = w.read(&name);
        other.file(&name, &text);
        other.ok(&["contact", "import", &name]);
        assert_eq!(field(&other), true_values, "{format}");
    }
}

#[test]
fn phone_numbers_survive() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--phone", "+44 20 7946 0958"]);
    let csv = w.ok(&["contact", "export", "--columns", "phone"]);
    assert!(csv.lines().nth(1).is_some_and(|l| l.trim_matches('"').starts_with('+')), "{csv}");
    w.ok(&["contact", "export", "--out", "out.csv"]);
    let other = World::new();
    other.file("out.csv", w.read("out.csv"));
    other.ok(&["contact", "import", "out.csv"]);
    let phone = |w: &World| w.json(&["contact", "show", "1", "-o", "json"])["phone"].clone();
    assert_eq!(phone(&other), phone(&w));
}

#[test]
fn names_links_and_tags_are_guarded_too() {
    let w = World::new();
    w.ok(&["contact", "add", "=HYPERLINK(\"http://x.example\")", "--tag", "@tag"]);
    w.ok(&["company", "add", "=cmd()"]);
    w.ok(&["contact", "edit", "1", "--company", "=cmd()"]);
    // `list -o csv` is for programs and carries the true value.
    for args in [&["contact", "export"][..], &["contact", "export", "--format", "tsv"]] {
        let out = w.ok(args);
        let delimiter = if args.last() == Some(&"tsv") { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(out.as_bytes());
        for row in reader.records() {
            for cell in &row.expect("a row") {
                assert!(!cell.starts_with(['=', '@']), "{args:?} {cell}");
            }
        }
    }
}
