//! The words of other programs and languages for what columns mean: `assets/words/headers.txt`,
//! read once, and a header cut into them.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::entity::text::fold;

/// A header as headers are compared: folded, letters and digits alone.
pub(super) fn squash(header: &str) -> String {
    // Salesforce marks fields that somebody added.
    let header =
        header.strip_suffix("__c").or_else(|| header.strip_suffix("__C")).unwrap_or(header);
    fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A word for a field, from the file of words.
#[derive(Debug)]
pub(super) struct FieldWord {
    /// `None` is every noun that has the field.
    pub(super) noun: Option<&'static str>,
    pub(super) field: &'static str,
    /// Squashed.
    pub(super) word: String,
    /// Counts only if no other column says the field.
    pub(super) weak: bool,
}

/// A word that means one field, if some column has one of the other headers.
#[derive(Debug)]
pub(super) struct Beside {
    pub(super) word: String,
    pub(super) field: &'static str,
    pub(super) headers: Vec<String>,
}

/// What one word inside a header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Label(&'static str),
    /// `email`, `phone`, `url`, `address`; `mobile`, `fax` and `pager` are phones with a label.
    Kind(&'static str),
    /// `street`, `city`, `region`, `postal_code`, `country`, `box`, `extra`, `whole`.
    Part(&'static str),
    Filler,
    /// The column holds the label of its neighbour.
    IsLabel,
    Number(u32),
}

/// All words.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    pub(super) fields: Vec<FieldWord>,
    pub(super) beside: Vec<Beside>,
    /// Words of columns that say how it ended, as (noun, field, word).
    pub(super) outcomes: Vec<(&'static str, &'static str, String)>,
    /// Words for nouns, as (word, noun).
    pub(super) nouns: Vec<(String, &'static str)>,
    /// Words inside headers by their first letter, the longest first.
    senses: HashMap<char, Vec<(String, Sense)>>,
}

/// The words, read the first time they are asked for.
pub(super) fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| Lexicon::of(include_str!("../../assets/words/headers.txt")))
}

impl Lexicon {
    fn of(text: &'static str) -> Self {
        let mut made = Self::default();
        for (section, what, words) in entries(text) {
            let known = words.iter().map(|w| squash(w)).filter(|w| !w.is_empty());
            match section {
                "fields" => made.learn_fields(what, &words),
                "beside" => made.learn_beside(what, known.collect()),
                "outcomes" => {
                    if let Some((noun, field)) = what.split_once('.') {
                        made.outcomes.extend(known.map(|w| (noun, field, w)));
                    }
                }
                "nouns" => made.nouns.extend(known.map(|w| (w, what))),
                _ => {
                    let sense = match section {
                        "labels" => Sense::Label(what),
                        "kinds" => Sense::Kind(what),
                        "parts" => Sense::Part(what),
                        "label columns" => Sense::IsLabel,
                        _ => Sense::Filler,
                    };
                    for word in known {
                        let first = word.chars().next().unwrap_or_default();
                        made.senses.entry(first).or_default().push((word, sense));
                    }
                }
            }
        }
        for words in made.senses.values_mut() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        made
    }

    fn learn_fields(&mut self, what: &'static str, words: &[&'static str]) {
        let Some((noun, field)) = what.split_once('.') else { return };
        for word in words {
            let (weak, word) = word.strip_prefix('~').map_or((false, *word), |w| (true, w));
            self.fields.push(FieldWord {
                noun: (noun != "*").then_some(noun),
                field,
                word: squash(word),
                weak,
            });
        }
    }

    fn learn_beside(&mut self, what: &'static str, headers: Vec<String>) {
        if let Some((word, field)) = what.split_once("->") {
            self.beside.push(Beside { word: squash(word), field: field.trim(), headers });
        }
    }

    /// A squashed header cut into known words and numbers that cover it; `None` if they can't.
    /// Among several ways the one with the longer words first counts, if it makes sense.
    pub(super) fn cut(
        &self,
        header: &str,
        makes_sense: &dyn Fn(&[Sense]) -> bool,
    ) -> Option<Vec<Sense>> {
        let mut found = Vec::new();
        let mut tries = 2_000;
        self.cut_rest(header, &mut found, &mut tries, makes_sense).then_some(found)
    }

    fn cut_rest(
        &self,
        rest: &str,
        found: &mut Vec<Sense>,
        tries: &mut u32,
        makes_sense: &dyn Fn(&[Sense]) -> bool,
    ) -> bool {
        let Some(first) = rest.chars().next() else { return makes_sense(found) };
        if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let Ok(number) = rest[..end].parse() else { return false };
            found.push(Sense::Number(number));
            if self.cut_rest(&rest[end..], found, tries, makes_sense) {
                return true;
            }
            found.pop();
            return false;
        }
        for (word, sense) in self.senses.get(&first).into_iter().flatten() {
            let Some(rest) = rest.strip_prefix(word.as_str()) else { continue };
            *tries = tries.saturating_sub(1);
            if *tries == 0 {
                return false;
            }
            found.push(*sense);
            if self.cut_rest(rest, found, tries, makes_sense) {
                return true;
            }
            found.pop();
        }
        false
    }

    /// The noun that a word in front of a header means.
    pub(super) fn noun(&self, word: &str) -> Option<&'static str> {
        let word = squash(word);
        self.nouns.iter().find(|(known, _)| *known == word).map(|(_, noun)| *noun)
    }
}

/// The entries of a file of words, as (section, what, words).
fn entries(text: &'static str) -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut section = "";
    let mut all: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
            continue;
        }
        let words = if line.starts_with(' ') {
            line
        } else {
            let Some((what, words)) = line.split_once(": ") else { continue };
            all.push((section, what.trim(), Vec::new()));
            words
        };
        if let Some((_, _, known)) = all.last_mut() {
            known.extend(words.split('|').map(str::trim).filter(|w| !w.is_empty()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;

    #[test]
    fn headers_compare_by_letters_and_digits() {
        assert_eq!(squash("Stage Name"), "stagename");
        assert_eq!(squash("STAGENAME"), squash("stage_name"));
        assert_eq!(squash("E-mail №2"), "emailno2");
    }

    #[test]
    fn every_word_is_of_a_field_or_noun_that_there_is() {
        let model = model();
        let lexicon = lexicon();
        assert!(lexicon.fields.len() > 400 && lexicon.beside.len() > 3);
        for word in &lexicon.fields {
            let has = |n: &crate::entity::Noun| n.fields.iter().any(|f| f.name == word.field);
            match word.noun {
                Some(noun) => assert!(has(model.noun(noun).expect(noun)), "{word:?}"),
                None => assert!(model.nouns.iter().any(has), "{word:?}"),
            }
            assert!(!word.word.is_empty(), "{word:?}");
        }
        for (word, noun) in &lexicon.nouns {
            assert!(*noun == "note" || model.get(noun).is_some(), "{word}");
        }
    }

    #[test]
    fn a_header_is_cut_into_words_that_cover_it() {
        let all = |_: &[Sense]| true;
        let cut = |h: &str| lexicon().cut(&squash(h), &all);
        assert_eq!(
            cut("Улица (дом. адрес)"),
            Some(vec![Sense::Part("street"), Sense::Label("home"), Sense::Kind("address")])
        );
        assert_eq!(
            cut("E-mail 1 - Label"),
            Some(vec![Sense::Kind("email"), Sense::Number(1), Sense::IsLabel])
        );
        assert_eq!(cut("Reservation_Status"), None);
        let long = "phone".repeat(5000);
        assert!(lexicon().cut(&long, &|_| false).is_none(), "a long header ends");
    }
}
