//! Where a piece of a filter stands, and errors that point at it.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::entity::text::visible;
use crate::error::{Error, ErrorKind};

/// Bytes of the filter's text, from `start` up to, not including, `end`. Places don't count when
/// two filters are compared: what is written otherwise may mean the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Place {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// An error about a place of a filter: what is wrong, then the text with a caret under the place,
/// on three lines that are safe to print.
pub(super) fn error_at(text: &str, place: Place, why: impl AsRef<str>) -> Error {
    let (line, carets) = marked(text, place);
    Error::new(ErrorKind::Usage, format!("{}\n  {line}\n  {carets}", visible(why.as_ref())))
}

/// Most columns of text shown before the place, in it, and behind it.
const SHOWN: usize = 36;

/// The line with the place, and the line with carets under it, both safe to print. Columns are
/// those of a terminal: wide characters take two.
fn marked(text: &str, place: Place) -> (String, String) {
    let cut = |from: usize, to: usize| visible(text.get(from..to).unwrap_or_default());
    let before = last_columns(&cut(0, place.start), SHOWN);
    let inside = first_columns(&cut(place.start, place.end), SHOWN);
    let after = first_columns(&cut(place.end, text.len()), SHOWN);
    let carets = "^".repeat(inside.width().max(1));
    let pad = " ".repeat(before.width());
    (format!("{before}{inside}{after}"), format!("{pad}{carets}"))
}

fn first_columns(text: &str, most: usize) -> String {
    let mut columns = 0;
    for (at, piece) in text.grapheme_indices(true) {
        columns += piece.width();
        if columns > most {
            return format!("{}…", &text[..at]);
        }
    }
    text.to_owned()
}

fn last_columns(text: &str, most: usize) -> String {
    let mut columns = 0;
    for (at, piece) in text.grapheme_indices(true).rev() {
        columns += piece.width();
        if columns > most {
            return format!("…{}", &text[at + piece.len()..]);
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, piece: &str) -> String {
        let start = text.find(piece).expect("the piece");
        error_at(text, Place::new(start, start + piece.len()), "wrong").message
    }

    #[test]
    fn carets_stand_under_the_place() {
        assert_eq!(shown("a nmae:x", "nmae"), "wrong\n  a nmae:x\n    ^^^^");
    }

    #[test]
    fn wide_and_hidden_characters_are_counted_as_they_are_shown() {
        assert_eq!(shown("王伟 bad", "bad"), "wrong\n  王伟 bad\n       ^^^");
        assert_eq!(shown("a\x1b bad", "bad"), "wrong\n  a␛ bad\n     ^^^");
        assert_eq!(shown("é́ bad", "bad"), "wrong\n  é́ bad\n    ^^^");
    }

    #[test]
    fn of_a_long_filter_only_the_surroundings_are_shown() {
        let text = format!("{} bad {}", "x".repeat(500), "y".repeat(500));
        let error = shown(&text, "bad");
        let lines: Vec<&str> = error.lines().collect();
        assert!(lines[1].width() < 100, "{error}");
        assert_eq!(
            lines[1].find("bad").map(|at| lines[1][..at].width()),
            lines[2].find('^'),
            "{error}"
        );
    }

    #[test]
    fn the_end_of_the_text_has_a_place_too() {
        assert_eq!(error_at("a or", Place::new(4, 4), "end").message, "end\n  a or\n      ^");
    }
}
