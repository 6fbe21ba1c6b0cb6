//! Completion of names that a shell would split.

use crate::harness::World;

fn candidates(w: &World, typed: &str, word: Option<&str>) -> Vec<String> {
    let mut command = w.command();
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", "3");
    if let Some(word) = word {
        command.env("ROLO_COMPLETE_WORD", word);
    }
    let output =
        command.args(["--", "rolo", "contact", "show", typed]).output().expect("the program runs");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn bash_gets_names_escaped_unless_a_quote_is_open() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann O'Lee (new)"]);
    for typed in ["an", "Ann ", "Ann\\ "] {
        assert_eq!(candidates(&w, typed, Some(typed)), ["Ann\\ O\\'Lee\\ \\(new\\)"], "{typed}");
    }
    assert_eq!(candidates(&w, "Ann ", Some("\"Ann ")), ["Ann O'Lee (new)"]);
    let script = w.ok(&["completions", "bash"]);
    assert!(script.contains("ROLO_COMPLETE_WORD=\"${COMP_WORDS[COMP_CWORD]}\""), "{script}");
}
