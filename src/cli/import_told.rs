//! What an import tells: how it understood the file, and what became of the rows.

use super::global::Output;
use super::print::ColumnHead;
use super::record::print_json_list;
use super::session::Session;
use crate::error::Result;
use crate::interchange::{Layout, Source, Understood, import};
use crate::store::ImportRow;

/// What is known of the file as a whole, as (name, value).
fn file_facts(source: &Source) -> Vec<(&'static str, String)> {
    let mut facts = vec![("format", source.form().format().name.to_owned())];
    facts.push(("encoding", source.charset().name()));
    if let Some(delimiter) = source.delimiter() {
        let shown =
            if delimiter == b'\t' { "tab".into() } else { char::from(delimiter).to_string() };
        facts.push(("delimiter", shown));
    }
    if let Some(quotes) = source.odd_quotes() {
        facts.push(("quotes", quotes.word().to_owned()));
    }
    facts
}

/// How a file was understood, for people: a table of its columns.
pub(super) fn tell_columns(
    session: &mut Session,
    source: &Source,
    summary: &import::Summary,
) -> Result<()> {
    if !matches!(session.settings.output, Output::Table) {
        return Ok(());
    }
    let cut = |text: &str| {
        let short: String = text.chars().take(EXAMPLE).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    };
    let is_several = !summary.nouns.is_empty();
    let rows = summary.columns.iter().map(|c| {
        let noun = c.noun.filter(|_| is_several).map_or(String::new(), |n| format!("{n}."));
        let field = c.field.as_ref().map_or(String::new(), |f| format!("{noun}{f}"));
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
        "column": column.column, "noun": column.noun, "field": column.field, "label": column.label,
        "kind": column.kind, "form": column.form, "cell": column.cell,
        "example": column.value.as_ref().or(column.cell.as_ref()), "sure": column.sure.word(),
    })
}

/// So many characters of an example are shown.
const EXAMPLE: usize = 40;

/// The summary, for people or as JSON. `before` is an earlier import of the same file.
pub(super) fn tell(
    session: &mut Session,
    layout: &Layout,
    source: &Source,
    summary: &import::Summary,
    change: Option<i64>,
    before: Option<&ImportRow>,
) -> Result<()> {
    let noun = layout.sections[0].noun;
    if matches!(session.settings.output, Output::Json | Output::Jsonl) {
        let mut object = serde_json::json!({
            "read": summary.read, "created": summary.created, "updated": summary.updated,
            "unchanged": summary.unchanged, "skipped": summary.skipped, "rejected": summary.rejected,
            "revived": summary.revived, "in_trash": summary.in_trash,
            "ignored_columns": summary.ignored_columns, "notes": summary.notes, "seconds": (summary.seconds * 1000.0).round() / 1000.0,
            "noun": if layout.is_several() { serde_json::Value::Null } else { noun.into() },
            "preset": layout.preset.as_ref().map(|p| &p.name),
            "import": change, "same_file_as": before.map(|b| b.change.id),
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
    if summary.in_trash > 0 {
        session.printer.note(&format!(
            "{} of them created anew: what they match lies in the trash (`rolo {noun} list is:trashed`, `rolo {noun} restore REF`); `--revive` brings it back and updates it",
            summary.in_trash
        ));
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
    let same = before.map_or_else(String::new, |before| {
        format!("; the same file as import {}, `{}`", before.change.id, before.facts.file)
    });
    let left_out = |more: &str| {
        let counts = [
            (summary.revived, "of them brought back from the trash"),
            (summary.rejected, "rejected"),
        ];
        let words = counts.iter().filter(|(count, _)| *count > 0);
        let words: String = words.map(|(count, word)| format!(", {count} {word}")).collect();
        words + more
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
            "{imported} {} {rows}: {}{} ({:.2} s)",
            summary.read,
            parts.join(", "),
            left_out(&same),
            summary.seconds
        )
    } else {
        let counts = [summary.created, summary.updated, summary.unchanged, summary.skipped];
        format!(
            "{imported} {} {}: {}{} ({:.2} s)",
            summary.read,
            named(noun, summary.read),
            counted(counts),
            left_out(&same),
            summary.seconds
        )
    };
    session.printer.note(&line);
    if let (Some(quotes), false) = (source.odd_quotes(), session.settings.dry_run) {
        session.printer.note(&format!("quotes were read as `--quotes {}`", quotes.word()));
    }
    for note in &summary.notes {
        session.printer.note(note);
    }
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
