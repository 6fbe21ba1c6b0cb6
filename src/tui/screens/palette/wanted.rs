//! Whether something is called as was typed.

use crate::entity::text::fold;

/// The words that were typed, folded.
pub(super) struct Wanted {
    words: Vec<String>,
    /// A word may have a slip in it.
    slips: bool,
}

impl Wanted {
    pub(super) fn of(typed: &str) -> Self {
        let typed = fold(typed.trim_start_matches(['>', ' ']));
        Self { words: typed.split_whitespace().map(str::to_owned).collect(), slips: false }
    }

    /// The same, where a letter may be wrong, missing or too many.
    pub(super) fn with_slips(self) -> Self {
        Self { slips: true, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        fold(text) == self.words.join(" ")
    }

    /// Whether a text has all words.
    pub(super) fn fits(&self, text: &str) -> bool {
        let text = fold(text);
        self.words.iter().all(|w| text.contains(w) || self.slipped(w, &text))
    }

    /// Whether each word begins one of a name.
    pub(super) fn begins(&self, name: &str) -> bool {
        let begun = |word: &String| name.split(' ').any(|n| n.starts_with(word.as_str()));
        self.words.iter().all(|word| begun(word) || self.slipped(word, name))
    }

    fn slipped(&self, word: &str, text: &str) -> bool {
        let most = match word.chars().count() {
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        let near = |known: &str| {
            known.chars().count() > 3 && strsim::damerau_levenshtein(word, known) <= most
        };
        self.slips && most > 0 && text.split(|c: char| !c.is_alphanumeric()).any(near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_counts_where_it_is_allowed_and_in_words_that_are_long_enough() {
        assert!(!Wanted::of("assgn").fits("Assign to somebody"));
        assert!(Wanted::of(">assgn").with_slips().fits("Assign to somebody"));
        assert!(Wanted::of("ligth theme").with_slips().fits("theme light"));
        assert!(!Wanted::of("win").with_slips().fits("won"));
        assert!(Wanted::of("дбавить").with_slips().fits("Добавить"));
    }
}
