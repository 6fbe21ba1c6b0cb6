//! The line that narrows what a screen shows, typed in place.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::input::Input;
use super::{pane, rows};
use crate::error::Error;
use crate::tui::screen::{Cx, Event};
use crate::tui::theme::Role;

/// A filter as it is typed, and the one that what is shown is of.
#[derive(Debug, Default)]
pub(crate) struct Narrow {
    typed: Input,
    applied: String,
    typing: bool,
    /// Why the typed one isn't applied; the last good rows stay.
    pub error: Option<Error>,
}

impl Narrow {
    /// One that is applied from the beginning.
    pub(crate) fn by(text: &str) -> Self {
        Self { typed: Input::new(text), applied: text.to_owned(), ..Self::default() }
    }

    /// As it is typed.
    pub(crate) fn text(&self) -> &str {
        self.typed.text()
    }

    /// As it was last asked for.
    pub(crate) fn applied(&self) -> &str {
        &self.applied
    }

    pub(crate) fn set(&mut self, text: &str) {
        self.typed.set(text);
        text.clone_into(&mut self.applied);
    }

    /// Whether letters go into it.
    pub(crate) fn is_typing(&self) -> bool {
        self.typing
    }

    /// Whether it has a line on the screen.
    pub(crate) fn is_shown(&self) -> bool {
        self.typing || !self.text().is_empty() || self.error.is_some()
    }

    pub(crate) fn begin(&mut self) {
        self.typing = true;
    }

    /// Ends the typing; whether there was any.
    pub(crate) fn end(&mut self) -> bool {
        std::mem::take(&mut self.typing)
    }

    /// Takes what is typed into it: whether the text is another now. None where the event isn't its.
    pub(crate) fn take(&mut self, event: &Event) -> Option<bool> {
        let changed = match event {
            Event::Key(press) if self.typing => self.typed.press(*press),
            Event::Paste(text) if self.typing => {
                self.typed.paste(text);
                true
            }
            _ => return None,
        };
        if changed {
            self.typed.text().clone_into(&mut self.applied);
        }
        Some(changed)
    }

    /// Rows that the error takes.
    pub(crate) fn error_rows(&self) -> u16 {
        let rows = self.error.as_ref().map_or(0, |e| 1 + e.message.matches('\n').count());
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    /// Draws the line, behind a sign.
    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, sign: &str, cx: &Cx) {
        if area.is_empty() {
            return;
        }
        let columns = u16::try_from(sign.len()).unwrap_or(0).min(area.width);
        rows::write(frame, Rect { width: columns, ..area }, sign, cx.theme.style(Role::Key), cx);
        let typed = Rect { x: area.x + columns, width: area.width - columns, ..area };
        self.typed.draw(frame, typed, cx.theme.style(Role::Text), self.typing);
    }

    /// Draws what is wrong with it, under the caret that the message has.
    pub(crate) fn draw_error(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let Some(why) = &self.error else { return };
        for (at, line) in why.message.split('\n').enumerate() {
            let text = format!("  {}", pane::safe(line));
            rows::write(frame, pane::row(area, at), &text, cx.theme.style(Role::Bad), cx);
        }
    }
}
