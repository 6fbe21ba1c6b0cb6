//! The dashboard without a terminal. `harness` holds a dashboard over a file of its own; frames are
//! compared with those under `tests/tui/golden`, and `ROLO_BLESS=1` writes them anew.

mod adding;
mod board;
mod forms;
mod goldens;
mod harness;
mod keys;
mod leaving;
mod lists;
mod merging;
mod mouse;
mod picking;
mod related;
mod reports;
mod sight;
mod typed;
mod undo;
mod walk;
mod words;
mod work;
