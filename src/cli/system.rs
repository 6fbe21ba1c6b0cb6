//! What concerns the file and the program: `sql`, `backup`, `doctor`, `config`, `demo`, `search`.

use std::path::PathBuf;

use clap::ArgMatches;
use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::types::ValueRef;

use super::global::Output;
use super::grammar::{text, texts};
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::error::{Error, Result};
use crate::store::{Access, Options, Store};

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
        _ => {
            let heads = ["ref", "name"].map(|name| ColumnHead { name: name.into(), numeric: false });
            let rows = found.into_iter().map(|l| Ok(vec![format!("{}:{}", l.noun, l.id), l.label]));
            if printer.table(heads.into(), rows)? == 0 {
                printer.note(&format!("nothing has `{words}`"));
            }
            Ok(())
        }
    }
}

/// `sql QUERY`: read-only, one statement.
///
/// # Errors
/// A wrong query (exit 2), or one that would write.
pub(super) fn sql(session: &mut Session, matches: &ArgMatches) -> Result<()> {
    let query = text(matches, "query").unwrap_or_default().to_owned();
    let output = session.settings.output;
    let (_, store, printer, _) = session.parts()?;
    let conn = store.conn();
    conn.pragma_update(None, "query_only", "ON")?;
    conn.authorizer(Some(|ctx: rusqlite::hooks::AuthContext<'_>| match ctx.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => Authorization::Allow,
        _ => Authorization::Deny,
    }))?;
    let wrong = |why: &rusqlite::Error| {
        let message = match why {
            rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
            rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
            other => other.to_string(),
        };
        Error::usage(format!("the query can't be run: {message}"))
            .hint("only SELECT works here, over the views `contacts`, `companies`, `deals`, …: `rolo sql \"SELECT name FROM sqlite_schema WHERE type = 'view'\"`")
    };
    let mut stmt = conn.prepare(&query).map_err(|why| wrong(&why))?;
    if !stmt.readonly() {
        return Err(Error::usage("`sql` only reads").hint("change records with `edit`, `rm`, `import`"));
    }
    let names: Vec<String> = stmt.column_names().iter().map(ToString::to_string).collect();
    let mut rows = stmt.query([]).map_err(|why| wrong(&why))?;
    if matches!(output, Output::Json | Output::Jsonl) {
        let mut list = Vec::new();
        while let Some(row) = rows.next().map_err(|why| wrong(&why))? {
            let mut object = serde_json::Map::new();
            for (at, name) in names.iter().enumerate() {
                object.insert(name.clone(), cell_json(row.get_ref(at)?));
            }
            list.push(serde_json::Value::Object(object));
        }
        return print_json_list(printer, output, &list);
    }
    if matches!(output, Output::Csv | Output::Tsv) {
        let mut csv = crate::interchange::CsvOut::new(if output == Output::Csv { b',' } else { b'\t' }, true);
        names.iter().for_each(|n| csv.text(n));
        csv.end();
        while let Some(row) = rows.next().map_err(|why| wrong(&why))? {
            for at in 0..names.len() {
                csv.text(&cell_text(row.get_ref(at)?));
            }
            csv.end();
            if csv.out.len() > 1 << 16 {
                csv.flush_to(printer.out())?;
            }
        }
        return csv.flush_to(printer.out());
    }
    let heads = names.into_iter().map(|name| ColumnHead { name, numeric: false }).collect::<Vec<_>>();
    let width = heads.len();
    let mut table = printer.start_table(heads);
    while let Some(row) = rows.next().map_err(|why| wrong(&why))? {
        let cells = (0..width).map(|at| Ok(cell_text(row.get_ref(at)?))).collect::<Result<Vec<_>>>()?;
        table.row(cells)?;
    }
    table.end()?;
    Ok(())
}

fn cell_text(cell: ValueRef) -> String {
    match cell {
        ValueRef::Null => String::new(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(n) => n.to_string(),
        ValueRef::Text(t) => String::from_utf8_lossy(t).into_owned(),
        ValueRef::Blob(b) => b.iter().map(|x| format!("{x:02x}")).collect(),
    }
}

fn cell_json(cell: ValueRef) -> serde_json::Value {
    match cell {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(n) => n.into(),
        ValueRef::Real(n) => n.into(),
        other => cell_text(other).into(),
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
            "sqlite": rusqlite::version(),
            "well": health.well,
            "findings": health.findings.iter().map(|f| serde_json::json!({
                "area": f.area, "message": f.message, "mendable": f.mendable, "mended": f.mended,
            })).collect::<Vec<_>>(),
        });
        print_json_list(&mut session.printer, Output::Jsonl, &[object])?;
    } else {
        session.printer.line(&format!("{path} (SQLite {})", rusqlite::version()))?;
        for area in &health.well {
            session.printer.line(&format!("  {area}: well"))?;
        }
        for f in &health.findings {
            let fate = if f.mended { " (mended)" } else { "" };
            session.printer.line(&format!("  {}: {}{fate}", f.area, f.message))?;
        }
    }
    if open == 0 {
        return Ok(());
    }
    let mendable = health.findings.iter().any(|f| f.mendable && !f.mended);
    let hint = if mendable { "`rolo doctor --mend` puts right what can be put right" } else { "go back to a copy made by `rolo backup`" };
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
            None => Err(Error::usage("neither HOME nor XDG_CONFIG_HOME says where the config is").hint("name it with `--config FILE`")),
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
    let heads = ["key", "value", "default", "about"].map(|name| ColumnHead { name: name.into(), numeric: false });
    let rows = settings
        .into_iter()
        .map(|s| Ok(vec![s.key.to_owned(), s.value.unwrap_or_default(), s.default.to_owned(), s.about.to_owned()]));
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
    };
    let clock = crate::clock::Clock::seeded(settings.clock.now(), settings.clock.zone(), 1);
    // Made beside its place and moved there: whole or not at all.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let work = tempfile::Builder::new()
        .prefix(".rolo-demo-")
        .tempdir_in(folder)
        .map_err(|why| Error::database(format!("`{}` can't be made: {why}", path.display())))?;
    let made = work.path().join("demo.db");
    let mut store = Store::open(&made, session.base, Access::Write, &options, &clock)?;
    store.conn().execute_batch("PRAGMA synchronous=OFF")?;
    super::demo::fill(&mut store, &clock, &options.region)?;
    let records: i64 = store.conn().query_row(
        "SELECT (SELECT count(*) FROM contact) + (SELECT count(*) FROM company) + (SELECT count(*) FROM deal) + (SELECT count(*) FROM lead) + (SELECT count(*) FROM task) + (SELECT count(*) FROM ticket) + (SELECT count(*) FROM activity) + (SELECT count(*) FROM event)",
        [],
        |r| r.get(0),
    )?;
    store.conn().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    drop(store);
    std::fs::hard_link(&made, &path)
        .or_else(|_| std::fs::rename(&made, &path))
        .map_err(|why| Error::database(format!("`{}` can't be made: {why}", path.display())))?;
    let shown = path.display();
    session.printer.note(&format!("made `{shown}` with {records} records; try `rolo --db {shown} deal board`"));
    Ok(())
}
