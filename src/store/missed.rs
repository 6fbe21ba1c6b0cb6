//! What is said where a reference finds no record, or several: the candidates, and what was meant.

use super::listing::Listing;
use super::matching::Match;
use super::read::{Among, Reader, label_sql};
use super::schema::quoted;
use super::select::Path;
use crate::entity::Noun;
use crate::entity::text::fold;
use crate::error::{Error, ErrorKind, Result};

impl Reader<'_> {
    pub(super) fn none_found(&self, noun: &Noun, text: &str) -> Error {
        let error = Error::not_found(format!("no {} matches `{text}`", noun.name()));
        match self.find(noun, text, Among::Trash, None) {
            Ok(Match::One(id)) => error.hint(format!(
                "it is in the trash: `rolo {} restore {id}` brings it back",
                noun.name()
            )),
            _ if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() => error.hint(format!(
                "digits are an id; a record of that name is found by `rolo {} list '{}=\"{text}\"'`",
                noun.name(),
                noun.entity.label().name
            )),
            _ => match self.near_label(noun, text) {
                Some(near) => error.hint(format!(
                    "did you mean `{near}`? `rolo {} list` shows them all",
                    noun.name()
                )),
                None => error.hint(format!("list them with `rolo {} list`", noun.name())),
            },
        }
    }

    /// No stage of this pipeline: where another has one of that name, that is said.
    pub(super) fn none_within(&self, noun: &Noun, text: &str, scope: i64) -> Result<Error> {
        let link = noun.entity.scope.and_then(|link| noun.index(link));
        let elsewhere = self.find(noun, text, Among::Live, None)?.ids();
        let (Some(link), false) = (link, elsewhere.is_empty()) else {
            return Ok(self.none_found(noun, text));
        };
        let mut listing = Listing::all(noun);
        listing.columns = vec![Path::of(noun, noun.label_index()), Path::of(noun, link)];
        listing.sort_by(noun.entity.sort, self.model)?;
        let (mut own, mut others) = (Vec::new(), Vec::new());
        self.each(&listing, |found| {
            match found.values[1].as_link() {
                Some(to) if to.id == scope => own.push(format!("`{}`", found.values[0].to_cell())),
                Some(to) if elsewhere.contains(&found.id) => others.push(format!("`{}`", to.label)),
                _ => {}
            }
            Ok(())
        })?;
        let (name, within) = (noun.name(), noun.fields[link].name);
        let this = self.labels(within, &[scope])?;
        let this = this.get(&scope).map_or(within, |to| to.label.as_str());
        let error = Error::not_found(format!(
            "the {name} `{text}` is of another {within}, {}",
            others.join(", ")
        ));
        Ok(if own.is_empty() {
            error.hint(format!("`{this}` has no {name}: `rolo {name} add NAME --{within} …`"))
        } else {
            error.hint(format!("`{this}` has {}", own.join(", ")))
        })
    }

    /// A live record whose label begins like the text.
    fn near_label(&self, noun: &Noun, text: &str) -> Option<String> {
        let label = noun.entity.label();
        if !label.sorted {
            return None;
        }
        let folded = fold(text);
        let start: String = folded.chars().take(3).collect();
        let column = quoted(&format!("{}_fold", label.name));
        let sql = format!(
            "SELECT {} FROM {} t WHERE t.{column} >= ?1 AND t.{column} < ?1 || char(1114111) AND t.trashed IS NULL LIMIT 200",
            label_sql(noun, "t"),
            quoted(noun.name())
        );
        let mut stmt = self.conn.prepare_cached(&sql).ok()?;
        let labels: Vec<String> = stmt
            .query_map([start], |r| r.get(0))
            .ok()?
            .filter_map(std::result::Result::ok)
            .collect();
        crate::error::nearest(text, labels.iter().map(String::as_str)).map(str::to_owned)
    }

    pub(super) fn several_found(&self, noun: &Noun, text: &str, ids: &[i64]) -> Result<Error> {
        let labels = self.labels(noun.name(), ids)?;
        let list: Vec<String> = ids
            .iter()
            .take(10)
            .map(|id| {
                let label = labels.get(id).map_or(String::new(), |l| l.label.clone());
                format!("{}:{id} {label}", noun.name())
            })
            .collect();
        let more = if ids.len() > 10 { ", …" } else { "" };
        Ok(Error::new(
            ErrorKind::Ambiguous,
            format!("`{text}` could be several: {}{more}", list.join(", ")),
        )
        .hint(format!("name one by its id, such as `{}:{}`", noun.name(), ids[0])))
    }
}
