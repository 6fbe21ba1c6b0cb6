//! `--rejects`: the good rows go in, the bad ones into a file that is mended and imported again.

use crate::harness::World;

const FILE: &str = "Name;E-mail;Born;City\n\
    Анна Ёлкина;anna@x.example;1990-05-01;Москва\n\
    Bob Stone;bob-at-x;1980-02-01;\"Varna; old\"\n\
    李小龍;li@x.example;someday;=cmd\n\
    Ann Lee;ann@x.example;;Sofia\n";
const MAP: [&str; 2] = ["--map", "Born=birthday"];

fn contacts(w: &World) -> String {
    w.ok(&[
        "contact",
        "list",
        "--columns",
        "name,email,birthday,city",
        "--sort",
        "email",
        "-o",
        "csv",
    ])
}

fn import(w: &World, file: &str, more: &[&str]) -> crate::harness::Run {
    w.run(&[&["contact", "import", file][..], &MAP, more].concat())
}

#[test]
fn good_rows_go_in_and_bad_ones_come_back_with_their_reason() {
    let w = World::new();
    w.file("in.csv", FILE);
    let run = import(&w, "in.csv", &["--rejects", "bad.csv", "-o", "json"]);
    assert_eq!(run.code, 4, "{}", run.err);
    run.assert_clean();
    let summary: serde_json::Value = serde_json::from_str(&run.out).expect("a summary");
    assert_eq!(
        (&summary["read"], &summary["created"], &summary["rejected"]),
        (&4.into(), &2.into(), &2.into())
    );
    let error: serde_json::Value = serde_json::from_str(&run.err).expect("an error");
    assert_eq!(error["error"]["rows"].as_array().map(Vec::len), Some(2), "{}", run.err);
    let bad = w.read("bad.csv");
    let lines: Vec<&str> = bad.lines().collect();
    assert_eq!(lines[0], "Name,E-mail,Born,City,reason");
    assert!(
        lines[1].starts_with("Bob Stone,bob-at-x,1980-02-01,Varna; old,\"line 3, E-mail: "),
        "{bad}"
    );
    assert!(lines[2].starts_with("李小龍,li@x.example,someday,'=cmd,\"line 4, Born: "), "{bad}");
    assert_eq!(lines.len(), 3);

    // Mended, it ends as if it had been right at once.
    w.file("bad.csv", bad.replace("bob-at-x", "bob@x.example").replace("someday", "1940-11-27"));
    let run = import(&w, "bad.csv", &["--keep-extra"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(!run.err.contains("reason") && !run.err.contains("left over"), "{}", run.err);
    assert_eq!(w.ok(&["field", "list", "--count"]), "0\n");
    let other = World::new();
    other
        .file("in.csv", FILE.replace("bob-at-x", "bob@x.example").replace("someday", "1940-11-27"));
    assert_eq!(import(&other, "in.csv", &[]).code, 0);
    assert_eq!(contacts(&w), contacts(&other));
    assert!(contacts(&w).contains("李小龍,li@x.example,1940-11-27,=cmd"), "{}", contacts(&w));
    // One import is one undo.
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n");
}

#[test]
fn a_rejected_row_is_read_again_as_the_whole_file_was() {
    let file = "Name;Email;Birthday;Score\nAnn;a@x.test;22/11/1980;1\nBob;bob;01/02/1990;2\n";
    let w = World::new();
    w.file("in.csv", file);
    let run = w.run(&["contact", "import", "in.csv", "--rejects", "bad.csv"]);
    assert_eq!(run.code, 4, "{}", run.err);
    let bad = w.read("bad.csv");
    assert!(bad.contains("(in the whole file, `Birthday` is day first)"), "{bad}");
    w.file("bad.csv", bad.replace("bob,", "bob@x.test,"));
    w.ok(&["contact", "import", "bad.csv"]);
    let other = World::new();
    other.file("in.csv", file.replace("bob", "bob@x.test"));
    other.ok(&["contact", "import", "in.csv"]);
    assert_eq!(contacts(&w), contacts(&other));
    assert!(contacts(&w).contains("Bob,bob@x.test,1990-02-01"), "{}", contacts(&w));
}

#[test]
fn what_was_said_of_the_file_holds_for_its_rejects() {
    let (text, _, _) =
        encoding_rs::WINDOWS_1251.encode("Имя;Email;Город\nАнна;a@x.test;Рим\nБоб;bob;Орёл\n");
    let w = World::new();
    w.file("in.csv", text);
    let said = ["--encoding", "windows-1251", "--delimiter", ";"];
    let import = |file: &str, more: &[&str]| {
        w.run(&[&["contact", "import", file][..], &said, more].concat())
    };
    assert_eq!(import("in.csv", &["--rejects", "bad.csv"]).code, 4);
    w.file("bad.csv", w.read("bad.csv").replace("bob;", "bob@x.test;"));
    let run = import("bad.csv", &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(contacts(&w).contains("Боб,bob@x.test,,Орёл"), "{}", contacts(&w));
}

#[test]
fn what_a_bad_row_made_on_the_way_is_taken_back() {
    let w = World::new();
    w.ok(&["contact", "add", "Twin", "--email", "twin@x.example"]);
    w.ok(&["contact", "add", "Twin Two", "--email", "twin@x.example"]);
    w.ok(&["company", "add", "Old"]);
    w.file(
        "deals.csv",
        "name,company,contact,stage,owner,tags\n\
         Good,Fresh Ltd,,Lead,zoe,new\n\
         Bad,Stray Ltd,twin@x.example,Lead,yan,odd\n\
         Last,Stray Ltd,,Lead,,odd\n",
    );
    let run = w.run(&["deal", "import", "deals.csv", "--rejects", "bad.csv"]);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(w.read("bad.csv").contains("Bad,Stray Ltd,twin@x.example"), "{}", w.read("bad.csv"));
    assert_eq!(
        w.ok(&["deal", "list", "--columns", "name,company", "-o", "csv", "--sort", "name"]),
        "name,company\nGood,Fresh Ltd\nLast,Stray Ltd\n"
    );
    // The company of the bad row is there once, made by the row behind it; its user is not there.
    assert_eq!(w.ok(&["company", "list", "--count"]), "3\n");
    assert_eq!(w.ok(&["user", "list", "yan", "--count"]), "0\n");
    assert_eq!(w.ok(&["search", "stray"]).lines().filter(|l| l.contains("company:")).count(), 1);
    w.ok(&["doctor"]);
    w.ok(&["undo"]);
    assert_eq!(
        (w.ok(&["deal", "list", "--count"]), w.ok(&["company", "list", "--count"])),
        ("0\n".into(), "1\n".into())
    );
    w.ok(&["doctor"]);
}

#[test]
fn a_match_with_several_is_rejected_and_never_chosen() {
    let w = World::new();
    w.ok(&["contact", "add", "Twin", "--email", "twin@x.example"]);
    w.ok(&["contact", "add", "Twin Two", "--email", "TWIN@x.example"]);
    w.file("in.csv", "name,email,city\nTwin,twin@x.example,Sofia\nNew,new@x.example,Oslo\n");
    let run = w.run(&["contact", "import", "in.csv", "--rejects", "bad.csv"]);
    assert_eq!(run.code, 4, "{}", run.err);
    let bad = w.read("bad.csv");
    assert!(bad.contains("contact:1, contact:2") && bad.lines().count() == 2, "{bad}");
    assert_eq!(w.ok(&["contact", "list", "city:Sofia", "--count"]), "0\n");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "3\n");
}

#[test]
fn the_file_of_rejects_is_written_over_nothing() {
    let w = World::new();
    w.file("in.csv", FILE);
    w.file("good.csv", "name\nZed\n");
    w.file("bad.csv", "precious");
    let err = w.fails(4, &["contact", "import", "in.csv", "--rejects", "bad.csv"]);
    assert!(err.contains("`bad.csv` exists") && err.contains("--force"), "{err}");
    assert_eq!(w.read("bad.csv"), "precious");
    assert!(!w.db().exists(), "nothing was imported");
    w.fails(4, &["contact", "import", "in.csv", "--rejects", "in.csv", "--force"]);
    w.fails(4, &["contact", "import", "in.csv", "--rejects", "rolo.db", "--force"]);
    assert_eq!(w.read("in.csv"), FILE);
    let run = import(&w, "in.csv", &["--rejects", "bad.csv", "--force", "--dry-run"]);
    assert!(run.code == 4 && run.err.contains("would be rejected"), "{}", run.err);
    assert_eq!(w.read("bad.csv"), "precious");
    assert_eq!(import(&w, "in.csv", &["--rejects", "bad.csv", "--force"]).code, 4);
    assert!(w.read("bad.csv").starts_with("Name,"));
    // Where none is bad there is no file, and with --force none from before.
    w.ok(&["contact", "import", "good.csv", "--rejects", "bad.csv", "--force"]);
    assert!(!w.path("bad.csv").exists());
}

#[test]
fn a_file_that_cannot_be_read_on_is_refused_as_a_whole() {
    let w = World::new();
    w.file("in.csv", "name,email\nAnn,ann@x.example\nBob,\"open\n");
    let err = w.fails(4, &["contact", "import", "in.csv", "--rejects", "bad.csv"]);
    assert!(err.contains("never closed"), "{err}");
    assert!(!w.path("bad.csv").exists());
}

#[test]
fn a_refused_import_leaves_nothing_but_an_empty_database() {
    let w = World::new();
    w.file("in.csv", FILE);
    w.fails(4, &["contact", "import", "in.csv"]);
    w.fails(4, &["deal", "import", "in.csv", "--no-create-links", "--map", "City=company"]);
    let mut left: Vec<_> = std::fs::read_dir(w.path(""))
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["home", "in.csv", "rolo.db"]);
    for noun in ["contact", "deal", "company", "import"] {
        let count = if noun == "import" {
            w.ok(&["imports", "list", "-o", "ids"])
        } else {
            w.ok(&[noun, "list", "-o", "ids"])
        };
        assert_eq!(count, "", "{noun}");
    }
    w.file("good.csv", "name\nZed\n");
    w.ok(&["contact", "import", "good.csv"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "1\n");
}

#[test]
fn a_match_in_the_trash_is_told_and_brought_back_on_demand() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann Lee", "--email", "ann@x.example", "--title", "CEO"]);
    w.ok(&["contact", "rm", "1"]);
    w.file("in.csv", "name,email,city\nAnn Lee,ANN@x.example,Sofia\nBob,bob@x.example,Oslo\n");
    let run = w.run(&["contact", "import", "in.csv", "--dry-run"]);
    assert!(
        run.code == 0 && run.err.contains("trash") && run.err.contains("--revive"),
        "{}",
        run.err
    );
    let summary = w.json(&["contact", "import", "in.csv", "--revive", "-o", "json"]);
    assert_eq!(
        (&summary["created"], &summary["updated"], &summary["revived"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(
        w.ok(&["contact", "list", "ann", "--columns", "id,title,city", "-o", "csv"]),
        "id,title,city\n1,CEO,Sofia\n"
    );
    w.ok(&["undo"]);
    assert_eq!(
        w.ok(&["contact", "list", "is:trashed", "--columns", "id,city", "-o", "csv"]),
        "id,city\n1,\n"
    );
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");

    // By uid too; and of two in the trash with one key, none is chosen.
    let uid =
        w.json(&["contact", "show", "1", "-o", "json"])["uid"].as_str().expect("a uid").to_owned();
    w.file("own.csv", format!("uid,name,emails\n{uid},Ann Lee,ann@x.example\n"));
    let err = w.fails(4, &["contact", "import", "own.csv"]);
    assert!(err.contains("trash") && err.contains("--revive"), "{err}");
    w.ok(&["contact", "import", "own.csv", "--revive"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "1\n");
    w.ok(&["contact", "add", "Ann Two", "--email", "ann@x.example"]);
    w.ok(&["contact", "rm", "1", "Ann Two", "--yes"]);
    let err = w.fails(4, &["contact", "import", "in.csv", "--revive"]);
    assert!(err.contains("several records in the trash"), "{err}");
}

#[test]
fn a_custom_field_from_a_file_gets_its_name_or_is_refused() {
    let w = World::new();
    w.file("fields.csv", "noun,name,kind\ncontact,Contract No,text\ncontact,Договор,int\n");
    w.ok(&["field", "import", "fields.csv"]);
    w.ok(&["contact", "add", "Ann", "--set", "contract_no=K-1"]);
    assert_eq!(w.ok(&["contact", "list", "contract_no:K-1", "--count"]), "1\n");
    assert_eq!(w.ok(&["field", "list", "slug:none", "--count"]), "0\n");
    w.file("more.csv", "noun,name,kind\ncontact,---,text\nnothing,Other,text\ncontact,City,text\ncontact,Good,wrong\ncontact,Fine,date\n");
    let run = w.run(&["field", "import", "more.csv", "--rejects", "bad.csv"]);
    assert_eq!(run.code, 4, "{}", run.err);
    assert_eq!(w.read("bad.csv").lines().count(), 5, "{}", w.read("bad.csv"));
    w.ok(&["contact", "edit", "Ann", "--set", "fine=2026-01-01"]);
    w.ok(&["doctor"]);
}

#[test]
fn of_two_that_import_into_no_database_at_once_both_go_in() {
    let w = World::new();
    for n in 0..4 {
        w.file(&format!("in{n}.csv"), format!("name,email\nAnn {n},a{n}@x.example\nBad,no\n"));
    }
    std::thread::scope(|s| {
        let runs: Vec<_> = (0..4)
            .map(|n| {
                let w = &w;
                s.spawn(move || {
                    let (file, bad) = (format!("in{n}.csv"), format!("bad{n}.csv"));
                    w.run(&["contact", "import", &file, "--rejects", &bad])
                })
            })
            .collect();
        for run in runs {
            let run = run.join().expect("a run");
            assert_eq!(run.code, 4, "{}", run.err);
            assert!(run.err.contains("1 row of 2 was rejected"), "{}", run.err);
        }
    });
    assert_eq!(w.ok(&["contact", "list", "--count"]), "4\n");
    assert!((0..4).all(|n| w.path(&format!("bad{n}.csv")).exists()));
}

#[test]
fn rejects_of_json_are_json_and_come_back() {
    let rows = [
        r#"{"name": "Ann", "emails": [{"label": "work", "value": "a@x.example"}, {"label": "home", "value": "b@x.example"}], "birthday": "someday", "tags": ["a; b"]}"#,
        r#"{"name": "Боб", "email": "bob@x.example"}"#,
        r#"{"city": "Oslo", "email": "no-at", "name": "Cy"}"#,
    ];
    let forms = [
        ("in.json", "bad.json", format!("[{}]", rows.join(","))),
        ("in.jsonl", "bad.jsonl", rows.join("\n")),
        ("in.jsonl", "bad", rows.join("\n")),
    ];
    for (file, bad, text) in forms {
        let w = World::new();
        w.file(file, &text);
        let run = w.run(&["contact", "import", file, "--rejects", bad]);
        assert_eq!(run.code, 4, "{}", run.err);
        let mended = w.read(bad).replace("someday", "1990-05-01").replace("no-at", "cy@x.example");
        assert!(mended.contains("\"reason\": \"line "), "{mended}");
        w.file(bad, mended);
        w.ok(&["contact", "import", bad]);
        let other = World::new();
        other.file(file, text.replace("someday", "1990-05-01").replace("no-at", "cy@x.example"));
        other.ok(&["contact", "import", file]);
        let all = |w: &World| {
            let columns = "name,emails,birthday,tags,city";
            w.ok(&["contact", "list", "--columns", columns, "--sort", "name", "-o", "csv"])
        };
        assert_eq!(all(&w), all(&other), "{bad}");
    }
}

#[test]
fn a_lead_of_json_keeps_its_own_reason() {
    let w = World::new();
    w.file("in.jsonl", "{\"name\":\"Ann\",\"reason\":\"too dear\",\"score\":\"many\"}\n");
    assert_eq!(w.run(&["lead", "import", "in.jsonl", "--rejects", "bad.jsonl"]).code, 4);
    // Still bad, it comes back once more.
    assert_eq!(w.run(&["lead", "import", "bad.jsonl", "--rejects", "more.jsonl"]).code, 4);
    let more = w.read("more.jsonl");
    assert_eq!(more.matches("line ").count(), 2, "the reason, and the place: {more}");
    w.file("more.jsonl", more.replace("\"many\"", "7"));
    w.ok(&["lead", "import", "more.jsonl"]);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!((&lead["reason"], &lead["score"]), (&"too dear".into(), &7.into()));
    w.file("in.csv", "name,score\nA,many\n");
    let err = w.fails(2, &["lead", "import", "in.csv", "--rejects", "bad2.json"]);
    assert!(err.contains("would be read as JSON"), "{err}");
}
