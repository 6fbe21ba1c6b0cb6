//! Anything pressed, clicked, pasted and resized in any order: it never breaks, what keys are about is
//! there, nothing is drawn outside, every screen is left by Esc, and undo leads back to the beginning.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{Event as Input, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::harness::{Bench, filled};
use crate::store::Listing;
use crate::tui::Ran;
use crate::tui::keys::BINDINGS;
use crate::tui::worker::Said;

/// Anything that somebody or something may do.
#[derive(Debug, Clone)]
enum Any {
    Key(usize),
    Text(char),
    Paste(String),
    Resize(u16, u16),
    /// The terminal has another size than was told yet.
    Drawn(u16, u16),
    Mouse(usize, u16, u16),
    Away(bool),
    Rest,
    Changed,
}

const MOUSE: [MouseEventKind; 8] = [
    MouseEventKind::Down(MouseButton::Left),
    MouseEventKind::Drag(MouseButton::Left),
    MouseEventKind::Up(MouseButton::Left),
    MouseEventKind::Down(MouseButton::Right),
    MouseEventKind::Drag(MouseButton::Middle),
    MouseEventKind::ScrollDown,
    MouseEventKind::ScrollUp,
    MouseEventKind::Moved,
];

fn any() -> impl Strategy<Value = Any> {
    let bound: usize = BINDINGS.iter().map(|b| b.keys.len()).sum();
    let size = || (0u16..=300, 0u16..=100);
    prop_oneof![
        16 => (0..bound).prop_map(Any::Key),
        6 => prop::char::range('a', 'z').prop_map(Any::Text),
        2 => "[ -~а-я王\u{301}\n]{0,12}".prop_map(Any::Paste),
        1 => size().prop_map(|(w, h)| Any::Resize(w, h)),
        1 => (1u16..120, 1u16..40).prop_map(|(w, h)| Any::Resize(w, h)),
        1 => size().prop_map(|(w, h)| Any::Drawn(w, h)),
        4 => (0..MOUSE.len(), 0u16..120, 0u16..40).prop_map(|(k, x, y)| Any::Mouse(k, x, y)),
        1 => prop::bool::ANY.prop_map(Any::Away),
        1 => Just(Any::Rest),
        2 => Just(Any::Changed),
    ]
}

/// How many cases are tried: what `PROPTEST_CASES` says, for a hunt, else the usual number.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|said| said.parse().ok()).unwrap_or(usual)
}

/// All that the file holds, but when it was changed.
fn state(bench: &Bench) -> BTreeMap<String, Vec<String>> {
    let reader = bench.desk.reader().unwrap();
    let mut all = BTreeMap::new();
    for noun in &bench.desk.store.model().nouns {
        let ids = reader.ids(&Listing { columns: Vec::new(), ..Listing::all(noun) }).unwrap();
        for record in reader.records(noun, &ids).unwrap() {
            let fields = noun.fields.iter().zip(&record.values);
            let fields = fields.filter(|(field, _)| field.name != "updated");
            let values = fields.map(|(field, value)| format!("{}={}", field.name, value.to_cell()));
            all.insert(format!("{}:{}", noun.name(), record.id), values.collect());
        }
    }
    all
}

fn draw(bench: &Bench, columns: u16, rows: u16) {
    let mut terminal = Terminal::new(TestBackend::new(columns.max(1), rows.max(1))).unwrap();
    // A cell beyond what there is would be a panic.
    terminal.draw(|frame| bench.app.draw(frame)).unwrap();
}

fn perform(bench: &mut Bench, event: Any) {
    // No file is written, whatever name is typed for one.
    if bench.app.top().title(&bench.app.common.cx()).contains("Export") {
        bench.keys("esc");
    }
    match event {
        Any::Key(at) => {
            let key = BINDINGS.iter().flat_map(|b| b.keys).nth(at).unwrap();
            bench.keys(key);
        }
        Any::Text(c) => {
            bench.text(&c.to_string());
        }
        Any::Paste(text) => {
            bench.app.input(Input::Paste(text));
        }
        Any::Resize(w, h) => {
            bench.resize(w, h);
        }
        Any::Drawn(w, h) => draw(bench, w, h),
        Any::Mouse(kind, column, row) => {
            let modifiers = KeyModifiers::NONE;
            bench.app.input(Input::Mouse(MouseEvent { kind: MOUSE[kind], column, row, modifiers }));
        }
        Any::Away(away) => {
            bench.app.input(if away { Input::FocusLost } else { Input::FocusGained });
        }
        Any::Rest => {
            bench.app.common.touched -= crate::tui::screen::REST;
            bench.app.tick();
        }
        Any::Changed => bench.app.said(Said::Changed),
    }
    bench.settle();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]
    #[test]
    fn nothing_that_is_pressed_breaks_it(events in prop::collection::vec(any(), 1..80)) {
        let mut bench = filled();
        bench.app.common.command =
            Arc::new(|_: &str, _: Option<usize>| Ran { ok: false, out: Vec::new(), err: b"error: not here".to_vec() });
        let begin = state(&bench);
        for event in events {
            perform(&mut bench, event);
            bench.buffer();
            if let Some(subject) = bench.app.top().subject_in(&bench.app.common.cx()) {
                prop_assert!(!subject.ids.is_empty());
                // It may lie in the trash, or be of what somebody looks at; it is never made up.
                let reader = bench.desk.reader().unwrap();
                let noun = bench.desk.store.noun(subject.noun).unwrap();
                for id in &subject.ids {
                    prop_assert!(
                        reader.record(noun, *id).is_ok(),
                        "{}:{id} isn't there:\n{}", subject.noun, bench.screen()
                    );
                }
            }
        }
        // From wherever it is, Esc leads back; text that isn't saved takes one more.
        for _ in 0..60 {
            bench.keys("esc");
        }
        prop_assert_eq!(bench.app.depth(), 0, "{}", bench.screen());
        // Taken back one by one, nothing is left of all that was done.
        bench.resize(100, 30).keys("1");
        for _ in 0..200 {
            if bench.screen().contains("nothing done in this dashboard") {
                break;
            }
            bench.keys("u");
        }
        bench.sees("nothing done in this dashboard");
        let end = state(&bench);
        for (key, values) in &begin {
            prop_assert_eq!(Some(values), end.get(key), "{}", key);
        }
        let more: Vec<&String> = end.keys().filter(|key| !begin.contains_key(*key)).collect();
        prop_assert!(more.is_empty(), "left: {:?}", more);
    }
}
