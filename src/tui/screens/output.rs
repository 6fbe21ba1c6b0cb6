//! What a command of rolo said. It runs beside the worker: everything else goes on meanwhile, and Esc
//! leaves it running out of sight.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::text::{self, Scroll};
use crate::error::{Error, Result};
use crate::store::ChangeRow;
use crate::tui::desk::Desk;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Toast, answer, ask, ask_aside};
use crate::tui::theme::Role;
use crate::tui::widgets::pane;
use crate::tui::widgets::sheet::{SheetLine, plain};
use crate::tui::{CommandLine, Ran};

/// Most changes of one command that `u` takes back one by one.
const CHANGES: u64 = 10_000;

/// What a command says that wants to be told that it is meant.
const YES: &str = "`--yes`";

const RAN: u8 = 0;
const NOTED: u8 = 1;

struct Output {
    line: String,
    run: CommandLine,
    lines: Option<Vec<SheetLine>>,
    scroll: Scroll,
    /// Esc was pressed while it ran.
    unseen: bool,
    /// It wants to be told that it is meant.
    asks: bool,
    /// Where the line was filled in: it is back there when it is refused.
    back: Option<Back>,
}

/// Opens the form again that a refused line comes from, with what was wrong.
pub(super) type Back = Box<dyn FnOnce(Error) -> Box<dyn Screen>>;

/// What a run came to, with what it changed, the oldest first.
type Told = (Ran, Vec<ChangeRow>);

/// Runs a command line, and shows what it says.
pub(crate) fn open(line: String, run: CommandLine) -> Box<dyn Screen> {
    of_form(line, run, None)
}

/// The same for a line that was filled in: where it is refused, what was typed is there again.
pub(super) fn of_form(line: String, run: CommandLine, back: Option<Back>) -> Box<dyn Screen> {
    Box::new(Output {
        line,
        run,
        back,
        lines: None,
        scroll: Scroll::default(),
        unseen: false,
        asks: false,
    })
}

/// Runs it; what the user changed in the meantime was changed by it.
fn run_at(desk: &mut Desk, run: &CommandLine, line: &str, columns: usize) -> Told {
    let last = |desk: &Desk| -> Result<i64> {
        Ok(desk.reader()?.changes(1)?.first().map_or(0, |change| change.id))
    };
    let before = last(desk);
    let ran = run.run(line, Some(columns));
    let since = |before: i64| -> Result<Vec<ChangeRow>> {
        let mut rows = desk.reader()?.changes(CHANGES)?;
        rows.retain(|row| row.id > before && row.who == desk.user);
        rows.reverse();
        Ok(rows)
    };
    (ran, before.and_then(since).unwrap_or_default())
}

/// What a command line said was wrong.
fn refusal(text: &str) -> Error {
    let part = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let first = text.lines().next().unwrap_or_default();
    let why = Error::usage(part("error: ").unwrap_or(first));
    match part("hint: ") {
        Some(hint) => why.hint(hint),
        None => why,
    }
}

impl Output {
    /// Takes what was said; `u` takes back what was changed.
    fn take(&mut self, (ran, changes): Told, cx: &Cx) -> Effects {
        let text = ran.text();
        let text = if text.trim().is_empty() { "done: it said nothing".into() } else { text };
        let noted = (!changes.is_empty()).then(|| ask(NOTED, move |desk| desk.take_over(&changes)));
        if self.unseen {
            let first = text.lines().next().unwrap_or_default().to_owned();
            let toast = Toast { text: format!("rolo {}: {first}", self.line), bad: !ran.ok };
            return noted.into_iter().chain([Effect::Toast(toast), Effect::Pop]).collect();
        }
        let asks = !ran.ok && text.contains(YES) && !self.line.contains(" --yes");
        if let Some(back) = self.back.take_if(|_| !ran.ok && !asks && noted.is_none()) {
            return vec![Effect::Pop, Effect::Push(back(refusal(&text)))];
        }
        let line = |l: &str| plain(pane::safe(l), Role::Text);
        let mut lines: Vec<SheetLine> = text.trim_end().split('\n').map(line).collect();
        self.asks = asks;
        if self.asks {
            let key = cx.keys.shown(Place::Page, Act::Open).unwrap_or_default();
            let back = cx.keys.shown(Place::Page, Act::Back).unwrap_or_default();
            lines.push(plain(String::new(), Role::Text));
            lines.push(plain(format!("{key}: yes, do it   {back}: leave it"), Role::Key));
        }
        if noted.is_some() {
            let key = cx.keys.shown(Place::Page, Act::Undo).unwrap_or_default();
            lines.push(plain(String::new(), Role::Text));
            lines.push(plain(format!("{key} undoes"), Role::Dim));
        }
        self.lines = Some(lines);
        noted.into_iter().collect()
    }
}

impl Screen for Output {
    fn place(&self) -> Place {
        Place::Page
    }

    fn title(&self, _: &Cx) -> String {
        format!("rolo {}", self.line)
    }

    fn open(&mut self, cx: &Cx) -> Effects {
        let (line, run) = (self.line.clone(), self.run.clone());
        // Between the borders.
        let columns = usize::from(cx.area.width.saturating_sub(2)).max(1);
        vec![ask_aside(RAN, move |desk| run_at(desk, &run, &line, columns))]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let total = self.lines.as_ref().map_or(0, Vec::len);
        let height = usize::from(cx.area.height).saturating_sub(2);
        match event {
            Event::Act(Act::Back | Act::Quit | Act::Left) if self.lines.is_none() => {
                self.unseen = true;
                return Some(vec![Toast::good("it goes on out of sight: its end is told here")]);
            }
            Event::Act(Act::Open) if self.asks => {
                return Some(vec![Effect::Pop, Effect::Command(format!("{} --yes", self.line))]);
            }
            Event::Act(act) if self.scroll.act(act, total, height) => {}
            Event::Mouse(mouse) if self.scroll.wheel(mouse.kind, total, height) => {}
            Event::Answer(RAN, said) => return Some(self.take(answer::<Told>(said)?, cx)),
            Event::Answer(..) => {}
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        if self.unseen {
            return;
        }
        let height = usize::from(area.height.saturating_sub(2));
        let foot = text::seen(&self.scroll, self.lines.as_ref().map_or(0, Vec::len), height);
        let inside = pane::framed(frame, area, &self.title(cx), &foot, true, cx);
        let key = cx.keys.shown(Place::Page, Act::Back).unwrap_or_default();
        let waiting = [plain(format!("running; {key} lets it go on out of sight"), Role::Dim)];
        let lines = self.lines.as_deref().unwrap_or(&waiting);
        text::draw(frame, inside, lines, &self.scroll, false, cx);
    }

    fn is_popup(&self) -> bool {
        self.unseen
    }

    fn is_unseen(&self) -> bool {
        self.unseen
    }

    fn busy_with(&self) -> Option<String> {
        self.lines.is_none().then(|| format!("rolo {}", self.line))
    }

    fn command(&self) -> Option<String> {
        Some(self.line.clone())
    }
}
