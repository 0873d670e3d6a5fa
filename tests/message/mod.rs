//! Whole messages: read, recognized, built.

mod corpus;
mod hostile;
