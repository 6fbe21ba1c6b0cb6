//! How a list looks, in each class of size.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::countdown::{self, Urgency};
use super::load::Row;
use super::{List, details};
use crate::entity::width::{pad, width};
use crate::store::Among;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::Cx;
use crate::tui::screens::elsewhere;
use crate::tui::screens::views::View;
use crate::tui::theme::Role;
use crate::tui::widgets::amount::grouped;
use crate::tui::widgets::{pane, rows};

/// Where the parts of a list stand.
pub(super) struct Places {
    pub views: Rect,
    pub filter: Rect,
    errors: Rect,
    pub frame: Rect,
    pub rows: Rect,
    pub details: Option<Rect>,
    bordered: bool,
}

/// Columns of the time that is left.
const LEFT: usize = 10;

/// Works the layout out of the size alone.
pub(super) fn places(list: &List, area: Rect) -> Places {
    let wide = area.width >= 100;
    let bordered = area.width >= 60 && area.height >= 14;
    let views = pane::row(area, 0);
    let filter =
        if list.filter.is_shown() { pane::row(area, 1) } else { Rect { height: 0, ..views } };
    let errors = list.filter.error_rows();
    let above = (1 + filter.height + errors).min(area.height);
    let rest = Rect { y: area.y + above, height: area.height - above, ..area };
    let (frame, details) = match () {
        () if list.zoomed => (Rect { height: 0, ..rest }, Some(rest)),
        () if !list.preview || !bordered => (rest, None),
        () if wide => {
            let left = match area.width {
                0..150 => area.width * 11 / 20,
                // Beyond, the details have the fields and the timeline beside each other.
                150..190 => area.width / 2,
                _ => area.width * 9 / 20,
            };
            let right = Rect { x: rest.x + left, width: rest.width - left, ..rest };
            (Rect { width: left, ..rest }, Some(right))
        }
        () if rest.height >= 18 => {
            let below = rest.height * 2 / 5;
            let place = Rect { y: rest.bottom() - below, height: below, ..rest };
            (Rect { height: rest.height - below, ..rest }, Some(place))
        }
        () => (rest, None),
    };
    let edge = u16::from(bordered);
    let head = 1;
    let inner = Rect {
        x: frame.x + edge,
        y: frame.y + edge + head,
        width: frame.width.saturating_sub(2 * edge),
        height: frame.height.saturating_sub(2 * edge + head),
    };
    let errors = Rect {
        y: area.y + 1 + filter.height,
        height: above.saturating_sub(1 + filter.height),
        ..area
    };
    Places { views, filter, errors, frame, rows: inner, details, bordered }
}

pub(super) fn draw(list: &List, frame: &mut Frame, area: Rect, cx: &Cx) {
    let places = places(list, area);
    views(list, frame, places.views, cx);
    list.filter.draw(frame, places.filter, " /", cx);
    list.filter.draw_error(frame, places.errors, cx);
    table(list, frame, &places, cx);
    if let Some(place) = places.details {
        details::draw(list, frame, place, cx);
    }
}

fn views(list: &List, frame: &mut Frame, area: Rect, cx: &Cx) {
    let mut spans = vec![Span::raw(" ")];
    if list.tabs.is_empty() {
        let title = pane::safe(&crate::tui::screen::Screen::title(list, cx));
        spans.push(Span::styled(title, cx.theme.style(Role::Heading)));
    }
    let count = counted(list);
    let room = usize::from(area.width).saturating_sub(count.len() + 3);
    let seen = seen_tabs(list, room);
    let first = seen.start;
    for (at, tab) in list.tabs.iter().enumerate().take(seen.end).skip(first) {
        let role = if at == list.tab { Role::Tab } else { Role::Dim };
        if at > first {
            spans.push(Span::styled(" | ", cx.theme.style(Role::Dim)));
        }
        spans.push(Span::styled(pane::safe(&tab.name), cx.theme.style(role)));
    }
    pane::two_ends(frame, area, spans, vec![Span::styled(count, cx.theme.style(Role::Dim))]);
}

/// What a tab takes with the sign behind it.
fn tab_width(tab: &View) -> usize {
    width(&tab.name) + 3
}

/// The tabs that have room. The open one is always in sight: tabs before it go where there is none.
fn seen_tabs(list: &List, room: usize) -> std::ops::Range<usize> {
    let widths: Vec<usize> = list.tabs.iter().map(tab_width).collect();
    let mut first = 0;
    while first < list.tab && widths[first..=list.tab].iter().sum::<usize>() > room {
        first += 1;
    }
    let (mut end, mut taken) = (first, 1);
    while end < widths.len() && (taken + widths[end] <= room || end == list.tab) {
        taken += widths[end];
        end += 1;
    }
    first..end
}

/// The tab at a column of the row of views.
pub(super) fn tab_at(list: &List, area: Rect, column: u16) -> Option<usize> {
    let room = usize::from(area.width).saturating_sub(counted(list).len() + 3);
    let mut right = usize::from(area.x) + 1;
    seen_tabs(list, room).find(|at| {
        let left = right;
        right += tab_width(&list.tabs[*at]);
        (left..right).contains(&usize::from(column))
    })
}

/// How many records there are.
fn counted(list: &List) -> String {
    match (list.loaded, list.complete) {
        (false, _) => "reading".to_owned(),
        (true, true) => format!("{} ", grouped(list.ids.len())),
        (true, false) => format!("over {} ", grouped(list.ids.len())),
    }
}

fn table(list: &List, frame: &mut Frame, places: &Places, cx: &Cx) {
    let total = list.ids.len();
    let mut foot = Vec::new();
    if total > 0 {
        foot.push(format!("{}/{}", grouped(list.at + 1), grouped(total)));
    }
    if !list.marks.is_empty() {
        foot.push(list.marks.told());
    }
    if list.range.is_some() {
        foot.push("range".to_owned());
    }
    if list.shift > 0 {
        foot.push(format!("columns from {}", list.shift + 1));
    }
    if list.among == Among::Trash && total > 0 {
        let key = cx.keys.shown(Place::List, Act::Restore).unwrap_or_default();
        foot.push(format!("{key} brings back"));
    }
    let of_view = list.tabs.get(list.tab).filter(|t| t.saved).map_or("", |t| t.sort.as_str());
    match (list.sort.as_str(), of_view) {
        ("", "") => {}
        ("", sort) | (sort, _) => foot.push(format!("sort: {sort}")),
    }
    let area = places.rows;
    let height = usize::from(area.height);
    let seen = list.ids.some(list.top, list.top + height);
    let held: Vec<Option<&Row>> = seen.iter().map(|id| list.rows.get(id)).collect();
    let cells: Vec<Vec<String>> =
        held.iter().map(|row| row.map_or(Vec::new(), |r| r.cells.clone())).collect();
    let counts = cx.model.get(list.noun).is_some_and(countdown::has);
    let lefts = if counts { LEFT + 1 } else { 0 };
    let room = usize::from(area.width).saturating_sub(3 + lefts);
    let order = order(&list.heads, list.shift);
    let heads: Vec<rows::Head> = order.iter().map(|at| list.heads[*at].clone()).collect();
    let cells: Vec<Vec<String>> = cells
        .into_iter()
        .map(|row| order.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect())
        .collect();
    let widths = rows::widths(&heads, &cells, room);
    let hidden = heads.len() - widths.len();
    if hidden > 0 {
        let key = cx.keys.shown(Place::List, Act::ColumnsOn).unwrap_or_default();
        foot.push(format!("{hidden} more columns: {key}"));
    }
    if places.bordered && !places.frame.is_empty() {
        let focus = !list.panes.is_away();
        pane::framed(frame, places.frame, "", &foot.join("  "), focus, cx);
    }
    if area.is_empty() {
        return;
    }
    let names: Vec<String> = heads.iter().map(|h| h.name.clone()).collect();
    let head = Rect { y: area.y - 1, height: 1, ..area };
    let left = if counts { pad("  left", lefts, false) } else { String::new() };
    let text = format!("   {left}{}", rows::line(&names, &heads, &widths, cx));
    rows::write(frame, head, &text, cx.theme.style(Role::Heading), cx);
    for (row, id) in seen.iter().enumerate() {
        let focus = list.top + row == list.at;
        let marked = list.marks.has(*id);
        let sign = if focus { ">" } else { " " };
        let mark = if marked { "*" } else { " " };
        let line = if held[row].is_some() {
            rows::line(&cells[row], &heads, &widths, cx)
        } else {
            cx.theme.sign("…", "...").to_owned()
        };
        let (left, urgency) = match held[row].and_then(|r| r.left) {
            Some(left) => left.shown(cx.now()),
            None => (String::new(), Urgency::Calm),
        };
        let left = pad(&left, lefts, false);
        let role = match (focus, marked, urgency) {
            (true, ..) if list.panes.is_away() => Role::FocusAway,
            (true, ..) => Role::Focus,
            (_, true, _) => Role::Mark,
            (_, _, Urgency::Breached) => Role::Bad,
            (_, _, Urgency::Close) => Role::Warn,
            _ => Role::Text,
        };
        let text = format!("{sign}{mark} {left}{line}");
        rows::write(frame, pane::row(area, row), &text, cx.theme.style(role), cx);
    }
    if total == 0 && list.loaded && list.filter.error.is_none() {
        nothing(list, frame, area, cx);
    }
}

/// The columns in sight, where it was scrolled past the first ones; the label stays.
fn order(heads: &[rows::Head], shift: usize) -> Vec<usize> {
    let rest = (0..heads.len()).filter(|at| !heads[*at].keep).skip(shift);
    (0..heads.len()).filter(|at| heads[*at].keep).chain(rest).collect()
}

/// Why the list is empty, and the key that mends it.
fn nothing(list: &List, frame: &mut Frame, area: Rect, cx: &Cx) {
    let noun = cx.model.get(list.noun);
    let plural = noun.map_or("", |n| n.entity.plural);
    let key = |act| cx.keys.shown(Place::List, act).unwrap_or_default();
    let lines = if !list.filter.applied().is_empty() {
        let mut lines = vec![format!("No {plural} match `{}`.", list.filter.applied())];
        lines.extend(elsewhere(list.noun, list.filter.applied(), cx));
        lines.push(format!("{} edits the filter, {} clears it.", key(Act::Filter), key(Act::Back)));
        lines
    } else if list.among == Among::Trash {
        vec![format!("No {plural} lie in the trash.")]
    } else if list.tabs.get(list.tab).is_some_and(|t| !t.filter.is_empty()) {
        let tab = &list.tabs[list.tab];
        vec![
            format!("No {plural} under `{}` ({}).", tab.name, tab.filter),
            format!("{} shows the next view.", key(Act::NextView)),
        ]
    } else {
        vec![
            format!("There are no {plural} yet."),
            format!("{} adds one; `rolo {} import FILE` brings many.", key(Act::New), list.noun),
        ]
    };
    for (at, text) in lines.iter().enumerate() {
        let role = if at == 0 { Role::Text } else { Role::Dim };
        let text = format!("   {}", pane::safe(text));
        rows::write(frame, pane::row(area, at + 1), &text, cx.theme.style(role), cx);
    }
}
