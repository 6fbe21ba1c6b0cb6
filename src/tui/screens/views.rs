//! Saved views: what is in sight kept under a name, and shown again by it.

use super::prompt::Prompt;
use crate::error::Result;
use crate::store;
use crate::tui::deeds;
use crate::tui::desk::Desk;
use crate::tui::screen::{Effect, deed};

/// What is in sight is to be saved as a view of this name.
pub(crate) struct SaveAs(pub String);

/// A view: a filter with its columns and order.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub name: String,
    pub filter: String,
    pub columns: Vec<String>,
    pub sort: String,
    pub saved: bool,
}

/// Asks for the name, and tells it to the screen below: that one knows what is in sight.
pub(super) fn ask_name(filter: &str) -> Effect {
    let hint = format!("saves `{filter}` with its order; also @NAME in filters");
    Effect::Push(Prompt::of("Save the view as", &hint, "", move |name, _| {
        store::View::check_name(name.trim())?;
        Ok(vec![Effect::Tell(Box::new(SaveAs(name.trim().to_owned())))])
    }))
}

/// Saves a view of a noun; one of the same name is replaced.
pub(super) fn save(view: View, noun: &'static str) -> Effect {
    let View { name, filter, columns, sort, .. } = view;
    let columns = Some(columns.join(","));
    let view = store::View { noun: noun.to_owned(), filter, columns, sort: Some(sort) };
    deed(move |desk| deeds::save_view(desk, &name, view))
}

/// The saved views of a noun.
pub(super) fn saved(desk: &Desk, noun: &str) -> Result<Vec<View>> {
    let views = desk.reader()?.views_of(noun)?;
    Ok(views
        .into_iter()
        .map(|(name, view)| View {
            name,
            filter: view.filter,
            columns: view.columns.map_or(Vec::new(), |c| {
                c.split(',').map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect()
            }),
            sort: view.sort.unwrap_or_default(),
            saved: true,
        })
        .collect())
}

/// Two filters as one that both must hold.
pub(crate) fn joined(one: &str, other: &str) -> String {
    match (one.trim(), other.trim()) {
        ("", text) | (text, "") => text.to_owned(),
        (one, other) => {
            let held = |text: &str| {
                if text.to_lowercase().contains(" or ") {
                    format!("({text})")
                } else {
                    text.to_owned()
                }
            };
            format!("{} {}", held(one), held(other))
        }
    }
}
