//! Go to or do anything: records, screens, actions and views in one list.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::list;
use crate::actions::ACTIONS;
use crate::entity::LinkTo;
use crate::entity::text::fold;
use crate::entity::width::pad;
use crate::error::Result;
use crate::tui::keys::{Act, BINDINGS, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Subject, answer, ask};
use crate::tui::theme::Role;
use crate::tui::verbs;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::{pane, rows};

/// What an entry leads to.
#[derive(Debug, Clone, PartialEq)]
enum Leads {
    Record(LinkTo),
    Act(Act),
    Deed(usize),
    List(&'static str),
    /// A saved view: its noun and filter.
    View(&'static str, String),
}

#[derive(Debug, Clone)]
struct Row {
    kind: &'static str,
    text: String,
    detail: String,
    leads: Leads,
}

struct Palette {
    subject: Option<Subject>,
    typed: Input,
    records: Vec<LinkTo>,
    /// The saved views: noun, name and filter.
    views: Vec<(&'static str, String, String)>,
    at: usize,
}

const RECORDS: u8 = 0;
const VIEWS: u8 = 1;

/// The nouns of people, which `@` asks for alone.
const PEOPLE: [&str; 3] = ["contact", "lead", "user"];

/// The palette over the screen below; deeds are on its records.
pub(crate) fn open(subject: Option<Subject>) -> Box<dyn Screen> {
    Box::new(Palette {
        subject,
        typed: Input::default(),
        records: Vec::new(),
        views: Vec::new(),
        at: 0,
    })
}

impl Palette {
    fn look(&self) -> Effect {
        let people = self.typed.text().starts_with('@');
        let words = self.typed.text().trim_start_matches(['>', '@']).to_owned();
        let most = if people { 200 } else { 20 };
        ask(RECORDS, move |desk| -> Result<Vec<LinkTo>> {
            let mut found = desk.reader()?.search(&words, most)?;
            // A view is shown as what it leads to, not as its own record.
            found.retain(|l| l.noun != "view" && (!people || PEOPLE.contains(&l.noun)));
            found.truncate(20);
            Ok(found)
        })
    }

    fn rows(&self, cx: &Cx) -> Vec<Row> {
        let typed = self.typed.text();
        let mut rows = Vec::new();
        if !typed.starts_with('>') {
            rows.extend(self.records.iter().map(|link| Row {
                kind: link.noun,
                text: link.label.clone(),
                detail: format!("{}:{}", link.noun, link.id),
                leads: Leads::Record(link.clone()),
            }));
        }
        if typed.starts_with('@') {
            return rows;
        }
        let wanted = fold(typed.trim_start_matches(['>', ' ']));
        let fits = |text: &str| wanted.split_whitespace().all(|w| fold(text).contains(w));
        let called = |name: &str| wanted.split_whitespace().all(|w| fold(name).contains(w));
        if let Some(subject) = &self.subject {
            let own = ACTIONS.iter().enumerate().filter(|(_, a)| a.noun == subject.noun);
            let mut own: Vec<_> =
                own.filter(|(_, a)| fits(&format!("{} {}", a.verb, a.about))).collect();
            own.sort_by_key(|(_, a)| !called(a.verb));
            rows.extend(own.into_iter().map(|(at, a)| Row {
                kind: "do",
                text: format!("{} {}", a.noun, a.verb),
                detail: a.about.to_owned(),
                leads: Leads::Deed(at),
            }));
        }
        for (noun, name, filter) in self.views.iter().filter(|(_, name, _)| fits(name)) {
            rows.push(Row {
                kind: "view",
                text: name.clone(),
                detail: format!("{noun} list {filter}"),
                leads: Leads::View(noun, filter.clone()),
            });
        }
        for noun in cx.model.nouns.iter().filter(|n| fits(n.entity.plural)) {
            rows.push(Row {
                kind: "list",
                text: noun.entity.plural.to_owned(),
                detail: noun.entity.about.to_owned(),
                leads: Leads::List(noun.name()),
            });
        }
        let moves = [Act::Up, Act::Down, Act::Left, Act::Right, Act::Palette];
        let shown = BINDINGS.iter().filter(|b| {
            b.places & (Place::List as u16 | Place::Board as u16) != 0
                && !moves.contains(&b.act)
                && fits(&format!("{} {}", b.name, b.about))
        });
        let mut shown: Vec<_> = shown.collect();
        // What is called so comes before what only speaks of it.
        shown.sort_by_key(|b| (fold(b.about) != wanted, !called(b.name)));
        rows.extend(shown.into_iter().map(|b| {
            Row {
                kind: "action",
                text: b.about.to_owned(),
                detail: cx
                    .keys
                    .shown(Place::List, b.act)
                    .or_else(|| cx.keys.shown(Place::Board, b.act))
                    .unwrap_or_default(),
                leads: Leads::Act(b.act),
            }
        }));
        rows
    }

    fn accept(&self, cx: &Cx) -> Effects {
        let rows = self.rows(cx);
        let Some(row) = rows.get(self.at) else { return Vec::new() };
        let mut effects = vec![Effect::Pop];
        effects.extend(match &row.leads {
            Leads::Record(link) => vec![Effect::Push(super::record::open(link.noun, link.id))],
            Leads::Act(act) => vec![Effect::Act(*act)],
            Leads::List(noun) => match cx.model.get(noun) {
                Some(noun) => vec![Effect::Push(list::of(noun))],
                None => Vec::new(),
            },
            Leads::View(noun, filter) => vec![Effect::Push(list::filtered(noun, filter))],
            Leads::Deed(at) => match &self.subject {
                Some(subject) => verbs::perform(&ACTIONS[*at], subject.clone(), cx),
                None => Vec::new(),
            },
        });
        effects
    }
}

impl Screen for Palette {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn title(&self, _: &Cx) -> String {
        "palette".into()
    }

    fn open(&mut self, _: &Cx) -> Effects {
        vec![ask(VIEWS, |desk| -> Result<Vec<(&'static str, String, String)>> {
            let reader = desk.reader()?;
            let mut all = Vec::new();
            for noun in &desk.store.model().nouns {
                let views = reader.views_of(noun.name())?.into_iter();
                all.extend(views.map(|(name, view)| (noun.name(), name, view.filter)));
            }
            Ok(all)
        })]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let last = self.rows(cx).len().saturating_sub(1);
        let typed = match event {
            Event::Act(Act::Up | Act::LastPane) => {
                self.at = self.at.checked_sub(1).unwrap_or(last);
                false
            }
            Event::Act(Act::Down | Act::NextPane) => {
                self.at = if self.at >= last { 0 } else { self.at + 1 };
                false
            }
            Event::Act(Act::PageUp) => {
                self.at = self.at.saturating_sub(10);
                false
            }
            Event::Act(Act::PageDown) => {
                self.at = (self.at + 10).min(last);
                false
            }
            Event::Act(Act::Open) => return Some(self.accept(cx)),
            Event::Key(press) => self.typed.press(press),
            Event::Paste(text) => {
                self.typed.paste(&text);
                true
            }
            Event::Answer(VIEWS, said) => {
                self.views = answer::<Result<_>>(said)?.unwrap_or_default();
                false
            }
            Event::Answer(_, said) => {
                self.records = answer::<Result<Vec<LinkTo>>>(said)?.unwrap_or_default();
                false
            }
            _ => return None,
        };
        if !typed {
            return Some(Vec::new());
        }
        self.at = 0;
        Some(vec![self.look()])
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let found = self.rows(cx);
        let foot = format!("{} found   > only actions   @ only people", found.len());
        let size = (90, area.height.saturating_sub(2).clamp(6, 24));
        let inside = pane::popup(frame, area, size, "Go to or do anything", &foot, cx);
        let line = pane::row(inside, 0);
        let sign = Rect { width: 2.min(line.width), ..line };
        rows::write(frame, sign, "> ", cx.theme.style(Role::Key), cx);
        let typed = Rect { x: line.x + sign.width, width: line.width - sign.width, ..line };
        self.typed.draw(frame, typed, cx.theme.style(Role::Text), true);
        let height = usize::from(inside.height).saturating_sub(1);
        let top = rows::scrolled(0, self.at, height, found.len());
        let room = usize::from(inside.width).saturating_sub(11) * 3 / 5;
        for (row, (at, entry)) in found.iter().enumerate().skip(top).take(height).enumerate() {
            let focus = at == self.at;
            let text = pane::safe(&entry.text);
            let text = format!(
                "{}{} {}  {}",
                if focus { ">" } else { " " },
                pad(entry.kind, 8, false),
                pad(&cx.theme.cut(&text, room), room, false),
                pane::safe(&entry.detail)
            );
            let role = if focus { Role::Focus } else { Role::Text };
            rows::write(frame, pane::row(inside, row + 1), &text, cx.theme.style(role), cx);
        }
    }

    fn is_popup(&self) -> bool {
        true
    }
}
