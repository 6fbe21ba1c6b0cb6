//! Verbs of few nouns, and the actions.

use clap::{Arg, ArgAction, Command};

use super::args::{as_of, examples, filter, one_ref, option, refs, words};
use super::flags::Meaning;
use crate::actions::{Action, ArgKind, Refs, Takes};
use crate::entity::{Kind, Noun, Target};

pub(super) fn board(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(filter(noun))
        .arg(
            option("pipeline", "PIPELINE", "This pipeline alone")
                .add(Meaning::Ref(Some("pipeline"))),
        )
        .arg(as_of());
    let lines = [
        "deal board",
        "deal board owner:me --pipeline Sales",
        "deal board --as-of 2026-06-30",
        "deal board -o csv",
    ];
    examples(command, &lines).long_about(
        "Show the stages with their deals, counts and sums\n\n\
         A column a stage: how many deals, the sum of their amounts in each currency, and the\n\
         weighted sum: of each deal its amount times its chance, rounded half to even to the minor\n\
         unit. A deal longer in its stage than the stage's stale_days bears a `!`. The largest deals\n\
         come first, as many as fit; `-o json` has all of them, `-o csv` a row a stage and currency.",
    )
}

pub(super) fn view_save(command: Command, noun: &Noun) -> Command {
    let _ = noun;
    let command = command
        .arg(Arg::new("name").value_name("NAME").required(true).help("Used as @NAME in filters"))
        .arg(
            Arg::new("noun")
                .value_name("NOUN")
                .required(true)
                .help("What it lists")
                .add(Meaning::Noun),
        )
        .arg(words("filter", "FILTER", "Which ones; see `rolo help filter`"))
        .arg(option("columns", "A,B,…", "Fields to show"))
        .arg(option("sort", "A,B,…", "Fields to sort by"));
    examples(
        command,
        &[
            "view save hot deal is:open 'amount>10k' --sort -amount",
            "view save fresh lead status:new --columns id,name,email",
        ],
    )
}

pub(super) fn field_add(command: Command, _: &Noun) -> Command {
    let command = command
        .arg(
            Arg::new("noun")
                .value_name("NOUN")
                .required(true)
                .help("The noun that gets it")
                .add(Meaning::Noun),
        )
        .arg(Arg::new("name").value_name("NAME").required(true).help("What people call it"))
        .arg(
            option("kind", "KIND", "text (if not said), longtext, email, phone, url, int, decimal, money, percent, date, datetime, due, duration, bool, choice or link"),
        )
        .arg(
            option("choices", "A,B,…", "Words of a choice, or the noun of a link")
                .value_delimiter(',')
                .action(ArgAction::Append),
        );
    examples(
        command,
        &[
            "field add contact \"Contract no\"",
            "field add deal Region --kind choice --choices north,south",
        ],
    )
}

pub(super) fn action_args(mut command: Command, noun: &Noun, action: &'static Action) -> Command {
    command = command.arg(match action.refs {
        Refs::One => one_ref(Some(noun.name())),
        // Several REFs end where what follows them begins; only who types knows which comes next.
        Refs::Many => match followed_by(noun, action) {
            Some(to) => refs(Some(noun.name())).required(true).add(Meaning::RefOr(noun.name(), to)),
            None => refs(Some(noun.name())).required(true),
        },
    });
    for declared in action.args {
        command = command.arg(action_arg(noun, declared));
    }
    examples(command, action.examples)
}

/// The noun of the record that an action names behind its REFs: the stage of `deal move`.
fn followed_by(noun: &Noun, action: &'static Action) -> Option<&'static str> {
    let kind =
        action.args.iter().find(|a| a.kind == ArgKind::Positional).map(|a| match a.takes {
            Takes::Field(name) => noun.find(name).map_or(Kind::Text, |named| named.field.kind),
            Takes::Kind(kind, _) => kind,
        })?;
    match kind {
        Kind::Link(Target::One(to)) => Some(to.name),
        _ => None,
    }
}

pub(super) fn action_arg(noun: &Noun, declared: &'static crate::actions::Arg) -> Arg {
    let arg = Arg::new(declared.name).help(declared.about);
    let (kind, value, meaning) = match declared.takes {
        Takes::Field(name) => {
            let field = noun.find(name).map(|named| named.field);
            let kind = field.map_or(Kind::Text, |f| f.kind);
            (kind, kind.placeholder(), Some(Meaning::Field(noun.name(), name)))
        }
        Takes::Kind(kind, value) => (kind, value.to_owned(), None),
    };
    let meaning = match kind {
        Kind::Link(Target::One(to)) => Some(Meaning::Ref(Some(to.name))),
        _ => meaning,
    };
    let arg = match meaning {
        Some(meaning) => arg.add(meaning),
        None => arg,
    };
    match declared.kind {
        ArgKind::Positional => arg.value_name(declared.name.to_uppercase()).required(true),
        ArgKind::Last => arg.value_name(declared.name.to_uppercase()),
        ArgKind::Option { required } => arg
            .long(declared.name)
            .value_name(value)
            .num_args(1)
            .allow_hyphen_values(true)
            .required(required),
        ArgKind::Flag => arg.long(declared.name).action(ArgAction::SetTrue),
    }
}
