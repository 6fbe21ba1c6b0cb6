//! Listings on their way into a file or a pipe.

use std::io::Write;
use std::sync::mpsc::{channel, sync_channel};

use uuid::Uuid;

use super::{Column, Exporter, Form, Scope};
use crate::entity::Value;
use crate::error::{Error, Result};
use crate::store::{Listing, Reader, Twin};

/// So many records go to the thread that writes them at once, and so many such batches wait.
const ROWS: usize = 256;
const AHEAD: usize = 4;
/// So many records make a piece of an export that two threads share.
const PIECE: usize = 4096;

fn unwritten(why: &std::io::Error) -> Error {
    Error::io("the output can't be written", why)
}

/// Streams a listing through an exporter, which works on a thread of its own: records are read while
/// those before them are written.
///
/// # Errors
/// The database can't be read, or the target can't be written.
pub fn write_out(
    reader: &Reader,
    listing: &Listing,
    mut exporter: Exporter,
    target: &mut dyn Write,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (give, batches) = sync_channel::<Vec<Vec<Value>>>(AHEAD);
        let (rendered, bytes) = channel();
        scope.spawn(move || {
            exporter.begin();
            for batch in batches {
                for values in &batch {
                    exporter.record(values);
                }
                if rendered.send((exporter.take(), batch)).is_err() {
                    return;
                }
            }
            exporter.end();
            // Nobody takes it when the target failed.
            let _ = rendered.send((exporter.take(), Vec::new()));
        });
        let (mut batch, mut spare, mut used) = (Vec::new(), Vec::new(), 0);
        reader.each(listing, |found| {
            if used == batch.len() {
                batch.push(Vec::new());
            }
            std::mem::swap(&mut found.values, &mut batch[used]);
            used += 1;
            if used == ROWS {
                while let Ok((bytes, old)) = bytes.try_recv() {
                    target.write_all(&bytes).map_err(|why| unwritten(&why))?;
                    spare.push(old);
                }
                let full = std::mem::replace(&mut batch, spare.pop().unwrap_or_default());
                // If the other thread has stopped, so has this.
                let _ = give.send(full);
                used = 0;
            }
            Ok(())
        })?;
        batch.truncate(used);
        let _ = give.send(batch);
        drop(give);
        for (bytes, _) in bytes {
            target.write_all(&bytes).map_err(|why| unwritten(&why))?;
        }
        Ok(())
    })
}

/// What an export writes.
#[derive(Debug, Clone)]
pub struct Rendering {
    pub form: Form,
    pub columns: Vec<Column>,
    pub scope: Scope,
    /// Without the formula guard.
    pub raw: bool,
}

impl Rendering {
    /// An exporter of it.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        Exporter::new(self.form, self.columns.clone(), self.scope, self.raw)
    }
}

/// Writes a listing that goes by uid, as every export does: a long one of all records in pieces that two threads
/// read and render by turns.
///
/// # Errors
/// The database can't be read, or the target can't be written.
pub fn export(
    reader: &Reader,
    listing: &mut Listing,
    rendering: &Rendering,
    target: &mut dyn Write,
) -> Result<()> {
    // The commas of a JSON array stand between the records of all pieces; and a filter may search
    // the whole index, which is done once and not for each piece.
    let is_one = rendering.form == Form::Json || listing.filter.is_some();
    let cuts = if is_one { Vec::new() } else { reader.cuts(listing.noun, PIECE)? };
    if cuts.is_empty() {
        return write_out(reader, listing, rendering.exporter(), target);
    }
    reader.with_twin(|twin| match twin {
        Some(twin) => {
            reader.in_passing(|| by_turns(reader, twin, &cuts, listing, rendering, target))
        }
        None => write_out(reader, listing, rendering.exporter(), target),
    })
}

/// The pieces between the cuts, each read and rendered by the one or the other reader.
fn by_turns(
    reader: &Reader,
    twin: Twin,
    cuts: &[Uuid],
    listing: &mut Listing,
    rendering: &Rendering,
    target: &mut dyn Write,
) -> Result<()> {
    let pieces: Vec<(Option<Uuid>, Option<Uuid>)> = std::iter::once(None)
        .chain(cuts.iter().copied().map(Some))
        .zip(cuts.iter().copied().map(Some).chain([None]))
        .collect();
    std::thread::scope(|scope| {
        let (give, theirs) = sync_channel(1);
        let mut second = listing.clone();
        let their_pieces = &pieces;
        scope.spawn(move || {
            let reader = twin.reader();
            let mut exporter = rendering.exporter();
            for piece in their_pieces.iter().skip(1).step_by(2) {
                second.between = *piece;
                let bytes = render(&reader, &second, &mut exporter);
                let is_last = bytes.is_err();
                if give.send(bytes).is_err() || is_last {
                    return;
                }
            }
        });
        let mut exporter = rendering.exporter();
        exporter.begin();
        for (at, piece) in pieces.iter().enumerate() {
            let bytes = if at % 2 == 0 {
                listing.between = *piece;
                render(reader, listing, &mut exporter)?
            } else {
                let stopped = || Error::failed("the second reader stopped");
                theirs.recv().map_err(|_| stopped())??
            };
            target.write_all(&bytes).map_err(|why| unwritten(&why))?;
        }
        Ok(())
    })
}

fn render(reader: &Reader, listing: &Listing, exporter: &mut Exporter) -> Result<Vec<u8>> {
    reader.each(listing, |found| {
        exporter.record(&found.values);
        Ok(())
    })?;
    Ok(exporter.take())
}
