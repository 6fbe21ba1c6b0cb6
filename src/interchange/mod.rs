//! How files come and go: reading and writing of CSV, TSV, JSON and JSON lines, and what their
//! columns mean. Nothing here knows the database.
//!
//! In: [`Source`] gives [`RawRow`]s, [`Mapping`] says what their columns mean, [`RowParser`] makes
//! typed values of them. Out: [`Exporter`] writes records; [`CsvOut`] and [`JsonOut`] are its hands.

mod addresses;
mod ahead;
mod channels;
mod charset;
mod csv_out;
mod decode;
mod delimited;
mod dialect;
mod digest;
mod empty;
mod explain;
mod export;
mod funnel;
mod guard;
mod guess;
pub mod import;
mod intake;
mod json;
mod json_out;
mod json_pieces;
mod json_record;
mod layout;
mod lexicon;
mod loose;
mod mapping;
mod marks;
mod notes;
mod order;
mod plan;
mod preset;
mod quoting;
mod rejects;
mod render;
mod row;
pub mod several;
mod source;
mod spill;
mod squeeze;
mod stamp;
mod told;
mod wide;

pub use addresses::AddressGroup;
pub use charset::Charset;
pub use csv_out::CsvOut;
pub use dialect::delimiter_of;
pub use digest::Digest;
pub use explain::{Sure, Understood};
pub use export::{Rendering, export, write_out};
pub use guard::{guard, unguard};
pub use guess::Rank;
pub use json_out::JsonOut;
pub use json_record::{json_field, json_fields};
pub use layout::{Asked, Layout, Section};
pub use mapping::{Extra, Mapping, Reading, Target};
pub use marks::Mark;
pub use order::Epoch;
pub use preset::{Preset, check_map_name, check_map_text, kept, map_file, presets};
pub use quoting::Quotes;
pub use rejects::{REASON, Rejects};
pub use render::{Column, Exporter, Scope, columns, write_cell};
pub use row::{RowParser, Written};
pub use source::{Input, RawRow, ReadOptions, Source};
pub use wide::rates_by;

use crate::error::{Error, Result, nearest};

/// How a file is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Csv,
    Tsv,
    /// One array, or objects one behind the other.
    Json,
    /// One object a line.
    Jsonl,
}

/// A format by its name.
#[derive(Debug)]
pub struct Format {
    /// As `--format` takes it.
    pub name: &'static str,
    /// Endings of file names, without the point.
    pub extensions: &'static [&'static str],
    pub about: &'static str,
    pub form: Form,
}

/// All formats.
pub static FORMATS: &[Format] = &[
    Format {
        name: "csv",
        extensions: &["csv", "txt"],
        about: "values between commas, semicolons, tabs or bars; the first row names the columns",
        form: Form::Csv,
    },
    Format {
        name: "tsv",
        extensions: &["tsv", "tab"],
        about: "values between tabs",
        form: Form::Tsv,
    },
    Format {
        name: "json",
        extensions: &["json"],
        about: "an array of objects, or one object",
        form: Form::Json,
    },
    Format {
        name: "jsonl",
        extensions: &["jsonl", "ndjson"],
        about: "one JSON object a line",
        form: Form::Jsonl,
    },
];

impl Format {
    /// The format that was asked for by name, else the one that the file's name ends with; `None`
    /// where neither tells (the content has to).
    ///
    /// # Errors
    /// The name asked for is no format.
    pub fn of(path: Option<&str>, wanted: Option<&str>) -> Result<Option<&'static Self>> {
        if let Some(name) = wanted {
            return Self::named(name).map(Some);
        }
        let ending = path
            .and_then(|p| std::path::Path::new(p).extension())
            .and_then(|e| e.to_str())
            .map(str::to_ascii_lowercase);
        Ok(ending.and_then(|e| FORMATS.iter().find(|f| f.extensions.contains(&e.as_str()))))
    }

    /// The format of a name.
    ///
    /// # Errors
    /// No format has it.
    pub fn named(name: &str) -> Result<&'static Self> {
        FORMATS.iter().find(|f| f.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
            let near = nearest(name, names.iter().copied())
                .map_or(String::new(), |n| format!("did you mean `{n}`? "));
            Error::usage(format!("`{name}` is not a format"))
                .hint(format!("{near}formats: {}", names.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_told_by_name_before_the_ending_of_the_file() {
        let of = |path, wanted| Format::of(path, wanted).map(|f| f.map(|f| f.name));
        assert_eq!(of(Some("a/b.TSV"), None).ok(), Some(Some("tsv")));
        assert_eq!(of(Some("b.csv"), Some("json")).ok(), Some(Some("json")));
        assert_eq!(of(Some("-"), None).ok(), Some(None));
        let error = of(None, Some("jsno")).expect_err("no format");
        assert!(error.hint.is_some_and(|h| h.contains("did you mean `json`")));
    }
}
