//! The screens, one file each.

pub(crate) mod agenda;
pub(crate) mod board;
pub(crate) mod changes;
pub(crate) mod choose;
pub(crate) mod conflict;
pub(crate) mod doubles;
pub(crate) mod errand;
pub(crate) mod export;
pub(crate) mod form;
pub(crate) mod happened;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod line;
pub(crate) mod list;
pub(crate) mod macros;
pub(crate) mod merge;
pub(crate) mod order;
pub(crate) mod output;
pub(crate) mod palette;
pub(crate) mod pick;
pub(crate) mod prompt;
pub(crate) mod record;
pub(crate) mod reports;
pub(crate) mod start;
pub(crate) mod text;
pub(crate) mod trash;
pub(crate) mod views;

use super::CommandLine;
use super::keys::{Act, Place};
use super::screen::{Cx, Effect, Screen};
use crate::entity::Model;

/// The screens that have a digit: the digit, the name, and the name where there is little room.
pub(crate) static ROOTS: &[(u8, &str, &str)] = &[
    (1, "Board", "Board"),
    (2, "Contacts", "Contacts"),
    (3, "Companies", "Cos"),
    (4, "Agenda", "Agenda"),
    (5, "Tickets", "Tickets"),
    (6, "Reports", "Reports"),
    (7, "Deals", "Deals"),
    (8, "Leads", "Leads"),
    (9, "Tasks", "Tasks"),
];

/// The screen that the dashboard opens with.
pub(crate) const FIRST: u8 = 1;

/// A filter for the screen that it is told to.
pub(crate) struct Narrowed(pub String);

/// The pipeline that the board is to show, by its name.
pub(crate) struct OfPipeline(pub String);

/// The nouns whose lists have a digit.
const LISTS: [(u8, &str); 6] =
    [(2, "contact"), (3, "company"), (5, "ticket"), (7, "deal"), (8, "lead"), (9, "task")];

/// The digit of a noun's list, or of a screen by its name.
pub(crate) fn digit_of(word: &str) -> Option<u8> {
    let list = LISTS.iter().find(|(_, noun)| *noun == word).map(|(digit, _)| *digit);
    list.or_else(|| ROOTS.iter().find(|(_, name, _)| name.to_lowercase() == word).map(|r| r.0))
}

/// A root screen by its digit.
pub(crate) fn root(digit: u8, model: &Model) -> Option<Box<dyn Screen>> {
    match digit {
        1 => return Some(board::open()),
        4 => return Some(agenda::open()),
        6 => return Some(reports::open()),
        _ => {}
    }
    let (_, noun) = LISTS.iter().find(|(d, _)| *d == digit)?;
    Some(list::of(model.get(noun)?))
}

/// What to try where plain words found nothing: they look into a record's own text alone.
pub(crate) fn elsewhere(noun: &str, filter: &str, cx: &Cx) -> Option<String> {
    let plain = filter.chars().all(|c| c.is_alphanumeric() || c == ' ');
    let linked = cx.model.get(noun)?.index("company").is_some();
    let key = cx.keys.shown(Place::Board, Act::Palette)?;
    (plain && linked)
        .then(|| format!("`company:{}` looks at companies; {key} finds anything.", filter.trim()))
}

/// What was added isn't where somebody looks: a filter hides it, or it comes far below.
pub(crate) fn not_in_sight(cx: &Cx) -> Effect {
    let key = cx.keys.shown(Place::List, Act::GoMade).unwrap_or_default();
    Effect::Also(format!("not in sight here, {key} opens it"))
}

/// What a command line says.
pub(crate) fn said(line: String, run: CommandLine) -> Box<dyn Screen> {
    output::open(line, run)
}
