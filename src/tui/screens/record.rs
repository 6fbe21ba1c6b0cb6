//! A record's own page: fields, what links to it, what happened with it.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::happened;
use super::text::{self, Scroll};
use crate::entity::width::wrap;
use crate::error::Result;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Subject, Toast, answer, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::pane;
use crate::tui::widgets::sheet::{Leads, Sheet, SheetLine, plain};

/// A page with its panes.
struct Record {
    noun: &'static str,
    id: i64,
    sheet: Option<Sheet>,
    pane: usize,
    scrolls: [Scroll; 2],
    /// The pane in focus has all the room.
    zoomed: bool,
    /// The kind of the timeline that is shown.
    kind: Option<String>,
}

/// Fields that nobody fills.
const KEPT: [&str; 4] = ["id", "created", "updated", "created_by"];

/// The page of a record.
pub(crate) fn open(noun: &'static str, id: i64) -> Box<dyn Screen> {
    Box::new(Record {
        noun,
        id,
        sheet: None,
        pane: 0,
        scrolls: Default::default(),
        zoomed: false,
        kind: None,
    })
}

impl Record {
    fn look(&self) -> Effects {
        let (noun, id) = (self.noun, self.id);
        let most = if self.kind.is_some() { happened::MOST } else { 500 };
        vec![ask(0, move |desk| Sheet::read(desk, noun, id, most))]
    }

    /// The panes with their places: side by side where there is room, else one below the other, else
    /// the one in focus alone.
    fn places(&self, area: Rect) -> [Rect; 2] {
        if self.zoomed || area.height < 14 {
            let none = Rect { height: 0, ..area };
            return if self.pane == 0 { [area, none] } else { [none, area] };
        }
        if area.width >= 100 {
            let left = area.width / 2;
            let right = Rect { x: area.x + left, width: area.width - left, ..area };
            return [Rect { width: left, ..area }, right];
        }
        let below = area.height / 3;
        let low = Rect { y: area.bottom() - below, height: below, ..area };
        [Rect { height: area.height - below, ..area }, low]
    }

    /// Lines of the pane of fields, and of the timeline.
    fn lines(&self, cx: &Cx) -> [Vec<SheetLine>; 2] {
        let (Some(sheet), Some(noun)) = (&self.sheet, cx.model.get(self.noun)) else {
            return [Vec::new(), Vec::new()];
        };
        let room = usize::from(self.places(cx.area)[0].width.saturating_sub(2));
        let mut left = sheet.fields(room, cx);
        let related = sheet.related(room, cx);
        if !related.is_empty() {
            // What rolo keeps itself is looked at last.
            let is_kept = |line: &SheetLine| {
                line.field.is_some_and(|at| KEPT.contains(&noun.fields[at].name))
            };
            let kept: Vec<SheetLine> = left.extract_if(.., |line| is_kept(line)).collect();
            left.extend(related);
            if !kept.is_empty() {
                left.push(plain(String::new(), Role::Text));
                left.extend(kept);
            }
        }
        let mut right = sheet.moments(self.kind.as_deref(), cx);
        if right.is_empty() {
            let key = |act| cx.keys.shown(Place::Record, act).unwrap_or_default();
            let text = format!(
                "nothing with this {} itself: {} adds a note, {} logs a call",
                noun.name(),
                key(Act::Note),
                key(Act::Call)
            );
            let places = self.places(cx.area);
            let room = usize::from(places[1].width.saturating_sub(2)).max(20);
            right.extend(wrap(&text, Some(room)).iter().map(|l| plain((*l).to_owned(), Role::Dim)));
        }
        [left, right]
    }

    fn height(&self, cx: &Cx) -> usize {
        usize::from(self.places(cx.area)[self.pane].height.saturating_sub(2))
    }

    fn focused(&self, cx: &Cx) -> Option<SheetLine> {
        self.lines(cx)[self.pane].get(self.scrolls[self.pane].at).cloned()
    }

    fn act(&mut self, act: Act, cx: &Cx) -> Option<Effects> {
        let total = self.lines(cx)[self.pane].len();
        let height = self.height(cx);
        if self.scrolls[self.pane].act(act, total, height) {
            return Some(Vec::new());
        }
        match act {
            Act::NextPane | Act::LastPane | Act::Right => self.pane = 1 - self.pane,
            Act::Zoom => self.zoomed = !self.zoomed,
            Act::Back if self.zoomed => self.zoomed = false,
            Act::Happened => return Some(vec![happened::choose(self.sheet.as_ref()?)]),
            Act::Left if self.pane == 1 => self.pane = 0,
            Act::Left => return Some(vec![Effect::Pop]),
            Act::Open => {
                let line = self.focused(cx)?;
                return Some(match (line.leads, line.field) {
                    (Some(Leads::Record(noun, id)), _) if (noun, id) != (self.noun, self.id) => {
                        vec![Effect::Push(open(noun, id))]
                    }
                    (Some(Leads::List(noun, filter)), _) => {
                        vec![Effect::Push(super::list::filtered(noun, &filter))]
                    }
                    (_, Some(field)) => match self.change(field, cx) {
                        effects if effects.is_empty() => self.not_by_hand(field, cx),
                        effects => effects,
                    },
                    _ => Vec::new(),
                });
            }
            Act::Inline => {
                // On what isn't changed by hand, the fields that are come to choose from.
                let field = self.focused(cx).and_then(|l| l.field)?;
                return Some(self.change(field, cx)).filter(|effects| !effects.is_empty());
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Why a field isn't changed here.
    fn not_by_hand(&self, field: usize, cx: &Cx) -> Effects {
        let Some(field) = cx.model.get(self.noun).map(|noun| noun.fields[field]) else {
            return Vec::new();
        };
        let menu = cx.keys.shown(Place::Record, Act::Menu).unwrap_or_default();
        vec![Toast::good(match field.deed {
            Some(deed) => format!("`{deed}` changes the {}: {menu} does it", field.called()),
            None => format!("the {} isn't changed by hand", field.called()),
        })]
    }

    fn change(&self, field: usize, cx: &Cx) -> Effects {
        let open = cx.model.get(self.noun).is_some_and(|n| super::form::is_open(n.fields[field]));
        match self.subject().filter(|_| open) {
            Some(subject) => vec![Effect::Push(super::form::field(subject, field))],
            None => Vec::new(),
        }
    }
}

impl Screen for Record {
    fn place(&self) -> Place {
        Place::Record
    }

    fn title(&self, cx: &Cx) -> String {
        let label = self.sheet.as_ref().zip(cx.model.get(self.noun)).map(|(s, n)| s.label(n));
        format!("{}:{} {}", self.noun, self.id, label.unwrap_or_default())
    }

    fn open(&mut self, _: &Cx) -> Effects {
        self.look()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        match event {
            Event::Act(act) => return self.act(act, cx),
            Event::Changed => return Some(self.look()),
            Event::Told(what) => {
                self.kind = what.downcast::<happened::Kind>().ok()?.0;
                self.pane = 1;
                self.scrolls[1] = Scroll::default();
                return Some(self.look());
            }
            Event::Answer(_, said) => match answer::<Result<Sheet>>(said)? {
                Ok(sheet) => {
                    self.sheet = Some(sheet);
                    let lines = self.lines(cx).map(|l| l.len());
                    for (at, total) in lines.into_iter().enumerate() {
                        let height = usize::from(self.places(cx.area)[at].height.saturating_sub(2));
                        self.scrolls[at].clamp(total, height);
                    }
                }
                Err(why) => return Some(vec![Effect::Pop, Toast::bad(&why)]),
            },
            Event::Mouse(mouse) => {
                let places = self.places(cx.area);
                let over =
                    places.iter().position(|p| p.contains((mouse.column, mouse.row).into()))?;
                self.pane = over;
                let (total, height) = (self.lines(cx)[over].len(), self.height(cx));
                if self.scrolls[over].wheel(mouse.kind, total, height) {
                    return Some(Vec::new());
                }
                if mouse.kind == MouseEventKind::Down(MouseButton::Left) {
                    let at = usize::from(mouse.row.saturating_sub(places[over].y + 1))
                        + self.scrolls[over].top;
                    if at >= total {
                        return Some(Vec::new());
                    }
                    if at == self.scrolls[over].at {
                        return self.act(Act::Open, cx);
                    }
                    self.scrolls[over].at = at;
                }
            }
            Event::Resized => {
                for at in 0..2 {
                    let height = usize::from(self.places(cx.area)[at].height.saturating_sub(2));
                    let total = self.lines(cx)[at].len();
                    self.scrolls[at].clamp(total, height);
                }
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let places = self.places(area);
        let lines = self.lines(cx);
        let kind = self.kind.as_ref().map_or(String::new(), |kind| format!(": {kind}"));
        let titles = [self.title(cx), format!("timeline{kind}")];
        for at in (0..2).filter(|at| !places[*at].is_empty()) {
            let foot = match &self.sheet {
                Some(sheet) if at == 1 && sheet.happened > 0 => {
                    format!("{} of {}", sheet.timeline.len(), sheet.happened)
                }
                sheet => {
                    let height = usize::from(places[at].height.saturating_sub(2));
                    let seen = text::seen(&self.scrolls[at], lines[at].len(), height);
                    // What doesn't fit is told, so that nobody has to look whether there is any.
                    match sheet.as_ref().filter(|_| at == 0 && !seen.is_empty()) {
                        Some(sheet) => [seen, sheet.counts()].join("   ").trim_end().to_owned(),
                        None => seen,
                    }
                }
            };
            let inside = pane::framed(frame, places[at], &titles[at], &foot, self.pane == at, cx);
            text::draw(frame, inside, &lines[at], &self.scrolls[at], self.pane == at, cx);
        }
    }

    fn subject(&self) -> Option<Subject> {
        let label = self.sheet.as_ref().map(|s| s.record.values[s.label_at].to_cell());
        Some(Subject { noun: self.noun, ids: vec![self.id], label: label.unwrap_or_default() })
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        self.sheet.as_ref()?.deadline(cx.now())
    }

    fn command(&self) -> Option<String> {
        Some(format!("{} show {}", self.noun, self.id))
    }
}
