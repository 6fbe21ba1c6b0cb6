//! The command line, run as its users run it.

mod contract_completions;
mod contract_refs;
mod contract_writes;
mod examples;
mod first_steps;
mod leads;
mod money;
mod pages;
mod safety;
mod targets;
