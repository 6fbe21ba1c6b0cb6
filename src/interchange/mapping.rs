//! What the columns of a file mean: headers → fields, by name, alias, label and the synonyms that
//! are declared; a file of rolo's own by name alone.

mod doubles;
mod said;

use std::collections::HashSet;

use super::addresses::AddressGroup;
use super::channels::{Channel, PARTS, channel};
use super::funnel::entered_station;
use super::guess::{Guesses, Rank, is_taken};
use super::lexicon::{lexicon, squash};
use crate::entity::money::{Currency, name_and_currency};
use crate::entity::text::slug;
use crate::entity::{Default as Unless, Kind, Noun, Part as FieldPart};
use crate::error::Result;
use doubles::settle_doubles;
pub(super) use said::is_header;
use said::{DATE_PARTS, Spec, named_target, plain_part, said_stations, specs, stays_of};

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
    /// The labels of a list's values that stand in another column.
    Label(usize),
    /// The year, month or day (0, 1, 2) of a date.
    DatePart { field: usize, part: usize },
    /// Whether it was won or lost, where the link to a stage says it here.
    Outcome(usize),
}

/// How the columns of a file are to be understood, besides what their headers say.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// `HEADER=FIELD` of `--map`.
    pub said: Vec<String>,
    /// The same of a preset: headers that aren't there don't matter.
    pub preset: Vec<(String, String)>,
    /// The header of each column as far as it is of this noun; `None` is a column of another one.
    pub names: Option<Vec<Option<String>>>,
    /// Headers of the columns whose first text is the label of a record that has none.
    pub stand_ins: Vec<String>,
    /// Fields that every record gets.
    pub fixed: Vec<(&'static str, &'static str)>,
    /// Cells that mean: nothing.
    pub blanks: Vec<String>,
}

/// What all columns of a file mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    pub headers: Vec<String>,
    /// The headers without the word for their noun that stands before them: `Title` of `Deal - Title`.
    pub names: Vec<String>,
    /// For each column.
    pub targets: Vec<Option<Target>>,
    /// How sure each target is.
    pub ranks: Vec<Option<Rank>>,
    pub addresses: Vec<AddressGroup>,
    /// For each column: the one that holds the label of its value.
    pub label_columns: Vec<Option<usize>>,
    /// Columns that fill a plain field besides their target, as (column, field).
    pub also: Vec<(usize, usize)>,
    /// Columns that say when a station was entered, with its name, in the order of the file.
    pub stations: Vec<(usize, String)>,
    /// Columns of amounts that bear their currency in the header.
    pub currencies: Vec<(usize, Currency)>,
    /// Columns that mean nothing here; those set aside on purpose aren't among them.
    pub leftover: Vec<usize>,
    /// Columns that give the label where nothing else does, the first that isn't empty.
    pub stand_ins: Vec<usize>,
    /// A column that says how it ended, and the link to the stage that says it here.
    pub outcome: Option<(usize, usize)>,
    /// Fields and texts that every record gets.
    pub fixed: Vec<(usize, &'static str)>,
    /// Cells that mean: nothing.
    pub blanks: Vec<String>,
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
        Self::read(noun, headers, &Reading { said: said.to_vec(), ..Reading::default() })
    }

    /// As [`Self::new`], with all that is known of the file.
    ///
    /// # Errors
    /// As for `new`.
    pub fn read(noun: &Noun, headers: &[String], reading: &Reading) -> Result<Self> {
        let names: Vec<Option<&str>> = match &reading.names {
            Some(names) => names.iter().map(Option::as_deref).collect(),
            None => headers.iter().map(|h| Some(h.as_str())).collect(),
        };
        let specs = specs(noun, headers, &names, reading)?;
        let said_aside = |at: usize| matches!(specs.get(&at), Some((Spec::Aside, Rank::Said)));
        let exact = (0..names.len()).any(|at| names[at] == Some("uid") && !said_aside(at));
        let mut stations = said_stations(noun, headers, &reading.said);
        let guesses = Guesses::of(noun);
        let mut aside: HashSet<usize> =
            (0..names.len()).filter(|at| names[*at].is_none() || said_aside(*at)).collect();
        let mut found: Vec<Option<(Target, Rank)>> = Vec::with_capacity(headers.len());
        let mut channels: Vec<Option<Channel>> = Vec::with_capacity(headers.len());
        for (at, name) in names.iter().enumerate() {
            let (target, channel) = match (specs.get(&at), name) {
                (Some((Spec::To(target), rank)), _) => {
                    (Some((*target, *rank)), plain_part(noun, *target))
                }
                (Some((Spec::Part(channel), _)), _) => (None, Some(*channel)),
                (Some((Spec::Aside, _)), _) | (None, None) => (None, None),
                (None, Some(name)) if exact => (exact_target(noun, name), None),
                (None, Some(name)) => {
                    let channel = channel(name);
                    let found = guesses.find(name, channel);
                    let found = found.or_else(|| of_currency(noun, &guesses, name)).or_else(|| {
                        let field = stays_of(noun)?;
                        stations.push((at, entered_station(name)?));
                        Some((Target::Entered { field, column: at }, Rank::Derived))
                    });
                    (found, channel)
                }
            };
            if exact && name.is_some_and(|n| is_shown_alone(noun, n)) {
                aside.insert(at);
            }
            found.push(target);
            channels.push(channel);
        }
        if exact {
            drop_first_of_lists(noun, headers, &mut found, &mut aside);
        } else {
            guesses.look_beside(&names, &mut found);
        }
        settle_doubles(noun, headers, &mut found)?;
        let mut made = Self {
            headers: headers.to_vec(),
            names: names.iter().zip(headers).map(|(n, h)| n.unwrap_or(h).to_owned()).collect(),
            targets: found.iter().map(|f| f.map(|(target, _)| target)).collect(),
            ranks: found.iter().map(|f| f.map(|(_, rank)| rank)).collect(),
            label_columns: vec![None; headers.len()],
            stations,
            exact,
            ..Self::default()
        };
        if !exact {
            made.find_addresses(noun, &channels);
            made.find_labels(noun, &channels);
            made.find_outcome(noun, &names, &aside);
        }
        for (at, rank) in made.ranks.iter_mut().enumerate() {
            *rank = made.targets[at].map(|_| rank.unwrap_or(Rank::Derived));
        }
        made.take_extras(noun, reading)?;
        made.take_currencies(noun);
        made.leftover = (0..headers.len())
            .filter(|at| made.targets[*at].is_none() && !aside.contains(at))
            .collect();
        Ok(made)
    }

    /// Columns that say the label of another one: `E-mail 1 - Label` beside `E-mail 1 - Value`.
    fn find_labels(&mut self, noun: &Noun, channels: &[Option<Channel>]) {
        for (label, channel) in channels.iter().enumerate() {
            let Some(c) = channel.filter(|c| c.is_label) else { continue };
            let value = channels.iter().position(|other| {
                other.is_some_and(|o| !o.is_label && (o.kind, o.number) == (c.kind, c.number))
            });
            let Some(value) = value else { continue };
            if let (Some(Target::Item { field, .. }), None) =
                (self.targets[value], self.targets[label])
                && matches!(noun.fields[field].kind, Kind::List(_))
            {
                self.label_columns[value] = Some(label);
                self.targets[label] = Some(Target::Label(field));
            }
        }
    }

    /// The column that says how it ended.
    fn find_outcome(&mut self, noun: &Noun, names: &[Option<&str>], aside: &HashSet<usize>) {
        for (of, field, word) in &lexicon().outcomes {
            let Some(stage) = noun.index(field).filter(|_| *of == noun.name()) else { continue };
            let is_it = |at: &usize| names[*at].is_some_and(|n| squash(n) == *word);
            let free = |at: &usize| self.targets[*at].is_none() && !aside.contains(at);
            if let Some(at) = (0..names.len()).find(|at| is_it(at) && free(at)) {
                self.targets[at] = Some(Target::Outcome(stage));
                self.outcome = Some((at, stage));
                return;
            }
        }
    }

    /// The columns that stand in for a label, and the fixed values.
    fn take_extras(&mut self, noun: &Noun, reading: &Reading) -> Result<()> {
        for wanted in &reading.stand_ins {
            let wanted = squash(wanted);
            self.stand_ins.extend(self.headers.iter().position(|h| squash(h) == wanted));
        }
        self.blanks.clone_from(&reading.blanks);
        for (name, text) in &reading.fixed {
            self.fixed.push((noun.require(name)?.index, text));
        }
        Ok(())
    }

    /// The currencies that the headers of amounts bear.
    fn take_currencies(&mut self, noun: &Noun) {
        let is_amount = |t: Option<Target>| matches!(t, Some(Target::Value(f)) if noun.fields[f].kind == Kind::Money);
        let of = |at: usize| Some((at, name_and_currency(&self.names[at])?.1));
        if !self.exact {
            let amounts = (0..self.names.len()).filter(|at| is_amount(self.targets[*at]));
            self.currencies = amounts.filter_map(of).collect();
        }
    }

    /// Whether any column fills the field.
    #[must_use]
    pub fn fills(&self, field: usize) -> bool {
        let whole = |t: &Target| match t {
            Target::Value(f)
            | Target::Uid(f)
            | Target::Item { field: f, .. }
            | Target::Entered { field: f, .. }
            | Target::DatePart { field: f, .. } => *f == field,
            Target::Address { group, .. } => self.addresses[*group].field == field,
            Target::Currency(_) | Target::Noun(_) | Target::Label(_) | Target::Outcome(_) => false,
        };
        self.targets.iter().flatten().any(whole)
            || self.also.iter().any(|(_, f)| *f == field)
            || self.fixed.iter().any(|(f, _)| *f == field)
    }

    /// The first column that fills the field, or a part of it.
    #[must_use]
    pub fn column_of(&self, field: usize) -> Option<usize> {
        self.columns_of(field).next()
    }

    /// The columns that fill the field, or a part of it.
    pub fn columns_of(&self, field: usize) -> impl Iterator<Item = usize> + '_ {
        let is_of = move |t: &Target| match t {
            Target::Value(f)
            | Target::Uid(f)
            | Target::Currency(f)
            | Target::Noun(f)
            | Target::DatePart { field: f, .. }
            | Target::Entered { field: f, .. }
            | Target::Item { field: f, .. } => *f == field,
            Target::Address { group, .. } => self.addresses[*group].field == field,
            Target::Label(_) | Target::Outcome(_) => false,
        };
        let also = self.also.iter().filter(move |(_, f)| *f == field).map(|(column, _)| *column);
        let targets = self.targets.iter().enumerate();
        targets.filter(move |(_, t)| t.as_ref().is_some_and(is_of)).map(|(at, _)| at).chain(also)
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
                    && f.default == Unless::Nothing
                    && !self.fills(*at)
                    && !f.made_of.iter().any(filled)
                    && (*at != noun.label_index() || self.stand_ins.is_empty())
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
            let header = &self.names[*at];
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

    /// Each header, with what it fills.
    pub(super) fn told(&self, noun: &Noun) -> Vec<(String, Option<String>)> {
        let field = |t: &Option<Target>| t.map(|t| self.target_name(noun, t));
        self.headers.iter().cloned().zip(self.targets.iter().map(field)).collect()
    }

    /// The name of what a column fills, as `--map` takes it.
    #[must_use]
    pub fn target_name(&self, noun: &Noun, target: Target) -> String {
        let name = |field: usize| noun.fields[field].name;
        let one = |field: usize| noun.fields[field].one.unwrap_or(name(field));
        match target {
            Target::Value(field) => name(field).to_owned(),
            Target::Currency(field) => format!("{}_currency", name(field)),
            Target::Uid(field) => format!("{}_uid", name(field)),
            Target::Noun(field) => format!("{}_noun", name(field)),
            Target::Entered { column, .. } => {
                let name = self.stations.iter().find(|(c, _)| *c == column);
                format!("entered {}", name.map_or("", |(_, n)| n))
            }
            Target::Item { field, label: "" } => one(field).to_owned(),
            Target::Item { field, label } => format!("{}:{label}", one(field)),
            Target::Address { group, part } => {
                let AddressGroup { field, label, .. } = &self.addresses[group];
                let colon = if label.is_empty() { "" } else { ":" };
                format!("{}{colon}{label}/{}", one(*field), PARTS[part])
            }
            Target::Label(field) => format!("{}:label", one(field)),
            Target::DatePart { field, part } => format!("{}/{}", name(field), DATE_PARTS[part]),
            Target::Outcome(_) => "status".to_owned(),
        }
    }
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
    noun.find(header).is_some_and(|n| n.part == FieldPart::Id || !is_taken(n.field))
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

/// What `Amount (USD)` fills: an amount, as the header without the currency does.
fn of_currency(noun: &Noun, guesses: &Guesses, header: &str) -> Option<(Target, Rank)> {
    let (name, _) = name_and_currency(header)?;
    let (target, _) = guesses.find(name, channel(name))?;
    let is_amount = matches!(target, Target::Value(f) if noun.fields[f].kind == Kind::Money);
    is_amount.then_some((target, Rank::Derived))
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
            "amount_currency,company_uid,-,status"
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
        assert_eq!(mapping.addresses[0].columns, [vec![4], vec![0], vec![3], vec![], vec![2]]);
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

    proptest::proptest! {
        /// Whatever the headers are, each column means one thing or is left over, in bounded time.
        #[test]
        fn no_headers_make_it_panic(
            headers in proptest::collection::vec("(Deal - )?(E-mail|Улица|Adresse|Phone|\\PC{0,12})?[ 0-9()-]{0,4}(Value|Label|City|дом|\\PC{0,30})?", 0..12),
            at in 0_usize..16,
        ) {
            let model = model();
            let noun = &model.nouns[at % model.nouns.len()];
            if let Ok(mapping) = Mapping::new(noun, &headers, &[]) {
                proptest::prop_assert_eq!(mapping.targets.len(), headers.len());
                for left in &mapping.leftover {
                    proptest::prop_assert!(mapping.targets[*left].is_none());
                }
                for target in mapping.targets.iter().flatten() {
                    proptest::prop_assert!(!mapping.target_name(noun, *target).is_empty());
                }
            }
        }
    }
}
