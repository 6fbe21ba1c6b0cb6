//! `rolo demo FILE`: a team's year, simulated week by week with the same actions that people use,
//! and the same for the same `--now`.

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use toml_edit::DocumentMut;

use crate::actions::{self, Call};
use crate::clock::{Chance, Clock};
use crate::entity::when::{Due, Times, at_local};
use crate::entity::{Item, LinkTo, Locale, Noun, Value};
use crate::error::{Error, Result};
use crate::store::{Intent, Store, Writer, fields};

const WORDS: &str = include_str!("../../assets/demo.toml");
const WEEKS: u64 = 52;
const USERS: [&str; 4] = ["ann", "boris", "chiara", "dan"];

struct Words(DocumentMut);

impl Words {
    fn list(&self, name: &str) -> Vec<String> {
        let array = self.0.get(name).and_then(|i| i.as_array());
        array.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }
}

/// What the simulation remembers from week to week.
struct Team<'s> {
    store: &'s mut Store,
    words: Words,
    chance: Chance,
    region: String,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
    companies: Vec<i64>,
    contacts: Vec<(i64, i64)>,
    open_deals: Vec<i64>,
    tickets: Vec<i64>,
    tasks: Vec<i64>,
}

/// Fills a new database with a year up to the clock's now.
///
/// # Errors
/// The file can't be written.
pub fn fill(store: &mut Store, clock: &Clock, region: &str) -> Result<()> {
    let document: DocumentMut = WORDS
        .parse()
        .map_err(|why| Error::failed(format!("the demo's words can't be read: {why}")))?;
    let seed = clock.now().timestamp().unsigned_abs();
    let mut team = Team {
        store,
        words: Words(document),
        chance: Chance::seeded(seed),
        region: region.to_owned(),
        zone: clock.zone(),
        now: clock.now(),
        companies: Vec::new(),
        contacts: Vec::new(),
        open_deals: Vec::new(),
        tickets: Vec::new(),
        tasks: Vec::new(),
    };
    for week in (0..=WEEKS).rev() {
        let at = clock.now() - Duration::weeks(i64::try_from(week).unwrap_or(0));
        team.week(at, WEEKS - week)?;
    }
    team.week_ahead(clock.now())
}

impl Team<'_> {
    fn pick(&self, list: &str) -> String {
        let words = self.words.list(list);
        self.chance.pick(&words).clone()
    }

    fn often(&self, percent: usize) -> bool {
        self.chance.below(100) < percent
    }

    /// One change at a moment, by one of the team.
    fn change<T>(
        &mut self,
        at: DateTime<Utc>,
        user: &str,
        kind: &str,
        work: impl FnOnce(&mut Writer, &Locale) -> Result<T>,
    ) -> Result<T> {
        // Nothing has happened yet that lies ahead.
        let at = at.min(self.now);
        let clock = Clock::seeded(at, self.zone, self.chance.next());
        let times = Times { now: at, zone: self.zone, order: None };
        let currency = crate::entity::money::Currency::EUR;
        let locale = Locale { times, currency, region: self.region.clone() };
        let intent =
            Intent { kind: kind.into(), summary: String::new(), command: format!("demo {kind}") };
        Ok(self.store.write(&clock, &locale, user, &intent, |w| work(w, &locale))?.value)
    }

    fn add(
        &mut self,
        at: DateTime<Utc>,
        user: &str,
        noun: &str,
        values: Vec<(&str, Value)>,
    ) -> Result<i64> {
        self.change(at, user, "add", |w, _| {
            let noun = w.reader().model().noun(noun)?;
            let values = fields(noun, values)?;
            w.insert(noun, values.into())
        })
    }

    fn act(
        &mut self,
        at: DateTime<Utc>,
        user: &str,
        deed: (&str, &str),
        id: i64,
        args: &[(&'static str, String)],
    ) -> Result<()> {
        let action =
            actions::find(deed.0, deed.1).ok_or_else(|| Error::failed("an unknown deed"))?;
        self.change(at, user, deed.1, |w, locale| {
            let noun: &Noun = w.reader().model().noun(deed.0)?;
            let ids = [id];
            (action.run)(&mut Call { writer: w, noun, ids: &ids, args, locale, made: Vec::new() })
        })
    }

    fn user(&self) -> &'static str {
        USERS[self.chance.below(USERS.len())]
    }

    fn week(&mut self, at: DateTime<Utc>, number: u64) -> Result<()> {
        if number == 0 {
            self.set_up(at)?;
        }
        for _ in 0..(if number == 0 { 40 } else { 3 }) {
            self.customer(at)?;
        }
        for _ in 0..2 {
            self.lead(at)?;
        }
        for _ in 0..4 {
            self.deal(at)?;
        }
        self.move_deals(at)?;
        for _ in 0..16 {
            self.activity(at)?;
        }
        for _ in 0..4 {
            self.task(at)?;
        }
        for _ in 0..3 {
            self.ticket(at)?;
        }
        self.answer_tickets(at)?;
        self.event(at)
    }

    fn set_up(&mut self, at: DateTime<Utc>) -> Result<()> {
        let team = self.add(at, "ann", "team", vec![("name", text("Sales"))])?;
        let support = self.add(at, "ann", "team", vec![("name", text("Support"))])?;
        for (user, name, team) in [
            ("ann", "Ann Adler", team),
            ("boris", "Boris Novák", team),
            ("chiara", "Chiara Rossi", team),
            ("dan", "Daniel Weiss", support),
        ] {
            self.change(at, user, "edit", |w, _| {
                let noun = w.reader().model().noun("user")?;
                let values = fields(
                    noun,
                    vec![
                        ("name", text(name)),
                        ("email", text(&format!("{user}@demo.example"))),
                        ("team", link("team", team)),
                    ],
                )?;
                let me = w.me;
                w.update(noun, me, values)
            })?;
        }
        let partners = self.add(at, "ann", "pipeline", vec![("name", text("Partners"))])?;
        for (position, (name, percent, kind)) in [
            ("Contacted", 10, "open"),
            ("Trial", 40, "open"),
            ("Contract", 70, "open"),
            ("Signed", 100, "won"),
            ("Dropped", 0, "lost"),
        ]
        .into_iter()
        .enumerate()
        {
            self.add(
                at,
                "ann",
                "stage",
                vec![
                    ("name", text(name)),
                    ("pipeline", link("pipeline", partners)),
                    ("position", Value::Int(i64::try_from(position).unwrap_or(0) + 1)),
                    ("probability", Value::Decimal(percent.into())),
                    ("kind", text(kind)),
                ],
            )?;
        }
        self.change(at, "ann", "edit", |w, _| {
            let noun = w.reader().model().noun("stage")?;
            for id in 1..=4 {
                w.update(noun, id, fields(noun, vec![("stale_days", Value::Int(30))])?)?;
            }
            Ok(())
        })?;
        for product in self.words.list("products") {
            let parts: Vec<&str> = product.split('|').collect();
            let price = parts[2].parse().unwrap_or_default();
            self.add(
                at,
                "ann",
                "product",
                vec![
                    ("name", text(parts[0])),
                    ("sku", text(parts[1])),
                    ("price", Value::Amount(price)),
                ],
            )?;
        }
        self.add(
            at,
            "ann",
            "view",
            vec![
                ("name", text("closing")),
                ("noun", text("deal")),
                ("filter", text("is:open closes:this-month")),
                ("sort", text("closes")),
            ],
        )?;
        self.add(
            at,
            "ann",
            "view",
            vec![
                ("name", text("stuck")),
                ("noun", text("deal")),
                ("filter", text("is:stale")),
                ("sort", text("-amount")),
            ],
        )?;
        Ok(())
    }

    /// A company with one to three people.
    fn customer(&mut self, at: DateTime<Utc>) -> Result<()> {
        let user = self.user();
        let name = format!(
            "{} {} {}",
            self.pick("company_first"),
            self.pick("company_second"),
            self.pick("company_form")
        );
        let domain = format!(
            "{}{}.example",
            crate::entity::text::slug(&name).split('_').next().unwrap_or("co"),
            self.companies.len()
        );
        let place = self.pick("cities");
        let (city, country) = place.split_once('|').unwrap_or((&place, ""));
        let role = if self.often(60) { "customer" } else { "prospect" };
        let company = self.add(
            at,
            user,
            "company",
            vec![
                ("name", text(&name)),
                ("domain", text(&domain)),
                ("website", text(&format!("https://{domain}"))),
                ("industry", text(&self.pick("company_second"))),
                ("employees", Value::Int(5 + i64::try_from(self.chance.below(900)).unwrap_or(0))),
                ("roles", Value::Words(vec![role.into()])),
                ("city", text(city)),
                ("country", text(country)),
                ("source", text(&self.pick("sources"))),
            ],
        )?;
        self.companies.push(company);
        let mut manager = None;
        for n in 0..=self.chance.below(3) {
            let (person, address) = self.person(&domain);
            let mut values = vec![
                ("name", text(&person)),
                ("company", link("company", company)),
                ("title", text(&self.pick("titles"))),
                ("emails", Value::List(vec![Item { label: "work".into(), value: address }])),
                (
                    "phones",
                    Value::List(vec![Item {
                        label: "work".into(),
                        value: format!(
                            "+49 30 {}{:04}",
                            100 + self.chance.below(900),
                            self.chance.below(10_000)
                        ),
                    }]),
                ),
                ("city", text(city)),
                ("country", text(country)),
                (
                    "owner",
                    Value::Named(crate::entity::Name { text: user.into(), ..Default::default() }),
                ),
            ];
            if let Some(manager) = manager {
                values.push(("manager", link("contact", manager)));
            }
            if self.often(25) {
                values.push(("tags", Value::Words(vec![self.pick("tags")])));
            }
            let id = self.add(at, user, "contact", values)?;
            if n == 0 {
                manager = Some(id);
            }
            self.contacts.push((id, company));
        }
        Ok(())
    }

    fn person(&self, domain: &str) -> (String, String) {
        let name = if self.often(8) {
            self.pick("cjk")
        } else {
            format!("{} {}", self.pick("given"), self.pick("family"))
        };
        let local = crate::entity::text::slug(&name).replace('_', ".");
        let local = if local.is_empty() { "info".into() } else { local };
        (name, format!("{local}{}@{domain}", self.contacts.len()))
    }

    fn lead(&mut self, at: DateTime<Utc>) -> Result<()> {
        let user = self.user();
        let company = format!("{} {}", self.pick("company_first"), self.pick("company_second"));
        let (name, email) = self.person("lead.example");
        let status = ["new", "working", "nurturing", "unqualified"][self.chance.below(4)];
        let id = self.add(
            at,
            user,
            "lead",
            vec![
                ("name", text(&name)),
                ("company_name", text(&company)),
                ("status", text(status)),
                ("source", text(&self.pick("sources"))),
                ("score", Value::Int(i64::try_from(self.chance.below(100)).unwrap_or(0))),
                ("emails", Value::List(vec![Item { label: String::new(), value: email }])),
            ],
        )?;
        if self.often(30) && status == "working" {
            self.act(at + Duration::days(2), user, ("lead", "convert"), id, &[])?;
        }
        Ok(())
    }

    fn deal(&mut self, at: DateTime<Utc>) -> Result<()> {
        let user = self.user();
        let (contact, company) = *self.chance.pick(&self.contacts);
        let currency = ["EUR", "EUR", "EUR", "USD", "GBP"][self.chance.below(5)];
        let currency = currency.parse().map_err(|()| Error::failed("a demo currency"))?;
        let minor = i64::try_from(5 + self.chance.below(400)).unwrap_or(5) * 10_000;
        let closes =
            at.date_naive() + Days::new(u64::try_from(20 + self.chance.below(100)).unwrap_or(30));
        let mut values = vec![
            ("name", text(&self.pick("deal_kinds"))),
            ("company", link("company", company)),
            ("contact", link("contact", contact)),
            ("amount", Value::Money(crate::entity::money::Money { minor, currency })),
            ("closes", Value::Date(closes)),
            ("source", text(&self.pick("sources"))),
        ];
        if self.often(15) {
            values.push(("pipeline", link("pipeline", 2)));
        }
        let id = self.add(at, user, "deal", values)?;
        self.open_deals.push(id);
        Ok(())
    }

    /// Each open deal may move on, be won, or be lost.
    fn move_deals(&mut self, at: DateTime<Utc>) -> Result<()> {
        let at = at + Duration::days(3);
        let mut kept = Vec::new();
        for id in std::mem::take(&mut self.open_deals) {
            let user = self.user();
            match self.chance.below(100) {
                0..=7 => {
                    self.act(at, user, ("deal", "lose"), id, &[("reason", self.pick("lost"))])?;
                }
                8..=16 => self.act(at, user, ("deal", "win"), id, &[])?,
                17..=45 => {
                    self.next_stage(at, user, id)?;
                    kept.push(id);
                }
                _ => kept.push(id),
            }
        }
        self.open_deals = kept;
        Ok(())
    }

    fn next_stage(&mut self, at: DateTime<Utc>, user: &str, id: i64) -> Result<()> {
        match self.store.next_stage(id)? {
            Some(stage) => {
                self.act(at, user, ("deal", "move"), id, &[("stage", stage.to_string())])
            }
            None => Ok(()),
        }
    }

    fn activity(&mut self, at: DateTime<Utc>) -> Result<()> {
        let user = self.user();
        let (contact, _) = *self.chance.pick(&self.contacts);
        let mut about = vec![LinkTo::bare("contact", contact)];
        if !self.open_deals.is_empty() && self.often(50) {
            about.push(LinkTo::bare("deal", *self.chance.pick(&self.open_deals)));
        }
        let kind = ["call", "mail", "meeting", "note"][self.chance.below(4)];
        let when = at + Duration::hours(i64::try_from(self.chance.below(100)).unwrap_or(0))
            - Duration::days(4);
        let body = self.pick("calls");
        self.add(
            at,
            user,
            "activity",
            vec![
                ("kind", text(kind)),
                ("at", Value::Instant(when.min(self.now))),
                ("about", Value::Links(about)),
                ("body", text(&body)),
                ("direction", text(if self.often(50) { "out" } else { "in" })),
            ],
        )?;
        Ok(())
    }

    fn task(&mut self, at: DateTime<Utc>) -> Result<()> {
        let user = self.user();
        let (contact, _) = *self.chance.pick(&self.contacts);
        let due = at.date_naive() + Days::new(u64::try_from(self.chance.below(14)).unwrap_or(3));
        let about = if self.open_deals.is_empty() || self.often(50) {
            link("contact", contact)
        } else {
            link("deal", *self.chance.pick(&self.open_deals))
        };
        let id = self.add(
            at,
            user,
            "task",
            vec![
                ("title", text(&self.pick("tasks"))),
                ("about", about),
                ("due", Value::Due(Due::Day(due))),
                ("priority", text(["low", "normal", "normal", "high"][self.chance.below(4)])),
            ],
        )?;
        self.tasks.push(id);
        // Most of what is old gets done.
        while self.tasks.len() > 12 {
            let done = self.tasks.remove(0);
            self.act(at + Duration::days(1), user, ("task", "done"), done, &[])?;
        }
        Ok(())
    }

    fn ticket(&mut self, at: DateTime<Utc>) -> Result<()> {
        let (contact, company) = *self.chance.pick(&self.contacts);
        let id = self.add(
            at,
            "dan",
            "ticket",
            vec![
                ("subject", text(&self.pick("tickets"))),
                ("contact", link("contact", contact)),
                ("company", link("company", company)),
                ("channel", text("mail")),
                ("priority", text(["low", "normal", "high", "urgent"][self.chance.below(4)])),
                ("reply_due", Value::Instant(at + Duration::hours(4))),
                ("solve_due", Value::Instant(at + Duration::days(5))),
            ],
        )?;
        self.tickets.push(id);
        Ok(())
    }

    fn answer_tickets(&mut self, at: DateTime<Utc>) -> Result<()> {
        while self.tickets.len() > 8 {
            let id = self.tickets.remove(0);
            let at = at + Duration::hours(3);
            self.act(
                at,
                "dan",
                ("ticket", "reply"),
                id,
                &[("text", "Thank you, we are looking into it.".into())],
            )?;
            self.act(
                at + Duration::days(1),
                "dan",
                ("ticket", "resolve"),
                id,
                &[("resolution", "Done.".into())],
            )?;
        }
        Ok(())
    }

    fn event(&mut self, at: DateTime<Utc>) -> Result<()> {
        let day = at.date_naive() + Days::new(u64::try_from(self.chance.below(5)).unwrap_or(1));
        let hour = 9 + u32::try_from(self.chance.below(8)).unwrap_or(0);
        let wall = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
        let start = at_local(self.zone, wall);
        let (contact, _) = *self.chance.pick(&self.contacts);
        let user = self.user();
        self.add(
            at,
            user,
            "event",
            vec![
                ("title", text("Demo call")),
                ("start", Value::Instant(start)),
                ("end", Value::Instant(start + Duration::minutes(45))),
                ("about", link("contact", contact)),
                ("zone", text(self.zone.name())),
            ],
        )?;
        Ok(())
    }

    /// What the coming week holds, so that the agenda has something to show.
    fn week_ahead(&mut self, now: DateTime<Utc>) -> Result<()> {
        for day in 0..7 {
            let (contact, _) = *self.chance.pick(&self.contacts);
            let due = now.date_naive() + Days::new(day);
            let title = self.pick("tasks");
            self.add(
                now,
                "ann",
                "task",
                vec![
                    ("title", text(&title)),
                    ("about", link("contact", contact)),
                    ("due", Value::Due(Due::Day(due))),
                ],
            )?;
        }
        self.add(
            now,
            "ann",
            "task",
            vec![
                ("title", text("Weekly pipeline review")),
                ("due", Value::Due(Due::Day(now.date_naive() + Days::new(1)))),
                ("repeat", text("FREQ=WEEKLY")),
            ],
        )?;
        Ok(())
    }
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn link(noun: &'static str, id: i64) -> Value {
    Value::Link(LinkTo::bare(noun, id))
}
