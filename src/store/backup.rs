//! A copy of the file that is whole while others write.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::Store;
use super::open::resolve;
use crate::error::{Error, Result};

/// Copies the database to `to`, mode 0600, with no need of its WAL, checked before it gets its
/// name.
///
/// # Errors
/// The target exists and `force` isn't given, can't be made, or the copy fails its check.
pub fn backup(store: &Store, to: &Path, force: bool) -> Result<()> {
    let target = resolve(to)?;
    let shown = to.display();
    refuse_own(store, &target)?;
    if target.exists() && !force {
        return Err(Error::invalid(format!("`{shown}` exists")).hint("choose another name, or add `--force` to replace it"));
    }
    let cannot = |why: &dyn std::fmt::Display| Error::failed(format!("the backup `{shown}` can't be made: {why}"));
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new()
        .prefix(".rolo-")
        .suffix(".backup")
        .make_in(folder, |p| OpenOptions::new().write(true).create_new(true).mode(0o600).open(p))
        .map_err(|why| cannot(&why))?;
    let mut copy = Connection::open(temporary.path()).map_err(|why| cannot(&why))?;
    {
        let run = rusqlite::backup::Backup::new(store.conn(), &mut copy)?;
        run.run_to_completion(1024, Duration::ZERO, None).map_err(|why| cannot(&why))?;
    }
    copy.pragma_update(None, "journal_mode", "delete")?;
    let check: String = copy.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
    if check != "ok" {
        return Err(Error::database(format!("the copy fails its check: {check}"))
            .hint("run `rolo doctor` on the database"));
    }
    copy.close().map_err(|(_, why)| cannot(&why))?;
    File::open(temporary.path()).and_then(|f| f.sync_all()).map_err(|why| cannot(&why))?;
    if force {
        fs::rename(temporary.path(), &target).map_err(|why| cannot(&why))?;
    } else {
        fs::hard_link(temporary.path(), &target).map_err(|why| cannot(&why))?;
    }
    if let Ok(dir) = File::open(folder) {
        let _ = dir.sync_all();
    }
    Ok(())
}

/// The database and the files beside it are no target for anything.
///
/// # Errors
/// The target is one of them.
pub fn refuse_own(store: &Store, target: &Path) -> Result<()> {
    let same = |a: &Path, b: &Path| {
        a == b || matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
    };
    let own = ["", "-wal", "-shm", "-journal"].map(|s| super::open::wal_path(store.path(), s));
    let hard = |a: &Path, b: &Path| {
        use std::os::unix::fs::MetadataExt;
        matches!((fs::metadata(a), fs::metadata(b)), (Ok(a), Ok(b)) if (a.dev(), a.ino()) == (b.dev(), b.ino()))
    };
    let in_place = own.iter().any(|o| {
        let parent_same = o.file_name() == target.file_name()
            && same(
                o.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")),
                target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")),
            );
        parent_same || same(o, target) || hard(o, target)
    });
    if in_place {
        return Err(Error::invalid(format!("`{}` is the database itself", target.display()))
            .hint("write to another file"));
    }
    Ok(())
}
