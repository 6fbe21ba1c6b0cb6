//! Holds a filter against the declarations: names, links, named states, saved views.

use super::cond::{Checked, Cond, Test, To};
use super::expr::{Expr, FieldTerm, Node, Op, Operand, Term, Text};
use super::parse::parse;
use super::place::{Place, error_at};
use super::{MOST_DEPTH, Scope};
use crate::entity::text::{fold, words};
use crate::entity::{Kind, Named, Noun, Part};
use crate::error::{Error, Result, nearest};

/// How many links a term may go through.
const MOST_LINKS: usize = 3;
/// How many saved views may stand in each other.
const MOST_VIEWS: usize = 8;
/// How many single comparisons a filter may come to: each takes four parameters at most, and
/// the database takes 32,766.
const MOST_TESTS: usize = 8000;

/// The state that every noun has besides its own.
const TRASHED: &str = "{t}.trashed < 'a'";
/// Links that make a record somebody's, the first that a noun has.
const MINE: [&str; 4] = ["owner", "author", "manager", "created_by"];
/// The entity that `me` is one of.
pub(super) const USER: &str = "user";

/// Holds a filter against a noun.
///
/// # Errors
/// The first field, value, state or view that can't be, with a caret under the place.
pub fn check(expr: &Expr, noun: &Noun, scope: &Scope) -> Result<Checked> {
    let mut checker =
        Checker { scope, text: &expr.text, views: Vec::new(), tests: 0, mentions_trash: false };
    let cond = checker.node(&expr.node, noun, 0)?;
    Ok(Checked { cond, entity: noun.entity, mentions_trash: checker.mentions_trash })
}

/// Makes the condition on the last field of a term.
type Last<'f, 'a> = dyn FnMut(&mut Checker<'a>, &Noun, Named) -> Result<Cond> + 'f;

pub(super) struct Checker<'a> {
    pub(super) scope: &'a Scope<'a>,
    /// The text that places are counted in: the filter's, or that of the view being read.
    pub(super) text: &'a str,
    /// Views being read, the outermost first.
    views: Vec<String>,
    tests: usize,
    mentions_trash: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn error(&self, place: Place, why: impl AsRef<str>) -> Error {
        error_at(self.text, place, why)
    }

    /// Counts one more comparison.
    pub(super) fn count(&mut self, place: Place) -> Result<()> {
        self.tests += 1;
        if self.tests > MOST_TESTS {
            return Err(self
                .error(place, "up to here the filter has too much to compare")
                .hint("split it, or tag what the first half finds and filter by the tag"));
        }
        Ok(())
    }

    fn node(&mut self, node: &Node, noun: &Noun, depth: usize) -> Result<Cond> {
        if let Node::And(parts) = node {
            self.refuse_and(parts)?;
        }
        let mut each = |parts: &[Node]| {
            parts.iter().map(|p| self.node(p, noun, depth + 1)).collect::<Result<Vec<_>>>()
        };
        match node {
            Node::All => Ok(Cond::All),
            Node::And(parts) => Ok(Cond::And(each(parts)?)),
            Node::Or(parts) => Ok(Cond::Or(each(parts)?)),
            Node::Not(inner) => Ok(Cond::Not(Box::new(self.node(inner, noun, depth + 1)?))),
            Node::Term(term, place) => {
                self.count(*place)?;
                // The parser counts parentheses; views bring their own below those around them.
                if depth > 2 * MOST_DEPTH {
                    return Err(self.error(*place, "nested too deep, views included"));
                }
                self.term(term, *place, noun, depth)
            }
        }
    }

    fn term(&mut self, term: &Term, place: Place, noun: &Noun, depth: usize) -> Result<Cond> {
        match term {
            Term::Word(word) => {
                self.refuse_colonless(word, place, noun)?;
                Ok(self.search(word, true, noun))
            }
            Term::Phrase(text) => Ok(self.search(text, false, noun)),
            Term::Tag(tag) => {
                let tags = noun.require("tags")?;
                Ok(Cond::Test(tags, Test::Equals(fold(tag.trim()))))
            }
            Term::View(name) => self.view(name, place, noun, depth),
            Term::Field(term) if term.name == "is" => self.state(term, noun),
            Term::Field(term) => self.field(term, noun),
        }
    }

    /// `is:open and +vip`: between terms that are no plain words, `and` isn't looked for.
    fn refuse_and(&self, parts: &[Node]) -> Result<()> {
        let is_plain = |n: &Node| matches!(n, Node::Term(Term::Word(_) | Term::Phrase(_), _));
        for around in parts.windows(3) {
            let Node::Term(Term::Word(word), place) = &around[1] else { continue };
            if word.eq_ignore_ascii_case("and") && !(is_plain(&around[0]) && is_plain(&around[2])) {
                return Err(self
                    .error(*place, format!("`{word}` isn't needed: terms side by side mean and"))
                    .hint(format!("leave it out; to search for the word, write `\"{word}\"`")));
            }
        }
        Ok(())
    }

    /// `closes..2026-12`: a range of a field that lacks its colon.
    fn refuse_colonless(&self, word: &str, place: Place, noun: &Noun) -> Result<()> {
        let Some((name, end)) = word.split_once("..") else { return Ok(()) };
        match noun.find(name) {
            Some(named) if named.field.kind.is_ordered() && !end.is_empty() => Err(self
                .error(place, format!("a colon is missing behind `{name}`"))
                .hint(format!(
                    "write `{name}:..{end}` for up to {end}; to search for the text, put it in quotes"
                ))),
            _ => Ok(()),
        }
    }

    /// A word without a letter or digit is in no text.
    fn search(&self, text: &str, last_is_prefix: bool, noun: &Noun) -> Cond {
        let words = words(text);
        match self.scope.model.position(noun.name()) {
            Some(number) if !words.is_empty() => {
                let star = if last_is_prefix { " *" } else { "" };
                Cond::Search(format!("\"{words}\"{star}"), number)
            }
            _ => Cond::Or(Vec::new()),
        }
    }

    fn view(&mut self, name: &str, place: Place, noun: &Noun, depth: usize) -> Result<Cond> {
        let folded = fold(name);
        if self.views.contains(&folded) {
            return Err(self
                .error(place, format!("the view `@{name}` contains itself"))
                .hint(format!("the way there: @{}", self.views.join(" → @"))));
        }
        if self.views.len() >= MOST_VIEWS {
            return Err(self.error(place, format!("more than {MOST_VIEWS} views in each other")));
        }
        let Some(view) = (self.scope.views)(name) else {
            return Err(self
                .error(place, format!("there is no view `@{name}`"))
                .hint("`rolo view list` lists them; to search for the text, put it in quotes"));
        };
        if view.noun != noun.name() {
            let (own, other) = (noun.entity.plural, &view.noun);
            let other = self.scope.model.get(other).map_or(other.as_str(), |n| n.entity.plural);
            return Err(self.error(place, format!("the view `@{name}` lists {other}, not {own}")));
        }
        let within = |mut error: Error| {
            error.message = format!("in the view `@{name}`: {}", error.message);
            error
        };
        let expr = parse(&view.filter).map_err(within)?;
        self.views.push(folded);
        let mut inner = Checker {
            scope: self.scope,
            text: &expr.text,
            views: std::mem::take(&mut self.views),
            tests: self.tests,
            mentions_trash: self.mentions_trash,
        };
        let found = inner.node(&expr.node, noun, depth + 1).map_err(within);
        self.views = std::mem::take(&mut inner.views);
        self.views.pop();
        (self.tests, self.mentions_trash) = (inner.tests, inner.mentions_trash);
        found
    }

    fn state(&mut self, term: &FieldTerm, noun: &Noun) -> Result<Cond> {
        if term.op != Op::Has {
            return Err(self
                .error(term.place, "a state is asked for with `is:`")
                .hint("write `is:open`, or `not is:open`"));
        }
        let mut any = Vec::new();
        for value in &term.values {
            let typed = match value {
                Operand::One(text) => text.typed.to_lowercase().replace('-', "_"),
                Operand::Range(..) => value.to_string(),
            };
            let declared = noun.entity.states.iter().find(|s| s.name == typed);
            any.push(match (declared, typed.as_str()) {
                (Some(state), _) => Cond::State(state.sql),
                (None, "trashed") => {
                    self.mentions_trash = true;
                    Cond::State(TRASHED)
                }
                (None, "mine") => self.mine(noun, value.place())?,
                _ => return Err(self.unknown_state(&typed, value.place(), noun)),
            });
        }
        Ok(Cond::Or(any))
    }

    fn unknown_state(&self, typed: &str, place: Place, noun: &Noun) -> Error {
        let known = noun.entity.states.iter().map(|s| s.name).chain(["mine", "trashed"]);
        let known: Vec<&str> = known.collect();
        let near = nearest(typed, known.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `is:{n}`? "));
        self.error(place, format!("{} has no state `{typed}`", noun.name()))
            .hint(format!("{near}states: {}", known.join(", ")))
    }

    fn mine(&self, noun: &Noun, place: Place) -> Result<Cond> {
        MINE.iter()
            .filter_map(|name| noun.find(name))
            .find_map(|named| match named.field.kind {
                Kind::Link(target) if target.one().is_some_and(|e| e.name == USER) => {
                    let user = self.scope.model.get(USER)?;
                    Some(Cond::Link(named.field, vec![(user.entity, To::Me)]))
                }
                _ => None,
            })
            .ok_or_else(|| self.error(place, format!("a {} belongs to nobody", noun.name())))
    }

    fn field(&mut self, term: &FieldTerm, noun: &Noun) -> Result<Cond> {
        let steps = steps(term);
        if steps.len() > MOST_LINKS + 1 {
            return Err(self.error(term.place, format!("more than {MOST_LINKS} links deep")));
        }
        let (mut any, mut others) = (Vec::new(), Vec::new());
        for value in &term.values {
            match special(value).filter(|_| !term.op.is_order()) {
                Some(Special::None) => any.push(Cond::Not(Box::new(self.filled(&steps, noun)?))),
                Some(Special::Any) => any.push(self.filled(&steps, noun)?),
                None => others.push(value),
            }
        }
        // Where the fields of several nouns are met, a value may fit those of some alone.
        let at_once = if self.branches(&steps, noun) { 1 } else { others.len().max(1) };
        for values in others.chunks(at_once) {
            any.push(self.reach(&steps, noun, &mut |checker, noun, named| {
                checker.any_value(noun, named, term, values)
            })?);
        }
        let found = if any.len() == 1 { any.remove(0) } else { Cond::Or(any) };
        Ok(if term.op == Op::Differs { Cond::Not(Box::new(found)) } else { found })
    }

    /// Whether a path goes on from a link that may lead to several nouns.
    fn branches(&self, steps: &[Step], noun: &Noun) -> bool {
        let [step, further @ ..] = steps else { return false };
        let Some(Kind::Link(target) | Kind::Links(target, _)) =
            noun.find(&step.name).map(|named| named.field.kind)
        else {
            return false;
        };
        let to = || target.one().and_then(|entity| self.scope.model.get(entity.name));
        !further.is_empty() && to().is_none_or(|noun| self.branches(further, noun))
    }

    fn filled(&mut self, steps: &[Step], noun: &Noun) -> Result<Cond> {
        self.reach(steps, noun, &mut |_, _, named| Ok(Cond::Test(named, Test::Filled)))
    }

    /// Goes through the links of a term to its last field.
    fn reach(&mut self, steps: &[Step], noun: &Noun, last: &mut Last<'_, 'a>) -> Result<Cond> {
        let Some((step, further)) = steps.split_first() else { return Ok(Cond::All) };
        let Some(named) = noun.find(&step.name) else {
            return Err(self.unknown_field(step, noun));
        };
        self.count(step.place)?;
        if further.is_empty() {
            self.mentions_trash |= step.outermost && named.field.name == "trashed";
            return last(self, noun, named);
        }
        let (Kind::Link(target) | Kind::Links(target, _), Part::Whole) =
            (named.field.kind, named.part)
        else {
            return Err(self
                .error(step.place, format!("`{}` of {} is not a link", step.name, noun.name()))
                .hint(format!("links: {}", links_of(noun).join(", "))));
        };
        let model = self.scope.model;
        let targets: Vec<&Noun> = model.nouns.iter().filter(|n| target.allows(n.name())).collect();
        if target.one().is_none() && !targets.iter().any(|n| n.find(&further[0].name).is_some()) {
            return Err(self.error(
                further[0].place,
                format!(
                    "nothing that `{}` can lead to has a field `{}`",
                    step.name, further[0].name
                ),
            ));
        }
        let (mut found, mut refused) = (Vec::new(), None);
        for to in targets {
            if target.one().is_none() && to.find(&further[0].name).is_none() {
                continue;
            }
            match self.reach(further, to, last) {
                Ok(cond) => found.push((to.entity, To::Where(cond))),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        match refused {
            Some(why) if found.is_empty() => Err(why),
            _ => Ok(Cond::Link(named.field, found)),
        }
    }

    fn unknown_field(&self, step: &Step, noun: &Noun) -> Error {
        let plain = noun.unknown_field(&step.name);
        let known = plain.hint.unwrap_or_default();
        self.error(step.place, plain.message)
            .hint(format!("{known}; to search for the text, put it in quotes"))
    }
}

/// One name of `link.link.field`.
struct Step {
    name: String,
    place: Place,
    /// Whether it is of the records that are listed.
    outermost: bool,
}

fn steps(term: &FieldTerm) -> Vec<Step> {
    let mut at = term.place.start;
    let cut = |name: &str| {
        let place = Place::new(at, at + name.len());
        at = place.end + 1;
        Step { name: name.to_owned(), place, outermost: place.start == term.place.start }
    };
    term.name.split('.').map(cut).collect()
}

fn links_of(noun: &Noun) -> Vec<&'static str> {
    let is_link = |kind| matches!(kind, Kind::Link(_) | Kind::Links(..));
    noun.fields.iter().filter(|f| is_link(f.kind)).map(|f| f.name).collect()
}

enum Special {
    None,
    Any,
}

/// `none` and `any`, unless they are quoted.
fn special(value: &Operand) -> Option<Special> {
    match value {
        Operand::One(Text { typed, quoted: false, .. }) => {
            match typed.to_ascii_lowercase().as_str() {
                "none" => Some(Special::None),
                "any" => Some(Special::Any),
                _ => None,
            }
        }
        _ => None,
    }
}
