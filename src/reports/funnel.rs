//! The way from a new deal to a won one, stage by stage.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{Cell, Column, Figure, Row};
use super::spread::percent;
use super::{Ask, Number, Opt, Sheet, Span};
use crate::entity::Value;
use crate::entity::when::{day_start, month_of, quarter_of};
use crate::error::{Error, Result};
use crate::store::{By, Ended, Key, Reached, Reader, Steps};

pub(super) const FUNNEL: Number = Number {
    verb: "funnel",
    about: "Show how many deals come from stage to stage, and how many are won in the end",
    definition: "A deal has entered a stage if it was ever there or in a later open stage of its \
        pipeline, or if it is won: whoever skips a stage has passed it, whoever goes back counts \
        once. Every deal enters the first stage. It went on if it entered the next stage; from the \
        last one, if it is won. share = went on / entered; won_share = of those that entered, the \
        deals that are won now; lost and open are the rest of them. Only stays in the pipeline that \
        the deal is in now count, and the stages as they follow each other now. With --cohort the \
        deals of each month or quarter in which they were made are counted apart.",
    source: "Conversion rates between successive stages, as in Farris, Bendle, Pfeifer and Reibstein: \
        Marketing Metrics, on the sales funnel; cohorts by the time of creation.",
    by: &[],
    period: Span::Maybe("Only deals that were made in this time"),
    what_if: false,
    options: &[Opt {
        name: "cohort",
        value: Some("month|quarter"),
        about: "The deals made in each month or quarter apart",
    }],
    empty: "there are no deals: `rolo deal add NAME --amount 12k` makes one",
    examples: &[
        "deal funnel",
        "deal funnel owner:me --cohort quarter --period 2026",
        "deal funnel --pipeline Sales --explain Sales/Proposal",
    ],
    run,
};

/// Deals that have come as far as a stage and no farther.
#[derive(Debug, Clone, Copy, Default)]
struct Came {
    open: i64,
    won: i64,
    lost: i64,
}

impl Came {
    fn all(self) -> i64 {
        self.open + self.won + self.lost
    }

    fn add(&mut self, other: Self) {
        self.open += other.open;
        self.won += other.won;
        self.lost += other.lost;
    }
}

/// The months or quarters of creation; of all time together where none are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cohort {
    All,
    Month,
    Quarter,
}

impl Cohort {
    fn of(ask: &Ask) -> Result<Self> {
        Ok(match ask.options.get("cohort").map(String::as_str) {
            None => Self::All,
            Some("month") => Self::Month,
            Some("quarter") => Self::Quarter,
            Some(other) => {
                return Err(Error::usage(format!("`--cohort` can't be `{other}`"))
                    .hint("write `--cohort month` or `--cohort quarter`"));
            }
        })
    }

    fn name(self, deal: &Reached, ask: &Ask) -> Option<String> {
        let day = deal.created?.with_timezone(&ask.times.zone).date_naive();
        match self {
            Self::All => None,
            Self::Month => month_of(day).name(),
            Self::Quarter => quarter_of(day).name(),
        }
    }
}

/// Cohort and pipeline → what became of the deals by the furthest step, and who they are.
type Counts = BTreeMap<(Option<String>, usize), (Vec<Came>, Vec<(usize, i64)>)>;

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let cohort = Cohort::of(ask)?;
    let zone = ask.times.zone;
    let bounds = (
        ask.first.map(|day| day_start(zone, day)),
        ask.last.and_then(|day| day.succ_opt()).map(|day| day_start(zone, day)),
    );
    let mut counts = Counts::new();
    let empty = |stages: usize| (vec![Came::default(); stages.max(1)], Vec::new());
    let deals = ask.deals(&[]);
    let steps = reader.reached(&deals, bounds, cohort != Cohort::All, |steps, deal| {
        let key = (cohort.name(&deal, ask), deal.pipeline);
        let stages = steps[deal.pipeline].stages.len();
        let (came, who) = counts.entry(key).or_insert_with(|| empty(stages));
        let last = came.len() - 1;
        let step = if deal.kind == Ended::Won { last } else { deal.step.min(last) };
        match deal.kind {
            Ended::Open => came[step].open += 1,
            Ended::Won => came[step].won += 1,
            Ended::Lost => came[step].lost += 1,
        }
        if ask.explain {
            who.push((step, deal.id));
        }
    })?;
    if cohort == Cohort::All && !counts.is_empty() {
        for (at, steps) in steps.iter().enumerate() {
            counts.entry((None, at)).or_insert_with(|| empty(steps.stages.len()));
        }
    }
    sheet(reader, &steps, &counts, cohort)
}

fn sheet(reader: &Reader, steps: &[Steps], counts: &Counts, cohort: Cohort) -> Result<Sheet> {
    let name = |name| Column::new(name, Figure::Name);
    let mut columns = vec![name("pipeline"), name("stage")];
    if cohort != Cohort::All {
        columns.insert(0, name("cohort"));
    }
    columns.extend(["entered", "went_on"].map(Column::count));
    columns.push(Column::new("share", Figure::Percent));
    columns.extend(["won", "lost", "open"].map(Column::count));
    columns.push(Column::new("won_share", Figure::Percent));
    let keys = steps.iter().flat_map(|s| &s.stages).map(|id| Key::Id(*id)).collect();
    let mut names: BTreeMap<Key, _> = BTreeMap::new();
    for named in reader.name_keys(By::Stage, keys)? {
        names.insert(named.key.clone(), named);
    }
    let mut sheet = Sheet { columns, ..Sheet::default() };
    for ((cohort, at), (came, who)) in counts {
        let mut entered = Came::default();
        for stopped in came {
            entered.add(*stopped);
        }
        for (step, stage) in steps[*at].stages.iter().enumerate() {
            let Some(named) = names.get(&Key::Id(*stage)) else { continue };
            // The won ones stand at the last step: they came all the way.
            let stopped = came[step];
            let rest = Came {
                open: entered.open - stopped.open,
                lost: entered.lost - stopped.lost,
                ..entered
            };
            let went_on = rest.all();
            let text = |text: &str| Cell::Value(Value::Text(text.to_owned()));
            let mut cells: Vec<Cell> = cohort.iter().map(|c| text(c)).collect();
            cells.extend([text(named.within.as_deref().unwrap_or_default()), text(&named.name)]);
            cells.extend([entered.all(), went_on].map(count));
            cells.push(share(went_on, entered.all()));
            cells.extend([entered.won, entered.lost, entered.open].map(count));
            cells.push(share(entered.won, entered.all()));
            let key = cohort.as_ref().map_or(named.typed(), |c| format!("{c}/{}", named.typed()));
            let mut ids: Vec<i64> =
                who.iter().filter(|(came, _)| *came >= step).map(|(_, id)| *id).collect();
            ids.sort_unstable();
            sheet.rows.push(Row { key, cells, ids, rates: BTreeSet::new() });
            entered = rest;
        }
    }
    Ok(sheet)
}

fn count(number: i64) -> Cell {
    Cell::Counts(BTreeMap::from([(None, number)]))
}

fn share(part: i64, whole: i64) -> Cell {
    Cell::Value(percent(part.into(), whole.into()))
}
