//! The commands that concern no single noun.

use clap::{Arg, ArgAction, Command, ValueHint, value_parser};

use super::args::{examples, file, flag, force, limit, one_ref, option, refs, words};
use super::flags::{self, Meaning, Use};
use super::numbers::number_args;
use super::records::{import_options, log, note, values};
use super::special::board;
use super::{dressed, with_hidden_globals};
use crate::entity::Model;
use crate::reports::NUMBERS;

/// A command, in the order of help.
pub struct Top {
    pub name: &'static str,
    pub about: &'static str,
    build: fn(Command, &Model) -> Command,
    examples: &'static [&'static str],
}

impl Top {
    pub(super) fn command(&self, model: &Model) -> Command {
        let command = dressed(Command::new(self.name)).about(self.about);
        let command = (self.build)(command, model);
        let command =
            if self.examples.is_empty() { command } else { examples(command, self.examples) };
        with_hidden_globals(command)
    }
}

const fn top(
    name: &'static str,
    about: &'static str,
    build: fn(Command, &Model) -> Command,
    examples: &'static [&'static str],
) -> Top {
    Top { name, about, build, examples }
}

pub(super) fn find(word: &str) -> Option<&'static Top> {
    TOPS.iter().find(|t| t.name == word)
}

/// A command that there is.
pub(super) fn must(word: &str) -> &'static Top {
    find(word).expect("the table holds this command")
}

/// Every command that concerns no single noun.
pub static TOPS: &[Top] = &[
    top(
        "search",
        "Look for words in all records, best first",
        |c, _| {
            c.arg(words("words", "WORDS", "Words, each perhaps only begun").required(true))
                .arg(limit())
        },
        &["search acme", "search ann lee --limit 5"],
    ),
    top(
        "agenda",
        "Show what is due, yours and nobody's: tasks, events, tickets, deals that close",
        agenda,
        &["agenda", "agenda --days 14 --team west"],
    ),
    top(
        "board",
        "Show the board of deals: on a terminal the dashboard's, elsewhere as `deal board`",
        |c, model| model.noun("deal").map_or(c.clone(), |deal| board(c, deal)),
        &[],
    ),
    top(
        "reports",
        "Show the numbers of the funnel: on a terminal the dashboard's charts, elsewhere as `deal \
         pipeline`",
        |c, model| model.noun("deal").map_or(c.clone(), |deal| number_args(c, deal, &NUMBERS[0])),
        &[],
    ),
    top("log", "Record something that happened with a record", log_any, &[]),
    top("note", "Record a note about a record", |c, _| note(c, None), &[]),
    top(
        "show",
        "Show everything about records of any noun",
        |c, _| c.arg(refs(None).required(true)),
        &["show deal:42", "show deal:42 contact:7"],
    ),
    top(
        "edit",
        "Change records of a noun, named by typed refs",
        edit,
        &["edit deal:42 --amount 15k", "edit deal:42 deal:43 --tag checked"],
    ),
    top(
        "rm",
        "Move records of any noun to the trash, or erase them for good",
        |c, _| {
            c.arg(refs(None).required(true))
                .arg(flag("purge", "Erase for good; can't be undone, always asks"))
        },
        &["rm deal:42", "rm deal:42 contact:7 --purge"],
    ),
    top(
        "restore",
        "Bring records of any noun back from the trash",
        |c, _| c.arg(refs(None).required(true)),
        &["restore deal:42"],
    ),
    top(
        "history",
        "Show who changed what of a record, and when",
        |c, _| c.arg(one_ref(None)).arg(values()),
        &["history deal:42", "history deal:42 --values"],
    ),
    top(
        "undo",
        "Take back your latest changes, or a certain one",
        undo,
        &["undo", "undo 3", "undo change:57", "undo --any --dry-run"],
    ),
    top("redo", "Take back your latest undo", |c, _| c, &["redo"]),
    top(
        "changes",
        "Show the latest changes, by whom",
        |c, _| c.arg(limit()),
        &["changes", "changes --limit 5 -o json"],
    ),
    top(
        "imports",
        "Show where records came from, or take an import back",
        imports,
        &["imports", "imports show 12", "imports undo 12"],
    ),
    top(
        "maps",
        "Show the mappings that imports keep, change or remove one",
        maps,
        &["maps", "maps show nightly", "maps rm nightly"],
    ),
    top(
        "batch",
        "Run a file of commands, one a line: all of them, or none",
        batch,
        &["batch commands.txt", "batch - --dry-run"],
    ),
    top(
        "macro",
        "Run a macro of the config for records, as one change; list them all",
        |c, _| {
            let name = Arg::new("name").value_name("NAME").help("See `rolo help config`");
            c.arg(name.add(Meaning::Macro)).arg(refs(None))
        },
        &["macro", "macro waiting ticket:42 ticket:43", "macro waiting ticket:42 --dry-run"],
    ),
    top(
        "import",
        "Read a file of any noun, which its columns tell",
        import,
        &[
            "import contacts.csv --dry-run",
            "import export.csv --preset outlook",
            "import --list-presets",
        ],
    ),
    top(
        "sql",
        "Ask the database in SQL, read-only, over the documented views",
        |c, _| {
            c.arg(Arg::new("query").value_name("QUERY").required(true).help("One SELECT")).arg(
                option("seconds", "N", "Stop a query that takes longer (no limit if not said)")
                    .value_parser(value_parser!(u64).range(1..=86_400)),
            )
        },
        &[
            "sql \"SELECT stage, count(*) FROM deals GROUP BY stage\"",
            "sql \"SELECT name, city FROM contacts LIMIT 10\" --seconds 5 -o json",
        ],
    ),
    top(
        "backup",
        "Write a copy of the database, also while others write",
        backup,
        &["backup rolo-backup.db"],
    ),
    top(
        "doctor",
        "Check the database: integrity, permissions, orphans, schema, derived columns",
        |c, _| c.arg(flag("mend", "Put right what can be put right")),
        &["doctor", "doctor --mend"],
    ),
    top(
        "config",
        "Show and change the config",
        config,
        &["config list", "config set user.handle ann", "config unset region"],
    ),
    top(
        "demo",
        "Make a database of invented records to play with",
        |c, _| c.arg(file("FILE", "The database to make; it must not exist")),
        &["demo demo.db", "--db demo.db deal board"],
    ),
    top("completions", "Print a shell's completion script", completions, &["completions bash"]),
    top(
        "man",
        "Print a manual page, or write all of them",
        man,
        &["man", "man deal", "man --dir man"],
    ),
    top(
        "help",
        "Explain a topic, a noun, or a command",
        |c, _| {
            c.arg(
                words(
                    "topic",
                    "TOPIC",
                    "A topic such as filter, or a noun, a verb of it, a command",
                )
                .add(Meaning::Topic),
            )
        },
        &["help", "help filter", "help deal move"],
    ),
];

fn agenda(command: Command, _: &Model) -> Command {
    command
        .arg(
            option("days", "N", "How many days ahead, today included")
                .value_parser(value_parser!(u32).range(1..=3_660)),
        )
        .arg(
            option("team", "TEAM", "What this team has to do, in place of you")
                .add(Meaning::Ref(Some("team"))),
        )
}

/// `log` with the flags of an activity's fields, but those that its arguments fill.
fn import(command: Command, _: &Model) -> Command {
    let listed = flag("list-presets", "Show the programs whose files are known, and kept mappings");
    let file = file("FILE|-", "The file; `-` is standard input")
        .required(false)
        .required_unless_present("list-presets");
    import_options(command.arg(file).arg(listed), None)
}

fn log_any(command: Command, model: &Model) -> Command {
    let flags = model.get("activity").map_or_else(Vec::new, |activity| {
        flags::of_fields(activity, Use::Log, &["kind", "body", "about", "files", "message_id"])
    });
    log(command, None, &flags)
}

/// `edit` where no typed ref tells the noun: what every record has.
fn edit(command: Command, _: &Model) -> Command {
    let many = |id, value, help| option(id, value, help).action(ArgAction::Append);
    command
        .arg(refs(None).required(true))
        .arg(many("tag", "TAG", "Add a tag (may be repeated)").add(Meaning::Tag))
        .arg(many("untag", "TAG", "Take a tag off (may be repeated)").add(Meaning::Tag))
        .arg(many("clear", "FIELD", "Empty a field (may be repeated)"))
        .arg(many("add", "FIELD=VALUE", "Add a value to a list (may be repeated)"))
        .arg(many("remove", "FIELD=VALUE", "Take a value off a list (may be repeated)"))
        .arg(many("set", "FIELD=VALUE", "Any field, as in a CSV cell (may be repeated)"))
        .arg(flag("create-links", "Make linked records that don't exist yet"))
}

fn undo(command: Command, _: &Model) -> Command {
    command
        .arg(
            Arg::new("what")
                .value_name("N|change:ID")
                .help("The last N changes (1 if not said), or a certain one; see `rolo changes`"),
        )
        .arg(option("change", "ID", "The same as change:ID").conflicts_with("what"))
        .arg(flag("any", "Whoever made them, not only you"))
}

fn imports(command: Command, _: &Model) -> Command {
    let sub = |name: &'static str, about: &'static str| {
        with_hidden_globals(dressed(Command::new(name)).about(about))
    };
    let id = || {
        Arg::new("id")
            .value_name("IMPORT")
            .value_parser(value_parser!(i64).range(1..))
            .help("Its number, as `rolo imports` shows it; the latest if not said")
    };
    command
        .subcommand_value_name("COMMAND")
        .subcommand(examples(
            sub("list", "Show the imports, newest first").arg(limit()),
            &["imports list --limit 5", "imports list -o json"],
        ))
        .subcommand(examples(
            sub("show", "Show an import: its file, what its columns meant, what it did").arg(id()),
            &["imports show", "imports show 12 -o json"],
        ))
        .subcommand(examples(
            sub("undo", "Take back all that an import did")
                .arg(id())
                .arg(flag("any", "Whoever made the latest, not only you")),
            &["imports undo 12", "imports undo 12 --dry-run"],
        ))
}

fn maps(command: Command, _: &Model) -> Command {
    let sub = |name: &'static str, about: &'static str| {
        with_hidden_globals(dressed(Command::new(name)).about(about))
    };
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help("As `--save-map` named it")
            .add(Meaning::Preset)
    };
    command
        .subcommand_value_name("COMMAND")
        .subcommand(examples(sub("list", "Show the kept mappings"), &["maps list -o json"]))
        .subcommand(examples(
            sub("show", "Show a mapping: its columns and options").arg(name()),
            &["maps show nightly", "maps show nightly -o json"],
        ))
        .subcommand(examples(
            sub("edit", "Change a mapping in your editor").arg(name()),
            &["maps edit nightly"],
        ))
        .subcommand(examples(
            sub("rm", "Remove a mapping").arg(name()),
            &["maps rm nightly", "maps rm nightly --dry-run"],
        ))
}

fn batch(command: Command, _: &Model) -> Command {
    command.arg(
        file("FILE|-", "The commands, without `rolo`; standard input if not said or `-`")
            .required(false),
    )
}

fn backup(command: Command, _: &Model) -> Command {
    command.arg(file("FILE", "The copy to write")).arg(force("Write over a file that exists"))
}

fn config(command: Command, _: &Model) -> Command {
    let key = || {
        Arg::new("key")
            .value_name("KEY")
            .required(true)
            .help("See `rolo help config`")
            .add(Meaning::ConfigKey)
    };
    let sub = |name: &'static str, about: &'static str| {
        with_hidden_globals(dressed(Command::new(name)).about(about))
    };
    command
        .subcommand_value_name("COMMAND")
        .subcommand(sub("list", "Show every key with its value"))
        .subcommand(sub("get", "Print the value of a key").arg(key()))
        .subcommand(
            sub("set", "Set a key").arg(key()).arg(
                Arg::new("value")
                    .value_name("VALUE")
                    .required(true)
                    .allow_hyphen_values(true)
                    .help("The value"),
            ),
        )
        .subcommand(sub("unset", "Take a key out of the file").arg(key()))
        .subcommand(sub("path", "Print where the file is"))
}

fn completions(command: Command, _: &Model) -> Command {
    command.arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(["bash", "elvish", "fish", "powershell", "zsh"])
            .help("The shell"),
    )
}

fn man(command: Command, _: &Model) -> Command {
    command
        .arg(
            Arg::new("page")
                .value_name("PAGE")
                .help("A noun, a command or a topic; the program's own page if not said")
                .add(Meaning::Page),
        )
        .arg(
            option("dir", "DIR", "Write all pages into this folder")
                .value_parser(value_parser!(std::path::PathBuf))
                .value_hint(ValueHint::DirPath)
                .conflicts_with("page"),
        )
}
