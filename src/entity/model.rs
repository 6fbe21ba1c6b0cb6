//! The entities of a program together with the custom fields of a file, and the one way to find a
//! field by the name that somebody typed.

use std::sync::OnceLock;

use foldhash::HashMap;

use super::{Choices, Default, Entity, Field, Kind, SumOf, Target, Word, field};
use crate::error::{Error, Result, nearest};

/// An entity with all its fields: its own, those every record has, and this file's custom ones.
#[derive(Debug, Clone)]
pub struct Noun {
    pub entity: &'static Entity,
    /// In the order of JSON and CSV.
    pub fields: Vec<&'static Field>,
    /// Place in the list of entities: its number inside the file.
    pub position: usize,
    names: OnceLock<HashMap<&'static str, usize>>,
    label: usize,
}

/// All nouns: the entities and a file's custom fields.
#[derive(Debug, Clone)]
pub struct Model {
    entities: &'static [&'static Entity],
    common: &'static [Field],
    pub nouns: Vec<Noun>,
    /// The nouns that have a sum of other records, each with that sum.
    pub(crate) sums: Vec<(&'static str, &'static SumOf)>,
}

/// A custom field, as the file's `field` table tells it.
#[derive(Debug, Clone)]
pub struct CustomField {
    pub noun: String,
    pub slug: String,
    pub name: String,
    pub kind: String,
    pub choices: Vec<String>,
}

/// Which part of a field a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The currency of an amount: `amount_currency`.
    Currency,
    /// The id behind a link: `company_id`.
    Id,
    /// The uid behind a link or links: `company_uid`.
    Uid,
    /// The first of a list: `email`.
    First,
}

/// A field found by a name.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// Index into [`Noun::fields`].
    pub index: usize,
    pub field: &'static Field,
    pub part: Part,
}

impl Noun {
    fn new(
        position: usize,
        entity: &'static Entity,
        common: &'static [Field],
        custom: Vec<&'static Field>,
    ) -> Self {
        // `id` and `uid` stand first, the stamps last.
        let (front, back) = common.split_at(2.min(common.len()));
        let (tags, stamps): (Vec<_>, Vec<_>) = back.iter().partition(|f| f.kind == Kind::Tags);
        let fields: Vec<&'static Field> =
            front.iter().chain(entity.fields).chain(tags).chain(custom).chain(stamps).collect();
        let label = fields.iter().position(|f| f.name == entity.label().name).unwrap_or(0);
        Self { entity, fields, position, names: OnceLock::new(), label }
    }

    /// Made when it is first asked for: most commands have to do with few nouns.
    fn names(&self) -> &HashMap<&'static str, usize> {
        self.names.get_or_init(|| {
            let mut names = HashMap::default();
            for (index, field) in self.fields.iter().enumerate().rev() {
                for name in field.aliases.iter().chain([&field.name]) {
                    names.insert(*name, index);
                }
            }
            names
        })
    }

    /// Singular name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entity.name
    }

    /// The index of a field by its exact name.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names().get(name).copied()
    }

    /// The index of the label.
    #[must_use]
    pub fn label_index(&self) -> usize {
        self.label
    }

    /// The field that a typed name means, with `-` and `_` alike; parts such as `amount_currency`,
    /// `company_uid` and `email` too.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Named> {
        let name = name.to_lowercase().replace('-', "_");
        let whole = |index: usize, part| Named { index, field: self.fields[index], part };
        if let Some(index) = self.index(&name) {
            return Some(whole(index, Part::Whole));
        }
        if let Some(index) = self.fields.iter().position(|f| f.one == Some(name.as_str())) {
            return Some(whole(index, Part::First));
        }
        let part_of = |suffix: &str, part: Part, fits: fn(&Kind) -> bool| {
            let index = self.index(name.strip_suffix(suffix)?)?;
            fits(&self.fields[index].kind).then(|| whole(index, part))
        };
        let is_link = |k: &Kind| matches!(k, Kind::Link(_));
        let is_linked = |k: &Kind| matches!(k, Kind::Link(_) | Kind::Links(..));
        part_of("_currency", Part::Currency, |k| *k == Kind::Money)
            .or_else(|| part_of("_id", Part::Id, is_link))
            .or_else(|| part_of("_uid", Part::Uid, is_linked))
    }

    /// As [`Self::find`], or an error that names the nearest field and lists all.
    ///
    /// # Errors
    /// No field has this name.
    pub fn require(&self, name: &str) -> Result<Named> {
        self.find(name).ok_or_else(|| self.unknown_field(name))
    }

    /// The error for a name that no field has.
    #[must_use]
    pub fn unknown_field(&self, name: &str) -> Error {
        let known: Vec<&str> = self.field_names();
        let near = nearest(name, known.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Error::usage(format!("{} has no field `{name}`", self.name()))
            .hint(format!("{near}fields: {}", known.join(", ")))
    }

    /// Names of all fields.
    #[must_use]
    pub fn field_names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|f| f.name).collect()
    }
}

impl Model {
    /// A model of these entities and the fields that every record has, without custom fields.
    #[must_use]
    pub fn new(entities: &'static [&'static Entity], common: &'static [Field]) -> Self {
        let nouns = entities
            .iter()
            .enumerate()
            .map(|(at, e)| Noun::new(at, e, common, Vec::new()))
            .collect();
        Self { entities, common, nouns, sums: sums(entities) }
    }

    /// The custom fields: of which noun, by which name, of which kind, and what people call them.
    #[must_use]
    pub fn customs(&self) -> Vec<(&'static str, &'static str, Kind, &'static str)> {
        let fields = self.nouns.iter().flat_map(|n| n.fields.iter().map(move |f| (n.name(), f)));
        fields.filter(|(_, f)| f.custom).map(|(noun, f)| (noun, f.name, f.kind, f.about)).collect()
    }

    /// The same model with a file's custom fields; one of an unknown noun is left out.
    ///
    /// # Errors
    /// A kind that isn't known (a file made by a newer rolo).
    pub fn with_custom(&self, custom: &[CustomField]) -> Result<Self> {
        let mut nouns = Vec::with_capacity(self.entities.len());
        for (at, entity) in self.entities.iter().enumerate() {
            let mut own = Vec::new();
            for f in custom.iter().filter(|f| f.noun == entity.name) {
                own.push(f.to_field(self)?);
            }
            nouns.push(Noun::new(at, entity, self.common, own));
        }
        Ok(Self { nouns, sums: self.sums.clone(), ..*self })
    }

    /// The noun of a singular name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Noun> {
        self.nouns.iter().find(|n| n.entity.name == name)
    }

    /// The noun of a singular name that the program itself knows.
    ///
    /// # Errors
    /// The model lacks it.
    pub fn noun(&self, name: &str) -> Result<&Noun> {
        self.get(name).ok_or_else(|| Error::failed(format!("the model has no `{name}`")))
    }

    /// The noun that somebody typed, singular or plural.
    #[must_use]
    pub fn typed(&self, name: &str) -> Option<&Noun> {
        self.nouns.iter().find(|n| n.entity.name == name || n.entity.plural == name)
    }

    /// As [`Self::typed`], where nothing else can stand.
    ///
    /// # Errors
    /// It is not a noun.
    pub fn require_typed(&self, name: &str) -> Result<&Noun> {
        self.typed(name).ok_or_else(|| {
            let near = nearest(name, self.nouns.iter().map(Noun::name)).map_or_else(
                || "`rolo --help` lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Error::usage(format!("`{name}` is not a noun")).hint(near)
        })
    }

    /// The number that stands for a noun inside the file, stable as long as entities are only
    /// appended to the list.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.nouns.iter().position(|n| n.entity.name == name)
    }

    /// Links that lead to a noun, as (noun, field).
    pub fn links_to(&self, name: &str) -> impl Iterator<Item = (&Noun, &'static Field)> {
        self.nouns.iter().flat_map(move |n| {
            n.fields
                .iter()
                .filter(move |f| match f.kind {
                    Kind::Link(t) | Kind::Links(t, _) => f.is_stored() && t.allows(name),
                    _ => false,
                })
                .map(move |f| (n, *f))
        })
    }
}

fn sums(entities: &[&'static Entity]) -> Vec<(&'static str, &'static SumOf)> {
    entities
        .iter()
        .flat_map(|e| e.fields.iter().filter_map(|f| Some((e.name, f.sum_of?))))
        .collect()
}

impl CustomField {
    /// The kinds a custom field can have.
    pub const KINDS: &'static [&'static str] = &[
        "text", "longtext", "email", "phone", "url", "int", "decimal", "money", "percent", "date",
        "datetime", "due", "duration", "bool", "choice", "link",
    ];

    fn to_field(&self, model: &Model) -> Result<&'static Field> {
        let mut made = field(leak(&self.slug), self.kind(model)?, leak(&self.name));
        made.custom = true;
        made.default = Default::Nothing;
        Ok(Box::leak(Box::new(made)))
    }

    /// The kind that its words mean.
    ///
    /// # Errors
    /// A word that means none.
    pub fn kind(&self, model: &Model) -> Result<Kind> {
        Ok(match self.kind.as_str() {
            "text" => Kind::Text,
            "longtext" => Kind::Longtext,
            "email" => Kind::Email,
            "phone" => Kind::Phone,
            "url" => Kind::Url,
            "int" => Kind::Int,
            "decimal" => Kind::Decimal,
            "money" => Kind::Money,
            "percent" => Kind::Percent,
            "date" => Kind::Date,
            "datetime" => Kind::Datetime,
            "due" => Kind::Due,
            "duration" => Kind::Duration,
            "bool" => Kind::Bool,
            "choice" => {
                let words: Vec<Word> = self
                    .choices
                    .iter()
                    .map(|c| Word { word: leak(c), aliases: &[], also: "" })
                    .collect();
                let open = words.is_empty();
                Kind::Choice(Box::leak(Box::new(Choices { words: Box::leak(words.into()), open })))
            }
            "link" => {
                let to = self.choices.first().map_or("", String::as_str);
                let noun = model.typed(to).ok_or_else(|| {
                    Error::invalid(format!("a field of kind link leads to a noun; `{to}` is none"))
                        .hint("name the noun with `--choices`, such as `--choices company`")
                })?;
                Kind::Link(Target::One(noun.entity))
            }
            other => {
                let near = nearest(other, Self::KINDS.iter().copied())
                    .map_or(String::new(), |n| format!("did you mean `{n}`? "));
                return Err(Error::invalid(format!("`{other}` is not a kind of field"))
                    .hint(format!("{near}kinds: {}", Self::KINDS.join(", "))));
            }
        })
    }
}

/// Text that lives as long as the program. Custom fields are few and read once a command, and
/// being `'static` like declared ones they go the same way everywhere.
#[must_use]
pub fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
