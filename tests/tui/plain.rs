//! `rolo --plain`: lines in, lines out.

use crate::harness::World;

#[test]
fn lists_are_read_row_by_row_and_commands_are_run() {
    let world = World::new();
    world.ok(&["company", "add", "ООО Ромашка", "--city", "Москва"]);
    world.ok(&["task", "add", "Call", "--due", "today"]);
    let run = world.run_with(
        &["--plain"],
        b"companies\n1\n/city:berlin\ntasks is:open\ntask done 1\nboard\nnonsense\nn\ncompanies nme:x\nhelp\nq\n",
    );
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    run.assert_clean();
    for text in [
        "due today: 1",
        "1. task: Call",
        "companies: 1 to 1 of 1",
        "1. ООО Ромашка",
        "city Москва",
        "no companies of `city:berlin`",
        "tasks of `is:open`: 1 to 1 of 1",
        "done: task:1 Call",
        "Negotiation",
        "`nonsense` is neither a noun nor a command",
        "company has no field `nme`",
        "next page, page before",
    ] {
        assert!(run.out.contains(text), "`{text}` isn't said:\n{}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'), "an escape sequence is written");
}

#[test]
fn the_end_of_the_input_ends_it() {
    let world = World::new();
    world.ok(&["company", "add", "Acme"]);
    let run = world.run_with(&["--plain"], b"companies");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("1. Acme"));
}

#[test]
fn rows_of_the_agenda_have_numbers_lists_begin_with_what_is_open_and_filters_narrow() {
    let world = World::new();
    world.ok(&["contact", "add", "Maya"]);
    world.ok(&["task", "add", "Old", "--due", "today"]);
    world.ok(&["task", "done", "1"]);
    world.ok(&["task", "add", "Позвонить", "--due", "tomorrow", "--about", "contact:1"]);
    world.ok(&["deal", "add", "Won one"]);
    world.ok(&["deal", "win", "1"]);
    world.ok(&["deal", "add", "Alpha", "--amount", "5k"]);
    world.ok(&["deal", "add", "Beta", "--amount", "5k"]);
    let answers = |lines: &str| {
        let run = world.run_with(&["--plain"], lines.as_bytes());
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        run.out
    };
    let says = |lines: &str, text: &str| {
        let out = answers(lines);
        assert!(out.contains(text), "`{text}` isn't said:\n{out}");
    };
    says("agenda\n", "task: Позвонить, about Maya, ");
    let agenda = answers("agenda\n");
    let row = agenda.lines().find(|line| line.contains("Позвонить")).unwrap();
    let number = row.trim_start_matches("> ").split('.').next().unwrap();
    says(&format!("agenda\n{number}\n"), "priority");
    says("tasks\n", "tasks of `is:open`: 1 to 1 of 1");
    says("tasks all\n", "tasks: 1 to 2 of 2");
    says("deals\n", "deals of `is:open`: 1 to 2 of 2");
    says("deals\n/alpha\n", "deals of `is:open alpha`: 1 to 1 of 1");
    says("deals amount>1\n/alpha\n", "deals of `amount>1 alpha`: 1 to 1 of 1");
    says("deals\n/alpha\n/\n", "deals of `is:open`: 1 to 2 of 2");
    world.ok(&["demo", "demo.db"]);
    let tickets = world.run_with(&["--db", "demo.db", "--plain"], b"tickets\n").out;
    let tickets = tickets.split("tickets of").nth(1).expect("the list");
    let left = |row: usize| {
        let line = tickets.lines().find(|line| line.starts_with(&format!("{row}. ")));
        line.and_then(|line| line.split(", left ").nth(1)).map(str::to_owned)
    };
    // Who has to hurry most comes first.
    assert!(left(1).is_some_and(|left| left.contains('-') || left.contains(':')), "{tickets}");
}
