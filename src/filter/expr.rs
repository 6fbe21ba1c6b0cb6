//! A filter as it was written: its terms and how they are joined, and its canonical text.

use std::fmt;

use super::place::Place;

/// A filter that was read but not yet checked against a noun. It prints in a canonical form that
/// reads back to the same. Two are equal when they say the same, wherever the words stand.
#[derive(Debug, Clone)]
pub struct Expr {
    /// As it was written; places count in it.
    pub(super) text: String,
    pub(super) node: Node,
}

impl Expr {
    /// Whether it is the empty filter, which matches every record.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.node == Node::All
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// How terms are joined. `And` and `Or` hold two or more, none of their own sort.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Term(Term, Place),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    /// Bare: its last word may be a beginning.
    Word(String),
    /// Quoted: these words in a row.
    Phrase(String),
    /// `+tag`
    Tag(String),
    /// `@name`
    View(String),
    Field(FieldTerm),
}

/// `field:value` in all its forms; `is:state` too.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldTerm {
    /// With `_` where `-` was typed.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) op: Op,
    /// Any of them; one at least.
    pub(super) values: Vec<Operand>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Has,
    Equals,
    Differs,
    More,
    AtLeast,
    Less,
    AtMost,
}

impl Op {
    /// In the order they are looked for: the longer first.
    pub(super) const ALL: [Self; 7] = [
        Self::AtLeast,
        Self::AtMost,
        Self::Differs,
        Self::Has,
        Self::Equals,
        Self::More,
        Self::Less,
    ];

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Has => ":",
            Self::Equals => "=",
            Self::Differs => "!=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether it asks for an order; such a one takes a single value, in which a comma may stand.
    pub(super) fn is_order(self) -> bool {
        matches!(self, Self::More | Self::AtLeast | Self::Less | Self::AtMost)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    One(Text),
    /// `a..b`, either end may be left out; only behind `:`.
    Range(Option<Text>, Option<Text>, Place),
}

impl Operand {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::One(text) => text.place,
            Self::Range(_, _, place) => *place,
        }
    }
}

/// A value as it was typed, without its quotes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) typed: String,
    pub(super) quoted: bool,
    pub(super) place: Place,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Or(parts) => join(f, parts, " or ", |_| false),
            Self::And(parts) => join(f, parts, " ", |p| matches!(p, Self::Or(_))),
            Self::Not(inner) => {
                f.write_str("not ")?;
                join(f, std::slice::from_ref(&**inner), "", |p| {
                    matches!(p, Self::Or(_) | Self::And(_))
                })
            }
            Self::Term(term, _) => term.fmt(f),
        }
    }
}

/// Prints parts with `between` between them, in parentheses those that bind weaker.
fn join(
    f: &mut fmt::Formatter<'_>,
    parts: &[Node],
    between: &str,
    is_weaker: impl Fn(&Node) -> bool,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        if is_weaker(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Phrase(text) => quote(f, text),
            Self::Tag(tag) => {
                f.write_str("+")?;
                name(f, tag)
            }
            Self::View(view) => {
                f.write_str("@")?;
                name(f, view)
            }
            Self::Field(term) => term.fmt(f),
        }
    }
}

impl fmt::Display for FieldTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.op.sign())?;
        for (at, value) in self.values.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(text) => text.fmt(f),
            Self::Range(from, to, _) => {
                if let Some(from) = from {
                    from.fmt(f)?;
                }
                f.write_str("..")?;
                to.as_ref().map_or(Ok(()), |to| to.fmt(f))
            }
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted { quote(f, &self.typed) } else { f.write_str(&self.typed) }
    }
}

/// A tag or a view's name: quoted only where it has to be.
fn name(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if text.is_empty() || text.chars().any(|c| ends_word(c) || c == ',') {
        quote(f, text)
    } else {
        f.write_str(text)
    }
}

fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('"', "\"\""))
}

/// Whether a bare word ends before this character.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}
