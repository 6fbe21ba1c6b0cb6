//! Opening the one file: what it is, before SQLite touches it; making it whole or not at all.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind as Io, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::schema::{APPLICATION_ID, SCHEMA_VERSION};
use crate::entity::e164;
use crate::entity::text::fold;
use crate::error::{Error, ErrorKind, Result};

/// What the command is going to do with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A missing file is an error, nothing is written.
    Read,
    /// A missing file is made.
    Write,
}

/// How the file is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another writer.
    pub busy_timeout: Duration,
    /// `journal_mode=DELETE` for new files, for places where WAL can't work.
    pub delete_journal: bool,
    /// Region of phone numbers without a country code.
    pub region: String,
}

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The place that a path means: the target of a symbolic link, even of a dangling one.
///
/// # Errors
/// Links that lead in a circle.
pub fn resolve(path: &Path) -> Result<PathBuf> {
    let mut at = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&at) {
            Ok(target) if target.is_absolute() => at = target,
            Ok(target) => at = at.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(at),
        }
    }
    Err(Error::database(format!("`{}`: its symbolic links lead in a circle", path.display())))
}

/// Whether a rolo database can be used: reads the header as plain bytes, so that no file of others
/// is changed, locked or given a `-wal`.
///
/// # Errors
/// Why it can't, with the newest backup in the hint.
pub fn inspect(path: &Path) -> Result<()> {
    let shown = path.display();
    let unusable = |why: String| Err(with_backup(Error::database(why), path));
    let meta = fs::metadata(path)
        .map_err(|why| Error::database(format!("the database `{shown}` can't be read: {why}")))?;
    if meta.is_dir() {
        return Err(Error::database(format!("`{shown}` is a folder, not a database")));
    }
    if !meta.is_file() {
        return Err(Error::database(format!("`{shown}` is not a file")));
    }
    let mut header = [0_u8; 100];
    let mut file = File::open(path)
        .map_err(|why| Error::database(format!("the database `{shown}` can't be read: {why}")))?;
    if meta.len() == 0 {
        return unusable(format!("`{shown}` is empty: it is not a database"));
    }
    if file.read_exact(&mut header).is_err() || &header[..16] != MAGIC {
        return unusable(format!("`{shown}` is not a SQLite database"));
    }
    let number = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if number(68) != APPLICATION_ID.unsigned_abs() {
        let why = Error::database(format!(
            "`{shown}` is a SQLite database of another program, not rolo's"
        ));
        return Err(match newest_beside(path) {
            // Nobody should copy anything over a file of others.
            Some(found) => why.hint(format!(
                "the newest rolo database beside it is `{}`: name it with `--db`",
                found.display()
            )),
            None => why.hint("nothing was changed; name another file with `--db`"),
        });
    }
    let version = i64::from(number(60));
    if version > i64::from(SCHEMA_VERSION) {
        return Err(Error::database(format!(
            "`{shown}` was made by a newer rolo (schema {version}; this one knows {SCHEMA_VERSION})"
        ))
        .hint("install the newer rolo; nothing was changed"));
    }
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    // The size in the header counts when the two change counters agree; pages may still lie in
    // the WAL alone.
    let wal = wal_path(path, "-wal");
    let has_wal = fs::metadata(&wal).is_ok_and(|m| m.len() > 0);
    if number(24) == number(92) && !has_wal && meta.len() < page * u64::from(number(28)) {
        return unusable(format!(
            "`{shown}` is cut short: {} of {} bytes are there",
            meta.len(),
            page * u64::from(number(28))
        ));
    }
    Ok(())
}

/// The file beside a database, such as its `-wal`.
#[must_use]
pub fn wal_path(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Adds the newest other rolo database in the same folder to the error.
fn with_backup(error: Error, path: &Path) -> Error {
    let quoted = |p: &Path| match shlex::try_quote(&p.to_string_lossy()) {
        Ok(text) => text.into_owned(),
        Err(_) => p.display().to_string(),
    };
    match newest_beside(path) {
        Some(found) => error.hint(format!(
            "the newest other database here is `{}`; to go back to it: `cp {} {}`",
            found.display(),
            quoted(&found),
            quoted(path)
        )),
        None => error.hint("nothing was changed; no backup was found beside it"),
    }
}

/// The rolo database in the same folder that was written last, but for this one.
fn newest_beside(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::read_dir(folder)
        .ok()?
        .filter_map(std::result::Result::ok)
        .map(|e| if folder == Path::new(".") { PathBuf::from(e.file_name()) } else { e.path() })
        .filter(|p| p.file_name() != path.file_name() && is_rolo(p))
        .max_by_key(|p| fs::metadata(p).and_then(|m| m.modified()).ok())
}

/// An error of the database names the file, and one of a damaged file the newest backup.
#[must_use]
pub fn placed(why: Error, path: &Path) -> Error {
    let is_about_it = matches!(why.kind, ErrorKind::Database | ErrorKind::Damaged);
    if !is_about_it || why.message.contains(&*path.to_string_lossy()) {
        return why;
    }
    let message = format!("`{}`: {}", path.display(), why.message);
    let named = Error { message, ..why };
    if named.kind == ErrorKind::Damaged { with_backup(named, path) } else { named }
}

fn is_rolo(path: &Path) -> bool {
    let mut header = [0_u8; 72];
    File::open(path).and_then(|mut f| f.read_exact(&mut header)).is_ok()
        && &header[..16] == MAGIC
        && header[68..72] == APPLICATION_ID.to_be_bytes()
}

/// Opens a connection to an existing file with everything set.
///
/// # Errors
/// The file can't be used; see [`inspect`].
pub(super) fn connect(path: &Path, access: Access, options: &Options) -> Result<Connection> {
    inspect(path)?;
    let conn = match open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options) {
        Ok(conn) => conn,
        // Only here: a file that is locked or damaged must not be read past its locks.
        Err(why) if access == Access::Read && is_unwritable(&why) => {
            open_unwritable(path, options)?
        }
        Err(why) => return Err(cannot_open(path, &why)),
    };
    if access == Access::Read {
        conn.execute_batch("PRAGMA query_only=ON")?;
    } else if conn.is_readonly("main")? {
        // SQLite opens what it may not write for reading, and says so at the first write only.
        return Err(read_only(path));
    }
    Ok(conn)
}

/// A file or folder that can't be written: first as a reader beside others, then, where not even
/// the shared memory of the WAL can be made, as a file that nobody changes.
fn open_unwritable(path: &Path, options: &Options) -> Result<Connection> {
    if let Ok(conn) = open_with(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options) {
        return Ok(conn);
    }
    let wal = wal_path(path, "-wal");
    if fs::metadata(&wal).is_ok_and(|m| m.len() > 0) {
        // Opened as a file that nobody changes, it would be read without what lies in there.
        return Err(Error::database(format!(
            "the latest changes lie in `{}`, which can't be read in a folder that can't be written",
            wal.display()
        ))
        .hint("copy both files to a folder of yours and name the copy with `--db`"));
    }
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes().iter().copied() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(char::from(byte));
            }
            other => {
                let _ = write!(uri, "%{other:02X}");
            }
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    open_with(Path::new(&uri), flags, options).map_err(|why| cannot_open(path, &why))
}

/// Whether the file, its folder or its file system can't be written.
fn is_unwritable(why: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    matches!(
        why.sqlite_error_code(),
        Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied)
    )
}

fn open_with(path: &Path, flags: OpenFlags, options: &Options) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&conn, options)?;
    // Nothing is opened before the first read: it tells whether the file can be used this way.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(conn)
}

fn configure(conn: &Connection, options: &Options) -> rusqlite::Result<()> {
    conn.busy_timeout(options.busy_timeout)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.set_prepared_statement_cache_capacity(256);
    conn.execute_batch(
        "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY",
    )?;
    rusqlite::vtab::array::load_module(conn)?;
    register(conn, "fold", fold)?;
    register(conn, "lower_u", str::to_lowercase)?;
    let region = options.region.clone();
    register(conn, "e164", move |t| e164(t, &region))
}

/// A function of text for queries; never used in the schema.
fn register(
    conn: &Connection,
    name: &str,
    f: impl Fn(&str) -> String + Send + 'static,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    conn.create_scalar_function(name, 1, flags, move |ctx| {
        Ok(match ctx.get_raw(0) {
            rusqlite::types::ValueRef::Text(bytes) => Some(f(&String::from_utf8_lossy(bytes))),
            rusqlite::types::ValueRef::Integer(n) => Some(f(&n.to_string())),
            _ => None,
        })
    })
}

fn cannot_open(path: &Path, why: &rusqlite::Error) -> Error {
    let shown = path.display();
    match why.sqlite_error_code() {
        _ if is_unwritable(why) => {
            Error::database(format!("the database `{shown}` can't be opened: {why}"))
                .hint("check the permissions of the file and of its folder")
        }
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            with_backup(
                Error::new(ErrorKind::Damaged, format!("`{shown}` is damaged: {why}")),
                path,
            )
        }
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => busy(path),
        _ => Error::database(format!("the database `{shown}` can't be opened: {why}")),
    }
}

/// The error for a file that can be read and not written.
#[must_use]
pub(super) fn read_only(path: &Path) -> Error {
    Error::database(format!("the database `{}` can't be written: it is read-only", path.display()))
        .hint("check the permissions of the file and of its folder")
}

/// The error for a file that another process keeps locked.
#[must_use]
pub(super) fn busy(path: &Path) -> Error {
    Error::database(format!(
        "the database `{}` is busy: another process is writing to it",
        path.display()
    ))
    .hint("try again in a moment; `busy_timeout` in the config says how long to wait")
}

/// Makes a new file, filled by `fill`, under a temporary name and links it to its own: a kill
/// leaves nothing half made, and of two who make it one wins and the other uses that one.
///
/// # Errors
/// The folder or the file can't be made, or `fill` failed.
pub(super) fn create(
    path: &Path,
    options: &Options,
    fill: impl FnOnce(&mut Connection) -> Result<()>,
) -> Result<()> {
    let shown = path.display();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = |why: &dyn std::fmt::Display| {
        Error::database(format!("the database `{shown}` can't be made: {why}"))
    };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|why| cannot(&why))?;
    let temporary = tempfile::Builder::new()
        .prefix(".rolo-")
        .suffix(".new")
        .make_in(folder, |p| OpenOptions::new().write(true).create_new(true).mode(0o600).open(p))
        .map_err(|why| cannot(&why))?;
    let mut conn = Connection::open(temporary.path()).map_err(|why| cannot(&why))?;
    configure(&conn, options)?;
    fill(&mut conn)?;
    if !options.delete_journal {
        conn.pragma_update(None, "journal_mode", "wal")?;
    }
    conn.close().map_err(|(_, why)| cannot(&why))?;
    File::open(temporary.path()).and_then(|f| f.sync_all()).map_err(|why| cannot(&why))?;
    match fs::hard_link(temporary.path(), path) {
        Ok(()) => {}
        Err(why) if why.kind() == Io::AlreadyExists => return Ok(()),
        // A file system without hard links.
        Err(_) if !path.exists() => {
            fs::rename(temporary.path(), path).map_err(|why| cannot(&why))?;
        }
        Err(why) => return Err(cannot(&why)),
    }
    if let Ok(dir) = File::open(folder) {
        // The name itself has to survive a power cut; where a folder can't be synced, nothing can.
        let _ = dir.sync_all();
    }
    Ok(())
}

/// A warning where the file has other names: SQLite's `-wal` belongs to one of them only.
#[must_use]
pub(super) fn hard_link_warning(path: &Path) -> Option<String> {
    let links = fs::metadata(path).ok()?.nlink();
    (links > 1).then(|| {
        format!(
            "`{}` has {links} names (hard links): use always the same one, or recent changes may be missed",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_trusts_nothing_of_the_file() {
        let options =
            Options { busy_timeout: Duration::ZERO, delete_journal: false, region: String::new() };
        let conn = open_with(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE, &options)
            .expect("a connection");
        for (config, wanted) in [
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        ] {
            assert_eq!(conn.db_config(config).expect("a setting"), wanted, "{config:?}");
        }
    }
}
