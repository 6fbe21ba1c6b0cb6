//! `rolo --plain`: the lists line by line, without frames, colours or a cursor that moves; for screen
//! readers and for terminals that can do no more.

use std::collections::HashMap;
use std::io::{BufRead, Write};

use super::CommandLine;
use super::screens::list::countdown::{self, Countdown};
use super::screens::{list, views::joined};
use crate::entity::Noun;
use crate::entity::money::amount_for_people;
use crate::entity::shown::shown;
use crate::entity::text::visible;
use crate::error::{Error, Result};
use crate::store::{Listing, Path, Store, Wanted, Whose};

/// Lines of one page.
const PAGE: usize = 20;

/// What plain mode is opened with.
pub struct Plain<'a> {
    pub store: Store,
    pub clock: crate::clock::Clock,
    pub locale: crate::entity::Locale,
    pub user: String,
    pub command: CommandLine,
    pub input: &'a mut dyn BufRead,
    pub out: &'a mut dyn Write,
}

/// What is listed.
struct List {
    noun: &'static str,
    /// What it is by itself, as the screen of the same name, and what narrows it.
    base: String,
    filter: String,
    ids: Vec<i64>,
    from: usize,
}

impl List {
    fn whole_filter(&self) -> String {
        joined(&self.base, &self.filter)
    }
}

/// What was read out last: its rows have numbers.
#[derive(Default)]
enum Told {
    #[default]
    Nothing,
    List(List),
    /// Rows of several nouns.
    Rows(Vec<(&'static str, i64)>),
}

impl Told {
    fn list(&mut self) -> Option<&mut List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::List(list) => list.ids.len(),
            Self::Rows(rows) => rows.len(),
        }
    }

    /// The record of a row, by its number.
    fn row(&self, number: usize) -> Option<(&'static str, i64)> {
        let at = number.checked_sub(1)?;
        match self {
            Self::Nothing => None,
            Self::List(list) => list.ids.get(at).map(|id| (list.noun, *id)),
            Self::Rows(rows) => rows.get(at).copied(),
        }
    }
}

/// As many days ahead as the agenda tells.
const AHEAD: u64 = 7;

const HELP: &str = "\
Type a line, then Enter:
  contacts, companies, deals, ...  list a noun; a filter may follow: deals is:won
               what can be done begins with what is open; `deals all` has the rest too
  a number     everything about that row's record
  n, p         next page, page before
  /FILTER      narrow the list; / alone shows the whole of it
  today        what is due; agenda: in the next days too
  board        the stages with their sums
  help, q      these lines; leave
Anything else is a command of rolo: deal move 42 Proposal, task add \"Call Maya\" --due fri, undo.";

/// Reads lines and answers them until `q` or the end of the input.
///
/// # Errors
/// The database can't be read, or the output is closed.
pub fn run(mut plain: Plain) -> Result<()> {
    let mut told = Told::Nothing;
    plain.say("rolo, line by line. `help` lists what can be typed.")?;
    plain.due(0, &mut told)?;
    loop {
        plain.prompt()?;
        let mut line = String::new();
        let read = plain.input.read_line(&mut line).map_err(|why| Error::io("the input", &why))?;
        let line = line.trim();
        if read == 0 || matches!(line, "q" | "quit" | "exit") {
            return Ok(());
        }
        // A wrong line is told, and the next one is asked for.
        if let Err(why) = plain.answer(line, &mut told) {
            if why.kind == crate::error::ErrorKind::ClosedPipe {
                return Err(why);
            }
            plain.say(&format!("error: {}", why.message))?;
            if let Some(hint) = &why.hint {
                plain.say(&format!("hint: {hint}"))?;
            }
        }
    }
}

impl Plain<'_> {
    fn say(&mut self, text: &str) -> Result<()> {
        let safe: Vec<String> = text.split('\n').map(|l| visible(l).into_owned()).collect();
        writeln!(self.out, "{}", safe.join("\n")).map_err(|why| Error::io("the output", &why))
    }

    fn prompt(&mut self) -> Result<()> {
        let said = write!(self.out, "> ").and_then(|()| self.out.flush());
        said.map_err(|why| Error::io("the output", &why))
    }

    fn answer(&mut self, line: &str, told: &mut Told) -> Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let (Ok(row), true) = (line.parse::<usize>(), told.len() > 0) {
            let (noun, id) = told.row(row).ok_or_else(|| {
                Error::usage(format!("there is no row {row}"))
                    .hint(format!("rows go from 1 to {}", told.len()))
            })?;
            let text = self.command.run(&format!("{noun} show {id}"), None).text();
            return self.say(text.trim_end());
        }
        if let Some(known) = told.list() {
            match line {
                "n" if known.from + PAGE < known.ids.len() => known.from += PAGE,
                "n" => return self.say("that was the last page"),
                "p" => known.from = known.from.saturating_sub(PAGE),
                _ => {}
            }
            if matches!(line, "n" | "p") {
                return self.page(known);
            }
            if let Some(filter) = line.strip_prefix('/') {
                let base = match filter.trim() {
                    "" => String::new(),
                    _ => known.filter.clone(),
                };
                let (noun, base) = (known.noun, joined(&base, filter.trim()));
                let of_noun = known.base.clone();
                return self.open(noun, of_noun, base, told);
            }
        }
        match word {
            "" => Ok(()),
            "help" | "?" => self.say(HELP),
            "today" => self.due(0, told),
            "agenda" if rest.is_empty() => self.due(AHEAD, told),
            "board" => self.board(),
            _ => {
                let mut nouns = self.store.model().nouns.iter();
                let Some(noun) = nouns.find(|n| n.entity.plural == word) else {
                    let text = self.command.run(line, None).text();
                    return self.say(text.trim_end());
                };
                // As the screen of this name: a filter of one's own looks at all.
                let (base, filter) = match rest.trim() {
                    "" => (list::begins_with(noun), ""),
                    "all" => (String::new(), ""),
                    filter => (String::new(), filter),
                };
                self.open(noun.name(), base, filter.to_owned(), told)
            }
        }
    }

    fn open(
        &mut self,
        noun: &'static str,
        base: String,
        filter: String,
        told: &mut Told,
    ) -> Result<()> {
        let mut new = List { noun, base, filter, ids: Vec::new(), from: 0 };
        new.ids = {
            let reader = self.store.reader(&self.clock, &self.user)?;
            let declared = self.store.noun(noun)?;
            let mut listing = Listing::all(declared);
            listing.columns = Vec::new();
            listing.sort_by(declared.entity.sort, reader.model())?;
            let filter = new.whole_filter();
            if !filter.is_empty() {
                listing.filter = Some(reader.filter(declared, &filter, &self.locale)?);
            }
            let ids = reader.ids(&listing)?;
            if countdown::has(declared) {
                let lefts = self.lefts(declared, &ids)?;
                let mut ids = ids;
                ids.sort_by_key(|id| lefts.get(id).map(|left| left.rank()));
                ids
            } else {
                ids
            }
        };
        let said = self.page(&new);
        *told = Told::List(new);
        said
    }

    /// What time is left, where there are deadlines.
    fn lefts(&self, noun: &Noun, ids: &[i64]) -> Result<HashMap<i64, Countdown>> {
        let reader = self.store.reader(&self.clock, &self.user)?;
        let paths = countdown::FIELDS.iter().map(|name| Path::parse(name, noun, reader.model()));
        let found = reader.cells_of(noun, ids, paths.collect::<Result<_>>()?)?;
        Ok(found.iter().map(|f| (f.id, Countdown::of(&f.values))).collect())
    }

    /// One page: a row a line, each with its number and the names of its fields.
    fn page(&mut self, list: &List) -> Result<()> {
        let noun = self.store.noun(list.noun)?;
        let until = (list.from + PAGE).min(list.ids.len());
        let seen = list.ids[list.from..until].to_vec();
        let mut lines = Vec::new();
        {
            let reader = self.store.reader(&self.clock, &self.user)?;
            let names = noun.entity.columns.iter().filter(|c| **c != "id");
            let paths: Vec<Path> =
                names.map(|c| Path::parse(c, noun, reader.model())).collect::<Result<_>>()?;
            let found = reader.cells_of(noun, &seen, paths.clone())?;
            let zone = self.locale.times.zone;
            let counts = countdown::has(noun);
            let lefts = if counts { self.lefts(noun, &seen)? } else { HashMap::new() };
            for (at, id) in seen.iter().enumerate() {
                let Some(row) = found.iter().find(|f| f.id == *id) else { continue };
                let cells = paths.iter().zip(&row.values).filter(|(_, value)| !value.is_empty());
                let mut cells: Vec<String> = cells
                    .map(|(path, value)| {
                        let text = shown(path.field(), path.last().part, value, zone);
                        let text = text.lines().next().unwrap_or_default();
                        if path.field().name == noun.entity.label().name {
                            text.to_owned()
                        } else {
                            format!("{} {text}", path.field().called())
                        }
                    })
                    .collect();
                let left = lefts.get(id).map(|left| left.shown(self.clock.now()).0);
                if let Some(left) = left.filter(|left| !left.trim().is_empty()) {
                    cells.push(format!("left {}", left.trim()));
                }
                lines.push(format!("{}. {}", list.from + at + 1, cells.join(", ")));
            }
        }
        let filter = list.whole_filter();
        let of = if filter.is_empty() { String::new() } else { format!(" of `{filter}`") };
        let head = match list.ids.len() {
            0 => format!("no {}{of}", noun.entity.plural),
            count => format!("{}{of}: {} to {until} of {count}", noun.entity.plural, list.from + 1),
        };
        lines.insert(0, head);
        self.say(&lines.join("\n"))
    }

    /// The stages, one a line: reading across columns is no reading.
    fn board(&mut self) -> Result<()> {
        let stages = self.store.reader(&self.clock, &self.user)?.board(Wanted::default())?;
        let mut lines = Vec::new();
        for stage in &stages {
            let deals = if stage.count == 1 { "deal" } else { "deals" };
            let sums = stage.sums().map(|(currency, pile)| amount_for_people(pile.sum, currency));
            let worth: Vec<String> = sums.collect();
            let worth =
                if worth.is_empty() { String::new() } else { format!(", {}", worth.join(" + ")) };
            let stale =
                if stage.stale == 0 { String::new() } else { format!(", {} stale", stage.stale) };
            let (pipeline, name) = (&stage.pipeline, &stage.name);
            lines.push(format!("{pipeline}, {name}: {} {deals}{worth}{stale}", stage.count));
        }
        lines.push("`deals stage:NAME` lists the deals of a stage".into());
        self.say(&lines.join("\n"))
    }

    /// What is due so many days ahead, a row a line, each with its day.
    fn due(&mut self, ahead: u64, told: &mut Told) -> Result<()> {
        let (zone, today) = (self.locale.times.zone, self.locale.times.today());
        let until = today.checked_add_days(chrono::Days::new(ahead)).unwrap_or(today);
        let entries =
            self.store.reader(&self.clock, &self.user)?.agenda(Whose::Mine, zone, today, until)?;
        *told = Told::Rows(entries.iter().map(|e| (e.noun, e.id)).collect());
        let when = if ahead == 0 { "today".to_owned() } else { format!("until {until}") };
        if entries.is_empty() {
            return self.say(&format!("nothing is due {when}"));
        }
        let line = |(row, e): (usize, &crate::store::AgendaEntry)| {
            let day = match e.day {
                day if e.late => format!(", late since {day}"),
                _ if ahead == 0 => String::new(),
                day => format!(", {}", day.format("%a %Y-%m-%d")),
            };
            let at = e.at.map_or(String::new(), |at| {
                format!(" {}", at.with_timezone(&zone).format("%H:%M"))
            });
            let about =
                if e.about.is_empty() { String::new() } else { format!(", about {}", e.about) };
            format!("{}. {}: {}{about}{day}{at}", row + 1, e.noun, e.what)
        };
        let lines: Vec<String> = entries.iter().enumerate().map(line).collect();
        self.say(&format!("due {when}: {}\n{}", entries.len(), lines.join("\n")))
    }
}
