//! Records on their way out: which columns they have, and what stands in them.

use std::io::Write;

use super::Form;
use super::csv_out::CsvOut;
use super::json_out::JsonOut;
use super::json_record::json_field;
use super::stamp::{push_day, push_due, push_instant, push_uid, put};
use crate::entity::when::day_text;
use crate::entity::{Field, Kind, LinkTo, Noun, Part, Target, Value, join_cell, yearless};
use crate::error::Result;

/// A column of what goes out.
#[derive(Debug, Clone)]
pub struct Column {
    /// Header, and key in JSON.
    pub name: String,
    pub field: &'static Field,
    pub part: Part,
    /// Place among the values of a record.
    pub at: usize,
}

/// How much of a record goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything, ids and computed fields too: `show` and `list`.
    Shown,
    /// What another file can take in: no ids, nothing computed.
    Exchange,
    /// Columns that were asked for one by one: each its own key alone.
    Alone,
}

impl Scope {
    fn has(self, field: &Field) -> bool {
        match self {
            Self::Shown | Self::Alone => true,
            Self::Exchange => {
                field.is_stored()
                    && field.kind != Kind::Totals
                    && !matches!(field.name, "id" | "trashed")
            }
        }
    }
}

/// The columns of an export of whole records, where the values of a record are in the order of the
/// noun's fields. In CSV amounts and links have a second column for the currency and the uid; in
/// JSON a field is one column that writes all its keys.
#[must_use]
pub fn columns(noun: &Noun, form: Form, scope: Scope) -> Vec<Column> {
    let mut columns = Vec::new();
    let is_cells = matches!(form, Form::Csv | Form::Tsv);
    for (at, field) in noun.fields.iter().enumerate().filter(|(_, f)| scope.has(f)) {
        // CSV never has ids.
        if is_cells && field.name == "id" {
            continue;
        }
        let mut add = |name: String, part| columns.push(Column { name, field, part, at });
        add(field.name.to_owned(), Part::Whole);
        if is_cells {
            match field.kind {
                Kind::Money => add(format!("{}_currency", field.name), Part::Currency),
                Kind::Link(_) | Kind::Links(..) => add(format!("{}_uid", field.name), Part::Uid),
                _ => {}
            }
        }
    }
    columns
}

/// Writes records in any format.
#[derive(Debug)]
pub struct Exporter {
    columns: Vec<Column>,
    scope: Scope,
    form: Form,
    hand: Hand,
    records: u64,
}

#[derive(Debug)]
enum Hand {
    Csv(CsvOut),
    Json(JsonOut),
}

impl Exporter {
    /// An exporter of these columns; `raw` leaves out the formula guard.
    #[must_use]
    pub fn new(form: Form, columns: Vec<Column>, scope: Scope, raw: bool) -> Self {
        let hand = match form {
            Form::Csv => Hand::Csv(CsvOut::new(b',', raw)),
            Form::Tsv => Hand::Csv(CsvOut::new(b'\t', raw)),
            Form::Json | Form::Jsonl => Hand::Json(JsonOut::new(false)),
        };
        Self { columns, scope, form, hand, records: 0 }
    }

    /// What stands before the first record.
    pub fn begin(&mut self) {
        match &mut self.hand {
            Hand::Csv(csv) => {
                for column in &self.columns {
                    csv.text(&column.name);
                }
                csv.end();
            }
            Hand::Json(json) if self.form == Form::Json => json.out.push(b'['),
            Hand::Json(_) => {}
        }
    }

    /// One record, by its values.
    pub fn record(&mut self, values: &[Value]) {
        match &mut self.hand {
            Hand::Csv(csv) => {
                for column in &self.columns {
                    write_cell(csv, column, &values[column.at]);
                }
                csv.end();
            }
            Hand::Json(json) => {
                if self.form == Form::Json {
                    json.out.extend_from_slice(if self.records == 0 { b"\n" } else { b",\n" });
                }
                json.begin_object();
                for column in &self.columns {
                    json_field(json, column, &values[column.at], self.scope);
                }
                json.end_object();
                if self.form == Form::Jsonl {
                    json.out.push(b'\n');
                }
            }
        }
        self.records += 1;
    }

    /// What stands behind the last record.
    pub fn end(&mut self) {
        if let (Form::Json, Hand::Json(json)) = (self.form, &mut self.hand) {
            json.out.extend_from_slice(if self.records == 0 { b"]\n" } else { b"\n]\n" });
        }
    }

    /// Hands on what was written so far, between two records.
    ///
    /// # Errors
    /// The target can't be written.
    pub fn flush_to(&mut self, target: &mut dyn Write) -> Result<()> {
        match &mut self.hand {
            Hand::Csv(csv) => csv.flush_to(target),
            Hand::Json(json) => json.flush_to(target),
        }
    }

    /// Takes what was written so far, between two records.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.hand {
            Hand::Csv(csv) => csv.take(),
            Hand::Json(json) => std::mem::take(&mut json.out),
        }
    }
}

/// Writes a value as a cell of CSV.
pub fn write_cell(csv: &mut CsvOut, column: &Column, value: &Value) {
    match (value, column.part) {
        (Value::Null, _) => csv.empty(),
        (Value::Text(text), _) => csv.text(text),
        (Value::Int(n), _) => csv.plain(|out| put(out, format_args!("{n}"))),
        (Value::Decimal(n) | Value::Amount(n), _) => {
            csv.plain(|out| put(out, format_args!("{}", n.normalize())));
        }
        (Value::Money(money), Part::Currency) => csv.text(money.currency.code()),
        (Value::Bool(b), _) => csv.text(if *b { "true" } else { "false" }),
        // A spreadsheet would reckon with `--05-14`.
        (Value::Date(day), _) if yearless::is(*day) => csv.text(&day_text(*day)),
        (Value::Date(day), _) => csv.plain(|out| push_day(*day, out)),
        (Value::Instant(at), _) => csv.plain(|out| push_instant(*at, out)),
        (Value::Due(due), _) => csv.plain(|out| push_due(*due, out)),
        (Value::Uid(uid), _) => csv.plain(|out| push_uid(*uid, out)),
        (Value::Link(to), part) => write_link(csv, column, to, part),
        (Value::Links(links), Part::Uid) => {
            let uids: Vec<String> = links.iter().map(|to| to.uid.to_string()).collect();
            csv.text(&uids.join("; "));
        }
        (Value::Links(links), _) => csv.text(&links_cell(&column.field.kind, links)),
        (Value::List(items), Part::First) => csv.text(items.first().map_or("", |i| &i.value)),
        (value, _) if value.is_empty() => csv.empty(),
        (value, _) => csv.text(&value.to_cell()),
    }
}

fn write_link(csv: &mut CsvOut, column: &Column, to: &LinkTo, part: Part) {
    match part {
        Part::Id => csv.plain(|out| put(out, format_args!("{}", to.id))),
        Part::Uid if to.uid.is_nil() => csv.empty(),
        Part::Uid => csv.plain(|out| push_uid(to.uid, out)),
        _ if leads_anywhere(&column.field.kind) => csv.text(&format!("{}:{}", to.noun, to.label)),
        _ => csv.text(&to.label),
    }
}

pub(super) fn leads_anywhere(kind: &Kind) -> bool {
    matches!(kind, Kind::Link(Target::Any(_)) | Kind::Links(Target::Any(_), _))
}

/// Several links as a cell. A noun stands before a label that could be of any, as the part before
/// a colon where there are no roles.
fn links_cell(kind: &Kind, links: &[LinkTo]) -> String {
    let role = |to: &LinkTo| to.role.clone().unwrap_or_default();
    let has_roles = matches!(kind, Kind::Links(_, Some(_)));
    let parts: Vec<(String, String)> = links
        .iter()
        .map(|to| match (leads_anywhere(kind), has_roles) {
            (true, true) => (role(to), format!("{}:{}", to.noun, to.label)),
            (true, false) => (to.noun.to_owned(), to.label.clone()),
            (false, true) => (role(to), to.label.clone()),
            (false, false) => (String::new(), to.label.clone()),
        })
        .collect();
    join_cell(parts.iter().map(|(l, v)| (l.as_str(), v.as_str())))
}

#[cfg(test)]
mod tests {
    use super::super::json_record::json_fields;
    use super::super::mapping::Mapping;
    use super::super::row::RowParser;
    use super::super::source::{Input, RawRow, ReadOptions, Source};
    use super::*;
    use crate::entity::money::{Currency, Money};
    use crate::entity::when::{Times, stored_day, stored_instant};
    use crate::entity::{Item, Locale, Model};
    use crate::model::model;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn to(noun: &'static str, id: i64, label: &str, role: Option<&str>) -> LinkTo {
        LinkTo {
            noun,
            id,
            uid: Uuid::from_u128(0x100 + u128::from(id.unsigned_abs())),
            label: label.into(),
            role: role.map(str::to_owned),
            trashed: false,
        }
    }

    /// A record of a noun with these fields filled.
    fn record(model: &Model, noun: &str, given: &[(&str, Value)]) -> Vec<Value> {
        let noun = model.noun(noun).expect("a noun");
        let mut values = vec![Value::Null; noun.fields.len()];
        values[noun.index("id").expect("id")] = Value::Int(7);
        values[noun.index("uid").expect("uid")] = Value::Uid(Uuid::from_u128(1));
        for (name, value) in given {
            values[noun.index(name).expect(name)] = value.clone();
        }
        values
    }

    fn exported(model: &Model, noun: &str, form: Form, records: &[Vec<Value>]) -> String {
        written(model, noun, form, records, Scope::Exchange)
    }

    fn written(
        model: &Model,
        noun: &str,
        form: Form,
        records: &[Vec<Value>],
        scope: Scope,
    ) -> String {
        let noun = model.noun(noun).expect("a noun");
        let mut exporter = Exporter::new(form, columns(noun, form, scope), scope, false);
        exporter.begin();
        for record in records {
            exporter.record(record);
        }
        exporter.end();
        let mut out = Vec::new();
        exporter.flush_to(&mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    fn money(minor: i64, code: &str) -> Value {
        Value::Money(Money { minor, currency: code.parse().expect("a currency") })
    }

    fn deal(model: &Model) -> Vec<Value> {
        record(
            model,
            "deal",
            &[
                ("name", Value::Text("Big, =one".into())),
                ("company", Value::Link(to("company", 3, "Acme: x", None))),
                (
                    "contacts",
                    Value::Links(vec![
                        to("contact", 4, "Ann; B", Some("user")),
                        to("contact", 5, "Bob", None),
                    ]),
                ),
                ("amount", money(1_200_000, "EUR")),
                ("probability", Value::Decimal("50.0".parse().expect("a number"))),
                ("closes", Value::Date(stored_day("2026-11-22").expect("a day"))),
                (
                    "created",
                    Value::Instant(stored_instant("2026-11-22T09:05:00Z").expect("an instant")),
                ),
                ("tags", Value::Words(vec!["a;b".into(), "c".into()])),
            ],
        )
    }

    #[test]
    fn an_export_has_what_is_stored_and_no_ids() {
        let model = model();
        let csv = exported(&model, "deal", Form::Csv, &[deal(&model)]);
        assert_eq!(
            csv,
            "uid,name,company,company_uid,contact,contact_uid,contacts,contacts_uid,pipeline,\
             pipeline_uid,stage,stage_uid,amount,amount_currency,probability,forecast_category,closes,closed,owner,\
             owner_uid,partner,partner_uid,commission,source,next_step,lost_reason,competitor,\
             competitor_uid,stage_since,stays,stays_uid,closes_history,about,tags,created,updated,created_by,created_by_uid\n\
             00000000-0000-0000-0000-000000000001,\"Big, =one\",Acme: x,\
             00000000-0000-0000-0000-000000000103,,,user:Ann\\; B; Bob,\
             00000000-0000-0000-0000-000000000104; 00000000-0000-0000-0000-000000000105,,,,,\
             12000.00,EUR,50,,2026-11-22,,,,,,,,,,,,,,,,,a\\;b; c,2026-11-22T09:05:00Z,,,\n"
        );
    }

    #[test]
    fn json_has_every_field_and_shows_ids_where_they_are_wanted() {
        let model = model();
        let noun = model.noun("deal").expect("a noun");
        let mut json = JsonOut::new(false);
        json.begin_object();
        json_fields(&mut json, noun, &deal(&model), Scope::Shown);
        json.end_object();
        let text = String::from_utf8(json.out).expect("text");
        for part in [
            r#"{"id":7,"uid":"00000000-0000-0000-0000-000000000001","name":"Big, =one","#,
            r#""company":"Acme: x","company_id":3,"company_uid":"00000000-0000-0000-0000-000000000103","contact":null,"contact_id":null,"contact_uid":null,"#,
            r#""contacts":[{"id":4,"uid":"00000000-0000-0000-0000-000000000104","name":"Ann; B","role":"user"},"#,
            r#""amount":12000.00,"amount_currency":"EUR","probability":50,"forecast_category":null,"closes":"2026-11-22","closed":null,"#,
            r#""weighted":null,"weighted_currency":null,"#,
            r#""tags":["a;b","c"],"created":"2026-11-22T09:05:00Z""#,
            r#""trashed":null}"#,
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let text = exported(&model, "deal", Form::Json, &[deal(&model)]);
        assert!(
            !text.contains("\"id\"") && !text.contains("_id\"") && !text.contains("weighted"),
            "{text}"
        );
        assert_eq!(exported(&model, "deal", Form::Json, &[]), "[]\n");
        let contact = record(&model, "contact", &[]);
        let text = exported(&model, "contact", Form::Jsonl, &[contact]);
        assert!(text.contains(r#""email":null,"emails":[],"#), "{text}");
        let company = record(
            &model,
            "company",
            &[("won_amount", Value::Totals(vec![Money { minor: 1050, currency: Currency::EUR }]))],
        );
        let mut json = JsonOut::new(false);
        json.begin_object();
        json_fields(&mut json, model.noun("company").expect("a noun"), &company, Scope::Shown);
        let text = String::from_utf8(json.out).expect("text");
        assert!(text.contains(r#""open_amount":{},"won_amount":{"EUR":10.50},"#), "{text}");
    }

    #[test]
    fn links_to_any_record_name_their_noun() {
        let model = model();
        let task =
            record(&model, "task", &[("about", Value::Link(to("deal", 9, "Big: one", None)))]);
        let csv = exported(&model, "task", Form::Csv, std::slice::from_ref(&task));
        assert!(csv.contains(",deal:Big: one,00000000-0000-0000-0000-000000000109,"), "{csv}");
        let json = exported(&model, "task", Form::Jsonl, &[task]);
        assert!(json.contains(r#""about":"Big: one","about_noun":"deal","about_uid":"#), "{json}");
        let about =
            Value::Links(vec![to("deal", 9, "Big: one", None), to("contact", 1, "A", None)]);
        let csv = exported(
            &model,
            "activity",
            Form::Csv,
            &[record(&model, "activity", &[("about", about)])],
        );
        assert!(csv.contains(",deal:Big\\: one; contact:A,"), "{csv}");
    }

    /// The cells of a record as the reader gives them: what a draft says, field by field.
    fn read_back(model: &Model, noun: &str, text: &str) -> Vec<Vec<(&'static str, String)>> {
        let noun = model.noun(noun).expect("a noun");
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
        let mut source = Source::open(input, &ReadOptions::default()).expect("a source");
        let mapping = Mapping::new(noun, source.headers(), &[]).expect("a mapping");
        assert!(mapping.exact && mapping.leftover.is_empty(), "{mapping:?}");
        let now = stored_instant("2026-11-22T09:00:00Z").expect("an instant");
        let times = Times { now, zone: chrono_tz::UTC, order: None };
        let locale = Locale { times, currency: Currency::EUR, region: "BG".into() };
        let written = crate::interchange::Written::default();
        let mut parser =
            RowParser::new(noun, &mapping, &locale, &written, &mut source).expect("a parser");
        let (mut found, mut row) = (Vec::new(), RawRow::default());
        while source.read(&mut row).expect("a row") {
            let draft = parser.values(&row).unwrap_or_else(|e| panic!("{e:?}"));
            found.push(draft.iter().map(|(at, v)| (noun.fields[*at].name, told(v))).collect());
        }
        found
    }

    /// A value as text in which a link is told by uid, noun, label and role.
    fn told(value: &Value) -> String {
        let named = |text: &str, uid: Uuid, role: Option<&str>| {
            format!("<{text}|{uid}|{}>", role.unwrap_or_default())
        };
        match value {
            Value::Money(m) => m.to_string(),
            Value::Named(n) => named(&n.text, n.uid.unwrap_or_default(), None),
            Value::NamedLinks(all) => all
                .iter()
                .map(|n| named(&n.text, n.uid.unwrap_or_default(), n.role.as_deref()))
                .collect(),
            other => other.to_cell(),
        }
    }

    /// What reading back a record should tell.
    fn wanted(noun: &Noun, values: &[Value]) -> Vec<(&'static str, String)> {
        let text = |field: &Field, to: &LinkTo| {
            if leads_anywhere(&field.kind) {
                format!("{}:{}", to.noun, to.label)
            } else {
                to.label.clone()
            }
        };
        let named = |field: &Field, to: &LinkTo, role: &str| {
            format!("<{}|{}|{role}>", text(field, to), to.uid)
        };
        noun.fields
            .iter()
            .zip(values)
            .filter(|(f, v)| Scope::Exchange.has(f) && !v.is_empty())
            .map(|(f, v)| {
                (
                    f.name,
                    match v {
                        Value::Link(to) => named(f, to, ""),
                        Value::Links(all) => all
                            .iter()
                            .map(|to| named(f, to, to.role.as_deref().unwrap_or("")))
                            .collect(),
                        other => told(other),
                    },
                )
            })
            .collect()
    }

    fn word() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zа-я:;\\\\|, \"'=@+-]{0,9}", any::<String>()]
            .prop_map(|s| format!("x{}y", s.replace('\0', "")))
    }

    fn long() -> impl Strategy<Value = String> {
        prop_oneof!["[ \t\r\n:;\\\\|,\"'=@+x-]{1,9}", any::<String>()]
            .prop_map(|s| s.replace('\0', ""))
            .prop_filter("not empty", |s| !s.is_empty())
    }

    fn items() -> impl Strategy<Value = Value> {
        proptest::collection::vec((prop_oneof![Just(String::new()), word()], word()), 0..4)
            .prop_map(|parts| {
                let mut list: Vec<Item> = Vec::new();
                for (label, value) in parts {
                    let item = Item { label, value };
                    if !list.contains(&item) {
                        list.push(item);
                    }
                }
                Value::List(list)
            })
    }

    proptest! {
        #[test]
        fn records_read_back_from_every_format(
            name in word(), about in long(), handles in items(), urls in items(),
            city in word(), label in word(), other in word(), role in word(),
            tag in word(), minor in -1_000_000_i64..1_000_000,
        ) {
            let model = model();
            let contact = record(&model, "contact", &[
                ("name", Value::Text(name.clone())), ("about", Value::Text(about)),
                ("handles", handles), ("urls", urls), ("city", Value::Text(city)),
                ("company", Value::Link(to("company", 2, &label, None))),
                ("companies", Value::Links(vec![to("company", 2, &label, None), to("company", 3, &other, None)])),
                ("referred_by", Value::Link(to("contact", 4, &other, None))),
                ("tags", Value::Words(vec![tag])),
                ("birthday", Value::Date(stored_day("1980-02-03").expect("a day"))),
            ]);
            let deal = record(&model, "deal", &[
                ("name", Value::Text(name)), ("amount", money(minor, "KWD")),
                ("contacts", Value::Links(vec![to("contact", 2, &label, Some(&role)), to("contact", 3, &other, None)])),
            ]);
            let activity = record(&model, "activity", &[
                ("about", Value::Links(vec![to("deal", 2, &label, None), to("contact", 3, &other, None)])),
            ]);
            let event = record(&model, "event", &[
                ("attendees", Value::Links(vec![to("user", 2, &label, Some("accepted")), to("contact", 3, &other, None)])),
            ]);
            for (noun, values) in [("contact", contact), ("deal", deal), ("activity", activity), ("event", event)] {
                let want = wanted(model.noun(noun).expect("a noun"), &values);
                for form in [Form::Csv, Form::Tsv, Form::Json, Form::Jsonl] {
                    for scope in [Scope::Exchange, Scope::Shown] {
                        let text = written(&model, noun, form, std::slice::from_ref(&values), scope);
                        let found = read_back(&model, noun, &text);
                        prop_assert_eq!(&found, &vec![want.clone()], "{:?}\n{}", form, text);
                    }
                }
            }
        }
    }
}
