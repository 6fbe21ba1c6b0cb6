//! `import` and `export`.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
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
    Exporter, Format, Input, ReadOptions, Scope, Source, columns, delimiter_of, import, rates_by,
};
use crate::store::{Listing, OnMatch, refuse_own};

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
    let read = ReadOptions { form: format.map(|f| f.form), delimiter, raw: false };
    let named = |why: Error| Error { message: format!("`{name}`: {}", why.message), ..why };
    let mut source = Source::open(input, &read).map_err(named)?;
    if noun == "rate" {
        let base = text(matches, "base").map(super::rates::currency).transpose()?;
        source = rates_by(source, base).map_err(named)?;
    }
    let mut locale = session.settings.locale.clone();
    if let Some(order) = text(matches, "date-order").and_then(DateOrder::of) {
        locale.times.order = Some(order);
    }
    let mut options = import::Options {
        map: texts(matches, "map"),
        key: text(matches, "key").map(str::to_owned),
        on_match: text(matches, "on-match")
            .and_then(|w| OnMatch::WORDS.iter().find(|(word, _)| *word == w).map(|(_, m)| *m))
            .unwrap_or_default(),
        keep_extra: matches.get_flag("keep-extra"),
        create_links: !matches.get_flag("no-create-links"),
        stage_kinds: stage_kinds(matches)?,
        size,
    };
    let store = session.writing()?;
    import::check(store.noun(noun)?, &mut source, &options)?;
    let file = Path::new(&name)
        .file_name()
        .map_or_else(|| "standard input".into(), |n| n.to_string_lossy().into_owned());
    let mut summary = loop {
        let progress = progress_bar(session, size);
        let mut unclear = Vec::new();
        let written = session.write_as("import", &format!("import {noun} {file}"), |w| {
            let mut tell = |at| progress.set_position(at);
            let done =
                import::run(w, noun, &mut source, &options, &locale, &mut unclear, &mut tell);
            progress.finish_and_clear();
            done
        });
        match written {
            // The file is read again with what was answered.
            Err(_) if !unclear.is_empty() && name != "-" && session.settings.is_interactive() => {
                ask_kinds(session, &unclear, &mut options.stage_kinds)?;
                source = Source::open(Input::open(&name)?, &read).map_err(named)?;
            }
            other => break other.map_err(named)?.value,
        }
    };
    summary.seconds = begun.elapsed().as_secs_f64();
    tell(session, noun, &summary)
}

/// What `--stage-kind STAGE=KIND` says.
fn stage_kinds(matches: &ArgMatches) -> Result<Vec<(String, String)>> {
    let Ok(Some(said)) = matches.try_get_many::<String>("stage-kind") else {
        return Ok(Vec::new());
    };
    said.map(|text| {
        let hint = "write `--stage-kind 'Closed Won=won'`: open, won or lost";
        let (name, kind) = text
            .rsplit_once('=')
            .ok_or_else(|| Error::usage(format!("`--stage-kind {text}` has no `=`")).hint(hint))?;
        let kind = kind.trim().to_lowercase();
        if !matches!(kind.as_str(), "open" | "won" | "lost") {
            return Err(Error::usage(format!(
                "`--stage-kind {text}`: `{kind}` is no kind of stage"
            ))
            .hint(hint));
        }
        Ok((name.trim().to_owned(), kind))
    })
    .collect()
}

/// Asks what stages of a file mean.
fn ask_kinds(
    session: &mut Session,
    names: &[String],
    kinds: &mut Vec<(String, String)>,
) -> Result<()> {
    for name in names {
        let shown = crate::entity::text::visible(name);
        let answer = session
            .answer(&format!("is a deal in the stage `{shown}` open, won or lost?"))?
            .to_lowercase();
        let kind = ["open", "won", "lost"]
            .into_iter()
            .find(|k| !answer.is_empty() && k.starts_with(&answer))
            .ok_or_else(|| {
                Error::usage(format!("nothing was imported: `{answer}` is no kind of stage"))
                    .hint("answer open, won or lost")
            })?;
        kinds.push((name.clone(), kind.to_owned()));
    }
    Ok(())
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

fn tell(session: &mut Session, noun: &str, summary: &import::Summary) -> Result<()> {
    if summary.in_trash > 0 {
        session.printer.note(&format!(
            "{} of them created anew: what they match lies in the trash (`rolo {noun} list is:trashed`, `rolo {noun} restore REF`)",
            summary.in_trash
        ));
    }
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let object = serde_json::json!({
            "read": summary.read, "created": summary.created, "updated": summary.updated,
            "unchanged": summary.unchanged, "skipped": summary.skipped, "rejected": 0,
            "ignored_columns": summary.ignored_columns, "seconds": (summary.seconds * 1000.0).round() / 1000.0,
        });
        return print_json_list(&mut session.printer, Output::Jsonl, &[object]);
    }
    let entity = session.reading()?.noun(noun)?.entity;
    let named = if summary.read == 1 { entity.name } else { entity.plural };
    let mut parts = vec![format!("{} created", summary.created)];
    for (count, word) in [
        (summary.updated, "updated"),
        (summary.unchanged, "unchanged"),
        (summary.skipped, "skipped"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let imported = session.done("imported", "import");
    session.printer.note(&format!(
        "{imported} {} {named}: {} ({:.2} s)",
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
        (Scope::Alone, alone(&listing.columns, format.form))
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
    let shown = target.display();
    if target.exists() && !force {
        return Err(Error::invalid(format!("`{shown}` exists"))
            .hint("choose another name, or add `--force` to replace it"));
    }
    if dry_run {
        return fill(&mut std::io::sink());
    }
    let cannot = |why: &std::io::Error| Error::failed(format!("`{shown}` can't be written: {why}"));
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".rolo-")
        .suffix(".part")
        .make_in(folder, |p| OpenOptions::new().write(true).create_new(true).mode(0o600).open(p))
        .map_err(|why| cannot(&why))?;
    {
        let mut buffered = BufWriter::with_capacity(1 << 18, file.as_file_mut());
        fill(&mut buffered)?;
        buffered.flush().map_err(|why| cannot(&why))?;
    }
    file.as_file().sync_all().map_err(|why| cannot(&why))?;
    let done = if force {
        file.persist(target).map(drop)
    } else {
        file.persist_noclobber(target).map(drop)
    };
    done.map_err(|why| cannot(&why.error))
}
