//! The exported records as plain data, and sums over them by hand: no SQL, no floats for money.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::history::History;

/// A currency's code → thousandths of its major unit.
pub(super) type Sums = BTreeMap<String, i128>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) uid: String,
    pub(super) name: String,
    pub(super) pipeline: String,
    pub(super) kind: String,
    pub(super) position: i64,
    /// Ten-thousandths of a percent.
    pub(super) probability: Option<i128>,
    pub(super) stale_days: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Deal {
    pub(super) cells: HashMap<String, String>,
    pub(super) stage: Stage,
    pub(super) created: DateTime<Utc>,
    pub(super) closed: Option<DateTime<Utc>>,
    pub(super) closes: Option<NaiveDate>,
    pub(super) amount: Option<(i128, String)>,
    /// Since when, and the stage's uid.
    pub(super) stays: Vec<(DateTime<Utc>, String)>,
}

/// All that a file tells at a moment.
#[derive(Debug, Clone)]
pub(super) struct Records {
    pub(super) now: DateTime<Utc>,
    pub(super) deals: Vec<Deal>,
    pub(super) stages: Vec<Stage>,
    pub(super) companies: Vec<HashMap<String, String>>,
    pub(super) rates: Vec<HashMap<String, String>>,
    pub(super) tasks: Vec<HashMap<String, String>>,
    /// Of each deal by its uid: from which day to which its expected close was moved.
    pub(super) moves: HashMap<String, Vec<(NaiveDate, NaiveDate)>>,
    pub(super) ids: HashMap<String, i64>,
}

pub(super) fn cells(text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|r| r.expect("a row"));
    rows.map(|r| heads.iter().map(str::to_owned).zip(r.iter().map(str::to_owned)).collect())
        .collect()
}

/// A decimal number as so many parts of one: `12.5` in thousandths is 12500.
pub(super) fn parts(text: &str, decimals: usize) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part:0<decimals$}");
    digits.parse().unwrap_or_else(|_| panic!("`{text}` isn't a number of {decimals} decimals"))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    (!text.is_empty()).then(|| text.parse().expect("an instant"))
}

/// How many thousandths the smallest unit of a currency has: what is worked out is whole in these.
pub(super) fn grain(currency: &str) -> i128 {
    match currency {
        "KWD" => 1,
        "JPY" => 1000,
        _ => 10,
    }
}

/// To the nearest multiple of a grain, a half to the even one: `over / under`.
pub(super) fn nearest_even(over: i128, under: i128) -> i128 {
    let down = over.div_euclid(under);
    let left = over - down * under;
    if left * 2 < under || (left * 2 == under && down % 2 == 0) { down } else { down + 1 }
}

/// The sums of an object by currency.
pub(super) fn sums_of(value: &Value) -> Sums {
    let all = value.as_object().unwrap_or_else(|| panic!("{value} isn't sums by currency"));
    all.iter().map(|(code, sum)| (code.clone(), parts(&sum.to_string(), 3))).collect()
}

impl Records {
    pub(super) fn of(history: &History, now: DateTime<Utc>) -> Self {
        let export = |noun: &str| cells(&history.ok(now, &[noun, "export"]));
        let stages: Vec<Stage> = export("stage").iter().map(stage).collect();
        let deals = export("deal").into_iter().map(|row| deal(row, &stages)).collect();
        let ids: HashMap<String, i64> = history
            .json(now, &["deal", "list", "--columns", "id,uid"])
            .as_array()
            .expect("deals")
            .iter()
            .map(|d| {
                (d["uid"].as_str().expect("a uid").to_owned(), d["id"].as_i64().expect("an id"))
            })
            .collect();
        let told = |id: &i64| moves(&history.json(now, &["deal", "history", &id.to_string()]));
        let moves = ids.iter().map(|(uid, id)| (uid.clone(), told(id))).collect();
        let (companies, rates, tasks) = (export("company"), export("rate"), export("task"));
        Self { now, deals, stages, companies, rates, tasks, moves, ids }
    }

    /// The open stages of a pipeline, in their order.
    pub(super) fn open_stages(&self, pipeline: &str) -> Vec<&Stage> {
        let mut found: Vec<&Stage> =
            self.stages.iter().filter(|s| s.pipeline == pipeline && s.kind == "open").collect();
        found.sort_by_key(|s| s.position);
        found
    }

    /// Sums in another currency, each converted with the latest rates and rounded once: from the euro
    /// or to it, else with a rate of its own, else over the euro.
    pub(super) fn in_one(&self, sums: &Sums, to: &str) -> i128 {
        let today = self.now.date_naive().to_string();
        let rate = |base: &str, quote: &str| {
            let of = |r: &&HashMap<String, String>| {
                r["base"] == base && r["quote"] == quote && r["date"] <= today
            };
            let latest = self.rates.iter().filter(of).max_by(|a, b| a["date"].cmp(&b["date"]));
            latest.map(|r| parts(&r["rate"], 6))
        };
        let of_euro = |code: &str| if code == "EUR" { Some(1_000_000) } else { rate("EUR", code) };
        let converted = |(code, sum): (&String, &i128)| {
            if code == to {
                return *sum;
            }
            let (over, under) = match rate(code, to) {
                Some(rate) => (rate, 1_000_000),
                None => (of_euro(to).expect("a rate"), of_euro(code).expect("a rate")),
            };
            nearest_even(sum * over, under * grain(to)) * grain(to)
        };
        sums.iter().map(converted).sum()
    }

    /// The territory of a deal: that of its company.
    pub(super) fn territory(&self, deal: &Deal) -> &str {
        let company = self.companies.iter().find(|c| c["uid"] == deal.cells["company_uid"]);
        company.map_or("", |c| &c["territory"])
    }
}

/// The moves of the expected close that a deal's history tells: from a day to another, not with the
/// end of the deal or its reopening, and not taken back by the change behind.
fn moves(history: &Value) -> Vec<(NaiveDate, NaiveDate)> {
    let mut standing: Vec<&Value> = Vec::new();
    for change in history.as_array().expect("changes") {
        if change["kind"] == "undo" {
            standing.pop();
        } else {
            standing.push(change);
        }
    }
    let mut found = Vec::new();
    for change in standing {
        let edits = change["edits"].as_array().expect("edits");
        let of = |field: &str| edits.iter().find(|e| e["field"] == field);
        if let (Some(closes), None) = (of("closes"), of("closed")) {
            let day = |key: &str| closes[key].as_str().map(|t| t.parse().expect("a day"));
            found.extend(day("old").zip(day("new")));
        }
    }
    found
}

fn stage(row: &HashMap<String, String>) -> Stage {
    Stage {
        uid: row["uid"].clone(),
        name: row["name"].clone(),
        pipeline: row["pipeline"].clone(),
        kind: row["kind"].clone(),
        position: row["position"].parse().expect("a position"),
        probability: (!row["probability"].is_empty()).then(|| parts(&row["probability"], 4)),
        stale_days: row["stale_days"].parse().ok(),
    }
}

fn deal(row: HashMap<String, String>, stages: &[Stage]) -> Deal {
    let stage = stages.iter().find(|s| s.uid == row["stage_uid"]).expect("its stage").clone();
    let since = row["stays"].split("; ").map(|s| {
        let at =
            s.replace("\\:", "#").split([' ', ':']).next().expect("since when").replace('#', ":");
        instant(&at).expect("since when")
    });
    let stays = since.zip(row["stays_uid"].split("; ").map(str::to_owned)).collect();
    let amount = (!row["amount"].is_empty())
        .then(|| (parts(&row["amount"], 3), row["amount_currency"].clone()));
    Deal {
        stage,
        created: instant(&row["created"]).expect("when it was made"),
        closed: instant(&row["closed"]),
        closes: row["closes"].parse().ok(),
        amount,
        stays,
        cells: row,
    }
}

impl Deal {
    pub(super) fn is(&self, kind: &str) -> bool {
        self.stage.kind == kind
    }

    /// Ten-thousandths of a percent; what is decided is sure.
    pub(super) fn chance(&self) -> Option<i128> {
        match self.stage.kind.as_str() {
            "won" => return Some(1_000_000),
            "lost" => return Some(0),
            _ => {}
        }
        let own = &self.cells["probability"];
        if own.is_empty() { self.stage.probability } else { Some(parts(own, 4)) }
    }

    /// Amount times chance, to the minor unit.
    pub(super) fn weighted(&self) -> Option<(i128, String)> {
        let (amount, currency) = self.amount.clone()?;
        let grain = grain(&currency);
        Some((nearest_even(amount * self.chance()?, 1_000_000 * grain) * grain, currency))
    }

    /// The same; a deal without a chance weighs nothing, and names its currency.
    pub(super) fn weighs(&self) -> Option<(i128, String)> {
        self.weighted().or_else(|| self.amount.clone().map(|(_, currency)| (0, currency)))
    }

    /// How a forecast counts it.
    pub(super) fn category(&self) -> &str {
        match (self.cells["forecast_category"].as_str(), self.chance().unwrap_or(0) / 10_000) {
            ("", 75..) => "commit",
            ("", 50..) => "best_case",
            ("", _) => "pipeline",
            (own, _) => own,
        }
    }

    /// The day on which it was decided.
    pub(super) fn decided(&self) -> Option<NaiveDate> {
        self.closes.or(self.closed.map(|at| at.date_naive()))
    }
}

/// Adds amounts up, each currency apart.
pub(super) fn add_up(amounts: impl Iterator<Item = (i128, String)>) -> Sums {
    let mut sums = Sums::new();
    for (amount, currency) in amounts {
        *sums.entry(currency).or_default() += amount;
    }
    sums
}

impl Deal {
    /// Open, and whole days longer in its stage than the stage allows.
    pub(super) fn is_stale(&self, now: DateTime<Utc>) -> bool {
        let since = self.stays.last().map_or(self.created, |s| s.0);
        self.is("open") && self.stage.stale_days.is_some_and(|d| (now - since).num_days() > d)
    }
}
