//! The latest changes of the file, by whom.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::choose::{Choose, Item};
use super::text::{self, Scroll};
use crate::entity::shown::local;
use crate::entity::when::stored_instant;
use crate::error::Result;
use crate::store::ChangeRow;
use crate::tui::keys::{Act, Place};
use crate::tui::past;
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Toast, answer, ask, deed};
use crate::tui::theme::Role;
use crate::tui::widgets::pane;
use crate::tui::widgets::sheet::{SheetLine, plain};

/// How many are shown.
const MOST: u64 = 500;

#[derive(Default)]
struct Changes {
    rows: Vec<ChangeRow>,
    scroll: Scroll,
}

/// The list of changes.
pub(crate) fn open() -> Box<dyn Screen> {
    Box::<Changes>::default()
}

impl Changes {
    fn lines(&self, cx: &Cx) -> Vec<SheetLine> {
        let line = |c: &ChangeRow| {
            let at = stored_instant(&c.at).map_or(c.at.clone(), |at| local(at, cx.zone()));
            let fate = match (c.undoes, c.undone_by) {
                (Some(of), _) if c.kind == "redo" => format!("  (redoes {of})"),
                (Some(of), _) => format!("  (undoes {of})"),
                (None, Some(by)) => format!("  (undone by {by})"),
                (None, None) => String::new(),
            };
            let role = if c.undone_by.is_some() { Role::Dim } else { Role::Text };
            plain(
                format!(
                    "{:>6}  {at}  {:<8} {}{fate}",
                    c.id,
                    pane::safe(&c.who),
                    pane::safe(&c.summary)
                ),
                role,
            )
        };
        self.rows.iter().map(line).collect()
    }
}

impl Changes {
    /// Asks whether the change in focus is to be taken back.
    fn take_back(&self, cx: &Cx) -> Effects {
        let Some(change) = self.rows.get(self.scroll.at) else { return Vec::new() };
        let (id, is_undo) = (change.id, change.kind == "undo");
        if let Some(by) = change.undone_by {
            return vec![Toast::good(format!("change {id} was undone by change {by} already"))];
        }
        let what = cx.theme.cut(&pane::safe(&change.summary), 50).into_owned();
        let title = format!("Take back change {id}: {what}");
        let items = vec![
            Item::new("no", "leave it", 0),
            Item::new("yes", format!("as `rolo undo change:{id}` does"), 1),
        ];
        vec![Effect::Push(Choose::of(title, items, move |item, _| match item.value {
            1 => vec![deed(move |desk| past::undo_change(desk, id, is_undo))],
            _ => Vec::new(),
        }))]
    }
}

impl Screen for Changes {
    fn place(&self) -> Place {
        Place::Page
    }

    fn title(&self, _: &Cx) -> String {
        "changes".into()
    }

    fn open(&mut self, _: &Cx) -> Effects {
        vec![ask(0, |desk| desk.reader()?.changes(MOST))]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let height = usize::from(cx.area.height).saturating_sub(2);
        match event {
            Event::Act(Act::Open) => return Some(self.take_back(cx)),
            Event::Act(act) if self.scroll.act(act, self.rows.len(), height) => {}
            Event::Mouse(mouse) if self.scroll.wheel(mouse.kind, self.rows.len(), height) => {}
            Event::Changed => return Some(self.open(cx)),
            Event::Answer(_, said) => match answer::<Result<Vec<ChangeRow>>>(said)? {
                Ok(rows) => {
                    self.rows = rows;
                    self.scroll.clamp(self.rows.len(), height);
                }
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let key = cx.keys.shown(Place::Page, Act::Open).unwrap_or_default();
        let height = usize::from(area.height.saturating_sub(2));
        let seen = text::seen(&self.scroll, self.rows.len(), height);
        let foot = format!("{key} takes one back  {seen}");
        let inside = pane::framed(frame, area, "changes, newest first", foot.trim_end(), true, cx);
        text::draw(frame, inside, &self.lines(cx), &self.scroll, true, cx);
    }

    fn command(&self) -> Option<String> {
        Some("changes".into())
    }
}
