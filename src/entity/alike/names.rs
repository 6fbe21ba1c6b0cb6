//! Names as they are compared: one alphabet, one spelling, without titles and legal forms.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::entity::text::{fold, latin, words};

/// A name cut into what can be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// Words folded for case and accents, in order.
    pub words: Vec<String>,
    /// The same words in Latin letters and one spelling.
    pub plain: Vec<String>,
    /// `jr`, `sr`, `ii` of a person; the kind of legal form of a company.
    pub mark: Option<&'static str>,
    /// The digits of the name: `Bank 24` isn't `Bank 25`.
    pub numbers: Vec<String>,
}

/// How two names stand to each other, from the same to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closeness {
    /// Word for word, whatever the order.
    Same,
    /// In another alphabet or another spelling of the same letters.
    Spelt,
    /// A short form, an initial, or the first letters of the words.
    Short,
    /// Letters differ in so many places, few.
    Similar(usize),
    /// All words of the one are among those of the other.
    Part,
    /// Some words are the same, others aren't.
    Partly,
    Different,
    /// One of them has no name.
    Unknown,
}

/// Words before or behind a person's name that are no part of it.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "sir",
    "madam",
    "herr",
    "frau",
    "dipl",
    "ing",
    "mag",
    "phd",
    "md",
    "mba",
    "msc",
    "bsc",
    "esq",
    "monsieur",
    "mme",
    "mlle",
    "sr",
    "sra",
    "don",
    "г",
    "госп",
    "господин",
    "госпожа",
    "д",
    "др",
    "проф",
];
const MARKS: &[(&str, &str)] = &[
    ("jr", "jr"),
    ("junior", "jr"),
    ("мл", "jr"),
    ("младший", "jr"),
    ("senior", "sr"),
    ("ст", "sr"),
    ("старший", "sr"),
    ("ii", "ii"),
    ("iii", "iii"),
    ("iv", "iv"),
];

/// Legal forms as the words that [`words`] makes of them, longest first, with what they amount to.
const FORMS: &[(&str, &str)] = &[
    ("общество с ограниченной ответственностью", "llc"),
    ("публичное акционерное общество", "jsc"),
    ("закрытое акционерное общество", "jsc"),
    ("открытое акционерное общество", "jsc"),
    ("акционерное общество", "jsc"),
    ("индивидуальный предприниматель", "sole"),
    ("limited liability company", "llc"),
    ("gmbh co kg", "kg"),
    ("ag co kg", "kg"),
    ("public limited company", "plc"),
    ("private limited", "ltd"),
    ("pvt ltd", "ltd"),
    ("pty ltd", "ltd"),
    ("pte ltd", "ltd"),
    ("co ltd", "ltd"),
    ("sp z o o", "ltd"),
    ("spol s r o", "ltd"),
    ("s r o", "ltd"),
    ("d o o", "ltd"),
    ("s p a", "jsc"),
    ("s r l", "ltd"),
    ("s a r l", "ltd"),
    ("s a s", "sas"),
    ("s a", "jsc"),
    ("a s", "jsc"),
    ("b v", "bv"),
    ("n v", "nv"),
    ("l l c", "llc"),
    ("e v", "ev"),
    ("e k", "sole"),
    ("gmbh", "gmbh"),
    ("mbh", "gmbh"),
    ("ug", "ug"),
    ("ag", "ag"),
    ("kgaa", "kg"),
    ("kg", "kg"),
    ("ohg", "ohg"),
    ("gbr", "gbr"),
    ("ltd", "ltd"),
    ("limited", "ltd"),
    ("llc", "llc"),
    ("ooo", "llc"),
    ("ооо", "llc"),
    ("тоо", "llc"),
    ("тов", "llc"),
    ("оод", "llc"),
    ("ood", "llc"),
    ("еоод", "llc"),
    ("eood", "llc"),
    ("зао", "jsc"),
    ("оао", "jsc"),
    ("пао", "jsc"),
    ("ао", "jsc"),
    ("оод", "llc"),
    ("ад", "jsc"),
    ("еад", "jsc"),
    ("ип", "sole"),
    ("чп", "sole"),
    ("фоп", "sole"),
    ("ет", "sole"),
    ("inc", "corp"),
    ("incorporated", "corp"),
    ("corp", "corp"),
    ("corporation", "corp"),
    ("plc", "plc"),
    ("llp", "llp"),
    ("lp", "lp"),
    ("spa", "jsc"),
    ("srl", "ltd"),
    ("sarl", "ltd"),
    ("sas", "sas"),
    ("sa", "jsc"),
    ("bv", "bv"),
    ("nv", "nv"),
    ("oy", "oy"),
    ("oyj", "oyj"),
    ("ab", "ab"),
    ("aps", "aps"),
    ("asa", "asa"),
    ("doo", "ltd"),
    ("sro", "ltd"),
    ("kft", "ltd"),
    ("se", "se"),
    ("jsc", "jsc"),
    ("ojsc", "jsc"),
    ("pjsc", "jsc"),
    ("kk", "jsc"),
    ("company", ""),
    ("co", ""),
];
/// Legal forms that stand in a name without a space.
const CJK_FORMS: &[(&str, &str)] = &[
    ("股份有限公司", "jsc"),
    ("有限责任公司", "llc"),
    ("有限公司", "llc"),
    ("株式会社", "jsc"),
    ("有限会社", "llc"),
    ("주식회사", "jsc"),
];
const FILLERS: &[&str] = &["the", "and", "und", "et", "и"];

/// Given names and what they are called; each line is one name.
const NICKNAMES: &[&[&str]] = &[
    &["robert", "bob", "rob", "bobby"],
    &["william", "bill", "will", "billy"],
    &["michael", "mike", "mick", "mihail", "misha", "миша", "михаил"],
    &["richard", "dick", "rick", "rich"],
    &["james", "jim", "jimmy", "jamie"],
    &["john", "jack", "johnny", "jon"],
    &["jonathan", "jon"],
    &["thomas", "tom", "tommy"],
    &["edward", "ed", "eddie", "ted"],
    &["charles", "charlie", "chuck"],
    &["elizabeth", "liz", "beth", "betty", "lisa"],
    &["katherine", "catherine", "kate", "kathy", "cathy", "katie"],
    &["margaret", "maggie", "meg", "peggy"],
    &["susan", "sue", "susie"],
    &["deborah", "deb", "debbie"],
    &["jennifer", "jen", "jenny"],
    &["patricia", "pat", "patty", "tricia"],
    &["anthony", "tony"],
    &["andrew", "andy", "drew"],
    &["daniel", "dan", "danny"],
    &["david", "dave"],
    &["joseph", "joe"],
    &["matthew", "matt"],
    &["nicholas", "nick"],
    &["samuel", "sam"],
    &["samantha", "sam"],
    &["steven", "stephen", "steve"],
    &["benjamin", "ben"],
    &["christopher", "chris"],
    &["alexander", "alex", "sasha", "саша", "александр"],
    &["alexandra", "alex", "sasha", "саша", "александра"],
    &["александра", "саша", "шура"],
    &["алексей", "лёша", "леша", "alexey"],
    &["анастасия", "настя"],
    &["анна", "аня"],
    &["владимир", "вова", "володя"],
    &["дмитрий", "дима", "митя"],
    &["евгений", "женя", "eugene"],
    &["евгения", "женя"],
    &["екатерина", "катя", "kate"],
    &["елена", "лена", "helen"],
    &["иван", "ваня"],
    &["мария", "маша"],
    &["наталья", "наташа", "natasha"],
    &["николай", "коля", "nick", "nikolay"],
    &["ольга", "оля"],
    &["павел", "паша", "paul"],
    &["сергей", "серёжа", "сережа"],
    &["татьяна", "таня"],
    &["юрий", "юра"],
];

impl Name {
    /// A person's name, titles left out.
    #[must_use]
    pub fn of_person(text: &str) -> Self {
        let mut mark = None;
        let all: Vec<String> = split(text);
        let mut kept: Vec<String> = Vec::new();
        for (at, word) in all.iter().enumerate() {
            let found = MARKS.iter().find(|(w, _)| w == word).map(|(_, m)| *m);
            // `Sr` behind a name is an age, before it a Spanish lord.
            let found = found.or_else(|| (word == "sr" && at > 0).then_some("sr"));
            if found.is_some() && at > 0 {
                mark = found;
            } else if !TITLES.contains(&word.as_str()) {
                kept.push(word.clone());
            }
        }
        if kept.is_empty() {
            kept = all;
        }
        Self::made(kept, mark)
    }

    /// A company's name, legal forms and fillers left out.
    #[must_use]
    pub fn of_company(text: &str) -> Self {
        let mut text = fold(text).replace('&', " ");
        let mut mark = None;
        for (form, class) in CJK_FORMS {
            if text.contains(form) && text.trim() != *form {
                text = text.replace(form, " ");
                mark.get_or_insert(*class);
            }
        }
        let mut all: Vec<String> = split(&text);
        while let Some((range, class)) = form_at_an_end(&all) {
            if range.len() == all.len() {
                break;
            }
            all.drain(range);
            if !class.is_empty() {
                mark.get_or_insert(class);
            }
        }
        let kept: Vec<String> =
            all.iter().filter(|w| !FILLERS.contains(&w.as_str())).cloned().collect();
        Self::made(if kept.is_empty() { all } else { kept }, mark)
    }

    fn made(words: Vec<String>, mark: Option<&'static str>) -> Self {
        let plain = words.iter().map(|w| plain(w)).collect();
        let numbers =
            words.iter().filter(|w| w.bytes().any(|b| b.is_ascii_digit())).cloned().collect();
        Self { words, plain, mark, numbers }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The plain words in one order, joined: the same for `Lee, Ann` and `Ann Lee`.
    #[must_use]
    pub fn key(&self) -> String {
        sorted(&self.plain).join(" ")
    }

    /// What is left of the sound: the same for most misspellings of a name.
    #[must_use]
    pub fn sound(&self) -> String {
        let mut sounds: Vec<String> = self.plain.iter().map(|w| sound(w)).collect();
        sounds.sort_unstable();
        sounds.join(" ")
    }

    /// First letters of the words, in one order.
    #[must_use]
    pub fn initials(&self) -> String {
        let mut letters: Vec<char> = self.plain.iter().filter_map(|w| w.chars().next()).collect();
        letters.sort_unstable();
        letters.into_iter().collect()
    }
}

fn split(text: &str) -> Vec<String> {
    words(text).split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

fn sorted(words: &[String]) -> Vec<&str> {
    let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
    all.sort_unstable();
    all
}

/// A legal form at the end of the words, or at their beginning.
fn form_at_an_end(all: &[String]) -> Option<(std::ops::Range<usize>, &'static str)> {
    let may_end = |word: Option<&String>| word.is_some_and(|w| FORM_ENDS.contains(w.as_str()));
    if !may_end(all.first()) && !may_end(all.last()) {
        return None;
    }
    for (form, class) in FORMS {
        let count = form.split(' ').count();
        if count > all.len() {
            continue;
        }
        let is_form = |part: &[String]| part.iter().map(String::as_str).eq(form.split(' '));
        if is_form(&all[all.len() - count..]) {
            return Some((all.len() - count..all.len(), class));
        }
        // A short Latin word in front is rather a name: `AB Foods`, `Co Op`.
        if (!form.is_ascii() || *form == "ooo" || count > 2) && is_form(&all[..count]) {
            return Some((0..count, class));
        }
    }
    None
}

/// A folded word in Latin letters and in one of the spellings that its sounds have: `дмитрий`,
/// `dmitriy` and `dmitry` are one, and so are `mueller` and `muller`.
#[must_use]
pub fn plain(word: &str) -> String {
    let mut text = String::with_capacity(word.len() + 4);
    for c in word.chars() {
        match latin(c) {
            Some(letters) => text.push_str(letters),
            None => text.push(c),
        }
    }
    if !text.is_ascii() || text.bytes().any(|b| b.is_ascii_digit()) {
        return text;
    }
    for (from, to) in [
        ("shch", "sh"),
        ("tsch", "ch"),
        ("tch", "ch"),
        ("sch", "sh"),
        ("sz", "sh"),
        ("cz", "ch"),
        ("kh", "h"),
        ("ph", "f"),
        ("th", "t"),
        ("ck", "k"),
        ("ts", "z"),
        ("tz", "z"),
        ("x", "ks"),
        ("w", "v"),
        ("q", "k"),
        ("ae", "a"),
        ("oe", "o"),
        ("ue", "u"),
        ("y", "i"),
        ("j", "i"),
    ] {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, c) in letters.iter().enumerate() {
        let next = letters.get(at + 1);
        let c = if *c == 'c' && next != Some(&'h') { 'k' } else { *c };
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    if let Some(rest) = out.strip_prefix("ie") {
        out = format!("e{rest}");
    }
    // `alexander` and `aleksandr`, `peter` and `petr`.
    if out.len() > 4 && out.ends_with("er") && !out.ends_with("ier") {
        out.truncate(out.len() - 2);
        out.push('r');
    }
    out
}

/// The consonants of a plain word, voiced and voiceless alike.
fn sound(plain: &str) -> String {
    if !plain.is_ascii() || plain.bytes().any(|b| b.is_ascii_digit()) {
        return plain.to_owned();
    }
    let mut out = String::new();
    for (at, c) in plain.chars().enumerate() {
        let c = match c {
            'a' | 'e' | 'i' | 'o' | 'u' if at == 0 => 'a',
            'a' | 'e' | 'i' | 'o' | 'u' | 'h' => continue,
            'd' => 't',
            'b' => 'p',
            'g' => 'k',
            'z' => 's',
            'v' => 'f',
            other => other,
        };
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// How two persons' names stand to each other.
#[must_use]
pub fn compare_persons(a: &Name, b: &Name) -> Closeness {
    if a.is_empty() || b.is_empty() {
        return Closeness::Unknown;
    }
    if a.numbers != b.numbers {
        return Closeness::Different;
    }
    if sorted(&a.words) == sorted(&b.words) {
        return Closeness::Same;
    }
    if a.key() == b.key() {
        return Closeness::Spelt;
    }
    let (short, long) = if a.words.len() <= b.words.len() { (a, b) } else { (b, a) };
    let mut left: Vec<usize> = (0..long.words.len()).collect();
    let (mut letters, mut shortened, mut other) = (0, 0, 0);
    // The best partners first: an exact one can't be taken by a similar one.
    let mut waiting: Vec<usize> = (0..short.words.len()).collect();
    for step in 0..3 {
        waiting.retain(|at| {
            let found = left.iter().position(|to| match step {
                0 => short.plain[*at] == long.plain[*to],
                1 => is_short_form(short, *at, long, *to),
                _ => misspelt_by(&short.plain[*at], &long.plain[*to]).is_some(),
            });
            let Some(place) = found else { return true };
            let to = left.remove(place);
            match step {
                0 => {}
                1 => shortened += 1,
                _ => letters += misspelt_by(&short.plain[*at], &long.plain[to]).unwrap_or(0),
            }
            false
        });
    }
    other += waiting.len();
    let matched = short.words.len() - other;
    if matched == 0 {
        return Closeness::Different;
    }
    if other > 0 {
        return Closeness::Partly;
    }
    if short.words.len() == 1 && long.words.len() > 1 {
        return Closeness::Part;
    }
    if letters > 0 {
        return Closeness::Similar(letters + shortened);
    }
    if shortened > 0 {
        return if shortened < short.words.len() { Closeness::Short } else { Closeness::Part };
    }
    // The one has a middle name more.
    Closeness::Short
}

fn is_short_form(a: &Name, at: usize, b: &Name, to: usize) -> bool {
    let (x, y) = (&a.plain[at], &b.plain[to]);
    let initial = |x: &str, y: &str| x.chars().count() == 1 && y.starts_with(x);
    if initial(x, y) || initial(y, x) {
        return !x.chars().any(crate::entity::text::is_cjk);
    }
    let groups = |name: &Name, at: usize| {
        let of = |word: &str| NICKNAMED.get(word).map_or(&[][..], Vec::as_slice);
        of(&name.words[at]).iter().chain(of(&name.plain[at]))
    };
    groups(a, at).any(|x| groups(b, to).any(|y| x == y))
}

/// The lines of [`NICKNAMES`] that a name stands in, as written and in Latin letters.
static NICKNAMED: LazyLock<HashMap<String, Vec<usize>>> = LazyLock::new(|| {
    let mut lines: HashMap<String, Vec<usize>> = HashMap::new();
    for (line, names) in NICKNAMES.iter().enumerate() {
        for name in *names {
            let folded = fold(name);
            lines.entry(plain(&folded)).or_default().push(line);
            lines.entry(folded).or_default().push(line);
        }
    }
    lines
});

/// The first and the last words of legal forms.
static FORM_ENDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let ends = |form: &'static str| [form.split(' ').next(), form.rsplit(' ').next()];
    FORMS.iter().flat_map(|(form, _)| ends(form)).flatten().collect()
});

/// In how many places two words differ, when that may be a slip of the pen.
fn misspelt_by(a: &str, b: &str) -> Option<usize> {
    let length = a.chars().count().min(b.chars().count());
    let most = match length {
        0..=2 => return None,
        3..=7 => 1,
        _ => 2,
    };
    // `Ivanov` and `Ivanova`, `Alexander` and `Alexandra` are two persons.
    let gendered = |x: &str, y: &str| y.strip_suffix('a').is_some_and(|stem| stem == x);
    if gendered(a, b) || gendered(b, a) || a.ends_with('a') != b.ends_with('a') {
        return None;
    }
    let apart = strsim::damerau_levenshtein(a, b);
    (apart <= most).then_some(apart)
}

/// How two companies' names stand to each other.
#[must_use]
pub fn compare_companies(a: &Name, b: &Name) -> Closeness {
    if a.is_empty() || b.is_empty() {
        return Closeness::Unknown;
    }
    if sorted(&a.words) == sorted(&b.words) {
        return Closeness::Same;
    }
    if !a.numbers.is_empty() && !b.numbers.is_empty() && a.numbers != b.numbers {
        return Closeness::Different;
    }
    let (whole_a, whole_b) = (a.plain.concat(), b.plain.concat());
    if a.key() == b.key() || whole_a == whole_b {
        return Closeness::Spelt;
    }
    if is_acronym(a, b) || is_acronym(b, a) {
        return Closeness::Short;
    }
    if a.numbers == b.numbers {
        let most = match whole_a.chars().count().min(whole_b.chars().count()) {
            0..=4 => 0,
            5..=8 => 1,
            _ => 2,
        };
        let apart = strsim::damerau_levenshtein(&whole_a, &whole_b);
        if apart <= most {
            return Closeness::Similar(apart);
        }
    }
    let (short, long) = if a.plain.len() <= b.plain.len() { (a, b) } else { (b, a) };
    let there = short.plain.iter().filter(|w| long.plain.contains(w)).count();
    if there == short.plain.len() && short.plain[0] == long.plain[0] {
        return Closeness::Part;
    }
    if there > 0 && short.plain[0] == long.plain[0] {
        return Closeness::Partly;
    }
    Closeness::Different
}

/// Whether the one word is the first letters of the words: `IBM`.
fn is_acronym(short: &Name, long: &Name) -> bool {
    let [word] = &short.words[..] else { return false };
    let letters: String = long.words.iter().filter_map(|w| w.chars().next()).collect();
    long.words.len() >= 3 && letters == *word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn persons(a: &str, b: &str) -> Closeness {
        compare_persons(&Name::of_person(a), &Name::of_person(b))
    }
    fn companies(a: &str, b: &str) -> Closeness {
        compare_companies(&Name::of_company(a), &Name::of_company(b))
    }

    #[test]
    fn one_name_in_two_alphabets_is_one_spelling() {
        for (a, b) in [
            ("Сергей Щукин", "Sergey Shchukin"),
            ("Юлия Чайковская", "Julia Tchaikovskaya"),
            ("Дмитрий Пётров", "Dmitry Petrov"),
            ("Александр Кузнецов", "Alexander Kuznetsov"),
            ("Евгений Хрущёв", "Yevgeniy Khrushchev"),
            ("Hans Müller", "Hans Mueller"),
            ("Łukasz Wiśniewski", "Lukasz Wisniewski"),
        ] {
            let found = persons(a, b);
            assert!(matches!(found, Closeness::Spelt | Closeness::Same), "{a} {b}: {found:?}");
        }
    }

    #[test]
    fn names_are_compared_whatever_their_order_titles_and_case() {
        assert_eq!(persons("LEE, Ann", "ann lee"), Closeness::Same);
        assert_eq!(persons("Dr. Ann Lee", "Ann Lee"), Closeness::Same);
        assert_eq!(persons("王伟", "王 伟"), Closeness::Same);
        assert_eq!(persons("Bob Ray", "Robert Ray"), Closeness::Short);
        assert_eq!(persons("J. Smith", "John Smith"), Closeness::Short);
        assert_eq!(persons("Kowalczyk Jan", "Jan Kowlaczyk"), Closeness::Similar(1));
    }

    #[test]
    fn two_persons_stay_two() {
        assert_eq!(persons("王伟", "王芳"), Closeness::Partly);
        assert_eq!(persons("Иван Петров", "Иван Сидоров"), Closeness::Partly);
        assert_eq!(persons("Александр Иванов", "Александра Иванова"), Closeness::Different);
        assert_eq!(persons("Test User 1", "Test User 2"), Closeness::Different);
        assert_eq!(persons("Иванов Иван Петрович", "Иванов Иван Сергеевич"), Closeness::Partly);
    }

    #[test]
    fn legal_forms_and_fillers_are_no_part_of_a_company_s_name() {
        for (a, b) in [
            ("Acme GmbH", "ACME"),
            ("ООО «Ромашка»", "Ромашка"),
            ("The Acme Company, Inc.", "Acme"),
            ("Müller & Söhne GmbH & Co. KG", "Müller und Söhne"),
            ("Kowalski Sp. z o.o.", "Kowalski"),
            ("株式会社田中", "田中"),
            ("Общество с ограниченной ответственностью \"Вектор\"", "ООО Вектор"),
        ] {
            assert_eq!(companies(a, b), Closeness::Same, "{a} {b}");
        }
        assert_eq!(companies("Ромашка", "Romashka LLC"), Closeness::Spelt);
        assert_eq!(companies("IBM", "International Business Machines"), Closeness::Short);
        assert_eq!(companies("Школа №5", "Школа №7"), Closeness::Different);
        assert_eq!(Name::of_company("GmbH").words, ["gmbh"]);
        assert_eq!(Name::of_company("AB Foods").words, ["ab", "foods"]);
        assert_ne!(Name::of_company("Acme GmbH").mark, Name::of_company("Acme AG").mark);
    }
}
