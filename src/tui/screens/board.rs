//! The board: the stages of a pipeline as columns, deals as cards. Counts and sums come from SQL;
//! the focus belongs to a deal and goes with it.

mod draw;
mod hands;
mod load;
mod shift;
mod stops;

use ratatui::Frame;
use ratatui::layout::Rect;

use self::load::Shown;
pub(super) use self::load::{Card, Loaded, Stage};
use self::stops::Stop;
use super::export;
use super::line::{self, Known};
use super::order::{self, Sorted};
use super::views::{self, SaveAs, View, joined};
use crate::entity::LinkTo;
use crate::error::Result;
use crate::tui::deeds::quoted;
use crate::tui::keys::Place;
use crate::tui::screen::{Cx, Effect, Effects, Event, Made, Screen, Subject, Toast, answer, ask};
use crate::tui::widgets::marks::Marks;
use crate::tui::widgets::narrow::Narrow;

/// Cards that a column loads at first; more when somebody scrolls there.
const CARDS: u64 = 60;

/// What is asked: the board, and the deals to mark.
const BOARD: u8 = 0;
const MARKS: u8 = 1;

/// The board with its state.
pub(crate) struct Board {
    pipelines: Vec<(i64, String)>,
    pipeline: Option<i64>,
    stages: Vec<Stage>,
    column: usize,
    /// The card in focus in each column.
    at: Vec<usize>,
    /// The saved views of deals, and the name of the one that is shown.
    views: Vec<View>,
    view: Option<String>,
    filter: Narrow,
    /// The order of the cards, as `--sort` takes it; empty for the view's, else the closing day.
    sort: String,
    marks: Marks,
    /// Where a range of marks began: the column and the card.
    range: Option<(usize, usize)>,
    details: bool,
    /// The stage in focus has all the room.
    zoomed: bool,
    limit: u64,
    /// Whether counts and sums are there; the first answer comes without.
    counted: bool,
    drag: Option<Drag>,
    /// Moves on their way: what was read before them doesn't count.
    moving: usize,
    /// The name of the pipeline to show, once they are known.
    named: Option<String>,
    /// The deal that was made just now.
    made: Option<i64>,
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
        views: Vec::new(),
        view: None,
        filter: Narrow::default(),
        sort: String::new(),
        marks: Marks::default(),
        range: None,
        details: true,
        zoomed: false,
        limit: CARDS,
        counted: false,
        drag: None,
        moving: 0,
        named: None,
        made: None,
    })
}

impl Board {
    fn look(&self) -> Effects {
        Self::ask(self.shown())
    }

    fn ask(shown: Shown) -> Effects {
        vec![ask(BOARD, move |desk| load::load(desk, &shown))]
    }

    fn shown(&self) -> Shown {
        Shown {
            pipeline: self.pipeline,
            base: self.seen_view().map_or(String::new(), |v| v.filter.clone()),
            filter: self.filter.applied().to_owned(),
            sort: self.order().to_owned(),
            limit: self.limit,
            ..Shown::default()
        }
    }

    fn seen_view(&self) -> Option<&View> {
        self.views.iter().find(|v| Some(&v.name) == self.view.as_ref())
    }

    /// What the cards are ordered by; empty for the closing day.
    fn order(&self) -> &str {
        let of_view = self.seen_view().map_or("", |v| v.sort.as_str());
        if self.sort.is_empty() { of_view } else { &self.sort }
    }

    /// The first frame: the cards in sight come before the others, and before what is counted.
    fn glance(&self, cx: &Cx) -> Effects {
        let seen = draw::columns_wide(cx.area.width);
        let limit = (draw::cards_high(self, cx) as u64).max(1);
        Self::ask(Shown { limit, glance: Some(seen), ..Shown::default() })
    }

    fn focused(&self) -> Option<&Card> {
        self.stages.get(self.column)?.cards.get(*self.at.get(self.column)?)
    }

    /// Takes what was loaded; the focus stays on its deal, wherever that stands now.
    fn take(&mut self, loaded: Loaded) {
        let made = self.made.take();
        let focus = made.or_else(|| self.focused().map(|c| c.id));
        // Whoever stands in an empty stage stays there; who lost a card is led to another.
        let lost = focus.is_some() || self.stages.is_empty() || self.filter.is_typing();
        self.counted = loaded.counted;
        self.range = None;
        self.filter.error = None;
        self.pipelines = loaded.pipelines;
        self.pipeline = loaded.pipeline;
        self.views = loaded.views;
        if self.seen_view().is_none() {
            self.view = None;
        }
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
        } else if lost && self.stages.get(self.column).is_none_or(|s| s.cards.is_empty()) {
            self.column = self.stages.iter().position(|s| !s.cards.is_empty()).unwrap_or(0);
        }
    }

    /// A new deal of this pipeline, in the stage in focus where that is open.
    fn add(&self, cx: &Cx) -> Option<Effect> {
        let deals = cx.model.get("deal")?;
        let link = |noun, (id, label): (i64, &String)| {
            let link = LinkTo { label: label.clone(), ..LinkTo::bare(noun, id) };
            Some(Known { at: deals.index(noun)?, link })
        };
        let pipeline = self.pipelines.iter().find(|(id, _)| Some(*id) == self.pipeline);
        let stage = self.stages.get(self.column).filter(|s| s.sums.kind == "open");
        let known = pipeline.and_then(|(id, name)| link("pipeline", (*id, name)));
        let stage = stage.and_then(|s| link("stage", (s.sums.id, &s.sums.name)));
        let known = known.into_iter().chain(stage).collect();
        Some(Effect::Push(line::quick_add("deal", known, cx)))
    }

    fn choose_order(&self, cx: &Cx) -> Option<Effect> {
        let noun = cx.model.get("deal")?;
        let usual = self.seen_view().map_or("", |v| v.sort.as_str());
        let usual = match usual {
            "" => "the closing day; what is won or lost, the latest first",
            of_view => of_view,
        };
        let first = &["amount", "closes", "days_in_stage", "name", "company", "owner"];
        let without = &["pipeline", "stage", "status"];
        let offer = order::Offer { now: self.order(), usual, first, without };
        Some(order::choose(noun, &offer))
    }

    /// The filter of what is in sight, as a view would have it: of this pipeline, where there are
    /// several.
    fn whole_filter(&self) -> String {
        let filter = joined(&self.shown().base, self.filter.applied());
        match self.pipeline.filter(|_| self.pipelines.len() > 1) {
            Some(id) if !filter.contains("pipeline:") => joined(&filter, &format!("pipeline:{id}")),
            _ => filter,
        }
    }

    fn save_as(&self, name: String) -> Effect {
        let (filter, sort) = (self.whole_filter(), self.order().to_owned());
        let columns = self.seen_view().map_or(Vec::new(), |v| v.columns.clone());
        views::save(View { name, filter, columns, sort, saved: true }, "deal")
    }

    /// The deals in sight, and those behind them, as a CSV file.
    fn export(&self, cx: &Cx) -> Effect {
        let mut command = format!("deal list {}", quoted(&self.whole_filter()));
        if !self.order().is_empty() {
            command += &format!(" --sort {}", quoted(self.order()));
        }
        export::csv(command.trim_end_matches(" ''"), "deals", cx)
    }

    fn typed(&mut self) -> Effects {
        self.limit = CARDS;
        self.look()
    }

    fn told(&mut self, what: Box<dyn std::any::Any>) -> Option<Effects> {
        let what = match what.downcast::<Stop>() {
            Ok(stop) => return Some(self.go_to(*stop)),
            Err(what) => what,
        };
        let what = match what.downcast::<Sorted>() {
            Ok(sorted) => {
                self.sort = sorted.0;
                return Some(self.typed());
            }
            Err(what) => what,
        };
        let what = match what.downcast::<SaveAs>() {
            Ok(name) => return Some(vec![self.save_as(name.0)]),
            Err(what) => what,
        };
        let what = match what.downcast::<Made>() {
            Ok(made) => {
                self.made = (made.0 == "deal").then_some(made.1);
                return Some(Vec::new());
            }
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
}

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
            Event::Answer(MARKS, said) => match answer::<Result<Vec<i64>>>(said)? {
                Ok(ids) => {
                    self.marks.add(ids);
                    Some(Vec::new())
                }
                Err(why) => Some(vec![Toast::bad(&why)]),
            },
            // It was read before cards were moved that are in sight already.
            Event::Answer(..) if self.moving > 0 => Some(Vec::new()),
            Event::Answer(_, said) => {
                match answer::<Result<Loaded>>(said)? {
                    Ok(loaded) => {
                        let made = self.made.filter(|_| loaded.counted);
                        self.take(loaded);
                        if made.is_some_and(|id| self.card(id).is_none()) {
                            return Some(vec![super::not_in_sight(cx)]);
                        }
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
            Event::Told(what) => self.told(what),
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
        let label = |id: i64| self.card(id).map(|card| card.name.clone());
        self.marks.subject("deal", self.focused().map(|c| c.id), label)
    }

    fn noun(&self) -> Option<&'static str> {
        Some("deal")
    }

    fn command(&self) -> Option<String> {
        let name = self.pipelines.iter().find(|(id, _)| Some(*id) == self.pipeline).map(|(_, n)| n);
        let mut words = "deal board".to_owned();
        let filter = joined(&self.shown().base, self.filter.applied());
        if !filter.is_empty() {
            words += &format!(" {}", quoted(&filter));
        }
        if let Some(name) = name.filter(|_| self.pipelines.len() > 1) {
            words += &format!(" --pipeline {}", quoted(name));
        }
        Some(words)
    }
}
