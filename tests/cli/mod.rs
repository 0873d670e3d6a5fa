//! Tests of this area; see docs/ARCHITECTURE.md.

mod compose;
mod inspect;
mod mail;
