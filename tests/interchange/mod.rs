//! Files of others, and of rolo's own.

mod again;
mod birthdays;
mod hostile;
mod long;
mod named;
mod programs;
mod provenance;
mod rejects;
mod spectrum;
mod understood;
