//! Which columns fill which field: a mapping turned round, once for a file.

use std::collections::HashMap;

use super::addresses::AddressGroup;
use super::mapping::{Mapping, Target};
use crate::entity::{Kind, Noun};

/// What fills a field, by columns.
pub(super) struct Step {
    pub(super) field: usize,
    pub(super) how: How,
}

pub(super) enum How {
    Cell(usize),
    /// Columns that say one thing, of which a row fills one.
    OneOf(Vec<usize>),
    /// A column of the first address; where a row lacks that one, the next one's.
    Plain(usize),
    Money {
        amount: usize,
        currency: Option<usize>,
    },
    Link(LinkColumns),
    Links(LinkColumns),
    List(Vec<ListColumn>),
    /// Year, month and day.
    DateParts([Option<usize>; 3]),
    /// Columns that say when a station was entered.
    Entered(Vec<usize>),
}

#[derive(Default, Clone, Copy)]
pub(super) struct LinkColumns {
    pub(super) text: Option<usize>,
    pub(super) uid: Option<usize>,
    pub(super) noun: Option<usize>,
}

#[derive(Clone, Copy)]
pub(super) enum ListColumn {
    Whole(usize),
    /// The column, its label, and the column that says the label.
    Item(usize, &'static str, Option<usize>),
    Address(usize),
}

/// Which columns fill which field, in the order of the fields.
pub(super) fn plan(noun: &Noun, mapping: &Mapping) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut links: HashMap<usize, LinkColumns> = HashMap::new();
    let mut entered: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut lists: HashMap<usize, Vec<ListColumn>> = HashMap::new();
    let mut dates: HashMap<usize, [Option<usize>; 3]> = HashMap::new();
    let currency_of =
        |field: usize| mapping.targets.iter().position(|t| *t == Some(Target::Currency(field)));
    for (column, target) in mapping.targets.iter().enumerate() {
        let Some(target) = *target else { continue };
        match target {
            Target::Value(field) => match noun.fields[field].kind {
                Kind::Link(_) | Kind::Links(..) => {
                    links.entry(field).or_default().text = Some(column);
                }
                Kind::List(_) => {
                    lists.entry(field).or_default().push(ListColumn::Whole(column));
                }
                Kind::Money => {
                    let currency = currency_of(field);
                    steps.push(Step { field, how: How::Money { amount: column, currency } });
                }
                _ => match steps.iter_mut().find(|step| step.field == field) {
                    Some(Step { how: How::OneOf(columns), .. }) => columns.push(column),
                    Some(Step { how, .. }) => {
                        if let How::Cell(first) = *how {
                            *how = How::OneOf(vec![first, column]);
                        }
                    }
                    None => steps.push(Step { field, how: How::Cell(column) }),
                },
            },
            Target::Uid(field) => links.entry(field).or_default().uid = Some(column),
            Target::Noun(field) => links.entry(field).or_default().noun = Some(column),
            Target::Item { field, label } => {
                let says = mapping.label_columns[column];
                lists.entry(field).or_default().push(ListColumn::Item(column, label, says));
            }
            Target::Entered { field, column } => entered.entry(field).or_default().push(column),
            Target::DatePart { field, part } => {
                dates.entry(field).or_default()[part] = Some(column);
            }
            Target::Currency(_)
            | Target::Address { .. }
            | Target::Label(_)
            | Target::Outcome(_) => {}
        }
    }
    for (group, address) in mapping.addresses.iter().enumerate() {
        lists.entry(address.field).or_default().push(ListColumn::Address(group));
    }
    for (field, parts) in dates {
        steps.push(Step { field, how: How::DateParts(parts) });
    }
    for (column, field) in &mapping.also {
        steps.push(Step { field: *field, how: How::Plain(*column) });
    }
    for (field, columns) in links {
        let is_many = matches!(noun.fields[field].kind, Kind::Links(..));
        let how = if is_many { How::Links(columns) } else { How::Link(columns) };
        steps.push(Step { field, how });
    }
    for (field, columns) in entered {
        steps.push(Step { field, how: How::Entered(columns) });
    }
    for (field, columns) in lists {
        steps.push(Step { field, how: How::List(columns) });
    }
    steps.sort_by_key(|step| step.field);
    steps
}

/// The mapped columns under the names of what they fill, in the order of those.
pub(super) fn prints(noun: &Noun, mapping: &Mapping) -> Vec<(String, usize)> {
    let mut prints: Vec<(String, usize)> = mapping
        .targets
        .iter()
        .enumerate()
        .filter_map(|(column, target)| {
            let target = (*target)?;
            // What names a row's print is never to change.
            let name = match target {
                Target::Item { field, label } => {
                    format!("{}:{label}", noun.fields[field].one.unwrap_or(noun.fields[field].name))
                }
                Target::Address { group, part } => {
                    let AddressGroup { field, label, .. } = &mapping.addresses[group];
                    format!("{}:{label}:{part}", noun.fields[*field].name)
                }
                _ => mapping.target_name(noun, target),
            };
            Some((name, column))
        })
        .collect();
    prints.sort();
    prints
}
