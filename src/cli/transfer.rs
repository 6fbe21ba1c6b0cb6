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
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::{Session, filter_sql};
use crate::entity::Model;
use crate::entity::when::DateOrder;
use crate::error::{Error, Result};
use crate::interchange::{
    Asked, Charset, Epoch, Exporter, Format, Input, Layout, Mark, Preset, ReadOptions, Scope, Source,
    Understood, Written, check_map_name, columns, delimiter_of, import, kept, presets, several,
};
use crate::store::{Listing, OnMatch, refuse_own};

/// `NOUN import FILE|-`, and `import FILE|-`, which finds the noun out.
///
/// # Errors
/// The file can't be read, or a row is refused: then nothing was changed (exit 4).
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
    let input = Input::open(&name)?;
    let size = input.size();
    let format = Format::of((name != "-").then_some(name.as_str()), text(matches, "format"))?;
    let delimiter = text(matches, "delimiter").map(delimiter_of).transpose()?;
    let charset = text(matches, "encoding").map(charset_of).transpose()?;
    let read = ReadOptions { form: format.map(|f| f.form), delimiter, charset, raw: false };
    let named = |why: Error| Error { message: format!("`{name}`: {}", why.message), ..why };
    let mut source = Source::open(input, &read).map_err(named)?;
    let locale = session.settings.locale.clone();
    let mut options = import::Options {
        map: texts(matches, "map"),
        layout: Layout::default(),
        key: text(matches, "key").map(str::to_owned),
        on_match: text(matches, "on-match")
            .and_then(|w| OnMatch::WORDS.iter().find(|(word, _)| *word == w).map(|(_, m)| *m))
            .unwrap_or_default(),
        keep_extra: matches.get_flag("keep-extra"),
        create_links: !matches.get_flag("no-create-links"),
        written: written(matches),
        explain: session.settings.dry_run,
        size,
    };
    let progress = progress_bar(session, size);
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
    let kept = save.map(|save| kept_map(store.model(), &save, &source, &options)).transpose()?;
    let file = Path::new(&name)
        .file_name()
        .map_or_else(|| "standard input".into(), |n| n.to_string_lossy().into_owned());
    let what = if is_several { String::new() } else { format!(" {noun}") };
    let written = session.write_as("import", &format!("import{what} {file}"), |w| {
        let mut told = |at| progress.set_position(at);
        let done = if is_several {
            several::run(w, &mut source, &options, &locale, &mut told)
        } else {
            import::run(w, noun, &mut source, &options, &locale, &mut told)
        };
        progress.finish_and_clear();
        done
    });
    let mut summary = written.map_err(named)?.value;
    summary.seconds = begun.elapsed().as_secs_f64();
    if let Some(kept) = kept {
        keep_map(session, &kept, maps.as_deref())?;
    }
    if session.settings.dry_run {
        tell_columns(session, &source, &summary)?;
    }
    tell(session, &options.layout, &source, &summary)
}

/// The folder of kept mappings, beside the config.
fn maps_folder(session: &Session) -> Option<PathBuf> {
    session.settings.config.path().and_then(Path::parent).map(|folder| folder.join("maps"))
}

/// The mapping of an import, to be kept under a name.
fn kept_map(
    model: &Model,
    name: &str,
    source: &Source,
    options: &import::Options,
) -> Result<Preset> {
    let mut parts = Vec::new();
    for section in &options.layout.sections {
        let noun = model.noun(section.noun)?;
        let mapping = options.layout.mapping(section, noun, source.headers(), &options.map)?;
        parts.push((noun, mapping));
    }
    let parts: Vec<_> = parts.iter().map(|(noun, mapping)| (*noun, mapping)).collect();
    Ok(Preset::of(name, options.layout.preset.as_ref(), &parts, &options.map))
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

/// What is known of the file as a whole, as (name, value).
fn file_facts(source: &Source) -> Vec<(&'static str, String)> {
    let mut facts = vec![("format", source.form().format().name.to_owned())];
    facts.push(("encoding", source.charset().name()));
    if let Some(delimiter) = source.delimiter() {
        let shown =
            if delimiter == b'\t' { "tab".into() } else { char::from(delimiter).to_string() };
        facts.push(("delimiter", shown));
    }
    facts
}

/// How a file was understood, for people: a table of its columns.
fn tell_columns(session: &mut Session, source: &Source, summary: &import::Summary) -> Result<()> {
    if !matches!(session.settings.output, Output::Table) {
        return Ok(());
    }
    let cut = |text: &str| {
        let short: String = text.chars().take(EXAMPLE).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    };
    let rows = summary.columns.iter().map(|c| {
        let label = c.label.map_or(String::new(), |l| format!(":{l}"));
        let field = c.field.as_ref().map_or(String::new(), |f| format!("{f}{label}"));
        let kind: Vec<&str> = [c.kind, c.form].into_iter().flatten().collect();
        let cell = c.cell.as_deref().map_or(String::new(), cut);
        let example = match &c.value {
            Some(value) => format!("{cell} → {}", cut(value)),
            None => cell,
        };
        Ok(vec![c.column.clone(), field, kind.join(", "), example, c.sure.word().to_owned()])
    });
    let heads = ["column", "field", "kind", "example", "how sure"].map(ColumnHead::text);
    session.printer.table(heads.into(), rows)?;
    let facts: Vec<String> =
        file_facts(source).into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    session.printer.note(&format!("the file: {}", facts.join(", ")));
    Ok(())
}

fn column_json(column: &Understood) -> serde_json::Value {
    serde_json::json!({
        "column": column.column, "field": column.field, "label": column.label,
        "kind": column.kind, "form": column.form, "cell": column.cell,
        "example": column.value.as_ref().or(column.cell.as_ref()), "sure": column.sure.word(),
    })
}

/// So many characters of an example are shown.
const EXAMPLE: usize = 40;

/// What the options say of how values are written.
fn written(matches: &ArgMatches) -> Written {
    let empty = texts(matches, "empty");
    Written {
        order: text(matches, "date-order").and_then(DateOrder::of),
        decimal: text(matches, "decimal").and_then(Mark::of),
        epoch: text(matches, "excel-dates").and_then(Epoch::of),
        empty: (!empty.is_empty()).then_some(empty),
        yes: texts(matches, "yes-word"),
        no: texts(matches, "no-word"),
    }
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

fn tell(
    session: &mut Session,
    layout: &Layout,
    source: &Source,
    summary: &import::Summary,
) -> Result<()> {
    let noun = layout.sections[0].noun;
    if summary.in_trash > 0 {
        session.printer.note(&format!(
            "{} of them created anew: what they match lies in the trash (`rolo {noun} list is:trashed`, `rolo {noun} restore REF`)",
            summary.in_trash
        ));
    }
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let mut object = serde_json::json!({
            "read": summary.read, "created": summary.created, "updated": summary.updated,
            "unchanged": summary.unchanged, "skipped": summary.skipped, "rejected": 0,
            "ignored_columns": summary.ignored_columns, "seconds": (summary.seconds * 1000.0).round() / 1000.0,
            "noun": if layout.is_several() { serde_json::Value::Null } else { noun.into() },
            "preset": layout.preset.as_ref().map(|p| &p.name),
        });
        if layout.is_several() {
            object["nouns"] = by_noun(summary);
        }
        if session.settings.dry_run {
            for (name, value) in file_facts(source) {
                object[name] = value.into();
            }
            object["columns"] = summary.columns.iter().map(column_json).collect();
        }
        return print_json_list(&mut session.printer, Output::Jsonl, &[object]);
    }
    let imported = session.done("imported", "import");
    if let Some(preset) = &layout.preset {
        let how = if layout.recognised { "read as" } else { "read by the preset of" };
        let doubt = if preset.seen.is_some() { "" } else { "; its header row isn't verified" };
        session
            .printer
            .note(&format!("{how} {} (`--preset {}`{doubt})", preset.title, preset.name));
    }
    let model = session.reading()?.model();
    let named = |noun: &str, count: u64| {
        let entity = model.get(noun).map(|n| n.entity);
        entity.map_or("", |e| if count == 1 { e.name } else { e.plural })
    };
    let line = if layout.is_several() {
        let parts: Vec<String> = summary
            .nouns
            .iter()
            .map(|(noun, counts)| {
                format!(
                    "{} {} ({})",
                    counts.iter().sum::<u64>(),
                    named(noun, counts.iter().sum()),
                    counted(*counts)
                )
            })
            .collect();
        let rows = if summary.read == 1 { "row" } else { "rows" };
        format!(
            "{imported} {} {rows}: {} ({:.2} s)",
            summary.read,
            parts.join(", "),
            summary.seconds
        )
    } else {
        let counts = [summary.created, summary.updated, summary.unchanged, summary.skipped];
        format!(
            "{imported} {} {}: {} ({:.2} s)",
            summary.read,
            named(noun, summary.read),
            counted(counts),
            summary.seconds
        )
    };
    session.printer.note(&line);
    if !summary.ignored_columns.is_empty() {
        session.printer.note(&format!(
            "left over: {} (`--map HEADER=FIELD` says where a column goes, `--keep-extra` keeps them all)",
            summary.ignored_columns.join(", ")
        ));
    }
    Ok(())
}

/// `3 created, 1 updated`.
fn counted([created, updated, unchanged, skipped]: [u64; 4]) -> String {
    let mut parts = vec![format!("{created} created")];
    for (count, word) in [(updated, "updated"), (unchanged, "unchanged"), (skipped, "skipped")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    parts.join(", ")
}

/// What became of the records of each noun.
fn by_noun(summary: &import::Summary) -> serde_json::Value {
    let mut nouns: std::collections::BTreeMap<&str, [u64; 4]> = std::collections::BTreeMap::new();
    for (noun, counts) in &summary.nouns {
        let all = nouns.entry(noun).or_default();
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    nouns
        .into_iter()
        .map(|(noun, [created, updated, unchanged, skipped])| {
            let counts = serde_json::json!({
                "created": created, "updated": updated, "unchanged": unchanged, "skipped": skipped,
            });
            (noun.to_owned(), counts)
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
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
