//! Values as people read them in tables and on pages: local times, grouped amounts, labels.

use chrono_tz::Tz;

use super::money::amount_for_people;
use super::when::{Due, duration_for_people};
use super::{Field, Kind, Part, Value};

/// A value for people.
#[must_use]
pub fn shown(field: &Field, part: Part, value: &Value, zone: Tz) -> String {
    match (value, part) {
        (Value::Money(m), Part::Currency) => m.currency.to_string(),
        (Value::Money(m), _) => amount_for_people(m.minor, m.currency),
        (Value::Totals(sums), _) => sums
            .iter()
            .map(|m| amount_for_people(m.minor, m.currency))
            .collect::<Vec<_>>()
            .join(", "),
        (Value::Instant(at) | Value::Due(Due::At(at)), _) => local(*at, zone),
        (Value::Int(n), _) if field.kind == Kind::Duration => duration_for_people(*n),
        (Value::Decimal(n), _) if field.kind == Kind::Percent => format!("{} %", n.normalize()),
        (Value::Bool(b), _) => if *b { "yes" } else { "no" }.to_owned(),
        (Value::Link(to), Part::Id) => to.id.to_string(),
        (Value::Link(to), Part::Uid) => to.uid.to_string(),
        (Value::Link(to), _) => to.shown(),
        (Value::Links(links), _) => links
            .iter()
            .map(|l| match &l.role {
                Some(role) => format!("{} ({role})", l.shown()),
                None => l.shown(),
            })
            .collect::<Vec<_>>()
            .join(", "),
        (Value::List(items), Part::First) => {
            items.first().map_or(String::new(), |i| i.value.clone())
        }
        (Value::List(items), _) => items
            .iter()
            .map(|i| {
                if i.label.is_empty() {
                    i.value.clone()
                } else {
                    format!("{} ({})", i.value, i.label)
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
        (Value::Words(words), _) => words.join(", "),
        (other, _) => other.to_cell(),
    }
}

/// An instant on the user's clock.
#[must_use]
pub fn local(at: chrono::DateTime<chrono::Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// Whether a column's values stand at the right, under each other by their units.
#[must_use]
pub fn is_numeric(field: &Field, part: Part) -> bool {
    match part {
        Part::Id => true,
        Part::Whole => matches!(
            field.kind,
            Kind::Int | Kind::Decimal | Kind::Money | Kind::Percent | Kind::Duration
        ),
        _ => false,
    }
}
