//! The text of a record as search and sorting want it: cut into words, folded. It can be made ready
//! away from the database, on another thread.

use super::draft::joined;
use crate::entity::text::{fold, push_words};
use crate::entity::{Default, Noun, Value};

/// Stands between the fields of a record in the search index, so that no phrase runs over.
pub const FIELD_MARK: &str = " ␟ ";

/// What of a new record's text was made ready before the store has it.
#[derive(Debug, Clone, Default)]
pub struct Ready {
    /// The words that search looks into; none where a default may still add to them.
    pub(super) body: Option<String>,
    /// Folded texts of sorted fields, by field index.
    folds: Vec<(usize, String)>,
}

impl Ready {
    /// The words and folded texts of values as a file gives them; `values` go by field index.
    #[must_use]
    pub fn of(noun: &Noun, values: &[(usize, Value)]) -> Self {
        let given = |index: usize| values.iter().find(|(i, _)| *i == index).map(|(_, v)| v);
        let label = noun.label_index();
        let made = match given(label) {
            Some(value) if !value.is_empty() => None,
            _ => joined(noun, given).map(Value::Text),
        };
        let mut all: Vec<(usize, &Value)> = values.iter().map(|(i, v)| (*i, v)).collect();
        all.extend(made.as_ref().map(|m| (label, m)));
        all.sort_by_key(|(index, _)| *index);
        let folds = all
            .iter()
            .filter(|(i, _)| noun.fields[*i].sorted)
            .filter_map(|(i, v)| Some((*i, fold(v.as_text()?))))
            .collect();
        let settled = |f: &crate::entity::Field| {
            f.default == Default::Nothing || !f.kind.is_searched() || !f.is_stored()
        };
        let body = noun.fields.iter().all(|f| settled(f)).then(|| body_of(noun, all.into_iter()));
        Self { body, folds }
    }

    /// The folded text of a sorted field, where it was made ready.
    pub(super) fn fold(&self, index: usize) -> Option<&str> {
        self.folds.iter().find(|(i, _)| *i == index).map(|(_, text)| text.as_str())
    }
}

/// The words of all text of a record that search looks into.
#[must_use]
pub fn search_body(noun: &Noun, row: &[Value]) -> String {
    body_of(noun, row.iter().enumerate())
}

fn body_of<'v>(noun: &Noun, values: impl Iterator<Item = (usize, &'v Value)>) -> String {
    let mut body = String::new();
    let mut add = |text: &str| {
        let before = body.len();
        if before > 0 {
            // The space behind the mark comes with the first word.
            body.push_str(FIELD_MARK.trim_end());
        }
        let marked = body.len();
        push_words(text, &mut body);
        if body.len() == marked {
            body.truncate(before);
        }
    };
    for (index, value) in values {
        let field = noun.fields[index];
        if !field.kind.is_searched() || !field.is_stored() {
            continue;
        }
        match value {
            Value::Text(text) => add(text),
            Value::List(items) => items.iter().for_each(|i| add(&i.value)),
            Value::Words(words) => words.iter().for_each(|w| add(w)),
            _ => {}
        }
    }
    body
}
