//! Aloud: voice mail, fax and text mail from one IMAP mailbox.
//!
//! Layers, from the bottom (docs/ARCHITECTURE.md): `model`, `codec`, `message` are pure; `engine`
//! talks to servers and disk, `audio` to sound devices; `loopback` is the built-in server; `wording`
//! has the words for people; `ui` and `cli` are front ends over the same library.

pub use aloud_codec as codec;
pub use aloud_engine as engine;
pub use aloud_loopback as loopback;
pub use aloud_message as message;
pub use aloud_model as model;

// First, for its macros `fl!` and `word!`.
#[macro_use]
pub mod wording;

#[cfg(feature = "audio")]
pub mod audio;
pub mod cli;
#[cfg(feature = "ui")]
pub mod ui;
