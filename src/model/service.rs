//! Support.

use super::people::{COMPANY, CONTACT};
use super::sales::PRODUCT;
use super::setup::{TEAM, USER};
use super::words::{CHANNELS, HORIZONS, PRIORITIES, TICKET_KINDS, TICKET_STATUSES};
use crate::entity::{Default, Entity, Kind, State, field, label, link, list};

pub static TICKET: Entity = Entity::new("ticket", "tickets", "A support request", &[
    label("subject", "What it is about").aliases(&["title", "name"]).headers(&["summary", "тема"]),
    field("number", Kind::Text, "Number that the customer knows; the id unless set")
        .trimmed()
        .sorted()
        .effective("coalesce({t}.number, CAST({t}.id AS TEXT))")
        .headers(&["ticket number", "case number", "ticket id", "ticket no", "номер"]),
    link("contact", &CONTACT, "Who asked").headers(&["requester", "customer", "contact email", "contact name"]),
    link("company", &COMPANY, "For which company").headers(&["organization", "account name"]),
    field("channel", Kind::Choice(&CHANNELS), "How it came").headers(&["via", "case origin"]),
    field("kind", Kind::Choice(&TICKET_KINDS), "question, problem, request or complaint").headers(&["type", "ticket type"]),
    field("horizon", Kind::Choice(&HORIZONS), "short, medium or long"),
    field("priority", Kind::Choice(&PRIORITIES), "low, normal, high or urgent").default(Default::Text("normal")).headers(&["приоритет"]),
    field("status", Kind::Choice(&TICKET_STATUSES), "new, open, pending, on_hold, resolved or closed").default(Default::Text("new")).by_action("ticket resolve").headers(&["state", "ticket status"]),
    link("queue", &TEAM, "The team that answers").headers(&["group", "team", "department"]),
    link("owner", &USER, "Who answers").default(Default::Me).headers(&["assignee", "agent", "assigned to", "ответственный"]),
    link("product", &PRODUCT, "The product it is about"),
    field("body", Kind::Longtext, "What was asked, in Markdown").aliases(&["notes", "description"]).headers(&["details", "message"]),
    field("reply_due", Kind::Datetime, "When the first reply is due"),
    field("solve_due", Kind::Datetime, "When it has to be solved").aliases(&["due"]).headers(&["due date"]),
    field("first_reply_at", Kind::Datetime, "When it was first answered").by_action("ticket reply"),
    field("resolved_at", Kind::Datetime, "When it was solved").by_action("ticket resolve").headers(&["solved at", "closed at"]),
    field("resolution", Kind::Longtext, "How it was solved").by_action("ticket resolve"),
    field("customer_priority", Kind::Choice(&PRIORITIES), "How urgent the customer finds it"),
    field("rating", Kind::Int, "The customer's mark, 1–5").range(1, 5).headers(&["satisfaction"]),
    field("spent", Kind::Duration, "Time spent on it"),
    list("files", "file", &Kind::File, "Attached files"),
])
.key(&["number"])
.columns(&["id", "number", "subject", "contact", "priority", "status", "queue", "owner"])
.sort("-created")
.states(&[
    State { name: "open", about: "neither resolved nor closed", sql: "{t}.status NOT IN ('resolved', 'closed')" },
    State { name: "closed", about: "resolved or closed", sql: "{t}.status IN ('resolved', 'closed')" },
    State { name: "overdue", about: "open and a reply or the solution is late", sql: "({t}.status NOT IN ('resolved', 'closed') AND (({t}.first_reply_at IS NULL AND {t}.reply_due < :now) OR {t}.solve_due < :now))" },
    State { name: "unassigned", about: "open and nobody's", sql: "({t}.status NOT IN ('resolved', 'closed') AND {t}.owner IS NULL)" },
]);
