//! What the terminal tells: keys, pastes, the mouse, its size.

use std::time::Instant;

use crossterm::event::{Event as Input, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::{App, Out};
use crate::tui::chrome;
use crate::tui::keys::{Act, Meant, Press};
use crate::tui::screen::{Effect, Event, Toast};
use crate::tui::screens;
use crate::tui::verbs;

impl App {
    /// Takes what the terminal told.
    pub(crate) fn input(&mut self, input: Input) {
        if matches!(input, Input::Key(_) | Input::Paste(_) | Input::Mouse(_)) {
            self.common.touched = Instant::now();
        }
        match input {
            Input::Key(key) if key.kind != KeyEventKind::Release => self.press(Press::of(key)),
            Input::Paste(text) => {
                let id = self.top_slot().id;
                self.send(id, Event::Paste(text));
            }
            Input::Mouse(mouse) => self.mouse(mouse),
            Input::Resize(columns, rows) => self.resize(columns, rows),
            Input::FocusLost => self.away = true,
            Input::FocusGained => self.away = false,
            Input::Key(_) => {}
        }
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.common.size = Rect::new(0, 0, columns, rows);
        let ids: Vec<u64> = self.visible_ids();
        for id in ids {
            self.send(id, Event::Resized);
        }
    }

    fn press(&mut self, press: Press) {
        let place = self.place();
        self.begun.push(press);
        match self.common.keys.find(place, &self.begun) {
            Meant::Act(act) => {
                self.begun.clear();
                self.act(act);
            }
            Meant::Begun => {}
            Meant::Nothing => {
                let was_sequence = self.begun.len() > 1;
                self.begun.clear();
                if !was_sequence {
                    let id = self.top_slot().id;
                    self.send(id, Event::Key(press));
                }
            }
        }
    }

    /// Does what a key means: the screen first, then what is the same everywhere.
    pub(crate) fn act(&mut self, act: Act) {
        let told = self.toast.is_some();
        // A line about what was done stays while one moves about; the next deed replaces it.
        if !matches!(act, Act::Up | Act::Down | Act::Left | Act::Right) {
            self.toast = None;
        }
        if act == Act::Reload {
            self.out.push(Out::Repaint);
            self.ask_signs();
        }
        let again = std::mem::take(&mut self.cancelled);
        let id = self.top_slot().id;
        // To a screen, cancelling is one layer back.
        let told_screen = if act == Act::Cancel { Act::Back } else { act };
        if self.send(id, Event::Act(told_screen)) {
            return;
        }
        match act {
            Act::Cancel if self.is_at_root() && again => self.quit(),
            Act::Cancel if self.is_at_root() => {
                self.cancelled = true;
                let key = self.key(Act::Cancel);
                self.toast(Toast { text: format!("{key} again quits"), bad: false });
            }
            Act::GoMade => self.go_to_made(),
            Act::Go(digit) => self.go(digit),
            Act::Back if self.is_at_root() => {}
            Act::Quit if self.is_at_root() => self.quit(),
            Act::Back | Act::Cancel | Act::Quit => self.pop(id),
            Act::Suspend => self.out.push(Out::Suspend),
            Act::Reload => self.changed(),
            Act::CopyCommand => {
                let shown = self.top().command();
                if let Some(command) = self.last_command.clone().filter(|_| told).or(shown) {
                    self.apply_one(id, Effect::Copy(format!("rolo {command}")));
                }
            }
            other => {
                let subject = self.top().subject_in(&self.common.cx());
                let (place, noun) = (self.top().place(), self.top().noun());
                let effects = verbs::of(other, subject, noun, place, &self.common.cx());
                self.apply(id, effects);
            }
        }
    }

    /// Opens what was added last: the screen that it was added on may not show it.
    fn go_to_made(&mut self) {
        if let Some((noun, id)) = self.made {
            self.push(screens::record::open(noun, id));
        } else {
            let text = "nothing was added in this dashboard yet".to_owned();
            self.toast(Toast { text, bad: false });
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) {
        let click = matches!(mouse.kind, MouseEventKind::Down(MouseButton::Left));
        if click && mouse.row == 0 && self.is_at_root() {
            if let Some(digit) = chrome::tab_at(self, mouse.column) {
                self.go(digit);
            }
            return;
        }
        let id = self.top_slot().id;
        self.send(id, Event::Mouse(mouse));
    }
}
