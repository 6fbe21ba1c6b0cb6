//! A wrong command line, told in rolo's own words: what is wrong, and what was probably meant.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapKind};
use clap::{Arg, Command};

use super::did_you_mean;
use crate::entity::Noun;
use crate::error::{Error, Result, nearest};

/// Where a command line went wrong.
pub(super) struct Place<'a> {
    /// The command as typed: `rolo deal move`.
    pub(super) path: &'a str,
    pub(super) noun: Option<&'a Noun>,
    pub(super) args: &'a [OsString],
}

impl Place<'_> {
    fn see(&self) -> String {
        format!("see `{} --help`", self.path)
    }
}

/// The error for a person that one of clap's means.
pub(super) fn explain(cause: &clap::Error, root: &Command, place: &Place) -> Error {
    let leaf = leaf_of(root, place.path);
    let arg = context(cause, ContextKind::InvalidArg);
    let value = context(cause, ContextKind::InvalidValue);
    match cause.kind() {
        ClapKind::UnknownArgument => unknown(&arg, leaf, place),
        ClapKind::InvalidSubcommand => {
            let word = context(cause, ContextKind::InvalidSubcommand);
            let known: Vec<&str> = leaf.get_subcommands().map(Command::get_name).collect();
            Error::usage(format!("`{} {word}` is not a command", place.path))
                .hint(did_you_mean(&word, &known, "commands"))
        }
        ClapKind::InvalidValue if value.is_empty() => {
            Error::usage(format!("`{}` needs a value", option_of(&arg))).hint(place.see())
        }
        ClapKind::InvalidValue => wrong_word(cause, &arg, &value, place),
        ClapKind::ValueValidation => {
            let why = std::error::Error::source(cause).map(ToString::to_string);
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            Error::usage(format!("`{}` can't be `{value}`{why}", option_of(&arg))).hint(place.see())
        }
        ClapKind::MissingRequiredArgument => {
            let usage = leaf.clone().render_usage().to_string();
            let usage = usage.trim_start_matches("Usage: ").trim().to_owned();
            let usage = usage.strip_prefix(leaf.get_name()).unwrap_or(&usage);
            Error::usage(format!("`{}` needs {}", place.path, missing(cause, leaf))).hint(format!(
                "write `{}{}`",
                place.path,
                usage.strip_prefix(place.path).unwrap_or(usage)
            ))
        }
        ClapKind::ArgumentConflict => conflict(cause, &arg, place),
        ClapKind::InvalidUtf8 => {
            Error::usage("an argument is not UTF-8").hint("files alone may have such names")
        }
        ClapKind::TooManyValues | ClapKind::TooFewValues | ClapKind::WrongNumberOfValues => {
            Error::usage(format!("`{}` takes another number of values", option_of(&arg)))
                .hint(place.see())
        }
        _ => {
            let text = cause.to_string();
            let first = text.lines().next().unwrap_or_default();
            Error::usage(first.trim_start_matches("error: ").to_owned()).hint(place.see())
        }
    }
}

/// The command that the path names, within the tree that was built for it.
fn leaf_of<'c>(root: &'c Command, path: &str) -> &'c Command {
    let mut at = root;
    for word in path.split(' ').skip(1) {
        at = at.find_subcommand(word).unwrap_or(at);
    }
    at
}

fn context(cause: &clap::Error, kind: ContextKind) -> String {
    match cause.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => String::new(),
    }
}

/// `--reason` of `--reason <WORD>`.
fn option_of(arg: &str) -> &str {
    arg.split([' ', '=']).next().unwrap_or(arg)
}

fn missing(cause: &clap::Error, leaf: &Command) -> String {
    let Some(ContextValue::Strings(names)) = cause.get(ContextKind::InvalidArg) else {
        return "an argument".into();
    };
    // Of `snooze 4` clap takes the 4 for the day and misses the REF; who typed it meant the REF.
    if let ([lacking], Some(last)) = (&names[..], leaf.get_positionals().last())
        && leaf.get_positionals().any(|p| p.to_string() == *lacking && p.get_id() != last.get_id())
    {
        return format!("`{last}` behind the REF");
    }
    let names: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    names.join(" and ")
}

fn wrong_word(cause: &clap::Error, arg: &str, value: &str, place: &Place) -> Error {
    let known = match cause.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(words)) => words.clone(),
        _ => Vec::new(),
    };
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let hint = if known.is_empty() { place.see() } else { did_you_mean(value, &known, "known") };
    Error::usage(format!("`{}` can't be `{value}`", option_of(arg))).hint(hint)
}

fn conflict(cause: &clap::Error, arg: &str, place: &Place) -> Error {
    let prior = context(cause, ContextKind::PriorArg);
    let (one, other) = (option_of(arg), option_of(&prior));
    if prior.is_empty() || one == other {
        return Error::usage(format!("`{one}` is given twice")).hint(place.see());
    }
    Error::usage(format!("`{one}` and `{other}` don't go together")).hint(place.see())
}

fn unknown(arg: &str, leaf: &Command, place: &Place) -> Error {
    if let Some(name) = arg.strip_prefix("--") {
        return unknown_option(option_of(name), leaf, place);
    }
    if arg.starts_with('-') {
        let typed = typed_cluster(arg, place.args);
        return Error::usage(format!("`{}` has no option `{typed}`", place.path))
            .hint(minus_hint(leaf, place.path, &typed).unwrap_or_else(|| place.see()));
    }
    let adds = leaf.get_name() == "add";
    let quoted = if adds { "quote a text of several words; " } else { "" };
    Error::usage(format!("`{}` has no place for `{arg}`", place.path))
        .hint(format!("{quoted}{}", place.see()))
}

/// The word as it was typed of which clap names one letter.
fn typed_cluster(letter: &str, args: &[OsString]) -> String {
    let c = letter.trim_start_matches('-');
    let is_cluster = |a: &&str| a.starts_with('-') && !a.starts_with("--") && a.contains(c);
    args.iter().filter_map(|a| a.to_str()).find(is_cluster).unwrap_or(letter).to_owned()
}

fn unknown_option(name: &str, leaf: &Command, place: &Place) -> Error {
    let path = place.path;
    if let Some(named) = place.noun.and_then(|n| n.find(name)) {
        let field = named.field;
        let why = if field.computed.is_some() {
            Some("it is computed and can't be set".to_owned())
        } else if field.kept {
            Some("rolo keeps it itself".to_owned())
        } else if takes(leaf, "set") {
            Some(format!("write `--set {}=VALUE`", field.name))
        } else {
            None
        };
        if let Some(why) = why {
            return Error::usage(format!("`{path}` has no option `--{name}`")).hint(why);
        }
    }
    let known: Vec<&str> = leaf
        .get_arguments()
        .flat_map(|a| a.get_long().into_iter().chain(a.get_visible_aliases().unwrap_or_default()))
        .collect();
    let hint = match nearest(name, known) {
        Some(near) => format!("did you mean `--{near}`? {}", place.see()),
        None if takes(leaf, "set") => {
            format!("a custom field is set with `--set {name}=VALUE`; {}", place.see())
        }
        None => place.see(),
    };
    Error::usage(format!("`{path}` has no option `--{name}`")).hint(hint)
}

fn takes(leaf: &Command, id: &str) -> bool {
    leaf.get_arguments().any(|a| a.get_id() == id)
}

/// How a filter term that begins with a minus is written.
fn minus_hint(leaf: &Command, path: &str, term: &str) -> Option<String> {
    takes(leaf, "filter").then(|| {
        format!(
            "before a filter term that begins with a minus write `--`: `{path} -- {term}`, or `not {}`",
            term.trim_start_matches('-')
        )
    })
}

/// Refuses `deal list -hot` before its letters are taken for `-h -o t`.
///
/// # Errors
/// A word looks like a filter term with a minus, and no `--` stands before it.
pub(super) fn refuse_minus_terms(args: &[OsString], leaf: &Command, path: &str) -> Result<()> {
    let mut before = "";
    for arg in args.iter().map(|a| a.to_str().unwrap_or_default()) {
        if arg == "--" {
            break;
        }
        if is_minus_term(arg)
            && !wants_value(before, leaf)
            && let Some(hint) = minus_hint(leaf, path, arg)
        {
            return Err(Error::usage(format!("`{path}` has no option `{arg}`")).hint(hint));
        }
        before = arg;
    }
    Ok(())
}

/// `-hot`, `-overdue`, `-won`, but not `-ojson`, `-qo`, `-q`.
fn is_minus_term(arg: &str) -> bool {
    let Some(rest) = arg.strip_prefix('-') else { return false };
    if !rest.starts_with(char::is_alphabetic) || rest.chars().nth(1).is_none() {
        return false;
    }
    let rest = rest.trim_start_matches('q');
    let format = rest.strip_prefix('o').map(|f| f.trim_start_matches('='));
    let is_format =
        |f: &str| f.is_empty() || crate::cli::global::Output::WORDS.iter().any(|(w, _)| *w == f);
    !(rest.is_empty() || format.is_some_and(is_format))
}

/// Whether the word is an option whose value comes next.
fn wants_value(word: &str, leaf: &Command) -> bool {
    let takes_one = |a: &Arg| !matches!(a.get_action(), clap::ArgAction::SetTrue);
    match word.strip_prefix("--") {
        Some(name) => leaf.get_arguments().any(|a| {
            let bears = a.get_long() == Some(name)
                || a.get_all_aliases().is_some_and(|all| all.contains(&name));
            bears && takes_one(a)
        }),
        None => matches!(word, "-o" | "-qo"),
    }
}
