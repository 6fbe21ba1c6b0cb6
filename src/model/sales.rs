//! Pipelines, their stages, deals, and what is sold.

use super::money::{percent_of, rounded};
use super::people::{COMPANY, CONTACT};
use super::setup::USER;
use super::words::{ANY, DEAL_ROLES, FORECAST, RECURRING, STAGE_KINDS};
use crate::entity::{
    Default, Entity, Kind, Locale, Moved, State, SumOf, Target, Trail, Value, computed, field,
    label, link,
};

pub static PIPELINE: Entity = Entity::new(
    "pipeline",
    "pipelines",
    "The stages that deals of one kind go through",
    &[
        label("name", "Name"),
        field("currency", Kind::Currency, "Currency of its deals"),
        field("is_default", Kind::Bool, "Where a deal goes that names no pipeline").sole(),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "currency", "is_default"])
.sort("id")
.seeds(&[&[("name", "Sales"), ("is_default", "yes")]])
.named_uid()
.setup();

pub static STAGE: Entity = Entity::new(
    "stage",
    "stages",
    "A step of a pipeline",
    &[
        label("name", "Name"),
        link("pipeline", &PIPELINE, "The pipeline it is part of")
            .required()
            .default(Default::Query(DEFAULT_PIPELINE)),
        field("position", Kind::Int, "Place in the pipeline, from 1")
            .range(1, 100_000)
            .ranked("coalesce(kind, 'open') <> 'open'"),
        field("probability", Kind::Percent, "Chance that a deal here is won")
            .check(to_four_decimals)
            .default(Default::OfWord("kind", &[("won", "100"), ("lost", "0")])),
        field("kind", Kind::Choice(&STAGE_KINDS), "What it means for reports: open, won or lost")
            .default(Default::Text("open")),
        field("stale_days", Kind::Int, "Days until a deal here counts as stale").range(0, 100_000),
        field("required", Kind::Words(&ANY), "Fields that a deal must have to enter")
            .names_of(&DEAL),
    ],
)
.key(&["name"])
.unique()
.scope("pipeline")
.columns(&["id", "pipeline", "position", "name", "kind", "probability", "stale_days"])
.sort("pipeline,position,id")
.seeds(&[
    &[
        ("name", "Lead"),
        ("pipeline", "Sales"),
        ("position", "1"),
        ("probability", "10"),
        ("kind", "open"),
    ],
    &[
        ("name", "Qualified"),
        ("pipeline", "Sales"),
        ("position", "2"),
        ("probability", "25"),
        ("kind", "open"),
    ],
    &[
        ("name", "Proposal"),
        ("pipeline", "Sales"),
        ("position", "3"),
        ("probability", "50"),
        ("kind", "open"),
    ],
    &[
        ("name", "Negotiation"),
        ("pipeline", "Sales"),
        ("position", "4"),
        ("probability", "75"),
        ("kind", "open"),
    ],
    &[
        ("name", "Won"),
        ("pipeline", "Sales"),
        ("position", "5"),
        ("probability", "100"),
        ("kind", "won"),
    ],
    &[
        ("name", "Lost"),
        ("pipeline", "Sales"),
        ("position", "6"),
        ("probability", "0"),
        ("kind", "lost"),
    ],
])
.named_uid()
.setup();

/// The pipeline of a record that names none: the default one, else the first.
const DEFAULT_PIPELINE: &str = "SELECT id FROM pipeline WHERE trashed IS NULL ORDER BY coalesce(is_default, 0) DESC, id LIMIT 1";
/// The stage of a deal that names none.
const FIRST_STAGE: &str = "SELECT id FROM stage WHERE pipeline = :pipeline AND trashed IS NULL AND kind = 'open' ORDER BY position IS NULL, position, id LIMIT 1";

const STATUS: &str = "(SELECT s.kind FROM stage s WHERE s.id = {t}.stage)";
/// What is decided is sure, whatever chance it had while it was open.
const CHANCE: &str = "(SELECT CASE s.kind WHEN 'won' THEN 100.0 WHEN 'lost' THEN 0.0 ELSE coalesce({t}.probability, s.probability) END FROM stage s WHERE s.id = {t}.stage)";
const WEIGHTED: &str = percent_of!(
    "{t}.amount",
    "(SELECT CASE s.kind WHEN 'won' THEN 100.0 WHEN 'lost' THEN 0.0 ELSE coalesce({t}.probability, s.probability) END FROM stage s WHERE s.id = {t}.stage)"
);
const COMMISSION: &str = percent_of!(
    "{t}.amount",
    "coalesce({t}.commission, (SELECT c.commission FROM company c WHERE c.id = {t}.partner))"
);

/// A move of the expected close of a deal `{t}`: from a day to another while the deal was open. Of each
/// its place among them, and both days, which stand behind the instant.
macro_rules! slips {
    ($what:literal) => {
        concat!(
            "(SELECT ", $what, " FROM (SELECT position, substr(value, 22, 10) AS old, substr(value, 34, 10) AS new FROM deal_closes_history \
             WHERE record = {t}.id AND value GLOB '????-??-??T??:??:??Z ????-??-??..????-??-?? moved*') e)"
        )
    };
}

/// The slips of a deal `{t}` in no certain order: `2 2026-03-01 2026-04-01;…`, the place, from which
/// day, to which.
pub const SLIPS_OF_DEAL: &str =
    slips!("group_concat(e.position || ' ' || e.old || ' ' || e.new, ';')");
const SLIPS: &str = slips!("count(*)");
const SLIP_DAYS: &str =
    slips!("coalesce(CAST(round(sum(julianday(e.new) - julianday(e.old))) AS INTEGER), 0)");
const SLIPPED: &str = slips!(
    "'moved ' || nullif(count(*), 0) || CASE count(*) WHEN 1 THEN ' time, ' ELSE ' times, ' END || CAST(round(sum(julianday(e.new) - julianday(e.old))) AS INTEGER) || CASE abs(round(sum(julianday(e.new) - julianday(e.old)))) WHEN 1 THEN ' day' ELSE ' days' END"
);

/// What a deal's lines come to is what it is worth.
static LINES: SumOf = SumOf { noun: "line", link: "deal", total: "total", price: "price" };

fn moves(value: Value, _: &Locale) -> Result<Value, String> {
    Moved::in_order(value)
}

/// Every stay in a stage is kept; a won or a lost stage closes the deal.
static STAYS: Trail = Trail {
    stays: "stays",
    since: "stage_since",
    ended: "closed",
    expected: "closes",
    moves: "closes_history",
    told: &["lost_reason", "competitor"],
    needs: "required",
    ends: "SELECT coalesce(kind, 'open') <> 'open' FROM stage WHERE id = ?1",
    outcome: "status",
};

pub static DEAL: Entity = Entity::new("deal", "deals", "A possible sale on its way through a pipeline", &[
    label("name", "What is being sold").headers(&["title", "deal title", "deal name", "opportunity name", "opportunity", "название"]),
    link("company", &COMPANY, "Who is buying").headers(&["organization", "organisation", "account name", "account", "organization name", "компания"]),
    link("contact", &CONTACT, "Whom we talk to, the main one").headers(&["contact person", "person", "contact name", "contact email"]),
    field("contacts", Kind::Links(Target::One(&CONTACT), Some(&DEAL_ROLES)), "Others, each with a role: decision_maker, influencer, user, blocker"),
    link("pipeline", &PIPELINE, "The pipeline it is in").default(Default::Query(DEFAULT_PIPELINE)).by_action("deal move"),
    link("stage", &STAGE, "Where it stands")
        .required()
        .within("pipeline", "pipeline")
        .default(Default::Query(FIRST_STAGE))
        .by_action("deal move")
        .trail(&STAYS)
        .headers(&["stage name", "stagename", "deal stage", "sales stage", "этап"]),
    field("amount", Kind::Money, "What it is worth; the sum of its lines where it has any")
        .sum_of(&LINES)
        .not_negative()
        .currency_from(&["pipeline.currency", "company.currency"])
        .headers(&["value", "deal value", "deal amount", "expected revenue amount", "сумма"]),
    field("probability", Kind::Percent, "Its own chance; empty when the stage's counts").check(to_four_decimals).headers(&["probability (%)", "вероятность"]),
    field("forecast_category", Kind::Choice(&FORECAST), "How a forecast counts it; empty when that follows from its chance").headers(&["forecast category name"]),
    field("closes", Kind::Date, "When it should be decided, later when it was")
        .aliases(&["expected_close"])
        .headers(&["close date", "closedate", "expected close date", "closing date", "дата закрытия"]),
    field("closed", Kind::Datetime, "When it was won or lost").by_action("deal win").headers(&["won time", "lost time", "closed at", "close time"]),
    link("owner", &USER, "Whose deal it is").default(Default::Me).headers(&["deal owner", "opportunity owner", "assigned to", "ответственный"]),
    link("partner", &COMPANY, "The partner who brought it"),
    field("commission", Kind::Percent, "The partner's share of it, if not the partner's usual one").check(to_four_decimals),
    field("source", Kind::Choice(&ANY), "Where it came from").headers(&["lead source", "leadsource", "original source"]),
    field("next_step", Kind::Text, "What has to happen next").headers(&["next step", "nextstep"]),
    field("lost_reason", Kind::Choice(&ANY), "Why it was lost").by_action("deal lose").headers(&["loss reason", "lost reason", "closed lost reason"]),
    link("competitor", &COMPANY, "Who got it instead"),
    field("stage_since", Kind::Datetime, "When it came to its stage").quiet().headers(&["last stage change", "stage entered", "date entered stage", "stage entered date", "entered stage", "stage since", "stage change time", "last stage change date"]),
    field("stays", Kind::Links(Target::One(&STAGE), Some(&ANY)), "Every stay in a stage: since when, until when, by whom").dated().quiet().by_action("deal move"),
    field("closes_history", Kind::Words(&ANY), "Every move of its expected close: when, from which day to which, by whom").dated().check(moves).quiet().by_action("deal edit"),
    field("about", Kind::Longtext, "Notes, in Markdown").aliases(&["notes", "description"]).headers(&["note", "comments", "описание"]),
    computed("status", Kind::Choice(&STAGE_KINDS), STATUS, "open, won or lost: its stage's kind"),
    computed("chance", Kind::Percent, CHANCE, "Its probability, or its stage's; 100 once it is won, 0 once it is lost"),
    computed("weighted", Kind::Money, WEIGHTED, "Amount times chance").currency_from(&["amount"]),
    computed("commission_amount", Kind::Money, COMMISSION, "The partner's share of its amount").currency_from(&["amount"]),
    computed("slips", Kind::Int, SLIPS, "How often its expected close was moved").quiet(),
    computed("slip_days", Kind::Int, SLIP_DAYS, "By how many days in all, later ones less earlier ones").quiet(),
    computed("slipped", Kind::Text, SLIPPED, "The same in words"),
    computed("age", Kind::Int, "CAST(julianday(:now) - julianday({t}.created) AS INTEGER)", "Days since it was made"),
    computed("days_in_stage", Kind::Int, "CAST(julianday(:now) - julianday(coalesce({t}.stage_since, {t}.created)) AS INTEGER)", "Days since it came to its stage"),
])
.columns(&["id", "name", "company", "stage", "amount", "closes", "owner"])
.sort("-created")
.states(&[
    State { name: "open", about: "its stage is open", sql: "(SELECT s.kind FROM stage s WHERE s.id = {t}.stage) = 'open'" },
    State { name: "won", about: "its stage is a won one", sql: "(SELECT s.kind FROM stage s WHERE s.id = {t}.stage) = 'won'" },
    State { name: "lost", about: "its stage is a lost one", sql: "(SELECT s.kind FROM stage s WHERE s.id = {t}.stage) = 'lost'" },
    State { name: "stale", about: "open and longer in its stage than the stage's stale_days", sql: "EXISTS (SELECT 1 FROM stage s WHERE s.id = {t}.stage AND s.kind = 'open' AND CAST(julianday(:now) - julianday(coalesce({t}.stage_since, {t}.created)) AS INTEGER) > s.stale_days)" },
    State { name: "overdue", about: "open and its closing day is past", sql: "((SELECT s.kind FROM stage s WHERE s.id = {t}.stage) = 'open' AND {t}.closes < :today)" },
]);

pub static PRODUCT: Entity = Entity::new(
    "product",
    "products",
    "Something that is sold",
    &[
        label("name", "Name").headers(&["product name", "product"]),
        field("sku", Kind::Text, "Article number").required().trimmed().sorted().headers(&[
            "product code",
            "article",
            "code",
            "артикул",
        ]),
        field("category", Kind::Text, "Category").headers(&["product category", "family"]),
        field("unit", Kind::Text, "What a quantity counts: piece, hour, …"),
        field("price", Kind::Money, "Price of a unit").headers(&[
            "unit price",
            "list price",
            "цена",
        ]),
        field("cost", Kind::Money, "What a unit costs us").headers(&["unit cost"]),
        field("tax_rate", Kind::Percent, "Tax on the price").headers(&["tax", "vat rate"]),
        field("active", Kind::Bool, "Is on sale").default(Default::Text("yes")),
        field("about", Kind::Longtext, "Description, in Markdown")
            .aliases(&["notes", "description"]),
    ],
)
.key(&["sku"])
.unique()
.columns(&["id", "sku", "name", "category", "unit", "price", "active"])
.sort("name")
.states(&[State { name: "active", about: "is on sale", sql: "{t}.active = 1" }]);

/// Quantity times price less the discount, exact to a thousandth of a unit and a hundredth of a
/// percent, rounded half to even to the smallest unit of the currency.
const TOTAL: &str = rounded!(
    "{t}.price",
    "CAST(round(coalesce({t}.quantity, 1) * 1000) AS INTEGER) * (10000 - CAST(round(coalesce({t}.discount, 0) * 100) AS INTEGER))",
    "10000000"
);

/// As exact as totals are reckoned: what is finer would be shown and not counted.
fn at_most_decimals(value: Value, most: u32, named: &str) -> Result<Value, String> {
    match &value {
        Value::Decimal(n) if n.normalize().scale() > most => {
            Err(format!("`{n}` has more than {named} decimals"))
        }
        _ => Ok(value),
    }
}

/// As exact as what is so many percent of an amount is.
pub(super) fn to_four_decimals(value: Value, _: &Locale) -> Result<Value, String> {
    at_most_decimals(value, 4, "four")
}

fn to_a_thousandth(value: Value, _: &Locale) -> Result<Value, String> {
    at_most_decimals(value, 3, "three")
}

fn to_a_hundredth(value: Value, _: &Locale) -> Result<Value, String> {
    at_most_decimals(value, 2, "two")
}

pub static LINE: Entity = Entity::new(
    "line",
    "lines",
    "How much of what a deal is about; its lines add up to its amount",
    &[
        label("name", "What it is; the product's name if nothing is said")
            .default(Default::Linked("product", "name"))
            .headers(&["line", "item", "line item", "description"]),
        link("deal", &DEAL, "The deal it is part of").required().headers(&["opportunity"]),
        link("product", &PRODUCT, "What is sold").headers(&["product code", "sku", "article"]),
        field("quantity", Kind::Decimal, "How many")
            .range(0, 1_000_000_000)
            .check(to_a_thousandth)
            .default(Default::Text("1"))
            .headers(&["qty", "amount of units", "количество"]),
        field("price", Kind::Money, "Price of one; the product's if nothing is said")
            .currency_from(&[
                "product.price_currency",
                "deal.amount_currency",
                "deal.pipeline.currency",
                "deal.company.currency",
            ])
            .default(Default::Linked("product", "price"))
            .headers(&["unit price", "list price", "цена"]),
        field("discount", Kind::Percent, "Taken off the price")
            .check(to_a_hundredth)
            .headers(&["discount %", "скидка"]),
        field("recurring", Kind::Choice(&RECURRING), "once, or how often it comes again")
            .default(Default::Text("once"))
            .headers(&["billing frequency", "billing"]),
        field("about", Kind::Longtext, "Notes, in Markdown").aliases(&["notes"]),
        computed(
            "total",
            Kind::Money,
            TOTAL,
            "Quantity times price less discount; each period once",
        )
        .currency_from(&["price"]),
    ],
)
.columns(&["id", "deal", "name", "quantity", "price", "discount", "recurring", "total"])
.sort("deal,id");
