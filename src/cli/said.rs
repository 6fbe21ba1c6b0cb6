//! What an import was told: by the options that were typed, else by those kept with a mapping.

use std::path::Path;

use clap::ArgMatches;

use super::grammar::{text, texts};
use crate::entity::when::DateOrder;
use crate::error::{Error, Result};
use crate::interchange::{Epoch, Mark, Preset, Written};

/// Options that a kept mapping keeps: all that decide how a file is read and taken in.
const KEPT: [&str; 14] = [
    "format",
    "encoding",
    "delimiter",
    "quotes",
    "date-order",
    "decimal",
    "excel-dates",
    "percent-of",
    "empty",
    "yes-word",
    "no-word",
    "key",
    "on-match",
    "stage-kind",
];

/// Those that are there or aren't.
const KEPT_FLAGS: [&str; 3] = ["keep-extra", "no-create-links", "revive"];

/// The options of an import.
pub(super) struct Said<'m> {
    matches: &'m ArgMatches,
    kept: Vec<(String, Vec<String>)>,
}

impl<'m> Said<'m> {
    /// What was typed, and what the mapping that it names keeps.
    ///
    /// # Errors
    /// The mapping can't be read.
    pub(super) fn of(matches: &'m ArgMatches, maps: Option<&Path>) -> Result<Self> {
        let kept = match text(matches, "preset") {
            Some(name) => Preset::kept_options(name, maps)?,
            None => Vec::new(),
        };
        Ok(Self { matches, kept })
    }

    /// The values of an option.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let typed = texts(self.matches, name);
        if !typed.is_empty() {
            return typed;
        }
        let kept = self.kept.iter().find(|(known, _)| known == name);
        kept.map(|(_, values)| values.clone()).unwrap_or_default()
    }

    /// The value of an option, of several the last.
    pub(super) fn one(&self, name: &str) -> Option<String> {
        self.all(name).pop()
    }

    /// Whether an option without a value is there.
    pub(super) fn has(&self, name: &str) -> bool {
        matches!(self.matches.try_get_one::<bool>(name), Ok(Some(true)))
            || self.kept.iter().any(|(known, values)| known == name && values != &["false"])
    }

    /// What a mapping keeps of it.
    pub(super) fn to_keep(&self) -> Vec<(String, Vec<String>)> {
        let of = |name: &&str| ((*name).to_owned(), self.all(name));
        let flags = KEPT_FLAGS.iter().filter(|name| self.has(name));
        let flags = flags.map(|name| ((*name).to_owned(), vec!["true".to_owned()]));
        KEPT.iter().map(of).filter(|(_, values)| !values.is_empty()).chain(flags).collect()
    }

    /// The value that a word of an option means; one that was kept may have been changed by hand.
    ///
    /// # Errors
    /// It means none.
    pub(super) fn read<T>(&self, name: &str, of: fn(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(text) = self.one(name) else { return Ok(None) };
        of(&text).map(Some).ok_or_else(|| {
            Error::usage(format!("the mapping says `{name} = {text}`"))
                .hint(format!("`rolo contact import --help` lists what `--{name}` takes"))
        })
    }

    /// How values are written.
    ///
    /// # Errors
    /// A word that was kept means nothing.
    pub(super) fn written(&self) -> Result<Written> {
        Ok(Written {
            order: self.read("date-order", DateOrder::of)?,
            decimal: self.read("decimal", Mark::of)?,
            epoch: self.read("excel-dates", Epoch::of)?,
            shares: self.read("percent-of", shares)?,
            empty: Some(self.all("empty")).filter(|words| !words.is_empty()),
            yes: self.all("yes-word"),
            no: self.all("no-word"),
        })
    }
}

/// Whether percents are shares of 1, by the word for their whole.
fn shares(word: &str) -> Option<bool> {
    match word {
        "1" => Some(true),
        "100" => Some(false),
        _ => None,
    }
}
