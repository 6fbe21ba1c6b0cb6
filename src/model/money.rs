//! What currencies are worth, day by day.

use rust_decimal::Decimal;

/// SQL for `n` ten-thousandths of a percent, a whole number of them, as a whole number of minor
/// units: a half goes to the even neighbour. `n` is a column.
macro_rules! half_even_share {
    ($n:literal) => {
        concat!(
            "(",
            $n,
            " / 1000000 + CASE WHEN abs(",
            $n,
            " % 1000000) > 500000 OR (abs(",
            $n,
            " % 1000000) = 500000 AND (",
            $n,
            " / 1000000) % 2 <> 0) THEN CASE WHEN ",
            $n,
            " < 0 THEN -1 ELSE 1 END ELSE 0 END)"
        )
    };
}

/// SQL for an amount in minor units times a percent, as [`half_even_share`] takes it: exact for
/// percents of up to four decimals, in whole numbers alone, so that no sum depends on its order.
macro_rules! share {
    ($amount:literal, $percent:literal) => {
        concat!("(", $amount, " * CAST(round(", $percent, " * 10000) AS INTEGER))")
    };
}

/// SQL for so many percent of an amount in minor units, rounded once, a half to the even neighbour.
macro_rules! percent_of {
    ($amount:literal, $percent:literal) => {
        concat!(
            "(SELECT ",
            $crate::model::half_even_share!("n"),
            " FROM (SELECT ",
            $crate::model::share!($amount, $percent),
            " AS n))"
        )
    };
}
pub(super) use percent_of;
pub(crate) use {half_even_share, share};

use crate::entity::{Entity, Kind, Locale, Value, field, label};

/// A rate has to be above nothing.
fn positive(value: Value, _: &Locale) -> Result<Value, String> {
    match value {
        Value::Decimal(n) if n <= Decimal::ZERO => Err(format!("`{n}` is not above 0")),
        other => Ok(other),
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
.named_uid()
.setup();
