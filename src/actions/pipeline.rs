//! Deeds on pipelines and their stages: copied, put in order, made one, emptied before they go.

use super::call::Call;
use crate::entity::{Column, LinkTo, Since, Value};
use crate::error::{Error, Result};
use crate::model::{DEAL, PIPELINE, STAGE};
use crate::store::{Among, Listing, Writer, links_to};

const NAME: Column = PIPELINE.column("name");
const DEFAULT: Column = PIPELINE.column("is_default");
const OF: Column = STAGE.column("pipeline");
const POSITION: Column = STAGE.column("position");
const DEALS_STAGE: Column = DEAL.column("stage");
const DEALS_PIPELINE: Column = DEAL.column("pipeline");
const STAYS: Column = DEAL.column("stays");

pub(super) fn copy(call: &mut Call) -> Result<()> {
    let stages = call.other("stage")?;
    for id in call.ids {
        let mut before = call.writer.stored(call.noun, *id)?;
        before[call.index(DEFAULT)?] = Value::Null;
        if let Some(name) = call.field("name", NAME)? {
            before[call.index(NAME)?] = name;
        }
        let values = settable(call.noun, before);
        let made = call.writer.insert(call.noun, values.into())?;
        let link = stages.require(OF.0)?.index;
        for stage in stages_of(call.writer, *id)? {
            let mut values = call.writer.stored(stages, stage)?;
            values[link] = Value::Link(LinkTo::bare("pipeline", made));
            let values = settable(stages, values);
            call.writer.insert(stages, values.into())?;
        }
        call.made.push(made);
    }
    Ok(())
}

fn settable(noun: &crate::entity::Noun, values: Vec<Value>) -> Vec<(usize, Value)> {
    values
        .into_iter()
        .enumerate()
        .filter(|(i, v)| noun.fields[*i].is_settable() && !v.is_empty())
        .collect()
}

/// The live stages of a pipeline, in their order.
fn stages_of(writer: &Writer, pipeline: i64) -> Result<Vec<i64>> {
    Ok(writer.reader().stages_of(pipeline)?.into_iter().map(|(id, _)| id).collect())
}

pub(super) fn place(call: &mut Call) -> Result<()> {
    let [id] = call.ids else { return Err(Error::usage("one stage is moved at a time")) };
    let own = pipeline_of(call.writer, *id)?;
    let order: Vec<i64> =
        stages_of(call.writer, own)?.into_iter().filter(|other| other != id).collect();
    let beside = |arg: &str, behind: i64| -> Result<Option<i64>> {
        let Some(text) = call.text(arg) else { return Ok(None) };
        let other = call.writer.reader().resolve_within(call.noun, text, Among::Live, Some(own))?;
        match order.iter().position(|o| *o == other) {
            Some(at) => Ok(Some(i64::try_from(at).unwrap_or(0) + 1 + behind)),
            None => Err(Error::invalid(format!(
                "`--{arg}`: `{text}` is no other stage of the same pipeline"
            ))
            .hint("stages have an order within their pipeline alone")),
        }
    };
    let position = call.field("position", POSITION)?;
    let said: Vec<Value> =
        [position, beside("before", 0)?.map(Value::Int), beside("after", 1)?.map(Value::Int)]
            .into_iter()
            .flatten()
            .collect();
    let [to] = &said[..] else {
        return Err(Error::usage("say one place for the stage")
            .hint("`rolo stage move Sales/Demo 3`, or `--before STAGE`, or `--after STAGE`"));
    };
    let fields = vec![call.set(POSITION, to.clone())?];
    call.writer.update(call.noun, *id, fields)?;
    Ok(())
}

fn pipeline_of(writer: &Writer, stage: i64) -> Result<i64> {
    let noun = writer.reader().model().noun("stage")?;
    let values = writer.stored(noun, stage)?;
    Ok(values[noun.require(OF.0)?.index].as_link().map_or(0, |l| l.id))
}

pub(super) fn merge(call: &mut Call) -> Result<()> {
    let [keep, others @ ..] = call.ids else { return Ok(()) };
    if others.is_empty() {
        return Err(Error::usage("one stage alone can't be merged")
            .hint("the first stays, the others go: `rolo stage merge KEEP OTHER…`"));
    }
    let own = pipeline_of(call.writer, *keep)?;
    let kind = kind_of(call.writer, *keep)?;
    for other in others {
        if other == keep {
            return Err(Error::usage(format!("stage:{keep} can't be merged with itself")));
        }
        if pipeline_of(call.writer, *other)? != own {
            return Err(Error::invalid(format!("stage:{other} is of another pipeline"))
                .hint("take its deals over first: `rolo stage rm OTHER --to STAGE`"));
        }
        let other_kind = kind_of(call.writer, *other)?;
        if other_kind != kind {
            let label = |id: i64| label_of(call.writer, id);
            return Err(Error::invalid(format!(
                "`{}` is {} and `{}` {}: stages of two kinds can't be one",
                label(*keep)?,
                kind,
                label(*other)?,
                other_kind
            ))
            .hint(format!(
                "`rolo stage rm {} --to {}` takes its deals there, with what follows from that",
                label(*other)?,
                label(*keep)?
            )));
        }
        for deal in deals_of(call.writer, *other)? {
            relabel(call.writer, deal, *other, *keep)?;
        }
        call.writer.trash(call.noun, *other)?;
    }
    Ok(())
}

/// What a stage means.
fn kind_of(writer: &Writer, stage: i64) -> Result<String> {
    let noun = writer.reader().model().noun("stage")?;
    let values = writer.stored(noun, stage)?;
    Ok(values[noun.require("kind")?.index].as_text().unwrap_or("open").to_owned())
}

fn label_of(writer: &Writer, stage: i64) -> Result<String> {
    let noun = writer.reader().model().noun("stage")?;
    Ok(writer.stored(noun, stage)?[noun.label_index()].to_cell())
}

/// Deals that are or were in a stage, those in the trash too.
fn deals_of(writer: &Writer, stage: i64) -> Result<Vec<i64>> {
    let noun = writer.reader().model().noun("deal")?;
    let mut listing = Listing::all(noun);
    listing.columns.clear();
    listing.among = Among::Both;
    listing.filter = Some(links_to(noun, STAYS.0, stage)?);
    let mut ids = writer.reader().ids(&listing)?;
    listing.filter = Some(links_to(noun, DEALS_STAGE.0, stage)?);
    ids.extend(writer.reader().ids(&listing)?);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// What a deal did in one stage it did in another; two stays there in a row are one.
fn relabel(writer: &mut Writer, deal: i64, from: i64, to: i64) -> Result<()> {
    let noun = writer.reader().model().noun("deal")?;
    let before = writer.stored(noun, deal)?;
    let mut links: Vec<LinkTo> = Vec::new();
    for stay in writer.reader().stays(noun, deal)? {
        let at = if stay.at == from { to } else { stay.at };
        if links.last().is_none_or(|l| l.id != at) {
            let role = Since { at: stay.entered, by: stay.by }.to_string();
            links.push(LinkTo { role: Some(role), ..LinkTo::bare("stage", at) });
        }
    }
    let stage = noun.require(DEALS_STAGE.0)?.index;
    let mut fields = vec![(noun.require(STAYS.0)?.index, Value::Links(links))];
    if before[stage].as_link().is_some_and(|l| l.id == from) {
        fields.push((stage, Value::Link(LinkTo::bare("stage", to))));
    }
    writer.update_from(noun, deal, &before, fields)?;
    Ok(())
}

/// Moves the deals of a stage, or of all stages of a pipeline, elsewhere, so that it can go: to a
/// stage, or to the stages of the same name or kind of another pipeline. A pipeline's stages go with
/// it.
///
/// # Errors
/// `to` names no other stage or pipeline, or a stage needs a field that a deal lacks.
pub fn empty_out(writer: &mut Writer, noun: &str, id: i64, to: Option<&str>) -> Result<()> {
    if noun == "stage" {
        let Some(to) = to else { return Ok(()) };
        let stages = writer.reader().model().noun("stage")?;
        let own = pipeline_of(writer, id)?;
        let to = writer.reader().resolve_within(stages, to, Among::Live, Some(own))?;
        return move_deals(writer, id, to);
    }
    let pipelines = writer.reader().model().noun(noun)?;
    let to = to.map(|to| writer.reader().resolve(pipelines, to, Among::Live)).transpose()?;
    if to == Some(id) {
        return Err(Error::usage("`--to` names the pipeline that goes"));
    }
    let stages = writer.reader().model().noun("stage")?;
    for stage in stages_of(writer, id)? {
        if let Some(to) = to
            && !deals_in(writer, stage)?.is_empty()
        {
            let target = stage_alike(writer, stage, to)?;
            move_deals(writer, stage, target)?;
        }
        writer.trash(stages, stage)?;
    }
    Ok(())
}

/// The stage of a pipeline that is most like one of another: of its name, else of its kind.
fn stage_alike(writer: &Writer, stage: i64, pipeline: i64) -> Result<i64> {
    let stages = writer.reader().model().noun("stage")?;
    let label = |values: &[Value]| values[stages.label_index()].to_cell().to_lowercase();
    let values = writer.stored(stages, stage)?;
    for other in stages_of(writer, pipeline)? {
        if label(&writer.stored(stages, other)?) == label(&values) {
            return Ok(other);
        }
    }
    let kind = values[stages.require("kind")?.index].as_text().unwrap_or("open").to_owned();
    writer.reader().first_stage(pipeline, &kind)?.ok_or_else(|| {
        Error::invalid(format!(
            "the other pipeline has no {kind} stage for the deals of `{}`",
            values[stages.label_index()].to_cell()
        ))
        .hint(format!("add one: `rolo stage add NAME --pipeline … --kind {kind}`"))
    })
}

/// The deals that stand in a stage.
fn deals_in(writer: &Writer, stage: i64) -> Result<Vec<i64>> {
    let noun = writer.reader().model().noun("deal")?;
    let mut listing = Listing::all(noun);
    listing.columns.clear();
    listing.filter = Some(links_to(noun, DEALS_STAGE.0, stage)?);
    writer.reader().ids(&listing)
}

fn move_deals(writer: &mut Writer, from: i64, to: i64) -> Result<()> {
    if from == to {
        return Err(Error::usage("`--to` names the stage that goes"));
    }
    let noun = writer.reader().model().noun("deal")?;
    let pipeline = Value::Link(LinkTo::bare("pipeline", pipeline_of(writer, to)?));
    for deal in deals_in(writer, from)? {
        let fields = vec![
            (noun.require(DEALS_STAGE.0)?.index, Value::Link(LinkTo::bare("stage", to))),
            (noun.require(DEALS_PIPELINE.0)?.index, pipeline.clone()),
        ];
        writer.update(noun, deal, fields)?;
    }
    Ok(())
}
