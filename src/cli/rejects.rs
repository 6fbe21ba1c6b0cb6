//! The file that takes the rows which an import leaves out.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::session::Session;
use super::transfer::PendingFile;
use crate::error::{Error, Result};
use crate::interchange::{Charset, Form, Format, ReadOptions, Rejects, import};

/// The file that takes the rejected rows: under another name until the import is about to be done.
pub(super) struct RejectsFile {
    file: Option<PendingFile>,
    dry: std::io::Sink,
    form: Form,
    delimiter: u8,
    marked: bool,
    pub(super) shown: String,
    kept: Option<PathBuf>,
}

impl RejectsFile {
    /// A file of this name, to be read with what was said of the file that is read now.
    ///
    /// # Errors
    /// It exists and `force` isn't given, is the database or the file that is read, or can't be
    /// made.
    pub(super) fn new(
        session: &mut Session,
        to: &Path,
        input: &str,
        force: bool,
        said: ReadOptions,
        is_json: bool,
    ) -> Result<Self> {
        let target = crate::store::resolve(to)?;
        let shown = to.display().to_string();
        let db = crate::store::resolve(session.settings.database()?)?;
        crate::store::refuse_beside(&db, &target)?;
        if is_same_file(&target, Path::new(input)) {
            return Err(Error::invalid(format!("`{shown}` is the file that is read"))
                .hint("write the rejected rows to another file"));
        }
        let named = Format::of(to.to_str(), None)?.map(|f| f.form);
        // The next import reads the file by what was said of this one, else by its name.
        let form = match (said.form.or(named), is_json) {
            (Some(form), true) => form,
            (None, true) => Form::Jsonl,
            (Some(Form::Json | Form::Jsonl), false) => {
                return Err(Error::usage(format!(
                    "`{shown}` would be read as JSON, and the rows aren't"
                ))
                .hint("name it as CSV, such as `--rejects bad.csv`"));
            }
            (_, false) => Form::Csv,
        };
        let is_tsv = to.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv"));
        let file = PendingFile::new(&target, force, session.settings.dry_run)?;
        // What was said of the one file holds for the other, which is read with the same options.
        let delimiter = match said.form {
            _ if is_tsv => b'\t',
            Some(Form::Tsv) => b'\t',
            _ => said.delimiter.unwrap_or(b','),
        };
        let marked = said.charset.is_some_and(|c| c != Charset::UTF8);
        Ok(Self { file, dry: std::io::sink(), form, delimiter, marked, shown, kept: None })
    }

    pub(super) fn rows(&mut self) -> Rejects<'_> {
        let to: &mut dyn Write = match &mut self.file {
            Some(file) => &mut file.out,
            None => &mut self.dry,
        };
        Rejects::new(to, self.form, self.delimiter, self.marked)
    }

    /// Gives it its name; without rows there is none, and none from before.
    pub(super) fn keep(&mut self, any: bool) -> Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        if any {
            let end = Rejects::end(self.form).as_bytes();
            file.out.write_all(end).map_err(|why| Error::io(format!("`{}`", self.shown), &why))?;
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
