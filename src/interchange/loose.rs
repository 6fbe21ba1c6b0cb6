//! Cells as other programs write them: several values in one, without escapes.

use crate::entity::{Item, Kind, join_cell, split_cell};

/// The values in a cell of another program: one, or several between `;`, line ends or ` ::: `;
/// e-mail addresses and phone numbers also between commas.
pub(super) fn loose_items(of: &Kind, text: &str) -> Result<Vec<Item>, String> {
    if text.contains(',') && between_commas(of, text) {
        return loose_items(of, &text.replace(',', ";"));
    }
    if !text.bytes().any(|b| matches!(b, b';' | b':' | b'\\' | b'\n' | b'\r')) {
        return of.parse_item(text).map(|one| vec![one]);
    }
    // Escapes are rolo's own, kept when somebody took the uids out of its file.
    if text.contains('\\') {
        let escaped: Option<Vec<Item>> = split_cell(text)
            .into_iter()
            .map(|(label, value)| {
                Some(Item {
                    label: label.trim().to_owned(),
                    value: of.parse_item(&value).ok()?.value,
                })
            })
            .collect();
        if let Some(items) = escaped {
            return Ok(items);
        }
    }
    let is_address = matches!(of, Kind::Address);
    let parts: Vec<&str> = split_values(text, is_address && !text.contains('|'))
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let item = |part: &str| {
        if is_address { of.parse_item(&one_line(part)) } else { of.parse_item(part) }
    };
    let found: Result<Vec<Item>, String> = parts.iter().map(|part| item(part)).collect();
    match found {
        // A semicolon may belong to a page's address.
        Ok(items) if !matches!(of, Kind::Url) || items.iter().all(|i| i.value.contains('.')) => {
            Ok(items)
        }
        Ok(_) => item(text).map(|one| vec![one]),
        Err(why) => Err(why),
    }
}

/// Whether what stands between commas is each a value by itself.
fn between_commas(of: &Kind, text: &str) -> bool {
    let is_value = |part: &str| match of {
        Kind::Email => part.contains('@'),
        Kind::Phone => part.bytes().filter(u8::is_ascii_digit).count() > 5,
        _ => false,
    };
    text.split([',', ';', '\n']).filter(|p| !p.trim().is_empty()).all(is_value)
}

/// The values between ` ::: `, else between `;` and line ends; an address by itself has those.
fn split_values(text: &str, whole: bool) -> Vec<&str> {
    if text.contains(" ::: ") {
        text.split(" ::: ").collect()
    } else if whole {
        vec![text]
    } else {
        text.split([';', '\n', '\r']).collect()
    }
}

/// Words between ` ::: `, `;` or line ends, else between commas, as a cell of rolo's own; some mean
/// nothing, and Google's own groups begin with a star.
pub(super) fn exact_words(text: &str, blanks: &[String]) -> String {
    if text.contains('\\') {
        return text.to_owned();
    }
    let parts: Vec<&str> = if text.contains(" ::: ") {
        text.split(" ::: ").collect()
    } else if text.contains([';', '\n']) {
        text.split([';', '\n', '\r']).collect()
    } else {
        text.split(',').collect()
    };
    let parts = parts.iter().map(|p| p.trim()).filter(|p| !blanks.iter().any(|b| b == p));
    let words = parts.map(|p| ("", p.strip_prefix("* ").unwrap_or(p)));
    join_cell(words.filter(|(_, p)| !p.is_empty()))
}

/// The text on one line: line ends become commas.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<&str> =
        text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(", ")
}
