//! The same file by another connection, for reading beside the first one; and how long reading there
//! is stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Access, Options, Reader, Store};
use crate::clock::Clock;
use crate::entity::Model;
use crate::error::Result;

/// After so many steps of SQLite's machine the flag is looked at.
const STEPS: i32 = 5_000;

/// What it takes to open a file once more.
#[derive(Debug, Clone)]
pub struct Again {
    path: PathBuf,
    base: fn() -> Model,
    options: Options,
}

impl Again {
    /// Opens it for reading.
    ///
    /// # Errors
    /// The file is gone or can't be opened any more.
    pub fn open(&self, clock: &Clock) -> Result<Store> {
        Store::open(&self.path, self.base, Access::Read, &self.options, clock)
    }
}

impl Reader<'_> {
    /// The flag that stops reading here: what works long without a query looks at it.
    #[must_use]
    pub fn stop_flag(&self) -> Option<Arc<AtomicBool>> {
        self.store.and_then(|store| store.stop.borrow().clone())
    }
}

impl Store {
    /// How to open the same file once more.
    #[must_use]
    pub fn again(&self) -> Again {
        Again { path: self.path.clone(), base: self.base, options: self.options.clone() }
    }

    /// Queries end with an error as soon as the flag is set; with none, nothing stops them.
    ///
    /// # Errors
    /// The connection isn't rolo's own.
    pub fn stop_when(&self, flag: Option<Arc<AtomicBool>>) -> Result<()> {
        self.stop.replace(flag.clone());
        let handler = flag.map(|flag| move || flag.load(Ordering::Relaxed));
        Ok(self.conn.progress_handler(STEPS, handler)?)
    }
}
