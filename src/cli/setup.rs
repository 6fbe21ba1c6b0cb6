//! `view save` and `field add`: their own grammar over ordinary records.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text, texts};
use super::list::paths;
use super::session::{Session, filter_sql};
use crate::entity::text::slug;
use crate::entity::{CustomField, Value};
use crate::error::{Error, Result};
use crate::store::{Among, Listing, Match, fields};

/// `view save NAME NOUN FILTER [--columns … --sort …]`: checks everything, and replaces a view of
/// the same name.
///
/// # Errors
/// An unknown noun, a wrong filter, an unknown field.
pub(super) fn save_view(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let name = text(matches, "name").unwrap_or_default().to_owned();
    let filter = filter_text(matches).unwrap_or_default();
    let columns = text(matches, "columns").map(str::to_owned);
    let sort = text(matches, "sort").map(str::to_owned);
    let typed = text(matches, "noun").unwrap_or_default().to_owned();
    if name.trim().is_empty() || name.contains(|c: char| c.is_whitespace() || "()\"@".contains(c)) {
        return Err(Error::invalid(format!("`{name}` can't be the name of a view"))
            .hint("a name is one word, used as `@name` in filters"));
    }
    session.writing()?;
    let noun = {
        let (reader, store, _, settings) = session.parts()?;
        let noun = store.model().require_typed(&typed)?;
        filter_sql(&reader, settings, noun, &filter)?;
        if let Some(columns) = &columns {
            paths(columns, noun, store.model())?;
        }
        if let Some(sort) = &sort {
            Listing::all(noun).sort_by(sort, store.model())?;
        }
        noun.name()
    };
    let written = session.write("view save", |w| {
        let views = w.reader().model().noun("view")?;
        let optional = |t: &Option<String>| t.clone().map_or(Value::Null, Value::Text);
        let values = fields(
            views,
            vec![
                ("name", Value::Text(name.clone())),
                ("noun", Value::Text(noun.to_owned())),
                (
                    "filter",
                    if filter.is_empty() { Value::Null } else { Value::Text(filter.clone()) },
                ),
                ("columns", optional(&columns)),
                ("sort", optional(&sort)),
            ],
        )?;
        match w.reader().by_key(views, views.entity.label(), &name, Among::Live, None)? {
            Match::One(id) => {
                w.update(views, id, values)?;
                Ok(id)
            }
            _ => w.insert(views, values.into()),
        }
    })?;
    let line = format!("{}saved: `rolo {noun} list @{name}`", session.would());
    session.report("view", &[written.value], &line)
}

/// `field add NOUN NAME [--kind K] [--choices A,B]`: prints the new id.
///
/// # Errors
/// An unknown noun or kind, or a name that the noun has already.
pub(super) fn add_field(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let name = text(matches, "name").unwrap_or_default().trim().to_owned();
    let field = CustomField {
        noun: text(matches, "noun").unwrap_or_default().to_owned(),
        slug: slug(&name),
        name,
        kind: text(matches, "kind").unwrap_or("text").to_owned(),
        choices: texts(matches, "choices")
            .iter()
            .map(|c| c.trim().to_owned())
            .filter(|c| !c.is_empty())
            .collect(),
    };
    session.writing()?;
    let written = session.write("field add", |w| w.add_field(&field))?;
    match session.settings.output {
        Output::Json | Output::Jsonl if !session.settings.dry_run => {
            session.report("field", &[written.value], "")
        }
        _ => {
            let would = session.would();
            session
                .printer
                .note(&format!("{would}add the field `{}` to {}", field.slug, field.noun));
            session.printer.line(&written.value.to_string())
        }
    }
}
