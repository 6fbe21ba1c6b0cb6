//! How often deals were won: the chance of a stage out of the team's own past.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::rows::Rows;
use super::sheet::Cell;
use super::spread::percent;
use super::{Ask, Column, Figure, Number, Sheet, Span};
use crate::entity::Value;
use crate::error::Result;
use crate::store::{By, Key, Reader};

pub(super) const WINRATE: Number = Number {
    verb: "winrate",
    about: "Show how often deals were won, by stage out of the team's own past",
    definition: "By stage: of the deals that ever came to it (entered) those that are won or lost by \
        now (decided), and the won ones of them: win_rate = won / decided × 100, beside the chance \
        that is set for the stage (probability). Each deal counts once for each stage it was in, \
        however often; a deal that jumped over a stage doesn't count there, and one that is still \
        open is not decided. By anything else: of the decided deals the share that was won. low and \
        high are the 95 % Wilson score interval of the rate: with p = won / decided, n = decided and \
        z = 1.96, (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). sample is small below 30 \
        decided deals. A period is that of the decision.",
    source: "Win rate as CRM programs define it, won / (won + lost); interval: E. B. Wilson, \
        Probable inference, the law of succession, and statistical inference, Journal of the \
        American Statistical Association 22 (1927).",
    by: &[
        By::Stage,
        By::Owner,
        By::Source,
        By::Territory,
        By::Pipeline,
        By::Team,
        By::Competitor,
        By::Month,
    ],
    period: Span::Maybe("Only deals that were decided in this time"),
    what_if: false,
    options: &[],
    empty: "no deal was won or lost yet: `rolo deal win REF`, `rolo deal lose REF --reason WHY`",
    examples: &[
        "deal winrate",
        "deal winrate --by owner --period 2026",
        "deal winrate --explain Proposal -o ids",
    ],
    run,
};

/// From so many on, a share says something.
pub(super) const ENOUGH: i64 = 30;

fn run(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let mut sheet =
        if ask.by == By::Stage { by_stage(reader, ask)? } else { by_other(reader, ask)? };
    let small = Value::Text("small".into());
    if sheet.rows.iter().any(|r| r.cells.last() == Some(&super::Cell::Value(small.clone()))) {
        sheet.notes.push(format!(
            "small: fewer than {ENOUGH} decided deals; the rate may lie anywhere from low to high"
        ));
    }
    Ok(sheet)
}

fn by_stage(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let number = |name| Column::new(name, Figure::Number);
    let mut figures = ["entered", "decided", "won"].map(number).to_vec();
    figures.extend(rates());
    figures.insert(4, Column::new("probability", Figure::Percent));
    let mut rows = Rows::new(By::Stage, &figures);
    let stages = ask.deals(&["open"]);
    rows.every_stage(reader, &stages)?;
    let deals = ask.deals_within(&[]);
    let (fates, chances) = (reader.fates(&deals)?, reader.stage_chances()?);
    for (key, row) in rows.each() {
        let Key::Id(stage) = key else { continue };
        let fate = fates.get(stage).copied().unwrap_or_default();
        for (at, count) in [fate.entered, fate.decided, fate.won].into_iter().enumerate() {
            row.set(at, Value::Int(count));
        }
        row.set(3, rate(fate.won, fate.decided));
        let set = chances.get(stage).copied().flatten();
        row.set(4, set.map_or(Value::Null, |c| Value::Decimal(c.normalize())));
        for (at, value) in interval(fate.won, fate.decided).into_iter().enumerate() {
            row.set(5 + at, value);
        }
    }
    if ask.explain {
        for (stage, id) in reader.fates_behind(&deals)? {
            rows.only_at(&Key::Id(stage), |row| row.ids.push(id));
        }
    }
    rows.sheet(reader, ask)
}

fn by_other(reader: &Reader, ask: &Ask) -> Result<Sheet> {
    let mut figures = ["decided", "won", "lost"].map(Column::count).to_vec();
    figures.extend(rates());
    let mut rows = Rows::new(ask.by, &figures);
    let deals = ask.deals_within(&["won", "lost"]);
    for sums in reader.deal_sums(&[ask.by, By::Status], &deals)? {
        let won = sums.keys[1] == Key::Word("won".into());
        rows.at(&sums.keys[0]).count(0, None, sums.count).count(
            if won { 1 } else { 2 },
            None,
            sums.count,
        );
    }
    rows.explain(reader, ask, &deals)?;
    rows.sheet_with(reader, ask, |_, cells| {
        let (decided, won) = (cells[0].count(), cells[1].count());
        cells[3] = Cell::Value(rate(won, decided));
        for (cell, value) in cells[4..].iter_mut().zip(interval(won, decided)) {
            *cell = Cell::Value(value);
        }
    })
}

fn rates() -> [Column; 4] {
    let percent = |name| Column::new(name, Figure::Percent);
    [percent("win_rate"), percent("low"), percent("high"), Column::new("sample", Figure::Text)]
}

/// A share in percent with one decimal, half to even; empty of nothing.
pub(super) fn rate(part: i64, whole: i64) -> Value {
    percent(part.into(), whole.into())
}

/// The Wilson score interval, low and high, and whether the sample is small.
fn interval(won: i64, decided: i64) -> [Value; 3] {
    let percent = |bound: f64| {
        let tenths = (bound * 1000.0).round().to_i64().unwrap_or_default();
        Value::Decimal(Decimal::new(tenths, 1))
    };
    let (low, high) = wilson(won, decided)
        .map_or((Value::Null, Value::Null), |(low, high)| (percent(low), percent(high)));
    let sample = match decided {
        0 => "none",
        n if n < ENOUGH => "small",
        _ => "fair",
    };
    [low, high, Value::Text(sample.into())]
}

fn wilson(won: i64, decided: i64) -> Option<(f64, f64)> {
    const Z: f64 = 1.96;
    let (won, n) = (won.to_f64()?, decided.to_f64().filter(|n| *n > 0.0)?);
    let p = won / n;
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let under = 1.0 + Z * Z / n;
    Some((((middle - half) / under).max(0.0), ((middle + half) / under).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the literature: Newcombe 1998, table I, has 81/263: 0.2553 to 0.3662.
    #[test]
    fn the_interval_is_that_of_wilson() {
        let (low, high) = wilson(81, 263).expect("an interval");
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4, "{low} {high}");
        let (low, high) = wilson(0, 20).expect("an interval");
        assert!(low.abs() < 1e-12 && (high - 0.1611).abs() < 1e-4, "{low} {high}");
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn a_rate_has_one_decimal_half_to_even() {
        assert_eq!(rate(1, 3), Value::Decimal(Decimal::new(333, 1)));
        assert_eq!(rate(1, 16), Value::Decimal(Decimal::new(62, 1)));
        assert_eq!(rate(0, 0), Value::Null);
    }
}
