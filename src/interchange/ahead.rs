//! Rows are read, understood and made ready on a thread of their own, while the store writes those
//! before them.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use super::{RawRow, Source};
use crate::entity::Value;
use crate::error::{Error, Result, RowError};
use crate::store::NEXT_PRINT;

/// Makes of rows what is to be taken in.
pub(super) trait Understand: Send {
    type Record: Send;

    /// What a row means.
    ///
    /// # Errors
    /// All that is wrong with it.
    fn understand(&mut self, row: &RawRow) -> std::result::Result<Self::Record, Vec<RowError>>;

    /// Why no row can be understood, as the last one showed.
    fn gives_up(&self) -> Option<Error>;
}

/// A row, and what it means.
#[derive(Debug)]
pub(super) struct Parsed<R> {
    pub(super) row: RawRow,
    pub(super) incoming: std::result::Result<R, Vec<RowError>>,
    /// Values that are written, to be freed by the thread that made them.
    pub(super) spent: Vec<Value>,
}

/// Rows one behind the other.
#[derive(Debug)]
pub(super) struct Batch<R> {
    pub(super) rows: Vec<Parsed<R>>,
    /// Bytes of the file that were read so far.
    pub(super) position: u64,
    /// No row comes after these: the file ended, or can't be read on.
    end: Option<Result<()>>,
}

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), position: 0, end: None }
    }
}

/// So many rows, and so much text of them, go from thread to thread at once.
const ROWS: usize = 256;
const TEXT: usize = 1 << 20;
/// So many batches are read ahead.
const AHEAD: usize = 4;

/// Gives the rows of a source to `take`, batch by batch, until it says `false`. With `on_thread`
/// they are read ahead by another thread.
///
/// # Errors
/// The file can't be read on; what `take` says.
pub(super) fn each<U: Understand>(
    source: &mut Source,
    parser: &mut U,
    on_thread: bool,
    take: &mut dyn FnMut(&mut Batch<U::Record>) -> Result<bool>,
) -> Result<()> {
    if on_thread {
        return std::thread::scope(|scope| {
            let (give, batches) = sync_channel(AHEAD);
            let (give_back, used) = channel();
            scope.spawn(move || read_ahead(source, parser, &give, &used));
            while let Ok(mut batch) = batches.recv() {
                if !take(&mut batch)? {
                    return Ok(());
                }
                if let Some(end) = batch.end.take() {
                    return end;
                }
                // Nobody waits for it when the reader is done.
                let _ = give_back.send(batch);
            }
            Err(Error::failed("the file was not read to its end"))
        });
    }
    let mut batch = Batch::default();
    loop {
        fill(&mut batch, source, parser);
        if !take(&mut batch)? {
            return Ok(());
        }
        if let Some(end) = batch.end.take() {
            return end;
        }
    }
}

/// Reads until the end, or until nobody takes the rows any more.
fn read_ahead<U: Understand>(
    source: &mut Source,
    parser: &mut U,
    give: &SyncSender<Batch<U::Record>>,
    used: &Receiver<Batch<U::Record>>,
) {
    loop {
        let mut batch = used.try_recv().unwrap_or_default();
        fill(&mut batch, source, parser);
        let is_last = batch.end.is_some();
        if give.send(batch).is_err() || is_last {
            return;
        }
    }
}

/// Fills a batch, whose memory is used again.
fn fill<U: Understand>(batch: &mut Batch<U::Record>, source: &mut Source, parser: &mut U) {
    let (mut count, mut text) = (0, 0);
    while count < ROWS && text < TEXT {
        if batch.rows.len() == count {
            let (row, incoming) = (RawRow::default(), Err(Vec::new()));
            batch.rows.push(Parsed { row, incoming, spent: Vec::new() });
        }
        let parsed = &mut batch.rows[count];
        parsed.spent.clear();
        match source.read(&mut parsed.row) {
            Ok(true) => {}
            ended => {
                batch.end = Some(ended.map(|_| ()));
                break;
            }
        }
        text += parsed.row.text_len();
        parsed.incoming = parser.understand(&parsed.row);
        if let (Err(_), Some(why)) = (&parsed.incoming, parser.gives_up()) {
            batch.end = Some(Err(why));
            break;
        }
        count += 1;
    }
    batch.rows.truncate(count);
    batch.position = source.position();
}

/// Tells equal rows of one file apart by their count.
#[derive(Default)]
pub(super) struct Prints(foldhash::HashMap<i64, u32>);

impl Prints {
    pub(super) fn nth(&mut self, print: i64) -> i64 {
        let count = self.0.entry(print).or_default();
        *count += 1;
        // Another odd multiple for each further one.
        print.wrapping_add(i64::from(*count - 1).wrapping_mul(NEXT_PRINT))
    }
}
