//! Counts and sums of deals by stage, always from SQL.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::Store;
use super::read::{Reader, uid_of};
use crate::entity::LinkTo;
use crate::entity::money::Currency;
use crate::error::Result;
use crate::filter;

/// A stage of a pipeline with what stands in it.
#[derive(Debug, Clone)]
pub struct StageSums {
    /// The stage's id.
    pub id: i64,
    pub pipeline: String,
    pub name: String,
    /// `open`, `won` or `lost`.
    pub kind: String,
    pub count: u64,
    /// Minor units by currency.
    pub sums: BTreeMap<Currency, i64>,
    /// Amount times chance, each deal rounded half away from zero to the minor unit.
    pub weighted: BTreeMap<Currency, i64>,
    /// With `deals`: those in the stage, newest first.
    pub deals: Vec<LinkTo>,
}

impl Store {
    /// The open stage behind the one that a deal stands in.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn next_stage(&self, deal: i64) -> Result<Option<i64>> {
        let sql = "SELECT n.id FROM deal d JOIN stage s ON s.id = d.stage JOIN stage n ON n.pipeline = s.pipeline AND n.position = s.position + 1 AND n.kind = 'open' WHERE d.id = ?1";
        Ok(self.conn().prepare_cached(sql)?.query_row([deal], |r| r.get(0)).optional()?)
    }
}

impl Reader<'_> {
    /// The stages of one pipeline or all, open ones first, in their order; a filter narrows the
    /// deals, not the stages.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn board(
        &self,
        pipeline: Option<i64>,
        filter: Option<&filter::Sql>,
        deals: bool,
    ) -> Result<Vec<StageSums>> {
        let mut stages: Vec<(i64, StageSums)> = Vec::new();
        let mut stmt = self.conn.prepare(
            "SELECT s.id, p.name, s.name, coalesce(s.kind, 'open') FROM stage s JOIN pipeline p ON p.id = s.pipeline \
             WHERE s.trashed IS NULL AND p.trashed IS NULL AND (?1 IS NULL OR p.id = ?1) \
             ORDER BY coalesce(p.is_default, 0) DESC, p.id, CASE s.kind WHEN 'won' THEN 1 WHEN 'lost' THEN 2 ELSE 0 END, s.position IS NULL, s.position, s.id",
        )?;
        let mut rows = stmt.query([pipeline])?;
        while let Some(row) = rows.next()? {
            stages.push((
                row.get(0)?,
                StageSums {
                    id: row.get(0)?,
                    pipeline: row.get(1)?,
                    name: row.get(2)?,
                    kind: row.get(3)?,
                    count: 0,
                    sums: BTreeMap::new(),
                    weighted: BTreeMap::new(),
                    deals: Vec::new(),
                },
            ));
        }
        let condition = filter
            .filter(|f| !f.text.is_empty())
            .map_or(String::new(), |f| format!(" AND ({})", f.text));
        self.fill_sums(&mut stages, &condition, filter)?;
        if deals {
            self.fill_deals(&mut stages, &condition, filter)?;
        }
        Ok(stages.into_iter().map(|(_, s)| s).collect())
    }

    fn fill_sums(
        &self,
        stages: &mut [(i64, StageSums)],
        condition: &str,
        filter: Option<&filter::Sql>,
    ) -> Result<()> {
        let sql = format!(
            "SELECT t.stage, t.amount_currency, count(*), sum(t.amount), \
             sum(CAST(round(t.amount * coalesce(t.probability, s.probability) / 100.0) AS INTEGER)) \
             FROM deal t JOIN stage s ON s.id = t.stage WHERE t.trashed IS NULL{condition} GROUP BY t.stage, t.amount_currency"
        );
        let mut stmt = self.conn.prepare(&sql)?;
        self.bind_moment(&mut stmt)?;
        Self::bind_filter(&mut stmt, filter)?;
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let Some((_, stage)) = stages.iter_mut().find(|(s, _)| *s == id) else { continue };
            stage.count += u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
            let Some(currency) = row.get::<_, Option<String>>(1)?.and_then(|c| c.parse().ok())
            else {
                continue;
            };
            if let Some(sum) = row.get(3)? {
                stage.sums.insert(currency, sum);
            }
            if let Some(weighted) = row.get(4)? {
                stage.weighted.insert(currency, weighted);
            }
        }
        Ok(())
    }

    fn fill_deals(
        &self,
        stages: &mut [(i64, StageSums)],
        condition: &str,
        filter: Option<&filter::Sql>,
    ) -> Result<()> {
        let sql = format!(
            "SELECT t.stage, t.id, t.uid, t.name FROM deal t WHERE t.trashed IS NULL{condition} ORDER BY t.stage, t.id DESC"
        );
        let mut stmt = self.conn.prepare(&sql)?;
        self.bind_moment(&mut stmt)?;
        Self::bind_filter(&mut stmt, filter)?;
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if let Some((_, stage)) = stages.iter_mut().find(|(s, _)| *s == id) {
                stage.deals.push(LinkTo {
                    uid: uid_of(row, 2)?,
                    label: row.get(3)?,
                    ..LinkTo::bare("deal", row.get(1)?)
                });
            }
        }
        Ok(())
    }
}
