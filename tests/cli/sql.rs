//! `sql`: queries that don't end by themselves.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::World;

const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT";

#[test]
fn a_query_is_stopped_by_the_seconds_it_is_given() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    let begun = Instant::now();
    let query = format!("{ENDLESS} count(*) FROM c");
    let err = w.fails(1, &["sql", &query, "--seconds", "1"]);
    assert!(err.contains("longer than the 1 seconds"), "{err}");
    assert!(begun.elapsed() < Duration::from_mins(1));
    assert_eq!(
        w.ok(&["sql", "SELECT name FROM contacts", "--seconds", "60", "-o", "csv"]),
        "name\nAnn\n"
    );
    w.fails(2, &["sql", "SELECT 1", "--seconds", "0"]);
}

#[test]
fn an_endless_answer_streams_and_ends_with_its_reader_or_a_signal() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    let query = format!("{ENDLESS} x FROM c");
    for format in ["json", "jsonl", "csv", "tsv"] {
        let mut child = w
            .command()
            .args(["sql", &query, "-o", format])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut begun = [0; 4096];
        let mut out = child.stdout.take().expect("its output");
        out.read_exact(&mut begun).expect("the first rows come while it runs");
        drop(out);
        // A closed pipe ends it, as `| head` does.
        assert_eq!(child.wait().expect("an end").code(), Some(0), "{format}");
    }
    let mut child = w
        .command()
        .args(["sql", &format!("{ENDLESS} count(*) FROM c")])
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    std::thread::sleep(Duration::from_millis(300));
    // Not INT, which whatever runs in the background of a shell is started without.
    let end = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(end.expect("a signal").success());
    assert!(!child.wait().expect("an end").success());
}

#[test]
fn an_answer_is_the_same_json_however_many_rows_it_has() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    assert_eq!(w.ok(&["sql", "SELECT 1 AS a WHERE 0", "-o", "json"]), "[]\n");
    assert_eq!(w.ok(&["sql", "SELECT 1 AS a", "-o", "json"]), "[\n{\"a\":1}\n]\n");
    assert_eq!(
        w.ok(&["sql", "SELECT 1 AS a UNION SELECT 2", "-o", "jsonl"]),
        "{\"a\":1}\n{\"a\":2}\n"
    );
}
