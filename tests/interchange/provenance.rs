//! Where records came from: `imports`, `history --values`, the same file twice.

use crate::harness::World;

const FILE: &str = "Имя,E-mail,Город,Шум\nАнна,anna@x.example,Москва,?\nBob,bob@x.example,,?\n";
/// `sha256sum` of the file.
const HASH: &str = "dd50b445f56a0ba0bdc32b5069320763ef3c49a1870bcadc730b04d31a75d474";

fn imported() -> World {
    let w = World::new();
    w.file("люди.csv", FILE);
    w.ok(&["contact", "import", "люди.csv"]);
    w
}

#[test]
fn an_import_is_listed_with_its_file_its_counts_and_who_it_was() {
    let w = imported();
    w.file("more.csv", "name,email\nAnna,anna@x.example\nZed,zed@x.example\n");
    w.ok(&["--as", "zoe", "contact", "import", "more.csv", "--on-match", "fill"]);
    let list = w.json(&["imports", "list", "-o", "json"]);
    let of = |at: usize, key: &str| list[at][key].clone();
    assert_eq!(
        (of(0, "who"), of(0, "created"), of(0, "unchanged")),
        ("zoe".into(), 1.into(), 1.into())
    );
    assert_eq!((of(1, "file"), of(1, "sha256")), ("люди.csv".into(), HASH.into()));
    assert_eq!((of(1, "size"), of(1, "noun")), (FILE.len().into(), "contact".into()));
    assert_eq!(
        w.json(&["imports", "-o", "json", "list", "--limit", "1"]).as_array().map(Vec::len),
        Some(1)
    );
    let first = of(1, "import").to_string();
    let shown = w.json(&["imports", "show", &first, "-o", "json"]);
    assert_eq!(shown["mapping"][1], serde_json::json!({"header": "E-mail", "field": "email"}));
    assert_eq!(shown["mapping"][3], serde_json::json!({"header": "Шум", "field": null}));
    assert!(shown["command"].as_str().is_some_and(|c| c.contains("люди.csv")), "{shown}");
    assert!(w.ok(&["imports"]).contains("люди.csv"));
    assert!(w.ok(&["imports", "show", &first]).contains(HASH));
    assert!(w.fails(3, &["imports", "show", "77"]).contains("77"));
}

#[test]
fn an_import_is_undone_by_its_number() {
    let w = imported();
    w.ok(&["contact", "add", "Later"]);
    let import = w.ok(&["imports", "-o", "ids"]).trim().to_owned();
    let run = w.run(&["imports", "undo", &import, "--dry-run"]);
    assert!(run.code == 0 && run.err.contains("would"), "{}", run.err);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "3\n");
    w.ok(&["imports", "undo", &import]);
    assert_eq!(w.ok(&["contact", "list", "--columns", "name", "-o", "csv"]), "name\nLater\n");
    assert!(w.json(&["imports", "-o", "json"])[0]["undone_by"].is_number());
    assert!(w.fails(4, &["imports", "undo", &import]).contains("undone already"));
    w.fails(3, &["imports", "undo"]);
    // What isn't an import isn't taken back by this door.
    w.fails(3, &["imports", "undo", "2"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "1\n");
}

#[test]
fn each_value_knows_the_import_that_brought_it() {
    let w = imported();
    w.ok(&["contact", "edit", "Bob", "--city", "Varna"]);
    w.file("more.csv", "name,email,title\nBob,bob@x.example,CEO\n");
    w.ok(&["contact", "import", "more.csv"]);
    let values = w.json(&["contact", "history", "Bob", "--values", "-o", "json"]);
    let values = values.as_array().expect("a list");
    let file = |field: &str| {
        values.iter().find(|v| v["field"] == field).unwrap_or_else(|| panic!("{field}"))["file"]
            .clone()
    };
    assert_eq!((file("name"), file("emails")), ("люди.csv".into(), "люди.csv".into()));
    assert_eq!((file("city"), file("title")), (serde_json::Value::Null, "more.csv".into()));
    let history = w.json(&["history", "contact:bob@x.example", "-o", "json"]);
    assert_eq!(history[0]["import"]["file"], "люди.csv");
    assert_eq!(history[1]["import"], serde_json::Value::Null);
    assert_eq!(history[2]["import"]["import"], history[2]["change"]);
    assert!(w.ok(&["contact", "history", "Bob"]).contains("import more.csv"));
    assert!(w.ok(&["contact", "history", "Bob", "--values"]).contains("import люди.csv"));
}

#[test]
fn the_same_file_twice_is_noticed_until_the_first_is_undone() {
    let w = imported();
    w.file("copy.csv", FILE);
    let run = w.run(&["contact", "import", "copy.csv"]);
    assert!(
        run.code == 0 && run.err.contains("same file") && run.err.contains("люди.csv"),
        "{}",
        run.err
    );
    let first = w.json(&["imports", "-o", "json"])[0]["import"].clone();
    let again = w.json(&["contact", "import", "copy.csv", "-o", "json"]);
    assert_eq!((&again["same_file_as"], &again["import"]), (&first, &serde_json::Value::Null));
    assert_eq!(
        w.ok(&["imports", "-o", "ids"]).lines().count(),
        1,
        "what changed nothing is no import"
    );
    // From a pipe it is the same file too.
    let run = w.run_with(&["contact", "import", "-"], FILE.as_bytes());
    assert!(run.err.contains("same file"), "{}", run.err);
    // Another noun's, or one that was taken back, isn't.
    let run = w.run(&["lead", "import", "copy.csv"]);
    assert!(run.code == 0 && !run.err.contains("same file"), "{}", run.err);
    w.ok(&["imports", "undo", &first.to_string()]);
    let run = w.run(&["contact", "import", "copy.csv"]);
    assert!(run.code == 0 && !run.err.contains("same file"), "{}", run.err);
}

#[test]
fn a_file_with_a_hostile_name_forges_nothing() {
    let w = World::new();
    let name = "a\u{1b}[2J\u{202e}\n\u{200d}名.csv";
    w.file(name, "name,email\nAnn,ann@x.example\nBob,nobody\n");
    let bad = "b\u{1b}[2J.csv";
    let run = w.run(&["contact", "import", name, "--rejects", bad]);
    assert_eq!(run.code, 4, "{}", run.err);
    let shown = [
        run.err,
        w.ok(&["imports"]),
        w.ok(&["imports", "show"]),
        w.ok(&["history", "contact:1"]),
        w.ok(&["history", "contact:1", "--values"]),
        w.run(&["contact", "import", name, "--rejects", "c.csv"]).err,
    ];
    for text in shown {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{200d}']), "{text:?}");
        assert!(text.contains('名') || text.contains("b␛") || text.contains("[2J"), "{text}");
    }
    assert_eq!(w.json(&["imports", "-o", "json"])[0]["file"], name);
}
