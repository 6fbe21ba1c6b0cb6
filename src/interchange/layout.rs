//! What the rows of a file are: records of one noun, or of several side by side (`Deal - Title`,
//! `Person - Name`); and which noun, where nobody says it.

use std::path::Path;

use super::guess::Rank;
use super::lexicon::{lexicon, squash};
use super::mapping::{Mapping, Reading, Target};
use super::preset::Preset;
use crate::entity::{Kind, Model, Noun};
use crate::error::{Error, Result};

/// The columns of one noun.
#[derive(Debug, Clone)]
pub struct Section {
    pub noun: &'static str,
    /// The word of the headers: `Person`; empty where there is none.
    pub word: String,
    names: Option<Vec<Option<String>>>,
    fixed: Vec<(&'static str, &'static str)>,
}

/// What the rows of a file are.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// One, or several in the order in which they are made.
    pub sections: Vec<Section>,
    pub preset: Option<Preset>,
    /// The preset was recognised, not asked for.
    pub recognised: bool,
}

/// What is known of a file before its rows are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    pub noun: Option<&'a str>,
    pub preset: Option<&'a str>,
    /// The folder of kept mappings.
    pub maps: Option<&'a Path>,
    /// The file's name, which may tell the noun.
    pub file: &'a str,
    /// `HEADER=FIELD` of `--map`.
    pub said: &'a [String],
}

impl Layout {
    /// The layout of a file with these headers.
    ///
    /// # Errors
    /// The preset isn't there or doesn't fit; the noun can't be told.
    pub fn of(model: &Model, headers: &[String], asked: Asked) -> Result<Self> {
        let (preset, recognised) = match asked.preset {
            Some(name) => (Some(Preset::named(name, asked.maps, headers, asked.noun)?), false),
            None => (Preset::recognised(headers, asked.noun).cloned(), true),
        };
        let mut made = Self { sections: Vec::new(), preset, recognised };
        made.sections = sections(model, headers, asked)?;
        if made.sections.is_empty() {
            let by_preset = made.preset.as_ref().and_then(|p| p.noun.as_deref());
            let noun = match asked.noun.or(by_preset) {
                Some(noun) => model.noun(noun)?,
                None => guess(model, headers, &made, asked)?,
            };
            made.sections.push(Section::whole(noun));
        }
        Ok(made)
    }

    /// Whether a row makes records of several nouns.
    #[must_use]
    pub fn is_several(&self) -> bool {
        self.sections.len() > 1
    }

    /// What is known of the columns of a section.
    #[must_use]
    pub fn reading(&self, section: &Section, said: &[String]) -> Reading {
        let preset = self.preset.as_ref();
        let is_main = |p: &&Preset| !self.is_several() || p.noun.as_deref() == Some(section.noun);
        Reading {
            said: said.to_vec(),
            preset: preset.map_or(Vec::new(), |p| p.columns.clone()),
            names: section.names.clone(),
            stand_ins: preset.filter(is_main).map_or(Vec::new(), |p| p.stand_ins.clone()),
            fixed: section.fixed.clone(),
            blanks: preset.map_or(Vec::new(), |p| p.blanks.clone()),
        }
    }

    /// The meaning of the columns for a section.
    ///
    /// # Errors
    /// As [`Mapping::new`].
    pub fn mapping(
        &self,
        section: &Section,
        noun: &Noun,
        headers: &[String],
        said: &[String],
    ) -> Result<Mapping> {
        Mapping::read(noun, headers, &self.reading(section, said))
    }
}

impl Section {
    /// All columns are of one noun.
    #[must_use]
    pub fn whole(noun: &Noun) -> Self {
        Self { noun: noun.name(), word: String::new(), names: None, fixed: Vec::new() }
    }
}

/// A header with a noun in front of it, as (the word, the noun, the rest).
fn prefixed(header: &str) -> Option<(&str, &'static str, &str)> {
    [" - ", " – ", " — ", ": "].iter().find_map(|between| {
        let (word, rest) = header.split_once(between)?;
        let (word, rest) = (word.trim(), rest.trim());
        // `Person - Person created`
        let again = rest.get(..word.len()).filter(|front| front.eq_ignore_ascii_case(word));
        let behind = again.map(|_| &rest[word.len()..]).filter(|r| r.starts_with(' '));
        Some((word, lexicon().noun(word)?, behind.unwrap_or(rest).trim()))
    })
}

/// The sections of a file whose headers name their nouns; none where they don't.
fn sections(model: &Model, headers: &[String], asked: Asked) -> Result<Vec<Section>> {
    let found: Vec<_> = headers.iter().map(|h| prefixed(h)).collect();
    let count = found.iter().flatten().count();
    let filled = headers.iter().filter(|h| !h.trim().is_empty()).count();
    if count * 2 <= filled {
        return Ok(Vec::new());
    }
    let mut sections: Vec<Section> = Vec::new();
    for (at, piece) in found.iter().enumerate() {
        let Some((word, noun, rest)) = *piece else { continue };
        let section = sections.iter().position(|s| s.noun == noun).unwrap_or_else(|| {
            let names = Some(vec![None; headers.len()]);
            sections.push(Section { noun, word: word.to_owned(), names, fixed: Vec::new() });
            sections.len() - 1
        });
        if let Some(names) = &mut sections[section].names {
            names[at] = Some(rest.to_owned());
        }
    }
    for section in &mut sections {
        settle_activity(model, section, headers)?;
        settle_label(model, section, headers)?;
    }
    for at in 0..sections.len() {
        lend_label(model, &mut sections, at, headers)?;
    }
    if let Some(noun) = asked.noun
        && !sections.iter().any(|s| s.noun == noun)
    {
        let nouns: Vec<&str> = sections.iter().map(|s| s.noun).collect();
        return Err(Error::invalid(format!(
            "the columns of the file are of other nouns than {noun}: {}",
            nouns.join(", ")
        ))
        .hint("`rolo import FILE` takes them all in"));
    }
    // Columns without a word are of the noun that was asked for, else of the first.
    let main = sections.iter().position(|s| Some(s.noun) == asked.noun).unwrap_or(0);
    for (at, header) in headers.iter().enumerate().filter(|(at, _)| found[*at].is_none()) {
        if let Some(names) = &mut sections[main].names {
            names[at] = Some(header.clone());
        }
    }
    // What others lead to comes first; so are entities ordered.
    sections.sort_by_key(|s| (model.position(s.noun), !s.fixed.is_empty()));
    Ok(sections)
}

/// What other programs call an activity is a task where it has a day when it is due; a note is an
/// activity that happened.
fn settle_activity(model: &Model, section: &mut Section, headers: &[String]) -> Result<()> {
    let of = |noun: &str, field: &str, section: &Section| -> Result<bool> {
        let noun = model.noun(noun)?;
        let reading = Reading { names: section.names.clone(), ..Reading::default() };
        let mapping = Mapping::read(noun, headers, &reading);
        Ok(mapping.is_ok_and(|m| noun.index(field).is_some_and(|f| m.fills(f))))
    };
    if section.noun == "note" {
        section.noun = "activity";
        section.fixed.push(("kind", "note"));
    } else if section.noun == "activity" {
        if of("task", "due", section)? && !of("activity", "at", section)? {
            section.noun = "task";
        } else if !of("activity", "kind", section)? {
            section.fixed.push(("kind", "note"));
        }
    }
    Ok(())
}

/// `Lead - Title` is what the lead is called, where no other column of it says that.
fn settle_label(model: &Model, section: &mut Section, headers: &[String]) -> Result<()> {
    let noun = model.noun(section.noun)?;
    let label = noun.entity.label();
    let reading = Reading { names: section.names.clone(), ..Reading::default() };
    let is_there = Mapping::read(noun, headers, &reading)
        .is_ok_and(|m| m.fills(noun.label_index()) || !m.missing(noun).contains(&label.name));
    let names = section.names.iter_mut().flatten();
    if let (false, Some(title)) = (is_there, names.flatten().find(|n| squash(n) == "title")) {
        label.name.clone_into(title);
    }
    Ok(())
}

/// Where no column says what the records of a section are called, the column of another one does that
/// leads to them: `Deal - Contact person` beside `Person - Email`.
fn lend_label(
    model: &Model,
    sections: &mut [Section],
    at: usize,
    headers: &[String],
) -> Result<()> {
    let noun = model.noun(sections[at].noun)?;
    let label = noun.entity.label().name;
    let read = |section: &Section, noun: &Noun| {
        let reading = Reading { names: section.names.clone(), ..Reading::default() };
        Mapping::read(noun, headers, &reading)
    };
    if !read(&sections[at], noun).is_ok_and(|m| m.missing(noun).contains(&label)) {
        return Ok(());
    }
    let mut found = None;
    for (other, section) in sections.iter().enumerate().filter(|(other, _)| *other != at) {
        let theirs = model.noun(section.noun)?;
        let Ok(mapping) = read(section, theirs) else { continue };
        let column = (0..headers.len()).find_map(|column| {
            let name = section.names.as_ref()?[column].as_deref()?;
            let field = match mapping.targets[column] {
                Some(Target::Value(field)) => Some(theirs.fields[field]),
                _ => None,
            };
            let leads = field.is_some_and(|f| {
                f.name == noun.name() && matches!(f.kind, Kind::Link(t) if t.allows(noun.name()))
            });
            // A lead keeps as text what it could be linked to.
            let says = field.is_some_and(|f| f.name == format!("{}_name", noun.name()))
                || mapping.targets[column].is_none() && is_called(noun.name(), label, name);
            (leads || says).then_some((column, leads))
        });
        found = found.or(column.map(|(column, leads)| (other, column, leads)));
    }
    let Some((other, column, leads)) = found else { return Ok(()) };
    if let (true, Some(names)) = (leads, &mut sections[other].names) {
        names[column] = None;
    }
    if let Some(names) = &mut sections[at].names {
        names[column] = Some(label.to_owned());
    }
    Ok(())
}

/// Whether a header is a usual one for what the records of a noun are called.
fn is_called(noun: &str, label: &str, header: &str) -> bool {
    let header = squash(header);
    let words = lexicon().fields.iter().filter(|w| w.noun == Some(noun) && w.field == label);
    words.into_iter().any(|w| w.word == header)
}

/// Nouns that a file is of only if something says so: else a person is a contact, and what has to
/// be done is a task.
const RARER: [&str; 2] = ["lead", "ticket"];

/// How well a noun fits a file.
struct Fit<'m> {
    noun: &'m Noun,
    score: f64,
    hinted: bool,
    exact: bool,
}

/// The noun of a file, from its headers and its name.
///
/// # Errors
/// None fits, or several do.
fn guess<'m>(
    model: &'m Model,
    headers: &[String],
    layout: &Layout,
    asked: Asked,
) -> Result<&'m Noun> {
    let mut fits = fits(model, headers, layout, asked);
    fits.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = fits.first().map_or(0.0, |f| f.score);
    if let Some(hinted) = fits.iter().find(|f| f.hinted && f.score * 2.0 >= best) {
        return Ok(hinted.noun);
    }
    match &fits[..] {
        [only] if only.score > 0.0 => Ok(only.noun),
        [first, second, ..] if first.exact || first.score >= second.score + 0.5 => Ok(first.noun),
        [] => Err(Error::usage("the columns fit no noun").hint(
            "name it: `rolo contact import FILE`, with `--map 'HEADER=FIELD'` for columns that rolo doesn't know",
        )),
        all => {
            let close = all.iter().filter(|f| f.score * 2.0 > best);
            let names: Vec<&str> = close.take(5).map(|f| f.noun.name()).collect();
            let commands: Vec<String> =
                names.iter().map(|n| format!("`rolo {n} import FILE`")).collect();
            Err(Error::usage(format!("the rows could be of several nouns: {}", names.join(", ")))
                .hint(format!("say which: {}", commands.join(", "))))
        }
    }
}

/// The nouns that a file could hold. A column tells the more the fewer nouns have a field for it.
fn fits<'m>(model: &'m Model, headers: &[String], layout: &Layout, asked: Asked) -> Vec<Fit<'m>> {
    let mut mapped: Vec<(&Noun, Mapping)> = Vec::new();
    for noun in &model.nouns {
        let section = Section::whole(noun);
        let Ok(mapping) = layout.mapping(&section, noun, headers, asked.said) else { continue };
        // A file of rolo's own is of the noun that knows all its columns.
        if mapping.exact && !mapping.leftover.is_empty() || !mapping.exact && noun.entity.setup {
            continue;
        }
        mapped.push((noun, mapping));
    }
    let tells = |mapping: &Mapping, at: usize| {
        mapping.targets[at].is_some() && mapping.ranks[at] != Some(Rank::Weak)
    };
    let shares: Vec<f64> = (0..headers.len())
        .map(|at| mapped.iter().filter(|(_, m)| tells(m, at)).count())
        .map(|count| 1.0 / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX)))
        .collect();
    let hints = file_hints(model, asked.file);
    let fit = |(noun, mapping): &(&'m Noun, Mapping)| {
        if !mapping.missing(noun).is_empty() {
            return None;
        }
        let of_columns: f64 =
            (0..headers.len()).filter(|at| tells(mapping, *at)).map(|at| shares[at]).sum();
        let hinted = hints.contains(&noun.name());
        let doubt = if RARER.contains(&noun.name()) && !hinted { 0.6 } else { 0.0 };
        let whole = links_by_name(noun, mapping);
        Some(Fit { noun, score: of_columns - doubt + whole, hinted, exact: mapping.exact })
    };
    mapped.iter().filter_map(fit).collect()
}

/// A row that names another record beside its own label is of the noun that has the link.
fn links_by_name(noun: &Noun, mapping: &Mapping) -> f64 {
    let is_link = |t: &Target| match t {
        Target::Value(f) => {
            matches!(noun.fields[*f].kind, Kind::Link(_)) && noun.fields[*f].name != "owner"
        }
        _ => false,
    };
    let count = mapping.targets.iter().flatten().filter(|t| is_link(t)).count();
    if count > 0 { 0.25 } else { 0.0 }
}

/// The nouns that the words of a file's name mean: `Lead_Data.csv`, `accountData.csv`.
fn file_hints(model: &Model, file: &str) -> Vec<&'static str> {
    let stem =
        Path::new(file).file_stem().map_or(String::new(), |s| s.to_string_lossy().into_owned());
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in stem.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && last.is_lowercase() || words.is_empty() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.push(c);
        }
        last = c;
    }
    let noun = |word: &String| {
        let word = squash(word);
        let singular = word.strip_suffix('s').unwrap_or(&word).to_owned();
        let typed = model.typed(&word).map(Noun::name);
        typed.or_else(|| lexicon().noun(&word)).or_else(|| lexicon().noun(&singular))
    };
    words.iter().filter(|w| !w.is_empty()).filter_map(noun).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;

    fn layout(headers: &str, noun: Option<&str>, file: &str) -> Result<Vec<&'static str>> {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        let asked = Asked { noun, file, ..Asked::default() };
        Layout::of(&model(), &headers, asked).map(|l| l.sections.iter().map(|s| s.noun).collect())
    }

    #[test]
    fn the_noun_of_a_file_is_told_by_its_columns_and_its_name() {
        for (headers, file, noun) in [
            ("Name,Amount,Stage,Close Date", "-", "deal"),
            ("ID,NAME,STAGENAME,AMOUNT,CLOSEDATE,LEADSOURCE", "x.csv", "deal"),
            ("First Name,Last Name,Email,Company,Job Title", "x.csv", "contact"),
            ("Имя,Фамилия,Телефон,Организация", "x.csv", "contact"),
            ("Name,Website,Industry,Employees", "x.csv", "company"),
            (
                "City,Company,Country,Email,FirstName,Industry,LastName,Status,Street,Title",
                "-",
                "lead",
            ),
            ("Title,Due date,Priority", "-", "task"),
            ("Subject,Start,End,Location", "-", "event"),
            ("SKU,Name,Price", "-", "product"),
            ("Name,Email,Phone", "Contacts 2024.csv", "contact"),
            ("Name,Email,Phone", "Lead_Data.csv", "lead"),
            ("Name,Phone,City", "accountData.csv", "company"),
            ("uid,name,amount,amount_currency,stage", "-", "deal"),
            ("Deal - ID,Deal - Title,Deal - Value,Deal - Stage", "-", "deal"),
        ] {
            assert_eq!(layout(headers, None, file).expect(headers), [noun], "{headers}");
        }
    }

    #[test]
    fn where_it_is_unsure_the_candidates_are_named() {
        let why = layout("Name,Email,Phone", None, "x.csv").expect_err("unsure");
        assert_eq!(why.kind.code(), 2);
        assert!(
            why.message.contains("contact") && why.message.contains("company"),
            "{}",
            why.message
        );
        assert!(why.hint.is_some_and(|h| h.contains("`rolo contact import FILE`")));
        let why = layout("foo,bar", None, "x.csv").expect_err("nothing");
        assert_eq!(why.kind.code(), 2);
    }

    #[test]
    fn headers_that_name_their_nouns_make_a_section_each() {
        let headers = "Person - Name*,Person - Email (Work),Organization - Name*,Deal - Title,Activity - Subject*,Activity - Due date,Note - Content*";
        let nouns = ["company", "contact", "deal", "task", "activity"];
        assert_eq!(layout(headers, None, "-").expect("sections"), nouns);
        assert_eq!(layout(headers, Some("deal"), "-").expect("sections"), nouns);
        assert_eq!(layout(headers, Some("ticket"), "-").expect_err("no ticket").kind.code(), 4);
        assert_eq!(layout("Name,Company - City", Some("contact"), "-").expect("one"), ["contact"]);
    }
}
