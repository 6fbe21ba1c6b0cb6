//! Lists of plain objects on their way out, in every format for programs.

use super::global::Output;
use super::print::Printer;
use crate::error::Result;
use crate::interchange::{CsvOut, JsonOut};

/// Objects of one form as CSV or TSV, their keys above them.
///
/// # Errors
/// Standard output is closed or full.
pub(super) fn print_rows(
    printer: &mut Printer,
    output: Output,
    list: &[serde_json::Value],
) -> Result<()> {
    let mut csv = CsvOut::new(if output == Output::Csv { b',' } else { b'\t' }, true);
    let objects: Vec<_> = list.iter().filter_map(serde_json::Value::as_object).collect();
    if let Some(first) = objects.first() {
        first.keys().for_each(|k| csv.text(k));
        csv.end();
    }
    for object in objects {
        for value in object.values() {
            csv.text(&match value {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            });
        }
        csv.end();
    }
    csv.flush_to(printer.out())
}

/// Prints values as a JSON array or as JSON lines.
///
/// # Errors
/// Standard output is closed or full.
pub(super) fn print_json_list(
    printer: &mut Printer,
    output: Output,
    list: &[serde_json::Value],
) -> Result<()> {
    if matches!(output, Output::Csv | Output::Tsv) {
        return print_rows(printer, output, list);
    }
    let mut json = JsonOut::new(false);
    if output == Output::Json {
        json.out.push(b'[');
    }
    for (at, value) in list.iter().enumerate() {
        if output == Output::Json {
            json.out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        }
        json.value(value);
        if output == Output::Jsonl {
            json.out.push(b'\n');
        }
    }
    if output == Output::Json {
        json.out.extend_from_slice(if list.is_empty() { b"]\n" } else { b"\n]\n" });
    }
    json.flush_to(printer.out())
}
