//! Time, chance and new ids: the only room that asks the outside world for any of them.

use std::cell::Cell;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The instant everything in one command happens at, the zone it is shown in, and new ids.
#[derive(Debug)]
pub struct Clock {
    now: DateTime<Utc>,
    zone: Tz,
    chance: Chance,
    last_uid: Cell<u128>,
}

impl Clock {
    /// A clock that stands at `now` (the real time, when none is given), cut to seconds.
    #[must_use]
    pub fn new(now: Option<DateTime<Utc>>, zone: Tz) -> Self {
        let real = Utc::now();
        let chance = Chance::from_entropy();
        // Ids begin where the real time is, in steps of 10 µs that come round in 254 days, so that
        // those of one command stand behind those of the command before, whatever `now` is.
        let step = (real.timestamp_micros().unsigned_abs() / 10) & ((1 << 41) - 1);
        let first = (u128::from(step) << 32) | u128::from(chance.next() >> 32);
        let now = now.unwrap_or(real).trunc_subsecs(0);
        Self { now, zone, chance, last_uid: Cell::new(first) }
    }

    /// A clock with chance that repeats: for demo data.
    #[must_use]
    pub fn seeded(now: DateTime<Utc>, zone: Tz, seed: u64) -> Self {
        Self { now, zone, chance: Chance::seeded(seed), last_uid: Cell::new(0) }
    }

    /// The instant of this command.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Today in the user's zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// The user's zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Chance.
    #[must_use]
    pub fn chance(&self) -> &Chance {
        &self.chance
    }

    /// A new UUIDv7 (RFC 9562, 5.7); ids of one process ascend, and their last 32 bits are random.
    pub fn new_uid(&self) -> Uuid {
        const RANDOM_BITS: u32 = 74;
        let millis = self.now.timestamp_millis().unsigned_abs() & 0xffff_ffff_ffff;
        let mut random = self.last_uid.get();
        if random == 0 {
            // The top bit stays free so that counting up can't run over.
            random = self.chance.next_u128() & ((1 << (RANDOM_BITS - 1)) - 1);
        }
        random += 1 + u128::from(self.chance.next() >> 31);
        self.last_uid.set(random);
        let high = (random >> 62) & 0xfff;
        let low = random & 0x3fff_ffff_ffff_ffff;
        Uuid::from_u128(
            (u128::from(millis) << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low,
        )
    }
}

/// The uid of a thing that is the same in every file: seeded records, users, teams and tags
/// (UUIDv5 of noun and key, RFC 9562, 5.5).
#[must_use]
pub fn named_uid(noun: &str, key: &str) -> Uuid {
    let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"https://rolo.invalid/names");
    Uuid::new_v5(&space, format!("{noun}/{}", key.to_lowercase()).as_bytes())
}

/// Pseudo-random numbers (SplitMix64, Steele, Lea and Flood 2014): good for ids and demo data,
/// not for secrets.
#[derive(Debug)]
pub struct Chance(Cell<u64>);

impl Chance {
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    fn from_entropy() -> Self {
        Self::seeded(Uuid::new_v4().as_u64_pair().0 ^ Uuid::new_v4().as_u64_pair().1)
    }

    /// 64 random bits.
    #[inline]
    pub fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn next_u128(&self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }

    /// A number from 0 up to, not including, `below` (which is at least 1).
    pub fn below(&self, below: usize) -> usize {
        usize::try_from(self.next() % below.max(1) as u64).unwrap_or(0)
    }

    /// One of them.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The zone named by `TZ`, else by the config, else the machine's.
///
/// # Errors
/// A name that isn't in the IANA database.
pub fn zone(tz: Option<&str>, config: Option<&str>) -> Result<Tz> {
    let named = tz.map(|t| t.trim_start_matches(':')).filter(|t| !t.starts_with('/'));
    let name = match (named, config) {
        (Some(""), _) => return Ok(Tz::UTC),
        (Some(name), _) | (None, Some(name)) => name.to_owned(),
        (None, None) => match iana_time_zone::get_timezone() {
            Ok(name) => return Ok(name.parse().unwrap_or(Tz::UTC)),
            Err(_) => return Ok(Tz::UTC),
        },
    };
    name.parse().map_err(|_| {
        Error::usage(format!("unknown time zone `{name}`"))
            .hint("use a name of the IANA database, such as `Europe/Sofia` or `UTC`")
    })
}
