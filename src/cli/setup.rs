//! `view save` and `field add`: their own grammar over ordinary records.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text, texts};
use super::list::paths;
use super::session::{Session, filter_sql};
use crate::entity::CustomField;
use crate::entity::text::slug;
use crate::error::Result;
use crate::store::{Listing, View};

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
    View::check_name(&name)?;
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
    let view = View { noun: noun.to_owned(), filter, columns, sort };
    let written = session.write("view save", |w| w.save_view(&name, view))?;
    let line = format!("{}saved: `rolo {noun} list @{name}`", session.would());
    session.report("view", &[written.value], &line)
}

/// `field add NOUN NAME [--kind K] [--choices A,B] [--tag T]`: prints the new id.
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
    let tags: Vec<String> = texts(matches, "tag").iter().map(|t| t.trim().to_owned()).collect();
    session.writing()?;
    let written = session.write("field add", |w| w.add_field(&field, &tags))?;
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
