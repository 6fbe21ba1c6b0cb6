//! What keys and the mouse do to a list.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{List, draw};
use crate::tui::keys::Act;
use crate::tui::screen::{Cx, Effect, Effects, Screen};
use crate::tui::screens::line::{self, Known};
use crate::tui::screens::text::Scroll;
use crate::tui::screens::{export, happened, order, views};
use crate::tui::verbs;

impl List {
    /// Takes a layer away: typing, filter, range, marks.
    pub(super) fn back(&mut self, cx: &Cx) -> Option<Effects> {
        if self.filter.end() {
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.range.take().is_some() {
        } else if !self.filter.text().is_empty() && !self.tabs.is_empty() {
            self.filter.set("");
            return Some(self.typed(cx));
        } else if !self.marks.clear() {
            return None;
        }
        Some(Vec::new())
    }

    pub(super) fn mark(&mut self) {
        if let Some(id) = self.focused() {
            self.marks.turn(id);
        }
    }

    pub(super) fn mark_range(&mut self) {
        if let Some(from) = self.range {
            let (low, high) = (from.min(self.at), from.max(self.at));
            self.marks.add(self.ids.some(low, high + 1));
        }
    }

    pub(super) fn moved(&mut self, act: Act, cx: &Cx) -> bool {
        let mut scroll = Scroll { at: self.at, top: self.top };
        let moved = scroll.act(act, self.ids.len(), self.height(cx));
        (self.at, self.top) = (scroll.at, scroll.top);
        if moved && !self.ids.is_empty() {
            self.mark_range();
        }
        moved
    }

    pub(super) fn act(&mut self, act: Act, cx: &Cx) -> Option<Effects> {
        if !self.filter.is_typing() && self.act_in_panes(act, cx) {
            return Some(Vec::new());
        }
        if self.moved(act, cx) {
            return Some(self.settle(cx));
        }
        match act {
            Act::Back => return self.back(cx),
            Act::Open if self.filter.end() => {}
            Act::Filter => self.filter.begin(),
            Act::Mark => {
                self.mark();
                self.moved(Act::Down, cx);
                return Some(self.settle(cx));
            }
            Act::MarkAll => self.marks.turn_all(self.ids.iter()),
            Act::Range => match self.range.take() {
                Some(_) => {}
                None if self.ids.is_empty() => {}
                None => {
                    self.range = Some(self.at);
                    self.mark_range();
                }
            },
            Act::Preview => {
                self.preview = !self.preview;
                self.sheet_of = None;
                return Some(self.settle(cx));
            }
            Act::Zoom => {
                self.zoomed = !self.zoomed;
                self.sheet_of = None;
                return Some(self.settle(cx));
            }
            Act::Happened => {
                return Some(self.sheet.as_ref().map(happened::choose).into_iter().collect());
            }
            Act::Export => {
                let (command, plural) = (self.command()?, cx.model.get(self.noun)?.entity.plural);
                return Some(vec![export::csv(&command, plural, cx)]);
            }
            Act::NextView | Act::NextPane if !self.tabs.is_empty() => {
                return Some(self.turn_to((self.tab + 1) % self.tabs.len(), cx));
            }
            Act::LastView | Act::LastPane if !self.tabs.is_empty() => {
                return Some(self.turn_to((self.tab + self.tabs.len() - 1) % self.tabs.len(), cx));
            }
            // Where nothing goes a step on and back, there is only the view to move.
            Act::StepOn if !verbs::steps(self.noun) => self.scroll_columns(1),
            Act::StepBack if !verbs::steps(self.noun) => self.scroll_columns(-1),
            Act::ColumnsOn => self.scroll_columns(1),
            Act::ColumnsBack => self.scroll_columns(-1),
            Act::New => {
                let known: Vec<Known> = self.of.clone().into_iter().collect();
                return Some(vec![Effect::Push(line::quick_add(self.noun, known, cx))]);
            }
            Act::Sort => return Some(vec![self.choose_sort(cx)?]),
            Act::Columns => return Some(vec![self.choose_columns(cx)?]),
            Act::SaveView => return Some(vec![views::ask_name(&self.wanted(cx).whole_filter())]),
            Act::Reload => {
                self.sheet_of = None;
                return Some(vec![self.list(cx, true)]);
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    pub(super) fn choose_sort(&self, cx: &Cx) -> Option<Effect> {
        let noun = cx.model.get(self.noun)?;
        let now = self.wanted(cx).sort;
        let usual = self.tabs.get(self.tab).map_or("", |t| t.sort.as_str());
        let usual = if usual.is_empty() { noun.entity.sort } else { usual };
        let offer = order::Offer { now: &now, usual, first: noun.entity.columns, without: &[] };
        Some(order::choose(noun, &offer))
    }

    pub(super) fn mouse(&mut self, mouse: MouseEvent, cx: &Cx) -> Option<Effects> {
        if self.mouse_in_panes(mouse, cx) {
            return Some(Vec::new());
        }
        let places = draw::places(self, cx.area);
        match mouse.kind {
            MouseEventKind::ScrollUp => (0..3).for_each(|_| {
                self.moved(Act::Up, cx);
            }),
            MouseEventKind::ScrollDown => (0..3).for_each(|_| {
                self.moved(Act::Down, cx);
            }),
            MouseEventKind::Down(MouseButton::Left) if mouse.row == places.views.y => {
                let tab = draw::tab_at(self, places.views, mouse.column);
                return Some(tab.map_or(Vec::new(), |tab| self.turn_to(tab, cx)));
            }
            MouseEventKind::Down(MouseButton::Left) => {
                let inside = places.rows.contains((mouse.column, mouse.row).into());
                let at = usize::from(mouse.row.saturating_sub(places.rows.y)) + self.top;
                if !inside || at >= self.ids.len() {
                    return Some(Vec::new());
                }
                if at == self.at {
                    return Some(vec![Effect::Act(Act::Open)]);
                }
                self.at = at;
            }
            _ => return None,
        }
        Some(self.settle(cx))
    }
}
