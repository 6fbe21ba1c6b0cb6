//! Companies, the people in them, and leads.

use super::sales::{DEAL, to_four_decimals};
use super::setup::USER;
use super::sharing::ASSIGNMENT;
use super::targets::{REFERRALS_OF_COMPANY, REFERRALS_OF_CONTACT, territory};
use super::words::{ANY, LEAD_STATUSES, LIFECYCLES, ROLES};
use crate::entity::{
    Default, Doubles, Entity, Field, Kind, State, Target, computed, field, label, link, list,
};

/// The channels that people and companies share.
const EMAILS: Field = list("emails", "email", &Kind::Email, "E-mail addresses, the main one first")
    .headers(&[
        "e-mail",
        "email address",
        "e-mail address",
        "mail",
        "work email",
        "email 1",
        "контакт e-mail",
        "адрес эл. почты",
    ]);
const PHONES: Field = list("phones", "phone", &Kind::Phone, "Phone numbers, the main one first")
    .headers(&["phone number", "telephone", "tel", "phone 1", "телефон"]);
const ADDRESSES: Field = list(
    "addresses",
    "address",
    &Kind::Address,
    "Postal addresses: street | city | region | postal code | country",
);
const URLS: Field = list("urls", "url", &Kind::Url, "Web pages");
const CITY: Field =
    field("city", Kind::Text, "City").sorted().headers(&["town", "locality", "город"]);
const REGION: Field = field("region", Kind::Text, "State, province or region").headers(&[
    "state",
    "province",
    "county",
    "область",
]);
const COUNTRY: Field =
    field("country", Kind::Text, "Country").headers(&["country code", "country/region", "страна"]);
const SOURCE: Field = field("source", Kind::Choice(&ANY), "Where it came from").headers(&[
    "lead source",
    "leadsource",
    "original source",
    "utm_source",
    "источник",
]);
const ABOUT: Field = field("about", Kind::Longtext, "Notes, in Markdown")
    .aliases(&["notes", "description"])
    .headers(&[
        "note",
        "comments",
        "comment",
        "message",
        "enquiry",
        "заметки",
        "описание",
        "сообщение",
    ]);
const OWNER: Field = link("owner", &USER, "Who looks after it").headers(&[
    "account owner",
    "contact owner",
    "lead owner",
    "assigned to",
    "responsible",
    "ответственный",
]);

/// What was last done about a record: the latest activity that names it.
const LAST_ACTIVITY_OF_COMPANY: &str = "(SELECT max(a.at) FROM activity_about l JOIN activity a ON a.id = l.record WHERE a.trashed IS NULL AND ((l.noun = 'company' AND l.target = {t}.id) OR (l.noun = 'contact' AND l.target IN (SELECT c.id FROM contact c WHERE c.company = {t}.id)) OR (l.noun = 'deal' AND l.target IN (SELECT d.id FROM deal d WHERE d.company = {t}.id))))";
const LAST_ACTIVITY_OF_CONTACT: &str = "(SELECT max(a.at) FROM activity_about l JOIN activity a ON a.id = l.record WHERE a.trashed IS NULL AND l.noun = 'contact' AND l.target = {t}.id)";

pub static COMPANY: Entity = Entity::new("company", "companies", "An organisation: customer, partner, supplier, competitor", &[
    label("name", "Name of the organisation")
        .headers(&["company name", "organization", "organisation", "account name", "account", "организация", "компания", "company"]),
    field("roles", Kind::Words(&ROLES), "What it is to us: customer, partner, supplier, …")
        .aliases(&["role"])
        .headers(&["account type", "relationship"]),
    field("domain", Kind::Text, "Domain of its mail and web site").trimmed().headers(&["company domain name", "email domain"]),
    field("website", Kind::Url, "Web site").headers(&["web site", "web page", "homepage", "web", "url", "сайт"]),
    field("industry", Kind::Choice(&ANY), "Industry").headers(&["sector", "отрасль"]),
    field("employees", Kind::Int, "Number of people who work there")
        .range(0, 1_000_000_000)
        .headers(&["number of employees", "numberofemployees", "numemp", "employee count", "company size", "no. of employees"]),
    EMAILS,
    PHONES,
    ADDRESSES,
    CITY,
    REGION,
    COUNTRY,
    link("parent", &COMPANY, "The company it belongs to").no_loop().headers(&["parent account", "parent company"]),
    OWNER.default(Default::Nothing),
    SOURCE,
    field("referred_by", Kind::Link(Target::Any(&[])), "Who sent them to us"),
    field("tax_id", Kind::Text, "Tax number").trimmed().headers(&["vat", "vat number", "инн", "tax number"]),
    field("currency", Kind::Currency, "Currency of its deals"),
    territory(),
    field("commission", Kind::Percent, "A partner's share of the deals it brings").check(to_four_decimals),
    ABOUT,
    computed("open_deals", Kind::Int, "(SELECT count(*) FROM deal d JOIN stage s ON s.id = d.stage WHERE d.company = {t}.id AND d.trashed IS NULL AND s.kind = 'open')", "Number of open deals"),
    computed("open_amount", Kind::Totals, "SELECT d.amount_currency AS currency, sum(d.amount) AS minor FROM deal d JOIN stage s ON s.id = d.stage WHERE d.company = {t}.id AND d.trashed IS NULL AND s.kind = 'open' AND d.amount IS NOT NULL GROUP BY 1", "Worth of open deals, by currency"),
    computed("won_amount", Kind::Totals, "SELECT d.amount_currency AS currency, sum(d.amount) AS minor FROM deal d JOIN stage s ON s.id = d.stage WHERE d.company = {t}.id AND d.trashed IS NULL AND s.kind = 'won' AND d.amount IS NOT NULL GROUP BY 1", "Worth of won deals, by currency"),
    computed("last_activity", Kind::Datetime, LAST_ACTIVITY_OF_COMPANY, "When something last happened"),
    computed("referrals", Kind::Int, REFERRALS_OF_COMPANY, "How many it sent to us"),
])
.key(&["domain", "name"])
.doubles(Doubles::Company)
.columns(&["id", "name", "domain", "industry", "city", "country", "owner", "open_deals"])
.sort("name")
.states(&[
    State { name: "partner", about: "has the role partner", sql: "EXISTS (SELECT 1 FROM company_roles r WHERE r.record = {t}.id AND r.value = 'partner')" },
    State { name: "customer", about: "has the role customer", sql: "EXISTS (SELECT 1 FROM company_roles r WHERE r.record = {t}.id AND r.value = 'customer')" },
    State { name: "open", about: "has open deals", sql: "EXISTS (SELECT 1 FROM deal d JOIN stage s ON s.id = d.stage WHERE d.company = {t}.id AND d.trashed IS NULL AND s.kind = 'open')" },
]);

pub static CONTACT: Entity = Entity::new("contact", "contacts", "A person", &[
    label("name", "Full name")
        .required()
        .headers(&["full name", "display name", "contact name", "person", "contact", "имя и фамилия", "фио", "name*"])
        .made_of(&["name_prefix", "given_name", "middle_name", "family_name", "name_suffix"]),
    field("given_name", Kind::Text, "First name").trimmed().aliases(&["first_name"]).headers(&["firstname", "given name", "имя", "forename"]),
    field("middle_name", Kind::Text, "Middle name or patronymic").trimmed().headers(&["additional name", "отчество"]),
    field("family_name", Kind::Text, "Last name").trimmed().aliases(&["last_name"]).headers(&["lastname", "surname", "фамилия"]),
    field("name_prefix", Kind::Text, "Dr, Mrs, …").trimmed().headers(&["salutation", "honorific", "обращение"]),
    field("name_suffix", Kind::Text, "Jr, PhD, …").trimmed().headers(&["suffix", "суффикс"]),
    link("company", &COMPANY, "The company they work for, the main one")
        .headers(&["company name", "organization", "organisation", "account name", "account", "organization name", "employer", "организация", "компания"]),
    field("companies", Kind::Links(Target::One(&COMPANY), None), "All companies they belong to, the main one first").main("company"),
    field("title", Kind::Text, "Job title").aliases(&["job_title"]).headers(&["job title", "position", "organization title", "job", "должность"]),
    field("department", Kind::Text, "Department").headers(&["organization department", "отдел"]),
    EMAILS,
    PHONES,
    list("handles", "handle", &Kind::Handle, "Names on social networks, labelled by network"),
    URLS.headers(&["website", "web page", "веб-страница"]),
    ADDRESSES,
    CITY,
    REGION,
    COUNTRY,
    field("birthday", Kind::Date, "Date of birth; `--05-14` where nobody knows the year").yearless().headers(&["birthdate", "date of birth", "день рождения"]),
    link("manager", &CONTACT, "Whom they report to").no_loop().headers(&["reports to", "manager's name"]),
    OWNER,
    SOURCE,
    field("language", Kind::Text, "Language they speak").headers(&["язык"]),
    field("time_zone", Kind::Zone, "Time zone they live in"),
    field("lifecycle", Kind::Choice(&LIFECYCLES), "How far they have come with us").headers(&["lifecycle stage"]),
    list("consent", "consent", &Kind::Consent, "Consent by channel: given, asked or refused, when and how"),
    field("referred_by", Kind::Link(Target::Any(&[])), "Who sent them to us"),
    ABOUT,
    computed("last_activity", Kind::Datetime, LAST_ACTIVITY_OF_CONTACT, "When something last happened"),
    computed("referrals", Kind::Int, REFERRALS_OF_CONTACT, "How many they sent to us"),
    computed("next_task", Kind::Due, "(SELECT min(k.due) FROM task k WHERE k.trashed IS NULL AND k.status NOT IN ('done', 'cancelled') AND k.about_noun = 'contact' AND k.about = {t}.id)", "When the next task about them is due"),
])
.key(&["emails"])
.doubles(Doubles::Person)
.columns(&["id", "name", "company", "title", "email", "phone", "city", "owner"])
.sort("name");

/// Something of the first policy that fits a lead, `p`.
macro_rules! of_policy {
    ($what:expr) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM response p WHERE p.trashed IS NULL AND (p.source IS NULL OR p.source = {t}.source COLLATE NOCASE) \
             AND (p.country IS NULL OR p.country = {t}.country COLLATE NOCASE) \
             AND (p.industry IS NULL OR p.industry = {t}.industry COLLATE NOCASE) \
             ORDER BY p.position IS NULL, p.position, p.id LIMIT 1)"
        )
    };
}

/// What the functions of office hours are told: the instant at which a lead came, a second value, and
/// the office of the policy `p`, a line each.
macro_rules! in_office {
    ($second:expr) => {
        concat!(
            "{t}.created || char(10) || ",
            $second,
            " || char(10) || p.hours || char(10) || coalesce(p.zone, 'UTC') \
             || coalesce((SELECT char(10) || group_concat(h.value, char(10)) FROM response_holidays h WHERE h.record = p.id), '')"
        )
    };
}

/// The day and time until which the first policy that fits wants an answer.
macro_rules! response_due {
    () => {
        of_policy!(concat!(
            "CASE WHEN p.hours IS NULL THEN strftime('%Y-%m-%dT%H:%M:%SZ', {t}.created, '+' || p.within || ' minutes') \
             ELSE nullif(office_due(",
            in_office!("p.within"),
            "), '') END"
        ))
    };
}

/// The first thing that went out to the lead, or was done with them, after they came.
macro_rules! responded_at {
    () => {
        "(SELECT min(a.at) FROM activity_about l JOIN activity a ON a.id = l.record WHERE l.noun = 'lead' \
         AND l.target = {t}.id AND a.trashed IS NULL AND a.at >= {t}.created AND (a.direction = 'out' \
         OR (a.direction IS NULL AND a.kind IN ('call', 'mail', 'meeting', 'sms', 'chat', 'visit'))))"
    };
}

const RESPONSE_DUE: &str = response_due!();
const RESPONDED_AT: &str = responded_at!();
/// Of who came, the policy's id.
pub const POLICY_OF_LEAD: &str = of_policy!("p.id");
pub const ANSWER_TO_LEAD: &str = RESPONDED_AT;
const RESPONSE_POLICY: &str = of_policy!("p.name");
const RESPONSE_TIME: &str = concat!(
    "coalesce(",
    of_policy!(concat!(
        "CASE WHEN p.hours IS NOT NULL THEN CAST(office_minutes(",
        in_office!(responded_at!()),
        ") AS INTEGER) END"
    )),
    ", CAST(round((julianday(",
    responded_at!(),
    ") - julianday({t}.created)) * 1440) AS INTEGER))"
);
const UNANSWERED: &str =
    concat!("({t}.status NOT IN ('converted', 'unqualified') AND ", responded_at!(), " IS NULL)");
const LATE: &str = concat!(
    "({t}.status NOT IN ('converted', 'unqualified') AND ",
    responded_at!(),
    " IS NULL AND ",
    response_due!(),
    " < :now)"
);
const ANSWERED_LATE: &str = concat!("(", responded_at!(), " > ", response_due!(), ")");

pub static LEAD: Entity = Entity::new(
    "lead",
    "leads",
    "Somebody who showed interest and isn't qualified yet",
    &[
        label("name", "Full name")
            .headers(&["full name", "display name", "contact name", "фио"])
            .made_of(&["given_name", "family_name"]),
        field("given_name", Kind::Text, "First name")
            .trimmed()
            .aliases(&["first_name"])
            .headers(&["firstname", "given name", "имя"]),
        field("family_name", Kind::Text, "Last name").trimmed().aliases(&["last_name"]).headers(&[
            "lastname",
            "surname",
            "фамилия",
        ]),
        field("company_name", Kind::Text, "Name of their company")
            .trimmed()
            .aliases(&["company"])
            .headers(&["organization", "organisation", "account name", "организация", "компания"]),
        field("title", Kind::Text, "Job title").headers(&["job title", "position", "должность"]),
        field("industry", Kind::Choice(&ANY), "Industry").headers(&["sector"]),
        field("employees", Kind::Int, "Number of people who work at their company")
            .range(0, 1_000_000_000)
            .headers(&["number of employees", "company size", "employee count"]),
        EMAILS,
        PHONES,
        ADDRESSES,
        field("website", Kind::Url, "Web site").headers(&["web site", "web page", "url"]),
        CITY,
        REGION,
        COUNTRY,
        SOURCE,
        field("status", Kind::Choice(&LEAD_STATUSES), "How far it has come")
            .default(Default::Text("new"))
            .word_by("converted", "lead convert")
            .headers(&["lead status"]),
        field("score", Kind::Int, "How promising").headers(&["lead score"]),
        OWNER.default(Default::Me),
        territory(),
        link("assigned_rule", &ASSIGNMENT, "The rule that gave it to its owner")
            .remembers()
            .by_action("lead assign"),
        field("assigned_why", Kind::Text, "Why its owner got it").by_action("lead assign"),
        field("assigned_at", Kind::Datetime, "When its owner got it").by_action("lead assign"),
        field("reason", Kind::Text, "Why it was not qualified"),
        field("referred_by", Kind::Link(Target::Any(&[])), "Who sent them to us"),
        ABOUT,
        link("converted_contact", &CONTACT, "The contact it became").by_action("lead convert"),
        link("converted_company", &COMPANY, "The company it became").by_action("lead convert"),
        link("converted_deal", &DEAL, "The deal it became").by_action("lead convert"),
        computed("response_policy", Kind::Text, RESPONSE_POLICY, "The policy that says so"),
        computed(
            "response_due",
            Kind::Datetime,
            RESPONSE_DUE,
            "When it has to be answered, by policy",
        ),
        computed("responded_at", Kind::Datetime, RESPONDED_AT, "When it was first answered"),
        computed(
            "response_time",
            Kind::Duration,
            RESPONSE_TIME,
            "Time until it was first answered, in the policy's hours",
        ),
    ],
)
.key(&["emails"])
.doubles(Doubles::Person)
.columns(&["id", "name", "company_name", "status", "score", "email", "source", "owner"])
.sort("-created")
.states(&[
    State {
        name: "open",
        about: "neither converted nor unqualified",
        sql: "{t}.status NOT IN ('converted', 'unqualified')",
    },
    State { name: "unanswered", about: "open and not answered yet", sql: UNANSWERED },
    State { name: "late", about: "open, not answered and past its response_due", sql: LATE },
    State { name: "answered_late", about: "answered after its response_due", sql: ANSWERED_LATE },
    State { name: "converted", about: "became a contact", sql: "{t}.status = 'converted'" },
]);
