//! The records that link to one, as a small table for each noun: what its own list shows, without
//! what is the same in every row. The declaration gives the columns, no noun has a layout of its own.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::entity::{Kind, Noun};
use crate::error::Result;
use crate::store::{Listing, Path, Reader, Related};
use crate::tui::desk::Desk;
use crate::tui::screen::Cx;
use crate::tui::screens::list::countdown::{self, Countdown};
use crate::tui::theme::Role;
use crate::tui::widgets::amount::grouped;
use crate::tui::widgets::rows::{self, Head};
use crate::tui::widgets::sheet::{Leads, SheetLine, plain};

/// The records of one noun that link here by one of its fields.
#[derive(Debug, Clone)]
pub(crate) struct Linked {
    pub noun: &'static str,
    pub plural: &'static str,
    /// What they are to it, where the noun doesn't say that: `parent`.
    by: Option<&'static str>,
    pub count: u64,
    /// The filter that lists them all.
    filter: String,
    heads: Vec<Head>,
    /// The newest of them.
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    id: i64,
    cells: Vec<String>,
    /// Whether it is done, where that is a state of its noun.
    done: Option<bool>,
    left: Option<Countdown>,
}

impl Linked {
    /// Reads what belongs into the tables: a query for each.
    ///
    /// # Errors
    /// The database can't be read.
    pub(super) fn read(desk: &Desk, reader: &Reader, to: &Noun, related: Related) -> Result<Self> {
        let noun = desk.store.noun(related.noun)?;
        let paths = columns(noun, related.field)
            .into_iter()
            .map(|name| Path::parse(name, noun, reader.model()))
            .collect::<Result<Vec<_>>>()?;
        let mut asked = paths.clone();
        let counts = countdown::has(noun);
        let extra = if counts { &countdown::FIELDS[..] } else { &[] };
        for name in extra {
            asked.push(Path::parse(name, noun, reader.model())?);
        }
        let ids: Vec<i64> = related.records.iter().map(|link| link.id).collect();
        let can_be_done = noun.entity.states.iter().any(|state| state.name == DONE);
        let done = can_be_done.then(|| done_of(desk, reader, noun, &ids)).transpose()?;
        let zone = desk.locale.times.zone;
        let mut rows: Vec<Row> = reader
            .cells_of(noun, &ids, asked)?
            .into_iter()
            .map(|found| Row {
                id: found.id,
                cells: found
                    .values
                    .iter()
                    .zip(&paths)
                    .map(|(v, p)| rows::cell(v, p, zone))
                    .collect(),
                done: done.as_ref().map(|done| done.contains(&found.id)),
                left: counts.then(|| Countdown::of(&found.values[paths.len()..])),
            })
            .collect();
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        let field = related.field;
        Ok(Self {
            noun: related.noun,
            plural: related.plural,
            by: (field != to.name() && field != "about").then_some(field),
            count: related.count,
            filter: related.filter,
            heads: paths.iter().map(|path| Head::of(path, noun)).collect(),
            rows,
        })
    }

    /// The lines: how many there are, then each record in one line, cut to the room.
    pub(crate) fn lines(&self, room: usize, cx: &Cx) -> Vec<SheetLine> {
        let all = || Some(Leads::List(self.noun, self.filter.clone()));
        let title = SheetLine { leads: all(), ..plain(self.title(), Role::Heading) };
        let mut lines = vec![title];
        // Where nothing counts down any more, the status says enough.
        let runs = |left: &Countdown| matches!(left, Countdown::Until(_) | Countdown::Paused);
        let any_runs = self.rows.iter().any(|row| row.left.as_ref().is_some_and(runs));
        let told = |left: Countdown| left.shown(cx.now()).0;
        let lefts: Vec<String> = self
            .rows
            .iter()
            .map(|row| row.left.filter(|_| any_runs).map_or(String::new(), told))
            .collect();
        let left = lefts.iter().map(String::len).max().unwrap_or(0);
        let signs = 2 + self.rows.first().map_or(0, |row| sign(row.done).len());
        let room = room.saturating_sub(signs + if left > 0 { left + 1 } else { 0 });
        let cells: Vec<Vec<String>> = self.rows.iter().map(|row| row.cells.clone()).collect();
        // The names of the columns take no room: the cells speak for themselves.
        let bare: Vec<Head> =
            self.heads.iter().map(|h| Head { name: String::new(), ..h.clone() }).collect();
        let widths = rows::widths(&bare, &cells, room);
        // What holds nothing in any row takes no room either.
        let widths: Vec<_> = widths
            .into_iter()
            .filter(|(at, _)| bare[*at].keep || cells.iter().any(|row| !row[*at].is_empty()))
            .collect();
        for (row, told) in self.rows.iter().zip(lefts) {
            let line = rows::line(&row.cells, &bare, &widths, cx);
            let told = if left > 0 { format!("{told:<left$} ") } else { String::new() };
            let text = format!("  {}{told}{line}", sign(row.done));
            let role = if row.done == Some(true) { Role::Dim } else { Role::Text };
            lines.push(SheetLine {
                leads: Some(Leads::Record(self.noun, row.id)),
                ..plain(text.trim_end().to_owned(), role)
            });
        }
        let more = self.count.saturating_sub(self.rows.len() as u64);
        if more > 0 {
            let down = cx.theme.sign("↓", "v");
            lines.push(SheetLine {
                leads: all(),
                ..plain(
                    format!(
                        "  {down} {} more: Enter lists all",
                        grouped(usize::try_from(more).unwrap_or(usize::MAX))
                    ),
                    Role::Dim,
                )
            });
        }
        lines
    }

    /// In how many seconds it says something else: a deadline counts down.
    pub(super) fn changes_in(&self, now: DateTime<Utc>) -> Option<u64> {
        self.rows.iter().filter_map(|row| row.left?.changes_in(now)).min()
    }

    /// `Deals (2)`; `Companies, parent (3)`.
    fn title(&self) -> String {
        let mut name = self.plural.replace('_', " ");
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let by = self.by.map_or(String::new(), |by| format!(", {}", by.replace('_', " ")));
        format!("{name}{by} ({})", grouped(usize::try_from(self.count).unwrap_or(usize::MAX)))
    }
}

/// Those of some records that are done.
fn done_of(desk: &Desk, reader: &Reader, noun: &Noun, ids: &[i64]) -> Result<HashSet<i64>> {
    let mut listing = Listing::all(noun);
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let filter = format!("is:{DONE} id:{ids}");
    listing.filter = Some(reader.filter(noun, &filter, &desk.locale)?);
    Ok(reader.ids(&listing)?.into_iter().collect())
}

/// The state of what needs nothing more.
const DONE: &str = "done";

fn sign(done: Option<bool>) -> &'static str {
    match done {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    }
}

/// The columns of a noun's list, those of its own before the other records that it links to: without
/// its id, and without the link that leads here.
fn columns(noun: &Noun, by: &str) -> Vec<&'static str> {
    let label = noun.entity.label().name;
    let told = noun.entity.columns.iter().filter(|c| **c != "id" && **c != by);
    let mut columns: Vec<&'static str> = told.copied().collect();
    if !columns.contains(&label) {
        columns.insert(0, label);
    }
    columns.sort_by_key(|name| {
        let kind = noun.index(name).map(|at| noun.fields[at].kind);
        matches!(kind, Some(Kind::Link(to)) if to.one().is_none_or(|entity| !entity.setup))
    });
    columns
}
