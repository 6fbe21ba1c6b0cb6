//! Verbs of few nouns, and the actions.

use clap::{Arg, ArgAction, Command};

use super::args::{
    as_of, condition, create_links, every, examples, file, filter, flag, force, limit, one_ref,
    option, refs, set, words,
};
use super::examples::sample;
use super::flags::{self, Meaning};
use super::records::import;
use crate::actions::{Action, ArgKind, Refs, Takes};
use crate::entity::{Kind, Noun, Target};
use crate::reports::attainment;

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
         A column a stage: how many deals, the sum of their amounts in each currency, and the \
         weighted sum: of each deal its amount times its chance, rounded half to even to the \
         smallest unit. A deal longer in its stage than the stage's stale_days bears a `!`. The \
         largest deals come first, as many as fit; `-o json` has all of them, `-o csv` a row a \
         stage and currency.",
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
        )
        .arg(
            option("tag", "TAG", "Tag of the field itself (may be repeated)")
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

pub(super) fn duplicates(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(filter(noun))
        .arg(
            option("above", "SCORE", "Of at least this score, from 0 to 1 (0.6; with --auto 0.95)")
                .value_parser(score),
        )
        .arg(flag("auto", "Merge what is sure enough, all in one change; asks first"))
        .arg(
            flag("review", "Ask about one pair after the other, as on a terminal")
                .conflicts_with("auto"),
        )
        .arg(flag("list", "List them on a terminal too").conflicts_with_all(["auto", "review"]))
        .arg(limit().conflicts_with("auto"));
    let (name, sample) = (noun.name(), sample(noun));
    examples(
        command,
        &[
            format!("{name} duplicates"),
            format!("{name} duplicates {} --above 0.8 -o json", sample.filter),
            format!("{name} duplicates --auto --above 0.95 --dry-run"),
        ],
    )
}

/// A score of doubles.
fn score(text: &str) -> Result<f64, String> {
    let score: f64 = text.trim().parse().map_err(|_| format!("`{text}` is not a number"))?;
    if (0.0..=1.0).contains(&score) {
        return Ok(score);
    }
    Err(format!("`{text}` is not from 0 to 1"))
}

pub(super) fn merge(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(
            Arg::new("keep")
                .value_name("KEEP")
                .required(true)
                .help("The record that stays; see `rolo help refs`")
                .add(Meaning::Ref(Some(noun.name()))),
        )
        .arg(
            words("other", "OTHER", "Records that go into it; their ids and uids lead to it then")
                .required(true)
                .add(Meaning::Ref(Some(noun.name()))),
        )
        .arg(
            option("take", "FIELD[=REF]", "Where both have a value, that of the others, or of this one of them (may be repeated)")
                .action(ArgAction::Append)
                .add(Meaning::FieldName(noun.name())),
        );
    let name = noun.name();
    examples(
        command,
        &[
            format!("{name} merge 42 43"),
            format!("{name} merge 42 43 44 --take name --take city=44 --dry-run"),
        ],
    )
}

pub(super) fn unmerge(command: Command, noun: &Noun) -> Command {
    let command = command.arg(refs(Some(noun.name())).required(true));
    examples(command, &[format!("{} unmerge 43", noun.name())])
}

pub(super) fn lead_intake(command: Command, _: &Noun) -> Command {
    let command = command.arg(
        option("source", "WORD", "Where they come from, if the data don't say it")
            .add(Meaning::Field("lead", "source")),
    );
    examples(command, &["lead intake", "lead intake --source web -o json"])
}

pub(super) fn lead_score(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(refs(Some(noun.name())))
        .arg(condition(noun))
        .arg(flag("explain", "Show the points of each rule, and write nothing"));
    examples(
        command,
        &["lead score", "lead score --explain 42", "lead score --where 'source:web' --yes"],
    )
}

pub(super) fn lead_response(command: Command, noun: &Noun) -> Command {
    let command = command.arg(refs(Some(noun.name()))).arg(condition(noun)).arg(flag(
        "explain",
        "Show the policy, and the times that count until the answer is due and came",
    ));
    examples(
        command,
        &["lead response", "lead response --explain 42", "lead response --where is:answered_late"],
    )
}

pub(super) fn territory_apply(command: Command, _: &Noun) -> Command {
    let command =
        command.arg(flag("all", "Also those that are in a territory already, by hand or by rule"));
    examples(command, &["territory apply --dry-run", "territory apply --all"])
}

pub(super) fn quota_attainment(command: Command, noun: &Noun) -> Command {
    let command = command.arg(filter(noun)).arg(as_of()).arg(
        option("explain", "REF", "List the deals behind the figure of a quota, or of all of them")
            .num_args(0..=1)
            .default_missing_value("")
            .allow_hyphen_values(false)
            .add(Meaning::Ref(Some("quota"))),
    );
    let [about, definition, source] = attainment::TOLD;
    examples(
        command.long_about(format!("{about}\n\n{definition}\n\nSource: {source}")),
        &[
            "quota attainment period:2026-Q4",
            "quota attainment user:me -o json",
            "quota attainment --explain 3",
            "quota attainment period:2026-Q4 --explain",
            "quota attainment period:2026-Q4 --as-of 2026-10-31",
        ],
    )
}

pub(super) fn deal_handover(command: Command, noun: &Noun) -> Command {
    let command = command
        .arg(refs(Some(noun.name())).required(true))
        .arg(
            option("partner", "COMPANY", "Who gets them; becomes their partner")
                .required(true)
                .add(Meaning::Ref(Some("company"))),
        )
        .arg(
            option("out", "FILE", "The file to write, in place of standard output")
                .value_parser(clap::value_parser!(std::path::PathBuf))
                .value_hint(clap::ValueHint::FilePath),
        )
        .arg(force("Write over a file that exists"));
    examples(command, &["deal handover 42 --partner \"Acme GmbH\" --out spring-order.json"])
}

pub(super) fn deal_register(command: Command, _: &Noun) -> Command {
    let command = command
        .arg(file("FILE|-", "The file that `deal handover` wrote; `-` is standard input"))
        .arg(
            option(
                "pipeline",
                "PIPELINE",
                "Where new deals go, if not to a stage of the same name",
            )
            .add(Meaning::Ref(Some("pipeline"))),
        );
    examples(command, &["deal register spring-order.json", "deal register - --pipeline Partners"])
}

pub(super) fn tree(command: Command, noun: &Noun) -> Command {
    let name = noun.name();
    let link = noun.fields.iter().find(|f| f.no_loop).map_or("", |f| f.name);
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let lines =
        [format!("{name} tree"), format!("{name} tree 42"), format!("{name} tree 42 -o csv")];
    let command = command.arg(
        one_ref(Some(noun.name())).required(false).help("The record; all trees if none is named"),
    );
    examples(command, &lines).long_about(format!(
        "{about}\n\n\
         By {link}: of a REF those above it and all below it, else every tree that there is. \
         `-o json` and `-o csv` have a row for each, behind the one above it, with its depth \
         (0 at the top) and its {link}."
    ))
}

pub(super) fn rate_add(command: Command, noun: &Noun) -> Command {
    let of = |name: &'static str, about: &'static str| {
        Arg::new(name).value_name(name.to_uppercase()).allow_negative_numbers(true).help(about)
    };
    let command = command
        .arg(of("base", "The currency of which one unit is taken"))
        .arg(of("quote", "The currency that it is worth so much of"))
        .arg(of("rate", "So much of QUOTE is one unit of BASE"))
        .arg(option("on", "DATE", "The day from which on it counts, if not today"))
        .args(flags::of_fields(noun, flags::Use::Add, &["name", "base", "quote", "rate", "date"]))
        .arg(set(noun))
        .arg(create_links());
    examples(
        command,
        &["rate add EUR USD 1.08", "rate add EUR JPY 162.4 --on 2026-11-20 --about ECB"],
    )
}

pub(super) fn rate_import(command: Command, noun: &Noun) -> Command {
    let base = option(
        "base",
        "CODE",
        "What the rates of a file are of that has a column for each currency",
    );
    import(command, noun).arg(base)
}

pub(super) fn rate_convert(command: Command, _: &Noun) -> Command {
    let command = command
        .arg(
            Arg::new("amount")
                .value_name("AMOUNT")
                .required(true)
                .allow_hyphen_values(true)
                .help("An amount with its currency: `12k USD`"),
        )
        .arg(
            Arg::new("currency")
                .value_name("CURRENCY")
                .help("The other currency, if not the config's `report_currency`"),
        )
        .arg(option("on", "DATE", "With the rates of this day or before, if not today's"));
    examples(command, &["rate convert \"12k USD\" EUR", "rate convert 100EUR JPY --on eom"])
}

pub(super) fn action_args(mut command: Command, noun: &Noun, action: &'static Action) -> Command {
    command = command.arg(match action.refs {
        Refs::One => one_ref(Some(noun.name())),
        // Several REFs end where what follows them begins; only who types knows which comes next.
        Refs::Many => match followed_by(noun, action) {
            Some(to) => refs(Some(noun.name())).required(true).add(Meaning::RefOr(noun.name(), to)),
            None if has_positional(action) => refs(Some(noun.name())).required(true),
            None => refs(Some(noun.name())).required_unless_present("where"),
        },
    });
    if action.refs == Refs::Many {
        let which = if has_positional(action) { every(noun) } else { condition(noun) };
        command = command.arg(which);
    }
    for declared in action.args {
        command = command.arg(action_arg(noun, declared));
    }
    examples(command, action.examples)
}

/// Whether something stands behind the REFs, so that they can't be left out.
pub(super) fn has_positional(action: &Action) -> bool {
    action.args.iter().any(|a| a.kind == ArgKind::Positional)
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
