//! A lead is given to somebody, rejected, or becomes a contact, a company and, when asked, a deal.

use super::call::{Call, Fields};
use super::sharing::{Sharing, give};
use crate::entity::{Column, LinkTo, Name, Noun, Value};
use crate::error::{Error, Result};
use crate::model::LEAD;
use crate::store::Among;

const STATUS: Column = LEAD.column("status");
const REASON: Column = LEAD.column("reason");
const EMAILS: Column = LEAD.column("emails");
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

pub(super) fn assign(call: &mut Call) -> Result<()> {
    if let Some(text) = call.text("user").map(str::to_owned) {
        let users = call.other("user")?;
        let user = if text == "me" {
            call.writer.me
        } else {
            call.writer.reader().resolve(users, &text, Among::Live)?
        };
        for id in call.ids {
            give(call.writer, call.noun, *id, user, None, "by hand")?;
        }
        return Ok(());
    }
    let mut sharing = Sharing::new(call.writer, call.noun, call.locale)?;
    if sharing.is_empty() {
        return Err(Error::invalid("there are no rules for assigning leads")
            .hint("`rolo assignment add NAME --by round_robin --team TEAM` makes one; `--user HANDLE` gives them to somebody"));
    }
    for id in call.ids {
        if !sharing.share_out(call.writer, call.noun, *id)? {
            call.writer.warnings.push(format!("lead:{id}: no rule fits; its owner stays"));
        }
    }
    Ok(())
}

pub(super) fn reject(call: &mut Call) -> Result<()> {
    let mut fields = vec![call.set(STATUS, Value::Text("unqualified".into()))?];
    call.take(&mut fields, "reason", REASON)?;
    if fields.iter().any(|(_, v)| v.is_empty()) {
        return Err(Error::invalid("reason: it is empty")
            .hint("say why: `rolo lead reject 42 --reason \"no budget\"`"));
    }
    call.set_all(&fields)
}

pub(super) fn convert(call: &mut Call) -> Result<()> {
    let for_one = ["deal", "amount", "company"].iter().find(|name| call.text(name).is_some());
    if let (Some(name), true) = (for_one, call.ids.len() > 1) {
        return Err(Error::usage(format!("`--{name}` is for one lead at a time"))
            .hint("convert the others first, without it"));
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

/// The company that the lead names: the one that an import would find by its domain and name, or a
/// new one.
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
    let Some(name) = name else { return Ok(None) };
    let mut values = shared(call, lead, FOR_COMPANY, noun);
    values.push((noun.label_index(), Value::Text(name)));
    if let Some(host) = lead[call.index(WEBSITE)?].as_text().and_then(host_of) {
        values.push((noun.require("domain")?.index, Value::Text(host)));
    }
    let id = match call.writer.same_as(noun, &values)? {
        Some(id) => {
            call.writer.fill_up(noun, id, values)?;
            id
        }
        None => call.writer.insert(noun, values.into())?,
    };
    Ok(Some(LinkTo::bare("company", id)))
}

/// The host of a web address, without `www.`.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    host.contains('.').then(|| host.to_owned())
}

/// The contact that an import would find by the lead's e-mails, filled up where it was empty; of a
/// lead or contact without any, the namesake in the same company; or a new one.
fn contact_of(call: &mut Call, lead: &[Value], company: Option<&LinkTo>) -> Result<i64> {
    let noun = call.other("contact")?;
    let mut values = shared(call, lead, FOR_CONTACT, noun);
    if let Some(company) = company {
        values.push((noun.require("company")?.index, Value::Link(company.clone())));
    }
    let found = match call.writer.same_as(noun, &values)? {
        Some(id) => Some(id),
        None => namesake(call, noun, lead, company)?,
    };
    if let Some(id) = found {
        call.writer.fill_up(noun, id, values)?;
        return Ok(id);
    }
    call.writer.insert(noun, values.into())
}

/// The only contact of this name in this company, where no two e-mails tell them apart.
fn namesake(
    call: &Call,
    noun: &Noun,
    lead: &[Value],
    company: Option<&LinkTo>,
) -> Result<Option<i64>> {
    let (Some(company), Some(name)) = (company, lead[call.noun.label_index()].as_text()) else {
        return Ok(None);
    };
    let has_email = !lead[call.index(EMAILS)?].is_empty();
    let found = call.writer.reader().by_key(noun, noun.entity.label(), name, Among::Live, None)?;
    let (emails, works_for) = (noun.require("emails")?.index, noun.require("company")?.index);
    let mut same = Vec::new();
    for id in found.ids() {
        let contact = call.writer.stored(noun, id)?;
        let here = contact[works_for].as_link().is_some_and(|c| c.id == company.id);
        if here && (!has_email || contact[emails].is_empty()) {
            same.push(id);
        }
    }
    Ok(if let [one] = same[..] { Some(one) } else { None })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_web_address_is_its_domain() {
        for (url, host) in [
            ("https://www.Acme.example/shop?x=1", Some("acme.example")),
            ("acme.example", Some("acme.example")),
            ("http://acme.example:8080", Some("acme.example")),
            ("нет", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }
}
