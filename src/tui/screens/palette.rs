//! Go to or do anything: records, screens, actions and views in one list.

mod named;
mod wanted;

use std::collections::{HashMap, HashSet};

use ratatui::Frame;
use ratatui::layout::Rect;

use self::wanted::Wanted;
use super::line::SETTINGS;
use super::reports::{AtChart, Named};
use super::views::{self, View};
use super::{OfPipeline, list, reports};
use crate::actions::ACTIONS;
use crate::entity::shown::shown;
use crate::entity::width::pad;
use crate::entity::{LinkTo, Noun, Value};
use crate::error::Result;
use crate::store::{Listing, Path, Reader};
use crate::tui::commands::Verb;
use crate::tui::desk::Desk;
use crate::tui::keys::{Act, BINDINGS, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Subject, answer, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::{pane, rows};
use crate::tui::{menu, verbs};

/// What an entry leads to.
#[derive(Debug, Clone)]
enum Leads {
    Record(LinkTo),
    Act(Act),
    Deed(usize),
    Verb(Verb),
    List(&'static str),
    /// A saved view of a noun.
    View(&'static str, View),
    /// A chart of the reports.
    Chart(usize, usize),
    /// The board of a pipeline.
    Board(String),
    /// What lasts as long as the dashboard is open.
    Set(&'static str, &'static str),
}

#[derive(Debug, Clone)]
struct Row {
    kind: &'static str,
    text: String,
    detail: String,
    leads: Leads,
}

/// A record that was found, and what tells it from others.
#[derive(Debug, Clone)]
struct Hit {
    link: LinkTo,
    detail: String,
}

struct Palette {
    subject: Option<Subject>,
    typed: Input,
    records: Vec<Hit>,
    /// The saved views with their nouns.
    views: Vec<(&'static str, View)>,
    /// The pipelines by name, where there are several.
    pipelines: Vec<String>,
    /// The verbs of the command line.
    verbs: Vec<Verb>,
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
        pipelines: Vec::new(),
        verbs: Vec::new(),
        at: 0,
    })
}

/// The saved views with their nouns, and the pipelines.
type Places = (Vec<(&'static str, View)>, Vec<String>);

/// Most records that are offered.
const MOST: usize = 20;

/// The records that hold the words; where none does, those of a company that some of the words name.
fn found(desk: &mut Desk, words: &str, people: bool) -> Result<Vec<Hit>> {
    let reader = desk.reader()?;
    let mut links = named::named(desk, &reader, words)?;
    let found = reader.search(words, if people { 200 } else { MOST })?;
    links.extend(found);
    let mut seen = HashSet::new();
    links.retain(|l| seen.insert((l.noun, l.id)));
    // A view is shown as what it leads to, not as its own record.
    links.retain(|l| l.noun != "view" && (!people || PEOPLE.contains(&l.noun)));
    if links.is_empty() {
        for noun in &desk.store.model().nouns {
            if noun.index("company").is_some() && (!people || PEOPLE.contains(&noun.name())) {
                links.extend(of_company(desk, &reader, noun, words)?);
            }
        }
    }
    links.truncate(MOST);
    let mut details: HashMap<(&str, i64), String> = HashMap::new();
    for noun in &desk.store.model().nouns {
        let ids: Vec<i64> = links.iter().filter(|l| l.noun == noun.name()).map(|l| l.id).collect();
        if !ids.is_empty() {
            let told = details_of(desk, &reader, noun, &ids)?;
            details.extend(told.into_iter().map(|(id, text)| ((noun.name(), id), text)));
        }
    }
    let hits = links.into_iter().map(|link| Hit {
        detail: details.remove(&(link.noun, link.id)).unwrap_or_default(),
        link,
    });
    Ok(hits.collect())
}

/// Records whose company is called as one of the words, and that hold the others: `acme renewal`.
fn of_company(desk: &Desk, reader: &Reader, noun: &Noun, words: &str) -> Result<Vec<LinkTo>> {
    // A word of the language itself is meant as text.
    let held = |word: &str| match word {
        "or" | "not" => format!("\"{word}\""),
        word => word.to_owned(),
    };
    let words: Vec<String> =
        crate::entity::text::words(words).split_whitespace().map(held).collect();
    let mut found = Vec::new();
    if words.len() < 2 {
        return Ok(found);
    }
    for (at, company) in words.iter().enumerate() {
        let others = words.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<&str> = others.map(|(_, word)| word.as_str()).collect();
        let mut listing = Listing::all(noun);
        let filter = format!("company:{company} {}", others.join(" "));
        listing.filter = Some(reader.filter(noun, &filter, &desk.locale)?);
        listing.columns = vec![Path::parse(noun.entity.label().name, noun, reader.model())?];
        listing.limit = Some(MOST as u64);
        found.extend(reader.list(&listing)?.into_iter().map(|f| LinkTo {
            label: f.values.first().map_or(String::new(), Value::to_cell),
            ..LinkTo::bare(noun.name(), f.id)
        }));
    }
    Ok(found)
}

/// The first columns behind the label, of each record.
fn details_of(
    desk: &Desk,
    reader: &Reader,
    noun: &Noun,
    ids: &[i64],
) -> Result<Vec<(i64, String)>> {
    let label = noun.entity.label().name;
    let names = noun.entity.columns.iter().filter(|c| **c != "id" && **c != label).take(3);
    let paths: Vec<Path> =
        names.map(|c| Path::parse(c, noun, reader.model())).collect::<Result<_>>()?;
    let zone = desk.locale.times.zone;
    let told = reader.cells_of(noun, ids, paths.clone())?.into_iter().map(|row| {
        let cells = row.values.iter().zip(&paths).filter(|(value, _)| !value.is_empty());
        let cells = cells.map(|(value, path)| shown(path.field(), path.last().part, value, zone));
        (row.id, cells.collect::<Vec<_>>().join("  "))
    });
    Ok(told.collect())
}

impl Palette {
    fn look(&self) -> Effect {
        let people = self.typed.text().starts_with('@');
        let words = self.typed.text().trim_start_matches(['>', '@']).to_owned();
        ask(RECORDS, move |desk| found(desk, &words, people))
    }

    fn rows(&self, cx: &Cx) -> Vec<Row> {
        let typed = self.typed.text();
        let mut rows = Vec::new();
        if !typed.starts_with('>') {
            rows.extend(self.records.iter().map(|hit| Row {
                kind: hit.link.noun,
                text: hit.link.label.clone(),
                detail: format!("{}  {}:{}", hit.detail, hit.link.noun, hit.link.id),
                leads: Leads::Record(hit.link.clone()),
            }));
        }
        if typed.starts_with('@') {
            return rows;
        }
        let found = rows.len();
        self.named(&Wanted::of(typed), &mut rows, cx);
        // Nothing is called so: perhaps a letter slipped.
        if rows.len() == found && found == 0 {
            self.named(&Wanted::of(typed).with_slips(), &mut rows, cx);
        }
        rows
    }

    /// Everything but records that is called as wanted.
    fn named(&self, wanted: &Wanted, rows: &mut Vec<Row>, cx: &Cx) {
        let fits = |text: &str| wanted.fits(text);
        if let Some(subject) = &self.subject {
            let own = ACTIONS.iter().enumerate().filter(|(_, a)| a.noun == subject.noun);
            let mut own: Vec<_> =
                own.filter(|(_, a)| fits(&format!("{} {}", a.verb, a.about))).collect();
            own.sort_by_key(|(_, a)| !fits(a.verb));
            rows.extend(own.into_iter().map(|(at, a)| Row {
                kind: "do",
                text: format!("{} {}", a.noun, a.verb),
                detail: a.about.to_owned(),
                leads: Leads::Deed(at),
            }));
        }
        rows.extend(self.verbs_called(wanted).into_iter().map(|verb| Row {
            kind: "do",
            text: format!("{} {}", verb.noun, verb.name),
            detail: verb.about.clone(),
            leads: Leads::Verb(verb.clone()),
        }));
        // Where actions alone are asked for, lists and views are in the way.
        let alone = self.typed.text().starts_with('>');
        for (noun, view) in self.views.iter().filter(|(_, view)| !alone && fits(&view.name)) {
            rows.push(Row {
                kind: "view",
                text: view.name.clone(),
                detail: format!("{noun} list {}", view.filter),
                leads: Leads::View(noun, view.clone()),
            });
        }
        for noun in cx.model.nouns.iter().filter(|n| !alone && fits(n.entity.plural)) {
            rows.push(Row {
                kind: "list",
                text: noun.entity.plural.to_owned(),
                detail: noun.entity.about.to_owned(),
                leads: Leads::List(noun.name()),
            });
        }
        if !alone && !wanted.is_empty() {
            rows.extend(self.places(wanted));
        }
        let moves = [Act::Up, Act::Down, Act::Left, Act::Right, Act::Palette];
        let shown = BINDINGS.iter().filter(|b| {
            b.places & (Place::List as u16 | Place::Board as u16) != 0
                && !moves.contains(&b.act)
                && fits(&format!("{} {}", b.name, b.about))
        });
        let mut shown: Vec<_> = shown.collect();
        // What is called so comes before what only speaks of it.
        shown.sort_by_key(|b| (!wanted.is(b.about), !fits(b.name)));
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
        if !wanted.is_empty() {
            rows.extend(settings(wanted));
        }
    }

    /// The boards and charts that are called so.
    fn places(&self, wanted: &Wanted) -> Vec<Row> {
        let boards = self.pipelines.iter().map(|name| Row {
            kind: "board",
            text: format!("{name} board"),
            detail: "pipeline".to_owned(),
            leads: Leads::Board(name.clone()),
        });
        let charts = reports::all().into_iter().map(|Named { page, pane, title, of }| Row {
            kind: "chart",
            text: title.to_owned(),
            detail: format!("reports  {of}"),
            leads: Leads::Chart(page, pane),
        });
        let called = |row: &Row| wanted.fits(&format!("{} {} {}", row.text, row.kind, row.detail));
        boards.chain(charts).filter(called).collect()
    }

    /// The verbs of the command line that are called so: those of the records below first. Deeds of
    /// those are offered already.
    fn verbs_called(&self, wanted: &Wanted) -> Vec<&Verb> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let noun = self.subject.as_ref().map(|s| s.noun);
        let is_called = |verb: &&Verb| wanted.begins(&format!("{} {}", verb.noun, verb.name));
        let is_offered = |verb: &&Verb| Some(verb.noun) == noun && menu::is_deed(verb);
        let all = self.verbs.iter().filter(|verb| is_called(verb) && !is_offered(verb));
        let mut called: Vec<&Verb> = all.collect();
        called.sort_by_key(|verb| Some(verb.noun) != noun);
        called
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
            Leads::View(noun, view) => vec![Effect::Push(list::viewed(noun, view.clone()))],
            Leads::Chart(page, pane) => {
                vec![Effect::Go(6), Effect::Tell(Box::new(AtChart { page: *page, pane: *pane }))]
            }
            Leads::Board(name) => {
                vec![Effect::Go(1), Effect::Tell(Box::new(OfPipeline(name.clone())))]
            }
            Leads::Set(name, value) => vec![Effect::Set((*name).into(), (*value).into())],
            Leads::Verb(verb) => menu::verb(verb, self.subject.clone(), cx),
            Leads::Deed(at) => match &self.subject {
                Some(subject) => verbs::perform_whole(&ACTIONS[*at], subject.clone(), cx),
                None => Vec::new(),
            },
        });
        effects
    }
}

/// What can be set that is called so.
fn settings(wanted: &Wanted) -> impl Iterator<Item = Row> {
    let all = SETTINGS.iter().flat_map(|(name, values)| values.iter().map(move |v| (*name, *v)));
    let rows = all.map(|(name, value)| Row {
        kind: "set",
        text: format!("{name} {value}"),
        detail: "as long as this is open".to_owned(),
        leads: Leads::Set(name, value),
    });
    rows.filter(|row| wanted.fits(&row.text))
}

impl Screen for Palette {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn title(&self, _: &Cx) -> String {
        "palette".into()
    }

    fn open(&mut self, cx: &Cx) -> Effects {
        self.verbs = cx.command.verbs();
        vec![ask(VIEWS, |desk| -> Result<Places> {
            let mut all = Vec::new();
            for noun in &desk.store.model().nouns {
                let views = views::saved(desk, noun.name())?.into_iter();
                all.extend(views.map(|view| (noun.name(), view)));
            }
            Ok((all, named::pipelines(desk)?))
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
                (self.views, self.pipelines) = answer::<Result<Places>>(said)?.unwrap_or_default();
                false
            }
            Event::Answer(_, said) => {
                self.records = answer::<Result<Vec<Hit>>>(said)?.unwrap_or_default();
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
        let size = (110, area.height.saturating_sub(2).clamp(6, 24));
        let inside = pane::popup(frame, area, size, "Go to or do anything", &foot, cx);
        let line = pane::row(inside, 0);
        let sign = Rect { width: 2.min(line.width), ..line };
        rows::write(frame, sign, "> ", cx.theme.style(Role::Key), cx);
        let typed = Rect { x: line.x + sign.width, width: line.width - sign.width, ..line };
        self.typed.draw(frame, typed, cx.theme.style(Role::Text), true);
        if found.is_empty() && !self.typed.text().trim().is_empty() {
            let lines = [
                "Nothing is called so, and no record holds all of the words.",
                "A list's filter finds by anything else: `/` in it, `company:acme amount>10k`.",
            ];
            for (at, line) in lines.iter().enumerate() {
                rows::write(frame, pane::row(inside, at + 2), line, cx.theme.style(Role::Dim), cx);
            }
        }
        let height = usize::from(inside.height).saturating_sub(1);
        let top = rows::scrolled(0, self.at, height, found.len());
        let room = usize::from(inside.width).saturating_sub(11) / 2;
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
