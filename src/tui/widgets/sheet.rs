//! A record with what belongs to it: fields, related records, timeline; as a pane and as a page.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::entity::money::Currency;
use crate::entity::shown::{local, shown};
use crate::entity::text::visible_lines;
use crate::entity::width::{pad, width, wrap};
use crate::entity::{Field, Kind, Noun, Part, Record, Value};
use crate::error::Result;
use crate::store::{Listing, Path};
use crate::tui::desk::Desk;
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::amount::short_sums;
use crate::tui::widgets::linked::Linked;

/// Everything shown about one record.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub record: Record,
    /// The fields that its values are of: another process may have made or removed one since.
    declared: Vec<&'static Field>,
    pub related: Vec<Linked>,
    pub timeline: Vec<Moment>,
    /// The files that came with it: what they are called, and where they are kept.
    files: Vec<(String, i64)>,
    /// How many activities there are.
    pub happened: usize,
    /// Which value is the label.
    pub label_at: usize,
    /// Open deals of a company or a person: how many, and what they are worth.
    pub worth: Option<(usize, BTreeMap<Currency, i64>)>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub at: Option<chrono::DateTime<chrono::Utc>>,
    pub kind: String,
    pub who: String,
    pub words: String,
    pub id: i64,
}

/// A line of a sheet: what it says, how it looks, where it leads.
#[derive(Debug, Clone)]
pub(crate) struct SheetLine {
    pub text: String,
    pub role: Role,
    pub leads: Option<Leads>,
    /// The field that the line belongs to.
    pub field: Option<usize>,
    /// The address that a part of the line is: the column where it begins, and what it opens.
    pub address: Option<(usize, String)>,
}

/// Where a line leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leads {
    Record(&'static str, i64),
    /// The records of a noun under a filter.
    List(&'static str, String),
}

impl Sheet {
    /// Reads a sheet, in a handful of queries.
    ///
    /// # Errors
    /// The record is gone, or the database can't be read.
    pub(crate) fn read(desk: &Desk, noun: &str, id: i64, moments: usize) -> Result<Self> {
        let reader = desk.reader()?;
        let noun = desk.store.noun(noun)?;
        let record = reader.record(noun, id)?;
        let activities = desk.store.noun("activity")?;
        let ids =
            if noun.name() == "activity" { Vec::new() } else { reader.about(noun.name(), id)? };
        let some: Vec<i64> = ids.iter().copied().take(moments).collect();
        let field = |name: &str| activities.index(name).unwrap_or(0);
        let (at, kind, who) = (field("at"), field("kind"), field("author"));
        let (subject, body) = (field("subject"), field("body"));
        let mut files = Vec::new();
        let timeline = reader.records(activities, &some)?.into_iter().map(|r| {
            files.extend(files_of(activities, &r).map(|name| (name, r.id)));
            let words = match (r.values[subject].as_text(), r.values[body].as_text()) {
                (Some(subject), Some(body)) => format!("{subject}: {body}"),
                (subject, body) => subject.or(body).unwrap_or_default().to_owned(),
            };
            let instant = match r.values[at] {
                Value::Instant(at) => Some(at),
                _ => None,
            };
            Moment {
                at: instant,
                kind: r.values[kind].to_cell(),
                who: r.values[who].to_cell(),
                words,
                id: r.id,
            }
        });
        let timeline = timeline.collect::<Vec<_>>();
        let related = reader
            .related(noun, id)?
            .into_iter()
            .map(|related| Linked::read(desk, &reader, noun, related))
            .collect::<Result<_>>()?;
        let worth = worth(desk, noun, id)?;
        let label_at = noun.label_index();
        let declared = noun.fields.clone();
        Ok(Self {
            record,
            declared,
            related,
            timeline,
            files,
            happened: ids.len(),
            label_at,
            worth,
        })
    }

    /// What its open deals are worth: `EUR 56.4k open in 2 deals`.
    pub(crate) fn worth(&self) -> Option<String> {
        let (count, sums) = self.worth.as_ref().filter(|(count, _)| *count > 0)?;
        let deals = if *count == 1 { "deal" } else { "deals" };
        Some(format!("{} open in {count} {deals}", short_sums(sums)).trim_start().to_owned())
    }

    /// What belongs to it, in one line: `EUR 56.4k open in 2 deals   tasks 3   tickets 1`.
    pub(crate) fn counts(&self) -> String {
        let mut parts: Vec<String> = self.worth().into_iter().collect();
        let mut named: Vec<&str> = Vec::new();
        for related in &self.related {
            if !named.contains(&related.plural) {
                named.push(related.plural);
            }
        }
        parts.extend(named.into_iter().map(|plural| {
            let all = self.related.iter().filter(|r| r.plural == plural);
            format!("{plural} {}", all.map(|r| r.count).sum::<u64>())
        }));
        parts.join("   ")
    }

    /// The label.
    pub(crate) fn label(&self, noun: &Noun) -> String {
        self.record.values[noun.label_index()].to_cell()
    }

    /// The lines of the fields that hold something.
    pub(crate) fn fields(&self, room: usize, cx: &Cx) -> Vec<SheetLine> {
        let of_fields = self.declared.iter().zip(&self.record.values).enumerate();
        let held = of_fields
            .filter(|(_, (field, value))| !value.is_empty() && field.name != "uid" && !field.quiet);
        let all: Vec<_> = held.collect();
        let names =
            all.iter().map(|(_, (field, _))| width(&field.called())).max().unwrap_or(0).min(16);
        let mut lines = Vec::new();
        for (at, (field, value)) in all {
            let text = shown(field, Part::Whole, value, cx.zone());
            let text = if field.kind == Kind::Longtext { text } else { text.replace('\n', " ") };
            let leads = value.as_link().map(|l| Leads::Record(l.noun, l.id));
            let mut pieces: VecDeque<String> = VecDeque::new();
            for line in visible_lines(&text).split('\n') {
                pieces.extend(
                    wrap(line, Some(room.saturating_sub(names + 2).max(8)))
                        .into_iter()
                        .map(str::to_owned),
                );
            }
            let address = match value {
                Value::List(items) => items.first().filter(|_| items.len() == 1).map(|i| &*i.value),
                value => value.as_text(),
            };
            let address = address.filter(|_| pieces.len() == 1);
            let address = address.and_then(|text| address_of(&field.kind, text));
            let mut name = pad(&cx.theme.cut(&field.called(), names), names, false);
            for piece in pieces {
                lines.push(SheetLine {
                    text: format!("{name}  {piece}"),
                    role: if leads.is_some() { Role::Link } else { Role::Text },
                    leads: leads.clone(),
                    field: Some(at),
                    address: address.clone().map(|url| (names + 2, url)),
                });
                name = " ".repeat(names);
            }
        }
        lines
    }

    /// When it says something else though nothing happens.
    pub(crate) fn deadline(&self, now: chrono::DateTime<chrono::Utc>) -> Option<Duration> {
        self.related
            .iter()
            .filter_map(|linked| linked.changes_in(now))
            .min()
            .map(Duration::from_secs)
    }

    /// The lines of the records that link here, and of the files that came with what happened.
    pub(crate) fn related(&self, room: usize, cx: &Cx) -> Vec<SheetLine> {
        let mut lines: Vec<_> =
            self.related.iter().flat_map(|linked| linked.lines(room, cx)).collect();
        if !self.files.is_empty() {
            lines.push(plain(format!("Files ({})", self.files.len()), Role::Heading));
        }
        lines.extend(self.files.iter().map(|(name, id)| SheetLine {
            leads: Some(Leads::Record("activity", *id)),
            ..plain(format!("  {}", super::pane::safe(name)), Role::Text)
        }));
        lines
    }

    /// The lines of the timeline, or those of one kind.
    pub(crate) fn moments(&self, kind: Option<&str>, cx: &Cx) -> Vec<SheetLine> {
        let mut lines: Vec<SheetLine> = self
            .timeline
            .iter()
            .filter(|m| kind.is_none_or(|kind| m.kind == kind))
            .map(|m| SheetLine {
                text: format!(
                    "{}  {:<8} {:<8} {}",
                    m.at.map_or(String::new(), |at| local(at, cx.zone())),
                    super::pane::safe(&m.kind),
                    super::pane::safe(&m.who),
                    super::pane::safe(&m.words)
                ),
                role: Role::Text,
                leads: Some(Leads::Record("activity", m.id)),
                field: None,
                address: None,
            })
            .collect();
        if self.happened > self.timeline.len() {
            lines.push(plain(
                format!("and {} older", self.happened - self.timeline.len()),
                Role::Dim,
            ));
        }
        lines
    }
}

/// What the files of a record are called.
fn files_of(noun: &Noun, record: &Record) -> impl Iterator<Item = String> {
    let fields = noun.fields.iter().zip(&record.values);
    let files = fields.filter(|(field, _)| field.kind == Kind::List(&Kind::File));
    let items = files.filter_map(|(_, value)| match value {
        Value::List(items) => Some(items.iter()),
        _ => None,
    });
    items.flatten().map(|item| item.value.clone()).collect::<Vec<_>>().into_iter()
}

/// Most open deals of one company or person that are summed.
const DEALS: u64 = 1_000;

/// The open deals of a company or a person; of more than can be summed at a glance nothing.
fn worth(desk: &Desk, noun: &Noun, id: i64) -> Result<Option<(usize, BTreeMap<Currency, i64>)>> {
    if !matches!(noun.name(), "company" | "contact") {
        return Ok(None);
    }
    let reader = desk.reader()?;
    let deals = desk.store.noun("deal")?;
    let mut listing = Listing::all(deals);
    let filter = format!("{}:{id} is:open", noun.name());
    listing.filter = Some(reader.filter(deals, &filter, &desk.locale)?);
    listing.columns = vec![Path::parse("amount", deals, reader.model())?];
    listing.limit = Some(DEALS + 1);
    let found = reader.list(&listing)?;
    if found.len() as u64 > DEALS {
        return Ok(None);
    }
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for money in found.iter().filter_map(|f| match f.values.first() {
        Some(Value::Money(money)) => Some(money),
        _ => None,
    }) {
        let sum = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.minor);
    }
    Ok(Some((found.len(), sums)))
}

/// A line that leads nowhere.
pub(crate) fn plain(text: String, role: Role) -> SheetLine {
    SheetLine { text, role, leads: None, field: None, address: None }
}

/// What a value opens, where it is an address of the web, of mail or of a phone.
fn address_of(kind: &Kind, text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_graphic();
    let url = match kind {
        Kind::Url | Kind::List(Kind::Url) if text.contains("://") => text.to_owned(),
        Kind::Url | Kind::List(Kind::Url) => format!("https://{text}"),
        Kind::Email | Kind::List(Kind::Email) => format!("mailto:{text}"),
        Kind::Phone | Kind::List(Kind::Phone) => format!("tel:{}", text.replace(' ', "")),
        _ => return None,
    };
    let opens = ["https://", "http://", "mailto:", "tel:"];
    (url.chars().all(plain) && opens.iter().any(|o| url.starts_with(o))).then_some(url)
}
