//! Macros: command lines of the config, run for what is marked or in focus as one change.

use super::choose::{Choose, Item};
use crate::error::{Error, Result};
use crate::tui::deeds::quoted;
use crate::tui::desk::{Desk, Done};
use crate::tui::screen::{Cx, Effect, Subject, Toast, deed};
use crate::tui::{CommandLine, Ran};

/// Lets a macro be chosen, and runs it.
pub(crate) fn choose(subject: Subject, cx: &Cx) -> Effect {
    if cx.macros.is_empty() {
        return Toast::good(
            "no macros yet: `[macro]` in the config holds them, `:help config` says how",
        );
    }
    let items = cx.macros.iter().enumerate();
    let items = items.map(|(at, one)| Item::new(one.name.clone(), one.lines.join("; "), at));
    let title = format!("Macro for {}", subject.shown(cx.model));
    let names: Vec<String> = cx.macros.iter().map(|one| one.name.clone()).collect();
    Effect::Push(Choose::of(title, items.collect(), move |item, cx| {
        let Some(name) = names.get(item.value).cloned() else { return Vec::new() };
        let (subject, command) = (subject.clone(), cx.command.clone());
        vec![deed(move |desk| run(desk, &command, &name, &subject))]
    }))
}

/// Runs it as the command line does: all of its lines for all records, or nothing.
fn run(desk: &mut Desk, run: &CommandLine, name: &str, subject: &Subject) -> Result<Done> {
    let refs: Vec<String> = subject.ids.iter().map(|id| format!("{}:{id}", subject.noun)).collect();
    let command = format!("macro {} {}", quoted(name), refs.join(" "));
    let before = desk.reader()?.changes(1)?.first().map_or(0, |change| change.id);
    let ran = run.run(&command, None);
    if !ran.ok {
        return Err(refused(&ran));
    }
    // A command has a connection of its own: what it did is found by who did it, and since when.
    let mut changes = desk.reader()?.changes(1)?;
    changes.retain(|change| change.id > before && change.who == desk.user);
    desk.take_over(&changes);
    let Some(change) = changes.first() else { return Ok(Done::of(String::new(), command)) };
    let line = format!("{name}: {}", subject.shown(desk.store.model()));
    Ok(Done { change: Some(change.id), ..Done::of(line, command) })
}

/// What the command said, as it would be said here.
fn refused(ran: &Ran) -> Error {
    let said = String::from_utf8_lossy(&ran.err);
    let mut lines = said.trim().lines();
    let message = lines.next().unwrap_or_default().trim_start_matches("error: ");
    let why = Error::usage(message.to_owned());
    match lines.find_map(|line| line.trim().strip_prefix("hint: ")) {
        Some(hint) => why.hint(hint.to_owned()),
        None => why,
    }
}
