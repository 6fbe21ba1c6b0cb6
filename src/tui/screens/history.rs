//! The story of a record: who changed what, when, from what to what.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::text::{self, Scroll};
use crate::entity::Part;
use crate::entity::shown::{local, shown};
use crate::entity::when::stored_instant;
use crate::error::Result;
use crate::store::HistoryEntry;
use crate::tui::keys::Place;
use crate::tui::screen::{Cx, Effects, Event, Screen, Toast, answer, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::pane;
use crate::tui::widgets::sheet::{SheetLine, plain};

struct History {
    noun: &'static str,
    id: i64,
    entries: Vec<HistoryEntry>,
    scroll: Scroll,
}

/// The history of a record.
pub(crate) fn open(noun: &'static str, id: i64) -> Box<dyn Screen> {
    Box::new(History { noun, id, entries: Vec::new(), scroll: Scroll::default() })
}

impl History {
    fn look(&self) -> Effects {
        let (noun, id) = (self.noun, self.id);
        vec![ask(0, move |desk| desk.reader()?.history(desk.store.noun(noun)?, id))]
    }

    /// Newest first.
    fn lines(&self, cx: &Cx) -> Vec<SheetLine> {
        let Some(noun) = cx.model.get(self.noun) else { return Vec::new() };
        let mut lines = Vec::new();
        for entry in self.entries.iter().rev() {
            let at = stored_instant(&entry.change.at)
                .map_or(entry.change.at.clone(), |at| local(at, cx.zone()));
            let fate =
                entry.change.undone_by.map_or(String::new(), |by| format!("  undone by {by}"));
            let made = if entry.created { "  made" } else { "" };
            let head = format!(
                "{at}  {}  {}{made}{fate}",
                pane::safe(&entry.change.who),
                pane::safe(&entry.change.kind)
            );
            lines.push(plain(head, Role::Heading));
            for edit in &entry.edits {
                let cell = |value| match noun.index(&edit.field) {
                    Some(i) => shown(noun.fields[i], Part::Whole, value, cx.zone()),
                    None => value.to_cell(),
                };
                let (old, new) = (cell(&edit.old), cell(&edit.new));
                let said = |text: &str| {
                    if text.is_empty() { "(empty)".to_owned() } else { pane::safe(text) }
                };
                lines.push(plain(
                    format!(
                        "    {:<16} {} -> {}",
                        noun.index(&edit.field).map_or_else(
                            || edit.field.replace('_', " "),
                            |i| noun.fields[i].called()
                        ),
                        said(&old),
                        said(&new)
                    ),
                    Role::Text,
                ));
            }
        }
        lines
    }
}

impl Screen for History {
    fn place(&self) -> Place {
        Place::Page
    }

    fn title(&self, _: &Cx) -> String {
        format!("history of {}:{}", self.noun, self.id)
    }

    fn open(&mut self, _: &Cx) -> Effects {
        self.look()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let height = usize::from(cx.area.height).saturating_sub(2);
        let total = self.lines(cx).len();
        match event {
            Event::Act(act) if self.scroll.act(act, total, height) => {}
            Event::Mouse(mouse) if self.scroll.wheel(mouse.kind, total, height) => {}
            Event::Changed => return Some(self.look()),
            Event::Answer(_, said) => match answer::<Result<Vec<HistoryEntry>>>(said)? {
                Ok(entries) => self.entries = entries,
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let lines = self.lines(cx);
        let foot =
            text::seen(&self.scroll, lines.len(), usize::from(area.height.saturating_sub(2)));
        let inside = pane::framed(frame, area, &self.title(cx), &foot, true, cx);
        text::draw(frame, inside, &lines, &self.scroll, true, cx);
    }

    fn command(&self) -> Option<String> {
        Some(format!("{} history {}", self.noun, self.id))
    }
}
