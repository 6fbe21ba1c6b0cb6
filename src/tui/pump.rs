//! What the dashboard waits for: keys, answers of the worker, signals, a deadline. One thread waits
//! for all of them in one call, so that nothing steals the keys of an editor and an idle dashboard
//! takes no time.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

use super::inlet::{self, Inlet};
use crate::error::{Error, Result};

/// The end of the wake-up pipe that other threads have.
#[derive(Debug)]
pub(crate) struct Waker(PipeWriter);

impl Waker {
    /// One that wakes nobody.
    #[cfg(test)]
    pub(crate) fn of_nobody() -> Self {
        Self(std::io::pipe().expect("a pipe").1)
    }

    /// Makes the waiting thread look.
    pub(crate) fn wake(&self) {
        // A full pipe wakes as well; a closed one has nobody to wake.
        let _ = (&self.0).write(&[0]);
    }
}

/// What a terminal that goes away amounts to.
pub(crate) const HANG_UP: u8 = 1;

/// Waits.
pub(crate) struct Pump {
    wakes: PipeReader,
    inlet: Inlet,
    /// Whether a signal asks to end, and the number of the last that did.
    ends: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
    stops: Arc<AtomicBool>,
    returns: Arc<AtomicBool>,
}

/// Why the waiting ended, besides answers of the worker.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub events: Vec<Event>,
    /// The number of the signal that asks to end; where the terminal is gone, that of a hang-up.
    pub ends: Option<u8>,
    /// A signal asks to stop.
    pub stops: bool,
    /// Somebody let the process go on.
    pub returns: bool,
}

impl Pump {
    /// Registers for signals; also gives the waker for other threads.
    ///
    /// # Errors
    /// The system has no pipes left.
    pub(crate) fn new() -> Result<(Self, Waker)> {
        let failed = |why| Error::io("a pipe", &why);
        let (wakes, waker) = std::io::pipe().map_err(failed)?;
        rustix::io::ioctl_fionbio(&wakes, true).map_err(|why| failed(why.into()))?;
        rustix::io::ioctl_fionbio(&waker, true).map_err(|why| failed(why.into()))?;
        let flag = || Arc::new(AtomicBool::new(false));
        let signal = Arc::new(AtomicUsize::new(0));
        let inlet = Inlet::new(Waker(waker.try_clone().map_err(failed)?))?;
        let pump = Self { wakes, inlet, ends: flag(), signal, stops: flag(), returns: flag() };
        // Whoever asks twice doesn't wait for a dashboard that hangs.
        for signal in [SIGTERM, SIGHUP] {
            let asked = Arc::clone(&pump.ends);
            signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, asked)
                .map_err(failed)?;
        }
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
            let number = usize::try_from(signal).unwrap_or(0);
            signal_hook::flag::register_usize(signal, Arc::clone(&pump.signal), number)
                .map_err(failed)?;
        }
        for (signals, flag) in [
            (&[SIGTERM, SIGHUP, SIGINT, SIGQUIT][..], &pump.ends),
            (&[SIGTSTP], &pump.stops),
            (&[SIGCONT], &pump.returns),
        ] {
            for signal in signals {
                signal_hook::flag::register(*signal, Arc::clone(flag)).map_err(failed)?;
            }
        }
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH] {
            let writer = waker.try_clone().map_err(failed)?;
            signal_hook::low_level::pipe::register(signal, writer).map_err(failed)?;
        }
        Ok((pump, Waker(waker)))
    }

    /// Waits until something happens or the deadline is there.
    ///
    /// # Errors
    /// The terminal can't be read.
    pub(crate) fn wait(&mut self, deadline: Option<Instant>) -> Result<News> {
        let mut news = News::default();
        Self::collect(&mut news)?;
        if news.events.is_empty() && !self.is_signalled() {
            self.sleep(deadline);
            Self::collect(&mut news)?;
        }
        if self.ends.swap(false, Ordering::SeqCst) {
            news.ends = u8::try_from(self.signal.load(Ordering::SeqCst)).ok();
        }
        news.stops |= self.stops.swap(false, Ordering::SeqCst);
        news.returns |= self.returns.swap(false, Ordering::SeqCst);
        Ok(news)
    }

    fn is_signalled(&self) -> bool {
        [&self.ends, &self.stops, &self.returns].iter().any(|f| f.load(Ordering::SeqCst))
    }

    /// Takes every event that is there already, so that held keys are drawn once.
    fn collect(news: &mut News) -> Result<()> {
        if inlet::is_gone() {
            news.ends = Some(HANG_UP);
            return Ok(());
        }
        let failed = |why| Error::io("the terminal", &why);
        while news.events.len() < 512 && crossterm::event::poll(Duration::ZERO).map_err(failed)? {
            news.events.push(crossterm::event::read().map_err(failed)?);
        }
        Ok(())
    }

    /// The input for another program that has the terminal meanwhile.
    pub(crate) fn lent(&self) -> Stdio {
        self.inlet.for_another()
    }

    fn sleep(&mut self, deadline: Option<Instant>) {
        let stdin = std::io::stdin();
        let mut fds = [
            PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.wakes.as_fd(), PollFlags::IN),
        ];
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        let left = left.and_then(|d| Timespec::try_from(d).ok());
        // An interrupted wait is one that ended.
        let _ = poll(&mut fds, left.as_ref());
        let mut bytes = [0; 256];
        while self.wakes.read(&mut bytes).is_ok_and(|n| n == bytes.len()) {}
    }
}

/// Stops this process and those started with it, until the shell lets them go on.
///
/// # Errors
/// The system refuses.
pub(crate) fn stop() -> Result<()> {
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
        .map_err(|why| Error::io("the shell", &why))
}
