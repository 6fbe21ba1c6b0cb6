//! From a column that somebody asked for to the SQL that reads it and the SQL that sorts by it.

use super::schema::{column_name, columns_of, major, quoted, read_count};
use crate::entity::{Field, Kind, Model, Named, Noun, Part, Target};
use crate::error::{Error, Result};

/// A column of a listing: a field, reached through links (`company.industry`).
#[derive(Debug, Clone)]
pub struct Path {
    /// As it was asked for; the heading.
    pub name: String,
    /// The links on the way and, last, the field.
    pub steps: Vec<Named>,
    /// The noun that the last field belongs to.
    pub noun: &'static str,
}

impl Path {
    /// The field at its end.
    #[must_use]
    pub fn field(&self) -> &'static Field {
        self.last().field
    }

    /// The field at its end with the part of it that is meant.
    #[must_use]
    pub fn last(&self) -> Named {
        self.steps[self.steps.len() - 1]
    }

    /// A field of the noun itself.
    #[must_use]
    pub fn of(noun: &Noun, index: usize) -> Self {
        let field = noun.fields[index];
        Self {
            name: field.name.to_owned(),
            steps: vec![Named { index, field, part: Part::Whole }],
            noun: noun.name(),
        }
    }

    /// The column that a text such as `company.industry` means.
    ///
    /// # Errors
    /// An unknown field, or a way through something that isn't one link.
    pub fn parse(text: &str, noun: &Noun, model: &Model) -> Result<Self> {
        let mut steps = Vec::new();
        let mut at = noun;
        let mut parts = text.trim().split('.').peekable();
        while let Some(part) = parts.next() {
            let named = at.require(part)?;
            steps.push(named);
            if parts.peek().is_none() {
                break;
            }
            at = match named.field.kind {
                Kind::Link(Target::One(to))
                    if named.part == Part::Whole && named.field.is_stored() =>
                {
                    model.noun(to.name)?
                }
                _ => {
                    return Err(Error::usage(format!(
                        "`{text}`: `{part}` of {} does not lead to one other record",
                        at.name()
                    ))
                    .hint("columns go through links to one record, such as `company.industry`"));
                }
            };
        }
        Ok(Self { name: text.trim().to_owned(), steps, noun: at.name() })
    }

    /// SQL for the id of the record that holds the last field.
    pub(super) fn owner(&self) -> String {
        let mut sql = "t.id".to_owned();
        let mut alias = "t".to_owned();
        for (depth, step) in self.steps[..self.steps.len() - 1].iter().enumerate() {
            let column = quoted(&column_name(step.field));
            let Kind::Link(Target::One(to)) = step.field.kind else { break };
            if depth == 0 {
                sql = format!("{alias}.{column}");
            } else {
                let inner = format!("o{depth}");
                sql = format!(
                    "(SELECT {inner}.{column} FROM {} {inner} WHERE {inner}.id = {sql})",
                    quoted(self.link_noun(depth - 1).unwrap_or(to.name))
                );
            }
            alias = format!("o{depth}");
        }
        sql
    }

    /// The noun that the link at a depth leads to.
    fn link_noun(&self, depth: usize) -> Option<&'static str> {
        match self.steps.get(depth)?.field.kind {
            Kind::Link(Target::One(to)) => Some(to.name),
            _ => None,
        }
    }

    /// Wraps SQL over the alias `t` of the last noun so that it reads through the links.
    fn through(&self, sql: &str) -> String {
        if self.steps.len() == 1 {
            return sql.to_owned();
        }
        // The inner alias shadows the outer one, so the owner is worked out outside of it.
        let owner = self.owner().replace("t.", "outer_t.");
        format!("(SELECT {sql} FROM {} t WHERE t.id = {owner})", quoted(self.noun))
    }
}

/// The SQL expressions that a column is read from, in the order `columns::read` takes them, over
/// `t` (the record itself) or `outer_t` (through links).
pub(super) fn expressions(path: &Path, effective: bool) -> Vec<String> {
    let field = path.field();
    if let Some(sql) = field.computed {
        let sql = sql.replace("{t}", "t");
        return match field.kind {
            Kind::Totals => {
                vec![
                    path.through(&format!(
                        "(SELECT json_group_object(currency, minor) FROM ({sql}))"
                    )),
                ]
            }
            Kind::Money => {
                let sibling = field.currency_from.first().unwrap_or(&field.name);
                vec![
                    path.through(&sql),
                    path.through(&format!("t.{}", quoted(&format!("{sibling}_currency")))),
                ]
            }
            Kind::Link(Target::Any(_)) => Vec::new(),
            _ => vec![path.through(&sql)],
        };
    }
    if let (true, Some(sql)) = (effective, field.effective) {
        return vec![path.through(&sql.replace("{t}", "t"))];
    }
    columns_of(field)
        .into_iter()
        .take(read_count(field))
        .map(|(column, _)| path.through(&format!("t.{}", quoted(&column))))
        .collect()
}

/// The condition that a field of a noun links to a record.
///
/// # Errors
/// The noun lacks the field.
pub fn links_to(noun: &Noun, field: &str, id: i64) -> Result<crate::filter::Sql> {
    let named = noun.require(field)?;
    let text = match named.field.kind {
        Kind::Links(..) => format!(
            "t.id IN (SELECT c.record FROM {} c WHERE c.target = {id})",
            quoted(&format!("{}_{}", noun.name(), named.field.name))
        ),
        _ => format!("t.{} = {id}", quoted(&column_name(named.field))),
    };
    Ok(crate::filter::Sql { text, params: Vec::new(), mentions_trash: false })
}

/// The SQL to sort by a column, and whether it may be null.
///
/// # Errors
/// A column that has no order.
pub(super) fn sort_expression(path: &Path, model: &Model) -> Result<(String, bool)> {
    let (field, part) = (path.field(), path.last().part);
    let column = format!("t.{}", quoted(&column_name(field)));
    let sql = match (field.kind, field.computed, part) {
        (Kind::Totals, Some(sql), _) => format!(
            "(SELECT max({}) FROM ({}))",
            major("minor", "currency"),
            sql.replace("{t}", "t")
        ),
        (Kind::Money, Some(sql), _) => {
            let sibling = field.currency_from.first().unwrap_or(&field.name);
            major(
                &sql.replace("{t}", "t"),
                &format!("t.{}", quoted(&format!("{sibling}_currency"))),
            )
        }
        (_, Some(sql), _) => sql.replace("{t}", "t"),
        (Kind::Money, _, Part::Currency) => {
            format!("t.{}", quoted(&format!("{}_currency", column_name(field))))
        }
        (Kind::Money, _, _) => {
            major(&column, &format!("t.{}", quoted(&format!("{}_currency", column_name(field)))))
        }
        (Kind::Link(_), _, Part::Id) => column,
        (Kind::Link(Target::One(to)), _, _) => {
            let (name, label) = (quoted(to.name), to.label());
            let by_position = to.fields.iter().any(|f| f.name == "position");
            if by_position {
                format!("(SELECT l.position FROM {name} l WHERE l.id = {column})")
            } else if label.sorted {
                format!("(SELECT l.{}_fold FROM {name} l WHERE l.id = {column})", label.name)
            } else {
                format!(
                    "(SELECT fold(l.{}) FROM {name} l WHERE l.id = {column})",
                    quoted(label.name)
                )
            }
        }
        (Kind::Link(Target::Any(_)), _, _) => {
            let cases: String = model
                .nouns
                .iter()
                .map(|n| {
                    format!(
                        " WHEN '{}' THEN (SELECT fold(l.{}) FROM {} l WHERE l.id = {column})",
                        n.name(),
                        quoted(n.entity.label().name),
                        quoted(n.name())
                    )
                })
                .collect();
            format!("(CASE t.{}{cases} END)", quoted(&format!("{}_noun", column_name(field))))
        }
        (Kind::List(_), _, _) => format!("fold(t.{})", quoted(field.one.unwrap_or(field.name))),
        (Kind::Choice(choices), _, _) if !choices.open => {
            let cases: String = choices
                .words
                .iter()
                .enumerate()
                .map(|(at, w)| format!(" WHEN '{}' THEN {at}", w.word))
                .collect();
            format!("(CASE {column}{cases} ELSE {} END)", choices.words.len())
        }
        (Kind::Links(..) | Kind::Words(_) | Kind::Tags, _, _) => {
            return Err(Error::usage(format!(
                "`{}` holds several values: it can't be sorted by",
                path.name
            ))
            .hint("sort by a field with one value"));
        }
        _ if field.sorted => format!("t.{}", quoted(&format!("{}_fold", column_name(field)))),
        (kind, _, _) if kind.is_text() || matches!(kind, Kind::Longtext | Kind::Choice(_)) => {
            format!("fold({column})")
        }
        _ => column,
    };
    let nullable = path.steps.len() > 1
        || !(field.required || matches!(field.name, "id" | "uid" | "created" | "updated"));
    Ok((path.through(&sql), nullable))
}
