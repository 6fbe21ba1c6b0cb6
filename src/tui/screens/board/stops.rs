//! What the board is turned to: the pipelines, and behind them the saved views of deals.

use super::load::Shown;
use super::{Board, CARDS};
use crate::entity::text::fold;
use crate::error::Error;
use crate::tui::screen::{Effect, Effects, Toast};
use crate::tui::screens::choose::{Choose, Item};

/// What can be turned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    Pipeline(i64),
    View(String),
}

impl Board {
    /// All that can be turned to: the pipelines, and behind them the saved views.
    fn stops(&self) -> Vec<Stop> {
        let pipelines = self.pipelines.iter().map(|(id, _)| Stop::Pipeline(*id));
        pipelines.chain(self.views.iter().map(|v| Stop::View(v.name.clone()))).collect()
    }

    fn here(&self) -> Option<Stop> {
        let view = self.view.clone().map(Stop::View);
        view.or_else(|| self.pipeline.map(Stop::Pipeline))
    }

    pub(super) fn turn(&mut self, by: isize) -> Effects {
        let stops = self.stops();
        if stops.len() < 2 {
            return Vec::new();
        }
        let here = self.here();
        let at = stops.iter().position(|s| Some(s) == here.as_ref()).unwrap_or(0);
        let next = if by < 0 { at + stops.len() - 1 } else { at + 1 } % stops.len();
        self.go_to(stops[next].clone())
    }

    pub(super) fn go_to(&mut self, stop: Stop) -> Effects {
        self.marks.clear();
        self.limit = CARDS;
        match stop {
            Stop::Pipeline(id) => {
                (self.pipeline, self.view) = (Some(id), None);
                self.look()
            }
            Stop::View(name) => {
                self.view = Some(name);
                self.sort.clear();
                Self::ask(Shown { seeks: true, ..self.shown() })
            }
        }
    }

    /// Lets a pipeline or a view be chosen.
    pub(super) fn choose_stop(&self) -> Effect {
        let pipelines = self.pipelines.iter().map(|(_, name)| (name.clone(), "pipeline".into()));
        let views = self.views.iter().map(|v| (v.name.clone(), format!("view  {}", v.filter)));
        let items = pipelines.chain(views).enumerate();
        let items = items.map(|(at, (name, detail)): (_, (_, String))| Item::new(name, detail, at));
        let stops = self.stops();
        Effect::Push(Choose::of("Pipeline or view".into(), items.collect(), move |item, _| {
            vec![Effect::Tell(Box::new(stops[item.value].clone()))]
        }))
    }

    /// Shows the pipeline of a name, or of its beginning; waits where they aren't known yet.
    pub(super) fn show_named(&mut self, name: String) -> Effects {
        if self.pipelines.is_empty() {
            self.named = Some(name);
            return Vec::new();
        }
        let wanted = fold(&name);
        let called = |whole: bool| {
            self.pipelines.iter().find(|(_, name)| {
                let name = fold(name);
                if whole { name == wanted } else { name.starts_with(&wanted) }
            })
        };
        let found = called(true).or_else(|| called(false)).map(|(id, _)| *id);
        if let Some(id) = found {
            return self.go_to(Stop::Pipeline(id));
        }
        let names: Vec<&str> = self.pipelines.iter().map(|(_, n)| n.as_str()).collect();
        let why = Error::not_found(format!("no pipeline is called `{name}`"));
        vec![Toast::bad(&why.hint(format!("there is {}", names.join(", "))))]
    }
}
