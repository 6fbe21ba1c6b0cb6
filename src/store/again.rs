//! The same file by another connection, for reading beside the first one; and how long reading there
//! is stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::open::Identity;
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
    file: Identity,
    base: fn() -> Model,
    options: Options,
}

impl Again {
    /// Opens it.
    ///
    /// # Errors
    /// The file is gone, another one has its name, or it can't be opened any more.
    pub fn open(&self, access: Access, clock: &Clock) -> Result<Store> {
        self.file.stands_at(&self.path)?;
        Store::open(&self.path, self.base, access, &self.options, clock)
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
        let (path, options) = (self.path.clone(), self.options.clone());
        Again { path, file: self.file, base: self.base, options }
    }

    /// That the file which is open still has its name.
    ///
    /// # Errors
    /// It was removed, or another file stands there.
    pub fn stands_there(&self) -> Result<()> {
        self.file.stands_at(&self.path)
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
