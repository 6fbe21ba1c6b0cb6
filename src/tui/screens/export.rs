//! What is on the screen as a CSV file.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::errand::Errand;
use super::prompt::Prompt;
use crate::error::{Error, Result};
use crate::tui::CommandLine;
use crate::tui::screen::{Cx, Effect, Toast, ask_aside};

/// Asks for a file, and writes there what a command gives as CSV. Nothing is written over.
pub(crate) fn csv(command: &str, name: &str, cx: &Cx) -> Effect {
    let run = cx.command.clone();
    let line = format!("{command} -o csv");
    let hint = format!("a file for `rolo {line}`");
    to_file(&hint, name, Arc::new(move || ran(&run, &line)), cx)
}

/// The same with CSV that a screen made of what it shows.
pub(crate) fn rows(csv: Vec<u8>, name: &str, cx: &Cx) -> Effect {
    to_file("a file for what is shown", name, Arc::new(move || Ok(csv.clone())), cx)
}

/// Makes the text of a file.
type Text = Arc<dyn Fn() -> Result<Vec<u8>> + Send + Sync>;

fn to_file(hint: &str, name: &str, text: Text, cx: &Cx) -> Effect {
    let file = format!("{name}-{}.csv", cx.today());
    Effect::Push(Prompt::of("Export CSV to", hint, &file, move |typed, _| {
        let path = path_of(typed)?;
        if path.exists() {
            return Err(Error::usage(format!("`{}` exists", path.display()))
                .hint("choose another name: nothing is written over"));
        }
        let text = text.clone();
        let doing = format!("writing {}", path.display());
        let begun = Toast::good(doing.clone());
        let question = ask_aside(0, move |_| write(&text()?, &path));
        let errand = Errand::new(question, |said: String| Toast::good(said)).doing(doing);
        Ok(vec![begun, Effect::Push(Box::new(errand))])
    }))
}

/// The file that was typed; `~` is the home.
fn path_of(typed: &str) -> Result<PathBuf> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Error::usage("a file needs a name"));
    }
    let home = typed.strip_prefix("~/").zip(std::env::var_os("HOME"));
    Ok(home.map_or_else(|| PathBuf::from(typed), |(rest, home)| Path::new(&home).join(rest)))
}

/// What a command gives.
fn ran(run: &CommandLine, line: &str) -> Result<Vec<u8>> {
    let ran = run.run(line, None);
    if ran.ok {
        return Ok(ran.out);
    }
    let said = String::from_utf8_lossy(&ran.err).into_owned();
    Err(Error::failed(said.trim().trim_start_matches("error: ").to_owned()))
}

fn write(csv: &[u8], path: &Path) -> Result<String> {
    let failed = |why: &std::io::Error| Error::io(format!("can't write `{}`", path.display()), why);
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(|why| failed(&why))?;
    file.write_all(csv).and_then(|()| file.sync_data()).map_err(|why| failed(&why))?;
    let lines = csv.split(|b| *b == b'\n').count().saturating_sub(2);
    Ok(format!("wrote {lines} lines to `{}`", path.display()))
}
