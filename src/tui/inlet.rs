//! The end of the terminal that keys come from. The reader of keys takes what is there until it has a
//! whole key: it would wait for the rest of half a one, deaf to signals, and read for ever where the
//! terminal is gone by then. So it reads a way of our own into the terminal, on which nothing is waited
//! for; and where the terminal goes away, the place that it reads from is given a pipe in which there
//! is never anything.

use std::io::PipeWriter;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};

use super::pump::Waker;
use crate::error::{Error, Result};

/// Whether nobody is at the other end of the terminal any more.
static GONE: AtomicBool = AtomicBool::new(false);

/// Terminals by wire tell nobody who waits that they are gone: one has to look.
const LOOK: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

/// What holds the way in open.
pub(crate) struct Inlet {
    /// The input as the shell gave it, for programs that read keys themselves.
    given: OwnedFd,
    /// Without it the pipe would have an end.
    _mouth: PipeWriter,
}

impl Inlet {
    /// Makes the way in, and watches whether the terminal goes away.
    ///
    /// # Errors
    /// The system has no files left.
    pub(crate) fn new(waker: Waker) -> Result<Self> {
        let failed = |why| Error::io("the terminal", &why);
        let stdin = std::io::stdin();
        let given = stdin.as_fd().try_clone_to_owned().map_err(failed)?;
        // Who became somebody else may have no right to the device by its name, but to `/dev/tty`.
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let own = ["/dev/fd/0", "/dev/tty"]
            .iter()
            .find_map(|path| rustix::fs::open(*path, flags, Mode::empty()).ok());
        if let Some(own) = own {
            rustix::stdio::dup2_stdin(own).map_err(|why| failed(why.into()))?;
        }
        let (nothing, mouth) = std::io::pipe().map_err(failed)?;
        rustix::io::ioctl_fionbio(&nothing, true).map_err(|why| failed(why.into()))?;
        let watched = stdin.as_fd().try_clone_to_owned().map_err(failed)?;
        std::thread::spawn(move || {
            while !is_hung_up(&watched, Some(&LOOK)) {}
            GONE.store(true, Ordering::SeqCst);
            // It stands open for as long as the process lasts.
            let _ = rustix::stdio::dup2_stdin(&nothing);
            waker.wake();
        });
        Ok(Self { given, _mouth: mouth })
    }

    /// The input for another program, as the shell gave it.
    pub(crate) fn for_another(&self) -> Stdio {
        self.given.try_clone().map_or_else(|_| Stdio::inherit(), Stdio::from)
    }
}

/// Whether nobody is at the other end of the terminal.
pub(crate) fn is_gone() -> bool {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    GONE.load(Ordering::SeqCst) || is_hung_up(std::io::stdin(), Some(&at_once))
}

fn is_hung_up(end: impl AsFd, patience: Option<&Timespec>) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(end.as_fd(), PollFlags::empty())];
    let told = poll(&mut fds, patience);
    told.is_ok() && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}
