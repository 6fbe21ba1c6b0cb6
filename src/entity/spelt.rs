//! Moments as other programs and people spell them, in the words that [`super::when`] reads:
//! `Sun Nov 22 15:04:05 EST 2026`, `22. November 2026 um 15:04 Uhr`, `November 22nd, 2026 3:04 p.m.`.

use std::borrow::Cow;

/// The days of the week in English, German, French, Spanish, Russian and Bulgarian; a cell may have
/// the first letters of one.
const WEEKDAYS: [&str; 41] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "понедельник",
    "вторник",
    "среда",
    "четверг",
    "пятница",
    "суббота",
    "воскресенье",
    "понеделник",
    "сряда",
    "четвъртък",
    "петък",
    "събота",
    "неделя",
];
const SHORT_WEEKDAYS: [&str; 22] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so",
    "пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд",
];

/// Words that add nothing to a day and a time.
const FILLERS: [&str; 11] = ["um", "uhr", "à", "в", "во", "ч", "at", "las", "a", "kl", "o'clock"];

/// Names of zones with one meaning each in files, in hours from UTC. `IST` has three.
const ZONES: [(&str, &str); 20] = [
    ("utc", "+00:00"),
    ("gmt", "+00:00"),
    ("ut", "+00:00"),
    ("wet", "+00:00"),
    ("west", "+01:00"),
    ("bst", "+01:00"),
    ("cet", "+01:00"),
    ("mez", "+01:00"),
    ("cest", "+02:00"),
    ("mesz", "+02:00"),
    ("eet", "+02:00"),
    ("eest", "+03:00"),
    ("msk", "+03:00"),
    ("est", "-05:00"),
    ("edt", "-04:00"),
    ("cst", "-06:00"),
    ("cdt", "-05:00"),
    ("mst", "-07:00"),
    ("pst", "-08:00"),
    ("pdt", "-07:00"),
];

/// A text in lower case in plain words; as it is where nothing is to be said otherwise.
#[must_use]
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if let Some(apart) = apart(text) {
        return Cow::Owned(apart);
    }
    let is_plain = |c: char| c.is_ascii() && (!c.is_ascii_alphabetic() || matches!(c, 't' | 'z'));
    if text.len() > 100 || text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let text = text.split_once('(').map_or(text, |(before, _)| before).trim();
    let text = text.replace("p. m.", "pm").replace("a. m.", "am");
    let mut words: Vec<String> = text.split_whitespace().filter_map(word).collect();
    if words.len() > 2 && words.first().is_some_and(|w| is_weekday(w)) {
        words.remove(0);
    }
    year_before_time(&mut words);
    let zone = words
        .len()
        .checked_sub(2)
        .and_then(|at| is_time(&words[at..]).then(|| offset(&words[at + 1])).flatten());
    if let Some(offset) = zone {
        words.pop();
        return Cow::Owned(words.join(" ") + &offset);
    }
    Cow::Owned(words.join(" "))
}

/// `20261122t150405z` with its marks.
fn apart(text: &str) -> Option<String> {
    let (day, time) = text.split_once('t')?;
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let (time, zone) = time.split_at_checked(6)?;
    (digits(day, 8) && digits(time, 6)).then(|| {
        let (date, clock) =
            ([&day[..4], &day[4..6], &day[6..]], [&time[..2], &time[2..4], &time[4..]]);
        format!("{}t{}{zone}", date.join("-"), clock.join(":"))
    })
}

/// A word as it is read; none where it adds nothing.
fn word(word: &str) -> Option<String> {
    let bare = word.trim_end_matches(',');
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = bare.split_at(digits);
    let is_number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    match rest {
        "st" | "nd" | "rd" | "th" | "er" | "º" if digits > 0 => return Some(number.to_owned()),
        "h" if digits > 0 => return Some(format!("{number}:00")),
        "p.m." => return Some(format!("{number}pm")),
        "a.m." => return Some(format!("{number}am")),
        _ => {}
    }
    if let (1..=2, Some(minutes)) = (digits, rest.strip_prefix('h').filter(|m| is_number(m))) {
        return Some(format!("{number}:{minutes}"));
    }
    if FILLERS.contains(&bare.trim_end_matches('.')) {
        return None;
    }
    Some(word.to_owned())
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.']);
    SHORT_WEEKDAYS.contains(&word)
        || (word.chars().count() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(word)))
}

fn is_clock(word: &str) -> bool {
    word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a zone's name may follow: behind a time, or its `pm`.
fn is_time(words: &[String]) -> bool {
    words.first().is_some_and(|w| is_clock(w) || matches!(w.as_str(), "am" | "pm"))
}

/// `nov 22 15:04:05 2026` as `nov 22 2026 15:04:05`.
fn year_before_time(words: &mut Vec<String>) {
    let is_year = |w: &String| w.len() == 4 && w.bytes().all(|b| b.is_ascii_digit());
    let Some(clock) = words.iter().position(|w| is_clock(w)).filter(|at| *at > 0) else { return };
    if words.len() > clock + 1 && words.last().is_some_and(is_year) {
        let year = words.pop().unwrap_or_default();
        words.insert(clock, year);
    }
}

/// The offset that the name of a zone stands for: `est`, `gmt+2`, `utc+02:00`.
fn offset(zone: &str) -> Option<String> {
    if let Some((_, offset)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some((*offset).to_owned());
    }
    let rest = zone.strip_prefix("gmt").or_else(|| zone.strip_prefix("utc"))?;
    let (sign, rest) = rest.split_at_checked(1).filter(|(s, _)| matches!(*s, "+" | "-"))?;
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        1 => Some(format!("{sign}0{digits}:00")),
        2 => Some(format!("{sign}{digits}:00")),
        4 => Some(format!("{sign}{}:{}", &digits[..2], &digits[2..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_world_become_plain() {
        for (text, want) in [
            ("sun nov 22 15:04:05 2026", "nov 22 2026 15:04:05"),
            ("sun nov 22 15:04:05 est 2026", "nov 22 2026 15:04:05-05:00"),
            ("sun nov 22 2026 15:04:05 gmt+0200 (eastern european)", "nov 22 2026 15:04:05+02:00"),
            ("2026-11-22 15:04 cet", "2026-11-22 15:04+01:00"),
            ("2026-11-22 3:04 pm pst", "2026-11-22 3:04 pm-08:00"),
            ("2026-11-22 15:04 utc-3", "2026-11-22 15:04-03:00"),
            ("22. november 2026 um 15:04 uhr", "22. november 2026 15:04"),
            ("22 novembre 2026 à 15h04", "22 novembre 2026 15:04"),
            ("воскресенье, 22 ноября 2026 г., 15:04", "22 ноября 2026 г., 15:04"),
            ("dimanche 1er mai 2026", "1 mai 2026"),
            ("november 22nd, 2026 3:04 p.m.", "november 22 2026 3:04 pm"),
            ("20261122t150405z", "2026-11-22t15:04:05z"),
            ("2026-11-22t15:04:05z", "2026-11-22t15:04:05z"),
            ("fri 9:00", "fri 9:00"),
            ("tomorrow", "tomorrow"),
            ("2026-11-22 15:04 ist", "2026-11-22 15:04 ist"),
        ] {
            assert_eq!(plain(text), want, "{text}");
        }
    }
}
