//! From a row's cells to the typed values of a record, with every bad cell named.

mod cells;
mod people;

use std::collections::HashMap;

use super::explain::{Examples, Known, Understood};
use super::loose::one_line;
use super::mapping::Mapping;
use super::marks::{self, Mark};
use super::notes::Notes;
use super::order::{self, Epoch};
use super::plan::{How, Step, plan, prints};
use super::source::{RawRow, Source};
use super::told::{Columns, Undecided};
use crate::entity::when::{DateOrder, calendar_day};
use crate::entity::{Kind, Locale, Noun, Value};
use crate::error::{Error, Result, RowError};
use crate::model::outcome;
use cells::Refused;

/// How values are written, where somebody said it; the rest is found out column by column.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Which number of a date is the day.
    pub order: Option<DateOrder>,
    /// What stands before decimals.
    pub decimal: Option<Mark>,
    /// Whole numbers in dates are days of a spreadsheet, counted from this year.
    pub epoch: Option<Epoch>,
    /// Whether percents are shares of 1: `0.9` for 90 %.
    pub shares: Option<bool>,
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
    /// A cell could be read two ways, and nothing in the file says which.
    is_undecided: bool,
    /// Cells of words that were read before, by column; files say the same few words again and again.
    words: Vec<HashMap<String, Value>>,
    prints: Vec<(String, usize)>,
    scratch: Vec<u8>,
    notes: Notes,
}

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
        let mut all = Self::of_parts(&[(noun, mapping)], locale, written, source)?;
        all.pop().ok_or_else(|| Error::failed("a file without a noun"))
    }

    /// Parsers for the parts of rows that make records of several nouns.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub(super) fn of_parts(
        parts: &[(&'a Noun, &'a Mapping)],
        locale: &Locale,
        written: &'a Written,
        source: &mut Source,
    ) -> Result<Vec<Self>> {
        let by = |order| {
            let mut locale = locale.clone();
            locale.times.order = Some(order);
            locale
        };
        let plans: Vec<Vec<Step>> = parts.iter().map(|(n, m)| plan(n, m)).collect();
        let mut kinds = vec![None; source.headers().len()];
        for ((noun, mapping), plan) in parts.iter().zip(&plans) {
            for (kind, found) in kinds.iter_mut().zip(looked_at(noun, mapping, written, plan)) {
                *kind = kind.or(found);
            }
        }
        let told = Columns::of(&kinds, source.is_json());
        let mut dated = vec![false; kinds.len()];
        for row in source.sample()? {
            told.observe_row(row);
            for (column, is_dated) in dated.iter_mut().enumerate() {
                *is_dated |= told.is_of_days(column) && order::is_dated(row.cell(column));
            }
        }
        source.watch(told.clone());
        let made = parts.iter().zip(plans).map(|((noun, mapping), plan)| Self {
            noun,
            mapping,
            written,
            locale: locale.clone(),
            orders: [by(DateOrder::Dmy), by(DateOrder::Mdy), by(DateOrder::Ymd)],
            notes: Notes::of(noun, &plan),
            plan,
            told: told.clone(),
            dated: dated.clone(),
            is_undecided: false,
            words: vec![HashMap::new(); mapping.headers.len()],
            prints: prints(noun, mapping),
            scratch: Vec::new(),
        });
        Ok(made.collect())
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
                Err((column, reason)) => {
                    self.is_undecided |= self.told.leaves_open(column, row.cell(column));
                    errors.push(RowError {
                        line: row.line,
                        column: self.mapping.headers[column].clone(),
                        value: row.cell(column).to_owned(),
                        reason,
                    });
                }
            }
        }
        self.plan = plan;
        if !draft.is_empty() || !errors.is_empty() {
            match self.outcome(row) {
                Ok(found) => draft.extend(found),
                Err((column, reason)) => errors.push(RowError {
                    line: row.line,
                    column: self.mapping.headers[column].clone(),
                    value: row.cell(column).to_owned(),
                    reason,
                }),
            }
            self.settle_station(&mut draft);
            self.settle_people(&mut draft);
            self.complete(row, &mut draft);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.notes.look(&draft, row);
        Ok(draft)
    }

    /// What is worth telling of how cells were read.
    pub(super) fn notes(&self) -> Vec<String> {
        let headers = &self.mapping.headers;
        let guessed = |step: &&Step| self.written.shares.is_none() && self.are_shares(step);
        let shares = self.plan.iter().filter(guessed).filter_map(|step| match step.how {
            How::Cell(column) => Some(format!(
                "`{}`: shares of 1 were read as percents, 0.9 as 90 % (`--percent-of 100` if they aren't)",
                headers[column]
            )),
            _ => None,
        });
        self.notes.told(headers).into_iter().chain(shares).collect()
    }

    /// Whether the column of a field holds percents as shares of 1.
    fn are_shares(&self, step: &Step) -> bool {
        let is_percent = self.noun.fields[step.field].kind == Kind::Percent;
        matches!(step.how, How::Cell(column) if is_percent && self.told.is_of_shares(column))
    }

    /// What the cells of the columns have told.
    pub(super) fn told(&self) -> &Columns {
        &self.told
    }

    /// Why no row can be read as long as nobody says how columns are written; `None` where each
    /// cell that was read could only be one thing.
    pub(super) fn undecided(&self) -> Option<Error> {
        self.is_undecided.then(|| undecided(&self.mapping.headers, &self.told.undecided()))
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
        let of_cell = |step: &&Step| match &step.how {
            How::Cell(c) | How::Money { amount: c, .. } => *c == column,
            How::OneOf(columns) => columns.contains(&column),
            _ => false,
        };
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

    /// What the column of outcomes says, as the word of the field that works it out: the funnel makes
    /// a stage of it.
    fn outcome(&self, row: &RawRow) -> std::result::Result<Option<(usize, Value)>, Refused> {
        let Some((column, stage)) = self.mapping.outcome else { return Ok(None) };
        let text = row.cell(column).trim();
        let field = self.noun.fields[stage].trail.and_then(|t| self.noun.index(t.outcome));
        let Some(field) = field.filter(|_| !text.is_empty()) else { return Ok(None) };
        if self.is_empty_word(self.noun.fields[field], text) {
            return Ok(None);
        }
        match outcome(text) {
            Some(word) => Ok(Some((field, Value::Text(word.to_owned())))),
            None => Err((
                column,
                format!(
                    "`{text}` doesn't say how it stands; known: open, won, lost, in the words of several languages; `--map '{}='` sets the column aside",
                    self.mapping.headers[column]
                ),
            )),
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
        let columns = match &step.how {
            How::Cell(column) | How::Money { amount: column, .. } => std::slice::from_ref(column),
            How::OneOf(columns) => columns.as_slice(),
            _ => continue,
        };
        let is_said = match kind {
            Kind::Date | Kind::Datetime | Kind::Due => written.order.is_some(),
            Kind::Percent => written.decimal.is_some() && written.shares.is_some(),
            _ => written.decimal.is_some(),
        };
        if !is_said {
            for column in columns {
                kinds[*column] = Some(kind);
            }
        }
    }
    kinds
}

/// What the cell of such a column could be.
fn both_ways(Undecided { cell, is_date, .. }: &Undecided) -> (String, String) {
    if *is_date {
        let day = |order| calendar_day(cell, Some(order)).map_or(String::new(), |d| d.to_string());
        return (day(DateOrder::Dmy), day(DateOrder::Mdy));
    }
    let number = |mark| marks::plain(cell, mark).into_owned();
    (number(Mark::Point), number(Mark::Comma))
}

/// The error of columns whose cells could be read two ways.
fn undecided(headers: &[String], columns: &[Undecided]) -> Error {
    let names: Vec<String> = columns.iter().map(|u| format!("`{}`", headers[u.column])).collect();
    let word = if names.len() == 1 { "column" } else { "columns" };
    let options = [
        (true, "`--date-order dmy` or `--date-order mdy`"),
        (false, "`--decimal .` or `--decimal ,`"),
    ];
    let hints: Vec<&str> = options
        .iter()
        .filter(|(is_date, _)| columns.iter().any(|u| u.is_date == *is_date))
        .map(|(_, option)| *option)
        .collect();
    let row = |u: &Undecided| {
        let (one, other) = both_ways(u);
        let why = if u.is_torn { "other cells say both" } else { "no other cell says which" };
        RowError {
            line: u.line,
            column: headers[u.column].clone(),
            value: u.cell.clone(),
            reason: format!(
                "`{}` could be {one} or {other}, and {why}: {}",
                u.cell,
                options[usize::from(!u.is_date)].1
            ),
        }
    };
    Error::invalid(format!(
        "the {word} {} could be read two ways: nothing was imported",
        names.join(", ")
    ))
    .hint(format!("say which by {}", hints.join(", and ")))
    .rows(columns.iter().map(row).collect())
}

impl std::fmt::Debug for RowParser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowParser").field("noun", &self.noun.name()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::{Input, ReadOptions, Source};
    use uuid::Uuid;

    use super::*;
    use crate::entity::Name;
    use crate::entity::money::Currency;
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
    fn a_currency_column_and_an_amount_that_names_one_have_to_agree() {
        let rows = "name,amount,currency\nA,12.50,usd\nB,12k GBP,GBP\nC,100.37,JPY\nD,5,\nE,,EUR\nF,$5,EUR\nG,$5,CAD\n";
        assert_eq!(
            read("deal", rows, &["currency=amount_currency"]),
            [
                "name=A amount=12.50 USD",
                "name=B amount=12000.00 GBP",
                "name=C amount=100.37 JPY",
                "name=D amount=5",
                "name=E",
                "! 7 amount: `$5` is in USD, and the column of currencies says EUR; write an amount with a point, such as `12k`, `12000.50` or `12k USD`",
                "name=G amount=5.00 CAD",
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
