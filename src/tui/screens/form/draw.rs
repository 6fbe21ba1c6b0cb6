//! How a form looks: names at the left, values, and at the right what was understood.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::entry::Entry;
use super::{Form, first_in};
use crate::entity::width::{pad, width, wrap};
use crate::entity::{Kind, Target};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::{pane, rows};

const NAMES: usize = 18;
/// What the keys do.
const PLAIN_KEYS: &str = "^S saves   Tab next   ^E editor   ^Z undoes in the field   Esc closes";

/// The place of a form.
pub(super) fn place(form: &Form, area: Rect) -> Rect {
    let rows = u16::try_from(form.entries.len() + 4).unwrap_or(u16::MAX);
    pane::middle(area, (100, rows))
}

/// The first entry in sight.
pub(super) fn first(form: &Form, area: Rect) -> usize {
    first_in(form, usize::from(place(form, area).height.saturating_sub(4)))
}

pub(super) fn draw(form: &Form, frame: &mut Frame, area: Rect, cx: &Cx) {
    if form.entries.is_empty() || form.unseen {
        return;
    }
    let changed = if form.is_unsaved() { " - modified *" } else { "" };
    let title = format!("{}{changed}{}", form.title, errors(form));
    let size = place(form, area);
    let inside = pane::popup(frame, area, (size.width, size.height), &title, "", cx);
    let height = usize::from(inside.height).saturating_sub(2);
    let top = first(form, area);
    for (row, (at, entry)) in form.entries.iter().enumerate().skip(top).take(height).enumerate() {
        line(entry, at == form.at, frame, pane::row(inside, row), cx);
    }
    foot(form, frame, inside, cx);
}

fn line(entry: &Entry, focus: bool, frame: &mut Frame, area: Rect, cx: &Cx) {
    if area.is_empty() {
        return;
    }
    let sign = match (&entry.error, focus) {
        (Some(_), _) => "!",
        (None, true) => ">",
        (None, false) => " ",
    };
    let star = if entry.required { "*" } else { "" };
    let name = format!("{sign} {}{star}", entry.label);
    let name = pad(&cx.theme.cut(&name, NAMES), NAMES, false);
    let role = match (&entry.error, focus) {
        (Some(_), _) => Role::Bad,
        (None, true) => Role::Key,
        (None, false) => Role::Text,
    };
    let names = u16::try_from(NAMES).unwrap_or(0).min(area.width);
    rows::write(frame, Rect { width: names, ..area }, &name, cx.theme.style(role), cx);
    let rest = Rect { x: area.x + names, width: area.width - names, ..area };
    let (note, role) = note(entry, focus, cx);
    let wanted = u16::try_from(width(&note)).unwrap_or(0);
    let half = rest.width / 2;
    // What was understood gives way to the value itself; what is wrong doesn't.
    let value = u16::try_from(width(entry.input.text()) + 2).unwrap_or(u16::MAX);
    let spare = if entry.error.is_some() { half } else { rest.width.saturating_sub(value) };
    let right = match (wanted + 2).min(spare.max(half)).min(spare) {
        _ if note.is_empty() => 0,
        0..6 => 0,
        right => right,
    };
    let value = Rect { width: rest.width - right, ..rest };
    if let Some(long) = &entry.long {
        let text = format!("({} lines: ^E opens them in $EDITOR)", long.split('\n').count());
        rows::write(frame, value, &text, cx.theme.style(Role::Dim), cx);
    } else {
        let style = if focus { Role::Link } else { Role::Text };
        entry.input.draw(frame, value, cx.theme.style(style), focus);
        if entry.differs && entry.text().is_empty() {
            let told = if entry.is_emptied() { " (emptied in all)" } else { " (they differ)" };
            rows::write(frame, value, told, cx.theme.style(Role::Dim), cx);
        }
    }
    if right > 0 {
        let place = Rect { x: rest.right() - right + 1, width: right - 1, ..rest };
        rows::write(frame, place, &note, cx.theme.style(role), cx);
    }
}

/// What stands beside a value: what is wrong with it, else what was understood, else what to do.
fn note(entry: &Entry, focus: bool, cx: &Cx) -> (String, Role) {
    if let Some(why) = &entry.error {
        return (pane::safe(why), Role::Bad);
    }
    let text = entry.input.text();
    if (entry.is_changed() || focus)
        && let Ok(said) = entry.understood(cx)
        && !said.is_empty()
    {
        return (pane::safe(&said), Role::Good);
    }
    match entry.kind {
        _ if !focus => (String::new(), Role::Dim),
        _ if entry.is_emptied() => ("^Z leaves them".into(), Role::Dim),
        _ if entry.differs && !entry.is_changed() => {
            ("stays as it is; Del empties all".into(), Role::Dim)
        }
        Kind::Link(Target::One(_)) if !entry.is_picked() => {
            ("type or Space to search, ^N new".into(), Role::Dim)
        }
        _ if entry.is_chosen() && (text.is_empty() || !entry.is_changed()) => {
            ("Space chooses".into(), Role::Dim)
        }
        Kind::Longtext => ("^E opens $EDITOR".into(), Role::Dim),
        _ => (String::new(), Role::Dim),
    }
}

/// The fields whose values are wrong: some may be out of sight.
fn errors(form: &Form) -> String {
    let wrong: Vec<&str> =
        form.entries.iter().filter(|e| e.error.is_some()).map(|e| e.label.as_str()).collect();
    match wrong.len() {
        0 => String::new(),
        1 => format!(" - 1 error: {}", wrong[0]),
        count => format!(" - {count} errors: {}", wrong.join(", ")),
    }
}

fn foot(form: &Form, frame: &mut Frame, inside: Rect, cx: &Cx) {
    let rows_high = usize::from(inside.height);
    if rows_high < 3 {
        return;
    }
    let room = usize::from(inside.width);
    let entry = form.entries.get(form.at);
    let (text, hint, role) = match (&form.error, entry) {
        // The question stands as long as it is armed.
        _ if form.leaving => {
            let keys = "Esc leaves it   ^S saves   any other key goes on";
            ("not saved: Esc again leaves it".to_owned(), Some(keys.to_owned()), Role::Warn)
        }
        (Some(why), _) => (why.message.replace('\n', " "), why.hint.clone(), Role::Bad),
        (None, Some(entry)) => match &entry.error {
            // Beside the value there is little room: it is said here in full.
            Some(why) => (format!("{}: {why}", entry.label), entry.way(), Role::Bad),
            None => (entry.told(), None, Role::Dim),
        },
        (None, None) => (String::new(), None, Role::Dim),
    };
    let keys = if form.several().is_some() {
        "a line left alone stays as it is   Del empties one   ^S saves   Esc closes"
    } else {
        PLAIN_KEYS
    };
    let text = pane::safe(&text);
    let told = wrap(&text, Some(room.max(1)));
    // A sentence that is too long takes the line of the hint too.
    let (below, low) = match told.get(1) {
        Some(_) if role == Role::Bad => (text[told[0].len()..].trim_start().to_owned(), Role::Bad),
        _ => (pane::safe(hint.as_deref().unwrap_or(keys)), Role::Dim),
    };
    let first = if role == Role::Bad { told[0] } else { &text };
    rows::write(frame, pane::row(inside, rows_high - 2), first, cx.theme.style(role), cx);
    rows::write(frame, pane::row(inside, rows_high - 1), &below, cx.theme.style(low), cx);
}
