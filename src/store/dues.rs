//! What follows from a change and is put right once, at its end: amounts that are the sum of other
//! records, places in an order, and links to a record of the same noun that must not go round.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;

use super::commit::{Writer, same};
use super::schema::{column_name, quoted};
use crate::entity::money::{Currency, Money};
use crate::entity::{Field, Noun, SumOf, Value};
use crate::error::{Error, Result};

/// What a change has touched so far.
#[derive(Debug, Default)]
pub(super) struct Dues {
    /// Records whose sum may be another, with whether their amount itself was given.
    sums: BTreeSet<(&'static str, i64, bool)>,
    /// Records whose place may be another, in the order they were touched.
    ranks: Vec<(&'static str, i64)>,
    /// Records that were made the only ones of a kind, with the field that says so.
    soles: BTreeMap<(&'static str, usize), i64>,
    settling: bool,
}

/// How long a way through links of one noun may be.
const LONGEST: usize = 1_000;

impl Writer<'_> {
    /// Notes what a written record has to do with sums and places.
    pub(super) fn note_due(
        &mut self,
        noun: &Noun,
        id: i64,
        before: Option<&[Value]>,
        after: &[Value],
    ) {
        let to_the_letter = self.to_the_letter.as_ref().is_some_and(|(n, _)| *n == noun.name());
        if self.dues.settling || self.change == 0 {
            return;
        }
        for (index, field) in noun.fields.iter().enumerate() {
            let changed = before.is_none_or(|b| !same(&b[index], &after[index]));
            if field.sole && changed && after[index] == Value::Bool(true) {
                self.dues.soles.insert((noun.name(), index), id);
            }
            let moved = || {
                let scope = noun.entity.scope.and_then(|s| noun.index(s));
                before.zip(scope).is_some_and(|(b, s)| !same(&b[s], &after[s]))
            };
            if field.ranked.is_some() && (changed || moved()) && !to_the_letter {
                self.dues.ranks.push((noun.name(), id));
            }
            if field.sum_of.is_some() && changed && before.is_some() && !to_the_letter {
                self.dues.sums.insert((noun.name(), id, true));
            }
        }
        for (owner, sum) in self.reader.model.sums.iter().filter(|(_, s)| s.noun == noun.name()) {
            let Some(link) = noun.index(sum.link) else { continue };
            for values in before.into_iter().chain([after]) {
                if let Some(to) = values[link].as_link() {
                    self.dues.sums.insert((owner, to.id, false));
                }
            }
        }
    }

    /// Puts right what is due.
    pub(super) fn settle_dues(&mut self) -> Result<()> {
        let dues = std::mem::take(&mut self.dues);
        self.dues.settling = true;
        let (touched, tally) = (self.touched, self.tally);
        for (noun, id, given) in dues.sums {
            self.settle_sum(noun, id, given)?;
        }
        for (noun, id) in dues.ranks {
            self.settle_rank(noun, id)?;
        }
        for ((noun, place), id) in dues.soles {
            self.settle_sole(noun, place, id)?;
        }
        // What follows is part of what was asked for.
        self.touched = touched;
        if !tally.is_nothing() {
            self.tally = tally;
        }
        self.dues.settling = false;
        Ok(())
    }

    fn settle_sum(&mut self, noun: &str, id: i64, given: bool) -> Result<()> {
        let noun = self.reader.model.noun(noun)?;
        let Some(before) = self.read_stored(noun, id)? else { return Ok(()) };
        for (index, field) in noun.fields.iter().enumerate() {
            let Some(sum) = field.sum_of.map(|s| self.sum(s, noun, id)).transpose()?.flatten()
            else {
                continue;
            };
            let sum = Value::Money(sum);
            if same(&before[index], &sum) {
                continue;
            }
            if given {
                let of = field.sum_of.map_or("", |s| s.noun);
                let Value::Money(money) = sum else { continue };
                return Err(Error::invalid(format!(
                    "{} of {}:{id} is the sum of its {of}s, {money}",
                    field.label(),
                    noun.name()
                ))
                .hint(format!("change those: `rolo {of} list {}:{id}`", noun.name()))
                .at(field.name));
            }
            let of = field.sum_of.map_or("", |s| s.noun);
            self.update_from(noun, id, &before, vec![(index, sum.clone())]).map_err(|why| {
                let named = format!("{}: ", field.label());
                let whose = format!("the {of}s of {}:{id} come to ", noun.name());
                let told = why.message.replacen(&named, &whose, 1);
                Error { message: told.replacen(" is less than 0", ", less than 0", 1), ..why }
            })?;
        }
        Ok(())
    }

    /// The sum of the records that belong to one; `None` where there are none.
    fn sum(&self, of: &SumOf, owner: &Noun, id: i64) -> Result<Option<Money>> {
        let noun = self.reader.model.noun(of.noun)?;
        let total = noun.require(of.total)?.field;
        let total = total.computed.unwrap_or("NULL").replace("{t}", "t");
        let currency = format!("t.{}", quoted(&format!("{}_currency", of.price)));
        let sql = format!(
            "SELECT sum({total}), min({currency}), max({currency}) FROM {} t WHERE t.{} = ?1 AND t.trashed IS NULL",
            quoted(noun.name()),
            quoted(of.link)
        );
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let (minor, least, most): (Option<i64>, Option<String>, Option<String>) =
            stmt.query_row([id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        let (Some(minor), Some(least), Some(most)) = (minor, least, most) else { return Ok(None) };
        if least != most {
            return Err(Error::invalid(format!(
                "{}: the {} of {}:{id} would be in {least} and in {most}",
                of.price,
                noun.entity.plural,
                owner.name()
            ))
            .hint(format!(
                "give all of them prices in one currency, such as `--{} '12 {least}'`",
                of.price
            )));
        }
        Ok(least.parse::<Currency>().ok().map(|currency| Money { minor, currency }))
    }

    /// Gives a record the place that its number names among those of its scope, and the others the
    /// places that are left.
    /// Of several records that say yes the last one counts.
    fn settle_sole(&mut self, noun: &str, place: usize, id: i64) -> Result<()> {
        let noun = self.reader.model.noun(noun)?;
        let field = quoted(&column_name(noun.fields[place]));
        let sql = format!(
            "SELECT id FROM {} WHERE {field} = 1 AND id <> ?1 AND (trashed IS NULL OR trashed < 'g') AND EXISTS (SELECT 1 FROM {} o WHERE o.id = ?1 AND o.{field} = 1)",
            quoted(noun.name()),
            quoted(noun.name())
        );
        let others = self
            .reader
            .conn
            .prepare(&sql)?
            .query_map([id], |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for other in others {
            self.update(noun, other, vec![(place, Value::Null)])?;
        }
        Ok(())
    }

    fn settle_rank(&mut self, noun: &str, id: i64) -> Result<()> {
        let noun = self.reader.model.noun(noun)?;
        let Some((place, behind)) =
            noun.fields.iter().enumerate().find_map(|(i, f)| Some((i, f.ranked?)))
        else {
            return Ok(());
        };
        let Some(scope) = noun.entity.scope.and_then(|s| noun.index(s)) else { return Ok(()) };
        let Some(values) = self.read_stored(noun, id)? else { return Ok(()) };
        let Some(within) = values[scope].as_link().map(|l| l.id) else { return Ok(()) };
        let field = quoted(&column_name(noun.fields[place]));
        let sql = format!(
            "SELECT id, {behind}, trashed IS NULL FROM {} WHERE {} = ?1 AND (trashed IS NULL OR id = ?2) ORDER BY {field} IS NULL, {field}, id",
            quoted(noun.name()),
            quoted(noun.fields[scope].name)
        );
        let mut stmt = self.reader.conn.prepare(&sql)?;
        let all = stmt
            .query_map([within, id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(i64, bool, bool)>>>()?;
        let own = all.iter().find(|(other, ..)| *other == id).copied();
        let mut order: Vec<i64> =
            all.iter().filter(|(other, ..)| *other != id).map(|(other, ..)| *other).collect();
        if let Some((_, own_behind, true)) = own {
            let front = all.iter().filter(|(o, behind, _)| *o != id && !behind).count();
            let at = match values[place].as_int() {
                Some(wanted) => usize::try_from(wanted - 1).unwrap_or(0).min(order.len()),
                None if own_behind => order.len(),
                None => front.min(order.len()),
            };
            order.insert(at, id);
        }
        for (at, other) in order.into_iter().enumerate() {
            let wanted = Value::Int(i64::try_from(at + 1).unwrap_or(i64::MAX));
            self.update(noun, other, vec![(place, wanted)])?;
        }
        Ok(())
    }

    /// Puts records of one scope in this order, whatever places they had.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn put_in_order(&mut self, noun: &Noun, ids: &[i64]) -> Result<()> {
        let Some(place) = noun.fields.iter().position(|f| f.ranked.is_some()) else {
            return Ok(());
        };
        self.dues.ranks.retain(|(name, id)| *name != noun.name() || !ids.contains(id));
        let settling = std::mem::replace(&mut self.dues.settling, true);
        for (at, id) in ids.iter().enumerate() {
            let wanted = Value::Int(i64::try_from(at + 1).unwrap_or(i64::MAX));
            self.update(noun, *id, vec![(place, wanted)])?;
        }
        self.dues.settling = settling;
        Ok(())
    }

    /// A record can't be above itself: a company its own parent's parent.
    pub(super) fn refuse_loop(
        &self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        row: &[Value],
    ) -> Result<()> {
        if self.to_the_letter.is_some() {
            return Ok(());
        }
        for (index, field) in noun.fields.iter().enumerate() {
            if !field.no_loop || same(&before[index], &row[index]) {
                continue;
            }
            if let Some(above) = row[index].as_link() {
                self.refuse_loop_of(noun, field, id, above.id)?;
            }
        }
        Ok(())
    }

    fn refuse_loop_of(&self, noun: &Noun, field: &Field, id: i64, above: i64) -> Result<()> {
        if self.leads_back(noun, field, id, above)? {
            return Err(self.loop_of(noun, field, id, above)?.at(field.name));
        }
        Ok(())
    }

    /// Whether a record of the same noun is this one, or leads to it over however many others.
    pub(super) fn leads_back(
        &self,
        noun: &Noun,
        field: &Field,
        id: i64,
        above: i64,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT {} FROM {} WHERE id = ?1",
            quoted(&column_name(field)),
            quoted(noun.name())
        );
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let mut at = Some(above);
        for _ in 0..LONGEST {
            let Some(here) = at else { return Ok(false) };
            if here == id {
                return Ok(true);
            }
            at = stmt.query_row([here], |r| r.get(0)).optional()?.flatten();
        }
        Ok(false)
    }

    fn loop_of(&self, noun: &Noun, field: &Field, id: i64, above: i64) -> Result<Error> {
        let (name, label) = (noun.name(), field.label());
        if above == id {
            return Ok(Error::invalid(format!("{label}: {name}:{id} can't be its own"))
                .hint(format!("name another {name}, or none: `--clear {}`", field.name)));
        }
        let labels = self.reader.labels(name, &[above])?;
        let above_it = labels.get(&above).map_or("", |l| l.label.as_str());
        Ok(Error::invalid(format!(
            "{label}: {name}:{above} would lead back to {name}:{id}: `{above_it}` is below it, that would be a loop"
        ))
        .hint(format!(
            "name another {name}, or none (`--clear {}`), or change the {label} of {name}:{above} first",
            field.name
        )))
    }
}
