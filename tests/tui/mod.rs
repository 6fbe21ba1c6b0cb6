//! The dashboard on a terminal: the program itself at the end of a pseudo-terminal, its screen read
//! by an emulator, its last bytes looked at for a terminal that is whole again.

mod gone;
mod plain;

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::harness::World;

/// How often something is looked for, 20 ms apart, on a busy machine. Looks are counted rather than
/// seconds: a machine that stands still for a while tells nothing about the program.
const PATIENCE: usize = 3_000;

/// The program on a terminal of its own.
struct Tty {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

impl Tty {
    fn open(world: &World, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rolo"));
        command.env_clear();
        let home = world.path("home").to_string_lossy().into_owned();
        let db = world.db().to_string_lossy().into_owned();
        let path = std::env::var("PATH").unwrap_or_default();
        let plain: [(&str, &str); 8] = [
            ("PATH", &path),
            ("HOME", &home),
            ("ROLO_DB", &db),
            ("ROLO_NOW", crate::harness::NOW),
            ("ROLO_USER", "ann"),
            ("TZ", "UTC"),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
        ];
        plain.iter().chain(env).for_each(|(name, value)| command.env(name, value));
        command.args(args);
        command.cwd(world.path(""));
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let keys = pair.master.take_writer().expect("its input");
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(
                24.try_into().expect("rows"),
                80.try_into().expect("columns"),
                0,
            ),
            bytes: Vec::new(),
        }));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut seen = shared.lock().expect("the screen");
                seen.screen.process(&bytes[..count]);
                seen.bytes.extend_from_slice(&bytes[..count]);
            }
        });
        Self { child, master: Some(pair.master), keys, seen }
    }

    fn screen(&self) -> String {
        self.seen.lock().expect("the screen").screen.screen().contents()
    }

    fn bytes(&self) -> Vec<u8> {
        self.seen.lock().expect("the bytes").bytes.clone()
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys
            .write_all(keys.as_bytes())
            .and_then(|()| self.keys.flush())
            .expect("keys are taken");
        self
    }

    #[track_caller]
    fn waits_for(&mut self, text: &str) -> &mut Self {
        for _ in 0..PATIENCE {
            if self.screen().contains(text) {
                return self;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("`{text}` doesn't come:\n{}", self.screen());
    }

    fn pid(&self) -> u32 {
        self.child.process_id().expect("a number")
    }

    fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent =
            std::process::Command::new("kill").args([name, &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    #[track_caller]
    fn ends(&mut self) -> u32 {
        for _ in 0..PATIENCE {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status.exit_code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it doesn't end:\n{}", self.screen());
    }

    /// Every mode that was turned on is off again, and the cursor is shown.
    #[track_caller]
    fn is_whole(&self) {
        let mut left = self.modes_left();
        // What it wrote last is still on its way.
        for _ in 0..PATIENCE {
            if left.is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
            left = self.modes_left();
        }
        panic!("left as they were: {left:?}");
    }

    /// What the terminal still has of what was turned on.
    fn modes_left(&self) -> Vec<&'static str> {
        let bytes = self.bytes();
        let last = |wanted: &str| bytes.windows(wanted.len()).rposition(|w| w == wanted.as_bytes());
        let mut left = vec!["1049", "2004", "1004", "1000", "1002", "1006"];
        left.retain(|mode| {
            let (on, off) = (last(&format!("\x1b[?{mode}h")), last(&format!("\x1b[?{mode}l")));
            on.is_none() || off <= on
        });
        if last("\x1b[?25h") <= last("\x1b[?25l") {
            left.push("the cursor hidden");
        }
        left
    }

    /// Waits until it has drawn nothing for a while; how much it drew.
    #[track_caller]
    fn settles(&self) -> usize {
        for _ in 0..PATIENCE / 75 {
            let before = self.bytes().len();
            std::thread::sleep(Duration::from_millis(1500));
            if self.bytes().len() == before {
                return before;
            }
        }
        panic!("it goes on drawing:\n{}", self.screen());
    }
}

/// Whether something comes true while one looks.
fn soon(is_true: impl Fn() -> bool) -> bool {
    (0..PATIENCE).any(|_| {
        let found = is_true();
        if !found {
            std::thread::sleep(Duration::from_millis(20));
        }
        found
    })
}

/// Whether what is typed and not saved is kept already.
fn draft_says(world: &World, text: &str) -> bool {
    let folder = std::fs::read_dir(world.path("home/.local/state/rolo/drafts"));
    let mut files = folder.into_iter().flatten().flatten();
    files.any(|file| std::fs::read_to_string(file.path()).is_ok_and(|said| said.contains(text)))
}

fn world() -> World {
    let world = World::new();
    world.ok(&["company", "add", "Acme GmbH"]);
    world.ok(&["deal", "add", "Renewal", "--company", "Acme GmbH", "--amount", "12k"]);
    world.ok(&["deal", "add", "Внедрение", "--amount", "5k"]);
    world
}

#[test]
fn a_deal_is_added_moved_and_taken_back_and_the_terminal_is_whole_again() {
    let world = world();
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal").press("nFirst step amount=7k\r").waits_for("added deal:3");
    // What was made has the focus.
    tty.waits_for("> First step").press("L").waits_for("moved deal:3");
    assert_eq!(world.json(&["deal", "show", "3", "-o", "json"])["stage"], "Qualified");
    tty.press("u").waits_for("undid");
    assert_eq!(world.json(&["deal", "show", "3", "-o", "json"])["stage"], "Lead");
    tty.press("q");
    assert_eq!(tty.ends(), 0);
    tty.is_whole();
}

#[test]
fn a_noun_opens_its_list_and_a_filter_narrows_it() {
    let world = world();
    let mut tty = Tty::open(&world, &["deals", "name:Внедр"], &[]);
    tty.waits_for("Внедрение");
    assert!(!tty.screen().contains("Renewal"), "{}", tty.screen());
    tty.press("qq");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn signals_end_it_and_the_terminal_is_whole_again() {
    for (signal, code) in [("-TERM", 143), ("-HUP", 129), ("-INT", 130), ("-QUIT", 131)] {
        let world = world();
        let mut tty = Tty::open(&world, &[], &[]);
        tty.waits_for("Renewal");
        tty.signal(signal);
        assert_eq!(tty.ends(), code, "{signal}");
        tty.is_whole();
    }
}

#[test]
fn the_mouse_is_taken_where_the_config_does_not_leave_it_to_the_terminal() {
    for (config, taken) in [("", true), ("mouse = \"off\"\n", false)] {
        let world = world();
        let config = world.file("mouse.toml", config);
        let mut tty = Tty::open(&world, &[], &[("ROLO_CONFIG", &config)]);
        tty.waits_for("Renewal");
        let told = |tty: &Tty| tty.bytes().windows(8).any(|bytes| bytes == b"\x1b[?1000h");
        assert_eq!(told(&tty), taken);
        // A click on a tab, and keys that do the same without it.
        tty.press(if taken { "\x1b[<0;12;1M\x1b[<0;12;1m" } else { "2" }).waits_for("Mine");
        tty.press(":mouse on\r").waits_for("mouse is on");
        assert!(told(&tty));
        tty.press("q");
        assert_eq!(tty.ends(), 0);
        tty.is_whole();
    }
}

#[test]
fn what_was_typed_and_not_saved_is_offered_after_a_sudden_end() {
    for signal in ["-TERM", "-HUP", "-KILL"] {
        let world = world();
        let mut tty = Tty::open(&world, &["companies"], &[]);
        tty.waits_for("Acme GmbH").press("e").waits_for("Edit company:1");
        tty.press(" und Söhne").waits_for("GmbH und Söhne");
        if signal == "-KILL" {
            // Nobody can ask for time here: it is written before.
            assert!(soon(|| draft_says(&world, "GmbH und Söhne")), "no draft is kept");
        }
        tty.signal(signal);
        tty.ends();
        // Somebody else's change meanwhile is a conflict, as if the form had stayed open.
        world.ok(&["company", "edit", "1", "--name", "Acme AG"]);
        let mut tty = Tty::open(&world, &["companies"], &[]);
        tty.waits_for("not saved when rolo ended").press("\r").waits_for("GmbH und Söhne");
        tty.press("\x13").waits_for("Somebody else changed company:1").waits_for("Acme AG");
        tty.press("\r\t\r").waits_for("u undoes");
        assert_eq!(
            world.json(&["company", "show", "1", "-o", "json"])["name"],
            "Acme GmbH und Söhne"
        );
        tty.press("q");
        assert_eq!(tty.ends(), 0);
        // Once taken it isn't offered again.
        let mut tty = Tty::open(&world, &["companies"], &[]);
        tty.waits_for("GmbH und Söhne");
        assert!(!tty.screen().contains("not saved"), "{}", tty.screen());
        tty.press("q").ends();
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let world = world();
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal");
    tty.master = None;
    tty.keys = Box::new(std::io::sink());
    tty.signal("-HUP");
    assert_eq!(tty.ends(), 129);
}

/// Beginnings of a paste, of a key, of a letter; and what is none.
const HALVES: [&[u8]; 5] = [b"\x1b[200~abc", b"\x1b[1;", b"\xc3", b"\x80", b"\xff\xfe\x80"];

#[test]
fn signals_end_it_in_the_middle_of_a_key_and_the_rest_of_a_paste_is_waited_for() {
    for half in HALVES {
        let world = world();
        let mut tty = Tty::open(&world, &[], &[]);
        tty.waits_for("Renewal");
        tty.keys.write_all(half).and_then(|()| tty.keys.flush()).expect("keys are taken");
        // Time to read it: the program must not wait for the rest by then.
        std::thread::sleep(Duration::from_millis(300));
        tty.signal("-TERM");
        assert_eq!(tty.ends(), 143, "{half:?}");
        tty.is_whole();
    }
    let world = world();
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal").press("n\x1b[200~Pasted in");
    std::thread::sleep(Duration::from_millis(300));
    tty.press(" two\x1b[201~\r").waits_for("added deal:3 Pasted in two");
}

#[test]
fn a_fault_gives_the_terminal_back_before_it_is_told() {
    let world = world();
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal").press(":panic\r");
    assert_ne!(tty.ends(), 0);
    tty.is_whole();
    let text = || String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(soon(|| text().contains("a fault on purpose")), "{}", text());
    let bytes = text();
    let (left, told) = (bytes.rfind("\x1b[?1049l"), bytes.find("a fault on purpose"));
    assert!(left.is_some() && told > left, "the fault is told on the screen that goes away");
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_going_on_takes_it_again() {
    let world = world();
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal").press("\x1a");
    let stat = format!("/proc/{}/stat", tty.pid());
    let stopped = || {
        let text = std::fs::read_to_string(&stat).expect("its state");
        text.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    };
    assert!(soon(stopped), "it doesn't stop");
    tty.is_whole();
    tty.signal("-CONT");
    tty.waits_for("Renewal").press("2").waits_for("contacts").press("q");
    assert_eq!(tty.ends(), 0);
    tty.is_whole();
}

#[test]
fn an_editor_gets_the_terminal_and_its_text_comes_back() {
    let world = world();
    let editor = world.file("editor.sh", "#!/bin/sh\nprintf 'first\\nsecond\\n' > \"$1\"\n");
    let editor = format!("sh {editor}");
    let mut tty = Tty::open(&world, &["deals"], &[("EDITOR", &editor)]);
    tty.waits_for("Renewal").press("e").waits_for("Edit deal");
    let id = if tty.screen().contains("Edit deal:1") { "1" } else { "2" };
    // `about` stands above the tags, which are last.
    tty.press("\x1b[A\x1b[A\x05").waits_for("2 lines").press("\x13").waits_for("changed deal");
    assert_eq!(world.json(&["deal", "show", id, "-o", "json"])["about"], "first\nsecond");
    tty.press("q");
    assert_eq!(tty.ends(), 0);
    tty.is_whole();
}

#[test]
fn a_wrong_editor_is_told_where_it_is_asked_for() {
    let world = world();
    let mut tty = Tty::open(&world, &["deals"], &[("EDITOR", "vi -c \"x")]);
    tty.waits_for("Renewal").press("e").waits_for("Edit deal");
    tty.press("\x1b[A\x1b[A\x05").waits_for("EDITOR").press("\x1b").press("q");
    assert_eq!(tty.ends(), 0);
    tty.is_whole();
}

#[test]
fn what_another_process_changes_appears_and_the_focus_stays() {
    let world = world();
    let mut tty = Tty::open(&world, &["companies"], &[]);
    tty.waits_for(">  Acme GmbH");
    world.ok(&["company", "add", "Aaa first"]);
    let begun = Instant::now();
    tty.waits_for("Aaa first").waits_for(">  Acme GmbH");
    // 1.5 s and what a slow and busy machine adds.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    tty.press("q").ends();
}

#[test]
fn a_busy_file_is_told_and_nothing_is_lost() {
    let world = world();
    std::fs::create_dir_all(world.path("home/.config/rolo")).expect("a folder");
    std::fs::write(world.path("home/.config/rolo/config.toml"), "busy_timeout = 1\n")
        .expect("a config");
    let other = rusqlite::Connection::open(world.db()).expect("the file");
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    tty.press("L").waits_for("busy");
    other.execute_batch("ROLLBACK").expect("no lock");
    tty.press("L").waits_for("moved deal:1").press("q");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn without_colours_the_focus_is_reversed_still() {
    let world = world();
    let mut tty = Tty::open(&world, &["deals"], &[("NO_COLOR", "1")]);
    tty.waits_for("Renewal").press("q");
    tty.ends();
    let text = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(text.contains("\x1b[7m"), "nothing is reversed");
    for color in ["\x1b[38;5;", "\x1b[31m", "\x1b[36m", "\x1b[48;5;"] {
        assert!(!text.contains(color), "{color:?} is painted");
    }
}

#[test]
fn an_idle_dashboard_sleeps_and_holds_no_transaction() {
    let world = world();
    let mut tty = Tty::open(&world, &[], &[]);
    tty.waits_for("Renewal");
    // All that it asked for at the start has come.
    let before = tty.settles();
    let ticks = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("its state");
        let rest = stat.rsplit(')').next().expect("fields").to_owned();
        let field = |n: usize| {
            rest.split_whitespace().nth(n).and_then(|f| f.parse::<u64>().ok()).expect("a number")
        };
        field(11) + field(12)
    };
    let begun = ticks(tty.pid());
    std::thread::sleep(Duration::from_secs(3));
    // A hundred a second, where it doesn't sleep; a slow machine takes more than one for a look at the file.
    let spent = ticks(tty.pid()) - begun;
    assert!(spent <= 25, "it works while idle: {spent} ticks in 3 s");
    assert_eq!(tty.bytes().len(), before, "it draws while idle");
    // With nobody reading, a checkpoint empties the WAL.
    world.ok(&["company", "add", "Other"]);
    let other = rusqlite::Connection::open(world.db()).expect("the file");
    let busy: i64 =
        other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0)).expect("a checkpoint");
    assert_eq!(busy, 0, "somebody holds the WAL");
    tty.press("q").ends();
}

#[test]
fn wrong_keys_of_the_config_are_told_before_anything_is_drawn() {
    let world = world();
    std::fs::create_dir_all(world.path("home/.config/rolo")).expect("a folder");
    std::fs::write(world.path("home/.config/rolo/config.toml"), "[keys]\nundo = \"x\"\n")
        .expect("a config");
    let mut tty = Tty::open(&world, &[], &[]);
    assert_eq!(tty.ends(), 2);
    tty.waits_for("would mean both");
}
