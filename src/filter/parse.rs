//! From tokens to an expression: `not` binds tightest, side by side means and, `or` binds weakest.

use super::expr::{Expr, Node};
use super::lex::{Mark, Token, lex};
use super::place::{Place, error_at};
use super::{MOST_BYTES, MOST_DEPTH};
use crate::error::{Error, Result};

/// Reads a filter. Empty text matches every record.
///
/// # Errors
/// What can't be read, with a caret under the place; or a filter that is too long, too deep or has
/// too many terms.
pub fn parse(text: &str) -> Result<Expr> {
    if text.len() > MOST_BYTES {
        return Err(Error::usage(format!("the filter is longer than {MOST_BYTES} bytes"))
            .hint("put long lists of records into a tag: `rolo contact edit … --tag NAME`"));
    }
    let tokens = lex(text)?;
    let node = if tokens.is_empty() {
        Node::All
    } else {
        let mut parser = Parser { text, tokens: tokens.into_iter().peekable() };
        let node = parser.any_of(0)?;
        if let Some(close) = parser.tokens.next() {
            return Err(parser.error(close.place, "no parenthesis is open here"));
        }
        node
    };
    Ok(Expr { text: text.to_owned(), node })
}

struct Parser<'a> {
    text: &'a str,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

impl Parser<'_> {
    fn error(&self, place: Place, why: impl AsRef<str>) -> Error {
        error_at(self.text, place, why)
    }

    /// The place of the next token, or the end.
    fn here(&mut self) -> Place {
        let end = Place::new(self.text.len(), self.text.len());
        self.tokens.peek().map_or(end, |t| t.place)
    }

    fn any_of(&mut self, depth: usize) -> Result<Node> {
        let mut parts = vec![self.all_of(depth)?];
        while self.tokens.next_if(|t| t.mark == Mark::Or).is_some() {
            parts.push(self.all_of(depth)?);
        }
        Ok(any(parts))
    }

    fn all_of(&mut self, depth: usize) -> Result<Node> {
        let mut parts = Vec::new();
        while self.tokens.peek().is_some_and(|t| !matches!(t.mark, Mark::Or | Mark::Close)) {
            parts.push(self.one(depth)?);
        }
        if parts.is_empty() {
            let place = self.here();
            return Err(self
                .error(place, "a term is missing here")
                .hint("to search for the word `or`, put it in quotes"));
        }
        Ok(all(parts))
    }

    fn one(&mut self, depth: usize) -> Result<Node> {
        let Some(token) = self.tokens.next() else {
            let place = self.here();
            return Err(self
                .error(place, "a term is missing here")
                .hint("to search for the word `not`, put it in quotes"));
        };
        if depth >= MOST_DEPTH {
            return Err(
                self.error(token.place, format!("nested more than {MOST_DEPTH} levels deep"))
            );
        }
        match token.mark {
            Mark::Term(term) => Ok(Node::Term(term, token.place)),
            Mark::Not => Ok(Node::Not(Box::new(self.one(depth + 1)?))),
            Mark::Open => {
                let inner = self.any_of(depth + 1)?;
                if self.tokens.next_if(|t| t.mark == Mark::Close).is_none() {
                    return Err(self.error(token.place, "this parenthesis is never closed"));
                }
                Ok(inner)
            }
            Mark::Or | Mark::Close => Err(self.error(token.place, "a term is missing before this")),
        }
    }
}

/// All of them; what is itself such a group is taken apart.
pub(super) fn all(parts: Vec<Node>) -> Node {
    let flat = parts.into_iter().flat_map(|part| match part {
        Node::And(inner) => inner,
        other => vec![other],
    });
    single_or(flat.collect(), Node::And)
}

/// Any of them; what is itself such a group is taken apart.
pub(super) fn any(parts: Vec<Node>) -> Node {
    let flat = parts.into_iter().flat_map(|part| match part {
        Node::Or(inner) => inner,
        other => vec![other],
    });
    single_or(flat.collect(), Node::Or)
}

fn single_or(mut parts: Vec<Node>, group: fn(Vec<Node>) -> Node) -> Node {
    match parts.len() {
        1 => parts.remove(0),
        _ => group(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        parse(text).map_or_else(|why| format!("error: {}", why.message), |e| e.to_string())
    }

    #[test]
    fn filters_print_in_their_canonical_form() {
        for (text, want) in [
            ("", ""),
            ("   ", ""),
            ("acme", "acme"),
            ("  two   words ", "two words"),
            ("\"two words\"", "\"two words\""),
            ("who's o'brien", "who's o'brien"),
            ("name:acme", "name:acme"),
            ("next-step:call", "next_step:call"),
            ("company:\"Acme GmbH\"", "company:\"Acme GmbH\""),
            ("name:\"say \"\"hi\"\"\"", "name:\"say \"\"hi\"\"\""),
            ("stage:a,\"b c\",d", "stage:a,\"b c\",d"),
            ("amount>=12,000", "amount>=12,000"),
            ("closes:2026-01..2026-03", "closes:2026-01..2026-03"),
            ("at:\"2026-01-01 09:00\"..", "at:\"2026-01-01 09:00\".."),
            ("at:..\"fri 3pm\"", "at:..\"fri 3pm\""),
            ("at:fri..\"fri 3pm\"", "at:fri..\"fri 3pm\""),
            ("closes<-2w", "closes<-2w"),
            ("a or b c", "a or b c"),
            ("(a or b) c", "(a or b) c"),
            ("a OR b", "a or b"),
            ("(a or (b or c))", "a or b or c"),
            ("a (b (c d))", "a b c d"),
            ("-a not b NOT c", "not a not b not c"),
            ("-(a b)", "not (a b)"),
            ("not(a or b)", "not (a or b)"),
            ("-\"a b\"", "not \"a b\""),
            ("--a", "not not a"),
            ("a - b --", "a - b --"),
            ("+vip +\"key account\"", "+vip +\"key account\""),
            ("@hot -@cold", "@hot not @cold"),
            ("ann@acme.example", "ann@acme.example"),
            ("https://acme.example/x", "https://acme.example/x"),
            ("10:30", "10:30"),
            ("Re:offer", "Re:offer"),
            ("+ @ *", "+ @ *"),
            ("' or 1=1 --", "' or 1=1 --"),
        ] {
            assert_eq!(printed(text), want, "{text}");
            assert_eq!(parse(&printed(text)).ok(), parse(text).ok(), "{text}");
        }
    }

    #[test]
    fn errors_point_at_the_place() {
        for (text, want) in [
            ("a \"b", "this quote is never closed\n  a \"b\n    ^"),
            ("(a", "this parenthesis is never closed\n  (a\n  ^"),
            ("a)", "no parenthesis is open here\n  a)\n   ^"),
            ("()", "a term is missing here\n  ()\n   ^"),
            ("or a", "a term is missing here\n  or a\n  ^^"),
            ("a or", "a term is missing here\n  a or\n      ^"),
            ("a or or b", "a term is missing here\n  a or or b\n       ^^"),
            ("a not", "a term is missing here\n  a not\n       ^"),
            ("name: x", "`name:` needs a value here\n  name: x\n       ^"),
            ("name:a,", "`name:` needs a value here\n  name:a,\n         ^"),
            ("name:a,,b", "`name:` needs a value here\n  name:a,,b\n         ^"),
            ("name:(a)", "`name:` needs a value here\n  name:(a)\n       ^"),
            ("amount:>5", "there is an operator too much\n  amount:>5\n         ^"),
            ("amount=>5", "there is an operator too much\n  amount=>5\n         ^"),
            ("name:\"a\"b", "`b` can't stand right behind this\n  name:\"a\"b\n          ^"),
            ("a\"b\"", "`\"` can't stand right behind this\n  a\"b\"\n   ^"),
            ("NEAR(a b)", "`(` can't stand right behind this\n  NEAR(a b)\n      ^"),
            ("+a,b", "a comma can't stand here\n  +a,b\n    ^"),
            ("@\"\"", "there is no name in it\n  @\"\"\n   ^^"),
        ] {
            assert_eq!(printed(text), format!("error: {want}"), "{text}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(printed(&deep).contains("nested more than 64 levels deep"));
        assert!(printed(&format!("{}a", "-".repeat(10_000))).contains("nested more than"));
        assert!(printed(&"not ".repeat(10_000)).contains("nested more than"));
        assert!(printed(&"a ".repeat(40_000)).contains("more than 1000 terms"));
        assert!(printed(&"a ".repeat(100_000)).contains("longer than"));
        assert!(printed(&format!("id:{}1", "1,".repeat(6000))).contains("more than 5000 values"));
        assert!(!printed(&"(a ".repeat(60)).contains("nested"));
    }
}
