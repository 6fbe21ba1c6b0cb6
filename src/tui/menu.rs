//! All that can be done with records, to choose from: the deeds of their noun, what any record can have
//! done to it, and every verb of the command line that has no way of its own here.

use super::commands::{Commands, Verb};
use super::keys::{Act, BINDINGS};
use super::screen::{Cx, Effect, Effects, Subject};
use super::screens;
use super::screens::choose::{Choose, Item};
use super::verbs;
use crate::actions::{self, Action};

/// What any record can have done to it.
const ACTS: [Act; 11] = [
    Act::Edit,
    Act::Inline,
    Act::Assign,
    Act::Tag,
    Act::Note,
    Act::Call,
    Act::Task,
    Act::History,
    Act::Delete,
    Act::Undo,
    Act::Redo,
];

/// Verbs that the dashboard does in a way of its own, with all that they take: by these keys.
pub(crate) static OWN: &[(&str, Act)] = &[
    ("add", Act::New),
    ("list", Act::Filter),
    ("show", Act::Open),
    ("edit", Act::Edit),
    ("note", Act::Note),
    ("restore", Act::Restore),
];

/// One thing that can be done.
enum Choice {
    Deed(&'static Action),
    Act(Act),
    Verb(Verb),
}

/// Whether a verb is one of the deeds, which are done here.
pub(crate) fn is_deed(verb: &Verb) -> bool {
    actions::find(verb.noun, &verb.name).is_some()
}

/// The verbs of a noun that its menu has beside the deeds and the keys.
fn verbs_on(noun: &str, command: &dyn Commands) -> Vec<Verb> {
    let has_own = |verb: &Verb| OWN.iter().any(|(name, _)| *name == verb.name);
    let mut verbs = command.verbs();
    verbs.retain(|v| v.noun == noun && (v.on_records || is_pairs(v)) && !is_deed(v) && !has_own(v));
    verbs
}

/// Whether it looks for records that may be one.
fn is_pairs(verb: &Verb) -> bool {
    verb.name == "duplicates"
}

/// The names of the verbs that the menu of a noun's records offers.
#[cfg(test)]
pub(crate) fn offered(noun: &str, command: &dyn Commands) -> std::collections::BTreeSet<String> {
    let deeds = actions::ACTIONS.iter().filter(|a| a.noun == noun).map(|a| a.verb.to_owned());
    deeds.chain(verbs_on(noun, command).into_iter().map(|verb| verb.name)).collect()
}

/// The verbs that are done in a way of their own, with the keys for it.
#[cfg(test)]
pub(crate) fn own_ways() -> Vec<(&'static str, &'static [&'static str])> {
    let keys = |act: Act| BINDINGS.iter().find(|b| b.act == act).map_or(&[][..], |b| b.keys);
    OWN.iter().map(|(verb, act)| (*verb, keys(*act))).collect()
}

/// Everything that can be done with some records.
pub(crate) fn open(subject: Subject, cx: &Cx) -> Effect {
    let mut all: Vec<(Item, Choice)> = Vec::new();
    for action in actions::ACTIONS.iter().filter(|a| a.noun == subject.noun) {
        let label = format!("{} {}", action.noun, action.verb);
        all.push((Item::new(label, action.about, 0), Choice::Deed(action)));
    }
    // What any record can have done to it comes behind.
    for act in ACTS {
        if let Some(binding) = BINDINGS.iter().find(|b| b.act == act) {
            let label = binding.name.replace('-', " ");
            all.push((Item::new(label, binding.about, 0), Choice::Act(act)));
        }
    }
    for verb in verbs_on(subject.noun, &**cx.command) {
        let label = format!("{} {}", verb.noun, verb.name);
        all.push((Item::new(label, verb.about.clone(), 0), Choice::Verb(verb)));
    }
    let mut items = Vec::new();
    let mut choices = Vec::new();
    for (at, (item, choice)) in all.into_iter().enumerate() {
        items.push(Item { value: at, ..item });
        choices.push(choice);
    }
    let title = format!("Do with {}", subject.shown(cx.model));
    Effect::Push(Choose::of(title, items, move |item, cx| match choices.get(item.value) {
        Some(Choice::Deed(action)) => verbs::perform_whole(action, subject.clone(), cx),
        Some(Choice::Act(act)) => vec![Effect::Act(*act)],
        Some(Choice::Verb(wanted)) => verb(wanted, Some(subject.clone()), cx),
        None => Vec::new(),
    }))
}

/// Does what a verb of the command line does: asks for what it takes, where this place knows no better
/// way.
pub(crate) fn verb(verb: &Verb, subject: Option<Subject>, cx: &Cx) -> Effects {
    let of_noun = subject.clone().filter(|s| s.noun == verb.noun);
    if let (Some(action), Some(subject)) = (actions::find(verb.noun, &verb.name), &of_noun) {
        return verbs::perform_whole(action, subject.clone(), cx);
    }
    match (verb.name.as_str(), of_noun) {
        ("merge", Some(subject)) => vec![screens::merge::begin(subject, cx)],
        ("unmerge", Some(subject)) => vec![screens::merge::take_apart(&subject)],
        ("duplicates", _) => vec![Effect::Push(screens::doubles::open(verb.noun))],
        _ => screens::form::verb(verb, subject, cx),
    }
}
