//! Who looks after which part of the market, what they are to sell there, and what they get for it.

use super::setup::{TEAM, USER};
use super::words::{ANY, BONUS_OF};
use crate::entity::{Default, Entity, Kind, Locale, Misfit, Value, computed, field, label, link};

/// The territory that a company or a lead falls into: the first whose every criterion fits. What a
/// territory says nothing about is no criterion; one that says nothing takes nothing by itself.
pub(super) const TERRITORY_THAT_FITS: &str = "SELECT r.id FROM territory r WHERE r.trashed IS NULL \
     AND (r.min_employees IS NOT NULL OR r.max_employees IS NOT NULL \
      OR EXISTS (SELECT 1 FROM territory_countries c WHERE c.record = r.id) \
      OR EXISTS (SELECT 1 FROM territory_regions c WHERE c.record = r.id) \
      OR EXISTS (SELECT 1 FROM territory_industries c WHERE c.record = r.id)) \
     AND (NOT EXISTS (SELECT 1 FROM territory_countries c WHERE c.record = r.id) \
      OR EXISTS (SELECT 1 FROM territory_countries c WHERE c.record = r.id AND lower_u(c.value) = lower_u(:country))) \
     AND (NOT EXISTS (SELECT 1 FROM territory_regions c WHERE c.record = r.id) \
      OR EXISTS (SELECT 1 FROM territory_regions c WHERE c.record = r.id AND lower_u(c.value) = lower_u(:region))) \
     AND (NOT EXISTS (SELECT 1 FROM territory_industries c WHERE c.record = r.id) \
      OR EXISTS (SELECT 1 FROM territory_industries c WHERE c.record = r.id AND lower_u(c.value) = lower_u(:industry))) \
     AND (r.min_employees IS NULL OR :employees >= r.min_employees) \
     AND (r.max_employees IS NULL OR :employees <= r.max_employees) \
     ORDER BY r.position IS NULL, r.position, r.id LIMIT 1";

/// The least number of people is not above the greatest.
fn some_size_fits<'r>(get: &dyn Fn(&str) -> &'r Value) -> Result<(), Misfit> {
    match (get("min_employees").as_int(), get("max_employees").as_int()) {
        (Some(least), Some(most)) if least > most => Err(Misfit {
            field: "min_employees",
            why: format!("{least} is above max employees, {most}: no company would fit"),
            hint: "exchange the two, or leave one out",
        }),
        _ => Ok(()),
    }
}

pub static TERRITORY: Entity = Entity::new(
    "territory",
    "territories",
    "A part of the market: countries, regions, industries, sizes of companies",
    &[
        label("name", "Name"),
        field("position", Kind::Int, "Place in the order in which territories are tried, from 1"),
        field("countries", Kind::Words(&ANY), "Countries, as the records write them")
            .aliases(&["country"]),
        field("regions", Kind::Words(&ANY), "States, provinces or regions").aliases(&["region"]),
        field("industries", Kind::Words(&ANY), "Industries").aliases(&["industry"]),
        field("min_employees", Kind::Int, "Companies of so many people or more")
            .range(0, 100_000_000),
        field("max_employees", Kind::Int, "Companies of so many people or fewer")
            .range(0, 100_000_000),
        link("owner", &USER, "Who looks after it; gets its leads"),
        link("team", &TEAM, "The team that looks after it"),
        link("parent", &TERRITORY, "The territory it is part of").no_loop(),
        computed(
            "companies",
            Kind::Int,
            "(SELECT count(*) FROM company c WHERE c.territory = {t}.id AND c.trashed IS NULL)",
            "How many companies are in it",
        ),
        computed(
            "leads",
            Kind::Int,
            "(SELECT count(*) FROM lead l WHERE l.territory = {t}.id AND l.trashed IS NULL)",
            "How many leads are in it",
        ),
    ],
)
.key(&["name"])
.unique()
.columns(&[
    "id",
    "position",
    "name",
    "countries",
    "regions",
    "industries",
    "owner",
    "team",
    "companies",
])
.rule(some_size_fits)
.sort("position,name")
.named_uid()
.setup();

/// A month, a quarter or a year in its one form: `2026-11`, `2026-Q4`, `2026`.
fn period_of_targets(value: Value, locale: &Locale) -> Result<Value, String> {
    let Value::Text(text) = &value else { return Ok(value) };
    let period = locale.times.period(text).map_err(|_| not_a_period(text))?;
    period.name().map(Value::Text).ok_or_else(|| not_a_period(text))
}

fn not_a_period(text: &str) -> String {
    format!("`{text}` is neither a month (2026-11), a quarter (2026-Q4) nor a year (2026)")
}

fn above_nothing(value: Value, _: &Locale) -> Result<Value, String> {
    let is_above = match &value {
        Value::Money(m) => m.minor > 0,
        Value::Amount(n) => *n > rust_decimal::Decimal::ZERO,
        _ => true,
    };
    if is_above { Ok(value) } else { Err(format!("`{}` is not above 0", value.to_cell())) }
}

/// The first day of the period of `t`.
macro_rules! first_day {
    ($t:literal) => {
        concat!(
            "(CASE WHEN length(",
            $t,
            ".period) = 4 THEN ",
            $t,
            ".period || '-01-01' WHEN ",
            $t,
            ".period LIKE '____-Q_' THEN substr(",
            $t,
            ".period, 1, 5) || printf('%02d', substr(",
            $t,
            ".period, 7, 1) * 3 - 2) || '-01' ELSE ",
            $t,
            ".period || '-01' END)"
        )
    };
}

/// The last day of the period of `t`.
macro_rules! last_day {
    ($t:literal) => {
        concat!(
            "date(",
            first_day!($t),
            ", CASE WHEN length(",
            $t,
            ".period) = 4 THEN '+12 months' WHEN ",
            $t,
            ".period LIKE '____-Q_' THEN '+3 months' ELSE '+1 months' END, '-1 day')"
        )
    };
}

/// SQL for the deals that a quota `t` counts: those won in the period, by the day they closed; a
/// team's and a territory's with those of the ones below.
macro_rules! won_deals {
    ($t:literal) => {
        concat!(
            " FROM deal d JOIN stage s ON s.id = d.stage \
             WHERE d.trashed IS NULL AND s.kind = 'won' AND d.amount IS NOT NULL \
             AND coalesce(d.closes, substr(d.closed, 1, 10)) >= ", first_day!($t),
            " AND coalesce(d.closes, substr(d.closed, 1, 10)) <= ", last_day!($t),
            " AND (", $t, ".user IS NULL OR d.owner = ", $t, ".user) \
             AND (", $t, ".team IS NULL OR d.owner IN (SELECT u.id FROM user u WHERE u.team IN \
              (WITH RECURSIVE below(id) AS (SELECT ", $t, ".team UNION SELECT x.id FROM team x JOIN below b ON x.parent = b.id) SELECT id FROM below))) \
             AND (", $t, ".territory IS NULL OR d.company IN (SELECT c.id FROM company c WHERE c.territory IN \
              (WITH RECURSIVE below(id) AS (SELECT ", $t, ".territory UNION SELECT x.id FROM territory x JOIN below b ON x.parent = b.id) SELECT id FROM below)))"
        )
    };
}

const WON: &str = concat!(
    "SELECT d.amount_currency AS currency, sum(d.amount) AS minor",
    won_deals!("{t}"),
    " GROUP BY 1"
);
/// The ids of the deals that a quota `{t}` counts as won.
pub const DEALS_OF_QUOTA: &str = concat!("SELECT d.id", won_deals!("{t}"));

pub static QUOTA: Entity = Entity::new(
    "quota",
    "quotas",
    "What a user, a team or a territory is to win in a period",
    &[
        label("period", "A month, a quarter or a year: 2026-11, 2026-Q4, 2026")
            .check(period_of_targets)
            .headers(&["quarter", "month", "year"]),
        field("amount", Kind::Money, "What is to be won")
            .required()
            .check(above_nothing)
            .aliases(&["target"])
            .headers(&["quota", "goal"]),
        link("user", &USER, "Whose deals count").narrows().headers(&["owner", "rep", "sales rep"]),
        link("team", &TEAM, "The deals of whose users count, with the teams below").narrows(),
        link("territory", &TERRITORY, "The deals of whose companies count, with those below")
            .narrows(),
        field("about", Kind::Longtext, "Notes, in Markdown").aliases(&["notes"]),
        computed("first_day", Kind::Date, first_day!("{t}"), "The first day of the period"),
        computed("last_day", Kind::Date, last_day!("{t}"), "The last day of the period"),
        computed("won", Kind::Totals, WON, "Worth of the deals won in the period, by currency"),
    ],
)
.columns(&["id", "period", "user", "team", "territory", "amount", "won"])
.sort("-period,id")
.setup();

/// A bonus is a part of what was won, an amount, or both.
fn pays_something<'r>(get: &dyn Fn(&str) -> &'r Value) -> Result<(), Misfit> {
    if !get("percent").is_empty() || !get("amount").is_empty() {
        return Ok(());
    }
    Err(Misfit {
        field: "percent",
        why: "the bonus has neither a percent nor an amount".to_owned(),
        hint: "say what is paid: `--percent 5`, `--amount 500`, or both",
    })
}

pub static BONUS: Entity = Entity::new(
    "bonus",
    "bonuses",
    "What is paid from a share of the quota on; the highest one reached counts",
    &[
        label("name", "What the rule is called"),
        field("attainment", Kind::Int, "Percent of the quota from which on it is paid")
            .required()
            .range(0, 100_000),
        field("percent", Kind::Percent, "Percent of what was won that is paid"),
        field("of", Kind::Choice(&BONUS_OF), "Percent of what: all that was won, or what is above")
            .default(Default::Text("won")),
        field("amount", Kind::Money, "A fixed amount that is paid"),
        link("team", &TEAM, "For quotas of this team and its users alone").narrows(),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "attainment", "percent", "of", "amount", "team"])
.rule(pays_something)
.sort("attainment,id")
.named_uid()
.setup();

/// Companies and leads have this default.
pub(super) const fn territory() -> crate::entity::Field {
    link("territory", &TERRITORY, "The territory it is in; found by the rules if not said")
        .default(Default::Query(TERRITORY_THAT_FITS))
}

/// How many records name this one as who sent them; a lead that was converted counts as what it
/// became.
macro_rules! referrals {
    ($noun:literal) => {
        concat!(
            "((SELECT count(*) FROM company r WHERE r.referred_by = {t}.id AND r.referred_by_noun = '", $noun, "' AND r.trashed IS NULL) \
             + (SELECT count(*) FROM contact r WHERE r.referred_by = {t}.id AND r.referred_by_noun = '", $noun, "' AND r.trashed IS NULL) \
             + (SELECT count(*) FROM lead r WHERE r.referred_by = {t}.id AND r.referred_by_noun = '", $noun, "' AND r.trashed IS NULL AND r.status IS NOT 'converted'))"
        )
    };
}
pub(super) const REFERRALS_OF_COMPANY: &str = referrals!("company");
pub(super) const REFERRALS_OF_CONTACT: &str = referrals!("contact");
