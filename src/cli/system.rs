//! What concerns the file and the program: `backup`, `doctor`, `config`, `demo`, `search`.

use std::path::PathBuf;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{text, texts};
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::error::{Error, Result};
use crate::store::{Access, Older, Options, Store, sqlite_version};

/// `search WORDS`: plain words over all nouns, best first.
///
/// # Errors
/// The database can't be read.
pub(super) fn search(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let words = texts(matches, "words").join(" ");
    let limit = matches.get_one::<u64>("limit").copied().unwrap_or(50);
    let output = session.settings.output;
    let (reader, _, printer, _) = session.parts()?;
    let found = reader.search(&words, usize::try_from(limit).unwrap_or(usize::MAX).min(100_000))?;
    match output {
        Output::Json | Output::Jsonl | Output::Csv | Output::Tsv => {
            let list: Vec<_> = found
                .iter()
                .map(|l| serde_json::json!({"noun": l.noun, "id": l.id, "uid": l.uid.to_string(), "name": l.label}))
                .collect();
            print_json_list(printer, output, &list)
        }
        Output::Ids => found.iter().try_for_each(|l| printer.line(&format!("{}:{}", l.noun, l.id))),
        Output::Table => {
            let heads =
                ["ref", "name"].map(|name| ColumnHead { name: name.into(), numeric: false });
            let rows = found.into_iter().map(|l| Ok(vec![format!("{}:{}", l.noun, l.id), l.label]));
            if printer.table(heads.into(), rows)? == 0 {
                printer.note(&format!("nothing has `{words}`"));
            }
            Ok(())
        }
    }
}

/// `backup FILE [--force]`.
///
/// # Errors
/// The target is there already, is the database itself, or can't be written.
pub(super) fn backup(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let force = matches.get_flag("force");
    if session.settings.dry_run {
        session.reading()?;
        session.printer.note(&format!("would write a backup to `{}`", path.display()));
        return Ok(());
    }
    crate::store::backup(session.reading()?, &path, force)?;
    session.printer.note(&format!("backed up to `{}`", path.display()));
    Ok(())
}

/// `doctor [--mend]`: exit 0 when all is well or mended.
///
/// # Errors
/// Something isn't as it should be and wasn't mended (exit 5).
pub(super) fn doctor(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let mend = matches.get_flag("mend") && !session.settings.dry_run;
    let store = if mend { &*session.existing()? } else { session.reading()? };
    let mut health = store.check()?;
    if mend {
        session.writing()?.mend(&mut health)?;
    }
    let open = health.findings.iter().filter(|f| !f.mended).count();
    let path = session.reading()?.path().display().to_string();
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let object = serde_json::json!({
            "file": path,
            "sqlite": sqlite_version(),
            "well": health.well,
            "warnings": health.warnings,
            "findings": health.findings.iter().map(|f| serde_json::json!({
                "area": f.area, "message": f.message, "mendable": f.mendable, "mended": f.mended,
            })).collect::<Vec<_>>(),
        });
        print_json_list(&mut session.printer, Output::Jsonl, &[object])?;
    } else {
        session.printer.line(&format!("{path} (SQLite {})", sqlite_version()))?;
        for area in &health.well {
            session.printer.line(&format!("  {area}: well"))?;
        }
        for f in &health.findings {
            let fate = if f.mended { " (mended)" } else { "" };
            session.printer.line(&format!("  {}: {}{fate}", f.area, f.message))?;
        }
    }
    for warning in &health.warnings {
        session.printer.note(&format!("warning: {warning}"));
    }
    if open == 0 {
        return Ok(());
    }
    let mendable = health.findings.iter().any(|f| f.mendable && !f.mended);
    let values_alone = health.findings.iter().all(|f| f.mended || f.area == "values");
    let hint = if mendable {
        "`rolo doctor --mend` puts right what can be put right"
    } else if values_alone {
        "only you know what was meant: set them anew, such as `rolo deal edit 42 --closes 2026-12-31`"
    } else {
        "go back to a copy made by `rolo backup`"
    };
    Err(Error::database(format!("{open} findings in `{path}`")).hint(hint))
}

/// `config list|get|set|unset|path`.
///
/// # Errors
/// An unknown key or a wrong value.
pub(super) fn config(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let Some((verb, inner)) = matches.subcommand() else {
        return list_config(session);
    };
    let key = text(inner, "key").unwrap_or_default().to_owned();
    match verb {
        "get" => match session.settings.config.get(&key)? {
            Some(value) => session.printer.line(&value),
            None => Ok(()),
        },
        "set" | "unset" => {
            if verb == "set" {
                let value = text(inner, "value").unwrap_or_default().to_owned();
                session.settings.config.set(&key, &value)?;
            } else {
                session.settings.config.unset(&key)?;
            }
            if session.settings.dry_run {
                session.printer.note("would change the config");
                return Ok(());
            }
            session.settings.config.save()
        }
        "path" => match session.settings.config.path().map(|p| p.display().to_string()) {
            Some(path) => session.printer.line(&path),
            None => Err(Error::usage("neither HOME nor XDG_CONFIG_HOME says where the config is")
                .hint("name it with `--config FILE`")),
        },
        _ => list_config(session),
    }
}

fn list_config(session: &mut Session) -> Result<()> {
    let settings = session.settings.config.settings();
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let list: Vec<_> = settings
            .iter()
            .map(|s| serde_json::json!({"key": s.key, "value": s.value, "default": s.default, "about": s.about}))
            .collect();
        let output = session.settings.output;
        return print_json_list(&mut session.printer, output, &list);
    }
    let heads = ["key", "value", "default", "about"]
        .map(|name| ColumnHead { name: name.into(), numeric: false });
    let rows = settings.into_iter().map(|s| {
        Ok(vec![
            s.key.to_owned(),
            s.value.unwrap_or_default(),
            s.default.to_owned(),
            s.about.to_owned(),
        ])
    });
    session.printer.table(heads.into(), rows)?;
    Ok(())
}

/// `demo FILE`: a database of invented records.
///
/// # Errors
/// The file exists or can't be made.
pub(super) fn demo(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    if std::fs::symlink_metadata(&path).is_ok() {
        return Err(Error::invalid(format!("`{}` exists", path.display())).hint("name a new file"));
    }
    if session.settings.dry_run {
        session.printer.note(&format!("would make `{}`", path.display()));
        return Ok(());
    }
    let settings = &session.settings;
    let options = Options {
        busy_timeout: settings.busy_timeout(),
        delete_journal: false,
        region: settings.locale.region.clone(),
        older: Older::Refuse,
    };
    let clock = crate::clock::Clock::seeded(settings.clock.now(), settings.clock.zone(), 1);
    // Made beside its place and moved there: whole or not at all.
    let folder =
        path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let work = crate::store::temporary_folder_in(folder)
        .map_err(|why| Error::database(format!("`{}` can't be made: {why}", path.display())))?;
    let made = work.path().join("demo.db");
    let mut store = Store::open(&made, session.base, Access::Write, &options, &clock)?;
    store.hurry()?;
    super::demo::fill(&mut store, &clock, &options.region)?;
    let records = store.count_records()?;
    store.gather()?;
    drop(store);
    std::fs::hard_link(&made, &path)
        .or_else(|_| std::fs::rename(&made, &path))
        .map_err(|why| Error::database(format!("`{}` can't be made: {why}", path.display())))?;
    let shown = path.display();
    session.printer.note(&format!(
        "made `{shown}` with {records} records; try `rolo --db {shown} deal board`"
    ));
    Ok(())
}
