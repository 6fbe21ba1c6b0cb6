//! The command line as the dashboard offers it: its verbs with what they take, read off the grammar.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::{Arg, ArgAction};

use super::completions;
use super::global::Surroundings;
use super::grammar::{self, Meaning};
use super::past::Past;
use crate::entity::{Model, Noun};
use crate::tui::{Commands, Ran, Taken, Verb, Wants};

/// Runs command lines over one file as one user, without a terminal.
pub(super) struct Runner {
    base: fn() -> Model,
    /// What the environment would say of the file, the user and the clock.
    set: Vec<(&'static str, OsString)>,
    past: Past,
    /// Worked out once, as it takes the whole grammar.
    verbs: OnceLock<Vec<Verb>>,
}

impl Runner {
    /// `state` is the folder where lines are kept between runs, where there is one.
    pub(super) fn new(
        base: fn() -> Model,
        set: Vec<(&'static str, OsString)>,
        state: Option<PathBuf>,
    ) -> Self {
        let past = Past::new(state.map(|folder| folder.join("lines")));
        Self { base, set, past, verbs: OnceLock::new() }
    }
}

impl Commands for Runner {
    fn run(&self, line: &str, columns: Option<usize>) -> Ran {
        let Some(words) = shlex::split(line) else {
            return Ran { err: b"error: a quote is not closed".to_vec(), ..Ran::default() };
        };
        let skip = usize::from(words.first().is_some_and(|w| w == "rolo"));
        let args: Vec<OsString> = words.into_iter().skip(skip).map(OsString::from).collect();
        let env = |name: &str| match self.set.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Some(value.clone()),
            None => std::env::var_os(name),
        };
        let around = Surroundings {
            env: &env,
            // The keyboard is the dashboard's.
            has_stdin: false,
            columns,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
        };
        let is_read = columns.is_some();
        let (mut out, mut err) = (Beginning { is_read, ..Beginning::default() }, Vec::new());
        let code = super::run_with(&args, self.base, &around, &mut out, &mut err);
        if out.more > 0 {
            let more = out.more;
            err.extend(
                format!("… and {more} more lines: a shell shows all of `rolo {line}`\n").bytes(),
            );
        }
        Ran { ok: code == 0, out: out.text, err }
    }

    fn verbs(&self) -> Vec<Verb> {
        self.verbs.get_or_init(|| (self.base)().nouns.iter().flat_map(verbs_of).collect()).clone()
    }

    fn takes(&self, noun: &str, verb: &str) -> Vec<Taken> {
        let model = (self.base)();
        let Some(noun) = model.get(noun) else { return Vec::new() };
        let command = grammar::verbs_of(noun).find(|command| command.get_name() == verb);
        command.map_or(Vec::new(), |c| c.get_arguments().filter_map(taken).collect())
    }

    fn commands(&self) -> Vec<String> {
        grammar::TOPS.iter().map(|top| top.name.to_owned()).chain(["help".to_owned()]).collect()
    }

    fn complete(&self, line: &str) -> Vec<(String, String)> {
        let db = self.set.iter().find(|(name, _)| *name == "ROLO_DB").map(|(_, db)| db.into());
        completions::of_line(line, db, self.base)
    }

    fn past(&self) -> Vec<String> {
        self.past.lines()
    }

    fn keep(&self, line: &str) {
        self.past.keep(line);
    }
}

fn verbs_of(noun: &Noun) -> impl Iterator<Item = Verb> + use<'_> {
    grammar::verbs_of(noun).map(|command| Verb {
        noun: noun.name(),
        name: command.get_name().to_owned(),
        about: command.get_about().map_or(String::new(), ToString::to_string),
        on_records: command.get_arguments().any(|arg| wants(arg) == Wants::Refs),
    })
}

/// Output as far as somebody will scroll through it, where it is to be read; a million records would
/// take all memory. What goes to a file is whole.
#[derive(Default)]
struct Beginning {
    text: Vec<u8>,
    is_read: bool,
    full: bool,
    /// Lines that were left out.
    more: usize,
}

impl Beginning {
    /// Bytes that are kept.
    const MOST: usize = 1 << 20;
}

impl std::io::Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = match (self.full, self.is_read) {
            (true, _) => 0,
            (false, true) => Self::MOST.saturating_sub(self.text.len()),
            (false, false) => usize::MAX,
        };
        let fits = bytes.get(..room).unwrap_or(bytes);
        self.text.extend_from_slice(fits);
        let rest = &bytes[fits.len()..];
        if !self.full && !rest.is_empty() {
            self.full = true;
            // Whole lines are kept; the one that is cut counts with those left out.
            let last = self.text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            self.text.truncate(last);
        }
        self.more += rest.split(|b| *b == b'\n').count().saturating_sub(1);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An argument of a verb; what every command has is none.
fn taken(arg: &Arg) -> Option<Taken> {
    if arg.is_hide_set() || matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpLong) {
        return None;
    }
    let many = arg.get_num_args().is_some_and(|n| n.max_values() > 1);
    Some(Taken {
        name: arg.get_long().unwrap_or(arg.get_id().as_str()).replace(['-', '_'], " "),
        option: arg.get_long().map(str::to_owned),
        about: arg.get_help().map_or(String::new(), ToString::to_string),
        required: arg.is_required_set(),
        several: many || matches!(arg.get_action(), ArgAction::Append),
        wants: wants(arg),
    })
}

fn wants(arg: &Arg) -> Wants {
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return Wants::Nothing;
    }
    let words: Vec<String> =
        arg.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect();
    match arg.get::<Meaning>().copied() {
        Some(Meaning::Ref(_) | Meaning::RefOr(..)) if REFS.contains(&arg.get_id().as_str()) => {
            Wants::Refs
        }
        Some(Meaning::Ref(Some(noun))) => Wants::Record(noun),
        Some(Meaning::Field(noun, field)) => Wants::Field(noun, field),
        _ if !words.is_empty() => Wants::Words(words),
        _ => Wants::Text,
    }
}

/// What the records that a verb is about are called in the grammar.
const REFS: [&str; 2] = ["ref", "keep"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;

    use super::*;
    use crate::tui::{offered, own_ways};

    fn read() -> Beginning {
        Beginning { is_read: true, ..Beginning::default() }
    }

    fn runner() -> Runner {
        Runner::new(crate::model::model, Vec::new(), None)
    }

    /// The verbs that are done in a way of their own there, and need no menu.
    const ELSEWHERE: [&str; 6] = ["add", "list", "show", "edit", "note", "restore"];
    /// What is about no certain records: the palette has it, with all that it takes. Screens tell the
    /// board and the numbers, `E` writes and `W` saves in ways of their own.
    const IN_PALETTE: [&str; 10] = [
        "apply",
        "attainment",
        "board",
        "convert",
        "export",
        "import",
        "intake",
        "numbers",
        "register",
        "save",
    ];

    /// Walks the whole grammar: every verb of every noun has to be reachable in the dashboard, with
    /// all that it takes.
    #[test]
    fn nothing_that_the_command_line_does_to_records_is_missing_in_the_dashboard() {
        let runner = runner();
        let model = crate::model::model();
        let whole = grammar::whole(&model);
        let listed = runner.verbs();
        let numbers: Vec<&str> = crate::reports::NUMBERS.iter().map(|n| n.verb).collect();
        let (mut seen, mut used) = (0, BTreeSet::<&str>::new());
        for noun in &model.nouns {
            let command = whole.find_subcommand(noun.name()).expect("every noun has a command");
            let menu: BTreeSet<String> = offered(noun.name(), &runner);
            for verb in command.get_subcommands().filter(|c| c.get_name() != "help") {
                let name = verb.get_name();
                let place = format!("{} {name}", noun.name());
                let known = listed.iter().find(|v| v.noun == noun.name() && v.name == name);
                let known = known.unwrap_or_else(|| panic!("`{place}` is not in the palette"));
                let number = numbers.contains(&name);
                let name = if number { "numbers" } else { name };
                let in_palette = !known.on_records && IN_PALETTE.contains(&name);
                used.extend(IN_PALETTE.into_iter().filter(|n| in_palette && *n == name));
                let somewhere = menu.contains(name) || ELSEWHERE.contains(&name) || in_palette;
                assert!(somewhere, "`{place}` is in no menu: offer it, or name its place here");
                let takes = runner.takes(noun.name(), verb.get_name());
                for arg in verb.get_arguments().filter(|a| !a.is_hide_set() && a.get_id() != "help")
                {
                    let long = arg.get_long();
                    let there = takes.iter().any(|t| t.option.as_deref() == long && long.is_some())
                        || takes.iter().filter(|t| t.option.is_none()).count() > 0
                            && long.is_none();
                    assert!(there, "`{place}` doesn't ask for `{}`", arg.get_id());
                    seen += 1;
                }
            }
        }
        // The list says nothing that isn't so.
        assert_eq!(used.into_iter().collect::<Vec<_>>(), IN_PALETTE);
        assert!(seen > 1_000, "only {seen} arguments were looked at");
    }

    #[test]
    fn long_output_keeps_its_first_whole_lines_and_counts_the_others() {
        let mut held = read();
        let lines = Beginning::MOST / 8 + 1000;
        for n in 0..lines {
            // In pieces that end within lines.
            held.write_all(&format!("{n:07}\n").as_bytes()[..5]).unwrap();
            held.write_all(&format!("{n:07}\n").as_bytes()[5..]).unwrap();
        }
        let kept = held.text.split(|b| *b == b'\n').count() - 1;
        assert_eq!((held.text.len(), kept, held.more), (8 * kept, lines - 1000, 1000));
        let mut short = read();
        short.write_all(b"one\ntwo").unwrap();
        assert_eq!((short.text.as_slice(), short.more), (&b"one\ntwo"[..], 0));
        // Cut in the middle of a line, and the line is left out whole.
        let mut held = read();
        held.write_all(b"one\n").unwrap();
        held.write_all(&vec![b'x'; Beginning::MOST]).unwrap();
        held.write_all(b"\ntwo\n").unwrap();
        assert_eq!((held.text.as_slice(), held.more), (&b"one\n"[..], 2));
    }

    #[test]
    fn what_goes_to_a_file_is_whole() {
        let mut held = Beginning::default();
        held.write_all(&vec![b'x'; 2 * Beginning::MOST]).unwrap();
        assert_eq!((held.text.len(), held.more), (2 * Beginning::MOST, 0));
    }

    #[test]
    fn what_has_a_way_of_its_own_has_a_key() {
        for name in ELSEWHERE {
            let (_, act) = own_ways().into_iter().find(|(verb, _)| *verb == name).unwrap();
            assert!(!act.is_empty(), "{name}");
        }
        assert_eq!(own_ways().len(), ELSEWHERE.len());
    }
}
