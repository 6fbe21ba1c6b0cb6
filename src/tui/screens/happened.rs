//! Which kind of the timeline is shown: all that happened, or notes, calls, mails alone.

use std::collections::BTreeMap;

use super::choose::{Choose, Item};
use crate::tui::screen::Effect;
use crate::tui::widgets::sheet::Sheet;

/// How many of a timeline are read where one kind alone is shown.
pub(crate) const MOST: usize = 5_000;

/// The kind that was chosen; none is all.
pub(crate) struct Kind(pub Option<String>);

/// Offers the kinds that a timeline has.
pub(crate) fn choose(sheet: &Sheet) -> Effect {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for moment in &sheet.timeline {
        *kinds.entry(moment.kind.clone()).or_default() += 1;
    }
    let mut items = vec![Item::new("all", "", usize::MAX)];
    let names: Vec<String> = kinds.keys().cloned().collect();
    let more = if sheet.happened > sheet.timeline.len() { " and more" } else { "" };
    items.extend(
        kinds
            .into_iter()
            .enumerate()
            .map(|(at, (kind, count))| Item::new(kind, format!("{count}{more}"), at)),
    );
    Effect::Push(Choose::of("Show of the timeline".into(), items, move |item, _| {
        vec![Effect::Tell(Box::new(Kind(names.get(item.value).cloned())))]
    }))
}
