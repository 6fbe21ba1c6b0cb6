//! How leads are shared out, how promising they are, and how soon they have to be answered.

use super::people::LEAD;
use super::setup::{TEAM, USER};
use super::words::{ANY, ASSIGN_BY, CHANNELS};
use crate::entity::hours::{days_off, office_hours};
use crate::entity::{Default, Entity, Kind, Misfit, Value, computed, field, label, link};

const LEADS_ASSIGNED: &str =
    "(SELECT count(*) FROM lead l WHERE l.assigned_rule = {t}.id AND l.trashed IS NULL)";

/// A rule that gives leads to a user, or to whom a field names, says to which.
fn names_whom<'r>(get: &dyn Fn(&str) -> &'r Value) -> Result<(), Misfit> {
    let by = get("by").as_text().unwrap_or_default();
    let misfit = |field, hint| {
        Err(Misfit { field, why: format!("the rule is by {by}, and names none"), hint })
    };
    match by {
        "user" if get("user").is_empty() => misfit("user", "say who gets them: `--user HANDLE`"),
        "field" if get("field").is_empty() => {
            misfit("field", "say which field of the lead names the user: `--field owner`")
        }
        _ => Ok(()),
    }
}

pub static ASSIGNMENT: Entity = Entity::new(
    "assignment",
    "assignments",
    "A rule that says who gets a new lead; the first that fits counts",
    &[
        label("name", "What the rule is called"),
        field("position", Kind::Int, "Place in the order of the rules, from 1"),
        field("filter", Kind::Text, "The leads it is for, as a filter; without one all")
            .trimmed()
            .filter_of(&LEAD),
        field("by", Kind::Choice(&ASSIGN_BY), "round_robin, load, territory, field or user")
            .required()
            .default(Default::Text("round_robin")),
        link("team", &TEAM, "Whose turn it can be; without one anybody's who is active").narrows(),
        link("user", &USER, "By user: who gets them"),
        field("field", Kind::Text, "By field: the lead's field that names the user")
            .trimmed()
            .names_of(&LEAD),
        field("active", Kind::Bool, "Is used").default(Default::Text("yes")),
        computed("leads", Kind::Int, LEADS_ASSIGNED, "How many leads it has shared out"),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "position", "name", "filter", "by", "team", "user", "active", "leads"])
.rule(names_whom)
.sort("position,id")
.named_uid()
.setup();

pub static SCORING: Entity = Entity::new(
    "scoring",
    "scorings",
    "A rule that gives leads points",
    &[
        label("name", "What the points are for"),
        field("filter", Kind::Text, "The leads it is for, as a filter; without one all")
            .trimmed()
            .filter_of(&LEAD),
        field("points", Kind::Int, "Points it gives, or takes with a minus")
            .required()
            .range(-100_000, 100_000),
        field(
            "activity",
            Kind::Choice(&CHANNELS),
            "Points for each activity of this kind, not for the lead itself",
        ),
        field("most", Kind::Int, "So many activities count at most, the latest").range(1, 100_000),
        field("half_life", Kind::Int, "Days after which the points are worth half")
            .range(1, 100_000),
        field("active", Kind::Bool, "Is used").default(Default::Text("yes")),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "filter", "activity", "points", "most", "half_life", "active"])
.sort("id")
.named_uid()
.setup();

pub static RESPONSE: Entity = Entity::new(
    "response",
    "responses",
    "A policy: how soon a lead has to be answered; the first that fits counts",
    &[
        label("name", "What the policy is called"),
        field("position", Kind::Int, "Place in the order of the policies, from 1"),
        field("within", Kind::Duration, "Time from its coming until the first answer")
            .required()
            .range(1, 5_256_000),
        field(
            "hours",
            Kind::Text,
            "When the time runs: mon-fri 9:00-18:00; without, day and night",
        )
        .trimmed()
        .check(office_hours)
        .aliases(&["business_hours", "office_hours"]),
        field(
            "zone",
            Kind::Zone,
            "Time zone of the hours; that of who makes the policy if not said",
        )
        .default(Default::Zone),
        field(
            "holidays",
            Kind::Words(&ANY),
            "Days off: 2026-12-25, 2026-12-24..2027-01-06, 12-25 each year",
        )
        .check(days_off),
        field("source", Kind::Choice(&ANY), "For leads of this source alone"),
        field("country", Kind::Text, "For leads of this country alone").trimmed(),
        field("industry", Kind::Choice(&ANY), "For leads of this industry alone"),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "position", "name", "within", "hours", "source", "country", "industry"])
.sort("position,id")
.named_uid()
.setup();
