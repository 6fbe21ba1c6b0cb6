//! Manual pages, made from the tree: the program, each noun with its verbs, each command, and the
//! help topics in section 7. Without dates, so that the same source makes the same pages.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use super::grammar::{TOPS, fields_and_states, whole};
use super::help::{self, TOPICS, Topic};
use crate::entity::Model;
use crate::error::{Error, Result, nearest};

/// A manual page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// As `rolo man NAME` takes it; empty for the program's own.
    pub name: String,
    /// Name of its file: `rolo-deal.1`.
    pub file: String,
    /// The page in roff.
    pub text: String,
}

/// `man [PAGE | --dir DIR]`.
///
/// # Errors
/// No such page, or the folder can't be written.
pub fn run(session: &mut super::session::Session, matches: &clap::ArgMatches) -> Result<()> {
    let model = (session.base)();
    if let Some(folder) = matches.get_one::<std::path::PathBuf>("dir") {
        let count = write_all(&model, folder)?;
        session.printer.note(&format!("wrote {count} pages to `{}`", folder.display()));
        return Ok(());
    }
    let page = find(&model, super::grammar::text(matches, "page"))?;
    session.printer.page(&page.text)
}

/// All pages, in the order of help.
#[must_use]
pub fn pages(model: &Model) -> Vec<Page> {
    let mut tree = whole(model);
    tree.build();
    let mut pages = vec![page("", 1, program(&tree, model))];
    for command in tree.get_subcommands() {
        let name = command.get_name();
        let is_noun = model.get(name).is_some();
        let text = if is_noun { noun_page(command, model) } else { command_page(command) };
        pages.push(page(name, 1, text));
    }
    pages.extend(TOPICS.iter().map(|topic| page(topic.name, 7, topic_page(topic))));
    pages
}

fn page(name: &str, section: u8, text: String) -> Page {
    let stem = if name.is_empty() { "rolo".to_owned() } else { format!("rolo-{name}") };
    Page { name: name.to_owned(), file: format!("{stem}.{section}"), text }
}

/// The page of a noun (singular or plural), a command or a topic; the program's own without a name.
///
/// # Errors
/// There is no such page; the hint names the nearest.
pub fn find(model: &Model, name: Option<&str>) -> Result<Page> {
    let typed = name.unwrap_or_default().trim_start_matches("rolo-");
    let wanted = match model.typed(typed) {
        Some(noun) => noun.name(),
        None if typed == "rolo" => "",
        None => typed,
    };
    let all = pages(model);
    let known: Vec<&str> = all.iter().map(|p| p.name.as_str()).filter(|n| !n.is_empty()).collect();
    let near = nearest(wanted, known).map(|n| format!("did you mean `rolo man {n}`? "));
    let hint = format!("{}`rolo man --dir DIR` writes them all", near.unwrap_or_default());
    all.into_iter()
        .find(|p| p.name == wanted)
        .ok_or_else(|| Error::usage(format!("there is no manual page `{wanted}`")).hint(hint))
}

/// Writes every page into a folder, made when missing; how many there were.
///
/// # Errors
/// The folder or a file can't be written.
pub fn write_all(model: &Model, folder: &Path) -> Result<usize> {
    let failed =
        |path: &Path, cause| Error::io(format!("can't write `{}`", path.display()), &cause);
    fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let pages = pages(model);
    for page in &pages {
        let path = folder.join(&page.file);
        fs::write(&path, &page.text).map_err(|e| failed(&path, e))?;
    }
    Ok(pages.len())
}

/// A page under way.
struct Roff(String);

impl Roff {
    fn new(name: &str, section: u8, about: &str) -> Self {
        let title = name.to_uppercase();
        let version = env!("CARGO_PKG_VERSION");
        let mut roff = Self(String::new());
        let _ = writeln!(
            roff.0,
            ".TH \"{}\" \"{section}\" \"\" \"rolo {version}\" \"rolo manual\"",
            escaped(&title)
        );
        roff.section("NAME");
        roff.text(&format!("{name} - {about}"));
        roff
    }

    fn section(&mut self, title: &str) {
        let _ = writeln!(self.0, ".SH \"{}\"", escaped(title));
    }

    fn subsection(&mut self, title: &str) {
        let _ = writeln!(self.0, ".SS \"{}\"", escaped(title));
    }

    fn text(&mut self, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.0, "{}", escaped(line));
        }
    }

    /// Lines that stay as they are.
    fn verbatim(&mut self, text: &str) {
        self.0.push_str(".nf\n");
        self.text(text);
        self.0.push_str(".fi\n");
    }

    /// A name, and what it is below it.
    fn item(&mut self, name: &str, about: &str) {
        let _ = writeln!(self.0, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(about));
    }

    fn synopsis(&mut self, forms: &[&str]) {
        self.section("SYNOPSIS");
        self.verbatim(&forms.join("\n"));
    }

    /// The arguments and options of a command, as `clap_mangen` renders them.
    fn options(&mut self, command: &Command) {
        let mut rendered = Vec::new();
        // Every command has `--help`; a page needn't say so.
        let command = command.clone().mut_arg("help", |help| help.hide(true));
        let done = Man::new(command).render_options_section(&mut rendered);
        let Ok(()) = done else { return };
        // The string for an apostrophe is defined in the preamble that is left out.
        let mut lines = String::from_utf8_lossy(&rendered).replace("\\*(Aq", "\\(aq");
        // Headings inside a verb's part of a page are lower.
        lines = lines
            .lines()
            .filter(|line| {
                !line.starts_with(".ie ") && !line.starts_with(".el ") && *line != ".SH OPTIONS"
            })
            .map(|line| match line.strip_prefix(".SH ") {
                Some(title) => format!(".PP\n{}:\n", capitalised(title)),
                None => format!("{line}\n"),
            })
            .collect();
        self.0.push_str(&lines);
    }

    fn examples(&mut self, command: &Command) {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines: Vec<&str> = after.lines().filter(|l| l.starts_with("  rolo ")).collect();
        if !lines.is_empty() {
            self.0.push_str(".PP\nExamples:\n");
            self.verbatim(&lines.join("\n"));
        }
    }

    fn see_also(mut self, pages: &str) -> String {
        self.section("SEE ALSO");
        self.text(pages);
        self.0
    }
}

/// Text for roff: backslashes and hyphens are literal, no line begins a request.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('"', "\\(dq");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

fn capitalised(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or(String::new(), |c| {
        c.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase()
    })
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").trim().to_owned()
}

fn program(tree: &Command, model: &Model) -> String {
    let mut roff = Roff::new("rolo", 1, &about(tree));
    roff.synopsis(&[
        "rolo NOUN VERB [REF…|FILTER] [--FIELD VALUE …]",
        "rolo NOUN [FILTER]",
        "rolo COMMAND …",
    ]);
    roff.section("DESCRIPTION");
    roff.text("A CRM in one SQLite file. Every noun has the same verbs, every field a flag.");
    for (title, setup) in [("RECORDS", false), ("SET UP", true)] {
        roff.section(title);
        for noun in model.nouns.iter().filter(|n| n.entity.setup == setup) {
            roff.item(&format!("rolo-{}(1)", noun.name()), noun.entity.about);
        }
    }
    roff.section("COMMANDS");
    for top in TOPS {
        roff.item(&format!("rolo-{}(1)", top.name), top.about);
    }
    roff.section("OPTIONS");
    roff.options(tree);
    for (title, topic) in [("EXIT STATUS", "exit-codes"), ("FILES AND ENVIRONMENT", "config")] {
        roff.section(title);
        if let Some(topic) = help::topic(topic) {
            roff.verbatim(&body(topic));
        }
    }
    let topics: Vec<String> = TOPICS.iter().map(|t| format!("rolo-{}(7)", t.name)).collect();
    roff.see_also(&topics.join(", "))
}

fn noun_page(command: &Command, model: &Model) -> String {
    let name = command.get_name();
    let mut roff = Roff::new(&format!("rolo-{name}"), 1, &about(command));
    roff.synopsis(&[&format!("rolo {name} VERB …"), &format!("rolo {name} [FILTER]")]);
    roff.section("VERBS");
    for verb in command.get_subcommands() {
        roff.subsection(&usage(verb));
        roff.text(&format!("{}.", about(verb)));
        roff.options(verb);
        roff.examples(verb);
    }
    if let Some(noun) = model.get(name) {
        roff.section("FIELDS AND STATES");
        roff.verbatim(&fields_and_states(noun));
    }
    roff.see_also("rolo(1), rolo-filter(7), rolo-refs(7), rolo-values(7)")
}

fn command_page(command: &Command) -> String {
    let mut roff = Roff::new(&format!("rolo-{}", command.get_name()), 1, &about(command));
    if command.has_subcommands() {
        let forms: Vec<String> = command.get_subcommands().map(usage).collect();
        roff.synopsis(&forms.iter().map(String::as_str).collect::<Vec<_>>());
        roff.section("COMMANDS");
        for sub in command.get_subcommands() {
            roff.item(sub.get_name(), &about(sub));
        }
    } else {
        roff.synopsis(&[&usage(command)]);
        roff.section("OPTIONS");
        roff.options(command);
    }
    roff.section("EXAMPLES");
    roff.examples(command);
    roff.see_also("rolo(1), rolo-refs(7)")
}

fn topic_page(topic: &Topic) -> String {
    let mut roff = Roff::new(&format!("rolo-{}", topic.name), 7, topic.about);
    roff.section("DESCRIPTION");
    roff.verbatim(&body(topic));
    roff.see_also("rolo(1)")
}

/// A topic's text without its heading.
fn body(topic: &Topic) -> String {
    let text = topic.text();
    text.split_once("\n\n").map_or(text.clone(), |(_, body)| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;

    #[test]
    fn there_is_a_page_for_the_program_each_noun_command_and_topic() {
        let model = model();
        let pages = pages(&model);
        assert_eq!(pages.len(), 1 + model.nouns.len() + TOPS.len() + TOPICS.len());
        assert_eq!(pages[0].file, "rolo.1");
        let deal = find(&model, Some("deals")).unwrap();
        assert_eq!(deal.file, "rolo-deal.1");
        for part in ["rolo deal move", "\\-\\-amount", "weighted", "is:stale", "Examples"] {
            assert!(deal.text.contains(part), "{part}");
        }
        assert!(find(&model, None).unwrap().text.contains("rolo\\-deal(1)"));
        let error = find(&model, Some("dael")).unwrap_err();
        assert!(error.hint.unwrap().contains("`rolo man deal`"));
    }

    #[test]
    fn pages_are_the_same_each_time_and_hold_no_stray_request() {
        let model = model();
        let (one, other) = (pages(&model), pages(&model));
        assert_eq!(one, other);
        let requests =
            [".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi", ".br", ".RS", ".RE", ".IP"];
        for page in one {
            assert!(page.text.starts_with(".TH "), "{}", page.file);
            for line in page.text.lines().filter(|l| l.starts_with(['.', '\''])) {
                assert!(requests.iter().any(|r| line.starts_with(r)), "{}: {line}", page.file);
            }
        }
    }

    #[test]
    fn all_pages_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let count = write_all(&model(), &folder.path().join("man")).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("man")).unwrap().count(), count);
    }
}
