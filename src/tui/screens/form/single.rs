//! One value alone, asked for in the way that fits its kind: the one argument that a deed needs, or one
//! field of records.

use super::entry::{self, Entry, Given};
use super::{Form, Purpose, boxed};
use crate::actions::{Action, Arg, Takes};
use crate::entity::{Kind, Record};
use crate::error::Error;
use crate::tui::deeds;
use crate::tui::drafts::{Draft, Typed};
use crate::tui::screen::{Cx, Effect, Screen, Subject, deed as change};
use crate::tui::screens::choose::{Choose, Item};
use crate::tui::screens::pick::Pick;
use crate::tui::screens::prompt::Prompt;

/// The one argument that a deed needs.
pub(crate) fn argument(
    action: &'static Action,
    arg: &'static Arg,
    subject: Subject,
    cx: &Cx,
) -> Box<dyn Screen> {
    let noun = cx.model.get(action.noun);
    let field = match arg.takes {
        Takes::Kind(..) => None,
        Takes::Field(name) => noun.and_then(|n| Some(n.fields[n.index(name)?])),
    };
    let kind = match arg.takes {
        Takes::Kind(kind, _) => kind,
        Takes::Field(_) => field.map_or(Kind::Text, |f| f.kind),
    };
    let title = format!("{} {}: {}", action.verb, subject.shown(cx.model), arg.name);
    let whose = subject.clone();
    let act = move |text: String| {
        let subject = subject.clone();
        change(move |desk| deeds::act(desk, action, &subject, &[(arg.name, text)]))
    };
    match kind {
        Kind::Link(target) => {
            let pick = Pick::of(title, target, false, move |link, _| {
                link.map(|l| act(l.id.to_string())).into_iter().collect()
            });
            Box::new(pick.filling(&whose, field))
        }
        Kind::Choice(choices) if !choices.open => {
            let items = choices.words.iter().enumerate().map(|(at, w)| Item::new(w.word, "", at));
            Choose::of(title, items.collect(), move |item, _| vec![act(item.label.clone())])
        }
        _ => Box::new(
            Prompt::new(&title, &entry::hint(&kind, arg.about), "", move |text, _| {
                if text.trim().is_empty() {
                    return Err(Error::usage(format!("{} is needed", arg.name)));
                }
                Ok(vec![act(text.to_owned())])
            })
            .understanding(move |text, cx| {
                entry::understood(&kind, text, cx).map_err(Error::invalid)
            })
            .kept(move |text| {
                Draft::of_deed(action.verb, &whose, vec![Typed::new(arg.name, text)])
            }),
        ),
    }
}

/// One field of records, in the way that fits its kind.
pub(super) fn one_field(subject: Subject, at: usize, record: &Record, cx: &Cx) -> Box<dyn Screen> {
    let Some(noun) = cx.model.get(subject.noun) else { return boxed(None) };
    let field = noun.fields[at];
    let title = format!("{} of {}", field.called(), subject.shown(cx.model));
    let mut entry = Entry::of_field(at, field);
    entry.fill(field, &record.values[at], cx);
    let text = entry.text().to_owned();
    let began = text.clone();
    let base = (subject.ids.len() == 1).then(|| record.clone());
    let (heading, whose) = (title.clone(), subject.clone());
    let write = move |given: Given| {
        let mut entry = entry.clone();
        entry.give(given);
        let mut form =
            Form::new(Purpose::Edit(subject.clone()), heading.clone(), vec![entry], true);
        form.base.clone_from(&base);
        form.unseen = true;
        Effect::Push(Box::new(form))
    };
    match field.kind {
        Kind::Link(target) => {
            let pick = Pick::of(title, target, !field.required, move |link, _| {
                vec![write(Given::Link(link))]
            });
            Box::new(pick.filling(&whose, Some(field)))
        }
        Kind::Choice(choices) if !choices.open => {
            let items = choices.words.iter().enumerate().map(|(at, w)| Item::new(w.word, "", at));
            Choose::of(title, items.collect(), move |item, _| {
                vec![write(Given::Text(item.label.clone()))]
            })
        }
        kind => Box::new(
            Prompt::new(&title, &entry::hint(&kind, field.about), &text, move |text, cx| {
                if !text.trim().is_empty() {
                    field.parse(text, cx.locale).map_err(Error::invalid)?;
                }
                Ok(vec![write(Given::Text(text.to_owned()))])
            })
            .understanding(move |text, cx| {
                let value = field.parse(text, cx.locale).map_err(Error::invalid)?;
                Ok(entry::meaning(&kind, text, &value, cx))
            })
            .kept(move |text| Draft {
                form: "edit".into(),
                noun: whose.noun.into(),
                verb: String::new(),
                ids: whose.ids.clone(),
                label: whose.label.clone(),
                fields: vec![Typed { base: began.clone(), ..Typed::new(field.name, text) }],
            }),
        ),
    }
}
