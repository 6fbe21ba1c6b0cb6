//! Funnel, sales cycle and time in stage, by hand.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::history::{History, stamp};
use super::records::{Deal, Records};
use super::split::{SPANS, groups, mean_days, percent, percentile_days, rows, span, within};

/// Whether a deal has entered a stage of its pipeline: it was there, or in a later one, or is won.
fn entered(deal: &Deal, stages: &[&str]) -> bool {
    let been: BTreeSet<&str> = deal.stays.iter().map(|(_, uid)| uid.as_str()).collect();
    deal.is("won") || stages.iter().any(|uid| been.contains(uid))
}

pub(super) fn funnel_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for period in SPANS {
        for cohort in ["", "month", "quarter"] {
            let mut args = vec!["deal", "funnel", "--as-of", &at];
            args.extend(span(period));
            if !cohort.is_empty() {
                args.extend(["--cohort", cohort]);
            }
            let answer = h.json(now, &args);
            let found = rows(&answer);
            let mut seen = 0;
            let made: Vec<&Deal> = there
                .deals
                .iter()
                .filter(|d| within(Some(d.created.date_naive()), period))
                .collect();
            let cohorts: BTreeSet<String> = made.iter().map(|d| cohort_of(d, cohort)).collect();
            for (name, pipeline) in
                cohorts.iter().flat_map(|c| ["Sales", "Other"].map(|p| (c.as_str(), p)))
            {
                let of = |d: &&&Deal| d.stage.pipeline == pipeline && cohort_of(d, cohort) == name;
                let deals: Vec<&Deal> = made.iter().filter(of).copied().collect();
                if deals.is_empty() && !name.is_empty() {
                    continue;
                }
                let stages = there.open_stages(pipeline);
                let uids: Vec<&str> = stages.iter().map(|s| s.uid.as_str()).collect();
                for (step, stage) in stages.iter().enumerate() {
                    let all: Vec<&&Deal> =
                        deals.iter().filter(|d| step == 0 || entered(d, &uids[step..])).collect();
                    let went_on = all.iter().filter(|d| entered(d, &uids[step + 1..])).count();
                    let kind = |kind| all.iter().filter(|d| d.is(kind)).count();
                    let key = [name, pipeline, &stage.name].join("/");
                    let row = found[key.trim_start_matches('/')];
                    seen += 1;
                    assert_eq!(row["entered"], all.len(), "{args:?} {row}");
                    assert_eq!(row["went_on"], went_on, "{args:?} {row}");
                    for ended in ["won", "lost", "open"] {
                        assert_eq!(row[ended], kind(ended), "{args:?} {row}");
                    }
                    let share = |part: usize| percent(part as i128, all.len() as i128);
                    assert_eq!(row["share"].to_string(), share(went_on), "{args:?} {row}");
                    assert_eq!(row["won_share"].to_string(), share(kind("won")), "{args:?} {row}");
                }
            }
            assert_eq!(seen, found.len(), "{args:?} {answer}");
        }
    }
}

fn cohort_of(deal: &Deal, cohort: &str) -> String {
    let month = deal.created.format("%Y-%m").to_string();
    match cohort {
        "month" => month,
        "quarter" => {
            let number: u32 = month[5..].parse().expect("a month");
            format!("{}-Q{}", &month[..4], number.div_ceil(3))
        }
        _ => String::new(),
    }
}

/// Seconds of the whole days from when a deal was made to when it was won.
pub(super) fn cycle(deal: &Deal) -> i64 {
    let won = deal.decided().expect("a day");
    let epoch = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    (epoch(won) - epoch(deal.created.date_naive())).max(0)
}

pub(super) fn cycle_agrees(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for (by, period) in [
        ("pipeline", SPANS[0]),
        ("owner", SPANS[1]),
        ("source", SPANS[2]),
        ("territory", SPANS[0]),
        ("partner", SPANS[0]),
        ("month", SPANS[1]),
        ("team", SPANS[0]),
    ] {
        let mut args = vec!["deal", "cycle", "--as-of", &at, "--by", by];
        args.extend(span(period));
        let answer = h.json(now, &args);
        let found = rows(&answer);
        let won = there.deals.iter().filter(|d| d.is("won") && within(d.decided(), period));
        let groups = groups(won, by, there);
        assert_eq!(found.len(), groups.len(), "{args:?} {answer}");
        for (key, deals) in groups {
            let days: Vec<i64> = deals.iter().map(|d| cycle(d)).collect();
            let row = found[&key];
            assert_eq!(row["count"], days.len(), "{args:?} {row}");
            assert_eq!(
                row["median_days"].to_string(),
                percentile_days(&days, 50),
                "{args:?} {row}"
            );
            assert_eq!(row["p90_days"].to_string(), percentile_days(&days, 90), "{args:?} {row}");
            assert_eq!(row["mean_days"].to_string(), mean_days(&days), "{args:?} {row}");
        }
    }
}

pub(super) fn stages_agree(h: &History, now: DateTime<Utc>, there: &Records) {
    let at = stamp(there.now);
    for period in SPANS {
        let args = [&["deal", "stages", "--as-of", &at][..], &span(period)].concat();
        let answer = h.json(now, &args);
        let found = rows(&answer);
        let mut seen = 0;
        for stage in there.stages.iter().filter(|s| s.kind == "open") {
            let (mut ended, mut open) = (Vec::new(), Vec::new());
            for deal in &there.deals {
                for (n, (entered, uid)) in deal.stays.iter().enumerate() {
                    if *uid != stage.uid {
                        continue;
                    }
                    match deal.stays.get(n + 1) {
                        Some((left, _)) if within(Some(left.date_naive()), period) => {
                            ended.push((*left - *entered).num_seconds());
                        }
                        Some(_) => {}
                        None => open.push((there.now - *entered).num_seconds()),
                    }
                }
            }
            let key = format!("{}/{}", stage.pipeline, stage.name);
            if ended.is_empty() && open.is_empty() {
                assert!(!found.contains_key(&key), "{key} {answer}");
                continue;
            }
            seen += 1;
            let row = found[&key];
            assert_eq!(
                (&row["ended"], &row["open"]),
                (&ended.len().into(), &open.len().into()),
                "{args:?} {row}"
            );
            assert_eq!(
                row["median_days"].to_string(),
                percentile_days(&ended, 50),
                "{args:?} {row}"
            );
            assert_eq!(row["p90_days"].to_string(), percentile_days(&ended, 90), "{args:?} {row}");
            assert_eq!(row["mean_days"].to_string(), mean_days(&ended), "{args:?} {row}");
            assert_eq!(
                row["open_median_days"].to_string(),
                percentile_days(&open, 50),
                "{args:?} {row}"
            );
            assert_eq!(
                row["open_longest_days"].to_string(),
                percentile_days(&open, 100),
                "{args:?} {row}"
            );
        }
        assert_eq!(seen, found.len(), "{args:?} {answer}");
    }
}
