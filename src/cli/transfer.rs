//! `import` and `export`.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{filter_text, text, texts};
use super::list::{alone, paths, write_out};
use super::record::print_json_list;
use super::session::{Session, filter_sql};
use crate::entity::when::DateOrder;
use crate::error::{Error, Result};
use crate::interchange::{
    Digest, Exporter, Format, Input, ReadOptions, Rejects, Scope, Source, columns, delimiter_of,
    import,
};
use crate::store::{ImportFacts, ImportRow, Listing, OnMatch, refuse_own};

/// `NOUN import FILE|-`.
///
/// # Errors
/// The file can't be read, or a row is refused: then nothing was changed (exit 4).
pub(super) fn import(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<()> {
    let begun = Instant::now();
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let name = path.to_string_lossy().into_owned();
    let input = Input::open(&name)?;
    let size = input.size();
    let format = Format::of((name != "-").then_some(name.as_str()), text(matches, "format"))?;
    let delimiter = text(matches, "delimiter").map(delimiter_of).transpose()?;
    let (input, digest) = Digest::of(input, &path);
    let read = ReadOptions { form: format.map(|f| f.form), delimiter, raw: false };
    let named = |why: Error| Error { message: format!("`{name}`: {}", why.message), ..why };
    let mut source = Source::open(input, &read).map_err(named)?;
    let mut locale = session.settings.locale.clone();
    if let Some(order) = text(matches, "date-order").and_then(DateOrder::of) {
        locale.times.order = Some(order);
    }
    let options = import::Options {
        map: texts(matches, "map"),
        key: text(matches, "key").map(str::to_owned),
        on_match: text(matches, "on-match")
            .and_then(|w| OnMatch::WORDS.iter().find(|(word, _)| *word == w).map(|(_, m)| *m))
            .unwrap_or_default(),
        keep_extra: matches.get_flag("keep-extra"),
        create_links: !matches.get_flag("no-create-links"),
        revive: matches.get_flag("revive"),
        size,
    };
    let progress = progress_bar(session, size);
    let mut rejects = match matches.get_one::<PathBuf>("rejects") {
        Some(to) => Some(RejectsFile::new(session, to, &name, matches.get_flag("force"))?),
        None => None,
    };
    let store = session.fresh()?;
    import::check(store.noun(noun)?, &mut source, &options)?;
    let file = Path::new(&name)
        .file_name()
        .map_or_else(|| "standard input".into(), |n| n.to_string_lossy().into_owned());
    let mut digest = Some(digest);
    let written = session.write_as("import", &format!("import {noun} {file}"), |w| {
        let out = rejects.as_mut().map(RejectsFile::rows);
        let done = import::run(w, noun, &mut source, &options, &locale, out, &mut |at| {
            progress.set_position(at);
        });
        progress.finish_and_clear();
        let summary = done?;
        let (sha256, size) =
            digest.take().map_or_else(|| Ok(Default::default()), Digest::finish)?;
        let noun = w.reader().model().noun(noun)?;
        let before = w.same_file(noun, &sha256)?;
        if !w.tally.is_nothing() {
            let to = rejects.as_ref().filter(|_| summary.rejected > 0).map(|r| r.shown.clone());
            let seconds = begun.elapsed().as_secs_f64();
            w.record_import(noun, &facts(&file, sha256, size, to, seconds, &summary, &source))?;
        }
        // Before the rows are in for good: a kill between the two may leave both, never neither.
        if let Some(rejects) = &mut rejects {
            rejects.keep(summary.rejected > 0)?;
        }
        Ok((summary, before))
    });
    let written = written.map_err(|why| {
        if let Some(rejects) = &rejects {
            rejects.forget();
        }
        named(why)
    })?;
    let (mut summary, before) = written.value;
    if !session.settle()? {
        if let Some(rejects) = &rejects {
            rejects.forget();
        }
        if name == "-" {
            return Err(Error::database("another process has made the database meanwhile")
                .hint("nothing was imported: run the command again"));
        }
        return import(session, noun, matches);
    }
    summary.seconds = begun.elapsed().as_secs_f64();
    tell(session, noun, &summary, written.change, before.as_ref())?;
    match rejects {
        Some(rejects) if summary.rejected > 0 => Err(rejects.error(&summary, session.would())),
        _ => Ok(()),
    }
}

/// What is recorded of an import.
fn facts(
    file: &str,
    sha256: String,
    size: u64,
    rejects: Option<String>,
    seconds: f64,
    summary: &import::Summary,
    source: &Source,
) -> ImportFacts {
    ImportFacts {
        file: file.to_owned(),
        sha256,
        size,
        format: source.form().format().name.to_owned(),
        delimiter: source.delimiter().map(|d| char::from(d).to_string()),
        encoding: None,
        read: summary.read,
        created: summary.created,
        updated: summary.updated,
        unchanged: summary.unchanged,
        skipped: summary.skipped,
        rejected: summary.rejected,
        rejects,
        seconds: (seconds * 1000.0).round() / 1000.0,
        mapping: summary.mapping.clone(),
    }
}

/// The file that takes the rejected rows: under another name until the import is about to be done.
struct RejectsFile {
    file: Option<PendingFile>,
    dry: std::io::Sink,
    delimiter: u8,
    shown: String,
    kept: Option<PathBuf>,
}

impl RejectsFile {
    /// # Errors
    /// It exists and `force` isn't given, is the database or the file that is read, or can't be
    /// made.
    fn new(session: &mut Session, to: &Path, input: &str, force: bool) -> Result<Self> {
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

    fn rows(&mut self) -> Rejects<'_> {
        let to: &mut dyn Write = match &mut self.file {
            Some(file) => &mut file.out,
            None => &mut self.dry,
        };
        Rejects::new(to, self.delimiter)
    }

    /// Gives it its name; without rows there is none, and none from before.
    fn keep(&mut self, any: bool) -> Result<()> {
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
    fn forget(&self) {
        if let Some(kept) = &self.kept {
            let _ = std::fs::remove_file(kept);
        }
    }

    fn error(&self, summary: &import::Summary, would: &str) -> Error {
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

fn progress_bar(session: &Session, size: Option<u64>) -> indicatif::ProgressBar {
    let shown = session.settings.stderr_is_terminal && !session.settings.quiet;
    match size {
        Some(size) if shown && size > 200_000 => {
            let bar = indicatif::ProgressBar::new(size);
            let style = indicatif::ProgressStyle::with_template(
                "{bar:30} {percent:>3} % {bytes}/{total_bytes} {eta}",
            );
            bar.set_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()));
            bar
        }
        _ => indicatif::ProgressBar::hidden(),
    }
}

fn tell(
    session: &mut Session,
    noun: &str,
    summary: &import::Summary,
    change: Option<i64>,
    before: Option<&ImportRow>,
) -> Result<()> {
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let object = serde_json::json!({
            "read": summary.read, "created": summary.created, "updated": summary.updated,
            "unchanged": summary.unchanged, "skipped": summary.skipped, "rejected": summary.rejected,
            "revived": summary.revived, "in_trash": summary.in_trash,
            "ignored_columns": summary.ignored_columns, "seconds": (summary.seconds * 1000.0).round() / 1000.0,
            "import": change, "same_file_as": before.map(|b| b.change.id),
        });
        return print_json_list(&mut session.printer, Output::Jsonl, &[object]);
    }
    if summary.in_trash > 0 {
        session.printer.note(&format!(
            "{} of them created anew: what they match lies in the trash (`rolo {noun} list is:trashed`, `rolo {noun} restore REF`); `--revive` brings it back and updates it",
            summary.in_trash
        ));
    }
    let entity = session.reading()?.noun(noun)?.entity;
    let named = if summary.read == 1 { entity.name } else { entity.plural };
    let mut parts = vec![format!("{} created", summary.created)];
    for (count, word) in [
        (summary.updated, "updated"),
        (summary.unchanged, "unchanged"),
        (summary.skipped, "skipped"),
        (summary.revived, "of them brought back from the trash"),
        (summary.rejected, "rejected"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let imported = session.done("imported", "import");
    let same = before.map_or_else(String::new, |before| {
        format!("; the same file as import {}, `{}`", before.change.id, before.facts.file)
    });
    session.printer.note(&format!(
        "{imported} {} {named}: {}{same} ({:.2} s)",
        summary.read,
        parts.join(", "),
        summary.seconds
    ));
    if !summary.ignored_columns.is_empty() {
        session.printer.note(&format!(
            "left over: {} (`--map HEADER=FIELD` says where a column goes, `--keep-extra` keeps them all)",
            summary.ignored_columns.join(", ")
        ));
    }
    Ok(())
}

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
        (Scope::Alone, alone(&listing.columns))
    } else {
        let mut columns = columns(noun, format.form, Scope::Exchange);
        listing.columns = needed(noun, &mut columns);
        (Scope::Exchange, columns)
    };
    let exporter = Exporter::new(format.form, columns, scope, raw);
    match out {
        None => write_out(&reader, &listing, exporter, printer.out()),
        Some(path) => {
            let target = crate::store::resolve(&path)?;
            refuse_own(store, &target)?;
            write_file(&target, force, settings.dry_run, |file| {
                write_out(&reader, &listing, exporter, file)
            })
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
struct PendingFile {
    out: BufWriter<tempfile::NamedTempFile>,
    target: PathBuf,
    force: bool,
}

impl PendingFile {
    /// None in a dry run.
    ///
    /// # Errors
    /// It exists and `force` isn't given, or can't be made.
    fn new(target: &Path, force: bool, dry_run: bool) -> Result<Option<Self>> {
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
    fn keep(self) -> Result<()> {
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
