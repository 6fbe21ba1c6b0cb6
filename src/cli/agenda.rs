//! `agenda`: what is due and what is planned, day by day.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use clap::ArgMatches;

use super::global::Output;
use super::grammar::text;
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::entity::when::{Due, day_start, instant_text};
use crate::entity::{LinkTo, Noun, Record, Value, recur};
use crate::error::Result;
use crate::store::{Among, Reader, Span, Store, Whose};

/// One line of the agenda.
struct Entry {
    day: NaiveDate,
    /// `None`: on the day, at no certain time.
    at: Option<DateTime<Utc>>,
    noun: &'static str,
    id: i64,
    uid: uuid::Uuid,
    what: String,
    about: String,
    owner: String,
    late: bool,
}

/// `agenda [--days N] [--team T]`.
///
/// # Errors
/// An unknown team, or the database can't be read.
pub(super) fn agenda(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let days = matches.get_one::<u32>("days").copied().unwrap_or(7);
    let team = text(matches, "team").map(str::to_owned);
    let output = session.settings.output;
    let (reader, store, printer, settings) = session.parts()?;
    let zone = settings.locale.times.zone;
    let today = settings.locale.times.today();
    let last = today + Days::new(u64::from(days.saturating_sub(1)));
    let whose = match team {
        Some(team) => Whose::Team(reader.resolve(store.noun("team")?, &team, Among::Live)?),
        None => Whose::Mine,
    };
    let span =
        Span { from: day_start(zone, today), last, end: day_start(zone, last + Days::new(1)) };
    let mut finder = Finder { reader: &reader, store, zone, today, span, entries: Vec::new() };
    finder.tasks(whose)?;
    finder.events(whose)?;
    finder.tickets(whose)?;
    finder.deals(whose)?;
    let mut entries = finder.entries;
    entries.sort_by(|a, b| (a.day, a.at, a.noun, a.id).cmp(&(b.day, b.at, b.noun, b.id)));
    if matches!(output, Output::Json | Output::Jsonl | Output::Csv | Output::Tsv) {
        let list: Vec<_> = entries.iter().map(entry_json).collect();
        return print_json_list(printer, output, &list);
    }
    if output == Output::Ids {
        return entries.iter().try_for_each(|e| printer.line(&format!("{}:{}", e.noun, e.id)));
    }
    let others = match whose {
        Whose::Mine => of_others(&reader, span)?,
        _ => String::new(),
    };
    if entries.is_empty() {
        let words = if others.is_empty() {
            ": a good day to call somebody".to_owned()
        } else {
            format!(" for you; {others}")
        };
        printer.note(&format!("nothing is due until {last}{words}"));
        return Ok(());
    }
    let heads = ["day", "time", "what", "about", "ref", "owner"]
        .map(|name| ColumnHead { name: name.into(), numeric: false });
    let mut before = None;
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|e| {
            let named =
                if before == Some((e.day, e.late)) { String::new() } else { day_name(e, today) };
            before = Some((e.day, e.late));
            let time = e
                .at
                .map_or(String::new(), |at| at.with_timezone(&zone).format("%H:%M").to_string());
            vec![
                named,
                time,
                e.what.clone(),
                e.about.clone(),
                format!("{}:{}", e.noun, e.id),
                e.owner.clone(),
            ]
        })
        .collect();
    printer.table(heads.into(), rows.into_iter().map(Ok))?;
    if others.is_empty() { Ok(()) } else { printer.line(&others) }
}

/// What is due and belongs to others, in words; nothing where nothing is.
fn of_others(reader: &Reader, span: Span) -> Result<String> {
    let counts = reader.due_of_others(span)?;
    let words: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(noun, count)| {
            let name = if *count == 1 { noun.name() } else { noun.entity.plural };
            format!("{count} {name}")
        })
        .collect();
    if words.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        "of others: {}; see a team's with `--team`, somebody's with `--as`",
        words.join(", ")
    ))
}

fn day_name(entry: &Entry, today: NaiveDate) -> String {
    let name = match (entry.day - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => entry.day.format("%a").to_string(),
    };
    format!("{} {name}{}", entry.day, if entry.late { " (late)" } else { "" })
}

fn entry_json(e: &Entry) -> serde_json::Value {
    serde_json::json!({
        "day": e.day.to_string(), "at": e.at.map(instant_text), "noun": e.noun, "id": e.id, "uid": e.uid.to_string(),
        "what": e.what, "about": (!e.about.is_empty()).then_some(&e.about), "owner": (!e.owner.is_empty()).then_some(&e.owner), "late": e.late,
    })
}

struct Finder<'a> {
    reader: &'a Reader<'a>,
    store: &'a Store,
    zone: chrono_tz::Tz,
    today: NaiveDate,
    span: Span,
    entries: Vec<Entry>,
}

impl Finder<'_> {
    fn push(&mut self, noun: &Noun, record: &Record, due: Due, what: String, late: bool) {
        let link = |name: &str| {
            noun.index(name)
                .and_then(|i| record.values[i].as_link())
                .map_or(String::new(), LinkTo::shown)
        };
        let about = ["about", "company", "contact"].iter().map(|n| link(n)).find(|l| !l.is_empty());
        self.entries.push(Entry {
            day: due.day(self.zone),
            at: match due {
                Due::At(at) => Some(at),
                Due::Day(_) => None,
            },
            noun: noun.name(),
            id: record.id,
            uid: record.uid,
            what,
            about: about.unwrap_or_default(),
            owner: link("owner"),
            late,
        });
    }

    /// Open tasks due by the last day, late ones too.
    fn tasks(&mut self, whose: Whose) -> Result<()> {
        let noun = self.store.noun("task")?;
        for record in self.reader.tasks_due(whose, self.span)? {
            let Some(Value::Due(due)) = noun.index("due").map(|i| record.values[i].clone()) else {
                continue;
            };
            let late = due.day(self.zone) < self.today;
            let what = record.values[noun.label_index()].to_cell();
            self.push(noun, &record, due, what, late);
        }
        Ok(())
    }

    /// Events within the days, repeating ones each time.
    fn events(&mut self, whose: Whose) -> Result<()> {
        let noun = self.store.noun("event")?;
        let Span { from, end: until, .. } = self.span;
        for record in self.reader.events_between(whose, self.span)? {
            let value =
                |name: &str| noun.index(name).map_or(Value::Null, |i| record.values[i].clone());
            let Value::Instant(start) = value("start") else { continue };
            let what = record.values[noun.label_index()].to_cell();
            let zone = value("zone").as_text().and_then(|z| z.parse().ok()).unwrap_or(self.zone);
            let times = match value("repeat").as_text() {
                Some(rule) => recur::within(rule, start, zone, (from, until), 400),
                None => vec![start],
            };
            let all_day = value("all_day") == Value::Bool(true);
            for at in times {
                let due = if all_day {
                    Due::Day(at.with_timezone(&self.zone).date_naive())
                } else {
                    Due::At(at.max(from - Duration::days(365)))
                };
                self.push(noun, &record, due, what.clone(), false);
            }
        }
        Ok(())
    }

    /// Open tickets whose reply or solution is due.
    fn tickets(&mut self, whose: Whose) -> Result<()> {
        let noun = self.store.noun("ticket")?;
        for record in self.reader.tickets_due(whose, self.span)? {
            let value =
                |name: &str| noun.index(name).map_or(Value::Null, |i| record.values[i].clone());
            let replied = !value("first_reply_at").is_empty();
            let due = match (value("reply_due"), value("solve_due")) {
                (Value::Instant(reply), _) if !replied => reply,
                (_, Value::Instant(solve)) => solve,
                _ => continue,
            };
            let word = if replied { "solve" } else { "reply" };
            let what = format!("{word}: {}", record.values[noun.label_index()].to_cell());
            let late = due.with_timezone(&self.zone).date_naive() < self.today;
            self.push(noun, &record, Due::At(due), what, late);
        }
        Ok(())
    }

    /// Open deals that should close by the last day.
    fn deals(&mut self, whose: Whose) -> Result<()> {
        let noun = self.store.noun("deal")?;
        for record in self.reader.deals_closing(whose, self.span)? {
            let value =
                |name: &str| noun.index(name).map_or(Value::Null, |i| record.values[i].clone());
            let Value::Date(day) = value("closes") else { continue };
            let amount = match value("amount") {
                Value::Money(m) => {
                    format!(" ({})", crate::entity::money::amount_for_people(m.minor, m.currency))
                }
                _ => String::new(),
            };
            let what = format!("closes: {}{amount}", record.values[noun.label_index()].to_cell());
            self.push(noun, &record, Due::Day(day), what, day < self.today);
        }
        Ok(())
    }
}
