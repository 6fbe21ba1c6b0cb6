//! A lead becomes a contact, a company and, when asked, a deal.

use super::call::{Call, Fields};
use crate::entity::{Column, LinkTo, Name, Noun, Value};
use crate::error::{Error, Result};
use crate::model::LEAD;
use crate::store::{Among, Match};

const STATUS: Column = LEAD.column("status");
const EMAILS: Column = LEAD.column("emails");
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
const FOR_COMPANY: &[&str] =
    &["website", "industry", "city", "region", "country", "source", "owner"];

pub(super) fn convert(call: &mut Call) -> Result<()> {
    if call.ids.len() > 1 && (call.text("deal").is_some() || call.text("company").is_some()) {
        return Err(Error::usage("`--deal` and `--company` are for one lead at a time"));
    }
    for id in call.ids {
        let lead = call.writer.stored(call.noun, *id)?;
        if lead[call.index(STATUS)?].as_text() == Some("converted") {
            return Err(Error::invalid(format!("lead:{id} is converted already"))
                .hint(format!("`rolo lead show {id}` tells what it became")));
        }
        convert_one(call, *id, &lead)?;
    }
    Ok(())
}

fn convert_one(call: &mut Call, id: i64, lead: &[Value]) -> Result<()> {
    let company = company_of(call, lead)?;
    let contact = contact_of(call, lead, company.as_ref())?;
    move_timeline(call, id, contact)?;
    let mut fields: Fields = vec![
        call.set(STATUS, Value::Text("converted".into()))?,
        call.set(CONTACT, Value::Link(LinkTo::bare("contact", contact)))?,
    ];
    if let Some(company) = &company {
        fields.push(call.set(COMPANY, Value::Link(company.clone()))?);
    }
    if let Some(deal) = deal_of(call, lead, company.as_ref(), contact)? {
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

/// The company that the lead names, found by name or made.
fn company_of(call: &mut Call, lead: &[Value]) -> Result<Option<LinkTo>> {
    let named = call.text("company").map(str::to_owned);
    let own = lead[call.index(COMPANY_NAME)?].as_text().map(str::to_owned);
    let Some(name) = named.or(own) else { return Ok(None) };
    let noun = call.other("company")?;
    let id = match call.writer.reader().find(noun, &name, Among::Live, None)? {
        Match::One(id) => id,
        Match::None => {
            let mut values = shared(call, lead, FOR_COMPANY, noun);
            values.push((noun.label_index(), Value::Text(name)));
            call.writer.insert(noun, values.into())?
        }
        Match::Several(_) => call.writer.reader().resolve(noun, &name, Among::Live)?,
    };
    Ok(Some(LinkTo::bare("company", id)))
}

/// The contact of any of the lead's e-mails, filled where it was empty, or a new one.
fn contact_of(call: &mut Call, lead: &[Value], company: Option<&LinkTo>) -> Result<i64> {
    let noun = call.other("contact")?;
    let mut values = shared(call, lead, FOR_CONTACT, noun);
    if let Some(company) = company {
        values.push((noun.require("company")?.index, Value::Link(company.clone())));
    }
    let emails = match &lead[call.index(EMAILS)?] {
        Value::List(items) => items.clone(),
        _ => Vec::new(),
    };
    let field = noun.fields[noun.require(EMAILS.0)?.index];
    for email in emails {
        if let Match::One(id) =
            call.writer.reader().by_key(noun, field, &email.value, Among::Live, None)?
        {
            let before = call.writer.stored(noun, id)?;
            values.retain(|(index, _)| before[*index].is_empty());
            call.writer.update_from(noun, id, &before, values)?;
            return Ok(id);
        }
    }
    call.writer.insert(noun, values.into())
}

/// What happened with the lead is also about the contact from now on.
fn move_timeline(call: &mut Call, lead: i64, contact: i64) -> Result<()> {
    let noun = call.other("activity")?;
    let about = noun.require("about")?.index;
    for id in call.writer.reader().about("lead", lead)? {
        let before = call.writer.stored(noun, id)?;
        let Value::Links(mut links) = before[about].clone() else { continue };
        if !links.iter().any(|l| (l.noun, l.id) == ("contact", contact)) {
            links.push(LinkTo::bare("contact", contact));
            call.writer.update_from(noun, id, &before, vec![(about, Value::Links(links))])?;
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
    values.push((noun.label_index(), Value::Text(name)));
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
