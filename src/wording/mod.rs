//! The words that people read: the one place where values become sentences.
//!
//! Uses the values of the layers below; only `ui`, `cli` and `main` use it. It knows no widget and
//! writes nothing.

#[macro_use]
pub mod fluent;

pub use fluent::{choose, languages};
pub mod address;
pub mod delivery;
pub mod doctor;
pub mod failure;
pub mod figures;
pub mod found;
pub mod operation;
pub mod people;
pub mod phrases;
pub mod problem;
#[cfg(test)]
pub(crate) mod pseudo;
pub mod receipt;
pub mod recognition;
pub mod refusal;
pub mod rows;
pub mod server;
pub mod servers;

/// A text that is not chosen yet, for constant tables. Made by `word!`, so its identifier is checked.
pub type Word = fn() -> String;
