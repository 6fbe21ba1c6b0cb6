//! Choosing one thing of several by typing a part of it.

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::entity::text::fold;
use crate::entity::width::width;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::{pane, rows};

/// One thing to choose.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub label: String,
    pub detail: String,
    pub value: usize,
    pub act: Option<Act>,
    /// Whether it is chosen, where several can be.
    pub on: Option<bool>,
    /// What it is called, where the label isn't that.
    pub name: Option<&'static str>,
}

impl Item {
    pub(crate) fn new(label: impl Into<String>, detail: impl Into<String>, value: usize) -> Self {
        Self { label: label.into(), detail: detail.into(), value, act: None, on: None, name: None }
    }

    /// The item with what it is called, where its label isn't that.
    pub(crate) fn called(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// The item with an act in place of a value.
    pub(crate) fn with(mut self, act: Act) -> Self {
        self.act = Some(act);
        self
    }
}

/// What is made of what was chosen.
enum Then {
    One(Makes<Item>),
    Several(Makes<[Item]>),
}

type Makes<T> = Box<dyn Fn(&T, &Cx) -> Effects>;

/// Makes an item of words that no item has, where they mean something.
type Reads = fn(&str, &'static str, &Cx) -> Option<Item>;

/// A list to choose from.
pub(crate) struct Choose {
    title: String,
    items: Vec<Item>,
    typed: Input,
    at: usize,
    then: Then,
    /// Of which noun the items are, and what reads others.
    reads: Option<(&'static str, Reads)>,
}

impl Choose {
    /// A choice that closes with the first thing chosen.
    pub(crate) fn of(
        title: String,
        items: Vec<Item>,
        then: impl Fn(&Item, &Cx) -> Effects + 'static,
    ) -> Box<dyn Screen> {
        Box::new(Self::new(title, items, Then::One(Box::new(then))))
    }

    /// A choice of several in an order of their own, closed when all are chosen. Words that no item
    /// has are read by `reads`, as of the noun.
    pub(crate) fn several(
        title: String,
        items: Vec<Item>,
        (noun, reads): (&'static str, Reads),
        then: impl Fn(&[Item], &Cx) -> Effects + 'static,
    ) -> Box<dyn Screen> {
        let choice = Self::new(title, items, Then::Several(Box::new(then)));
        Box::new(Self { reads: Some((noun, reads)), ..choice })
    }

    fn new(title: String, items: Vec<Item>, then: Then) -> Self {
        Self { title, items, typed: Input::default(), at: 0, then, reads: None }
    }

    fn matching(&self) -> Vec<&Item> {
        let wanted = fold(self.typed.text());
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |item: &&Item| {
            let text = fold(&format!("{} {}", item.label, item.detail));
            words.iter().all(|w| text.contains(w))
        };
        let mut found: Vec<&Item> = self.items.iter().filter(fits).collect();
        // What is called so comes before what only speaks of it: `lose` is not `win … close them`.
        let rank = |item: &&Item| {
            let label = fold(&item.label);
            let name = item.name.map_or(label.clone(), fold);
            let named = |word: &&str| name.split([' ', '-']).any(|w| w.starts_with(*word));
            let called = words.iter().all(|word| label.contains(word));
            (!name.eq(&wanted), !words.iter().all(named), !called)
        };
        found.sort_by_key(rank);
        found
    }

    fn place_of(&self, area: Rect) -> (u16, u16) {
        let rows = u16::try_from(self.items.len() + 3).unwrap_or(u16::MAX);
        let most = |of: fn(&Item) -> &str| self.items.iter().map(|i| width(of(i))).max();
        let labels = most(|i| &i.label).unwrap_or(0);
        let wanted = labels + most(|i| &i.detail).unwrap_or(0) + 6;
        let columns = u16::try_from(wanted.clamp(76, 110)).unwrap_or(76);
        (columns, rows.clamp(5, area.height.max(5)))
    }

    fn accept(&mut self, cx: &Cx) -> Effects {
        let mut effects = vec![Effect::Pop];
        match &self.then {
            Then::One(then) => match self.matching().get(self.at) {
                Some(item) => effects.extend(then(item, cx)),
                None => return Vec::new(),
            },
            // What was looked for is chosen first.
            Then::Several(_) if !self.typed.text().is_empty() => {
                self.turn(cx);
                return Vec::new();
            }
            Then::Several(then) => {
                let chosen: Vec<Item> =
                    self.items.iter().filter(|item| item.on == Some(true)).cloned().collect();
                effects.extend(then(&chosen, cx));
            }
        }
        effects
    }

    fn has_several(&self) -> bool {
        matches!(self.then, Then::Several(_))
    }

    /// Where the item in focus stands among all.
    fn focused(&self) -> Option<usize> {
        let value = self.matching().get(self.at)?.value;
        self.items.iter().position(|item| item.value == value)
    }

    /// What the words mean that no item has.
    fn read(&self, cx: &Cx) -> Option<Item> {
        let (noun, reads) = self.reads.filter(|_| self.matching().is_empty())?;
        let value = self.items.iter().map(|item| item.value + 1).max().unwrap_or(0);
        Some(Item { value, ..reads(self.typed.text().trim(), noun, cx)? })
    }

    /// Chooses what is in focus, or no longer, and shows all again.
    fn turn(&mut self, cx: &Cx) {
        if let Some(new) = self.read(cx) {
            self.items.push(new);
            self.at = self.items.len() - 1;
        } else if let Some(at) = self.focused() {
            self.at = at;
        } else {
            return;
        }
        self.typed.set("");
        let item = &mut self.items[self.at];
        item.on = Some(item.on != Some(true));
    }

    /// Puts what is in focus before the chosen one above it, or behind the one below.
    fn shift(&mut self, back: bool) {
        let Some(from) = self.focused().filter(|_| self.typed.text().is_empty()) else { return };
        let chosen = |item: &Item| item.on == Some(true);
        let to = if back {
            self.items[..from].iter().rposition(chosen)
        } else {
            self.items[from + 1..].iter().position(chosen).map(|at| at + from + 1)
        };
        if let Some(to) = to {
            let item = self.items.remove(from);
            self.items.insert(to, item);
            self.at = to;
        }
    }
}

impl Screen for Choose {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn title(&self, _: &Cx) -> String {
        self.title.clone()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let last = self.matching().len().saturating_sub(1);
        match event {
            Event::Act(Act::Up | Act::LastPane) => self.at = self.at.checked_sub(1).unwrap_or(last),
            Event::Act(Act::Down | Act::NextPane) => {
                self.at = if self.at >= last { 0 } else { self.at + 1 };
            }
            Event::Act(Act::PageUp) => self.at = self.at.saturating_sub(10),
            Event::Act(Act::PageDown) => self.at = (self.at + 10).min(last),
            Event::Act(Act::Open) => return Some(self.accept(cx)),
            Event::Key(press) if self.has_several() && press.code == KeyCode::Char(' ') => {
                self.turn(cx);
            }
            Event::Key(press) if self.has_several() && press.code == KeyCode::Left => {
                self.shift(true);
            }
            Event::Key(press) if self.has_several() && press.code == KeyCode::Right => {
                self.shift(false);
            }
            Event::Key(press) => {
                if self.typed.press(press) {
                    self.at = 0;
                }
            }
            Event::Paste(text) => {
                self.typed.paste(&text);
                self.at = 0;
            }
            Event::Mouse(mouse) => {
                let place = pane::middle(cx.area, self.place_of(cx.area));
                let top = place.y + 2;
                if mouse.kind == MouseEventKind::Down(MouseButton::Left) && mouse.row >= top {
                    let at = usize::from(mouse.row - top) + self.first(place);
                    if at <= last && mouse.row < place.bottom() - 1 {
                        self.at = at;
                        if self.has_several() {
                            self.turn(cx);
                            return Some(Vec::new());
                        }
                        return Some(self.accept(cx));
                    }
                }
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let size = self.place_of(area);
        let found = self.matching();
        let read = self.read(cx);
        let found: Vec<&Item> = found.into_iter().chain(&read).collect();
        let foot = if self.has_several() {
            "Space on or off   Left/Right change the order   Enter shows them".to_owned()
        } else {
            format!("{} of {}", found.len(), self.items.len())
        };
        let inside = pane::popup(frame, area, size, &self.title, &foot, cx);
        let line = pane::row(inside, 0);
        let sign = Rect { width: 2.min(line.width), ..line };
        rows::write(frame, sign, "> ", cx.theme.style(Role::Key), cx);
        let typed = Rect { x: line.x + sign.width, width: line.width - sign.width, ..line };
        self.typed.draw(frame, typed, cx.theme.style(Role::Text), true);
        let labels = found.iter().map(|i| width(&i.label)).max().unwrap_or(0);
        let labels = labels.min(usize::from(inside.width / 2));
        let top = self.first(pane::middle(area, size));
        for (row, (at, item)) in found.iter().enumerate().skip(top).enumerate() {
            let place = pane::row(inside, row + 1);
            if place.is_empty() {
                break;
            }
            let focus = at == self.at;
            let mark = item.on.map_or("", |on| if on { "[x] " } else { "[ ] " });
            let label = pane::safe(&item.label);
            let label = crate::entity::width::pad(&cx.theme.cut(&label, labels), labels, false);
            let sign = if focus { ">" } else { " " };
            let text = format!("{sign}{mark}{label}  {}", pane::safe(&item.detail));
            let role = if focus { Role::Focus } else { Role::Text };
            rows::write(frame, place, &text, cx.theme.style(role), cx);
        }
    }

    fn is_popup(&self) -> bool {
        true
    }
}

impl Choose {
    /// The first item in sight.
    fn first(&self, place: Rect) -> usize {
        let height = usize::from(place.height.saturating_sub(3));
        rows::scrolled(0, self.at, height, self.matching().len())
    }
}
