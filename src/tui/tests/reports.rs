//! Reports.

use super::harness::filled;
use crate::tui::worker::perform;

#[test]
fn reports_are_read_beside_everything_else_and_stopped_by_a_key() {
    let mut bench = filled();
    bench.holds = true;
    bench.resize(100, 30).keys("6").sees("reading since 09:00, Esc stops");
    // The board loads meanwhile, and a change is made.
    bench.keys("1 L").sees("moved deal:1");
    bench.keys("6").sees("reading since");
    bench.keys("esc").sees("stopped: F5 reads again");
    assert!(bench.held.is_empty());
    bench.keys("f5");
    let work = bench.held.pop().unwrap();
    let said = perform(&mut bench.desk, work);
    bench.app.said(said);
    bench.sees("as of 09:00").sees("Open deals by stage");
    bench.keys("f5 esc").sees("stopped: these are of 09:00").sees("Open deals by stage");
}

#[test]
fn bars_of_reports_lead_to_the_records_behind() {
    let mut bench = filled();
    bench.resize(160, 40).keys("6 j enter").sees("Внедрение").sees("deals behind Open deals");
    assert!(!bench.screen().contains("Renewal"), "{}", bench.screen());
    bench.keys("y c");
    assert!(bench.copied.pop().unwrap().contains("--explain"));
    // A filter narrows what is behind, and goes away again.
    bench.keys("/").text("amount>70k").sees("Внедрение").keys("esc");
    bench.keys("esc esc T z").sees("weighted").keys("T z");
}

#[test]
fn charts_say_what_their_bars_are_of_and_tables_lose_no_figure() {
    let mut bench = filled();
    for currency in ["GBP", "JPY", "KZT", "CHF"] {
        let amount = format!("123456 {currency}");
        bench.add("deal", &[("name", currency), ("stage", "Qualified"), ("amount", &amount)]);
    }
    bench.resize(160, 45).keys("6").sees("Open deals by stage (bars: EUR)").sees("0 d  EUR 90k");
    bench.keys("T").sees("weighted");
    bench.resize(80, 24).sees("amount").sees("weighted").sees("CHF 123k");
    // The bar of what is won leads to what is won, the others to all that may be.
    bench.resize(160, 45).keys("T l tab").sees("What may be won").keys("enter");
    bench.sees("won: ").sees("Base");
    assert!(!bench.screen().contains("Renewal"), "{}", bench.screen());
}

#[test]
fn reports_are_split_narrowed_and_looked_at_by_period() {
    let mut bench = filled();
    bench.resize(160, 45).keys("6").sees("Open deals by stage").sees("What waits");
    bench.keys("s").text("owner").keys("enter").sees("Open deals by owner").sees("by: owner");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo deal pipeline --by owner");
    bench.keys("]").sees("period: 2026-Q4").keys("[").sees("period: 2026-Q3").keys("0");
    bench.sees("period: usual").keys("P").text("month").keys("enter").sees("period: 2026-11");
    bench.keys("0 /").text("company:acme").keys("enter").sees("/company:acme");
    bench.keys("esc z").sees("1/").keys("esc l").sees("Quotas").sees("no quota is of this time");
    bench.keys("h");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let typed = path.to_str().unwrap().to_owned();
    bench.keys("E ctrl+u").text(&typed).keys("enter").sees("wrote");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, "ran deal pipeline --by owner -o csv\n");
    bench.keys("E ctrl+u").text(&typed).keys("enter").sees("nothing is written over");
}
