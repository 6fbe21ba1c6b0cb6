//! Spaces between a delimiter and a quote, as people type them: `a, "b, c"`. Where a file has them,
//! they are taken out before it is parsed, so that the quotes are quotes.

/// Takes the spaces out, piece by piece.
#[derive(Debug, Clone)]
pub(super) struct Squeeze {
    delimiter: u8,
    quote: u8,
    state: State,
    /// Spaces at the beginning of a cell, held back until it is seen what follows.
    held: usize,
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
    pub(super) fn new(delimiter: u8, quote: u8) -> Self {
        Self { delimiter, quote, state: State::Start, held: 0 }
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
                    let spaces = if is_quote { 0 } else { self.held };
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
    fn spaces_before_quotes_go_and_all_others_stay() {
        let text = "a, \"b, \"\"c\"\" \" , d e,  f\n  \"x\" ,y\n";
        let want = "a,\"b, \"\"c\"\" \", d e,  f\n\"x\",y\n";
        for size in 1..text.len() {
            let mut squeeze = Squeeze::new(b',', b'"');
            let out: Vec<u8> =
                text.as_bytes().chunks(size).flat_map(|piece| squeeze.squeeze(piece)).collect();
            assert_eq!(String::from_utf8_lossy(&out), want, "{size}");
        }
    }
}
