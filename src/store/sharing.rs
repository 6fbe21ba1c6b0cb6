//! What sharing out leads and giving them points asks the file.

use chrono::{DateTime, Utc};

use super::read::Reader;
use super::schema::{column_name, quoted};
use crate::entity::when::stored_instant;
use crate::entity::{Field, Kind, Noun, Target};
use crate::error::Result;

/// A rule that says who gets a lead.
#[derive(Debug, Clone)]
pub struct ShareRule {
    pub id: i64,
    pub name: String,
    pub filter: Option<String>,
    /// `round_robin`, `load`, `territory`, `field` or `user`.
    pub by: String,
    pub team: Option<i64>,
    pub user: Option<i64>,
    pub field: Option<String>,
}

/// A rule that gives points.
#[derive(Debug, Clone)]
pub struct ScoreRule {
    pub name: String,
    pub filter: Option<String>,
    pub points: i64,
    /// Points for each activity of this kind.
    pub activity: Option<String>,
    pub most: Option<i64>,
    /// Days.
    pub half_life: Option<i64>,
}

/// Somebody who may get leads, with how many open ones they have.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub user: i64,
    pub handle: String,
    pub open: i64,
}

/// A territory and who looks after it.
#[derive(Debug, Clone)]
pub struct Keeper {
    pub territory: String,
    pub owner: Option<(i64, String)>,
    pub team: Option<i64>,
}

/// The ids of a team and of the teams below it.
const TEAMS_BELOW: &str = "(WITH RECURSIVE below(id) AS (SELECT :team UNION SELECT x.id FROM team x JOIN below b ON x.parent = b.id) SELECT id FROM below)";

impl Reader<'_> {
    /// The rules in use, in their order.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn share_rules(&self) -> Result<Vec<ShareRule>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT id, name, filter, \"by\", team, user, field FROM assignment \
             WHERE trashed IS NULL AND coalesce(active, 1) = 1 ORDER BY position IS NULL, position, id",
        )?;
        let rows = stmt.query_map([], |r| {
            Ok(ShareRule {
                id: r.get(0)?,
                name: r.get(1)?,
                filter: r.get(2)?,
                by: r.get(3)?,
                team: r.get(4)?,
                user: r.get(5)?,
                field: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The rules for points in use.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn score_rules(&self) -> Result<Vec<ScoreRule>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT name, filter, points, activity, most, half_life FROM scoring \
             WHERE trashed IS NULL AND coalesce(active, 1) = 1 ORDER BY id",
        )?;
        let rows = stmt.query_map([], |r| {
            Ok(ScoreRule {
                name: r.get(0)?,
                filter: r.get(1)?,
                points: r.get(2)?,
                activity: r.get(3)?,
                most: r.get(4)?,
                half_life: r.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The active users of a team (or all) in the order of their turns under a rule: who never had
    /// one, then whose last one is longest ago.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn candidates(&self, rule: i64, team: Option<i64>) -> Result<Vec<Candidate>> {
        let sql = format!(
            "SELECT u.id, u.handle, \
             (SELECT count(*) FROM lead l WHERE l.owner = u.id AND l.trashed IS NULL AND l.status NOT IN ('converted', 'unqualified')), \
             (SELECT max(coalesce(l.assigned_at, '') || printf('%015d', l.id)) FROM lead l \
              WHERE l.owner = u.id AND l.assigned_rule = :rule AND l.trashed IS NOT 'gone') AS last \
             FROM user u WHERE u.trashed IS NULL AND u.active = 1 AND (:team IS NULL OR u.team IN {TEAMS_BELOW}) \
             ORDER BY last IS NOT NULL, last, u.id"
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let rows = stmt.query_map(rusqlite::named_params! {":rule": rule, ":team": team}, |r| {
            Ok(Candidate { user: r.get(0)?, handle: r.get(1)?, open: r.get(2)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Who looks after a territory.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn keeper(&self, territory: i64) -> Result<Keeper> {
        let sql = "SELECT r.name, u.id, u.handle, r.team FROM territory r \
             LEFT JOIN user u ON u.id = r.owner AND u.trashed IS NULL AND u.active = 1 WHERE r.id = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([territory], |r| {
            let owner = match (r.get(1)?, r.get(2)?) {
                (Some(id), Some(handle)) => Some((id, handle)),
                _ => None,
            };
            Ok(Keeper { territory: r.get(0)?, owner, team: r.get(3)? })
        })?)
    }

    /// When the latest activities of a kind about a record were, newest first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn activity_times(
        &self,
        about: (&str, i64),
        kind: &str,
        most: i64,
    ) -> Result<Vec<DateTime<Utc>>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT a.\"at\" FROM activity_about l JOIN activity a ON a.id = l.record \
             WHERE l.target = ?2 AND l.noun = ?1 AND a.trashed IS NULL AND a.kind = ?3 \
             ORDER BY a.\"at\" DESC, a.id DESC LIMIT ?4",
        )?;
        let rows = stmt.query_map(rusqlite::params![about.0, about.1, kind, most], |r| {
            r.get::<_, String>(0)
        })?;
        let texts = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(texts.iter().filter_map(|t| stored_instant(t)).collect())
    }

    /// The live records of a noun whose link leads to this record.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn pointing_at(&self, noun: &Noun, link: &Field, to: (&str, i64)) -> Result<Vec<i64>> {
        let column = column_name(link);
        let of_noun = match link.kind {
            Kind::Link(Target::Any(_)) => quoted(&format!("{column}_noun")),
            _ => "?2".to_owned(),
        };
        let sql = format!(
            "SELECT id FROM {} WHERE {} = ?1 AND {of_noun} = ?2 AND trashed IS NULL ORDER BY id",
            quoted(noun.name()),
            quoted(&column),
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let ids = stmt.query_map(rusqlite::params![to.1, to.0], |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// The records of a noun that the rules put into another territory than they are in, with that
    /// one; with `all` also those that are in one already.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn territories_to_set(&self, noun: &Noun, all: bool) -> Result<Vec<(i64, Option<i64>)>> {
        let Some(index) = noun.index("territory") else { return Ok(Vec::new()) };
        let crate::entity::Default::Query(fits) = noun.fields[index].default else {
            return Ok(Vec::new());
        };
        let fits = ["country", "region", "industry", "employees"]
            .iter()
            .fold(fits.to_owned(), |sql, field| {
                sql.replace(&format!(":{field}"), &format!("t.{field}"))
            });
        let which = if all { "fit IS NOT now" } else { "now IS NULL AND fit IS NOT NULL" };
        let sql = format!(
            "SELECT id, fit FROM (SELECT t.id, t.territory AS now, ({fits}) AS fit FROM {} t WHERE t.trashed IS NULL) WHERE {which} ORDER BY id",
            quoted(noun.name())
        );
        let mut stmt = self.conn.prepare(&sql)?;
        let rows = stmt.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
