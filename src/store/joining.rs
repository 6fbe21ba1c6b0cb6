//! How the values of a row become one with the record that they mean, and what of them is out of date.

use uuid::Uuid;

use super::columns::decode;
use super::commit::{Writer, same};
use super::draft::IN_PASSING;
use super::incoming::{KEPT, OnMatch, Outcome, Policy, uid_of};
use super::mended::{Behind, length};
use super::merge::TOOK_IN;
use super::read::Among;
use super::schema::quoted;
use crate::entity::when::stored_instant;
use crate::entity::{Field, Item, LinkTo, Noun, Value};
use crate::error::Result;

impl Writer<'_> {
    /// Writes the values into the record that they mean.
    pub(super) fn join(
        &mut self,
        noun: &Noun,
        id: i64,
        mut values: Vec<(usize, Value)>,
        policy: Policy,
    ) -> Result<Outcome> {
        let before = self.stored(noun, id)?;
        let past = if policy.exact { self.past_of(noun, id, &values)? } else { Past::default() };
        let behind = self.behind(noun, id)?.unwrap_or_default();
        let in_passing = policy.exact && self.is_in_passing(noun, id)?;
        if in_passing {
            complete_stub(noun, &mut values);
        } else {
            let keeps = |name: &str| behind.made && name.starts_with("created");
            values.retain(|(i, _)| {
                let name = noun.fields[*i].name;
                !KEPT.contains(&name) || keeps(name)
            });
        }
        self.keep_outcome(noun, &before, &mut values)?;
        // What a verb has settled, a file from before doesn't unsettle.
        values.retain(|(i, _)| {
            noun.fields[*i].word_by.is_none_or(|(word, _)| before[*i].as_text() != Some(word))
        });
        match policy.on_match {
            // It came first, and what came behind it filled or was skipped.
            OnMatch::Fill | OnMatch::Skip => {
                values.retain(|(i, _)| before[*i].is_empty() || behind.is_first(*i));
                if behind.made {
                    let gone = self.without_what_came_behind(noun, &behind, &values, policy);
                    values.extend(gone);
                }
            }
            // What came behind it counts, and lists are joined.
            _ => values.retain(|(i, _)| {
                !behind.given.contains(i) || before[*i].is_empty() || noun.fields[*i].kind.is_many()
            }),
        }
        let replaces = matches!(policy.on_match, OnMatch::Fill | OnMatch::Skip);
        let mut stretches = Vec::new();
        if past.is_merged {
            // What an older file says of a record that went into this one adds to it at most.
            values.retain(|(i, _)| before[*i].is_empty() || noun.fields[*i].kind.is_many());
        }
        for (index, value) in &mut values {
            let field = noun.fields[*index];
            let said: Vec<&Value> =
                past.said.iter().filter(|(i, _)| i == index).map(|(_, old)| old).collect();
            let adds = (!policy.exact || past.is_merged || past.adds.contains(index))
                && !(replaces && behind.is_first(*index));
            if adds || !said.is_empty() {
                let there = with_main(noun, &before, *index);
                let new = std::mem::take(value);
                let new = self.with_links(field, new)?;
                let own = if behind.given.is_empty() { Value::Null } else { new.clone() };
                *value = self.joined_to(field, &there, new, &said, adds)?;
                if adds && field.kind.is_many() {
                    let from = behind.put_back(*index, length(&there), &own, value);
                    let to = from + length(&own).max(length(value).saturating_sub(length(&there)));
                    if self.notes_gifts() && to > from {
                        stretches.push((*index, from, to));
                    }
                }
            }
        }
        if self.notes_gifts() {
            let given: Vec<usize> = values.iter().map(|(i, _)| *i).collect();
            self.note_gift(noun, id, false, &given, &stretches);
        }
        // A list that stays needn't be taken apart again.
        values
            .retain(|(i, v)| noun.fields[*i].main.is_none() || *v != with_main(noun, &before, *i));
        let changed = self.update_from(noun, id, &before, values)?;
        if in_passing {
            let sql =
                format!("UPDATE {} SET fingerprint = NULL WHERE id = ?1", quoted(noun.name()));
            self.reader.conn.prepare_cached(&sql)?.execute([id])?;
        }
        if changed && !self.is_made_here(noun, id) {
            *self.rows_joined.entry((noun.name(), id)).or_default() += 1;
        }
        Ok(if changed { Outcome::Updated } else { Outcome::Unchanged })
    }

    /// Whether a record was made in passing, and no file has had it yet.
    fn is_in_passing(&self, noun: &Noun, id: i64) -> Result<bool> {
        let sql = format!("SELECT fingerprint FROM {} WHERE id = ?1", quoted(noun.name()));
        let mark: Option<i64> =
            self.reader.conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0))?;
        Ok(mark == Some(IN_PASSING))
    }

    /// What a record has by rows behind the one that comes now, which would have made it: as it is
    /// without those, where this row doesn't say it.
    fn without_what_came_behind(
        &self,
        noun: &Noun,
        behind: &Behind,
        values: &[(usize, Value)],
        policy: Policy,
    ) -> Vec<(usize, Value)> {
        let mut fields = behind.given.clone();
        fields.sort_unstable();
        fields.dedup();
        fields.retain(|i| behind.is_first(*i) && !values.iter().any(|(at, _)| at == i));
        let value = |index: usize| match noun.fields[index].default {
            crate::entity::Default::Text(text) => noun.fields[index].parse(text, self.locale).ok(),
            _ if policy.on_match == OnMatch::Skip => Some(Value::Null),
            _ => None,
        };
        fields.into_iter().filter_map(|index| Some((index, value(index)?))).collect()
    }

    /// Where a file only says how a record stands, one that stands so stays where it is, and another
    /// one goes to the first such station of where it is.
    fn keep_outcome(
        &self,
        noun: &Noun,
        before: &[Value],
        values: &mut Vec<(usize, Value)>,
    ) -> Result<()> {
        for (link, field, trail) in super::stays::trails(noun) {
            let Some(outcome) = noun.index(trail.outcome) else { continue };
            let Some(at) = values.iter().position(|(i, _)| *i == outcome) else { continue };
            let (_, said) = values.swap_remove(at);
            let (Some(said), Some(here)) = (said.as_text(), before[link].as_link()) else {
                continue;
            };
            let (kind, within) = self.kind_of_station(here)?;
            let outer = field.within.and_then(|(own, _)| noun.index(own));
            if kind == said {
                values.retain(|(i, _)| *i != link);
            } else if !values.iter().any(|(i, _)| Some(*i) == outer)
                && let Some(first) = self.reader.first_stage(within, said)?
                && let Some((_, value)) = values.iter_mut().find(|(i, _)| *i == link)
            {
                *value = Value::Link(LinkTo::bare(here.noun, first));
            }
        }
        Ok(())
    }

    fn kind_of_station(&self, station: &LinkTo) -> Result<(String, i64)> {
        let sql = "SELECT coalesce(kind, 'open'), pipeline FROM stage WHERE id = ?1";
        let mut stmt = self.reader.conn.prepare_cached(sql)?;
        Ok(stmt.query_row([station.id], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }

    /// What a row of rolo's own file repeats of the time before its record was merged with others.
    fn past_of(&mut self, noun: &Noun, id: i64, values: &[(usize, Value)]) -> Result<Past> {
        let Some(uid) = uid_of(noun, values).filter(|_| noun.entity.doubles.is_some()) else {
            return Ok(Past::default());
        };
        if !self.reader.has_merged(noun)? {
            return Ok(Past::default());
        }
        match self.merged_away(noun, uid)? {
            Some(other) => {
                let row = self.read_stored(noun, other)?.unwrap_or_default();
                let said = (0..row.len()).map(|at| (at, with_main(noun, &row, at)));
                let said = said.filter(|(_, v)| !v.is_empty()).collect();
                Ok(Past { is_merged: true, said, adds: Vec::new() })
            }
            None if self.reader.merged_in(noun, id)?.is_empty() => Ok(Past::default()),
            None => {
                let now = self.stored(noun, id)?;
                self.before_merges(noun, id, &now, values)
            }
        }
    }

    /// The id under which a record went into another, by its uid.
    fn merged_away(&self, noun: &Noun, uid: Uuid) -> Result<Option<i64>> {
        let sql = format!(
            "SELECT t.id FROM {} t WHERE t.uid = ?1 AND {}",
            quoted(noun.name()),
            Among::Merged.sql()
        );
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([uid.as_bytes().to_vec()])?;
        Ok(match rows.next()? {
            Some(row) => Some(row.get(0)?),
            None => None,
        })
    }

    /// What the merges into a record changed of it, as far as the row may be older than they are.
    fn before_merges(
        &self,
        noun: &Noun,
        id: i64,
        now: &[Value],
        values: &[(usize, Value)],
    ) -> Result<Past> {
        let written = noun.index("updated").and_then(|at| {
            values.iter().find_map(|(i, v)| match v {
                Value::Instant(when) if *i == at => Some(*when),
                _ => None,
            })
        });
        let mut stmt = self.reader.conn.prepare_cached(
            "SELECT e.field, e.old, c.at FROM edit m JOIN edit e \
             ON e.change = m.change AND e.noun = m.noun AND e.record = m.record \
             JOIN change c ON c.id = m.change \
             WHERE m.noun = ?1 AND m.record = ?2 AND m.field = ?3 AND e.field <> ?3",
        )?;
        let mut rows = stmt.query(rusqlite::params![Self::position(noun), id, TOOK_IN])?;
        let mut past = Past::default();
        while let Some(row) = rows.next()? {
            let Some(index) = noun.index(&row.get::<_, String>(0)?) else { continue };
            let field = noun.fields[index];
            let at = stored_instant(&row.get::<_, String>(2)?);
            if !field.is_settable() || written.zip(at).is_some_and(|(row, merge)| row > merge) {
                continue;
            }
            if field.kind.is_many() && written.zip(at).is_some_and(|(row, merge)| row < merge) {
                past.adds.push(index);
            }
            let mut then = now.to_vec();
            then[index] = decode(field, row.get_ref(1)?, self.reader.model)?;
            past.said.push((index, with_main(noun, &then, index)));
        }
        Ok(past)
    }

    /// Rows of one file with one key count as one: where several left a record as it was before the
    /// file, nothing happened. Gives how many rows those were.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn settle_joined(&mut self, noun: &Noun) -> Result<u64> {
        let mut rows = 0;
        let name = noun.name();
        let of_noun: Vec<_> = self.rows_joined.extract_if(|(n, _), _| *n == name).collect();
        for ((_, id), count) in of_noun {
            if count > 1 && self.settle_one(noun, id)? {
                self.tally.edited -= u64::from(count);
                rows += u64::from(count);
            }
        }
        Ok(rows)
    }

    /// Forgets edits of a record that ended where they began; `true` when no other is left.
    fn settle_one(&self, noun: &Noun, id: i64) -> Result<bool> {
        let conn = self.reader.conn;
        let of = (self.change, Self::position(noun), id);
        conn.prepare_cached("DELETE FROM edit WHERE change = ?1 AND noun = ?2 AND record = ?3 AND old IS new AND field <> 'updated'")?
            .execute(of)?;
        let others: i64 = conn
            .prepare_cached("SELECT count(*) FROM edit WHERE change = ?1 AND noun = ?2 AND record = ?3 AND field <> 'updated'")?
            .query_row(of, |r| r.get(0))?;
        if others > 0 {
            return Ok(false);
        }
        let sql = format!(
            "UPDATE {} SET updated = coalesce((SELECT old FROM edit WHERE change = ?1 AND noun = ?2 AND record = ?3), updated) WHERE id = ?3",
            quoted(noun.name())
        );
        conn.prepare_cached(&sql)?.execute(of)?;
        conn.prepare_cached("DELETE FROM edit WHERE change = ?1 AND noun = ?2 AND record = ?3")?
            .execute(of)?;
        Ok(true)
    }

    /// A value of a row beside the one that is there: added to it, where it `adds`, else in its
    /// place. What the row only repeats of what was `said` before a merge says nothing new.
    pub(super) fn joined_to(
        &mut self,
        field: &'static Field,
        there: &Value,
        new: Value,
        said: &[&Value],
        adds: bool,
    ) -> Result<Value> {
        let new = self.with_links(field, new)?;
        if said.iter().any(|said| same(said, &new)) {
            return Ok(there.clone());
        }
        if !adds || field.dated {
            return Ok(new);
        }
        Ok(match (there, new) {
            (Value::List(old), Value::List(new)) => {
                let said = parts(said, |v| if let Value::List(s) = v { Some(s) } else { None });
                let mut all = old.clone();
                for item in new {
                    let is_it = |o: &&mut Item| o.value.to_lowercase() == item.value.to_lowercase();
                    match all.iter_mut().find(is_it) {
                        Some(known) if known.label.is_empty() => known.label = item.label,
                        Some(_) => {}
                        None if said.iter().any(|i| i.value == item.value) => {}
                        None => all.push(item),
                    }
                }
                Value::List(all)
            }
            (Value::Words(old), Value::Words(new)) => {
                let said = parts(said, |v| if let Value::Words(s) = v { Some(s) } else { None });
                let mut all = old.clone();
                for word in new {
                    let is_old = |o: &String| o.to_lowercase() == word.to_lowercase();
                    if !all.iter().any(is_old) && !said.iter().any(|o| is_old(o)) {
                        all.push(word);
                    }
                }
                Value::Words(all)
            }
            (Value::Links(old), Value::Links(new)) => {
                let said = parts(said, |v| if let Value::Links(s) = v { Some(s) } else { None });
                let mut all: Vec<LinkTo> = old.clone();
                for to in new {
                    let is_it = |l: &LinkTo| (l.noun, l.id) == (to.noun, to.id);
                    if !all.iter().any(is_it) && !said.iter().any(|l| is_it(l)) {
                        all.push(to);
                    }
                }
                Value::Links(all)
            }
            (_, new) => new,
        })
    }

    /// A value whose links lead to records instead of naming them.
    fn with_links(&mut self, field: &'static Field, value: Value) -> Result<Value> {
        let names = match value {
            Value::Named(name) => {
                return Ok(Value::Link(self.resolve_name(field, &name, None)?));
            }
            Value::NamedLinks(names) => names,
            other => return Ok(other),
        };
        if field.dated {
            return Ok(Value::NamedLinks(names));
        }
        let mut all: Vec<LinkTo> = Vec::with_capacity(names.len());
        for name in names {
            let mut to = self.resolve_name(field, &name, None)?;
            to.role = name.role;
            if !all.iter().any(|l| (l.noun, l.id) == (to.noun, to.id)) {
                all.push(to);
            }
        }
        Ok(Value::Links(all))
    }
}

/// The parts of those values that are lists of a kind.
fn parts<'v, T>(values: &[&'v Value], list: fn(&'v Value) -> Option<&'v Vec<T>>) -> Vec<&'v T> {
    values.iter().filter_map(|v| list(v)).flatten().collect()
}

/// A value of a row; a list of links with the main one that stands outside of it.
fn with_main(noun: &Noun, row: &[Value], index: usize) -> Value {
    let Some(main) = noun.fields[index].main.and_then(|m| noun.index(m)) else {
        return row[index].clone();
    };
    let mut all: Vec<LinkTo> = row[main].as_link().into_iter().cloned().collect();
    if let Value::Links(rest) = &row[index] {
        all.extend(rest.iter().filter(|l| row[main].as_link() != Some(l)).cloned());
    }
    if all.is_empty() { Value::Null } else { Value::Links(all) }
}

/// What a row repeats of the time before its record was merged with others.
#[derive(Default)]
struct Past {
    /// The row's own record went into the one that counts.
    is_merged: bool,
    /// Values by field as they were then.
    said: Vec<(usize, Value)>,
    /// Lists of a row from then, which add to what is there.
    adds: Vec<usize>,
}

/// A record made in passing is made whole by the first file that has it: what the file leaves
/// empty is empty.
fn complete_stub(noun: &Noun, values: &mut Vec<(usize, Value)>) {
    for (index, field) in noun.fields.iter().enumerate() {
        let given = values.iter().any(|(i, _)| *i == index);
        let whole = field.is_settable() || KEPT.contains(&field.name);
        if !given && whole && field.is_stored() && field.name != "uid" && !field.required {
            values.push((index, Value::Null));
        }
    }
    values.retain(|(i, _)| noun.fields[*i].name != "uid");
}
