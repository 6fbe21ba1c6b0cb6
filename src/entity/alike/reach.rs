//! Addresses as they are compared: the mailbox behind an e-mail, the domain behind a page.

/// A mailbox, with all spellings that reach it made one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub address: String,
    /// Read by several people: `info@`, `sales@`.
    pub is_role: bool,
}

/// Domains of one mailbox, and the one that stands for them.
const SAME: &[(&str, &str)] = &[
    ("googlemail.com", "gmail.com"),
    ("ya.ru", "yandex.ru"),
    ("yandex.com", "yandex.ru"),
    ("yandex.by", "yandex.ru"),
    ("yandex.kz", "yandex.ru"),
    ("yandex.ua", "yandex.ru"),
    ("me.com", "icloud.com"),
    ("mac.com", "icloud.com"),
    ("pm.me", "proton.me"),
    ("protonmail.com", "proton.me"),
];

/// Where anybody can have an address: the domain says nothing about the company.
const FREE: &[&str] = &[
    "gmail.com",
    "yahoo.com",
    "ymail.com",
    "hotmail.com",
    "outlook.com",
    "live.com",
    "msn.com",
    "aol.com",
    "icloud.com",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "gmx.at",
    "web.de",
    "t-online.de",
    "freenet.de",
    "posteo.de",
    "mailbox.org",
    "proton.me",
    "tutanota.com",
    "zoho.com",
    "mail.com",
    "fastmail.com",
    "mail.ru",
    "inbox.ru",
    "list.ru",
    "bk.ru",
    "internet.ru",
    "yandex.ru",
    "rambler.ru",
    "lenta.ru",
    "ukr.net",
    "i.ua",
    "abv.bg",
    "mail.bg",
    "seznam.cz",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "interia.pl",
    "libero.it",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "wanadoo.fr",
    "qq.com",
    "163.com",
    "126.com",
    "sina.com",
    "naver.com",
    "daum.net",
    "docomo.ne.jp",
    "comcast.net",
    "verizon.net",
    "btinternet.com",
];

/// Web hosts where anybody can have a page.
const HOSTS: &[&str] = &[
    "facebook.com",
    "linkedin.com",
    "vk.com",
    "instagram.com",
    "twitter.com",
    "x.com",
    "youtube.com",
    "t.me",
    "github.com",
    "github.io",
    "wordpress.com",
    "blogspot.com",
    "sites.google.com",
    "wixsite.com",
    "tilda.ws",
    "ok.ru",
];

/// Names of mailboxes that several people read.
const ROLES: &[&str] = &[
    "info",
    "sales",
    "office",
    "admin",
    "contact",
    "contacts",
    "support",
    "hello",
    "mail",
    "post",
    "kontakt",
    "buero",
    "service",
    "team",
    "marketing",
    "hr",
    "jobs",
    "noreply",
    "no-reply",
    "webmaster",
    "postmaster",
    "orders",
    "order",
    "zakaz",
    "buh",
    "help",
    "helpdesk",
    "billing",
    "accounts",
    "accounting",
    "press",
    "enquiries",
    "reception",
    "secretary",
    "director",
    "company",
    "inbox",
    "email",
    "shop",
    "store",
    "general",
    "manager",
    "sekretariat",
    "verkauf",
    "vertrieb",
];

/// The mailbox that an address reaches: case, `+tags` and the dots of Gmail don't matter.
#[must_use]
pub fn canonical_email(text: &str) -> Option<Mailbox> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = SAME.iter().find(|(d, _)| *d == domain).map_or(domain, |(_, to)| to);
    let plain = local.split_once('+').map_or(local, |(before, _)| before);
    let plain = if plain.is_empty() { local } else { plain };
    let local = match domain {
        "gmail.com" => plain.replace('.', ""),
        "yandex.ru" => plain.replace('-', "."),
        _ => plain.to_owned(),
    };
    if local.is_empty() || domain.is_empty() {
        return None;
    }
    let is_role = ROLES.contains(&local.as_str());
    Some(Mailbox { address: format!("{local}@{domain}"), is_role })
}

/// Other addresses of a mailbox that [`canonical_email`] gave, as people write them most: by another
/// of its domains, at Gmail with a dot somewhere.
#[must_use]
pub fn spellings(address: &str) -> Vec<String> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Vec::new() };
    let others = SAME.iter().filter(|(_, to)| *to == domain).map(|(other, _)| *other);
    let domains: Vec<&str> = others.chain([domain]).collect();
    let mut locals = vec![local.to_owned()];
    if domain == "gmail.com" {
        let inside = local.char_indices().map(|(at, _)| at).filter(|at| (1..=30).contains(at));
        locals.extend(inside.map(|at| format!("{}.{}", &local[..at], &local[at..])));
    }
    let all = locals.iter().flat_map(|local| domains.iter().map(move |d| format!("{local}@{d}")));
    all.filter(|other| other != address).collect()
}

/// The domain of an e-mail, a page or a domain; none where anybody can have an address or a page.
#[must_use]
pub fn domain_of(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host).trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let fits = host.contains('.') && !host.contains(char::is_whitespace);
    (fits && !is_shared_domain(host)).then(|| host.to_owned())
}

/// Whether anybody can have an address or a page there.
#[must_use]
pub fn is_shared_domain(domain: &str) -> bool {
    let domain = SAME.iter().find(|(d, _)| *d == domain).map_or(domain, |(_, to)| to);
    let within = |known: &str| {
        domain == known || domain.strip_suffix(known).is_some_and(|d| d.ends_with('.'))
    };
    // `yahoo.co.uk`, `hotmail.fr` and the like.
    let family = domain.split('.').next().unwrap_or_default();
    FREE.iter().any(|known| within(known))
        || HOSTS.iter().any(|known| within(known))
        || matches!(family, "yahoo" | "hotmail" | "live" | "outlook" | "gmx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_mailbox_are_one() {
        let address = |text| canonical_email(text).map(|m| m.address);
        assert_eq!(address("Ann.Lee+shop@GoogleMail.com"), Some("annlee@gmail.com".into()));
        assert_eq!(address("ann.lee+x@acme.example"), Some("ann.lee@acme.example".into()));
        assert_eq!(address("+tag@acme.example"), Some("+tag@acme.example".into()));
        assert_eq!(address("ivan-p@ya.ru"), address("ivan.p@yandex.ru"));
        assert_ne!(address("ann.lee@acme.example"), address("annlee@acme.example"));
        assert_eq!(address("nobody"), None);
        assert!(canonical_email("info@acme.example").is_some_and(|m| m.is_role));
    }

    #[test]
    fn a_domain_is_a_company_s_own() {
        assert_eq!(domain_of("https://www.Acme.example/about"), Some("acme.example".into()));
        assert_eq!(domain_of("ann@acme.example"), Some("acme.example".into()));
        assert_eq!(domain_of("acme.example"), Some("acme.example".into()));
        for shared in ["ann@gmail.com", "x@yahoo.co.uk", "https://facebook.com/acme", "acme"] {
            assert_eq!(domain_of(shared), None, "{shared}");
        }
    }
}
