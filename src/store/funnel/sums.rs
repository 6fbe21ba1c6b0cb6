//! Counts, sums and weighted sums of deals by what they have in common, and the deals behind them.
//!
//! SQLite groups by sorting, which takes longer than all else for hundreds of thousands of deals; so
//! the one covering index (`deal_sums`) is read once, row by row, and added up here.

use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::HashMap;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::facts::{Facts, Raw, Stages, own_chance};
use super::{By, Deals, Key};
use crate::entity::exchange::rounded;
use crate::entity::money::Currency;
use crate::error::{Error, Result};
use crate::store::read::Reader;

/// The deals of one currency that have their keys in common.
#[derive(Debug, Clone)]
pub struct Sums {
    /// As many as were asked for, in that order.
    pub keys: Vec<Key>,
    /// None: deals without an amount.
    pub currency: Option<Currency>,
    pub count: i64,
    /// Minor units.
    pub amount: i64,
    /// Amount times chance, each deal rounded half to even to the smallest unit of its currency.
    pub weighted: i64,
}

/// The most dimensions at once.
const MOST: usize = 3;
/// What a chance is out of: ten-thousandths of a percent.
const WHOLE: i64 = 1_000_000;

/// Numbers of the keys of a deal, and its currency's.
type Place = [u32; MOST + 1];

/// Sums under way.
#[derive(Default)]
struct Heap {
    count: i64,
    amount: i64,
    weighted: i64,
}

/// Numbers for keys, as they come up.
#[derive(Default)]
struct Numbers {
    keys: Vec<Key>,
    ids: HashMap<i64, u32>,
    words: HashMap<Box<str>, u32>,
    /// That of the key before, which is often the next one too.
    last: u32,
}

/// What is added up, row by row.
struct Adding<'a> {
    facts: &'a Facts<'a>,
    by: &'a [By],
    numbers: [Numbers; MOST],
    places: HashMap<Place, usize>,
    heaps: Vec<Heap>,
    /// Stage, place and heap of the row before: mostly they are those of the next one too.
    stage: Option<i64>,
    place: Place,
    heap: usize,
    /// The currency of the row before, and the units that it is rounded to.
    grain: (u32, i64),
    /// The chance of the deals in that stage that have none themselves, or of all of them.
    chance: (Option<i64>, bool),
}

/// What all rows of a statement have in common: their stage, and their currency as a number.
type Known = Option<(i64, u32)>;

/// A currency as a number: the bytes of its code, 0 for none.
fn number_of(code: ValueRef) -> u32 {
    match code {
        ValueRef::Text(code) => code.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)),
        _ => 0,
    }
}

/// Its code, from the number.
fn code_of(number: u32) -> Option<Currency> {
    let [_, code @ ..] = number.to_be_bytes();
    std::str::from_utf8(&code).ok().and_then(|code| code.parse().ok())
}

impl<'a> Adding<'a> {
    fn of(facts: &'a Facts<'a>, by: &'a [By]) -> Self {
        Self {
            facts,
            by,
            numbers: std::array::from_fn(|_| Numbers::default()),
            places: HashMap::default(),
            heaps: Vec::new(),
            stage: None,
            place: [0; MOST + 1],
            heap: 0,
            chance: (None, false),
            grain: (0, 1),
        }
    }

    fn row(&mut self, row: &Row, known: Known) -> Result<()> {
        let (stage, code) = match known {
            Some(known) => known,
            None => (Facts::stage(row)?, number_of(row.get_ref(self.facts.rest())?)),
        };
        if self.stage != Some(stage) {
            self.chance = self.facts.chance(stage);
        }
        let (usual, is_sure) = self.chance;
        let own = if is_sure { None } else { own_chance(row)? };
        let mut place = self.place;
        for (at, by) in self.by.iter().enumerate() {
            if self.stage != Some(stage) || !by.is_of_stage() {
                place[at] = self.numbers[at].of(self.facts.key_in(row, at, stage, own)?);
            }
        }
        place[MOST] = code;
        if self.heaps.is_empty() || place != self.place {
            self.heap = *self.places.entry(place).or_insert_with(|| {
                self.heaps.push(Heap::default());
                self.heaps.len() - 1
            });
        }
        (self.stage, self.place) = (Some(stage), place);
        let heap = &mut self.heaps[self.heap];
        heap.count += 1;
        let ValueRef::Integer(amount) = row.get_ref(self.facts.rest() + 1)? else { return Ok(()) };
        heap.amount = heap.amount.checked_add(amount).ok_or_else(too_large)?;
        if self.grain.0 != code {
            self.grain = (code, code_of(code).map_or(1, |currency| currency.grain()));
        }
        if let Some(chance) = own.or(usual) {
            let part = share(amount, chance, self.grain.1).ok_or_else(too_large)?;
            heap.weighted = heap.weighted.checked_add(part).ok_or_else(too_large)?;
        }
        Ok(())
    }

    /// Piles that nobody has taken yet. To be handed a column costs as much as to find the row: what
    /// all rows of a pile have in common is asked once.
    fn piles(
        &mut self,
        reader: &Reader,
        deals: &Deals,
        piles: &[(i64, Option<String>)],
        next: &AtomicUsize,
    ) -> Result<()> {
        let sql = self.facts.sql_of_pile(deals, "NULL, t.amount");
        let mut stmt = reader.conn.prepare(&sql)?;
        deals.bind(reader, &mut stmt)?;
        let places = (stmt.parameter_index(":stage")?, stmt.parameter_index(":currency")?);
        let (Some(at_stage), Some(at_currency)) = places else {
            return Err(Error::failed("the query of a pile lacks its parameters"));
        };
        while let Some((stage, currency)) = piles.get(next.fetch_add(1, Ordering::Relaxed)) {
            stmt.raw_bind_parameter(at_stage, stage)?;
            stmt.raw_bind_parameter(at_currency, currency)?;
            let code = currency.as_deref().map_or(0, |code| number_of(ValueRef::from(code)));
            let mut rows = stmt.raw_query();
            while let Some(row) = rows.next()? {
                self.row(row, Some((*stage, code)))?;
            }
        }
        Ok(())
    }

    fn sums(self) -> Vec<Sums> {
        let sums = |(place, heap): (&Place, &usize)| {
            sums_of(&self.numbers[..self.by.len()], place, &self.heaps[*heap])
        };
        self.places.iter().map(sums).collect()
    }
}

impl Reader<'_> {
    /// The deals by their keys and currency, in no certain order.
    ///
    /// # Errors
    /// The database can't be read, or a sum is too large.
    pub fn deal_sums(&self, by: &[By], deals: &Deals) -> Result<Vec<Sums>> {
        self.deal_sums_at_once(by, deals, self.is_large(self.model.noun("deal")?)?)
    }

    /// The same; `at_once` by two threads, where there can be two.
    pub(in crate::store) fn deal_sums_at_once(
        &self,
        by: &[By],
        deals: &Deals,
        at_once: bool,
    ) -> Result<Vec<Sums>> {
        let by = &by[..by.len().min(MOST)];
        let stages = Stages::of(self, deals)?;
        let facts = Facts::of(self, by, &stages, deals)?;
        let piles = if self.has_index(deals)? { self.piles(&stages)? } else { Vec::new() };
        if piles.is_empty() {
            let mut adding = Adding::of(&facts, by);
            let sql = facts.sql(deals, "t.amount_currency, t.amount", "");
            let mut stmt = self.conn.prepare(&sql)?;
            deals.bind(self, &mut stmt)?;
            let mut rows = stmt.raw_query();
            while let Some(row) = rows.next()? {
                adding.row(row, None)?;
            }
            drop(rows);
            return Ok(adding.sums());
        }
        let next = AtomicUsize::new(0);
        let add = |reader: &Reader| {
            let mut adding = Adding::of(&facts, by);
            adding.piles(reader, deals, &piles, &next)?;
            Ok(adding.sums())
        };
        if !at_once {
            return add(self);
        }
        let (theirs, mine) = self.halves(add, add)?;
        together(mine, theirs)
    }

    /// Whether the index by stage and currency serves best: no filter may have a better one, and
    /// what an assumption or a look back shows has none.
    fn has_index(&self, deals: &Deals) -> Result<bool> {
        if deals.filter.is_some_and(|f| !f.text.is_empty()) {
            return Ok(false);
        }
        let mut stmt = self.conn.prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM sqlite_temp_master WHERE name = 'deal')",
        )?;
        Ok(stmt.query_row([], |r| r.get(0))?)
    }

    /// The currencies of the deals in each stage, from the index alone; none: without an amount.
    fn piles(&self, stages: &Stages) -> Result<Vec<(i64, Option<String>)>> {
        let mut next = self.conn.prepare_cached(
            "SELECT min(t.amount_currency) FROM deal t WHERE t.stage = ?1 AND t.amount_currency > ?2",
        )?;
        let mut found = Vec::new();
        for stage in stages.ids() {
            found.push((stage, None));
            let mut last = String::new();
            while let Some(code) =
                next.query_row((stage, &last), |r| r.get::<_, Option<String>>(0))?
            {
                found.push((stage, Some(code.clone())));
                last = code;
            }
        }
        Ok(found)
    }

    /// The ids of the deals with their keys, by id.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn deals_behind(&self, by: &[By], deals: &Deals) -> Result<Vec<(Vec<Key>, i64)>> {
        let stages = Stages::of(self, deals)?;
        let facts = Facts::of(self, by, &stages, deals)?;
        let mut stmt = self.conn.prepare(&facts.sql(deals, "t.id", " ORDER BY t.id"))?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let keys = (0..by.len()).map(|at| facts.key(row, at).map(Key::from));
            found.push((keys.collect::<Result<_>>()?, row.get(facts.rest())?));
        }
        Ok(found)
    }
}

/// What two threads added up, in one.
fn together(mut one: Vec<Sums>, other: Vec<Sums>) -> Result<Vec<Sums>> {
    let key = |sums: &Sums| (sums.keys.clone(), sums.currency);
    let places: HashMap<_, _> = one.iter().map(key).zip(0..).collect();
    for sums in other {
        let Some(at) = places.get(&key(&sums)) else {
            one.push(sums);
            continue;
        };
        let place: &mut Sums = &mut one[*at];
        place.count += sums.count;
        place.amount = place.amount.checked_add(sums.amount).ok_or_else(too_large)?;
        place.weighted = place.weighted.checked_add(sums.weighted).ok_or_else(too_large)?;
    }
    Ok(one)
}

fn too_large() -> Error {
    Error::invalid("a sum of amounts is too large")
}

/// A share of an amount, as [`rounded`] takes it.
fn share(amount: i64, chance: i64, grain: i64) -> Option<i64> {
    // Nearly all fit, and to divide by a number that is known beforehand is much faster.
    match (amount.checked_mul(chance), grain) {
        (Some(over), 1) if over >= 0 => Some(nearest::<WHOLE>(over)),
        (Some(over), 100) if over >= 0 => Some(nearest::<{ WHOLE * 100 }>(over) * 100),
        _ => rounded(i128::from(amount) * i128::from(chance), WHOLE.into(), grain),
    }
}

/// The nearest whole number of so many, a half to the even one.
fn nearest<const UNDER: i64>(over: i64) -> i64 {
    let (whole, rest) = (over / UNDER, over % UNDER);
    whole + i64::from(rest > UNDER / 2 || rest == UNDER / 2 && whole % 2 == 1)
}

impl Numbers {
    fn of(&mut self, raw: Raw) -> u32 {
        let known = match raw {
            Raw::None => return 0,
            Raw::Id(id) => self.ids.get(&id),
            Raw::Word(word) => match self.at(self.last) {
                Some(Key::Word(last)) if last == word => return self.last,
                _ => self.words.get(word),
            },
        };
        self.last = known.copied().unwrap_or_else(|| self.add(raw));
        self.last
    }

    fn add(&mut self, raw: Raw) -> u32 {
        self.keys.push(raw.into());
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        match raw {
            Raw::None => {}
            Raw::Id(id) => drop(self.ids.insert(id, number)),
            Raw::Word(word) => drop(self.words.insert(word.into(), number)),
        }
        number
    }

    fn at(&self, number: u32) -> Option<&Key> {
        usize::try_from(number.checked_sub(1)?).ok().and_then(|at| self.keys.get(at))
    }

    fn key(&self, number: u32) -> Key {
        self.at(number).cloned().unwrap_or(Key::None)
    }
}

fn sums_of(numbers: &[Numbers], place: &Place, heap: &Heap) -> Sums {
    Sums {
        keys: numbers.iter().zip(place).map(|(numbers, number)| numbers.key(*number)).collect(),
        currency: code_of(place[MOST]),
        count: heap.count,
        amount: heap.amount,
        weighted: heap.weighted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_half_to_even_however_large() {
        let half = 500_000;
        assert_eq!([1, 3, 5, 7, -1, -3].map(|a| share(a, half, 1)), [0, 2, 2, 4, 0, -2].map(Some));
        assert_eq!(share(2, 333_333, 1), Some(1));
        let most = i64::MAX - 1;
        assert_eq!(share(most, half, 1), Some(most / 2));
        assert_eq!(share(i64::MAX, WHOLE, 1), Some(i64::MAX));
        assert_eq!(share(i64::MAX, 2 * WHOLE, 1), None);
    }

    #[test]
    fn a_share_is_whole_in_the_smallest_unit_of_its_currency() {
        // 333 and 335 yen, kept in hundredths, at 50 %.
        let half = 500_000;
        assert_eq!(
            [33_300, 33_500, -33_500].map(|a| share(a, half, 100)),
            [16_600, 16_800, -16_800].map(Some)
        );
        assert_eq!(share(10_037, WHOLE, 100), Some(10_000));
    }
}
