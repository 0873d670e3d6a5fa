//! Mail formats as values: what a message is, says and allows, and how new ones are built.
//!
//! Pure: octets in, values out. No files, sockets, clock or randomness; dates, identifiers and
//! boundaries are passed in. Broken mail is no error but a value with a list of problems.

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod address;
pub mod auth;
pub mod card;
pub mod compose;
pub mod display;
pub mod dsn;
pub mod incremental;
pub mod inspect;
pub mod keypad;
pub mod large;
pub mod mail;
pub mod mdn;
pub mod policy;
pub mod problem;
pub mod recognize;
pub mod refusal;
pub mod rows;
pub mod validate;
pub mod vendors;
pub mod view;
pub mod wrapped;
mod write;

pub use mail::{
    Body, Card, Dsn, Mail, Mdn, PartInfo, PartRole, Permission, Receipt, Rendering, Report, Sender,
};
pub use problem::{CardProblem, PartProblem, Problem, Seal, Wrapping};
pub use recognize::Evidence;
pub use refusal::{Confidential, Doubt, Refusal};
