//! From a row's cells to the typed values of a record, with every bad cell named.

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use super::channels::label_of_cell;
use super::empty::says_empty;
use super::explain::{Examples, Known, Understood};
use super::loose::{exact_words, loose_items, one_line};
use super::mapping::Mapping;
use super::marks::{self, Mark};
use super::order::{self, Epoch, is_serial, matters, serial};
use super::plan::{How, LinkColumns, ListColumn, Step, plan, prints};
use super::source::{RawRow, Source};
use super::stamp::stored;
use super::told::{Columns, Told};
use crate::entity::money::{Currency, Money, split_currency};
use crate::entity::when::DateOrder;
use crate::entity::{Field, Item, Kind, Locale, Name, Noun, Since, Value};
use crate::error::{Result, RowError};
use crate::model::STAGE_KINDS;

/// How values are written, where somebody said it; the rest is found out column by column.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Which number of a date is the day.
    pub order: Option<DateOrder>,
    /// What stands before decimals.
    pub decimal: Option<Mark>,
    /// Whole numbers in dates are days of a spreadsheet, counted from this year.
    pub epoch: Option<Epoch>,
    /// The words for an empty cell, in place of the usual ones.
    pub empty: Option<Vec<String>>,
    /// More words for yes and for no.
    pub yes: Vec<String>,
    pub no: Vec<String>,
}

/// Makes values of rows.
pub struct RowParser<'a> {
    noun: &'a Noun,
    mapping: &'a Mapping,
    written: &'a Written,
    /// By the order of its dates: what is set, day first, month first, year first.
    locale: Locale,
    orders: [Locale; 3],
    plan: Vec<Step>,
    told: Columns,
    /// Columns of dates that have shown another form than a spreadsheet's numbers.
    dated: Vec<bool>,
    /// Cells of words that were read before, by column; files say the same few words again and again.
    words: Vec<HashMap<String, Value>>,
    prints: Vec<(String, usize)>,
    scratch: Vec<u8>,
}

/// A cell that was refused: its column, and why.
type Refused = (usize, String);

impl<'a> RowParser<'a> {
    /// A parser for the rows of a file, which tells from its first ones how each column is written;
    /// what they leave open the source finds out before it gives a row that depends on it.
    ///
    /// # Errors
    /// The first rows can't be read.
    pub fn new(
        noun: &'a Noun,
        mapping: &'a Mapping,
        locale: &Locale,
        written: &'a Written,
        source: &mut Source,
    ) -> Result<Self> {
        let by = |order| {
            let mut locale = locale.clone();
            locale.times.order = Some(order);
            locale
        };
        let plan = plan(noun, mapping);
        let told = Columns::of(&looked_at(noun, mapping, written, &plan), source.is_json());
        let mut dated = vec![false; mapping.headers.len()];
        for row in source.sample()? {
            told.observe_row(row);
            for (column, is_dated) in dated.iter_mut().enumerate() {
                *is_dated |= told.is_of_days(column) && order::is_dated(row.cell(column));
            }
        }
        source.watch(told.clone());
        Ok(Self {
            noun,
            mapping,
            written,
            locale: locale.clone(),
            orders: [by(DateOrder::Dmy), by(DateOrder::Mdy), by(DateOrder::Ymd)],
            plan,
            told,
            dated,
            words: vec![HashMap::new(); mapping.headers.len()],
            prints: prints(noun, mapping),
            scratch: Vec::new(),
        })
    }

    /// The noun that the rows are of.
    #[must_use]
    pub fn noun(&self) -> &'a Noun {
        self.noun
    }

    /// The values of a row, as (field, value); empty cells aren't there.
    ///
    /// # Errors
    /// Every cell that doesn't mean a value of its field, or the fault of the row.
    pub fn values(
        &mut self,
        row: &RawRow,
    ) -> std::result::Result<Vec<(usize, Value)>, Vec<RowError>> {
        if let Some(fault) = &row.fault {
            let value = row.cell(self.mapping.headers.len()).to_owned();
            let reason = fault.clone();
            return Err(vec![RowError { line: row.line, column: String::new(), value, reason }]);
        }
        let emptied = row.without(&self.mapping.blanks);
        let row = emptied.as_ref().unwrap_or(row);
        let mut draft = Vec::with_capacity(self.plan.len());
        let mut errors = Vec::new();
        let plan = std::mem::take(&mut self.plan);
        for step in &plan {
            match self.value(step, row) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => draft.push((step.field, value)),
                Err((column, reason)) => errors.push(RowError {
                    line: row.line,
                    column: self.mapping.headers[column].clone(),
                    value: row.cell(column).to_owned(),
                    reason,
                }),
            }
        }
        self.plan = plan;
        if !draft.is_empty() {
            self.settle_station(&mut draft);
            self.settle_outcome(row, &mut draft);
            self.complete(row, &mut draft);
        }
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }

    /// How the columns were understood, with the first cells of each and what they mean; `said` are
    /// the texts of `--map`. To be asked when all rows have been read.
    pub(super) fn explain(&mut self, examples: &Examples, said: &[String]) -> Vec<Understood> {
        let (noun, mapping, written) = (self.noun, self.mapping, self.written);
        (0..mapping.headers.len())
            .map(|column| {
                let row = examples.row(column);
                let known = Known { noun, mapping, written, told: &self.told, said };
                let mut found = known.column(column, row.map(|row| row.cell(column)));
                found.value = row.and_then(|row| self.example(column, row));
                found
            })
            .collect()
    }

    /// The value that a cell alone makes, where it is another text than the cell.
    fn example(&mut self, column: usize, row: &RawRow) -> Option<String> {
        let plan = std::mem::take(&mut self.plan);
        let of_cell = |step: &&Step| matches!(step.how, How::Cell(c) | How::Money { amount: c, .. } if c == column);
        let value = plan.iter().find(of_cell).and_then(|step| self.value(step, row).ok());
        self.plan = plan;
        let text = value?.to_cell();
        (text != row.cell(column).trim()).then_some(text)
    }

    /// A hash of the mapped cells that aren't empty, with the names of what they fill: the same
    /// for the same row, whatever the order of the columns.
    pub fn fingerprint(&mut self, row: &RawRow) -> i64 {
        self.scratch.clear();
        for (name, column) in &self.prints {
            let cell = row.cell(*column);
            if !cell.is_empty() {
                self.scratch.extend_from_slice(name.as_bytes());
                self.scratch.push(0);
                self.scratch.extend_from_slice(cell.as_bytes());
                self.scratch.push(0);
            }
        }
        xxhash_rust::xxh3::xxh3_64(&self.scratch).cast_signed()
    }

    fn value(&mut self, step: &Step, row: &RawRow) -> std::result::Result<Value, Refused> {
        let field = self.noun.fields[step.field];
        match &step.how {
            How::Cell(column) => self.cell(field, row, *column),
            How::Plain(first) => match self.mapping.plain_column(row, *first) {
                Some(column) => self.cell(field, row, column),
                None => Ok(Value::Null),
            },
            How::Money { amount, currency } => self.money(field, row, *amount, *currency),
            How::Link(columns) if self.says_empty(field, row, columns.text) => Ok(Value::Null),
            How::Link(columns) => link(row, columns),
            How::Links(columns) if self.says_empty(field, row, columns.text) => Ok(Value::Null),
            How::Links(columns) => links(field, row, columns, &self.locale),
            How::Entered(columns) => self.entered(row, columns),
            How::List(columns) => self.list(field, row, columns),
            How::DateParts(parts) => date_of_parts(field, row, *parts, &self.locale),
        }
    }

    /// The text of a cell; none where it is a word for an empty one.
    fn text<'r>(&self, field: &Field, row: &'r RawRow, column: usize) -> &'r str {
        let text = row.cell(column);
        if text.is_empty() || self.is_exact(row, column) {
            return text;
        }
        let is_empty = match &self.written.empty {
            Some(words) => words.iter().any(|word| word == text.trim()),
            None => says_empty(text, field),
        };
        if is_empty { "" } else { text }
    }

    fn says_empty(&self, field: &Field, row: &RawRow, column: Option<usize>) -> bool {
        column.is_some_and(|c| !row.cell(c).is_empty() && self.text(field, row, c).is_empty())
    }

    fn cell(
        &mut self,
        field: &'static Field,
        row: &RawRow,
        column: usize,
    ) -> std::result::Result<Value, Refused> {
        let text = self.text(field, row, column);
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let said = |why: String| (column, with_hint(why, &field.kind));
        match field.kind {
            Kind::Date | Kind::Datetime | Kind::Due => {
                if let Some(known) = stored(&field.kind, text, self.locale.times.zone) {
                    return Ok(known);
                }
                if let Some(counted) = self.counted(field, column, text) {
                    return Ok(counted);
                }
                field.parse(text, self.locale_of(column, text)).map_err(said)
            }
            Kind::Int | Kind::Decimal | Kind::Percent => {
                let number = self.number(&field.kind, column, text).map_err(said)?;
                field.parse(&number, &self.locale).map_err(said)
            }
            Kind::Bool => {
                let is = |words: &[String]| {
                    words.iter().any(|w| w.to_lowercase() == text.trim().to_lowercase())
                };
                match (is(&self.written.yes), is(&self.written.no)) {
                    (true, _) => Ok(Value::Bool(true)),
                    (_, true) => Ok(Value::Bool(false)),
                    _ => field.parse(text, &self.locale).map_err(said),
                }
            }
            Kind::Choice(_) | Kind::Tags | Kind::Words(_) => {
                if let Some(known) = self.words[column].get(text) {
                    return Ok(known.clone());
                }
                let loose = !matches!(field.kind, Kind::Choice(_)) && !self.is_exact(row, column);
                let exact = if loose {
                    Cow::Owned(exact_words(text, &self.mapping.blanks))
                } else {
                    Cow::Borrowed(text)
                };
                let value = field.parse(&exact, &self.locale).map_err(said)?;
                if self.words[column].len() < 1000 && text.len() < 100 {
                    self.words[column].insert(text.to_owned(), value.clone());
                }
                Ok(value)
            }
            _ => field.parse(text, &self.locale).map_err(said),
        }
    }

    fn is_exact(&self, row: &RawRow, column: usize) -> bool {
        self.mapping.exact || row.is_exact(column)
    }

    /// When stations were entered, as the role of each.
    fn entered(&mut self, row: &RawRow, columns: &[usize]) -> std::result::Result<Value, Refused> {
        static ENTERED: Field = crate::entity::field("entered", Kind::Datetime, "");
        let mut names = Vec::new();
        for column in columns {
            let Value::Instant(at) = self.cell(&ENTERED, row, *column)? else { continue };
            let station = self.mapping.stations.iter().find(|(c, _)| c == column);
            names.push(Name {
                text: station.map_or(String::new(), |(_, name)| name.clone()),
                role: Some(Since { at, by: None }.to_string()),
                uid: None,
            });
        }
        Ok(Value::NamedLinks(names))
    }

    /// The value of a date that is a spreadsheet's number of a day.
    fn counted(&mut self, field: &Field, column: usize, text: &str) -> Option<Value> {
        if self.mapping.exact {
            return None;
        }
        let is_number = is_serial(text);
        self.dated[column] |= order::is_dated(text);
        // Beside other dates such a number is more likely a slip.
        let epoch = match self.written.epoch {
            Some(epoch) if is_number => epoch,
            None if is_number && !self.dated[column] => Epoch::Y1900,
            _ => return None,
        };
        serial(&field.kind, text, epoch, self.locale.times.zone)
    }

    /// The locale by which to read a date: as was said, else as its column tells.
    fn locale_of(&self, column: usize, text: &str) -> &Locale {
        let order = match (self.written.order, self.told.order(column)) {
            _ if self.mapping.exact || !matters(text) => None,
            (Some(said), _) => Some(said),
            (None, Told::Is(order)) => Some(order),
            _ => None,
        };
        match order {
            Some(DateOrder::Dmy) => &self.orders[0],
            Some(DateOrder::Mdy) => &self.orders[1],
            Some(DateOrder::Ymd) => &self.orders[2],
            None => &self.locale,
        }
    }

    /// A number with a point before its decimals, as fields take it.
    fn number<'t>(
        &self,
        kind: &Kind,
        column: usize,
        text: &'t str,
    ) -> std::result::Result<Cow<'t, str>, String> {
        if self.mapping.exact || text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Cow::Borrowed(text));
        }
        if let Some(mark) = self.written.decimal {
            return Ok(marks::plain(text, mark));
        }
        let other = |mark| if mark == Mark::Point { Mark::Comma } else { Mark::Point };
        let told = self.told.mark(column);
        let mark = match (self.told.mark_told(text), told) {
            (_, Told::Is(mark)) | (marks::Telling::Is(mark), _) => mark,
            (marks::Telling::Nothing, _) => Mark::Point,
            (marks::Telling::Open(mark), _) => match kind {
                Kind::Int => other(mark),
                Kind::Percent => mark,
                _ => {
                    let (one, two) =
                        (marks::plain(text, Mark::Point), marks::plain(text, Mark::Comma));
                    return Err(format!(
                        "`{text}` could be {one} or {two}: say which by `--decimal .` or `--decimal ,`"
                    ));
                }
            },
        };
        Ok(marks::plain(text, mark))
    }

    fn money(
        &self,
        field: &'static Field,
        row: &RawRow,
        amount: usize,
        currency: Option<usize>,
    ) -> std::result::Result<Value, Refused> {
        let said = |why: String| (amount, with_hint(why, &field.kind));
        let text = self.text(field, row, amount);
        let named = match currency {
            Some(column) if !self.says_empty(field, row, currency) => {
                currency_of(row.cell(column)).map_err(|why| (column, why))?
            }
            _ => None,
        };
        let text = self.number(&field.kind, amount, text).map_err(said)?;
        let value = field.parse(&text, &self.locale).map_err(said)?;
        match (value, named) {
            (Value::Amount(number), Some(currency)) => {
                Money::of(number, currency).map(Value::Money).ok_or_else(|| {
                    said(format!("`{text}` is too large or has more decimals than {currency} has"))
                })
            }
            (value, _) => Ok(value),
        }
    }

    fn list(
        &self,
        field: &'static Field,
        row: &RawRow,
        columns: &[ListColumn],
    ) -> std::result::Result<Value, Refused> {
        let Kind::List(of) = field.kind else { return Ok(Value::Null) };
        let mut items: Vec<Item> = Vec::new();
        for source in columns {
            let column = match *source {
                ListColumn::Whole(column) | ListColumn::Item(column, ..) => column,
                ListColumn::Address(group) => {
                    if let Some(item) = self.address(of, row, group) {
                        add_item(&mut items, item);
                    }
                    continue;
                }
            };
            let text = self.text(field, row, column);
            if text.trim().is_empty() {
                continue;
            }
            let said = |why: String| (column, with_hint(why, of));
            let found = if self.is_exact(row, column) {
                match field.parse(text, &self.locale).map_err(said)? {
                    Value::List(found) => found,
                    _ => continue,
                }
            } else {
                loose_items(of, text).map_err(said)?
            };
            // What one cell of rolo's own says twice under two labels is meant.
            if items.is_empty() && matches!(source, ListColumn::Whole(_)) {
                items = found;
                continue;
            }
            for mut item in found {
                if let (ListColumn::Item(_, label, says), true) = (source, item.label.is_empty()) {
                    item.label = label_of(of, row, *says, label);
                }
                add_item(&mut items, item);
            }
        }
        Ok(Value::List(items))
    }

    /// The address that a row's parts make.
    fn address(&self, of: &Kind, row: &RawRow, at: usize) -> Option<Item> {
        let group = &self.mapping.addresses[at];
        let part = |at: usize| {
            let mut lines = String::new();
            for column in &group.columns[at] {
                let line = row.cell(*column).trim();
                if !line.is_empty() {
                    let comma = if lines.is_empty() { "" } else { ", " };
                    lines.push_str(comma);
                    lines.push_str(&one_line(line));
                }
            }
            if lines.contains('|') { lines.replace('|', "/") } else { lines }
        };
        let label = || label_of(of, row, group.label_column, group.label);
        let parts: [String; 5] = std::array::from_fn(part);
        let Some(last) = parts.iter().rposition(|p| !p.is_empty()) else {
            let whole = one_line(row.cell(group.whole?));
            return (!whole.is_empty()).then(|| Item { label: label(), value: whole });
        };
        // What the plain fields say already needs no address.
        let says_more = !parts[0].is_empty()
            || !parts[3].is_empty()
            || !group.is_plain
            || self.mapping.main_address(row) != Some(at);
        let value = parts[..=last].join(" | ").trim().to_owned();
        says_more.then(|| Item { label: label(), value })
    }

    /// A deal that was won or lost is in a stage that says so, wherever it was when that happened.
    fn settle_outcome(&self, row: &RawRow, draft: &mut Vec<(usize, Value)>) {
        let Some((column, stage)) = self.mapping.outcome else { return };
        let Some(how) = STAGE_KINDS.find(row.cell(column)).filter(|how| *how != "open") else {
            return;
        };
        let given = draft.iter().position(|(f, _)| *f == stage);
        if let Some(Value::Named(name)) = given.map(|at| &draft[at].1)
            && STAGE_KINDS.find(&name.text) == Some(how)
        {
            return;
        }
        let text = how[..1].to_uppercase() + &how[1..];
        let value = Value::Named(Name { text, ..Name::default() });
        match given {
            Some(at) => {
                let before = std::mem::replace(&mut draft[at].1, value);
                self.keep_station(stage, before, draft);
            }
            None => draft.push((stage, value)),
        }
    }

    /// Where a record was when it ended is its last stay before: the day that tells of the station
    /// tells when that one was entered, not the end.
    fn keep_station(&self, stage: usize, before: Value, draft: &mut Vec<(usize, Value)>) {
        let (Some(trail), Value::Named(before)) = (self.noun.fields[stage].trail, before) else {
            return;
        };
        let place = |name: &str| self.noun.index(name);
        let instant = |index: Option<usize>, draft: &[(usize, Value)]| {
            draft.iter().find_map(|(f, v)| match v {
                Value::Instant(at) if Some(*f) == index => Some(*at),
                _ => None,
            })
        };
        let since = instant(place(trail.since), draft);
        let at = since.or_else(|| instant(place("created"), draft));
        let (Some(at), Some(stays)) = (at, place(trail.stays)) else { return };
        draft.retain(|(f, _)| Some(*f) != place(trail.since));
        let stay = Name { role: Some(Since { at, by: None }.to_string()), ..before };
        match draft.iter_mut().find(|(f, _)| *f == stays) {
            Some((_, Value::NamedLinks(known))) => {
                if !known.iter().any(|k| k.text.to_lowercase() == stay.text.to_lowercase()) {
                    known.push(stay);
                }
            }
            _ => draft.push((stays, Value::NamedLinks(vec![stay]))),
        }
    }

    /// A station behind which its pipeline stands in brackets is the one without.
    fn settle_station(&self, draft: &mut [(usize, Value)]) {
        if self.mapping.exact {
            return;
        }
        let trailed = self.noun.fields.iter().position(|f| f.trail.is_some());
        let Some(stage) = trailed else { return };
        let outer = self.noun.fields[stage].within.and_then(|(own, _)| self.noun.index(own));
        let pipeline = draft.iter().find_map(|(f, v)| match v {
            Value::Named(name) if Some(*f) == outer => Some(format!(" ({})", name.text)),
            _ => None,
        });
        let Some(pipeline) = pipeline else { return };
        for (field, value) in draft {
            if let (true, Value::Named(name)) = (*field == stage, value)
                && let Some(bare) = name.text.strip_suffix(pipeline.as_str())
            {
                name.text = bare.to_owned();
            }
        }
    }

    /// Values that every record gets, and a label from the columns that stand in for it.
    fn complete(&self, row: &RawRow, draft: &mut Vec<(usize, Value)>) {
        for (field, text) in &self.mapping.fixed {
            if !draft.iter().any(|(f, _)| f == field)
                && let Ok(value) = self.noun.fields[*field].parse(text, &self.locale)
            {
                draft.push((*field, value));
            }
        }
        let label = self.noun.label_index();
        let is_named = |f: &usize| {
            *f == label || self.noun.fields[label].made_of.contains(&self.noun.fields[*f].name)
        };
        if self.mapping.stand_ins.is_empty() || draft.iter().any(|(f, _)| is_named(f)) {
            return;
        }
        let text =
            self.mapping.stand_ins.iter().map(|c| one_line(row.cell(*c))).find(|t| !t.is_empty());
        if let Some(text) = text {
            let first = text.split(" ::: ").next().unwrap_or_default().trim();
            draft.push((label, Value::Text(first.to_owned())));
        }
    }
}

/// The label of a value: what the column beside it says, else what the header does.
fn label_of(of: &Kind, row: &RawRow, says: Option<usize>, header: &str) -> String {
    let said = says.map_or(String::new(), |column| label_of_cell(of, row.cell(column)));
    if said.is_empty() { header.to_owned() } else { said }
}

/// The date that a row's year, month and day make; without one of them there is none.
fn date_of_parts(
    field: &'static Field,
    row: &RawRow,
    parts: [Option<usize>; 3],
    locale: &Locale,
) -> std::result::Result<Value, Refused> {
    let cell = |at: usize| parts[at].map_or("", |column| row.cell(column).trim());
    if (0..3).any(|at| matches!(cell(at), "" | "0")) {
        return Ok(Value::Null);
    }
    let text = format!("{:0>4}-{:0>2}-{:0>2}", cell(0), cell(1), cell(2));
    field.parse(&text, locale).map_err(|why| (parts[0].unwrap_or_default(), why))
}

/// Of what kind the moment is at which a station was entered.
static ENTERED: Kind = Kind::Datetime;

/// What is to be found out about columns: the kinds of what they fill, where nobody said it.
fn looked_at<'n>(
    noun: &'n Noun,
    mapping: &Mapping,
    written: &Written,
    plan: &[Step],
) -> Vec<Option<&'n Kind>> {
    let mut kinds = vec![None; mapping.headers.len()];
    if written.order.is_none() && !mapping.exact {
        mapping.stations.iter().for_each(|(column, _)| kinds[*column] = Some(&ENTERED));
    }
    for step in plan.iter().filter(|_| !mapping.exact) {
        let kind = &noun.fields[step.field].kind;
        let (How::Cell(column) | How::Money { amount: column, .. }) = step.how else { continue };
        let is_said = match kind {
            Kind::Date | Kind::Datetime | Kind::Due => written.order.is_some(),
            _ => written.decimal.is_some(),
        };
        if !is_said {
            kinds[column] = Some(kind);
        }
    }
    kinds
}

/// Adds a value to a list, unless it is there already; a label it lacked there it gets.
fn add_item(items: &mut Vec<Item>, item: Item) {
    match items.iter_mut().find(|i| {
        i.value == item.value
            && (i.label == item.label || i.label.is_empty() || item.label.is_empty())
    }) {
        Some(same) if same.label.is_empty() => same.label = item.label,
        Some(_) => {}
        None => items.push(item),
    }
}

/// The reason with what would be right, where the kind can say it.
fn with_hint(why: String, kind: &Kind) -> String {
    let hint = kind.hint();
    let says_itself =
        why.contains("date_order") || why.contains("--decimal") || why.contains("known:");
    if says_itself || hint.starts_with("see ") { why } else { format!("{why}; {hint}") }
}

/// The currency of a cell: a code, or a sign such as `€`.
fn currency_of(text: &str) -> std::result::Result<Option<Currency>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(code) = text.parse() {
        return Ok(Some(code));
    }
    match split_currency(text) {
        Ok(("", Some(currency))) => Ok(Some(currency)),
        _ => Err(with_hint(format!("`{text}` is not an ISO 4217 currency"), &Kind::Currency)),
    }
}

fn uid_of(text: &str, column: usize) -> std::result::Result<Option<Uuid>, Refused> {
    match text.trim() {
        "" => Ok(None),
        uid => uid.parse().map(Some).map_err(|_| (column, format!("`{uid}` is not a uid"))),
    }
}

fn link(row: &RawRow, columns: &LinkColumns) -> std::result::Result<Value, Refused> {
    let cell = |column: Option<usize>| column.map_or("", |c| row.cell(c).trim());
    let uid = match columns.uid {
        Some(column) => uid_of(row.cell(column), column)?,
        None => None,
    };
    let (text, noun) = (cell(columns.text), cell(columns.noun));
    if text.is_empty() && uid.is_none() {
        return Ok(Value::Null);
    }
    let text = if noun.is_empty() { text.to_owned() } else { format!("{noun}:{text}") };
    Ok(Value::Named(Name { text, uid, role: None }))
}

fn links(
    field: &'static Field,
    row: &RawRow,
    columns: &LinkColumns,
    locale: &Locale,
) -> std::result::Result<Value, Refused> {
    let mut names = Vec::new();
    if let Some(column) = columns.text {
        let said = |why: String| (column, with_hint(why, &field.kind));
        if let Value::NamedLinks(found) = field.parse(row.cell(column), locale).map_err(said)? {
            names = found;
        }
    }
    let Some(column) = columns.uid else { return Ok(Value::NamedLinks(names)) };
    let text = row.cell(column);
    if text.trim().is_empty() {
        return Ok(Value::NamedLinks(names));
    }
    let uids: Vec<Option<Uuid>> =
        text.split(';').map(|uid| uid_of(uid, column)).collect::<std::result::Result<_, _>>()?;
    if names.is_empty() {
        names = vec![Name::default(); uids.len()];
    }
    if names.len() != uids.len() {
        let why = format!("it has {} uids for {} links", uids.len(), names.len());
        return Err((column, why));
    }
    for (name, uid) in names.iter_mut().zip(uids) {
        name.uid = uid;
    }
    names.retain(|n| n.uid.is_some() || !n.text.is_empty());
    Ok(Value::NamedLinks(names))
}

impl std::fmt::Debug for RowParser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowParser").field("noun", &self.noun.name()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::{Input, ReadOptions, Source};
    use super::*;
    use crate::entity::when::{Times, stored_instant as instant};
    use crate::model::model;

    fn locale() -> Locale {
        let now = instant("2026-11-22T09:00:00Z").expect("an instant");
        let times = Times { now, zone: chrono_tz::UTC, order: None };
        Locale { times, currency: Currency::EUR, region: "BG".into() }
    }

    /// Every row as `field=cell …`, or its errors as `! line column: reason`.
    fn read(noun: &str, text: &str, said: &[&str]) -> Vec<String> {
        let model = model();
        let noun = model.noun(noun).expect("a noun");
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
        let mut source = Source::open(input, &ReadOptions::default()).expect("a source");
        let said: Vec<String> = said.iter().map(|s| (*s).to_owned()).collect();
        let mapping = Mapping::new(noun, source.headers(), &said).expect("a mapping");
        let written = Written::default();
        let mut parser =
            RowParser::new(noun, &mapping, &locale(), &written, &mut source).expect("a parser");
        let (mut found, mut row) = (Vec::new(), RawRow::default());
        while source.read(&mut row).expect("a row") {
            found.push(match parser.values(&row) {
                Ok(draft) => draft
                    .iter()
                    .map(|(at, value)| format!("{}={}", noun.fields[*at].name, shown(value)))
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(errors) => errors
                    .iter()
                    .map(|e| format!("! {} {}: {}", e.line, e.column, e.reason))
                    .collect::<Vec<_>>()
                    .join(" "),
            });
        }
        found
    }

    fn shown(value: &Value) -> String {
        match value {
            Value::Money(money) => money.to_string(),
            Value::Named(Name { text, uid: Some(uid), .. }) => format!("{text}#{}", uid.as_u128()),
            Value::NamedLinks(names) if names.iter().any(|n| n.uid.is_some()) => names
                .iter()
                .map(|n| {
                    let role = n.role.as_deref().unwrap_or("-");
                    format!("{role}:{}#{}", n.text, n.uid.map_or(0, |u| u.as_u128()))
                })
                .collect::<Vec<_>>()
                .join("+"),
            other => other.to_cell(),
        }
    }

    #[test]
    fn a_contact_of_another_program_becomes_one_record() {
        let text = "Email,FirstName,LastName,MailingCity,MailingCountry,MailingPostalCode,MailingState,MailingStreet,MobilePhone\n\
            a@x.test,Ann,Lee,San Bruno,US,94066,CA,\"87 Northland\nPlace\",+1 (408) 505-1578\n\
            ,Bob,,Rome,IT,,,,\n";
        assert_eq!(
            read("contact", text, &[]),
            [
                "given_name=Ann family_name=Lee emails=a@x.test phones=mobile:+1 (408) 505-1578 \
                 addresses=mailing:87 Northland, Place | San Bruno | CA | 94066 | US \
                 city=San Bruno region=CA country=US",
                "given_name=Bob city=Rome country=IT",
            ]
        );
    }

    #[test]
    fn several_values_in_a_cell_are_taken_apart() {
        let rows = "name,emails,Work Phone,phone,tags\n\
            A,a@x.test; home:b@x.test,+1 555 0100,+1 555 0100,vip;newsletter\n\
            B,a@x.test ::: b@x.test,,123;456,\"one, two\"\n\
            C,\"a@x.test\nb@x.test\",,,a:b\n";
        assert_eq!(
            read("contact", rows, &[]),
            [
                "name=A emails=a@x.test; home:b@x.test phones=work:+1 555 0100 tags=newsletter; vip",
                "name=B emails=a@x.test; b@x.test phones=123; 456 tags=one; two",
                "name=C emails=a@x.test; b@x.test tags=a\\:b",
            ]
        );
    }

    #[test]
    fn every_bad_cell_of_a_row_is_named() {
        let rows = read(
            "deal",
            "name,amount,amount_currency,closes,probability\nA,lots,EUR,soon,120\nB,5,XYZ,,\n",
            &[],
        );
        assert_eq!(
            rows[0],
            "! 2 amount: `lots` is not an amount; write an amount with a point, such as `12k`, \
             `12000.50` or `12k USD` ! 2 probability: `120` is not from 0 to 100; write a number \
             from 0 to 100 ! 2 closes: `soon` is not a date; write `2026-11-22`, `22.11.2026`, \
             `today`, `fri`, `+3d`, `-2w` or `eom`; see `rolo help dates`"
        );
        assert_eq!(
            rows[1],
            "! 3 amount_currency: `XYZ` is not an ISO 4217 currency; write an ISO 4217 code, such as `EUR`"
        );
        let rows = read("contact", "name,email\nA,nobody\nB,a@x.test;nobody\n", &[]);
        assert!(rows[0].starts_with("! 2 email: `nobody` is not an e-mail address"), "{rows:?}");
        assert!(rows[1].starts_with("! 3 email: `nobody` is not an e-mail address"), "{rows:?}");
    }

    #[test]
    fn a_currency_column_counts_where_the_amount_names_none() {
        let rows = "name,amount,currency\nA,12.50,usd\nB,12k GBP,USD\nC,100.37,JPY\nD,5,\nE,,EUR\n";
        assert_eq!(
            read("deal", rows, &["currency=amount_currency"]),
            [
                "name=A amount=12.50 USD",
                "name=B amount=12000.00 GBP",
                "name=C amount=100.37 JPY",
                "name=D amount=5",
                "name=E",
            ]
        );
    }

    #[test]
    fn the_order_of_a_date_is_told_by_its_column() {
        let rows = "name,birthday\nA,03/04/2026\nB,22/11/2026\nC,22.11.2026\n";
        assert_eq!(
            read("contact", rows, &[]),
            [
                "name=A birthday=2026-04-03",
                "name=B birthday=2026-11-22",
                "name=C birthday=2026-11-22"
            ]
        );
        let rows = read("contact", "name,birthday\nA,03/04/2026\nB,05/05/2026\n", &[]);
        assert!(rows[0].contains("--date-order"), "{rows:?}");
        assert_eq!(rows[1], "name=B birthday=2026-05-05");
        let rows = read("contact", "name,birthday\nA,22/11/2026\nB,11/22/2026\nC,1/2/2026\n", &[]);
        assert!(rows[2].contains("could be"), "{rows:?}");
    }

    #[test]
    fn links_come_with_the_uids_beside_them() {
        let uid = |n: u128| Uuid::from_u128(n).to_string();
        let text = format!(
            "uid,name,company,company_uid,contacts,contacts_uid\n\
             {},A,\"Acme; Ltd: x\",{},user:Ann; Bob\\; C,{}; {}\n\
             {},B,,{},,\n",
            uid(1),
            uid(2),
            uid(3),
            uid(4),
            uid(5),
            uid(6),
        );
        assert_eq!(
            read("deal", &text, &[]),
            [
                format!(
                    "uid={} name=A company=Acme; Ltd: x#2 contacts=user:Ann#3+-:Bob; C#4",
                    uid(1)
                ),
                format!("uid={} name=B company=#6", uid(5)),
            ]
        );
        let text =
            format!("uid,name,contacts,contacts_uid\n{},A,Ann,{}; {}\n", uid(1), uid(2), uid(3));
        assert_eq!(read("deal", &text, &[]), ["! 2 contacts_uid: it has 2 uids for 1 links"]);
    }

    #[test]
    fn a_link_to_any_record_keeps_what_was_typed() {
        assert_eq!(
            read("task", "title,mail\nA,a@x.test\n", &["mail=about"]),
            ["title=A about=a@x.test"]
        );
        assert_eq!(
            read("task", "title,about,about_noun\nA,Acme,company\nB,deal:Big one,\n", &[]),
            ["title=A about=company:Acme", "title=B about=deal:Big one"]
        );
        assert_eq!(
            read(
                "activity",
                "kind,at,contact_email\nemail,2026-01-02T10:00:00Z,a@x.test\n",
                &["contact_email=about"]
            ),
            ["kind=mail at=2026-01-02T10:00:00Z about=a@x.test"]
        );
    }

    #[test]
    fn words_of_other_programs_are_understood() {
        assert_eq!(
            read("task", "title,priority,status\nA,H,Completed\nB,H,In Progress\n", &[]),
            ["title=A priority=high status=done", "title=B priority=high status=doing"]
        );
        let rows = read("task", "title,priority\nA,hihg\n", &[]);
        assert!(rows[0].contains("did you mean `high`"), "{rows:?}");
    }

    #[test]
    fn a_file_of_rolos_own_is_read_to_the_letter() {
        let uid = Uuid::from_u128(1).to_string();
        let text = format!(
            "uid,name,emails,phone,urls,tags,about,created\n{uid}, A ,work:a@x.test; home:a@x.test,,https\\://x.test/;y,\"a, b\",\" x \n\",2020-01-02T03:04:05Z\n"
        );
        assert_eq!(
            read("contact", &text, &[]),
            [format!(
                "uid={uid} name=A emails=work:a@x.test; home:a@x.test urls=https\\://x.test/; y about= x \n tags=a, b created=2020-01-02T03:04:05Z"
            )]
        );
    }

    #[test]
    fn values_of_json_are_values_of_records() {
        let text = r#"[{"name":"A","email":"a@x.test","emails":[{"label":"work","value":"a@x.test"},
            {"label":null,"value":"b@x.test"}],"tags":["x;y","z"],"about":null,"city":"Rome"}]"#;
        assert_eq!(
            read("contact", text, &[]),
            ["name=A emails=work:a@x.test; b@x.test city=Rome tags=x\\;y; z"]
        );
        let text = r#"{"name":"A","amount":12000.10,"amount_currency":"EUR","probability":50}"#;
        assert_eq!(read("deal", text, &[]), ["name=A amount=12000.10 EUR probability=50"]);
    }

    #[test]
    fn a_row_that_is_too_long_is_refused_as_a_whole() {
        let rows = read("contact", "name,city\nA,B,C\n", &[]);
        assert!(rows[0].starts_with("! 2 : it has 3 cells"), "{rows:?}");
    }

    #[test]
    fn a_fingerprint_is_the_same_whatever_the_order_of_columns() {
        let print = |text: &str| {
            let model = model();
            let noun = model.noun("task").expect("a noun");
            let input = Input::Stream(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
            let mut source = Source::open(input, &ReadOptions::default()).expect("a source");
            let mapping = Mapping::new(noun, source.headers(), &[]).expect("a mapping");
            let mut row = RawRow::default();
            let written = Written::default();
            let mut parser =
                RowParser::new(noun, &mapping, &locale(), &written, &mut source).expect("a parser");
            assert!(source.read(&mut row).expect("a row"));
            parser.fingerprint(&row)
        };
        let first = print("title,due,x\nA,2026-01-01,1\n");
        assert_eq!(first, print("due,y,priority,title\n2026-01-01,2,,A\n"));
        assert_ne!(first, print("title,due\nA,2026-01-02\n"));
    }
}
