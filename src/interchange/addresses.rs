//! Columns such as `MailingStreet` and `MailingCity`, or `Address 1 - Street`, gathered into
//! addresses.

use super::channels::{Channel, HOUSE, PART_FIELDS, Part, address_rank};
use super::mapping::{Mapping, Target};
use super::source::RawRow;
use crate::entity::{Kind, Noun};

/// Columns that are parts of one address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressGroup {
    /// The list of addresses.
    pub field: usize,
    pub label: &'static str,
    /// Street, city, region, postal code, country; each may have several lines.
    pub columns: [Vec<usize>; 5],
    /// A column with all of it, which counts where the parts are empty.
    pub whole: Option<usize>,
    /// The column of the street's part that is the number of the house.
    pub house: Option<usize>,
    /// A column with the label.
    pub label_column: Option<usize>,
    /// Its city, region and country stand in plain fields too.
    pub is_plain: bool,
}

/// A column that may be of an address.
#[derive(Clone, Copy)]
struct Piece {
    column: usize,
    label: &'static str,
    number: u32,
    part: Part,
}

impl Mapping {
    /// Gathers columns into addresses; `channels` are what the headers say.
    pub(super) fn find_addresses(&mut self, noun: &Noun, channels: &[Option<Channel>]) {
        let Some(field) =
            noun.fields.iter().position(|f| matches!(f.kind, Kind::List(Kind::Address)))
        else {
            return;
        };
        let mut pieces = self.pieces(noun, field, channels);
        settle_lines(&mut pieces);
        let mut groups: Vec<(u32, AddressGroup)> = Vec::new();
        pieces.sort_by_key(|p| match p.part {
            // Behind the street's first line.
            Part::Of(_, HOUSE) => (1, 1),
            Part::Of(_, line) => (line, 0),
            Part::Whole => (0, 0),
        });
        for piece in &pieces {
            let of = |(number, g): &(u32, AddressGroup)| {
                (g.label, *number) == (piece.label, piece.number)
            };
            let at = groups.iter().position(of).unwrap_or_else(|| {
                let group = AddressGroup { field, label: piece.label, ..AddressGroup::default() };
                groups.push((piece.number, group));
                groups.len() - 1
            });
            if let Part::Of(_, HOUSE) = piece.part {
                groups[at].1.house = Some(piece.column);
            }
            match piece.part {
                Part::Of(part, _) => groups[at].1.columns[part].push(piece.column),
                Part::Whole => groups[at].1.whole = Some(piece.column),
            }
        }
        // A city and a country alone are no address, and a whole one by itself is a value of the list.
        groups.retain(|(number, g)| {
            let has = |part: usize| !g.columns[part].is_empty();
            let is_labelled = !g.label.is_empty() || *number > 0;
            (0..5).any(has) && (is_labelled || has(0) || has(3))
        });
        groups.sort_by_key(|(number, g)| (address_rank(g.label), *number));
        for (number, group) in &mut groups {
            group.label_column = channels.iter().position(|c| {
                c.is_some_and(|c| c.is_label && c.kind == "address" && c.number == *number)
            });
        }
        self.take_addresses(noun, groups.into_iter().map(|(_, group)| group).collect());
    }

    /// The columns that may be of an address.
    fn pieces(&self, noun: &Noun, field: usize, channels: &[Option<Channel>]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (column, channel) in channels.iter().enumerate() {
            let Some(Channel { label, number, part: Some(part), .. }) = *channel else { continue };
            let is_own = match (self.targets[column], part) {
                (None, _) => true,
                // A column without a word in front may fill `city` itself and be a part besides.
                (Some(Target::Value(f)), Part::Of(at, _)) => {
                    label.is_empty() && PART_FIELDS[at] == Some(noun.fields[f].name)
                }
                (Some(Target::Item { field: f, .. }), Part::Whole) => f == field,
                (Some(_), _) => false,
            };
            if is_own {
                pieces.push(Piece { column, label, number, part });
            }
        }
        pieces
    }

    /// The address of a row that its plain fields tell: the first that has anything.
    pub(super) fn main_address(&self, row: &RawRow) -> Option<usize> {
        let is_there = |g: &AddressGroup| {
            g.columns.iter().flatten().any(|column| !row.cell(*column).trim().is_empty())
        };
        self.addresses.iter().position(is_there)
    }

    /// The column that fills a plain field for a row, in place of that of the first address.
    pub(super) fn plain_column(&self, row: &RawRow, first: usize) -> Option<usize> {
        let part = self.addresses.first()?.columns.iter().position(|c| c.contains(&first))?;
        let columns = &self.addresses[self.main_address(row)?].columns[part];
        columns.iter().copied().find(|column| !row.cell(*column).trim().is_empty())
    }

    /// Takes the groups over: their columns, and the plain fields that the first one fills.
    fn take_addresses(&mut self, noun: &Noun, mut groups: Vec<AddressGroup>) {
        for (group, found) in groups.iter().enumerate() {
            let parts = found.columns.iter().enumerate();
            for (part, column) in parts.flat_map(|(at, all)| all.iter().map(move |c| (at, *c))) {
                if !matches!(self.targets[column], Some(Target::Value(_))) {
                    self.targets[column] = Some(Target::Address { group, part });
                }
            }
            if let Some(column) = found.whole {
                self.targets[column] = Some(Target::Address { group, part: 0 });
            }
            if let Some(column) = found.label_column {
                self.targets[column] = Some(Target::Label(found.field));
            }
        }
        if let Some(first) = groups.first_mut() {
            for (part, columns) in first.columns.iter().enumerate() {
                let plain = PART_FIELDS[part].and_then(|name| noun.index(name));
                let (Some(column), Some(plain)) = (columns.first(), plain) else { continue };
                if !self.targets.contains(&Some(Target::Value(plain))) {
                    self.also.push((*column, plain));
                }
                first.is_plain = true;
            }
        }
        // Where a row lacks the first address, the next one fills the plain fields.
        let is_shared = !self.also.is_empty();
        for group in groups.iter_mut().skip(1) {
            group.is_plain = is_shared;
        }
        self.addresses = groups;
    }
}

/// `Home Address` and `Address 2` beside a city or a postal code, and without a street, are lines
/// of the street.
fn settle_lines(pieces: &mut [Piece]) {
    let has_part = |pieces: &[Piece], label: &str, number: u32, wanted: &[usize]| {
        pieces.iter().any(|p| {
            matches!(p.part, Part::Of(part, _) if wanted.contains(&part))
                && (p.label, p.number) == (label, number)
        })
    };
    let explicit: Vec<&'static str> = pieces
        .iter()
        .filter(|p| p.number == 0 && matches!(p.part, Part::Of(0, line) if line < HOUSE))
        .map(|p| p.label)
        .collect();
    for at in 0..pieces.len() {
        let Piece { label, number, part: Part::Whole, .. } = pieces[at] else { continue };
        let is_of_number = number > 0 && has_part(pieces, label, number, &[0, 1, 2, 3, 4]);
        if !is_of_number && !explicit.contains(&label) && has_part(pieces, label, 0, &[1, 3]) {
            pieces[at].part = Part::Of(0, number.max(1));
            pieces[at].number = 0;
        }
    }
}
