//! What the cells of other programs name: records by what they are called, people with their
//! address behind them, currencies by their names, chances as shares.

use serde_json::{Value, json};

use crate::harness::World;

fn deal(w: &World, name: &str) -> Value {
    w.json(&["deal", "show", name, "-o", "json"])
}

#[test]
fn digits_in_a_file_are_a_name_and_never_an_id() {
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    w.ok(&["contact", "add", "Ann"]);
    let file = w.file(
        "d.csv",
        "Name,Company,Contact,Stage\nRoof,1,1,2\nDoor,360,,2\nWall,company:1,acme,Lead\n",
    );
    w.ok(&["deal", "import", &file]);
    let of = |name: &str| {
        let deal = deal(&w, name);
        [&deal["company"], &deal["contact"], &deal["stage"]].map(|v| v.as_str().map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(of("Roof"), [some("1"), some("1"), some("2")]);
    assert_eq!(of("Door"), [some("360"), None, some("2")]);
    assert_eq!(of("Wall"), [some("Acme"), some("acme"), some("Lead")], "a typed ref is one");
    let again = w.json(&["deal", "import", &file, "-o", "json"]);
    assert_eq!((&again["unchanged"], &again["created"]), (&json!(3), &json!(0)));
    assert_eq!(w.ok(&["company", "list", "--count"]).trim(), "3");
    let file = w.file("e.csv", "Name,Company\nX,4\n");
    let why = w.fails(4, &["deal", "import", &file, "--no-create-links"]);
    assert!(why.contains("no company is called `4`"), "{why}");
}

#[test]
fn a_person_with_their_address_behind_is_found_by_it() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann Lee", "--email", "ann@x.example"]);
    let file = w.file(
        "d.csv",
        "Name,Contact\nRoof,Anna L. (ANN@x.example)\nDoor,Боб <bob@x.example>\n\
         Wall,Bob (bob@x.example);Cy (cy@x.example);Ann Lee (ann@x.example)\nHall,Acme (Berlin)\n",
    );
    w.ok(&["deal", "import", &file]);
    assert_eq!(deal(&w, "Roof")["contact"], "Ann Lee");
    assert_eq!(deal(&w, "Door")["contact"], "Боб");
    let wall = deal(&w, "Wall");
    let names: Vec<&str> = wall["contacts"]
        .as_array()
        .expect("others")
        .iter()
        .filter_map(|c| c["name"].as_str())
        .collect();
    assert_eq!((&wall["contact"], names), (&json!("Боб"), vec!["Cy", "Ann Lee"]));
    assert_eq!(deal(&w, "Hall")["contact"], "Acme (Berlin)");
    let emails = w.ok(&["contact", "list", "--sort", "id", "--columns", "email", "-o", "tsv"]);
    assert_eq!(emails, "email\nann@x.example\nbob@x.example\ncy@x.example\n\"\"\n");
}

#[test]
fn chances_may_be_shares_of_one() {
    let w = World::new();
    let chances = |w: &World| {
        let found = w.json(&["deal", "list", "--sort", "name", "-o", "json"]);
        let all = found.as_array().expect("deals");
        all.iter().map(|d| d["probability"].to_string()).collect::<Vec<_>>()
    };
    let text = "Record ID,Deal Name,Deal Stage,Deal probability\n1,A,New,0.9\n2,B,New,1\n3,C,New,0\n4,D,New,\n";
    let file = w.file("d.csv", text);
    let dry = w.json(&["import", &file, "--dry-run", "-o", "json"]);
    assert_eq!(dry["columns"][3]["form"], "shares of 1", "{dry}");
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!(chances(&w), ["90", "100", "0", "null"]);
    assert!(
        summary["notes"][0].as_str().is_some_and(|n| n.contains("--percent-of 100")),
        "{summary}"
    );
    w.ok(&["import", &file, "--percent-of", "100", "--key", "name"]);
    assert_eq!(chances(&w), ["0.9", "1", "0", "null"]);
}

#[test]
fn one_chance_above_one_makes_all_of_them_percents_however_late_it_comes() {
    let w = World::new();
    let rows: String = (0..3000).map(|n| format!("d{n},0.5\n")).collect();
    let file = w.file("d.csv", format!("Name,Probability\n{rows}last,40\n"));
    w.ok(&["deal", "import", &file]);
    assert_eq!(w.ok(&["deal", "list", "probability:0.5", "--count"]).trim(), "3000");
    let why = w.fails(4, &["deal", "import", &file, "--percent-of", "1"]);
    assert!(why.contains("`40` is more than the whole"), "{why}");
}

#[test]
fn a_rejected_share_stays_one_when_it_is_mended() {
    let w = World::new();
    let rejects = w.path("bad.csv").to_string_lossy().into_owned();
    let chance = |name: &str| deal(&w, name)["probability"].to_string();
    for (tail, two, five) in [("0.7", "50", "100"), ("70", "0.5", "1")] {
        let text =
            format!("Name,Probability,Closes\nA{tail},{tail},\nB{tail},0.5,soon\nC{tail},1,soon\n");
        let file = w.file("d.csv", text);
        w.fails(4, &["deal", "import", &file, "--rejects", &rejects, "--force"]);
        let mended = w.read("bad.csv").replace("soon,", "2026-12-01,");
        w.ok(&["deal", "import", &w.file("mended.csv", mended)]);
        assert_eq!(
            (chance(&format!("B{tail}")), chance(&format!("C{tail}"))),
            (two.into(), five.into())
        );
    }
}

#[test]
fn a_currency_may_be_called_by_its_name() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "Name;Amount;Currency\nA;$5,000.50;US Dollar\nB;7;Euro\nC;8;Руб.\nD;9;Pound Sterling\n",
    );
    w.ok(&["deal", "import", &file]);
    let found = w.ok(&["deal", "list", "--sort", "name", "--columns", "amount", "-o", "tsv"]);
    assert_eq!(found, "amount\tamount_currency\n5000.50\tUSD\n7.00\tEUR\n8.00\tRUB\n9.00\tGBP\n");
    let file = w.file("e.csv", "Name,Amount,Currency\nA,5,Dollar\n");
    let why = w.fails(4, &["deal", "import", &file]);
    assert!(why.contains("`Dollar` is not an ISO 4217 currency"), "{why}");
}

#[test]
fn headers_alike_but_for_their_letters_are_of_the_program_that_writes_them_so() {
    for (headers, row, preset, noun) in [
        (
            "Record Id,First Name,Last Name,Email,Company,Lead Status",
            "z1,Ann,Lee,ann@x.example,Acme,Contacted",
            "zoho",
            "lead",
        ),
        (
            "Record ID,First Name,Last Name,Email,Company Name,Lead Status",
            "1,Ann,Lee,ann@x.example,Acme,OPEN",
            "hubspot",
            "contact",
        ),
        (
            "first_name,last_name,account_name,email_address,phone_work,primary_address_city",
            "Ann,Lee,Acme,ann@x.example,12,Rome",
            "suitecrm",
            "contact",
        ),
        (
            "firstName,lastName,accountName,emailAddress,phoneNumber",
            "Ann,Lee,Acme,ann@x.example,12",
            "espocrm",
            "contact",
        ),
    ] {
        let w = World::new();
        let file = w.file("x.csv", format!("{headers}\n{row}\n"));
        let summary = w.json(&["import", &file, "-o", "json"]);
        assert_eq!(
            (&summary["preset"], &summary["noun"]),
            (&json!(preset), &json!(noun)),
            "{headers}"
        );
    }
}

#[test]
fn a_column_of_amounts_may_bear_its_currency() {
    let w = World::new();
    let amounts = |w: &World| {
        w.ok(&[
            "deal",
            "list",
            "--sort",
            "name",
            "--columns",
            "amount",
            "-o",
            "tsv",
            "--limit",
            "2",
        ])
    };
    for (text, want) in [
        ("Name,Amount (USD)\nA,5\n\"A2\",\"1,234.50\"\n", "5.00\tUSD\n1234.50\tUSD\n"),
        ("Name;Сумма, руб.;Currency\nA;1 200,5;\nA2;6;CHF\n", "1200.50\tRUB\n6.00\tCHF\n"),
        ("Name,Amount,Amount (USD)\nA,5,6\nA2,7,8\n", "5.00\tEUR\n7.00\tEUR\n"),
    ] {
        let w = World::new();
        w.ok(&["deal", "import", &w.file("d.csv", text)]);
        assert_eq!(amounts(&w), format!("amount\tamount_currency\n{want}"), "{text}");
    }
    let both = w.file("d.csv", "Name,Amount (USD),Amount (EUR)\nA,5,6\n");
    let why = w.fails(4, &["deal", "import", &both]);
    assert!(why.contains("`Amount (USD)` and `Amount (EUR)` both mean"), "{why}");
    let other = w.file("e.csv", "Name,Amount (EUR)\nA,$5\n");
    assert!(w.fails(4, &["deal", "import", &other]).contains("is in USD"));
}

#[test]
fn the_number_of_a_house_goes_with_its_street() {
    let w = World::new();
    let file = w.file(
        "k.csv",
        "Vorname;Nachname;Straße;Hausnr.;Adresszusatz;PLZ;Ort\n\
         Jürgen;Müßig;Königsstraße;5a;c/o Ünal;50667;Köln\nEva;Groß;Am Wall;;;;Bonn\n",
    );
    w.ok(&["contact", "import", &file]);
    let found = w.json(&["contact", "list", "--sort", "id", "-o", "json"]);
    assert_eq!(found[0]["address"], "Königsstraße 5a, c/o Ünal | Köln |  | 50667");
    assert_eq!(found[1]["address"], "Am Wall | Bonn");
    let headers = "Organization - Name,Organization - Address,Organization - Street/road name of Address,\
                   Organization - House number of Address,Organization - City/town/village/locality of Address,\
                   Organization - State/county of Address,Organization - ZIP/Postal code of Address,\
                   Organization - Organization created";
    let row = "Acme,\"5 Main St, Austin\",Main St,5,Austin,TX,73301,2026-03-01 10:00:00";
    let file = w.file("o.csv", format!("{headers}\n{row}\nBeta,\"Road 1, Rome\",,,,,,\n"));
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!(summary["ignored_columns"], json!([]));
    let acme = w.json(&["company", "show", "Acme", "-o", "json"]);
    assert_eq!(
        (&acme["address"], &acme["city"], &acme["created"]),
        (
            &json!("Main St 5 | Austin | TX | 73301"),
            &json!("Austin"),
            &json!("2026-03-01T10:00:00Z")
        )
    );
    assert_eq!(w.json(&["company", "show", "Beta", "-o", "json"])["address"], "Road 1, Rome");
}

#[test]
fn who_a_row_names_elsewhere_is_the_person_whose_address_it_gives() {
    let w = World::new();
    let file = w.file(
        "l.csv",
        "Lead - Title,Lead - Contact person,Lead - Organization,Person - Email,Person - Phone\n\
         Big order,Ann Lee,Acme,ann@x.example,+1 415 555 0100\nNew hall,,Beta,,\n",
    );
    w.ok(&["import", &file]);
    let leads = w.json(&["lead", "list", "--sort", "id", "-o", "json"]);
    assert_eq!(
        (&leads[0]["name"], &leads[0]["email"], &leads[1]["name"]),
        (&json!("Ann Lee"), &json!("ann@x.example"), &json!("New hall"))
    );
    let people = w.json(&["contact", "list", "-o", "json"]);
    assert_eq!(people.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&people[0]["name"], &people[0]["email"]),
        (&json!("Ann Lee"), &json!("ann@x.example"))
    );
    let w = World::new();
    let file = w.file(
        "d.csv",
        "Deal - Title,Deal - Contact person,Deal - Organization,Person - Email,Organization - Address\n\
         Roof,Ann Lee,Acme,ann@x.example,1 Main\nDoor,,,,\n",
    );
    w.ok(&["import", &file]);
    let roof = deal(&w, "Roof");
    assert_eq!((&roof["contact"], &roof["company"]), (&json!("Ann Lee"), &json!("Acme")));
    assert_eq!(w.json(&["contact", "show", "ann@x.example", "-o", "json"])["company"], "Acme");
    assert_eq!(w.json(&["company", "show", "Acme", "-o", "json"])["address"], "1 Main");
    let none = w.file("n.csv", "Person - Email,Organization - Name\na@x.example,Acme\n");
    assert!(w.fails(4, &["import", &none]).contains("no column of `Person` fills name"));
}

#[test]
fn columns_without_a_name_and_without_text_need_no_word() {
    let w = World::new();
    let file = w.file("k.csv", ",Name,Email,,\n,Ann,ann@x.example,,\n,Bob,bob@x.example,,x\n");
    let summary = w.json(&["contact", "import", &file, "-o", "json"]);
    assert_eq!(summary["ignored_columns"], json!(["column 5"]));
}
