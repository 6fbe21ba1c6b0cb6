//! Text to read, scrolled: help, history, what a command said.

use crossterm::event::MouseEventKind;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::Act;
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::SheetLine;
use crate::tui::widgets::{pane, rows};

/// Lines with the one in focus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scroll {
    pub at: usize,
    pub top: usize,
}

impl Scroll {
    /// Moves by a key; whether it was one that moves.
    pub(crate) fn act(&mut self, act: Act, total: usize, height: usize) -> bool {
        let last = total.saturating_sub(1);
        let page = height.saturating_sub(1).max(1);
        self.at = match act {
            Act::Up => self.at.saturating_sub(1),
            Act::Down => self.at + 1,
            Act::PageUp => self.at.saturating_sub(page),
            Act::PageDown => self.at + page,
            Act::HalfUp => self.at.saturating_sub(page.div_ceil(2)),
            Act::HalfDown => self.at + page.div_ceil(2),
            Act::First => 0,
            Act::Last => last,
            _ => return false,
        }
        .min(last);
        self.top = rows::scrolled(self.top, self.at, height, total);
        true
    }

    /// Moves by the wheel; whether it was one.
    pub(crate) fn wheel(&mut self, kind: MouseEventKind, total: usize, height: usize) -> bool {
        let act = match kind {
            MouseEventKind::ScrollUp => Act::Up,
            MouseEventKind::ScrollDown => Act::Down,
            _ => return false,
        };
        (0..3).for_each(|_| {
            self.act(act, total, height);
        });
        true
    }

    /// Keeps the focus within what is there.
    pub(crate) fn clamp(&mut self, total: usize, height: usize) {
        self.at = self.at.min(total.saturating_sub(1));
        self.top = rows::scrolled(self.top, self.at, height, total);
    }
}

/// Which lines are in sight, where not all are.
pub(crate) fn seen(scroll: &Scroll, total: usize, height: usize) -> String {
    if total <= height || height == 0 {
        return String::new();
    }
    let top = rows::scrolled(scroll.top, scroll.at, height, total);
    format!("{}-{} of {total}", top + 1, top + height)
}

/// Draws the lines in sight.
pub(crate) fn draw(
    frame: &mut Frame,
    area: Rect,
    lines: &[SheetLine],
    scroll: &Scroll,
    focus: bool,
    cx: &Cx,
) {
    let height = usize::from(area.height);
    let top = rows::scrolled(scroll.top, scroll.at, height, lines.len());
    for (row, (at, line)) in lines.iter().enumerate().skip(top).take(height).enumerate() {
        let style = if focus && at == scroll.at {
            cx.theme.style(Role::Focus)
        } else {
            cx.theme.style(line.role)
        };
        rows::write(frame, pane::row(area, row), &line.text, style, cx);
        if let Some((column, url)) = &line.address {
            rows::link(frame, pane::row(area, row), &line.text, *column, url, cx);
        }
    }
}
