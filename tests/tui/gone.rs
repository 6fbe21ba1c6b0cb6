//! Terminals that go away, as a connection does that is lost: their other end is closed for good.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::{HALVES, PATIENCE, draft_says, world};
use crate::harness::World;

/// The program on a terminal that nobody but this end holds open.
struct Line {
    child: Child,
    end: File,
    screen: vt100::Parser,
}

impl Line {
    fn open(world: &World, args: &[&str]) -> Self {
        let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        // The program must not hold the end whose going away it is to see.
        fcntl_setfd(&end, FdFlags::CLOEXEC).expect("a flag");
        grantpt(&end).and_then(|()| unlockpt(&end)).expect("its other end");
        let name = ptsname(&end, Vec::new()).expect("its name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let other: File =
            rustix::fs::open(name, flags, rustix::fs::Mode::empty()).expect("its other end").into();
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&end, size).expect("its size");
        let input = || Stdio::from(other.try_clone().expect("a file"));
        let child = Command::new(env!("CARGO_BIN_EXE_rolo"))
            .args(args)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", world.path("home"))
            .env("ROLO_DB", world.db())
            .envs([("ROLO_NOW", crate::harness::NOW), ("ROLO_USER", "ann"), ("TZ", "UTC")])
            .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8")])
            .current_dir(world.path(""))
            .stdin(input())
            .stdout(input())
            .stderr(input())
            .spawn()
            .expect("the program starts");
        let screen =
            vt100::Parser::new(24.try_into().expect("rows"), 80.try_into().expect("columns"), 0);
        Self { child, end: end.into(), screen }
    }

    /// Takes what comes within a moment.
    fn look(&mut self) {
        let mut fds = [PollFd::new(&self.end, PollFlags::IN)];
        let moment = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        if poll(&mut fds, Some(&moment)).is_ok_and(|ready| ready > 0) {
            let mut bytes = [0; 4096];
            let count = self.end.read(&mut bytes).expect("its output");
            self.screen.process(&bytes[..count]);
        }
    }

    #[track_caller]
    fn waits_for(&mut self, text: &str) -> &mut Self {
        for _ in 0..PATIENCE {
            if self.screen.screen().contents().contains(text) {
                return self;
            }
            self.look();
        }
        panic!("`{text}` doesn't come:\n{}", self.screen.screen().contents());
    }

    fn write(&mut self, bytes: &[u8]) -> &mut Self {
        self.end.write_all(bytes).expect("keys are taken");
        self
    }

    /// Closes the terminal; what the program ends with.
    #[track_caller]
    fn hang_up(self) -> Option<i32> {
        let Self { mut child, end, .. } = self;
        drop(end);
        for _ in 0..PATIENCE {
            if let Some(status) = child.try_wait().expect("its state") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().expect("it was there");
        child.wait().expect("it ends");
        panic!("it doesn't end");
    }
}

#[test]
fn a_terminal_that_goes_away_in_the_middle_of_a_key_ends_it_and_what_was_typed_is_kept() {
    for half in HALVES {
        for looks in [0, 10] {
            let world = world();
            let mut line = Line::open(&world, &["companies"]);
            line.waits_for("Acme GmbH")
                .write(b"e")
                .waits_for("Edit company:1")
                .waits_for("  Acme GmbH  ");
            line.write(" und Söhne".as_bytes()).waits_for("GmbH und Söhne").write(half);
            // The half is read by then, or not yet.
            for _ in 0..looks {
                line.look();
            }
            assert_eq!(line.hang_up(), Some(129), "{half:?}");
            assert!(draft_says(&world, "GmbH und Söhne"), "{half:?}");
        }
    }
}
