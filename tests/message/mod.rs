//! Whole messages: read, recognized, built.

mod builders;
mod compose;
mod corpus;
mod hostile;
mod mdn;
mod media;
mod odd;
mod peer;
mod python;
mod readers;
mod receive;
mod reports;
mod rows;
mod validate;
mod vendors;
mod violations;
