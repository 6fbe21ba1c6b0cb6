//! Files of others, and of rolo's own.

mod again;
mod hostile;
mod programs;
mod spectrum;
mod understood;
mod provenance;
mod rejects;
