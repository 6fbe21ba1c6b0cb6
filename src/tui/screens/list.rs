//! The list of a noun: any noun. Rows come by id; what is in sight and two screens around it is held,
//! the rest is known by its place alone, so that a million records scroll as one.

mod columns;
pub(crate) mod countdown;
mod details;
mod draw;
mod hands;
mod ids;
mod load;
mod tabs;

use std::collections::HashSet;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

pub(crate) use self::columns::Columns;
use self::ids::Ids;
use self::load::{Listed, Rows, Wanted};
use crate::entity::Noun;
use crate::error::Error;
use crate::store::Among;
use crate::tui::deeds::quoted;
use crate::tui::keys::Place;
use crate::tui::screen::{
    Cx, Effect, Effects, Event, Made, REST, Screen, Subject, Toast, answer, ask,
};
use crate::tui::screens::line::Known;
use crate::tui::screens::order::Sorted;
use crate::tui::screens::views::{self, SaveAs, View};
use crate::tui::screens::{happened, not_in_sight};
use crate::tui::widgets::marks::Marks;
use crate::tui::widgets::narrow::Narrow;
use crate::tui::widgets::rows;
use crate::tui::widgets::sheet::Sheet;

const LISTING: u8 = 0;
const ROWS: u8 = 1;
const SHEET: u8 = 2;
const TABS: u8 = 3;

/// The records that a list is of, where it isn't of all.
struct Only {
    ids: Arc<HashSet<i64>>,
    title: String,
    command: String,
}

/// A list with its state.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct List {
    noun: &'static str,
    tabs: Vec<View>,
    tab: usize,
    filter: Narrow,
    columns: Vec<String>,
    sort: String,
    among: Among,
    only: Option<Only>,
    /// The link to the record that all of it belongs to: a new one has it too.
    of: Option<Known>,
    /// Every record that matches, in order.
    ids: Ids,
    /// Whether `ids` is all there is; the first answer holds one page alone.
    complete: bool,
    heads: Vec<rows::Head>,
    rows: Rows,
    at: usize,
    top: usize,
    /// How many columns beside the label were scrolled past.
    shift: usize,
    marks: Marks,
    range: Option<usize>,
    preview: bool,
    /// Whether keys go to the pane of details, and how far that is scrolled.
    panes: details::Panes,
    /// The pane of details has all the room.
    zoomed: bool,
    /// The kind of the timeline that is shown.
    kind: Option<String>,
    sheet: Option<Sheet>,
    /// The record that the pane of details is of, or will be.
    sheet_of: Option<i64>,
    /// The file changed and this is to be focused, when it comes.
    wanted: Option<i64>,
    loaded: bool,
    /// Rows stand where they stood, as somebody is in the middle of something.
    unsorted: bool,
}

/// The list of a noun.
pub(crate) fn of(noun: &Noun) -> Box<dyn Screen> {
    Box::new(List::new(noun))
}

/// The filter that the list of a noun begins with.
pub(crate) fn begins_with(noun: &Noun) -> String {
    tabs::own(noun).first().map_or(String::new(), |tab| tab.filter.clone())
}

/// The list of a noun under a filter, as a screen of its own.
pub(crate) fn filtered(noun: &'static str, filter: &str) -> Box<dyn Screen> {
    Box::new(List { filter: Narrow::by(filter), ..List::bare(noun) })
}

/// A saved view, with its columns and its order.
pub(crate) fn viewed(noun: &'static str, view: View) -> Box<dyn Screen> {
    let View { filter, columns, sort, .. } = view;
    Box::new(List { filter: Narrow::by(&filter), columns, sort, ..List::bare(noun) })
}

/// The same, of what belongs to one record.
pub(crate) fn linked(noun: &'static str, filter: &str, of: Option<Known>) -> Box<dyn Screen> {
    Box::new(List { filter: Narrow::by(filter), of, ..List::bare(noun) })
}

/// Some records alone, such as those behind a figure; `command` is the one that lists them.
pub(crate) fn behind(
    noun: &'static str,
    ids: Vec<i64>,
    title: String,
    command: String,
) -> Box<dyn Screen> {
    let only = Only { ids: Arc::new(ids.into_iter().collect()), title, command };
    Box::new(List { only: Some(only), ..List::bare(noun) })
}

/// What lies in the trash of a noun.
pub(crate) fn trashed(noun: &'static str) -> Box<dyn Screen> {
    Box::new(List { among: Among::Trash, ..List::bare(noun) })
}

impl List {
    fn bare(noun: &'static str) -> Self {
        Self {
            noun,
            tabs: Vec::new(),
            tab: 0,
            filter: Narrow::default(),
            columns: Vec::new(),
            sort: String::new(),
            among: Among::Live,
            only: None,
            of: None,
            ids: Ids::default(),
            complete: false,
            heads: Vec::new(),
            rows: Rows::new(),
            at: 0,
            top: 0,
            shift: 0,
            marks: Marks::default(),
            range: None,
            preview: true,
            panes: details::Panes::default(),
            zoomed: false,
            kind: None,
            sheet: None,
            sheet_of: None,
            wanted: None,
            loaded: false,
            unsorted: false,
        }
    }

    fn new(noun: &Noun) -> Self {
        let tabs = tabs::own(noun);
        Self { tabs, ..Self::bare(noun.name()) }
    }

    fn focused(&self) -> Option<i64> {
        self.ids.get(self.at)
    }

    fn height(&self, cx: &Cx) -> usize {
        usize::from(draw::places(self, cx.area).rows.height).max(1)
    }

    /// Keeps the focus in sight, and asks for what is missing there.
    fn settle(&mut self, cx: &Cx) -> Effects {
        if draw::places(self, cx.area).details.is_none() {
            self.panes.come_back();
        }
        self.at = self.at.min(self.ids.len().saturating_sub(1));
        self.top = rows::scrolled(self.top, self.at, self.height(cx), self.ids.len());
        let mut effects: Effects = self.missing(cx).into_iter().collect();
        effects.extend(self.look(cx));
        effects
    }

    /// Asks for the rows in sight, where some of them are not held.
    fn missing(&self, cx: &Cx) -> Option<Effect> {
        let height = self.height(cx);
        let seen = self.ids.some(self.top, self.top + height);
        if seen.iter().all(|id| self.rows.contains_key(id)) {
            return None;
        }
        let from = self.top.saturating_sub(2 * height);
        let ids = self.ids.some(from, self.top + 3 * height);
        let wanted = self.wanted(cx);
        Some(ask(ROWS, move |desk| load::rows(desk, &wanted, &ids)))
    }

    /// Asks for the details of what is in focus, where they are shown.
    fn look(&mut self, cx: &Cx) -> Option<Effect> {
        let shown = self.preview && draw::places(self, cx.area).details.is_some();
        let id = self.focused().filter(|id| shown && self.sheet_of != Some(*id))?;
        self.sheet_of = Some(id);
        let noun = self.noun;
        let most = if self.kind.is_some() { happened::MOST } else { 40 };
        Some(ask(SHEET, move |desk| Sheet::read(desk, noun, id, most)))
    }

    fn wanted(&self, cx: &Cx) -> Wanted {
        let tab = self.tabs.get(self.tab);
        let or = |own: &String, of: fn(&View) -> &String| {
            if own.is_empty() { tab.map_or(String::new(), |t| of(t).clone()) } else { own.clone() }
        };
        let columns = if self.columns.is_empty() {
            tab.map_or(Vec::new(), |t| t.columns.clone())
        } else {
            self.columns.clone()
        };
        Wanted {
            noun: self.noun,
            base: tab.map_or(String::new(), |t| t.filter.clone()),
            filter: self.filter.applied().to_owned(),
            sort: or(&self.sort, |t| &t.sort),
            columns,
            among: self.among,
            only: self.only.as_ref().map(|o| o.ids.clone()),
            focus: self.wanted.or_else(|| self.focused()),
            at: self.at,
            height: self.height(cx),
            zone: cx.zone(),
            keep: None,
            marks: Vec::new(),
        }
    }

    /// Asks for the list; `whole` for all its ids, else for one page.
    fn list(&self, cx: &Cx, whole: bool) -> Effect {
        self.listing(self.wanted(cx), whole)
    }

    fn listing(&self, wanted: Wanted, whole: bool) -> Effect {
        let wanted = Wanted { marks: self.marks.iter().collect(), ..wanted };
        ask(LISTING, move |desk| load::listing(desk, &wanted, whole))
    }

    /// The same for what changed meanwhile: while somebody presses keys, no row goes away under them
    /// by its time alone.
    fn list_again(&self, cx: &Cx) -> Effect {
        let wanted = self.wanted(cx);
        let by_left = wanted.sort == countdown::LEFT && self.ids.len() <= load::MOST_BY_LEFT;
        let busy = cx.rest < REST && by_left && self.complete;
        let keep = busy.then(|| self.ids.iter().collect());
        self.listing(Wanted { keep, ..wanted }, true)
    }

    fn take(&mut self, listed: Listed, cx: &Cx) -> Effects {
        self.filter.error = None;
        self.loaded = true;
        self.ids = listed.ids;
        self.complete = listed.complete;
        self.heads = listed.heads;
        self.rows = listed.rows;
        let missed = self.wanted.take();
        let missed = missed.filter(|id| self.complete && !self.ids.iter().any(|i| i == *id));
        // Focus and marks belong to records, not to rows; what goes by the time left goes round a
        // focus that stays at its height.
        let height = self.at.saturating_sub(self.top);
        self.at = listed.at;
        if self.wanted(cx).sort == countdown::LEFT {
            self.top = self.at.saturating_sub(height);
        }
        self.unsorted = listed.unsorted;
        if let Some((out_of_sight, gone)) = listed.marks {
            self.marks.know(out_of_sight, &gone);
        }
        self.range = None;
        let mut effects = Vec::new();
        if missed.is_some() {
            effects.push(not_in_sight(cx));
        }
        if !self.complete {
            effects.push(self.list(cx, true));
        }
        effects.extend(self.settle(cx));
        effects
    }

    fn typed(&mut self, cx: &Cx) -> Effects {
        self.at = 0;
        vec![self.list(cx, false)]
    }

    fn turn_to(&mut self, tab: usize, cx: &Cx) -> Effects {
        self.tab = tab;
        self.shift = 0;
        self.columns.clear();
        self.sort.clear();
        self.sheet_of = None;
        // Another view begins at its top; the focus stays with a record where the same is read anew.
        (self.at, self.top) = (0, 0);
        let wanted = Wanted { focus: None, at: 0, ..self.wanted(cx) };
        vec![self.listing(wanted, false)]
    }

    /// Saves what is in sight as a view of this name.
    fn save_as(&self, name: String, cx: &Cx) -> Effect {
        let wanted = self.wanted(cx);
        let filter = wanted.whole_filter();
        // A view's order is one that commands know too.
        let sort = if wanted.sort == countdown::LEFT { "solve_due".into() } else { wanted.sort };
        let view = View { name, filter, columns: wanted.columns, sort, saved: true };
        views::save(view, self.noun)
    }

    fn answered(&mut self, slot: u8, said: crate::tui::screen::Answer, cx: &Cx) -> Option<Effects> {
        match slot {
            LISTING => match answer::<Result<Listed, Error>>(said)? {
                Ok(listed) => return Some(self.take(listed, cx)),
                // The last good rows stay.
                Err(why) if self.filter.is_shown() => self.filter.error = Some(why),
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            ROWS => match answer::<Result<Rows, Error>>(said)? {
                Ok(rows) => self.rows = rows,
                Err(why) => return Some(vec![Toast::bad(&why)]),
            },
            SHEET => {
                let sheet = answer::<Result<Sheet, Error>>(said)?.ok();
                let id = |sheet: &Option<Sheet>| sheet.as_ref().map(|s| s.record.id);
                if id(&sheet) != id(&self.sheet) {
                    self.panes.rewind();
                }
                self.sheet = sheet;
            }
            _ => {
                if let Ok(saved) = answer::<Result<Vec<View>, Error>>(said)? {
                    self.tabs.retain(|t| !t.saved);
                    self.tabs.extend(saved);
                    self.tab = self.tab.min(self.tabs.len().saturating_sub(1));
                }
            }
        }
        Some(Vec::new())
    }

    fn saved_tabs(&self) -> Option<Effect> {
        let noun = self.noun;
        (!self.tabs.is_empty()).then(|| ask(TABS, move |desk| views::saved(desk, noun)))
    }

    fn told(&mut self, what: Box<dyn std::any::Any>, cx: &Cx) -> Option<Effects> {
        let what = match what.downcast::<happened::Kind>() {
            Ok(kind) => {
                self.kind = kind.0;
                self.sheet_of = None;
                return Some(self.look(cx).into_iter().collect());
            }
            Err(what) => what,
        };
        let what = match what.downcast::<SaveAs>() {
            Ok(saved) => return Some(vec![self.save_as(saved.0, cx)]),
            Err(what) => what,
        };
        let what = match what.downcast::<Made>() {
            Ok(made) => {
                self.wanted = (made.0 == self.noun).then_some(made.1);
                return Some(Vec::new());
            }
            Err(what) => what,
        };
        match what.downcast::<Sorted>() {
            Ok(sorted) => self.sort = sorted.0,
            Err(what) => {
                let columns = what.downcast::<Columns>().ok()?;
                if let Err(why) = columns.check(cx.model.get(self.noun)?, cx) {
                    return Some(vec![Toast::bad(&why)]);
                }
                (self.columns, self.shift) = (columns.0, 0);
            }
        }
        Some(vec![self.list(cx, true)])
    }
}

impl Screen for List {
    fn place(&self) -> Place {
        Place::List
    }

    fn title(&self, cx: &Cx) -> String {
        let plural = cx.model.get(self.noun).map_or("", |n| n.entity.plural);
        let trash = if self.among == Among::Trash { " in the trash" } else { "" };
        self.only.as_ref().map_or_else(|| format!("{plural}{trash}"), |only| only.title.clone())
    }

    fn open(&mut self, cx: &Cx) -> Effects {
        self.saved_tabs().into_iter().chain([self.list(cx, false)]).collect()
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        if let Some(changed) = self.filter.take(&event) {
            return Some(if changed { self.typed(cx) } else { Vec::new() });
        }
        match event {
            Event::Act(act) => self.act(act, cx),
            Event::Answer(slot, said) => self.answered(slot, said, cx),
            Event::Told(what) => self.told(what, cx),
            Event::Mouse(mouse) => self.mouse(mouse, cx),
            Event::Changed => {
                self.sheet_of = None;
                self.unsorted = false;
                let mut effects: Effects = self.saved_tabs().into_iter().collect();
                effects.push(self.list_again(cx));
                effects.extend(self.look(cx));
                Some(effects)
            }
            Event::Resized => Some(self.settle(cx)),
            _ => None,
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        draw::draw(self, frame, area, cx);
    }

    fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    fn subject(&self) -> Option<Subject> {
        let label = self.heads.iter().position(|h| h.keep);
        let label = |id: i64| self.rows.get(&id)?.cells.get(label?).cloned();
        self.marks.subject(self.noun, self.focused(), label)
    }

    fn noun(&self) -> Option<&'static str> {
        Some(self.noun)
    }

    fn deadline(&self, cx: &Cx) -> Option<std::time::Duration> {
        let seen = self.ids.iter().skip(self.top).take(self.height(cx));
        let left = seen.filter_map(|id| self.rows.get(&id)?.left?.changes_in(cx.now()));
        left.min().map(std::time::Duration::from_secs)
    }

    fn waits_for_rest(&self) -> bool {
        self.unsorted
    }

    fn command(&self) -> Option<String> {
        if let (Some(only), true) = (&self.only, self.filter.applied().is_empty()) {
            return Some(only.command.clone());
        }
        let tab = self.tabs.get(self.tab);
        let base = tab.map_or("", |t| t.filter.as_str());
        let filter = views::joined(base, self.filter.applied());
        let mut words = format!("{} list", self.noun);
        if !filter.is_empty() {
            words += &format!(" {}", quoted(&filter));
        }
        for (flag, text) in [("columns", self.columns.join(",")), ("sort", self.sort.clone())] {
            if !text.is_empty() {
                words += &format!(" --{flag} {}", quoted(&text));
            }
        }
        Some(words)
    }
}
