//! Arguments that several verbs have.

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};

use super::flags::Meaning;
use super::texts;
use crate::entity::Noun;
use crate::error::{Error, Result};

pub(super) fn option(id: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).value_name(value).num_args(1).allow_hyphen_values(true).help(help)
}

pub(super) fn flag(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).action(ArgAction::SetTrue).help(help)
}

pub(super) fn words(id: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(id).value_name(value).num_args(1..).help(help)
}

pub(super) fn refs(noun: Option<&'static str>) -> Arg {
    words("ref", "REF", "Records: id, key or name; see `rolo help refs`").add(Meaning::Ref(noun))
}

pub(super) fn one_ref(noun: Option<&'static str>) -> Arg {
    Arg::new("ref")
        .value_name("REF")
        .required(true)
        .help("The record: id, key or name; see `rolo help refs`")
        .add(Meaning::Ref(noun))
}

pub(super) fn filter(noun: &Noun) -> Arg {
    words("filter", "FILTER", "Which ones; see `rolo help filter`")
        .add(Meaning::Filter(noun.name()))
}

pub(super) fn limit() -> Arg {
    option("limit", "N", "At most so many")
        .allow_hyphen_values(false)
        .allow_negative_numbers(true)
        .value_parser(value_parser!(u64))
}

pub(super) fn as_of() -> Arg {
    option("as-of", "DATE", "As it was at the end of a day, month, …, from history")
}

pub(super) fn columns(noun: &Noun) -> Arg {
    option("columns", "A,B,…", "Fields to show, through links too: name,company.city")
        .add(Meaning::Columns(noun.name()))
}

pub(super) fn sort(noun: &Noun) -> Arg {
    option("sort", "A,B,…", "Fields to sort by, downwards behind a minus: -amount,name")
        .add(Meaning::Sort(noun.name()))
}

pub(super) fn set(noun: &Noun) -> Arg {
    option("set", "FIELD=VALUE", "Any field, custom ones too, as in a CSV cell (may be repeated)")
        .action(ArgAction::Append)
        .add(Meaning::Assignment(noun.name()))
}

pub(super) fn create_links() -> Arg {
    flag("create-links", "Make linked records that don't exist yet")
}

pub(super) fn condition(noun: &Noun) -> Arg {
    every(noun).conflicts_with("ref")
}

/// The same where [`in_place_of_refs`] stands for the REFs.
pub(super) fn every(noun: &Noun) -> Arg {
    option("where", "FILTER", "All that match, in place of REFs; asks first")
        .add(Meaning::Filter(noun.name()))
}

/// What stands for the REFs of `deal move --where FILTER STAGE`: what follows REFs needs some.
const THOSE_OF_WHERE: &str = "\u{1a}where";

/// The words with something in the REFs' place, where `--where` says which records.
pub(super) fn in_place_of_refs(args: &[OsString], verb_at: usize) -> Option<Vec<OsString>> {
    let is_where = |word: &OsString| {
        word.to_str().is_some_and(|text| text == "--where" || text.starts_with("--where="))
    };
    let typed = args.get(verb_at + 1..)?.iter();
    typed.take_while(|word| *word != "--").any(is_where).then(|| {
        let mut with = args.to_vec();
        with.insert(verb_at + 1, THOSE_OF_WHERE.into());
        with
    })
}

/// The words with all options before what stands for the REFs, which the others then follow: of words
/// that an option parts from the REFs nobody could tell that they are none.
pub(super) fn options_first(args: Vec<OsString>, leaf: &Command) -> Vec<OsString> {
    let Some(at) = args.iter().position(|word| word == THOSE_OF_WHERE) else { return args };
    let (mut first, mut last) = (args[..at].to_vec(), vec![args[at].clone()]);
    let mut words = args.into_iter().skip(at + 1);
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        if text == "--" {
            last.extend(words);
            break;
        }
        if !text.starts_with('-') || text == "-" {
            last.push(word);
            continue;
        }
        first.push(word);
        let mut options = leaf.get_arguments();
        let option = match text.strip_prefix("--") {
            Some(long) => options.find(|a| a.get_long() == Some(long)),
            None => options.find(|a| a.get_short().is_some_and(|s| text.ends_with(s))),
        };
        // `--where=…` brings its value itself.
        if option.is_some_and(|a| a.get_action().takes_values()) {
            first.extend(words.next());
        }
    }
    first.extend(last);
    first
}

/// REFs and `--where` together say two things.
///
/// # Errors
/// Both are there.
pub(super) fn refuse_both(matches: &ArgMatches, path: &str) -> Result<()> {
    let mut refs = texts(matches, "ref").into_iter();
    if refs.next().as_deref() == Some(THOSE_OF_WHERE)
        && let Some(other) = refs.next()
    {
        return Err(Error::usage(format!("`{other}` and `--where` don't go together"))
            .hint(format!("name the records or filter them; see `{path} --help`")));
    }
    Ok(())
}

pub(super) fn force(help: &'static str) -> Arg {
    flag("force", help)
}

pub(super) fn file(value: &'static str, help: &'static str) -> Arg {
    Arg::new("file")
        .value_name(value)
        .required(true)
        .value_parser(value_parser!(std::path::PathBuf))
        .value_hint(ValueHint::FilePath)
        .help(help)
}

/// The names of the formats of files.
pub(super) fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(crate::interchange::FORMATS.iter().map(|f| f.name))
}

/// Examples under a command's help, each typed behind `rolo`.
pub(super) fn examples<S: AsRef<str>>(command: Command, lines: &[S]) -> Command {
    let lines: Vec<String> = lines.iter().map(|l| format!("  rolo {}", l.as_ref())).collect();
    command.after_help(format!("Examples:\n{}\n\n{}", lines.join("\n"), FOOTER))
}

/// Where the options are that every command has.
pub(super) const FOOTER: &str =
    "Options of every command, such as -o, --db and --dry-run: `rolo --help`.";
