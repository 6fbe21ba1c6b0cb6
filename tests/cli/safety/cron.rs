//! As cron runs it: no terminal, no home, no locale, two at once, stopped half way.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::demo;
use crate::harness::World;

/// The program with nothing in its environment.
fn bare(w: &World) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolo"));
    command.env_clear().current_dir(w.path("")).stdin(Stdio::null()).args(["--db", "rolo.db"]);
    command
}

fn text(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn two_agendas_at_once_without_any_environment_say_the_same() {
    let w = demo();
    w.ok(&["task", "add", "Среща с 王伟", "--due", "2026-11-22"]);
    let run = || {
        text(
            &bare(&w)
                .args(["agenda", "--as", "ann", "--now", "2026-11-22T09:00:00Z"])
                .output()
                .expect("a run"),
        )
    };
    let (one, two) = std::thread::scope(|s| {
        let (one, two) = (s.spawn(run), s.spawn(run));
        (one.join().expect("one"), two.join().expect("two"))
    });
    assert_eq!(one, two);
    assert_eq!((one.0, one.2.as_str()), (Some(0), ""));
    assert!(one.1.contains("Среща с 王伟") && !one.1.contains('\x1b'), "{}", one.1);
}

#[test]
fn utf_8_is_kept_whatever_the_locale() {
    let w = World::new();
    for locale in ["C", "POSIX", "ru_RU.KOI8-R"] {
        let add = bare(&w)
            .env("LANG", locale)
            .env("LC_ALL", locale)
            .args(["contact", "add", "Пётр 王"])
            .output();
        assert_eq!(add.expect("a run").status.code(), Some(0));
        let list =
            bare(&w).env("LANG", locale).env("LC_ALL", locale).args(["contact", "list"]).output();
        assert!(text(&list.expect("a run")).1.contains("Пётр 王"), "{locale}");
    }
}

#[test]
fn a_question_without_a_terminal_is_a_refusal_and_not_a_wait() {
    let w = demo();
    for args in [
        &["contact", "rm", "--where", "id>0"][..],
        &["contact", "edit", "--where", "id>0", "--city", "x"],
        &["contact", "rm", "1", "--purge"],
    ] {
        let (code, out, err) = text(&bare(&w).args(args).output().expect("a run"));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?} {err}");
        assert!(err.contains("--yes"), "{args:?} {err}");
    }
    assert_eq!(w.ok(&["contact", "list", "--count"]), "391\n");
}

#[test]
fn without_a_home_the_database_has_to_be_named() {
    let w = World::new();
    let run = Command::new(env!("CARGO_BIN_EXE_rolo"))
        .env_clear()
        .args(["contact", "list"])
        .current_dir(w.path(""))
        .output();
    let (code, out, err) = text(&run.expect("a run"));
    assert_eq!((code, out.as_str()), (Some(5), ""));
    assert!(err.contains("--db"), "{err}");
}

#[test]
fn a_report_file_is_whole_or_absent() {
    let w = demo();
    let whole = w.ok(&["activity", "export"]);
    for delay in 0..20 {
        let mut child = w
            .command()
            .args(["activity", "export", "--out", "report.csv"])
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        std::thread::sleep(Duration::from_millis(delay * 4));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().expect("an end");
        if w.path("report.csv").exists() {
            assert_eq!(w.read("report.csv"), whole);
            std::fs::remove_file(w.path("report.csv")).expect("a removal");
        }
    }
    w.file("report.csv", "yesterday's");
    w.fails(4, &["activity", "export", "--out", "report.csv"]);
    assert_eq!(w.read("report.csv"), "yesterday's");
    w.ok(&["activity", "export", "--out", "report.csv", "--force"]);
    assert_eq!(w.read("report.csv"), whole);
}
