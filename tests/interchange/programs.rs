//! Files of other programs, taken in without a word.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::World;

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).to_string_lossy().into_owned()
}

/// One record as JSON.
fn show(w: &World, noun: &str, what: &str) -> Value {
    w.json(&[noun, "show", what, "-o", "json"])
}

fn items(list: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let list = list.as_array().expect("a list");
    list.iter().map(|i| (text(&i["label"]), text(&i["value"]))).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(l, v)| ((*l).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn an_export_of_google_contacts_comes_in_whole() {
    let w = World::new();
    let summary = w.json(&["import", &example("google-contacts.csv"), "-o", "json"]);
    assert_eq!((&summary["created"], &summary["preset"]), (&json!(4), &json!("google-contacts")));
    assert_eq!(summary["ignored_columns"], json!([]));
    let ingrid = show(&w, "contact", "ingrid@fjordlys.example");
    assert_eq!(
        items(&ingrid["emails"]),
        pairs(&[("work", "ingrid@fjordlys.example"), ("home", "ingrid.h@post.example")])
    );
    assert_eq!(items(&ingrid["phones"]), pairs(&[("mobile", "+47 21 55 01 00")]));
    assert_eq!(
        items(&ingrid["addresses"]),
        pairs(&[("work", "Storgata 7 | Oslo |  | 0155 | Norway")])
    );
    assert_eq!(items(&ingrid["urls"]), pairs(&[("Profile", "https://fjordlys.example/ingrid")]));
    assert_eq!((&ingrid["city"], &ingrid["birthday"]), (&json!("Oslo"), &json!("1981-06-23")));
    assert_eq!(ingrid["tags"], json!(["Suppliers"]), "Google's own groups are no tags");
    let ken = show(&w, "contact", "ken@mori.example");
    assert_eq!(ken["name"], "健 森");
    assert_eq!(
        items(&ken["emails"]),
        pairs(&[("", "ken@mori.example"), ("", "mori.ken@post.example")])
    );
    assert_eq!(
        items(&ken["phones"]),
        pairs(&[
            ("work", "+81 6 4560 0155"),
            ("work", "+81 6 4560 0156"),
            ("work fax", "+81 6 4560 0199")
        ])
    );
    let amara = show(&w, "contact", "amara@kora.example");
    assert_eq!(amara["name"], "Dr. Amara N. Okafor PhD");
    assert_eq!(
        show(&w, "contact", "Harbour Café")["name"],
        "Harbour Café",
        "somebody without a name"
    );
    let again = w.json(&["import", &example("google-contacts.csv"), "-o", "json"]);
    assert_eq!(again["unchanged"], 4, "{again}");
}

#[test]
fn an_export_of_outlook_comes_in_whole() {
    let w = World::new();
    let file = example("outlook.csv");
    let summary = w.json(&["contact", "import", &file, "-o", "json"]);
    assert_eq!((&summary["created"], &summary["preset"]), (&json!(3), &json!("outlook")));
    let ignored = summary["ignored_columns"].to_string();
    assert!(ignored.contains("User 1") && !ignored.contains("User 2"), "{ignored}");
    let philippa = show(&w, "contact", "philippa@tidewater.example");
    assert_eq!(
        (&philippa["title"], &philippa["name_prefix"]),
        (&json!("Sales Manager"), &json!("Ms."))
    );
    assert_eq!(philippa["birthday"], "1985-06-21");
    assert_eq!(philippa["tags"], json!(["Boats", "Trade"]));
    assert_eq!(
        items(&philippa["phones"]),
        pairs(&[
            ("work fax", "+44 1632 960 003"),
            ("work", "+44 1632 960 001"),
            ("work", "+44 1632 960 002"),
            ("mobile", "+44 7700 900 001")
        ])
    );
    assert_eq!(
        items(&philippa["addresses"]),
        pairs(&[(
            "work",
            "Unit 4, Harbour Road | Falmouth | Cornwall | TR11 4AA | United Kingdom"
        )])
    );
    let radka = show(&w, "contact", "radka@vega.example");
    assert_eq!((&radka["name"], &radka["city"]), (&json!("Радка Ил. Илиева"), &json!("Пловдив")));
    assert_eq!(radka["birthday"], Value::Null, "0/0/00 is no day");
    assert_eq!(
        items(&radka["phones"]),
        pairs(&[("company", "+359 2 400 0123"), ("home", "+359 32 900 123")])
    );
    w.ok(&["contact", "show", "hello@quaystreet.example"]);
}

#[test]
fn headers_of_six_languages_need_no_map() {
    for (headers, row) in [
        (
            "Имя;Отчество;Фамилия;Организация;Должность;Рабочий телефон;Эл. почта;Город;Почтовый индекс;Улица;Заметки",
            "Ana;M.;Lee;Acme;CEO;+1 503 555 0142;ana@x.test;Rome;00100;Via 1;hi",
        ),
        (
            "Име;Презиме;Фамилия;Фирма;Длъжност;Служебен телефон;Имейл;Град;Пощенски код;Улица;Бележки",
            "Ana;M.;Lee;Acme;CEO;+1 503 555 0142;ana@x.test;Rome;00100;Via 1;hi",
        ),
        (
            "Vorname;Zweiter Vorname;Nachname;Firma;Position;Telefon geschäftlich;E-Mail-Adresse;Ort;PLZ;Straße;Notizen",
            "Ana;M.;Lee;Acme;CEO;+1 503 555 0142;ana@x.test;Rome;00100;Via 1;hi",
        ),
        (
            "Nombre;Segundo nombre;Apellidos;Empresa;Puesto;Teléfono del trabajo;Correo electrónico;Ciudad;Código postal;Calle;Notas",
            "Ana;M.;Lee;Acme;CEO;+1 503 555 0142;ana@x.test;Rome;00100;Via 1;hi",
        ),
        (
            "Prénom;Deuxième prénom;Nom;Société;Fonction;Téléphone (bureau);Adresse e-mail;Ville;Code postal;Rue;Remarques",
            "Ana;M.;Lee;Acme;CEO;+1 503 555 0142;ana@x.test;Rome;00100;Via 1;hi",
        ),
        (
            "First Name;Middle Name;Last Name;Company;Job Title;Work Phone;E-mail Address;City;Zip;Street;Comments",
            "Ana;M.;Lee;Acme;CEO;+1 503 555 0142;ana@x.test;Rome;00100;Via 1;hi",
        ),
    ] {
        let w = World::new();
        let file = w.file("a.csv", format!("{headers}\n{row}\n"));
        let summary = w.json(&["import", &file, "-o", "json"]);
        assert_eq!(
            (&summary["noun"], &summary["created"]),
            (&json!("contact"), &json!(1)),
            "{headers}"
        );
        assert_eq!(summary["ignored_columns"], json!([]), "{headers}");
        let ana = show(&w, "contact", "1");
        assert_eq!(ana["name"], "Ana M. Lee", "{headers}");
        assert_eq!(ana["company"], "Acme", "{ana}");
        assert_eq!(
            (&ana["title"], &ana["city"], &ana["about"]),
            (&json!("CEO"), &json!("Rome"), &json!("hi"))
        );
        assert_eq!(items(&ana["phones"]), pairs(&[("work", "+1 503 555 0142")]), "{headers}");
        assert_eq!(
            items(&ana["addresses"]),
            pairs(&[("", "Via 1 | Rome |  | 00100")]),
            "{headers}"
        );
        assert_eq!(items(&ana["emails"]), pairs(&[("", "ana@x.test")]), "{headers}");
    }
}

#[test]
fn thunderbird_s_birthdays_and_address_lines_are_joined() {
    let w = World::new();
    let file = w.file(
        "t.csv",
        "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Home Phone,Fax Number,Home Address,Home Address 2,Home City,Home County,Home Post Code,Birth Year,Birth Month,Birth Day,Organisation\n\
         Rory,Reed,Rory Reed,,rory@x.test,r2@x.test,,+1 503 555 0142,+1 503 555 0143,12 Long Lane,Flat B,Bath,Avon,BA1 1AA,1980,1,5,Acme\n\
         ,,Solo,,solo@x.test,,,,,,,,,,,2,3,\n",
    );
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!((&summary["preset"], &summary["created"]), (&json!("thunderbird"), &json!(2)));
    let rory = show(&w, "contact", "rory@x.test");
    assert_eq!(rory["birthday"], "1980-01-05");
    assert_eq!(
        items(&rory["addresses"]),
        pairs(&[("home", "12 Long Lane, Flat B | Bath | Avon | BA1 1AA")])
    );
    assert_eq!(rory["company"], "Acme");
    let solo = show(&w, "contact", "solo@x.test");
    assert_eq!((&solo["name"], &solo["birthday"]), (&json!("Solo"), &json!("--02-03")));
}

#[test]
fn won_deals_of_pipedrive_are_won_here() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Pipeline,Deal - Stage,Deal - Status,Deal - Organization,Deal - Contact person,Deal - Won time\n\
         1,A,1000,USD,Sales,Qualified,Won,Acme,Ann Lee,2026-10-01 10:00:00\n\
         2,B,2000,USD,Sales,Qualified,Open,Acme,Ann Lee,\n\
         3,C,3000,USD,Export,Offer,Lost,Acme,Bo Lee,\n",
    );
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!((&summary["noun"], &summary["created"]), (&json!("deal"), &json!(3)));
    assert_eq!(summary["ignored_columns"], json!(["Deal - ID"]));
    let deals = w.json(&[
        "deal",
        "list",
        "--columns",
        "name,status,stage,amount,amount_currency",
        "--sort",
        "name",
        "-o",
        "json",
    ]);
    let of = |at: usize| (deals[at]["status"].as_str(), deals[at]["stage"].as_str());
    assert_eq!(of(0), (Some("won"), Some("Won")), "{deals}");
    assert_eq!(of(1), (Some("open"), Some("Qualified")));
    assert_eq!(of(2), (Some("lost"), Some("Lost")));
}

const SEVERAL: &str = "Person - Name*,Person - Email (Work),Person - Phone,Organization - Name*,Organization - Address,Deal - Title,Deal - Value,Activity - Subject*,Activity - Due date,Note - Content*\n\
    Ann Lee,ann@acme.test,+1 503 555 0142,Acme,\"5 Low St, London\",Big one,1000,Call Ann,2026-12-01,Likes tea\n\
    Bo Lee,bo@acme.test,,Acme,,,,,,Likes tea\n\
    ,,,Solo Ltd,,Small one,50,,,\n";

#[test]
fn a_row_of_several_nouns_makes_all_of_them_linked_in_one_change() {
    let w = World::new();
    let file = w.file("p.csv", SEVERAL);
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!((&summary["read"], &summary["created"]), (&json!(3), &json!(9)), "{summary}");
    assert_eq!(summary["nouns"]["company"]["created"], 2);
    assert_eq!(summary["nouns"]["company"]["unchanged"], 1);
    let deal = show(&w, "deal", "Big one");
    assert_eq!((&deal["company"], &deal["contact"]), (&json!("Acme"), &json!("Ann Lee")));
    assert_eq!(show(&w, "contact", "bo@acme.test")["company"], "Acme");
    assert_eq!(show(&w, "deal", "Small one")["company"], "Solo Ltd");
    let task = show(&w, "task", "1");
    assert_eq!((&task["title"], &task["due"]), (&json!("Call Ann"), &json!("2026-12-01")));
    assert_eq!(task["about"], "Big one");
    let notes = w.json(&["activity", "list", "kind:note", "--columns", "body,about", "-o", "json"]);
    assert_eq!(
        notes.as_array().map(Vec::len),
        Some(2),
        "two equal notes about two people stay two"
    );
    assert!(
        notes.to_string().contains("Ann Lee") && notes.to_string().contains("Bo Lee"),
        "{notes}"
    );
    let again = w.json(&["deal", "import", &file, "-o", "json"]);
    assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(0)), "{again}");
    w.ok(&["undo"]);
    for noun in ["company", "contact", "deal", "task", "activity"] {
        assert_eq!(w.ok(&[noun, "list", "--count"]), "0\n", "{noun}");
    }
}

#[test]
fn a_bad_row_of_several_nouns_refuses_all_and_names_its_column() {
    let w = World::new();
    let bad = SEVERAL.replace("2026-12-01", "2026-12-41");
    let file = w.file("p.csv", bad);
    let told = w.fails(4, &["import", &file]);
    assert!(told.contains("line 2") && told.contains("Activity - Due date"), "{told}");
    assert_eq!(w.ok(&["company", "list", "--count"]), "0\n");
    let told = w.fails(4, &["ticket", "import", &w.file("p.csv", SEVERAL)]);
    assert!(told.contains("rolo import FILE"), "{told}");
}

const LEADS: &str = "Lead - Title,Lead - Labels,Lead - Shoe size,Person - Name,Person - Email,Person - Phone,Organization - Name,Region note\n\
    Acme inquiry,\"Hot, Warm\",44,Ann Lee,ann@acme.test,+1 555 0100,Acme,north\n\
    Second inquiry,,45,Ann Lee,ann@acme.test,,Acme,\n";

#[test]
fn leads_with_their_people_and_organisations_come_in() {
    let w = World::new();
    let file = w.file("leads.csv", LEADS);
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!(
        (&summary["nouns"]["lead"]["created"], &summary["rejected"]),
        (&json!(2), &json!(0))
    );
    let lead = show(&w, "lead", "Acme inquiry");
    assert_eq!((&lead["company_name"], &lead["email"]), (&json!("Acme"), &json!("ann@acme.test")));
    assert_eq!((&lead["phone"], &lead["tags"]), (&json!("+1 555 0100"), &json!(["Hot", "Warm"])));
    assert_eq!(show(&w, "contact", "Ann Lee")["company"], "Acme");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "1\n");
    let again = w.json(&["lead", "import", &file, "-o", "json"]);
    assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(0)), "{again}");
    // By themselves, too.
    let w = World::new();
    let file = w.file("l.csv", "Lead - Title,Lead - Organization,Lead - Owner\nBig,Acme,ann\n");
    w.ok(&["import", &file]);
    assert_eq!(show(&w, "lead", "Big")["company_name"], "Acme");
}

#[test]
fn rows_of_several_nouns_keep_their_extra_columns_and_take_a_key() {
    let w = World::new();
    let file = w.file("leads.csv", LEADS);
    let dry = w.json(&["import", &file, "--dry-run", "-o", "json"]);
    let of = |name: &str| {
        let columns = dry["columns"].as_array().expect("columns");
        columns.iter().find(|c| c["column"] == name).expect("a column").clone()
    };
    assert_eq!(
        (&of("Person - Name")["noun"], &of("Person - Name")["field"]),
        (&json!("contact"), &json!("name"))
    );
    assert_eq!(of("Lead - Shoe size")["sure"], "left over");
    let summary = w.json(&["import", &file, "--keep-extra", "-o", "json"]);
    assert_eq!(summary["ignored_columns"], json!([]), "{summary}");
    assert_eq!(show(&w, "lead", "Acme inquiry")["shoe_size"], "44");
    let again = w.json(&["import", &file, "--keep-extra", "-o", "json"]);
    assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(0)), "{again}");
    let renamed = w.file("r.csv", LEADS.replace("ann@acme.test", "ann@new.test"));
    w.ok(&["import", &renamed, "--key", "contact.name"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "1\n");
    let told = w.fails(2, &["import", &renamed, "--key", "name"]);
    assert!(
        told.contains("`--key company.name`") && told.contains("`--key contact.name`"),
        "{told}"
    );
    w.fails(2, &["import", &renamed, "--key", "contact.city"]);
}

#[test]
fn a_kept_mapping_is_used_again_and_refused_where_it_does_not_fit() {
    let w = World::new();
    let file = w.file("a.csv", "Wer,Wo,Post\nAnn Lee,Rome,ann@x.test\n");
    let maps = ["--map", "Wer=name", "--map", "Wo=city", "--map", "Post=email:work"];
    let mut dry = vec!["contact", "import", &file, "--save-map", "nightly", "--dry-run"];
    dry.extend(maps);
    w.ok(&dry);
    w.fails(2, &["import", &file, "--preset", "nightly"]);
    dry.retain(|a| *a != "--dry-run");
    w.ok(&dry);
    let more = w.file("b.csv", "Post,Wer,Wo\nbo@x.test,Bo,Bonn\n");
    let summary = w.json(&["import", &more, "--preset", "nightly", "-o", "json"]);
    assert_eq!((&summary["noun"], &summary["created"]), (&json!("contact"), &json!(1)));
    let bo = show(&w, "contact", "bo@x.test");
    assert_eq!((&bo["name"], &bo["city"]), (&json!("Bo"), &json!("Bonn")));
    assert_eq!(items(&bo["emails"]), pairs(&[("work", "bo@x.test")]));
    let other = w.file("c.csv", "Wer,Post\nCy,cy@x.test\n");
    let told = w.fails(4, &["import", &other, "--preset", "nightly"]);
    assert!(told.contains("`Wo`"), "{told}");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n");
    let listed = w.json(&["import", "--list-presets", "-o", "json"]);
    assert_eq!(listed[0]["name"], "nightly");
    w.fails(2, &["contact", "import", &file, "--save-map", "outlook", "--map", "Wer=name"]);
}

#[test]
fn a_kept_mapping_keeps_how_values_are_written() {
    let w = World::new();
    let file = w.file("a.csv", "Wer,Geb,Wo\nAnn,01/02/1990,leer\n");
    let said =
        ["--map", "Wer=name", "--map", "Geb=birthday", "--map", "Wo=city", "--empty", "leer"];
    let kept = ["--date-order", "mdy", "--save-map", "nightly"];
    w.ok(&[&["contact", "import", &file][..], &said, &kept].concat());
    let more = w.file("b.csv", "Wer,Geb,Wo\nBo,03/04/1990,leer\n");
    w.ok(&["import", &more, "--preset", "nightly"]);
    let bo = show(&w, "contact", "Bo");
    assert_eq!((&bo["birthday"], &bo["city"]), (&json!("1990-03-04"), &json!(null)));
    // What is typed counts for more.
    let last = w.file("c.csv", "Wer,Geb,Wo\nCy,03/04/1990,x\n");
    w.ok(&["import", &last, "--preset", "nightly", "--date-order", "dmy"]);
    assert_eq!(show(&w, "contact", "Cy")["birthday"], "1990-04-03");
    let map = w.path("home/.config/rolo/maps/nightly.toml");
    let text = std::fs::read_to_string(&map).expect("a mapping");
    std::fs::write(&map, text.replace("mdy", "mdx")).expect("a mapping");
    assert!(w.fails(2, &["import", &more, "--preset", "nightly"]).contains("date-order = mdx"));
}

#[test]
fn a_kept_mapping_keeps_all_that_options_decided() {
    let w = World::new();
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode("Кто|Код|Где|Сумма\nАнна|7|Рим|1.234\n");
    let file = w.file("a.txt", bytes.clone());
    let said = [
        "--format",
        "csv",
        "--encoding",
        "windows-1251",
        "--delimiter",
        "|",
        "--map",
        "Кто=name",
        "--map",
        "Где=city",
        "--map",
        "Код=handles",
        "--key",
        "name",
        "--on-match",
        "fill",
        "--keep-extra",
        "--no-create-links",
        "--save-map",
        "nightly",
    ];
    w.ok(&[&["contact", "import", &file][..], &said].concat());
    // A night's run names the mapping alone.
    let (more, _, _) =
        encoding_rs::WINDOWS_1251.encode("Кто|Код|Где|Сумма\nАнна|7|Орёл|1.234\nБоб|8|Тверь|5\n");
    let night = w.file("b.dat", more);
    let summary = w.json(&["import", &night, "--preset", "nightly", "-o", "json"]);
    assert_eq!(
        (&summary["created"], &summary["unchanged"], &summary["ignored_columns"]),
        (&json!(1), &json!(1), &json!([])),
        "{summary}"
    );
    assert_eq!(show(&w, "contact", "Анна")["city"], "Рим", "filled, not updated");
    assert_eq!(show(&w, "contact", "Боб")["summa"], "5");
    // What is typed counts for more.
    w.ok(&["import", &night, "--preset", "nightly", "--on-match", "update"]);
    assert_eq!(show(&w, "contact", "Анна")["city"], "Орёл");

    let maps = w.json(&["maps", "list", "-o", "json"]);
    let options = &maps[0]["options"];
    assert_eq!((&maps[0]["name"], &maps[0]["noun"]), (&json!("nightly"), &json!("contact")));
    assert_eq!((&options["delimiter"], &options["on-match"]), (&json!(["|"]), &json!(["fill"])));
    assert_eq!(maps[0]["columns"]["Где"], "city");
    assert!(w.ok(&["maps"]).contains("--encoding windows-1251"));
    assert!(w.ok(&["maps", "show", "nightly"]).contains("on-match = [\"fill\"]"));
    let edit = |script: &str| {
        w.file("editor.sh", script);
        let mut command = w.command();
        command
            .args(["maps", "edit", "nightly"])
            .env("EDITOR", format!("sh {}", w.path("editor.sh").display()));
        command.output().expect("it runs").status.code()
    };
    assert_eq!(edit("sed -i s/fill/skip/ \"$1\"\n"), Some(0));
    assert!(w.ok(&["maps", "show", "nightly"]).contains("skip"));
    assert_eq!(edit("echo nonsense > \"$1\"\n"), Some(4));
    assert!(w.ok(&["maps", "show", "nightly"]).contains("skip"), "nothing was changed");
    w.ok(&["maps", "rm", "nightly", "--dry-run"]);
    w.ok(&["maps", "rm", "nightly"]);
    assert_eq!(w.json(&["maps", "-o", "json"]), json!([]));
    let err = w.fails(3, &["maps", "show", "nightly"]);
    assert!(err.contains("no mapping `nightly`"), "{err}");
    w.fails(3, &["maps", "rm", "../config"]);
}

#[test]
fn a_preset_that_does_not_fit_is_refused_before_anything_is_written() {
    let w = World::new();
    let file = w.file("a.csv", "Name,Email\nAnn,ann@x.test\n");
    let told = w.fails(4, &["contact", "import", &file, "--preset", "outlook"]);
    assert!(told.contains("E-mail Address"), "{told}");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
    w.fails(2, &["contact", "import", &file, "--preset", "outlok"]);
    w.fails(2, &["deal", "import", &file, "--preset", "outlook"]);
    let presets = w.json(&["import", "--list-presets", "-o", "json"]);
    let of = |name: &str| {
        let list = presets.as_array().expect("a list");
        list.iter().find(|p| p["name"] == name).expect(name)["verified"].clone()
    };
    assert_eq!((of("outlook"), of("maximizer")), (json!(true), json!(false)));
    let file = w.file(
        "m.csv",
        "Company or Individual,First Name,Last Name,Phone 1\nAcme,Ann,Lee,+1 503 555 0142\n",
    );
    let run = w.run(&["import", &file]);
    assert!(run.err.contains("`--preset maximizer`; its header row isn't verified"), "{}", run.err);
}

#[test]
fn an_unsure_noun_is_refused_with_the_candidates() {
    let w = World::new();
    let file = w.file("x.csv", "Name,Email,Phone\nAnn,ann@x.test,\n");
    let told = w.fails(2, &["import", &file]);
    assert!(
        told.contains("`rolo contact import FILE`") && told.contains("`rolo company import FILE`"),
        "{told}"
    );
    let file = w.file("my contacts.csv", "Name,Email,Phone\nAnn,ann@x.test,\n");
    assert_eq!(w.json(&["import", &file, "-o", "json"])["noun"], "contact");
    let own = w.ok(&["contact", "export"]);
    let other = World::new();
    let file = other.file("x.csv", own);
    assert_eq!(other.json(&["import", &file, "-o", "json"])["noun"], "contact", "rolo's own file");
}

#[test]
fn json_with_an_object_round_its_records_is_read() {
    let w = World::new();
    let tree = "{\n  \"records\": [\n {\"attributes\": {\"type\": \"Account\"}, \"Name\": \"Acme\", \"City__c\": \"Rome\"},\n {\"Name\": \"Bolt\"}\n]\n}\n";
    let file = w.file("accounts.json", tree);
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!(
        (&summary["noun"], &summary["created"]),
        (&json!("company"), &json!(2)),
        "{summary}"
    );
    assert_eq!(show(&w, "company", "Acme")["city"], "Rome");
    let more = tree.replace("]\n}", "],\"more\":1}");
    let told = w.fails(4, &["company", "import", &w.file("m.json", more)]);
    assert!(told.contains("behind the records"), "{told}");
}

#[test]
fn a_template_of_dolibarr_is_known_by_the_codes_behind_its_headers() {
    let w = World::new();
    let file = w.file(
        "d.csv",
        "Nom (s.nom)*,Client* (s.client),Adresse (s.address),Code postal (s.zip),Ville (s.town),Email (s.email)\n\
         Berg,1,1 Rue Haute,75001,Paris,b@x.test\n",
    );
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!((&summary["noun"], &summary["preset"]), (&json!("company"), &json!("dolibarr")));
    let berg = show(&w, "company", "Berg");
    assert_eq!(items(&berg["addresses"]), pairs(&[("", "1 Rue Haute | Paris |  | 75001")]));
    assert_eq!((&berg["city"], &berg["email"]), (&json!("Paris"), &json!("b@x.test")));
}

#[test]
fn a_lead_of_pipedrive_is_its_person_and_says_what_it_is_about() {
    let w = World::new();
    let file = w.file(
        "l.csv",
        "Lead - Title,Lead - Contact person,Lead - Value,Lead - Organization,Lead - Owner\n\
         Big order,Ann Lee,1200,Acme,zoe\nNew hall,,500,Beta,zoe\n",
    );
    let summary = w.json(&["import", &file, "-o", "json"]);
    assert_eq!((&summary["noun"], &summary["created"]), (&json!("lead"), &json!(2)));
    assert_eq!(summary["ignored_columns"], json!(["Lead - Value"]));
    let ann = show(&w, "lead", "1");
    assert_eq!((&ann["name"], &ann["about"]), (&json!("Ann Lee"), &json!("Big order")));
    assert_eq!((&ann["company_name"], &ann["owner"]), (&json!("Acme"), &json!("zoe")));
    assert_eq!(show(&w, "lead", "2")["name"], "New hall", "a lead without a person");
}
