//! Columns and rows: widths by what is in sight, the least important column goes first.

use std::num::NonZeroU16;

use ratatui::Frame;
use ratatui::buffer::CellDiffOption;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::entity::shown::{is_numeric, shown};
use crate::entity::text::visible;
use crate::entity::width::{pad, width};
use crate::entity::{Kind, Noun, Part, Value};
use crate::store::Path;
use crate::tui::screen::Cx;

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub name: String,
    /// At the right, and never cut.
    pub numeric: bool,
    /// Never left out: the label.
    pub keep: bool,
    /// Never cut, as numbers are: dates, phones.
    pub whole: bool,
}

impl Head {
    /// That of a column of a noun.
    pub(crate) fn of(path: &Path, noun: &Noun) -> Self {
        let last = path.last();
        Self {
            name: match path.field() {
                field if field.custom && last.part == Part::Whole => field.called(),
                _ => path.name.replace('_', " "),
            },
            numeric: is_numeric(path.field(), last.part),
            whole: is_whole(&path.field().kind),
            keep: path.steps.len() == 1
                && last.part == Part::Whole
                && path.field().name == noun.entity.label().name,
        }
    }
}

/// Whether a half of a value says nothing, or something else.
fn is_whole(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Phone
            | Kind::List(Kind::Phone)
            | Kind::Date
            | Kind::Datetime
            | Kind::Due
            | Kind::Duration
    )
}

/// The text of a cell for people; of long text the first line.
pub(crate) fn cell(value: &Value, path: &Path, zone: chrono_tz::Tz) -> String {
    let text = shown(path.field(), path.last().part, value, zone);
    text.lines().next().unwrap_or_default().to_owned()
}

/// Widths of the columns that fit into the room; the last ones are left out first.
pub(crate) fn widths(heads: &[Head], rows: &[Vec<String>], room: usize) -> Vec<(usize, usize)> {
    let mut shown: Vec<usize> = (0..heads.len()).collect();
    let wanted: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            let cells = rows.iter().filter_map(|r| r.get(at)).map(|c| width(&visible(c)));
            cells.chain([width(&head.name)]).max().unwrap_or(0).clamp(1, 60)
        })
        .collect();
    let least = |at: usize| {
        if heads[at].numeric || heads[at].whole {
            wanted[at]
        } else {
            // The label is what people look for: a third of the room is its own.
            wanted[at].min(if heads[at].keep { (room / 3).clamp(16, 40) } else { 10 })
        }
    };
    while shown.len() > 1 && shown.iter().map(|at| least(*at) + 1).sum::<usize>() > room + 1 {
        // What holds nothing in sight goes before what does.
        let is_empty = |at: &usize| {
            !heads[*at].keep && rows.iter().all(|r| r.get(*at).is_none_or(String::is_empty))
        };
        let gone = shown.iter().rposition(is_empty);
        let gone = gone.or_else(|| shown.iter().rposition(|at| !heads[*at].keep));
        let Some(gone) = gone else { break };
        shown.remove(gone);
    }
    let mut given: Vec<(usize, usize)> = shown.iter().map(|at| (*at, least(*at))).collect();
    let mut spare =
        room.saturating_sub(given.iter().map(|(_, w)| w + 1).sum::<usize>().saturating_sub(1));
    // What is left goes to those that want more: the label first, then from the left.
    let mut order: Vec<usize> = (0..given.len()).collect();
    order.sort_by_key(|i| !heads[given[*i].0].keep);
    for i in order {
        let (at, now) = given[i];
        let more = wanted[at].saturating_sub(now).min(spare);
        given[i].1 += more;
        spare -= more;
    }
    if given.len() == 1 {
        given[0].1 = given[0].1.min(room);
    }
    given
}

/// One row as text, its cells cut or filled to their widths.
pub(crate) fn line(cells: &[String], heads: &[Head], widths: &[(usize, usize)], cx: &Cx) -> String {
    let mut out = String::new();
    for (i, (at, columns)) in widths.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let cell = cells.get(*at).map_or("", String::as_str);
        let shown = visible(cell);
        out += &pad(&cx.theme.cut(&shown, *columns), *columns, heads[*at].numeric);
    }
    out
}

/// Writes a line of text over a whole row, so that its style reaches the end.
pub(crate) fn write(frame: &mut Frame, area: Rect, text: &str, style: Style, cx: &Cx) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let text = pad(&cx.theme.cut(text, room), room, false);
    frame.render_widget(Line::raw(text).style(style), area);
}

/// Makes the end of a written row, from a column on, a link of the terminal.
pub(crate) fn link(frame: &mut Frame, area: Rect, text: &str, column: usize, url: &str, cx: &Cx) {
    let (shown, head): (String, String) = {
        let mut taken = 0;
        let split = text.char_indices().find(|(_, c)| {
            let here = taken >= column;
            taken += width(c.encode_utf8(&mut [0; 4]));
            here
        });
        let at = split.map_or(text.len(), |(at, _)| at);
        (visible(&text[at..]).trim_end().to_owned(), text[..at].to_owned())
    };
    let begin = u16::try_from(width(&head)).unwrap_or(u16::MAX);
    let columns = u16::try_from(width(&shown)).unwrap_or(u16::MAX);
    let fits = begin.checked_add(columns).is_some_and(|end| end <= area.width);
    let Some(columns) = NonZeroU16::new(columns).filter(|_| cx.theme.links && fits) else { return };
    if area.is_empty() {
        return;
    }
    // One cell holds the whole link; those that it covers hold their letters for what comes next.
    let cell = &mut frame.buffer_mut()[(area.x + begin, area.y)];
    cell.set_symbol(&format!("\x1b]8;;{url}\x1b\\{shown}\x1b]8;;\x1b\\"));
    cell.set_diff_option(CellDiffOption::ForcedWidth(columns));
}

/// The first row to show so that `at` is in sight, moving as little as can be.
pub(crate) fn scrolled(top: usize, at: usize, height: usize, total: usize) -> usize {
    let height = height.max(1);
    let top = top.min(total.saturating_sub(height));
    if at < top {
        at
    } else if at >= top + height {
        at + 1 - height
    } else {
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads() -> Vec<Head> {
        ["id", "name", "company", "amount"]
            .iter()
            .map(|n| Head {
                name: (*n).into(),
                numeric: *n == "amount",
                keep: *n == "name",
                whole: false,
            })
            .collect()
    }

    #[test]
    fn columns_go_from_the_right_and_the_label_stays() {
        let rows = vec![vec!["1".into(), "x".repeat(40), "y".repeat(40), "EUR 1,000.00".into()]];
        let names =
            |room| widths(&heads(), &rows, room).iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!(names(120), [0, 1, 2, 3]);
        assert_eq!(names(30), [0, 1, 2]);
        assert_eq!(names(10), [1]);
        for room in 1..130 {
            let total: usize = widths(&heads(), &rows, room).iter().map(|(_, w)| w + 1).sum();
            assert!(total <= room + 1, "{room}: {total}");
        }
    }

    #[test]
    fn scrolling_moves_as_little_as_can_be() {
        assert_eq!(scrolled(0, 5, 10, 100), 0);
        assert_eq!(scrolled(0, 10, 10, 100), 1);
        assert_eq!(scrolled(20, 5, 10, 100), 5);
        assert_eq!(scrolled(95, 99, 10, 100), 90);
        assert_eq!(scrolled(3, 0, 0, 0), 0);
    }
}
