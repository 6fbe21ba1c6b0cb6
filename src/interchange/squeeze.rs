//! Spaces between a delimiter and a quote, as people type them: `a, "b, c"`. Where a file has them,
//! they are taken out before it is parsed, so that the quotes are quotes; and where a space stands
//! behind each delimiter (`a, b, c`), those are taken out too.

/// Takes the spaces out, piece by piece.
#[derive(Debug, Clone)]
pub(super) struct Squeeze {
    delimiter: u8,
    quote: u8,
    state: State,
    /// Spaces at the beginning of a cell, held back until it is seen what follows.
    held: usize,
    /// A space stands behind each delimiter, whatever follows.
    all: bool,
}

/// Whether a space stands behind each delimiter of a text, but before empty cells.
pub(super) fn is_behind_all(text: &[u8], delimiter: u8, quote: u8) -> bool {
    let mut state = State::Start;
    let (mut cells, mut before) = (0, b'\n');
    for byte in text {
        let ends = *byte == delimiter || matches!(byte, b'\n' | b'\r');
        if state != State::Quoted && before == delimiter && !ends {
            if *byte != b' ' {
                return false;
            }
            cells += 1;
        }
        state = match state {
            State::Start | State::Quote if *byte == quote => State::Quoted,
            State::Quoted if *byte == quote => State::Quote,
            State::Quoted => State::Quoted,
            _ if ends => State::Start,
            State::Start if *byte == b' ' => State::Start,
            _ => State::Plain,
        };
        before = *byte;
    }
    cells > 1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quote that ends the cell, or is the first of two.
    Quote,
}

impl Squeeze {
    pub(super) fn new(delimiter: u8, quote: u8, all: bool) -> Self {
        Self { delimiter, quote, state: State::Start, held: 0, all }
    }

    /// The next piece without the spaces.
    pub(super) fn squeeze(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len() + self.held);
        for byte in piece {
            let ends = *byte == self.delimiter || matches!(byte, b'\n' | b'\r');
            let is_quote = *byte == self.quote;
            let is_space = *byte == b' ' && self.delimiter != b' ';
            self.state = match self.state {
                State::Start if is_space => {
                    self.held += 1;
                    continue;
                }
                State::Start => {
                    let spaces = if is_quote || self.all { 0 } else { self.held };
                    out.resize(out.len() + spaces, b' ');
                    self.held = 0;
                    match (is_quote, ends) {
                        (true, _) => State::Quoted,
                        (_, true) => State::Start,
                        _ => State::Plain,
                    }
                }
                State::Quoted if is_quote => State::Quote,
                State::Quoted => State::Quoted,
                State::Quote if is_quote => State::Quoted,
                State::Plain | State::Quote if ends => State::Start,
                State::Quote if is_space => continue,
                State::Quote | State::Plain => State::Plain,
            };
            out.push(*byte);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_behind_each_delimiter_is_no_text() {
        let is = |text: &str| is_behind_all(text.as_bytes(), b',', b'"');
        assert!(is("a, b, \"c,d\"\n1, 2,\n3, \"x,y\", z\n"));
        assert!(!is("a, b,c\n") && !is("a,b\n1, 2\n") && !is("a\nb\n"));
        let mut squeeze = Squeeze::new(b',', b'"', true);
        assert_eq!(squeeze.squeeze(b"a, b,  c d ,\"x\"\n"), b"a,b,c d ,\"x\"\n");
    }

    #[test]
    fn spaces_before_quotes_go_and_all_others_stay() {
        let text = "a, \"b, \"\"c\"\" \" , d e,  f\n  \"x\" ,y\n";
        let want = "a,\"b, \"\"c\"\" \", d e,  f\n\"x\",y\n";
        for size in 1..text.len() {
            let mut squeeze = Squeeze::new(b',', b'"', false);
            let out: Vec<u8> =
                text.as_bytes().chunks(size).flat_map(|piece| squeeze.squeeze(piece)).collect();
            assert_eq!(String::from_utf8_lossy(&out), want, "{size}");
        }
    }
}
