//! Lines that do something when they are typed: the command line, quick add, a task about a record.

mod quick;
mod words;

pub(in crate::tui::screens) use self::words::SETTINGS;
pub(crate) use self::words::command;
use super::prompt::Prompt;
use crate::entity::{Kind, LinkTo, Noun, Target, Value};
use crate::error::Error;
use crate::tui::deeds;
use crate::tui::drafts::{Draft, Typed};
use crate::tui::screen::{Cx, Effect, Screen, Subject, deed};
use crate::tui::screens;

/// A field that a new record has whatever is typed: what the screen below is of.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub at: usize,
    pub link: LinkTo,
}

impl Known {
    /// The link of a noun to a record.
    pub(crate) fn link(noun: &Noun, field: &str, subject: &Subject) -> Option<Self> {
        let link =
            LinkTo { label: subject.label.clone(), ..LinkTo::bare(subject.noun, subject.one()) };
        Some(Self { at: noun.index(field)?, link })
    }

    /// As a command line has it.
    fn text(&self, noun: &Noun) -> String {
        match noun.fields[self.at].kind {
            Kind::Link(Target::Any(_)) => format!("{}:{}", self.link.noun, self.link.id),
            _ => self.link.id.to_string(),
        }
    }

    /// As the preview says it.
    fn said(&self, noun: &Noun) -> String {
        format!("{} = {}", noun.fields[self.at].called(), self.link.label)
    }
}

/// Makes a record of what was typed where one of its noun is looked for.
///
/// # Errors
/// The text isn't one, as for [`quick_add`].
pub(crate) fn adding(noun: &'static str, text: &str, cx: &Cx) -> Result<Effect, Error> {
    let parsed = quick::parse(text, cx.model.noun(noun)?, cx)?;
    Ok(deed(move |desk| {
        let (values, texts) = parsed.settled(desk)?;
        deeds::add(desk, noun, values, &texts)
    }))
}

/// A new record from one line; an empty one opens the form.
pub(crate) fn quick_add(noun: &'static str, known: Vec<Known>, cx: &Cx) -> Box<dyn Screen> {
    let label = cx.model.get(noun).map_or("name", |n| n.entity.label().name);
    let title = format!("New {noun}");
    let hint =
        "name, `field=value`, `#company`, `+tag`, `@owner`; Enter on an empty line: the form";
    let hint = if noun == "task" {
        "call Maya fri 10:00 #company !high +tag @owner; empty: the form"
    } else {
        hint
    };
    let also = known.clone();
    Box::new(
        Prompt::new(&title, hint, "", move |text, cx| {
            let declared = cx.model.noun(noun)?;
            if text.trim().is_empty() {
                return Ok(vec![Effect::Push(screens::form::add(noun, &known, cx))]);
            }
            let mut parsed = quick::parse(text, declared, cx)?;
            // What is typed goes before what the screen below is of.
            for known in known.iter().filter(|k| !parsed.has(k.at)).collect::<Vec<_>>() {
                parsed.values.push((known.at, Value::Link(known.link.clone())));
                parsed.texts.push((known.at, known.text(declared)));
            }
            Ok(vec![deed(move |desk| {
                let (values, texts) = parsed.settled(desk)?;
                deeds::add(desk, noun, values, &texts)
            })])
        })
        .understanding(move |text, cx| {
            let declared = cx.model.noun(noun)?;
            let parsed = quick::parse(text, declared, cx)?;
            let known = also.iter().filter(|k| !parsed.has(k.at)).map(|k| k.said(declared));
            Ok([parsed.said.clone()].into_iter().chain(known).collect::<Vec<_>>().join("   "))
        })
        .kept(move |text| Draft::of_new(noun, vec![Typed::new(label, text)])),
    )
}

/// A task about records.
pub(crate) fn task_about(subject: &Subject, cx: &Cx) -> Box<dyn Screen> {
    let title = format!("Task about {}", subject.shown(cx.model));
    let (noun, id) = (subject.noun, subject.one());
    Box::new(
        Prompt::new(&title, "call about the offer fri 10:00 !high", "", move |text, cx| {
            let tasks = cx.model.noun("task")?;
            let parsed = quick::parse(text, tasks, cx)?;
            if parsed.names_company() {
                let why = format!("it is about {noun}:{id} already");
                return Err(Error::usage(why).hint("leave the name behind `#` out"));
            }
            let (mut values, mut texts) = (parsed.values, parsed.texts);
            let about = tasks.require("about")?;
            if !matches!(about.field.kind, Kind::Link(_)) {
                return Err(Error::failed("a task has no link to what it is about"));
            }
            values.push((about.index, Value::Link(LinkTo::bare(noun, id))));
            texts.push((about.index, format!("{noun}:{id}")));
            Ok(vec![deed(move |desk| deeds::add(desk, "task", values, &texts))])
        })
        .understanding(|text, cx| Ok(quick::parse(text, cx.model.noun("task")?, cx)?.said))
        .kept(move |text| {
            let about = format!("{noun}:{id}");
            Draft::of_new("task", vec![Typed::new("title", text), Typed::new("about", &about)])
        }),
    )
}
