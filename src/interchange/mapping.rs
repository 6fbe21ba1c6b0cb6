//! What the columns of a file mean: headers → fields, by name, alias, label and the synonyms that
//! are declared; a file of rolo's own by name alone.

use std::collections::{HashMap, HashSet};

use super::channels::{PART_FIELDS, address_part, squash};
use super::funnel::entered_station;
use super::guess::{Guesses, Rank, is_taken, leads_anywhere};
use crate::entity::text::slug;
use crate::entity::{Default, Kind, Noun, Part};
use crate::error::{Error, Result, nearest};

/// What a column fills. Fields are indexes into the noun's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A field as a whole.
    Value(usize),
    /// The currency of an amount.
    Currency(usize),
    /// The uids behind a link or links.
    Uid(usize),
    /// What noun a link to any record leads to.
    Noun(usize),
    /// One value of a list, with this label.
    Item { field: usize, label: &'static str },
    /// When a station was entered: the field of the stays, and the column, whose station stands in
    /// [`Mapping::stations`].
    Entered { field: usize, column: usize },
    /// A part of an address: group, and place in it.
    Address { group: usize, part: usize },
}

/// Columns that are parts of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressGroup {
    /// The list of addresses.
    pub field: usize,
    pub label: &'static str,
    /// Street, city, region, postal code, country.
    pub columns: [Option<usize>; 5],
    /// Its city, region and country stand in plain fields too.
    pub is_plain: bool,
    rank: usize,
}

/// What all columns of a file mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub headers: Vec<String>,
    /// For each column.
    pub targets: Vec<Option<Target>>,
    pub addresses: Vec<AddressGroup>,
    /// Columns that fill a plain field besides their target, as (column, field).
    pub also: Vec<(usize, usize)>,
    /// Columns that say when a station was entered, with its name, in the order of the file.
    pub stations: Vec<(usize, String)>,
    /// Columns that mean nothing here; those set aside on purpose aren't among them.
    pub leftover: Vec<usize>,
    /// The file is rolo's own: read to the letter.
    pub exact: bool,
}

/// A column left over, as the custom field it could become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    pub column: usize,
    /// The name for people.
    pub header: String,
    /// A name that no field of the noun has.
    pub slug: String,
    /// The kind of field: always one that takes any text.
    pub kind: &'static str,
}

impl Mapping {
    /// The meaning of the headers for a noun; `said` are the texts `HEADER=FIELD` of `--map`.
    ///
    /// # Errors
    /// `--map` names an unknown header or field (usage); two columns mean one field.
    pub fn new(noun: &Noun, headers: &[String], said: &[String]) -> Result<Self> {
        let said_texts = said;
        let said = said_targets(noun, headers, said)?;
        let exact = headers
            .iter()
            .enumerate()
            .any(|(at, h)| h == "uid" && !matches!(said.get(&at), Some(None)));
        let mut stations: Vec<(usize, String)> = said_stations(noun, headers, said_texts);
        let guesses = Guesses::of(noun);
        let mut ranked: Vec<Option<(Target, Rank)>> = Vec::with_capacity(headers.len());
        let mut aside: HashSet<usize> = HashSet::new();
        for (at, header) in headers.iter().enumerate() {
            let found = match said.get(&at) {
                Some(Some(target)) => Some((*target, Rank::Said)),
                Some(None) => None,
                None if exact => exact_target(noun, header),
                None => guesses.find(header).or_else(|| {
                    let field = noun.fields.iter().position(|f| f.dated)?;
                    stations.push((at, entered_station(header)?));
                    Some((Target::Entered { field, column: at }, Rank::Derived))
                }),
            };
            if said.get(&at) == Some(&None) || exact && is_shown_alone(noun, header) {
                aside.insert(at);
            }
            ranked.push(found);
        }
        if exact {
            drop_first_of_lists(noun, headers, &mut ranked, &mut aside);
        }
        settle_doubles(noun, headers, &mut ranked)?;
        let mut made = Self {
            headers: headers.to_vec(),
            targets: ranked.iter().map(|r| r.map(|(target, _)| target)).collect(),
            addresses: Vec::new(),
            also: Vec::new(),
            stations,
            leftover: Vec::new(),
            exact,
        };
        if !exact {
            made.find_addresses(noun, &aside);
        }
        made.leftover = (0..headers.len())
            .filter(|at| made.targets[*at].is_none() && !aside.contains(at))
            .collect();
        Ok(made)
    }

    /// Whether any column fills the field.
    #[must_use]
    pub fn fills(&self, field: usize) -> bool {
        let whole = |t: &Target| match t {
            Target::Value(f)
            | Target::Uid(f)
            | Target::Entered { field: f, .. }
            | Target::Item { field: f, .. } => *f == field,
            Target::Address { group, .. } => self.addresses[*group].field == field,
            Target::Currency(_) | Target::Noun(_) => false,
        };
        self.targets.iter().flatten().any(whole) || self.also.iter().any(|(_, f)| *f == field)
    }

    /// The first column that fills the field, or a part of it.
    #[must_use]
    pub fn column_of(&self, field: usize) -> Option<usize> {
        let is_of = |t: &Target| match t {
            Target::Value(f)
            | Target::Uid(f)
            | Target::Currency(f)
            | Target::Noun(f)
            | Target::Entered { field: f, .. }
            | Target::Item { field: f, .. } => *f == field,
            Target::Address { group, .. } => self.addresses[*group].field == field,
        };
        let also = || self.also.iter().find(|(_, f)| *f == field).map(|(column, _)| *column);
        self.targets.iter().position(|t| t.as_ref().is_some_and(is_of)).or_else(also)
    }

    /// Required fields that no column fills, nor a default or the parts of a name.
    #[must_use]
    pub fn missing(&self, noun: &Noun) -> Vec<&'static str> {
        let filled = |name: &&str| noun.index(name).is_some_and(|i| self.fills(i));
        noun.fields
            .iter()
            .enumerate()
            .filter(|(at, f)| {
                f.required
                    && f.default == Default::Nothing
                    && !self.fills(*at)
                    && !f.made_of.iter().any(filled)
            })
            .map(|(_, f)| f.name)
            .collect()
    }

    /// The headers of the columns left over.
    pub fn leftover_headers(&self) -> impl Iterator<Item = &str> {
        self.leftover.iter().map(|at| self.headers[*at].as_str())
    }

    /// The columns left over as custom fields that could hold them. Once those are made, a mapping
    /// made anew finds them by their names for people.
    #[must_use]
    pub fn extras(&self, noun: &Noun) -> Vec<Extra> {
        let mut taken: HashSet<String> = HashSet::new();
        let mut extras = Vec::new();
        for at in &self.leftover {
            let header = &self.headers[*at];
            let mut name = slug(header);
            if name.is_empty() {
                name = format!("column_{}", at + 1);
            }
            if noun.find(&name).is_some() {
                name = format!("file_{name}");
            }
            let mut unique = name.clone();
            let mut number = 1;
            while noun.find(&unique).is_some() || !taken.insert(unique.clone()) {
                number += 1;
                unique = format!("{name}_{number}");
            }
            extras.push(Extra { column: *at, header: header.clone(), slug: unique, kind: "text" });
        }
        extras
    }

    /// The name of what a column fills, as `--map` takes it (a part of an address: `addresses`).
    #[must_use]
    pub fn target_name(&self, noun: &Noun, target: Target) -> String {
        let name = |field: usize| noun.fields[field].name;
        match target {
            Target::Value(field) => name(field).to_owned(),
            Target::Currency(field) => format!("{}_currency", name(field)),
            Target::Uid(field) => format!("{}_uid", name(field)),
            Target::Noun(field) => format!("{}_noun", name(field)),
            Target::Entered { column, .. } => {
                let name = self.stations.iter().find(|(c, _)| *c == column);
                format!("entered {}", name.map_or("", |(_, n)| n))
            }
            Target::Item { field, .. } => noun.fields[field].one.unwrap_or(name(field)).to_owned(),
            Target::Address { group, .. } => name(self.addresses[group].field).to_owned(),
        }
    }

    /// Gathers columns such as `MailingStreet`, `MailingCity` into addresses.
    fn find_addresses(&mut self, noun: &Noun, aside: &HashSet<usize>) {
        let Some(field) =
            noun.fields.iter().position(|f| matches!(f.kind, Kind::List(Kind::Address)))
        else {
            return;
        };
        let mut groups: Vec<AddressGroup> = Vec::new();
        for (at, header) in self.headers.iter().enumerate() {
            let Some(found) = address_part(&squash(header)) else { continue };
            // A column without a word in front may fill `city` itself and be a part besides.
            let is_own = match self.targets[at] {
                None => true,
                Some(Target::Value(f)) => {
                    found.label.is_empty() && PART_FIELDS[found.part] == Some(noun.fields[f].name)
                }
                Some(_) => false,
            };
            if !is_own || aside.contains(&at) {
                continue;
            }
            let group = groups.iter().position(|g| g.label == found.label).unwrap_or_else(|| {
                groups.push(AddressGroup {
                    field,
                    label: found.label,
                    columns: [None; 5],
                    is_plain: false,
                    rank: found.rank,
                });
                groups.len() - 1
            });
            let place = &mut groups[group].columns[found.part];
            *place = place.or(Some(at));
        }
        // A city and a country alone are no address.
        groups.retain(|g| !g.label.is_empty() || g.columns[0].is_some() || g.columns[3].is_some());
        groups.sort_by_key(|g| g.rank);
        for (group, found) in groups.iter().enumerate() {
            for (part, column) in found.columns.iter().enumerate() {
                let Some(column) = *column else { continue };
                if self.targets[column].is_none() {
                    self.targets[column] = Some(Target::Address { group, part });
                }
            }
        }
        if let Some(first) = groups.first_mut() {
            for (part, column) in first.columns.iter().enumerate() {
                let plain = PART_FIELDS[part].and_then(|name| noun.index(name));
                let (Some(column), Some(plain)) = (*column, plain) else { continue };
                if !self.targets.contains(&Some(Target::Value(plain))) {
                    self.also.push((column, plain));
                }
                first.is_plain = true;
            }
        }
        self.addresses = groups;
    }
}

/// A part of a field that a name means, or an error for one that no file can set.
fn named_target(noun: &Noun, name: &str) -> Result<Target> {
    let lower = name.to_lowercase().replace('-', "_");
    if let Some(field) = lower.strip_suffix("_noun").and_then(|link| noun.index(link))
        && leads_anywhere(&noun.fields[field].kind)
    {
        return Ok(Target::Noun(field));
    }
    let found = noun.require(name)?;
    if !is_taken(found.field) || found.part == Part::Id {
        return Err(Error::usage(format!("`{name}` can't be imported: rolo sets it itself")));
    }
    Ok(match found.part {
        Part::Whole | Part::Id => Target::Value(found.index),
        Part::Currency => Target::Currency(found.index),
        Part::Uid => Target::Uid(found.index),
        Part::First => Target::Item { field: found.index, label: "" },
    })
}

/// What `--map` says of each column; `None` for one to set aside.
fn said_targets(
    noun: &Noun,
    headers: &[String],
    said: &[String],
) -> Result<HashMap<usize, Option<Target>>> {
    let mut targets = HashMap::new();
    for text in said {
        let Some((header, field)) = text.rsplit_once('=') else {
            return Err(Error::usage(format!("`--map {text}` has no `=`"))
                .hint("write `--map 'HEADER=FIELD'`, or `--map 'HEADER='` to set a column aside"));
        };
        let column = column_named(headers, header)?;
        let target = match field.trim() {
            "" => None,
            field if stays_of(noun).is_some() && entered_station(field).is_some() => {
                stays_of(noun).map(|field| Target::Entered { field, column })
            }
            field => Some(named_target(noun, field)?),
        };
        targets.insert(column, target);
    }
    Ok(targets)
}

/// The field of a noun that holds its stays.
fn stays_of(noun: &Noun) -> Option<usize> {
    noun.fields.iter().position(|f| f.dated)
}

/// What `--map 'HEADER=entered STATION'` says of columns.
fn said_stations(noun: &Noun, headers: &[String], said: &[String]) -> Vec<(usize, String)> {
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

/// The target of a header in a file of rolo's own.
fn exact_target(noun: &Noun, header: &str) -> Option<(Target, Rank)> {
    if let Ok(target) = named_target(noun, header) {
        return Some((target, Rank::Name));
    }
    // A column that was kept as a custom field bears its name for people.
    let label = squash(header);
    let field = noun.fields.iter().position(|f| f.custom && squash(f.about) == label)?;
    Some((Target::Value(field), Rank::Alias))
}

/// Columns that rolo's own files show and no file can set: ids, computed fields.
fn is_shown_alone(noun: &Noun, header: &str) -> bool {
    noun.find(header).is_some_and(|n| n.part == Part::Id || !is_taken(n.field))
}

/// Beside a whole list its first value says nothing new.
fn drop_first_of_lists(
    noun: &Noun,
    headers: &[String],
    ranked: &mut [Option<(Target, Rank)>],
    aside: &mut HashSet<usize>,
) {
    let whole: HashSet<usize> = ranked
        .iter()
        .filter_map(|r| match r {
            Some((Target::Value(field), _)) => Some(*field),
            _ => None,
        })
        .collect();
    for (at, slot) in ranked.iter_mut().enumerate() {
        let Some((Target::Item { field, .. }, Rank::Name)) = slot else { continue };
        if whole.contains(field) && noun.fields[*field].one == Some(headers[at].as_str()) {
            *slot = None;
            aside.insert(at);
        }
    }
}

/// Of two columns that mean one single value the surer one stays; two equally sure are refused.
fn settle_doubles(
    noun: &Noun,
    headers: &[String],
    ranked: &mut [Option<(Target, Rank)>],
) -> Result<()> {
    let mut best: HashMap<Slot, (usize, Rank)> = HashMap::new();
    for at in 0..ranked.len() {
        let Some((target, rank)) = ranked[at] else { continue };
        let Some(slot) = Slot::of(noun, target) else { continue };
        match best.get(&slot).copied() {
            Some((other, known)) if known == rank => {
                return Err(both_mean(noun, target, headers, other, at));
            }
            Some((_, known)) if known < rank => ranked[at] = None,
            found => {
                if let Some((other, _)) = found {
                    ranked[other] = None;
                }
                best.insert(slot, (at, rank));
            }
        }
    }
    Ok(())
}

/// What only one column can fill.
#[derive(PartialEq, Eq, Hash)]
enum Slot {
    Value(usize),
    Currency(usize),
    Uid(usize),
    Noun(usize),
}

impl Slot {
    fn of(noun: &Noun, target: Target) -> Option<Self> {
        match target {
            Target::Value(field) if matches!(noun.fields[field].kind, Kind::List(_)) => None,
            Target::Value(field) => Some(Self::Value(field)),
            Target::Currency(field) => Some(Self::Currency(field)),
            Target::Uid(field) => Some(Self::Uid(field)),
            Target::Noun(field) => Some(Self::Noun(field)),
            Target::Item { .. } | Target::Entered { .. } | Target::Address { .. } => None,
        }
    }
}

fn both_mean(noun: &Noun, target: Target, headers: &[String], a: usize, b: usize) -> Error {
    let (first, second) = (&headers[a], &headers[b]);
    let field = match target {
        Target::Value(f) | Target::Currency(f) | Target::Uid(f) | Target::Noun(f) => f,
        Target::Item { field, .. } | Target::Entered { field, .. } => field,
        Target::Address { .. } => 0,
    };
    let name = noun.fields[field].name;
    let places = if first == second {
        format!("the columns {} and {} are both called `{first}`, which means", a + 1, b + 1)
    } else {
        format!("the columns `{first}` and `{second}` both mean")
    };
    Error::invalid(format!("{places} the field `{name}`"))
        .hint(format!("set one aside with `--map '{second}='`, or give it another field"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::CustomField;
    use crate::model::model;

    fn map(noun: &str, headers: &str, said: &[&str]) -> Result<Mapping> {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        let said: Vec<String> = said.iter().map(|s| (*s).to_owned()).collect();
        Mapping::new(model().noun(noun)?, &headers, &said)
    }

    /// `header>target` of all columns.
    fn shown(noun: &str, headers: &str, said: &[&str]) -> String {
        let model = model();
        let noun = model.noun(noun).expect("a noun");
        let mapping = map(noun.name(), headers, said).expect("a mapping");
        let name = |t: &Option<Target>| match t {
            None => "-".to_owned(),
            Some(Target::Item { label, .. }) if !label.is_empty() => {
                format!("{}:{label}", mapping.target_name(noun, t.expect("a target")))
            }
            Some(Target::Address { group, part }) => {
                format!("{}.{part}", mapping.addresses[*group].label)
            }
            Some(target) => mapping.target_name(noun, *target),
        };
        mapping.targets.iter().map(name).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn headers_are_found_by_name_label_and_synonym_however_they_are_spelt() {
        assert_eq!(
            shown(
                "deal",
                "NAME,STAGENAME,Stage-Since,AMOUNT,CLOSEDATE,ID,ACCOUNTID,OWNERID,X__c",
                &[]
            ),
            "name,stage,stage_since,amount,closes,-,-,-,-"
        );
        assert_eq!(
            shown("contact", "First Name,LastName,E-Mail,Job Title,notes,amount", &[]),
            "given_name,family_name,email,title,about,-"
        );
        assert_eq!(
            shown("deal", "amount_currency,company_uid,company_id,status", &[]),
            "amount_currency,company_uid,-,-"
        );
        assert_eq!(shown("task", "about_noun,id,urgency,created", &[]), "about_noun,-,-,created");
    }

    #[test]
    fn labelled_values_and_addresses_are_gathered() {
        let headers = "Email,FirstName,LastName,MailingCity,MailingCountry,MailingPostalCode,MailingState,MailingStreet,MobilePhone,Reservation_Status";
        assert_eq!(
            shown("contact", headers, &[]),
            "email,given_name,family_name,mailing.1,mailing.4,mailing.3,mailing.2,mailing.0,phone:mobile,-"
        );
        let mapping = map("contact", headers, &[]).expect("a mapping");
        let model = model();
        let noun = model.noun("contact").expect("a noun");
        let also: Vec<(usize, &str)> =
            mapping.also.iter().map(|(c, f)| (*c, noun.fields[*f].name)).collect();
        assert_eq!(also, [(3, "city"), (6, "region"), (4, "country")]);
        let column = |name| mapping.column_of(noun.index(name).expect(name));
        assert_eq!(
            ["city", "phones", "addresses", "title"].map(column),
            [Some(3), Some(8), Some(3), None]
        );
        assert_eq!(mapping.missing(noun), [""; 0]);
        assert_eq!(mapping.leftover_headers().collect::<Vec<_>>(), ["Reservation_Status"]);
    }

    #[test]
    fn the_billing_address_comes_before_the_shipping_address() {
        let mapping =
            map("company", "NAME,SHIPPINGCITY,SHIPPINGSTREET,BILLINGCITY,BILLINGSTREET,FAX", &[])
                .expect("a mapping");
        assert_eq!(mapping.also.iter().map(|a| a.0).collect::<Vec<_>>(), [3]);
        assert_eq!(mapping.addresses[0].label, "billing");
    }

    #[test]
    fn a_city_alone_is_no_address_and_with_a_street_it_is_part_of_one() {
        assert!(map("contact", "name,city,country", &[]).expect("a mapping").addresses.is_empty());
        assert_eq!(
            shown("lead", "City,Company,Country,State,Street", &[]),
            "city,company_name,country,region,.0"
        );
        let mapping = map("lead", "City,Company,Country,State,Street", &[]).expect("a mapping");
        assert_eq!(mapping.addresses[0].columns, [Some(4), Some(0), Some(3), None, Some(2)]);
    }

    #[test]
    fn map_says_more_than_any_guess() {
        assert_eq!(
            shown("task", "title,contact_email,due", &["contact_email=about"]),
            "title,about,due"
        );
        assert_eq!(
            shown(
                "deal",
                "title,company,contact_email,currency",
                &["title=name", "Currency=amount-currency"]
            ),
            "name,company,contact,amount_currency"
        );
        let mapping = map("deal", "name,title,x", &["x="]).expect("a mapping");
        assert_eq!(mapping.leftover, [1]);
        let mapping = map("deal", "name,title", &["title=name"]).expect("a mapping");
        assert_eq!(mapping.leftover, [0]);
    }

    #[test]
    fn a_wrong_map_says_what_would_be_right() {
        let error = map("deal", "title,amuont", &["amount=amount"]).expect_err("no column");
        assert_eq!(error.kind.code(), 2);
        assert!(error.hint.as_deref().is_some_and(|h| h.contains("did you mean `amuont`")));
        for said in ["title=nmae", "title", "title=id", "title=weighted", "title=company_id"] {
            assert_eq!(map("deal", "title", &[said]).expect_err(said).kind.code(), 2, "{said}");
        }
    }

    #[test]
    fn two_columns_for_one_value_are_refused_unless_one_is_surer() {
        let error = map("contact", "name,mail town,Town,Locality", &[]).expect_err("two cities");
        assert_eq!(error.message, "the columns `Town` and `Locality` both mean the field `city`");
        let error = map("contact", "name,City,city", &[]).expect_err("two cities");
        assert_eq!(error.kind.code(), 4);
        assert_eq!(shown("contact", "town,city,phone,phone", &[]), "-,city,phone,phone");
        assert_eq!(shown("deal", "x,x", &[]), "-,-");
    }

    #[test]
    fn a_file_with_uids_is_read_by_names_alone() {
        let mapping =
            map("deal", "uid,id,name,title,company,company_id,company_uid,weighted,trashed", &[])
                .expect("a mapping");
        assert!(mapping.exact);
        assert_eq!(mapping.leftover, [3]);
        assert_eq!(shown("contact", "uid,email,emails,phone", &[]), "uid,-,emails,phone");
        assert!(map("contact", "uid,email,emails", &[]).expect("a mapping").leftover.is_empty());
        assert!(!map("contact", "UID,name", &[]).expect("a mapping").exact);
    }

    #[test]
    fn what_is_left_over_becomes_custom_fields_that_are_found_again() {
        let headers = "name,ID,Contract no,Contract-no!,№";
        let mapping = map("contact", headers, &[]).expect("a mapping");
        let base = model();
        let noun = base.noun("contact").expect("a noun");
        let extras = mapping.extras(noun);
        let slugs: Vec<&str> = extras.iter().map(|e| e.slug.as_str()).collect();
        assert_eq!(slugs, ["file_id", "contract_no", "contract_no_2", "no"]);
        let custom: Vec<CustomField> = extras
            .iter()
            .filter(|e| e.column != 3)
            .map(|e| CustomField {
                noun: "contact".into(),
                slug: e.slug.clone(),
                name: e.header.clone(),
                kind: e.kind.into(),
                choices: Vec::new(),
            })
            .collect();
        let grown = base.with_custom(&custom).expect("a model");
        let noun = grown.noun("contact").expect("a noun");
        let headers: Vec<String> = ["name", "ID", "Contract no", "№"].map(str::to_owned).into();
        let mapping = Mapping::new(noun, &headers, &[]).expect("a mapping");
        assert!(mapping.leftover.is_empty(), "{mapping:?}");
    }

    #[test]
    fn a_required_field_without_a_column_is_named() {
        let model = model();
        let noun = model.noun("contact").expect("a noun");
        assert_eq!(
            map("contact", "column1,column2", &[]).expect("a mapping").missing(noun),
            ["name"]
        );
        let event = model.noun("event").expect("a noun");
        assert_eq!(map("event", "title", &[]).expect("a mapping").missing(event), ["start"]);
    }
}
