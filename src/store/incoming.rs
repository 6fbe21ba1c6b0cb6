//! A record that comes from a file: the one that it means, and how the two become one.

use std::borrow::Cow;

use uuid::Uuid;

use super::commit::{Draft, Writer, same};
use super::draft::{IN_PASSING, make_label};
use super::matching::Match;
use super::read::Among;
use super::schema::quoted;
use super::words::Ready;
use crate::entity::{Field, Kind, Noun, Value};
use crate::error::{Error, Result};

/// What happens to a record that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMatch {
    /// Cells that aren't empty are written.
    #[default]
    Update,
    /// Only where the record is empty.
    Fill,
    Skip,
    Create,
    Fail,
}

impl OnMatch {
    /// The words of `--on-match`.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("update", Self::Update),
        ("fill", Self::Fill),
        ("skip", Self::Skip),
        ("create", Self::Create),
        ("fail", Self::Fail),
    ];
}

/// How records are taken in.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // Each says one thing by itself.
pub struct Policy {
    pub on_match: OnMatch,
    /// The field that finds a record, instead of the noun's key.
    pub key: Option<usize>,
    /// No key finds a record: only the uid, and the row that it came from.
    pub keyless: bool,
    /// A file of rolo's own: values replace instead of adding to.
    pub exact: bool,
    /// Whether records of this noun lie in the trash.
    pub has_trash: bool,
    /// Brings a record back from the trash that a row means; only where it is then written to.
    pub revive: bool,
    /// The highest id before the file, so that rows of rolo's own files don't fold into each other.
    pub last_before: i64,
}

impl Policy {
    /// The fields of which any finds a record: the uid, and the key that was named or the noun's own.
    #[must_use]
    pub fn keys(&self, noun: &Noun) -> Vec<usize> {
        noun.index("uid").into_iter().chain(self.keys_of(noun)).collect()
    }

    fn keys_of(&self, noun: &Noun) -> Vec<usize> {
        match self.key {
            _ if self.keyless => Vec::new(),
            Some(key) => vec![key],
            None => noun.entity.key.iter().filter_map(|k| noun.index(k)).collect(),
        }
    }
}

/// A record as a row of a file gives it, with what can be made of it without the database.
#[derive(Debug, Default)]
pub struct Incoming {
    /// Field index in the noun, and its value; empty cells aren't there.
    pub values: Vec<(usize, Value)>,
    /// The row's fingerprint, used where it has no key.
    pub print: i64,
    pub ready: Ready,
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    /// Created, though a record in the trash has its key or came from the same row.
    Again,
    Updated,
    /// Brought back from the trash, and updated.
    Revived,
    Unchanged,
    Skipped,
}

/// Fields that rolo keeps itself and a file may only give to records that it creates.
pub(super) const KEPT: [&str; 4] = ["uid", "created", "updated", "created_by"];

/// The uid that a file gives a record.
#[must_use]
pub fn uid_of(noun: &Noun, values: &[(usize, Value)]) -> Option<Uuid> {
    let index = noun.index("uid")?;
    values.iter().find_map(|(i, v)| match v {
        Value::Uid(uid) if *i == index => Some(*uid),
        _ => None,
    })
}

/// What is added to a row's print for each equal row before it.
pub const NEXT_PRINT: i64 = 0x1656_67B1_9E37_79F9;

/// The texts that a value of a key finds records by.
pub(super) fn key_texts(value: &Value) -> Vec<Cow<'_, str>> {
    match value {
        Value::List(items) => items.iter().map(|i| Cow::Borrowed(i.value.as_str())).collect(),
        Value::Words(words) => words.iter().map(|w| Cow::Borrowed(w.as_str())).collect(),
        Value::Text(text) => vec![Cow::Borrowed(text)],
        other => vec![Cow::Owned(other.to_cell())],
    }
}

/// Whether a link names the record of this uid.
fn names(value: &Value, uid: Uuid) -> bool {
    match value {
        Value::Named(name) => name.uid == Some(uid),
        Value::NamedLinks(names) => names.iter().any(|n| n.uid == Some(uid)),
        _ => false,
    }
}

/// A new record can't be above itself: named so, it would be made twice.
fn refuse_own_name(noun: &Noun, values: &[(usize, Value)]) -> Result<()> {
    for (index, value) in values.iter().filter(|(i, _)| noun.fields[*i].no_loop) {
        let Value::Named(name) = value else { continue };
        let is_own = |text: &str| text.to_lowercase() == name.text.to_lowercase();
        let keys = noun.entity.key.iter().filter_map(|k| noun.index(k));
        let own = keys.filter_map(|k| values.iter().find(|(i, _)| *i == k));
        if name.uid.is_none() && own.flat_map(|(_, v)| key_texts(v)).any(|text| is_own(&text)) {
            let field = noun.fields[*index];
            return Err(Error::invalid(format!(
                "{}: `{}` can't be its own",
                field.label(),
                name.text
            ))
            .hint(format!("name another {}, or none", noun.name()))
            .at(field.name));
        }
    }
    Ok(())
}

/// `contact:1, contact:7`.
fn listed(noun: &Noun, ids: &[i64]) -> String {
    ids.iter().map(|id| format!("{}:{id}", noun.name())).collect::<Vec<_>>().join(", ")
}

impl Writer<'_> {
    /// Takes one record in.
    ///
    /// # Errors
    /// It means several records, or one in the trash by uid; a value isn't allowed.
    pub fn take_in(&mut self, noun: &Noun, incoming: Incoming, policy: Policy) -> Result<Outcome> {
        self.take_in_known(noun, incoming, policy).map(|(outcome, _)| outcome)
    }

    /// As [`Self::take_in`], with the id of the record.
    ///
    /// # Errors
    /// As for `take_in`.
    pub fn take_in_known(
        &mut self,
        noun: &Noun,
        Incoming { values, print, ready }: Incoming,
        policy: Policy,
    ) -> Result<(Outcome, i64)> {
        let values = with_label(noun, values);
        let (found, keyed) = self.find_same(noun, &values, policy)?;
        let print = if print == IN_PASSING { 1 } else { print };
        if let Some(id) = found {
            return match policy.on_match {
                OnMatch::Create => Ok((Outcome::Created, self.create(noun, values, None, ready)?)),
                // The first of the rows of one record makes it, and the others are skipped.
                OnMatch::Skip if self.behind(noun, id)?.is_some_and(|b| b.made && !b.is_later) => {
                    Ok((self.join(noun, id, values, policy)?, id))
                }
                OnMatch::Skip => Ok((Outcome::Skipped, id)),
                OnMatch::Fail => {
                    Err(Error::conflict(format!("{}:{id} is there already", noun.name()))
                        .hint("`--on-match update`, `fill` or `skip` say what to do with it"))
                }
                OnMatch::Update | OnMatch::Fill => Ok((self.join(noun, id, values, policy)?, id)),
            };
        }
        let mut in_trash = false;
        if policy.has_trash {
            let print = if keyed { None } else { Some(print) };
            let there = self.in_trash(noun, &values, print, policy)?;
            if policy.revive && !there.is_empty() {
                return self.revive(noun, &there, values, policy);
            }
            in_trash = !there.is_empty();
        }
        let made = if in_trash { Outcome::Again } else { Outcome::Created };
        if keyed {
            return Ok((made, self.create(noun, values, None, ready)?));
        }
        let mut print = print;
        if policy.on_match != OnMatch::Create && policy.last_before > 0 {
            while let Some(id) = self.of_fingerprint(noun, print)? {
                if !self.is_of_another_row(noun, id)? {
                    // The row came before. What was edited since stays as it is.
                    return Ok((Outcome::Unchanged, id));
                }
                print = print.wrapping_add(NEXT_PRINT);
            }
        }
        Ok((made, self.create(noun, values, Some(print), ready)?))
    }

    /// The record that an import of these values would find by its key.
    ///
    /// # Errors
    /// They mean several.
    pub fn same_as(&mut self, noun: &Noun, values: &[(usize, Value)]) -> Result<Option<i64>> {
        let policy = Policy {
            on_match: OnMatch::Fill,
            key: None,
            keyless: false,
            exact: false,
            has_trash: false,
            revive: false,
            last_before: i64::MAX,
        };
        Ok(self.find_same(noun, values, policy)?.0)
    }

    /// Writes values where a record is empty, and adds those of lists to what is there.
    ///
    /// # Errors
    /// A value isn't allowed.
    pub fn fill_up(&mut self, noun: &Noun, id: i64, values: Vec<(usize, Value)>) -> Result<bool> {
        let before = self.stored(noun, id)?;
        let mut given = Vec::with_capacity(values.len());
        for (index, value) in values {
            let field = noun.fields[index];
            if before[index].is_empty() || field.kind.is_many() {
                given.push((index, self.joined_to(field, &before[index], value, &[], true)?));
            }
        }
        self.update_from(noun, id, &before, given)
    }

    /// Whether a noun has records in the trash.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn has_trash(&self, noun: &Noun) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} t WHERE {})",
            quoted(noun.name()),
            Among::Trash.sql()
        );
        Ok(self.reader.conn.query_row(&sql, [], |r| r.get(0))?)
    }

    /// The records in the trash that have the uid or a key of these values, or without one came
    /// from this row.
    fn in_trash(
        &self,
        noun: &Noun,
        values: &[(usize, Value)],
        print: Option<i64>,
        policy: Policy,
    ) -> Result<Vec<i64>> {
        if let Some(print) = print {
            let sql = format!(
                "SELECT t.id FROM {} t WHERE t.fingerprint = ?1 AND {} LIMIT 2",
                quoted(noun.name()),
                Among::Trash.sql()
            );
            let mut stmt = self.reader.conn.prepare_cached(&sql)?;
            return Ok(stmt.query_map([print], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?);
        }
        if let Some(uid) = uid_of(noun, values)
            && let Match::One(id) = self.reader.by_uid(noun, uid, Among::Trash)?
        {
            return Ok(vec![id]);
        }
        for key in policy.keys_of(noun) {
            let Some((_, value)) = values.iter().find(|(i, v)| *i == key && !v.is_empty()) else {
                continue;
            };
            let there = self.same_key(noun, noun.fields[key], value, values, Among::Trash)?;
            if !there.is_empty() {
                return Ok(there);
            }
        }
        Ok(Vec::new())
    }

    /// Brings the record back from the trash that a row means, and updates it.
    fn revive(
        &mut self,
        noun: &Noun,
        there: &[i64],
        values: Vec<(usize, Value)>,
        policy: Policy,
    ) -> Result<(Outcome, i64)> {
        let [id] = *there else {
            return Err(Error::conflict(format!(
                "several records in the trash are meant: {}",
                listed(noun, there)
            ))
            .hint(format!("bring one back with `rolo {} restore REF` first", noun.name())));
        };
        let before = self.stored(noun, id)?;
        self.restore(noun, id)?;
        if let (Some(row), Some(trashed)) = (&mut self.row, noun.index("trashed")) {
            row.edited(noun, id, &before, &[trashed]);
        }
        self.join(noun, id, values, policy)?;
        Ok((Outcome::Revived, id))
    }

    fn create(
        &mut self,
        noun: &Noun,
        values: Vec<(usize, Value)>,
        fingerprint: Option<i64>,
        ready: Ready,
    ) -> Result<i64> {
        refuse_own_name(noun, &values)?;
        // A record that names itself has to be there before the name can be found.
        let (own, values): (Vec<_>, Vec<_>) = match uid_of(noun, &values) {
            Some(uid) => values.into_iter().partition(|(_, v)| names(v, uid)),
            None => (Vec::new(), values),
        };
        let given: Option<Vec<usize>> =
            self.notes_gifts().then(|| values.iter().map(|(i, _)| *i).collect());
        let id = self.insert(noun, Draft { values, fingerprint, ready: Some(ready) })?;
        if let Some(given) = given {
            self.note_gift(noun, id, true, &given, &[]);
        }
        if !own.is_empty() {
            self.link_to_itself(noun, id, own)?;
        }
        Ok(id)
    }

    /// Sets the links of a new record that lead to itself.
    fn link_to_itself(
        &mut self,
        noun: &Noun,
        id: i64,
        mut links: Vec<(usize, Value)>,
    ) -> Result<()> {
        let before = self.stored(noun, id)?;
        if let Some(updated) = noun.index("updated") {
            links.push((updated, before[updated].clone()));
        }
        self.update_from(noun, id, &before, links)?;
        self.tally.edited -= 1;
        Ok(())
    }

    /// The record that a row of this print made.
    fn of_fingerprint(&mut self, noun: &Noun, print: i64) -> Result<Option<i64>> {
        let stmt = self.ready(noun, "fingerprint", || {
            format!(
                "SELECT id FROM {} WHERE fingerprint = ?1 AND ((trashed IS NULL OR trashed >= 'm') OR trashed >= 'm')",
                quoted(noun.name())
            )
        })?;
        let mut rows = stmt.query([print])?;
        Ok(match rows.next()? {
            Some(row) => Some(row.get(0)?),
            None => None,
        })
    }

    /// The record that the values mean, and whether they had a key at all.
    fn find_same(
        &mut self,
        noun: &Noun,
        values: &[(usize, Value)],
        policy: Policy,
    ) -> Result<(Option<i64>, bool)> {
        let given = |index: usize| values.iter().find(|(i, _)| *i == index).map(|(_, v)| v);
        let uid = noun.index("uid").and_then(given);
        if let Some(Value::Uid(uid)) = uid {
            match self.reader.by_uid(noun, *uid, Among::Live)? {
                Match::One(id) => {
                    self.claimed.insert(id);
                    return Ok((Some(id), true));
                }
                _ if policy.revive => {}
                _ if self.reader.by_uid(noun, *uid, Among::Both)?.is_some() => {
                    return Err(Error::conflict(format!(
                        "the {} of this uid is in the trash",
                        noun.name()
                    ))
                    .hint(format!(
                        "`--revive` or `rolo {} restore {uid}` brings it back",
                        noun.name()
                    ))
                    .at("uid"));
                }
                _ => {}
            }
        }
        let keys = policy.keys_of(noun);
        let mut keyed = uid.is_some();
        for (place, key) in keys.iter().enumerate() {
            let Some(value) = given(*key).filter(|v| !v.is_empty()) else { continue };
            keyed = true;
            let field = noun.fields[*key];
            if self.is_new_key(noun, value) {
                continue;
            }
            let mut ids = self.same_key(noun, field, value, values, Among::Live)?;
            if uid.is_some() {
                // A record that has its own row in this file is not what another row means.
                ids.retain(|id| {
                    *id <= policy.last_before && !self.claimed.contains(id) || noun.entity.unique
                });
            }
            ids = self.without_contrary(noun, ids, &keys[..place], values)?;
            match ids[..] {
                [] => {}
                [id] => return Ok((Some(id), true)),
                _ => {
                    return Err(Error::conflict(format!(
                        "`{}` is in several records: {}",
                        value.to_cell(),
                        listed(noun, &ids)
                    ))
                    .hint(if self.manner.import {
                        "merge them or change one, or use another `--key`".to_owned()
                    } else {
                        format!(
                            "`rolo {} merge …` makes them one; or change one of them",
                            noun.name()
                        )
                    })
                    .at(field.name));
                }
            }
        }
        Ok((None, keyed))
    }

    /// Records with this value in a key; any value of a list counts.
    fn same_key(
        &self,
        noun: &Noun,
        field: &'static Field,
        value: &Value,
        values: &[(usize, Value)],
        among: Among,
    ) -> Result<Vec<i64>> {
        let scope = self.scope_of(noun, values)?;
        let mut ids = Vec::new();
        for text in key_texts(value) {
            match self.reader.by_key(noun, field, &text, among, scope)? {
                Match::None => {}
                Match::One(id) => ids.push(id),
                Match::Several(more) => ids.extend(more),
            }
        }
        ids.sort_unstable();
        ids.dedup();
        if let (Some(link), None) = (noun.entity.scope.and_then(|s| noun.index(s)), scope) {
            // A scope of plain text: a custom field's noun.
            if let Some((_, Value::Text(wanted))) = values.iter().find(|(i, _)| *i == link) {
                let mut kept = Vec::new();
                for id in ids {
                    if self.stored(noun, id)?[link].as_text() == Some(wanted) {
                        kept.push(id);
                    }
                }
                return Ok(kept);
            }
        }
        Ok(ids)
    }

    /// The record within which a key is unique, as the values name it.
    fn scope_of(&self, noun: &Noun, values: &[(usize, Value)]) -> Result<Option<i64>> {
        let Some(index) = noun.entity.scope.and_then(|s| noun.index(s)) else { return Ok(None) };
        let Kind::Link(target) = noun.fields[index].kind else { return Ok(None) };
        let Some(entity) = target.one() else { return Ok(None) };
        match values.iter().find(|(i, _)| *i == index) {
            Some((_, Value::Named(name))) => {
                let outer = self.reader.model.noun(entity.name)?;
                let by_uid = match name.uid {
                    Some(uid) => self.reader.by_uid(outer, uid, Among::Live)?,
                    None => self.reader.find_named(outer, &name.text, Among::Live, None)?,
                };
                Ok(match by_uid {
                    Match::One(id) => Some(id),
                    // Nobody has it yet: no stage of it can be there.
                    _ => Some(-1),
                })
            }
            Some((_, Value::Link(to))) => Ok(Some(to.id)),
            _ => Ok(None),
        }
    }

    /// Leaves out records that an earlier key tells apart: two companies of one name and two
    /// domains are two.
    fn without_contrary(
        &self,
        noun: &Noun,
        ids: Vec<i64>,
        earlier: &[usize],
        values: &[(usize, Value)],
    ) -> Result<Vec<i64>> {
        let given: Vec<&(usize, Value)> =
            values.iter().filter(|(i, v)| earlier.contains(i) && !v.is_empty()).collect();
        if given.is_empty() {
            return Ok(ids);
        }
        let mut kept = Vec::new();
        for id in ids {
            let there = self.stored(noun, id)?;
            if given.iter().all(|(i, v)| there[*i].is_empty() || same(&there[*i], v)) {
                kept.push(id);
            }
        }
        Ok(kept)
    }
}

/// The values with the label that is made of them, where a record is found by it.
fn with_label(noun: &Noun, mut values: Vec<(usize, Value)>) -> Vec<(usize, Value)> {
    let (index, label) = (noun.label_index(), noun.entity.label());
    let given = values.iter().any(|(i, _)| *i == index);
    if given || label.made_of.is_empty() || !noun.entity.key.contains(&label.name) {
        return values;
    }
    let mut row = vec![Value::Null; noun.fields.len()];
    for (at, value) in &values {
        row[*at] = value.clone();
    }
    make_label(noun, &mut row);
    values.push((index, std::mem::take(&mut row[index])));
    values
}
