//! What may take long, beside the worker: each question on a thread of its own with a connection of
//! its own, so that lists and the board are read meanwhile. It can be stopped at any time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use super::desk::Desk;
use super::pump::Waker;
use super::screen::Question;
use super::worker::{Said, Work, perform};
use crate::error::Result;

/// Opens the file once more.
pub(crate) type Opener = Box<dyn Fn() -> Result<Desk> + Send + Sync>;

/// Who asks for the questions under way, and what stops them.
pub(crate) struct Aside {
    open: Arc<Opener>,
    /// Desks that nobody works at.
    free: Arc<Mutex<Vec<Desk>>>,
    running: HashMap<(u64, u8), Arc<AtomicBool>>,
    says: Sender<Said>,
    waker: Arc<Waker>,
}

impl Aside {
    pub(crate) fn new(open: Opener, says: Sender<Said>, waker: Arc<Waker>) -> Self {
        let free = Arc::default();
        Self { open: Arc::new(open), free, running: HashMap::new(), says, waker }
    }

    /// Begins a question; an older one of the same slot is stopped.
    pub(crate) fn begin(&mut self, screen: u64, slot: u8, question: Question) {
        self.stop(screen, slot);
        // Those that have ended hold their flag no more.
        self.running.retain(|_, stop| Arc::strong_count(stop) > 1);
        let stop = Arc::new(AtomicBool::new(false));
        self.running.insert((screen, slot), Arc::clone(&stop));
        let (open, free) = (Arc::clone(&self.open), Arc::clone(&self.free));
        let (says, waker) = (self.says.clone(), Arc::clone(&self.waker));
        std::thread::spawn(move || {
            let said = match desk(&open, &free) {
                Ok(mut desk) => {
                    let said = run(&mut desk, screen, slot, question, &stop);
                    free.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
                    said
                }
                Err(why) => Said::Refused(why),
            };
            if !stop.load(Ordering::Relaxed) {
                // Nobody listens any more at the end.
                let _ = says.send(said);
                waker.wake();
            }
        });
    }

    /// Stops a question: its answer never comes.
    pub(crate) fn stop(&mut self, screen: u64, slot: u8) {
        if let Some(stop) = self.running.remove(&(screen, slot)) {
            stop.store(true, Ordering::Relaxed);
        }
    }
}

/// A desk to work at: one that is free, or a new one.
fn desk(open: &Opener, free: &Mutex<Vec<Desk>>) -> Result<Desk> {
    let known = free.lock().unwrap_or_else(PoisonError::into_inner).pop();
    match known {
        Some(mut desk) => {
            desk.store.refresh_model()?;
            Ok(desk)
        }
        None => open(),
    }
}

/// Answers a question, unless it is stopped on the way.
fn run(desk: &mut Desk, screen: u64, slot: u8, question: Question, stop: &Arc<AtomicBool>) -> Said {
    if let Err(why) = desk.store.stop_when(Some(Arc::clone(stop))) {
        return Said::Refused(why);
    }
    let said = perform(desk, Work::Ask { screen, slot, question });
    // A flag that stays behind would count as a question under way; and nobody may ask here for long.
    match desk.store.stop_when(None).and_then(|()| desk.store.rest()) {
        Ok(()) => said,
        Err(why) => Said::Refused(why),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{TryRecvError, channel};
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::entity::Locale;
    use crate::store::{Access, Again, Answer, Cell, Older, Options, Store};
    use crate::tui::Asking;

    struct Nowhere;

    impl Answer for Nowhere {
        fn columns(&mut self, _: Vec<String>) -> Result<()> {
            Ok(())
        }

        fn row(&mut self, _: &[Cell]) -> Result<()> {
            Ok(())
        }
    }

    fn opener(again: Again) -> Opener {
        Box::new(move || {
            let clock = Clock::new(None, chrono_tz::UTC);
            let asking = Asking { to: None, thresholds: crate::store::Thresholds::USUAL };
            let locale = Locale {
                times: crate::entity::when::Times {
                    now: clock.now(),
                    zone: chrono_tz::UTC,
                    order: None,
                },
                currency: crate::entity::money::Currency::EUR,
                region: "GB".into(),
            };
            Ok(Desk::new(again.open(Access::Read, &clock)?, locale, "ann".into(), None, asking))
        })
    }

    #[test]
    fn a_query_without_end_is_stopped_and_the_desk_serves_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::new(None, chrono_tz::UTC);
        let options = Options {
            busy_timeout: Duration::from_secs(5),
            delete_journal: false,
            region: "GB".into(),
            older: Older::Migrate,
        };
        let path = folder.path().join("test.db");
        let store =
            Store::open(&path, crate::model::model, Access::Write, &options, &clock).unwrap();
        let (says, said) = channel();
        let mut aside = Aside::new(opener(store.again()), says, Arc::new(Waker::of_nobody()));
        let (tells, told) = channel();
        let endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) \
                       SELECT count(*) FROM c";
        aside.begin(
            7,
            0,
            Box::new(move |desk| {
                tells.send(None).unwrap();
                let ended = desk.store.ask(endless, None, &mut Nowhere);
                tells.send(Some(ended.is_err())).unwrap();
                Box::new(())
            }),
        );
        let patience = Duration::from_mins(2);
        assert_eq!(told.recv_timeout(patience), Ok(None));
        aside.stop(7, 0);
        assert_eq!(told.recv_timeout(patience), Ok(Some(true)));
        // Nobody hears of it; the next question is answered, by another desk or the same.
        aside.begin(7, 0, Box::new(|desk| Box::new(desk.store.count_records().is_ok())));
        match said.recv_timeout(patience).unwrap() {
            Said::Answer { screen: 7, slot: 0, answer, .. } => {
                assert_eq!(answer.downcast_ref::<bool>(), Some(&true));
            }
            Said::Refused(why) => panic!("{why:?}"),
            _ => panic!("something else was said"),
        }
        assert!(matches!(said.try_recv(), Err(TryRecvError::Empty)));
    }
}
