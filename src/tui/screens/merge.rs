//! Making one record of several: which one stays, what it will hold, and of what differs whose value
//! wins, all seen before it is done. And taking them apart again.

use std::collections::BTreeSet;

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::choose::{Choose, Item};
use super::errand::Errand;
use super::pick::Pick;
use crate::entity::shown::shown;
use crate::entity::width::{pad, width};
use crate::entity::{LinkTo, Noun, Part, Record, Target};
use crate::error::{Error, Result};
use crate::tui::joining::{self, Join, Outlook};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Subject, Toast, answer, ask, deed};
use crate::tui::theme::Role;
use crate::tui::widgets::{pane, rows};

/// Merges the marked records, or asks which one goes into the one in focus.
pub(crate) fn begin(subject: Subject, cx: &Cx) -> Effect {
    if subject.ids.len() > 1 {
        return Effect::Push(open(subject.noun, subject.ids));
    }
    let Some(noun) = cx.model.get(subject.noun) else { return Effect::Pass };
    let title = format!("Which {} goes into {}?", noun.name(), subject.shown(cx.model));
    let (noun, keep) = (noun.name(), subject.one());
    let target = Target::One(cx.model.get(noun).map_or(&crate::model::CONTACT, |n| n.entity));
    let pick = Pick::of(title, target, false, move |other, _| match other {
        Some(other) if other.id == keep => {
            let why = Error::usage(format!("{noun}:{keep} is that record itself"));
            vec![Toast::bad(&why)]
        }
        Some(other) => vec![Effect::Push(open(noun, vec![keep, other.id]))],
        None => Vec::new(),
    });
    Effect::Push(Box::new(pick.of_those_there()))
}

/// The records of which the first one stays, unless another is chosen.
pub(crate) fn open(noun: &'static str, ids: Vec<i64>) -> Box<dyn Screen> {
    Box::new(Merge { noun, ids, take: BTreeSet::new(), outlook: None, at: 0, error: None })
}

/// Chooses one of those that went into a record, to bring it back.
pub(crate) fn take_apart(subject: &Subject) -> Effect {
    let (noun, keep) = (subject.noun, subject.one());
    let question = ask(0, move |desk| -> Result<Vec<LinkTo>> {
        let merged = joining::merged_into(desk, noun, keep)?;
        if merged.is_empty() {
            return Err(Error::not_found(format!("nothing was merged into {noun}:{keep}"))
                .hint("`merge` in this menu makes one of two"));
        }
        Ok(merged)
    });
    Effect::Push(Box::new(Errand::new(question, |merged: Vec<LinkTo>| {
        let items = merged.iter().enumerate();
        let items = items
            .map(|(at, link)| Item::new(format!("{}:{}", link.noun, link.id), &link.label, at))
            .collect();
        Effect::Push(Choose::of("Bring back".into(), items, move |item, _| {
            let Some(link) = merged.get(item.value) else { return Vec::new() };
            let (noun, id) = (link.noun, link.id);
            vec![deed(move |desk| joining::unmerge(desk, noun, id))]
        }))
    })))
}

struct Merge {
    noun: &'static str,
    /// The one that stays stands first.
    ids: Vec<i64>,
    /// The fields whose value comes from the others.
    take: BTreeSet<usize>,
    outlook: Option<Outlook>,
    at: usize,
    error: Option<Error>,
}

/// A field that the records have different values of.
struct Row {
    field: usize,
    ours: String,
    theirs: String,
    then: String,
}

impl Merge {
    fn join(&self) -> Join {
        Join {
            noun: self.noun,
            keep: self.ids[0],
            others: self.ids[1..].to_vec(),
            take: self.take.iter().copied().collect(),
        }
    }

    fn look(&self) -> Effect {
        let join = self.join();
        ask(0, move |desk| joining::outlook(desk, &join))
    }

    /// What differs.
    fn rows(&self, cx: &Cx) -> Vec<Row> {
        let Some((noun, outlook)) = cx.model.get(self.noun).zip(self.outlook.as_ref()) else {
            return Vec::new();
        };
        let cell = |record: &Record, at: usize| {
            let text = shown(noun.fields[at], Part::Whole, &record.values[at], cx.zone());
            text.replace('\n', " ")
        };
        let row = |at: usize| {
            let theirs: BTreeSet<String> = outlook.others.iter().map(|r| cell(r, at)).collect();
            let theirs = theirs.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>();
            let (ours, then) = (cell(&outlook.keep, at), cell(&outlook.then, at));
            Row { field: at, ours, theirs: theirs.join(" / "), then }
        };
        let all = (0..noun.fields.len()).filter(|at| is_of_people(noun, *at)).map(row);
        all.filter(|row| !row.theirs.is_empty() && row.theirs != row.ours).collect()
    }

    /// Whether the value of a field can be chosen: one of two, set by people.
    fn can_choose(&self, row: &Row, cx: &Cx) -> bool {
        let Some(noun) = cx.model.get(self.noun) else { return false };
        let field = noun.fields[row.field];
        let part = noun.entity.label().made_of.contains(&field.name);
        field.is_settable() && field.deed.is_none() && !part && !row.ours.is_empty()
    }

    fn turn(&mut self, cx: &Cx) -> Effects {
        let rows = self.rows(cx);
        match self.at.checked_sub(1).and_then(|at| rows.get(at)) {
            // Another one stays; what was chosen was chosen for this one.
            None if self.at == 0 => {
                self.ids.rotate_left(1);
                self.take.clear();
                self.outlook = None;
            }
            Some(row) if self.can_choose(row, cx) => {
                if !self.take.remove(&row.field) {
                    self.take.insert(row.field);
                }
            }
            _ => return Vec::new(),
        }
        vec![self.look()]
    }

    fn named(&self, cx: &Cx) -> String {
        let label = self.outlook.as_ref().zip(cx.model.get(self.noun));
        let label = label.map(|(o, noun)| o.keep.values[noun.label_index()].to_cell());
        format!("{}:{} {}", self.noun, self.ids[0], label.unwrap_or_default())
    }
}

/// Whether a field tells something that people know, and no bookkeeping of rolo's.
fn is_of_people(noun: &Noun, at: usize) -> bool {
    let field = noun.fields[at];
    field.is_stored()
        && !field.quiet
        && !matches!(field.name, "id" | "uid" | "trashed" | "created" | "updated" | "created_by")
}

impl Screen for Merge {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn title(&self, cx: &Cx) -> String {
        let others = self.ids.len() - 1;
        let noun = cx.model.get(self.noun);
        let name = noun.map_or("", |n| if others == 1 { n.name() } else { n.entity.plural });
        format!("Merge {others} {name} into {}", self.named(cx))
    }

    fn open(&mut self, _: &Cx) -> Effects {
        vec![self.look()]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let last = self.rows(cx).len() + 1;
        match event {
            Event::Act(Act::Up | Act::LastPane) => self.at = self.at.checked_sub(1).unwrap_or(last),
            Event::Act(Act::Down | Act::NextPane) => {
                self.at = if self.at >= last { 0 } else { self.at + 1 };
            }
            Event::Act(Act::Open) if self.at == last => {
                if self.outlook.is_none() {
                    return Some(Vec::new());
                }
                let join = self.join();
                return Some(vec![deed(move |desk| joining::merge(desk, &join))]);
            }
            Event::Act(Act::Open) => return Some(self.turn(cx)),
            Event::Key(press) if press.code == KeyCode::Char(' ') => return Some(self.turn(cx)),
            Event::Answer(_, said) => match answer::<Result<Outlook>>(said)? {
                Ok(outlook) => {
                    self.outlook = Some(outlook);
                    self.error = None;
                    self.at = self.at.min(self.rows(cx).len() + 1);
                }
                Err(why) => {
                    self.take.clear();
                    self.error = Some(why);
                }
            },
            Event::Done => return Some(vec![Effect::Pop]),
            Event::Refused(why) => self.error = Some(why),
            Event::Changed => return Some(vec![self.look()]),
            Event::Key(_) | Event::Paste(_) | Event::Resized => {}
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let found = self.rows(cx);
        let height = u16::try_from(found.len() + 7).unwrap_or(u16::MAX);
        let foot = "Enter turns a line; Esc leaves everything as it is";
        let inside = pane::popup(frame, area, (100, height), &self.title(cx), foot, cx);
        let room = usize::from(inside.width);
        let mut lines: Vec<(String, Role)> = Vec::new();
        lines.push((format!(" stays: {} (Enter: another one)", self.named(cx)), Role::Heading));
        let noun = cx.model.get(self.noun);
        let label = |row: &Row| noun.map_or(String::new(), |n| n.fields[row.field].called());
        let names = found.iter().map(|row| width(&label(row))).max().unwrap_or(0).min(16);
        for row in &found {
            let gone = if row.then == row.ours && !row.ours.is_empty() {
                format!("  (not {})", row.theirs)
            } else if !row.ours.is_empty() && row.then == row.theirs {
                format!("  (not {})", row.ours)
            } else {
                String::new()
            };
            let sign = match self.can_choose(row, cx) {
                true if self.take.contains(&row.field) => "theirs",
                true if row.then == row.ours => "ours",
                _ => "",
            };
            let name = pad(&cx.theme.cut(&label(row), names), names, false);
            let text = format!(" {name}  {}{gone}", pane::safe(&row.then));
            let text =
                pad(&cx.theme.cut(&text, room.saturating_sub(8)), room.saturating_sub(8), false);
            lines.push((format!("{text} {sign}"), Role::Text));
        }
        let told = match (&self.error, &self.outlook) {
            (Some(why), _) => (why.message.clone(), Role::Bad),
            (None, Some(outlook)) => (told(outlook), Role::Dim),
            (None, None) => ("looking what it comes to".into(), Role::Dim),
        };
        lines.push((" merge them: undo takes it back".into(), Role::Key));
        let last = lines.len() - 1;
        let height = usize::from(inside.height).saturating_sub(2);
        let top = rows::scrolled(0, self.at, height, lines.len());
        for (row, (at, (text, role))) in lines.iter().enumerate().skip(top).take(height).enumerate()
        {
            let focus = at == self.at;
            let text = format!("{}{text}", if focus { ">" } else { " " });
            let role = if focus { Role::Focus } else { *role };
            // What is chosen and what does it stand apart.
            let row = if at == last && height > lines.len() { row + 1 } else { row };
            rows::write(frame, pane::row(inside, row), &text, cx.theme.style(role), cx);
        }
        let foot = pane::row(inside, usize::from(inside.height).saturating_sub(1));
        rows::write(frame, foot, &format!("  {}", pane::safe(&told.0)), cx.theme.style(told.1), cx);
    }

    fn is_popup(&self) -> bool {
        true
    }
}

/// What happens beside the fields.
fn told(outlook: &Outlook) -> String {
    let links = match outlook.joined.moved {
        0 => "no record leads to the others".to_owned(),
        1 => "1 record will lead to it".to_owned(),
        n => format!("{n} records will lead to it"),
    };
    match outlook.joined.noted {
        0 => links,
        1 => format!("{links}; 1 value that differs is kept in a note"),
        n => format!("{links}; {n} values that differ are kept in a note"),
    }
}
