//! Rows that were rejected, mended and imported later end as if they had been right at once: whatever
//! rows share their keys, in whatever order and in how many goes they come.

use rolo::clock::Chance;
use rolo::model::model;

use super::desk::Desk;
use crate::harness::cases;

const HEADERS: [&str; 6] = ["name", "email", "phone", "city", "tags", "birthday"];

type Row = [String; 6];

fn row(chance: &Chance) -> Row {
    let pick = |from: &[&str]| (*chance.pick(from)).to_owned();
    [
        pick(&["Ann", "Боб", "李"]),
        pick(&["a@x.example", "b@x.example", "a@x.example; c@x.example", "c@x.example", ""]),
        pick(&["", "+359888123450", "+359888123451"]),
        pick(&["", "Rome", "Пловдив"]),
        pick(&["", "old", "new; vip"]),
        pick(&["", "1980-01-01", "--02-29"]),
    ]
}

/// The row with something wrong in it that nobody can read.
fn broken(row: &Row, chance: &Chance) -> Row {
    let mut row = row.clone();
    let (at, what) = if chance.below(3) == 0 { (1, "no-at") } else { (5, "some day") };
    what.clone_into(&mut row[at]);
    row
}

fn text(rows: &[(Row, String)]) -> String {
    let mut text = HEADERS.join(",") + ",reason\n";
    for (row, reason) in rows {
        text += &format!("{},\"{}\"\n", row.join(","), reason.replace('"', "\"\""));
    }
    text
}

fn plain(rows: &[Row]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    format!("{}\n{}\n", HEADERS.join(","), lines.join("\n"))
}

/// What is known of everybody but for numbers and stamps.
fn known(desk: &Desk) -> Vec<String> {
    let out = desk.ok(&["contact", "list", "-o", "jsonl"]);
    let one = |line: &str| {
        let mut record: serde_json::Value = serde_json::from_str(line).expect("an object");
        let object = record.as_object_mut().expect("an object");
        object.retain(|key, _| !matches!(key.as_str(), "id" | "uid"));
        record.to_string()
    };
    let mut all: Vec<String> = out.lines().map(one).collect();
    all.sort();
    all
}

/// The reasons of a file of rejects, by its rows.
fn reasons(file: &str) -> Vec<String> {
    let mut reader = csv_core::Reader::new();
    let (mut out, mut ends) = (vec![0; file.len()], vec![0; 100]);
    let (mut at, mut all) = (0, Vec::new());
    while at < file.len() {
        let (_, read, _, cells) = reader.read_record(&file.as_bytes()[at..], &mut out, &mut ends);
        at += read;
        let last = &out[ends[cells - 2]..ends[cells - 1]];
        all.push(String::from_utf8(last.to_vec()).expect("text"));
    }
    all.remove(0);
    all
}

/// One file with broken rows; `false` where it tells nothing.
fn holds(seed: u64) -> bool {
    let chance = Chance::seeded(seed);
    let rows: Vec<Row> = (0..3 + chance.below(6)).map(|_| row(&chance)).collect();
    let bad: Vec<usize> = (0..rows.len()).filter(|_| chance.below(3) == 0).collect();
    let mode = *chance.pick(&["update", "update", "fill", "skip"]);
    let before = (chance.below(2) == 0).then(|| plain(&[row(&chance)]));
    let (once, twice) = (Desk::new(model), Desk::new(model));
    for desk in [&once, &twice] {
        if let Some(before) = &before {
            desk.ok(&["contact", "import", &desk.file("before.csv", before)]);
        }
    }
    let right = once.file("in.csv", plain(&rows));
    if bad.is_empty() || once.run(&["contact", "import", &right, "--on-match", mode]).code != 0 {
        return false;
    }
    let mut wrong = rows.clone();
    for at in &bad {
        wrong[*at] = broken(&rows[*at], &chance);
    }
    let (file, to) = (twice.file("in.csv", plain(&wrong)), twice.path("bad.csv"));
    let run = twice.run(&["contact", "import", &file, "--rejects", &to, "--on-match", mode]);
    assert_eq!(run.code, 4, "{seed}: {}", run.err);
    let reasons = reasons(&std::fs::read_to_string(&to).expect("rejects"));
    if reasons.len() != bad.len() {
        return false;
    }
    let mended: Vec<_> =
        bad.iter().zip(reasons).map(|(at, reason)| (rows[*at].clone(), reason)).collect();
    let (one, other): (Vec<_>, Vec<_>) = mended.into_iter().partition(|_| chance.below(2) == 0);
    let import = |part: &[(Row, String)]| {
        let file = twice.file("mended.csv", text(part));
        let run = twice.run(&["contact", "import", &file, "--on-match", mode]);
        // Of two records that its two addresses have made by now, none is chosen.
        assert!(run.code == 0 || run.err.contains("in several records"), "{seed}: {}", run.err);
        run.code == 0
    };
    let parts = [&other, &one].into_iter().filter(|part| !part.is_empty());
    if !parts.clone().all(|part| import(part)) {
        return false;
    }
    let told = || {
        let goes = parts.clone().map(|part| text(part)).collect::<Vec<_>>().join("\n");
        format!("{seed}, {mode}: {before:?}\n{}\n{goes}", plain(&rows))
    };
    assert_eq!(known(&twice), known(&once), "{}", told());
    // A row whose two addresses were filled into two records is refused the next time, at once too.
    if once.run(&["contact", "import", &right, "--on-match", mode]).code == 0 {
        assert!(parts.clone().all(|part| import(part)), "once more: {}", told());
    }
    assert_eq!(known(&twice), known(&once), "once more: {}", told());
    true
}

#[test]
fn a_mended_row_ends_where_it_would_have_been_at_once() {
    let tried = cases(120);
    let told = (0..u64::from(tried)).filter(|seed| holds(*seed)).count();
    assert!(told * 3 > tried as usize, "only {told} files of {tried} told anything");
}
