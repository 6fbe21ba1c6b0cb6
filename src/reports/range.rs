//! Between what and what a period will end: every open deal won or not, many times over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::prelude::ToPrimitive;

use super::spread::{percentile_of_money, percentiles, percentiles_source};
use super::trials::{Bet, totals};
use super::winrate::ENOUGH;
use super::{Ask, Cell, Column, Figure, Number, Opt, Row, Sheet, Span};
use crate::entity::Value;
use crate::entity::exchange::{Quoted, half_even, rounded};
use crate::entity::money::Currency;
use crate::entity::when::{Period, instant_text};
use crate::error::{Error, Result};
use crate::store::{Chanced, Fate, Reader};

pub(super) const RANGE: Number = Number {
    verb: "range",
    about: "Show between what and what a period's won amount will lie: P10, P50, P90",
    definition: concat!(
        "A Monte Carlo simulation of the period (this quarter, if not said). In each trial \
        every open deal whose expected close (closes) lies in the period is won whole or not at all, \
        by its chance and independently of the others; what was won in the period already is added. \
        p10, p50 and p90 are the amounts that 10, 50 and 90 percent of the trials don't exceed \
        to the minor unit, expected is won + Σ amount × chance, most is what all of them would come to. A deal's chance is \
        its own probability, or its stage's; with --from-history the share of decided deals of its \
        stage that were won, as `deal winrate` has it, and the set one where none was decided. \
        Deals without an amount are counted and add nothing. The same --now, filter and data give \
        the same figures; the seed is the moment.",
        percentiles!()
    ),
    source: concat!(
        "Monte Carlo simulation of independent Bernoulli trials as in D. Vose, Risk Analysis: A \
        Quantitative Guide (3rd ed. 2008), and the PMBOK Guide's quantitative risk analysis; alias \
        method: M. D. Vose, IEEE Transactions on Software Engineering 17 (1991).",
        percentiles_source!()
    ),
    by: &[],
    period: Span::Usually("this-quarter"),
    what_if: true,
    options: &[
        Opt { name: "trials", value: Some("N"), about: "So many trials (100000)" },
        Opt {
            name: "from-history",
            value: None,
            about: "Chances out of the past, as `deal winrate` has them",
        },
    ],
    empty: "",
    examples: &[
        "deal range",
        "deal range --period 2027-Q1 --from-history",
        "deal range owner:me --trials 1000000 -o json",
    ],
    run,
};

const FIGURES: [Column; 9] = [
    Column::new("period", Figure::Name),
    Column::count("count"),
    Column::sum("won"),
    Column::sum("p10"),
    Column::sum("p50"),
    Column::sum("p90"),
    Column::sum("expected"),
    Column::sum("most"),
    Column::new("trials", Figure::Number),
];
/// What a chance is out of: ten-thousandths of a percent.
const WHOLE: i64 = 1_000_000;

/// What is open and won in one currency.
#[derive(Default)]
struct Pot {
    won: i64,
    bets: Vec<Bet>,
    /// Amounts times chances, in millionths of a minor unit.
    expected: i128,
    open: i64,
}

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let trials = ask.whole("trials", 100_000, 1..=10_000_000)?;
    let trials_used = usize::try_from(trials).unwrap_or(usize::MAX);
    let (open, won) = (ask.deals_within(&["open"]), ask.deals_within(&["won"]));
    let mut notes = Vec::new();
    let history = ask.has("from-history").then(|| past(reader, ask, &mut notes)).transpose()?;
    let mut pots: BTreeMap<Currency, Pot> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for sums in reader.deal_sums(&[], &won)? {
        if let Some(currency) = sums.currency {
            pots.entry(currency).or_default().won += sums.amount;
        }
    }
    for sums in reader.deal_sums(&[], &open)? {
        *counts.entry(sums.currency).or_insert(0) += sums.count;
    }
    for deal in reader.chanced(&open)? {
        pots.entry(deal.currency).or_default().add(&deal, history.as_ref())?;
    }
    let mut result = Outcome::default();
    match ask.to {
        None => {
            for (currency, pot) in &pots {
                let mut each = pot.trials(*currency, trials_used, ask.seed(), reader)?;
                result.put(
                    *currency,
                    &mut each,
                    pot.won,
                    pot.expected(*currency)?,
                    pot.most(*currency)?,
                );
            }
        }
        Some(to) => result.converted(reader, ask, &pots, to, trials_used)?,
    }
    let mut ids = Vec::new();
    if ask.explain {
        for deals in [&open, &won] {
            ids.extend(reader.deals_behind(&[], deals)?.into_iter().map(|(_, id)| id));
        }
    }
    let key = named(ask);
    let mut cells = vec![Cell::Value(Value::Text(key.clone())), Cell::Counts(counts)];
    cells.extend(result.sums.into_iter().map(Cell::Sums));
    cells.push(Cell::Value(Value::Int(i64::try_from(trials).unwrap_or(i64::MAX))));
    notes.push(format!("{trials} trials, seeded by {}", instant_text(ask.times.now)));
    let row = Row { key, cells, ids, rates: result.rates };
    Ok(Sheet { columns: FIGURES.to_vec(), rows: vec![row], total: None, notes, to: ask.to })
}

/// The figures between the count and the trials, in the order of their columns.
#[derive(Default)]
struct Outcome {
    sums: [BTreeMap<Currency, i64>; 6],
    rates: BTreeSet<Quoted>,
}

impl Outcome {
    fn put(&mut self, currency: Currency, each: &mut [i64], won: i64, expected: i64, most: i64) {
        let [p10, p50, p90] =
            [10, 50, 90].map(|percent| percentile_of_money(each, percent, currency));
        for (sums, minor) in self.sums.iter_mut().zip([won, p10, p50, p90, expected, most]) {
            sums.insert(currency, minor);
        }
    }

    /// The sum of each currency of a trial is converted and rounded once, then they are added.
    fn converted(
        &mut self,
        reader: &Reader,
        ask: &Ask,
        pots: &BTreeMap<Currency, Pot>,
        to: Currency,
        trials: usize,
    ) -> Result<()> {
        let rates = reader.rates(ask.times.today())?;
        let mut each = vec![0_i64; trials];
        let (mut won, mut expected, mut most) = (0_i64, 0_i64, 0_i64);
        for (currency, pot) in pots {
            if pot.most(*currency)? == 0 {
                continue;
            }
            let lane = rates.lane(*currency, to)?;
            for (all, own) in
                each.iter_mut().zip(pot.trials(*currency, trials, ask.seed(), reader)?)
            {
                *all = all.checked_add(lane.convert(own)?).ok_or_else(|| too_large(to))?;
            }
            for (all, own) in [
                (&mut won, pot.won),
                (&mut expected, pot.expected(*currency)?),
                (&mut most, pot.most(*currency)?),
            ] {
                *all = all.checked_add(lane.convert(own)?).ok_or_else(|| too_large(to))?;
            }
            self.rates.extend(lane.used);
        }
        self.put(to, &mut each, won, expected, most);
        Ok(())
    }
}

impl Pot {
    fn add(&mut self, deal: &Chanced, history: Option<&HashMap<i64, Fate>>) -> Result<()> {
        let set = || (deal.chance.unwrap_or(0).clamp(0, WHOLE), WHOLE);
        let past = history.and_then(|h| h.get(&deal.stage)).filter(|f| f.decided > 0);
        let (over, under) = past.map_or_else(set, |f| (f.won, f.decided));
        let share = i128::from(deal.minor) * i128::from(over) * i128::from(WHOLE);
        self.expected += half_even(share, i128::from(under));
        self.open = self.open.checked_add(deal.minor).ok_or_else(|| too_large(deal.currency))?;
        let chance = over.to_f64().unwrap_or(0.0) / under.to_f64().unwrap_or(1.0);
        self.bets.push(Bet { minor: deal.minor, chance });
        Ok(())
    }

    /// What each trial comes to, with what is won already. Currencies have chances of their own.
    fn trials(
        &self,
        currency: Currency,
        trials: usize,
        seed: u64,
        reader: &Reader,
    ) -> Result<Vec<i64>> {
        let code = currency.code().bytes().fold(0, |all, byte| all << 8 | u64::from(byte));
        let stop = reader.stop_flag();
        let made = totals(&self.bets, trials, seed ^ code << 40, stop.as_deref());
        let mut each = made.ok_or_else(|| Error::failed("the trials were stopped"))?;
        for total in &mut each {
            *total += self.won;
        }
        Ok(each)
    }

    fn most(&self, currency: Currency) -> Result<i64> {
        self.won.checked_add(self.open).ok_or_else(|| too_large(currency))
    }

    fn expected(&self, currency: Currency) -> Result<i64> {
        let open = rounded(self.expected, WHOLE.into(), currency.grain());
        open.and_then(|open| open.checked_add(self.won)).ok_or_else(|| too_large(currency))
    }
}

fn too_large(currency: Currency) -> Error {
    Error::invalid(format!("the sum in {currency} is too large"))
        .hint("ask for fewer deals with a filter")
}

/// What became of deals in each stage, and a word on small samples.
fn past(reader: &Reader, ask: &Ask, notes: &mut Vec<String>) -> Result<HashMap<i64, Fate>> {
    let fates = reader.fates(&crate::store::Deals { filter: None, ..ask.deals(&[]) })?;
    let few = fates.values().filter(|f| f.decided < ENOUGH).count();
    if few > 0 {
        notes.push(format!(
            "chances of {few} stages come from fewer than {ENOUGH} decided deals: `rolo deal winrate`"
        ));
    }
    Ok(fates)
}

/// The name of the period, or its first and last day.
fn named(ask: &Ask) -> String {
    let (first, last) = (ask.first, ask.last);
    let whole = first.zip(last).and_then(|(first, last)| Period { first, last }.name());
    let day = |day: Option<chrono::NaiveDate>| day.map_or(String::new(), |d| d.to_string());
    whole.unwrap_or_else(|| format!("{}..{}", day(first), day(last)))
}
