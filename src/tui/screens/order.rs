//! The order of what is shown: chosen from a menu, and told to the screen that asked.

use super::choose::{Choose, Item};
use crate::entity::{Field, Noun};
use crate::tui::screen::Effect;

/// The order that was chosen, as `--sort` takes it; empty for the usual one.
pub(super) struct Sorted(pub String);

/// What there is to choose from.
pub(super) struct Offer<'a> {
    /// The order now.
    pub now: &'a str,
    /// What the order is where none is chosen.
    pub usual: &'a str,
    /// The fields that people order this by; they come first.
    pub first: &'a [&'a str],
    /// Fields that would order nothing here.
    pub without: &'a [&'a str],
}

/// Lets a field be chosen; the same again turns the order round.
pub(super) fn choose(noun: &Noun, offer: &Offer) -> Effect {
    let can =
        |f: &&&Field| !f.kind.is_many() && f.name != "uid" && !offer.without.contains(&f.name);
    let mut fields: Vec<&Field> = noun.fields.iter().filter(can).copied().collect();
    let rank = |f: &&Field| offer.first.iter().position(|n| *n == f.name);
    fields.sort_by_key(|f| rank(f).unwrap_or(usize::MAX));
    let names: Vec<&'static str> = fields.iter().map(|f| f.name).collect();
    let now = offer.now.to_owned();
    let mut items: Vec<Item> = fields
        .iter()
        .enumerate()
        .map(|(at, f)| {
            let order = match now.strip_prefix('-') {
                None if now == f.name => "ascending now; again turns it round",
                Some(down) if down == f.name => "descending now; again turns it round",
                _ if f.custom => f.name,
                _ => f.about,
            };
            Item::new(if f.custom { f.called() } else { f.name.to_owned() }, order, at)
        })
        .collect();
    // The way back leads, where there is one.
    if !now.is_empty() && now != offer.usual {
        items.insert(0, Item::new("as usual", offer.usual, USUAL));
    }
    let chosen = move |item: &Item| match item {
        item if item.value == USUAL => String::new(),
        item if now == names[item.value] => format!("-{now}"),
        item => names[item.value].to_owned(),
    };
    Effect::Push(Choose::of("Sort by".into(), items, move |item, _| {
        vec![Effect::Tell(Box::new(Sorted(chosen(item))))]
    }))
}

/// The place of the item that is no field.
const USUAL: usize = usize::MAX;
