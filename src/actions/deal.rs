//! Deeds on deals: through the stages, to won or lost, and who is involved.

use super::call::{Call, Fields};
use crate::entity::{Column, LinkTo, Name, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::model::DEAL;
use crate::store::{Among, before_the_end};

const PIPELINE: Column = DEAL.column("pipeline");
const STAGE_OF: Column = DEAL.column("stage");
const STAGE_SINCE: Column = DEAL.column("stage_since");
const AMOUNT: Column = DEAL.column("amount");
const CLOSES: Column = DEAL.column("closes");
const MOVES: Column = DEAL.column("closes_history");
const CLOSED: Column = DEAL.column("closed");
const LOST_REASON: Column = DEAL.column("lost_reason");
const COMPETITOR: Column = DEAL.column("competitor");
const CONTACTS: Column = DEAL.column("contacts");

struct Step {
    stage: i64,
    pipeline: i64,
    kind: String,
    is_live: bool,
}

pub(super) fn advance(call: &mut Call) -> Result<()> {
    let wanted = call.text("stage").unwrap_or_default().to_owned();
    let pipeline = call.record("pipeline", "pipeline")?;
    each(call, |call, id, before| {
        let step = find_stage(call, before, &wanted, pipeline)?;
        enter(call, id, before, &step, Vec::new())
    })
}

/// Does the same with every deal; of several, an error says which one it is about.
fn each(
    call: &mut Call,
    mut deed: impl FnMut(&mut Call, i64, &[Value]) -> Result<()>,
) -> Result<()> {
    for id in call.ids {
        let before = call.writer.stored(call.noun, *id)?;
        let done = deed(call, *id, &before);
        let name = format!("deal:{id}");
        done.map_err(|why| match call.ids.len() {
            2.. if !why.message.contains(&name) => {
                Error { message: format!("{name}: {}", why.message), ..why }
            }
            _ => why,
        })?;
    }
    Ok(())
}

pub(super) fn next(call: &mut Call) -> Result<()> {
    step_aside(call, true)
}

pub(super) fn back(call: &mut Call) -> Result<()> {
    step_aside(call, false)
}

/// One open stage on, or one back.
fn step_aside(call: &mut Call, forward: bool) -> Result<()> {
    each(call, |call, id, before| {
        let here = before[call.index(STAGE_OF)?].as_link().map_or(0, |l| l.id);
        let here = step_of(call, here)?;
        if here.kind != "open" {
            return Err(Error::invalid(format!("deal:{id} is {}", here.kind))
                .hint(format!("`rolo deal reopen {id}` opens it again")));
        }
        let Some(stage) = call.writer.reader().neighbour_stage(id, forward)? else {
            let (place, hint) = if forward {
                (
                    "last",
                    format!("close it: `rolo deal win {id}`, or `rolo deal lose {id} --reason …`"),
                )
            } else {
                ("first", format!("`rolo deal move {id} STAGE` names a stage"))
            };
            return Err(
                Error::invalid(format!("deal:{id} is in the {place} open stage")).hint(hint)
            );
        };
        let step = step_of(call, stage)?;
        enter(call, id, before, &step, Vec::new())
    })
}

pub(super) fn win(call: &mut Call) -> Result<()> {
    let mut fields = Vec::new();
    call.take(&mut fields, "amount", AMOUNT)?;
    close(call, "won", &fields)
}

pub(super) fn lose(call: &mut Call) -> Result<()> {
    let mut fields = Vec::new();
    call.take(&mut fields, "reason", LOST_REASON)?;
    if fields.iter().any(|(_, reason)| reason.is_empty()) {
        return Err(Error::invalid("lost reason: it is empty")
            .hint("say why: `rolo deal lose 42 --reason price`")
            .at(LOST_REASON.0));
    }
    if let Some(competitor) = call.named("competitor") {
        fields.push(call.set(COMPETITOR, competitor)?);
    }
    close(call, "lost", &fields)
}

fn close(call: &mut Call, kind: &str, fields: &Fields) -> Result<()> {
    each(call, |call, id, before| {
        let step = stage_of_kind(call, before, kind)?;
        enter(call, id, before, &step, fields.clone())
    })
}

pub(super) fn reopen(call: &mut Call) -> Result<()> {
    each(call, |call, id, before| {
        let step = match call.text("stage").map(str::to_owned) {
            Some(wanted) => find_stage(call, before, &wanted, None)?,
            None => match last_open_stage(call, id)? {
                Some(step) => step,
                None => stage_of_kind(call, before, "open")?,
            },
        };
        if step.kind != "open" {
            return Err(Error::invalid("a deal is reopened to an open stage")
                .hint("name one with `--stage`"));
        }
        // What was expected before the end is expected again.
        let mut fields = Vec::new();
        let ended = !before[call.index(CLOSED)?].is_empty();
        if let Some(day) = before_the_end(&before[call.index(MOVES)?]).filter(|_| ended) {
            fields.push(call.set(CLOSES, day.map_or(Value::Null, Value::Date))?);
        }
        enter(call, id, before, &step, fields)
    })
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
    refuse_unborn(call, id, before, at)?;
    if !moves && step.kind != "open" {
        refuse_another_end(call, id, before, &step.kind, at)?;
    }
    if moves {
        fields.push(call.set(STAGE_OF, Value::Link(LinkTo::bare("stage", step.stage)))?);
        fields.push(call.set(PIPELINE, Value::Link(LinkTo::bare("pipeline", step.pipeline)))?);
        fields.push(call.set(STAGE_SINCE, Value::Instant(at))?);
        // Only what is lost has a reason for it, and somebody who got it.
        if step.kind != "lost" {
            fields.push(call.set(LOST_REASON, Value::Null)?);
            fields.push(call.set(COMPETITOR, Value::Null)?);
        }
        if step.kind == "open" {
            fields.push(call.set(CLOSED, Value::Null)?);
        } else {
            let day = at.with_timezone(&call.locale.times.zone).date_naive();
            fields.push(call.set(CLOSED, Value::Instant(at))?);
            fields.push(call.set(CLOSES, Value::Date(day))?);
        }
    }
    call.writer.update_from(call.noun, id, before, fields)?;
    call.log_note(id)
}

/// What has ended ended on one day: another one is a correction, which has its own way.
fn refuse_another_end(
    call: &Call,
    id: i64,
    before: &[Value],
    kind: &str,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let day = at.with_timezone(&call.locale.times.zone).date_naive();
    match before[call.index(CLOSES)?] {
        Value::Date(ended) if call.text("on").is_some() && ended != day => {
            Err(Error::invalid(format!("deal:{id} is {kind} already, since {ended}"))
                .hint(format!("`rolo deal edit {id} --closes {day}` gives it another day")))
        }
        _ => Ok(()),
    }
}

/// Nothing happens to a deal before the day on which it was made.
fn refuse_unborn(
    call: &Call,
    id: i64,
    before: &[Value],
    at: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let day =
        |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&call.locale.times.zone).date_naive();
    match before[call.noun.require("created")?.index] {
        Value::Instant(made) if day(at) < day(made) => Err(Error::invalid(format!(
            "`--on`: {} is before {}, when deal:{id} was made",
            day(at),
            day(made)
        ))
        .hint(format!("give a day from {} on", day(made)))),
        _ => Ok(()),
    }
}

/// The stage that a text means for a deal: in its pipeline, or in the one that was named beside it.
fn find_stage(call: &Call, before: &[Value], wanted: &str, named: Option<i64>) -> Result<Step> {
    let stages = call.other("stage")?;
    let own = before[call.index(PIPELINE)?].as_link().map(|l| l.id);
    let reader = call.writer.reader();
    let found = match reader.resolve_within(stages, wanted, Among::Live, named.or(own)) {
        Ok(found) => step_of(call, found)?,
        Err(why) if why.kind == ErrorKind::NotFound => {
            match reader.resolve(stages, wanted, Among::Live) {
                Ok(elsewhere) => step_of(call, elsewhere)?,
                Err(_) => return Err(why),
            }
        }
        Err(why) => return Err(why),
    };
    if Some(found.pipeline) == named.or(own) || own.is_none() {
        return Ok(found);
    }
    let stage = wanted.rsplit('/').next().unwrap_or(wanted);
    let pipelines = reader.labels("pipeline", &[found.pipeline])?;
    let pipeline = pipelines.get(&found.pipeline).map_or("", |l| l.label.as_str());
    Err(Error::invalid(format!("the stage `{wanted}` is of another pipeline, `{pipeline}`")).hint(
        format!(
            "to take the deal over there: `rolo deal move REF \"{stage}\" --pipeline \"{pipeline}\"`"
        ),
    ))
}

fn step_of(call: &Call, stage: i64) -> Result<Step> {
    let stages = call.other("stage")?;
    let values = call.writer.stored(stages, stage)?;
    let pipeline = values[stages.require("pipeline")?.index].as_link().map_or(0, |l| l.id);
    let kind = values[stages.require("kind")?.index].as_text().unwrap_or("open").to_owned();
    let is_live = values[stages.require("trashed")?.index].is_empty();
    Ok(Step { stage, pipeline, kind, is_live })
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

/// The open stage that a deal was in last.
fn last_open_stage(call: &Call, id: i64) -> Result<Option<Step>> {
    for stay in call.writer.reader().stays(call.noun, id)?.into_iter().rev() {
        let step = step_of(call, stay.at)?;
        if step.kind == "open" && step.is_live {
            return Ok(Some(step));
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
