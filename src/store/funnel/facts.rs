//! What is read of each deal for a number, and what follows from it: its keys and its chance. What
//! belongs to few records (stages, teams of owners, territories of companies) is read once, not with
//! every deal.

use foldhash::HashMap;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::{By, Deals, Key, Thresholds};
use crate::error::Result;
use crate::store::read::Reader;

/// A stage as far as deals depend on it.
pub(super) struct StageFacts {
    pipeline: Option<i64>,
    kind: String,
    /// In ten-thousandths of a percent.
    chance: Option<i64>,
}

/// The stages in which the deals that are asked for stand.
pub(super) struct Stages(HashMap<i64, StageFacts>);

/// What is read of each deal.
pub(super) struct Facts<'a> {
    by: Vec<By>,
    stages: &'a Stages,
    thresholds: Thresholds,
    /// The team of each owner, the territory of each company.
    links: HashMap<i64, i64>,
    others: HashMap<i64, i64>,
    day: &'static str,
}

/// What a deal has for a key, as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw<'r> {
    None,
    Id(i64),
    Word(&'r str),
}

impl From<Raw<'_>> for Key {
    fn from(raw: Raw) -> Self {
        match raw {
            Raw::None => Self::None,
            Raw::Id(id) => Self::Id(id),
            Raw::Word(word) => Self::Word(word.to_owned()),
        }
    }
}

impl Stages {
    pub(super) fn of(reader: &Reader, deals: &Deals) -> Result<Self> {
        let mut stmt = reader.conn.prepare_cached(
            "SELECT id, pipeline, coalesce(kind, 'open'), probability FROM stage WHERE ?1 IS NULL OR pipeline = ?1",
        )?;
        let mut rows = stmt.query([deals.pipeline])?;
        let mut found = HashMap::default();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(2)?;
            if deals.kinds.is_empty() || deals.kinds.contains(&kind.as_str()) {
                let percent: Option<f64> = row.get(3)?;
                let chance = percent.map(fine);
                let facts = StageFacts { pipeline: row.get(1)?, kind, chance };
                found.insert(row.get(0)?, facts);
            }
        }
        Ok(Self(found))
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.keys().copied()
    }

    /// The condition that a deal `t` stands in one of them.
    fn condition(&self) -> String {
        let mut ids: Vec<i64> = self.ids().collect();
        ids.sort_unstable();
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        format!("t.stage IN ({})", ids.join(", "))
    }
}

impl<'a> Facts<'a> {
    pub(super) fn of(
        reader: &Reader,
        by: &[By],
        stages: &'a Stages,
        deals: &Deals,
    ) -> Result<Self> {
        let linked = |of: By, sql: &str| {
            let mut found = HashMap::default();
            if by.contains(&of) {
                let mut stmt = reader.conn.prepare(sql)?;
                let mut rows = stmt.query([])?;
                while let Some(row) = rows.next()? {
                    found.insert(row.get(0)?, row.get(1)?);
                }
            }
            Ok::<_, crate::error::Error>(found)
        };
        Ok(Self {
            by: by.to_vec(),
            stages,
            thresholds: deals.thresholds,
            links: linked(By::Team, "SELECT id, team FROM user WHERE team IS NOT NULL")?,
            others: linked(
                By::Territory,
                "SELECT id, territory FROM company WHERE territory IS NOT NULL",
            )?,
            day: deals.day(),
        })
    }

    /// The query over deals: `rest` begins in column [`Self::rest`].
    pub(super) fn sql(&self, deals: &Deals, rest: &str, order: &str) -> String {
        let keys: String = self.by.iter().map(|by| format!("{}, ", self.column(*by))).collect();
        let (where_stage, conditions) = (self.stages.condition(), deals.conditions());
        format!(
            "SELECT t.stage, t.probability, {keys}{rest} FROM deal t WHERE {where_stage} AND t.trashed IS NULL{conditions}{order}"
        )
    }

    /// The query over the deals of one stage and one currency, `:stage` and `:currency`.
    pub(super) fn sql_of_pile(&self, deals: &Deals, rest: &str) -> String {
        let keys: String = self.by.iter().map(|by| format!("{}, ", self.column(*by))).collect();
        format!(
            "SELECT NULL, t.probability, {keys}{rest} FROM deal t WHERE t.stage = :stage \
             AND t.amount_currency IS :currency AND t.trashed IS NULL{}",
            deals.conditions()
        )
    }

    /// The first column behind what is read for the keys.
    pub(super) fn rest(&self) -> usize {
        2 + self.by.len()
    }

    fn column(&self, by: By) -> &'static str {
        match by {
            By::Stage | By::Pipeline | By::Status => "NULL",
            By::Owner | By::Team => "t.owner",
            By::Source => "t.source",
            By::Territory => "t.company",
            By::Month => self.day,
            By::Category => "t.forecast_category",
            By::Reason => "t.lost_reason",
            By::Competitor => "t.competitor",
            By::Partner => "t.partner",
        }
    }

    /// The key of a deal in one of the dimensions.
    pub(super) fn key<'r>(&self, row: &'r Row, at: usize) -> Result<Raw<'r>>
    where
        'a: 'r,
    {
        self.key_in(row, at, Self::stage(row)?, own_chance(row)?)
    }

    /// The same, where the stage is known that the deal stands in, and its own chance.
    pub(super) fn key_in<'r>(
        &self,
        row: &'r Row,
        at: usize,
        id: i64,
        own: Option<i64>,
    ) -> Result<Raw<'r>>
    where
        'a: 'r,
    {
        let by = self.by[at];
        let stage = || self.stages.0.get(&id);
        let read = || {
            Ok::<_, rusqlite::Error>(match row.get_ref(2 + at)? {
                ValueRef::Integer(id) => Raw::Id(id),
                ValueRef::Text(word) => std::str::from_utf8(word).map_or(Raw::None, Raw::Word),
                _ => Raw::None,
            })
        };
        let through = |links: &HashMap<i64, i64>| {
            Ok::<_, rusqlite::Error>(match read()? {
                Raw::Id(id) => links.get(&id).map_or(Raw::None, |to| Raw::Id(*to)),
                other => other,
            })
        };
        Ok(match by {
            By::Stage => Raw::Id(id),
            By::Pipeline => stage().and_then(|s| s.pipeline).map_or(Raw::None, Raw::Id),
            By::Status => stage().map_or(Raw::None, |s| Raw::Word(&s.kind)),
            By::Team => through(&self.links)?,
            By::Territory => through(&self.others)?,
            By::Category => Raw::Word(self.category(read()?, own, stage())),
            By::Month => match read()? {
                Raw::Word(day) => Raw::Word(day.get(..7).unwrap_or(day)),
                other => other,
            },
            _ => read()?,
        })
    }

    /// The category that a deal has in the forecast: its own, or what follows from its chance. A
    /// decided deal has no say in it, and one that was reopened isn't closed any more.
    fn category<'r>(&self, said: Raw<'r>, own: Option<i64>, stage: Option<&StageFacts>) -> &'r str {
        match stage.map_or("open", |s| s.kind.as_str()) {
            "won" => return "closed",
            "lost" => return "omitted",
            _ => {}
        }
        if let Raw::Word(said) = said
            && said != "closed"
        {
            return said;
        }
        let chance = own.or_else(|| stage.and_then(|s| s.chance));
        let from = |least: i64| chance.is_some_and(|c| c >= least * 10_000);
        match () {
            () if from(self.thresholds.commit) => "commit",
            () if from(self.thresholds.best_case) => "best_case",
            () => "pipeline",
        }
    }

    /// The chance of every deal in a stage that has none itself, in ten-thousandths of a percent, and
    /// whether it counts for all of them: what is decided is sure.
    pub(super) fn chance(&self, stage: i64) -> (Option<i64>, bool) {
        let Some(stage) = self.stages.0.get(&stage) else { return (None, false) };
        match stage.kind.as_str() {
            "won" => (Some(fine(100.0)), true),
            "lost" => (Some(0), true),
            _ => (stage.chance, false),
        }
    }

    /// The stage that a deal stands in.
    pub(super) fn stage(row: &Row) -> rusqlite::Result<i64> {
        Ok(match row.get_ref(0)? {
            ValueRef::Integer(id) => id,
            _ => 0,
        })
    }
}

/// The probability that a deal has itself, in ten-thousandths of a percent.
pub(super) fn own_chance(row: &Row) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(1)? {
        ValueRef::Real(percent) => Some(fine(percent)),
        ValueRef::Integer(percent) => Some(percent.saturating_mul(10_000)),
        _ => None,
    })
}

/// A percent in ten-thousandths, as SQL has it too.
#[expect(clippy::cast_possible_truncation, reason = "a percent is small")]
fn fine(percent: f64) -> i64 {
    (percent * 10_000.0).round() as i64
}
