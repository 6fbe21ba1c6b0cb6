//! Standard output closed or full.

use std::fs::OpenOptions;
use std::process::Stdio;

use super::demo;
use crate::harness::{Run, World};

const PRINTING: &[&[&str]] = &[
    &["contact", "list"],
    &["contact", "list", "-o", "json"],
    &["contact", "list", "-o", "jsonl"],
    &["contact", "list", "-o", "csv"],
    &["contact", "list", "-o", "tsv"],
    &["contact", "list", "-o", "ids"],
    &["contact", "list", "--count"],
    &["contact", "show", "1"],
    &["contact", "show", "1", "-o", "json"],
    &["contact", "history", "1"],
    &["contact", "export"],
    &["contact", "export", "--format", "json"],
    &["deal", "board"],
    &["deal", "board", "-o", "json"],
    &["agenda"],
    &["agenda", "-o", "json"],
    &["search", "a"],
    &["changes"],
    &["doctor"],
    &["sql", "SELECT name FROM contacts"],
    &["config", "list"],
    &["view", "list"],
    &["--help"],
    &["--version"],
    &["help", "filter"],
    &["contact", "--help"],
    &["contact", "add", "--help"],
    &["man"],
    &["man", "contact"],
    &["completions", "bash"],
    &["completions", "zsh"],
    &["completions", "fish"],
    &["contact", "add", "Zed"],
    &["batch", "lines"],
];

fn run_into(w: &World, args: &[&str], out: impl Into<Stdio>) -> Run {
    let output = w
        .command()
        .args(args)
        .stdout(out)
        .stderr(Stdio::piped())
        .output()
        .expect("the program runs");
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::new(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let w = demo();
    w.file("lines", "contact list\n");
    for args in PRINTING {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let run = run_into(&w, args, full);
        assert_eq!(run.code, 1, "{args:?} {}", run.err);
        run.assert_clean();
        assert!(
            run.err.contains("output") && run.err.contains("No space left"),
            "{args:?} {}",
            run.err
        );
        assert_eq!(run.err.lines().count(), 1, "{args:?} {}", run.err);
    }
}

#[test]
fn a_reader_that_closes_the_pipe_ends_it_quietly() {
    let w = demo();
    w.file("lines", "contact list\n");
    for args in PRINTING {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let run = run_into(&w, args, writer);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn what_can_not_be_told_on_standard_error_still_has_its_exit_code() {
    let w = demo();
    for (code, args) in [
        (3, &["contact", "show", "nobody"][..]),
        (2, &["contact", "list", "("]),
        (2, &["contact", "list", "--frob"]),
        (0, &["contact", "rm", "1"]),
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let status = w
            .command()
            .args(args)
            .stdout(Stdio::null())
            .stderr(full)
            .status()
            .expect("the program runs");
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}
