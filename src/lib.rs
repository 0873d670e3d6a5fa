//! Aloud: voice mail, fax and text mail from one IMAP mailbox.
//!
//! Layers, from the bottom (docs/ARCHITECTURE.md): `model`, `codec`, `message` are pure; `engine`
//! talks to servers and disk, `audio` to sound devices; `loopback` is the built-in server; `ui` and
//! `cli` are front ends over the same library.

#[cfg(feature = "audio")]
pub mod audio;
pub mod cli;
pub mod codec;
pub mod engine;
pub mod i18n;
pub mod loopback;
pub mod message;
pub mod model;
#[cfg(feature = "ui")]
pub mod ui;
