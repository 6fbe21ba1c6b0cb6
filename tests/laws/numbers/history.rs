//! A random history: what a team does with its deals in a year and a half, the same for a seed.

use std::fmt::Write;

use chrono::{DateTime, Duration, Utc};
use rolo::clock::Chance;
use rolo::model::model;

use super::records::Records;
use crate::laws::desk::Desk;

pub(super) const USERS: [&str; 3] = ["ann", "bob", "cyr"];
const STAGES: [&str; 6] = ["Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost"];
const AMOUNTS: [&str; 10] = [
    "1000",
    "12345.67",
    "99.99 USD",
    "150000 JPY",
    "333 JPY",
    "101.37 JPY",
    "10.005 KWD",
    "0.333 KWD",
    "0.01",
    "777.77 USD",
];
const SOURCES: [&str; 3] = ["web", "реклама", "展会"];
const REASONS: [&str; 3] = ["price", "silence", "качество"];
const COMPANIES: [&str; 4] = ["North", "Юг", "王", "Acme"];

/// What a history left behind: its desk, and the records as they were exported on the way.
pub(super) struct History {
    pub(super) desk: Desk,
    /// The moment of the end.
    pub(super) now: DateTime<Utc>,
    /// Earlier moments with what was there then.
    pub(super) seen: Vec<(DateTime<Utc>, Records)>,
}

pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).expect("a small number")
}

impl History {
    /// As [`Desk::run_as`], which has to succeed.
    pub(super) fn ok(&self, now: DateTime<Utc>, args: &[&str]) -> String {
        let run = self.desk.run_as("ann", &stamp(now), args);
        assert_eq!(run.code, 0, "{args:?}\n{}", run.err);
        run.out
    }

    /// The JSON of a number.
    pub(super) fn json(&self, now: DateTime<Utc>, args: &[&str]) -> serde_json::Value {
        let out = self.ok(now, &[args, &["-o", "json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{args:?}: {why}\n{out}"))
    }

    pub(super) fn random(seed: u64, steps: usize) -> Self {
        let mut made = Self { desk: Desk::new(model), now: DateTime::UNIX_EPOCH, seen: Vec::new() };
        made.now = "2025-06-02T09:00:00Z".parse().expect("an instant");
        made.set_up();
        let chance = Chance::seeded(seed);
        made.import(&chance);
        let mut deals =
            made.ok(made.now, &["deal", "list", "--count"]).trim().parse().expect("a count");
        let hours = 13_000 / steps;
        for nth in 0..steps {
            let before = made.now;
            made.now += Duration::hours(signed(1 + chance.below(hours * 2)));
            made.look(before);
            // Days that are told later aren't in what was seen before.
            let backdate = nth < steps / 3;
            let who = *chance.pick(&USERS);
            if chance.below(4) == 0 || deals < 4 {
                deals += usize::from(made.add(&chance, who));
            } else {
                made.step(&chance, who, deals, backdate);
            }
        }
        made
    }

    /// Keeps what there was at the end of a quarter that has passed.
    fn look(&mut self, before: DateTime<Utc>) {
        for day in ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30"] {
            let eve = format!("{day}T23:59:59Z").parse().expect("an instant");
            if before <= eve && self.now > eve {
                self.seen.push((eve, Records::of(self, eve)));
            }
        }
    }

    fn set_up(&self) {
        for user in &USERS[1..] {
            self.ok(self.now, &["user", "add", user]);
        }
        self.ok(self.now, &["team", "add", "west"]);
        self.ok(self.now, &["user", "edit", "bob", "--team", "west"]);
        self.ok(self.now, &["territory", "add", "Here", "--country", "XX"]);
        self.ok(self.now, &["pipeline", "copy", "Sales", "Other"]);
        self.ok(self.now, &["stage", "edit", "Sales/Proposal", "--stale-days", "20"]);
        self.ok(self.now, &["stage", "edit", "Sales/Lead", "--stale-days", "45"]);
        self.ok(self.now, &["stage", "edit", "Other/Qualified", "--probability", "33.3"]);
        for (n, name) in COMPANIES.iter().enumerate() {
            self.ok(self.now, &["company", "add", name, "--country", ["XX", "YY"][n % 2]]);
        }
        let rates = "date,base,quote,rate\n2025-01-01,EUR,USD,1.08\n2025-01-01,EUR,JPY,161.37\n\
                     2025-01-01,EUR,KWD,0.3333\n2026-02-03,EUR,USD,1.1799\n2026-06-01,USD,JPY,149.5\n";
        let file = self.desk.file("rates.csv", rates);
        self.ok(self.now, &["rate", "import", &file]);
    }

    /// Deals out of another program, with days that are long past.
    fn import(&self, chance: &Chance) {
        let mut text = String::from(
            "name,created,stage,stage entered,closes,lost reason,source,owner,amount,currency\n",
        );
        for n in 0..8 {
            let made = 1 + chance.below(28);
            let _ = writeln!(
                text,
                "I{n},2025-02-{made:02},{},2025-0{}-11,2025-0{}-20,{},{},{},{}.5,{}",
                chance.pick(&STAGES),
                3 + chance.below(2),
                4 + chance.below(5),
                chance.pick(&REASONS),
                chance.pick(&SOURCES),
                chance.pick(&USERS),
                chance.below(9000),
                chance.pick(&["EUR", "USD"]),
            );
        }
        let file = self.desk.file("old.csv", &text);
        self.ok(self.now, &["deal", "import", &file]);
    }

    fn run(&self, who: &str, args: &[&str]) -> bool {
        let run = self.desk.run_as(who, &stamp(self.now), args);
        run.assert_clean();
        run.code == 0 && !run.err.contains("nothing to change")
    }

    fn day(&self, chance: &Chance, from: i64, to: usize) -> String {
        (self.now + Duration::days(from + signed(chance.below(to)))).format("%Y-%m-%d").to_string()
    }

    fn add(&self, chance: &Chance, who: &str) -> bool {
        let closes = self.day(chance, 3, 150);
        let mut args = vec!["deal", "add", *chance.pick(&["Ремонт", "屋根", "Roof"][..])];
        for (often, option, words) in [
            (9, "--amount", &AMOUNTS[..]),
            (8, "--source", &SOURCES),
            (8, "--company", &COMPANIES),
            (8, "--owner", &USERS),
            (3, "--partner", &["Acme"]),
            (2, "--probability", &["5", "62.5", "100"]),
            (4, "--pipeline", &["Sales", "Other"]),
            (4, "--next-step", &["call"]),
            (3, "--forecast-category", &["commit", "best_case", "pipeline", "omitted"]),
        ] {
            if chance.below(10) < often {
                args.extend([option, *chance.pick(words)]);
            }
        }
        if chance.below(10) < 8 {
            args.extend(["--closes", &closes]);
        }
        self.run(who, &args)
    }

    /// A step in the life of a deal; some are refused, which is a step too.
    fn step(&self, chance: &Chance, who: &str, deals: usize, backdate: bool) {
        let deal = (1 + chance.below(deals)).to_string();
        let closes = self.day(chance, -20, 90);
        let past = self.day(chance, -6, 6);
        let about = format!("deal:{deal}");
        // Of a deal that is over it is the day when that was: a correction, which moves its last stay
        // and so the past itself.
        let open = format!("id:{deal} is:open");
        let mut args = match chance.below(21) {
            0..=4 => vec!["deal", "next", &deal],
            5 => vec!["deal", "back", &deal],
            6..=8 => vec!["deal", "win", &deal],
            9 => vec!["deal", "win", &deal, "--amount", *chance.pick(&AMOUNTS)],
            10..=11 => vec!["deal", "lose", &deal, "--reason", *chance.pick(&REASONS)],
            12 => {
                let other = *chance.pick(&COMPANIES);
                vec![
                    "deal",
                    "lose",
                    &deal,
                    "--reason",
                    *chance.pick(&REASONS),
                    "--competitor",
                    other,
                ]
            }
            13 => vec!["deal", "reopen", &deal],
            14 => {
                let pipeline = *chance.pick(&["Sales", "Other"][..]);
                vec!["deal", "move", &deal, *chance.pick(&STAGES), "--pipeline", pipeline]
            }
            15 => {
                let amount = *chance.pick(&AMOUNTS);
                vec!["deal", "edit", "--where", &open, "--amount", amount, "--closes", &closes]
            }
            16 => vec!["deal", "edit", "--where", &open, "--closes", &closes],
            17 => vec![
                "deal",
                "edit",
                &deal,
                "--owner",
                *chance.pick(&USERS),
                "--source",
                *chance.pick(&SOURCES),
            ],
            18 => vec![
                "line",
                "add",
                "part",
                "--deal",
                &deal,
                "--quantity",
                "3",
                "--price",
                "33.335 EUR",
            ],
            19 => vec!["task", "add", "Позвонить", "--about", &about],
            _ => vec!["deal", *chance.pick(&["rm", "restore"][..]), &deal],
        };
        let moves = ["next", "back", "win", "lose", "move"].contains(&args[1]);
        if backdate && moves && chance.below(3) == 0 {
            args.extend(["--on", &past]);
        }
        if self.run(who, &args) && chance.below(8) == 0 {
            self.run(who, &["undo"]);
        }
    }
}
