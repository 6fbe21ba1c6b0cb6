//! The command line: words in, text out. `grammar` reads what was typed, `dispatch` hands it to the
//! file of its command; no SQL and no business rule stands here.

mod agenda;
mod answers;
mod ask;
mod batch;
mod board;
mod changes;
pub mod completions;
mod dashboard;
pub mod demo;
mod doubles;
mod edit;
mod editor;
pub mod global;
pub mod grammar;
mod handover;
pub mod help;
mod import;
mod import_told;
mod imports;
mod inputs;
mod leads;
mod list;
mod lists;
mod logging;
mod macros;
pub mod man;
mod maps;
mod merge;
mod numbers;
mod offers;
mod past;
pub mod print;
mod rates;
mod record;
mod register;
mod rejects;
mod said;
mod session;
mod setup;
mod sheets;
mod show;
mod story;
mod system;
mod targets;
mod transfer;
mod tree;

use std::ffi::OsString;
use std::io::Write;

use crate::entity::Model;
use crate::error::{ErrorKind, Result};
use global::{Globals, Settings, Surroundings, wants_json};
use grammar::Typed;
use print::{Printer, Style};
use session::Session;

/// Runs one command line, without the program's name, over the process's own outputs; the exit
/// code.
#[must_use]
pub fn run(args: &[OsString], base: fn() -> Model) -> u8 {
    run_with(
        args,
        base,
        &Surroundings::real(),
        &mut std::io::stdout().lock(),
        &mut std::io::stderr(),
    )
}

/// As [`run`], in surroundings and over outputs of the caller's own.
#[must_use]
pub fn run_with(
    args: &[OsString],
    base: fn() -> Model,
    around: &Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    if grammar::asks_version(args) {
        return said(Printer::over(out, err, Style::default()), Printer::line, &grammar::version());
    }
    let bare = Style { json_errors: wants_json(args), width: around.width(), ..Style::default() };
    let parsed = grammar::parse(args, &base());
    let matches = match &parsed {
        Ok(Typed::Noun { matches, .. } | Typed::Top { matches, .. }) => matches,
        Ok(Typed::Help(text)) => return said(Printer::over(out, err, bare), Printer::page, text),
        Ok(Typed::Version) => {
            return said(Printer::over(out, err, bare), Printer::line, &grammar::version());
        }
        Err(why) => return ended(&mut Printer::over(out, err, bare), Err(why.clone())),
    };
    let settings = match Settings::resolve(&Globals::of(matches), around) {
        Ok(settings) => settings,
        Err(why) => return ended(&mut Printer::over(out, err, bare), Err(why)),
    };
    let mut printer = Printer::over(out, err, settings.style());
    for warning in settings.config.warnings() {
        printer.note(&format!("warning: {warning}"));
    }
    let mut session = Session::new(settings, printer, typed_text(args), base);
    let opening = grammar::opening(args, &base())
        .filter(|at| at.plain || dashboard::can_open(&session.settings));
    let result = match opening {
        Some(at) if at.plain => dashboard::open_plain(&mut session),
        Some(at) => dashboard::open(&mut session, at),
        None => parsed.and_then(|typed| dispatch(&mut session, typed)),
    };
    // What was printed before an error still belongs to the reader.
    let finished = session.printer.finish();
    let result = result.and(finished).map_err(|why| session.placed(why));
    ended(&mut session.printer, result)
}

/// Prints a text that needs no settings.
fn said<'a>(
    mut printer: Printer<'a>,
    print: fn(&mut Printer<'a>, &str) -> Result<()>,
    text: &str,
) -> u8 {
    let printed = print(&mut printer, text).and_then(|()| printer.finish());
    ended(&mut printer, printed)
}

fn ended(printer: &mut Printer, result: Result<()>) -> u8 {
    match result {
        Ok(()) => 0,
        Err(why) => {
            printer.error(&why);
            why.kind.code()
        }
    }
}

/// The command for the record of its change: as a shell would read it.
#[must_use]
pub fn typed_text(args: &[OsString]) -> String {
    let words: Vec<String> = args.iter().map(|a| a.to_string_lossy().replace('\0', "")).collect();
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// Hands what was typed to its command.
///
/// # Errors
/// What the command returns.
pub fn dispatch(session: &mut Session, typed: Typed) -> Result<()> {
    match typed {
        Typed::Noun { noun, verb, matches } => noun_verb(session, noun, verb, &matches),
        Typed::Top { verb, matches } => top(session, verb, &matches),
        Typed::Help(text) => session.printer.page(&text),
        Typed::Version => session.printer.line(&grammar::version()),
    }
}

fn noun_verb(
    session: &mut Session,
    noun: &'static str,
    verb: &str,
    matches: &clap::ArgMatches,
) -> Result<()> {
    if let Some(action) = crate::actions::find(noun, verb) {
        return record::act(session, action, matches);
    }
    if noun == "deal"
        && let Some(number) = crate::reports::find(verb)
    {
        return numbers::run(session, number, matches);
    }
    match (noun, verb) {
        ("deal", "board") => board::board(session, matches),
        ("rate", "add") => rates::add(session, matches),
        ("rate", "convert") => rates::convert(session, matches),
        ("lead", "intake") => leads::intake(session, matches),
        ("lead", "score") => leads::score(session, matches),
        ("lead", "response") => answers::response(session, matches),
        ("territory", "apply") => targets::apply(session, matches),
        ("quota", "attainment") => targets::attainment(session, matches),
        ("deal", "handover") => handover::handover(session, matches),
        ("deal", "register") => register::register(session, matches),
        ("view", "save") => setup::save_view(session, matches),
        ("field", "add") => setup::add_field(session, matches),
        (_, "add") => record::add(session, noun, matches),
        (_, "list") => list::list(session, noun, matches),
        (_, "show") => show::show(session, Some(noun), matches),
        (_, "edit") => edit::edit(session, noun, matches),
        (_, "rm") => record::rm(session, Some(noun), matches),
        (_, "restore") => record::restore(session, Some(noun), matches),
        (_, "history") => story::history(session, Some(noun), matches),
        (_, "log") => logging::log(session, Some(noun), None, matches),
        (_, "note") => logging::log(session, Some(noun), Some("note"), matches),
        (_, "tree") => tree::tree(session, noun, matches),
        (_, "import") => import::import(session, Some(noun), matches),
        (_, "duplicates") => doubles::duplicates(session, noun, matches),
        (_, "merge") => merge::merge(session, noun, matches),
        (_, "unmerge") => merge::unmerge(session, noun, matches),
        (_, "export") => transfer::export(session, noun, matches),
        _ => Err(crate::error::Error::new(
            ErrorKind::Usage,
            format!("`{noun}` has no verb `{verb}`"),
        )),
    }
}

fn top(session: &mut Session, verb: &str, matches: &clap::ArgMatches) -> Result<()> {
    match verb {
        "search" => system::search(session, matches),
        "agenda" => agenda::agenda(session, matches),
        "board" => board::board(session, matches),
        "reports" => numbers::overview(session, matches),
        "log" => logging::log(session, None, None, matches),
        "note" => logging::log(session, None, Some("note"), matches),
        "show" => show::show(session, None, matches),
        "rm" => record::rm(session, None, matches),
        "restore" => record::restore(session, None, matches),
        "history" => story::history(session, None, matches),
        "undo" => changes::undo(session, matches),
        "redo" => changes::redo(session),
        "changes" => changes::changes(session, matches),
        "imports" => imports::run(session, matches),
        "maps" => maps::run(session, matches),
        "batch" => batch::batch(session, matches),
        "macro" => macros::run(session, matches),
        "import" if matches.get_flag("list-presets") => import::list_presets(session),
        "import" => import::import(session, None, matches),
        "sql" => ask::sql(session, matches),
        "backup" => system::backup(session, matches),
        "doctor" => system::doctor(session, matches),
        "config" => system::config(session, matches),
        "demo" => system::demo(session, matches),
        "completions" => completions::print(session, matches),
        "man" => man::run(session, matches),
        "edit" => {
            Err(crate::error::Error::new(ErrorKind::Usage, "the REFs don't say what they are")
                .hint("write `NOUN:REF`, such as `deal:42`"))
        }
        other => {
            Err(crate::error::Error::new(ErrorKind::Usage, format!("`{other}` is not a command")))
        }
    }
}
