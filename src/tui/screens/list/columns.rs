//! The columns of a list: chosen, and scrolled to where not all have room.

use super::{List, load};
use crate::entity::{Field, Noun};
use crate::error::Error;
use crate::tui::screen::{Cx, Effect};
use crate::tui::screens::choose::{Choose, Item};

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
        let field = |name: &str| noun.fields.iter().find(|f| f.name == name);
        // A custom field stands there with what people call it.
        let told = |f: &&Field| if f.custom { f.called() } else { f.about.to_owned() };
        let about = |name: &str| field(name).map_or(String::new(), told);
        let shown = now.iter().map(|name| (name.as_str(), true));
        let others = noun.fields.iter().map(|field| (field.name, false));
        let others = others.filter(|(name, _)| !now.iter().any(|n| n == name));
        let items = shown
            .chain(others)
            .enumerate()
            .map(|(at, (name, on))| Item { on: Some(on), ..Item::new(name, about(name), at) });
        let title = "Columns, through links too: company.industry".to_owned();
        let choice = Choose::several(title, items.collect(), (self.noun, path), |chosen, _| {
            let names = chosen.iter().map(|item| item.label.clone()).collect();
            vec![Effect::Tell(Box::new(Columns(names)))]
        });
        Some(Effect::Push(choice))
    }
}

/// A field of a linked record, as a column.
fn path(text: &str, noun: &'static str, cx: &Cx) -> Option<Item> {
    let noun = cx.model.get(noun)?;
    let path = crate::store::Path::parse(text, noun, cx.model).ok()?;
    Some(Item { on: Some(false), ..Item::new(text, path.field().about, 0) })
}
