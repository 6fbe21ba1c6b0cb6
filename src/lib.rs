//! rolo: the CRM for people who live in a terminal.
//!
//! The house, from the roof to the ground; a room uses what stands below it, never above or beside:
//!
//! | room | what it is |
//! | --- | --- |
//! | [`cli`] | the command line: words in, text out; opens the dashboard |
//! | [`tui`] | the dashboard: keys in, frames out |
//! | [`reports`] | what is asked again and again: the numbers of the sales funnel |
//! | [`interchange`], [`actions`] | how files come and go; what the business does |
//! | [`store`] | the one file: schema, reading, the only write path, matching, history, undo |
//! | [`filter`] | the query language: text → checked expression → SQL |
//! | [`model`] | the declarations: every entity and field |
//! | [`entity`] | what an entity, a field and a value are |
//! | [`clock`], [`error`], [`config`] | time, chance and ids; what can go wrong; what the user set |

pub mod actions;
pub mod cli;
pub mod clock;
pub mod config;
pub mod entity;
pub mod error;
pub mod filter;
pub mod interchange;
pub mod model;
pub mod reports;
pub mod store;
pub mod tui;
