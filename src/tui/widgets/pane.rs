//! Frames, titles and popups.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};

use crate::entity::text::visible;
use crate::entity::width::width;
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

/// A frame with a title, drawn; what is left inside.
pub(crate) fn framed(
    frame: &mut Frame,
    area: Rect,
    title: &str,
    foot: &str,
    focus: bool,
    cx: &Cx,
) -> Rect {
    let role = if focus { Role::BorderFocus } else { Role::Border };
    let room = usize::from(area.width.saturating_sub(4));
    let titled = |text: &str, role| {
        let shown = visible(text);
        Line::styled(cx.theme.cut(&shown, room).into_owned(), cx.theme.style(role))
    };
    let mut block = Block::new()
        .borders(Borders::ALL)
        .border_set(cx.theme.border())
        .border_style(cx.theme.style(role));
    if !title.is_empty() {
        block = block.title_top(titled(title, Role::Heading));
    }
    if !foot.is_empty() {
        block = block.title_bottom(titled(foot, Role::Dim));
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

/// A place of this size in the middle of the area, emptied, with a frame; what is left inside.
pub(crate) fn popup(
    frame: &mut Frame,
    area: Rect,
    size: (u16, u16),
    title: &str,
    foot: &str,
    cx: &Cx,
) -> Rect {
    let place = middle(area, size);
    frame.render_widget(Clear, place);
    framed(frame, place, title, foot, true, cx)
}

/// A place of at most this size in the middle of an area, a little above it.
pub(crate) fn middle(area: Rect, (columns, rows): (u16, u16)) -> Rect {
    let (width, height) = (columns.min(area.width), rows.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 3,
        width,
        height,
    }
}

/// One row of an area, counted from its top; empty where there is none.
pub(crate) fn row(area: Rect, at: usize) -> Rect {
    let at = u16::try_from(at).unwrap_or(u16::MAX);
    if at >= area.height {
        return Rect { height: 0, ..area };
    }
    Rect { y: area.y + at, height: 1, ..area }
}

/// Writes a text at the left of a row and another at its right, which gives way first.
pub(crate) fn two_ends(frame: &mut Frame, area: Rect, left: Vec<Span>, right: Vec<Span>) {
    if area.is_empty() {
        return;
    }
    let columns = |spans: &[Span]| spans.iter().map(|s| width(&s.content)).sum::<usize>();
    let (taken, wanted) = (columns(&left), columns(&right));
    frame.render_widget(Line::from(left), area);
    let room = usize::from(area.width);
    if taken + wanted < room {
        let x = area.x + u16::try_from(room - wanted).unwrap_or(0);
        let place = Rect { x, width: area.right() - x, ..area };
        frame.render_widget(Line::from(right), place);
    }
}

/// Text for people from a record: safe to draw.
pub(crate) fn safe(text: &str) -> String {
    visible(text).into_owned()
}
