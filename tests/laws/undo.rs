//! Undo inverts: whatever was done, taking it back gives the file as it was, and doing it again
//! gives it as it was before that.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use rolo::clock::Clock;
use rolo::entity::when::stored_instant;
use rolo::model::model;
use rolo::store::{Access, Among, Listing, Options, Store};

use super::desk::Desk;
use crate::harness::{Run, cases};

/// A moment of its own for each step, so that stamps tell them apart.
fn moment(step: usize) -> String {
    format!("2026-11-22T{:02}:{:02}:00Z", 9 + step / 60, step % 60)
}

/// All that there is: each record of every noun with its id and stamps, those in the trash too, and
/// what a search finds. Users aren't looked at, for their creation is not undone.
fn everything(d: &Desk) -> Vec<(&'static str, String)> {
    let now = stored_instant(&moment(600)).expect("an instant");
    let clock = Clock::seeded(now, chrono_tz::UTC, 1);
    let options = Options {
        older: rolo::store::Older::Refuse,
        busy_timeout: Duration::from_secs(5),
        delete_journal: false,
        region: "GB".into(),
    };
    let store = Store::open(Path::new(&d.path("rolo.db")), model, Access::Read, &options, &clock)
        .expect("a store");
    let reader = store.reader(&clock, "nobody").expect("a reader");
    let mut all = Vec::new();
    for noun in store.model().nouns.iter().filter(|n| n.name() != "user") {
        let listing = Listing { among: Among::Both, ..Listing::all(noun) };
        let rows = reader.list(&listing).expect("a list");
        let lines: Vec<String> = rows.iter().map(|row| format!("{row:?}\n")).collect();
        let text = format!("{:?}\n{}", noun.fields, lines.concat());
        all.push((noun.name(), text));
    }
    let found = |word: &&str| {
        reader
            .search(word, 1_000)
            .expect("a search")
            .iter()
            .map(|l| format!("{word}: {l:?}\n"))
            .collect::<String>()
    };
    all.push((
        "search",
        ["acme", "eve", "kyiv", "bob", "call", "soup", "new", "re"].iter().map(found).collect(),
    ));
    all
}

/// What goes out of a file.
fn exports(d: &Desk) -> String {
    let nouns = model()
        .nouns
        .iter()
        .map(rolo::entity::Noun::name)
        .filter(|n| *n != "user")
        .collect::<Vec<_>>();
    nouns.iter().map(|noun| d.ok(&[noun, "export"])).collect()
}

fn changes(d: &Desk) -> String {
    d.ok(&["changes", "-o", "jsonl", "--limit", "10000"])
}

fn count_of(d: &Desk) -> usize {
    changes(d).lines().count()
}

/// The file that the random steps begin with.
fn office() -> Desk {
    let d = Desk::new(model);
    for args in [
        &[
            "company",
            "add",
            "Acme",
            "--domain",
            "acme.example",
            "--city",
            "Sofia",
            "--role",
            "customer",
            "--tag",
            "vip",
        ][..],
        &[
            "company",
            "add",
            "Beta",
            "--email",
            "work:info@beta.example",
            "--email",
            "home@beta.example",
        ],
        &["contact", "add", "Ann Lee", "--email", "ann@acme.example", "--company", "Acme"],
        &[
            "contact",
            "add",
            "--given-name",
            "Bob",
            "--family-name",
            "Ray",
            "--phone",
            "+44 20 7946 0000",
            "--company",
            "Beta",
        ],
        &["deal", "add", "Big", "--amount", "12k", "--company", "Acme", "--contact", "contact:1"],
        &["deal", "add", "Small", "--amount", "300 USD", "--company", "Beta"],
        &["task", "add", "Call", "--due", "2026-11-23", "--about", "deal:1"],
        &["task", "add", "Review", "--due", "2026-11-24", "--repeat", "weekly"],
        &["ticket", "add", "Broken", "--contact", "contact:2", "--priority", "high"],
        &["lead", "add", "Carl Doe", "--company-name", "Gamma", "--email", "carl@gamma.example"],
        &["event", "add", "Fair", "--start", "2026-12-01T09:00:00Z", "--about", "company:1"],
        &["product", "add", "Widget", "--sku", "W1", "--price", "9.99"],
        &["user", "add", "bob"],
        &["field", "add", "contact", "Shoe size", "--kind", "int"],
        &["contact", "note", "1", "likes tea"],
    ] {
        d.ok(args);
    }
    d
}

/// What may be done in one step; files are named by what stands in them.
const STEPS: &[&[&str]] = &[
    &[
        "contact",
        "add",
        "Eve",
        "--email",
        "eve@x.example",
        "--company",
        "New Co",
        "--create-links",
        "--tag",
        "new",
        "--tag",
        "vip",
    ],
    &["company", "add", "Delta", "--role", "partner", "--phone", "123", "--parent", "1"],
    &["deal", "add", "Third", "--stage", "Proposal", "--amount", "5 JPY", "--company", "2"],
    &["task", "add", "Write", "--about", "contact:1", "--tag", "desk"],
    &["ticket", "add", "Slow", "--company", "1"],
    &["activity", "add", "Met", "--kind", "meeting", "--about", "contact:1", "--about", "deal:1"],
    &["pipeline", "add", "Partners"],
    &["stage", "add", "Talks", "--pipeline", "1", "--position", "9"],
    &["contact", "edit", "1", "--city", "Kyiv", "--title", "CTO", "--birthday", "1980-02-29"],
    &[
        "contact",
        "edit",
        "1",
        "--city",
        "Riga",
        "--tag",
        "vip",
        "--add",
        "emails=work:a2@acme.example",
    ],
    &["contact", "edit", "2", "--given-name", "Rob", "--clear", "phones", "--company", "Acme"],
    &["contact", "edit", "1", "--set", "companies=company:1; company:2", "--untag", "vip"],
    &["contact", "edit", "1", "--set", "shoe_size=43"],
    &["contact", "edit", "2", "--set", "shoe_size=44", "--about", "two\nlines"],
    &["company", "edit", "1", "--role", "partner", "--role", "supplier", "--clear", "domain"],
    &["company", "edit", "2", "--remove", "emails=home@beta.example", "--parent", "1"],
    &["company", "edit", "2", "--email", "x:new@beta.example", "--email", "y:old@beta.example"],
    &["company", "edit", "--where", "name:any", "--country", "BG", "--tag", "all", "--yes"],
    &["contact", "edit", "--where", "company:any", "--untag", "vip", "--owner", "bob", "--yes"],
    &["deal", "edit", "1", "--amount", "13k USD", "--probability", "40", "--closes", "2026-12-24"],
    &["deal", "edit", "--where", "amount>0", "--next-step", "call", "--yes"],
    &["tag", "edit", "vip", "--name", "VIP", "--colour", "red"],
    &["stage", "edit", "Sales/Lead", "--probability", "12", "--name", "First"],
    &["contact", "rm", "1"],
    &["contact", "rm", "2"],
    &["company", "rm", "--where", "city:Sofia", "--yes"],
    &["deal", "rm", "1", "2"],
    &["rm", "task:1", "ticket:1"],
    &["contact", "restore", "1"],
    &["contact", "restore", "2"],
    &["deal", "restore", "1"],
    &["deal", "move", "1", "Negotiation", "--note", "moved on"],
    &["deal", "win", "1", "--amount", "11k"],
    &["deal", "lose", "2", "--reason", "price"],
    &["deal", "reopen", "1"],
    &["deal", "link", "1", "contact:2", "--role", "blocker"],
    &["deal", "unlink", "1", "contact:2"],
    &["task", "done", "2", "--spent", "1h"],
    &["task", "done", "1", "--note", "done it"],
    &["task", "reopen", "1"],
    &["task", "snooze", "1", "+3d"],
    &["ticket", "assign", "1", "bob"],
    &["ticket", "reply", "1", "on it"],
    &["ticket", "resolve", "1"],
    &["ticket", "close", "1"],
    &["ticket", "reopen", "1"],
    &["lead", "convert", "1"],
    &["contact", "note", "1", "called back"],
    &["log", "call", "deal:1", "wants more", "--duration", "15m"],
    &["field", "add", "deal", "Region", "--kind", "choice", "--choices", "north,south"],
    &["deal", "edit", "2", "--set", "region=north"],
    &["field", "rm", "shoe_size"],
    &["field", "edit", "shoe_size", "--name", "Shoes"],
    &["field", "restore", "1"],
    &["view", "save", "mine", "deal", "owner:me"],
    &["view", "save", "mine", "deal", "is:open", "--sort", "-amount"],
    &["view", "rm", "mine"],
    &["contact", "import", "FILE:people.csv"],
    &["contact", "import", "FILE:people.csv", "--on-match", "fill"],
    &["deal", "import", "FILE:deals.csv"],
    &["activity", "import", "FILE:calls.jsonl"],
    &["contact", "import", "FILE:extra.csv", "--keep-extra"],
    &["contact", "import", "FILE:bad.csv"],
];

const FILES: &[(&str, &str)] = &[
    (
        "people.csv",
        "name,email,company,city,tags\nAnn Lee,ann@acme.example,Acme,Oslo,a; b\nZoe,zoe@z.example,Zeta,Bonn,c\n",
    ),
    (
        "deals.csv",
        "name,company,stage,amount,amount_currency,contact\nBig,Acme,Proposal,7,USD,ann@acme.example\nHuge,Omega,Signed,1e6,EUR,omega@o.example\n",
    ),
    (
        "calls.jsonl",
        "{\"kind\":\"call\",\"at\":\"2026-01-02T03:04:05Z\",\"about\":\"contact:Ann Lee\",\"body\":\"hi\"}\n",
    ),
    ("extra.csv", "name,email,Favourite dish\nAnn Lee,ann@acme.example,soup\nYan,yan@y.example,\n"),
    ("bad.csv", "name,birthday\nGood,2001-01-01\nBad,sometime\n"),
];

fn write_files(d: &Desk) {
    for (name, text) in FILES {
        d.file(name, text);
    }
}

fn step(d: &Desk, args: &[&str], at: usize) -> Run {
    let args: Vec<String> = args
        .iter()
        .map(|a| a.strip_prefix("FILE:").map_or_else(|| (*a).to_owned(), |name| d.path(name)))
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = d.run_as("ann", &moment(at), &args);
    assert!(run.code <= 4 && !run.err.contains("answered"), "{args:?}: {} {}", run.code, run.err);
    run
}

fn assert_equal(here: &[(&str, String)], there: &[(&str, String)], what: &str) {
    for ((noun, here), (_, there)) in here.iter().zip(there) {
        let first = here.lines().zip(there.lines()).find(|(a, b)| a != b);
        let (rows, wanted) = (here.lines().count(), there.lines().count());
        assert!(here == there, "{noun} {what}: {rows} lines, not {wanted}; {first:#?}");
    }
}

/// Takes the steps; the state before each that had an effect, and the last.
fn take(d: &Desk, steps: &[usize]) -> Vec<Vec<(&'static str, String)>> {
    let mut states = vec![everything(d)];
    for (at, which) in steps.iter().enumerate() {
        let before = count_of(d);
        let run = step(d, STEPS[*which], at + 1);
        let after = everything(d);
        match count_of(d) - before {
            0 => assert_equal(
                &after,
                &states[states.len() - 1],
                &format!("without a change: {:?} {}", STEPS[*which], run.err),
            ),
            1 => {
                assert_eq!(run.code, 0, "{}", run.err);
                states.push(after);
            }
            n => panic!("{n} changes by {:?}", STEPS[*which]),
        }
    }
    states
}

proptest! {
    #![proptest_config(Config { cases: cases(12), failure_persistence: None, max_shrink_iters: 60, ..Config::default() })]

    #[test]
    fn taking_back_step_by_step_gives_each_state_again(
        steps in prop::collection::vec(0..STEPS.len(), 1..9),
        whole in any::<bool>(),
        dry in select(STEPS),
    ) {
        let d = office();
        write_files(&d);
        let first = exports(&d);
        let states = take(&d, &steps);
        let last = exports(&d);
        let done = states.len() - 1;
        if whole && done > 1 {
            step(&d, &["undo", &done.to_string()], 100);
            assert_equal(&everything(&d), &states[0], &format!("after undo {done} of {steps:?}"));
        } else {
            for back in (0..done).rev() {
                let run = step(&d, &["undo"], 100);
                prop_assert_eq!(run.code, 0, "{}", run.err);
                assert_equal(&everything(&d), &states[back], &format!("after undo to {back} of {steps:?}"));
            }
        }
        prop_assert_eq!(exports(&d), first);
        for (at, state) in states.iter().enumerate().skip(1) {
            let run = step(&d, &["redo"], 200);
            prop_assert_eq!(run.code, 0, "redo {} of {:?}: {}", at, steps, run.err);
            assert_equal(&everything(&d), state, &format!("after redo to {at} of {steps:?}"));
        }
        prop_assert_eq!(exports(&d), last);
        // What is only tried changes nothing, and leaves no trace.
        let (before, listed) = (everything(&d), changes(&d));
        step(&d, &[dry, &["--dry-run"]].concat(), 300);
        if done > 0 {
            step(&d, &["undo", "--dry-run"], 300);
        }
        assert_equal(&everything(&d), &before, &format!("after a dry run of {dry:?}"));
        prop_assert_eq!(changes(&d), listed);
        prop_assert_eq!(d.run(&["doctor"]).code, 0, "{}", d.run(&["doctor"]).out);
    }
}

#[test]
fn each_step_alone_is_taken_back_done_again_and_only_tried() {
    let mut effects = 0;
    let d = office();
    write_files(&d);
    for (at, args) in STEPS.iter().enumerate() {
        let before = everything(&d);
        let listed = changes(&d);
        step(&d, &[args, &["--dry-run"][..]].concat(), 2 * at + 1);
        assert_equal(&everything(&d), &before, &format!("after a dry run of {args:?}"));
        assert_eq!(changes(&d), listed, "{args:?}");
        step(&d, args, 2 * at + 1);
        if changes(&d) == listed {
            continue;
        }
        let after = everything(&d);
        effects += 1;
        let run = step(&d, &["undo"], 2 * at + 2);
        assert_eq!(run.code, 0, "undo of {args:?}: {}", run.err);
        assert_equal(&everything(&d), &before, &format!("after undo of {args:?}"));
        let run = step(&d, &["redo"], 2 * at + 2);
        assert_eq!(run.code, 0, "redo of {args:?}: {}", run.err);
        assert_equal(&everything(&d), &after, &format!("after redo of {args:?}"));
        // The next step begins where this one did.
        step(&d, &["undo"], 2 * at + 2);
    }
    assert!(effects > 45, "{effects} steps had an effect");
}

#[test]
fn a_change_that_a_later_one_touched_is_not_taken_back() {
    let d = office();
    d.ok(&["contact", "edit", "1", "--city", "Kyiv", "--title", "CTO"]);
    let first = d.json(&["changes", "--limit", "1", "-o", "json"])[0]["change"].to_string();
    d.ok(&["contact", "edit", "1", "--city", "Riga"]);
    let second = d.json(&["changes", "--limit", "1", "-o", "json"])[0]["change"].to_string();
    let (before, listed) = (everything(&d), changes(&d));
    let why = d.fails(4, &["undo", "--change", &first]);
    assert!(
        why.contains(&format!("change {second}"))
            && why.contains("city")
            && why.contains("contact:1"),
        "{why}"
    );
    assert_equal(&everything(&d), &before, "after a refused undo");
    assert_eq!(changes(&d), listed);
    // Another field of the same record is no obstacle.
    d.ok(&["contact", "edit", "1", "--department", "R&D"]);
    d.ok(&["undo", "--change", &second]);
    d.ok(&["undo", "--change", &first]);
    let ann = d.json(&["contact", "show", "1", "-o", "json"]);
    assert_eq!(
        (&ann["city"], &ann["title"], &ann["department"]),
        (&serde_json::Value::Null, &serde_json::Value::Null, &"R&D".into())
    );
}

#[test]
fn several_are_taken_back_together_or_not_at_all() {
    let d = office();
    d.ok(&["contact", "edit", "1", "--city", "Kyiv"]);
    d.ok(&["contact", "edit", "1", "--title", "CTO"]);
    // Somebody else touched what the earlier of the two set.
    assert_eq!(d.run_as("bob", &moment(3), &["contact", "edit", "1", "--city", "Oslo"]).code, 0);
    let before = everything(&d);
    let why = d.fails(4, &["undo", "2"]);
    assert!(why.contains("city"), "{why}");
    assert_equal(&everything(&d), &before, "after a refused undo 2");
    d.ok(&["undo"]);
    assert!(d.json(&["contact", "show", "1", "-o", "json"])["title"].is_null());
}

#[test]
fn an_undo_takes_back_ones_own_change() {
    let d = office();
    d.ok(&["contact", "edit", "1", "--city", "Kyiv"]);
    assert_eq!(d.run_as("bob", &moment(2), &["contact", "edit", "2", "--city", "Oslo"]).code, 0);
    d.ok(&["undo"]);
    let city = |id: &str| d.json(&["contact", "show", id, "-o", "json"])["city"].clone();
    assert_eq!((city("1"), city("2")), (serde_json::Value::Null, "Oslo".into()));
    // Redo brings one's own back too, whoever did something since.
    assert_eq!(d.run_as("bob", &moment(3), &["contact", "edit", "2", "--title", "x"]).code, 0);
    d.ok(&["redo"]);
    assert_eq!(city("1"), "Kyiv");
    assert_eq!(d.run_as("bob", &moment(4), &["undo", "2"]).code, 0);
    assert!(city("2").is_null());
    assert_eq!(city("1"), "Kyiv");
    assert_eq!(d.run_as("bob", &moment(5), &["undo", "--any"]).code, 0);
    assert!(city("1").is_null());
}

#[test]
fn a_new_change_ends_redo() {
    let d = office();
    d.ok(&["contact", "edit", "1", "--city", "Kyiv"]);
    d.ok(&["undo"]);
    d.ok(&["contact", "edit", "2", "--city", "Oslo"]);
    let before = everything(&d);
    d.fails(4, &["redo"]);
    assert_equal(&everything(&d), &before, "after a refused redo");
}

#[test]
fn undo_and_redo_go_to_and_fro() {
    let d = office();
    let mut states = vec![everything(&d)];
    for (at, city) in ["Kyiv", "Riga", "Oslo"].into_iter().enumerate() {
        step(&d, &["contact", "edit", "1", "--city", city], at + 1);
        states.push(everything(&d));
    }
    let mut at = 3;
    for word in ["undo", "undo", "redo", "undo", "undo", "redo", "redo", "redo", "undo"] {
        let run = step(&d, &[word], 50);
        assert_eq!(run.code, 0, "{word} at {at}: {}", run.err);
        if word == "undo" {
            at -= 1;
        } else {
            at += 1;
        }
        assert_equal(&everything(&d), &states[at], &format!("after {word} to {at}"));
    }
}

#[test]
fn a_command_without_effect_leaves_no_change() {
    let d = office();
    d.ok(&["contact", "edit", "1", "--city", "Kyiv"]);
    let listed = changes(&d);
    for args in [
        &["contact", "edit", "1", "--city", "Kyiv"][..],
        &["contact", "edit", "--where", "city:Nowhere", "--city", "X", "--yes"],
        &["company", "edit", "1", "--tag", "vip"],
        &["deal", "move", "1", "Lead"],
        &["contact", "restore", "1"],
    ] {
        d.run(args);
        assert_eq!(changes(&d), listed, "{args:?}");
    }
}

#[test]
fn a_record_that_came_back_has_its_id_and_uid() {
    let d = office();
    let id = d.ok(&["contact", "add", "Eve", "--tag", "new"]);
    let before = d.json(&["contact", "show", id.trim(), "-o", "json"]);
    d.ok(&["undo"]);
    d.fails(3, &["contact", "show", id.trim()]);
    d.ok(&["redo"]);
    assert_eq!(d.json(&["contact", "show", id.trim(), "-o", "json"]), before);
    d.ok(&["undo"]);
    let next = d.ok(&["contact", "add", "Other"]);
    assert!(next.trim() > id.trim(), "an id is never used again: {id} {next}");
}

#[test]
fn what_comes_back_in_a_field_that_comes_back_is_found_again() {
    let d = office();
    write_files(&d);
    step(&d, &["contact", "rm", "1"], 1);
    step(&d, &["contact", "import", "FILE:extra.csv", "--keep-extra"], 2);
    let soup = d.ok(&["search", "soup", "-o", "ids"]);
    assert_eq!(soup.lines().count(), 1, "{soup}");
    step(&d, &["undo"], 3);
    assert_eq!(d.ok(&["search", "soup", "-o", "ids"]), "");
    step(&d, &["redo"], 4);
    assert_eq!(d.ok(&["search", "soup", "-o", "ids"]), soup);
}
