//! What links to the records of a noun: the one place that knows, from the far end, how links and
//! tags lie in their tables.

use super::schema::{child_table, column_name, quoted};
use crate::entity::{Field, Kind, Model, Noun, Target};

/// A field whose links lead to records of a noun, and where they lie. In its SQL the records that
/// link are `o`, and what isn't kept in their own table is `l`.
pub(super) struct Backlink<'m> {
    /// The noun that links.
    pub(super) noun: &'m Noun,
    /// Its field.
    pub(super) field: &'static Field,
    /// The table of the links, quoted: that of the noun, or one of a row a link.
    pub(super) table: String,
    /// The column in it that holds the id of the record linked to, quoted.
    pub(super) column: String,
    /// The column that says of which noun that record is, where it may be of several.
    pub(super) noun_column: Option<String>,
    to: &'static str,
}

impl Backlink<'_> {
    /// Whether each link is a row of its own, which can be deleted.
    pub(super) fn has_rows(&self) -> bool {
        self.field.kind.is_many()
    }

    /// Whether it only says who made a record, which binds nobody.
    pub(super) fn is_authorship(&self) -> bool {
        self.field.name == "created_by"
    }

    /// Whether it says who made a record or where one has been: no use of it today.
    pub(super) fn is_past(&self) -> bool {
        self.is_authorship() || self.field.dated || self.field.remembers
    }

    /// Whether what links is a part of the other and goes with it: a pipeline's stage.
    pub(super) fn is_part(&self) -> bool {
        self.noun.entity.scope == Some(self.field.name)
    }

    /// The tables, for behind `FROM`.
    pub(super) fn from(&self) -> String {
        let own = quoted(self.noun.name());
        if self.has_rows() {
            format!("{} l JOIN {own} o ON o.id = l.record", self.table)
        } else {
            format!("{own} o")
        }
    }

    /// The id of the record that links, as an index over the links has it.
    pub(super) fn id_of_linking(&self) -> &'static str {
        if self.has_rows() { "l.record" } else { "o.id" }
    }

    /// The condition that it leads to the record with this id, which may be a column's name.
    pub(super) fn leads_to(&self, id: &str) -> String {
        self.condition(if self.has_rows() { "l." } else { "o." }, id)
    }

    /// The same over [`Self::table`] alone, for what changes it.
    pub(super) fn holds(&self, id: &str) -> String {
        self.condition("", id)
    }

    /// The filter that lists what links to a record.
    pub(super) fn filter(&self, id: i64, label: &str) -> String {
        let name = self.field.name;
        match (&self.noun_column, self.field.kind) {
            (_, Kind::Tags) if label.contains(char::is_whitespace) => format!("'+\"{label}\"'"),
            (_, Kind::Tags) => format!("+{label}"),
            (Some(_), _) => format!("{name}:{}:{id}", self.to),
            _ => format!("{name}:{id}"),
        }
    }

    fn condition(&self, alias: &str, id: &str) -> String {
        let leads = format!("{alias}{} = {id}", self.column);
        match &self.noun_column {
            Some(noun) => format!("{leads} AND {alias}{noun} = '{}'", self.to),
            None => leads,
        }
    }
}

/// Every field that can link to records of a noun, tags and who made a record among them.
pub(super) fn backlinks<'m>(
    model: &'m Model,
    noun: &Noun,
) -> impl Iterator<Item = Backlink<'m>> + use<'m> {
    let to = noun.name();
    let links = model.links_to(to);
    let tags = model.nouns.iter().filter(move |_| to == "tag").flat_map(|n| {
        n.fields.iter().filter(|f| f.kind == Kind::Tags && f.is_stored()).map(move |f| (n, *f))
    });
    links.chain(tags).map(move |(other, field)| backlink(other, field, to))
}

fn backlink<'m>(noun: &'m Noun, field: &'static Field, to: &'static str) -> Backlink<'m> {
    let several = matches!(field.kind, Kind::Link(Target::Any(_)) | Kind::Links(Target::Any(_), _));
    let (table, column, kind) = match child_table(noun.name(), field) {
        Some(table) if field.kind == Kind::Tags => (table, "tag".to_owned(), String::new()),
        Some(table) => (table, "target".to_owned(), "noun".to_owned()),
        None => {
            let column = column_name(field);
            let kind = format!("{column}_noun");
            (noun.name().to_owned(), column, kind)
        }
    };
    Backlink {
        noun,
        field,
        table: quoted(&table),
        column: quoted(&column),
        noun_column: several.then(|| quoted(&kind)),
        to,
    }
}
