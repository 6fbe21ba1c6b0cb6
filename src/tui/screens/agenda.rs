//! The agenda: what is late, due and planned, day by day.

mod draw;

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::export;
use super::text::Scroll;
use crate::entity::text::fold;
use crate::entity::when::instant_text;
use crate::error::Result;
use crate::interchange::CsvOut;
use crate::store::{AgendaEntry, Whose};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Subject, Toast, answer, ask};
use crate::tui::widgets::narrow::Narrow;
use crate::tui::widgets::sheet::Sheet;

/// How far is read: the strip of days and the month beside say what each day has in any view.
const READ: u64 = 31;

/// How far a view looks.
const VIEWS: [(&str, u64); 4] = [("Week", 7), ("Today", 1), ("Month", 31), ("Overdue", 1)];
const OVERDUE: usize = 3;

/// The agenda with its state.
pub(crate) struct Agenda {
    view: usize,
    /// How many days after today it begins; before, where that is below nought.
    shift: i64,
    everybody: bool,
    entries: Vec<AgendaEntry>,
    loaded: bool,
    filter: Narrow,
    scroll: Scroll,
    marks: BTreeSet<(&'static str, i64)>,
    /// The row where a range of marks began.
    range: Option<usize>,
    sheet: Option<Sheet>,
    sheet_of: Option<(&'static str, i64)>,
}

/// A row: the name of a day, or what is due on it.
enum Row<'a> {
    Day(String),
    Entry(&'a AgendaEntry),
}

/// The agenda.
pub(crate) fn open() -> Box<dyn Screen> {
    Box::new(Agenda {
        view: 0,
        shift: 0,
        everybody: false,
        entries: Vec::new(),
        loaded: false,
        filter: Narrow::default(),
        scroll: Scroll { at: 1, top: 0 },
        marks: BTreeSet::new(),
        range: None,
        sheet: None,
        sheet_of: None,
    })
}

impl Agenda {
    fn look(&self) -> Effects {
        let whose = if self.everybody { Whose::Anybody } else { Whose::Mine };
        let shift = self.shift;
        vec![ask(0, move |desk| -> Result<Vec<AgendaEntry>> {
            let today = desk.locale.times.today();
            let begin = today + chrono::Duration::days(shift);
            let last = begin + Days::new(READ - 1);
            let zone = desk.locale.times.zone;
            let mut found = desk.reader()?.agenda(whose, zone, today.min(begin), last)?;
            // What is done or was held in the past isn't late there.
            for entry in found.iter_mut().filter(|e| e.day < today && e.noun != "event") {
                entry.late = true;
            }
            Ok(found)
        })]
    }

    /// What the view shows.
    fn seen(&self, today: NaiveDate) -> impl Iterator<Item = &AgendaEntry> {
        let begin = self.begin(today);
        let last = begin + Days::new(VIEWS[self.view].1 - 1);
        let overdue = self.view == OVERDUE;
        // Another week shows what is due there, and not what is late by now.
        let here = move |e: &AgendaEntry| begin <= e.day && e.day <= last && !overdue;
        let moved = begin != today;
        self.entries.iter().filter(move |e| here(e) || e.late && (overdue || !moved))
    }

    /// The day that it begins with.
    fn begin(&self, today: NaiveDate) -> NaiveDate {
        today + chrono::Duration::days(self.shift)
    }

    /// Goes on or back by a week; from a view of one day by a day, of a month by four weeks.
    fn step(&mut self, by: i64) {
        let days = match VIEWS[self.view].1 {
            1 => 1,
            31 => 28,
            _ => 7,
        };
        // Two years either way are enough for anybody, and for the calendar.
        self.shift = (self.shift + by * days).clamp(-730, 730);
        if self.view == OVERDUE {
            self.view = 0;
        }
    }

    fn rows(&self, cx: &Cx) -> Vec<Row<'_>> {
        let today = cx.today();
        let wanted = fold(self.filter.text());
        let fits = |e: &&AgendaEntry| {
            let text = fold(&format!("{} {} {} {}", e.what, e.about, e.noun, e.owner));
            wanted.split_whitespace().all(|w| text.contains(w))
        };
        let found: Vec<&AgendaEntry> = self.seen(today).filter(fits).collect();
        let begin = self.begin(today);
        let mut rows = Vec::new();
        let mut before = None;
        for entry in &found {
            let is_past = |e: &AgendaEntry| e.late && e.day < begin;
            let section = if is_past(entry) { None } else { Some(entry.day) };
            if before != Some(section) {
                let count = found.iter().filter(|e| {
                    if is_past(e) { section.is_none() } else { section == Some(e.day) }
                });
                rows.push(Row::Day(format!("{} ({})", day_name(section, today), count.count())));
                before = Some(section);
            }
            rows.push(Row::Entry(entry));
        }
        rows
    }

    fn focused(&self, cx: &Cx) -> Option<&AgendaEntry> {
        match self.rows(cx).get(self.scroll.at) {
            Some(Row::Entry(entry)) => Some(*entry),
            _ => None,
        }
    }

    /// The names of days are passed over.
    fn skip_names(&mut self, down: bool, cx: &Cx) {
        let rows = self.rows(cx);
        let is_name = |at: usize| matches!(rows.get(at), Some(Row::Day(_)));
        let mut at = self.scroll.at;
        while is_name(at) {
            if down || at == 0 {
                at += 1;
            } else {
                at -= 1;
            }
        }
        let total = rows.len();
        self.scroll.at = at;
        self.scroll.clamp(total, draw::height(self, cx));
    }

    fn moved(&mut self, act: Act, cx: &Cx) -> bool {
        let (total, height) = (self.rows(cx).len(), draw::height(self, cx));
        let moved = self.scroll.act(act, total, height);
        if moved {
            self.skip_names(
                matches!(act, Act::Down | Act::PageDown | Act::HalfDown | Act::First),
                cx,
            );
            self.mark_range(cx);
        }
        moved
    }

    /// Marks what stands from where the range began.
    fn mark_range(&mut self, cx: &Cx) {
        let Some(from) = self.range else { return };
        let (low, high) = (from.min(self.scroll.at), from.max(self.scroll.at));
        self.mark_rows(low..=high, cx);
    }

    fn mark_rows(&mut self, rows: std::ops::RangeInclusive<usize>, cx: &Cx) {
        let keys: Vec<_> = self
            .rows(cx)
            .iter()
            .enumerate()
            .filter(|(at, _)| rows.contains(at))
            .filter_map(|(_, row)| match row {
                Row::Entry(entry) => Some((entry.noun, entry.id)),
                Row::Day(_) => None,
            })
            .collect();
        self.marks.extend(keys);
    }

    /// What is in sight as a CSV file.
    fn export(&self, cx: &Cx) -> Effect {
        let mut csv = CsvOut::new(b',', false);
        for name in ["day", "at", "ref", "what", "about", "owner", "late"] {
            csv.text(name);
        }
        csv.end();
        for row in self.rows(cx) {
            let Row::Entry(entry) = row else { continue };
            csv.text(&entry.day.to_string());
            csv.text(&entry.at.map_or(String::new(), instant_text));
            csv.text(&format!("{}:{}", entry.noun, entry.id));
            for text in [&entry.what, &entry.about, &entry.owner] {
                csv.text(text);
            }
            csv.text(if entry.late { "true" } else { "false" });
            csv.end();
        }
        export::rows(csv.take(), "agenda", cx)
    }

    fn details(&mut self, cx: &Cx) -> Effects {
        let Some(entry) = self.focused(cx) else { return Vec::new() };
        let key = (entry.noun, entry.id);
        if self.sheet_of == Some(key) || !draw::has_details(cx.area) {
            return Vec::new();
        }
        self.sheet_of = Some(key);
        vec![ask(1, move |desk| Sheet::read(desk, key.0, key.1, 20))]
    }

    fn take(&mut self, entries: Vec<AgendaEntry>, cx: &Cx) -> Effects {
        let focus = self.focused(cx).map(|e| (e.noun, e.id, e.day));
        self.range = None;
        let first = !self.loaded;
        self.entries = entries;
        self.loaded = true;
        let place = self.rows(cx).iter().position(|row| match row {
            Row::Entry(e) => {
                Some((e.noun, e.id)) == focus.map(|(n, i, _)| (n, i))
                    && (Some(e.day) == focus.map(|f| f.2) || e.noun != "event")
            }
            Row::Day(_) => false,
        });
        if let Some(at) = place {
            self.scroll.at = at;
        } else if first {
            self.scroll.at = 0;
        }
        let (total, height) = (self.rows(cx).len(), draw::height(self, cx));
        self.scroll.clamp(total, height);
        self.skip_names(true, cx);
        self.details(cx)
    }

    fn act(&mut self, act: Act, cx: &Cx) -> Option<Effects> {
        if self.moved(act, cx) {
            return Some(self.details(cx));
        }
        match act {
            Act::NextView => self.step(1),
            Act::LastView => self.step(-1),
            Act::Right => self.view = (self.view + 1) % VIEWS.len(),
            Act::Left => self.view = (self.view + VIEWS.len() - 1) % VIEWS.len(),
            Act::NextPane | Act::LastPane => self.everybody = !self.everybody,
            Act::Today => (self.view, self.shift) = (1, 0),
            Act::Filter => {
                self.filter.begin();
                return Some(Vec::new());
            }
            Act::Open | Act::Back if self.filter.end() => {
                return Some(Vec::new());
            }
            Act::Back if self.range.take().is_some() => return Some(Vec::new()),
            Act::Back if !self.filter.text().is_empty() => {
                self.filter.set("");
                self.skip_names(true, cx);
                return Some(Vec::new());
            }
            Act::Back if !self.marks.is_empty() => {
                self.marks.clear();
                return Some(Vec::new());
            }
            Act::Mark => {
                if let Some(key) = self.focused(cx).map(|e| (e.noun, e.id)) {
                    if !self.marks.remove(&key) {
                        self.marks.insert(key);
                    }
                    self.moved(Act::Down, cx);
                }
                return Some(self.details(cx));
            }
            Act::Range => {
                if self.range.take().is_none() && self.focused(cx).is_some() {
                    self.range = Some(self.scroll.at);
                    self.mark_range(cx);
                }
                return Some(Vec::new());
            }
            Act::MarkAll => {
                if self.marks.is_empty() {
                    self.mark_rows(0..=usize::MAX, cx);
                } else {
                    self.marks.clear();
                }
                return Some(Vec::new());
            }
            Act::Export => return Some(vec![self.export(cx)]),
            Act::Reload => self.sheet_of = None,
            _ => return None,
        }
        Some(self.look())
    }
}

/// What a day is called; none is the past.
fn day_name(day: Option<NaiveDate>, today: NaiveDate) -> String {
    let Some(day) = day else { return "Overdue".into() };
    let name = match (day - today).num_days() {
        0 => "Today ".to_owned(),
        1 => "Tomorrow ".to_owned(),
        _ => String::new(),
    };
    format!("{name}{}", day.format("%a %d %b %Y"))
}

/// How many entries each day of a month has.
fn counts(entries: &[AgendaEntry], day: NaiveDate) -> usize {
    entries.iter().filter(|e| e.day == day).count()
}

/// The first day of a day's month.
fn month_begin(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

impl Screen for Agenda {
    fn place(&self) -> Place {
        Place::Agenda
    }

    fn title(&self, _: &Cx) -> String {
        "agenda".into()
    }

    fn open(&mut self, _: &Cx) -> Effects {
        self.look()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        if let Some(changed) = self.filter.take(&event) {
            if changed {
                self.scroll = Scroll::default();
                self.skip_names(true, cx);
            }
            return Some(Vec::new());
        }
        match event {
            Event::Act(act) => return self.act(act, cx),
            Event::Answer(0, said) => match answer::<Result<Vec<AgendaEntry>>>(said)? {
                Ok(entries) => return Some(self.take(entries, cx)),
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            Event::Answer(_, said) => self.sheet = answer::<Result<Sheet>>(said)?.ok(),
            Event::Changed => {
                self.sheet_of = None;
                return Some(self.look());
            }
            Event::Resized => {
                let (total, height) = (self.rows(cx).len(), draw::height(self, cx));
                self.scroll.clamp(total, height);
                return Some(self.details(cx));
            }
            Event::Mouse(mouse) => {
                let (total, height) = (self.rows(cx).len(), draw::height(self, cx));
                if self.scroll.wheel(mouse.kind, total, height) {
                    self.skip_names(true, cx);
                    return Some(self.details(cx));
                }
                if mouse.kind != MouseEventKind::Down(MouseButton::Left) {
                    return None;
                }
                let area = draw::inside(self, cx.area);
                if !area.contains((mouse.column, mouse.row).into()) {
                    return Some(Vec::new());
                }
                let at = usize::from(mouse.row - area.y) + self.scroll.top;
                if at == self.scroll.at {
                    return Some(vec![Effect::Act(Act::Open)]);
                }
                self.scroll.at = at.min(total.saturating_sub(1));
                self.skip_names(true, cx);
                return Some(self.details(cx));
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        draw::draw(self, frame, area, cx);
    }

    fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    fn subject_in(&self, cx: &Cx) -> Option<Subject> {
        let focus = self.focused(cx).map(|e| (e.noun, e.id));
        let of = |noun: &'static str| self.marks.iter().filter(move |(n, _)| *n == noun);
        // Those marked, of the noun in focus where there are such: what is marked is never passed over.
        let marked = focus.filter(|(noun, _)| of(noun).next().is_some());
        let (noun, id) = marked.or_else(|| self.marks.first().copied()).or(focus)?;
        let ids: Vec<i64> = of(noun).map(|(_, id)| *id).collect();
        let ids = if ids.is_empty() { vec![id] } else { ids };
        let key = match ids[..] {
            [id] => Some((noun, id)),
            _ => focus,
        };
        let named = self.entries.iter().find(|e| Some((e.noun, e.id)) == key);
        Some(Subject { noun, ids, label: named.map_or(String::new(), |e| e.what.clone()) })
    }

    fn noun(&self) -> Option<&'static str> {
        Some("task")
    }

    fn command(&self) -> Option<String> {
        Some(format!("agenda --days {}", VIEWS[self.view].1))
    }

    fn deadline(&self, _: &Cx) -> Option<std::time::Duration> {
        Some(std::time::Duration::from_mins(1))
    }
}
