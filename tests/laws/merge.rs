//! Merging loses nothing and comes apart again: a merge and its opposite leave the file as it was,
//! so does undo, and old names of what went away lead to what was kept.

use rolo::model::model;

use super::desk::Desk;

/// What goes out of a file, of every noun.
fn exports(d: &Desk) -> String {
    let nouns = model();
    let names = nouns.nouns.iter().map(rolo::entity::Noun::name).filter(|n| *n != "user");
    names.map(|noun| d.ok(&[noun, "export", "--format", "jsonl"])).collect()
}

/// Two exports are the same, line for line.
fn assert_same(now: &str, then: &str, what: &str) {
    for (now, then) in now.lines().zip(then.lines()) {
        assert_eq!(now, then, "{what}");
    }
    assert_eq!(now.lines().count(), then.lines().count(), "{what}");
}

/// Two people and two companies with all that can hang on them.
fn office() -> Desk {
    let d = Desk::new(model);
    d.ok(&["field", "add", "contact", "Contract no"]);
    for args in [
        &[
            "company",
            "add",
            "Acme GmbH",
            "--domain",
            "acme.example",
            "--city",
            "Berlin",
            "--role",
            "customer",
            "--tag",
            "vip",
        ][..],
        &[
            "company",
            "add",
            "Acme",
            "--domain",
            "acme.test",
            "--phone",
            "+49 30 1234567",
            "--role",
            "partner",
            "--tag",
            "old",
        ],
        &["company", "add", "Acme Labs", "--parent", "company:2"],
        &[
            "contact",
            "add",
            "Ann Lee",
            "--email",
            "ann@acme.example",
            "--company",
            "company:1",
            "--title",
            "CEO",
            "--about",
            "Met in Sofia.",
            "--tag",
            "vip",
        ],
        &[
            "contact",
            "add",
            "Anne Lee",
            "--email",
            "ANN@acme.example",
            "--email",
            "home:anne@home.example",
            "--company",
            "company:2",
            "--phone",
            "+49 30 1234567",
            "--title",
            "CTO",
            "--city",
            "Wien",
            "--about",
            "Likes tea.",
            "--tag",
            "tea",
            "--set",
            "contract_no=K-7",
            "--manager",
            "contact:1",
        ],
        &["contact", "add", "Bob Ray", "--manager", "contact:2", "--company", "company:2"],
        &["deal", "add", "Big", "--company", "company:2", "--contact", "contact:2"],
        &["deal", "link", "1", "contact:1", "--role", "user"],
        &["deal", "link", "1", "contact:3", "--role", "blocker"],
        &["deal", "add", "Both", "--company", "company:1", "--contact", "contact:1"],
        &["deal", "link", "2", "contact:2", "--role", "influencer"],
        &["task", "add", "Call", "--about", "contact:2"],
        &["note", "contact:2", "prefers mornings"],
        &["log", "call", "company:2", "asked for an offer"],
        &["lead", "add", "Cy", "--referred-by", "contact:2"],
    ] {
        let run = d.run(args);
        assert!(run.code == 0 || args[1] == "link", "{args:?}: {}", run.err);
    }
    d
}

#[test]
fn a_merge_moves_every_link_and_keeps_every_value() {
    let d = office();
    d.ok(&["contact", "merge", "1", "2"]);
    let c = d.json(&["contact", "show", "1", "-o", "json"]);
    let emails: Vec<&str> = c["emails"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["value"].as_str())
        .collect();
    assert_eq!(emails, ["ann@acme.example", "anne@home.example"]);
    assert_eq!(c["name"], "Ann Lee");
    assert_eq!(c["title"], "CEO");
    assert_eq!(c["city"], "Wien");
    assert_eq!(c["contract_no"], "K-7");
    assert_eq!(c["about"], "Met in Sofia.\n\nLikes tea.");
    assert_eq!(c["tags"], serde_json::json!(["tea", "vip"]));
    assert_eq!(c["company_id"], 1);
    assert_eq!(c["companies"].as_array().map(Vec::len), Some(2));
    // The value that differs stands in a note.
    let notes = c["timeline"].to_string();
    assert!(notes.contains("name: Anne Lee") && notes.contains("title: CTO"), "{notes}");
    assert!(notes.contains("prefers mornings"));
    // Links of others.
    assert_eq!(d.json(&["deal", "show", "1", "-o", "json"])["contact_id"], 1);
    assert_eq!(d.json(&["contact", "show", "3", "-o", "json"])["manager_id"], 1);
    assert_eq!(d.json(&["task", "show", "1", "-o", "json"])["about_id"], 1);
    assert_eq!(d.json(&["lead", "show", "1", "-o", "json"])["referred_by_id"], 1);
    let linked: Vec<i64> = d.json(&["deal", "show", "2", "-o", "json"])["contacts"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|c| c["id"].as_i64())
        .collect();
    assert!(
        linked.iter().all(|id| *id != 2) && linked.iter().filter(|id| **id == 1).count() <= 1,
        "{linked:?}"
    );
    // Nobody is their own manager, and what went away isn't listed, exported or found.
    assert_eq!(
        d.json(&["contact", "show", "1", "-o", "json"])["manager_id"],
        serde_json::Value::Null
    );
    assert_eq!(d.ok(&["contact", "list", "--count"]), "2\n");
    assert!(!d.ok(&["contact", "export"]).contains("Anne"));
    assert!(!d.ok(&["search", "Anne", "-o", "jsonl"]).contains("\"id\":2,\"noun\":\"contact\""));
    assert_eq!(d.ok(&["contact", "list", "is:trashed", "--count"]), "0\n");
    d.ok(&["doctor"]);
    assert!(d.ok(&["contact", "history", "1"]).contains("contact:2"));
}

#[test]
fn a_record_never_links_to_itself_after_a_merge() {
    let d = office();
    d.ok(&["contact", "merge", "3", "2", "1"]);
    assert_eq!(
        d.json(&["contact", "show", "3", "-o", "json"])["manager_id"],
        serde_json::Value::Null
    );
    d.ok(&["company", "merge", "3", "2"]);
    assert_eq!(
        d.json(&["company", "show", "3", "-o", "json"])["parent_id"],
        serde_json::Value::Null
    );
    d.ok(&["doctor"]);
}

#[test]
fn a_merge_makes_no_loop_of_superiors() {
    let d = Desk::new(model);
    for name in ["Ann", "Anne", "Bob"] {
        d.ok(&["contact", "add", name]);
    }
    d.ok(&["contact", "edit", "Bob", "--manager", "Anne"]);
    d.ok(&["contact", "edit", "Ann", "--manager", "Bob"]);
    let before = exports(&d);
    d.ok(&["contact", "merge", "Ann", "Anne"]);
    let ann = d.json(&["contact", "show", "Ann", "-o", "json"]);
    assert_eq!(ann["manager_id"], serde_json::Value::Null);
    assert!(ann["timeline"].to_string().contains("manager: contact:3 Bob"), "{ann}");
    assert_eq!(d.json(&["contact", "show", "Bob", "-o", "json"])["manager_id"], 1);
    d.ok(&["doctor"]);
    d.ok(&["contact", "unmerge", "Anne"]);
    let apart = d.json(&["contact", "show", "Ann", "-o", "json"]);
    assert_eq!(apart["manager_id"], 3);
    d.ok(&["undo"]);
    d.ok(&["undo"]);
    assert_same(&exports(&d), &before, "as before");
}

#[test]
fn a_merge_taken_apart_or_undone_leaves_the_file_as_it_was() {
    for (noun, keep, other) in [
        ("contact", "1", "2"),
        ("contact", "2", "1"),
        ("contact", "3", "2"),
        ("company", "1", "2"),
        ("company", "3", "2"),
    ] {
        let d = office();
        let before = exports(&d);
        d.ok(&[noun, "merge", keep, other]);
        let merged = exports(&d);
        assert_ne!(before, merged);
        d.ok(&[noun, "unmerge", other]);
        assert_same(&exports(&d), &before, &format!("{noun} {keep} {other}: unmerge"));
        assert_eq!(d.ok(&[noun, "list", "--count"]), "3\n");
        d.ok(&["doctor"]);
        // Undo of the opposite merges again, and undo of the merge takes that back.
        d.ok(&["undo"]);
        assert_same(&exports(&d), &merged, &format!("{noun} {keep} {other}: undo of unmerge"));
        d.ok(&["undo"]);
        assert_same(&exports(&d), &before, &format!("{noun} {keep} {other}: undo"));
        assert!(d.ok(&["search", "acme", "-o", "jsonl"]).lines().count() > 2);
        d.ok(&["redo"]);
        assert_same(&exports(&d), &merged, &format!("{noun} {keep} {other}: redo"));
        d.ok(&["doctor"]);
        assert_eq!(d.ok(&[noun, "show", other, "-o", "ids"]).trim(), keep);
    }
}

#[test]
fn a_merge_is_one_change_and_one_undo() {
    let d = office();
    let count = |d: &Desk| d.ok(&["changes", "-o", "jsonl", "--limit", "1000"]).lines().count();
    let before = (count(&d), exports(&d));
    d.ok(&["contact", "merge", "1", "2", "3"]);
    assert_eq!(count(&d), before.0 + 1);
    d.ok(&["undo"]);
    assert_same(&exports(&d), &before.1, "as before");
    d.ok(&["--dry-run", "contact", "merge", "1", "2"]);
    assert_same(&exports(&d), &before.1, "as before");
    assert_eq!(count(&d), before.0 + 2);
}

#[test]
fn what_was_changed_since_stays_and_is_told() {
    let d = office();
    d.ok(&["contact", "merge", "1", "2"]);
    d.ok(&["deal", "edit", "1", "--contact", "contact:3"]);
    d.ok(&["contact", "edit", "1", "--city", "Graz", "--add", "email=new@home.example"]);
    d.ok(&["task", "add", "Later", "--about", "contact:1"]);
    let run = d.run(&["contact", "unmerge", "2"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("deal:1") && run.err.contains("contact"), "{}", run.err);
    assert!(run.err.contains("city of contact:1"), "{}", run.err);
    let (kept, back) = (
        d.json(&["contact", "show", "1", "-o", "json"]),
        d.json(&["contact", "show", "2", "-o", "json"]),
    );
    assert_eq!((&kept["city"], &back["city"]), (&"Graz".into(), &"Wien".into()));
    let emails = kept["emails"].to_string();
    assert!(emails.contains("new@home.example") && !emails.contains("anne@home"), "{emails}");
    assert_eq!(kept["about"], "Met in Sofia.");
    // What moved and wasn't touched went back; what came later stays.
    assert_eq!(d.json(&["task", "show", "1", "-o", "json"])["about_id"], 2);
    assert_eq!(d.json(&["task", "show", "2", "-o", "json"])["about_id"], 1);
    assert_eq!(d.json(&["deal", "show", "1", "-o", "json"])["contact_id"], 3);
    d.ok(&["doctor"]);
    // Plain undo forces nothing.
    let d = office();
    d.ok(&["contact", "merge", "1", "2"]);
    let merge = d.json(&["changes", "-o", "json", "--limit", "1"])[0]["change"].to_string();
    d.ok(&["deal", "edit", "1", "--contact", "contact:3"]);
    assert!(d.fails(4, &["undo", "--change", &merge]).contains("deal:1"));
}

#[test]
fn several_merges_come_apart_in_any_order_that_makes_sense() {
    let d = office();
    let before = exports(&d);
    d.ok(&["contact", "merge", "1", "2"]);
    d.ok(&["contact", "merge", "3", "1"]);
    // The oldest name leads all the way.
    assert_eq!(d.ok(&["contact", "show", "2", "-o", "ids"]).trim(), "3");
    assert!(d.fails(4, &["contact", "unmerge", "2"]).contains("contact:1"));
    d.ok(&["contact", "unmerge", "1"]);
    assert_eq!(d.ok(&["contact", "show", "2", "-o", "ids"]).trim(), "1");
    d.ok(&["contact", "unmerge", "2"]);
    assert_same(&exports(&d), &before, "as before");
    // Two at once, back one after the other.
    d.ok(&["contact", "merge", "3", "1", "2"]);
    d.ok(&["contact", "unmerge", "2"]);
    assert!(d.ok(&["contact", "show", "3", "-o", "json"]).contains("ann@acme.example"));
    assert!(!d.ok(&["contact", "show", "3", "-o", "json"]).contains("anne@home.example"));
    // The only one left may be named by what it went into.
    d.ok(&["contact", "unmerge", "3"]);
    assert_eq!(d.ok(&["contact", "list", "--count"]), "3\n");
    let contacts = d.ok(&["contact", "export", "--columns", "name,emails,title,city,manager"]);
    let plain: String = before.lines().filter(|l| l.contains("Lee")).collect();
    assert!(contacts.contains("Anne Lee") && plain.contains("Anne Lee"));
    d.ok(&["doctor"]);
}

#[test]
fn every_old_name_leads_to_what_was_kept() {
    let d = office();
    let uid =
        d.json(&["contact", "show", "2", "-o", "json"])["uid"].as_str().expect("a uid").to_owned();
    let company =
        d.json(&["company", "show", "2", "-o", "json"])["uid"].as_str().expect("a uid").to_owned();
    d.ok(&["contact", "merge", "1", "2"]);
    d.ok(&["company", "merge", "1", "2"]);
    let tail = &uid[uid.len() - 8..];
    for text in ["2", "contact:2", &uid, tail, "Anne Lee", "anne@home.example"] {
        assert_eq!(d.ok(&["contact", "show", text, "-o", "ids"]).trim(), "1", "{text}");
    }
    for text in ["2", &company, "acme.test", "Acme"] {
        assert_eq!(d.ok(&["company", "show", text, "-o", "ids"]).trim(), "1", "{text}");
    }
    // In filters, by id and by uid, and behind links.
    let count =
        |noun: &str, filter: &str| d.ok(&[noun, "list", filter, "--count"]).trim().to_owned();
    assert_eq!(count("contact", "id=2"), "1");
    assert_eq!(count("contact", &format!("uid:{uid}")), "1");
    assert_eq!(count("deal", "company:2"), count("deal", "company:1"));
    assert_eq!(count("task", "about:contact:2"), "1");
    // In what links are given.
    d.ok(&["deal", "add", "New", "--company", "2", "--contact", "Anne Lee"]);
    let deal = d.json(&["deal", "show", "New", "-o", "json"]);
    assert_eq!((&deal["company_id"], &deal["contact_id"]), (&1.into(), &1.into()));
    // What is written goes to what was kept.
    d.ok(&["contact", "edit", "2", "--department", "Sales"]);
    assert_eq!(d.json(&["contact", "show", "1", "-o", "json"])["department"], "Sales");
}

#[test]
fn a_later_import_finds_what_was_kept() {
    let d = office();
    let old = d.path("old.csv");
    d.ok(&["contact", "export", "--out", &old]);
    let leads = d
        .file("leads.csv", "name,company_name,source\nEve Ru,Globex,fair\nEva Ru,Globex AG,fair\n");
    d.ok(&["lead", "import", &leads]);
    d.ok(&["contact", "merge", "1", "2"]);
    d.ok(&["company", "merge", "1", "2"]);
    d.ok(&["lead", "merge", "2", "3"]);
    // By fingerprint, by key, by uid.
    d.ok(&["lead", "import", &leads]);
    assert_eq!(d.ok(&["lead", "list", "--count"]), "2\n");
    let keyed = d.file("keyed.csv", "name,email,department\n,anne@home.example,Legal\n");
    d.ok(&["contact", "import", &keyed]);
    let firms = d.file("firms.csv", "name,domain,industry\nAcme,acme.test,retail\n");
    d.ok(&["company", "import", &firms]);
    assert_eq!(d.json(&["company", "show", "1", "-o", "json"])["industry"], "retail");
    assert_eq!(d.json(&["contact", "show", "1", "-o", "json"])["department"], "Legal");
    let counts = (d.ok(&["contact", "list", "--count"]), d.ok(&["company", "list", "--count"]));
    assert_eq!(counts, ("2\n".into(), "2\n".into()));
    // The export from before the merge comes back in: nothing is made anew, no address is lost.
    d.ok(&["contact", "import", &old]);
    assert_eq!(d.ok(&["contact", "list", "--count"]), "2\n");
    let emails = d.json(&["contact", "show", "1", "-o", "json"])["emails"].to_string();
    assert!(
        emails.contains("ann@acme.example") && emails.contains("anne@home.example"),
        "{emails}"
    );
    assert_eq!(d.json(&["contact", "show", "1", "-o", "json"])["name"], "Ann Lee");
    d.ok(&["doctor"]);
}

/// A file from before a merge neither takes away what came with it nor brings back what went since,
/// whether it comes in the same second or a day later.
#[test]
fn an_old_export_leaves_what_was_merged_as_it_is() {
    for now in ["2026-11-22T09:00:00Z", "2026-11-23T09:00:00Z"] {
        let d = Desk::new(rolo::model::model);
        let at = |args: &[&str]| d.ok(&[&["--now", now][..], args].concat());
        let first = "2026-11-22T09:00:00Z";
        let add = |name: &str, email: &str, tag: &str, firm: &str| {
            d.ok(&[
                "--now",
                first,
                "contact",
                "add",
                name,
                "--email",
                email,
                "--tag",
                tag,
                "--company",
                firm,
                "--create-links",
            ]);
        };
        add("Ann Lee", "a@x.test", "vip", "Acme");
        add("Ann Leigh", "b@x.test", "old", "Beta");
        let (both, one) = (d.path("both.csv"), d.path("one.csv"));
        d.ok(&["contact", "export", "--out", &both]);
        d.ok(&["contact", "export", "id:1", "--out", &one]);
        at(&["contact", "merge", "1", "2"]);
        let lists = || {
            d.ok(&["contact", "list", "--columns", "emails,tags,companies", "-o", "csv"])
                .lines()
                .nth(1)
                .map(str::to_owned)
        };
        let merged = lists();
        assert_eq!(merged.as_deref(), Some("a@x.test; b@x.test,old; vip,Acme; Beta"));
        at(&["contact", "import", &one]);
        assert_eq!(lists(), merged, "{now}");
        at(&["contact", "edit", "1", "--remove", "emails=b@x.test", "--untag", "old"]);
        at(&["contact", "import", &both]);
        assert_eq!(lists().as_deref(), Some("a@x.test,vip,Acme; Beta"), "{now}");
        // What somebody wrote into the old file is new.
        let text = std::fs::read_to_string(&both).expect("text");
        let edited = d.file("edited.csv", text.replace("b@x.test", "b@x.test; c@x.test"));
        at(&["contact", "import", &edited]);
        assert_eq!(lists().as_deref(), Some("a@x.test; c@x.test,vip,Acme; Beta"), "{now}");
        // A file from after the merge counts to the letter.
        let later = d.path("later.csv");
        d.ok(&["--now", "2026-11-24T09:00:00Z", "contact", "edit", "1", "--city", "Rome"]);
        d.ok(&["contact", "export", "--out", &later]);
        let text = std::fs::read_to_string(&later).expect("text").replace("; c@x.test", "");
        at(&["contact", "import", &d.file("later2.csv", &text)]);
        assert_eq!(lists().as_deref(), Some("a@x.test,vip,Acme; Beta"), "{now}");
    }
}

#[test]
fn earlier_changes_are_undone_onto_what_counts_now() {
    let d = office();
    d.ok(&["deal", "edit", "1", "--company", "company:3"]);
    let edit = d.json(&["changes", "-o", "json", "--limit", "1"])[0]["change"].to_string();
    d.ok(&["company", "merge", "1", "2"]);
    d.ok(&["undo", "--change", &edit]);
    assert_eq!(d.json(&["deal", "show", "1", "-o", "json"])["company_id"], 1);
    d.ok(&["doctor"]);
    // What made a merged record can't be undone before the merge is.
    let d = office();
    let made = d.json(&["contact", "history", "2", "-o", "json"])[0]["change"].to_string();
    d.ok(&["contact", "merge", "1", "2"]);
    assert!(d.fails(4, &["undo", "--change", &made]).contains("merge"));
}

#[test]
fn erasing_what_was_kept_erases_what_went_into_it() {
    let d = office();
    d.ok(&["contact", "merge", "1", "2"]);
    d.ok(&["--yes", "contact", "rm", "1", "--purge"]);
    assert!(d.fails(3, &["contact", "show", "2"]).contains("no contact"));
    let bytes = std::fs::read(d.path("rolo.db")).expect("the file");
    for word in ["Anne Lee", "anne@home.example", "Likes tea"] {
        let there = bytes.windows(word.len()).any(|w| w == word.as_bytes());
        assert!(!there, "{word} is still in the file");
    }
    d.ok(&["doctor"]);
}

#[test]
fn a_merge_says_what_is_wrong_and_does_nothing() {
    let d = office();
    let before = exports(&d);
    d.fails(2, &["contact", "merge", "1"]);
    d.fails(2, &["contact", "merge", "1", "1"]);
    d.fails(3, &["contact", "merge", "1", "99"]);
    d.fails(3, &["contact", "unmerge", "1"]);
    d.ok(&["company", "merge", "1", "2"]);
    assert!(d.fails(4, &["company", "restore", "2"]).contains("rolo company unmerge 2"));
    d.ok(&["undo"]);
    d.fails(2, &["contact", "merge", "1", "2", "--take", "nonsense"]);
    d.fails(2, &["contact", "merge", "1", "2", "--take", "city=3"]);
    d.fails(2, &["deal", "merge", "1", "2", "--take", "x"]);
    // What a deed has set stays with the record that it was done to.
    d.ok(&["lead", "add", "Cyd"]);
    d.ok(&["lead", "convert", "2"]);
    assert!(d.fails(4, &["lead", "merge", "1", "2"]).contains("rolo lead merge 2 1"));
    d.ok(&["undo", "2"]);
    assert_same(&exports(&d), &before, "as before");
    // The values of the other may be chosen.
    d.ok(&["contact", "merge", "1", "2", "--take", "name", "--take", "title=contact:2"]);
    let c = d.json(&["contact", "show", "1", "-o", "json"]);
    assert_eq!((&c["name"], &c["title"]), (&"Anne Lee".into(), &"CTO".into()));
    assert!(c["timeline"].to_string().contains("title (before): CEO"), "{}", c["timeline"]);
    d.ok(&["contact", "unmerge", "2"]);
    assert_same(&exports(&d), &before, "as before");
}
