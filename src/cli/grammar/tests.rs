use std::collections::HashSet;

use super::*;
use crate::error::ErrorKind;
use crate::model::model;

fn args(line: &str) -> Vec<OsString> {
    shlex::split(line).unwrap().into_iter().map(Into::into).collect()
}

fn typed(line: &str) -> Typed {
    match parse(&args(line), &model()) {
        Ok(typed) => typed,
        Err(e) => panic!("`{line}`: {} ({:?})", e.message, e.hint),
    }
}

/// Noun, verb and matches of a line that is a verb of a noun.
fn verb(line: &str) -> (&'static str, &'static str, ArgMatches) {
    match typed(line) {
        Typed::Noun { noun, verb, matches } => (noun, verb, matches),
        other => panic!("`{line}`: {other:?}"),
    }
}

fn top_of(line: &str) -> (&'static str, ArgMatches) {
    match typed(line) {
        Typed::Top { verb, matches } => (verb, matches),
        other => panic!("`{line}`: {other:?}"),
    }
}

fn inputs(line: &str) -> Vec<(String, Vec<String>)> {
    let model = model();
    let (noun, _, matches) = verb(line);
    field_inputs(&matches, model.get(noun).unwrap())
}

fn wrong(line: &str) -> (String, String) {
    let error = parse(&args(line), &model()).expect_err(line);
    assert_eq!(error.kind, ErrorKind::Usage, "{line}");
    assert!(!error.message.contains('\n') && !error.message.starts_with("error"), "{line}");
    (error.message, error.hint.unwrap_or_default())
}

fn help_of(line: &str) -> String {
    match typed(line) {
        Typed::Help(text) => text,
        other => panic!("`{line}`: {other:?}"),
    }
}

#[test]
fn the_whole_tree_stands() {
    whole(&model()).debug_assert();
}

#[test]
fn nouns_go_in_singular_and_plural_and_alone_mean_a_list() {
    for line in ["deal list", "deals list", "deal ls", "deals", "-q deal", "deal --limit 5"] {
        let (noun, verb, _) = verb(line);
        assert_eq!((noun, verb), ("deal", "list"), "{line}");
    }
    let (_, _, matches) = verb("deals is:open amount:'1k..2k' -o json");
    assert_eq!(filter_text(&matches).unwrap(), "is:open amount:1k..2k");
    assert_eq!(filter_text(&verb("deals").2), None);
    assert_eq!(filter_text(&verb("deals -- -won").2).unwrap(), "-won");
    assert_eq!(verb("deals lost").1, "list");
    assert_eq!(verb("companies +vip").1, "list");
}

#[test]
fn nothing_typed_is_the_day() {
    for line in ["", "-o json", "--db x.db --now 2026-01-01T00:00:00Z"] {
        assert_eq!(top_of(line).0, "agenda", "{line}");
    }
}

#[test]
fn global_options_may_stand_anywhere() {
    use crate::cli::global::{Globals, Output};
    for line in [
        "--db a.db -o json deal list x",
        "deal --db a.db list -o json x",
        "deal list --db=a.db x -ojson",
        "deal x -o json --db a.db",
        "--db z.db deal list x --db a.db -qo json",
    ] {
        let (_, _, matches) = verb(line);
        let globals = Globals::of(&matches);
        assert_eq!(globals.db.unwrap().to_str(), Some("a.db"), "{line}");
        assert_eq!(globals.output, Output::Json, "{line}");
        assert_eq!(filter_text(&matches).unwrap(), "x", "{line}");
    }
    assert!(Globals::of(&verb("deal rm --where x --yes").2).yes);
    assert!(Globals::of(&top_of("undo --dry-run").1).dry_run);
}

#[test]
fn flags_of_fields_come_in_the_order_typed_under_any_spelling() {
    assert_eq!(
        inputs(
            "contact add 'Ann Lee' --phones 1 --given_name Ann --email a@x --email b@x --job-title CEO"
        ),
        [
            ("phones".into(), vec!["1".into()]),
            ("given_name".into(), vec!["Ann".into()]),
            ("emails".into(), vec!["a@x".into(), "b@x".into()]),
            ("title".into(), vec!["CEO".into()]),
        ]
    );
    assert_eq!(
        inputs(
            "deal add X --amount -5 --amount_currency USD --closes -2w --tag a --tag b --stage Won"
        ),
        [
            ("amount".to_owned(), vec!["-5".to_owned()]),
            ("amount_currency".into(), vec!["USD".into()]),
            ("closes".into(), vec!["-2w".into()]),
            ("tags".into(), vec!["a".into(), "b".into()]),
            ("stage".into(), vec!["Won".into()]),
        ]
    );
    assert_eq!(inputs("company edit 7 --tax-id ''"), [("tax_id".to_owned(), vec![String::new()])]);
    assert_eq!(text(&verb("contact add 'Ann Lee'").2, "label"), Some("Ann Lee"));
}

#[test]
fn a_yes_or_no_may_be_left_out() {
    let yes = [("all_day".to_owned(), vec!["yes".to_owned()])];
    assert_eq!(inputs("event add --all-day Fair"), yes);
    assert_eq!(inputs("event add Fair --all-day"), yes);
    assert_eq!(inputs("event add Fair --all_day yes"), yes);
    assert_eq!(inputs("product add A --active no"), [("active".into(), vec!["no".to_owned()])]);
    assert_eq!(inputs("event add Fair --all-day --start fri").len(), 2);
}

#[test]
fn an_edit_has_tags_pairs_and_a_condition() {
    let (_, _, m) = verb(
        "deal edit 42 deal:43 --tag a --untag b --clear closes --add tags=x --remove contacts=7 --set 'about=a=b'",
    );
    assert_eq!(texts(&m, "ref"), ["42", "deal:43"]);
    assert_eq!((texts(&m, "tag"), texts(&m, "untag")), (vec!["a".into()], vec!["b".into()]));
    assert_eq!(pairs(&m, "set").unwrap(), [("about".into(), "a=b".into())]);
    assert_eq!(pairs(&m, "add").unwrap(), [("tags".into(), "x".into())]);
    assert_eq!(text(&verb("deal edit --where is:open --tag x").2, "where"), Some("is:open"));
    let (_, _, m) = verb("contact import x.csv --map 'a=b=name' --map E-mail=emails");
    assert_eq!(
        pairs(&m, "map").unwrap(),
        [("a=b".into(), "name".into()), ("E-mail".into(), "emails".into())]
    );
    assert!(pairs(&verb("deal edit 1 --set x").2, "set").is_err());
}

#[test]
fn typed_refs_go_without_a_noun() {
    assert_eq!(top_of("show deal:42 contact:3").0, "show");
    let (noun, verb_name, m) = verb("edit deal:42 --amount 5k");
    assert_eq!((noun, verb_name), ("deal", "edit"));
    assert_eq!(texts(&m, "ref"), ["deal:42"]);
    let (name, m) = top_of("log call deal:42 'wants more' --duration 15 --at 'yesterday 10:00'");
    let model = model();
    let given = field_inputs(&m, model.get("activity").unwrap());
    assert_eq!((name, given.len()), ("log", 2));
    assert_eq!(verb("deal log call 42 text").1, "log");
    assert_eq!(verb("contact note 42 text").1, "note");
}

#[test]
fn deeds_have_their_arguments() {
    let (_, _, m) = verb("deal move 42 43 Partners/Signed --note x");
    assert_eq!(texts(&m, "ref"), ["42", "43"]);
    assert_eq!(text(&m, "stage"), Some("Partners/Signed"));
    let (_, _, m) = verb("task snooze 42 43 +3d");
    assert_eq!((texts(&m, "ref").len(), text(&m, "due")), (2, Some("+3d")));
    assert_eq!(text(&verb("deal win 42 --on -1d").2, "on"), Some("-1d"));
    let (message, hint) = wrong("deal lose 42");
    assert!(message.contains("`rolo deal lose` needs `--reason <WORD>`"), "{message}");
    assert!(hint.starts_with("write `rolo deal lose ") && hint.contains("--reason"), "{hint}");
    let (message, hint) = wrong("deal edit 42 --stage Won");
    assert!(message.contains("`stage`") && hint.contains("rolo deal move"), "{message} {hint}");
}

#[test]
fn undo_takes_a_count_or_a_change() {
    let what = |line: &str| undo_what(&top_of(line).1);
    assert_eq!(what("undo").unwrap(), UndoWhat::Last(1));
    assert_eq!(what("undo 3").unwrap(), UndoWhat::Last(3));
    for line in ["undo change:57", "undo '#57'", "undo --change 57", "undo --change change:57"] {
        assert_eq!(what(line).unwrap(), UndoWhat::Change(57), "{line}");
    }
    for line in ["undo x", "undo 0", "undo change:x", "undo --change -1"] {
        assert_eq!(what(line).unwrap_err().kind, ErrorKind::Usage, "{line}");
    }
}

#[test]
fn wrong_words_are_told_with_the_nearest_right_one() {
    for (line, message, hint) in [
        ("contcat list", "`contcat` is neither", "`contact`"),
        ("deal lsit x", "`lsit` is not a verb of `deal`", "`rolo deal list`"),
        ("task doen 5", "`doen` is not a verb", "`rolo task done`"),
        ("contact add Ann --emial x", "no option `--emial`", "`--email`"),
        ("contact add Ann --contract-no 5", "no option `--contract-no`", "--set contract-no=VALUE"),
        ("deal add X --weighted 5", "no option `--weighted`", "computed"),
        ("deal add X --created 5", "no option `--created`", "rolo keeps it"),
        ("deal list --colums x", "no option `--colums`", "`--columns`"),
        ("deal list -won", "no option `-won`", "`rolo deal list -- -won`"),
        ("deals -hot", "no option `-hot`", "-- -hot`"),
        ("deals --count -overdue", "no option `-overdue`", "`not overdue`"),
        ("deal list -o xml", "`--output` can't be `xml`", "jsonl"),
        ("deal list --limit x", "`--limit` can't be `x`", "--help"),
        ("deal list --limit -1", "`--limit` can't be `-1`", "--help"),
        ("deal list --sort", "`--sort` needs a value", "--help"),
        ("contact add Ann Lee", "no place for `Lee`", "quote"),
        ("contact add Ann --name Bob", "`[NAME]` and `--name`", "--help"),
        ("contact add Ann --city a --city b", "`--city` is given twice", "--help"),
        ("deal edit 5 --where x --tag y", "go together", "--help"),
        ("deal rm", "needs `<REF>...`", "write `rolo deal rm"),
        ("deal show", "needs `<REF>...`", "write `rolo deal show"),
        ("contact import x --on-match updat", "can't be `updat`", "`update`"),
        ("config sett a b", "`rolo config sett` is not a command", "`set`"),
        ("--limit 5 deals", "`--limit` stands before any command", "rolo NOUN VERB"),
        ("help filtr", "no help on `filtr`", "`filter`"),
        ("agenda --days 0", "`--days` can't be `0`", "--help"),
        ("sql", "needs `<QUERY>`", "write `rolo sql"),
    ] {
        let (m, h) = wrong(line);
        assert!(m.contains(message), "{line}: {m}");
        assert!(h.contains(hint), "{line}: {m} / {h}");
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_refused_but_for_files() {
    use std::os::unix::ffi::OsStringExt;
    let odd = || OsString::from_vec(vec![b'a', 0xff]);
    let line = |words: &[&str]| words.iter().map(Into::into).chain([odd()]).collect::<Vec<_>>();
    assert!(parse(&line(&["contact", "import"]), &model()).is_ok());
    assert!(parse(&line(&["deals", "--db"]), &model()).is_ok());
    let error = parse(&line(&["contact", "add"]), &model()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
    assert!(parse(&line(&[]), &model()).is_err());
}

#[test]
fn help_works_at_each_level_and_fits_eighty_columns() {
    let mut lines: Vec<String> = vec!["--help".into(), "help".into(), "-h".into()];
    let model = model();
    for noun in &model.nouns {
        lines.push(format!("{} --help", noun.name()));
        for shape in verbs::of(noun) {
            lines.push(format!("{} {} --help", noun.name(), shape.name()));
            lines.push(format!("help {} {}", noun.name(), shape.name()));
        }
    }
    for top in TOPS.iter().filter(|t| t.name != "help") {
        lines.push(format!("{} --help", top.name));
    }
    for line in lines {
        let text = help_of(&line);
        assert!(text.contains("Usage: rolo"), "{line}:\n{text}");
        for shown in text.lines() {
            let wide = crate::cli::print::width::width(shown);
            let is_example = shown.starts_with("  rolo ");
            assert!(wide <= 80 || is_example && wide <= 100, "{line}: {shown}");
        }
        assert!(!text.contains("  tick "), "{line} shows `tick`");
    }
}

#[test]
fn every_verb_has_an_example_and_every_example_parses() {
    let model = model();
    let mut whole = whole(&model);
    whole.build();
    let mut seen = 0;
    let mut stack: Vec<(String, &Command)> =
        whole.get_subcommands().map(|c| (c.get_name().to_owned(), c)).collect();
    while let Some((path, command)) = stack.pop() {
        let subs = command.get_subcommands().map(|c| (format!("{path} {}", c.get_name()), c));
        stack.extend(subs);
        let is_leaf = !command.has_subcommands() && !path.starts_with("config ");
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(!is_leaf || after.contains("Examples:\n  rolo "), "{path}");
        assert!(command.get_about().is_some(), "{path}");
        for line in after.lines().filter_map(|l| l.strip_prefix("  rolo ")) {
            typed(line);
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn no_field_bears_a_reserved_word() {
    let mut reserved: HashSet<&str> = RESERVED.iter().copied().collect();
    reserved.extend(GLOBALS.iter().map(|g| g.long));
    for noun in &model().nouns {
        for field in noun.fields.iter().filter(|f| flags::has_flag(f)) {
            if field.kind == crate::entity::Kind::Tags {
                continue;
            }
            let names = field.aliases.iter().chain(&field.one).chain([&field.name]);
            for name in names {
                let flag = name.replace('_', "-");
                assert!(!reserved.contains(flag.as_str()), "{} {name}", noun.name());
            }
        }
    }
}

/// The list of reserved words is what the verbs really have.
#[test]
fn options_of_the_verbs_of_every_noun_are_reserved() {
    let model = model();
    let deal = model.get("deal").unwrap();
    for name in ["add", "list", "edit", "rm", "import", "export", "show", "restore", "history"] {
        for arg in verbs::must(deal, name).command(deal).get_arguments() {
            let Some(long) = arg.get_long() else { continue };
            let is_field = arg.get_id().as_str().starts_with("field.");
            let is_global = GLOBALS.iter().any(|g| g.long == long);
            assert!(is_field || is_global || RESERVED.contains(&long), "{name} --{long}");
        }
    }
}

#[test]
fn nouns_and_commands_have_different_names() {
    let model = model();
    let mut seen = HashSet::new();
    assert!(words_of(&model).all(|word| seen.insert(word)));
}

#[test]
fn every_settable_field_but_quiet_and_custom_ones_has_a_flag() {
    let model = model();
    for noun in &model.nouns {
        // Their `add` has a grammar of its own.
        if matches!(noun.name(), "field" | "rate") {
            continue;
        }
        let add = verbs::must(noun, "add").command(noun);
        for field in noun.fields.iter().filter(|f| flags::has_flag(f)) {
            let id = flags::id_of(field.name);
            assert!(add.get_arguments().any(|a| a.get_id() == id.as_str()), "{}", field.name);
        }
    }
}

#[test]
fn a_custom_field_has_no_flag_and_help_is_the_same() {
    let custom = crate::entity::CustomField {
        noun: "contact".into(),
        slug: "contract_no".into(),
        name: "Contract no".into(),
        kind: "text".into(),
        choices: vec![],
    };
    let with = model().with_custom(&[custom]).unwrap();
    let line = args("contact add --help");
    let text = |model: &Model| match parse(&line, model).unwrap() {
        Typed::Help(text) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text(&with), text(&model()));
    let hint = parse(&args("contact add A --contract-no 5"), &with).unwrap_err().hint.unwrap();
    assert_eq!(hint, "write `--set contract_no=VALUE`");
}

#[test]
fn the_version_needs_no_model() {
    assert!(asks_version(&args("--version")) && asks_version(&args("-V")));
    assert!(matches!(typed("-q --version"), Typed::Version));
    assert!(version().starts_with("rolo 0."));
}
