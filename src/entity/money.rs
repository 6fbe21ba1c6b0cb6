//! Money: a whole number of minor units and an ISO 4217 currency; never a float.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::text::fold;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const EUR: Self = Self(*b"EUR");

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals the currency is written with (ISO 4217: EUR 2, JPY 0, KWD 3).
    #[must_use]
    pub fn decimals(&self) -> u32 {
        iso_currency::Currency::from_code(self.code())
            .and_then(iso_currency::Currency::exponent)
            .map_or(2, u32::from)
    }

    /// How many decimals amounts are stored with: its own, yet never fewer than two, since files
    /// do say `100.37 JPY` and a sum must agree with the file.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.decimals().max(2)
    }

    /// How many of the units that amounts are stored in its own smallest one has: 100 for JPY, whose
    /// hundredths a file may say and nobody pays. What is worked out is whole in these.
    #[must_use]
    pub fn grain(&self) -> i64 {
        10_i64.pow(self.scale() - self.decimals())
    }
}

impl FromStr for Currency {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let upper = text.trim().to_ascii_uppercase();
        // ISO 4217 has codes for no currency and for tests: nobody owes anything in those.
        if matches!(upper.as_str(), "XXX" | "XTS") {
            return Err(());
        }
        iso_currency::Currency::from_code(&upper).ok_or(())?;
        Ok(Self(upper.as_bytes().try_into().map_err(|_| ())?))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Currencies stored with more than two decimals, as (code, scale): what SQL over money needs.
pub const FINE_CURRENCIES: &[(&str, u32)] = &[
    ("BHD", 3),
    ("IQD", 3),
    ("JOD", 3),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("TND", 3),
    ("CLF", 4),
    ("UYW", 4),
];

/// The currencies without decimals, as SQL lists them: their amounts are stored in hundredths, and
/// worked out in hundreds of those ([`Currency::grain`]).
macro_rules! whole_currencies {
    () => {
        "'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'"
    };
}
pub(crate) use whole_currencies;

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// In units of 10^-[`Currency::scale`] of the currency.
    pub minor: i64,
    pub currency: Currency,
}

/// Largest amount, in minor units: sums of a million of them still fit.
const MOST: i64 = 9_000_000_000_000;

impl Money {
    /// Money of a decimal amount in major units; `None` where it has more decimals than the
    /// currency is stored with, or is larger than 90 thousand million.
    #[must_use]
    pub fn of(amount: Decimal, currency: Currency) -> Option<Self> {
        let scaled = amount.checked_mul(Decimal::from(10_i64.pow(currency.scale())))?;
        if !scaled.fract().is_zero() {
            return None;
        }
        let minor = scaled.to_i64().filter(|m| m.abs() <= MOST)?;
        Some(Self { minor, currency })
    }

    /// The amount in major units, with the currency's own decimals, more only where needed.
    #[must_use]
    pub fn amount(&self) -> String {
        amount_text(self.minor, self.currency)
    }
}

/// Minor units as a decimal number in major units: `1200050`, EUR → `12000.50`.
#[must_use]
pub fn amount_text(minor: i64, currency: Currency) -> String {
    let scale = currency.scale();
    let unit = 10_u64.pow(scale);
    let whole = minor.unsigned_abs() / unit;
    let part = format!("{:0width$}", minor.unsigned_abs() % unit, width = scale as usize);
    let own = currency.decimals() as usize;
    let shown = if part.trim_end_matches('0').len() > own { scale as usize } else { own };
    let sign = if minor < 0 { "-" } else { "" };
    if shown == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{}", &part[..shown]) }
}

/// Minor units for people: with thin groups of three digits, `12 000.50 EUR`.
#[must_use]
pub fn amount_for_people(minor: i64, currency: Currency) -> String {
    let plain = amount_text(minor, currency);
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain.as_str()), |r| ("-", r));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(w, p)| (w, Some(p)));
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    format!("{out} {currency}")
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

/// A number as people type it: digits with `.` as decimal mark (or a `,` behind groups parted by
/// `.`, as in `1.234,56`), `,` `'` `_` or spaces only between groups of three digits, and a last
/// `k`, `m` or `b` for thousands, millions, billions.
///
/// # Errors
/// Why it isn't one.
pub fn parse_number(text: &str) -> Result<Decimal, String> {
    let not = || format!("`{text}` is not a number");
    let trimmed = text.trim();
    let (body, times) = match trimmed.char_indices().last() {
        Some((at, 'k' | 'K')) => (&trimmed[..at], 1_000_i64),
        Some((at, 'm' | 'M')) => (&trimmed[..at], 1_000_000),
        Some((at, 'b' | 'B')) => (&trimmed[..at], 1_000_000_000),
        _ => (trimmed, 1),
    };
    let plain = ungroup(body.trim()).ok_or_else(not)?;
    let number = Decimal::from_str(&plain).map_err(|_| not())?;
    number.checked_mul(Decimal::from(times)).ok_or_else(|| format!("`{text}` is too large"))
}

/// Takes the marks between groups of three digits out; `None` where they stand elsewhere.
fn ungroup(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    // Of two marks the last one stands before the decimals, and it stands once.
    let comma = digits.find(',').filter(|at| digits.rfind('.').is_some_and(|dot| dot < *at));
    let decimal = if comma.is_some() { ',' } else { '.' };
    let (whole, part) = match digits.split_once(decimal) {
        Some((w, p)) => (w, Some(p)),
        None => (digits, None),
    };
    let is_mark = |c: char| match c {
        '.' | ',' => c != decimal,
        _ => matches!(c, '\'' | '_' | ' ' | '\u{a0}' | '\u{202f}' | '’'),
    };
    let mut groups = whole.split(is_mark);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(first) || rest.iter().any(|g| g.len() != 3 || !all_digits(g)) {
        return None;
    }
    if !rest.is_empty() && (first.is_empty() || first.len() > 3) {
        return None;
    }
    if first.is_empty() && part.is_none_or(str::is_empty) {
        return None;
    }
    if part.is_some_and(|p| !all_digits(p)) {
        return None;
    }
    let whole = if first.is_empty() { "0".to_owned() } else { format!("{first}{}", rest.concat()) };
    Some(match part.filter(|p| !p.is_empty()) {
        Some(p) => format!("{sign}{whole}.{p}"),
        None => format!("{sign}{whole}"),
    })
}

/// Signs that stand for one currency where people write it.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("AU$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("MX$", "MXN"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("￥", "JPY"),
    ("円", "JPY"),
    ("元", "CNY"),
    ("₽", "RUB"),
    ("₴", "UAH"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₸", "KZT"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("₫", "VND"),
    ("₪", "ILS"),
    ("руб.", "RUB"),
    ("руб", "RUB"),
    ("р.", "RUB"),
    ("р", "RUB"),
    ("лв.", "BGN"),
    ("лв", "BGN"),
    ("euros", "EUR"),
    ("euro", "EUR"),
    ("Euro", "EUR"),
    ("евро", "EUR"),
    ("грн.", "UAH"),
    ("грн", "UAH"),
    ("Ft", "HUF"),
    ("Fr.", "CHF"),
];

/// What currencies are called in the files of other programs, folded.
const NAMES: &[(&str, &str)] = &[
    ("us dollar", "USD"),
    ("us dollars", "USD"),
    ("united states dollar", "USD"),
    ("dollar us", "USD"),
    ("доллар сша", "USD"),
    ("доллары сша", "USD"),
    ("щатски долар", "USD"),
    ("pound sterling", "GBP"),
    ("british pound", "GBP"),
    ("uk pound", "GBP"),
    ("swiss franc", "CHF"),
    ("schweizer franken", "CHF"),
    ("japanese yen", "JPY"),
    ("canadian dollar", "CAD"),
    ("australian dollar", "AUD"),
    ("new zealand dollar", "NZD"),
    ("indian rupee", "INR"),
    ("swedish krona", "SEK"),
    ("norwegian krone", "NOK"),
    ("danish krone", "DKK"),
    ("polish zloty", "PLN"),
    ("czech koruna", "CZK"),
    ("brazilian real", "BRL"),
    ("mexican peso", "MXN"),
    ("bulgarian lev", "BGN"),
    ("български лев", "BGN"),
    ("russian ruble", "RUB"),
    ("russian rouble", "RUB"),
    ("рубль", "RUB"),
    ("рубли", "RUB"),
    ("российский рубль", "RUB"),
    ("гривна", "UAH"),
];

/// The currency that a cell alone names: by its code, its sign or its name.
#[must_use]
pub fn currency_called(text: &str) -> Option<Currency> {
    let text = text.trim();
    let by_sign =
        |text: &str| SIGNS.iter().find(|(sign, _)| *sign == text)?.1.parse::<Currency>().ok();
    let folded = fold(text);
    let by_name = || NAMES.iter().find(|(name, _)| *name == folded)?.1.parse().ok();
    text.parse().ok().or_else(|| by_sign(text)).or_else(|| by_sign(&folded)).or_else(by_name)
}

/// The name of a column of amounts, and the currency that stands behind it: `Amount (USD)`,
/// `Betrag in EUR`, `Сумма, руб.`.
#[must_use]
pub fn name_and_currency(header: &str) -> Option<(&str, Currency)> {
    let header = header.trim();
    let in_brackets = [('(', ')'), ('[', ']')]
        .iter()
        .find_map(|(open, close)| header.strip_suffix(*close)?.rsplit_once(*open));
    let (name, behind) = in_brackets
        .or_else(|| [", ", " in ", " en ", " в "].iter().find_map(|b| header.rsplit_once(b)))?;
    let behind = behind.trim().strip_prefix("in ").unwrap_or(behind.trim());
    Some((name.trim(), currency_called(behind)?)).filter(|(name, _)| !name.is_empty())
}

/// Signs of several currencies, of which only something else can tell which is meant.
const SHARED_SIGNS: &[(&str, &[&str])] = &[
    ("kr.", &["SEK", "NOK", "DKK", "ISK"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("Rs.", &["INR", "PKR", "LKR", "NPR", "MUR"]),
    ("Rs", &["INR", "PKR", "LKR", "NPR", "MUR"]),
];

/// Signs that mean one currency by themselves, and others too where those are named.
const LENT_SIGNS: &[(&str, &[&str])] = &[
    ("$", &["AUD", "ARS", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "UYU"]),
    ("¥", &["CNY"]),
    ("￥", &["CNY"]),
    ("£", &["EGP", "GIP", "LBP", "SYP"]),
];

/// A sign that several currencies share before or behind a number, the number, and those currencies.
fn shared_sign(text: &str) -> Option<(&'static str, &str, &'static [&'static str])> {
    sign_among(SHARED_SIGNS, text)
}

fn sign_among<'t>(
    signs: &[(&'static str, &'static [&'static str])],
    text: &'t str,
) -> Option<(&'static str, &'t str, &'static [&'static str])> {
    let text = text.trim();
    signs.iter().find_map(|(sign, codes)| {
        let rest = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))?.trim();
        rest.contains(|c: char| c.is_ascii_digit()).then_some((*sign, rest, *codes))
    })
}

/// The number of a text whose sign several currencies share, where the one that was named is among
/// them; else the text.
#[must_use]
pub fn without_shared_sign(text: &str, named: Currency) -> &str {
    match shared_sign(text).or_else(|| sign_among(LENT_SIGNS, text)) {
        Some((_, rest, codes)) if codes.contains(&named.code()) => rest,
        _ => text,
    }
}

/// Whether a text ends with a digit and the letter for thousands, millions or billions: the `12k` of
/// `12kEUR`.
fn ends_thousands(text: &str) -> bool {
    text.strip_suffix(['k', 'K', 'm', 'M', 'b', 'B'])
        .is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()))
}

/// The currency that stands before or behind a number, and the number without it.
///
/// # Errors
/// Why what stands there is no currency.
pub fn split_currency(text: &str) -> Result<(&str, Option<Currency>), String> {
    let text = text.trim();
    // Three letters without a number are no currency that is unknown.
    if !text.contains(char::is_numeric) {
        return Ok((text, None));
    }
    for (sign, code) in SIGNS {
        let Some(rest) = text.strip_suffix(sign).or_else(|| text.strip_prefix(sign)) else {
            continue;
        };
        let currency = code.parse().ok();
        // `$5 CAD` says of which country the dollars are.
        return match split_code(rest.trim())? {
            Some((number, named)) if *sign == "$" || Some(named) == currency => {
                Ok((number, Some(named)))
            }
            Some((_, named)) => Err(format!("`{text}` names {code} and {named}")),
            None => Ok((rest.trim(), currency)),
        };
    }
    if let Some((sign, _, codes)) = shared_sign(text) {
        return Err(format!(
            "`{sign}` in `{text}` is a sign of {}: write the code, or name it in a column of its own",
            codes.join(", ")
        ));
    }
    Ok(split_code(text)?.map_or((text, None), |(number, named)| (number, Some(named))))
}

/// A number, and the code of the currency before or behind it.
fn split_code(text: &str) -> Result<Option<(&str, Currency)>, String> {
    let is_code = |s: &str| s.len() == 3 && s.bytes().all(|b| b.is_ascii_alphabetic());
    let named = |code: &str| {
        code.parse::<Currency>().map_err(|()| format!("`{code}` is not an ISO 4217 currency"))
    };
    let ends_word = |c: Option<char>| !c.is_some_and(char::is_alphabetic);
    let front = text.get(..3).filter(|c| is_code(c) && ends_word(text[3..].chars().next()));
    if let Some(code) = front {
        return Ok(Some((text[3..].trim(), named(code)?)));
    }
    let tail = text.len().saturating_sub(3);
    let back = text.get(tail..).filter(|c| {
        is_code(c) && (ends_word(text[..tail].chars().next_back()) || ends_thousands(&text[..tail]))
    });
    if let Some(code) = back {
        return Ok(Some((text[..tail].trim(), named(code)?)));
    }
    Ok(None)
}

/// Money as people type it: `12k`, `12k USD`, `USD 12k`, `$12,000.50`; `default` is the currency
/// where none is named.
///
/// # Errors
/// Why it isn't money.
pub fn parse_money(text: &str, default: Currency) -> Result<Money, String> {
    let (number, sign) = match text.trim().strip_prefix('-') {
        Some(rest) => (rest, -1_i64),
        None => (text, 1),
    };
    let (number, named) = split_currency(number)?;
    let currency = named.unwrap_or(default);
    let amount = parse_number(number).map_err(|_| format!("`{text}` is not an amount"))?
        * Decimal::from(sign);
    Money::of(amount, currency).ok_or_else(|| {
        if amount.abs() > Decimal::from(MOST / 100) {
            format!("`{text}` is too large")
        } else {
            format!("`{text}` has more decimals than {currency} has")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> String {
        parse_money(text, Currency::EUR).map_or_else(|why| why, |m| m.to_string())
    }

    #[test]
    fn amounts_are_read_with_and_without_currency() {
        assert_eq!(money("12k"), "12000.00 EUR");
        assert_eq!(money("12k USD"), "12000.00 USD");
        assert_eq!(money("12kUSD"), "12000.00 USD");
        assert_eq!(money("1.5mEUR"), "1500000.00 EUR");
        assert_eq!(money("5MXN"), "5.00 MXN");
        assert_eq!(money("USD 1.5m"), "1500000.00 USD");
        assert_eq!(money("$12,000.50"), "12000.50 USD");
        assert_eq!(money("1.234,56 eur"), "1234.56 EUR");
        assert_eq!(money("48.000,00"), "48000.00 EUR");
        assert_eq!(money("1.234.567,8 USD"), "1234567.80 USD");
        assert_eq!(money("-5"), "-5.00 EUR");
        assert_eq!(money("-$5"), "-5.00 USD");
        assert_eq!(money("1 234.5 ₽"), "1234.50 RUB");
        assert_eq!(money("100 JPY"), "100 JPY");
        assert_eq!(money("CA$5"), "5.00 CAD");
        assert_eq!(money("5 US$"), "5.00 USD");
        assert_eq!(money("1500р"), "1500.00 RUB");
        assert_eq!(money("100円"), "100 JPY");
        assert_eq!(money("100.37 JPY"), "100.37 JPY");
        assert_eq!(money("1.234 KWD"), "1.234 KWD");
    }

    #[test]
    fn a_currency_is_called_by_its_code_its_sign_or_its_name() {
        let code = |text| currency_called(text).map(|c| c.code().to_owned());
        for (text, found) in [
            ("usd", Some("USD")),
            (" € ", Some("EUR")),
            ("EURO", Some("EUR")),
            ("Руб.", Some("RUB")),
            ("US Dollar", Some("USD")),
            ("Pound Sterling", Some("GBP")),
            ("Доллар США", Some("USD")),
            ("kr", None),
            ("5 EUR", None),
            ("Dollar", None),
            ("", None),
        ] {
            assert_eq!(code(text).as_deref(), found, "{text}");
        }
    }

    #[test]
    fn a_column_may_bear_its_currency() {
        let of = |text| name_and_currency(text).map(|(name, c)| (name, c.code().to_owned()));
        for (header, name, code) in [
            ("Amount (USD)", "Amount", "USD"),
            ("Betrag in €", "Betrag", "EUR"),
            ("Umsatz [EUR]", "Umsatz", "EUR"),
            ("Сумма, руб.", "Сумма", "RUB"),
            ("Price (in US Dollar)", "Price", "USD"),
        ] {
            assert_eq!(of(header), Some((name, code.to_owned())), "{header}");
        }
        for header in ["Amount", "Amount (net)", "(USD)", "Sum, total", "Amount in thousands"] {
            assert_eq!(of(header), None, "{header}");
        }
    }

    #[test]
    fn what_is_no_amount_is_told() {
        assert_eq!(money("12,5"), "`12,5` is not an amount");
        for text in ["1.23,45", "1,234.5,6", "1.2345,6", "1,23.456,7"] {
            assert_eq!(money(text), format!("`{text}` is not an amount"));
        }
        assert_eq!(money("1.005"), "`1.005` has more decimals than EUR has");
        assert_eq!(
            money("kr 500"),
            "`kr` in `kr 500` is a sign of SEK, NOK, DKK, ISK: write the code, or name it in a column of its own"
        );
        assert!(money("500 Rs.").contains("INR, PKR"));
        let sek = "SEK".parse().expect("a currency");
        assert_eq!(without_shared_sign("kr 500", sek), "500");
        assert_eq!(without_shared_sign("kr 500", Currency::EUR), "kr 500");
        assert_eq!(money("5 XXX"), "`XXX` is not an ISO 4217 currency");
        assert_eq!(money("5 XYZ"), "`XYZ` is not an ISO 4217 currency");
        assert_eq!(money("5kXYZ"), "`XYZ` is not an ISO 4217 currency");
        assert_eq!(money("kUSD"), "`kUSD` is not an amount");
        assert_eq!(money("lots"), "`lots` is not an amount");
        assert_eq!(money("abc"), "`abc` is not an amount");
        assert_eq!(money("EUR"), "`EUR` is not an amount");
        assert_eq!(money("1e5"), "`1e5` is not an amount");
        assert_eq!(money("99999999999999"), "`99999999999999` is too large");
    }

    #[test]
    fn fine_currencies_are_all_that_have_more_than_two_decimals() {
        for code in ["EUR", "USD", "JPY", "RUB", "KRW", "CLP", "BHD", "KWD", "CLF", "TND", "LYD"] {
            let currency: Currency = code.parse().expect("a currency");
            let fine = FINE_CURRENCIES.iter().find(|(c, _)| *c == code).map_or(2, |(_, s)| *s);
            assert_eq!(currency.scale(), fine, "{code}");
        }
    }

    #[test]
    fn whole_currencies_are_all_that_have_no_decimals() {
        let letters = || b'A'..=b'Z';
        let all =
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        let known =
            all.filter_map(|code| std::str::from_utf8(&code).ok()?.parse::<Currency>().ok());
        let whole: Vec<String> =
            known.filter(|c| c.grain() > 1).map(|c| format!("'{c}'")).collect();
        assert_eq!(whole.join(", "), whole_currencies!());
        assert_eq!(
            ["JPY", "EUR", "KWD"].map(|c| c.parse::<Currency>().unwrap().grain()),
            [100, 1, 1]
        );
    }

    #[test]
    fn groups_of_three_are_for_people() {
        assert_eq!(amount_for_people(120_000_050, Currency::EUR), "1 200 000.50 EUR");
        assert_eq!(amount_for_people(-1_000, Currency::EUR), "-10.00 EUR");
    }
}
