//! What an entity, a field and a value are. This room knows no particular entity: the declarations
//! stand in `model`, and everything else asks them through [`Model`].

pub mod alike;
pub mod exchange;
pub mod hours;
mod kind;
mod model;
pub mod money;
mod moved;
pub mod recur;
pub mod shown;
mod spelt;
pub mod text;
mod value;
pub mod when;
pub mod width;
pub mod yearless;

pub use alike::Doubles;
pub use kind::{Choices, Kind, Locale, Target, Word, e164, word};
pub use model::{CustomField, Model, Named, Noun, Part, leak};
pub use moved::{Moved, Why};
pub use value::{Item, LinkTo, Name, Since, Value, join_cell, split_cell};

use std::fmt;

/// A record as it was read: the value of each field of its noun, in the noun's field order.
#[derive(Debug, Clone)]
pub struct Record {
    pub noun: &'static str,
    pub id: i64,
    pub uid: uuid::Uuid,
    pub values: Vec<Value>,
}

/// One kind of record, declared once.
pub struct Entity {
    /// Singular, as typed: `deal`.
    pub name: &'static str,
    /// Plural; also the name of the documented view: `deals`.
    pub plural: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// The first is the label.
    pub fields: &'static [Field],
    /// Fields that find a record, besides its uid.
    pub key: &'static [&'static str],
    /// No two live records may have the same key.
    pub unique: bool,
    /// The link within whose record the key is unique: a stage's pipeline.
    pub scope: Option<&'static str>,
    /// Columns of `list` for people.
    pub columns: &'static [&'static str],
    /// Default order of `list`, as `--sort` takes it.
    pub sort: &'static str,
    pub states: &'static [State],
    /// Records of a new file, as (field, text) pairs.
    pub seeds: &'static [&'static [(&'static str, &'static str)]],
    /// Uids are UUIDv5 of noun and key, so that they are the same in every file.
    pub named_uid: bool,
    /// Part of how rolo is set up (users, stages, views), not of the business.
    pub setup: bool,
    /// Two of its records may be one and the same, and be merged.
    pub doubles: Option<Doubles>,
    /// What the values of a record have to be together.
    pub rule: Option<Rule>,
}

/// What is wrong with the values of a record together; it is given each value by its field's name.
pub type Rule = for<'r> fn(&dyn Fn(&str) -> &'r Value) -> Result<(), Misfit>;

/// A value that doesn't go with the others of its record.
#[derive(Debug)]
pub struct Misfit {
    pub field: &'static str,
    pub why: String,
    pub hint: &'static str,
}

/// A named state of a noun, for `is:STATE`.
pub struct State {
    pub name: &'static str,
    pub about: &'static str,
    /// SQL over the record as `{t}`, with `:now`, `:today` and `:me` bound.
    pub sql: &'static str,
}

/// What a field is filled with when a record is made without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    Nothing,
    /// A word, number or bool, as text.
    Text(&'static str),
    /// Whoever is acting; not on import.
    Me,
    /// The instant of the command.
    Now,
    /// The time zone of whoever is acting; not on import.
    Zone,
    /// A query for the id of a link; `:FIELD` is the id of another link of the record.
    Query(&'static str),
    /// A field of the record behind a link: the price of a product.
    Linked(&'static str, &'static str),
    /// What follows from the word that another field has: a won stage's chance.
    OfWord(&'static str, &'static [(&'static str, &'static str)]),
}

/// A check of a value beyond its kind: the value, perhaps in another form, or why it can't be.
pub type Check = fn(Value, &Locale) -> Result<Value, String>;

/// A field of an entity, declared once.
#[expect(clippy::struct_excessive_bools, reason = "marks of a declaration, each its own; no state")]
pub struct Field {
    /// As in JSON, CSV and filters; the flag is the same with hyphens.
    pub name: &'static str,
    pub kind: Kind,
    pub about: &'static str,
    /// Other names that every door understands.
    pub aliases: &'static [&'static str],
    /// Headers of other programs' files, besides name, aliases and label.
    pub headers: &'static [&'static str],
    pub required: bool,
    /// The verb that changes it; `edit` refuses.
    pub deed: Option<&'static str>,
    /// Never stored: SQL over the record as `{t}`.
    pub computed: Option<&'static str>,
    /// What is shown when nothing was set: SQL over `{t}`. Stored and exported is what was set.
    pub effective: Option<&'static str>,
    pub default: Default,
    /// Set by rolo alone (id, uid, created, …).
    pub kept: bool,
    /// Not offered as a flag and not shown for people unless asked.
    pub quiet: bool,
    /// The name of one value of a list: `email` of `emails`; also its column.
    pub one: Option<&'static str>,
    /// Has a folded column, for sorting and substrings.
    pub sorted: bool,
    /// Trimmed: a name.
    pub trimmed: bool,
    /// A date that may lack its year ([`yearless`]).
    pub yearless: bool,
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// An amount of less than nothing is refused.
    pub not_negative: bool,
    /// What a value has to be beyond its kind; may put it into its usual form.
    pub check: Option<Check>,
    /// Its text is a filter over this noun, which has to be right.
    pub filter_of: Option<&'static Entity>,
    /// A link that may not lead back to its own record, over however many others.
    pub no_loop: bool,
    /// A word that one verb alone gives, and that no edit takes away, as (word, verb).
    pub word_by: Option<(&'static str, &'static str)>,
    /// When empty, made of these fields, joined by spaces.
    pub made_of: &'static [&'static str],
    /// For a list of links: the link field that holds the first of them.
    pub main: Option<&'static str>,
    /// Where the currency of an amount comes from when none is named: `link.field` paths.
    pub currency_from: &'static [&'static str],
    /// A link whose target is sought within the record of another link: a deal's stage within its
    /// pipeline, as (own link, target's link).
    pub within: Option<(&'static str, &'static str)>,
    /// A field that is stamped with the instant when this one changes.
    pub stamps: Option<&'static str>,
    /// For a link whose every change is kept as a stay: a deal's stage.
    pub trail: Option<&'static Trail>,
    /// For several links: each holds from an instant until the next one; the role tells since when
    /// and by whom ([`Since`]). For several words: each is something that happened, told as often as
    /// it did ([`Moved`]).
    pub dated: bool,
    /// A link that only remembers: what it leads to may go, and shows as `(trash)`.
    pub remembers: bool,
    /// A link that says whose, where empty means everybody's: no purge empties it.
    pub narrows: bool,
    /// A whole number that puts records of one scope in order, without gaps: SQL for those that stay
    /// behind the others.
    pub ranked: Option<&'static str>,
    /// At most one record says yes: the one that was last made to.
    pub sole: bool,
    /// An amount that is the sum of others' totals as long as there are any.
    pub sum_of: Option<&'static SumOf>,
    /// Words that name fields of this entity.
    pub names_of: Option<&'static Entity>,
    /// Made by the user with `field add`.
    pub custom: bool,
}

/// The records whose totals make up an amount: the lines of a deal.
#[derive(Debug)]
pub struct SumOf {
    pub noun: &'static str,
    /// Their link to the record that has the amount.
    pub link: &'static str,
    /// Their computed total, and the amount that it has its currency from.
    pub total: &'static str,
    pub price: &'static str,
}

/// What is kept in step with a link that leads a record from station to station: a deal's stage.
pub struct Trail {
    /// The dated links that hold every stay, the present one last.
    pub stays: &'static str,
    /// The instant of the last change.
    pub since: &'static str,
    /// The instant at which the record came to a station that ends it.
    pub ended: &'static str,
    /// The day that was expected for that.
    pub expected: &'static str,
    /// The words that tell every move of that day ([`Moved`]), the latest last.
    pub moves: &'static str,
    /// What is told of an end: empty as long as the record goes on.
    pub told: &'static [&'static str],
    /// The field of a station that names the fields which a record needs to come there.
    pub needs: &'static str,
    /// SQL that tells whether the station `?1` is one that ends the record.
    pub ends: &'static str,
    /// The computed field that says how the record stands: its station's word.
    pub outcome: &'static str,
}

/// A field with what every field needs; the rest is said by the builders.
#[must_use]
pub const fn field(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field {
        name,
        kind,
        about,
        aliases: &[],
        headers: &[],
        required: false,
        deed: None,
        computed: None,
        effective: None,
        default: Default::Nothing,
        kept: false,
        quiet: false,
        one: None,
        sorted: false,
        trimmed: false,
        yearless: false,
        min: None,
        max: None,
        check: None,
        filter_of: None,
        not_negative: false,
        no_loop: false,
        word_by: None,
        made_of: &[],
        main: None,
        currency_from: &[],
        within: None,
        stamps: None,
        trail: None,
        dated: false,
        remembers: false,
        narrows: false,
        ranked: None,
        sole: false,
        sum_of: None,
        names_of: None,
        custom: false,
    }
}

/// A link to one entity.
#[must_use]
pub const fn link(name: &'static str, to: &'static Entity, about: &'static str) -> Field {
    field(name, Kind::Link(Target::One(to)), about)
}

/// A labelled list, with the name of one of its values.
#[must_use]
pub const fn list(
    name: &'static str,
    one: &'static str,
    of: &'static Kind,
    about: &'static str,
) -> Field {
    let mut made = field(name, Kind::List(of), about);
    made.one = Some(one);
    made
}

/// A label or another name: one line, trimmed, sorted by.
#[must_use]
pub const fn label(name: &'static str, about: &'static str) -> Field {
    let mut made = field(name, Kind::Text, about);
    made.required = true;
    made.sorted = true;
    made.trimmed = true;
    made
}

/// A field that is worked out and never stored.
#[must_use]
pub const fn computed(
    name: &'static str,
    kind: Kind,
    sql: &'static str,
    about: &'static str,
) -> Field {
    let mut made = field(name, kind, about);
    made.computed = Some(sql);
    made
}

impl Field {
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// Changed by a verb of its own, such as `deal move`.
    #[must_use]
    pub const fn by_action(mut self, verb: &'static str) -> Self {
        self.deed = Some(verb);
        self
    }
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
    #[must_use]
    pub const fn headers(mut self, headers: &'static [&'static str]) -> Self {
        self.headers = headers;
        self
    }
    #[must_use]
    pub const fn default(mut self, default: Default) -> Self {
        self.default = default;
        self
    }
    #[must_use]
    pub const fn effective(mut self, sql: &'static str) -> Self {
        self.effective = Some(sql);
        self
    }
    #[must_use]
    pub const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }
    /// Set by rolo alone.
    #[must_use]
    pub const fn kept(mut self) -> Self {
        self.kept = true;
        self
    }
    #[must_use]
    pub const fn sorted(mut self) -> Self {
        self.sorted = true;
        self
    }
    #[must_use]
    pub const fn trimmed(mut self) -> Self {
        self.trimmed = true;
        self
    }
    /// A birthday: a date whose year not everybody tells.
    #[must_use]
    pub const fn yearless(mut self) -> Self {
        self.yearless = true;
        self
    }
    #[must_use]
    pub const fn range(mut self, min: i64, max: i64) -> Self {
        self.min = Some(min);
        self.max = Some(max);
        self
    }
    /// Looks at each value that isn't empty, beyond what its kind asks for.
    #[must_use]
    pub const fn check(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }
    /// A filter over a noun.
    #[must_use]
    pub const fn filter_of(mut self, noun: &'static Entity) -> Self {
        self.filter_of = Some(noun);
        self
    }
    /// An amount of less than nothing is refused, but of a file that is read to the letter.
    #[must_use]
    pub const fn not_negative(mut self) -> Self {
        self.not_negative = true;
        self
    }
    /// A parent, a superior: never its own, not over others either.
    #[must_use]
    pub const fn no_loop(mut self) -> Self {
        self.no_loop = true;
        self
    }
    /// A word that comes by a verb, such as `lead convert`, and stays until that is undone.
    #[must_use]
    pub const fn word_by(mut self, word: &'static str, verb: &'static str) -> Self {
        self.word_by = Some((word, verb));
        self
    }
    #[must_use]
    pub const fn made_of(mut self, parts: &'static [&'static str]) -> Self {
        self.made_of = parts;
        self
    }
    #[must_use]
    pub const fn main(mut self, main: &'static str) -> Self {
        self.main = Some(main);
        self
    }
    #[must_use]
    pub const fn currency_from(mut self, paths: &'static [&'static str]) -> Self {
        self.currency_from = paths;
        self
    }
    #[must_use]
    pub const fn within(mut self, own: &'static str, targets: &'static str) -> Self {
        self.within = Some((own, targets));
        self
    }
    #[must_use]
    pub const fn stamps(mut self, field: &'static str) -> Self {
        self.stamps = Some(field);
        self
    }

    #[must_use]
    pub const fn trail(mut self, trail: &'static Trail) -> Self {
        self.trail = Some(trail);
        self
    }
    #[must_use]
    pub const fn ranked(mut self, behind: &'static str) -> Self {
        self.ranked = Some(behind);
        self
    }

    /// At most one record says yes.
    #[must_use]
    pub const fn sole(mut self) -> Self {
        self.sole = true;
        self
    }
    #[must_use]
    pub const fn sum_of(mut self, sum: &'static SumOf) -> Self {
        self.sum_of = Some(sum);
        self
    }
    #[must_use]
    pub const fn names_of(mut self, entity: &'static Entity) -> Self {
        self.names_of = Some(entity);
        self
    }
    #[must_use]
    pub const fn dated(mut self) -> Self {
        self.dated = true;
        self
    }
    /// Only remembers: the other record may go to the trash though it is named here.
    #[must_use]
    pub const fn remembers(mut self) -> Self {
        self.remembers = true;
        self
    }
    /// Says whose; empty means everybody's, so no purge of the other record empties it.
    #[must_use]
    pub const fn narrows(mut self) -> Self {
        self.narrows = true;
        self
    }

    /// Whether a user may set it at all, by `add` or an import.
    #[must_use]
    pub fn is_settable(&self) -> bool {
        self.computed.is_none() && !self.kept
    }

    /// Whether the table has columns for it.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.computed.is_none()
    }

    /// The name of its flag: `tax-id`, `email` of `emails`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.one.unwrap_or(self.name).replace('_', "-")
    }

    /// The value that a text means for this field, with its bounds checked.
    ///
    /// # Errors
    /// Why it means none, for a person.
    pub fn parse(&self, text: &str, locale: &Locale) -> Result<Value, String> {
        let text = if self.trimmed { text.trim() } else { text };
        if let Some(day) = Some(text).filter(|_| self.yearless).and_then(yearless::parse) {
            return Ok(Value::Date(day));
        }
        let value = match self.kind {
            Kind::Words(choices) if self.dated => Value::Words(kind::words_of(choices, text)?),
            kind => kind.parse(text, locale)?,
        };
        self.check_bounds(&value)?;
        match self.check {
            Some(check) if !value.is_empty() => check(value, locale),
            _ => Ok(value),
        }
    }

    fn check_bounds(&self, value: &Value) -> Result<(), String> {
        let (Some(min), Some(max)) = (self.min, self.max) else { return Ok(()) };
        let is_within = match value {
            Value::Int(n) => (min..=max).contains(n),
            Value::Decimal(n) => (min.into()..=max.into()).contains(n),
            _ => true,
        };
        if is_within {
            Ok(())
        } else {
            Err(format!("`{}` is not from {min} to {max}", value.to_cell()))
        }
    }

    /// The label for people: the name with spaces.
    #[must_use]
    pub fn label(&self) -> String {
        self.name.replace('_', " ")
    }

    /// What people call it: a custom field by the name that they gave it, which commands needn't know.
    #[must_use]
    pub fn called(&self) -> String {
        if self.custom { text::visible(self.about).into_owned() } else { self.label() }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A field named in the code; a misspelt name doesn't compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(pub &'static str);

impl Entity {
    /// An entity with its names and its fields; the rest is said by the builders.
    #[must_use]
    pub const fn new(
        name: &'static str,
        plural: &'static str,
        about: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            name,
            plural,
            about,
            fields,
            key: &[],
            unique: false,
            scope: None,
            columns: &[],
            sort: "id",
            states: &[],
            seeds: &[],
            named_uid: false,
            setup: false,
            doubles: None,
            rule: None,
        }
    }
    /// What the values of a record have to be together.
    #[must_use]
    pub const fn rule(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self
    }
    #[must_use]
    pub const fn key(mut self, key: &'static [&'static str]) -> Self {
        self.key = key;
        self
    }
    /// The key finds one record at most, and is enforced.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
    #[must_use]
    pub const fn scope(mut self, link: &'static str) -> Self {
        self.scope = Some(link);
        self
    }
    #[must_use]
    pub const fn columns(mut self, columns: &'static [&'static str]) -> Self {
        self.columns = columns;
        self
    }
    #[must_use]
    pub const fn sort(mut self, sort: &'static str) -> Self {
        self.sort = sort;
        self
    }
    #[must_use]
    pub const fn states(mut self, states: &'static [State]) -> Self {
        self.states = states;
        self
    }
    #[must_use]
    pub const fn seeds(
        mut self,
        seeds: &'static [&'static [(&'static str, &'static str)]],
    ) -> Self {
        self.seeds = seeds;
        self
    }
    #[must_use]
    pub const fn named_uid(mut self) -> Self {
        self.named_uid = true;
        self
    }
    /// Its records are of this kind, and may turn out to be one.
    #[must_use]
    pub const fn doubles(mut self, kind: Doubles) -> Self {
        self.doubles = Some(kind);
        self
    }
    #[must_use]
    pub const fn setup(mut self) -> Self {
        self.setup = true;
        self
    }

    /// The field that names a record.
    #[must_use]
    pub fn label(&self) -> &'static Field {
        &self.fields[0]
    }

    /// Whether its records stand above each other, by a link that makes no loop.
    #[must_use]
    pub fn has_tree(&self) -> bool {
        self.fields.iter().any(|field| field.no_loop)
    }

    /// A declared field by its exact name, checked when the program is compiled.
    ///
    /// # Panics
    /// When the entity has no such field: in a `const`, that is a compile error.
    #[must_use]
    pub const fn column(&self, name: &'static str) -> Column {
        let mut at = 0;
        while at < self.fields.len() {
            if same(self.fields[at].name, name) {
                return Column(name);
            }
            at += 1;
        }
        panic!("the entity has no field of this name")
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl fmt::Debug for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
