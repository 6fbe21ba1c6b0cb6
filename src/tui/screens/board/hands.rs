//! What keys and the mouse do to the board.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{Board, Drag, MARKS, draw, load};
use crate::tui::keys::Act;
use crate::tui::screen::{Cx, Effects, Screen, Subject, ask, deed};
use crate::tui::screens::views;
use crate::tui::verbs;

impl Board {
    pub(super) fn move_card(&mut self, by: isize) -> Effects {
        let Some(stage) = self.stages.get(self.column) else { return Vec::new() };
        let last = stage.cards.len().saturating_sub(1);
        let at = self.at[self.column].saturating_add_signed(by).min(last);
        let (held, count) = (stage.cards.len() as u64, stage.sums.count);
        self.at[self.column] = at;
        self.mark_range();
        // The end of what is loaded is near, there is more, and it isn't on its way yet.
        if self.counted && at + 10 > last && held < count && self.limit <= held {
            self.limit = held * 2;
            return self.look();
        }
        Vec::new()
    }

    /// Marks the cards from where the range began, in that stage alone.
    pub(super) fn mark_range(&mut self) {
        let (Some((column, from)), Some(stage)) = (self.range_here(), self.stages.get(self.column))
        else {
            return;
        };
        let (low, high) = (from.min(self.at[column]), from.max(self.at[column]));
        self.marks.add(stage.cards.iter().take(high + 1).skip(low).map(|card| card.id));
    }

    /// Where the range of marks in the stage in focus began.
    pub(super) fn range_here(&self) -> Option<(usize, usize)> {
        self.range.filter(|(column, _)| *column == self.column)
    }

    /// Begins a range of marks, or ends it.
    pub(super) fn turn_range(&mut self) {
        let begun = self.range_here().is_some();
        self.range = None;
        if let (false, Some(at), true) = (begun, self.at.get(self.column), self.focused().is_some())
        {
            self.range = Some((self.column, *at));
            self.mark_range();
        }
    }

    /// Marks all of the stage in focus that match, those too that aren't loaded; or none.
    pub(super) fn mark_all(&mut self) -> Effects {
        let Some(stage) = self.stages.get(self.column).filter(|_| !self.marks.clear()) else {
            return Vec::new();
        };
        if stage.cards.len() as u64 >= stage.sums.count {
            self.marks.add(stage.cards.iter().map(|card| card.id));
            return Vec::new();
        }
        let (shown, id) = (self.shown(), stage.sums.id);
        vec![ask(MARKS, move |desk| load::of_stage(desk, &shown, id))]
    }

    pub(super) fn move_column(&mut self, by: isize) {
        let last = self.stages.len().saturating_sub(1);
        self.column = self.column.saturating_add_signed(by).min(last);
    }

    pub(super) fn back(&mut self) -> Option<Effects> {
        if self.drag.take().is_some() || self.filter.end() {
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.range.take().is_some() {
        } else if !self.filter.text().is_empty() {
            self.filter.set("");
            return Some(self.typed());
        } else if !self.marks.clear() {
            return None;
        }
        Some(Vec::new())
    }

    pub(super) fn act(&mut self, act: Act, cx: &Cx) -> Option<Effects> {
        let page = isize::try_from(draw::cards_high(self, cx)).unwrap_or(1);
        let far = isize::MAX / 2;
        match act {
            Act::Up => return Some(self.move_card(-1)),
            Act::Down => return Some(self.move_card(1)),
            Act::HalfUp | Act::PageUp => return Some(self.move_card(-page.max(1))),
            Act::HalfDown | Act::PageDown => return Some(self.move_card(page.max(1))),
            Act::First => return Some(self.move_card(-far)),
            Act::Last => return Some(self.move_card(far)),
            Act::Left => self.move_column(-1),
            Act::Right => self.move_column(1),
            Act::NextPane => self.column = (self.column + 1) % self.stages.len().max(1),
            Act::LastPane => {
                let count = self.stages.len().max(1);
                self.column = (self.column + count - 1) % count;
            }
            Act::NextView => return Some(self.turn(1)),
            Act::LastView => return Some(self.turn(-1)),
            Act::Pipeline => return Some(vec![self.choose_stop()]),
            Act::New => return Some(vec![self.add(cx)?]),
            Act::Sort => return Some(vec![self.choose_order(cx)?]),
            Act::SaveView => return Some(vec![views::ask_name(&self.whole_filter())]),
            Act::Back => return self.back(),
            Act::Open if self.filter.end() => {}
            Act::Filter => self.filter.begin(),
            Act::Mark => {
                if let Some(id) = self.focused().map(|c| c.id) {
                    self.marks.turn(id);
                    return Some(self.move_card(1));
                }
            }
            Act::MarkAll => return Some(self.mark_all()),
            Act::Range => self.turn_range(),
            Act::Zoom => self.zoomed = !self.zoomed,
            Act::Export => return Some(vec![self.export(cx)]),
            Act::StepOn => return self.step(1),
            Act::StepBack => return self.step(-1),
            Act::Preview => self.details = !self.details,
            Act::Reload => return Some(self.look()),
            _ => return None,
        }
        Some(Vec::new())
    }

    pub(super) fn mouse(&mut self, mouse: MouseEvent, cx: &Cx) -> Option<Effects> {
        let hit = draw::hit(self, cx, mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollUp | MouseEventKind::ScrollDown => {
                if let Some((column, _)) = hit {
                    self.column = column;
                }
                return Some(self.move_card(if mouse.kind == MouseEventKind::ScrollUp {
                    -1
                } else {
                    1
                }));
            }
            MouseEventKind::Down(MouseButton::Left) => {
                let (column, card) = hit?;
                self.column = column;
                let Some(at) = card else { return Some(Vec::new()) };
                self.at[column] = at;
                let id = self.focused().map(|c| c.id)?;
                self.drag = Some(Drag { id, from: (mouse.column, mouse.row), over: None });
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                let drag = self.drag.as_ref()?;
                let far = mouse.column.abs_diff(drag.from.0) + mouse.row.abs_diff(drag.from.1) > 1;
                let lifted = far || drag.over.is_some();
                // The edge scrolls the stages; what is under the pointer then is the target.
                if mouse.column == 0 {
                    self.move_column(-1);
                } else if mouse.column + 1 >= cx.area.width {
                    self.move_column(1);
                }
                let under = draw::hit(self, cx, mouse.column, mouse.row);
                if let (Some(drag), true) = (&mut self.drag, lifted) {
                    drag.over = under.map(|(column, _)| column).or(Some(usize::MAX));
                }
            }
            MouseEventKind::Up(MouseButton::Left) => {
                let drag = self.drag.take()?;
                return Some(self.drop_card(&drag));
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Moves what keys are about one stage on or back, in sight at once.
    pub(super) fn step(&mut self, by: isize) -> Option<Effects> {
        let subject = self.subject()?;
        // Not all that is marked has to be in sight: the worker knows of all, or says why it can't.
        self.shift_cards(&subject.ids, by);
        self.moving += 1;
        Some(vec![verbs::step_stage(subject, by)])
    }

    /// A card was let go over a column.
    pub(super) fn drop_card(&mut self, drag: &Drag) -> Effects {
        let Some(target) = drag.over else { return Vec::new() };
        let Some(stage) = self.stages.get(target) else { return Vec::new() };
        let (Some(card), false) = (self.card(drag.id), stage.cards.iter().any(|c| c.id == drag.id))
        else {
            return Vec::new();
        };
        let subject = Subject { noun: "deal", ids: vec![drag.id], label: card.name.clone() };
        let moves = vec![(format!("{}/{}", stage.sums.pipeline, stage.sums.name), vec![drag.id])];
        self.focus_on(drag.id);
        self.put_card(drag.id, target);
        self.moving += 1;
        vec![deed(move |desk| verbs::move_to(desk, &subject, &moves))]
    }
}
