//! Tests of this area; see docs/ARCHITECTURE.md.

mod mail;
