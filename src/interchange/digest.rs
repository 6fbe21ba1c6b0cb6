//! The SHA-256 of what is read in: a file's beside the reading of it, a stream's on the way.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use sha2::{Digest as _, Sha256};

use super::Input;
use crate::error::{Error, Result};

/// A hash under way.
pub enum Digest {
    Beside(JoinHandle<std::io::Result<Sum>>),
    Along(Arc<Mutex<Sum>>),
}

/// The hash so far, and of how many bytes.
#[derive(Debug, Default, Clone)]
pub struct Sum {
    hash: Sha256,
    size: u64,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
    }
}

impl Digest {
    /// Hashes an input, whose reading goes on by what comes back.
    #[must_use]
    pub fn of(input: Input, path: &Path) -> (Input, Self) {
        let is_plain = input.size().is_some();
        let stream: Box<dyn Read + Send> = match input {
            Input::File(file) if is_plain => {
                let path = path.to_owned();
                let beside = std::thread::spawn(move || sum_of(&path));
                return (Input::File(file), Self::Beside(beside));
            }
            // A pipe with a name.
            Input::File(file) => Box::new(file),
            Input::Stream(stream) => stream,
        };
        let sum = Arc::new(Mutex::new(Sum::default()));
        let along = Along { stream, sum: Arc::clone(&sum) };
        (Input::Stream(Box::new(along)), Self::Along(sum))
    }

    /// The hash in hex and the number of bytes, when all has been read.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn finish(self) -> Result<(String, u64)> {
        let sum = match self {
            Self::Beside(thread) => thread
                .join()
                .map_err(|_| Error::failed("the file's hash was not finished"))?
                .map_err(|why| Error::io("the file can't be read", &why))?,
            Self::Along(sum) => {
                sum.lock().map_err(|_| Error::failed("the input's hash was not finished"))?.clone()
            }
        };
        let hex = sum.hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok((hex, sum.size))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}

fn sum_of(path: &Path) -> std::io::Result<Sum> {
    let (mut file, mut sum) = (File::open(path)?, Sum::default());
    let mut chunk = vec![0; 1 << 18];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(sum),
            Ok(read) => sum.add(&chunk[..read]),
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
}

/// A stream that is hashed while it is read.
struct Along {
    stream: Box<dyn Read + Send>,
    sum: Arc<Mutex<Sum>>,
}

impl Read for Along {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let read = self.stream.read(buf)?;
        if let Ok(mut sum) = self.sum.lock() {
            sum.add(&buf[..read]);
        }
        Ok(read)
    }
}
