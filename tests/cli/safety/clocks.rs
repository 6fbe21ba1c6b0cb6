//! Clocks that go back, days with a hole or a fold, zones, and the year 2038.

use super::ann;
use crate::harness::World;

fn at<'a>(now: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    [&["--now", now], args].concat()
}

#[test]
fn an_edit_after_the_clock_was_set_back_still_counts_and_is_the_first_to_be_taken_back() {
    let w = ann();
    w.ok(&at("2026-11-22T12:00:00Z", &["contact", "edit", "1", "--city", "Sofia"]));
    w.ok(&at("2025-01-01T00:00:00Z", &["contact", "edit", "1", "--city", "Varna"]));
    let city = || w.json(&["contact", "show", "1", "-o", "json"])["city"].clone();
    assert_eq!(city(), "Varna");
    let changes = w.json(&["changes", "-o", "json"]);
    let ids: Vec<i64> = changes
        .as_array()
        .expect("changes")
        .iter()
        .map(|c| c["change"].as_i64().expect("an id"))
        .collect();
    assert!(ids.windows(2).all(|p| p[0] > p[1]), "{ids:?}");
    w.ok(&at("2024-01-01T00:00:00Z", &["undo"]));
    assert_eq!(city(), "Sofia");
    w.ok(&at("2023-01-01T00:00:00Z", &["undo"]));
    assert!(city().is_null());
    w.ok(&["redo"]);
    assert_eq!(city(), "Sofia");
}

#[test]
fn uids_stay_different_when_the_clock_stands_still_or_goes_back() {
    let w = World::new();
    for now in [
        "2026-11-22T09:00:00Z",
        "2026-11-22T09:00:00Z",
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00Z",
    ] {
        w.ok(&at(now, &["contact", "add", "Ann", "--set", &format!("title={now}")]));
    }
    let list = w.json(&["contact", "list", "-o", "json"]);
    let uids: std::collections::BTreeSet<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| c["uid"].as_str().expect("a uid"))
        .collect();
    assert_eq!(uids.len(), 4);
}

/// The due of a new task, typed in a zone, as it is kept.
fn due(zone: &str, text: &str) -> String {
    let w = World::new();
    let add = w
        .command()
        .env("TZ", zone)
        .args(["task", "add", "Call", "--due", text])
        .output()
        .expect("a run");
    assert!(add.status.success(), "{zone} {text} {}", String::from_utf8_lossy(&add.stderr));
    w.json(&["task", "show", "1", "-o", "json"])["due"].as_str().expect("a due").to_owned()
}

#[test]
fn a_day_is_the_same_day_in_every_zone_and_an_hour_is_an_instant() {
    for (zone, instant) in [
        ("UTC", "2026-12-01T09:00:00Z"),
        ("Europe/Moscow", "2026-12-01T06:00:00Z"),
        ("Europe/Sofia", "2026-12-01T07:00:00Z"),
        ("Pacific/Auckland", "2026-11-30T20:00:00Z"),
        ("Asia/Kathmandu", "2026-12-01T03:15:00Z"),
    ] {
        assert_eq!(due(zone, "2026-12-01"), "2026-12-01", "{zone}");
        assert_eq!(due(zone, "2026-12-01 09:00"), instant, "{zone}");
    }
}

#[test]
fn hours_that_a_change_of_clocks_leaves_out_or_repeats_are_taken_sensibly() {
    // 03:00 becomes 04:00: half past three is half an hour after the jump.
    assert_eq!(due("Europe/Sofia", "2027-03-28 03:30"), "2027-03-28T01:30:00Z");
    // 04:00 becomes 03:00: the first half past three.
    assert_eq!(due("Europe/Sofia", "2026-10-25 03:30"), "2026-10-25T00:30:00Z");
    assert_eq!(due("Europe/Sofia", "2026-10-25 04:30"), "2026-10-25T02:30:00Z");
}

#[test]
fn a_recurring_task_keeps_its_wall_time_over_a_change_of_clocks() {
    for (zone, first, next) in [
        ("Europe/Sofia", "2026-10-24 09:00", "2026-10-25 09:00"),
        ("Europe/Sofia", "2027-03-27 09:00", "2027-03-28 09:00"),
        ("Pacific/Auckland", "2026-09-26 09:00", "2026-09-27 09:00"),
        ("Europe/Moscow", "2026-10-24 09:00", "2026-10-25 09:00"),
    ] {
        let w = World::new();
        let run = |args: &[&str]| {
            let now = format!("{}T00:00:00Z", &first[..10]);
            let out = w
                .command()
                .env("TZ", zone)
                .env("ROLO_NOW", now)
                .args(args)
                .output()
                .expect("a run");
            assert!(out.status.success(), "{args:?} {}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8_lossy(&out.stdout).into_owned()
        };
        run(&["task", "add", "Call", "--due", first, "--repeat", "FREQ=DAILY"]);
        run(&["task", "done", "1"]);
        assert_eq!(run(&["task", "list", "is:open", "--count"]), "1\n");
        let shown = run(&["task", "show", "2"]);
        assert!(shown.contains(next), "{zone}: {shown}");
    }
}

#[test]
fn the_years_after_2038_are_years_like_others() {
    assert_eq!(due("UTC", "2040-02-29"), "2040-02-29");
    assert_eq!(due("UTC", "2038-01-19T03:14:08Z"), "2038-01-19T03:14:08Z");
    let w = World::new();
    w.ok(&at("2106-02-07T06:28:17Z", &["task", "add", "Late", "--due", "+1d"]));
    let task = w.json(&["task", "show", "1", "-o", "json"]);
    assert_eq!(
        (task["due"].as_str(), task["created"].as_str()),
        (Some("2106-02-08"), Some("2106-02-07T06:28:17Z"))
    );
}
