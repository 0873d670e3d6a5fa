//! Whole messages: read, recognized, built.

mod compose;
mod corpus;
mod hostile;
mod mdn;
mod python;
mod receive;
mod reports;
mod vendors;
