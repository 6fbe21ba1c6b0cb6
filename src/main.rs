//! The process edge: the model named once, the exit code.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Records are made on one thread and written by another; this allocator takes memory back from
/// another thread without a lock.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A limit on the size of files is then an error of the write, not the end of the process. Where no
    // handler can be set, it stays as the system has it.
    let _ =
        signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    let base = rolo::model::model;
    if rolo::cli::completions::answer(base) {
        return ExitCode::SUCCESS;
    }
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    ExitCode::from(rolo::cli::run(&args, base))
}
