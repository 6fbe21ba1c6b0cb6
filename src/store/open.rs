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
use crate::entity::hours;
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
    /// What happens to a file of an older schema.
    pub older: Older,
}

/// What happens to a file of an older schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// It is backed up and moved forward; one that can't be written is worked with as a copy.
    Migrate,
    /// A copy is moved forward, which goes away at the end: for a dry run.
    Copy,
    /// It can't be used: for what nobody asked for, such as completion.
    Refuse,
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
        return Err(newer(path, version));
    }
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    // The size in the header counts when the two change counters agree; pages may still lie in
    // the WAL alone, or a journal of a killed commit tells what the file was.
    let is_open = ["-wal", "-journal"]
        .iter()
        .any(|s| fs::metadata(wal_path(path, s)).is_ok_and(|m| m.len() > 0));
    if number(24) == number(92) && !is_open && meta.len() < page * u64::from(number(28)) {
        return unusable(format!(
            "`{shown}` is cut short: {} of {} bytes are there",
            meta.len(),
            page * u64::from(number(28))
        ));
    }
    Ok(())
}

/// The error for a file of a later program.
pub(super) fn newer(path: &Path, version: i64) -> Error {
    Error::database(format!(
        "`{}` was made by a newer rolo (schema {version}; this one knows {SCHEMA_VERSION})",
        path.display()
    ))
    .hint("install the newer rolo; nothing was changed")
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
    // The WAL of the old file would get into the one that takes its place.
    let left: Vec<String> = ["-wal", "-shm"]
        .iter()
        .map(|suffix| wal_path(path, suffix))
        .filter(|beside| beside.exists())
        .map(|beside| quoted(&beside))
        .collect();
    let first = if left.is_empty() { String::new() } else { format!("rm {} && ", left.join(" ")) };
    match newest_beside(path) {
        Some(found) => error.hint(format!(
            "the newest other database here is `{}`; to go back to it: `{first}cp {} {}`",
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

/// A file itself: device and number, which stay when another file takes its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(Option<(u64, u64)>);

impl Identity {
    /// The file that has the name now.
    pub(super) fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino())))
    }

    /// That it still has the name. What SQLite would write to it else is lost with it, or gets into the
    /// other file by the WAL that both would take for theirs
    /// (<https://www.sqlite.org/howtocorrupt.html>, 2.4 and 4.2).
    ///
    /// # Errors
    /// It was removed, or another file stands there.
    pub(super) fn stands_at(self, path: &Path) -> Result<()> {
        let there = Self::of(path);
        if there == self {
            return Ok(());
        }
        let what = if there.0.is_none() { "removed" } else { "replaced by another" };
        Err(Error::database(format!("`{}` was {what} after rolo opened it", path.display()))
            .hint("nothing was written; leave rolo and open it again"))
    }
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
        // The disk is full: there is no room for the memory that readers and writers share.
        Err(why) if access == Access::Read && is_without_room(&why) => {
            open_alone(path, options).map_err(|why| cannot_open(path, &why))?
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

/// Opens a file for this process alone, which needs no room on the disk.
fn open_alone(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.execute_batch("PRAGMA locking_mode=EXCLUSIVE")?;
    ready(conn, options)
}

/// Whether the disk has no room for the WAL's shared memory.
fn is_without_room(why: &rusqlite::Error) -> bool {
    matches!(
        why.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::SystemIoFailure)
    )
}

/// Whether the file, its folder or its file system can't be written.
fn is_unwritable(why: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    matches!(
        why.sqlite_error_code(),
        Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied)
    )
}

pub(super) fn open_with(
    path: &Path,
    flags: OpenFlags,
    options: &Options,
) -> rusqlite::Result<Connection> {
    ready(Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?, options)
}

fn ready(conn: Connection, options: &Options) -> rusqlite::Result<Connection> {
    configure(&conn, options)?;
    // Nothing is opened before the first read: it tells whether the file can be used this way.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(conn)
}

/// The page cache of a connection, 16 MB.
pub(super) const CACHE: &str = "PRAGMA cache_size=-16000";

fn configure(conn: &Connection, options: &Options) -> rusqlite::Result<()> {
    conn.busy_timeout(options.busy_timeout)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.set_prepared_statement_cache_capacity(256);
    conn.execute_batch(
        "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY",
    )?;
    conn.execute_batch(CACHE)?;
    rusqlite::vtab::array::load_module(conn)?;
    register(conn, "fold", fold)?;
    register(conn, "lower_u", str::to_lowercase)?;
    register(conn, "office_due", hours::due_in_query)?;
    register(conn, "office_minutes", hours::minutes_in_query)?;
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
        _ if is_without_room(why) => {
            Error::database(format!("the database `{shown}` can't be opened: {why}"))
                .hint("is the disk full? free some space and run the command again")
        }
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
    make_folder(folder).map_err(|why| cannot(&why))?;
    let temporary = temporary_in(folder, ".new").map_err(|why| cannot(&why))?;
    let mut conn = Connection::open(temporary.path()).map_err(|why| cannot(&why))?;
    configure(&conn, options)?;
    fill(&mut conn)?;
    if !options.delete_journal {
        conn.pragma_update(None, "journal_mode", "wal")?;
    }
    conn.close().map_err(|(_, why)| cannot(&why))?;
    match give_name(temporary.path(), path) {
        Err(why) if why.kind() != Io::AlreadyExists => Err(cannot(&why)),
        _ => Ok(()),
    }
}

/// Gives a whole file its name, where nobody has it.
///
/// # Errors
/// Somebody has it, or the folder can't be written.
fn give_name(made: &Path, path: &Path) -> std::io::Result<()> {
    File::open(made)?.sync_all()?;
    match fs::hard_link(made, path) {
        // A file system without hard links.
        Err(why) if why.kind() != Io::AlreadyExists && !path.exists() => fs::rename(made, path)?,
        done => done?,
    }
    if let Some(Ok(dir)) =
        path.parent().map(|p| File::open(if p.as_os_str().is_empty() { Path::new(".") } else { p }))
    {
        // The name itself has to survive a power cut; where a folder can't be synced, nothing can.
        let _ = dir.sync_all();
    }
    Ok(())
}

/// Makes a folder, its owner's alone, where it is missing.
///
/// # Errors
/// It can't be made.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// What names of files under way begin with; behind it stands the process that they belong to.
const UNDER_WAY: &str = ".rolo-";

/// A file under way beside the place that it is for, mode 0600.
///
/// # Errors
/// The folder can't be written.
pub fn temporary_in(folder: &Path, suffix: &str) -> std::io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(&under_way()).suffix(suffix).make_in(folder, |p| {
        OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(p)
    })
}

/// As [`temporary_in`], a folder.
///
/// # Errors
/// The folder can't be written.
pub fn temporary_folder_in(folder: &Path) -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix(&under_way()).tempdir_in(folder)
}

fn under_way() -> String {
    format!("{UNDER_WAY}{}-", std::process::id())
}

/// Files and folders under way beside the database whose process has ended: a kill left them. Young
/// ones are left alone, for a process of another machine may be at work on a shared folder.
pub(super) fn left_behind(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = under_way_beside(path)
        .filter(|path| {
            let age = fs::symlink_metadata(path).and_then(|m| m.modified()).ok();
            let age = age.and_then(|t| t.elapsed().ok());
            let runs = process_of(path).is_some_and(|p| Path::new("/proc").join(p).exists());
            let least = if runs || !Path::new("/proc/self").exists() { A_DAY } else { A_WHILE };
            age.is_some_and(|age| age > least)
        })
        .collect();
    found.sort();
    found
}

/// All that is under way beside the database, of whatever process.
fn under_way_beside(path: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    entries.map(|entry| entry.path()).filter(|path| process_of(path).is_some())
}

/// The number of the process that a file under way belongs to.
fn process_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_prefix(UNDER_WAY)?;
    let (process, _) = name.split_once('-')?;
    process.parse::<u32>().is_ok().then(|| process.to_owned())
}

const A_DAY: Duration = Duration::from_hours(24);
const A_WHILE: Duration = Duration::from_mins(10);

/// A warning where the file has other names: SQLite's `-wal` belongs to one of them only.
#[must_use]
pub(super) fn hard_link_warning(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    let mut links = meta.nlink();
    if links > 1 {
        // A command that was killed while it gave the file its name left the other one.
        let same = |p: &Path| {
            fs::metadata(p).is_ok_and(|m| (m.dev(), m.ino()) == (meta.dev(), meta.ino()))
        };
        let own = under_way_beside(path);
        links -= own.filter(|p| same(p)).count() as u64;
    }
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
        let options = Options {
            busy_timeout: Duration::ZERO,
            delete_journal: false,
            region: String::new(),
            older: Older::Refuse,
        };
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
