//! The terminal: taken over and given back. Whatever way the dashboard ends, [`give_back`] runs;
//! each of its steps is tried even where one before it failed.

use std::io::{self, BufWriter, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::error::{Error, Result};

/// Asks for presses, wheel and drags, in the form without limits. What crossterm asks for has every
/// movement too: each would go over the line and wake us for nothing.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Whether the terminal is ours at this moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while the dashboard has it; given back when it goes.
pub(crate) struct Held {
    /// Never dropped: ratatui shows the cursor then, and panics where the terminal is gone.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    mouse: bool,
}

impl Held {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// It isn't one, or can't be written.
    pub(crate) fn take(mouse: bool) -> Result<Self> {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()));
        let terminal = Terminal::new(backend).map_err(|why| failed(&why))?;
        let mut held = Self { terminal: ManuallyDrop::new(terminal), mouse };
        held.enter()?;
        Ok(held)
    }

    /// Takes it again, after a shell or an editor had it.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn enter(&mut self) -> Result<()> {
        enable_raw_mode().map_err(|why| failed(&why))?;
        TAKEN.store(true, Ordering::SeqCst);
        let mut out = io::stdout();
        let entered = execute!(
            out,
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange,
            cursor::Hide
        );
        let entered =
            entered.and_then(|()| if self.mouse { execute!(out, Print(MOUSE)) } else { Ok(()) });
        entered.and_then(|()| self.wipe()).map_err(|why| failed(&why))
    }

    /// Turns the mouse on or off.
    pub(crate) fn set_mouse(&mut self, on: bool) {
        self.mouse = on;
        let mut out = io::stdout();
        // A terminal that knows no mouse ignores it.
        let _ = if on { execute!(out, Print(MOUSE)) } else { execute!(out, DisableMouseCapture) };
    }

    /// Puts a text on the clipboard, as far as the terminal allows: nothing tells whether it did.
    pub(crate) fn copy(text: &str) {
        use crossterm::Command;
        use crossterm::clipboard::CopyToClipboard;
        let mut asked = String::new();
        if CopyToClipboard::to_clipboard_from(text).write_ansi(&mut asked).is_err() {
            return;
        }
        // tmux keeps it for itself or drops it by its own setting; wrapped it goes through to the
        // terminal outside, where that is allowed.
        if std::env::var_os("TMUX").is_some() {
            asked += &format!("\x1bPtmux;{}\x1b\\", asked.replace('\x1b', "\x1b\x1b"));
        }
        let mut out = io::stdout();
        let _ = out.write_all(asked.as_bytes()).and_then(|()| out.flush());
    }

    /// Empties the screen, so that the next frame is drawn whole. Ratatui's own `clear` asks the
    /// terminal where the cursor is, and waits for an answer that may never come.
    fn wipe(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Paints everything anew with the next frame.
    pub(crate) fn repaint(&mut self) {
        let _ = self.wipe();
    }

    /// Draws one frame, shown at once as a whole where the terminal can.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut ratatui::Frame)) -> Result<()> {
        let drawn = queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)
            .and_then(|()| self.terminal.draw(draw).map(|_| ()))
            .and_then(|()| queue!(self.terminal.backend_mut(), EndSynchronizedUpdate))
            .and_then(|()| Write::flush(self.terminal.backend_mut()));
        drawn.map_err(|why| failed(&why))
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |s| (s.width, s.height))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        give_back();
    }
}

fn failed(why: &io::Error) -> Error {
    Error::io("the terminal", why)
}

/// Gives the terminal back as it was; nothing where it isn't ours.
pub(crate) fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    // A terminal that is gone can't be mended; each step is for those that are there.
    let _ = execute!(out, EndSynchronizedUpdate);
    let _ = execute!(out, DisableMouseCapture);
    let _ = execute!(out, DisableFocusChange);
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen);
    let _ = execute!(out, cursor::Show);
    let _ = disable_raw_mode();
}

/// Makes a panic of the main thread give the terminal back before it is told. One of another thread
/// is caught there and shown.
pub(crate) fn give_back_on_panic() {
    let main = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == main {
            give_back();
            before(info);
        } else if !TAKEN.load(Ordering::SeqCst) {
            before(info);
        }
    }));
}
