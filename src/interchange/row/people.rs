//! Several people in a cell that names one: `Ann Lee (ann@acme.example);Bob Roe (bob@acme.example)`.

use super::RowParser;
use crate::entity::text::name_and_mail;
use crate::entity::{Kind, Name, Target, Value};

impl RowParser<'_> {
    /// The first is the one, the others go to the links to several of the same noun.
    pub(super) fn settle_people(&self, draft: &mut Vec<(usize, Value)>) {
        if self.mapping.exact {
            return;
        }
        let mut others: Vec<(usize, Value)> = Vec::new();
        for (field, value) in draft.iter_mut() {
            let Value::Named(name @ Name { uid: None, .. }) = value else { continue };
            if !name.text.contains(';') {
                continue;
            }
            let parts: Vec<&str> = name.text.split(';').map(str::trim).collect();
            let [first, rest @ ..] = &parts[..] else { continue };
            if parts.iter().any(|part| name_and_mail(part).is_none()) {
                continue;
            }
            let Some(several) = self.several_of(*field) else { continue };
            let named = |part: &&str| Name { text: (*part).to_owned(), ..Name::default() };
            others.push((several, Value::NamedLinks(rest.iter().map(named).collect())));
            name.text = (*first).to_owned();
        }
        for (field, value) in others {
            if !draft.iter().any(|(known, _)| *known == field) {
                draft.push((field, value));
            }
        }
    }

    /// The field for several links to what this one leads to.
    fn several_of(&self, field: usize) -> Option<usize> {
        let Kind::Link(Target::One(one)) = self.noun.fields[field].kind else { return None };
        self.noun
            .fields
            .iter()
            .position(|f| matches!(f.kind, Kind::Links(Target::One(to), _) if to.name == one.name))
    }
}
