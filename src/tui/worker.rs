//! The workers: one thread answers questions, one makes changes, each at a desk of its own, so that a
//! change that waits for another program keeps nobody from reading. The one that reads also looks once
//! a second whether somebody else has changed the file, or put another one in its place.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::desk::{Desk, Done};
use super::pump::Waker;
use super::screen::{Answer, Deed, Question};
use crate::entity::Model;
use crate::error::{Error, Result};

/// How often somebody else's changes are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// What a worker is told to do; `screen` is who gets the answer.
pub(crate) enum Work {
    Ask {
        screen: u64,
        slot: u8,
        question: Question,
    },
    /// `seen` is the latest change that the screen shows.
    Do {
        screen: u64,
        seen: i64,
        deed: Deed,
    },
}

/// What it says.
pub(crate) enum Said {
    Answer {
        screen: u64,
        slot: u8,
        /// The latest change that it knows of.
        at: i64,
        answer: Answer,
    },
    Done {
        screen: u64,
        result: Result<Done>,
        /// The latest change there is now.
        at: i64,
    },
    /// Somebody else has changed the file.
    Changed,
    /// There are other custom fields now.
    Model(Box<Model>),
    /// A question can't even be asked.
    Refused(Error),
    /// A question failed in a way that nobody foresaw.
    Broken(String),
}

/// Opens the file once more, for writing.
pub(crate) type Opener = Box<dyn Fn() -> Result<Desk> + Send>;

/// What the thread that reads is told.
enum Told {
    Ask(Work),
    /// What is new in the file was done here.
    Own,
}

/// The ends that the app has.
pub(crate) struct Workers {
    asks: Sender<Told>,
    deeds: Sender<Work>,
    pub said: Receiver<Said>,
    /// For others who answer the app.
    pub says: Sender<Said>,
}

impl Workers {
    /// Starts the threads; the desk of the one that writes is opened for the first change.
    pub(crate) fn start(desk: Desk, open: Opener, waker: &Arc<Waker>) -> Self {
        let (asks, asked) = channel();
        let (deeds, todo) = channel();
        let (says, said) = channel();
        let sayer = || {
            let (says, waker) = (says.clone(), Arc::clone(waker));
            move |said: Said| {
                // Nobody listens any more at the end.
                let _ = says.send(said);
                waker.wake();
            }
        };
        let (reads, writes, own) = (sayer(), sayer(), asks.clone());
        std::thread::spawn(move || read(desk, &asked, &reads));
        std::thread::spawn(move || write(&open, &todo, &own, &writes));
        Self { asks, deeds, said, says }
    }

    /// Hands a piece of work on. The workers end with the dashboard alone.
    pub(crate) fn take(&self, work: Work) {
        match work {
            deed @ Work::Do { .. } => drop(self.deeds.send(deed)),
            ask @ Work::Ask { .. } => drop(self.asks.send(Told::Ask(ask))),
        }
    }
}

/// Answers one question after the other.
fn read(mut desk: Desk, asked: &Receiver<Told>, say: &dyn Fn(Said)) {
    let mut waiting: VecDeque<Work> = VecDeque::new();
    let mut watch = Watch::of(&desk);
    loop {
        if waiting.is_empty() {
            match asked.recv_timeout(LOOK) {
                Ok(told) => watch.told(told, &mut waiting, &mut desk, say),
                Err(RecvTimeoutError::Timeout) => {
                    watch.look(&mut desk, say);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        while let Ok(told) = asked.try_recv() {
            watch.told(told, &mut waiting, &mut desk, say);
        }
        if let Some(work) = waiting.pop_front() {
            say(perform(&mut desk, work));
        }
    }
}

/// Makes one change after the other.
fn write(open: &Opener, todo: &Receiver<Work>, own: &Sender<Told>, say: &dyn Fn(Said)) {
    let mut desk = None;
    while let Ok(work) = todo.recv() {
        let (Work::Do { screen, .. } | Work::Ask { screen, .. }) = work;
        let here = match &mut desk {
            Some(desk) => desk,
            None => match open() {
                Ok(opened) => desk.insert(opened),
                Err(why) => {
                    say(Said::Done { screen, result: Err(why), at: 0 });
                    continue;
                }
            },
        };
        // Fields that others made meanwhile.
        let ready = here.store.refresh_model();
        let before = here.store.model().customs();
        let said = match ready {
            Ok(_) => perform(here, work),
            Err(why) => Said::Done { screen, result: Err(why), at: 0 },
        };
        // A custom field was made or taken back: forms and lists have to know of it first.
        if here.store.model().customs() != before {
            say(Said::Model(Box::new(here.store.model().clone())));
        }
        // Whatever is asked from now on sees the change, and it isn't told as somebody else's.
        let _ = own.send(Told::Own);
        say(said);
    }
}

/// What is known of the file from the outside.
struct Watch {
    version: Option<i64>,
    /// Whether all that was written lies in the file itself.
    rests: bool,
    /// Whether the file has lost its name, and that was said.
    lost: bool,
}

impl Watch {
    fn of(desk: &Desk) -> Self {
        Self { version: desk.store.data_version().ok(), rests: false, lost: false }
    }

    /// Queues a question, in the place of an older one of its slot; or takes notice of a change.
    fn told(
        &mut self,
        told: Told,
        waiting: &mut VecDeque<Work>,
        desk: &mut Desk,
        say: &dyn Fn(Said),
    ) {
        let Told::Ask(new) = told else {
            self.version = desk.store.data_version().ok();
            self.rests = false;
            if let Err(why) = desk.store.refresh_model() {
                say(Said::Refused(why));
            }
            return;
        };
        if let Work::Ask { screen, slot, .. } = &new {
            let new = (*screen, *slot);
            waiting.retain(
                |w| !matches!(w, Work::Ask { screen, slot, .. } if (*screen, *slot) == new),
            );
        }
        waiting.push_back(new);
    }

    /// Looks for what others did.
    fn look(&mut self, desk: &mut Desk, say: &dyn Fn(Said)) {
        if let Err(why) = desk.store.stands_there() {
            if !std::mem::replace(&mut self.lost, true) {
                say(Said::Refused(why));
            }
            return;
        }
        self.lost = false;
        let now = desk.store.data_version().ok();
        if now == self.version {
            // A file that can only be read has nothing to be settled.
            self.rests = self.rests || desk.store.settle().unwrap_or(true);
            return;
        }
        (self.version, self.rests) = (now, false);
        match desk.store.refresh_model() {
            Ok(true) => say(Said::Model(Box::new(desk.store.model().clone()))),
            Ok(false) => {}
            Err(why) => say(Said::Refused(why)),
        }
        say(Said::Changed);
    }
}

/// Does one piece of work. A panic in it is told, and the next piece is done as if nothing had been.
pub(crate) fn perform(desk: &mut Desk, work: Work) -> Said {
    desk.tick();
    match work {
        Work::Ask { screen, slot, question } => {
            // Before it is answered: what comes meanwhile may be in it or not.
            let at = match desk.reader().and_then(|reader| reader.last_change()) {
                Ok(at) => at,
                Err(why) => return Said::Refused(why),
            };
            match catch_unwind(AssertUnwindSafe(|| question(desk))) {
                Ok(answer) => Said::Answer { screen, slot, at, answer },
                Err(panic) => Said::Broken(words_of(panic.as_ref())),
            }
        }
        Work::Do { screen, seen, deed } => {
            desk.sight.seen = seen;
            let result = catch_unwind(AssertUnwindSafe(|| deed(desk))).unwrap_or_else(|panic| {
                Err(Error::failed(format!("a fault in rolo: {}", words_of(panic.as_ref()))))
            });
            let at = desk.reader().and_then(|reader| reader.last_change()).unwrap_or(seen);
            Said::Done { screen, result, at }
        }
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::clock::Clock;
    use crate::entity::when::Times;
    use crate::entity::{Locale, Value};
    use crate::store::{Access, Older, Options, Store, wal_path};
    use crate::tui::Asking;

    const PATIENCE: Duration = Duration::from_mins(1);

    fn clock() -> Clock {
        Clock::new(None, chrono_tz::UTC)
    }

    fn desk(store: Store) -> Desk {
        let times = Times { now: clock().now(), zone: chrono_tz::UTC, order: None };
        let currency = crate::entity::money::Currency::EUR;
        let locale = Locale { times, currency, region: "GB".into() };
        let asking = Asking { to: None, thresholds: crate::store::Thresholds::USUAL };
        Desk::new(store, locale, "ann".into(), None, asking)
    }

    fn store(path: &Path) -> Store {
        let options = Options {
            busy_timeout: PATIENCE,
            delete_journal: false,
            region: "GB".into(),
            older: Older::Migrate,
        };
        Store::open(path, crate::model::model, Access::Write, &options, &clock()).unwrap()
    }

    fn add_to(desk: &mut Desk, name: &str) -> Result<Done> {
        let written = desk.change("add", "", |w| {
            let noun = w.reader().model().noun("company")?;
            w.insert(noun, vec![(noun.require("name")?.index, Value::Text(name.into()))].into())
        })?;
        Ok(Done { change: written.change, ..Done::of(name.to_owned(), String::new()) })
    }

    /// A file with workers over it, and what they say.
    struct Office {
        workers: Workers,
        path: PathBuf,
        _folder: tempfile::TempDir,
    }

    impl Office {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("test.db");
            let own = store(&path);
            let again = own.again();
            let open = move || Ok(desk(again.open(Access::Write, &clock())?));
            let waker = Arc::new(Waker::of_nobody());
            let workers = Workers::start(desk(own), Box::new(open), &waker);
            Self { workers, path, _folder: folder }
        }

        fn add(&self, name: &'static str) {
            let deed = Box::new(move |desk: &mut Desk| add_to(desk, name));
            self.workers.take(Work::Do { screen: 1, seen: 0, deed });
        }

        /// How many records there are for those who ask.
        fn count(&self) -> i64 {
            let question =
                Box::new(|desk: &mut Desk| Box::new(desk.store.count_records().unwrap()) as Answer);
            self.workers.take(Work::Ask { screen: 2, slot: 0, question });
            match self.next() {
                Said::Answer { screen: 2, slot: 0, answer, .. } => *answer.downcast().unwrap(),
                other => panic!("{}", name(&other)),
            }
        }

        fn next(&self) -> Said {
            self.workers.said.recv_timeout(PATIENCE).expect("something is said")
        }

        fn done(&self) -> Result<Done> {
            match self.next() {
                Said::Done { screen: 1, result, .. } => result,
                other => panic!("{}", name(&other)),
            }
        }
    }

    fn name(said: &Said) -> String {
        match said {
            Said::Answer { .. } => "an answer".into(),
            Said::Done { result, .. } => format!("done: {result:?}"),
            Said::Changed => "changed".into(),
            Said::Model(_) => "a model".into(),
            Said::Refused(why) => format!("refused: {why:?}"),
            Said::Broken(why) => format!("broken: {why}"),
        }
    }

    #[test]
    fn what_waits_for_another_writer_keeps_nobody_from_reading() {
        let office = Office::new();
        let mut other = store(&office.path);
        other.begin_batch().unwrap();
        office.add("Acme");
        assert_eq!(office.count(), 0);
        assert_eq!(office.count(), 0);
        other.end_batch(false).unwrap();
        assert_eq!(office.done().unwrap().line, "Acme");
        assert_eq!(office.count(), 1);
    }

    #[test]
    fn changes_of_others_are_told_and_own_ones_are_not_told_twice() {
        let office = Office::new();
        office.add("Acme");
        assert!(office.done().unwrap().change.is_some());
        // What is asked after a change sees all there is; what comes later is told.
        assert_eq!(office.count(), 1);
        add_to(&mut desk(store(&office.path)), "Globex").unwrap();
        assert!(matches!(office.next(), Said::Changed));
        assert_eq!(office.count(), 2);
        office.add("Initech");
        office.done().unwrap();
        assert_eq!(office.count(), 3);
        let rests = office.workers.said.recv_timeout(3 * LOOK);
        assert!(rests.is_err(), "{}", name(&rests.unwrap()));
    }

    #[test]
    fn nothing_is_written_to_a_file_that_lost_its_name_and_a_resting_one_can_be_replaced() {
        let office = Office::new();
        office.add("Acme");
        office.done().unwrap();
        let wal = wal_path(&office.path, "-wal");
        let begun = std::time::Instant::now();
        while std::fs::metadata(&wal).is_ok_and(|meta| meta.len() > 0) {
            assert!(begun.elapsed() < PATIENCE, "the WAL is never emptied");
            std::thread::sleep(LOOK / 20);
        }
        let other = office.path.with_file_name("copy.db");
        add_to(&mut desk(store(&other)), "Globex").unwrap();
        assert!(std::fs::metadata(wal_path(&other, "-wal")).is_err());
        std::fs::rename(&other, &office.path).unwrap();
        office.add("Initech");
        // The one that reads may see it first.
        let refused = |said: Said| match said {
            Said::Done { result: Err(why), .. } | Said::Refused(why) => why.message,
            other => panic!("{}", name(&other)),
        };
        for said in [office.next(), office.next()] {
            assert!(refused(said).contains("was replaced by another after rolo opened it"));
        }
        assert_eq!(office.count(), 1);
        drop(office.workers);
        let there = store(&office.path);
        let health = there.check().unwrap();
        assert!(health.findings.is_empty(), "{health:?}");
        assert_eq!(there.count_records().unwrap(), 1);
    }
}
