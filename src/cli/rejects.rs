//! The file that takes the rows which an import leaves out.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::session::Session;
use super::transfer::PendingFile;
use crate::error::{Error, Result};
use crate::interchange::{Rejects, import};

/// The file that takes the rejected rows: under another name until the import is about to be done.
pub(super) struct RejectsFile {
    file: Option<PendingFile>,
    dry: std::io::Sink,
    delimiter: u8,
    pub(super) shown: String,
    kept: Option<PathBuf>,
}

impl RejectsFile {
    /// # Errors
    /// It exists and `force` isn't given, is the database or the file that is read, or can't be
    /// made.
    pub(super) fn new(session: &mut Session, to: &Path, input: &str, force: bool) -> Result<Self> {
        let target = crate::store::resolve(to)?;
        let shown = to.display().to_string();
        let db = crate::store::resolve(session.settings.database()?)?;
        crate::store::refuse_beside(&db, &target)?;
        if is_same_file(&target, Path::new(input)) {
            return Err(Error::invalid(format!("`{shown}` is the file that is read"))
                .hint("write the rejected rows to another file"));
        }
        let is_tsv = to.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv"));
        let file = PendingFile::new(&target, force, session.settings.dry_run)?;
        let delimiter = if is_tsv { b'\t' } else { b',' };
        Ok(Self { file, dry: std::io::sink(), delimiter, shown, kept: None })
    }

    pub(super) fn rows(&mut self) -> Rejects<'_> {
        let to: &mut dyn Write = match &mut self.file {
            Some(file) => &mut file.out,
            None => &mut self.dry,
        };
        Rejects::new(to, self.delimiter)
    }

    /// Gives it its name; without rows there is none, and none from before.
    pub(super) fn keep(&mut self, any: bool) -> Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        if any {
            self.kept = Some(file.target.clone());
            return file.keep();
        }
        if file.force && file.target.is_file() {
            std::fs::remove_file(&file.target).map_err(|why| {
                Error::failed(format!("`{}` can't be removed: {why}", self.shown))
            })?;
        }
        Ok(())
    }

    /// Removes it: the import came to nothing.
    pub(super) fn forget(&self) {
        if let Some(kept) = &self.kept {
            let _ = std::fs::remove_file(kept);
        }
    }

    pub(super) fn error(&self, summary: &import::Summary, would: &str) -> Error {
        let rows = if summary.rejected == 1 { "row" } else { "rows" };
        let be = match (would.is_empty(), summary.rejected) {
            (false, _) => "would be",
            (true, 1) => "was",
            (true, _) => "were",
        };
        Error::invalid(format!(
            "{} {rows} of {} {be} rejected, with the reason, to `{}`",
            summary.rejected, summary.read, self.shown
        ))
        .hint("mend them there and import that file as this one")
        .rows(summary.bad.clone())
    }
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |p: &Path| std::fs::metadata(p).ok().map(|m| (m.dev(), m.ino()));
    of(a).is_some_and(|a| Some(a) == of(b))
}
