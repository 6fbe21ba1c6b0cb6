//! A form as a draft, and the form that a draft comes back as.

use super::entry::Entry;
use super::{Form, Purpose};
use crate::actions;
use crate::entity::LinkTo;
use crate::tui::drafts::{Draft, Typed};
use crate::tui::screen::{Cx, Screen, Subject};

impl Form {
    /// What is typed and not saved.
    pub(super) fn unsaved(&self, cx: &Cx) -> Option<Draft> {
        if !self.is_unsaved() {
            return None;
        }
        let (form, verb, noun, subject) = match &self.purpose {
            Purpose::Add(noun) => ("add", "", *noun, None),
            Purpose::Edit(subject) | Purpose::Field(subject, _) => {
                ("edit", "", subject.noun, Some(subject))
            }
            Purpose::Deed(action, subject) => ("do", action.verb, action.noun, Some(subject)),
            // A line that never ran has nothing to come back to.
            Purpose::Line(_) => return None,
        };
        let declared = cx.model.get(noun)?;
        let name = |entry: &Entry| {
            let field = entry.field.map(|at| declared.fields[at].name);
            field.or(entry.arg).unwrap_or_default().to_owned()
        };
        let typed = self.entries.iter().filter(|e| e.is_changed()).map(|e| e.typed_as(name(e)));
        Some(Draft {
            form: form.into(),
            noun: noun.into(),
            verb: verb.into(),
            ids: subject.map_or(Vec::new(), |s| s.ids.clone()),
            label: subject.map_or(String::new(), |s| s.label.clone()),
            fields: typed.collect(),
        })
    }

    /// Puts the texts of a draft in.
    fn retype(&mut self, fields: &[Typed], cx: &Cx) {
        let noun = match &self.purpose {
            Purpose::Add(noun) => *noun,
            Purpose::Edit(subject) | Purpose::Field(subject, _) => subject.noun,
            Purpose::Deed(action, _) => action.noun,
            Purpose::Line(line) => line.noun(),
        };
        let Some(declared) = cx.model.get(noun) else { return };
        for typed in fields {
            let named = |e: &&mut Entry| {
                e.field.map(|at| declared.fields[at].name).or(e.arg) == Some(typed.name.as_str())
            };
            let Some(entry) = self.entries.iter_mut().find(named) else { continue };
            let picked = typed.picked.as_ref().and_then(|(noun, id, label)| {
                let noun = cx.model.get(noun)?.name();
                Some(LinkTo { label: label.clone(), ..LinkTo::bare(noun, *id) })
            });
            entry.retype(typed, picked);
            if let Some(at) = entry.field {
                self.was.push((at, typed.base.clone()));
            }
        }
    }
}

/// The form of a draft; none where this rolo has no such noun or deed.
pub(crate) fn resume(draft: &Draft, cx: &Cx) -> Option<Box<dyn Screen>> {
    let noun = cx.model.get(&draft.noun)?.name();
    let subject = Subject { noun, ids: draft.ids.clone(), label: draft.label.clone() };
    if draft.form != "add" && draft.ids.is_empty() {
        return None;
    }
    let mut form = match draft.form.as_str() {
        "add" => super::add_form(noun, &[], cx)?,
        "edit" => super::edit_form(subject, cx)?,
        "do" => super::deed_form(actions::find(noun, &draft.verb)?, subject, cx)?,
        _ => return None,
    };
    form.retype(&draft.fields, cx);
    Some(Box::new(form))
}
