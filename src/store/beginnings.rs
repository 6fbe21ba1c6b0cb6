//! How a trail begins, and how it goes on by what a file tells: whatever order the rows and columns
//! tell it in, the stays cover the record's life from the day that it was made, the last one is where
//! it stands, and one that came to an end ended when its last stay began.

use chrono::{DateTime, TimeDelta, Utc};

use super::columns::encode;
use super::commit::{Writer, same};
use super::schema::quoted;
use super::stays::{Places, Stay, UNDATED, given_stays, instant, made_at, settled, trails};
use crate::entity::{LinkTo, Noun, Trail, Value};
use crate::error::{Error, Result};

impl Writer<'_> {
    /// The first stays of a new record: from the day that it was made, or that its file tells of
    /// first. What the file doesn't tell is taken to be the station where records begin.
    pub(super) fn begin_trails(&self, noun: &Noun, row: &mut [Value]) -> Result<()> {
        for (index, _, trail) in trails(noun) {
            let places = Places::of(noun, index, trail)?;
            if let Some(present) = row[index].as_link().cloned() {
                self.begin_trail(noun, row, &places, trail, &present)?;
            }
        }
        Ok(())
    }

    pub(super) fn begin_trail(
        &self,
        noun: &Noun,
        row: &mut [Value],
        places: &Places,
        trail: &Trail,
        present: &LinkTo,
    ) -> Result<()> {
        let ends = self.ends(trail, present.id)?;
        self.refuse_unfilled(noun, None, row, trail, present)?;
        let is_over = ends && row[places.ended].is_empty();
        if is_over && !self.manner.import {
            self.refuse_end_to_come(row, places, trail)?;
        }
        let mut stays = given_stays(&row[places.stays])?;
        let made = made_at(noun, row);
        let ended = instant(&row[places.ended]).filter(|_| ends);
        let is_exact = self.is_exact(noun);
        if !is_exact {
            self.refuse_unborn(row, places, trail, &stays, made)?;
            self.refuse_open_end(row, places, trail, present, ends)?;
        }
        let is_past =
            self.manner.import && ends || is_over && !self.is_today(&row[places.expected]);
        let expected = self.passed_day(&row[places.expected]).filter(|_| is_past);
        let since = instant(&row[places.since]);
        let told = if is_exact { since.or(ended) } else { ended.or(since) }.or(expected);
        let now = self.clock.now();
        if let Some(from) = came_from(&row[places.stays])
            && stays.is_empty()
        {
            let entered = made.or(told).unwrap_or(now);
            stays.push(Stay { at: from, entered, left: None, by: None });
        }
        if stays.last().is_none_or(|s| s.at != present.id) {
            let least = stays.last().map(|s| s.entered);
            let entered = told.or(least).or(made).unwrap_or(now);
            stays.push(Stay {
                at: present.id,
                entered: least.map_or(entered, |l| entered.max(l)),
                left: None,
                by: self.doer()?,
            });
        }
        let earliest = stays[0].entered;
        let tells = self.manner.import || ended.or(expected).is_some();
        let begun = if tells && made.is_none() { earliest.min(now) } else { made.unwrap_or(now) };
        if !is_exact {
            // A day alone has no hour: on the first day nothing was before the beginning.
            for stay in &mut stays {
                stay.entered = stay.entered.max(begun);
            }
        }
        self.cover(noun, row, places, &mut stays, begun, ends)?;
        if let (Some(created), None) = (noun.index("created"), made)
            && self.change != 0
        {
            row[created] = Value::Instant(begun);
        }
        self.finish_trail(noun, row, places, &settled(stays), present.noun, ends);
        if ends && !is_exact {
            self.tell_end(row, places, self.manner.import && ended.or(since).is_some());
        }
        Ok(())
    }

    /// Lets the stays begin when the record did. Where the first that is told of began later, it
    /// was where records begin until then; moments later, it was there from the first.
    pub(super) fn cover(
        &self,
        noun: &Noun,
        row: &[Value],
        places: &Places,
        stays: &mut Vec<Stay>,
        begun: DateTime<Utc>,
        ends: bool,
    ) -> Result<()> {
        let Some(first) = stays.first_mut().filter(|s| s.entered > begun) else { return Ok(()) };
        let is_end = ends && row[places.link].as_link().is_some_and(|l| l.id == first.at);
        if !is_end && first.entered - begun < TimeDelta::minutes(1) {
            first.entered = begun;
            return Ok(());
        }
        match self.default_link(noun, places.link, row)? {
            Some(at) => stays.insert(0, Stay { at, entered: begun, left: None, by: None }),
            // Where nothing but the end is known, it didn't begin with that.
            None if is_end => {}
            None => first.entered = begun,
        }
        Ok(())
    }

    /// Goes on with a trail as a file tells it: the stays that were kept, and those that the file
    /// adds to them; `told` are the fields that it has.
    pub(super) fn tell_trail(
        &self,
        noun: &Noun,
        (before, row): (&[Value], &mut [Value]),
        (places, trail): (&Places, &Trail),
        present: &LinkTo,
        told: &[usize],
    ) -> Result<()> {
        self.refuse_to_come(row, places, trail)?;
        let made = made_at(noun, row);
        let mut stays = joined_stays(&before[places.stays], &row[places.stays], made)?;
        let ends = self.ends(trail, present.id)?;
        let tells_end = told.contains(&places.ended);
        if tells_end {
            self.refuse_open_end(row, places, trail, present, ends)?;
        }
        let ended = instant(&row[places.ended]).filter(|_| ends && tells_end);
        let since = instant(&row[places.since]).filter(|_| told.contains(&places.since));
        let expected = self.passed_day(&row[places.expected]).filter(|_| {
            ends && !tells_end && !same(&before[places.expected], &row[places.expected])
        });
        if stays.last().is_none_or(|s| s.at != present.id) {
            let entered = ended.or(since).or(expected).unwrap_or_else(|| self.clock.now());
            let entered = stays.last().map_or(entered, |last| entered.max(last.entered));
            stays.push(Stay { at: present.id, entered, left: None, by: None });
            self.follow_end(row, before, places, entered, (ends, false));
        } else if let Some(at) = ended.or(since).or(expected) {
            // The instant of the last change was mended.
            let least = stays.iter().rev().nth(1).map(|s| s.entered).or(made);
            let at = least.map_or(at, |l| at.max(l));
            if let Some(last) = stays.last_mut() {
                last.entered = at;
            }
            if ends && !tells_end {
                row[places.ended] = Value::Instant(at);
            }
        }
        if let Some(made) = made {
            self.cover(noun, row, places, &mut stays, made, ends)?;
        }
        self.finish_trail(noun, row, places, &settled(stays), present.noun, ends);
        if ends {
            self.tell_end(row, places, tells_end || since.is_some());
        }
        Ok(())
    }

    /// Takes a station away that stood in for one, and puts that one in its place wherever a record
    /// is or was there; without one it stays where it is needed. `true` where it went.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn replace_station(
        &mut self,
        noun: &Noun,
        stations: &Noun,
        id: i64,
        by: Option<i64>,
    ) -> Result<bool> {
        for (_, field, trail) in trails(noun) {
            let (table, link) = (quoted(noun.name()), quoted(field.name));
            let been = quoted(&format!("{}_{}", noun.name(), trail.stays));
            let conn = self.reader.conn;
            let Some(by) = by else {
                let sql = format!(
                    "SELECT EXISTS (SELECT 1 FROM {table} WHERE {link} = ?1) OR EXISTS (SELECT 1 FROM {been} WHERE target = ?1)"
                );
                if conn.query_row(&sql, [id], |r| r.get(0))? {
                    return Ok(false);
                }
                continue;
            };
            // What this change has made has no history yet; what was there before has it written.
            let first = self.first_made.get(noun.name()).copied().unwrap_or(i64::MAX);
            let sql = format!(
                "SELECT id FROM {table} WHERE {link} = ?1 AND id < ?2 UNION SELECT record FROM {been} WHERE target = ?1 AND record < ?2"
            );
            let known = conn
                .prepare(&sql)?
                .query_map([id, first], |r| r.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            for (table, column) in [(&table, link.as_str()), (&been, "target")] {
                let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
                conn.execute(&sql, [id, by])?;
            }
            for record in known {
                self.amend_edits(noun, record)?;
            }
        }
        self.discard(stations, id)?;
        Ok(true)
    }

    /// Writes what a record has now into the history of this change, where that says otherwise.
    fn amend_edits(&self, noun: &Noun, record: i64) -> Result<()> {
        let now = self.stored(noun, record)?;
        for (index, field, trail) in trails(noun) {
            let stays = noun.require(trail.stays)?.index;
            for (index, name) in [(index, field.name), (stays, trail.stays)] {
                self.reader
                    .conn
                    .prepare_cached("UPDATE edit SET new = ?1 WHERE change = ?2 AND noun = ?3 AND record = ?4 AND field = ?5")?
                    .execute(rusqlite::params![encode(&now[index]), self.change, Self::position(noun), record, name])?;
            }
        }
        Ok(())
    }

    /// Nothing that a file tells of a record was before that was made, or is to come.
    fn refuse_unborn(
        &self,
        row: &[Value],
        places: &Places,
        trail: &Trail,
        stays: &[Stay],
        made: Option<DateTime<Utc>>,
    ) -> Result<()> {
        if let Some(made) = made {
            let what = "it was made";
            if let Some(ended) = instant(&row[places.ended]) {
                self.refuse_before(trail.ended, ended, made, what)?;
            }
            if let Some(since) = instant(&row[places.since]) {
                self.refuse_before(trail.since, since, made, what)?;
            }
            for stay in stays {
                self.refuse_before(trail.stays, stay.entered, made, what)?;
            }
        }
        if !self.manner.import {
            return Ok(());
        }
        if let Some(made) = made {
            self.refuse_later("created", made)?;
        }
        stays.iter().try_for_each(|stay| self.refuse_later(trail.stays, stay.entered))?;
        self.refuse_to_come(row, places, trail)
    }

    /// What goes on has no end: a deal in an open stage wasn't closed.
    fn refuse_open_end(
        &self,
        row: &[Value],
        places: &Places,
        trail: &Trail,
        present: &LinkTo,
        ends: bool,
    ) -> Result<()> {
        if ends || row[places.ended].is_empty() {
            return Ok(());
        }
        let labels = self.reader.labels(present.noun, &[present.id])?;
        let station = labels.get(&present.id).map_or("", |l| l.label.as_str());
        Err(Error::invalid(format!(
            "{}: the {} `{station}` is open, nothing has ended there",
            trail.ended, present.noun
        ))
        .hint(format!("leave it empty, or name the {} where it ended", present.noun))
        .at(trail.ended))
    }

    fn refuse_to_come(&self, row: &[Value], places: &Places, trail: &Trail) -> Result<()> {
        for (field, place) in [(trail.ended, places.ended), (trail.since, places.since)] {
            if let Some(at) = instant(&row[place]) {
                self.refuse_later(field, at)?;
            }
        }
        Ok(())
    }

    fn refuse_later(&self, field: &'static str, at: DateTime<Utc>) -> Result<()> {
        let day = at.with_timezone(&self.locale.times.zone).date_naive();
        if day > self.locale.times.today() {
            Err(self.to_come(field, &day.to_string()))
        } else {
            Ok(())
        }
    }
}

/// The stays that were kept and those that a file tells, none before the record was made.
fn joined_stays(kept: &Value, told: &Value, made: Option<DateTime<Utc>>) -> Result<Vec<Stay>> {
    let mut stays = given_stays(kept)?;
    for mut told in given_stays(told)? {
        told.entered = made.map_or(told.entered, |made| told.entered.max(made));
        if !stays.iter().any(|s| (s.at, s.entered) == (told.at, told.entered)) {
            stays.push(told);
        }
    }
    Ok(settled(stays))
}

/// The station where a record was before the present one, where nothing tells since when.
fn came_from(value: &Value) -> Option<i64> {
    let Value::Links(links) = value else { return None };
    links.iter().find(|l| l.role.as_deref() == Some(UNDATED)).map(|l| l.id)
}
