//! How the agenda looks: days below each other; beside them the month and what is in focus.

use chrono::{Datelike, Days, NaiveDate};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Agenda, Row, VIEWS, counts, month_begin};
use crate::entity::width::{pad, width};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::{pane, rows};

struct Places {
    views: Rect,
    filter: Rect,
    strip: Rect,
    list: Rect,
    side: Option<Rect>,
    bordered: bool,
}

/// Whether there is room for details.
pub(super) fn has_details(area: Rect) -> bool {
    area.width >= 100 && area.height >= 20
}

fn places(agenda: &Agenda, area: Rect) -> Places {
    let views = pane::row(area, 0);
    let filter =
        if agenda.filter.is_shown() { pane::row(area, 1) } else { Rect { height: 0, ..views } };
    let wide = has_details(area);
    let strip_high = u16::from(!wide && area.height >= 12);
    let y = area.y + views.height + filter.height;
    let strip = Rect { y, height: strip_high, ..area };
    let rest =
        Rect { y: y + strip_high, height: area.bottom().saturating_sub(y + strip_high), ..area };
    let side = wide.then(|| Rect { x: rest.right() - 38, width: 38, ..rest });
    let list = if wide { Rect { width: rest.width - 38, ..rest } } else { rest };
    Places { views, filter, strip, list, side, bordered: area.width >= 60 && area.height >= 14 }
}

/// The place of the rows.
pub(super) fn inside(agenda: &Agenda, area: Rect) -> Rect {
    let places = places(agenda, area);
    let edge = u16::from(places.bordered);
    Rect {
        x: places.list.x + edge,
        y: places.list.y + edge,
        width: places.list.width.saturating_sub(2 * edge),
        height: places.list.height.saturating_sub(2 * edge),
    }
}

pub(super) fn height(agenda: &Agenda, cx: &Cx) -> usize {
    usize::from(inside(agenda, cx.area).height)
}

pub(super) fn draw(agenda: &Agenda, frame: &mut Frame, area: Rect, cx: &Cx) {
    let places = places(agenda, area);
    views(agenda, frame, places.views, cx);
    agenda.filter.draw(frame, places.filter, " /", cx);
    strip(agenda, frame, places.strip, cx);
    list(agenda, frame, &places, area, cx);
    if let Some(side) = places.side {
        beside(agenda, frame, side, cx);
    }
}

fn views(agenda: &Agenda, frame: &mut Frame, area: Rect, cx: &Cx) {
    let mut spans = vec![Span::raw(" ")];
    // Where not all views have room, the open one is there.
    let narrow = area.width < 60;
    let shown = VIEWS.iter().enumerate().filter(|(at, _)| !narrow || *at == agenda.view);
    for (at, (name, _)) in shown {
        if at > 0 && !narrow {
            spans.push(Span::styled(" | ", cx.theme.style(Role::Dim)));
        }
        let role = if at == agenda.view { Role::Tab } else { Role::Dim };
        spans.push(Span::styled(*name, cx.theme.style(role)));
    }
    let whose = if agenda.everybody { "everybody's" } else { "mine" };
    let key = cx.keys.shown(Place::Agenda, Act::NextPane).unwrap_or_default();
    let begin = agenda.begin(cx.today());
    let from = if begin == cx.today() {
        String::new()
    } else {
        format!("  from {}", begin.format("%a %d %b %Y"))
    };
    spans.push(Span::styled(format!("   {whose} ({key}){from}"), cx.theme.style(Role::Text)));
    let late = agenda.entries.iter().filter(|e| e.late).count();
    let right = format!("{} due  {late} late ", agenda.seen(cx.today()).count());
    pane::two_ends(frame, area, spans, vec![Span::styled(right, cx.theme.style(Role::Dim))]);
}

/// Seven days in a row, where there is no room for a month.
fn strip(agenda: &Agenda, frame: &mut Frame, area: Rect, cx: &Cx) {
    if area.is_empty() {
        return;
    }
    let (today, begin) = (cx.today(), agenda.begin(cx.today()));
    let mut spans = vec![Span::raw(" ")];
    for day in (0..7).map(|n| begin + Days::new(n)) {
        let count = counts(&agenda.entries, day);
        let count = if count == 0 { String::new() } else { format!(":{count}") };
        let text = format!("{}{count}", day.format("%a %d"));
        let role = if day == today { Role::Tab } else { Role::Dim };
        spans.push(Span::styled(text, cx.theme.style(role)));
        spans.push(Span::raw("  "));
    }
    frame.render_widget(Line::from(spans), area);
}

fn list(agenda: &Agenda, frame: &mut Frame, places: &Places, area: Rect, cx: &Cx) {
    let all = agenda.rows(cx);
    if places.bordered {
        let entries = all.iter().filter(|r| matches!(r, Row::Entry(_))).count();
        let marked = if agenda.marks.is_empty() {
            String::new()
        } else {
            let range = if agenda.range.is_some() { "  range" } else { "" };
            format!("  {} marked{range}", agenda.marks.len())
        };
        pane::framed(frame, places.list, "", &format!("{entries}{marked}"), true, cx);
    }
    let inside = inside(agenda, area);
    if all.is_empty() && agenda.loaded {
        let key = |act| cx.keys.shown(Place::Agenda, act).unwrap_or_default();
        let first = if agenda.filter.text().is_empty() {
            "Nothing is due: a good day to call somebody."
        } else {
            "Nothing matches."
        };
        rows::write(
            frame,
            pane::row(inside, 1),
            &format!("   {first}"),
            cx.theme.style(Role::Text),
            cx,
        );
        let more = format!(
            "   {} adds a task, {} shows more days, {} everybody's.",
            key(Act::New),
            key(Act::NextView),
            key(Act::NextPane)
        );
        rows::write(frame, pane::row(inside, 2), &more, cx.theme.style(Role::Dim), cx);
        return;
    }
    let high = usize::from(inside.height);
    let room = usize::from(inside.width);
    let abouts = if room >= 60 { 22 } else { 0 };
    for (row, (at, what)) in all.iter().enumerate().skip(agenda.scroll.top).take(high).enumerate() {
        let place = pane::row(inside, row);
        match what {
            Row::Day(name) => {
                let line = format!("{0} {name} {0}", cx.theme.sign("─", "-"));
                rows::write(frame, place, &line, cx.theme.style(Role::Heading), cx);
            }
            Row::Entry(entry) => {
                let focus = at == agenda.scroll.at;
                let marked = agenda.marks.contains(&(entry.noun, entry.id));
                let time = entry.at.map_or(String::new(), |at| {
                    let local = at.with_timezone(&cx.zone());
                    if entry.late {
                        local.format("%d %b").to_string()
                    } else {
                        local.format("%H:%M").to_string()
                    }
                });
                let time = if entry.late && entry.at.is_none() {
                    entry.day.format("%d %b").to_string()
                } else {
                    time
                };
                let kind = match entry.noun {
                    "task" => "[ ]",
                    "event" => "(o)",
                    "ticket" => "#  ",
                    _ => "$  ",
                };
                let late = if entry.late { "!" } else { " " };
                let left = format!(
                    "{}{}{kind}{late}{} ",
                    if focus { ">" } else { " " },
                    if marked { "*" } else { " " },
                    pad(&time, 6, false)
                );
                let words = room.saturating_sub(width(&left) + abouts + usize::from(abouts > 0));
                let what = pane::safe(&entry.what);
                let what = pad(&cx.theme.cut(&what, words), words, false);
                let about = pane::safe(&entry.about);
                let about = if abouts > 0 {
                    format!(" {}", cx.theme.cut(&about, abouts))
                } else {
                    String::new()
                };
                let role = match (focus, marked, entry.late) {
                    (true, ..) => Role::Focus,
                    (_, true, _) => Role::Mark,
                    (_, _, true) => Role::Warn,
                    _ => Role::Text,
                };
                rows::write(
                    frame,
                    place,
                    &format!("{left}{what}{about}"),
                    cx.theme.style(role),
                    cx,
                );
            }
        }
    }
}

fn beside(agenda: &Agenda, frame: &mut Frame, area: Rect, cx: &Cx) {
    let month = Rect { height: 10.min(area.height), ..area };
    let below = Rect { y: month.bottom(), height: area.height - month.height, ..area };
    let (today, begin) = (cx.today(), agenda.begin(cx.today()));
    let inside = pane::framed(frame, month, &begin.format("%B %Y").to_string(), "", false, cx);
    rows::write(
        frame,
        pane::row(inside, 0),
        "  Mo   Tu   We   Th   Fr   Sa   Su",
        cx.theme.style(Role::Dim),
        cx,
    );
    let first = month_begin(begin);
    let mut row = 1;
    let mut spans =
        vec![Span::raw("     ".repeat(first.weekday().num_days_from_monday() as usize))];
    for day in first.iter_days().take_while(|d| d.month() == first.month()) {
        spans.push(day_cell(agenda, day, today, cx));
        if day.weekday().num_days_from_monday() == 6 {
            frame.render_widget(Line::from(std::mem::take(&mut spans)), pane::row(inside, row));
            row += 1;
        }
    }
    frame.render_widget(Line::from(spans), pane::row(inside, row));
    let sheet = agenda.sheet.as_ref().filter(|s| {
        Some((s.record.noun, s.record.id)) == agenda.focused(cx).map(|e| (e.noun, e.id))
    });
    let Some((sheet, noun)) = sheet.and_then(|s| Some((s, cx.model.get(s.record.noun)?))) else {
        pane::framed(frame, below, "", "", false, cx);
        return;
    };
    let inside = pane::framed(frame, below, &sheet.label(noun), "", false, cx);
    let mut lines = sheet.fields(usize::from(inside.width), cx);
    lines.extend(sheet.moments(None, cx));
    for (at, line) in lines.iter().take(usize::from(inside.height)).enumerate() {
        rows::write(frame, pane::row(inside, at), &line.text, cx.theme.style(line.role), cx);
    }
}

fn day_cell<'a>(agenda: &Agenda, day: NaiveDate, today: NaiveDate, cx: &Cx) -> Span<'a> {
    let count = counts(&agenda.entries, day);
    let count = match count {
        0 => String::new(),
        1..=9 => format!(":{count}"),
        _ => ":+".to_owned(),
    };
    let text =
        if day == today { format!("[{}]", day.day()) } else { format!(" {}{count}", day.day()) };
    let role = if day == today { Role::Tab } else { Role::Text };
    Span::styled(pad(&text, 5, false), cx.theme.style(role))
}
