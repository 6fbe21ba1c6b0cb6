//! Reports: the funnel, what was won month by month, what became of deals, open work; as charts and
//! as tables, with the records behind each bar.

use std::collections::BTreeMap;

use chrono::{Datelike, Months};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list;
use crate::entity::money::{Currency, amount_for_people};
use crate::entity::width::{pad, width};
use crate::error::Result;
use crate::store::{Listing, Month, StageSums, Wanted};
use crate::tui::desk::Desk;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Toast, answer, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::amount::short_sums;
use crate::tui::widgets::{pane, rows};

/// How many months back the months go, by the period chosen.
const PERIODS: [(&str, u32); 3] = [("12 months", 11), ("6 months", 5), ("24 months", 23)];

/// A bar of a chart, with what lies behind it.
#[derive(Debug, Clone, PartialEq)]
struct Bar {
    name: String,
    value: u64,
    /// Beside the bar.
    said: String,
    /// The columns of the table.
    cells: Vec<String>,
    /// Noun and filter of the records behind.
    behind: (&'static str, String),
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
struct Chart {
    title: String,
    heads: Vec<&'static str>,
    bars: Vec<Bar>,
}

/// The screen with its state.
struct Reports {
    charts: Vec<Chart>,
    pane: usize,
    at: Vec<usize>,
    period: usize,
    table: bool,
    read_at: String,
}

/// The reports.
pub(crate) fn open() -> Box<dyn Screen> {
    Box::new(Reports {
        charts: Vec::new(),
        pane: 0,
        at: Vec::new(),
        period: 0,
        table: false,
        read_at: String::new(),
    })
}

impl Reports {
    fn look(&self) -> Effects {
        let months = PERIODS[self.period].1;
        vec![ask(0, move |desk| charts(desk, months))]
    }

    fn focused(&self) -> Option<&Bar> {
        self.charts.get(self.pane)?.bars.get(*self.at.get(self.pane)?)
    }

    /// The charts in sight with their places: a grid, or one at a time.
    fn places(&self, area: Rect) -> Vec<(usize, Rect)> {
        let body =
            Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
        if area.width < 100 || area.height < 20 {
            return vec![(self.pane, body)];
        }
        let (left, upper) = (body.width / 2, body.height / 2);
        (0..self.charts.len().min(4))
            .map(|at| {
                let (column, row) = (at % 2, at / 2);
                let (x, width) =
                    if column == 0 { (body.x, left) } else { (body.x + left, body.width - left) };
                let (y, height) =
                    if row == 0 { (body.y, upper) } else { (body.y + upper, body.height - upper) };
                (at, Rect { x, y, width, height })
            })
            .collect()
    }

    fn act(&mut self, act: Act) -> Option<Effects> {
        let count = self.charts.len().max(1);
        let bars = self.charts.get(self.pane).map_or(0, |c| c.bars.len());
        let at = self.at.get_mut(self.pane);
        match (act, at) {
            (Act::Up, Some(at)) => *at = at.saturating_sub(1),
            (Act::Down, Some(at)) => *at = (*at + 1).min(bars.saturating_sub(1)),
            (Act::First, Some(at)) => *at = 0,
            (Act::Last, Some(at)) => *at = bars.saturating_sub(1),
            (Act::NextPane | Act::Right, _) => self.pane = (self.pane + 1) % count,
            (Act::LastPane | Act::Left, _) => self.pane = (self.pane + count - 1) % count,
            (Act::NextView, _) => {
                self.period = (self.period + 1) % PERIODS.len();
                return Some(self.look());
            }
            (Act::LastView, _) => {
                self.period = (self.period + PERIODS.len() - 1) % PERIODS.len();
                return Some(self.look());
            }
            (Act::AsTable, _) => self.table = !self.table,
            (Act::Open, _) => {
                let (noun, filter) = self.focused()?.behind.clone();
                return Some(vec![Effect::Push(list::filtered(noun, &filter))]);
            }
            (Act::Reload, _) => return Some(self.look()),
            _ => return None,
        }
        Some(Vec::new())
    }
}

/// Reads all charts.
fn charts(desk: &mut Desk, back: u32) -> Result<(Vec<Chart>, String)> {
    let reader = desk.reader()?;
    let today = desk.locale.times.today();
    let first = today.with_day(1).unwrap_or(today) - Months::new(back);
    let names: Vec<String> =
        (0..=back).map(|n| (first + Months::new(n)).format("%Y-%m").to_string()).collect();
    let stages = reader.board(Wanted { deals: Some(0), ..Wanted::default() })?;
    let months = reader.months(&names[0])?;
    let main = desk.locale.currency;
    let found =
        vec![funnel(&stages), won(&months, &names, main), rates(&months, &names), work(desk)?];
    let at =
        desk.locale.times.now.with_timezone(&desk.locale.times.zone).format("%H:%M").to_string();
    Ok((found, at))
}

fn funnel(stages: &[StageSums]) -> Chart {
    let many = stages.iter().any(|s| s.pipeline != stages[0].pipeline);
    let open = stages.iter().filter(|s| s.kind == "open");
    let bars = open.map(|s| {
        let name = if many { format!("{}/{}", s.pipeline, s.name) } else { s.name.clone() };
        Bar {
            value: s.count,
            said: format!("{}  {}", s.count, short_sums(&s.amounts())),
            cells: vec![name.clone(), s.count.to_string(), sums(&s.amounts()), sums(&s.weighted())],
            behind: ("deal", format!("stage:{}", s.id)),
            name,
        }
    });
    Chart {
        title: "Open deals by stage".into(),
        heads: vec!["stage", "deals", "sum", "weighted"],
        bars: bars.collect(),
    }
}

fn sums(sums: &BTreeMap<Currency, i64>) -> String {
    sums.iter().map(|(c, m)| amount_for_people(*m, *c)).collect::<Vec<_>>().join(" + ")
}

/// One currency has its own bars: sums of several are never added.
fn won(months: &[Month], names: &[String], main: Currency) -> Chart {
    let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
    for (currency, minor) in months.iter().flat_map(|m| &m.sums) {
        *totals.entry(*currency).or_default() += minor;
    }
    let shown = if totals.contains_key(&main) {
        main
    } else {
        totals.iter().max_by_key(|(_, m)| **m).map_or(main, |(c, _)| *c)
    };
    let empty = Month::default();
    let bars = names.iter().map(|name| {
        let month = months.iter().find(|m| m.name == *name).unwrap_or(&empty);
        let minor = month.sums.get(&shown).copied().unwrap_or(0);
        Bar {
            name: name.clone(),
            value: minor.unsigned_abs(),
            said: if month.won == 0 {
                String::new()
            } else {
                format!("{}  {}", month.won, short_sums(&month.sums))
            },
            cells: vec![name.clone(), month.won.to_string(), sums(&month.sums)],
            behind: ("deal", format!("is:won closes:{name}")),
        }
    });
    let others = if totals.len() > 1 { " (bars; other currencies beside)" } else { "" };
    Chart {
        title: format!("Won per month, {}{others}", shown.code()),
        heads: vec!["month", "deals", "won"],
        bars: bars.collect(),
    }
}

fn rates(months: &[Month], names: &[String]) -> Chart {
    let empty = Month::default();
    let bars = names.iter().map(|name| {
        let month = months.iter().find(|m| m.name == *name).unwrap_or(&empty);
        let decided = month.won + month.lost;
        let rate = (month.won * 100 + decided / 2).checked_div(decided).unwrap_or(0);
        let percent = if decided == 0 { "-".to_owned() } else { format!("{rate} %") };
        Bar {
            name: name.clone(),
            value: rate,
            said: if decided == 0 {
                String::new()
            } else {
                format!("{percent}  {} of {decided}", month.won)
            },
            cells: vec![name.clone(), month.won.to_string(), month.lost.to_string(), percent],
            behind: ("deal", format!("(is:won or is:lost) closes:{name}")),
        }
    });
    Chart {
        title: "Won of what was decided".into(),
        heads: vec!["month", "won", "lost", "rate"],
        bars: bars.collect(),
    }
}

/// Open work: how much of each kind waits.
fn work(desk: &Desk) -> Result<Chart> {
    let reader = desk.reader()?;
    let asked = [
        ("Leads open", "lead", "status:new,working,nurturing,qualified"),
        ("Deals stale", "deal", "is:stale"),
        ("Deals past closing", "deal", "is:overdue"),
        ("Tasks open", "task", "is:open"),
        ("Tasks late", "task", "is:overdue"),
        ("Tickets open", "ticket", "is:open"),
        ("Tickets unassigned", "ticket", "is:unassigned"),
        ("Tickets late", "ticket", "is:overdue"),
    ];
    let mut bars = Vec::new();
    for (name, noun, filter) in asked {
        let entity = desk.store.noun(noun)?;
        let mut listing = Listing::all(entity);
        listing.filter = Some(reader.filter(entity, filter, &desk.locale)?);
        let count = reader.count(&listing)?;
        bars.push(Bar {
            name: name.into(),
            value: count,
            said: count.to_string(),
            cells: vec![name.into(), count.to_string()],
            behind: (noun, filter.into()),
        });
    }
    Ok(Chart { title: "What waits".into(), heads: vec!["work", "count"], bars })
}

impl Screen for Reports {
    fn place(&self) -> Place {
        Place::Reports
    }

    fn title(&self, _: &Cx) -> String {
        "reports".into()
    }

    fn open(&mut self, _: &Cx) -> Effects {
        self.look()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        match event {
            Event::Act(act) => return self.act(act),
            Event::Changed => return Some(self.look()),
            Event::Answer(_, said) => match answer::<Result<(Vec<Chart>, String)>>(said)? {
                Ok((charts, at)) => {
                    self.at.resize(charts.len(), 0);
                    (self.charts, self.read_at) = (charts, at);
                    for (at, chart) in self.at.iter_mut().zip(&self.charts) {
                        *at = (*at).min(chart.bars.len().saturating_sub(1));
                    }
                }
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            Event::Mouse(mouse) => {
                let places = self.places(cx.area);
                let over =
                    places.iter().find(|(_, p)| p.contains((mouse.column, mouse.row).into()));
                let (pane, place) = *over?;
                if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) {
                    let row =
                        usize::from(mouse.row.saturating_sub(place.y + 1 + u16::from(self.table)));
                    let bars = self.charts[pane].bars.len();
                    let same = self.pane == pane && self.at[pane] == row;
                    self.pane = pane;
                    self.at[pane] = row.min(bars.saturating_sub(1));
                    if same {
                        return self.act(Act::Open);
                    }
                }
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let key = |act| cx.keys.shown(Place::Reports, act).unwrap_or_default();
        let names: Vec<String> = self.charts.iter().map(|c| c.title.clone()).collect();
        let left = match names.get(self.pane) {
            Some(name) if self.places(area).len() == 1 => {
                format!(" {}/{} {name}  ({} next)", self.pane + 1, names.len(), key(Act::NextPane))
            }
            _ => " Reports".into(),
        };
        let right =
            format!("{} ({})  as of {} ", PERIODS[self.period].0, key(Act::NextView), self.read_at);
        pane::two_ends(
            frame,
            pane::row(area, 0),
            vec![Span::styled(left, cx.theme.style(Role::Heading))],
            vec![Span::styled(right, cx.theme.style(Role::Dim))],
        );
        for (at, place) in self.places(area) {
            if let Some(chart) = self.charts.get(at) {
                let focus = at == self.pane;
                let inside = pane::framed(frame, place, &chart.title, "", focus, cx);
                let bar = focus.then(|| self.at[at]);
                if self.table {
                    table(chart, bar, frame, inside, cx);
                } else {
                    bars(chart, bar, frame, inside, cx);
                }
            }
        }
    }

    fn command(&self) -> Option<String> {
        let (noun, filter) = self.focused()?.behind.clone();
        Some(format!("{noun} list {}", crate::tui::deeds::quoted(&filter)))
    }
}

fn bars(chart: &Chart, focus: Option<usize>, frame: &mut Frame, area: Rect, cx: &Cx) {
    let names = chart.bars.iter().map(|b| width(&b.name)).max().unwrap_or(0).min(20);
    let said = chart
        .bars
        .iter()
        .map(|b| width(&b.said))
        .max()
        .unwrap_or(0)
        .min(usize::from(area.width) / 2);
    let room = usize::from(area.width).saturating_sub(names + said + 4);
    let most = chart.bars.iter().map(|b| b.value).max().unwrap_or(0).max(1);
    let high = usize::from(area.height);
    let top = rows::scrolled(0, focus.unwrap_or(0), high, chart.bars.len());
    for (row, (at, bar)) in chart.bars.iter().enumerate().skip(top).take(high).enumerate() {
        let focus = focus == Some(at);
        let long = u128::from(bar.value) * room as u128 / u128::from(most);
        // A little is more than nothing.
        let long = usize::try_from(long).unwrap_or(0).max(usize::from(bar.value > 0));
        let sign = if focus { ">" } else { " " };
        let name = pane::safe(&bar.name);
        let name = pad(&cx.theme.cut(&name, names), names, false);
        let (text, chart) = if focus {
            (cx.theme.style(Role::Focus), cx.theme.style(Role::Focus))
        } else {
            (cx.theme.style(Role::Text), cx.theme.style(Role::Chart))
        };
        let line = Line::from(vec![
            Span::styled(format!("{sign}{name} "), text),
            Span::styled(cx.theme.sign("█", "#").repeat(long), chart),
            Span::styled(format!(" {}", cx.theme.cut(&bar.said, said)), text),
        ]);
        frame.render_widget(line, pane::row(area, row));
    }
}

fn table(chart: &Chart, focus: Option<usize>, frame: &mut Frame, area: Rect, cx: &Cx) {
    let heads: Vec<rows::Head> = chart
        .heads
        .iter()
        .enumerate()
        .map(|(at, name)| rows::Head { name: (*name).into(), numeric: at > 0, keep: at == 0 })
        .collect();
    let cells: Vec<Vec<String>> = chart.bars.iter().map(|b| b.cells.clone()).collect();
    let widths = rows::widths(&heads, &cells, usize::from(area.width).saturating_sub(1));
    let names: Vec<String> = heads.iter().map(|h| h.name.clone()).collect();
    let head = format!(" {}", rows::line(&names, &heads, &widths, cx));
    rows::write(frame, pane::row(area, 0), &head, cx.theme.style(Role::Heading), cx);
    let high = usize::from(area.height).saturating_sub(1);
    let top = rows::scrolled(0, focus.unwrap_or(0), high, cells.len());
    for (row, (at, cells)) in cells.iter().enumerate().skip(top).take(high).enumerate() {
        let focus = focus == Some(at);
        let sign = if focus { ">" } else { " " };
        let text = format!("{sign}{}", rows::line(cells, &heads, &widths, cx));
        let role = if focus { Role::Focus } else { Role::Text };
        rows::write(frame, pane::row(area, row + 1), &text, cx.theme.style(role), cx);
    }
}
