//! Deeds on tickets.

use super::call::Call;
use crate::entity::{Column, Value};
use crate::error::Result;
use crate::model::TICKET;

const STATUS: Column = TICKET.column("status");
const OWNER: Column = TICKET.column("owner");
const QUEUE: Column = TICKET.column("queue");
const FIRST_REPLY_AT: Column = TICKET.column("first_reply_at");
const RESOLVED_AT: Column = TICKET.column("resolved_at");
const RESOLUTION: Column = TICKET.column("resolution");

pub(super) fn assign(call: &mut Call) -> Result<()> {
    let mut fields = Vec::new();
    if let Some(user) = call.named("user") {
        fields.push(call.set(OWNER, user)?);
    }
    if let Some(queue) = call.named("queue") {
        fields.push(call.set(QUEUE, queue)?);
    }
    for id in call.ids {
        let mut own = fields.clone();
        let before = call.writer.stored(call.noun, *id)?;
        if before[call.index(STATUS)?].as_text() == Some("new") {
            own.push(call.set(STATUS, Value::Text("open".into()))?);
        }
        call.writer.update_from(call.noun, *id, &before, own)?;
    }
    Ok(())
}

pub(super) fn reply(call: &mut Call) -> Result<()> {
    let text = call.text("text").unwrap_or_default().to_owned();
    let status = match call.field("status", STATUS)? {
        Some(status) => status,
        None => Value::Text("pending".into()),
    };
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let mut fields = vec![call.set(STATUS, status.clone())?];
        if before[call.index(FIRST_REPLY_AT)?].is_empty() {
            fields.push(call.set(FIRST_REPLY_AT, Value::Instant(call.locale.times.now))?);
        }
        if status.as_text() == Some("resolved") {
            fields.push(call.set(RESOLVED_AT, Value::Instant(call.locale.times.now))?);
        }
        call.writer.update_from(call.noun, *id, &before, fields)?;
        let channel = call.noun.require("channel")?.index;
        let channel = before[channel].as_text().unwrap_or("mail").to_owned();
        call.log(&channel, ("ticket", *id), &text, Some("out"))?;
    }
    Ok(())
}

/// Each status comes with what the verb of its own does.
pub(super) fn status(call: &mut Call) -> Result<()> {
    let Some(status) = call.field("status", STATUS)? else { return Ok(()) };
    match status.as_text() {
        Some("resolved") => resolve(call),
        Some("closed") => close(call),
        _ => {
            let fields = vec![call.set(STATUS, status)?, call.set(RESOLVED_AT, Value::Null)?];
            call.set_all(&fields)
        }
    }
}

pub(super) fn resolve(call: &mut Call) -> Result<()> {
    let mut fields = vec![call.set(STATUS, Value::Text("resolved".into()))?];
    call.take(&mut fields, "resolution", RESOLUTION)?;
    let stamp = call.set(RESOLVED_AT, Value::Instant(call.locale.times.now))?;
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let mut own = fields.clone();
        if before[call.index(STATUS)?].as_text() != Some("resolved") {
            own.push(stamp.clone());
        }
        call.writer.update_from(call.noun, *id, &before, own)?;
    }
    Ok(())
}

pub(super) fn close(call: &mut Call) -> Result<()> {
    let status = call.set(STATUS, Value::Text("closed".into()))?;
    let stamp = call.set(RESOLVED_AT, Value::Instant(call.locale.times.now))?;
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let mut fields = vec![status.clone()];
        if before[call.index(RESOLVED_AT)?].is_empty() {
            fields.push(stamp.clone());
        }
        call.writer.update_from(call.noun, *id, &before, fields)?;
    }
    Ok(())
}

pub(super) fn reopen(call: &mut Call) -> Result<()> {
    let fields =
        vec![call.set(STATUS, Value::Text("open".into()))?, call.set(RESOLVED_AT, Value::Null)?];
    call.set_all(&fields)
}
