//! Receipts: message disposition notifications (RFC 8098, RFC 2421 appendix D), built and read.
//!
//! Whether one may be sent at all is `policy::may_send_receipt`'s answer, kept in `Mail::receipt`;
//! [`build`] refuses where that says no. Consent, `$MDNSent` and "only once" are the engine's. The
//! envelope sender of a receipt is always null (`MAIL FROM:<>`), its recipients are what [`build`]
//! returns. Only headers of the original go back, never its content. Old modifiers and dispositions
//! (`expired`, `denied`, ...) are read and never written (C11).
//!
//! Tests: in `read`, and `tests/message/mdn.rs`.

mod outcome;
pub(crate) mod read;
mod write;

pub use outcome::{DispositionType, Outcome};
pub use read::parse;
pub use write::{Disposition, Error, MdnRequest, Mode, build};
