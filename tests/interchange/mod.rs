//! Files of others, and of rolo's own.

mod again;
mod hostile;
mod spectrum;
mod understood;
