//! From the text of a filter to its terms and the marks between them.

use super::expr::{FieldTerm, Op, Operand, Term, Text, ends_word};
use super::place::{Place, error_at};
use super::{MOST_TERMS, MOST_VALUES};
use crate::error::{Error, Result};

#[derive(Debug, PartialEq)]
pub(super) enum Mark {
    Open,
    Close,
    /// `not`, or a minus before a term.
    Not,
    Or,
    Term(Term),
}

#[derive(Debug)]
pub(super) struct Token {
    pub(super) mark: Mark,
    pub(super) place: Place,
}

/// Cuts a filter into tokens.
///
/// # Errors
/// An open quote, a value that is missing, something glued to a quoted text or a parenthesis, or
/// more terms than are allowed.
pub(super) fn lex(text: &str) -> Result<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0, values: 0 };
    let mut tokens = Vec::new();
    let mut terms = 0;
    while let Some(token) = lexer.next()? {
        terms += usize::from(matches!(token.mark, Mark::Term(_)));
        if terms > MOST_TERMS {
            return Err(error_at(text, token.place, format!("more than {MOST_TERMS} terms")));
        }
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// How many values of fields there were.
    values: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn error(&self, place: Place, why: impl AsRef<str>) -> Error {
        error_at(self.text, place, why)
    }

    /// The place of the next character.
    fn here(&self) -> Place {
        Place::new(self.at, self.at + self.peek().map_or(0, char::len_utf8))
    }

    fn next(&mut self) -> Result<Option<Token>> {
        self.at = self.text.len() - self.rest().trim_start().len();
        let start = self.at;
        let Some(first) = self.peek() else { return Ok(None) };
        let mark = match first {
            '(' => self.single(Mark::Open),
            ')' => self.single(Mark::Close),
            '-' if self.negates() => self.single(Mark::Not),
            '"' => {
                let phrase = self.quoted()?;
                self.must_end()?;
                Mark::Term(Term::Phrase(phrase))
            }
            '+' if self.names() => Mark::Term(Term::Tag(self.name("tag:a,b")?)),
            '@' if self.names() => Mark::Term(Term::View(self.name("@a or @b")?)),
            _ => self.field_or_word()?,
        };
        Ok(Some(Token { mark, place: Place::new(start, self.at) }))
    }

    fn single(&mut self, mark: Mark) -> Mark {
        self.at += 1;
        mark
    }

    /// Whether a term follows the run of minus signs here; a run that stands alone is a word.
    fn negates(&self) -> bool {
        let behind = self.rest().trim_start_matches('-').chars().next();
        behind.is_some_and(|c| !c.is_whitespace() && c != ')')
    }

    /// Whether a name follows the sign here.
    fn names(&self) -> bool {
        self.rest().chars().nth(1).is_some_and(|c| !ends_word(c) || c == '"')
    }

    /// A tag or a view's name, behind its sign.
    fn name(&mut self, instead: &str) -> Result<String> {
        self.at += 1;
        let name = if self.peek() == Some('"') { self.quoted()? } else { self.bare("").to_owned() };
        if let (false, Some(comma)) = (self.text[..self.at].ends_with('"'), name.find(',')) {
            let at = self.at - name.len() + comma;
            return Err(self
                .error(Place::new(at, at + 1), "a comma can't stand here")
                .hint(format!("for several write `{instead}`, or put the name in quotes")));
        }
        if name.is_empty() {
            return Err(self.error(Place::new(self.at - 2, self.at), "there is no name in it"));
        }
        self.must_end()?;
        Ok(name)
    }

    /// The text up to the end of the word or one of the `stops`.
    fn bare(&mut self, stops: &str) -> &str {
        let rest = self.rest();
        let end = rest.find(|c| ends_word(c) || stops.contains(c)).unwrap_or(rest.len());
        self.at += end;
        &self.text[self.at - end..self.at]
    }

    /// A quoted text; a doubled quote in it is one.
    fn quoted(&mut self) -> Result<String> {
        let open = self.at;
        self.at += 1;
        let mut found = String::new();
        loop {
            let Some(end) = self.rest().find('"') else {
                return Err(self
                    .error(Place::new(open, open + 1), "this quote is never closed")
                    .hint("close it; inside quotes, `\"\"` is one quote"));
            };
            found.push_str(&self.text[self.at..self.at + end]);
            self.at += end + 1;
            if !self.eat("\"") {
                return Ok(found);
            }
            found.push('"');
        }
    }

    /// Behind a term stands a space, a closing parenthesis, or nothing.
    fn must_end(&self) -> Result<()> {
        match self.peek() {
            Some(c) if !c.is_whitespace() && c != ')' => Err(self
                .error(self.here(), format!("`{c}` can't stand right behind this"))
                .hint("put a space before it, or put the whole text in quotes")),
            _ => Ok(()),
        }
    }

    fn field_or_word(&mut self) -> Result<Mark> {
        if let Some((name_len, op)) = self.field_and_op() {
            let place = Place::new(self.at, self.at + name_len);
            let name = self.text[place.start..place.end].replace('-', "_");
            self.at = place.end + op.sign().len();
            let values = self.values(&name, op)?;
            return Ok(Mark::Term(Term::Field(FieldTerm { name, place, op, values })));
        }
        let word = self.bare("").to_owned();
        if word.eq_ignore_ascii_case("or") {
            return Ok(Mark::Or);
        }
        if word.eq_ignore_ascii_case("not") {
            return Ok(Mark::Not);
        }
        self.must_end()?;
        Ok(Mark::Term(Term::Word(word)))
    }

    /// The length of the field's name here and the operator behind it, if this is such a term.
    fn field_and_op(&self) -> Option<(usize, Op)> {
        let rest = self.rest();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c);
        if !rest.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        let end = rest.find(|c| !is_name(c))?;
        let behind = &rest[end..];
        if behind.starts_with("://") {
            return None;
        }
        Op::ALL.into_iter().find(|op| behind.starts_with(op.sign())).map(|op| (end, op))
    }

    fn values(&mut self, name: &str, op: Op) -> Result<Vec<Operand>> {
        let mut values = Vec::new();
        loop {
            values.push(self.operand(name, op)?);
            self.values += 1;
            if self.values > MOST_VALUES {
                return Err(self.error(self.here(), format!("more than {MOST_VALUES} values")));
            }
            if op.is_order() || !self.eat(",") {
                break;
            }
        }
        self.must_end()?;
        Ok(values)
    }

    fn operand(&mut self, name: &str, op: Op) -> Result<Operand> {
        let start = self.at;
        let first = self.value(op)?;
        let (from, to) = match first {
            Some(text) if op != Op::Has => return Ok(Operand::One(text)),
            Some(text) if text.quoted => {
                if !self.eat("..") {
                    return Ok(Operand::One(text));
                }
                (Some(text), self.value(op)?)
            }
            Some(text) => match text.typed.find("..") {
                None => return Ok(Operand::One(text)),
                Some(dots) => {
                    let (from, to) = cut(&text, dots);
                    // `2026-01.."2026-02"`
                    let to = if to.is_none() { self.value(op)? } else { to };
                    (from, to)
                }
            },
            None => return Err(self.no_value(name, op)),
        };
        Ok(Operand::Range(from, to, Place::new(start, self.at)))
    }

    /// One value, or nothing where none stands here.
    fn value(&mut self, op: Op) -> Result<Option<Text>> {
        let start = self.at;
        let quoted = self.peek() == Some('"');
        let text = if quoted {
            self.quoted()?
        } else {
            self.bare(if op.is_order() { "" } else { "," }).to_owned()
        };
        let place = Place::new(start, self.at);
        if !quoted && text.starts_with(['=', '<', '>']) {
            return Err(self
                .error(Place::new(start, start + 1), "there is an operator too much")
                .hint("operators are `:` `=` `!=` `>` `>=` `<` `<=`, such as `amount>=12k`; a text that begins so goes in quotes"));
        }
        Ok((quoted || !text.is_empty()).then_some(Text { typed: text, quoted, place }))
    }

    fn no_value(&self, name: &str, op: Op) -> Error {
        let error = self.error(self.here(), format!("`{name}{}` needs a value here", op.sign()));
        match self.peek() {
            Some('(') => error.hint("a value with parentheses or spaces goes in quotes"),
            _ => error.hint(format!(
                "write `{name}:none` for what is empty, `{name}:any` for what is not"
            )),
        }
    }
}

/// The ends of a bare `a..b`.
fn cut(text: &Text, dots: usize) -> (Option<Text>, Option<Text>) {
    let start = text.place.start;
    let end = |from: usize, to: usize| {
        (from < to).then(|| Text {
            typed: text.typed[from..to].to_owned(),
            quoted: false,
            place: Place::new(start + from, start + to),
        })
    };
    (end(0, dots), end(dots + 2, text.typed.len()))
}
