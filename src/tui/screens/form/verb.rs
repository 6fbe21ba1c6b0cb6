//! A verb of the command line as a form: what it takes is asked for, and becomes the line that runs.

use super::entry::Entry;
use super::{Form, Purpose, boxed};
use crate::tui::commands::{Taken, Verb, Wants};
use crate::tui::deeds::quoted;
use crate::tui::screen::{Cx, Effect, Effects, Screen, Subject, Toast};
use crate::tui::screens::output;

/// A command line in the making.
#[derive(Clone)]
pub(super) struct Line {
    verb: Verb,
    /// The records that it is about, where that is known already.
    subject: Option<Subject>,
    takes: Vec<Taken>,
    /// What stands in its place before the records.
    before: Vec<String>,
}

/// The form of a verb; one that takes nothing runs at once.
pub(in crate::tui) fn verb(verb: &Verb, subject: Option<Subject>, cx: &Cx) -> Effects {
    let subject = subject.filter(|s| s.noun == verb.noun && verb.on_records);
    let mut takes = cx.command.takes(verb.noun, &verb.name);
    let mut before = Vec::new();
    if let Some(subject) = &subject {
        let takes_one = takes.iter().any(|t| t.wants == Wants::Refs && !t.several);
        if takes_one && subject.ids.len() > 1 && !takes.iter().any(more_of_them) {
            let why =
                crate::error::Error::usage(format!("`{}` takes one {}", verb.name, verb.noun))
                    .hint("clear the marks first");
            return vec![Toast::bad(&why)];
        }
        let first = takes.iter().take_while(|t| t.wants != Wants::Refs);
        before.extend(first.filter(|t| t.option.is_none()).map(|t| t.name.clone()));
        // The records are chosen by the marks: no filter has to say it.
        takes.retain(|t| t.wants != Wants::Refs && t.name != "where");
        if subject.ids.len() > 1 {
            takes.retain(|t| !more_of_them(t));
        }
    }
    let title = match &subject {
        Some(subject) => format!("{} {}", verb.name, subject.shown(cx.model)),
        None => format!("{} {}", verb.noun, verb.name),
    };
    let entries: Vec<Entry> = takes.iter().map(|taken| Entry::of_taken(taken, verb, cx)).collect();
    let line = Line { verb: verb.clone(), subject, takes, before };
    if entries.is_empty() {
        return vec![Effect::Command(line.text(&[]))];
    }
    vec![Effect::Push(boxed(Some(Form::new(Purpose::Line(line), title, entries, true))))]
}

/// Whether it takes more records behind the first one.
fn more_of_them(taken: &Taken) -> bool {
    taken.option.is_none() && taken.several && matches!(taken.wants, Wants::Record(_))
}

impl Line {
    /// The noun whose verb it is.
    pub(super) fn noun(&self) -> &'static str {
        self.verb.noun
    }

    /// The whole line; `given` has what was filled in, beside what it is for.
    fn text(&self, given: &[(&Taken, String)]) -> String {
        let mut line = format!("{} {}", self.verb.noun, self.verb.name);
        let (mut before, mut behind) = (String::new(), String::new());
        for (taken, text) in given {
            let placed = if self.before.contains(&taken.name) { &mut before } else { &mut behind };
            match (&taken.option, &taken.wants) {
                (Some(option), Wants::Nothing) => line += &format!(" --{option}"),
                (Some(option), _) if taken.several => {
                    for part in parts(text) {
                        line += &format!(" --{option}={}", quoted(part));
                    }
                }
                (Some(option), _) => line += &format!(" --{option}={}", quoted(text)),
                (None, Wants::Refs | Wants::Record(_)) if taken.several => {
                    for part in parts(text) {
                        *placed += &format!(" {}", quoted(part));
                    }
                }
                (None, _) => *placed += &format!(" {}", quoted(text)),
            }
        }
        let refs = self.subject.as_ref().map_or(String::new(), |s| format!(" {}", s.refs()));
        let placed = [before, refs, behind].concat();
        let minus = given.iter().any(|(t, text)| t.option.is_none() && text.starts_with('-'));
        if minus { format!("{line} --{placed}") } else { line + &placed }
    }
}

/// Several values of one entry.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

impl Form {
    /// Runs the line that was filled in.
    pub(super) fn run_line(&self, line: &Line, cx: &Cx) -> Effects {
        let filled = self.entries.iter().zip(&line.takes);
        let given: Vec<(&Taken, String)> = filled
            .filter(|(entry, taken)| {
                let text = entry.text().trim();
                !text.is_empty() && (taken.wants != Wants::Nothing || text == "yes")
            })
            .map(|(entry, taken)| (taken, entry.typed()))
            .collect();
        let mut form = self.clone();
        let back = move |why| -> Box<dyn Screen> {
            form.blame(why);
            Box::new(form)
        };
        let run = cx.command.clone();
        let output = output::of_form(line.text(&given), run, Some(Box::new(back)));
        vec![Effect::Pop, Effect::Push(output)]
    }
}
