//! Whole messages: read, recognized, built.

mod compose;
mod corpus;
mod hostile;
mod mdn;
mod python;
mod reports;
mod vendors;
