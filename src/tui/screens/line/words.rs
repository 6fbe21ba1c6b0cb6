//! `:`: the words of the dashboard's own, and any command of rolo. A wrong one says so where it was
//! typed; lines come back with Up, and Tab completes.

use crate::entity::Noun;
use crate::error::{Error, Result, nearest};
use crate::tui::keys::Act;
use crate::tui::past;
use crate::tui::screen::{Cx, Effect, Effects, Screen, Toast, deed};
use crate::tui::screens::prompt::Prompt;
use crate::tui::screens::views::View;
use crate::tui::screens::{self, ROOTS};

/// The dashboard's own words, as they are completed.
const OWN: [(&str, &str); 12] = [
    ("q", "leave"),
    ("w", "nothing to write: every change is kept at once"),
    ("cols", "the columns of the list: `cols name,amount`"),
    ("set", "`set theme=light`, `set borders=ascii`, `set mouse=off`"),
    ("mouse", "`mouse on`, `mouse off`"),
    ("sort", "choose the order"),
    ("reload", "read again"),
    ("history", "of what is in focus"),
    ("trash", "what was removed"),
    ("changes", "all changes, and by whom"),
    ("view", "`view save NAME`: what is in sight, as a view"),
    ("help", "on this screen"),
];

/// What can be set for as long as the dashboard is open, and to what; a theme may be a file too.
pub(in crate::tui::screens) const SETTINGS: [(&str, &[&str]); 3] = [
    ("theme", &["dark", "light", "mono", "high-contrast"]),
    ("borders", &["unicode", "ascii"]),
    ("mouse", &["on", "off"]),
];

/// The line.
pub(crate) fn command(cx: &Cx) -> Box<dyn Screen> {
    let hint = "a rolo command, such as `deal list is:stale`, or `q`, `board`; Tab completes";
    let past = cx.command.past();
    let prompt = Prompt::new(":", hint, "", |text, cx| {
        let text = text.trim();
        if !text.is_empty() {
            cx.command.keep(text);
        }
        run(text, cx)
    });
    Box::new(prompt.recalling(past).completing(own))
}

/// The words of the dashboard's own that the last one of a line may become.
fn own(line: &str, cx: &Cx) -> Vec<(String, String)> {
    let told = |word: &str, about: &str| (word.to_owned(), about.to_owned());
    let begun = line.rsplit(' ').next().unwrap_or_default();
    let mut all: Vec<(String, String)> = match line.split_once(' ') {
        None => {
            let screens = ROOTS.iter().map(|(_, name, _)| (name.to_lowercase(), String::new()));
            let lists = cx.model.nouns.iter().map(|n| told(n.entity.plural, n.entity.about));
            OWN.iter().map(|(w, about)| told(w, about)).chain(screens).chain(lists).collect()
        }
        Some(("set", _)) => SETTINGS
            .iter()
            .flat_map(|(name, values)| {
                values.iter().map(move |v| (format!("{name}={v}"), String::new()))
            })
            .collect(),
        Some(("mouse", _)) => vec![told("on", ""), told("off", "")],
        Some(("export", _)) => vec![told("csv", "what is shown")],
        Some(("view", _)) => vec![told("save", "what is in sight")],
        _ => Vec::new(),
    };
    all.retain(|(word, _)| word.starts_with(begun));
    all.sort();
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// The noun whose plural a word is.
fn listed(word: &str, cx: &Cx) -> Option<&'static str> {
    cx.model.nouns.iter().find(|n| n.entity.plural == word).map(Noun::name)
}

fn run(text: &str, cx: &Cx) -> Result<Effects> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let root = ROOTS.iter().find(|(_, name, _)| name.to_lowercase() == word);
    Ok(match (word, rest) {
        ("", _) => Vec::new(),
        // A fault on purpose, for the test that the terminal comes back whole.
        #[cfg(debug_assertions)]
        ("panic", "") => panic!("a fault on purpose"),
        ("q" | "q!" | "quit" | "wq", "") => vec![Effect::Quit],
        ("w", "") => vec![Toast::good("every change is kept at once: there is nothing to write")],
        ("set", _) => vec![set(rest)?],
        ("mouse", _) => vec![set(&format!("mouse={rest}"))?],
        ("board", name) if !name.is_empty() => vec![
            Effect::Go(1),
            Effect::Tell(match name.strip_prefix('/') {
                Some(filter) => Box::new(screens::Narrowed(filter.into())),
                None => Box::new(screens::OfPipeline(name.into())),
            }),
        ],
        ("view", _) if rest == "save" || rest.starts_with("save ") => vec![save_view(&rest[4..])?],
        ("undo", "") => vec![deed(|desk| past::undo_latest(desk, 1))],
        ("undo", count) if count.bytes().all(|b| b.is_ascii_digit()) => {
            let count: usize = count.parse().unwrap_or(0);
            if count == 0 {
                return Err(Error::usage("`:undo 0` undoes nothing")
                    .hint("`:undo 3` takes back your three latest changes"));
            }
            vec![deed(move |desk| past::undo_latest(desk, count))]
        }
        ("redo", "") => vec![Effect::Act(Act::Redo)],
        ("reload", "") => vec![Effect::Act(Act::Reload)],
        ("cols" | "columns", "") => vec![Effect::Act(Act::Columns)],
        ("cols" | "columns", _) => {
            vec![Effect::Tell(Box::new(screens::list::Columns::of(rest)))]
        }
        ("sort", "") => vec![Effect::Act(Act::Sort)],
        ("export", "csv" | "") => vec![Effect::Act(Act::Export)],
        ("export", other) => {
            return Err(Error::usage(format!(
                "`:export {other}` is none: what is shown goes to CSV"
            ))
            .hint("`:export csv`; `:contact export --format json --out FILE` has all formats"));
        }
        ("history", "") => vec![Effect::Act(Act::History)],
        ("help", "") => vec![Effect::Act(Act::Help)],
        ("trash", "") => vec![Effect::Push(screens::trash::nouns())],
        ("changes", "") => vec![Effect::Push(screens::changes::open())],
        _ => match (root, listed(word, cx)) {
            (Some((digit, ..)), _) if rest.is_empty() => vec![Effect::Go(*digit)],
            (_, Some(noun)) if rest.is_empty() || rest.starts_with('/') => {
                let filter = rest.trim_start_matches('/');
                vec![Effect::Push(screens::list::filtered(noun, filter))]
            }
            _ => match asked_list(text, cx) {
                Some((noun, view)) => vec![Effect::Push(screens::list::viewed(noun, view))],
                None => vec![command_line(text, word, cx)?],
            },
        },
    })
}

/// Sets what lasts as long as the dashboard is open.
fn set(text: &str) -> Result<Effect> {
    let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    let hint = "`:set theme=light`, `:set borders=ascii` or `:set mouse=off`";
    let Some((name, value)) = text.split_once('=').map(|(n, v)| (n.trim(), v.trim())) else {
        return Err(Error::usage(format!("`:set {text}` sets nothing")).hint(hint));
    };
    let Some((_, values)) = SETTINGS.iter().find(|(known, _)| *known == name) else {
        let near = nearest(name, names);
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(Error::usage(format!("`{name}` can't be set here{near}")).hint(hint));
    };
    if name != "theme" && !values.contains(&value) {
        let or = values.join("` or `");
        return Err(Error::usage(format!("`{value}` is no {name}")).hint(format!("`{or}`")));
    }
    Ok(Effect::Set(name.into(), value.into()))
}

/// Saves what is in sight as a view; the words of its name become one.
fn save_view(name: &str) -> Result<Effect> {
    let name = name.split_whitespace().collect::<Vec<_>>().join("-");
    if name.is_empty() {
        return Err(Error::usage("a view needs a name").hint("`:view save hot`"));
    }
    crate::store::View::check_name(&name)?;
    Ok(Effect::Tell(Box::new(screens::views::SaveAs(name))))
}

/// A command of rolo; what begins as none is refused where it was typed.
/// The list that a command line asks for, as `deals is:open` or `deal list is:open --sort amount`;
/// what else it may be told is the command's own.
fn asked_list(text: &str, cx: &Cx) -> Option<(&'static str, View)> {
    let words = shlex::split(text)?;
    let mut words = words.iter().map(String::as_str).skip_while(|word| *word == "rolo").peekable();
    let first = words.next()?;
    let noun = match listed(first, cx) {
        Some(noun) => noun,
        None => cx.model.typed(first).filter(|_| words.peek() == Some(&"list"))?.name(),
    };
    if words.next_if_eq(&"list").is_none() {
        // A verb, a slip in one too, is for the command to tell.
        let verbs = cx.command.verbs().into_iter().filter(|verb| verb.noun == noun);
        let verbs: Vec<String> = verbs.map(|verb| verb.name).chain(["help".to_owned()]).collect();
        let verbs = || verbs.iter().map(String::as_str);
        let is_verb = |word: &str| verbs().any(|v| v == word) || nearest(word, verbs()).is_some();
        if words.peek().is_some_and(|word| is_verb(word)) {
            return None;
        }
    }
    let (mut view, mut filter) = (View::default(), Vec::new());
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word, None), |(f, v)| (f, Some(v)));
        match flag {
            "--columns" => {
                let names = value.or_else(|| words.next())?;
                view.columns = names.split(',').map(|name| name.trim().to_owned()).collect();
            }
            "--sort" => value.or_else(|| words.next())?.clone_into(&mut view.sort),
            _ if word.starts_with('-') => return None,
            _ => filter.push(word),
        }
    }
    view.filter = filter.join(" ");
    Some((noun, view))
}

fn command_line(text: &str, word: &str, cx: &Cx) -> Result<Effect> {
    let tops = cx.command.commands();
    let is_known = word == "rolo"
        || word.starts_with('-')
        || tops.is_empty()
        || tops.iter().any(|top| top == word)
        || cx.model.typed(word).is_some();
    if is_known {
        return Ok(Effect::Command(text.to_owned()));
    }
    let own = OWN.iter().map(|(own, _)| *own);
    let lists = cx.model.nouns.iter().flat_map(|n| [n.name(), n.entity.plural]);
    let near = nearest(word, own.chain(lists).chain(tops.iter().map(String::as_str)));
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(Error::usage(format!("`{word}` is no command{near}"))
        .hint("`/` filters, Ctrl+P finds anything, `:help` is about this screen"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_settings_name_the_right_ones() {
        let why = |text: &str| set(text).err().unwrap();
        assert_eq!(why("thme=light").message, "`thme` can't be set here; did you mean `theme`?");
        assert_eq!(why("borders=round").message, "`round` is no borders");
        assert_eq!(why("mouse=").hint.unwrap(), "`on` or `off`");
        assert!(why("theme").message.contains("sets nothing"));
        assert!(matches!(set("mouse = off"), Ok(Effect::Set(n, v)) if n == "mouse" && v == "off"));
        assert!(matches!(set("theme=mine"), Ok(Effect::Set(..))));
    }

    #[test]
    fn the_words_of_a_views_name_become_one() {
        let saved = |name: &str| match save_view(name) {
            Ok(Effect::Tell(what)) => what.downcast::<screens::views::SaveAs>().unwrap().0,
            _ => panic!("{name}"),
        };
        assert_eq!(saved(" my  deal list "), "my-deal-list");
        assert!(save_view("  ").is_err() && save_view("a(b").is_err());
    }
}
