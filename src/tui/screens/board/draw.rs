//! How the board looks: as many columns as fit, a strip of all stages where they don't.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::{Board, Card, Stage};
use crate::entity::money::Currency;
use crate::entity::width::width;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::Cx;
use crate::tui::screens::elsewhere;
use crate::tui::theme::Role;
use crate::tui::widgets::amount::{short, short_sums, short_sums_in};
use crate::tui::widgets::{pane, rows};

/// Where the parts stand.
struct Places {
    head: Rect,
    error: Rect,
    strip: Rect,
    columns: Vec<(usize, Rect)>,
    foot: Rect,
    bordered: bool,
    /// Rows that a card takes with the space below it.
    card: usize,
}

fn places(board: &Board, area: Rect) -> Places {
    let head = pane::row(area, 0);
    let error_rows = board.filter.error_rows().min(area.height.saturating_sub(2));
    let error = Rect { y: area.y + 1.min(area.height), height: error_rows, ..area };
    let fits = if board.zoomed { 1 } else { columns_wide(area.width) };
    let count = board.stages.len().max(1);
    let shown = fits.min(count);
    let strip_high = u16::from(shown < count && area.height >= 10);
    let foot_high = u16::from(board.details && area.height >= 12);
    let top = area.y + head.height + error_rows + strip_high;
    let middle = Rect { y: top, height: area.bottom().saturating_sub(top + foot_high), ..area };
    // The columns in sight: those round the one in focus.
    let first = board.column.saturating_sub(shown.saturating_sub(1)).min(count - shown);
    let first =
        if board.column < first + shown && board.column >= first { first } else { board.column };
    let columns: Vec<(usize, Rect)> = (first..first + shown)
        .map(|at| {
            let left = usize::from(middle.width) * (at - first) / shown;
            let right = usize::from(middle.width) * (at - first + 1) / shown;
            let x = middle.x + u16::try_from(left).unwrap_or(0);
            let width = u16::try_from(right - left).unwrap_or(0);
            (at, Rect { x, width, ..middle })
        })
        .collect();
    let bordered = area.width >= 60 && middle.height >= 8;
    let wide = columns.first().map_or(0, |(_, column)| column.width);
    let card = match middle.height {
        0..10 => 1,
        10..22 => 2,
        // Where company and deal would cut each other, each has a row.
        24.. if wide < TOGETHER => 4,
        _ => 3,
    };
    Places {
        head,
        error,
        strip: Rect { y: top - strip_high, height: strip_high, ..area },
        columns,
        foot: Rect { y: middle.bottom(), height: foot_high, ..area },
        bordered,
        card,
    }
}

/// From this width on a company and a deal share a row.
const TOGETHER: u16 = 40;

/// How many columns fit beside each other.
pub(super) fn columns_wide(columns: u16) -> usize {
    match columns {
        0..60 => 1,
        60..100 => 2,
        wide => usize::from(wide / 24),
    }
}

/// The inside of a column.
fn inside(places: &Places, column: Rect) -> Rect {
    let edge = u16::from(places.bordered);
    let head = 1 - edge;
    Rect {
        x: column.x + edge,
        y: column.y + edge + head,
        width: column.width.saturating_sub(2 * edge),
        height: column.height.saturating_sub(2 * edge + head),
    }
}

/// How many cards fit below each other.
pub(super) fn cards_high(board: &Board, cx: &Cx) -> usize {
    let places = places(board, cx.area);
    let high = places.columns.first().map_or(0, |(_, c)| inside(&places, *c).height);
    usize::from(high) / places.card
}

fn top_of(at: usize, high: usize, count: usize) -> usize {
    rows::scrolled(at.saturating_sub(high.saturating_sub(1)), at, high, count)
}

/// The column, and the card of it, at a place of the screen.
pub(super) fn hit(board: &Board, cx: &Cx, x: u16, y: u16) -> Option<(usize, Option<usize>)> {
    let places = places(board, cx.area);
    let (column, area) = places.columns.iter().find(|(_, area)| area.contains((x, y).into()))?;
    let inside = inside(&places, *area);
    let stage = board.stages.get(*column)?;
    let high = usize::from(inside.height) / places.card;
    let top = top_of(board.at[*column], high, stage.cards.len());
    let at = top + usize::from(y.saturating_sub(inside.y)) / places.card;
    let on = inside.contains((x, y).into()) && at < stage.cards.len();
    Some((*column, on.then_some(at)))
}

pub(super) fn draw(board: &Board, frame: &mut Frame, area: Rect, cx: &Cx) {
    let places = places(board, area);
    head(board, frame, places.head, cx);
    board.filter.draw_error(frame, places.error, cx);
    strip(board, frame, places.strip, cx);
    for (at, area) in &places.columns {
        if let Some(stage) = board.stages.get(*at) {
            column(board, *at, stage, frame, *area, &places, cx);
        }
    }
    foot(board, frame, places.foot, cx);
    if board.counted && board.stages.iter().all(|s| s.sums.count == 0) {
        nothing(board, frame, &places, cx);
    }
}

fn head(board: &Board, frame: &mut Frame, area: Rect, cx: &Cx) {
    let pipeline = board.pipelines.iter().find(|(id, _)| Some(*id) == board.pipeline);
    let name = pipeline.map_or(String::new(), |(_, name)| pane::safe(name));
    let name = board.view.as_ref().map_or(name.clone(), |v| format!("{name}: {}", pane::safe(v)));
    let more = if board.pipelines.len() + board.views.len() > 1 {
        format!(" ({})", cx.keys.shown(Place::Board, Act::Pipeline).unwrap_or_default())
    } else {
        String::new()
    };
    let order = board.order();
    // What is typed needs the room more.
    let order = if order.is_empty() || (board.filter.is_shown() && area.width < 100) {
        String::new()
    } else {
        format!("sort: {}  ", pane::safe(order))
    };
    let left = format!(" {name}{more}  {order}");
    let open = |s: &&Stage| s.sums.kind == "open";
    let count: u64 = board.stages.iter().filter(open).map(|s| s.sums.count).sum();
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    let mut weighted: BTreeMap<Currency, i64> = BTreeMap::new();
    for stage in board.stages.iter().filter(open) {
        stage.sums.amounts().iter().for_each(|(c, m)| *sums.entry(*c).or_default() += m);
        stage.sums.weighted().iter().for_each(|(c, m)| *weighted.entry(*c).or_default() += m);
    }
    let room = usize::from(area.width).saturating_sub(width(&left) + 1);
    let right = if board.counted {
        totals(count, &sums, &weighted, room)
    } else {
        format!("counting{} ", cx.theme.sign("…", "..."))
    };
    pane::two_ends(
        frame,
        area,
        vec![Span::styled(left.clone(), cx.theme.style(Role::Heading))],
        vec![Span::styled(right.clone(), cx.theme.style(Role::Dim))],
    );
    if !board.filter.is_shown() {
        return;
    }
    let x = area.x + u16::try_from(width(&left)).unwrap_or(0).min(area.width);
    let taken = u16::try_from(width(&right)).unwrap_or(0);
    let wide = area.right().saturating_sub(x + taken + 1);
    let wide = if wide < 20 { area.right().saturating_sub(x) } else { wide };
    let line = Rect { x, width: wide, ..area };
    board.filter.draw(frame, line, "/", cx);
}

/// How many are open and what they are worth, as far as there is room: what is weighted goes first,
/// then the smaller part of the currencies.
fn totals(
    count: u64,
    sums: &BTreeMap<Currency, i64>,
    weighted: &BTreeMap<Currency, i64>,
    room: usize,
) -> String {
    let open = format!("{count} open  ");
    let chances = short_sums(weighted);
    let whole = format!("{open}{}  weighted {chances} ", short_sums(sums));
    if width(&whole) <= room && !chances.is_empty() {
        return whole;
    }
    let rest = room.saturating_sub(width(&open) + 1);
    format!("{open}{} ", short_sums_in(sums, rest))
}

/// All stages in one row, where not all have a column.
fn strip(board: &Board, frame: &mut Frame, area: Rect, cx: &Cx) {
    if area.is_empty() {
        return;
    }
    let mut spans = vec![Span::raw(" ")];
    for (at, stage) in board.stages.iter().enumerate() {
        let focus = at == board.column;
        let (open, close) = if focus { ("[", "]") } else { (" ", " ") };
        let count = if board.counted { format!(" {}", stage.sums.count) } else { String::new() };
        let text = format!("{open}{}{count}{close}", pane::safe(&stage.sums.name));
        let role = if focus { Role::Tab } else { Role::Dim };
        spans.push(Span::styled(text, cx.theme.style(role)));
    }
    frame.render_widget(ratatui::text::Line::from(spans), area);
}

/// `Lead 41  EUR 212k`: where that doesn't fit, the name gives way before the sum.
fn stage_title(stage: &Stage, room: usize, cx: &Cx) -> String {
    let (name, count) = (&stage.sums.name, stage.sums.count.to_string());
    let sums = stage.sums.amounts();
    let beside = |name: usize| room.saturating_sub(name + count.len() + 3);
    let whole = short_sums_in(&sums, beside(width(name)));
    if !whole.is_empty() || short_sums(&sums).is_empty() {
        return format!("{name} {count}  {whole}");
    }
    let told = short_sums_in(&sums, beside(SHORT_NAME));
    let name = cx.theme.cut(name, beside(width(&told)).max(SHORT_NAME));
    format!("{name} {count}  {told}")
}

/// What a stage's name keeps, where the sum needs the room.
const SHORT_NAME: usize = 6;

fn column(
    board: &Board,
    at: usize,
    stage: &Stage,
    frame: &mut Frame,
    area: Rect,
    places: &Places,
    cx: &Cx,
) {
    let focus = at == board.column;
    let target = board.drag.as_ref().is_some_and(|d| d.over == Some(at));
    let title = if board.counted {
        stage_title(stage, usize::from(area.width).saturating_sub(4), cx)
    } else {
        stage.sums.name.clone()
    };
    let title = title.trim_end();
    let area_inside = inside(places, area);
    if places.bordered {
        let title = if target { format!("> {title}") } else { title.to_owned() };
        pane::framed(frame, area, &title, "", focus || target, cx);
    } else {
        rows::write(frame, pane::row(area, 0), title, cx.theme.style(Role::Heading), cx);
    }
    let high = usize::from(area_inside.height) / places.card;
    let top = top_of(board.at[at], high, stage.cards.len());
    let count = if board.counted {
        usize::try_from(stage.sums.count).unwrap_or(usize::MAX)
    } else {
        stage.cards.len().min(high)
    };
    let rest = count.saturating_sub(top + high);
    // Where more are below, the last card's place tells how many.
    let shown = if rest > 0 { high.saturating_sub(1).max(1) } else { high };
    let top = top_of(board.at[at], shown, stage.cards.len());
    for (row, card) in stage.cards.iter().enumerate().skip(top).take(shown) {
        let y = (row - top) * places.card;
        draw_card(
            board,
            card,
            focus && row == board.at[at],
            frame,
            area_inside,
            y,
            places.card,
            cx,
        );
    }
    let below = count.saturating_sub(top + shown);
    if below > 0 && high > 1 {
        let text = format!("  {} {below} more", cx.theme.sign("↓", "v"));
        rows::write(
            frame,
            pane::row(area_inside, shown * places.card),
            &text,
            cx.theme.style(Role::Dim),
            cx,
        );
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "a card, where it stands and how; drawn in one place"
)]
fn draw_card(
    board: &Board,
    card: &Card,
    focus: bool,
    frame: &mut Frame,
    area: Rect,
    y: usize,
    rows_high: usize,
    cx: &Cx,
) {
    let marked = board.marks.has(card.id);
    let lifted = board.drag.as_ref().is_some_and(|d| d.id == card.id && d.over.is_some());
    let role = match (focus, marked, lifted) {
        (_, _, true) => Role::Dim,
        (true, ..) => Role::Focus,
        (false, true, _) => Role::Mark,
        _ => Role::Text,
    };
    let style = cx.theme.style(role);
    let sign = if focus { ">" } else { " " };
    let mark = if marked { "*" } else { " " };
    let room = usize::from(area.width);
    // Where both don't fit, each gets a half.
    let half = room.saturating_sub(5) / 2;
    let spare = half.saturating_sub(width(&card.name).min(half));
    let apart = rows_high > 3 && !card.company.is_empty();
    let name = match &card.company {
        company if company.is_empty() => card.name.clone(),
        company if apart => company.clone(),
        company => format!("{} - {}", cx.theme.cut(company, half + spare), card.name),
    };
    let amount = card.amount.map_or(String::new(), |m| short(m.minor, m.currency));
    if rows_high == 1 {
        let left = format!("{sign}{mark}{}", pane::safe(&name));
        let late = late_by(card, cx).map_or(String::new(), |late| format!(" {late}"));
        let right = format!("{amount}{late}{}", if card.stale { "!" } else { " " });
        let cut = room.saturating_sub(width(&right) + 1);
        let left = crate::entity::width::pad(&cx.theme.cut(&left, cut), cut, false);
        rows::write(frame, pane::row(area, y), &format!("{left} {right}"), style, cx);
        return;
    }
    rows::write(
        frame,
        pane::row(area, y),
        &format!("{sign}{mark}{}", pane::safe(&name)),
        style,
        cx,
    );
    if apart {
        let name = format!("{sign} {}", pane::safe(&card.name));
        rows::write(frame, pane::row(area, y + 1), &name, style, cx);
    }
    let amount = match card.amount {
        Some(m) if room >= 34 => crate::entity::money::amount_for_people(m.minor, m.currency),
        _ => amount,
    };
    let closes = card.closes.map_or(String::new(), |d| d.format("%d %b").to_string());
    let days = card.days.max(0);
    let age = format!("{days}d{}", if card.stale { "!" } else { " " });
    let right = match late_by(card, cx) {
        late if room >= 34 => format!("{age} {closes}{}", if late.is_some() { "!" } else { " " }),
        // Told apart without colour: how late it is, and how long in its stage.
        Some(late) if width(&amount) + width(&late) + width(&age) + 4 <= room => {
            format!("{late} {age}")
        }
        Some(late) => late,
        None => age,
    };
    // What the order goes by tells more than whose it is.
    let owner = pane::safe(if card.told.is_empty() { &card.owner } else { &card.told });
    let spare = room.saturating_sub(width(&amount) + width(&right) + 2);
    let left = format!("{sign} {amount}{}", " ".repeat(spare.min(2)));
    let taken = width(&left) + width(&right) + 1;
    let owner = match room.saturating_sub(taken) {
        0..3 if width(&owner) > room.saturating_sub(taken) => String::new(),
        rest => cx.theme.cut(&owner, rest).into_owned(),
    };
    let gap = room.saturating_sub(width(&left) + width(&owner) + width(&right));
    let line = format!("{left}{owner}{}{right}", " ".repeat(gap));
    let role = match (role, card.stale || card.late) {
        (Role::Text, true) => Role::Warn,
        (Role::Text, false) => Role::Dim,
        (other, _) => other,
    };
    let below = y + 1 + usize::from(apart);
    rows::write(frame, pane::row(area, below), &line, cx.theme.style(role), cx);
}

/// `-3d`: how long its closing day is past, as the agenda says it.
fn late_by(card: &Card, cx: &Cx) -> Option<String> {
    let closes = card.closes.filter(|_| card.late)?;
    Some(format!("-{}d", (cx.today() - closes).num_days()))
}

/// What is known of the deal in focus, or of the marked ones.
fn foot(board: &Board, frame: &mut Frame, area: Rect, cx: &Cx) {
    if area.is_empty() {
        return;
    }
    let mut text = String::from(" ");
    if board.marks.is_empty() {
        let Some(card) = board.focused() else { return };
        text += &pane::safe(&card.name);
        if !card.next_step.is_empty() {
            text += &format!("  next: {}", pane::safe(&card.next_step));
        }
        if let Some(day) = card.closes {
            text += &format!("  closes {day}{}", if card.late { " (past)" } else { "" });
        }
        if card.stale {
            text += &format!("  stale: {} days here", card.days);
        }
        if !card.chance.is_empty() {
            text += &format!("  p={}%", card.chance);
        }
    } else {
        let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
        let cards = board.stages.iter().flat_map(|s| &s.cards).filter(|c| board.marks.has(c.id));
        for money in cards.filter_map(|c| c.amount) {
            *sums.entry(money.currency).or_default() += money.minor;
        }
        let key = |act| cx.keys.shown(Place::Board, act).unwrap_or_default();
        text += &format!(
            "{}{}: {} - {}/{} move  {} assign  {} remove  {} clear",
            board.marks.told(),
            if board.range_here().is_some() { " (range)" } else { "" },
            short_sums(&sums),
            key(Act::StepBack),
            key(Act::StepOn),
            key(Act::Assign),
            key(Act::Delete),
            key(Act::Back)
        );
    }
    rows::write(frame, area, &text, cx.theme.style(Role::Text), cx);
}

fn nothing(board: &Board, frame: &mut Frame, places: &Places, cx: &Cx) {
    let Some((_, column)) = places.columns.first() else { return };
    let area = inside(places, *column);
    let key = |act| cx.keys.shown(Place::Board, act).unwrap_or_default();
    let lines = if board.lacks_stages() {
        let add = format!("{} adds the first.", key(Act::New));
        vec!["This pipeline has no stages yet.".to_owned(), add]
    } else if board.filter.applied().is_empty() {
        vec!["No deals yet.".to_owned(), format!("{} adds one.", key(Act::New))]
    } else {
        let mut lines = vec!["No deals match.".to_owned()];
        lines.extend(elsewhere("deal", board.filter.applied(), cx));
        lines.push(format!("{} clears the filter.", key(Act::Back)));
        lines
    };
    // A line may run over the columns, which are empty.
    let area = Rect { width: cx.area.right().saturating_sub(area.x + 1), ..area };
    for (at, line) in lines.iter().enumerate() {
        let shown = pane::safe(line);
        let text = cx.theme.cut(&shown, usize::from(area.width)).into_owned();
        let line = ratatui::text::Line::styled(text, cx.theme.style(Role::Dim));
        frame.render_widget(line, pane::row(area, at));
    }
}
