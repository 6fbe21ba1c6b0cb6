//! The keys: one table of what can be pressed where. Dispatch, the footer and the help read it, so
//! that none of them can tell another story; `[keys]` of the config changes it.

mod press;
mod table;

pub(crate) use press::Press;
pub(crate) use table::BINDINGS;

use crate::config::Config;
use crate::error::{Error, Result, nearest};

/// What a key means. Screens and the app give it its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Act {
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    Go(u8),
    NextView,
    LastView,
    NextPane,
    LastPane,
    Open,
    Back,
    Filter,
    Palette,
    Command,
    Help,
    Menu,
    Macro,
    New,
    Edit,
    Inline,
    Mark,
    MarkAll,
    Range,
    Done,
    StepBack,
    StepOn,
    Raise,
    Lower,
    State,
    Assign,
    Tag,
    Note,
    Call,
    Task,
    Reply,
    Reload,
    Sort,
    Columns,
    ColumnsBack,
    ColumnsOn,
    SaveView,
    Delete,
    Restore,
    Undo,
    Redo,
    CopyCommand,
    CopyId,
    CopyLink,
    CopyMail,
    OpenLink,
    GoCompany,
    GoContact,
    GoDeals,
    GoTasks,
    GoTickets,
    History,
    Trash,
    Changes,
    Preview,
    Today,
    AsTable,
    Zoom,
    Happened,
    Export,
    Period,
    Split,
    GoBoard,
    GoMade,
    GoReports,
    Pipeline,
    Save,
    Editor,
    Suspend,
    Cancel,
    Quit,
}

/// Where a key is pressed; screens of one kind share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Board = 1,
    List = 2,
    Record = 4,
    Agenda = 8,
    Reports = 16,
    /// Text to read: help, history, what a command said.
    Page = 32,
    /// A list to choose from while typing.
    Menu = 64,
    /// One line of text.
    Line = 128,
    Form = 256,
}

impl Place {
    pub(crate) const ALL: [Self; 9] = [
        Self::Board,
        Self::List,
        Self::Record,
        Self::Agenda,
        Self::Reports,
        Self::Page,
        Self::Menu,
        Self::Line,
        Self::Form,
    ];

    /// Whether letters are text there.
    pub(crate) fn types(self) -> bool {
        matches!(self, Self::Menu | Self::Line | Self::Form)
    }
}

/// One row of the table.
pub(crate) struct Binding {
    pub act: Act,
    /// Its name in `[keys]` of the config.
    pub name: &'static str,
    /// As typed in the config: `g g`, `ctrl+r`, `shift+tab`. The first is shown in hints.
    pub keys: &'static [&'static str],
    /// The places where it means something, as a sum of [`Place`]s.
    pub places: u16,
    pub about: &'static str,
    /// The word in the footer; empty where it isn't shown there.
    pub hint: &'static str,
}

/// The table as this user has it.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// For each row of [`BINDINGS`], the presses that reach it.
    pressed: Vec<Vec<Vec<Press>>>,
}

/// What some presses come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meant {
    Act(Act),
    /// The beginning of something longer.
    Begun,
    Nothing,
}

impl Keys {
    /// The table with the config's changes.
    ///
    /// # Errors
    /// An unknown name or key, or one key with two meanings in one place.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let mut pressed = Vec::with_capacity(BINDINGS.len());
        for binding in BINDINGS {
            let keys = binding.keys.iter().map(|k| Press::sequence(k));
            pressed.push(keys.collect::<std::result::Result<_, _>>().map_err(Error::failed)?);
        }
        let mut keys = Self { pressed };
        for (name, texts) in config.keys() {
            let at = BINDINGS.iter().position(|b| b.name == name).ok_or_else(|| {
                let near = nearest(&name, BINDINGS.iter().map(|b| b.name))
                    .map_or(String::new(), |n| format!("did you mean `{n}`? "));
                Error::usage(format!("`[keys]` of the config: nothing is called `{name}`"))
                    .hint(format!("{near}the help of the dashboard (`?`) shows the names"))
            })?;
            let own = texts.iter().map(|t| {
                let wrong =
                    |why: String| Error::usage(format!("`[keys]` of the config, `{name}`: {why}"));
                let presses = Press::sequence(t).map_err(|why| {
                    wrong(why).hint("write keys as `x`, `G`, `ctrl+r`, `f5`, `shift+tab` or `g g`")
                })?;
                match presses.iter().find_map(|p| p.same_as()) {
                    None => Ok(presses),
                    Some(other) => Err(wrong(format!("terminals send `{t}` as {other}"))
                        .hint("take another key: that one would do what the other does")),
                }
            });
            keys.pressed[at] = own.collect::<Result<_>>()?;
        }
        match keys.clash() {
            None => Ok(keys),
            Some((key, one, other)) => Err(Error::usage(format!(
                "`[keys]` of the config: `{key}` would mean both `{one}` and `{other}`"
            ))
            .hint("give one of them another key")),
        }
    }

    /// A key with two meanings in one place: the key and the names of both.
    pub(crate) fn clash(&self) -> Option<(String, &'static str, &'static str)> {
        for place in Place::ALL {
            let here: Vec<(&[Press], &'static str)> = self.rows(place).collect();
            for (at, (keys, name)) in here.iter().enumerate() {
                for (others, other) in &here[at + 1..] {
                    if keys.starts_with(others) || others.starts_with(keys) {
                        return Some((Press::shown(keys), name, other));
                    }
                }
            }
        }
        None
    }

    /// The sequences that mean something in a place, with the names of what they mean.
    fn rows(&self, place: Place) -> impl Iterator<Item = (&[Press], &'static str)> {
        self.bound(place).map(|(at, keys)| (keys, BINDINGS[at].name))
    }

    fn bound(&self, place: Place) -> impl Iterator<Item = (usize, &[Press])> {
        let rows = self.pressed.iter().enumerate();
        rows.filter(move |(at, _)| BINDINGS[*at].places & place as u16 != 0).flat_map(
            move |(at, all)| {
                let fits = move |keys: &&Vec<Press>| !(place.types() && keys[0].is_text());
                all.iter().filter(fits).map(move |keys| (at, keys.as_slice()))
            },
        )
    }

    /// What presses mean in a place.
    pub(crate) fn find(&self, place: Place, presses: &[Press]) -> Meant {
        let mut begun = false;
        for (at, keys) in self.bound(place) {
            if keys == presses {
                return Meant::Act(BINDINGS[at].act);
            }
            begun |= keys.starts_with(presses);
        }
        if begun { Meant::Begun } else { Meant::Nothing }
    }

    /// What may follow some presses in a place, as (rest of the keys, what it does).
    pub(crate) fn following(&self, place: Place, presses: &[Press]) -> Vec<(String, &'static str)> {
        let bound = self.bound(place).filter(|(_, keys)| keys.starts_with(presses));
        bound.map(|(at, keys)| (Press::shown(&keys[presses.len()..]), BINDINGS[at].about)).collect()
    }

    /// The key to show for an act in a place.
    pub(crate) fn shown(&self, place: Place, act: Act) -> Option<String> {
        self.bound(place)
            .find(|(at, _)| BINDINGS[*at].act == act)
            .map(|(_, keys)| Press::shown(keys))
    }

    /// Every act of a place with its keys, in the order of the table.
    pub(crate) fn of(&self, place: Place) -> Vec<(&'static Binding, String)> {
        let mut all: Vec<(usize, Vec<String>)> = Vec::new();
        for (at, keys) in self.bound(place) {
            match all.last_mut().filter(|(last, _)| *last == at) {
                Some((_, known)) => known.push(Press::shown(keys)),
                None => all.push((at, vec![Press::shown(keys)])),
            }
        }
        all.into_iter().map(|(at, keys)| (&BINDINGS[at], keys.join(", "))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Keys {
        Keys::new(&Config::default()).unwrap()
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        assert_eq!(plain().clash(), None);
    }

    #[test]
    fn a_clash_is_found_also_as_the_beginning_of_another() {
        let mut keys = plain();
        let at = BINDINGS.iter().position(|b| b.act == Act::Mark).unwrap();
        keys.pressed[at] = vec![Press::sequence("g").unwrap()];
        assert!(keys.clash().is_some());
    }

    #[test]
    fn what_legacy_terminals_can_not_tell_apart_is_never_bound() {
        for binding in BINDINGS {
            for key in binding.keys {
                let presses = Press::sequence(key).unwrap();
                assert!(presses.iter().all(|p| p.same_as().is_none()), "{}", binding.name);
            }
        }
    }

    #[test]
    fn names_are_told_apart_and_every_act_says_what_it_does() {
        for (at, binding) in BINDINGS.iter().enumerate() {
            assert!(!binding.about.is_empty() && binding.places != 0, "{}", binding.name);
            assert!(BINDINGS[at + 1..].iter().all(|b| b.name != binding.name), "{}", binding.name);
        }
    }

    #[test]
    fn moving_opening_leaving_and_the_palette_need_no_latin_letter() {
        let keys = plain();
        for act in [
            Act::Up,
            Act::Down,
            Act::Left,
            Act::Right,
            Act::Open,
            Act::Back,
            Act::Filter,
            Act::Palette,
            Act::Help,
            Act::Menu,
            Act::NextView,
            Act::Go(1),
        ] {
            let at = BINDINGS.iter().position(|b| b.act == act).unwrap();
            let plain_key = |k: &Vec<Press>| k.iter().all(|p| !p.is_letter());
            assert!(keys.pressed[at].iter().any(plain_key), "{act:?}");
        }
    }

    #[test]
    fn the_config_gives_other_keys_and_wrong_ones_are_named() {
        let config = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("config.toml");
            std::fs::write(&path, text).unwrap();
            Config::load(Some(path)).unwrap()
        };
        let keys = Keys::new(&config("[keys]\nundo = \"ctrl+u\"\nhalf-up = []\n")).unwrap();
        let press = Press::sequence("ctrl+u").unwrap();
        assert_eq!(keys.find(Place::List, &press), Meant::Act(Act::Undo));
        assert_eq!(keys.find(Place::List, &Press::sequence("u").unwrap()), Meant::Nothing);
        let why = |text: &str| Keys::new(&config(text)).unwrap_err().message;
        assert!(why("[keys]\nundoo = \"u\"").contains("undoo"));
        assert!(why("[keys]\nundo = \"hyper+u\"").contains("hyper+u"));
        assert!(why("[keys]\nundo = \"x\"").contains("both"));
        assert!(why("[keys]\nundo = \"ctrl+m\"").contains("as Enter"));
        assert!(why("[keys]\nundo = \"g ctrl+[\"").contains("as Esc"));
    }
}
