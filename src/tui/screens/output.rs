//! What a command of rolo said.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::text::{self, Scroll};
use crate::tui::CommandLine;
use crate::tui::keys::Place;
use crate::tui::screen::{Cx, Effects, Event, Screen, answer, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::pane;
use crate::tui::widgets::sheet::{SheetLine, plain};

struct Output {
    line: String,
    run: CommandLine,
    lines: Option<Vec<SheetLine>>,
    scroll: Scroll,
}

/// Runs a command line, and shows what it says.
pub(crate) fn open(line: String, run: CommandLine) -> Box<dyn Screen> {
    Box::new(Output { line, run, lines: None, scroll: Scroll::default() })
}

impl Screen for Output {
    fn place(&self) -> Place {
        Place::Page
    }

    fn title(&self, _: &Cx) -> String {
        format!("rolo {}", self.line)
    }

    fn open(&mut self, _: &Cx) -> Effects {
        let (line, run) = (self.line.clone(), self.run.clone());
        vec![ask(0, move |_| run(&line).text())]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let total = self.lines.as_ref().map_or(0, Vec::len);
        let height = usize::from(cx.area.height).saturating_sub(2);
        match event {
            Event::Act(act) if self.scroll.act(act, total, height) => {}
            Event::Mouse(mouse) if self.scroll.wheel(mouse.kind, total, height) => {}
            Event::Answer(_, said) => {
                let text = answer::<String>(said)?;
                let text =
                    if text.trim().is_empty() { "done: it said nothing".into() } else { text };
                let line = |l: &str| plain(pane::safe(l), Role::Text);
                self.lines = Some(text.trim_end().split('\n').map(line).collect());
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let inside = pane::framed(frame, area, &self.title(cx), "", true, cx);
        let waiting = [plain("running".into(), Role::Dim)];
        let lines = self.lines.as_deref().unwrap_or(&waiting);
        text::draw(frame, inside, lines, &self.scroll, false, cx);
    }

    fn command(&self) -> Option<String> {
        Some(self.line.clone())
    }
}
