//! `edit`: fields of one or many records, by flags or in `$EDITOR`.

use clap::ArgMatches;

use super::grammar::{deed_refusal, field_inputs, pairs, texts};
use super::inputs::{attach, refused, values};
use super::record::{chosen, counted, named};
use super::session::Session;
use crate::entity::{Item, Kind, LinkTo, Locale, Noun, Part, Value};
use crate::error::{Error, Result};
use crate::store::{Among, Writer};

/// What `edit` was told to do to each record.
struct Changes {
    set: Vec<(usize, Value)>,
    add: Vec<(usize, Value)>,
    remove: Vec<(usize, Value)>,
}

/// `edit REF…|--where FILTER` with what to change, else in the editor.
///
/// # Errors
/// A value isn't allowed, a REF finds none or several, or nobody confirms.
pub(super) fn edit(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    session.writing()?;
    let locale = session.settings.locale.clone();
    let limit = session.settings.config.number("file_limit", 25)?;
    let mut changes = changes(session.reading()?.noun(noun)?, matches, &locale)?;
    if changes.set.is_empty() && changes.add.is_empty() && changes.remove.is_empty() {
        return super::editor::edit(session, noun, matches);
    }
    let found = chosen(session, Some(noun), matches, "change", Among::Live)?;
    let create_links = matches.get_flag("create-links");
    let written = session.write("edit", |w| {
        let noun = w.reader().model().noun(noun)?;
        w.manner.create_links = create_links;
        w.manner.may_create = true;
        attach(w, noun, &mut changes.set, limit)?;
        attach(w, noun, &mut changes.add, limit)?;
        for (_, id) in &found {
            apply(w, noun, *id, &changes)?;
        }
        Ok(())
    })?;
    let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
    let line = match written.tally.edited {
        _ if found.is_empty() => "nothing matches".to_owned(),
        0 => "nothing to change".to_owned(),
        1 => format!(
            "{} {}",
            session.done("changed", "change"),
            if ids.len() == 1 {
                named(session, noun, &ids)?
            } else {
                format!("1 of {}", counted(&found))
            }
        ),
        n => format!(
            "{} {n} {}",
            session.done("changed", "change"),
            session.reading()?.noun(noun)?.entity.plural
        ),
    };
    session.report(noun, &ids, &line)
}

fn changes(noun: &Noun, matches: &ArgMatches, locale: &Locale) -> Result<Changes> {
    let mut set = values(noun, &field_inputs(matches, noun), &pairs(matches, "set")?, locale)?;
    for (index, value) in &set {
        refuse_deed(noun, *index)?;
        refuse_deed_word(noun, *index, value)?;
    }
    for name in texts(matches, "clear") {
        let named = noun.require(&name)?;
        refuse_deed(noun, named.index)?;
        if !named.field.is_settable() {
            return Err(Error::usage(format!("`{name}` can't be cleared")));
        }
        set.push((named.index, Value::Null));
    }
    let mut add = Vec::new();
    let mut remove = Vec::new();
    let tags = noun.require("tags")?.index;
    for (id, into) in [("tag", &mut add), ("untag", &mut remove)] {
        let words = texts(matches, id);
        if !words.is_empty() {
            let value = values(noun, &[("tags".into(), words)], &[], locale)?;
            into.extend(value.into_iter().map(|(_, v)| (tags, v)));
        }
    }
    for (id, into) in [("add", &mut add), ("remove", &mut remove)] {
        for (name, text) in pairs(matches, id)? {
            let named = noun.require(&name)?;
            if !named.field.kind.is_many() || !matches!(named.part, Part::Whole | Part::First) {
                return Err(Error::usage(format!("`{name}` holds one value"))
                    .hint(format!("set it with `--set {name}=…`; `--{id}` is for lists")));
            }
            refuse_deed(noun, named.index)?;
            let value = values(noun, &[(named.field.name.to_owned(), vec![text])], &[], locale)?;
            into.extend(value);
        }
    }
    Ok(Changes { set, add, remove })
}

/// What a verb of its own changes, `edit` refuses.
pub(super) fn refuse_deed(noun: &Noun, index: usize) -> Result<()> {
    let field = noun.fields[index];
    if field.deed.is_some() { Err(deed_refusal(field)) } else { Ok(()) }
}

/// Some words of a field come only from a verb: a lead is `converted` by `lead convert`.
pub(super) fn refuse_deed_word(noun: &Noun, index: usize, value: &Value) -> Result<()> {
    let field = noun.fields[index];
    let Some(word) = value.as_text() else { return Ok(()) };
    match field.word_by.filter(|(by_deed, _)| *by_deed == word) {
        None => Ok(()),
        Some((_, deed)) => {
            Err(Error::usage(format!("`{}` doesn't become `{word}` by `edit`", field.name))
                .hint(format!("it has a verb of its own: `rolo {deed}`; see `rolo {deed} --help`")))
        }
    }
}

/// Changes one record: what is set, then what is added to and taken off lists.
fn apply(w: &mut Writer, noun: &Noun, id: i64, changes: &Changes) -> Result<()> {
    let before = w.stored(noun, id)?;
    let mut after = changes.set.clone();
    for (given, is_add) in [(&changes.add, true), (&changes.remove, false)] {
        for (index, value) in given {
            let at = after.iter().rposition(|(i, _)| i == index);
            let now = match at {
                Some(at) => after[at].1.clone(),
                None => with_main(noun, *index, &before),
            };
            let next = if is_add {
                added(w, noun, *index, now, value)?
            } else {
                removed(w, noun, *index, now, value)?
            };
            match at {
                Some(at) => after[at].1 = next,
                None => after.push((*index, next)),
            }
        }
    }
    w.update_from(noun, id, &before, after)?;
    Ok(())
}

/// A list's value with the main link in front, where one heads it.
fn with_main(noun: &Noun, index: usize, before: &[Value]) -> Value {
    let main =
        noun.fields[index].main.and_then(|m| noun.index(m)).and_then(|m| before[m].as_link());
    match (main, &before[index]) {
        (Some(main), Value::Links(rest)) => {
            Value::Links(std::iter::once(main.clone()).chain(rest.iter().cloned()).collect())
        }
        (Some(main), _) => Value::Links(vec![main.clone()]),
        (None, value) => value.clone(),
    }
}

fn added(w: &Writer, noun: &Noun, index: usize, now: Value, value: &Value) -> Result<Value> {
    Ok(match (now, value) {
        (Value::List(mut items), Value::List(more)) => {
            for item in more {
                match items.iter_mut().find(|i| i.value == item.value) {
                    Some(known) => known.label.clone_from(&item.label),
                    None => items.push(item.clone()),
                }
            }
            Value::List(items)
        }
        (Value::Words(mut words), Value::Words(more)) => {
            for word in more {
                if !words.iter().any(|w| w.to_lowercase() == word.to_lowercase()) {
                    words.push(word.clone());
                }
            }
            if noun.fields[index].kind == Kind::Tags {
                words.sort_by_cached_key(|w| crate::entity::text::fold(w));
            }
            Value::Words(words)
        }
        (now, Value::NamedLinks(_)) => {
            let mut links = links_of(now);
            for link in found_links(w, noun, index, value)? {
                match links.iter_mut().find(|l| (l.noun, l.id) == (link.noun, link.id)) {
                    Some(known) => known.role = link.role,
                    None => links.push(link),
                }
            }
            Value::Links(links)
        }
        (_, value) => value.clone(),
    })
}

fn removed(w: &Writer, noun: &Noun, index: usize, now: Value, value: &Value) -> Result<Value> {
    Ok(match (now, value) {
        (Value::List(mut items), Value::List(gone)) => {
            let is_gone =
                |i: &Item| gone.iter().any(|g| g.value.to_lowercase() == i.value.to_lowercase());
            items.retain(|i| !is_gone(i));
            Value::List(items)
        }
        (Value::Words(mut words), Value::Words(gone)) => {
            words.retain(|w| !gone.iter().any(|g| g.to_lowercase() == w.to_lowercase()));
            Value::Words(words)
        }
        (now, Value::NamedLinks(_)) => {
            let gone = found_links(w, noun, index, value)?;
            let mut links = links_of(now);
            links.retain(|l| !gone.iter().any(|g| (g.noun, g.id) == (l.noun, l.id)));
            Value::Links(links)
        }
        (now, _) => now,
    })
}

fn links_of(value: Value) -> Vec<LinkTo> {
    match value {
        Value::Links(links) => links,
        _ => Vec::new(),
    }
}

fn found_links(w: &Writer, noun: &Noun, index: usize, value: &Value) -> Result<Vec<LinkTo>> {
    let field = noun.fields[index];
    let (Kind::Links(target, _), Value::NamedLinks(names)) = (field.kind, value) else {
        return Err(refused(field, "it is no list of links"));
    };
    let mut found = Vec::new();
    for name in names {
        let mut link = w.reader().resolve_link(target, &name.text, None)?;
        link.role.clone_from(&name.role);
        found.push(link);
    }
    Ok(found)
}
