//! Shell completion: words of the grammar, and refs, stages, tags and users of the database.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use super::global::{Globals, Settings, Surroundings};
use super::grammar::{self, Meaning, text};
use super::session::Session;
use crate::config;
use crate::entity::{Field, Kind, Model, Target};
use crate::error::{Error, Result};
use crate::store::{Access, Older, Options, Path, Store};

/// Set when bash asks for an unquoted word; the variable that names the shell is gone by then.
static BASH: AtomicBool = AtomicBool::new(false);

/// Answers a shell that asks for completions, when one does; `true` when it did.
#[must_use]
pub fn answer(base: fn() -> Model) -> bool {
    let Some(shell) = std::env::var_os("COMPLETE") else { return false };
    // Inside an open quote a word needs no escapes.
    let quoted = std::env::var("ROLO_COMPLETE_WORD").is_ok_and(|w| w.starts_with(['"', '\'']));
    BASH.store(shell == "bash" && !quoted, Ordering::Relaxed);
    CompleteEnv::with_factory(move || attach(grammar::whole(&base()), base))
        .var("COMPLETE")
        .bin("rolo")
        .completer("rolo")
        .complete();
    true
}

/// What the last word of a line may become, each with what it means; `db` is the database whose refs
/// and words are completed.
pub(super) fn of_line(
    line: &str,
    db: Option<PathBuf>,
    base: fn() -> Model,
) -> Vec<(String, String)> {
    let mut words: Vec<String> = match shlex::split(line) {
        Some(words) => words,
        // A quote that isn't closed yet.
        None => line.split_whitespace().map(str::to_owned).collect(),
    };
    if words.first().is_some_and(|word| word == "rolo") {
        words.remove(0);
    }
    if words.is_empty() || line.ends_with(char::is_whitespace) {
        words.push(String::new());
    }
    let args: Vec<OsString> = std::iter::once("rolo")
        .map(OsString::from)
        .chain(words.iter().map(OsString::from))
        .collect();
    let at = args.len() - 1;
    let mut command = attach(grammar::whole(&base()), base);
    let before = DATABASE.replace(db);
    let found = clap_complete::engine::complete(&mut command, args, at, None);
    DATABASE.set(before);
    let told = |candidate: CompletionCandidate| {
        let value = candidate.get_value().to_string_lossy().into_owned();
        let about = candidate.get_help().map_or(String::new(), ToString::to_string);
        let value = if value.contains(char::is_whitespace) { for_a_line(&value) } else { value };
        (value, about)
    };
    found.unwrap_or_default().into_iter().map(told).collect()
}

fn for_a_line(value: &str) -> String {
    shlex::try_quote(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}

thread_local! {
    /// The database that is completed from, where the words being completed don't name it.
    static DATABASE: RefCell<Option<PathBuf>> = const { RefCell::new(None) };
}

/// Gives each argument of the tree the completer that its meaning asks for.
fn attach(command: Command, base: fn() -> Model) -> Command {
    command
        .mut_args(move |arg: Arg| match arg.get::<Meaning>().copied() {
            Some(meaning) => arg
                .add(ArgValueCompleter::new(move |typed: &OsStr| candidates(meaning, typed, base))),
            None => arg,
        })
        .mut_subcommands(move |sub| attach(sub, base))
}

fn candidates(meaning: Meaning, typed: &OsStr, base: fn() -> Model) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let typed = &unescaped(typed);
    let model = base();
    let words: Vec<(String, String)> = match meaning {
        Meaning::Noun => {
            model.nouns.iter().map(|n| (n.name().to_owned(), n.entity.about.to_owned())).collect()
        }
        Meaning::Topic | Meaning::Page => super::help::TOPICS
            .iter()
            .map(|t| t.name.to_owned())
            .chain(model.nouns.iter().map(|n| n.name().to_owned()))
            .chain(grammar::TOPS.iter().map(|t| t.name.to_owned()))
            .map(|w| (w, String::new()))
            .collect(),
        Meaning::ConfigKey => {
            config::KEYS.iter().map(|k| (k.name.to_owned(), k.about.to_owned())).collect()
        }
        Meaning::Macro => {
            let settings = Settings::resolve(&Globals::default(), &Surroundings::real());
            let macros = settings.and_then(|s| s.config.macros()).unwrap_or_default();
            macros.into_iter().map(|m| (m.name, m.lines.join("; "))).collect()
        }
        Meaning::Preset => {
            let mut all: Vec<(String, String)> = crate::interchange::presets()
                .iter()
                .map(|p| (p.name.clone(), p.title.clone()))
                .collect();
            all.dedup_by(|a, b| a.0 == b.0);
            all
        }
        Meaning::FieldName(noun) | Meaning::Assignment(noun) => {
            fields(&model, noun, if matches!(meaning, Meaning::Assignment(_)) { "=" } else { "" })
        }
        Meaning::Columns(noun) | Meaning::Sort(noun) => {
            let start = typed.rfind(',').map_or("", |at| &typed[..=at]);
            fields(&model, noun, "")
                .into_iter()
                .map(|(f, about)| (format!("{start}{f}"), about))
                .collect()
        }
        Meaning::Filter(noun) => filter_words(&model, noun, typed, base),
        Meaning::Tag => tags(typed, base),
        Meaning::Field(noun, field) => return field_values(&model, noun, field, typed, base),
        Meaning::Ref(noun) => refs(&model, noun, typed, base),
        Meaning::RefOr(noun, other) => {
            let mut both = refs(&model, Some(other), typed, base);
            both.extend(refs(&model, Some(noun), typed, base));
            both
        }
    };
    fitting(words, typed)
}

/// The words that go on from what was typed, each once: a name that several bear is one word.
fn fitting(words: Vec<(String, String)>, typed: &str) -> Vec<CompletionCandidate> {
    // Whoever begins a value need not know that it will want quotes.
    let plain = |text: &str| text.replace('"', "").to_lowercase();
    let begun = plain(typed);
    let mut seen = HashSet::new();
    words
        .into_iter()
        .filter(|(w, _)| plain(w).starts_with(&begun))
        .filter(|(w, _)| seen.insert(w.clone()))
        .map(candidate)
        .collect()
}

fn candidate((word, about): (String, String)) -> CompletionCandidate {
    let candidate = CompletionCandidate::new(escaped(word));
    if about.is_empty() { candidate } else { candidate.help(Some(StyledStr::from(about))) }
}

/// Whether bash asks: it puts a candidate into the line as it is, so that what it would split or
/// read otherwise has to be escaped. Other shells do that themselves.
fn is_bash() -> bool {
    BASH.load(Ordering::Relaxed)
}

fn escaped(word: String) -> String {
    if !is_bash() {
        return word;
    }
    let mut out = String::with_capacity(word.len() + 8);
    for c in word.chars() {
        if c.is_ascii_whitespace() || "\\'\"`$&;|<>()[]{}*?!#~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What was typed, without the escapes that bash hands on.
fn unescaped(typed: &str) -> String {
    if !is_bash() {
        return typed.to_owned();
    }
    let mut out = String::with_capacity(typed.len());
    let mut chars = typed.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

fn fields(model: &Model, noun: &str, behind: &str) -> Vec<(String, String)> {
    let Some(noun) = model.get(noun) else { return Vec::new() };
    noun.fields.iter().map(|f| (format!("{}{behind}", f.name), f.about.to_owned())).collect()
}

/// What a term of a filter can become: a view behind `@`, a tag behind `+`, a value behind the
/// name of a field, else a name or a state.
fn filter_words(
    model: &Model,
    noun: &str,
    typed: &str,
    base: fn() -> Model,
) -> Vec<(String, String)> {
    let Some(info) = model.get(noun) else { return Vec::new() };
    let before =
        |sign: &str, (word, about): (String, String)| (format!("{sign}{}", quoted(&word)), about);
    if let Some(begun) = typed.strip_prefix('@') {
        let views = from_database(base, |store| store.views_beginning(noun, begun));
        return views.into_iter().map(|(name, _)| before("@", (name, String::new()))).collect();
    }
    if let Some(begun) = typed.strip_prefix('+') {
        let tags = tags(begun.trim_start_matches('"'), base);
        return tags.into_iter().map(|tag| before("+", tag)).collect();
    }
    let values = typed.find([':', '=']).and_then(|at| {
        let path = Path::parse(typed[..at].trim_end_matches('!'), info, model).ok()?;
        // Of several values the last is the one under way.
        let from = typed.rfind(',').filter(|comma| *comma > at).unwrap_or(at) + 1;
        let begun = typed[from..].trim_start_matches('"');
        let values = values_of(model, path.field(), begun, base);
        Some(values.into_iter().map(|v| before(&typed[..from], v)).collect())
    });
    values.unwrap_or_else(|| {
        let states = info.entity.states.iter();
        let states = states.map(|s| (format!("is:{}", s.name), s.about.to_owned()));
        fields(model, noun, ":").into_iter().chain(states).collect()
    })
}

/// A value as a filter takes it: in quotes where it isn't one plain word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| !(c.is_whitespace() || "()\",".contains(c));
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('"', "\"\""))
}

fn field_values(
    model: &Model,
    noun: &str,
    field: &str,
    typed: &str,
    base: fn() -> Model,
) -> Vec<CompletionCandidate> {
    let Some(field) = model.get(noun).and_then(|n| n.find(field)).map(|n| n.field) else {
        return Vec::new();
    };
    fitting(values_of(model, field, typed, base), typed)
}

/// Values that a field can have, as far as they can be known.
fn values_of(
    model: &Model,
    field: &Field,
    typed: &str,
    base: fn() -> Model,
) -> Vec<(String, String)> {
    match field.kind {
        Kind::Choice(choices) | Kind::Words(choices) => {
            choices.words.iter().map(|w| (w.word.to_owned(), String::new())).collect()
        }
        Kind::Bool => vec![("yes".into(), String::new()), ("no".into(), String::new())],
        Kind::Tags => tags(typed, base),
        Kind::Link(Target::One(to)) | Kind::Links(Target::One(to), _) => {
            refs(model, Some(to.name), typed, base)
        }
        Kind::Link(_) | Kind::Links(..) => refs(model, None, typed, base),
        _ => Vec::new(),
    }
}

/// Records by label, and by id where digits were typed.
fn refs(
    model: &Model,
    noun: Option<&str>,
    typed: &str,
    base: fn() -> Model,
) -> Vec<(String, String)> {
    let Some(noun) = noun else {
        let Some((noun, rest)) = typed.split_once(':') else {
            return model
                .nouns
                .iter()
                .map(|n| (format!("{}:", n.name()), n.entity.about.to_owned()))
                .collect();
        };
        return refs(model, Some(noun), rest, base)
            .into_iter()
            .map(|(w, about)| (format!("{noun}:{w}"), about))
            .collect();
    };
    if typed.bytes().all(|b| b.is_ascii_digit()) && !typed.is_empty() {
        let found = from_database(base, |store| store.ids_beginning(noun, typed));
        return found.into_iter().map(|(label, id)| (id.to_string(), label)).collect();
    }
    labels(noun, typed, base)
}

/// Labels of live records that begin so, with their ids to tell them apart.
fn labels(noun: &str, typed: &str, base: fn() -> Model) -> Vec<(String, String)> {
    let found = from_database(base, |store| store.labels_beginning(noun, typed));
    found.into_iter().map(|(label, id)| (label, id.to_string())).collect()
}

/// Tags that begin so; their ids say nothing.
fn tags(typed: &str, base: fn() -> Model) -> Vec<(String, String)> {
    labels("tag", typed, base).into_iter().map(|(label, _)| (label, String::new())).collect()
}

/// Words out of the user's database; none where it can't be read: completion never complains.
fn from_database(
    base: fn() -> Model,
    ask: impl FnOnce(&Store) -> Result<Vec<(String, i64)>>,
) -> Vec<(String, i64)> {
    open(base).and_then(|store| ask(&store)).unwrap_or_default()
}

fn open(base: fn() -> Model) -> Result<Store> {
    let globals = Globals { db: database_typed(), ..Globals::default() };
    let settings = Settings::resolve(&globals, &Surroundings::real())?;
    let options = Options {
        busy_timeout: std::time::Duration::from_millis(200),
        delete_journal: false,
        region: String::new(),
        older: Older::Refuse,
    };
    Store::open(settings.database()?, base, Access::Read, &options, &settings.clock)
}

/// The database that the words being completed name.
fn database_typed() -> Option<PathBuf> {
    if let Some(db) = DATABASE.with_borrow(Clone::clone) {
        return Some(db);
    }
    let args: Vec<_> = std::env::args_os().collect();
    args.windows(2).find(|w| w[0] == "--db").map(|w| PathBuf::from(&w[1]))
}

/// `completions SHELL`: the script that a shell reads once; it asks rolo for the words.
///
/// # Errors
/// Standard output is closed or full.
pub fn print(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let shell = text(matches, "shell").unwrap_or_default();
    let shells = Shells::builtins();
    let completer: &dyn EnvCompleter = shells
        .completer(shell)
        .ok_or_else(|| Error::usage(format!("`{shell}` is not a shell that rolo knows")))?;
    let mut script = Vec::new();
    completer
        .write_registration("COMPLETE", "rolo", "rolo", "rolo", &mut script)
        .map_err(|why| Error::io("the completion script", &why))?;
    let script = String::from_utf8_lossy(&script).into_owned();
    session.printer.page(&if shell == "bash" { whole_words(&script) } else { script })
}

/// bash cuts words at `:`, `=` and `@`, which refs and filters hold, and hands on a word without its
/// opening quote: its script puts the words together again, and says how the last one was typed.
fn whole_words(script: &str) -> String {
    let between = |from: &str, to: &str| {
        let start = script.find(from)?;
        let end = start + script[start..].find(to)? + to.len();
        Some(&script[start..end])
    };
    let Some(words) = between("    local words=", "    fi\n") else { return script.to_owned() };
    script
        .replace(words, JOIN)
        .replace(
            "_CLAP_COMPLETE_INDEX=\"$_CLAP_COMPLETE_INDEX\"",
            "_CLAP_COMPLETE_INDEX=\"$cword\"",
        )
        .replace(
            "COMPLETE=\"bash\" \\",
            "COMPLETE=\"bash\" ROLO_COMPLETE_WORD=\"${COMP_WORDS[COMP_CWORD]}\" \\",
        )
        .replacen("\n}\n", STRIP, 1)
}

/// Joins the words that nothing stands between; `begun` is what of the last bash leaves alone. What
/// an `@` begins it cuts, but replaces whole.
const JOIN: &str = r#"    local words=() rest="$COMP_LINE" begun="" cword=-1 at part
    for ((at = 0; at <= COMP_CWORD; at++)); do
        part="${COMP_WORDS[at]}"
        if ((cword < 0)) || [[ -z "$rest" || "$rest" == [[:space:]]* ]]; then
            cword=$((cword + 1))
            words[cword]=""
            rest="${rest#"${rest%%[![:space:]]*}"}"
        fi
        rest="${rest#"$part"}"
        begun="${words[cword]}"
        if ((at == COMP_CWORD)); then
            if [[ "$2" == @* ]]; then
                begun="${begun%@}" words[cword]="${words[cword]%@}" part="$2"
            elif [[ "$part" =~ ^[:=]+$ ]]; then
                begun+="$part"
            else
                part="$2"
            fi
        fi
        words[cword]+="$part"
    done
"#;

const STRIP: &str = r#"
    for at in "${!COMPREPLY[@]}"; do
        COMPREPLY[at]="${COMPREPLY[at]#"$begun"}"
    done
}
"#;
