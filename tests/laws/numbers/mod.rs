//! Each number of the funnel, recomputed from the exported records in another way, over random
//! histories: now, and as of moments whose records were exported when they came.

mod ahead;
mod board;
mod carried;
mod every;
mod history;
mod outcomes;
mod puts_off;
mod records;
mod split;
mod ways;
mod what_if;

use chrono::Duration;

use history::History;
use records::Records;

/// Compares a number at a moment with what the records of that moment tell.
type Check = fn(&History, chrono::DateTime<chrono::Utc>, &Records);

const CHECKS: &[Check] = &[
    board::agrees,
    ahead::pipeline_agrees,
    ahead::forecast_agrees,
    ahead::winrate_agrees,
    ahead::range_agrees,
    ways::funnel_agrees,
    ways::cycle_agrees,
    ways::stages_agree,
    outcomes::winloss_agrees,
    outcomes::velocity_agrees,
    outcomes::euros_agree,
    outcomes::yen_agree,
    outcomes::stuck_agrees,
    puts_off::slippage_agrees,
    puts_off::accuracy_agrees,
    what_if::what_if_agrees,
];

fn all_agree(seed: u64) {
    let history = History::random(seed, 120);
    let now = Records::of(&history, history.now);
    assert!(now.deals.len() > 12 && history.seen.len() > 2, "too little happened");
    for (nth, check) in CHECKS.iter().enumerate() {
        check(&history, history.now, &now);
        // What was seen then is what the past shows later.
        let count = history.seen.len();
        for (_, then) in [&history.seen[nth % count], &history.seen[(nth + 1) % count]] {
            check(&history, history.now + Duration::days(3), then);
        }
    }
    every::holds_together(&history);
}

#[test]
fn numbers_are_what_the_exported_records_add_up_to() {
    all_agree(1);
}

#[test]
fn numbers_are_what_other_records_add_up_to() {
    all_agree(2);
}

#[test]
fn numbers_are_what_still_others_add_up_to() {
    all_agree(3);
}
