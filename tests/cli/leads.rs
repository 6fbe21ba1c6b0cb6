//! Leads: taken in, shared out, scored, answered in time, rejected, converted.

use crate::harness::World;

/// Three users in a team, of whom Ann acts.
fn team() -> World {
    let w = World::new();
    w.ok(&["team", "add", "west"]);
    for handle in ["bob", "carl"] {
        w.ok(&["user", "add", handle, "--team", "west"]);
    }
    w.ok(&["user", "edit", "ann", "--team", "west"]);
    w
}

fn intake(w: &World, json: &str) -> Vec<String> {
    let run = w.run_with(&["lead", "intake"], json.as_bytes());
    assert_eq!(run.code, 0, "{json}\n{}", run.err);
    run.out.lines().map(str::to_owned).collect()
}

fn owner(w: &World, id: &str) -> String {
    w.json(&["lead", "show", id, "-o", "json"])["owner"].as_str().unwrap_or("nobody").to_owned()
}

#[test]
fn forms_that_come_together_keep_their_own_words() {
    let w = World::new();
    let lines = "{\"name\":\"Mia\",\"email\":\"a@z.example\"}\n{\"full_name\":\"Ned\",\"email\":\"b@z.example\"}\n";
    assert_eq!(intake(&w, lines), ["1", "2"]);
    let names = w.ok(&["lead", "list", "--columns", "name", "--sort", "id", "-o", "csv"]);
    assert_eq!(names, "name\nMia\nNed\n");
}

#[test]
fn forms_come_in_as_an_object_an_array_or_lines_and_lose_nothing() {
    let w = World::new();
    let object = r#"{"full_name":"Эва Ли","email":"eva@lee.example","company":"Lee GmbH","message":"hi","utm_campaign":"spring"}"#;
    assert_eq!(intake(&w, object), ["1"]);
    assert_eq!(
        intake(&w, r#"[{"first_name":"伟","last_name":"王"},{"email":"x@y.example"}]"#),
        ["2", "3"]
    );
    assert_eq!(intake(&w, "{\"name\":\"A\"}\n{\"name\":\"B\"}\n"), ["4", "5"]);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!(
        (&lead["name"], &lead["company_name"], &lead["about"]),
        (&"Эва Ли".into(), &"Lee GmbH".into(), &"hi".into())
    );
    assert_eq!(lead["timeline"][0]["kind"], "web");
    assert_eq!(lead["timeline"][0]["body"], "utm_campaign: spring");
    assert_eq!(w.json(&["lead", "show", "3", "-o", "json"])["name"], "x@y.example");
    // A second form of the same address is the same lead, and fills only what is empty.
    assert_eq!(intake(&w, r#"{"name":"Eve","email":"EVA@lee.example","phone":"+49 30 1"}"#), ["1"]);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!((&lead["name"], &lead["phone"]), (&"Эва Ли".into(), &"+49 30 1".into()));
    w.ok(&["undo"]);
    assert!(w.json(&["lead", "show", "1", "-o", "json"])["phone"].is_null());
}

#[test]
fn one_bad_form_refuses_all_and_is_named() {
    let w = World::new();
    for (json, word) in [
        ("{\"name\":\"A\"}\n{\"name\":\"B\",\"email\":\"bad\"}", "`bad` is not an e-mail address"),
        ("{\"phone\":\"+49 30 1\"}", "name of a lead can't be empty"),
        ("garbage", "an object"),
        ("[]", "no object"),
        ("", "no object"),
    ] {
        let run = w.run_with(&["lead", "intake"], json.as_bytes());
        assert_eq!(run.code, 4, "{json}: {}", run.err);
        assert!(run.err.contains(word), "{json}: {}", run.err);
        assert_eq!(run.out, "");
        run.assert_clean();
    }
    assert_eq!(w.ok(&["lead", "list", "--count"]), "0\n");
}

#[test]
fn turns_go_round_a_team_and_undo_gives_a_turn_back() {
    let w = team();
    w.ok(&["assignment", "add", "Web", "--filter", "source:web", "--team", "west"]);
    let web = |n: u8| format!("{{\"name\":\"L{n}\",\"source\":\"web\"}}");
    let mut seen = Vec::new();
    for n in 0..4 {
        let id = intake(&w, &web(n)).remove(0);
        seen.push(owner(&w, &id));
    }
    let mut first = seen[..3].to_vec();
    first.sort();
    assert_eq!(first, ["ann", "bob", "carl"]);
    assert_eq!(seen[3], seen[0]);
    w.ok(&["undo"]);
    let again = intake(&w, &web(9)).remove(0);
    assert_eq!(owner(&w, &again), seen[0]);
    let lead = w.json(&["lead", "show", &again, "-o", "json"]);
    assert_eq!(lead["assigned_rule"], "Web");
    let why = format!("Web: round robin over team west, {}'s turn", seen[0]);
    assert_eq!(lead["assigned_why"], why.as_str());
    // No rule is for others.
    let other = intake(&w, "{\"name\":\"O\"}").remove(0);
    assert_eq!(owner(&w, &other), "nobody");
    // One intake of many goes round as well.
    let lines: String = (0..6).map(|n| web(n) + "\n").collect();
    let mut owners: Vec<String> = intake(&w, &lines).iter().map(|id| owner(&w, id)).collect();
    owners.sort();
    assert_eq!(owners, ["ann", "ann", "bob", "bob", "carl", "carl"]);
}

#[test]
fn load_territory_field_and_user_say_who_gets_a_lead() {
    let w = team();
    w.ok(&["lead", "add", "Old", "--owner", "ann"]);
    w.ok(&["lead", "add", "Old too", "--owner", "bob"]);
    w.ok(&["territory", "add", "Север", "--country", "Россия", "--owner", "bob"]);
    w.ok(&["assignment", "add", "Place", "--by", "territory", "--position", "1"]);
    w.ok(&["assignment", "add", "Named", "--by", "field", "--field", "reason", "--position", "2"]);
    w.ok(&[
        "assignment",
        "add",
        "Big",
        "--by",
        "user",
        "--user",
        "ann",
        "--filter",
        "employees>100",
        "--position",
        "3",
    ]);
    w.ok(&["assignment", "add", "Rest", "--by", "load", "--team", "west", "--position", "4"]);
    for (json, who, why) in [
        (r#"{"name":"A","country":"россия"}"#, "bob", "territory Север, looked after by bob"),
        (r#"{"name":"B","reason":"carl"}"#, "carl", "its reason names carl"),
        (r#"{"name":"C","employees":"1,000"}"#, "ann", "all of these go to ann"),
        (r#"{"name":"D"}"#, "ann", "has the fewest open leads"),
    ] {
        let id = intake(&w, json).remove(0);
        let lead = w.json(&["lead", "show", &id, "-o", "json"]);
        let told = lead["assigned_why"].as_str().expect("a reason");
        assert!(told.contains(why) || who == "ann" && told.contains("fewest"), "{json}: {told}");
        if !why.contains("fewest") {
            assert_eq!(lead["owner"], who, "{json}");
        }
    }
    w.ok(&["lead", "assign", "1", "--user", "carl"]);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!((&lead["owner"], &lead["assigned_why"]), (&"carl".into(), &"by hand".into()));
    w.ok(&["lead", "assign", "--where", "is:open", "--yes"]);
    w.fails(2, &["lead", "assign", "--where", "is:open"]);
    w.fails(3, &["lead", "assign", "1", "--user", "nobody"]);
}

#[test]
fn a_rule_that_can_not_work_is_refused_where_it_is_made() {
    let w = team();
    let err = w.fails(4, &["assignment", "add", "X", "--filter", "colour:red"]);
    assert!(err.contains("filter: ") && err.contains("colour"), "{err}");
    w.fails(4, &["scoring", "add", "X", "--points", "1", "--filter", "status:"]);
    w.fails(4, &["scoring", "add", "X", "--points", "much"]);
    w.fails(4, &["assignment", "add", "X", "--by", "dice"]);
    let bare = World::new();
    bare.ok(&["lead", "add", "L"]);
    let err = bare.fails(4, &["lead", "assign", "L"]);
    assert!(err.contains("no rules"), "{err}");
}

#[test]
fn points_come_from_fields_and_activities_and_halve_with_age() {
    let w = World::new();
    w.ok(&["scoring", "add", "Retail", "--filter", "industry:retail", "--points", "20"]);
    w.ok(&[
        "scoring",
        "add",
        "Calls",
        "--activity",
        "call",
        "--points",
        "8",
        "--half-life",
        "10",
        "--most",
        "2",
    ]);
    w.ok(&["scoring", "add", "No mail", "--filter", "email:none", "--points", "-5"]);
    w.ok(&["lead", "add", "Ann", "--industry", "retail"]);
    w.ok(&["lead", "add", "Bo", "--email", "bo@x.example"]);
    for at in ["2026-11-22T09:00:00Z", "2026-11-12T09:00:00Z", "2026-10-01T09:00:00Z"] {
        w.ok(&["lead", "log", "call", "1", "talked", "--at", at]);
    }
    let told = w.json(&["lead", "score", "--explain", "1", "-o", "json"]);
    assert_eq!(told["score"], 20 + 12 - 5);
    let points: Vec<i64> = told["points"]
        .as_array()
        .expect("points")
        .iter()
        .map(|p| p["points"].as_i64().expect("a number"))
        .collect();
    assert_eq!(points, [20, 12, -5]);
    assert!(w.json(&["lead", "show", "1", "-o", "json"])["score"].is_null());
    w.ok(&["lead", "score"]);
    assert_eq!(w.ok(&["lead", "list", "score>0", "-o", "ids"]), "1\n");
    assert_eq!(w.json(&["lead", "show", "2", "-o", "json"])["score"], 0);
    w.ok(&["undo"]);
    assert!(w.json(&["lead", "show", "1", "-o", "json"])["score"].is_null());
    let table = w.ok(&["lead", "score", "--explain", "1"]);
    assert!(table.starts_with("lead:1 Ann: 27\n") && table.contains("industry:retail"), "{table}");
}

#[test]
fn the_first_answer_is_timed_against_the_first_policy_that_fits() {
    let w = World::new();
    w.ok(&["response", "add", "Fast", "--source", "web", "--within", "1h", "--position", "1"]);
    w.ok(&["response", "add", "Usual", "--within", "2d", "--position", "2"]);
    w.ok(&["lead", "add", "Web", "--source", "Web"]);
    w.ok(&["lead", "add", "Fair", "--source", "fair"]);
    let due = |id: &str| w.json(&["lead", "show", id, "-o", "json"])["response_due"].clone();
    assert_eq!(due("1"), "2026-11-22T10:00:00Z");
    assert_eq!(due("2"), "2026-11-24T09:00:00Z");
    let late = |now: &str| w.ok(&["--now", now, "lead", "list", "is:late", "-o", "ids"]);
    assert_eq!(late("2026-11-22T09:59:00Z"), "");
    assert_eq!(late("2026-11-22T10:01:00Z"), "1\n");
    // What comes in and what is noted is no answer.
    w.ok(&["lead", "log", "mail", "1", "asks", "--direction", "in"]);
    w.ok(&["lead", "note", "1", "looks good"]);
    assert_eq!(w.ok(&["lead", "list", "is:unanswered", "--count"]), "2\n");
    w.ok(&["lead", "log", "call", "1", "called back", "--at", "2026-11-22T11:30:00Z"]);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!(lead["response_time"], 150);
    assert_eq!(lead["responded_at"], "2026-11-22T11:30:00Z");
    assert_eq!(w.ok(&["lead", "list", "is:answered_late", "-o", "ids"]), "1\n");
}

#[test]
fn conversion_finds_before_it_makes_and_moves_what_happened() {
    let w = World::new();
    w.ok(&["company", "add", "Lee GmbH", "--domain", "lee.example"]);
    w.ok(&["contact", "add", "Eva", "--email", "eva@lee.example", "--source", "fair"]);
    w.ok(&[
        "lead",
        "add",
        "Eva Lee",
        "--email",
        "EVA@LEE.example",
        "--email",
        "e@home.example",
        "--company-name",
        "lee gmbh",
        "--website",
        "https://www.lee.example/",
        "--source",
        "web",
        "--phone",
        "+49 30 1",
    ]);
    w.ok(&["lead", "log", "call", "1", "talked"]);
    w.ok(&["task", "add", "call again", "--about", "lead:1"]);
    w.ok(&["lead", "convert", "1", "--deal", "First", "--amount", "12k", "--pipeline", "Sales"]);
    assert_eq!(
        w.ok(&["contact", "list", "--count"]) + &w.ok(&["company", "list", "--count"]),
        "1\n1\n"
    );
    let contact = w.json(&["contact", "show", "1", "-o", "json"]);
    assert_eq!(
        (&contact["name"], &contact["source"], &contact["phone"]),
        (&"Eva".into(), &"fair".into(), &"+49 30 1".into())
    );
    assert_eq!(contact["emails"].as_array().map(Vec::len), Some(2));
    assert_eq!(contact["company"], "Lee GmbH");
    let deal = w.json(&["deal", "show", "1", "-o", "json"]);
    assert_eq!(
        (&deal["source"], &deal["company"], &deal["contact"]),
        (&"web".into(), &"Lee GmbH".into(), &"Eva".into())
    );
    for record in [&contact, &deal] {
        assert_eq!(record["timeline"][0]["body"], "talked");
    }
    assert_eq!(w.json(&["task", "show", "1", "-o", "json"])["about"], "First");
    w.ok(&["undo"]);
    assert_eq!(w.json(&["task", "show", "1", "-o", "json"])["about"], "Eva Lee");
    assert_eq!(w.ok(&["deal", "list", "--count"]), "0\n");
    assert_eq!(
        w.json(&["contact", "show", "1", "-o", "json"])["emails"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(w.json(&["lead", "show", "1", "-o", "json"])["status"], "new");
}

#[test]
fn many_leads_of_one_company_convert_into_one_company_and_no_double() {
    let w = World::new();
    for (name, email) in
        [("Ann", "ann@x.example"), ("Bo", "bo@x.example"), ("Ann", "ann@x.example")]
    {
        w.ok(&["lead", "add", name, "--email", email, "--company-name", "Икс ООО"]);
    }
    w.ok(&["lead", "add", "Bo", "--company-name", "ИКС ооо"]);
    w.fails(2, &["lead", "convert", "--where", "is:open"]);
    w.ok(&["lead", "convert", "--where", "is:open", "--yes"]);
    assert_eq!(w.ok(&["company", "list", "--count"]), "1\n");
    assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n");
    w.fails(2, &["lead", "convert", "1", "2", "--deal", "D"]);
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["contact", "list", "--count"]), "0\n");
}

#[test]
fn a_company_named_by_a_number_is_not_the_record_of_that_id() {
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    w.ok(&["lead", "add", "Ann", "--company-name", "1"]);
    w.ok(&["lead", "convert", "1"]);
    assert_eq!(w.json(&["contact", "show", "1", "-o", "json"])["company_id"], 2);
}

#[test]
fn several_that_it_could_be_are_an_error_and_never_a_choice() {
    let w = World::new();
    w.ok(&["contact", "add", "Ann", "--email", "a@x.example"]);
    w.ok(&["contact", "add", "Bo", "--email", "b@x.example"]);
    w.ok(&["lead", "add", "Both", "--email", "a@x.example", "--email", "b@x.example"]);
    let err = w.fails(4, &["lead", "convert", "1"]);
    assert!(err.contains("lead:1: ") && err.contains("contact:1, contact:2"), "{err}");
}

#[test]
fn what_was_converted_stays_so_until_it_is_undone() {
    let w = World::new();
    let file = w.file("leads.csv", "Name,Email,Lead Status\nAnn,ann@x.example,New\n");
    w.ok(&["lead", "import", &file]);
    w.ok(&["lead", "convert", "1"]);
    for args in [
        &["lead", "edit", "1", "--status", "new"][..],
        &["lead", "edit", "1", "--clear", "status"],
        &["lead", "reject", "1", "--reason", "no"],
        &["lead", "convert", "1"],
    ] {
        w.fails(4, args);
    }
    let err = w.fails(4, &["lead", "edit", "1", "--status", "new"]);
    assert!(err.contains("lead:1 is converted") && err.contains("`rolo undo`"), "{err}");
    // The same file again changes nothing.
    let done = w.json(&["lead", "import", &file, "-o", "json"]);
    assert_eq!(done["unchanged"], 1);
    w.ok(&["undo"]);
    w.ok(&["lead", "edit", "1", "--status", "working"]);
    w.ok(&["lead", "reject", "1", "--reason", "no budget"]);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!((&lead["status"], &lead["reason"]), (&"unqualified".into(), &"no budget".into()));
    w.fails(2, &["lead", "reject", "1"]);
    w.fails(4, &["lead", "reject", "1", "--reason", ""]);
}

#[test]
fn a_lead_becomes_who_is_there_already_by_domain_mailbox_phone_and_legal_form() {
    let w = World::new();
    w.ok(&["company", "add", "Acme GmbH", "--domain", "acme.example"]);
    w.ok(&["company", "add", "Сокол ООО"]);
    let person = ["--email", "ann@acme.example", "--phone", "+49 30 1234567"];
    w.ok(&[&["contact", "add", "Ann Lee", "--company", "Acme GmbH"][..], &person].concat());
    for (lead, company, contacts) in [
        // The domain of the e-mail, under a name without the legal form.
        (&["Bo", "--email", "bo@acme.example", "--company-name", "Acme"][..], "Acme GmbH", 2),
        // No name of a company at all.
        (&["Cy", "--email", "cy@acme.example"], "Acme GmbH", 3),
        (&["Di", "--website", "https://www.acme.example/x"], "Acme GmbH", 4),
        // The same mailbox.
        (&["A. Lee", "--email", "ann+web@acme.example"], "Acme GmbH", 4),
        // The same name and number, written otherwise.
        (&["Ann Lee", "--phone", "(030) 1234567", "--email", "ann@home.example"], "", 4),
        // An office's number is no person.
        (&["Ed", "--phone", "030 1234567"], "", 5),
        (&["Фёдор", "--company-name", "ООО «Сокол»"], "Сокол ООО", 6),
        // Whoever writes from there is of another company.
        (&["Gil", "--email", "gil@acme.example", "--company-name", "Globex"], "Globex", 7),
    ] {
        let id = w.ok(&[&["lead", "add"][..], lead].concat());
        w.ok(&["--config", &region(&w), "lead", "convert", id.trim()]);
        let told = w.json(&["lead", "show", id.trim(), "-o", "json"]);
        assert_eq!(told["converted_company"].as_str().unwrap_or(""), company, "{lead:?}");
        let count = w.ok(&["contact", "list", "--count"]);
        assert_eq!(count.trim(), contacts.to_string(), "{lead:?}");
    }
    assert_eq!(w.ok(&["company", "list", "--count"]), "3\n");
    w.ok(&["company", "add", "Acme GmbH & Co. KG"]);
    w.ok(&["company", "add", "Acme SE", "--domain", "acme.test"]);
    w.ok(&["lead", "add", "Hu", "--company-name", "Acme"]);
    let run = w.run(&["lead", "convert", "Hu"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("`Acme` could be company:1, "), "{}", run.err);
    assert_eq!(w.json(&["lead", "show", "Hu", "-o", "json"])["converted_company"], "Acme");
}

/// A configuration for phones of Germany.
fn region(w: &World) -> String {
    w.file("config.toml", "region = \"DE\"\n")
}

#[test]
fn what_a_form_says_again_is_not_lost_and_bad_objects_are_counted() {
    let w = World::new();
    let send = |text: &str| w.run_with(&["lead", "intake"], text.as_bytes());
    send(r#"{"name":"Ann","email":"ann@x.example","message":"first"}"#);
    let run = send(r#"{"name":"Anna","email":"ann@x.example","message":"second","budget":"5k"}"#);
    assert_eq!((run.code, run.out.as_str()), (0, "1\n"), "{}", run.err);
    let lead = w.json(&["lead", "show", "1", "-o", "json"]);
    assert_eq!(lead["about"], "first");
    let bodies: Vec<&str> = lead["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .filter_map(|a| a["body"].as_str())
        .collect();
    assert_eq!(bodies, ["budget: 5k\nname: Anna\nabout: second"]);
    let run = send("{\"name\":\"A\"}\n{\"name\":\"B\",\"email\":\"no\"}\n{\"name\":\"C\"}\n");
    assert_eq!(run.code, 4);
    assert!(
        run.err.contains("1 bad object of 3") && run.err.contains("line 2, email"),
        "{}",
        run.err
    );
}

#[test]
fn the_first_answer_is_due_in_the_hours_of_the_policy() {
    let w = World::new();
    let friday = "2026-11-20T17:30:00Z";
    w.ok(&["--now", friday, "lead", "add", "Аня", "--source", "web"]);
    w.ok(&[
        "response",
        "add",
        "Web",
        "--within",
        "1h",
        "--hours",
        "Mon-Fri 9-12 13-18",
        "--zone",
        "Europe/Sofia",
        "--holidays",
        "12-25; 2026-11-23",
    ]);
    let policy = w.json(&["response", "show", "Web", "-o", "json"]);
    assert_eq!(policy["hours"], "mon-fri 09:00-12:00 13:00-18:00");
    // Monday is a day off.
    let due = |w: &World| w.json(&["lead", "show", "1", "-o", "json"])["response_due"].clone();
    assert_eq!(due(&w), "2026-11-24T08:00:00Z");
    assert_eq!(
        w.ok(&["--now", "2026-11-24T08:00:00Z", "lead", "list", "is:late", "--count"]),
        "0\n"
    );
    assert_eq!(
        w.ok(&["--now", "2026-11-24T08:00:01Z", "lead", "list", "is:late", "--count"]),
        "1\n"
    );
    assert!(w.ok(&["lead", "response"]).contains("2026-11-24 08:00"));
    w.ok(&["--now", "2026-11-24T11:20:00Z", "log", "call", "lead:1", "hello"]);
    let told = w.json(&["lead", "response", "--explain", "1", "-o", "json"]);
    assert_eq!((&told["response_time"], &told["late"]), (&200.into(), &true.into()));
    assert_eq!(told["counted"][0]["from"], "2026-11-24T07:00:00Z");
    assert_eq!(told["counted"].as_array().map(Vec::len), Some(3), "{told}");
    assert_eq!(w.json(&["lead", "show", "1", "-o", "json"])["response_time"], 200);
    w.ok(&["response", "edit", "Web", "--clear", "hours"]);
    assert_eq!(due(&w), "2026-11-20T18:30:00Z");
    for (option, value, says) in [
        ("--hours", "mon 18-9", "18-9"),
        ("--hours", "9-18", "behind no days"),
        ("--holidays", "25.12.2026", "no day off"),
        ("--zone", "Europe/Sofja", "Sofja"),
    ] {
        let err = w.fails(4, &["response", "edit", "Web", option, value]);
        assert!(err.contains(says), "{err}");
    }
}

#[test]
fn several_leads_become_a_deal_each_with_a_name_of_its_own() {
    let w = World::new();
    w.ok(&["lead", "add", "Аня", "--company-name", "Юг"]);
    w.ok(&["lead", "add", "王"]);
    let err = w.fails(2, &["lead", "convert", "1", "2", "--deal", "Order"]);
    assert!(err.contains("each of 2 leads") && err.contains("Order {company_name}"), "{err}");
    w.ok(&["lead", "convert", "1", "2", "--deal", "Order of {company_name}", "--amount", "500"]);
    let deals = w.json(&["deal", "list", "--sort", "id", "--columns", "name,amount", "-o", "json"]);
    assert_eq!(
        (&deals[0]["name"], &deals[1]["name"]),
        (&"Order of Юг".into(), &"Order of 王".into())
    );
    assert_eq!(deals[1]["amount"].to_string(), "500.00");
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["deal", "list", "--count"]), "0\n");
}

#[test]
fn rules_that_can_never_work_are_refused() {
    let w = World::new();
    for (args, says) in [
        (&["assignment", "add", "A", "--by", "user"][..], "user: the rule is by user"),
        (&["assignment", "add", "A", "--by", "field"], "--field owner"),
        (&["assignment", "add", "A", "--by", "field", "--field", "nofield"], "nofield"),
        (&["bonus", "add", "B", "--attainment", "50"], "neither a percent nor an amount"),
        (
            &["territory", "add", "T", "--min-employees", "100", "--max-employees", "50"],
            "100 is above max employees, 50",
        ),
    ] {
        let err = w.fails(4, args);
        assert!(err.contains(says), "{err}");
    }
    w.ok(&["assignment", "add", "A", "--by", "field", "--field", "Owner"]);
    assert_eq!(w.json(&["assignment", "show", "A", "-o", "json"])["field"], "owner");
}
