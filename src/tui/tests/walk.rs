//! Anything pressed in any order.

use std::sync::Arc;

use crossterm::event::{Event as Input, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::harness::filled;
use crate::tui::Ran;
use crate::tui::desk::Said;

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
    let bound: usize = crate::tui::keys::BINDINGS.iter().map(|b| b.keys.len()).sum();
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
            Arc::new(|_: &str, _: Option<usize>| Ran { ok: false, out: Vec::new(), err: b"error: not here".to_vec() });
        let keys: Vec<&str> = crate::tui::keys::BINDINGS.iter().flat_map(|b| b.keys).copied().collect();
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
