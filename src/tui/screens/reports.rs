//! Reports: the numbers of the funnel, quotas and open work, page by page; as charts and as tables,
//! with the records behind each bar.

mod charts;
mod draw;

use std::time::{Duration, Instant};

use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

use self::charts::{Behind, Chart, Period, Wanted};
use super::choose::{Choose, Item};
use super::prompt::Prompt;
use super::{Narrowed, export, list};
use crate::error::Result;
use crate::store::By;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Answer, Cx, Effect, Effects, Event, Screen, Toast, answer, ask_aside};

const CHARTS: u8 = 0;
const BEHIND: u8 = 1;

/// How long a period can be, in months.
const PERIODS: [(&str, u32); 3] = [("month", 1), ("quarter", 3), ("year", 12)];

/// The screen with its state.
struct Reports {
    wanted: Wanted,
    /// The filter that it was opened with: without it this would be another screen.
    given: String,
    charts: Vec<Chart>,
    pane: usize,
    /// The bar in focus in each chart.
    at: Vec<usize>,
    table: bool,
    zoomed: bool,
    read_at: String,
    /// What is being read, and since when.
    reading: Option<(u8, String)>,
    /// How long the charts took.
    took: Duration,
    /// The file changed since they were read.
    stale: bool,
}

/// Charts that take longer are read again only where somebody asks.
const QUICK: Duration = Duration::from_secs(1);

/// The charts, when they were read, and how long that took.
type Read = (Vec<Chart>, String, Duration);

/// The time of day.
fn time(cx: &Cx) -> String {
    cx.now().with_timezone(&cx.zone()).format("%H:%M").to_string()
}

/// A chart by its place: it is gone to.
pub(crate) struct AtChart {
    pub page: usize,
    pub pane: usize,
}

/// A chart by name.
pub(crate) struct Named {
    pub page: usize,
    pub pane: usize,
    pub title: &'static str,
    /// The page, and what it is of.
    pub of: String,
}

/// All charts by name.
pub(crate) fn all() -> Vec<Named> {
    charts::named()
}

/// The period that was chosen, in months; none is each number's own.
struct Chosen(Option<u32>);
/// What to split by; none is each number's own.
struct Split(Option<By>);
/// The records behind a bar.
type Found = (Vec<i64>, String, String);

/// The reports.
pub(crate) fn open() -> Box<dyn Screen> {
    narrowed(String::new())
}

/// The reports of some deals, as a screen of its own.
pub(crate) fn narrowed(filter: String) -> Box<dyn Screen> {
    Box::new(Reports {
        wanted: Wanted { filter: filter.clone(), ..Wanted::default() },
        given: filter,
        charts: Vec::new(),
        pane: 0,
        at: Vec::new(),
        table: false,
        zoomed: false,
        read_at: String::new(),
        reading: None,
        took: Duration::ZERO,
        stale: false,
    })
}

impl Reports {
    fn look(&mut self, cx: &Cx) -> Effects {
        let wanted = self.wanted.clone();
        self.stale = false;
        let mut effects = self.stop();
        self.reading = Some((CHARTS, time(cx)));
        effects.push(ask_aside(CHARTS, move |desk| -> Result<Read> {
            let begun = Instant::now();
            let (charts, at) = charts::read(desk, &wanted)?;
            Ok((charts, at, begun.elapsed()))
        }));
        effects
    }

    /// Waits no longer for what is being read.
    fn stop(&mut self) -> Effects {
        self.reading.take().map(|(slot, _)| Effect::Stop(slot)).into_iter().collect()
    }

    /// Somebody stops what is being read: the charts that were there stay.
    fn stopped(&mut self, cx: &Cx) -> Effects {
        let mut effects = self.stop();
        let key = cx.keys.shown(Place::Reports, Act::Reload).unwrap_or_default();
        effects.push(Toast::good(match self.read_at.as_str() {
            "" => format!("stopped: {key} reads again"),
            at => format!("stopped: these are of {at}, {key} reads again"),
        }));
        effects
    }

    /// The file changed. What is quickly read is read again; the rest only says so.
    fn changed(&mut self, cx: &Cx) -> Effects {
        if self.reading.is_none() && self.took < QUICK {
            return self.look(cx);
        }
        self.stale = true;
        Vec::new()
    }

    fn turn(&mut self, by: usize, cx: &Cx) -> Effects {
        let count = charts::pages().len();
        self.wanted.page = (self.wanted.page + by) % count;
        self.pane = 0;
        self.at.clear();
        self.charts.clear();
        self.read_at.clear();
        self.look(cx)
    }

    /// Goes to a chart.
    fn go(&mut self, to: &AtChart, cx: &Cx) -> Effects {
        if to.page != self.wanted.page || self.charts.is_empty() {
            self.wanted.page = to.page;
            self.at.clear();
            self.charts.clear();
            self.read_at.clear();
            self.pane = to.pane;
            return self.look(cx);
        }
        self.pane = to.pane.min(self.charts.len().saturating_sub(1));
        Vec::new()
    }

    /// Goes on or back by a period; from each number's own, to the quarter of today.
    fn step(&mut self, by: i32, cx: &Cx) -> Effects {
        let now = Period::of(cx.today(), 3);
        self.wanted.period = Some(self.wanted.period.map_or(now, |p| p.step(by)));
        self.look(cx)
    }

    fn open_behind(&mut self, cx: &Cx) -> Option<Effects> {
        let chart = self.charts.get(self.pane)?;
        let bar = chart.bars.get(*self.at.get(self.pane)?)?;
        if let Behind::Filter(noun, filter) = &bar.behind {
            return Some(vec![Effect::Push(list::filtered(noun, filter))]);
        }
        let title = format!("deals behind {}: {}", chart.title, bar.name);
        let command = self.command_at(cx)?;
        let (chart, behind, wanted) = (chart.clone(), bar.behind.clone(), self.wanted.clone());
        let mut effects = self.stop();
        self.reading = Some((BEHIND, time(cx)));
        effects.push(ask_aside(BEHIND, move |desk| -> Result<Found> {
            Ok((charts::deals_behind(desk, &chart, &behind, &wanted)?, title, command))
        }));
        Some(effects)
    }

    /// The command that shows what is behind the bar in focus.
    fn command_at(&self, _: &Cx) -> Option<String> {
        let chart = self.charts.get(self.pane)?;
        let bar = chart.bars.get(*self.at.get(self.pane)?);
        Some(match bar.map(|b| &b.behind) {
            Some(Behind::Filter(noun, filter)) => {
                format!("{noun} list {}", crate::tui::deeds::quoted(filter))
            }
            Some(Behind::Row(key, _)) => {
                format!("{} --explain {}", chart.command, crate::tui::deeds::quoted(key))
            }
            Some(Behind::Quota(id)) => format!("{} --explain {id}", chart.command),
            None => chart.command.clone(),
        })
    }

    fn choose_period() -> Effect {
        let mut items = vec![Item::new("usual", "each number's own: all time, or now", usize::MAX)];
        let named = PERIODS.iter().enumerate();
        items.extend(named.map(|(at, (name, _))| Item::new(*name, "of today; [ ] goes on", at)));
        Effect::Push(Choose::of("Period".into(), items, |item, _| {
            let months = PERIODS.get(item.value).map(|(_, months)| *months);
            vec![Effect::Tell(Box::new(Chosen(months)))]
        }))
    }

    fn choose_split() -> Effect {
        let all = charts::splits();
        let mut items = vec![Item::new("usual", "what each number is split by", usize::MAX)];
        items.extend(all.iter().enumerate().map(|(at, by)| Item::new(by.name(), "", at)));
        Effect::Push(Choose::of("Split by".into(), items, move |item, _| {
            vec![Effect::Tell(Box::new(Split(all.get(item.value).copied())))]
        }))
    }

    fn narrow(&self) -> Effect {
        let hint = "deals, in the language of `rolo help filter`; empty shows all";
        Effect::Push(Prompt::of("Only deals that", hint, &self.wanted.filter, |text, _| {
            if !text.trim().is_empty() {
                crate::filter::parse(text)?;
            }
            Ok(vec![Effect::Tell(Box::new(Narrowed(text.trim().to_owned())))])
        }))
    }

    fn act(&mut self, act: Act, cx: &Cx) -> Option<Effects> {
        let count = self.charts.len().max(1);
        let bars = self.charts.get(self.pane).map_or(0, |c| c.bars.len());
        let page =
            draw::places(self, cx.area).first().map_or(1, |(_, p)| usize::from(p.height) / 2);
        let at = self.at.get_mut(self.pane);
        match (act, at) {
            (Act::Up, Some(at)) => *at = at.saturating_sub(1),
            (Act::Down, Some(at)) => *at = (*at + 1).min(bars.saturating_sub(1)),
            (Act::PageUp | Act::HalfUp, Some(at)) => *at = at.saturating_sub(page),
            (Act::PageDown | Act::HalfDown, Some(at)) => {
                *at = (*at + page).min(bars.saturating_sub(1));
            }
            (Act::First, Some(at)) => *at = 0,
            (Act::Last, Some(at)) => *at = bars.saturating_sub(1),
            (Act::NextPane, _) => self.pane = (self.pane + 1) % count,
            (Act::LastPane, _) => self.pane = (self.pane + count - 1) % count,
            (Act::Right, _) => return Some(self.turn(1, cx)),
            (Act::Left, _) => return Some(self.turn(charts::pages().len() - 1, cx)),
            (Act::NextView, _) => return Some(self.step(1, cx)),
            (Act::LastView, _) => return Some(self.step(-1, cx)),
            (Act::Today, _) => {
                self.wanted.period = None;
                return Some(self.look(cx));
            }
            (Act::Period, _) => return Some(vec![Self::choose_period()]),
            (Act::Split, _) => return Some(vec![Self::choose_split()]),
            (Act::Filter, _) => return Some(vec![self.narrow()]),
            (Act::Back, _) if self.reading.is_some() => return Some(self.stopped(cx)),
            (Act::Back, _) if self.zoomed => self.zoomed = false,
            (Act::Back, _) if self.wanted.filter != self.given => {
                self.wanted.filter.clone_from(&self.given);
                return Some(self.look(cx));
            }
            (Act::Zoom, _) => self.zoomed = !self.zoomed,
            (Act::AsTable, _) => self.table = !self.table,
            (Act::Export, _) => {
                let command = &self.charts.get(self.pane)?.command;
                return Some(vec![export::csv(command, command.split(' ').nth(1)?, cx)]);
            }
            (Act::Open, _) => return self.open_behind(cx),
            (Act::Reload, _) => return Some(self.look(cx)),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn take(&mut self, (charts, at, took): Read) {
        self.took = took;
        self.at.resize(charts.len(), 0);
        (self.charts, self.read_at) = (charts, at);
        self.pane = self.pane.min(self.charts.len().saturating_sub(1));
        for (at, chart) in self.at.iter_mut().zip(&self.charts) {
            *at = (*at).min(chart.bars.len().saturating_sub(1));
        }
    }

    /// The records behind a bar.
    fn found(&mut self, said: Answer) -> Option<Result<Found>> {
        self.reading = None;
        answer(said)
    }

    fn told(&mut self, what: Box<dyn std::any::Any>, cx: &Cx) -> Option<Effects> {
        let what = match what.downcast::<Chosen>() {
            Ok(chosen) => {
                self.wanted.period = chosen.0.map(|months| Period::of(cx.today(), months));
                return Some(self.look(cx));
            }
            Err(what) => what,
        };
        let what = match what.downcast::<AtChart>() {
            Ok(to) => return Some(self.go(&to, cx)),
            Err(what) => what,
        };
        match what.downcast::<Split>() {
            Ok(split) => self.wanted.by = split.0,
            Err(what) => self.wanted.filter = what.downcast::<Narrowed>().ok()?.0,
        }
        Some(self.look(cx))
    }

    fn mouse(&mut self, mouse: crossterm::event::MouseEvent, cx: &Cx) -> Option<Effects> {
        let places = draw::places(self, cx.area);
        let over = places.iter().find(|(_, p)| p.contains((mouse.column, mouse.row).into()));
        let (pane, place) = *over?;
        let bars = self.charts.get(pane)?.bars.len();
        match mouse.kind {
            MouseEventKind::ScrollUp => self.act(Act::Up, cx),
            MouseEventKind::ScrollDown => self.act(Act::Down, cx),
            MouseEventKind::Down(MouseButton::Left) => {
                let head = 1 + u16::from(self.table);
                let row = usize::from(mouse.row.saturating_sub(place.y + head));
                let same = self.pane == pane && self.at[pane] == row;
                self.pane = pane;
                self.at[pane] = row.min(bars.saturating_sub(1));
                if same { self.act(Act::Open, cx) } else { Some(Vec::new()) }
            }
            _ => None,
        }
    }
}

impl Screen for Reports {
    fn place(&self) -> Place {
        Place::Reports
    }

    fn title(&self, _: &Cx) -> String {
        "reports".into()
    }

    fn open(&mut self, cx: &Cx) -> Effects {
        self.look(cx)
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        match event {
            Event::Act(act) => return self.act(act, cx),
            Event::Changed => return Some(self.changed(cx)),
            Event::Told(what) => return self.told(what, cx),
            Event::Answer(CHARTS, said) => {
                self.reading = None;
                match answer::<Result<Read>>(said)? {
                    Ok(read) => self.take(read),
                    Err(why) => return Some(vec![Toast::bad(&why)]),
                }
                if self.stale && self.took < QUICK {
                    return Some(self.look(cx));
                }
            }
            Event::Answer(_, said) => match self.found(said)? {
                Ok((ids, title, command)) => {
                    return Some(vec![Effect::Push(list::behind("deal", ids, title, command))]);
                }
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            Event::Mouse(mouse) => return self.mouse(mouse, cx),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        draw::draw(self, frame, area, cx);
    }

    fn command(&self) -> Option<String> {
        Some(self.charts.get(self.pane)?.command.clone())
    }
}
