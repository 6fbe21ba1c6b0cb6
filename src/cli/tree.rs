//! `NOUN tree [REF]`: records below the ones that they belong to, or report to.

use clap::ArgMatches;
use serde_json::Value as Json;

use super::dashboard::is_unicode;
use super::global::Output;
use super::grammar::text;
use super::list::head;
use super::lists::print_json_list;
use super::print::Printer;
use super::session::Session;
use crate::entity::shown::shown;
use crate::entity::{Model, Noun};
use crate::error::Result;
use crate::store::{Among, Branch, Path, link_above};

/// `tree [REF]`: a record with those above and all below it; without REF every tree that there is.
///
/// # Errors
/// No such record, or the database can't be read.
pub(super) fn tree(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let noun = store.noun(noun)?;
    let by = link_above(noun)?;
    let of = text(matches, "ref").map(|r| reader.resolve(noun, r, Among::Live)).transpose()?;
    let columns = match output {
        Output::Table => columns(noun, by, store.model())?,
        _ => vec![Path::parse(noun.entity.label().name, noun, store.model())?],
    };
    let branches = reader.tree(noun, by, of, &columns)?;
    match output {
        Output::Ids => branches.iter().try_for_each(|b| printer.line(&b.found.id.to_string())),
        Output::Table => {
            let zone = settings.locale.times.zone;
            let label = noun.entity.label().name;
            let mut stem = Stem::of(printer);
            let rows = branches.iter().map(|branch| {
                let front = stem.front(branch);
                let cells = columns.iter().zip(&branch.found.values).map(|(path, value)| {
                    let cell = shown(path.field(), path.last().part, value, zone);
                    if path.name == label { format!("{front}{cell}") } else { cell }
                });
                Ok(cells.collect())
            });
            let count = printer.table(columns.iter().map(head).collect(), rows)?;
            if count < 2 {
                printer.note(&nothing(noun, by, of));
            }
            Ok(())
        }
        _ => {
            let rows: Vec<Json> = branches.iter().map(|b| row(noun, by, b, output)).collect();
            print_json_list(printer, output, &rows)
        }
    }
}

/// What a list of the noun shows, but for the link that the tree shows itself.
fn columns(noun: &Noun, by: usize, model: &Model) -> Result<Vec<Path>> {
    let shown = noun.entity.columns.iter().filter(|name| **name != noun.fields[by].name);
    shown.map(|name| Path::parse(name, noun, model)).collect()
}

/// What is said where no record stands above another.
fn nothing(noun: &Noun, by: usize, of: Option<i64>) -> String {
    let (name, link) = (noun.name(), noun.fields[by].name);
    match of {
        Some(id) => format!(
            "nothing stands above or below {name}:{id}: `rolo {name} edit {id} --{link} REF` puts it below"
        ),
        None => format!(
            "no {name} stands below another yet: `rolo {name} edit REF --{link} REF` puts one there"
        ),
    }
}

/// A record for programs: how deep it stands, and below which.
fn row(noun: &Noun, by: usize, branch: &Branch, output: Output) -> Json {
    let (found, link) = (&branch.found, noun.fields[by].name);
    let label = found.values.first().map_or(String::new(), crate::entity::Value::to_cell);
    let above = branch.above.as_ref();
    let cells = [
        ("id".to_owned(), Json::from(found.id)),
        ("uid".to_owned(), found.uid.to_string().into()),
        (noun.entity.label().name.to_owned(), label.into()),
        ("depth".to_owned(), branch.depth.into()),
        (link.to_owned(), above.map(|to| to.label.clone()).into()),
        (format!("{link}_id"), above.map(|to| to.id).into()),
        (format!("{link}_uid"), above.map(|to| to.uid.to_string()).into()),
    ];
    let in_cells = matches!(output, Output::Csv | Output::Tsv);
    let is_told = |name: &str| !in_cells || name != "id" && !name.ends_with("_id");
    Json::Object(cells.into_iter().filter(|(name, _)| is_told(name)).collect())
}

/// The lines from a record to the one above it: of boxes on a terminal that has them.
struct Stem {
    /// Of those above, from the top: whether others follow below the same record.
    goes_on: Vec<bool>,
    /// Behind which others follow, the last one, and below them: beside others, beside none.
    signs: [&'static str; 4],
}

impl Stem {
    fn of(printer: &Printer) -> Self {
        let signs = if printer.style().width.is_some() && is_unicode() {
            ["├─ ", "└─ ", "│  ", "   "]
        } else {
            ["|- ", "`- ", "|  ", "   "]
        };
        Self { goes_on: Vec::new(), signs }
    }

    /// What stands in front of a record's name; to be asked for one after the other.
    fn front(&mut self, branch: &Branch) -> String {
        let [more, last, beside, free] = self.signs;
        self.goes_on.truncate(branch.depth);
        let above = self.goes_on.iter().skip(1).map(|goes_on| if *goes_on { beside } else { free });
        let own = if branch.last { last } else { more };
        let front = above.chain((branch.depth > 0).then_some(own)).collect();
        self.goes_on.push(!branch.last);
        front
    }
}
