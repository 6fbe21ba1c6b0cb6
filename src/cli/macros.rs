//! `macro [NAME REF…]`: command lines of the config, run for records as one change.

use clap::ArgMatches;

use super::batch::run_lines;
use super::global::Output;
use super::grammar::{text, texts};
use super::lists::print_json_list;
use super::print::ColumnHead;
use super::record::resolve_all;
use super::session::Session;
use crate::config::Macro;
use crate::error::{Error, Result, nearest};
use crate::store::{Among, Intent};

/// How many records a change names one by one.
const NAMED: usize = 3;

/// Runs a macro, or lists them all.
///
/// # Errors
/// No macro has this name, a REF finds none or several, or a line fails: then nothing was changed.
pub(super) fn run(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let macros = session.settings.config.macros()?;
    let Some(name) = text(matches, "name") else { return list(session, &macros) };
    let Some(found) = macros.iter().find(|m| m.name == name) else {
        let near = nearest(name, macros.iter().map(|m| m.name.as_str()))
            .map_or(String::new(), |near| format!("did you mean `{near}`? "));
        return Err(Error::not_found(format!("no macro is called `{name}`")).hint(format!(
            "{near}`rolo macro` lists them; `rolo help config` says how one is made"
        )));
    };
    session.writing()?;
    let refs: Vec<String> = {
        let (reader, ..) = session.parts()?;
        let found = resolve_all(&reader, None, &texts(matches, "ref"), Among::Live)?;
        found.into_iter().map(|(noun, id)| format!("{noun}:{id}")).collect()
    };
    let lines = found.lines_for(&refs);
    if lines.is_empty() {
        return Err(Error::usage(format!("the macro `{name}` needs a record"))
            .hint(format!("name one: `rolo macro {name} ticket:42`")));
    }
    let about = match refs.len() {
        0..=NAMED => refs.join(", "),
        many => format!("{many} records"),
    };
    let summary = format!("macro {name} {about}").trim_end().to_owned();
    let command = session.typed.clone();
    run_lines(session, &lines, Some(Intent { kind: "macro".into(), summary, command }))
}

fn list(session: &mut Session, macros: &[Macro]) -> Result<()> {
    let output = session.settings.output;
    if matches!(output, Output::Json | Output::Jsonl | Output::Csv | Output::Tsv) {
        let of = |one: &Macro| serde_json::json!({"name": one.name, "lines": one.lines});
        let list: Vec<_> = macros.iter().map(of).collect();
        return print_json_list(&mut session.printer, output, &list);
    }
    if macros.is_empty() {
        session.printer.note("no macros yet: `rolo help config` says how one is made");
        return Ok(());
    }
    let rows = macros.iter().flat_map(|one| {
        let named = |at: usize| if at == 0 { one.name.clone() } else { String::new() };
        one.lines.iter().enumerate().map(move |(at, line)| Ok(vec![named(at), line.clone()]))
    });
    let head = |name: &str| ColumnHead { name: name.into(), numeric: false };
    session.printer.table(vec![head("macro"), head("command")], rows).map(drop)
}
