//! Making one record of several: links move, values are joined, nothing is lost. What is done is
//! recorded field by field like any edit, so that `undo` takes it back, and `unmerge` (see
//! `unmerge`) later too.

use std::collections::{BTreeMap, BTreeSet};

use super::backlinks::{Backlink, backlinks};
use super::commit::{Draft, Writer};
use super::forward::mark;
use crate::entity::{Field, Item, Kind, LinkTo, Noun, Record, Value, e164};
use crate::error::{Error, Result};

/// The name under which the history of a record keeps which others went into it.
pub(super) const TOOK_IN: &str = "merged";

/// A field whose value comes from one of the others.
#[derive(Debug, Clone, Copy)]
pub struct Take {
    /// Index in the noun.
    pub field: usize,
    /// The record; the first of the others that has a value, when none is named.
    pub from: Option<i64>,
}

/// What a merge did.
#[derive(Debug, Clone, Default)]
pub struct Joined {
    /// How many records now link to the one that was kept.
    pub moved: u64,
    /// Values that the kept record has another of: they stand in a note about it.
    pub noted: u64,
}

impl Writer<'_> {
    /// Merges `others` into `keep`.
    ///
    /// # Errors
    /// A record is named twice, isn't there, or bears what only a deed sets and `keep` lacks.
    pub fn merge(
        &mut self,
        noun: &Noun,
        keep: i64,
        others: &[i64],
        take: &[Take],
    ) -> Result<Joined> {
        if noun.entity.doubles.is_none() {
            return Err(Error::usage(format!("{} are never merged", noun.entity.plural)));
        }
        let mut done = Joined::default();
        for (at, other) in others.iter().enumerate() {
            if *other == keep || others[..at].contains(other) {
                return Err(Error::usage(format!("{}:{other} is named twice", noun.name()))
                    .hint("name the record to keep, then others"));
            }
            self.merge_one(noun, keep, *other, others, take, &mut done)?;
        }
        let names: Vec<String> = others.iter().map(|id| format!("{}:{id}", noun.name())).collect();
        let took = rusqlite::types::Value::Text(names.join("; "));
        self.record_edit(noun, keep, TOOK_IN, &rusqlite::types::Value::Null, &took)?;
        self.touched = Some((noun.name(), keep));
        Ok(done)
    }

    fn merge_one(
        &mut self,
        noun: &Noun,
        keep: i64,
        other: i64,
        others: &[i64],
        take: &[Take],
        done: &mut Joined,
    ) -> Result<()> {
        let theirs = self.reader.record(noun, other)?;
        let ours = self.stored(noun, keep)?;
        refuse_deeds(noun, keep, &ours, &theirs)?;
        self.set_mark(noun, other, &mark(keep))?;
        self.tally.other += 1;
        let roles = self.lost_roles(noun, other, keep)?;
        done.moved += self.move_links(noun, other, keep)?;
        let before = self.stored(noun, keep)?;
        let mut join = Join { noun, others, keep, region: &self.locale.region, lost: Vec::new() };
        let mut values = join.values(&before, &theirs.values, &|index| {
            take.iter().any(|t| {
                t.field == index
                    && match t.from {
                        Some(from) => from == other,
                        None => true,
                    }
            })
        });
        let mut lost = join.lost;
        lost.extend(roles);
        lost.extend(self.break_loops(noun, keep, &before, &mut values)?);
        // A name that stays is not made anew of parts that came.
        let label = noun.label_index();
        if !values.iter().any(|(i, _)| *i == label) {
            values.push((label, before[label].clone()));
        }
        // That something went into it changes a record, even where no value came with it.
        if !self.update_from(noun, keep, &before, values)? {
            self.stamp(noun, keep, &before)?;
        }
        done.noted += lost.len() as u64;
        self.note_lost(noun, keep, &theirs, &lost)
    }

    /// Empties links of the kept record that by now would lead back to it, such as a manager who
    /// reported to the other one; what stood there is told.
    fn break_loops(
        &self,
        noun: &Noun,
        keep: i64,
        before: &[Value],
        values: &mut Vec<(usize, Value)>,
    ) -> Result<Vec<String>> {
        let mut told = Vec::new();
        for (index, field) in noun.fields.iter().enumerate().filter(|(_, f)| f.no_loop) {
            let now = values.iter().find(|(at, _)| *at == index).map_or(&before[index], |(_, v)| v);
            let Some(above) = now.as_link().map(|l| l.id) else { continue };
            if !self.leads_back(noun, field, keep, above)? {
                continue;
            }
            let labels = self.reader.labels(noun.name(), &[above])?;
            let label = labels.get(&above).map_or("", |l| l.label.as_str());
            told.push(format!("{}: {}:{above} {label}", field.label(), noun.name()));
            values.retain(|(at, _)| *at != index);
            values.push((index, Value::Null));
        }
        Ok(told)
    }

    /// Sets `updated` of a record in which nothing else changed.
    pub(super) fn stamp(&mut self, noun: &Noun, id: i64, before: &[Value]) -> Result<()> {
        let Some(updated) = noun.index("updated") else { return Ok(()) };
        let now = Value::Instant(self.clock.now());
        if before[updated] != now {
            self.write_quietly(noun, id, before, vec![(updated, now)])?;
        }
        Ok(())
    }

    /// Writes fields and their history as they are, without stamp, checks or counting.
    pub(super) fn write_quietly(
        &mut self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        values: Vec<(usize, Value)>,
    ) -> Result<bool> {
        let mut after = before.to_vec();
        let mut changed = Vec::new();
        for (index, value) in values {
            if !super::commit::same(&before[index], &value) {
                let (old, new) =
                    (super::columns::encode(&before[index]), super::columns::encode(&value));
                self.record_edit(noun, id, noun.fields[index].name, &old, &new)?;
                after[index] = value;
                changed.push(index);
            }
        }
        if !changed.is_empty() {
            self.write_fields(noun, id, &after, &changed)?;
        }
        Ok(!changed.is_empty())
    }

    /// Turns every link to a record into one to another; how many records had some.
    fn move_links(&mut self, noun: &Noun, from: i64, to: i64) -> Result<u64> {
        let mut linked: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
        for link in backlinks(self.reader.model, noun) {
            let ids = self.linked_by(&link, from)?;
            linked.entry(link.noun.position).or_default().extend(ids);
        }
        let mut moved = 0;
        let model = self.reader.model;
        for (position, ids) in linked {
            let other = &model.nouns[position];
            for id in ids {
                let Some(before) = self.read_stored(other, id)? else { continue };
                let own = (other.name() == noun.name()).then_some(id);
                let values = redirected(other, &before, noun.name(), from, to, own);
                moved += u64::from(self.write_quietly(other, id, &before, values)?);
            }
        }
        Ok(moved)
    }

    /// Roles that the other record has where the kept one has another: a record has one in each place.
    fn lost_roles(&self, noun: &Noun, from: i64, to: i64) -> Result<Vec<String>> {
        let mut told = Vec::new();
        for link in backlinks(self.reader.model, noun) {
            let other = link.noun;
            for id in self.linked_by(&link, from)? {
                let Some(row) = self.read_stored(other, id)? else { continue };
                let role = |links: &[LinkTo], id: i64| {
                    let mut of = links.iter().filter(|l| l.noun == noun.name() && l.id == id);
                    of.find_map(|l| l.role.clone())
                };
                let place = other.index(link.field.name).and_then(|index| row.get(index));
                let Some(Value::Links(links)) = place else { continue };
                if let (Some(theirs), Some(ours)) = (role(links, from), role(links, to))
                    && theirs != ours
                {
                    let label = row[other.label_index()].to_cell();
                    told.push(format!("Role in {}:{id} {label}: {theirs}", other.name()));
                }
            }
        }
        Ok(told)
    }

    /// The records whose link, or one of whose links, leads to a record.
    fn linked_by(&self, link: &Backlink, id: i64) -> Result<Vec<i64>> {
        let sql =
            format!("SELECT DISTINCT o.id FROM {} WHERE {}", link.from(), link.leads_to("?1"));
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let ids = stmt.query_map([id], |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Writes down, as a note about the kept record, what it has another value of.
    fn note_lost(
        &mut self,
        noun: &Noun,
        keep: i64,
        theirs: &Record,
        lost: &[String],
    ) -> Result<()> {
        let Some(activity) = self.reader.model.get("activity").filter(|_| !lost.is_empty()) else {
            return Ok(());
        };
        let label = theirs.values[noun.label_index()].to_cell();
        let head = note_head(noun, theirs.id);
        let body = format!("{head} {label}, whose other values were:\n\n{}", lost.join("\n"));
        let (touched, tally) = (self.touched, self.tally);
        let draft = Draft::of(
            activity,
            vec![
                ("kind", Value::Text("note".into())),
                ("body", Value::Text(body)),
                ("about", Value::Links(vec![LinkTo::bare(noun.name(), keep)])),
            ],
        )?;
        self.insert(activity, draft)?;
        (self.touched, self.tally) = (touched, tally);
        Ok(())
    }
}

/// How the note about a merged record begins.
#[must_use]
pub(super) fn note_head(noun: &Noun, id: i64) -> String {
    format!("Merged with {}:{id}", noun.name())
}

/// What only a deed sets can't be joined by hand: the record that has it is to be kept.
fn refuse_deeds(noun: &Noun, keep: i64, ours: &[Value], theirs: &Record) -> Result<()> {
    for (index, field) in noun.fields.iter().enumerate() {
        let Some(deed) = field.deed else { continue };
        if ours[index].is_empty() && !theirs.values[index].is_empty() {
            let (name, other) = (noun.name(), theirs.id);
            return Err(Error::invalid(format!(
                "{name}:{other} has been through `{deed}`, and {name}:{keep} has not"
            ))
            .hint(format!("keep that one: `rolo {name} merge {other} {keep}`")));
        }
    }
    Ok(())
}

/// The fields of a record that a link changes in when what it leads to becomes another; `own` is the
/// record itself, which never links to itself.
pub(super) fn redirected(
    other: &Noun,
    before: &[Value],
    noun: &str,
    from: i64,
    to: i64,
    own: Option<i64>,
) -> Vec<(usize, Value)> {
    let turn = |link: &LinkTo| -> Option<LinkTo> {
        let mut link = link.clone();
        if link.noun == noun && link.id == from {
            link.id = to;
        }
        (!(link.noun == noun && own == Some(link.id))).then_some(link)
    };
    let mut values: Vec<(usize, Value)> = Vec::new();
    for (index, field) in other.fields.iter().enumerate() {
        if !field.is_stored() {
            continue;
        }
        match &before[index] {
            Value::Link(link) if link.noun == noun && link.id == from => {
                values.push((index, turn(link).map_or(Value::Null, Value::Link)));
            }
            Value::Links(links) if links.iter().any(|l| l.noun == noun && l.id == from) => {
                let mut kept: Vec<LinkTo> = Vec::new();
                for link in links.iter().filter_map(turn) {
                    match kept.iter_mut().find(|k| (k.noun, k.id) == (link.noun, link.id)) {
                        Some(known) => known.role = known.role.take().or(link.role),
                        None => kept.push(link),
                    }
                }
                values.push((index, Value::Links(kept)));
            }
            _ => {}
        }
    }
    without_main(other, before, &mut values);
    values
}

/// A main link stands outside of the list that it heads.
fn without_main(other: &Noun, before: &[Value], values: &mut Vec<(usize, Value)>) {
    for (index, field) in other.fields.iter().enumerate() {
        let Some(main) = field.main.and_then(|m| other.index(m)) else { continue };
        let now = |i: usize| {
            values.iter().find(|(at, _)| *at == i).map_or(&before[i], |(_, v)| v).clone()
        };
        if let (Value::Link(main), Value::Links(mut links)) = (now(main), now(index)) {
            let count = links.len();
            links.retain(|l| l.id != main.id);
            if links.len() < count {
                values.retain(|(i, _)| *i != index);
                values.push((index, Value::Links(links)));
            }
        }
    }
}

/// Joining the values of one record to those of another.
struct Join<'a> {
    noun: &'a Noun,
    others: &'a [i64],
    keep: i64,
    region: &'a str,
    /// Lines about values that the kept record has another of.
    lost: Vec<String>,
}

impl Join<'_> {
    /// The fields of the kept record that change.
    fn values(
        &mut self,
        ours: &[Value],
        theirs: &[Value],
        taken: &dyn Fn(usize) -> bool,
    ) -> Vec<(usize, Value)> {
        let mut values = Vec::new();
        let parts: Vec<usize> =
            self.noun.entity.label().made_of.iter().filter_map(|p| self.noun.index(p)).collect();
        let mains: Vec<usize> =
            self.noun.fields.iter().filter_map(|f| self.noun.index(f.main?)).collect();
        for (index, field) in self.noun.fields.iter().enumerate() {
            if !field.is_settable() || mains.contains(&index) || parts.contains(&index) {
                continue;
            }
            let their = self.own_aside(&theirs[index]);
            let value = match (&ours[index], &their) {
                (_, Value::Links(_)) if field.main.is_some() => None,
                (_, their) if their.is_empty() && field.main.is_none() => continue,
                (our, their) => self.joined(field, our, their, taken(index)),
            };
            if let Some(main) = field.main.and_then(|m| self.noun.index(m)) {
                let first = taken(main);
                values.extend(Self::joined_main(index, main, ours, theirs, first));
            } else {
                values.extend(value.map(|v| (index, v)));
            }
        }
        let label = self.noun.label_index();
        let is_theirs = values.iter().any(|(i, _)| *i == label);
        self.join_parts(&parts, ours, theirs, is_theirs, &mut values);
        values
    }

    /// A value without links to the records that become one.
    fn own_aside(&self, value: &Value) -> Value {
        let is_own = |l: &LinkTo| {
            l.noun == self.noun.name() && (l.id == self.keep || self.others.contains(&l.id))
        };
        match value {
            Value::Link(link) if is_own(link) => Value::Null,
            Value::Links(links) => {
                Value::Links(links.iter().filter(|l| !is_own(l)).cloned().collect())
            }
            other => other.clone(),
        }
    }

    fn joined(
        &mut self,
        field: &Field,
        ours: &Value,
        theirs: &Value,
        taken: bool,
    ) -> Option<Value> {
        let (first, second) = if taken { (theirs, ours) } else { (ours, theirs) };
        match (first, second) {
            (first, second) if second.is_empty() => taken.then(|| first.clone()),
            (first, second) if first.is_empty() => Some(second.clone()),
            (Value::List(first), Value::List(second)) => {
                let key = |item: &Item| list_key(field.kind, item, self.region);
                Some(Value::List(united(first, second, key)))
            }
            (Value::Words(first), Value::Words(second)) => {
                Some(Value::Words(united(first, second, |w| w.to_lowercase())))
            }
            (Value::Links(first), Value::Links(second)) => {
                Some(Value::Links(united(first, second, |l| (l.noun, l.id))))
            }
            (Value::Text(first), Value::Text(second)) if field.kind == Kind::Longtext => {
                if first.contains(second.trim()) {
                    return taken.then(|| Value::Text(first.clone()));
                }
                Some(Value::Text(format!("{}\n\n{second}", first.trim_end())))
            }
            (first, second) => {
                if !is_equal(first, second) {
                    self.lose(field, second, taken);
                }
                taken.then(|| first.clone())
            }
        }
    }

    /// Notes a value that has no place in the kept record.
    fn lose(&mut self, field: &Field, value: &Value, was_ours: bool) {
        let text = match value {
            Value::Money(m) => m.to_string(),
            other => other.to_cell(),
        };
        let before = if was_ours { " (before)" } else { "" };
        self.lost.push(format!("{}{before}: {text}", field.label()));
    }

    /// A list of links with the main one that heads it, all of both records.
    fn joined_main(
        index: usize,
        main: usize,
        ours: &[Value],
        theirs: &[Value],
        taken: bool,
    ) -> Vec<(usize, Value)> {
        let all = |row: &[Value]| -> Vec<LinkTo> {
            let head = row[main].as_link().into_iter().cloned();
            let rest = match &row[index] {
                Value::Links(links) => links.clone(),
                _ => Vec::new(),
            };
            united(&head.collect::<Vec<_>>(), &rest, |l| (l.noun, l.id))
        };
        let (ours, theirs) = (all(ours), all(theirs));
        if theirs.is_empty() {
            return Vec::new();
        }
        let (first, second) = if taken { (&theirs, &ours) } else { (&ours, &theirs) };
        let united = united(first, second, |l| (l.noun, l.id));
        let mut values = Vec::new();
        if taken && let Some(head) = united.first() {
            values.push((main, Value::Link(head.clone())));
        }
        values.push((index, Value::Links(united)));
        values
    }

    /// The parts of a name belong together: they come with the name that they make up.
    fn join_parts(
        &mut self,
        parts: &[usize],
        ours: &[Value],
        theirs: &[Value],
        name_is_theirs: bool,
        values: &mut Vec<(usize, Value)>,
    ) {
        let label = self.noun.label_index();
        let joined = |row: &[Value]| {
            let texts: Vec<&str> = parts.iter().filter_map(|p| row[*p].as_text()).collect();
            texts.join(" ")
        };
        let (our, their) = (joined(ours), joined(theirs));
        if their.is_empty() {
            return;
        }
        let same_name = is_equal(&ours[label], &theirs[label]);
        if name_is_theirs || our.is_empty() && same_name {
            values.extend(parts.iter().map(|p| (*p, theirs[*p].clone())));
        } else if our != their {
            for part in parts.iter().filter(|p| !theirs[**p].is_empty()) {
                if !is_equal(&ours[*part], &theirs[*part]) {
                    self.lose(self.noun.fields[*part], &theirs[*part], false);
                }
            }
        }
    }
}

/// What makes two items of a list one.
pub(super) fn list_key(kind: Kind, item: &Item, region: &str) -> String {
    match kind {
        Kind::List(Kind::Email) => item.value.to_lowercase(),
        Kind::List(Kind::Phone) => e164(&item.value, region),
        Kind::List(Kind::Handle | Kind::Consent) => {
            format!("{}:{}", item.label.to_lowercase(), item.value.to_lowercase())
        }
        _ => item.value.clone(),
    }
}

/// Two values that nobody would tell apart.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.trim() == b.trim(),
        _ => super::commit::same(a, b),
    }
}

/// All items of the first, then those of the second that aren't among them.
fn united<T: Clone, K: PartialEq>(first: &[T], second: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut all = first.to_vec();
    for item in second {
        if !all.iter().any(|known| key(known) == key(item)) {
            all.push(item.clone());
        }
    }
    all
}
