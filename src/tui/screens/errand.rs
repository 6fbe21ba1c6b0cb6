//! A question whose answer leads on: it asks, waits out of sight, and goes.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::error::Error;
use crate::tui::keys::Place;
use crate::tui::screen::{Cx, Effect, Effects, Event, Screen, Toast, answer};

/// A question under way, with what follows from its answer.
pub(crate) struct Errand<T> {
    question: Option<Effect>,
    then: fn(T) -> Effect,
    /// What would be lost if it were not waited for.
    busy: Option<String>,
}

impl<T> Errand<T> {
    pub(crate) fn new(question: Effect, then: fn(T) -> Effect) -> Self {
        Self { question: Some(question), then, busy: None }
    }

    /// The errand as one that has to be waited for, and what it does.
    pub(crate) fn doing(self, what: String) -> Self {
        Self { busy: Some(what), ..self }
    }
}

impl<T: Send + 'static> Screen for Errand<T> {
    fn place(&self) -> Place {
        Place::Page
    }

    fn is_unseen(&self) -> bool {
        true
    }

    fn title(&self, _: &Cx) -> String {
        String::new()
    }

    fn open(&mut self, _: &Cx) -> Effects {
        self.question.take().into_iter().collect()
    }

    fn update(&mut self, event: Event, _: &Cx) -> Option<Effects> {
        let Event::Answer(_, said) = event else { return None };
        let next = match answer::<Result<T, Error>>(said)? {
            Ok(found) => (self.then)(found),
            Err(why) => Toast::bad(&why),
        };
        Some(vec![Effect::Pop, next])
    }

    fn busy_with(&self) -> Option<String> {
        self.busy.clone()
    }

    fn draw(&self, _: &mut Frame, _: Rect, _: &Cx) {}

    fn is_popup(&self) -> bool {
        true
    }
}
