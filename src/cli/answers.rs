//! `lead response`: how soon leads have to be answered, and how soon they were.

use clap::ArgMatches;
use serde_json::{Value as Json, json};

use super::global::Output;
use super::grammar::{text, texts};
use super::lists::print_json_list;
use super::print::{ColumnHead, Printer};
use super::record::chosen;
use super::session::{Session, ids_of};
use crate::entity::hours::{Open, minutes_of};
use crate::entity::shown::local;
use crate::entity::when::{duration_for_people, instant_text};
use crate::error::Result;
use crate::store::{Among, LeadAnswer};

const NO_POLICY: &str = "no policy fits: `rolo response add Web --source web --within 1h --hours 'mon-fri 9-18'` makes one";

/// `lead response [REF…|--where FILTER] [--explain]`: those of an open lead without an answer, if
/// none is named.
///
/// # Errors
/// A REF finds none or several, or the filter is wrong.
pub(super) fn response(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let is_named = !texts(matches, "ref").is_empty() || text(matches, "where").is_some();
    let ids: Vec<i64> = if is_named {
        // Nothing is changed, so nobody is asked.
        let yes = std::mem::replace(&mut session.settings.yes, true);
        let found = chosen(session, Some("lead"), matches, "show", Among::Live);
        session.settings.yes = yes;
        found?.into_iter().map(|(_, id)| id).collect()
    } else {
        let (reader, store, _, settings) = session.parts()?;
        ids_of(&reader, settings, store.noun("lead")?, "is:unanswered")?
    };
    let explain = matches.get_flag("explain");
    let output = session.settings.output;
    let (reader, _, printer, settings) = session.parts()?;
    let names = reader.labels("lead", &ids)?;
    let name = |id: i64| names.get(&id).map_or("", |l| l.label.as_str()).to_owned();
    let answers = ids.iter().map(|id| reader.answer(*id)).collect::<Result<Vec<_>>>()?;
    let (zone, now) = (settings.locale.times.zone, settings.locale.times.now);
    let is_late = |a: &LeadAnswer| a.due().map(|due| a.answered.unwrap_or(now) > due);
    match output {
        Output::Table => {}
        Output::Ids => return ids.iter().try_for_each(|id| printer.line(&id.to_string())),
        _ => {
            let all: Vec<Json> =
                answers.iter().map(|a| as_json(a, &name(a.lead), is_late(a), explain)).collect();
            return match (output, &all[..]) {
                (Output::Json, [_]) if explain => print_json_list(printer, Output::Jsonl, &all),
                _ => print_json_list(printer, output, &all),
            };
        }
    }
    let time = |at| local(at, zone);
    if explain {
        for (at, answer) in answers.iter().enumerate() {
            if at > 0 {
                printer.page("\n")?;
            }
            told_of(printer, answer, &name(answer.lead), &time)?;
        }
    } else {
        let heads = ["lead", "name", "policy", "due", "answered", "took", ""];
        let rows = answers.iter().map(|a| {
            Ok(vec![
                a.lead.to_string(),
                name(a.lead),
                a.policy.as_ref().map_or_else(String::new, |p| p.name.clone()),
                a.due().map_or_else(String::new, time),
                a.answered.map_or_else(String::new, time),
                a.took().map_or_else(String::new, duration_for_people),
                if is_late(a) == Some(true) { "late" } else { "" }.to_owned(),
            ])
        });
        printer.table(heads.into_iter().map(ColumnHead::text).collect(), rows)?;
    }
    if answers.iter().all(|a| a.policy.is_none()) {
        printer.note(if answers.is_empty() { "no lead waits for an answer" } else { NO_POLICY });
    }
    Ok(())
}

/// Prints how an answer was counted.
fn told_of(
    printer: &mut Printer,
    answer: &LeadAnswer,
    name: &str,
    time: &dyn Fn(chrono::DateTime<chrono::Utc>) -> String,
) -> Result<()> {
    printer.line(&format!("lead:{} {name}: {}", answer.lead, story(answer, time)))?;
    if let Some(policy) = told(answer) {
        printer.line(&policy)?;
    }
    let heads = ["until", "from", "to", "counts"].into_iter().map(ColumnHead::text).collect();
    let rows = counted(answer).map(|(what, open)| {
        let minutes = duration_for_people(minutes_of(&[open]));
        Ok(vec![what.to_owned(), time(open.from), time(open.until), minutes])
    });
    printer.table(heads, rows)?;
    Ok(())
}

/// The times that count, until the answer is due and until it came.
fn counted(answer: &LeadAnswer) -> impl Iterator<Item = (&'static str, Open)> {
    let due = answer.until_due().into_iter().map(|open| ("due", open));
    due.chain(answer.until_answered().into_iter().map(|open| ("answer", open)))
}

/// When the lead came, when its answer is due, and when it came.
fn story(answer: &LeadAnswer, time: impl Fn(chrono::DateTime<chrono::Utc>) -> String) -> String {
    let mut parts = vec![format!("came {}", time(answer.came))];
    parts.extend(answer.due().map(|due| format!("due {}", time(due))));
    parts.push(match (answer.answered, answer.took()) {
        (Some(at), Some(took)) => {
            format!("answered {}, in {}", time(at), duration_for_people(took))
        }
        _ => "not answered".to_owned(),
    });
    parts.join(", ")
}

/// The policy in words.
fn told(answer: &LeadAnswer) -> Option<String> {
    let policy = answer.policy.as_ref()?;
    let mut text = format!("{}: within {}", policy.name, duration_for_people(policy.within));
    match &policy.hours {
        None => text.push_str(", day and night"),
        Some(hours) => {
            let zone = policy.zone.as_deref().unwrap_or("UTC");
            text.push_str(&format!(" of {hours} {zone}"));
        }
    }
    if !policy.holidays.is_empty() {
        text.push_str(&format!(", without {}", policy.holidays.join(" ")));
    }
    Some(text)
}

fn as_json(answer: &LeadAnswer, name: &str, late: Option<bool>, explain: bool) -> Json {
    let policy = answer.policy.as_ref();
    let mut json = json!({
        "id": answer.lead,
        "name": name,
        "response_policy": policy.map(|p| &p.name),
        "created": instant_text(answer.came),
        "response_due": answer.due().map(instant_text),
        "responded_at": answer.answered.map(instant_text),
        "response_time": answer.took(),
        "late": late,
    });
    if explain && let Some(object) = json.as_object_mut() {
        let counted: Vec<Json> = counted(answer)
            .map(|(what, open)| {
                json!({
                    "until": what,
                    "from": instant_text(open.from),
                    "to": instant_text(open.until),
                    "minutes": minutes_of(&[open]),
                })
            })
            .collect();
        object.insert("within".into(), json!(policy.map(|p| p.within)));
        object.insert("hours".into(), json!(policy.and_then(|p| p.hours.as_ref())));
        object.insert("zone".into(), json!(policy.and_then(|p| p.zone.as_ref())));
        object.insert("holidays".into(), json!(policy.map_or(&[][..], |p| &p.holidays)));
        object.insert("counted".into(), json!(counted));
    }
    json
}
