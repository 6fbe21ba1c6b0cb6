//! Counts, sums and weighted sums of deals by what they have in common, and the deals behind them.
//!
//! SQLite groups by sorting, which takes longer than all else for hundreds of thousands of deals; so
//! the one covering index (`deal_sums`) is read once, row by row, and added up here.

use foldhash::{HashMap, HashMapExt};
use rusqlite::types::ValueRef;

use super::facts::{Facts, Raw, Stages};
use super::{By, Deals, Key};
use crate::entity::exchange::half_even;
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
    /// Amount times chance, each deal rounded half to even to the minor unit.
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
}

impl Reader<'_> {
    /// The deals by their keys and currency, in no certain order.
    ///
    /// # Errors
    /// The database can't be read, or a sum is too large.
    pub fn deal_sums(&self, by: &[By], deals: &Deals) -> Result<Vec<Sums>> {
        let by = &by[..by.len().min(MOST)];
        let stages = Stages::of(self, deals)?;
        let facts = Facts::of(self, by, &stages, deals)?;
        let mut stmt = self.conn.prepare(&facts.sql(deals, "t.amount_currency, t.amount", ""))?;
        deals.bind(self, &mut stmt)?;
        let mut rows = stmt.raw_query();
        let mut numbers = Numbers::default();
        let mut heaps: HashMap<Place, Heap> = HashMap::new();
        let too_large = || Error::invalid("a sum of amounts is too large");
        while let Some(row) = rows.next()? {
            let mut place: Place = [0; MOST + 1];
            for (at, number) in place.iter_mut().enumerate().take(by.len()) {
                *number = numbers.of(facts.key(row, at)?);
            }
            if let ValueRef::Text(code) = row.get_ref(facts.rest())? {
                place[MOST] = code.iter().fold(0, |all, byte| all << 8 | u32::from(*byte));
            }
            let heap = heaps.entry(place).or_default();
            heap.count += 1;
            let ValueRef::Integer(amount) = row.get_ref(facts.rest() + 1)? else { continue };
            heap.amount = heap.amount.checked_add(amount).ok_or_else(too_large)?;
            let Some(chance) = facts.chance(row)? else { continue };
            let part = share(amount, chance).ok_or_else(too_large)?;
            heap.weighted = heap.weighted.checked_add(part).ok_or_else(too_large)?;
        }
        Ok(heaps.into_iter().map(|(place, heap)| numbers.sums(&place, &heap, by.len())).collect())
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

/// A share of an amount, rounded once, a half to the even neighbour.
fn share(amount: i64, chance: i64) -> Option<i64> {
    match amount.checked_mul(chance) {
        // Nearly all fit, and are much faster so.
        Some(over) if over >= 0 => {
            let (whole, rest) = (over / WHOLE, over % WHOLE);
            let up = rest > WHOLE / 2 || rest == WHOLE / 2 && whole % 2 == 1;
            Some(whole + i64::from(up))
        }
        _ => {
            let over = i128::from(amount) * i128::from(chance);
            i64::try_from(half_even(over, i128::from(WHOLE))).ok()
        }
    }
}

impl Numbers {
    fn of(&mut self, raw: Raw) -> u32 {
        let known = match raw {
            Raw::None => return 0,
            Raw::Id(id) => self.ids.get(&id),
            Raw::Word(word) => self.words.get(word),
        };
        if let Some(number) = known {
            return *number;
        }
        self.keys.push(raw.into());
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        match raw {
            Raw::None => {}
            Raw::Id(id) => drop(self.ids.insert(id, number)),
            Raw::Word(word) => drop(self.words.insert(word.into(), number)),
        }
        number
    }

    fn sums(&self, place: &Place, heap: &Heap, dimensions: usize) -> Sums {
        let key = |number: &u32| match number.checked_sub(1) {
            Some(at) => self.keys.get(at as usize).cloned().unwrap_or(Key::None),
            None => Key::None,
        };
        let [_, a, b, c] = place[MOST].to_be_bytes();
        let code = [a, b, c];
        Sums {
            keys: place.iter().take(dimensions).map(key).collect(),
            currency: std::str::from_utf8(&code).ok().and_then(|code| code.parse().ok()),
            count: heap.count,
            amount: heap.amount,
            weighted: heap.weighted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_half_to_even_however_large() {
        let half = 500_000;
        assert_eq!([1, 3, 5, 7, -1, -3].map(|a| share(a, half)), [0, 2, 2, 4, 0, -2].map(Some));
        assert_eq!(share(2, 333_333), Some(1));
        let most = i64::MAX - 1;
        assert_eq!(share(most, half), Some(most / 2));
        assert_eq!(share(i64::MAX, WHOLE), Some(i64::MAX));
        assert_eq!(share(i64::MAX, 2 * WHOLE), None);
    }
}
