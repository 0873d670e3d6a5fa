//! The mail engine: accounts, sync, the local store, the outbox, receipts and the directory.
//!
//! No window and no sound device: it runs as well under `aloud --headless` or in a test. Requests go
//! down through [`Engine`]; facts come up as [`Event`]s that carry identifiers only. The rules of
//! voice mail (private messages, receipts, reply addresses, sending once) are kept here, so no
//! front end can get round them.

pub mod account;
pub mod autoconfig;
pub mod content;
pub mod directory;
pub mod doctor;
pub mod drafts;
pub mod errors;
pub(crate) mod external;
pub mod handle;
pub mod imap;
pub(crate) mod lock;
pub mod net;
pub mod oauth;
pub(crate) mod origin;
pub mod outbox;
pub mod receipts;
pub(crate) mod reclassify;
pub(crate) mod sasl;
pub mod secrets;
pub mod servers;
pub mod smtp;
pub mod store;
pub(crate) mod treat;
pub mod types;
pub mod white_pages;

pub use handle::{Engine, Heard, Hearing, Options};
pub use types::*;
