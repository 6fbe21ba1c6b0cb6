//! What stands round every screen: the row of tabs above, the row of keys or of what happened below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::app::App;
use super::desk::Desk;
use super::keys::{Act, Place};
use super::screen::Cx;
use super::screens::ROOTS;
use super::theme::Role;
use super::widgets::{pane, rows};
use crate::entity::width::{width, wrap};
use crate::error::Result;
use crate::store::Listing;

/// Below this the terminal shows one line.
const LEAST: (u16, u16) = (20, 4);

/// The part that screens get.
pub(crate) fn body(size: Rect) -> Rect {
    let rows = size.height.saturating_sub(2);
    Rect { y: size.y + 1.min(size.height), height: rows, ..size }
}

/// Draws everything.
pub(crate) fn draw(app: &App, frame: &mut Frame) {
    let size = frame.area();
    if size.is_empty() {
        return;
    }
    let cx = app.common.cx();
    if size.width < LEAST.0 || size.height < LEAST.1 {
        let focus = app.top().subject_in(&cx).map_or(app.top().title(&cx), |s| s.label);
        let text = format!("{} - enlarge", pane::safe(&focus));
        rows::write(frame, pane::row(size, 0), &text, cx.theme.style(Role::Text), &cx);
        return;
    }
    tabs(app, frame, pane::row(size, 0));
    let area = body(size);
    let screens: Vec<_> = app.screens().collect();
    let bottom = screens.iter().rposition(|s| !s.is_popup()).unwrap_or(0);
    for screen in &screens[bottom..] {
        screen.draw(frame, area, &cx);
    }
    which_key(app, frame, area);
    foot(app, frame, pane::row(size, usize::from(size.height) - 1));
}

/// Most rows that what happened takes.
const TOAST_ROWS: usize = 3;

/// What happened, over as many of the last rows as it needs.
fn toast(toast: &super::screen::Toast, frame: &mut Frame, last: Rect, cx: &Cx) {
    let role = if toast.bad { Role::Bad } else { Role::Toast };
    let sign = if toast.bad { "!" } else { " " };
    let room = usize::from(last.width).saturating_sub(1).max(1);
    let text = pane::safe(&toast.text);
    let lines: Vec<&str> = wrap(&text, Some(room));
    let shown = lines.len().min(TOAST_ROWS).min(usize::from(last.y));
    for (at, line) in lines.iter().take(shown).enumerate() {
        let back = u16::try_from(shown - 1 - at).unwrap_or(0);
        let text = match (at, at + 1 == shown && lines.len() > shown) {
            (0, false) => format!("{sign}{line}"),
            (_, false) => format!(" {line}"),
            // There is more than fits: the cut says so.
            (_, true) => format!(" {}", lines[at..].join(" ")),
        };
        rows::write(frame, Rect { y: last.y - back, ..last }, &text, cx.theme.style(role), cx);
    }
}

/// How much is due behind the tabs: tasks of today and before, tickets that are late.
pub(crate) fn signs(desk: &mut Desk) -> Vec<(u8, String)> {
    let asked = [(4, "task", "owner:me is:today", '*'), (5, "ticket", "is:overdue", '!')];
    let count = |noun: &str, filter: &str| -> Result<u64> {
        let reader = desk.reader()?;
        let noun = desk.store.noun(noun)?;
        let mut listing = Listing::all(noun);
        listing.filter = Some(reader.filter(noun, filter, &desk.locale)?);
        reader.count(&listing)
    };
    let mut signs = Vec::new();
    for (digit, noun, filter, sign) in asked {
        // A tab without its number is still a tab.
        if let Ok(count @ 1..) = count(noun, filter) {
            signs.push((digit, format!("{sign}{count}")));
        }
    }
    signs
}

/// The words of the tabs with the columns they begin at: whole, shortened, or the digits alone with
/// the word of the open one, as there is room.
fn tab_words(app: &App) -> Vec<(u8, usize, String)> {
    let room = usize::from(app.common.size.width);
    let whole = |digit: u8, name: &str, _: &str| format!("{digit} {name}{}", app.sign(digit));
    let short = |digit: u8, _: &str, short: &str| format!("{digit}{short}{}", app.sign(digit));
    let digits = |digit: u8, _: &str, short: &str| {
        let word = if digit == app.root() { short } else { "" };
        format!("{digit}{word}{}", app.sign(digit))
    };
    let all = |word: &dyn Fn(u8, &str, &str) -> String, gap: usize| {
        let mut at = gap - 1;
        let words = ROOTS.iter().map(|(digit, name, short)| {
            let word = word(*digit, name, short);
            let begins = at;
            at += width(&word) + gap;
            (*digit, begins, word)
        });
        words.collect::<Vec<_>>()
    };
    // Who is acting and the time stand at the right.
    let fits = |words: &[(u8, usize, String)], right: usize| {
        words.last().is_none_or(|(_, at, word)| at + width(word) + right <= room)
    };
    let right = width(&app.common.me) + 9;
    Some(all(&whole, 2))
        .filter(|words| fits(words, right + 2))
        .or_else(|| Some(all(&short, 1)).filter(|words| fits(words, 0)))
        .unwrap_or_else(|| all(&digits, 1))
}

/// The root screen whose tab is at a column.
pub(crate) fn tab_at(app: &App, column: u16) -> Option<u8> {
    let column = usize::from(column);
    let on = |(_, at, word): &(u8, usize, String)| (*at..*at + width(word)).contains(&column);
    tab_words(app).into_iter().find(on).map(|(digit, ..)| digit)
}

fn tabs(app: &App, frame: &mut Frame, area: Rect) {
    let cx = app.common.cx();
    let mut spans = Vec::new();
    let mut at = 0;
    for (digit, begins, word) in tab_words(app) {
        spans.push(Span::raw(" ".repeat(begins - at)));
        at = begins + width(&word);
        let role = if digit == app.root() { Role::Tab } else { Role::Dim };
        spans.push(Span::styled(word, cx.theme.style(role)));
    }
    let time = cx.now().with_timezone(&cx.zone()).format("%H:%M");
    let right = if area.width < 90 {
        format!("{}  {time}", pane::safe(cx.me))
    } else {
        format!("{}  {}  {time} ", pane::safe(&app.common.file), pane::safe(cx.me))
    };
    pane::two_ends(frame, area, spans, vec![Span::styled(right, cx.theme.style(Role::Dim))]);
}

/// The last row: what happened, else the keys that mean something here.
fn foot(app: &App, frame: &mut Frame, area: Rect) {
    let cx = app.common.cx();
    if let Some(happened) = app.shown_toast() {
        toast(happened, frame, area, &cx);
        return;
    }
    let place = app.place();
    let noun = app.top().subject_in(&cx).map(|s| s.noun).or_else(|| app.top().noun());
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(area.width).saturating_sub(2);
    let help = Act::Help;
    let hints = cx.keys.of(place).into_iter().filter(|(b, _)| !b.hint.is_empty() && b.act != help);
    let hints = hints.filter(|(b, _)| super::verbs::means(b.act, noun));
    // The same key repeats tasks; its word is of tickets.
    let hints = hints.filter(|(b, _)| b.act != Act::Reply || noun == Some("ticket"));
    let own = place_hints(place);
    let mut all: Vec<(String, String)> =
        own.iter().map(|(k, w)| ((*k).into(), (*w).into())).collect();
    all.extend(hints.map(|(binding, keys)| {
        let first = keys.split(", ").next().unwrap_or_default().to_owned();
        // The step on and the step back are one hint.
        let back = cx.keys.shown(place, Act::StepBack).filter(|_| binding.act == Act::StepOn);
        let key = back.map_or(first.clone(), |back| format!("{back}/{first}"));
        (key, binding.hint.to_owned())
    }));
    let help = (cx.keys.shown(place, help).unwrap_or_default(), "help".to_owned());
    left = left.saturating_sub(width(&help.0) + 6);
    for (key, word) in all.into_iter().chain([help]) {
        let columns = width(&key) + width(&word) + 3;
        let last = word == "help";
        if columns > left && !last {
            continue;
        }
        left = left.saturating_sub(columns);
        spans.push(Span::styled(key, cx.theme.style(Role::Key)));
        spans.push(Span::raw(format!(" {word}  ")));
    }
    pane::two_ends(frame, area, spans, Vec::new());
}

/// Keys that text fields have by themselves.
fn place_hints(place: Place) -> &'static [(&'static str, &'static str)] {
    match place {
        Place::Form => &[("Tab", "next"), ("Esc", "close")],
        Place::Menu => &[("type", "to narrow"), ("Esc", "close")],
        Place::Line => &[("Esc", "close")],
        Place::Page => &[("Esc", "back")],
        _ => &[],
    }
}

/// What may follow the keys pressed so far.
fn which_key(app: &App, frame: &mut Frame, area: Rect) {
    if app.begun().is_empty() {
        return;
    }
    let cx = app.common.cx();
    let following = cx.keys.following(app.place(), app.begun());
    let rows_wanted = u16::try_from(following.len() + 2).unwrap_or(u16::MAX);
    let title = super::keys::Press::shown(app.begun());
    let inside = pane::popup(frame, area, (60, rows_wanted), &title, "", &cx);
    for (at, (key, about)) in following.iter().enumerate() {
        let text = format!(" {key:<4} {about}");
        rows::write(frame, pane::row(inside, at), &text, cx.theme.style(Role::Text), &cx);
    }
}
