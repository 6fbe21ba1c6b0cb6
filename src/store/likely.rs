//! Whether a new record is likely a double of one that is there, told while it is added: by what
//! indexes find alone.

use std::collections::HashMap;

use super::doubles::{Double, FEW_NAMED, Sketcher};
use super::matching::Match;
use super::read::{Among, Reader};
use super::schema::quoted;
use crate::entity::alike::{Doubles, Sketch, compare, spellings};
use crate::entity::text::words;
use crate::entity::{Kind, Noun, Value};
use crate::error::Result;

/// From here on a new record is said to be a likely double.
const LIKELY: f64 = 0.8;

impl Reader<'_> {
    /// The record that a new one is likely a double of, found through indexes alone. `row` is the new
    /// record as it is stored.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn likely_double(
        &self,
        noun: &Noun,
        id: i64,
        row: &[Value],
        region: &str,
    ) -> Result<Option<Double>> {
        if noun.entity.doubles.is_none() {
            return Ok(None);
        }
        let sketcher = Sketcher::new(self, noun, region)?;
        let bare = sketcher.of_row(id, row);
        let named = self.of_name(noun, id)?;
        let mut ids: Vec<i64> = self.of_keys(noun, &bare)?;
        let common = named.len() + 1;
        if named.len() <= FEW_NAMED {
            ids.extend(named);
            ids.extend(self.of_words(noun, &bare)?);
        }
        ids.extend(self.of_phones(noun, &bare)?);
        ids.extend(self.of_tax_id(noun, &bare)?);
        ids.extend(self.of_company(noun, id, row)?);
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|other| *other != id);
        if ids.is_empty() {
            return Ok(None);
        }
        // With the labels behind its links, too.
        ids.push(id);
        let mut known = HashMap::new();
        sketcher.read(&ids, &mut known)?;
        let Some(own) = known.remove(&id) else { return Ok(None) };
        let weighed = known.values().map(|other| {
            let likeness = compare(sketcher.kind, &own, other, common);
            Double { keep: other.id, other: id, score: likeness.score, reasons: likeness.reasons }
        });
        let likely = weighed.filter(|d| d.score >= LIKELY);
        Ok(likely.max_by(|a, b| a.score.total_cmp(&b.score).then(b.keep.cmp(&a.keep))))
    }

    /// Records with one of its mailboxes or domains as their key.
    fn of_keys(&self, noun: &Noun, own: &Sketch) -> Result<Vec<i64>> {
        let mut ids = Vec::new();
        for field in noun.entity.key.iter().filter_map(|k| noun.index(k)).map(|i| noun.fields[i]) {
            let texts: Vec<&str> = match field.kind {
                Kind::List(Kind::Email) => {
                    own.mailboxes.iter().map(|m| m.address.as_str()).collect()
                }
                Kind::Text if field.name == "domain" => {
                    own.domains.iter().map(String::as_str).collect()
                }
                _ => continue,
            };
            let spellings = own.mailboxes.iter().flat_map(|m| spellings(&m.address));
            let spellings: Vec<String> = match field.kind {
                Kind::List(_) => spellings.collect(),
                _ => Vec::new(),
            };
            for text in texts.into_iter().chain(spellings.iter().map(String::as_str)) {
                match self.by_key(noun, field, text, Among::Live, None)? {
                    Match::None => {}
                    found => ids.extend(found.ids()),
                }
            }
        }
        Ok(ids)
    }

    /// Records of the same label as one.
    fn of_name(&self, noun: &Noun, id: i64) -> Result<Vec<i64>> {
        let label = noun.entity.label();
        if !label.sorted {
            return Ok(Vec::new());
        }
        let table = quoted(noun.name());
        let column = quoted(&format!("{}_fold", label.name));
        let sql = format!(
            "SELECT t.id FROM {table} t WHERE t.{column} = (SELECT o.{column} FROM {table} o WHERE o.id = ?1) AND t.id <> ?1 AND t.trashed IS NULL LIMIT 50"
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        Ok(stmt.query_map([id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Records with one of its phones, in the ways that people part the digits most.
    fn of_phones(&self, noun: &Noun, own: &Sketch) -> Result<Vec<i64>> {
        let mut ways: Vec<String> = Vec::new();
        for digits in own.phones.iter().map(|p| p.trim_start_matches('+')) {
            let last = |count: usize| digits.get(digits.len().checked_sub(count)?..);
            ways.push(format!("\"{digits}\""));
            ways.extend([10, 7, 6].iter().filter_map(|n| Some(format!("\"{}\"", last(*n)?))));
            if let Some(eight) = last(8) {
                let (four, rest) = eight.split_at(4);
                ways.push(format!("\"{four} {rest}\""));
            }
            if let Some(six) = last(6) {
                let (three, rest) = six.split_at(3);
                let (two, four) = six.split_at(2);
                let (middle, end) = four.split_at(2);
                ways.extend([format!("\"{three} {rest}\""), format!("\"{two} {middle} {end}\"")]);
            }
            if let Some(seven) = last(7) {
                let (three, four) = seven.split_at(3);
                let (two, rest) = four.split_at(2);
                ways.extend([format!("\"{three} {two} {rest}\""), format!("\"{three} {four}\"")]);
            }
        }
        if ways.is_empty() {
            return Ok(Vec::new());
        }
        self.found_by(noun, &ways.join(" OR "), own.id)
    }

    /// Records that have its tax number somewhere, whole or in groups of three digits.
    fn of_tax_id(&self, noun: &Noun, own: &Sketch) -> Result<Vec<i64>> {
        let Some(number) = &own.tax_id else { return Ok(Vec::new()) };
        let (front, digits) =
            number.split_at(number.find(|c: char| c.is_ascii_digit()).unwrap_or(number.len()));
        let groups: Vec<&str> =
            digits.as_bytes().chunks(3).filter_map(|g| std::str::from_utf8(g).ok()).collect();
        let parted = groups.join(" ");
        let ways = [number.clone(), format!("{front} {parted}"), format!("{front}{parted}")];
        let ways = ways.map(|way| format!("\"{}\"", words(&way)));
        self.found_by(noun, &ways.join(" OR "), own.id)
    }

    /// Some others of the company of a person: a name in another alphabet is in no index.
    fn of_company(&self, noun: &Noun, id: i64, row: &[Value]) -> Result<Vec<i64>> {
        let company = noun.index("company").and_then(|at| row[at].as_link());
        let Some(company) = company else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT t.id FROM {} t WHERE t.company = ?1 AND t.id <> ?2 AND t.trashed IS NULL LIMIT 20",
            quoted(noun.name())
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let ids = stmt.query_map([company.id, id], |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Records that have all words of its name somewhere, in any order.
    fn of_words(&self, noun: &Noun, own: &Sketch) -> Result<Vec<i64>> {
        if own.name.words.iter().filter(|w| w.chars().count() > 1).count() < 2
            && noun.entity.doubles == Some(Doubles::Person)
        {
            return Ok(Vec::new());
        }
        self.with_words(noun, &own.name.words, own.id)
    }

    /// Records that have all of these folded words somewhere, in any order, but for one record.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn with_words(&self, noun: &Noun, said: &[String], but: i64) -> Result<Vec<i64>> {
        let said: Vec<&String> = said.iter().filter(|w| w.chars().count() > 1).collect();
        if said.is_empty() {
            return Ok(Vec::new());
        }
        let query = said.iter().map(|w| format!("\"{}\"", words(w))).collect::<Vec<_>>().join(" ");
        self.found_by(noun, &query, but)
    }

    /// Some records that a query of the search index finds, but for one.
    fn found_by(&self, noun: &Noun, query: &str, but: i64) -> Result<Vec<i64>> {
        let base = super::rows::search_row(i64::try_from(noun.position).unwrap_or(0), 0);
        let sql = format!(
            "SELECT t.id FROM {} t WHERE t.trashed IS NULL AND t.id <> ?3 AND t.id IN (SELECT rowid - ?1 FROM search WHERE search MATCH ?2 AND rowid BETWEEN ?1 AND ?1 + 1099511627775 LIMIT 20)",
            quoted(noun.name())
        );
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let ids = stmt.query_map(rusqlite::params![base, query, but], |r| r.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}
