//! The declarations against the names that scripts and files rely on.

use std::collections::HashSet;

use rolo::cli::global::GLOBALS;
use rolo::cli::grammar::RESERVED;
use rolo::entity::{Choices, Field, Kind, Noun, Target};
use rolo::model::model;
use rolo::store::Listing;

/// Noun, its key, and its fields beside those that every record has: stored ones, then computed
/// ones. A name may come to this table, none may go.
const CORE: &[(&str, &str, &str, &str)] = &[
    (
        "company",
        "domain name",
        "name roles domain website industry employees emails phones addresses city region country parent owner source referred_by tax_id currency about",
        "open_deals open_amount won_amount last_activity referrals",
    ),
    (
        "contact",
        "emails",
        "name given_name middle_name family_name name_prefix name_suffix company companies title department emails phones handles urls addresses city region country birthday manager owner source language time_zone lifecycle consent about",
        "last_activity next_task referrals",
    ),
    (
        "lead",
        "emails",
        "name company_name title emails phones website city country source status score owner reason about converted_contact converted_company converted_deal",
        "response_policy response_due responded_at response_time",
    ),
    ("pipeline", "name", "name currency is_default", ""),
    ("stage", "name", "name pipeline position probability kind stale_days required", ""),
    (
        "deal",
        "",
        "name company contact contacts pipeline stage amount probability closes closed owner partner source next_step lost_reason competitor about",
        "status chance weighted commission_amount slips slip_days slipped age days_in_stage",
    ),
    (
        "task",
        "",
        "title parent about due priority status owner remind repeat after estimate spent outcome body done_at zone",
        "urgency",
    ),
    ("event", "", "title start end all_day place about attendees repeat zone body owner", ""),
    (
        "activity",
        "message_id",
        "subject kind at about direction author body duration outcome message_id files",
        "",
    ),
    (
        "ticket",
        "number",
        "subject number contact company channel kind horizon priority status queue owner product body reply_due solve_due first_reply_at resolved_at resolution customer_priority rating spent files",
        "",
    ),
    ("product", "sku", "name sku category unit price cost tax_rate active about", ""),
    (
        "user",
        "handle",
        "handle name email role team manager active hired weekly_hours rate_internal rate_external",
        "",
    ),
    ("team", "name", "name lead parent", ""),
    ("tag", "name", "name colour", ""),
    ("view", "name", "name noun filter columns sort", ""),
    ("field", "slug", "name noun slug kind choices", ""),
    ("rate", "name", "name base quote rate date about", ""),
    ("assignment", "name", "name position filter by team user field active", "leads"),
    ("scoring", "name", "name filter points activity most half_life active", ""),
    ("response", "name", "name position within hours zone holidays source country industry", ""),
    (
        "territory",
        "name",
        "name position countries regions industries min_employees max_employees owner team parent",
        "companies leads",
    ),
    ("quota", "", "period amount user team territory about", "first_day last_day won"),
    ("bonus", "name", "name attainment percent of amount team", ""),
    ("line", "", "name deal product quantity price discount recurring about", "total"),
];

/// Fields that aren't in the table of the core but stand in the declarations for good reasons: parts
/// of names and places that files bring, and instants that say since when.
const BESIDE: &[(&str, &str)] = &[
    ("contact", "referred_by"),
    (
        "lead",
        "given_name family_name industry employees addresses region referred_by territory assigned_rule assigned_why assigned_at",
    ),
    ("company", "territory commission"),
    ("deal", "stage_since stays closes_history commission forecast_category"),
    ("task", "status_since"),
];

const COMMON: &str = "id uid created updated created_by trashed tags";

const STATES: &[(&str, &str)] =
    &[("deal", "open won lost stale overdue"), ("task", "open overdue")];

fn words(text: &str) -> HashSet<&str> {
    text.split(' ').filter(|w| !w.is_empty()).collect()
}

fn noun_of<'m>(model: &'m rolo::entity::Model, name: &str) -> &'m Noun {
    model.get(name).unwrap_or_else(|| panic!("{name} is declared"))
}

#[test]
fn the_core_bears_exactly_the_names_of_the_data_model() {
    let model = model();
    let names: Vec<&str> = model.nouns.iter().map(Noun::name).collect();
    let core: HashSet<&str> = CORE.iter().map(|c| c.0).collect();
    assert_eq!(names.iter().copied().collect::<HashSet<_>>(), core);
    for (name, key, stored, computed) in CORE {
        let entity = noun_of(&model, name).entity;
        assert_eq!(entity.key.join(" "), *key, "key of {name}");
        let beside = BESIDE.iter().find(|(n, _)| n == name).map_or("", |(_, f)| f);
        let of = |kept: bool| -> HashSet<&str> {
            entity.fields.iter().filter(|f| f.is_stored() == kept).map(|f| f.name).collect()
        };
        let wanted: HashSet<&str> = words(stored).union(&words(beside)).copied().collect();
        assert_eq!(of(true), wanted, "fields of {name}");
        assert_eq!(of(false), words(computed), "computed fields of {name}");
        assert_eq!(
            entity.fields[0].name,
            stored.split(' ').next().expect("a label"),
            "label of {name}"
        );
    }
}

#[test]
fn every_record_has_the_common_fields() {
    for noun in &model().nouns {
        for name in words(COMMON) {
            assert!(noun.index(name).is_some(), "{} has no {name}", noun.name());
        }
        assert_eq!(noun.fields.len(), noun.entity.fields.len() + words(COMMON).len());
    }
}

#[test]
fn what_must_be_given_is_what_the_data_model_stars() {
    let starred = [
        "company.name",
        "contact.name",
        "lead.name",
        "pipeline.name",
        "stage.name",
        "stage.pipeline",
        "deal.name",
        "deal.stage",
        "task.title",
        "event.title",
        "event.start",
        "activity.kind",
        "activity.at",
        "ticket.subject",
        "product.name",
        "product.sku",
        "user.handle",
        "team.name",
        "tag.name",
        "view.name",
        "view.noun",
        "field.name",
        "field.noun",
        "rate.name",
        "rate.base",
        "rate.quote",
        "rate.rate",
        "rate.date",
        "assignment.name",
        "assignment.by",
        "scoring.name",
        "scoring.points",
        "response.name",
        "response.within",
        "territory.name",
        "quota.period",
        "quota.amount",
        "bonus.name",
        "bonus.attainment",
        "line.name",
        "line.deal",
    ];
    let model = model();
    let required: HashSet<String> = model
        .nouns
        .iter()
        .flat_map(|n| {
            n.entity
                .fields
                .iter()
                .filter(|f| f.required)
                .map(|f| format!("{}.{}", n.name(), f.name))
        })
        .collect();
    assert_eq!(required, starred.iter().map(ToString::to_string).collect());
}

#[test]
fn enforced_keys_are_those_of_what_is_set_up_and_of_products() {
    let unique: HashSet<&str> =
        model().nouns.iter().filter(|n| n.entity.unique).map(Noun::name).collect();
    assert_eq!(
        unique,
        words(
            "user product pipeline stage team tag view field rate assignment scoring response territory bonus"
        )
    );
    let model = model();
    assert_eq!(noun_of(&model, "stage").entity.scope, Some("pipeline"));
}

#[test]
fn named_states_are_there() {
    let model = model();
    for (name, states) in STATES {
        let has: HashSet<&str> =
            noun_of(&model, name).entity.states.iter().map(|s| s.name).collect();
        assert!(words(states).is_subset(&has), "{name}: {has:?}");
    }
}

#[test]
fn choices_hold_the_words_of_the_data_model() {
    let closed: &[(&str, &str, &str)] = &[
        ("contact", "lifecycle", "subscriber lead customer former"),
        ("lead", "status", "new working nurturing qualified unqualified converted"),
        ("stage", "kind", "open won lost"),
        ("task", "priority", "low normal high urgent"),
        ("task", "status", "open doing waiting done cancelled"),
        ("activity", "direction", "in out inside"),
        ("ticket", "status", "new open pending on_hold resolved closed"),
        ("ticket", "horizon", "short medium long"),
    ];
    let open: &[(&str, &str, &str)] = &[
        ("company", "roles", "prospect customer partner agent supplier competitor"),
        ("company", "industry", ""),
        ("lead", "source", ""),
        ("deal", "contacts", "decision_maker influencer user blocker"),
        ("deal", "lost_reason", ""),
        ("activity", "kind", "call mail meeting note sms chat visit fax post web social event"),
        ("ticket", "channel", "call mail meeting note sms chat visit fax post web social event"),
        ("ticket", "kind", "question problem request complaint"),
    ];
    let model = model();
    let choices = |noun: &str, field: &str| -> &'static Choices {
        match noun_of(&model, noun).require(field).expect("a field").field.kind {
            Kind::Choice(c) | Kind::Words(c) | Kind::Links(_, Some(c)) => c,
            other => panic!("{noun}.{field} is a {other:?}"),
        }
    };
    for (list, is_open) in [(closed, false), (open, true)] {
        for (noun, field, wanted) in list {
            let found = choices(noun, field);
            assert_eq!(found.open, is_open, "{noun}.{field}");
            assert_eq!(
                found.words.iter().map(|w| w.word).collect::<HashSet<_>>(),
                words(wanted),
                "{noun}.{field}"
            );
        }
    }
}

#[test]
fn kinds_are_those_that_files_rely_on() {
    let kinds: &[(&str, &str)] = &[
        ("company.employees", "int"),
        ("company.emails", "list"),
        ("company.currency", "currency"),
        ("company.about", "longtext"),
        ("contact.birthday", "date"),
        ("contact.companies", "links"),
        ("contact.time_zone", "zone"),
        ("deal.amount", "money"),
        ("deal.probability", "percent"),
        ("deal.closes", "date"),
        ("deal.closed", "datetime"),
        ("deal.contacts", "links"),
        ("task.due", "due"),
        ("task.remind", "datetime"),
        ("task.repeat", "rrule"),
        ("task.estimate", "duration"),
        ("event.start", "datetime"),
        ("event.all_day", "bool"),
        ("activity.about", "links"),
        ("activity.files", "list"),
        ("ticket.rating", "int"),
        ("product.price", "money"),
        ("product.tax_rate", "percent"),
        ("user.hired", "date"),
        ("user.weekly_hours", "decimal"),
        ("stage.probability", "percent"),
        ("company.won_amount", "totals"),
    ];
    let model = model();
    for (path, kind) in kinds {
        let (noun, field) = path.split_once('.').expect("a path");
        assert_eq!(
            noun_of(&model, noun).require(field).expect("a field").field.kind.name(),
            *kind,
            "{path}"
        );
    }
}

#[test]
fn links_lead_where_the_data_model_says() {
    let links: &[(&str, &str)] = &[
        ("company.parent", "company"),
        ("company.owner", "user"),
        ("contact.company", "company"),
        ("contact.companies", "company"),
        ("contact.manager", "contact"),
        ("lead.converted_deal", "deal"),
        ("stage.pipeline", "pipeline"),
        ("deal.company", "company"),
        ("deal.contact", "contact"),
        ("deal.stage", "stage"),
        ("deal.partner", "company"),
        ("deal.competitor", "company"),
        ("task.parent", "task"),
        ("task.after", "task"),
        ("ticket.queue", "team"),
        ("ticket.product", "product"),
        ("user.team", "team"),
        ("user.manager", "user"),
        ("team.lead", "user"),
        ("team.parent", "team"),
        ("activity.author", "user"),
        ("company.referred_by", "*"),
        ("task.about", "*"),
        ("event.about", "*"),
        ("activity.about", "*"),
        ("deal.created_by", "user"),
    ];
    let model = model();
    for (path, to) in links {
        let (noun, field) = path.split_once('.').expect("a path");
        let kind = noun_of(&model, noun).require(field).expect("a field").field.kind;
        let (Kind::Link(target) | Kind::Links(target, _)) = kind else {
            panic!("{path} is no link")
        };
        match target {
            Target::One(entity) => assert_eq!(entity.name, *to, "{path}"),
            Target::Any(_) => assert_eq!("*", *to, "{path}"),
        }
    }
}

#[test]
fn no_field_bears_a_reserved_word() {
    let reserved: HashSet<&str> =
        RESERVED.iter().copied().chain(GLOBALS.iter().map(|g| g.long)).collect();
    for noun in &model().nouns {
        // A view's columns and order are options of `view save`, and no flags of its fields.
        let is_flag = |field: &&Field| !(noun.name() == "view" && field.quiet);
        for field in noun.entity.fields.iter().filter(is_flag) {
            let names = field.aliases.iter().copied().chain([field.name]).chain(field.one);
            for name in names {
                let flag = name.replace('_', "-");
                assert!(!reserved.contains(flag.as_str()), "{}.{name} is reserved", noun.name());
            }
        }
    }
}

#[test]
fn a_name_means_one_field_of_a_noun() {
    for noun in &model().nouns {
        let mut seen = HashSet::new();
        for field in &noun.fields {
            let mut own: HashSet<String> = field.aliases.iter().map(ToString::to_string).collect();
            own.insert(field.name.to_owned());
            own.extend(field.one.map(str::to_owned));
            match field.kind {
                Kind::Money => drop(own.insert(format!("{}_currency", field.name))),
                Kind::Link(_) => {
                    own.extend(["id", "uid"].map(|part| format!("{}_{part}", field.name)));
                }
                Kind::Links(..) => drop(own.insert(format!("{}_uid", field.name))),
                _ => {}
            }
            for name in own {
                let found =
                    noun.find(&name).unwrap_or_else(|| panic!("{}.{name} is found", noun.name()));
                assert_eq!(found.field.name, field.name, "{}.{name}", noun.name());
                assert!(seen.insert(name.clone()), "{}.{name} means two fields", noun.name());
            }
        }
    }
}

#[test]
fn no_noun_bears_the_name_of_a_command_or_of_another() {
    let model = model();
    let mut seen: HashSet<&str> = rolo::cli::grammar::TOPS.iter().map(|t| t.name).collect();
    for noun in &model.nouns {
        assert!(seen.insert(noun.name()) && seen.insert(noun.entity.plural), "{}", noun.name());
    }
}

#[test]
fn names_are_in_one_form_and_said_in_a_sentence() {
    for noun in &model().nouns {
        let names = noun.fields.iter().flat_map(|f| f.aliases.iter().chain([&f.name]));
        for name in names.chain([&noun.entity.name, &noun.entity.plural]) {
            assert!(
                name.starts_with(|c: char| c.is_ascii_lowercase())
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{}: {name}",
                noun.name()
            );
        }
        let field_texts = noun.fields.iter().map(|f| f.about).chain([noun.entity.about]);
        for text in field_texts.chain(noun.entity.states.iter().map(|s| s.about)) {
            assert!(
                !text.is_empty() && !text.ends_with('.') && text.trim() == text,
                "{}: {text:?}",
                noun.name()
            );
        }
    }
}

#[test]
fn default_columns_orders_keys_and_parts_name_fields() {
    let model = model();
    for noun in &model.nouns {
        let e = noun.entity;
        assert!(!e.columns.is_empty(), "{} shows nothing", e.name);
        for column in e.columns {
            assert!(noun.find(column).is_some(), "{}: column {column}", e.name);
        }
        Listing::all(noun)
            .sort_by(e.sort, &model)
            .unwrap_or_else(|why| panic!("{}: {why}", e.name));
        for name in e.key.iter().chain(&e.scope) {
            assert!(noun.index(name).is_some(), "{}: key {name}", e.name);
        }
        for field in &noun.fields {
            let own = field.made_of.iter().chain(&field.main).chain(&field.stamps);
            for name in own.chain(field.within.iter().map(|(own, _)| own)) {
                assert!(noun.index(name).is_some(), "{}.{}: {name}", e.name, field.name);
            }
            for path in field.currency_from {
                assert!(
                    path.split('.').next().is_some_and(|first| noun.find(first).is_some()),
                    "{path}"
                );
            }
            if let Some(deed) = field.deed {
                let (of, verb) = deed.split_once(' ').expect("a noun and a verb");
                assert!(
                    verb == "edit" || rolo::actions::find(of, verb).is_some(),
                    "{}.{}: {deed}",
                    e.name,
                    field.name
                );
            }
        }
    }
}

#[test]
fn the_label_of_a_noun_is_a_name() {
    for noun in &model().nouns {
        let label = noun.entity.label();
        assert!(matches!(label.kind, Kind::Text), "{}", noun.name());
        assert!(label.trimmed && label.sorted, "{}: a label is trimmed and sorted by", noun.name());
        assert!(
            noun.entity.columns.contains(&label.name),
            "{}: a list shows the label",
            noun.name()
        );
    }
}
