//! The grammar, built from the model and the tables of verbs, in two steps: the noun and the verb
//! that were typed are found by names alone; only then is that one verb's command built. The whole
//! tree is for man pages, completion and tests.

mod args;
mod examples;
mod flags;
mod inputs;
mod mistakes;
mod numbers;
mod pages;
mod records;
mod special;
mod top;
mod verbs;

use std::collections::HashMap;
use std::ffi::OsString;

use clap::error::ErrorKind as ClapKind;
use clap::{ArgMatches, Command};

pub(super) use flags::deed_refusal;
pub use flags::{Meaning, RESERVED};
pub use inputs::{UndoWhat, field_inputs, filter_text, pairs, text, texts, undo_what};
pub(in crate::cli) use pages::fields_and_states;
pub use top::TOPS;
pub(in crate::cli) use verbs::second_thought;

use super::global::GLOBALS;
use super::help;
use crate::entity::{Model, Noun};
use crate::error::{Error, Result, nearest};
use mistakes::Place;
use verbs::Shape;

/// What was typed.
#[derive(Debug)]
pub enum Typed {
    /// A verb of a noun.
    Noun {
        noun: &'static str,
        verb: &'static str,
        matches: ArgMatches,
    },
    /// A command that concerns no single noun.
    Top {
        verb: &'static str,
        matches: ArgMatches,
    },
    /// A text to print on standard output, and nothing else to do.
    Help(String),
    Version,
}

/// What `--version` prints.
#[must_use]
pub fn version() -> String {
    format!("rolo {}", env!("CARGO_PKG_VERSION"))
}

/// Whether `--version` is all that is asked: then not even a model is needed.
#[must_use]
pub fn asks_version(args: &[OsString]) -> bool {
    matches!(args.first(), Some(first) if first == "--version" || first == "-V")
}

/// Reads a command line, without the program's name.
///
/// # Errors
/// It isn't one of the grammar: what is wrong and what was probably meant (exit 2).
pub fn parse(args: &[OsString], model: &Model) -> Result<Typed> {
    Prepared::default().parse(args, model)
}

/// Commands that were built once, by the words that lead to them: for the lines of a batch, which
/// are the same few commands again and again.
#[derive(Default)]
pub struct Prepared {
    commands: HashMap<String, Ready>,
}

/// A verb's command by itself, and inside the program's.
struct Ready {
    leaf: Command,
    whole: Command,
}

impl Prepared {
    /// Reads a command line, without the program's name.
    ///
    /// # Errors
    /// As for [`parse`].
    pub fn parse(&mut self, args: &[OsString], model: &Model) -> Result<Typed> {
        let first = next_word(args, 0);
        let Next::Word(at) = first else { return parse_wordless(args, &first, model, self) };
        let word = args[at].to_string_lossy();
        if let Some(noun) = model.typed(&word) {
            return parse_noun(args, at, noun, self);
        }
        match top::find(&word) {
            Some(top) if top.name == "help" => help_on(&args[at + 1..], model).map(Typed::Help),
            Some(top) => parse_top(args, at, top, model, self),
            None => Err(unknown_word(&word, model)),
        }
    }

    /// The command of these words, built by `leaf` and put into the program by `within` if nobody
    /// did that before.
    fn command(
        &mut self,
        path: &str,
        leaf: impl FnOnce() -> Command,
        within: impl FnOnce(Command) -> Command,
    ) -> &mut Ready {
        self.commands.entry(path.to_owned()).or_insert_with(|| {
            let leaf = leaf();
            Ready { whole: within(leaf.clone()), leaf }
        })
    }
}

/// Where the dashboard opens.
#[derive(Debug, PartialEq, Eq)]
pub struct Opening {
    /// The noun whose list stands in front, or the word of a screen; none: the first screen.
    pub screen: Option<&'static str>,
    pub filter: String,
    /// Line by line, without frames.
    pub plain: bool,
}

/// Words that open the dashboard at a screen that is no list.
const SCREENS: [&str; 3] = ["board", "agenda", "reports"];

/// Whether a command line, read already without a mistake, is one that opens the dashboard on a
/// terminal: `rolo` alone, the word of a screen alone, or `rolo NOUN [FILTER]`.
#[must_use]
pub fn opening(args: &[OsString], model: &Model) -> Option<Opening> {
    let start = |plain| Opening { screen: None, filter: String::new(), plain };
    let at = match next_word(args, 0) {
        Next::Nothing => return Some(start(false)),
        Next::Other(at) if args[at] == "--plain" && next_word(args, at + 1) == Next::Nothing => {
            return Some(start(true));
        }
        Next::Word(at) if next_word(args, at + 1) == Next::Nothing => {
            if let Some(screen) = SCREENS.into_iter().find(|word| args[at] == **word) {
                return Some(Opening { screen: Some(screen), ..start(false) });
            }
            at
        }
        Next::Word(at) => at,
        _ => return None,
    };
    let noun = model.typed(&args[at].to_string_lossy())?;
    let filter = match next_word(args, at + 1) {
        Next::Nothing => Vec::new(),
        Next::Word(next) => {
            let word = args[next].to_string_lossy();
            if word == "help"
                || verbs::find(noun, &word).is_some()
                || verbs::misspelt(noun, &word).is_some()
            {
                return None;
            }
            args[next..].iter().map(|a| a.to_string_lossy().into_owned()).collect()
        }
        _ => return None,
    };
    let plain = filter.iter().all(|word| !word.starts_with('-'));
    plain.then(|| Opening { screen: Some(noun.name()), filter: filter.join(" "), plain: false })
}

/// What comes next on a command line, as far as global options alone can tell.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The index of a word.
    Word(usize),
    Help,
    Version,
    /// The index of an option that isn't global, or of `--`.
    Other(usize),
    Nothing,
}

/// The next word from `at` on, with global options and their values skipped.
fn next_word(args: &[OsString], mut at: usize) -> Next {
    while let Some(arg) = args.get(at) {
        let text = arg.to_string_lossy();
        if !text.starts_with('-') || text == "-" {
            return Next::Word(at);
        }
        match text.as_ref() {
            "-h" | "--help" => return Next::Help,
            "-V" | "--version" => return Next::Version,
            _ => {}
        }
        let Some(words) = global_words(&text) else { return Next::Other(at) };
        at += words;
    }
    Next::Nothing
}

/// How many words a global option takes with its value; `None` for any other option.
fn global_words(text: &str) -> Option<usize> {
    if let Some(long) = text.strip_prefix("--") {
        let (name, has_value) = long.split_once('=').map_or((long, false), |(n, _)| (n, true));
        let global = GLOBALS.iter().find(|g| g.long == name)?;
        return Some(if global.value.is_some() && !has_value { 2 } else { 1 });
    }
    let mut shorts = text.strip_prefix('-')?.chars();
    while let Some(short) = shorts.next() {
        let global = GLOBALS.iter().find(|g| g.short == Some(short))?;
        if global.value.is_some() {
            return Some(if shorts.as_str().is_empty() { 2 } else { 1 });
        }
    }
    Some(1)
}

/// A command line without noun or verb: help, the version, or the day.
fn parse_wordless(
    args: &[OsString],
    first: &Next,
    model: &Model,
    prepared: &mut Prepared,
) -> Result<Typed> {
    match first {
        Next::Help => Ok(Typed::Help(pages::root(model))),
        Next::Version => Ok(Typed::Version),
        Next::Other(at) if args[*at] == "--plain" && next_word(args, at + 1) == Next::Nothing => {
            let mut rest = args.to_vec();
            rest[*at] = "agenda".into();
            parse_top(&rest, *at, top::must("agenda"), model, prepared)
        }
        Next::Other(at) => {
            let option = args[*at].to_string_lossy();
            Err(Error::usage(format!("`{option}` stands before any command"))
                .hint("write the noun or the command first: `rolo NOUN VERB …`; see `rolo --help`"))
        }
        _ => {
            let with_agenda: Vec<OsString> =
                args.iter().cloned().chain(["agenda".into()]).collect();
            parse_top(&with_agenda, args.len(), top::must("agenda"), model, prepared)
        }
    }
}

fn parse_noun(args: &[OsString], at: usize, noun: &Noun, prepared: &mut Prepared) -> Result<Typed> {
    let verb_at = match next_word(args, at + 1) {
        Next::Help => return Ok(Typed::Help(pages::noun(noun))),
        Next::Word(verb_at) => Some(verb_at),
        _ => None,
    };
    let typed = verb_at.map(|at| args[at].to_string_lossy().into_owned());
    if typed.as_deref() == Some("help") {
        return verb_help(noun, args.get(verb_at.unwrap_or(at) + 1)).map(Typed::Help);
    }
    if let Some(shape) = typed.as_deref().and_then(|word| verbs::find(noun, word)) {
        let with = verb_at.filter(|_| shape.follows_refs());
        let with = with.and_then(|verb_at| args::in_place_of_refs(args, verb_at));
        return run_noun(with.as_deref().unwrap_or(args), noun, &shape, prepared);
    }
    if let Some(meant) = typed.as_deref().and_then(|word| verbs::misspelt(noun, word)) {
        let (name, typed) = (noun.name(), typed.unwrap_or_default());
        return Err(Error::usage(format!("`{typed}` is not a verb of `{name}`")).hint(format!(
            "did you mean `rolo {name} {meant}`? to look for the word: `rolo {name} list {typed}`"
        )));
    }
    // `rolo NOUN [FILTER]` is a list.
    let mut with_list = args.to_vec();
    with_list.insert(at + 1, "list".into());
    run_noun(&with_list, noun, &verbs::must(noun, "list"), prepared)
}

fn run_noun(
    args: &[OsString],
    noun: &Noun,
    shape: &Shape,
    prepared: &mut Prepared,
) -> Result<Typed> {
    let path = format!("rolo {} {}", noun.name(), shape.name());
    let within = |leaf| root().subcommand(noun_command(noun).subcommand(leaf));
    let Ready { leaf, whole } = prepared.command(&path, || shape.command(noun), within);
    mistakes::refuse_minus_terms(args, leaf, &path)?;
    let args = args::options_first(flags::spell_out_bools(args, leaf), leaf);
    let place = Place { path: &path, noun: Some(noun), args: &args };
    match run(whole, &place)? {
        Ok(matches) => {
            let matches = into_sub(into_sub(matches));
            if shape.name() == "edit" {
                flags::refuse_deeds(&matches, noun)?;
            }
            if shape.follows_refs() {
                args::refuse_both(&matches, &path)?;
            }
            Ok(Typed::Noun { noun: noun.name(), verb: shape.name(), matches })
        }
        Err(text) => Ok(Typed::Help(text)),
    }
}

fn parse_top(
    args: &[OsString],
    at: usize,
    top: &top::Top,
    model: &Model,
    prepared: &mut Prepared,
) -> Result<Typed> {
    // `edit deal:42 --amount 5k`: the noun decides which flags there are.
    if top.name == "edit"
        && let Some(noun) = noun_of_ref(&args[at + 1..], model)
    {
        let mut with_noun = args.to_vec();
        with_noun.insert(at, noun.name().into());
        return run_noun(&with_noun, noun, &verbs::must(noun, "edit"), prepared);
    }
    let path = format!("rolo {}", top.name);
    let within = |leaf| root().subcommand(leaf);
    let Ready { leaf, whole } = prepared.command(&path, || top.command(model), within);
    let args = flags::spell_out_bools(args, leaf);
    let place = Place { path: &path, noun: None, args: &args };
    match run(whole, &place)? {
        Ok(matches) => Ok(Typed::Top { verb: top.name, matches: into_sub(matches) }),
        Err(text) => Ok(Typed::Help(text)),
    }
}

/// The noun of the first typed ref, `deal:42`.
fn noun_of_ref<'m>(args: &[OsString], model: &'m Model) -> Option<&'m Noun> {
    let texts = args.iter().filter_map(|a| a.to_str()).filter(|a| !a.starts_with('-'));
    texts.filter_map(|text| text.split_once(':')).find_map(|(noun, _)| model.typed(noun))
}

/// Runs a command over the words; the inner error is a help text that was asked for.
fn run(command: &mut Command, place: &Place) -> Result<std::result::Result<ArgMatches, String>> {
    let words = std::iter::once(OsString::from("rolo")).chain(place.args.iter().cloned());
    match command.try_get_matches_from_mut(words) {
        Ok(matches) => Ok(Ok(matches)),
        Err(e) if matches!(e.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion) => {
            Ok(Err(e.render().to_string()))
        }
        Err(e) => Err(mistakes::explain(&e, command, place)),
    }
}

/// The matches of the subcommand.
fn into_sub(mut matches: ArgMatches) -> ArgMatches {
    matches.remove_subcommand().map_or(matches, |(_, inner)| inner)
}

/// The program without its commands.
fn root() -> Command {
    let mut root = dressed(Command::new("rolo"))
        .about("The CRM for people who live in a terminal")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .subcommand_value_name("COMMAND");
    for global in GLOBALS {
        root = root.arg(global.arg(true));
    }
    root
}

/// A noun without its verbs.
fn noun_command(noun: &Noun) -> Command {
    let command = dressed(Command::new(noun.name()))
        .about(noun.entity.about)
        .visible_alias(noun.entity.plural)
        .subcommand_required(true)
        .subcommand_value_name("VERB")
        .subcommand_help_heading("Verbs");
    with_hidden_globals(command)
}

/// What every command has in common: help of 80 columns, no command `help` of its own.
fn dressed(command: Command) -> Command {
    command.term_width(80).disable_help_subcommand(true)
}

/// The global options, left out of this command's help: they stand in the program's.
fn with_hidden_globals(mut command: Command) -> Command {
    for global in GLOBALS {
        command = command.arg(global.arg(false));
    }
    command
}

/// Every verb of a noun with all that it takes, in the order of help.
pub fn verbs_of(noun: &Noun) -> impl Iterator<Item = Command> + use<'_> {
    verbs::of(noun).map(|shape| shape.command(noun))
}

/// The whole tree.
#[must_use]
pub fn whole(model: &Model) -> Command {
    let mut root = root();
    for noun in &model.nouns {
        let mut command = noun_command(noun);
        for shape in verbs::of(noun) {
            command = command.subcommand(shape.command(noun));
        }
        root = root.subcommand(command);
    }
    for top in TOPS {
        root = root.subcommand(top.command(model));
    }
    root
}

/// The text of `rolo help WORDS`: a topic, a noun, a verb of it, or a command.
///
/// # Errors
/// Nothing is called so.
pub fn help_on(words: &[OsString], model: &Model) -> Result<String> {
    let Next::Word(at) = next_word(words, 0) else { return Ok(pages::root(model)) };
    let word = words[at].to_string_lossy();
    if let Some(topic) = help::topic(&word) {
        return Ok(topic.text());
    }
    if let Some(noun) = model.typed(&word) {
        return match next_word(words, at + 1) {
            Next::Word(at) => verb_help(noun, words.get(at)),
            _ => Ok(pages::noun(noun)),
        };
    }
    match top::find(&word) {
        Some(top) => Ok(pages::command(top.command(model), &format!("rolo {}", top.name))),
        None => Err(unknown_topic(&word, model)),
    }
}

fn verb_help(noun: &Noun, verb: Option<&OsString>) -> Result<String> {
    let Some(verb) = verb.map(|v| v.to_string_lossy()) else { return Ok(pages::noun(noun)) };
    let path = format!("rolo {} {verb}", noun.name());
    let shape = verbs::find(noun, &verb).ok_or_else(|| {
        let known: Vec<&str> = verbs::of(noun).map(|shape| shape.name()).collect();
        Error::usage(format!("`{verb}` is not a verb of `{}`", noun.name()))
            .hint(did_you_mean(&verb, &known, "verbs"))
    })?;
    Ok(pages::command(shape.command(noun), &path))
}

fn unknown_word(word: &str, model: &Model) -> Error {
    let known: Vec<&str> = words_of(model).collect();
    let near = nearest(word, known.iter().copied());
    let hint = match near {
        Some(near) => format!("did you mean `{near}`? see `rolo --help`"),
        None => format!("see `rolo --help`; to look for it everywhere: `rolo search {word}`"),
    };
    Error::usage(format!("`{word}` is neither a noun nor a command")).hint(hint)
}

fn unknown_topic(word: &str, model: &Model) -> Error {
    let topics = help::TOPICS.iter().map(|t| t.name);
    let known: Vec<&str> = topics.clone().chain(words_of(model)).collect();
    let near =
        nearest(word, known).map_or(String::new(), |near| format!("did you mean `{near}`? "));
    let topics: Vec<&str> = topics.collect();
    Error::usage(format!("there is no help on `{word}`"))
        .hint(format!("{near}topics: {}; any noun or command has a page too", topics.join(", ")))
}

/// Everything that can stand first.
fn words_of(model: &Model) -> impl Iterator<Item = &'static str> {
    let nouns = model.nouns.iter().flat_map(|n| [n.entity.name, n.entity.plural]);
    nouns.chain(TOPS.iter().map(|t| t.name))
}

fn did_you_mean(word: &str, known: &[&str], what: &str) -> String {
    let near = nearest(word, known.iter().copied())
        .map_or(String::new(), |near| format!("did you mean `{near}`? "));
    format!("{near}{what}: {}", known.join(", "))
}

#[cfg(test)]
mod tests;
