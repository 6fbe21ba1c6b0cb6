//! How the files of other programs are understood: encoding, dates, numbers, empty words; what a
//! dry run says of it, and what can't be decided.

use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, KOI8_R, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    X_MAC_CYRILLIC,
};

use crate::harness::World;

fn data(name: &str) -> String {
    format!("{}/tests/data/dataloader/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The values of the records of a noun, by the first column.
fn list(w: &World, noun: &str, columns: &str) -> Vec<String> {
    let first = columns.split(',').next().expect("a column");
    let out = w.ok(&[noun, "list", "--columns", columns, "--sort", first, "-o", "csv"]);
    out.lines().skip(1).map(str::to_owned).collect()
}

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{feff}" } else { "" };
    format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn one_table_in_any_encoding_gives_the_same_records() {
    let text = "name;city;about\r\nОльга Ёлкина;Тверь;звонить после обеда\r\nИван Щукин;Псков;директор\r\n";
    let want = ["Иван Щукин,Псков,директор", "Ольга Ёлкина,Тверь,звонить после обеда"];
    let check = |bytes: &[u8], name: &str, more: &[&str]| {
        let w = World::new();
        let file = w.file("a.csv", bytes);
        let summary =
            w.json(&[&["contact", "import", &file, "--dry-run", "-o", "json"], more].concat());
        assert_eq!(summary["encoding"], name);
        w.ok(&[&["contact", "import", &file], more].concat());
        assert_eq!(list(&w, "contact", "name,city,about"), want, "{name}");
    };
    for encoding in [WINDOWS_1251, KOI8_R, IBM866, ISO_8859_5, X_MAC_CYRILLIC, UTF_8] {
        let name = encoding.name().to_lowercase().replace("x-mac", "mac");
        let (bytes, _, _) = encoding.encode(text);
        check(&bytes, &name, &[]);
        check(&bytes, &name, &["--encoding", &name]);
    }
    check(format!("\u{feff}{text}").as_bytes(), "utf-8", &[]);
    check(&utf16(text, true), "utf-16le", &[]);
    check(&utf16(text, false), "utf-16le", &[]);
    let utf32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    check(&utf32, "utf-32be", &[]);
}

#[test]
fn letters_of_the_west_and_of_the_middle_are_told_apart() {
    let check = |encoding: &'static Encoding, names: &[&str]| {
        let w = World::new();
        let text = format!("name\n{}\n", names.join("\n"));
        let (bytes, _, bad) = encoding.encode(&text);
        assert!(!bad);
        let run = w.run_with(&["contact", "import", "-"], &bytes);
        assert_eq!(run.code, 0, "{}", run.err);
        assert_eq!(list(&w, "contact", "id,name").join("\n"), {
            let rows: Vec<String> =
                names.iter().enumerate().map(|(at, n)| format!("{},{n}", at + 1)).collect();
            rows.join("\n")
        });
    };
    check(WINDOWS_1252, &["Jürgen Groß", "Hélène Lefèvre", "José Núñez", "Søren Åse"]);
    check(WINDOWS_1250, &["Łukasz Wałęsa", "Jiří Dvořák", "Žofie Růžičková"]);
}

#[test]
fn an_encoding_that_nothing_tells_is_asked_for() {
    let w = World::new();
    let file = w.file("a.csv", b"name,city\nAnn,Rome\nBob,\xe9\n");
    let err = w.fails(4, &["contact", "import", &file]);
    assert!(err.contains("line 3: the byte E9 in the column `city` is not UTF-8"), "{err}");
    assert!(err.contains("--encoding") && err.contains("`é` in windows-1252"), "{err}");
    assert!(err.contains("`й` in windows-1251"), "{err}");
    w.ok(&["contact", "import", &file, "--encoding", "cp1252"]);
    assert_eq!(list(&w, "contact", "name,city"), ["Ann,Rome", "Bob,é"]);
    let err = w.fails(2, &["contact", "import", &file, "--encoding", "cp99"]);
    assert!(err.contains("`cp99` is not an encoding"), "{err}");
    // One bad byte among good characters is damage.
    let mut bytes = "name\nИван\nПётр\nОльга Ивановна\nМария Степановна\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"Bo\xffb\n");
    let file = w.file("b.csv", bytes);
    let err = w.fails(4, &["contact", "import", &file]);
    assert!(err.contains("line 6: the byte FF in the column `name` is not UTF-8"), "{err}");
}

#[test]
fn numbers_are_read_as_their_column_writes_them() {
    for (cells, want) in [
        (["1 234,56 €", "12,500", "-7"], ["1234.56,EUR", "12.50,EUR", "-7.00,EUR"]),
        (["1.234,56", "12.500", "USD 3,5"], ["1234.56,EUR", "12500.00,EUR", "3.50,USD"]),
        (["$1,234.56", "12,500", "(5.00)"], ["1234.56,USD", "12500.00,EUR", "-5.00,EUR"]),
        (["1'234.56 CHF", "12'500", "0.5"], ["1234.56,CHF", "12500.00,EUR", "0.50,EUR"]),
        (
            ["1\u{a0}234 руб.", "1 234 567", "12k"],
            ["1234.00,RUB", "1234567.00,EUR", "12000.00,EUR"],
        ),
        (["1.234.567", "12.500", "N/A"], ["1234567.00,EUR", "12500.00,EUR", ","]),
    ] {
        let w = World::new();
        let rows: Vec<String> =
            cells.iter().enumerate().map(|(at, c)| format!("{at}\tS{at}\t{c}\n")).collect();
        let file = w.file("d.tsv", format!("name\tsku\tprice\n{}", rows.concat()));
        w.ok(&["product", "import", &file]);
        let want: Vec<String> =
            want.iter().enumerate().map(|(at, amount)| format!("{at},{amount}")).collect();
        assert_eq!(list(&w, "product", "name,price,price_currency"), want, "{cells:?}");
    }
}

#[test]
fn dates_are_read_as_their_column_writes_them() {
    for (cells, want) in [
        (["03/04/2026", "22/11/2026", ""], ["2026-04-03", "2026-11-22", ""]),
        (["03/04/26", "11/22/26", "-"], ["2026-03-04", "2026-11-22", ""]),
        (["22.11.2026", "03.04.26", "N/A"], ["2026-11-22", "2026-04-03", ""]),
        (["46348", "46349.5", "NULL"], ["2026-11-22", "2026-11-23", ""]),
        (["2026-11-22T23:30:00-08:00", "2026-11-22 10:00", "0000-00-00"], ["2026-11-22"; 3]),
    ] {
        let w = World::new();
        let rows: Vec<String> =
            cells.iter().enumerate().map(|(at, c)| format!("{at},{c}\n")).collect();
        let file = w.file("c.csv", format!("name,birthday\n{}", rows.concat()));
        w.ok(&["contact", "import", &file]);
        let mut want = want.map(str::to_owned);
        if cells[2] == "0000-00-00" {
            want[2].clear();
        }
        let want: Vec<String> =
            want.iter().enumerate().map(|(at, day)| format!("{at},{day}")).collect();
        assert_eq!(list(&w, "contact", "name,birthday"), want, "{cells:?}");
    }
}

#[test]
fn what_could_be_read_two_ways_is_refused_with_the_option_that_decides() {
    let w = World::new();
    let dates = w.file("c.csv", "name,birthday\nA,03/04/2026\nB,05/06/2026\n");
    let err = w.fails(4, &["contact", "import", &dates]);
    assert!(err.contains("--date-order") && err.contains("line 2, birthday"), "{err}");
    w.ok(&["contact", "import", &dates, "--date-order", "mdy"]);
    assert_eq!(list(&w, "contact", "name,birthday"), ["A,2026-03-04", "B,2026-05-06"]);
    let numbers = w.file("d.csv", "name;amount\nA;1,500\nB;12,500\n");
    let err = w.fails(4, &["deal", "import", &numbers]);
    assert!(err.contains("`1,500` could be 1500 or 1.500") && err.contains("--decimal"), "{err}");
    w.ok(&["deal", "import", &numbers, "--decimal", ","]);
    assert_eq!(list(&w, "deal", "name,amount,amount_currency"), ["A,1.50,EUR", "B,12.50,EUR"]);
    w.ok(&["undo"]);
    w.ok(&["deal", "import", &numbers, "--decimal", "point"]);
    assert_eq!(
        list(&w, "deal", "name,amount,amount_currency"),
        ["A,1500.00,EUR", "B,12500.00,EUR"]
    );
}

#[test]
fn a_column_that_nothing_decides_is_one_error_whatever_is_asked_of_bad_rows() {
    let w = World::new();
    let rows: String =
        (1..=9).map(|d| format!("P{d},0{d}/0{}/1990,22.11.2026\n", d % 9 + 1)).collect();
    let file = w.file("c.csv", format!("name,birthday,Seen\n{rows}"));
    let run = w.run(&["contact", "import", &file, "--rejects", "bad.csv", "-o", "json"]);
    assert_eq!((run.code, run.out.as_str()), (4, ""), "{}", run.err);
    let error: serde_json::Value = serde_json::from_str(&run.err).expect("an error");
    let listed = error["error"]["rows"].as_array().expect("rows");
    assert_eq!(listed.len(), 1, "{error}");
    assert_eq!((&listed[0]["line"], &listed[0]["column"]), (&2.into(), &"birthday".into()));
    assert!(error["error"]["hint"].to_string().contains("--date-order dmy"), "{error}");
    assert!(!w.path("bad.csv").exists() && w.ok(&["contact", "list", "--count"]) == "0\n");
    let err = w.fails(4, &["contact", "import", &file, "--dry-run"]);
    assert!(err.contains("the column `birthday` could be read two ways"), "{err}");
    // One cell each way decides nothing either.
    let torn =
        w.file("t.csv", "name,birthday\nA,22/11/1990\nB,11/22/1990\nC,1/2/1990\nD,1/3/1990\n");
    let err = w.fails(4, &["contact", "import", &torn]);
    assert!(err.contains("line 4, birthday") && !err.contains("line 5"), "{err}");
    // Two columns are named together, each with its own option.
    let two = w.file("d.csv", "name;amount;closes\nA;1,500;01/02/2026\nB;2,500;03/04/2026\n");
    let err = w.fails(4, &["deal", "import", &two]);
    assert!(err.contains("`amount`, `closes`") && err.contains("--decimal ."), "{err}");
    assert!(err.contains("--date-order") && !err.contains("line 3"), "{err}");
    // So is a column of one noun among several.
    let several = w.file(
        "p.csv",
        "Person - Name,Person - Birthday,Deal - Title,Deal - Expected close date\nAnn,03/04/1990,Big,22/11/2026\n",
    );
    let err = w.fails(4, &["import", &several]);
    assert!(err.contains("the column `Person - Birthday` could"), "{err}");
}

#[test]
fn a_row_between_those_that_ask_decides_too() {
    let mut text = "name,birthday\n".to_owned();
    text.push_str(&"P,\n".repeat(1500));
    text.push_str("Q,22/11/1990\nR,03/04/1990\n");
    let w = World::new();
    let file = w.file("c.csv", text);
    w.ok(&["contact", "import", &file]);
    assert_eq!(
        w.ok(&["contact", "list", "name=R", "--columns", "birthday", "-o", "csv"]),
        "birthday\n1990-04-03\n"
    );
}

#[test]
fn the_last_row_of_a_large_file_still_decides_and_a_pipe_too() {
    use std::fmt::Write as _;
    let mut text = "name,birthday\n".to_owned();
    for n in 0..3000 {
        writeln!(text, "P{n:04},0{}/0{}/1990", n % 9 + 1, n * 7 % 9 + 1).expect("text");
    }
    text.push_str("Z,22/11/1990\n");
    let w = World::new();
    let run = w.run_with(&["contact", "import", "-"], text.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(list(&w, "contact", "name,birthday")[1], "P0001,1990-08-02");
    // One that says the contrary is a bad row, whatever came before.
    text.push_str("ZZ,11/22/1990\n");
    let file = w.file("c.csv", text);
    let err = w.fails(4, &["contact", "import", &file]);
    assert!(err.contains("line 3003, birthday"), "{err}");
}

#[test]
fn dates_money_and_answers_in_words_of_other_languages() {
    let w = World::new();
    w.ok(&["field", "add", "contact", "Member", "--kind", "bool"]);
    let rows = [
        ("22 novembre 1990", "VRAI", true),
        ("22 de noviembre de 1990", "falso", false),
        ("22. November 1990", "WAHR", true),
        ("22 ноября 1990 г.", "ЛОЖЬ", false),
        ("22.11.1990 г.", "T", true),
        ("22-Nov-90", "f", false),
        ("Thu, 22 Nov 1990 10:00:00 +0000", "✓", true),
        ("22 ноември 1990", "checked", true),
        ("1990年11月22日", "-None-", false),
    ];
    for (day, answer, want) in rows {
        let w = World::new();
        w.ok(&["field", "add", "contact", "Member", "--kind", "bool"]);
        w.file("c.csv", format!("name;birthday;member\nA;{day};{answer}\n"));
        w.ok(&["contact", "import", "c.csv"]);
        let member = if answer == "-None-" { String::new() } else { want.to_string() };
        assert_eq!(
            list(&w, "contact", "birthday,member"),
            [format!("1990-11-22,{member}")],
            "{day} {answer}"
        );
    }
    w.file("d.csv", "name;amount\nA;100 лв.\nB;5 Euro\nC;$5 CAD\n");
    w.ok(&["deal", "import", "d.csv"]);
    assert_eq!(
        list(&w, "deal", "name,amount,amount_currency"),
        ["A,100.00,BGN", "B,5.00,EUR", "C,5.00,CAD"]
    );
    w.file("e.csv", "name;amount\nA;€5 USD\n");
    assert!(w.fails(4, &["deal", "import", "e.csv"]).contains("names EUR and USD"));
    w.file("b.csv", "name,closes\nA, --05-14\n");
    assert!(w.fails(4, &["deal", "import", "b.csv"]).contains("a day without a year"));
    w.file("m.csv", "name;email;phone\nA;a@x.test, b@x.test;+1 555 0100, +1 555 0101\n");
    w.ok(&["contact", "import", "m.csv"]);
    assert_eq!(
        list(&w, "contact", "emails,phones"),
        ["a@x.test; b@x.test,+1 555 0100; +1 555 0101"]
    );
}

#[test]
fn words_for_empty_yes_and_no_are_known_and_can_be_said() {
    let w = World::new();
    w.ok(&["field", "add", "contact", "Member", "--kind", "bool"]);
    let text =
        "name,city,birthday,member\nAnn,Select,N/A,да\nBob,-,-,нет\nCy,NULL,None,X\nNull,None,,\n";
    let file = w.file("c.csv", text);
    w.ok(&["contact", "import", &file]);
    let found = list(&w, "contact", "name,city,birthday,member");
    assert_eq!(found, ["Ann,,,true", "Bob,,,false", "Cy,,,true", "Null,None,,"]);
    let w = World::new();
    w.ok(&["field", "add", "contact", "Member", "--kind", "bool"]);
    let file = w.file("c.csv", "name,city,member\nAnn,-,Mitglied\nBob,leer,Gast\n");
    let words = ["--empty", "leer", "--yes-word", "mitglied", "--no-word", "Gast"];
    w.ok(&[&["contact", "import", &file], &words[..]].concat());
    assert_eq!(list(&w, "contact", "name,city,member"), ["Ann,-,true", "Bob,,false"]);
}

#[test]
fn a_dry_run_shows_what_was_understood_and_changes_nothing() {
    let w = World::new();
    let (bytes, _, _) = WINDOWS_1251.encode(
        "sep=;\r\nname;Сумма;closes;Stage;zzz\r\nСделка № 1;1 234,56;22/11/26;Won;x\r\nВторая сделка;5;03/04/26;Lost;\r\n",
    );
    let file = w.file("d.csv", bytes);
    let map = ["--map", "Сумма=amount"];
    let command = [&["deal", "import", &file, "--dry-run"], &map[..]].concat();
    let found = w.json(&[&command[..], &["-o", "json"]].concat());
    assert_eq!(found["encoding"], "windows-1251");
    assert_eq!((&found["format"], &found["delimiter"]), (&"csv".into(), &";".into()));
    let columns: Vec<String> = found["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|c| {
            ["column", "field", "kind", "form", "example", "sure"]
                .map(|k| c[k].as_str().unwrap_or("null"))
                .join("|")
        })
        .collect();
    assert_eq!(
        columns,
        [
            "name|name|text|null|Сделка № 1|certain",
            "Сумма|amount|money|decimal comma|1234.56|said",
            "closes|closes|date|day first|2026-11-22|certain",
            "Stage|stage|link|null|Won|certain",
            "zzz|null|null|null|x|left over",
        ]
    );
    let table = w.ok(&command);
    let line = table.lines().find(|l| l.starts_with("closes")).expect("a line");
    assert!(line.contains("date, day first") && line.contains("22/11/26 → 2026-11-22"), "{table}");
    assert!(!w.db().exists());
}

#[test]
fn tables_of_accounts_and_deals_go_in_with_no_option() {
    let w = World::new();
    let accounts = w.json(&["company", "import", &data("accountData.csv"), "-o", "json"]);
    assert_eq!(accounts["read"], 423);
    let found = w.json(&["company", "list", "inmobiliario", "--columns", "name", "-o", "json"]);
    assert_eq!(found[0]["name"], "Crédito Inmobiliario Terras");
    let deals = w.json(&["deal", "import", &data("opportunityData.csv"), "-o", "json"]);
    assert_eq!((&deals["read"], &deals["created"]), (&38.into(), &38.into()));
}

#[test]
fn one_table_in_five_encodings_is_the_same_contacts() {
    for name in ["", "_BOM_UTF8", "_BOM_UTF16BE", "_BOM_UTF16LE", "_BOM_UTF32BE", "_BOM_UTF32LE"] {
        let w = World::new();
        let file = data(&format!("csvtext{name}.csv"));
        let err = w.fails(4, &["contact", "import", &file]);
        assert!(err.contains("no column fills name"), "{err}");
        w.ok(&["contact", "import", &file, "--map", "column1=name", "--keep-extra"]);
        let found = list(&w, "contact", "name,column2,column3");
        assert_eq!(found, ["row1-1,row1-2,row1-3", "row2-1,row2-2,row2-3"], "{name}");
    }
}

#[test]
fn dates_with_zones_give_the_written_days_and_instants() {
    for (file, at, days) in [
        ("dateEndingInZ.csv", "2010-10-14T12:00:00Z", vec!["2010-10-14"]),
        ("dateUsingDefaultTimeZone.csv", "2010-10-14T16:00:00Z", vec!["2010-10-14"]),
        ("dateWithTimeZone.csv", "2010-10-14T12:00:00Z", vec!["2010-10-14"; 2]),
        ("dateOnlyWithTimeZone.csv", "", vec!["2010-10-14"; 2]),
    ] {
        let w = World::new();
        w.ok(&["field", "add", "company", "Date only", "--kind", "date"]);
        w.ok(&["field", "add", "company", "Date", "--kind", "datetime"]);
        // The zone of whoever imports counts for an instant without one, never for a day.
        let mut command = w.command();
        let run = command.env("TZ", "America/New_York").args(["company", "import", &data(file)]);
        assert!(run.output().expect("the program runs").status.success(), "{file}");
        let found = w.json(&["company", "list", "--columns", "date,date_only", "-o", "json"]);
        let found = found.as_array().expect("companies");
        assert!(found.iter().all(|c| c["date"].as_str().unwrap_or_default() == at), "{found:?}");
        let only: Vec<_> = found.iter().filter_map(|c| c["date_only"].as_str()).collect();
        assert_eq!(only, days, "{file}");
    }
    let w = World::new();
    let map = ["--map", "Name=title", "--map", "Date=start"];
    let file = data("timeZoneFormatTesting.csv");
    w.ok(&[&["event", "import", &file], &map[..]].concat());
    let found = list(&w, "event", "title,start");
    assert_eq!(found[0], "A,2009-07-14T18:14:45Z");
    assert_eq!(found.len(), 12);
    let file = data("timeZoneFormatTestingWithErrors.csv");
    let err = w.fails(4, &[&["event", "import", &file], &map[..]].concat());
    assert!(err.contains("2 bad rows of 6"), "{err}");
    assert!(err.contains("line 3, Date, `2009\\7\\14 22:14:45+0800`"), "{err}");
    assert!(err.contains("line 4, Date, `2009-07/14 02:14:45-0800`"), "{err}");
}

#[test]
fn the_example_in_windows_1251_comes_in() {
    let w = World::new();
    let file = format!("{}/examples/clients-1251.csv", env!("CARGO_MANIFEST_DIR"));
    let maps = ["Эл. почта=email", "Дата рождения=birthday", "Примечание=about"];
    let mut args = vec!["contact", "import", &file, "-o", "json"];
    for map in &maps {
        args.extend(["--map", map]);
    }
    let summary = w.json(&args);
    assert_eq!(
        (&summary["created"], &summary["ignored_columns"]),
        (&4.into(), &serde_json::json!([]))
    );
    assert_eq!(
        list(&w, "contact", "family_name,company,title,birthday"),
        [
            "Ветров,ООО «Луговой»,директор,1979-11-22",
            "Ёлкин,АО «Сосна»,закупки,1990-12-07",
            "Сомова,ООО «Луговой»,бухгалтер,1984-04-03",
            "Щукина,АО «Сосна»,,",
        ]
    );
    let note = w.json(&["contact", "show", "elkin@sosna.example", "-o", "json"]);
    assert_eq!(note["about"], "просил прайс;\r\nперезвонить в № 7");
}

#[test]
fn moments_are_read_as_programs_and_people_spell_them() {
    let w = World::new();
    let moments = [
        ("Nov 22, 2026 3:04 PM", "2026-11-22T15:04:00Z"),
        ("22.11.2026 15:04 EST", "2026-11-22T20:04:00Z"),
        ("2026-11-22 15:04 CET", "2026-11-22T14:04:00Z"),
        ("Sun Nov 22 15:04:05 PST 2026", "2026-11-22T23:04:05Z"),
        ("Sun Nov 22 2026 15:04:05 GMT+0200 (Eastern)", "2026-11-22T13:04:05Z"),
        ("22 ноября 2026 г., 15:04", "2026-11-22T15:04:00Z"),
        ("Sonntag, 22. November 2026 um 15:04 Uhr", "2026-11-22T15:04:00Z"),
        ("dimanche 22 novembre 2026 à 15h04", "2026-11-22T15:04:00Z"),
        ("domingo, 22 de noviembre de 2026, 3:04 p. m.", "2026-11-22T15:04:00Z"),
        ("20261122T150405Z", "2026-11-22T15:04:05Z"),
    ];
    let rows: Vec<String> = (0..).zip(moments).map(|(n, (m, _))| format!("M{n};{m}\n")).collect();
    w.ok(&["event", "import", &w.file("a.csv", format!("title;start\n{}", rows.concat()))]);
    let want: Vec<String> = (0..).zip(moments).map(|(n, (_, at))| format!("M{n},{at}")).collect();
    assert_eq!(list(&w, "event", "title,start"), want);
    // What has several meanings is none.
    let file = w.file("b.csv", "title;start\nX;2026-11-22 15:04 IST\n");
    assert!(w.fails(4, &["event", "import", &file]).contains("15:04 IST"));
}

#[test]
fn seconds_since_1970_are_moments_where_the_whole_column_has_them() {
    let w = World::new();
    let file = w.file("a.csv", "title,start\nA,1795359845\nB,1795359845000\n");
    let dry = w.json(&["event", "import", &file, "--dry-run", "-o", "json"]);
    assert_eq!(dry["columns"][1]["form"], "seconds since 1970");
    w.ok(&["event", "import", &file]);
    let want = ["A,2026-11-22T15:04:05Z", "B,2026-11-22T15:04:05Z"];
    assert_eq!(list(&w, "event", "title,start"), want);
    let file = w.file("b.csv", "title,start\nA,1795359845\nB,2026-11-22\n");
    let err = w.fails(4, &["event", "import", &file]);
    assert!(err.contains("`1795359845` is not a date"), "{err}");
}

#[test]
fn a_sign_of_several_currencies_needs_a_column_that_names_one() {
    let w = World::new();
    let file = w.file("a.csv", "name;amount\nA;kr 500\n");
    let err = w.fails(4, &["deal", "import", &file]);
    assert!(err.contains("SEK, NOK, DKK, ISK"), "{err}");
    let file =
        w.file("b.csv", "name;amount;currency\nA;kr 500;SEK\nB;1 500,50 kr;NOK\nC;1.234,-;EUR\n");
    w.ok(&["deal", "import", &file]);
    let want = ["A,500.00,SEK", "B,1500.50,NOK", "C,1234.00,EUR"];
    assert_eq!(list(&w, "deal", "name,amount"), want);
}

#[test]
fn a_backslash_before_a_quote_is_found_out_and_told() {
    let w = World::new();
    let file = w.file(
        "a.csv",
        "name,city,about\n\"Ann \\\"x\\\" B\",Rome,\"C:\\\\dir\\\\\"\nBob,Oslo,\"a\\\nb\"\n",
    );
    let dry = w.json(&["contact", "import", &file, "--dry-run", "-o", "json"]);
    assert_eq!(dry["quotes"], "backslash");
    let run = w.run(&["contact", "import", &file]);
    assert!(run.code == 0 && run.err.contains("`--quotes backslash`"), "{}", run.err);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["name"], "Ann \"x\" B");
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["about"], "C:\\dir\\");
    assert_eq!(w.json(&["contact", "show", "2", "-o", "json"])["about"], "a\nb");
    // Backslashes that stand before no quote are text.
    let file = w.file("b.csv", "name,about\n\"C:\\dir\\\",x\n\"5\"\" screen\",y\n");
    w.ok(&["contact", "import", &file]);
    assert_eq!(w.json(&["contact", "show", "3", "-o", "json"])["name"], "C:\\dir\\");
    assert_eq!(w.json(&["contact", "show", "4", "-o", "json"])["name"], "5\" screen");
    // Said, it is so; and with none quotes are text.
    let file = w.file("c.csv", "name,about\n\"A, B\",y\n");
    assert!(w.fails(4, &["contact", "import", &file, "--quotes", "none"]).contains("3 cells"));
}

#[test]
fn a_space_behind_each_delimiter_is_no_text() {
    let w = World::new();
    let file = w.file("a.csv", "name, city, about\nAnn, Köln, \"x, y\"\nBob, São Paulo,\n");
    w.ok(&["contact", "import", &file]);
    assert_eq!(list(&w, "contact", "name,city,about"), ["Ann,Köln,\"x, y\"", "Bob,São Paulo,"]);
    // Where not all have it, it is text.
    let file = w.file("b.csv", "name,city\nCy, Rome\n");
    w.ok(&["contact", "import", &file]);
    assert_eq!(w.json(&["contact", "show", "3", "-o", "json"])["city"], " Rome");
}

#[test]
fn a_backslash_before_a_quote_far_down_is_no_silent_mess() {
    let w = World::new();
    let mut text = String::from("name,city\n");
    (0..8000).for_each(|n| text += &format!("Name {n},City\n"));
    text += "\"Ann \\\"x\\\" B\",Rome\n";
    let file = w.file("a.csv", &text);
    let err = w.fails(4, &["contact", "import", &file]);
    assert!(err.contains("line 8002") && err.contains("--quotes backslash"), "{err}");
    w.ok(&["contact", "import", &file, "--quotes", "backslash"]);
    assert_eq!(
        w.ok(&["contact", "list", "city:Rome", "--columns", "name", "-o", "csv"]),
        "name\n\"Ann \"\"x\"\" B\"\n"
    );
}

#[test]
fn digits_that_a_spreadsheet_keeps_as_a_formula_are_digits() {
    let w = World::new();
    let file = w.file("a.csv", "name,phone,city\nAnn,\"=\"\"+49301234567\"\"\",=\"Rome\"\n");
    w.ok(&["contact", "import", &file]);
    assert_eq!(list(&w, "contact", "name,phone,city"), ["Ann,+49301234567,Rome"]);
    // What rolo guarded comes back as it was.
    w.ok(&["contact", "add", "=\"x\""]);
    let out = w.ok(&["contact", "export", "--columns", "name"]);
    let other = World::new();
    other.ok(&["contact", "import", &other.file("b.csv", &out)]);
    assert_eq!(other.json(&["contact", "show", "2", "-o", "json"])["name"], "=\"x\"");
}

#[test]
fn words_of_choices_are_understood_in_the_languages_of_headers() {
    for (noun, field, word, texts) in [
        ("task", "priority", "high", &["Hoch", "Haute", "Alta", "Высокий", "Висок"][..]),
        ("task", "priority", "low", &["Niedrig", "Basse", "Baja", "Низкий", "Ниска"]),
        ("task", "priority", "urgent", &["Dringend", "Срочно", "Спешно"]),
        ("task", "priority", "normal", &["Mittel", "Обычная", "Среден"]),
        (
            "task",
            "status",
            "done",
            &["Erledigt", "Terminé", "Completada", "Выполнено", "Изпълнена"],
        ),
        ("task", "status", "open", &["Offen", "À faire", "Pendiente", "Открыта", "Отворена"]),
        ("task", "status", "doing", &["In Bearbeitung", "En cours", "En curso", "В работе"]),
        ("task", "status", "cancelled", &["Abgebrochen", "Annulée", "Отменена"]),
        ("ticket", "status", "new", &["Neu", "Nouveau", "Nuevo", "Новая"]),
        ("ticket", "status", "resolved", &["Gelöst", "Résolu", "Resuelto", "Решена"]),
        ("ticket", "status", "closed", &["Geschlossen", "Fermé", "Cerrado", "Закрыта", "Затворен"]),
        ("lead", "status", "qualified", &["Qualifiziert", "Qualifié", "Квалифицирован"]),
        ("lead", "status", "working", &["Attempted to Contact", "In Bearbeitung"]),
        ("lead", "status", "unqualified", &["Junk Lead", "Not Qualified"]),
        ("contact", "lifecycle", "customer", &["Kunde", "Cliente", "Клиент"]),
    ] {
        let label = match noun {
            "task" => "title",
            "ticket" => "subject",
            _ => "name",
        };
        let rows: String = texts.iter().map(|t| format!("{field} {word} {t},{t}\n")).collect();
        let w = World::new();
        let file = w.file("in.csv", format!("{label},{field}\n{rows}"));
        w.ok(&[noun, "import", &file]);
        let count = w.ok(&[noun, "list", &format!("{field}:{word}"), "--count"]);
        assert_eq!(count.trim(), texts.len().to_string(), "{noun} {field} {word}");
    }
}
