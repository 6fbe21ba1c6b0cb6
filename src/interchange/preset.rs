//! What the files of other programs are known by, and mappings that a user has kept: tables of the
//! same shape, `assets/words/presets.toml` and `maps/NAME.toml` beside the config.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use toml_edit::{DocumentMut, Item, Table, Value, value};

use super::lexicon::squash;
use super::mapping::{Mapping, Target, is_header};
use crate::entity::Noun;
use crate::error::{Error, Result, nearest};

/// What the columns of a program's file mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preset {
    /// As typed behind `--preset`.
    pub name: String,
    /// For people.
    pub title: String,
    /// What its rows are; `None` where the headers name the nouns themselves.
    pub noun: Option<String>,
    /// Headers that such a file has, all of them.
    pub marks: Vec<String>,
    /// Where the header row was seen; `None` where it couldn't be verified.
    pub seen: Option<String>,
    /// Header and what it means, as `--map` says it; empty where it means no field.
    pub columns: Vec<(String, String)>,
    /// Columns that name a record without a name.
    pub stand_ins: Vec<String>,
    /// Cells that mean: nothing.
    pub blanks: Vec<String>,
    /// Options of `import` that hold for the file, as name and values: `date-order`, `dmy`.
    pub options: Vec<(String, Vec<String>)>,
}

/// The presets that rolo brings along.
///
/// # Panics
/// The file that rolo was built with is broken; a test reads it.
#[must_use]
pub fn presets() -> &'static [Preset] {
    static PRESETS: OnceLock<Vec<Preset>> = OnceLock::new();
    PRESETS.get_or_init(|| {
        parse(include_str!("../../assets/words/presets.toml")).expect("a test reads this file")
    })
}

impl Preset {
    /// The marks that a file lacks.
    #[must_use]
    pub fn lacks(&self, headers: &[String]) -> Vec<&str> {
        let is_there = |mark: &&String| {
            let wanted = squash(mark);
            headers.iter().any(|h| is_header(h, &wanted))
        };
        self.marks.iter().filter(|m| !is_there(m)).map(String::as_str).collect()
    }

    /// The preset that a file is known by, for a noun where one is given: of several the one with
    /// the most marks, of those the one whose marks stand there to the letter (`Record Id` of one
    /// program is `Record ID` of another).
    #[must_use]
    pub fn recognised(headers: &[String], noun: Option<&str>) -> Option<&'static Self> {
        if headers.iter().any(|h| h == "uid") {
            return None;
        }
        let fits = |p: &&Preset| p.is_for(noun) && p.lacks(headers).is_empty();
        let to_the_letter = |p: &Self| p.marks.iter().filter(|m| headers.contains(m)).count();
        presets().iter().filter(fits).rev().max_by_key(|p| (p.marks.len(), to_the_letter(p)))
    }

    fn is_for(&self, noun: Option<&str>) -> bool {
        noun.is_none() || self.noun.is_none() || self.noun.as_deref() == noun
    }

    /// The preset of a typed name that fits a file; `maps` is the folder of kept mappings.
    ///
    /// # Errors
    /// None has the name (usage), or none of that name fits.
    pub fn named(
        name: &str,
        maps: Option<&Path>,
        headers: &[String],
        noun: Option<&str>,
    ) -> Result<Self> {
        let mut known: Vec<Self> = presets().iter().filter(|p| p.name == name).cloned().collect();
        if let Some(path) = maps.map(|m| map_path(m, name)).filter(|p| p.exists()) {
            known.extend(read_map(&path, name)?);
        }
        if known.is_empty() {
            return Err(unknown(name, maps));
        }
        let (mut own, other): (Vec<_>, Vec<_>) = known.into_iter().partition(|p| p.is_for(noun));
        own.sort_by_key(|p| p.lacks(headers).len());
        let Some(best) = own.into_iter().next() else {
            let nouns: Vec<&str> = other.iter().filter_map(|p| p.noun.as_deref()).collect();
            return Err(Error::usage(format!(
                "the preset `{name}` is not for {}",
                noun.unwrap_or("this noun")
            ))
            .hint(format!("it is for: {}", nouns.join(", "))));
        };
        let lacks = best.lacks(headers);
        if lacks.is_empty() {
            return Ok(best);
        }
        let listed: Vec<String> = lacks.iter().map(|l| format!("`{l}`")).collect();
        let hint = match Self::recognised(headers, noun) {
            Some(other) => {
                format!("the file looks like `--preset {}` ({})", other.name, other.title)
            }
            None => "leave the preset out, and the columns are matched by their names; \
                     `rolo import --list-presets` shows all presets"
                .to_owned(),
        };
        Err(Error::invalid(format!(
            "the file doesn't fit the preset `{name}`: it has no column {}",
            listed.join(", ")
        ))
        .hint(hint))
    }

    /// A mapping as a preset of this name, to be kept: what was said and what was found.
    #[must_use]
    pub fn of(
        name: &str,
        base: Option<&Self>,
        parts: &[(&Noun, &Mapping)],
        said: &[String],
        options: Vec<(String, Vec<String>)>,
    ) -> Self {
        let mut made = base.cloned().unwrap_or_default();
        made.options = options;
        name.clone_into(&mut made.name);
        made.title = format!(
            "a mapping of your own{}",
            base.map_or(String::new(), |b| format!(", for {}", b.title))
        );
        made.seen = Some("kept with --save-map".to_owned());
        made.noun = match parts {
            [(noun, _)] => Some(noun.name().to_owned()),
            _ => None,
        };
        made.marks.clear();
        for text in said {
            if let Some((header, field)) = text.rsplit_once('=') {
                made.put(header, field.trim());
            }
        }
        for (noun, mapping) in parts {
            for (at, target) in mapping.targets.iter().enumerate() {
                let Some(target) = *target else { continue };
                let header = &mapping.headers[at];
                // Columns of lists come and go with what there is to export.
                let is_listed = matches!(
                    target,
                    Target::Item { .. } | Target::Address { .. } | Target::Label(_)
                );
                if !is_listed {
                    made.marks.push(header.clone());
                }
                let is_known = made.columns.iter().any(|(h, _)| is_header(header, &squash(h)));
                let is_plain = !matches!(
                    target,
                    Target::Address { .. } | Target::Label(_) | Target::Outcome(_)
                );
                if !is_known && is_plain && mapping.label_columns[at].is_none() {
                    made.columns.push((header.clone(), mapping.target_name(noun, target)));
                }
            }
        }
        made
    }

    /// The options that a kept mapping brings along; none for another name.
    ///
    /// # Errors
    /// The mapping can't be read.
    pub fn kept_options(name: &str, maps: Option<&Path>) -> Result<Vec<(String, Vec<String>)>> {
        let path = maps.map(|m| map_path(m, name)).filter(|p| is_map_name(name) && p.is_file());
        let read = path.map(|path| read_map(&path, name)).transpose()?.unwrap_or_default();
        Ok(read.into_iter().next().map(|p| p.options).unwrap_or_default())
    }

    fn put(&mut self, header: &str, field: &str) {
        self.columns.retain(|(h, _)| squash(h) != squash(header));
        self.columns.push((header.to_owned(), field.to_owned()));
    }

    /// Writes it into the folder of kept mappings.
    ///
    /// # Errors
    /// The folder or the file can't be written.
    pub fn keep(&self, maps: &Path) -> Result<PathBuf> {
        let path = map_path(maps, &self.name);
        let cannot = |why: std::io::Error| {
            Error::failed(format!("`{}` can't be written: {why}", path.display()))
        };
        std::fs::create_dir_all(maps).map_err(cannot)?;
        std::fs::write(&path, self.to_text()).map_err(cannot)?;
        Ok(path)
    }

    fn to_text(&self) -> String {
        let list = |texts: &[String]| {
            Item::Value(Value::Array(texts.iter().map(String::as_str).collect()))
        };
        let mut table = Table::new();
        table.insert("name", value(&self.name));
        table.insert("title", value(&self.title));
        if let Some(noun) = &self.noun {
            table.insert("noun", value(noun));
        }
        table.insert("marks", list(&self.marks));
        for (key, texts) in [("stand_ins", &self.stand_ins), ("blanks", &self.blanks)] {
            if !texts.is_empty() {
                table.insert(key, list(texts));
            }
        }
        let mut columns = Table::new();
        for (header, field) in &self.columns {
            columns.insert(header, value(field));
        }
        table.insert("columns", Item::Table(columns));
        let mut options = Table::new();
        for (name, values) in &self.options {
            options.insert(name, list(values));
        }
        if !options.is_empty() {
            table.insert("options", Item::Table(options));
        }
        let mut document = DocumentMut::new();
        let mut all = toml_edit::ArrayOfTables::new();
        all.push(table);
        document.insert("preset", Item::ArrayOfTables(all));
        format!(
            "# Kept by `rolo import --save-map {0}`, used by `--preset {0}`.\n{document}",
            self.name
        )
    }
}

/// Refuses a name that no mapping can be kept under.
///
/// # Errors
/// It is a preset's of rolo, or can't be the name of a file.
pub fn check_map_name(name: &str) -> Result<()> {
    if !is_map_name(name) {
        return Err(Error::usage(format!("`{name}` can't name a mapping"))
            .hint("letters, digits, `-` and `_`, such as `--save-map crm-export`"));
    }
    if presets().iter().any(|p| p.name == name) {
        return Err(Error::usage(format!("`{name}` is a preset of rolo"))
            .hint(format!("choose another name, such as `--save-map my-{name}`")));
    }
    Ok(())
}

/// Refuses a text that is no kept mapping.
///
/// # Errors
/// What is wrong with it.
pub fn check_map_text(text: &str) -> Result<()> {
    let wrong = |why: &dyn std::fmt::Display| {
        Error::invalid(format!("that is no mapping: {why}"))
            .hint("`rolo help import` says what a mapping holds")
    };
    match parse(text) {
        Ok(read) if read.len() == 1 => Ok(()),
        Ok(_) => Err(wrong(&"it has more than one `[[preset]]`")),
        Err(why) => Err(wrong(&why)),
    }
}

/// The file of a kept mapping.
///
/// # Errors
/// There is none of that name.
pub fn map_file(name: &str, maps: Option<&Path>) -> Result<PathBuf> {
    let path = maps.map(|m| map_path(m, name)).filter(|p| is_map_name(name) && p.is_file());
    path.ok_or_else(|| {
        let kept = kept(maps).unwrap_or_default();
        let known: Vec<&str> = kept.iter().map(|p| p.name.as_str()).collect();
        let near = nearest(name, known.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Error::not_found(format!("no mapping `{name}` is kept")).hint(format!(
            "{near}kept: {}",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        ))
    })
}

fn is_map_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.len() <= 80 && name.chars().all(is_plain)
}

/// The mappings that a user has kept.
///
/// # Errors
/// One can't be read.
pub fn kept(maps: Option<&Path>) -> Result<Vec<Preset>> {
    let Some(folder) = maps.and_then(|m| std::fs::read_dir(m).ok()) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for path in folder.filter_map(|entry| Some(entry.ok()?.path())) {
        if let (Some("toml"), Some(name)) =
            (path.extension().and_then(|e| e.to_str()), path.file_stem().and_then(|n| n.to_str()))
        {
            all.extend(read_map(&path, name)?);
        }
    }
    all.sort_by(|a: &Preset, b| a.name.cmp(&b.name));
    Ok(all)
}

fn map_path(maps: &Path, name: &str) -> PathBuf {
    maps.join(format!("{name}.toml"))
}

fn read_map(path: &Path, name: &str) -> Result<Vec<Preset>> {
    let wrong = |why: &dyn std::fmt::Display| {
        Error::invalid(format!("`{}` can't be read: {why}", path.display()))
            .hint("write it anew with `--save-map`, or mend it")
    };
    let text = std::fs::read_to_string(path).map_err(|why| wrong(&why))?;
    let mut read = parse(&text).map_err(|why| wrong(&why))?;
    for preset in &mut read {
        name.clone_into(&mut preset.name);
        preset.seen = Some("kept with --save-map".to_owned());
    }
    Ok(read)
}

fn unknown(name: &str, maps: Option<&Path>) -> Error {
    let kept = kept(maps).unwrap_or_default();
    let mut known: Vec<&str> = presets()
        .iter()
        .map(|p| p.name.as_str())
        .chain(kept.iter().map(|p| p.name.as_str()))
        .collect();
    known.dedup();
    let near = nearest(name, known.iter().copied())
        .map_or(String::new(), |n| format!("did you mean `{n}`? "));
    Error::usage(format!("there is no preset `{name}`"))
        .hint(format!("{near}presets: {}", known.join(", ")))
}

/// The presets of a file of them.
fn parse(text: &str) -> std::result::Result<Vec<Preset>, String> {
    let document: DocumentMut =
        text.parse().map_err(|why: toml_edit::TomlError| why.to_string())?;
    let Some(tables) = document.get("preset").and_then(Item::as_array_of_tables) else {
        return Err("it has no `[[preset]]`".to_owned());
    };
    tables.iter().map(parse_one).collect()
}

fn parse_one(table: &Table) -> std::result::Result<Preset, String> {
    let text = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let list = |key: &str| -> Vec<String> {
        let array = table.get(key).and_then(Item::as_array);
        array.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let columns = table.get("columns").and_then(Item::as_table_like);
    let columns = columns.map_or(Vec::new(), |t| {
        t.iter().filter_map(|(k, v)| Some((k.to_owned(), v.as_str()?.to_owned()))).collect()
    });
    let texts = |item: &Item| -> Vec<String> {
        let array = item.as_array().into_iter().flatten().filter_map(Value::as_str);
        item.as_str().into_iter().chain(array).map(str::to_owned).collect()
    };
    let options = table.get("options").and_then(Item::as_table_like);
    let options =
        options.map_or(Vec::new(), |t| t.iter().map(|(k, v)| (k.to_owned(), texts(v))).collect());
    Ok(Preset {
        options,
        name: text("name").ok_or("a preset has no `name`")?,
        title: text("title").unwrap_or_default(),
        noun: text("noun"),
        marks: list("marks"),
        seen: text("seen"),
        columns,
        stand_ins: list("stand_ins"),
        blanks: list("blanks"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::Reading;
    use crate::model::model;

    #[test]
    fn every_preset_is_sound() {
        let model = model();
        assert!(presets().len() > 30);
        for preset in presets() {
            assert!(!preset.marks.is_empty() && !preset.title.is_empty(), "{preset:?}");
            let nouns: Vec<&Noun> = match &preset.noun {
                Some(noun) => vec![model.noun(noun).expect(noun)],
                None => continue,
            };
            let mut headers: Vec<String> = preset.columns.iter().map(|(h, _)| h.clone()).collect();
            headers.extend(preset.marks.iter().cloned());
            headers.sort_by_key(|h| squash(h));
            headers.dedup_by_key(|h| squash(h));
            let reading = Reading { preset: preset.columns.clone(), ..Reading::default() };
            let mapping = Mapping::read(nouns[0], &headers, &reading)
                .unwrap_or_else(|why| panic!("{}: {why:?}", preset.title));
            assert!(
                mapping.targets.iter().flatten().count() > 1 || preset.columns.is_empty(),
                "{preset:?}"
            );
        }
    }

    #[test]
    fn a_preset_that_does_not_fit_says_what_is_missing_and_what_would_fit() {
        let headers: Vec<String> = ["Given Name", "Family Name", "Yomi Name", "Group Membership"]
            .map(str::to_owned)
            .into();
        let why = Preset::named("outlook", None, &headers, None).expect_err("no fit");
        assert_eq!(why.kind.code(), 4);
        assert!(why.message.contains("`E-mail Address`"), "{}", why.message);
        assert!(why.hint.is_some_and(|h| h.contains("--preset google-contacts-old")));
        let why = Preset::named("outlok", None, &headers, None).expect_err("no preset");
        assert_eq!(why.kind.code(), 2);
        assert!(why.hint.is_some_and(|h| h.contains("did you mean `outlook`?")));
    }

    #[test]
    fn what_is_kept_reads_back_the_same() {
        let preset = Preset {
            options: vec![("empty".into(), vec!["leer".into(), "-".into()])],
            name: "mine".into(),
            title: "a mapping of your own".into(),
            noun: Some("contact".into()),
            marks: vec!["Имя \"x\"".into()],
            seen: Some("kept with --save-map".into()),
            columns: vec![("Имя \"x\"".into(), "name".into()), ("a.b = c".into(), String::new())],
            stand_ins: vec!["b".into()],
            blanks: Vec::new(),
        };
        let folder = tempfile::tempdir().expect("a folder");
        preset.keep(folder.path()).expect("it is written");
        assert_eq!(kept(Some(folder.path())).expect("it is read"), [preset]);
    }
}
