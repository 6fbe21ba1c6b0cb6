//! What screens ask for, and what the app makes of it.

use std::time::{Duration, Instant};

use super::{App, COPIED, Out};
use crate::error::Error;
use crate::tui::screen::{Deed, Effect, Effects, Event, Question, Toast};
use crate::tui::screens;
use crate::tui::theme::Theme;
use crate::tui::worker::Work;

/// A change that takes longer is said to.
const SLOW: Duration = Duration::from_millis(500);

impl App {
    pub(super) fn apply(&mut self, from: u64, effects: Effects) {
        for effect in effects {
            self.apply_one(from, effect);
        }
    }

    pub(super) fn apply_one(&mut self, from: u64, effect: Effect) {
        match effect {
            Effect::Push(screen) => self.push(screen),
            Effect::Pop => self.pop(from),
            Effect::Tell(what) => {
                let id = self.top_slot().id;
                if !self.send(id, Event::Told(what)) {
                    let text = "that means nothing on this screen".to_owned();
                    self.toast(Toast { text, bad: true });
                }
            }
            Effect::Go(digit) => self.go(digit),
            Effect::Ask(slot, question) => self.ask(from, slot, question),
            Effect::Aside(slot, question) => {
                self.out.push(Out::Aside { screen: from, slot, question });
            }
            Effect::Stop(slot) => self.out.push(Out::Stop(from, slot)),
            Effect::Do(deed) => self.begin(from, deed),
            Effect::Toast(toast) => self.toast(toast),
            Effect::Also(more) => {
                let told = self.shown_toast().map(|t| format!("{} - {more}", t.text));
                self.toast(Toast { text: told.unwrap_or(more), bad: false });
            }
            Effect::Copy(text) if text.len() > COPIED => self.toast(Toast {
                text: "too much for the terminal's clipboard: `E` writes a file".into(),
                bad: true,
            }),
            Effect::Copy(text) => {
                self.toast(Toast {
                    text: format!("sent to the terminal's clipboard: {text}"),
                    bad: false,
                });
                self.out.push(Out::Copy(text));
            }
            Effect::OpenLink(link) => self.out.push(Out::OpenLink(link)),
            Effect::Editor(text) => self.out.push(Out::Editor(from, text)),
            Effect::Act(act) => self.act(act),
            Effect::Command(line) => self.command(&line),
            Effect::Set(name, value) => self.set(&name, &value),
            Effect::Quit => self.quit(),
            Effect::Pass => {}
        }
    }

    pub(super) fn ask(&mut self, screen: u64, slot: u8, question: Question) {
        self.out.push(Out::Work(Work::Ask { screen, slot, question }));
    }

    pub(super) fn begin(&mut self, screen: u64, deed: Deed) {
        if self.unfinished == 0 {
            self.slow = Some(Instant::now() + SLOW);
        }
        self.unfinished += 1;
        let seen = self.slot_of(screen).map_or(0, |slot| slot.seen);
        self.out.push(Out::Work(Work::Do { screen, seen, deed }));
    }

    fn command(&mut self, line: &str) {
        let run = self.common.command.clone();
        self.push(screens::said(line.to_owned(), run));
    }

    fn set(&mut self, name: &str, value: &str) {
        let on = matches!(value, "on" | "yes" | "true");
        let ascii = self.common.theme.ascii;
        let done = match name {
            "theme" => {
                let links = self.common.theme.links;
                Theme::load(value, ascii, &self.common.config).map(|theme| {
                    self.common.theme = theme;
                    self.common.theme.links = links;
                })
            }
            "borders" => {
                self.common.theme.ascii = value == "ascii";
                Ok(())
            }
            "mouse" => {
                self.out.push(Out::Mouse(on));
                Ok(())
            }
            _ => Err(Error::usage(format!("`{name}` can't be set here"))
                .hint("write `:set theme=light`, `:set borders=ascii` or `:set mouse=off`")),
        };
        self.out.push(Out::Repaint);
        match done {
            Ok(()) => self.toast(Toast { text: format!("{name} is {value}"), bad: false }),
            Err(why) => self.apply_one(0, Toast::bad(&why)),
        }
    }

    pub(super) fn quit(&mut self) {
        if self.holds_unsaved() {
            return;
        }
        let busy = self.stack.iter().find_map(|slot| slot.screen.busy_with());
        if busy.is_some() && busy != self.warned {
            let text = format!("`{}` isn't done: again leaves it", busy.as_deref().unwrap_or(""));
            self.toast(Toast { text, bad: true });
            self.warned = busy;
            return;
        }
        self.quits = true;
        self.end_if_done();
    }

    pub(super) fn end_if_done(&mut self) {
        if self.quits && self.unfinished == 0 {
            self.out.push(Out::Quit);
        }
    }
}
