//! Rows that were read ahead of their time: a few in memory, more in a file without a name, so that
//! looking to the end of a column takes no memory and no second reading of the input.

use std::collections::VecDeque;
use std::fs::File;
use std::os::unix::fs::FileExt;

use super::source::RawRow;
use crate::error::{Error, Result};

/// So much text waits in memory before a file is used.
const IN_MEMORY: usize = 4 << 20;
const BLOCK: usize = 256 << 10;

/// Rows in the order in which they were put.
#[derive(Default)]
pub(super) struct Spill {
    first: VecDeque<RawRow>,
    held: usize,
    later: Option<Later>,
}

/// The rows that didn't fit.
struct Later {
    file: File,
    /// Rows that were put and not taken yet.
    rows: u64,
    /// Bytes that aren't in the file yet; they begin at `written`.
    outgoing: Vec<u8>,
    written: u64,
    /// Bytes of the file, from `at` on; behind them the file goes on at `read`.
    incoming: Vec<u8>,
    at: usize,
    read: u64,
}

impl Spill {
    /// Puts a row behind the others.
    pub(super) fn put(&mut self, row: &RawRow) -> Result<()> {
        if self.has_room() {
            self.held += row.size();
            self.first.push_back(row.clone());
            return Ok(());
        }
        let later = match &mut self.later {
            Some(later) => later,
            none => none.insert(Later::new()?),
        };
        later.put(row)
    }

    /// Whether a row more would stay in memory.
    pub(super) fn has_room(&self) -> bool {
        self.later.is_none() && self.held < IN_MEMORY
    }

    /// Takes the first row; false where there is none.
    pub(super) fn take(&mut self, row: &mut RawRow) -> Result<bool> {
        if let Some(first) = self.first.pop_front() {
            self.held -= first.size();
            *row = first;
            return Ok(true);
        }
        let Some(later) = &mut self.later else { return Ok(false) };
        if later.rows == 0 {
            self.later = None;
            return Ok(false);
        }
        later.take(row)?;
        Ok(true)
    }

    /// The rows in memory.
    pub(super) fn in_memory(&mut self) -> &[RawRow] {
        self.first.make_contiguous()
    }
}

fn failed(cause: &std::io::Error) -> Error {
    Error::io("rows can't be kept in a temporary file", cause)
}

impl Later {
    fn new() -> Result<Self> {
        Ok(Self {
            file: tempfile::tempfile().map_err(|e| failed(&e))?,
            rows: 0,
            outgoing: Vec::new(),
            written: 0,
            incoming: Vec::new(),
            at: 0,
            read: 0,
        })
    }

    fn put(&mut self, row: &RawRow) -> Result<()> {
        row.save(&mut self.outgoing);
        self.rows += 1;
        if self.outgoing.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all_at(&self.outgoing, self.written).map_err(|e| failed(&e))?;
        self.written += self.outgoing.len() as u64;
        self.outgoing.clear();
        Ok(())
    }

    fn take(&mut self, row: &mut RawRow) -> Result<()> {
        loop {
            if let Some(len) = row.load(&self.incoming[self.at..]) {
                self.at += len;
                self.rows -= 1;
                return Ok(());
            }
            self.more()?;
        }
    }

    /// Reads a block more; a row is never larger than what was written.
    fn more(&mut self) -> Result<()> {
        if self.read == self.written {
            self.flush()?;
        }
        self.incoming.drain(..self.at);
        self.at = 0;
        let before = self.incoming.len();
        // A large row takes few steps.
        let block =
            BLOCK.max(before).min(usize::try_from(self.written - self.read).unwrap_or(BLOCK));
        self.incoming.resize(before + block, 0);
        self.file.read_exact_at(&mut self.incoming[before..], self.read).map_err(|e| failed(&e))?;
        self.read += block as u64;
        if block == 0 {
            return Err(Error::failed("rows kept in a temporary file are gone"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_as_they_went_however_many() {
        let mut spill = Spill::default();
        let made = |n: u64| {
            let mut row = RawRow::default();
            row.begin(n);
            row.push(&format!("ä{n}"));
            row.push_exact(&"x".repeat(usize::try_from(n % 700).unwrap_or(0) * 10));
            row.fault = n.is_multiple_of(3).then(|| format!("bad {n}"));
            row
        };
        let (mut put, mut taken, mut row) = (0, 0, RawRow::default());
        for step in [6000_u64, 10, 3000] {
            for _ in 0..step {
                spill.put(&made(put)).expect("put");
                put += 1;
            }
            for _ in 0..step / 2 {
                assert!(spill.take(&mut row).expect("take"));
                assert_eq!(row, made(taken));
                taken += 1;
            }
        }
        while spill.take(&mut row).expect("take") {
            assert_eq!(row, made(taken));
            taken += 1;
        }
        assert_eq!(taken, put);
    }
}
