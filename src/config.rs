//! What the user set once: `config.toml`, its keys in one table, and editing that keeps comments.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use crate::error::{Error, ErrorKind, Result, nearest};

/// How a variable of the environment is asked for; tests bring their own.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A key of the config.
pub struct Key {
    /// As typed: `user.handle`.
    pub name: &'static str,
    pub about: &'static str,
    /// What counts when it isn't set, for people.
    pub default: &'static str,
    /// Written without quotes.
    pub number: bool,
    /// What a right value looks like, or nothing when the text is one.
    pub check: fn(&str) -> Option<&'static str>,
}

/// Every key there is.
pub static KEYS: &[Key] = &[
    Key {
        name: "user.handle",
        about: "Who is acting, unless `--as` or ROLO_USER says so",
        default: "the login name",
        number: false,
        check: not_empty,
    },
    Key {
        name: "database",
        about: "The database; a relative path counts from the config's folder",
        default: "$XDG_DATA_HOME/rolo/rolo.db",
        number: false,
        check: not_empty,
    },
    Key {
        name: "currency",
        about: "Currency of an amount that names none",
        default: "EUR",
        number: false,
        check: |text| {
            let known = iso_currency::Currency::from_code(&text.to_ascii_uppercase()).is_some();
            (!known).then_some("an ISO 4217 code, such as `EUR`")
        },
    },
    Key {
        name: "report_currency",
        about: "Currency that sums over several currencies are converted to",
        default: "none: one sum for each currency",
        number: false,
        check: |text| {
            let known = iso_currency::Currency::from_code(&text.to_ascii_uppercase()).is_some();
            (!known).then_some("an ISO 4217 code, such as `EUR`")
        },
    },
    Key {
        name: "forecast.best_case",
        about: "Chance from which on a forecast counts a deal as a best case",
        default: "50",
        number: true,
        check: |text| out_of_range(text, 100).then_some("a percent, from 0 to 100"),
    },
    Key {
        name: "forecast.commit",
        about: "Chance from which on a forecast counts a deal as committed",
        default: "75",
        number: true,
        check: |text| out_of_range(text, 100).then_some("a percent, from 0 to 100"),
    },
    Key {
        name: "region",
        about: "Region of phone numbers without a country code",
        default: "none",
        number: false,
        check: |text| {
            let known = text.parse::<phonenumber::country::Id>().is_ok();
            (!known).then_some("an ISO 3166 region in capitals, such as `GB`")
        },
    },
    Key {
        name: "zone",
        about: "Time zone that times are shown in, unless TZ says so",
        default: "the machine's",
        number: false,
        check: |text| {
            let known = text.parse::<chrono_tz::Tz>().is_ok();
            (!known).then_some("a name of the IANA database, such as `Europe/Sofia`")
        },
    },
    Key {
        name: "date_order",
        about: "Which number of 03/04/2026 is the day",
        default: "none: what could be read two ways is refused",
        number: false,
        check: |text| one_of(text, &["dmy", "mdy", "ymd"]).then_some("`dmy`, `mdy` or `ymd`"),
    },
    Key {
        name: "busy_timeout",
        about: "Seconds to wait for a database that another process writes to",
        default: "5",
        number: true,
        check: |text| out_of_range(text, 3_600).then_some("seconds, from 0 to 3600"),
    },
    Key {
        name: "journal_mode",
        about: "SQLite's journal: `delete` for network file systems",
        default: "wal",
        number: false,
        check: |text| one_of(text, &["wal", "delete"]).then_some("`wal` or `delete`"),
    },
    Key {
        name: "file_limit",
        about: "Largest attachment, in megabytes",
        default: "25",
        number: true,
        check: |text| out_of_range(text, 1_000).then_some("megabytes, from 0 to 1000"),
    },
    Key {
        name: "editor",
        about: "Program for `rolo edit`, unless VISUAL or EDITOR says so",
        default: "vi",
        number: false,
        check: not_empty,
    },
    Key {
        name: "theme",
        about: "Colours: dark, light, mono, high-contrast, or the name of a theme file",
        default: "dark; mono where no colours are wanted",
        number: false,
        check: not_empty,
    },
    Key {
        name: "borders",
        about: "Lines of the dashboard: unicode or ascii",
        default: "by the terminal",
        number: false,
        check: |text| one_of(text, &["unicode", "ascii"]).then_some("`unicode` or `ascii`"),
    },
    Key {
        name: "mouse",
        about: "Whether the dashboard takes the mouse",
        default: "on",
        number: false,
        check: |text| one_of(text, &["on", "off"]).then_some("`on` or `off`"),
    },
    Key {
        name: "links",
        about: "Whether the dashboard makes addresses into links of the terminal",
        default: "by the terminal",
        number: false,
        check: |text| one_of(text, &["on", "off"]).then_some("`on` or `off`"),
    },
];

/// The table of the file that holds macros.
const MACROS: &str = "macro";

/// Command lines under a name; `{ref}` in them is the record that they are run for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    pub name: String,
    pub lines: Vec<String>,
}

impl Macro {
    /// The lines for some records, each with what an error calls it. One that names no record runs
    /// once.
    #[must_use]
    pub fn lines_for(&self, refs: &[String]) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let called = format!("macro `{}`, line {}", self.name, at + 1);
            if line.contains(REF) {
                let of = |r: &String| (format!("{called} for {r}"), line.replace(REF, r));
                lines.extend(refs.iter().map(of));
            } else {
                lines.push((called, line.clone()));
            }
        }
        lines
    }
}

/// What stands for the record in a line of a macro.
const REF: &str = "{ref}";

fn not_empty(text: &str) -> Option<&'static str> {
    text.trim().is_empty().then_some("a text that isn't empty")
}

fn one_of(text: &str, words: &[&str]) -> bool {
    !words.contains(&text)
}

fn out_of_range(text: &str, most: u64) -> bool {
    text.parse::<u64>().map_or(true, |n| n > most)
}

/// The key of a typed name.
///
/// # Errors
/// No key has this name; the hint names the nearest.
pub fn key(name: &str) -> Result<&'static Key> {
    KEYS.iter().find(|k| k.name == name).ok_or_else(|| {
        let known: Vec<&str> = KEYS.iter().map(|k| k.name).collect();
        let near = nearest(name, known.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Error::usage(format!("the config has no key `{name}`"))
            .hint(format!("{near}keys: {}", known.join(", ")))
    })
}

/// The default place of the config: `$XDG_CONFIG_HOME/rolo/config.toml`. `None` where the
/// environment names neither that nor a home, as under cron.
#[must_use]
pub fn default_path(env: Env) -> Option<PathBuf> {
    Some(base_folder(env, "XDG_CONFIG_HOME", ".config")?.join("rolo/config.toml"))
}

/// The default place of the database: `$XDG_DATA_HOME/rolo/rolo.db`; `None` as above.
#[must_use]
pub fn default_database(env: Env) -> Option<PathBuf> {
    Some(base_folder(env, "XDG_DATA_HOME", ".local/share")?.join("rolo/rolo.db"))
}

/// The folder for what is kept between runs and is no record: `$XDG_STATE_HOME/rolo`; `None` as above.
#[must_use]
pub fn default_state(env: Env) -> Option<PathBuf> {
    Some(base_folder(env, "XDG_STATE_HOME", ".local/state")?.join("rolo"))
}

/// A base folder by the XDG specification: the variable when it is an absolute path, else a folder
/// of the home. The password file isn't asked, so that a home that was taken away stays away.
fn base_folder(env: Env, variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env(name).map(PathBuf::from).filter(|p| p.is_absolute());
    absolute(variable).or_else(|| Some(absolute("HOME")?.join(below_home)))
}

/// The config as it was read; empty when there is no file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    path: Option<PathBuf>,
    document: DocumentMut,
}

/// A key with what holds for it, for `config list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub key: &'static str,
    /// What the file says; `None` where it is silent.
    pub value: Option<String>,
    pub default: &'static str,
    pub about: &'static str,
}

impl Config {
    /// Reads the config; a missing file is an empty one.
    ///
    /// # Errors
    /// The file can't be read, or isn't TOML: the file and the line are named.
    pub fn load(path: Option<PathBuf>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Error::io(format!("can't read `{}`", path.display()), &e)),
        };
        let document = text.parse().map_err(|e: toml_edit::TomlError| {
            let line = e.span().map_or(1, |s| 1 + text[..s.start].matches('\n').count());
            let why = e.message().replace('\n', ", ");
            Error::usage(format!("`{}`, line {line}: {why}", path.display()))
                .hint("mend the file, or name another with `--config FILE`")
        })?;
        Ok(Self { path: Some(path), document })
    }

    /// The file, whether it exists or not.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What the file says under a key of [`KEYS`], as text and unchecked.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<String> {
        let item = match name.split_once('.') {
            None => self.document.get(name)?,
            Some((table, rest)) => self.document.get(table)?.get(rest)?,
        };
        Some(match item.as_value() {
            Some(toml_edit::Value::String(text)) => text.value().clone(),
            Some(other) => other.to_string().trim().to_owned(),
            None => item.to_string().trim().to_owned(),
        })
    }

    /// As [`Self::raw`], but checked.
    ///
    /// # Errors
    /// The value is wrong: file, key and value are named, and what would be right.
    pub fn get(&self, name: &str) -> Result<Option<String>> {
        let key = key(name)?;
        let Some(text) = self.raw(name) else { return Ok(None) };
        match (key.check)(&text) {
            None => Ok(Some(text)),
            Some(right) => {
                let file = self.path.as_deref().unwrap_or(Path::new("the config"));
                Err(Error::usage(format!("`{}`: `{name}` can't be `{text}`", file.display()))
                    .hint(format!("write {right}")))
            }
        }
    }

    /// A key that holds a whole number.
    ///
    /// # Errors
    /// The value is wrong.
    pub fn number(&self, name: &str, default: u64) -> Result<u64> {
        Ok(self.get(name)?.and_then(|text| text.parse().ok()).unwrap_or(default))
    }

    /// The first value that is wrong, as an error.
    ///
    /// # Errors
    /// A value is wrong.
    pub fn check(&self) -> Result<()> {
        KEYS.iter().try_for_each(|key| self.get(key.name).map(drop))?;
        self.macros().map(drop)
    }

    /// The keys of the dashboard that the file gives under `[keys]`: what they do, and one key or
    /// several.
    #[must_use]
    pub fn keys(&self) -> Vec<(String, Vec<String>)> {
        let Some(table) = self.document.get("keys").and_then(Item::as_table_like) else {
            return Vec::new();
        };
        let texts = |item: &Item| match item.as_array() {
            Some(array) => array.iter().filter_map(|v| v.as_str()).map(str::to_owned).collect(),
            None => item.as_str().map(str::to_owned).into_iter().collect(),
        };
        table.iter().map(|(name, item)| (name.to_owned(), texts(item))).collect()
    }

    /// The macros that the file gives under `[macro]`, in its order.
    ///
    /// # Errors
    /// A macro is neither a line nor a list of lines, or has none.
    pub fn macros(&self) -> Result<Vec<Macro>> {
        let Some(item) = self.document.get(MACROS) else { return Ok(Vec::new()) };
        let wrong = |what: String| {
            let file = self.path.as_deref().unwrap_or(Path::new("the config")).display();
            Error::usage(format!("`{file}`: {what}"))
                .hint("write `[macro]`, and below it `waiting = [\"ticket status {ref} pending\"]`")
        };
        let table = item.as_table_like().ok_or_else(|| wrong("`macro` is not a table".into()))?;
        let of = |(name, item): (&str, &Item)| {
            let lines: Option<Vec<String>> = match item.as_array() {
                Some(array) => array.iter().map(|v| v.as_str().map(str::to_owned)).collect(),
                None => item.as_str().map(|line| vec![line.to_owned()]),
            };
            let lines = lines.filter(|lines| {
                !lines.is_empty() && lines.iter().all(|line| !line.trim().is_empty())
            });
            let lines = lines.ok_or_else(|| {
                wrong(format!("the macro `{name}` is neither a command nor a list of commands"))
            })?;
            Ok(Macro { name: name.to_owned(), lines })
        };
        table.iter().map(of).collect()
    }

    /// A line for each key of the file that nobody knows, with the nearest known one.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        for (name, item) in self.document.iter() {
            match item.as_table_like() {
                // The dashboard looks into its own keys, and macros have names of their own.
                Some(_) if name == "keys" || name == MACROS => {}
                Some(table) if !is_key(name) => unknown.extend(unknown_in(name, table)),
                _ if !is_key(name) => unknown.push(name.to_owned()),
                _ => {}
            }
        }
        let file = self.path.as_deref().unwrap_or(Path::new("the config")).display();
        let warn = |name: String| {
            let near = nearest(&name, KEYS.iter().map(|k| k.name))
                .map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            format!("`{file}`: unknown key `{name}`{near}")
        };
        unknown.into_iter().map(warn).collect()
    }

    /// Every key with what holds for it.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let setting = |k: &Key| Setting {
            key: k.name,
            value: self.raw(k.name),
            default: k.default,
            about: k.about,
        };
        KEYS.iter().map(setting).collect()
    }

    /// Sets a key; comments and order of the file stay. [`Self::save`] writes it.
    ///
    /// # Errors
    /// An unknown key, or a value that isn't right for it.
    pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
        let key = key(name)?;
        if let Some(right) = (key.check)(text) {
            return Err(
                Error::usage(format!("`{name}` can't be `{text}`")).hint(format!("write {right}"))
            );
        }
        let number = text.parse::<i64>().ok().filter(|_| key.number);
        let new = number.map_or_else(|| value(text), value);
        let (table, own) = self.table_of(name)?;
        match table.get_mut(own).and_then(Item::as_value_mut) {
            // The comment behind the value stays.
            Some(old) => {
                let decor = old.decor().clone();
                if let Ok(mut value) = new.into_value() {
                    *value.decor_mut() = decor;
                    *old = value;
                }
            }
            None => {
                table.insert(own, new);
            }
        }
        Ok(())
    }

    /// Takes a key out of the file; whether it was there.
    ///
    /// # Errors
    /// An unknown key.
    pub fn unset(&mut self, name: &str) -> Result<bool> {
        key(name)?;
        if self.raw(name).is_none() {
            return Ok(false);
        }
        let (table, own) = self.table_of(name)?;
        Ok(table.remove(own).is_some())
    }

    /// The table of the file that a key stands in, made when missing, and the key's name there.
    fn table_of<'k>(&mut self, name: &'k str) -> Result<(&mut dyn TableLike, &'k str)> {
        let Some((table, own)) = name.split_once('.') else {
            return Ok((self.document.as_table_mut(), name));
        };
        let item = self.document.entry(table).or_insert_with(|| Item::Table(Table::new()));
        match item.as_table_like_mut() {
            Some(table) => Ok((table, own)),
            None => Err(Error::usage(format!("`{table}` of the config is not a table"))
                .hint(format!("take the line `{table} = …` out of the file"))),
        }
    }

    /// Writes the file beside its place and renames it (mode 0600, its folder 0700). A symbolic
    /// link stays one.
    ///
    /// # Errors
    /// There is no place for it, or it can't be written.
    pub fn save(&self) -> Result<()> {
        let Some(path) = self.path.as_deref() else {
            return Err(Error::failed("there is no place for a config: HOME is not set")
                .hint("name a file with `--config FILE`"));
        };
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        self.write_beside(&target, folder).map_err(|cause| Error {
            kind: ErrorKind::Failed,
            ..Error::io(format!("can't write `{}`", path.display()), &cause)
        })
    }

    fn write_beside(&self, target: &Path, folder: &Path) -> std::io::Result<()> {
        make_private_folder(folder)?;
        // Temporary files are made with mode 0600 and a random name.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(self.document.to_string().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(target)?;
        Ok(())
    }
}

/// Whether the name of a top-level entry is a key by itself.
fn is_key(name: &str) -> bool {
    KEYS.iter().any(|k| k.name == name)
}

/// The unknown keys of a table of the file.
fn unknown_in(name: &str, table: &dyn TableLike) -> Vec<String> {
    if !KEYS.iter().any(|k| k.name.split_once('.').is_some_and(|(t, _)| t == name)) {
        return vec![name.to_owned()];
    }
    let full = table.iter().map(|(own, _)| format!("{name}.{own}"));
    full.filter(|full| !is_key(full)).collect()
}

/// Makes a folder with its parents, each new one for the user alone.
///
/// # Errors
/// It can't be made.
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/config.toml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let config = Config::load(Some(path)).unwrap();
        (folder, config)
    }

    #[test]
    fn a_missing_file_and_no_place_at_all_are_empty_configs() {
        assert_eq!(Config::load(None).unwrap().get("currency").unwrap(), None);
        let nowhere = Config::load(Some("/nonexistent/rolo.toml".into())).unwrap();
        assert_eq!(nowhere.get("user.handle").unwrap(), None);
        assert_eq!(nowhere.number("busy_timeout", 5).unwrap(), 5);
        let error = Config::load(None).unwrap().save().unwrap_err();
        assert!(error.hint.unwrap().contains("--config"));
    }

    #[test]
    fn values_are_read_as_text_whatever_their_type() {
        let (_folder, config) =
            config("currency = \"usd\"\nbusy_timeout = 9\n[user]\nhandle = 'ann'\n");
        assert_eq!(config.get("currency").unwrap().unwrap(), "usd");
        assert_eq!(config.number("busy_timeout", 5).unwrap(), 9);
        assert_eq!(config.get("user.handle").unwrap().unwrap(), "ann");
        config.check().unwrap();
        assert!(config.warnings().is_empty());
    }

    #[test]
    fn unknown_keys_are_warned_about_with_a_near_miss() {
        let (_folder, config) = config("curency = 'EUR'\n[user]\nhandel = 'ann'\n[colours]\na=1\n");
        let warnings = config.warnings();
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[0].ends_with("unknown key `curency`; did you mean `currency`?"));
        assert!(warnings[1].contains("`user.handel`; did you mean `user.handle`?"));
        assert!(warnings[2].ends_with("unknown key `colours`"));
    }

    #[test]
    fn macros_are_read_in_their_order_and_wrong_ones_are_named() {
        let (_folder, found) = config(
            "[macro]\nb = \"note {ref} hi\"\na = [\"task add x\", \"ticket close {ref}\"]\n",
        );
        assert_eq!(found.warnings(), Vec::<String>::new());
        let macros = found.macros().unwrap();
        assert_eq!(macros.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let lines = macros[1].lines_for(&["ticket:1".into(), "ticket:2".into()]);
        let texts: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(texts, ["task add x", "ticket close ticket:1", "ticket close ticket:2"]);
        assert_eq!(lines[2].0, "macro `a`, line 2 for ticket:2");
        for wrong in ["[macro]\nx = 5", "[macro]\nx = []", "[macro]\nx = [\"\"]", "macro = \"x\""] {
            let (_folder, found) = config(wrong);
            let why = found.check().unwrap_err();
            assert!(why.message.contains("macro"), "{}", why.message);
        }
    }

    #[test]
    fn a_wrong_value_names_file_key_and_value() {
        for (text, key) in [
            ("currency = 'XXQ'", "currency"),
            ("zone = 'Mars/Olympus'", "zone"),
            ("region = 'Europe'", "region"),
            ("date_order = 'ydm'", "date_order"),
            ("busy_timeout = -1", "busy_timeout"),
            ("busy_timeout = true", "busy_timeout"),
            ("journal_mode = 'off'", "journal_mode"),
            ("file_limit = 1.5", "file_limit"),
            ("user.handle = ''", "user.handle"),
            ("editor = []", "journal_mode"),
        ] {
            let (_folder, config) = config(text);
            if key == "journal_mode" && text.starts_with("editor") {
                config.check().unwrap();
                continue;
            }
            let error = config.check().unwrap_err();
            assert_eq!(error.kind, ErrorKind::Usage);
            assert!(error.message.contains("config.toml"), "{}", error.message);
            assert!(error.message.contains(&format!("`{key}`")), "{}", error.message);
            assert!(error.hint.is_some());
        }
    }

    #[test]
    fn broken_toml_names_the_file_and_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        fs::write(&path, "a = 1\nb = = 2\n").unwrap();
        let error = Config::load(Some(path)).unwrap_err();
        assert!(error.message.contains("c.toml`, line 2"), "{}", error.message);
    }

    #[test]
    fn editing_keeps_comments_and_order() {
        let (_folder, mut config) =
            config("# mine\nregion = \"GB\" # home\n\n# who\n[user]\nhandle = \"ann\"\n");
        config.set("region", "BG").unwrap();
        config.set("busy_timeout", "7").unwrap();
        config.set("user.handle", "bob").unwrap();
        config.save().unwrap();
        let text = fs::read_to_string(config.path().unwrap()).unwrap();
        assert_eq!(
            text,
            "# mine\nregion = \"BG\" # home\nbusy_timeout = 7\n\n# who\n[user]\nhandle = \"bob\"\n"
        );
        assert!(config.unset("region").unwrap());
        assert!(!config.unset("region").unwrap());
        assert_eq!(config.raw("region"), None);
        assert!(config.set("regoin", "BG").unwrap_err().hint.unwrap().contains("`region`"));
        assert!(config.set("currency", "euros").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_and_its_folders_are_private_and_a_link_stays_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/config.toml");
        let mut config = Config::load(Some(path.clone())).unwrap();
        config.set("user.handle", "ann").unwrap();
        config.save().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[user]\nhandle = \"ann\"\n");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("a/b")), 0o700);
        assert_eq!(mode(&folder.path().join("a")), 0o700);
        let link = folder.path().join("link.toml");
        symlink(&path, &link).unwrap();
        let mut config = Config::load(Some(link.clone())).unwrap();
        config.set("currency", "USD").unwrap();
        config.save().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&path).unwrap().contains("USD"));
    }

    #[test]
    fn places_follow_the_xdg_variables_and_the_home() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v))
        };
        let home = env(&[("HOME", "/home/ann")]);
        assert_eq!(default_path(&home).unwrap(), Path::new("/home/ann/.config/rolo/config.toml"));
        assert_eq!(
            default_database(&home).unwrap(),
            Path::new("/home/ann/.local/share/rolo/rolo.db")
        );
        let xdg = env(&[("XDG_CONFIG_HOME", "/x"), ("XDG_DATA_HOME", "relative")]);
        assert_eq!(default_path(&xdg).unwrap(), Path::new("/x/rolo/config.toml"));
        assert_eq!(default_database(&xdg), None);
        assert_eq!(default_path(&env(&[("HOME", "")])), None);
    }
}
