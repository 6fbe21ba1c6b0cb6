//! The line of `:`.

use std::sync::{Arc, Mutex};

use super::harness::{Bench, filled};
use crate::tui::{Commands, Ran};

/// A command line that remembers.
#[derive(Default)]
struct Remembers(Mutex<Vec<String>>);

impl Commands for Remembers {
    fn run(&self, line: &str, _: Option<usize>) -> Ran {
        Ran { ok: true, out: format!("ran {line}\n").into_bytes(), err: Vec::new() }
    }

    fn commands(&self) -> Vec<String> {
        vec!["doctor".into(), "agenda".into()]
    }

    fn complete(&self, line: &str) -> Vec<(String, String)> {
        let words: &[&str] = match line {
            "deal li" => &["list"],
            "deal w" => &["win", "winrate"],
            "contacts list comp" => &["company:"],
            _ => &[],
        };
        words.iter().map(|word| ((*word).to_owned(), String::new())).collect()
    }

    fn past(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn keep(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

fn bench() -> Bench {
    let mut bench = filled();
    bench.app.common.command = Arc::new(Remembers::default());
    bench
}

/// Types a line and Enter.
fn line<'b>(bench: &'b mut Bench, text: &str) -> &'b mut Bench {
    bench.keys(":").text(text).keys("enter")
}

#[test]
fn the_words_of_the_command_table_do_what_they_say() {
    let mut bench = bench();
    line(&mut bench, "contacts /company:acme").sees("Ann Lee").sees("company:acme");
    line(&mut bench, "cols name,city").sees("city");
    line(&mut bench, "view save my deal list").sees("saved the view `my-deal-list`");
    line(&mut bench, "reload");
    line(&mut bench, "history").sees("contact:");
    bench.keys("esc");
    line(&mut bench, "export csv").sees("Export CSV to");
    bench.keys("esc esc");
    line(&mut bench, "board Sales").sees("Qualified");
    line(&mut bench, "board /amount>50k").sees("amount>50k");
    line(&mut bench, "w").sees("kept at once");
    line(&mut bench, "set theme=mono").sees("theme is mono");
    line(&mut bench, "mouse off").sees("mouse is off");
    line(&mut bench, "agenda").sees("Call about the DPA");
    line(&mut bench, "doctor").sees("ran doctor");
    bench.keys("esc");
    line(&mut bench, "undo 1").sees("undid");
    line(&mut bench, "q");
    assert!(bench.left);
}

#[test]
fn a_wrong_word_says_so_where_it_was_typed() {
    let mut bench = bench();
    for (text, why) in [
        ("set thme=light", "did you mean `theme`?"),
        ("set", "sets nothing"),
        ("mouse maybe", "`maybe` is no mouse"),
        ("contcts", "`contcts` is no command; did you mean `contacts`?"),
        ("export pdf", "what is shown goes to CSV"),
        ("view save", "a view needs a name"),
        ("undo 0", "undoes nothing"),
    ] {
        line(&mut bench, text).sees(why);
        // It can be mended.
        bench.sees(text).keys("esc");
    }
    line(&mut bench, "set theme=nowhere").sees("nowhere");
}

#[test]
fn lines_come_back_and_words_are_completed() {
    let mut bench = bench();
    line(&mut bench, "w");
    line(&mut bench, "board Sales");
    bench.keys(": up").sees("board Sales").keys("up").sees("w").keys("down down").keys("up enter");
    bench.sees("Qualified");
    bench.keys(":").text("deal li").keys("tab").sees("deal list ");
    bench.keys("ctrl+u").text("deal w").keys("tab").sees("deal win").sees("win  winrate");
    bench.keys("ctrl+u").text("contacts /comp").keys("tab").sees("contacts /company:");
    bench.keys("ctrl+u").text("set the").keys("tab tab").sees("set theme=").sees("high-contrast");
    bench.keys("ctrl+u").text("rel").keys("tab enter");
    assert_eq!(bench.app.depth(), 0);
}
