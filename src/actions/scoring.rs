//! How promising a lead is: points by declared rules, each with its reason.

use chrono::{DateTime, Utc};

use super::sharing::compiled;
use crate::entity::{Column, Locale, Noun, Value};
use crate::error::Result;
use crate::filter;
use crate::model::LEAD;
use crate::store::{ScoreRule, Writer};

const SCORE: Column = LEAD.column("score");

/// What a rule gives a lead.
#[derive(Debug, Clone)]
pub struct Points {
    pub rule: String,
    pub points: i64,
    /// Why so many.
    pub why: String,
}

/// The rules for points.
pub struct Scoring {
    rules: Vec<(ScoreRule, Option<filter::Sql>)>,
}

impl Scoring {
    /// The rules of the file.
    ///
    /// # Errors
    /// A rule's filter isn't right any more, or the database can't be read.
    pub fn new(w: &Writer, leads: &Noun, locale: &Locale) -> Result<Self> {
        let mut rules = Vec::new();
        for rule in w.reader().score_rules()? {
            let sql = compiled(w, leads, rule.filter.as_deref(), locale, "scoring", &rule.name)?;
            rules.push((rule, sql));
        }
        Ok(Self { rules })
    }

    /// Whether there are no rules at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What each rule that fits gives a lead, in the order of the rules; the score is their sum.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn points(&self, w: &Writer, leads: &Noun, id: i64) -> Result<Vec<Points>> {
        let lead = w.stored(leads, id)?;
        let created = match leads.index("created").map(|i| &lead[i]) {
            Some(Value::Instant(at)) => *at,
            _ => w.clock().now(),
        };
        let mut all = Vec::new();
        for (rule, sql) in &self.rules {
            if let Some(sql) = sql
                && !w.reader().fits(leads, id, sql)?
            {
                continue;
            }
            let times = match &rule.activity {
                Some(kind) => {
                    let most = rule.most.unwrap_or(i64::MAX);
                    w.reader().activity_times((leads.name(), id), kind, most)?
                }
                None => vec![created],
            };
            if times.is_empty() {
                continue;
            }
            all.push(given(rule, &times, w.clock().now()));
        }
        Ok(all)
    }

    /// Writes the score of a lead; `true` where it differs.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn write(&self, w: &mut Writer, leads: &Noun, id: i64) -> Result<bool> {
        let sum = self.points(w, leads, id)?.iter().map(|p| p.points).sum();
        w.update(leads, id, vec![(leads.require(SCORE.0)?.index, Value::Int(sum))])
    }
}

/// The points of a rule: for each time, halved with every half-life since; the sum is rounded to a
/// whole number, a half to the even one.
fn given(rule: &ScoreRule, times: &[DateTime<Utc>], now: DateTime<Utc>) -> Points {
    #[expect(clippy::cast_precision_loss, reason = "points and days are far below 2^52")]
    let worth = |at: &DateTime<Utc>| -> f64 {
        let days = (now - *at).num_seconds().max(0) as f64 / 86_400.0;
        let half = rule.half_life.map_or(1.0, |half| 0.5_f64.powf(days / half as f64));
        rule.points as f64 * half
    };
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the declared ranges")]
    let points = times.iter().map(worth).sum::<f64>().round_ties_even() as i64;
    let mut why = match (&rule.activity, &rule.filter) {
        (Some(kind), _) => format!("{} × {kind}, {} each", times.len(), rule.points),
        (None, Some(filter)) => filter.clone(),
        (None, None) => "every lead".to_owned(),
    };
    if let Some(half) = rule.half_life {
        let oldest = times.iter().map(|at| (now - *at).num_days().max(0)).max().unwrap_or(0);
        why = format!("{why}; {} halved every {half} days, {oldest} days old", rule.points);
    }
    Points { rule: rule.name.clone(), points, why }
}
