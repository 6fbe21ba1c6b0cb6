//! The file as it was at a moment in the past, worked out backwards from the present.
//!
//! What happened later is taken back in temporary tables, and temporary views bear the names of the
//! real ones: every query of this connection then reads the past, without knowing it. A change that
//! was undone counts as never made. Where a deal stood is told by its stays, which carry instants of
//! their own; everything else by the edits, which carry those of their changes. A record is there
//! from the moment it was made; the words of the search index are today's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;

use super::Store;
use super::columns::{decode, push_params};
use super::moves::table_of;
use super::read::{Moment, Reader, array};
use super::rows::put_children;
use super::schema::{child_table, columns_of, has_columns, quoted};
use super::stays::trails;
use crate::entity::when::instant_text;
use crate::entity::{Field, Kind, Noun, Trail, Value, Why};
use crate::error::Result;

/// The moment that a store is read as of.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) now: String,
    pub(super) today: String,
}

/// When a move of an expected day was made, out of its word.
const MOVED_AT: &str = "substr(value, 1, 20)";

/// Record → field → the value that it had.
type Old = BTreeMap<i64, BTreeMap<String, Sql>>;

impl Store {
    /// From now on reads the file as it was at the end of `at`, whose local day is `today`. Nothing
    /// can be written through this store any more.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn look_back(&mut self, at: DateTime<Utc>, today: NaiveDate) -> Result<()> {
        let past = Past { now: instant_text(at), today: today.to_string() };
        let moment = Moment { now: past.now.clone(), today: past.today.clone(), me: None };
        let reader = Reader::new(&self.conn, &self.model, moment);
        reader.with_own_tables(true, || reader.shadow_all(&past))?;
        self.past = Some(past);
        Ok(())
    }
}

impl Store {
    /// Back to the present, where the past was looked at.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn look_up(&mut self) -> Result<()> {
        if self.past.take().is_none() {
            return Ok(());
        }
        let now = Moment { now: String::new(), today: String::new(), me: None };
        let reader = Reader::new(&self.conn, &self.model, now);
        reader.with_own_tables(true, || reader.forget_past())
    }
}

impl Reader<'_> {
    /// Reads the file as it was at the end of `at`, whose local day is `today`, for as long as `work`
    /// lasts. A past that is looked back at already gives way to it meanwhile.
    ///
    /// # Errors
    /// What `work` returns, or the database can't be read.
    pub fn as_of<T>(
        &self,
        at: DateTime<Utc>,
        today: NaiveDate,
        work: impl FnOnce(&Reader) -> Result<T>,
    ) -> Result<T> {
        let moment = Moment { now: instant_text(at), today: today.to_string(), me: self.moment.me };
        self.with_own_tables(false, || {
            self.forget_past()?;
            self.shadow_all(&Past { now: moment.now.clone(), today: moment.today.clone() })?;
            work(&Reader::new(self.conn, self.model, moment))
        })
    }

    /// Lets tables of this connection's own be made, which is all that a guarded one may write.
    fn with_own_tables<T>(&self, keep: bool, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let guarded: bool = self.conn.query_row("PRAGMA query_only", [], |r| r.get(0))?;
        self.conn.execute_batch("PRAGMA query_only=OFF; SAVEPOINT past")?;
        let done = work();
        if !keep || done.is_err() {
            self.conn.execute_batch("ROLLBACK TO past")?;
        }
        self.conn.execute_batch("RELEASE past")?;
        if guarded {
            self.conn.execute_batch("PRAGMA query_only=ON")?;
        }
        done
    }

    /// Takes away what shows a past.
    fn forget_past(&self) -> Result<()> {
        let mut stmt = self.conn.prepare(
            "SELECT type, name FROM temp.sqlite_master WHERE type = 'view' OR (type = 'table' AND (name LIKE 'past\\_%' ESCAPE '\\' OR name LIKE 'touched\\_%' ESCAPE '\\'))",
        )?;
        let made = stmt
            .query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for (kind, name) in made {
            self.conn.execute_batch(&format!("DROP {kind} temp.{}", quoted(&name)))?;
        }
        Ok(())
    }

    fn shadow_all(&self, at: &Past) -> Result<()> {
        let now = at.now.as_str();
        let mut later = self.later_edits(now)?;
        for (position, noun) in self.model.nouns.iter().enumerate() {
            self.shadow(noun, &later.remove(&position).unwrap_or_default(), at)?;
        }
        // What is counted out of the history is counted up to then.
        Ok(self.conn.execute_batch(&format!(
            "CREATE TEMP VIEW change AS SELECT * FROM main.change WHERE \"at\" <= '{now}'"
        ))?)
    }

    /// What the edits after a moment replaced: of each field the oldest value.
    fn later_edits(&self, now: &str) -> Result<BTreeMap<usize, Old>> {
        let mut stmt = self.conn.prepare(
            "SELECT e.noun, e.record, e.field, e.old, min(e.change) FROM change c CROSS JOIN edit e ON e.change = c.id \
             WHERE c.\"at\" > ?1 AND c.undone_by IS NULL AND c.undoes IS NULL GROUP BY e.noun, e.record, e.field",
        )?;
        let mut rows = stmt.query([now])?;
        let mut later: BTreeMap<usize, Old> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let noun = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX);
            later
                .entry(noun)
                .or_default()
                .entry(row.get(1)?)
                .or_default()
                .insert(row.get(2)?, row.get(3)?);
        }
        Ok(later)
    }

    fn shadow(&self, noun: &Noun, later: &Old, at: &Past) -> Result<()> {
        let now = at.now.as_str();
        let trail = trails(noun).next();
        if let Some((_, link, trail)) = trail {
            self.part_stations(noun, link, trail, now)?;
        }
        let mut touched: BTreeSet<i64> = later.keys().copied().collect();
        if let Some((_, _, trail)) = trail {
            touched.extend(self.moved_since(noun, trail, now)?);
            touched.extend(self.expected_otherwise(noun, trail, now)?);
        }
        let table = quoted(noun.name());
        let past = format!("temp.{}", quoted(&format!("past_{}", noun.name())));
        let unborn = self.unborn(noun, trail.map(|(_, _, t)| t), now)?;
        if touched.is_empty() && unborn.is_none() {
            return self.shadow_stays(noun, trail, now);
        }
        self.conn.execute_batch(&format!(
            "CREATE TEMP TABLE {} AS SELECT * FROM main.{table} WHERE 0",
            quoted(&format!("past_{}", noun.name()))
        ))?;
        self.conn
            .prepare(&format!(
                "INSERT INTO {past} SELECT * FROM main.{table} WHERE id IN rarray(?1)"
            ))?
            .execute([array(touched.iter().copied())])?;
        self.conn.execute_batch(&format!(
            "CREATE UNIQUE INDEX temp.{} ON {}(id)",
            quoted(&format!("past_{}_id", noun.name())),
            quoted(&format!("past_{}", noun.name()))
        ))?;
        self.take_back_fields(noun, trail, later, &past, now)?;
        if let Some(trail) = trail {
            self.take_back_stages(noun, trail, &past, now)?;
            self.take_back_expected(noun, trail, &past, at)?;
        }
        let born = unborn.map_or(String::new(), |sql| format!(" AND NOT ({sql})"));
        self.conn.execute_batch(&format!(
            "CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} t WHERE id NOT IN (SELECT id FROM {past}){born} \
             UNION ALL SELECT * FROM {past} t WHERE 1{born}"
        ))?;
        self.shadow_stays(noun, trail, now)
    }

    /// The condition that a record of `t` isn't there yet; `None` where all are.
    fn unborn(&self, noun: &Noun, trail: Option<&Trail>, now: &str) -> Result<Option<String>> {
        // What the business is set up with was always so, but for its edits.
        if noun.entity.setup {
            return Ok(None);
        }
        let condition = match trail {
            Some(trail) => format!(
                "coalesce((SELECT f.since FROM {} f WHERE f.record = t.id AND f.position = 1), t.created) > '{now}'",
                self.told_stays(noun, trail)?
            ),
            None => format!("t.created > '{now}'"),
        };
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM main.{} t WHERE {condition})",
            quoted(noun.name())
        );
        let any: bool = self.conn.query_row(&sql, [], |r| r.get(0))?;
        Ok(any.then_some(condition))
    }

    /// Records that were somewhere else at the moment.
    fn moved_since(&self, noun: &Noun, trail: &Trail, now: &str) -> Result<Vec<i64>> {
        let table = self.told_stays(noun, trail)?;
        let sql = format!(
            "SELECT DISTINCT c.record FROM {table} c WHERE c.since > ?1 AND c.position > 1 \
             AND EXISTS (SELECT 1 FROM {table} f WHERE f.record = c.record AND f.position = 1 AND f.since <= ?1)"
        );
        let mut stmt = self.conn.prepare(&sql)?;
        Ok(stmt.query_map([now], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Records whose end was expected on another day at the moment.
    fn expected_otherwise(&self, noun: &Noun, trail: &Trail, now: &str) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT DISTINCT record FROM main.{} WHERE {MOVED_AT} > ?1",
            table_of(noun, trail)
        );
        let mut stmt = self.conn.prepare(&sql)?;
        Ok(stmt.query_map([now], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Gives the touched records the values that they had.
    fn take_back_fields(
        &self,
        noun: &Noun,
        trail: Option<(usize, &Field, &Trail)>,
        later: &Old,
        past: &str,
        now: &str,
    ) -> Result<()> {
        // What the stays tell isn't taken from the edits.
        let by_stays = |name: &str| {
            trail.is_some_and(|(_, link, t)| {
                link.name == name
                    || [t.stays, t.since, t.expected, t.moves].contains(&name)
                    || link.within.is_some_and(|(outer, _)| outer == name)
            })
        };
        // What goes with the end is, where they agree about the station.
        let of_end =
            |name: &str| trail.is_some_and(|(_, _, t)| t.ended == name || t.told.contains(&name));
        let mut children: BTreeMap<usize, Vec<(i64, Value)>> = BTreeMap::new();
        for (record, fields) in later {
            let mut sets = Vec::new();
            let mut params = Vec::new();
            let told_later = match trail {
                Some(trail) if fields.keys().any(|name| of_end(name)) => {
                    self.was_told_later(noun, trail, *record, fields, now)?
                }
                _ => false,
            };
            for (name, old) in fields {
                if by_stays(name) || (told_later && of_end(name)) {
                    continue;
                }
                let Some(index) = noun.index(name) else { continue };
                let field = noun.fields[index];
                // An order is told by all places together: today's.
                if field.ranked.is_some() {
                    continue;
                }
                let value = decode(field, old.into(), self.model)?;
                if has_columns(field) {
                    sets.extend(
                        columns_of(field).into_iter().map(|(c, _)| format!("{} = ?", quoted(&c))),
                    );
                    push_params(field, &value, &mut params);
                }
                if child_table(noun.name(), field).is_some() {
                    children.entry(index).or_default().push((*record, value));
                }
            }
            if !sets.is_empty() {
                params.push(Sql::Integer(*record));
                let sql = format!("UPDATE {past} SET {} WHERE id = ?", sets.join(", "));
                self.conn.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(params))?;
            }
        }
        children
            .iter()
            .try_for_each(|(index, values)| self.shadow_children(noun, noun.fields[*index], values))
    }

    /// Whether the station of that moment was told only later: then what goes with it was too.
    fn was_told_later(
        &self,
        noun: &Noun,
        (_, link, trail): (usize, &Field, &Trail),
        record: i64,
        fields: &BTreeMap<String, Sql>,
        now: &str,
    ) -> Result<bool> {
        let Some(old) = fields.get(link.name) else { return Ok(false) };
        let sql = format!(
            "SELECT target FROM {} WHERE record = ?1 AND since <= ?2 ORDER BY position DESC LIMIT 1",
            self.told_stays(noun, trail)?
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let stood: Option<i64> =
            stmt.query_row(rusqlite::params![record, now], |r| r.get(0)).optional()?;
        let known = decode(link, old.into(), self.model)?;
        Ok(known.as_link().map(|l| l.id) != stood)
    }

    /// Gives the touched records the further values that a field had.
    fn shadow_children(&self, noun: &Noun, field: &Field, values: &[(i64, Value)]) -> Result<()> {
        let Some(table) = child_table(noun.name(), field) else { return Ok(()) };
        let name = quoted(&table);
        let (bare, marks) = (quoted(&format!("past_{table}")), quoted(&format!("touched_{table}")));
        self.conn.execute_batch(&format!(
            "CREATE TEMP TABLE {bare} AS SELECT * FROM main.{name} WHERE 0; \
             CREATE INDEX temp.{} ON {bare}(record); CREATE TEMP TABLE {marks} (id INTEGER PRIMARY KEY)",
            quoted(&format!("past_{table}_record"))
        ))?;
        let past = format!("temp.{bare}");
        let mut mark = self.conn.prepare(&format!("INSERT INTO temp.{marks}(id) VALUES (?1)"))?;
        for (record, value) in values {
            mark.execute([record])?;
            match (field.kind, value) {
                (Kind::Tags, Value::Words(words)) => {
                    let sql = format!(
                        "INSERT INTO {past}(record, tag) SELECT ?1, id FROM main.tag WHERE name = ?2 ORDER BY trashed IS NOT NULL LIMIT 1"
                    );
                    let mut stmt = self.conn.prepare_cached(&sql)?;
                    for word in words {
                        stmt.execute(rusqlite::params![record, word])?;
                    }
                }
                _ => put_children(self.conn, &past, field, *record, value)?,
            }
        }
        self.conn.execute_batch(&format!(
            "CREATE TEMP VIEW {name} AS SELECT * FROM main.{name} WHERE record NOT IN (SELECT id FROM temp.{marks}) \
             UNION ALL SELECT * FROM {past}"
        ))?;
        Ok(())
    }

    /// Puts the touched records where they were.
    fn take_back_stages(
        &self,
        noun: &Noun,
        (_, link, trail): (usize, &Field, &Trail),
        past: &str,
        now: &str,
    ) -> Result<()> {
        let Kind::Link(target) = link.kind else { return Ok(()) };
        let station = target.one().map_or("", |e| e.name);
        let been = self.told_stays(noun, trail)?;
        let stay = |column: &str| {
            format!(
                "(SELECT s.{column} FROM {been} s WHERE s.record = id AND s.since <= '{now}' ORDER BY s.position DESC LIMIT 1)"
            )
        };
        let (at, since) = (quoted(link.name), quoted(trail.since));
        let here = format!("{}.{at}", quoted(&format!("past_{}", noun.name())));
        let mut sql = format!(
            "UPDATE {past} SET {since} = coalesce({}, {since}), {at} = coalesce({}, {at});",
            stay("since"),
            stay("target")
        );
        if let Some((outer, theirs)) = link.within {
            let (outer, theirs) = (quoted(outer), quoted(theirs));
            let _ = write!(
                sql,
                "UPDATE {past} SET {outer} = coalesce((SELECT o.{theirs} FROM main.{} o WHERE o.id = {here}), {outer});",
                quoted(station)
            );
        }
        let ends = trail.ends.replace("?1", &here);
        let empty: Vec<String> = std::iter::once(&trail.ended)
            .chain(trail.told)
            .filter_map(|name| noun.index(name))
            .flat_map(|index| columns_of(noun.fields[index]))
            .map(|(column, _)| format!("{} = NULL", quoted(&column)))
            .collect();
        let _ =
            write!(sql, "UPDATE {past} SET {} WHERE NOT coalesce(({ends}), 0);", empty.join(", "));
        let _ = write!(
            sql,
            "UPDATE {past} SET {ended} = {since} WHERE coalesce(({ends}), 0) AND ({ended} IS NULL OR {ended} > '{now}');",
            ended = quoted(trail.ended)
        );
        Ok(self.conn.execute_batch(&sql)?)
    }

    /// Gives the touched records the day that was expected then: the one that the first later move
    /// was from. The day of an end that was told later counts already.
    fn take_back_expected(
        &self,
        noun: &Noun,
        (_, link, trail): (usize, &Field, &Trail),
        past: &str,
        Past { now, today }: &Past,
    ) -> Result<()> {
        let bare = quoted(&format!("past_{}", noun.name()));
        let ends = trail.ends.replace("?1", &format!("{bare}.{}", quoted(link.name)));
        let later = format!(
            "FROM main.{} m WHERE m.record = {bare}.id AND {MOVED_AT} > '{now}' \
             AND NOT (m.value GLOB '*..????-??-?? {closed}*' AND substr(m.value, instr(m.value, '..') + 2, 10) <= '{today}' AND coalesce(({ends}), 0))",
            table_of(noun, trail),
            closed = Why::Closed.word()
        );
        Ok(self.conn.execute_batch(&format!(
            "UPDATE {past} SET {} = (SELECT nullif(substr(m.value, 22, instr(m.value, '..') - 22), '') {later} \
             ORDER BY m.position LIMIT 1) WHERE EXISTS (SELECT 1 {later})",
            quoted(trail.expected)
        ))?)
    }

    /// Where the stays are read: as they are told today, but for stations that were made one since.
    fn told_stays(&self, noun: &Noun, trail: &Trail) -> Result<String> {
        let stays = format!("{}_{}", noun.name(), trail.stays);
        let parted = format!("parted_{stays}");
        let sql = "SELECT EXISTS (SELECT 1 FROM temp.sqlite_master WHERE name = ?1)";
        let is_parted: bool = self.conn.prepare_cached(sql)?.query_row([&parted], |r| r.get(0))?;
        Ok(if is_parted {
            format!("temp.{}", quoted(&parted))
        } else {
            format!("main.{}", quoted(&stays))
        })
    }

    /// Two stations that were made one later were two then: the stays of the records that were there
    /// are as they were before that.
    fn part_stations(&self, noun: &Noun, link: &Field, trail: &Trail, now: &str) -> Result<()> {
        let Kind::Link(target) = link.kind else { return Ok(()) };
        let station = self.model.nouns.iter().position(|n| target.allows(n.name()));
        let own = self.model.nouns.iter().position(|n| n.name() == noun.name());
        let (Some(station), Some(own)) = (station, own) else { return Ok(()) };
        // What puts a station away and tells stays anew in one change has made two of them one.
        let mut stmt = self.conn.prepare(
            "SELECT e.record, e.old, min(e.change) FROM change c CROSS JOIN edit e ON e.change = c.id \
             WHERE c.\"at\" > ?1 AND c.undone_by IS NULL AND c.undoes IS NULL AND e.noun = ?2 AND e.field = ?3 \
             AND EXISTS (SELECT 1 FROM edit s WHERE s.change = c.id AND s.noun = ?4 AND s.field = 'trashed' AND s.old IS NULL) \
             GROUP BY e.record",
        )?;
        let place = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        let mut rows =
            stmt.query(rusqlite::params![now, place(own), trail.stays, place(station)])?;
        let Some(index) = noun.index(trail.stays) else { return Ok(()) };
        let field = noun.fields[index];
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let value = decode(field, row.get_ref(1)?, self.model)?;
            found.push((row.get::<_, i64>(0)?, value));
        }
        if found.is_empty() {
            return Ok(());
        }
        let stays = format!("{}_{}", noun.name(), trail.stays);
        let (main, view) = (quoted(&stays), quoted(&format!("parted_{stays}")));
        let past = quoted(&format!("past_parted_{stays}"));
        self.conn.execute_batch(&format!(
            "CREATE TEMP TABLE {past} AS SELECT * FROM main.{main} WHERE 0; CREATE INDEX temp.{} ON {past}(record)",
            quoted(&format!("past_parted_{stays}_record"))
        ))?;
        for (record, value) in &found {
            put_children(self.conn, &format!("temp.{past}"), field, *record, value)?;
        }
        Ok(self.conn.execute_batch(&format!(
            "CREATE TEMP VIEW {view} AS SELECT * FROM main.{main} WHERE record NOT IN (SELECT record FROM temp.{past}) \
             UNION ALL SELECT * FROM temp.{past}"
        ))?)
    }

    /// The stays that had begun by then, and the moves of the expected day.
    fn shadow_stays(
        &self,
        noun: &Noun,
        trail: Option<(usize, &Field, &Trail)>,
        now: &str,
    ) -> Result<()> {
        let Some((_, _, trail)) = trail else { return Ok(()) };
        let table = quoted(&format!("{}_{}", noun.name(), trail.stays));
        Ok(self.conn.execute_batch(&format!(
            "CREATE TEMP VIEW {table} AS SELECT record, position, target, since, \
             CASE WHEN until > '{now}' THEN NULL ELSE until END AS until, \"by\" FROM {} WHERE since <= '{now}'; \
             CREATE TEMP VIEW {moves} AS SELECT * FROM main.{moves} WHERE {MOVED_AT} <= '{now}'",
            self.told_stays(noun, trail)?,
            moves = table_of(noun, trail)
        ))?)
    }
}
