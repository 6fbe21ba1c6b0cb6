//! The tabs above a list: all, one's own, the named states of the noun; saved views stand behind.

use crate::entity::Noun;
use crate::tui::screens::views::View;

fn tab(name: &str, filter: &str) -> View {
    View { name: name.into(), filter: filter.into(), ..View::default() }
}

/// The tabs that a noun has by its declaration. Work that can be open begins with one's own open
/// work.
pub(super) fn own(noun: &Noun) -> Vec<View> {
    let owned = noun.index("owner").is_some();
    // Something that has a state of its own is done one day.
    let ends = noun.index("status").is_some() || noun.index("stage").is_some();
    let has_open = ends && noun.entity.states.iter().any(|s| s.name == "open");
    let mut tabs = Vec::new();
    if owned && has_open {
        tabs.push(tab("Open", "is:open"));
        tabs.push(tab("Mine", "owner:me is:open"));
    } else if owned {
        tabs.push(tab("All", ""));
        tabs.push(tab("Mine", "owner:me"));
    }
    for state in noun.entity.states.iter().filter(|s| !(has_open && s.name == "open")) {
        let mut name = state.name.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        tabs.push(tab(&name, &format!("is:{}", state.name)));
    }
    if tabs.first().is_none_or(|t| t.name != "All") {
        tabs.insert(if has_open { tabs.len() } else { 0 }, tab("All", ""));
    }
    if super::countdown::has(noun) {
        for tab in &mut tabs {
            tab.sort = super::countdown::LEFT.into();
        }
    }
    tabs
}
