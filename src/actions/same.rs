//! The company and the contact that a lead means, where they are there already: by what an import
//! would find them by, and by what tells as much.

use super::call::Call;
use crate::entity::alike::names::{Closeness, Name, compare_companies};
use crate::entity::alike::{canonical_email, domain_of};
use crate::entity::{Column, Item, LinkTo, Noun, Value, e164};
use crate::error::Result;
use crate::model::LEAD;
use crate::store::Among;

const EMAILS: Column = LEAD.column("emails");
const PHONES: Column = LEAD.column("phones");

/// The company that an import would find by domain and name; else the one with the domain of the
/// lead's e-mail, unless its name says another; else the one whose name differs in the legal form
/// alone.
pub(super) fn same_company(
    call: &mut Call,
    noun: &Noun,
    lead: &[Value],
    values: &[(usize, Value)],
    name: Option<&str>,
) -> Result<Option<i64>> {
    if let Some(id) = call.writer.same_as(noun, values)? {
        return Ok(Some(id));
    }
    let wanted = Name::of_company(name.unwrap_or_default());
    let domain = noun.require("domain")?;
    for host in items(lead, call.index(EMAILS)?).iter().filter_map(|e| domain_of(&e.value)) {
        let found = call.writer.reader().by_key(noun, domain.field, &host, Among::Live, None)?;
        let mut same = Vec::new();
        for id in found.ids() {
            let there = name_of(call, noun, id)?;
            let is_other = matches!(
                compare_companies(&wanted, &there),
                Closeness::Different | Closeness::Partly
            );
            if !is_other {
                same.push(id);
            }
        }
        if let Some(id) = only(call, noun, &same, name.unwrap_or(&host)) {
            return Ok(Some(id));
        }
    }
    let website = values.iter().find(|(i, _)| *i == domain.index).map(|(_, v)| v);
    let mut same = Vec::new();
    for id in call.writer.reader().with_words(noun, &wanted.words, 0)? {
        let there = name_of(call, noun, id)?;
        let is_same =
            matches!(compare_companies(&wanted, &there), Closeness::Same | Closeness::Spelt);
        let marks = [wanted.mark, there.mark];
        let other_form = matches!(marks, [Some(a), Some(b)] if a != b);
        let stored = &call.writer.stored(noun, id)?[domain.index];
        let other_domain =
            website.is_some_and(|w| !stored.is_empty() && stored.to_cell() != w.to_cell());
        if is_same && !other_form && !other_domain {
            same.push(id);
        }
    }
    Ok(only(call, noun, &same, name.unwrap_or_default()))
}

fn name_of(call: &Call, noun: &Noun, id: i64) -> Result<Name> {
    let stored = call.writer.stored(noun, id)?;
    Ok(Name::of_company(stored[noun.label_index()].as_text().unwrap_or_default()))
}

/// The only one of these: what could be several is never a choice, and said.
fn only(call: &mut Call, noun: &Noun, ids: &[i64], text: &str) -> Option<i64> {
    let one = (ids.len() < 2).then(|| ids.first().copied()).flatten();
    if ids.len() > 1 {
        let list: Vec<String> = ids.iter().map(|id| format!("{}:{id}", noun.name())).collect();
        let list = list.join(", ");
        call.writer.warnings.push(format!("`{text}` could be {list}: `--company` names one"));
    }
    one
}

/// The contact that an import would find by the lead's e-mails; else the one whose mailbox they
/// reach; else the only namesake with the same phone, or in the same company, where no two e-mails
/// tell them apart.
pub(super) fn same_contact(
    call: &mut Call,
    noun: &Noun,
    lead: &[Value],
    values: &[(usize, Value)],
    company: Option<&LinkTo>,
) -> Result<Option<i64>> {
    if let Some(id) = call.writer.same_as(noun, values)? {
        return Ok(Some(id));
    }
    let emails = noun.require("emails")?;
    for item in items(lead, call.index(EMAILS)?) {
        let Some(mailbox) = canonical_email(&item.value).filter(|m| !m.is_role) else { continue };
        let reader = call.writer.reader();
        let found = reader.by_key(noun, emails.field, &mailbox.address, Among::Live, None)?;
        if let [id] = found.ids()[..] {
            return Ok(Some(id));
        }
    }
    namesake(call, noun, lead, company)
}

fn namesake(
    call: &Call,
    noun: &Noun,
    lead: &[Value],
    company: Option<&LinkTo>,
) -> Result<Option<i64>> {
    let Some(name) = lead[call.noun.label_index()].as_text() else { return Ok(None) };
    let dialled = |values: &[Value], index: usize| -> Vec<String> {
        let items = items(values, index);
        items.iter().map(|p| e164(&p.value, &call.locale.region)).collect()
    };
    let (has_email, phones) =
        (!lead[call.index(EMAILS)?].is_empty(), dialled(lead, call.index(PHONES)?));
    let found = call.writer.reader().by_key(noun, noun.entity.label(), name, Among::Live, None)?;
    let (emails, works_for) = (noun.require("emails")?.index, noun.require("company")?.index);
    let its_phones = noun.require("phones")?.index;
    let mut same = Vec::new();
    for id in found.ids() {
        let contact = call.writer.stored(noun, id)?;
        let here = contact[works_for].as_link().map(|c| c.id);
        let colleague = here.is_some() && here == company.map(|c| c.id);
        let one_phone = dialled(&contact, its_phones).iter().any(|p| phones.contains(p));
        if one_phone || colleague && (!has_email || contact[emails].is_empty()) {
            same.push(id);
        }
    }
    Ok(if let [one] = same[..] { Some(one) } else { None })
}

fn items(values: &[Value], index: usize) -> &[Item] {
    match &values[index] {
        Value::List(items) => items,
        _ => &[],
    }
}
