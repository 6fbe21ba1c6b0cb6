//! What each key means where: the design's table, written out. Whoever changes the table of keys
//! changes this one too, knowingly.

use std::fmt::Write as _;

use crate::config::Config;
use crate::tui::keys::{BINDINGS, Keys, Meant, Place, Press};

/// A row a key, a column a place: the act, `.` for nothing, `text` where the letter is typed, `...`
/// where more keys follow.
const MEANT: &str = include_str!("keys.txt");

fn cell(keys: &Keys, place: Place, key: &str) -> String {
    let presses = Press::sequence(key).unwrap();
    match keys.find(place, &presses) {
        Meant::Act(act) => format!("{act:?}").replace(' ', ""),
        Meant::Begun => "...".into(),
        Meant::Nothing if place.types() && presses[0].is_text() => "text".into(),
        Meant::Nothing => ".".into(),
    }
}

#[test]
fn every_key_means_in_every_place_what_the_table_of_the_design_says() {
    let keys = Keys::new(&Config::default()).unwrap();
    let mut lines = MEANT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let places: Vec<&str> = lines.next().unwrap().split_whitespace().skip(1).collect();
    let own: Vec<String> = Place::ALL.iter().map(|place| format!("{place:?}")).collect();
    assert_eq!(places, own);
    let mut told = Vec::new();
    let mut wrong = String::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        // `g_b` is one press after the other.
        let key = words[0].replace('_', " ");
        let found: Vec<String> = Place::ALL.iter().map(|p| cell(&keys, *p, &key)).collect();
        if found != words[1..] {
            let _ = writeln!(wrong, "{line}\nis now:\n{} {}", words[0], found.join(" "));
        }
        told.push(key);
    }
    assert!(wrong.is_empty(), "{wrong}");
    let bound = BINDINGS.iter().flat_map(|binding| binding.keys);
    let untold: Vec<&&str> = bound.filter(|key| !told.contains(&(**key).to_owned())).collect();
    assert!(untold.is_empty(), "keys that the table doesn't tell: {untold:?}");
}

#[test]
fn a_key_of_screens_means_one_thing_on_all_of_them() {
    let keys = Keys::new(&Config::default()).unwrap();
    // What differs by place, with its reason: a report has neither tasks nor an order of rows.
    let differ = ["T", "P", "s"];
    for key in BINDINGS.iter().flat_map(|binding| binding.keys) {
        let presses = Press::sequence(key).unwrap();
        let mut acts: Vec<_> = Place::ALL
            .iter()
            .filter_map(|place| match keys.find(*place, &presses) {
                Meant::Act(act) => Some(act),
                _ => None,
            })
            .collect();
        acts.dedup();
        assert!(acts.len() == 1 || differ.contains(key), "`{key}` means {acts:?}");
    }
}
