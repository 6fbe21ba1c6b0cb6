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

/// What bash puts in place of the word under way, when TAB follows `line`: its own function runs, with
/// the words cut as bash cuts them.
fn tab(w: &World, line: &str) -> Vec<String> {
    let script = w.file("rolo.bash", w.ok(&["completions", "bash"]));
    let bin = w.path("bin");
    let _ = std::fs::create_dir(&bin);
    let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rolo"), bin.join("rolo"));
    let mut words: Vec<String> = vec![String::new()];
    for c in line.chars() {
        let last = words.len() - 1;
        let is_break = |c: char| ":=@".contains(c);
        if c == ' ' {
            words.push(String::new());
        } else if !words[last].is_empty() && (is_break(c) != words[last].ends_with(is_break)) {
            words.push(c.to_string());
        } else {
            words[last].push(c);
        }
    }
    let current = words.last().cloned().unwrap_or_default();
    let behind_at = words.len() > 1 && words[words.len() - 2] == "@";
    let current = match current.as_str() {
        ":" | "=" => String::new(),
        _ if behind_at => format!("@{current}"),
        _ => current,
    };
    let listed: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
    let run = format!(
        "source '{script}' 2>/dev/null; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({}); \
         COMP_CWORD={}; COMP_TYPE=9; _clap_complete_rolo rolo '{current}' x; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        listed.join(" "),
        words.len() - 1
    );
    let mut command = w.command_of("bash");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = command.env("PATH", path).args(["-c", &run]).output().expect("bash runs");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn terms_of_a_filter_are_completed_from_the_database() {
    let w = World::new();
    w.ok(&["deal", "add", "Big", "--tag", "vip"]);
    w.ok(&["user", "add", "bob"]);
    w.ok(&["view", "save", "hot", "deal", "is:open"]);
    w.ok(&["view", "save", "home", "contact", "is:mine"]);
    assert_eq!(tab(&w, "rolo deal list @"), ["@hot"]);
    assert_eq!(tab(&w, "rolo deal list @h"), ["@hot"]);
    assert_eq!(tab(&w, "rolo contact list @h"), ["@home"]);
    assert_eq!(tab(&w, "rolo deal list +v"), ["+vip"]);
    assert_eq!(tab(&w, "rolo deal list owner:"), ["ann", "bob"]);
    assert_eq!(tab(&w, "rolo deal list owner:b"), ["bob"]);
    assert_eq!(tab(&w, "rolo deal list owner:ann,b"), ["ann,bob"]);
    assert_eq!(tab(&w, "rolo deal list stage.kind:w"), ["won"]);
    assert!(tab(&w, "rolo deal list stage:").contains(&"Lead".to_owned()));
    assert_eq!(tab(&w, "rolo deal list stage:Le"), ["Lead"]);
    assert_eq!(tab(&w, "rolo deal list is:op"), ["open"]);
    assert_eq!(tab(&w, "rolo deal list clo"), ["closes:", "closed:", "closes_history:"]);
    assert_eq!(tab(&w, "rolo task list status:d"), ["doing", "done"]);
}

#[test]
fn refs_behind_a_colon_are_completed_too() {
    let w = World::new();
    w.ok(&["deal", "add", "Big order"]);
    assert_eq!(tab(&w, "rolo show deal:B"), ["Big\\ order"]);
    assert_eq!(tab(&w, "rolo show deal:1"), ["1"]);
    assert_eq!(tab(&w, "rolo deal list --output=js"), ["json", "jsonl"]);
}

#[test]
fn a_name_that_several_bear_is_offered_once() {
    let w = World::new();
    for _ in 0..3 {
        w.ok(&["contact", "add", "Ann Lee"]);
    }
    w.ok(&["contact", "add", "Ann Moss"]);
    assert_eq!(candidates(&w, "Ann", Some("Ann")), ["Ann\\ Lee", "Ann\\ Moss"]);
}

#[test]
fn a_value_of_several_words_is_completed_in_quotes() {
    let w = World::new();
    w.ok(&["company", "add", "Acme GmbH"]);
    assert_eq!(tab(&w, "rolo contact list company:ac"), ["\\\"Acme\\ GmbH\\\""]);
    assert_eq!(w.ok(&["contact", "list", "company:\"Acme GmbH\"", "--count"]), "0\n");
}
