//! The command line, run as its users run it.

mod agenda;
mod amounts;
mod closing;
mod contract_completions;
mod contract_refs;
mod contract_writes;
mod custom_fields;
mod deals;
mod doubles;
mod examples;
mod first_steps;
mod foreign_pipelines;
mod funnel;
mod leads;
mod macros;
mod money;
mod numbers;
mod pages;
mod pipelines;
mod safety;
mod second_thoughts;
mod sql;
mod tags;
mod targets;
mod trees;
