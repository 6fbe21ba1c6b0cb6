//! How a file was understood, column by column, for a dry run.

use super::lexicon::squash;
use super::mapping::{Mapping, Target};
use super::marks::Mark;
use super::order::{is_serial, is_unix};
use super::row::Written;
use super::source::RawRow;
use super::told::{Columns, Told};
use crate::entity::when::DateOrder;
use crate::entity::{Field, Kind, Noun};

/// How a column was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    pub column: String,
    /// The noun of the field.
    pub noun: Option<&'static str>,
    /// The field as `--map` takes it; none where the column is left over.
    pub field: Option<String>,
    /// The label of a value of a list: `work`.
    pub label: Option<&'static str>,
    pub kind: Option<&'static str>,
    /// How its cells are written: `day first`.
    pub form: Option<&'static str>,
    /// The first cell that isn't empty.
    pub cell: Option<String>,
    /// The value that this cell is, where it is another text.
    pub value: Option<String>,
    pub sure: Sure,
}

/// How sure the meaning of a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// `--map` or another option says so.
    Said,
    /// Its name is one of the field's own, and its cells leave no choice.
    Certain,
    /// Worked out from its header, or from the look of its cells.
    Likely,
    /// It means nothing here.
    LeftOver,
}

impl Sure {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::LeftOver => "left over",
        }
    }
}

/// What is known when a file has been read.
pub(super) struct Known<'a> {
    pub(super) noun: &'a Noun,
    pub(super) mapping: &'a Mapping,
    pub(super) written: &'a Written,
    pub(super) told: &'a Columns,
    /// `HEADER=FIELD` as typed.
    pub(super) said: &'a [String],
}

impl Known<'_> {
    /// How a column was understood; `cell` is the first that isn't empty.
    pub(super) fn column(&self, column: usize, cell: Option<&str>) -> Understood {
        let header = &self.mapping.headers[column];
        let target = self.mapping.targets[column];
        let field = target.and_then(|t| self.field_of(t));
        let (form, by) = field.map_or((None, None), |f| self.form(f, column, cell));
        let is_said = self.said.iter().any(|s| {
            s.rsplit_once('=')
                .is_some_and(|(name, _)| name == header || squash(name) == squash(header))
        });
        let sure = match (target, field) {
            (None, _) if is_said => Sure::Said,
            (None, _) | (_, None) => Sure::LeftOver,
            _ if is_said => Sure::Said,
            (_, Some(field)) if by != Some(Sure::Likely) && is_own_name(field, header) => {
                Sure::Certain
            }
            _ => Sure::Likely,
        };
        let label = match target {
            Some(Target::Item { label, .. }) if !label.is_empty() => Some(label),
            Some(Target::Address { group, .. }) => {
                Some(self.mapping.addresses[group].label).filter(|l| !l.is_empty())
            }
            _ => None,
        };
        Understood {
            column: header.clone(),
            noun: target.map(|_| self.noun.name()),
            field: target.map(|t| self.mapping.target_name(self.noun, t)),
            label,
            kind: target.and(field).map(|f| kind_name(target, f)),
            form,
            cell: cell.map(str::to_owned),
            value: None,
            sure,
        }
    }

    fn field_of(&self, target: Target) -> Option<&'static Field> {
        let at = match target {
            Target::Value(at)
            | Target::Currency(at)
            | Target::Uid(at)
            | Target::Noun(at)
            | Target::Label(at)
            | Target::Outcome(at)
            | Target::DatePart { field: at, .. }
            | Target::Entered { field: at, .. }
            | Target::Item { field: at, .. } => at,
            Target::Address { group, .. } => self.mapping.addresses[group].field,
        };
        self.noun.fields.get(at).copied()
    }

    /// How the cells are written, and how sure that is.
    fn form(
        &self,
        field: &Field,
        column: usize,
        cell: Option<&str>,
    ) -> (Option<&'static str>, Option<Sure>) {
        let word = |order| match order {
            DateOrder::Dmy => "day first",
            DateOrder::Mdy => "month first",
            DateOrder::Ymd => "year first",
        };
        match field.kind {
            Kind::Date | Kind::Datetime | Kind::Due => {
                if cell.is_some_and(is_serial) && !self.mapping.exact {
                    let by = if self.written.epoch.is_some() { Sure::Said } else { Sure::Likely };
                    return (Some("days of a spreadsheet"), Some(by));
                }
                if cell.is_some_and(is_unix) && !self.mapping.exact {
                    return (Some("seconds since 1970"), Some(Sure::Likely));
                }
                match (self.written.order, self.told.order(column)) {
                    (Some(order), _) => (Some(word(order)), Some(Sure::Said)),
                    (None, Told::Is(order)) => (Some(word(order)), Some(Sure::Certain)),
                    (None, Told::Torn) => (Some("mixed"), Some(Sure::Likely)),
                    (None, Told::Nothing) => (None, None),
                }
            }
            Kind::Percent if self.written.shares == Some(true) => {
                (Some("shares of 1"), Some(Sure::Said))
            }
            Kind::Percent if self.written.shares.is_none() && self.told.is_of_shares(column) => {
                (Some("shares of 1"), Some(Sure::Likely))
            }
            Kind::Money | Kind::Decimal | Kind::Int | Kind::Percent => {
                let word = |mark| match mark {
                    Mark::Point => "decimal point",
                    Mark::Comma => "decimal comma",
                };
                match (self.written.decimal, self.told.mark(column)) {
                    (Some(mark), _) => (Some(word(mark)), Some(Sure::Said)),
                    (None, Told::Is(mark)) => (Some(word(mark)), Some(Sure::Certain)),
                    (None, Told::Torn) => (Some("mixed"), Some(Sure::Likely)),
                    (None, Told::Nothing) => (None, None),
                }
            }
            _ => (None, None),
        }
    }
}

fn kind_name(target: Option<Target>, field: &Field) -> &'static str {
    match (target, &field.kind) {
        (Some(Target::Currency(_)), _) => "currency",
        (Some(Target::Uid(_)), _) => "uid",
        (_, Kind::List(of)) => of.name(),
        (_, kind) => kind.name(),
    }
}

/// Whether the header is a name that the field has in rolo.
fn is_own_name(field: &Field, header: &str) -> bool {
    let header = squash(header);
    [Some(field.name), field.one, field.custom.then_some(field.about)]
        .into_iter()
        .flatten()
        .chain(field.aliases.iter().copied())
        .any(|name| {
            let name = squash(name);
            header
                .strip_prefix(&name)
                .is_some_and(|rest| matches!(rest, "" | "uid" | "currency" | "noun"))
        })
}

/// The first cell of each column that isn't empty, by the first rows of a file.
pub(super) struct Examples {
    rows: Vec<RawRow>,
    /// For each column, one of the rows.
    at: Vec<Option<usize>>,
}

impl Examples {
    pub(super) fn of(columns: usize, sample: &[RawRow]) -> Self {
        let mut made = Self { rows: Vec::new(), at: vec![None; columns] };
        let mut left = columns;
        for row in sample {
            let is_new = |at: &Option<usize>, column: usize| {
                at.is_none() && !row.cell(column).trim().is_empty()
            };
            let found: Vec<usize> =
                (0..columns).filter(|column| is_new(&made.at[*column], *column)).collect();
            if !found.is_empty() {
                for column in &found {
                    made.at[*column] = Some(made.rows.len());
                }
                made.rows.push(row.clone());
                left -= found.len();
            }
            if left == 0 {
                break;
            }
        }
        made
    }

    pub(super) fn row(&self, column: usize) -> Option<&RawRow> {
        self.at[column].map(|at| &self.rows[at])
    }
}
