//! Words that several entities choose from.

use crate::entity::{Choices, Word, word};

const fn closed(words: &'static [Word]) -> Choices {
    Choices { words, open: false }
}

const fn open(words: &'static [Word]) -> Choices {
    Choices { words, open: true }
}

/// A word list that anybody may add to and that begins empty.
pub(super) static ANY: Choices = open(&[]);

pub(super) static ROLES: Choices = open(&[
    word("prospect", &["lead", "потенциальный клиент"]),
    word("customer", &["client", "клиент", "заказчик"]),
    word("partner", &["партнёр"]),
    word("agent", &["агент"]),
    word("supplier", &["vendor", "поставщик"]),
    word("competitor", &["конкурент"]),
]);

pub(super) static LIFECYCLES: Choices = closed(&[
    word("subscriber", &[]),
    word("lead", &["marketing qualified lead", "sales qualified lead", "mql", "sql"]),
    word("customer", &["client", "opportunity", "evangelist"]),
    word("former", &["former customer", "churned", "ex-customer"]),
]);

pub(super) static LEAD_STATUSES: Choices = closed(&[
    word("new", &["open - not contacted", "not contacted", "open", "новый"]),
    word(
        "working",
        &["working - contacted", "contacted", "in progress", "attempting contact", "в работе"],
    ),
    word("nurturing", &["nurture", "on hold", "recycled"]),
    word("qualified", &["closed - converted candidate", "hot"]),
    word("unqualified", &["closed - not converted", "disqualified", "dead", "lost", "junk"]),
    word("converted", &["closed - converted"]),
]);

pub(super) static STAGE_KINDS: Choices = closed(&[
    word("open", &["active", "in progress"]),
    word("won", &["closed won", "win"]),
    word("lost", &["closed lost", "lose"]),
]);

pub(super) static DEAL_ROLES: Choices = open(&[
    word("decision_maker", &["decider", "economic buyer"]),
    word("influencer", &[]),
    word("user", &["end user"]),
    word("blocker", &[]),
]);

pub(super) static PRIORITIES: Choices = closed(&[
    word("low", &["l", "низкий", "low priority", "4 low"]),
    word("normal", &["m", "medium", "middle", "обычный", "средний", "standard"]),
    word("high", &["h", "высокий", "important"]),
    word("urgent", &["u", "срочный", "critical", "highest", "immediate"]),
]);

pub(super) static TASK_STATUSES: Choices = closed(&[
    word("open", &["not started", "todo", "to do", "new", "pending", "planned", "не начата"]),
    word("doing", &["in progress", "started", "выполняется"]),
    word("waiting", &["deferred", "on hold", "waiting on someone else", "blocked"]),
    word("done", &["completed", "complete", "finished", "closed", "held", "завершена"]),
    word("cancelled", &["canceled", "not held", "dropped"]),
]);

/// What an activity is, and the channel a ticket came by.
pub(super) static CHANNELS: Choices = open(&[
    word("call", &["phone", "phone call", "telephone", "звонок"]),
    word("mail", &["email", "e-mail", "письмо"]),
    word("meeting", &["appointment", "lunch", "demo", "встреча"]),
    word("note", &["comment", "заметка"]),
    word("sms", &["text", "text message"]),
    word("chat", &["messenger", "live chat", "im"]),
    word("visit", &["on site"]),
    word("fax", &[]),
    word("post", &["letter", "postal mail"]),
    word("web", &["web form", "portal", "website"]),
    word("social", &["social media", "twitter", "facebook"]),
    word("event", &["conference", "webinar"]),
]);

pub(super) static DIRECTIONS: Choices = closed(&[
    word("in", &["inbound", "incoming", "received", "входящий"]),
    word("out", &["outbound", "outgoing", "sent", "исходящий"]),
    word("inside", &["internal"]),
]);

pub(super) static TICKET_KINDS: Choices = open(&[
    word("question", &["inquiry"]),
    word("problem", &["incident", "bug", "issue"]),
    word("request", &["feature request", "service request"]),
    word("complaint", &["grievance"]),
]);

pub(super) static HORIZONS: Choices = closed(&[
    word("short", &["short term"]),
    word("medium", &["medium term"]),
    word("long", &["long term"]),
]);

pub(super) static TICKET_STATUSES: Choices = closed(&[
    word("new", &["новый"]),
    word("open", &["in progress", "assigned", "открыт"]),
    word("pending", &["waiting", "waiting on customer", "waiting for customer"]),
    word("on_hold", &["hold", "onhold"]),
    word("resolved", &["solved", "fixed", "решён"]),
    word("closed", &["закрыт"]),
]);

pub(super) static ANSWERS: Choices = closed(&[
    word("accepted", &["yes", "going", "attending"]),
    word("declined", &["no", "not going"]),
    word("tentative", &["maybe"]),
    word("invited", &["needs-action", "no answer"]),
]);

/// How a rule finds who gets a lead.
pub(super) static ASSIGN_BY: Choices = closed(&[
    word("round_robin", &["rr", "turn", "in turn"]),
    word("load", &["least loaded", "workload"]),
    word("territory", &[]),
    word("field", &[]),
    word("user", &["person"]),
]);

pub(super) static BONUS_OF: Choices =
    closed(&[word("won", &[]), word("above", &["excess", "over"])]);
