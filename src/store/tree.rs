//! Records that stand above each other: a company and those that belong to it, a person and whom
//! they report to.

use std::collections::{BTreeMap, HashSet};

use super::read::{Found, Listing, Path, Reader};
use super::schema::{column_name, quoted};
use crate::entity::{LinkTo, Noun};
use crate::error::{Error, Result};
use crate::filter;

/// A record of a tree, behind the one that it stands below.
#[derive(Debug, Clone)]
pub struct Branch {
    /// 0 at the top.
    pub depth: usize,
    /// Whether it is the last of those below the same record.
    pub last: bool,
    /// Below which it stands; none at the top.
    pub above: Option<LinkTo>,
    /// With the columns that were asked for.
    pub found: Found,
}

impl Reader<'_> {
    /// The records of a noun by the link `by` to others of it, each behind the one above it and in
    /// the order of the noun: a record with those above and all below it, or all that stand above
    /// or below any.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn tree(
        &self,
        noun: &Noun,
        by: usize,
        of: Option<i64>,
        columns: &[Path],
    ) -> Result<Vec<Branch>> {
        let (table, link) = (quoted(noun.name()), quoted(&column_name(noun.fields[by])));
        let text = match of {
            Some(id) => format!(
                "t.id IN (WITH RECURSIVE below(id) AS (SELECT {id} UNION SELECT x.id FROM {table} x \
                 JOIN below b ON x.{link} = b.id WHERE x.trashed IS NULL), above(id) AS (SELECT {id} \
                 UNION SELECT y.id FROM above a JOIN {table} x ON x.id = a.id \
                 JOIN {table} y ON y.id = x.{link} WHERE y.trashed IS NULL) \
                 SELECT id FROM below UNION SELECT id FROM above)"
            ),
            None => format!(
                "t.{link} IN (SELECT y.id FROM {table} y WHERE y.trashed IS NULL) OR t.id IN \
                 (SELECT x.{link} FROM {table} x WHERE x.{link} IS NOT NULL AND x.trashed IS NULL)"
            ),
        };
        let mut listing = Listing::all(noun);
        listing.filter = Some(filter::Sql { text, params: Vec::new(), mentions_trash: false });
        listing.sort_by(noun.entity.sort, self.model)?;
        listing.columns = columns.to_vec();
        listing.columns.push(Path::of(noun, by));
        let mut all = self.list(&listing)?;
        let ids: HashSet<i64> = all.iter().map(|found| found.id).collect();
        let mut below: BTreeMap<i64, Vec<(Option<LinkTo>, Found)>> = BTreeMap::new();
        for mut found in all.drain(..) {
            let above = found.values.pop().and_then(|v| v.as_link().cloned());
            let above = above.filter(|to| ids.contains(&to.id));
            below.entry(above.as_ref().map_or(TOP, |to| to.id)).or_default().push((above, found));
        }
        Ok(in_order(below))
    }
}

/// In place of an id: above all others.
const TOP: i64 = 0;

/// Each record behind the one above it. Takes turns at heaps of its own: no depth is too much.
fn in_order(mut below: BTreeMap<i64, Vec<(Option<LinkTo>, Found)>>) -> Vec<Branch> {
    let mut branches = Vec::new();
    let mut waiting: Vec<_> = below.remove(&TOP).map(Vec::into_iter).into_iter().collect();
    while let Some(heap) = waiting.last_mut() {
        let Some((above, found)) = heap.next() else {
            waiting.pop();
            continue;
        };
        let last = heap.as_slice().is_empty();
        let id = found.id;
        branches.push(Branch { depth: waiting.len() - 1, last, above, found });
        waiting.extend(below.remove(&id).map(Vec::into_iter));
    }
    branches
}

/// The link of a noun to others of it that stand above: a company's parent, a person's manager.
///
/// # Errors
/// The noun has none.
pub fn link_above(noun: &Noun) -> Result<usize> {
    noun.fields
        .iter()
        .position(|field| field.no_loop)
        .ok_or_else(|| Error::usage(format!("no {} stands above another", noun.name())))
}
