//! `rolo --plain`: the lists line by line, without frames, colours or a cursor that moves; for screen
//! readers and for terminals that can do no more.

use std::io::{BufRead, Write};

use super::CommandLine;
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
    filter: String,
    ids: Vec<i64>,
    from: usize,
}

const HELP: &str = "\
Type a line, then Enter:
  contacts, companies, deals, ...  list a noun; a filter may follow: deals is:open
  a number     everything about that row's record
  n, p         next page, page before
  /FILTER      narrow the list
  today        what is due
  board        the stages with their sums
  help, q      these lines; leave
Anything else is a command of rolo: deal move 42 Proposal, task add \"Call Maya\" --due fri, undo.";

/// Reads lines and answers them until `q` or the end of the input.
///
/// # Errors
/// The database can't be read, or the output is closed.
pub fn run(mut plain: Plain) -> Result<()> {
    let mut list: Option<List> = None;
    plain.say("rolo, line by line. `help` lists what can be typed.")?;
    plain.today()?;
    loop {
        plain.prompt()?;
        let mut line = String::new();
        let read = plain.input.read_line(&mut line).map_err(|why| Error::io("the input", &why))?;
        let line = line.trim();
        if read == 0 || matches!(line, "q" | "quit" | "exit") {
            return Ok(());
        }
        // A wrong line is told, and the next one is asked for.
        if let Err(why) = plain.answer(line, &mut list) {
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

    fn answer(&mut self, line: &str, list: &mut Option<List>) -> Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let Some(known) = list {
            match line {
                "n" if known.from + PAGE < known.ids.len() => known.from += PAGE,
                "n" => return self.say("that was the last page"),
                "p" => known.from = known.from.saturating_sub(PAGE),
                _ => {}
            }
            if matches!(line, "n" | "p") {
                return self.page(known);
            }
            if let Ok(row) = line.parse::<usize>() {
                let id = row.checked_sub(1).and_then(|at| known.ids.get(at)).ok_or_else(|| {
                    Error::usage(format!("there is no row {row}"))
                        .hint(format!("rows go from 1 to {}", known.ids.len()))
                })?;
                let text = self.command.run(&format!("{} show {id}", known.noun), None).text();
                return self.say(text.trim_end());
            }
            if let Some(filter) = line.strip_prefix('/') {
                return self.open(known.noun, filter.trim(), list);
            }
        }
        match word {
            "" => Ok(()),
            "help" | "?" => self.say(HELP),
            "today" => self.today(),
            "board" => self.board(),
            _ => {
                let noun = self
                    .store
                    .model()
                    .nouns
                    .iter()
                    .find(|n| n.entity.plural == word)
                    .map(Noun::name);
                if let Some(noun) = noun {
                    return self.open(noun, rest, list);
                }
                let text = self.command.run(line, None).text();
                self.say(text.trim_end())
            }
        }
    }

    fn open(&mut self, noun: &'static str, filter: &str, list: &mut Option<List>) -> Result<()> {
        let ids = {
            let reader = self.store.reader(&self.clock, &self.user)?;
            let declared = self.store.noun(noun)?;
            let mut listing = Listing::all(declared);
            listing.columns = Vec::new();
            listing.sort_by(declared.entity.sort, reader.model())?;
            if !filter.is_empty() {
                listing.filter = Some(reader.filter(declared, filter, &self.locale)?);
            }
            reader.ids(&listing)?
        };
        let new = List { noun, filter: filter.to_owned(), ids, from: 0 };
        let said = self.page(&new);
        *list = Some(new);
        said
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
            for (at, id) in seen.iter().enumerate() {
                let Some(row) = found.iter().find(|f| f.id == *id) else { continue };
                let cells = paths.iter().zip(&row.values).filter(|(_, value)| !value.is_empty());
                let cells: Vec<String> = cells
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
                lines.push(format!("{}. {}", list.from + at + 1, cells.join(", ")));
            }
        }
        let of =
            if list.filter.is_empty() { String::new() } else { format!(" of `{}`", list.filter) };
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

    fn today(&mut self) -> Result<()> {
        let (zone, today) = (self.locale.times.zone, self.locale.times.today());
        let entries =
            self.store.reader(&self.clock, &self.user)?.agenda(Whose::Mine, zone, today, today)?;
        if entries.is_empty() {
            return self.say("nothing is due today");
        }
        let line = |e: &crate::store::AgendaEntry| {
            let late = if e.late { format!(", late since {}", e.day) } else { String::new() };
            let about =
                if e.about.is_empty() { String::new() } else { format!(", about {}", e.about) };
            format!("{}: {}{about}{late}", e.noun, e.what)
        };
        let lines: Vec<String> = entries.iter().map(line).collect();
        self.say(&format!("due today: {}\n{}", entries.len(), lines.join("\n")))
    }
}
