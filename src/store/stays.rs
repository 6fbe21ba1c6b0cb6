//! How a record went from station to station: a deal through its stages.
//!
//! A link with a trail ([`crate::entity::Trail`]) has every stay kept beside it as dated links, the
//! present one last. A stay ends where the next one begins, so the stays of a record cover its life
//! without a gap and without an overlap, whatever order a file tells them in.

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;

use super::commit::{Writer, same};
use super::read::Reader;
use super::schema::quoted;
use crate::entity::when::{instant_text, stored_instant};
use crate::entity::{Field, Kind, LinkTo, Noun, Since, Target, Trail, Value};
use crate::error::{Error, Result};

/// One stay of a record at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The station's id: a stage.
    pub at: i64,
    pub entered: DateTime<Utc>,
    /// Empty for the present one.
    pub left: Option<DateTime<Utc>>,
    /// The handle of who brought the record here, where it is known.
    pub by: Option<String>,
}

/// The role of a station of which a file doesn't say when it was entered.
pub const UNDATED: &str = "?";

/// The stays that dated links tell, in order of time, each ending where the next begins.
///
/// # Errors
/// A link that doesn't say since when.
pub(super) fn stays_of(links: &[LinkTo]) -> Result<Vec<Stay>> {
    let mut stays = Vec::with_capacity(links.len());
    for link in links {
        let role = link.role.as_deref().unwrap_or_default();
        if role == UNDATED {
            continue;
        }
        let since = Since::of(role).ok_or_else(|| {
            Error::invalid(format!("`{role}` doesn't say since when")).hint(
                "write stays as `2026\\-11\\-22T09\\:00\\:00Z ann:STAGE; …`, as an export has them",
            )
        })?;
        stays.push(Stay { at: link.id, entered: since.at, left: None, by: since.by });
    }
    Ok(settled(stays))
}

/// Stays in order of time, each ending where the next begins.
pub(super) fn settled(mut stays: Vec<Stay>) -> Vec<Stay> {
    stays.sort_by_key(|s| s.entered);
    for at in 1..stays.len() {
        stays[at - 1].left = Some(stays[at].entered);
    }
    if let Some(last) = stays.last_mut() {
        last.left = None;
    }
    stays
}

fn links_of(noun: &'static str, stays: &[Stay]) -> Value {
    let role = |s: &Stay| Since { at: s.entered, by: s.by.clone() }.to_string();
    Value::Links(
        stays.iter().map(|s| LinkTo { role: Some(role(s)), ..LinkTo::bare(noun, s.at) }).collect(),
    )
}

/// The places of a trail's fields in a noun.
pub(super) struct Places {
    pub(super) link: usize,
    pub(super) stays: usize,
    pub(super) since: usize,
    pub(super) ended: usize,
    pub(super) expected: usize,
    pub(super) moves: usize,
}

impl Places {
    pub(super) fn of(noun: &Noun, link: usize, trail: &Trail) -> Result<Self> {
        let place = |name| Ok::<_, Error>(noun.require(name)?.index);
        Ok(Self {
            link,
            stays: place(trail.stays)?,
            since: place(trail.since)?,
            ended: place(trail.ended)?,
            expected: place(trail.expected)?,
            moves: place(trail.moves)?,
        })
    }
}

pub(super) fn trails(
    noun: &Noun,
) -> impl Iterator<Item = (usize, &'static Field, &'static Trail)> + '_ {
    noun.fields.iter().enumerate().filter_map(|(i, f)| Some((i, *f, f.trail?)))
}

pub(super) fn instant(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::Instant(at) => Some(*at),
        _ => None,
    }
}

/// When a record was made.
pub(super) fn made_at(noun: &Noun, row: &[Value]) -> Option<DateTime<Utc>> {
    noun.index("created").and_then(|i| instant(&row[i]))
}

impl Writer<'_> {
    /// Writes the stays down, and what follows from the last of them.
    pub(super) fn finish_trail(
        &self,
        noun: &Noun,
        row: &mut [Value],
        places: &Places,
        stays: &[Stay],
        station: &'static str,
        ends: bool,
    ) {
        let Some(last) = stays.last() else { return };
        let entered = last.entered;
        for (place, value) in [(places.since, Value::Instant(entered))].into_iter().chain(
            (ends && row[places.ended].is_empty())
                .then_some((places.ended, Value::Instant(entered))),
        ) {
            if !(self.is_to_the_letter(noun, place) && row[place].is_empty()) {
                row[place] = value;
            }
        }
        row[places.stays] = links_of(station, stays);
    }

    /// After an edit: a change of the link is one more stay.
    pub(super) fn follow_trails(
        &self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        row: &mut [Value],
        touched: &[usize],
    ) -> Result<()> {
        for (index, _, trail) in trails(noun) {
            let places = Places::of(noun, index, trail)?;
            let Some(present) = row[index].as_link().cloned() else { continue };
            let mut stays = given_stays(&row[places.stays])?;
            if given_stays(&before[places.stays])?.is_empty() && stays.is_empty() {
                self.begin_trail(noun, row, &places, trail, &present)?;
                continue;
            }
            if self.manner.import && !self.is_exact(noun) {
                self.tell_trail(noun, (before, row), (&places, trail), &present, touched)?;
                continue;
            }
            let moved = stays.last().is_some_and(|s| s.at != present.id);
            let is_told = !same(&before[places.since], &row[places.since]);
            let field = if is_told { trail.since } else { trail.expected };
            if !moved {
                self.mend_end(before, row, &places, trail, &present)?;
            }
            let touched = [places.stays, places.since, places.link];
            if !moved && touched.iter().all(|i| same(&before[*i], &row[*i])) {
                continue;
            }
            if moved {
                self.refuse_unfilled(noun, Some(id), row, trail, &present)?;
                let told = instant(&row[places.since])
                    .filter(|_| !same(&before[places.since], &row[places.since]));
                let least = stays[stays.len() - 1].entered;
                let entered = self.not_before(
                    told.unwrap_or_else(|| self.clock.now()),
                    least,
                    told.is_some(),
                    field,
                )?;
                stays.push(Stay { at: present.id, entered, left: None, by: self.doer()? });
                let end = (self.ends(trail, present.id)?, self.is_exact(noun));
                self.follow_end(row, before, &places, entered, end);
            } else if let (Some(since), Some(last)) =
                (instant(&row[places.since]), stays.last_mut())
                && !same(&before[places.since], &row[places.since])
                && same(&before[places.stays], &row[places.stays])
            {
                // The instant of the last change was mended.
                last.entered = since;
                let len = stays.len();
                if len > 1 {
                    stays[len - 1].entered =
                        self.not_before(since, stays[len - 2].entered, true, field)?;
                } else if let Some(made) = made_at(noun, row) {
                    stays[0].entered = self.not_before(since, made, true, field)?;
                    let ends = self.ends(trail, present.id)?;
                    self.cover(noun, row, &places, &mut stays, made, ends)?;
                }
            }
            let ends = self.ends(trail, present.id)?;
            self.finish_trail(noun, row, &places, &settled(stays), present.noun, ends);
        }
        Ok(())
    }

    /// Fields that a station needs have to be filled before a record may come there; what a file
    /// tells has come already.
    pub(super) fn refuse_unfilled(
        &self,
        noun: &Noun,
        id: Option<i64>,
        row: &[Value],
        trail: &Trail,
        station: &LinkTo,
    ) -> Result<()> {
        if self.manner.import {
            return Ok(());
        }
        let sql = format!(
            "SELECT value FROM {} WHERE record = ?1 ORDER BY position",
            quoted(&format!("{}_{}", station.noun, trail.needs))
        );
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let needed = stmt
            .query_map([station.id], |r| r.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let empty: Vec<&Field> = needed
            .iter()
            .filter_map(|name| noun.find(name))
            .filter(|named| named.field.is_stored() && row[named.index].is_empty())
            .map(|named| named.field)
            .collect();
        if empty.is_empty() {
            return Ok(());
        }
        Err(self.unfilled(noun, id, station, &empty)?)
    }

    /// The fields that a station needs and a record lacks, and how to fill them.
    fn unfilled(
        &self,
        noun: &Noun,
        id: Option<i64>,
        station: &LinkTo,
        empty: &[&Field],
    ) -> Result<Error> {
        let labels = self.reader.labels(station.noun, &[station.id])?;
        let label = labels.get(&station.id).map_or("", |l| l.label.as_str());
        let names: Vec<String> = empty.iter().map(|f| f.label()).collect();
        let option = |f: &&Field| {
            if f.custom { format!("--set {}=…", f.name) } else { format!("--{} …", f.flag()) }
        };
        let options = empty.iter().map(option).collect::<Vec<_>>().join(" ");
        let (are, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
        let (place, hint) = match id {
            None => (String::new(), format!("give `{options}`")),
            Some(id) => (
                format!(" in {}:{id}", noun.name()),
                format!("fill {them} first: `rolo {} edit {id} {options}`", noun.name()),
            ),
        };
        let (of, names) = (station.noun, names.join(", "));
        Ok(Error::invalid(format!("the {of} `{label}` needs {names}, which {are} empty{place}"))
            .hint(hint)
            .at(empty[0].name))
    }

    /// An instant that isn't before the beginning of the stay that it ends; on the same day it is
    /// taken as that beginning, for a day alone has no hour.
    pub(super) fn not_before(
        &self,
        at: DateTime<Utc>,
        least: DateTime<Utc>,
        told: bool,
        field: &'static str,
    ) -> Result<DateTime<Utc>> {
        if at >= least {
            return Ok(at);
        }
        if told && !self.manner.import {
            self.refuse_before(field, at, least, "its last stay began")?;
        }
        Ok(least)
    }

    /// A day before which nothing can have happened.
    pub(super) fn refuse_before(
        &self,
        field: &'static str,
        at: DateTime<Utc>,
        least: DateTime<Utc>,
        what: &str,
    ) -> Result<()> {
        let zone = self.locale.times.zone;
        let (day, first) =
            (at.with_timezone(&zone).date_naive(), least.with_timezone(&zone).date_naive());
        if day >= first {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "{}: {day} is before {first}, when {what}",
            field.replace('_', " ")
        ))
        .hint(format!("give a day from {first} on"))
        .at(field))
    }

    /// A day that is past, as the instant of its beginning.
    pub(super) fn passed_day(&self, value: &Value) -> Option<DateTime<Utc>> {
        let Value::Date(day) = value else { return None };
        let at = self.locale.times.instant(&day.to_string()).ok()?;
        (at <= self.clock.now()).then_some(at)
    }

    pub(super) fn ends(&self, trail: &Trail, station: i64) -> Result<bool> {
        let found = self
            .reader
            .conn
            .prepare_cached(trail.ends)?
            .query_row([station], |r| r.get(0))
            .optional()?;
        Ok(found.unwrap_or(false))
    }

    /// The handle of who is acting; what a file tells was nobody's doing here.
    pub(super) fn doer(&self) -> Result<Option<String>> {
        if self.manner.import || self.change == 0 {
            return Ok(None);
        }
        Ok(self
            .reader
            .conn
            .prepare_cached("SELECT handle FROM user WHERE id = ?1")?
            .query_row([self.me], |r| r.get(0))
            .optional()?)
    }

    /// Whether a file of rolo's own is read to the letter.
    pub(super) fn is_exact(&self, noun: &Noun) -> bool {
        self.to_the_letter.as_ref().is_some_and(|(name, _)| *name == noun.name())
    }

    /// Takes a station out of every trail: the time there goes to the stay before it, else to the
    /// one behind it.
    pub(super) fn join_stays(&self, noun: &Noun, field: &Field, station: i64) -> Result<()> {
        let table = quoted(&format!("{}_{}", noun.name(), field.name));
        let conn = self.reader.conn;
        let mut stmt =
            conn.prepare(&format!("SELECT DISTINCT record FROM {table} WHERE target = ?1"))?;
        let records =
            stmt.query_map([station], |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        for record in records {
            let mut stays = self.reader.stays(noun, record)?;
            let begun = stays.first().map(|s| s.entered);
            stays.retain(|s| s.at != station);
            if let (Some(first), Some(begun)) = (stays.first_mut(), begun) {
                first.entered = begun;
            }
            conn.execute(&format!("DELETE FROM {table} WHERE record = ?1"), [record])?;
            put_stays(conn, &table, record, &settled(stays))?;
        }
        Ok(())
    }
}

/// Writes the stays of a record down.
pub(super) fn put_stays(
    conn: &rusqlite::Connection,
    table: &str,
    id: i64,
    stays: &[Stay],
) -> Result<()> {
    let sql = format!(
        "INSERT INTO {table}(record, position, target, since, until, \"by\") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    );
    let mut stmt = conn.prepare_cached(&sql)?;
    for (at, stay) in stays.iter().enumerate() {
        stmt.execute(rusqlite::params![
            id,
            i64::try_from(at + 1).unwrap_or(i64::MAX),
            stay.at,
            instant_text(stay.entered),
            stay.left.map(instant_text),
            stay.by,
        ])?;
    }
    Ok(())
}

/// The record within which the stations of a trail are sought: the deal's pipeline.
pub(super) fn scope_of_stays(noun: &Noun, field: &Field, row: &[Value]) -> Option<i64> {
    let (_, link, _) = trails(noun).find(|(_, _, t)| t.stays == field.name)?;
    let outer = noun.index(link.within?.0)?;
    row[outer].as_link().map(|l| l.id)
}

/// How many records with a trail have no stays: those of a file from before stays were kept.
pub(super) fn count_missing(conn: &rusqlite::Connection, noun: &Noun) -> Result<i64> {
    let Some((_, link, trail)) = trails(noun).next() else { return Ok(0) };
    let sql = format!("SELECT count(*) FROM {}", missing(noun, link, trail));
    Ok(conn.query_row(&sql, [], |r| r.get(0))?)
}

/// The records of `t` that stand somewhere and have no stays.
fn missing(noun: &Noun, link: &Field, trail: &Trail) -> String {
    format!(
        "{} t WHERE t.{} IS NOT NULL AND t.trashed IS NOT 'gone' AND NOT EXISTS (SELECT 1 FROM {} c WHERE c.record = t.id)",
        quoted(noun.name()),
        quoted(link.name),
        quoted(&format!("{}_{}", noun.name(), trail.stays))
    )
}

/// Works the stays of records that have none out of the history of their changes: for a file from
/// before stays were kept.
///
/// # Errors
/// The database can't be written.
pub(super) fn fill_missing(conn: &rusqlite::Connection, noun: &Noun) -> Result<()> {
    let Some((_, link, trail)) = trails(noun).next() else { return Ok(()) };
    let Kind::Link(Target::One(station)) = link.kind else { return Ok(()) };
    let (at, since) = (quoted(link.name), quoted(trail.since));
    // In the history a link is written `stage:7`.
    let id =
        |column: &str| format!("CAST(substr({column}, {}) AS INTEGER)", station.name.len() + 2);
    let edits = format!(
        "FROM edit e JOIN change c ON c.id = e.change WHERE e.noun = {} AND e.record = t.id AND e.field = '{}' \
         AND c.undone_by IS NULL AND c.undoes IS NULL",
        noun.position, link.name
    );
    let sql = format!(
        "INSERT INTO {stays}(record, position, target, since, until, \"by\") \
         SELECT record, row_number() OVER w, target, since, lead(since) OVER w, who FROM ( \
           SELECT t.id AS record, 0 AS n, coalesce((SELECT {old} {edits} ORDER BY e.change LIMIT 1), t.{at}) AS target, \
             coalesce(t.created, t.{since}, '1970-01-01T00:00:00Z') AS since, \
             (SELECT u.handle FROM user u WHERE u.id = t.created_by) AS who FROM {missing} \
           UNION ALL \
           SELECT t.id, e.change, {new}, max(c.\"at\", coalesce(t.created, c.\"at\")), (SELECT u.handle FROM user u WHERE u.id = c.who) \
             FROM {table} t JOIN edit e ON e.noun = {position} AND e.record = t.id AND e.field = '{link}' JOIN change c ON c.id = e.change \
             WHERE e.new IS NOT NULL AND c.undone_by IS NULL AND c.undoes IS NULL AND t.trashed IS NOT 'gone' \
             AND NOT EXISTS (SELECT 1 FROM {stays} x WHERE x.record = t.id) \
         ) WHERE target IS NOT NULL WINDOW w AS (PARTITION BY record ORDER BY n)",
        stays = quoted(&format!("{}_{}", noun.name(), trail.stays)),
        old = id("e.old"),
        new = id("e.new"),
        missing = missing(noun, link, trail),
        table = quoted(noun.name()),
        position = noun.position,
        link = link.name,
    );
    conn.execute(&sql, [])?;
    Ok(())
}

pub(super) fn given_stays(value: &Value) -> Result<Vec<Stay>> {
    match value {
        Value::Links(links) => stays_of(links),
        _ => Ok(Vec::new()),
    }
}

impl Reader<'_> {
    /// The stays of a record, first to last.
    ///
    /// # Errors
    /// The database can't be read, or the noun has no such field.
    pub fn stays(&self, noun: &Noun, id: i64) -> Result<Vec<Stay>> {
        let Some((_, _, trail)) = trails(noun).next() else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT target, since, until, \"by\" FROM {} WHERE record = ?1 ORDER BY position",
            quoted(&format!("{}_{}", noun.name(), trail.stays))
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([id])?;
        let mut stays = Vec::new();
        while let Some(row) = rows.next()? {
            let entered: String = row.get(1)?;
            let left: Option<String> = row.get(2)?;
            let Some(entered) = stored_instant(&entered) else { continue };
            stays.push(Stay {
                at: row.get(0)?,
                entered,
                left: left.as_deref().and_then(stored_instant),
                by: row.get(3)?,
            });
        }
        Ok(stays)
    }
}
