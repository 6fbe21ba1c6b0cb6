//! What the value of a term means for the kind of its field.

use std::fmt::Display;

use uuid::Uuid;

use super::bound::{self, Refused};
use super::check::{Checker, USER};
use super::cond::{Cond, Test, To};
use super::expr::{FieldTerm, Op, Operand, Text};
use super::place::Place;
use crate::entity::text::fold;
use crate::entity::{Choices, Field, Kind, Named, Noun, Part, Target, e164};
use crate::error::{Error, Result, nearest};

/// Hex digits of a uid that are enough to name it by its end.
const UID_TAIL: usize = 8;
/// Marks in phone numbers that don't count, as the SQL takes them out too.
pub(super) const PHONE_MARKS: [char; 8] = ['+', ' ', '-', '(', ')', '.', '/', '\u{a0}'];

impl<'a> Checker<'a> {
    /// Any of the values fits the field.
    pub(super) fn any_value(
        &mut self,
        noun: &Noun,
        named: Named,
        term: &FieldTerm,
        values: &[&Operand],
    ) -> Result<Cond> {
        let mut any = Vec::with_capacity(values.len());
        for value in values {
            self.count(value.place())?;
            any.push(self.value(noun, named, term, value)?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Cond::Or(any) })
    }

    fn value(
        &mut self,
        noun: &Noun,
        named: Named,
        term: &FieldTerm,
        value: &Operand,
    ) -> Result<Cond> {
        match (named.field.kind, named.part) {
            (Kind::Link(target), Part::Id) => self.by_number(named.field, target, term, value),
            (Kind::Link(target) | Kind::Links(target, _), Part::Uid) => {
                let text = self.text_of(noun, named, term, value)?;
                let uid = self.uid(&text)?;
                Ok(self.leads_to(named.field, target, "uid", &uid))
            }
            (Kind::Money, Part::Currency) => {
                let text = self.text_of(noun, named, term, value)?;
                Ok(Cond::Test(named, text_test(Kind::Currency, term.op, &text, "")))
            }
            (Kind::Link(target) | Kind::Links(target, _), _) => {
                let text = self.text_of(noun, named, term, value)?;
                self.link(named, target, term, &text)
            }
            (kind, _) if kind.is_ordered() => {
                Ok(Cond::Test(named, self.ordered(kind, term.op, value)?))
            }
            (kind, _) => {
                let text = self.text_of(noun, named, term, value)?;
                Ok(Cond::Test(named, self.unordered(named.field, kind, term.op, &text)?))
            }
        }
    }

    fn ordered(&self, kind: Kind, op: Op, value: &Operand) -> Result<Test> {
        let times = &self.scope.locale.times;
        if let (Kind::Date, Op::Has | Op::Equals, Some(end)) = (kind, op, bound::of_any_year(value))
        {
            return Ok(Test::OfAnyYear(end));
        }
        let found = match kind {
            Kind::Money | Kind::Totals => {
                bound::amounts(op, value).map(|(range, currency)| Test::Money(range, currency))
            }
            Kind::Date => bound::days(times, op, value).map(Test::Within),
            Kind::Datetime => bound::instants(times, op, value).map(Test::Within),
            Kind::Due => bound::dues(times, op, value).map(|(at, day)| Test::Due(at, day)),
            _ => bound::numbers(kind, op, value).map(Test::Within),
        };
        found.map_err(|(place, why): Refused| {
            let kind = if kind == Kind::Totals { Kind::Money } else { kind };
            self.error(place, why).hint(kind.hint())
        })
    }

    fn unordered(&self, field: &Field, kind: Kind, op: Op, text: &Text) -> Result<Test> {
        match kind {
            Kind::Choice(choices) | Kind::Words(choices) => self.word(field, choices, text),
            Kind::Tags => Ok(Test::Equals(fold(text.typed.trim()))),
            Kind::Uid => self.uid(text),
            Kind::Bool => match Kind::Bool.parse(&text.typed, self.scope.locale) {
                Ok(crate::entity::Value::Bool(yes)) => Ok(Test::Bool(yes)),
                Ok(_) => Err(self.error(text.place, "a value is missing")),
                Err(why) => Err(self.error(text.place, why).hint(kind.hint())),
            },
            Kind::List(item) => Ok(text_test(*item, op, text, &self.scope.locale.region)),
            _ => Ok(text_test(kind, op, text, &self.scope.locale.region)),
        }
    }

    /// The text of a value for a field without an order; not empty.
    fn text_of(
        &self,
        noun: &Noun,
        named: Named,
        term: &FieldTerm,
        value: &Operand,
    ) -> Result<Text> {
        let no_order = |what: &dyn Display, place| {
            let known = noun.fields.iter().filter(|f| f.kind.is_ordered());
            let known: Vec<&str> = known.map(|f| f.name).collect();
            Err(self
                .error(place, format!("`{}` has no order: {what} can't be used", named.field.name))
                .hint(format!("fields of {} that have one: {}", noun.name(), known.join(", "))))
        };
        if term.op.is_order() {
            let at = term.place.end;
            let sign = term.op.sign();
            return no_order(&format!("`{sign}`"), Place::new(at, at + sign.len()));
        }
        let text = match value {
            Operand::One(text) => text.clone(),
            Operand::Range(from, to, place) => {
                if [from, to].into_iter().flatten().any(|end| end.quoted) {
                    return no_order(&"a range", *place);
                }
                // Dots that stand in a text.
                Text { typed: value.to_string(), quoted: false, place: *place }
            }
        };
        if fold(text.typed.trim()).is_empty() {
            return Err(self
                .error(text.place, "there is nothing to look for in it")
                .hint(format!("write `{}:none` for what is empty", term.name)));
        }
        Ok(text)
    }

    fn word(&self, field: &Field, choices: &'static Choices, text: &Text) -> Result<Test> {
        match choices.find(&text.typed) {
            Some(word) if choices.open => Ok(Test::Equals(fold(word))),
            Some(word) => Ok(Test::Word(word)),
            None if choices.open => Ok(Test::Equals(fold(text.typed.trim()))),
            None => {
                let known: Vec<&str> = choices.words.iter().map(|w| w.word).collect();
                let near = nearest(&text.typed, known.iter().copied())
                    .map_or(String::new(), |n| format!("did you mean `{n}`? "));
                Err(self
                    .error(text.place, format!("`{}` is no value of `{}`", text.typed, field.name))
                    .hint(format!("{near}known: {}", known.join(", "))))
            }
        }
    }

    fn uid(&self, text: &Text) -> Result<Test> {
        let typed = text.typed.trim();
        if let Ok(uid) = typed.parse::<Uuid>() {
            return Ok(Test::Uid(uid));
        }
        let is_tail =
            (UID_TAIL..32).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_hexdigit());
        if is_tail {
            return Ok(Test::UidTail(typed.to_ascii_uppercase()));
        }
        Err(self
            .error(text.place, format!("`{typed}` is not a uid"))
            .hint("write the uid, or its last 8 or more digits"))
    }

    /// `company_id:7`, `company_id>7`: the number of the record behind a link.
    fn by_number(
        &mut self,
        field: &'static Field,
        target: Target,
        term: &FieldTerm,
        value: &Operand,
    ) -> Result<Cond> {
        let test = self.ordered(Kind::Int, term.op, value)?;
        Ok(self.leads_to(field, target, "id", &test))
    }

    /// A link leads to a record whose field passes a test.
    fn leads_to(&self, field: &'static Field, target: Target, name: &str, test: &Test) -> Cond {
        let reached = self.targets(target).into_iter().filter_map(|noun| {
            let named = noun.find(name)?;
            Some((noun.entity, To::Where(Cond::Test(named, test.clone()))))
        });
        Cond::Link(field, reached.collect())
    }

    fn targets(&self, target: Target) -> Vec<&'a Noun> {
        let model = self.scope.model;
        model.nouns.iter().filter(|n| target.allows(n.name())).collect()
    }

    /// A link by its value: digits are the id, `me` is who acts, `deal:42` names the noun, all else
    /// is a key or a part of the label.
    fn link(
        &mut self,
        named: Named,
        target: Target,
        term: &FieldTerm,
        text: &Text,
    ) -> Result<Cond> {
        let field = named.field;
        let mut targets = self.targets(target);
        let mut wanted = text.typed.trim();
        if !text.quoted {
            if wanted.eq_ignore_ascii_case("me") && target.allows(USER) {
                let user = self.scope.model.get(USER).into_iter();
                return Ok(Cond::Link(field, user.map(|n| (n.entity, To::Me)).collect()));
            }
            if let Some((noun, rest)) = wanted.split_once(':')
                && let Some(typed) = self.scope.model.typed(&noun.to_lowercase())
                && !rest.is_empty()
            {
                if !target.allows(typed.name()) {
                    return Err(self.wrong_noun(field, target, typed, text.place));
                }
                (targets, wanted) = (vec![typed], rest);
            }
            if wanted.bytes().all(|b| b.is_ascii_digit()) {
                return self.by_id(field, &targets, wanted, text.place);
            }
        }
        let mut reached = Vec::with_capacity(targets.len());
        for noun in targets {
            reached.push((noun.entity, To::Where(self.called(noun, wanted, term.op, text.place)?)));
        }
        Ok(Cond::Link(field, reached))
    }

    fn wrong_noun(&self, field: &Field, target: Target, typed: &Noun, place: Place) -> Error {
        let allowed: Vec<&str> = self.targets(target).iter().map(|n| n.name()).collect();
        let why = format!("`{}` never leads to a {}", field.name, typed.name());
        self.error(place, why).hint(format!("it leads to: {}", allowed.join(", ")))
    }

    fn by_id(&self, field: &'static Field, targets: &[&Noun], id: &str, at: Place) -> Result<Cond> {
        let [noun] = targets else {
            return Err(self
                .error(at, format!("`{id}` doesn't say of which noun it is the id"))
                .hint(format!("write the noun too, such as `{}:deal:{id}`", field.name)));
        };
        // A number larger than any id is the id of nothing.
        let id = id.parse().unwrap_or(i64::MAX);
        Ok(Cond::Link(field, vec![(noun.entity, To::Id(id))]))
    }

    /// Records of a noun that are called so: by the label, or by the key exactly.
    fn called(&mut self, noun: &Noun, wanted: &str, op: Op, place: Place) -> Result<Cond> {
        let test = |text: &str| match op {
            Op::Has => Test::Contains(fold(text)),
            _ => Test::Equals(fold(text)),
        };
        let label = noun.require(noun.entity.label().name)?;
        let mut any = vec![Cond::Test(label, test(wanted))];
        // Where a label may be empty, the kind stands in for it.
        if let (false, Some(kind)) = (label.field.required, noun.find("kind")) {
            any.push(Cond::And(vec![
                Cond::Not(Box::new(Cond::Test(label, Test::Filled))),
                Cond::Test(kind, test(wanted)),
            ]));
        }
        for key in noun.entity.key.iter().filter(|key| **key != label.field.name) {
            let named = noun.require(key)?;
            any.push(Cond::Test(named, Test::Equals(fold(wanted))));
        }
        any.extend(self.in_scope(noun, wanted)?);
        for _ in &any {
            self.count(place)?;
        }
        Ok(Cond::Or(any))
    }

    /// `Pipeline/Stage`: a key that counts within another record.
    fn in_scope(&self, noun: &Noun, wanted: &str) -> Result<Option<Cond>> {
        let (Some(scope), Some((outer, inner))) = (noun.entity.scope, wanted.split_once('/'))
        else {
            return Ok(None);
        };
        let named = noun.require(scope)?;
        let Kind::Link(target) = named.field.kind else { return Ok(None) };
        let Some(around) = target.one().and_then(|e| self.scope.model.get(e.name)) else {
            return Ok(None);
        };
        let is = |noun: &Noun, text: &str| -> Result<Cond> {
            let label = noun.require(noun.entity.label().name)?;
            Ok(Cond::Test(label, Test::Equals(fold(text.trim()))))
        };
        let outer = To::Where(is(around, outer)?);
        Ok(Some(Cond::And(vec![
            is(noun, inner)?,
            Cond::Link(named.field, vec![(around.entity, outer)]),
        ])))
    }
}

fn text_test(kind: Kind, op: Op, text: &Text, region: &str) -> Test {
    let folded = fold(&text.typed);
    let digits: String = text.typed.chars().filter(|c| !PHONE_MARKS.contains(c)).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match op {
        Op::Has if kind == Kind::Phone && is_number => Test::Dials(folded, digits),
        Op::Has => Test::Contains(folded),
        _ if kind == Kind::Phone && is_number => Test::Reaches(folded, e164(&text.typed, region)),
        _ => Test::Equals(folded),
    }
}
