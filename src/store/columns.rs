//! How a value lies in its columns, and in the history.

use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Row, Statement};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use uuid::Uuid;

use crate::entity::money::{Currency, Money};
use crate::entity::text::fold;
use crate::entity::when::{Due, day_text, instant_text, stored_day, stored_instant};
use crate::entity::{Field, Item, Kind, LinkTo, Model, Target, Value, join_cell, leak, split_cell};
use crate::error::{Error, Result};

/// Pushes what stands in a field's columns, in the order of `schema::columns_of`.
pub(super) fn push_params(field: &Field, value: &Value, out: &mut Vec<Sql>) {
    match field.kind {
        Kind::Links(..) | Kind::Words(_) | Kind::Tags | Kind::Totals => return,
        Kind::List(_) => {
            let first = match value {
                Value::List(items) => items.first(),
                _ => None,
            };
            out.push(first.map_or(Sql::Null, |i| Sql::Text(i.value.clone())));
            out.push(
                first
                    .filter(|i| !i.label.is_empty())
                    .map_or(Sql::Null, |i| Sql::Text(i.label.clone())),
            );
            return;
        }
        Kind::Money => match value {
            Value::Money(m) => {
                out.push(Sql::Integer(m.minor));
                out.push(Sql::Text(m.currency.code().to_owned()));
            }
            _ => out.extend([Sql::Null, Sql::Null]),
        },
        Kind::Link(Target::Any(_)) => match value {
            Value::Link(to) => {
                out.push(Sql::Integer(to.id));
                out.push(Sql::Text(to.noun.to_owned()));
            }
            _ => out.extend([Sql::Null, Sql::Null]),
        },
        _ => out.push(single(value)),
    }
    if field.sorted {
        out.push(value.as_text().map_or(Sql::Null, |t| Sql::Text(fold(t))));
    }
}

/// Binds what stands in a field's columns from the parameter `at` on, and moves `at` behind them:
/// as [`push_params`], without copying text, and with the folded text that was made ready. Records go
/// in by the million.
pub(super) fn bind(
    field: &Field,
    value: &Value,
    folded: Option<&str>,
    stmt: &mut Statement,
    at: &mut usize,
) -> Result<()> {
    if value.is_empty() {
        // What isn't bound is null.
        *at += super::schema::columns_count(field);
        return Ok(());
    }
    let mut put = |stmt: &mut Statement, v: &dyn rusqlite::ToSql| -> Result<()> {
        stmt.raw_bind_parameter(*at, v)?;
        *at += 1;
        Ok(())
    };
    match (field.kind, value) {
        (Kind::List(_), Value::List(items)) if !items.is_empty() => {
            put(stmt, &items[0].value)?;
            put(stmt, &(!items[0].label.is_empty()).then_some(items[0].label.as_str()))?;
            return Ok(());
        }
        (Kind::Money, Value::Money(m)) => {
            put(stmt, &m.minor)?;
            put(stmt, &m.currency.code())?;
        }
        (Kind::Link(Target::Any(_)), Value::Link(to)) => {
            put(stmt, &to.id)?;
            put(stmt, &to.noun)?;
        }
        (Kind::List(_) | Kind::Money | Kind::Link(Target::Any(_)), _) => {
            put(stmt, &Sql::Null)?;
            put(stmt, &Sql::Null)?;
        }
        (_, Value::Text(text)) => put(stmt, text)?,
        (_, Value::Uid(uid)) => put(stmt, &uid.as_bytes().as_slice())?,
        (_, other) => put(stmt, &single(other))?,
    }
    match folded {
        _ if !field.sorted => {}
        Some(folded) => put(stmt, &folded)?,
        None => put(stmt, &value.as_text().map(fold))?,
    }
    Ok(())
}

/// A value that takes one column.
fn single(value: &Value) -> Sql {
    match value {
        Value::Text(text) => Sql::Text(text.clone()),
        Value::Int(n) => Sql::Integer(*n),
        Value::Bool(b) => Sql::Integer(i64::from(*b)),
        Value::Decimal(d) => d.to_f64().map_or(Sql::Null, Sql::Real),
        Value::Date(day) => Sql::Text(day_text(*day)),
        Value::Instant(at) => Sql::Text(instant_text(*at)),
        Value::Due(due) => Sql::Text(due.to_string()),
        Value::Uid(uid) => Sql::Blob(uid.as_bytes().to_vec()),
        Value::Link(to) => Sql::Integer(to.id),
        _ => Sql::Null,
    }
}

/// As [`read`], into a value whose memory is used again.
pub(super) fn read_into(
    field: &Field,
    row: &Row,
    at: &mut usize,
    model: &Model,
    into: &mut Value,
) -> Result<()> {
    let cell = row.get_ref(*at)?;
    if cell == ValueRef::Null && super::schema::read_count(field) == 1 {
        // Most columns of most records.
        *into = Value::Null;
        *at += 1;
        return Ok(());
    }
    let plain = field.kind.is_text() || matches!(field.kind, Kind::Longtext | Kind::Choice(_));
    if let (true, Value::Text(kept)) = (plain, &mut *into)
        && let Some(text) = text_of(cell)
    {
        kept.clear();
        kept.push_str(text);
        *at += 1;
        return Ok(());
    }
    if let (Kind::Link(Target::One(_)), Value::Link(kept)) = (field.kind, &mut *into)
        && let Some(id) = int_of(cell)
    {
        kept.id = id;
        kept.uid = Uuid::nil();
        kept.label.clear();
        kept.trashed = false;
        *at += 1;
        return Ok(());
    }
    if let (Kind::List(_), Value::List(kept)) = (field.kind, &mut *into)
        && let (Some(value), label) = (text_of(cell), text_of(row.get_ref(*at + 1)?))
    {
        kept.truncate(1);
        if let Some(first) = kept.first_mut() {
            first.value.clear();
            first.value.push_str(value);
            first.label.clear();
            first.label.push_str(label.unwrap_or_default());
            *at += 2;
            return Ok(());
        }
    }
    *into = read(field, row, at, model)?;
    Ok(())
}

/// Reads a field's columns from `at` on, and moves `at` behind them. A list holds its first value,
/// links are bare; what lives in other tables is left out.
pub(super) fn read(field: &Field, row: &Row, at: &mut usize, model: &Model) -> Result<Value> {
    let cell = row.get_ref(*at)?;
    *at += 1;
    Ok(match field.kind {
        Kind::List(_) => {
            let label = row.get_ref(*at)?;
            *at += 1;
            match text_of(cell) {
                Some(value) => Value::List(vec![Item {
                    label: text_of(label).unwrap_or_default().to_owned(),
                    value: value.to_owned(),
                }]),
                None => misfit(&[cell]),
            }
        }
        Kind::Money => {
            let currency = row.get_ref(*at)?;
            *at += 1;
            match (int_of(cell), text_of(currency).and_then(|c| c.parse::<Currency>().ok())) {
                (Some(minor), Some(currency)) => Value::Money(Money { minor, currency }),
                // A share of no amount has a currency all the same.
                (None, _) if !field.is_stored() => Value::Null,
                _ => misfit(&[cell, currency]),
            }
        }
        Kind::Link(Target::Any(_)) => {
            let noun = row.get_ref(*at)?;
            *at += 1;
            match (int_of(cell), text_of(noun).and_then(|n| model.get(n))) {
                (Some(id), Some(noun)) => Value::Link(LinkTo::bare(noun.name(), id)),
                _ => misfit(&[noun, cell]),
            }
        }
        Kind::Totals => totals(text_of(cell)),
        kind => one(kind, cell),
    })
}

/// A value of a kind that takes one column, as it was read; what doesn't fit the kind is text.
fn one(kind: Kind, cell: ValueRef) -> Value {
    let found = match kind {
        Kind::Int | Kind::Duration => int_of(cell).map(Value::Int),
        Kind::Bool => int_of(cell).map(|n| Value::Bool(n != 0)),
        Kind::Decimal | Kind::Percent => match cell {
            ValueRef::Real(n) => Decimal::from_f64(n).map(|d| Value::Decimal(d.normalize())),
            ValueRef::Integer(n) => Some(Value::Decimal(Decimal::from(n))),
            _ => None,
        },
        Kind::Date => text_of(cell).and_then(stored_day).map(Value::Date),
        Kind::Datetime => text_of(cell).and_then(stored_instant).map(Value::Instant),
        Kind::Due => text_of(cell).and_then(Due::stored).map(Value::Due),
        Kind::Uid => match cell {
            ValueRef::Blob(bytes) => Uuid::from_slice(bytes).ok().map(Value::Uid),
            _ => None,
        },
        Kind::Link(Target::One(to)) => {
            int_of(cell).map(|id| Value::Link(LinkTo::bare(to.name, id)))
        }
        _ => text_of(cell).map(|t| Value::Text(t.to_owned())),
    };
    found.unwrap_or_else(|| misfit(&[cell]))
}

/// What another program put into columns where no value of their field looks so: it is shown as
/// text, for nobody should take it for empty; `doctor` names it.
fn misfit(cells: &[ValueRef]) -> Value {
    let texts: Vec<String> = cells
        .iter()
        .filter_map(|cell| match cell {
            ValueRef::Null => None,
            ValueRef::Integer(n) => Some(n.to_string()),
            ValueRef::Real(n) => Some(n.to_string()),
            ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            ValueRef::Blob(bytes) => Some(bytes.iter().map(|b| format!("{b:02x}")).collect()),
        })
        .collect();
    if texts.is_empty() { Value::Null } else { Value::Text(texts.join(" ")) }
}

/// The text that stands where a value of the field can't, if it does; a bool beyond 0 and 1 and a
/// word that is no choice are such values too.
pub(super) fn stray(
    field: &Field,
    row: &Row,
    at: &mut usize,
    model: &Model,
) -> Result<Option<String>> {
    let first = row.get_ref(*at)?;
    let is_utf8 = matches!(first, ValueRef::Text(bytes) if std::str::from_utf8(bytes).is_ok());
    let is_bit = !matches!(first, ValueRef::Integer(n) if !(0..=1).contains(&n));
    let value = read(field, row, at, model)?;
    let fits = match (field.kind, &value) {
        (Kind::Bool, Value::Bool(_)) => is_bit,
        (Kind::Choice(choices), Value::Text(text)) if !choices.open && !field.custom => {
            choices.words.iter().any(|w| w.word == text)
        }
        (kind, Value::Text(_)) => {
            let plain = kind.is_text() || matches!(kind, Kind::Longtext | Kind::Choice(_));
            plain && is_utf8
        }
        _ => true,
    };
    Ok((!fits).then(|| if value == Value::Bool(true) { misfit(&[first]) } else { value }.to_cell()))
}

fn totals(json: Option<&str>) -> Value {
    let Some(serde_json::Value::Object(sums)) = json.and_then(|j| serde_json::from_str(j).ok())
    else {
        return Value::Totals(Vec::new());
    };
    let mut sums: Vec<Money> = sums
        .iter()
        .filter_map(|(code, minor)| {
            Some(Money { minor: minor.as_i64()?, currency: code.parse().ok()? })
        })
        .collect();
    sums.sort_by_key(|m| m.currency);
    Value::Totals(sums)
}

fn text_of(cell: ValueRef<'_>) -> Option<&str> {
    match cell {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn int_of(cell: ValueRef) -> Option<i64> {
    match cell {
        ValueRef::Integer(n) => Some(n),
        _ => None,
    }
}

/// A value as one cell of the history: its column's form; lists and links as cells.
#[must_use]
pub(super) fn encode(value: &Value) -> Sql {
    match value {
        Value::Money(m) => Sql::Text(format!("{} {}", m.minor, m.currency)),
        Value::Link(to) => Sql::Text(format!("{}:{}", to.noun, to.id)),
        Value::Links(links) if !links.is_empty() => {
            let parts: Vec<(String, String)> = links
                .iter()
                .map(|l| (l.role.clone().unwrap_or_default(), format!("{}:{}", l.noun, l.id)))
                .collect();
            Sql::Text(join_cell(parts.iter().map(|(r, t)| (r.as_str(), t.as_str()))))
        }
        Value::List(_) | Value::Words(_) if !value.is_empty() => Sql::Text(value.to_cell()),
        other => single(other),
    }
}

/// The value of a cell of the history.
pub(super) fn decode(field: &Field, cell: ValueRef, model: &Model) -> Result<Value> {
    let Some(text) = text_of(cell) else { return Ok(one(field.kind, cell)) };
    let broken =
        || Error::database(format!("the history of `{}` can't be read: `{text}`", field.name));
    let link = |text: &str| -> Option<LinkTo> {
        let (noun, id) = text.split_once(':')?;
        Some(LinkTo::bare(
            model.get(noun).map_or_else(|| leak(noun), |n| n.name()),
            id.parse().ok()?,
        ))
    };
    Ok(match field.kind {
        Kind::Money => {
            let (minor, currency) = text.split_once(' ').ok_or_else(broken)?;
            Value::Money(Money {
                minor: minor.parse().map_err(|_| broken())?,
                currency: currency.parse().map_err(|()| broken())?,
            })
        }
        Kind::Link(_) => Value::Link(link(text).ok_or_else(broken)?),
        Kind::Links(..) => {
            let mut links = Vec::new();
            for (role, to) in split_cell(text) {
                let mut to = link(&to).ok_or_else(broken)?;
                to.role = (!role.is_empty()).then_some(role);
                links.push(to);
            }
            Value::Links(links)
        }
        Kind::List(_) => Value::List(
            split_cell(text).into_iter().map(|(label, value)| Item { label, value }).collect(),
        ),
        Kind::Words(_) | Kind::Tags => Value::Words(
            split_cell(text)
                .into_iter()
                .map(
                    |(label, value)| {
                        if label.is_empty() { value } else { format!("{label}:{value}") }
                    },
                )
                .collect(),
        ),
        kind => one(kind, cell),
    })
}
