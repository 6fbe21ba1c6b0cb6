//! The round trip: what goes out and comes into an empty file goes out again as the same bytes, for
//! every noun, in every format, whichever noun comes first.

use rolo::cli::global::Surroundings;
use rolo::entity::{Choices, Field, Kind, Noun, Target, join_cell};
use rolo::model::model;

use super::desk::Desk;
use crate::harness::NOW;

const FORMATS: [&str; 4] = ["csv", "tsv", "json", "jsonl"];

/// Texts that have broken somebody's importer.
const NAUGHTY: &[&str] = &[
    "plain",
    "\u{1}\u{7}\u{8}\u{1b}[31m\u{7f}\u{85}\u{9b}",
    "two\nlines\r\nand\rmore\n",
    "\"quoted\", 'so', \"\"",
    "=1+1",
    "'=1+1",
    "''=1+1",
    "+SUM(A1)",
    "-2+3",
    "@cmd",
    "\t=1",
    "\r=1",
    "'",
    "''",
    "'plain",
    "'+44 20 7946 0000",
    "+44 20 7946 0000",
    "-12.5",
    "\u{feff}begins with a mark",
    "\u{202e}txt.exe\u{202c}",
    "\u{2066}עברית\u{2069} العربية",
    "👩‍👩‍👧‍👦🏴‍☠️",
    "會議紀錄、株式会社",
    "Z͑ͫ̓ͪ̂ͫ̽͏a̴̙l̖g̞o̧",
    "  padded  ",
    " ",
    "\u{a0}hard\u{3000}spaces\u{200b}",
    "a; b:c\\ \\; \\: ;",
    ";",
    "\\",
    "a | b | | c",
    "none",
    "NULL",
    "null",
    "N/A",
    "n/a",
    "-",
    "—",
    "true",
    "0",
    "007",
    "1e5",
    "12,50",
    "2026-11-22",
    "{\"json\": [1, null]}",
    "line\u{2028}separators\u{2029}",
    "ﬁ ½ Å ß ẞ İı",
    "e\u{301} é",
    "company:1",
    "https://x.test/?a=b;c&d=\"e\"",
    "#1",
    "me",
    "(trash)",
    "deal:42; company:Acme",
];

/// What is set up comes first here; last comes what everything links to.
const LINKED_FIRST: [&str; 24] = [
    "field",
    "team",
    "user",
    "tag",
    "pipeline",
    "stage",
    "product",
    "rate",
    "territory",
    "assignment",
    "scoring",
    "response",
    "bonus",
    "quota",
    "company",
    "contact",
    "deal",
    "line",
    "lead",
    "task",
    "ticket",
    "event",
    "activity",
    "view",
];

/// The same backwards, but custom fields: without its declaration a column is a stranger's.
fn linked_last() -> Vec<&'static str> {
    let back = LINKED_FIRST.iter().copied().filter(|n| *n != "field").rev();
    ["field"].into_iter().chain(back).collect()
}

fn desk() -> Desk {
    Desk::new(model)
}

/// A text of the list, whatever the number; one in twenty is ten thousand characters long.
fn naughty(n: usize) -> String {
    if n % 20 == 19 { "long ☃ ".repeat(1_500) } else { NAUGHTY[n % NAUGHTY.len()].to_owned() }
}

/// A cell of several parts, with naughty labels and values.
fn parts(values: &[(String, String)]) -> String {
    join_cell(values.iter().map(|(label, value)| (label.as_str(), value.as_str())))
}

/// A label for an item of a list; empty texts and those that a trim would change are no labels.
fn item_label(n: usize) -> String {
    naughty(n).trim().chars().take(40).collect()
}

/// A value of a field's kind in the form of a cell, the `n`th; `None` where the field stays empty.
fn cell(field: &Field, n: usize) -> Option<String> {
    Some(match field.kind {
        // What is looked at beyond its kind.
        _ if field.filter_of.is_some() => "tag:x or -is:trashed".to_owned(),
        _ if field.name == "hours" => "mon-fri 09:00-12:00 13:00-18:00; sun 10:00-12:00".to_owned(),
        Kind::Words(_) if field.name == "holidays" => "12-25; 2026-12-28..2027-01-06".to_owned(),
        Kind::Text if field.check.is_some() => ["2026-Q4", "2025-02", "1999"][n % 3].to_owned(),
        Kind::Decimal if field.check.is_some() => ["1.25", "0.0001"][n % 2].to_owned(),
        Kind::Money if field.check.is_some() => ["7 EUR", "0.001 KWD"][n % 2].to_owned(),
        Kind::Duration if field.min.is_some() => ["90", "1d"][n % 2].to_owned(),
        Kind::Text | Kind::Longtext | Kind::Address | Kind::Handle | Kind::Url => naughty(n),
        Kind::Email => format!("o'brien+{n}=x@{}.example", ["naïve", "x", "例え"][n % 3]),
        Kind::Phone => {
            [format!("+44 20 7946 {n:04}"), format!("=call; {n}: or \\ 6"), format!("'{n}")][n % 3]
                .clone()
        }
        Kind::Consent => format!("given 2026-01-0{} by form; page: 3 \\", 1 + n % 9),
        Kind::Rrule => ["FREQ=WEEKLY;BYDAY=MO", "daily", "every 2 weeks"][n % 3].to_owned(),
        Kind::Zone => ["Europe/Sofia", "Asia/Kathmandu"][n % 2].to_owned(),
        Kind::Currency => ["USD", "JPY", "KWD"][n % 3].to_owned(),
        Kind::Int => (field.min.unwrap_or(-3) + i64::try_from(n % 5).expect("small")).to_string(),
        Kind::Decimal => ["12.5", "-0.001", "0", "123456789.25"][n % 4].to_owned(),
        Kind::Money if field.not_negative => ["12000.50 USD", "3 JPY", "0 EUR"][n % 3].to_owned(),
        Kind::Money => ["12000.50 USD", "-3 JPY", "0.001 KWD", "7", "0 EUR"][n % 5].to_owned(),
        Kind::Percent => ["33.3", "0", "100"][n % 3].to_owned(),
        Kind::Date => ["2026-02-28", "0987-01-01", "1900-12-31", "9999-12-31"][n % 4].to_owned(),
        // Nothing ends before it begins.
        Kind::Datetime if field.name == "end" => "2038-01-19T03:14:08Z".to_owned(),
        Kind::Datetime => ["2026-03-29T01:30:00Z", "1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z"]
            [n % 3]
            .to_owned(),
        Kind::Due => ["2026-10-25", "2026-10-25T01:30:00Z"][n % 2].to_owned(),
        Kind::Duration => ["90", "0", "1d"][n % 3].to_owned(),
        Kind::Bool => ["yes", "no"][n % 2].to_owned(),
        Kind::Choice(choices) => one_word(choices, n),
        Kind::Words(_) if field.dated => parts(&[
            (String::new(), format!("2026-01-0{}T09:00:00Z ..2026-03-01 moved", 1 + n % 9)),
            (String::new(), "2026-02-01T09:00:00Z 2026-03-01..2026-04-01 moved ann".to_owned()),
            (String::new(), "2026-02-01T09:00:00Z 2026-04-01..2026-03-01 moved ann".to_owned()),
            (String::new(), "2026-02-01T09:00:00Z 2026-03-01..2026-04-01 moved ann".to_owned()),
        ]),
        Kind::Words(choices) => parts(&[
            (String::new(), one_word(choices, n)),
            (String::new(), one_word(choices, n + 1)),
        ]),
        Kind::Tags => parts(&[(String::new(), item_label(n)), (String::new(), item_label(n + 7))]),
        Kind::List(Kind::File) | Kind::File | Kind::Uid | Kind::Totals => return None,
        Kind::List(item) => {
            let one = Field { trimmed: true, ..rolo::entity::field("item", *item, "") };
            let items =
                (0..=(n % 3)).filter_map(|k| Some((item_label(n + k), cell(&one, n + 3 * k)?)));
            parts(&items.collect::<Vec<_>>())
        }
        Kind::Link(target) => reference(target, n),
        Kind::Links(target, roles) => {
            let to = |k: usize| {
                let role = match roles {
                    Some(_) if field.dated => format!("2026-0{}-01T09:00:00Z ann", 1 + k % 9),
                    roles => roles.map_or(String::new(), |r| one_word(r, n + k)),
                };
                let named = reference(target, n + k);
                match target {
                    Target::Any(_) if roles.is_none() => {
                        let (noun, id) = named.split_once(':').expect("a typed reference");
                        (noun.to_owned(), id.to_owned())
                    }
                    _ => (role, named),
                }
            };
            parts(&(0..=(n % 3)).map(to).collect::<Vec<_>>())
        }
    })
}

fn one_word(choices: &Choices, n: usize) -> String {
    let own = if choices.open { NAUGHTY.len() } else { 0 };
    let at = n % (choices.words.len() + own);
    match choices.words.get(at) {
        Some(word) => word.word.to_owned(),
        None => match naughty(at).trim() {
            "" => "x".to_owned(),
            text => text.chars().take(100).collect(),
        },
    }
}

/// The first few records of a noun, by id.
fn reference(target: Target, n: usize) -> String {
    let id = 1 + n % 3;
    match target {
        Target::One(entity) => format!("{}:{id}", entity.name),
        Target::Any(among) => {
            let nouns = if among.is_empty() {
                vec!["company", "contact", "deal"]
            } else {
                among.iter().map(|e| e.name).collect()
            };
            format!("{}:{id}", nouns[n % nouns.len()])
        }
    }
}

/// A record of a noun with every field that can be set filled, the `n`th.
fn add(d: &Desk, noun: &Noun, n: usize) {
    let mut args = vec![noun.name().to_owned(), "add".to_owned()];
    for (at, field) in noun.fields.iter().enumerate().filter(|(_, f)| f.is_settable()) {
        let is_label = field.name == noun.entity.label().name;
        // Every field is empty now and then, but what must be given.
        if !field.required && !is_label && (n + at) % 5 == 4 {
            continue;
        }
        let Some(mut value) = cell(field, n + at * usize::from(!is_label)) else { continue };
        if noun.entity.unique && noun.entity.key.contains(&field.name) {
            value = format!("{} {n}", value.chars().take(200).collect::<String>());
        }
        if field.name == "pipeline" || field.name == "stage" && noun.name() == "deal" {
            // A stage belongs to its pipeline.
            value =
                format!("{}:{}", field.name, 1 + n % 2 * if field.name == "stage" { 6 } else { 1 });
        }
        if field.names_of.is_some() {
            let names = if field.kind == Kind::Text { "owner" } else { "amount; closes" };
            names.clone_into(&mut value);
        }
        if noun.name() == "line" && matches!(field.name, "price" | "quantity") {
            // The lines of a deal have one currency, and none takes anything back.
            value = format!("{n}.5");
        }
        if field.required && value.trim().is_empty() {
            "x".clone_into(&mut value);
        }
        args.push("--set".to_owned());
        args.push(format!("{}={value}", field.name));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    d.ok(&args);
}

/// A file with several of everything, custom fields of every kind among them.
fn full() -> Desk {
    let d = desk();
    // Three of each first, so that links have somewhere to go.
    for n in 1..=3 {
        let name = format!("u{n}");
        d.ok(&["user", "add", &name]);
        d.ok(&["team", "add", &format!("Team {n}")]);
        d.ok(&["company", "add", "Acme"]);
        d.ok(&["contact", "add", "Ann Lee", "--email", "ann@acme.example"]);
    }
    for n in 1..=3 {
        d.ok(&["territory", "add", &format!("Territory {n}")]);
        d.ok(&["assignment", "add", &format!("Rule {n}")]);
    }
    d.ok(&["pipeline", "add", "Partners; \"new\": =1"]);
    for stage in ["Lead", "Won", "'=signed"] {
        d.ok(&["stage", "add", stage, "--pipeline", "pipeline:2"]);
    }
    for n in 1..=3 {
        d.ok(&["product", "add", &format!("P{n}"), "--sku", &format!("S{n}")]);
        d.ok(&["deal", "add", "Same name", "--company", &n.to_string()]);
        d.ok(&["lead", "add", &format!("L{n}")]);
        d.ok(&["task", "add", "Call"]);
        d.ok(&["ticket", "add", "Help", "--number", &format!("T-{n}")]);
        d.ok(&["event", "add", "Meet", "--start", "tomorrow 10:00"]);
        d.ok(&["contact", "note", &n.to_string(), "said hello"]);
    }
    for noun in ["contact", "deal", "stage", "activity"] {
        for kind in rolo::entity::CustomField::KINDS {
            let name = format!("My {kind}");
            let mut args = vec!["field", "add", noun, &name, "--kind", kind];
            match *kind {
                "choice" => args.extend(["--choices", "north,south; =1"]),
                "link" => args.extend(["--choices", "company"]),
                _ => {}
            }
            d.ok(&args);
        }
    }
    let model = with_custom(&d);
    for noun in &model.nouns {
        if matches!(noun.name(), "field" | "view") {
            continue;
        }
        let many = if noun.name() == "contact" || noun.name() == "company" {
            NAUGHTY.len() + 2
        } else {
            14
        };
        for n in 0..many {
            add(&d, noun, n * 5 + 3);
        }
    }
    d.ok(&[
        "view",
        "save",
        "=odd'view",
        "deal",
        "name:\"a; b\" or is:open",
        "--columns",
        "id,name",
        "--sort",
        "-amount",
    ]);
    // Of an attached file its name, size and hash go out; the bytes stay.
    let file = d.file("'=scan; 1: \\.txt", "bytes");
    for (noun, id) in [("ticket", "4"), ("activity", "4")] {
        d.ok(&[noun, "edit", id, "--file", &file]);
    }
    // What a default filled may have been emptied since.
    for (noun, field) in [
        ("task", "priority"),
        ("ticket", "priority"),
        ("ticket", "owner"),
        ("lead", "owner"),
        ("product", "active"),
        ("stage", "kind"),
    ] {
        d.ok(&[noun, "edit", "3", "--clear", field]);
    }
    // The trash stays at home, and so does what was taken back.
    d.ok(&["company", "add", "Thrown away", "--domain", "gone.example"]);
    d.ok(&["company", "rm", "gone.example"]);
    d.ok(&["company", "add", "Taken back", "--domain", "back.example"]);
    d.ok(&["undo"]);
    d
}

/// The model with the custom fields of a file.
fn with_custom(d: &Desk) -> rolo::entity::Model {
    let rows = d.json(&["field", "export", "--format", "json"]);
    let text =
        |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let custom: Vec<rolo::entity::CustomField> = rows
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| rolo::entity::CustomField {
            noun: text(row, "noun"),
            slug: text(row, "slug"),
            name: text(row, "name"),
            kind: text(row, "kind"),
            choices: row["choices"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|c| c.as_str().map(str::to_owned))
                .collect(),
        })
        .collect();
    model().with_custom(&custom).expect("known kinds")
}

/// Where two texts part, with what stands round it.
fn assert_same(there: &str, here: &str, what: &str) {
    if there == here {
        return;
    }
    let at = there
        .bytes()
        .zip(here.bytes())
        .position(|(a, b)| a != b)
        .unwrap_or(there.len().min(here.len()));
    let round = |text: &str| {
        let from =
            (0..=at.saturating_sub(120)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text[from..].chars().take(300).collect::<String>()
    };
    let line = there[..].bytes().take(at).filter(|b| *b == b'\n').count();
    panic!(
        "{what}: differs at byte {at}, line {line}\n  went out: {:?}\n  came back: {:?}",
        round(there),
        round(here)
    );
}

/// Takes everything out of a file and into an empty one, and compares what goes out of both.
fn assert_round_trip(d: &Desk, format: &str, order: &[&str]) {
    let other = desk();
    for noun in order {
        let file =
            other.file(&format!("{noun}.{format}"), d.ok(&[noun, "export", "--format", format]));
        let run =
            other.run_as("ann", "2027-05-05T05:05:05Z", &[noun, "import", &file, "-o", "json"]);
        assert_eq!(run.code, 0, "{noun} {format} {order:?}: {}", run.err);
        let done: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!(done["ignored_columns"].as_array().map(Vec::len), Some(0), "{noun}: {done}");
    }
    for noun in order {
        let args = [*noun, "export", "--format", format];
        assert_same(
            &d.ok(&args),
            &other.ok(&args),
            &format!("{noun} as {format}, {} first", order[1]),
        );
    }
    assert_eq!(other.run(&["doctor"]).code, 0, "{}", other.run(&["doctor"]).out);
    // The same files again change nothing.
    for noun in order {
        let file = other.path(&format!("{noun}.{format}"));
        let done = other.json(&[noun, "import", &file, "-o", "json"]);
        assert_eq!(
            (&done["created"], &done["updated"]),
            (&0.into(), &0.into()),
            "{noun} again: {done}"
        );
    }
}

#[test]
fn every_noun_of_the_model_makes_the_trip() {
    let mut all: Vec<&str> = model().nouns.iter().map(Noun::name).collect();
    let mut listed = LINKED_FIRST.to_vec();
    all.sort_unstable();
    listed.sort_unstable();
    assert_eq!(all, listed);
}

#[test]
fn everything_goes_out_and_comes_in_as_the_same_bytes() {
    let d = full();
    for format in FORMATS {
        assert_round_trip(&d, format, &LINKED_FIRST);
        assert_round_trip(&d, format, &linked_last());
    }
}

#[test]
fn what_was_typed_is_what_goes_out() {
    let d = desk();
    for (n, text) in NAUGHTY.iter().enumerate() {
        d.ok(&[
            "contact",
            "add",
            &format!("c{n}"),
            "--set",
            &format!("about={text}"),
            "--title",
            text,
        ]);
    }
    let rows = d.json(&["contact", "export", "--format", "json"]);
    let rows = rows.as_array().expect("a list");
    let file = d.ok(&["contact", "export", "--format", "csv", "--raw"]);
    let mut csv = csv::ReaderBuilder::new().from_reader(file.as_bytes());
    let head = csv.headers().expect("a head").clone();
    let at = |name: &str| head.iter().position(|h| h == name).expect("a column");
    let (about, title) = (at("about"), at("title"));
    let records: Vec<csv::StringRecord> = csv.records().map(|r| r.expect("a row")).collect();
    assert_eq!((rows.len(), records.len()), (NAUGHTY.len(), NAUGHTY.len()));
    for ((text, row), record) in NAUGHTY.iter().zip(rows).zip(&records) {
        assert_eq!(row["about"].as_str(), Some(*text));
        assert_eq!(&record[about], *text);
        assert_eq!(row["title"].as_str().unwrap_or_default(), &record[title], "{text:?}");
    }
}

#[test]
fn records_in_the_trash_stay_at_home() {
    let d = desk();
    d.ok(&["company", "add", "Acme"]);
    d.ok(&["contact", "add", "Ann Lee", "--company", "Acme"]);
    d.ok(&["contact", "add", "Bob"]);
    d.ok(&["contact", "rm", "Bob"]);
    d.ok(&["company", "rm", "Acme"]);
    for format in FORMATS {
        let out = d.ok(&["contact", "export", "--format", format]);
        assert!(
            out.contains("Ann Lee") && !out.contains("Bob") && !out.contains("(trash)"),
            "{out}"
        );
        assert!(!d.ok(&["company", "export", "--format", format]).contains("Acme"));
    }
}

#[test]
fn records_of_one_name_keep_their_own_links() {
    let d = desk();
    for city in ["Sofia", "Kyiv"] {
        d.ok(&["company", "add", "Acme", "--city", city]);
    }
    for id in ["1", "2"] {
        d.ok(&["contact", "add", "Ann Lee", "--email", "ann@acme.example", "--company", id]);
    }
    d.ok(&["pipeline", "add", "Partners"]);
    d.ok(&["stage", "add", "Lead", "--pipeline", "Partners"]);
    d.ok(&["deal", "add", "Big", "--contact", "contact:2", "--stage", "Partners/Lead"]);
    d.ok(&["deal", "add", "Big", "--contact", "contact:1", "--stage", "Sales/Lead"]);
    for format in FORMATS {
        for order in [LINKED_FIRST.to_vec(), linked_last()] {
            assert_round_trip(&d, format, &order);
            let other = desk();
            for noun in &order {
                let file = other
                    .file(&format!("{noun}.{format}"), d.ok(&[noun, "export", "--format", format]));
                other.ok(&[noun, "import", &file]);
            }
            let args = [
                "deal",
                "list",
                "--columns",
                "contact.company.city,pipeline",
                "--sort",
                "pipeline.name",
                "-o",
                "csv",
            ];
            assert_eq!(
                other.ok(&args),
                "contact.company.city,pipeline\nKyiv,Partners\nSofia,Sales\n",
                "{format} {order:?}"
            );
        }
    }
}

#[test]
fn seeds_that_were_changed_come_back_changed() {
    let d = desk();
    d.ok(&["contact", "add", "Ann"]);
    d.ok(&["stage", "edit", "Sales/Lead", "--probability", "15", "--stale-days", "20"]);
    d.ok(&["stage", "edit", "Sales/Proposal", "--name", "Offer"]);
    d.ok(&["stage", "rm", "Sales/Negotiation"]);
    d.ok(&["pipeline", "edit", "Sales", "--currency", "USD"]);
    d.ok(&["user", "edit", "ann", "--name", "Ann Lee", "--email", "ann@acme.example"]);
    d.ok(&["contact", "edit", "1", "--tag", "vip"]);
    d.ok(&["tag", "edit", "vip", "--colour", "red"]);
    d.ok(&["contact", "edit", "1", "--owner", "ann"]);
    for format in FORMATS {
        let other = desk();
        for noun in ["contact", "tag", "user", "stage", "pipeline"] {
            let file = other
                .file(&format!("{noun}.{format}"), d.ok(&[noun, "export", "--format", format]));
            other.ok(&[noun, "import", &file]);
        }
        for noun in ["contact", "tag", "user", "pipeline"] {
            let args = [noun, "export", "--format", format];
            assert_same(&d.ok(&args), &other.ok(&args), noun);
        }
        let lead = other.json(&["stage", "show", "Sales/Lead", "-o", "json"]);
        assert_eq!((&lead["probability"], &lead["stale_days"]), (&15.into(), &20.into()));
        assert_eq!(other.json(&["stage", "show", "Sales/Offer", "-o", "json"])["position"], 3);
    }
}

#[test]
fn the_demo_makes_the_trip() {
    let d = desk();
    let file = d.path("rolo.db");
    let run = d.run_as("ann", NOW, &["demo", &file]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_round_trip(&d, "csv", &LINKED_FIRST);
    assert_round_trip(&d, "jsonl", &linked_last());
}

#[test]
fn a_desk_stands_in_surroundings_of_its_own() {
    // What the laws are tested in sees nothing of the tester's home.
    let d = desk();
    d.ok(&["contact", "add", "Ann"]);
    let real = Surroundings::real();
    let home = (real.env)("HOME").unwrap_or_default();
    assert!(!d.ok(&["config", "path"]).starts_with(&*home.to_string_lossy()) || home.is_empty());
}
