//! What the worker tells.

use super::{App, TABS};
use crate::error::Error;
use crate::tui::desk::Done;
use crate::tui::keys::{Act, Place};
use crate::tui::screen::{Event, Made, Toast};
use crate::tui::worker::Said;

impl App {
    /// Takes what the worker said.
    pub(crate) fn said(&mut self, said: Said) {
        match said {
            Said::Answer { screen: TABS, answer, .. } => {
                self.signs = crate::tui::screen::answer(answer).unwrap_or_default();
            }
            Said::Answer { screen, slot, at, answer } => {
                if let Some(shown) = self.slot_of(screen)
                    && std::mem::take(&mut shown.renews)
                {
                    shown.seen = at;
                }
                self.send(screen, Event::Answer(slot, answer));
            }
            Said::Done { screen, result, at } => {
                self.unfinished = self.unfinished.saturating_sub(1);
                if self.unfinished == 0 {
                    self.slow = None;
                }
                match result {
                    Ok(done) => self.done(screen, &done),
                    Err(why) => {
                        // It may be that something is not as it is shown; it has been said now.
                        if let Some(slot) = self.slot_of(screen) {
                            slot.seen = slot.seen.max(at);
                        }
                        self.changed();
                        let toast = Toast::bad(&why);
                        if !self.send(screen, Event::Refused(why)) {
                            self.apply_one(screen, toast);
                        }
                    }
                }
                self.end_if_done();
            }
            Said::Changed => self.changed(),
            Said::Model(model) => self.common.model = *model,
            Said::Refused(why) => self.apply_one(0, Toast::bad(&why)),
            Said::Broken(why) => {
                self.toast(Toast { text: format!("a fault in rolo: {why}"), bad: true });
            }
        }
    }

    fn done(&mut self, screen: u64, done: &Done) {
        let text = if done.line.is_empty() {
            "nothing to change".to_owned()
        } else if done.command.starts_with("undo") {
            format!("{} - {} redoes", done.line, self.key(Act::Redo))
        } else {
            format!("{} - {} undoes", done.line, self.key(Act::Undo))
        };
        self.toast(Toast { text, bad: false });
        self.last_command = Some(done.command.clone());
        self.send(screen, Event::Done);
        if let Some((noun, id)) = done.made {
            self.made = Some((noun, id));
            let top = self.top_slot().id;
            self.send(top, Event::Told(Box::new(Made(noun, id))));
        }
        self.changed();
    }

    pub(super) fn key(&self, act: Act) -> String {
        self.common.keys.shown(Place::List, act).unwrap_or_default()
    }

    /// Tells the screens in sight that the file holds something new, and notes it for the others.
    pub(super) fn changed(&mut self) {
        self.ask_signs();
        let seen = self.visible_ids();
        for (_, slot) in &mut self.roots {
            slot.stale = !seen.contains(&slot.id);
        }
        for id in seen {
            self.send(id, Event::Changed);
        }
    }

    /// Gives a screen the text that came back from an editor.
    pub(crate) fn edited(&mut self, screen: u64, result: Result<String, Error>) {
        match result {
            Ok(text) => {
                self.send(screen, Event::Told(Box::new(crate::tui::screen::Edited(text))));
            }
            Err(why) => self.apply_one(screen, Toast::bad(&why)),
        }
    }
}
