//! Help pages: the program's, a noun's, a command's; plain text of at most 80 columns.

use std::fmt::Write;

use clap::Command;

use super::{TOPS, flags, noun_command, root as root_command, verbs};
use crate::cli::help;
use crate::cli::print::width::{pad, width, wrap};
use crate::entity::{Field, Kind, Model, Noun};

/// Columns of a page.
const PAGE: usize = 80;

/// The page of the whole program.
pub(super) fn root(model: &Model) -> String {
    let nouns = |setup: bool| {
        let some = model.nouns.iter().filter(move |n| n.entity.setup == setup);
        some.map(|n| (n.name().to_owned(), n.entity.about.to_owned())).collect::<Vec<_>>()
    };
    let commands: Vec<_> = TOPS.iter().map(|t| (t.name.to_owned(), t.about.to_owned())).collect();
    let topics: Vec<_> =
        help::TOPICS.iter().map(|t| (t.name.to_owned(), t.about.to_owned())).collect();
    let mut page = String::from(
        "The CRM for people who live in a terminal\n\n\
         Usage: rolo NOUN VERB [REF…|FILTER] [--FIELD VALUE …]\n       \
         rolo NOUN [FILTER]\n       rolo COMMAND …\n       \
         rolo [--plain]        the dashboard, on a terminal\n",
    );
    for (head, list) in [
        ("Records (`rolo NOUN --help` has their verbs and fields)", nouns(false)),
        ("Set up", nouns(true)),
        ("Commands", commands),
        ("Global options", global_options()),
        ("Topics (`rolo help TOPIC`)", topics),
    ] {
        let _ = write!(page, "\n{head}:\n{}", columns(&list));
    }
    page.push_str(
        "\nExamples:\n  rolo contact import people.csv\n  rolo deal add \"Spring order\" \
         --amount 12k --closes eom\n  rolo deal list is:open --sort -amount\n  rolo undo\n",
    );
    page
}

/// Global options as lines of help.
fn global_options() -> Vec<(String, String)> {
    let root = root_command();
    let options = root.get_arguments().map(|arg| {
        let short = arg.get_short().map_or("    ".into(), |s| format!("-{s}, "));
        let long = arg.get_long().unwrap_or_default();
        let value = arg.get_value_names().unwrap_or_default().first();
        let value = match value {
            Some(value) if arg.get_action().takes_values() => format!(" <{value}>"),
            _ => String::new(),
        };
        let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
        (format!("{short}--{long}{value}"), about)
    });
    let own = [("-h, --help", "Print help"), ("-V, --version", "Print version")];
    options.chain(own.map(|(o, a)| (o.to_owned(), a.to_owned()))).collect()
}

/// The page of a noun: its verbs, its fields, its named states.
pub(super) fn noun(noun: &Noun) -> String {
    let name = noun.name();
    let list = verbs::of(noun)
        .map(|shape| {
            let about = shape.named(noun).get_about().map(ToString::to_string);
            (shape.name().to_owned(), about.unwrap_or_default())
        })
        .collect::<Vec<_>>();
    let about = noun_command(noun).get_about().map(ToString::to_string).unwrap_or_default();
    format!(
        "{about}\n\nUsage: rolo {name} VERB …\n       rolo {name} [FILTER]\n\n\
         Verbs (`rolo {name} VERB --help`):\n{}\n{}",
        columns(&list),
        fields_and_states(noun),
    )
}

/// What filters, columns and files can name.
pub(in crate::cli) fn fields_and_states(noun: &Noun) -> String {
    let shown = noun.fields.iter().filter(|f| !f.custom && !f.quiet);
    let fields: Vec<_> = shown.map(|f| (f.name.to_owned(), field_line(f))).collect();
    let mut text = format!("Fields:\n{}", columns(&fields));
    let mut states: Vec<(String, String)> =
        noun.entity.states.iter().map(|s| (format!("is:{}", s.name), s.about.to_owned())).collect();
    states.push(("is:trashed".into(), "lies in the trash".into()));
    if noun.find("owner").is_some() {
        states.push(("is:mine".into(), "its owner is you".into()));
    }
    let _ = write!(text, "\nNamed states for filters:\n{}", columns(&states));
    text
}

fn field_line(field: &Field) -> String {
    let mut line = field.about.to_owned();
    let mut marks = vec![kind_word(&field.kind)];
    if field.required {
        marks.push("required".into());
    }
    if field.computed.is_some() {
        marks.push("computed".into());
    }
    if let Some(deed) = field.deed {
        marks.push(format!("changed by `{deed}`"));
    }
    if flags::has_flag(field) && !field.aliases.is_empty() {
        marks.push(format!("also {}", field.aliases.join(", ")));
    }
    let _ = write!(line, " ({})", marks.join("; "));
    line
}

fn kind_word(kind: &Kind) -> String {
    match kind {
        Kind::Link(to) | Kind::Links(to, _) => match to.one() {
            Some(entity) if kind.is_many() => format!("links to {}", entity.plural),
            Some(entity) => format!("link to {}", entity.name),
            None if kind.is_many() => "links to records".into(),
            None => "link to a record".into(),
        },
        Kind::List(item) => format!("list of {}", item.name()),
        other => other.name().into(),
    }
}

/// The page of a command.
pub(super) fn command(command: Command, path: &str) -> String {
    command.bin_name(path).render_help().to_string()
}

/// Names and what they are, in two columns within the page.
pub(in crate::cli) fn columns(list: &[(String, String)]) -> String {
    let widest = list.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let mut text = String::new();
    for (name, about) in list {
        let mut lines = wrap(about, Some(PAGE - widest - 4)).into_iter();
        let first = lines.next().unwrap_or_default();
        text.push_str(format!("  {}  {first}", pad(name, widest, false)).trim_end());
        text.push('\n');
        for line in lines {
            let _ = writeln!(text, "{}{line}", " ".repeat(widest + 4));
        }
    }
    text
}
