//! Territories, quotas, bonuses, partners, referrals.

use crate::harness::World;

#[test]
fn companies_and_leads_fall_into_the_first_territory_that_fits() {
    let w = World::new();
    w.ok(&["territory", "add", "Big", "--min-employees", "500", "--position", "1"]);
    w.ok(&[
        "territory",
        "add",
        "DACH",
        "--country",
        "DE",
        "--country",
        "Österreich",
        "--position",
        "2",
    ]);
    w.ok(&[
        "territory",
        "add",
        "Retail DE",
        "--country",
        "DE",
        "--industry",
        "retail",
        "--position",
        "3",
    ]);
    w.ok(&["territory", "add", "日本", "--country", "日本", "--max-employees", "50"]);
    w.ok(&["territory", "add", "By hand"]);
    for (args, wanted) in [
        (&["--country", "de"][..], "DACH"),
        (&["--country", "ÖSTERREICH"], "DACH"),
        (&["--country", "DE", "--employees", "500"], "Big"),
        (&["--country", "日本", "--employees", "50"], "日本"),
        (&["--country", "日本", "--employees", "51"], ""),
        (&["--country", "日本"], ""),
        (&["--country", "FR"], ""),
        (&["--country", "DE", "--territory", "By hand"], "By hand"),
    ] {
        for noun in ["company", "lead"] {
            let id = w.ok(&[&[noun, "add", "X"], args].concat());
            let found = w.json(&[noun, "show", id.trim(), "-o", "json"])["territory"].clone();
            assert_eq!(found.as_str().unwrap_or(""), wanted, "{noun} {args:?}");
        }
    }
}

#[test]
fn territories_are_applied_to_what_is_there_and_taken_back() {
    let w = World::new();
    let file = w.file("c.csv", "name,country\nA,DE\nB,FR\nC,DE\n");
    w.ok(&["company", "import", &file]);
    w.ok(&["territory", "add", "Hand"]);
    w.ok(&["company", "edit", "3", "--territory", "Hand"]);
    w.ok(&["territory", "add", "DACH", "--country", "DE"]);
    let of = |t: &str| {
        w.ok(&["company", "list", &format!("territory:{t}"), "--sort", "id", "-o", "ids"])
    };
    w.ok(&["territory", "apply", "--dry-run"]);
    assert_eq!(of("DACH"), "");
    w.ok(&["territory", "apply"]);
    assert_eq!((of("DACH").as_str(), of("Hand").as_str()), ("1\n", "3\n"));
    let done = w.json(&["territory", "apply", "--all", "-o", "json"]);
    assert_eq!(done["companies"], 1);
    assert_eq!(of("DACH"), "1\n3\n");
    w.ok(&["undo", "2"]);
    assert_eq!((of("DACH").as_str(), of("Hand").as_str()), ("", "3\n"));
}

#[test]
fn no_record_is_its_own_parent_over_however_many_others() {
    let w = World::new();
    for noun in ["territory", "team", "company"] {
        for name in ["A", "B", "C"] {
            w.ok(&[noun, "add", name]);
        }
        w.ok(&[noun, "edit", "B", "--parent", "A"]);
        w.ok(&[noun, "edit", "C", "--parent", "B"]);
        let err = w.fails(4, &[noun, "edit", "A", "--parent", "C"]);
        assert!(err.contains(&format!("parent: {noun}:3 would lead back to {noun}:1")), "{err}");
        let err = w.fails(4, &[noun, "edit", "A", "--parent", "A"]);
        assert!(err.contains("can't be its own"), "{err}");
        w.ok(&[noun, "edit", "C", "--parent", "A"]);
    }
}

/// Deals won by two users in two currencies.
fn sales() -> World {
    let w = World::new();
    w.ok(&["team", "add", "all"]);
    w.ok(&["team", "add", "west", "--parent", "all"]);
    w.ok(&["user", "add", "bob", "--team", "west"]);
    w.ok(&["territory", "add", "Europe"]);
    w.ok(&["territory", "add", "DACH", "--country", "DE", "--parent", "Europe"]);
    w.ok(&["company", "add", "Lee", "--country", "DE"]);
    for (name, amount, owner, on) in [
        ("A", "1000", "bob", "2026-11-01"),
        ("B", "500 USD", "bob", "2026-11-30"),
        ("C", "0.01", "ann", "2026-10-31"),
        ("D", "4000", "bob", "2026-12-01"),
    ] {
        let deal = ["deal", "add", name, "--amount", amount, "--owner", owner, "--company", "Lee"];
        w.ok(&[&["--now", "2026-10-01T00:00:00Z"][..], &deal].concat());
        w.ok(&["--now", "2026-12-31T00:00:00Z", "deal", "win", name, "--on", on]);
    }
    w.ok(&["deal", "add", "Open", "--amount", "9k", "--owner", "bob", "--closes", "2026-11-05"]);
    w.ok(&["rate", "add", "EUR", "USD", "1.25", "--on", "2026-01-01"]);
    w
}

#[test]
fn what_was_won_counts_for_user_team_territory_and_all_by_the_day_it_closed() {
    let w = sales();
    for (args, won) in [
        (&["2026-11", "--user", "bob"][..], "1400.00"),
        (&["2026-11", "--team", "all"], "1400.00"),
        (&["2026-Q4", "--territory", "Europe"], "5400.01"),
        (&["2026-Q4", "--user", "ann"], "0.01"),
        (&["2026"], "5400.01"),
        (&["2025"], "0.00"),
    ] {
        let id = w.ok(&[&["quota", "add"], args, &["--amount", "1000"]].concat());
        let found = w.json(&["quota", "attainment", &format!("id={}", id.trim()), "-o", "json"]);
        assert_eq!(found[0]["won"].to_string(), won, "{args:?}");
    }
    assert_eq!(w.ok(&["quota", "attainment", "--explain", "1", "-o", "ids"]), "1\n2\n");
    // Without one: of all that the filter leaves, each with its quota; for people what it means too.
    let all = w.ok(&["quota", "attainment", "id<=2", "--explain", "-o", "csv"]);
    let rows: Vec<&str> = all.lines().filter_map(|l| l.get(..4)).collect();
    assert_eq!(rows[..3], ["row,", "1,1,", "1,2,"], "{all}");
    let run = w.run(&["quota", "attainment", "--explain", "1"]);
    assert!(run.out.starts_with("row  id  name"), "{}", run.out);
    assert!(
        run.err.contains("won: the sum of the deals") && run.err.contains("Source: "),
        "{}",
        run.err
    );
    assert!(w.ok(&["help", "numbers"]).contains("rolo quota attainment"));
    let run = w.run(&["quota", "attainment", "id=1"]);
    assert!(run.out.contains("140.0 %"), "{}", run.out);
    assert_eq!(run.err, "converted to EUR at EUR/USD 1.25 of 2026-01-01\n");
    w.ok(&["rate", "rm", "1"]);
    let err = w.fails(4, &["quota", "attainment", "id=1"]);
    assert!(err.contains("no rate from USD to EUR of 2026-11-22 or before"), "{err}");
    // Where nothing has to be converted, nothing is missed.
    w.ok(&["quota", "attainment", "id=4"]);
}

#[test]
fn the_highest_bonus_reached_is_paid() {
    let w = sales();
    w.ok(&["quota", "add", "2026-11", "--user", "bob", "--amount", "1000"]);
    let bonus = || w.json(&["quota", "attainment", "-o", "json"])[0]["bonus"].to_string();
    assert_eq!(bonus(), "null");
    w.ok(&["bonus", "add", "Half", "--attainment", "50", "--percent", "1"]);
    assert_eq!(bonus(), "14.00");
    w.ok(&[
        "bonus",
        "add",
        "Full",
        "--attainment",
        "100",
        "--percent",
        "2.5",
        "--of",
        "above",
        "--amount",
        "125 USD",
    ]);
    assert_eq!(bonus(), "110.00");
    w.ok(&["bonus", "add", "Others", "--attainment", "110", "--percent", "50", "--team", "all"]);
    w.ok(&["bonus", "add", "Never", "--attainment", "200", "--percent", "50"]);
    assert_eq!(bonus(), "110.00");
}

#[test]
fn targets_that_can_not_be_are_refused() {
    let w = World::new();
    for (args, word) in [
        (&["quota", "add", "2026-Q5", "--amount", "1k"][..], "`2026-Q5` is neither a month"),
        (&["quota", "add", "2026-11-22", "--amount", "1k"], "`2026-11-22` is neither a month"),
        (&["quota", "add", "2026", "--amount", "0"], "`0` is not above 0"),
        (&["quota", "add", "2026", "--amount", "-5 EUR"], "is not above 0"),
        (&["quota", "add", "2026"], "amount"),
        (&["quota", "add", "2026", "--amount", "1k XQZ"], "`XQZ` is not an ISO 4217 currency"),
        (
            &["bonus", "add", "B", "--attainment", "100", "--percent", "140"],
            "`140` is not from 0 to 100",
        ),
        (&["company", "add", "P", "--commission", "140"], "`140` is not from 0 to 100"),
        (&["deal", "add", "D", "--commission", "-1"], "`-1` is not from 0 to 100"),
        (&["territory", "add", "T", "--min-employees", "-1"], "`-1` is not from 0"),
    ] {
        let err = w.fails(4, args);
        assert!(err.contains(word), "{args:?}: {err}");
    }
    w.ok(&["quota", "add", "2026-q4", "--amount", "1k"]);
    w.ok(&["quota", "add", "this-month", "--amount", "1k"]);
    assert_eq!(
        w.ok(&["quota", "list", "-o", "csv", "--columns", "period", "--sort", "id"]),
        "period\n2026-Q4\n2026-11\n"
    );
}

#[test]
fn a_partners_share_is_exact_and_a_half_cent_goes_to_the_even_one() {
    let w = World::new();
    w.ok(&["company", "add", "Partner", "--role", "partner", "--commission", "50"]);
    let share = |amount: &str, own: &[&str]| {
        let id = w
            .ok(&[&["deal", "add", "D", "--amount", amount, "--partner", "Partner"], own].concat());
        w.json(&["deal", "show", id.trim(), "-o", "json"])["commission_amount"].to_string()
    };
    assert_eq!(share("0.01", &[]), "0.00");
    assert_eq!(share("0.03", &[]), "0.02");
    assert_eq!(share("1000", &["--commission", "7.125"]), "71.25");
    assert_eq!(share("90000000000", &["--commission", "33.3333"]), "29999970000.00");
    assert_eq!(w.ok(&["company", "list", "is:partner", "-o", "ids"]), "1\n");
}

#[test]
fn who_sent_whom_is_counted_once() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann"]);
    w.ok(&["lead", "add", "Bo", "--email", "bo@x.example", "--referred-by", "contact:Ann"]);
    w.ok(&["lead", "add", "Cy", "--referred-by", "contact:Ann"]);
    w.ok(&["company", "add", "Dee", "--referred-by", "contact:Ann"]);
    let count = || w.json(&["contact", "show", "1", "-o", "json"])["referrals"].clone();
    assert_eq!(count(), 3);
    w.ok(&["lead", "convert", "1"]);
    assert_eq!(count(), 3);
    assert_eq!(w.ok(&["contact", "list", "referrals>2", "-o", "ids"]), "1\n");
    w.ok(&["lead", "rm", "2"]);
    assert_eq!(count(), 2);
}

#[test]
fn a_deal_goes_to_a_partners_file_with_all_that_belongs_to_it_and_comes_again_as_itself() {
    let w = World::new();
    w.ok(&["company", "add", "Lee GmbH", "--domain", "lee.example", "--owner", "ann"]);
    w.ok(&["company", "add", "Friend", "--role", "partner"]);
    w.ok(&["contact", "add", "Эва", "--email", "eva@lee.example", "--company", "Lee GmbH"]);
    w.ok(&[
        "deal",
        "add",
        "Заказ",
        "--company",
        "Lee GmbH",
        "--contact",
        "Эва",
        "--amount",
        "12000.50 USD",
    ]);
    w.ok(&["deal", "move", "1", "Proposal"]);
    w.ok(&["deal", "log", "call", "1", "talked"]);
    w.ok(&["deal", "handover", "1", "--partner", "Friend", "--out", "deal.json"]);
    w.fails(4, &["deal", "handover", "1", "--partner", "Friend", "--out", "deal.json"]);
    assert_eq!(w.json(&["deal", "show", "1", "-o", "json"])["partner"], "Friend");

    let other = World::new();
    let file = other.file("deal.json", w.read("deal.json"));
    // The other side knows the company and the contact already, as other records.
    other.ok(&["--as", "zed", "company", "add", "Lee", "--domain", "LEE.example"]);
    other.ok(&["--as", "zed", "contact", "add", "Eva", "--email", "eva@lee.example"]);
    assert_eq!(other.ok(&["--as", "zed", "deal", "register", &file]), "1\n");
    let deal = other.json(&["deal", "show", "1", "-o", "json"]);
    assert_eq!(deal["amount"].to_string(), "12000.50");
    for (field, value) in [
        ("name", "Заказ"),
        ("amount_currency", "USD"),
        ("company", "Lee"),
        ("contact", "Eva"),
        ("stage", "Proposal"),
        ("owner", "zed"),
    ] {
        assert_eq!(deal[field], value, "{field}");
    }
    assert!(deal["partner"].is_null());
    let bodies: Vec<&str> = deal["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .filter_map(|a| a["body"].as_str())
        .collect();
    assert!(bodies.contains(&"talked"), "{bodies:?}");
    assert!(bodies.iter().any(|b| b.contains("stage: Lead → Proposal")), "{bodies:?}");
    assert_eq!(other.ok(&["user", "list", "-o", "csv", "--columns", "handle"]), "handle\nzed\n");
    other.ok(&["--as", "zed", "deal", "register", &file]);
    for (noun, count) in
        [("deal", "1\n"), ("company", "1\n"), ("contact", "1\n"), ("activity", "2\n")]
    {
        assert_eq!(other.ok(&[noun, "list", "--count"]), count, "{noun}");
    }
    other.ok(&["--as", "zed", "undo"]);
    assert_eq!(other.ok(&["deal", "list", "--count"]), "0\n");
    let bad = other.file("bad.json", "{\"format\":\"other\"}");
    other.fails(4, &["deal", "register", &bad]);
}

#[test]
fn a_registered_deal_can_begin_in_a_pipeline_of_ones_own() {
    let w = World::new();
    w.ok(&["company", "add", "Friend"]);
    w.ok(&["stage", "add", "Strange", "--position", "9"]);
    w.ok(&["deal", "add", "D", "--stage", "Strange"]);
    let out = w.ok(&["deal", "handover", "D", "--partner", "Friend"]);
    let other = World::new();
    other.ok(&["pipeline", "add", "Partners"]);
    other.ok(&["stage", "add", "Registered", "--pipeline", "Partners"]);
    let run = other.run_with(&["deal", "register", "-", "--pipeline", "Partners"], out.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    let deal = other.json(&["deal", "show", "1", "-o", "json"]);
    assert_eq!((&deal["pipeline"], &deal["stage"]), (&"Partners".into(), &"Registered".into()));
    assert_eq!(other.ok(&["stage", "list", "name:Strange", "--count"]), "0\n");
}

#[test]
fn a_handed_over_deal_brings_its_way_through_the_stages() {
    let w = World::new();
    w.ok(&["company", "add", "Friend"]);
    w.ok(&["--now", "2026-10-01T09:00:00Z", "deal", "add", "D"]);
    w.ok(&["--now", "2026-10-11T09:00:00Z", "deal", "move", "D", "Proposal"]);
    w.ok(&["--now", "2026-10-21T09:00:00Z", "deal", "back", "D"]);
    let out = w.ok(&["deal", "handover", "D", "--partner", "Friend"]);
    let stays = |w: &World| w.json(&["deal", "show", "1", "-o", "json"])["stays"].clone();
    let other = World::new();
    other.ok(&["stage", "rm", "Proposal"]);
    let run = other.run_with(&["deal", "register", "-"], out.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(stays(&other), stays(&w));
    other.ok(&["pipeline", "add", "Partners"]);
    other.ok(&["stage", "add", "Registered", "--pipeline", "Partners"]);
    // A known deal stays where it is, with what is known of it.
    let run = other.run_with(&["deal", "register", "-", "--pipeline", "Partners"], out.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(stays(&other), stays(&w));
    // In a funnel of one's own it begins anew.
    let third = World::new();
    third.ok(&["pipeline", "add", "Partners"]);
    third.ok(&["stage", "add", "Registered", "--pipeline", "Partners"]);
    let run = third.run_with(&["deal", "register", "-", "--pipeline", "Partners"], out.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(stays(&third).as_array().map(Vec::len), Some(1));
    // One with stages of the same names tells the whole way in them.
    let fourth = World::new();
    fourth.ok(&["pipeline", "copy", "Sales", "Partners"]);
    let run = fourth.run_with(&["deal", "register", "-", "--pipeline", "Partners"], out.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    let deal = fourth.json(&["deal", "show", "1", "-o", "json"]);
    assert_eq!((&deal["pipeline"], &deal["stage"]), (&"Partners".into(), &"Qualified".into()));
    let names = |stays: &serde_json::Value| -> Vec<(String, String)> {
        let stays = stays.as_array().expect("stays");
        let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
        stays.iter().map(|s| (text(&s["name"]), text(&s["entered"]))).collect()
    };
    assert_eq!(names(&deal["stays"]), names(&stays(&w)));
}

#[test]
fn who_a_quota_is_for_can_not_be_erased_before_it() {
    let w = World::new();
    w.ok(&["user", "add", "bob"]);
    w.ok(&["team", "add", "west"]);
    w.ok(&["territory", "add", "DACH"]);
    for (noun, name) in [("user", "bob"), ("team", "west"), ("territory", "DACH")] {
        w.ok(&["quota", "add", "2026-Q4", "--amount", "1k", &format!("--{noun}"), name]);
        let err = w.fails(4, &[noun, "rm", name, "--purge", "--yes"]);
        assert!(err.contains("in use by 1 quota"), "{err}");
        let quota = w.ok(&["quota", "list", "-o", "ids"]);
        w.ok(&["quota", "rm", quota.trim()]);
        // Brought back it would count for everybody.
        let err = w.fails(4, &[noun, "rm", name, "--purge", "--yes"]);
        assert!(err.contains("1 quota in the trash"), "{err}");
        w.ok(&["quota", "rm", quota.trim(), "--purge", "--yes"]);
        w.ok(&[noun, "rm", name, "--purge", "--yes"]);
    }
}

#[test]
fn attainment_of_a_past_day_is_what_had_been_won_by_then() {
    let w = World::new();
    w.ok(&["quota", "add", "2026-Q4", "--amount", "100"]);
    for (name, on) in [("A", "2026-10-31"), ("B", "2026-11-10")] {
        let then = "2026-10-01T00:00:00Z";
        w.ok(&["--now", then, "deal", "add", name, "--amount", "30"]);
        w.ok(&["--now", "2026-11-11T00:00:00Z", "deal", "win", name, "--on", on]);
    }
    for (args, won) in [
        (&["--as-of", "2026-10-30"][..], "0.00"),
        (&["--as-of", "2026-10-31"], "30.00"),
        (&["--as-of", "2026-11-10"], "60.00"),
        (&[], "60.00"),
    ] {
        let found = w.json(&[&["quota", "attainment", "-o", "json"][..], args].concat());
        assert_eq!(found[0]["won"].to_string(), won, "{args:?}");
    }
    let behind = ["quota", "attainment", "--explain", "1", "--as-of", "2026-11-01", "-o", "ids"];
    assert_eq!(w.ok(&behind), "1\n");
}

#[test]
fn a_deal_with_lines_goes_to_a_partner_and_comes_back_changed() {
    let (home, there) = (World::new(), World::new());
    home.ok(&["company", "add", "Partner"]);
    home.ok(&["deal", "add", "D"]);
    home.ok(&["line", "add", "屋根", "--deal", "D", "--price", "50", "--quantity", "2"]);
    let out = home.path("out.json").to_string_lossy().into_owned();
    home.ok(&["deal", "handover", "D", "--partner", "Partner", "--out", &out]);
    there.ok(&["deal", "register", &out]);
    assert_eq!(there.json(&["line", "list", "-o", "json"])[0]["total"].to_string(), "100.00");
    there.ok(&["line", "edit", "1", "--quantity", "3"]);
    there.ok(&["deal", "win", "D"]);
    there.ok(&["company", "add", "Home"]);
    let back = there.path("back.json").to_string_lossy().into_owned();
    there.ok(&["deal", "handover", "D", "--partner", "Home", "--out", &back]);
    home.ok(&["deal", "register", &back]);
    let deal = home.json(&["deal", "show", "D", "-o", "json"]);
    assert_eq!((deal["amount"].to_string().as_str(), &deal["status"]), ("150.00", &"won".into()));
    assert_eq!(home.ok(&["line", "list", "--count"]), "1\n");
}

#[test]
fn what_only_remembers_or_is_empty_stands_in_no_ones_way() {
    let w = World::new();
    w.ok(&["assignment", "add", "RR", "--by", "load"]);
    w.run_with(&["lead", "intake"], br#"{"name":"A","email":"a@x.example"}"#);
    w.ok(&["lead", "assign", "1"]);
    assert_eq!(w.json(&["lead", "show", "1", "-o", "json"])["assigned_rule"], "RR");
    w.ok(&["assignment", "rm", "RR"]);
    // Stages without deals need no place to send them to.
    w.ok(&["deal", "add", "D"]);
    w.ok(&["pipeline", "add", "Q"]);
    w.ok(&["stage", "add", "Z", "--pipeline", "Q"]);
    w.ok(&["pipeline", "rm", "Sales", "--to", "Q"]);
    assert_eq!(w.json(&["deal", "show", "D", "-o", "json"])["stage"], "Z");
}

#[test]
fn the_lines_of_a_deal_that_comes_back_are_those_of_the_file() {
    let (home, there) = (World::new(), World::new());
    let (out, back) = (home.path("out.json"), home.path("back.json"));
    let [out, back] = [out, back].map(|p| p.to_string_lossy().into_owned());
    home.ok(&["company", "add", "Partner"]);
    there.ok(&["company", "add", "Home"]);
    home.ok(&["deal", "add", "D"]);
    for (name, price) in [("x", "100"), ("y", "7"), ("z", "1")] {
        home.ok(&["line", "add", name, "--deal", "D", "--price", price]);
    }
    let hand = |from: &World, to: &World, partner: &str, file: &String| {
        from.ok(&["deal", "handover", "D", "--partner", partner, "--out", file, "--force"]);
        to.run(&["deal", "register", file])
    };
    let lines = |w: &World| {
        let list = w.ok(&["line", "list", "-o", "csv", "--columns", "name,total"]);
        let amount = w.json(&["deal", "show", "D", "-o", "json"])["amount"].to_string();
        (list.lines().skip(1).map(|l| l.replace(",EUR", "")).collect::<Vec<_>>().join(" "), amount)
    };
    hand(&home, &there, "Partner", &out).assert_clean();
    there.ok(&["line", "rm", "2"]);
    there.ok(&["line", "edit", "3", "--price", "2"]);
    there.ok(&["line", "add", "w", "--deal", "D", "--price", "30"]);
    let run = hand(&there, &home, "Home", &back);
    assert!(run.err.contains("line:2 y of deal:1 isn't in the file"), "{}", run.err);
    let want = ("x,100.00 z,2.00 w,30.00".to_owned(), "132.00".to_owned());
    assert_eq!((lines(&home), lines(&there)), (want.clone(), want));
    home.ok(&["undo"]);
    assert_eq!(lines(&home), ("x,100.00 y,7.00 z,1.00".into(), "108.00".into()));
    // All of them out, an amount said; and back again.
    there.ok(&["line", "rm", "--where", "deal:D", "--yes"]);
    there.ok(&["deal", "edit", "D", "--amount", "90"]);
    assert_eq!(hand(&there, &home, "Home", &back).code, 0);
    assert_eq!(lines(&home), (String::new(), "90.00".into()));
    assert_eq!(home.run(&["deal", "register", &back]).code, 0);
    home.ok(&["line", "restore", "1"]);
    assert_eq!(hand(&home, &there, "Partner", &out).code, 0);
    assert_eq!(lines(&there), ("x,100.00".into(), "100.00".into()));
}

#[test]
fn a_handover_to_a_file_tells_programs_of_its_deals() {
    let w = World::new();
    w.ok(&["company", "add", "P"]);
    w.ok(&["deal", "add", "D"]);
    let file = w.path("f.json").to_string_lossy().into_owned();
    let args = ["deal", "handover", "D", "--partner", "P", "--out", &file, "--force", "-o"];
    let told = w.json(&[&args[..], &["json"]].concat());
    assert_eq!((&told[0]["name"], &told[0]["partner"]), (&"D".into(), &"P".into()));
    assert_eq!(w.ok(&[&args[..], &["ids"]].concat()), "1\n");
    // Without a file it is the package itself.
    let package = w.json(&["deal", "handover", "D", "--partner", "P", "-o", "json"]);
    assert_eq!(package["format"], "rolo deal handover");
}
