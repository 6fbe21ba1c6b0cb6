//! Headers that name one labelled value of a list: `Mobile Phone`, `E-mail 2 - Label`,
//! `Улица (дом. адрес)`. The words are those of [`super::lexicon`]; here is what they mean together.

use super::lexicon::{Sense, lexicon, squash};
use crate::entity::Kind;

/// Networks that people have names and pages on.
const NETWORKS: &[&str] = &[
    "linkedin",
    "twitter",
    "facebook",
    "instagram",
    "skype",
    "telegram",
    "whatsapp",
    "viber",
    "github",
    "xing",
    "mastodon",
    "vk",
];

/// Names of plain fields that hold what these parts of the first address say.
pub(super) const PART_FIELDS: [Option<&str>; 5] =
    [None, Some("city"), Some("region"), None, Some("country")];

/// The parts of an address in the order of its cell.
pub(super) const PARTS: [&str; 5] = ["street", "city", "region", "postal_code", "country"];

/// The line of a street's part that is the number of its house; behind it come what no line has.
pub(super) const HOUSE: u32 = 70;

/// Addresses in the order in which their city counts for the record's.
const ADDRESS_RANKS: [&str; 8] =
    ["", "main", "billing", "mailing", "work", "company", "legal", "home"];

/// What a header about a value of a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channel {
    /// `email`, `phone`, `url` or `address`.
    pub(super) kind: &'static str,
    pub(super) label: &'static str,
    /// Of several such columns: `E-mail 2`.
    pub(super) number: u32,
    /// The column holds the label.
    pub(super) is_label: bool,
    pub(super) part: Option<Part>,
}

/// A part of an address, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// 0 street, 1 city, 2 region, 3 postal code, 4 country; the line of it.
    Of(usize, u32),
    Whole,
}

impl Part {
    /// The part of a name: `city`, `street_2`, `house`, `whole`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, line) = match name.rsplit_once('_') {
            Some((front, line)) if line.parse::<u32>().is_ok() => (front, line.parse().ok()?),
            _ => (name, 1),
        };
        match name {
            "whole" => return Some(Self::Whole),
            "house" => return Some(Self::Of(0, HOUSE)),
            _ => {}
        }
        PARTS.iter().position(|p| *p == name).map(|part| Self::Of(part, line))
    }
}

/// The channel that a header means.
pub(super) fn channel(header: &str) -> Option<Channel> {
    let makes_sense = |senses: &[Sense]| understood(senses).is_some();
    lexicon().cut(&squash(header), &makes_sense).and_then(|senses| understood(&senses))
}

/// What the words mean together; `None` where they make no sense.
fn understood(senses: &[Sense]) -> Option<Channel> {
    let mut kinds: Vec<&'static str> = Vec::new();
    let mut labels: Vec<&'static str> = Vec::new();
    let mut part: Option<(&'static str, usize)> = None;
    let mut numbers: Vec<(usize, u32)> = Vec::new();
    let mut is_label = false;
    for (place, sense) in senses.iter().enumerate() {
        match *sense {
            Sense::Label(label) if !labels.contains(&label) => labels.push(label),
            Sense::Kind(kind) => match kind {
                "fax" | "pager" | "mobile" => {
                    kinds.push("phone");
                    labels.push(kind);
                }
                kind => kinds.push(kind),
            },
            Sense::Part(_) if part.is_some() => return None,
            Sense::Part(named) => part = Some((named, place)),
            Sense::IsLabel if is_label => return None,
            Sense::IsLabel => is_label = true,
            Sense::Number(number) => numbers.push((place, number)),
            Sense::Label(_) | Sense::Filler => {}
        }
    }
    // `E-mail Address` is no postal address.
    if kinds.iter().any(|k| *k != "address") {
        kinds.retain(|k| *k != "address");
    }
    kinds.dedup();
    if kinds.len() > 1 || numbers.len() > 2 {
        return None;
    }
    if let Some((named, place)) = part {
        if kinds.first().is_some_and(|k| *k != "address") || is_label {
            return None;
        }
        return address_part(named, place, one_label(&labels, false)?, &numbers);
    }
    let kind = *kinds.first()?;
    let is_phone = kind == "phone";
    let number = numbers.first().map_or(0, |(_, n)| *n);
    let label = one_label(&labels, is_phone)?;
    // `E-mail Type` of Outlook is SMTP or EX; a label has a number.
    if is_label && number == 0 {
        return None;
    }
    let part = (kind == "address" && !is_label).then_some(Part::Whole);
    Some(Channel { kind, label, number, is_label, part })
}

/// A number in front of the part counts addresses (`Address 2 - Street`), one behind it the lines.
fn address_part(
    named: &'static str,
    place: usize,
    label: &'static str,
    numbers: &[(usize, u32)],
) -> Option<Channel> {
    let number = numbers.iter().find(|(at, _)| *at < place).map_or(0, |(_, n)| *n);
    let line = numbers.iter().find(|(at, _)| *at > place).map_or(1, |(_, n)| *n);
    let part = match named {
        "whole" => Part::Whole,
        "house" => Part::Of(0, HOUSE),
        "box" => Part::Of(0, 90),
        "extra" => Part::Of(0, 80),
        named => Part::Of(PARTS.iter().position(|p| *p == named)?, line),
    };
    Some(Channel { kind: "address", label, number, is_label: false, part: Some(part) })
}

/// The one label that all say: a fax keeps its place (`home fax`), and a place says less than what
/// the phone is (`Company Main Phone`).
fn one_label(labels: &[&'static str], is_phone: bool) -> Option<&'static str> {
    let mut labels = labels.to_vec();
    labels.dedup();
    Some(match labels[..] {
        [] => "",
        ["fax", place] | [place, "fax"] if is_phone => match place {
            "home" => "home fax",
            "work" | "company" => "work fax",
            "other" => "other fax",
            _ => "fax",
        },
        ["mobile", _] | [_, "mobile"] if is_phone => "mobile",
        ["pager", _] | [_, "pager"] if is_phone => "pager",
        ["work" | "company", "main"] | ["main", "work" | "company"] => "company",
        [one] | ["other", one] | [one, "other"] => one,
        [first, _] => first,
        _ => return None,
    })
}

/// The label that a header gives to a value of a list of this kind; `Some("")` where it is one more
/// value without a label, `None` where the header means something else.
pub(super) fn label_for(of: &Kind, header: &str, channel: Option<Channel>) -> Option<&'static str> {
    let kind = match of {
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Url => "url",
        Kind::Address => "address",
        Kind::Handle => "handle",
        _ => return None,
    };
    if *of == Kind::Handle
        && let Some(label) = network(header, &["", "handle", "username", "id", "name", "account"])
    {
        return Some(label);
    }
    if *of == Kind::Url
        && let Some(label) =
            network(header, &["url", "profile", "link", "page", "website", "address"])
    {
        return Some(label);
    }
    channel
        .filter(|c| c.kind == kind && !c.is_label && matches!(c.part, None | Some(Part::Whole)))
        .map(|c| c.label)
}

fn network(header: &str, endings: &[&str]) -> Option<&'static str> {
    let header = squash(header);
    NETWORKS
        .iter()
        .find(|name| header.strip_prefix(**name).is_some_and(|rest| endings.contains(&rest)))
        .copied()
}

/// The place of an address among several: the smaller one is the record's.
pub(super) fn address_rank(label: &str) -> usize {
    ADDRESS_RANKS.iter().position(|known| *known == label).unwrap_or(ADDRESS_RANKS.len())
}

/// The label that a cell beside a value says: `* Work` → `work`; another word stays as it is.
pub(super) fn label_of_cell(of: &Kind, cell: &str) -> String {
    let word = cell.trim().trim_start_matches('*').trim();
    if word.is_empty() {
        return String::new();
    }
    let squashed = squash(word);
    let labels = |senses: &[Sense]| {
        let mut found: Vec<&'static str> = Vec::new();
        for sense in senses {
            match *sense {
                Sense::Label(l) | Sense::Kind(l @ ("fax" | "mobile" | "pager")) => {
                    if !found.contains(&l) {
                        found.push(l);
                    }
                }
                Sense::Filler | Sense::Kind(_) => {}
                _ => return None,
            }
        }
        one_label(&found, *of == Kind::Phone).filter(|l| !l.is_empty())
    };
    lexicon()
        .cut(&squashed, &|senses| labels(senses).is_some())
        .and_then(|senses| labels(&senses))
        .map_or_else(|| word.to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_before_and_behind() {
        let phone = |h: &str| label_for(&Kind::Phone, h, channel(h));
        for (header, label) in [
            ("MobilePhone", Some("mobile")),
            ("Work Phone", Some("work")),
            ("Business Phone 2", Some("work")),
            ("Phone (Home)", Some("home")),
            ("FAX", Some("fax")),
            ("Home Fax", Some("home fax")),
            ("Phone 2", Some("")),
            ("phone verified", None),
            ("Status", None),
            ("Home", None),
            ("Company Main Phone", Some("company")),
            ("Телефон раб. 2", Some("work")),
            ("Рабочий факс", Some("work fax")),
            ("Домашний телефон", Some("home")),
            ("Телефон переносной", Some("mobile")),
            ("Основной телефон организации", Some("company")),
            ("Телефон помощника", Some("assistant")),
            ("Telefon geschäftlich", Some("work")),
            ("Mobiltelefon", Some("mobile")),
            ("Handy", Some("mobile")),
            ("Fax privat", Some("home fax")),
            ("Téléphone (bureau)", Some("work")),
            ("Téléphone portable", Some("mobile")),
            ("Teléfono del trabajo", Some("work")),
            ("Móvil", Some("mobile")),
            ("Мобилен телефон", Some("mobile")),
            ("Служебен телефон", Some("work")),
            ("Phone 1 - Label", None),
            ("Assistant's Phone", Some("assistant")),
        ] {
            assert_eq!(phone(header), label, "{header}");
        }
        let email = |h: &str| label_for(&Kind::Email, h, channel(h));
        for (header, label) in [
            ("Home Email", Some("home")),
            ("Email 2", Some("")),
            ("Email (Work)", Some("work")),
            ("Email opt out", None),
            ("E-mail 2 Address", Some("")),
            ("E-mail Type", None),
            ("E-mail Display Name", None),
            ("Адрес 2 эл. почты", Some("")),
            ("Тип 2 эл. почты", None),
            ("Краткое 2 имя эл. почты", None),
            ("E-Mail-Adresse", Some("")),
            ("Adresse e-mail", Some("")),
            ("Correo electrónico", Some("")),
            ("Имейл", Some("")),
            ("Emailed", None),
        ] {
            assert_eq!(email(header), label, "{header}");
        }
        let of = |kind, h: &str| label_for(&kind, h, channel(h));
        assert_eq!(of(Kind::Url, "linkedinurl"), Some("linkedin"));
        assert_eq!(of(Kind::Handle, "linkedin"), Some("linkedin"));
        assert_eq!(of(Kind::Address, "homeaddress"), Some("home"));
        assert_eq!(of(Kind::Url, "Веб-страница"), Some(""));
    }

    #[test]
    fn parts_of_addresses_are_found() {
        let part = |h: &str| match channel(h) {
            Some(Channel { label, number, part: Some(Part::Of(part, line)), .. }) => {
                Some((label, number, part, line))
            }
            _ => None,
        };
        for (header, found) in [
            ("MailingStreet", Some(("mailing", 0, 0, 1))),
            ("BILLINGPOSTALCODE", Some(("billing", 0, 3, 1))),
            ("billing_address_country", Some(("billing", 0, 4, 1))),
            ("Business City", Some(("work", 0, 1, 1))),
            ("Business Street 2", Some(("work", 0, 0, 2))),
            ("Zip/Postal Code", Some(("", 0, 3, 1))),
            ("Street", Some(("", 0, 0, 1))),
            ("Address Line 1", Some(("", 0, 0, 1))),
            ("Address 2 - City", Some(("", 2, 1, 1))),
            ("Address 1: Street 2", Some(("", 1, 0, 2))),
            ("address1_line2", Some(("", 1, 0, 2))),
            ("Address 1 - PO Box", Some(("", 1, 0, 90))),
            ("Hausnummer", Some(("", 0, 0, HOUSE))),
            ("House number of Address", Some(("", 0, 0, HOUSE))),
            ("Straße und Hausnummer", Some(("", 0, 0, 1))),
            ("Street/road name of Address", Some(("", 0, 0, 1))),
            ("City/town/village/locality of Address", Some(("", 0, 1, 1))),
            ("State/county of Address", Some(("", 0, 2, 1))),
            ("Улица 2 (раб. адрес)", Some(("work", 0, 0, 2))),
            ("Почтовый код (дом.)", Some(("home", 0, 3, 1))),
            ("Страна или регион  (другой адрес)", Some(("other", 0, 4, 1))),
            ("PLZ", Some(("", 0, 3, 1))),
            ("Straße (geschäftlich)", Some(("work", 0, 0, 1))),
            ("Ville (domicile)", Some(("home", 0, 1, 1))),
            ("Código postal", Some(("", 0, 3, 1))),
            ("Пощенски код", Some(("", 0, 3, 1))),
            ("Status", None),
            ("Home", None),
        ] {
            assert_eq!(part(header), found, "{header}");
        }
    }

    #[test]
    fn a_column_of_labels_says_so() {
        let of = |h: &str| channel(h).map(|c| (c.kind, c.number, c.is_label));
        assert_eq!(of("E-mail 1 - Label"), Some(("email", 1, true)));
        assert_eq!(of("E-mail 2 - Value"), Some(("email", 2, false)));
        assert_eq!(of("Phone 3 - Type"), Some(("phone", 3, true)));
        assert_eq!(of("Address 1 - Label"), Some(("address", 1, true)));
        let label = |cell| label_of_cell(&Kind::Phone, cell);
        assert_eq!(
            ["* Work", "Mobile", "Work Fax", "", "*", "Рабочий", "Ferienhaus"].map(label),
            ["work", "mobile", "work fax", "", "", "work", "Ferienhaus"]
        );
    }
}
