//! A copy of the file that is whole while others write.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use super::Store;
use super::open::resolve;
use crate::error::{self, Error, Result};

/// Copies the database to `to`, mode 0600, with no need of its WAL, checked before it gets its
/// name.
///
/// # Errors
/// The target exists and `force` isn't given, can't be made, or the copy fails its check.
pub fn backup(store: &Store, to: &Path, force: bool) -> Result<()> {
    let target = resolve(to)?;
    refuse_own(store, &target)?;
    let clash = if force { Clash::Replace } else { Clash::Keep };
    match copy(store.conn(), store.path(), &target, clash)? {
        Copied::Done => Ok(()),
        Copied::Taken => Err(Error::invalid(format!("`{}` exists", to.display()))
            .hint("choose another name, or add `--force` to replace it")),
    }
}

/// What happens to a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clash {
    Keep,
    /// The same bytes count as done.
    KeepIfSame,
    Replace,
}

/// What became of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copied {
    Done,
    /// Another file has the name.
    Taken,
}

/// Copies an open database to `target`: under a temporary name until it is whole and checked.
pub(super) fn copy(from: &Connection, path: &Path, target: &Path, clash: Clash) -> Result<Copied> {
    let shown = target.display();
    if clash == Clash::Keep && target.exists() {
        return Ok(Copied::Taken);
    }
    let cannot = |why: &dyn std::fmt::Display| {
        Error::failed(format!("the backup `{shown}` can't be made: {why}"))
    };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = super::open::temporary_in(folder, ".backup").map_err(|why| cannot(&why))?;
    fill(from, path, temporary.path(), &cannot)?;
    File::open(temporary.path()).and_then(|f| f.sync_all()).map_err(|why| cannot(&why))?;
    if clash == Clash::KeepIfSame && target.exists() {
        let same = same_bytes(temporary.path(), target).map_err(|why| cannot(&why))?;
        return Ok(if same { Copied::Done } else { Copied::Taken });
    }
    let named = match clash {
        Clash::Replace => temporary.persist(target),
        _ => temporary.persist_noclobber(target),
    };
    match named {
        Ok(_) => {}
        Err(why) if why.error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Ok(Copied::Taken);
        }
        Err(why) => return Err(cannot(&why.error)),
    }
    if let Ok(dir) = File::open(folder) {
        let _ = dir.sync_all();
    }
    Ok(Copied::Done)
}

/// Writes the copy and checks it.
fn fill(
    from: &Connection,
    path: &Path,
    to: &Path,
    cannot: &dyn Fn(&dyn std::fmt::Display) -> Error,
) -> Result<()> {
    let mut copy = Connection::open(to).map_err(|why| cannot(&why))?;
    {
        let run = Backup::new(from, &mut copy)?;
        // In one step: between two, any other process that writes would make it begin anew.
        match run.step(-1) {
            Ok(StepResult::Done) => {}
            Ok(_) => return Err(super::open::busy(path)),
            Err(why) if why.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                return Err(why.into());
            }
            Err(why) => return Err(cannot(&why)),
        }
    }
    copy.pragma_update(None, "journal_mode", "delete")?;
    let check: String = copy.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
    if check != "ok" {
        let what = check.replace('\n', "; ");
        return Err(Error::new(
            error::ErrorKind::Damaged,
            format!("the copy fails its check: {what}"),
        ));
    }
    copy.close().map_err(|(_, why)| cannot(&why))
}

fn same_bytes(a: &Path, b: &Path) -> std::io::Result<bool> {
    if fs::metadata(a)?.len() != fs::metadata(b)?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(File::open(a)?), BufReader::new(File::open(b)?));
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let many = left.len().min(right.len());
        if many == 0 || left[..many] != right[..many] {
            return Ok(left.len() == right.len() && many == 0);
        }
        a.consume(many);
        b.consume(many);
    }
}

/// The database and the files beside it are no target for anything.
///
/// # Errors
/// The target is one of them.
pub fn refuse_own(store: &Store, target: &Path) -> Result<()> {
    refuse_beside(store.path(), target)
}

/// As [`refuse_own`], for the database at a path.
///
/// # Errors
/// The target is one of its files.
pub fn refuse_beside(path: &Path, target: &Path) -> Result<()> {
    let same = |a: &Path, b: &Path| {
        a == b || matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
    };
    let own = ["", "-wal", "-shm", "-journal"].map(|s| super::open::wal_path(path, s));
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
