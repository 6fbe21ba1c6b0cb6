//! What is found out from the beginning of a delimited file: what stands between its cells.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::quoting::{Quotes, against};
use super::squeeze::{Squeeze, is_behind_all};
use crate::error::{Error, Result};

/// Delimiters that are looked for, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// As many records decide about the delimiter.
const RECORDS: usize = 50;

/// How a delimited file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Bytes in front of the header: a line `sep=;`.
    pub(super) skip: usize,
    /// Line of the header.
    pub(super) line: u64,
    pub(super) quote: u8,
    /// Quotes are signs like others.
    pub(super) unquoted: bool,
    /// A backslash stands before a quote that belongs to the text, as databases write it; whether
    /// before a backslash too.
    pub(super) escaped: Option<bool>,
    /// Spaces stand between delimiters and quotes; whether behind each delimiter.
    pub(super) spaced: Option<bool>,
}

/// The delimiter that somebody named: `;`, `tab`, `|`, …
///
/// # Errors
/// It can't be one.
pub fn delimiter_of(word: &str) -> Result<u8> {
    match (word, word.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        ("comma", _) => Ok(b','),
        ("semicolon", _) => Ok(b';'),
        (_, &[b]) if (b.is_ascii_punctuation() || b == b' ' || b == b'\t') && b != b'"' => Ok(b),
        _ => Err(Error::usage(format!("`{word}` can't be a delimiter"))
            .hint("name one character: `,`, `;`, `|` or `tab`")),
    }
}

impl Dialect {
    /// The dialect of a file that begins with `head`, of which `whole` says that nothing follows;
    /// `wanted` is the delimiter that was asked for, `quotes` how quotes are said to be written.
    pub(super) fn of(head: &[u8], whole: bool, wanted: Option<u8>, quotes: Option<Quotes>) -> Self {
        let mut skip = 0;
        let mut line = 1;
        let mut said = None;
        if let Some((delimiter, len)) = sep_line(&head[skip..]) {
            said = Some(delimiter);
            skip += len;
            line = 2;
        }
        let head = &head[skip..];
        let delimiter = wanted.or(said).unwrap_or_else(|| likeliest_delimiter(head, whole));
        let in_apostrophes = match quotes {
            Some(said) => said == Quotes::Apostrophe,
            None => is_in_apostrophes(head, delimiter),
        };
        let quote = if in_apostrophes { b'\'' } else { b'"' };
        let unquoted = quotes == Some(Quotes::None);
        let plain = Self { delimiter, skip, line, quote, unquoted, escaped: None, spaced: None };
        if unquoted {
            return plain;
        }
        let has = |pair: [u8; 2]| head.windows(2).any(|w| w == pair);
        if quotes.is_none_or(|said| said == Quotes::Backslash) && has([b'\\', quote]) {
            let against = |escaped| against(head, delimiter, quote, escaped, whole);
            let (doubled, backslash) = (against(false), against(true));
            if quotes.is_some() || backslash.broken < doubled.broken {
                return Self { escaped: Some(backslash.lone == 0), ..plain };
            }
        }
        if quotes == Some(Quotes::Backslash) {
            return Self { escaped: Some(false), ..plain };
        }
        if delimiter != b' ' && is_behind_all(head, delimiter, quote) {
            return Self { spaced: Some(true), ..plain };
        }
        if has([b' ', quote]) || has([quote, b' ']) {
            let spaced = Self { spaced: Some(false), ..plain };
            let squeezed = Squeeze::new(delimiter, quote, false).squeeze(head);
            if squeezed != head && spaced.fit(&squeezed, whole) >= plain.fit(head, whole) {
                return spaced;
            }
        }
        plain
    }

    /// A parser of such files.
    pub(super) fn reader(&self) -> Reader {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(self.delimiter).quote(self.quote).quoting(!self.unquoted).build()
    }

    /// How quotes are written.
    pub(super) fn quotes(&self) -> Quotes {
        match self {
            Self { unquoted: true, .. } => Quotes::None,
            Self { escaped: Some(_), .. } => Quotes::Backslash,
            Self { quote: b'\'', .. } => Quotes::Apostrophe,
            _ => Quotes::Doubled,
        }
    }

    /// How many of the first records in a hundred are as wide as the header, and how many there are.
    fn fit(&self, head: &[u8], whole: bool) -> (usize, usize) {
        let widths = widths(self.reader(), head, whole);
        let Some(header) = widths.first() else { return (0, 0) };
        let alike = widths.iter().filter(|w| *w == header).count();
        (alike * 100 / widths.len(), widths.len())
    }
}

/// Excel's first line `sep=;`, in small letters or capitals, as (delimiter, bytes of the line).
fn sep_line(head: &[u8]) -> Option<(u8, usize)> {
    let end = head.iter().position(|b| matches!(b, b'\n' | b'\r'))?;
    let line = std::str::from_utf8(&head[..end]).ok()?;
    let line = line.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(line);
    let (word, delimiter) = line.split_at_checked(4)?;
    let &[delimiter] = delimiter.as_bytes() else { return None };
    if !word.eq_ignore_ascii_case("sep=") {
        return None;
    }
    let len = if head[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
    Some((delimiter, len))
}

/// Whether every cell of the header stands between apostrophes: `'name','city'`.
fn is_in_apostrophes(head: &[u8], delimiter: u8) -> bool {
    let end = head.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(head.len());
    let mut cells = head[..end].split(|b| *b == delimiter);
    cells.all(|cell| matches!(cell, [b'\'', middle @ .., b'\''] if !middle.is_empty()))
}

/// The delimiter that cuts the header in two at least and the most records into as many cells as
/// it; of equals the one that finds more cells.
fn likeliest_delimiter(head: &[u8], whole: bool) -> u8 {
    let mut best = (0, 0, b',');
    for delimiter in DELIMITERS {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let widths = widths(reader, head, whole);
        let Some(&header) = widths.first().filter(|w| **w > 1) else { continue };
        let alike = widths.iter().filter(|w| **w == header).count() * 100 / widths.len();
        if (alike, header) > (best.0, best.1) {
            best = (alike, header, delimiter);
        }
    }
    best.2
}

/// How many cells each of the first records has.
fn widths(mut reader: Reader, head: &[u8], whole: bool) -> Vec<usize> {
    let mut text = vec![0; head.len() + 1];
    let mut ends = vec![0; head.len() + 1];
    let mut widths = Vec::new();
    let mut at = 0;
    while widths.len() < RECORDS {
        let mut cells = 0;
        loop {
            let (result, read, _, ended) =
                reader.read_record(&head[at..], &mut text, &mut ends[cells..]);
            at += read;
            cells += ended;
            match result {
                ReadRecordResult::Record => break,
                // A record that the head cuts off tells nothing; the last of a whole file does.
                ReadRecordResult::InputEmpty if whole || widths.is_empty() => {
                    // An empty input is the end for the reader.
                    at = head.len();
                }
                _ => return widths,
            }
        }
        widths.push(cells);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> char {
        char::from(Dialect::of(text.as_bytes(), true, None, None).delimiter)
    }

    #[test]
    fn the_delimiter_is_found_by_what_stays_the_same() {
        assert_eq!(found("name,tags\nAnn,a;b;c\nBob,d;e\n"), ',');
        assert_eq!(found("name;price;city\nAnn;1,5;Rome, Italy\nBob;2,5;x\n"), ';');
        assert_eq!(found("a\tb\n1,2\t3\n"), '\t');
        assert_eq!(found("a|b|c\n1|2|3"), '|');
        assert_eq!(found("name\nSmith, Ann\n"), ',');
        assert_eq!(found("\"a;b\",c\n\"1;2;3\",4\n"), ',');
        assert_eq!(found(""), ',');
        assert_eq!(found("a;b"), ';');
        assert_eq!(found("a;b;c\n1;2,5;3\n1;2,6;3\n\"x\ny\";2;3"), ';');
    }

    #[test]
    fn a_sep_line_is_passed() {
        let d = Dialect::of(b"sep=;\r\na,b;c\r\n", true, None, None);
        assert_eq!((d.delimiter, d.skip, d.line), (b';', 7, 2));
        let d = Dialect::of(b"SEP=,\na,b;c\n", true, None, None);
        assert_eq!((d.delimiter, d.skip, d.line), (b',', 6, 2));
        let d = Dialect::of(b"a;b\n", true, Some(b'\t'), None);
        assert_eq!((d.delimiter, d.skip, d.line), (b'\t', 0, 1));
    }

    #[test]
    fn a_delimiter_can_be_named() {
        assert_eq!(delimiter_of("tab").ok(), Some(b'\t'));
        assert_eq!(delimiter_of(";").ok(), Some(b';'));
        assert!(delimiter_of("ab").is_err());
        assert!(delimiter_of("\"").is_err());
    }
}
