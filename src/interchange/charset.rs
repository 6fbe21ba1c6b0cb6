//! Which characters the bytes of a file mean: told by a mark in front, by where its zeros stand, by
//! being UTF-8, and else by which encoding makes words of it.
//!
//! Of an old encoding nothing tells for sure. Each likely one is given points for letters that
//! stand together in some language and loses them for what no word has: a capital behind a small
//! letter, two scripts in one word, a frame in the middle of a name. `chardetng` has a vote. Where
//! two encodings that read the sample differently are too near each other, nobody guesses.

use std::collections::HashSet;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, IBM866, ISO_8859_2, ISO_8859_5, ISO_8859_7, ISO_8859_15, KOI8_R, KOI8_U, MACINTOSH,
    UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1257, X_MAC_CYRILLIC,
};

/// How characters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Whatever browsers know.
    Known(&'static Encoding),
    /// Four bytes a character, the largest first or last.
    Utf32 { big: bool },
}

impl Charset {
    pub const UTF8: Self = Self::Known(UTF_8);

    /// Its name, as `--encoding` takes it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Known(encoding) if encoding == X_MAC_CYRILLIC => "mac-cyrillic".into(),
            Self::Known(encoding) => encoding.name().to_ascii_lowercase(),
            Self::Utf32 { big: true } => "utf-32be".into(),
            Self::Utf32 { big: false } => "utf-32le".into(),
        }
    }

    /// The encoding of a name: any that browsers know, and UTF-32.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace('_', "-");
        match word.as_str() {
            "utf-32" | "utf32" | "utf-32le" | "utf32le" => return Some(Self::Utf32 { big: false }),
            "utf-32be" | "utf32be" => return Some(Self::Utf32 { big: true }),
            "utf-16be" | "utf16be" => return Some(Self::Known(UTF_16BE)),
            "utf16" | "utf16le" => return Some(Self::Known(UTF_16LE)),
            "mac-cyrillic" | "maccyrillic" => return Some(Self::Known(X_MAC_CYRILLIC)),
            "mac-roman" | "macroman" => return Some(Self::Known(MACINTOSH)),
            _ => {}
        }
        let fronts = ["windows-", "windows", "win-", "win", "cp-"];
        let short = fronts.iter().find_map(|front| word.strip_prefix(front)).unwrap_or(&word);
        let spelt = [
            word.clone(),
            word.replace('-', ""),
            word.replace("koi8", "koi8-"),
            format!("cp{short}"),
            format!("iso-{word}"),
        ];
        spelt
            .iter()
            .find_map(|label| Encoding::for_label(label.as_bytes()))
            .filter(|found| found.name() != "replacement" && found.name() != "x-user-defined")
            .map(Self::Known)
    }

    pub(super) fn is_wide(self) -> bool {
        match self {
            Self::Known(encoding) => encoding == UTF_16LE || encoding == UTF_16BE,
            Self::Utf32 { .. } => true,
        }
    }
}

/// The encoding that the first bytes tell for sure, and the length of the mark in front. The zeros
/// count more than the mark: there are programs that put a wrong one.
pub(super) fn marked(head: &[u8]) -> Option<(Charset, usize)> {
    let utf32 = |big| Charset::Utf32 { big };
    let (said, mark) = match head {
        [0xef, 0xbb, 0xbf, ..] => return Some((Charset::UTF8, 3)),
        [0, 0, 0xfe, 0xff, ..] => (Some(utf32(true)), 4),
        [0xff, 0xfe, 0, 0, ..] => (Some(utf32(false)), 4),
        [0xfe, 0xff, ..] => (Some(Charset::Known(UTF_16BE)), 2),
        [0xff, 0xfe, ..] => (Some(Charset::Known(UTF_16LE)), 2),
        _ => (None, 0),
    };
    match (wide(&head[mark..]), said) {
        (Some(seen @ Charset::Utf32 { .. }), _) => Some((seen, mark)),
        (_, Some(said)) => Some((said, mark)),
        (seen, None) => Some((seen?, 0)),
    }
}

/// How many bytes of a mark stand in front of a text of this encoding.
pub(super) fn mark_of(charset: Charset, head: &[u8]) -> usize {
    match marked(head) {
        Some((_, mark)) if charset.is_wide() => mark,
        Some((found, mark)) if found == charset => mark,
        _ => 0,
    }
}

/// Two or four bytes a character, by where the zeros stand: in a table, marks between cells and
/// line ends have one on the same side everywhere, and UTF-32 two wherever one looks.
fn wide(head: &[u8]) -> Option<Charset> {
    let head = &head[..head.len().min(4096)];
    let units = head.len() / 4;
    if units == 0 {
        return None;
    }
    let mut zeros = [0_usize; 4];
    for (at, byte) in head[..units * 4].iter().enumerate() {
        zeros[at % 4] += usize::from(*byte == 0);
    }
    let all = |at: usize| zeros[at] == units;
    if all(0) && zeros[1] * 10 >= units * 9 && zeros[3] * 10 <= units {
        return Some(Charset::Utf32 { big: true });
    }
    if all(3) && zeros[2] * 10 >= units * 9 && zeros[0] * 10 <= units {
        return Some(Charset::Utf32 { big: false });
    }
    let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3]);
    // A NUL that strayed into a text of another encoding is no such pattern.
    let many = |zeros: usize, others: usize| {
        let share = if zeros < 4 { 2 } else { 10 };
        zeros > 1 && zeros * share >= 2 * units && zeros > 10 * others
    };
    if many(even, odd) {
        return Some(Charset::Known(UTF_16BE));
    }
    many(odd, even).then_some(Charset::Known(UTF_16LE))
}

/// Whether bytes, cut off at their end unless they are the `whole` rest, are UTF-8. A stray byte among many characters
/// that are well made is damage, no other encoding.
pub(super) fn is_utf8(sample: &[u8], whole: bool) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in sample.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    let cut = !whole && std::str::from_utf8(sample).is_err_and(|why| why.error_len().is_none());
    bad == 0 || bad == 1 && cut || good > 20 * bad
}

/// The likely ones, the likeliest first: of those that read a sample alike, the first is meant.
const LIKELY: [&Encoding; 15] = [
    WINDOWS_1252,
    WINDOWS_1251,
    WINDOWS_1250,
    KOI8_R,
    KOI8_U,
    IBM866,
    WINDOWS_1254,
    WINDOWS_1257,
    ISO_8859_5,
    ISO_8859_2,
    ISO_8859_15,
    MACINTOSH,
    X_MAC_CYRILLIC,
    WINDOWS_1253,
    ISO_8859_7,
];

/// Letters beyond a to z that stand together in one language, the more frequent ones first.
const LANGUAGES: [&str; 24] = [
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ",
    "оаинтеврсілкудпмязьбгйчхцжюїєщфшґ",
    "аоиетнрсвлкдпмзгуябчжщцхшъюйфь",
    "аиоенрстјукдвлмпзгбцчжћшњљђфхџ",
    "аоеитнрсвдклпмујгзшбчцжкфхќњѓџљѕ",
    "анеісыроялдвкптумзьбгчўшцйжхёюфэ",
    "éèàçêôâîûëïùœæüö",
    "üäöß",
    "óáíéñúüºª",
    "ãçáéíóêõúâôàºª",
    "àèòùìéóº",
    "øåæéöü",
    "äöåéü",
    "áíðéóúýöþæ",
    "ëéïóöèü",
    "łóżąęśćńźé",
    "áíéýčřžšěůúóďťňľôäü",
    "éáöóőíüúű",
    "ăâîșțşţ",
    "čšžćđé",
    "ışüçöğâîé",
    "ėšžųūįąčę",
    "āšīžēņļūčķģäõöü",
    "αοιετσνηυρπκμλςωίδόγέχθάφβήύξζώψϊϋΐΰ",
];

/// The encoding of a sample that isn't UTF-8; `None` where it can't be decided.
pub(super) fn guess(sample: &[u8]) -> Option<&'static Encoding> {
    let words = words(sample);
    if words.iter().all(|word| word.bytes.len() < 2) {
        return None;
    }
    let vote = vote(sample);
    let mut found: Vec<(i32, &'static Encoding, String)> = LIKELY
        .iter()
        .filter_map(|encoding| {
            let letters = upper_half(encoding);
            let points = words.iter().map(|word| points(word, &letters)).sum::<Option<i32>>()?;
            let text = words.iter().flat_map(|word| read(word, &letters)).collect();
            Some((points, *encoding, text))
        })
        .collect();
    let most = found.iter().map(|(points, ..)| *points).max().unwrap_or(0);
    // Of these `chardetng` knows nothing.
    let unknown = [X_MAC_CYRILLIC, MACINTOSH, ISO_8859_15];
    let leads = found.iter().find(|(points, ..)| *points == most);
    let counts = leads.is_some_and(|(_, encoding, _)| !unknown.contains(encoding));
    let bonus = if counts { (most / 4).max(4) } else { 0 };
    let western = found.iter().find(|(_, e, _)| *e == WINDOWS_1252).map_or(0, |(p, ..)| *p);
    for (points, encoding, _) in &mut found {
        let voted = vote == *encoding || vote == KOI8_U && *encoding == KOI8_R;
        *points += if voted { bonus } else { 0 };
    }
    // The sort keeps equals in order.
    found.sort_by_key(|(points, ..)| std::cmp::Reverse(*points));
    let Some((best, encoding, text)) = found.first() else { return Some(vote) };
    let letters: i32 = words.iter().map(|w| i32::try_from(w.high()).unwrap_or(0)).sum();
    let is_likely = most >= 3 * letters;
    if !LIKELY.contains(&vote) && !is_likely {
        return Some(vote);
    }
    let next = found.iter().find(|(.., other)| other != text).map_or(0, |(points, ..)| *points);
    let margin = best - next.max(0);
    // Where words look more western, the vote for another Latin encoding leaves it open.
    let is_latin = [WINDOWS_1250, ISO_8859_2, WINDOWS_1254, WINDOWS_1257].contains(encoding);
    if is_latin && best - bonus < western {
        return None;
    }
    let first = LIKELY
        .iter()
        .find(|e| found.iter().any(|(p, f, t)| f == *e && t == text && *p + bonus >= *best));
    (is_likely && margin >= 5 && margin * 12 >= *best).then(|| *first.unwrap_or(encoding))
}

/// What the readings of a few bytes would be, for an error: `Ян` in windows-1251, …
pub(super) fn readings(bytes: &[u8]) -> String {
    let mut seen: HashSet<String> = HashSet::new();
    let mut parts = Vec::new();
    for encoding in [WINDOWS_1252, WINDOWS_1251, WINDOWS_1250, KOI8_R, IBM866, MACINTOSH] {
        let (text, _, bad) = encoding.decode(bytes);
        let is_text = !bad && !text.chars().any(char::is_control);
        if is_text && seen.insert(text.clone().into_owned()) {
            parts.push(format!("`{text}` in {}", Charset::Known(encoding).name()));
        }
    }
    parts.join(", ")
}

fn vote(sample: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// A run of letters of which one at least isn't ASCII, and what stands beside it.
#[derive(PartialEq, Eq, Hash)]
struct Word<'a> {
    before: u8,
    bytes: &'a [u8],
    after: u8,
}

impl Word<'_> {
    fn high(&self) -> usize {
        self.bytes.iter().filter(|b| **b >= 0x80).count()
    }
}

/// Different words of a sample, as many as are enough to tell.
fn words(sample: &[u8]) -> Vec<Word<'_>> {
    let is_part = |b: u8| b >= 0x80 || b.is_ascii_alphabetic();
    let mut seen = HashSet::new();
    let mut words = Vec::new();
    let mut at = 0;
    while at < sample.len() && words.len() < 3000 {
        let len = sample[at..].iter().take(100).take_while(|b| is_part(**b)).count();
        let bytes = &sample[at..at + len];
        if bytes.iter().any(|b| *b >= 0x80) {
            let beside =
                |place: Option<usize>| place.and_then(|p| sample.get(p)).copied().unwrap_or(b' ');
            let (before, after) = (beside(at.checked_sub(1)), beside(Some(at + len)));
            if seen.insert(bytes) {
                words.push(Word { before, bytes, after });
            }
        }
        at += len.max(1);
    }
    words
}

/// The characters of the bytes from 80 to FF.
fn upper_half(encoding: &'static Encoding) -> Vec<Option<char>> {
    (0x80..=0xff_u8)
        .map(|byte| {
            let bytes = [byte];
            let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
            text.chars().next()
        })
        .collect()
}

fn read<'w>(word: &'w Word<'_>, letters: &'w [Option<char>]) -> impl Iterator<Item = char> + 'w {
    word.bytes.iter().map(|byte| match byte {
        0x80.. => letters[usize::from(byte - 0x80)].unwrap_or('\u{fffd}'),
        ascii => char::from(*ascii),
    })
}

/// How likely the word is in the language that it fits best; `None` where a byte means nothing.
fn points(word: &Word<'_>, letters: &[Option<char>]) -> Option<i32> {
    let text: Vec<char> = read(word, letters).collect();
    let mut sum = 0;
    for (at, c) in text.iter().enumerate().filter(|(_, c)| !c.is_ascii()) {
        let before = if at == 0 { char::from(word.before & 0x7f) } else { text[at - 1] };
        let after = text.get(at + 1).copied().unwrap_or(char::from(word.after & 0x7f));
        sum += match c {
            '\u{fffd}' | '\u{80}'..='\u{9f}' => return None,
            'π' | 'Ω' if !is_own(before) && !is_own(after) => sign_points(*c, before, after),
            _ if c.is_alphabetic() && !matches!(c, 'º' | 'ª' | 'ˆ' | 'ˇ' | 'ƒ') => 0,
            _ => sign_points(*c, before, after),
        };
    }
    for pair in text.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if !(a.is_alphabetic() && b.is_alphabetic()) || a.is_ascii() && b.is_ascii() {
            continue;
        }
        sum -= 10 * i32::from(a.is_lowercase() && b.is_uppercase());
        sum -= 14 * i32::from(is_own(a) != is_own(b));
        sum -= 4 * i32::from(!a.is_ascii() && !b.is_ascii() && !is_own(a));
    }
    let small: Vec<char> = text
        .iter()
        .filter(|c| !c.is_ascii() && c.is_alphabetic())
        .map(|c| c.to_lowercase().next().unwrap_or(*c))
        .collect();
    let capitals = text.iter().filter(|c| !c.is_ascii() && c.is_uppercase()).count();
    let fit = |language: &str| -> i32 { small.iter().map(|c| letter_points(language, *c)).sum() };
    let best = LANGUAGES.iter().map(|language| fit(language)).max().unwrap_or(0);
    Some(sum + best - i32::try_from(capitals).unwrap_or(0))
}

fn letter_points(language: &str, letter: char) -> i32 {
    match language.chars().position(|c| c == letter) {
        Some(place) => 9 - i32::try_from(place).unwrap_or(99) / if is_own(letter) { 5 } else { 3 },
        None => -5,
    }
}

/// What a sign that is no letter is worth where it stands.
fn sign_points(sign: char, before: char, after: char) -> i32 {
    let inside = before.is_alphabetic() && after.is_alphabetic();
    let opens = !before.is_alphabetic() && after.is_alphabetic();
    match sign {
        '’' if inside => 3,
        'º' | 'ª' if before.is_ascii_digit() || matches!(before, 'N' | 'n' | 'M' | 'D') => 5,
        '¿' | '¡' if after.is_alphabetic() && !before.is_alphabetic() => 4,
        '«' | '„' | '№' if !before.is_alphabetic() => 3,
        '“' | '‘' if !inside => 3,
        '»' | '”' | '’' if !opens && !inside => 3,
        '–' | '—' | '…' | '°' | '§' | '©' | '®' | '™' | '•' | '·' if !opens => 2,
        '€' | '£' | '²' | '³' | '½' | '±' | '\u{a0}' if !opens && !inside => 2,
        _ => -9,
    }
}

/// Whether a letter is of an alphabet of its own, Greek or Cyrillic, in which whole words are.
fn is_own(c: char) -> bool {
    ('\u{370}'..'\u{500}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(encoding: &'static Encoding, text: &str) -> String {
        let (bytes, _, _) = encoding.encode(text);
        guess(&bytes).map_or_else(
            || "open".to_owned(),
            |e| {
                let (back, _, _) = e.decode(&bytes);
                if back == text { "right".to_owned() } else { format!("{}: {back}", e.name()) }
            },
        )
    }

    #[test]
    fn short_texts_are_read_by_the_words_that_they_make() {
        let cyrillic = [
            "Имя;Город\r\nИван;Пермь\r\n",
            "ИМЯ;ГОРОД\r\nИВАН ПЕТРОВ;МОСКВА\r\n",
            "name;city\r\nОльга Ёлкина;Москва\r\n",
            "Иванов",
            "фирма;сумма\nЗАО Восток;12\n",
        ];
        let western = [
            "name,city\nJosé Núñez,España\n",
            "Jürgen Groß;Köln\n",
            "Crédito, Nº 77, 5º\nPúblico\n",
            "name\nFrançois Lefèvre\nHélène\n",
            "João Gonçalves,São Paulo\n",
            "name\nSøren Sørensen\nÅse\n",
        ];
        let central = [
            "name\nŁukasz Żółć\nŚwiętosława\n",
            "jméno\nJiří Dvořák\nŽofie Řezníčková\n",
            "Nagy Győző, Szűcs Erzsébet\n",
            "Jan Nowak;Łódź\nPaweł Kowalski;Gdańsk\n",
        ];
        let mut wrong = Vec::new();
        let mut check = |encodings: &[&'static Encoding], texts: &[&str]| {
            for encoding in encodings {
                for text in texts {
                    let said = found(encoding, text);
                    if said != "right" {
                        wrong.push(format!("{} {text:?}: {said}", encoding.name()));
                    }
                }
            }
        };
        check(&[WINDOWS_1251, KOI8_R, IBM866, ISO_8859_5, X_MAC_CYRILLIC], &cyrillic);
        check(
            &[WINDOWS_1251],
            &[
                "ООО «Ромашка»;№ 7 – Тула\n",
                "Георги Тодоров;Велико Търново\nЩерю Ъглев\n",
                "Олексій Їжак;Київ\nЄвген\n",
            ],
        );
        check(&[WINDOWS_1252, ISO_8859_15], &western);
        check(&[WINDOWS_1250, ISO_8859_2], &central);
        check(
            &[WINDOWS_1253, ISO_8859_7],
            &[
                "Όνομα;Πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\n",
                "Name;Email;City\nΓιώργος Παπαδόπουλος;g@x.example;Αθήνα\nΕλένη;e@x.example;Θεσσαλονίκη\n",
                "Νίκος Βασιλείου\n",
            ],
        );
        check(&[WINDOWS_1254], &["Ayşe Yılmaz;İstanbul\nÇağrı Şahin\n"]);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn words_of_the_west_are_never_taken_for_czech_ones() {
        for text in ["Name,City\nHélène Dubois,Málaga\n", "Name,City\nHélène Dubois,Köln\n"] {
            for encoding in [WINDOWS_1252, ISO_8859_15] {
                let said = found(encoding, text);
                assert!(matches!(said.as_str(), "right" | "open"), "{text:?}: {said}");
            }
        }
    }

    #[test]
    fn one_letter_alone_tells_nothing() {
        for sample in [b"a,b\nx,\xe9\n".as_slice(), b"\xc3,\xa9", b"A\xff\xfeB"] {
            assert_eq!(guess(sample), None, "{sample:?}");
        }
    }
}
