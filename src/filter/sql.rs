//! From a checked filter to SQL.
//!
//! Every condition is written so that it is true exactly where it should be; elsewhere it may be
//! false or null. `NOT` is therefore always `IS NOT TRUE`. Only names from the declarations stand
//! in the text; what was typed is bound.

use std::collections::BTreeMap;

use rusqlite::types::Value;

use super::bound::Bounds;
use super::cond::{Checked, Cond, Test, To};
use super::value::PHONE_MARKS;
use crate::entity::money::{Currency, FINE_CURRENCIES};
use crate::entity::{Entity, Field, Kind, Named, Part};

/// Rows of the search index are the noun's number, shifted by this, and the record's id.
pub const SEARCH_ID_BITS: u32 = 40;

/// A condition over one record, ready for `WHERE`.
#[derive(Debug, Clone)]
pub struct Sql {
    /// Empty where every record matches. May mention `:now`, `:today` and `:me`.
    pub text: String,
    /// `:f1`, `:f2`, … with their values.
    pub params: Vec<(String, Value)>,
    /// As [`super::mentions_trash`].
    pub mentions_trash: bool,
}

/// The SQL of a checked filter over the table alias of its noun; inner tables get aliases of their
/// own that begin with it.
#[must_use]
pub fn compile(checked: &Checked, alias: &str) -> Sql {
    let mut writer = Writer { params: Vec::new(), aliases: 0, outermost: alias };
    let text = match &checked.cond {
        Cond::All => String::new(),
        cond => writer.cond(cond, checked.entity, alias),
    };
    Sql { text, params: writer.params, mentions_trash: checked.mentions_trash }
}

struct Writer<'a> {
    params: Vec<(String, Value)>,
    aliases: usize,
    outermost: &'a str,
}

impl Writer<'_> {
    /// Binds a value, and gives the name of its parameter.
    fn bind(&mut self, value: Value) -> String {
        if let Some((name, _)) = self.params.iter().find(|(_, v)| *v == value) {
            return name.clone();
        }
        let name = format!(":f{}", self.params.len() + 1);
        self.params.push((name.clone(), value));
        name
    }

    fn text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("{}{}", self.outermost, self.aliases)
    }

    fn cond(&mut self, cond: &Cond, entity: &'static Entity, t: &str) -> String {
        match cond {
            Cond::All => "1".into(),
            Cond::And(parts) => self.joined(parts, " AND ", "1", entity, t),
            Cond::Or(parts) => self.joined(parts, " OR ", "0", entity, t),
            Cond::Not(inner) => format!("({}) IS NOT TRUE", self.cond(inner, entity, t)),
            Cond::Search(query, number) => self.search(query, *number, t),
            Cond::State(sql) => format!("({})", sql.replace("{t}", t)),
            Cond::Test(named, test) => self.test(named, test, entity, t),
            Cond::Link(field, reached) => self.link(field, reached, entity, t),
        }
    }

    fn joined(
        &mut self,
        parts: &[Cond],
        between: &str,
        empty: &str,
        entity: &'static Entity,
        t: &str,
    ) -> String {
        let parts: Vec<String> = parts.iter().map(|p| self.cond(p, entity, t)).collect();
        balanced(&parts, between, empty)
    }

    fn search(&mut self, query: &str, number: usize, t: &str) -> String {
        let query = self.text(query);
        let first = i64::try_from(number).unwrap_or(0) << SEARCH_ID_BITS;
        let last = first + (1 << SEARCH_ID_BITS) - 1;
        format!(
            "{t}.id IN (SELECT rowid - {first} FROM search WHERE search MATCH {query} AND rowid BETWEEN {first} AND {last})"
        )
    }

    fn test(&mut self, named: &Named, test: &Test, entity: &'static Entity, t: &str) -> String {
        let field = named.field;
        let child = quoted(&format!("{}_{}", entity.name, field.name));
        if entity.doubles.is_some()
            && let Some(wanted) = self.one_record(field, test, entity)
        {
            return format!("{t}.id = {}", current(entity, &wanted));
        }
        match field.kind {
            Kind::List(item) => self.list_test(field, *item, test, &child, t),
            Kind::Tags => self.tag_test(test, &child, t),
            Kind::Words(_) | Kind::Links(..) => {
                if let Test::Filled = test {
                    let some = format!("EXISTS (SELECT 1 FROM {child} c WHERE c.record = {t}.id)");
                    return match field.main {
                        Some(main) => format!("({t}.{} IS NOT NULL OR {some})", quoted(main)),
                        None => some,
                    };
                }
                let fits = self.scalar(test, "c.value", None);
                format!("{t}.id IN (SELECT c.record FROM {child} c WHERE {fits})")
            }
            Kind::Totals => self.totals_test(field, test, t),
            Kind::Money => match (named.part, test) {
                // A computed amount has its sibling's currency, where it is an amount at all.
                (Part::Currency, _) if field.computed.is_some() => {
                    let (amount, currency) = (column(field, t), currency(field, t));
                    let own = format!("CASE WHEN ({amount}) IS NOT NULL THEN {currency} END");
                    self.scalar(test, &own, None)
                }
                (Part::Currency, _) => self.scalar(test, &currency(field, t), None),
                (_, Test::Money(range, only)) => {
                    self.money(range, *only, &column(field, t), &currency(field, t))
                }
                _ => self.scalar(test, &column(field, t), None),
            },
            _ => {
                let is_plain = field.computed.is_none() && field.effective.is_none();
                let folded = (field.sorted && is_plain)
                    .then(|| format!("{t}.{}", quoted(&format!("{}_fold", stored_name(field)))));
                self.scalar(test, &column(field, t), folded)
            }
        }
    }

    /// The id that a test of an id or a uid asks for, where it asks for one alone.
    fn one_record(
        &mut self,
        field: &Field,
        test: &Test,
        entity: &'static Entity,
    ) -> Option<String> {
        match (field.name, test) {
            ("uid", Test::Uid(uid)) => {
                let uid = self.bind(Value::Blob(uid.as_bytes().to_vec()));
                Some(format!("(SELECT u.id FROM {} u WHERE u.uid = {uid})", quoted(entity.name)))
            }
            ("id", Test::Within(Bounds { low: Some((low, true)), high: Some((high, true)) }))
                if low == high =>
            {
                Some(self.bind(low.clone()))
            }
            _ => None,
        }
    }

    /// Any value of a list: the first, in the table itself, or a further one. Of a file and of a
    /// consent the label says as much as the value.
    fn list_test(
        &mut self,
        field: &Field,
        item: Kind,
        test: &Test,
        child: &str,
        t: &str,
    ) -> String {
        let one = field.one.unwrap_or(field.name);
        let first = format!("{t}.{}", quoted(one));
        if let Test::Filled = test {
            return format!("{first} IS NOT NULL");
        }
        let mut fits = vec![self.scalar(test, &first, None)];
        let mut further = vec![self.scalar(test, "c.value", None)];
        if matches!(item, Kind::File | Kind::Consent) {
            let label = format!("{t}.{}", quoted(&format!("{one}_label")));
            fits.push(self.scalar(test, &label, None));
            further.push(self.scalar(test, "c.label", None));
        }
        let further = further.join(" OR ");
        fits.push(format!("{t}.id IN (SELECT c.record FROM {child} c WHERE {further})"));
        format!("({})", fits.join(" OR "))
    }

    fn tag_test(&mut self, test: &Test, child: &str, t: &str) -> String {
        if let Test::Filled = test {
            return format!("EXISTS (SELECT 1 FROM {child} c WHERE c.record = {t}.id)");
        }
        let fits = self.scalar(test, "g.name", Some("g.name_fold".into()));
        format!(
            "{t}.id IN (SELECT c.record FROM {child} c WHERE c.tag IN (SELECT g.id FROM tag g WHERE {fits}))"
        )
    }

    fn totals_test(&mut self, field: &Field, test: &Test, t: &str) -> String {
        let sums = field.computed.unwrap_or("SELECT NULL AS currency, NULL AS minor WHERE 0");
        let sums = sums.replace("{t}", t);
        let fits = match test {
            Test::Money(range, only) => self.money(range, *only, "x.minor", "x.currency"),
            _ => "1".into(),
        };
        format!("EXISTS (SELECT 1 FROM ({sums}) x WHERE {fits})")
    }

    fn money(
        &mut self,
        range: &Bounds<Value>,
        only: Option<Currency>,
        minor: &str,
        currency: &str,
    ) -> String {
        match only {
            Some(only) => {
                let major = format!("({minor} / {}.0)", 10_i64.pow(only.scale()));
                let fits = self.within(range, &major);
                format!("({currency} = {} AND {fits})", self.text(only.code()))
            }
            None => self.within(range, &major(minor, currency)),
        }
    }

    /// A test of one value; `folded` is the column that already holds it folded.
    fn scalar(&mut self, wanted: &Test, value: &str, folded: Option<String>) -> String {
        let folded = folded.unwrap_or_else(|| format!("fold({value})"));
        match wanted {
            Test::Filled => format!("{value} IS NOT NULL"),
            Test::Contains(text) => format!("instr({folded}, {}) > 0", self.text(text)),
            Test::Equals(text) => format!("{folded} = {}", self.text(text)),
            Test::Dials(text, digits) => {
                let plain = PHONE_MARKS.iter().fold(value.to_owned(), |sql, mark| {
                    format!("replace({sql}, char({}), '')", u32::from(*mark))
                });
                let (text, digits) = (self.text(text), self.text(digits));
                format!("(instr({folded}, {text}) > 0 OR instr({plain}, {digits}) > 0)")
            }
            Test::Reaches(text, number) => {
                let (text, number) = (self.text(text), self.text(number));
                format!("({folded} = {text} OR e164({value}) = {number})")
            }
            Test::Word(word) => format!("{value} = {}", self.text(word)),
            Test::Bool(yes) => format!("{value} = {}", i64::from(*yes)),
            Test::Uid(uid) => {
                format!("{value} = {}", self.bind(Value::Blob(uid.as_bytes().to_vec())))
            }
            Test::UidTail(tail) => {
                format!("substr(hex({value}), -{}) = {}", tail.len(), self.text(tail))
            }
            Test::OfAnyYear(end) => {
                format!("substr({value}, -{}) = {}", end.len(), self.text(end))
            }
            Test::Within(range) | Test::Money(range, _) => self.within(range, value),
            Test::Due(by_instant, by_day) => {
                let at = self.within(by_instant, value);
                let day = by_day.as_ref().map_or("0".into(), |range| self.within(range, value));
                format!("CASE length({value}) WHEN 10 THEN {day} ELSE {at} END")
            }
        }
    }

    fn within(&mut self, range: &Bounds<Value>, value: &str) -> String {
        match (&range.low, &range.high) {
            (Some((low, true)), Some((high, true))) if low == high => {
                format!("{value} = {}", self.bind(low.clone()))
            }
            (Some((low, true)), Some((high, true))) => {
                let (low, high) = (self.bind(low.clone()), self.bind(high.clone()));
                format!("({value} BETWEEN {low} AND {high})")
            }
            (low, high) => {
                let mut ends = Vec::new();
                for (end, sign) in [(low, '>'), (high, '<')] {
                    if let Some((bound, included)) = end {
                        let equal = if *included { "=" } else { "" };
                        ends.push(format!("{value} {sign}{equal} {}", self.bind(bound.clone())));
                    }
                }
                format!("({})", ends.join(" AND "))
            }
        }
    }

    /// A link, or any of several links, leads to a record that fits.
    fn link(
        &mut self,
        field: &Field,
        reached: &[(&'static Entity, To)],
        entity: &'static Entity,
        t: &str,
    ) -> String {
        let (Kind::Link(target) | Kind::Links(target, _)) = field.kind else { return "0".into() };
        let is_any = target.one().is_none();
        if let Kind::Link(_) = field.kind {
            let id = column(field, t);
            let noun =
                is_any.then(|| format!("{t}.{}", quoted(&format!("{}_noun", stored_name(field)))));
            return self.target(&id, noun.as_deref(), reached);
        }
        let child = quoted(&format!("{}_{}", entity.name, field.name));
        let c = self.alias();
        let fits =
            self.target(&format!("{c}.target"), is_any.then_some(&*format!("{c}.noun")), reached);
        let further = format!("{t}.id IN (SELECT {c}.record FROM {child} {c} WHERE {fits})");
        match field.main {
            Some(main) => {
                let main = self.target(&format!("{t}.{}", quoted(main)), None, reached);
                format!("({main} OR {further})")
            }
            None => further,
        }
    }

    fn target(
        &mut self,
        id: &str,
        noun: Option<&str>,
        reached: &[(&'static Entity, To)],
    ) -> String {
        let mut any = Vec::with_capacity(reached.len());
        for (entity, to) in reached {
            let fits = match to {
                To::Id(wanted) => {
                    let wanted = self.bind(Value::Integer(*wanted));
                    let counts =
                        if entity.doubles.is_some() { current(entity, &wanted) } else { wanted };
                    format!("{id} = {counts}")
                }
                To::Me => format!("{id} = :me"),
                To::Where(cond) => {
                    let inner = self.alias();
                    let cond = self.cond(cond, entity, &inner);
                    let table = quoted(entity.name);
                    format!("{id} IN (SELECT {inner}.id FROM {table} {inner} WHERE {cond})")
                }
            };
            any.push(match noun {
                Some(noun) => format!("({noun} = '{}' AND {fits})", entity.name),
                None => fits,
            });
        }
        balanced(&any, " OR ", "0")
    }
}

/// The id of the record that counts for an id: itself, or the one that it was merged into, which may
/// have been merged too.
fn current(entity: &Entity, id: &str) -> String {
    let table = quoted(entity.name);
    let mark = |id: &str| format!("(SELECT m.trashed FROM {table} m WHERE m.id = {id})");
    let next = "CAST(substr(w.mark, 8) AS INTEGER)";
    format!(
        "(WITH RECURSIVE went(id, mark) AS (SELECT {id}, {} UNION SELECT {next}, {} FROM went w WHERE w.mark >= 'm') \
         SELECT w.id FROM went w WHERE (w.mark >= 'm') IS NOT TRUE LIMIT 1)",
        mark(id),
        mark(next)
    )
}

/// Joins conditions as a tree of halves: the database bounds the depth of an expression.
fn balanced(parts: &[String], between: &str, empty: &str) -> String {
    match parts {
        [] => empty.into(),
        [one] => one.clone(),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            let (left, right) = (balanced(left, between, empty), balanced(right, between, empty));
            format!("({left}{between}{right})")
        }
    }
}

/// The name of a field's column; custom ones are set apart.
fn stored_name(field: &Field) -> String {
    if field.custom { format!("x_{}", field.name) } else { field.name.to_owned() }
}

/// What counts as the value of a field that has one.
fn column(field: &Field, t: &str) -> String {
    if let Some(sql) = field.computed.or(field.effective) {
        return format!("({})", sql.replace("{t}", t));
    }
    let column = format!("{t}.{}", quoted(&stored_name(field)));
    // A record that an undo or a merge took away has a word here.
    if field.name == "trashed" { format!("iif({column} < 'a', {column}, NULL)") } else { column }
}

/// The currency of an amount; a computed one has that of its sibling.
fn currency(field: &Field, t: &str) -> String {
    let of = match (field.computed, field.currency_from.first()) {
        (Some(_), Some(sibling)) => (*sibling).to_owned(),
        _ => stored_name(field),
    };
    format!("{t}.{}", quoted(&format!("{of}_currency")))
}

/// SQL for an amount in major units from its minor units and its currency.
pub(crate) fn major(minor: &str, currency: &str) -> String {
    let mut fine: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (code, scale) in FINE_CURRENCIES {
        fine.entry(*scale).or_default().push(format!("'{code}'"));
    }
    let fine: String = fine
        .iter()
        .map(|(scale, codes)| {
            format!(" WHEN {currency} IN ({}) THEN {}.0", codes.join(", "), 10_i64.pow(*scale))
        })
        .collect();
    format!("(({minor}) / CASE{fine} ELSE 100.0 END)")
}

/// A name of a table or column for SQL.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
