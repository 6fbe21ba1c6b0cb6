//! `NOUN duplicates`: records that may be one, listed, merged at once, or looked at one by one.

use std::io::BufRead;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::filter_text;
use super::lists::{print_json_list, print_rows};
use super::print::ColumnHead;
use super::session::{Session, filter_sql};
use crate::entity::shown::shown;
use crate::entity::{LinkTo, Noun, Part};
use crate::error::{Error, Result};
use crate::store::{Double, Hunt, Reader, groups, keeper};

/// The least score of what is listed when nothing else is asked.
const LISTED: f64 = 0.6;
/// The least score of what is merged without a look.
const SURE: f64 = 0.95;

/// `duplicates [FILTER…]`: on a terminal one pair after the other, else a list; with `--auto` what is
/// sure enough is merged.
///
/// # Errors
/// A wrong filter, nobody confirms, or the database can't be used.
pub(super) fn duplicates(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let auto = matches.get_flag("auto");
    let above = match matches.get_one::<f64>("above") {
        Some(above) => *above,
        None if auto => SURE,
        None => LISTED,
    };
    let limit = matches.get_one::<u64>("limit").and_then(|n| usize::try_from(*n).ok());
    let filter = filter_text(matches);
    let is_asked = matches.get_flag("review");
    let at_terminal = session.settings.stdin_is_terminal
        && session.settings.stdout_is_terminal
        && session.settings.output == Output::Table;
    let reviews = is_asked || at_terminal && !matches.get_flag("list");
    if auto || reviews {
        session.existing()?;
    }
    // What is less likely still keeps groups apart.
    let mut found =
        find(session, noun, filter.as_deref(), if auto { above.min(LISTED) } else { above })?;
    if auto {
        let is_named = matches.contains_id("above");
        return merge_all(session, noun, &found, above, is_named);
    }
    found.truncate(limit.unwrap_or(usize::MAX));
    if reviews {
        return review(session, noun, &found);
    }
    list(session, noun, &found)
}

fn find(
    session: &mut Session,
    noun: &str,
    filter: Option<&str>,
    above: f64,
) -> Result<Vec<Double>> {
    let (reader, store, _, settings) = session.parts()?;
    let noun = store.noun(noun)?;
    let filter = filter.map(|f| filter_sql(&reader, settings, noun, f)).transpose()?;
    reader.doubles(Hunt { noun, filter, above, region: &settings.locale.region })
}

/// Both records of each pair, as `records()` would label them.
fn labels(reader: &Reader, noun: &Noun, ids: &[i64]) -> Result<Vec<LinkTo>> {
    let mut known = reader.labels(noun.name(), ids)?;
    Ok(ids.iter().filter_map(|id| known.remove(id)).collect())
}

fn list(session: &mut Session, noun: &str, found: &[Double]) -> Result<()> {
    let output = session.settings.output;
    let (reader, store, printer, _) = session.parts()?;
    let noun = store.noun(noun)?;
    if output == Output::Ids {
        let mut ids: Vec<i64> = found.iter().flat_map(|d| [d.keep, d.other]).collect();
        ids.sort_unstable();
        ids.dedup();
        return ids.iter().try_for_each(|id| printer.line(&id.to_string()));
    }
    let mut rows = Vec::new();
    for double in found {
        let pair = labels(&reader, noun, &[double.keep, double.other])?;
        rows.push((double, pair));
    }
    match output {
        Output::Json | Output::Jsonl => {
            let list: Vec<_> = rows
                .iter()
                .map(|(d, pair)| {
                    serde_json::json!({
                        "noun": noun.name(), "score": d.score, "keep": d.keep, "ids": [d.keep, d.other],
                        "records": pair.iter().map(record_json).collect::<Vec<_>>(), "reasons": d.reasons,
                    })
                })
                .collect();
            print_json_list(printer, output, &list)
        }
        Output::Csv | Output::Tsv => {
            let list: Vec<_> = rows
                .iter()
                .map(|(d, pair)| {
                    let label = |at: usize| pair.get(at).map_or("", |l| l.label.as_str());
                    serde_json::json!({
                        "score": d.score, "keep": d.keep, "keep_name": label(0), "other": d.other,
                        "other_name": label(1), "reasons": d.reasons.join("; "),
                    })
                })
                .collect();
            print_rows(printer, output, &list)
        }
        _ => {
            let heads = [
                ("score", true),
                ("id", true),
                ("keep", false),
                ("id", true),
                ("other", false),
                ("why", false),
            ]
            .map(|(name, numeric)| ColumnHead { name: name.into(), numeric });
            let cells = rows.into_iter().map(|(d, pair)| {
                let label = |at: usize| pair.get(at).map_or(String::new(), |l| l.label.clone());
                Ok(vec![
                    format!("{:.2}", d.score),
                    d.keep.to_string(),
                    label(0),
                    d.other.to_string(),
                    label(1),
                    d.reasons.join(", "),
                ])
            });
            if printer.table(heads.into(), cells)? == 0 {
                printer.note(&format!("no doubles among the {}", noun.entity.plural));
            } else {
                printer.note(&format!(
                    "`rolo {0} merge KEEP OTHER` makes one of two; `rolo {0} duplicates --review` asks for each",
                    noun.name()
                ));
            }
            Ok(())
        }
    }
}

fn record_json(link: &LinkTo) -> serde_json::Value {
    serde_json::json!({"id": link.id, "uid": link.uid.to_string(), "name": link.label})
}

/// Merges what is sure enough, all of it in one change.
fn merge_all(
    session: &mut Session,
    noun: &str,
    found: &[Double],
    above: f64,
    is_named: bool,
) -> Result<()> {
    let groups = groups(found, above);
    let merges: Vec<(i64, Vec<i64>)> = groups.iter().map(|g| keeper(g)).collect();
    let plural = session.reading()?.noun(noun)?.entity.plural;
    let gone: usize = merges.iter().map(|(_, others)| others.len()).sum();
    if merges.is_empty() {
        if matches!(session.settings.output, Output::Json | Output::Jsonl) {
            return print_json_list(&mut session.printer, session.settings.output, &[]);
        }
        session.printer.note(&format!("no doubles of at least {above} among the {plural}"));
        return Ok(());
    }
    // Where nobody can be asked, the score that was named is the answer.
    if !is_named || session.settings.is_interactive() {
        session.confirm(&format!("merge {gone} {plural} into {}", merges.len()))?;
    }
    let records = {
        let (reader, store, ..) = session.parts()?;
        let noun = store.noun(noun)?;
        let mut all = Vec::new();
        for (keep, others) in &merges {
            let ids: Vec<i64> = std::iter::once(*keep).chain(others.iter().copied()).collect();
            all.push(labels(&reader, noun, &ids)?);
        }
        all
    };
    session.write_as("merge", &format!("merge: {gone} {plural} into {}", merges.len()), |w| {
        let noun = w.reader().model().noun(noun)?;
        for (keep, others) in &merges {
            w.merge(noun, *keep, others, &[])?;
        }
        Ok(())
    })?;
    let output = session.settings.output;
    match output {
        Output::Ids => {
            merges.iter().try_for_each(|(keep, _)| session.printer.line(&keep.to_string()))
        }
        Output::Table => {
            let would = session.done("merged", "merge");
            for ((keep, others), records) in merges.iter().zip(&records) {
                let names: Vec<String> = records
                    .iter()
                    .skip(1)
                    .map(|l| format!("{noun}:{} {}", l.id, l.label))
                    .collect();
                let label = records.first().map_or("", |l| l.label.as_str());
                debug_assert_eq!(names.len(), others.len());
                session
                    .printer
                    .note(&format!("{would} {} into {noun}:{keep} {label}", names.join(", ")));
            }
            session.printer.note(&format!(
                "{would} {gone} {plural} into {}; one `rolo undo` takes all of it back",
                merges.len()
            ));
            Ok(())
        }
        _ => {
            let list: Vec<_> = merges
                .iter()
                .zip(&groups)
                .zip(&records)
                .map(|(((keep, others), group), records)| {
                    let least = group.iter().map(|d| d.score).fold(1.0, f64::min);
                    let reasons = group.first().map_or(&[][..], |d| &d.reasons);
                    let ids: Vec<i64> = std::iter::once(*keep).chain(others.iter().copied()).collect();
                    serde_json::json!({
                        "noun": noun, "score": least, "keep": keep, "merged": others, "ids": ids,
                        "records": records.iter().map(record_json).collect::<Vec<_>>(), "reasons": reasons,
                    })
                })
                .collect();
            print_json_list(&mut session.printer, output, &list)
        }
    }
}

/// An answer of the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Merge,
    OtherWay,
    No,
    Skip,
    Quit,
}

/// The answer that a line means; what isn't one is asked again.
fn answer_of(line: &str) -> Option<Answer> {
    Some(match line.trim().to_lowercase().as_str() {
        "m" | "merge" | "y" | "yes" => Answer::Merge,
        "o" | "other" => Answer::OtherWay,
        "n" | "no" | "not" => Answer::No,
        "s" | "skip" | "" => Answer::Skip,
        "q" | "quit" => Answer::Quit,
        _ => return None,
    })
}

/// Asks about one pair after the other; each answer is a change of its own.
fn review(session: &mut Session, noun: &str, found: &[Double]) -> Result<()> {
    if found.is_empty() {
        return list(session, noun, found);
    }
    let (mut merged, mut told, mut skipped) = (0, 0, 0);
    for (at, double) in found.iter().enumerate() {
        // What went into another one meanwhile is met there.
        let pair = {
            let (reader, store, ..) = session.parts()?;
            let noun = store.noun(noun)?;
            (reader.current(noun, double.keep)?, reader.current(noun, double.other)?)
        };
        if pair.0 == pair.1 {
            continue;
        }
        show_pair(session, noun, pair, double, (at + 1, found.len()))?;
        match ask(session, noun, pair)? {
            Answer::Merge => {
                merge_pair(session, noun, pair.0, pair.1)?;
                merged += 1;
            }
            Answer::OtherWay => {
                merge_pair(session, noun, pair.1, pair.0)?;
                merged += 1;
            }
            Answer::No => {
                let summary = format!("{noun}:{} and {noun}:{} are two", pair.0, pair.1);
                session.write_as("not-double", &summary, |w| {
                    let noun = w.reader().model().noun(noun)?;
                    w.say_no_double(noun, pair.0, pair.1)
                })?;
                told += 1;
            }
            Answer::Skip => skipped += 1,
            Answer::Quit => break,
        }
    }
    let would = session.would();
    session.printer.note(&format!("{would}merged {merged}, no doubles {told}, skipped {skipped}"));
    Ok(())
}

fn merge_pair(session: &mut Session, noun: &str, keep: i64, other: i64) -> Result<()> {
    super::merge::merge_these(session, noun, keep, &[other], &[]).map(|_| ())
}

/// The two beside each other: what they share and where they differ.
fn show_pair(
    session: &mut Session,
    noun: &str,
    (a, b): (i64, i64),
    double: &Double,
    (at, of): (usize, usize),
) -> Result<()> {
    let (reader, store, printer, settings) = session.parts()?;
    let noun = store.noun(noun)?;
    let zone = settings.locale.times.zone;
    let (x, y) = (reader.record(noun, a)?, reader.record(noun, b)?);
    let why = double.reasons.join(", ");
    printer.heading(&format!("{at} of {of}: {:.2}, {why}", double.score))?;
    let heads = [
        String::new(),
        format!("{}:{a}", noun.name()),
        format!("{}:{b}", noun.name()),
        String::new(),
    ]
    .map(|name| ColumnHead { name, numeric: false });
    let mut rows = Vec::new();
    for (index, field) in noun.fields.iter().enumerate() {
        if matches!(field.name, "id" | "uid" | "trashed") {
            continue;
        }
        let cell = |v: &crate::entity::Value| shown(field, Part::Whole, v, zone);
        let (left, right) = (cell(&x.values[index]), cell(&y.values[index]));
        if left.is_empty() && right.is_empty() {
            continue;
        }
        let differs = !left.is_empty() && !right.is_empty() && left != right;
        let mark = if differs { "differs" } else { "" };
        rows.push(Ok(vec![field.label(), left, right, mark.to_owned()]));
    }
    printer.table(heads.into(), rows)?;
    Ok(())
}

fn ask(session: &mut Session, noun: &str, (a, b): (i64, i64)) -> Result<Answer> {
    loop {
        // What was shown goes out before the question.
        session.printer.finish()?;
        session.printer.ask(&format!(
            "[m]erge into {noun}:{a}, the [o]ther way into {noun}:{b}, [n]o double, [s]kip, [q]uit?"
        ));
        let mut line = String::new();
        let read = std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|why| Error::io("the answer", &why))?;
        if read == 0 {
            return Ok(Answer::Quit);
        }
        match answer_of(&line) {
            Some(answer) => return Ok(answer),
            None => session.printer.note("write m, o, n, s or q"),
        }
    }
}

/// Says on standard error that a new record is likely a double of another.
///
/// # Errors
/// The database can't be read.
pub(super) fn tell_likely(
    w: &mut crate::store::Writer,
    noun: &Noun,
    id: i64,
    row: &[crate::entity::Value],
    region: &str,
) -> Result<()> {
    let Some(double) = w.reader().likely_double(noun, id, row, region)? else { return Ok(()) };
    let label = w.reader().labels(noun.name(), &[double.keep])?;
    let label = label.get(&double.keep).map_or("", |l| l.label.as_str()).to_owned();
    w.warnings.push(format!(
        "likely a double of {0}:{1} {label} ({2:.2}: {3}); `rolo {0} merge {1} {id}` makes one of them",
        noun.name(),
        double.keep,
        double.score,
        double.reasons.join(", ")
    ));
    Ok(())
}
