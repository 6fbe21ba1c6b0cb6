//! Panels that no number of the funnel gives: quotas, and how much waits.

use rust_decimal::prelude::ToPrimitive;

use super::{Bar, Behind, Chart};
use crate::entity::money::amount_for_people;
use crate::error::Result;
use crate::store::Listing;
use crate::tui::desk::Desk;
use crate::tui::widgets::amount::short;
/// The quotas whose time it is, with what was won of each.
pub(super) fn quotas(desk: &Desk) -> Result<Chart> {
    let reader = desk.reader()?;
    let noun = desk.store.noun("quota")?;
    let mut listing = Listing::all(noun);
    listing.sort_by(noun.entity.sort, reader.model())?;
    let today = desk.locale.times.today();
    let found = reader.attainment(listing, today)?;
    let now = found.iter().filter(|q| q.first <= today && today <= q.last);
    let bars = now.map(|q| {
        let who = [&q.user, &q.team, &q.territory].into_iter().flatten().next();
        let name = who.map_or_else(|| q.period.clone(), |w| format!("{} {}", w.label, q.period));
        let won = short(q.total.minor, q.total.currency);
        let target = short(q.target.minor, q.target.currency);
        Bar {
            value: (q.percent * rust_decimal::Decimal::TEN).to_u64().unwrap_or(0),
            said: format!("{won} / {target}  {} %", q.percent),
            cells: vec![
                name.clone(),
                amount_for_people(q.target.minor, q.target.currency),
                amount_for_people(q.total.minor, q.total.currency),
                format!("{} %", q.percent),
            ],
            brief: vec![name.clone(), target, won, format!("{} %", q.percent)],
            name,
            behind: Behind::Quota(q.id),
        }
    });
    let mut chart = Chart {
        heads: [("quota", false), ("target", true), ("won", true), ("percent", true)]
            .map(|(name, numeric)| (name.to_owned(), numeric))
            .into(),
        bars: bars.collect(),
        command: "quota attainment".into(),
        ..Chart::default()
    };
    if chart.bars.is_empty() {
        chart
            .notes
            .push("no quota is of this time: `rolo help targets` shows how to set one".into());
    }
    Ok(chart)
}

/// Open work: how much of each kind waits.
pub(super) fn waits(desk: &Desk) -> Result<Chart> {
    let reader = desk.reader()?;
    let asked = [
        ("Leads open", "lead", "status:new,working,nurturing,qualified"),
        ("Deals stale", "deal", "is:stale"),
        ("Deals past closing", "deal", "is:overdue"),
        ("Tasks open", "task", "is:open"),
        ("Tasks late", "task", "is:overdue"),
        ("Tickets open", "ticket", "is:open"),
        ("Tickets unassigned", "ticket", "is:unassigned"),
        ("Tickets late", "ticket", "is:overdue"),
    ];
    let mut bars = Vec::new();
    for (name, noun, filter) in asked {
        let entity = desk.store.noun(noun)?;
        let mut listing = Listing::all(entity);
        listing.filter = Some(reader.filter(entity, filter, &desk.locale)?);
        let count = reader.count(&listing)?;
        bars.push(Bar {
            name: name.into(),
            value: count,
            said: count.to_string(),
            cells: vec![name.into(), count.to_string()],
            brief: vec![name.into(), count.to_string()],
            behind: Behind::Filter(noun, filter.into()),
        });
    }
    let heads = vec![("work".to_owned(), false), ("count".to_owned(), true)];
    Ok(Chart { heads, bars, command: "agenda".into(), ..Chart::default() })
}
