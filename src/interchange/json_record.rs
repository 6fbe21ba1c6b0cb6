//! Records as members of JSON objects: which keys a field has, and what stands behind them.

use super::Form;
use super::json_out::JsonOut;
use super::render::{Column, Scope, columns, leads_anywhere};
use super::stamp::{push_day, push_due, push_instant, push_uid};
use crate::entity::when::instant_text;
use crate::entity::{Item, Kind, LinkTo, Noun, Part, Since, Value};

/// Writes the fields of a whole record into an open object, the values in the order of the noun's
/// fields.
pub fn json_fields(json: &mut JsonOut, noun: &Noun, values: &[Value], scope: Scope) {
    for column in columns(noun, Form::Json, scope) {
        json_field(json, &column, &values[column.at], scope);
    }
}

/// Writes a field into an open object: one key, or all that belong to it (an amount and its
/// currency, a link's label, id and uid, a list and its first value).
pub fn json_field(json: &mut JsonOut, column: &Column, value: &Value, scope: Scope) {
    let name = &column.name;
    match (&column.field.kind, column.part) {
        (Kind::Money, Part::Whole) if scope == Scope::Alone => json_value(json, name, value),
        (Kind::Link(_), Part::Whole) if scope == Scope::Alone => {
            json.key(name);
            json.maybe(value.as_link().map(|to| to.label.as_str()));
        }
        (Kind::List(_), Part::Whole) if scope == Scope::Alone => json_list(json, name, value),
        (Kind::Money, Part::Whole) => {
            json_value(json, name, value);
            json_currency(json, &format!("{name}_currency"), value);
        }
        (Kind::Money, Part::Currency) => json_currency(json, name, value),
        (Kind::Link(_), _) => json_link(json, column, value, scope),
        (Kind::Links(..), Part::Uid) => json_uids(json, name, value),
        (Kind::Links(..), _) => json_links(json, column, value, scope),
        (Kind::List(_), Part::First) => json_first(json, name, value),
        (Kind::List(_), _) => {
            if let Some(one) = column.field.one.filter(|one| *one != column.field.name) {
                let before = name.strip_suffix(column.field.name).unwrap_or("");
                json_first(json, &format!("{before}{one}"), value);
            }
            json_list(json, name, value);
        }
        (Kind::Totals, _) => json_totals(json, name, value),
        (Kind::Tags | Kind::Words(_), _) => json_words(json, name, value),
        _ => json_value(json, name, value),
    }
}

fn json_value(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    match value {
        Value::Null => json.null(),
        Value::Text(text) => json.string(text),
        Value::Int(n) => json.raw(&n.to_string()),
        Value::Decimal(n) | Value::Amount(n) => json.raw(&n.normalize().to_string()),
        Value::Money(money) => json.raw(&money.amount()),
        Value::Bool(b) => json.bool(*b),
        Value::Date(day) => json.plain(|out| push_day(*day, out)),
        Value::Instant(at) => json.plain(|out| push_instant(*at, out)),
        Value::Due(due) => json.plain(|out| push_due(*due, out)),
        Value::Uid(uid) => json.plain(|out| push_uid(*uid, out)),
        other => json.string(&other.to_cell()),
    }
}

fn json_currency(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    match value {
        Value::Money(money) => json.string(money.currency.code()),
        _ => json.null(),
    }
}

fn json_link(json: &mut JsonOut, column: &Column, value: &Value, scope: Scope) {
    let to = value.as_link();
    let name = &column.name;
    let uid = to.filter(|to| !to.uid.is_nil()).map(|to| to.uid);
    if column.part == Part::Whole {
        json.key(name);
        json.maybe(to.map(|to| to.label.as_str()));
    }
    if column.part == Part::Whole && leads_anywhere(&column.field.kind) {
        json.key(&format!("{name}_noun"));
        json.maybe(to.map(|to| to.noun));
    }
    let whole = column.part == Part::Whole;
    if whole && scope == Scope::Shown || column.part == Part::Id {
        json.key(&if whole { format!("{name}_id") } else { name.clone() });
        json.raw(&to.map_or_else(|| "null".to_owned(), |to| to.id.to_string()));
    }
    if whole || column.part == Part::Uid {
        json.key(&if whole { format!("{name}_uid") } else { name.clone() });
        match uid {
            Some(uid) => json.plain(|out| push_uid(uid, out)),
            None => json.null(),
        }
    }
}

fn json_links(json: &mut JsonOut, column: &Column, value: &Value, scope: Scope) {
    let links: &[LinkTo] = if let Value::Links(links) = value { links } else { &[] };
    let has_roles = matches!(column.field.kind, Kind::Links(_, Some(_)));
    json.key(&column.name);
    json.begin_array();
    for (at, to) in links.iter().enumerate() {
        json.begin_object();
        if leads_anywhere(&column.field.kind) {
            json.key("noun");
            json.string(to.noun);
        }
        if scope == Scope::Shown {
            json.key("id");
            json.raw(&to.id.to_string());
        }
        json.key("uid");
        json.plain(|out| push_uid(to.uid, out));
        json.key("name");
        json.string(&to.label);
        if column.field.dated {
            // A stay ends where the next one begins.
            let since = |to: &LinkTo| to.role.as_deref().and_then(Since::of);
            let left = links.get(at + 1).and_then(since).map(|s| instant_text(s.at));
            let entered = since(to);
            json.key("entered");
            json.maybe(entered.as_ref().map(|s| instant_text(s.at)).as_deref());
            json.key("left");
            json.maybe(left.as_deref());
            json.key("by");
            json.maybe(entered.and_then(|s| s.by).as_deref());
        } else if has_roles {
            json.key("role");
            json.maybe(to.role.as_deref());
        }
        json.end_object();
    }
    json.end_array();
}

fn json_uids(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    json.begin_array();
    if let Value::Links(links) = value {
        for to in links {
            json.plain(|out| push_uid(to.uid, out));
        }
    }
    json.end_array();
}

fn items(value: &Value) -> &[Item] {
    if let Value::List(items) = value { items } else { &[] }
}

fn json_first(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    json.maybe(items(value).first().map(|item| item.value.as_str()));
}

fn json_list(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    json.begin_array();
    for item in items(value) {
        json.begin_object();
        json.key("label");
        json.maybe(Some(item.label.as_str()).filter(|label| !label.is_empty()));
        json.key("value");
        json.string(&item.value);
        json.end_object();
    }
    json.end_array();
}

fn json_words(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    json.begin_array();
    if let Value::Words(words) = value {
        for word in words {
            json.string(word);
        }
    }
    json.end_array();
}

fn json_totals(json: &mut JsonOut, name: &str, value: &Value) {
    json.key(name);
    json.begin_object();
    if let Value::Totals(sums) = value {
        for sum in sums {
            json.key(sum.currency.code());
            json.raw(&sum.amount());
        }
    }
    json.end_object();
}
