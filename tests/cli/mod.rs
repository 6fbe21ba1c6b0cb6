//! The command line, run as its users run it.

mod examples;
mod first_steps;
mod pages;
mod safety;
