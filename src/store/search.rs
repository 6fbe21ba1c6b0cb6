//! Search by words over all nouns.
//!
//! Best first, in tiers: labels that begin with what was typed, which the indexes of labels know;
//! records that have the very words; and those that have words beginning so. A tier is asked for only
//! while those before it leave room, so a word that half the file has costs no more than a rare one.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::read::{Among, Reader, array, label_sql, uid_of};
use super::rows::search_row;
use super::schema::quoted;
use crate::entity::text::{fold, words};
use crate::entity::{LinkTo, Noun};
use crate::error::Result;

/// Of the records that have common words the newest are looked at, so many of each noun.
const NEWEST: usize = 400;
/// The most words of a search; more say nothing new.
const WORDS: usize = 32;

/// How good a find is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    LabelBegins,
    LabelHas,
    TextHas,
}

/// What was found so far.
struct Finds {
    limit: usize,
    seen: HashSet<(&'static str, i64)>,
    /// Records of what the business is about come before those of its setup.
    found: Vec<(Tier, bool, LinkTo)>,
}

impl Finds {
    fn put(&mut self, tier: Tier, noun: &Noun, link: LinkTo) {
        if self.seen.insert((link.noun, link.id)) {
            self.found.push((tier, noun.entity.setup, link));
        }
    }

    /// Whether no worse find would be shown.
    fn are_enough(&self) -> bool {
        let good = |(tier, setup, _): &&(Tier, bool, LinkTo)| *tier < Tier::TextHas && !setup;
        self.found.iter().filter(good).count() >= self.limit
    }

    fn best(mut self) -> Vec<LinkTo> {
        self.found.sort_by_key(|(tier, setup, _)| (*tier, *setup));
        self.found.truncate(self.limit);
        self.found.into_iter().map(|(_, _, link)| link).collect()
    }
}

impl Reader<'_> {
    /// Records whose text has all these words or words that begin so, over all nouns, best first:
    /// those whose label begins with them, those with the first of them in their label, and the
    /// rest; each the newest first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn search(&self, typed: &str, limit: usize) -> Result<Vec<LinkTo>> {
        let cut = words(typed);
        let terms: Vec<&str> = cut.split(' ').filter(|w| !w.is_empty()).take(WORDS).collect();
        let Some(first) = terms.first() else { return Ok(Vec::new()) };
        let mut finds = Finds { limit, seen: HashSet::new(), found: Vec::new() };
        let most = limit.max(NEWEST);
        let query = |end: &str| {
            let terms: Vec<String> = terms.iter().map(|t| format!("\"{t}\"{end}")).collect();
            terms.join(" ")
        };
        for noun in &self.model.nouns {
            self.labelled_so(noun, typed, &mut finds)?;
        }
        if finds.are_enough() {
            return Ok(finds.best());
        }
        for (position, noun) in self.model.nouns.iter().enumerate() {
            let ids = self.newest_with(position, &query(""), most)?;
            self.take(noun, &ids, first, &mut finds)?;
        }
        if !finds.are_enough() {
            for (position, ids) in self.all_with(&query("*"), most)? {
                if let Some(noun) = self.model.nouns.get(position) {
                    self.take(noun, &ids, first, &mut finds)?;
                }
            }
        }
        Ok(finds.best())
    }

    /// Records whose label begins with what was typed, by label: an index has them.
    fn labelled_so(&self, noun: &Noun, typed: &str, finds: &mut Finds) -> Result<()> {
        let (label, begin) = (noun.entity.label(), fold(typed.trim()));
        if !label.sorted || begin.is_empty() {
            return Ok(());
        }
        let key = format!("t.{}_fold", label.name);
        let sql = format!(
            "SELECT t.id, t.uid, {} FROM {} t WHERE {} AND {key} >= ?1 AND {key} < ?2 ORDER BY {key}, t.id LIMIT ?3",
            label_sql(noun, "t"),
            quoted(noun.name()),
            Among::Live.sql(),
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let limit = i64::try_from(finds.limit).unwrap_or(i64::MAX);
        let mut rows = stmt.query((&begin, format!("{begin}\u{10ffff}"), limit))?;
        while let Some(row) = rows.next()? {
            finds.put(Tier::LabelBegins, noun, link(noun, row)?);
        }
        Ok(())
    }

    /// The newest records of a noun that a query of the search index finds.
    fn newest_with(&self, position: usize, query: &str, most: usize) -> Result<Vec<i64>> {
        let position = i64::try_from(position).unwrap_or(0);
        let (base, end) = (search_row(position, 0), search_row(position + 1, 0));
        let mut stmt = self.conn.prepare_cached(
            "SELECT rowid - ?2 FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC LIMIT ?4",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let ids = stmt.query_map((query, base, end - 1, most), |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// The newest records of every noun that a query of the search index finds: words that begin so
    /// are put together once, which takes longer than to read what they have.
    fn all_with(&self, query: &str, most: usize) -> Result<BTreeMap<usize, Vec<i64>>> {
        let mut stmt =
            self.conn.prepare_cached("SELECT rowid FROM search WHERE search MATCH ?1")?;
        let mut rows = stmt.query([query])?;
        let mut found: BTreeMap<usize, VecDeque<i64>> = BTreeMap::new();
        let id_bits = search_row(1, 0);
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            let newest = found.entry(usize::try_from(at / id_bits).unwrap_or(0)).or_default();
            if newest.len() == most {
                newest.pop_front();
            }
            newest.push_back(at % id_bits);
        }
        Ok(found.into_iter().map(|(position, ids)| (position, ids.into())).collect())
    }

    /// Adds records, the newest first.
    fn take(&self, noun: &Noun, ids: &[i64], first: &str, finds: &mut Finds) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let label = noun.entity.label();
        let folded = if label.sorted {
            format!("t.{}_fold", label.name)
        } else {
            format!("fold(t.{})", quoted(label.name))
        };
        let sql = format!(
            "SELECT t.id, t.uid, {}, coalesce(instr({folded}, ?2) > 0, 0) FROM {} t WHERE {} AND t.id IN rarray(?1) \
             ORDER BY 4 DESC, t.updated DESC, t.id DESC",
            label_sql(noun, "t"),
            quoted(noun.name()),
            Among::Live.sql(),
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query((array(ids.iter().copied()), first))?;
        while let Some(row) = rows.next()? {
            let tier = if row.get(3)? { Tier::LabelHas } else { Tier::TextHas };
            finds.put(tier, noun, link(noun, row)?);
        }
        Ok(())
    }
}

/// A record as a link, from its id, uid and label.
fn link(noun: &Noun, row: &rusqlite::Row) -> Result<LinkTo> {
    let label: Option<String> = row.get(2)?;
    Ok(LinkTo {
        uid: uid_of(row, 1)?,
        label: label.unwrap_or_default(),
        ..LinkTo::bare(noun.name(), row.get(0)?)
    })
}
