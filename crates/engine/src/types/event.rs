//! What the engine tells its front ends.

use aloud_model::{AccountId, MailboxId, MessageKey, OutboxId};

use super::{Failure, OperationId};

/// Facts that happened; they carry identifiers, never data. A feed that lags gets
/// [`Event::Resync`] and its reader loads everything again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Rows of a mailbox came, went or moved.
    MailboxChanged(MailboxId),
    /// One message changed (flags, kind, receipt, delivery).
    MessageChanged(MessageKey),
    /// More of a body arrived: octets here, octets in all.
    BodyProgress(MessageKey, u64, u64),
    /// The outbox changed.
    OutboxChanged,
    /// A draft was opened, kept, changed by a command or removed.
    DraftsChanged,
    /// A message was accepted by the server.
    Sent(OutboxId),
    /// A message could not be sent.
    SendFailed(OutboxId, Failure),
    /// A server would not do what was asked for, for now or for good.
    NotDone(OperationId),
    /// An account was added, removed, or its state changed.
    AccountChanged(AccountId),
    /// An account needs its password.
    AuthRequired(AccountId),
    /// The directory changed.
    DirectoryChanged,
    /// New messages arrived.
    Arrived(Vec<MessageKey>),
    /// Events were lost: load everything again.
    Resync,
}
