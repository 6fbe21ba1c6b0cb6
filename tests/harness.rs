//! A world of its own for each test: a home, a database, a fixed clock, a fixed user, no terminal.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The moment of every test that doesn't say another.
pub const NOW: &str = "2026-11-22T09:00:00Z";

/// How many cases a random test tries: what `PROPTEST_CASES` says, for a hunt, else the usual number.
pub fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|said| said.parse().ok()).unwrap_or(usual)
}

/// A folder with a home and a place for the database, gone at the end.
pub struct World {
    folder: tempfile::TempDir,
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("home")).expect("a home");
        Self { folder }
    }

    /// A path inside the world.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("rolo.db")
    }

    /// Writes a file and gives its path as text.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file");
        path.to_string_lossy().into_owned()
    }

    /// The program, ready to be run in this world.
    pub fn command(&self) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_rolo"))
    }

    /// Another program, ready to be run in this world.
    pub fn command_of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("ROLO_DB", self.db())
            .env("ROLO_NOW", NOW)
            .env("ROLO_USER", "ann")
            .env("TZ", "UTC")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command line, whatever comes of it.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Run {
        Run::of(&self.command().args(args).output().expect("the program runs"))
    }

    /// Runs a command line with text on its standard input.
    pub fn run_with<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8]) -> Run {
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("its input");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // The program may end before it has read all.
            let _ = stdin.write_all(&input);
        });
        let run = Run::of(&child.wait_with_output().expect("the program ends"));
        writer.join().expect("the input is written");
        run
    }

    /// Runs a command line that has to succeed; its standard output.
    pub fn ok<S: AsRef<OsStr> + std::fmt::Debug>(&self, args: &[S]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}\n{}", run.err);
        run.out
    }

    /// As [`Self::ok`], read as JSON.
    pub fn json<S: AsRef<OsStr> + std::fmt::Debug>(&self, args: &[S]) -> serde_json::Value {
        let out = self.ok(args);
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{args:?}: {why}\n{out}"))
    }

    /// Runs a command line that has to fail with this code; standard output stays empty and
    /// standard error is clean. Gives standard error.
    pub fn fails<S: AsRef<OsStr> + std::fmt::Debug>(&self, code: i32, args: &[S]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, code, "{args:?}\n{}{}", run.out, run.err);
        assert_eq!(run.out, "", "{args:?}");
        run.assert_clean();
        run.err
    }

    /// The text of a file.
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        let path = self.path(&path.as_ref().to_string_lossy());
        std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    }
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// No panic, no backtrace, one error.
    pub fn assert_clean(&self) {
        for word in ["panicked", "RUST_BACKTRACE", "unwrap", "stack backtrace"] {
            assert!(!self.err.contains(word), "{}", self.err);
        }
    }
}
