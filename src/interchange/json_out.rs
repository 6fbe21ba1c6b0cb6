//! Writing JSON: straight into one buffer, close or over indented lines, with everything that
//! draws nothing or turns the direction of text as `\u` escapes.

use std::io::Write;

use crate::entity::text::is_hidden;
use crate::error::{Error, Result};

/// JSON on its way out. The buffer grows until [`Self::flush_to`] takes it.
#[derive(Debug)]
pub struct JsonOut {
    pub out: Vec<u8>,
    pretty: bool,
    /// For every open array and object, whether it is still empty.
    open: Vec<bool>,
    after_key: bool,
}

impl JsonOut {
    /// A writer; `pretty` puts every value on a line of its own, two spaces deeper in each object.
    #[must_use]
    pub fn new(pretty: bool) -> Self {
        Self { out: Vec::with_capacity(1 << 16), pretty, open: Vec::new(), after_key: false }
    }

    pub fn begin_object(&mut self) {
        self.place();
        self.out.push(b'{');
        self.open.push(true);
    }

    pub fn end_object(&mut self) {
        self.close(b'}');
    }

    pub fn begin_array(&mut self) {
        self.place();
        self.out.push(b'[');
        self.open.push(true);
    }

    pub fn end_array(&mut self) {
        self.close(b']');
    }

    /// The key of the value that is written next.
    pub fn key(&mut self, key: &str) {
        self.place();
        push_string(key, &mut self.out);
        self.out.extend_from_slice(if self.pretty { b": " } else { b":" });
        self.after_key = true;
    }

    pub fn string(&mut self, text: &str) {
        self.place();
        push_string(text, &mut self.out);
    }

    /// A string, or null.
    pub fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    pub fn null(&mut self) {
        self.raw("null");
    }

    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Text that is JSON already: a number.
    pub fn raw(&mut self, json: &str) {
        self.place();
        self.out.extend_from_slice(json.as_bytes());
    }

    /// A value that is put together elsewhere, such as a summary.
    pub fn value(&mut self, value: &serde_json::Value) {
        use serde_json::Value as Json;
        match value {
            Json::Null => self.null(),
            Json::Bool(b) => self.bool(*b),
            Json::Number(n) => self.raw(&n.to_string()),
            Json::String(text) => self.string(text),
            Json::Array(items) => {
                self.begin_array();
                for item in items {
                    self.value(item);
                }
                self.end_array();
            }
            Json::Object(members) => {
                self.begin_object();
                for (key, member) in members {
                    self.key(key);
                    self.value(member);
                }
                self.end_object();
            }
        }
    }

    /// A string between quotes that can't hold what must be escaped: a date, a uid.
    pub fn plain(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.place();
        self.out.push(b'"');
        write(&mut self.out);
        self.out.push(b'"');
    }

    /// Hands the buffer on.
    ///
    /// # Errors
    /// The target can't be written.
    pub fn flush_to(&mut self, target: &mut dyn Write) -> Result<()> {
        target
            .write_all(&self.out)
            .map_err(|cause| Error::io("the output can't be written", &cause))?;
        self.out.clear();
        Ok(())
    }

    /// What stands before a key or a value: a comma, a new line.
    fn place(&mut self) {
        if std::mem::take(&mut self.after_key) {
            return;
        }
        let Some(is_empty) = self.open.last_mut() else { return };
        if !std::mem::replace(is_empty, false) {
            self.out.push(b',');
        }
        self.new_line();
    }

    fn close(&mut self, bracket: u8) {
        let was_empty = self.open.pop().unwrap_or(true);
        if !was_empty {
            self.new_line();
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        if self.pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.open.len(), b' ');
        }
    }
}

/// A JSON string with its quotes.
fn push_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let is_plain = |b: &u8| (b' '..0x7f).contains(b) && *b != b'"' && *b != b'\\';
    if text.bytes().all(|b| is_plain(&b)) {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.chars().for_each(|c| push_char(c, out));
    }
    out.push(b'"');
}

fn push_char(c: char, out: &mut Vec<u8>) {
    match c {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        c if is_hidden(c) => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(json: JsonOut) -> String {
        String::from_utf8(json.out).expect("text")
    }

    fn sample(pretty: bool) -> String {
        let mut json = JsonOut::new(pretty);
        json.begin_object();
        json.key("a");
        json.raw("1.50");
        json.key("b");
        json.begin_array();
        json.begin_object();
        json.key("c");
        json.null();
        json.end_object();
        json.string("x");
        json.end_array();
        json.key("d");
        json.begin_array();
        json.end_array();
        json.end_object();
        text(json)
    }

    #[test]
    fn json_is_close_or_over_lines() {
        assert_eq!(sample(false), r#"{"a":1.50,"b":[{"c":null},"x"],"d":[]}"#);
        assert_eq!(
            sample(true),
            "{\n  \"a\": 1.50,\n  \"b\": [\n    {\n      \"c\": null\n    },\n    \"x\"\n  ],\n  \"d\": []\n}"
        );
    }

    #[test]
    fn what_is_hidden_is_escaped() {
        let mut json = JsonOut::new(false);
        json.string("Ёж\u{7f}\u{9b}\u{202e}\u{200b}\u{e0001}\"\\\n\u{1b}");
        assert_eq!(text(json), r#""Ёж\u007f\u009b\u202e\u200b\udb40\udc01\"\\\n\u001b""#);
    }

    proptest! {
        #[test]
        fn any_text_reads_back(said in any::<String>()) {
            let mut json = JsonOut::new(false);
            json.string(&said);
            let out = text(json);
            prop_assert!(!out.chars().any(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&out).expect("a string"), said);
        }
    }
}
