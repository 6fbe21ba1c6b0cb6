//! A desk to work at inside the test's own process: a folder with a database, a fixed clock, a user,
//! and a model that the test may bring.

use std::ffi::OsString;
use std::path::PathBuf;

use rolo::cli::global::Surroundings;
use rolo::entity::Model;

use crate::harness::{NOW, Run};

pub(super) struct Desk {
    folder: tempfile::TempDir,
    base: fn() -> Model,
}

impl Desk {
    pub(super) fn new(base: fn() -> Model) -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), base }
    }

    /// A path inside the folder, as text.
    pub(super) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    pub(super) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Runs a command line as a user at a moment, whatever comes of it.
    pub(super) fn run_as(&self, user: &str, now: &str, args: &[&str]) -> Run {
        let home = PathBuf::from(self.path("home"));
        let env = |name: &str| -> Option<OsString> {
            match name {
                "HOME" => Some(home.clone().into()),
                "ROLO_DB" => Some(self.path("rolo.db").into()),
                "ROLO_USER" => Some(user.into()),
                "ROLO_NOW" => Some(now.into()),
                "TZ" => Some("UTC".into()),
                _ => None,
            }
        };
        let around = Surroundings {
            env: &env,
            has_stdin: false,
            columns: None,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
        };
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = rolo::cli::run_with(&args, self.base, &around, &mut out, &mut err);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Run { code: code.into(), out: text(out), err: text(err) }
    }

    pub(super) fn run(&self, args: &[&str]) -> Run {
        self.run_as("ann", NOW, args)
    }

    /// Runs a command line that has to succeed; its standard output.
    pub(super) fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}\n{}", run.err);
        run.out
    }

    pub(super) fn json(&self, args: &[&str]) -> serde_json::Value {
        let out = self.ok(args);
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{args:?}: {why}\n{out}"))
    }

    /// Runs a command line that has to fail with this code and print nothing; its error.
    pub(super) fn fails(&self, code: i32, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!((run.code, run.out.as_str()), (code, ""), "{args:?}\n{}", run.err);
        run.err
    }
}
