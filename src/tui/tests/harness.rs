//! A dashboard without a terminal: keys in, frames out, the worker's jobs done in line.

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{
    Event as Input, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::clock::Clock;
use crate::config::Config;
use crate::entity::money::Currency;
use crate::entity::when::{Times, stored_instant};
use crate::entity::{Locale, Value};
use crate::store::{Access, Older, Options, Store};
use crate::tui::app::{App, Common, Out};
use crate::tui::desk::Desk;
use crate::tui::keys::{Keys, Press};
use crate::tui::theme::Theme;
use crate::tui::worker::{Said, Work, perform};
use crate::tui::{Asking, Ran};

/// A dashboard over a file of its own.
pub(super) struct Bench {
    pub(super) app: App,
    pub(super) desk: Desk,
    pub(super) copied: Vec<String>,
    /// Whether what may take long takes long, and what waits so.
    pub(super) holds: bool,
    pub(super) held: Vec<Work>,
    pub(super) left: bool,
    pub(super) _folder: tempfile::TempDir,
}

pub(super) fn locale() -> Locale {
    let now = stored_instant("2026-11-22T09:00:00Z").unwrap();
    let times = Times { now, zone: chrono_tz::UTC, order: None };
    Locale { times, currency: Currency::EUR, region: "GB".into() }
}

/// A file with little in it, in several alphabets.
pub(super) fn filled() -> Bench {
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

pub(super) fn empty() -> Bench {
    bench_with("dark", false, (80, 24))
}

pub(super) fn bench_with(theme: &str, ascii: bool, size: (u16, u16)) -> Bench {
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
        macros: Vec::new(),
        file: "test.db".into(),
        command: Arc::new(|line: &str, _: Option<usize>| Ran {
            ok: true,
            out: format!("ran {line}\n").into_bytes(),
            err: Vec::new(),
        }),
        size: Rect::new(0, 0, size.0, size.1),
        touched: Instant::now(),
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
    pub(super) fn settle(&mut self) {
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

    pub(super) fn add(&mut self, noun: &str, fields: &[(&str, &str)]) -> i64 {
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

    /// Somebody else's change of one field.
    pub(super) fn set(&mut self, noun: &str, id: i64, field: &str, value: Value) {
        let written = self.desk.write("edit", "", |w| {
            let noun = w.reader().model().noun(noun)?;
            w.update(noun, id, vec![(noun.require(field)?.index, value)])
        });
        written.unwrap();
    }

    pub(super) fn value(&self, noun: &str, id: i64, field: &str) -> Value {
        let reader = self.desk.reader().unwrap();
        let noun = self.desk.store.noun(noun).unwrap();
        reader.record(noun, id).unwrap().values[noun.index(field).unwrap()].clone()
    }

    pub(super) fn press(&mut self, press: Press) {
        self.app.input(Input::Key(KeyEvent::new(press.code, press.held)));
        self.settle();
    }

    /// Presses keys: `j enter ctrl+r`.
    pub(super) fn keys(&mut self, keys: &str) -> &mut Self {
        for press in Press::sequence(keys).unwrap() {
            self.press(press);
        }
        self
    }

    /// Types a text.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(Press {
                code: crossterm::event::KeyCode::Char(c),
                held: KeyModifiers::NONE,
            });
        }
        self
    }

    /// Something of the mouse at a place of the terminal.
    pub(super) fn mouse(&mut self, kind: MouseEventKind, column: usize, row: usize) -> &mut Self {
        let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
        let modifiers = KeyModifiers::NONE;
        self.app.input(Input::Mouse(MouseEvent { kind, column, row, modifiers }));
        self.settle();
        self
    }

    pub(super) fn click(&mut self, (column, row): (usize, usize)) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
        self.mouse(MouseEventKind::Up(MouseButton::Left), column, row)
    }

    /// Where a text stands: its column and its row.
    #[track_caller]
    pub(super) fn place_of(&self, text: &str) -> (usize, usize) {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| {
            Some((crate::entity::width::width(&line[..line.find(text)?]), row))
        });
        found.unwrap_or_else(|| panic!("`{text}` isn't on the screen:\n{screen}"))
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.app.input(Input::Resize(columns, rows));
        self.settle();
        self
    }

    pub(super) fn buffer(&self) -> Buffer {
        let size = self.app.common.size;
        let mut terminal =
            Terminal::new(TestBackend::new(size.width.max(1), size.height.max(1))).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    pub(super) fn screen(&self) -> String {
        text_of(&self.buffer())
    }

    #[track_caller]
    pub(super) fn sees(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "`{text}` isn't on the screen:\n{screen}");
        self
    }
}

pub(super) fn text_of(buffer: &Buffer) -> String {
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

/// The keys that lead to each screen.
pub(super) const SCREENS: [(&str, &str); 12] = [
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

/// The texts in the order that they stand on the screen.
#[track_caller]
pub(super) fn in_order(bench: &mut Bench, texts: &[&str]) {
    let screen = bench.screen();
    let at = |text: &&str| screen.find(*text).unwrap_or_else(|| panic!("{text}:\n{screen}"));
    let places: Vec<usize> = texts.iter().map(at).collect();
    assert!(places.is_sorted(), "{texts:?}:\n{screen}");
}
