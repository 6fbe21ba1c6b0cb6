//! Records that may be one, pair by pair: merged, or told to be two.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::choose::{Choose, Item};
use super::merge;
use super::text::{self, Scroll};
use crate::entity::width::{pad, width};
use crate::error::Result;
use crate::tui::joining::{self, Pair};
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{
    Cx, Effect, Effects, Event, Screen, Subject, Toast, answer, ask_aside, deed,
};
use crate::tui::theme::Role;
use crate::tui::widgets::pane;
use crate::tui::widgets::sheet::{SheetLine, plain};

/// What was answered of a pair.
struct Told(usize);

struct Doubles {
    noun: &'static str,
    pairs: Option<Vec<Pair>>,
    scroll: Scroll,
    /// The pair that is being decided.
    asked: Option<(i64, i64)>,
}

/// The pairs of a noun.
pub(crate) fn open(noun: &'static str) -> Box<dyn Screen> {
    Box::new(Doubles { noun, pairs: None, scroll: Scroll::default(), asked: None })
}

impl Doubles {
    fn look(&self) -> Effect {
        let noun = self.noun;
        ask_aside(0, move |desk| joining::pairs(desk, noun))
    }

    fn lines(&self, cx: &Cx) -> Vec<SheetLine> {
        let Some(pairs) = &self.pairs else {
            return vec![plain("looking through all of them; Esc leaves".into(), Role::Dim)];
        };
        if pairs.is_empty() {
            return vec![plain(format!("no doubles among the {}", self.plural(cx)), Role::Dim)];
        }
        let named = |pair: &Pair, at: usize| {
            let id = [pair.double.keep, pair.double.other][at];
            format!("{id} {}", pane::safe(&pair.labels[at]))
        };
        let room = usize::from(cx.area.width.saturating_sub(2));
        let most = |at: usize| pairs.iter().map(|p| width(&named(p, at))).max().unwrap_or(0);
        let columns = [0, 1].map(|at| most(at).min((room / 3).max(12)));
        let cell = |pair: &Pair, at: usize| {
            pad(&cx.theme.cut(&named(pair, at), columns[at]), columns[at], false)
        };
        let line = |pair: &Pair| {
            let why = pane::safe(&pair.double.reasons.join(", "));
            let score = pair.double.score;
            let text = format!(" {score:.2}  {}  {}  {why}", cell(pair, 0), cell(pair, 1));
            plain(text, Role::Text)
        };
        pairs.iter().map(line).collect()
    }

    fn plural(&self, cx: &Cx) -> &'static str {
        cx.model.get(self.noun).map_or("records", |noun| noun.entity.plural)
    }

    fn height(cx: &Cx) -> usize {
        usize::from(cx.area.height.saturating_sub(2))
    }

    fn focused(&self) -> Option<&Pair> {
        self.pairs.as_ref()?.get(self.scroll.at)
    }

    /// What can be done with a pair.
    fn ask(&mut self) -> Option<Effect> {
        let pair = self.focused()?.clone();
        let (keep, other) = (pair.double.keep, pair.double.other);
        self.asked = Some((keep, other));
        let [first, second] = pair.labels;
        let item = |label: &str, detail: String, at| Item::new(label, detail, at);
        let items = vec![
            item("merge", "look at what both have, then make one of them".into(), 0),
            item("two", "they are no doubles: never offer this pair again".into(), 1),
            item("open first", format!("{}:{keep} {first}", self.noun), 2),
            item("open second", format!("{}:{other} {second}", self.noun), 3),
        ];
        let title = format!("{:.2}: {}", pair.double.score, pair.double.reasons.join(", "));
        Some(Effect::Push(Choose::of(title, items, |item, _| {
            vec![Effect::Tell(Box::new(Told(item.value)))]
        })))
    }

    fn told(&mut self, told: &Told) -> Effects {
        let (noun, Some((keep, other))) = (self.noun, self.asked.take()) else {
            return Vec::new();
        };
        vec![match told.0 {
            0 => Effect::Push(merge::open(noun, vec![keep, other])),
            1 => deed(move |desk| joining::say_two(desk, noun, keep, other)),
            2 => Effect::Push(super::record::open(noun, keep)),
            _ => Effect::Push(super::record::open(noun, other)),
        }]
    }
}

impl Screen for Doubles {
    fn place(&self) -> Place {
        Place::Page
    }

    fn title(&self, cx: &Cx) -> String {
        format!("{} that may be one", self.plural(cx))
    }

    fn open(&mut self, _: &Cx) -> Effects {
        vec![self.look()]
    }

    fn update(&mut self, event: Event, cx: &Cx) -> Option<Effects> {
        let total = self.pairs.as_ref().map_or(0, Vec::len);
        match event {
            Event::Act(act) if self.scroll.act(act, total, Self::height(cx)) => {}
            Event::Act(Act::Open) => return Some(self.ask().into_iter().collect()),
            Event::Act(Act::Back | Act::Quit | Act::Left) if self.pairs.is_none() => {
                return Some(vec![Effect::Stop(0), Effect::Pop]);
            }
            Event::Mouse(mouse) if self.scroll.wheel(mouse.kind, total, Self::height(cx)) => {}
            Event::Answer(_, said) => match answer::<Result<Vec<Pair>>>(said)? {
                Ok(pairs) => {
                    self.scroll.clamp(pairs.len(), Self::height(cx));
                    self.pairs = Some(pairs);
                }
                Err(why) => return Some(vec![Effect::Pop, Toast::bad(&why)]),
            },
            Event::Told(what) => return what.downcast::<Told>().ok().map(|told| self.told(&told)),
            Event::Changed => return Some(vec![self.look()]),
            Event::Resized => self.scroll.clamp(total, Self::height(cx)),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let total = self.pairs.as_ref().map_or(0, Vec::len);
        let height = usize::from(area.height.saturating_sub(2));
        let seen = text::seen(&self.scroll, total, height);
        let count = if total > 0 { format!("{total} pairs: Enter decides   {seen}") } else { seen };
        let inside = pane::framed(frame, area, &self.title(cx), count.trim_end(), true, cx);
        text::draw(frame, inside, &self.lines(cx), &self.scroll, total > 0, cx);
    }

    fn subject(&self) -> Option<Subject> {
        let pair = self.focused()?;
        let label = pair.labels[0].clone();
        Some(Subject { noun: self.noun, ids: vec![pair.double.keep], label })
    }

    fn noun(&self) -> Option<&'static str> {
        Some(self.noun)
    }

    fn command(&self) -> Option<String> {
        Some(format!("{} duplicates", self.noun))
    }
}
