//! From what was typed to the change.

use super::entry::Entry;
use super::{Form, Purpose};
use crate::entity::{Field, Record, Value};
use crate::error::Error;
use crate::store::same;
use crate::tui::deeds::{self, Edit};
use crate::tui::screen::{Cx, Effect, Effects, Toast, deed};
use crate::tui::screens::conflict;

impl Form {
    /// Saves, where all that is filled can be read.
    pub(super) fn save(&mut self, cx: &Cx) -> Effects {
        if !self.loaded {
            self.eager = true;
            return Vec::new();
        }
        if !self.still_fits(cx) {
            self.error = Some(super::moved());
            return Vec::new();
        }
        for entry in &mut self.entries {
            entry.check(cx);
            let new =
                matches!(self.purpose, Purpose::Add(_) | Purpose::Deed(..) | Purpose::Line(_));
            let label_alone = entry.required && entry.text().trim().is_empty();
            // What a default fills may stay empty; the store tells of the rest.
            if new
                && label_alone
                && (entry.field.is_none() || entry.field == label_of(&self.purpose, cx))
            {
                entry.error = Some("is needed".into());
            }
        }
        if let Some(at) = self.entries.iter().position(|e| e.error.is_some()) {
            self.at = at;
            return Vec::new();
        }
        let changed: Vec<_> = self.entries.iter().filter(|e| e.is_changed()).collect();
        match &self.purpose {
            Purpose::Line(line) => self.run_line(line, cx),
            Purpose::Deed(action, subject) => {
                let args: Vec<(&'static str, String)> =
                    changed.iter().filter_map(|e| Some((e.arg?, e.typed()))).collect();
                let (action, subject) = (*action, subject.clone());
                vec![deed(move |desk| deeds::act(desk, action, &subject, &args))]
            }
            Purpose::Add(noun) => {
                let noun = *noun;
                let Ok((values, texts)) = self.values(noun, cx) else { return Vec::new() };
                vec![deed(move |desk| deeds::add(desk, noun, values, &texts))]
            }
            Purpose::Edit(subject) | Purpose::Field(subject, _) => {
                if changed.is_empty() {
                    return vec![Effect::Pop, Toast::good("nothing to change")];
                }
                let subject = subject.clone();
                let Ok((values, texts)) = self.values(subject.noun, cx) else { return Vec::new() };
                // Where several records have a value in common, it was seen.
                let seen = |index: usize| match (&self.base, &self.shared) {
                    (Some(base), _) => Some(base.values[index].clone()),
                    (None, Some(shared)) if !shared.differs[index] => {
                        Some(shared.first.values[index].clone())
                    }
                    _ => None,
                };
                let edits: Vec<Edit> = values
                    .into_iter()
                    .zip(texts)
                    .map(|((index, new), (_, text))| Edit { index, base: seen(index), new, text })
                    .collect();
                vec![deed(move |desk| deeds::edit(desk, &subject, &edits))]
            }
        }
    }

    /// The changed fields as values and as typed.
    #[expect(clippy::type_complexity, reason = "two lists side by side, used at once")]
    fn values(
        &self,
        noun: &str,
        cx: &Cx,
    ) -> Result<(Vec<(usize, Value)>, Vec<(usize, String)>), String> {
        let noun = cx.model.noun(noun).map_err(|why| why.message)?;
        let mut values = Vec::new();
        let mut texts = Vec::new();
        for entry in self.entries.iter().filter(|e| e.is_changed()) {
            let Some(at) = entry.field else { continue };
            values.push((at, entry.value(Some(noun.fields[at]), cx)?));
            texts.push((at, entry.typed()));
        }
        Ok((values, texts))
    }

    /// Shows an error at the field that is to blame for it.
    pub(super) fn blame(&mut self, mut why: Error) {
        let names = |entry: &Entry| {
            let spoken = why.message.to_lowercase();
            let label = entry.declared.map_or(entry.label.clone(), Field::label).to_lowercase();
            spoken.starts_with(&format!("{label}:"))
                || why.field.is_some_and(|f| f.replace('_', " ") == label)
        };
        if let Some(at) = self.entries.iter().position(names) {
            self.at = at;
            let entry = &mut self.entries[at];
            // The store knows a custom field by its name in commands.
            let slug = entry.declared.filter(|f| f.custom).map(|f| format!("{}: ", f.label()));
            if let Some(rest) = slug.and_then(|slug| why.message.strip_prefix(&slug)) {
                why.message = format!("{}: {rest}", entry.label);
            }
            entry.error = Some(why.message.clone());
            // Here nobody types flags and commands.
            let speaks = |hint: &String| hint.contains("`--") || hint.contains("`rolo ");
            if why.hint.as_ref().is_some_and(speaks) {
                let chosen =
                    if entry.is_chosen() { "; Space in the empty field lists them" } else { "" };
                why.hint = Some(format!("fill in `{}`: {}{chosen}", entry.label, entry.about));
            }
        }
        self.error = Some(why);
    }

    /// Puts mine, theirs and the base beside each other.
    pub(super) fn clash(&mut self, now: Record, cx: &Cx) -> Effects {
        let (Some(base), Some(noun)) = (&self.base, cx.model.get(now.noun)) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for entry in self.entries.iter().filter(|e| e.is_changed()) {
            let Some(at) = entry.field else { continue };
            let (was, is) = (&base.values[at], &now.values[at]);
            if !same(was, is) {
                let mine = entry.text().to_owned();
                rows.push(conflict::Row {
                    field: at,
                    base: was.clone(),
                    theirs: is.clone(),
                    mine,
                    keep_mine: false,
                });
            }
        }
        if rows.is_empty() {
            return Vec::new();
        }
        self.error = None;
        vec![Effect::Push(conflict::open(noun.name(), now, rows))]
    }
}

fn label_of(purpose: &Purpose, cx: &Cx) -> Option<usize> {
    match purpose {
        Purpose::Add(noun) => cx.model.get(noun).map(crate::entity::Noun::label_index),
        _ => None,
    }
}
