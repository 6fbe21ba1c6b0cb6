//! `export`, and files that are whole or not there.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text};
use super::list::{alone, paths};
use super::session::{Session, filter_sql};
use crate::error::{Error, Result};
use crate::interchange::{Format, Rendering, Scope, columns};
use crate::store::{Listing, refuse_own};

/// `NOUN export [FILTER…]`.
///
/// # Errors
/// The target is there already or is the database itself, or can't be written.
pub(super) fn export(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let out = matches.get_one::<PathBuf>("out").cloned();
    let filter = filter_text(matches);
    let asked = text(matches, "columns").map(str::to_owned);
    let raw = matches.get_flag("raw");
    let force = matches.get_flag("force");
    let by_output = match session.settings.output {
        Output::Table | Output::Ids => None,
        other => Some(super::list::form_of(other)),
    };
    let said = text(matches, "format");
    let format = if let (None, Some(form)) = (said, by_output) {
        form.format()
    } else {
        let path = out.as_ref().map(|p| p.to_string_lossy().into_owned());
        Format::of(path.as_deref(), said)?.unwrap_or(&crate::interchange::FORMATS[0])
    };
    let (reader, store, printer, settings) = session.parts()?;
    let noun = store.noun(noun)?;
    let mut listing = Listing::all(noun);
    listing.effective = false;
    // The same in every file, whatever ids the records have there; about the order they were made.
    listing.sort_by("uid", store.model())?;
    if let Some(filter) = &filter {
        listing.filter = Some(filter_sql(&reader, settings, noun, filter)?);
    }
    let (scope, columns) = if let Some(asked) = &asked {
        listing.columns = paths(asked, noun, store.model())?;
        (Scope::Alone, alone(&listing.columns, format.form))
    } else {
        let mut columns = columns(noun, format.form, Scope::Exchange);
        listing.columns = needed(noun, &mut columns);
        (Scope::Exchange, columns)
    };
    let rendering = Rendering { form: format.form, columns, scope, raw };
    let mut fill = |target: &mut dyn Write| {
        crate::interchange::export(&reader, &mut listing, &rendering, target)
    };
    match out {
        None => fill(printer.out()),
        Some(path) => {
            let target = crate::store::resolve(&path)?;
            refuse_own(store, &target)?;
            write_file(&target, force, settings.dry_run, fill)
        }
    }
}

/// The columns to read for an export: those that go out, each once, places set anew.
fn needed(
    noun: &crate::entity::Noun,
    columns: &mut [crate::interchange::Column],
) -> Vec<crate::store::Path> {
    let mut places: Vec<usize> = columns.iter().map(|c| c.at).collect();
    places.dedup();
    for column in columns.iter_mut() {
        column.at = places.iter().position(|p| *p == column.at).unwrap_or(0);
    }
    places.into_iter().map(|at| crate::store::Path::of(noun, at)).collect()
}

/// Writes a file beside its place and renames it there: whole, or not at all.
///
/// # Errors
/// It exists and `force` isn't given, or can't be written.
pub(super) fn write_file(
    target: &Path,
    force: bool,
    dry_run: bool,
    fill: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    match PendingFile::new(target, force, dry_run)? {
        None => fill(&mut std::io::sink()),
        Some(mut file) => {
            fill(&mut file.out)?;
            file.keep()
        }
    }
}

/// A file under another name beside its place, gone unless it is kept.
pub(super) struct PendingFile {
    pub(super) out: BufWriter<tempfile::NamedTempFile>,
    pub(super) target: PathBuf,
    pub(super) force: bool,
}

impl PendingFile {
    /// None in a dry run.
    ///
    /// # Errors
    /// It exists and `force` isn't given, or can't be made.
    pub(super) fn new(target: &Path, force: bool, dry_run: bool) -> Result<Option<Self>> {
        if target.exists() && !force {
            return Err(Error::invalid(format!("`{}` exists", target.display()))
                .hint("choose another name, or add `--force` to replace it"));
        }
        if dry_run {
            return Ok(None);
        }
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty());
        let file = crate::store::temporary_in(folder.unwrap_or(Path::new(".")), ".part")
            .map_err(|why| unwritable(target, &why))?;
        let out = BufWriter::with_capacity(1 << 18, file);
        Ok(Some(Self { out, target: target.to_owned(), force }))
    }

    /// Gives it its name, whole.
    ///
    /// # Errors
    /// It can't be written, or somebody else took the name.
    pub(super) fn keep(self) -> Result<()> {
        let cannot = |why: &std::io::Error| unwritable(&self.target, why);
        let file = self.out.into_inner().map_err(|why| cannot(why.error()))?;
        file.as_file().sync_all().map_err(|why| cannot(&why))?;
        let done = if self.force {
            file.persist(&self.target).map(drop)
        } else {
            file.persist_noclobber(&self.target).map(drop)
        };
        done.map_err(|why| cannot(&why.error))
    }
}

fn unwritable(target: &Path, why: &std::io::Error) -> Error {
    Error::failed(format!("`{}` can't be written: {why}", target.display()))
}
