//! Nothing from a record, a file or the command line moves the cursor, sets a title or forges a
//! line.

use crate::harness::World;

/// Escape sequences, C1, bidi overrides, zero-width characters, a return, a bell, a forged line.
const NAUGHTY: &str = "a\u{1b}[31mb\u{1b}]0;title\u{7}c\u{9b}2Jd\u{202e}e\u{2066}f\u{200b}g\u{feff}h\ri\u{8}j\u{7f}k\u{85}l\u{2028}m";

/// Refuses any character that a terminal obeys or doesn't show.
fn assert_plain(what: &str, text: &str) {
    let bad = text.chars().find(|c| *c != '\n' && rolo::entity::text::is_hidden(*c));
    assert!(bad.is_none(), "{what}: {bad:?} in {}", text.escape_debug());
}

fn plain(w: &World, args: &[&str]) {
    let run = w.run(args);
    let what = args.join(" ").escape_debug().to_string();
    assert_plain(&what, &run.out);
    assert_plain(&what, &run.err);
    run.assert_clean();
    assert!(run.code >= 0 && run.code < 7, "{what}");
}

/// A world whose every text is naughty.
fn naughty() -> World {
    let w = World::new();
    let n = NAUGHTY;
    w.ok(&["company", "add", n]);
    w.ok(&[
        "contact",
        "add",
        n,
        "--title",
        n,
        "--company",
        n,
        "--tag",
        n,
        "--set",
        &format!("about={n}\nforged: yes"),
    ]);
    w.ok(&["deal", "add", n, "--amount", "12k", "--company", n]);
    w.ok(&["task", "add", n, "--due", "today", "--set", &format!("body={n}")]);
    w.ok(&["event", "add", n, "--start", "2026-11-22 12:00"]);
    w.ok(&["ticket", "add", n]);
    w.ok(&["lead", "add", n]);
    w.ok(&["note", "contact:1", n]);
    w.ok(&["contact", "edit", "1", "--city", n]);
    w.run(&["field", "add", "contact", n, "--kind", "text"]);
    w.run(&["view", "save", n, "contact", "a"]);
    w
}

#[test]
fn whatever_a_record_holds_is_shown_as_visible_marks() {
    let w = naughty();
    let nouns = rolo::model::model().nouns;
    for noun in &nouns {
        plain(&w, &[noun.name(), "list"]);
        plain(&w, &[noun.name(), "show", "1"]);
        plain(&w, &[noun.name(), "history", "1"]);
        plain(&w, &[noun.name(), "--help"]);
    }
    for args in [
        &["agenda"][..],
        &["deal", "board"],
        &["search", "a"],
        &["changes"],
        &["contact", "list", "--columns", "name,company.name,tags,about"],
        &["contact", "list", "--color", "never"],
        &["contact", "rm", "1"],
        &["undo"],
        &["redo"],
        &["contact", "restore", "1"],
        &["contact", "edit", "1", "--title", "x"],
        &["contact", "rm", "1", "--purge"],
        &["contact", "rm", "--where", NAUGHTY],
        &["doctor"],
        &["sql", "SELECT name, city FROM contacts"],
        &["contact", "add", "Bob", "--company", "a"],
    ] {
        plain(&w, args);
    }
}

#[test]
fn one_record_is_one_line_of_a_table() {
    let w = naughty();
    for noun in ["contact", "company", "deal", "task", "ticket", "lead", "activity"] {
        assert_eq!(w.ok(&[noun, "list"]).lines().count(), 2, "{noun}");
    }
}

#[test]
fn json_writes_controls_as_escapes_and_carries_the_true_value() {
    let w = naughty();
    for args in [
        &["contact", "show", "1", "-o", "json"][..],
        &["contact", "list", "-o", "jsonl"],
        &["contact", "export", "--format", "json"],
    ] {
        let out = w.ok(args);
        let is_obeyed = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!out.contains(is_obeyed), "{args:?} {}", out.escape_debug());
        let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let record = if value.is_array() { &value[0] } else { &value };
        assert_eq!(record["title"].as_str(), Some(NAUGHTY), "{args:?}");
    }
    assert!(w.ok(&["contact", "export"]).contains(NAUGHTY));
}

#[test]
fn mistakes_on_the_command_line_are_told_in_plain_text() {
    let w = naughty();
    let n = NAUGHTY;
    let file = format!("{n}.csv");
    let field = format!("{n}=x");
    for args in [
        &[n][..],
        &["contact", n],
        &["contact", "show", n, "nobody"],
        &["contact", "list", &format!("{n}:x")],
        &["contact", "list", &format!("name:x (\"{n}")],
        &["contact", "list", &format!("birthday:{n}")],
        &["contact", "list", &format!("birthday:\"{n}\"")],
        &["contact", "list", "--columns", n],
        &["contact", "list", "--sort", n],
        &["contact", "list", "--limit", n],
        &["contact", "list", "-o", n],
        &["contact", "list", &format!("--{n}")],
        &["contact", "list", &format!("@{n}")],
        &["contact", "add", "x", "--email", n],
        &["contact", "add", "x", "--birthday", n],
        &["contact", "add", "x", "--company", &format!("{n}{n}")],
        &["contact", "add", "x", &format!("--{n}"), "y"],
        &["contact", "edit", "1", "--set", &field],
        &["deal", "add", "x", "--amount", n],
        &["deal", "move", "1", n],
        &["--db", &file, "contact", "list"],
        &["--db", &format!("/nowhere/{n}/x.db"), "contact", "add", "x"],
        &["--config", &format!("{n}/x"), "contact", "list"],
        &["--as", n, "contact", "add", "J"],
        &["--now", n, "contact", "list"],
        &["contact", "import", &file],
        &["contact", "import", "-", "--format", n],
        &["contact", "export", "--out", &file],
        &["contact", "export", "--out", &file],
        &["contact", "export", "--out", &format!("{n}/{n}")],
        &["backup", &format!("{n}.db")],
        &["backup", &format!("{n}.db")],
        &["demo", &format!("{n}.db")],
        &["batch", n],
        &["config", "set", n, n],
        &["config", "set", "currency", n],
        &["config", "set", "editor", n],
        &["config", "list"],
        &["config", "get", "editor"],
        &["config", "unset", "editor"],
        &["help", n],
        &["man", n],
        &["completions", n],
        &["undo", n],
        &["sql", &format!("SELECT \"{n}")],
        &["sql", &format!("SELECT 1 AS \"{n}\", '{n}'")],
        &["field", "add", "contact", n, "--kind", n],
        &["user", "list"],
    ] {
        plain(&w, args);
    }
}

#[test]
fn files_can_not_forge_what_an_import_says() {
    let w = World::new();
    let name = format!("{NAUGHTY}.csv");
    let header = NAUGHTY.replace('\r', "");
    w.file(&name, format!("name,\"{header}\",birthday\n\"{NAUGHTY}\",1,2001-02-03\n"));
    plain(&w, &["contact", "import", &name]);
    plain(&w, &["contact", "import", &name, "--keep-extra"]);
    plain(&w, &["contact", "list"]);
    plain(&w, &["contact", "show", "1"]);
    plain(&w, &["field", "list"]);
    plain(&w, &["changes"]);
    w.file(&name, format!("name,birthday,email\n\"x\",\"{NAUGHTY}\",\"{NAUGHTY}\"\n"));
    let run = w.run(&["contact", "import", &name]);
    assert_eq!(run.code, 4);
    plain(&w, &["contact", "import", &name]);
    w.file(
        &name,
        format!(
            "[{{\"name\": \"x\", \"birthday\": \"{}\"",
            NAUGHTY.replace(['\u{1b}', '\u{7}', '\r', '\u{8}'], "\u{9b}")
        ),
    );
    plain(&w, &["contact", "import", &name, "--format", "json"]);
    w.file("lines", format!("contact add \"{NAUGHTY}\"\ncontact {}\n", NAUGHTY.replace('\r', "")));
    plain(&w, &["batch", "lines"]);
    w.file("config.toml", format!("\"{}\" = 1\n", "x\u{9b}2J\u{202e}\u{200b}y"));
    plain(&w, &["--config", "config.toml", "contact", "list"]);
    w.file("config.toml", "a = \u{1b}[31m\n");
    plain(&w, &["--config", "config.toml", "contact", "list"]);
}

#[test]
fn the_environment_can_not_forge_anything_either() {
    let w = naughty();
    for (name, args) in [
        ("TZ", &["contact", "list"][..]),
        ("ROLO_NOW", &["contact", "list"]),
        ("ROLO_USER", &["task", "add", "x"]),
        ("ROLO_DB", &["contact", "list"]),
        ("ROLO_CONFIG", &["config", "path"]),
        ("EDITOR", &["contact", "edit", "1"]),
        ("COLUMNS", &["contact", "list"]),
    ] {
        let out = w.command().env(name, NAUGHTY).args(args).output().expect("a run");
        assert_plain(name, &String::from_utf8_lossy(&out.stdout));
        assert_plain(name, &String::from_utf8_lossy(&out.stderr));
    }
}

#[test]
fn the_text_in_the_editor_is_plain_too() {
    let w = naughty();
    w.file("editor.sh", "cp \"$1\" seen\n");
    let out = w
        .command()
        .env("EDITOR", "sh editor.sh")
        .args(["contact", "edit", "1"])
        .output()
        .expect("a run");
    assert!(out.status.success());
    assert_plain("the text", &w.read("seen"));
    let before = w.json(&["contact", "show", "1", "-o", "json"]);
    w.file("editor.sh", "sed -i 's/^department = .*/department = \"x\"/' \"$1\"\n");
    let out = w
        .command()
        .env("EDITOR", "sh editor.sh")
        .args(["contact", "edit", "1"])
        .output()
        .expect("a run");
    assert!(out.status.success());
    let after = w.json(&["contact", "show", "1", "-o", "json"]);
    assert_eq!(after["department"], "x");
    for field in ["name", "title", "city", "about", "tags", "company_id"] {
        assert_eq!(after[field], before[field], "{field}");
    }
}
