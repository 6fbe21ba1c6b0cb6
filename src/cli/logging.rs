//! `log KIND REF TEXT` and `note REF TEXT`: what happened, recorded about a record.

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{field_inputs, text};
use super::inputs::values;
use super::record::resolve_all;
use super::session::Session;
use crate::entity::{LinkTo, Value};
use crate::error::Result;
use crate::store::Among;

/// Records an activity; prints its id.
///
/// # Errors
/// The REF finds none or several, or a value isn't allowed.
pub(super) fn log(
    session: &mut Session,
    noun: Option<&str>,
    kind: Option<&str>,
    matches: &ArgMatches,
) -> Result<()> {
    session.writing()?;
    let locale = session.settings.locale.clone();
    let kind = kind.or_else(|| text(matches, "kind")).unwrap_or("note").to_owned();
    let body = text(matches, "text").unwrap_or_default().to_owned();
    let refs = vec![text(matches, "ref").unwrap_or_default().to_owned()];
    let (about, mut fields) = {
        let (reader, store, ..) = session.parts()?;
        let about = resolve_all(&reader, noun, &refs, Among::Live)?;
        let activity = store.noun("activity")?;
        let mut flags = field_inputs(matches, activity);
        flags.push(("kind".into(), vec![kind]));
        flags.push(("body".into(), vec![body]));
        (about, values(activity, &flags, &[], &locale)?)
    };
    let written = session.write("log", |w| {
        let activity = w.reader().model().noun("activity")?;
        let links = about.iter().map(|(noun, id)| LinkTo::bare(noun, *id)).collect();
        fields.push((activity.require("about")?.index, Value::Links(links)));
        w.insert(activity, fields.into())
    })?;
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        return session.report("activity", &[written.value], "");
    }
    session.printer.line(&written.value.to_string())
}
