//! One line of a form.

use std::borrow::Cow;

use crate::actions::{Arg, ArgKind, Takes};
use crate::entity::shown::{local, shown};
use crate::entity::when::Due;
use crate::entity::{Default, Field, Kind, LinkTo, Noun, Part, Target, Value, yearless};
use crate::tui::commands::{Taken, Verb, Wants};
use crate::tui::drafts::Typed;
use crate::tui::screen::Cx;
use crate::tui::widgets::input::Input;

/// A field, or an argument of a deed, as it is being filled.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(super) struct Entry {
    pub label: String,
    pub about: Cow<'static, str>,
    pub kind: Kind,
    /// The words that it is one of, where its kind doesn't say them.
    pub words: Vec<String>,
    /// The field of the noun.
    pub field: Option<usize>,
    pub declared: Option<&'static Field>,
    /// The argument of a deed.
    pub arg: Option<&'static str>,
    pub required: bool,
    pub input: Input,
    /// Text of several lines, which the editor alone changes.
    pub long: Option<String>,
    /// The record that was picked rather than typed.
    picked: Option<LinkTo>,
    /// What it was filled with.
    initial: String,
    /// Given as a whole, by a popup: it is written even where the text is as it was.
    given: bool,
    /// Filled by where the form was opened, and not by anybody: leaving loses nothing.
    pub known: bool,
    /// The records have several values in it: an empty line leaves each as it is.
    pub differs: bool,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a popup gave for a field.
pub(super) enum Given {
    Text(String),
    Link(Option<LinkTo>),
}

impl Entry {
    /// What nobody has filled yet.
    fn empty() -> Self {
        Self {
            label: String::new(),
            about: Cow::Borrowed(""),
            kind: Kind::Text,
            words: Vec::new(),
            field: None,
            declared: None,
            arg: None,
            required: false,
            input: Input::default(),
            long: None,
            picked: None,
            initial: String::new(),
            given: false,
            known: false,
            differs: false,
            error: None,
        }
    }

    pub(super) fn of_field(at: usize, field: &'static Field) -> Self {
        Self {
            label: field.called(),
            about: if field.custom {
                format!("`{}` in commands and filters", field.name).into()
            } else {
                field.about.into()
            },
            kind: field.kind,
            field: Some(at),
            declared: Some(field),
            required: field.required && !makes_itself(field),
            ..Self::empty()
        }
    }

    pub(super) fn of_arg(arg: &'static Arg, noun: &Noun) -> Self {
        let field = match arg.takes {
            Takes::Field(name) => noun.index(name).map(|at| noun.fields[at]),
            Takes::Kind(..) => None,
        };
        let kind = match arg.takes {
            Takes::Kind(kind, _) => kind,
            Takes::Field(_) => field.map_or(Kind::Text, |f| f.kind),
        };
        Self {
            label: arg.name.replace('_', " "),
            about: arg.about.into(),
            kind,
            declared: field,
            arg: Some(arg.name),
            required: matches!(arg.kind, ArgKind::Positional | ArgKind::Option { required: true }),
            ..Self::empty()
        }
    }

    /// Something that a verb of the command line takes.
    pub(super) fn of_taken(taken: &Taken, verb: &Verb, cx: &Cx) -> Self {
        let record = |noun: &str| {
            let noun = cx.model.get(noun).filter(|_| !taken.several);
            noun.map_or(Kind::Text, |noun| Kind::Link(Target::One(noun.entity)))
        };
        let declared = match &taken.wants {
            Wants::Field(noun, field) => {
                cx.model.get(noun).and_then(|noun| Some(noun.fields[noun.index(field)?]))
            }
            _ => None,
        };
        let kind = match (&taken.wants, declared) {
            (Wants::Refs, _) => record(verb.noun),
            (Wants::Record(noun), _) => record(noun),
            (Wants::Nothing, _) => Kind::Bool,
            (Wants::Field(..), Some(field)) if !taken.several => field.kind,
            _ => Kind::Text,
        };
        let words = match &taken.wants {
            Wants::Words(words) => words.clone(),
            _ => Vec::new(),
        };
        let several =
            if taken.several && taken.name != "filter" { "; several with `;` between" } else { "" };
        Self {
            label: taken.name.clone(),
            about: format!("{}{several}", taken.about).into(),
            kind,
            words,
            declared: declared.filter(|_| !taken.several),
            required: taken.required,
            ..Self::empty()
        }
    }

    /// The text as it stands.
    pub(super) fn text(&self) -> &str {
        self.long.as_deref().unwrap_or(self.input.text())
    }

    /// Whether a record was picked for it.
    pub(super) fn is_picked(&self) -> bool {
        self.picked.is_some()
    }

    /// Whether it differs from what it was filled with.
    pub(super) fn is_changed(&self) -> bool {
        self.given || self.text() != self.initial || self.picked.is_some()
    }

    /// Whether it is chosen from a list rather than typed.
    pub(super) fn is_chosen(&self) -> bool {
        if !self.words.is_empty() {
            return true;
        }
        match self.kind {
            Kind::Link(_) | Kind::Bool => true,
            Kind::Choice(c) | Kind::Words(c) => !c.words.is_empty(),
            _ => false,
        }
    }

    /// Fills it with a value.
    pub(super) fn fill(&mut self, field: &Field, value: &Value, cx: &Cx) {
        let text = match value {
            Value::Instant(at) | Value::Due(Due::At(at)) => local(*at, cx.zone()),
            Value::Money(m) => m.to_string(),
            Value::Int(_) if field.kind == Kind::Duration => {
                shown(field, Part::Whole, value, cx.zone())
            }
            Value::Bool(b) => if *b { "yes" } else { "no" }.to_owned(),
            other => other.to_cell(),
        };
        self.write(&text);
        self.initial = text;
        self.picked = None;
        self.given = false;
        self.differs = false;
        self.error = None;
    }

    /// Leaves the values of several records as they are, until something is typed.
    pub(super) fn leave(&mut self) {
        if !self.is_changed() {
            self.write("");
        }
        self.initial = String::new();
        self.differs = true;
    }

    /// Whether it is to be empty in all records, whatever they have.
    pub(super) fn is_emptied(&self) -> bool {
        self.differs && self.given && self.text().is_empty()
    }

    /// Empties it in all records, or leaves them as they are again; whether that can be said here.
    pub(super) fn empty_all(&mut self, yes: bool) -> bool {
        let can = self.differs && self.text().is_empty() && self.given != yes;
        if can {
            self.touched();
            self.given = yes;
        }
        can
    }

    /// Fills it with a value, below what was typed already: keys that came before the value stand
    /// behind it, as they would have; what was chosen or kept as a draft stands in its place.
    pub(super) fn fill_below(&mut self, field: &Field, value: &Value, cx: &Cx) {
        let typed = self.is_changed().then(|| (self.text().to_owned(), self.picked.take()));
        let is_whole = self.given || self.long.is_some() || self.is_chosen();
        self.fill(field, value, cx);
        match typed {
            Some((text, None)) if !is_whole && self.long.is_none() => self.input.paste(&text),
            Some((text, picked)) => {
                self.write(&text);
                self.picked = picked;
            }
            None => {}
        }
    }

    /// What was typed, for a draft.
    pub(super) fn typed_as(&self, name: String) -> Typed {
        let picked = self.picked.as_ref().map(|l| (l.noun.to_owned(), l.id, l.label.clone()));
        Typed { name, base: self.initial.clone(), text: self.text().to_owned(), picked }
    }

    /// Puts back what was typed.
    pub(super) fn retype(&mut self, typed: &Typed, picked: Option<LinkTo>) {
        self.write(&typed.text);
        self.picked = picked;
        self.given = true;
    }

    /// Puts a text in, of one line or several.
    pub(super) fn write(&mut self, text: &str) {
        self.long = text.contains('\n').then(|| text.to_owned());
        self.input = Input::new(if self.long.is_some() { "" } else { text });
        self.error = None;
    }

    pub(super) fn pick(&mut self, link: Option<LinkTo>) {
        self.input.set(link.as_ref().map_or("", |l| &l.label));
        if self.differs {
            self.given = link.is_none();
        }
        self.picked = link;
        self.known = false;
        self.error = None;
    }

    /// Takes a value from a popup: a text, or a record.
    pub(super) fn give(&mut self, given: Given) {
        match given {
            Given::Text(text) => self.write(&text),
            Given::Link(link) => self.pick(link),
        }
        self.given = true;
    }

    /// The text was typed into: what was picked no longer counts.
    pub(super) fn touched(&mut self) {
        self.picked = None;
        self.known = false;
        if self.differs {
            self.given = false;
        }
        self.error = None;
    }

    /// Whether the text can be a value; said when the field is left, not at each key.
    pub(super) fn check(&mut self, cx: &Cx) {
        if !self.is_changed() {
            return;
        }
        self.error = if self.required && self.text().trim().is_empty() {
            Some("is needed".into())
        } else {
            self.value(self.declared, cx).err()
        };
    }

    /// The value that the text means.
    pub(super) fn value(&self, field: Option<&Field>, cx: &Cx) -> Result<Value, String> {
        if let Some(link) = &self.picked {
            return Ok(Value::Link(link.clone()));
        }
        if self.text().trim().is_empty() {
            return Ok(Value::Null);
        }
        let text = self.as_typed();
        match field {
            Some(field) => field.parse(&text, cx.locale),
            None => self.kind.parse(&text, cx.locale),
        }
    }

    /// The text as the kind is typed: several values may stand as they are shown elsewhere.
    fn as_typed(&self) -> Cow<'_, str> {
        match self.kind {
            Kind::List(item) => listed(item, self.text()),
            Kind::Tags | Kind::Words(_) => worded(self.text()),
            _ => self.text().into(),
        }
    }

    /// What it is, and how several values are written.
    pub(super) fn told(&self) -> String {
        match self.way() {
            Some(way) if self.kind.is_many() => format!("{}; {way}", self.about),
            _ => self.about.clone().into_owned(),
        }
    }

    /// How its value is written, where that isn't plain.
    pub(super) fn way(&self) -> Option<String> {
        way(&self.kind)
    }

    /// What the text means, where that isn't plain from it.
    pub(super) fn understood(&self, cx: &Cx) -> Result<String, String> {
        let text = self.text();
        if self.picked.is_some() || text.trim().is_empty() {
            return Ok(String::new());
        }
        Ok(meaning(&self.kind, text, &self.value(self.declared, cx)?, cx))
    }

    /// As a command line would have it.
    pub(super) fn typed(&self) -> String {
        self.picked.as_ref().map_or_else(|| self.as_typed().into_owned(), |l| l.id.to_string())
    }
}

/// Whether a field that has to be there is filled from others where nothing is said.
fn makes_itself(field: &Field) -> bool {
    !field.made_of.is_empty() || matches!(field.default, Default::Linked(..))
}

/// Several values as lists and records show them, `a@b.example (work), c@d.example`, as they are
/// typed: `work:a@b.example; c@d.example`. A comma parts values only where each is one by itself.
fn listed<'t>(item: &Kind, text: &'t str) -> Cow<'t, str> {
    let is_one = |piece: &str| {
        let value = piece.trim().rsplit_once(" (").map_or(piece, |(value, _)| value);
        match item {
            Kind::Email => value.contains('@'),
            Kind::Phone => value.chars().filter(char::is_ascii_digit).count() >= 5,
            _ => false,
        }
    };
    if !matches!(item, Kind::Email | Kind::Phone) || text.contains(['\\', '"']) {
        return text.into();
    }
    let labelled = |piece: &str| {
        let piece = piece.trim();
        let parts = piece.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
        match parts.filter(|(_, label)| label.chars().all(|c| c.is_alphabetic() || c == ' ')) {
            Some((value, label)) if is_one(value) => format!("{label}:{value}"),
            _ => piece.to_owned(),
        }
    };
    let pieces = text.split(';').flat_map(|piece| {
        let parts: Vec<&str> = piece.split(',').collect();
        if parts.iter().all(|part| is_one(part)) { parts } else { vec![piece] }
    });
    pieces.map(labelled).collect::<Vec<_>>().join("; ").into()
}

/// Words as lists and records show them, `vip, emea`, as a cell has them. Where a semicolon or a mark
/// of cells stands, a comma belongs to its word.
fn worded(text: &str) -> Cow<'_, str> {
    if text.contains([';', '\\', '"']) {
        return text.into();
    }
    text.replace(',', ";").into()
}

/// How a value of a kind is written, where that isn't plain.
fn way(kind: &Kind) -> Option<String> {
    match kind {
        Kind::List(_) => Some("written `label:value; value`".into()),
        Kind::Choice(choices) if !choices.words.is_empty() => {
            let words: Vec<&str> = choices.words.iter().map(|word| word.word).collect();
            Some(format!("one of {}", words.join(", ")))
        }
        Kind::Tags | Kind::Words(_) => Some("several with `,` or `;` between".into()),
        kind if kind.is_many() => Some("several with `;` between".into()),
        kind => Some(kind.hint()).filter(|h| *h != Kind::Text.hint()).map(str::to_owned),
    }
}

/// What it is for, and how it is written.
pub(super) fn hint(kind: &Kind, about: &'static str) -> String {
    match (kind, way(kind)) {
        (Kind::Longtext, _) => format!("{about}; Ctrl+E writes several lines in $EDITOR"),
        (_, None) => about.to_owned(),
        (kind, Some(way)) if kind.is_many() => format!("{about}; {way}"),
        (_, Some(way)) => way,
    }
}

/// What a text means as a value of a kind, where that isn't plain from the text.
pub(in crate::tui) fn understood(kind: &Kind, text: &str, cx: &Cx) -> Result<String, String> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    Ok(meaning(kind, text, &kind.parse(text, cx.locale)?, cx))
}

/// What a text means as the value that it was read as, where that isn't plain from the text.
pub(in crate::tui) fn meaning(kind: &Kind, text: &str, value: &Value, cx: &Cx) -> String {
    match value {
        Value::Date(day) if yearless::is(*day) => format!("= {}, of no year", day.format("%-d %b")),
        Value::Date(day) | Value::Due(Due::Day(day)) => format!("= {}", day.format("%a %Y-%m-%d")),
        Value::Instant(at) | Value::Due(Due::At(at)) => {
            format!("= {}", at.with_timezone(&cx.zone()).format("%a %Y-%m-%d %H:%M"))
        }
        Value::Money(m) => {
            format!("= {}", crate::entity::money::amount_for_people(m.minor, m.currency))
        }
        Value::Amount(n) => format!("= {n}, in the record's currency"),
        Value::Int(n) if *kind == Kind::Duration => {
            format!("= {}", crate::entity::when::duration_for_people(*n))
        }
        Value::List(items) if !items.is_empty() => {
            let shown = items.iter().map(|item| match item.label.as_str() {
                "" => item.value.clone(),
                label => format!("{} ({label})", item.value),
            });
            format!("= {}: {}", items.len(), shown.collect::<Vec<_>>().join(", "))
        }
        Value::Words(words) if words.len() > 1 => {
            format!("= {}: {}", words.len(), words.join(", "))
        }
        Value::Decimal(n) if *kind == Kind::Percent => format!("= {} %", n.normalize()),
        Value::Text(word)
            if matches!(kind, Kind::Choice(_) | Kind::Rrule) && word != text.trim() =>
        {
            format!("= {word}")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_they_are_shown() {
        assert_eq!(worded("vip, emea"), "vip; emea");
        assert_eq!(worded("smith, john; emea"), "smith, john; emea");
    }

    #[test]
    fn several_values_are_read_as_they_are_shown() {
        let emails = |text| listed(&Kind::Email, text).into_owned();
        assert_eq!(emails("a@q.example (work), b@q.example"), "work:a@q.example; b@q.example");
        assert_eq!(emails("work:a@q.example; b@q.example"), "work:a@q.example; b@q.example");
        assert_eq!(emails("a@q.example, b"), "a@q.example, b");
        let phones = |text| listed(&Kind::Phone, text).into_owned();
        assert_eq!(
            phones("+34 600 000 000 (mobile), +34 611 111"),
            "mobile:+34 600 000 000; +34 611 111"
        );
        assert_eq!(phones("+44 (0)20 7946 0000"), "+44 (0)20 7946 0000");
        assert_eq!(phones("020 7946 0000,12"), "020 7946 0000,12");
        assert_eq!(phones("\"mobile:1;2\""), "\"mobile:1;2\"");
    }
}
