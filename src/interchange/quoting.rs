//! How quotes stand within quoted cells: doubled, as the standard has it, or behind a backslash, as
//! databases and scripts write them. The second is made into the first before a file is parsed.

/// How quotes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// `"5"" screen"`.
    Doubled,
    /// `"5\" screen"`.
    Backslash,
    /// `'5" screen'`: cells stand between apostrophes.
    Apostrophe,
    /// Quotes are signs like others.
    None,
}

impl Quotes {
    /// The words of `--quotes`.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("doubled", Self::Doubled),
        ("backslash", Self::Backslash),
        ("apostrophe", Self::Apostrophe),
        ("none", Self::None),
    ];

    /// The way of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, way)| *way)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, way)| *way == self).map_or("", |(word, _)| word)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a backslash in quotes.
    Escape,
    /// Behind a quote that ends the cell, or is the first of two.
    Quote,
}

/// What speaks against a way of writing quotes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Against {
    /// Quotes that end a cell and behind which it goes on, and cells that never end.
    pub(super) broken: usize,
    /// Backslashes in quotes with nothing behind them that needs one.
    pub(super) lone: usize,
}

/// What in a text, which is all there is if `whole`, speaks against backslashes before quotes, or
/// against there being none.
pub(super) fn against(
    text: &[u8],
    delimiter: u8,
    quote: u8,
    escaped: bool,
    whole: bool,
) -> Against {
    let mut found = Against::default();
    let mut state = State::Start;
    for byte in text {
        let ends = *byte == delimiter || matches!(byte, b'\n' | b'\r');
        let is_quote = *byte == quote;
        state = match state {
            State::Start | State::Quote if is_quote => State::Quoted,
            State::Start if *byte == b' ' => State::Start,
            State::Start | State::Plain | State::Quote if ends => State::Start,
            State::Start | State::Plain => State::Plain,
            State::Quoted if is_quote => State::Quote,
            State::Quoted if escaped && *byte == b'\\' => State::Escape,
            State::Quoted => State::Quoted,
            State::Escape => {
                let needs_it =
                    is_quote || ends || *byte == b'\\' || matches!(byte, b'n' | b'r' | b't');
                found.lone += usize::from(!needs_it);
                State::Quoted
            }
            State::Quote if *byte == b' ' => State::Quote,
            State::Quote => {
                found.broken += 1;
                State::Plain
            }
        };
    }
    let is_open = matches!(state, State::Quoted | State::Escape);
    found.broken += usize::from(whole && is_open);
    found
}

/// Makes quotes behind a backslash into doubled ones, piece by piece.
#[derive(Debug, Clone)]
pub(super) struct Unescape {
    delimiter: u8,
    quote: u8,
    /// A backslash of the text is doubled itself.
    doubled: bool,
    state: State,
}

impl Unescape {
    pub(super) fn new(delimiter: u8, quote: u8, doubled: bool) -> Self {
        Self { delimiter, quote, doubled, state: State::Start }
    }

    /// The next piece with doubled quotes.
    pub(super) fn unescape(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len() + 8);
        for byte in piece {
            let ends = *byte == self.delimiter || matches!(byte, b'\n' | b'\r');
            let is_quote = *byte == self.quote;
            self.state = match self.state {
                State::Start | State::Quote if is_quote => State::Quoted,
                State::Start if *byte == b' ' => State::Start,
                State::Quote if *byte == b' ' => State::Quote,
                State::Start | State::Plain | State::Quote if ends => State::Start,
                State::Start | State::Plain | State::Quote => State::Plain,
                State::Quoted if *byte == b'\\' => {
                    self.state = State::Escape;
                    continue;
                }
                State::Quoted if is_quote => State::Quote,
                State::Quoted => State::Quoted,
                State::Escape if is_quote => {
                    out.push(self.quote);
                    State::Quoted
                }
                State::Escape if *byte == b'\\' && !self.doubled => {
                    out.push(b'\\');
                    continue;
                }
                State::Escape => {
                    let stands = *byte == b'\\' || matches!(byte, b'\n' | b'\r');
                    if !(self.doubled && stands) {
                        out.push(b'\\');
                    }
                    State::Quoted
                }
            };
            out.push(*byte);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, doubled: bool) -> String {
        let whole = Unescape::new(b',', b'"', doubled).unescape(text.as_bytes());
        for size in 1..text.len() {
            let mut pieces = Unescape::new(b',', b'"', doubled);
            let out: Vec<u8> =
                text.as_bytes().chunks(size).flat_map(|p| pieces.unescape(p)).collect();
            assert_eq!(out, whole, "{text} by {size}");
        }
        String::from_utf8(whole).expect("text")
    }

    #[test]
    fn a_backslash_before_a_quote_doubles_it_and_others_stay() {
        assert_eq!(plain("\"a \\\"b\\\" c\",x\n", false), "\"a \"\"b\"\" c\",x\n");
        assert_eq!(plain("\"C:\\dir\\\"x\\\"\"\n", false), "\"C:\\dir\"\"x\"\"\"\n");
        assert_eq!(plain("\"C:\\\\dir\\\\\",\"\\\"\"\n", true), "\"C:\\dir\\\",\"\"\"\"\n");
        assert_eq!(plain("5\\\" screen,\"\"\"x\"\"\"\n", true), "5\\\" screen,\"\"\"x\"\"\"\n");
    }

    #[test]
    fn what_speaks_against_a_way_is_counted() {
        let of = |text: &str, escaped| against(text.as_bytes(), b',', b'"', escaped, true);
        assert_eq!(of("\"a \\\"b\\\" c\",x\n", false), Against { broken: 1, lone: 0 });
        assert_eq!(of("\"a \\\"b\\\" c\",x\n", true), Against::default());
        assert_eq!(of("\"C:\\dir\\\",x\n", false), Against::default());
        assert_eq!(of("\"C:\\dir\\\",x\n", true), Against { broken: 1, lone: 1 });
        assert_eq!(of("\"a\" , \"b\"\n", false), Against::default());
    }
}
