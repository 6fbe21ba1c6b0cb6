//! The command line, run as its users run it.

mod first_steps;
mod safety;
