//! Somebody else changed the same fields: mine, theirs and what both began with, side by side.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::entity::shown::shown;
use crate::entity::width::pad;
use crate::entity::{Part, Record, Value};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{pane, rows};

/// One field in conflict.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub field: usize,
    pub base: Value,
    pub theirs: Value,
    pub mine: String,
    pub keep_mine: bool,
}

/// What was decided: the record as it is now, and for each field whether mine goes over it.
pub(crate) struct Settled {
    pub now: Record,
    pub mine: Vec<(usize, bool)>,
}

struct Conflict {
    noun: &'static str,
    now: Record,
    rows: Vec<Row>,
    at: usize,
}

/// The choice between mine and theirs.
pub(crate) fn open(noun: &'static str, now: Record, rows: Vec<Row>) -> Box<dyn Screen> {
    Box::new(Conflict { noun, now, rows, at: 0 })
}

impl Screen for Conflict {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn title(&self, _: &Cx) -> String {
        "conflict".into()
    }

    fn update(&mut self, event: Event, _: &Cx) -> Option<Effects> {
        let last = self.rows.len();
        match event {
            Event::Act(Act::Up | Act::LastPane) => self.at = self.at.checked_sub(1).unwrap_or(last),
            Event::Act(Act::Down | Act::NextPane) => {
                self.at = if self.at >= last { 0 } else { self.at + 1 }
            }
            Event::Act(Act::Open) if self.at == last => {
                let mine = self.rows.iter().map(|r| (r.field, r.keep_mine)).collect();
                let settled = Settled { now: self.now.clone(), mine };
                return Some(vec![Effect::Pop, Effect::Tell(Box::new(settled))]);
            }
            Event::Act(Act::Open) => self.rows[self.at].keep_mine = !self.rows[self.at].keep_mine,
            Event::Key(press)
                if press.code == crossterm::event::KeyCode::Char(' ') && self.at < last =>
            {
                self.rows[self.at].keep_mine = !self.rows[self.at].keep_mine;
            }
            Event::Key(_) | Event::Paste(_) | Event::Changed => {}
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let Some(noun) = cx.model.get(self.noun) else { return };
        let height = u16::try_from(self.rows.len() * 4 + 5).unwrap_or(u16::MAX);
        let title = format!("Somebody else changed {}:{} meanwhile", self.noun, self.now.id);
        let inside = pane::popup(
            frame,
            area,
            (90, height),
            &title,
            "Enter turns a field; Esc back to the form",
            cx,
        );
        let mut row = 0;
        let mut put = |text: String, role: Role| {
            rows::write(frame, pane::row(inside, row), &text, cx.theme.style(role), cx);
            row += 1;
        };
        for (at, clash) in self.rows.iter().enumerate() {
            let field = noun.fields[clash.field];
            let cell =
                |v: &Value| pane::safe(&shown(field, Part::Whole, v, cx.zone()).replace('\n', " "));
            let focus = at == self.at;
            let sign = if focus { ">" } else { " " };
            put(
                format!("{sign} {}", field.called()),
                if focus { Role::Focus } else { Role::Heading },
            );
            let on = |is: bool| if is { "(x)" } else { "( )" };
            let line = |name: &str, value: String| format!("    {} {value}", pad(name, 12, false));
            put(
                line(
                    &format!("{} mine", on(clash.keep_mine)),
                    pane::safe(&clash.mine.replace('\n', " ")),
                ),
                Role::Text,
            );
            put(line(&format!("{} theirs", on(!clash.keep_mine)), cell(&clash.theirs)), Role::Text);
            put(line("    base", cell(&clash.base)), Role::Dim);
        }
        let focus = self.at == self.rows.len();
        let role = if focus { Role::Focus } else { Role::Key };
        put(format!("{} save as chosen", if focus { ">" } else { " " }), role);
    }

    fn is_popup(&self) -> bool {
        true
    }
}
