//! Headers that name one labelled value of a list: `Mobile Phone`, `Email 2`, `Mailing City`.
//! Tables of words; other languages and programs are more rows.

use crate::entity::Kind;
use crate::entity::text::fold;

/// A header as headers are compared: folded, letters and digits alone.
pub(super) fn squash(header: &str) -> String {
    fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Labels and the words for them in headers.
const LABELS: &[(&str, &[&str])] = &[
    ("work", &["work", "business", "office", "company", "professional", "corporate"]),
    ("home", &["home", "personal", "private"]),
    ("mobile", &["mobile", "cell", "cellular"]),
    ("main", &["main", "primary", "preferred"]),
    ("other", &["other", "alternate", "alternative", "secondary", "second"]),
    ("direct", &["direct"]),
    ("assistant", &["assistant", "assistants"]),
    ("fax", &["fax"]),
    ("home fax", &["homefax"]),
    ("work fax", &["workfax", "businessfax"]),
    ("other fax", &["otherfax"]),
    ("pager", &["pager"]),
    ("car", &["car"]),
];

/// Networks that people have names and pages on.
const NETWORKS: &[&str] = &[
    "linkedin",
    "twitter",
    "facebook",
    "instagram",
    "skype",
    "telegram",
    "whatsapp",
    "github",
    "xing",
    "mastodon",
];

/// What a value of a list is called in headers.
const EMAIL: &[&str] = &["emailaddress", "email"];
const PHONE: &[&str] = &["phonenumber", "telephonenumber", "telephone", "phone", "tel"];
const URL: &[&str] = &["website", "webpage", "homepage", "url"];
/// Headers that are a label alone, or say what it labels in another way.
const PHONE_ALONE: &[(&str, &str)] = &[
    ("mobile", "mobile"),
    ("mobilenumber", "mobile"),
    ("mobileno", "mobile"),
    ("cell", "mobile"),
    ("cellphone", "mobile"),
    ("fax", "fax"),
    ("faxnumber", "fax"),
    ("homefax", "home fax"),
    ("workfax", "work fax"),
    ("businessfax", "work fax"),
    ("otherfax", "other fax"),
    ("pager", "pager"),
];

/// The label that a squashed header gives to a value of a list of this kind; `Some("")` where it is
/// one more value without a label, `None` where the header means something else.
pub(super) fn label_for(of: &Kind, header: &str) -> Option<&'static str> {
    match of {
        Kind::Email => labelled(header, EMAIL),
        Kind::Phone => labelled(header, PHONE).or_else(|| {
            PHONE_ALONE
                .iter()
                .find(|(word, _)| *word == unnumbered(header))
                .map(|(_, label)| *label)
        }),
        Kind::Url => {
            labelled(header, URL).or_else(|| network(header, &["url", "profile", "link", "page"]))
        }
        Kind::Handle => network(header, &["", "handle", "username", "id", "name"]),
        Kind::Address => address_label(header),
        _ => None,
    }
}

fn unnumbered(header: &str) -> &str {
    header.trim_end_matches(|c: char| c.is_ascii_digit())
}

fn labelled(header: &str, names: &[&str]) -> Option<&'static str> {
    let header = unnumbered(header);
    names.iter().find_map(|name| {
        if header == *name {
            return Some("");
        }
        let word = header.strip_suffix(name).or_else(|| header.strip_prefix(name))?;
        let word = unnumbered(word);
        LABELS.iter().find(|(_, words)| words.contains(&word)).map(|(label, _)| *label)
    })
}

fn network(header: &str, endings: &[&str]) -> Option<&'static str> {
    NETWORKS
        .iter()
        .find(|name| header.strip_prefix(**name).is_some_and(|rest| endings.contains(&rest)))
        .copied()
}

/// Addresses by the word in front of their parts, the one whose city counts before others first.
const ADDRESSES: &[(&str, &str)] = &[
    ("", ""),
    ("billing", "billing"),
    ("mailing", "mailing"),
    ("primary", "main"),
    ("main", "main"),
    ("work", "work"),
    ("business", "work"),
    ("office", "work"),
    ("company", "work"),
    ("home", "home"),
    ("personal", "home"),
    ("shipping", "shipping"),
    ("delivery", "shipping"),
    ("other", "other"),
    ("alternate", "other"),
];

/// Parts of an address, in the order of its cell.
const PARTS: [&[&str]; 5] = [
    &["street", "streetaddress", "street1", "line1", "addressline1", "address1", "streetline1"],
    &["city", "town", "locality"],
    &["state", "region", "province", "county", "stateprovince", "stateregion", "stateorprovince"],
    &["postalcode", "postal", "zip", "zipcode", "postcode", "zippostalcode", "ziporpostalcode"],
    &["country", "countryregion", "countryorregion"],
];
/// Names of plain fields that hold what these parts of the first address say.
pub(super) const PART_FIELDS: [Option<&str>; 5] =
    [None, Some("city"), Some("region"), None, Some("country")];

/// A part of an address that a header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AddressPart {
    /// The address it is of; a smaller one comes before a larger.
    pub(super) rank: usize,
    pub(super) label: &'static str,
    /// 0 street, 1 city, 2 region, 3 postal code, 4 country.
    pub(super) part: usize,
}

/// The part of an address that a squashed header means.
pub(super) fn address_part(header: &str) -> Option<AddressPart> {
    ADDRESSES.iter().enumerate().find_map(|(rank, (word, label))| {
        let rest = header.strip_prefix(word)?;
        let bare = rest.strip_prefix("address").unwrap_or(rest);
        let part = PARTS.iter().position(|p| p.contains(&rest) || p.contains(&bare))?;
        Some(AddressPart { rank, label, part })
    })
}

/// The label of a whole address: `Home Address`.
fn address_label(header: &str) -> Option<&'static str> {
    let word = unnumbered(header).strip_suffix("address")?;
    ADDRESSES.iter().find(|(known, _)| *known == word).map(|(_, label)| *label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_compare_by_letters_and_digits() {
        assert_eq!(squash("Stage Name"), "stagename");
        assert_eq!(squash("STAGENAME"), squash("stage_name"));
        assert_eq!(squash("E-mail №2"), "emailno2");
    }

    #[test]
    fn labels_are_found_before_and_behind() {
        let phone = |h: &str| label_for(&Kind::Phone, &squash(h));
        assert_eq!(phone("MobilePhone"), Some("mobile"));
        assert_eq!(phone("Work Phone"), Some("work"));
        assert_eq!(phone("Business Phone 2"), Some("work"));
        assert_eq!(phone("Phone (Home)"), Some("home"));
        assert_eq!(phone("FAX"), Some("fax"));
        assert_eq!(phone("Home Fax"), Some("home fax"));
        assert_eq!(phone("Phone 2"), Some(""));
        assert_eq!(phone("phone verified"), None);
        let email = |h: &str| label_for(&Kind::Email, &squash(h));
        assert_eq!(email("Home Email"), Some("home"));
        assert_eq!(email("Email 2"), Some(""));
        assert_eq!(email("Email opt out"), None);
        assert_eq!(label_for(&Kind::Url, "linkedinurl"), Some("linkedin"));
        assert_eq!(label_for(&Kind::Handle, "linkedin"), Some("linkedin"));
        assert_eq!(label_for(&Kind::Address, "homeaddress"), Some("home"));
    }

    #[test]
    fn parts_of_addresses_are_found() {
        let part = |h: &str| address_part(&squash(h)).map(|p| (p.label, p.part));
        assert_eq!(part("MailingStreet"), Some(("mailing", 0)));
        assert_eq!(part("BILLINGPOSTALCODE"), Some(("billing", 3)));
        assert_eq!(part("billing_address_country"), Some(("billing", 4)));
        assert_eq!(part("Business City"), Some(("work", 1)));
        assert_eq!(part("Zip/Postal Code"), Some(("", 3)));
        assert_eq!(part("Street"), Some(("", 0)));
        assert_eq!(part("Address Line 1"), Some(("", 0)));
        assert_eq!(part("Status"), None);
        assert_eq!(part("Home"), None);
    }
}
