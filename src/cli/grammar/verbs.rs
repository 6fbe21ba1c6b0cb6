//! The verbs of nouns: those that every noun has, those of a few, and the actions.

use clap::Command;

use super::numbers::number_args;
use super::records::{
    add, edit, export, history, import, list, log_of, note_of, restore, rm, show,
};
use super::special::{
    action_args, board, deal_handover, deal_register, duplicates, field_add, has_positional,
    lead_intake, lead_response, lead_score, merge, quota_attainment, rate_add, rate_convert,
    rate_import, territory_apply, tree, unmerge, view_save,
};
use super::{dressed, with_hidden_globals};
use crate::actions::{ACTIONS, Action, Refs};
use crate::entity::{Entity, Kind, Noun};
use crate::error::nearest;
use crate::reports::{NUMBERS, Number, attainment};

/// A verb that is not an action.
pub(super) struct Verb {
    pub(super) name: &'static str,
    aliases: &'static [&'static str],
    /// One sentence; `{noun}` and `{nouns}` stand for the names.
    about: &'static str,
    /// Which nouns have it.
    fits: fn(&Entity) -> bool,
    build: fn(Command, &Noun) -> Command,
}

const fn verb(
    name: &'static str,
    about: &'static str,
    build: fn(Command, &Noun) -> Command,
) -> Verb {
    Verb { name, aliases: &[], about, fits: |_| true, build }
}

/// A verb of one noun alone.
const fn special(
    name: &'static str,
    about: &'static str,
    fits: fn(&Entity) -> bool,
    build: fn(Command, &Noun) -> Command,
) -> Verb {
    Verb { name, aliases: &[], about, fits, build }
}

/// Verbs of few nouns first: they go before one of the same name that every noun has.
static VERBS: &[Verb] = &[
    special(
        "board",
        "Show the stages with their deals, counts and sums",
        |e| e.name == "deal",
        board,
    ),
    special("save", "Save a filter under a name", |e| e.name == "view", view_save),
    special("add", "Add a custom field to a noun", |e| e.name == "field", field_add),
    special("add", "Add what a currency is worth in another", |e| e.name == "rate", rate_add),
    special("import", "Read rates from a file", |e| e.name == "rate", rate_import),
    special("convert", "Convert an amount to another currency", |e| e.name == "rate", rate_convert),
    special(
        "intake",
        "Take leads in from a web form: JSON on standard input, shared out by the rules",
        |e| e.name == "lead",
        lead_intake,
    ),
    special(
        "score",
        "Give leads the points of the scoring rules; all open ones unless some are named",
        |e| e.name == "lead",
        lead_score,
    ),
    special(
        "response",
        "Show until when leads have to be answered, and how soon they were; those that wait unless \
         some are named",
        |e| e.name == "lead",
        lead_response,
    ),
    special(
        "apply",
        "Put companies and leads into the territories that fit",
        |e| e.name == "territory",
        territory_apply,
    ),
    special("attainment", attainment::TOLD[0], |e| e.name == "quota", quota_attainment),
    special(
        "handover",
        "Write deals with company, contacts and history to a file for a partner",
        |e| e.name == "deal",
        deal_handover,
    ),
    special(
        "register",
        "Take in deals that a partner handed over",
        |e| e.name == "deal",
        deal_register,
    ),
    verb("add", "Make a new {noun}", add),
    Verb { aliases: &["ls"], ..verb("list", "List {nouns}, all or those of a filter", list) },
    verb("show", "Show everything about {nouns}", show),
    verb("edit", "Change {nouns}", edit),
    verb("rm", "Move {nouns} to the trash, or erase them for good", rm),
    verb("restore", "Bring {nouns} back from the trash", restore),
    verb("history", "Show who changed what of a {noun}, and when", history),
    special("tree", "Show which {nouns} stand above and below which", Entity::has_tree, tree),
    special("log", "Record something that happened with a {noun}", |e| !e.setup, log_of),
    special("note", "Record a note about a {noun}", |e| !e.setup, note_of),
    special(
        "duplicates",
        "Find {nouns} that may be one, and merge them",
        |e| e.doubles.is_some(),
        duplicates,
    ),
    special("merge", "Make one {noun} of several", |e| e.doubles.is_some(), merge),
    special("unmerge", "Bring a merged {noun} back", |e| e.doubles.is_some(), unmerge),
    verb("import", "Read {nouns} from a file", import),
    verb("export", "Write {nouns} to a file or to standard output", export),
];

/// A verb of a noun, wherever it is declared.
pub(super) enum Shape {
    Verb(&'static Verb),
    Action(&'static Action),
    Number(&'static Number),
}

impl Shape {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Verb(verb) => verb.name,
            Self::Action(action) => action.verb,
            Self::Number(number) => number.verb,
        }
    }

    /// Whether something is typed behind several REFs: the stage of `deal move`.
    pub(super) fn follows_refs(&self) -> bool {
        matches!(self, Self::Action(action) if action.refs == Refs::Many && has_positional(action))
    }

    fn bears(&self, word: &str) -> bool {
        self.name() == word || matches!(self, Self::Verb(v) if v.aliases.contains(&word))
    }

    /// The whole command.
    pub(super) fn command(&self, noun: &Noun) -> Command {
        let built = match self {
            Self::Verb(verb) => (verb.build)(self.named(noun).visible_aliases(verb.aliases), noun),
            Self::Action(action) => action_args(self.named(noun), noun, action),
            Self::Number(number) => number_args(self.named(noun), noun, number),
        };
        with_hidden_globals(built)
    }

    /// The command without its arguments.
    pub(super) fn named(&self, noun: &Noun) -> Command {
        let about = match self {
            Self::Verb(verb) => verb
                .about
                .replace("{nouns}", noun.entity.plural)
                .replace("a {noun}", &with_article(noun.name()))
                .replace("{noun}", noun.name()),
            Self::Action(action) => action.about.to_owned(),
            Self::Number(number) => number.about.to_owned(),
        };
        dressed(Command::new(self.name())).about(about)
    }
}

/// `a deal`, `an event`.
pub(super) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// Every verb of a noun, in the order of help: its own deeds behind what all have,
/// and the numbers behind those.
pub(super) fn of(noun: &Noun) -> impl Iterator<Item = Shape> + use<'_> {
    let entity = noun.entity;
    let verbs = VERBS.iter().enumerate().filter(move |(at, v)| {
        (v.fits)(entity) && !VERBS[..*at].iter().any(|b| b.name == v.name && (b.fits)(entity))
    });
    let actions = ACTIONS.iter().filter(|a| a.noun == noun.name());
    let numbers = NUMBERS.iter().filter(|_| noun.name() == "deal");
    verbs
        .map(|(_, v)| Shape::Verb(v))
        .chain(actions.map(Shape::Action))
        .chain(numbers.map(Shape::Number))
}

pub(super) fn find(noun: &Noun, word: &str) -> Option<Shape> {
    of(noun).find(|shape| shape.bears(word))
}

/// A verb that every noun has.
pub(super) fn must(noun: &Noun, word: &str) -> Shape {
    find(noun, word).expect("every noun has this verb")
}

/// The verb that a first word of a filter probably was meant for. A named state or a declared word
/// of the noun is none: `rolo deals lost` is a filter.
pub(super) fn misspelt(noun: &Noun, word: &str) -> Option<&'static str> {
    let is_word = |kind: &Kind| match kind {
        Kind::Choice(c) | Kind::Words(c) => c.find(word).is_some(),
        _ => false,
    };
    let is_known = noun.entity.states.iter().any(|s| s.name == word)
        || noun.fields.iter().any(|f| is_word(&f.kind));
    // Three letters are sooner a name than a verb; `second_thought` speaks when nobody has it.
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) || is_known {
        return None;
    }
    nearest(word, of(noun).map(|shape| shape.name()))
}

/// What a filter that finds nothing was perhaps meant to be, to be said behind that: a verb with a
/// slip, or terms joined by a word that isn't needed.
pub(in crate::cli) fn second_thought(noun: &Noun, filter: &str) -> String {
    let words: Vec<&str> = filter.split_whitespace().collect();
    if let [word] = words[..]
        && let Some(verb) = nearest(word, of(noun).map(|shape| shape.name()))
    {
        return format!("; did you mean `rolo {} {verb}`?", noun.name());
    }
    match words.iter().position(|w| w.eq_ignore_ascii_case("and")) {
        Some(at) if at > 0 && at + 1 < words.len() => {
            "; terms side by side mean and: `and` itself was looked for as a word".to_owned()
        }
        _ => String::new(),
    }
}
