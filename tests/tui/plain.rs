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
        "task: Call",
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
