//! Choosing a record: typed words narrow it, the worker looks.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::entity::text::words;
use crate::entity::{Field, LinkTo, Target, Value};
use crate::error::{Error, Result};
use crate::store::{Listing, Path};
use crate::tui::desk::Desk;
use crate::tui::keys::{Act, Place, Press};
use crate::tui::screen::{Cx, Effect, Effects, Event, Made, Screen, Subject, answer, ask};
use crate::tui::screens::line::adding;
use crate::tui::theme::Role;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::{pane, rows};

/// Most records that are offered.
const MOST: u64 = 50;

/// A record that may be chosen, with a second column.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub link: LinkTo,
    pub detail: String,
}

/// What is found, and of it the record that is linked to now.
struct Found {
    offers: Vec<Offer>,
    now: Option<i64>,
}

type Then = Box<dyn Fn(Option<LinkTo>, &Cx) -> Effects>;

/// A choice of one record of a noun, or of any.
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct Pick {
    title: String,
    target: Target,
    /// The records whose link is to be filled, and the link.
    of: Option<(Subject, &'static Field)>,
    typed: Input,
    found: Vec<Offer>,
    /// What they link to now.
    now: Option<i64>,
    at: usize,
    /// Whether the focus was on what they link to once.
    placed: bool,
    answered: bool,
    /// Whether nobody can be chosen too.
    optional: bool,
    error: Option<Error>,
    /// Whether a record that isn't there can be made.
    can_add: bool,
    then: Then,
}

/// Whether a key asks for a new record: no letter is, so it does in a line that is typed too.
pub(crate) fn is_new(press: Press) -> bool {
    press.code == KeyCode::Char('n') && press.held == KeyModifiers::CONTROL
}

fn label_of(noun: &str, cx: &Cx) -> String {
    cx.model.get(noun).map_or("name".into(), |noun| noun.entity.label().label())
}

impl Pick {
    pub(crate) fn of(
        title: String,
        target: Target,
        optional: bool,
        then: impl Fn(Option<LinkTo>, &Cx) -> Effects + 'static,
    ) -> Self {
        Self {
            title,
            target,
            of: None,
            typed: Input::default(),
            found: Vec::new(),
            now: None,
            at: 0,
            placed: false,
            answered: false,
            optional,
            error: None,
            can_add: true,
            then: Box::new(then),
        }
    }

    /// The choice for a link of some records: it begins with what they link to now, and offers what
    /// they may.
    pub(crate) fn filling(self, subject: &Subject, field: Option<&'static Field>) -> Self {
        Self { of: field.map(|field| (subject.clone(), field)), ..self }
    }

    /// The choice among what is there alone.
    pub(crate) fn of_those_there(self) -> Self {
        Self { can_add: false, ..self }
    }

    /// The choice with a text typed already.
    pub(crate) fn typed(self, text: &str) -> Self {
        Self { typed: Input::new(text), placed: true, ..self }
    }

    fn look(&self) -> Effect {
        let (target, typed, of) = (self.target, self.typed.text().to_owned(), self.of.clone());
        ask(0, move |desk| found(desk, target, &typed, of.as_ref()))
    }

    /// The noun of which a new record can be made here.
    fn makes(&self) -> Option<&'static str> {
        let within = self.of.as_ref().is_some_and(|(_, field)| field.within.is_some());
        self.target.one().filter(|_| self.can_add && !within).map(|entity| entity.name)
    }

    /// Makes a record of what is typed; it is chosen as soon as it is there.
    fn make(&mut self, cx: &Cx) -> Effects {
        let Some(noun) = self.makes() else { return Vec::new() };
        if self.typed.text().trim().is_empty() {
            let why = format!("type the {} of the new {noun} first", label_of(noun, cx));
            self.error = Some(Error::usage(why));
            return Vec::new();
        }
        match adding(noun, self.typed.text(), cx) {
            Ok(effect) => vec![effect],
            Err(why) => {
                self.error = Some(why);
                Vec::new()
            }
        }
    }

    fn chosen(&self, link: Option<LinkTo>, cx: &Cx) -> Effects {
        let mut effects = vec![Effect::Pop];
        effects.extend((self.then)(link, cx));
        effects
    }

    /// Whether nobody stands among what can be chosen: not where somebody is looked for.
    fn offers_nobody(&self) -> bool {
        self.optional && self.typed.text().trim().is_empty()
    }

    fn count(&self) -> usize {
        self.found.len() + usize::from(self.offers_nobody())
    }
}

/// What may be chosen for a link of some records: a stage of their own pipelines.
fn found(
    desk: &mut Desk,
    target: Target,
    typed: &str,
    of: Option<&(Subject, &'static Field)>,
) -> Result<Found> {
    let Some((subject, field)) = of else {
        return Ok(Found { offers: offers(desk, target, typed, "")?, now: None });
    };
    let (now, within) = {
        let noun = desk.store.noun(subject.noun)?;
        let records = desk.reader()?.records(noun, &subject.ids)?;
        let links = |name: &str| -> Result<BTreeSet<i64>> {
            let at = noun.require(name)?.index;
            Ok(records.iter().filter_map(|r| Some(r.values[at].as_link()?.id)).collect())
        };
        let now = links(field.name)?;
        let within = match field.within {
            Some((own, targets)) => {
                let ids: Vec<String> = links(own)?.iter().map(ToString::to_string).collect();
                format!("{targets}:{}", ids.join(","))
            }
            None => String::new(),
        };
        (now.first().copied().filter(|_| now.len() == 1), within)
    };
    Ok(Found { offers: offers(desk, target, typed, &within)?, now })
}

/// Records whose words begin as typed, within a filter.
fn offers(desk: &mut Desk, target: Target, typed: &str, within: &str) -> Result<Vec<Offer>> {
    let reader = desk.reader()?;
    let Some(entity) = target.one() else {
        let found = reader.search(typed, 50)?.into_iter().filter(|l| target.allows(l.noun));
        return Ok(found.map(|link| Offer { detail: link.noun.to_owned(), link }).collect());
    };
    let noun = desk.store.noun(entity.name)?;
    let mut listing = Listing::all(noun);
    let label = noun.entity.label();
    let second = noun.entity.columns.iter().find(|c| **c != "id" && **c != label.name);
    let columns = [Some(&label.name), second].into_iter().flatten();
    listing.columns =
        columns.map(|c| Path::parse(c, noun, reader.model())).collect::<Result<_>>()?;
    listing.sort_by(noun.entity.sort, reader.model())?;
    listing.limit = Some(MOST);
    let plain = words(typed);
    if !plain.trim().is_empty() || !within.is_empty() {
        // A word of the language itself is meant as text.
        let held = |w: &str| match w {
            "or" | "not" => format!("\"{w}\""),
            word => word.to_owned(),
        };
        let words: Vec<String> = plain.split_whitespace().map(held).collect();
        let filter = format!("{} {within}", words.join(" "));
        listing.filter = Some(reader.filter(noun, filter.trim(), &desk.locale)?);
    }
    let zone = desk.locale.times.zone;
    let shown = |path: &Path, value: &Value| {
        crate::entity::shown::shown(path.field(), path.last().part, value, zone)
    };
    let paths = listing.columns.clone();
    let found = reader.list(&listing)?.into_iter().map(|f| Offer {
        detail: paths.get(1).zip(f.values.get(1)).map_or(String::new(), |(p, v)| shown(p, v)),
        link: LinkTo {
            uid: f.uid,
            label: f.values.first().map_or(String::new(), Value::to_cell),
            ..LinkTo::bare(noun.name(), f.id)
        },
    });
    Ok(found.collect())
}

impl Screen for Pick {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn title(&self, _: &Cx) -> String {
        self.title.clone()
    }

    fn open(&mut self, _: &Cx) -> Effects {
        vec![self.look()]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let last = self.count().saturating_sub(1);
        match event {
            Event::Act(Act::Up | Act::LastPane) => self.at = self.at.checked_sub(1).unwrap_or(last),
            Event::Act(Act::Down | Act::NextPane) => {
                self.at = if self.at >= last { 0 } else { self.at + 1 };
            }
            Event::Act(Act::PageUp) => self.at = self.at.saturating_sub(10),
            Event::Act(Act::PageDown) => self.at = (self.at + 10).min(last),
            Event::Act(Act::Open) if self.count() > 0 => {
                let chosen = self.found.get(self.at).map(|o| o.link.clone());
                return Some(self.chosen(chosen, cx));
            }
            Event::Key(press) if is_new(press) => return Some(self.make(cx)),
            Event::Refused(why) => self.error = Some(why),
            Event::Act(Act::Open) | Event::Done | Event::Changed => {}
            Event::Told(what) => {
                let made = what.downcast::<Made>().ok()?;
                let Made(noun, id) = *made;
                self.makes().filter(|own| *own == noun)?;
                let label = self.typed.text().trim().to_owned();
                return Some(self.chosen(Some(LinkTo { label, ..LinkTo::bare(noun, id) }), cx));
            }
            Event::Key(press) => {
                if self.typed.press(press) {
                    self.error = None;
                    self.at = 0;
                    return Some(vec![self.look()]);
                }
            }
            Event::Paste(text) => {
                self.typed.paste(&text);
                self.at = 0;
                return Some(vec![self.look()]);
            }
            Event::Answer(_, said) => match answer::<Result<Found>>(said)? {
                Ok(found) => {
                    (self.found, self.now) = (found.offers, found.now);
                    if !std::mem::replace(&mut self.placed, true) {
                        let now = self.found.iter().position(|o| Some(o.link.id) == self.now);
                        self.at = now.unwrap_or(0);
                    }
                    self.at = self.at.min(self.count().saturating_sub(1));
                    self.error = None;
                    self.answered = true;
                }
                Err(why) => self.error = Some(why),
            },
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let size = (76, 16.min(area.height));
        let new = self.makes().map(|noun| format!("^N new {noun}"));
        let foot = new.clone().unwrap_or_default();
        let inside = pane::popup(frame, area, size, &self.title, &foot, cx);
        let line = pane::row(inside, 0);
        let sign = Rect { width: 2.min(line.width), ..line };
        rows::write(frame, sign, "> ", cx.theme.style(Role::Key), cx);
        let typed = Rect { x: line.x + sign.width, width: line.width - sign.width, ..line };
        self.typed.draw(frame, typed, cx.theme.style(Role::Text), true);
        if let Some(why) = &self.error {
            let text = pane::safe(&why.message);
            rows::write(frame, pane::row(inside, 1), &text, cx.theme.style(Role::Bad), cx);
            let hint = pane::safe(why.hint.as_deref().unwrap_or_default());
            rows::write(frame, pane::row(inside, 2), &hint, cx.theme.style(Role::Dim), cx);
            return;
        }
        let mut lines: Vec<String> = self
            .found
            .iter()
            .map(|o| {
                let label = pane::safe(&o.link.label);
                let label = crate::entity::width::pad(&cx.theme.cut(&label, 40), 40, false);
                let now = if Some(o.link.id) == self.now { "  (now)" } else { "" };
                format!("{label}  {}  {}:{}{now}", pane::safe(&o.detail), o.link.noun, o.link.id)
            })
            .collect();
        if self.offers_nobody() {
            lines.push("(nobody and nothing)".into());
        }
        if lines.is_empty() && self.answered {
            let text = match self.typed.text().trim() {
                "" => "There is nothing to choose yet.".to_owned(),
                typed => {
                    let new = new.map_or(String::new(), |new| format!(" {new} of that name."));
                    format!("Nothing is called `{}`.{new}", pane::safe(typed))
                }
            };
            rows::write(frame, pane::row(inside, 2), &text, cx.theme.style(Role::Dim), cx);
        }
        let height = usize::from(inside.height).saturating_sub(1);
        let top = rows::scrolled(0, self.at, height, lines.len());
        for (row, (at, text)) in lines.iter().enumerate().skip(top).take(height).enumerate() {
            let focus = at == self.at;
            let role = if focus { Role::Focus } else { Role::Text };
            let text = format!("{}{text}", if focus { ">" } else { " " });
            rows::write(frame, pane::row(inside, row + 1), &text, cx.theme.style(role), cx);
        }
    }

    fn is_popup(&self) -> bool {
        true
    }
}
