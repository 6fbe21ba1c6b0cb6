//! The one test binary: what the program promises, seen from outside.
#![allow(unreachable_pub)]

mod cli;
mod harness;
mod interchange;
mod laws;
mod tui;
