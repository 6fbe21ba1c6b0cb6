//! `agenda`: what is due and what is planned, day by day.

use chrono::{Days, NaiveDate};
use clap::ArgMatches;

use super::global::Output;
use super::grammar::text;
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::entity::when::instant_text;
use crate::error::Result;
use crate::store::{AgendaEntry, Among, Reader, Span, Whose};

/// `agenda [--days N] [--team T]`.
///
/// # Errors
/// An unknown team, or the database can't be read.
pub(super) fn agenda(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let days = matches.get_one::<u32>("days").copied().unwrap_or(7);
    let team = text(matches, "team").map(str::to_owned);
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let zone = settings.locale.times.zone;
    let today = settings.locale.times.today();
    let last = today + Days::new(u64::from(days.saturating_sub(1)));
    let whose = match team {
        Some(team) => Whose::Team(reader.resolve(store.noun("team")?, &team, Among::Live)?),
        None => Whose::Mine,
    };
    let entries = reader.agenda(whose, zone, today, last)?;
    if matches!(output, Output::Json | Output::Jsonl | Output::Csv | Output::Tsv) {
        let list: Vec<_> = entries.iter().map(entry_json).collect();
        return print_json_list(printer, output, &list);
    }
    if output == Output::Ids {
        return entries.iter().try_for_each(|e| printer.line(&format!("{}:{}", e.noun, e.id)));
    }
    let others = match whose {
        Whose::Mine => of_others(&reader, Span::of(zone, today, last))?,
        _ => String::new(),
    };
    if entries.is_empty() {
        let words = if others.is_empty() {
            ": a good day to call somebody".to_owned()
        } else {
            format!(" for you; {others}")
        };
        printer.note(&format!("nothing is due until {last}{words}"));
        return Ok(());
    }
    let heads = ["day", "time", "what", "about", "ref", "owner"]
        .map(|name| ColumnHead { name: name.into(), numeric: false });
    let mut before = None;
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|e| {
            let named =
                if before == Some((e.day, e.late)) { String::new() } else { day_name(e, today) };
            before = Some((e.day, e.late));
            let time = e
                .at
                .map_or(String::new(), |at| at.with_timezone(&zone).format("%H:%M").to_string());
            vec![
                named,
                time,
                e.what.clone(),
                e.about.clone(),
                format!("{}:{}", e.noun, e.id),
                e.owner.clone(),
            ]
        })
        .collect();
    printer.table(heads.into(), rows.into_iter().map(Ok))?;
    if others.is_empty() { Ok(()) } else { printer.line(&others) }
}

/// What is due and belongs to others, in words; nothing where nothing is.
fn of_others(reader: &Reader, span: Span) -> Result<String> {
    let counts = reader.due_of_others(span)?;
    let words: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(noun, count)| {
            let name = if *count == 1 { noun.name() } else { noun.entity.plural };
            format!("{count} {name}")
        })
        .collect();
    if words.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        "of others: {}; see a team's with `--team`, somebody's with `--as`",
        words.join(", ")
    ))
}

fn day_name(entry: &AgendaEntry, today: NaiveDate) -> String {
    let name = match (entry.day - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => entry.day.format("%a").to_string(),
    };
    format!("{} {name}{}", entry.day, if entry.late { " (late)" } else { "" })
}

fn entry_json(e: &AgendaEntry) -> serde_json::Value {
    serde_json::json!({
        "day": e.day.to_string(), "at": e.at.map(instant_text), "noun": e.noun, "id": e.id, "uid": e.uid.to_string(),
        "what": e.what, "about": (!e.about.is_empty()).then_some(&e.about), "owner": (!e.owner.is_empty()).then_some(&e.owner), "late": e.late,
    })
}
