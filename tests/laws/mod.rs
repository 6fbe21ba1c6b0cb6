//! What holds for every record, whatever its noun.

mod declarations;
mod desk;
mod filter;
mod layers;
mod made_up;
mod mended;
mod merge;
mod numbers;
mod quotas;
mod readers;
mod round_trip;
mod stays;
mod undo;
