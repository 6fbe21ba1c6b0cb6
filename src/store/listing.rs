//! What is asked of a noun: which records, which columns, in what order; and the one query of it.

use std::fmt::Write as _;

use rusqlite::types::Value as Sql;
use uuid::Uuid;

use super::schema::quoted;
use super::select::{Path, expressions, sort_expression};
use crate::entity::{Model, Noun};
use crate::error::Result;
use crate::filter;

/// Which records a listing looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Among {
    /// Those that aren't in the trash.
    #[default]
    Live,
    /// Those in the trash.
    Trash,
    Both,
    /// Those that were merged into others, and are none of the above.
    Merged,
}

impl Among {
    /// The condition on the column `trashed` of `t`.
    /// There stands an instant, or a word: `gone`, `merged:7`.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Self::Live => "t.trashed IS NULL",
            Self::Trash => "t.trashed < 'a'",
            Self::Both => "(t.trashed IS NULL OR t.trashed < 'a')",
            Self::Merged => "t.trashed >= 'm'",
        }
    }
}

/// What is asked of a noun.
#[derive(Debug, Clone)]
pub struct Listing<'a> {
    pub noun: &'a Noun,
    pub filter: Option<filter::Sql>,
    pub among: Among,
    /// Columns with whether they descend; ties go by id.
    pub sort: Vec<(Path, bool)>,
    pub limit: Option<u64>,
    pub columns: Vec<Path>,
    /// Show what counts where nothing was set; exports don't.
    pub effective: bool,
    /// Only records behind this one in the order of the one sorted column: the next page.
    pub after: Option<After>,
    /// Only records whose uids lie in a range: from this one on, and before that one.
    pub between: (Option<Uuid>, Option<Uuid>),
}

/// Where the page before ended: the sort column's value, and the id.
#[derive(Debug, Clone)]
pub struct After {
    pub key: Sql,
    pub id: i64,
}

impl<'a> Listing<'a> {
    /// All fields of all live records, by id.
    #[must_use]
    pub fn all(noun: &'a Noun) -> Self {
        Self {
            noun,
            filter: None,
            among: Among::Live,
            sort: Vec::new(),
            limit: None,
            columns: (0..noun.fields.len()).map(|i| Path::of(noun, i)).collect(),
            effective: true,
            after: None,
            between: (None, None),
        }
    }

    /// The order that a text such as `-amount,name` asks for.
    ///
    /// # Errors
    /// An unknown field.
    pub fn sort_by(&mut self, text: &str, model: &Model) -> Result<()> {
        self.sort.clear();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (name, down) = part.strip_prefix('-').map_or((part, false), |n| (n, true));
            self.sort.push((Path::parse(name, self.noun, model)?, down));
        }
        Ok(())
    }

    pub(super) fn conditions(&self) -> String {
        let mut all = match &self.filter {
            Some(sql) if sql.mentions_trash => vec![Among::Both.sql().to_owned()],
            _ => vec![self.among.sql().to_owned()],
        };
        all.extend(
            self.filter.as_ref().filter(|f| !f.text.is_empty()).map(|f| format!("({})", f.text)),
        );
        all.extend(self.between.0.map(|_| "t.uid >= :uid_from".to_owned()));
        all.extend(self.between.1.map(|_| "t.uid < :uid_to".to_owned()));
        all.join(" AND ")
    }

    /// Whether the order is by id, or the filter asks for nothing but what the order goes by: then the
    /// index of the order has all that is needed.
    pub(super) fn is_within_order(&self, filter: &filter::Sql, model: &Model) -> Result<bool> {
        let Some((path, _)) = self.sort.first() else { return Ok(true) };
        let (key, _) = sort_expression(path, model)?;
        Ok(!filter.text.replace(&key, "").contains("t."))
    }

    /// The query; with `scans` no index gives the order.
    pub(super) fn sql(&self, model: &Model, scans: bool) -> Result<String> {
        let mut select = vec!["t.id".to_owned(), "t.uid".to_owned()];
        let mut through = false;
        for path in &self.columns {
            through |= path.steps.len() > 1;
            if has_children(path) {
                select.push(path.owner());
                select.extend(main_link(path));
            }
            select.extend(expressions(path, self.effective));
        }
        let mut order = Vec::new();
        let mut key = None;
        for (path, down) in &self.sort {
            through |= path.steps.len() > 1;
            let (sql, nullable) = sort_expression(path, model)?;
            if nullable && self.after.is_none() {
                order.push(format!("{sql} IS NULL"));
            }
            let way = if scans { "+" } else { "" };
            order.push(format!("{way}{sql}{}", if *down { " DESC" } else { "" }));
            key.get_or_insert((sql, *down));
        }
        let down = self.sort.last().is_some_and(|(_, down)| *down);
        order.push(if down { "t.id DESC".into() } else { "t.id".into() });
        let mut conditions = self.conditions();
        if self.after.is_some() {
            let (sql, down) = key.unwrap_or(("t.id".into(), false));
            let beyond = if down { "<" } else { ">" };
            // A row value over an expression would scan; this form seeks.
            let _ = write!(
                conditions,
                " AND {sql} {beyond}= :after_key AND ({sql} {beyond} :after_key OR t.id {beyond} :after_id)"
            );
        }
        // Paths through links name the record `outer_t`.
        let table = quoted(self.noun.name());
        let mut sql = if through {
            let outer = |s: &str| s.to_owned();
            format!(
                "SELECT {} FROM {table} t JOIN {table} outer_t ON outer_t.id = t.id WHERE {conditions} ORDER BY {}",
                outer(&select.join(", ")),
                order.join(", ")
            )
        } else {
            format!(
                "SELECT {} FROM {table} t WHERE {conditions} ORDER BY {}",
                select.join(", "),
                order.join(", ")
            )
        };
        if let Some(limit) = self.limit {
            let _ = write!(sql, " LIMIT {limit}");
        }
        Ok(sql)
    }
}

/// Whether values of a column lie in a table of their own.
pub(super) fn has_children(path: &Path) -> bool {
    let field = path.field();
    field.is_stored() && field.kind.is_many()
}

/// The link that a list of links keeps outside of its table.
pub(super) fn main_link(path: &Path) -> Option<String> {
    let main = path.field().main?;
    (path.steps.len() == 1).then(|| format!("t.{}", quoted(main)))
}
