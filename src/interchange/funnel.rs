//! The stages of another program's file: those that nobody has yet are made, in the order of the
//! file's own funnel, with a kind told from their words.
//!
//! The order comes from the columns that say when a stage was entered, else from numbers that the
//! names begin with, else from the chances that the file gives, else from the first mention.

use std::collections::HashMap;

use super::Mapping;
use crate::entity::text::fold;
use crate::entity::{Field, Kind, LinkTo, Noun, Target, Value};
use crate::error::{Error, Result};
use crate::model::{Ending, ending};
use crate::store::{Among, Draft, IN_PASSING, Writer};

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
    chances: Vec<f64>,
}

/// The stages of a file as they come up.
pub(super) struct Funnel<'a> {
    noun: &'a Noun,
    stage: usize,
    stays: usize,
    outer: usize,
    chance: Option<usize>,
    /// Names in the order of the columns that say when each was entered.
    columns: Vec<String>,
    /// What `--stage-kind` says, by folded name.
    kinds: HashMap<String, String>,
    /// By pipeline and folded name; pipelines by id.
    known: HashMap<(String, String), Option<(i64, usize)>>,
    found: HashMap<i64, Vec<Station>>,
    unclear: Vec<String>,
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
            outer: noun.index(field.within?.0)?,
            chance: noun.index("probability"),
            columns: mapping.stations.iter().map(|(_, name)| name.clone()).collect(),
            kinds: kinds.iter().map(|(n, k)| (fold(n.trim()), k.clone())).collect(),
            known: HashMap::new(),
            found: HashMap::new(),
            unclear: Vec::new(),
        })
    }

    /// Makes the stages that a row names and nobody has.
    pub(super) fn meet(&mut self, w: &mut Writer, values: &[(usize, Value)]) -> Result<()> {
        let given = |index: usize| values.iter().find(|(i, _)| *i == index).map(|(_, v)| v);
        let outer = match given(self.outer) {
            Some(Value::Named(name)) => name.text.clone(),
            _ => String::new(),
        };
        if let Some(Value::NamedLinks(names)) = given(self.stays) {
            for name in names.iter().filter(|n| n.uid.is_none()) {
                self.station(w, &outer, &name.text)?;
            }
        }
        let Some(Value::Named(name)) = given(self.stage) else { return Ok(()) };
        let Some((pipeline, at)) = self.station(w, &outer, &name.text)? else { return Ok(()) };
        if let Some(Value::Decimal(chance)) = self.chance.and_then(given)
            && let Some(station) = self.found.get_mut(&pipeline).and_then(|f| f.get_mut(at))
        {
            station.chances.push(chance.to_string().parse().unwrap_or_default());
        }
        Ok(())
    }

    /// The place of a stage among those found; `None` where it isn't for the funnel to make.
    fn station(&mut self, w: &mut Writer, outer: &str, name: &str) -> Result<Option<(i64, usize)>> {
        let key = (fold(outer), fold(name.trim()));
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let place = self.new_station(w, outer, name.trim())?;
        self.known.insert(key, place);
        Ok(place)
    }

    fn new_station(
        &mut self,
        w: &mut Writer,
        outer: &str,
        name: &str,
    ) -> Result<Option<(i64, usize)>> {
        let field = self.noun.fields[self.stage];
        let Kind::Link(Target::One(entity)) = field.kind else { return Ok(None) };
        let stages = w.reader().model().noun(entity.name)?;
        if name.is_empty() || !w.manner.create_links {
            return Ok(None);
        }
        let Some(pipeline) = self.pipeline(w, outer)? else { return Ok(None) };
        let within = w.reader().find(stages, name, Among::Live, Some(pipeline))?;
        let (id, is_new) = match within {
            crate::store::Match::One(id) => (id, false),
            crate::store::Match::Several(_) => return Ok(None),
            // A name that only another pipeline has means that one, where the file names none.
            crate::store::Match::None
                if outer.is_empty()
                    && w.reader().find(stages, name, Among::Live, None)?.is_some() =>
            {
                return Ok(None);
            }
            crate::store::Match::None => (self.make(w, stages, field, pipeline, name)?, true),
        };
        let values = w.stored(stages, id)?;
        let kind = values[stages.require("kind")?.index].as_text().unwrap_or("open").to_owned();
        let found = self.found.entry(pipeline).or_default();
        found.push(Station { id, name: name.to_owned(), kind, is_new, chances: Vec::new() });
        Ok(Some((pipeline, found.len() - 1)))
    }

    fn pipeline(&self, w: &mut Writer, outer: &str) -> Result<Option<i64>> {
        let field = self.noun.fields[self.outer];
        let Kind::Link(Target::One(entity)) = field.kind else { return Ok(None) };
        let noun = w.reader().model().noun(entity.name)?;
        if outer.is_empty() {
            return w.default_of(self.noun, self.outer);
        }
        match w.reader().find(noun, outer, Among::Live, None)? {
            crate::store::Match::One(id) => Ok(Some(id)),
            crate::store::Match::Several(_) => Ok(None),
            crate::store::Match::None => {
                let values = vec![(noun.label_index(), Value::Text(outer.trim().to_owned()))];
                Ok(Some(
                    w.insert(noun, Draft { values, fingerprint: Some(IN_PASSING), ready: None })?,
                ))
            }
        }
    }

    fn make(
        &mut self,
        w: &mut Writer,
        stages: &Noun,
        field: &Field,
        pipeline: i64,
        name: &str,
    ) -> Result<i64> {
        let kind = match (self.kinds.get(&fold(name)), ending(name)) {
            (Some(said), _) => said.clone(),
            (None, Ending::Open) => "open".to_owned(),
            (None, Ending::Won) => "won".to_owned(),
            (None, Ending::Lost) => "lost".to_owned(),
            (None, Ending::Unclear) => {
                self.unclear.push(name.to_owned());
                "open".to_owned()
            }
        };
        let link = field.within.map_or("pipeline", |(_, theirs)| theirs);
        let values = vec![
            (stages.label_index(), Value::Text(name.to_owned())),
            (stages.require(link)?.index, Value::Link(LinkTo::bare("pipeline", pipeline))),
            (stages.require("kind")?.index, Value::Text(kind)),
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
            let are = if names.len() == 1 { "whether the stage" } else { "whether the stages" };
            return Err(Error::invalid(format!(
                "{are} {} means won, lost or open isn't clear: nothing was imported",
                names.join(", ")
            ))
            .hint(hint));
        }
        for (pipeline, stations) in std::mem::take(&mut self.found) {
            if stations.iter().any(|s| s.is_new) {
                self.arrange(w, pipeline, stations)?;
            }
        }
        Ok(())
    }

    fn arrange(&self, w: &mut Writer, pipeline: i64, mut stations: Vec<Station>) -> Result<()> {
        let field = self.noun.fields[self.stage];
        let Kind::Link(Target::One(entity)) = field.kind else { return Ok(()) };
        let stages = w.reader().model().noun(entity.name)?;
        Self::set_chances(w, stages, &stations)?;
        self.sort(&mut stations);
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
        let open = || stations.iter().filter(|s| s.kind == "open");
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
