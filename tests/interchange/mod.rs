//! Files of others, and of rolo's own.

mod again;
mod provenance;
mod rejects;
