//! How screens look: frames compared with those under `tests/tui/golden`, in every size and theme.

use std::fmt::Write as _;
use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::harness::{SCREENS, bench_with, filled, locale, text_of};
use crate::clock::Clock;
use crate::tui::theme::Theme;

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

/// Every style by a letter, the plain one by a point, and for each row the lengths of what has one;
/// rows that look the same are one line.
fn style_map(buffer: &Buffer, letters: &mut Vec<String>) -> String {
    let mut rows: Vec<(u16, String)> = Vec::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(char, u16)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = format!("{} on {} {:?}", cell.fg, cell.bg, cell.modifier);
            let at = letters.iter().position(|l| *l == style).unwrap_or_else(|| {
                letters.push(style);
                letters.len() - 1
            });
            let letter = char::from(b".ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at]);
            match runs.last_mut().filter(|(last, _)| *last == letter) {
                Some((_, count)) => *count += 1,
                None => runs.push((letter, 1)),
            }
        }
        let line: Vec<String> = runs.iter().map(|(c, n)| format!("{n}{c}")).collect();
        rows.push((y, line.join(" ")));
    }
    let mut out = String::new();
    for same in rows.chunk_by(|one, other| one.1 == other.1) {
        let _ = writeln!(out, "{}-{}: {}", same[0].0, same[same.len() - 1].0, same[0].1);
    }
    out
}

const SIZES: [(u16, u16); 5] = [(40, 10), (80, 24), (100, 30), (160, 45), (200, 60)];

#[test]
fn screens_have_their_styles_in_every_size_without_colours_and_in_ascii() {
    for name in ["board", "contacts", "agenda", "tickets", "reports", "record", "form", "palette"] {
        let (_, keys) = SCREENS.iter().find(|(known, _)| *known == name).unwrap();
        let mut bench = filled();
        let (mut all, mut letters) =
            (String::new(), vec![format!("{0} on {0} {1:?}", Color::Reset, Modifier::empty())]);
        for (theme, ascii) in [("dark", false), ("mono", false), ("dark", true)] {
            bench.app.common.theme = Theme::of(theme, ascii);
            for (columns, rows) in SIZES {
                bench.keys("esc esc esc").resize(columns, rows).keys("1 g g").keys(keys);
                let buffer = bench.buffer();
                let map = style_map(&buffer, &mut letters);
                let kind = if ascii { "ascii" } else { theme };
                let _ = writeln!(all, "== {kind} {columns}x{rows}\n{map}");
                let text = text_of(&buffer);
                assert!(!ascii || !text.contains(['│', '─', '…', '↓', '└']), "{name}:\n{text}");
                // What has the focus is told apart from the rest in any of them.
                let told = |c: &ratatui::buffer::Cell| c.modifier.contains(Modifier::REVERSED);
                let typed = matches!(name, "reports" | "form");
                assert!(typed || buffer.content.iter().any(told), "{name} {kind}:\n{text}");
            }
        }
        for (at, style) in letters.iter().enumerate().skip(1) {
            let _ = writeln!(all, "{} = {style}", char::from(b'@' + u8::try_from(at).unwrap()));
        }
        golden(&format!("styles-{name}"), &all);
    }
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

#[test]
fn screens_look_as_they_did_in_every_size() {
    for (name, keys) in SCREENS {
        let mut all = String::new();
        for (columns, rows) in SIZES {
            let mut bench = filled();
            bench.resize(columns, rows).keys(keys);
            let _ = writeln!(all, "== {columns}x{rows}\n{}", bench.screen());
        }
        golden(name, &all);
    }
}

#[test]
fn screens_look_as_they_did_in_every_theme() {
    for theme in crate::tui::theme::BUILT_IN {
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
