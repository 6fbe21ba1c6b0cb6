//! The process edge: the model named once, the exit code.

use std::process::ExitCode;

/// Records are made on one thread and written by another; this allocator takes memory back from
/// another thread without a lock.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let base = rolo::model::model;
    if rolo::cli::completions::answer(base) {
        return ExitCode::SUCCESS;
    }
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    ExitCode::from(rolo::cli::run(&args, base))
}
