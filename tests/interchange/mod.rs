//! Files of others, and of rolo's own.
