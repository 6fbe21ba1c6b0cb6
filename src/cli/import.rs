//! `import`: a file of anybody's, into records.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ArgMatches;

use super::global::Output;
use super::grammar::{text, texts};
use super::import_told::{tell, tell_columns};
use super::print::ColumnHead;
use super::record::print_json_list;
use super::rejects::RejectsFile;
use super::said::Said;
use super::session::Session;
use crate::entity::Model;
use crate::error::{Error, Result};
use crate::interchange::{
    Asked, Charset, Digest, Format, Input, Layout, Preset, Quotes, ReadOptions, Source,
    check_map_name, delimiter_of, import, kept, presets, rates_by, several,
};
use crate::store::{ImportFacts, OnMatch};

/// `NOUN import FILE|-`, and `import FILE|-`, which finds the noun out.
///
/// # Errors
/// The file can't be read, or a row is refused: then nothing was changed (exit 4); with `--rejects`
/// the others went in.
pub(super) fn import(
    session: &mut Session,
    noun: Option<&'static str>,
    matches: &ArgMatches,
) -> Result<()> {
    let begun = Instant::now();
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let name = path.to_string_lossy().into_owned();
    let save = text(matches, "save-map").map(str::to_owned);
    if let Some(save) = &save {
        check_map_name(save)?;
    }
    let maps = maps_folder(session);
    let said = Said::of(matches, maps.as_deref())?;
    let input = session.settings.input(&name)?;
    let size = input.size();
    let said_format = said.one("format");
    let format = Format::of((name != "-").then_some(name.as_str()), said_format.as_deref())?;
    let said_form = said_format.and(format).map(|f| f.form);
    let delimiter = said.one("delimiter").as_deref().map(delimiter_of).transpose()?;
    let charset = said.one("encoding").as_deref().map(charset_of).transpose()?;
    let quotes = said.read("quotes", Quotes::of)?;
    let (input, digest) = Digest::of(input, &path);
    let form = format.map(|f| f.form);
    let objects = matches.contains_id("rejects");
    let read = ReadOptions { form, delimiter, charset, quotes, objects, raw: false };
    let named = |why: Error| Error { message: format!("`{name}`: {}", why.message), ..why };
    let mut source = Source::open(input, &read).map_err(named)?;
    if noun == Some("rate") {
        let base = text(matches, "base").map(super::rates::currency).transpose()?;
        source = rates_by(source, base).map_err(named)?;
    }
    let mut options = options(session, matches, &said, size)?;
    let locale = session.settings.locale.clone();
    let progress = progress_bar(session, size);
    let mut rejects = match matches.get_one::<PathBuf>("rejects") {
        Some(to) => {
            let said = ReadOptions { form: said_form, ..read };
            Some(RejectsFile::new(
                session,
                to,
                &name,
                matches.get_flag("force"),
                said,
                source.is_json(),
            )?)
        }
        None => None,
    };
    let store = session.writing()?;
    let asked = Asked {
        noun,
        preset: text(matches, "preset"),
        maps: maps.as_deref(),
        file: &name,
        said: &options.map,
    };
    let layout = Layout::of(store.model(), source.headers(), asked).map_err(named)?;
    options.layout = layout;
    let noun = options.layout.sections[0].noun;
    let is_several = options.layout.is_several();
    if is_several {
        several::check(store.model(), &source, &options)?;
    } else {
        import::check(store.noun(noun)?, &mut source, &options)?;
    }
    let kept = save
        .map(|save| kept_map(store.model(), &save, &source, &options, said.to_keep()))
        .transpose()?;
    let file = path
        .file_name()
        .filter(|_| name != "-")
        .map_or_else(|| "standard input".into(), |n| n.to_string_lossy().into_owned());
    let what = if is_several { String::new() } else { format!(" {noun}") };
    let mut digest = Some(digest);
    session.writing()?.leave_wal(options.size)?;
    let written = loop {
        let mut unclear = Vec::new();
        let written = session.write_as("import", &format!("import{what} {file}"), |w| {
            let told = import::Told {
                rejects: rejects.as_mut().map(RejectsFile::rows),
                unclear: &mut unclear,
                progress: &mut |at| progress.set_position(at),
            };
            let done = if is_several {
                several::run(w, &mut source, &options, &locale, told)
            } else {
                import::run(w, noun, &mut source, &options, &locale, told)
            };
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
        match written {
            // The file is read again with what was answered.
            Err(_)
                if !unclear.is_empty()
                    && rejects.is_none()
                    && name != "-"
                    && session.settings.is_interactive() =>
            {
                ask_kinds(session, &unclear, &mut options.stage_kinds)?;
                let (input, again) = Digest::of(Input::open(&name)?, &path);
                digest = Some(again);
                source = Source::open(input, &read).map_err(named)?;
            }
            other => break other,
        }
    };
    session.writing()?.keep_wal();
    let written = written.map_err(|why| {
        if let Some(rejects) = &rejects {
            rejects.forget();
        }
        named(why)
    })?;
    let (mut summary, before) = written.value;
    summary.seconds = begun.elapsed().as_secs_f64();
    if let Some(kept) = kept {
        keep_map(session, &kept, maps.as_deref())?;
    }
    if session.settings.dry_run {
        tell_columns(session, &source, &summary)?;
    }
    tell(session, &options.layout, &source, &summary, written.change, before.as_ref())?;
    match rejects {
        Some(rejects) if summary.rejected > 0 => Err(rejects.error(&summary, session.would())),
        _ => Ok(()),
    }
}

fn options(
    session: &Session,
    matches: &ArgMatches,
    said: &Said,
    size: Option<u64>,
) -> Result<import::Options> {
    let on_match =
        |word: &str| OnMatch::WORDS.iter().find(|(known, _)| *known == word).map(|(_, m)| *m);
    Ok(import::Options {
        map: texts(matches, "map"),
        layout: Layout::default(),
        key: said.one("key"),
        on_match: said.read("on-match", on_match)?.unwrap_or_default(),
        keep_extra: said.has("keep-extra"),
        create_links: !said.has("no-create-links"),
        revive: said.has("revive"),
        written: said.written()?,
        explain: session.settings.dry_run,
        stage_kinds: stage_kinds(said)?,
        size,
    })
}

/// What `--stage-kind STAGE=KIND` says.
fn stage_kinds(said: &Said) -> Result<Vec<(String, String)>> {
    let of = |text: String| {
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
    };
    said.all("stage-kind").into_iter().map(of).collect()
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
        encoding: Some(source.charset().name()),
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

/// The folder of kept mappings, beside the config.
pub(super) fn maps_folder(session: &Session) -> Option<PathBuf> {
    session.settings.config.path().and_then(Path::parent).map(|folder| folder.join("maps"))
}

/// The mapping of an import, to be kept under a name.
fn kept_map(
    model: &Model,
    name: &str,
    source: &Source,
    options: &import::Options,
    said: Vec<(String, Vec<String>)>,
) -> Result<Preset> {
    let mut parts = Vec::new();
    for section in &options.layout.sections {
        let noun = model.noun(section.noun)?;
        let mapping = options.layout.mapping(section, noun, source.headers(), &options.map)?;
        parts.push((noun, mapping));
    }
    let parts: Vec<_> = parts.iter().map(|(noun, mapping)| (*noun, mapping)).collect();
    Ok(Preset::of(name, options.layout.preset.as_ref(), &parts, &options.map, said))
}

fn keep_map(session: &mut Session, kept: &Preset, maps: Option<&Path>) -> Result<()> {
    let Some(maps) = maps else {
        return Err(Error::usage("neither HOME nor XDG_CONFIG_HOME says where the mapping goes")
            .hint("name the config with `--config FILE`; the mapping goes beside it"));
    };
    if session.settings.dry_run {
        session.printer.note(&format!("would keep the mapping `{}`", kept.name));
        return Ok(());
    }
    let path = kept.keep(maps)?;
    session.printer.note(&format!(
        "kept the mapping in `{}`; use it with `--preset {}`",
        path.display(),
        kept.name
    ));
    Ok(())
}

/// `import --list-presets`.
///
/// # Errors
/// A kept mapping can't be read.
pub(super) fn list_presets(session: &mut Session) -> Result<()> {
    let mut all = kept(maps_folder(session).as_deref())?;
    all.extend(presets().iter().cloned());
    let noun = |p: &Preset| p.noun.clone().unwrap_or_else(|| "several".to_owned());
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let list: Vec<_> = all
            .iter()
            .map(|p| {
                serde_json::json!({
                    "name": p.name, "noun": noun(p), "title": p.title, "verified": p.seen.is_some(),
                    "seen": p.seen, "marks": p.marks,
                })
            })
            .collect();
        let output = session.settings.output;
        return print_json_list(&mut session.printer, output, &list);
    }
    let heads = ["preset", "noun", "files of", "header row"]
        .map(|name| ColumnHead { name: name.into(), numeric: false });
    let rows = all.iter().map(|p| {
        let seen = p.seen.as_deref().unwrap_or("not verified");
        Ok(vec![p.name.clone(), noun(p), p.title.clone(), seen.to_owned()])
    });
    session.printer.table(heads.into(), rows)?;
    Ok(())
}

fn charset_of(word: &str) -> Result<Charset> {
    Charset::named(word).ok_or_else(|| {
        Error::usage(format!("`{word}` is not an encoding that rolo knows")).hint(
            "such as `utf-8`, `utf-16`, `windows-1251`, `windows-1252`, `windows-1250`, `koi8-r`, \
             `ibm866`, `iso-8859-2`, `macintosh`, `mac-cyrillic`",
        )
    })
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
