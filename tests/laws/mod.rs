//! What holds for every record, whatever its noun.

mod filter;
