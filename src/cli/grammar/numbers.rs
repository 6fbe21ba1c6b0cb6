//! The numbers of the funnel: each a verb of deals, its options and its help out of the table.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};

use super::args::{as_of, examples, filter, flag, option};
use super::flags::Meaning;
use crate::entity::Noun;
use crate::reports::{Number, Opt, Span};

/// The command of a number.
pub(super) fn number_args(command: Command, noun: &Noun, number: &'static Number) -> Command {
    let command = command
        .arg(filter(noun))
        .args(split(number))
        .args(period(number))
        .args(number.options.iter().map(own))
        .arg(
            option("pipeline", "PIPELINE", "This pipeline alone")
                .add(Meaning::Ref(Some("pipeline"))),
        )
        .arg(option(
            "currency",
            "CODE",
            "Convert sums to it, in place of the config's `report_currency`",
        ))
        .arg(as_of())
        .args(assumptions(number, noun))
        .arg(
            option("explain", "ROW", "List the records behind a row, or behind all rows")
                .num_args(0..=1)
                .default_missing_value("")
                .allow_hyphen_values(false),
        );
    examples(command, number.examples).long_about(format!(
        "{}\n\n{}\n\nSource: {}",
        number.about, number.definition, number.source
    ))
}

fn split(number: &'static Number) -> Option<Arg> {
    let words: Vec<&str> = number.by.iter().map(|by| by.name()).collect();
    let first = words.first()?;
    let about = format!("A row for each {} (if not said: {first})", words.join(", "));
    // Clap wants a text that lives as long as the command.
    let arg = option("by", "WHAT", "").help(about).hide_possible_values(true);
    Some(arg.value_parser(PossibleValuesParser::new(words)))
}

fn period(number: &'static Number) -> Vec<Arg> {
    let about = match number.period {
        Span::Never => return Vec::new(),
        Span::Maybe(about) => format!("{about}: 2026-Q4, 2026-11, this-month, …"),
        Span::Usually(word) => {
            format!("The time that is looked at, if not {word}: 2026-Q4, 2026-11, …")
        }
    };
    vec![
        option("period", "PERIOD", "").help(about).conflicts_with_all(["from", "to"]),
        option("from", "DATE", "From this day on, in place of a period"),
        option("to", "DATE", "Until this day, it included"),
    ]
}

/// `--what-if FILTER --set FIELD=VALUE …`, as often as wanted, and `--what-if-win REF,…`.
fn assumptions(number: &'static Number, noun: &Noun) -> Vec<Arg> {
    if !number.what_if {
        return Vec::new();
    }
    vec![
        option("what-if", "FILTER", "As if the deals of it had what the --set behind it says (may be repeated); nothing is written")
            .action(ArgAction::Append)
            .add(Meaning::Filter(noun.name())),
        option("set", "FIELD=VALUE", "What the deals of the --what-if before it are assumed to have (may be repeated)")
            .action(ArgAction::Append)
            .add(Meaning::Assignment(noun.name())),
        option("what-if-win", "REF,…", "As if these deals were won today; nothing is written")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .add(Meaning::Ref(Some(noun.name()))),
    ]
}

fn own(declared: &'static Opt) -> Arg {
    match declared.value {
        Some(value) => option(declared.name, value, declared.about),
        None => flag(declared.name, declared.about),
    }
}
