//! Commands as typed pieces.
