//! Taking a merge apart, also when other changes came between: what moved goes back unless it was
//! changed since, which is told.

use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;

use super::columns::decode;
use super::commit::{Writer, same};
use super::forward::{mark, merged_into};
use super::matching::Match;
use super::merge::{TOOK_IN, list_key, note_head};
use super::read::{Among, Reader, array};
use super::schema::quoted;
use crate::entity::{Field, Item, Kind, LinkTo, Noun, Value};
use crate::error::{Error, ErrorKind, Result};

/// What came of taking a merge apart.
#[derive(Debug, Clone, Default)]
pub struct Parted {
    /// The record that was kept.
    pub keep: i64,
    /// How many records link to the old one again.
    pub moved: u64,
    /// What stays as it is, because it was changed since.
    pub stays: Vec<String>,
}

/// A field that the merge changed: what it was and what it became.
struct Was {
    noun: usize,
    record: i64,
    field: String,
    old: Sql,
    new: Sql,
}

impl Reader<'_> {
    /// The merged record that a REF means: one that went into another, by any of its names, or the
    /// only one that went into the record meant.
    ///
    /// # Errors
    /// None or several.
    pub fn resolve_merged(&self, noun: &Noun, text: &str) -> Result<i64> {
        let candidates = match self.find(noun, text, Among::Merged, None)? {
            Match::One(id) => return Ok(id),
            Match::Several(ids) => ids,
            Match::None => {
                let keep = self.resolve(noun, text, Among::Both)?;
                self.merged_in(noun, keep)?
            }
        };
        let name = noun.name();
        match candidates[..] {
            [one] => Ok(one),
            [] => Err(Error::not_found(format!("nothing was merged into `{text}`")).hint(format!(
                "`rolo changes` lists what was done; name what went away: `rolo {name} unmerge ID`"
            ))),
            _ => {
                let list: Vec<String> =
                    candidates.iter().take(10).map(|id| format!("{name}:{id}")).collect();
                Err(Error::new(
                    ErrorKind::Ambiguous,
                    format!("several were merged into `{text}`: {}", list.join(", ")),
                )
                .hint(format!("name one: `rolo {name} unmerge {}`", candidates[0])))
            }
        }
    }
}

impl Writer<'_> {
    /// Brings a merged record back.
    ///
    /// # Errors
    /// It wasn't merged, or what it went into was merged itself since.
    pub fn unmerge(&mut self, noun: &Noun, id: i64) -> Result<Parted> {
        let keep = self.direct_keep(noun, id)?;
        let change = self.merge_of(noun, id, keep)?;
        let edits = self.edits_of_merge(change, noun, id)?;
        self.set_mark(noun, id, &Sql::Null)?;
        let mut parted = Parted { keep, ..Parted::default() };
        let mut at = 0;
        while at < edits.len() {
            let of = (edits[at].noun, edits[at].record);
            let end = at + edits[at..].iter().take_while(|e| (e.noun, e.record) == of).count();
            if of == (noun.position, keep) {
                self.part_values(noun, keep, id, &edits[at..end], &mut parted)?;
            } else {
                self.part_links(noun, keep, id, &edits[at..end], &mut parted)?;
            }
            at = end;
        }
        self.drop_note(noun, keep, id, change, &mut parted)?;
        let gone = Sql::Text(format!("{}:{id}", noun.name()));
        self.record_edit(noun, keep, TOOK_IN, &gone, &Sql::Null)?;
        self.tally.other += 1;
        self.touched = Some((noun.name(), id));
        Ok(parted)
    }

    fn direct_keep(&self, noun: &Noun, id: i64) -> Result<i64> {
        let (name, table) = (noun.name(), quoted(noun.name()));
        let trashed: Option<Sql> = self
            .reader
            .conn
            .query_row(&format!("SELECT trashed FROM {table} WHERE id = ?1"), [id], |r| r.get(0))
            .optional()?;
        let keep = trashed
            .as_ref()
            .and_then(merged_into)
            .ok_or_else(|| Error::invalid(format!("{name}:{id} was not merged into another")))?;
        let now = self.reader.current(noun, keep)?;
        if now == keep {
            return Ok(keep);
        }
        Err(Error::conflict(format!(
            "{name}:{id} went into {name}:{keep}, which itself went into another, {name}:{now}"
        ))
        .hint(format!("take that one apart first: `rolo {name} unmerge {keep}`")))
    }

    /// The change that merged a record into another.
    fn merge_of(&self, noun: &Noun, id: i64, keep: i64) -> Result<i64> {
        let found: Option<i64> = self
            .reader
            .conn
            .query_row(
                "SELECT e.change FROM edit e JOIN change c ON c.id = e.change WHERE e.noun = ?1 AND e.record = ?2 AND e.field = 'trashed' AND e.new = ?3 \
                 ORDER BY c.undoes IS NOT NULL, e.change DESC LIMIT 1",
                rusqlite::params![Self::position(noun), id, mark(keep)],
                |r| r.get(0),
            )
            .optional()?;
        found.ok_or_else(|| Error::failed("the history of the merge is not there"))
    }

    /// What a merge changed, but for the record that went away.
    fn edits_of_merge(&self, change: i64, noun: &Noun, id: i64) -> Result<Vec<Was>> {
        let mut stmt = self.reader.conn.prepare_cached(
            "SELECT noun, record, field, old, new FROM edit WHERE change = ?1 AND NOT (noun = ?2 AND record = ?3) AND field NOT IN ('trashed', 'merged') \
             ORDER BY noun, record, field",
        )?;
        let rows = stmt.query_map(rusqlite::params![change, Self::position(noun), id], |r| {
            Ok(Was {
                noun: usize::try_from(r.get::<_, i64>(0)?).unwrap_or(usize::MAX),
                record: r.get(1)?,
                field: r.get(2)?,
                old: r.get(3)?,
                new: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Old and new value of a field that a merge changed.
    fn both(&self, field: &Field, was: &Was) -> Result<(Value, Value)> {
        let model = self.reader.model;
        let old = decode(field, (&was.old).into(), model)?;
        // Other records of the same merge may still be away.
        let old = self.reader.with_current_links(old)?;
        Ok((old, decode(field, (&was.new).into(), model)?))
    }

    /// Gives links of another record back to the one that came back.
    fn part_links(
        &mut self,
        noun: &Noun,
        keep: i64,
        id: i64,
        edits: &[Was],
        parted: &mut Parted,
    ) -> Result<()> {
        let model = self.reader.model;
        let Some(other) = model.nouns.get(edits[0].noun) else { return Ok(()) };
        let record = edits[0].record;
        let Some(before) = self.read_stored(other, record)? else { return Ok(()) };
        let leads = |value: &Value, to: i64| match value {
            Value::Link(l) => l.noun == noun.name() && l.id == to,
            Value::Links(all) => all.iter().any(|l| l.noun == noun.name() && l.id == to),
            _ => false,
        };
        let mut fields = Vec::new();
        for was in edits {
            let Some(index) = other.index(&was.field) else { continue };
            let (old, new) = self.both(other.fields[index], was)?;
            fields.push((index, old, new));
        }
        if !fields.iter().any(|(_, old, _)| leads(old, id)) {
            return Ok(());
        }
        let mut values = Vec::new();
        for (index, old, new) in fields {
            let now = &before[index];
            if same(now, &new) {
                values.push((index, old));
            } else if leads(&old, id) && !leads(now, id) {
                match given_back(noun, now, &old, keep, id) {
                    Some(value) => values.push((index, value)),
                    None => parted.stays.push(format!(
                        "{} of {}:{record} was changed since and stays as it is",
                        other.fields[index].label(),
                        other.name()
                    )),
                }
            }
        }
        parted.moved += u64::from(self.write_quietly(other, record, &before, values)?);
        Ok(())
    }

    /// Takes the values out of the kept record that came from the one that came back.
    fn part_values(
        &mut self,
        noun: &Noun,
        keep: i64,
        id: i64,
        edits: &[Was],
        parted: &mut Parted,
    ) -> Result<()> {
        let Some(before) = self.read_stored(noun, keep)? else { return Ok(()) };
        let theirs = self.stored(noun, id)?;
        let mut rest = Vec::new();
        for other in self.reader.merged_in(noun, keep)? {
            rest.push(self.stored(noun, other)?);
        }
        let updated = noun.index("updated");
        let mut values = Vec::new();
        let mut stamped = None;
        for was in edits {
            let Some(index) = noun.index(&was.field) else { continue };
            let field = noun.fields[index];
            let (old, new) = self.both(field, was)?;
            if Some(index) == updated {
                stamped = same(&before[index], &new).then_some((index, old));
                continue;
            }
            let alone = rest.is_empty();
            if alone && same(&before[index], &new) {
                values.push((index, old));
                continue;
            }
            let now = &before[index];
            let stay: Vec<&Value> =
                rest.iter().map(|r| &r[index]).chain(std::iter::once(&old)).collect();
            let came = with_main(noun, index, &theirs);
            match without(field, now, &came, &stay, &self.locale.region) {
                Some(value) => values.push((index, value)),
                None if same(now, &old) || !same(&new, &theirs[index]) => {}
                None if same(now, &new) => values.push((index, old)),
                None => parted.stays.push(format!(
                    "{} of {}:{keep} was changed since and stays as it is",
                    field.label(),
                    noun.name()
                )),
            }
        }
        self.write_quietly(noun, keep, &before, values)?;
        match stamped.filter(|_| rest.is_empty()) {
            // Nothing else happened to it: it is as it was.
            Some(stamped) => self.write_quietly(noun, keep, &before, vec![stamped]).map(|_| ()),
            None => self.stamp(noun, keep, &before),
        }
    }

    /// The note about values that found no place has done its duty.
    fn drop_note(
        &mut self,
        noun: &Noun,
        keep: i64,
        id: i64,
        change: i64,
        parted: &mut Parted,
    ) -> Result<()> {
        let Some(activity) = self.reader.model.get("activity") else { return Ok(()) };
        let sql = "SELECT t.id, EXISTS (SELECT 1 FROM edit e WHERE e.noun = ?3 AND e.record = t.id AND e.field NOT IN ('about', 'trashed', 'updated')) FROM activity t \
             WHERE t.id IN (SELECT l.record FROM activity_about l WHERE l.noun = ?2 AND l.target IN rarray(?5)) AND t.made = ?1 AND t.trashed IS NULL AND instr(t.body, ?4) = 1";
        let head = format!("{} ", note_head(noun, id));
        let notes = {
            let mut stmt = self.reader.conn.prepare(sql)?;
            let rows = stmt.query_map(
                rusqlite::params![
                    change,
                    noun.name(),
                    Self::position(activity),
                    head,
                    array([keep, id].into_iter())
                ],
                |r| Ok((r.get::<_, i64>(0)?, r.get::<_, bool>(1)?)),
            )?;
            rows.collect::<rusqlite::Result<Vec<_>>>()?
        };
        let tally = self.tally;
        for (note, was_edited) in notes {
            if was_edited {
                parted.stays.push(format!(
                    "the note activity:{note} about its values was changed since and stays"
                ));
            } else {
                self.trash(activity, note)?;
            }
        }
        self.tally = tally;
        Ok(())
    }
}

/// A field of a record; of a list of links that another link heads, with that one.
fn with_main(noun: &Noun, index: usize, row: &[Value]) -> Value {
    let main = noun.fields[index].main.and_then(|m| noun.index(m)).and_then(|i| row[i].as_link());
    match (&row[index], main) {
        (Value::Links(links), Some(main)) => {
            Value::Links(links.iter().chain([main]).cloned().collect())
        }
        (Value::Null, Some(main)) => Value::Links(vec![main.clone()]),
        (value, _) => value.clone(),
    }
}

/// A list of links, changed since, in which the record that came back gets its place again.
fn given_back(noun: &Noun, now: &Value, old: &Value, keep: i64, id: i64) -> Option<Value> {
    let (Value::Links(now), Value::Links(old)) = (now, old) else { return None };
    let is = |l: &LinkTo, id: i64| l.noun == noun.name() && l.id == id;
    let at = now.iter().position(|l| is(l, keep))?;
    let mut links = now.clone();
    let mut back = links[at].clone();
    back.id = id;
    if old.iter().any(|l| is(l, keep)) {
        back.role = old.iter().find(|l| is(l, id)).and_then(|l| l.role.clone());
        links.insert(at + 1, back);
    } else {
        links[at] = back;
    }
    Some(Value::Links(links))
}

/// A joined value without what came from one record and is in none of those that stay; `None` where
/// it can't be told apart.
fn without(
    field: &Field,
    now: &Value,
    theirs: &Value,
    stay: &[&Value],
    region: &str,
) -> Option<Value> {
    match (now, theirs) {
        (Value::List(now), Value::List(theirs)) => {
            let keys = |items: &[Item]| -> Vec<String> {
                items.iter().map(|i| list_key(field.kind, i, region)).collect()
            };
            let stay = stay.iter().flat_map(|v| match v {
                Value::List(items) => keys(items),
                _ => Vec::new(),
            });
            let (stay, gone): (Vec<String>, _) = (stay.collect(), keys(theirs));
            let goes = |i: &Item| {
                let key = list_key(field.kind, i, region);
                gone.contains(&key) && !stay.contains(&key)
            };
            Some(Value::List(now.iter().filter(|i| !goes(i)).cloned().collect()))
        }
        (Value::Words(now), Value::Words(theirs)) => {
            let stays =
                |w: &String| stay.iter().any(|v| matches!(v, Value::Words(all) if all.contains(w)));
            let kept = now.iter().filter(|w| !theirs.contains(w) || stays(w));
            Some(Value::Words(kept.cloned().collect()))
        }
        (Value::Links(now), theirs) if matches!(field.kind, Kind::Links(..)) => {
            let has = |v: &Value, l: &LinkTo| match v {
                Value::Links(all) => all.iter().any(|o| (o.noun, o.id) == (l.noun, l.id)),
                _ => false,
            };
            let kept = now.iter().filter(|l| !has(theirs, l) || stay.iter().any(|v| has(v, l)));
            Some(Value::Links(kept.cloned().collect()))
        }
        (Value::Text(now), Value::Text(theirs)) if field.kind == Kind::Longtext => {
            let joined = format!("\n\n{theirs}");
            let is_alone = stay.iter().all(|v| v.as_text() != Some(theirs));
            (now.contains(&joined) && is_alone).then(|| Value::Text(now.replacen(&joined, "", 1)))
        }
        _ => None,
    }
}

/// Whether the history has a field that stands for a merge, not for a value.
#[must_use]
pub(super) fn is_no_field(name: &str) -> bool {
    name == TOOK_IN
}

/// An edit's old or new value as the record's mark.
#[must_use]
pub(super) fn is_mark(field: &str, value: &Sql) -> bool {
    field == "trashed" && merged_into(value).is_some()
}

/// The records that an entry of [`TOOK_IN`] names.
#[must_use]
pub(super) fn took_in(cell: rusqlite::types::ValueRef) -> Value {
    match cell {
        rusqlite::types::ValueRef::Text(bytes) => {
            Value::Text(String::from_utf8_lossy(bytes).into_owned())
        }
        _ => Value::Null,
    }
}
