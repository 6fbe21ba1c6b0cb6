//! The formula guard: cells that a spreadsheet would run leave with a `'` before them, and lose it
//! again on the way in. The one law: taking off what was put on gives the same text, for any text.

use std::borrow::Cow;

/// The cell as it may be opened by a spreadsheet: a dangerous one gets one `'` in front.
#[must_use]
pub fn guard(cell: &str) -> Cow<'_, str> {
    if is_dangerous(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell without the `'` that [`guard`] put before it.
#[must_use]
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_dangerous(cell) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would take the cell for a formula, now or once a `'` is taken off: behind
/// any number of `'` it begins with `= + - @`, tab or return and is no plain number or phone.
#[must_use]
pub(super) fn is_dangerous(cell: &str) -> bool {
    let bare = match cell.as_bytes().first() {
        Some(b'\'') => cell.trim_start_matches('\''),
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => cell,
        _ => return false,
    };
    match bare.as_bytes().first() {
        Some(b'=' | b'@' | b'\t' | b'\r') => true,
        Some(b'-') => !is_number(&bare[1..]),
        Some(b'+') => !is_number(&bare[1..]) && !is_phone(&bare[1..]),
        _ => false,
    }
}

/// Digits, with one decimal point among them at most.
fn is_number(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(part)
}

/// What stands behind the `+` of an international number: digits in groups. A formula of these
/// characters alone could only ever be a sum of numbers.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (5..=20).contains(&digits)
        && text.len() <= 40
        && text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'(')
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'(' | b')' | b'-' | b'.' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_guarded() {
        for cell in ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\tx", "\rx", "'=1", "''@"] {
            assert_eq!(guard(cell), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn numbers_phones_and_plain_text_are_left_alone() {
        for cell in [
            "",
            "'",
            "'quoted'",
            "-5",
            "-12.50",
            "+3",
            "+1 (408) 505-1578",
            "+359/2 123.45",
            "Ann",
            "a=b",
            "'+1 555 0100 22",
            "'-5",
        ] {
            assert_eq!(guard(cell), cell, "{cell:?}");
            assert_eq!(unguard(cell), cell, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_put_on_is_taken_off(cell in "['=+@\\-\t\r0-9. a-]{0,12}") {
            let guarded = guard(&cell);
            prop_assert_eq!(unguard(&guarded), cell.as_str());
        }

        #[test]
        fn what_was_put_on_is_taken_off_any_text(cell in any::<String>()) {
            let guarded = guard(&cell);
            prop_assert_eq!(unguard(&guarded), cell.as_str());
        }
    }
}
