//! What is said of columns, by `--map` and by presets: `HEADER=FIELD`, and parts of fields such as
//! `phone:work`, `address:home/city`, `birthday/year`.

use std::collections::HashMap;

use super::super::channels::{Channel, PART_FIELDS, PARTS, Part};
use super::super::funnel::entered_station;
use super::super::guess::{Rank, is_taken, leads_anywhere};
use super::super::lexicon::squash;
use super::{Reading, Target};
use crate::entity::{Kind, Noun, Part as FieldPart, leak};
use crate::error::{Error, Result, nearest};

/// A part of a field that a name means, or an error for one that no file can set.
pub(super) fn named_target(noun: &Noun, name: &str) -> Result<Target> {
    let lower = name.to_lowercase().replace('-', "_");
    if let Some(field) = lower.strip_suffix("_noun").and_then(|link| noun.index(link))
        && leads_anywhere(&noun.fields[field].kind)
    {
        return Ok(Target::Noun(field));
    }
    let found = noun.require(name)?;
    if !is_taken(found.field) || found.part == FieldPart::Id {
        return Err(Error::usage(format!("`{name}` can't be imported: rolo sets it itself")));
    }
    Ok(match found.part {
        FieldPart::Whole | FieldPart::Id => Target::Value(found.index),
        FieldPart::Currency => Target::Currency(found.index),
        FieldPart::Uid => Target::Uid(found.index),
        FieldPart::First => Target::Item { field: found.index, label: "" },
    })
}

/// What is said of a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spec {
    Aside,
    To(Target),
    Part(Channel),
}

/// Parts of a date as `FIELD/PART` names them.
pub(super) const DATE_PARTS: [&str; 3] = ["year", "month", "day"];

/// What a text such as `name`, `phone:work`, `address:home/city` or `birthday/year` means.
fn spec_of(noun: &Noun, text: &str) -> Result<Spec> {
    let (front, part) = text.split_once('/').map_or((text, None), |(f, p)| (f, Some(p.trim())));
    let (name, label) = front.split_once(':').map_or((front, ""), |(n, l)| (n, l.trim()));
    let found = named_target(noun, name.trim())?;
    let wrong = |what: &str| Error::usage(format!("`{text}`: {what}"));
    match (found, part) {
        (found, None) if label.is_empty() => Ok(Spec::To(found)),
        (Target::Value(field) | Target::Item { field, .. }, None) => {
            match noun.fields[field].kind {
                Kind::List(_) => Ok(Spec::To(Target::Item { field, label: leak(label) })),
                _ => {
                    Err(wrong("only a list has labels")
                        .hint("such as `email:work` or `phone:mobile`"))
                }
            }
        }
        (Target::Value(field), Some(part)) if noun.fields[field].kind == Kind::Date => {
            let part = DATE_PARTS.iter().position(|p| *p == part);
            let part = part.ok_or_else(|| wrong("a date has `year`, `month` and `day`"))?;
            Ok(Spec::To(Target::DatePart { field, part }))
        }
        (Target::Value(field) | Target::Item { field, .. }, Some(part))
            if noun.fields[field].kind == Kind::List(&Kind::Address) =>
        {
            let part = Part::named(part).ok_or_else(|| {
                wrong(&format!("an address has {}, street_2, house and whole", PARTS.join(", ")))
            })?;
            let (label, part) = (leak(label), Some(part));
            Ok(Spec::Part(Channel { kind: "address", label, number: 0, is_label: false, part }))
        }
        _ => Err(wrong("this field has no such part")),
    }
}

/// The part of an address that a plain field such as `city` holds.
pub(super) fn plain_part(noun: &Noun, target: Target) -> Option<Channel> {
    let Target::Value(field) = target else { return None };
    let part = PART_FIELDS.iter().position(|p| *p == Some(noun.fields[field].name))?;
    let part = Some(Part::Of(part, 1));
    Some(Channel { kind: "address", label: "", number: 0, is_label: false, part })
}

/// What a text says of a column: nothing, the entering of a station, or a field or part of one.
fn said_spec(noun: &Noun, text: &str, column: usize) -> Result<Spec> {
    Ok(match stays_of(noun).filter(|_| entered_station(text).is_some()) {
        _ if text.is_empty() => Spec::Aside,
        Some(field) => Spec::To(Target::Entered { field, column }),
        None => spec_of(noun, text)?,
    })
}

/// What is said of each column by `--map` and by a preset.
pub(super) fn specs(
    noun: &Noun,
    headers: &[String],
    names: &[Option<&str>],
    reading: &Reading,
) -> Result<HashMap<usize, (Spec, Rank)>> {
    let mut specs = HashMap::new();
    for (header, text) in &reading.preset {
        let wanted = squash(header);
        let is_meant = |at: &usize| names[*at].is_some() && is_header(&headers[*at], &wanted);
        for at in (0..headers.len()).filter(is_meant) {
            let spec = said_spec(noun, text, at)?;
            specs.insert(at, (spec, Rank::Preset));
        }
    }
    for (column, text) in said_columns(headers, &reading.said)? {
        if names.get(column).is_some_and(Option::is_some) {
            let spec = said_spec(noun, text, column)?;
            specs.insert(column, (spec, Rank::Said));
        }
    }
    Ok(specs)
}

/// Whether a column's header is the wanted one, as a whole or by the code behind it: `Nom (s.nom)*`.
pub(in super::super) fn is_header(header: &str, wanted: &str) -> bool {
    squash(header) == wanted
        || header
            .trim_end_matches(['*', ' '])
            .strip_suffix(')')
            .and_then(|h| h.rsplit_once('('))
            .is_some_and(|(_, code)| squash(code) == wanted)
}

/// The columns that `--map` names, and what it says of them.
fn said_columns<'s>(headers: &[String], said: &'s [String]) -> Result<Vec<(usize, &'s str)>> {
    let mut columns = Vec::new();
    for text in said {
        let Some((header, field)) = text.rsplit_once('=') else {
            return Err(Error::usage(format!("`--map {text}` has no `=`"))
                .hint("write `--map 'HEADER=FIELD'`, or `--map 'HEADER='` to set a column aside"));
        };
        columns.push((column_named(headers, header)?, field.trim()));
    }
    Ok(columns)
}

/// The field of a noun that holds its stays.
pub(super) fn stays_of(noun: &Noun) -> Option<usize> {
    noun.fields.iter().position(|f| f.dated)
}

/// What `--map 'HEADER=entered STATION'` says of columns.
pub(super) fn said_stations(
    noun: &Noun,
    headers: &[String],
    said: &[String],
) -> Vec<(usize, String)> {
    if stays_of(noun).is_none() {
        return Vec::new();
    }
    let station = |text: &String| {
        let (header, field) = text.rsplit_once('=')?;
        Some((column_named(headers, header).ok()?, entered_station(field)?))
    };
    said.iter().filter_map(station).collect()
}

/// The column of a header that somebody typed.
fn column_named(headers: &[String], typed: &str) -> Result<usize> {
    let wanted = squash(typed);
    headers
        .iter()
        .position(|h| h == typed)
        .or_else(|| headers.iter().position(|h| !wanted.is_empty() && squash(h) == wanted))
        .ok_or_else(|| {
            let near = nearest(typed, headers.iter().map(String::as_str))
                .map_or(String::new(), |n| format!("did you mean `{n}`? "));
            let shown: Vec<&str> = headers.iter().take(50).map(String::as_str).collect();
            Error::usage(format!("the file has no column `{typed}`"))
                .hint(format!("{near}columns: {}", shown.join(", ")))
        })
}
