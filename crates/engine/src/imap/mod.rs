//! IMAP (RFC 9051, RFC 3501) as far as a mailbox reader needs it.
//!
//! async-imap reads the responses, one at a time ([`parser`]); every command is written by us ([`command`], typed arguments
//! only) and is complete only at its own tagged OK. What comes from the server passes a screen
//! ([`screen`]) before the parser sees it: lengths, depth and counts are bounded, and what is known
//! to stop the parser is repaired or dropped. What the parser does not take is read as far as it can
//! be ([`salvage`]), else left out and counted; it costs no other response. Structure is never asked for: no ENVELOPE and no
//! BODYSTRUCTURE, only raw header blocks and slices of raw messages, always with PEEK.
//!
//! Extensions used when offered: LITERAL+, UIDPLUS, MOVE, CONDSTORE, QRESYNC, LIST-STATUS, IDLE, ID,
//! QUOTA, SPECIAL-USE, NAMESPACE, NOTIFY, COMPRESS, X-GM-EXT-1. Limits are constants of the modules. Tests: `tests` of the submodules and
//! `tests/engine/`.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod command;
mod id;
mod link;
mod names;
mod namespace;
mod parser;
mod pipe;
mod read;
mod reply;
mod salvage;
pub mod screen;
mod session;
mod sign_in;
mod status;
mod types;

pub use namespace::{Namespace, Namespaces, Owner};
pub use reply::{Reply, ReplyCode};
pub use session::Session;
pub use types::{Head, Heads, IdleEnd, Listed, MailboxStatus, SeenFlags, Selected, Since, Stored};

pub(crate) use crate::types::Answer;
