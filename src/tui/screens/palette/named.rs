//! Records by the names that rolo itself gives them: `deal:214`, `deal 214`, `#152`.

use crate::entity::{LinkTo, Value};
use crate::error::Result;
use crate::store::{Among, Listing, Path, Reader};
use crate::tui::desk::Desk;

/// The nouns whose records a bare number may be, in the order that they are offered.
const NUMBERED: [&str; 6] = ["ticket", "deal", "contact", "company", "lead", "task"];

/// What was typed, as a name.
#[derive(Debug, PartialEq, Eq)]
enum Name<'t> {
    /// A noun, and a number or whatever names one record.
    Of(&'t str, &'t str),
    /// The number of a ticket.
    Ticket(&'t str),
    Number(&'t str),
}

fn name_in(typed: &str) -> Option<Name<'_>> {
    let typed = typed.trim();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(number) = typed.strip_prefix('#') {
        return is_number(number).then_some(Name::Ticket(number));
    }
    if let Some((noun, rest)) = typed.split_once(':') {
        return Some(Name::Of(noun.trim(), rest.trim())).filter(|_| !rest.trim().is_empty());
    }
    match typed.split_once(' ') {
        Some((noun, number)) if is_number(number.trim_start_matches([' ', '#'])) => {
            Some(Name::Of(noun, number.trim_start_matches([' ', '#'])))
        }
        _ => is_number(typed).then_some(Name::Number(typed)),
    }
}

/// The records that are named so.
pub(super) fn named(desk: &Desk, reader: &Reader, typed: &str) -> Result<Vec<LinkTo>> {
    let model = reader.model();
    let mut all: Vec<(&'static str, i64)> = Vec::new();
    match name_in(typed) {
        None => return Ok(Vec::new()),
        Some(Name::Of(noun, rest)) => {
            if let Some(noun) = model.typed(&noun.to_lowercase()) {
                let found = reader.find(noun, rest, Among::Live, None)?.ids();
                all.extend(found.into_iter().map(|id| (noun.name(), id)));
            }
            if noun.eq_ignore_ascii_case("ticket") {
                all.extend(tickets(desk, reader, rest)?);
            }
        }
        Some(Name::Ticket(number)) => all.extend(tickets(desk, reader, number)?),
        Some(Name::Number(number)) => {
            all.extend(tickets(desk, reader, number)?);
            for noun in NUMBERED {
                let found = reader.find(model.noun(noun)?, number, Among::Live, None)?.ids();
                all.extend(found.into_iter().map(|id| (noun, id)));
            }
        }
    }
    let mut links: Vec<LinkTo> = Vec::new();
    for (noun, id) in all {
        if !links.iter().any(|l| (l.noun, l.id) == (noun, id)) {
            links.extend(reader.labels(noun, &[id])?.remove(&id));
        }
    }
    Ok(links)
}

/// The tickets of a number, which is the id unless another was given.
fn tickets(desk: &Desk, reader: &Reader, number: &str) -> Result<Vec<(&'static str, i64)>> {
    let noun = reader.model().noun("ticket")?;
    let mut listing = Listing::all(noun);
    let quoted: String = number.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
    listing.filter = Some(reader.filter(noun, &format!("number=\"{quoted}\""), &desk.locale)?);
    listing.columns = vec![Path::parse("id", noun, reader.model())?];
    listing.limit = Some(5);
    Ok(reader.list(&listing)?.into_iter().map(|found| ("ticket", found.id)).collect())
}

/// The pipelines by name.
pub(super) fn pipelines(desk: &Desk) -> Result<Vec<String>> {
    let reader = desk.reader()?;
    let noun = desk.store.noun("pipeline")?;
    let mut listing = Listing::all(noun);
    listing.columns = vec![Path::parse("name", noun, reader.model())?];
    let found = reader.list(&listing)?.into_iter();
    Ok(found.map(|f| f.values.first().map_or(String::new(), Value::to_cell)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_names_of_their_own() {
        assert_eq!(name_in("deal:214"), Some(Name::Of("deal", "214")));
        assert_eq!(name_in(" deal #214"), Some(Name::Of("deal", "214")));
        assert_eq!(name_in("contact:ann@a.example"), Some(Name::Of("contact", "ann@a.example")));
        assert_eq!(name_in("#152"), Some(Name::Ticket("152")));
        assert_eq!(name_in("152"), Some(Name::Number("152")));
        for none in ["", "#", "deal:", "acme 2027 renewal", "１５２", "acme"] {
            assert_eq!(name_in(none), None, "{none}");
        }
    }
}
