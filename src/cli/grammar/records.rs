//! The verbs that every noun has, with their arguments.

use clap::{Arg, ArgAction, Command, ValueHint, value_parser};

use super::args::{
    as_of, columns, condition, create_links, examples, file, filter, flag, force, formats, limit,
    one_ref, option, refs, set, sort,
};
use super::examples::sample;
use super::flags::{self, Meaning, Use, id_of};
use crate::entity::Noun;

pub(super) fn add(command: Command, noun: &Noun) -> Command {
    let label = noun.entity.label();
    let command = command
        .arg(
            Arg::new("label")
                .value_name(label.name.to_uppercase())
                .help(label.about)
                .conflicts_with(id_of(label.name)),
        )
        .args(flags::of_fields(noun, Use::Add, &[]))
        .arg(set(noun))
        .arg(create_links());
    examples(command, &[format!("{} add {}", noun.name(), sample(noun).add)])
}

pub(super) fn list(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(filter(noun))
        .arg(columns(noun))
        .arg(sort(noun))
        .arg(limit())
        .arg(flag("count", "The number of records alone"))
        .arg(as_of());
    let (name, sample) = (noun.name(), sample(noun));
    examples(
        command,
        &[
            format!("{name} list"),
            format!("{name} list {} --sort -created --limit 20", sample.filter),
            format!("{name} list {} --count", sample.filter),
        ],
    )
}

pub(super) fn show(command: Command, noun: &Noun) -> Command {
    let command = command.arg(refs(Some(noun.name())).required(true));
    examples(
        command,
        &[format!("{} show 42", noun.name()), format!("{} show 42 -o json", noun.name())],
    )
}

pub(super) fn edit(command: Command, noun: &Noun) -> Command {
    let many = |id, value, help| option(id, value, help).action(ArgAction::Append);
    let command = command
        .arg(refs(Some(noun.name())).required_unless_present("where"))
        .arg(condition(noun))
        .args(flags::of_fields(noun, Use::Edit, &[]))
        .arg(many("tag", "TAG", "Add a tag (may be repeated)").add(Meaning::Tag))
        .arg(many("untag", "TAG", "Take a tag off (may be repeated)").add(Meaning::Tag))
        .arg(
            many("clear", "FIELD", "Empty a field (may be repeated)")
                .add(Meaning::FieldName(noun.name())),
        )
        .arg(
            many("add", "FIELD=VALUE", "Add a value to a list (may be repeated)")
                .add(Meaning::Assignment(noun.name())),
        )
        .arg(
            many("remove", "FIELD=VALUE", "Take a value off a list (may be repeated)")
                .add(Meaning::Assignment(noun.name())),
        )
        .arg(set(noun))
        .arg(create_links());
    let (name, sample) = (noun.name(), sample(noun));
    examples(
        command,
        &[
            format!("{name} edit 42 {}", sample.edit),
            format!("{name} edit --where '{}' --tag checked", sample.filter),
            format!("{name} edit 42"),
        ],
    )
}

pub(super) fn rm(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(refs(Some(noun.name())).required_unless_present("where"))
        .arg(condition(noun))
        .arg(flag("purge", "Erase for good; can't be undone, always asks"));
    let name = noun.name();
    let mut lines = vec![
        format!("{name} rm 42"),
        format!("{name} rm --where '{}' --dry-run", sample(noun).filter),
        format!("{name} rm 42 --purge"),
    ];
    if !crate::actions::holds_deals(name) {
        return examples(command, &lines);
    }
    lines
        .push(format!("{name} rm 42 --to {}", if name == "stage" { "Qualified" } else { "Sales" }));
    let value = if name == "stage" { "STAGE" } else { "PIPELINE" };
    let to = option("to", value, "Where its deals go; asked for at a terminal")
        .add(Meaning::Ref(Some(noun.name())));
    examples(command.arg(to), &lines)
}

pub(super) fn restore(command: Command, noun: &Noun) -> Command {
    let command = command.arg(refs(Some(noun.name())).required(true));
    examples(command, &[format!("{} restore 42", noun.name())])
}

pub(super) fn history(command: Command, noun: &Noun) -> Command {
    let command = command.arg(one_ref(Some(noun.name()))).arg(values());
    let name = noun.name();
    examples(command, &[format!("{name} history 42"), format!("{name} history 42 --values")])
}

pub(super) fn values() -> Arg {
    flag("values", "Each value it has now, and the change or import that brought it")
}

pub(super) fn log_of(command: Command, noun: &Noun) -> Command {
    log(command, Some(noun.name()), &[])
}

/// `log KIND REF TEXT` with the flags that the fields of an activity give.
pub(super) fn log(command: Command, noun: Option<&'static str>, activity: &[Arg]) -> Command {
    let command = command
        .arg(
            Arg::new("kind")
                .value_name("KIND")
                .required(true)
                .help("What happened: call, mail, meeting, note, sms, chat, visit, …")
                .add(Meaning::Field("activity", "kind")),
        )
        .arg(one_ref(noun))
        .arg(Arg::new("text").value_name("TEXT").required(true).help("What was said or done"));
    let command =
        if activity.is_empty() { command.args(happening()) } else { command.args(activity) };
    let prefix = noun.map_or(String::new(), |n| format!("{n} "));
    let at = if noun.is_some() { "42" } else { "deal:42" };
    examples(
        command,
        &[
            format!("{prefix}log call {at} \"wants a second offer\""),
            format!(
                "{prefix}log meeting {at} \"kick-off\" --at \"yesterday 15:00\" --duration 1h30m"
            ),
        ],
    )
}

/// What may be said about something that happened besides its kind, its records and its text.
pub(super) fn happening() -> [Arg; 4] {
    let of = |field: &'static str, value: &'static str, help: &'static str| {
        Arg::new(id_of(field))
            .long(field)
            .value_name(value)
            .num_args(1)
            .allow_hyphen_values(true)
            .help(help)
            .add(Meaning::Field("activity", field))
    };
    [
        of("at", "DATETIME", "When it happened, if not now"),
        of("direction", "WORD", "in, out or inside"),
        of("duration", "DURATION", "How long it took"),
        of("outcome", "WORD", "What came of it"),
    ]
}

pub(super) fn note_of(command: Command, noun: &Noun) -> Command {
    note(command, Some(noun.name()))
}

pub(super) fn note(command: Command, noun: Option<&'static str>) -> Command {
    let command = command
        .arg(one_ref(noun))
        .arg(Arg::new("text").value_name("TEXT").required(true).help("The note, in Markdown"));
    let prefix = noun.map_or(String::new(), |n| format!("{n} "));
    let at = if noun.is_some() { "42" } else { "deal:42" };
    examples(command, &[format!("{prefix}note {at} \"prefers to be called in the morning\"")])
}

/// The options of an import; the noun is the one that is named, if any.
pub(super) fn import_options(command: Command, noun: Option<&Noun>) -> Command {
    let key = option("key", "FIELD", "The field that finds records that are there already");
    command
        .arg(option("format", "FORMAT", "If the data don't tell it").value_parser(formats()))
        .arg(option("delimiter", "CHAR", "Between cells, if the data don't tell it; `tab` too"))
        .arg(
            option("quotes", "HOW", "How quotes stand in cells, if the data don't tell it")
                .value_parser(["doubled", "backslash", "apostrophe", "none"]),
        )
        .arg(option("encoding", "NAME", "Of its text, if the data don't tell it: `windows-1251`"))
        .arg(
            option("date-order", "ORDER", "Of 03/04/2026, if the data don't tell it")
                .value_parser(["dmy", "mdy", "ymd"]),
        )
        .arg(
            option("decimal", "MARK", "Before decimals (1,234), if the data don't tell it")
                .value_parser([".", ",", "point", "comma"]),
        )
        .arg(
            option("excel-dates", "YEAR", "Whole numbers in dates are days of a spreadsheet")
                .value_parser(["1900", "1904"]),
        )
        .arg(
            option(
                "percent-of",
                "WHOLE",
                "Of percents, if the data don't tell it: 1 (0.9 is 90 %)",
            )
            .value_parser(["1", "100"]),
        )
        .arg(
            option("empty", "WORD", "A cell that means an empty one, in place of the usual words")
                .action(ArgAction::Append),
        )
        .arg(option("yes-word", "WORD", "One more word for yes").action(ArgAction::Append))
        .arg(option("no-word", "WORD", "One more word for no").action(ArgAction::Append))
        .arg(
            option("map", "HEADER=FIELD", "Where a column goes (may be repeated)")
                .action(ArgAction::Append),
        )
        .arg(
            option("preset", "NAME", "Whose file it is; see `rolo import --list-presets`")
                .add(Meaning::Preset),
        )
        .arg(option(
            "save-map",
            "NAME",
            "Keep the mapping and the options, to be used by --preset NAME",
        ))
        .arg(match noun {
            Some(noun) => key.add(Meaning::FieldName(noun.name())),
            None => key,
        })
        .arg(
            option("on-match", "WHAT", "What to do with a record that is there already")
                .value_parser(["update", "fill", "skip", "create", "fail"]),
        )
        .arg(flag("keep-extra", "Make custom fields of the columns left over"))
        .arg(flag("no-create-links", "Refuse links to records that don't exist"))
        .arg(flag("revive", "Bring records back from the trash that rows mean"))
        .arg(
            option("rejects", "FILE", "Take the good rows in and write the bad ones there")
                .value_parser(value_parser!(std::path::PathBuf))
                .value_hint(ValueHint::FilePath),
        )
        .arg(force("Write over a file of rejects that exists").requires("rejects"))
}

pub(super) fn import(command: Command, noun: &Noun) -> Command {
    let command = command.arg(file("FILE|-", "The file; `-` is standard input"));
    let command = import_options(command, Some(noun));
    let command = if noun.fields.iter().any(|f| f.trail.is_some()) {
        command.arg(
            option(
                "stage-kind",
                "STAGE=KIND",
                "Whether a stage that the file names means open, won or lost (may be repeated)",
            )
            .action(ArgAction::Append),
        )
    } else {
        command
    };
    let name = noun.name();
    examples(
        command,
        &[
            format!("{name} import {}.csv --dry-run", noun.entity.plural),
            format!(
                "{name} import {}.csv --map 'Remarks={}'",
                noun.entity.plural,
                noun.entity.label().name
            ),
            format!("{name} import - --format jsonl --on-match fill"),
            format!("{name} import {}.csv --rejects bad.csv", noun.entity.plural),
        ],
    )
}

pub(super) fn export(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(filter(noun))
        .arg(
            option("format", "FORMAT", "If the name of the file doesn't tell it")
                .value_parser(formats()),
        )
        .arg(columns(noun))
        .arg(
            option("out", "FILE", "The file to write, in place of standard output")
                .value_parser(value_parser!(std::path::PathBuf))
                .value_hint(ValueHint::FilePath),
        )
        .arg(force("Write over a file that exists"))
        .arg(flag("raw", "Without the `'` that keeps spreadsheets from running a cell"));
    let (name, plural) = (noun.name(), noun.entity.plural);
    examples(
        command,
        &[
            format!("{name} export --out {plural}.csv"),
            format!("{name} export {} --format jsonl", sample(noun).filter),
        ],
    )
}
