//! From flags and `--set` to typed values.

use std::path::Path;

use crate::entity::money::{Currency, Money};
use crate::entity::{Field, Item, Kind, Locale, Name, Noun, Part, Value};
use crate::error::{Error, Result};
use crate::store::Writer;

/// The error of a value that a field can't take.
#[must_use]
pub(super) fn refused(field: &Field, why: &str) -> Error {
    Error::invalid(format!("{}: {why}", field.label())).hint(field.kind.hint())
}

/// Values of fields named by flags (each text one item) and by `--set` (the text a CSV cell).
///
/// # Errors
/// An unknown field, a value it can't take, a field that rolo keeps itself.
pub(super) fn values(
    noun: &Noun,
    flags: &[(String, Vec<String>)],
    sets: &[(String, String)],
    locale: &Locale,
) -> Result<Vec<(usize, Value)>> {
    let mut found: Vec<(usize, Value)> = Vec::new();
    let mut currencies: Vec<(usize, Currency)> = Vec::new();
    let texts = flags
        .iter()
        .map(|(name, texts)| (name, texts.clone(), false))
        .chain(sets.iter().map(|(name, text)| (name, vec![text.clone()], true)));
    for (name, texts, is_cell) in texts {
        let named = noun.require(name)?;
        let field = named.field;
        refuse_kept(field)?;
        match named.part {
            Part::Currency => {
                let text = texts.last().map_or("", String::as_str);
                let code = text.parse().map_err(|()| {
                    Error::invalid(format!("`{text}` is not an ISO 4217 currency"))
                        .hint(Kind::Currency.hint())
                })?;
                currencies.push((named.index, code));
            }
            Part::Id => {
                let value =
                    field.parse(&texts.concat(), locale).map_err(|why| refused(field, &why))?;
                found.push((named.index, value));
            }
            Part::Uid => {
                let text = texts.concat();
                let uid =
                    text.parse().map_err(|_| Error::invalid(format!("`{text}` is not a uid")))?;
                found.push((named.index, Value::Named(Name { text, uid: Some(uid), role: None })));
            }
            Part::First | Part::Whole => {
                let value = if is_cell && named.part == Part::Whole {
                    field.parse(&texts.concat(), locale).map_err(|why| refused(field, &why))?
                } else {
                    several(field, &texts, locale)?
                };
                found.push((named.index, value));
            }
        }
    }
    give_currencies(noun, &mut found, &currencies)?;
    Ok(found)
}

/// Fields that rolo keeps itself, or works out, can't be set.
fn refuse_kept(field: &Field) -> Result<()> {
    if field.is_settable() {
        return Ok(());
    }
    let why = if field.computed.is_some() { "is worked out" } else { "is kept by rolo" };
    Err(Error::usage(format!("`{}` {why} and can't be set", field.name)))
}

/// An amount takes the currency that a flag of its own names.
fn give_currencies(
    noun: &Noun,
    found: &mut [(usize, Value)],
    currencies: &[(usize, Currency)],
) -> Result<()> {
    for (index, currency) in currencies {
        let field = noun.fields[*index];
        let Some((_, value)) = found.iter_mut().find(|(i, _)| i == index) else {
            return Err(Error::usage(format!(
                "`--{}-currency` needs `--{}` too",
                field.flag(),
                field.flag()
            )));
        };
        match value {
            Value::Amount(amount) => {
                let money = Money::of(*amount, *currency).ok_or_else(|| {
                    refused(field, &format!("`{amount}` has more decimals than {currency} has"))
                })?;
                *value = Value::Money(money);
            }
            Value::Money(m) if m.currency != *currency => {
                return Err(refused(field, &format!("`{m}` is not in {currency}")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The value of a flag that may stand several times.
fn several(field: &Field, texts: &[String], locale: &Locale) -> Result<Value> {
    let refuse = |why: String| refused(field, &why);
    match field.kind {
        Kind::List(Kind::File) => files(field, texts),
        Kind::List(item) => {
            let mut items: Vec<Item> = Vec::new();
            for text in texts.iter().filter(|t| !t.trim().is_empty()) {
                let found = item.parse_item(text).map_err(refuse)?;
                if !items.contains(&found) {
                    items.push(found);
                }
            }
            Ok(Value::List(items))
        }
        Kind::Links(_, roles) => {
            let mut names = Vec::new();
            for text in texts.iter().filter(|t| !t.trim().is_empty()) {
                let role = roles.and_then(|r| {
                    let (role, rest) = text.split_once(':')?;
                    let known = r.find(role).map(str::to_owned);
                    let own =
                        || (!matches!(role, "contact" | "user")).then(|| role.trim().to_owned());
                    Some((known.or_else(own)?, rest.trim().to_owned()))
                });
                names.push(match role {
                    Some((role, text)) => Name { text, role: Some(role), uid: None },
                    None => Name { text: text.trim().to_owned(), ..Name::default() },
                });
            }
            Ok(Value::NamedLinks(names))
        }
        Kind::Words(_) | Kind::Tags => {
            let mut words: Vec<String> = Vec::new();
            for text in texts {
                if let Value::Words(more) = field.parse(text, locale).map_err(refuse)? {
                    for word in more {
                        if !words.contains(&word) {
                            words.push(word);
                        }
                    }
                }
            }
            if field.kind == Kind::Tags {
                words.sort_by_cached_key(|w| crate::entity::text::fold(w));
            }
            Ok(Value::Words(words))
        }
        _ => field.parse(texts.last().map_or("", String::as_str), locale).map_err(refuse),
    }
}

/// Attached files: the label is the name, the value its path until [`attach`] has kept the bytes.
fn files(field: &Field, texts: &[String]) -> Result<Value> {
    let mut items = Vec::new();
    for text in texts.iter().filter(|t| !t.is_empty()) {
        let path = Path::new(text);
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if !path.is_file() {
            return Err(Error::invalid(format!("{}: `{text}` is not a file", field.label())));
        }
        items.push(Item { label: name, value: format!("path {text}") });
    }
    Ok(Value::List(items))
}

/// Keeps the bytes of files that are being attached.
///
/// # Errors
/// A file can't be read, or is larger than the limit in megabytes.
pub(super) fn attach(
    writer: &Writer,
    noun: &Noun,
    values: &mut [(usize, Value)],
    limit: u64,
) -> Result<()> {
    for (index, value) in values {
        let Kind::List(Kind::File) = noun.fields[*index].kind else { continue };
        let Value::List(items) = value else { continue };
        for item in items {
            let Some(path) = item.value.strip_prefix("path ") else { continue };
            let size =
                std::fs::metadata(path).map_err(|why| Error::io(format!("`{path}`"), &why))?.len();
            if size > limit << 20 {
                return Err(Error::invalid(format!(
                    "`{path}` has {} MB; the limit is {limit}",
                    size >> 20
                ))
                .hint("raise it with `rolo config set file_limit MB`"));
            }
            let bytes = std::fs::read(path).map_err(|why| Error::io(format!("`{path}`"), &why))?;
            let hash = writer.keep_bytes(&bytes)?;
            item.value = format!("{hash} {size}");
        }
    }
    Ok(())
}
