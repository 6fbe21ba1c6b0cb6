//! Bytes of a file as UTF-8, whatever its encoding: in one pass, with little memory. As long as a
//! file is ASCII nothing has to be known; at the first byte that isn't, what follows decides. UTF-8
//! passes untouched.

use std::io::Read;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use encoding_rs::{DecoderResult, Encoding};

use super::charset::{Charset, guess, is_utf8, mark_of, marked};

const CHUNK: usize = 64 << 10;
/// So many bytes from the first one that isn't ASCII decide about an old encoding.
const SAMPLE: usize = 1 << 20;
/// So many bytes before it belong to its word at most.
const WORD: usize = 40;

/// What has been found out about a file's bytes so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    charset: OnceLock<Charset>,
    undecided: AtomicBool,
    bytes: AtomicU64,
}

impl Found {
    /// The encoding; UTF-8 as long as nothing says otherwise.
    pub(super) fn charset(&self) -> Charset {
        self.charset.get().copied().unwrap_or(Charset::UTF8)
    }

    /// Whether the file isn't UTF-8 and nothing tells what else it is.
    pub(super) fn is_undecided(&self) -> bool {
        self.undecided.load(Ordering::Relaxed)
    }

    /// Bytes of the file that were read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// A file's text as UTF-8. A byte that means nothing in the encoding comes as `FF`, which is none
/// in UTF-8 either, so that whoever reads the text can name its place.
pub(super) struct Decoded {
    input: Box<dyn Read + Send>,
    /// Bytes of the file that were read and not passed on yet, from `at`.
    raw: Vec<u8>,
    at: usize,
    at_end: bool,
    /// Text that wasn't taken yet, from `taken`.
    text: Vec<u8>,
    taken: usize,
    way: Way,
    /// The last bytes that were passed on while all was ASCII: the word that the next one is of.
    before: Vec<u8>,
    found: Arc<Found>,
}

enum Way {
    /// All was ASCII so far.
    Open,
    /// Bytes are the text.
    Plain,
    Old(Box<encoding_rs::Decoder>),
    Utf32 {
        big: bool,
    },
    Ended,
}

impl Decoded {
    /// The text of an input; `said` is the encoding that was asked for.
    pub(super) fn new(
        input: Box<dyn Read + Send>,
        said: Option<Charset>,
    ) -> std::io::Result<(Self, Arc<Found>)> {
        let found = Arc::new(Found::default());
        let mut made = Self {
            input,
            raw: Vec::new(),
            at: 0,
            at_end: false,
            text: Vec::new(),
            taken: 0,
            way: Way::Open,
            before: Vec::new(),
            found: Arc::clone(&found),
        };
        made.gather(CHUNK)?;
        match (said, marked(&made.raw)) {
            (Some(said), seen) => {
                // `utf-16` says nothing about the order of the bytes; the mark does.
                // And no text of another encoding begins with the mark of UTF-8.
                let charset = match seen {
                    Some((seen, _)) if seen == Charset::UTF8 => seen,
                    Some((seen, _)) if said.is_wide() && seen.is_wide() => seen,
                    _ => said,
                };
                made.at = mark_of(charset, &made.raw);
                made.settle(charset);
            }
            (None, Some((seen, mark))) => {
                made.at = mark;
                made.settle(seen);
            }
            (None, None) => {}
        }
        Ok((made, found))
    }

    fn settle(&mut self, charset: Charset) {
        // Set once: only `new` and `decide` do, the latter where `new` left it open.
        let _ = self.found.charset.set(charset);
        self.way = match charset {
            Charset::Known(encoding) if encoding == encoding_rs::UTF_8 => Way::Plain,
            Charset::Known(encoding) => {
                Way::Old(Box::new(encoding.new_decoder_without_bom_handling()))
            }
            Charset::Utf32 { big } => Way::Utf32 { big },
        };
    }

    /// Reads on until `wanted` bytes wait, or the file ends.
    fn gather(&mut self, wanted: usize) -> std::io::Result<()> {
        self.raw.drain(..self.at);
        self.at = 0;
        while self.raw.len() < wanted && !self.at_end {
            let before = self.raw.len();
            self.raw.resize(wanted, 0);
            let read = loop {
                match self.input.read(&mut self.raw[before..]) {
                    Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                    other => break other,
                }
            };
            self.raw.truncate(before + *read.as_ref().unwrap_or(&0));
            let read = read?;
            self.at_end = read == 0;
            self.found.bytes.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Finds out what the file is, by what follows its first byte that isn't ASCII.
    fn decide(&mut self) -> std::io::Result<()> {
        self.gather(CHUNK)?;
        if is_utf8(&self.raw, self.at_end) {
            self.settle(Charset::UTF8);
            return Ok(());
        }
        self.gather(SAMPLE)?;
        let sample = [&self.before[..], &self.raw].concat();
        if let Some(encoding) = guess(&sample) {
            self.settle(Charset::Known(encoding));
        } else {
            self.found.undecided.store(true, Ordering::Relaxed);
            self.way = Way::Plain;
        }
        Ok(())
    }

    /// Hands out waiting bytes as they are.
    fn pass(&mut self, most: usize, buffer: &mut [u8]) -> usize {
        let len = most.min(buffer.len());
        buffer[..len].copy_from_slice(&self.raw[self.at..self.at + len]);
        self.at += len;
        len
    }

    /// Makes text of the waiting bytes.
    fn translate(&mut self) {
        self.text.clear();
        self.taken = 0;
        let waiting = &self.raw[self.at..];
        let last = self.at_end;
        match &mut self.way {
            Way::Old(decoder) => {
                let most = decoder.max_utf8_buffer_length_without_replacement(waiting.len());
                self.text.resize(most.unwrap_or(4 * waiting.len() + 16) + 4, 0);
                let (mut read, mut written) = (0, 0);
                loop {
                    let (result, r, w) = decoder.decode_to_utf8_without_replacement(
                        &waiting[read..],
                        &mut self.text[written..],
                        last,
                    );
                    read += r;
                    written += w;
                    match result {
                        DecoderResult::InputEmpty => break,
                        DecoderResult::OutputFull => {
                            let longer = self.text.len() * 2 + 16;
                            self.text.resize(longer, 0);
                        }
                        DecoderResult::Malformed(..) => {
                            if written == self.text.len() {
                                self.text.push(0);
                            }
                            self.text[written] = 0xff;
                            written += 1;
                        }
                    }
                }
                self.text.truncate(written);
                self.at = self.raw.len();
            }
            Way::Utf32 { big } => {
                let units = waiting.chunks_exact(4);
                let rest = units.remainder().len();
                for unit in units {
                    let unit = [unit[0], unit[1], unit[2], unit[3]];
                    let code =
                        if *big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
                    match char::from_u32(code) {
                        Some(c) => {
                            let mut utf8 = [0; 4];
                            self.text.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
                        }
                        None => self.text.push(0xff),
                    }
                }
                self.at = self.raw.len() - rest;
                if last && rest > 0 {
                    self.text.push(0xff);
                    self.at = self.raw.len();
                }
            }
            Way::Open | Way::Plain | Way::Ended => {}
        }
        if last {
            self.way = Way::Ended;
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.taken < self.text.len() {
                let len = (self.text.len() - self.taken).min(buffer.len());
                buffer[..len].copy_from_slice(&self.text[self.taken..self.taken + len]);
                self.taken += len;
                return Ok(len);
            }
            let waiting = self.raw.len() - self.at;
            match self.way {
                Way::Ended => return Ok(0),
                Way::Plain if waiting > 0 => return Ok(self.pass(waiting, buffer)),
                Way::Plain => {
                    let read = self.input.read(buffer)?;
                    self.found.bytes.fetch_add(read as u64, Ordering::Relaxed);
                    return Ok(read);
                }
                Way::Open => {
                    if waiting == 0 {
                        self.gather(CHUNK)?;
                    }
                    let ascii = Encoding::ascii_valid_up_to(&self.raw[self.at..]);
                    if ascii > 0 {
                        let len = self.pass(ascii, buffer);
                        self.before.clear();
                        self.before.extend_from_slice(&buffer[len.saturating_sub(WORD)..len]);
                        return Ok(len);
                    }
                    if self.at == self.raw.len() {
                        return Ok(0);
                    }
                    self.decide()?;
                }
                Way::Old(_) | Way::Utf32 { .. } => {
                    self.gather(waiting.max(3) + CHUNK)?;
                    self.translate();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a pipe may.
    struct Drops(Vec<u8>, usize);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let len = self.1.min(self.0.len()).min(buffer.len());
            buffer[..len].copy_from_slice(&self.0[..len]);
            self.0.drain(..len);
            Ok(len)
        }
    }

    fn decoded(bytes: &[u8], said: Option<&str>) -> (Vec<u8>, String) {
        let said = said.map(|word| Charset::named(word).expect("an encoding"));
        let drops = Drops(bytes.to_vec(), 7);
        let (mut text, found) = Decoded::new(Box::new(drops), said).expect("a start");
        let mut all = Vec::new();
        text.read_to_end(&mut all).expect("text");
        assert_eq!(found.bytes(), bytes.len() as u64);
        (all, found.charset().name())
    }

    fn wide(text: &str, big: bool, size: usize) -> Vec<u8> {
        let code = |c: u32| {
            let bytes = c.to_be_bytes()[4 - size..].to_vec();
            if big { bytes } else { bytes.into_iter().rev().collect() }
        };
        if size == 2 {
            text.encode_utf16().flat_map(|unit| code(unit.into())).collect()
        } else {
            text.chars().flat_map(|c| code(c.into())).collect()
        }
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "имя;город\r\nИван Петров;Пермь\r\nАнна 😀;Ялта\r\n".repeat(50);
        for (name, big, size) in [
            ("utf-16be", true, 2),
            ("utf-16le", false, 2),
            ("utf-32be", true, 4),
            ("utf-32le", false, 4),
        ] {
            for mark in ["", "\u{feff}"] {
                let bytes = wide(&format!("{mark}{text}"), big, size);
                assert_eq!(
                    decoded(&bytes, None),
                    (text.clone().into_bytes(), name.into()),
                    "{mark:?}"
                );
                assert_eq!(decoded(&bytes, Some(&name[..6])).0, text.as_bytes());
            }
        }
        let marked = format!("\u{feff}{text}");
        assert_eq!(decoded(marked.as_bytes(), None), (text.clone().into_bytes(), "utf-8".into()));
        assert_eq!(decoded(text.as_bytes(), None), (text.clone().into_bytes(), "utf-8".into()));
        let plain = text.replace(" 😀", "");
        let (old, _, _) = encoding_rs::WINDOWS_1251.encode(&plain);
        assert_eq!(decoded(&old, None), (plain.clone().into_bytes(), "windows-1251".into()));
        assert_eq!(decoded(&old, Some("cp1251")).0, plain.as_bytes());
    }

    #[test]
    fn what_comes_after_much_ascii_decides_there() {
        let ascii = "Ann;Rome\n".repeat(40_000);
        let (french, _, _) = encoding_rs::WINDOWS_1252.encode("Crédito;Nº 77\n");
        let bytes = [ascii.as_bytes(), &french].concat();
        assert_eq!(decoded(&bytes, None).1, "windows-1252");
        let (old, _, _) = encoding_rs::WINDOWS_1251.encode("Иван Петров;Пермь\n");
        let bytes = [ascii.as_bytes(), &old].concat();
        let (text, name) = decoded(&bytes, None);
        assert_eq!(name, "windows-1251");
        assert!(text.ends_with("Иван Петров;Пермь\n".as_bytes()));
    }

    #[test]
    fn what_means_nothing_is_no_utf8_and_an_open_file_stays_as_it_is() {
        let bytes = b"a,b\n1,\xe9\n".as_slice();
        let (text, found) = Decoded::new(Box::new(bytes), None)
            .map(|(mut t, f)| {
                let mut all = Vec::new();
                t.read_to_end(&mut all).expect("text");
                (all, f)
            })
            .expect("a start");
        assert!(found.is_undecided());
        assert_eq!(text, bytes);
        assert_eq!(decoded(b"a\xd2b", Some("windows-1253")).0, b"a\xffb");
        assert_eq!(decoded(b"a\0b\0c", Some("utf-16le")).0, b"ab\xff");
        assert_eq!(decoded(b"a\0\0\0\0\0\0\x11b", Some("utf-32le")).0, b"a\xff\xff");
    }
}
