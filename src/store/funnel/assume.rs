//! Deals as if: their changed copies stand in a temporary table, and a temporary view bears the name
//! of the real one, as in `as_of`. Every query of this connection then counts them; the file is never
//! written, not even in a transaction that is taken back.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params};

use crate::entity::money::{Currency, Money};
use crate::entity::{Field, Kind, Locale, Noun, Value};
use crate::error::{Error, Result};
use crate::store::columns::push_params;
use crate::store::read::{Among, Reader, array};
use crate::store::schema::{columns_of, has_columns, quoted};

/// Some deals, and what is assumed of them.
#[derive(Debug, Clone)]
pub struct Assumption {
    pub ids: Vec<i64>,
    pub what: Assumed,
}

/// What is assumed of deals.
#[derive(Debug, Clone)]
pub enum Assumed {
    /// Fields with these values.
    Fields(Vec<(usize, Value)>),
    /// They are won today.
    Won,
}

const TABLE: &str = "temp.assumed_deal";

impl Reader<'_> {
    /// What `work` finds while deals are as assumed; where two assumptions set one field of a deal,
    /// the later counts.
    ///
    /// # Errors
    /// A field that can't be assumed, a value that doesn't fit, or what `work` returns.
    pub fn assuming<T>(
        &self,
        assumptions: &[Assumption],
        locale: &Locale,
        work: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        let guarded: bool = self.conn.query_row("PRAGMA query_only", [], |r| r.get(0))?;
        // Only tables of this connection's own are made.
        self.conn.execute_batch("PRAGMA query_only=OFF")?;
        let made = self.imagine(assumptions, locale);
        if guarded {
            self.conn.execute_batch("PRAGMA query_only=ON")?;
        }
        let found = made.and_then(|()| work(self));
        self.conn.execute_batch("PRAGMA query_only=OFF")?;
        let undone = self.wake_up();
        if guarded {
            self.conn.execute_batch("PRAGMA query_only=ON")?;
        }
        found.and_then(|found| undone.map(|()| found))
    }

    fn imagine(&self, assumptions: &[Assumption], locale: &Locale) -> Result<()> {
        let ids = array(assumptions.iter().flat_map(|a| a.ids.iter().copied()));
        self.conn.execute_batch(
            "DROP TABLE IF EXISTS temp.assumed_deal; \
             CREATE TEMP TABLE assumed_deal AS SELECT * FROM main.deal WHERE 0",
        )?;
        self.conn
            .prepare(&format!("INSERT INTO {TABLE} SELECT * FROM deal WHERE id IN rarray(?1)"))?
            .execute([ids])?;
        self.conn.execute_batch("CREATE UNIQUE INDEX temp.assumed_deal_id ON assumed_deal(id)")?;
        let noun = self.model.noun("deal")?;
        for assumption in assumptions {
            let ids = &assumption.ids;
            match &assumption.what {
                Assumed::Won => self.assume_won(ids)?,
                Assumed::Fields(values) => values
                    .iter()
                    .try_for_each(|(index, value)| self.assume(noun, *index, value, ids, locale))?,
            }
        }
        // A past that is looked back at has a view of its own, which goes on below this one.
        let past: Option<String> = self
            .conn
            .query_row(
                "SELECT sql FROM sqlite_temp_master WHERE type = 'view' AND name = 'deal'",
                [],
                |r| r.get(0),
            )
            .optional()?;
        let below = match past {
            Some(sql) => {
                let sql = sql.replacen("\"deal\"", "\"unassumed_deal\"", 1);
                let sql = sql.replacen("CREATE VIEW", "CREATE TEMP VIEW", 1);
                self.conn.execute_batch(&format!("DROP VIEW temp.deal; {sql}"))?;
                "temp.unassumed_deal"
            }
            None => "main.deal",
        };
        self.conn.execute_batch(&format!(
            "CREATE TEMP VIEW deal AS SELECT * FROM {below} t WHERE id NOT IN (SELECT id FROM {TABLE}) \
             UNION ALL SELECT * FROM {TABLE} t"
        ))?;
        Ok(())
    }

    /// Everything as it is again.
    fn wake_up(&self) -> Result<()> {
        let below: Option<String> = self
            .conn
            .query_row(
                "SELECT sql FROM sqlite_temp_master WHERE type = 'view' AND name = 'unassumed_deal'",
                [],
                |r| r.get(0),
            )
            .optional()?;
        let mine: bool = self.conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_temp_master WHERE name = 'deal' AND sql LIKE '%assumed_deal%')",
            [],
            |r| r.get(0),
        )?;
        if mine {
            self.conn.execute_batch("DROP VIEW temp.deal")?;
        }
        if let Some(sql) = below {
            let sql = sql.replacen("\"unassumed_deal\"", "\"deal\"", 1);
            let sql = sql.replacen("CREATE VIEW", "CREATE TEMP VIEW", 1);
            self.conn.execute_batch(&format!("DROP VIEW temp.unassumed_deal; {sql}"))?;
        }
        Ok(self.conn.execute_batch("DROP TABLE IF EXISTS temp.assumed_deal")?)
    }

    fn assume(
        &self,
        noun: &Noun,
        index: usize,
        value: &Value,
        ids: &[i64],
        locale: &Locale,
    ) -> Result<()> {
        let field = noun.fields[index];
        if !has_columns(field) || field.kind.is_many() || field.name == "pipeline" {
            return Err(Error::usage(format!("`{}` can't be assumed", field.name)).hint(
                "assume amount, closes, stage, owner, probability or another field of one value",
            ));
        }
        match (field.kind, value) {
            (_, Value::Amount(amount)) => {
                for currency in self.currencies_of(field, ids, locale)? {
                    let money = Money::of(*amount, currency).ok_or_else(|| {
                        Error::invalid(format!("{}: `{amount}` can't be an amount in {currency}: too large, or too many decimals", field.name))
                            .hint(field.kind.hint())
                    })?;
                    let condition = format!(" AND {}_currency = '{currency}'", field.name);
                    self.put(field, &Value::Money(money), ids, &condition)?;
                }
                Ok(())
            }
            (Kind::Link(_), Value::Named(_)) if field.name == "stage" => {
                self.assume_stage(value, ids)
            }
            (Kind::Link(target), Value::Named(name)) => {
                let to = self.resolve_link(target, &name.text, None)?;
                self.put(field, &Value::Link(to), ids, "")
            }
            _ if field.required && value.is_empty() => {
                Err(Error::usage(format!("`{}` can't be empty", field.name)))
            }
            _ => self.put(field, value, ids, ""),
        }
    }

    /// Sets the columns of a field.
    fn put(&self, field: &Field, value: &Value, ids: &[i64], condition: &str) -> Result<()> {
        let mut params = Vec::new();
        push_params(field, value, &mut params);
        let sets: Vec<String> = columns_of(field)
            .iter()
            .enumerate()
            .map(|(at, (column, _))| format!("{} = ?{}", quoted(column), at + 2))
            .collect();
        let sql =
            format!("UPDATE {TABLE} SET {} WHERE id IN rarray(?1){condition}", sets.join(", "));
        let mut stmt = self.conn.prepare(&sql)?;
        stmt.raw_bind_parameter(1, array(ids.iter().copied()))?;
        for (at, param) in params.into_iter().enumerate() {
            stmt.raw_bind_parameter(at + 2, param)?;
        }
        stmt.raw_execute()?;
        Ok(())
    }

    /// The currencies that an amount without one means: each deal's own, else its pipeline's, its
    /// company's, the usual one.
    fn currencies_of(&self, field: &Field, ids: &[i64], locale: &Locale) -> Result<Vec<Currency>> {
        let column = format!("{}_currency", field.name);
        self.conn.prepare(&format!(
            "UPDATE {TABLE} SET {column} = coalesce((SELECT p.currency FROM pipeline p WHERE p.id = pipeline), \
             (SELECT c.currency FROM company c WHERE c.id = company), ?2) WHERE id IN rarray(?1) AND {column} IS NULL"
        ))?
        .execute(params![array(ids.iter().copied()), locale.currency.code()])?;
        let sql =
            format!("SELECT DISTINCT {column} FROM {TABLE} WHERE id IN rarray(?1) ORDER BY 1");
        let mut stmt = self.conn.prepare(&sql)?;
        let codes = stmt.query_map([array(ids.iter().copied())], |r| r.get::<_, String>(0))?;
        let codes: Vec<String> = codes.collect::<rusqlite::Result<_>>()?;
        Ok(codes.iter().filter_map(|code| code.parse().ok()).collect())
    }

    /// The deals in a stage of this name, each in that of its own pipeline.
    fn assume_stage(&self, value: &Value, ids: &[i64]) -> Result<()> {
        let Value::Named(name) = value else { return Ok(()) };
        let stages = self.model.noun("stage")?;
        for pipeline in self.pipelines_of(ids)? {
            let stage = self.resolve_within(stages, &name.text, Among::Live, Some(pipeline))?;
            self.enter(stage, ids, pipeline)?;
        }
        Ok(())
    }

    /// The deals in the won stage of their pipelines, today.
    fn assume_won(&self, ids: &[i64]) -> Result<()> {
        for pipeline in self.pipelines_of(ids)? {
            let stage: Option<i64> = self
                .conn
                .query_row(
                    "SELECT id FROM stage WHERE pipeline = ?1 AND kind = 'won' AND trashed IS NULL ORDER BY position IS NULL, position, id LIMIT 1",
                    [pipeline],
                    |r| r.get(0),
                )
                .optional()?;
            let stage = stage.ok_or_else(|| {
                Error::invalid(format!("pipeline:{pipeline} has no won stage")).hint(format!(
                    "make one: `rolo stage add Won --pipeline {pipeline} --kind won`"
                ))
            })?;
            self.enter(stage, ids, pipeline)?;
        }
        Ok(())
    }

    fn pipelines_of(&self, ids: &[i64]) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT DISTINCT s.pipeline FROM {TABLE} t JOIN stage s ON s.id = t.stage WHERE t.id IN rarray(?1) ORDER BY 1"
        );
        let mut stmt = self.conn.prepare(&sql)?;
        let found = stmt.query_map([array(ids.iter().copied())], |r| r.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Puts deals of a pipeline into a stage now, with what follows from its kind, as `deal move` does.
    fn enter(&self, stage: i64, ids: &[i64], pipeline: i64) -> Result<()> {
        let moves = "id IN rarray(?1) AND stage <> ?2 AND stage IN (SELECT id FROM stage WHERE pipeline = ?3)";
        let kind: Option<String> =
            self.conn.query_row("SELECT kind FROM stage WHERE id = ?1", [stage], |r| r.get(0))?;
        let ends = if kind.as_deref().unwrap_or("open") == "open" {
            "closed = NULL, lost_reason = NULL, competitor = NULL".to_owned()
        } else {
            "closed = ?4, closes = ?5".to_owned()
        };
        let sql = format!("UPDATE {TABLE} SET {ends}, stage_since = ?4, stage = ?2 WHERE {moves}");
        let mut stmt = self.conn.prepare(&sql)?;
        stmt.raw_bind_parameter(1, array(ids.iter().copied()))?;
        let rest = [
            Sql::Integer(stage),
            Sql::Integer(pipeline),
            Sql::Text(self.moment.now.clone()),
            Sql::Text(self.moment.today.clone()),
        ];
        for (at, value) in rest.into_iter().enumerate().take(stmt.parameter_count() - 1) {
            stmt.raw_bind_parameter(at + 2, value)?;
        }
        stmt.raw_execute()?;
        Ok(())
    }
}
