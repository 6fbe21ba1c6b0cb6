//! The manual pages and the help that stand in the project are those that the program makes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::World;

fn pages(folder: &Path) -> BTreeMap<String, String> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = std::fs::read_to_string(entry.path()).expect("a page");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

#[test]
fn the_manual_pages_in_man_are_those_that_the_program_makes() {
    let world = World::new();
    world.ok(&["man", "--dir", "made"]);
    let made = pages(&world.path("made"));
    let kept = pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("man"));
    let mut stale: Vec<&str> = made
        .iter()
        .filter(|(name, text)| kept.get(*name) != Some(text))
        .map(|(n, _)| n.as_str())
        .collect();
    stale.extend(kept.keys().filter(|name| !made.contains_key(*name)).map(String::as_str));
    assert!(
        stale.is_empty(),
        "man/ is not what the program makes: {}\nto make it again: rm man/* && cargo run -- man --dir man",
        stale.join(", ")
    );
    assert!(made.len() > 40, "{}", made.len());
}

#[test]
fn neither_help_nor_manual_names_what_does_not_exist_yet() {
    let world = World::new();
    world.ok(&["man", "--dir", "made"]);
    let mut texts: Vec<String> = pages(&world.path("made")).into_values().collect();
    texts.push(world.ok(&["--help"]));
    texts.push(world.ok(&["contact", "--help"]));
    texts.push(world.ok(&["contact", "import", "--help"]));
    for text in texts {
        for verb in ["report", "tick", "schedule", "rule", "serve"] {
            for form in
                [format!("rolo {verb} "), format!("rolo contact {verb}"), format!("\n  {verb}  ")]
            {
                assert!(!text.contains(&form), "`{form}` in\n{text}");
            }
        }
        for format in ["xlsx", "vcard", "ical"] {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            assert!(!words.any(|word| word == format), "`{format}` in\n{text}");
        }
    }
}
