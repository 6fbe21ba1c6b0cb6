//! `batch [FILE|-]`: one command a line, one process, one transaction; what they print is held back
//! until all have run.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::rc::Rc;

use clap::ArgMatches;

use super::global::{Globals, Settings};
use super::grammar::{Prepared, Typed};
use super::print::Printer;
use super::session::Session;
use crate::entity::Model;
use crate::error::{Error, Result};
use crate::store::Intent;

/// What is held back: bytes for standard output and for standard error, in their order.
#[derive(Clone, Default)]
struct Held(Rc<RefCell<Vec<u8>>>);

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs the lines; an error names its line and has that command's exit code, and then nothing was
/// changed.
///
/// # Errors
/// The file can't be read, or a command fails.
pub(super) fn batch(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_else(|| PathBuf::from("-"));
    let text = read(&session.settings, &path)?;
    let lines = text.lines().enumerate();
    let lines: Vec<(String, &str)> =
        lines.map(|(at, line)| (format!("line {}", at + 1), line)).collect();
    run_lines(session, &lines, None)
}

/// Runs lines, each with what an error calls it: all of them or none. With an intent they are one
/// change of that name.
///
/// # Errors
/// A command fails.
pub(super) fn run_lines(
    session: &mut Session,
    lines: &[(String, impl AsRef<str>)],
    joined: Option<Intent>,
) -> Result<()> {
    session.begin_batch()?;
    if let Some(intent) = joined {
        session.writing()?.join_batch(intent);
    }
    let (out, err) = (Held::default(), Held::default());
    let mut known = Known { model: (session.base)(), commands: Prepared::default() };
    let mut result = Ok(());
    for (called, line) in lines {
        let line = line.as_ref().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        result = run_line(session, &mut known, line, &out, &err)
            .map_err(|why| Error { message: format!("{called}: {}", why.message), ..why });
        if result.is_err() {
            break;
        }
    }
    let keep = result.is_ok() && !session.settings.dry_run;
    let ended = session.end_batch(keep);
    result?;
    ended?;
    let notes = String::from_utf8_lossy(&err.0.borrow()).trim_end().to_owned();
    if !notes.is_empty() {
        session.printer.note(&notes);
    }
    super::print::wrote(session.printer.out().write_all(&out.0.borrow()))
}

fn read(settings: &Settings, path: &PathBuf) -> Result<String> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let done = if path.as_os_str() == "-" {
        settings.require_stdin()?;
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut f| f.read_to_end(&mut bytes))
    };
    done.map_err(|why| Error::usage(format!("`{shown}` can't be read: {why}")))?;
    String::from_utf8(bytes).map_err(|_| Error::invalid(format!("`{shown}` is not UTF-8")))
}

/// What all lines are read with.
struct Known {
    model: Model,
    commands: Prepared,
}

fn run_line(
    session: &mut Session,
    known: &mut Known,
    line: &str,
    out: &Held,
    err: &Held,
) -> Result<()> {
    let words = shlex::split(line).ok_or_else(|| {
        Error::usage("a quote is not closed").hint("quote as in a shell: 'two words'")
    })?;
    let mut args: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    if args.first().is_some_and(|w| w == "rolo") {
        args.remove(0);
    }
    let typed = known.commands.parse(&args, &known.model)?;
    let settings = match &typed {
        Typed::Noun { matches, .. } | Typed::Top { matches, .. } => {
            let globals = Globals::of(matches);
            if globals.db.is_some() || globals.config.is_some() {
                return Err(Error::usage(
                    "a line of a batch can't name another database or config",
                ));
            }
            line_settings(&session.settings, &globals)
        }
        _ => return Err(Error::usage("a line of a batch is a command")),
    };
    if let Typed::Top { verb: verb @ ("batch" | "macro" | "demo" | "completions"), .. } = &typed {
        return Err(Error::usage(format!("`{verb}` can't stand in a batch")));
    }
    let mut style = session.printer.style();
    style.json_errors = false;
    let printer = Printer::over(out.clone(), err.clone(), style);
    let mut lent = session.lend(settings, printer, super::typed_text(&args));
    let result = super::dispatch(&mut lent, typed);
    let finished = lent.printer.finish();
    session.take_back(lent);
    // `--as-of` is said for its line alone.
    let present = session.look_up();
    result?;
    present?;
    finished
}

/// The batch's settings with what the line says for itself.
fn line_settings(outer: &Settings, line: &Globals) -> Settings {
    let mut settings = outer.for_line();
    settings.output = line.output;
    settings.yes |= line.yes;
    if let Some(user) = &line.acting {
        settings.user = user.to_lowercase();
    }
    settings.stdin_is_terminal = false;
    settings
}
