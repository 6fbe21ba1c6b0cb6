//! Pieces that screens are drawn of.

pub(crate) mod amount;
pub(crate) mod input;
pub(crate) mod linked;
pub(crate) mod marks;
pub(crate) mod narrow;
pub(crate) mod pane;
pub(crate) mod rows;
pub(crate) mod sheet;
