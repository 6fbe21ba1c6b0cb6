//! The names of what deals are grouped by, and the order that they are shown in.

use std::collections::HashMap;

use super::{By, Deals, Key};
use crate::error::Result;
use crate::store::read::Reader;

/// A key with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub key: Key,
    /// Of a stage its own name.
    pub name: String,
    /// Of a stage the name of its pipeline.
    pub within: Option<String>,
}

impl Named {
    /// What a person types to mean it: `Sales/Proposal`, `ann`, `2026-11`, `none`.
    #[must_use]
    pub fn typed(&self) -> String {
        match &self.within {
            Some(within) => format!("{within}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The name of what has no key.
const NONE: &str = "none";

impl Reader<'_> {
    /// The keys with their names, in the order that people expect: stages as they follow each other,
    /// categories from the surest, all else by name; those without any last.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn name_keys(&self, by: By, keys: Vec<Key>) -> Result<Vec<Named>> {
        let ids = || keys.iter().filter_map(|k| if let Key::Id(id) = k { Some(*id) } else { None });
        let mut places: HashMap<i64, (usize, String, Option<String>)> = HashMap::new();
        if by == By::Stage {
            for (at, (id, name, pipeline)) in self.stages_in_order()?.into_iter().enumerate() {
                places.insert(id, (at, name, Some(pipeline)));
            }
        } else if let Some(noun) = by.noun() {
            let ids: Vec<i64> = ids().collect();
            for (id, link) in self.labels(noun, &ids)? {
                places.insert(id, (0, link.label, None));
            }
        }
        let mut named: Vec<(usize, Named)> = keys
            .into_iter()
            .map(|key| {
                let (place, name, within) = match &key {
                    Key::Id(id) => places
                        .remove(id)
                        .unwrap_or_else(|| (usize::MAX - 1, format!("id {id}"), None)),
                    Key::Word(word) => (place_of(by, word), word.clone(), None),
                    Key::None => (usize::MAX, NONE.to_owned(), None),
                };
                (place, Named { key, name, within })
            })
            .collect();
        named.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.name.cmp(&y.name)));
        Ok(named.into_iter().map(|(_, named)| named).collect())
    }

    /// Every stage with its pipeline, as the board has them; those in the trash last.
    fn stages_in_order(&self) -> Result<Vec<(i64, String, String)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT s.id, coalesce(s.name, ''), coalesce(p.name, '') FROM stage s LEFT JOIN pipeline p ON p.id = s.pipeline \
             ORDER BY s.trashed IS NOT NULL, coalesce(p.is_default, 0) DESC, p.id, \
             CASE s.kind WHEN 'won' THEN 1 WHEN 'lost' THEN 2 ELSE 0 END, s.position IS NULL, s.position, s.id",
        )?;
        let rows = stmt.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The stages of these kinds that are in use, as keys.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn stage_keys(&self, deals: &Deals) -> Result<Vec<Key>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT s.id, coalesce(s.kind, 'open') FROM stage s JOIN pipeline p ON p.id = s.pipeline \
             WHERE s.trashed IS NULL AND p.trashed IS NULL AND (?1 IS NULL OR p.id = ?1)",
        )?;
        let mut rows = stmt.query([deals.pipeline])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(1)?;
            if deals.kinds.is_empty() || deals.kinds.contains(&kind.as_str()) {
                found.push(Key::Id(row.get(0)?));
            }
        }
        Ok(found)
    }
}

fn place_of(by: By, word: &str) -> usize {
    let order: &[&str] = match by {
        By::Category => &["closed", "commit", "best_case", "pipeline", "omitted"],
        By::Status => &["open", "won", "lost"],
        _ => &[],
    };
    order.iter().position(|w| *w == word).unwrap_or(order.len())
}
