//! How many columns of a terminal a text takes, and making it take fewer or more. Everything goes
//! by grapheme clusters, so that no letter loses its accent and no emoji is cut in two.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a text.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text within `room` columns, with `…` where something was cut off.
#[must_use]
pub fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if end_of(text, room) == text.len() {
        return Cow::Borrowed(text);
    }
    let end = end_of(text, room.saturating_sub(1));
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

/// The byte behind the last grapheme that fits into `room` columns.
fn end_of(text: &str, room: usize) -> usize {
    // Every character of a text this short fits.
    if text.len() <= room && text.is_ascii() {
        return text.len();
    }
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += grapheme.width();
        if taken > room {
            return at;
        }
    }
    text.len()
}

/// The beginning of a text that takes at most `room` columns.
#[must_use]
pub fn first_columns(text: &str, room: usize) -> &str {
    &text[..end_of(text, room)]
}

/// The end of a text that takes at most `room` columns.
#[must_use]
pub fn last_columns(text: &str, room: usize) -> &str {
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        taken += grapheme.width();
        if taken > room {
            return &text[at + grapheme.len()..];
        }
    }
    text
}

/// The text filled up with spaces to `columns`, on the left for numbers.
#[must_use]
pub fn pad(text: &str, columns: usize, to_the_right: bool) -> String {
    let space = " ".repeat(columns.saturating_sub(width(text)));
    if to_the_right { format!("{space}{text}") } else { format!("{text}{space}") }
}

/// A line in pieces of at most `room` columns, broken at spaces where there are any.
#[must_use]
pub fn wrap(line: &str, room: Option<usize>) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(room) = room.filter(|room| end_of(rest, *room) < rest.len()) {
        // At least one grapheme, however narrow the room.
        let first = rest.graphemes(true).next().map_or(rest.len(), str::len);
        let end = end_of(rest, room).max(first);
        let next_is_space = rest[end..].starts_with(' ');
        let space = rest[..end].rfind(' ').filter(|at| !rest[..*at].trim().is_empty());
        let at = if next_is_space { end } else { space.unwrap_or(end) };
        pieces.push(rest[..at].trim_end());
        rest = rest[at..].trim_start_matches(' ');
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_a_terminal() {
        for (text, columns) in
            [("abc", 3), ("王伟", 4), ("e\u{301}", 1), ("Zo\u{308}\u{301}\u{323}e", 3), ("ё", 1)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
    }

    #[test]
    fn cutting_keeps_whole_graphemes_within_the_room() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("王伟明", 5), "王伟…");
        assert_eq!(cut("王伟明", 4), "王…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut("ab cd", 4), "ab…");
        let long = "x".repeat(20_000);
        assert_eq!(width(&cut(&long, 30)), 30);
    }

    #[test]
    fn padding_counts_columns_not_bytes() {
        assert_eq!(pad("王", 4, false), "王  ");
        assert_eq!(pad("42", 4, true), "  42");
        assert_eq!(pad("long", 2, false), "long");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", Some(7)), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", Some(3)), ["abc", "def", "gh"]);
        assert_eq!(wrap("王伟明", Some(1)), ["王", "伟", "明"]);
        assert_eq!(wrap("", Some(5)), [""]);
        assert_eq!(wrap("one two", None), ["one two"]);
        assert_eq!(wrap("  indented text", Some(8)), ["  indent", "ed text"]);
    }
}
