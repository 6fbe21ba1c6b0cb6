//! What the keys that are the same on every screen do to the records they are about.

use super::deeds;
use super::drafts::{Draft, Typed};
use super::keys::{Act, Place};
use super::menu;
use super::past;
use super::screen::{Cx, Effect, Effects, Screen, Subject, Toast, ask, deed};
use super::screens;
use super::screens::choose::{Choose, Item};
use super::screens::line::Known;
use super::screens::prompt::Prompt;
use crate::actions::{self, Action};
use crate::entity::when::Due;
use crate::entity::{Kind, Noun, Value};
use crate::error::Error;

/// Keys whose meaning for a noun is one of its deeds.
const DEEDS: &[(Act, &str, &str)] = &[
    (Act::Done, "deal", "win"),
    (Act::Done, "task", "done"),
    (Act::Done, "ticket", "resolve"),
    (Act::Done, "lead", "convert"),
    (Act::State, "deal", "move"),
    (Act::State, "ticket", "status"),
    (Act::State, "task", "snooze"),
    (Act::Assign, "ticket", "assign"),
    (Act::Reply, "ticket", "reply"),
];

/// Effects of a key on a subject.
pub(crate) fn of(
    act: Act,
    subject: Option<Subject>,
    noun: Option<&'static str>,
    place: Place,
    cx: &Cx,
) -> Effects {
    match act {
        Act::Help => return vec![Effect::Push(screens::help::of(place, noun, cx))],
        Act::Palette => return vec![Effect::Push(screens::palette::open(subject))],
        Act::Command => return vec![Effect::Push(screens::line::command(cx))],
        Act::Undo => return vec![undo(cx)],
        Act::Redo => return vec![deed(past::redo)],
        Act::Trash => return vec![Effect::Push(screens::trash::nouns())],
        Act::Changes => return vec![Effect::Push(screens::changes::open())],
        Act::New => return new(noun, cx),
        _ => {}
    }
    let Some(subject) = subject else {
        return if is_about_records(act) { vec![nothing_chosen()] } else { Vec::new() };
    };
    let Some(noun) = cx.model.get(subject.noun) else { return Vec::new() };
    if let Some((_, _, verb)) = DEEDS.iter().find(|(a, n, _)| *a == act && *n == subject.noun) {
        return actions::find(subject.noun, verb).map_or(Vec::new(), |a| perform(a, subject, cx));
    }
    match act {
        Act::Open => vec![Effect::Push(screens::record::open(subject.noun, subject.one()))],
        Act::Edit => vec![Effect::Push(screens::form::edit(subject, cx))],
        Act::Inline => inline(subject, noun, cx),
        // What has a status that anybody may set: a lead.
        Act::State => {
            match noun.index("status").filter(|at| screens::form::is_open(noun.fields[*at])) {
                Some(at) => vec![Effect::Push(screens::form::field(subject, at))],
                None => vec![menu::open(subject, cx)],
            }
        }
        Act::Menu => vec![menu::open(subject, cx)],
        Act::Macro => vec![screens::macros::choose(subject, cx)],
        Act::Assign => assign(subject, noun),
        Act::Tag => vec![tag(subject)],
        Act::Note => vec![log("note", subject, cx)],
        Act::Call => vec![log("call", subject, cx)],
        Act::Task => vec![Effect::Push(screens::line::task_about(&subject, cx))],
        Act::Delete => delete(subject, cx),
        Act::Restore => vec![deed(move |desk| deeds::trash(desk, &subject, true))],
        Act::History => vec![Effect::Push(screens::history::open(subject.noun, subject.one()))],
        Act::CopyId => vec![Effect::Copy(format!("{}:{}", subject.noun, subject.one()))],
        Act::CopyMail => vec![of_field(subject, is_mail, Effect::Copy)],
        Act::CopyLink => vec![of_field(subject, is_web, Effect::Copy)],
        Act::OpenLink => vec![of_field(subject, is_web, Effect::OpenLink)],
        Act::GoBoard => go_narrowed(screens::board::narrowed, &subject, cx),
        Act::GoReports => go_narrowed(screens::reports::narrowed, &subject, cx),
        Act::Reply => repeat(subject, noun),
        Act::GoCompany => vec![go_one(subject, "company")],
        Act::GoContact => vec![go_one(subject, "contact")],
        Act::GoDeals => go_many(&subject, "deal", cx),
        Act::GoTasks => go_many(&subject, "task", cx),
        Act::GoTickets => go_many(&subject, "ticket", cx),
        Act::Raise => step(subject, noun, 1, place),
        Act::Lower => step(subject, noun, -1, place),
        Act::StepOn | Act::StepBack => {
            let by = if act == Act::StepOn { 1 } else { -1 };
            match subject.noun {
                "deal" => vec![step_stage(subject, by)],
                "ticket" => step_status(subject, noun, by),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Takes back what was done here; the rest has ways of its own, which are named.
fn undo(cx: &Cx) -> Effect {
    let key = |act| cx.keys.shown(Place::List, act).unwrap_or_default();
    let elsewhere =
        format!("older: `:undo`, {} the changes, {} the trash", key(Act::Changes), key(Act::Trash));
    deed(move |desk| past::undo(desk, &elsewhere))
}

/// Whether a key does something of its own to records of a noun: deals are moved, tickets answered.
pub(crate) fn means(act: Act, noun: Option<&str>) -> bool {
    match act {
        Act::StepOn | Act::StepBack | Act::Done | Act::Reply => {
            let is_step = |act| matches!(act, Act::StepOn | Act::StepBack);
            noun.is_some_and(|noun| {
                (is_step(act) && steps(noun))
                    || (act == Act::Reply && matches!(noun, "task" | "event"))
                    || DEEDS.iter().any(|(a, n, _)| *a == act && *n == noun)
            })
        }
        _ => true,
    }
}

/// Whether an act needs a record.
fn is_about_records(act: Act) -> bool {
    matches!(
        act,
        Act::Open
            | Act::Edit
            | Act::Inline
            | Act::Done
            | Act::State
            | Act::Menu
            | Act::Macro
            | Act::Assign
            | Act::Tag
            | Act::Note
            | Act::Call
            | Act::Delete
            | Act::History
    )
}

fn nothing_chosen() -> Effect {
    Toast::good("nothing is in focus here")
}

fn new(noun: Option<&'static str>, cx: &Cx) -> Effects {
    let Some(noun) = noun else { return vec![nothing_chosen()] };
    vec![Effect::Push(screens::line::quick_add(noun, Vec::new(), cx))]
}

/// Does a deed at once where it needs nothing more, else asks for its arguments.
pub(crate) fn perform(action: &'static Action, subject: Subject, cx: &Cx) -> Effects {
    use crate::actions::ArgKind;
    if subject.ids.len() > 1 && action.refs == actions::Refs::One {
        let why = Error::usage(format!("`{}` takes one {}", action.verb, action.noun))
            .hint("clear the marks first");
        return vec![Toast::bad(&why)];
    }
    let needs = |kind| matches!(kind, ArgKind::Positional | ArgKind::Option { required: true });
    let needed: Vec<_> = action.args.iter().filter(|a| needs(a.kind)).collect();
    match needed[..] {
        [] => vec![deed(move |desk| deeds::act(desk, action, &subject, &[]))],
        [arg] if action.args.iter().filter(|a| a.kind == ArgKind::Positional).count() == 1 => {
            vec![Effect::Push(screens::form::argument(action, arg, subject, cx))]
        }
        _ => vec![Effect::Push(screens::form::deed(action, subject, cx))],
    }
}

/// The same from a menu: whoever chose it there is asked for all that it may be told.
pub(crate) fn perform_whole(action: &'static Action, subject: Subject, cx: &Cx) -> Effects {
    let options = action.args.iter().any(|a| a.kind != crate::actions::ArgKind::Positional);
    if options && (subject.ids.len() == 1 || action.refs != actions::Refs::One) {
        return vec![Effect::Push(screens::form::deed(action, subject, cx))];
    }
    perform(action, subject, cx)
}

fn assign(subject: Subject, noun: &Noun) -> Effects {
    let Some(owner) = noun.index("owner") else {
        let why = Error::usage(format!("a {} has no owner", noun.name()));
        return vec![Toast::bad(&why)];
    };
    vec![Effect::Push(screens::form::field(subject, owner))]
}

fn tag(subject: Subject) -> Effect {
    let hint = "words to add; `-word` takes one off";
    Effect::Push(Prompt::of("Tags", hint, "", move |text, _| {
        let (subject, text) = (subject.clone(), text.to_owned());
        Ok(vec![deed(move |desk| deeds::tag(desk, &subject, &text))])
    }))
}

fn log(kind: &'static str, subject: Subject, cx: &Cx) -> Effect {
    let title = format!(
        "{} about {}",
        if kind == "note" { "Note" } else { "Call" },
        subject.shown(cx.model)
    );
    let hint = "what was said; Ctrl+E writes it in $EDITOR";
    let about = subject.ids.iter().map(|id| format!("{}:{id}", subject.noun));
    let about = about.collect::<Vec<_>>().join("; ");
    let prompt = Prompt::new(&title, hint, "", move |text, _| {
        if text.trim().is_empty() {
            return Err(Error::usage("nothing was written"));
        }
        let (subject, text) = (subject.clone(), text.to_owned());
        Ok(vec![deed(move |desk| deeds::log(desk, kind, &subject, &text))])
    });
    Effect::Push(Box::new(prompt.kept(move |text| {
        let fields = [("kind", kind), ("body", text), ("about", &about)];
        Draft::of_new("activity", fields.map(|(name, text)| Typed::new(name, text)).into())
    })))
}

/// One goes to the trash at once, as undo brings it back; several are asked for.
fn delete(subject: Subject, cx: &Cx) -> Effects {
    let gone = move |subject: Subject| deed(move |desk| deeds::trash(desk, &subject, false));
    if subject.ids.len() == 1 {
        return vec![gone(subject)];
    }
    let title = format!("Remove {} to the trash?", subject.shown(cx.model));
    let items =
        vec![Item::new("no", "leave them", 0), Item::new("yes", "undo brings them back", 1)];
    vec![Effect::Push(Choose::of(title, items, move |item, _| {
        if item.value == 1 { vec![gone(subject.clone())] } else { Vec::new() }
    }))]
}

/// Chooses a field, then changes it in one line.
fn inline(subject: Subject, noun: &Noun, cx: &Cx) -> Effects {
    let items: Vec<Item> = noun
        .fields
        .iter()
        .enumerate()
        .filter(|(_, f)| screens::form::is_open(f))
        .map(|(at, f)| Item::new(f.called(), if f.custom { f.name } else { f.about }, at))
        .collect();
    let title = format!("Change of {}", subject.shown(cx.model));
    vec![Effect::Push(Choose::of(title, items, move |item, _| {
        vec![Effect::Push(screens::form::field(subject.clone(), item.value))]
    }))]
}

fn is_web(kind: &Kind) -> bool {
    matches!(kind, Kind::Url | Kind::List(Kind::Url))
}

fn is_mail(kind: &Kind) -> bool {
    matches!(kind, Kind::Email | Kind::List(Kind::Email))
}

/// Reads the first filled field of a kind, and does something with its text.
fn of_field(subject: Subject, fits: fn(&Kind) -> bool, then: fn(String) -> Effect) -> Effect {
    let question = move |desk: &mut super::desk::Desk| {
        let reader = desk.reader()?;
        let noun = desk.store.noun(subject.noun)?;
        let record = reader.record(noun, subject.one())?;
        let fields = noun.fields.iter().zip(&record.values);
        let text = fields.filter(|(f, v)| fits(&f.kind) && !v.is_empty()).map(|(_, v)| match v {
            Value::List(items) => items.first().map_or(String::new(), |i| i.value.clone()),
            other => other.to_cell(),
        });
        text.into_iter().next().ok_or_else(|| Error::not_found("it has no such address"))
    };
    then_effect(question, then)
}

/// A question whose answer becomes an effect, carried by an invisible screen.
fn then_effect<T: Send + 'static>(
    question: impl FnOnce(&mut super::desk::Desk) -> crate::error::Result<T> + Send + 'static,
    then: fn(T) -> Effect,
) -> Effect {
    Effect::Push(Box::new(screens::errand::Errand::new(ask(0, question), then)))
}

/// Opens the record behind a link of the subject.
fn go_one(subject: Subject, field: &'static str) -> Effect {
    let question = move |desk: &mut super::desk::Desk| {
        let reader = desk.reader()?;
        let noun = desk.store.noun(subject.noun)?;
        let record = reader.record(noun, subject.one())?;
        let link = [field, "about"].iter().find_map(|f| record.values[noun.index(f)?].as_link());
        let link = link.filter(|l| l.noun == field);
        link.map(|l| (l.noun, l.id)).ok_or_else(|| Error::not_found(format!("it has no {field}")))
    };
    then_effect(question, |(noun, id)| Effect::Push(screens::record::open(noun, id)))
}

/// Opens the records of a noun that link to the subject.
fn go_many(subject: &Subject, noun: &'static str, cx: &Cx) -> Effects {
    let Some(target) = cx.model.get(noun) else { return Vec::new() };
    let by = [subject.noun, "about"].into_iter().find(|f| target.index(f).is_some());
    let Some(by) = by else {
        return vec![Toast::bad(&Error::not_found(format!(
            "no {noun} links to a {}",
            subject.noun
        )))];
    };
    let ids = subject
        .ids
        .iter()
        .map(|id| if by == "about" { format!("{}:{id}", subject.noun) } else { id.to_string() });
    let filter = ids.map(|id| format!("{by}:{id}")).collect::<Vec<_>>().join(" or ");
    let of = (subject.ids.len() == 1).then(|| Known::link(target, by, subject)).flatten();
    vec![Effect::Push(screens::list::linked(noun, &filter, of))]
}

/// How often it comes again, where it can.
fn repeat(subject: Subject, noun: &Noun) -> Effects {
    let rule = noun.fields.iter().position(|f| f.kind == Kind::Rrule);
    if let Some(at) = rule {
        return vec![Effect::Push(screens::form::field(subject, at))];
    }
    let why = format!("a {} is neither answered nor repeated", noun.name());
    vec![Toast::bad(&Error::usage(why))]
}

/// Opens the board or the reports with the deals of the subject alone.
fn go_narrowed(screen: fn(String) -> Box<dyn Screen>, subject: &Subject, cx: &Cx) -> Effects {
    let of = |noun: &str| cx.model.get("deal").is_some_and(|deal| deal.index(noun).is_some());
    let ids = || subject.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let filter = match subject.noun {
        "deal" => format!("id:{}", ids()),
        noun if of(noun) => format!("{noun}:{}", ids()),
        noun => {
            return vec![Toast::bad(&Error::not_found(format!("no deal links to a {noun}")))];
        }
    };
    vec![Effect::Push(screen(filter))]
}

/// A step of the priority; on the agenda a day.
fn step(subject: Subject, noun: &Noun, by: i32, place: Place) -> Effects {
    if place == Place::Agenda && subject.noun == "task" {
        return vec![snooze(subject, by)];
    }
    let Some(at) = noun.index("priority") else {
        let why = Error::usage(format!("a {} has no priority", noun.name()));
        return vec![Toast::bad(&why)];
    };
    let Kind::Choice(choices) = noun.fields[at].kind else { return Vec::new() };
    vec![deed(move |desk| {
        let words: Vec<&str> = choices.words.iter().map(|w| w.word).collect();
        let next = |now: &Value| {
            let here = words.iter().position(|w| Some(*w) == now.as_text()).unwrap_or(0);
            let next = here.saturating_add_signed(by as isize).min(words.len().saturating_sub(1));
            words.get(next).copied().unwrap_or_default().to_owned()
        };
        // Each from its own value.
        let mut groups: Vec<(String, Vec<i64>)> = Vec::new();
        let noun = desk.store.noun(subject.noun)?;
        for record in desk.reader()?.records(noun, &subject.ids)? {
            group(&mut groups, next(&record.values[at]), record.id);
        }
        let edit = |word: &String| {
            let new = Value::Text(word.clone());
            [deeds::Edit { index: at, base: None, new, text: word.clone() }]
        };
        let groups: Vec<_> = groups.iter().map(|(word, ids)| (ids.clone(), edit(word))).collect();
        deeds::edit_each(desk, &subject, &groups)
    })]
}

/// Adds a record to those that go to the same place.
fn group(groups: &mut Vec<(String, Vec<i64>)>, to: String, id: i64) {
    match groups.iter_mut().find(|(known, _)| *known == to) {
        Some((_, ids)) => ids.push(id),
        None => groups.push((to, vec![id])),
    }
}

/// Puts tasks off by days, each from its own due.
fn snooze(subject: Subject, days: i32) -> Effect {
    deed(move |desk| {
        let (zone, today) = (desk.locale.times.zone, desk.locale.times.today());
        let days = chrono::Duration::days(i64::from(days));
        let later = |due: Option<&Value>| match due {
            Some(Value::Due(Due::Day(day))) => (*day + days).to_string(),
            Some(Value::Due(Due::At(at))) => {
                (at.with_timezone(&zone).naive_local() + days).format("%Y-%m-%d %H:%M").to_string()
            }
            _ => (today + days).to_string(),
        };
        let mut groups = Vec::new();
        let noun = desk.store.noun("task")?;
        let due = noun.index("due");
        for record in desk.reader()?.records(noun, &subject.ids)? {
            group(&mut groups, later(due.map(|at| &record.values[at])), record.id);
        }
        deeds::put(desk, found("task", "snooze")?, "due", &subject, &groups)
    })
}

/// Moves deals, each to the stage beside its own.
pub(crate) fn step_stage(subject: Subject, by: isize) -> Effect {
    deed(move |desk| {
        let mut moves: Vec<(String, Vec<i64>)> = Vec::new();
        {
            let reader = desk.reader()?;
            let noun = desk.store.noun("deal")?;
            for record in reader.records(noun, &subject.ids)? {
                let link = |name: &str| Some(record.values[noun.index(name)?].as_link()?.id);
                let stages = reader.board(crate::store::Wanted {
                    pipeline: link("pipeline"),
                    filter: None,
                    deals: Some(0),
                    worth: None,
                })?;
                let here = stages.iter().position(|s| Some(s.id) == link("stage"));
                let next =
                    here.and_then(|at| at.checked_add_signed(by)).and_then(|at| stages.get(at));
                // From won nobody goes on to lost by a step: a menu does that.
                let Some(next) = next.filter(|s| by < 0 || s.kind != "lost") else { continue };
                let name = format!("{}/{}", next.pipeline, next.name);
                group(&mut moves, name, record.id);
            }
        }
        if moves.is_empty() {
            return Err(Error::usage("there is no stage beyond").hint("`m` moves to any stage"));
        }
        move_to(desk, &subject, &moves)
    })
}

/// Moves deals, each to a stage.
pub(crate) fn move_to(
    desk: &mut super::desk::Desk,
    subject: &Subject,
    moves: &[(String, Vec<i64>)],
) -> crate::error::Result<super::desk::Done> {
    deeds::put(desk, found("deal", "move")?, "stage", subject, moves)
}

/// Gives tickets, each the status beside its own.
fn step_status(subject: Subject, noun: &Noun, by: isize) -> Effects {
    let Some(at) = noun.index("status") else { return Vec::new() };
    let Kind::Choice(choices) = noun.fields[at].kind else { return Vec::new() };
    vec![deed(move |desk| {
        let mut moves: Vec<(String, Vec<i64>)> = Vec::new();
        {
            let noun = desk.store.noun(subject.noun)?;
            for record in desk.reader()?.records(noun, &subject.ids)? {
                let now = record.values[at].as_text();
                let here = choices.words.iter().position(|w| Some(w.word) == now);
                let next = here.and_then(|at| at.checked_add_signed(by));
                let Some(next) = next.and_then(|at| choices.words.get(at)) else { continue };
                group(&mut moves, next.word.to_owned(), record.id);
            }
        }
        if moves.is_empty() {
            return Err(Error::usage("there is no status beyond").hint("`m` sets any status"));
        }
        deeds::put(desk, found("ticket", "status")?, "status", &subject, &moves)
    })]
}

fn found(noun: &str, verb: &str) -> crate::error::Result<&'static Action> {
    actions::find(noun, verb).ok_or_else(|| Error::failed("no such deed"))
}

/// Whether records of a noun go a step on and back by keys: deals by stages, tickets by statuses.
pub(crate) fn steps(noun: &str) -> bool {
    matches!(noun, "deal" | "ticket")
}
