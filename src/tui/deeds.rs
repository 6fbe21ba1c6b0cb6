//! The changes that the dashboard makes. Each goes the way of the command that it names: through the
//! actions and the store's one write path.

use super::desk::{Desk, Done};
use super::screen::Subject;
use crate::actions::{Action, Call, Takes};
use crate::entity::text::slug;
use crate::entity::{CustomField, Kind, LinkTo, Model, Noun, Target, Value};
use crate::error::{Error, Result};
use crate::store::{Draft, View, Writer, Written, same};

/// A word as a shell takes it.
pub(crate) fn quoted(text: &str) -> String {
    let clean = text.replace('\0', "");
    shlex::try_quote(&clean).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

pub(super) fn done<T>(written: &Written<T>, line: String, command: String) -> Done {
    let mut line = if written.change.is_none() { String::new() } else { line };
    for warning in &written.warnings {
        line += &format!(" - {warning}");
    }
    Done { line, change: written.change, made: None, command }
}

/// A deed of the business, with its arguments as they would be typed.
///
/// # Errors
/// The action refuses, or the file can't be written.
pub(crate) fn act(
    desk: &mut Desk,
    action: &'static Action,
    subject: &Subject,
    args: &[(&'static str, String)],
) -> Result<Done> {
    let command = act_command(action, subject, args);
    let locale = desk.locale.clone();
    let sight = desk.sight.clone();
    let written = desk.change(action.verb, &command, |w| {
        let noun = w.reader().model().noun(action.noun)?;
        refuse_any_removed(w, noun, &subject.ids)?;
        sight.still(w.reader(), noun, &subject.ids, None)?;
        let ids = &subject.ids;
        (action.run)(&mut Call { writer: w, noun, ids, args, locale: &locale, made: Vec::new() })
    })?;
    let told = args.first().map_or(String::new(), |arg| said(desk, action, arg));
    let whom = shown(desk, subject);
    let line = match (action.verb, told.as_str()) {
        (verb, "") => format!("{verb} {whom}"),
        ("move", to) => format!("moved {whom} to {to}"),
        (verb, told) => format!("{verb} {whom}: {told}"),
    };
    Ok(done(&written, line, command))
}

/// The records as people know them: one by its own name, whatever the screen's row said.
fn shown(desk: &Desk, subject: &Subject) -> String {
    let [id] = subject.ids[..] else { return subject.shown(desk.store.model()) };
    let own = label_of(desk, subject.noun, id).map(|label| Subject { label, ..subject.clone() });
    own.as_ref().unwrap_or(subject).shown(desk.store.model())
}

/// What a record is called.
fn label_of(desk: &Desk, noun: &str, id: i64) -> Option<String> {
    let mut labels = desk.reader().ok()?.labels(noun, &[id]).ok()?;
    labels.remove(&id).map(|link| link.label).filter(|label| !label.is_empty())
}

/// What an argument says to people: a record that was picked, by its name.
fn said(desk: &Desk, action: &Action, (name, text): &(&'static str, String)) -> String {
    let arg = action.args.iter().find(|arg| arg.name == *name);
    let kind = arg.and_then(|arg| match arg.takes {
        Takes::Kind(kind, _) => Some(kind),
        Takes::Field(field) => {
            let noun = desk.store.model().get(action.noun)?;
            Some(noun.fields[noun.index(field)?].kind)
        }
    });
    let picked = match (kind, text.parse::<i64>()) {
        (Some(Kind::Link(Target::One(entity))), Ok(id)) => label_of(desk, entity.name, id),
        _ => None,
    };
    briefly(picked.as_ref().unwrap_or(text))
}

/// What a field was given, as people know it.
fn given(desk: &Desk, edit: &Edit) -> String {
    let label = match &edit.new {
        Value::Link(link) if link.label.is_empty() => label_of(desk, link.noun, link.id),
        Value::Link(link) => Some(link.label.clone()),
        _ => None,
    };
    briefly(label.as_ref().unwrap_or(&edit.text))
}

/// The beginning of a text that somebody wrote, in one line.
fn briefly(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < text.trim_end().len() { format!("{short}...") } else { short }
}

/// The command that does the same as an action.
pub(crate) fn act_command(
    action: &Action,
    subject: &Subject,
    args: &[(&'static str, String)],
) -> String {
    use crate::actions::ArgKind;
    let mut words = format!("{} {} {}", action.noun, action.verb, subject.refs());
    for (name, text) in args {
        let kind = action.args.iter().find(|a| a.name == *name).map(|a| a.kind);
        words += &match kind {
            Some(ArgKind::Positional) => format!(" {}", quoted(text)),
            Some(ArgKind::Flag) => format!(" --{name}"),
            _ => format!(" --{name} {}", quoted(text)),
        };
    }
    words
}

/// Puts records, each where it belongs, as one change: deals into stages, tickets into statuses.
/// `argument` is the deed's one that says where.
///
/// # Errors
/// One of them is refused, or the file can't be written.
pub(crate) fn put(
    desk: &mut Desk,
    action: &'static Action,
    argument: &'static str,
    subject: &Subject,
    moves: &[(String, Vec<i64>)],
) -> Result<Done> {
    let commands: Vec<String> = moves
        .iter()
        .map(|(to, ids)| {
            let part = Subject { ids: ids.clone(), ..subject.clone() };
            act_command(action, &part, &[(argument, to.clone())])
        })
        .collect();
    let command = commands.join(" && rolo ");
    let locale = desk.locale.clone();
    let sight = desk.sight.clone();
    let written = desk.change(action.verb, &command, |w| {
        let noun = w.reader().model().noun(action.noun)?;
        for (to, ids) in moves {
            refuse_any_removed(w, noun, ids)?;
            sight.still(w.reader(), noun, ids, None)?;
            let args = [(argument, to.clone())];
            (action.run)(&mut Call {
                writer: w,
                noun,
                ids,
                args: &args,
                locale: &locale,
                made: Vec::new(),
            })?;
        }
        Ok(())
    })?;
    let to = match moves {
        [(to, _)] => format!("to {}", to.rsplit('/').next().unwrap_or_default()),
        _ => "one step".to_owned(),
    };
    let line = format!("moved {} {to}", shown(desk, subject));
    Ok(done(&written, line, command))
}

/// A field about to be changed: its value as it was read and as it should be, and as typed.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub index: usize,
    /// What the form began with; somebody else's change since is a conflict.
    pub base: Option<Value>,
    pub new: Value,
    /// As a command line would have it.
    pub text: String,
}

/// Changes fields of records. Where a base is given and somebody else changed that field since,
/// nothing is written.
///
/// # Errors
/// A value isn't allowed, a field changed meanwhile, or the file can't be written.
pub(crate) fn edit(desk: &mut Desk, subject: &Subject, edits: &[Edit]) -> Result<Done> {
    edit_each(desk, subject, &[(subject.ids.clone(), edits)])
}

/// The same with edits of their own for some of the records each, as one change.
///
/// # Errors
/// As for [`edit`].
pub(crate) fn edit_each<E: AsRef<[Edit]>>(
    desk: &mut Desk,
    subject: &Subject,
    groups: &[(Vec<i64>, E)],
) -> Result<Done> {
    let part = |ids: &Vec<i64>| Subject { ids: ids.clone(), ..subject.clone() };
    let commands: Vec<String> = groups
        .iter()
        .map(|(ids, edits)| edit_command(desk.store.model(), &part(ids), edits.as_ref()))
        .collect::<Result<_>>()?;
    let command = commands.join(" && rolo ");
    let sight = desk.sight.clone();
    let written = desk.change("edit", &command, |w| {
        let noun = w.reader().model().noun(subject.noun)?;
        for (ids, edits) in groups {
            refuse_any_removed(w, noun, ids)?;
            // Where no base was read, nobody may have changed the same since it was shown.
            let edits_blind = edits.as_ref().iter().filter(|edit| edit.base.is_none());
            let names: Vec<&str> = edits_blind.map(|edit| noun.fields[edit.index].name).collect();
            if !names.is_empty() {
                sight.still(w.reader(), noun, ids, Some(&names))?;
            }
            for id in ids {
                let now = w.reader().record(noun, *id)?;
                refuse_clashes(noun, &now.values, edits.as_ref())?;
            }
        }
        for (ids, edits) in groups {
            let edits = edits.as_ref().iter();
            let values: Vec<(usize, Value)> = edits.map(|e| (e.index, e.new.clone())).collect();
            for id in ids {
                w.update(noun, *id, values.clone())?;
            }
        }
        Ok(())
    })?;
    let edits = match groups {
        [(_, edits)] => edits.as_ref(),
        // Each has its own: the line tells the field alone.
        _ => &[],
    };
    let several = groups.iter().flat_map(|(_, edits)| edits.as_ref()).map(|e| e.index);
    let several: std::collections::BTreeSet<usize> = several.collect();
    let noun = desk.store.noun(subject.noun)?;
    let what: Vec<String> = match edits {
        [edit] if edit.text.trim().is_empty() => {
            vec![format!("{} emptied", noun.fields[edit.index].called())]
        }
        [edit] => vec![format!("{} {}", noun.fields[edit.index].called(), given(desk, edit))],
        _ => several.iter().map(|at| noun.fields[*at].called()).collect(),
    };
    let line = format!("changed {}: {}", shown(desk, subject), what.join(", "));
    Ok(done(&written, line, command))
}

fn refuse_any_removed(w: &Writer, noun: &Noun, ids: &[i64]) -> Result<()> {
    let labels = w.reader().labels(noun.name(), ids)?;
    let removed = ids.iter().find(|id| labels.get(id).is_some_and(|link| link.trashed));
    removed.map_or(Ok(()), |id| {
        Err(Error::conflict(format!("{}:{id} was removed", noun.name()))
            .hint("it lies in the trash: `g x` opens it, and `R` there brings it back"))
    })
}

/// A field that changed here and by somebody else stands in the way.
fn refuse_clashes(noun: &Noun, now: &[Value], edits: &[Edit]) -> Result<()> {
    let differs = |edit: &&Edit| {
        let theirs = &now[edit.index];
        edit.base.as_ref().is_some_and(|base| !same(base, theirs)) && !same(theirs, &edit.new)
    };
    let names: Vec<String> =
        edits.iter().filter(differs).map(|e| noun.fields[e.index].called()).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(format!("somebody else changed the same meanwhile: {}", names.join(", ")))
        .hint("nothing was overwritten"))
}

fn edit_command(model: &Model, subject: &Subject, edits: &[Edit]) -> Result<String> {
    let noun = model.noun(subject.noun)?;
    let mut words = format!("{} edit {}", subject.noun, subject.refs());
    for edit in edits {
        let field = noun.fields[edit.index];
        words += &if edit.text.trim().is_empty() {
            format!(" --clear {}", field.name)
        } else if field.custom {
            format!(" --set {}", quoted(&format!("{}={}", field.name, edit.text)))
        } else {
            format!(" --{} {}", field.name.replace('_', "-"), quoted(&edit.text))
        };
    }
    Ok(words)
}

/// Makes a record.
///
/// # Errors
/// A value isn't allowed, or the file can't be written.
pub(crate) fn add(
    desk: &mut Desk,
    noun_name: &'static str,
    values: Vec<(usize, Value)>,
    texts: &[(usize, String)],
) -> Result<Done> {
    if noun_name == "field" {
        return add_field(desk, &values);
    }
    let noun = desk.store.noun(noun_name)?;
    let mut command = format!("{noun_name} add");
    for (index, text) in texts {
        let field = noun.fields[*index];
        command += &match () {
            () if *index == noun.label_index() => format!(" {}", quoted(text)),
            () if field.custom => format!(" --set {}", quoted(&format!("{}={text}", field.name))),
            () => format!(" --{} {}", field.name.replace('_', "-"), quoted(text)),
        };
    }
    let written = desk.change("add", &command, |w| {
        let noun = w.reader().model().noun(noun_name)?;
        w.insert(noun, values.into())
    })?;
    let id = written.value;
    let labels = desk.reader()?.labels(noun_name, &[id])?;
    let label = labels.get(&id).map_or("", |l| l.label.as_str());
    let line = format!("added {noun_name}:{id} {label}");
    Ok(Done { made: Some((noun_name, id)), ..done(&written, line, command) })
}

/// Makes a custom field, with its name for commands and its columns.
fn add_field(desk: &mut Desk, values: &[(usize, Value)]) -> Result<Done> {
    let fields = desk.store.noun("field")?;
    let text = |name: &str| {
        let found = values.iter().find(|(at, _)| fields.fields[*at].name == name);
        found.map_or(String::new(), |(_, value)| value.to_cell().trim().to_owned())
    };
    let words = |name: &str| {
        let found = values.iter().find(|(at, _)| fields.fields[*at].name == name);
        match found.map(|(_, value)| value) {
            Some(Value::Words(words)) => words.clone(),
            _ => Vec::new(),
        }
    };
    let (choices, tags) = (words("choices"), words("tags"));
    let (name, kind) = (text("name"), text("kind"));
    let made = CustomField {
        noun: text("noun"),
        slug: slug(Some(text("slug")).filter(|s| !s.is_empty()).as_deref().unwrap_or(&name)),
        name,
        kind: if kind.is_empty() { "text".to_owned() } else { kind },
        choices,
    };
    if made.noun.is_empty() {
        let hint = "a custom field needs the noun whose records have it, such as `deal`";
        return Err(Error::invalid("noun: is needed").hint(hint));
    }
    let mut command = format!("field add {} {}", quoted(&made.noun), quoted(&made.name));
    command += &format!(" --kind {}", quoted(&made.kind));
    if !made.choices.is_empty() {
        command += &format!(" --choices {}", quoted(&made.choices.join(",")));
    }
    command.extend(tags.iter().map(|tag| format!(" --tag {}", quoted(tag))));
    let written = desk.change("field add", &command, |w| w.add_field(&made, &tags))?;
    let line = format!("added the field `{}` to {}", made.slug, made.noun);
    Ok(Done { made: Some(("field", written.value)), ..done(&written, line, command) })
}

/// Puts records into the trash, or takes them out of it.
///
/// # Errors
/// A record is in use, or a key is taken meanwhile.
pub(crate) fn trash(desk: &mut Desk, subject: &Subject, back: bool) -> Result<Done> {
    let verb = if back { "restore" } else { "rm" };
    let command = format!("{} {verb} {}", subject.noun, subject.refs());
    let written = desk.change(verb, &command, |w| {
        let noun = w.reader().model().noun(subject.noun)?;
        for id in &subject.ids {
            if back {
                w.restore(noun, *id)?;
            } else {
                w.trash(noun, *id)?;
            }
        }
        Ok(())
    })?;
    let past = if back { "restored" } else { "removed" };
    let line = format!("{past} {}", shown(desk, subject));
    Ok(done(&written, line, command))
}

/// Adds tags and takes tags off: `vip -old`.
///
/// # Errors
/// The file can't be written.
pub(crate) fn tag(desk: &mut Desk, subject: &Subject, text: &str) -> Result<Done> {
    let words = text.split([' ', ',']).map(|w| w.trim_start_matches('+')).filter(|w| !w.is_empty());
    let (gone, more): (Vec<&str>, Vec<&str>) = words.partition(|w| w.starts_with('-'));
    let gone: Vec<&str> = gone.iter().map(|w| w.trim_start_matches('-')).collect();
    let mut command = format!("{} edit {}", subject.noun, subject.refs());
    for (flag, words) in [("tag", &more), ("untag", &gone)] {
        command.extend(words.iter().map(|word| format!(" --{flag} {}", quoted(word))));
    }
    let is_gone = |word: &String| gone.iter().any(|g| g.to_lowercase() == word.to_lowercase());
    let written = desk.change("edit", &command, |w| {
        let noun = w.reader().model().noun(subject.noun)?;
        let tags = noun.require("tags")?.index;
        for id in &subject.ids {
            let mut words = match &w.stored(noun, *id)?[tags] {
                Value::Words(words) => words.clone(),
                _ => Vec::new(),
            };
            words.retain(|word| !is_gone(word));
            for tag in &more {
                if !words.iter().any(|word| word.to_lowercase() == tag.to_lowercase()) {
                    words.push((*tag).to_owned());
                }
            }
            words.sort_by_cached_key(|word| crate::entity::text::fold(word));
            w.update(noun, *id, vec![(tags, Value::Words(words))])?;
        }
        Ok(())
    })?;
    let line = format!("tagged {}", shown(desk, subject));
    Ok(done(&written, line, command))
}

/// Records something that happened with records.
///
/// # Errors
/// The file can't be written.
pub(crate) fn log(desk: &mut Desk, kind: &str, subject: &Subject, text: &str) -> Result<Done> {
    let first = format!("{}:{}", subject.noun, subject.one());
    let command = match kind {
        "note" => format!("note {first} {}", quoted(text)),
        _ => format!("log {kind} {first} {}", quoted(text)),
    };
    let written = desk.change("log", &command, |w| {
        refuse_any_removed(w, w.reader().model().noun(subject.noun)?, &subject.ids)?;
        let activity = w.reader().model().noun("activity")?;
        let links = subject.ids.iter().map(|id| LinkTo::bare(subject.noun, *id)).collect();
        let fields = vec![
            ("kind", Value::Text(kind.to_owned())),
            ("body", Value::Text(text.to_owned())),
            ("about", Value::Links(links)),
        ];
        w.insert(activity, Draft::of(activity, fields)?)
    })?;
    let line = format!("logged a {kind} about {}", shown(desk, subject));
    Ok(done(&written, line, command))
}

/// Saves a view; one of the same name is replaced.
///
/// # Errors
/// The name can't be one, or the file can't be written.
pub(crate) fn save_view(desk: &mut Desk, name: &str, view: View) -> Result<Done> {
    let mut command = format!("view save {} {}", quoted(name), view.noun);
    if !view.filter.is_empty() {
        command += &format!(" {}", quoted(&view.filter));
    }
    for (flag, text) in [("columns", &view.columns), ("sort", &view.sort)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            command += &format!(" --{flag} {}", quoted(text));
        }
    }
    let written = desk.change("view save", &command, |w| w.save_view(name, view))?;
    Ok(done(&written, format!("saved the view `{name}`"), command))
}
