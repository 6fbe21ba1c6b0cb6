//! The columns of a list: chosen, and scrolled to where not all have room.

use super::{List, load};
use crate::entity::Noun;
use crate::error::Error;
use crate::tui::screen::{Cx, Effect};
use crate::tui::screens::prompt::Prompt;

/// The columns that were chosen.
pub(crate) struct Columns(pub(super) Vec<String>);

impl Columns {
    /// Those that a text names, with commas or spaces between.
    pub(crate) fn of(text: &str) -> Self {
        Self(
            text.split([',', ' '])
                .map(str::trim)
                .filter(|n| !n.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Whether the noun has all of them.
    pub(super) fn check(&self, noun: &Noun, cx: &Cx) -> Result<(), Error> {
        for name in &self.0 {
            crate::store::Path::parse(name, noun, cx.model)?;
        }
        Ok(())
    }
}

impl List {
    pub(super) fn scroll_columns(&mut self, by: isize) {
        let last = self.heads.iter().filter(|h| !h.keep).count().saturating_sub(1);
        self.shift = self.shift.saturating_add_signed(by).min(last);
    }

    pub(super) fn choose_columns(&self, cx: &Cx) -> Option<Effect> {
        let noun = cx.model.get(self.noun)?;
        let now = load::columns(&self.wanted(cx), noun);
        let text = now.join(", ");
        let hint = "fields, in order, through links too: name, company.industry, amount";
        let noun = self.noun;
        let prompt = Prompt::new("Columns", hint, &text, move |text, cx| {
            let columns = Columns::of(text);
            columns.check(cx.model.noun(noun)?, cx)?;
            Ok(vec![Effect::Tell(Box::new(columns))])
        });
        Some(Effect::Push(Box::new(prompt.understanding(move |text, cx| {
            let noun = cx.model.noun(noun)?;
            // The word that is being typed is completed by what the noun has.
            let begun = text.rsplit([',', ' ']).next().unwrap_or_default();
            let names = noun.fields.iter().map(|f| f.name);
            let more: Vec<&str> =
                names.filter(|name| name.starts_with(begun) && *name != begun).collect();
            match Columns::of(text).check(noun, cx) {
                Err(why) if more.is_empty() || begun.is_empty() => Err(why),
                Ok(()) if more.is_empty() => Ok("Enter shows them".into()),
                _ => Ok(format!("there is: {}", more.join(", "))),
            }
        }))))
    }
}
