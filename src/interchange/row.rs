//! From a row's cells to the typed values of a record, with every bad cell named.

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use super::loose::{exact_words, loose_items, one_line};
use super::mapping::Mapping;
use super::order::Order;
use super::plan::{How, LinkColumns, ListColumn, Step, plan, prints};
use super::source::RawRow;
use super::stamp::stored;
use crate::entity::money::{Currency, Money, split_currency};
use crate::entity::when::DateOrder;
use crate::entity::{Field, Item, Kind, Locale, Name, Noun, Since, Value};
use crate::error::RowError;

/// Makes values of rows.
pub struct RowParser<'a> {
    noun: &'a Noun,
    mapping: &'a Mapping,
    locale: Locale,
    day_first: Locale,
    month_first: Locale,
    plan: Vec<Step>,
    orders: Vec<Order>,
    /// Cells of words that were read before, by column; files say the same few words again and again.
    words: Vec<HashMap<String, Value>>,
    prints: Vec<(String, usize)>,
    scratch: Vec<u8>,
}

/// A cell that was refused: its column, and why.
type Refused = (usize, String);

impl<'a> RowParser<'a> {
    /// A parser for the rows of a file; the sample tells which way its dates are written where
    /// `locale` doesn't say it.
    #[must_use]
    pub fn new(noun: &'a Noun, mapping: &'a Mapping, locale: &Locale, sample: &[RawRow]) -> Self {
        let by = |order| {
            let mut locale = locale.clone();
            locale.times.order = Some(order);
            locale
        };
        let mut made = Self {
            noun,
            mapping,
            locale: locale.clone(),
            day_first: by(DateOrder::Dmy),
            month_first: by(DateOrder::Mdy),
            plan: plan(noun, mapping),
            orders: vec![Order::default(); mapping.headers.len()],
            words: vec![HashMap::new(); mapping.headers.len()],
            prints: prints(noun, mapping),
            scratch: Vec::new(),
        };
        if made.finds_order() {
            for column in made.date_columns() {
                for row in sample {
                    made.orders[column].observe(row.cell(column));
                }
            }
        }
        made
    }

    /// The values of a row, as (field, value); empty cells aren't there.
    ///
    /// # Errors
    /// Every cell that doesn't mean a value of its field, or the fault of the row.
    pub fn values(&mut self, row: &RawRow) -> Result<Vec<(usize, Value)>, Vec<RowError>> {
        if let Some(fault) = &row.fault {
            let value = row.cell(self.mapping.headers.len()).to_owned();
            let reason = fault.clone();
            return Err(vec![RowError { line: row.line, column: String::new(), value, reason }]);
        }
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
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
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

    fn value(&mut self, step: &Step, row: &RawRow) -> Result<Value, Refused> {
        let field = self.noun.fields[step.field];
        match &step.how {
            How::Cell(column) => self.cell(field, row, *column),
            How::Money { amount, currency } => money(field, row, *amount, *currency, &self.locale),
            How::Link(columns) => link(row, columns),
            How::Links(columns) => links(field, row, columns, &self.locale),
            How::Entered(columns) => self.entered(row, columns),
            How::List(columns) => self.list(field, row, columns),
        }
    }

    fn cell(
        &mut self,
        field: &'static Field,
        row: &RawRow,
        column: usize,
    ) -> Result<Value, Refused> {
        let text = row.cell(column);
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let said = |why: String| (column, with_hint(why, &field.kind));
        match field.kind {
            Kind::Date | Kind::Datetime | Kind::Due => {
                if let Some(known) = stored(&field.kind, text, self.locale.times.zone) {
                    return Ok(known);
                }
                let order = self.order(column, text);
                field.parse(text, self.locale_of(order)).map_err(said)
            }
            Kind::Choice(_) | Kind::Tags | Kind::Words(_) => {
                if let Some(known) = self.words[column].get(text) {
                    return Ok(known.clone());
                }
                let loose = !matches!(field.kind, Kind::Choice(_)) && !self.is_exact(row, column);
                let exact = if loose { Cow::Owned(exact_words(text)) } else { Cow::Borrowed(text) };
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

    /// Whether the order of dates is found out from the file.
    fn finds_order(&self) -> bool {
        !self.mapping.exact && self.locale.times.order.is_none()
    }

    /// When stations were entered, as the role of each.
    fn entered(&mut self, row: &RawRow, columns: &[usize]) -> Result<Value, Refused> {
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

    fn date_columns(&self) -> Vec<usize> {
        let is_date = |step: &&Step| {
            matches!(self.noun.fields[step.field].kind, Kind::Date | Kind::Datetime | Kind::Due)
        };
        let column = |step: &Step| match step.how {
            How::Cell(column) => Some(column),
            _ => None,
        };
        let entered = self.mapping.stations.iter().map(|(column, _)| *column);
        self.plan.iter().filter(is_date).filter_map(column).chain(entered).collect()
    }

    /// The order of the day and the month in a cell, as the column has told it so far.
    fn order(&mut self, column: usize, text: &str) -> Option<DateOrder> {
        if !self.finds_order() {
            return None;
        }
        if self.orders[column] == Order::Unknown {
            self.orders[column].observe(text);
        }
        self.orders[column].for_cell(text)
    }

    fn locale_of(&self, order: Option<DateOrder>) -> &Locale {
        match order {
            Some(DateOrder::Dmy) => &self.day_first,
            Some(DateOrder::Mdy) => &self.month_first,
            _ => &self.locale,
        }
    }

    fn list(
        &self,
        field: &'static Field,
        row: &RawRow,
        columns: &[ListColumn],
    ) -> Result<Value, Refused> {
        let Kind::List(of) = field.kind else { return Ok(Value::Null) };
        let mut items: Vec<Item> = Vec::new();
        for source in columns {
            let column = match *source {
                ListColumn::Whole(column) | ListColumn::Item(column, _) => column,
                ListColumn::Address(group) => {
                    if let Some(item) = self.address(row, group) {
                        add_item(&mut items, item);
                    }
                    continue;
                }
            };
            let text = row.cell(column);
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
                if let (ListColumn::Item(_, label), true) = (source, item.label.is_empty()) {
                    (*label).clone_into(&mut item.label);
                }
                add_item(&mut items, item);
            }
        }
        Ok(Value::List(items))
    }

    /// The address that a row's parts make.
    fn address(&self, row: &RawRow, group: usize) -> Option<Item> {
        let group = &self.mapping.addresses[group];
        let part = |at: usize| {
            let text = group.columns[at].map_or("", |column| row.cell(column));
            one_line(text).replace('|', "/")
        };
        let parts: [String; 5] = std::array::from_fn(part);
        // What the plain fields say already needs no address.
        let says_more = !parts[0].is_empty() || !parts[3].is_empty() || !group.is_plain;
        let last = parts.iter().rposition(|p| !p.is_empty())?;
        let value = parts[..=last].join(" | ").trim().to_owned();
        says_more.then(|| Item { label: group.label.to_owned(), value })
    }
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
    let says_itself = why.contains("date_order") || why.contains("known:");
    if says_itself || hint.starts_with("see ") { why } else { format!("{why}; {hint}") }
}

fn money(
    field: &'static Field,
    row: &RawRow,
    amount: usize,
    currency: Option<usize>,
    locale: &Locale,
) -> Result<Value, Refused> {
    let text = row.cell(amount);
    let named = match currency {
        Some(column) => currency_of(row.cell(column)).map_err(|why| (column, why))?,
        None => None,
    };
    let said = |why: String| (amount, with_hint(why, &field.kind));
    let value = field.parse(text, locale).map_err(said)?;
    match (value, named) {
        (Value::Amount(number), Some(currency)) => {
            Money::of(number, currency).map(Value::Money).ok_or_else(|| {
                said(format!("`{text}` is too large or has more decimals than {currency} has"))
            })
        }
        (value, _) => Ok(value),
    }
}

/// The currency of a cell: a code, or a sign such as `€`.
fn currency_of(text: &str) -> Result<Option<Currency>, String> {
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

fn uid_of(text: &str, column: usize) -> Result<Option<Uuid>, Refused> {
    match text.trim() {
        "" => Ok(None),
        uid => uid.parse().map(Some).map_err(|_| (column, format!("`{uid}` is not a uid"))),
    }
}

fn link(row: &RawRow, columns: &LinkColumns) -> Result<Value, Refused> {
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
) -> Result<Value, Refused> {
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
        text.split(';').map(|uid| uid_of(uid, column)).collect::<Result<_, _>>()?;
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
        let sample = source.sample().expect("a sample").to_vec();
        let mut parser = RowParser::new(noun, &mapping, &locale(), &sample);
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
            assert!(source.read(&mut row).expect("a row"));
            RowParser::new(noun, &mapping, &locale(), &[]).fingerprint(&row)
        };
        let first = print("title,due,x\nA,2026-01-01,1\n");
        assert_eq!(first, print("due,y,priority,title\n2026-01-01,2,,A\n"));
        assert_ne!(first, print("title,due\nA,2026-01-02\n"));
    }
}
