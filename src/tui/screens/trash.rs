//! The trash: which nouns have something in it, then their lists.

use super::choose::{Choose, Item};
use super::errand::Errand;
use super::list;
use crate::error::Result;
use crate::store::{Among, Listing};
use crate::tui::desk::Desk;
use crate::tui::screen::{Effect, Screen, Toast, ask};

/// Asks which nouns have something in the trash, and offers them.
pub(crate) fn nouns() -> Box<dyn Screen> {
    Box::new(Errand::new(ask(0, filled), offer))
}

fn filled(desk: &mut Desk) -> Result<Vec<(&'static str, u64)>> {
    let reader = desk.reader()?;
    let mut found = Vec::new();
    for noun in &desk.store.model().nouns {
        let mut listing = Listing::all(noun);
        listing.among = Among::Trash;
        let count = reader.count(&listing)?;
        if count > 0 {
            found.push((noun.name(), count));
        }
    }
    Ok(found)
}

fn offer(found: Vec<(&'static str, u64)>) -> Effect {
    if found.is_empty() {
        return Toast::good("the trash is empty");
    }
    if let [(noun, _)] = found[..] {
        return Effect::Push(list::trashed(noun));
    }
    let items =
        found.iter().enumerate().map(|(at, (noun, count))| Item::new(*noun, count.to_string(), at));
    Effect::Push(Choose::of("In the trash".into(), items.collect(), move |item, _| {
        vec![Effect::Push(list::trashed(found[item.value].0))]
    }))
}
