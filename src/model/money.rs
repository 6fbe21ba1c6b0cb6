//! What currencies are worth, day by day.

use rust_decimal::Decimal;

/// SQL for `amount` × `times` / `under` in minor units, rounded once, a half to the even neighbour, to
/// the smallest unit of the amount's currency: as `entity::exchange::rounded`. All in whole numbers,
/// none larger than the amount, so that no sum depends on its order.
macro_rules! rounded {
    ($amount:literal, $times:expr, $under:literal) => {
        concat!(
            "(SELECT (q + CASE WHEN abs(r) * 2 > d OR (abs(r) * 2 = d AND q % 2 <> 0) \
             THEN CASE WHEN r < 0 THEN -1 ELSE 1 END ELSE 0 END) * (d / ",
            $under,
            ") FROM (SELECT a / d * b + a % d * b / d AS q, a % d * b % d AS r, d FROM (SELECT ",
            $amount,
            " AS a, ",
            $times,
            " AS b, CASE WHEN ",
            $amount,
            "_currency IN (",
            $crate::entity::money::whole_currencies!(),
            ") THEN ",
            $under,
            "00 ELSE ",
            $under,
            " END AS d)))"
        )
    };
}

/// SQL for so many percent of an amount, exact for percents of up to four decimals.
macro_rules! percent_of {
    ($amount:literal, $percent:literal) => {
        $crate::model::money::rounded!(
            $amount,
            concat!("CAST(round(", $percent, " * 10000) AS INTEGER)"),
            "1000000"
        )
    };
}
pub(super) use {percent_of, rounded};

use crate::entity::{Entity, Kind, Locale, Misfit, Value, field, label};

/// A rate has to be above nothing.
fn positive(value: Value, _: &Locale) -> Result<Value, String> {
    match value {
        Value::Decimal(n) if n <= Decimal::ZERO => Err(format!("`{n}` is not above 0")),
        other => Ok(other),
    }
}

/// A currency has no rate to itself.
fn of_two_currencies<'r>(get: &dyn Fn(&str) -> &'r Value) -> Result<(), Misfit> {
    match (get("base").as_text(), get("quote").as_text()) {
        (Some(base), Some(quote)) if base == quote => Err(Misfit {
            field: "quote",
            why: format!("both currencies are the same, `{quote}`"),
            hint: "`rolo rate add EUR USD 1.08`: one euro is 1.08 dollars",
        }),
        _ => Ok(()),
    }
}

pub static RATE: Entity = Entity::new(
    "rate",
    "rates",
    "What one unit of a currency was worth in another, from a day on",
    &[
        label("name", "Both currencies and the day").made_of(&["base", "quote", "date"]),
        field("base", Kind::Currency, "The currency of which one unit is taken")
            .required()
            .aliases(&["from"])
            .headers(&[
                "base currency",
                "from currency",
                "source currency",
                "currency from",
                "currency_denom",
                "source",
            ]),
        field("quote", Kind::Currency, "The currency that it is worth so much of")
            .required()
            .aliases(&["to"])
            .headers(&[
                "quote currency",
                "to currency",
                "target currency",
                "currency to",
                "counter currency",
                "currency",
                "currency code",
                "code",
                "target",
                "валюта",
            ]),
        field("rate", Kind::Decimal, "So much of the quote currency is one unit of the base")
            .required()
            .check(positive)
            .headers(&[
                "exchange rate",
                "value",
                "obs_value",
                "mid",
                "close",
                "price",
                "reference rate",
                "курс",
            ]),
        field("date", Kind::Date, "The day from which on it counts")
            .required()
            .aliases(&["valid_from"])
            .headers(&["day", "on", "as of", "effective date", "rate date", "time_period", "дата"]),
        field("about", Kind::Text, "Where it was taken from").headers(&["provider", "note"]),
    ],
)
.key(&["name"])
.unique()
.columns(&["id", "name", "base", "quote", "rate", "date", "about"])
.sort("-date,base,quote")
.rule(of_two_currencies)
.named_uid()
.setup();
