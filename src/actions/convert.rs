//! A lead becomes a contact, a company and, when asked, a deal; `same.rs` finds those that are there.

use super::call::{Call, Fields};
use super::same::{same_company, same_contact};
use crate::entity::alike::domain_of;
use crate::entity::{Column, LinkTo, Name, Noun, Value};
use crate::error::{Error, Result};
use crate::model::LEAD;
use crate::store::Among;

const STATUS: Column = LEAD.column("status");
const WEBSITE: Column = LEAD.column("website");
const COMPANY_NAME: Column = LEAD.column("company_name");
const CONTACT: Column = LEAD.column("converted_contact");
const COMPANY: Column = LEAD.column("converted_company");
const DEAL: Column = LEAD.column("converted_deal");

/// Fields that lead and contact share.
const FOR_CONTACT: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "title",
    "emails",
    "phones",
    "addresses",
    "city",
    "region",
    "country",
    "source",
    "owner",
    "referred_by",
    "about",
    "tags",
];
/// Fields that lead and company share.
const FOR_COMPANY: &[&str] = &[
    "website",
    "industry",
    "employees",
    "city",
    "region",
    "country",
    "source",
    "owner",
    "territory",
];

pub(super) fn convert(call: &mut Call) -> Result<()> {
    if call.ids.len() > 1 {
        refuse_for_several(call)?;
    }
    for id in call.ids {
        let lead = call.writer.stored(call.noun, *id)?;
        if lead[call.index(STATUS)?].as_text() == Some("converted") {
            return Err(Error::invalid(format!("lead:{id} is converted already"))
                .hint(format!("`rolo lead show {id}` tells what it became")));
        }
        convert_one(call, *id, &lead)
            .map_err(|why| Error { message: format!("lead:{id}: {}", why.message), ..why })?;
    }
    Ok(())
}

/// Several leads become a company each, and a deal each with a name of its own.
fn refuse_for_several(call: &Call) -> Result<()> {
    if call.text("company").is_some() {
        return Err(Error::usage("`--company` is for one lead at a time")
            .hint("convert the others first, without it"));
    }
    match call.text("deal") {
        Some(name) if blanks(call.noun, name).next().is_none() => Err(Error::usage(format!(
            "each of {} leads would become a deal `{name}`",
            call.ids.len()
        ))
        .hint(format!(
            "name a field of the lead in it: `--deal \"{name} {{company_name}}\"`, or `{{name}}`"
        ))),
        _ => Ok(()),
    }
}

/// The fields that a text names in braces, as (what stands there, the field's place).
fn blanks<'t>(noun: &'t Noun, text: &'t str) -> impl Iterator<Item = (&'t str, usize)> + 't {
    text.match_indices('{').filter_map(|(at, _)| {
        let whole = &text[at..=at + text[at..].find('}')?];
        let named = noun.find(whole.trim_matches(['{', '}']).trim())?;
        Some((whole, named.index))
    })
}

/// A deal's name with what the lead says in the place of `{company_name}`; a company that it doesn't
/// name gives way to its own name.
fn name_of_deal(call: &Call, lead: &[Value], text: &str) -> Result<String> {
    let mut name = text.to_owned();
    let own = call.noun.label_index();
    for (blank, index) in blanks(call.noun, text) {
        let index = match lead[index] {
            Value::Null if index == call.index(COMPANY_NAME)? => own,
            _ => index,
        };
        name = name.replace(blank, &said(call, &lead[index])?);
    }
    Ok(name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A value as people write it in a name.
fn said(call: &Call, value: &Value) -> Result<String> {
    Ok(match value {
        Value::Link(to) => {
            let labels = call.writer.reader().labels(to.noun, &[to.id])?;
            labels.get(&to.id).map_or_else(String::new, |l| l.label.clone())
        }
        Value::List(items) => items.first().map_or_else(String::new, |i| i.value.clone()),
        other => other.to_cell(),
    })
}

fn convert_one(call: &mut Call, id: i64, lead: &[Value]) -> Result<()> {
    let company = company_of(call, lead)?;
    let contact = contact_of(call, lead, company.as_ref())?;
    let deal = deal_of(call, lead, company.as_ref(), contact)?;
    move_timeline(call, id, contact, deal)?;
    let mut fields: Fields = vec![
        call.set(STATUS, Value::Text("converted".into()))?,
        call.set(CONTACT, Value::Link(LinkTo::bare("contact", contact)))?,
    ];
    if let Some(company) = &company {
        fields.push(call.set(COMPANY, Value::Link(company.clone()))?);
    }
    if let Some(deal) = deal {
        fields.push(call.set(DEAL, Value::Link(LinkTo::bare("deal", deal)))?);
    }
    call.writer.update(call.noun, id, fields)?;
    Ok(())
}

/// Values of the lead that another noun has fields for.
fn shared(call: &Call, lead: &[Value], names: &[&str], noun: &Noun) -> Fields {
    names
        .iter()
        .filter_map(|n| Some((noun.index(n)?, lead[call.noun.index(n)?].clone())))
        .filter(|(_, v)| !v.is_empty())
        .collect()
}

/// The company that the lead names: the one that is the same by its domain or its name, or a new one.
fn company_of(call: &mut Call, lead: &[Value]) -> Result<Option<LinkTo>> {
    let noun = call.other("company")?;
    let mut name = lead[call.index(COMPANY_NAME)?].as_text().map(str::to_owned);
    if let Some(named) = call.text("company").map(str::to_owned) {
        // Whoever types a REF means that record, whatever the lead says.
        let found = call.writer.reader().find(noun, &named, Among::Live, None)?;
        if found.is_some() {
            let id = call.writer.reader().resolve(noun, &named, Among::Live)?;
            return Ok(Some(LinkTo::bare("company", id)));
        }
        name = Some(named);
    }
    let mut values = shared(call, lead, FOR_COMPANY, noun);
    if let Some(name) = &name {
        values.push((noun.label_index(), Value::Text(name.clone())));
    }
    if let Some(host) = lead[call.index(WEBSITE)?].as_text().and_then(domain_of) {
        values.push((noun.require("domain")?.index, Value::Text(host)));
    }
    let id = match same_company(call, noun, lead, &values, name.as_deref())? {
        Some(id) => {
            call.writer.fill_up(noun, id, values)?;
            id
        }
        None if name.is_none() => return Ok(None),
        None => call.writer.insert(noun, values.into())?,
    };
    Ok(Some(LinkTo::bare("company", id)))
}

/// The contact that is the same by an e-mail, filled up where it was empty; else the only one of
/// that name with the same phone, or in the same company where no two e-mails tell them apart; or a
/// new one.
fn contact_of(call: &mut Call, lead: &[Value], company: Option<&LinkTo>) -> Result<i64> {
    let noun = call.other("contact")?;
    let mut values = shared(call, lead, FOR_CONTACT, noun);
    if let Some(company) = company {
        values.push((noun.require("company")?.index, Value::Link(company.clone())));
    }
    if let Some(id) = same_contact(call, noun, lead, &values, company)? {
        call.writer.fill_up(noun, id, values)?;
        return Ok(id);
    }
    call.writer.insert(noun, values.into())
}

/// What happened with the lead, and what is still to be done, is about what it became from now on.
/// What happened stays the lead's too: it was answered, or not.
fn move_timeline(call: &mut Call, lead: i64, contact: i64, deal: Option<i64>) -> Result<()> {
    let activities = call.other("activity")?;
    let about = activities.require("about")?.index;
    let targets: Vec<LinkTo> = std::iter::once(LinkTo::bare("contact", contact))
        .chain(deal.map(|d| LinkTo::bare("deal", d)))
        .collect();
    for id in call.writer.reader().about("lead", lead)? {
        let before = call.writer.stored(activities, id)?;
        let Value::Links(mut links) = before[about].clone() else { continue };
        for to in &targets {
            if !links.contains(to) {
                links.push(to.clone());
            }
        }
        call.writer.update_from(activities, id, &before, vec![(about, Value::Links(links))])?;
    }
    let to = targets.last().cloned().unwrap_or_else(|| LinkTo::bare("contact", contact));
    for name in ["task", "event"] {
        let noun = call.other(name)?;
        let named = noun.require("about")?;
        for id in call.writer.reader().pointing_at(noun, named.field, ("lead", lead))? {
            call.writer.update(noun, id, vec![(named.index, Value::Link(to.clone()))])?;
        }
    }
    Ok(())
}

fn deal_of(
    call: &mut Call,
    lead: &[Value],
    company: Option<&LinkTo>,
    contact: i64,
) -> Result<Option<i64>> {
    let Some(name) = call.text("deal").map(str::to_owned) else {
        if call.text("amount").is_some() || call.text("pipeline").is_some() {
            return Err(Error::usage("`--amount` and `--pipeline` belong to a deal")
                .hint("name the deal with `--deal NAME`"));
        }
        return Ok(None);
    };
    let noun = call.other("deal")?;
    let mut values = shared(call, lead, &["source", "owner"], noun);
    values.push((noun.label_index(), Value::Text(name_of_deal(call, lead, &name)?)));
    values.push((noun.require("contact")?.index, Value::Link(LinkTo::bare("contact", contact))));
    if let Some(company) = company {
        values.push((noun.require("company")?.index, Value::Link(company.clone())));
    }
    if let Some(text) = call.text("amount") {
        let named = noun.require("amount")?;
        let amount = named.field.parse(text, call.locale).map_err(|why| {
            Error::invalid(format!("amount: {why}")).hint(named.field.kind.hint())
        })?;
        values.push((named.index, amount));
    }
    if let Some(text) = call.text("pipeline") {
        let name = Name { text: text.to_owned(), ..Name::default() };
        values.push((noun.require("pipeline")?.index, Value::Named(name)));
    }
    Ok(Some(call.writer.insert(noun, values.into())?))
}
