//! Text as people compare it: folded for search and sorting, cut into words, and made safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

/// Version of [`fold`] and [`words`]; columns made with another one are stale and get rebuilt.
pub const FOLD_VERSION: i64 = 1;

/// Text folded for comparing: NFKC, lower case, without the accents of Latin and Greek letters,
/// `ё` as `е`; `й` and the voicing marks of kana stay what they are.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        fold_char(c, &mut out);
    }
    out
}

fn fold_char(c: char, out: &mut String) {
    match c {
        'ё' => out.push('е'),
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        // Marks left alone by NFKC: a stress over a vowel, the dot that İ leaves.
        '\u{300}'..='\u{36f}' => {}
        // Only Latin and Greek letters lose their accents; others change their meaning with them.
        '\u{80}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{1e00}'..='\u{1fff}' => {
            out.extend(
                std::iter::once(c)
                    .nfd()
                    .filter(|d| !matches!(d, '\u{300}'..='\u{36f}'))
                    .map(|d| if d == 'ς' { 'σ' } else { d }),
            );
        }
        _ => out.push(c),
    }
}

/// Whether the character is written without spaces round its words, so that a search for a part
/// of a word is a search for a word: Chinese, Japanese and Korean.
#[must_use]
pub fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{3130}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The words of a text, folded, one space between: runs of letters and digits, and each CJK
/// character alone. The search index stores this form, so that index and query can't differ.
#[must_use]
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_words(text, &mut out);
    out
}

/// As [`words`], behind what `out` holds.
pub fn push_words(text: &str, out: &mut String) {
    if text.is_ascii() {
        push_ascii_words(text, out);
        return;
    }
    let mut inside = false;
    for c in fold(text).chars() {
        let alone = is_cjk(c);
        if alone || c.is_alphanumeric() || is_joined_mark(c) {
            if (alone || !inside) && !out.is_empty() {
                out.push(' ');
            }
            out.push(c);
            inside = !alone;
        } else {
            inside = false;
        }
    }
}

/// Most text needs no table to be folded.
fn push_ascii_words(text: &str, out: &mut String) {
    let mut inside = false;
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() {
            if !inside && !out.is_empty() {
                out.push(' ');
            }
            out.push(char::from(b.to_ascii_lowercase()));
            inside = true;
        } else {
            inside = false;
        }
    }
}

/// Vowel signs and the like that belong to the letter before them.
fn is_joined_mark(c: char) -> bool {
    !c.is_ascii()
        && matches!(c,
            '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{dff}'
            | '\u{e31}'..='\u{e4e}' | '\u{3099}'..='\u{309a}')
}

/// Whether a folded text has a word that begins with the words given (the last may be a part);
/// what the search index answers for a bare word of a filter, said over plain text.
#[must_use]
pub fn has_words(text: &str, wanted: &str, last_is_prefix: bool) -> bool {
    let (text, wanted) = (words(text), words(wanted));
    let have: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
    let want: Vec<&str> = wanted.split(' ').filter(|w| !w.is_empty()).collect();
    let Some((last, front)) = want.split_last() else { return false };
    have.windows(want.len()).any(|w| {
        let (w_last, w_front) = (w[w.len() - 1], &w[..w.len() - 1]);
        w_front == front && if last_is_prefix { w_last.starts_with(last) } else { w_last == *last }
    })
}

/// The text as it may be shown on a terminal: control characters, bidi overrides and zero-width
/// characters become visible marks, so that no value can move the cursor or forge output.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push('␤'),
            '\r' => out.push('␍'),
            '\t' => out.push('␉'),
            '\x1b' => out.push('␛'),
            '\0'..='\x1f' => {
                out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
            }
            '\x7f' => out.push('␡'),
            // ZWNJ and ZWJ shape Persian and Indic words; they are only dangerous when doubled,
            // yet a name that differs by one alone must be told apart.
            c if is_hidden(c) => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// As [`visible`], but line ends stay: for long text shown over several lines.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    text.split('\n')
        .map(|line| visible(line.strip_suffix('\r').unwrap_or(line)).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Characters that draw nothing or change how others are drawn: C0, C1, bidi and zero-width.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A name and the e-mail address behind it, in brackets: `Ann Lee <ann@acme.example>`.
#[must_use]
pub fn name_and_mail(text: &str) -> Option<(&str, &str)> {
    let (name, mail) = [('<', '>'), ('(', ')')]
        .iter()
        .find_map(|(open, close)| text.trim_end().strip_suffix(*close)?.rsplit_once(*open))?;
    let (name, mail) = (name.trim(), mail.trim());
    let odd = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':');
    let (user, host) = mail.split_once('@')?;
    let is_mail =
        !user.is_empty() && host.contains('.') && !host.contains('@') && !mail.contains(odd);
    (is_mail && !name.is_empty()).then_some((name, mail))
}

/// A name for machines from a label for people: `Contract no` → `contract_no`.
#[must_use]
pub fn slug(label: &str) -> String {
    let mut out = String::new();
    for c in fold(label).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if let Some(latin) = latin(c) {
            out.push_str(latin);
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_').to_owned();
    if out.starts_with(|c: char| c.is_ascii_digit()) { format!("n{out}") } else { out }
}

/// A Cyrillic letter in Latin ones (BGN/PCGN without apostrophes).
#[must_use]
pub fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'є' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' => "i",
        'й' | 'ы' => "y",
        'ї' => "yi",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_case_accents_and_yo_but_not_short_i() {
        assert_eq!(fold("Ёлкин ПЁТР"), "елкин петр");
        assert_eq!(fold("Йошкар"), "йошкар");
        assert_eq!(fold("Müller Straße Łódź Søren İstanbul"), "muller strasse lodz soren istanbul");
        assert_eq!(fold("が"), "が");
        assert_eq!(fold("ﬁne"), "fine");
    }

    #[test]
    fn words_are_letters_and_digits_and_single_cjk_characters() {
        assert_eq!(words("O'Brien, ann@acme.example"), "o brien ann acme example");
        assert_eq!(words("王伟abc 田中"), "王 伟 abc 田 中");
        assert_eq!(words("«Ромашка» №5"), "ромашка no5");
        assert_eq!(words("--- !"), "");
    }

    #[test]
    fn a_part_of_a_word_is_found_at_its_beginning_and_anywhere_in_cjk() {
        assert!(has_words("Jan Kowalczyk", "kowal", true));
        assert!(!has_words("Jan Kowalczyk", "owal", true));
        assert!(has_words("王伟明", "伟", true));
        assert!(has_words("one two three", "two thr", true));
        assert!(!has_words("one two three", "two thr", false));
    }

    #[test]
    fn nothing_hidden_is_left_in_what_is_shown() {
        let shown = visible("a\x1b[31m\u{202e}b\u{9b}\r\n\u{200b}\0");
        assert!(!shown.chars().any(is_hidden), "{shown}");
        assert_eq!(visible("Пётр 王"), "Пётр 王");
    }

    #[test]
    fn an_address_behind_a_name_is_told_from_it() {
        let of = name_and_mail;
        assert_eq!(of("Ann Lee <ann@acme.example>"), Some(("Ann Lee", "ann@acme.example")));
        assert_eq!(of("Щукин (Ltd) (a@x.example) "), Some(("Щукин (Ltd)", "a@x.example")));
        for text in [
            "Ann Lee",
            "ann@acme.example",
            "Ann (home)",
            "<a@x.example>",
            "A (a @x.example)",
            "A (@x.example)",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn slugs_are_latin_words() {
        assert_eq!(slug("Contract no"), "contract_no");
        assert_eq!(slug("Номер договора"), "nomer_dogovora");
        assert_eq!(slug("2nd phone!"), "n2nd_phone");
    }
}
