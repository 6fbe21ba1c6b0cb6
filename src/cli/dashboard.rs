//! Opening the dashboard: what it needs from the session, and the command line that it runs lines
//! with.

use std::ffi::OsString;
use std::sync::Arc;

use super::global::{Output, Settings};
use super::grammar::Opening;
use super::offers::Runner;
use super::session::Session;
use crate::clock::Clock;
use crate::entity::Model;
use crate::error::Result;
use crate::tui::{self, Asking, CommandLine, Setup};

/// Whether the dashboard can open: somebody sits at both ends, and asked for nothing else.
pub(super) fn can_open(settings: &Settings) -> bool {
    settings.stdin_is_terminal
        && settings.stdout_is_terminal
        && settings.output == Output::Table
        && !settings.dry_run
}

/// Opens the dashboard at a screen.
///
/// # Errors
/// The database or the terminal can't be used.
pub(super) fn open(session: &mut Session, at: Opening) -> Result<()> {
    // A wrong one is told where an editor is asked for.
    let editor = super::editor::editor_command(session);
    let store = session.take_store()?;
    let settings = &session.settings;
    let command = runner(settings, store.path().into(), session.base);
    tui::run(Setup {
        store,
        locale: settings.locale.clone(),
        user: settings.user.clone(),
        config: settings.config.clone(),
        stands: settings.clock_stands.then(|| settings.clock.now()),
        color: settings.color,
        unicode: is_unicode(),
        links: has_links(),
        editor,
        state: crate::config::default_state(&|name| std::env::var_os(name)),
        command,
        asking: Asking {
            to: super::rates::report_currency(settings)?,
            thresholds: super::numbers::thresholds(settings)?,
        },
        first: at.screen,
        filter: at.filter,
    })
}

/// Opens the lists line by line.
///
/// # Errors
/// The database can't be used, or the output is closed.
pub(super) fn open_plain(session: &mut Session) -> Result<()> {
    let store = session.take_store()?;
    let Session { settings, printer, base, .. } = session;
    let command = runner(settings, store.path().into(), *base);
    tui::run_plain(tui::Plain {
        store,
        clock: Clock::new(
            settings.clock_stands.then(|| settings.clock.now()),
            settings.clock.zone(),
        ),
        locale: settings.locale.clone(),
        user: settings.user.clone(),
        command,
        input: &mut std::io::stdin().lock(),
        out: printer.out(),
    })
}

/// The command line over the same file as the same user.
fn runner(settings: &Settings, db: OsString, base: fn() -> Model) -> CommandLine {
    let config = settings.config.path().map(|p| ("ROLO_CONFIG", p.as_os_str().to_owned()));
    let now = settings
        .clock_stands
        .then(|| ("ROLO_NOW", crate::entity::when::instant_text(settings.clock.now()).into()));
    let set = [("ROLO_DB", db), ("ROLO_USER", OsString::from(&settings.user))];
    let state = crate::config::default_state(&|name| std::env::var_os(name));
    let set = set.into_iter().chain(config).chain(now).collect();
    Arc::new(Runner::new(base, set, state))
}

/// Whether the terminal is one of those that are known to show links (OSC 8).
fn has_links() -> bool {
    let set = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    let term = set("TERM").unwrap_or_default();
    let program = set("TERM_PROGRAM").unwrap_or_default();
    let programs = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"];
    let terms = ["xterm-kitty", "foot", "alacritty", "xterm-ghostty", "wezterm"];
    let vte = set("VTE_VERSION").and_then(|v| v.parse::<u32>().ok()).is_some_and(|v| v >= 5_000);
    let multiplexed = term.starts_with("screen") || term.starts_with("tmux");
    let known = programs.contains(&program.as_str())
        || terms.iter().any(|t| term.starts_with(t))
        || vte
        || set("WT_SESSION").is_some()
        || set("KONSOLE_VERSION").is_some();
    known && !multiplexed
}

/// Whether the terminal takes more than ASCII, as far as the environment tells.
pub(super) fn is_unicode() -> bool {
    let set = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    let charset = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    let utf8 = charset.is_none_or(|c| {
        let c = c.to_lowercase();
        c.contains("utf-8") || c.contains("utf8")
    });
    let plain = set("TERM").is_some_and(|t| matches!(t.as_str(), "linux" | "dumb" | "vt100"));
    utf8 && !plain
}
