//! What the open program takes for what people and the dashboard ask again and again: warm, in one
//! process, over a file of one's own, which is copied first because records are added to it.
//!
//! ```sh
//! ROLO_DB=FILE.db cargo bench --bench inside
//! ```

use std::path::Path as FilePath;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use rolo::clock::Clock;
use rolo::entity::money::Currency;
use rolo::entity::when::Times;
use rolo::entity::{Locale, Noun, Value};
use rolo::error::Result;
use rolo::reports::{Ask, find};
use rolo::store::{
    Access, After, By, Intent, Listing, Older, Options, Path, Reader, Store, Thresholds, Wanted,
};

/// Times of one kind of work.
struct Timed(Vec<Duration>);

impl Timed {
    fn of(rounds: usize, mut work: impl FnMut(usize) -> Result<()>) -> Result<Self> {
        work(0)?;
        let mut found = Vec::with_capacity(rounds);
        for round in 0..rounds {
            let begun = Instant::now();
            work(round)?;
            found.push(begun.elapsed());
        }
        found.sort();
        Ok(Self(found))
    }

    fn told(&self, what: &str, bar: &str) {
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        let at = |share: usize| ms(self.0[(self.0.len() - 1) * share / 100]);
        let (median, late, worst) = (at(50), at(95), at(100));
        println!(
            "{what:<44} median {median:>8.2}  p95 {late:>8.2}  worst {worst:>8.2} ms   bar {bar}"
        );
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let Some(from) = std::env::var_os("ROLO_DB") else {
        println!("ROLO_DB names no file to measure with");
        return Ok(());
    };
    let folder = tempfile::tempdir_in(FilePath::new(&from).parent().unwrap_or(FilePath::new(".")))?;
    let path = folder.path().join("inside.db");
    std::fs::copy(&from, &path)?;
    let clock = Clock::new(None, Tz::UTC);
    let times = Times { now: clock.now(), zone: Tz::UTC, order: None };
    let locale = Locale {
        times,
        currency: "EUR".parse::<Currency>().expect("a currency"),
        region: "DE".into(),
    };
    let options = Options {
        busy_timeout: Duration::from_secs(5),
        delete_journal: false,
        region: "DE".into(),
        older: Older::Migrate,
    };
    let mut store = Store::open(&path, rolo::model::model, Access::Write, &options, &clock)?;
    {
        let reader = store.reader(&clock, "bench")?;
        numbers(&reader, &times)?;
        pages(&path, &reader, store.noun("contact")?)?;
        searches(&reader, store.noun("contact")?, &locale)?;
    }
    Ok(adds(&mut store, &clock, &locale)?)
}

fn numbers(reader: &Reader, times: &Times) -> Result<()> {
    let board = |deals| Wanted { deals: Some(deals), ..Wanted::default() };
    Timed::of(15, |_| reader.board(board(8)).map(drop))?.told("board", "100");
    Timed::of(15, |_| reader.board(board(0)).map(drop))?
        .told("board, counts and sums alone", "100");
    let day = times.today();
    let deals = reader.model().noun("deal")?;
    let stages = reader.stages(None)?;
    let stages: Vec<_> = stages.iter().collect();
    for (limit, what) in [(8, "in sight"), (60, "of all stages")] {
        Timed::of(15, |_| reader.cards(&stages, None, limit, &[]).map(drop))?
            .told(&format!("the board's cards {what}, ids"), "10");
        let ids: Vec<i64> =
            reader.cards(&stages, None, limit, &[])?.into_values().flatten().collect();
        let columns = [
            "name",
            "company",
            "amount",
            "owner",
            "days_in_stage",
            "closes",
            "next_step",
            "chance",
            "stage.stale_days",
        ];
        Timed::of(15, |_| {
            let paths = columns.iter().map(|c| Path::parse(c, deals, reader.model()));
            reader.cells_of(deals, &ids, paths.collect::<Result<_>>()?).map(drop)
        })?
        .told(&format!("the board's cards {what}"), "10");
    }
    let ask = |verb: &str, by: By, days: Option<i64>| {
        let ask = Ask {
            by,
            filter: None,
            pipeline: None,
            first: days.map(|_| day),
            last: days.map(|days| day + chrono::Duration::days(days)),
            to: None,
            times: *times,
            thresholds: Thresholds::USUAL,
            options: std::collections::BTreeMap::new(),
            explain: false,
        };
        let number = find(verb).expect("a number");
        Timed::of(15, |_| (number.run)(reader, &ask).map(drop))?.told(
            &format!("deal {verb} by {}", by.name()),
            if verb == "range" { "1000" } else { "100" },
        );
        Ok::<_, rolo::error::Error>(())
    };
    ask("pipeline", By::Stage, None)?;
    ask("forecast", By::Month, None)?;
    ask("forecast", By::Owner, None)?;
    ask("funnel", By::Stage, None)?;
    ask("winrate", By::Stage, None)?;
    // 100,000 trials over some 10,000 open deals.
    ask("range", By::Stage, Some(108)).map(drop)
}

fn pages(path: &FilePath, reader: &Reader, contacts: &Noun) -> Result<()> {
    let mut listing = Listing::all(contacts);
    listing.sort_by("name", reader.model())?;
    listing.limit = Some(50);
    listing.columns.truncate(6);
    for share in [1, 50, 99] {
        let key = at_share(path, share)?;
        listing.after = Some(key);
        Timed::of(100, |_| reader.list(&listing).map(drop))?
            .told(&format!("next page by name, at {share} %"), "alike");
    }
    Ok(())
}

/// Where the names are that far on.
fn at_share(path: &FilePath, percent: i64) -> Result<After> {
    let sql = "SELECT name_fold, id FROM contact WHERE trashed IS NULL ORDER BY name_fold, id \
               LIMIT 1 OFFSET (SELECT count(*) * ?1 / 100 FROM contact WHERE trashed IS NULL)";
    let row = |r: &rusqlite::Row| Ok(After { key: r.get(0)?, id: r.get(1)? });
    Ok(rusqlite::Connection::open(path)?.query_row(sql, [percent], row)?)
}

fn searches(reader: &Reader, contacts: &Noun, locale: &Locale) -> Result<()> {
    let words = [
        "kow",
        "kowal",
        "smi",
        "mar",
        "ber",
        "acm",
        "иван",
        "petrov",
        "zzz",
        "anna smith",
        "robotics",
        "nguyen",
        "+4917",
        "example",
    ];
    Timed::of(280, |at| reader.search(words[at % words.len()], 20).map(drop))?
        .told("search of 3 letters or more", "p95 16");
    for (filter, bar) in [("name:qzx", "50"), ("notes:qzx", "300"), ("email:qzx", "300")] {
        Timed::of(10, |_| {
            let mut listing = Listing::all(contacts);
            listing.filter = Some(reader.filter(contacts, filter, locale)?);
            listing.sort_by("name", reader.model())?;
            listing.limit = Some(20);
            listing.columns.truncate(6);
            reader.list(&listing).map(drop)
        })?
        .told(&format!("list {filter}"), bar);
    }
    Ok(())
}

fn adds(store: &mut Store, clock: &Clock, locale: &Locale) -> Result<()> {
    let name = store.noun("contact")?.index("name").unwrap_or_default();
    Timed::of(300, |at| {
        let intent = Intent { kind: "add".into(), summary: String::new(), command: String::new() };
        store
            .write(clock, locale, "bench", &intent, |w| {
                let noun = w.reader().model().noun("contact")?;
                w.insert(noun, vec![(name, Value::Text(format!("Bench Mark {at}")))].into())
            })
            .map(drop)
    })?
    .told("add of a contact, synchronous=FULL", "p95 5, worst 50");
    Ok(())
}
