//! A JSON file cut into its objects, one at a time, each with the line where it begins.

use std::fs::File;
use std::io::{BufRead, BufReader};

use super::Form;
use super::source::{MAX_ROW, broken};
use crate::error::{Error, Result};

/// How the objects of a file follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Array,
    /// One behind the other, over any number of lines each.
    Stream,
    /// One a line; a bad line is one bad row.
    Lines,
}

/// The objects of a file as pieces of text.
pub(super) struct Objects {
    input: BufReader<File>,
    line: u64,
    pub(super) position: u64,
    pub(super) shape: Shape,
    first: bool,
    at_end: bool,
    /// The array is the only member of an object.
    wrapped: bool,
}

/// Keys that other programs put round all records of a file: `{"records": [{…}, …]}`.
const WRAPPERS: [&str; 6] = ["records", "data", "items", "results", "rows", "value"];

impl Objects {
    pub(super) fn new(file: File, form: Form) -> Result<Self> {
        let mut made = Self {
            input: BufReader::with_capacity(1 << 16, file),
            line: 1,
            position: 0,
            shape: if form == Form::Jsonl { Shape::Lines } else { Shape::Stream },
            first: true,
            at_end: false,
            wrapped: false,
        };
        if made.window()?.starts_with(b"\xef\xbb\xbf") {
            made.pass(3);
        }
        made.skip_space()?;
        if made.window()?.first() == Some(&b'[') {
            made.shape = Shape::Array;
            made.pass(1);
        } else if let (Form::Json, Some(begin)) = (form, wrapped_array(made.window()?)) {
            made.shape = Shape::Array;
            made.wrapped = true;
            made.pass(begin);
        }
        Ok(made)
    }

    /// Puts the text of the next object into `into` and tells its line; `None` at the end.
    pub(super) fn next(&mut self, into: &mut Vec<u8>) -> Result<Option<u64>> {
        into.clear();
        self.skip_space()?;
        if self.at_end {
            return Ok(None);
        }
        if self.shape == Shape::Array && self.ends_array()? {
            return Ok(None);
        }
        self.first = false;
        let Some(first) = self.window()?.first().copied() else {
            if self.shape == Shape::Array {
                return Err(broken(self.line, "the array is never closed"));
            }
            return Ok(None);
        };
        let line = self.line;
        match (self.shape, first) {
            (Shape::Lines, _) => self.take_line(into, line)?,
            (_, b'{' | b'[') => self.take_nested(into, line)?,
            _ => return Err(broken(line, "an object (`{…}`) should stand here")),
        }
        if let Err(bad) = std::str::from_utf8(into) {
            let line = line + count_lines(&into[..bad.valid_up_to()]);
            return Err(broken(line, "a byte is not UTF-8")
                .hint("save the file as UTF-8, or convert it: `iconv -f ENCODING -t UTF-8 FILE`"));
        }
        Ok(Some(line))
    }

    /// Passes what stands between two entries of an array; true behind its end.
    fn ends_array(&mut self) -> Result<bool> {
        let next = self.window()?.first().copied();
        match next {
            Some(b']') => {
                self.pass(1);
                self.skip_space()?;
                if self.wrapped {
                    if self.window()?.first() != Some(&b'}') {
                        return Err(broken(self.line, "something stands behind the records")
                            .hint("take the array of records out of the file, and import that"));
                    }
                    self.pass(1);
                    self.skip_space()?;
                }
                if self.window()?.is_empty() {
                    self.at_end = true;
                    return Ok(true);
                }
                Err(broken(self.line, "something stands behind the end of the array"))
            }
            Some(b',') if !self.first => {
                self.pass(1);
                self.skip_space()?;
                Ok(false)
            }
            Some(_) if !self.first => Err(broken(self.line, "a `,` or `]` should stand here")),
            _ => Ok(false),
        }
    }

    fn take_line(&mut self, into: &mut Vec<u8>, line: u64) -> Result<()> {
        loop {
            let window = self.window()?;
            let end = window.iter().position(|b| *b == b'\n');
            let len = end.unwrap_or(window.len());
            into.extend_from_slice(&window[..len]);
            let is_last = end.is_some() || window.is_empty();
            self.pass(len);
            check_size(into, line)?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Takes a value from its opening bracket to the one that closes it.
    fn take_nested(&mut self, into: &mut Vec<u8>, line: u64) -> Result<()> {
        let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
        loop {
            let window = self.window()?;
            if window.is_empty() {
                return Err(broken(line, "the object that begins here is never closed"));
            }
            let mut len = 0;
            let mut closed = false;
            for byte in window {
                len += 1;
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_text => escaped = true,
                    b'"' => in_text = !in_text,
                    _ if in_text => {}
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => continue,
                }
                if depth == 0 {
                    closed = true;
                    break;
                }
            }
            into.extend_from_slice(&window[..len]);
            self.pass(len);
            if closed {
                return Ok(());
            }
            check_size(into, line)?;
        }
    }

    fn skip_space(&mut self) -> Result<()> {
        loop {
            let window = self.window()?;
            let blank = window.iter().take_while(|b| b.is_ascii_whitespace()).count();
            if blank == 0 {
                return Ok(());
            }
            self.pass(blank);
        }
    }

    /// What lies in the buffer; empty at the end of the file alone.
    fn window(&mut self) -> Result<&[u8]> {
        self.input.fill_buf().map_err(|cause| Error::io("the file can't be read", &cause))
    }

    fn pass(&mut self, by: usize) {
        self.line += count_lines(&self.input.buffer()[..by]);
        self.position += by as u64;
        self.input.consume(by);
    }
}

/// How many bytes stand before the first record, where the file is one object round an array of
/// records.
fn wrapped_array(head: &[u8]) -> Option<usize> {
    let text = head.trim_ascii_start();
    let rest = text.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let key = WRAPPERS.iter().find(|k| rest.starts_with(k.as_bytes()))?;
    let rest = rest[key.len()..].strip_prefix(b"\"")?.trim_ascii_start();
    let rest = rest.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"[")?;
    rest.trim_ascii_start().starts_with(b"{").then_some(head.len() - rest.len())
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|b| u64::from(*b == b'\n')).sum()
}

fn check_size(bytes: &[u8], line: u64) -> Result<()> {
    if bytes.len() <= MAX_ROW {
        return Ok(());
    }
    Err(broken(line, format!("the object that begins here is larger than {} MB", MAX_ROW >> 20)))
}
