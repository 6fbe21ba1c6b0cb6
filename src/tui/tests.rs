//! The dashboard without a terminal: keys in, frames out, the worker's jobs done in line. The frames
//! are compared with those under `tests/tui/golden`; `ROLO_BLESS=1` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{
    Event as Input, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{App, Common, Out};
use super::desk::{Desk, Said, Work, perform};
use super::keys::{Keys, Press};
use super::theme::Theme;
use super::{Asking, Ran};
use crate::clock::Clock;
use crate::config::Config;
use crate::entity::money::Currency;
use crate::entity::when::{Times, stored_instant};
use crate::entity::{Locale, Value};
use crate::store::{Access, Older, Options, Store};

/// A dashboard over a file of its own.
struct Bench {
    app: App,
    desk: Desk,
    copied: Vec<String>,
    /// Whether what may take long takes long, and what waits so.
    holds: bool,
    held: Vec<Work>,
    left: bool,
    _folder: tempfile::TempDir,
}

fn locale() -> Locale {
    let now = stored_instant("2026-11-22T09:00:00Z").unwrap();
    let times = Times { now, zone: chrono_tz::UTC, order: None };
    Locale { times, currency: Currency::EUR, region: "GB".into() }
}

/// A file with little in it, in several alphabets.
fn filled() -> Bench {
    let mut bench = empty();
    for (name, city) in
        [("Acme GmbH", "Berlin"), ("Tokyo 商事株式会社", "東京"), ("ООО Ромашка", "Москва")]
    {
        bench.add("company", &[("name", name), ("city", city)]);
    }
    for (name, company, email) in [
        ("Ann Lee", "Acme GmbH", "ann@acme.example"),
        ("佐藤 健", "Tokyo 商事株式会社", "ken@tokyo.example"),
        ("Алёна Ёжикова", "ООО Ромашка", "alena@romashka.example"),
        ("Zoe\u{301} \u{202e}evil\u{1b}[31m", "Acme GmbH", "zoe@acme.example"),
    ] {
        bench.add("contact", &[("name", name), ("company", company), ("emails", email)]);
    }
    for (name, company, stage, amount, closes) in [
        ("Renewal 2027", "Acme GmbH", "Lead", "12000 EUR", "2026-12-15"),
        ("ライセンス更新", "Tokyo 商事株式会社", "Qualified", "61200 USD", "2026-12-20"),
        ("Внедрение", "ООО Ромашка", "Qualified", "90000 EUR", "2026-11-01"),
        ("Base", "Acme GmbH", "Won", "30000 EUR", "2026-10-12"),
    ] {
        bench.add(
            "deal",
            &[
                ("name", name),
                ("company", company),
                ("stage", stage),
                ("amount", amount),
                ("closes", closes),
            ],
        );
    }
    bench.add(
        "task",
        &[("title", "Call about the DPA"), ("due", "2026-11-20"), ("about", "deal:1")],
    );
    bench.add("task", &[("title", "Write the offer"), ("due", "2026-11-22")]);
    bench.add("event", &[("title", "Demo"), ("start", "2026-11-23T10:00:00Z")]);
    bench.add(
        "ticket",
        &[
            ("subject", "API returns 500"),
            ("contact", "Ann Lee"),
            ("solve_due", "2026-11-22T08:47:20Z"),
        ],
    );
    bench.add(
        "ticket",
        &[("subject", "Export misses a column"), ("solve_due", "2026-11-22T09:07:05Z")],
    );
    bench.settle();
    bench.keys("f5");
    bench
}

fn empty() -> Bench {
    bench_with("dark", false, (80, 24))
}

fn bench_with(theme: &str, ascii: bool, size: (u16, u16)) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let stands = Some(locale().times.now);
    let clock = Clock::new(stands, chrono_tz::UTC);
    let options = Options {
        busy_timeout: std::time::Duration::from_secs(5),
        delete_journal: false,
        region: "GB".into(),
        older: Older::Migrate,
    };
    let path = folder.path().join("test.db");
    let store = Store::open(&path, crate::model::model, Access::Write, &options, &clock).unwrap();
    store.hurry().unwrap();
    let common = Common {
        model: store.model().clone(),
        theme: Theme::of(theme, ascii),
        keys: Keys::new(&Config::default()).unwrap(),
        locale: locale(),
        me: "ann".into(),
        config: Config::default(),
        file: "test.db".into(),
        command: Arc::new(|line, _| Ran {
            ok: true,
            out: format!("ran {line}\n").into_bytes(),
            err: Vec::new(),
        }),
        size: Rect::new(0, 0, size.0, size.1),
        stands,
    };
    let asking = Asking { to: None, thresholds: crate::store::Thresholds::USUAL };
    let desk = Desk::new(store, locale(), "ann".into(), stands, asking);
    let app = App::new(common, 1);
    let mut bench = Bench {
        app,
        desk,
        copied: Vec::new(),
        holds: false,
        held: Vec::new(),
        left: false,
        _folder: folder,
    };
    bench.settle();
    bench
}

impl Bench {
    /// Does all that the app asks for, as the worker and the terminal would.
    fn settle(&mut self) {
        loop {
            let outs = self.app.take_out();
            if outs.is_empty() {
                return;
            }
            for out in outs {
                match out {
                    Out::Work(work) => {
                        let said = perform(&mut self.desk, work);
                        if let Said::Broken(why) = &said {
                            panic!("{why}");
                        }
                        self.app.said(said);
                    }
                    Out::Aside { screen, slot, question } => {
                        let work = Work::Ask { screen, slot, question };
                        if self.holds {
                            self.held.push(work);
                        } else {
                            let said = perform(&mut self.desk, work);
                            self.app.said(said);
                        }
                    }
                    Out::Stop(of, at) => self.held.retain(
                        |w| !matches!(w, Work::Ask { screen, slot, .. } if (*screen, *slot) == (of, at)),
                    ),
                    Out::Copy(text) => self.copied.push(text),
                    Out::Quit => self.left = true,
                    Out::Editor(screen, text) => {
                        self.app.edited(screen, Ok(format!("{text}\nmore")));
                    }
                    _ => {}
                }
            }
        }
    }

    fn add(&mut self, noun: &str, fields: &[(&str, &str)]) -> i64 {
        let locale = locale();
        let written = self.desk.write("add", "", |w| {
            w.manner.create_links = true;
            let noun = w.reader().model().noun(noun)?;
            let mut values = Vec::new();
            for (name, text) in fields {
                let named = noun.require(name)?;
                values.push((named.index, named.field.parse(text, &locale).unwrap()));
            }
            w.insert(noun, values.into())
        });
        written.unwrap().value
    }

    fn value(&self, noun: &str, id: i64, field: &str) -> Value {
        let reader = self.desk.reader().unwrap();
        let noun = self.desk.store.noun(noun).unwrap();
        reader.record(noun, id).unwrap().values[noun.index(field).unwrap()].clone()
    }

    fn press(&mut self, press: Press) {
        self.app.input(Input::Key(KeyEvent::new(press.code, press.held)));
        self.settle();
    }

    /// Presses keys: `j enter ctrl+r`.
    fn keys(&mut self, keys: &str) -> &mut Self {
        for press in Press::sequence(keys).unwrap() {
            self.press(press);
        }
        self
    }

    /// Types a text.
    fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(Press {
                code: crossterm::event::KeyCode::Char(c),
                held: KeyModifiers::NONE,
            });
        }
        self
    }

    fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.app.input(Input::Resize(columns, rows));
        self.settle();
        self
    }

    fn buffer(&self) -> Buffer {
        let size = self.app.common.size;
        let mut terminal =
            Terminal::new(TestBackend::new(size.width.max(1), size.height.max(1))).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        text_of(&self.buffer())
    }

    #[track_caller]
    fn sees(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "`{text}` isn't on the screen:\n{screen}");
        self
    }
}

fn text_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = crate::entity::width::width(symbol).saturating_sub(1);
            line += symbol;
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// Where the style isn't plain: `row:column+length style`.
fn styles_of(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = |x: u16| {
                let cell = &buffer[(x, y)];
                (cell.fg, cell.bg, cell.modifier)
            };
            let begin = x;
            while x < buffer.area.width && style(x) == style(begin) {
                x += 1;
            }
            let (fg, bg, modifier) = style(begin);
            let plain = fg == ratatui::style::Color::Reset && bg == fg && modifier.is_empty();
            if !plain {
                let _ = writeln!(out, "{y}:{begin}+{} {fg} on {bg} {modifier:?}", x - begin);
            }
        }
    }
    out
}

/// Compares with what is kept, or keeps it.
#[track_caller]
fn golden(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tui/golden")
        .join(format!("{name}.txt"));
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == found,
        "{name} looks different (ROLO_BLESS=1 keeps it):\n{found}\nwas:\n{kept}"
    );
}

/// The keys that lead to each screen.
const SCREENS: [(&str, &str); 12] = [
    ("board", "1"),
    ("contacts", "2"),
    ("agenda", "4"),
    ("tickets", "5"),
    ("reports", "6"),
    ("forecast", "6 l"),
    ("won-and-lost", "6 l l"),
    ("record", "7 enter"),
    ("form", "7 e"),
    ("palette", "ctrl+p"),
    ("help", "2 ?"),
    ("filter", "2 / a c m e"),
];

#[test]
fn screens_look_as_they_did_in_every_size() {
    for (name, keys) in SCREENS {
        let mut all = String::new();
        for (columns, rows) in [(40, 10), (80, 24), (100, 30), (160, 45), (200, 60)] {
            let mut bench = filled();
            bench.resize(columns, rows).keys(keys);
            let _ = writeln!(all, "== {columns}x{rows}\n{}", bench.screen());
        }
        golden(name, &all);
    }
}

#[test]
fn screens_look_as_they_did_in_every_theme() {
    for theme in super::theme::BUILT_IN {
        let mut all = String::new();
        for (name, keys) in [("board", "1 j space"), ("tickets", "5"), ("form", "7 e")] {
            let mut bench = filled();
            bench.app.common.theme = Theme::of(theme, theme == "mono");
            bench.keys(keys);
            let buffer = bench.buffer();
            let _ = writeln!(all, "== {name}\n{}{}", text_of(&buffer), styles_of(&buffer));
            if theme == "mono" {
                assert!(buffer.content.iter().all(|c| c.fg == ratatui::style::Color::Reset));
            }
        }
        golden(&format!("theme-{theme}"), &all);
    }
}

#[test]
fn ascii_frames_hold_no_line_signs() {
    let mut bench = bench_with("mono", true, (100, 30));
    bench.add("deal", &[("name", "Plain"), ("amount", "100")]);
    for (name, keys) in SCREENS.iter().filter(|(name, _)| *name != "filter") {
        bench.keys("esc esc f5").keys(keys);
        let screen = bench.screen();
        assert!(screen.is_ascii(), "{name}:\n{screen}");
    }
}

#[test]
fn wide_signs_keep_the_frame_in_line() {
    let mut bench = filled();
    for (columns, keys) in [(80, "2"), (100, "1"), (120, "2 enter")] {
        bench.resize(columns, 24).keys("esc esc esc").keys(keys);
        let buffer = bench.buffer();
        // Each row of the frame ends with a border at the same column.
        let last = columns - 1;
        let ends: Vec<&str> = (5..20).map(|y| buffer[(last, y)].symbol()).collect();
        assert!(
            ends.iter().all(|s| matches!(*s, "│" | "┐" | "┘")),
            "{columns} {keys}: {ends:?}\n{}",
            bench.screen()
        );
    }
}

#[test]
fn what_a_record_holds_can_not_move_the_cursor() {
    let mut bench = filled();
    for (_, keys) in SCREENS {
        bench.keys("esc esc esc").keys(keys);
        let screen = bench.screen();
        let bad = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
        assert!(!screen.contains(bad), "{keys}:\n{screen}");
    }
}

#[test]
fn cards_are_drawn_before_anything_is_counted() {
    let mut bench = filled();
    let undated = bench.add("deal", &[("name", "Undated"), ("stage", "Qualified")]);
    let Bench { app, mut desk, _folder, .. } = bench;
    let mut app = App::new(app.common, 1);
    let mut answer = |app: &mut App| {
        for out in app.take_out() {
            if let Out::Work(work) = out {
                app.said(perform(&mut desk, work));
            }
        }
    };
    let screen = |app: &App| {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| app.draw(frame)).unwrap();
        text_of(terminal.backend().buffer())
    };
    answer(&mut app);
    let first = screen(&app);
    assert!(first.contains("Renewal 2027") && first.contains("counting"), "{first}");
    answer(&mut app);
    let whole = screen(&app);
    assert!(whole.contains("Qualified 3") && !whole.contains("counting"), "{whole}");
    // What closes first stands first, and what has no day last.
    let at = |text: &str| whole.find(text).unwrap_or_else(|| panic!("{text}:\n{whole}"));
    assert!(at("Внедрение") < at("ライセンス") && at("ライセンス") < at("Undated"), "{undated}");
}

#[test]
fn a_deal_moves_by_a_key_and_undo_takes_it_back() {
    let mut bench = filled();
    let stage = |b: &Bench| b.value("deal", 1, "stage").to_cell();
    bench.keys("1").sees("Renewal 2027");
    bench.keys("L").sees("moved deal:1 Renewal 2027 to Qualified - u undoes");
    assert_eq!(stage(&bench), "Qualified");
    bench.keys("u").sees("^R redoes");
    assert_eq!(stage(&bench), "Lead");
    bench.keys("ctrl+r");
    assert_eq!(stage(&bench), "Qualified");
}

#[test]
fn undo_takes_back_what_was_done_here_and_nothing_older() {
    let mut bench = filled();
    let stage = |b: &Bench| b.value("deal", 1, "stage").to_cell();
    // What stood in the file before, and what others do meanwhile, is not of this session.
    bench.keys("1 u").sees("nothing done in this dashboard").sees("`:undo`");
    bench.keys("ctrl+r").sees("nothing undone in this dashboard");
    assert!(!bench.value("deal", 4, "name").is_empty());
    bench.keys("1 L");
    let other = bench.add("company", &[("name", "Later Ltd")]);
    bench.keys("u").sees("undid: move deal:1");
    assert_eq!(stage(&bench), "Lead");
    assert!(bench.value("company", other, "trashed").is_empty());
    bench.keys("u").sees("nothing done in this dashboard");
    bench.keys("ctrl+r").sees("redid");
    assert_eq!(stage(&bench), "Qualified");
    // Taken back by another process: the key goes on to what is left of the session.
    bench.keys("L");
    let last = bench.desk.reader().unwrap().changes(1).unwrap()[0].id;
    bench
        .desk
        .write("undo", "", |w| {
            w.undoing = Some(last);
            w.take_back(last, false)
        })
        .unwrap();
    assert_eq!(stage(&bench), "Qualified");
    bench.keys("u").sees("undid: move deal:1");
    assert_eq!(stage(&bench), "Lead");
    // Older ones go by name.
    bench.keys(":").text("undo").keys("enter").sees("undid: add company:4 Later Ltd");
    bench.keys("ctrl+r").sees("redid: add company:4");
    bench.keys("u").sees("nothing done in this dashboard");
    bench.keys(":").text("undo 2").keys("enter").sees("undid 2 changes");
}

#[test]
fn reports_are_read_beside_everything_else_and_stopped_by_a_key() {
    let mut bench = filled();
    bench.holds = true;
    bench.resize(100, 30).keys("6").sees("reading since 09:00, Esc stops");
    // The board loads meanwhile, and a change is made.
    bench.keys("1 L").sees("moved deal:1");
    bench.keys("6").sees("reading since");
    bench.keys("esc").sees("stopped: F5 reads again");
    assert!(bench.held.is_empty());
    bench.keys("f5");
    let work = bench.held.pop().unwrap();
    let said = perform(&mut bench.desk, work);
    bench.app.said(said);
    bench.sees("as of 09:00").sees("Open deals by stage");
    bench.keys("f5 esc").sees("stopped: these are of 09:00").sees("Open deals by stage");
}

#[test]
fn a_command_runs_beside_everything_else_and_undo_takes_it_back() {
    let mut bench = filled();
    bench.holds = true;
    bench.keys(":").text("contact import big.csv").keys("enter").sees("running");
    bench.keys("esc").sees("goes on out of sight").keys("1 L").sees("moved deal:1");
    bench.keys("q").sees("`rolo contact import big.csv` isn't done: again leaves it");
    assert!(!bench.left);
    let made = bench.add("contact", &[("name", "From a file")]);
    let change = bench.desk.reader().unwrap().changes(1).unwrap();
    let ran = Ran { ok: true, out: b"imported 1 contact".to_vec(), err: Vec::new() };
    let Some(Work::Ask { screen, slot, .. }) = bench.held.pop() else { panic!("nothing runs") };
    bench.app.said(Said::Answer { screen, slot, answer: Box::new((ran, change)) });
    bench.settle();
    bench.sees("rolo contact import big.csv: imported 1 contact");
    bench.keys("u").sees("undid: add contact:5");
    let reader = bench.desk.reader().unwrap();
    assert!(reader.record(bench.desk.store.noun("contact").unwrap(), made).is_err());
    bench.keys("q");
    assert!(bench.left);
}

#[test]
fn a_card_goes_at_once_and_comes_back_where_the_file_refuses() {
    let mut bench = filled();
    bench.keys("1");
    let press = |bench: &mut Bench, key: &str| {
        let press = Press::sequence(key).unwrap()[0];
        bench.app.input(Input::Key(KeyEvent::new(press.code, press.held)));
        bench.app.take_out()
    };
    let column = |screen: &str, text: &str| {
        let line = screen.lines().find(|l| l.contains(text)).unwrap().to_owned();
        line.find(text).unwrap() / 40
    };
    let before = column(&bench.screen(), "Renewal 2027");
    // Nothing has reached the worker yet, and an answer from before doesn't take the card back.
    let old = press(&mut bench, "f5");
    let outs = press(&mut bench, "L");
    assert_ne!(column(&bench.screen(), "Renewal 2027"), before, "{}", bench.screen());
    for out in old {
        if let Out::Work(work) = out {
            let said = perform(&mut bench.desk, work);
            bench.app.said(said);
        }
    }
    assert_ne!(column(&bench.screen(), "Renewal 2027"), before);
    let refused = outs.into_iter().find_map(|out| match out {
        Out::Work(Work::Do { screen, .. }) => Some(screen),
        _ => None,
    });
    let why = crate::error::Error::database("the disk is full");
    bench.app.said(Said::Done { screen: refused.unwrap(), result: Err(why) });
    bench.settle();
    assert_eq!(column(&bench.screen(), "Renewal 2027"), before);
    bench.sees("the disk is full");
}

/// The texts in the order that they stand on the screen.
#[track_caller]
fn in_order(bench: &mut Bench, texts: &[&str]) {
    let screen = bench.screen();
    let at = |text: &&str| screen.find(*text).unwrap_or_else(|| panic!("{text}:\n{screen}"));
    let places: Vec<usize> = texts.iter().map(at).collect();
    assert!(places.is_sorted(), "{texts:?}:\n{screen}");
}

#[test]
fn cards_stand_in_the_order_that_is_chosen_and_a_view_keeps_it() {
    let mut bench = filled();
    for (name, amount, source) in [("Яблоко", "3 EUR", "web"), ("Aaa", "200k EUR", "fair")] {
        bench.add(
            "deal",
            &[("name", name), ("stage", "Qualified"), ("amount", amount), ("source", source)],
        );
    }
    bench.keys("1 f5 l s").sees("Sort by").text("amount").keys("enter");
    bench.sees("sort: amount");
    in_order(&mut bench, &["Яблоко", "ライセンス", "Внедрение", "Aaa"]);
    bench.keys("s").text("amount").keys("enter").sees("sort: -amount");
    in_order(&mut bench, &["Aaa", "Внедрение", "ライセンス", "Яблоко"]);
    // What the order goes by is told on each card, also where there is nothing.
    bench.keys("s").text("source").keys("enter");
    in_order(&mut bench, &["Aaa", "fair", "Яблоко", "web"]);
    bench.keys("s").text("name").keys("enter");
    in_order(&mut bench, &["Aaa", "Внедрение", "Яблоко", "ライセンス"]);
    bench.keys("/").text("amount>100").keys("enter W").text("two words").keys("enter");
    bench.sees("can't be the name of a view").keys("ctrl+u").text("big").keys("enter");
    bench.sees("saved the view `big`").keys("y c");
    let saved = "rolo view save big deal 'amount>100' --sort name";
    assert_eq!(bench.copied.pop().unwrap(), saved);
    // The usual order comes back, and `]` shows the view with its own.
    bench.keys("esc s").text("usual").keys("enter");
    assert!(!bench.screen().contains("sort:"), "{}", bench.screen());
    in_order(&mut bench, &["Внедрение", "ライセンス", "Яблоко"]);
    bench.keys("]").sees("Sales: big").sees("sort: name");
    in_order(&mut bench, &["Aaa", "Внедрение", "ライセンス"]);
    assert!(!bench.screen().contains("Яблоко"), "{}", bench.screen());
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo deal board 'amount>100'");
    // Saved once more it is replaced, and taken back by one undo.
    bench.keys("s").text("amount").keys("enter W").text("big").keys("enter").sees("saved the view");
    assert_eq!(bench.value("view", 1, "sort").to_cell(), "amount");
    bench.keys("u");
    assert_eq!(bench.value("view", 1, "sort").to_cell(), "name");
    bench.keys("]");
    assert!(!bench.screen().contains("Sales: big"), "{}", bench.screen());
}

#[test]
fn a_deal_is_moved_by_a_menu_of_the_stages_of_its_own_pipeline() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Aaa")]);
    bench.add("stage", &[("name", "Elsewhere"), ("pipeline", "Aaa"), ("position", "1")]);
    bench.keys("1 l m").sees("Negotiation").sees("stage:2  (now)");
    assert!(!bench.screen().contains("Elsewhere"), "{}", bench.screen());
    let id = bench.app.screens().find_map(super::screen::Screen::subject).unwrap().one();
    // The focus stands on what it is now: one down is the next one.
    bench.keys("down enter").sees("move deal:");
    assert_eq!(bench.value("deal", id, "stage").to_cell(), "Proposal");
}

#[test]
fn stale_and_late_cards_are_told_apart_in_every_width() {
    let mut bench = filled();
    for (columns, rows) in [(40, 8), (100, 30), (160, 45)] {
        bench.resize(columns, rows).keys("1 g g l").sees("-21d").keys("h");
    }
    bench.resize(80, 24).sees("01 Nov!");
    // Totals lose their last parts first, and never all of them.
    for currency in ["GBP", "JPY", "KZT", "CHF"] {
        let amount = format!("123456 {currency}");
        bench.add("deal", &[("name", currency), ("stage", "Negotiation"), ("amount", &amount)]);
    }
    bench.resize(100, 30).keys("f5").sees("open  CHF 123k + ").sees("JPY 123k").sees("Negotia");
    assert!(!bench.screen().contains("weighted"), "{}", bench.screen());
    bench.sees("CHF 123k +3");
}

#[test]
fn a_filter_leads_to_a_card_and_an_empty_stage_is_kept() {
    let mut bench = filled();
    bench.keys("1 / ").text("внедр").keys("enter");
    assert_eq!(bench.app.top().subject().unwrap().one(), 3);
    bench.keys("esc l").sees("[Proposal 0]").keys("f5").sees("[Proposal 0]");
}

#[test]
fn what_is_named_by_the_word_stands_first_in_the_help_and_nobody_is_not_found_by_a_name() {
    let mut bench = filled();
    bench.keys("1 g g ?").text("undo").sees(">u  ").keys("enter");
    assert!(bench.value("deal", 1, "trashed").is_empty());
    bench.keys("a").sees("(nobody and nothing)").text("Zzz").sees("Nothing is called `Zzz`");
    bench.keys("enter esc");
    assert_eq!(bench.value("deal", 1, "owner").to_cell(), "ann");
}

#[test]
fn a_view_of_another_pipeline_leads_there() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Партнёры")]);
    bench.add("stage", &[("name", "Знакомство"), ("pipeline", "Партнёры"), ("position", "1")]);
    let id = bench.add("deal", &[("name", "Через Ромашку"), ("pipeline", "Партнёры")]);
    bench.keys("1 f5 ]").sees("Партнёры").sees("Через Ромашку");
    bench.keys("s").text("name").keys("enter W").text("наши").keys("enter").sees("saved the view");
    bench.keys("P").sees("pipeline").sees("view").text("sales").keys("enter").sees("Renewal 2027");
    bench.keys("P").text("наши").keys("enter").sees("Партнёры: наши").sees("Через Ромашку");
    // A card that is put on stays at its height until the file tells its place.
    bench.add("stage", &[("name", "Договор"), ("pipeline", "Партнёры"), ("position", "2")]);
    bench.keys("f5 L").sees("moved deal");
    assert_eq!(bench.value("deal", id, "stage").to_cell(), "Договор");
}

#[test]
fn marked_deals_move_each_one_step_as_one_change() {
    let mut bench = filled();
    bench.keys("1 l V");
    bench.keys("L").sees("moved 2 deals");
    bench.keys("esc");
    assert_eq!(bench.value("deal", 2, "stage").to_cell(), "Proposal");
    bench.keys("u");
    assert_eq!(bench.value("deal", 2, "stage").to_cell(), "Qualified");
    assert_eq!(bench.value("deal", 3, "stage").to_cell(), "Qualified");
}

#[test]
fn a_card_is_dragged_to_another_stage() {
    let mut bench = filled();
    bench.resize(160, 40).keys("1");
    let buffer = text_of(&bench.buffer());
    let row = buffer.lines().position(|l| l.contains("Renewal")).unwrap();
    let row = u16::try_from(row).unwrap();
    let mouse = |bench: &mut Bench, kind, column| {
        bench.app.input(Input::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
        bench.settle();
    };
    mouse(&mut bench, MouseEventKind::Down(MouseButton::Left), 5);
    mouse(&mut bench, MouseEventKind::Drag(MouseButton::Left), 40);
    mouse(&mut bench, MouseEventKind::Drag(MouseButton::Left), 60);
    mouse(&mut bench, MouseEventKind::Up(MouseButton::Left), 60);
    assert_eq!(bench.value("deal", 1, "stage").to_cell(), "Proposal");
    // At the edge the stages go by, and the one under the pointer then is the target.
    bench.keys("u").resize(80, 24).keys("g g");
    mouse(&mut bench, MouseEventKind::Down(MouseButton::Left), 5);
    for _ in 0..3 {
        mouse(&mut bench, MouseEventKind::Drag(MouseButton::Left), 79);
    }
    mouse(&mut bench, MouseEventKind::Up(MouseButton::Left), 79);
    assert_eq!(bench.value("deal", 1, "stage").to_cell(), "Negotiation");
    assert_eq!(bench.app.top().subject().unwrap().one(), 1);
}

#[test]
fn quick_add_says_what_it_understood_and_adds_it() {
    let mut bench = filled();
    bench.keys("9 n").text("call Maya fri 10:00 !high +vip");
    bench.sees("due = Fri 2026-11-27 10:00").sees("priority = high").sees("tags = vip");
    bench.keys("enter").sees("added task:3 call Maya");
    assert_eq!(bench.value("task", 3, "priority").to_cell(), "high");
    bench.keys("u");
    bench.keys("9").text("n").text("deal x").keys("esc");
}

#[test]
fn a_form_saves_what_was_changed_and_nothing_else() {
    let mut bench = filled();
    bench.keys("3 e").sees("Edit company:1 Acme GmbH");
    bench.text(" & Co").keys("ctrl+s").sees("changed company:1");
    assert_eq!(bench.value("company", 1, "name").to_cell(), "Acme GmbH & Co");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Berlin");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo company edit 1 --name 'Acme GmbH & Co'");
}

#[test]
fn a_wrong_value_is_told_at_its_field_and_esc_asks_before_it_forgets() {
    let mut bench = filled();
    bench.keys("7 e").text("x").keys("down down down down").text("many");
    bench.keys("tab").sees("!").sees("amount");
    bench.keys("esc").sees("not saved");
    bench.keys("esc");
    assert_eq!(bench.app.depth(), 0);
    assert_eq!(bench.value("deal", 4, "name").to_cell(), "Base");
}

#[test]
fn a_conflicting_edit_shows_mine_theirs_and_base() {
    let mut bench = filled();
    bench.keys("3 e").text(" mine");
    let theirs = |bench: &mut Bench| {
        let name = Value::Text("Acme theirs".into());
        bench.desk.write("edit", "", |w| {
            let noun = w.reader().model().noun("company")?;
            w.update(noun, 1, vec![(noun.label_index(), name)])
        })
    };
    theirs(&mut bench).unwrap();
    bench
        .keys("ctrl+s")
        .sees("Somebody else changed company:1")
        .sees("mine")
        .sees("Acme theirs")
        .sees("base");
    assert_eq!(bench.value("company", 1, "name").to_cell(), "Acme theirs");
    // Mine is chosen, and saved over theirs knowingly.
    bench.keys("enter down enter");
    assert_eq!(bench.value("company", 1, "name").to_cell(), "Acme GmbH mine");
}

#[test]
fn a_field_changed_in_place_meets_a_conflict_as_a_form_does() {
    let mut bench = filled();
    let set = |bench: &mut Bench, field: &'static str, value: Value| {
        bench
            .desk
            .write("edit", "", |w| {
                let noun = w.reader().model().noun("company")?;
                w.update(noun, 1, vec![(noun.require(field)?.index, value)])
            })
            .unwrap();
    };
    bench.keys("3 i").text("city").keys("enter").sees("city of company:1");
    set(&mut bench, "city", Value::Text("Rome".into()));
    bench.keys("ctrl+u").text("Oslo").keys("enter");
    bench.sees("Somebody else changed company:1").sees("Oslo").sees("Rome").sees("Berlin");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Rome");
    // Theirs stays where nothing else is chosen.
    bench.keys("down enter");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Rome");
    assert_eq!(bench.app.depth(), 0);
    bench.keys("i").text("city").keys("enter");
    set(&mut bench, "city", Value::Text("Bonn".into()));
    bench.keys("ctrl+u").text("Oslo").keys("enter").sees("Bonn");
    bench.keys("enter down enter").sees("changed company:1");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Oslo");
    // A record that was picked meets it too.
    bench.keys("2 i").text("company").keys("enter").sees("company of contact");
    let id = bench.app.screens().find_map(super::screen::Screen::subject).unwrap().one();
    let other = Value::Link(crate::entity::LinkTo::bare("company", 3));
    bench
        .desk
        .write("edit", "", |w| {
            let noun = w.reader().model().noun("contact")?;
            w.update(noun, id, vec![(noun.require("company")?.index, other)])
        })
        .unwrap();
    bench.text("tokyo").keys("enter").sees("Somebody else changed contact:");
    bench.sees("Ромашка").sees("Tokyo");
}

#[test]
fn a_form_that_is_not_saved_stays_in_the_way_of_leaving() {
    let mut bench = filled();
    bench.keys("3 e").text(" & Co").keys("ctrl+p").text(">the board").keys("enter");
    bench.sees("a form isn't saved").sees("Edit company:1");
    assert!(!bench.left && bench.app.drafts().len() == 1);
    bench.keys("ctrl+s").sees("changed company:1");
    assert!(bench.app.drafts().is_empty());
}

#[test]
fn every_kind_of_form_comes_back_from_its_draft() {
    for (keys, text) in [("7 e", " x"), ("1 n enter", "Fresh"), ("1 .", "lose")] {
        let mut bench = filled();
        bench.keys(keys).text(text);
        if text == "lose" {
            bench.keys("enter").text("price");
        } else {
            // A record that is picked comes back as that record.
            bench.keys("tab space").text("tok").keys("enter");
        }
        let drafts = bench.app.drafts();
        assert_eq!(drafts.len(), 1, "{keys}");
        let before = bench.screen();
        bench.keys("esc esc esc");
        let form = super::screens::form::resume(&drafts[0], &bench.app.common.cx()).unwrap();
        bench.app.open(form);
        bench.settle();
        assert_eq!(bench.app.drafts(), drafts, "{keys}");
        let texts: Vec<&str> = drafts[0].fields.iter().map(|f| f.text.as_str()).collect();
        for text in texts {
            assert!(before.contains(text) && bench.screen().contains(text), "{text}");
        }
        bench.keys("ctrl+s");
        assert_eq!(bench.app.depth(), 0, "{}", bench.screen());
    }
}

#[test]
fn a_line_that_was_being_typed_comes_back_as_a_form() {
    for (keys, text, said) in [
        ("2 N", "asked for a DPA", "added activity:1"),
        ("5 r", "Which version is it?", "reply ticket:1"),
        ("1 n", "Fresh", "added deal:5 Fresh"),
        ("7 T", "call them", "added task:3 call them"),
    ] {
        let mut bench = filled();
        bench.keys(keys);
        assert!(bench.app.drafts().is_empty(), "{keys}");
        bench.text(text);
        let drafts = bench.app.drafts();
        assert_eq!(drafts.len(), 1, "{keys}");
        bench.keys("esc esc");
        let form = super::screens::form::resume(&drafts[0], &bench.app.common.cx()).unwrap();
        bench.app.open(form);
        bench.settle();
        bench.sees(text).keys("ctrl+s").sees(said);
    }
}

#[test]
fn a_form_saved_before_its_record_is_read_waits_for_it() {
    let mut bench = filled();
    bench.keys("3");
    let draft = super::drafts::Draft {
        form: "edit".into(),
        noun: "company".into(),
        ids: vec![1],
        fields: vec![super::drafts::Typed {
            name: "city".into(),
            base: "Hamburg".into(),
            text: "Oslo".into(),
            picked: None,
        }],
        ..super::drafts::Draft::default()
    };
    let form = super::screens::form::resume(&draft, &bench.app.common.cx()).unwrap();
    bench.app.open(form);
    let save = Press::sequence("ctrl+s").unwrap()[0];
    bench.app.input(Input::Key(KeyEvent::new(save.code, save.held)));
    bench.settle();
    // The draft began with another city than the file has now.
    bench.sees("Somebody else changed company:1").sees("Hamburg").sees("Berlin");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Berlin");
}

#[test]
fn a_filter_narrows_while_it_is_typed_and_a_wrong_one_keeps_the_rows() {
    let mut bench = filled();
    bench.keys("2 /").text("company:acme");
    bench.sees("Ann Lee").sees("2 ");
    assert!(!bench.screen().contains("Ёжикова"));
    bench.app.input(Input::Paste(" nme:x".into()));
    bench.settle();
    bench.sees("Ann Lee").sees("has no field `nme`").sees("^^^");
    bench.keys("esc esc").sees("Ёжикова");
}

#[test]
fn the_focus_stays_on_its_record_when_others_change_the_list() {
    let mut bench = filled();
    bench.keys("3 j j");
    let before = bench.app.top().subject().unwrap();
    bench.add("company", &[("name", "AAA first")]);
    bench.app.said(Said::Changed);
    bench.settle();
    assert_eq!(bench.app.top().subject().unwrap(), before);
    bench.sees("AAA first");
}

#[test]
fn marks_ranges_and_bulk_edits_are_one_change() {
    let mut bench = filled();
    bench.keys("2 v j j v").sees("3 marked");
    bench.keys("t").text("vip -old").keys("enter").sees("tagged 3 contacts");
    bench.keys("esc 2");
    let tagged =
        |b: &Bench| (1..=4).filter(|id| b.value("contact", *id, "tags").to_cell() == "vip").count();
    assert_eq!(tagged(&bench), 3);
    bench.keys("u");
    assert_eq!(tagged(&bench), 0);
}

#[test]
fn deeds_ask_for_what_they_need_and_are_done() {
    let mut bench = filled();
    bench.keys("5 d").sees("resolve ticket");
    bench.keys("9 d").sees("done task");
    bench.keys("7 m").sees("Negotiation");
    bench.text("prop").keys("enter").sees("move deal");
    bench.keys("7 a").sees("owner of deal");
    bench.keys("esc 2 N").text("asked for a DPA").keys("enter").sees("logged a note");
    bench.keys("enter").sees("asked for a DPA");
}

#[test]
fn words_that_find_nothing_lead_on() {
    let mut bench = filled();
    bench.keys("1 /").text("ромашка").sees("No deals match").sees("`company:ромашка` looks");
    bench.keys("esc esc 2 /").text("berlin").sees("`company:berlin` looks at companies; ^P");
}

#[test]
fn dues_are_put_off_and_priorities_raised_by_a_key() {
    let mut bench = filled();
    bench.keys("4 j").sees("Overdue (2)").keys("+ +");
    assert_eq!(bench.value("task", 1, "due").to_cell(), "2026-11-22");
    bench.keys("9 + u +");
    let raised = (1..=2).filter(|id| bench.value("task", *id, "priority").to_cell() == "high");
    assert_eq!(raised.count(), 1);
}

#[test]
fn tickets_stand_by_the_time_that_is_left() {
    let mut bench = filled();
    for (subject, reply, solve) in [
        ("Reply soon", "2026-11-22T09:00:30Z", "2026-12-22T09:00:00Z"),
        ("Much later", "2026-12-20T09:00:00Z", "2026-12-21T09:00:00Z"),
    ] {
        bench.add("ticket", &[("subject", subject), ("reply_due", reply), ("solve_due", solve)]);
    }
    let all = ["API returns", "Reply soon", "Export misses", "Much later"];
    bench.keys("5 f5");
    in_order(&mut bench, &all);
    // What waits for the customer comes last.
    bench.keys("g g L L f5");
    in_order(&mut bench, &["Reply soon", "Export misses", "Much later", "API returns"]);
}

#[test]
fn tickets_go_a_status_on_and_back_and_a_menu_sets_any() {
    let mut bench = filled();
    bench.keys("5");
    let id = bench.app.top().subject().unwrap().one();
    let status = |b: &Bench| b.value("ticket", id, "status").to_cell();
    assert_eq!(status(&bench), "new");
    bench.keys("L").sees("to open");
    bench.keys("L L").sees("to on_hold").keys("H").sees("to pending");
    assert_eq!(status(&bench), "pending");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), format!("rolo ticket status {id} pending"));
    bench.keys("m").sees("on_hold").text("resolved").keys("enter").sees("status ticket:");
    assert_eq!(status(&bench), "resolved");
    assert!(!bench.value("ticket", id, "resolved_at").is_empty());
    bench.keys("u u");
    assert_eq!(status(&bench), "on_hold");
    // All that are marked, each from its own, as one change.
    bench.keys("V H").sees("moved 2 tickets");
    bench.keys("u");
    assert_eq!(status(&bench), "on_hold");
    // A task is moved to a date, a lead has a status that anybody sets.
    bench.keys("esc 9 m").text("fri").keys("enter").sees("snooze task");
    bench.add("lead", &[("name", "Лид")]);
    bench.keys("8 f5 m").text("working").keys("enter").sees("status working");
}

#[test]
fn addresses_are_known_by_how_they_look_and_links_are_looked_for_when_left() {
    let mut bench = filled();
    bench.keys("2 n").text("Иван Петров ivan@p.example +49 30 123456 +vip");
    bench.sees("emails = ivan@p.example").sees("phones = +49 30 123456").sees("tags =");
    bench.keys("enter").sees("Иван Петров");
    let id = bench.app.top().subject().unwrap().one();
    assert_eq!(bench.value("contact", id, "name").to_cell(), "Иван Петров");
    bench.keys("7 e").text("!").keys("tab ctrl+u").text("Nobody Ltd").keys("tab");
    bench.sees("error: company").keys("up").sees("no company matches `Nobody Ltd`");
    bench.keys("ctrl+u").text("acme gmbh").keys("tab");
    assert!(!bench.screen().contains("error"), "{}", bench.screen());
}

#[test]
fn what_is_made_belongs_to_what_the_screen_shows() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Партнёры")]);
    for (name, at) in [("Знакомство", "1"), ("Договор", "2")] {
        bench.add("stage", &[("name", name), ("pipeline", "Партнёры"), ("position", at)]);
    }
    bench.keys("1 f5 ] l n").text("Новая").sees("stage = Договор").keys("enter").sees("added deal");
    let id = bench.app.top().subject().unwrap().one();
    assert_eq!(bench.value("deal", id, "pipeline").to_cell(), "Партнёры");
    assert_eq!(bench.value("deal", id, "stage").to_cell(), "Договор");
    // Leaving the form loses nothing that anybody typed.
    bench.keys("n enter").sees("New deal").sees("Договор").keys("esc");
    assert_eq!(bench.app.depth(), 0);
    // A task of the deal's own tasks is about it.
    bench.keys("g t n").text("Follow up fri").sees("about = Новая").keys("enter").sees("Follow up");
    let task = bench.app.top().subject().unwrap().one();
    assert_eq!(bench.value("task", task, "about").to_cell(), "Новая");
}

#[test]
fn the_agenda_turns_to_other_weeks_and_says_what_each_day_has() {
    let mut bench = filled();
    bench.add("task", &[("title", "В декабре"), ("due", "2026-12-09")]);
    bench.keys("4 l").sees("Today").sees("Mon 23:1").keys("h").sees("Overdue (2)");
    bench.keys("] ]").sees("from Sun 06 Dec").sees("В декабре").sees("Wed 09:1");
    assert!(!bench.screen().contains("Call about"), "{}", bench.screen());
    bench.keys("[ [ [").sees("from Sun 15 Nov").sees("Call about the DPA");
    assert!(!bench.screen().contains("В декабре"), "{}", bench.screen());
    bench.keys("0").sees("Overdue (2)").sees("Write the offer");
    // Nothing goes a step on by a key here.
    bench.keys("L H");
    assert_eq!(bench.value("deal", 3, "stage").to_cell(), "Qualified");
}

#[test]
fn each_of_the_marked_is_raised_from_its_own_value() {
    let mut bench = filled();
    for (title, priority) in [("One", "low"), ("Two", "high"), ("Three", "normal")] {
        bench.add("task", &[("title", title), ("priority", priority), ("due", "2026-12-01")]);
    }
    let all =
        |b: &Bench, field: &str| [3, 4, 5].map(|id| b.value("task", id, field).to_cell()).join(" ");
    bench.keys("9 f5 V + ").sees("changed 5 tasks: priority");
    assert_eq!(all(&bench, "priority"), "normal urgent high");
    bench.keys("u");
    assert_eq!(all(&bench, "priority"), "low high normal");
    // Dues are put off each from its own.
    bench.keys("4").resize(100, 40);
    bench.keys("l l space space space + u");
    assert_eq!(all(&bench, "due"), "2026-12-01 2026-12-01 2026-12-01");
}

#[test]
fn what_can_not_be_undone_is_stepped_over() {
    let mut bench = filled();
    bench.keys("3 i").text("city").keys("enter ctrl+u").text("Köln").keys("enter 1 L");
    bench.sees("moved deal:1");
    bench
        .desk
        .write("edit", "", |w| {
            let deals = w.reader().model().noun("deal")?;
            let name = Value::Text("Theirs".into());
            w.update(deals, 1, vec![(deals.label_index(), name)])?;
            let stage = deals.require("stage")?.index;
            let link = Value::Link(crate::entity::LinkTo::bare("stage", 3));
            w.update(deals, 1, vec![(stage, link)])
        })
        .unwrap();
    bench.keys("u").sees("again takes");
    bench.keys("u").sees("undid: edit company:1");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Berlin");
}

#[test]
fn what_is_made_has_the_focus_and_what_the_view_hides_is_told() {
    let mut bench = filled();
    bench.keys("3 n").text("ZZZ \"last\" & co's #7").keys("enter").sees("added company:4");
    assert_eq!(bench.app.top().subject().unwrap().one(), 4);
    assert_eq!(bench.value("company", 4, "name").to_cell(), "ZZZ \"last\" & co's #7");
    bench.keys("7 ] ]").keys("n").text("Second #acme").keys("enter");
    bench.sees("this view doesn't hold it");
    assert_eq!(bench.value("deal", 5, "company").to_cell(), "Acme GmbH");
    bench.keys("1 n").text("Third").keys("enter");
    assert_eq!(bench.app.top().subject().unwrap().one(), 6);
}

#[test]
fn a_custom_field_is_made_with_all_that_belongs_to_it() {
    let mut bench = filled();
    bench.app.open(super::screens::list::filtered("field", ""));
    bench.settle();
    bench.keys("n").text("Ship date noun=dealx").keys("enter").sees("dealx");
    bench.keys("ctrl+u").text("Ship date noun=deal kind=date").keys("enter");
    bench.sees("added the field `ship_date` to deal");
    let deal = bench.desk.store.noun("deal").unwrap();
    assert!(deal.index("ship_date").is_some());
    bench.keys("u");
    let deal = bench.desk.store.noun("deal").unwrap();
    assert!(deal.index("ship_date").is_none());
}

#[test]
fn a_form_says_all_that_is_wrong_and_asks_as_long_as_it_is_armed() {
    let mut bench = filled();
    bench.keys("7 e").text("x").keys("down down down down ctrl+u").text("12 apples").keys("tab");
    bench.sees("1 error: amount").keys("up").sees("is not an amount").sees("with a point");
    bench.keys("esc").sees("Esc again leaves it");
    bench.app.tick();
    bench.sees("Esc again leaves it").keys("down");
    assert!(!bench.screen().contains("Esc again"), "{}", bench.screen());
    bench.keys("esc esc");
    // Several values say how they were read, and how they are written.
    bench.keys("2 n enter").text("X").keys("down").sees("Enter").keys("esc esc");
}

#[test]
fn one_field_is_changed_in_place() {
    let mut bench = filled();
    bench.keys("3 i").text("city").keys("enter").sees("city of company:1");
    bench.keys("ctrl+u").text("Köln").keys("enter").sees("changed company:1");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Köln");
    bench.keys("9 i").text("due").keys("enter ctrl+u").text("nonsense").sees("nonsense");
    bench.keys("enter").sees("nonsense");
    bench.keys("ctrl+u").text("fri").sees("= Fri 2026-11-27").keys("enter").sees("changed task:1");
}

#[test]
fn order_columns_and_views_are_chosen_and_kept() {
    let mut bench = filled();
    bench.keys("2 s").text("name").keys("enter").sees("sort: name");
    bench.keys("s").text("name").keys("enter").sees("sort: -name");
    bench
        .keys("c ctrl+u")
        .text("name, company.city")
        .keys("enter")
        .sees("company.city")
        .sees("Berlin");
    bench
        .keys("/")
        .text("company:acme")
        .keys("enter W")
        .text("acmes")
        .keys("enter")
        .sees("saved the view");
    bench.keys("esc esc [").sees("acmes").sees("2 ");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo contact list company:acme");
}

#[test]
fn the_story_of_a_record_and_of_the_file_is_told() {
    let mut bench = filled();
    bench.keys("7 m").text("prop").keys("enter g h").sees("stage").sees("-> Proposal");
    bench.keys("esc g u").sees("move deal:3").keys("enter").sees("Take back change");
    bench.keys("down enter").sees("undid: move deal:3").sees("(undone by");
    bench.keys("j enter").sees("was undone by").keys("k enter down enter").sees("redid");
    bench.keys("esc enter").sees("deal:3").keys("g c").sees("company:3");
    bench.keys("g d").sees("Внедрение");
}

#[test]
fn a_form_gives_links_and_words_to_choose_from() {
    let mut bench = filled();
    bench.keys("1 n enter").sees("New deal").text("Fresh").keys("tab space").sees("Acme GmbH");
    bench.text("tok").keys("enter").sees("Tokyo");
    bench.keys("ctrl+s").sees("added deal:5 Fresh");
    assert_eq!(bench.value("deal", 5, "company").to_cell(), "Tokyo 商事株式会社");
}

#[test]
fn a_lost_deal_needs_its_reason() {
    let mut bench = filled();
    bench.keys("1 .").text("lose").keys("enter").sees("reason");
    bench.keys("ctrl+s").sees("is needed");
    bench.text("price").keys("ctrl+s").sees("lose deal:1");
    assert_eq!(bench.value("deal", 1, "stage").to_cell(), "Lost");
}

#[test]
fn bars_of_reports_lead_to_the_records_behind() {
    let mut bench = filled();
    bench.resize(160, 40).keys("6 j enter").sees("Внедрение").sees("deals behind Open deals");
    assert!(!bench.screen().contains("Renewal"), "{}", bench.screen());
    bench.keys("y c");
    assert!(bench.copied.pop().unwrap().contains("--explain"));
    // A filter narrows what is behind, and goes away again.
    bench.keys("/").text("amount>70k").sees("Внедрение").keys("esc");
    bench.keys("esc esc T z").sees("weighted").keys("T z");
}

#[test]
fn charts_say_what_their_bars_are_of_and_tables_lose_no_figure() {
    let mut bench = filled();
    for currency in ["GBP", "JPY", "KZT", "CHF"] {
        let amount = format!("123456 {currency}");
        bench.add("deal", &[("name", currency), ("stage", "Qualified"), ("amount", &amount)]);
    }
    bench.resize(160, 45).keys("6").sees("Open deals by stage (bars: EUR)").sees("0 d  EUR 90k");
    bench.keys("T").sees("weighted");
    bench.resize(80, 24).sees("amount").sees("weighted").sees("CHF 123k");
    // The bar of what is won leads to what is won, the others to all that may be.
    bench.resize(160, 45).keys("T l tab").sees("What may be won").keys("enter");
    bench.sees("won: ").sees("Base");
    assert!(!bench.screen().contains("Renewal"), "{}", bench.screen());
}

#[test]
fn reports_are_split_narrowed_and_looked_at_by_period() {
    let mut bench = filled();
    bench.resize(160, 45).keys("6").sees("Open deals by stage").sees("What waits");
    bench.keys("s").text("owner").keys("enter").sees("Open deals by owner").sees("by: owner");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo deal pipeline --by owner");
    bench.keys("]").sees("period: 2026-Q4").keys("[").sees("period: 2026-Q3").keys("0");
    bench.sees("period: usual").keys("P").text("month").keys("enter").sees("period: 2026-11");
    bench.keys("0 /").text("company:acme").keys("enter").sees("/company:acme");
    bench.keys("esc z").sees("1/").keys("esc l").sees("Quotas").sees("no quota is of this time");
    bench.keys("h");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let typed = path.to_str().unwrap().to_owned();
    bench.keys("E ctrl+u").text(&typed).keys("enter").sees("wrote");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, "ran deal pipeline --by owner -o csv\n");
    bench.keys("E ctrl+u").text(&typed).keys("enter").sees("nothing is written over");
}

#[test]
fn the_timeline_shows_one_kind_and_a_pane_takes_the_screen() {
    let mut bench = filled();
    bench.keys("2 N").text("asked for a DPA").keys("enter C").text("left voicemail").keys("enter");
    bench.resize(120, 40).keys("esc enter").sees("asked for a DPA").sees("left voicemail");
    bench.keys("F").text("call").keys("enter").sees("timeline: call").sees("left voicemail");
    assert!(!bench.screen().contains("asked for a DPA"), "{}", bench.screen());
    bench.keys("z");
    assert!(!bench.screen().contains("emails"), "{}", bench.screen());
    bench.keys("esc").sees("emails").keys("esc z").sees("left voicemail");
    assert!(!bench.screen().contains("Ёжикова"), "{}", bench.screen());
    bench.keys("esc").sees("Ёжикова");
}

#[test]
fn addresses_are_links_where_the_terminal_shows_them() {
    let mut bench = filled();
    bench.resize(120, 30).keys("2 / a n n enter enter");
    let plain = bench.buffer();
    assert!(plain.content.iter().all(|c| !c.symbol().contains('\x1b')));
    bench.app.common.theme.links = true;
    let linked = bench.buffer();
    let cells: Vec<_> = linked.content.iter().filter(|c| c.symbol().contains('\x1b')).collect();
    assert_eq!(cells.len(), 1, "{}", text_of(&plain));
    let symbol = cells[0].symbol();
    assert!(
        symbol.starts_with("\x1b]8;;mailto:ann@acme.example\x1b\\ann@acme.example")
            && symbol.ends_with("\x1b]8;;\x1b\\"),
        "{symbol:?}"
    );
}

#[test]
fn the_command_line_opens_lists_and_the_board_by_a_filter() {
    let mut bench = filled();
    bench.keys(":").text("contacts /company:acme").keys("enter").sees("Ann Lee");
    assert!(!bench.screen().contains("Ёжикова"), "{}", bench.screen());
    bench.keys("esc :").text("board /company:acme").keys("enter").sees("Renewal 2027");
    assert!(!bench.screen().contains("Внедрение"), "{}", bench.screen());
    bench.keys("esc 2 :").text("cols").keys("enter").sees("Columns").keys("esc");
    bench.keys("/").text("company:acme").keys("enter :").text("view save acmes").keys("enter");
    bench.sees("saved the view `acmes`").keys(":").text("w").keys("enter").sees("kept at once");
    bench.keys("esc 6 :").text("view save nothing").keys("enter").sees("means nothing on this");
    bench.keys(":").text("board sal").keys("enter").sees("Renewal 2027");
    bench.keys(":").text("board nowhere").keys("enter").sees("no pipeline is called `nowhere`");
}

#[test]
fn previews_tell_what_belongs_to_a_record_and_nothing_is_a_dead_end() {
    let mut bench = filled();
    bench.resize(100, 30).keys("3").sees("EUR 12k open in 1 deal").sees("contacts 2");
    // Deals are found by their company's name too, and a search in vain says what else there is.
    bench.keys("ctrl+p").text("acme renew").sees("Renewal 2027").sees("Acme GmbH  Lead");
    bench.text(" zzz").sees("Nothing is called so").keys("esc");
    // What isn't changed by hand says so; the fields that are can be chosen.
    bench.keys("7 enter enter").sees("the id isn't changed by hand");
    bench.keys("i").sees("Change of deal").keys("esc esc");
    // Columns that have no room are scrolled to.
    bench.keys("2").resize(60, 24);
    assert!(!bench.screen().contains("city"), "{}", bench.screen());
    bench.keys("L L L L").sees("city").sees("Ann Lee").sees("columns from 5");
    bench.keys("H H H H").sees("company");
    // Hints are those of the noun.
    bench.resize(100, 30).keys("esc 2");
    assert!(!bench.screen().contains("H/L move"), "{}", bench.screen());
    bench.keys("5").sees("r reply").keys("r").sees("Ctrl+E writes several lines");
}

#[test]
fn tasks_are_repeated_and_deals_of_a_company_reported_by_a_key() {
    let mut bench = filled();
    bench.keys("9 r").sees("repeat").text("weekly").keys("enter").sees("changed task:1");
    assert!(!bench.value("task", 1, "repeat").is_empty());
    bench.keys("2 r").sees("neither answered nor repeated");
    bench.resize(160, 45).keys("3 g r").sees("/company:1").sees("Open deals by stage");
    assert!(!bench.screen().contains("Внедрение"), "{}", bench.screen());
}

#[test]
fn nothing_counts_down_while_another_window_has_the_keys() {
    let mut bench = filled();
    bench.keys("5");
    let second = |b: &Bench| {
        let left = b.app.deadline().map(|at| at - std::time::Instant::now());
        left.is_some_and(|left| left <= std::time::Duration::from_secs(2))
    };
    // The toast's time is over long before; the countdown alone asks for each second.
    bench.app.tick();
    assert!(second(&bench));
    bench.app.input(Input::FocusLost);
    assert!(!second(&bench));
    bench.app.input(Input::FocusGained);
    assert!(second(&bench));
}

#[test]
fn views_and_people_are_found_in_the_palette() {
    let mut bench = filled();
    bench.keys("2 /").text("company:acme").keys("enter W").text("acmes").keys("enter esc esc");
    bench.keys("1 ctrl+p").text("acmes").sees("view").keys("enter").sees("Ann Lee");
    bench.keys("esc ctrl+p").text("@acme");
    assert!(!bench.screen().contains("company:1"), "{}", bench.screen());
}

#[test]
fn what_works_out_of_sight_takes_no_key() {
    let mut bench = filled();
    // Its question is asked and not answered yet.
    bench.app.open(super::screens::start::look());
    let quit = Press::sequence("q").unwrap()[0];
    bench.app.input(Input::Key(KeyEvent::new(quit.code, quit.held)));
    bench.settle();
    assert!(bench.left);
}

#[test]
fn a_company_leads_to_its_deals_on_the_board() {
    let mut bench = filled();
    bench.keys("3 g b").sees("company:1").sees("Renewal 2027");
    assert!(!bench.screen().contains("Внедрение"), "{}", bench.screen());
    bench.keys("esc").sees("Внедрение");
}

#[test]
fn removing_goes_to_the_trash_and_comes_back() {
    let mut bench = filled();
    bench.keys("3 x").sees("removed company:1");
    bench.keys("g x").sees("companies in the trash");
    bench.keys("R").sees("restored company:1");
    bench.keys("esc esc");
    assert!(bench.value("company", 1, "trashed").is_empty());
}

#[test]
fn the_palette_finds_records_and_actions() {
    let mut bench = filled();
    bench.keys("ctrl+p").text("ромаш").sees("company:3");
    bench.keys("enter").sees("ООО Ромашка");
    bench.keys("esc ctrl+p").text(">open the trash").keys("enter").sees("the trash is empty");
}

#[test]
fn the_command_line_runs_rolo_and_its_own_words() {
    let mut bench = filled();
    bench.keys(":").text("deal list is:stale").keys("enter").sees("ran deal list is:stale");
    bench.keys("esc :").text("tickets").keys("enter");
    assert_eq!(bench.app.root(), 5);
    bench.keys(":").text("set theme=lihgt").keys("enter").sees("did you mean `light`");
    bench.keys(":").text("q").keys("enter");
    assert!(bench.left);
}

#[test]
fn every_screen_is_left_by_esc_and_q_quits_on_the_first() {
    for (name, keys) in SCREENS {
        let mut bench = filled();
        bench.keys(keys).keys("esc esc esc esc");
        assert_eq!(bench.app.depth(), 0, "{name}");
        bench.keys("q");
        assert!(bench.left, "{name}");
    }
}

#[test]
fn a_new_file_offers_first_steps() {
    let mut bench = empty();
    bench.app.open(super::screens::start::look());
    bench.settle();
    bench.sees("Welcome to rolo");
    bench.keys("enter").text("First deal amount=5k").keys("enter").sees("added deal:1");
}

#[test]
fn the_smallest_terminals_show_something_and_take_keys() {
    let mut bench = filled();
    for (columns, rows) in [(0, 0), (1, 1), (5, 2), (20, 4), (39, 7), (40, 8), (500, 200)] {
        for (_, keys) in SCREENS {
            bench.resize(columns, rows).keys("esc esc esc").keys(keys);
            bench.buffer();
        }
    }
    bench.keys("esc esc esc 2").resize(30, 3).sees("enlarge");
}

#[test]
fn tabs_say_what_is_due() {
    let mut bench = filled();
    bench.keys("f5").sees("4Agenda*2").sees("5Tickets!1");
    bench.keys("9 d");
    bench.sees("4Agenda*1");
}

#[test]
fn the_readme_shows_what_is_drawn() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut readme = std::fs::read_to_string(&path).unwrap();
    let before = readme.clone();
    let mut bench = bench_with("dark", false, (100, 24));
    let clock = Clock::new(Some(locale().times.now), chrono_tz::UTC);
    crate::cli::demo::fill(&mut bench.desk.store, &clock, "GB").unwrap();
    for (name, keys) in [("board", "1 f5 l space"), ("contacts", "2 / j a n s")] {
        bench.keys(keys);
        let mark = format!("<!-- screen: {name} -->\n```text\n");
        let from = readme.find(&mark).unwrap() + mark.len();
        let until = from + readme[from..].find("```").unwrap();
        readme.replace_range(from..until, &bench.screen());
        bench.keys("esc esc esc");
    }
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::write(&path, readme).unwrap();
    } else {
        assert!(before == readme, "the README shows other screens (ROLO_BLESS=1 writes them)");
    }
}

/// Anything that somebody or something may do.
#[derive(Debug, Clone)]
enum Any {
    Key(usize),
    Text(char),
    Paste(String),
    Resize(u16, u16),
    Mouse(u8, u16, u16),
    Changed,
}

fn any() -> impl Strategy<Value = Any> {
    let bound: usize = super::keys::BINDINGS.iter().map(|b| b.keys.len()).sum();
    prop_oneof![
        8 => (0..bound).prop_map(Any::Key),
        3 => prop::char::range('a', 'z').prop_map(Any::Text),
        1 => "[ -~а-я王\u{301}\n]{0,12}".prop_map(Any::Paste),
        1 => (0u16..200, 0u16..60).prop_map(|(w, h)| Any::Resize(w, h)),
        2 => (0u8..5, 0u16..120, 0u16..40).prop_map(|(k, x, y)| Any::Mouse(k, x, y)),
        1 => Just(Any::Changed),
    ]
}

/// How many cases are tried: what `PROPTEST_CASES` says, for a hunt, else the usual number.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|said| said.parse().ok()).unwrap_or(usual)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]
    #[test]
    fn nothing_that_is_pressed_breaks_it(events in prop::collection::vec(any(), 1..80)) {
        let mut bench = filled();
        // No file is written, whatever name is typed for one.
        bench.app.common.command =
            Arc::new(|_, _| Ran { ok: false, out: Vec::new(), err: b"error: not here".to_vec() });
        let keys: Vec<&str> = super::keys::BINDINGS.iter().flat_map(|b| b.keys).copied().collect();
        for event in events {
            match event {
                Any::Key(at) => { bench.keys(keys[at]); }
                Any::Text(c) => { bench.text(&c.to_string()); }
                Any::Paste(text) => { bench.app.input(Input::Paste(text)); bench.settle(); }
                Any::Resize(w, h) => { bench.resize(w, h); }
                Any::Mouse(kind, column, row) => {
                    let kind = [
                        MouseEventKind::Down(MouseButton::Left),
                        MouseEventKind::Drag(MouseButton::Left),
                        MouseEventKind::Up(MouseButton::Left),
                        MouseEventKind::ScrollDown,
                        MouseEventKind::ScrollUp,
                    ][usize::from(kind)];
                    bench.app.input(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
                    bench.settle();
                }
                Any::Changed => { bench.app.said(Said::Changed); bench.settle(); }
            }
            bench.buffer();
            if let Some(subject) = bench.app.top().subject() {
                prop_assert!(!subject.ids.is_empty());
            }
        }
        // From wherever it is, Esc leads back; text that isn't saved takes one more.
        for _ in 0..60 {
            bench.keys("esc");
        }
        prop_assert_eq!(bench.app.depth(), 0);
    }
}
