//! Numbers as files write them: `1 234,56`, `1,234.56`, `1'234.56`, `(5.00)`, `€ 5,-`; and what a
//! cell tells about which mark stands before the decimals.

use std::borrow::Cow;

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Point,
    Comma,
}

impl Mark {
    /// The mark of a word: `.` or `,`, `point` or `comma`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "." | "point" => Some(Self::Point),
            "," | "comma" => Some(Self::Comma),
            _ => None,
        }
    }

    fn char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// What a cell tells of the mark before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    Nothing,
    Is(Mark),
    /// `1,234`: decimals, or thousands, with this mark.
    Open(Mark),
}

/// The digits of a cell with the marks between them, and what stands before and behind.
struct Pieces<'a> {
    before: &'a str,
    core: &'a str,
    behind: &'a str,
}

impl<'a> Pieces<'a> {
    fn of(cell: &'a str) -> Option<Self> {
        let first = cell.find(|c: char| c.is_ascii_digit())?;
        let start = match cell[..first].char_indices().last() {
            Some((at, '.' | ',')) => at,
            _ => first,
        };
        let end = cell.rfind(|c: char| c.is_ascii_digit())? + 1;
        let core = &cell[start..end];
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',') || is_space(c);
        core.chars().all(is_number).then_some(Self {
            before: &cell[..start],
            core,
            behind: &cell[end..],
        })
    }
}

/// Marks that only ever stand between groups of digits.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_')
}

/// What a cell tells.
pub(super) fn told(cell: &str) -> Telling {
    if !cell.bytes().any(|b| matches!(b, b'.' | b',')) {
        return Telling::Nothing;
    }
    let Some(Pieces { core, behind, .. }) = Pieces::of(cell) else { return Telling::Nothing };
    // `1.234,-` has no decimals, and says before what they would stand.
    for mark in [Mark::Point, Mark::Comma] {
        let rest = behind.strip_prefix(mark.char());
        if rest.is_some_and(|rest| rest.starts_with(['-', '–', '—'])) {
            return Telling::Is(mark);
        }
    }
    let count = |mark: char| core.matches(mark).count();
    let (mark, other) = match (count('.'), count(',')) {
        (0, 0) => return Telling::Nothing,
        (points, commas) if points > 0 && commas > 0 => {
            // Of two marks the last one is before the decimals, and it stands once.
            return match (core.rfind('.') > core.rfind(','), points, commas) {
                (true, 1, _) => Telling::Is(Mark::Point),
                (false, _, 1) => Telling::Is(Mark::Comma),
                _ => Telling::Nothing,
            };
        }
        (0, _) => (Mark::Comma, Mark::Point),
        _ => (Mark::Point, Mark::Comma),
    };
    if count(mark.char()) > 1 {
        return Telling::Is(other);
    }
    let Some((whole, part)) = core.split_once(mark.char()) else { return Telling::Nothing };
    let may_be_group = part.len() == 3
        && (1..=3).contains(&whole.len())
        && whole != "0"
        && !whole.contains(is_space);
    if may_be_group { Telling::Open(mark) } else { Telling::Is(mark) }
}

/// The cell with a point before its decimals and nothing between its groups, as every field takes
/// it; as it is where it is no number.
pub(super) fn plain(cell: &str, mark: Mark) -> Cow<'_, str> {
    plain_of(cell, mark).map_or(Cow::Borrowed(cell), Cow::Owned)
}

fn plain_of(cell: &str, mark: Mark) -> Option<String> {
    let Pieces { before, core, behind } = Pieces::of(cell)?;
    let (whole, part) = match core.split_once(mark.char()) {
        Some((_, part)) if part.contains(mark.char()) => return None,
        Some((whole, part)) => (whole, part),
        None => (core, ""),
    };
    if !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let groups: Vec<&str> = whole.split(|c: char| is_space(c) || matches!(c, '.' | ',')).collect();
    let is_grouped = match &groups[..] {
        [_] => true,
        // India writes 12,34,567.
        [first, middle @ .., last] => {
            (1..=3).contains(&first.len())
                && last.len() == 3
                && middle.iter().all(|g| (2..=3).contains(&g.len()))
        }
        [] => false,
    };
    if !is_grouped {
        return None;
    }
    let digits = groups.concat();
    let number = if part.is_empty() { digits } else { format!("{digits}.{part}") };
    // `12,-` and `12.–` say that there are no decimals; a minus of books stands behind or is a pair
    // of brackets.
    let behind = behind.trim();
    let (behind, minus_behind) = match behind.strip_prefix(['.', ',']) {
        Some(rest) => (rest.trim_start_matches(['-', '–', '—']), false),
        None => match behind.strip_prefix(['-', '−']) {
            Some(rest) => (rest, true),
            None => (behind, false),
        },
    };
    let before = before.trim().replace(['−', '–'], "-");
    let in_brackets = before.contains('(') && behind.contains(')');
    let (before, behind) = if in_brackets {
        (before.replacen('(', "", 1), behind.replacen(')', "", 1))
    } else {
        (before, behind.to_owned())
    };
    let (before, behind) = (before.trim(), behind.trim());
    let minus = if minus_behind || in_brackets { "-" } else { "" };
    let gap = |text: &str| if text.ends_with(char::is_alphabetic) { " " } else { "" };
    let space = if behind.chars().count() > 1 { " " } else { "" };
    Some(format!("{minus}{before}{}{number}{space}{behind}", gap(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_tells_its_mark_unless_it_may_be_a_group() {
        use Telling::{Is, Nothing, Open};
        for (cell, want) in [
            ("1 234,56", Is(Mark::Comma)),
            ("1.234,56 €", Is(Mark::Comma)),
            ("$1,234.56", Is(Mark::Point)),
            ("1'234.56", Is(Mark::Point)),
            ("1.234.567", Is(Mark::Comma)),
            ("1,234,567", Is(Mark::Point)),
            ("1.234,-", Is(Mark::Comma)),
            ("1'234.–", Is(Mark::Point)),
            ("0,125", Is(Mark::Comma)),
            (".5", Is(Mark::Point)),
            ("1234,567", Is(Mark::Comma)),
            ("1 234,567", Is(Mark::Comma)),
            ("12,5 %", Is(Mark::Comma)),
            ("1,234", Open(Mark::Comma)),
            ("EUR 12.500", Open(Mark::Point)),
            ("1 234", Nothing),
            ("5 руб.", Nothing),
            ("", Nothing),
            ("a.b", Nothing),
            ("1,2.3,4", Nothing),
        ] {
            assert_eq!(told(cell), want, "{cell}");
        }
    }

    #[test]
    fn numbers_become_plain_and_keep_what_stands_beside() {
        for (cell, mark, want) in [
            ("1 234,56", Mark::Comma, "1234.56"),
            ("1\u{a0}234,56 €", Mark::Comma, "1234.56€"),
            ("€ 1.234,56", Mark::Comma, "€1234.56"),
            ("EUR 1.234,56", Mark::Comma, "EUR 1234.56"),
            ("1.234,56 EUR", Mark::Comma, "1234.56 EUR"),
            ("$1,234.56", Mark::Point, "$1234.56"),
            ("1'234.50 CHF", Mark::Point, "1234.50 CHF"),
            ("1’234", Mark::Point, "1234"),
            ("(1,234.50)", Mark::Point, "-1234.50"),
            ("(1.000,00) USD", Mark::Comma, "-1000.00 USD"),
            ("($5.00)", Mark::Point, "-$5.00"),
            ("1.234,50-", Mark::Comma, "-1234.50"),
            ("−5,5", Mark::Comma, "-5.5"),
            ("12,-", Mark::Comma, "12"),
            ("12,34,567.00", Mark::Point, "1234567.00"),
            ("1.5m", Mark::Point, "1.5m"),
            ("12,5 %", Mark::Comma, "12.5%"),
            ("1,234", Mark::Point, "1234"),
            ("1,234", Mark::Comma, "1.234"),
            ("1,23", Mark::Point, "1,23"),
            ("12 x 5", Mark::Point, "12 x 5"),
            ("lots", Mark::Comma, "lots"),
            ("", Mark::Comma, ""),
        ] {
            assert_eq!(plain(cell, mark), want, "{cell}");
        }
    }
}
