//! What has to be done, what is planned, and what happened.

use super::people::CONTACT;
use super::setup::USER;
use super::words::{ANSWERS, ANY, CHANNELS, DIRECTIONS, PRIORITIES, TASK_STATUSES};
use crate::entity::when::instant_text;
use crate::entity::{
    Default, Entity, Kind, Misfit, State, Target, Value, computed, field, label, link, list,
};

/// Priority, nearness of the due day, status and age, each in points (the idea and the weights are
/// Taskwarrior's, <https://taskwarrior.org/docs/urgency/>).
const URGENCY: &str = "(CASE WHEN {t}.status IN ('done', 'cancelled') THEN 0.0 ELSE round(\
    CASE {t}.priority WHEN 'urgent' THEN 9.0 WHEN 'high' THEN 6.0 WHEN 'low' THEN 1.8 ELSE 3.9 END \
    + CASE WHEN {t}.due IS NULL THEN 0.0 ELSE 12.0 * min(1.0, max(0.2, (julianday(:today) - julianday(substr({t}.due, 1, 10)) + 14) * 0.8 / 21 + 0.2)) END \
    + CASE {t}.status WHEN 'doing' THEN 4.0 WHEN 'waiting' THEN -3.0 ELSE 0.0 END \
    + CASE WHEN EXISTS (SELECT 1 FROM task b WHERE b.id = {t}.after AND b.trashed IS NULL AND b.status NOT IN ('done', 'cancelled')) THEN -5.0 ELSE 0.0 END \
    + 2.0 * min(1.0, max(0.0, julianday(:now) - julianday({t}.created)) / 365), 2) END)";

const IS_LATE: &str = "({t}.status NOT IN ('done', 'cancelled') AND {t}.due < CASE WHEN length({t}.due) = 10 THEN :today ELSE :now END)";

pub static TASK: Entity = Entity::new("task", "tasks", "Something to do", &[
    label("title", "What to do").aliases(&["name"]).headers(&["subject", "task", "task name", "тема"]),
    link("parent", &TASK, "The task it is part of").no_loop(),
    field("about", Kind::Link(Target::Any(&[])), "The record it is about").headers(&["related to", "regarding"]),
    field("due", Kind::Due, "When it has to be done: a day or an instant").headers(&["due date", "deadline", "срок"]),
    field("priority", Kind::Choice(&PRIORITIES), "low, normal, high or urgent").default(Default::Text("normal")).headers(&["приоритет"]),
    field("status", Kind::Choice(&TASK_STATUSES), "open, doing, waiting, done or cancelled").default(Default::Text("open")).by_action("task done").stamps("status_since").headers(&["состояние", "task status"]),
    link("owner", &USER, "Who does it").default(Default::Me).headers(&["assigned to", "assignee", "ответственный"]),
    field("remind", Kind::Datetime, "When to remind of it").headers(&["reminder", "reminder date"]),
    field("repeat", Kind::Rrule, "How it comes again: weekly, every 2 weeks, or an RRULE").aliases(&["recurrence"]),
    link("after", &TASK, "The task that has to be done before").no_loop(),
    field("estimate", Kind::Duration, "How long it should take"),
    field("spent", Kind::Duration, "How long it took"),
    field("outcome", Kind::Choice(&ANY), "What came of it"),
    field("body", Kind::Longtext, "More, in Markdown").aliases(&["notes", "description"]).headers(&["note", "details", "comments"]),
    field("done_at", Kind::Datetime, "When it was done").by_action("task done").headers(&["completed", "date completed", "completed date"]),
    field("status_since", Kind::Datetime, "When its status changed").quiet(),
    field("zone", Kind::Zone, "Zone whose wall time the due keeps when it repeats"),
    computed("urgency", Kind::Decimal, URGENCY, "How urgent: priority, due, status, age in points"),
])
.columns(&["id", "title", "about", "due", "priority", "status", "owner"])
.sort("due,-urgency")
.states(&[
    State { name: "open", about: "neither done nor cancelled", sql: "{t}.status NOT IN ('done', 'cancelled')" },
    State { name: "done", about: "done", sql: "{t}.status = 'done'" },
    State { name: "overdue", about: "open and its due is past", sql: IS_LATE },
    State { name: "today", about: "open and due today or before", sql: "({t}.status NOT IN ('done', 'cancelled') AND substr({t}.due, 1, 10) <= :today)" },
    State { name: "blocked", about: "open and the task before it isn't done", sql: "({t}.status NOT IN ('done', 'cancelled') AND EXISTS (SELECT 1 FROM task b WHERE b.id = {t}.after AND b.trashed IS NULL AND b.status NOT IN ('done', 'cancelled')))" },
]);

pub static EVENT: Entity = Entity::new(
    "event",
    "events",
    "Something with a start and an end",
    &[
        label("title", "What it is").aliases(&["name"]).headers(&["subject", "summary", "тема"]),
        field("start", Kind::Datetime, "When it begins").required().headers(&[
            "start date",
            "begins",
            "starts",
            "start time",
            "начало",
        ]),
        field("end", Kind::Datetime, "When it ends").headers(&[
            "end date",
            "ends",
            "end time",
            "конец",
        ]),
        field("all_day", Kind::Bool, "Takes the whole day").headers(&["all day event"]),
        field("place", Kind::Text, "Where").aliases(&["location"]).headers(&["место"]),
        field("about", Kind::Link(Target::Any(&[])), "The record it is about")
            .headers(&["related to", "regarding"]),
        field(
            "attendees",
            Kind::Links(Target::Any(&[&CONTACT, &USER]), Some(&ANSWERS)),
            "Contacts and users, each with an answer",
        ),
        field("repeat", Kind::Rrule, "How it comes again").aliases(&["recurrence"]),
        field("zone", Kind::Zone, "Zone whose wall time it keeps"),
        field("body", Kind::Longtext, "More, in Markdown")
            .aliases(&["notes", "description"])
            .headers(&["note", "details"]),
        link("owner", &USER, "Whose event it is")
            .default(Default::Me)
            .headers(&["organizer", "assigned to"]),
    ],
)
.columns(&["id", "title", "start", "end", "place", "about", "owner"])
.sort("start")
.states(&[
    State { name: "upcoming", about: "not over yet", sql: "coalesce({t}.end, {t}.start) >= :now" },
    State { name: "past", about: "over", sql: "coalesce({t}.end, {t}.start) < :now" },
])
.rule(ends_behind_its_start);

fn ends_behind_its_start<'r>(get: &dyn Fn(&str) -> &'r Value) -> Result<(), Misfit> {
    match (get("start"), get("end")) {
        (Value::Instant(start), Value::Instant(end)) if end < start => Err(Misfit {
            field: "end",
            why: format!("{} is before it begins, {}", instant_text(*end), instant_text(*start)),
            hint: "give both, `--start` and `--end`, or leave the end out",
        }),
        _ => Ok(()),
    }
}

pub static ACTIVITY: Entity = Entity::new(
    "activity",
    "activities",
    "Something that happened: a call, a mail, a visit",
    &[
        field("subject", Kind::Text, "What it was about")
            .trimmed()
            .sorted()
            .headers(&["title", "тема"]),
        field("kind", Kind::Choice(&CHANNELS), "call, mail, meeting, note, …")
            .required()
            .aliases(&["channel"])
            .headers(&["type", "activity type", "тип"]),
        field("at", Kind::Datetime, "When it happened")
            .required()
            .default(Default::Now)
            .aliases(&["date"])
            .headers(&["activity date", "date/time", "when", "дата"]),
        field("about", Kind::Links(Target::Any(&[]), None), "The records it is about")
            .headers(&["related to", "regarding"]),
        field("direction", Kind::Choice(&DIRECTIONS), "in, out or inside")
            .headers(&["call direction"]),
        link("author", &USER, "Who did it")
            .default(Default::Me)
            .aliases(&["owner"])
            .headers(&["assigned to", "by"]),
        field("body", Kind::Longtext, "What was said, in Markdown")
            .aliases(&["notes", "description"])
            .headers(&["note", "details", "content", "text", "comments"]),
        field("duration", Kind::Duration, "How long it took")
            .headers(&["minutes", "call duration"]),
        field("outcome", Kind::Choice(&ANY), "What came of it").headers(&["result", "call result"]),
        field("message_id", Kind::Text, "Message-ID of a mail").trimmed().sorted(),
        list("files", "file", &Kind::File, "Attached files"),
    ],
)
.key(&["message_id"])
.columns(&["id", "at", "kind", "about", "subject", "body", "author"])
.sort("-at");
