//! From the cells of a row to values: what one field's cells mean, in the form in which their column
//! is written.

use std::borrow::Cow;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::channels::label_of_cell;
use super::super::empty::says_empty;
use super::super::loose::{exact_words, loose_items, one_line};
use super::super::marks::{self, Mark};
use super::super::order::{self, Epoch, is_serial, is_unix, matters, serial, unix};
use super::super::plan::{How, LinkColumns, ListColumn, Step};
use super::super::source::RawRow;
use super::super::stamp::stored;
use super::super::told::Told;
use super::RowParser;
use crate::entity::money::{Currency, Money, currency_called, without_shared_sign};
use crate::entity::when::DateOrder;
use crate::entity::{Field, Item, Kind, Locale, Name, Since, Value};

/// A cell that was refused: its column, and why.
pub(super) type Refused = (usize, String);

impl RowParser<'_> {
    /// The value of a field.
    pub(super) fn value(
        &mut self,
        step: &Step,
        row: &RawRow,
    ) -> std::result::Result<Value, Refused> {
        let field = self.noun.fields[step.field];
        match &step.how {
            How::Cell(column) => self.cell(field, row, *column),
            How::OneOf(columns) => self.one_of(field, row, columns),
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

    /// What the columns say that say one thing.
    fn one_of(
        &mut self,
        field: &'static Field,
        row: &RawRow,
        columns: &[usize],
    ) -> std::result::Result<Value, Refused> {
        let mut found: Option<(usize, Value)> = None;
        for column in columns {
            let value = self.cell(field, row, *column)?;
            match &found {
                _ if value.is_empty() => {}
                None => found = Some((*column, value)),
                Some((_, known)) if *known == value => {}
                Some((first, _)) => {
                    let other = &self.mapping.headers[*first];
                    return Err((
                        *column,
                        format!(
                            "`{other}` of the same row says `{}`: only one can be",
                            row.cell(*first)
                        ),
                    ));
                }
            }
        }
        Ok(found.map_or(Value::Null, |(_, value)| value))
    }

    /// The text of a cell; none where it is a word for an empty one.
    fn text<'r>(&self, field: &Field, row: &'r RawRow, column: usize) -> &'r str {
        let text = row.cell(column);
        if text.is_empty() || self.is_exact(row, column) {
            return text;
        }
        if self.is_empty_word(field, text) { "" } else { text }
    }

    /// Whether a text is a word for an empty cell.
    pub(super) fn is_empty_word(&self, field: &Field, text: &str) -> bool {
        match &self.written.empty {
            Some(words) => words.iter().any(|word| word == text.trim()),
            None => says_empty(text, field),
        }
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
                let value = field.parse(&number, &self.locale).map_err(said)?;
                match value {
                    Value::Decimal(share) if self.is_share(field, column, text) => {
                        percent_of(share, text).map_err(said)
                    }
                    value => Ok(value),
                }
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
        if self.written.epoch.is_none() && !self.dated[column] && is_unix(text) {
            return unix(&field.kind, text);
        }
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

    /// Whether a number is a share of 1 where percents are wanted.
    fn is_share(&self, field: &Field, column: usize, text: &str) -> bool {
        field.kind == Kind::Percent
            && !self.mapping.exact
            && !text.contains('%')
            && self.written.shares.unwrap_or_else(|| self.told.is_of_shares(column))
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
        let of_header = || self.mapping.currencies.iter().find(|(at, _)| *at == amount);
        let named = named.or_else(|| of_header().map(|(_, currency)| *currency));
        let text = named.map_or(text, |named| without_shared_sign(text, named));
        let text = self.number(&field.kind, amount, text).map_err(said)?;
        let value = field.parse(&text, &self.locale).map_err(said)?;
        match (value, named) {
            (Value::Amount(number), Some(currency)) => {
                Money::of(number, currency).map(Value::Money).ok_or_else(|| {
                    said(format!("`{text}` is too large or has more decimals than {currency} has"))
                })
            }
            (Value::Money(money), Some(currency)) if money.currency != currency => {
                Err(said(format!(
                    "`{text}` is in {}, and the column of currencies says {currency}",
                    money.currency
                )))
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
                    let between = if group.house == Some(*column) { " " } else { ", " };
                    lines.push_str(if lines.is_empty() { "" } else { between });
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
}

/// The label of a value: what the column beside it says, else what the header does.
fn label_of(of: &Kind, row: &RawRow, says: Option<usize>, header: &str) -> String {
    let said = says.map_or(String::new(), |column| label_of_cell(of, row.cell(column)));
    if said.is_empty() { header.to_owned() } else { said }
}

/// The date that a row's year, month and day make; without month or day there is none, without the
/// year there is one only of what may lack it.
fn date_of_parts(
    field: &'static Field,
    row: &RawRow,
    parts: [Option<usize>; 3],
    locale: &Locale,
) -> std::result::Result<Value, Refused> {
    let cell = |at: usize| parts[at].map_or("", |column| row.cell(column).trim());
    let lacks = |at: usize| matches!(cell(at), "" | "0" | "0000");
    if lacks(1) || lacks(2) || (lacks(0) && !field.yearless) {
        return Ok(Value::Null);
    }
    let text = match cell(0) {
        _ if lacks(0) => format!("--{:0>2}-{:0>2}", cell(1), cell(2)),
        year => format!("{year:0>4}-{:0>2}-{:0>2}", cell(1), cell(2)),
    };
    field.parse(&text, locale).map_err(|why| (parts[0].unwrap_or_default(), why))
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

/// The percentage that a share of 1 is.
fn percent_of(share: Decimal, text: &str) -> std::result::Result<Value, String> {
    if share > Decimal::ONE {
        return Err(format!("`{text}` is more than the whole, which is 1 by `--percent-of`"));
    }
    Ok(Value::Decimal((share * Decimal::ONE_HUNDRED).normalize()))
}

/// The currency of a cell: a code, a sign such as `€`, or its name.
fn currency_of(text: &str) -> std::result::Result<Option<Currency>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match currency_called(text) {
        Some(currency) => Ok(Some(currency)),
        None => Err(with_hint(format!("`{text}` is not an ISO 4217 currency"), &Kind::Currency)),
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
