//! How reports look: a grid of charts where there is room, else one at a time; bars or tables.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Reports;
use super::charts::{self, Chart};
use crate::entity::width::{pad, width, wrap};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::{pane, rows};

/// Rows above the charts: pages, and what is asked.
const ABOVE: u16 = 1;

/// The charts in sight with their places: a grid, three across where it is wide, or one at a time.
pub(super) fn places(reports: &Reports, area: Rect) -> Vec<(usize, Rect)> {
    let above = ABOVE.min(area.height);
    let body = Rect { y: area.y + above, height: area.height - above, ..area };
    if reports.zoomed || area.width < 100 || area.height < 20 {
        return vec![(reports.pane, body)];
    }
    let across = if area.width >= 150 { 3 } else { 2 };
    let down = usize::from((body.height / 9).clamp(1, 3));
    // The page of charts that holds the one in focus.
    let first = reports.pane / (across * down) * (across * down);
    let count = reports.charts.len().saturating_sub(first).min(across * down);
    let lines = count.div_ceil(across).max(1);
    let part = |whole: u16, at: usize, of: usize| {
        u16::try_from(usize::from(whole) * at / of).unwrap_or(whole)
    };
    (0..count)
        .map(|at| {
            let (line, column) = (at / across, at % across);
            // The last line shares its room among the charts that it has.
            let here = (count - line * across).min(across);
            let (x, right) = (part(body.width, column, here), part(body.width, column + 1, here));
            let (y, below) = (part(body.height, line, lines), part(body.height, line + 1, lines));
            let (x, y, width, height) = (body.x + x, body.y + y, right - x, below - y);
            (first + at, Rect { x, y, width, height })
        })
        .collect()
}

pub(super) fn draw(reports: &Reports, frame: &mut Frame, area: Rect, cx: &Cx) {
    head(reports, frame, pane::row(area, 0), cx);
    if reports.charts.is_empty() {
        let text = format!("  {}", freshness(reports, cx));
        rows::write(frame, pane::row(area, 2), &text, cx.theme.style(Role::Dim), cx);
    }
    for (at, place) in places(reports, area) {
        let Some(chart) = reports.charts.get(at) else { continue };
        let focus = at == reports.pane;
        let bars_in = chart.bars_in.filter(|_| !reports.table);
        let bars_in = bars_in.map_or(String::new(), |c| format!(" (bars: {c})"));
        let title = if places(reports, area).len() == 1 {
            format!("{}/{} {}{bars_in}", at + 1, reports.charts.len(), chart.title)
        } else {
            format!("{}{bars_in}", chart.title)
        };
        let inside = pane::framed(frame, place, &title, "", focus, cx);
        let bar = focus.then(|| reports.at[at]);
        let notes = u16::try_from(chart.notes.len()).unwrap_or(u16::MAX);
        let notes =
            if chart.bars.is_empty() { inside.height } else { notes.min(inside.height / 3) };
        let figures = Rect { height: inside.height - notes, ..inside };
        if reports.table {
            table(chart, bar, frame, figures, cx);
        } else {
            bars(chart, bar, frame, figures, cx);
        }
        let below = Rect { y: figures.bottom(), height: notes, ..inside };
        for (row, note) in chart.notes.iter().enumerate() {
            let text = format!(" {}", pane::safe(note));
            rows::write(frame, pane::row(below, row), &text, cx.theme.style(Role::Dim), cx);
        }
    }
}

/// The pages, and what is asked of them.
fn head(reports: &Reports, frame: &mut Frame, area: Rect, cx: &Cx) {
    let mut spans = vec![Span::raw(" ")];
    for (at, name) in charts::pages().into_iter().enumerate() {
        if at > 0 {
            spans.push(Span::styled(" | ", cx.theme.style(Role::Dim)));
        }
        let role = if at == reports.wanted.page { Role::Tab } else { Role::Dim };
        spans.push(Span::styled(name, cx.theme.style(role)));
    }
    let key = |act| cx.keys.shown(Place::Reports, act).unwrap_or_default();
    let wanted = &reports.wanted;
    let period = wanted.period.map_or_else(|| "usual".to_owned(), charts::Period::shown);
    let by = wanted.by.map_or("usual", crate::store::By::name);
    // Where not all fits, what was asked gives way to how fresh the figures are.
    let mut right = format!("{} ", freshness(reports, cx));
    let taken: usize = spans.iter().map(|s| width(&s.content)).sum();
    let mut told = Vec::new();
    if !wanted.filter.is_empty() {
        told.push(format!("/{}", pane::safe(&wanted.filter)));
    }
    told.push(format!("{} by: {by}", key(Act::Split)));
    told.push(format!("{} period: {period}", key(Act::Period)));
    for part in told {
        let more = format!("{part}  {right}");
        if taken + width(&more) < usize::from(area.width) {
            right = more;
        }
    }
    pane::two_ends(frame, area, spans, vec![Span::styled(right, cx.theme.style(Role::Dim))]);
}

/// Of when the figures are, or since when they are being read.
fn freshness(reports: &Reports, cx: &Cx) -> String {
    let key = |act| cx.keys.shown(Place::Reports, act).unwrap_or_default();
    match (&reports.reading, reports.read_at.as_str()) {
        (Some((_, since)), _) => format!("reading since {since}, {} stops", key(Act::Back)),
        (None, "") => format!("stopped, {} reads", key(Act::Reload)),
        (None, at) if reports.stale => {
            format!("as of {at}, changed since: {} reads", key(Act::Reload))
        }
        (None, at) => format!("as of {at}"),
    }
}

fn bars(chart: &Chart, focus: Option<usize>, frame: &mut Frame, area: Rect, cx: &Cx) {
    let names = chart.bars.iter().map(|b| width(&b.name)).max().unwrap_or(0).min(20);
    let said = chart
        .bars
        .iter()
        .map(|b| width(&b.said))
        .max()
        .unwrap_or(0)
        .min(usize::from(area.width) / 2);
    let room = usize::from(area.width).saturating_sub(names + said + 4);
    let most = chart.bars.iter().map(|b| b.value).max().unwrap_or(0).max(1);
    let high = usize::from(area.height);
    let top = rows::scrolled(0, focus.unwrap_or(0), high, chart.bars.len());
    for (row, (at, bar)) in chart.bars.iter().enumerate().skip(top).take(high).enumerate() {
        let focus = focus == Some(at);
        let long = u128::from(bar.value) * room as u128 / u128::from(most);
        // A little is more than nothing.
        let long = usize::try_from(long).unwrap_or(0).max(usize::from(bar.value > 0));
        let sign = if focus { ">" } else { " " };
        let name = pane::safe(&bar.name);
        let name = pad(&cx.theme.cut(&name, names), names, false);
        let (text, chart) = if focus {
            (cx.theme.style(Role::Focus), cx.theme.style(Role::Focus))
        } else {
            (cx.theme.style(Role::Text), cx.theme.style(Role::Chart))
        };
        let line = Line::from(vec![
            Span::styled(format!("{sign}{name} "), text),
            Span::styled(cx.theme.sign("█", "#").repeat(long), chart),
            Span::styled(format!(" {}", whole_parts(&bar.said, said, cx)), text),
        ]);
        frame.render_widget(line, pane::row(area, row));
    }
}

/// The figures that fit; what is left out is left out whole, and a sign says so.
fn whole_parts(said: &str, room: usize, cx: &Cx) -> String {
    if width(said) <= room {
        return said.to_owned();
    }
    let more = cx.theme.sign("…", "...");
    let ends = said.match_indices(" + ").chain(said.match_indices("  ")).map(|(at, _)| at);
    let fits = ends.filter(|at| width(&said[..*at]) + 1 + width(more) <= room);
    match fits.max() {
        Some(at) => format!("{} {more}", &said[..at]),
        None => cx.theme.cut(said, room).into_owned(),
    }
}

/// Columns that sums of several currencies get, where there is too little room for all.
const MOST_OF_SUMS: usize = 12;

fn table(chart: &Chart, focus: Option<usize>, frame: &mut Frame, area: Rect, cx: &Cx) {
    let heads: Vec<rows::Head> = chart
        .heads
        .iter()
        .enumerate()
        .map(|(at, (name, numeric))| rows::Head {
            name: name.clone(),
            numeric: *numeric,
            keep: at == 0,
            whole: false,
        })
        .collect();
    let room = usize::from(area.width).saturating_sub(1);
    let mut cells: Vec<Vec<String>> = chart.bars.iter().map(|b| b.cells.clone()).collect();
    let mut widths = rows::widths(&heads, &cells, room);
    if widths.len() < heads.len() {
        // Shortened amounts, then fewer currencies: a figure is the last to go.
        for most in [usize::MAX, MOST_OF_SUMS] {
            let brief = |b: &charts::Bar| -> Vec<String> {
                b.brief.iter().map(|cell| whole_parts(cell, most, cx)).collect()
            };
            cells = chart.bars.iter().map(brief).collect();
            widths = rows::widths(&heads, &cells, room);
            if widths.len() == heads.len() {
                break;
            }
        }
    }
    // What the row in focus has and doesn't show whole stands below.
    let rest = focus.and_then(|at| {
        let (whole, seen) = (&chart.bars.get(at)?.cells, cells.get(at)?);
        let columns = heads.iter().zip(whole.iter().zip(seen)).enumerate();
        let cut = columns.filter(|(at, (_, (whole, seen)))| {
            !whole.is_empty() && (whole != seen || widths.iter().all(|(shown, _)| shown != at))
        });
        let told = cut.map(|(_, (head, (whole, _)))| format!("{}: {whole}", head.name));
        Some(told.collect::<Vec<_>>().join("; "))
    });
    let rest = pane::safe(&rest.unwrap_or_default());
    let below = wrap(&rest, Some(room.max(1)));
    let lines = if rest.is_empty() { 0 } else { below.len().min(usize::from(area.height) / 2) };
    let names: Vec<String> = heads.iter().map(|h| h.name.clone()).collect();
    let head = format!(" {}", rows::line(&names, &heads, &widths, cx));
    rows::write(frame, pane::row(area, 0), &head, cx.theme.style(Role::Heading), cx);
    let high = usize::from(area.height).saturating_sub(1 + lines);
    let top = rows::scrolled(0, focus.unwrap_or(0), high, cells.len());
    for (row, (at, cells)) in cells.iter().enumerate().skip(top).take(high).enumerate() {
        let focus = focus == Some(at);
        let sign = if focus { ">" } else { " " };
        let text = format!("{sign}{}", rows::line(cells, &heads, &widths, cx));
        let role = if focus { Role::Focus } else { Role::Text };
        rows::write(frame, pane::row(area, row + 1), &text, cx.theme.style(role), cx);
    }
    for (row, line) in below.iter().take(lines).enumerate() {
        let place = pane::row(area, high + 1 + row);
        rows::write(frame, place, &format!(" {line}"), cx.theme.style(Role::Dim), cx);
    }
}
