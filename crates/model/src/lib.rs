//! Plain values shared by every layer: identifiers, addresses, times and the words of voice mail.
//!
//! Nothing here does I/O, reads a clock, allocates threads or knows another of our modules.
//! Names follow the standards: RFC 5322 (mail), RFC 9051 (IMAP), RFC 2421/3801 (VPIM), RFC 3458
//! (message context), RFC 3803 (duration).

pub mod address;
pub mod heard;
pub mod ids;
pub mod imap;
pub mod secret;
pub mod time;
pub mod voice;

pub use address::{AddrSpec, Address};
pub use ids::{AccountId, ContactId, MailboxId, MessageKey, OutboxId};
pub use imap::{Flag, Uid, UidValidity};
pub use secret::Secret;
pub use time::DateTime;
pub use voice::{Importance, MessageKind, Sensitivity, VoiceContent};
