//! The pane of details beside a list or below it: the fields of what is in focus, what belongs to it,
//! what happened. Keys go there by `l`, and scroll it.

use crossterm::event::MouseEventKind;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{List, draw as list_draw};
use crate::entity::Noun;
use crate::entity::width::wrap;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::Cx;
use crate::tui::screens::text::{self, Scroll};
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::{Sheet, SheetLine, plain};
use crate::tui::widgets::{pane, rows};

/// From this size on the timeline stands beside the fields.
const APART: (u16, u16) = (64, 12);
/// Up to this height what belongs to a record is counted in a line, as its tables have no room.
const LOW: u16 = 12;

/// Which pane has the keys, and how far those of details are scrolled.
#[derive(Debug, Default)]
pub(super) struct Panes {
    /// The list itself, then the panes of details.
    at: usize,
    tops: [usize; 2],
}

impl Panes {
    /// Whether keys go to the details.
    pub(super) fn is_away(&self) -> bool {
        self.at > 0
    }

    /// Gives the keys back to the list; whether they were elsewhere.
    pub(super) fn come_back(&mut self) -> bool {
        std::mem::take(&mut self.at) > 0
    }

    /// Another record is in focus.
    pub(super) fn rewind(&mut self) {
        self.tops = [0; 2];
    }
}

/// A pane of details: where it stands, what it is called, what it says.
struct Part {
    area: Rect,
    title: String,
    lines: Vec<SheetLine>,
    /// Where what belongs to the record begins, and where the timeline does.
    splits: [usize; 2],
}

impl Part {
    fn height(&self) -> usize {
        usize::from(self.area.height.saturating_sub(2))
    }
}

impl List {
    /// Moves the keys between the panes, and scrolls the one that has them; whether it was a key for
    /// that.
    pub(super) fn act_in_panes(&mut self, act: Act, cx: &Cx) -> bool {
        if self.panes.at == 0 && act != Act::Right {
            return false;
        }
        let parts = self.parts(cx);
        self.panes.at = self.panes.at.min(parts.len());
        match act {
            Act::Right if self.panes.at < parts.len() => self.panes.at += 1,
            Act::Left if self.panes.at > 0 => self.panes.at -= 1,
            Act::Back => return self.panes.come_back(),
            _ if self.panes.at > 0 => {
                let at = self.panes.at - 1;
                return self.scroll_part(&parts, at, act);
            }
            _ => return false,
        }
        true
    }

    /// Scrolls by the wheel what is under the pointer, and gives the keys to what is clicked; whether
    /// that was in the details.
    pub(super) fn mouse_in_panes(&mut self, mouse: crossterm::event::MouseEvent, cx: &Cx) -> bool {
        let parts = self.parts(cx);
        let under = parts.iter().position(|p| p.area.contains((mouse.column, mouse.row).into()));
        let Some(at) = under else {
            if matches!(mouse.kind, MouseEventKind::Down(_)) {
                self.panes.come_back();
            }
            return false;
        };
        match mouse.kind {
            MouseEventKind::ScrollUp => (0..3).for_each(|_| {
                self.scroll_part(&parts, at, Act::Up);
            }),
            MouseEventKind::ScrollDown => (0..3).for_each(|_| {
                self.scroll_part(&parts, at, Act::Down);
            }),
            MouseEventKind::Down(_) => self.panes.at = at + 1,
            _ => return false,
        }
        true
    }

    fn scroll_part(&mut self, parts: &[Part], at: usize, act: Act) -> bool {
        let (total, height) = (parts[at].lines.len(), parts[at].height());
        // Lines here have no focus of their own: the page goes by.
        let last = total.saturating_sub(height);
        let top = self.panes.tops[at].min(last);
        let mut scroll = Scroll { at: top, top };
        let moved = scroll.act(act, last + 1, height);
        if moved {
            self.panes.tops[at] = scroll.at;
        }
        moved
    }

    /// The panes of details in sight.
    fn parts(&self, cx: &Cx) -> Vec<Part> {
        list_draw::places(self, cx.area).details.map_or(Vec::new(), |area| parts(self, area, cx))
    }
}

/// What stands in an area: one pane, or where it is wide the timeline in one of its own.
fn parts(list: &List, area: Rect, cx: &Cx) -> Vec<Part> {
    let noun = cx.model.get(list.noun);
    let focus = list.focused();
    let sheet = list.sheet.as_ref().filter(|s| Some(s.record.id) == focus);
    let Some((noun, sheet)) = noun.zip(sheet) else { return Vec::new() };
    let apart = area.width >= APART.0 && area.height >= APART.1 && !list.zoomed;
    let left = if apart { area.width * 9 / 20 } else { area.width };
    let room = usize::from(left.saturating_sub(2));
    let moments = sheet.moments(list.kind.as_deref(), cx);
    let related = sheet.related(room, cx);
    // Where the tables have room enough to say it, their counts stand above them.
    let tells = area.height > LOW && !related.is_empty();
    let counts = if tells { sheet.worth().unwrap_or_default() } else { sheet.counts() };
    let told = if counts.is_empty() { Vec::new() } else { wrap(&counts, Some(room)) };
    let mut lines: Vec<SheetLine> =
        told.into_iter().map(|line| plain(line.to_owned(), Role::Heading)).collect();
    lines.extend(fields(list, sheet, noun, room, cx));
    let timeline = list.kind.as_ref().map_or("timeline".into(), |kind| format!("timeline: {kind}"));
    let fields = lines.len();
    lines.extend(related);
    let splits = [fields, lines.len()];
    let title = sheet.label(noun);
    let mut first = Part { area: Rect { width: left, ..area }, title, lines, splits };
    if apart {
        let key = |act| cx.keys.shown(Place::List, act).unwrap_or_default();
        let (note, call) = (key(Act::Note), key(Act::Call));
        let nothing =
            plain(format!("nothing yet: {note} adds a note, {call} logs a call"), Role::Dim);
        let lines = if moments.is_empty() { vec![nothing] } else { moments };
        let area = Rect { x: area.x + left, width: area.width - left, ..area };
        return vec![first, Part { area, title: timeline, splits: [0; 2], lines }];
    }
    if !moments.is_empty() {
        first.lines.push(plain(timeline, Role::Heading));
        first.lines.extend(moments);
    }
    vec![first]
}

/// Draws the panes.
pub(super) fn draw(list: &List, frame: &mut Frame, area: Rect, cx: &Cx) {
    let parts = parts(list, area, cx);
    if parts.is_empty() {
        pane::framed(frame, area, "", "", false, cx);
    }
    for (at, part) in parts.iter().enumerate() {
        let focus = list.panes.at == at + 1;
        let (total, height) = (part.lines.len(), part.height());
        let top = list.panes.tops[at].min(total.saturating_sub(height));
        let mut lines: Vec<&SheetLine> = part.lines.iter().skip(top).take(height).collect();
        let mut foot = String::new();
        if focus || top > 0 {
            foot = text::seen(&Scroll { at: top, top }, total, height);
        } else if total > height && height > 0 {
            let key = cx.keys.shown(Place::List, Act::Right).unwrap_or_default();
            foot = format!("{} more: {key}", total - height);
            lines = glance(part, height);
        }
        let inside = pane::framed(frame, part.area, &part.title, &foot, focus, cx);
        for (at, line) in lines.into_iter().enumerate() {
            rows::write(frame, pane::row(inside, at), &line.text, cx.theme.style(line.role), cx);
            if let Some((column, url)) = &line.address {
                rows::link(frame, pane::row(inside, at), &line.text, *column, url, cx);
            }
        }
    }
}

/// The lines of a pane that nobody scrolls, where not all fit: the timeline always gets a part of the
/// room, and what belongs to the record another.
fn glance(part: &Part, height: usize) -> Vec<&SheetLine> {
    let (before, timeline) = part.lines.split_at(part.splits[1]);
    let (fields, related) = before.split_at(part.splits[0]);
    let least = timeline.len().min(height / 3 + 1);
    let room = height - least;
    let related = &related[..related.len().min((room / 2).max(room.saturating_sub(fields.len())))];
    // A heading without anything below says nothing.
    let related = if related.len() > 2 { related } else { &[] };
    let kept = (room - related.len()).min(fields.len());
    fields[..kept].iter().chain(related).chain(timeline).take(height).collect()
}

/// The fields; where the list beside shows some already, those come last.
fn fields(list: &List, sheet: &Sheet, noun: &Noun, room: usize, cx: &Cx) -> Vec<SheetLine> {
    let label = noun.label_index();
    let mut lines = sheet.fields(room, cx);
    lines.retain(|l| l.field != Some(label));
    if list.zoomed {
        return lines;
    }
    let rank = |line: &SheetLine| {
        let name = line.field.map_or("", |at| noun.fields[at].name);
        let called = line.field.map_or(String::new(), |at| noun.fields[at].called());
        let in_row = list.heads.iter().any(|h| h.name == called);
        u8::from(in_row) + 2 * u8::from(matches!(name, "id" | "created" | "updated"))
    };
    lines.sort_by_key(rank);
    lines
}
