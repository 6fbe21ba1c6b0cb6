//! Deeds on tasks.

use super::call::Call;
use crate::entity::when::Due;
use crate::entity::{Column, Value, recur};
use crate::error::{Error, Result};
use crate::model::TASK;

const STATUS: Column = TASK.column("status");
const DONE_AT: Column = TASK.column("done_at");
const DUE: Column = TASK.column("due");
const REMIND: Column = TASK.column("remind");
const REPEAT: Column = TASK.column("repeat");
const ZONE: Column = TASK.column("zone");
const OUTCOME: Column = TASK.column("outcome");
const SPENT: Column = TASK.column("spent");

/// What a repeating task hands on to the next one.
const HANDED_ON: &[Column] = &[
    TASK.column("title"),
    TASK.column("parent"),
    TASK.column("about"),
    TASK.column("priority"),
    TASK.column("owner"),
    TASK.column("estimate"),
    TASK.column("body"),
    ZONE,
];

pub(super) fn done(call: &mut Call) -> Result<()> {
    let at = call.on()?;
    let mut fields =
        vec![call.set(STATUS, Value::Text("done".into()))?, call.set(DONE_AT, Value::Instant(at))?];
    call.take(&mut fields, "outcome", OUTCOME)?;
    call.take(&mut fields, "spent", SPENT)?;
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        if before[call.index(STATUS)?].as_text() == Some("done") {
            continue;
        }
        call.writer.update_from(call.noun, *id, &before, fields.clone())?;
        call.log_note(*id)?;
        make_next(call, &before)?;
    }
    Ok(())
}

/// The next task of a repeating one: due at the rule's next time in wall time, on the day of now or
/// later, so that a long forgotten task doesn't come again in the past.
fn make_next(call: &mut Call, before: &[Value]) -> Result<()> {
    let Some(rule) = before[call.index(REPEAT)?].as_text() else { return Ok(()) };
    let Some(rest) = recur::spend(rule) else { return Ok(()) };
    let zone = before[call.index(ZONE)?]
        .as_text()
        .and_then(|z| z.parse().ok())
        .unwrap_or(call.locale.times.zone);
    let today = call.locale.times.now.with_timezone(&zone).date_naive();
    let due = match &before[call.index(DUE)?] {
        Value::Due(due) => *due,
        _ => Due::Day(today),
    };
    let broken = |why: String| Error::invalid(format!("repeat: {why}"));
    let mut next = recur::next(rule, due, zone).map_err(broken)?;
    for _ in 0..10_000 {
        match next {
            Some(found) if found.day(zone) < today => {
                next = recur::next(rule, found, zone).map_err(broken)?;
            }
            _ => break,
        }
    }
    let Some(next) = next else { return Ok(()) };
    let mut values = vec![call.set(DUE, Value::Due(next))?, call.set(REPEAT, Value::Text(rest))?];
    for field in HANDED_ON {
        let index = call.index(*field)?;
        if !before[index].is_empty() {
            values.push((index, before[index].clone()));
        }
    }
    if let (Value::Instant(remind), Due::At(old), Due::At(new)) =
        (&before[call.index(REMIND)?], due, next)
    {
        values.push(call.set(REMIND, Value::Instant(new - (old - *remind)))?);
    }
    let tags = call.noun.require("tags")?.index;
    values.push((tags, before[tags].clone()));
    call.writer.insert(call.noun, values.into())?;
    Ok(())
}

pub(super) fn reopen(call: &mut Call) -> Result<()> {
    let fields =
        vec![call.set(STATUS, Value::Text("open".into()))?, call.set(DONE_AT, Value::Null)?];
    call.set_all(&fields)
}

pub(super) fn snooze(call: &mut Call) -> Result<()> {
    let mut fields = Vec::new();
    call.take(&mut fields, "due", DUE)?;
    if fields.iter().any(|(_, v)| v.is_empty()) {
        return Err(Error::usage("snooze needs a day").hint("such as `task snooze 42 +3d`"));
    }
    call.set_all(&fields)
}
