//! Many runs of a coin for each deal, and what they add up to: exact in minor units, and the same
//! for the same seed whatever the number of processors.
//!
//! Eight deals at a time are one throw of a die with 256 faces, each face the sum of the deals that
//! it wins. A face is drawn in one step by the alias method (Walker 1977, Vose 1991).

use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Chance;

/// A deal that may be won: its amount in minor units and its chance, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bet {
    pub(super) minor: i64,
    pub(super) chance: f64,
}

const DEALS: usize = 8;
const FACES: usize = 1 << DEALS;
/// The same, as a weight.
const WHOLE: f64 = 256.0;
/// Trials that share a stream of chance, and a processor's cache.
const BLOCK: usize = 4096;

/// A face of a die: below the threshold its own sum, from there on another face's.
#[derive(Debug, Clone, Copy, Default)]
struct Face {
    /// Of 2³².
    threshold: u64,
    own: i64,
    other: i64,
}

/// The sum of each trial; none where the flag was set before all were made.
pub(super) fn totals(
    bets: &[Bet],
    trials: usize,
    seed: u64,
    stop: Option<&AtomicBool>,
) -> Option<Vec<i64>> {
    let is_stopped = || stop.is_some_and(|flag| flag.load(Ordering::Relaxed));
    let sure: i64 = bets.iter().filter(|b| b.chance >= 1.0).map(|b| b.minor).sum();
    let open: Vec<Bet> =
        bets.iter().filter(|b| b.chance > 0.0 && b.chance < 1.0).copied().collect();
    let dice: Vec<[Face; FACES]> = open.chunks(DEALS).map(die).collect();
    let mut totals = vec![sure; trials];
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
    let mut shares: Vec<Vec<(u64, &mut [i64])>> = (0..threads).map(|_| Vec::new()).collect();
    for (at, block) in totals.chunks_mut(BLOCK).enumerate() {
        shares[at % threads].push((at as u64, block));
    }
    std::thread::scope(|scope| {
        for share in shares {
            scope.spawn(|| {
                for (at, block) in share {
                    if is_stopped() {
                        return;
                    }
                    throw(&dice, block, &stream(seed, at));
                }
            });
        }
    });
    (!is_stopped()).then_some(totals)
}

/// The chance of a block of trials.
fn stream(seed: u64, block: u64) -> Chance {
    Chance::seeded(Chance::seeded(seed ^ block.wrapping_mul(0xd134_2543_de82_ef95)).next())
}

fn throw(dice: &[[Face; FACES]], block: &mut [i64], chance: &Chance) {
    for die in dice {
        for total in &mut *block {
            let bits = chance.next();
            // The low bits choose the face, the high ones which of its two sums.
            let face = &die[usize::from(bits.to_le_bytes()[0])];
            *total += if bits >> 32 < face.threshold { face.own } else { face.other };
        }
    }
}

/// The die of up to eight deals.
fn die(bets: &[Bet]) -> [Face; FACES] {
    let outcomes: Vec<(f64, i64)> = (0..FACES)
        .map(|won| {
            let each = (0..DEALS).map(|at| (won >> at & 1 == 1, bets.get(at)));
            each.fold((1.0, 0), |(weight, sum), (is_won, bet)| match (is_won, bet) {
                (true, Some(bet)) => (weight * bet.chance, sum + bet.minor),
                (false, Some(bet)) => (weight * (1.0 - bet.chance), sum),
                (true, None) => (0.0, sum),
                (false, None) => (weight, sum),
            })
        })
        .collect();
    let mut faces = [Face::default(); FACES];
    let (mut small, mut large) = (Vec::new(), Vec::new());
    let mut weights: Vec<f64> = outcomes.iter().map(|(weight, _)| weight * WHOLE).collect();
    for (at, weight) in weights.iter().enumerate() {
        if *weight < 1.0 { small.push(at) } else { large.push(at) }
    }
    while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
        small.pop();
        faces[poor] = Face {
            threshold: threshold(weights[poor]),
            own: outcomes[poor].1,
            other: outcomes[rich].1,
        };
        weights[rich] -= 1.0 - weights[poor];
        if weights[rich] < 1.0 {
            large.pop();
            small.push(rich);
        }
    }
    for whole in small.into_iter().chain(large) {
        faces[whole] =
            Face { threshold: threshold(1.0), own: outcomes[whole].1, other: outcomes[whole].1 };
    }
    faces
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share from 0 to 1 of 2^32"
)]
fn threshold(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 4_294_967_296.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bets: &[Bet], trials: usize, seed: u64) -> Vec<i64> {
        totals(bets, trials, seed, None).unwrap()
    }

    #[test]
    fn a_flag_stops_the_trials() {
        let some = bets(&[(100, 0.5), (250, 0.25)]);
        let flag = AtomicBool::new(false);
        assert!(totals(&some, 10_000, 7, Some(&flag)).is_some());
        flag.store(true, Ordering::Relaxed);
        assert!(totals(&some, 10_000, 7, Some(&flag)).is_none());
    }

    fn bets(list: &[(i64, f64)]) -> Vec<Bet> {
        list.iter().map(|(minor, chance)| Bet { minor: *minor, chance: *chance }).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_trials_and_another_gives_others() {
        let some = bets(&[(100, 0.5), (250, 0.25), (900, 0.1)]);
        assert_eq!(all(&some, 10_000, 7), all(&some, 10_000, 7));
        assert_ne!(all(&some, 10_000, 7), all(&some, 10_000, 8));
    }

    #[test]
    fn what_is_sure_is_in_every_trial_and_what_is_hopeless_in_none() {
        assert_eq!(all(&bets(&[(100, 1.0), (7, 0.0)]), 5, 1), [100; 5]);
        assert_eq!(all(&[], 3, 1), [0; 3]);
    }

    /// Each sum of the powers of two tells which deals were won: their shares are the chances, and
    /// two deals are won together as often as they should be.
    #[test]
    fn each_deal_is_won_as_often_as_its_chance_says_and_by_itself() {
        let chances = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.3, 0.6, 0.01, 0.333];
        let some: Vec<Bet> = chances
            .iter()
            .enumerate()
            .map(|(at, chance)| Bet { minor: 1 << at, chance: *chance })
            .collect();
        let count = 200_000_u32;
        let (all, trials) = (all(&some, 200_000, 42), f64::from(count));
        let share = |mask: i64| {
            let seen = all.iter().filter(|t| **t & mask == mask).count();
            f64::from(u32::try_from(seen).expect("few")) / trials
        };
        for (a, p) in chances.iter().enumerate() {
            let four = 4.0 * (p * (1.0 - p) / trials).sqrt();
            assert!((share(1 << a) - p).abs() < four, "{a}: {}", share(1 << a));
            for (b, q) in chances.iter().enumerate().skip(a + 1) {
                let both = p * q;
                let four = 4.5 * (both * (1.0 - both) / trials).sqrt();
                let seen = share(1 << a | 1 << b);
                assert!((seen - both).abs() < four, "{a} and {b}: {seen} for {both}");
            }
        }
    }
}
