//! The stations of a trail: what may become of a stage that deals are in, or were.

use super::commit::{Writer, same};
use super::schema::quoted;
use super::stays::trails;
use crate::entity::{Noun, Value};
use crate::error::{Error, Result};

/// The field of a station that says what it means for the records there.
const MEANING: &str = "kind";

impl Writer<'_> {
    /// A station in which records are can't come to mean another thing, and one in which any are or
    /// were can't become part of another funnel: they would be won, lost or elsewhere without a word.
    pub(super) fn refuse_restation(
        &self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        row: &[Value],
    ) -> Result<()> {
        // A file of rolo's own may bring deals before the stages that they named.
        if !noun.entity.setup || self.change == 0 || self.is_exact(noun) {
            return Ok(());
        }
        let changed = |name: Option<&str>| {
            name.and_then(|n| noun.index(n)).is_some_and(|i| !same(&before[i], &row[i]))
        };
        let (means, moves) = (changed(Some(MEANING)), changed(noun.entity.scope));
        if !means && !moves {
            return Ok(());
        }
        for other in &self.reader.model.nouns {
            for (_, link, trail) in trails(other) {
                let leads_here =
                    matches!(link.kind, crate::entity::Kind::Link(t) if t.allows(noun.name()));
                if !leads_here {
                    continue;
                }
                let been = quoted(&format!("{}_{}", other.name(), trail.stays));
                let (table, at) = (quoted(other.name()), quoted(link.name));
                let live = "(t.trashed IS NULL OR t.trashed < 'g')";
                let here = format!("SELECT count(*) FROM {table} t WHERE t.{at} = ?1 AND {live}");
                let ever = format!(
                    "SELECT count(*) FROM {table} t WHERE {live} AND (t.{at} = ?1 OR t.id IN (SELECT record FROM {been} WHERE target = ?1))"
                );
                let count: i64 =
                    self.reader
                        .conn
                        .query_row(if moves { &ever } else { &here }, [id], |r| r.get(0))?;
                if count > 0 {
                    return Err(in_use(noun, other, before, (count, moves)));
                }
            }
        }
        Ok(())
    }
}

/// The error of a station that has records.
fn in_use(noun: &Noun, other: &Noun, before: &[Value], (count, moves): (i64, bool)) -> Error {
    let name = before[noun.label_index()].to_cell();
    let records = if count == 1 { other.name() } else { other.entity.plural };
    let (noun_name, records_name) = (noun.name(), other.name());
    if moves {
        let (are, scope) =
            (if count == 1 { "is or was" } else { "are or were" }, noun.entity.scope);
        let scope = scope.unwrap_or_default();
        return Error::invalid(format!(
            "{scope}: {count} {records} {are} in the {noun_name} `{name}`, which stays in its {scope}"
        ))
        .hint(format!("`rolo {records_name} move REF STAGE --{scope} …` takes a {records_name} over; `rolo {noun_name} add NAME --{scope} …` makes a {noun_name} there"))
        .at(scope);
    }
    let are = if count == 1 { "is" } else { "are" };
    Error::invalid(format!("{MEANING}: {count} {records} {are} in the {noun_name} `{name}`, which can't come to mean another thing for them"))
        .hint(format!("move them first: `rolo {records_name} move REF STAGE`; or `rolo {noun_name} rm {name} --to STAGE` takes all of them to another"))
        .at(MEANING)
}
