//! The board, by hand.

use chrono::{DateTime, Utc};

use super::history::{History, stamp};
use super::records::{Records, add_up, sums_of};

/// The board says what the records add up to; its stages together are all deals.
pub(super) fn agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    let board = h.json(now, &["deal", "board", "--as-of", &at]);
    let rows = board.as_array().expect("stages");
    assert_eq!(rows.len(), there.stages.len());
    for row in rows {
        let (pipeline, name) = (row["pipeline"].as_str(), row["stage"].as_str());
        let of = |d: &&super::records::Deal| {
            (Some(d.stage.pipeline.as_str()), Some(d.stage.name.as_str())) == (pipeline, name)
        };
        let deals: Vec<_> = there.deals.iter().filter(of).collect();
        assert_eq!(row["count"], deals.len(), "{at} {row}");
        let sums = add_up(deals.iter().filter_map(|d| d.amount.clone()));
        assert_eq!(sums_of(&row["sums"]), sums, "{at} {row}");
        let weighted = add_up(deals.iter().filter_map(|d| d.weighs()));
        assert_eq!(sums_of(&row["weighted"]), weighted, "{at} {row}");
        let stale = deals.iter().filter(|d| d.is_stale(there.now)).count();
        assert_eq!(row["stale"], stale, "{at} {row}");
    }
    let whole: u64 = rows.iter().filter_map(|r| r["count"].as_u64()).sum();
    assert_eq!(whole, there.deals.len() as u64, "{at}");
}
