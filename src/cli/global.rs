//! The options that every command has, and what they come to together with the environment and the
//! config: option before environment before config before default.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::print::Style;
use crate::clock::{self, Clock};
use crate::config::{self, Config, Env};
use crate::entity::Locale;
use crate::entity::money::Currency;
use crate::entity::when::{DateOrder, Times, day_start};
use crate::error::{Error, Result};
use crate::interchange::Input;

/// A global option.
pub struct Global {
    pub long: &'static str,
    pub short: Option<char>,
    /// Placeholder of its value; a flag has none.
    pub value: Option<&'static str>,
    /// Variables that say the same.
    pub env: &'static [&'static str],
    pub about: &'static str,
}

const fn global(
    long: &'static str,
    short: Option<char>,
    value: Option<&'static str>,
    env: &'static [&'static str],
    about: &'static str,
) -> Global {
    Global { long, short, value, env, about }
}

/// Every global option, in the order of help.
pub static GLOBALS: &[Global] = &[
    global("db", None, Some("FILE"), &["ROLO_DB"], "The database"),
    global("config", None, Some("FILE"), &["ROLO_CONFIG"], "The config file"),
    global("as", None, Some("HANDLE"), &["ROLO_USER"], "Who is acting"),
    global(
        "now",
        None,
        Some("INSTANT"),
        &["ROLO_NOW"],
        "The clock, for tests and reruns (RFC 3339)",
    ),
    global("output", Some('o'), Some("FORMAT"), &[], "table, json, jsonl, csv, tsv or ids"),
    global("color", None, Some("WHEN"), &["NO_COLOR", "CLICOLOR_FORCE"], "auto, always or never"),
    global("quiet", Some('q'), None, &[], "Nothing on standard error but errors"),
    global("dry-run", None, None, &[], "Show what would change, and change nothing"),
    global("yes", None, None, &[], "Answer yes to every question"),
];

/// The form of what is printed on standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Output {
    #[default]
    Table,
    Json,
    Jsonl,
    Csv,
    Tsv,
    /// One id a line.
    Ids,
}

impl Output {
    /// The words of `--output`.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("table", Self::Table),
        ("json", Self::Json),
        ("jsonl", Self::Jsonl),
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("ids", Self::Ids),
    ];

    fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(w, _)| *w == word).map(|(_, o)| *o)
    }

    /// Whether programs read it as JSON, errors too.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

impl Global {
    /// The option for clap; shown in the help of the program alone.
    pub(super) fn arg(&self, shown: bool) -> Arg {
        let arg = Arg::new(self.long)
            .long(self.long)
            .help(self.help())
            .help_heading("Global options")
            .hide(!shown)
            .global(true)
            // The last one counts, so that a script can add its own.
            .overrides_with(self.long);
        let arg = match self.short {
            Some(short) => arg.short(short),
            None => arg,
        };
        let Some(value) = self.value else { return arg.action(ArgAction::SetTrue) };
        let arg = arg.value_name(value).num_args(1).allow_hyphen_values(true);
        match self.long {
            "output" => {
                arg.value_parser(Output::WORDS.map(|(word, _)| word)).hide_possible_values(true)
            }
            "color" => arg.value_parser(["auto", "always", "never"]).hide_possible_values(true),
            "db" | "config" => {
                arg.value_parser(value_parser!(PathBuf)).value_hint(clap::ValueHint::FilePath)
            }
            _ => arg,
        }
    }

    fn help(&self) -> String {
        if self.env.is_empty() {
            self.about.to_owned()
        } else {
            format!("{} [env: {}]", self.about, self.env.join(", "))
        }
    }
}

/// The global options as they were typed.
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Globals {
    pub db: Option<PathBuf>,
    pub config: Option<PathBuf>,
    pub acting: Option<String>,
    pub now: Option<String>,
    pub output: Output,
    pub color: Option<bool>,
    pub quiet: bool,
    pub dry_run: bool,
    pub yes: bool,
}

impl Globals {
    /// Reads them from the matches of any command of the grammar.
    #[must_use]
    pub fn of(matches: &ArgMatches) -> Self {
        let text = |id: &str| matches.get_one::<String>(id).cloned();
        let path = |id: &str| matches.get_one::<PathBuf>(id).cloned();
        Self {
            db: path("db"),
            config: path("config"),
            acting: text("as"),
            now: text("now"),
            output: text("output").and_then(|word| Output::of(&word)).unwrap_or(Output::Table),
            color: match text("color").as_deref() {
                Some("always") => Some(true),
                Some("never") => Some(false),
                _ => None,
            },
            quiet: matches.get_flag("quiet"),
            dry_run: matches.get_flag("dry-run"),
            yes: matches.get_flag("yes"),
        }
    }

    /// The place of the config: `--config`, `ROLO_CONFIG`, or the default one.
    #[must_use]
    pub fn config_path(&self, env: Env) -> Option<PathBuf> {
        self.config
            .clone()
            .or_else(|| variable(env, "ROLO_CONFIG").map(PathBuf::from))
            .or_else(|| config::default_path(env))
    }
}

/// A variable that is set to something.
fn variable(env: Env, name: &str) -> Option<OsString> {
    env(name).filter(|v| !v.is_empty())
}

fn text_variable(env: Env, name: &str) -> Option<String> {
    let text = variable(env, name)?.to_string_lossy().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// What the process stands in: environment and terminals. Tests bring their own.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Surroundings<'a> {
    pub env: Env<'a>,
    /// Whether standard input is this command's own: in the dashboard it is the keyboard of another.
    pub has_stdin: bool,
    /// Columns to print in, where that is known without a terminal.
    pub columns: Option<usize>,
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
    pub stderr_is_terminal: bool,
}

impl Surroundings<'static> {
    /// The real ones.
    #[must_use]
    pub fn real() -> Self {
        Self {
            env: &|name| std::env::var_os(name),
            has_stdin: true,
            columns: None,
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        }
    }
}

impl Surroundings<'_> {
    /// Whether an output gets colours: as told, else by `NO_COLOR` and `CLICOLOR_FORCE`, else on a
    /// terminal that knows them.
    #[must_use]
    pub fn color(&self, told: Option<bool>, is_terminal: bool) -> bool {
        let is_set = |name| variable(self.env, name).is_some_and(|v| v != "0");
        told.unwrap_or_else(|| {
            variable(self.env, "NO_COLOR").is_none()
                && (is_set("CLICOLOR_FORCE")
                    || is_terminal && variable(self.env, "TERM").is_some_and(|t| t != "dumb"))
        })
    }

    /// Columns of the terminal; `None` when standard output is none.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        if self.columns.is_some() || !self.stdout_is_terminal {
            return self.columns;
        }
        let said = text_variable(self.env, "COLUMNS").and_then(|c| c.parse().ok());
        let asked = || terminal_size::terminal_size_of(std::io::stdout()).map(|(w, _)| w.0.into());
        said.or_else(asked).filter(|w| *w > 0).or(Some(80))
    }
}

/// Everything that one command goes by.
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
#[derive(Debug)]
pub struct Settings {
    /// The database; `None` where nothing says where it is. See [`Self::database`].
    pub db: Option<PathBuf>,
    pub config: Config,
    /// Handle of who is acting, in lower case.
    pub user: String,
    pub clock: Clock,
    /// The clock stands still: `--now` or `ROLO_NOW` said when.
    pub clock_stands: bool,
    pub locale: Locale,
    pub output: Output,
    /// Colours on standard output.
    pub color: bool,
    /// Colours on standard error.
    pub error_color: bool,
    pub quiet: bool,
    pub dry_run: bool,
    pub yes: bool,
    /// Whether standard input may be read.
    pub has_stdin: bool,
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
    pub stderr_is_terminal: bool,
    /// Columns of the terminal; `None` when standard output is none.
    pub width: Option<usize>,
}

impl Settings {
    /// Whether somebody sits there to answer a question.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal
    }

    /// Works out what holds. Reads the config; opens no database.
    ///
    /// # Errors
    /// A config that can't be read or holds a wrong value, a wrong `--now`, an unknown zone.
    pub fn resolve(globals: &Globals, around: &Surroundings) -> Result<Self> {
        let env = around.env;
        let config = Config::load(globals.config_path(env))?;
        config.check()?;
        let clock = clock_of(globals, env, &config)?;
        let locale = locale_of(&config, &clock)?;
        Ok(Self {
            db: database_of(globals, env, &config)?,
            user: user_of(globals, env, &config)?,
            clock,
            clock_stands: globals.now.is_some() || text_variable(env, "ROLO_NOW").is_some(),
            locale,
            output: globals.output,
            color: around.color(globals.color, around.stdout_is_terminal),
            error_color: around.color(globals.color, around.stderr_is_terminal),
            quiet: globals.quiet,
            dry_run: globals.dry_run,
            yes: globals.yes,
            has_stdin: around.has_stdin,
            stdin_is_terminal: around.stdin_is_terminal,
            stdout_is_terminal: around.stdout_is_terminal,
            stderr_is_terminal: around.stderr_is_terminal,
            width: around.width(),
            config,
        })
    }

    /// Refuses to read standard input where it is not this command's own.
    ///
    /// # Errors
    /// It isn't.
    pub fn require_stdin(&self) -> Result<()> {
        if self.has_stdin {
            return Ok(());
        }
        Err(Error::usage("there is no standard input inside the dashboard: the keys go there")
            .hint("name a file, or run the command in a shell"))
    }

    /// A file to read, or standard input for `-`.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn input(&self, path: &str) -> Result<Input> {
        if path == "-" {
            self.require_stdin()?;
        }
        Input::open(path)
    }

    /// The path of the database.
    ///
    /// # Errors
    /// Nothing says where it is: no option, no variable, no config, no home.
    pub fn database(&self) -> Result<&Path> {
        self.db.as_deref().ok_or_else(|| {
            Error::database("no database: neither HOME nor XDG_DATA_HOME says where it is")
                .hint("name the file with `--db FILE` or ROLO_DB")
        })
    }

    /// The same settings for one line of a batch: the same moment, clean of what the line itself may
    /// say.
    #[must_use]
    pub fn for_line(&self) -> Self {
        Self {
            db: self.db.clone(),
            config: self.config.clone(),
            user: self.user.clone(),
            clock: Clock::new(Some(self.clock.now()), self.clock.zone()),
            locale: self.locale.clone(),
            ..*self
        }
    }

    /// How to print under these settings.
    #[must_use]
    pub fn style(&self) -> Style {
        Style {
            color: self.color,
            error_color: self.error_color,
            quiet: self.quiet,
            json_errors: self.output.is_json(),
            width: self.width,
        }
    }

    /// How long to wait for another process that writes.
    #[must_use]
    pub fn busy_timeout(&self) -> Duration {
        Duration::from_secs(self.config.number("busy_timeout", 5).unwrap_or(5))
    }
}

fn clock_of(globals: &Globals, env: Env, config: &Config) -> Result<Clock> {
    let tz = env("TZ").map(|v| v.to_string_lossy().into_owned());
    let zone = clock::zone(tz.as_deref(), config.get("zone")?.as_deref())?;
    let now = match (&globals.now, text_variable(env, "ROLO_NOW")) {
        (Some(text), _) => Some(parse_now(text, zone, "--now")?),
        (None, Some(text)) => Some(parse_now(&text, zone, "ROLO_NOW")?),
        (None, None) => None,
    };
    Ok(Clock::new(now, zone))
}

/// An instant in RFC 3339, or a day, which means its midnight in the user's zone.
fn parse_now(text: &str, zone: Tz, from: &str) -> Result<DateTime<Utc>> {
    let text = text.trim();
    let instant = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let day = || text.parse::<NaiveDate>().ok().map(|day| day_start(zone, day));
    instant.or_else(day).ok_or_else(|| {
        Error::usage(format!("{from}: `{text}` is not an instant"))
            .hint("write it as in RFC 3339: `2026-11-22T09:00:00Z` or `2026-11-22T11:00:00+02:00`")
    })
}

fn locale_of(config: &Config, clock: &Clock) -> Result<Locale> {
    let currency = config.get("currency")?.and_then(|code| code.parse().ok());
    let order = config.get("date_order")?.and_then(|word| DateOrder::of(&word));
    Ok(Locale {
        times: Times { now: clock.now(), zone: clock.zone(), order },
        currency: currency.unwrap_or(Currency::EUR),
        region: config.get("region")?.unwrap_or_default(),
    })
}

fn user_of(globals: &Globals, env: Env, config: &Config) -> Result<String> {
    let typed = globals.acting.as_deref().map(str::trim);
    if typed == Some("") {
        return Err(Error::usage("`--as` needs a handle").hint("write `--as ann`"));
    }
    let login = || text_variable(env, "USER").or_else(|| text_variable(env, "LOGNAME"));
    let handle = match typed {
        Some(handle) => Some(handle.to_owned()),
        None => match text_variable(env, "ROLO_USER") {
            Some(handle) => Some(handle),
            None => config.get("user.handle")?.or_else(login),
        },
    };
    Ok(handle.map_or_else(|| "unknown".into(), |h| h.trim().to_lowercase()))
}

fn database_of(globals: &Globals, env: Env, config: &Config) -> Result<Option<PathBuf>> {
    if let Some(typed) = &globals.db {
        if typed.as_os_str().is_empty() {
            return Err(Error::usage("`--db` needs a file").hint("write `--db FILE`"));
        }
        return Ok(Some(typed.clone()));
    }
    if let Some(said) = variable(env, "ROLO_DB") {
        return Ok(Some(said.into()));
    }
    let Some(set) = config.get("database")? else { return Ok(config::default_database(env)) };
    let home = || variable(env, "HOME").map(PathBuf::from);
    if let (Some(rest), Some(home)) = (set.strip_prefix("~/"), home()) {
        return Ok(Some(home.join(rest)));
    }
    let folder = config.path().and_then(Path::parent).unwrap_or(Path::new(""));
    Ok(Some(folder.join(set)))
}

/// Whether `-o json` or `-o jsonl` stands anywhere in what was typed; asked where the command line
/// itself is wrong, so no grammar can tell.
#[must_use]
pub fn wants_json(args: &[OsString]) -> bool {
    let is_json = |word: &str| Output::of(word).is_some_and(Output::is_json);
    let mut before: &OsStr = OsStr::new("");
    for arg in args {
        if arg == "--" {
            return false;
        }
        let Some(text) = arg.to_str() else { continue };
        let value = match text.strip_prefix("--output=") {
            Some(value) => value,
            None if before == "--output" || is_short_output(before) => text,
            None => short_output_value(text).unwrap_or_default(),
        };
        if is_json(value) {
            return true;
        }
        before = arg;
    }
    false
}

/// `-o` or `-qo`, whose value is the next word.
fn is_short_output(arg: &OsStr) -> bool {
    arg == "-o" || arg == "-qo"
}

/// The value of `-ojson`, `-o=json`, `-qojson`.
fn short_output_value(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("-o").or_else(|| text.strip_prefix("-qo"))?;
    Some(rest.strip_prefix('=').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn globals(args: &[&str]) -> Globals {
        let mut command = clap::Command::new("rolo");
        for global in GLOBALS {
            command = command.arg(global.arg(true));
        }
        Globals::of(&command.try_get_matches_from([&["rolo"], args].concat()).unwrap())
    }

    fn settings(args: &[&str], env: &[(&str, &str)]) -> Result<Settings> {
        let env = |name: &str| {
            env.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value))
        };
        let around = Surroundings {
            env: &env,
            has_stdin: true,
            columns: None,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
        };
        Settings::resolve(&globals(args), &around)
    }

    #[test]
    fn an_option_goes_before_the_environment_and_that_before_the_config() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.toml");
        std::fs::write(&file, "database = 'mine.db'\nuser.handle = 'Cfg'\nzone = 'Asia/Tokyo'\n")
            .unwrap();
        let file = file.to_str().unwrap();
        let config_only = settings(&["--config", file], &[("USER", "login")]).unwrap();
        assert_eq!(config_only.user, "cfg");
        assert_eq!(config_only.db.unwrap(), folder.path().join("mine.db"));
        assert_eq!(config_only.clock.zone().name(), "Asia/Tokyo");
        let env = [
            ("ROLO_CONFIG", file),
            ("ROLO_USER", "Env"),
            ("ROLO_DB", "/env.db"),
            ("TZ", "Europe/Sofia"),
        ];
        let with_env = settings(&[], &env).unwrap();
        assert_eq!(with_env.user, "env");
        assert_eq!(with_env.database().unwrap(), Path::new("/env.db"));
        assert_eq!(with_env.clock.zone().name(), "Europe/Sofia");
        let typed = settings(&["--as", "ANN", "--db", "a.db"], &env).unwrap();
        assert_eq!((typed.user.as_str(), typed.db.unwrap()), ("ann", PathBuf::from("a.db")));
    }

    #[test]
    fn without_a_home_only_the_database_is_missing() {
        let bare = settings(&[], &[]).unwrap();
        assert_eq!(bare.user, "unknown");
        let error = bare.database().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Database);
        assert!(error.hint.unwrap().contains("--db"));
        let login = settings(&[], &[("LOGNAME", "Bob"), ("HOME", "/home/bob")]).unwrap();
        assert_eq!(login.user, "bob");
        assert_eq!(login.db.unwrap(), Path::new("/home/bob/.local/share/rolo/rolo.db"));
    }

    #[test]
    fn the_clock_is_an_instant_or_a_local_day() {
        let at = |args: &[&str], env: &[(&str, &str)]| {
            settings(args, env).map(|s| s.clock.now().to_rfc3339())
        };
        assert_eq!(
            at(&["--now", "2026-11-22T11:00:00+02:00"], &[]).unwrap(),
            "2026-11-22T09:00:00+00:00"
        );
        let sofia = [("TZ", "Europe/Sofia"), ("ROLO_NOW", "2026-11-22")];
        assert_eq!(at(&[], &sofia).unwrap(), "2026-11-21T22:00:00+00:00");
        let error = at(&["--now", "noon"], &[]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Usage);
        assert!(at(&[], &[("ROLO_NOW", "x")]).unwrap_err().message.starts_with("ROLO_NOW"));
    }

    #[test]
    fn colours_come_as_told_then_by_variables_then_on_a_terminal() {
        let color = |told, terminal, env: &'static [(&str, &str)]| {
            let env = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| v.into());
            Surroundings {
                env: &env,
                has_stdin: true,
                columns: None,
                stdin_is_terminal: false,
                stdout_is_terminal: terminal,
                stderr_is_terminal: false,
            }
            .color(told, terminal)
        };
        assert!(color(None, true, &[("TERM", "xterm")]));
        assert!(!color(None, true, &[("TERM", "dumb")]));
        assert!(!color(None, false, &[("TERM", "xterm")]));
        assert!(!color(None, true, &[("TERM", "xterm"), ("NO_COLOR", "1")]));
        assert!(color(None, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!color(None, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(color(Some(true), false, &[("NO_COLOR", "1")]));
        assert!(!color(Some(false), true, &[("TERM", "xterm")]));
    }

    #[test]
    fn json_is_seen_wherever_it_stands() {
        let wants = |words: &str| wants_json(&words.split(' ').map(Into::into).collect::<Vec<_>>());
        for words in
            ["x -o json", "-ojsonl y", "a --output json", "--output=json", "-qo json", "-o=json"]
        {
            assert!(wants(words), "{words}");
        }
        for words in ["x -o csv", "json", "a -- -o json", "--title json"] {
            assert!(!wants(words), "{words}");
        }
    }

    #[test]
    fn the_last_of_two_equal_options_counts() {
        assert_eq!(globals(&["--as", "a", "--as", "b"]).acting.unwrap(), "b");
    }
}
