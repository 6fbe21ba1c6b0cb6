//! Text that was typed into a form and not saved yet, kept in the state folder: what ends without
//! asking (a signal, a lost connection, a fault, a kill) loses nothing, and the next start offers it.
//! Each dashboard has a file of its own, which it holds a lock on, so that nobody is offered what
//! somebody else is typing.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::screen::{Cx, Effect, Screen, Subject, Toast};
use super::screens::choose::{Choose, Item};
use super::screens::form;
use crate::error::{Error, Result};

/// How long after a change it is written.
const SOON: Duration = Duration::from_secs(1);

/// A form as it stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// `add`, `edit` or `do`.
    pub form: String,
    pub noun: String,
    /// The deed of `do`.
    pub verb: String,
    pub ids: Vec<i64>,
    pub label: String,
    pub fields: Vec<Typed>,
}

/// A field that was typed into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    pub name: String,
    /// What it began with.
    pub base: String,
    pub text: String,
    /// The record that was picked: noun, id and label.
    pub picked: Option<(String, i64, String)>,
}

impl Typed {
    /// A field that began empty.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self { name: name.into(), text: text.into(), ..Self::default() }
    }
}

impl Draft {
    /// One of a new record.
    pub(crate) fn of_new(noun: &str, fields: Vec<Typed>) -> Self {
        Self { form: "add".into(), noun: noun.into(), fields, ..Self::default() }
    }

    /// One of a deed with records.
    pub(crate) fn of_deed(verb: &str, subject: &Subject, fields: Vec<Typed>) -> Self {
        Self {
            form: "do".into(),
            noun: subject.noun.into(),
            verb: verb.into(),
            ids: subject.ids.clone(),
            label: subject.label.clone(),
            fields,
        }
    }

    fn json(&self) -> Json {
        let fields = self.fields.iter().map(|f| {
            let picked = f.picked.as_ref().map(|(noun, id, label)| json!([noun, id, label]));
            json!({"name": f.name, "base": f.base, "text": f.text, "picked": picked})
        });
        json!({
            "form": self.form, "noun": self.noun, "verb": self.verb, "ids": self.ids,
            "label": self.label, "fields": fields.collect::<Vec<_>>(),
        })
    }

    fn of(json: &Json) -> Option<Self> {
        let text = |json: &Json, name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let fields = json.get("fields")?.as_array()?.iter().map(|f| {
            let picked = f.get("picked").filter(|p| !p.is_null()).and_then(|p| {
                let noun = p.get(0)?.as_str()?.to_owned();
                Some((noun, p.get(1)?.as_i64()?, p.get(2)?.as_str()?.to_owned()))
            });
            let (base, text) = (text(f, "base")?, text(f, "text")?);
            Some(Typed { name: f.get("name")?.as_str()?.to_owned(), base, text, picked })
        });
        Some(Self {
            form: text(json, "form")?,
            noun: text(json, "noun")?,
            verb: text(json, "verb")?,
            ids: json.get("ids")?.as_array()?.iter().filter_map(Json::as_i64).collect(),
            label: text(json, "label")?,
            fields: fields.collect::<Option<_>>()?,
        })
    }
}

/// Drafts of a dashboard that ended without asking.
#[derive(Debug, Clone)]
pub(crate) struct Left {
    file: PathBuf,
    draft: Draft,
    at: String,
}

/// The keeper of this dashboard's drafts.
pub(crate) struct Drafts {
    folder: Option<PathBuf>,
    database: PathBuf,
    file: Option<(File, PathBuf)>,
    written: Vec<Draft>,
    /// What is to be written, and when.
    waiting: Option<(Vec<Draft>, Instant)>,
}

impl Drafts {
    /// A keeper for a database; without a folder it keeps nothing.
    pub(crate) fn new(folder: Option<PathBuf>, database: &Path) -> Self {
        let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
        Self { folder, database, file: None, written: Vec::new(), waiting: None }
    }

    /// Takes the drafts as they are now; they are written a little later.
    pub(crate) fn note(&mut self, now: Vec<Draft>) {
        let known = self.waiting.as_ref().map_or(&self.written, |(drafts, _)| drafts);
        if *known != now {
            let at = self.waiting.take().map_or_else(|| Instant::now() + SOON, |(_, at)| at);
            self.waiting = Some((now, at));
        }
    }

    /// When something is to be written.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|(_, at)| *at)
    }

    /// Writes what is due; at the end what waits.
    ///
    /// # Errors
    /// The state folder can't be written.
    pub(crate) fn write(&mut self, at_once: bool, now: &str) -> Result<()> {
        let due = |(_, at): &mut (Vec<Draft>, Instant)| at_once || *at <= Instant::now();
        let Some((drafts, _)) = self.waiting.take_if(due) else { return Ok(()) };
        self.written.clone_from(&drafts);
        if drafts.is_empty() {
            if let Some((_, path)) = self.file.take() {
                // A file that stays is offered once more than needed.
                let _ = std::fs::remove_file(path);
            }
            return Ok(());
        }
        let Some(folder) = &self.folder else { return Ok(()) };
        let all: Vec<Json> = drafts.iter().map(Draft::json).collect();
        let text = json!({"database": self.database.to_string_lossy(), "at": now, "drafts": all});
        if self.file.is_none() {
            self.file = Some(create(folder)?);
        }
        let Some((file, path)) = &mut self.file else { return Ok(()) };
        put(file, &text.to_string())
            .map_err(|why| Error::io(format!("can't write `{}`", path.display()), &why))
    }

    /// What other dashboards over this database left behind.
    pub(crate) fn left(&self) -> Vec<Left> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut left = Vec::new();
        for path in files.flatten().map(|f| f.path()) {
            let Some((_, found)) = read(&path) else { continue };
            if found.get("database").and_then(Json::as_str) != self.database.to_str() {
                continue;
            }
            let at = found.get("at").and_then(Json::as_str).unwrap_or_default().to_owned();
            let drafts = found.get("drafts").and_then(Json::as_array);
            let drafts = drafts.into_iter().flatten().filter_map(Draft::of);
            left.extend(drafts.map(|d| Left { file: path.clone(), draft: d, at: at.clone() }));
        }
        left.sort_by(|a, b| b.at.cmp(&a.at));
        left
    }
}

/// A file of one's own, locked as long as it is held.
fn create(folder: &Path) -> Result<(File, PathBuf)> {
    let failed =
        |why: &std::io::Error| Error::io(format!("can't write `{}`", folder.display()), why);
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|why| failed(&why))?;
    let file = tempfile::Builder::new()
        .prefix("draft-")
        .suffix(".json")
        .make_in(folder, |path| {
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
        })
        .map_err(|why| failed(&why))?;
    let (file, path) = file.keep().map_err(|why| failed(&why.error))?;
    // Where a file system knows no locks, two dashboards may offer each other's drafts.
    let _ = file.try_lock();
    Ok((file, path))
}

fn put(file: &mut File, text: &str) -> std::io::Result<()> {
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// A file that nobody holds, with what is in it.
fn read(path: &Path) -> Option<(File, Json)> {
    let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    file.try_lock().ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    Some((file, serde_json::from_str(&text).ok()?))
}

/// Takes one draft out of its file; the file goes with the last.
fn forget(left: &Left) {
    let Some((mut file, mut found)) = read(&left.file) else { return };
    let Some(drafts) = found.get_mut("drafts").and_then(Json::as_array_mut) else { return };
    drafts.retain(|d| Draft::of(d).as_ref() != Some(&left.draft));
    // What can't be taken away is offered again.
    let _ = if drafts.is_empty() {
        std::fs::remove_file(&left.file)
    } else {
        put(&mut file, &found.to_string())
    };
}

/// Offers what was left behind.
pub(crate) fn offer(left: Vec<Left>, cx: &Cx) -> Box<dyn Screen> {
    let mut items = vec![Item::new("later", "keep it for the next start", usize::MAX)];
    for (at, one) in left.iter().enumerate() {
        let draft = &one.draft;
        let verb = if draft.form == "do" { &draft.verb } else { &draft.form };
        let said: Vec<&str> = draft.fields.iter().map(|f| f.text.as_str()).collect();
        let when = crate::entity::when::stored_instant(&one.at)
            .map_or(String::new(), |at| crate::entity::shown::local(at, cx.zone()));
        let label = format!("{verb} {} {}", draft.noun, draft.label);
        items.insert(at, Item::new(label.trim(), format!("{}  ({when})", said.join(", ")), at));
    }
    items.push(Item::new("forget", "throw all of it away", left.len()));
    let title = "Something was not saved when rolo ended. Open it?".to_owned();
    Choose::of(title, items, move |item, cx| {
        if item.value == left.len() {
            left.iter().for_each(forget);
            return vec![Toast::good("forgotten")];
        }
        let Some(one) = left.get(item.value) else { return Vec::new() };
        match form::resume(&one.draft, cx) {
            Some(form) => {
                forget(one);
                vec![Effect::Push(form)]
            }
            None => vec![Toast::bad(&Error::not_found(format!(
                "this rolo has no form for `{} {}`",
                one.draft.form, one.draft.noun
            )))],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        let picked = Some(("company".to_owned(), 3, "ООО \"Ромашка\"".to_owned()));
        let field = |name: &str, picked| Typed {
            name: name.into(),
            base: "a\nb".into(),
            text: text.into(),
            picked,
        };
        Draft {
            form: "edit".into(),
            noun: "deal".into(),
            ids: vec![1, 2],
            label: "王".into(),
            fields: vec![field("name", None), field("company", picked)],
            ..Draft::default()
        }
    }

    #[test]
    fn drafts_are_kept_until_they_are_saved_and_offered_to_others_only_afterwards() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("state/drafts");
        let keeper = |name: &str| Drafts::new(Some(folder.clone()), Path::new(name));
        let mut one = keeper("/a.db");
        one.note(vec![draft("x")]);
        one.write(false, "").unwrap();
        assert!(keeper("/a.db").left().is_empty() && one.deadline().is_some());
        one.write(true, "2026-11-22T09:00:00Z").unwrap();
        // The one who types has it still.
        assert!(keeper("/a.db").left().is_empty());
        drop(one);
        let left = keeper("/a.db").left();
        assert_eq!(left.iter().map(|l| &l.draft).collect::<Vec<_>>(), [&draft("x")]);
        assert!(keeper("/b.db").left().is_empty());
        forget(&left[0]);
        assert!(keeper("/a.db").left().is_empty());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        // Saved forms leave nothing.
        let mut one = keeper("/a.db");
        one.note(vec![draft("x"), draft("y")]);
        one.write(true, "").unwrap();
        one.note(Vec::new());
        one.write(true, "").unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
