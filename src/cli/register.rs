//! `deal register`: takes in what `deal handover` wrote, into what is here already where it is the
//! same.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use clap::ArgMatches;
use uuid::Uuid;

use super::global::{Output, Settings};
use super::grammar::text;
use super::handover::{FORMAT, NOUNS, note};
use super::record::named;
use super::session::Session;
use crate::entity::{Kind, LinkTo, Noun, Value};
use crate::error::{Error, Result};
use crate::interchange::{Form, Input, Mapping, RawRow, ReadOptions, RowParser, Source, Written};
use crate::store::{Among, Match, OnMatch, Writer, uid_of};

/// `deal register FILE|- [--pipeline P]`.
///
/// # Errors
/// The file isn't one of `deal handover`, or a record in it is refused.
pub(super) fn register(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let name = path.to_string_lossy().into_owned();
    let package = read_package(&session.settings, &name)?;
    let pipeline = text(matches, "pipeline").map(str::to_owned);
    session.writing()?;
    let locale = session.settings.locale.clone();
    let from = package.get("from").and_then(|v| v.as_str()).unwrap_or("a partner").to_owned();
    let written =
        session.write_as("deal register", &format!("deal register from {from}"), |w| {
            let mut taken =
                Taken { known: HashMap::new(), made: HashSet::new(), deals: Vec::new() };
            w.manner.import = true;
            let pipeline = match &pipeline {
                Some(p) => Some(w.reader().resolve(
                    w.reader().model().noun("pipeline")?,
                    p,
                    Among::Live,
                )?),
                None => None,
            };
            for (noun, on_match) in NOUNS {
                let noun = w.reader().model().noun(noun)?;
                let rows = package.get(noun.entity.plural).cloned().unwrap_or_default();
                let rows = rows_of(noun, &rows, &locale, &name)?;
                for values in rows {
                    if let Some(pipeline) = pipeline
                        && matches!(noun.name(), "pipeline" | "stage")
                    {
                        taken.stand_in(w, noun, &values, pipeline)?;
                        continue;
                    }
                    taken.take(w, noun, values, on_match, pipeline)?;
                }
            }
            if package.contains_key("lines") {
                taken.leave_lines_out(w)?;
            }
            taken.settle(w, &package, &from)?;
            Ok(taken.deals)
        })?;
    let ids = written.value;
    let registered = session.done("registered", "register");
    let line = format!("{registered} {} from {from}", named(session, "deal", &ids)?);
    if session.settings.output == Output::Table {
        session.printer.note(&line);
        return ids.iter().try_for_each(|id| session.printer.line(&id.to_string()));
    }
    session.report("deal", &ids, &line)
}

fn read_package(
    settings: &Settings,
    name: &str,
) -> Result<serde_json::Map<String, serde_json::Value>> {
    let mut input: Box<dyn Read> = match settings.input(name)? {
        Input::File(file) => Box::new(file),
        Input::Stream(stream) => stream,
    };
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|why| Error::io(format!("`{name}`"), &why))?;
    let no_package = |why: String| {
        Error::invalid(format!("`{name}` is no deal that was handed over: {why}"))
            .hint("`rolo deal handover REF --partner COMPANY --out FILE` writes one")
    };
    match serde_json::from_slice(&bytes) {
        Ok(serde_json::Value::Object(map)) => {
            match map.get("format").and_then(serde_json::Value::as_str) {
                Some(FORMAT) => Ok(map),
                _ => Err(no_package(format!("its `format` isn't `{FORMAT}`"))),
            }
        }
        Ok(_) => Err(no_package("it is no JSON object".into())),
        Err(why) => Err(no_package(format!("it is no JSON: {why}"))),
    }
}

/// The records of one noun in the file, as values.
fn rows_of(
    noun: &Noun,
    rows: &serde_json::Value,
    locale: &crate::entity::Locale,
    name: &str,
) -> Result<Vec<Vec<(usize, Value)>>> {
    if rows.as_array().is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let input = Input::Stream(Box::new(Cursor::new(rows.to_string().into_bytes())));
    let read = ReadOptions { form: Some(Form::Json), raw: true, ..ReadOptions::default() };
    let mut source = Source::open(input, &read)?;
    let mapping = Mapping::new(noun, source.headers(), &[])?;
    let written = Written::default();
    let mut parser = RowParser::new(noun, &mapping, locale, &written, &mut source)?;
    let (mut all, mut bad, mut row) = (Vec::new(), Vec::new(), RawRow::default());
    while source.read(&mut row)? {
        match parser.values(&row) {
            Ok(values) => all.push(values),
            Err(errors) => bad.extend(errors),
        }
    }
    if bad.is_empty() {
        return Ok(all);
    }
    Err(Error::invalid(format!("`{name}`: {} can't be taken in", noun.entity.plural))
        .hint("the file was changed after it was written, or by a newer rolo; ask for it again")
        .rows(bad))
}

/// What was taken in so far.
struct Taken {
    /// Where a record of the file is here, by noun and its uid there.
    known: HashMap<(&'static str, Uuid), i64>,
    made: HashSet<i64>,
    deals: Vec<i64>,
}

impl Taken {
    fn take(
        &mut self,
        w: &mut Writer,
        noun: &Noun,
        mut values: Vec<(usize, Value)>,
        on_match: OnMatch,
        pipeline: Option<i64>,
    ) -> Result<()> {
        let uid_index = noun.require("uid")?.index;
        let Some(uid) = uid_of(noun, &values) else {
            return Err(Error::invalid(format!("a {} in the file has no uid", noun.name()))
                .hint("the file was changed after it was written; ask for it again"));
        };
        let is_told_here = self.knows_stages(noun, &values);
        for (index, value) in &mut values {
            self.lead_here(noun.fields[*index], value);
        }
        let there = match w.reader().by_uid(noun, uid, Among::Both)? {
            Match::One(id) => {
                Self::refuse_trashed(w, noun, id)?;
                Some(id)
            }
            _ if matches!(noun.name(), "deal" | "line" | "activity") => None,
            _ => w.same_as(noun, &without_uid(&values, uid_index))?,
        };
        if noun.name() == "deal"
            && let Some(pipeline) = pipeline
            && (there.is_some() || !is_told_here)
        {
            Self::place(w, noun, &mut values, pipeline, there.is_some())?;
        }
        if noun.name() == "deal" {
            Self::bring_stage_back(w, noun, &values)?;
        }
        let id = if let Some(id) = there {
            if noun.name() == "line" && Self::is_trashed(w, noun, id)? {
                w.restore(noun, id)?;
            }
            Self::join(w, noun, id, values, on_match)?;
            id
        } else {
            let id = w.insert(noun, values.into())?;
            if noun.name() == "deal" {
                self.made.insert(id);
            }
            id
        };
        self.known.insert((noun.name(), uid), id);
        if noun.name() == "deal" {
            self.deals.push(id);
        }
        Ok(())
    }

    /// The lines of the file are the deal's lines: what the other side took out goes to the trash.
    fn leave_lines_out(&self, w: &mut Writer) -> Result<()> {
        let noun = w.reader().model().noun("line")?;
        let told: HashSet<i64> =
            self.known.iter().filter(|((of, _), _)| *of == "line").map(|(_, id)| *id).collect();
        for deal in self.deals.iter().filter(|deal| !self.made.contains(deal)) {
            let link = noun.require("deal")?.field;
            for line in w.reader().pointing_at(noun, link, ("deal", *deal))? {
                if told.contains(&line) {
                    continue;
                }
                let label = w.stored(noun, line)?[noun.label_index()].to_cell();
                w.trash(noun, line)?;
                w.warnings.push(format!(
                    "line:{line} {label} of deal:{deal} isn't in the file: it went to the trash"
                ));
            }
        }
        Ok(())
    }

    /// A deal in the trash isn't changed unseen, and none comes into a stage in the trash; what else
    /// belongs to it is used where it lies.
    fn refuse_trashed(w: &Writer, noun: &Noun, id: i64) -> Result<()> {
        if noun.name() != "deal" || !Self::is_trashed(w, noun, id)? {
            return Ok(());
        }
        Err(Error::conflict(format!("the deal is deal:{id} here, in the trash"))
            .hint(format!("`rolo deal restore {id}` brings it back")))
    }

    fn is_trashed(w: &Writer, noun: &Noun, id: i64) -> Result<bool> {
        Ok(!w.stored(noun, id)?[noun.require("trashed")?.index].is_empty())
    }

    fn bring_stage_back(w: &mut Writer, noun: &Noun, values: &[(usize, Value)]) -> Result<()> {
        for name in ["pipeline", "stage"] {
            let index = noun.require(name)?.index;
            let Some((_, Value::Link(to))) = values.iter().find(|(i, _)| *i == index) else {
                continue;
            };
            let of = w.reader().model().noun(name)?;
            if Self::is_trashed(w, of, to.id)? {
                w.restore(of, to.id)?;
            }
        }
        Ok(())
    }

    fn join(
        w: &mut Writer,
        noun: &Noun,
        id: i64,
        mut values: Vec<(usize, Value)>,
        on_match: OnMatch,
    ) -> Result<()> {
        values.retain(|(i, _)| {
            !matches!(noun.fields[*i].name, "uid" | "created" | "updated" | "created_by")
        });
        match on_match {
            OnMatch::Skip => {}
            OnMatch::Fill => drop(w.fill_up(noun, id, values)?),
            _ => drop(w.update(noun, id, values)?),
        }
        Ok(())
    }

    /// Links by uid lead to where the record of the file is here.
    fn lead_here(&self, field: &crate::entity::Field, value: &mut Value) {
        let (Kind::Link(target) | Kind::Links(target, _)) = field.kind else { return };
        let here = |uid: Option<Uuid>| {
            let uid = uid?;
            self.known
                .iter()
                .find(|((noun, known), _)| *known == uid && target.allows(noun))
                .map(|((noun, _), id)| LinkTo::bare(noun, *id))
        };
        match value {
            Value::Named(name) => {
                if let Some(to) = here(name.uid) {
                    *value = Value::Link(to);
                }
            }
            Value::NamedLinks(names) => {
                let links: Vec<LinkTo> = names
                    .iter()
                    .filter_map(|n| here(n.uid).map(|to| LinkTo { role: n.role.clone(), ..to }))
                    .collect();
                *value = Value::Links(links);
            }
            _ => {}
        }
    }

    /// A pipeline of the receiver's own stands in for that of the file, and its stages for those of the
    /// same names.
    fn stand_in(
        &mut self,
        w: &Writer,
        noun: &Noun,
        values: &[(usize, Value)],
        pipeline: i64,
    ) -> Result<()> {
        let label = noun.entity.label();
        let name = values.iter().find(|(i, _)| noun.fields[*i].name == label.name);
        let name = name.and_then(|(_, v)| v.as_text());
        let Some((uid, name)) = uid_of(noun, values).zip(name) else { return Ok(()) };
        let own = match noun.name() {
            "pipeline" => Match::One(pipeline),
            _ => w.reader().by_key(noun, label, name, Among::Live, Some(pipeline))?,
        };
        if let Match::One(id) = own {
            self.known.insert((noun.name(), uid), id);
        }
        Ok(())
    }

    /// Whether all stages in which a deal is and was are known here.
    fn knows_stages(&self, noun: &Noun, values: &[(usize, Value)]) -> bool {
        let known = |uid: Option<Uuid>| uid.is_some_and(|u| self.known.contains_key(&("stage", u)));
        let told = values.iter().filter(|(i, _)| matches!(noun.fields[*i].name, "stage" | "stays"));
        told.map(|(_, v)| v).all(|value| match value {
            Value::Named(name) => known(name.uid),
            Value::NamedLinks(names) => names.iter().all(|n| known(n.uid)),
            _ => true,
        })
    }

    /// A new deal whose way was told in stages that there are none of here begins anew in the
    /// receiver's pipeline; a known deal stays where it is.
    fn place(
        w: &Writer,
        noun: &Noun,
        values: &mut Vec<(usize, Value)>,
        pipeline: i64,
        is_there: bool,
    ) -> Result<()> {
        let theirs = ["pipeline", "stage", "stays", "stage_since", "closed"];
        values.retain(|(i, _)| !theirs.contains(&noun.fields[*i].name));
        if is_there {
            return Ok(());
        }
        let first = w.reader().first_stage(pipeline, "open")?.ok_or_else(|| {
            Error::invalid("the pipeline has no open stage")
                .hint("add one: `rolo stage add NAME --pipeline …`")
        })?;
        for (name, to) in [("pipeline", pipeline), ("stage", first)] {
            let index = noun.require(name)?.index;
            values.push((index, Value::Link(LinkTo::bare(name, to))));
        }
        Ok(())
    }

    /// New deals are whoever's registers them; what happened to them there is told in a note.
    fn settle(
        &self,
        w: &mut Writer,
        package: &serde_json::Map<String, serde_json::Value>,
        from: &str,
    ) -> Result<()> {
        let noun = w.reader().model().noun("deal")?;
        let owner = noun.require("owner")?.index;
        let empty = Vec::new();
        let history = package.get("history").and_then(|h| h.as_array()).unwrap_or(&empty);
        for ((name, uid), id) in &self.known {
            if *name != "deal" {
                continue;
            }
            if self.made.contains(id) {
                let me = Value::Link(LinkTo::bare("user", w.me));
                w.update(noun, *id, vec![(owner, me)])?;
            }
            let of = |key: &str, entry: &serde_json::Value| {
                entry.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
            };
            let uid = uid.to_string();
            let mut body = format!("Registered from {from}");
            for entry in history.iter().filter(|e| of("deal", e) == uid) {
                let _ = write!(
                    body,
                    "\n{} {} {}: {} → {}",
                    of("at", entry),
                    of("who", entry),
                    of("field", entry),
                    of("old", entry),
                    of("new", entry)
                );
            }
            note(w, *id, &body, Some(&format!("handover:{uid}")))?;
        }
        Ok(())
    }
}

fn without_uid(values: &[(usize, Value)], uid: usize) -> Vec<(usize, Value)> {
    values.iter().filter(|(i, _)| *i != uid).cloned().collect()
}
