//! Rows are read, understood and made ready on a thread of their own, while the store writes those
//! before them.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use super::{RawRow, RowParser, Source};
use crate::entity::Value;
use crate::error::{Error, Result, RowError};
use crate::store::{Incoming, Ready};

/// A row, and what it means.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) row: RawRow,
    pub(super) incoming: std::result::Result<Incoming, Vec<RowError>>,
    /// Values that are written, to be freed by the thread that made them.
    pub(super) spent: Vec<Value>,
}

/// Rows one behind the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Parsed>,
    /// Bytes of the file that were read so far.
    pub(super) position: u64,
    /// No row comes after these: the file ended, or can't be read on.
    end: Option<Result<()>>,
}

/// So many rows, and so much text of them, go from thread to thread at once.
const ROWS: usize = 256;
const TEXT: usize = 1 << 20;
/// So many batches are read ahead.
const AHEAD: usize = 4;

/// Gives the rows of a source to `take`, batch by batch, until it says `false`. With `on_thread`
/// they are read ahead by another thread. A row with a value in one of the `keys` needs no fingerprint.
///
/// # Errors
/// The file can't be read on; what `take` says.
pub(super) fn each(
    source: &mut Source,
    parser: &mut RowParser,
    keys: &[usize],
    on_thread: bool,
    take: &mut dyn FnMut(&mut Batch) -> Result<bool>,
) -> Result<()> {
    if on_thread {
        return std::thread::scope(|scope| {
            let (give, batches) = sync_channel(AHEAD);
            let (give_back, used) = channel();
            scope.spawn(move || read_ahead(source, parser, keys, &give, &used));
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
    let mut prints = Prints::default();
    let mut batch = Batch::default();
    loop {
        fill(&mut batch, source, parser, keys, &mut prints);
        if !take(&mut batch)? {
            return Ok(());
        }
        if let Some(end) = batch.end.take() {
            return end;
        }
    }
}

/// Reads until the end, or until nobody takes the rows any more.
fn read_ahead(
    source: &mut Source,
    parser: &mut RowParser,
    keys: &[usize],
    give: &SyncSender<Batch>,
    used: &Receiver<Batch>,
) {
    let mut prints = Prints::default();
    loop {
        let mut batch = used.try_recv().unwrap_or_default();
        fill(&mut batch, source, parser, keys, &mut prints);
        let is_last = batch.end.is_some();
        if give.send(batch).is_err() || is_last {
            return;
        }
    }
}

/// Fills a batch, whose memory is used again.
fn fill(
    batch: &mut Batch,
    source: &mut Source,
    parser: &mut RowParser,
    keys: &[usize],
    prints: &mut Prints,
) {
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
        parsed.incoming = parser.values(&parsed.row).map(|values| {
            let keyed = values.iter().any(|(i, v)| keys.contains(i) && !v.is_empty());
            let print = if keyed { 0 } else { prints.nth(parser.fingerprint(&parsed.row)) };
            let ready = Ready::of(parser.noun(), &values);
            Incoming { values, print, ready }
        });
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
        print.wrapping_add(i64::from(*count - 1).wrapping_mul(0x1656_67B1_9E37_79F9))
    }
}
