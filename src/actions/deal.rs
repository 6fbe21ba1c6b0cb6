//! Deeds on deals: through the stages, to won or lost, and who is involved.

use super::call::{Call, Fields};
use crate::entity::{Column, LinkTo, Name, Value};
use crate::error::{Error, Result};
use crate::model::{DEAL, STAGE};
use crate::store::Among;

const PIPELINE: Column = DEAL.column("pipeline");
const STAGE_OF: Column = DEAL.column("stage");
const STAGE_SINCE: Column = DEAL.column("stage_since");
const AMOUNT: Column = DEAL.column("amount");
const CLOSES: Column = DEAL.column("closes");
const CLOSED: Column = DEAL.column("closed");
const LOST_REASON: Column = DEAL.column("lost_reason");
const COMPETITOR: Column = DEAL.column("competitor");
const CONTACTS: Column = DEAL.column("contacts");
const REQUIRED: Column = STAGE.column("required");

struct Step {
    stage: i64,
    pipeline: i64,
    kind: String,
}

pub(super) fn advance(call: &mut Call) -> Result<()> {
    let wanted = call.text("stage").unwrap_or_default().to_owned();
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let step = find_stage(call, &before, &wanted)?;
        enter(call, *id, &before, &step, Vec::new())?;
    }
    Ok(())
}

pub(super) fn win(call: &mut Call) -> Result<()> {
    let mut fields = Vec::new();
    call.take(&mut fields, "amount", AMOUNT)?;
    close(call, "won", &fields)
}

pub(super) fn lose(call: &mut Call) -> Result<()> {
    let mut fields = Vec::new();
    call.take(&mut fields, "reason", LOST_REASON)?;
    if let Some(competitor) = call.named("competitor") {
        fields.push(call.set(COMPETITOR, competitor)?);
    }
    close(call, "lost", &fields)
}

fn close(call: &mut Call, kind: &str, fields: &Fields) -> Result<()> {
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let step = stage_of_kind(call, &before, kind)?;
        enter(call, *id, &before, &step, fields.clone())?;
    }
    Ok(())
}

pub(super) fn reopen(call: &mut Call) -> Result<()> {
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let step = match call.text("stage").map(str::to_owned) {
            Some(wanted) => find_stage(call, &before, &wanted)?,
            None => match last_open_stage(call, *id)? {
                Some(step) => step,
                None => stage_of_kind(call, &before, "open")?,
            },
        };
        if step.kind != "open" {
            return Err(Error::invalid("a deal is reopened to an open stage")
                .hint("name one with `--stage`"));
        }
        enter(call, *id, &before, &step, Vec::new())?;
    }
    Ok(())
}

/// Puts a deal into a stage, with what follows from the stage's kind.
fn enter(
    call: &mut Call,
    id: i64,
    before: &[Value],
    step: &Step,
    mut fields: Fields,
) -> Result<()> {
    let moves = before[call.index(STAGE_OF)?].as_link().map(|l| l.id) != Some(step.stage);
    let at = call.on()?;
    if moves {
        fields.push(call.set(STAGE_OF, Value::Link(LinkTo::bare("stage", step.stage)))?);
        fields.push(call.set(PIPELINE, Value::Link(LinkTo::bare("pipeline", step.pipeline)))?);
        fields.push(call.set(STAGE_SINCE, Value::Instant(at))?);
        if step.kind == "open" {
            fields.push(call.set(CLOSED, Value::Null)?);
            fields.push(call.set(LOST_REASON, Value::Null)?);
            fields.push(call.set(COMPETITOR, Value::Null)?);
        } else {
            let day = at.with_timezone(&call.locale.times.zone).date_naive();
            fields.push(call.set(CLOSED, Value::Instant(at))?);
            fields.push(call.set(CLOSES, Value::Date(day))?);
        }
        refuse_unfilled(call, before, &fields, step)?;
    }
    call.writer.update_from(call.noun, id, before, fields)?;
    call.log_note(id)
}

/// Fields that a stage requires have to be filled before a deal may enter.
fn refuse_unfilled(call: &Call, before: &[Value], fields: &Fields, step: &Step) -> Result<()> {
    let stages = call.other("stage")?;
    let stage = call.writer.stored(stages, step.stage)?;
    let Value::Words(required) = &stage[stages.require(REQUIRED.0)?.index] else { return Ok(()) };
    for name in required {
        let Some(named) = call.noun.find(name) else { continue };
        let after = fields.iter().rev().find(|(i, _)| *i == named.index).map(|(_, v)| v);
        if after.unwrap_or(&before[named.index]).is_empty() {
            let label = stage[stages.label_index()].to_cell();
            return Err(Error::invalid(format!(
                "the stage `{label}` needs {}, which is empty",
                named.field.label()
            ))
            .hint(format!("set it first: `rolo deal edit REF --{} …`", named.field.flag())));
        }
    }
    Ok(())
}

/// The stage that a text means for a deal: in its pipeline, or `Pipeline/Stage`.
fn find_stage(call: &Call, before: &[Value], wanted: &str) -> Result<Step> {
    let stages = call.other("stage")?;
    let pipeline = before[call.index(PIPELINE)?].as_link().map(|l| l.id);
    let id = call.writer.reader().resolve_within(stages, wanted, Among::Live, pipeline)?;
    step_of(call, id)
}

fn step_of(call: &Call, stage: i64) -> Result<Step> {
    let stages = call.other("stage")?;
    let values = call.writer.stored(stages, stage)?;
    let pipeline = values[stages.require("pipeline")?.index].as_link().map_or(0, |l| l.id);
    let kind = values[stages.require("kind")?.index].as_text().unwrap_or("open").to_owned();
    Ok(Step { stage, pipeline, kind })
}

/// The first stage of a kind in the deal's pipeline.
fn stage_of_kind(call: &Call, before: &[Value], kind: &str) -> Result<Step> {
    let pipeline = before[call.index(PIPELINE)?].as_link().map_or(0, |l| l.id);
    let found = call.writer.reader().first_stage(pipeline, kind)?;
    match found {
        Some(id) => step_of(call, id),
        None => Err(Error::invalid(format!("the deal's pipeline has no {kind} stage"))
            .hint(format!("add one: `rolo stage add NAME --pipeline … --kind {kind}`"))),
    }
}

/// The open stage that a deal was in last, from its history.
fn last_open_stage(call: &Call, id: i64) -> Result<Option<Step>> {
    let history = call.writer.reader().history(call.noun, id)?;
    for entry in history.iter().rev() {
        for edit in entry.edits.iter().filter(|e| e.field == STAGE_OF.0) {
            let Some(old) = edit.old.as_link() else { continue };
            let step = step_of(call, old.id)?;
            if step.kind == "open" {
                return Ok(Some(step));
            }
        }
    }
    Ok(None)
}

pub(super) fn link(call: &mut Call) -> Result<()> {
    let text = call.text("contact").unwrap_or_default().to_owned();
    let contacts = call.other("contact")?;
    let contact = call.writer.reader().resolve(contacts, &text, Among::Live)?;
    let role = match call.text("role") {
        Some(role) => parse_role(call, role)?,
        None => None,
    };
    for id in call.ids {
        let mut links = linked(call, *id)?;
        match links.iter_mut().find(|l| l.id == contact) {
            Some(known) => known.role.clone_from(&role),
            None => links.push(LinkTo { role: role.clone(), ..LinkTo::bare("contact", contact) }),
        }
        let fields = vec![call.set(CONTACTS, Value::Links(links))?];
        call.writer.update(call.noun, *id, fields)?;
    }
    Ok(())
}

/// A role as the field's declaration reads it.
fn parse_role(call: &Call, role: &str) -> Result<Option<String>> {
    let field = call.noun.require(CONTACTS.0)?.field;
    let cell = crate::entity::join_cell(std::iter::once((role, "x")));
    match field.parse(&cell, call.locale).map_err(Error::invalid)? {
        Value::NamedLinks(names) => Ok(names.into_iter().next().and_then(|n: Name| n.role)),
        _ => Ok(None),
    }
}

pub(super) fn unlink(call: &mut Call) -> Result<()> {
    let text = call.text("contact").unwrap_or_default().to_owned();
    let contacts = call.other("contact")?;
    let contact = call.writer.reader().resolve(contacts, &text, Among::Both)?;
    for id in call.ids {
        let mut links = linked(call, *id)?;
        let before = links.len();
        links.retain(|l| l.id != contact);
        if links.len() == before {
            return Err(Error::not_found(format!("deal:{id} has no link to `{text}`"))
                .hint(format!("`rolo deal show {id}` lists its contacts")));
        }
        let fields = vec![call.set(CONTACTS, Value::Links(links))?];
        call.writer.update(call.noun, *id, fields)?;
    }
    Ok(())
}

fn linked(call: &Call, id: i64) -> Result<Vec<LinkTo>> {
    let before = call.writer.stored(call.noun, id)?;
    Ok(match &before[call.index(CONTACTS)?] {
        Value::Links(links) => links.clone(),
        _ => Vec::new(),
    })
}
