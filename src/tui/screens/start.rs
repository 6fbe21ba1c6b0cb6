//! The first screen of an empty file: what to do first.

use super::choose::{Choose, Item};
use super::errand::Errand;
use crate::error::Result;
use crate::tui::desk::Desk;
use crate::tui::keys::Act;
use crate::tui::screen::{Effect, Screen, ask};

/// Asks whether the file holds anything, and offers first steps where it doesn't.
pub(crate) fn look() -> Box<dyn Screen> {
    let holds = |desk: &mut Desk| -> Result<bool> { desk.store.has_records() };
    Box::new(Errand::new(
        ask(0, holds),
        |holds: bool| {
            if holds { Effect::Pass } else { Effect::Push(steps()) }
        },
    ))
}

fn steps() -> Box<dyn Screen> {
    let items = vec![
        Item::new("Add a deal", "one line; the rest later", 0).with(Act::New),
        Item::new("Add a contact", "one line", 1),
        Item::new("Add a company", "one line", 2),
        Item::new("Bring in a file", "CSV, JSON: how `rolo contact import FILE` reads it", 3),
        Item::new("Look at sample data", "how `rolo demo FILE` makes a file to play with", 4),
        Item::new("The keys", "all of them; `?` shows them at any time", 5).with(Act::Help),
        Item::new("Look around", "the empty screens", 6),
    ];
    Choose::of("Welcome to rolo. This file is empty".into(), items, |item, cx| match item.value {
        1 => vec![Effect::Push(super::line::quick_add("contact", Vec::new(), cx))],
        2 => vec![Effect::Push(super::line::quick_add("company", Vec::new(), cx))],
        3 => vec![Effect::Command("help import".into())],
        4 => vec![Effect::Command("demo --help".into())],
        _ => item.act.map(Effect::Act).into_iter().collect(),
    })
}
