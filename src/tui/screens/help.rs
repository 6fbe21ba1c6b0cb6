//! Help: the binding table of a place, narrowed by typing; Enter does what the line says.

use super::choose::{Choose, Item};
use crate::tui::keys::Place;
use crate::tui::screen::{Cx, Effect, Screen};
use crate::tui::verbs;

/// The help of a place, over records of a noun.
pub(crate) fn of(place: Place, noun: Option<&str>, cx: &Cx) -> Box<dyn Screen> {
    let items = cx
        .keys
        .of(place)
        .into_iter()
        .filter(|(binding, _)| verbs::means(binding.act, noun) || place == Place::List)
        .map(|(binding, keys)| {
            Item::new(keys, format!("{}  [{}]", binding.about, binding.name), 0)
                .with(binding.act)
                .called(binding.name)
        })
        .collect();
    let title = format!("Help: {} (type to narrow; Enter does it)", name(place));
    Choose::of(title, items, |item, _| item.act.map(Effect::Act).into_iter().collect())
}

fn name(place: Place) -> &'static str {
    match place {
        Place::Board => "the board",
        Place::List => "lists",
        Place::Record => "a record",
        Place::Agenda => "the agenda",
        Place::Reports => "reports",
        Place::Page => "text",
        Place::Menu => "choosing",
        Place::Line => "a line of text",
        Place::Form => "forms",
    }
}
