//! rolo: the CRM for people who live in a terminal.
#![allow(missing_docs)]
pub mod clock;
pub mod entity;
pub mod error;
pub mod model;
