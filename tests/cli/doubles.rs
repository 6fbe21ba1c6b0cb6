//! Finding doubles: listed, merged at once, reviewed, remembered as two, and told on `add`.

use serde_json::Value;

use crate::harness::World;

fn office() -> World {
    let w = World::new();
    for args in [
        &["contact", "add", "Ann Lee", "--email", "ann.lee@gmail.com", "--city", "Sofia"][..],
        &["contact", "add", "Lee, Ann", "--email", "annlee+crm@googlemail.com"],
        &["contact", "add", "Сергей Щукин", "--phone", "+7 495 123-45-67"],
        &["contact", "add", "Sergey Shchukin", "--phone", "+74951234567"],
        &["contact", "add", "Bob Ray", "--email", "info@acme.example"],
        &["contact", "add", "Cy Young", "--email", "info@acme.example"],
        &["contact", "add", "王伟"],
        &["contact", "add", "王芳"],
        &["company", "add", "ООО «Ромашка»", "--tax-id", "7701234567"],
        &["company", "add", "Romashka", "--tax-id", "77 0123 4567"],
        &["company", "add", "Acme GmbH", "--domain", "acme.example"],
        &["company", "add", "Acme AG", "--domain", "acme.test"],
        &["lead", "add", "Jon Smith", "--company", "Globex Inc", "--phone", "+44 20 7946 0000"],
        &["lead", "add", "John Smith", "--company", "GLOBEX", "--phone", "+442079460000"],
    ] {
        let run = w.run(args);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    w
}

fn pairs(w: &World, args: &[&str]) -> Vec<(i64, i64)> {
    let found = w.json(args);
    let list = found.as_array().expect("an array").iter();
    let mut pairs: Vec<(i64, i64)> = list
        .map(|d| {
            let id = |at: usize| d["ids"][at].as_i64().expect("an id");
            (id(0).min(id(1)), id(0).max(id(1)))
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

#[test]
fn doubles_are_listed_with_their_score_and_reasons() {
    let w = office();
    assert_eq!(pairs(&w, &["contact", "duplicates", "-o", "json"]), [(1, 2), (3, 4)]);
    assert_eq!(pairs(&w, &["company", "duplicates", "-o", "json"]), [(1, 2)]);
    assert_eq!(pairs(&w, &["leads", "duplicates", "-o", "json"]), [(1, 2)]);
    let found = w.json(&["contact", "duplicates", "-o", "json"]);
    let first = &found[0];
    assert!(first["score"].as_f64().is_some_and(|s| (0.95..1.0).contains(&s)), "{first}");
    assert!(first["reasons"].to_string().contains("same e-mail annlee@gmail.com"), "{first}");
    assert_eq!(first["keep"], 1, "what has more in it is kept");
    assert_eq!(first["records"][0]["name"], "Ann Lee");
    assert!(first["records"][1]["uid"].is_string());
    // The filter, the score, the other forms.
    assert_eq!(pairs(&w, &["contact", "duplicates", "phone:any", "-o", "json"]), [(3, 4)]);
    assert_eq!(pairs(&w, &["contact", "duplicates", "--above", "1", "-o", "json"]), []);
    let table = w.ok(&["contact", "duplicates"]);
    assert!(table.contains("Ann Lee") && table.contains("same phone +74951234567"), "{table}");
    assert!(
        w.ok(&["contact", "duplicates", "-o", "csv"]).starts_with("score,keep,keep_name,other")
    );
    assert_eq!(w.ok(&["contact", "duplicates", "-o", "ids"]), "1\n2\n3\n4\n");
    assert_eq!(w.ok(&["contact", "duplicates", "--limit", "1", "-o", "jsonl"]).lines().count(), 1);
    w.fails(2, &["contact", "duplicates", "--above", "2"]);
    w.fails(2, &["contact", "duplicates", "nosuch:x"]);
    assert!(w.run(&["deal", "duplicates"]).code != 1);
    // Nothing to tell is no error.
    let none = World::new();
    none.ok(&["contact", "add", "Ann"]);
    assert_eq!(none.json(&["contact", "duplicates", "-o", "json"]), Value::Array(Vec::new()));
    assert!(none.run(&["contact", "duplicates"]).err.contains("no doubles"));
}

#[test]
fn what_is_sure_is_merged_in_one_change_after_a_yes() {
    let w = office();
    let before = w.ok(&["contact", "export"]);
    assert!(w.fails(2, &["contact", "duplicates", "--auto"]).contains("--yes"));
    let would = w.run(&["contact", "duplicates", "--auto", "--above", "0.95", "--dry-run"]);
    assert_eq!((would.code, would.err.contains("would merge")), (0, true), "{}", would.err);
    assert_eq!(w.ok(&["contact", "export"]), before);
    // In a script the score that is named says yes.
    let done = w.json(&["contact", "duplicates", "--auto", "--above", "0.95", "-o", "json"]);
    assert_eq!(done.as_array().map(Vec::len), Some(2), "{done}");
    assert_eq!(done[0]["merged"].as_array().map(Vec::len), Some(1));
    assert_eq!(w.ok(&["contact", "list", "--count"]), "6\n");
    w.ok(&["doctor"]);
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["contact", "export"]), before);
    let none = w.json(&["contact", "duplicates", "--auto", "--above", "1", "--yes", "-o", "json"]);
    assert_eq!(none, Value::Array(Vec::new()));
}

#[test]
fn three_of_one_become_one_but_not_by_way_of_another() {
    let w = World::new();
    for args in [
        &["contact", "add", "Ann Lee", "--email", "ann@acme.example"][..],
        &["contact", "add", "Ann Lee", "--email", "ann@acme.example", "--phone", "+49301234567"],
        &["contact", "add", "Ann Lee", "--email", "ann@acme.example", "--phone", "+49301234567"],
        // One shares the mailbox, one the phone, and they are two by their birthdays.
        &["contact", "add", "Bo Chen", "--email", "bo@x.example", "--birthday", "1970-01-01"],
        &["contact", "add", "Bo Chen", "--email", "bo@x.example", "--phone", "+49307654321"],
        &["contact", "add", "Bo Chen", "--phone", "+49307654321", "--birthday", "1999-01-01"],
    ] {
        w.run(args);
    }
    let done = w.json(&["contact", "duplicates", "--auto", "--yes", "-o", "json"]);
    let sizes: Vec<usize> = done
        .as_array()
        .expect("groups")
        .iter()
        .map(|g| g["ids"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(sizes.iter().max(), Some(&3), "{done}");
    assert_eq!(w.ok(&["contact", "list", "Bo", "--count"]), "2\n", "{done}");
}

#[test]
fn a_review_merges_remembers_skips_and_quits() {
    let w = office();
    let run = w.run_with(&["contact", "duplicates", "--review"], b"what\nn\nq\n");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("Ann Lee") && run.out.contains("Lee, Ann"), "{}", run.out);
    assert!(run.err.contains("no doubles 1"), "{}", run.err);
    // Remembered, and undone.
    assert_eq!(pairs(&w, &["contact", "duplicates", "-o", "json"]), [(3, 4)]);
    let run = w.run_with(&["contact", "duplicates", "--review"], b"s\n");
    assert!(run.err.contains("skipped 1"), "{}", run.err);
    w.ok(&["undo"]);
    assert_eq!(pairs(&w, &["contact", "duplicates", "-o", "json"]), [(1, 2), (3, 4)]);
    w.ok(&["redo"]);
    assert_eq!(pairs(&w, &["contact", "duplicates", "-o", "json"]), [(3, 4)]);
    // The other way round, then the end of the input.
    let run = w.run_with(&["contact", "duplicates", "--review"], b"o\n");
    assert!(run.err.contains("merged 1"), "{}", run.err);
    assert_eq!(w.ok(&["contact", "show", "3", "-o", "ids"]), "4\n");
    w.ok(&["contact", "unmerge", "3"]);
    assert_eq!(w.ok(&["contact", "show", "3", "-o", "ids"]), "3\n");
    let run = w.run_with(&["contact", "duplicates", "--review", "--dry-run"], b"m\n");
    assert!(run.err.contains("would merge"), "{}", run.err);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "8\n");
}

#[test]
fn a_likely_double_is_told_when_it_is_made() {
    let w = office();
    for (args, of) in [
        (&["contact", "add", "ann lee", "--email", "Ann.Lee+x@gmail.com"][..], "contact:1"),
        (&["contact", "add", "Щукин Сергей", "--phone", "+7 495 1234567"], "contact:3"),
        (&["company", "add", "Acme", "--website", "https://www.acme.example/"], "company:3"),
        (&["lead", "add", "John SMITH", "--phone", "+44 20 7946 0000"], "lead:"),
    ] {
        let run = w.run(args);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(
            run.err.contains("likely a double of") && run.err.contains(of),
            "{args:?}: {}",
            run.err
        );
        assert!(run.err.contains("merge"), "{}", run.err);
        w.ok(&["undo"]);
    }
    // The key is told as before, and once.
    let run = w.run(&["contact", "add", "Ann Lee", "--email", "ann.lee@gmail.com"]);
    assert!(run.err.contains("is also contact:1") && !run.err.contains("likely"), "{}", run.err);
    // What isn't likely isn't told.
    for args in [
        &["contact", "add", "Bob Tan"][..],
        &["contact", "add", "王明"],
        &["company", "add", "Acme Labs"],
    ] {
        let run = w.run(args);
        assert_eq!(run.err, "", "{args:?}");
    }
}

#[test]
fn a_second_role_in_one_place_is_told_beside_what_else_had_another_value() {
    let w = World::new();
    for name in ["Mia Lee", "Nia Lee"] {
        w.ok(&["contact", "add", name]);
    }
    w.ok(&["deal", "add", "D"]);
    w.ok(&["deal", "link", "1", "Nia Lee", "--role", "user"]);
    w.ok(&["deal", "link", "1", "Mia Lee", "--role", "blocker"]);
    let before = w.ok(&["deal", "export"]);
    w.ok(&["contact", "merge", "Nia Lee", "Mia Lee"]);
    let contacts = w.json(&["deal", "show", "1", "-o", "json"])["contacts"].clone();
    assert_eq!(contacts.as_array().map(Vec::len), Some(1), "{contacts}");
    assert_eq!(contacts[0]["role"], "user");
    let note = w.json(&["contact", "show", "Nia Lee", "-o", "json"])["timeline"].to_string();
    assert!(note.contains("Role in deal:1 D: blocker"), "{note}");
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["deal", "export"]), before);
}

#[test]
fn an_add_tells_a_likely_double_by_its_phone_however_name_and_phone_are_written() {
    for (there, phone, name, other) in [
        ("Иван Щукин", "+7 495 123-45-67", "Ivan Shchukin", "+74951234567"),
        ("Ivan Shchukin", "+74951234567", "Иван Щукин", "+7 (495) 123 4567"),
        ("Jürgen Müller", "+49 30 111222", "Juergen Mueller", "+4930111222"),
        ("Bob Smith", "+44 20 7946 0000", "Robert Smith", "+442079460000"),
        ("Zoé Petit", "+33 1 02 03 04 05", "Zoe Petit", "+33102030405"),
    ] {
        let w = World::new();
        w.ok(&["contact", "add", there, "--phone", phone]);
        let run = w.run(&["contact", "add", name, "--phone", other]);
        assert!(run.err.contains("likely a double of contact:1"), "{name}: {}", run.err);
    }
}

#[test]
fn an_add_tells_a_likely_double_by_what_else_the_two_share() {
    for (noun, there, new) in [
        ("contact", ["Иван Щукин", "--company", "Acme"], ["Ivan Shchukin", "--company", "Acme"]),
        (
            "contact",
            ["Jürgen Müller", "--company", "Acme"],
            ["Mueller Juergen", "--company", "Acme"],
        ),
        (
            "contact",
            ["Ann Lee", "--email", "ann.lee@gmail.com"],
            ["A. Lee", "--email", "annl.ee@googlemail.com"],
        ),
        (
            "contact",
            ["Ann Lee", "--email", "ann@me.com"],
            ["A. Lee", "--email", "ann+crm@icloud.com"],
        ),
        (
            "company",
            ["Acme GmbH", "--tax-id", "DE123456789"],
            ["ACME Holding", "--tax-id", "DE 123 456 789"],
        ),
        (
            "company",
            ["Acme GmbH", "--tax-id", "DE 123 456 789"],
            ["ACME Holding", "--tax-id", "de123456789"],
        ),
    ] {
        let w = World::new();
        w.ok(&["company", "add", "Acme", "--city", "Rome"]);
        w.ok(&[&[noun, "add"][..], &there].concat());
        let id = if noun == "company" { 2 } else { 1 };
        let run = w.run(&[&[noun, "add"][..], &new].concat());
        assert!(
            run.err.contains(&format!("likely a double of {noun}:{id}")),
            "{new:?}: {}",
            run.err
        );
    }
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    w.ok(&["contact", "add", "Иван Щукин", "--company", "Acme"]);
    let run = w.run(&["contact", "add", "Zoe Roe", "--company", "Acme"]);
    assert_eq!(run.err, "", "a colleague is no double");
}
