//! A form from declarations: a record to make, records to change, the arguments of a deed.

mod draft;
mod draw;
mod entry;
mod leave;
mod save;
mod several;
mod single;
mod verb;

use ratatui::Frame;
use ratatui::layout::Rect;

pub(in crate::tui) use self::draft::resume;
use self::entry::Entry;
pub(in crate::tui) use self::entry::{meaning, understood};
use self::leave::{LINK, Looked};
use self::several::{SEVERAL, Shared};
pub(in crate::tui) use self::single::argument;
pub(in crate::tui) use self::verb::verb;
use super::choose::{Choose, Item};
use super::line::Known;
use super::pick::{Pick, is_new};
use crate::actions::Action;
use crate::entity::{Field, Kind, LinkTo, Record, Value};
use crate::error::{Error, ErrorKind};
use crate::tui::drafts::Draft;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Edited, Effect, Effects, Event, Screen, Subject, Toast, answer, ask};
use crate::tui::widgets::rows;

/// What a form is for.
#[derive(Clone)]
enum Purpose {
    Add(&'static str),
    Edit(Subject),
    /// One field of records.
    Field(Subject, usize),
    Deed(&'static Action, Subject),
    /// A verb of the command line.
    Line(verb::Line),
}

/// A form with its state.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct Form {
    purpose: Purpose,
    title: String,
    entries: Vec<Entry>,
    at: usize,
    error: Option<Error>,
    /// The record as it was read; a change of somebody else's since is a conflict.
    base: Option<Record>,
    /// What several records have in common, as it was read.
    shared: Option<Shared>,
    loaded: bool,
    /// Esc was pressed once over unsaved text.
    leaving: bool,
    /// It has all it needs and saves at once: nobody sees it unless the store refuses.
    unseen: bool,
    /// Save was pressed before the record was there: without it no conflict would be seen.
    eager: bool,
    /// What fields began with in the draft that this form comes of.
    was: Vec<(usize, String)>,
}

/// Whether people may fill a field in a form: set by them, and by no deed of its own.
pub(crate) fn is_open(field: &Field) -> bool {
    field.is_settable() && field.deed.is_none() && !matches!(field.kind, Kind::List(Kind::File))
        || field.kind == Kind::Tags
}

/// A form for a new record, with what is known already.
pub(crate) fn add(noun: &'static str, known: &[Known], cx: &Cx) -> Box<dyn Screen> {
    boxed(add_form(noun, known, cx))
}

fn add_form(noun: &'static str, known: &[Known], cx: &Cx) -> Option<Form> {
    let declared = cx.model.get(noun)?;
    let open = |at: &usize| {
        let field = declared.fields[*at];
        (is_open(field) || field.deed.is_some() && field.is_settable()) && !field.quiet
    };
    let entries = (0..declared.fields.len()).filter(open).map(|at| {
        let mut entry = Entry::of_field(at, declared.fields[at]);
        if let Some(known) = known.iter().find(|k| k.at == at) {
            entry.pick(Some(known.link.clone()));
            entry.known = true;
        }
        entry
    });
    let title = format!("New {noun}");
    Some(Form::new(Purpose::Add(noun), title, entries.collect(), true))
}

/// A form for records that are there: one with its values, several with those that all of them have;
/// what is changed goes to all.
pub(crate) fn edit(subject: Subject, cx: &Cx) -> Box<dyn Screen> {
    boxed(edit_form(subject, cx))
}

fn edit_form(subject: Subject, cx: &Cx) -> Option<Form> {
    let noun = cx.model.get(subject.noun)?;
    let shown = |at: &usize| is_open(noun.fields[*at]) && !noun.fields[*at].quiet;
    let entries =
        (0..noun.fields.len()).filter(shown).map(|at| Entry::of_field(at, noun.fields[at]));
    let title = format!("Edit {}", subject.shown(cx.model));
    Some(Form::new(Purpose::Edit(subject), title, entries.collect(), false))
}

/// One field of records: a choice, a record to pick, or a line.
pub(crate) fn field(subject: Subject, at: usize) -> Box<dyn Screen> {
    Box::new(Form::new(Purpose::Field(subject, at), String::new(), Vec::new(), false))
}

/// All arguments of a deed.
pub(crate) fn deed(action: &'static Action, subject: Subject, cx: &Cx) -> Box<dyn Screen> {
    boxed(deed_form(action, subject, cx))
}

fn deed_form(action: &'static Action, subject: Subject, cx: &Cx) -> Option<Form> {
    let noun = cx.model.get(action.noun)?;
    let entries = action.args.iter().map(|arg| Entry::of_arg(arg, noun));
    let title = format!("{} {}", action.verb, subject.shown(cx.model));
    Some(Form::new(Purpose::Deed(action, subject), title, entries.collect(), true))
}

/// The form; one of nothing, where the model lacks the noun: never seen.
fn boxed(form: Option<Form>) -> Box<dyn Screen> {
    let nothing = || Form::new(Purpose::Add("contact"), String::new(), Vec::new(), true);
    Box::new(form.unwrap_or_else(nothing))
}

impl Form {
    fn new(purpose: Purpose, title: String, entries: Vec<Entry>, loaded: bool) -> Self {
        Self {
            purpose,
            title,
            entries,
            at: 0,
            error: None,
            base: None,
            shared: None,
            loaded,
            leaving: false,
            unseen: false,
            eager: false,
            was: Vec::new(),
        }
    }

    /// Whether it holds something that isn't saved.
    fn is_unsaved(&self) -> bool {
        self.entries.iter().any(|e| e.is_changed() && !e.known)
    }

    fn entry(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.at)
    }

    /// The noun and id of the record that the form begins with.
    fn source(&self) -> Option<(&'static str, i64)> {
        match &self.purpose {
            Purpose::Edit(subject) | Purpose::Field(subject, _) => {
                Some((subject.noun, subject.one()))
            }
            _ => None,
        }
    }

    fn look(&self, slot: u8) -> Option<Effect> {
        let (noun, id) = self.source()?;
        Some(ask(slot, move |desk| desk.reader()?.record(desk.store.noun(noun)?, id)))
    }

    /// Fills the entries with the record's values.
    fn fill(&mut self, record: Record, cx: &Cx) -> Effects {
        let Some(noun) = cx.model.get(record.noun) else { return Vec::new() };
        if !self.still_fits(cx) {
            self.error = Some(moved());
            return Vec::new();
        }
        self.loaded = true;
        if let Purpose::Field(subject, at) = &self.purpose {
            let (subject, at) = (subject.clone(), *at);
            return vec![Effect::Pop, Effect::Push(single::one_field(subject, at, &record, cx))];
        }
        let mut base = record;
        for entry in &mut self.entries {
            let Some(at) = entry.field.filter(|at| *at < base.values.len()) else { continue };
            // What was typed before the record came stays.
            entry.fill_below(noun.fields[at], &base.values[at], cx);
            // A draft began with what the record was then: what it became since is a conflict.
            let was = self.was.iter().find(|(field, _)| *field == at).map(|(_, was)| was);
            if let Some(was) = was.filter(|was| **was != entry.typed_as(String::new()).base) {
                base.values[at] = noun.fields[at].parse(was, cx.locale).unwrap_or(Value::Null);
            }
        }
        self.base = Some(base);
        if std::mem::take(&mut self.eager) { self.save(cx) } else { Vec::new() }
    }

    /// Whether the entries are of the fields that they were made of: another process may have made or
    /// removed a custom field since.
    fn still_fits(&self, cx: &Cx) -> bool {
        let noun = match &self.purpose {
            Purpose::Add(noun) => noun,
            Purpose::Edit(subject) | Purpose::Field(subject, _) => subject.noun,
            Purpose::Deed(..) | Purpose::Line(_) => return true,
        };
        let Some(noun) = cx.model.get(noun) else { return false };
        let name = |at: usize| noun.fields.get(at).map(|field| field.name);
        self.entries.iter().all(|e| e.field.is_none_or(|at| name(at) == e.declared.map(|f| f.name)))
    }

    fn step(&mut self, by: isize, cx: &Cx) -> Effects {
        let looks = self.leave_field(cx);
        let count = self.entries.len().max(1);
        let far = by.unsigned_abs() % count;
        self.at = if by < 0 { self.at + count - far } else { self.at + far } % count;
        looks.into_iter().collect()
    }

    /// Opens what a field is chosen from: records, words.
    fn choose(&self, cx: &Cx) -> Option<Effect> {
        let entry = self.entries.get(self.at)?;
        let title = entry.label.clone();
        if !entry.words.is_empty() {
            let words = entry.words.iter().enumerate();
            let items = words.map(|(at, word)| Item::new(word.clone(), "", at)).collect();
            return Some(Effect::Push(Choose::of(title, items, |item, _| {
                vec![Effect::Tell(Box::new(Word(item.label.clone())))]
            })));
        }
        Some(match entry.kind {
            Kind::Link(target) => {
                let pick = Pick::of(title, target, !entry.required, |link, _| {
                    vec![Effect::Tell(Box::new(Picked(link)))]
                });
                // What is typed in the field is looked for there.
                let typed = Some(entry.text().trim()).filter(|_| entry.is_changed());
                let pick = match typed.filter(|text| !text.is_empty() && !entry.is_picked()) {
                    Some(text) => pick.typed(text),
                    None => pick,
                };
                Effect::Push(Box::new(match &self.purpose {
                    Purpose::Add(_) | Purpose::Line(_) => pick,
                    Purpose::Edit(subject)
                    | Purpose::Field(subject, _)
                    | Purpose::Deed(_, subject) => pick.filling(subject, entry.declared),
                }))
            }
            Kind::Choice(choices) | Kind::Words(choices) if !choices.words.is_empty() => {
                let items =
                    choices.words.iter().enumerate().map(|(at, w)| Item::new(w.word, "", at));
                Effect::Push(Choose::of(title, items.collect(), |item, _| {
                    vec![Effect::Tell(Box::new(Word(item.label.clone())))]
                }))
            }
            Kind::Bool => {
                let items = vec![Item::new("yes", "", 0), Item::new("no", "", 1)];
                Effect::Push(Choose::of(title, items, |item, _| {
                    vec![Effect::Tell(Box::new(Word(item.label.clone())))]
                }))
            }
            _ => {
                let _ = cx;
                return None;
            }
        })
    }

    fn accept(&mut self, cx: &Cx) -> Effects {
        let looks = self.leave_field(cx);
        if self.at + 1 >= self.entries.len() {
            return self.save(cx);
        }
        self.at += 1;
        looks.into_iter().collect()
    }

    fn close(&mut self) -> Effects {
        if !self.is_unsaved() || self.leaving {
            return vec![Effect::Pop];
        }
        // The question stands as long as it is armed.
        self.leaving = true;
        Vec::new()
    }

    fn key(&mut self, press: crate::tui::keys::Press, cx: &Cx) -> Effects {
        let Some(entry) = self.entries.get_mut(self.at) else { return Vec::new() };
        let space = press.code == crossterm::event::KeyCode::Char(' ');
        if space && entry.is_chosen() && (entry.input.text().is_empty() || !entry.is_changed()) {
            return self.choose(cx).into_iter().collect();
        }
        if is_new(press) && matches!(entry.kind, Kind::Link(_)) {
            // In the choice it is seen whether there is one already.
            return self.choose(cx).into_iter().collect();
        }
        if entry.long.is_some() {
            return vec![Toast::good("several lines: ^E writes them in $EDITOR")];
        }
        if several::asks(entry, press) || entry.input.press(press) {
            if !entry.is_emptied() {
                entry.touched();
            }
            self.leaving = false;
            self.error = None;
        }
        Vec::new()
    }

    fn told(&mut self, what: Box<dyn std::any::Any>, cx: &Cx) -> Effects {
        let Some(entry) = self.entries.get_mut(self.at) else { return Vec::new() };
        let what = match what.downcast::<Picked>() {
            Ok(picked) => {
                entry.pick(picked.0);
                return self.step(1, cx);
            }
            Err(what) => what,
        };
        let what = match what.downcast::<Word>() {
            Ok(word) => {
                entry.input.set(&word.0);
                entry.touched();
                return self.step(1, cx);
            }
            Err(what) => what,
        };
        let what = match what.downcast::<Edited>() {
            Ok(edited) => {
                entry.write(edited.0.trim_end_matches('\n'));
                return Vec::new();
            }
            Err(what) => what,
        };
        match what.downcast::<super::conflict::Settled>() {
            Ok(settled) => self.settle(*settled, cx),
            Err(_) => Vec::new(),
        }
    }

    /// What was decided about fields that somebody else changed: theirs are the new base, and where
    /// theirs are kept, the field isn't written.
    fn settle(&mut self, settled: super::conflict::Settled, cx: &Cx) -> Effects {
        let Some(noun) = cx.model.get(settled.now.noun) else { return Vec::new() };
        for (at, mine) in settled.mine {
            let entry = self.entries.iter_mut().find(|e| e.field == Some(at));
            if let (Some(entry), false) = (entry, mine) {
                entry.fill(noun.fields[at], &settled.now.values[at], cx);
            }
        }
        self.base = Some(settled.now);
        self.save(cx)
    }
}

fn moved() -> Error {
    Error::conflict("custom fields were made or removed meanwhile, and this form has the old ones")
        .hint("Esc twice leaves it; open it again and type it anew")
}

/// The record that was picked.
struct Picked(Option<LinkTo>);
/// The word that was chosen.
struct Word(String);

impl Screen for Form {
    fn place(&self) -> Place {
        Place::Form
    }

    fn title(&self, _: &Cx) -> String {
        self.title.clone()
    }

    fn open(&mut self, cx: &Cx) -> Effects {
        match () {
            () if self.unseen => self.save(cx),
            () if self.loaded => Vec::new(),
            () if self.several().is_some() => self.look_at_all(),
            () => self.look(0).into_iter().collect(),
        }
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        match event {
            Event::Act(Act::NextPane | Act::Down) => return Some(self.step(1, cx)),
            Event::Act(Act::LastPane | Act::Up) => return Some(self.step(-1, cx)),
            Event::Act(Act::PageDown) => return Some(self.step(8, cx)),
            Event::Act(Act::PageUp) => return Some(self.step(-8, cx)),
            Event::Act(Act::Open) => return Some(self.accept(cx)),
            Event::Act(Act::Save) => {
                self.leave_field(cx);
                return Some(self.save(cx));
            }
            Event::Act(Act::Back | Act::Quit) => return Some(self.close()),
            Event::Act(Act::Editor) => {
                let entry = self.entry()?;
                let text = entry.long.clone().unwrap_or_else(|| entry.input.text().to_owned());
                return Some(vec![Effect::Editor(text)]);
            }
            Event::Key(press) => return Some(self.key(press, cx)),
            Event::Paste(text) => {
                let entry = self.entry()?;
                if entry.kind == Kind::Longtext && text.trim_end().contains('\n') {
                    let before = entry.input.text().to_owned();
                    entry.write(&format!("{before}{text}"));
                } else {
                    entry.input.paste(&text);
                    entry.touched();
                }
            }
            Event::Answer(0, said) => match answer::<Result<Record, Error>>(said)? {
                Ok(record) => return Some(self.fill(record, cx)),
                Err(why) => return Some(vec![Effect::Pop, Toast::bad(&why)]),
            },
            Event::Answer(SEVERAL, said) => match answer::<Result<Shared, Error>>(said)? {
                Ok(shared) => return Some(self.fill_shared(shared, cx)),
                Err(why) => return Some(vec![Effect::Pop, Toast::bad(&why)]),
            },
            Event::Answer(LINK, said) => self.looked(answer::<Looked>(said)?),
            Event::Answer(_, said) => match answer::<Result<Record, Error>>(said)? {
                Ok(now) => return Some(self.clash(now, cx)),
                Err(why) => self.error = Some(why),
            },
            Event::Told(what) => return Some(self.told(what, cx)),
            Event::Done => return Some(vec![Effect::Pop]),
            Event::Refused(why) if why.kind == ErrorKind::Conflict && self.base.is_some() => {
                self.unseen = false;
                self.error = Some(why);
                return Some(self.look(1).into_iter().collect());
            }
            Event::Refused(why) if why.kind == ErrorKind::Conflict && self.shared.is_some() => {
                // What they have by now is shown below what was typed, which goes over it knowingly.
                self.error = Some(why.hint("nothing was written; ^S again writes it to all"));
                return Some(self.look_at_all());
            }
            Event::Refused(why) => {
                self.unseen = false;
                self.blame(why);
            }
            Event::Mouse(mouse) => {
                let first = draw::first(self, cx.area);
                let at =
                    usize::from(mouse.row.saturating_sub(draw::place(self, cx.area).y + 1)) + first;
                if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_))
                    && at < self.entries.len()
                {
                    self.leave_field(cx);
                    self.at = at;
                }
            }
            Event::Changed | Event::Resized => {}
            Event::Act(_) => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        draw::draw(self, frame, area, cx);
    }

    fn is_popup(&self) -> bool {
        true
    }

    fn is_unseen(&self) -> bool {
        self.unseen || self.entries.is_empty()
    }

    fn draft(&self, cx: &Cx) -> Option<Draft> {
        self.unsaved(cx)
    }
}

/// The first entry in sight.
fn first_in(form: &Form, height: usize) -> usize {
    rows::scrolled(0, form.at, height, form.entries.len())
}
