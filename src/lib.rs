//! rolo: the CRM for people who live in a terminal.
pub mod actions;
pub mod clock;
pub mod entity;
pub mod error;
pub mod filter;
pub mod model;
pub mod store;
