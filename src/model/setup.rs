//! How a team sets rolo up: users, teams, tags, saved views, custom fields.

use super::words::ANY;
use crate::entity::{Default, Entity, Kind, State, field, label, link};

pub static USER: Entity = Entity::new(
    "user",
    "users",
    "Somebody who works with this file",
    &[
        label("handle", "The name they act under, in lower case"),
        field("name", Kind::Text, "Full name").trimmed().headers(&["full name"]),
        field("email", Kind::Email, "E-mail address").headers(&["e-mail", "email address"]),
        field("role", Kind::Text, "What they do").trimmed(),
        link("team", &TEAM, "Team they are in"),
        link("manager", &USER, "Whom they report to").no_loop(),
        field("active", Kind::Bool, "Works here").default(Default::Text("yes")),
        field("hired", Kind::Date, "Since when"),
        field("weekly_hours", Kind::Decimal, "Hours a week"),
        field("rate_internal", Kind::Money, "What an hour costs us"),
        field("rate_external", Kind::Money, "What an hour is billed at"),
    ],
)
.key(&["handle"])
.unique()
.columns(&["id", "handle", "name", "email", "role", "team", "active"])
.sort("handle")
.states(&[State { name: "active", about: "works here", sql: "{t}.active = 1" }])
.named_uid()
.setup();

pub static TEAM: Entity = Entity::new(
    "team",
    "teams",
    "People who work together; also a queue of tickets",
    &[
        label("name", "Name"),
        link("lead", &USER, "Who leads it"),
        link("parent", &TEAM, "The team it is part of").no_loop(),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "lead", "parent"])
.sort("name")
.named_uid()
.setup();

pub static TAG: Entity = Entity::new(
    "tag",
    "tags",
    "A label that any record can bear",
    &[label("name", "Name"), field("colour", Kind::Text, "Colour it is shown in").trimmed()],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "colour"])
.sort("name")
.named_uid()
.setup();

pub static VIEW: Entity = Entity::new(
    "view",
    "views",
    "A saved filter with its columns and order",
    &[
        label("name", "Name; used as @name in filters"),
        field("noun", Kind::Text, "The noun it lists").required().trimmed(),
        field("filter", Kind::Text, "The filter").trimmed(),
        field("columns", Kind::Text, "Columns, as `--columns` takes them").trimmed().quiet(),
        field("sort", Kind::Text, "Order, as `--sort` takes it").trimmed().quiet(),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "noun", "filter", "columns", "sort"])
.sort("name")
.setup();

pub static FIELD: Entity = Entity::new(
    "field",
    "fields",
    "A custom field",
    &[
        label("name", "What people call it"),
        field("noun", Kind::Text, "The noun that has it").required().trimmed(),
        field("slug", Kind::Text, "Its name in JSON, CSV and filters").trimmed().sorted(),
        field("kind", Kind::Text, "text, int, money, date, choice, …")
            .default(Default::Text("text"))
            .trimmed(),
        field("choices", Kind::Words(&ANY), "Words of a choice, or the noun of a link"),
    ],
)
.key(&["slug"])
.unique()
.scope("noun")
.columns(&["id", "noun", "name", "slug", "kind", "choices"])
.sort("noun,id")
.setup();
