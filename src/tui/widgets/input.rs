//! One line that is typed into.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tui_input::{Input as Inner, InputRequest};

use crate::entity::text::visible;
use crate::entity::width::{first_columns, last_columns, width};
use crate::tui::keys::Press;

/// How many changes Ctrl+Z takes back.
const STEPS: usize = 200;

/// A line of text with a cursor, and what it was before each change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    inner: Inner,
    before: Vec<String>,
    /// What the last key did: more of the same is no new step.
    run: Run,
}

/// What a key does to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Run {
    #[default]
    None,
    Word,
    Gap,
    Removed,
}

impl Input {
    pub(crate) fn new(text: &str) -> Self {
        Self { inner: Inner::new(text.to_owned()), ..Self::default() }
    }

    pub(crate) fn text(&self) -> &str {
        self.inner.value()
    }

    pub(crate) fn set(&mut self, text: &str) {
        self.run = Run::None;
        self.keep();
        self.inner = Inner::new(text.to_owned());
    }

    fn keep(&mut self) {
        if self.before.last().map(String::as_str) != Some(self.inner.value()) {
            self.before.push(self.inner.value().to_owned());
            if self.before.len() > STEPS {
                self.before.remove(0);
            }
        }
    }

    /// Takes a key; whether the text has changed.
    pub(crate) fn press(&mut self, press: Press) -> bool {
        use InputRequest as Ask;
        let control = press.held.contains(KeyModifiers::CONTROL);
        let request = match press.code {
            KeyCode::Char('z') if control => return self.undo(),
            KeyCode::Char('w') if control => Ask::DeletePrevWord,
            KeyCode::Char('u') if control => Ask::DeleteLine,
            KeyCode::Char('k') if control => Ask::DeleteTillEnd,
            KeyCode::Char('a') if control => Ask::GoToStart,
            KeyCode::Char(c) if press.is_text() => Ask::InsertChar(c),
            KeyCode::Backspace => Ask::DeletePrevChar,
            KeyCode::Delete => Ask::DeleteNextChar,
            KeyCode::Left if control => Ask::GoToPrevWord,
            KeyCode::Right if control => Ask::GoToNextWord,
            KeyCode::Left => Ask::GoToPrevChar,
            KeyCode::Right => Ask::GoToNextChar,
            KeyCode::Home => Ask::GoToStart,
            KeyCode::End => Ask::GoToEnd,
            _ => return false,
        };
        // A run of letters is one step, as is a run of removed ones; a word's first letter begins one.
        let run = match request {
            Ask::InsertChar(c) if c.is_whitespace() => Run::Gap,
            Ask::InsertChar(_) => Run::Word,
            Ask::DeletePrevChar | Ask::DeleteNextChar => Run::Removed,
            _ => Run::None,
        };
        let goes_on = run != Run::None && run == self.run;
        self.run = run;
        let kept = self.before.len();
        if !goes_on {
            self.keep();
        }
        let changed = self.inner.handle(request).is_some_and(|c| c.value);
        if !changed && self.before.len() > kept {
            self.before.pop();
        }
        changed
    }

    /// The text before the cursor, and from there on.
    fn halves(&self) -> (&str, &str) {
        let value = self.text();
        let at = value.char_indices().nth(self.inner.cursor()).map_or(value.len(), |(at, _)| at);
        value.split_at(at)
    }

    fn undo(&mut self) -> bool {
        self.run = Run::None;
        let Some(text) = self.before.pop() else { return false };
        self.inner = Inner::new(text);
        true
    }

    /// Takes pasted text as one step; line ends become spaces.
    pub(crate) fn paste(&mut self, text: &str) {
        self.run = Run::None;
        self.keep();
        let line = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
        let (before, behind) = self.halves();
        let cursor = self.inner.cursor() + line.chars().count();
        self.inner = Inner::new([before, &line, behind].concat()).with_cursor(cursor);
    }

    /// Draws the line with its cursor, scrolled so that the cursor is in sight.
    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, style: Style, active: bool) {
        if area.is_empty() {
            return;
        }
        let room = usize::from(area.width).max(1);
        // Text that could move the terminal's cursor is shown as marks, before and behind alike.
        // Of a long text no more is looked at than is in sight.
        let (before, behind) = self.halves();
        let before = visible(last_columns(before, room));
        let left = last_columns(&before, room - 1);
        let at = width(left);
        let behind = visible(first_columns(behind, room));
        let line = Line::from(vec![Span::raw(left.to_owned()), Span::raw(behind.into_owned())]);
        frame.render_widget(line.style(style), area);
        if active {
            let x = area.x + u16::try_from(at).unwrap_or(0).min(area.width - 1);
            frame.set_cursor_position(Position::new(x, area.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(input: &mut Input, keys: &str) {
        for key in Press::sequence(keys).unwrap() {
            input.press(key);
        }
    }

    #[test]
    fn typing_goes_by_graphemes_and_ctrl_z_takes_back() {
        let mut input = Input::new("Zoe\u{308}");
        typed(&mut input, "backspace");
        assert_eq!(input.text(), "Zo");
        typed(&mut input, "ctrl+z");
        assert_eq!(input.text(), "Zoe\u{308}");
        typed(&mut input, "home 王 end ctrl+w");
        assert_eq!(input.text(), "王");
    }

    #[test]
    fn ctrl_z_takes_back_a_word_at_a_time() {
        let mut input = Input::new("");
        typed(&mut input, "o n e space t w o");
        typed(&mut input, "ctrl+z");
        assert_eq!(input.text(), "one ");
        typed(&mut input, "ctrl+z ctrl+z");
        assert_eq!(input.text(), "");
        typed(&mut input, "王 伟 left x backspace backspace");
        assert_eq!(input.text(), "伟");
        typed(&mut input, "ctrl+z");
        assert_eq!(input.text(), "王x伟");
        typed(&mut input, "ctrl+z");
        assert_eq!(input.text(), "王伟");
    }

    #[test]
    fn a_paste_is_one_step_and_one_line() {
        let mut input = Input::new("a");
        input.paste("b\r\nc\td");
        assert_eq!(input.text(), "ab c d");
        typed(&mut input, "ctrl+z");
        assert_eq!(input.text(), "a");
        typed(&mut input, "b home");
        input.paste("王é");
        typed(&mut input, "x");
        assert_eq!(input.text(), "王éxab");
    }

    #[test]
    fn a_long_text_is_drawn_from_before_its_cursor_on() {
        let mut input = Input::new("");
        input.paste(&"Zeile 王伟 é ".repeat(20_000));
        typed(&mut input, "e n d");
        let shown = |input: &Input| {
            let mut terminal =
                ratatui::Terminal::new(ratatui::backend::TestBackend::new(8, 1)).unwrap();
            let area = Rect::new(0, 0, 8, 1);
            terminal.draw(|f| input.draw(f, area, Style::default(), true)).unwrap();
            terminal.backend().to_string()
        };
        assert_eq!(shown(&input), "\" é end  \"\n");
        typed(&mut input, "home");
        assert!(shown(&input).starts_with("\"Zeile 王\""), "{}", shown(&input));
    }
}
