//! The command line, run as its users run it.

mod contract_completions;
mod contract_refs;
mod contract_writes;
mod deals;
mod examples;
mod first_steps;
mod foreign_pipelines;
mod pages;
mod safety;
