//! Whole messages: read, recognized, built.

mod compose;
mod corpus;
mod hostile;
mod mdn;
mod odd;
mod python;
mod receive;
mod reports;
mod rows;
mod vendors;
