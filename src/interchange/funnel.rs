//! The stages of another program's file: those that nobody has yet are made, in the order of the
//! file's own funnel, with a kind told from their words.
//!
//! The order comes from the columns that say when a stage was entered, else from numbers that the
//! names begin with, else from the chances that the file gives, else from the first mention.

use std::collections::{HashMap, HashSet};

use super::Mapping;
use crate::entity::text::fold;
use crate::entity::{Kind, LinkTo, Name, Noun, Since, Target, Value};
use crate::error::{Error, Result, nearest};
use crate::model::{Ending, ending};
use crate::store::{Among, Draft, IN_PASSING, Match, UNDATED, Writer};

/// What a header such as `Date entered "Closed Won (Sales)"` says was entered; `None` for others.
#[must_use]
pub(super) fn entered_station(header: &str) -> Option<String> {
    const BEFORE: &[&str] = &[
        "date entered stage ",
        "stage entered ",
        "entered stage ",
        "date entered ",
        "hs v2 date entered ",
        "hs date entered ",
        "entered ",
        "date of entering ",
        "дата перехода в ",
        "вход в ",
        "eingetreten in ",
    ];
    const BEHIND: &[&str] = &[
        " stage entered date",
        " stage entered",
        " entered date",
        " date entered",
        " entered at",
        " entered on",
        " entered",
    ];
    let plain = header.replace(['_', ':'], " ");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = plain.to_lowercase();
    // Lower case may change the length of a text; then no part of it can be told by its place.
    if lower.len() != plain.len() {
        return None;
    }
    let rest = BEFORE.iter().find(|b| lower.starts_with(**b)).map(|b| &plain[b.len()..]).or_else(
        || BEHIND.iter().find(|b| lower.ends_with(**b)).map(|b| &plain[..plain.len() - b.len()]),
    )?;
    let mut name = rest.trim();
    // What stands in brackets behind the name is its pipeline.
    if let Some((before, _)) = name.rsplit_once(" (").filter(|_| name.ends_with([')', '"'])) {
        name = before;
    }
    let name = name.trim().trim_matches(['"', '“', '”', '«', '»', '\'']).trim();
    let names_none = ["", "stage", "current stage", "pipeline", "by", "at", "on", "date", "in"];
    (!names_none.contains(&name.to_lowercase().as_str())).then(|| name.to_owned())
}

/// A stage that the file names.
#[derive(Debug)]
struct Station {
    id: i64,
    name: String,
    kind: String,
    /// Made by this import.
    is_new: bool,
    /// Stands where the file names none, and goes if it names one of its kind later.
    stands_in: bool,
    chances: Vec<f64>,
}

/// Where a stage stands: its pipeline, and its place among those found there.
type At = (i64, usize);

/// What a row has added, to be forgotten if the row is rejected.
#[derive(Debug, Default)]
struct Trace {
    names: Vec<(String, String)>,
    pipelines: Vec<String>,
    found: Vec<i64>,
    chances: Vec<At>,
    unclear: usize,
}

/// The stages of a file as they come up.
pub(super) struct Funnel<'a> {
    noun: &'a Noun,
    stage: usize,
    stays: usize,
    since: usize,
    outer: usize,
    outcome: usize,
    chance: Option<usize>,
    /// Names in the order of the columns that say when each was entered.
    columns: Vec<String>,
    /// What `--stage-kind` says, by folded name: the name as typed, and the kind.
    kinds: HashMap<String, (String, String)>,
    /// The names of stages that `--stage-kind` and the file both have, folded.
    heard: HashSet<String>,
    /// By pipeline and folded name; pipelines by id.
    known: HashMap<(String, String), Option<At>>,
    pipelines: HashMap<String, Option<i64>>,
    found: HashMap<i64, Vec<Station>>,
    unclear: Vec<String>,
    row: Trace,
}

impl<'a> Funnel<'a> {
    /// The funnel of a noun whose records go from station to station.
    pub(super) fn of(
        noun: &'a Noun,
        mapping: &Mapping,
        kinds: &[(String, String)],
    ) -> Option<Self> {
        let (stage, field) = noun.fields.iter().enumerate().find(|(_, f)| f.trail.is_some())?;
        let trail = field.trail?;
        if mapping.exact {
            return None;
        }
        Some(Self {
            noun,
            stage,
            stays: noun.index(trail.stays)?,
            since: noun.index(trail.since)?,
            outer: noun.index(field.within?.0)?,
            outcome: noun.index(trail.outcome)?,
            chance: noun.index("probability"),
            columns: mapping.stations.iter().map(|(_, name)| name.clone()).collect(),
            kinds: kinds.iter().map(|said| (fold(said.0.trim()), said.clone())).collect(),
            heard: HashSet::new(),
            known: HashMap::new(),
            pipelines: HashMap::new(),
            found: HashMap::new(),
            unclear: Vec::new(),
            row: Trace::default(),
        })
    }

    /// Makes the stages that a row names and nobody has, and settles where the record stands by its
    /// stage and by what the row says of its outcome.
    ///
    /// # Errors
    /// The stage says one thing and the outcome another.
    pub(super) fn meet(&mut self, w: &mut Writer, values: &mut Vec<(usize, Value)>) -> Result<()> {
        self.row = Trace { unclear: self.unclear.len(), ..Trace::default() };
        let given = |index: usize| values.iter().find(|(i, _)| *i == index).map(|(_, v)| v);
        let outer = match given(self.outer) {
            Some(Value::Named(name)) => name.text.clone(),
            _ => String::new(),
        };
        let pipeline = self.pipeline(w, &outer)?;
        if let Some(Value::NamedLinks(names)) = given(self.stays) {
            for name in names.iter().filter(|n| n.uid.is_none()) {
                self.station(w, &outer, &name.text)?;
            }
        }
        let at = match given(self.stage) {
            Some(Value::Named(name)) => self.station(w, &outer, &name.text)?,
            _ => None,
        };
        if let Some(at) = at
            && let Some(Value::Decimal(chance)) = self.chance.and_then(given)
        {
            let chance = chance.to_string().parse().unwrap_or_default();
            self.at_mut(at).into_iter().for_each(|s| s.chances.push(chance));
            self.row.chances.push(at);
        }
        let said = match given(self.outcome) {
            Some(Value::Text(word)) => word.clone(),
            _ => return Ok(()),
        };
        let is_named = given(self.stage).is_some();
        values.retain(|(i, _)| *i != self.outcome);
        match (at, pipeline) {
            (Some(at), _) => self.settle(w, values, at, &said),
            (None, Some(pipeline)) if !is_named => {
                if said == "closed" {
                    return Err(Error::invalid(
                        "it says that it is over, not whether it was won or lost",
                    )
                    .hint("say won or lost")
                    .at("stage"));
                }
                self.end(w, values, pipeline, &said)
            }
            _ => Ok(()),
        }
    }

    /// A record that was won or lost is in a stage that says so. An open stage is where it was last
    /// before that.
    fn settle(
        &mut self,
        w: &mut Writer,
        values: &mut Vec<(usize, Value)>,
        at: At,
        said: &str,
    ) -> Result<()> {
        let Some(station) = self.found.get(&at.0).and_then(|f| f.get(at.1)) else { return Ok(()) };
        let (name, kind) = (station.name.clone(), station.kind.clone());
        let is_end = kind != "open";
        if kind == said || is_end && said == "closed" || self.unclear.contains(&name) {
            return Ok(());
        }
        if is_end || said == "closed" {
            let is_new = self.found[&at.0][at.1].is_new;
            let (is, other) = if is_end { (kind.as_str(), "open") } else { ("open", "won") };
            let hint = if is_new {
                format!(
                    "mend one of the two, or say what the stage means: `--stage-kind '{name}={other}'`"
                )
            } else {
                "mend one of the two".to_owned()
            };
            return Err(Error::invalid(format!(
                "the stage `{name}` means {is}, and the status says {said}"
            ))
            .hint(hint)
            .at("stage"));
        }
        let before = self.keep(values);
        self.end(w, values, at.0, said)?;
        if let Some(before) = before {
            match values.iter_mut().find(|(i, _)| *i == self.stays) {
                Some((_, Value::NamedLinks(known))) => {
                    if !known.iter().any(|k| fold(&k.text) == fold(&before.text)) {
                        known.push(before);
                    }
                }
                _ => values.push((self.stays, Value::NamedLinks(vec![before]))),
            }
        }
        Ok(())
    }

    /// The stay in the stage that a row names, which was left for the one where it ended; the day that
    /// tells of the stage tells when that one was entered, not the end.
    fn keep(&self, values: &mut Vec<(usize, Value)>) -> Option<Name> {
        let since = values.iter().find_map(|(i, v)| match v {
            Value::Instant(at) if *i == self.since => Some(*at),
            _ => None,
        });
        let place = values.iter().position(|(i, _)| *i == self.stage)?;
        let (_, Value::Named(name)) = values.swap_remove(place) else { return None };
        values.retain(|(i, _)| *i != self.since);
        let role = since.map_or(UNDATED.to_owned(), |at| Since { at, by: None }.to_string());
        Some(Name { role: Some(role), ..name })
    }

    /// Puts a record into the first stage of a kind in a pipeline, and marks that nothing but the kind
    /// was said.
    fn end(
        &mut self,
        w: &mut Writer,
        values: &mut Vec<(usize, Value)>,
        pipeline: i64,
        kind: &str,
    ) -> Result<()> {
        let stage = self.first(w, pipeline, kind)?;
        values.push((self.stage, Value::Link(LinkTo::bare("stage", stage))));
        values.push((self.outcome, Value::Text(kind.to_owned())));
        Ok(())
    }

    fn at_mut(&mut self, (pipeline, at): At) -> Option<&mut Station> {
        self.found.get_mut(&pipeline)?.get_mut(at)
    }

    /// The place of a stage among those found; `None` where it isn't for the funnel to make.
    fn station(&mut self, w: &mut Writer, outer: &str, name: &str) -> Result<Option<At>> {
        let key = (fold(outer), fold(name.trim()));
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let place = self.new_station(w, outer, name.trim())?;
        self.row.names.push(key.clone());
        self.known.insert(key, place);
        Ok(place)
    }

    fn new_station(&mut self, w: &mut Writer, outer: &str, name: &str) -> Result<Option<At>> {
        if name.is_empty() {
            return Ok(None);
        }
        let stages = self.stages(w)?;
        let Some(pipeline) = self.pipeline(w, outer)? else { return Ok(None) };
        let mut found = w.reader().find_named(stages, name, Among::Live, Some(pipeline))?;
        if let (Match::None, true) = (&found, outer.is_empty()) {
            // A name that only another pipeline has means that one, where the file names none.
            found = w.reader().find_named(stages, name, Among::Live, None)?;
        }
        match found {
            Match::One(id) => self.known_station(w, stages, id, name).map(Some),
            Match::None if w.manner.create_links => {
                let kind = self.kind_of(name);
                let id = self.make(w, stages, pipeline, name, &kind)?;
                Ok(Some(self.add(
                    pipeline,
                    Station {
                        id,
                        name: name.to_owned(),
                        kind,
                        is_new: true,
                        stands_in: false,
                        chances: Vec::new(),
                    },
                )))
            }
            _ => Ok(None),
        }
    }

    /// A stage that is there, or that stood in for one of its name so far.
    fn known_station(&mut self, w: &Writer, stages: &Noun, id: i64, name: &str) -> Result<At> {
        let values = w.stored(stages, id)?;
        let link = self.noun.fields[self.stage].within.map_or("pipeline", |(_, theirs)| theirs);
        let pipeline = values[stages.require(link)?.index].as_link().map_or(0, |l| l.id);
        let kind = values[stages.require("kind")?.index].as_text().unwrap_or("open").to_owned();
        if let Some((_, said)) = self.kinds.get(&fold(name)).filter(|(_, said)| *said != kind) {
            return Err(Error::usage(format!(
                "`--stage-kind '{name}={said}'`: the stage is there already, and {kind}"
            ))
            .hint(format!("leave it out, or `rolo stage edit stage:{id} --kind {said}` first")));
        }
        self.heard.insert(fold(name));
        let stations = self.found.entry(pipeline).or_default();
        if let Some(at) = stations.iter().position(|s| s.id == id) {
            stations[at].stands_in = false;
            return Ok((pipeline, at));
        }
        let name = name.to_owned();
        Ok(self.add(
            pipeline,
            Station { id, name, kind, is_new: false, stands_in: false, chances: Vec::new() },
        ))
    }

    fn add(&mut self, pipeline: i64, station: Station) -> At {
        let found = self.found.entry(pipeline).or_default();
        found.push(station);
        self.row.found.push(pipeline);
        (pipeline, found.len() - 1)
    }

    fn stages<'m>(&self, w: &Writer<'m>) -> Result<&'m Noun> {
        match self.noun.fields[self.stage].kind {
            Kind::Link(Target::One(entity)) => w.reader().model().noun(entity.name),
            _ => Err(Error::failed("a trail without stations")),
        }
    }

    /// The pipeline that a row names, made where nobody has it.
    fn pipeline(&mut self, w: &mut Writer, outer: &str) -> Result<Option<i64>> {
        let key = fold(outer);
        if let Some(known) = self.pipelines.get(&key) {
            return Ok(*known);
        }
        let found = self.find_pipeline(w, outer)?;
        self.row.pipelines.push(key.clone());
        self.pipelines.insert(key, found);
        if let Some(pipeline) = found {
            // Records have to begin somewhere, whatever stages the file names and in what order.
            if w.manner.create_links && w.reader().first_stage(pipeline, "open")?.is_none() {
                self.stand_in(w, pipeline, "open")?;
            }
        }
        Ok(found)
    }

    fn find_pipeline(&self, w: &mut Writer, outer: &str) -> Result<Option<i64>> {
        let field = self.noun.fields[self.outer];
        let Kind::Link(Target::One(entity)) = field.kind else { return Ok(None) };
        let noun = w.reader().model().noun(entity.name)?;
        if outer.is_empty() {
            return w.default_of(self.noun, self.outer);
        }
        match w.reader().find_named(noun, outer, Among::Live, None)? {
            Match::One(id) => Ok(Some(id)),
            Match::None if w.manner.create_links => {
                let values = vec![(noun.label_index(), Value::Text(outer.trim().to_owned()))];
                Ok(Some(
                    w.insert(noun, Draft { values, fingerprint: Some(IN_PASSING), ready: None })?,
                ))
            }
            _ => Ok(None),
        }
    }

    /// The first stage of a kind that a pipeline had before the file, else one that stands in until
    /// the file has named its own.
    fn first(&mut self, w: &mut Writer, pipeline: i64, kind: &str) -> Result<i64> {
        let there = w.reader().first_stage(pipeline, kind)?;
        let stations = self.found.entry(pipeline).or_default();
        let of_file = |id: i64| stations.iter().any(|s| s.id == id && s.is_new);
        match there {
            Some(id) if !of_file(id) => Ok(id),
            _ => match stations.iter().find(|s| s.is_new && s.kind == kind && s.stands_in) {
                Some(known) => Ok(known.id),
                None if w.manner.create_links => self.stand_in(w, pipeline, kind),
                None => Err(Error::invalid(format!("its pipeline has no {kind} stage"))
                    .hint(format!("add one: `rolo stage add NAME --pipeline … --kind {kind}`"))
                    .at("stage")),
            },
        }
    }

    fn stand_in(&mut self, w: &mut Writer, pipeline: i64, kind: &str) -> Result<i64> {
        let stages = self.stages(w)?;
        let plain = kind[..1].to_uppercase() + &kind[1..];
        let mut name = plain.clone();
        let mut number = 1;
        while w.reader().find_named(stages, &name, Among::Live, Some(pipeline))?.is_some() {
            number += 1;
            name = format!("{plain} {number}");
        }
        let id = self.make(w, stages, pipeline, &name, kind)?;
        let kind = kind.to_owned();
        self.add(
            pipeline,
            Station { id, name, kind, is_new: true, stands_in: true, chances: Vec::new() },
        );
        Ok(id)
    }

    /// Forgets what a row brought that was rejected.
    pub(super) fn forget_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        for at in row.chances {
            if let Some(station) = self.at_mut(at) {
                station.chances.pop();
            }
        }
        for pipeline in row.found.iter().rev() {
            if let Some(found) = self.found.get_mut(pipeline) {
                found.pop();
            }
        }
        for name in row.names {
            self.known.remove(&name);
        }
        for name in row.pipelines {
            self.pipelines.remove(&name);
        }
        self.unclear.truncate(row.unclear);
    }

    /// What a name says that nobody has yet.
    fn kind_of(&mut self, name: &str) -> String {
        let folded = fold(name);
        if let Some((_, said)) = self.kinds.get(&folded) {
            self.heard.insert(folded);
            return said.clone();
        }
        match ending(name) {
            Ending::Open => "open",
            Ending::Won => "won",
            Ending::Lost => "lost",
            Ending::Unclear => {
                self.unclear.push(name.to_owned());
                "open"
            }
        }
        .to_owned()
    }

    fn make(
        &self,
        w: &mut Writer,
        stages: &Noun,
        pipeline: i64,
        name: &str,
        kind: &str,
    ) -> Result<i64> {
        let link = self.noun.fields[self.stage].within.map_or("pipeline", |(_, theirs)| theirs);
        let values = vec![
            (stages.label_index(), Value::Text(name.to_owned())),
            (stages.require(link)?.index, Value::Link(LinkTo::bare("pipeline", pipeline))),
            (stages.require("kind")?.index, Value::Text(kind.to_owned())),
        ];
        w.insert(stages, Draft { values, fingerprint: Some(IN_PASSING), ready: None })
    }

    /// Puts the new stages in order.
    ///
    /// # Errors
    /// The names of stages whose kind can't be told, all of them.
    pub(super) fn finish(mut self, w: &mut Writer, unclear: &mut Vec<String>) -> Result<()> {
        if !self.unclear.is_empty() {
            let names: Vec<String> = self.unclear.iter().map(|n| format!("`{n}`")).collect();
            let hint = format!(
                "say it: `--stage-kind '{}=won'`, or `=lost`, or `=open`; may be repeated",
                self.unclear[0]
            );
            unclear.append(&mut self.unclear);
            let (stage, means) =
                if names.len() == 1 { ("stage", "means") } else { ("stages", "mean") };
            return Err(Error::invalid(format!(
                "whether the {stage} {} {means} won, lost or open isn't clear: nothing was imported",
                names.join(", ")
            ))
            .hint(hint));
        }
        self.refuse_unheard()?;
        for (pipeline, stations) in std::mem::take(&mut self.found) {
            if stations.iter().any(|s| s.is_new) {
                self.arrange(w, pipeline, stations)?;
            }
        }
        Ok(())
    }

    /// A name behind `--stage-kind` that the file doesn't have is a slip of the pen.
    fn refuse_unheard(&self) -> Result<()> {
        let unheard = self.kinds.iter().filter(|(name, _)| !self.heard.contains(*name));
        let mut unheard: Vec<&str> = unheard.map(|(_, (typed, _))| typed.as_str()).collect();
        unheard.sort_unstable();
        let Some(first) = unheard.first() else { return Ok(()) };
        let mut names: Vec<&str> = self
            .found
            .values()
            .flatten()
            .filter(|s| !s.stands_in)
            .map(|s| s.name.as_str())
            .collect();
        names.sort_unstable();
        let near = nearest(first, names.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Err(Error::usage(format!("`--stage-kind`: the file names no stage `{first}`"))
            .hint(format!("{near}it names: {}", names.join(", "))))
    }

    fn arrange(&self, w: &mut Writer, pipeline: i64, mut stations: Vec<Station>) -> Result<()> {
        let field = self.noun.fields[self.stage];
        let Kind::Link(Target::One(entity)) = field.kind else { return Ok(()) };
        let stages = w.reader().model().noun(entity.name)?;
        Self::set_chances(w, stages, &stations)?;
        self.sort(&mut stations);
        self.relieve(w, stages, &mut stations)?;
        let rank = |kind: &str| match kind {
            "won" => 1,
            "lost" => 2,
            _ => 0,
        };
        // Those that were there keep their order; a new one comes behind what the file has before it.
        let mut order: Vec<(i64, u8)> = Vec::new();
        for (id, kind) in w.reader().stages_of(pipeline)? {
            if !stations.iter().any(|s| s.is_new && s.id == id) {
                order.push((id, rank(&kind)));
            }
        }
        let mut cursor = 0;
        for station in &stations {
            if station.is_new {
                order.insert(cursor, (station.id, rank(&station.kind)));
                cursor += 1;
            } else if let Some(at) = order.iter().position(|(id, _)| *id == station.id) {
                cursor = cursor.max(at + 1);
            }
        }
        order.sort_by_key(|(_, rank)| *rank);
        let ids: Vec<i64> = order.into_iter().map(|(id, _)| id).collect();
        w.put_in_order(stages, &ids)
    }

    /// What stood in goes where the file has named a stage of its kind, or nothing needed it.
    fn relieve(&self, w: &mut Writer, stages: &Noun, stations: &mut Vec<Station>) -> Result<()> {
        let stand_ins: Vec<(i64, String)> =
            stations.iter().filter(|s| s.stands_in).map(|s| (s.id, s.kind.clone())).collect();
        for (id, kind) in stand_ins {
            let own = stations.iter().find(|s| s.kind == kind && s.is_new && !s.stands_in);
            if w.replace_station(self.noun, stages, id, own.map(|s| s.id))? {
                stations.retain(|s| s.id != id);
            }
        }
        Ok(())
    }

    fn sort(&self, stations: &mut [Station]) {
        let column = |s: &Station| {
            self.columns.iter().position(|c| fold(c) == fold(&s.name)).unwrap_or(usize::MAX)
        };
        let number = |s: &Station| -> Option<u32> {
            let digits: String = s.name.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        };
        let mean = |s: &Station| -> Option<f64> {
            let count = u32::try_from(s.chances.len()).ok().filter(|n| *n > 0)?;
            Some(s.chances.iter().sum::<f64>() / f64::from(count))
        };
        let open = || stations.iter().filter(|s| s.kind == "open" && !s.stands_in);
        if !self.columns.is_empty() {
            stations.sort_by_key(column);
        } else if open().count() > 0 && open().all(|s| number(s).is_some()) {
            stations.sort_by_key(number);
        } else if open().count() > 0 && open().all(|s| mean(s).is_some()) {
            stations.sort_by(|a, b| mean(a).unwrap_or(101.0).total_cmp(&mean(b).unwrap_or(101.0)));
        }
    }

    /// A new stage whose deals all have one chance has it too.
    fn set_chances(w: &mut Writer, stages: &Noun, stations: &[Station]) -> Result<()> {
        let index = stages.require("probability")?.index;
        for station in stations.iter().filter(|s| s.is_new && s.kind == "open") {
            let Some(first) = station.chances.first() else { continue };
            let one = station.chances.iter().all(|c| c.total_cmp(first).is_eq());
            if let (true, Ok(chance)) = (one, first.to_string().parse()) {
                w.update(stages, station.id, vec![(index, Value::Decimal(chance))])?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_which_stage_was_entered() {
        for (header, station) in [
            ("Date entered \"Closed Won (Sales Pipeline)\"", Some("Closed Won")),
            ("Qualified entered", Some("Qualified")),
            ("stage entered: Demo", Some("Demo")),
            ("entered_qualified", Some("qualified")),
            ("Дата перехода в Переговоры", Some("Переговоры")),
            ("stage entered", None),
            ("date entered stage", None),
            ("Entered by", None),
            ("amount", None),
        ] {
            assert_eq!(entered_station(header).as_deref(), station, "{header}");
        }
    }

    #[test]
    fn the_kind_of_a_stage_is_told_from_words_of_many_languages() {
        for (name, kind) in [
            ("Closed Won", Ending::Won),
            ("5. Gewonnen", Ending::Won),
            ("Успешно реализовано", Ending::Won),
            ("赢单", Ending::Won),
            ("Закрыто и не реализовано", Ending::Lost),
            ("Perdu", Ending::Lost),
            ("Closed - Lost", Ending::Lost),
            ("Negotiation", Ending::Open),
            ("Договор подписан", Ending::Open),
            ("Closed", Ending::Unclear),
            ("Abgeschlossen", Ending::Unclear),
            ("Won/Lost", Ending::Unclear),
        ] {
            assert_eq!(ending(name), kind, "{name}");
        }
    }
}
