//! How the day on which a record is expected to end was moved: a deal's expected close.
//!
//! Every move of an old record is kept beside it, also one that its end or its reopening brought, so
//! that a file that it goes out to knows what was expected when.

use rusqlite::Connection;

use super::commit::{Writer, same};
use super::draft::IN_PASSING;
use super::schema::quoted;
use super::stays::{Places, trails};
use crate::entity::{Kind, Moved, Noun, Trail, Value, Why};
use crate::error::Result;

fn day(value: &Value) -> Option<chrono::NaiveDate> {
    match value {
        Value::Date(day) => Some(*day),
        _ => None,
    }
}

/// The day that was expected before the end that the moves tell of last; `None` where the end moved
/// no day. The inner one is empty where no day was expected.
#[must_use]
pub fn before_the_end(moves: &Value) -> Option<Option<chrono::NaiveDate>> {
    let moves = Moved::all(moves);
    let ended = moves.iter().rev().take_while(|m| m.why == Why::Closed).last();
    ended.map(|m| m.from)
}

impl Writer<'_> {
    /// After an edit: a move of the expected day is one more, unless the moves themselves were given.
    pub(super) fn follow_moves(
        &self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        row: &mut [Value],
    ) -> Result<()> {
        for (index, _, trail) in trails(noun) {
            let places = Places::of(noun, index, trail)?;
            let (from, to) = (day(&before[places.expected]), day(&row[places.expected]));
            if from == to
                || from.is_none() && self.is_still_to_come(noun, id)?
                || self.is_made_here(noun, id)
                || !same(&before[places.moves], &row[places.moves])
            {
                continue;
            }
            let ended = |row: &[Value]| {
                row[index].as_link().map_or(Ok(false), |station| self.ends(trail, station.id))
            };
            let why = match (ended(before)?, ended(row)?) {
                (_, true) => Why::Closed,
                (true, false) => Why::Reopened,
                (false, false) => Why::Moved,
            };
            let one = Moved { at: self.clock().now(), from, to, why, by: self.doer()? };
            match &mut row[places.moves] {
                Value::Words(words) => words.push(one.to_string()),
                none => *none = Value::Words(vec![one.to_string()]),
            }
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Whether a file is bringing a record that was only named before.
    fn is_still_to_come(&self, noun: &Noun, id: i64) -> Result<bool> {
        if !self.manner.import {
            return Ok(false);
        }
        let sql = format!("SELECT fingerprint IS ?2 FROM {} WHERE id = ?1", quoted(noun.name()));
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        Ok(stmt.query_row([id, IN_PASSING], |r| r.get(0))?)
    }
}

/// Takes the move away that an undone change of the expected day brought, where the change is older
/// than the moves and so tells nothing of them.
pub(super) fn unmove(
    noun: &Noun,
    undone: &[usize],
    before: &[Value],
    after: &mut [Value],
) -> Result<Option<usize>> {
    for (index, _, trail) in trails(noun) {
        let places = Places::of(noun, index, trail)?;
        if undone.contains(&places.moves) {
            continue;
        }
        let (was, is) = (day(&before[places.expected]), day(&after[places.expected]));
        let Value::Words(words) = &mut after[places.moves] else { continue };
        let brought = |word: &String| Moved::of(word).is_some_and(|m| (m.from, m.to) == (is, was));
        if let Some(at) = words.iter().rposition(brought).filter(|_| was != is) {
            words.remove(at);
            return Ok(Some(places.moves));
        }
    }
    Ok(None)
}

/// Works the moves of records that have none out of the history of their changes: for a file from
/// before moves were kept.
///
/// # Errors
/// The database can't be written.
pub(super) fn fill_missing(conn: &Connection, noun: &Noun) -> Result<()> {
    let Some((_, _, trail)) = trails(noun).next() else { return Ok(()) };
    let edit = |field: &str| {
        format!(
            "(SELECT x.new FROM edit x WHERE x.change = e.change AND x.noun = e.noun AND x.record = e.record AND x.field = '{field}')"
        )
    };
    let is_end = format!(
        "EXISTS (SELECT 1 FROM edit x WHERE x.change = e.change AND x.noun = e.noun AND x.record = e.record AND x.field = '{}')",
        trail.ended
    );
    let sql = format!(
        "INSERT INTO {moves}(record, position, value) \
         SELECT e.record, row_number() OVER (PARTITION BY e.record ORDER BY e.change), \
           c.\"at\" || ' ' || coalesce(e.old, '') || '..' || coalesce(e.new, '') || ' ' || \
           CASE WHEN NOT {is_end} THEN '{moved}' WHEN {ended} IS NULL THEN '{reopened}' ELSE '{closed}' END || \
           coalesce(' ' || (SELECT u.handle FROM user u WHERE u.id = c.who), '') \
         FROM edit e JOIN change c ON c.id = e.change JOIN {table} t ON t.id = e.record \
         WHERE e.noun = {position} AND e.field = '{expected}' AND e.old IS NOT e.new \
         AND c.undone_by IS NULL AND c.undoes IS NULL AND t.trashed IS NOT 'gone' \
         AND NOT EXISTS (SELECT 1 FROM {moves} x WHERE x.record = e.record)",
        moves = table_of(noun, trail),
        ended = edit(trail.ended),
        moved = Why::Moved.word(),
        closed = Why::Closed.word(),
        reopened = Why::Reopened.word(),
        table = quoted(noun.name()),
        position = noun.position,
        expected = trail.expected,
    );
    conn.execute(&sql, [])?;
    Ok(())
}

/// The table that holds the moves of a noun's records.
pub(super) fn table_of(noun: &Noun, trail: &Trail) -> String {
    quoted(&format!("{}_{}", noun.name(), trail.moves))
}

/// Moves that a user made were made by nobody known.
pub(super) fn forget_doer(conn: &Connection, noun: &Noun, user: i64) -> Result<()> {
    for field in noun.fields.iter().filter(|f| f.dated && matches!(f.kind, Kind::Words(_))) {
        let sql = format!(
            "UPDATE {} SET value = substr(value, 1, length(value) - length(u.handle) - 1) \
             FROM user u WHERE u.id = ?1 AND substr(value, -length(u.handle) - 1) = ' ' || u.handle",
            quoted(&format!("{}_{}", noun.name(), field.name))
        );
        conn.execute(&sql, [user])?;
    }
    Ok(())
}
