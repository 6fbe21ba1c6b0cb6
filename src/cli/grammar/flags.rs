//! The flags of fields, made from the declarations.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Write;

use clap::builder::ArgExt;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::entity::{Field, Kind, Noun};
use crate::error::{Error, Result};

/// What an argument means, for completion: `arg.get::<Meaning>()` on the whole tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A REF to a record of this noun; without one, a typed ref to any.
    Ref(Option<&'static str>),
    /// A REF to a record of this noun, or what may follow it: a REF to one of that noun.
    RefOr(&'static str, &'static str),
    /// A value of a field, as (noun, field).
    Field(&'static str, &'static str),
    /// The name of a field of this noun.
    FieldName(&'static str),
    /// `FIELD=VALUE` of this noun.
    Assignment(&'static str),
    /// Columns of this noun, joined by commas.
    Columns(&'static str),
    /// Columns of this noun, each perhaps after a minus, joined by commas.
    Sort(&'static str),
    /// A filter over this noun.
    Filter(&'static str),
    Tag,
    /// The name of a noun.
    Noun,
    /// A help topic, a noun or a command.
    Topic,
    /// A man page.
    Page,
    /// A key of the config.
    ConfigKey,
    /// A macro of the config.
    Macro,
    /// A preset of imports.
    Preset,
}

impl ArgExt for Meaning {}

/// Words of verbs' own options; together with the global ones no field may bear them.
pub const RESERVED: &[&str] = &[
    "set",
    "create-links",
    "columns",
    "sort",
    "limit",
    "count",
    "as-of",
    "where",
    "clear",
    "above",
    "auto",
    "review",
    "list",
    "take",
    "tag",
    "untag",
    "add",
    "remove",
    "purge",
    "format",
    "map",
    "key",
    "on-match",
    "keep-extra",
    "no-create-links",
    "date-order",
    "decimal",
    "stage-kind",
    "delimiter",
    "quotes",
    "empty",
    "encoding",
    "excel-dates",
    "percent-of",
    "no-word",
    "yes-word",
    "raw",
    "out",
    "force",
    "preset",
    "save-map",
    "list-presets",
    "rejects",
    "revive",
    "values",
    "help",
    "version",
];

/// Whether flags fill a new record or change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Add,
    Edit,
    /// A new record whose label is no argument of its own.
    Log,
}

/// The id of a field's argument. The prefix keeps it apart from the verb's own.
pub(super) fn id_of(name: &str) -> String {
    format!("field.{name}")
}

/// Whether a field has a flag of its own. Custom fields have none, so that no flag needs a database.
pub(super) fn has_flag(field: &Field) -> bool {
    field.is_settable() && !field.quiet && !field.custom
}

/// The flags of a noun's fields but the left-out ones.
pub(super) fn of_fields(noun: &Noun, used: Use, left_out: &[&str]) -> Vec<Arg> {
    let fields = || noun.fields.iter().filter(|f| has_flag(f) && !left_out.contains(&f.name));
    let mut taken: HashSet<String> = fields().map(|f| flag_of(f, used)).collect();
    taken.extend(RESERVED.iter().map(ToString::to_string));
    fields().flat_map(|field| args_of(noun, field, used, &mut taken)).collect()
}

/// The long name of a field's flag: one tag at a time where a record is new, all of them where
/// `--tag` adds to those that are there.
fn flag_of(field: &Field, used: Use) -> String {
    match (field.kind, used) {
        (Kind::Tags, Use::Add | Use::Log) => "tag".into(),
        _ => field.flag(),
    }
}

fn args_of(noun: &Noun, field: &'static Field, used: Use, taken: &mut HashSet<String>) -> Vec<Arg> {
    let long = flag_of(field, used);
    let shown: Vec<String> =
        [field.name.replace('_', "-")].into_iter().filter(|n| taken.insert(n.clone())).collect();
    let mut hidden = Vec::new();
    let spelt = std::iter::once(field.name).chain(field.one).chain(field.aliases.iter().copied());
    for name in spelt {
        for name in [name.replace('_', "-"), name.to_owned()] {
            if name != long && taken.insert(name.clone()) {
                hidden.push(name);
            }
        }
    }
    let arg = Arg::new(id_of(field.name))
        .long(long.clone())
        .visible_aliases(shown)
        .aliases(hidden)
        .value_name(placeholder(field))
        .help(about(noun, field, used))
        .help_heading("Fields")
        // A deed is refused with its verb named, so it is understood but not offered.
        .hide(used == Use::Edit && field.deed.is_some())
        .action(if field.kind.is_many() { ArgAction::Append } else { ArgAction::Set })
        .add(Meaning::Field(noun.name(), field.name));
    let arg = if field.kind == Kind::Bool {
        arg.num_args(0..=1).default_missing_value("yes")
    } else {
        arg.num_args(1).allow_hyphen_values(true)
    };
    let mut args = vec![arg];
    if field.kind == Kind::Money {
        let currency = Arg::new(id_of(&format!("{}_currency", field.name)))
            .long(format!("{long}-currency"))
            .alias(format!("{}_currency", field.name))
            .value_name("CODE")
            .num_args(1)
            .help(format!("Currency of `--{long}`, if the amount doesn't name it"))
            .help_heading("Fields")
            .hide(true);
        args.push(currency);
    }
    args
}

fn placeholder(field: &Field) -> String {
    match field.kind {
        Kind::Bool => "YES|NO".into(),
        Kind::Longtext => "TEXT".into(),
        _ => field.kind.placeholder(),
    }
}

/// The help of a flag: what the field is, and its words where the sentence doesn't name them.
fn about(noun: &Noun, field: &Field, used: Use) -> String {
    let mut about = field.about.to_owned();
    let is_label = std::ptr::eq(field, noun.entity.label());
    if is_label && used == Use::Add {
        return format!("The same as {}", field.name.to_uppercase());
    }
    if let Kind::Choice(choices) | Kind::Words(choices) | Kind::Links(_, Some(choices)) = field.kind
    {
        let words: Vec<&str> = choices.words.iter().map(|w| w.word).collect();
        if words.last().is_some_and(|last| !about.contains(last)) {
            let _ =
                write!(about, " [{}{}]", words.join(", "), if choices.open { ", …" } else { "" });
        }
    }
    if field.required && used != Use::Edit && field.default == crate::entity::Default::Nothing {
        about.push_str(" (required)");
    }
    if field.kind.is_many() {
        about.push_str(" (may be repeated)");
    }
    about
}

/// `edit` refuses what a verb of its own changes.
///
/// # Errors
/// A flag of such a field was typed; the hint names its verb.
pub(super) fn refuse_deeds(matches: &ArgMatches, noun: &Noun) -> Result<()> {
    let is_typed = |f: &&&Field| {
        matches!(matches.try_contains_id(&id_of(f.name)), Ok(true)) && f.deed.is_some()
    };
    match noun.fields.iter().find(is_typed) {
        Some(field) => Err(deed_refusal(field)),
        None => Ok(()),
    }
}

/// What `edit` says of a field that it doesn't change.
pub(in crate::cli) fn deed_refusal(field: &Field) -> Error {
    let deed = field.deed.unwrap_or_default();
    let hint = if field.dated {
        format!("it is kept by itself, and `rolo {deed}` adds to it; a file brings its own")
    } else {
        format!("it has a verb of its own: `rolo {deed}`; see `rolo {deed} --help`")
    };
    Error::usage(format!("`{}` is not changed by `edit`", field.name)).hint(hint)
}

/// A bool's flag without a word for yes or no behind it becomes `--flag=yes`, so that a label may
/// follow: `event add --all-day "Fair"`.
pub(super) fn spell_out_bools(args: &[OsString], leaf: &Command) -> Vec<OsString> {
    let bools: Vec<&str> = leaf
        .get_arguments()
        .filter(|a| a.get_num_args().is_some_and(|n| n.takes_values() && n.min_values() == 0))
        // `--explain` may stand alone too, but is followed by any word.
        .filter(|a| !a.is_positional() && a.get_id() != "explain")
        .flat_map(|a| a.get_long().into_iter().chain(a.get_all_aliases().unwrap_or_default()))
        .collect();
    if bools.is_empty() {
        return args.to_vec();
    }
    let mut out = Vec::with_capacity(args.len());
    let mut behind = args.iter().skip(1);
    for arg in args {
        let next = behind.next().and_then(|a| a.to_str()).unwrap_or_default();
        let is_bool = arg
            .to_str()
            .and_then(|a| a.strip_prefix("--"))
            .is_some_and(|name| bools.contains(&name));
        if is_bool && !is_yes_or_no(next) {
            let mut spelt = arg.clone();
            spelt.push("=yes");
            out.push(spelt);
        } else {
            out.push(arg.clone());
        }
    }
    out
}

/// Whether a word can be the value of a bool.
fn is_yes_or_no(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "", "yes", "no", "y", "n", "true", "false", "1", "0", "on", "off", "x", "да", "нет", "не",
        "ja", "nein", "oui", "non", "sí", "si",
    ];
    WORDS.contains(&word.to_lowercase().as_str())
}
