//! Files that want to break the reader: nothing half imported, the place named, memory flat.

use std::io::Write;
use std::process::Stdio;

use crate::harness::World;

fn refuses(bytes: impl AsRef<[u8]>, place: &str) {
    let w = World::new();
    let file = w.file("a.csv", bytes);
    let err = w.fails(4, &["contact", "import", &file]);
    assert!(err.contains(place), "{place}: {err}");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
}

#[test]
fn what_is_broken_is_named_by_its_line() {
    let good = "Ann,Rome\n".repeat(3000);
    refuses(format!("name,city\n{good}Bob,\"open\nCy,x\n"), "line 3002: the quote that opens here");
    refuses(format!("name,city\n{good}Bob,a\0b\n"), "line 3002: a NUL byte");
    let mut bytes = format!("name,city\nИван Петров из Перми,Тверь\n{good}").into_bytes();
    bytes.extend_from_slice(b"Bo\xc3b,x\n");
    refuses(bytes, "line 3003: the byte C3 in the column `name` is not UTF-8");
    refuses("name,city,City\nA,B,C\n", "the columns `city` and `City` both mean");
    refuses("name,name\nA,B\n", "the columns 1 and 2 are both called `name`");
    refuses("name,city\nAnn,Rome,extra,cells\n", "line 2");
}

#[test]
fn line_ends_of_all_kinds_are_understood() {
    for ends in ["\r", "\n", "\r\n"] {
        let w = World::new();
        let text = ["name,city", "Ann,\"Rome", "Italy\"", "", "Bob,Varna", ""].join(ends);
        let file = w.file("a.csv", text);
        w.ok(&["contact", "import", &file]);
        assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n", "{ends:?}");
    }
    let w = World::new();
    let file = w.file("a.csv", "name,city\rAnn,Rome\r\nBob,Varna\nCy,Ruse\r\r\nDi,Bern");
    w.ok(&["contact", "import", &file]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "4\n");
}

#[test]
fn twenty_thousand_columns_and_a_field_of_16_mb_come_in() {
    let w = World::new();
    let wide: Vec<String> = (0..20_000).map(|n| format!("c{n}")).collect();
    let text = format!("name,{}\nAnn,{}\n", wide.join(","), "x,".repeat(19_999) + "x");
    let file = w.file("wide.csv", text);
    w.ok(&["contact", "import", &file]);
    let long = "я".repeat(8 << 20);
    let file = w.file("long.csv", format!("name,about\nBob,{long}\n"));
    w.ok(&["contact", "import", &file]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n");
}

/// The most memory that a dry run took while a stream came in, in KB.
fn peak(rows: usize, encode: fn(&str) -> Vec<u8>) -> u64 {
    let w = World::new();
    let mut child = w
        .command()
        .args(["contact", "import", "-", "--format", "csv", "--map", "zz=city"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(&encode("name,zz,birthday\n")).expect("written");
    let block = encode(&"Иван Петров,12 ю,03/04/1990\n".repeat(1000));
    for _ in 0..rows / 1000 {
        stdin.write_all(&block).expect("written");
    }
    // All is read now but what the pipe and the chunks hold; the rows wait for a date that tells.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a status");
    drop(stdin);
    let _ = child.wait();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).expect("a line");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

#[test]
fn rows_that_wait_for_a_date_take_no_memory_in_any_encoding() {
    let old: fn(&str) -> Vec<u8> = |text| encoding_rs::WINDOWS_1251.encode(text).0.into_owned();
    // What is held in memory is full by the first.
    let (few, many) = (peak(100_000, old), peak(400_000, old));
    assert!(many < few + 16_384, "{few} KB, then {many} KB");
}
