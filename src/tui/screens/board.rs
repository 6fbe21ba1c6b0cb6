//! The board: the stages of a pipeline as columns, deals as cards. Counts and sums come from SQL;
//! the focus belongs to a deal and goes with it.

mod draw;
mod load;
mod shift;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) use self::load::{Card, Loaded, Stage};
use super::choose::{Choose, Item};
use crate::entity::text::fold;
use crate::error::{Error, Result};
use crate::tui::deeds::{self, quoted};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Subject, Toast, answer, ask, deed};
use crate::tui::verbs;
use crate::tui::widgets::marks::Marks;
use crate::tui::widgets::narrow::Narrow;

/// Cards that a column loads at first; more when somebody scrolls there.
const CARDS: u64 = 60;

/// The board with its state.
pub(crate) struct Board {
    pipelines: Vec<(i64, String)>,
    pipeline: Option<i64>,
    stages: Vec<Stage>,
    column: usize,
    /// The card in focus in each column.
    at: Vec<usize>,
    filter: Narrow,
    marks: Marks,
    details: bool,
    limit: u64,
    /// Whether counts and sums are there; the first answer comes without.
    counted: bool,
    drag: Option<Drag>,
    /// Moves on their way: what was read before them doesn't count.
    moving: usize,
    /// The name of the pipeline to show, once they are known.
    named: Option<String>,
}

/// A card between press and release.
struct Drag {
    id: i64,
    from: (u16, u16),
    /// The column under the pointer, once the card is lifted.
    over: Option<usize>,
}

/// The board.
pub(crate) fn open() -> Box<dyn Screen> {
    Box::new(Board {
        pipelines: Vec::new(),
        pipeline: None,
        stages: Vec::new(),
        column: 0,
        at: Vec::new(),
        filter: Narrow::default(),
        marks: Marks::default(),
        details: true,
        limit: CARDS,
        counted: false,
        drag: None,
        moving: 0,
        named: None,
    })
}

impl Board {
    fn look(&self) -> Effects {
        let (pipeline, limit) = (self.pipeline, self.limit);
        let filter = self.filter.applied().to_owned();
        vec![ask(0, move |desk| load::load(desk, pipeline, &filter, limit, None))]
    }

    /// The first frame: the cards in sight come before the others, and before what is counted.
    fn glance(&self, cx: &Cx) -> Effects {
        let seen = draw::columns_wide(cx.area.width);
        let limit = (draw::cards_high(self, cx) as u64).max(1);
        vec![ask(0, move |desk| load::load(desk, None, "", limit, Some(seen)))]
    }

    fn focused(&self) -> Option<&Card> {
        self.stages.get(self.column)?.cards.get(*self.at.get(self.column)?)
    }

    /// Takes what was loaded; the focus stays on its deal, wherever that stands now.
    fn take(&mut self, loaded: Loaded) {
        let focus = self.focused().map(|c| c.id);
        self.counted = loaded.counted;
        self.filter.error = None;
        self.pipelines = loaded.pipelines;
        self.pipeline = loaded.pipeline;
        self.stages = loaded.stages;
        self.at.resize(self.stages.len(), 0);
        for (stage, at) in self.stages.iter().zip(&mut self.at) {
            *at = (*at).min(stage.cards.len().saturating_sub(1));
        }
        self.column = self.column.min(self.stages.len().saturating_sub(1));
        let place = self.stages.iter().enumerate().find_map(|(column, stage)| {
            Some((column, stage.cards.iter().position(|c| Some(c.id) == focus)?))
        });
        if let Some((column, at)) = place {
            self.column = column;
            self.at[column] = at;
        } else if focus.is_none() && self.stages.get(self.column).is_none_or(|s| s.cards.is_empty())
        {
            self.column = self.stages.iter().position(|s| !s.cards.is_empty()).unwrap_or(0);
        }
    }

    fn move_card(&mut self, by: isize) -> Effects {
        let Some(stage) = self.stages.get(self.column) else { return Vec::new() };
        let last = stage.cards.len().saturating_sub(1);
        let at = self.at[self.column].saturating_add_signed(by).min(last);
        self.at[self.column] = at;
        // The end of what is loaded is near, there is more, and it isn't on its way yet.
        let held = stage.cards.len() as u64;
        if self.counted && at + 10 > last && held < stage.sums.count && self.limit <= held {
            self.limit = held * 2;
            return self.look();
        }
        Vec::new()
    }

    fn move_column(&mut self, by: isize) {
        let last = self.stages.len().saturating_sub(1);
        self.column = self.column.saturating_add_signed(by).min(last);
    }

    fn turn(&mut self, by: isize) -> Effects {
        let count = self.pipelines.len();
        if count < 2 {
            return Vec::new();
        }
        let here =
            self.pipelines.iter().position(|(id, _)| Some(*id) == self.pipeline).unwrap_or(0);
        let next = if by < 0 { here + count - 1 } else { here + 1 } % count;
        self.pipeline = self.pipelines.get(next).map(|(id, _)| *id);
        self.marks.clear();
        self.look()
    }

    fn show(&mut self, pipeline: i64) -> Effects {
        self.pipeline = Some(pipeline);
        self.marks.clear();
        self.look()
    }

    /// Shows the pipeline of a name, or of its beginning; waits where they aren't known yet.
    fn show_named(&mut self, name: String) -> Effects {
        if self.pipelines.is_empty() {
            self.named = Some(name);
            return Vec::new();
        }
        let wanted = fold(&name);
        let called = |whole: bool| {
            self.pipelines.iter().find(|(_, name)| {
                let name = fold(name);
                if whole { name == wanted } else { name.starts_with(&wanted) }
            })
        };
        let found = called(true).or_else(|| called(false)).map(|(id, _)| *id);
        if let Some(id) = found {
            return self.show(id);
        }
        let names: Vec<&str> = self.pipelines.iter().map(|(_, n)| n.as_str()).collect();
        let why = Error::not_found(format!("no pipeline is called `{name}`"));
        vec![Toast::bad(&why.hint(format!("there is {}", names.join(", "))))]
    }

    fn typed(&mut self) -> Effects {
        self.limit = CARDS;
        self.look()
    }

    fn back(&mut self) -> Option<Effects> {
        if self.drag.take().is_some() || self.filter.end() {
        } else if !self.filter.text().is_empty() {
            self.filter.set("");
            return Some(self.typed());
        } else if !self.marks.clear() {
            return None;
        }
        Some(Vec::new())
    }

    fn act(&mut self, act: Act, cx: &Cx) -> Option<Effects> {
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
            Act::Pipeline => {
                let items = self
                    .pipelines
                    .iter()
                    .enumerate()
                    .map(|(at, (_, name))| Item::new(name.clone(), "", at));
                let ids: Vec<i64> = self.pipelines.iter().map(|(id, _)| *id).collect();
                return Some(vec![Effect::Push(Choose::of(
                    "Pipeline".into(),
                    items.collect(),
                    move |item, _| vec![Effect::Tell(Box::new(Chosen(ids[item.value])))],
                ))]);
            }
            Act::Back => return self.back(),
            Act::Open if self.filter.end() => {}
            Act::Filter => self.filter.begin(),
            Act::Mark => {
                if let Some(id) = self.focused().map(|c| c.id) {
                    self.marks.turn(id);
                    return Some(self.move_card(1));
                }
            }
            Act::MarkAll => {
                let cards = self.stages.get(self.column).map_or(&[][..], |s| &s.cards);
                self.marks.turn_all(cards.iter().map(|c| c.id));
            }
            Act::StepOn => return self.step(1),
            Act::StepBack => return self.step(-1),
            Act::Preview => self.details = !self.details,
            Act::Reload => return Some(self.look()),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, mouse: MouseEvent, cx: &Cx) -> Option<Effects> {
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
                let drag = self.drag.as_mut()?;
                let far = mouse.column.abs_diff(drag.from.0) + mouse.row.abs_diff(drag.from.1) > 1;
                if far || drag.over.is_some() {
                    drag.over = hit.map(|(column, _)| column).or(Some(usize::MAX));
                }
                // The edge scrolls the stages.
                if mouse.column == 0 {
                    self.move_column(-1);
                } else if mouse.column + 1 >= cx.area.width {
                    self.move_column(1);
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
    fn step(&mut self, by: isize) -> Option<Effects> {
        let subject = self.subject()?;
        // Not all that is marked has to be in sight: the worker knows of all, or says why it can't.
        self.shift_cards(&subject.ids, by);
        self.moving += 1;
        Some(vec![verbs::step_stage(subject, by)])
    }

    /// A card was let go over a column.
    fn drop_card(&mut self, drag: &Drag) -> Effects {
        let Some(target) = drag.over else { return Vec::new() };
        let Some(stage) = self.stages.get(target) else { return Vec::new() };
        let card = self.stages.iter().flat_map(|s| &s.cards).find(|c| c.id == drag.id);
        let (Some(card), false) = (card, stage.cards.iter().any(|c| c.id == drag.id)) else {
            return Vec::new();
        };
        let subject = Subject { noun: "deal", ids: vec![drag.id], label: card.name.clone() };
        let moves = vec![(format!("{}/{}", stage.sums.pipeline, stage.sums.name), vec![drag.id])];
        self.put_card(drag.id, target);
        self.moving += 1;
        vec![deed(move |desk| deeds::move_deals(desk, &subject, &moves))]
    }
}

/// The pipeline that was chosen.
struct Chosen(i64);

impl Screen for Board {
    fn place(&self) -> Place {
        Place::Board
    }

    fn title(&self, _: &Cx) -> String {
        "board".into()
    }

    fn open(&mut self, cx: &Cx) -> Effects {
        self.glance(cx)
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        if let Some(changed) = self.filter.take(&event) {
            return Some(if changed { self.typed() } else { Vec::new() });
        }
        match event {
            Event::Act(act) => self.act(act, cx),
            Event::Done => {
                self.moving = self.moving.saturating_sub(1);
                Some(Vec::new())
            }
            Event::Refused(why) => {
                self.moving = self.moving.saturating_sub(1);
                Some([Toast::bad(&why)].into_iter().chain(self.look()).collect())
            }
            // It was read before cards were moved that are in sight already.
            Event::Answer(..) if self.moving > 0 => Some(Vec::new()),
            Event::Answer(_, said) => {
                match answer::<Result<Loaded>>(said)? {
                    Ok(loaded) => {
                        self.take(loaded);
                        if let Some(name) = self.named.take() {
                            return Some(self.show_named(name));
                        }
                        if !self.counted {
                            return Some(self.look());
                        }
                    }
                    // The last good board stays.
                    Err(why) if self.filter.is_shown() => self.filter.error = Some(why),
                    Err(why) => return Some(vec![Toast::bad(&why)]),
                }
                Some(Vec::new())
            }
            Event::Told(what) => {
                let what = match what.downcast::<Chosen>() {
                    Ok(chosen) => return Some(self.show(chosen.0)),
                    Err(what) => what,
                };
                match what.downcast::<super::OfPipeline>() {
                    Ok(named) => Some(self.show_named(named.0)),
                    Err(what) => {
                        self.filter.set(&what.downcast::<super::Narrowed>().ok()?.0);
                        Some(self.typed())
                    }
                }
            }
            Event::Changed => Some(self.look()),
            Event::Mouse(mouse) => self.mouse(mouse, cx),
            _ => None,
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        draw::draw(self, frame, area, cx);
    }

    fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    fn subject(&self) -> Option<Subject> {
        let focus = self.focused();
        let label = focus.map_or(String::new(), |c| c.name.clone());
        self.marks.subject("deal", focus.map(|c| c.id), label)
    }

    fn noun(&self) -> Option<&'static str> {
        Some("deal")
    }

    fn command(&self) -> Option<String> {
        let name = self.pipelines.iter().find(|(id, _)| Some(*id) == self.pipeline).map(|(_, n)| n);
        let mut words = "deal board".to_owned();
        if !self.filter.applied().is_empty() {
            words += &format!(" {}", quoted(self.filter.applied()));
        }
        if let Some(name) = name.filter(|_| self.pipelines.len() > 1) {
            words += &format!(" --pipeline {}", quoted(name));
        }
        Some(words)
    }
}
