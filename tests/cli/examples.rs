//! What the README and `examples/` show is what the program does.
//!
//! `ROLO_BLESS=1 cargo test readme` writes what the program prints now into the README.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::World;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn example(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

/// A command of a console block and what it prints.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    command: String,
    output: String,
}

/// The first line of a block and what stands in it, for each console block of a page.
fn console_blocks(page: &str) -> Vec<&str> {
    let blocks = page.split("```console\n").skip(1);
    blocks.map(|rest| rest.split_once("```").expect("the end of a block").0).collect()
}

fn shown(block: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            all.push(Shown { command: command.to_owned(), output: String::new() });
        } else {
            let last = all.last_mut().expect("a block begins with a command");
            last.output.push_str(line.trim_end());
            last.output.push('\n');
        }
    }
    all
}

/// How long an import took differs from run to run.
fn timeless(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with(" s)") => format!("{before} (0.02 s)\n"),
        _ => format!("{}\n", line.trim_end()),
    };
    text.lines().map(line).collect()
}

/// Runs a script or a command of the shell in a world where `rolo` is a command and `examples` a folder.
fn shell(world: &World, args: &[&str]) -> Command {
    let bin = world.path("bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).expect("a folder");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rolo"), bin.join("rolo")).expect("a link");
        std::os::unix::fs::symlink(root().join("examples"), world.path("examples"))
            .expect("a link");
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = world.command_of("bash");
    command
        .args(args)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("ROLO", env!("CARGO_BIN_EXE_rolo"))
        .stdin(Stdio::null());
    command
}

/// A command of a block, run; both streams as a terminal would mix them.
fn typed(world: &World, command: &str) -> String {
    let line = format!("exec 2>&1; {command}");
    let output = shell(world, &["-c", &line]).output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "`{command}`\n{text}");
    timeless(&text)
}

/// The text of a block as it is today.
fn run_block(block: &str) -> String {
    let world = World::new();
    let run = |shown: Shown| format!("$ {}\n{}", shown.command, typed(&world, &shown.command));
    shown(block).into_iter().map(run).collect()
}

fn first_minute() -> String {
    let world = World::new();
    let script = example("first-minute.sh");
    let output = shell(&world, &[&script.to_string_lossy()]).output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!world.db().exists(), "the script has a database of its own");
    timeless(&text)
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("the README");
    let blocks = console_blocks(&readme);
    assert!(blocks.len() >= 4, "{}", blocks.len());
    let mut now = readme.clone();
    for (place, block) in blocks.iter().enumerate() {
        let run = if place == 0 { first_minute() } else { run_block(block) };
        now = now.replacen(&format!("```console\n{block}```"), &format!("```console\n{run}```"), 1);
    }
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::write(&path, now).expect("the README is written");
        return;
    }
    assert_eq!(
        readme, now,
        "the README shows something else than the program prints; see the top of this test"
    );
}

#[test]
fn the_readme_names_only_what_exists() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let mut seen = 0;
    for name in readme.split('`').skip(1).step_by(2) {
        let is_path =
            ["src/", "tests/", "examples/", "assets/", "man/"].iter().any(|r| name.starts_with(r))
                || Path::new(name).extension().is_some_and(|e| e == "md");
        if is_path && !name.contains(char::is_whitespace) {
            assert!(root().join(name).exists(), "`{name}`");
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
    for command in ["examples/first-minute.sh", "cargo test"] {
        assert!(readme.contains(&format!("\n{command} ")), "{command}");
    }
}

#[test]
fn examples_come_in_linked_and_a_second_time_change_nothing() {
    let world = World::new();
    let files = [
        ("company", "companies.csv", 8),
        ("contact", "contacts.csv", 11),
        ("deal", "deals.csv", 9),
        ("task", "tasks.csv", 5),
        ("lead", "leads.jsonl", 4),
    ];
    for again in [false, true] {
        for (noun, file, count) in files {
            let file = example(file).to_string_lossy().into_owned();
            let mut args = vec![noun, "import", &file, "-o", "json"];
            if noun == "deal" {
                args.extend(["--map", "Currency=amount_currency"]);
            }
            let summary = world.json(&args);
            assert_eq!(summary["read"], count, "{noun}");
            assert_eq!(
                summary[if again { "unchanged" } else { "created" }],
                count,
                "{noun} {again}"
            );
            assert_eq!(summary["ignored_columns"], serde_json::json!([]), "{noun}");
        }
    }
    for (noun, _, count) in files {
        assert_eq!(
            world.ok(&[noun, "list", "--count"]),
            format!("{count}\n"),
            "links made no {noun}"
        );
    }
    assert_eq!(world.ok(&["deal", "list", "contact:any company:any owner:ann", "--count"]), "9\n");
    assert_eq!(world.ok(&["task", "list", "about:any", "--count"]), "4\n");
    let sofia =
        world.json(&["deal", "list", "company.city:софия", "--columns", "amount", "-o", "json"]);
    assert_eq!(sofia[0]["amount"].to_string(), "54250.00");
}

/// The nightly script as cron runs it: no terminal, nearly no environment.
fn nightly(world: &World, args: &[&str]) -> (i32, String) {
    let script = example("nightly-import.sh").to_string_lossy().into_owned();
    let mut all = vec![script.as_str()];
    all.extend(args);
    let output =
        shell(world, &all).env_remove("ROLO_USER").env("LANG", "C").output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "cron would send it as a mail");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_nightly_import_is_silent_when_all_is_well_and_keeps_a_copy_from_before() {
    let world = World::new();
    let contacts = example("contacts.csv").to_string_lossy().into_owned();
    assert_eq!(nightly(&world, &[&contacts]), (0, String::new()));
    world.ok(&["contact", "edit", "yoko@sakura.example", "--city", "京都"]);
    assert_eq!(nightly(&world, &[&contacts]), (0, String::new()));
    assert_eq!(world.ok(&["contact", "list", "--count"]), "11\n");
    let yoko = world.json(&["contact", "show", "yoko@sakura.example", "-o", "json"]);
    assert_eq!((&yoko["city"], &yoko["created_by"]), (&"京都".into(), &"nightly".into()));
    let copies = std::fs::read_dir(world.path(".")).expect("a folder").filter_map(Result::ok);
    let copies: Vec<PathBuf> =
        copies.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "backup")).collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    let copy = copies[0].to_string_lossy().into_owned();
    assert_eq!(world.ok(&["--db", &copy, "contact", "list", "city:京都", "--count"]), "1\n");
}

#[test]
fn the_nightly_import_passes_the_exit_code_on_and_says_what_to_do() {
    let world = World::new();
    let bad = world.file("bad.csv", "name,birthday\nAnn,2026-11-31\nBob,1980-01-02\n");
    let (code, err) = nightly(&world, &[&bad]);
    assert_eq!(code, 4);
    assert!(err.contains("line 2, birthday") && err.contains("mend `"), "{err}");
    assert_eq!(world.ok(&["contact", "list", "--columns", "name", "-o", "csv"]), "name\nBob\n");
    // The file of the bad rows, mended, goes in by the same door.
    let rejects = std::fs::read_dir(world.path("."))
        .expect("a folder")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .find(|n| n.ends_with(".rejects.csv"))
        .expect("the bad rows");
    let mended = world.read(&rejects).replace("2026-11-31", "2026-11-30");
    let rejects = world.file(&rejects, mended);
    assert_eq!(nightly(&world, &[&rejects]), (0, String::new()));
    assert_eq!(world.ok(&["contact", "list", "--count"]), "2\n");
    let broken = world.file("broken.csv", "name,birthday\n\"Ann,2026-11-30\n");
    let (code, err) = nightly(&world, &[&broken]);
    assert!(code == 4 && err.contains("run again"), "{code} {err}");
    let (code, err) = nightly(&world, &["no-such.csv"]);
    assert_eq!(code, 2);
    assert!(err.contains("no-such.csv"), "{err}");
    std::fs::write(world.db(), "not a database, but long enough to be looked at as one")
        .expect("a file");
    let (code, _) = nightly(&world, &[&bad]);
    assert_eq!(code, 5);
    assert_eq!(nightly(&world, &[]).0, 2);
}
