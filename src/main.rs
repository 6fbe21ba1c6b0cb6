//! The process edge: the model named once, the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let base = rolo::model::model;
    if rolo::cli::completions::answer(base) {
        return ExitCode::SUCCESS;
    }
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    ExitCode::from(rolo::cli::run(&args, base))
}
