//! What was won of a quota, in its own currency, and the bonus that this earns.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

use super::read::{Listing, Path, Reader};
use crate::entity::exchange::{Converted, Quoted, half_even, rounded};
use crate::entity::money::Money;
use crate::entity::{LinkTo, Value};
use crate::error::{Error, Result};
use crate::model::DEALS_OF_QUOTA;

/// A quota, and what came of it.
#[derive(Debug, Clone)]
pub struct Attainment {
    pub id: i64,
    pub period: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub user: Option<LinkTo>,
    pub team: Option<LinkTo>,
    pub territory: Option<LinkTo>,
    pub target: Money,
    /// What was won, by currency.
    pub won: Vec<Money>,
    /// The same in the quota's currency, with the rates of its last day or of today.
    pub total: Converted,
    /// Percent of the target, with one decimal.
    pub percent: Decimal,
    pub bonus: Option<Bonus>,
}

/// What a rule pays.
#[derive(Debug, Clone)]
pub struct Bonus {
    pub rule: String,
    pub amount: Money,
    /// Rates that its fixed amount took.
    pub used: BTreeSet<Quoted>,
}

/// A rule for bonuses as it is declared.
struct Rule {
    name: String,
    attainment: i64,
    percent: Option<Decimal>,
    above: bool,
    amount: Option<Money>,
    team: Option<i64>,
}

const COLUMNS: [&str; 8] =
    ["period", "first_day", "last_day", "user", "team", "territory", "amount", "won"];

impl Reader<'_> {
    /// What was won of the quotas of a listing, in its order.
    ///
    /// # Errors
    /// A currency has no rate to that of its quota.
    pub fn attainment(&self, mut quotas: Listing, today: NaiveDate) -> Result<Vec<Attainment>> {
        let noun = quotas.noun;
        quotas.columns =
            COLUMNS.iter().filter_map(|c| noun.index(c)).map(|i| Path::of(noun, i)).collect();
        let rules = self.bonus_rules()?;
        let mut all = Vec::new();
        for found in self.list(&quotas)? {
            let mut of = Self::quota(found.id, found.values)?;
            let rates = self.rates(of.last.min(today))?;
            of.total =
                rates.total(of.won.iter().map(|m| (m.currency, m.minor)), of.target.currency)?;
            let tenths = half_even(i128::from(of.total.minor) * 1000, i128::from(of.target.minor));
            of.percent = Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1);
            of.bonus = self.bonus(&of, &rules, &rates)?;
            all.push(of);
        }
        Ok(all)
    }

    fn quota(id: i64, values: Vec<Value>) -> Result<Attainment> {
        let broken = || {
            Error::invalid(format!("quota:{id} has no right period or amount"))
                .hint(format!("`rolo quota show {id}` shows it, `rolo quota edit {id}` mends it"))
        };
        let Ok([period, first, last, user, team, territory, amount, won]) =
            <[Value; COLUMNS.len()]>::try_from(values)
        else {
            return Err(broken());
        };
        let (Value::Date(first), Value::Date(last), Value::Money(target)) = (first, last, amount)
        else {
            return Err(broken());
        };
        if target.minor <= 0 {
            return Err(broken());
        }
        let link = |value: Value| value.as_link().cloned();
        let won = if let Value::Totals(sums) = won { sums } else { Vec::new() };
        Ok(Attainment {
            id,
            period: period.to_cell(),
            first,
            last,
            user: link(user),
            team: link(team),
            territory: link(territory),
            target,
            won,
            total: Converted { minor: 0, currency: target.currency, used: BTreeSet::new() },
            percent: Decimal::ZERO,
            bonus: None,
        })
    }

    fn bonus_rules(&self) -> Result<Vec<Rule>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT name, attainment, percent, \"of\", amount, amount_currency, team FROM bonus \
             WHERE trashed IS NULL ORDER BY attainment DESC, id",
        )?;
        let rows = stmt.query_map([], |r| {
            let currency = r.get::<_, Option<String>>(5)?.and_then(|c| c.parse().ok());
            let percent: Option<f64> = r.get(2)?;
            Ok(Rule {
                name: r.get(0)?,
                attainment: r.get(1)?,
                percent: percent.and_then(|p| Decimal::try_from(p).ok()),
                above: r.get::<_, Option<String>>(3)?.as_deref() == Some("above"),
                amount: match (r.get(4)?, currency) {
                    (Some(minor), Some(currency)) => Some(Money { minor, currency }),
                    _ => None,
                },
                team: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What the highest rule that was reached pays, in the currency of the quota.
    fn bonus(
        &self,
        of: &Attainment,
        rules: &[Rule],
        rates: &crate::entity::exchange::Rates,
    ) -> Result<Option<Bonus>> {
        let team = match (&of.team, &of.user) {
            (Some(team), _) => Some(team.id),
            (None, Some(user)) => self
                .conn
                .prepare_cached("SELECT team FROM user WHERE id = ?1")?
                .query_row([user.id], |r| r.get(0))?,
            (None, None) => None,
        };
        let reached = |r: &&Rule| {
            of.percent >= Decimal::from(r.attainment) && (r.team.is_none() || r.team == team)
        };
        let Some(rule) = rules.iter().find(reached) else { return Ok(None) };
        let base = if rule.above { of.total.minor - of.target.minor } else { of.total.minor };
        let mut minor = match rule.percent.map(|p| p.normalize()) {
            Some(percent) => {
                let over = i128::from(base.max(0)).checked_mul(percent.mantissa());
                let under = 10_i128.checked_pow(percent.scale() + 2);
                let grain = of.target.currency.grain();
                over.zip(under).and_then(|(o, u)| rounded(o, u, grain))
            }
            None => Some(0),
        }
        .ok_or_else(|| Error::invalid(format!("the bonus `{}` is too large", rule.name)))?;
        let mut used = BTreeSet::new();
        if let Some(fixed) = rule.amount {
            let fixed = rates.convert(fixed.minor, fixed.currency, of.target.currency)?;
            minor += fixed.minor;
            used = fixed.used;
        }
        let amount = Money { minor, currency: of.target.currency };
        Ok(Some(Bonus { rule: rule.name.clone(), amount, used }))
    }

    /// The deals that a quota counts as won.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn deals_of_quota(&self, quota: i64) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT x.id FROM quota t JOIN deal x ON x.id IN ({}) WHERE t.id = ?1 ORDER BY x.id",
            DEALS_OF_QUOTA.replace("{t}", "t")
        );
        let mut stmt = self.conn.prepare(&sql)?;
        let ids = stmt.query_map([quota], |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}
