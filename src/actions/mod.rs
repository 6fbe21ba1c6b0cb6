//! What the business does: one table of named operations. The verb of the command line, its help
//! and its man page come from it. An action computes changes; only the store writes.

mod call;
mod convert;
mod copies;
mod deal;
mod lead;
mod pipeline;
mod same;
pub mod scoring;
pub mod sharing;
mod task;
mod ticket;

pub use call::Call;
pub use pipeline::empty_out;

use crate::entity::{Kind, Target};
use crate::error::Result;
use crate::model::{COMPANY, CONTACT, LINE, PIPELINE, STAGE};

/// A business operation on records of one entity.
pub struct Action {
    /// Singular name of the entity.
    pub noun: &'static str,
    pub verb: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    pub refs: Refs,
    /// In the order of the command line, positional ones behind the REFs.
    pub args: &'static [Arg],
    /// What is typed behind `rolo`, for help.
    pub examples: &'static [&'static str],
    pub run: fn(&mut Call) -> Result<()>,
}

/// Whether deals stand in records of a noun, and have to go elsewhere before one is removed.
#[must_use]
pub fn holds_deals(noun: &str) -> bool {
    matches!(noun, "stage" | "pipeline")
}

/// How many records it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refs {
    One,
    Many,
}

/// An argument of an action.
pub struct Arg {
    /// As typed: `reason` is `--reason`, a positional one `REASON`.
    pub name: &'static str,
    pub kind: ArgKind,
    pub takes: Takes,
    pub about: &'static str,
}

/// Where an argument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgKind {
    /// Behind the REFs, always there.
    Positional,
    Option {
        required: bool,
    },
    /// Behind the REFs, where it is given at all.
    Last,
    /// An option without a value.
    Flag,
}

/// What an argument means.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A value of this field of the action's entity; help and completion are the field's.
    Field(&'static str),
    /// A value of this kind, under this placeholder.
    Kind(Kind, &'static str),
}

const fn positional(name: &'static str, takes: Takes, about: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Positional, takes, about }
}

const fn last(name: &'static str, takes: Takes, about: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Last, takes, about }
}

const fn option(name: &'static str, takes: Takes, about: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Option { required: false }, takes, about }
}

const fn required(name: &'static str, takes: Takes, about: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Option { required: true }, takes, about }
}

const NOTE: Arg =
    option("note", Takes::Kind(Kind::Longtext, "TEXT"), "Record a note about it at the same time");
const ON: Arg = option("on", Takes::Kind(Kind::Datetime, "DATE"), "When it happened, if not now");

/// The action of a noun's verb.
#[must_use]
pub fn find(noun: &str, verb: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|a| a.noun == noun && a.verb == verb)
}

/// Every action, in the order of help.
pub static ACTIONS: &[Action] = &[
    Action {
        noun: "task",
        verb: "done",
        about: "Mark tasks as done; a repeating one comes again",
        refs: Refs::Many,
        args: &[
            option("outcome", Takes::Field("outcome"), "What came of it"),
            option("spent", Takes::Field("spent"), "How long it took"),
            ON,
            NOTE,
        ],
        examples: &["task done 42", "task done 42 43 --spent 1h30m --outcome agreed"],
        run: task::done,
    },
    Action {
        noun: "task",
        verb: "reopen",
        about: "Open tasks that were done or cancelled",
        refs: Refs::Many,
        args: &[],
        examples: &["task reopen 42"],
        run: task::reopen,
    },
    Action {
        noun: "task",
        verb: "snooze",
        about: "Put tasks off to a later day",
        refs: Refs::Many,
        args: &[positional("due", Takes::Field("due"), "The new due: a day or an instant")],
        examples: &["task snooze 42 +3d", "task snooze 42 43 mon"],
        run: task::snooze,
    },
    Action {
        noun: "deal",
        verb: "move",
        about: "Move deals to another stage",
        refs: Refs::Many,
        args: &[
            positional("stage", Takes::Field("stage"), "A stage of its pipeline"),
            option(
                "pipeline",
                Takes::Kind(Kind::Link(Target::One(&PIPELINE)), "PIPELINE"),
                "Take it over to a stage of this pipeline",
            ),
            ON,
            NOTE,
        ],
        examples: &[
            "deal move 42 Proposal",
            "deal move 42 43 Signed --pipeline Partners --note \"on paper\"",
            "deal move --where 'is:stale stage:Proposal' Qualified",
        ],
        run: deal::advance,
    },
    Action {
        noun: "deal",
        verb: "next",
        about: "Move deals to the next open stage",
        refs: Refs::Many,
        args: &[ON, NOTE],
        examples: &[
            "deal next 42",
            "deal next 42 43 --note \"they said yes to the plan\"",
            "deal next --where 'stage:Lead company.industry:retail'",
        ],
        run: deal::next,
    },
    Action {
        noun: "deal",
        verb: "back",
        about: "Move deals back to the open stage before",
        refs: Refs::Many,
        args: &[ON, NOTE],
        examples: &["deal back 42 --note \"new people on their side\""],
        run: deal::back,
    },
    Action {
        noun: "deal",
        verb: "win",
        about: "Move deals to the won stage and close them",
        refs: Refs::Many,
        args: &[
            option("amount", Takes::Field("amount"), "What it was won for, if not its amount"),
            ON,
            NOTE,
        ],
        examples: &["deal win 42", "deal win 42 --amount 11.5k --on fri"],
        run: deal::win,
    },
    Action {
        noun: "deal",
        verb: "lose",
        about: "Move deals to the lost stage and close them, with the reason",
        refs: Refs::Many,
        args: &[
            required("reason", Takes::Field("lost_reason"), "Why it was lost"),
            option("competitor", Takes::Field("competitor"), "Who got it instead"),
            ON,
            NOTE,
        ],
        examples: &[
            "deal lose 42 --reason price --competitor \"Acme GmbH\"",
            "deal lose --where 'is:stale closes:..2025' --reason silence",
        ],
        run: deal::lose,
    },
    Action {
        noun: "deal",
        verb: "reopen",
        about: "Open deals that were won or lost",
        refs: Refs::Many,
        args: &[
            option(
                "stage",
                Takes::Field("stage"),
                "Where it goes, if not to the stage it was closed from",
            ),
            ON,
            NOTE,
        ],
        examples: &["deal reopen 42", "deal reopen 42 --stage Negotiation"],
        run: deal::reopen,
    },
    Action {
        noun: "deal",
        verb: "clone",
        about: "Make a deal like another, at the beginning of its pipeline",
        refs: Refs::One,
        args: &[
            option("name", Takes::Field("name"), "Its name, if not that of the other"),
            option("amount", Takes::Field("amount"), "What it is worth, if not the same"),
            option("closes", Takes::Field("closes"), "When it should be decided"),
        ],
        examples: &["deal clone 42 --name \"Order of next year\" --closes +1y"],
        run: copies::clone,
    },
    Action {
        noun: "deal",
        verb: "split",
        about: "Make a deal of its own of a part of one, in the same stage",
        refs: Refs::One,
        args: &[
            option("amount", Takes::Field("amount"), "How much of its amount goes to the new deal"),
            option(
                "line",
                Takes::Kind(Kind::Links(Target::One(&LINE), None), "LINE;…"),
                "Which of its lines go to the new deal, by id",
            ),
            option("name", Takes::Field("name"), "Name of the new deal, if not the same"),
            option("closes", Takes::Field("closes"), "When the new deal should be decided"),
            NOTE,
        ],
        examples: &[
            "deal split 42 --amount 5k --name \"Second phase\"",
            "deal split 42 --line \"7; 8\"",
        ],
        run: copies::split,
    },
    Action {
        noun: "deal",
        verb: "link",
        about: "Add a contact to a deal, with a role",
        refs: Refs::One,
        args: &[
            positional(
                "contact",
                Takes::Kind(Kind::Link(Target::One(&CONTACT)), "CONTACT"),
                "The contact",
            ),
            option(
                "role",
                Takes::Kind(Kind::Text, "ROLE"),
                "decision_maker, influencer, user, blocker, or a word of your own",
            ),
        ],
        examples: &["deal link 42 ann@acme.example --role decision_maker"],
        run: deal::link,
    },
    Action {
        noun: "deal",
        verb: "unlink",
        about: "Take a contact off a deal",
        refs: Refs::One,
        args: &[positional(
            "contact",
            Takes::Kind(Kind::Link(Target::One(&CONTACT)), "CONTACT"),
            "The contact",
        )],
        examples: &["deal unlink 42 ann@acme.example"],
        run: deal::unlink,
    },
    Action {
        noun: "ticket",
        verb: "assign",
        about: "Give tickets to somebody",
        refs: Refs::Many,
        args: &[
            positional("user", Takes::Field("owner"), "Who answers; `me` for yourself"),
            option("queue", Takes::Field("queue"), "The team that answers"),
        ],
        examples: &["ticket assign 42 ann", "ticket assign 42 43 me --queue support"],
        run: ticket::assign,
    },
    Action {
        noun: "ticket",
        verb: "reply",
        about: "Record a reply; the ticket then waits for the customer",
        refs: Refs::One,
        args: &[
            positional("text", Takes::Kind(Kind::Longtext, "TEXT"), "The reply"),
            option("status", Takes::Field("status"), "Its status from now on, if not pending"),
        ],
        examples: &["ticket reply 42 \"Which version is it?\""],
        run: ticket::reply,
    },
    Action {
        noun: "ticket",
        verb: "status",
        about: "Give tickets a status: pending while the customer has to answer, on_hold, …",
        refs: Refs::Many,
        args: &[positional("status", Takes::Field("status"), "Their status from now on")],
        examples: &["ticket status 42 pending", "ticket status 42 43 on_hold"],
        run: ticket::status,
    },
    Action {
        noun: "ticket",
        verb: "resolve",
        about: "Mark tickets as solved",
        refs: Refs::Many,
        args: &[option("resolution", Takes::Field("resolution"), "How it was solved")],
        examples: &["ticket resolve 42 --resolution \"fixed in 2.1\""],
        run: ticket::resolve,
    },
    Action {
        noun: "ticket",
        verb: "close",
        about: "Close tickets for good",
        refs: Refs::Many,
        args: &[],
        examples: &["ticket close 42"],
        run: ticket::close,
    },
    Action {
        noun: "ticket",
        verb: "reopen",
        about: "Open tickets that were solved or closed",
        refs: Refs::Many,
        args: &[],
        examples: &["ticket reopen 42"],
        run: ticket::reopen,
    },
    Action {
        noun: "lead",
        verb: "assign",
        about: "Give leads to whom the rules say, or to somebody",
        refs: Refs::Many,
        args: &[option("user", Takes::Field("owner"), "This user, whatever the rules say")],
        examples: &[
            "lead assign 42",
            "lead assign --where owner:none",
            "lead assign 42 --user ann",
        ],
        run: lead::assign,
    },
    Action {
        noun: "lead",
        verb: "reject",
        about: "Mark leads as unqualified, with the reason",
        refs: Refs::Many,
        args: &[required("reason", Takes::Field("reason"), "Why they are no business"), NOTE],
        examples: &["lead reject 42 --reason \"no budget\""],
        run: lead::reject,
    },
    Action {
        noun: "lead",
        verb: "convert",
        about: "Make a contact, a company and, if asked, a deal of a lead",
        refs: Refs::Many,
        args: &[
            option(
                "deal",
                Takes::Kind(Kind::Text, "NAME"),
                "Make a deal of this name too; {company_name} or another field of the lead may stand in it",
            ),
            option("amount", Takes::Kind(Kind::Money, "MONEY"), "What the deal is worth"),
            option(
                "pipeline",
                Takes::Kind(Kind::Link(Target::One(&PIPELINE)), "PIPELINE"),
                "The deal's pipeline",
            ),
            option(
                "company",
                Takes::Kind(Kind::Link(Target::One(&COMPANY)), "NAME"),
                "The company, if not the one that the lead names",
            ),
        ],
        examples: &[
            "lead convert 42",
            "lead convert 42 --deal \"First order\" --amount 12k",
            "lead convert --where status:qualified",
            "lead convert 42 43 --deal \"First order of {company_name}\" --amount 500",
        ],
        run: convert::convert,
    },
    Action {
        noun: "pipeline",
        verb: "copy",
        about: "Make a pipeline with the same stages",
        refs: Refs::One,
        args: &[positional("name", Takes::Field("name"), "Name of the new pipeline")],
        examples: &["pipeline copy Sales Partners"],
        run: pipeline::copy,
    },
    Action {
        noun: "stage",
        verb: "move",
        about: "Give a stage another place in its pipeline",
        refs: Refs::One,
        args: &[
            last("position", Takes::Field("position"), "Its place, from 1"),
            option(
                "before",
                Takes::Kind(Kind::Link(Target::One(&STAGE)), "STAGE"),
                "Before this stage",
            ),
            option(
                "after",
                Takes::Kind(Kind::Link(Target::One(&STAGE)), "STAGE"),
                "Behind this stage",
            ),
        ],
        examples: &["stage move Sales/Demo 3", "stage move Sales/Demo --after Sales/Qualified"],
        run: pipeline::place,
    },
    Action {
        noun: "stage",
        verb: "merge",
        about: "Make one stage of several: the first stays, with all deals",
        refs: Refs::Many,
        args: &[],
        examples: &["stage merge Sales/Proposal Sales/Offer"],
        run: pipeline::merge,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_names_a_noun_and_fields_that_exist() {
        let model = crate::model::model();
        for action in ACTIONS {
            let noun = model.get(action.noun).unwrap();
            for arg in action.args {
                if let Takes::Field(name) = arg.takes {
                    assert!(noun.index(name).is_some(), "{} {}", action.verb, name);
                }
            }
            assert!(!action.examples.is_empty(), "{} {}", action.noun, action.verb);
            for example in action.examples {
                assert!(example.starts_with(&format!("{} {} ", action.noun, action.verb)));
            }
        }
    }

    #[test]
    fn every_deed_of_a_field_is_an_action() {
        let model = crate::model::model();
        let deeds = model.nouns.iter().flat_map(|n| n.fields.iter().filter_map(|f| f.deed));
        for deed in deeds {
            let (noun, verb) = deed.split_once(' ').unwrap();
            assert!(verb == "edit" || find(noun, verb).is_some(), "{deed}");
        }
    }
}
