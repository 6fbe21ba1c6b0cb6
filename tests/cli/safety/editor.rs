//! A record that changed while it was in the editor, and editors that fail.

use std::path::{Path, PathBuf};

use super::{ann, everything, mode};
use crate::harness::{Run, World};

/// Edits the contact with a shell script for an editor; `$1` is the text, `$ROLO` the program.
fn edited(w: &World, script: &str) -> Run {
    w.file("editor.sh", script);
    std::fs::create_dir_all(w.path("tmp")).expect("a folder");
    let output = w
        .command()
        .args(["contact", "edit", "1"])
        .env("EDITOR", "sh editor.sh")
        .env("ROLO", env!("CARGO_BIN_EXE_rolo"))
        .env("TMPDIR", w.path("tmp"))
        .output()
        .expect("the program runs");
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The texts that stayed behind.
fn kept(w: &World) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(w.path("tmp")).expect("a folder");
    folder.map(|e| e.expect("an entry").path()).collect()
}

/// The one text that was kept, which the error names.
fn kept_text(w: &World, run: &Run) -> String {
    let kept = kept(w);
    let [path] = &kept[..] else { panic!("{kept:?} {}", run.err) };
    assert!(run.err.contains(&*path.to_string_lossy()), "{}", run.err);
    assert_eq!(mode(path), 0o600);
    read(path)
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).expect("a text")).into_owned()
}

fn city(w: &World) -> serde_json::Value {
    w.json(&["contact", "show", "1", "-o", "json"])["city"].clone()
}

const WRITES_SOFIA: &str = "sed -i 's/^city = .*/city = \"Sofia\"/' \"$1\"\n";

#[test]
fn an_edit_never_goes_over_one_that_came_between() {
    let w = ann();
    let run = edited(&w, &format!("\"$ROLO\" contact edit 1 --city Varna\n{WRITES_SOFIA}"));
    assert_eq!((run.code, run.out.as_str()), (4, ""), "{}", run.err);
    assert!(run.err.contains("Varna") && run.err.contains("Sofia"), "{}", run.err);
    assert_eq!(city(&w), "Varna");
    assert!(kept_text(&w, &run).contains("city = \"Sofia\""));
}

#[test]
fn edits_of_different_fields_both_count() {
    let w = ann();
    let run = edited(&w, &format!("\"$ROLO\" contact edit 1 --title Director\n{WRITES_SOFIA}"));
    assert_eq!(run.code, 0, "{}", run.err);
    let record = w.json(&["contact", "show", "1", "-o", "json"]);
    assert_eq!(
        (record["city"].as_str(), record["title"].as_str()),
        (Some("Sofia"), Some("Director"))
    );
    assert!(kept(&w).is_empty());
}

#[test]
fn a_record_that_went_away_in_between_is_not_brought_back() {
    for away in ["rm 1", "rm 1 --purge --yes"] {
        let w = ann();
        let run = edited(&w, &format!("\"$ROLO\" contact {away}\n{WRITES_SOFIA}"));
        assert!(matches!(run.code, 3 | 4), "{} {}", run.code, run.err);
        run.assert_clean();
        assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
        assert!(kept_text(&w, &run).contains("city = \"Sofia\""));
    }
}

#[test]
fn an_editor_that_fails_changes_nothing_and_the_text_is_kept() {
    for (code, script) in [
        (6, format!("{WRITES_SOFIA}exit 3\n")),
        (6, format!("{WRITES_SOFIA}kill -KILL $$\n")),
        (4, ": > \"$1\"\n".into()),
        (4, "printf 'no [[ toml' > \"$1\"\n".into()),
        (4, "printf '\\377\\376' > \"$1\"\n".into()),
        (4, "printf '[1]\\nbirthday = \"soon\"\\n' > \"$1\"\n".into()),
        (4, "printf '[1]\\nnonsense = 1\\n' > \"$1\"\n".into()),
        (4, "printf '[99]\\nname = \"x\"\\n' > \"$1\"\n".into()),
        (4, "printf '[1.name]\\na = 1\\n' > \"$1\"\n".into()),
    ] {
        let w = ann();
        let before = everything(&w);
        let run = edited(&w, &script);
        assert_eq!((run.code, run.out.as_str()), (code, ""), "{script}{}", run.err);
        run.assert_clean();
        kept_text(&w, &run);
        assert_eq!(everything(&w), before, "{script}");
    }
}

#[test]
fn an_editor_that_is_missing_or_takes_the_text_away_changes_nothing() {
    let w = ann();
    let before = everything(&w);
    let run = edited(&w, "rm \"$1\"\n");
    assert_eq!((run.code, run.out.as_str()), (6, ""), "{}", run.err);
    run.assert_clean();
    let output = w
        .command()
        .args(["contact", "edit", "1"])
        .env("EDITOR", "no-such-editor")
        .output()
        .expect("a run");
    assert_eq!(output.status.code(), Some(6));
    assert_eq!(everything(&w), before);
}
