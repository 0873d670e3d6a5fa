//! The one integration-test binary: every file under `tests/` is a module of it.

// A test fails by panicking, in its helpers too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod architecture;
mod audio;
mod cli;
mod codec;
mod engine;
mod fuzzed;
mod loopback;
mod message;
mod servers;
mod support;
#[cfg(feature = "ui")]
mod ui;
